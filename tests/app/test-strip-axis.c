/* The strip along its axis: the same whichever way it lies, and drawn on every frame at little cost.
 *
 * SPDX-License-Identifier: MIT
 */
#include "main-loop.h"
#include "strip-map.h"

#include "app/strip/lacuna-overview-private.h"
#include "app/strip/lacuna-strip-private.h"

#include "core/hazard.h"

#include <math.h>
#include <string.h>

/* Texts. */

static gboolean
has_text (GskRenderNode *node)
{
  switch (gsk_render_node_get_node_type (node))
    {
    case GSK_TEXT_NODE:
      return TRUE;

    case GSK_CONTAINER_NODE:
      for (guint i = 0; i < gsk_container_node_get_n_children (node); i++)
        if (has_text (gsk_container_node_get_child (node, i)))
          return TRUE;
      return FALSE;

    case GSK_TRANSFORM_NODE:
      return has_text (gsk_transform_node_get_child (node));

    default:
      return FALSE;
    }
}

/* The bounds of every text in @node. Each is moved into its place by itself. */
static void
collect_texts (GskRenderNode *node,
               GArray        *texts)
{
  graphene_rect_t bounds;

  switch (gsk_render_node_get_node_type (node))
    {
    case GSK_CONTAINER_NODE:
      for (guint i = 0; i < gsk_container_node_get_n_children (node); i++)
        collect_texts (gsk_container_node_get_child (node, i), texts);
      return;

    case GSK_CLIP_NODE:
      collect_texts (gsk_clip_node_get_child (node), texts);
      return;

    case GSK_TEXT_NODE:
    case GSK_TRANSFORM_NODE:
      if (!has_text (node))
        return;
      /* They are those of any letter of the font, rounded outwards, so that lines just touch. */
      gsk_render_node_get_bounds (node, &bounds);
      graphene_rect_inset (&bounds, 0, 1);
      g_array_append_val (texts, bounds);
      return;

    default:
      return;
    }
}

