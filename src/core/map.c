/* The map as its readers see it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "map-private.h"

#include "expression.h"

#include <stdlib.h>
#include <string.h>

/* The end of user space, from the kernel's own headers: x86 64-bit with 4 and with 5 levels of page
 * tables (arch/x86/include/asm/page_64_types.h: TASK_SIZE_MAX), 32-bit under a 64-bit kernel
 * (IA32_PAGE_OFFSET) and under a 32-bit one (PAGE_OFFSET with the usual split). */
#define END_47_BIT UINT64_C (0x7ffffffff000)
#define END_57_BIT UINT64_C (0xfffffffffff000)
#define END_32_BIT UINT64_C (0xffffe000)
#define END_32_BIT_NATIVE UINT64_C (0xc0000000)
#define FOUR_GIB (UINT64_C (1) << 32)

/* Where addresses of the kernel's half begin: [vsyscall] lies there and says nothing about user
 * space. */
#define KERNEL_HALF (UINT64_C (1) << 63)

void
lac_space_guess (struct lac_space        *space,
                 const struct lac_region *regions,
                 size_t                   n_regions)
{
  uint64_t top = 0;

  for (size_t i = n_regions; i > 0; i--)
    if (regions[i - 1].start < KERNEL_HALF)
      {
        top = regions[i - 1].end;
        break;
      }

  if (space->pointer_bits == 0)
    {
      if (space->user.end != 0)
        space->pointer_bits = space->user.end > FOUR_GIB ? 64 : 32;
      else
        space->pointer_bits = top != 0 && top <= FOUR_GIB
                                      && regions[n_regions - 1].end <= FOUR_GIB
                                  ? 32
                                  : 64;
    }
  if (space->user.end == 0)
    {
      if (space->pointer_bits == 32)
        space->user.end = top != 0 && top <= END_32_BIT_NATIVE ? END_32_BIT_NATIVE : END_32_BIT;
      else
        space->user.end = top > END_47_BIT + 0x1000 ? END_57_BIT : END_47_BIT;
    }
  if (space->user.start > space->user.end)
    space->user.start = space->user.end;
}

struct lac_map *
lac_map_ref (struct lac_map *map)
{
  atomic_fetch_add_explicit (&map->references, 1, memory_order_relaxed);
  return map;
}

void
lac_map_unref (struct lac_map *map)
{
  if (map == NULL
      || atomic_fetch_sub_explicit (&map->references, 1, memory_order_acq_rel) != 1)
    return;
  lac_index_clear (map);
  free (map->regions);
  free (map->backings);
  free (map->first_regions);
  free (map->names);
  free (map->details);
  free (map->hazards);
  free (map);
}

const struct lac_space *
lac_map_space (const struct lac_map *map)
{
  return &map->space;
}

const struct lac_region *
lac_map_regions (const struct lac_map *map,
                 size_t               *out_n_regions)
{
  *out_n_regions = map->n_regions;
  return map->regions;
}

const struct lac_backing *
lac_map_backing (const struct lac_map    *map,
                 const struct lac_region *region)
{
  return &map->backings[region->backing];
}

const struct lac_region_detail *
lac_map_detail (const struct lac_map *map,
                size_t                index)
{
  return map->details && index < map->n_regions ? &map->details[index] : NULL;
}

size_t
lac_map_repairs (const struct lac_map *map)
{
  return map->repairs;
}

size_t
lac_map_memory (const struct lac_map *map)
{
  size_t bytes = sizeof *map + map->n_regions * sizeof *map->regions
                 + map->n_backings * (sizeof *map->backings + sizeof *map->first_regions)
                 + map->names_size + map->n_hazards * sizeof *map->hazards + map->index.block_size;
  const struct lac_aligned_index *aligned = atomic_load_explicit (&map->index.aligned,
                                                                  memory_order_acquire);

  if (map->details)
    bytes += map->n_regions * sizeof *map->details;
  for (; aligned; aligned = aligned->next)
    {
      bytes += sizeof *aligned;
      for (unsigned level = 0; level < map->index.n_levels; level++)
        bytes += map->index.n_nodes[level] * sizeof (uint64_t);
    }
  return bytes;
}

size_t
lac_map_search (const struct lac_map *map,
                uint64_t              address)
{
  size_t bound = lac_index_upper_bound (map, address);

  /* Inside user space, the region below ends where the gap above it begins; and the index, which is
   * in the cache by now, knows that gap. */
  if (bound > 0 && lac_range_contains (map->space.user, address))
    {
      struct lac_range gap = lac_gap_from_leaf (map, bound);

      return gap.start == gap.end || gap.start > address ? bound - 1 : bound;
    }
  return bound > 0 && map->regions[bound - 1].end > address ? bound - 1 : bound;
}

struct lac_range
lac_map_gap (const struct lac_map *map,
             size_t                index)
{
  if (index > map->n_regions)
    return (struct lac_range){ map->space.user.end, map->space.user.end };
  return lac_gap_of (map, index);
}

struct lac_totals
lac_map_totals (const struct lac_map *map)
{
  return map->totals;
}

