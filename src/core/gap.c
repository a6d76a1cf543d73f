/* The gap query.
 *
 * Nearest is three searches in one: the gap at the anchor, those above it and those below it. In
 * each direction the first gap that fits is the nearest one of that side, because its candidate is the
 * place in it that lies closest to the anchor; what is left is to compare the three. The gap at the
 * anchor stands apart since a hazard may leave of it only a far end, and then a neighbour is nearer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "map-private.h"

#include <stdlib.h>
#include <string.h>

/* How many gaps that are large enough, and yet hold no aligned start, a search looks at before it
 * makes an index for that alignment. */
#define PATIENCE 32

static const char *const order_names[] = {
#define LAC_ORDER_NAME(value, name) name,
  LAC_ORDER_MAP (LAC_ORDER_NAME)
#undef LAC_ORDER_NAME
};

static const char *const reason_names[] = {
#define LAC_REASON_NAME(value, name, sentence) name,
  LAC_REASON_MAP (LAC_REASON_NAME)
#undef LAC_REASON_NAME
};

static const char *const reason_sentences[] = {
#define LAC_REASON_SENTENCE(value, name, sentence) sentence,
  LAC_REASON_MAP (LAC_REASON_SENTENCE)
#undef LAC_REASON_SENTENCE
};

const char *
lac_order_name (enum lac_order order)
{
  return (unsigned) order < LAC_N_ORDERS ? order_names[order] : "unknown";
}

bool
lac_order_from_name (const char     *name,
                     enum lac_order *out_order)
{
  for (unsigned i = 0; i < LAC_N_ORDERS; i++)
    if (strcmp (name, order_names[i]) == 0)
      {
        *out_order = (enum lac_order) i;
        return true;
      }
  return false;
}

const char *
lac_reason_name (enum lac_reason reason)
{
  return (unsigned) reason < LAC_N_REASONS ? reason_names[reason] : "unknown";
}

const char *
lac_reason_sentence (enum lac_reason reason)
{
  return (unsigned) reason < LAC_N_REASONS ? reason_sentences[reason] : "The reason is unknown.";
}

void
lac_gap_query_init (struct lac_gap_query *query,
                    const struct lac_map *map)
{
  const struct lac_space *space = lac_map_space (map);

  *query = (struct lac_gap_query){
    .min = space->user.start,
    .max = space->user.end,
    .within = LAC_WITHIN_DEFAULT,
    .size = space->page_size,
    .alignment = space->granularity,
    .avoid = LAC_HAZARD_ALL,
    .order = LAC_ORDER_LOWEST,
  };
}

enum lac_status
lac_gap_query_check (const struct lac_gap_query *query)
{
  if (query->size == 0 || !lac_is_power_of_two (query->alignment) || query->min > query->max
      || (query->n_anchors > 0 && query->anchors == NULL)
      || (query->avoid & ~(unsigned) LAC_HAZARD_ALL) != 0
      || (unsigned) query->order >= LAC_N_ORDERS)
    return LAC_E_INVALID;
  return LAC_OK;
}

static struct lac_range
anchor_window (const struct lac_gap_query *query,
               size_t                      anchor)
{
  return (struct lac_range){ lac_subtract_saturating (query->anchors[anchor], query->within),
                             lac_add_saturating (query->anchors[anchor], query->within) };
}

struct lac_range
lac_gap_query_window (const struct lac_gap_query *query,
                      const struct lac_map       *map)
{
  struct lac_range window = { query->min, query->max };

  window = lac_range_intersect (window, map->space.user);
  for (size_t i = 0; i < query->n_anchors; i++)
    window = lac_range_intersect (window, anchor_window (query, i));
  return window;
}

/* Distance from an address to the closest byte of [start, start + size). */
static uint64_t
distance_to (uint64_t address,
             uint64_t start,
             uint64_t size)
{
  if (address < start)
    return start - address;
  return address - start < size ? 0 : address - start - (size - 1);
}

