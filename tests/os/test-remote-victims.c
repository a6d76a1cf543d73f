/* Calls in processes that notice what is done to them, and must not notice this.
 *
 * Some hundred times memory is allocated, protected and freed in each victim, while it sleeps in
 * each of the system calls, has something in every register, forks, or gets a signal each
 * millisecond. Afterwards it says that nothing was wrong, and what is seen of it from outside is as
 * before. With -m slow there are many more rounds.
 *
 * SPDX-License-Identifier: MIT
 */
#include "marvel.h"
#include "remotely.h"
#include "victim.h"

#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

static GRand *rand_source;

/* How often, in the normal suite and in the slow one. */
static unsigned
times (unsigned normal,
       unsigned slow)
{
  return g_test_slow () ? slow : normal;
}

/* A thread that was just made has all signals blocked until it has had the processor for the first time. */
static void
wait_for_new_threads (pid_t pid)
{
  for (int i = 0; i < 100; i++)
    {
      g_autofree char *looks = describe_process (pid);

      if (strstr (looks, "SigBlk:\tfffffffffffbfeff") == NULL)
        return;
      g_usleep (20000);
    }
}

/* Goes through @n cycles in a victim that runs, and asserts that it is as it was. */
static void
go_through (struct started *victim,
            unsigned        flags,
            unsigned        n)
{
  struct lac_process_failure failure = { 0 };
  g_autofree char *before = describe_process (victim->pid);
  g_autofree char *after = NULL;
  struct reached reached;

  assert_done (reach (&reached, victim->pid, flags, &failure), &failure, victim->name);
  for (unsigned i = 0; i < n; i++)
    {
      cycle (&reached, victim->name, rand_source);
      assert_unharmed (victim, false);
    }
  unreach (&reached);
  after = describe_process (victim->pid);
  assert_same_description (before, after);
  wait_for_rounds (victim, 2);
  assert_unharmed (victim, false);
  g_assert_cmpuint (victim->report->n_below, ==, 0);
}

static void
check_victim (unsigned    flags,
              unsigned    n,
              const char *program,
              const char *argument)
{
  struct started victim;

  if (!can_reach () || !start_victim (&victim, -1, program, argument, NULL))
    return;
  wait_for_rounds (&victim, 1);
  wait_for_new_threads (victim.pid);
  go_through (&victim, flags, n);
  end_unharmed (&victim);
}

/* Sleepers: all at once and by turns, so that each is disturbed often while it sleeps once. */

static const char *const calls[] = {
  "nanosleep",
  "clock-nanosleep",
  "clock-nanosleep-until",
  "poll",
  "poll-forever",
  "ppoll",
  "ppoll-forever",
  "select",
  "select-forever",
  "pselect",
  "pselect-forever",
  "futex",
  "futex-forever",
  "sem-timedwait",
  "read",
  "epoll-wait",
  "epoll-wait-forever",
  "epoll-pwait",
  "epoll-pwait-forever",
  "epoll-pwait2",
  "epoll-pwait2-forever",
  "sigsuspend",
  "pause",
  "semtimedop",
  "semop-forever",
  "sigtimedwait",
  "sigwait-forever",
  "receive-forever",
  "wait",
  "futex-time64",
  "clock-nanosleep-time64",
  "ppoll-time64",
  "sigtimedwait-time64",
};

/* How late a sleep may be, by how long a round of calls took on average: on a machine where that
 * is slow, sleepers wait for a processor, too. */
static uint32_t
tolerance (gint64   took,
           unsigned n_cycles,
           unsigned n_victims)
{
  gint64 usual = n_victims * 3 * G_TIME_SPAN_MILLISECOND / 2;
  gint64 cycle_time = took / MAX (n_cycles, 1);

  return (uint32_t) CLAMP (VICTIM_LATE * cycle_time / usual, VICTIM_LATE, 8 * VICTIM_LATE);
}

