/* What it costs to have another process allocate memory.
 *
 * The floor is what nobody who stops a thread can do without, on the same process in the same run:
 * PTRACE_SEIZE, PTRACE_INTERRUPT, waiting for the stop, PTRACE_DETACH, twice, since an allocation and a
 * freeing are two stops. Both depend on who has which processor, which the system decides; so it is
 * measured once more with everybody on one. The other measure is a debugger that does the same. What counts
 * for the process is the time for which its thread is stopped.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/remote.h"

#include "measure.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 4001
#define DEBUGGER_ROUNDS 5
#define SIZE 4096

/* Sleeps, or is busy, until it is killed. */
static pid_t
start_target (bool busy)
{
  pid_t pid = fork ();

  if (pid == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      while (busy)
        __asm__ volatile ("" ::: "memory");
      for (;;)
        pause ();
    }
  if (pid < 0)
    exit (1);
  return pid;
}

static double
time_floor (pid_t pid)
{
  double start = now ();

  for (int i = 0; i < 2; i++)
    {
      int state;

      if (ptrace (PTRACE_SEIZE, pid, NULL, NULL) != 0 || ptrace (PTRACE_INTERRUPT, pid, NULL, NULL) != 0
          || waitpid (pid, &state, __WALL) != pid || ptrace (PTRACE_DETACH, pid, NULL, NULL) != 0)
        exit (1);
    }
  return now () - start;
}

static double
time_remote (struct lac_remote *remote,
             double            *out_stopped)
{
  struct lac_process_failure failure = { 0 };
  double start = now (), time;
  uint64_t address;

  if (lac_remote_allocate (remote, 0, SIZE, LAC_PROTECTION_READ | LAC_PROTECTION_WRITE, &address,
                           &failure)
      != LAC_OK)
    goto failed;
  time = now () - start;
  *out_stopped = (double) lac_remote_stopped_for (remote) * 1e-3;
  start = now ();
  if (lac_remote_free (remote, address, SIZE, &failure) != LAC_OK)
    goto failed;
  return time + now () - start;

failed:
  fprintf (stderr, "remote: %s\n", lac_status_sentence (failure.status));
  exit (1);
}

/* Has gdb do it; below 0 when there is none. */
static double
time_debugger (pid_t pid)
{
  double start = now ();
  pid_t child = fork ();
  int state;

  if (child == 0)
    {
      int nothing = open ("/dev/null", O_RDWR);
      char number[16];

      snprintf (number, sizeof number, "%d", (int) pid);
      dup2 (nothing, 0);
      dup2 (nothing, 1);
      dup2 (nothing, 2);
      execlp ("gdb", "gdb", "-batch", "-nx", "-p", number, "-ex",
              "print ((void *(*) (void *, unsigned long, int, int, int, long)) mmap) (0, 4096, 3, 34, "
              "-1, 0)",
              (char *) NULL);
      _exit (127);
    }
  if (child < 0 || waitpid (child, &state, 0) != child || !WIFEXITED (state)
      || WEXITSTATUS (state) != 0)
    return -1;
  return now () - start;
}

static void
bench (const char *name,
       bool        busy)
{
  static double floors[ROUNDS], ours[ROUNDS], stopped[ROUNDS];
  double debugger[DEBUGGER_ROUNDS], floor, result;
  struct lac_process_failure failure = { 0 };
  struct lac_process *process = NULL;
  struct lac_remote *remote = NULL;
  pid_t pid = start_target (busy);

  usleep (20000);
  if (lac_process_open (NULL, pid, &process, &failure) != LAC_OK
      || lac_remote_open (process, 0, &remote, &failure) != LAC_OK)
    {
      printf ("%s: %s\n", name, lac_status_sentence (failure.status));
      goto out;
    }
  for (int i = 0; i < ROUNDS; i++)
    {
      floors[i] = time_floor (pid) * 1e6;
      ours[i] = time_remote (remote, &stopped[i]) * 1e6;
    }
  floor = median (floors, ROUNDS);
  result = median (ours, ROUNDS);
  printf ("allocate and free in a %s process: %8.1f us, floor %6.1f us, ratio %5.2f, at most 4.0\n",
          name, result, floor, result / floor);
  printf ("  its thread was stopped for an allocation: %8.1f us, at most 100\n",
          median (stopped, ROUNDS));
  for (int i = 0; i < DEBUGGER_ROUNDS; i++)
    {
      debugger[i] = time_debugger (pid) * 1e6;
      if (debugger[i] < 0)
        {
          printf ("  gdb is not here, or did not do it\n");
          goto out;
        }
    }
  floor = median (debugger, DEBUGGER_ROUNDS);
  printf ("  gdb, which only allocates: %8.0f us, %.0f times as long, at least 500\n", floor,
          floor / result);

out:
  lac_remote_close (remote);
  lac_process_close (process);
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
}

int
main (void)
{
  cpu_set_t set;

  printf ("on any processor\n");
  bench ("sleeping", false);
  bench ("busy", true);
  CPU_ZERO (&set);
  CPU_SET (sched_getcpu (), &set);
  if (sched_setaffinity (0, sizeof set, &set) != 0)
    return 0;
  printf ("all on one processor\n");
  bench ("sleeping", false);
  bench ("busy", true);
  return 0;
}
