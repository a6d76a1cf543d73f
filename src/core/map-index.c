/* The index: a static B-tree over the regions and gaps, which lie in their arrays as its leaves.
 *
 * Node k of level 0 stands for regions (and the gaps before them) 16k to 16k + 15, node k of level l
 * for nodes 16k to 16k + 15 of the level below; so children are found by arithmetic and nothing is
 * stored but the keys. For each node: the lowest region start in it, which makes a point look-up one
 * count of 16 keys a level; and the largest room in it, which lets a search for at least so many bytes
 * skip whole subtrees, in both directions. Below level 0 lies a leaf for each node, with what a search
 * needs of its regions in two cache lines.
 *
 * Rooms depend on which hazards are to be avoided, so there is an array for each set of hazards that
 * makes a difference; and on the alignment, for which arrays are made when a search turns out to need
 * them, see lac_gap_first().
 *
 * SPDX-License-Identifier: MIT
 */
#include "map-private.h"

#include <stdlib.h>
#include <string.h>

#define NO_GAP SIZE_MAX

/* Arrays are padded to whole nodes, so that counting and scanning a node needs no bound. */
static size_t
padded (size_t n)
{
  return (n + LAC_FANOUT - 1) / LAC_FANOUT * LAC_FANOUT;
}

unsigned
lac_gap_pieces (const struct lac_map *map,
                size_t                index,
                unsigned              avoid,
                struct lac_range      window,
                struct lac_range      out_pieces[LAC_MAX_PIECES])
{
  struct lac_range rest = lac_range_intersect (lac_gap_from_leaf (map, index), window);
  unsigned n = 0;

  if (avoid != 0 && map->n_hazards != 0)
    for (size_t i = lac_hazards_find (map, index);
         i < map->n_hazards && map->hazards[i].gap == index && rest.start < rest.end; i++)
      {
        struct lac_range hazard = map->hazards[i].range;

        if ((map->hazards[i].hazard & avoid) == 0 || hazard.end <= rest.start
            || hazard.start >= rest.end)
          continue;
        if (hazard.start > rest.start)
          out_pieces[n++] = (struct lac_range){ rest.start, hazard.start };
        rest.start = hazard.end < rest.end ? hazard.end : rest.end;
      }
  if (rest.start < rest.end)
    out_pieces[n++] = rest;
  return n;
}

uint64_t
lac_gap_room (const struct lac_map *map,
              size_t                index,
              unsigned              avoid,
              uint64_t              alignment)
{
  struct lac_range pieces[LAC_MAX_PIECES];
  unsigned n = lac_gap_pieces (map, index, avoid, map->space.user, pieces);
  uint64_t room = 0;

  for (unsigned i = 0; i < n; i++)
    {
      uint64_t start;

      if (lac_align_up (pieces[i].start, alignment, &start) && start < pieces[i].end
          && pieces[i].end - start > room)
        room = pieces[i].end - start;
    }
  return room;
}

/* The largest room in the level-0 node that begins with gap @first. */
static uint64_t
node_room (const struct lac_map *map,
           size_t                first,
           unsigned              avoid,
           uint64_t              alignment)
{
  size_t end = first + LAC_FANOUT <= map->n_regions + 1 ? first + LAC_FANOUT : map->n_regions + 1;
  uint64_t largest = 0;

  for (size_t i = first; i < end; i++)
    {
      struct lac_range gap = lac_gap_from_leaf (map, i);
      uint64_t room = gap.end - gap.start;

      if (room > 0 && (avoid != 0 || alignment != 1))
        room = lac_gap_room (map, i, avoid, alignment);
      if (room > largest)
        largest = room;
    }
  return largest;
}

