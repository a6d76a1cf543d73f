/* Scales and views: addresses to pixels and back.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model/lacuna-scale.h"
#include "model/lacuna-strip-layout.h"

#include "random-map.h"

#include <math.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaScale, lacuna_scale_unref)

/* A view at a random depth, evenly on a log scale, around a random place. */
static LacunaView
random_view (GRand             *random,
             const LacunaScale *scale,
             int                width)
{
  guint64 length = lacuna_scale_get_length (scale);
  double least = log2 (width / 64.0);
  double size = exp2 (g_rand_double_range (random, MIN (least, 3), log2 ((double) length)));
  guint64 centre = lacuna_scale_to_address (scale, random_64 (random) % length);
  struct lac_range range = { lac_subtract_saturating (centre, (guint64) (size / 2)),
                             lac_add_saturating (centre, (guint64) MIN (size / 2, 1e19)) };
  LacunaView view = lacuna_view_fit (scale, range, width);

  return lacuna_view_pan (&view, scale, width, g_rand_double_range (random, -3, 3));
}

static LacunaScale *
random_scale (GRand *random,
              Map   *map)
{
  struct lac_range user = lac_map_space (map)->user;
  guint64 keep[3];
  int n_keep = g_rand_int_range (random, 0, 4);

  for (int i = 0; i < n_keep; i++)
    keep[i] = random_64 (random) % user.end;

  return lacuna_scale_new (g_rand_int_range (random, 0, 3), map, keep, n_keep);
}

static Map *
some_map (GRand *random)
{
  switch (g_rand_int_range (random, 0, 6))
    {
    case 0:
      return map_with_vsyscall ();
    case 1: /* The whole 64-bit space. */
      return random_map (random, g_rand_int_range (random, 0, 60), LAC_ADDRESS_END);
    case 2:
      return random_map (random, g_rand_int_range (random, 0, 60), 0xffffe000);
    case 3:
      return random_map (random, g_rand_int_range (random, 0, 6), USER_47);
    default:
      return random_map (random, g_rand_int_range (random, 0, 400), USER_47);
    }
}

static gboolean
is_cut (const LacunaScale *scale,
        guint64            address)
{
  gsize n_breaks;
  const LacunaBreak *breaks = lacuna_scale_get_breaks (scale, &n_breaks);

  for (gsize i = 0; i < n_breaks; i++)
    if (address >= breaks[i].cut.start && address < breaks[i].cut.end)
      return TRUE;
  return FALSE;
}

static void
test_line_is_exact_inverse (void)
{
  g_autoptr (GRand) random = new_random ();

  for (int round = 0; round < 400; round++)
    {
      g_autoptr (Map) map = some_map (random);
      g_autoptr (LacunaScale) scale = random_scale (random, map);
      struct lac_range extent = lacuna_scale_get_extent (scale);
      guint64 length = lacuna_scale_get_length (scale);
      gsize n_breaks;
      const LacunaBreak *breaks = lacuna_scale_get_breaks (scale, &n_breaks);
      guint64 removed = 0;

      g_assert_cmpuint (lacuna_scale_to_line (scale, extent.start), ==, 0);
      g_assert_cmpuint (lacuna_scale_to_line (scale, extent.end), ==, length);
      g_assert_cmpuint (lacuna_scale_to_address (scale, 0), ==, extent.start);
      g_assert_cmpuint (lacuna_scale_to_address (scale, length), ==, extent.end);
      g_assert_cmpuint (lacuna_scale_to_line (scale, G_MAXUINT64), ==, length);
      g_assert_cmpuint (lacuna_scale_to_address (scale, G_MAXUINT64), ==, extent.end);

      for (gsize i = 0; i < n_breaks; i++)
        {
          g_assert_cmpuint (breaks[i].cut.start, <, breaks[i].cut.end);
          if (i > 0)
            g_assert_cmpuint (breaks[i - 1].cut.end, <, breaks[i].cut.start);
          g_assert_cmpuint (breaks[i].line, ==, breaks[i].cut.start - extent.start - removed);
          g_assert_cmpuint (lacuna_scale_to_line (scale, breaks[i].cut.start), ==, breaks[i].line);
          g_assert_cmpuint (lacuna_scale_to_line (scale, breaks[i].cut.end), ==, breaks[i].line);
          g_assert_cmpuint (lacuna_scale_to_address (scale, breaks[i].line), ==, breaks[i].cut.end);
          removed += lac_range_size (breaks[i].cut);
        }
      g_assert_cmpuint (length + removed, ==, lac_range_size (extent));

      for (int i = 0; i < 200; i++)
        {
          guint64 line = random_64 (random) % length;
          guint64 address = lacuna_scale_to_address (scale, line);

          g_assert_cmpuint (lacuna_scale_to_line (scale, address), ==, line);
          g_assert_false (is_cut (scale, address));
        }
    }
}

