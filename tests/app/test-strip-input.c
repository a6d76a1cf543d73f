/* Moving in the strip by its keys and actions, without a pointer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "strip-fixture.h"

#include <math.h>
#include <string.h>

/* The hardware's codes of W A S D Z and the full stop, whatever they type. */
#define PLACE_W 25
#define PLACE_A 38
#define PLACE_S 39
#define PLACE_D 40
#define PLACE_Z 52
#define PLACE_FULL_STOP 60

static gboolean
press (Fixture        *fixture,
       guint           keyval,
       guint           keycode,
       GdkModifierType state)
{
  return lacuna_strip_handle_key (fixture->strip, keyval, keycode, state);
}

static double
depth (Fixture *fixture)
{
  return lacuna_strip_get_view (fixture->strip).bytes_per_pixel;
}

static void
test_keys_have_actions (Fixture      *fixture,
                        gconstpointer data)
{
  gsize n_keys;
  const LacunaStripKey *keys = lacuna_strip_keys_get (&n_keys);
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_assert_cmpuint (n_keys, >, 20);
  for (gsize i = 0; i < n_keys; i++)
    {
      g_test_message ("%s", keys[i].action);
      g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->strip), keys[i].action, NULL));
      g_assert_nonnull (keys[i].accelerators[0]);

      for (gsize j = 0; keys[i].accelerators[j]; j++)
        {
          GdkModifierType modifiers;
          guint key;

          g_assert_true (gtk_accelerator_parse (keys[i].accelerators[j], &key, &modifiers));
          g_assert_cmpuint (key, !=, 0);
          /* Only measuring takes keys that mean something else when nothing is measured. */
          if (!g_str_has_prefix (keys[i].action, "strip.measure-"))
            g_assert_true (g_hash_table_add (taken, gtk_accelerator_name (key, modifiers)));
        }
    }
}

static void
test_wasd_is_a_place (Fixture      *fixture,
                      gconstpointer data)
{
  struct lac_range region = strip_large_region (fixture);
  double before = depth (fixture);

  /* A French keyboard types Z where W is. */
  g_assert_true (press (fixture, GDK_KEY_z, PLACE_W, 0));
  g_assert_cmpfloat (depth (fixture), <, before * 0.51);
  g_assert_true (press (fixture, GDK_KEY_s, PLACE_S, 0));
  g_assert_cmpfloat (fabs (depth (fixture) / before - 1), <, 1e-6);

  /* A Russian one types no Latin letters at all. */
  g_assert_true (press (fixture, GDK_KEY_Cyrillic_tse, PLACE_W, 0));
  g_assert_cmpfloat (depth (fixture), <, before * 0.51);
  g_assert_true (press (fixture, GDK_KEY_Cyrillic_yeru, PLACE_S, GDK_LOCK_MASK));
  g_assert_cmpfloat (fabs (depth (fixture) / before - 1), <, 1e-6);

  /* What the French one types as W lies where Z is, and is Z. */
  lacuna_strip_set_selection (fixture->strip, region);
  g_assert_true (press (fixture, GDK_KEY_w, PLACE_Z, 0));
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, region.end)
                           - strip_pixel_of (fixture, region.start)
                           - 0.66 * lacuna_strip_get_columns (fixture->strip)),
                     <, 2);
  g_assert_true (press (fixture, GDK_KEY_Home, 110, 0));
  g_assert_true (press (fixture, GDK_KEY_Cyrillic_ya, PLACE_Z, 0));
  g_assert_cmpfloat (depth (fixture), <, before / 2);

  /* Where the hardware tells no place, the letter has to do. */
  g_assert_true (press (fixture, GDK_KEY_0, 0, 0));
  g_assert_true (press (fixture, GDK_KEY_W, 0, GDK_LOCK_MASK));
  g_assert_cmpfloat (depth (fixture), <, before * 0.51);

  /* Signs that need Shift on this layout are the same signs: a full stop on a French keyboard. */
  lacuna_strip_set_selection (fixture->strip, region);
  g_assert_true (press (fixture, GDK_KEY_period, 59, GDK_SHIFT_MASK));
  g_assert_cmphex (lacuna_strip_get_selection (fixture->strip).start, >=, region.end);
}

static void
test_leaves_other_keys_alone (Fixture      *fixture,
                              gconstpointer data)
{
  LacunaView before = lacuna_strip_get_view (fixture->strip);
  LacunaView after;

  g_assert_false (press (fixture, GDK_KEY_w, PLACE_W, GDK_CONTROL_MASK));
  g_assert_false (press (fixture, GDK_KEY_d, PLACE_D, GDK_ALT_MASK));
  g_assert_false (press (fixture, GDK_KEY_Tab, 23, 0));
  g_assert_false (press (fixture, GDK_KEY_n, 57, 0));
  g_assert_false (press (fixture, GDK_KEY_space, 65, 0));
  /* Nothing to end, nowhere to go back to. */
  g_assert_false (press (fixture, GDK_KEY_Escape, 9, 0));
  g_assert_false (press (fixture, GDK_KEY_Right, 114, GDK_ALT_MASK));

  after = lacuna_strip_get_view (fixture->strip);
  g_assert_cmpmem (&before, sizeof before, &after, sizeof after);

  lacuna_strip_set_snapshot (fixture->strip, NULL, NULL, FALSE);
  g_assert_false (press (fixture, GDK_KEY_w, PLACE_W, 0));
  g_assert_false (press (fixture, GDK_KEY_m, 58, 0));
}

