/* The strip: what its layers draw, and when.
 *
 * What is drawn is compared with render nodes on disk, as text. Scenes have no text in them, so that
 * no font matters, and need no display. To take what is drawn now for right, after looking at it:
 *
 *   LACUNA_UPDATE_GOLDENS=1 meson test app-strip
 *
 * The widget's tests run on a display of their own (with-display.sh).
 *
 * SPDX-License-Identifier: MIT
 */
#include "golden.h"
#include "main-loop.h"
#include "strip-map.h"

#include "app/strip/lacuna-overview.h"
#include "app/strip/lacuna-strip-render.h"
#include "app/strip/lacuna-strip.h"

#include "core/hazard.h"

#include <math.h>
#include <string.h>

/* Layers against goldens. */

typedef struct
{
  const char *name;
  const char *map;
  LacunaScaleKind kind;
  struct lac_range range; /* empty: everything */
  guint64 anchor;         /* 0: none */
  guint64 size;           /* 0: no query */
  int scale_factor;
  gboolean dark;
  gboolean high_contrast;
  gboolean upright;
  gboolean mirrored;
  guint dimmed;
  gboolean fills; /* anonymous regions are buffers, each fuller than the one before */
} Golden;

static const Golden goldens[] = {
  { "linear-whole", "x86-32", LACUNA_SCALE_LINEAR, { 0, 0 }, 0, 0, 1, FALSE, FALSE },
  { "compact-whole", "python", LACUNA_SCALE_COMPACT, { 0, 0 }, 0, 0x10000, 1, TRUE, FALSE },
  { "compact-guards", "chromium", LACUNA_SCALE_COMPACT, { 0, 0 }, 0, 0, 1, FALSE, FALSE },
  { "anchor-reach", "chromium", LACUNA_SCALE_ANCHOR, { 0x561b40000000, 0x561c60000000 },
    0x561bcb99e000, 0x10000, 1, TRUE, FALSE },
  { "modules", "gtk", LACUNA_SCALE_COMPACT, { 0x7f7fd1000000, 0x7f7fd1a00000 }, 0x7f7fd1664000,
    0x1000, 2, FALSE, FALSE },
  { "pages", "gtk", LACUNA_SCALE_LINEAR, { 0x7f7fd1800000, 0x7f7fd1820000 }, 0, 0, 1, TRUE, TRUE },
  { "upright-whole", "x86-32", LACUNA_SCALE_COMPACT, { 0, 0 }, 0, 0x10000, 1, FALSE, TRUE, TRUE },
  { "upright-reach", "chromium", LACUNA_SCALE_ANCHOR, { 0x561b40000000, 0x561c60000000 },
    0x561bcb99e000, 0x10000, 1, FALSE, FALSE, TRUE },
  { "upright-mirrored", "gtk", LACUNA_SCALE_COMPACT, { 0x7f7fd1000000, 0x7f7fd1a00000 },
    0x7f7fd1664000, 0x1000, 2, TRUE, FALSE, TRUE, TRUE },
  { "legend", "gtk", LACUNA_SCALE_COMPACT, { 0x7f7fd1000000, 0x7f7fd1a00000 }, 0, 0, 1, FALSE,
    FALSE, FALSE, FALSE, LACUNA_ALL_INKS & ~(1u << LACUNA_INK_CODE) },
  { "fills", "python", LACUNA_SCALE_COMPACT, { 0, 0 }, 0, 0, 1, FALSE, FALSE, FALSE, FALSE, 0,
    TRUE },
  { "fills-upright", "python", LACUNA_SCALE_COMPACT, { 0, 0 }, 0, 0, 2, TRUE, TRUE, TRUE, TRUE, 0,
    TRUE },
};

/* What lies is the same where lines go from right to left. */
static const Golden lying_mirrored
  = { "modules", "gtk", LACUNA_SCALE_COMPACT, { 0x7f7fd1000000, 0x7f7fd1a00000 }, 0x7f7fd1664000,
      0x1000, 2, FALSE, FALSE, FALSE, TRUE };

static void
compare_layer (GskRenderNode *node,
               const char    *name,
               const char    *layer)
{
  g_autofree char *layer_name = g_strdup_printf ("%s-%s", name, layer);

  compare_with_golden (node, layer_name);
}

