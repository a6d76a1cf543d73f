/* The window's parts, together: strip, table and gap panel stay in step.
 *
 * In one process with the window, so that parts can be asked what no one outside can see: the view,
 * what the strip outlines, how long the main loop was away.
 *
 * SPDX-License-Identifier: MIT
 */
#include "find-widget.h"
#include "main-loop.h"

#include "app/panel/lacuna-field.h"
#include "app/strip/lacuna-line.h"
#include "app/window/lacuna-tab.h"
#include "app/window/lacuna-window-private.h"

#include <string.h>

static const char before[]
    = "00400000-00401000 r-xp 00000000 fe:00 11 /usr/bin/victim\n"
      "00600000-00620000 rw-p 00000000 00:00 0 [heap]\n"
      "7f0000000000-7f0000100000 r-xp 00000000 fe:00 12 /usr/lib/libc.so.6\n"
      "7f0000200000-7f0000300000 rw-p 00000000 00:00 0 \n"
      "7ffff0000000-7ffff0021000 rw-p 00000000 00:00 0 [stack]\n";

static const char after[]
    = "00400000-00401000 r-xp 00000000 fe:00 11 /usr/bin/victim\n"
      "00600000-00640000 rw-p 00000000 00:00 0 [heap]\n"
      "7f0000000000-7f0000100000 r-xp 00000000 fe:00 12 /usr/lib/libc.so.6\n"
      "7ffff0000000-7ffff0021000 rw-p 00000000 00:00 0 [stack]\n";

typedef struct
{
  LacunaWindow *window;
  char *folder;
  GFile *file;
} Fixture;

static void
write_maps (Fixture    *fixture,
            const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (g_file_peek_path (fixture->file), text, -1, &error);
  g_assert_no_error (error);
}