static void
test_shift_goes_four_times_as_far (Fixture      *fixture,
                                   gconstpointer data)
{
  int columns = lacuna_strip_get_columns (fixture->strip);
  double before;
  guint64 origin;

  lacuna_strip_set_scale_kind (fixture->strip, LACUNA_SCALE_LINEAR);
  for (int i = 0; i < 6; i++)
    press (fixture, GDK_KEY_w, PLACE_W, 0);

  origin = lacuna_strip_get_view (fixture->strip).origin;
  press (fixture, GDK_KEY_d, PLACE_D, 0);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, origin) + 0.2 * columns), <, 1);
  press (fixture, GDK_KEY_D, PLACE_D, GDK_SHIFT_MASK);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, origin) + columns), <, 1);
  press (fixture, GDK_KEY_Left, 113, GDK_SHIFT_MASK);
  press (fixture, GDK_KEY_a, PLACE_A, 0);
  g_assert_cmphex (lacuna_strip_get_view (fixture->strip).origin, ==, origin);

  before = depth (fixture);
  press (fixture, GDK_KEY_W, PLACE_W, GDK_SHIFT_MASK);
  g_assert_cmpfloat (fabs (before / depth (fixture) / 16 - 1), <, 1e-6);
}

static void
test_arrows_follow_the_axis (Fixture      *fixture,
                             gconstpointer data)
{
  guint64 origin;
  double before;

  for (int i = 0; i < 6; i++)
    press (fixture, GDK_KEY_w, PLACE_W, 0);
  before = depth (fixture);
  press (fixture, GDK_KEY_Up, 111, 0);
  g_assert_cmpfloat (depth (fixture), <, before);
  press (fixture, GDK_KEY_Down, 116, 0);
  g_assert_cmpfloat (fabs (depth (fixture) / before - 1), <, 1e-6);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (fixture->strip), GTK_ORIENTATION_VERTICAL);
  run_for (100);
  before = depth (fixture);
  origin = lacuna_strip_get_view (fixture->strip).origin;
  press (fixture, GDK_KEY_Up, 111, 0);
  g_assert_cmpfloat (depth (fixture), ==, before);
  g_assert_cmphex (lacuna_strip_get_view (fixture->strip).origin, >, origin);
  press (fixture, GDK_KEY_Down, 116, 0);
  g_assert_cmphex (lacuna_strip_get_view (fixture->strip).origin, ==, origin);
}

static void
test_steps_skip_gaps (Fixture      *fixture,
                      gconstpointer data)
{
  gsize n_regions;
  const struct lac_region *regions = lac_map_regions (strip_map (fixture), &n_regions);

  lacuna_strip_set_selection (fixture->strip, lac_region_range (&regions[0]));
  for (gsize i = 1; i < n_regions; i++)
    {
      g_assert_true (press (fixture, GDK_KEY_period, PLACE_FULL_STOP, 0));
      g_assert_cmphex (lacuna_strip_get_selection (fixture->strip).start, ==, regions[i].start);
    }
  /* There is none after the last. */
  press (fixture, GDK_KEY_period, PLACE_FULL_STOP, 0);
  g_assert_cmphex (lacuna_strip_get_selection (fixture->strip).start, ==,
                   regions[n_regions - 1].start);

  for (gsize i = n_regions - 1; i-- > 0;)
    {
      press (fixture, GDK_KEY_comma, 59, 0);
      g_assert_cmphex (lacuna_strip_get_selection (fixture->strip).start, ==, regions[i].start);
    }
  press (fixture, GDK_KEY_comma, 59, 0);
  g_assert_cmphex (lacuna_strip_get_selection (fixture->strip).start, ==, regions[0].start);

  /* Shift does not skip what lies between two regions; the sign differs from layout to layout. */
  for (gsize i = 0; i + 1 < n_regions; i++)
    if (regions[i].end < regions[i + 1].start)
      {
        lacuna_strip_set_selection (fixture->strip, lac_region_range (&regions[i]));
        press (fixture, GDK_KEY_greater, PLACE_FULL_STOP, GDK_SHIFT_MASK);
        g_assert_cmphex (lacuna_strip_get_selection (fixture->strip).start, ==, regions[i].end);
        press (fixture, GDK_KEY_semicolon, 59, GDK_SHIFT_MASK);
        g_assert_cmphex (lacuna_strip_get_selection (fixture->strip).start, ==, regions[i].start);
      }
}