/* The lowest and the highest aligned start in @piece; false when there is none. */
static bool
aligned_starts (struct lac_range piece,
                uint64_t         size,
                uint64_t         alignment,
                uint64_t        *out_lowest,
                uint64_t        *out_highest)
{
  uint64_t lowest;

  if (piece.end - piece.start < size || !lac_align_up (piece.start, alignment, &lowest)
      || lowest > piece.end - size)
    return false;
  *out_lowest = lowest;
  *out_highest = lac_align_down (piece.end - size, alignment);
  return true;
}

/* The aligned start between @lowest and @highest whose buffer lies closest to @address: at the address
 * where that can be, else next to it on the closer side. */
static uint64_t
nearest_start (uint64_t address,
               uint64_t lowest,
               uint64_t highest,
               uint64_t size,
               uint64_t alignment)
{
  uint64_t below, above;

  if (address <= lowest)
    return lowest;
  if (address >= highest)
    return highest;
  below = lac_align_down (address, alignment);
  if (address - below < size || below == highest)
    return below;
  above = below + alignment;
  return distance_to (address, above, size) < distance_to (address, below, size) ? above : below;
}

/* Which place in a gap the order wants. */
enum preference
{
  PREFER_LOW,
  PREFER_HIGH,
  PREFER_NEAR,
};

static enum preference
preference_of (const struct lac_gap_query *query)
{
  if (query->order == LAC_ORDER_HIGHEST)
    return PREFER_HIGH;
  if (query->order == LAC_ORDER_LOWEST || query->n_anchors == 0)
    return PREFER_LOW;
  return PREFER_NEAR;
}

static int64_t
signed_distance (uint64_t distance,
                 bool     below)
{
  if (distance > INT64_MAX)
    distance = INT64_MAX;
  return below ? -(int64_t) distance : (int64_t) distance;
}

/* The candidate in gap @index, without capacity and hazards; false when the buffer does not fit. */
static bool
find_candidate (const struct lac_map       *map,
                const struct lac_gap_query *query,
                struct lac_range            window,
                size_t                      index,
                struct lac_gap_place       *out_place)
{
  struct lac_range pieces[LAC_MAX_PIECES];
  unsigned n_pieces = lac_gap_pieces (map, index, query->avoid, window, pieces);
  enum preference preference = preference_of (query);
  uint64_t best_distance = 0, best = 0;
  bool found = false;

  for (unsigned i = 0; i < n_pieces; i++)
    {
      uint64_t lowest, highest, start, distance;

      if (!aligned_starts (pieces[i], query->size, query->alignment, &lowest, &highest))
        continue;
      start = lowest;
      if (preference == PREFER_HIGH)
        start = highest;
      else if (preference == PREFER_NEAR)
        start = nearest_start (query->anchors[0], lowest, highest, query->size, query->alignment);
      distance = query->n_anchors > 0 ? distance_to (query->anchors[0], start, query->size) : 0;

      if (!found || preference == PREFER_HIGH
          || (preference == PREFER_NEAR && distance < best_distance))
        {
          best = start;
          best_distance = distance;
          found = true;
        }
    }
  if (!found)
    return false;
  *out_place = (struct lac_gap_place){ index, best, best_distance, true };
  return true;
}

static uint64_t
count_capacity (const struct lac_map       *map,
                const struct lac_gap_query *query,
                struct lac_range            window,
                size_t                      index)
{
  struct lac_range pieces[LAC_MAX_PIECES];
  unsigned n_pieces = lac_gap_pieces (map, index, query->avoid, window, pieces);
  uint64_t capacity = 0, stride, lowest, highest;
  bool strides = lac_align_up (query->size, query->alignment, &stride);

  for (unsigned i = 0; i < n_pieces; i++)
    if (aligned_starts (pieces[i], query->size, query->alignment, &lowest, &highest))
      capacity += 1 + (strides ? (highest - lowest) / stride : 0);
  return capacity;
}