static void
test_columns_are_exact_inverses (void)
{
  g_autoptr (GRand) random = new_random ();

  for (int round = 0; round < 3000; round++)
    {
      g_autoptr (Map) map = some_map (random);
      g_autoptr (LacunaScale) scale = random_scale (random, map);
      struct lac_range extent = lacuna_scale_get_extent (scale);
      int width = g_rand_int_range (random, 1, 8000);
      LacunaView view = random_view (random, scale, width);

      for (int i = 0; i < 60; i++)
        {
          gint64 column = g_rand_int_range (random, 0, width);
          guint64 address = lacuna_view_to_address (&view, scale, column);

          if (address >= extent.end)
            continue;

          if (view.bytes_per_pixel >= 1)
            {
              guint64 line = lacuna_scale_to_line (scale, address);

              g_assert_cmpint (lacuna_view_to_column (&view, scale, address), ==, column);
              /* It is the first address of its column. */
              if (line > 0)
                {
                  guint64 before = lacuna_scale_to_address (scale, line - 1);

                  g_assert_cmpint (lacuna_view_to_column (&view, scale, before), ==, column - 1);
                }
            }
          else
            {
              gint64 first = lacuna_view_to_column (&view, scale, address);

              g_assert_cmpint (first, <=, column);
              g_assert_cmpuint (lacuna_view_to_address (&view, scale, first), ==, address);
              /* It is the first column with its address. */
              g_assert_cmpuint (lacuna_view_to_address (&view, scale, first - 1), <=, address);
              if (address > extent.start && lacuna_scale_to_line (scale, address) > 0)
                g_assert_cmpuint (lacuna_view_to_address (&view, scale, first - 1), <, address);
            }

          /* The pixel agrees with the column, give or take one byte. */
          double pixel = lacuna_view_to_pixel (&view, scale, address);
          g_assert_cmpfloat (fabs (pixel - column), <=, 1 + 1 / view.bytes_per_pixel);
        }
    }
}

static void
check_ends (Map            *map,
            LacunaScaleKind kind)
{
  g_autoptr (LacunaScale) scale = lacuna_scale_new (kind, map, NULL, 0);
  struct lac_range extent = lacuna_scale_get_extent (scale);

  for (int width = 1; width < 3000; width += 97)
    for (guint64 size = 16; size != 0; size *= 2)
      {
        struct lac_range low = { 0, MIN (size, extent.end) };
        struct lac_range high = { lac_subtract_saturating (extent.end, size), extent.end };
        LacunaView view = lacuna_view_fit (scale, low, width);

        g_assert_cmpuint (view.origin, ==, 0);
        g_assert_cmpfloat (view.fraction, ==, 0);
        g_assert_cmpint (lacuna_view_to_column (&view, scale, 0), ==, 0);
        g_assert_cmpuint (lacuna_view_to_address (&view, scale, 0), ==, 0);

        view = lacuna_view_fit (scale, high, width);
        g_assert_cmpuint (lacuna_view_get_range (&view, scale, width).end, ==, extent.end);
        g_assert_cmpfloat (lacuna_view_to_pixel (&view, scale, extent.end), <, width + 1);
        if (view.bytes_per_pixel >= 1)
          g_assert_cmpint (lacuna_view_to_column (
                             &view, scale, lacuna_view_to_address (&view, scale, width - 1)),
                           ==, width - 1);
      }
}

static void
test_both_ends (void)
{
  g_autoptr (Map) vsyscall = map_with_vsyscall ();
  g_autoptr (GRand) random = new_random ();
  g_autoptr (Map) everything = random_map (random, 200, LAC_ADDRESS_END);
  g_autoptr (Map) user = random_map (random, 200, USER_47);

  for (int kind = LACUNA_SCALE_LINEAR; kind <= LACUNA_SCALE_ANCHOR; kind++)
    {
      check_ends (vsyscall, kind);
      check_ends (everything, kind);
      check_ends (user, kind);
    }
}

static void
test_compact_reaches_vsyscall (void)
{
  g_autoptr (Map) map = map_with_vsyscall ();
  g_autoptr (LacunaScale) linear = lacuna_scale_new (LACUNA_SCALE_LINEAR, map, NULL, 0);
  g_autoptr (LacunaScale) compact = lacuna_scale_new (LACUNA_SCALE_COMPACT, map, NULL, 0);
  LacunaView view;

  g_assert_cmphex (lacuna_scale_get_extent (linear).end, ==, USER_47);
  g_assert_cmphex (lacuna_scale_get_extent (compact).end, ==, 0xffffffffff601000);

  view = lacuna_view_fit (compact, lacuna_scale_get_extent (compact), 1000);
  g_assert_cmpint (lacuna_view_to_column (&view, compact, 0xffffffffff600000), <, 1000);
  g_assert_cmpint (lacuna_view_to_column (&view, compact, 0xffffffffff600000), >, 900);
}

static gboolean
is_accessible (const struct lac_region *region)
{
  return region->kind != LAC_KIND_GUARD;
}