static void
test_centers_then_fits (Fixture      *fixture,
                        gconstpointer data)
{
  struct lac_range region = strip_large_region (fixture);
  int columns = lacuna_strip_get_columns (fixture->strip);
  double before;

  lacuna_strip_set_scale_kind (fixture->strip, LACUNA_SCALE_LINEAR);
  for (int i = 0; i < 8; i++)
    press (fixture, GDK_KEY_w, PLACE_W, 0);
  lacuna_strip_set_selection (fixture->strip, region);
  before = depth (fixture);

  press (fixture, GDK_KEY_f, 41, 0);
  g_assert_cmpfloat (depth (fixture), ==, before);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, region.start + lac_range_size (region) / 2)
                           - columns / 2.0),
                     <, 1);

  press (fixture, GDK_KEY_f, 41, 0);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, region.end)
                           - strip_pixel_of (fixture, region.start) - 0.66 * columns),
                     <, 2);

  /* Where the end of the line is in the way, centred is as near as one can get. */
  press (fixture, GDK_KEY_0, 19, 0);
  before = depth (fixture);
  press (fixture, GDK_KEY_f, 41, 0);
  g_assert_cmpfloat (depth (fixture), <, before);
}

static void
test_measures_by_keys (Fixture      *fixture,
                       gconstpointer data)
{
  struct lac_range region = strip_large_region (fixture);
  struct lac_range measure;
  struct lac_range longer;
  guint64 origin;

  lacuna_strip_set_selection (fixture->strip, region);
  press (fixture, GDK_KEY_z, PLACE_Z, 0);
  g_assert_cmpint (fixture->n_measured, ==, 0);

  /* It begins with the selection that is in view. */
  g_assert_true (press (fixture, GDK_KEY_m, 58, 0));
  measure = lacuna_strip_get_measure (fixture->strip);
  g_assert_cmphex (measure.start, ==, region.start);
  g_assert_cmphex (measure.end, ==, region.end);
  g_assert_cmpint (fixture->n_measured, ==, 1);

  /* The upper end moves by a twentieth of the view, in whole pages. */
  origin = lacuna_strip_get_view (fixture->strip).origin;
  press (fixture, GDK_KEY_Right, 114, GDK_SHIFT_MASK);
  longer = lacuna_strip_get_measure (fixture->strip);
  g_assert_cmphex (longer.start, ==, region.start);
  g_assert_cmphex (longer.end % 4096, ==, 0);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, longer.end)
                           - strip_pixel_of (fixture, region.end)
                           - 0.05 * lacuna_strip_get_columns (fixture->strip)),
                     <, 2 + 4096 / depth (fixture));
  g_assert_cmphex (lacuna_strip_get_view (fixture->strip).origin, ==, origin);

  /* The view goes along. */
  for (int i = 0; i < 30; i++)
    press (fixture, GDK_KEY_Right, 114, GDK_SHIFT_MASK);
  longer = lacuna_strip_get_measure (fixture->strip);
  g_assert_cmphex (lacuna_strip_get_view (fixture->strip).origin, >, origin);
  g_assert_cmpfloat (strip_pixel_of (fixture, longer.end), <=,
                     lacuna_strip_get_columns (fixture->strip) + 1);

  /* And back, past the end that stays. */
  for (int i = 0; i < 60; i++)
    press (fixture, GDK_KEY_Left, 113, GDK_SHIFT_MASK);
  measure = lacuna_strip_get_measure (fixture->strip);
  g_assert_cmphex (measure.end, ==, region.start);
  g_assert_cmphex (measure.start, <, region.start);

  /* M leaves the measure, and gives Shift and the arrows back. */
  press (fixture, GDK_KEY_m, 58, 0);
  press (fixture, GDK_KEY_Right, 114, GDK_SHIFT_MASK);
  longer = lacuna_strip_get_measure (fixture->strip);
  g_assert_cmpmem (&measure, sizeof measure, &longer, sizeof longer);

  /* Z zooms to the measure, Escape ends it, and then Z zooms to the selection. */
  press (fixture, GDK_KEY_z, PLACE_Z, 0);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, measure.end)
                           - strip_pixel_of (fixture, measure.start)
                           - 0.66 * lacuna_strip_get_columns (fixture->strip)),
                     <, 2);
  g_assert_true (press (fixture, GDK_KEY_Escape, 9, 0));
  g_assert_cmpuint (lac_range_size (lacuna_strip_get_measure (fixture->strip)), ==, 0);
  g_assert_false (press (fixture, GDK_KEY_Escape, 9, 0));
  press (fixture, GDK_KEY_z, PLACE_Z, 0);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, region.end)
                           - strip_pixel_of (fixture, region.start)
                           - 0.66 * lacuna_strip_get_columns (fixture->strip)),
                     <, 2);
}

