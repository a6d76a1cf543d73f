/* Buffers, tables and locators made in another process, which uses the library itself, before or
 * after. What needs tracing skips itself where that is not permitted.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-fixture.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

/* A look that can make things. */
struct visit
{
  struct guest guest;
  struct look look;
  struct lac_remote *remote;
};

/* False, with the test skipped and all ended, when this process may not trace its child. */
static bool
visit_begin (struct visit *visit,
             pid_t         pid)
{
  struct lac_process_failure failure = { .what = "" };
  uint64_t address = 0;
  enum lac_status status;

  look_at (&visit->look, pid);
  status = lac_remote_open (visit->look.process, 0, &visit->remote, &failure);
  if (status == LAC_OK)
    {
      status = lac_remote_allocate (visit->remote, 0, 4096, LAC_PROTECTION_READ, &address, &failure);
      if (status == LAC_OK)
        {
          /* Somebody in there may have mapped something in its place by now. */
          enum lac_status freed = lac_remote_free (visit->remote, address, 4096, NULL);

          g_assert_true (freed == LAC_OK || freed == LAC_E_UNVERIFIED);
        }
      else
        lac_remote_close (visit->remote);
    }
  if (status == LAC_OK)
    return true;
  look_away (&visit->look);
  kill (visit->guest.pid, SIGKILL);
  waitpid (visit->guest.pid, NULL, 0);
  close (visit->guest.to);
  close (visit->guest.from);
  g_assert_true (status == LAC_E_NOT_SUPPORTED || status == LAC_E_PTRACE_SCOPE || status == LAC_E_OTHER_USER
                 || status == LAC_E_NOT_DUMPABLE || status == LAC_E_MORE_CAPABLE || status == LAC_E_FILTERED
                 || status == LAC_E_TRACED);
  g_test_skip (lac_status_sentence (status));
  return false;
}

static void
visit_end (struct visit *visit)
{
  lac_remote_close (visit->remote);
  look_away (&visit->look);
}

static enum lac_status
get (struct visit             *visit,
     uint64_t                  size,
     unsigned                  flags,
     unsigned                  patience,
     struct lac_remote_buffer *out_buffer)
{
  struct lac_gap_query query = wish_for (visit->look.process, size);
  struct lac_process_failure failure = { .what = "" };
  enum lac_status status = lac_remote_buffers_get (visit->look.locator, visit->remote, &query, flags,
                                                   patience, NULL, out_buffer, NULL, &failure);

  if (status != LAC_OK)
    g_test_message ("%s: %s (%d)", lac_status_name (status), failure.what, failure.system_error);
  return status;
}

/* Whether it is worth trying again: on a busy machine not all threads stop in time, and the tracer of one who
 * was killed is still there to finish; or it was, and is gone when it is asked why. */
static bool
is_busy (enum lac_status status,
         gint64          since)
{
  return (status == LAC_E_TRACED || status == LAC_E_UNRESPONSIVE || status == LAC_E_NOT_DUMPABLE)
         && g_get_monotonic_time () - since < 30 * G_USEC_PER_SEC;
}

static void
append_and_put (struct lac_remote_buffer *buffer,
                const char               *text)
{
  gint64 since = g_get_monotonic_time ();
  enum lac_status status;

  do
    status = lac_remote_buffer_append (buffer, text, strlen (text), NULL, NULL);
  while (is_busy (status, since));
  assert_status (status, LAC_OK);
  do
    status = lac_remote_buffer_put (buffer, NULL);
  while (is_busy (status, since));
  assert_status (status, LAC_OK);
}

static unsigned
count_files_of (pid_t pid)
{
  char *path = g_strdup_printf ("/proc/%d/fd", (int) pid);
  DIR *folder = opendir (path);
  unsigned n = 0;

  g_assert_nonnull (folder);
  while (readdir (folder) != NULL)
    n++;
  closedir (folder);
  g_free (path);
  return n;
}

