/* Moving in the strip with a real pointer: XTest presses the buttons and turns the wheel.
 *
 * SPDX-License-Identifier: MIT
 */
#include "strip-fixture.h"

#include <X11/Xlib.h>
#include <X11/extensions/XTest.h>
#include <gdk/x11/gdkx.h>
#include <math.h>

#define WHEEL_UP 4
#define WHEEL_DOWN 5

/* A connection of its own, as somebody else's hand. */
static Display *hand;

/* Puts the pointer to @x, @y of the strip; there is no window manager, so that the window may be moved
 * by nobody. */
static void
point (Fixture *fixture,
       double   x,
       double   y)
{
  GtkNative *native = gtk_widget_get_native (GTK_WIDGET (fixture->strip));
  GdkSurface *surface = gtk_native_get_surface (native);
  double native_x;
  double native_y;
  double widget_x;
  double widget_y;
  int root_x;
  int root_y;
  Window child;

  g_assert_true (gtk_widget_translate_coordinates (GTK_WIDGET (fixture->strip), GTK_WIDGET (native),
                                                   x, y, &widget_x, &widget_y));
  gtk_native_get_surface_transform (native, &native_x, &native_y);
  XTranslateCoordinates (hand, gdk_x11_surface_get_xid (surface), DefaultRootWindow (hand), 0, 0,
                         &root_x, &root_y, &child);
  XTestFakeMotionEvent (hand, -1, root_x + (int) (widget_x + native_x),
                        root_y + (int) (widget_y + native_y), CurrentTime);
  XSync (hand, False);
  run_for (30);
}

static void
set_button (guint    button,
            gboolean down)
{
  XTestFakeButtonEvent (hand, button, down, CurrentTime);
  XSync (hand, False);
  run_for (30);
}

static void
click (guint button)
{
  set_button (button, TRUE);
  set_button (button, FALSE);
}

static void
set_key (KeySym   key,
         gboolean down)
{
  XTestFakeKeyEvent (hand, XKeysymToKeycode (hand, key), down, CurrentTime);
  XSync (hand, False);
  run_for (20);
}

/* Past the time in which a second click would be a double one. */
static void
wait_for_a_new_click (void)
{
  run_for (450);
}

static double
middle_y (Fixture *fixture)
{
  return gtk_widget_get_height (GTK_WIDGET (fixture->strip)) / 2.0;
}

static void
test_hover_does_not_render (Fixture      *fixture,
                            gconstpointer data)
{
  guint before = lacuna_strip_get_n_renders (fixture->strip);
  int n_views = fixture->n_view_changes;

  for (int x = 20; x < 800; x += 20)
    point (fixture, x, middle_y (fixture));
  g_assert_cmpuint (lacuna_strip_get_n_renders (fixture->strip), ==, before);
  g_assert_cmpint (fixture->n_view_changes, ==, n_views);
}

static void
test_wheel_zooms_at_the_pointer (Fixture      *fixture,
                                 gconstpointer data)
{
  static const int places[] = { 211, 450, 733 };
  double before = lacuna_strip_get_view (fixture->strip).bytes_per_pixel;

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  lacuna_strip_zoom (fixture->strip, 8, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      guint64 address;

      point (fixture, places[i], middle_y (fixture));
      address = strip_address_at (fixture, places[i]);
      set_key (XK_Control_L, TRUE);
      for (int notch = 0; notch < 20; notch++)
        click (WHEEL_UP);
      g_assert_cmphex (strip_address_at (fixture, places[i]), ==, address);
      run_for (300);
      g_assert_cmphex (strip_address_at (fixture, places[i]), ==, address);
      for (int notch = 0; notch < 20; notch++)
        click (WHEEL_DOWN);
      set_key (XK_Control_L, FALSE);
      run_for (300);
      g_assert_cmphex (strip_address_at (fixture, places[i]), ==, address);
      g_assert_cmpfloat (fabs (before / lacuna_strip_get_view (fixture->strip).bytes_per_pixel / 8 - 1),
                         <, 1e-6);
    }
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
}

static void
hovered_cb (LacunaStrip *strip,
            gboolean     inside,
            guint64      address,
            int         *counter)
{
  *counter += 1;
}

/* What the pointer is over is said again when it is something else: never, while one zooms at it, in
 * no frame of the animation, whichever way the strip lies. */
