/* Where the heap and the stacks may grow.
 *
 * SPDX-License-Identifier: MIT
 */
#include "map-private.h"
#include "translatable.h"

#include <stdlib.h>
#include <string.h>

static const struct
{
  enum lac_hazard hazard;
  const char *name;
  const char *sentence;
} hazard_table[] = {
#define LAC_HAZARD_ROW(value, bit, name, sentence) { value, name, sentence },
  LAC_HAZARD_MAP (LAC_HAZARD_ROW)
#undef LAC_HAZARD_ROW
};

#define N_HAZARDS (sizeof hazard_table / sizeof hazard_table[0])

const char *
lac_hazard_name (enum lac_hazard hazard)
{
  for (size_t i = 0; i < N_HAZARDS; i++)
    if (hazard_table[i].hazard == hazard)
      return hazard_table[i].name;
  return hazard == LAC_HAZARD_NONE ? "none" : "unknown";
}

const char *
lac_hazard_sentence (enum lac_hazard hazard)
{
  for (size_t i = 0; i < N_HAZARDS; i++)
    if (hazard_table[i].hazard == hazard)
      return hazard_table[i].sentence;
  return N_ ("Nothing is known to be in the way.");
}

bool
lac_hazard_from_name (const char *name,
                      unsigned   *out_hazards)
{
  if (strcmp (name, "all") == 0)
    {
      *out_hazards = LAC_HAZARD_ALL;
      return true;
    }
  if (strcmp (name, "none") == 0)
    {
      *out_hazards = LAC_HAZARD_NONE;
      return true;
    }
  for (size_t i = 0; i < N_HAZARDS; i++)
    if (strcmp (name, hazard_table[i].name) == 0)
      {
        *out_hazards = hazard_table[i].hazard;
        return true;
      }
  return false;
}

const struct lac_hazard_range *
lac_map_hazards (const struct lac_map *map,
                 size_t               *out_n_hazards)
{
  *out_n_hazards = map->n_hazards;
  return map->hazards;
}

size_t
lac_hazards_find (const struct lac_map *map,
                  size_t                index)
{
  size_t low = 0, high = map->n_hazards;

  while (low < high)
    {
      size_t middle = low + (high - low) / 2;

      if (map->hazards[middle].gap < index)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

unsigned
lac_map_hazards_in (const struct lac_map *map,
                    struct lac_range      range)
{
  unsigned hazards = 0;

  for (size_t i = lac_hazards_find (map, lac_map_search (map, range.start));
       i < map->n_hazards && lac_map_gap (map, map->hazards[i].gap).start < range.end; i++)
    if (lac_range_overlaps (map->hazards[i].range, range))
      hazards |= map->hazards[i].hazard;
  return hazards;
}

/* Adds what of @range lies in gap @gap. */
static void
add (struct lac_map  *map,
     size_t           gap,
     enum lac_hazard  hazard,
     struct lac_range range)
{
  range = lac_range_intersect (range, lac_map_gap (map, gap));
  if (range.start < range.end)
    map->hazards[map->n_hazards++] = (struct lac_hazard_range){ range, hazard, gap };
}

static int
compare (const void *a,
         const void *b)
{
  const struct lac_hazard_range *first = a;
  const struct lac_hazard_range *second = b;

  if (first->gap != second->gap)
    return first->gap < second->gap ? -1 : 1;
  if (first->range.start != second->range.start)
    return first->range.start < second->range.start ? -1 : 1;
  return first->hazard < second->hazard ? -1 : first->hazard > second->hazard;
}

/* The gap that holds @address, or the one that begins there. The index is not made yet. */
static size_t
gap_at (const struct lac_map *map,
        uint64_t              address)
{
  size_t low = 0, high = map->n_regions;

  while (low < high)
    {
      size_t middle = low + (high - low) / 2;

      if (map->regions[middle].start < address)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

enum lac_status
lac_hazards_build (struct lac_map *map)
{
  const struct lac_space *space = &map->space;
  size_t n_growing = 0;
  bool main_stack_seen = false;

  for (size_t i = 0; i < map->n_regions; i++)
    n_growing += (map->regions[i].flags & LAC_REGION_GROWS_DOWN) != 0;
  if (n_growing == 0 && space->program_break == 0)
    return LAC_OK;

  /* One for the heap, one for the main stack's growth, one for each guard. */
  map->hazards = malloc ((n_growing + 2) * sizeof *map->hazards);
  if (map->hazards == NULL)
    return LAC_E_NO_MEMORY;

  if (space->program_break != 0)
    {
      struct lac_range growth = { space->program_break,
                                  lac_add_saturating (space->program_break, space->data_limit) };
      size_t gap = gap_at (map, space->program_break);

      /* A break inside a region (a heap that is not named as one) leaves no room in that gap. */
      if (gap == 0 || map->regions[gap - 1].end <= space->program_break)
        add (map, gap, LAC_HAZARD_HEAP_GROWTH, growth);
    }
  for (size_t i = 0; i < map->n_regions && n_growing > 0; i++)
    {
      const struct lac_region *region = &map->regions[i];

      if ((region->flags & LAC_REGION_GROWS_DOWN) == 0)
        continue;
      if (region->kind == LAC_KIND_STACK && !main_stack_seen)
        {
          main_stack_seen = true;
          add (map, i, LAC_HAZARD_STACK_GROWTH,
               (struct lac_range){ lac_subtract_saturating (region->start, space->stack_limit),
                                   region->start });
        }
      add (map, i, LAC_HAZARD_STACK_GUARD,
           (struct lac_range){ lac_subtract_saturating (region->start, space->stack_guard),
                               region->start });
    }
  qsort (map->hazards, map->n_hazards, sizeof *map->hazards, compare);
  return LAC_OK;
}