static void
test_sleepers (const void *program)
{
  struct started victims[G_N_ELEMENTS (calls)];
  struct reached reached[G_N_ELEMENTS (calls)];
  char *before[G_N_ELEMENTS (calls)];
  struct lac_process_failure failure = { 0 };
  unsigned n = 0, n_cycles = 0;
  gint64 begun, took;

  if (!can_reach ())
    return;
  for (unsigned i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      const char *arguments[] = { program, calls[i], NULL };

      /* Those that need 64-bit times exist in 32 bits only, others need a newer kernel. */
      if (start_victim_with (&victims[n], -1, true, arguments))
        n++;
    }
  if (n == 0)
    {
      g_test_skip ("no sleeper could be built here");
      return;
    }
  for (unsigned i = 0; i < n; i++)
    {
      before[i] = describe_process (victims[i].pid);
      assert_done (reach (&reached[i], victims[i].pid, 0, &failure), &failure, victims[i].name);
    }
  begun = g_get_monotonic_time ();
  /* Long enough for a sleep that is restarted for its whole time to become too long. */
  while (n_cycles < times (60, 1000)
         || g_get_monotonic_time () - begun < VICTIM_LATE + 250 * G_TIME_SPAN_MILLISECOND)
    {
      for (unsigned i = 0; i < n; i++)
        cycle (&reached[i], victims[i].name, rand_source);
      n_cycles++;
    }
  took = g_get_monotonic_time () - begun;
  g_test_message ("%u cycles in each of %u sleepers in %.1f s", n_cycles, n,
                  (double) took / G_USEC_PER_SEC);
  for (unsigned i = 0; i < n; i++)
    {
      g_autofree char *after = NULL;

      unreach (&reached[i]);
      after = describe_process (victims[i].pid);
      /* The one that waits for children has some. */
      assert_same_description (before[i], after);
      g_free (before[i]);
    }
  wait_for_rounds_of_all (victims, n, 1);
  for (unsigned i = 0; i < n; i++)
    assert_not_late (&victims[i], tolerance (took, n_cycles, n));
  end_all_unharmed (victims, n);
}

/* A few, interrupted more often than once a millisecond: a time-out that loses a little each
 * time has no end. */
static void
test_storm_of_calls (const void *program)
{
  static const char *const timed[] = { "nanosleep", "ppoll", "futex", "epoll-wait", "semtimedop" };
  struct started victims[G_N_ELEMENTS (timed)];
  struct reached reached[G_N_ELEMENTS (timed)];
  struct lac_process_failure failure = { 0 };
  unsigned n = 0, n_cycles = 0;
  gint64 begun, took;

  if (!can_reach ())
    return;
  for (unsigned i = 0; i < G_N_ELEMENTS (timed); i++)
    {
      const char *arguments[] = { program, timed[i], NULL };

      if (start_victim_with (&victims[n], -1, true, arguments))
        {
          assert_done (reach (&reached[n], victims[n].pid, 0, &failure), &failure, victims[n].name);
          n++;
        }
    }
  if (n == 0)
    {
      g_test_skip ("no sleeper could be built here");
      return;
    }
  begun = g_get_monotonic_time ();
  while (g_get_monotonic_time () - begun < VICTIM_LATE + 250 * G_TIME_SPAN_MILLISECOND)
    {
      for (unsigned i = 0; i < n; i++)
        cycle (&reached[i], victims[i].name, rand_source);
      n_cycles++;
    }
  took = g_get_monotonic_time () - begun;
  g_test_message ("%u cycles in a second", n_cycles);
  for (unsigned i = 0; i < n; i++)
    unreach (&reached[i]);
  wait_for_rounds_of_all (victims, n, 1);
  for (unsigned i = 0; i < n; i++)
    assert_not_late (&victims[i], tolerance (took, n_cycles, n));
  end_all_unharmed (victims, n);
}

struct plain_case
{
  const char *path;
  const char *program;
  const char *argument;
  unsigned flags;
  unsigned n;
  unsigned n_slow;
};

static const struct plain_case plain_cases[] = {
  { "registers", "spinner", NULL, 0, 200, 5000 },
  { "registers-static", "spinner-static", NULL, 0, 50, 1000 },
  { "registers-without-library", "spinner-bare", NULL, 0, 50, 1000 },
  { "registers-of-32-bits", "spinner-32", NULL, 0, 100, 5000 },
  { "registers-in-a-sleep", "spinner", "sleep", 0, 200, 5000 },
  { "registers-in-a-sleep-of-32-bits", "spinner-32", "sleep", 0, 200, 5000 },
  { "signals", "signalled", NULL, 0, 300, 5000 },
  { "signals-without-library", "signalled-bare", NULL, 0, 100, 1000 },
  { "signals-of-32-bits", "signalled-32", NULL, 0, 200, 5000 },
  { "busy", "throng", NULL, 0, 300, 10000 },
  { "fork-storm", "storm", "fork", 0, 200, 5000 },
  { "lenient-filter", "confined", "lenient", LAC_REMOTE_FORCE_FILTERED, 50, 500 },
  { "filter-for-low-addresses", "confined", "high", LAC_REMOTE_FORCE_FILTERED, 50, 500 },
  { "signal-stack-that-is-an-array", "crowded", "alternate", 0, 100, 2000 },
  { "stacks-side-by-side", "crowded", "side-by-side", 0, 100, 2000 },
  { "traps", "trapper", "trap", 0, 200, 5000 },
  { "emulated-calls", "trapper", "emulate", LAC_REMOTE_FORCE_FILTERED, 200, 5000 },
  { "one-thread-in-vfork", "oddity", "vfork-threads", 0, 50, 500 },
  /* Its time is the socket's, and begins anew each time: so it must not be too often. */
  { "receive-with-time-out", "sleeper", "receive", 0, 5, 10 },
  { "send-with-time-out", "sleeper", "send", 0, 5, 10 },
  { "one-thread-in-32-bit-mode", "marvel", "narrow", 0, 50, 500 },
  { "small-stack-by-turns", "marvel", "by-turns", 0, 50, 500 },
  { "no-net-small-stack", "marvel", "small-stack", LAC_REMOTE_FORCE_NO_NET, 100, 2000 },
  { "no-net", "sleeper-lonely", "nanosleep", LAC_REMOTE_FORCE_NO_NET, 50, 500 },
  { "no-net-poll", "sleeper-lonely", "poll", LAC_REMOTE_FORCE_NO_NET, 50, 500 },
};