/* Lets the main loop run until the window shows another snapshot than @old, and has searched it. */
static void
wait_for_snapshot (LacunaWindow   *window,
                   LacunaSnapshot *old)
{
  /* A window that has not been drawn yet has no fields to look at. */
  lacuna_later_build (window->gap_panel);
  wait_until (window->snapshot != old && !lacuna_gap_panel_is_searching (window->gap_panel)
              && lacuna_strip_get_columns (window->strip) > 0);
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  int *n_left = user_data;

  return --*n_left > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Until the window has been styled and laid out as what it is now: what it shows decides what room
 * its parts have, and the strip's view goes with its room. */
static void
wait_for_layout (LacunaWindow *window)
{
  int n_left = 3;

  gtk_widget_add_tick_callback (GTK_WIDGET (window), tick_cb, &n_left, NULL);
  wait_until (n_left <= 0 && window->adapt_source == 0);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autoptr (LacunaTarget) target = NULL;

  fixture->folder = g_dir_make_tmp ("lacuna-test-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (fixture->folder, "maps", NULL);
  fixture->file = g_file_new_for_path (path);
  write_maps (fixture, before);

  fixture->window = g_object_ref_sink (lacuna_window_new (NULL));
  gtk_window_present (GTK_WINDOW (fixture->window));
  target = lacuna_target_new_for_file (fixture->file);
  lacuna_window_open_target (fixture->window, target);
  wait_for_snapshot (fixture->window, NULL);
  wait_for_layout (fixture->window);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (GFile) folder = g_file_new_for_path (fixture->folder);

  gtk_window_destroy (GTK_WINDOW (fixture->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->window);
  g_file_delete (fixture->file, NULL, NULL);
  g_file_delete (folder, NULL, NULL);
  g_object_unref (fixture->file);
  g_free (fixture->folder);
}

static void
test_strip_selects_everywhere (Fixture      *fixture,
                               gconstpointer data)
{
  LacunaWindow *window = fixture->window;
  struct lac_range selection;

  /* An address in the middle of a region stands for the region. */
  g_signal_emit_by_name (window->strip, "selected", G_GUINT64_CONSTANT (0x7f0000012345));
  g_assert_true (window->any_selected);
  selection = lacuna_strip_get_selection (window->strip);
  g_assert_cmphex (selection.start, ==, G_GUINT64_CONSTANT (0x7f0000000000));
  g_assert_cmphex (selection.end, ==, G_GUINT64_CONSTANT (0x7f0000100000));

  /* And one in a gap for the gap, with its candidate. */
  g_signal_emit_by_name (window->strip, "selected", G_GUINT64_CONSTANT (0x7f0000180000));
  selection = lacuna_strip_get_selection (window->strip);
  g_assert_cmphex (selection.start, ==, G_GUINT64_CONSTANT (0x7f0000100000));
  g_assert_cmphex (selection.end, ==, G_GUINT64_CONSTANT (0x7f0000200000));
  g_assert_cmphex (lacuna_gap_get (lacuna_gap_panel_get_selected (window->gap_panel))->range.start,
                   ==, selection.start);
}

static void
test_row_selects_on_strip (Fixture      *fixture,
                           gconstpointer data)
{
  LacunaWindow *window = fixture->window;

  g_signal_emit_by_name (window->region_pane, "selected", G_GUINT64_CONSTANT (0x600000));
  g_assert_cmphex (lacuna_strip_get_selection (window->strip).start, ==, 0x600000);
  g_assert_cmphex (lacuna_strip_get_selection (window->strip).end, ==, 0x620000);
}

static void
test_matches_are_stepped_through (Fixture      *fixture,
                                  gconstpointer data)
{
  LacunaWindow *window = fixture->window;
  LacunaGapResults *results = lacuna_gap_panel_get_results (window->gap_panel);
  guint n_results = g_list_model_get_n_items (G_LIST_MODEL (results));

  g_assert_cmpuint (n_results, >, 2);
  /* Nothing is asked for, so the first is the first that one goes to. */
  for (guint i = 0; i < n_results + 2; i++)
    {
      g_autoptr (LacunaGap) expected
          = g_list_model_get_item (G_LIST_MODEL (results), MIN (i, n_results - 1));

      g_assert_true (
          gtk_widget_activate_action (GTK_WIDGET (window), "win.next-match", NULL));
      g_assert_cmphex (lacuna_strip_get_selection (window->strip).start, ==,
                       lacuna_gap_get (expected)->range.start);
    }
}

static void
test_anchor_from_selection (Fixture      *fixture,
                            gconstpointer data)
{
  LacunaWindow *window = fixture->window;
  const struct lac_gap_query *query;

  lacuna_window_select (window, 0x600000);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.near-selection", NULL));
  wait_until (!lacuna_gap_panel_is_searching (window->gap_panel));
  query = lacuna_gap_results_get_query (lacuna_gap_panel_get_results (window->gap_panel));
  g_assert_cmpuint (query->n_anchors, ==, 1);
  g_assert_cmphex (query->anchors[0], ==, 0x600000);
  g_assert_cmpuint (query->order, ==, LAC_ORDER_NEAREST);
  g_assert_true (lacuna_strip_get_results (window->strip)
                 == lacuna_gap_panel_get_results (window->gap_panel));
}

/* While something half typed is wrong, no one may take the answer for what was typed before for the
 * answer. */
static void
test_fault_makes_results_stale (Fixture      *fixture,
                                gconstpointer data)
{
  LacunaWindow *window = fixture->window;
  LacunaField *size = LACUNA_FIELD (
      gtk_widget_get_template_child (GTK_WIDGET (window->gap_panel), LACUNA_TYPE_GAP_PANEL,
                                     "size"));
  GtkWidget *copy = GTK_WIDGET (gtk_widget_get_template_child (
      GTK_WIDGET (window->gap_panel), LACUNA_TYPE_GAP_PANEL, "copy_button"));
  GtkWidget *view = GTK_WIDGET (gtk_widget_get_template_child (
      GTK_WIDGET (window->gap_panel), LACUNA_TYPE_GAP_PANEL, "results_view"));
  GtkLabel *headline = GTK_LABEL (gtk_widget_get_template_child (
      GTK_WIDGET (window->gap_panel), LACUNA_TYPE_GAP_PANEL, "headline"));
  GListModel *listed = G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (view)));
  guint n_listed = g_list_model_get_n_items (listed);

  g_assert_nonnull (lacuna_strip_get_results (window->strip));
  /* Nobody means any of them before one goes to it. */
  g_assert_false (gtk_widget_get_sensitive (copy));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.next-match", NULL));
  g_assert_true (gtk_widget_get_sensitive (copy));

  lacuna_field_set_text (size, "64Q");
  wait_until (!lacuna_gap_panel_is_searching (window->gap_panel));
  g_assert_nonnull (lacuna_field_get_fault (size));
  g_assert_cmpuint (g_list_model_get_n_items (listed), ==, n_listed);
  g_assert_false (gtk_widget_get_sensitive (view));
  g_assert_false (gtk_widget_get_sensitive (copy));
  g_assert_nonnull (strstr (gtk_label_get_label (headline), "the input before"));
  g_assert_null (lacuna_gap_panel_get_results (window->gap_panel));
  g_assert_null (lacuna_gap_panel_get_selected (window->gap_panel));
  g_assert_null (lacuna_strip_get_results (window->strip));
  lacuna_window_select (window, 0x600000);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.next-match", NULL);
  g_assert_cmphex (lacuna_strip_get_selection (window->strip).start, ==, 0x600000);

  /* The next good form is answered as ever. */
  lacuna_field_set_text (size, "64K");
  wait_until (!lacuna_gap_panel_is_searching (window->gap_panel));
  g_assert_true (gtk_widget_get_sensitive (view));
  g_assert_null (strstr (gtk_label_get_label (headline), "the input before"));
  g_assert_nonnull (lacuna_strip_get_results (window->strip));
  g_assert_cmpuint (lacuna_gap_results_get_query (lacuna_strip_get_results (window->strip))->size,
                    ==, 64 << 10);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.next-match", NULL));
  g_assert_true (gtk_widget_get_sensitive (copy));
}

static void
test_refresh_keeps_place (Fixture      *fixture,
                          gconstpointer data)
{
  LacunaWindow *window = fixture->window;
  g_autoptr (LacunaSnapshot) old = g_object_ref (window->snapshot);
  struct lac_range libc
      = { G_GUINT64_CONSTANT (0x7f0000000000), G_GUINT64_CONSTANT (0x7f0000100000) };
  LacunaView view;

  lacuna_window_select (window, libc.start);
  lacuna_strip_show_range (window->strip, libc, FALSE);
  view = lacuna_strip_get_view (window->strip);

  write_maps (fixture, after);
  lacuna_window_refresh (window);
  wait_for_snapshot (window, old);

  g_assert_cmphex (lacuna_strip_get_view (window->strip).origin, ==, view.origin);
  g_assert_cmpfloat_with_epsilon (lacuna_strip_get_view (window->strip).bytes_per_pixel,
                                  view.bytes_per_pixel, view.bytes_per_pixel / 1000);
  g_assert_true (window->any_selected);
  g_assert_cmphex (lacuna_strip_get_selection (window->strip).start, ==, libc.start);
  g_assert_cmphex (lacuna_strip_get_selection (window->strip).end, ==, libc.end);

  /* What has grown is selected as it is now. */
  lacuna_window_select (window, 0x600000);
  g_assert_cmphex (lacuna_strip_get_selection (window->strip).end, ==, 0x640000);
}

static void
test_fault_keeps_view (Fixture      *fixture,
                       gconstpointer data)
{
  LacunaWindow *window = fixture->window;
  g_autoptr (LacunaSnapshot) old = g_object_ref (window->snapshot);

  write_maps (fixture, "this is no map\n");
  lacuna_window_refresh (window);
  wait_until (window->cancellable == NULL);
  g_assert_true (window->snapshot == old);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "view");
}

