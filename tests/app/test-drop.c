/* Files dropped on a window: what is said before, and what is shown after.
 *
 * SPDX-License-Identifier: MIT
 */
#include "find-widget.h"

#include "app/window/lacuna-window-drop.h"

#include <string.h>

static GtkDropTarget *
find_target (GtkWidget *window)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (window);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        return GTK_DROP_TARGET (controller);
    }
  g_assert_not_reached ();
}

static gboolean
has_class (GtkWidget    *widget,
           gconstpointer css_class)
{
  return gtk_widget_has_css_class (widget, css_class);
}

static GFile *
fixture (const char *name)
{
  g_autofree char *path
      = g_build_filename (g_getenv ("LACUNA_SOURCE_DIR"), "tests/fixtures/maps", name, "maps",
                          NULL);

  return g_file_new_for_path (path);
}

static gboolean
drop (GtkDropTarget *target,
      const GValue  *value)
{
  gboolean taken = FALSE;

  g_signal_emit_by_name (target, "drop", value, 10.0, 10.0, &taken);
  return taken;
}

static void
hold_over (GtkDropTarget *target,
           gboolean       inside)
{
  GdkDragAction action = 0;

  if (inside)
    g_signal_emit_by_name (target, "enter", 10.0, 10.0, &action);
  else
    g_signal_emit_by_name (target, "leave");
  g_assert_cmpint (action, ==, inside ? GDK_ACTION_COPY : 0);
}

static void
test_hint (void)
{
  LacunaWindow *window = lacuna_window_new (NULL);
  GtkDropTarget *target;
  GtkWidget *hint;

  lacuna_window_add_drop_target (window);
  target = find_target (GTK_WIDGET (window));
  g_assert_null (find_matching (GTK_WIDGET (window), has_class, "drop-hint"));
  hold_over (target, TRUE);
  hint = find_matching (GTK_WIDGET (window), has_class, "drop-hint");
  g_assert_nonnull (hint);
  g_assert_true (gtk_widget_get_visible (hint));
  hold_over (target, FALSE);
  g_assert_false (gtk_widget_get_visible (hint));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
opened_cb (GApplication *application,
           GFile       **files,
           int           n_files,
           const char   *hint,
           gpointer      user_data)
{
  g_ptr_array_add (user_data, g_file_get_path (files[n_files - 1]));
}

static void
test_drop (void)
{
  g_autoptr (AdwApplication) application
      = adw_application_new ("io.github.lacuna_project.Test",
                             G_APPLICATION_NON_UNIQUE | G_APPLICATION_HANDLES_OPEN);
  g_autoptr (GPtrArray) opened = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) first = fixture ("static");
  g_autoptr (GFile) second = fixture ("python");
  g_auto (GValue) one = G_VALUE_INIT;
  g_auto (GValue) several = G_VALUE_INIT;
  g_auto (GValue) none = G_VALUE_INIT;
  GFile *files[] = { first, second };
  LacunaWindow *window;
  GtkDropTarget *target;

  g_signal_connect (application, "open", G_CALLBACK (opened_cb), opened);
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);
  window = lacuna_window_new (GTK_APPLICATION (application));
  lacuna_window_add_drop_target (window);
  target = find_target (GTK_WIDGET (window));

  g_value_init (&one, G_TYPE_FILE);
  g_value_set_object (&one, first);
  g_assert_true (drop (target, &one));
  g_assert_nonnull (strstr (gtk_window_get_title (GTK_WINDOW (window)), "maps"));
  g_assert_cmpuint (opened->len, ==, 0);

  g_value_init (&several, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&several, gdk_file_list_new_from_array (files, G_N_ELEMENTS (files)));
  g_assert_true (drop (target, &several));
  g_assert_cmpuint (opened->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (opened, 0), "python"));

  g_value_init (&none, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&none, gdk_file_list_new_from_array (files, 0));
  g_assert_false (drop (target, &none));
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/app/drop/says-what-letting-go-does", test_hint);
  g_test_add_func ("/app/drop/first-file-here-others-in-windows", test_drop);
  return g_test_run ();
}