/* (transfer full) */
static GArray *
fill_anonymous (const struct lac_map *map)
{
  GArray *fills = g_array_new (FALSE, FALSE, sizeof (LacunaStripFill));
  gsize n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);

  for (gsize i = 0; i < n_regions; i++)
    if (regions[i].kind == LAC_KIND_ANONYMOUS)
      {
        struct lac_range range = lac_region_range (&regions[i]);
        LacunaStripFill fill = { range, lac_range_size (range) / 4 * (fills->len % 6) };

        g_array_append_val (fills, fill);
      }
  return fills;
}

static void
test_golden (gconstpointer data)
{
  const Golden *golden = data;
  const int width = 640;
  g_autoptr (Map) map = read_map (golden->map);
  g_autoptr (LacunaCensus) census = lacuna_census_new (map);
  g_autoptr (LacunaScale) scale = lacuna_scale_new (golden->kind, map, &golden->anchor,
                                                    golden->anchor ? 1 : 0);
  int columns = width * golden->scale_factor;
  LacunaView view = lacuna_view_fit (scale,
                                     lac_range_size (golden->range) > 0
                                       ? golden->range
                                       : lacuna_scale_get_extent (scale),
                                     columns);
  g_autoptr (LacunaStripLayout) layout = lacuna_strip_layout_new (census, scale, &view, columns);
  LacunaStripScene scene = {
    .map = map,
    .scale = scale,
    .view = view,
    .layout = layout,
    .columns = columns,
    .scale_factor = golden->scale_factor,
    .height = golden->upright ? 240 : 180,
    .palette = lacuna_palette_get (golden->dark, golden->high_contrast),
    .dimmed = golden->dimmed,
    .census = census,
    .orientation = golden->upright ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL,
    .mirrored = golden->mirrored,
    .low_end = golden->upright ? width + 30 : 0,
  };
  LacunaStripMarks marks = { .anchors = &golden->anchor, .n_anchors = golden->anchor ? 1 : 0 };
  struct lac_gap_query query;
  struct lac_gap gap;
  GskRenderNode *base;
  GskRenderNode *overlay;
  g_autoptr (GArray) fills = NULL;

  if (golden->fills)
    {
      fills = fill_anonymous (map);
      marks.fills = (const LacunaStripFill *) fills->data;
      marks.n_fills = fills->len;
    }
  if (golden->size > 0)
    {
      lac_gap_query_init (&query, map);
      query.anchors = marks.anchors;
      query.n_anchors = marks.n_anchors;
      query.within = LAC_WITHIN_DEFAULT;
      query.size = golden->size;
      query.order = LAC_ORDER_NEAREST;
      g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
      marks.query = &query;
      marks.candidate = &gap;
      marks.matches = &gap;
      marks.n_matches = 1;
    }

  base = lacuna_strip_render_base (&scene);
  overlay = lacuna_strip_render_overlay (&scene, &marks);
  g_assert_nonnull (base);
  g_assert_nonnull (overlay);
  compare_layer (base, golden->name, "base");
  compare_layer (overlay, golden->name, "overlay");
  gsk_render_node_unref (base);
  gsk_render_node_unref (overlay);
}

/* Counts the texts in @node below the ruler and above the footer, none of which may touch @bar. */
static int
count_clear_texts (GskRenderNode         *node,
                   const graphene_rect_t *bar)
{
  graphene_rect_t bounds;
  int n_texts = 0;

  switch (gsk_render_node_get_node_type (node))
    {
    case GSK_CONTAINER_NODE:
      for (guint i = 0; i < gsk_container_node_get_n_children (node); i++)
        n_texts += count_clear_texts (gsk_container_node_get_child (node, i), bar);
      return n_texts;

    case GSK_TEXT_NODE:
    case GSK_TRANSFORM_NODE:
      gsk_render_node_get_bounds (node, &bounds);
      if (bounds.origin.y < bar->origin.y
          || bounds.origin.y + bounds.size.height > bar->origin.y + bar->size.height)
        return 0;
      g_assert_false (graphene_rect_intersection (&bounds, bar, NULL));
      return 1;

    default:
      return 0;
    }
}

