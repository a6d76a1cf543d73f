/* What it costs to ask for gaps on the command line, as a whole process: to start it, to read the
 * map, to search it, to print the answer, to end.
 *
 * The floor is `cat /proc/PID/maps` as a whole process, in turns with the real thing. Both write to
 * /dev/null. Two targets of 65,000 regions are asked: one whose regions lie side by side, as in a
 * process with many thread stacks and heaps, and one with a gap after each region, all of which lie
 * in reach, which is the worst there is to search and to print.
 *
 *     whole-command LACUNA-CLI
 *
 * SPDX-License-Identifier: MIT
 */
#include "measure.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define REGIONS 65000
#define ROUNDS 41

/* In the child: makes the regions and returns where they begin; 0 when it can't. */
static uintptr_t
make_regions (bool gaps)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE);
  size_t n_pages = gaps ? 2 * (size_t) REGIONS : REGIONS;
  char *pages = mmap (NULL, n_pages * page, PROT_READ,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (pages == MAP_FAILED)
    return 0;
  for (size_t i = 1; i < n_pages; i += 2)
    if ((gaps ? munmap (pages + i * page, page) : mprotect (pages + i * page, page, PROT_NONE))
        != 0)
      return 0;
  return (uintptr_t) pages;
}

static pid_t
start_target (bool       gaps,
              uintptr_t *out_start)
{
  int ready[2];
  pid_t pid;

  if (pipe2 (ready, O_CLOEXEC) != 0)
    return 0;
  fflush (NULL);
  pid = fork ();
  if (pid == 0)
    {
      uintptr_t start;

      prctl (PR_SET_PDEATHSIG, SIGKILL);
      start = make_regions (gaps);
      if (start == 0 || write (ready[1], &start, sizeof start) != sizeof start)
        _exit (1);
      for (;;)
        pause ();
    }
  close (ready[1]);
  if (pid > 0 && read (ready[0], out_start, sizeof *out_start) != sizeof *out_start)
    {
      waitpid (pid, NULL, 0);
      pid = 0;
    }
  close (ready[0]);
  return pid > 0 ? pid : 0;
}

/* The seconds until the program ended; ends this one when it failed. */
static double
time_program (char *const arguments[])
{
  double start = now ();
  int status;
  pid_t pid = fork ();

  if (pid == 0)
    {
      int output = open ("/dev/null", O_WRONLY | O_CLOEXEC);

      dup2 (output, STDOUT_FILENO);
      execvp (arguments[0], arguments);
      _exit (127);
    }
  if (pid < 0 || waitpid (pid, &status, 0) < 0 || !WIFEXITED (status) || WEXITSTATUS (status) != 0)
    {
      fprintf (stderr, "whole-command: %s failed\n", arguments[0]);
      exit (1);
    }
  return now () - start;
}

/* In turns, so that what else the machine does falls on both. */
static void
measure (const char *label,
         char *const floor_arguments[],
         char *const arguments[])
{
  double floors[ROUNDS];
  double times[ROUNDS];
  double floor_time;
  double time;

  time_program (floor_arguments);
  time_program (arguments);
  for (size_t i = 0; i < ROUNDS; i++)
    if (i % 2)
      {
        floors[i] = time_program (floor_arguments);
        times[i] = time_program (arguments);
      }
    else
      {
        times[i] = time_program (arguments);
        floors[i] = time_program (floor_arguments);
      }
  floor_time = median (floors, ROUNDS);
  time = median (times, ROUNDS);
  printf ("%-30s  %9.3f ms  %9.3f ms  %5.2f x\n", label, floor_time * 1e3, time * 1e3,
          time / floor_time);
  fflush (stdout);
}

static void
measure_target (char       *program,
                bool        gaps,
                const char *label,
                const char *json_label)
{
  char path[64];
  char number[16];
  char anchor[32];
  char cat[] = "cat";
  char command[] = "gaps";
  char near[] = "--near";
  char json[] = "--json";
  char *floor_arguments[] = { cat, path, NULL };
  char *arguments[] = { program, command, number, near, anchor, NULL };
  char *json_arguments[] = { program, command, number, near, anchor, json, NULL };
  uintptr_t start;
  pid_t pid = start_target (gaps, &start);

  if (pid == 0)
    {
      printf ("%-30s  skipped: no process with so many regions could be made\n", label);
      return;
    }
  snprintf (path, sizeof path, "/proc/%d/maps", (int) pid);
  snprintf (number, sizeof number, "%d", (int) pid);
  snprintf (anchor, sizeof anchor, "%#lx", (unsigned long) start + REGIONS / 2 * 4096ul);
  measure (label, floor_arguments, arguments);
  measure (json_label, floor_arguments, json_arguments);
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
}

int
main (int   argc,
      char *argv[])
{
  if (argc != 2)
    {
      fprintf (stderr, "usage: whole-command LACUNA-CLI\n");
      return 2;
    }
  printf ("lacuna-cli gaps PID --near A as a whole process, %d regions, medians; the floor is\n"
          "cat /proc/PID/maps as a whole process, at most 2 x\n\n",
          REGIONS);
  printf ("target                                 floor       command    ratio\n");
  measure_target (argv[1], false, "no gaps between", "no gaps between, --json");
  measure_target (argv[1], true, "65,000 gaps in reach", "65,000 gaps in reach, --json");
  return 0;
}