static char *
read_maps_of (pid_t pid)
{
  char *path = g_strdup_printf ("/proc/%d/maps", (int) pid);
  char *text;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_free (path);
  return text;
}

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

  fixture_begin_remote ();
  guest_start (&visit.guest, only_wait);
  guest_wait (&visit.guest);
  if (visit_begin (&visit, visit.guest.pid))
    {
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
      visit_end (&visit);
      guest_go (&visit.guest);
      guest_end (&visit.guest);
    }
  fixture_end_remote ();
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
  fixture_begin_remote ();
  guest_start (&visit.guest, use_the_stack);
  guest_wait (&visit.guest);
  if (visit_begin (&visit, visit.guest.pid))
    {
      struct lac_gap_query query = wish_for (visit.look.process, 4096);
      struct lac_range range;

      assert_status (get (&visit, 16, 0, 1000, &buffer), LAC_OK);
      append_and_put (&buffer, "visitor");
      query.order = LAC_ORDER_HIGHEST;
      query.max = stack_end ();
      assert_status (lac_remote_placement_take (visit.remote, &query, LAC_PROTECTION_READ, &range, NULL, NULL),
                     LAC_OK);
      visit_end (&visit);
      guest_go (&visit.guest);
      guest_end (&visit.guest);
    }
  fixture_end_remote ();
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

  fixture_begin_remote ();
  guest_start (&visit.guest, find_what_was_made);
  guest_wait (&visit.guest);
  if (visit_begin (&visit, visit.guest.pid))
    {
      make_and_be_found (&visit, visit.guest.pid);
      visit_end (&visit);
      guest_end (&visit.guest);
    }
  fixture_end_remote ();
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
  if (visit_begin (&visit, visit.guest.pid))
    {
      make_and_be_found (&visit, visit.guest.pid);
      visit_end (&visit);
      guest_end (&visit.guest);
    }
  fixture_end_remote ();
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
  if (visit_begin (&visit, visit.guest.pid))
    {
      assert_status (get (&visit, 16, 0, 1000, &buffer), LAC_OK);
      append_and_put (&buffer, "visitor");
      lac_remote_locator_get_facts (visit.look.locator, &facts);
      g_assert_true (facts.own_place);
      guest_tell (&visit.guest, &facts.address, sizeof facts.address);
      visit_end (&visit);
      guest_end (&visit.guest);
    }
  fixture_end_remote ();
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

  fixture_begin_remote ();
  guest_start (&visit.guest, link_the_file);
  guest_wait (&visit.guest);
  if (visit_begin (&visit, visit.guest.pid))
    {
      assert_status (get (&visit, 16, 0, 1000, &buffer), LAC_OK);
      append_and_put (&buffer, "visitor");
      lac_remote_locator_get_facts (visit.look.locator, &facts);
      g_assert_true (facts.own_place);
      visit_end (&visit);
      guest_go (&visit.guest);
      guest_end (&visit.guest);
    }
  fixture_end_remote ();
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
  if (visit_begin (&visit, visit.guest.pid))
    {
      assert_status (get (&visit, 16, 0, 1000, &buffer), LAC_OK);
      append_and_put (&buffer, "visitor");
      lac_remote_locator_get_facts (visit.look.locator, &facts);
      g_assert_false (facts.own_place);
      g_assert_cmphex (facts.address, !=, 0);
      visit_end (&visit);
      guest_go (&visit.guest);
      guest_end (&visit.guest);
    }
  fixture_end_remote ();
}

/* Another user's process, in namespaces of its own. */
static void
find_apart (struct guest *parent)
{
  pid_t child;
  int status;

  if (unshare (CLONE_NEWPID | CLONE_NEWNS) != 0 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
      || mount ("none", fixture_root, "tmpfs", 0, "mode=1777") != 0)
    {
      guest_tell (parent, "s", 1);
      return;
    }
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      g_assert_cmpint (setgid (1000), ==, 0);
      g_assert_cmpint (setuid (1000), ==, 0);
      find_what_was_made (parent);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
}

static pid_t
child_of (pid_t pid)
{
  char *path = g_strdup_printf ("/proc/%d/task/%d/children", (int) pid, (int) pid);
  char *text = NULL;
  pid_t child = 0;

  if (g_file_get_contents (path, &text, NULL, NULL))
    child = (pid_t) strtol (text, NULL, 10);
  g_free (text);
  g_free (path);
  return child;
}

static void
test_other_namespaces (void)
{
  struct visit visit;

  fixture_begin_remote ();
  guest_start (&visit.guest, find_apart);
  if (!guest_skips (&visit.guest) && visit_begin (&visit, child_of (visit.guest.pid)))
    {
      make_and_be_found (&visit, child_of (visit.guest.pid));
      visit_end (&visit);
      guest_end (&visit.guest);
    }
  fixture_end_remote ();
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
        {
          fixture_end_remote ();
          return;
        }
      seed = seed * 1103515245 + 12345;
      spins = (seed >> 8) % 2000000;
      guest_tell (&visit.guest, &spins, sizeof spins);
      assert_status (get (&visit, 16, 0, 5000, &buffer), LAC_OK);
      append_and_put (&buffer, "visitor");
      guest_hear (&visit.guest, &address, sizeof address);
      lac_remote_locator_get_facts (visit.look.locator, &facts);
      g_assert_cmphex (facts.address, ==, address);
      guest_tell (&visit.guest, &facts.address, sizeof facts.address);
      visit_end (&visit);
      guest_end (&visit.guest);
      fixture_end_remote ();
    }
}