/* What can't be accessed takes about a third of the line, where there is enough of it. */
static void
test_compact_gives_gaps_a_third (void)
{
  g_autoptr (GRand) random = new_random ();

  for (int round = 0; round < 100; round++)
    {
      g_autoptr (Map) map = random_map (random, g_rand_int_range (random, 20, 2000), USER_47);
      g_autoptr (LacunaScale) scale = lacuna_scale_new (LACUNA_SCALE_COMPACT, map, NULL, 0);
      guint64 length = lacuna_scale_get_length (scale);
      guint64 accessible = 0;
      gsize n_regions;
      const struct lac_region *regions = lac_map_regions (map, &n_regions);
      double share;

      for (gsize i = 0; i < n_regions; i++)
        if (is_accessible (&regions[i]))
          accessible += regions[i].end - regions[i].start;
      /* The margin is a page at least. */
      if (USER_47 - accessible < accessible || accessible < n_regions * 16 * 0x1000)
        continue;

      share = (double) (length - accessible) / (double) length;
      g_assert_cmpfloat (share, >, 0.15);
      g_assert_cmpfloat (share, <, 0.5);
    }
}

/* Every break says rightly whether it is in a gap or in a region, and that region is no one's. */
static void
test_compact_cuts_gaps_and_guards (void)
{
  g_autoptr (GRand) random = new_random ();
  gsize n_in_regions = 0;

  for (int round = 0; round < 100; round++)
    {
      g_autoptr (Map) map = random_map (random, g_rand_int_range (random, 20, 500), USER_47);
      g_autoptr (LacunaScale) scale = lacuna_scale_new (LACUNA_SCALE_COMPACT, map, NULL, 0);
      gsize n_regions;
      gsize n_breaks;
      const struct lac_region *regions = lac_map_regions (map, &n_regions);
      const LacunaBreak *breaks = lacuna_scale_get_breaks (scale, &n_breaks);

      for (gsize i = 0; i < n_breaks; i++)
        {
          gsize region = lac_map_search (map, breaks[i].cut.start);
          gboolean inside = region < n_regions && regions[region].start <= breaks[i].cut.start;

          g_assert_cmpint (inside, ==, breaks[i].in_region);
          if (inside)
            {
              g_assert_false (is_accessible (&regions[region]));
              g_assert_cmphex (breaks[i].cut.end, <, regions[region].end);
              n_in_regions++;
            }
          else if (region < n_regions)
            {
              g_assert_cmphex (breaks[i].cut.end, <, regions[region].start);
            }
        }
    }
  g_assert_cmpuint (n_in_regions, >, 0);
}

static void
test_compact_does_not_jitter (void)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  guint64 lengths[2];

  for (int grown = 0; grown < 2; grown++)
    {
      struct lac_map_builder *builder = lac_map_builder_new (&space);
      struct lac_region_entry program = { .start = 0x400000, .end = 0x900000 };
      struct lac_region_entry heap = { .start = 0x1000000,
                                       .end = 0x1800000 + (grown ? 0x21000 : 0) };
      g_autoptr (Map) map = NULL;
      g_autoptr (LacunaScale) scale = NULL;

      g_assert_cmpint (lac_map_builder_add (builder, &program), ==, LAC_OK);
      g_assert_cmpint (lac_map_builder_add (builder, &heap), ==, LAC_OK);
      g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
      scale = lacuna_scale_new (LACUNA_SCALE_COMPACT, map, NULL, 0);
      lengths[grown] = lacuna_scale_get_length (scale);
    }

  /* Only the heap itself grew. */
  g_assert_cmpuint (lengths[1], ==, lengths[0] + 0x21000);
}

static void
test_compact_keeps_what_it_is_told (void)
{
  g_autoptr (GRand) random = new_random ();

  for (int round = 0; round < 200; round++)
    {
      g_autoptr (Map) map = random_map (random, 30, USER_47);
      guint64 keep[4];
      g_autoptr (LacunaScale) scale = NULL;

      for (int i = 0; i < 4; i++)
        keep[i] = random_64 (random) % USER_47;
      scale = lacuna_scale_new (LACUNA_SCALE_COMPACT, map, keep, 4);
      for (int i = 0; i < 4; i++)
        {
          g_assert_false (is_cut (scale, keep[i]));
          g_assert_cmphex (lacuna_scale_to_address (scale, lacuna_scale_to_line (scale, keep[i])),
                           ==, keep[i]);
        }
    }
}

/* User space ends in a hole; no break goes across its ends, and what lies outside takes little room. */
static void
test_compact_parts_gaps_from_outside (void)
{
  g_autoptr (Map) map = map_with_vsyscall ();
  g_autoptr (LacunaScale) scale = lacuna_scale_new (LACUNA_SCALE_COMPACT, map, NULL, 0);
  gsize n_breaks;
  const LacunaBreak *breaks = lacuna_scale_get_breaks (scale, &n_breaks);
  guint64 outside = lacuna_scale_to_line (scale, 0xffffffffff600000)
                    - lacuna_scale_to_line (scale, USER_47);
  gsize n_outside = 0;

  for (gsize i = 0; i < n_breaks; i++)
    {
      g_assert_false (breaks[i].cut.start < USER_47 && breaks[i].cut.end > USER_47);
      n_outside += breaks[i].cut.start > USER_47;
    }
  g_assert_cmpuint (n_outside, ==, 1);
  g_assert_cmpuint (outside, >, 0);
  g_assert_cmpuint (outside, <, lacuna_scale_get_length (scale) / 10);
}

