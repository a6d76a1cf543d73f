/* What a map is made of; shared by the files that build, index and search it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "gap.h"
#include "hazard.h"
#include "map.h"

#include <stdatomic.h>

/* Children of an index node. 16 keys are two cache lines, and 16^5 is a million. */
#define LAC_FANOUT 16

/* 16^16 is 2^64: no map has more levels. */
#define LAC_MAX_LEVELS 16

/* Indexes for alignments above the granularity, of which a map keeps this many at most. */
#define LAC_MAX_ALIGNED 16

/* One number for each node of the tree, level 0 (the nodes over the regions themselves) first. */
struct lac_maxima
{
  uint64_t *levels[LAC_MAX_LEVELS];
};

/* The largest aligned room in each subtree, for one choice of hazards and one alignment. */
struct lac_aligned_index
{
  struct lac_aligned_index *next;
  uint64_t alignment;
  unsigned avoid;
  struct lac_maxima maxima;
};

/* What a search needs of 16 regions and of the gaps before them, in two cache lines instead of nine: in
 * units of a page, starts counted from the first one's. A node that can't be told that way (it spans
 * 16 TiB, or is not in whole pages) says so by a first start of %LAC_LEAF_WIDE, and then the regions
 * themselves are looked at. */
struct lac_leaf
{
  uint32_t starts[LAC_FANOUT];
  uint32_t gaps[LAC_FANOUT];
};

#define LAC_LEAF_WIDE UINT32_MAX

struct lac_index
{
  struct lac_leaf *leaves;
  unsigned page_shift;
  unsigned n_levels;
  size_t n_nodes[LAC_MAX_LEVELS];
  /* The lowest region start below each node. */
  uint64_t *starts[LAC_MAX_LEVELS];
  /* The largest room in each subtree, for each set of hazards to avoid. Sets that cut the same gaps
   * share their arrays. */
  struct lac_maxima rooms[LAC_HAZARD_ALL + 1];
  /* All arrays above lie in one block. */
  void *block;
  size_t block_size;
  /* Made on demand by whoever searches; only ever pushed to. */
  _Atomic (struct lac_aligned_index *) aligned;
  atomic_uint n_aligned;
};

struct lac_map
{
  atomic_size_t references;
  struct lac_region *regions;
  size_t n_regions;
  struct lac_backing *backings;
  size_t n_backings;
  /* The first region of each backing, for look-ups by name. */
  uint32_t *first_regions;
  char *names;
  size_t names_size;
  struct lac_region_detail *details;
  struct lac_hazard_range *hazards;
  size_t n_hazards;
  struct lac_space space;
  struct lac_totals totals;
  size_t repairs;
  struct lac_index index;
};

/* lac_map_gap() for an index that is known to be right. */
static inline struct lac_range
lac_gap_of (const struct lac_map *map,
            size_t                index)
{
  struct lac_range gap = map->space.user;

  if (index > 0 && map->regions[index - 1].end > gap.start)
    gap.start = map->regions[index - 1].end;
  if (index < map->n_regions && map->regions[index].start < gap.end)
    gap.end = map->regions[index].start;
  if (gap.end < gap.start)
    gap.end = gap.start;
  return gap;
}

/* The same from the index, once there is one: a query looks at gaps all over a map that is too large for
 * the cache, and the leaves are a quarter of its size. Where a gap lies is told only if it is not
 * empty. */
static inline struct lac_range
lac_gap_from_leaf (const struct lac_map *map,
                   size_t                index)
{
  const struct lac_leaf *leaf = &map->index.leaves[index / LAC_FANOUT];
  uint64_t end;

  if (leaf->starts[0] == LAC_LEAF_WIDE)
    return lac_gap_of (map, index);
  end = map->index.starts[0][index / LAC_FANOUT]
        + ((uint64_t) leaf->starts[index % LAC_FANOUT] << map->index.page_shift);
  return (struct lac_range){
    end - ((uint64_t) leaf->gaps[index % LAC_FANOUT] << map->index.page_shift), end
  };
}

/* Makes the index of a map whose regions and hazards are complete. */
enum lac_status lac_index_build (struct lac_map *map);

/* Frees what lac_index_build() and later searches made. */
void lac_index_clear (struct lac_map *map);

/* Regions as they were read, some over others or out of order. */
struct lac_torn
{
  const struct lac_backing *backings;
  struct lac_region *regions;
  size_t n_regions;
  /* NULL, or as many as there are regions. */
  struct lac_region_detail *details;
};

/* Sorts the regions and lets what was read last win; both arrays are replaced. On failure nothing
 * changes. @out_repairs: how many regions were changed, moved or removed. */
enum lac_status lac_torn_repair (struct lac_torn *torn,
                                 size_t          *out_repairs);

/* lac_map_builder_add() for a region without file and name, of which there may be a million. */
enum lac_status lac_map_builder_add_anonymous (struct lac_map_builder *builder,
                                               uint64_t                start,
                                               uint64_t                end,
                                               unsigned                protection,
                                               unsigned                flags);

/* Finds the hazards of a map whose regions are complete. */
enum lac_status lac_hazards_build (struct lac_map *map);

/* A gap has at most three hazards, so that at most four pieces are left of it. */
#define LAC_MAX_PIECES 4

/* What may be used of gap @index: inside @window, without the hazards in @avoid; in ascending order,
 * none empty. Returns how many there are. */
unsigned lac_gap_pieces (const struct lac_map *map,
                         size_t                index,
                         unsigned              avoid,
                         struct lac_range      window,
                         struct lac_range      out_pieces[LAC_MAX_PIECES]);

/* The number of regions that start at or below @address: the gap of that number is the one that holds
 * @address or is the next one above it. */
size_t lac_index_upper_bound (const struct lac_map *map,
                              uint64_t              address);

/* The room in gap @index for a start that is a multiple of @alignment, without the hazards in @avoid:
 * the most bytes that follow such a start in one piece. */
uint64_t lac_gap_room (const struct lac_map *map,
                       size_t                index,
                       unsigned              avoid,
                       uint64_t              alignment);

/* The first gap at or above @index, or the last one at or below it, whose room is at least @size;
 * SIZE_MAX when there is none. @maxima are the map's own (then @alignment is 1) or those of
 * lac_index_aligned() for the same hazards and alignment. */
size_t lac_index_next (const struct lac_map    *map,
                       const struct lac_maxima *maxima,
                       unsigned                 avoid,
                       uint64_t                 alignment,
                       uint64_t                 size,
                       size_t                   index);
size_t lac_index_previous (const struct lac_map    *map,
                           const struct lac_maxima *maxima,
                           unsigned                 avoid,
                           uint64_t                 alignment,
                           uint64_t                 size,
                           size_t                   index);

/* The maxima for @alignment, made when they are not there yet; NULL when there are too many already or
 * memory is short, and then the caller goes on without. */
const struct lac_maxima *lac_index_aligned (const struct lac_map *map,
                                            unsigned              avoid,
                                            uint64_t              alignment);

/* The first hazard of gap @index in the map's array, or the place where it would be. */
size_t lac_hazards_find (const struct lac_map *map,
                         size_t                index);

/* Whether everything that a map promises holds; for debug builds, tests and fuzzers. */
bool lac_map_is_valid (const struct lac_map *map);