/* Where nothing can be made, nothing is left. */

static void
have_no_room (struct guest *parent)
{
  char block[4096];
  char *path = g_build_filename (fixture_root, "filler", NULL);
  int file;

  if (unshare (CLONE_NEWNS) != 0 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
      || mount ("none", fixture_root, "tmpfs", 0, "mode=1777,size=64k") != 0)
    {
      guest_tell (parent, "s", 1);
      return;
    }
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
assert_nothing_is_left (void (*function) (struct guest *parent))
{
  struct visit visit;
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
  if (visit_begin (&visit, visit.guest.pid))
    {
      before = read_maps_of (visit.guest.pid);
      n_files = count_files_of (visit.guest.pid);
      assert_status (get (&visit, 16, 0, 1000, &buffer), LAC_E_SYSTEM);
      after = read_maps_of (visit.guest.pid);
      g_assert_cmpstr (before, ==, after);
      g_assert_cmpuint (count_files_of (visit.guest.pid), ==, n_files);
      look_away (&visit.look);
      look_at (&visit.look, visit.guest.pid);
      g_assert_false (visit.look.facts.stale);
      g_assert_cmphex (visit.look.facts.address, ==, 0);
      g_free (before);
      g_free (after);
      visit_end (&visit);
      guest_go (&visit.guest);
      guest_end (&visit.guest);
    }
  fixture_end_remote ();
}

static void
test_no_room (void)
{
  assert_nothing_is_left (have_no_room);
}

static void
test_no_files (void)
{
  assert_nothing_is_left (may_make_no_files);
}

/* A process without any folder that a locator could be made in. */
static void
test_no_folder (void)
{
  struct visit visit;
  struct lac_remote_buffer buffer;
  struct lac_gap_query query;
  struct lac_process_failure failure = { .what = "" };
  char *nowhere;

  fixture_begin_remote ();
  nowhere = g_build_filename (fixture_root, "nowhere", NULL);
  lac_remote_file_set_roots (nowhere, nowhere);
  guest_start (&visit.guest, only_wait);
  guest_wait (&visit.guest);
  if (visit_begin (&visit, visit.guest.pid))
    {
      query = wish_for (visit.look.process, 16);
      assert_status (lac_remote_buffers_get (visit.look.locator, visit.remote, &query, 0, 0, NULL, &buffer,
                                             NULL, &failure),
                     LAC_E_SYSTEM);
      g_assert_cmpint (failure.status, ==, LAC_E_SYSTEM);
      g_assert_cmpint (failure.system_error, ==, ENOENT);
      g_assert_nonnull (strstr (failure.what, "folder"));
      visit_end (&visit);
      guest_go (&visit.guest);
      guest_end (&visit.guest);
    }
  g_free (nowhere);
  fixture_end_remote ();
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

  fixture_begin_remote ();
  guest_start (&visit.guest, lead_nowhere);
  guest_wait (&visit.guest);
  if (visit_begin (&visit, visit.guest.pid))
    {
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
      visit_end (&visit);
      guest_go (&visit.guest);
      guest_end (&visit.guest);
    }
  fixture_end_remote ();
}

/* A child gets a locator of its own, also where the parent's was made from outside. */
static void
fork_afterwards (struct guest *parent)
{
  uint64_t address;
  pid_t child;
  int status;

  guest_go (parent);
  guest_hear (parent, &address, sizeof address);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      g_assert_cmphex (open_locator ().address, !=, address);
      g_assert_false (open_locator ().adopted);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmphex (open_locator ().address, ==, address);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      g_assert_cmphex (open_locator ().address, !=, address);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
}

static void
test_fork (void)
{
  struct visit visit;
  struct lac_remote_buffer buffer;
  struct lac_remote_locator_facts facts;

  fixture_begin_remote ();
  guest_start (&visit.guest, fork_afterwards);
  guest_wait (&visit.guest);
  if (visit_begin (&visit, visit.guest.pid))
    {
      assert_status (get (&visit, 16, 0, 1000, &buffer), LAC_OK);
      assert_status (lac_remote_buffer_put (&buffer, NULL), LAC_OK);
      lac_remote_locator_get_facts (visit.look.locator, &facts);
      guest_tell (&visit.guest, &facts.address, sizeof facts.address);
      visit_end (&visit);
      guest_end (&visit.guest);
    }
  fixture_end_remote ();
}

/* Tables */

/* Whether the library of this process has a buffer at @address, with @text in it. */
static void
assert_has (uint64_t    address,
            const char *text)
{
  struct lac_buffer buffer;

  g_assert_cmpint (lac_locator_take (address, &buffer), ==, LAC_OK);
  g_assert_cmpuint (buffer.position, ==, strlen (text));
  g_assert_cmpmem ((char *) buffer.address, strlen (text), text, strlen (text));
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
}

static void
fill_table (struct lac_table *table)
{
  struct lac_buffer buffer;

  while (table->item_count < lac_table_capacity)
    {
      g_assert_cmpint (lac_buffers_get (NULL, LAC_BUFFER_NEW, &buffer, NULL), ==, LAC_OK);
      g_assert_cmpint (lac_buffer_reserve (&buffer, 4096, 1, &(void *){ NULL }), ==, LAC_OK);
      g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
    }
}

/* Fills its first table, and is told of buffers that then must be there, until one is nowhere. */
static void
have_full_table (struct guest *parent)
{
  struct lac_buffer buffer;
  uint64_t address;

  fill_table ((struct lac_table *) open_locator ().address);
  guest_go (parent);
  for (guest_hear (parent, &address, sizeof address); address != 0;
       guest_hear (parent, &address, sizeof address))
    {
      assert_has (address, "visitor");
      guest_go (parent);
    }
  /* And it adds to what was made. */
  g_assert_cmpint (lac_buffers_get (NULL, LAC_BUFFER_NEW, &buffer, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_append (&buffer, "host", 4, NULL), ==, LAC_OK);
  address = buffer.address;
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
  assert_has (address, "host");
  guest_tell (parent, &address, sizeof address);
  guest_wait (parent);
  assert_has (address, "host, and visitor");
}

static void
test_more_tables (void)
{
  struct visit visit;
  struct lac_remote_buffer buffer;
  struct lac_map *map;
  struct lac_locator_view view;
  uint64_t address = 0;

  fixture_begin_remote ();
  guest_start (&visit.guest, have_full_table);
  guest_wait (&visit.guest);
  if (visit_begin (&visit, visit.guest.pid))
    {
      for (unsigned i = 0; i < 4; i++)
        {
          assert_status (get (&visit, 16, LAC_BUFFER_NEW, 1000, &buffer), LAC_OK);
          g_assert_true (buffer.created);
          address = buffer.address;
          append_and_put (&buffer, "visitor");
          guest_tell (&visit.guest, &address, sizeof address);
          guest_wait (&visit.guest);
        }
      g_assert_cmpint (lac_process_read_map (visit.look.process, 0, NULL, &map, NULL), ==, LAC_OK);
      assert_status (lac_remote_locator_read (visit.look.locator, map, &view, NULL), LAC_OK);
      g_assert_cmpuint (view.n_tables, ==, 2);
      g_assert_cmpuint (view.tables[0].n_buffers, ==, lac_table_capacity);
      g_assert_cmpuint (view.tables[1].n_buffers, ==, 4);
      g_assert_cmpuint (view.findings, ==, LAC_FINDING_WRITABLE_AND_EXECUTABLE);
      lac_locator_view_clear (&view);
      lac_map_unref (map);
      address = 0;
      guest_tell (&visit.guest, &address, sizeof address);
      guest_hear (&visit.guest, &address, sizeof address);

      /* What lies in a further table can be reached with a remote only. */
      assert_status (lac_remote_locator_take (visit.look.locator, NULL, address, &buffer, NULL),
                     LAC_E_NOT_SUPPORTED);
      assert_status (lac_remote_locator_take (visit.look.locator, visit.remote, address, &buffer, NULL),
                     LAC_OK);
      g_assert_cmpuint (buffer.position, ==, 4);
      append_and_put (&buffer, ", and visitor");
      visit_end (&visit);
      guest_go (&visit.guest);
      guest_end (&visit.guest);
    }
  fixture_end_remote ();
}

/* Two tables, all of both taken, the second with its lock held for a while. */
static void
hold_second_lock (struct guest *parent)
{
  struct lac_table *first = (struct lac_table *) open_locator ().address;
  struct lac_table *second;
  struct lac_buffer buffer;

  fill_table (first);
  g_assert_cmpint (lac_buffers_get (NULL, LAC_BUFFER_NEW, &buffer, NULL), ==, LAC_OK);
  second = (struct lac_table *) first->next_locator;
  __atomic_store_n (&second->is_locked, 1, __ATOMIC_RELEASE);
  guest_go (parent);
  guest_wait (parent);
  g_usleep (50 * 1000);
  __atomic_store_n (&second->is_locked, 0, __ATOMIC_RELEASE);
  guest_wait (parent);
  g_assert_cmpuint (second->item_count, ==, 2);
}

/* The same with the first one. */
static void
hold_first_lock (struct guest *parent)
{
  struct lac_table *first = (struct lac_table *) open_locator ().address;

  __atomic_store_n (&first->is_locked, 1, __ATOMIC_RELEASE);
  guest_go (parent);
  guest_wait (parent);
  g_usleep (50 * 1000);
  __atomic_store_n (&first->is_locked, 0, __ATOMIC_RELEASE);
  guest_wait (parent);
  g_assert_cmpuint (first->item_count, ==, 1);
}

static gpointer
cancel_soon (gpointer cancel)
{
  g_usleep (30 * 1000);
  atomic_store ((atomic_bool *) cancel, true);
  return NULL;
}

static void
test_locked (gconstpointer function)
{
  struct visit visit;
  struct lac_remote_buffer buffer;
  struct lac_gap_query query;
  atomic_bool cancel = false;
  char *before, *after;
  GThread *thread;
  gint64 start;

  fixture_begin_remote ();
  guest_start (&visit.guest, (void (*) (struct guest *)) function);
  guest_wait (&visit.guest);
  if (visit_begin (&visit, visit.guest.pid))
    {
      before = read_maps_of (visit.guest.pid);
      start = g_get_monotonic_time ();
      assert_status (get (&visit, 16, LAC_BUFFER_NEW, 40, &buffer), LAC_E_BUSY);
      g_assert_cmpint (g_get_monotonic_time () - start, >=, 40 * 1000);
      query = wish_for (visit.look.process, 16);
      thread = g_thread_new ("cancel", cancel_soon, &cancel);
      assert_status (lac_remote_buffers_get (visit.look.locator, visit.remote, &query, LAC_BUFFER_NEW, 60000,
                                             &cancel, &buffer, NULL, NULL),
                     LAC_E_CANCELLED);
      g_thread_join (thread);
      after = read_maps_of (visit.guest.pid);
      g_assert_cmpstr (before, ==, after);
      g_free (before);
      g_free (after);
      guest_go (&visit.guest);
      assert_status (get (&visit, 16, LAC_BUFFER_NEW, 60000, &buffer), LAC_OK);
      append_and_put (&buffer, "visitor");
      visit_end (&visit);
      guest_go (&visit.guest);
      guest_end (&visit.guest);
    }
  fixture_end_remote ();
}

/* Both at it */

#define PIECES 60

static const char zeros[16];

static atomic_bool host_ends;

/* Appends pieces until told to end. */
static void *
append_pieces (void *unused)
{
  while (!atomic_load (&host_ends))
    {
      struct lac_gap_query query;
      struct lac_buffer buffer;

      lac_placement_init (&query);
      query.size = 16;
      query.alignment = 1;
      g_assert_cmpint (lac_buffers_get (&query, 0, &buffer, NULL), ==, LAC_OK);
      g_assert_cmpint (lac_buffer_append (&buffer, "<host appended.>", 16, NULL), ==, LAC_OK);
      g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
    }
  return NULL;
}

/* Looks whether each byte in each buffer is part of a whole piece. */
static void
check_pieces (void)
{
  struct lac_locator_cursor cursor;
  struct lac_locator_item item;
  unsigned n_theirs = 0;

  for (enum lac_status status = lac_locator_first (&cursor, &item); status == LAC_OK;
       status = lac_locator_next (&cursor, &item))
    {
      g_assert_false (item.taken);
      g_assert_cmpuint (item.position % 16, ==, 0);
      for (uint32_t at = 0; at < item.position; at += 16)
        if (memcmp ((char *) item.address + at, "<visitor's own.>", 16) == 0)
          n_theirs++;
        else if (memcmp ((char *) item.address + at, zeros, 16) != 0)
          g_assert_cmpmem ((char *) item.address + at, 16, "<host appended.>", 16);
    }
  g_assert_cmpuint (n_theirs, ==, PIECES);
}

/* A thread appends all the time. */
static void
append_alone (struct guest *parent)
{
  pthread_t thread;

  open_locator ();
  g_assert_cmpint (pthread_create (&thread, NULL, append_pieces, NULL), ==, 0);
  guest_go (parent);
  guest_wait (parent);
  atomic_store (&host_ends, true);
  pthread_join (thread, NULL);
  check_pieces ();
}

/* Several do, and all that has room stands in a table of the process's private memory. */
static void
append_in_private (struct guest *parent)
{
  pthread_t threads[3];

  fill_table ((struct lac_table *) open_locator ().address);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, append_pieces, NULL), ==, 0);
  guest_go (parent);
  guest_wait (parent);
  atomic_store (&host_ends, true);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    pthread_join (threads[i], NULL);
  check_pieces ();
}