/* A label half covered by the candidate would say a wrong number. */
static void
test_labels_keep_clear_of_the_candidate (void)
{
  g_autoptr (Map) map = read_map ("static");
  g_autoptr (LacunaCensus) census = lacuna_census_new (map);
  g_autoptr (LacunaScale) scale = lacuna_scale_new (LACUNA_SCALE_COMPACT, map, NULL, 0);
  LacunaView view = lacuna_view_fit (scale, lacuna_scale_get_extent (scale), 1600);
  g_autoptr (LacunaStripLayout) layout = lacuna_strip_layout_new (census, scale, &view, 1600);
  GtkWidget *widget = g_object_ref_sink (gtk_label_new (NULL));
  g_autoptr (LacunaLabels) labels = lacuna_labels_new (gtk_widget_get_pango_context (widget));
  LacunaStripScene scene = {
    .map = map,
    .scale = scale,
    .view = view,
    .layout = layout,
    .columns = 1600,
    .scale_factor = 1,
    .height = 180,
    .palette = lacuna_palette_get (FALSE, FALSE),
    .labels = labels,
  };
  LacunaStripSpan band = lacuna_strip_scene_band (&scene);
  int n_texts[2] = { 0, 0 };
  gsize n_regions;

  lac_map_regions (map, &n_regions);
  for (gsize index = 0; index <= n_regions; index++)
    for (int part = 0; part < 8; part++)
      {
        struct lac_range range = lac_map_gap (map, index);
        struct lac_gap_query query;
        struct lac_gap gap;
        LacunaStripMarks marks = { .query = &query, .candidate = &gap };
        LacunaStripSpan bar;
        GskRenderNode *node;

        lac_gap_query_init (&query, map);
        query.size = 0x4000;
        if (lac_gap_check (map, &query, index, &gap, NULL) != LAC_OK)
          continue;

        /* All over the part of the gap that is on the line. */
        gap.candidate = lacuna_scale_to_address (
          scale, lacuna_scale_to_line (scale, range.start)
                   + (lacuna_scale_to_line (scale, range.end)
                      - lacuna_scale_to_line (scale, range.start))
                       / 8 * (guint64) part);
        g_assert_true (lacuna_strip_candidate_bar (&scene, &marks, &bar));
        node = lacuna_strip_render_overlay (&scene, &marks);
        n_texts[part == 0] += count_clear_texts (
          node, &GRAPHENE_RECT_INIT ((float) bar.start, (float) band.start,
                                     (float) lacuna_strip_span_size (bar),
                                     (float) lacuna_strip_span_size (band)));
        gsk_render_node_unref (node);
      }

  g_assert_cmpint (n_texts[0], >, 0);
  g_assert_cmpint (n_texts[1], >, 0);
  g_object_unref (widget);
}

/* Adds what each text on the ruler reads, as glyphs, to @texts. */
static void
collect_ruler_texts (GskRenderNode *node,
                     double         ruler,
                     GPtrArray     *texts)
{
  graphene_rect_t bounds;
  GString *text;
  const PangoGlyphInfo *glyphs;
  guint n_glyphs;

  gsk_render_node_get_bounds (node, &bounds);
  switch (gsk_render_node_get_node_type (node))
    {
    case GSK_CONTAINER_NODE:
      for (guint i = 0; i < gsk_container_node_get_n_children (node); i++)
        collect_ruler_texts (gsk_container_node_get_child (node, i), ruler, texts);
      return;

    case GSK_TRANSFORM_NODE:
      if (bounds.origin.y < ruler)
        collect_ruler_texts (gsk_transform_node_get_child (node), G_MAXDOUBLE, texts);
      return;

    case GSK_TEXT_NODE:
      if (bounds.origin.y >= ruler)
        return;
      /* GTK 4.8 declares the getter pure, so that compilers drop what it says through a pointer. */
      glyphs = gsk_text_node_get_glyphs (node, NULL);
      n_glyphs = gsk_text_node_get_num_glyphs (node);
      /* A mark of direction is drawn as nothing. */
      if (n_glyphs == 0)
        return;
      text = g_string_new (NULL);
      for (guint i = 0; i < n_glyphs; i++)
        g_string_append_printf (text, "%u ", glyphs[i].glyph);
      g_ptr_array_add (texts, g_string_free (text, FALSE));
      return;

    default:
      return;
    }
}