/* A place that is in view anyway changes nothing. */
static void
test_compact_ignores_places_in_view (void)
{
  g_autoptr (GRand) random = new_random ();

  for (int round = 0; round < 200; round++)
    {
      g_autoptr (Map) map = random_map (random, 30, USER_47);
      g_autoptr (LacunaScale) without = lacuna_scale_new (LACUNA_SCALE_COMPACT, map, NULL, 0);
      g_autoptr (LacunaScale) with = NULL;
      guint64 keep[3];
      gsize n_breaks[2];
      const LacunaBreak *breaks[2];

      for (int i = 0; i < 3; i++)
        keep[i] = lacuna_scale_to_address (without,
                                           random_64 (random) % lacuna_scale_get_length (without));
      with = lacuna_scale_new (LACUNA_SCALE_COMPACT, map, keep, 3);
      breaks[0] = lacuna_scale_get_breaks (without, &n_breaks[0]);
      breaks[1] = lacuna_scale_get_breaks (with, &n_breaks[1]);
      g_assert_false (lacuna_scale_keeps_places (without));
      g_assert_false (lacuna_scale_keeps_places (with));
      g_assert_cmpuint (n_breaks[0], ==, n_breaks[1]);
      for (gsize i = 0; i < n_breaks[0]; i++)
        {
          g_assert_cmphex (breaks[0][i].cut.start, ==, breaks[1][i].cut.start);
          g_assert_cmphex (breaks[0][i].cut.end, ==, breaks[1][i].cut.end);
        }
    }
}

static void
test_compact_cuts_at_most_4096 (void)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map_builder *builder = lac_map_builder_new (&space);
  g_autoptr (Map) map = NULL;
  g_autoptr (LacunaScale) scale = NULL;
  gsize n_breaks;
  guint64 smallest_cut = G_MAXUINT64;
  const LacunaBreak *breaks;

  for (guint64 i = 0; i < 10000; i++)
    {
      struct lac_region_entry entry = { .start = 0x100000000 * (i + 1) };

      entry.end = entry.start + 0x1000 * (1 + i);
      g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
    }
  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
  scale = lacuna_scale_new (LACUNA_SCALE_COMPACT, map, NULL, 0);
  breaks = lacuna_scale_get_breaks (scale, &n_breaks);
  g_assert_cmpuint (n_breaks, ==, 4096);

  /* The gaps get smaller as the regions get larger: the largest are the first ones and the last. */
  for (gsize i = 0; i < n_breaks; i++)
    smallest_cut = MIN (smallest_cut, lac_range_size (breaks[i].cut));
  g_assert_cmphex (breaks[0].cut.start, <, 0x100000000);
  g_assert_cmphex (breaks[n_breaks - 1].cut.end, >, G_GUINT64_CONSTANT (0x100000000) * 10000);
  g_assert_cmphex (breaks[n_breaks - 2].cut.end, <, G_GUINT64_CONSTANT (0x100000000) * 4097);
}

/* The compact scale's cuts as one would find them with all the time in the world: all holes in one
 * array, sorted; and from the middle of each, what is kept is taken away piece by piece. */
typedef struct
{
  struct lac_range range;
  gboolean in_region;
  gboolean is_outside;
} NaiveHole;

static int
compare_by_size (gconstpointer a,
                 gconstpointer b)
{
  struct lac_range range_a = ((const NaiveHole *) a)->range;
  struct lac_range range_b = ((const NaiveHole *) b)->range;
  guint64 size_a = lac_range_size (range_a);
  guint64 size_b = lac_range_size (range_b);

  if (size_a != size_b)
    return size_a > size_b ? -1 : 1;
  return range_a.start < range_b.start ? -1 : range_a.start > range_b.start;
}

static int
compare_by_start (gconstpointer a,
                  gconstpointer b)
{
  guint64 start_a = ((const struct lac_range *) a)->start;
  guint64 start_b = ((const struct lac_range *) b)->start;

  return start_a < start_b ? -1 : start_a > start_b;
}