static void
test_picks (Fixture      *fixture,
            gconstpointer data)
{
  struct lac_range region = strip_large_region (fixture);
  int n_selected;

  lacuna_strip_set_picking (fixture->strip, TRUE);
  g_assert_true (lacuna_strip_get_picking (fixture->strip));
  g_assert_true (press (fixture, GDK_KEY_Escape, 9, 0));
  g_assert_false (lacuna_strip_get_picking (fixture->strip));
  g_assert_cmpint (fixture->n_picked, ==, 0);

  /* Return picks the selection, and then zooms to it again. */
  lacuna_strip_set_selection (fixture->strip, region);
  n_selected = fixture->n_selected;
  g_object_set (fixture->strip, "picking", TRUE, NULL);
  g_assert_true (press (fixture, GDK_KEY_Return, 36, 0));
  g_assert_cmpint (fixture->n_picked, ==, 1);
  g_assert_cmphex (fixture->picked, ==, region.start);
  g_assert_cmpint (fixture->n_activated, ==, 0);
  g_assert_cmpint (fixture->n_selected, ==, n_selected);
  press (fixture, GDK_KEY_Return, 36, 0);
  g_assert_cmpint (fixture->n_picked, ==, 1);
  g_assert_cmpint (fixture->n_activated, ==, 1);
}

static void
test_menu_by_keys (Fixture      *fixture,
                   gconstpointer data)
{
  struct lac_range region = strip_large_region (fixture);

  press (fixture, GDK_KEY_Menu, 135, 0);
  g_assert_cmpint (fixture->n_menus, ==, 0);

  lacuna_strip_show_range (fixture->strip, region, FALSE);
  lacuna_strip_set_selection (fixture->strip, region);
  press (fixture, GDK_KEY_Menu, 135, 0);
  g_assert_cmpint (fixture->n_menus, ==, 1);
  g_assert_cmpfloat (fabs (fixture->menu_x - gtk_widget_get_width (GTK_WIDGET (fixture->strip)) / 2.0),
                     <, 4);
  g_assert_cmpfloat (fixture->menu_y, >, 0);
  g_assert_cmpfloat (fixture->menu_y, <, gtk_widget_get_height (GTK_WIDGET (fixture->strip)));

  /* Only half of it is in view. */
  lacuna_strip_pan (fixture->strip, 0.5, FALSE);
  press (fixture, GDK_KEY_F10, 76, GDK_SHIFT_MASK);
  g_assert_cmpint (fixture->n_menus, ==, 2);
  g_assert_cmpfloat (fabs (fixture->menu_x
                           - gtk_widget_get_width (GTK_WIDGET (fixture->strip)) * 0.165),
                     <, 6);
}

static void
notify_cb (GObject    *object,
           GParamSpec *pspec,
           int        *counter)
{
  *counter += 1;
}

static void
test_goes_back_and_forward (Fixture      *fixture,
                            gconstpointer data)
{
  LacunaStrip *strip = fixture->strip;
  struct lac_range region = strip_large_region (fixture);
  LacunaView whole;
  LacunaView first;
  LacunaView second;
  LacunaView view;
  int n_notified = 0;
  gulong handler;

  handler = g_signal_connect (strip, "notify::can-go-back", G_CALLBACK (notify_cb), &n_notified);
  run_for (600);
  n_notified = 0;
  whole = lacuna_strip_get_view (strip);
  g_assert_false (lacuna_strip_can_go_back (strip));
  g_assert_false (lacuna_strip_can_go_forward (strip));

  /* What one passes through within half a second is one view. */
  for (int i = 0; i < 5; i++)
    {
      press (fixture, GDK_KEY_w, PLACE_W, 0);
      run_for (50);
      g_assert_true (lacuna_strip_can_go_back (strip));
      g_assert_cmpint (n_notified, ==, 1);
    }
  first = lacuna_strip_get_view (strip);
  run_for (600);
  g_assert_true (lacuna_strip_can_go_back (strip));
  g_assert_cmpint (n_notified, >, 0);

  lacuna_strip_show_range (strip, region, FALSE);
  second = lacuna_strip_get_view (strip);
  run_for (600);
  /* The same once more is no other view. */
  lacuna_strip_show_range (strip, region, FALSE);
  run_for (600);

  g_assert_true (press (fixture, GDK_KEY_Left, 113, GDK_ALT_MASK));
  view = lacuna_strip_get_view (strip);
  g_assert_cmpmem (&view, sizeof view, &first, sizeof first);
  g_assert_true (lacuna_strip_can_go_forward (strip));
  lacuna_strip_go_back (strip);
  view = lacuna_strip_get_view (strip);
  g_assert_cmpmem (&view, sizeof view, &whole, sizeof whole);
  g_assert_false (lacuna_strip_can_go_back (strip));
  run_for (600);
  lacuna_strip_go_forward (strip);
  lacuna_strip_go_forward (strip);
  view = lacuna_strip_get_view (strip);
  g_assert_cmpmem (&view, sizeof view, &second, sizeof second);
  g_assert_false (lacuna_strip_can_go_forward (strip));

  /* Going back from a view that has not rested does not lose it. */
  lacuna_strip_zoom (strip, 4, FALSE);
  first = lacuna_strip_get_view (strip);
  lacuna_strip_go_back (strip);
  view = lacuna_strip_get_view (strip);
  g_assert_cmpmem (&view, sizeof view, &second, sizeof second);
  lacuna_strip_go_forward (strip);
  view = lacuna_strip_get_view (strip);
  g_assert_cmpmem (&view, sizeof view, &first, sizeof first);

  /* A refresh keeps it, another target has none. */
  lacuna_strip_set_snapshot (strip, fixture->snapshot, fixture->census, TRUE);
  g_assert_true (lacuna_strip_can_go_back (strip));
  lacuna_strip_set_snapshot (strip, fixture->snapshot, fixture->census, FALSE);
  g_assert_false (lacuna_strip_can_go_back (strip));
  g_signal_handler_disconnect (strip, handler);
}