static void
test_plain (const void *user_data)
{
  const struct plain_case *row = user_data;

  check_victim (row->flags, times (row->n, row->n_slow), row->program, row->argument);
}

/* Whether the plan for a victim tells that a time-out begins anew. A moment may be met when it is in no call, so
 * more than one is looked at. */
static bool
is_told_of_time_out (const struct started *victim)
{
  for (int i = 0; i < 10; i++)
    {
      struct lac_process_failure failure = { 0 };
      struct lac_remote_plan plan;
      struct reached reached;

      assert_done (reach (&reached, victim->pid, 0, &failure), &failure, victim->name);
      lac_remote_get_plan (reached.remote, &plan);
      unreach (&reached);
      if (plan.wait_note != NULL)
        return true;
      g_usleep (3000);
    }
  return false;
}

/* Where others have the processor, a thread waits for it after it was given back, and may be stopped again
 * before it has it. That counts as waiting, too: a time-out that is mended is as good as one that the
 * kernel keeps, which differs by what the threads wait for the processor. */
static void
test_time_outs_without_a_processor (void)
{
  static const char *const timed[] = { "poll", "epoll-wait", "semtimedop", "sigtimedwait" };
  struct started victims[G_N_ELEMENTS (timed)];
  struct reached reached[G_N_ELEMENTS (timed)];
  struct started busy[2];
  struct lac_process_failure failure = { 0 };
  cpu_set_t first;
  uint32_t allowed = 0, worst = UINT32_MAX;
  gint64 begun;

  CPU_ZERO (&first);
  CPU_SET (0, &first);
  if (!can_reach ())
    return;
  for (unsigned i = 0; i < G_N_ELEMENTS (busy); i++)
    if (!start_victim (&busy[i], -1, "spinner", NULL))
      return;
  for (unsigned i = 0; i < G_N_ELEMENTS (timed); i++)
    {
      if (!start_victim (&victims[i], -1, "sleeper", timed[i], NULL))
        return;
      assert_done (reach (&reached[i], victims[i].pid, 0, &failure), &failure, victims[i].name);
    }
  if (sched_setaffinity (busy[0].pid, sizeof first, &first) != 0
      || sched_setaffinity (busy[1].pid, sizeof first, &first) != 0)
    g_test_message ("the processor can't be chosen");
  for (unsigned i = 0; i < G_N_ELEMENTS (timed); i++)
    sched_setaffinity (victims[i].pid, sizeof first, &first);
  /* What else the machine does may hit one and not the other, but hardly each time. */
  for (unsigned attempt = 0; attempt < 4 && worst > allowed; attempt++)
    {
      for (unsigned i = 0; i < G_N_ELEMENTS (timed); i++)
        g_atomic_int_set (&victims[i].report->worst_late, 0);
      begun = g_get_monotonic_time ();
      while (g_get_monotonic_time () - begun < times (3, 20) * G_TIME_SPAN_SECOND)
        for (unsigned i = 0; i < G_N_ELEMENTS (timed); i++)
          {
            cycle (&reached[i], victims[i].name, rand_source);
            g_usleep (500);
          }
      wait_for_rounds_of_all (victims, G_N_ELEMENTS (timed), 1);
      allowed = g_atomic_int_get (&victims[0].report->worst_late);
      allowed += MAX (allowed, 40000);
      worst = 0;
      for (unsigned i = 0; i < G_N_ELEMENTS (timed); i++)
        {
          uint32_t late = g_atomic_int_get (&victims[i].report->worst_late);

          g_test_message ("%s was late by %u microseconds at most", timed[i], late);
          worst = MAX (worst, late);
        }
    }
  g_assert_cmpuint (worst, <=, allowed);
  for (unsigned i = 0; i < G_N_ELEMENTS (timed); i++)
    unreach (&reached[i]);
  end_all_unharmed (victims, G_N_ELEMENTS (timed));
  end_all_unharmed (busy, G_N_ELEMENTS (busy));
}

