/* Another process's locator, found and used from outside without tracing: what is believed, what is
 * not, and what becomes of a taken buffer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-fixture.h"

#include <errno.h>
#include <sys/syscall.h>

/* Finding */

static void
do_nothing (struct guest *parent)
{
  guest_go (parent);
  guest_wait (parent);
}

static void
test_none (void)
{
  struct guest guest;
  struct look look;
  struct lac_map *map;
  struct lac_locator_view view;
  struct lac_remote_buffer buffer;
  struct lac_gap_query query;

  look_start (&look, &guest, do_nothing);
  g_assert_cmpuint (look.facts.address, ==, 0);
  g_assert_false (look.facts.stale);
  g_assert_cmpstr (look.facts.path, ==, "");
  g_assert_cmpint (lac_process_read_map (look.process, 0, NULL, &map, NULL), ==, LAC_OK);
  assert_status (lac_remote_locator_read (look.locator, map, &view, NULL), LAC_E_NOT_FOUND);
  lac_map_unref (map);
  query = wish_for (look.process, 16);
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 100, NULL, &buffer, NULL, NULL),
                 LAC_E_NO_GAP);
  look_finish (&look, &guest);
}

/* Has a buffer with six bytes, tells of it, and at the end checks that sixteen were appended. */
static void
use_library (struct guest *parent)
{
  struct lac_locator_facts facts = open_locator ();
  struct lac_buffer buffer;
  uint64_t words[3];
  char *bytes;

  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_append (&buffer, "lacuna", 6, NULL), ==, LAC_OK);
  bytes = (char *) buffer.address;
  words[0] = facts.address;
  words[1] = buffer.address;
  words[2] = buffer.size;
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
  guest_tell (parent, words, sizeof words);
  guest_wait (parent);
  g_assert_cmpmem (bytes, 22, "lacuna0123456789abcdef", 22);
  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
  g_assert_cmpuint (buffer.address, !=, (uintptr_t) bytes);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
  guest_go (parent);
  guest_wait (parent);
  g_assert_cmpint (lac_locator_take ((uintptr_t) bytes, &buffer), ==, LAC_OK);
  g_assert_cmpuint (buffer.position, ==, 48);
  g_assert_cmpint (lac_buffer_append (&buffer, "!", 1, NULL), ==, LAC_OK);
  g_assert_cmpmem (bytes + 32, 17, "0123456789abcdef!", 17);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
}

