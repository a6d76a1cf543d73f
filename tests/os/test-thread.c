/* Locks, what fork does to memory and locks, threads' numbers, clocks.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/thread.h"
#include "room.h"

#include <glib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_THREADS 8

static struct lac_lock lock;
static unsigned count;

static gpointer
count_up (gpointer user_data)
{
  for (int i = 0; i < 20000; i++)
    {
      lac_lock_acquire (&lock);
      count++;
      lac_lock_release (&lock);
    }
  return NULL;
}

static void
test_lock (void)
{
  GThread *threads[N_THREADS];

  for (int i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("counts", count_up, NULL);
  for (int i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (count, ==, N_THREADS * 20000);
}

static void
expect_child (pid_t child)
{
  int status;

  g_assert_cmpint (child, >, 0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

struct wiped
{
  uint64_t word;
  struct lac_lock lock;
};

static bool
get_wiped (struct wiped **out_wiped)
{
  void *memory;
  enum lac_status status = lac_os_wiped_memory ((size_t) sysconf (_SC_PAGESIZE), &memory);

  if (status == LAC_E_NOT_SUPPORTED)
    g_test_skip ("this kernel has no MADV_WIPEONFORK (Linux 4.14)");
  else
    g_assert_cmpint (status, ==, LAC_OK);
  *out_wiped = memory;
  return status == LAC_OK;
}

static void
test_wiped_memory (void)
{
  struct wiped *wiped;
  pid_t child;

  if (!get_wiped (&wiped))
    return;
  g_assert_cmpuint (wiped->word, ==, 0);
  wiped->word = 7;
  lac_lock_acquire (&wiped->lock);
  child = fork ();
  if (child == 0)
    {
      bool wiped_in_child = wiped->word == 0;

      /* Held by the parent, and free here. */
      lac_lock_acquire (&wiped->lock);
      lac_lock_release (&wiped->lock);
      /* In a child of the child too. */
      wiped->word = 8;
      child = fork ();
      if (child == 0)
        _exit (wiped->word == 0 ? 0 : 1);
      expect_child (child);
      _exit (wiped_in_child && wiped->word == 8 ? 0 : 1);
    }
  expect_child (child);
  g_assert_cmpuint (wiped->word, ==, 7);
  lac_lock_release (&wiped->lock);
}

static unsigned n_before, n_after;
static bool is_between;

static void
before (void)
{
  lac_lock_acquire (&lock);
  n_before++;
  is_between = true;
}

static void
after (void)
{
  is_between = false;
  n_after++;
  lac_lock_release (&lock);
}

static gpointer
fork_once (gpointer user_data)
{
  pid_t child = fork ();

  if (child == 0)
    {
      lac_lock_acquire (&lock);
      /* ThreadSanitizer would miss the parent's threads in _exit(). */
      syscall (SYS_exit_group, !is_between && n_before == n_after && count % 2 == 0 ? 0 : 1);
    }
  expect_child (child);
  return NULL;
}

static gint stop;

/* Leaves an odd number only while it holds the lock. */
static gpointer
count_by_two (gpointer user_data)
{
  while (!g_atomic_int_get (&stop))
    {
      lac_lock_acquire (&lock);
      count++;
      count++;
      lac_lock_release (&lock);
    }
  return NULL;
}

static void
test_at_fork (void)
{
  GThread *thread;

  count = 0;
  g_assert_cmpint (lac_os_at_fork (before, after), ==, LAC_OK);
  fork_once (NULL);
  g_assert_cmpuint (n_before, ==, 1);
  g_assert_cmpuint (n_after, ==, 1);

  g_atomic_int_set (&stop, 0);
  thread = g_thread_new ("counts by two", count_by_two, NULL);
  for (int i = 0; i < 50; i++)
    fork_once (NULL);
  g_atomic_int_set (&stop, 1);
  g_thread_join (thread);
}

static gpointer
check_thread_id (gpointer user_data)
{
  for (int i = 0; i < 1000; i++)
    g_assert_cmpint (lac_thread_id (), ==, syscall (SYS_gettid));
  return GINT_TO_POINTER (lac_thread_id ());
}

/* In a child, and in a child of a child, of whichever thread forks. */
static gpointer
check_thread_id_in_child (gpointer user_data)
{
  int generations = GPOINTER_TO_INT (user_data);
  pid_t child;

  check_thread_id (NULL);
  if (generations == 0)
    return NULL;
  child = fork ();
  if (child == 0)
    {
      check_thread_id_in_child (GINT_TO_POINTER (generations - 1));
      _exit (0);
    }
  expect_child (child);
  check_thread_id (NULL);
  return NULL;
}