static void
test_texts_never_overlap (gconstpointer data)
{
  static const int sizes[][2] = { { 900, 180 }, { 700, 250 } };
  GtkOrientation orientation = GPOINTER_TO_INT (data);
  g_autoptr (GArray) texts = g_array_new (FALSE, FALSE, sizeof (graphene_rect_t));
  GtkWidget *widget = g_object_ref_sink (gtk_label_new (NULL));
  g_autoptr (LacunaLabels) labels = lacuna_labels_new (gtk_widget_get_pango_context (widget));
  static const char *const names[] = { "python", "chromium", "gtk", "x86-32", "java-zgc" };
  int n_texts = 0;

  for (int i = 0; i < 400; i++)
    {
      g_autoptr (Map) map = read_map (names[i % G_N_ELEMENTS (names)]);
      g_autoptr (LacunaCensus) census = lacuna_census_new (map);
      gsize n_regions;
      const struct lac_region *regions = lac_map_regions (map, &n_regions);
      gsize low = (gsize) g_test_rand_int_range (0, (int) n_regions);
      gsize above = low + (gsize) g_test_rand_int_range (1, 40);
      gsize high = MIN (above, n_regions - 1);
      guint64 anchor = regions[(low + high) / 2].start;
      gboolean has_anchor = g_test_rand_bit ();
      LacunaScaleKind kind = (LacunaScaleKind) g_test_rand_int_range (0, has_anchor ? 3 : 2);
      g_autoptr (LacunaScale) scale = lacuna_scale_new (kind, map, &anchor, has_anchor ? 1 : 0);
      int scale_factor = g_test_rand_int_range (1, 3);
      int columns = sizes[orientation][0] * scale_factor;
      struct lac_range extent = lacuna_scale_get_extent (scale);
      struct lac_range range = lac_range_intersect (
        (struct lac_range){ regions[low].start, regions[high].end }, extent);
      LacunaView view = lacuna_view_fit (scale, lac_range_size (range) > 0 ? range : extent,
                                         columns);
      g_autoptr (LacunaStripLayout) layout = lacuna_strip_layout_new (census, scale, &view,
                                                                      columns);
      LacunaStripMargins margins = lacuna_strip_margins (orientation, labels);
      LacunaStripScene scene = {
        .map = map,
        .scale = scale,
        .view = view,
        .layout = layout,
        .columns = columns,
        .scale_factor = scale_factor,
        .height = sizes[orientation][1],
        .palette = lacuna_palette_get (FALSE, FALSE),
        .labels = labels,
        .orientation = orientation,
        .mirrored = orientation == GTK_ORIENTATION_VERTICAL && g_test_rand_bit (),
        .low_end = orientation == GTK_ORIENTATION_VERTICAL ? margins.high + sizes[1][0] : 0,
      };
      LacunaStripMarks marks = { .anchors = &anchor, .n_anchors = has_anchor ? 1 : 0 };
      struct lac_gap_query query;
      struct lac_gap gap;
      GskRenderNode *base;
      GskRenderNode *overlay;

      lac_gap_query_init (&query, map);
      query.size = G_GUINT64_CONSTANT (1) << g_test_rand_int_range (12, 24);
      query.anchors = marks.anchors;
      query.n_anchors = marks.n_anchors;
      query.within = LAC_WITHIN_DEFAULT;
      if (g_test_rand_bit () && lac_gap_first (map, &query, &gap) == LAC_OK)
        {
          marks.query = &query;
          marks.candidate = &gap;
        }

      g_array_set_size (texts, 0);
      base = lacuna_strip_render_base (&scene);
      overlay = lacuna_strip_render_overlay (&scene, &marks);
      if (base)
        collect_texts (base, texts);
      collect_texts (overlay, texts);
      for (guint a = 0; a < texts->len; a++)
        for (guint b = a + 1; b < texts->len; b++)
          {
            const graphene_rect_t *first = &g_array_index (texts, graphene_rect_t, a);
            const graphene_rect_t *second = &g_array_index (texts, graphene_rect_t, b);

            if (graphene_rect_intersection (first, second, NULL))
              g_test_fail_printf ("%s, view %d: texts at %g %g (%g × %g) and %g %g (%g × %g)",
                                  names[i % G_N_ELEMENTS (names)], i, first->origin.x,
                                  first->origin.y, first->size.width, first->size.height,
                                  second->origin.x, second->origin.y, second->size.width,
                                  second->size.height);
          }
      n_texts += (int) texts->len;
      g_clear_pointer (&base, gsk_render_node_unref);
      gsk_render_node_unref (overlay);
    }

  g_assert_cmpint (n_texts, >, 2000);
  g_object_unref (widget);
}

/* Whether anything in @node is of @colour. */
static gboolean
has_colour (GskRenderNode *node,
            const GdkRGBA *colour)
{
  switch (gsk_render_node_get_node_type (node))
    {
    case GSK_CONTAINER_NODE:
      for (guint i = 0; i < gsk_container_node_get_n_children (node); i++)
        if (has_colour (gsk_container_node_get_child (node, i), colour))
          return TRUE;
      return FALSE;

    case GSK_COLOR_NODE:
      return gdk_rgba_equal (gsk_color_node_get_color (node), colour);

    default:
      return FALSE;
    }
}

/* Green says that nothing speaks against it. */
static void
test_risky_candidate_is_not_green (void)
{
  g_autoptr (Map) map = read_map ("python");
  g_autoptr (LacunaCensus) census = lacuna_census_new (map);
  g_autoptr (LacunaScale) scale = lacuna_scale_new (LACUNA_SCALE_COMPACT, map, NULL, 0);
  LacunaView view = lacuna_view_fit (scale, lacuna_scale_get_extent (scale), 800);
  g_autoptr (LacunaStripLayout) layout = lacuna_strip_layout_new (census, scale, &view, 800);
  LacunaStripScene scene = { .map = map,
                             .scale = scale,
                             .view = view,
                             .layout = layout,
                             .columns = 800,
                             .scale_factor = 1,
                             .height = 180,
                             .palette = lacuna_palette_get (FALSE, FALSE) };
  gsize n_hazards;
  const struct lac_hazard_range *hazards = lac_map_hazards (map, &n_hazards);
  struct lac_gap gap = { .candidate = hazards[0].range.start };
  LacunaStripMarks marks = { .candidate = &gap };
  GskRenderNode *node;

  g_assert_cmpuint (n_hazards, >, 0);
  node = lacuna_strip_render_overlay (&scene, &marks);
  g_assert_true (has_colour (node, &scene.palette->risk));
  g_assert_false (has_colour (node, &scene.palette->fit));
  gsk_render_node_unref (node);

  gap.candidate = 0x400000;
  g_assert_cmpuint (lac_map_hazards_in (map, (struct lac_range){ 0x400000, 0x400001 }), ==, 0);
  node = lacuna_strip_render_overlay (&scene, &marks);
  g_assert_true (has_colour (node, &scene.palette->fit));
  g_assert_false (has_colour (node, &scene.palette->risk));
  gsk_render_node_unref (node);
}

