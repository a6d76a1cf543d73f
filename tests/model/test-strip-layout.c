/* The strip's layout and the census under it, against a naive model that looks at every region.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model/lacuna-strip-layout.h"

#include "random-map.h"

#include <math.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaScale, lacuna_scale_unref)

static void
naive_count (Map             *map,
             struct lac_range range,
             guint64          out_bytes[LACUNA_N_INKS],
             gsize           *out_n_regions)
{
  gsize n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);

  memset (out_bytes, 0, LACUNA_N_INKS * sizeof *out_bytes);
  *out_n_regions = 0;
  for (gsize i = 0; i < n_regions; i++)
    {
      struct lac_range shared = lac_range_intersect (lac_region_range (&regions[i]), range);

      if (lac_range_size (shared) == 0)
        continue;
      out_bytes[lacuna_ink_for_region (&regions[i])] += lac_range_size (shared);
      *out_n_regions += 1;
    }
}

static void
test_census_counts (void)
{
  g_autoptr (GRand) random = new_random ();

  for (int round = 0; round < 300; round++)
    {
      g_autoptr (Map) map = random_map (random, g_rand_int_range (random, 0, 300), USER_47);
      g_autoptr (LacunaCensus) census = lacuna_census_new (map);
      gsize n_regions;
      const struct lac_region *regions = lac_map_regions (map, &n_regions);

      for (int i = 0; i < 100; i++)
        {
          struct lac_range range = { random_64 (random) % USER_47, random_64 (random) % USER_47 };
          guint64 bytes[LACUNA_N_INKS];
          guint64 naive_bytes[LACUNA_N_INKS];
          gsize count;
          gsize naive;

          /* Ends that fall on a region's are where mistakes are made. */
          if (n_regions > 0 && g_rand_boolean (random))
            range.start = regions[g_rand_int_range (random, 0, n_regions)].end;
          if (n_regions > 0 && g_rand_boolean (random))
            range.end = regions[g_rand_int_range (random, 0, n_regions)].start;
          if (range.end < range.start)
            range = (struct lac_range){ range.end, range.start };

          lacuna_census_count (census, range, bytes, &count);
          naive_count (map, range, naive_bytes, &naive);
          g_assert_cmpuint (count, ==, naive);
          g_assert_cmpmem (bytes, sizeof bytes, naive_bytes, sizeof naive_bytes);
        }
    }
}

static void
test_census_runs (void)
{
  g_autoptr (GRand) random = new_random ();

  for (int round = 0; round < 60; round++)
    {
      gsize n_entries = g_rand_int_range (random, 1, round < 50 ? 400 : 20000);
      struct lac_space space = LAC_SPACE_UNKNOWN;
      struct lac_map_builder *builder = lac_map_builder_new (&space);
      g_autoptr (Map) map = NULL;
      g_autoptr (LacunaCensus) census = NULL;
      const struct lac_region *regions;
      guint64 address = 0x10000;
      gsize first = 0;
      const char *name = "/a";
      double change = g_rand_double (random) * g_rand_double (random);

      for (gsize i = 0; i < n_entries; i++)
        {
          struct lac_region_entry entry = { .start = address,
                                            .end = address + 0x1000,
                                            .protection = i % 8,
                                            .kind = LAC_KIND_FILE };

          if (g_rand_double (random) < change)
            name = ((const char *[]){ "/a", "/b", "" })[g_rand_int_range (random, 0, 3)];
          entry.name = name;
          entry.name_length = strlen (name);
          g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
          address = entry.end;
          if (g_rand_double (random) < change)
            address += g_rand_boolean (random) ? 0x10000 : 0x11000;
        }
      g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
      census = lacuna_census_new (map);
      regions = lac_map_regions (map, &n_entries);

      for (gsize i = 1; i <= n_entries; i++)
        {
          if (i < n_entries && regions[i].backing == regions[i - 1].backing
              && regions[i].start - regions[i - 1].end <= 0x10000
              && lac_map_backing (map, &regions[i])->name_length > 0)
            continue;

          for (gsize j = first; j < i; j++)
            {
              gsize run_first;
              gsize run_count;

              lacuna_census_get_run (census, j, &run_first, &run_count);
              g_assert_cmpuint (run_first, ==, first);
              g_assert_cmpuint (run_count, ==, i - first);
            }
          first = i;
        }
    }
}

typedef struct
{
  gboolean is_hole;
  gsize index;
  struct lac_range range;
} NaiveItem;

