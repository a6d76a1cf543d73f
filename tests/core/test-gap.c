/* The gap query against a model that does by definition and by brute force what gap.c does by
 * searching; and the cases that one would get wrong.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#define PAGE UINT64_C (0x1000)

static void
assert_same_gap (const struct lac_gap *a,
                 const struct lac_gap *b)
{
  g_assert_cmpuint (a->index, ==, b->index);
  g_assert_cmphex (a->range.start, ==, b->range.start);
  g_assert_cmphex (a->range.end, ==, b->range.end);
  g_assert_cmphex (a->candidate, ==, b->candidate);
  g_assert_cmpint (a->distance, ==, b->distance);
  g_assert_cmpuint (a->hazards, ==, b->hazards);
  g_assert_cmpuint (a->capacity, ==, b->capacity);
}

static struct lac_gap_query
query_near (const struct lac_map *map,
            const uint64_t       *anchor)
{
  struct lac_gap_query query;

  lac_gap_query_init (&query, map);
  query.anchors = anchor;
  query.n_anchors = 1;
  query.order = LAC_ORDER_NEAREST;
  return query;
}

/* Three regions with a gap of 16 pages between each two. */
#define THREE                                                                                     \
  "00100000-00110000 r-xp 00000000 00:00 0\n"                                                     \
  "00120000-00130000 r-xp 00000000 00:00 0\n"                                                     \
  "00140000-00150000 r-xp 00000000 00:00 0\n"

static void
test_candidate_lies_at_the_anchor (void)
{
  struct lac_map *map = map_of (THREE);
  uint64_t anchor = 0x118000;
  struct lac_gap_query query = query_near (map, &anchor);
  struct lac_gap gap;

  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, 0x118000);
  g_assert_cmpint (gap.distance, ==, 0);
  g_assert_cmphex (gap.range.start, ==, 0x110000);
  g_assert_cmphex (gap.range.end, ==, 0x120000);

  /* Not aligned: the buffer still covers the anchor. */
  anchor = 0x118123;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, 0x118000);
  g_assert_cmpint (gap.distance, ==, 0);

  /* No room for it above the anchor: as far up as it goes. */
  query.size = 10 * PAGE;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, 0x116000);
  g_assert_cmpint (gap.distance, ==, 0);
  lac_map_unref (map);
}

static void
test_distance_is_to_the_closest_byte (void)
{
  struct lac_map *map = map_of (THREE);
  uint64_t anchor = 0x121000;
  struct lac_gap_query query = query_near (map, &anchor);
  struct lac_gap gap;

  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, 0x11f000);
  g_assert_cmpint (gap.distance, ==, -0x1001);
  anchor = 0x12f000;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, 0x130000);
  g_assert_cmpint (gap.distance, ==, 0x1000);
  lac_map_unref (map);
}

static void
test_equal_distances_take_the_lower (void)
{
  struct lac_map *map = map_of (THREE);
  uint64_t anchor = 0x127fff + 0; /* 0x8000 above 0x11ffff, 0x8001 below 0x130000 */
  struct lac_gap_query query = query_near (map, &anchor);
  struct lac_gap gap;

  query.alignment = 1;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmpint (gap.distance, ==, -0x8000);
  lac_map_unref (map);

  map = map_of ("00110000-00110fff r-xp 00000000 00:00 0\n00110fff-00111001 r-xp 00000000 00:00 0\n");
  query = query_near (map, &anchor);
  query.alignment = 1;
  query.size = 1;
  anchor = 0x110800;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, 0x10ffff);
  /* 0x801 to either side. */
  g_assert_cmpint (gap.distance, ==, -0x801);
  lac_map_unref (map);
}

static void
test_exact_fit_is_found (void)
{
  struct lac_map *map = map_of (THREE);
  uint64_t anchor = 0x125000;
  struct lac_gap_query query = query_near (map, &anchor);
  struct lac_gap gap;

  query.size = 0x10000;
  query.min = 0x130000;
  query.max = 0x140000;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, 0x130000);
  g_assert_cmpuint (gap.capacity, ==, 1);
  query.size = 0x10001;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_E_NO_GAP);
  query.size = 0x10000;
  query.min++;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_E_NO_GAP);
  query.min--;
  query.max--;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_E_NO_GAP);
  lac_map_unref (map);
}

