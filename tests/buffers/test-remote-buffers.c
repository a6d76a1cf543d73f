/* Placement, locators and buffers made in another process, which uses the library itself, before or after; and
 * where they can't be made, nothing of them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-visit.h"

#include <errno.h>
#include <pthread.h>
#include <sys/resource.h>

/* Placement */

static void
only_wait (struct guest *parent)
{
  guest_go (parent);
  guest_wait (parent);
}

static void
test_placement (void)
{
  struct visit visit;
  struct lac_gap_query query;
  struct lac_range range, made;
  struct lac_placement_report report;
  struct lac_region region;
  uint64_t anchor = (uintptr_t) &test_placement;

  if (!visit_start (&visit, only_wait))
    return;
  query = wish_for (visit.look.process, 5000);
  query.anchors = &anchor;
  query.n_anchors = 1;
  query.within = LAC_WITHIN_DEFAULT;
  assert_status (lac_remote_placement_find (visit.look.process, &query, &range, NULL, NULL), LAC_OK);
  g_assert_cmpuint (lac_range_size (range), ==, 8192);
  assert_status (lac_process_query (visit.look.process, range.start, false, &region, NULL, 0, NULL),
                 LAC_E_NOT_FOUND);
  assert_status (lac_remote_placement_take (visit.remote, &query, LAC_PROTECTION_READ, &made, &report,
                                            NULL),
                 LAC_OK);
  g_assert_cmphex (made.start, ==, range.start);
  g_assert_cmphex (made.end, ==, range.end);
  g_assert_cmpuint (report.n_attempts, ==, 1);
  g_assert_cmphex (report.attempts[0].address, ==, made.start);
  assert_status (lac_process_query (visit.look.process, made.start, false, &region, NULL, 0, NULL), LAC_OK);
  g_assert_cmpuint (region.protection, ==, LAC_PROTECTION_READ);
  /* The next one is beside it. */
  assert_status (lac_remote_placement_take (visit.remote, &query, LAC_PROTECTION_READ, &range, NULL,
                                            NULL),
                 LAC_OK);
  g_assert_false (lac_range_overlaps (range, made));

  query.within = 16;
  assert_status (lac_remote_placement_take (visit.remote, &query, LAC_PROTECTION_READ, &range, &report,
                                            NULL),
                 LAC_E_NO_GAP);
  g_assert_cmpuint (report.n_attempts, ==, 0);
  query.size = 0;
  assert_status (lac_remote_placement_take (visit.remote, &query, 0, &range, &report, NULL),
                 LAC_E_INVALID);
  visit_go_and_leave (&visit);
}

/* A locator for a process that has none */

/* The end of this process's first stack. */
static uintptr_t
stack_end (void)
{
  char *text, *line;
  unsigned long start, end = 0;

  g_assert_true (g_file_get_contents ("/proc/self/maps", &text, NULL, NULL));
  line = strstr (text, "[stack]");
  g_assert_nonnull (line);
  while (line > text && line[-1] != '\n')
    line--;
  g_assert_cmpint (sscanf (line, "%lx-%lx", &start, &end), ==, 2);
  g_free (text);
  return end;
}

/* Uses nearly all of the stack that its limit allows. */
static __attribute__ ((no_sanitize ("address"))) void
use_the_stack (struct guest *parent)
{
  struct rlimit limit;
  uintptr_t end = stack_end ();

  g_assert_cmpint (getrlimit (RLIMIT_STACK, &limit), ==, 0);
  limit.rlim_cur = 8 << 20;
  g_assert_cmpint (setrlimit (RLIMIT_STACK, &limit), ==, 0);
  guest_go (parent);
  guest_wait (parent);
  for (uintptr_t at = (uintptr_t) &limit; at > end - limit.rlim_cur + 0x10000; at -= 0x1000)
    *(volatile char *) at = 1;
}