static void
test_both (gconstpointer function)
{
  struct visit visit;
  struct lac_remote_buffer buffer;

  fixture_begin_remote ();
  guest_start (&visit.guest, (void (*) (struct guest *)) function);
  guest_wait (&visit.guest);
  if (visit_begin (&visit, visit.guest.pid))
    {
      for (unsigned i = 0; i < PIECES; i++)
        {
          gint64 since = g_get_monotonic_time ();
          enum lac_status status;

          do
            status = get (&visit, 16, i % 20 == 7 ? LAC_BUFFER_NEW : 0, 30000, &buffer);
          while (is_busy (status, since));
          assert_status (status, LAC_OK);
          append_and_put (&buffer, "<visitor's own.>");
        }
      visit_end (&visit);
      guest_go (&visit.guest);
      guest_end (&visit.guest);
    }
  fixture_end_remote ();
}

/* The first word of the only free buffer, which stands in private memory, says whether somebody has it. All
 * threads take it as often as they can, and so does who is outside. */
static uint64_t contended;

static void *
take_and_put (void *unused)
{
  unsigned n = 0;

  while (!atomic_load (&host_ends))
    {
      struct lac_buffer buffer;
      uint32_t *word = (uint32_t *) (uintptr_t) contended;
      uint32_t nobody = 0;

      if (lac_locator_take (contended, &buffer) != LAC_OK)
        continue;
      g_assert_true (__atomic_compare_exchange_n (word, &nobody, 1, false, __ATOMIC_SEQ_CST,
                                                  __ATOMIC_SEQ_CST));
      for (volatile int i = 0; i < 200; i++)
        ;
      g_assert_cmpuint (__atomic_exchange_n (word, 0, __ATOMIC_SEQ_CST), ==, 1);
      g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
      /* Others are to have a chance. */
      for (volatile int i = 0; i < 1000; i++)
        ;
      if (++n % 64 == 0)
        g_usleep (100);
    }
  return NULL;
}