static void
test_within_bounds_both_ends_of_the_buffer (void)
{
  struct lac_map *map = map_of (THREE);
  uint64_t anchor = 0x128000;
  struct lac_gap_query query = query_near (map, &anchor);
  struct lac_gap gap;

  /* [0x11f000, 0x120000) has to lie within: 0x128000 − 0x11f000 = 0x9000. */
  query.within = 0x8fff;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_E_NO_GAP);
  query.within = 0x9000;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  lac_map_unref (map);
}

static void
test_nearest_skips_stack_guard (void)
{
  struct lac_map *map = map_of ("7ffe00000000-7ffe00020000 rw-p 00000000 00:00 0 [stack]\n");
  uint64_t anchor = UINT64_C (0x7ffe00000000);
  struct lac_gap_query query = query_near (map, &anchor);
  struct lac_gap gap;

  query.max = anchor;
  query.avoid = LAC_HAZARD_STACK_GUARD;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, anchor - 0x101000);
  g_assert_cmpuint (gap.hazards, ==, LAC_HAZARD_STACK_GUARD | LAC_HAZARD_STACK_GROWTH);
  query.avoid = LAC_HAZARD_ALL;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, anchor - (8 << 20) - PAGE);
  query.avoid = LAC_HAZARD_NONE;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, anchor - PAGE);
  lac_map_unref (map);
}

static void
test_a_neighbour_beats_the_far_end_of_the_own_gap (void)
{
  /* The anchor lies in a gap of which the heap's growth takes all but the far low end. */
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map *map = NULL;
  static const char text[] = "00100000-00110000 r-xp 00000000 00:00 0\n"
                             "00800000-00801000 r-xp 00000000 00:00 0\n";
  uint64_t anchor = 0x7ff000;
  struct lac_gap_query query;
  struct lac_gap gap;

  space.program_break = 0x120000;
  g_assert_cmpint (lac_map_parse (text, strlen (text), &space, &map, NULL), ==, LAC_OK);
  query = query_near (map, &anchor);
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, 0x801000);
  query.max = 0x800000;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, 0x11f000);
  lac_map_unref (map);
}

static void
test_window_over_the_whole_space (void)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map *map = NULL;
  static const char text[] = "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n";
  uint64_t anchors[] = { UINT64_MAX, 0 };
  struct lac_gap_query query;
  struct lac_gap gap;

  space.user = (struct lac_range){ 0, LAC_ADDRESS_END };
  g_assert_cmpint (lac_map_parse (text, strlen (text), &space, &map, NULL), ==, LAC_OK);
  query = query_near (map, anchors);
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  /* The last whole page: the byte at 2^64 − 1 is no part of any range. */
  g_assert_cmphex (gap.candidate, ==, UINT64_C (0xffffffffffffe000));
  g_assert_cmpint (gap.distance, ==, -0x1000);
  anchors[0] = 0;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, 0);
  query.within = UINT64_MAX;
  query.n_anchors = 2;
  query.size = UINT64_C (0xffffffffff600000);
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, 0);
  query.size++;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_E_NO_GAP);
  query.size = UINT64_MAX;
  query.alignment = UINT64_C (1) << 63;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_E_NO_GAP);
  query.size = 1;
  query.order = LAC_ORDER_HIGHEST;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, UINT64_C (1) << 63);
  g_assert_cmpint (gap.distance, ==, INT64_MAX);
  lac_map_unref (map);
}

static void
test_contradictions_are_invalid (void)
{
  struct lac_map *map = map_of (THREE);
  struct lac_gap_query good, query;
  struct lac_gap gap;

  lac_gap_query_init (&good, map);
  g_assert_cmpint (lac_gap_query_check (&good), ==, LAC_OK);
  query = good;
  query.size = 0;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_E_INVALID);
  query = good;
  query.alignment = 3;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_E_INVALID);
  query.alignment = 0;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_E_INVALID);
  query = good;
  query.min = query.max + 1;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_E_INVALID);
  query = good;
  query.avoid = 8;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_E_INVALID);
  query = good;
  query.order = LAC_N_ORDERS;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_E_INVALID);
  lac_map_unref (map);
}

