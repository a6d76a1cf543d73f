/* Who visits another process is killed at any time, and the process has a locator that can be used, or none.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-visit.h"

#include <errno.h>

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

/* Starts another one that visits it, and kills that at some time. False, with the test skipped, when it may trace
 * only its own children. */
static bool
kill_a_visitor (struct visit *visit,
                GRand        *random,
                int           most_microseconds)
{
  struct guest other;
  int status;
  char byte;

  guest_start (&other, visit_until_killed);
  guest_tell (&other, &visit->guest.pid, sizeof visit->guest.pid);
  if (read (other.from, &byte, 1) == 1)
    {
      g_usleep ((gulong) g_rand_int_range (random, 0, most_microseconds));
      kill (other.pid, SIGKILL);
    }
  g_assert_cmpint (waitpid (other.pid, &status, 0), ==, other.pid);
  close (other.to);
  close (other.from);
  if (!WIFEXITED (status))
    return true;
  g_assert_cmpint (WEXITSTATUS (status), ==, CHILD_SKIPPED);
  g_test_skip ("a process may trace only its own children here");
  return false;
}

static void
test_killed (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  struct visit visit;
  unsigned n_files;

  if (!visit_start (&visit, be_visited))
    return;
  n_files = count_files_of (visit.guest.pid);
  for (unsigned i = 0; i < N_KILLED; i++)
    if (!kill_a_visitor (&visit, random, 4000))
      break;
  g_assert_cmpuint (count_files_of (visit.guest.pid), ==, n_files);
  visit_go_and_leave (&visit);
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
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  unsigned n_made = 0;
  bool may = true;

  for (unsigned i = 0; may && i < 40; i++)
    {
      struct visit visit;
      unsigned n_files, n_lines;
      char *maps;
      gint64 since;

      if (!visit_start (&visit, be_unprepared))
        return;
      n_files = count_files_of (visit.guest.pid);
      maps = read_maps_of (visit.guest.pid);
      n_lines = count_in (maps, "\n");
      g_free (maps);
      may = kill_a_visitor (&visit, random, 3000);
      since = g_get_monotonic_time ();
      /* Until its tracer has done. */
      while (may && !is_whole (visit.guest.pid, n_lines, n_files, &n_made))
        {
          g_assert_cmpint (g_get_monotonic_time () - since, <, 30 * G_USEC_PER_SEC);
          g_usleep (2000);
        }
      visit_go_and_leave (&visit);
    }
  g_test_message ("%u were made", n_made);
}

int
main (int    argc,
      char **argv)
{
  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/buffers/remote/killed-at-any-time", test_killed);
  g_test_add_func ("/buffers/remote/killed-while-making", test_killed_making);
  return g_test_run ();
}