static unsigned
hazards_of (const struct lac_map *map,
            size_t                index)
{
  unsigned hazards = 0;

  for (size_t i = lac_hazards_find (map, index);
       i < map->n_hazards && map->hazards[i].gap == index; i++)
    hazards |= map->hazards[i].hazard;
  return hazards;
}

static void
fill_gap (const struct lac_map       *map,
          const struct lac_gap_query *query,
          struct lac_range            window,
          const struct lac_gap_place *place,
          struct lac_gap             *out_gap)
{
  bool below = query->n_anchors > 0 && place->candidate < query->anchors[0];

  *out_gap = (struct lac_gap){
    .index = place->index,
    .range = lac_gap_from_leaf (map, place->index),
    .candidate = place->candidate,
    .distance = signed_distance (place->distance, below),
    .hazards = hazards_of (map, place->index),
    .capacity = count_capacity (map, query, window, place->index),
  };
}

/* The first gap from @index on, upward or downward, in which the buffer fits. */
static struct lac_gap_place
find_fitting (const struct lac_map       *map,
              const struct lac_gap_query *query,
              struct lac_range            window,
              size_t                      index,
              bool                        up)
{
  const struct lac_maxima *maxima = &map->index.rooms[query->avoid];
  struct lac_gap_place place = { .found = false };
  uint64_t alignment = 1;
  unsigned misses = 0;

  for (;;)
    {
      struct lac_range gap;

      index = up ? lac_index_next (map, maxima, query->avoid, alignment, query->size, index)
                 : lac_index_previous (map, maxima, query->avoid, alignment, query->size, index);
      if (index == SIZE_MAX)
        return place;
      gap = lac_gap_from_leaf (map, index);
      if (up ? gap.start >= window.end : gap.end <= window.start)
        return place;
      if (find_candidate (map, query, window, index, &place))
        return place;

      if (++misses == PATIENCE && query->alignment > 1)
        {
          const struct lac_maxima *aligned = lac_index_aligned (map, query->avoid, query->alignment);

          if (aligned)
            {
              maxima = aligned;
              alignment = query->alignment;
            }
        }
      if (up)
        index++;
      else if (index-- == 0)
        return place;
    }
}

static struct lac_gap_place
find_above (const struct lac_map       *map,
            const struct lac_gap_query *query,
            struct lac_range            window,
            size_t                      index)
{
  return find_fitting (map, query, window, index, true);
}

static struct lac_gap_place
find_below (const struct lac_map       *map,
            const struct lac_gap_query *query,
            struct lac_range            window,
            size_t                      index)
{
  if (index == SIZE_MAX)
    return (struct lac_gap_place){ .found = false };
  return find_fitting (map, query, window, index, false);
}

/* Whether @a comes before @b: closer, or as close and lower. */
static bool
is_nearer (const struct lac_gap_place *a,
           const struct lac_gap_place *b)
{
  if (!a->found || !b->found)
    return a->found;
  return a->distance != b->distance ? a->distance < b->distance : a->candidate < b->candidate;
}

/* Puts a walk before its first gap: what fits at the anchor, the next above and the next below. For the
 * orders that go one way, and for an anchor outside the window, there is only one side. When only the
 * first gap is asked for, nothing is nearer than a place that the anchor itself lies in. */
static void
start_walk (struct lac_gap_search *search,
            bool                   first_only)
{
  const struct lac_map *map = search->map;
  const struct lac_gap_query *query = &search->query;
  struct lac_range window = search->window;
  enum preference preference = preference_of (query);
  bool near = preference == PREFER_NEAR;
  size_t center;

  search->center.found = search->up.found = search->down.found = false;
  if (window.end - window.start < query->size)
    return;
  if (preference == PREFER_LOW || (near && query->anchors[0] < window.start))
    {
      search->up = find_above (map, query, window, lac_index_upper_bound (map, window.start));
      return;
    }
  if (preference == PREFER_HIGH || (near && query->anchors[0] >= window.end))
    {
      search->down = find_below (map, query, window, lac_index_upper_bound (map, window.end - 1));
      return;
    }
  center = lac_index_upper_bound (map, query->anchors[0]);
  if (find_candidate (map, query, window, center, &search->center) && first_only
      && search->center.distance == 0)
    return;
  search->up = find_above (map, query, window, center + 1);
  search->down = find_below (map, query, window, center - 1);
}