static void
test_reasons (void)
{
  struct lac_map *map = map_of (THREE "7ffe00000000-7ffe00020000 rw-p 00000000 00:00 0 [stack]\n"
                                      "7ffe00030000-7ffe00050000 rw-p 00000000 00:00 0\n");
  uint64_t anchors[] = { 0x118000, 0x138000 };
  struct lac_gap_query query;
  struct lac_rejection rejection;

  lac_gap_query_init (&query, map);
  query.size = 0x10001;
  g_assert_cmpint (lac_gap_check (map, &query, 1, NULL, &rejection), ==, LAC_E_NO_GAP);
  g_assert_cmpstr (lac_reason_name (rejection.reason), ==, "too-small");
  g_assert_cmphex (rejection.range.start, ==, 0x110000);
  g_assert_cmpint (rejection.anchor, ==, -1);

  query.size = PAGE;
  query.min = 0x11f001;
  g_assert_cmpint (lac_gap_check (map, &query, 1, NULL, &rejection), ==, LAC_E_NO_GAP);
  g_assert_cmpstr (lac_reason_name (rejection.reason), ==, "below-min");

  query.min = 0x1000;
  query.max = 0x110fff;
  g_assert_cmpint (lac_gap_check (map, &query, 1, NULL, &rejection), ==, LAC_E_NO_GAP);
  g_assert_cmpstr (lac_reason_name (rejection.reason), ==, "above-max");

  query.max = LAC_ADDRESS_END;
  query.anchors = anchors;
  query.n_anchors = 2;
  query.within = 0x10000;
  g_assert_cmpint (lac_gap_check (map, &query, 1, NULL, &rejection), ==, LAC_E_NO_GAP);
  g_assert_cmpstr (lac_reason_name (rejection.reason), ==, "too-far");
  g_assert_cmpint (rejection.anchor, ==, 1);

  query.n_anchors = 0;
  query.alignment = 0x100000;
  g_assert_cmpint (lac_gap_check (map, &query, 1, NULL, &rejection), ==, LAC_E_NO_GAP);
  g_assert_cmpstr (lac_reason_name (rejection.reason), ==, "misaligned");

  query.alignment = PAGE;
  query.min = UINT64_C (0x7ffe00000000) - 0x10000;
  query.max = UINT64_C (0x7ffe00000000);
  g_assert_cmpint (lac_gap_check (map, &query, 3, NULL, &rejection), ==, LAC_E_NO_GAP);
  g_assert_cmpstr (lac_reason_name (rejection.reason), ==, "hazard");
  g_assert_cmpuint (rejection.hazards, ==, LAC_HAZARD_STACK_GUARD | LAC_HAZARD_STACK_GROWTH);
  lac_map_unref (map);
}

/* A model of everything, in 128 bits, on small spaces in which each start can be tried. */
typedef __int128 wide;

struct model
{
  const struct lac_map *map;
  const struct lac_gap_query *query;
};

