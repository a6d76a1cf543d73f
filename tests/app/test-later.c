/* What a window does without in its first frame: that it comes by itself, and that whoever asks for it
 * earlier has it at once.
 *
 * SPDX-License-Identifier: MIT
 */
#include "find-widget.h"
#include "main-loop.h"

#include "app/panel/lacuna-gap-panel.h"
#include "app/panel/lacuna-inspector.h"
#include "app/strip/lacuna-strip.h"
#include "app/table/lacuna-region-pane.h"
#include "app/window/lacuna-window.h"

static void
count_cb (guint *count)
{
  ++*count;
}

static void
test_part (void)
{
  GtkWidget *part = g_object_ref_sink (g_object_new (LACUNA_TYPE_INSPECTOR, "later", TRUE, NULL));
  guint n_built = 0;

  g_signal_connect_swapped (part, "built", G_CALLBACK (count_cb), &n_built);
  g_assert_false (lacuna_later_is_built (part));
  g_assert_null (gtk_widget_get_first_child (part));
  for (guint i = 0; i < 2; i++)
    {
      lacuna_later_build (part);
      g_assert_true (lacuna_later_is_built (part));
      g_assert_nonnull (gtk_widget_get_first_child (part));
      g_assert_cmpuint (n_built, ==, 1);
    }
  g_object_unref (part);

  part = g_object_ref_sink (g_object_new (LACUNA_TYPE_INSPECTOR, NULL));
  g_assert_true (lacuna_later_is_built (part));
  g_object_unref (part);
}

/* A window that has read what it shows, and was never on a screen. */
static GtkWidget *
make_window (void)
{
  LacunaWindow *window = lacuna_window_new (NULL);
  LacunaStrip *strip = LACUNA_STRIP (find_type (GTK_WIDGET (window), LACUNA_TYPE_STRIP));

  lacuna_window_open_spelling (window, "self");
  wait_until (lacuna_strip_get_snapshot (strip) != NULL);
  return GTK_WIDGET (window);
}

static guint
count_rows (GtkWidget *window)
{
  GtkWidget *view = find_type (window, GTK_TYPE_COLUMN_VIEW);

  g_assert_nonnull (view);
  return g_list_model_get_n_items (
      G_LIST_MODEL (gtk_column_view_get_model (GTK_COLUMN_VIEW (view))));
}

static void
test_asked (void)
{
  GtkWidget *window = make_window ();
  GtkWidget *pane = find_type (window, LACUNA_TYPE_REGION_PANE);
  GtkWidget *panel = find_type (window, LACUNA_TYPE_GAP_PANEL);
  GtkWidget *focus;

  g_assert_false (lacuna_later_is_built (pane));
  g_assert_false (lacuna_later_is_built (panel));

  gtk_widget_activate_action (window, "win.filter", NULL);
  focus = gtk_window_get_focus (GTK_WINDOW (window));
  g_assert_true (focus != NULL && gtk_widget_is_ancestor (focus, pane));
  g_assert_cmpuint (count_rows (window), >, 0);

  gtk_widget_activate_action (window, "win.find-gap", NULL);
  focus = gtk_window_get_focus (GTK_WINDOW (window));
  g_assert_true (focus != NULL && gtk_widget_is_ancestor (focus, panel));
  wait_until (lacuna_gap_panel_get_results (LACUNA_GAP_PANEL (panel)) != NULL);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What was chosen, or is remembered, is so once there is something that shows it. */
static void
test_remembered (void)
{
  GtkWidget *window = make_window ();
  GtkWidget *pane = find_type (window, LACUNA_TYPE_REGION_PANE);
  g_autofree char *show = NULL;
  guint n_gaps;

  g_object_set (window, "show", "gaps", NULL);
  g_assert_false (lacuna_later_is_built (pane));
  lacuna_later_build (pane);
  g_object_get (window, "show", &show, NULL);
  g_assert_cmpstr (show, ==, "gaps");
  n_gaps = count_rows (window);
  g_assert_cmpuint (n_gaps, >, 0);
  g_assert_true (gtk_widget_activate_action (window, "win.show", "s", "both"));
  wait_until (count_rows (window) > n_gaps);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_by_itself (void)
{
  GtkWidget *window = make_window ();
  GtkWidget *pane = find_type (window, LACUNA_TYPE_REGION_PANE);
  GtkWidget *panel = find_type (window, LACUNA_TYPE_GAP_PANEL);
  GtkWidget *inspector = find_type (window, LACUNA_TYPE_INSPECTOR);
  LacunaStrip *strip = LACUNA_STRIP (find_type (window, LACUNA_TYPE_STRIP));

  gtk_window_present (GTK_WINDOW (window));
  wait_until (lacuna_later_is_built (pane) || lacuna_later_is_built (panel));
  g_assert_cmpuint (lacuna_strip_get_n_renders (strip), >, 0);
  wait_until (lacuna_later_is_built (pane) && lacuna_later_is_built (panel)
              && lacuna_later_is_built (inspector));
  g_assert_cmpuint (count_rows (window), >, 0);
  wait_until (lacuna_gap_panel_get_results (LACUNA_GAP_PANEL (panel)) != NULL);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Nothing is built in a window that is gone: that would be a critical warning, which ends this. */
static void
test_closed (void)
{
  GtkWidget *window = make_window ();
  LacunaStrip *strip = LACUNA_STRIP (find_type (window, LACUNA_TYPE_STRIP));

  gtk_window_present (GTK_WINDOW (window));
  wait_until (lacuna_strip_get_n_renders (strip) > 0);
  gtk_window_destroy (GTK_WINDOW (window));
  for (guint i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
}

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/app/later/a-part-is-empty-until-it-is-built", test_part);
  g_test_add_func ("/app/later/who-asks-has-it-at-once", test_asked);
  g_test_add_func ("/app/later/what-is-remembered-is-shown", test_remembered);
  g_test_add_func ("/app/later/the-rest-comes-after-the-strip", test_by_itself);
  g_test_add_func ("/app/later/a-window-may-close-before", test_closed);
  return g_test_run ();
}