/* Far from the anchor, distances are rounded to more than the ruler's step. */
static void
test_ruler_never_repeats_itself (void)
{
  g_autoptr (Map) map = read_map ("python");
  g_autoptr (LacunaCensus) census = lacuna_census_new (map);
  const guint64 anchor = 0x7ff000123000;
  g_autoptr (LacunaScale) scale = lacuna_scale_new (LACUNA_SCALE_ANCHOR, map, &anchor, 1);
  GtkWidget *widget = g_object_ref_sink (gtk_label_new (NULL));
  g_autoptr (LacunaLabels) labels = lacuna_labels_new (gtk_widget_get_pango_context (widget));
  LacunaStripMarks marks = { .anchors = &anchor, .n_anchors = 1 };
  LacunaStripMargins margins = lacuna_strip_margins (GTK_ORIENTATION_HORIZONTAL, labels);

  for (int distance = 12; distance < 46; distance += 3)
    for (int size = 10; size < 44; size++)
      {
        guint64 start = anchor - (G_GUINT64_CONSTANT (1) << distance);
        struct lac_range range = { start, start + (G_GUINT64_CONSTANT (1) << size) };
        LacunaView view = lacuna_view_fit (scale, range, 1240);
        g_autoptr (LacunaStripLayout) layout = lacuna_strip_layout_new (census, scale, &view, 1240);
        LacunaStripScene scene = {
          .map = map,
          .scale = scale,
          .view = view,
          .layout = layout,
          .columns = 1240,
          .scale_factor = 1,
          .height = 180,
          .palette = lacuna_palette_get (FALSE, FALSE),
          .labels = labels,
        };
        g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
        GskRenderNode *node = lacuna_strip_render_overlay (&scene, &marks);

        collect_ruler_texts (node, margins.ruler, texts);
        g_assert_cmpuint (texts->len, >, 2);
        for (guint i = 0; i < texts->len; i++)
          for (guint j = 0; j < i; j++)
            g_assert_cmpstr (g_ptr_array_index (texts, i), !=, g_ptr_array_index (texts, j));
        gsk_render_node_unref (node);
      }

  g_object_unref (widget);
}

/* The widget. */

typedef struct
{
  GtkWidget *window;
  LacunaStrip *strip;
  GtkWidget *overview;
  LacunaSnapshot *snapshot;
  LacunaCensus *census;
  int n_view_changes;
  int n_selected;
  guint64 selected;
} Fixture;

static void
count_cb (gpointer strip,
          int     *count)
{
  *count += 1;
}

static void
selected_cb (LacunaStrip *strip,
             guint64      address,
             Fixture     *fixture)
{
  fixture->n_selected++;
  fixture->selected = address;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (Map) map = read_map (data);
  LacunaOrigin origin = { .kind = LACUNA_TARGET_FILE, .name = (char *) "maps",
                          .source_path = (char *) "maps", .source = "maps-text" };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  fixture->snapshot = lacuna_snapshot_new (map, &origin, 0);
  fixture->census = lacuna_census_new (map);
  fixture->window = gtk_window_new ();
  fixture->strip = LACUNA_STRIP (lacuna_strip_new ());
  fixture->overview = lacuna_overview_new ();
  lacuna_overview_set_strip (LACUNA_OVERVIEW (fixture->overview), fixture->strip);
  g_signal_connect (fixture->strip, "view-changed", G_CALLBACK (count_cb),
                    &fixture->n_view_changes);
  g_signal_connect (fixture->strip, "selected", G_CALLBACK (selected_cb), fixture);
  lacuna_strip_set_snapshot (fixture->strip, fixture->snapshot, fixture->census, FALSE);

  gtk_box_append (GTK_BOX (box), fixture->overview);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (fixture->strip));
  gtk_window_set_child (GTK_WINDOW (fixture->window), box);
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 900, 300);
  gtk_window_present (GTK_WINDOW (fixture->window));
  for (int i = 0; i < 100 && lacuna_strip_get_n_renders (fixture->strip) == 0; i++)
    run_for (50);
  g_assert_cmpuint (lacuna_strip_get_n_renders (fixture->strip), >, 0);
  run_for (100);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  run_for (20);
  lacuna_census_unref (fixture->census);
  g_object_unref (fixture->snapshot);
}

static void
test_starts_with_everything (Fixture      *fixture,
                             gconstpointer data)
{
  struct lac_range visible = lacuna_strip_get_visible (fixture->strip);
  struct lac_range extent = lacuna_scale_get_extent (lacuna_strip_get_scale (fixture->strip));

  g_assert_cmpint (lacuna_strip_get_columns (fixture->strip), >, 600);
  g_assert_cmphex (visible.start, ==, extent.start);
  g_assert_cmphex (visible.end, ==, extent.end);
}