/* The best of a walk's places. */
static struct lac_gap_place *
best_place (struct lac_gap_search *search)
{
  struct lac_gap_place *best = &search->center;

  if (is_nearer (&search->up, best))
    best = &search->up;
  if (is_nearer (&search->down, best))
    best = &search->down;
  return best->found ? best : NULL;
}

/* Whether gap @a comes before gap @b in an order by size. */
static int
compare_sizes (const void *a,
               const void *b,
               void       *user_data)
{
  const struct lac_gap *first = a, *second = b;
  enum lac_order order = *(const enum lac_order *) user_data;
  uint64_t first_size = first->range.end - first->range.start;
  uint64_t second_size = second->range.end - second->range.start;

  if (first_size != second_size)
    return (first_size < second_size) == (order == LAC_ORDER_TIGHTEST) ? -1 : 1;
  return first->index < second->index ? -1 : first->index > second->index;
}

/* A walk over the gaps that fit, from low to high, whatever the order of the query. */
static struct lac_gap_search
walk_upward (const struct lac_map       *map,
             const struct lac_gap_query *query)
{
  struct lac_gap_search walk = { .map = map, .query = *query };

  walk.window = lac_gap_query_window (query, map);
  if (walk.window.end - walk.window.start >= query->size)
    walk.up = find_above (map, query, walk.window, lac_index_upper_bound (map, walk.window.start));
  return walk;
}

static bool
step_upward (struct lac_gap_search *walk,
             struct lac_gap_place  *out_place)
{
  if (!walk->up.found)
    return false;
  *out_place = walk->up;
  walk->up = find_above (walk->map, &walk->query, walk->window, out_place->index + 1);
  return true;
}

static bool
is_by_size (enum lac_order order)
{
  return order == LAC_ORDER_TIGHTEST || order == LAC_ORDER_ROOMIEST;
}

enum lac_status
lac_gap_first (const struct lac_map       *map,
               const struct lac_gap_query *query,
               struct lac_gap             *out_gap)
{
  struct lac_gap_search search = { .map = map, .query = *query };
  struct lac_gap_place place, best = { .found = false };
  uint64_t best_size = 0;

  if (lac_gap_query_check (query) != LAC_OK)
    return LAC_E_INVALID;
  search.window = lac_gap_query_window (query, map);

  if (!is_by_size (query->order))
    {
      const struct lac_gap_place *first;

      start_walk (&search, true);
      first = best_place (&search);
      if (first)
        best = *first;
    }
  else
    {
      search = walk_upward (map, query);
      while (step_upward (&search, &place))
        {
          uint64_t size = lac_range_size (lac_map_gap (map, place.index));

          if (!best.found || (query->order == LAC_ORDER_TIGHTEST ? size < best_size : size > best_size))
            {
              best = place;
              best_size = size;
            }
        }
    }
  if (!best.found)
    return LAC_E_NO_GAP;
  fill_gap (map, query, search.window, &best, out_gap);
  return LAC_OK;
}

enum lac_status
lac_gap_search_init (struct lac_gap_search      *search,
                     const struct lac_map       *map,
                     const struct lac_gap_query *query)
{
  struct lac_gap_search walk;
  struct lac_gap_place place;
  struct lac_gap *sorted = NULL;
  size_t n = 0, allocated = 0;
  enum lac_order order = query->order;

  if (lac_gap_query_check (query) != LAC_OK)
    return LAC_E_INVALID;

  if (!is_by_size (query->order))
    {
      *search = (struct lac_gap_search){ .map = map, .query = *query };
      search->window = lac_gap_query_window (query, map);
      start_walk (search, false);
      return LAC_OK;
    }

  walk = walk_upward (map, query);
  while (step_upward (&walk, &place))
    {
      if (n == allocated)
        {
          struct lac_gap *moved;

          allocated = allocated ? allocated * 2 : 64;
          moved = realloc (sorted, allocated * sizeof *sorted);
          if (moved == NULL)
            {
              free (sorted);
              return LAC_E_NO_MEMORY;
            }
          sorted = moved;
        }
      fill_gap (map, query, walk.window, &place, &sorted[n++]);
    }
  if (n > 0)
    qsort_r (sorted, n, sizeof *sorted, compare_sizes, &order);
  walk.sorted = sorted;
  walk.n_sorted = n;
  *search = walk;
  return LAC_OK;
}