struct told_case
{
  const char *program;
  const char *call;
  bool told;
};

static const struct told_case told_cases[] = {
  { "sleeper", "receive", true },
  { "sleeper", "send", true },
  { "sleeper", "receive-forever", false },
  { "sleeper", "read", false },
  { "sleeper", "epoll-wait", false },
  { "sleeper", "poll", false },
  { "sleeper-32", "receive", true },
  { "sleeper-32", "send", true },
  { "sleeper-32", "receive-forever", false },
  { "sleeper-32", "read", false },
};

/* Nothing but what the thread waits for decides it, and looking leaves the process as it was. */
static void
test_told_of_time_out (void)
{
  if (!can_reach ())
    return;
  for (unsigned i = 0; i < G_N_ELEMENTS (told_cases); i++)
    {
      const struct told_case *row = &told_cases[i];
      const char *arguments[] = { row->program, row->call, NULL };
      g_autofree char *before = NULL;
      g_autofree char *after = NULL;
      struct started victim;

      if (!start_victim_with (&victim, -1, true, arguments))
        continue;
      wait_for_rounds (&victim, 1);
      before = describe_process (victim.pid);
      if (is_told_of_time_out (&victim) != row->told)
        g_error ("%s is %s a time-out that begins anew", victim.name,
                 row->told ? "not told of" : "told of");
      after = describe_process (victim.pid);
      assert_same_description (before, after);
      wait_for_rounds (&victim, 1);
      end_unharmed (&victim);
    }
}

/* Another thread is taken, so that the one that waits for the socket notices nothing. */
static void
test_receiving_beside (void)
{
  struct lac_process_failure failure = { 0 };
  struct lac_remote_plan plan;
  struct started victim;
  struct reached reached;
  gint64 begun;

  if (!can_reach () || !start_victim (&victim, -1, "oddity", "receiving", NULL))
    return;
  wait_for_rounds (&victim, 1);
  /* It may be met when it is in no call. */
  for (int i = 0;; i++)
    {
      assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
      lac_remote_get_plan (reached.remote, &plan);
      if (plan.thread != victim.pid || i == 20)
        break;
      unreach (&reached);
      g_usleep (3000);
    }
  g_assert_cmpint (plan.thread, !=, victim.pid);
  g_assert_null (plan.wait_note);
  begun = g_get_monotonic_time ();
  for (unsigned i = 0;
       i < times (100, 1000) || g_get_monotonic_time () - begun < VICTIM_LATE + 250 * 1000; i++)
    cycle (&reached, victim.name, rand_source);
  unreach (&reached);
  wait_for_rounds (&victim, 2);
  assert_not_late (&victim, VICTIM_LATE);
  end_unharmed (&victim);
}