static void
test_found_and_used (void)
{
  struct guest guest;
  struct look look;
  struct lac_map *map;
  struct lac_locator_view view;
  struct lac_remote_buffer buffer, copy;
  struct lac_gap_query query;
  uint64_t words[3], address;
  char *path;

  fixture_begin_remote ();
  guest_start (&guest, use_library);
  guest_hear (&guest, words, sizeof words);
  look_at (&look, guest.pid);
  path = shared_path (guest.pid);
  g_assert_cmphex (look.facts.address, ==, words[0]);
  g_assert_cmpstr (look.facts.path, ==, path);
  g_assert_false (look.facts.stale);
  g_assert_false (look.facts.own_place);
  g_assert_true (look.facts.writable);
  g_assert_null (look.facts.why_not);
  g_assert_cmpint (look.facts.layout, ==, LAC_LOCATOR_LAYOUT_STANDARD);
  g_free (path);

  g_assert_cmpint (lac_process_read_map (look.process, 0, NULL, &map, NULL), ==, LAC_OK);
  assert_status (lac_remote_locator_read (look.locator, map, &view, NULL), LAC_OK);
  g_assert_cmpuint (view.n_tables, ==, 1);
  g_assert_cmpuint (view.n_buffers, ==, 1);
  g_assert_cmphex (view.tables[0].buffers[0].address, ==, words[1]);
  g_assert_cmpuint (view.tables[0].buffers[0].position, ==, 6);
  g_assert_cmpuint (view.findings, ==, LAC_FINDING_WRITABLE_AND_EXECUTABLE);
  lac_locator_view_clear (&view);
  lac_map_unref (map);

  /* What is taken here is not had there. */
  query = wish_for (look.process, 16);
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 100, NULL, &buffer, NULL, NULL),
                 LAC_OK);
  g_assert_cmphex (buffer.address, ==, words[1]);
  g_assert_cmpuint (buffer.size, ==, words[2]);
  g_assert_cmpuint (buffer.position, ==, 6);
  g_assert_false (buffer.created);
  assert_status (lac_remote_buffer_append (&buffer, "0123456789abcdef", 16, &address, NULL), LAC_OK);
  g_assert_cmphex (address, ==, words[1] + 6);
  g_assert_cmpuint (buffer.position, ==, 22);
  assert_status (lac_remote_buffer_append (&buffer, "", (size_t) words[2], NULL, NULL), LAC_E_FULL);
  assert_status (lac_remote_locator_take (look.locator, NULL, words[1], &copy, NULL), LAC_E_BUSY);
  guest_go (&guest);
  guest_wait (&guest);
  copy = buffer;
  assert_status (lac_remote_buffer_put (&buffer, NULL), LAC_OK);
  g_assert_cmphex (buffer.address, ==, 0);
  assert_status (lac_remote_buffer_put (&buffer, NULL), LAC_E_NOT_TAKEN);
  assert_status (lac_remote_buffer_put (&copy, NULL), LAC_E_NOT_TAKEN);
  assert_status (lac_remote_buffer_append (&copy, "x", 1, NULL, NULL), LAC_E_NOT_TAKEN);

  /* The next byte is aligned. */
  query.alignment = 32;
  query.max = words[1] + words[2];
  query.min = words[1];
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 100, NULL, &buffer, NULL, NULL),
                 LAC_OK);
  g_assert_cmpuint (buffer.position, ==, 32);
  assert_status (lac_remote_buffer_append (&buffer, "0123456789abcdef", 16, &address, NULL), LAC_OK);
  g_assert_cmphex (address, ==, words[1] + 32);
  assert_status (lac_remote_buffer_put (&buffer, NULL), LAC_OK);
  assert_status (lac_remote_locator_take (look.locator, NULL, words[1] + words[2] - 1, &buffer, NULL),
                 LAC_OK);
  g_assert_cmpuint (buffer.position, ==, 48);
  /* What is not put back is when the look ends. */
  look_finish (&look, &guest);
}

static void
test_without_queries (void)
{
  look_without_queries = true;
  test_found_and_used ();
  look_without_queries = false;
}

static void
test_constraints_are_heeded (void)
{
  struct guest guest;
  struct look look;
  struct lac_remote_buffer buffer;
  struct lac_gap_query query;
  uint64_t words[3], anchor;

  fixture_begin_remote ();
  guest_start (&guest, use_library);
  guest_hear (&guest, words, sizeof words);
  look_at (&look, guest.pid);
  query = wish_for (look.process, 16);
  query.max = words[1] + words[2] - 1;
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 0, NULL, &buffer, NULL, NULL),
                 LAC_E_NO_GAP);
  query.max = LAC_ADDRESS_END;
  query.min = words[1] + 1;
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 0, NULL, &buffer, NULL, NULL),
                 LAC_E_NO_GAP);
  query.min = 0;
  anchor = words[1] - 0x1000;
  query.anchors = &anchor;
  query.n_anchors = 1;
  query.within = 0x1000 + words[2] - 1;
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 0, NULL, &buffer, NULL, NULL),
                 LAC_E_NO_GAP);
  query.within++;
  query.size = words[2] - 5;
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 0, NULL, &buffer, NULL, NULL),
                 LAC_E_NO_GAP);
  query.size = 0;
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 0, NULL, &buffer, NULL, NULL),
                 LAC_E_INVALID);
  query.size = words[2] - 6;
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, LAC_BUFFER_NEW, 0, NULL, &buffer, NULL,
                                         NULL),
                 LAC_E_INVALID);
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 0, NULL, &buffer, NULL, NULL),
                 LAC_OK);
  g_assert_cmphex (buffer.address, ==, words[1]);
  look_away (&look);
  guest_kill (&guest);
  fixture_end_remote ();
}