/* The widget. */

typedef struct
{
  GtkOrientation orientation;
  GtkTextDirection direction;
} Way;

static const Way ways[] = {
  { GTK_ORIENTATION_HORIZONTAL, GTK_TEXT_DIR_LTR },
  { GTK_ORIENTATION_HORIZONTAL, GTK_TEXT_DIR_RTL },
  { GTK_ORIENTATION_VERTICAL, GTK_TEXT_DIR_LTR },
  { GTK_ORIENTATION_VERTICAL, GTK_TEXT_DIR_RTL },
};

typedef struct
{
  GtkWidget *window;
  LacunaStrip *strip;
  LacunaOverview *overview;
  LacunaSnapshot *snapshot;
  LacunaCensus *census;
  int n_frames;
} Fixture;

static void
paint_cb (GdkFrameClock *clock,
          Fixture       *fixture)
{
  fixture->n_frames++;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  const Way *way = data;
  g_autoptr (Map) map = read_map ("python");
  LacunaOrigin origin = { .kind = LACUNA_TARGET_FILE, .name = (char *) "maps",
                          .source_path = (char *) "maps", .source = "maps-text" };
  GtkWidget *box = gtk_box_new (way->orientation == GTK_ORIENTATION_VERTICAL
                                  ? GTK_ORIENTATION_HORIZONTAL
                                  : GTK_ORIENTATION_VERTICAL,
                                6);

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  gtk_widget_set_default_direction (way->direction);
  fixture->snapshot = lacuna_snapshot_new (map, &origin, 0);
  fixture->census = lacuna_census_new (map);
  fixture->window = gtk_window_new ();
  fixture->strip = LACUNA_STRIP (lacuna_strip_new ());
  gtk_orientable_set_orientation (GTK_ORIENTABLE (fixture->strip), way->orientation);
  fixture->overview = LACUNA_OVERVIEW (lacuna_overview_new ());
  lacuna_overview_set_strip (fixture->overview, fixture->strip);
  lacuna_strip_set_snapshot (fixture->strip, fixture->snapshot, fixture->census, FALSE);

  gtk_box_append (GTK_BOX (box), GTK_WIDGET (fixture->overview));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (fixture->strip));
  gtk_window_set_child (GTK_WINDOW (fixture->window), box);
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 700, 500);
  gtk_window_present (GTK_WINDOW (fixture->window));
  for (int i = 0; i < 100 && lacuna_strip_get_n_renders (fixture->strip) == 0; i++)
    run_for (50);
  run_for (100);
  g_assert_cmpuint (lacuna_strip_get_n_renders (fixture->strip), >, 0);
  g_signal_connect (gtk_widget_get_frame_clock (fixture->window), "paint", G_CALLBACK (paint_cb),
                    fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  run_for (20);
  lacuna_census_unref (fixture->census);
  g_object_unref (fixture->snapshot);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

static void
test_axis (Fixture      *fixture,
           gconstpointer data)
{
  const Way *way = data;
  gboolean upright = way->orientation == GTK_ORIENTATION_VERTICAL;
  int width = gtk_widget_get_width (GTK_WIDGET (fixture->strip));
  int height = gtk_widget_get_height (GTK_WIDGET (fixture->strip));
  int columns = lacuna_strip_get_columns (fixture->strip);
  GdkRectangle band;
  GdkRectangle low;
  GdkRectangle high;

  g_assert_cmpint (columns, >, 100);
  for (int position = 0; position <= columns; position += 7)
    {
      double x;
      double y;

      lacuna_strip_axis_to_point (fixture->strip, position, &x, &y);
      g_assert_cmpfloat (x, >=, 0);
      g_assert_cmpfloat (x, <=, width);
      g_assert_cmpfloat (y, >=, 0);
      g_assert_cmpfloat (y, <=, height);
      g_assert_cmpfloat (lacuna_strip_point_to_axis (fixture->strip, x, y), ==, position);
    }

  lacuna_strip_axis_rectangle (fixture->strip, 0, columns, &band);
  lacuna_strip_axis_rectangle (fixture->strip, 0, 10, &low);
  lacuna_strip_axis_rectangle (fixture->strip, columns - 10, columns, &high);
  g_assert_cmpint (band.x, >=, 0);
  g_assert_cmpint (band.y, >=, 0);
  g_assert_cmpint (band.x + band.width, <=, width);
  g_assert_cmpint (band.y + band.height, <=, height);

  /* High addresses are up, or at the right; the ruler is above, or where lines begin. */
  if (!upright)
    {
      g_assert_cmpint (low.x, <, high.x);
      g_assert_cmpint (band.y, <, height - band.y - band.height);
    }
  else
    {
      g_assert_cmpint (low.y, >, high.y);
      if (way->direction == GTK_TEXT_DIR_LTR)
        g_assert_cmpint (band.x, >, width - band.x - band.width);
      else
        g_assert_cmpint (band.x, <, width - band.x - band.width);
    }
}

/* What is in view, deep in the space, stays in view, and everything stays everything. */
static void
test_turning_keeps_the_view (Fixture      *fixture,
                             gconstpointer data)
{
  const Way *way = data;
  gsize n_regions;
  const struct lac_region *regions = lac_map_regions (lacuna_snapshot_get_map (fixture->snapshot),
                                                      &n_regions);
  struct lac_range whole = lacuna_strip_get_visible (fixture->strip);
  struct lac_range visible;
  GtkOrientation other = way->orientation == GTK_ORIENTATION_VERTICAL ? GTK_ORIENTATION_HORIZONTAL
                                                                      : GTK_ORIENTATION_VERTICAL;

  gtk_orientable_set_orientation (GTK_ORIENTABLE (fixture->strip), other);
  run_for (150);
  visible = lacuna_strip_get_visible (fixture->strip);
  g_assert_cmphex (visible.start, ==, whole.start);
  g_assert_cmphex (visible.end, ==, whole.end);

  lacuna_strip_show_range (fixture->strip, lac_region_range (&regions[n_regions / 2]), FALSE);
  visible = lacuna_strip_get_visible (fixture->strip);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (fixture->strip), way->orientation);
  run_for (150);
  g_assert_cmphex (lacuna_strip_get_visible (fixture->strip).start, ==, visible.start);
  g_assert_true (lac_range_contains (lacuna_strip_get_visible (fixture->strip),
                                     regions[n_regions / 2].start));
}