/* Hover is set as the pointer does; selecting and focus are drawn after the base as well. */
static void
test_pointer_does_not_render (Fixture      *fixture,
                              gconstpointer data)
{
  guint before = lacuna_strip_get_n_renders (fixture->strip);
  gsize n_regions;
  const struct lac_region *regions = lac_map_regions (lacuna_snapshot_get_map (fixture->snapshot),
                                                      &n_regions);

  for (gsize i = 0; i < 40; i++)
    {
      lacuna_strip_set_hover (fixture->strip, TRUE, regions[i * n_regions / 40].start);
      lacuna_strip_set_selection (fixture->strip, lac_region_range (&regions[i]));
      run_for (20);
    }
  lacuna_strip_set_hover (fixture->strip, FALSE, 0);
  gtk_widget_grab_focus (GTK_WIDGET (fixture->strip));
  run_for (50);
  g_assert_cmpuint (lacuna_strip_get_n_renders (fixture->strip), ==, before);

  lacuna_strip_zoom (fixture->strip, 2, FALSE);
  run_for (100);
  g_assert_cmpuint (lacuna_strip_get_n_renders (fixture->strip), ==, before + 1);
}

static void
test_style_renders_again (Fixture      *fixture,
                          gconstpointer data)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();
  guint before = lacuna_strip_get_n_renders (fixture->strip);

  adw_style_manager_set_color_scheme (manager, ADW_COLOR_SCHEME_FORCE_DARK);
  run_for (400);
  g_assert_cmpuint (lacuna_strip_get_n_renders (fixture->strip), >, before);
  adw_style_manager_set_color_scheme (manager, ADW_COLOR_SCHEME_FORCE_LIGHT);
  run_for (400);
}

static void
test_actions_move_the_view (Fixture      *fixture,
                            gconstpointer data)
{
  GtkWidget *widget = GTK_WIDGET (fixture->strip);
  LacunaView whole = lacuna_strip_get_view (fixture->strip);
  LacunaView view;
  int before = fixture->n_view_changes;

  g_assert_true (gtk_widget_activate_action (widget, "strip.zoom-in", NULL));
  g_assert_true (gtk_widget_activate_action (widget, "strip.zoom-in", NULL));
  view = lacuna_strip_get_view (fixture->strip);
  g_assert_cmpfloat (fabs (view.bytes_per_pixel * 4 / whole.bytes_per_pixel - 1), <, 1e-6);
  g_assert_cmpint (fixture->n_view_changes, >=, before + 2);

  gtk_widget_activate_action (widget, "strip.pan-higher", NULL);
  g_assert_cmphex (lacuna_strip_get_view (fixture->strip).origin, >, view.origin);
  gtk_widget_activate_action (widget, "strip.pan-lower", NULL);
  gtk_widget_activate_action (widget, "strip.zoom-out", NULL);
  gtk_widget_activate_action (widget, "strip.show-all", NULL);
  view = lacuna_strip_get_view (fixture->strip);
  g_assert_cmpfloat (view.bytes_per_pixel, ==, whole.bytes_per_pixel);
  g_assert_cmphex (view.origin, ==, whole.origin);
}

/* Stepping goes over every region and every gap, once, and back. */
static void
test_steps_over_everything (Fixture      *fixture,
                            gconstpointer data)
{
  GtkWidget *widget = GTK_WIDGET (fixture->strip);
  gsize n_regions;
  int n_steps = 0;
  guint64 end = lacuna_scale_get_extent (lacuna_strip_get_scale (fixture->strip)).end;
  guint64 last = 0;

  lac_map_regions (lacuna_snapshot_get_map (fixture->snapshot), &n_regions);
  gtk_widget_activate_action (widget, "strip.select-next-any", NULL);
  while (lacuna_strip_get_selection (fixture->strip).end < end)
    {
      gtk_widget_activate_action (widget, "strip.select-next-any", NULL);
      g_assert_cmphex (fixture->selected, >, last);
      g_assert_cmphex (fixture->selected, ==, lacuna_strip_get_selection (fixture->strip).start);
      last = fixture->selected;
      n_steps++;
    }
  g_assert_cmpint (n_steps, >=, n_regions);
  g_assert_cmpint (fixture->n_selected, ==, n_steps + 1);

  for (; n_steps > 0; n_steps--)
    gtk_widget_activate_action (widget, "strip.select-previous-any", NULL);
  g_assert_cmphex (lacuna_strip_get_selection (fixture->strip).start, ==,
                   lac_map_space (lacuna_snapshot_get_map (fixture->snapshot))->user.start);

  /* Nothing is below that. */
  gtk_widget_activate_action (widget, "strip.select-previous-any", NULL);
  g_assert_cmphex (lacuna_strip_get_selection (fixture->strip).start, ==,
                   lac_map_space (lacuna_snapshot_get_map (fixture->snapshot))->user.start);
}