/* Whoever moves on from the first view before it has rested finds it again. */
static void
test_history_knows_the_first_view (Fixture      *fixture,
                                   gconstpointer data)
{
  LacunaStrip *strip = fixture->strip;
  LacunaView first;
  LacunaView view;

  lacuna_strip_set_snapshot (strip, fixture->snapshot, fixture->census, FALSE);
  first = lacuna_strip_get_view (strip);
  lacuna_strip_set_scale_kind (strip, LACUNA_SCALE_LINEAR);
  g_assert_true (lacuna_strip_can_go_back (strip));
  run_for (600);
  g_assert_true (lacuna_strip_can_go_back (strip));
  lacuna_strip_go_back (strip);
  g_assert_cmpint (lacuna_strip_get_scale_kind (strip), ==, LACUNA_SCALE_COMPACT);
  view = lacuna_strip_get_view (strip);
  g_assert_cmpmem (&view, sizeof view, &first, sizeof first);
}

/* The kind of scale is part of a view; and views are addresses, so that they are found again there and
 * in another width. */
static void
test_history_survives_scale_and_width (Fixture      *fixture,
                                       gconstpointer data)
{
  LacunaStrip *strip = fixture->strip;
  struct lac_range region = strip_large_region (fixture);
  struct lac_range shown;
  struct lac_range visible;

  lacuna_strip_show_range (strip, region, FALSE);
  shown = lacuna_strip_get_visible (strip);
  run_for (600);
  lacuna_strip_set_scale_kind (strip, LACUNA_SCALE_LINEAR);
  run_for (600);
  lacuna_strip_show_all (strip, FALSE);
  run_for (600);

  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 700, 300);
  run_for (300);
  g_assert_cmpint (lacuna_strip_get_columns (strip), <, 800);

  lacuna_strip_go_back (strip);
  g_assert_cmpint (lacuna_strip_get_scale_kind (strip), ==, LACUNA_SCALE_LINEAR);
  lacuna_strip_go_back (strip);
  g_assert_cmpint (lacuna_strip_get_scale_kind (strip), ==, LACUNA_SCALE_COMPACT);
  visible = lacuna_strip_get_visible (strip);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, shown.start)), <, 1.5);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, shown.end)
                           - lacuna_strip_get_columns (strip)),
                     <, 1.5);
  g_assert_true (lac_range_overlaps (visible, region));
}

/* At most a hundred: no more steps lead back. */
static void
test_history_is_bounded (Fixture      *fixture,
                         gconstpointer data)
{
  LacunaStrip *strip = fixture->strip;
  int n_back = 0;

  lacuna_strip_set_scale_kind (strip, LACUNA_SCALE_LINEAR);
  lacuna_strip_zoom (strip, 1 << 20, FALSE);
  for (int i = 0; i < 120; i++)
    {
      lacuna_strip_pan (strip, 0.5, FALSE);
      /* Going forward remembers at once what has not rested. */
      lacuna_strip_go_forward (strip);
    }
  while (lacuna_strip_can_go_back (strip))
    {
      lacuna_strip_go_back (strip);
      n_back++;
    }
  g_assert_cmpint (n_back, ==, 99);
}

static void
test_scale_keeps_the_middle (Fixture      *fixture,
                             gconstpointer data)
{
  LacunaStrip *strip = fixture->strip;
  struct lac_range region = strip_large_region (fixture);
  guint64 anchor = region.start + 0x1234;
  int columns = lacuna_strip_get_columns (strip);
  struct lac_range visible;
  guint64 middle;

  lacuna_strip_show_range (strip, region, FALSE);
  middle = strip_address_at (fixture, columns / 2.0);
  lacuna_strip_set_scale_kind (strip, LACUNA_SCALE_LINEAR);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, middle) - columns / 2.0), <, 1);
  lacuna_strip_set_scale_kind (strip, LACUNA_SCALE_COMPACT);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, middle) - columns / 2.0), <, 1);

  /* The anchor's scale begins with what is within reach, and a margin. */
  lacuna_strip_set_anchors (strip, &anchor, 1);
  lacuna_strip_set_scale_kind (strip, LACUNA_SCALE_ANCHOR);
  visible = lacuna_strip_get_visible (strip);
  g_assert_cmphex (visible.start, <, anchor - (G_GUINT64_CONSTANT (1) << 31));
  g_assert_cmphex (visible.start, >, anchor - (G_GUINT64_CONSTANT (3) << 30));
  g_assert_cmphex (visible.end, >, anchor + (G_GUINT64_CONSTANT (1) << 31));
  g_assert_cmphex (visible.end, <, anchor + (G_GUINT64_CONSTANT (3) << 30));
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, anchor) - columns / 2.0), <, 1);

  /* An anchor that is only told later is waited for, once. */
  lacuna_strip_set_scale_kind (strip, LACUNA_SCALE_LINEAR);
  lacuna_strip_set_anchors (strip, NULL, 0);
  lacuna_strip_show_range (strip, region, FALSE);
  lacuna_strip_set_scale_kind (strip, LACUNA_SCALE_ANCHOR);
  lacuna_strip_set_anchors (strip, &anchor, 1);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, anchor) - columns / 2.0), <, 1);
  lacuna_strip_show_range (strip, region, FALSE);
  middle = strip_address_at (fixture, columns / 2.0);
  lacuna_strip_set_anchors (strip, NULL, 0);
  lacuna_strip_set_anchors (strip, &anchor, 1);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, middle) - columns / 2.0), <, 1);
}