static void
contend (struct guest *parent)
{
  pthread_t threads[3];
  struct lac_buffer buffer;

  fill_table ((struct lac_table *) open_locator ().address);
  g_assert_cmpint (lac_buffers_get (NULL, LAC_BUFFER_NEW, &buffer, NULL), ==, LAC_OK);
  contended = buffer.address;
  g_assert_cmpint (lac_buffer_reserve (&buffer, 16, 1, &(void *){ NULL }), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, take_and_put, NULL), ==, 0);
  guest_tell (parent, &contended, sizeof contended);
  guest_wait (parent);
  atomic_store (&host_ends, true);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    pthread_join (threads[i], NULL);
  g_assert_cmpuint (*(uint32_t *) (uintptr_t) contended, ==, 0);
}

static void
test_contended (void)
{
  const uint32_t ours = 2, nobodys = 0;
  struct visit visit;
  unsigned n_taken = 0, n_refused = 0;
  gint64 start = g_get_monotonic_time ();
  uint64_t address;

  fixture_begin_remote ();
  guest_start (&visit.guest, contend);
  guest_hear (&visit.guest, &address, sizeof address);
  if (visit_begin (&visit, visit.guest.pid))
    {
      while (n_taken < 100
             && g_get_monotonic_time () - start < (n_taken > 0 ? 5 : 60) * G_USEC_PER_SEC)
        {
          struct lac_remote_buffer buffer;
          gint64 since = g_get_monotonic_time ();
          uint32_t word;
          enum lac_status status = lac_remote_locator_take (visit.look.locator, visit.remote, address,
                                                            &buffer, NULL);

          if (status == LAC_E_BUSY || is_busy (status, since))
            {
              n_refused++;
              continue;
            }
          assert_status (status, LAC_OK);
          n_taken++;
          assert_status (lac_process_read_memory (visit.look.process, address, &word, sizeof word, 0, NULL,
                                                  NULL, NULL, NULL, NULL),
                         LAC_OK);
          g_assert_cmpuint (word, ==, 0);
          assert_status (lac_process_write_memory (visit.look.process, address, &ours, sizeof ours, 0, NULL,
                                                   NULL),
                         LAC_OK);
          assert_status (lac_process_write_memory (visit.look.process, address, &nobodys, sizeof nobodys, 0,
                                                   NULL, NULL),
                         LAC_OK);
          append_and_put (&buffer, "");
        }
      g_test_message ("taken %u times, refused %u times", n_taken, n_refused);
      g_assert_cmpuint (n_taken, >, 0);
      visit_end (&visit);
      guest_go (&visit.guest);
      guest_end (&visit.guest);
    }
  fixture_end_remote ();
}