/* What is not believed */

static void
assert_stale (struct guest *guest)
{
  char *path = shared_path (guest->pid);
  struct look look;

  look_at (&look, guest->pid);
  g_assert_cmphex (look.facts.address, ==, 0);
  g_assert_true (look.facts.stale);
  g_assert_cmpstr (look.facts.path, ==, path);
  look_away (&look);
  g_free (path);
}

/* Leaves something in the place of the guest's file. */
static void
with_stale (void (*leave) (pid_t pid))
{
  struct guest guest;

  fixture_begin_remote ();
  make_shared_folder ();
  guest_start (&guest, do_nothing);
  guest_wait (&guest);
  leave (guest.pid);
  g_usleep (300 * 1000);
  assert_stale (&guest);
  guest_go (&guest);
  guest_end (&guest);
  fixture_end_remote ();
}

static void
leave_garbage (pid_t pid)
{
  char bytes[4096];

  memset (bytes, 0xa5, sizeof bytes);
  leave_file (pid, bytes, sizeof bytes, 100);
}

static void
leave_nothing (pid_t pid)
{
  leave_file (pid, "", 0, 100);
}

static void
leave_zeros (pid_t pid)
{
  char bytes[4096] = { 0 };

  leave_file (pid, bytes, sizeof bytes, 100);
}

/* The guest's program is mapped where it says, and is another file. */
static void
leave_forged (pid_t pid)
{
  struct lac_table header = { .this_address = (uintptr_t) &with_stale & ~(uintptr_t) 4095 };
  char bytes[4096] = { 0 };

  memcpy (bytes, &header, sizeof header);
  leave_file (pid, bytes, sizeof bytes, 100);
}

static void
leave_folder (pid_t pid)
{
  char *path = shared_path (pid);

  g_assert_cmpint (g_mkdir (path, 0755), ==, 0);
  g_free (path);
}

static void
leave_link (pid_t pid)
{
  char *path = shared_path (pid);

  g_assert_cmpint (symlink ("/etc/passwd", path), ==, 0);
  g_free (path);
}

static void
leave_pipe (pid_t pid)
{
  char *path = shared_path (pid);

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  g_free (path);
}

static void
test_stale (gconstpointer leave)
{
  with_stale ((void (*) (pid_t)) leave);
}

/* The file is mapped where it says, and then another file of the same name takes its place. */
static void
map_and_replace (struct guest *parent)
{
  char *path = shared_path (getpid ());
  struct lac_table *table;
  char bytes[4096];

  make_shared_folder ();
  table = make_as_reloaded ();
  memcpy (bytes, table, sizeof bytes);
  g_assert_cmpint (g_unlink (path), ==, 0);
  leave_file (getpid (), bytes, sizeof bytes, 0);
  g_free (path);
  guest_go (parent);
  guest_wait (parent);
}

static void
test_replaced (void)
{
  struct guest guest;

  fixture_begin_remote ();
  guest_start (&guest, map_and_replace);
  guest_wait (&guest);
  assert_stale (&guest);
  guest_go (&guest);
  guest_end (&guest);
  fixture_end_remote ();
}

/* Mapped privately: what is written there is not seen here. */
static void
map_privately (struct guest *parent)
{
  char *path = shared_path (getpid ());
  struct lac_table *table;
  int file;

  make_shared_folder ();
  table = make_as_reloaded ();
  file = open (path, O_RDWR | O_CLOEXEC);
  g_assert_true (mmap (table, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file, 0) == table);
  close (file);
  g_free (path);
  guest_go (parent);
  guest_wait (parent);
}

