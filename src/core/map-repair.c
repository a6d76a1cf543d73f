/* Repairing what a torn read gave: regions that overlap or go backwards.
 *
 * The kernel gives a map a page of text at a time, and between two pages the process may map and unmap
 * what it likes. A region that was read later is the newer truth about the place it covers.
 *
 * SPDX-License-Identifier: MIT
 */
#include "map-private.h"

#include <stdlib.h>
#include <string.h>

/* The state of a repair: regions in the order of their starts, and those that cover the current
 * address in a heap with the one that was read last on top. */
struct repair
{
  const struct lac_region *regions;
  size_t *order;
  size_t *heap;
  size_t n_heap;
};

static int
compare_starts (const void *a,
                const void *b,
                void       *user_data)
{
  const struct lac_region *regions = user_data;
  size_t i = *(const size_t *) a;
  size_t j = *(const size_t *) b;

  if (regions[i].start != regions[j].start)
    return regions[i].start < regions[j].start ? -1 : 1;
  return i < j ? -1 : i > j;
}

static void
heap_push (struct repair *repair,
           size_t         index)
{
  size_t at = repair->n_heap++;

  while (at > 0 && repair->heap[(at - 1) / 2] < index)
    {
      repair->heap[at] = repair->heap[(at - 1) / 2];
      at = (at - 1) / 2;
    }
  repair->heap[at] = index;
}

static void
heap_pop (struct repair *repair)
{
  size_t last = repair->heap[--repair->n_heap];
  size_t at = 0;

  for (;;)
    {
      size_t child = 2 * at + 1;

      if (child >= repair->n_heap)
        break;
      if (child + 1 < repair->n_heap && repair->heap[child + 1] > repair->heap[child])
        child++;
      if (repair->heap[child] <= last)
        break;
      repair->heap[at] = repair->heap[child];
      at = child;
    }
  repair->heap[at] = last;
}

/* Takes [start, end) of region @from over into the repaired array. */
static void
emit (const struct lac_torn    *torn,
      struct lac_region        *regions,
      struct lac_region_detail *details,
      uint8_t                  *whole,
      size_t                   *n_regions,
      size_t                    from,
      uint64_t                  start,
      uint64_t                  end)
{
  struct lac_region region = torn->regions[from];

  whole[from] = region.start == start && region.end == end;
  if (torn->backings[region.backing].inode != 0)
    region.offset += start - region.start;
  region.start = start;
  region.end = end;
  if (details)
    details[*n_regions] = torn->details[from];
  regions[(*n_regions)++] = region;
}

/* Sorts, and lets what was read last win: a sweep over the addresses at which anything starts or ends,
 * in which the latest of the regions that cover a place owns it. */
enum lac_status
lac_torn_repair (struct lac_torn *torn,
                 size_t          *out_repairs)
{
  size_t n = torn->n_regions;
  struct repair repair = { .regions = torn->regions };
  /* Each region that is cut in two was cut by another that starts inside it. */
  struct lac_region *regions = malloc ((2 * n + 1) * sizeof *regions);
  struct lac_region_detail *details = NULL;
  uint8_t *touched = calloc (n, 1);
  uint8_t *whole = calloc (n, 1);
  size_t n_regions = 0, next = 0, repairs = 0;
  size_t current = SIZE_MAX;
  uint64_t current_start = 0, position = 0;
  enum lac_status status = LAC_E_NO_MEMORY;

  repair.order = malloc (n * sizeof *repair.order);
  repair.heap = malloc (n * sizeof *repair.heap);
  if (torn->details)
    details = calloc (2 * n + 1, sizeof *details);
  if (!regions || !touched || !whole || !repair.order || !repair.heap || (torn->details && !details))
    goto out;

  for (size_t i = 0; i < n; i++)
    {
      repair.order[i] = i;
      if (i > 0 && torn->regions[i].start < torn->regions[i - 1].start)
        touched[i] = 1;
    }
  qsort_r (repair.order, n, sizeof *repair.order, compare_starts, torn->regions);

  for (;;)
    {
      size_t top;
      uint64_t next_start;

      while (repair.n_heap && torn->regions[repair.heap[0]].end <= position)
        heap_pop (&repair);
      top = repair.n_heap ? repair.heap[0] : SIZE_MAX;

      if (top != current)
        {
          if (current != SIZE_MAX && current_start < position)
            emit (torn, regions, details, whole, &n_regions, current, current_start, position);
          current = top;
          current_start = position;
        }
      if (top == SIZE_MAX && next == n)
        break;

      next_start = next < n ? torn->regions[repair.order[next]].start : UINT64_MAX;
      position = top != SIZE_MAX && torn->regions[top].end < next_start
                     ? torn->regions[top].end
                     : next_start;
      while (next < n && torn->regions[repair.order[next]].start == position)
        heap_push (&repair, repair.order[next++]);
    }

  /* Whatever is not there unchanged, in its place, was repaired. */
  for (size_t i = 0; i < n; i++)
    repairs += touched[i] || !whole[i];

  free (torn->regions);
  torn->regions = regions;
  torn->n_regions = n_regions;
  regions = NULL;
  if (details)
    {
      free (torn->details);
      torn->details = details;
      details = NULL;
    }
  *out_repairs = repairs;
  status = LAC_OK;

out:
  free (regions);
  free (details);
  free (touched);
  free (whole);
  free (repair.order);
  free (repair.heap);
  return status;
}