static GArray *
naive_holes (Map     *map,
             guint64 *out_accessible)
{
  GArray *holes = g_array_new (FALSE, FALSE, sizeof (NaiveHole));
  struct lac_range user = lac_map_space (map)->user;
  gsize n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  guint64 end = n_regions > 0 ? MAX (user.end, regions[n_regions - 1].end) : user.end;
  const guint64 limits[] = { user.start, user.end, G_MAXUINT64 };
  guint64 position = 0;

  *out_accessible = 0;
  for (gsize i = 0; i <= n_regions; i++)
    {
      guint64 until = i < n_regions ? regions[i].start : end;

      for (gsize part = 0; part < G_N_ELEMENTS (limits); part++)
        {
          NaiveHole hole = { { position, MIN (until, limits[part]) }, FALSE, part != 1 };

          if (hole.range.end <= hole.range.start)
            continue;
          g_array_append_val (holes, hole);
          position = hole.range.end;
        }
      if (i == n_regions)
        break;
      position = regions[i].end;
      if (lacuna_ink_for_region (&regions[i]) != LACUNA_INK_GUARD)
        *out_accessible += regions[i].end - regions[i].start;
      else
        {
          NaiveHole hole = { lac_region_range (&regions[i]), TRUE, FALSE };
          g_array_append_val (holes, hole);
        }
    }

  g_array_sort (holes, compare_by_size);
  return holes;
}

static guint64
naive_margin (const GArray *holes,
              guint64       goal,
              guint64       page_size)
{
  guint64 best = page_size;
  double best_distance = INFINITY;

  for (guint64 margin = page_size; margin <= G_GUINT64_CONSTANT (1) << 62; margin *= 2)
    {
      double taken = 0;

      for (guint i = 0; i < holes->len; i++)
        {
          const NaiveHole *hole = &g_array_index (holes, NaiveHole, i);

          /* What is not among the largest can't be cut, whatever it is. */
          if (i >= 4096)
            taken += (double) lac_range_size (hole->range);
          else if (!hole->is_outside)
            taken += (double) MIN (lac_range_size (hole->range), 2 * margin);
        }
      if (fabs (taken - (double) goal) < best_distance)
        {
          best_distance = fabs (taken - (double) goal);
          best = margin;
        }
    }
  return best;
}

static GArray *
naive_cuts (Map           *map,
            const guint64 *keep,
            gsize          n_keep)
{
  GArray *cuts = g_array_new (FALSE, FALSE, sizeof (LacunaBreak));
  guint64 page_size = lac_map_space (map)->page_size;
  guint64 accessible;
  g_autoptr (GArray) holes = naive_holes (map, &accessible);
  guint64 margin = naive_margin (holes, accessible / 2, page_size);

  for (guint i = 0; i < MIN (holes->len, 4096); i++)
    {
      const NaiveHole *hole = &g_array_index (holes, NaiveHole, i);
      guint64 end_margin = hole->is_outside ? MAX (margin / 4, page_size) : margin;
      g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
      struct lac_range middle = { hole->range.start + end_margin, hole->range.end - end_margin };

      if (lac_range_size (hole->range) <= 2 * end_margin)
        continue;
      g_array_append_val (pieces, middle);

      for (gsize k = 0; k < n_keep; k++)
        {
          struct lac_range kept = { lac_align_down (lac_subtract_saturating (keep[k], margin),
                                                    page_size),
                                    G_MAXUINT64 };

          if (!lac_range_contains (middle, keep[k]))
            continue;
          lac_align_up (lac_add_saturating (keep[k], margin), page_size, &kept.end);
          for (guint p = pieces->len; p-- > 0;)
            {
              struct lac_range piece = g_array_index (pieces, struct lac_range, p);
              struct lac_range below = { piece.start, MIN (piece.end, kept.start) };
              struct lac_range above = { MAX (piece.start, kept.end), piece.end };

              g_array_remove_index (pieces, p);
              if (lac_range_size (below) > 0)
                g_array_append_val (pieces, below);
              if (lac_range_size (above) > 0)
                g_array_append_val (pieces, above);
            }
        }

      for (guint p = 0; p < pieces->len; p++)
        {
          LacunaBreak cut = { g_array_index (pieces, struct lac_range, p), 0, hole->in_region };

          if (lac_range_size (cut.cut) >= page_size)
            g_array_append_val (cuts, cut);
        }
    }

  g_array_sort (cuts, compare_by_start);
  return cuts;
}

