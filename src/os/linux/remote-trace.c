/* What the tracer is made of: ptrace(2) itself, waiting with an end, and the clock.
 *
 * Waiting is asleep, and a timer ends it. A thread that runs on another processor is looked for first, since
 * its stop is a matter of a few microseconds, and this processor, once it has nothing to do, takes longer than
 * that to wake up: with three waits a call the thread would be stopped for twice as long. Never one that
 * needs this very processor, though: looking would keep it from there, and the tracer, having used up
 * its share, would wait for it for milliseconds the next time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"

#if LAC_REMOTE_HERE

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* For how long it is looked whether a thread has stopped, in nanoseconds. */
#define LOOK_FOR 40000

uint64_t
lac_tracer_clock (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (uint64_t) time.tv_sec * 1000000000 + (uint64_t) time.tv_nsec;
}

long
lac_trace (int       request,
           int32_t   thread,
           uintptr_t address,
           uintptr_t value)
{
  return syscall (SYS_ptrace, (long) request, (long) thread, address, value);
}

enum lac_tracer_verdict
lac_answer (struct lac_tracer_answer *answer,
            enum lac_tracer_verdict   verdict,
            enum lac_status           status,
            int                       error,
            const char               *what)
{
  answer->verdict = verdict;
  answer->status = status;
  answer->error = error;
  answer->what = what;
  return verdict;
}

static void (*volatile at_alarm) (void);

/* A system call that was waiting is interrupted; but PTRACE_SEIZE begins again. */
static void
wake_up (int signal)
{
  void (*work) (void) = at_alarm;
  int error = errno;

  if (work != NULL)
    work ();
  errno = error;
}

void
lac_tracer_at_alarm (void (*work) (void))
{
  at_alarm = work;
}

/* It is looked first, since a wait for an end takes stops, too (wait_task_stopped in kernel/exit.c). */
void
lac_traced_collect (int32_t thread)
{
  siginfo_t information = { 0 };

  if (syscall (SYS_waitid, P_PID, thread, &information, WEXITED | WNOHANG | WNOWAIT | __WALL, NULL) == 0
      && (information.si_code == CLD_EXITED || information.si_code == CLD_KILLED
          || information.si_code == CLD_DUMPED))
    syscall (SYS_wait4, thread, NULL, WNOHANG | __WALL, NULL);
}

/* A timer that goes on and on, since it may go off right before a wait begins. */
void
lac_tracer_set_alarm (bool on)
{
  static bool is_on, prepared;
  struct itimerval timer = { { 0, on ? 5000 : 0 }, { 0, on ? 5000 : 0 } };

  if (is_on == on)
    return;
  is_on = on;
  if (!prepared)
    {
      struct sigaction action = { .sa_handler = wake_up };
      sigset_t set;

      sigaction (SIGALRM, &action, NULL);
      sigemptyset (&set);
      sigaddset (&set, SIGALRM);
      sigprocmask (SIG_UNBLOCK, &set, NULL);
      prepared = true;
    }
  setitimer (ITIMER_REAL, &timer, NULL);
}

int
lac_traced_wait (int32_t  thread,
                 uint64_t deadline,
                 int     *out_state)
{
  for (;;)
    {
      pid_t found = (pid_t) syscall (SYS_wait4, thread, out_state, __WALL, NULL);

      if (found == thread)
        return 1;
      if (errno != EINTR)
        return -1;
      if (lac_tracer_clock () >= deadline)
        return 0;
    }
}

int
lac_traced_look (const struct lac_tracer *tracer,
                 int32_t                  thread,
                 int                     *out_state)
{
  uint64_t deadline;

  if (tracer->processor < 0 || tracer->processor == sched_getcpu ())
    return 0;
  deadline = lac_tracer_clock () + LOOK_FOR;
  do
    {
      pid_t found = (pid_t) syscall (SYS_wait4, thread, out_state, __WALL | WNOHANG, NULL);

      if (found == thread)
        return 1;
      if (found < 0 && errno != EINTR)
        return -1;
      __builtin_ia32_pause ();
    }
  while (lac_tracer_clock () < deadline);
  return 0;
}

bool
lac_is_event_stop (int state)
{
  return WIFSTOPPED (state) && state >> 16 == PTRACE_EVENT_STOP;
}

char
lac_tracer_state_of (struct lac_tracer *tracer,
                     int32_t            thread)
{
  struct lac_proc_stat stat;
  char text[2048];
  int64_t length = lac_tracer_read_file (tracer, thread, "stat", text, sizeof text);

  return length > 0 && lac_proc_parse_stat (text, (size_t) length, &stat) ? stat.state : '\0';
}

#endif