static bool
model_hazardous (const struct model *model,
                 wide                start,
                 wide                end)
{
  const struct lac_map *map = model->map;
  const struct lac_space *space = lac_map_space (map);
  size_t n;
  const struct lac_region *regions = lac_map_regions (map, &n);
  unsigned avoid = model->query->avoid;
  wide heap_end = space->program_break;
  bool first_stack = true;

  if ((avoid & LAC_HAZARD_HEAP_GROWTH) && heap_end != 0)
    {
      wide limit = heap_end + (wide) space->data_limit;
      bool inside = false;

      for (size_t i = 0; i < n; i++)
        {
          inside |= regions[i].start < heap_end && regions[i].end > heap_end;
          if (regions[i].start >= heap_end && regions[i].start < limit)
            limit = regions[i].start;
        }
      if (!inside && limit > heap_end && start < limit && end > heap_end)
        return true;
    }
  for (size_t i = 0; i < n; i++)
    {
      wide below = i > 0 ? regions[i - 1].end : 0;

      if (!(regions[i].flags & LAC_REGION_GROWS_DOWN))
        continue;
      if ((avoid & LAC_HAZARD_STACK_GUARD) && end <= regions[i].start && start >= below
          && end > (wide) regions[i].start - (wide) space->stack_guard)
        return true;
      if (regions[i].kind == LAC_KIND_STACK)
        {
          if (first_stack && (avoid & LAC_HAZARD_STACK_GROWTH) && end <= regions[i].start
              && start >= below && end > (wide) regions[i].start - (wide) space->stack_limit)
            return true;
          first_stack = false;
        }
    }
  return false;
}

static bool
model_allows (const struct model *model,
              wide                start)
{
  const struct lac_gap_query *query = model->query;
  const struct lac_space *space = lac_map_space (model->map);
  wide end = start + query->size;
  wide last = UINT64_MAX;
  size_t n;
  const struct lac_region *regions = lac_map_regions (model->map, &n);

  if (start % query->alignment != 0 || start < query->min || end > query->max
      || start < space->user.start || end > space->user.end)
    return false;
  for (size_t i = 0; i < query->n_anchors; i++)
    if (start < MAX ((wide) query->anchors[i] - (wide) query->within, 0)
        || end > MIN ((wide) query->anchors[i] + (wide) query->within, last))
      return false;
  for (size_t i = 0; i < n; i++)
    if (start < regions[i].end && end > regions[i].start)
      return false;
  return !model_hazardous (model, start, end);
}

static wide
model_distance (const struct model *model,
                wide                start)
{
  wide anchor = model->query->anchors[0];

  if (start > anchor)
    return start - anchor;
  if (start + model->query->size - 1 < anchor)
    return anchor - (start + model->query->size - 1);
  return 0;
}

/* What a gap should give: the best start by the order's rule, and how many buffers fit. */
struct expected
{
  bool fits;
  uint64_t candidate;
  wide distance;
  uint64_t capacity;
};

static struct expected
model_gap (const struct model *model,
           struct lac_range    gap)
{
  const struct lac_gap_query *query = model->query;
  bool near = query->n_anchors > 0 && query->order != LAC_ORDER_LOWEST
              && query->order != LAC_ORDER_HIGHEST;
  struct expected best = { 0 };
  wide free_from = 0;
  wide start = ((wide) gap.start + query->alignment - 1) / query->alignment * query->alignment;

  for (; start + query->size <= gap.end; start += query->alignment)
    {
      wide distance;
      bool better;

      if (!model_allows (model, start))
        continue;
      if (start >= free_from)
        {
          best.capacity++;
          free_from = start + query->size;
        }
      distance = query->n_anchors > 0 ? model_distance (model, start) : 0;
      better = !best.fits || query->order == LAC_ORDER_HIGHEST
               || (near && distance < best.distance)
               /* Among places that cover the anchor: the one that begins closest to it. */
               || (near && distance == 0 && best.distance == 0 && start <= query->anchors[0]);
      if (better)
        {
          best.fits = true;
          best.candidate = (uint64_t) start;
          best.distance = distance;
        }
    }
  return best;
}

static int
compare_expected (const struct lac_gap_query *query,
                  struct lac_range            gap_a,
                  const struct expected      *a,
                  struct lac_range            gap_b,
                  const struct expected      *b)
{
  uint64_t size_a = gap_a.end - gap_a.start, size_b = gap_b.end - gap_b.start;

  switch (query->order)
    {
    case LAC_ORDER_TIGHTEST:
      if (size_a != size_b)
        return size_a < size_b ? -1 : 1;
      break;
    case LAC_ORDER_ROOMIEST:
      if (size_a != size_b)
        return size_a > size_b ? -1 : 1;
      break;
    case LAC_ORDER_HIGHEST:
      return a->candidate > b->candidate ? -1 : 1;
    case LAC_ORDER_NEAREST:
      if (query->n_anchors > 0 && a->distance != b->distance)
        return a->distance < b->distance ? -1 : 1;
      break;
    default:
      break;
    }
  return a->candidate < b->candidate ? -1 : 1;
}