/* Killed */

#define N_KILLED 60

/* What is outside: gets, appends and puts back until it is killed. */
static void
visit_until_killed (struct guest *parent)
{
  struct lac_process_failure failure = { .what = "" };
  enum lac_status status;
  struct visit visit;
  gint64 since = g_get_monotonic_time ();
  pid_t pid;

  guest_hear (parent, &pid, sizeof pid);
  look_at (&visit.look, pid);
  do
    status = lac_remote_open (visit.look.process, 0, &visit.remote, &failure);
  while (is_busy (status, since));
  if (status == LAC_OK)
    guest_go (parent);
  for (unsigned i = 0; status == LAC_OK; i++)
    {
      struct lac_gap_query query = wish_for (visit.look.process, 16);
      struct lac_remote_buffer buffer;

      do
        status = lac_remote_buffers_get (visit.look.locator, visit.remote, &query,
                                         i % 32 == 0 ? LAC_BUFFER_NEW : 0, 30000, NULL, &buffer, NULL,
                                         &failure);
      while (is_busy (status, since));
      if (status == LAC_OK)
        append_and_put (&buffer, "<visitor's own.>");
    }
  fprintf (stderr, "# %s: %s (%d)\n", lac_status_name (status), failure.what, failure.system_error);
  _exit (status == LAC_E_PTRACE_SCOPE ? CHILD_SKIPPED : 1);
}