/* What a name look-up compares with: the whole name, the last part of a path, or that without what
 * says which version it is: up to its .so (libc, libpython3.11), or else up to its first dot (python3):
 * libc.mo, which holds texts of libc, is not what libc means where there is a libc.so.6. */
enum name_part
{
  WHOLE_NAME,
  LAST_PART,
  LIBRARY_STEM,
  STEM,
};

/* Whether @text is ".so", or ".so." and more. */
static bool
is_version (const char *text,
            size_t      length)
{
  return length >= 3 && memcmp (text, ".so", 3) == 0 && (length == 3 || text[3] == '.');
}

static bool
part_is (const struct lac_backing *backing,
         enum name_part            part,
         const char               *name,
         size_t                    name_length)
{
  const char *start = backing->name;
  size_t length = backing->name_length;

  if (length == 0)
    return false;
  if (part != WHOLE_NAME)
    {
      const char *slash = memrchr (start, '/', length);

      if (slash == NULL)
        return false;
      length -= (size_t) (slash + 1 - start);
      start = slash + 1;
    }
  if (part == LIBRARY_STEM)
    return name_length < length && memcmp (start, name, name_length) == 0
           && is_version (start + name_length, length - name_length);
  if (part == STEM)
    return name_length < length && memcmp (start, name, name_length) == 0
           && start[name_length] == '.' && memchr (name, '.', name_length) == NULL;
  return length == name_length && memcmp (start, name, length) == 0;
}

static bool
find_part (const struct lac_map *map,
           enum name_part        part,
           const char           *name,
           size_t                name_length,
           size_t               *out_index)
{
  size_t found = SIZE_MAX;

  for (size_t i = 0; i < map->n_backings; i++)
    if (map->first_regions[i] < found && part_is (&map->backings[i], part, name, name_length))
      found = map->first_regions[i];
  if (found >= map->n_regions)
    return false;
  *out_index = found;
  return true;
}

enum lac_status
lac_map_find_name (const struct lac_map *map,
                   const char           *name,
                   size_t                name_length,
                   size_t               *out_index)
{
  if (find_part (map, WHOLE_NAME, name, name_length, out_index)
      || find_part (map, LAST_PART, name, name_length, out_index))
    return LAC_OK;
  return LAC_E_NOT_FOUND;
}

enum lac_status
lac_map_resolve_name (const char *module,
                      size_t      module_length,
                      const char *symbol,
                      size_t      symbol_length,
                      uint64_t   *out_address,
                      void       *user_data)
{
  const struct lac_map *map = user_data;
  size_t index;

  if (symbol != NULL)
    return LAC_E_NOT_FOUND;
  if (lac_map_find_name (map, module, module_length, &index) != LAC_OK
      && !find_part (map, LIBRARY_STEM, module, module_length, &index)
      && !find_part (map, STEM, module, module_length, &index))
    return LAC_E_NOT_FOUND;
  *out_address = map->regions[index].start;
  return LAC_OK;
}

bool
lac_map_is_valid (const struct lac_map *map)
{
  const struct lac_index *index = &map->index;

  if (!lac_is_power_of_two (map->space.granularity) || !lac_is_power_of_two (map->space.page_size)
      || map->space.user.start > map->space.user.end)
    return false;
  for (size_t i = 0; i < map->n_regions; i++)
    {
      const struct lac_region *region = &map->regions[i];

      if (region->start >= region->end || (i > 0 && region->start < map->regions[i - 1].end)
          || region->backing >= map->n_backings || region->kind >= LAC_N_KINDS)
        return false;
    }
  for (size_t i = 0; i < map->n_backings; i++)
    if (map->backings[i].name[map->backings[i].name_length] != '\0')
      return false;
  for (size_t i = 0; i < map->n_hazards; i++)
    {
      const struct lac_hazard_range *hazard = &map->hazards[i];
      struct lac_range gap = lac_map_gap (map, hazard->gap);

      if (hazard->range.start >= hazard->range.end || hazard->range.start < gap.start
          || hazard->range.end > gap.end
          || (i > 0
              && (hazard->gap < hazard[-1].gap
                  || (hazard->gap == hazard[-1].gap
                      && hazard->range.start < hazard[-1].range.start))))
        return false;
    }
  for (size_t i = 0; i <= map->n_regions; i++)
    {
      struct lac_range gap = lac_gap_of (map, i), leaf = lac_gap_from_leaf (map, i);

      if (gap.end - gap.start != leaf.end - leaf.start
          || (gap.start < gap.end && gap.start != leaf.start))
        return false;
      if (i < map->n_regions && lac_index_upper_bound (map, map->regions[i].start) != i + 1)
        return false;
    }
  for (unsigned avoid = 0; avoid <= LAC_HAZARD_ALL; avoid++)
    for (size_t gap = 0; gap <= map->n_regions; gap++)
      {
        uint64_t room = lac_gap_room (map, gap, avoid, 1);
        size_t node = gap;

        for (unsigned level = 0; level < index->n_levels; level++)
          {
            node /= LAC_FANOUT;
            if (index->rooms[avoid].levels[level][node] < room)
              return false;
          }
      }
  return true;
}