static void
test_compact_cuts_as_the_naive_model (void)
{
  g_autoptr (GRand) random = new_random ();
  int n_cut = 0;

  for (int round = 0; round < 400; round++)
    {
      g_autoptr (Map) map = round == 0 ? random_map (random, 30000, USER_47) : some_map (random);
      g_autoptr (LacunaCensus) census = lacuna_census_new (map);

      for (int i = 0; i < 4; i++)
        {
          guint64 keep[5];
          gsize n_keep = g_rand_int_range (random, 0, 6);
          g_autoptr (LacunaScale) scale = NULL;
          g_autoptr (LacunaScale) alone = NULL;
          g_autoptr (GArray) cuts = NULL;
          const LacunaBreak *breaks;
          const LacunaBreak *others;
          gsize n_breaks;
          gsize n_others;

          for (gsize k = 0; k < n_keep; k++)
            keep[k] = k > 0 && g_rand_boolean (random)
                        ? keep[k - 1] + g_rand_int_range (random, 0, 1 << 30)
                        : random_64 (random) % lac_map_space (map)->user.end;

          scale = lacuna_census_new_scale (census, LACUNA_SCALE_COMPACT, keep, n_keep);
          alone = lacuna_scale_new (LACUNA_SCALE_COMPACT, map, keep, n_keep);
          cuts = naive_cuts (map, keep, n_keep);
          breaks = lacuna_scale_get_breaks (scale, &n_breaks);
          others = lacuna_scale_get_breaks (alone, &n_others);
          g_assert_cmpuint (n_breaks, ==, cuts->len);
          g_assert_cmpuint (n_others, ==, n_breaks);
          for (gsize k = 0; k < n_breaks; k++)
            {
              const LacunaBreak *cut = &g_array_index (cuts, LacunaBreak, k);

              g_assert_cmphex (breaks[k].cut.start, ==, cut->cut.start);
              g_assert_cmphex (breaks[k].cut.end, ==, cut->cut.end);
              g_assert_cmpint (breaks[k].in_region, ==, cut->in_region);
              g_assert_cmphex (others[k].cut.start, ==, breaks[k].cut.start);
              g_assert_cmphex (others[k].line, ==, breaks[k].line);
              n_cut++;
            }
          g_assert_cmphex (lacuna_scale_get_length (alone), ==, lacuna_scale_get_length (scale));
          g_assert_cmphex (lacuna_scale_get_extent (alone).end, ==,
                           lacuna_scale_get_extent (scale).end);
          g_assert_cmpint (lacuna_scale_keeps_places (alone), ==,
                           lacuna_scale_keeps_places (scale));
        }
    }

  g_assert_cmpint (n_cut, >, 1000);
}

static void
test_anchor_scale_is_linear (void)
{
  g_autoptr (Map) map = map_with_vsyscall ();
  guint64 anchor = 0x7ffc00000000;
  g_autoptr (LacunaScale) scale = lacuna_scale_new (LACUNA_SCALE_ANCHOR, map, &anchor, 1);

  g_assert_cmpint (lacuna_scale_get_kind (scale), ==, LACUNA_SCALE_ANCHOR);
  g_assert_cmphex (lacuna_scale_get_anchor (scale), ==, anchor);
  g_assert_cmphex (lacuna_scale_to_line (scale, anchor), ==, anchor);
  g_assert_cmphex (lacuna_scale_get_length (scale), ==, USER_47);
}

/* The real number that is the place on the line under @pixel, less @base. */
static double
line_under (const LacunaView  *view,
            const LacunaScale *scale,
            double             pixel,
            guint64            base)
{
  guint64 origin = lacuna_scale_to_line (scale, view->origin);
  double distance = origin >= base ? (double) (origin - base) : -(double) (base - origin);

  return distance + view->fraction + pixel * view->bytes_per_pixel;
}

static void
test_zoom_keeps_what_is_under_the_pointer (void)
{
  g_autoptr (GRand) random = new_random ();
  g_autoptr (Map) map = random_map (random, 300, USER_47);
  const int width = 1600;

  for (int kind = LACUNA_SCALE_LINEAR; kind <= LACUNA_SCALE_ANCHOR; kind++)
    {
      guint64 anchor = USER_47 / 3;
      g_autoptr (LacunaScale) scale = lacuna_scale_new (kind, map, &anchor, 1);
      guint64 length = lacuna_scale_get_length (scale);
      LacunaView view = lacuna_view_fit (scale, lacuna_scale_get_extent (scale), width);
      int checked = 0;

      for (int i = 0; i < 10000; i++)
        {
          LacunaView before = view;
          guint64 base = lacuna_scale_to_line (scale, before.origin);
          double from = g_rand_double_range (random, 0, width);
          double to = from;
          guint64 left;
          double moved;

          if (g_rand_boolean (random))
            {
              view = lacuna_view_zoom (&view, scale, width, from,
                                       exp2 (g_rand_double_range (random, -2.8, 3)));
            }
          else
            {
              double pixels = g_rand_double_range (random, -300, 300);

              to = from - pixels;
              view = lacuna_view_pan (&view, scale, width, pixels);
            }

          g_assert_cmpfloat (view.fraction, >=, 0);
          g_assert_cmpfloat (view.fraction, <, 1);
          g_assert_cmpfloat (view.bytes_per_pixel, >=, 1.0 / 64);

          /* The ends of the line may stop it. */
          left = lacuna_scale_to_line (scale, view.origin);
          if (left == 0
              || (double) left + view.bytes_per_pixel * width
                   >= (double) length - MAX (2, (double) length * 1e-5))
            continue;

          /* Whole bytes are kept, exactly (below); of the real number, a byte at each depth is lost. */
          moved = line_under (&view, scale, to, base) - line_under (&before, scale, from, base);
          g_assert_cmpfloat (fabs (moved), <,
                             MAX (0.5 * MAX (view.bytes_per_pixel, before.bytes_per_pixel), 2));
          checked++;
        }

      /* A map of which hardly anything is left on the line leaves no room to move. */
      if (length > 1 << 20)
        g_assert_cmpint (checked, >, 2000);
    }
}