static enum lac_reason
model_reason (const struct model *model,
              struct lac_range    gap,
              int                *out_anchor)
{
  const struct lac_gap_query *query = model->query;
  wide start = gap.start, end = gap.end, size = query->size;

  *out_anchor = -1;
  if (end - start < size)
    return LAC_REASON_TOO_SMALL;
  start = MAX (start, (wide) query->min);
  if (end - start < size)
    return LAC_REASON_BELOW_MIN;
  end = MIN (end, (wide) query->max);
  if (end - start < size)
    return LAC_REASON_ABOVE_MAX;
  for (size_t i = 0; i < query->n_anchors; i++)
    {
      start = MAX (start, (wide) query->anchors[i] - (wide) query->within);
      end = MIN (end, (wide) query->anchors[i] + (wide) query->within);
      if (end - start < size)
        {
          *out_anchor = (int) i;
          return LAC_REASON_TOO_FAR;
        }
    }
  start = (start + query->alignment - 1) / query->alignment * query->alignment;
  if (end - start < size)
    return LAC_REASON_MISALIGNED;
  return LAC_REASON_HAZARD;
}

static uint64_t
random_address (struct lac_range space,
                uint64_t         unit)
{
  uint64_t units = (space.end - space.start) / unit + 1;
  uint64_t address = space.start + (uint64_t) g_test_rand_int_range (0, (int) units) * unit;

  if (g_test_rand_int_range (0, 4) == 0)
    address += (uint64_t) g_test_rand_int_range (0, (int) unit);
  return MAX (address, space.start);
}

/* A small space somewhere, with regions in units of @unit bytes. */
static struct lac_map *
random_map (uint64_t unit,
            int      n_units)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map_builder *builder;
  struct lac_map *map = NULL;
  uint64_t base = 0, at;

  switch (g_test_rand_int_range (0, 3))
    {
    case 0:
      base = 0;
      break;
    case 1:
      base = UINT64_C (0x7f0000000000);
      break;
    default:
      base = UINT64_MAX - (uint64_t) n_units * unit + 1;
      break;
    }
  space.user.start = base;
  space.user.end = base + (uint64_t) n_units * unit;
  if (space.user.end == 0)
    space.user.end = LAC_ADDRESS_END;
  space.page_size = space.granularity = unit;
  space.pointer_bits = 64;
  space.stack_guard = (uint64_t) g_test_rand_int_range (0, 6) * unit;
  space.stack_limit = g_test_rand_bit () ? (uint64_t) g_test_rand_int_range (0, 20) * unit : UINT64_MAX;
  space.data_limit = g_test_rand_bit () ? (uint64_t) g_test_rand_int_range (0, 20) * unit : UINT64_MAX;
  if (g_test_rand_int_range (0, 3) == 0)
    space.program_break = MAX (1, random_address (space.user, unit));

  builder = lac_map_builder_new (&space);
  at = base + (uint64_t) g_test_rand_int_range (0, 8) * unit;
  while (at < space.user.end && g_test_rand_int_range (0, 12) != 0)
    {
      uint64_t end = lac_add_saturating (at, (uint64_t) g_test_rand_int_range (1, 6) * unit);
      struct lac_region_entry entry = { .start = at, .protection = 3, .kind = LAC_KIND_DECIDE };

      entry.end = MIN (end, space.user.end);
      switch (g_test_rand_int_range (0, 8))
        {
        case 0:
          entry.name = "[heap]";
          break;
        case 1:
          entry.name = "[stack]";
          break;
        case 2:
          entry.flags = LAC_REGION_GROWS_DOWN;
          break;
        default:
          break;
        }
      entry.name_length = entry.name ? strlen (entry.name) : 0;
      if (entry.end > entry.start)
        g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
      at = lac_add_saturating (end, (uint64_t) g_test_rand_int_range (0, 9) * unit);
    }
  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
  return map;
}