/* Threads come and go, so the threads are not compared. */
static void
test_thread_storm (void)
{
  struct lac_process_failure failure = { 0 };
  struct started victim;
  struct reached reached;

  if (!can_reach () || !start_victim (&victim, -1, "storm", "thread", NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  for (unsigned i = 0; i < times (200, 5000); i++)
    cycle (&reached, victim.name, rand_source);
  unreach (&reached);
  wait_for_rounds (&victim, 2);
  end_unharmed (&victim);
}

/* All threads are stopped at once, also those that begin meanwhile, and none notices. */
static void
test_all_stopped (const void *user_data)
{
  const char *const *arguments = user_data;
  struct lac_remote_step steps[2] = {
    { .kind = LAC_REMOTE_STEP_CALL, .call = LAC_REMOTE_MMAP, .arguments = { 0, 4096, 1, 0x22, -1, 0 } },
    { .kind = LAC_REMOTE_STEP_CALL, .call = LAC_REMOTE_MUNMAP, .arguments = { 0, 4096 }, .from = { 1 } },
  };
  struct lac_process_failure failure = { 0 };
  struct started victim;
  struct reached reached;

  if (!can_reach () || !start_victim_with (&victim, -1, false, arguments))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  for (unsigned i = 0; i < times (100, 3000); i++)
    {
      assert_done (lac_remote_run (reached.remote, steps, 2, LAC_REMOTE_STOP_ALL, &failure), &failure,
                   victim.name);
      assert_unharmed (&victim, false);
    }
  unreach (&reached);
  wait_for_rounds (&victim, 2);
  end_unharmed (&victim);
}

static const char *const stopped_storm[] = { "storm", "thread", NULL };
static const char *const stopped_crowd[] = { "throng", "200", NULL };

/* What is allocated goes with the program, and nothing is freed: something else may be there
 * already. Any refusal will do, but the programs go on, one after another. */
static void
test_exec_storm (void)
{
  struct started victim;
  unsigned n_done = 0;

  if (!can_reach () || !start_victim (&victim, -1, "storm", "exec", NULL))
    return;
  for (unsigned i = 0; i < times (20, 500); i++)
    {
      struct lac_process_failure failure = { 0 };
      struct reached reached;
      enum lac_status status = reach (&reached, victim.pid, 0, &failure);

      for (unsigned j = 0; status == LAC_OK && j < 10; j++)
        {
          uint64_t address = 0;

          status = lac_remote_allocate (reached.remote, 0, 8192, LAC_PROTECTION_READ, &address,
                                        &failure);
          n_done += status == LAC_OK;
        }
      if (status != LAC_OK)
        g_test_message ("%s", lac_status_name (status));
      if (status == LAC_E_EXITED || status == LAC_E_NO_PROCESS)
        g_error ("a process that runs another program has not exited");
      if (reached.remote)
        unreach (&reached);
      assert_unharmed (&victim, false);
    }
  g_test_message ("%u allocations were made", n_done);
  wait_for_rounds (&victim, 5);
  end_unharmed (&victim);
}

/* Who becomes another program waits until its other threads have been collected, which are ours while they are
 * stopped. That it goes on is what is tested: otherwise it would be waited for for ever, and so would we. */
static void
test_exec_storm_of_threads (void)
{
  struct lac_remote_step step = {
    .kind = LAC_REMOTE_STEP_CALL, .call = LAC_REMOTE_MMAP, .arguments = { 0, 4096, 1, 0x22, -1, 0 },
  };
  struct started victim;
  unsigned n_done = 0;

  if (!can_reach () || !start_victim (&victim, -1, "storm", "both", NULL))
    return;
  for (unsigned i = 0; i < times (60, 1000); i++)
    {
      struct lac_process_failure failure = { 0 };
      struct reached reached;
      enum lac_status status = reach (&reached, victim.pid, 0, &failure);

      for (unsigned j = 0; status == LAC_OK && j < 10; j++)
        {
          status = lac_remote_run (reached.remote, &step, 1, LAC_REMOTE_STOP_ALL, &failure);
          n_done += status == LAC_OK;
        }
      if (reached.remote)
        unreach (&reached);
      assert_unharmed (&victim, false);
    }
  g_test_message ("%u allocations were made", n_done);
  wait_for_rounds (&victim, 5);
  end_unharmed (&victim);
}

/* Its first thread has ended; another one goes on. */
static void
test_headless (void)
{
  struct lac_process_failure failure = { 0 };
  struct victim victim;
  struct reached reached;

  if (!can_reach () || !victim_start (&victim, "victim", "headless", NULL, -1))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, "headless");
  for (unsigned i = 0; i < 50; i++)
    cycle (&reached, "headless", rand_source);
  unreach (&reached);
  victim_command (&victim, "grow", 10, 0);
  victim_stop (&victim);
}

static void
test_many_mappings (void)
{
  struct lac_process_failure failure = { 0 };
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  struct victim victim;
  struct reached reached;
  gint64 begun;

  if (!can_reach () || !victim_start (&victim, "victim", "many", "60000", -1))
    return;
  before = describe_process (victim.pid);
  begun = g_get_monotonic_time ();
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, "many");
  g_test_message ("opened in %.1f ms", (double) (g_get_monotonic_time () - begun) / 1000);
  begun = g_get_monotonic_time ();
  for (unsigned i = 0; i < times (20, 1000); i++)
    cycle (&reached, "many", rand_source);
  g_test_message ("a cycle takes %.1f ms",
                  (double) (g_get_monotonic_time () - begun) / 1000 / times (20, 1000));
  unreach (&reached);
  after = describe_process (victim.pid);
  assert_same_description (before, after);
  victim_command (&victim, "grow", 10, 0);
  victim_stop (&victim);
}

static void
check_enclosed (const char *program,
                const char *argument)
{
  struct started victim;

  if (!can_reach () || !start_victim (&victim, -1, "enclosed", program, argument, NULL))
    return;
  g_assert_cmpint (victim.pid, !=, victim.child);
  go_through (&victim, 0, times (100, 1000));
  end_unharmed (&victim);
}

static void
test_namespaces (void)
{
  check_enclosed ("sleeper", "epoll-wait-forever");
}

static void
test_namespaces_of_32_bits (void)
{
  check_enclosed ("sleeper-32", "poll");
}