/* Ten thousand random zooms and pans: the byte in the middle, which keys zoom about when there is no
 * pointer and no selection, stays in its place at every depth. */
static void
test_zoom_keeps_the_byte (Fixture      *fixture,
                          gconstpointer data)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  double pivot = floor (lacuna_strip_get_columns (fixture->strip) / 2.0);
  guint64 anchor = strip_large_region (fixture).start;

  g_test_message ("seed %u", seed);
  lacuna_strip_set_anchors (fixture->strip, &anchor, 1);
  for (int kind = LACUNA_SCALE_LINEAR; kind <= LACUNA_SCALE_ANCHOR; kind++)
    {
      int n_checked = 0;
      LacunaScale *scale;

      lacuna_strip_set_scale_kind (fixture->strip, kind);
      scale = lacuna_strip_get_scale (fixture->strip);
      for (int i = 0; i < 10000; i++)
        {
          guint64 address;
          LacunaView view;
          double span;
          guint64 origin;

          if (i % 3 == 0)
            lacuna_strip_pan (fixture->strip, g_rand_double_range (random, -0.5, 0.5), FALSE);
          address = strip_address_at (fixture, pivot);
          lacuna_strip_zoom (fixture->strip, exp2 (g_rand_double_range (random, -9, 9.5)), FALSE);

          view = lacuna_strip_get_view (fixture->strip);
          span = view.bytes_per_pixel * lacuna_strip_get_columns (fixture->strip) + 2;
          origin = lacuna_scale_to_line (scale, view.origin);
          if (origin == 0 || (double) origin + span >= (double) lacuna_scale_get_length (scale) - 1024)
            continue; /* an end of the line was in the way */
          g_assert_cmphex (strip_address_at (fixture, pivot), ==, address);
          if (view.bytes_per_pixel >= 1)
            g_assert_cmpint (lacuna_view_to_column (&view, scale, address), ==, (gint64) pivot);
          n_checked++;
        }
      g_assert_cmpint (n_checked, >, 1000);
    }
}

/* Where the system asks for no animation there is none: one step, and it is there. */
static void
test_jumps_without_animations (Fixture      *fixture,
                               gconstpointer data)
{
  struct lac_range visible = lacuna_strip_get_visible (fixture->strip);
  int before = fixture->n_view_changes;

  press (fixture, GDK_KEY_w, PLACE_W, 0);
  g_assert_cmpint (fixture->n_view_changes, <=, before + 2);
  g_assert_cmphex (lac_range_size (lacuna_strip_get_visible (fixture->strip)), <,
                   lac_range_size (visible));
  before = fixture->n_view_changes;
  run_for (300);
  g_assert_cmpint (fixture->n_view_changes, ==, before);
}

typedef struct
{
  Fixture *fixture;
  double pivot;
  guint64 address;
  int n_steps;
} Watch;

static void
watch_cb (LacunaStrip *strip,
          Watch       *watch)
{
  struct lac_range visible = lacuna_strip_get_visible (strip);
  LacunaScale *scale = lacuna_strip_get_scale (strip);
  double span = (double) (lacuna_scale_to_line (scale, visible.end)
                          - lacuna_scale_to_line (scale, visible.start));
  double distance = (double) (lacuna_scale_to_line (scale, watch->address)
                              - lacuna_scale_to_line (scale, visible.start));

  /* The view itself is not told while it moves; what it shows is. */
  g_assert_cmpfloat (fabs (distance / span * lacuna_strip_get_columns (strip) - watch->pivot), <, 1.1);
  watch->n_steps++;
}

/* With animations a zoom takes several steps, and the byte stays in its place in each; keys that come
 * meanwhile lead further, without a step back. */
static void
test_animates_and_retargets (Fixture      *fixture,
                             gconstpointer data)
{
  Watch watch = { fixture, floor (lacuna_strip_get_columns (fixture->strip) / 2.0), 0, 0 };
  double before = depth (fixture);
  gulong handler;

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  watch.address = strip_address_at (fixture, watch.pivot);
  handler = g_signal_connect (fixture->strip, "view-changed", G_CALLBACK (watch_cb), &watch);
  for (int i = 0; i < 8; i++)
    {
      press (fixture, GDK_KEY_w, PLACE_W, 0);
      run_for (40);
    }
  /* The goal is known at once. */
  g_assert_cmpfloat (fabs (before / depth (fixture) / 256 - 1), <, 1e-6);
  run_for (500);
  g_assert_cmpint (watch.n_steps, >, 12);
  g_assert_cmpfloat (fabs ((double) lac_range_size (lacuna_strip_get_visible (fixture->strip))
                             / (depth (fixture) * lacuna_strip_get_columns (fixture->strip))
                           - 1),
                     <, 0.01);
  g_signal_handler_disconnect (fixture->strip, handler);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
}

