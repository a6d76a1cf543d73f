/* The choice of a process: what is on top, what typing leaves, and what stays while processes come
 * and go.
 *
 * SPDX-License-Identifier: MIT
 */
#include "find-widget.h"
#include "main-loop.h"

#include "app/chooser/lacuna-target-chooser.h"
#include "app/chooser/lacuna-target-row.h"

#include <adwaita.h>
#include <string.h>

typedef struct
{
  GtkWidget *window;
  LacunaTargetChooser *chooser;
  GtkListView *view;
  GtkEditable *entry;
  char *chosen;
} Fixture;

static GListModel *
rows_of (Fixture *fixture)
{
  return G_LIST_MODEL (gtk_list_view_get_model (fixture->view));
}

/* (transfer full) */
static LacunaProcess *
row (Fixture *fixture,
     guint    position)
{
  return g_list_model_get_item (rows_of (fixture), position);
}

static void
chosen_cb (Fixture    *fixture,
           const char *spelling)
{
  g_free (fixture->chosen);
  fixture->chosen = g_strdup (spelling);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->chooser = g_object_new (LACUNA_TYPE_TARGET_CHOOSER, NULL);
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 600, 600);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->chooser));
  g_signal_connect_swapped (fixture->chooser, "chosen", G_CALLBACK (chosen_cb), fixture);
  gtk_window_present (GTK_WINDOW (fixture->window));
  wait_until (gtk_widget_get_mapped (fixture->window));
  lacuna_target_chooser_popup (fixture->chooser);
  fixture->view = GTK_LIST_VIEW (find_type (GTK_WIDGET (fixture->chooser), GTK_TYPE_LIST_VIEW));
  fixture->entry
      = GTK_EDITABLE (find_type (GTK_WIDGET (fixture->chooser), GTK_TYPE_SEARCH_ENTRY));
  wait_until (g_list_model_get_n_items (rows_of (fixture)) > 0);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_free (fixture->chosen);
}

/* A process that has become the program already. */
static GSubprocess *
start_sleeper (void)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                          &error, "sleep", "98765", NULL);

  g_assert_no_error (error);
  return process;
}

static void
stop (GSubprocess *process)
{
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_object_unref (process);
}

static gint32
pid_of (GSubprocess *process)
{
  return (gint32) g_ascii_strtoll (g_subprocess_get_identifier (process), NULL, 10);
}

/* Where a process is shown under its name; GTK_INVALID_LIST_POSITION when it is not. */
static guint
position_of (Fixture    *fixture,
             gint32      pid,
             const char *name)
{
  for (guint i = 0; i < g_list_model_get_n_items (rows_of (fixture)); i++)
    {
      g_autoptr (LacunaProcess) process = row (fixture, i);

      if (lacuna_process_get_pid (process) == pid
          && strcmp (lacuna_process_get_name (process), name) == 0)
        return i;
    }
  return GTK_INVALID_LIST_POSITION;
}

static void
test_self_first (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (LacunaProcess) first = row (fixture, 0);

  g_assert_true (lacuna_process_is_self (first));
}

static void
test_typing (Fixture      *fixture,
             gconstpointer data)
{
  static const char *const typed[] = { "s", "sl", "sle", "slee", "sleep", "sleep 98765", "slee", "",
                                       "chooser", "e", "" };
  GSubprocess *sleepers[3];

  for (guint i = 0; i < G_N_ELEMENTS (sleepers); i++)
    sleepers[i] = start_sleeper ();
  wait_until (position_of (fixture, pid_of (sleepers[2]), "sleep") != GTK_INVALID_LIST_POSITION);
  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    {
      gtk_editable_set_text (fixture->entry, typed[i]);
      for (int turn = 0; turn < 20; turn++)
        g_main_context_iteration (NULL, FALSE);
      for (guint j = 0; j < g_list_model_get_n_items (rows_of (fixture)); j++)
        {
          g_autoptr (LacunaProcess) process = row (fixture, j);

          g_assert_true (lacuna_process_matches (process, typed[i]));
        }
    }

  /* Of those that are called so the newest comes first; other programs may run one as well. */
  gtk_editable_set_text (fixture->entry, "sleep");
  wait_until (position_of (fixture, pid_of (sleepers[2]), "sleep") != GTK_INVALID_LIST_POSITION);
  for (guint i = 0; i + 1 < G_N_ELEMENTS (sleepers); i++)
    g_assert_cmpuint (position_of (fixture, pid_of (sleepers[i]), "sleep"), >,
                      position_of (fixture, pid_of (sleepers[i + 1]), "sleep"));
  for (guint i = 0; i < G_N_ELEMENTS (sleepers); i++)
    stop (sleepers[i]);
}

static void
test_selection_stays (Fixture      *fixture,
                      gconstpointer data)
{
  GtkSingleSelection *selection = GTK_SINGLE_SELECTION (gtk_list_view_get_model (fixture->view));
  GSubprocess *first = start_sleeper ();
  GSubprocess *second;
  gpointer selected;
  gint32 pid;

  wait_until (position_of (fixture, pid_of (first), "sleep") != GTK_INVALID_LIST_POSITION);
  gtk_single_selection_set_selected (selection, position_of (fixture, pid_of (first), "sleep"));
  selected = gtk_single_selection_get_selected_item (selection);
  second = start_sleeper ();
  pid = pid_of (second);
  wait_until (position_of (fixture, pid, "sleep") != GTK_INVALID_LIST_POSITION);
  g_assert_true (gtk_single_selection_get_selected_item (selection) == selected);
  stop (second);
  wait_until (position_of (fixture, pid, "sleep") == GTK_INVALID_LIST_POSITION);
  g_assert_true (gtk_single_selection_get_selected_item (selection) == selected);
  stop (first);
}