static void
test_scale_keeps_the_middle (Fixture      *fixture,
                             gconstpointer data)
{
  gsize n_regions;
  const struct lac_region *regions = lac_map_regions (lacuna_snapshot_get_map (fixture->snapshot),
                                                      &n_regions);
  struct lac_range range = lac_region_range (&regions[n_regions / 2]);
  guint64 middle = range.start + lac_range_size (range) / 2;

  lacuna_strip_show_range (fixture->strip, range, FALSE);
  for (int kind = LACUNA_SCALE_LINEAR; kind <= LACUNA_SCALE_ANCHOR; kind++)
    {
      LacunaView view;
      double x;

      lacuna_strip_set_scale_kind (fixture->strip, kind);
      view = lacuna_strip_get_view (fixture->strip);
      x = lacuna_view_to_pixel (&view, lacuna_strip_get_scale (fixture->strip), middle);
      g_assert_cmpfloat (fabs (x - lacuna_strip_get_columns (fixture->strip) / 2.0), <, 3);
    }
}

static void
test_refresh_keeps_the_view (Fixture      *fixture,
                             gconstpointer data)
{
  gsize n_regions;
  const struct lac_region *regions = lac_map_regions (lacuna_snapshot_get_map (fixture->snapshot),
                                                      &n_regions);
  LacunaView before;
  LacunaView after;

  lacuna_strip_show_range (fixture->strip, lac_region_range (&regions[n_regions / 3]), FALSE);
  lacuna_strip_set_selection (fixture->strip, lac_region_range (&regions[n_regions / 3]));
  before = lacuna_strip_get_view (fixture->strip);
  for (int i = 0; i < 50; i++)
    lacuna_strip_set_snapshot (fixture->strip, fixture->snapshot, fixture->census, TRUE);
  after = lacuna_strip_get_view (fixture->strip);
  g_assert_cmphex (after.origin, ==, before.origin);
  g_assert_cmpfloat (after.fraction, ==, before.fraction);
  g_assert_cmpfloat (after.bytes_per_pixel, ==, before.bytes_per_pixel);
  g_assert_cmphex (lacuna_strip_get_selection (fixture->strip).start, ==,
                   regions[n_regions / 3].start);

  lacuna_strip_set_snapshot (fixture->strip, NULL, NULL, FALSE);
  g_assert_null (lacuna_strip_get_scale (fixture->strip));
  run_for (60);
}

static void
test_describes_what_is_there (Fixture      *fixture,
                              gconstpointer data)
{
  gsize n_regions;
  const struct lac_map *map = lacuna_snapshot_get_map (fixture->snapshot);
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  gsize index;
  g_autofree char *region = NULL;
  g_autofree char *gap = NULL;

  g_assert_cmpint (lac_map_find_name (map, "[heap]", 6, &index), ==, LAC_OK);
  region = lacuna_strip_describe (fixture->strip, regions[index].start);
  g_assert_nonnull (strstr (region, "[heap]"));
  g_assert_nonnull (strstr (region, "rw-p"));
  gap = lacuna_strip_describe (fixture->strip, regions[index].end);
  g_assert_nonnull (strstr (gap, "free"));
  g_assert_nonnull (strstr (gap, lac_hazard_sentence (LAC_HAZARD_HEAP_GROWTH)));
  g_assert_null (lacuna_strip_describe (fixture->strip, LAC_ADDRESS_END));
}

static void
test_gaps_end_with_user_space (Fixture      *fixture,
                               gconstpointer data)
{
  const struct lac_map *map = lacuna_snapshot_get_map (fixture->snapshot);
  struct lac_range user = lac_map_space (map)->user;
  g_autofree char *below = lacuna_strip_describe (fixture->strip, user.start - 1);
  g_autofree char *lowest = lacuna_strip_describe (fixture->strip, user.start);
  g_autofree char *highest = lacuna_strip_describe (fixture->strip, user.end - 1);
  g_autofree char *above = lacuna_strip_describe (fixture->strip, user.end);

  g_assert_cmpstr (above, ==, "Outside user space: a program can't map anything here.");
  g_assert_nonnull (strstr (below, "a program can't map anything here."));
  g_assert_nonnull (strstr (lowest, "free"));
  g_assert_nonnull (strstr (lowest, "\n0x1000 – "));
  g_assert_nonnull (strstr (highest, "free"));
  g_assert_nonnull (strstr (highest, " – 7fff ffff f000"));
}