/* A million regions: nothing that the window does with them may keep the main loop for long. */
static void
test_million_rows (Fixture      *fixture,
                   gconstpointer data)
{
  LacunaWindow *window = fixture->window;
  g_autoptr (LacunaSnapshot) old = g_object_ref (window->snapshot);
  g_autoptr (GString) text = g_string_new (NULL);
  guint64 address = G_GUINT64_CONSTANT (0x7f0000000000);
  gint64 started;
  gint64 longest = 0;
  guint wake;

  for (guint i = 0; i < 1000000; i++, address += 0x3000)
    g_string_append_printf (text,
                            "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER
                            "x rw-p 00000000 00:00 0 \n",
                            address, address + 0x1000);
  write_maps (fixture, text->str);

  started = g_get_monotonic_time ();
  lacuna_window_refresh (window);
  wake = g_timeout_add (5, wake_cb, NULL);
  while (window->snapshot == old || lacuna_gap_panel_is_searching (window->gap_panel))
    {
      gint64 iteration;

      while (!g_main_context_pending (NULL))
        g_usleep (1000);
      iteration = g_get_monotonic_time ();
      g_main_context_iteration (NULL, TRUE);
      longest = MAX (longest, g_get_monotonic_time () - iteration);
    }
  g_source_remove (wake);
  g_test_message ("shown after %.0f ms; the longest turn of the main loop took %.0f ms",
                  (double) (g_get_monotonic_time () - started) / 1000, (double) longest / 1000);
  /* Far above what it takes, since sanitizers and busy machines are slow. */
  g_assert_cmpint (longest, <, 3 * G_TIME_SPAN_SECOND);
}