/* All regions and holes in address order. */
static GArray *
naive_items (Map               *map,
             const LacunaScale *scale)
{
  struct lac_range extent = lacuna_scale_get_extent (scale);
  gsize n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  GArray *items = g_array_new (FALSE, FALSE, sizeof (NaiveItem));
  guint64 position = extent.start;

  for (gsize i = 0; i <= n_regions; i++)
    {
      NaiveItem hole = { TRUE, i, { position, i < n_regions ? regions[i].start : extent.end } };

      hole.range.end = MIN (hole.range.end, extent.end);
      if (hole.range.end > hole.range.start)
        g_array_append_val (items, hole);
      if (i < n_regions && regions[i].start < extent.end)
        {
          NaiveItem region = { FALSE, i, lac_region_range (&regions[i]) };
          g_array_append_val (items, region);
          position = region.range.end;
        }
      else
        position = extent.end;
    }

  return items;
}

static gboolean
naive_is_cut (const LacunaScale *scale,
              struct lac_range   range)
{
  gsize n_breaks;
  const LacunaBreak *breaks = lacuna_scale_get_breaks (scale, &n_breaks);

  for (gsize i = 0; i < n_breaks; i++)
    if (lac_range_overlaps (breaks[i].cut, range))
      return TRUE;
  return FALSE;
}

/* Bytes in @range of regions that are cut out. */
static guint64
naive_cut_guards (const LacunaScale *scale,
                  struct lac_range   range)
{
  gsize n_breaks;
  const LacunaBreak *breaks = lacuna_scale_get_breaks (scale, &n_breaks);
  guint64 sum = 0;

  for (gsize i = 0; i < n_breaks; i++)
    if (breaks[i].in_region)
      sum += lac_range_size (lac_range_intersect (breaks[i].cut, range));
  return sum;
}

/* What the piece at @column has to be, by looking at everything. */
static LacunaPiece
naive_piece (Map               *map,
             GArray            *items,
             const LacunaScale *scale,
             const LacunaView  *view,
             int                column)
{
  struct lac_range extent = lacuna_scale_get_extent (scale);
  guint64 start = lacuna_view_to_address (view, scale, column);
  guint64 end = lacuna_view_to_address (view, scale, column + 1);
  const NaiveItem *owner = NULL;
  gboolean holds_whole = FALSE;
  LacunaPiece piece = { 0 };
  gsize n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);

  for (guint i = 0; i < items->len; i++)
    {
      const NaiveItem *item = &g_array_index (items, NaiveItem, i);

      /* What reaches the end of the space is taken to go on. */
      if (end > start && item->range.start >= start && item->range.end <= end
          && item->range.end < extent.end
          && !(item->range.start == start && item->range.end == end))
        holds_whole = TRUE;
      /* The upper one of two that meet. */
      if (item->range.start < MAX (end, start + 1) && item->range.end > start)
        owner = item;
    }
  g_assert_nonnull (owner);

  if (holds_whole)
    {
      guint64 bytes[LACUNA_N_INKS];
      guint64 mapped = 0;
      gsize count;
      guint64 span = lacuna_scale_to_line (scale, end) - lacuna_scale_to_line (scale, start);

      naive_count (map, (struct lac_range){ start, end }, bytes, &count);
      bytes[LACUNA_INK_GUARD] -= naive_cut_guards (scale, (struct lac_range){ start, end });
      piece.kind = LACUNA_PIECE_DENSITY;
      piece.count = (guint32) count;
      for (int ink = 0; ink < LACUNA_N_INKS; ink++)
        {
          mapped += bytes[ink];
          if (bytes[ink] > bytes[piece.ink])
            piece.ink = ink;
        }
      piece.filled = mapped >= span ? 255 : (guint8) MAX (1, (double) mapped / (double) span * 255);
      while (regions[piece.first].end <= start)
        piece.first++;
    }
  else if (owner->is_hole)
    {
      piece.kind = naive_is_cut (scale, owner->range) ? LACUNA_PIECE_BREAK : LACUNA_PIECE_GAP;
      piece.first = (guint32) owner->index;
    }
  else
    {
      piece.kind = LACUNA_PIECE_REGION;
      piece.first = (guint32) owner->index;
      piece.count = 1;
      piece.ink = lacuna_ink_for_region (&regions[owner->index]);
      piece.filled = 255;
    }

  return piece;
}