/* Whatever follows the pointer is drawn over the kept nodes. */
static void
test_cursor_renders_nothing (Fixture      *fixture,
                             gconstpointer data)
{
  LacunaStrip *strip = fixture->strip;
  GskRenderNode *base = strip->base;
  GskRenderNode *overlay = strip->overlay;
  guint before = lacuna_strip_get_n_renders (strip);
  int columns = lacuna_strip_get_columns (strip);

  g_assert_nonnull (base);
  g_assert_nonnull (overlay);
  strip->pointer_inside = TRUE;
  for (int i = 0; i < 30; i++)
    {
      strip->pointer = i * columns / 30;
      lacuna_strip_update_hover (strip);
      if (i == 10)
        lacuna_strip_set_picking (strip, TRUE);
      if (i == 20)
        lacuna_strip_set_measure (strip, (struct lac_range){ strip->hover_address,
                                                             strip->hover_address + 0x10000 });
      run_for (15);
      g_assert_true (strip->base == base);
      g_assert_true (strip->overlay == overlay);
    }
  g_assert_cmpint (fixture->n_frames, >=, 20);
  g_assert_cmpuint (lacuna_strip_get_n_renders (strip), ==, before);
  strip->pointer_inside = FALSE;
  lacuna_strip_update_hover (strip);
}