/* Until the window has adapted to its width, and been styled and laid out as what it is now. */
static void
wait_for_room (LacunaWindow *window,
               LacunaRoom    room)
{
  wait_until (window->room == room && window->adapt_source == 0);
  wait_for_layout (window);
}

static gboolean
is_shown_label_of (GtkWidget    *widget,
                   gconstpointer text)
{
  return GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget)
         && g_str_equal (gtk_label_get_label (GTK_LABEL (widget)), text);
}

/* (nullable): the label in @root that is shown and says @text. */
static GtkWidget *
find_label (GtkWidget  *root,
            const char *text)
{
  return find_matching (root, is_shown_label_of, text);
}

/* Whether the chooser says @text, all of it, inside the window. */
static gboolean
says_whole (LacunaWindow *window,
            const char   *text)
{
  GtkWidget *label = find_label (GTK_WIDGET (window->chooser), text);
  graphene_rect_t bounds;

  return label != NULL && !pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (label)))
         && gtk_widget_compute_bounds (label, GTK_WIDGET (window), &bounds) && bounds.size.width > 0
         && bounds.origin.x >= 0
         && bounds.origin.x + bounds.size.width
                <= (float) gtk_widget_get_width (GTK_WIDGET (window));
}

/* The window has to fit a phone, and half a screen with everything in it. It gives up parts only
 * when it has become narrower, so that at each step it has to let itself be made as narrow as the
 * next one begins. */