/* Whether neither end of the line can have stopped @view. */
static gboolean
is_free (const LacunaView  *view,
         const LacunaScale *scale,
         int                width)
{
  guint64 origin = lacuna_scale_to_line (scale, view->origin);
  guint64 length = lacuna_scale_get_length (scale);
  double span = ceil (view->bytes_per_pixel * width) + 2;

  return origin > 0 && span < (double) length && origin < length - (guint64) span;
}

static void
assert_same_view (const LacunaView *a,
                  const LacunaView *b)
{
  g_assert_cmphex (a->origin, ==, b->origin);
  g_assert_cmpfloat (a->fraction, ==, b->fraction);
  g_assert_cmpfloat (a->bytes_per_pixel, ==, b->bytes_per_pixel);
}

/* A depth, evenly on a log scale, from the greatest to that at which everything is shown. */
static double
random_depth (GRand             *random,
              const LacunaScale *scale,
              int                width)
{
  return exp2 (g_rand_double_range (random, -6,
                                    log2 ((double) lacuna_scale_get_length (scale) / width)));
}

/* The byte under the pointer is a whole number, and stays that number: after a zoom from any depth to
 * any other, and in every step of the animation in between. */
static void
test_zoom_keeps_the_byte (void)
{
  g_autoptr (GRand) random = new_random ();
  g_autoptr (Map) map = random_map (random, 300, USER_47);
  const int width = 1600;

  for (int kind = LACUNA_SCALE_LINEAR; kind <= LACUNA_SCALE_ANCHOR; kind++)
    {
      guint64 anchor = USER_47 / 3;
      g_autoptr (LacunaScale) scale = lacuna_scale_new (kind, map, &anchor, 1);
      LacunaView view = lacuna_view_fit (scale, lacuna_scale_get_extent (scale), width);
      int checked = 0;
      int checked_bytes = 0;

      for (int i = 0; i < 10000; i++)
        {
          LacunaView before = view;
          double pixel = g_rand_double_range (random, 0, width);
          guint64 address;
          double depth;

          /* Most screens tell whole pixels, some halves and less. */
          if (i % 2 == 0)
            pixel = floor (pixel);
          if (i % 3 == 0)
            view = before
              = lacuna_view_pan (&view, scale, width, g_rand_double_range (random, -300, 300));

          address = lacuna_view_to_address_at (&before, scale, pixel);
          depth = i % 5 == 0 ? before.bytes_per_pixel / exp2 (g_rand_double_range (random, -1, 1))
                             : random_depth (random, scale, width);
          view = lacuna_view_zoom (&before, scale, width, pixel, before.bytes_per_pixel / depth);

          for (double progress = 0; progress <= 1; progress += 0.0625)
            {
              LacunaView step
                = lacuna_view_zoom_to (&before, scale, width, pixel,
                                       before.bytes_per_pixel
                                         * pow (view.bytes_per_pixel / before.bytes_per_pixel,
                                                progress));

              if (progress == 1)
                assert_same_view (&step, &view);
              if (!is_free (&step, scale, width))
                continue;

              g_assert_cmphex (lacuna_view_to_address_at (&step, scale, pixel), ==, address);
              if (step.bytes_per_pixel >= 1)
                g_assert_cmpint (lacuna_view_to_column (&step, scale, address), ==,
                                 (gint64) pixel);
              else
                checked_bytes++;
              checked++;
            }
        }

      if (lacuna_scale_get_length (scale) > 1 << 20)
        {
          g_assert_cmpint (checked, >, 20000);
          g_assert_cmpint (checked_bytes, >, 1000);
        }
    }
}

/* Forty steps in and forty out end where they began: exactly when every step doubles, and otherwise
 * as exactly as a depth can be told. */
static void
test_zooming_in_and_out_returns (void)
{
  g_autoptr (GRand) random = new_random ();
  const int width = 1600;
  int n_free = 0;

  for (int round = 0; round < 600; round++)
    {
      g_autoptr (Map) map = random_map (random, 300, USER_47);
      guint64 anchor = USER_47 / 3;
      g_autoptr (LacunaScale) scale = lacuna_scale_new (round % 3, map, &anchor, 1);
      LacunaView start = random_view (random, scale, width);
      LacunaView view = start;
      double pixel = floor (g_rand_double_range (random, 0, width));
      double factor = round % 2 == 0 ? 2 : g_rand_double_range (random, 1.05, 2.5);
      int n_steps = MIN (40, (int) floor (log (start.bytes_per_pixel * 64) / log (factor)));
      gboolean is_free_always = is_free (&start, scale, width);

      for (int i = 0; i < n_steps; i++)
        {
          view = lacuna_view_zoom (&view, scale, width, pixel, factor);
          is_free_always &= is_free (&view, scale, width);
        }
      for (int i = 0; i < n_steps; i++)
        view = lacuna_view_zoom (&view, scale, width, pixel, 1 / factor);

      if (!is_free_always)
        continue;
      n_free++;
      if (factor == 2)
        {
          assert_same_view (&view, &start);
          continue;
        }
      g_assert_cmpfloat (fabs (view.bytes_per_pixel / start.bytes_per_pixel - 1), <, 1e-7);
      g_assert_cmphex (lacuna_view_to_address_at (&view, scale, pixel), ==,
                       lacuna_view_to_address_at (&start, scale, pixel));
      for (int column = 0; column < width; column += 160)
        g_assert_cmpfloat (fabs (lacuna_view_to_pixel (
                                   &view, scale, lacuna_view_to_address (&start, scale, column))
                                 - column),
                           <=, 1.001 * MAX (1, 1 / start.bytes_per_pixel));
    }

  g_assert_cmpint (n_free, >, 100);
}