static void
random_query (struct lac_gap_query *query,
              const struct lac_map *map,
              uint64_t              unit,
              uint64_t              anchors[3])
{
  struct lac_range space = lac_map_space (map)->user;

  lac_gap_query_init (query, map);
  if (g_test_rand_bit ())
    query->min = random_address (space, unit);
  if (g_test_rand_bit ())
    query->max = random_address (space, unit);
  if (g_test_rand_int_range (0, 8) == 0)
    {
      query->min = 0;
      query->max = LAC_ADDRESS_END;
    }
  if (query->min > query->max)
    {
      uint64_t min = query->min;

      query->min = query->max;
      query->max = min;
    }
  query->n_anchors = (size_t) g_test_rand_int_range (0, 4);
  query->anchors = anchors;
  for (size_t i = 0; i < query->n_anchors; i++)
    anchors[i] = g_test_rand_int_range (0, 10) ? random_address (space, unit)
                                               : (g_test_rand_bit () ? 0 : UINT64_MAX);
  query->within = g_test_rand_bit () ? (uint64_t) g_test_rand_int_range (0, 80) * unit
                                           + (uint64_t) g_test_rand_int_range (0, 3)
                                     : (g_test_rand_bit () ? UINT64_MAX : LAC_WITHIN_DEFAULT);
  query->size = g_test_rand_int_range (0, 3)
                    ? (uint64_t) g_test_rand_int_range (1, 8) * unit
                    : (uint64_t) g_test_rand_int_range (1, (int) (4 * unit) + 1);
  if (g_test_rand_int_range (0, 40) == 0)
    query->size = UINT64_MAX - (uint64_t) g_test_rand_int_range (0, 3);
  /* Brute force tries each start, so a start in the middle of a page is rare. */
  query->alignment = unit << g_test_rand_int_range (0, 4);
  if (unit < 64 || g_test_rand_int_range (0, 2000) == 0)
    query->alignment = UINT64_C (1) << g_test_rand_int_range (0, 14);
  query->avoid = (unsigned) g_test_rand_int_range (0, LAC_HAZARD_ALL + 1);
  query->order = (enum lac_order) g_test_rand_int_range (0, LAC_N_ORDERS);
}

/* Asks everything about one query, and compares it with the model. */
static void
compare_with_model (const struct lac_map       *map,
                    const struct lac_gap_query *query)
{
  struct model model = { map, query };
  size_t n = count_regions (map);
  struct expected expected[128];
  struct lac_range gaps[128];
  size_t order[128], n_fitting = 0;
  struct lac_gap gap;
  struct lac_gap_search search;

  g_assert_cmpuint (n, <, 127);
  for (size_t i = 0; i <= n; i++)
    {
      struct lac_rejection rejection;
      enum lac_status status = lac_gap_check (map, query, i, &gap, &rejection);

      gaps[i] = lac_map_gap (map, i);
      expected[i] = model_gap (&model, gaps[i]);
      g_assert_cmpint (status, ==, expected[i].fits ? LAC_OK : LAC_E_NO_GAP);
      if (expected[i].fits)
        {
          size_t at = n_fitting++;

          while (at > 0
                 && compare_expected (query, gaps[i], &expected[i], gaps[order[at - 1]],
                                      &expected[order[at - 1]])
                        < 0)
            {
              order[at] = order[at - 1];
              at--;
            }
          order[at] = i;
        }
      else
        {
          int anchor;

          g_assert_cmpstr (lac_reason_name (rejection.reason), ==,
                           lac_reason_name (model_reason (&model, gaps[i], &anchor)));
          g_assert_cmpint (rejection.anchor, ==, anchor);
          g_assert_true ((rejection.reason == LAC_REASON_HAZARD) == (rejection.hazards != 0));
        }
    }

  g_assert_cmpint (lac_gap_search_init (&search, map, query), ==, LAC_OK);
  for (size_t i = 0; i < n_fitting; i++)
    {
      const struct expected *best = &expected[order[i]];

      g_assert_cmpint (lac_gap_next (&search, &gap), ==, LAC_OK);
      g_assert_cmpuint (gap.index, ==, order[i]);
      g_assert_cmphex (gap.candidate, ==, best->candidate);
      g_assert_cmphex (gap.range.start, ==, gaps[order[i]].start);
      g_assert_cmphex (gap.range.end, ==, gaps[order[i]].end);
      g_assert_cmpuint (gap.capacity, ==, best->capacity);
      g_assert_true ((wide) (gap.distance < 0 ? -(wide) gap.distance : gap.distance)
                     == MIN (best->distance, (wide) INT64_MAX));
      if (query->n_anchors > 0 && gap.distance != 0)
        g_assert_true ((gap.distance < 0) == (gap.candidate < query->anchors[0]));
      if (i == 0)
        {
          struct lac_gap first;

          g_assert_cmpint (lac_gap_first (map, query, &first), ==, LAC_OK);
          assert_same_gap (&first, &gap);
        }
    }
  g_assert_cmpint (lac_gap_next (&search, &gap), ==, LAC_E_NO_GAP);
  g_assert_cmpint (lac_gap_next (&search, &gap), ==, LAC_E_NO_GAP);
  if (n_fitting == 0)
    g_assert_cmpint (lac_gap_first (map, query, &gap), ==, LAC_E_NO_GAP);
  lac_gap_search_clear (&search);
}