static gboolean
ends_with (GtkWidget    *widget,
           gconstpointer text)
{
  return GTK_IS_LABEL (widget) && g_str_has_suffix (gtk_label_get_label (GTK_LABEL (widget)), text);
}

/* (nullable): the row on the screen that shows this PID. */
static GtkWidget *
find_row (GtkWidget  *root,
          const char *facts)
{
  return find_matching (root, ends_with, facts);
}

/* How far below the upper edge of what is seen a process is shown. */
static double
height_of (Fixture    *fixture,
           const char *facts)
{
  GtkWidget *label = find_row (GTK_WIDGET (fixture->view), facts);
  GtkWidget *frame = gtk_widget_get_parent (GTK_WIDGET (fixture->view));
  double x;
  double y;

  g_assert_nonnull (label);
  g_assert_true (gtk_widget_translate_coordinates (label, frame, 0, 0, &x, &y));
  return y;
}

static void
test_scroll_stays (Fixture      *fixture,
                   gconstpointer data)
{
  GtkWidget *scrolled = gtk_widget_get_ancestor (GTK_WIDGET (fixture->view),
                                                 GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *adjustment
      = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  GSubprocess *sleepers[30];
  GSubprocess *newcomer;
  g_autofree char *facts = NULL;
  double before;

  for (guint i = 0; i < G_N_ELEMENTS (sleepers); i++)
    sleepers[i] = start_sleeper ();
  facts = g_strdup_printf (" · %d", pid_of (sleepers[15]));
  gtk_editable_set_text (fixture->entry, "98765");
  for (guint i = 0; i < G_N_ELEMENTS (sleepers); i++)
    wait_until (position_of (fixture, pid_of (sleepers[i]), "sleep") != GTK_INVALID_LIST_POSITION);
  run_for (300);
  gtk_adjustment_set_value (adjustment, 500);
  run_for (300);
  before = height_of (fixture, facts);

  /* It comes at the top, above everything that is seen. */
  newcomer = start_sleeper ();
  wait_until (position_of (fixture, pid_of (newcomer), "sleep") != GTK_INVALID_LIST_POSITION);
  run_for (300);
  g_assert_cmpuint (position_of (fixture, pid_of (newcomer), "sleep"), <,
                    position_of (fixture, pid_of (sleepers[15]), "sleep"));
  g_assert_cmpfloat_with_epsilon (height_of (fixture, facts), before, 1);

  stop (newcomer);
  for (guint i = 0; i < G_N_ELEMENTS (sleepers); i++)
    stop (sleepers[i]);
}

static gboolean
says_regions (GtkWidget *row_widget)
{
  for (GtkWidget *child = gtk_widget_get_first_child (row_widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (strstr (gtk_label_get_label (GTK_LABEL (child)), " regions") != NULL)
      return TRUE;
  return FALSE;
}

static void
test_counts (Fixture      *fixture,
             gconstpointer data)
{
  wait_until (find_type (GTK_WIDGET (fixture->view), LACUNA_TYPE_TARGET_ROW) != NULL);
  wait_until (says_regions (find_type (GTK_WIDGET (fixture->view), LACUNA_TYPE_TARGET_ROW)));
}

static void
test_choosing (Fixture      *fixture,
               gconstpointer data)
{
  GSubprocess *sleeper = start_sleeper ();
  g_autofree char *pid = g_strdup_printf ("%d", pid_of (sleeper));
  g_autofree char *spelling = g_strdup_printf ("pid:%d", pid_of (sleeper));
  g_autofree char *typed = g_strdup_printf ("sleep %s", pid);

  wait_until (position_of (fixture, pid_of (sleeper), "sleep") != GTK_INVALID_LIST_POSITION);
  gtk_editable_set_text (fixture->entry, typed);
  wait_until (position_of (fixture, pid_of (sleeper), "sleep") == 0);
  g_signal_emit_by_name (fixture->entry, "activate");
  wait_until (fixture->chosen != NULL);
  g_assert_cmpstr (fixture->chosen, ==, spelling);

  /* What no process has is taken for a target itself. */
  lacuna_target_chooser_popup (fixture->chooser);
  wait_until (gtk_widget_get_mapped (GTK_WIDGET (fixture->view)));
  gtk_editable_set_text (fixture->entry, " /no/such/maps-of-anything ");
  wait_until (g_list_model_get_n_items (rows_of (fixture)) == 0);
  g_signal_emit_by_name (fixture->entry, "activate");
  g_assert_cmpstr (fixture->chosen, ==, "/no/such/maps-of-anything");
  stop (sleeper);
}

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

#define ADD(path, function) \
  g_test_add ("/app/chooser/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("oneself-comes-first", test_self_first);
  ADD ("typing-filters-in-order", test_typing);
  ADD ("selection-stays-while-processes-come-and-go", test_selection_stays);
  ADD ("scroll-stays-while-processes-come", test_scroll_stays);
  ADD ("rows-on-the-screen-are-counted", test_counts);
  ADD ("return-chooses", test_choosing);
#undef ADD
  return g_test_run ();
}