/* The map of the fixture, with @n_bytes more of heap. */
static void
grow_heap (Fixture *fixture,
           guint64  n_bytes)
{
  LacunaOrigin origin = { .kind = LACUNA_TARGET_FILE, .name = (char *) "maps",
                          .source_path = (char *) "maps", .source = "maps-text" };
  g_autofree char *path = g_build_filename (g_getenv ("LACUNA_SOURCE_DIR"), "tests", "fixtures",
                                            "maps", "python", "maps", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GString) grown = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;
  g_autoptr (LacunaSnapshot) snapshot = NULL;
  g_autoptr (LacunaCensus) census = NULL;
  struct lac_space space = LAC_SPACE_UNKNOWN;
  gboolean found = FALSE;
  Map *map = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      guint64 start;
      guint64 end;

      if (g_str_has_suffix (lines[i], "[heap]"))
        {
          g_assert_cmpint (sscanf (lines[i], "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x",
                                   &start, &end), ==, 2);
          g_string_append_printf (grown,
                                  "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER
                                  "x rw-p 00000000 00:00 0 [heap]\n",
                                  start, end + n_bytes);
          found = TRUE;
        }
      else if (lines[i][0] != '\0')
        {
          g_string_append_printf (grown, "%s\n", lines[i]);
        }
    }
  g_assert_true (found);
  g_assert_cmpint (lac_map_parse (grown->str, grown->len, &space, &map, NULL), ==, LAC_OK);
  snapshot = lacuna_snapshot_new (map, &origin, 0);
  census = lacuna_census_new (map);
  lac_map_unref (map);
  lacuna_strip_set_snapshot (fixture->strip, snapshot, census, TRUE);
}

/* A heap that grows a little grows into the gap beside it, and nothing else moves; one that grows a lot
 * still leaves everything in view. */
static void
test_heap_growth_moves_nothing (Fixture      *fixture,
                                gconstpointer data)
{
  gsize n_regions;
  const struct lac_region *regions
    = lac_map_regions (lacuna_snapshot_get_map (fixture->snapshot), &n_regions);
  g_autofree double *places = g_new0 (double, n_regions);
  g_autofree guint64 *starts = g_new0 (guint64, n_regions);
  LacunaView view = lacuna_strip_get_view (fixture->strip);
  int columns = lacuna_strip_get_columns (fixture->strip);
  LacunaScale *scale;

  for (gsize i = 0; i < n_regions; i++)
    {
      starts[i] = regions[i].start;
      places[i] = strip_pixel_of (fixture, starts[i]);
    }

  for (guint64 n_bytes = 0x1000; n_bytes <= 0x40000; n_bytes *= 2)
    {
      LacunaView after;

      grow_heap (fixture, n_bytes);
      after = lacuna_strip_get_view (fixture->strip);
      g_assert_cmpmem (&after, sizeof after, &view, sizeof view);
      for (gsize i = 0; i < n_regions; i++)
        g_assert_cmpfloat (strip_pixel_of (fixture, starts[i]), ==, places[i]);
    }

  for (guint64 n_bytes = 0x100000; n_bytes <= 0x40000000; n_bytes *= 4)
    {
      grow_heap (fixture, n_bytes);
      view = lacuna_strip_get_view (fixture->strip);
      scale = lacuna_strip_get_scale (fixture->strip);
      g_assert_cmpfloat (view.bytes_per_pixel * columns, >=,
                         (double) lacuna_scale_get_length (scale) * 0.999);
      for (gsize i = 0; i < n_regions; i++)
        g_assert_false (lacuna_scale_is_cut (scale,
                                             (struct lac_range){ starts[i], starts[i] + 1 }));
    }
}

/* Nor is less in view on a way there: who reads meanwhile how much is in view reads the truth. */
static void
test_everything_stays_everything (Fixture      *fixture,
                                  gconstpointer data)
{
  LacunaStrip *strip = fixture->strip;

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  for (guint64 n_bytes = 0x1000; n_bytes <= 0x40000000; n_bytes *= 4)
    {
      struct lac_range extent;
      struct lac_range visible;

      grow_heap (fixture, n_bytes);
      for (int i = 0; i < 3; i++)
        {
          extent = lacuna_scale_get_extent (lacuna_strip_get_scale (strip));
          visible = lacuna_strip_get_visible (strip);
          g_assert_cmphex (visible.start, ==, extent.start);
          g_assert_cmphex (visible.end, ==, extent.end);
          run_for (20);
        }
    }
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
}

/* An address that somebody went to is what zooming and centring keep to, until something else is
 * selected. */
