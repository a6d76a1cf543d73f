/* Begins something new all the time.
 *
 *   storm fork      children, which end at once
 *   storm exec      itself, again and again
 *   storm thread    threads, which end at once
 *   storm both      threads, which are asleep most of the time, and after some milliseconds itself, by
 *                   the first of them or by the program's first thread
 *
 * SPDX-License-Identifier: MIT
 */
#include "victim-common.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void
storm_of_children (void)
{
  for (;;)
    {
      int wanted = (int) (report->n_rounds & 127);
      int status = 0;
      long child = CALL0 (BARE_FORK);

      if (child == 0)
        victim_exit (wanted);
      if (child < 0)
        victim_wrong ("fork", child);
      else if (CALL4 (BARE_WAIT4, child, &status, 0, 0) != child)
        victim_interrupted ();
      else if (status != wanted << 8)
        victim_wrong ("a child's status", status);
      victim_round ();
    }
}

static void
storm_of_programs (char *argv[])
{
  char number[16];
  char *arguments[] = { argv[0], argv[1], number, NULL };

  victim_round ();
  snprintf (number, sizeof number, "%u", report->n_rounds);
  execv ("/proc/self/exe", arguments);
  victim_wrong ("exec", errno);
  victim_exit (1);
}

static void *
doze (void *nothing)
{
  struct bare_time time = { 0, 100000 };

  for (;;)
    CALL2 (BARE_NANOSLEEP, &time, NULL);
  return NULL;
}

static void *
go_on_after_a_while (void *arguments)
{
  struct bare_time time = { 0, 1000000 * (1 + report->n_rounds % 5) };

  CALL2 (BARE_NANOSLEEP, &time, NULL);
  storm_of_programs (arguments);
  return NULL;
}

static void
storm_of_both (char *argv[])
{
  pthread_t thread;

  /* A thread that becomes the program does not end with the test until it has said so, which may be too late. */
  if (report->numbers[0] == 0)
    report->numbers[0] = (uint32_t) getppid ();
  else if (report->numbers[0] != (uint32_t) getppid ())
    victim_exit (1);
  for (int i = 0; i < 5; i++)
    if (pthread_create (&thread, NULL, i == 0 && report->n_rounds % 2 == 0 ? go_on_after_a_while : doze, argv)
        != 0)
      victim_wrong ("a thread could not be made", errno);
  if (report->n_rounds % 2 == 0)
    doze (NULL);
  go_on_after_a_while (argv);
}

static void *
answer (void *question)
{
  return (char *) question + 1;
}

static void
storm_of_threads (void)
{
  for (;;)
    {
      pthread_t threads[4];
      void *result = NULL;

      for (int i = 0; i < 4; i++)
        if (pthread_create (&threads[i], NULL, answer, (char *) report + i) != 0)
          victim_wrong ("a thread could not be made", errno);
      for (int i = 0; i < 4; i++)
        if (pthread_join (threads[i], &result) != 0 || result != (char *) report + i + 1)
          victim_wrong ("a thread's result", i);
      victim_round ();
    }
}

int
main (int   argc,
      char *argv[])
{
  victim_begin ();
  /* The first program says that it is ready; those after it were told how many there have been. */
  if (argc < 3)
    victim_ready (0, 0);
  else if (strtoul (argv[2], NULL, 10) != report->n_rounds)
    victim_wrong ("programs that got lost", (long) report->n_rounds);
  if (argc > 1 && victim_equal (argv[1], "fork"))
    storm_of_children ();
  else if (argc > 1 && victim_equal (argv[1], "exec"))
    storm_of_programs (argv);
  else if (argc > 1 && victim_equal (argv[1], "both"))
    storm_of_both (argv);
  else if (argc > 1 && victim_equal (argv[1], "thread"))
    storm_of_threads ();
  victim_skip ();
}