static void
test_zoom_leaves_the_hover_alone (Fixture      *fixture,
                                  gconstpointer data)
{
  struct lac_range region = strip_large_region (fixture);
  int n_hovered = 0;
  gulong handler;

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  handler = g_signal_connect (fixture->strip, "hovered", G_CALLBACK (hovered_cb), &n_hovered);
  for (int upright = 0; upright < 2; upright++)
    {
      double before;

      gtk_orientable_set_orientation (GTK_ORIENTABLE (fixture->strip),
                                      upright ? GTK_ORIENTATION_VERTICAL
                                              : GTK_ORIENTATION_HORIZONTAL);
      run_for (200);
      lacuna_strip_show_range (fixture->strip, region, FALSE);
      run_for (100);
      point (fixture, gtk_widget_get_width (GTK_WIDGET (fixture->strip)) / 2 + 7.0,
             middle_y (fixture) - 5);
      g_assert_cmpint (n_hovered, >, upright ? 1 : 0);

      n_hovered = 1;
      before = lacuna_strip_get_view (fixture->strip).bytes_per_pixel;
      set_key (XK_Control_L, TRUE);
      for (int notch = 0; notch < 30; notch++)
        click (WHEEL_UP);
      run_for (300);
      g_assert_cmpfloat (lacuna_strip_get_view (fixture->strip).bytes_per_pixel, <, before / 30000);
      for (int notch = 0; notch < 29; notch++)
        click (WHEEL_DOWN);
      set_key (XK_Control_L, FALSE);
      run_for (300);
      g_assert_cmpint (n_hovered, ==, 1);
    }
  g_signal_handler_disconnect (fixture->strip, handler);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
}

static void
test_wheel_pans (Fixture      *fixture,
                 gconstpointer data)
{
  guint64 origin;

  lacuna_strip_zoom (fixture->strip, 64, FALSE);
  point (fixture, 300, middle_y (fixture));
  origin = lacuna_strip_get_view (fixture->strip).origin;
  click (WHEEL_DOWN);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, origin) + 90), <, 1);
  set_key (XK_Shift_L, TRUE);
  click (WHEEL_DOWN);
  set_key (XK_Shift_L, FALSE);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, origin) + 450), <, 1);

  /* Vertical, down is towards the low end. */
  gtk_orientable_set_orientation (GTK_ORIENTABLE (fixture->strip), GTK_ORIENTATION_VERTICAL);
  run_for (200);
  point (fixture, 300, middle_y (fixture));
  lacuna_strip_zoom (fixture->strip, 4, FALSE);
  origin = lacuna_strip_get_view (fixture->strip).origin;
  click (WHEEL_DOWN);
  g_assert_cmphex (lacuna_strip_get_view (fixture->strip).origin, <, origin);
}

static void
test_middle_drag_pans (Fixture      *fixture,
                       gconstpointer data)
{
  guint64 address;

  lacuna_strip_zoom (fixture->strip, 64, FALSE);
  point (fixture, 300, middle_y (fixture));
  address = strip_address_at (fixture, 300);
  set_button (2, TRUE);
  for (int x = 300; x <= 520; x += 20)
    point (fixture, x, middle_y (fixture));
  set_button (2, FALSE);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, address) - 520), <, 1.5);
  g_assert_cmpuint (lac_range_size (lacuna_strip_get_measure (fixture->strip)), ==, 0);
  g_assert_cmpuint (lac_range_size (lacuna_strip_get_selection (fixture->strip)), ==, 0);
}

static void
test_drag_measures (Fixture      *fixture,
                    gconstpointer data)
{
  struct lac_range region = strip_large_region (fixture);
  struct lac_range measure;
  LacunaView before;
  double start;
  double end;

  lacuna_strip_show_range (fixture->strip, region, FALSE);
  before = lacuna_strip_get_view (fixture->strip);
  start = strip_pixel_of (fixture, region.start);
  end = strip_pixel_of (fixture, region.end);

  /* Near its ends is at its ends. */
  point (fixture, floor (start) + 4, middle_y (fixture));
  set_button (1, TRUE);
  point (fixture, start + 60, middle_y (fixture));
  point (fixture, floor (end) - 4, middle_y (fixture));
  g_assert_cmpint (fixture->n_measured, >, 1);
  set_button (1, FALSE);
  measure = lacuna_strip_get_measure (fixture->strip);
  g_assert_cmphex (measure.start, ==, region.start);
  g_assert_cmphex (measure.end, ==, region.end);
  g_assert_cmpint (fixture->n_selected, ==, 0);
  g_assert_cmphex (lacuna_strip_get_view (fixture->strip).origin, ==, before.origin);

  /* But not with Shift; and an end is a whole page. */
  wait_for_a_new_click ();
  set_key (XK_Shift_L, TRUE);
  point (fixture, floor (end) - 4, middle_y (fixture));
  set_button (1, TRUE);
  point (fixture, start + 60, middle_y (fixture));
  point (fixture, floor (start) + 5, middle_y (fixture));
  set_button (1, FALSE);
  set_key (XK_Shift_L, FALSE);
  measure = lacuna_strip_get_measure (fixture->strip);
  g_assert_cmphex (measure.start, >, region.start);
  g_assert_cmphex (measure.end, <, region.end);
  g_assert_cmphex (measure.start % 4096, ==, 0);
  g_assert_cmphex (measure.end % 4096, ==, 0);

  /* A click ends it, and selects. */
  wait_for_a_new_click ();
  point (fixture, floor (start) + 40, middle_y (fixture));
  click (1);
  g_assert_cmpuint (lac_range_size (lacuna_strip_get_measure (fixture->strip)), ==, 0);
  g_assert_cmpint (fixture->n_selected, ==, 1);
  g_assert_cmphex (lacuna_strip_get_selection (fixture->strip).start, ==, region.start);
}

