/* What the window shows where it has no picture: what it waits for, what it could not read, and which
 * processes of a name there are.
 *
 * SPDX-License-Identifier: MIT
 */
#include "find-widget.h"
#include "main-loop.h"

#include "app/chooser/lacuna-target-list.h"
#include "app/window/lacuna-window-private.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void
wait_for_page (LacunaWindow *window,
               const char   *name)
{
  wait_until (g_strcmp0 (gtk_stack_get_visible_child_name (window->stack), name) == 0);
}

static void
wait_for_text (GtkLabel   *label,
               const char *part)
{
  wait_until (strstr (gtk_label_get_label (label), part) != NULL);
}

static LacunaWindow *
make_window (void)
{
  LacunaWindow *window = g_object_ref_sink (lacuna_window_new (NULL));

  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static void
destroy_window (LacunaWindow *window)
{
  gtk_window_close (GTK_WINDOW (window));
  /* A load that runs holds the window until it notices. */
  wait_until (G_OBJECT (window)->ref_count == 1);
  g_assert_finalize_object (window);
}

/* A pipe that nobody writes to: after a while that is said, and one can stop waiting. */
static void
test_pipe (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lacuna-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "pipe", NULL);
  LacunaWindow *window = make_window ();

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  lacuna_window_open_spelling (window, path);
  wait_for_page (window, "loading");
  g_assert_false (gtk_widget_get_visible (window->cancel_button));
  wait_for_text (window->loading_label, "Waiting for a program to write to pipe");
  g_assert_true (gtk_widget_get_visible (window->cancel_button));
  g_signal_emit_by_name (window->cancel_button, "clicked");
  wait_for_page (window, "failure");
  g_assert_cmpstr (adw_status_page_get_title (window->failure_page), ==, "Reading Cancelled");
  g_assert_null (window->cancellable);

  /* And again. */
  g_assert_true (gtk_widget_get_visible (window->try_again_button));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.refresh", NULL));
  wait_for_page (window, "loading");
  g_assert_false (gtk_widget_get_visible (window->cancel_button));
  destroy_window (window);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* What came from standard input does not come again; a file may. */
static void
test_try_again (void)
{
  LacunaWindow *window = make_window ();

  g_assert_nonnull (freopen ("/dev/null", "r", stdin));
  lacuna_window_open_spelling (window, "-");
  wait_for_page (window, "failure");
  g_assert_false (gtk_widget_get_visible (window->try_again_button));
  lacuna_window_open_spelling (window, "/nonexistent/maps");
  wait_until (strstr (adw_status_page_get_title (window->failure_page), "maps") != NULL);
  g_assert_true (gtk_widget_get_visible (window->try_again_button));
  destroy_window (window);
}

/* Several processes have the name: the list of processes opens, with that name searched for. */
static void
test_several (void)
{
  const char *const arguments[] = { "sleep", "600", NULL };
  LacunaWindow *window = make_window ();
  GtkWidget *list;
  GtkWidget *search;
  GPid pids[2];

  for (gsize i = 0; i < G_N_ELEMENTS (pids); i++)
    g_assert_true (g_spawn_async (NULL, (char **) arguments, NULL,
                                  G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                  &pids[i], NULL));
  lacuna_window_open_spelling (window, "name:sleep");
  wait_for_page (window, "failure");
  g_assert_cmpstr (adw_status_page_get_title (window->failure_page), ==,
                   "Several Processes Are Called sleep");
  g_assert_null (strchr (adw_status_page_get_description (window->failure_page), '\n'));

  list = find_type (GTK_WIDGET (window->chooser), LACUNA_TYPE_TARGET_LIST);
  g_assert_nonnull (list);
  wait_until (gtk_widget_get_mapped (list));
  search = find_type (list, GTK_TYPE_SEARCH_ENTRY);
  g_assert_nonnull (search);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (search)), ==, "sleep");

  destroy_window (window);
  for (gsize i = 0; i < G_N_ELEMENTS (pids); i++)
    {
      kill (pids[i], SIGKILL);
      g_spawn_close_pid (pids[i]);
    }
}

/* A toast takes the place of the one before. */
static void
test_toasts (void)
{
  LacunaWindow *window = make_window ();
  AdwToast *toast;

  lacuna_window_toast (window, "one");
  toast = window->toast;
  g_assert_nonnull (toast);
  lacuna_window_toast (window, "<two>");
  g_assert_true (window->toast == toast);
  g_assert_cmpstr (adw_toast_get_title (toast), ==, "&lt;two&gt;");

  /* And goes by itself. */
  wait_until (window->toast == NULL);
  g_assert_cmpuint (window->toast_source, ==, 0);
  run_for (1000);
  destroy_window (window);
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("GTK_A11Y", "none", TRUE);
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  adw_init ();
  g_test_add_func ("/app/pages/pipe-is-waited-for", test_pipe);
  g_test_add_func ("/app/pages/try-again-where-it-may-help", test_try_again);
  g_test_add_func ("/app/pages/several-of-a-name", test_several);
  g_test_add_func ("/app/pages/toast-replaces-the-last", test_toasts);
  return g_test_run ();
}