static LacunaChanges *
make_changes (Fixture *fixture)
{
  g_autofree char *text = read_text ("python");
  g_autoptr (Map) before = NULL;
  LacunaChanges *changes;

  /* As it was before its last region but one was there. */
  *g_strrstr (text, "[stack]") = '\0';
  *(strrchr (text, '\n') + 1) = '\0';
  before = parse_map (text);
  changes = lacuna_changes_new (before, lacuna_snapshot_get_map (fixture->snapshot));
  g_assert_nonnull (changes);
  return changes;
}

/* A glow is gone within a second and a half, and costs few frames and no rendering. */
static void
check_glow (Fixture *fixture,
            gboolean animated,
            int      least_frames,
            int      most_frames)
{
  LacunaStrip *strip = fixture->strip;
  g_autoptr (LacunaChanges) changes = make_changes (fixture);
  guint before;
  GskRenderNode *base;
  GskRenderNode *overlay;

  /* The setting is a matter of style, which is another then. */
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", animated, NULL);
  run_for (300);
  before = lacuna_strip_get_n_renders (strip);
  base = strip->base;
  overlay = strip->overlay;
  fixture->n_frames = 0;
  lacuna_strip_set_changes (strip, changes);
  run_for (700);
  g_assert_nonnull (strip->changes);
  run_for (1000);
  g_assert_null (strip->changes);
  g_assert_cmpuint (strip->glow_source, ==, 0);
  g_assert_cmpint (fixture->n_frames, >=, least_frames);
  g_assert_cmpint (fixture->n_frames, <=, most_frames);
  g_assert_cmpuint (lacuna_strip_get_n_renders (strip), ==, before);
  g_assert_true (strip->base == base);
  g_assert_true (strip->overlay == overlay);

  /* It can be told off, and set anew while it fades. */
  lacuna_strip_set_changes (strip, changes);
  run_for (100);
  lacuna_strip_set_changes (strip, changes);
  g_assert_true (strip->changes == changes);
  lacuna_strip_set_changes (strip, NULL);
  g_assert_null (strip->changes);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
}

static void
test_glow_fades (Fixture      *fixture,
                 gconstpointer data)
{
  check_glow (fixture, TRUE, 5, 12);
}

static void
test_glow_without_animation (Fixture      *fixture,
                             gconstpointer data)
{
  check_glow (fixture, FALSE, 2, 5);
}

static void
test_legend_renders_once (Fixture      *fixture,
                          gconstpointer data)
{
  guint before = lacuna_strip_get_n_renders (fixture->strip);

  lacuna_strip_set_inks (fixture->strip, 1u << LACUNA_INK_CODE);
  run_for (100);
  g_assert_cmpuint (lacuna_strip_get_n_renders (fixture->strip), ==, before + 1);
  lacuna_strip_set_inks (fixture->strip, 1u << LACUNA_INK_CODE);
  run_for (100);
  g_assert_cmpuint (lacuna_strip_get_n_renders (fixture->strip), ==, before + 1);
}

static gboolean
press (LacunaOverview *overview,
       guint           keyval)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (overview));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      gboolean handled = FALSE;

      if (!GTK_IS_EVENT_CONTROLLER_KEY (controller))
        continue;
      g_signal_emit_by_name (controller, "key-pressed", keyval, 0, 0, &handled);
      return handled;
    }

  g_assert_not_reached ();
}