/* Fills the levels above 0 from level 0. */
static void
fill_upward (const struct lac_index  *index,
             const struct lac_maxima *maxima)
{
  for (unsigned level = 1; level < index->n_levels; level++)
    for (size_t node = 0; node < index->n_nodes[level]; node++)
      {
        const uint64_t *children = maxima->levels[level - 1] + node * LAC_FANOUT;
        uint64_t largest = 0;

        for (unsigned i = 0; i < LAC_FANOUT; i++)
          if (children[i] > largest)
            largest = children[i];
        maxima->levels[level][node] = largest;
      }
}

/* Lays the levels of one array out in @block; returns what comes after. */
static uint64_t *
lay_out (const struct lac_index *index,
         uint64_t               *levels[LAC_MAX_LEVELS],
         uint64_t               *block)
{
  for (unsigned level = 0; level < index->n_levels; level++)
    {
      levels[level] = block;
      block += padded (index->n_nodes[level]);
    }
  return block;
}

static size_t
count_keys (const struct lac_index *index)
{
  size_t n = 0;

  for (unsigned level = 0; level < index->n_levels; level++)
    n += padded (index->n_nodes[level]);
  return n;
}

static void
fill_starts (struct lac_map *map)
{
  struct lac_index *index = &map->index;

  for (unsigned level = 0; level < index->n_levels; level++)
    {
      uint64_t *starts = index->starts[level];

      for (size_t node = 0; node < padded (index->n_nodes[level]); node++)
        {
          if (node >= index->n_nodes[level])
            starts[node] = UINT64_MAX;
          else if (level > 0)
            starts[node] = index->starts[level - 1][node * LAC_FANOUT];
          else
            starts[node] = node * LAC_FANOUT < map->n_regions
                               ? map->regions[node * LAC_FANOUT].start
                               : UINT64_MAX;
        }
    }
}

/* Whether @bytes are whole pages, and few enough; if so, how many. */
static bool
in_pages (const struct lac_index *index,
          uint64_t                bytes,
          uint32_t               *out_pages)
{
  uint64_t pages = bytes >> index->page_shift;

  *out_pages = (uint32_t) pages;
  return pages << index->page_shift == bytes && pages < LAC_LEAF_WIDE;
}

/* Fills a leaf, and says how large its largest gap is; false when the leaf is a wide one. */
static bool
fill_leaf (const struct lac_map *map,
           size_t                first,
           struct lac_leaf      *leaf,
           uint64_t             *out_largest)
{
  uint64_t largest = 0;
  uint64_t base;

  if (first >= map->n_regions)
    return false;
  base = map->regions[first].start;
  for (size_t i = 0; i < LAC_FANOUT; i++)
    {
      size_t gap_index = first + i;
      struct lac_range gap;
      uint64_t start;

      if (gap_index > map->n_regions)
        {
          leaf->starts[i] = LAC_LEAF_WIDE;
          leaf->gaps[i] = 0;
          continue;
        }
      gap = lac_gap_of (map, gap_index);
      start = gap_index < map->n_regions ? map->regions[gap_index].start : map->space.user.end;
      /* What lies past the end of user space has a gap before it that ends earlier. */
      if (start < base || (gap.start < gap.end && gap.end != start)
          || !in_pages (&map->index, start - base, &leaf->starts[i])
          || !in_pages (&map->index, gap.end - gap.start, &leaf->gaps[i]))
        return false;
      if (gap.end - gap.start > largest)
        largest = gap.end - gap.start;
    }
  *out_largest = largest;
  return true;
}

/* The leaves, and the largest gap of each. */
static void
fill_leaves (struct lac_map *map,
             uint64_t       *rooms)
{
  for (size_t node = 0; node < map->index.n_nodes[0]; node++)
    {
      struct lac_leaf *leaf = &map->index.leaves[node];

      if (fill_leaf (map, node * LAC_FANOUT, leaf, &rooms[node]))
        continue;
      leaf->starts[0] = LAC_LEAF_WIDE;
      rooms[node] = node_room (map, node * LAC_FANOUT, 0, 1);
    }
}