static void
map_to_read (struct guest *parent)
{
  struct lac_table *table;

  make_shared_folder ();
  table = make_as_reloaded ();
  g_assert_cmpint (mprotect (table, 4096, PROT_READ), ==, 0);
  guest_go (parent);
  guest_wait (parent);
}

/* It is told that the file is this process's. */
static void
test_mapped_otherwise (gconstpointer map)
{
  struct guest guest;
  struct look look;

  fixture_begin_remote ();
  guest_start (&guest, (void (*) (struct guest *)) map);
  guest_wait (&guest);
  assert_stale (&guest);
  look_at (&look, guest.pid);
  g_assert_nonnull (look.facts.why_not);
  look_finish (&look, &guest);
}

static void
become_another_program (struct guest *parent)
{
  struct lac_buffer buffer;

  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
  guest_go (parent);
  guest_wait (parent);
  execlp ("sleep", "sleep", "1000", NULL);
  _exit (1);
}

static void
test_exec (void)
{
  struct guest guest;
  struct look look;
  struct lac_remote_buffer buffer;
  struct lac_gap_query query;
  struct lac_remote_locator_facts facts;
  struct lac_process_facts about;
  enum lac_status status;

  look_start (&look, &guest, become_another_program);
  g_assert_cmphex (look.facts.address, !=, 0);
  query = wish_for (look.process, 16);
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 0, NULL, &buffer, NULL, NULL),
                 LAC_OK);
  guest_go (&guest);
  do
    {
      g_usleep (1000);
      g_assert_cmpint (lac_process_get_facts (look.process, &about, NULL), ==, LAC_OK);
    }
  while (strcmp (about.name, "sleep") != 0);
  status = lac_remote_buffer_append (&buffer, "x", 1, NULL, NULL);
  assert_status (status, LAC_E_CHANGED);
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 0, NULL, &buffer, NULL, NULL),
                 LAC_E_NO_GAP);
  lac_remote_locator_get_facts (look.locator, &facts);
  g_assert_true (facts.stale);
  g_assert_cmphex (facts.address, ==, 0);

  kill (guest.pid, SIGKILL);
  waitpid (guest.pid, NULL, 0);
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 0, NULL, &buffer, NULL, NULL),
                 LAC_E_EXITED);
  look_away (&look);
  close (guest.to);
  close (guest.from);
  fixture_end_remote ();
}

/* The file is cut while it is mapped here: that would end a process that touches it. */
static void
cut_file (struct guest *parent)
{
  char *path = shared_path (getpid ());
  struct lac_buffer buffer;

  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
  guest_go (parent);
  guest_wait (parent);
  g_assert_cmpint (truncate (path, 0), ==, 0);
  g_free (path);
  guest_go (parent);
  guest_wait (parent);
}

static void
test_cut_file (void)
{
  struct guest guest;
  struct look look;
  struct lac_remote_buffer buffer, other;
  struct lac_gap_query query;
  struct sigaction before, after;

  fixture_begin_remote ();
  g_assert_cmpint (sigaction (SIGBUS, NULL, &before), ==, 0);
  guest_start (&guest, cut_file);
  guest_wait (&guest);
  look_at (&look, guest.pid);
  query = wish_for (look.process, 16);
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 0, NULL, &buffer, NULL, NULL),
                 LAC_OK);
  guest_go (&guest);
  guest_wait (&guest);
  g_assert_cmpint (lac_remote_buffer_append (&buffer, "0123", 4, NULL, NULL), !=, LAC_OK);
  g_assert_cmpint (lac_remote_buffers_get (look.locator, NULL, &query, 0, 0, NULL, &other, NULL, NULL), !=,
                   LAC_OK);
  g_assert_cmpint (lac_remote_buffer_put (&buffer, NULL), !=, LAC_OK);
  look_away (&look);
  g_assert_cmpint (sigaction (SIGBUS, NULL, &after), ==, 0);
  g_assert_true (before.sa_handler == after.sa_handler);
  guest_go (&guest);
  guest_end (&guest);
  fixture_end_remote ();
}