static void
test_zoom_out_ends_with_everything (void)
{
  g_autoptr (GRand) random = new_random ();

  for (int round = 0; round < 300; round++)
    {
      g_autoptr (Map) map = some_map (random);
      g_autoptr (LacunaScale) scale = random_scale (random, map);
      struct lac_range extent = lacuna_scale_get_extent (scale);
      int width = g_rand_int_range (random, 1, 4000);
      LacunaView view = random_view (random, scale, width);
      struct lac_range shown;

      for (int i = 0; i < 80; i++)
        view = lacuna_view_zoom (&view, scale, width, g_rand_double_range (random, 0, width), 0.4);
      shown = lacuna_view_get_range (&view, scale, width);
      g_assert_cmphex (shown.start, ==, extent.start);
      g_assert_cmphex (shown.end, ==, extent.end);
    }
}

static void
test_between_keeps_the_fixed_point (void)
{
  g_autoptr (GRand) random = new_random ();
  g_autoptr (Map) map = random_map (random, 300, USER_47);
  g_autoptr (LacunaScale) scale = lacuna_scale_new (LACUNA_SCALE_COMPACT, map, NULL, 0);
  const int width = 1000;

  for (int round = 0; round < 2000; round++)
    {
      LacunaView from = random_view (random, scale, width);
      double pixel = g_rand_double_range (random, 0, width);
      LacunaView to = lacuna_view_zoom (&from, scale, width, pixel,
                                        exp2 (g_rand_double_range (random, 0.1, 5)));
      guint64 base = lacuna_scale_to_line (scale, from.origin);
      double fixed = line_under (&from, scale, pixel, base);

      if (fabs (line_under (&to, scale, pixel, base) - fixed) > 0.01 * to.bytes_per_pixel)
        continue; /* the greatest depth stopped it */

      for (double progress = 0; progress <= 1; progress += 0.125)
        {
          LacunaView view = lacuna_view_between (&from, &to, scale, width, progress);

          g_assert_cmpfloat (view.bytes_per_pixel, <=, from.bytes_per_pixel * 1.0001);
          g_assert_cmpfloat (view.bytes_per_pixel, >=, to.bytes_per_pixel * 0.9999);
          g_assert_cmpfloat (fabs (line_under (&view, scale, pixel, base) - fixed), <=,
                             MAX (0.5 * view.bytes_per_pixel, 2));
        }
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/scale/line-is-exact-inverse", test_line_is_exact_inverse);
  g_test_add_func ("/model/scale/columns-are-exact-inverses", test_columns_are_exact_inverses);
  g_test_add_func ("/model/scale/both-ends-of-the-space", test_both_ends);
  g_test_add_func ("/model/scale/compact-reaches-vsyscall", test_compact_reaches_vsyscall);
  g_test_add_func ("/model/scale/compact-gives-gaps-a-third", test_compact_gives_gaps_a_third);
  g_test_add_func ("/model/scale/compact-cuts-gaps-and-guards",
                   test_compact_cuts_gaps_and_guards);
  g_test_add_func ("/model/scale/compact-does-not-jitter", test_compact_does_not_jitter);
  g_test_add_func ("/model/scale/compact-keeps-what-it-is-told", test_compact_keeps_what_it_is_told);
  g_test_add_func ("/model/scale/compact-parts-gaps-from-outside",
                   test_compact_parts_gaps_from_outside);
  g_test_add_func ("/model/scale/compact-ignores-places-in-view",
                   test_compact_ignores_places_in_view);
  g_test_add_func ("/model/scale/compact-cuts-at-most-4096", test_compact_cuts_at_most_4096);
  g_test_add_func ("/model/scale/compact-cuts-as-the-naive-model",
                   test_compact_cuts_as_the_naive_model);
  g_test_add_func ("/model/scale/anchor-is-linear", test_anchor_scale_is_linear);
  g_test_add_func ("/model/view/zoom-keeps-what-is-under-the-pointer",
                   test_zoom_keeps_what_is_under_the_pointer);
  g_test_add_func ("/model/view/zoom-keeps-the-byte", test_zoom_keeps_the_byte);
  g_test_add_func ("/model/view/zooming-in-and-out-returns", test_zooming_in_and_out_returns);
  g_test_add_func ("/model/view/zooming-out-ends-with-everything",
                   test_zoom_out_ends_with_everything);
  g_test_add_func ("/model/view/between-keeps-the-fixed-point", test_between_keeps_the_fixed_point);

  return g_test_run ();
}