enum lac_status
lac_gap_next (struct lac_gap_search *search,
              struct lac_gap        *out_gap)
{
  struct lac_gap_place *best;

  if (is_by_size (search->query.order))
    {
      if (search->position == search->n_sorted)
        return LAC_E_NO_GAP;
      *out_gap = search->sorted[search->position++];
      return LAC_OK;
    }

  best = best_place (search);
  if (best == NULL)
    return LAC_E_NO_GAP;
  fill_gap (search->map, &search->query, search->window, best, out_gap);
  if (best == &search->up)
    *best = find_above (search->map, &search->query, search->window, best->index + 1);
  else if (best == &search->down)
    *best = find_below (search->map, &search->query, search->window, best->index - 1);
  else
    best->found = false;
  return LAC_OK;
}

void
lac_gap_search_clear (struct lac_gap_search *search)
{
  free (search->sorted);
  search->sorted = NULL;
  search->n_sorted = search->position = 0;
}

/* Why the buffer does not fit in gap @index. */
static struct lac_rejection
explain (const struct lac_map       *map,
         const struct lac_gap_query *query,
         size_t                      index)
{
  struct lac_range rest = lac_map_gap (map, index);
  struct lac_rejection rejection = { .range = rest, .reason = LAC_REASON_TOO_SMALL, .anchor = -1 };
  uint64_t lowest, highest;

  if (lac_range_size (rest) < query->size)
    return rejection;

  rest = lac_range_intersect (rest, (struct lac_range){ query->min, LAC_ADDRESS_END });
  rejection.reason = LAC_REASON_BELOW_MIN;
  if (lac_range_size (rest) < query->size)
    return rejection;

  rest = lac_range_intersect (rest, (struct lac_range){ 0, query->max });
  rejection.reason = LAC_REASON_ABOVE_MAX;
  if (lac_range_size (rest) < query->size)
    return rejection;

  rejection.reason = LAC_REASON_TOO_FAR;
  for (size_t i = 0; i < query->n_anchors; i++)
    {
      rest = lac_range_intersect (rest, anchor_window (query, i));
      rejection.anchor = (int) i;
      if (lac_range_size (rest) < query->size)
        return rejection;
    }
  rejection.anchor = -1;

  rejection.reason = LAC_REASON_MISALIGNED;
  if (!aligned_starts (rest, query->size, query->alignment, &lowest, &highest))
    return rejection;

  rejection.reason = LAC_REASON_HAZARD;
  rejection.hazards = lac_map_hazards_in (map, rest) & query->avoid;
  return rejection;
}

enum lac_status
lac_gap_check (const struct lac_map       *map,
               const struct lac_gap_query *query,
               size_t                      index,
               struct lac_gap             *out_gap,
               struct lac_rejection       *out_rejection)
{
  struct lac_gap_place place = { .found = false };
  struct lac_range window;

  if (lac_gap_query_check (query) != LAC_OK || index > map->n_regions)
    return LAC_E_INVALID;
  window = lac_gap_query_window (query, map);
  if (find_candidate (map, query, window, index, &place))
    {
      if (out_gap)
        fill_gap (map, query, window, &place, out_gap);
      return LAC_OK;
    }
  if (out_rejection)
    *out_rejection = explain (map, query, index);
  return LAC_E_NO_GAP;
}
