/* Since when a thread sleeps, by what the scheduler says of it.
 *
 * A thread has slept since it last ran (/proc/PID/sched, se.exec_start). That is the clock of one
 * processor, and processors' clocks drift apart, since each stands still in interrupts and where
 * the machine is a guest that must wait; so the tracer goes to that processor to read it. Whether
 * the thread still was in the same sleep when it was stopped shows in how often it has gone to
 * sleep since.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"
#include "remote-wait.h"

#if LAC_REMOTE_HERE

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Two clocks that were read within that, in nanoseconds, were read at once. */
#define TOGETHER UINT64_C (100000)
/* For so long a processor's clock is not looked at again, when many threads are stopped. */
#define A_WHILE UINT64_C (1000000)

#define PROCESSORS_MAX 1024

/* What the clocks said, and when. */
static struct
{
  uint64_t there;
  uint64_t now;
} clocks[PROCESSORS_MAX];

/* What comes after @key in @text: "… : 35213177.893948" in milliseconds, as nanoseconds. */
static uint64_t
parse_moment (const char *text,
              const char *key)
{
  const char *cursor = strstr (text, key);
  uint64_t value = 0;
  unsigned decimals = 0;
  bool after_point = false;

  if (cursor == NULL)
    return 0;
  cursor += strlen (key);
  while (*cursor == ' ' || *cursor == ':')
    cursor++;
  for (; decimals < 6; cursor++)
    {
      if (*cursor == '.' && !after_point)
        after_point = true;
      else if (*cursor >= '0' && *cursor <= '9')
        {
          value = value * 10 + (uint64_t) (*cursor - '0');
          decimals += after_point;
        }
      else
        break;
    }
  while (decimals++ < 6)
    value *= 10;
  return value;
}

/* proc_pid_stat(5), field 39. */
int
lac_last_processor (struct lac_tracer *tracer,
                    int32_t            thread)
{
  char text[2048];
  const char *cursor;

  if (lac_tracer_read_file (tracer, thread, "stat", text, sizeof text) <= 0)
    return -1;
  cursor = strrchr (text, ')');
  for (int field = 2; cursor != NULL && field < 39; field++)
    cursor = strchr (cursor + 1, ' ');
  return cursor != NULL ? (int) strtol (cursor, NULL, 10) : -1;
}

/* What the clock of processor @processor says now; 0 when that can't be told: this thread runs
 * there for a moment, asks for its own time, which has the scheduler look at the clock, and reads
 * what it saw. */
static uint64_t
clock_of (struct lac_tracer *tracer,
          int                processor,
          uint64_t          *out_now)
{
  unsigned long everywhere[PROCESSORS_MAX / 8 / sizeof (long)] = { 0 };
  unsigned long only[PROCESSORS_MAX / 8 / sizeof (long)] = { 0 };
  size_t bits = 8 * sizeof *only;
  char text[4096];
  struct timespec time;
  ssize_t length = 0;
  long size;

  if (processor < 0 || processor >= PROCESSORS_MAX)
    return 0;
  *out_now = clocks[processor].now;
  if (lac_tracer_clock () - clocks[processor].now < A_WHILE)
    return clocks[processor].there;
  if (tracer->own_file < 0)
    tracer->own_file = open ("/proc/thread-self/sched", O_RDONLY | O_CLOEXEC | O_NOCTTY);
  size = syscall (SYS_sched_getaffinity, 0, sizeof everywhere, everywhere);
  if (tracer->own_file < 0 || size <= 0)
    return 0;
  only[(size_t) processor / bits] = 1ul << ((size_t) processor % bits);
  if (syscall (SYS_sched_setaffinity, 0, sizeof only, only) != 0)
    return 0;
  /* Others may have the processor between the two clocks; then again. */
  for (int attempt = 0; attempt < 3; attempt++)
    {
      uint64_t before = lac_tracer_clock ();

      syscall (SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, &time);
      length = pread (tracer->own_file, text, sizeof text - 1, 0);
      *out_now = lac_tracer_clock ();
      if (*out_now - before < TOGETHER)
        break;
    }
  syscall (SYS_sched_setaffinity, 0, (size_t) size, everywhere);
  if (length <= 0)
    return 0;
  text[length] = '\0';
  clocks[processor].there = parse_moment (text, "se.exec_start");
  clocks[processor].now = *out_now;
  return clocks[processor].there;
}

/* How often the thread has gone to sleep; 0 when that can't be told. */
static uint64_t
count_sleeps (const char *text)
{
  const char *line = strstr (text, "nr_voluntary_switches");
  const char *colon = line != NULL ? strchr (line, ':') : NULL;

  return colon != NULL ? strtoull (colon + 1, NULL, 10) : 0;
}

void
lac_sleep_note (struct lac_tracer      *tracer,
                int32_t                 thread,
                struct lac_tracer_wait *out_wait)
{
  char text[4096];
  uint64_t then, there, now = 0;

  if (lac_tracer_read_file (tracer, thread, "sched", text, sizeof text) <= 0)
    return;
  out_wait->n_sleeps = count_sleeps (text);
  then = parse_moment (text, "se.exec_start");
  there = then != 0 ? clock_of (tracer, lac_last_processor (tracer, thread), &now) : 0;
  /* A clock that was looked at a moment ago may be behind. */
  if (there + A_WHILE > then && there != 0 && then < there + now)
    out_wait->since = now + then - there;
}

bool
lac_sleep_lasted (struct lac_tracer            *tracer,
                  const struct lac_traced      *traced,
                  const struct lac_tracer_wait *wait)
{
  char text[4096];

  return lac_tracer_read_file (tracer, traced->thread, "sched", text, sizeof text) > 0
         && count_sleeps (text) == wait->n_sleeps + 1;
}

#endif