/* Other places, other namespaces, other users */

static void
test_own_place (void)
{
  struct guest guest;
  struct look look;
  uint64_t words[3];
  char *outer;

  fixture_begin_remote ();
  outer = g_build_filename (fixture_root, ".reloaded", NULL);
  g_assert_true (g_file_set_contents (outer, "in the way", -1, NULL));
  g_free (outer);
  guest_start (&guest, use_library);
  guest_hear (&guest, words, sizeof words);
  look_at (&look, guest.pid);
  g_assert_cmphex (look.facts.address, ==, words[0]);
  g_assert_true (look.facts.own_place);
  g_assert_true (g_str_has_prefix (look.facts.path, fixture_own));
  look_away (&look);
  guest_kill (&guest);
  fixture_end_remote ();
}

static void
belong_to_another (struct guest *parent)
{
  char *path = shared_path (getpid ());

  make_shared_folder ();
  make_as_reloaded ();
  if (chown (path, 1, 1) != 0)
    {
      guest_tell (parent, "s", 1);
      return;
    }
  g_free (path);
  guest_go (parent);
  guest_wait (parent);
}

static void
test_other_users_file (void)
{
  struct guest guest;
  struct look look;

  fixture_begin_remote ();
  guest_start (&guest, belong_to_another);
  if (!guest_skips (&guest))
    {
      look_at (&look, guest.pid);
      g_assert_cmphex (look.facts.address, ==, 0);
      g_assert_false (look.facts.stale);
      look_away (&look);
      guest_go (&guest);
      guest_end (&guest);
    }
  fixture_end_remote ();
}

/* An overlay, whose files have other numbers in a map than stat(2) says. */
static bool
put_overlay (void)
{
  static const char *const names[] = { "lower", "upper", "work" };
  char *options = g_strdup_printf ("lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", fixture_root,
                                   fixture_root, fixture_root);
  bool done;

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      char *path = g_build_filename (fixture_root, names[i], NULL);

      g_assert_cmpint (g_mkdir (path, 0755), ==, 0);
      g_assert_cmpint (g_chmod (path, 01777), ==, 0);
      g_free (path);
    }
  done = mount ("none", fixture_root, "overlay", 0, options) == 0;
  g_free (options);
  return done;
}

static bool apart_on_overlay;

/* A process that counts PIDs for itself, and has another folder in the place of the one that is
 * seen from outside. */
static void
use_apart (struct guest *parent)
{
  g_assert_cmpint (getpid (), ==, 1);
  use_library (parent);
}

static void
live_apart (struct guest *parent)
{
  if (!guest_moves_apart (parent, CLONE_NEWPID | CLONE_NEWNS, "mode=1777"))
    return;
  if (apart_on_overlay && !put_overlay ())
    {
      guest_tell (parent, "s", 1);
      return;
    }
  guest_go (parent);
  guest_in_child (use_apart, parent);
}

static void
test_namespaces (void)
{
  struct guest guest;
  struct look look;
  struct lac_remote_buffer buffer;
  struct lac_gap_query query;
  uint64_t words[3];
  pid_t child;

  fixture_begin_remote ();
  guest_start (&guest, live_apart);
  if (guest_skips (&guest))
    {
      fixture_end_remote ();
      return;
    }
  guest_hear (&guest, words, sizeof words);
  child = child_of (guest.pid);
  g_assert_cmpint (child, >, 0);
  look_at (&look, child);
  g_assert_cmphex (look.facts.address, ==, words[0]);
  g_assert_true (g_str_has_suffix (look.facts.path, "PID 1"));
  query = wish_for (look.process, 16);
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 0, NULL, &buffer, NULL, NULL),
                 LAC_OK);
  assert_status (lac_remote_buffer_append (&buffer, "0123456789abcdef", 16, NULL, NULL), LAC_OK);
  guest_go (&guest);
  guest_wait (&guest);
  assert_status (lac_remote_buffer_put (&buffer, NULL), LAC_OK);
  query.alignment = 32;
  assert_status (lac_remote_locator_take (look.locator, NULL, words[1], &buffer, NULL), LAC_OK);
  assert_status (lac_remote_buffer_append (&buffer, "..........0123456789abcdef", 26, NULL, NULL), LAC_OK);
  assert_status (lac_remote_buffer_put (&buffer, NULL), LAC_OK);
  look_finish (&look, &guest);
}

