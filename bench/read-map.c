/* What it costs to get from a PID to a map that answers queries.
 *
 * The floor is what nobody can do without: reading the same /proc/PID/maps with bare read(2) calls
 * into one buffer. It is measured in the same run, in turns with the real thing, so that what else
 * the machine does falls on both. Beside it stand two tools that do the same job: pmap -q as a
 * whole process, and psutil's memory_maps without the interpreter's start.
 *
 * The target has that many regions because pages with and without access take turns. A million of
 * them needs vm.max_map_count raised; it is put back in the end, and where it may not be raised the
 * row says so.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/process.h"

#include "measure.h"
#include "target.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static double
time_floor (pid_t   pid,
            size_t *out_bytes)
{
  double start = now ();

  *out_bytes = target_read_bare (pid);
  return now () - start;
}

static double
time_map (pid_t   pid,
          size_t *out_regions)
{
  struct lac_process_failure failure = { 0 };
  struct lac_process *process = NULL;
  struct lac_map *map = NULL;
  double start = now ();
  double end;

  if (lac_process_open (NULL, pid, &process, &failure) == LAC_OK)
    lac_process_read_map (process, 0, NULL, &map, &failure);
  lac_process_close (process);
  end = now ();
  if (map == NULL)
    {
      fprintf (stderr, "read-map: %s: %s\n", failure.what, lac_status_sentence (failure.status));
      exit (1);
    }
  lac_map_regions (map, out_regions);
  lac_map_unref (map);
  return end - start;
}

/* Refreshes a view of 50 regions in which nothing changed; asks for one region. Best of many, in
 * seconds: what is asked of the kernel is the same each time. */
static void
time_view (pid_t   pid,
           double *out_refresh,
           double *out_query)
{
  struct lac_process *process = NULL;
  struct lac_map *map = NULL;
  const struct lac_region *regions;
  size_t n_regions;
  struct lac_range view;

  *out_refresh = *out_query = 1e9;
  if (lac_process_open (NULL, pid, &process, NULL) != LAC_OK
      || lac_process_read_map (process, 0, NULL, &map, NULL) != LAC_OK)
    exit (1);
  regions = lac_map_regions (map, &n_regions);
  view.start = regions[n_regions / 2].start;
  view.end = regions[n_regions / 2 + 49].end;
  for (int i = 0; i < 21; i++)
    {
      struct lac_map *same = NULL;
      struct lac_region region;
      double start = now (), middle, end;

      if (lac_process_refresh_range (process, map, view, NULL, &same, NULL) != LAC_OK || same != map)
        exit (1);
      middle = now ();
      if (lac_process_query (process, view.start, false, &region, NULL, 0, NULL) != LAC_OK)
        exit (1);
      end = now ();
      if (middle - start < *out_refresh)
        *out_refresh = middle - start;
      if (end - middle < *out_query)
        *out_query = end - middle;
      lac_map_unref (same);
    }
  lac_map_unref (map);
  lac_process_close (process);
}

/* Runs a program with its output going to @output; the seconds until it ended, or -1. */
static double
time_program (char *const arguments[],
              int         output)
{
  double start = now ();
  int status;
  pid_t pid = fork ();

  if (pid == 0)
    {
      dup2 (output, STDOUT_FILENO);
      dup2 (output, STDERR_FILENO);
      execvp (arguments[0], arguments);
      _exit (127);
    }
  if (pid < 0 || waitpid (pid, &status, 0) < 0 || !WIFEXITED (status) || WEXITSTATUS (status) != 0)
    return -1;
  return now () - start;
}

static double
time_pmap (pid_t  pid,
           size_t n_runs)
{
  double times[64];
  char number[16];
  char program[] = "pmap";
  char quiet[] = "-q";
  char *arguments[] = { program, quiet, number, NULL };
  int output = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  double result = -1;

  snprintf (number, sizeof number, "%d", (int) pid);
  for (size_t i = 0; i < n_runs; i++)
    {
      times[i] = time_program (arguments, output);
      if (times[i] < 0)
        goto out;
    }
  result = median (times, n_runs);

out:
  close (output);
  return result;
}