static void
test_minimum_width (Fixture      *fixture,
                    gconstpointer data)
{
  static const struct
  {
    GtkOrientation orientation;
    LacunaRoom room;
    int width;
    int minimum; /* at most */
  } steps[] = {
    { GTK_ORIENTATION_HORIZONTAL, LACUNA_ROOM_WIDE, 1280, 1019 },
    { GTK_ORIENTATION_HORIZONTAL, LACUNA_ROOM_MEDIUM, 1019, 639 },
    { GTK_ORIENTATION_HORIZONTAL, LACUNA_ROOM_NARROW, 639, 360 },
    { GTK_ORIENTATION_HORIZONTAL, LACUNA_ROOM_NARROW, 360, 360 },
    { GTK_ORIENTATION_VERTICAL, LACUNA_ROOM_WIDE, 1280, 1019 },
    { GTK_ORIENTATION_VERTICAL, LACUNA_ROOM_MEDIUM, 1019, 819 },
    { GTK_ORIENTATION_VERTICAL, LACUNA_ROOM_NARROW, 819, 360 },
    { GTK_ORIENTATION_VERTICAL, LACUNA_ROOM_NARROW, 360, 360 },
  };
  LacunaWindow *window = fixture->window;
  GdkDisplay *display = gtk_widget_get_display (GTK_WIDGET (window));
  g_autoptr (GtkCssProvider) style = gtk_css_provider_new ();

  /* An application loads its style by itself; there is none here. */
  gtk_css_provider_load_from_resource (style, "/io/github/lacuna_project/Lacuna/style.css");
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (style),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);

  lacuna_window_select (window, 0x600000);
  lacuna_target_chooser_set_title (window->chooser, "chromium 4194304");
  lacuna_target_chooser_set_state (window->chooser, "stopped", TRUE, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      int minimum;

      lacuna_window_set_orientation (window, steps[i].orientation);
      gtk_window_set_default_size (GTK_WINDOW (window), steps[i].width, 700);
      wait_for_room (window, steps[i].room);
      gtk_widget_measure (GTK_WIDGET (window), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL,
                          NULL, NULL);
      g_test_message ("%d wide: at least %d", steps[i].width, minimum);
      g_assert_cmpint (minimum, <=, steps[i].minimum);
      lacuna_target_chooser_set_state (window->chooser, "stopped", TRUE, NULL);
      wait_until (says_whole (window, "4194304"));
      wait_until (says_whole (window, "stopped"));
      lacuna_target_chooser_set_state (window->chooser, "sleeping", FALSE, NULL);
      wait_until (says_whole (window, "4194304"));
      wait_until (says_whole (window, "sleeping"));
    }
  gtk_style_context_remove_provider_for_display (display, GTK_STYLE_PROVIDER (style));

  /* The next window takes over how this one stood. */
  lacuna_window_set_orientation (window, GTK_ORIENTATION_HORIZONTAL);
  gtk_window_set_default_size (GTK_WINDOW (window), 1280, 860);
  wait_for_room (window, LACUNA_ROOM_WIDE);
}

/* The parts' own minimum, which the window may be made smaller than until they lie anew. */
static int
measure_parts (LacunaWindow  *window,
               GtkOrientation orientation,
               int            width)
{
  GtkWidget *parts = adw_application_window_get_content (ADW_APPLICATION_WINDOW (window));
  int minimum;

  gtk_widget_measure (parts, orientation, width, &minimum, NULL, NULL, NULL);
  return minimum;
}

/* Until the window has that height, of which a frame of its own takes a little. */
static void
wait_for_height (LacunaWindow *window,
                 int           height)
{
  wait_until (ABS (gtk_widget_get_height (GTK_WIDGET (window)) - height) <= 20);
  g_assert_cmpint (gtk_widget_get_height (GTK_WIDGET (window)), <=, height);
}

/* A 1080p laptop at 200 % has 960 by 540 pixels, of which the desktop's bar takes some. Nothing may
 * be cut off there, nor on a phone that lies; whatever the window was before. */