static void
test_thread_id (void)
{
  GThread *threads[N_THREADS];
  GHashTable *seen = g_hash_table_new (NULL, NULL);

  for (int i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("asks", check_thread_id, NULL);
  for (int i = 0; i < N_THREADS; i++)
    g_hash_table_add (seen, g_thread_join (threads[i]));
  g_assert_true (!g_hash_table_contains (seen, GINT_TO_POINTER (lac_thread_id ())));
  g_hash_table_unref (seen);
}

static void
test_thread_id_after_fork (void)
{
  check_thread_id_in_child (GINT_TO_POINTER (3));
  g_thread_join (g_thread_new ("forks", check_thread_id_in_child, GINT_TO_POINTER (3)));
}

struct waiting
{
  gint thread;
  gint stop;
};

static gpointer
wait_for_stop (gpointer user_data)
{
  struct waiting *waiting = user_data;

  g_atomic_int_set (&waiting->thread, lac_thread_id ());
  while (!g_atomic_int_get (&waiting->stop))
    lac_thread_pause (100);
  return NULL;
}

static void
test_is_alive (void)
{
  struct waiting waiting = { 0, 0 };
  GThread *thread = g_thread_new ("waits", wait_for_stop, &waiting);
  int number;
  bool gone = false;

  while ((number = g_atomic_int_get (&waiting.thread)) == 0)
    lac_thread_pause (0);
  g_assert_true (lac_thread_is_alive (number));
  g_assert_true (lac_thread_is_alive (lac_thread_id ()));
  g_atomic_int_set (&waiting.stop, 1);
  g_thread_join (thread);
  /* A thread that was joined may still be on its way out of the kernel. */
  for (int i = 0; i < 2000 && !gone; i++)
    {
      gone = !lac_thread_is_alive (number);
      lac_thread_pause (1000);
    }
  g_assert_true (gone);

  g_assert_false (lac_thread_is_alive (0));
  g_assert_false (lac_thread_is_alive (-1));
  g_assert_false (lac_thread_is_alive (INT32_MAX));
  /* A thread of another process is none of this one's. */
  if (getppid () > 0)
    g_assert_false (lac_thread_is_alive (getppid ()));
}

static gint main_thread;

/* The first thread has ended; its number stays until all have. */
static gpointer
outlive_main (gpointer user_data)
{
  bool gone = false;

  for (int i = 0; i < 2000 && !gone; i++)
    {
      gone = !lac_thread_is_alive (g_atomic_int_get (&main_thread));
      lac_thread_pause (1000);
    }
  _exit (gone ? 0 : 1);
}

static void
test_first_thread_ended (void)
{
  pid_t child;

  if (RUNNING_UNDER_THREAD_SANITIZER)
    {
      g_test_skip ("ThreadSanitizer starts no thread after a fork");
      return;
    }
  child = fork ();
  if (child == 0)
    {
      g_atomic_int_set (&main_thread, lac_thread_id ());
      g_thread_unref (g_thread_new ("outlives", outlive_main, NULL));
      syscall (SYS_exit, 0);
    }
  expect_child (child);
}

static void
test_clocks (void)
{
  uint64_t start = lac_clock_milliseconds ();
  int64_t wall = lac_clock_wall_microseconds ();

  lac_thread_pause (20000);
  g_assert_cmpuint (lac_clock_milliseconds (), >=, start + 19);
  g_assert_cmpint (ABS (lac_clock_wall_microseconds () - g_get_real_time ()), <, 60 * G_USEC_PER_SEC);
  g_assert_cmpint (ABS (wall - g_get_real_time ()), <, 60 * G_USEC_PER_SEC);
  start = lac_clock_milliseconds ();
  lac_thread_pause (1500000);
  g_assert_cmpuint (lac_clock_milliseconds (), >=, start + 1499);
  lac_thread_pause (0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/os/thread/lock-excludes", test_lock);
  g_test_add_func ("/os/thread/wiped-memory", test_wiped_memory);
  g_test_add_func ("/os/thread/at-fork", test_at_fork);
  g_test_add_func ("/os/thread/id", test_thread_id);
  g_test_add_func ("/os/thread/id-after-fork", test_thread_id_after_fork);
  g_test_add_func ("/os/thread/is-alive", test_is_alive);
  g_test_add_func ("/os/thread/first-thread-ended", test_first_thread_ended);
  g_test_add_func ("/os/thread/clocks", test_clocks);
  return g_test_run ();
}