/* The rooms with @avoid, from those without: only nodes that hold a hazard differ. */
static void
fill_avoiding (const struct lac_map    *map,
               const struct lac_maxima *all,
               const struct lac_maxima *avoiding,
               unsigned                 avoid)
{
  size_t last_node = SIZE_MAX;

  memcpy (avoiding->levels[0], all->levels[0],
          padded (map->index.n_nodes[0]) * sizeof (uint64_t));
  for (size_t i = 0; i < map->n_hazards; i++)
    {
      size_t node = map->hazards[i].gap / LAC_FANOUT;

      if (node == last_node)
        continue;
      avoiding->levels[0][node] = node_room (map, node * LAC_FANOUT, avoid, 1);
      last_node = node;
    }
  fill_upward (&map->index, avoiding);
}

enum lac_status
lac_index_build (struct lac_map *map)
{
  struct lac_index *index = &map->index;
  size_t n = map->n_regions + 1;
  size_t n_keys, n_arrays = 1;
  unsigned present = 0;
  uint64_t *block;

  do
    {
      n = (n + LAC_FANOUT - 1) / LAC_FANOUT;
      index->n_nodes[index->n_levels++] = n;
    }
  while (n > 1);

  for (size_t i = 0; i < map->n_hazards; i++)
    present |= map->hazards[i].hazard;
  for (unsigned avoid = 0; avoid <= LAC_HAZARD_ALL; avoid++)
    n_arrays += (avoid & ~present) == 0;

  /* Each key array starts on a cache line of its own, so that a node never straddles three. */
  n_keys = count_keys (index);
  index->block_size = n_arrays * n_keys * sizeof (uint64_t)
                      + index->n_nodes[0] * sizeof (struct lac_leaf);
  index->block_size = (index->block_size + 63) & ~(size_t) 63;
  index->block = aligned_alloc (64, index->block_size);
  if (index->block == NULL)
    return LAC_E_NO_MEMORY;
  memset (index->block, 0, index->block_size);

  /* A space that does not say how large its pages are is told in bytes. */
  index->page_shift = map->space.page_size ? (unsigned) __builtin_ctz (map->space.page_size) : 0;
  index->leaves = index->block;
  block = (uint64_t *) (index->leaves + index->n_nodes[0]);
  block = lay_out (index, index->starts, block);
  fill_starts (map);
  for (unsigned avoid = 0; avoid <= LAC_HAZARD_ALL; avoid++)
    {
      if ((avoid & ~present) != 0)
        continue;
      block = lay_out (index, index->rooms[avoid].levels, block);
      if (avoid == 0)
        {
          fill_leaves (map, index->rooms[0].levels[0]);
          fill_upward (index, &index->rooms[0]);
        }
      else
        fill_avoiding (map, &index->rooms[0], &index->rooms[avoid], avoid);
    }
  for (unsigned avoid = 0; avoid <= LAC_HAZARD_ALL; avoid++)
    if ((avoid & ~present) != 0)
      index->rooms[avoid] = index->rooms[avoid & present];
  return LAC_OK;
}

void
lac_index_clear (struct lac_map *map)
{
  struct lac_aligned_index *aligned = atomic_load_explicit (&map->index.aligned,
                                                            memory_order_acquire);

  while (aligned)
    {
      struct lac_aligned_index *next = aligned->next;

      free (aligned->maxima.levels[0]);
      free (aligned);
      aligned = next;
    }
  free (map->index.block);
}

static const struct lac_maxima *
find_aligned (const struct lac_aligned_index *list,
              unsigned                        avoid,
              uint64_t                        alignment)
{
  for (; list; list = list->next)
    if (list->alignment == alignment && list->avoid == avoid)
      return &list->maxima;
  return NULL;
}