static void
test_minimum_height (Fixture      *fixture,
                     gconstpointer data)
{
  static const struct
  {
    LacunaRoom room;
    int width;
    int height;
  } screens[] = {
    { LACUNA_ROOM_MEDIUM, 960, 510 }, { LACUNA_ROOM_NARROW, 360, 540 },
    { LACUNA_ROOM_WIDE, 1280, 600 },  { LACUNA_ROOM_NARROW, 360, 690 },
    { LACUNA_ROOM_NARROW, 500, 610 }, { LACUNA_ROOM_WIDE, 1280, 860 },
  };
  LacunaWindow *window = fixture->window;
  GdkDisplay *display = gtk_widget_get_display (GTK_WIDGET (window));
  g_autoptr (GtkCssProvider) style = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (style, "/io/github/lacuna_project/Lacuna/style.css");
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (style),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  lacuna_window_select (window, 0x600000);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (screens); i++)
    {
      guint screen = i % G_N_ELEMENTS (screens);
      int width;
      int height;

      lacuna_window_set_orientation (window, i < G_N_ELEMENTS (screens)
                                                 ? GTK_ORIENTATION_HORIZONTAL
                                                 : GTK_ORIENTATION_VERTICAL);
      gtk_window_set_default_size (GTK_WINDOW (window), screens[screen].width,
                                   screens[screen].height);
      wait_for_height (window, screens[screen].height);
      wait_for_room (window, screens[screen].room);
      width = measure_parts (window, GTK_ORIENTATION_HORIZONTAL, -1);
      height = measure_parts (window, GTK_ORIENTATION_VERTICAL, MAX (width, screens[screen].width));
      g_test_message ("%d by %d: at least %d by %d", screens[screen].width,
                      screens[screen].height, width, height);
      g_assert_cmpint (width, <=, screens[screen].width);
      g_assert_cmpint (height, <=, screens[screen].height);
      /* The panel has the height of the window where that is little. */
      g_assert_true (gtk_widget_is_ancestor (GTK_WIDGET (window->strip), GTK_WIDGET (window->flap))
                     == (screens[screen].height < 680));
      g_assert_true (gtk_widget_is_ancestor (GTK_WIDGET (window->region_pane),
                                             GTK_WIDGET (window->flap)));
    }
  gtk_style_context_remove_provider_for_display (display, GTK_STYLE_PROVIDER (style));
  lacuna_window_set_orientation (window, GTK_ORIENTATION_HORIZONTAL);
  wait_for_room (window, LACUNA_ROOM_WIDE);
}

/* What is mistyped in the filter is named, and shows nothing rather than everything. */
static void
test_filter_names_fault (Fixture      *fixture,
                         gconstpointer data)
{
  LacunaWindow *window = fixture->window;
  GtkWidget *pane = GTK_WIDGET (window->region_pane);
  GtkWidget *entry = GTK_WIDGET (
      gtk_widget_get_template_child (pane, LACUNA_TYPE_REGION_PANE, "filter_entry"));
  GtkLabel *label = GTK_LABEL (
      gtk_widget_get_template_child (pane, LACUNA_TYPE_REGION_PANE, "empty_label"));
  GtkStack *stack
      = GTK_STACK (gtk_widget_get_template_child (pane, LACUNA_TYPE_REGION_PANE, "stack"));

  gtk_editable_set_text (GTK_EDITABLE (entry), ">banana");
  wait_until (gtk_widget_has_css_class (entry, "error"));
  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "empty");
  g_assert_nonnull (strstr (gtk_label_get_label (label), ">banana"));

  gtk_editable_set_text (GTK_EDITABLE (entry), ">4K");
  wait_until (!gtk_widget_has_css_class (entry, "error"));
  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "rows");
}

static gboolean
is_button_of (GtkWidget    *widget,
              gconstpointer label)
{
  return GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0;
}

/* Who comes to a scale by the Tab key reads what it does; a click needs no words. */
static void
test_focus_is_explained (Fixture      *fixture,
                         gconstpointer data)
{
  LacunaWindow *window = fixture->window;
  GtkWidget *linear = find_matching (GTK_WIDGET (window->toolbar), is_button_of, "Linear");
  LacunaLine *title = LACUNA_LINE (gtk_widget_get_template_child (
      GTK_WIDGET (window->details), LACUNA_TYPE_DETAILS, "title"));
  LacunaLine *sentence = LACUNA_LINE (gtk_widget_get_template_child (
      GTK_WIDGET (window->details), LACUNA_TYPE_DETAILS, "sentence"));

  g_assert_nonnull (linear);
  gtk_window_set_focus_visible (GTK_WINDOW (window), FALSE);
  gtk_widget_grab_focus (linear);
  g_assert_cmpstr (lacuna_line_get_text (title), !=, "Linear");

  gtk_window_set_focus_visible (GTK_WINDOW (window), TRUE);
  g_assert_cmpstr (lacuna_line_get_text (title), ==, "Linear");
  g_assert_cmpstr (lacuna_line_get_text (sentence), ==, gtk_widget_get_tooltip_text (linear));

  gtk_widget_grab_focus (GTK_WIDGET (window->strip));
  g_assert_cmpstr (lacuna_line_get_text (title), !=, "Linear");
}