/* Has a locator, and at the end looks whether it can still be used. */
static void
be_visited (struct guest *parent)
{
  struct lac_locator_facts facts = open_locator ();
  struct lac_locator_cursor cursor;
  struct lac_locator_item item;
  struct lac_buffer buffer;
  unsigned n_taken = 0, n_pieces = 0;

  guest_go (parent);
  guest_wait (parent);
  for (struct lac_table *table = (struct lac_table *) facts.address; table != NULL;
       table = (struct lac_table *) table->next_locator)
    g_assert_cmpint (table->is_locked, ==, 0);
  for (enum lac_status status = lac_locator_first (&cursor, &item); status == LAC_OK;
       status = lac_locator_next (&cursor, &item))
    {
      n_taken += item.taken;
      n_pieces += item.position / 16;
      g_assert_cmpuint (item.position % 16, ==, 0);
      for (uint32_t at = 0; at < item.position; at += 16)
        g_assert_cmpmem ((char *) item.address + at, 16, "<visitor's own.>", 16);
    }
  g_test_message ("%u pieces, %u buffers were left taken", n_pieces, n_taken);
  g_assert_cmpuint (n_taken, <=, N_KILLED);
  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_append (&buffer, "host", 4, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
}

static void
test_killed (void)
{
  uint32_t seed = g_test_rand_int_range (0, G_MAXINT);
  struct visit visit;
  unsigned n_files;

  g_test_message ("seed %u", seed);
  fixture_begin_remote ();
  guest_start (&visit.guest, be_visited);
  guest_wait (&visit.guest);
  if (visit_begin (&visit, visit.guest.pid))
    {
      n_files = count_files_of (visit.guest.pid);
      for (unsigned i = 0; i < N_KILLED; i++)
        {
          struct guest other;
          int status;
          char byte;

          guest_start (&other, visit_until_killed);
          guest_tell (&other, &visit.guest.pid, sizeof visit.guest.pid);
          /* It may not trace who is not its child. */
          if (read (other.from, &byte, 1) == 1)
            {
              seed = seed * 1103515245 + 12345;
              g_usleep ((seed >> 8) % 4000);
              kill (other.pid, SIGKILL);
            }
          g_assert_cmpint (waitpid (other.pid, &status, 0), ==, other.pid);
          close (other.to);
          close (other.from);
          if (WIFEXITED (status))
            {
              g_assert_cmpint (WEXITSTATUS (status), ==, CHILD_SKIPPED);
              g_test_skip ("a process may trace only its own children here");
              break;
            }
        }
      g_assert_cmpuint (count_files_of (visit.guest.pid), ==, n_files);
      visit_end (&visit);
      guest_go (&visit.guest);
      guest_end (&visit.guest);
    }
  fixture_end_remote ();
}

/* Has no locator before somebody makes one for it. */
static void
be_unprepared (struct guest *parent)
{
  struct lac_locator_facts facts;
  struct lac_buffer buffer;

  guest_go (parent);
  guest_wait (parent);
  facts = open_locator ();
  g_assert_cmpstr (lac_locator_place_name (facts.place), ==, "shared");
  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_append (&buffer, "host", 4, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
}

static unsigned
count_in (const char *text,
          const char *part)
{
  unsigned n = 0;

  for (const char *at = strstr (text, part); at != NULL; at = strstr (at + 1, part))
    n++;
  return n;
}

/* Whether it has a locator, mapped once, or nothing of it is mapped; and whether no file was left open. */
static bool
is_whole (pid_t     pid,
          unsigned  n_lines,
          unsigned  n_files,
          unsigned *n_made)
{
  struct look look;
  bool is_made, whole;
  char *maps;

  look_at (&look, pid);
  maps = read_maps_of (pid);
  is_made = look.facts.address != 0;
  whole = count_in (maps, "Reloaded.Memory.Buffers") == (is_made ? 1 : 0)
          && (is_made || count_in (maps, "\n") == n_lines) && count_files_of (pid) == n_files;
  if (whole && is_made)
    ++*n_made;
  g_free (maps);
  look_away (&look);
  return whole;
}

/* Who makes the locator is killed in the middle of it: there is one then, or nothing of it but perhaps a
 * file, which is then stale as one of an earlier process, and replaced. */
static void
test_killed_making (void)
{
  uint32_t seed = g_test_rand_int_range (0, G_MAXINT);
  unsigned n_made = 0;

  g_test_message ("seed %u", seed);
  for (unsigned i = 0; i < 40; i++)
    {
      struct visit visit;
      struct guest other;
      unsigned n_files, n_lines;
      char *maps;
      int status;
      char byte;

      fixture_begin_remote ();
      guest_start (&visit.guest, be_unprepared);
      guest_wait (&visit.guest);
      if (!visit_begin (&visit, visit.guest.pid))
        {
          fixture_end_remote ();
          return;
        }
      n_files = count_files_of (visit.guest.pid);
      maps = read_maps_of (visit.guest.pid);
      n_lines = count_in (maps, "\n");
      g_free (maps);
      guest_start (&other, visit_until_killed);
      guest_tell (&other, &visit.guest.pid, sizeof visit.guest.pid);
      if (read (other.from, &byte, 1) == 1)
        {
          seed = seed * 1103515245 + 12345;
          g_usleep ((seed >> 8) % 3000);
          kill (other.pid, SIGKILL);
        }
      g_assert_cmpint (waitpid (other.pid, &status, 0), ==, other.pid);
      close (other.to);
      close (other.from);
      if (!WIFEXITED (status))
        {
          gint64 since = g_get_monotonic_time ();

          /* Until its tracer has done. */
          while (!is_whole (visit.guest.pid, n_lines, n_files, &n_made))
            {
              g_assert_cmpint (g_get_monotonic_time () - since, <, 30 * G_USEC_PER_SEC);
              g_usleep (2000);
            }
        }
      else
        {
          g_assert_cmpint (WEXITSTATUS (status), ==, CHILD_SKIPPED);
          g_test_skip ("a process may trace only its own children here");
          i = 40;
        }
      visit_end (&visit);
      guest_go (&visit.guest);
      guest_end (&visit.guest);
      fixture_end_remote ();
    }
  g_test_message ("%u were made", n_made);
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
  g_test_add_func ("/buffers/remote/no-folder-is-told", test_no_folder);
  g_test_add_func ("/buffers/remote/chain-leads-nowhere", test_chain_leads_nowhere);
  g_test_add_func ("/buffers/remote/fork", test_fork);
  g_test_add_func ("/buffers/remote/more-tables", test_more_tables);
  g_test_add_data_func ("/buffers/remote/lock-is-waited-for/first", (gconstpointer) hold_first_lock,
                        test_locked);
  g_test_add_data_func ("/buffers/remote/lock-is-waited-for/second", (gconstpointer) hold_second_lock,
                        test_locked);
  g_test_add_data_func ("/buffers/remote/both-append/shared", (gconstpointer) append_alone, test_both);
  g_test_add_data_func ("/buffers/remote/both-append/private", (gconstpointer) append_in_private, test_both);
  g_test_add_func ("/buffers/remote/private-table-is-contended", test_contended);
  g_test_add_func ("/buffers/remote/killed-at-any-time", test_killed);
  g_test_add_func ("/buffers/remote/killed-while-making", test_killed_making);
  return g_test_run ();
}