static void
test_overlay (void)
{
  apart_on_overlay = true;
  test_namespaces ();
  apart_on_overlay = false;
}

/* What the items say */

/* An item for the guest's own tests, in a table that it makes as Reloaded does. */
static void
add_item (struct lac_table *table,
          void             *base,
          uint32_t          size,
          uint32_t          position)
{
  table->items[table->item_count] = (struct lac_item){ (uintptr_t) base, size, position, 0 };
  table->item_count++;
}

static void *
some_memory (int protection)
{
  void *memory = mmap (NULL, 8192, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  g_assert_true (memory != MAP_FAILED);
  return memory;
}

static char not_a_buffer[4096];

static void
claim_wrongly (struct guest *parent)
{
  const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
  struct lac_table *table;
  char *good;
  uint64_t address;

  make_shared_folder ();
  table = make_as_reloaded ();
  add_item (table, not_a_buffer, sizeof not_a_buffer, 0);
  add_item (table, some_memory (PROT_READ | PROT_WRITE), 8192, 0);
  add_item (table, some_memory (PROT_READ | PROT_EXEC), 8192, 0);
  good = some_memory (all);
  munmap (good + 4096, 4096);
  add_item (table, good, 8192, 0);
  good = some_memory (all);
  add_item (table, good, 4096, 0);
  add_item (table, good + 4000, 4096, 0);
  add_item (table, good, 0, 0);
  add_item (table, some_memory (all), 4096, 4097);
  add_item (table, (void *) ~(uintptr_t) 0xfff, 8192, 0);
  good = some_memory (all);
  add_item (table, good, 4096, 0);
  address = (uintptr_t) good;
  guest_tell (parent, &address, sizeof address);
  guest_wait (parent);
}

static void
test_only_sound_buffers (void)
{
  struct guest guest;
  struct look look;
  struct lac_remote_buffer buffer;
  struct lac_gap_query query;
  struct lac_process_failure failure = { .what = "" };
  uint64_t good;

  fixture_begin_remote ();
  guest_start (&guest, claim_wrongly);
  guest_hear (&guest, &good, sizeof good);
  look_at (&look, guest.pid);
  query = wish_for (look.process, 16);
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 0, NULL, &buffer, NULL, NULL),
                 LAC_OK);
  g_assert_cmphex (buffer.address, ==, good);
  /* It is told apart from what no table has. */
  assert_status (lac_remote_locator_take (look.locator, NULL, (uintptr_t) not_a_buffer, &buffer, &failure),
                 LAC_E_NOT_SUPPORTED);
  lac_remote_locator_get_facts (look.locator, &look.facts);
  g_assert_true (look.facts.writable);
  g_assert_nonnull (look.facts.why_not);
  g_assert_cmpstr (failure.what, ==, look.facts.why_not);
  assert_status (lac_remote_locator_take (look.locator, NULL, 1, &buffer, NULL), LAC_E_NOT_FOUND);
  lac_remote_locator_get_facts (look.locator, &look.facts);
  g_assert_null (look.facts.why_not);
  look_finish (&look, &guest);
}