const struct lac_maxima *
lac_index_aligned (const struct lac_map *map,
                   unsigned              avoid,
                   uint64_t              alignment)
{
  /* The one part of a map that is made late. Readers see it whole or not at all. */
  struct lac_index *index = (struct lac_index *) &map->index;
  struct lac_aligned_index *head = atomic_load_explicit (&index->aligned, memory_order_acquire);
  const struct lac_maxima *found = find_aligned (head, avoid, alignment);
  struct lac_aligned_index *made;
  uint64_t *block;

  if (found)
    return found;
  if (atomic_fetch_add_explicit (&index->n_aligned, 1, memory_order_relaxed) >= LAC_MAX_ALIGNED)
    {
      atomic_fetch_sub_explicit (&index->n_aligned, 1, memory_order_relaxed);
      return NULL;
    }

  made = calloc (1, sizeof *made);
  block = calloc (count_keys (index), sizeof *block);
  if (made == NULL || block == NULL)
    {
      free (made);
      free (block);
      atomic_fetch_sub_explicit (&index->n_aligned, 1, memory_order_relaxed);
      return NULL;
    }
  made->alignment = alignment;
  made->avoid = avoid;
  lay_out (index, made->maxima.levels, block);
  for (size_t node = 0; node < index->n_nodes[0]; node++)
    made->maxima.levels[0][node] = node_room (map, node * LAC_FANOUT, avoid, alignment);
  fill_upward (index, &made->maxima);

  /* Two searches may make the same one at once; then there are two, and the first is used. */
  do
    made->next = head;
  while (!atomic_compare_exchange_weak_explicit (&index->aligned, &head, made, memory_order_release,
                                                 memory_order_acquire));
  return &made->maxima;
}

size_t
lac_index_upper_bound (const struct lac_map *map,
                       uint64_t              address)
{
  const struct lac_index *index = &map->index;
  const struct lac_leaf *leaf;
  size_t node = 0, first, end;
  size_t bound;

  for (unsigned level = index->n_levels - 1; level > 0; level--)
    {
      const uint64_t *starts = index->starts[level - 1] + node * LAC_FANOUT;
      unsigned below = 0;

      for (unsigned i = 0; i < LAC_FANOUT; i++)
        below += starts[i] <= address;
      node = node * LAC_FANOUT + (below ? below - 1 : 0);
      /* The padding counts as well when @address is the very last one. */
      if (node >= index->n_nodes[level - 1])
        node = index->n_nodes[level - 1] - 1;
    }
  leaf = &index->leaves[node];
  first = node * LAC_FANOUT;
  /* A gap query comes next as a rule, and reads this; let it arrive with the leaf. */
  __builtin_prefetch (&index->rooms[LAC_HAZARD_ALL].levels[0][node]);
  bound = first;
  if (leaf->starts[0] != LAC_LEAF_WIDE)
    {
      uint64_t base = index->starts[0][node];
      uint64_t pages = address < base ? 0 : (address - base) >> index->page_shift;
      uint32_t limit = pages < LAC_LEAF_WIDE - 1 ? (uint32_t) pages : LAC_LEAF_WIDE - 1;

      if (address < base)
        return first;
      for (unsigned i = 0; i < LAC_FANOUT; i++)
        bound += leaf->starts[i] <= limit;
      /* The last gap is no region. */
      return bound < map->n_regions ? bound : map->n_regions;
    }
  end = first + LAC_FANOUT < map->n_regions ? first + LAC_FANOUT : map->n_regions;
  for (size_t i = first; i < end; i++)
    bound += map->regions[i].start <= address;
  return bound;
}

/* The first (or last) gap of [first, end) with the room; NO_GAP when there is none. */
static inline size_t
scan_up (const struct lac_map *map,
         unsigned              avoid,
         uint64_t              alignment,
         uint64_t              size,
         size_t                first,
         size_t                end)
{
  for (size_t i = first; i < end; i++)
    {
      struct lac_range gap = lac_gap_from_leaf (map, i);

      if (gap.end - gap.start >= size
          && ((avoid == 0 && alignment == 1) || lac_gap_room (map, i, avoid, alignment) >= size))
        return i;
    }
  return NO_GAP;
}