static void
test_keeps_to_the_place (Fixture      *fixture,
                         gconstpointer data)
{
  LacunaStrip *strip = fixture->strip;
  struct lac_range range = strip_large_region (fixture);
  guint64 place = range.start + lac_range_size (range) / 8;
  int columns = lacuna_strip_get_columns (strip);

  lacuna_strip_set_selection (strip, range);
  lacuna_strip_set_place (strip, TRUE, place);
  lacuna_strip_show_range (strip, range, FALSE);
  gtk_widget_activate_action (GTK_WIDGET (strip), "strip.center-selection", NULL);
  g_assert_cmpfloat_with_epsilon (strip_pixel_of (fixture, place), columns / 2.0, 1.5);
  for (int i = 0; i < 30; i++)
    lacuna_strip_zoom (strip, 2, FALSE);
  g_assert_cmphex (lacuna_strip_get_visible (strip).start, <=, place);
  g_assert_cmphex (lacuna_strip_get_visible (strip).end, >, place);

  /* A place that is not in what is selected is none. */
  lacuna_strip_set_place (strip, TRUE, range.end);
  lacuna_strip_show_range (strip, range, FALSE);
  lacuna_strip_pan (strip, 0.1, FALSE);
  gtk_widget_activate_action (GTK_WIDGET (strip), "strip.center-selection", NULL);
  g_assert_cmpfloat_with_epsilon (
    strip_pixel_of (fixture, range.start + lac_range_size (range) / 2), columns / 2.0, 1.5);
}

/* A refresh while the view is on its way neither stops it nor makes it jump. */
static void
test_refresh_does_not_stop_it (Fixture      *fixture,
                               gconstpointer data)
{
  LacunaStrip *strip = fixture->strip;
  LacunaView goal;
  struct lac_range before;
  struct lac_range shown;

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  lacuna_strip_zoom (strip, 4, FALSE);
  lacuna_strip_zoom (strip, 4096, TRUE);
  goal = lacuna_strip_get_view (strip);
  run_for (20);
  before = lacuna_strip_get_visible (strip);
  lacuna_strip_set_snapshot (strip, fixture->snapshot, fixture->census, TRUE);
  shown = lacuna_strip_get_visible (strip);
  g_assert_cmpmem (&shown, sizeof shown, &before, sizeof before);

  run_for (500);
  shown = lacuna_strip_get_visible (strip);
  g_assert_cmphex (shown.start, ==, goal.origin);
  g_assert_cmpfloat (lacuna_strip_get_view (strip).bytes_per_pixel, ==, goal.bytes_per_pixel);

  /* Nor does one while it goes to everything. */
  lacuna_strip_show_all (strip, TRUE);
  run_for (20);
  before = lacuna_strip_get_visible (strip);
  lacuna_strip_set_snapshot (strip, fixture->snapshot, fixture->census, TRUE);
  shown = lacuna_strip_get_visible (strip);
  g_assert_cmpmem (&shown, sizeof shown, &before, sizeof before);
  run_for (500);
  g_assert_cmphex (lacuna_strip_get_visible (strip).start, ==, 0);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
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

#define ADD(path, test) g_test_add (path, Fixture, "python", set_up, test, tear_down)
  ADD ("/app/strip/keys/have-actions", test_keys_have_actions);
  ADD ("/app/strip/keys/wasd-is-a-place", test_wasd_is_a_place);
  ADD ("/app/strip/keys/leave-others-alone", test_leaves_other_keys_alone);
  ADD ("/app/strip/keys/shift-goes-four-times-as-far", test_shift_goes_four_times_as_far);
  ADD ("/app/strip/keys/arrows-follow-the-axis", test_arrows_follow_the_axis);
  ADD ("/app/strip/keys/steps-skip-gaps", test_steps_skip_gaps);
  ADD ("/app/strip/keys/centers-then-fits", test_centers_then_fits);
  ADD ("/app/strip/keys/measure", test_measures_by_keys);
  ADD ("/app/strip/keys/pick", test_picks);
  ADD ("/app/strip/keys/menu", test_menu_by_keys);
  ADD ("/app/strip/history/back-and-forward", test_goes_back_and_forward);
  ADD ("/app/strip/history/knows-the-first-view", test_history_knows_the_first_view);
  ADD ("/app/strip/history/survives-scale-and-width", test_history_survives_scale_and_width);
  ADD ("/app/strip/history/is-bounded", test_history_is_bounded);
  ADD ("/app/strip/view/scale-keeps-the-middle", test_scale_keeps_the_middle);
  ADD ("/app/strip/view/zoom-keeps-the-byte", test_zoom_keeps_the_byte);
  ADD ("/app/strip/view/jumps-without-animations", test_jumps_without_animations);
  ADD ("/app/strip/view/animates-and-retargets", test_animates_and_retargets);
  ADD ("/app/strip/view/heap-growth-moves-nothing", test_heap_growth_moves_nothing);
  ADD ("/app/strip/view/everything-stays-everything", test_everything_stays_everything);
  ADD ("/app/strip/view/keeps-to-the-place", test_keeps_to_the_place);
  ADD ("/app/strip/view/refresh-does-not-stop-it", test_refresh_does_not_stop_it);
#undef ADD

  return g_test_run ();
}