/* Another user's process, as root. */
static void
test_other_user (void)
{
  struct started victim;

  if (geteuid () != 0)
    {
      g_test_skip ("changing the user takes root");
      return;
    }
  if (!can_reach () || !start_victim (&victim, NOBODY, "sleeper", "poll", NULL))
    return;
  go_through (&victim, 0, times (100, 1000));
  end_unharmed (&victim);
}

/* Makes calls until the process is gone, which is what they say then. */
static unsigned
call_until_gone (const struct started *victim)
{
  struct lac_process_failure failure = { 0 };
  struct reached reached;
  enum lac_status status = reach (&reached, victim->pid, 0, &failure);
  unsigned n = 0;

  for (; status == LAC_OK; n++)
    {
      uint64_t address = 0;

      status = lac_remote_allocate (reached.remote, 0, 4096, LAC_PROTECTION_READ, &address,
                                    &failure);
      if (status == LAC_OK)
        status = lac_remote_free (reached.remote, address, 4096, &failure);
    }
  if (status != LAC_E_EXITED && status != LAC_E_ZOMBIE && status != LAC_E_NO_PROCESS)
    {
      g_autofree char *told = tell_failure (status, &failure);

      g_error ("a process that ends: %s", told);
    }
  if (reached.remote)
    unreach (&reached);
  return n;
}

/* It ends at some moment in the middle of a loop of calls: each call works or says so, and
 * nothing hangs. */
static void
test_mayflies (void)
{
  unsigned n_calls = 0;

  if (!can_reach ())
    return;
  for (unsigned i = 0; i < times (60, 2000); i++)
    {
      struct started victim;
      int end;

      if (!start_victim (&victim, -1, "oddity", "mayfly", "10000", NULL))
        return;
      n_calls += call_until_gone (&victim);
      end = end_victim (&victim);
      g_assert_cmpint (end, ==, 42);
    }
  g_test_message ("%u rounds of calls", n_calls);
}

/* Somebody ends it: at once, or with a signal that waits until a call has been made. */
static void
test_killed (void)
{
  static const int signals[] = { SIGKILL, SIGTERM };

  if (!can_reach ())
    return;
  for (unsigned i = 0; i < times (30, 1000); i++)
    {
      int signal_number = signals[i & 1];
      unsigned delay = (unsigned) g_rand_int_range (rand_source, 0, 5000);
      struct started victim;
      pid_t other;
      int end;

      if (!start_victim (&victim, -1, "sleeper", i & 2 ? "poll" : "epoll-wait", NULL))
        return;
      other = fork ();
      if (other == 0)
        {
          g_usleep (delay);
          kill (victim.pid, signal_number);
          _exit (0);
        }
      call_until_gone (&victim);
      waitpid (other, NULL, 0);
      end = end_victim (&victim);
      g_assert_cmpint (end, ==, 128 + signal_number);
    }
}

/* All registers of a thread that waits in a call, as a debugger has them. */
struct debugged
{
  struct user_regs_struct general;
  unsigned char extended[16384];
  size_t extended_size;
};

static void
debug (pid_t            pid,
       struct debugged *out)
{
  struct iovec vector = { &out->general, sizeof out->general };
  int status;

  memset (out, 0, sizeof *out);
  g_assert_cmpint (ptrace (PTRACE_SEIZE, pid, NULL, NULL), ==, 0);
  g_assert_cmpint (ptrace (PTRACE_INTERRUPT, pid, NULL, NULL), ==, 0);
  g_assert_cmpint (waitpid (pid, &status, __WALL), ==, pid);
  g_assert_true (WIFSTOPPED (status));
  g_assert_cmpint (ptrace (PTRACE_GETREGSET, pid, (void *) NT_PRSTATUS, &vector), ==, 0);
  vector = (struct iovec){ out->extended, sizeof out->extended };
  g_assert_cmpint (ptrace (PTRACE_GETREGSET, pid, (void *) NT_X86_XSTATE, &vector), ==, 0);
  out->extended_size = vector.iov_len;
  g_assert_cmpint (ptrace (PTRACE_DETACH, pid, NULL, NULL), ==, 0);
}

static void
test_registers_from_outside (void)
{
  struct debugged *before, *after;
  struct lac_process_failure failure = { 0 };
  struct victim victim;
  struct reached reached;

  if (!can_reach () || !victim_start (&victim, "victim", "still", NULL, -1))
    return;
  before = g_new0 (struct debugged, 1);
  after = g_new0 (struct debugged, 1);
  g_assert_true (wait_for_state (victim.pid, "S"));
  debug (victim.pid, before);
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, "still");
  for (unsigned i = 0; i < times (200, 2000); i++)
    cycle (&reached, "still", rand_source);
  unreach (&reached);
  g_assert_true (wait_for_state (victim.pid, "S"));
  debug (victim.pid, after);
  g_assert_cmpmem (&before->general, sizeof before->general, &after->general,
                   sizeof after->general);
  g_assert_cmpmem (before->extended, before->extended_size, after->extended, after->extended_size);
  victim_command (&victim, "grow", 10, 0);
  victim_stop (&victim);
  g_free (before);
  g_free (after);
}