static void
check_layout (Map               *map,
              LacunaCensus      *census,
              const LacunaScale *scale,
              const LacunaView  *view,
              int                width)
{
  g_autoptr (LacunaStripLayout) layout = lacuna_strip_layout_new (census, scale, view, width);
  g_autoptr (GArray) items = naive_items (map, scale);
  struct lac_range extent = lacuna_scale_get_extent (scale);
  gsize n_pieces;
  gsize n_modules;
  gsize n_regions;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (layout, &n_pieces);
  const LacunaModule *modules = lacuna_strip_layout_get_modules (layout, &n_modules);
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  int column = 0;
  gsize module = 0;

  g_assert_null (lacuna_strip_layout_find (layout, -1));
  g_assert_null (lacuna_strip_layout_find (layout, width));

  for (gsize i = 0; i < n_pieces; i++)
    {
      g_assert_cmpint (pieces[i].start, ==, column);
      g_assert_cmpint (pieces[i].end, >, column);
      if (pieces[i].kind == LACUNA_PIECE_DENSITY)
        g_assert_cmpint (pieces[i].end, ==, column + 1);

      for (; column < pieces[i].end; column++)
        {
          LacunaPiece naive = naive_piece (map, items, scale, view, column);

          g_assert_true (lacuna_strip_layout_find (layout, column) == &pieces[i]);
          g_assert_cmpint (pieces[i].kind, ==, naive.kind);
          g_assert_cmpint (pieces[i].first, ==, naive.first);
          g_assert_cmpint (pieces[i].count, ==, naive.count);
          if (naive.count > 0)
            {
              g_assert_cmpint (pieces[i].ink, ==, naive.ink);
              g_assert_cmpint (pieces[i].filled, ==, naive.filled);
            }
        }
    }
  if (column < width)
    g_assert_cmpuint (lacuna_view_to_address (view, scale, column), ==, extent.end);

  /* Every run that is wide enough, and no other. */
  for (gsize first = 0; first < n_regions;)
    {
      gsize run_first;
      gsize count;
      gint64 start;
      gint64 end;

      lacuna_census_get_run (census, first, &run_first, &count);
      g_assert_cmpuint (run_first, ==, first);
      start = lacuna_view_to_column (view, scale, regions[first].start);
      end = lacuna_view_to_column (view, scale, regions[first + count - 1].end);
      start = CLAMP (start, 0, column);
      end = CLAMP (end, 0, column);
      if (end - start >= LACUNA_LABEL_WIDTH)
        {
          g_assert_cmpuint (module, <, n_modules);
          g_assert_cmpint (modules[module].start, ==, start);
          g_assert_cmpint (modules[module].end, ==, end);
          g_assert_cmpint (modules[module].first, ==, first);
          g_assert_cmpint (modules[module].count, ==, count);
          if (module > 0)
            g_assert_cmpint (modules[module - 1].end, <=, modules[module].start);
          module++;
        }
      first += count;
    }
  g_assert_cmpuint (module, ==, n_modules);
}

static void
test_layout_against_naive (void)
{
  g_autoptr (GRand) random = new_random ();

  for (int round = 0; round < 400; round++)
    {
      guint64 end = ((guint64[]){ USER_47, USER_47, 0xffffe000, LAC_ADDRESS_END })[round % 4];
      g_autoptr (Map) map = round % 50 == 0
                              ? map_with_vsyscall ()
                              : random_map (random, g_rand_int_range (random, 0, 250), end);
      g_autoptr (LacunaCensus) census = lacuna_census_new (map);
      guint64 keep = random_64 (random) % end;
      g_autoptr (LacunaScale) scale = lacuna_scale_new (round % 3, map, &keep, 1);
      guint64 length = lacuna_scale_get_length (scale);
      gsize n_regions;
      const struct lac_region *regions = lac_map_regions (map, &n_regions);

      for (int i = 0; i < 12; i++)
        {
          int width = g_rand_int_range (random, 1, 250);
          double size = exp2 (g_rand_double_range (random, 2, log2 ((double) length)));
          guint64 centre = lacuna_scale_to_address (scale, random_64 (random) % length);
          struct lac_range range;
          LacunaView view;

          if (n_regions > 0 && g_rand_boolean (random))
            centre = regions[g_rand_int_range (random, 0, n_regions)].start;
          range.start = lac_subtract_saturating (centre, (guint64) (size / 2));
          range.end = lac_add_saturating (centre, (guint64) MIN (size / 2, 1e19));
          if (i == 0)
            range = lacuna_scale_get_extent (scale);
          /* Columns that begin where pages do. */
          if (i % 3 == 1)
            range = (struct lac_range){ lac_align_down (centre, 0x1000),
                                        lac_add_saturating (lac_align_down (centre, 0x1000),
                                                            (guint64) width << (i + 4)) };
          view = lacuna_view_fit (scale, range, width);
          check_layout (map, census, scale, &view, width);
        }
    }
}

