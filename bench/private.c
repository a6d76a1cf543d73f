/* What a private allocation near an anchor costs, and its end.
 *
 * The floor is what cannot be spared: the two calls that map a page at an address and unmap it, when
 * somebody else has found out that it is free. Both are measured in turn, in the same address space, so
 * that neither has the better moment. The anchor is a function of the C library, and a page amid 60,000
 * mappings without a gap between them, the worst place to look for one.
 *
 * The last column is not held to anything: what the first allocation costs after another part of the
 * program has mapped something, when what was remembered is worth nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffers/private.h"
#include "measure.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define N_ROUNDS 201
#define N_EACH 100
#define N_COLD 21

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

static void
fail (const char *what)
{
  fprintf (stderr, "private: %s\n", what);
  exit (1);
}

static struct lac_private
allocate (const struct lac_gap_query  *query,
          struct lac_placement_report *report)
{
  struct lac_private memory;

  if (lac_private_allocate (query, LAC_PROTECTION_READ | LAC_PROTECTION_WRITE, &memory, report)
      != LAC_OK)
    fail ("no allocation");
  return memory;
}

static double
time_floor (void  *place,
            size_t size)
{
  double start = now ();

  for (int i = 0; i < N_EACH; i++)
    {
      void *memory = mmap (place, size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

      if (memory != place || munmap (memory, size) != 0)
        fail ("the floor can't be measured");
    }
  return (now () - start) / N_EACH;
}

static double
time_ours (const struct lac_gap_query *query)
{
  double start = now ();

  for (int i = 0; i < N_EACH; i++)
    {
      struct lac_private memory = allocate (query, NULL);

      if (lac_private_free (&memory) != LAC_OK)
        fail ("it can't be freed");
    }
  return (now () - start) / N_EACH;
}

static double
time_cold (const struct lac_gap_query *query,
           unsigned                   *out_n_queries)
{
  double times[N_COLD];

  for (int i = 0; i < N_COLD; i++)
    {
      struct lac_placement_report report;
      struct lac_private memory;
      /* Always another size: as much as was unmapped before would not be seen. */
      size_t size = (size_t) (i + 1) << 20;
      void *other = mmap (NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      double start = now ();

      memory = allocate (query, &report);
      times[i] = now () - start;
      *out_n_queries = report.n_queries;
      lac_private_free (&memory);
      munmap (other, size);
    }
  return median (times, N_COLD);
}

static void
measure (const char *name,
         uint64_t    anchor,
         double      at_most)
{
  static double floors[N_ROUNDS], ours[N_ROUNDS];
  struct lac_gap_query query;
  struct lac_private memory;
  void *place;
  size_t size;
  double floor, own, cold;
  unsigned n_queries;

  lac_placement_init (&query);
  query.anchors = &anchor;
  query.n_anchors = 1;
  memory = allocate (&query, NULL);
  place = memory.address;
  size = memory.size;
  lac_private_free (&memory);

  for (int i = 0; i < N_ROUNDS; i++)
    {
      floors[i] = time_floor (place, size);
      ours[i] = time_ours (&query);
    }
  floor = median (floors, N_ROUNDS);
  own = median (ours, N_ROUNDS);
  cold = time_cold (&query, &n_queries);
  printf ("%-42s %6.2f us, floor %6.2f us: %4.2f x (at most %g x); after a change %8.1f us, %u "
          "questions\n",
          name, own * 1e6, floor * 1e6, own / floor, at_most, cold * 1e6, n_queries);
}

/* @n regions one after another, which differ so that they stay apart. */
static char *
map_many (size_t n,
          bool   gaps)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE);
  size_t stride = gaps ? 2 * page : page;
  char *block = mmap (NULL, n * stride, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (block == MAP_FAILED)
    fail ("the mappings can't be made");
  for (size_t i = 0; i < n; i++)
    if (gaps ? munmap (block + i * stride + page, page) != 0
             : i % 2 == 1 && mprotect (block + i * page, page, PROT_READ) != 0)
      fail ("the mappings can't be made; is vm.max_map_count less than 65530?");
  return block;
}

int
main (void)
{
  const size_t n = 60000;
  size_t page = (size_t) sysconf (_SC_PAGESIZE);
  char *block;

  setvbuf (stdout, NULL, _IOLBF, 0);
  measure ("0 mappings, anchor in libc", (uintptr_t) memcpy, 2);

  block = map_many (n, false);
  measure ("60,000 mappings, anchor in libc", (uintptr_t) memcpy, 3);
  measure ("60,000 mappings, anchor amid them", (uintptr_t) (block + n / 2 * page), 3);
  munmap (block, n * page);

  block = map_many (n, true);
  measure ("60,000 mappings and gaps, anchor amid them", (uintptr_t) (block + n * page), 3);
  munmap (block, n * 2 * page);
  return 0;
}