static void
test_agrees_with_brute_force (void)
{
  /* 100,000 maps and queries; a fifth of the maps in units of a few bytes, so that nothing is aligned
   * by accident. */
  for (unsigned round = 0; round < 34000; round++)
    {
      uint64_t unit = round % 5 == 0 ? 8 : PAGE;
      struct lac_map *map = random_map (unit, 96);

      g_assert_true (lac_map_is_valid (map));
      for (unsigned i = 0; i < 3; i++)
        {
          uint64_t anchors[3];
          struct lac_gap_query query;

          random_query (&query, map, unit, anchors);
          compare_with_model (map, &query);
        }
      lac_map_unref (map);
    }
}

/* Maps of several levels, in which every gap is asked by itself. */
static void
test_large_maps_agree_with_asking_every_gap (void)
{
  for (unsigned round = 0; round < 60; round++)
    {
      struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
      unsigned n = 1u << g_test_rand_int_range (4, 14);
      uint64_t at = 0x10000;
      struct lac_map *map = NULL;

      for (unsigned i = 0; i < n; i++)
        {
          struct lac_region_entry entry = { .kind = LAC_KIND_DECIDE };

          at += (UINT64_C (1) << g_test_rand_int_range (0, 9)) / 2 * PAGE;
          entry.start = at;
          at += (uint64_t) g_test_rand_int_range (1, 20) * PAGE;
          entry.end = at;
          entry.flags = g_test_rand_int_range (0, 50) == 0 ? LAC_REGION_GROWS_DOWN : 0;
          g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
        }
      g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
      g_assert_true (lac_map_is_valid (map));

      for (unsigned i = 0; i < 40; i++)
        {
          uint64_t anchors[2];
          struct lac_gap_query query;
          struct lac_gap best = { 0 }, gap;
          bool found = false;
          guint64 matches = 0;
          struct lac_gap_search search;

          lac_gap_query_init (&query, map);
          query.anchors = anchors;
          query.n_anchors = (size_t) g_test_rand_int_range (0, 3);
          for (size_t j = 0; j < query.n_anchors; j++)
            anchors[j] = (uint64_t) g_test_rand_double_range (0, (double) at);
          query.within = (uint64_t) g_test_rand_double_range (0, (double) at);
          query.size = PAGE << g_test_rand_int_range (0, 9);
          query.alignment = PAGE << g_test_rand_int_range (0, 9);
          query.avoid = g_test_rand_bit () ? LAC_HAZARD_ALL : LAC_HAZARD_NONE;
          query.order = (enum lac_order) g_test_rand_int_range (0, LAC_N_ORDERS);

          for (size_t j = 0; j <= n; j++)
            if (lac_gap_check (map, &query, j, &gap, NULL) == LAC_OK)
              {
                struct expected a = { true, gap.candidate, ABS (gap.distance), 0 };
                struct expected b = { true, best.candidate, ABS (best.distance), 0 };

                matches++;
                if (!found || compare_expected (&query, gap.range, &a, best.range, &b) < 0)
                  best = gap;
                found = true;
              }
          g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, found ? LAC_OK : LAC_E_NO_GAP);
          if (found)
            assert_same_gap (&gap, &best);

          g_assert_cmpint (lac_gap_search_init (&search, map, &query), ==, LAC_OK);
          while (lac_gap_next (&search, &gap) == LAC_OK)
            matches--;
          g_assert_cmpuint (matches, ==, 0);
          lac_gap_search_clear (&search);
        }
      lac_map_unref (map);
    }
}

