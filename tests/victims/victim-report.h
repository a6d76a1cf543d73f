/* What a victim tells while it runs, in memory that it shares with the test.
 *
 * A line of text can't be asked for without disturbing who writes it; so a victim writes nothing
 * but the first line, and counts here. The memory is what descriptor 3 refers to when the victim
 * begins.
 *
 * All words are of 32 bits, so that victims of any width mean the same.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stdint.h>

#define VICTIM_REPORT_DESCRIPTOR 3
#define VICTIM_REPORT_SIZE 4096

/* How many microseconds later than due a sleep may end on a machine that has time for it. */
#define VICTIM_LATE 600000u

struct victim_report
{
  /* Set by the test: the victim ends, with status 0 when nothing was wrong. */
  uint32_t stop;
  /* The victim, as the test numbers it, where the victim itself can't know. */
  uint32_t pid;
  /* How often everything was checked. */
  uint32_t n_rounds;
  /* How often a call answered EINTR that must not. */
  uint32_t n_interrupted;
  /* By how many microseconds a sleep was too long at most. What is too much the test decides,
   * which knows how busy the machine is. */
  uint32_t worst_late;
  /* How often bytes changed that lie below the red zone, which nobody may rely on. */
  uint32_t n_below;
  /* How often something was wrong, and what it was first, and last. */
  uint32_t n_wrong;
  char first_wrong[160];
  char last_wrong[160];

  /* Between a victim and who wakes it: which sleep was ended, and when in microseconds. */
  uint32_t n_posted;
  uint32_t n_acknowledged;
  uint32_t posted_at;
  uint32_t word;
  uint32_t n_signals;
  /* What else a victim has to say; each one says what. */
  uint32_t numbers[16];
};