/* A reservation of which most is left out says so, and what is shown whole does not. */
static void
test_says_what_is_cut_short (Fixture      *fixture,
                             gconstpointer data)
{
  gsize n_regions;
  const struct lac_region *regions = lac_map_regions (lacuna_snapshot_get_map (fixture->snapshot),
                                                      &n_regions);
  gsize n_cut = 0;

  for (gsize i = 0; i < n_regions; i++)
    {
      g_autofree char *text = lacuna_strip_describe (fixture->strip, regions[i].start);
      gboolean cut = lacuna_scale_is_cut (lacuna_strip_get_scale (fixture->strip),
                                          lac_region_range (&regions[i]));

      g_assert_cmpint (strstr (text, "cut short here") != NULL, ==, cut);
      n_cut += cut;
    }
  g_assert_cmpuint (n_cut, >, 0);
  g_assert_cmpuint (n_cut, <, n_regions);

  lacuna_strip_set_scale_kind (fixture->strip, LACUNA_SCALE_LINEAR);
  for (gsize i = 0; i < n_regions; i++)
    {
      g_autofree char *text = lacuna_strip_describe (fixture->strip, regions[i].start);

      if (text)
        g_assert_null (strstr (text, "cut short here"));
    }
}

/* The breaks of the scale, as text. */
static char *
print_breaks (LacunaStrip *strip)
{
  GString *text = g_string_new (NULL);
  gsize n_breaks;
  const LacunaBreak *breaks = lacuna_scale_get_breaks (lacuna_strip_get_scale (strip), &n_breaks);

  for (gsize i = 0; i < n_breaks; i++)
    g_string_append_printf (text, "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x\n",
                            breaks[i].cut.start, breaks[i].cut.end);
  return g_string_free (text, FALSE);
}

/* What was typed before leaves no trace, in whichever order it came. */
static void
test_same_anchors_same_picture (Fixture      *fixture,
                                gconstpointer data)
{
  const guint64 anchors[] = { 0x10000000000, 0x10000001000, 0x200000000000 };
  struct lac_gap candidate = { .candidate = 0x10000002000 };
  g_autofree char *before = print_breaks (fixture->strip);
  g_autofree char *both = NULL;
  g_autofree char *other = NULL;
  g_autofree char *again = NULL;
  g_autofree char *after = NULL;
  LacunaView whole = lacuna_strip_get_view (fixture->strip);

  lacuna_strip_set_anchors (fixture->strip, anchors, 1);
  lacuna_strip_set_candidate (fixture->strip, &candidate);
  both = print_breaks (fixture->strip);
  g_assert_cmpstr (both, !=, before);

  lacuna_strip_set_anchors (fixture->strip, anchors + 1, 2);
  other = print_breaks (fixture->strip);
  g_assert_cmpstr (other, !=, both);

  lacuna_strip_set_anchors (fixture->strip, NULL, 0);
  lacuna_strip_set_candidate (fixture->strip, NULL);
  after = print_breaks (fixture->strip);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpfloat (lacuna_strip_get_view (fixture->strip).bytes_per_pixel, ==,
                     whole.bytes_per_pixel);

  lacuna_strip_set_candidate (fixture->strip, &candidate);
  lacuna_strip_set_anchors (fixture->strip, anchors, 1);
  again = print_breaks (fixture->strip);
  g_assert_cmpstr (again, ==, both);

  lacuna_strip_set_scale_kind (fixture->strip, LACUNA_SCALE_ANCHOR);
  g_assert_cmphex (lacuna_scale_get_anchor (lacuna_strip_get_scale (fixture->strip)), ==,
                   anchors[0]);
  lacuna_strip_set_anchors (fixture->strip, NULL, 0);
  g_assert_cmphex (lacuna_scale_get_anchor (lacuna_strip_get_scale (fixture->strip)), ==, 0);
}