static void
test_stack_keeps_its_room (void)
{
  struct visit visit;
  struct lac_remote_buffer buffer;
  struct rlimit limit;

  if (getrlimit (RLIMIT_STACK, &limit) != 0 || limit.rlim_max < 8 << 20)
    {
      g_test_skip ("stacks of 8 MiB are not allowed here");
      return;
    }
  if (!visit_start (&visit, use_the_stack))
    return;
  struct lac_gap_query query = wish_for (visit.look.process, 4096);
  struct lac_range range;

  assert_status (get (&visit, 16, 0, 1000, &buffer), LAC_OK);
  append_and_put (&buffer, "visitor");
  query.order = LAC_ORDER_HIGHEST;
  query.max = stack_end ();
  assert_status (lac_remote_placement_take (visit.remote, &query, LAC_PROTECTION_READ, &range, NULL, NULL),
                 LAC_OK);
  visit_go_and_leave (&visit);
}

/* Begins to use the library only when told to, and finds what was made before. */
static void
find_what_was_made (struct guest *parent)
{
  struct lac_locator_facts facts;
  struct lac_buffer buffer;
  uint64_t words[2];
  char *path = shared_path (getpid ());
  struct stat about;

  umask (077);
  guest_go (parent);
  guest_hear (parent, words, sizeof words);
  lac_locator_get_facts (&facts);
  g_assert_cmphex (facts.address, ==, words[0]);
  facts = open_locator ();
  g_assert_cmphex (facts.address, ==, words[0]);
  g_assert_cmpstr (lac_locator_place_name (facts.place), ==, "shared");
  g_assert_true (facts.adopted);
  g_assert_cmpint (lstat (path, &about), ==, 0);
  g_assert_cmpint (about.st_mode, ==, S_IFREG | 0600);
  g_assert_cmpint (about.st_size, ==, 4096);
  g_assert_cmpint (about.st_uid, ==, geteuid ());
  g_free (path);
  path = shared_folder ();
  g_assert_cmpint (lstat (path, &about), ==, 0);
  g_assert_cmpint (about.st_mode, ==, S_IFDIR | 01777);
  g_free (path);

  g_assert_cmpint (lac_locator_take (words[1], &buffer), ==, LAC_OK);
  g_assert_cmpuint (buffer.position, ==, 7);
  g_assert_cmpmem ((char *) buffer.address, 7, "visitor", 7);
  g_assert_cmpint (lac_buffer_append (&buffer, "!", 1, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
}

/* Makes a locator and a buffer in a guest that runs find_what_was_made(). */
static void
make_and_be_found (struct visit *visit,
                   pid_t         pid)
{
  struct lac_remote_locator_facts facts;
  struct lac_remote_buffer buffer;
  struct lac_map *map;
  struct lac_locator_view view;
  unsigned n_files = count_files_of (pid);
  uint64_t words[2];

  assert_status (get (visit, 16, 0, 1000, &buffer), LAC_OK);
  g_assert_true (buffer.created);
  g_assert_cmpuint (buffer.size, ==, 4096);
  g_assert_cmpuint (buffer.position, ==, 0);
  lac_remote_locator_get_facts (visit->look.locator, &facts);
  g_assert_cmphex (facts.address, !=, 0);
  g_assert_false (facts.stale);
  g_assert_false (facts.own_place);
  g_assert_cmpuint (count_files_of (pid), ==, n_files);
  words[0] = facts.address;
  words[1] = buffer.address;
  append_and_put (&buffer, "visitor");
  g_assert_cmpint (lac_process_read_map (visit->look.process, 0, NULL, &map, NULL), ==, LAC_OK);
  assert_status (lac_remote_locator_read (visit->look.locator, map, &view, NULL), LAC_OK);
  g_assert_cmpuint (view.n_buffers, ==, 1);
  g_assert_cmpuint (view.tables[0].buffers[0].position, ==, 7);
  g_assert_false (view.tables[0].buffers[0].taken);
  g_assert_cmpuint (view.findings, ==, LAC_FINDING_WRITABLE_AND_EXECUTABLE);
  lac_locator_view_clear (&view);
  lac_map_unref (map);
  guest_tell (&visit->guest, words, sizeof words);
}

static void
test_made_and_found (void)
{
  struct visit visit;

  if (!visit_start (&visit, find_what_was_made))
    return;
  make_and_be_found (&visit, visit.guest.pid);
  visit_leave (&visit);
}

/* In the place of what an earlier process has left. */
static void
test_replaces (gconstpointer what)
{
  struct visit visit;
  char bytes[4096];
  char *path;

  fixture_begin_remote ();
  make_shared_folder ();
  guest_start (&visit.guest, find_what_was_made);
  guest_wait (&visit.guest);
  path = shared_path (visit.guest.pid);
  memset (bytes, 0xa5, sizeof bytes);
  if (strcmp (what, "folder") == 0)
    g_assert_cmpint (g_mkdir (path, 0755), ==, 0);
  else if (strcmp (what, "link") == 0)
    g_assert_cmpint (symlink ("nowhere", path), ==, 0);
  else
    /* One that is still empty may be in the making, and is waited for. */
    leave_file (visit.guest.pid, bytes, strcmp (what, "empty") == 0 ? 0 : sizeof bytes, 0);
  g_free (path);
  if (!visit_begin (&visit, visit.guest.pid))
    return;
  make_and_be_found (&visit, visit.guest.pid);
  visit_leave (&visit);
}

/* A process that can't be seen from here may have the same PID, and a lock on its file: it is left
 * alone. */
static void
find_in_own_place (struct guest *parent)
{
  struct lac_locator_facts facts;
  uint64_t address;

  guest_go (parent);
  guest_hear (parent, &address, sizeof address);
  facts = open_locator ();
  g_assert_cmphex (facts.address, ==, address);
  g_assert_cmpstr (lac_locator_place_name (facts.place), ==, "own");
  g_assert_true (facts.adopted);
}

static void
test_own_place (void)
{
  struct visit visit;
  struct lac_remote_buffer buffer;
  struct lac_remote_locator_facts facts;
  char *outer;

  fixture_begin_remote ();
  outer = g_build_filename (fixture_root, ".reloaded", NULL);
  g_assert_true (g_file_set_contents (outer, "in the way", -1, NULL));
  g_free (outer);
  guest_start (&visit.guest, find_in_own_place);
  guest_wait (&visit.guest);
  if (!visit_begin (&visit, visit.guest.pid))
    return;
  assert_status (get (&visit, 16, 0, 1000, &buffer), LAC_OK);
  append_and_put (&buffer, "visitor");
  lac_remote_locator_get_facts (visit.look.locator, &facts);
  g_assert_true (facts.own_place);
  guest_tell (&visit.guest, &facts.address, sizeof facts.address);
  visit_leave (&visit);
}

/* A file with a second name is not used by the process, and not waited for. */
static void
link_the_file (struct guest *parent)
{
  char *path = shared_path (getpid ());
  char *other = g_strconcat (path, " again", NULL);

  make_shared_folder ();
  make_as_reloaded ();
  g_assert_cmpint (link (path, other), ==, 0);
  g_free (path);
  g_free (other);
  guest_go (parent);
  guest_wait (parent);
}

static void
test_second_name (void)
{
  struct visit visit;
  struct lac_remote_buffer buffer;
  struct lac_remote_locator_facts facts;

  if (!visit_start (&visit, link_the_file))
    return;
  assert_status (get (&visit, 16, 0, 1000, &buffer), LAC_OK);
  append_and_put (&buffer, "visitor");
  lac_remote_locator_get_facts (visit.look.locator, &facts);
  g_assert_true (facts.own_place);
  visit_go_and_leave (&visit);
}

static void *
go_on_alone (void *parent)
{
  guest_go (parent);
  guest_wait (parent);
  _exit (0);
}

/* The first thread ends, and another goes on. */
static void
end_the_first (struct guest *parent)
{
  struct guest *kept = g_memdup2 (parent, sizeof *parent);
  pthread_t thread;

  g_assert_cmpint (pthread_create (&thread, NULL, go_on_alone, kept), ==, 0);
  pthread_exit (NULL);
}

static void
test_first_thread_ended (void)
{
  struct visit visit;
  struct lac_remote_buffer buffer;
  struct lac_remote_locator_facts facts;
  char *path, *text = NULL;
  gint64 since = g_get_monotonic_time ();

  fixture_begin_remote ();
  guest_start (&visit.guest, end_the_first);
  guest_wait (&visit.guest);
  path = g_strdup_printf ("/proc/%d/stat", (int) visit.guest.pid);
  do
    {
      g_clear_pointer (&text, g_free);
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_assert_cmpint (g_get_monotonic_time () - since, <, 10 * G_USEC_PER_SEC);
    }
  while (strstr (text, ") Z ") == NULL);
  g_free (path);
  g_free (text);
  if (!visit_begin (&visit, visit.guest.pid))
    return;
  assert_status (get (&visit, 16, 0, 1000, &buffer), LAC_OK);
  append_and_put (&buffer, "visitor");
  lac_remote_locator_get_facts (visit.look.locator, &facts);
  g_assert_false (facts.own_place);
  g_assert_cmphex (facts.address, !=, 0);
  visit_go_and_leave (&visit);
}

/* Another user's process, in namespaces of its own. */
static void
find_as_another (struct guest *parent)
{
  g_assert_cmpint (setgid (1000), ==, 0);
  g_assert_cmpint (setuid (1000), ==, 0);
  find_what_was_made (parent);
}

static void
find_apart (struct guest *parent)
{
  if (guest_moves_apart (parent, CLONE_NEWPID | CLONE_NEWNS, "mode=1777"))
    guest_in_child (find_as_another, parent);
}

static void
test_other_namespaces (void)
{
  struct visit visit;

  fixture_begin_remote ();
  guest_start (&visit.guest, find_apart);
  if (guest_skips (&visit.guest))
    {
      fixture_end_remote ();
      return;
    }
  if (!visit_begin (&visit, child_of (visit.guest.pid)))
    return;
  make_and_be_found (&visit, child_of (visit.guest.pid));
  visit_leave (&visit);
}

/* Makes its own locator while one is made for it. */
static void
race (struct guest *parent)
{
  struct lac_locator_facts facts;
  uint64_t address;
  unsigned spins;

  guest_go (parent);
  guest_hear (parent, &spins, sizeof spins);
  for (volatile unsigned i = 0; i < spins; i++)
    ;
  facts = open_locator ();
  guest_tell (parent, &facts.address, sizeof facts.address);
  guest_hear (parent, &address, sizeof address);
  g_assert_cmphex (facts.address, ==, address);
}

/* @stale: there is a file of an earlier process, which both want to replace. */
static void
test_race (gconstpointer stale)
{
  char bytes[4096];

  uint32_t seed = g_test_rand_int_range (0, G_MAXINT);

  g_test_message ("seed %u", seed);
  for (unsigned i = 0; i < 40; i++)
    {
      struct visit visit;
      struct lac_remote_buffer buffer;
      struct lac_remote_locator_facts facts;
      unsigned spins;
      uint64_t address;

      fixture_begin_remote ();
      if (stale != NULL)
        make_shared_folder ();
      guest_start (&visit.guest, race);
      guest_wait (&visit.guest);
      memset (bytes, 0xa5, sizeof bytes);
      if (stale != NULL)
        leave_file (visit.guest.pid, bytes, sizeof bytes, 0);
      if (!visit_begin (&visit, visit.guest.pid))
        return;
      seed = seed * 1103515245 + 12345;
      spins = (seed >> 8) % 2000000;
      guest_tell (&visit.guest, &spins, sizeof spins);
      assert_status (get (&visit, 16, 0, 5000, &buffer), LAC_OK);
      append_and_put (&buffer, "visitor");
      guest_hear (&visit.guest, &address, sizeof address);
      lac_remote_locator_get_facts (visit.look.locator, &facts);
      g_assert_cmphex (facts.address, ==, address);
      guest_tell (&visit.guest, &facts.address, sizeof facts.address);
      visit_leave (&visit);
    }
}

/* Where nothing can be made, nothing is left. */

static void
have_no_room (struct guest *parent)
{
  char block[4096];
  char *path = g_build_filename (fixture_root, "filler", NULL);
  int file;

  if (!guest_moves_apart (parent, CLONE_NEWNS, "mode=1777,size=64k"))
    return;
  g_assert_cmpint (g_mkdir (fixture_own, 0700), ==, 0);
  make_shared_folder ();
  file = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  g_assert_cmpint (file, >=, 0);
  memset (block, 1, sizeof block);
  while (write (file, block, sizeof block) > 0)
    ;
  close (file);
  g_free (path);
  guest_go (parent);
  guest_wait (parent);
}

static void
may_make_no_files (struct guest *parent)
{
  struct rlimit none = { 0, 0 };

  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  guest_go (parent);
  guest_wait (parent);
}

static void
be_there (struct guest *parent)
{
  guest_go (parent);
  guest_wait (parent);
}

/* @max: below which the buffer must end; 0 for anywhere */
static void
assert_nothing_is_left (void (*function) (struct guest *parent),
                        uint64_t        max,
                        enum lac_status expected)
{
  struct lac_process_failure failure = { .what = "" };
  struct visit visit;
  struct lac_gap_query query;
  struct lac_remote_buffer buffer;
  char *before, *after;
  unsigned n_files;

  fixture_begin_remote ();
  guest_start (&visit.guest, function);
  if (guest_skips (&visit.guest))
    {
      fixture_end_remote ();
      return;
    }
  if (!visit_begin (&visit, visit.guest.pid))
    return;
  before = read_maps_of (visit.guest.pid);
  n_files = count_files_of (visit.guest.pid);
  query = wish_for (visit.look.process, 16);
  if (max != 0)
    query.max = max;
  assert_status (lac_remote_buffers_get (visit.look.locator, visit.remote, &query, 0, 1000, NULL, &buffer, NULL,
                                         &failure),
                 expected);
  after = read_maps_of (visit.guest.pid);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpuint (count_files_of (visit.guest.pid), ==, n_files);
  look_away (&visit.look);
  look_at (&visit.look, visit.guest.pid);
  g_assert_false (visit.look.facts.stale);
  g_assert_cmphex (visit.look.facts.address, ==, 0);
  g_free (before);
  g_free (after);
  visit_go_and_leave (&visit);
}

static void
test_no_room (void)
{
  assert_nothing_is_left (have_no_room, 0, LAC_E_SYSTEM);
}

static void
test_no_files (void)
{
  assert_nothing_is_left (may_make_no_files, 0, LAC_E_SYSTEM);
}

/* Nothing can be mapped so low (mmap_min_addr). */
static void
test_no_place (void)
{
  assert_nothing_is_left (be_there, 4096, LAC_E_NO_GAP);
}

/* A process without any folder that a locator could be made in. */
static void
test_no_folder (void)
{
  struct visit visit;
  struct lac_remote_buffer buffer;
  struct lac_gap_query query;
  struct lac_process_failure failure = { .what = "" };
  g_autofree char *nowhere = NULL;

  fixture_begin_remote ();
  nowhere = g_build_filename (fixture_root, "nowhere", NULL);
  lac_remote_file_set_roots (nowhere, nowhere);
  guest_start (&visit.guest, only_wait);
  guest_wait (&visit.guest);
  if (!visit_begin (&visit, visit.guest.pid))
    return;
  query = wish_for (visit.look.process, 16);
  assert_status (lac_remote_buffers_get (visit.look.locator, visit.remote, &query, 0, 0, NULL, &buffer,
                                         NULL, &failure),
                 LAC_E_SYSTEM);
  g_assert_cmpint (failure.status, ==, LAC_E_SYSTEM);
  g_assert_cmpint (failure.system_error, ==, ENOENT);
  g_assert_nonnull (strstr (failure.what, "folder"));
  visit_go_and_leave (&visit);
}

/* A full table whose chain leads to where nothing is. */
static void
lead_nowhere (struct guest *parent)
{
  struct lac_table *first;

  make_shared_folder ();
  first = make_as_reloaded ();
  first->item_count = (uint8_t) lac_table_capacity;
  first->next_locator = 0xdead000;
  guest_go (parent);
  guest_wait (parent);
  g_assert_cmphex (first->next_locator, ==, 0xdead000);
}

static void
test_chain_leads_nowhere (void)
{
  struct visit visit;
  struct lac_remote_buffer buffer;
  struct lac_gap_query query;
  struct lac_process_failure failure = { .what = "" };
  char *before, *after;

  if (!visit_start (&visit, lead_nowhere))
    return;
  before = read_maps_of (visit.guest.pid);
  query = wish_for (visit.look.process, 16);
  assert_status (lac_remote_buffers_get (visit.look.locator, visit.remote, &query, 0, 0, NULL, &buffer,
                                         NULL, &failure),
                 LAC_E_NOT_SUPPORTED);
  lac_remote_locator_get_facts (visit.look.locator, &visit.look.facts);
  g_assert_true (visit.look.facts.writable);
  g_assert_nonnull (visit.look.facts.why_not);
  g_assert_cmpstr (failure.what, ==, visit.look.facts.why_not);
  after = read_maps_of (visit.guest.pid);
  g_assert_cmpstr (before, ==, after);
  g_free (before);
  g_free (after);
  visit_go_and_leave (&visit);
}

/* A child gets a locator of its own, also where the parent's was made from outside. */
static uint64_t made_outside;

static void
have_another (struct guest *parent)
{
  g_assert_cmphex (open_locator ().address, !=, made_outside);
  g_assert_false (open_locator ().adopted);
}

static void
fork_afterwards (struct guest *parent)
{
  guest_go (parent);
  guest_hear (parent, &made_outside, sizeof made_outside);
  guest_in_child (have_another, parent);
  g_assert_cmphex (open_locator ().address, ==, made_outside);
  guest_in_child (have_another, parent);
}

static void
test_fork (void)
{
  struct visit visit;
  struct lac_remote_buffer buffer;
  struct lac_remote_locator_facts facts;

  if (!visit_start (&visit, fork_afterwards))
    return;
  assert_status (get (&visit, 16, 0, 1000, &buffer), LAC_OK);
  assert_status (lac_remote_buffer_put (&buffer, NULL), LAC_OK);
  lac_remote_locator_get_facts (visit.look.locator, &facts);
  guest_tell (&visit.guest, &facts.address, sizeof facts.address);
  visit_leave (&visit);
}

int
main (int    argc,
      char **argv)
{
  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/buffers/remote/placement", test_placement);
  g_test_add_func ("/buffers/remote/stack-keeps-its-room", test_stack_keeps_its_room);
  g_test_add_func ("/buffers/remote/locator-made-and-found", test_made_and_found);
  g_test_add_data_func ("/buffers/remote/replaces/garbage", "garbage", test_replaces);
  g_test_add_data_func ("/buffers/remote/replaces/empty", "empty", test_replaces);
  g_test_add_data_func ("/buffers/remote/replaces/folder", "folder", test_replaces);
  g_test_add_data_func ("/buffers/remote/replaces/link", "link", test_replaces);
  g_test_add_func ("/buffers/remote/own-place", test_own_place);
  g_test_add_func ("/buffers/remote/second-name", test_second_name);
  g_test_add_func ("/buffers/remote/first-thread-ended", test_first_thread_ended);
  g_test_add_func ("/buffers/remote/other-namespaces-and-user", test_other_namespaces);
  g_test_add_data_func ("/buffers/remote/race/nothing-there", NULL, test_race);
  g_test_add_data_func ("/buffers/remote/race/stale", "stale", test_race);
  g_test_add_func ("/buffers/remote/no-room-leaves-nothing", test_no_room);
  g_test_add_func ("/buffers/remote/no-files-leaves-nothing", test_no_files);
  g_test_add_func ("/buffers/remote/no-place-leaves-nothing", test_no_place);
  g_test_add_func ("/buffers/remote/no-folder-is-told", test_no_folder);
  g_test_add_func ("/buffers/remote/chain-leads-nowhere", test_chain_leads_nowhere);
  g_test_add_func ("/buffers/remote/fork", test_fork);
  return g_test_run ();
}