/* Exactly where it was asked for, in memory that can be used, and nothing is left when it is
 * freed. */
static void
test_memory (void)
{
  struct lac_process_failure failure = { 0 };
  const uint64_t place = UINT64_C (0x200000000);
  struct lac_region region;
  struct started victim;
  struct reached reached;
  uint64_t address = 0;
  char text[] = "lacuna", back[sizeof text] = "";

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "poll", NULL))
    return;
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  assert_done (lac_remote_allocate (reached.remote, place, 65536,
                                    LAC_PROTECTION_READ | LAC_PROTECTION_WRITE, &address, &failure),
               &failure, victim.name);
  g_assert_cmphex (address, ==, place);
  assert_done (
      lac_process_write_memory (reached.process, place + 100, text, sizeof text, 0, NULL, &failure),
      &failure, victim.name);
  assert_done (lac_process_read_memory (reached.process, place + 100, back, sizeof back, 0, NULL,
                                        NULL, NULL, NULL, &failure),
               &failure, victim.name);
  g_assert_cmpstr (text, ==, back);
  assert_done (lac_process_query (reached.process, place, false, &region, NULL, 0, &failure),
               &failure, victim.name);
  g_assert_cmphex (region.start, ==, place);
  g_assert_cmphex (region.end, ==, place + 65536);
  /* Never over what is there. */
  g_assert_cmpstr (lac_status_name (lac_remote_allocate (reached.remote, place + 61440, 8192,
                                                         LAC_PROTECTION_READ, &address, &failure)),
                   ==, "occupied");
  assert_done (lac_remote_protect (reached.remote, place, 4096, LAC_PROTECTION_READ, &failure),
               &failure, victim.name);
  g_assert_cmpstr (lac_status_name (lac_remote_protect (reached.remote, place + 61440, 8192,
                                                        LAC_PROTECTION_READ, &failure)),
                   ==, "not-found");
  assert_done (
      lac_process_query (reached.process, place + 61440, false, &region, NULL, 0, &failure),
      &failure, victim.name);
  g_assert_cmpint (region.protection, ==, LAC_PROTECTION_READ | LAC_PROTECTION_WRITE);
  assert_done (lac_remote_free (reached.remote, place, 65536, &failure), &failure, victim.name);
  g_assert_cmpstr (
      lac_status_name (lac_process_query (reached.process, place, false, &region, NULL, 0, NULL)),
      ==, "not-found");
  unreach (&reached);
  end_unharmed (&victim);
}

/* Stopped and told to go on all the time by somebody else: each call is made or says that the
 * process is stopped, and in the end it runs. */
static void
test_job_control (void)
{
  struct lac_process_failure failure = { 0 };
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  struct started victim;
  struct reached reached;
  unsigned n_done = 0, n_stopped = 0;
  pid_t other;

  if (!can_reach () || !start_victim (&victim, -1, "sleeper", "nanosleep", NULL))
    return;
  before = describe_process (victim.pid);
  assert_done (reach (&reached, victim.pid, 0, &failure), &failure, victim.name);
  other = fork ();
  if (other == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      for (;;)
        {
          kill (victim.pid, SIGSTOP);
          g_usleep (300);
          kill (victim.pid, SIGCONT);
          g_usleep (1500);
        }
    }
  while (n_done < times (200, 5000))
    {
      uint64_t address = 0;
      enum lac_status status = lac_remote_allocate (reached.remote, 0, 4096, LAC_PROTECTION_READ,
                                                    &address, &failure);

      if (status == LAC_OK)
        {
          n_done++;
          while ((status = lac_remote_free (reached.remote, address, 4096, &failure))
                 == LAC_E_STOPPED)
            n_stopped++;
        }
      else if (status == LAC_E_STOPPED)
        {
          n_stopped++;
          continue;
        }
      assert_done (status, &failure, victim.name);
    }
  g_test_message ("%u allocations, %u times it was stopped", n_done, n_stopped);
  kill (other, SIGKILL);
  waitpid (other, NULL, 0);
  kill (victim.pid, SIGCONT);
  unreach (&reached);
  wait_for_rounds (&victim, 2);
  after = describe_process (victim.pid);
  assert_same_description (before, after);
  end_unharmed (&victim);
}