/* Text on every ink, in every style, and what else has to be read. */
static void
test_contrast (void)
{
  for (int style = 0; style < 4; style++)
    {
      const LacunaPalette *palette = lacuna_palette_get (style & 1, style & 2);

      for (int ink = 0; ink < LACUNA_N_INKS; ink++)
        {
          g_assert_cmpfloat (lacuna_palette_contrast (&palette->ink[ink], &palette->ink_text[ink]),
                             >=, 4.5);
          if (palette->high_contrast)
            g_assert_cmpfloat (lacuna_palette_contrast (&palette->ink[ink], &palette->free), >=, 3);
        }
      g_assert_cmpfloat (lacuna_palette_contrast (&palette->text, &palette->surface), >=, 7);
      g_assert_cmpfloat (lacuna_palette_contrast (&palette->text_dim, &palette->surface), >=, 4.5);
      g_assert_cmpfloat (lacuna_palette_contrast (&palette->text_dim, &palette->free), >=, 4.5);
      g_assert_cmpfloat (lacuna_palette_contrast (&palette->fit_text, &palette->surface), >=, 4.5);
      g_assert_cmpfloat (lacuna_palette_contrast (&palette->accent, &palette->surface), >=, 4.5);
      g_assert_cmpfloat (lacuna_palette_contrast (&palette->fit, &palette->free), >=, 2.8);
      g_assert_cmpfloat (lacuna_palette_contrast (&palette->risk, &palette->free), >=, 3);
    }
}

static void
test_short_names (void)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  static const struct
  {
    const char *name;
    const char *expected;
  } cases[] = {
    { "/usr/lib/x86_64-linux-gnu/libc.so.6", "libc" },
    { "/usr/lib/libgtk-4.so.1.800.3", "libgtk-4" },
    { "/usr/lib/foo.sock/.so", ".so" },
    { "/opt/a.sound/bin.solid", "bin.solid" },
    { "/usr/bin/python3.11", "python3.11" },
    { "[heap]", "[heap]" },
    { "", "anonymous" },
    { "/tmp/line\nbreak", "line break" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      struct lac_map_builder *builder = lac_map_builder_new (&space);
      struct lac_region_entry entry = { .start = 0x10000,
                                        .end = 0x20000,
                                        .protection = LAC_PROTECTION_READ,
                                        .kind = LAC_KIND_ANONYMOUS,
                                        .name = cases[i].name,
                                        .name_length = strlen (cases[i].name) };
      g_autoptr (Map) map = NULL;
      g_autofree char *name = NULL;
      gsize n_regions;

      g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
      g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
      name = lacuna_strip_short_name (map, lac_map_regions (map, &n_regions));
      g_assert_cmpstr (name, ==, cases[i].expected);
    }
}

int
main (int   argc,
      char *argv[])
{
  /* Nobody listens, and the registry would write into this test's output. */
  g_setenv ("GTK_A11Y", "none", TRUE);
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  adw_init ();

  for (gsize i = 0; i < G_N_ELEMENTS (goldens); i++)
    {
      g_autofree char *path = g_strconcat ("/app/strip/draws-as-golden/", goldens[i].name, NULL);

      g_test_add_data_func (path, &goldens[i], test_golden);
    }
  g_test_add_data_func ("/app/strip/draws-as-golden/lying-mirrored", &lying_mirrored, test_golden);
  g_test_add_func ("/app/strip/labels-keep-clear-of-the-candidate",
                   test_labels_keep_clear_of_the_candidate);
  g_test_add_func ("/app/strip/ruler-never-repeats-itself", test_ruler_never_repeats_itself);
  g_test_add_func ("/app/palette/text-is-legible", test_contrast);
  g_test_add_func ("/app/strip/short-names", test_short_names);

#define ADD(path, test) g_test_add (path, Fixture, "python", set_up, test, tear_down)
  ADD ("/app/strip/starts-with-everything", test_starts_with_everything);
  ADD ("/app/strip/pointer-does-not-render-the-base", test_pointer_does_not_render);
  ADD ("/app/strip/style-change-renders-the-base", test_style_renders_again);
  ADD ("/app/strip/actions-move-the-view", test_actions_move_the_view);
  ADD ("/app/strip/steps-over-every-region-and-gap", test_steps_over_everything);
  ADD ("/app/strip/another-scale-keeps-the-middle", test_scale_keeps_the_middle);
  ADD ("/app/strip/refresh-keeps-the-view", test_refresh_keeps_the_view);
  ADD ("/app/strip/describes-what-is-there", test_describes_what_is_there);
  ADD ("/app/strip/gaps-end-with-user-space", test_gaps_end_with_user_space);
  ADD ("/app/strip/same-anchors-same-picture", test_same_anchors_same_picture);
#undef ADD
  g_test_add ("/app/strip/says-what-is-cut-short", Fixture, "chromium", set_up,
              test_says_what_is_cut_short, tear_down);

  return g_test_run ();
}