static inline size_t
scan_down (const struct lac_map *map,
           unsigned              avoid,
           uint64_t              alignment,
           uint64_t              size,
           size_t                first,
           size_t                end)
{
  for (size_t i = end; i > first; i--)
    {
      struct lac_range gap = lac_gap_from_leaf (map, i - 1);

      if (gap.end - gap.start >= size
          && ((avoid == 0 && alignment == 1) || lac_gap_room (map, i - 1, avoid, alignment) >= size))
        return i - 1;
    }
  return NO_GAP;
}

size_t
lac_index_next (const struct lac_map    *map,
                const struct lac_maxima *maxima,
                unsigned                 avoid,
                uint64_t                 alignment,
                uint64_t                 size,
                size_t                   index)
{
  const struct lac_index *tree = &map->index;
  size_t n_gaps = map->n_regions + 1;
  size_t node = index / LAC_FANOUT;
  size_t end = (node + 1) * LAC_FANOUT < n_gaps ? (node + 1) * LAC_FANOUT : n_gaps;
  size_t found;
  unsigned level;

  if (index >= n_gaps)
    return NO_GAP;
  if (maxima->levels[0][node] >= size)
    {
      found = scan_up (map, avoid, alignment, size, index, end);
      if (found != NO_GAP)
        return found;
    }

  /* Up, looking at the siblings to the right, to the first subtree that has the room. */
  for (level = 0;; level++)
    {
      size_t sibling = node + 1;
      size_t siblings_end = (node / LAC_FANOUT + 1) * LAC_FANOUT;

      if (level + 1 == tree->n_levels)
        return NO_GAP;
      while (sibling < siblings_end && maxima->levels[level][sibling] < size)
        sibling++;
      if (sibling < siblings_end)
        {
          node = sibling;
          break;
        }
      node /= LAC_FANOUT;
    }
  /* And down again, to the first gap that has it. */
  for (; level > 0; level--)
    {
      node *= LAC_FANOUT;
      while (maxima->levels[level - 1][node] < size)
        node++;
    }
  end = (node + 1) * LAC_FANOUT < n_gaps ? (node + 1) * LAC_FANOUT : n_gaps;
  return scan_up (map, avoid, alignment, size, node * LAC_FANOUT, end);
}

size_t
lac_index_previous (const struct lac_map    *map,
                    const struct lac_maxima *maxima,
                    unsigned                 avoid,
                    uint64_t                 alignment,
                    uint64_t                 size,
                    size_t                   index)
{
  const struct lac_index *tree = &map->index;
  size_t n_gaps = map->n_regions + 1;
  size_t node, end, found;
  unsigned level;

  if (index >= n_gaps)
    index = n_gaps - 1;
  node = index / LAC_FANOUT;
  if (maxima->levels[0][node] >= size)
    {
      found = scan_down (map, avoid, alignment, size, node * LAC_FANOUT, index + 1);
      if (found != NO_GAP)
        return found;
    }

  for (level = 0;; level++)
    {
      size_t sibling = node;
      size_t siblings_start = node / LAC_FANOUT * LAC_FANOUT;

      if (level + 1 == tree->n_levels)
        return NO_GAP;
      while (sibling > siblings_start && maxima->levels[level][sibling - 1] < size)
        sibling--;
      if (sibling > siblings_start)
        {
          node = sibling - 1;
          break;
        }
      node /= LAC_FANOUT;
    }
  for (; level > 0; level--)
    {
      node = node * LAC_FANOUT + LAC_FANOUT - 1;
      while (maxima->levels[level - 1][node] < size)
        node--;
    }
  end = (node + 1) * LAC_FANOUT < n_gaps ? (node + 1) * LAC_FANOUT : n_gaps;
  return scan_down (map, avoid, alignment, size, node * LAC_FANOUT, end);
}
