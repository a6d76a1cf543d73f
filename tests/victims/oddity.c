/* A process in a state that few are in.
 *
 *   oddity vfork           waits for a child that shares its memory, and can't be interrupted
 *   oddity vfork-threads   has another thread that goes on
 *   oddity receiving       its first thread waits for a socket with a time-out, another one goes on
 *   oddity mayfly MICROSECONDS    ends within that time with status 42, nobody knows when
 *   oddity shadow          has a shadow stack, where processor and system have them
 *   oddity tracer PID      traces another process
 *   oddity tracer-in-turns PID    traces another process again and again, for a moment
 *
 * SPDX-License-Identifier: MIT
 */
#include "victim-common.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* The report's first number: the child of a vfork. */
#define CHILD 0

static void *
doze (void *nothing)
{
  for (;;)
    {
      victim_doze (20000);
      victim_add (&report->n_rounds);
    }
  return NULL;
}

/* The child runs in the parent's memory; it makes no call that a library could keep a state for. */
static void
be_waiting (int with_threads)
{
  pthread_t thread;
  pid_t child;

  if (with_threads && pthread_create (&thread, NULL, doze, NULL) != 0)
    victim_skip ();
  child = vfork ();
  if (child == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      report->numbers[CHILD] = (uint32_t) getpid ();
      victim_ready_and_hold (0, (unsigned long) getpid ());
      while (!victim_get (&report->stop))
        {
          if (!with_threads)
            victim_add (&report->n_rounds);
          bare_sleep (5000);
        }
      _exit (7);
    }
  if (child < 0)
    victim_skip ();
  for (;;)
    victim_round ();
}

/* The time-out is the socket's, so nobody else can tell what is left of it. */
static void
be_receiving (void)
{
  struct timeval time = { 0, 100000 };
  pthread_t thread;
  int ends[2];

  if (socketpair (AF_UNIX, SOCK_STREAM, 0, ends) != 0
      || setsockopt (ends[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) != 0
      || pthread_create (&thread, NULL, doze, NULL) != 0)
    victim_skip ();
  victim_ready (0, 0);
  for (;;)
    {
      uint32_t begun = bare_now ();
      char byte;
      long answer = CALL6 (BARE_RECVFROM, ends[0], &byte, 1, 0, 0, 0);

      if (answer == -BARE_EINTR)
        victim_interrupted ();
      else if (answer != -BARE_EAGAIN)
        victim_wrong ("recv", answer);
      else
        victim_slept (bare_now () - begun, 100000, 25000);
      victim_round ();
    }
}

static void
be_a_mayfly (uint32_t microseconds)
{
  uint32_t random = bare_now () ^ (uint32_t) getpid () << 12;
  uint32_t begun, life;

  victim_random (&random);
  life = victim_random (&random) % (microseconds + 1);
  victim_ready (0, life);
  begun = bare_now ();
  /* Half of them compute until the end, half of them sleep. */
  if (life & 1)
    bare_sleep (life);
  while (bare_now () - begun < life)
    continue;
  victim_exit (42);
}

/* Nothing may return that was called before there was a shadow stack. */
static void
have_a_shadow (void)
{
  if (syscall (SYS_arch_prctl, 0x5001, 1) != 0)
    victim_exit (VICTIM_SKIPPED);
  victim_ready (0, 0);
  for (;;)
    {
      victim_doze (20000);
      victim_round ();
    }
}

static void
trace (pid_t pid)
{
  if (ptrace (PTRACE_SEIZE, pid, NULL, NULL) != 0)
    victim_skip ();
  victim_ready (0, 0);
  for (;;)
    {
      victim_round ();
      bare_sleep (5000);
    }
}

/* Traces again and again, for a moment. */
static void
trace_in_turns (pid_t pid)
{
  uint32_t random = bare_now ();

  victim_ready (0, 0);
  for (;;)
    {
      int state;

      if (ptrace (PTRACE_SEIZE, pid, NULL, NULL) == 0)
        {
          if (ptrace (PTRACE_INTERRUPT, pid, NULL, NULL) != 0 || waitpid (pid, &state, __WALL) != pid
              || ptrace (PTRACE_DETACH, pid, NULL, NULL) != 0)
            victim_wrong ("tracing in turns", errno);
          victim_round ();
        }
      bare_sleep (victim_random (&random) % 200);
    }
}

int
main (int   argc,
      char *argv[])
{
  const char *role = argc > 1 ? argv[1] : "";

  victim_begin ();
  if (victim_equal (role, "vfork") || victim_equal (role, "vfork-threads"))
    be_waiting (victim_equal (role, "vfork-threads"));
  else if (victim_equal (role, "receiving"))
    be_receiving ();
  else if (victim_equal (role, "mayfly") && argc > 2)
    be_a_mayfly ((uint32_t) atoi (argv[2]));
  else if (victim_equal (role, "shadow"))
    have_a_shadow ();
  else if (victim_equal (role, "tracer") && argc > 2)
    trace (atoi (argv[2]));
  else if (victim_equal (role, "tracer-in-turns") && argc > 2)
    trace_in_turns (atoi (argv[2]));
  victim_skip ();
}