/* Deep enough, single bytes are measured. */
static void
test_drag_measures_bytes (Fixture      *fixture,
                          gconstpointer data)
{
  struct lac_range region = strip_large_region (fixture);
  struct lac_range bytes = { region.start + 0x1003, region.start + 0x1003 + 16 };
  struct lac_range measure;

  lacuna_strip_show_range (fixture->strip, bytes, FALSE);
  point (fixture, strip_pixel_of (fixture, bytes.start + 2) + 4, middle_y (fixture));
  set_button (1, TRUE);
  point (fixture, 450, middle_y (fixture));
  point (fixture, strip_pixel_of (fixture, bytes.start + 9) - 5, middle_y (fixture));
  set_button (1, FALSE);
  measure = lacuna_strip_get_measure (fixture->strip);
  g_assert_cmphex (measure.start, ==, bytes.start + 2);
  g_assert_cmphex (measure.end, ==, bytes.start + 9);
}

/* Past an end of the view, the view follows for as long as the button is held. */
static void
test_drag_moves_the_view_at_its_ends (Fixture      *fixture,
                                      gconstpointer data)
{
  struct lac_range region = strip_large_region (fixture);
  guint64 origin;
  guint64 end;
  int columns = lacuna_strip_get_columns (fixture->strip);

  lacuna_strip_show_range (fixture->strip, region, FALSE);
  lacuna_strip_zoom (fixture->strip, 8, FALSE);
  origin = lacuna_strip_get_view (fixture->strip).origin;
  point (fixture, columns / 2.0, middle_y (fixture));
  set_button (1, TRUE);
  point (fixture, columns - 40, middle_y (fixture));
  run_for (200);
  g_assert_cmphex (lacuna_strip_get_view (fixture->strip).origin, ==, origin);

  point (fixture, columns - 2, middle_y (fixture));
  run_for (300);
  g_assert_cmphex (lacuna_strip_get_view (fixture->strip).origin, >, origin);
  end = lacuna_strip_get_measure (fixture->strip).end;
  run_for (300);
  g_assert_cmphex (lacuna_strip_get_measure (fixture->strip).end, >, end);

  set_button (1, FALSE);
  origin = lacuna_strip_get_view (fixture->strip).origin;
  run_for (200);
  g_assert_cmphex (lacuna_strip_get_view (fixture->strip).origin, ==, origin);
}

static void
told_cb (LacunaStrip *strip,
         gboolean     inside,
         guint64      address,
         gpointer     data)
{
  *(int *) data = inside;
}

static void
popup_cb (LacunaStrip *strip,
          double       x,
          double       y,
          gpointer     data)
{
  gtk_popover_popup (GTK_POPOVER (data));
}

/* The pointer is the menu's while that is open, and what the list points at in between does not keep
 * the strip from telling that the pointer has left. */
static void
test_hover_ends (Fixture      *fixture,
                 gconstpointer data)
{
  GtkWidget *menu = gtk_popover_new ();
  int told = -1;

  gtk_popover_set_child (GTK_POPOVER (menu), gtk_label_new ("Menu"));
  gtk_widget_set_parent (menu, GTK_WIDGET (fixture->strip));
  g_signal_connect (fixture->strip, "hovered", G_CALLBACK (told_cb), &told);
  g_signal_connect (fixture->strip, "menu", G_CALLBACK (popup_cb), menu);

  point (fixture, 400, middle_y (fixture));
  g_assert_cmpint (told, ==, TRUE);
  lacuna_strip_set_hover (fixture->strip, FALSE, 0);
  point (fixture, 400, 2 * middle_y (fixture) + 60);
  g_assert_cmpint (told, ==, FALSE);

  point (fixture, 402, middle_y (fixture));
  g_assert_cmpint (told, ==, TRUE);
  click (3);
  run_for (200);
  g_assert_true (gtk_widget_get_visible (menu));
  g_assert_cmpint (told, ==, FALSE);

  gtk_popover_popdown (GTK_POPOVER (menu));
  run_for (200);
  point (fixture, 400, 2 * middle_y (fixture) + 60);
  g_assert_cmpint (told, ==, FALSE);
  point (fixture, 404, middle_y (fixture));
  g_assert_cmpint (told, ==, TRUE);
  g_signal_handlers_disconnect_by_data (fixture->strip, &told);
  g_signal_handlers_disconnect_by_data (fixture->strip, menu);
  gtk_widget_unparent (menu);
}