static void
test_nothing_is_too_small (void)
{
  g_autoptr (Map) map = map_with_vsyscall ();
  g_autoptr (LacunaCensus) census = lacuna_census_new (map);
  g_autoptr (LacunaScale) scale = lacuna_scale_new (LACUNA_SCALE_LINEAR, map, NULL, 0);
  LacunaView view = lacuna_view_fit (scale, lacuna_scale_get_extent (scale), 900);
  g_autoptr (LacunaStripLayout) layout = lacuna_strip_layout_new (census, scale, &view, 900);
  const LacunaPiece *first = lacuna_strip_layout_find (layout, 0);
  gboolean stack = FALSE;

  g_assert_cmpint (first->kind, ==, LACUNA_PIECE_DENSITY);
  g_assert_cmpint (first->ink, ==, LACUNA_INK_CODE);
  g_assert_cmpint (first->count, ==, 2);
  for (int column = 1; column < 900; column++)
    stack |= lacuna_strip_layout_find (layout, column)->ink == LACUNA_INK_STACK
             && lacuna_strip_layout_find (layout, column)->count == 1;
  g_assert_true (stack);
}

static void
test_no_width_is_no_piece (void)
{
  g_autoptr (Map) map = map_with_vsyscall ();
  g_autoptr (LacunaCensus) census = lacuna_census_new (map);
  g_autoptr (LacunaScale) scale = lacuna_scale_new (LACUNA_SCALE_COMPACT, map, NULL, 0);
  LacunaView view = lacuna_view_fit (scale, lacuna_scale_get_extent (scale), 0);
  g_autoptr (LacunaStripLayout) layout = lacuna_strip_layout_new (census, scale, &view, 0);
  gsize n;

  lacuna_strip_layout_get_pieces (layout, &n);
  g_assert_cmpuint (n, ==, 0);
  lacuna_strip_layout_get_modules (layout, &n);
  g_assert_cmpuint (n, ==, 0);
}

static void
test_inks_have_words (void)
{
  for (int ink = 0; ink < LACUNA_N_INKS; ink++)
    {
      g_assert_cmpstr (lacuna_ink_get_name (ink), !=, "");
      g_assert_cmpstr (lacuna_ink_get_label (ink), !=, "");
      g_assert_true (g_str_has_suffix (lacuna_ink_get_sentence (ink), "."));
    }
}

static void
test_image_inks_follow_protection (void)
{
  struct lac_region region = { .kind = LAC_KIND_IMAGE };

  region.protection = LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE;
  g_assert_cmpint (lacuna_ink_for_region (&region), ==, LACUNA_INK_CODE);
  region.protection = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE;
  g_assert_cmpint (lacuna_ink_for_region (&region), ==, LACUNA_INK_CODE);
  region.protection = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE;
  g_assert_cmpint (lacuna_ink_for_region (&region), ==, LACUNA_INK_DATA);
  region.protection = LAC_PROTECTION_READ;
  g_assert_cmpint (lacuna_ink_for_region (&region), ==, LACUNA_INK_READ_ONLY);
  region.kind = LAC_KIND_ANONYMOUS;
  region.protection = LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE;
  g_assert_cmpint (lacuna_ink_for_region (&region), ==, LACUNA_INK_ANONYMOUS);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/ink/has-words", test_inks_have_words);
  g_test_add_func ("/model/ink/of-an-image-follows-protection", test_image_inks_follow_protection);
  g_test_add_func ("/model/census/counts-as-a-walk-does", test_census_counts);
  g_test_add_func ("/model/census/runs-are-of-one-name-and-near", test_census_runs);
  g_test_add_func ("/model/strip-layout/as-a-naive-model", test_layout_against_naive);
  g_test_add_func ("/model/strip-layout/nothing-is-too-small-to-be-seen", test_nothing_is_too_small);
  g_test_add_func ("/model/strip-layout/no-width-is-no-piece", test_no_width_is_no_piece);

  return g_test_run ();
}