/* Tables that lead back to the first of them, full of buffers that all claim the same memory. */
static void
go_round (struct guest *parent)
{
  struct lac_table *tables = some_memory (PROT_READ | PROT_WRITE);
  char *good = some_memory (PROT_READ | PROT_WRITE | PROT_EXEC);
  struct lac_table *first;

  make_shared_folder ();
  first = make_as_reloaded ();
  first->next_locator = (uintptr_t) tables;
  tables->this_address = (uintptr_t) tables;
  tables->next_locator = (uintptr_t) tables;
  while (tables->item_count < lac_table_capacity)
    add_item (tables, good, 8192, 0);
  while (first->item_count < lac_table_capacity)
    add_item (first, good, 8192, 0);
  guest_go (parent);
  guest_wait (parent);
}

static void
test_cycle (void)
{
  struct guest guest;
  struct look look;
  struct lac_remote_buffer buffer;
  struct lac_gap_query query;
  atomic_bool cancel = true;

  look_start (&look, &guest, go_round);
  query = wish_for (look.process, 16);
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 0, &cancel, &buffer, NULL, NULL),
                 LAC_E_CANCELLED);
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 0, NULL, &buffer, NULL, NULL),
                 LAC_E_NO_GAP);
  look_finish (&look, &guest);
}

static void
be_managed (struct guest *parent)
{
  const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
  struct lac_table_layout layout
      = sizeof (void *) == 8 ? LAC_TABLE_LAYOUT_MANAGED_64 : LAC_TABLE_LAYOUT_MANAGED_32;
  uintptr_t base = (uintptr_t) some_memory (all);
  uint32_t size = 4096;
  unsigned char *table;

  make_shared_folder ();
  table = (unsigned char *) make_as_reloaded ();
  memcpy (table + layout.header_size + layout.base, &base, sizeof base);
  memcpy (table + layout.header_size + layout.size, &size, sizeof size);
  table[layout.item_count] = 1;
  guest_go (parent);
  guest_wait (parent);
}

static void
be_new (struct guest *parent)
{
  make_shared_folder ();
  make_as_reloaded ()->flags = 3;
  guest_go (parent);
  guest_wait (parent);
}

static void
assert_shown_only (void (*function) (struct guest *parent),
                   enum lac_locator_layout layout,
                   unsigned                findings)
{
  struct guest guest;
  struct look look;
  struct lac_map *map;
  struct lac_locator_view view;
  struct lac_remote_buffer buffer;
  struct lac_gap_query query;
  struct lac_process_failure failure;

  look_start (&look, &guest, function);
  g_assert_cmphex (look.facts.address, !=, 0);
  g_assert_cmpint (look.facts.layout, ==, layout);
  g_assert_false (look.facts.writable);
  g_assert_nonnull (look.facts.why_not);
  g_assert_cmpint (lac_process_read_map (look.process, 0, NULL, &map, NULL), ==, LAC_OK);
  assert_status (lac_remote_locator_read (look.locator, map, &view, NULL), LAC_OK);
  g_assert_cmpint (view.layout, ==, layout);
  g_assert_cmpuint (view.findings, ==, findings);
  lac_locator_view_clear (&view);
  lac_map_unref (map);
  query = wish_for (look.process, 16);
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 0, NULL, &buffer, NULL, &failure),
                 LAC_E_NOT_SUPPORTED);
  g_assert_cmpstr (failure.what, ==, look.facts.why_not);
  look_finish (&look, &guest);
}

static void
test_managed (void)
{
  assert_shown_only (be_managed, LAC_LOCATOR_LAYOUT_MANAGED, LAC_FINDING_WRITABLE_AND_EXECUTABLE);
}

static void
test_unknown_version (void)
{
  assert_shown_only (be_new, LAC_LOCATOR_LAYOUT_STANDARD, LAC_FINDING_UNKNOWN_VERSION);
}

/* Waiting */

static void
take_and_put (struct guest *parent)
{
  struct lac_buffer buffer;

  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
  guest_go (parent);
  guest_wait (parent);
  g_usleep (50 * 1000);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
  guest_wait (parent);
}