static void
test_clicks (Fixture      *fixture,
             gconstpointer data)
{
  struct lac_range region = strip_large_region (fixture);
  double x;

  lacuna_strip_show_range (fixture->strip, region, FALSE);
  lacuna_strip_zoom (fixture->strip, 0.5, FALSE);
  x = floor ((strip_pixel_of (fixture, region.start) + strip_pixel_of (fixture, region.end)) / 2);

  /* The secondary button selects and opens a menu where it was pressed. */
  point (fixture, x, middle_y (fixture));
  click (3);
  g_assert_cmpint (fixture->n_menus, ==, 1);
  g_assert_cmpint (fixture->n_selected, ==, 1);
  g_assert_cmphex (lacuna_strip_get_selection (fixture->strip).start, ==, region.start);
  g_assert_cmpfloat (fabs (fixture->menu_x - x), <, 2);

  wait_for_a_new_click ();
  click (1);
  click (1);
  g_assert_cmpint (fixture->n_activated, ==, 1);
  g_assert_cmpfloat (fabs (strip_pixel_of (fixture, region.end)
                           - strip_pixel_of (fixture, region.start)
                           - 0.66 * lacuna_strip_get_columns (fixture->strip)),
                     <, 2);
}

static void
test_picks_what_is_clicked (Fixture      *fixture,
                            gconstpointer data)
{
  struct lac_range region = strip_large_region (fixture);
  double start;
  guint64 address;

  lacuna_strip_show_range (fixture->strip, region, FALSE);
  start = strip_pixel_of (fixture, region.start);

  lacuna_strip_set_picking (fixture->strip, TRUE);
  point (fixture, floor (start) + 5, middle_y (fixture));
  g_assert_cmpstr (gdk_cursor_get_name (gtk_widget_get_cursor (GTK_WIDGET (fixture->strip))), ==,
                   "crosshair");
  click (1);
  g_assert_cmpint (fixture->n_picked, ==, 1);
  g_assert_cmphex (fixture->picked, ==, region.start);
  g_assert_cmpint (fixture->n_selected, ==, 0);
  g_assert_null (gtk_widget_get_cursor (GTK_WIDGET (fixture->strip)));

  wait_for_a_new_click ();
  lacuna_strip_set_picking (fixture->strip, TRUE);
  point (fixture, floor (start) + 50, middle_y (fixture));
  address = strip_address_at (fixture, floor (start) + 50);
  click (1);
  g_assert_cmpint (fixture->n_picked, ==, 2);
  g_assert_cmphex (fixture->picked, ==, address);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  /* Nobody listens, and the registry would write into this test's output. */
  g_setenv ("GTK_A11Y", "none", TRUE);
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  adw_init ();

  hand = XOpenDisplay (NULL);
  g_assert_nonnull (hand);

#define ADD(path, test) g_test_add (path, Fixture, "python", set_up, test, tear_down)
  ADD ("/app/strip/pointer/hover-does-not-render", test_hover_does_not_render);
  ADD ("/app/strip/pointer/hover-ends", test_hover_ends);
  ADD ("/app/strip/pointer/wheel-zooms-at-the-pointer", test_wheel_zooms_at_the_pointer);
  ADD ("/app/strip/pointer/zoom-leaves-the-hover-alone", test_zoom_leaves_the_hover_alone);
  ADD ("/app/strip/pointer/wheel-pans", test_wheel_pans);
  ADD ("/app/strip/pointer/middle-drag-pans", test_middle_drag_pans);
  ADD ("/app/strip/pointer/drag-measures", test_drag_measures);
  ADD ("/app/strip/pointer/drag-measures-bytes", test_drag_measures_bytes);
  ADD ("/app/strip/pointer/drag-moves-the-view-at-its-ends", test_drag_moves_the_view_at_its_ends);
  ADD ("/app/strip/pointer/clicks", test_clicks);
  ADD ("/app/strip/pointer/picks-what-is-clicked", test_picks_what_is_clicked);
#undef ADD

  status = g_test_run ();
  XCloseDisplay (hand);
  return status;
}
