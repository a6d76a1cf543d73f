/* What it costs to follow a process of 65,000 regions, one refresh a second.
 *
 * Lacuna runs as a process of its own, its window open and live, and is measured from outside: the
 * time that all its threads took of a processor. The floor is what nobody can do without: one bare
 * read of the same process's maps in the same second, by a process that does nothing else. Both go
 * on at the same time, each second is a pair, and the ratio is the median of the pairs. First
 * nothing changes in the target; then a few regions do in each second, for which there is no
 * limit.
 *
 * Started with "child" and a target this is Lacuna, linked as the program is, and live.
 *
 * SPDX-License-Identifier: MIT
 */
#include "measure.h"
#include "target.h"
#include "window.h"

#include "app/lacuna-application.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_REGIONS 65000
#define N_SECONDS 20
#define LIMIT 2.0

/* The child */

static int
be_lacuna (const char *spelling)
{
  Bench bench;
  char what;

  setlocale (LC_ALL, "");
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  bench_start (&bench);
  if (!bench_open (&bench, spelling, 60))
    return 1;
  what = bench_set_live (&bench, TRUE) ? 'l' : '-';
  bench_run (&bench, 3);
  /* The parent waits for this on file descriptor 3. */
  if (write (3, &what, 1) != 1)
    return 1;
  /* As the program runs, without a clock around each poll. */
  g_main_context_set_poll_func (NULL, NULL);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

/* The parent */

static double
process_seconds (clockid_t clock)
{
  struct timespec time;

  if (clock_gettime (clock, &time) != 0)
    {
      fprintf (stderr, "live: the window ended\n");
      exit (1);
    }
  return (double) time.tv_sec + (double) time.tv_nsec * 1e-9;
}

static void
sleep_until (double end)
{
  double left = end - now ();

  if (left > 0)
    g_usleep ((gulong) (left * 1e6));
}

static void
measure (struct target *target,
         clockid_t      lacuna,
         gboolean       changing)
{
  double ours[N_SECONDS];
  double bare[N_SECONDS];
  double ratios[N_SECONDS];
  double start = now ();
  double ratio;

  for (int second = 0; second < N_SECONDS; second++)
    {
      double before = process_seconds (lacuna);
      double floor_before;

      if (changing)
        target_change (target);
      /* Half a second into the pair, so that Lacuna's refresh may come before it or after it. */
      sleep_until (start + second + 0.5);
      floor_before = process_seconds (CLOCK_PROCESS_CPUTIME_ID);
      target_read_bare (target->pid);
      bare[second] = process_seconds (CLOCK_PROCESS_CPUTIME_ID) - floor_before;
      sleep_until (start + second + 1);
      ours[second] = process_seconds (lacuna) - before;
    }
  for (int second = 0; second < N_SECONDS; second++)
    ratios[second] = ours[second] / bare[second];
  ratio = median (ratios, N_SECONDS);
  printf ("%-24s %8.2f ms  %8.2f ms  %6.2f x  %s\n",
          changing ? "10 regions a second" : "nothing changes",
          median (bare, N_SECONDS) * 1e3, median (ours, N_SECONDS) * 1e3, ratio,
          changing ? "" : ratio <= LIMIT ? "(at most 2) ok" : "(at most 2) MISS");
  fflush (stdout);
}

int
main (int   argc,
      char *argv[])
{
  struct target target = { 0 };
  char number[16];
  int ends[2];
  char what = 0;
  clockid_t lacuna;
  pid_t pid;

  if (argc == 3 && strcmp (argv[1], "child") == 0)
    return be_lacuna (argv[2]);

  if (!target_start (&target, N_REGIONS, TARGET_PAGES) || pipe2 (ends, O_CLOEXEC) != 0)
    return 1;
  snprintf (number, sizeof number, "%d", (int) target.pid);
  pid = vfork ();
  if (pid == 0)
    {
      dup2 (ends[1], 3);
      execl ("/proc/self/exe", "bench-live", "child", number, NULL);
      _exit (127);
    }
  close (ends[1]);
  if (read (ends[0], &what, 1) != 1 || clock_getcpuclockid (pid, &lacuna) != 0)
    {
      fprintf (stderr, "live: the window did not open\n");
      return 1;
    }

  printf ("CPU of all threads for each second, medians of %d, beside one bare read a second\n\n"
          "%d regions             bare read      Lacuna    ratio\n",
          N_SECONDS, N_REGIONS);
  if (what == 'l')
    {
      measure (&target, lacuna, FALSE);
      measure (&target, lacuna, TRUE);
    }
  else
    printf ("no window is live (win.live): there is nothing to measure\n");
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  target_stop (&target);
  return what == 'l' ? 0 : 1;
}