static void
test_waits_for_taken (void)
{
  struct guest guest;
  struct look look;
  struct lac_remote_buffer buffer;
  struct lac_gap_query query;
  atomic_bool cancel = false;
  GThread *thread;
  gint64 start;

  look_start (&look, &guest, take_and_put);
  query = wish_for (look.process, 16);
  start = g_get_monotonic_time ();
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 40, NULL, &buffer, NULL, NULL),
                 LAC_E_BUSY);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 40 * 1000);
  thread = g_thread_new ("cancel", cancel_soon, &cancel);
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 60000, &cancel, &buffer, NULL, NULL),
                 LAC_E_CANCELLED);
  g_thread_join (thread);
  guest_go (&guest);
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 60000, NULL, &buffer, NULL, NULL),
                 LAC_OK);
  assert_status (lac_remote_buffer_put (&buffer, NULL), LAC_OK);
  look_finish (&look, &guest);
}

/* Whoever is waited for may end. */
static void
test_waits_for_nobody (void)
{
  struct guest guest;
  struct look look;
  struct lac_remote_buffer buffer;
  struct lac_gap_query query;

  look_start (&look, &guest, take_and_put);
  query = wish_for (look.process, 16);
  kill (guest.pid, SIGKILL);
  g_assert_cmpint (waitpid (guest.pid, NULL, 0), ==, guest.pid);
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 60000, NULL, &buffer, NULL, NULL),
                 LAC_E_EXITED);
  look_away (&look);
  close (guest.to);
  close (guest.from);
  fixture_end_remote ();
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    void (*leave) (pid_t pid);
  } stale[] = {
    { "garbage", leave_garbage }, { "nothing", leave_nothing }, { "zeros", leave_zeros },
    { "forged", leave_forged },   { "folder", leave_folder },   { "link", leave_link },
    { "pipe", leave_pipe },
  };

  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/buffers/remote-locator/none", test_none);
  g_test_add_func ("/buffers/remote-locator/found-and-used", test_found_and_used);
  g_test_add_func ("/buffers/remote-locator/without-point-queries", test_without_queries);
  g_test_add_func ("/buffers/remote-locator/constraints-are-heeded", test_constraints_are_heeded);
  for (size_t i = 0; i < G_N_ELEMENTS (stale); i++)
    {
      char *path = g_strdup_printf ("/buffers/remote-locator/stale/%s", stale[i].name);

      g_test_add_data_func (path, (gconstpointer) stale[i].leave, test_stale);
      g_free (path);
    }
  g_test_add_func ("/buffers/remote-locator/stale/replaced", test_replaced);
  g_test_add_data_func ("/buffers/remote-locator/stale/private-mapping", (gconstpointer) map_privately,
                        test_mapped_otherwise);
  g_test_add_data_func ("/buffers/remote-locator/stale/mapped-to-be-read", (gconstpointer) map_to_read,
                        test_mapped_otherwise);
  g_test_add_func ("/buffers/remote-locator/exec-ends-it", test_exec);
  g_test_add_func ("/buffers/remote-locator/cut-file-does-not-end-us", test_cut_file);
  g_test_add_func ("/buffers/remote-locator/own-place", test_own_place);
  g_test_add_func ("/buffers/remote-locator/other-users-file-is-not-believed", test_other_users_file);
  g_test_add_func ("/buffers/remote-locator/through-namespaces", test_namespaces);
  g_test_add_func ("/buffers/remote-locator/on-an-overlay", test_overlay);
  g_test_add_func ("/buffers/remote-locator/only-sound-buffers-are-taken", test_only_sound_buffers);
  g_test_add_func ("/buffers/remote-locator/cycle-ends", test_cycle);
  g_test_add_func ("/buffers/remote-locator/managed-order-is-shown-only", test_managed);
  g_test_add_func ("/buffers/remote-locator/unknown-version-is-shown-only", test_unknown_version);
  g_test_add_func ("/buffers/remote-locator/waits-for-what-is-taken", test_waits_for_taken);
  g_test_add_func ("/buffers/remote-locator/waits-for-nobody", test_waits_for_nobody);
  return g_test_run ();
}