static void
note_focus (GPtrArray *visited,
            GtkWidget *root)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (root));

  g_assert_nonnull (focus);
  /* No widget holds the focus for two Tabs running, and none has it twice in a round. */
  g_assert_false (g_ptr_array_find (visited, focus, NULL));
  g_ptr_array_add (visited, focus);
}

static guint
count_in (GPtrArray *visited,
          GtkWidget *part)
{
  guint n = 0;

  for (guint i = 0; i < visited->len; i++)
    if (visited->pdata[i] == part || gtk_widget_is_ancestor (visited->pdata[i], part))
      n++;
  return n;
}

/* Tab goes all around the window, and past a list in one step, however long it is. */
static void
test_tab_goes_around (Fixture      *fixture,
                      gconstpointer data)
{
  LacunaWindow *window = fixture->window;
  GtkWidget *root = GTK_WIDGET (window);
  GtkWidget *rows = GTK_WIDGET (gtk_widget_get_template_child (
      GTK_WIDGET (window->region_pane), LACUNA_TYPE_REGION_PANE, "view"));
  GtkWidget *results = GTK_WIDGET (gtk_widget_get_template_child (
      GTK_WIDGET (window->gap_panel), LACUNA_TYPE_GAP_PANEL, "results_view"));
  static const gboolean directions[] = { TRUE, FALSE };

  for (guint i = 0; i < G_N_ELEMENTS (directions); i++)
    {
      g_autoptr (GPtrArray) visited = g_ptr_array_new ();

      g_assert_true (gtk_widget_grab_focus (GTK_WIDGET (window->strip)));
      do
        {
          GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (root));

          g_test_message ("%s", G_OBJECT_TYPE_NAME (focus));
          note_focus (visited, root);
          g_assert_cmpuint (visited->len, <, 100);
          lacuna_tab_move (root, directions[i]);
        }
      while (gtk_window_get_focus (GTK_WINDOW (root)) != GTK_WIDGET (window->strip));

      g_assert_cmpuint (count_in (visited, GTK_WIDGET (window->chooser)), ==, 1);
      g_assert_cmpuint (count_in (visited, GTK_WIDGET (window->region_pane)), >, 1);
      g_assert_cmpuint (count_in (visited, GTK_WIDGET (window->gap_panel)), >, 1);
      g_assert_cmpuint (count_in (visited, rows), ==, 1);
      g_assert_cmpuint (count_in (visited, results), ==, 1);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP there is no display\n");
      return 0;
    }
  adw_init ();

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/app/parts/strip-selects-everywhere", test_strip_selects_everywhere);
  ADD ("/app/parts/row-selects-on-the-strip", test_row_selects_on_strip);
  ADD ("/app/parts/matches-are-stepped-through", test_matches_are_stepped_through);
  ADD ("/app/parts/anchor-from-selection", test_anchor_from_selection);
  ADD ("/app/parts/fault-makes-the-results-stale", test_fault_makes_results_stale);
  ADD ("/app/parts/focus-is-explained", test_focus_is_explained);
  ADD ("/app/parts/tab-goes-around-the-window", test_tab_goes_around);
  ADD ("/app/parts/window-fits-a-phone", test_minimum_width);
  ADD ("/app/parts/window-fits-a-small-screen", test_minimum_height);
  ADD ("/app/parts/filter-names-what-is-no-size", test_filter_names_fault);
  ADD ("/app/parts/refresh-keeps-the-place", test_refresh_keeps_place);
  ADD ("/app/parts/fault-on-refresh-keeps-the-view", test_fault_keeps_view);
  ADD ("/app/parts/million-rows-leave-the-main-loop-free", test_million_rows);
#undef ADD

  return g_test_run ();
}