/* A restartable sequence that was interrupted is not completed. The few that are were
 * interrupted right before or after. */
static void
test_sequences (void)
{
  struct started victim;
  unsigned n = times (100, 2000);
  unsigned aborted, completed, wrongly;

  if (!can_reach () || !start_victim (&victim, -1, "marvel", "sequence", NULL))
    return;
  /* How many of the interruptions fall into one depends on who has which processor. */
  for (int i = 0; i < 30 && victim.report->numbers[MARVEL_ABORTED] < n / 10; i++)
    go_through (&victim, 0, n);
  aborted = victim.report->numbers[MARVEL_ABORTED];
  completed = victim.report->numbers[MARVEL_COMPLETED];
  wrongly = victim.report->numbers[MARVEL_COMPLETED_ALL_THE_SAME];
  g_test_message ("%u completed, %u aborted, %u completed although interrupted", completed, aborted,
                  wrongly);
  g_assert_cmpuint (aborted + wrongly, >=, n / 10);
  g_assert_cmpuint (4 * wrongly, <=, aborted);
  end_unharmed (&victim);
}

static void
test_shadow_stack (void)
{
  struct lac_process_failure failure = { 0 };
  struct started victim;
  struct reached reached;

  if (!can_reach () || !start_victim (&victim, -1, "oddity", "shadow", NULL))
    return;
  g_assert_cmpstr (lac_status_name (reach (&reached, victim.pid, 0, &failure)), ==, "no-net");
  go_through (&victim, LAC_REMOTE_FORCE_NO_NET, 50);
  end_unharmed (&victim);
}

int
main (int   argc,
      char *argv[])
{
  static const char *const sleepers[] = { "sleeper", "sleeper-static", "sleeper-bare",
                                          "sleeper-32" };
  int status;

  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  rand_source = g_rand_new_with_seed (g_test_rand_int ());
  g_test_add_func ("/os/remote-victims/memory", test_memory);
  for (unsigned i = 0; i < G_N_ELEMENTS (sleepers); i++)
    {
      g_autofree char *path = g_strdup_printf ("/os/remote-victims/sleeping/%s", sleepers[i]);

      g_test_add_data_func (path, sleepers[i], test_sleepers);
    }
  g_test_add_data_func ("/os/remote-victims/time-outs-in-a-storm", "sleeper", test_storm_of_calls);
  g_test_add_data_func ("/os/remote-victims/time-outs-in-a-storm-of-32-bits", "sleeper-32",
                        test_storm_of_calls);
  for (unsigned i = 0; i < G_N_ELEMENTS (plain_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/os/remote-victims/%s", plain_cases[i].path);

      g_test_add_data_func (path, &plain_cases[i], test_plain);
    }
  g_test_add_func ("/os/remote-victims/registers-from-outside", test_registers_from_outside);
  g_test_add_func ("/os/remote-victims/job-control", test_job_control);
  g_test_add_func ("/os/remote-victims/restartable-sequences", test_sequences);
  g_test_add_func ("/os/remote-victims/time-outs-without-a-processor", test_time_outs_without_a_processor);
  g_test_add_func ("/os/remote-victims/time-out-of-socket/told", test_told_of_time_out);
  g_test_add_func ("/os/remote-victims/time-out-of-socket/other-thread", test_receiving_beside);
  g_test_add_func ("/os/remote-victims/thread-storm", test_thread_storm);
  g_test_add_data_func ("/os/remote-victims/all-stopped/thread-storm", stopped_storm, test_all_stopped);
  g_test_add_data_func ("/os/remote-victims/all-stopped/200-threads", stopped_crowd, test_all_stopped);
  g_test_add_func ("/os/remote-victims/exec-storm", test_exec_storm);
  g_test_add_func ("/os/remote-victims/all-stopped/exec-storm", test_exec_storm_of_threads);
  g_test_add_func ("/os/remote-victims/first-thread-ended", test_headless);
  g_test_add_func ("/os/remote-victims/60000-mappings", test_many_mappings);
  g_test_add_func ("/os/remote-victims/namespaces", test_namespaces);
  g_test_add_func ("/os/remote-victims/namespaces-of-32-bits", test_namespaces_of_32_bits);
  g_test_add_func ("/os/remote-victims/other-user", test_other_user);
  g_test_add_func ("/os/remote-victims/ending-at-any-time", test_mayflies);
  g_test_add_func ("/os/remote-victims/killed-at-any-time", test_killed);
  g_test_add_func ("/os/remote-victims/shadow-stack", test_shadow_stack);
  status = g_test_run ();
  g_rand_free (rand_source);
  return status;
}