/* A hundred thousand gaps that are large enough and yet hold no aligned start: the search must not look
 * at each of them, time after time. Counted in gaps looked at, by the index that was made. */
static void
test_misaligned_gaps_do_not_make_it_slow (void)
{
  struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
  struct lac_map *map = NULL;
  struct lac_gap_query query;
  struct lac_gap gap;
  const uint64_t stride = 0x20000;
  gint64 before;

  for (unsigned i = 1; i <= 100000; i++)
    {
      /* The gap before each is [stride·i + 0x1000, stride·i + 0x20000 − …): it never holds a multiple of
       * 64 KiB with 60 KiB after it. */
      struct lac_region_entry entry = { .start = i * stride - 0x3000, .end = i * stride + 0x1000,
                                        .kind = LAC_KIND_DECIDE };

      g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
    }
  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
  lac_gap_query_init (&query, map);
  query.size = 0x10000;
  query.alignment = 0x10000;
  query.max = 100000 * stride;
  query.min = stride;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_E_NO_GAP);
  g_assert_cmpuint (atomic_load (&map->index.n_aligned), ==, 1);

  before = g_get_monotonic_time ();
  for (unsigned i = 0; i < 1000; i++)
    g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_E_NO_GAP);
  /* Looking at all of them takes a millisecond and more a query. */
  g_test_message ("%.2f µs a query", (double) (g_get_monotonic_time () - before) / 1000);
  g_assert_cmpuint (atomic_load (&map->index.n_aligned), ==, 1);
  lac_map_unref (map);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/gap/candidate-lies-at-the-anchor", test_candidate_lies_at_the_anchor);
  g_test_add_func ("/core/gap/distance-is-to-the-closest-byte", test_distance_is_to_the_closest_byte);
  g_test_add_func ("/core/gap/equal-distances-take-the-lower", test_equal_distances_take_the_lower);
  g_test_add_func ("/core/gap/exact-fit-is-found", test_exact_fit_is_found);
  g_test_add_func ("/core/gap/within-bounds-both-ends-of-the-buffer",
                   test_within_bounds_both_ends_of_the_buffer);
  g_test_add_func ("/core/gap/nearest-skips-stack-guard", test_nearest_skips_stack_guard);
  g_test_add_func ("/core/gap/a-neighbour-beats-the-far-end-of-the-own-gap",
                   test_a_neighbour_beats_the_far_end_of_the_own_gap);
  g_test_add_func ("/core/gap/window-over-the-whole-space", test_window_over_the_whole_space);
  g_test_add_func ("/core/gap/contradictions-are-invalid", test_contradictions_are_invalid);
  g_test_add_func ("/core/gap/reasons", test_reasons);
  g_test_add_func ("/core/gap/agrees-with-brute-force", test_agrees_with_brute_force);
  g_test_add_func ("/core/gap/large-maps-agree-with-asking-every-gap",
                   test_large_maps_agree_with_asking_every_gap);
  g_test_add_func ("/core/gap/misaligned-gaps-do-not-make-it-slow",
                   test_misaligned_gaps_do_not_make_it_slow);
  return g_test_run ();
}