/* The overview lies as the strip does, and its keys move the strip's view. */
static void
test_overview_keys (Fixture      *fixture,
                    gconstpointer data)
{
  LacunaStrip *strip = fixture->strip;
  LacunaView whole = lacuna_strip_get_view (strip);
  LacunaView view;
  LacunaStripSpan frame;

  g_assert_cmpint (fixture->overview->orientation, ==,
                   gtk_orientable_get_orientation (GTK_ORIENTABLE (strip)));
  g_assert_true (gtk_widget_get_focusable (GTK_WIDGET (fixture->overview)));

  g_assert_true (press (fixture->overview, GDK_KEY_plus));
  g_assert_true (press (fixture->overview, GDK_KEY_plus));
  view = lacuna_strip_get_view (strip);
  g_assert_cmpfloat (fabs (view.bytes_per_pixel * 4 / whole.bytes_per_pixel - 1), <, 1e-6);
  g_assert_true (lacuna_overview_get_frame (fixture->overview, &frame));
  g_assert_cmpfloat (lacuna_strip_span_size (frame), <,
                     lacuna_overview_band_length (fixture->overview) / 3);

  g_assert_true (press (fixture->overview, GDK_KEY_Up));
  g_assert_cmphex (lacuna_strip_get_view (strip).origin, >, view.origin);
  g_assert_true (press (fixture->overview, GDK_KEY_Left));
  g_assert_true (press (fixture->overview, GDK_KEY_Left));
  g_assert_cmphex (lacuna_strip_get_view (strip).origin, <, view.origin);
  g_assert_true (press (fixture->overview, GDK_KEY_Home));
  g_assert_cmpfloat (lacuna_strip_get_view (strip).bytes_per_pixel, ==, whole.bytes_per_pixel);
  g_assert_false (press (fixture->overview, GDK_KEY_F9));
}

static void
test_describes_the_whole_space (Fixture      *fixture,
                                gconstpointer data)
{
  for (int kind = LACUNA_SCALE_LINEAR; kind <= LACUNA_SCALE_ANCHOR; kind++)
    {
      static const guint64 addresses[]
        = { 0, 0x1000, 0x7ffffffff000, G_GUINT64_CONSTANT (0xffffffffff5fffff),
            G_GUINT64_CONSTANT (0xffffffffff600000), LAC_ADDRESS_END - 1 };

      lacuna_strip_set_scale_kind (fixture->strip, kind);
      for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
        {
          g_autofree char *text = lacuna_strip_describe (fixture->strip, addresses[i]);

          g_assert_nonnull (text);
          g_assert_cmpuint (strlen (text), >, 8);
          g_assert_cmpint (strstr (text, "vsyscall") != NULL, ==,
                           addresses[i] == G_GUINT64_CONSTANT (0xffffffffff600000));
        }
    }
}

int
main (int   argc,
      char *argv[])
{
  static const char *const names[] = { "lying", "lying-mirrored", "upright", "upright-mirrored" };

  /* Nobody listens, and the registry would write into this test's output. */
  g_setenv ("GTK_A11Y", "none", TRUE);
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  adw_init ();

  g_test_add_data_func ("/app/strip/texts-never-overlap/lying",
                        GINT_TO_POINTER (GTK_ORIENTATION_HORIZONTAL), test_texts_never_overlap);
  g_test_add_data_func ("/app/strip/texts-never-overlap/upright",
                        GINT_TO_POINTER (GTK_ORIENTATION_VERTICAL), test_texts_never_overlap);
  g_test_add_func ("/app/strip/risky-candidate-is-not-green", test_risky_candidate_is_not_green);

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *axis = g_strconcat ("/app/strip/axis-and-points-agree/", names[i], NULL);
      g_autofree char *turn = g_strconcat ("/app/strip/turning-keeps-the-view/", names[i], NULL);
      g_autofree char *cursor = g_strconcat ("/app/strip/cursor-renders-nothing/", names[i], NULL);
      g_autofree char *keys = g_strconcat ("/app/overview/keys-move-the-view/", names[i], NULL);

      g_test_add (axis, Fixture, &ways[i], set_up, test_axis, tear_down);
      g_test_add (turn, Fixture, &ways[i], set_up, test_turning_keeps_the_view, tear_down);
      g_test_add (cursor, Fixture, &ways[i], set_up, test_cursor_renders_nothing, tear_down);
      g_test_add (keys, Fixture, &ways[i], set_up, test_overview_keys, tear_down);
    }
  g_test_add ("/app/strip/glow-fades-in-few-frames", Fixture, &ways[0], set_up, test_glow_fades,
              tear_down);
  g_test_add ("/app/strip/glow-stands-still-without-animation", Fixture, &ways[2], set_up,
              test_glow_without_animation, tear_down);
  g_test_add ("/app/strip/legend-renders-the-base-once", Fixture, &ways[0], set_up,
              test_legend_renders_once, tear_down);
  g_test_add ("/app/strip/describes-the-whole-space", Fixture, &ways[0], set_up,
              test_describes_the_whole_space, tear_down);

  return g_test_run ();
}
