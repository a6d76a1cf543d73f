/* What all victims have in common: how they begin, what they count, how they end.
 *
 * A victim says "ready", with an address and a number where it has some to tell, and from then on
 * holds none of the test's pipes. It does not outlive the test. When the test asks for it, it ends,
 * and its exit status says whether anything was wrong: 0 for nothing, 1 otherwise, 77 when what it
 * needs is not there.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "bare.h"
#include "victim-report.h"

#define VICTIM_SKIPPED 77

static struct victim_report *report;

static inline void
victim_exit (int status)
{
  for (;;)
    CALL1 (BARE_EXIT_GROUP, status);
}

static inline uint32_t
victim_get (const uint32_t *word)
{
  return __atomic_load_n (word, __ATOMIC_ACQUIRE);
}

static inline void
victim_add (uint32_t *word)
{
  __atomic_add_fetch (word, 1, __ATOMIC_ACQ_REL);
}

static inline char *
victim_append (char       *at,
               const char *end,
               const char *text)
{
  while (at < end && *text != '\0')
    *at++ = *text++;
  return at;
}

static inline char *
victim_append_number (char         *at,
                      const char   *end,
                      unsigned long number)
{
  char digits[2 * sizeof number + 1];
  int n = sizeof digits - 1;

  digits[n] = '\0';
  do
    digits[--n] = "0123456789abcdef"[number & 15];
  while ((number >>= 4) != 0);
  return victim_append (at, end, digits + n);
}

/* Notes that something is wrong, with a number. */
static inline void
victim_wrong (const char *what,
              long        number)
{
  char line[sizeof report->first_wrong];
  char *end = line + sizeof line - 1;
  char *at = victim_append (line, end, what);

  at = victim_append (at, end, number < 0 ? ": -0x" : ": 0x");
  at = victim_append_number (at, end,
                             number < 0 ? 0ul - (unsigned long) number : (unsigned long) number);
  *at = '\0';
  if (__atomic_fetch_add (&report->n_wrong, 1, __ATOMIC_ACQ_REL) == 0)
    memcpy (report->first_wrong, line, sizeof line);
  memcpy (report->last_wrong, line, sizeof line);
}

/* Counts a call that was interrupted and must not be. */
static inline void
victim_interrupted (void)
{
  victim_add (&report->n_interrupted);
}

/* A sleep took so many microseconds, and should have taken @wanted; it may end @early. */
static inline void
victim_slept (uint32_t took,
              uint32_t wanted,
              uint32_t early)
{
  uint32_t late = took > wanted ? took - wanted : 0;
  uint32_t worst = victim_get (&report->worst_late);

  if (took + early < wanted)
    victim_wrong ("a sleep ended early, by microseconds", (long) (wanted - took));
  while (late > worst
         && !__atomic_compare_exchange_n (&report->worst_late, &worst, late, 0, __ATOMIC_ACQ_REL,
                                          __ATOMIC_ACQUIRE))
    continue;
}

/* Sleeps for so many microseconds, and notes what is wrong with that. */
static inline void
victim_doze (uint32_t wanted)
{
  struct bare_time time = { 0, (long) wanted * 1000 };
  uint32_t begun = bare_now ();
  long answer = CALL2 (BARE_NANOSLEEP, &time, NULL);

  if (answer == -BARE_EINTR)
    victim_interrupted ();
  else if (answer != 0)
    victim_wrong ("nanosleep", answer);
  else
    victim_slept (bare_now () - begun, wanted, 0);
}

/* After each round of checks: counts it, and ends when the test says so. */
static inline void
victim_round (void)
{
  victim_add (&report->n_rounds);
  if (victim_get (&report->stop))
    victim_exit (victim_get (&report->n_wrong) ? 1 : 0);
}

/* Begins: with the test's report, or without one when started by hand. */
static inline void
victim_begin (void)
{
  long place;

  CALL2 (BARE_PRCTL, 1, BARE_SIGKILL);
  place = CALL6 (BARE_MMAP, 0, VICTIM_REPORT_SIZE, 3, 1, VICTIM_REPORT_DESCRIPTOR, 0);
  if (place < 0 && place > -4096)
    place = CALL6 (BARE_MMAP, 0, VICTIM_REPORT_SIZE, 3, 0x21, -1, 0);
  if (place < 0 && place > -4096)
    victim_exit (VICTIM_SKIPPED);
  report = (struct victim_report *) place;
}

/* Says that it is ready; @more ends the line. */
static inline void
victim_say (unsigned long address,
            unsigned long number,
            const char   *more)
{
  char line[64];
  char *end = line + sizeof line;
  char *at = victim_append (line, end, "ready ");

  at = victim_append_number (at, end, address);
  at = victim_append (at, end, " ");
  at = victim_append_number (at, end, number);
  at = victim_append (at, end, more);
  CALL3 (BARE_WRITE, 1, line, at - line);
}

/* Says that it is ready, and keeps the test's pipes. */
static inline void
victim_ready_and_hold (unsigned long address,
                       unsigned long number)
{
  victim_say (address, number, " holds\n");
}

/* Says that it is ready, and lets go of the test's pipes. That is the last thing that it does,
 * so that whoever sees the pipe's end sees all of it. */
static inline void
victim_ready (unsigned long address,
              unsigned long number)
{
  long nowhere;

  victim_say (address, number, "\n");
  nowhere = CALL4 (BARE_OPENAT, -100, "/dev/null", 2, 0);
  if (nowhere < 0)
    return;
  if (nowhere > 0)
    CALL2 (BARE_DUP2, nowhere, 0);
  if (nowhere > 2)
    CALL1 (BARE_CLOSE, nowhere);
  CALL2 (BARE_DUP2, 0, 1);
}

/* Ends because something is missing here; the test skips. */
static inline void
victim_skip (void)
{
  victim_exit (VICTIM_SKIPPED);
}

/* A simple random number. */
static inline uint32_t
victim_random (uint32_t *state)
{
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

/* A child of the victim that does not outlive it; 0 in the child. */
static inline long
victim_fork (void)
{
  long parent = CALL0 (BARE_GETPID);
  long child = CALL0 (BARE_FORK);

  if (child == 0)
    {
      CALL2 (BARE_PRCTL, 1, BARE_SIGKILL);
      if (CALL0 (BARE_GETPPID) != parent)
        victim_exit (0);
    }
  return child;
}

static inline int
victim_equal (const char *a,
              const char *b)
{
  while (*a != '\0' && *a == *b)
    a++, b++;
  return *a == *b;
}