static double
time_psutil (pid_t  pid,
             size_t n_runs)
{
  static char script[]
      = "import psutil, statistics, sys, time\n"
        "process = psutil.Process(int(sys.argv[1]))\n"
        "times = []\n"
        "for run in range(int(sys.argv[2])):\n"
        "    start = time.perf_counter()\n"
        "    process.memory_maps(grouped=False)\n"
        "    times.append(time.perf_counter() - start)\n"
        "print(statistics.median(times))\n";
  char number[16];
  char runs[16];
  char text[64];
  char program[] = "/usr/bin/python3";
  char command[] = "-c";
  char *arguments[] = { program, command, script, number, runs, NULL };
  int output[2];
  double result = -1;
  ssize_t n;

  snprintf (number, sizeof number, "%d", (int) pid);
  snprintf (runs, sizeof runs, "%zu", n_runs);
  if (pipe2 (output, O_CLOEXEC) != 0)
    return -1;
  if (time_program (arguments, output[1]) >= 0 && (n = read (output[0], text, sizeof text - 1)) > 0)
    {
      text[n] = '\0';
      result = strtod (text, NULL);
    }
  close (output[0]);
  close (output[1]);
  return result;
}

static void
print_other (double other,
             double ours)
{
  if (other > 0)
    printf ("  %12.3f ms  ours is 1/%-6.1f", other * 1e3, other / ours);
  else
    printf ("  %-31s", "not here");
}

static void
measure (size_t n_regions,
         size_t n_rounds,
         size_t n_other)
{
  double *floors = calloc (n_rounds, sizeof *floors);
  double *maps = calloc (n_rounds, sizeof *maps);
  double *ratios = calloc (n_rounds, sizeof *ratios);
  size_t bytes = 0, regions = 0;
  double floor_time, map_time, refresh_time, query_time;
  struct target target;
  pid_t pid;

  if (floors == NULL || maps == NULL || ratios == NULL)
    exit (1);
  if (!target_start (&target, n_regions, TARGET_PAGES))
    goto out;
  pid = target.pid;

  time_floor (pid, &bytes);
  time_map (pid, &regions);
  for (size_t i = 0; i < n_rounds; i++)
    if (i % 2)
      {
        floors[i] = time_floor (pid, &bytes);
        maps[i] = time_map (pid, &regions);
      }
    else
      {
        maps[i] = time_map (pid, &regions);
        floors[i] = time_floor (pid, &bytes);
      }
  /* Of each pair, so that a machine that gets busier or idler meanwhile does not count. */
  for (size_t i = 0; i < n_rounds; i++)
    ratios[i] = maps[i] / floors[i];
  floor_time = median (floors, n_rounds);
  map_time = median (maps, n_rounds);
  printf ("%9zu  %9.3f ms  %9.3f ms  %5.2f x", regions, floor_time * 1e3, map_time * 1e3,
          median (ratios, n_rounds));
  print_other (time_pmap (pid, n_other), map_time);
  print_other (time_psutil (pid, n_other), map_time);
  time_view (pid, &refresh_time, &query_time);
  printf ("  %9.1f us  %9.1f us\n", refresh_time * 1e6, query_time * 1e6);
  fflush (stdout);
  target_stop (&target);

out:
  free (floors);
  free (maps);
  free (ratios);
}

int
main (int   argc,
      char *argv[])
{
  printf ("PID to queryable map, medians; the floor is read(2) of /proc/PID/maps, at most 1.25 x;\n"
          "at most 1/2 of pmap -q, at most 1/20 of psutil's memory_maps\n\n");
  printf ("  regions         floor           map    ratio  pmap -q                          "
          "psutil memory_maps              refresh of 50     query\n");
  measure (1000, 1001, 21);
  measure (65000, 51, 5);
  measure (1000000, 15, 1);
  return 0;
}
