/* What every benchmark needs: clocks, and medians, since times on a shared machine have outliers.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stdlib.h>
#include <time.h>

/* Seconds on a clock that nobody sets. */
static inline double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + (double) time.tv_nsec * 1e-9;
}

/* Seconds of the processor that all threads took so far. */
static inline double
cpu_seconds (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double) time.tv_sec + (double) time.tv_nsec * 1e-9;
}

static inline int
compare_doubles (const void *a,
                 const void *b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* Sorts @values; @n is above 0. */
static inline double
median (double *values,
        size_t  n)
{
  qsort (values, n, sizeof *values, compare_doubles);
  return values[n / 2];
}
