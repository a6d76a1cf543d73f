/* The table of regions and gaps, by itself in a window of its own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "app/table/lacuna-region-pane.h"
#include "app/table/lacuna-region-marks.h"
#include "app/table/lacuna-region-pointer.h"
#include "app/table/lacuna-region-table.h"
#include "app/window/lacuna-scroll-hold.h"
#include "list-fixture.h"
#include "model/lacuna-ink.h"

#include <adwaita.h>

#define PATIENCE (60 * G_TIME_SPAN_SECOND)

typedef struct
{
  GtkWindow *window;
  LacunaRegionPane *pane;
  GtkColumnView *view;
  GtkWidget *rows;
} Fixture;

static gpointer
get_part (Fixture    *fixture,
          const char *name)
{
  return gtk_widget_get_template_child (GTK_WIDGET (fixture->pane), LACUNA_TYPE_REGION_PANE, name);
}

static GListModel *
get_model (Fixture *fixture)
{
  return G_LIST_MODEL (gtk_column_view_get_model (fixture->view));
}

static guint64
get_start (Fixture *fixture,
           guint    position)
{
  g_autoptr (LacunaRow) row = g_list_model_get_item (get_model (fixture), position);

  g_assert_nonnull (row);
  return lacuna_row_get_range (row).start;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (LacunaSnapshot) snapshot = snapshot_of_text (text);

  fixture->pane = g_object_new (LACUNA_TYPE_REGION_PANE, NULL);
  fixture->view = get_part (fixture, "view");
  fixture->rows = lacuna_region_pointer_get_rows (fixture->view);
  fixture->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_default_size (fixture->window, 900, 400);
  gtk_window_set_child (fixture->window, GTK_WIDGET (fixture->pane));
  gtk_window_present (fixture->window);
  lacuna_region_pane_set_snapshot (fixture->pane, snapshot);
  run_for (150);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_object_ref (fixture->pane);
  gtk_window_destroy (fixture->window);
  run_for (20);
  g_assert_finalize_object (fixture->pane);
}

/* The row's widget at a place of the list, found as the pointer finds it. */
static GtkWidget *
row_widget_of (Fixture *fixture,
               guint64  address)
{
  for (GtkWidget *row = gtk_widget_get_first_child (fixture->rows); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    {
      GtkWidget *cell = gtk_widget_get_first_child (row);
      GtkWidget *child = cell != NULL ? gtk_widget_get_first_child (cell) : NULL;
      GtkListItem *item = child != NULL ? lacuna_region_pointer_get_item (child) : NULL;

      if (item != NULL && gtk_list_item_get_item (item) != NULL
          && lac_range_contains (lacuna_row_get_range (gtk_list_item_get_item (item)), address))
        return row;
    }
  return NULL;
}

static void
test_sort_by_action (Fixture      *fixture,
                     gconstpointer data)
{
  GtkWidget *pane = GTK_WIDGET (fixture->pane);
  guint n = g_list_model_get_n_items (get_model (fixture));
  g_autofree char *sort = NULL;

  g_assert_cmpuint (n, ==, 7);
  g_assert_cmphex (get_start (fixture, 0), ==, 0x400000);

  g_assert_true (gtk_widget_activate_action (pane, "list.sort", "s", "size"));
  g_object_get (pane, "sort", &sort, NULL);
  g_assert_cmpstr (sort, ==, "size");
  g_assert_cmphex (get_start (fixture, 0), ==, 0x400000);
  g_assert_cmphex (get_start (fixture, 1), ==, 0x401000);
  g_assert_cmphex (get_start (fixture, n - 1), ==, G_GUINT64_CONSTANT (0x7f0000200000));

  g_assert_true (gtk_widget_activate_action (pane, "list.reverse", NULL));
  g_assert_cmphex (get_start (fixture, 0), ==, G_GUINT64_CONSTANT (0x7f0000000000));
  g_assert_cmphex (get_start (fixture, n - 1), ==, 0x401000);

  g_assert_true (gtk_widget_activate_action (pane, "list.sort", "s", "start"));
  g_assert_cmphex (get_start (fixture, n - 1), ==, 0x400000);
}

/* As a click on a header does it: the view's own arrows, which the pane follows. */
static void
test_sort_by_header (Fixture      *fixture,
                     gconstpointer data)
{
  GListModel *columns = gtk_column_view_get_columns (fixture->view);
  static const struct
  {
    LacunaColumn column;
    GtkSortType type;
    guint64 first;
    const char *sort;
  } cases[] = {
    { LACUNA_COLUMN_NAME, GTK_SORT_ASCENDING, G_GUINT64_CONSTANT (0x7f000030c000), "name" },
    { LACUNA_COLUMN_NAME, GTK_SORT_DESCENDING, G_GUINT64_CONSTANT (0x7ffff0000000), "name" },
    { LACUNA_COLUMN_OFFSET, GTK_SORT_DESCENDING, 0x401000, "offset" },
    { LACUNA_COLUMN_END, GTK_SORT_DESCENDING, G_GUINT64_CONSTANT (0x7ffff0000000), "end" },
    { LACUNA_COLUMN_START, GTK_SORT_ASCENDING, 0x400000, "start" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GtkColumnViewColumn) column
          = g_list_model_get_item (columns, cases[i].column);
      g_autofree char *sort = NULL;
      gboolean descending;

      gtk_column_view_sort_by_column (fixture->view, column, cases[i].type);
      g_object_get (fixture->pane, "sort", &sort, "descending", &descending, NULL);
      g_assert_cmpstr (sort, ==, cases[i].sort);
      g_assert_cmpint (descending, ==, cases[i].type == GTK_SORT_DESCENDING);
      g_assert_cmphex (get_start (fixture, 0), ==, cases[i].first);
    }
}

static void
test_headers_explain (Fixture      *fixture,
                      gconstpointer data)
{
  GtkWidget *header = gtk_widget_get_first_child (GTK_WIDGET (fixture->view));
  guint n = 0;

  for (GtkWidget *title = gtk_widget_get_first_child (header); title != NULL;
       title = gtk_widget_get_next_sibling (title))
    {
      g_assert_nonnull (gtk_widget_get_tooltip_text (title));
      if (n == LACUNA_COLUMN_END)
        g_assert_nonnull (strstr (gtk_widget_get_tooltip_text (title), "half-open"));
      n++;
    }
  g_assert_cmpuint (n, ==, LACUNA_N_COLUMNS);
}

static void
test_hover_marks_row (Fixture      *fixture,
                      gconstpointer data)
{
  GtkWidget *heap = row_widget_of (fixture, 0x600000);
  GtkWidget *libc = row_widget_of (fixture, G_GUINT64_CONSTANT (0x7f0000000000));

  g_assert_nonnull (heap);
  g_assert_nonnull (libc);
  lacuna_region_pane_set_hover (fixture->pane, TRUE, 0x600123);
  g_assert_true (gtk_widget_has_css_class (heap, "pointed"));
  lacuna_region_pane_set_hover (fixture->pane, TRUE, G_GUINT64_CONSTANT (0x7f00000fffff));
  g_assert_false (gtk_widget_has_css_class (heap, "pointed"));
  g_assert_true (gtk_widget_has_css_class (libc, "pointed"));
  lacuna_region_pane_set_hover (fixture->pane, FALSE, 0);
  g_assert_false (gtk_widget_has_css_class (libc, "pointed"));
}

static void
test_changes_glow (Fixture      *fixture,
                   gconstpointer data)
{
  g_autoptr (LacunaSnapshot) before = snapshot_of_text (text);
  g_autofree char *grown_text = g_strdup (text);
  g_autoptr (LacunaSnapshot) after = NULL;
  g_autoptr (LacunaChanges) changes = NULL;
  GtkWidget *heap;

  memcpy (strstr (grown_text, "00620000"), "00640000", 8);
  after = snapshot_of_text (grown_text);
  changes = lacuna_changes_new (lacuna_snapshot_get_map (before), lacuna_snapshot_get_map (after));
  lacuna_region_pane_set_snapshot (fixture->pane, after);
  lacuna_region_pane_set_changes (fixture->pane, changes);
  run_for (100);
  heap = row_widget_of (fixture, 0x600000);
  g_assert_nonnull (heap);
  g_assert_true (gtk_widget_has_css_class (heap, "changed"));
  g_assert_false (gtk_widget_has_css_class (row_widget_of (fixture, 0x400000), "changed"));
  run_for (1600);
  heap = row_widget_of (fixture, 0x600000);
  g_assert_false (gtk_widget_has_css_class (heap, "changed"));
}

static void
test_inks_filter (Fixture      *fixture,
                  gconstpointer data)
{
  GtkStack *stack = get_part (fixture, "stack");
  GtkLabel *count = get_part (fixture, "count_label");

  lacuna_region_pane_set_inks (fixture->pane, 1u << LACUNA_INK_CODE);
  g_assert_cmpuint (g_list_model_get_n_items (get_model (fixture)), ==, 2);
  g_assert_cmpstr (gtk_label_get_label (count), ==, "2 of 7");
  gtk_toggle_button_set_active (get_part (fixture, "show_both"), TRUE);
  g_assert_cmpuint (g_list_model_get_n_items (get_model (fixture)), ==, 2);
  gtk_toggle_button_set_active (get_part (fixture, "show_gaps"), TRUE);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "empty");
  g_assert_true (gtk_widget_get_visible (get_part (fixture, "clear_button")));
  lacuna_region_pane_set_inks (fixture->pane, LACUNA_ALL_INKS);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "rows");
}

static void
count_cb (guint *count)
{
  ++*count;
}

static void
test_empty_can_be_cleared (Fixture      *fixture,
                           gconstpointer data)
{
  GtkStack *stack = get_part (fixture, "stack");
  GtkEditable *entry = get_part (fixture, "filter_entry");
  guint n_cleared = 0;

  g_signal_connect_swapped (fixture->pane, "clear-inks", G_CALLBACK (count_cb), &n_cleared);
  gtk_editable_set_text (entry, "nothing-is-called-so");
  run_for (50);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "empty");
  g_signal_emit_by_name (get_part (fixture, "clear_button"), "clicked");
  run_for (50);
  g_assert_cmpstr (gtk_editable_get_text (entry), ==, "");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "rows");
  g_assert_cmpuint (n_cleared, ==, 0);

  lacuna_region_pane_set_inks (fixture->pane, 1u << LACUNA_INK_SYSTEM);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "empty");
  g_signal_emit_by_name (get_part (fixture, "clear_button"), "clicked");
  g_assert_cmpuint (n_cleared, ==, 1);
}

static double
get_scroll (Fixture *fixture)
{
  return gtk_adjustment_get_value (
      gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (fixture->view)));
}

static double
get_y (Fixture *fixture,
       guint64  address)
{
  GtkWidget *row = row_widget_of (fixture, address);
  graphene_rect_t bounds;

  g_assert_nonnull (row);
  g_assert_true (gtk_widget_compute_bounds (row, fixture->rows, &bounds));
  return bounds.origin.y;
}

/* A view that has let go of its rows has no model until the next frame, and gets the rows a few at
 * a time. */
static guint
count_rows (Fixture *fixture)
{
  GListModel *model = get_model (fixture);

  return model != NULL ? g_list_model_get_n_items (model) : 0;
}

static void
wait_for_rows (Fixture *fixture,
               guint    n_rows)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  while (count_rows (fixture) != n_rows && g_get_monotonic_time () < end)
    run_for (20);
  g_assert_cmpuint (count_rows (fixture), ==, n_rows);
  run_for (150);
}

/* Many rows change at once, so that the view makes them anew. */
static void
test_focus_stays (Fixture      *fixture,
                  gconstpointer data)
{
  const guint n = 100000;
  const guint64 address = 0x10000 + G_GUINT64_CONSTANT (50000) * 0x2000;
  static const guint skips[] = { 0, 30000, 0, 60000 };

  for (gsize i = 0; i < G_N_ELEMENTS (skips); i++)
    {
      g_autoptr (LacunaSnapshot) snapshot = snapshot_of_many (n, skips[i], 0x2000);
      GtkWidget *focus;

      lacuna_region_pane_set_snapshot (fixture->pane, snapshot);
      wait_for_rows (fixture, n - skips[i]);
      if (i == 0)
        {
          lacuna_region_pane_select (fixture->pane, TRUE, address);
          run_for (150);
          g_assert_true (gtk_widget_grab_focus (row_widget_of (fixture, address)));
          run_for (50);
        }
      focus = gtk_window_get_focus (fixture->window);
      g_assert_nonnull (focus);
      g_test_message ("without the first %u", skips[i]);
      if (skips[i] <= 50000)
        g_assert_true (focus == row_widget_of (fixture, address));
      else
        g_assert_true (gtk_widget_is_ancestor (focus, fixture->rows));
    }
}

/* Rows come and go above and below what is on screen, few or most of them; what is on screen stays
 * there, to the pixel. */
static void
test_refresh_keeps_scroll (Fixture      *fixture,
                           gconstpointer data)
{
  static const guint skips[] = { 0, 1, 10, 9000, 3, 30000, 0 };
  const guint n = 100000;
  const guint64 address = 0x10000 + G_GUINT64_CONSTANT (50000) * 0x2000;
  double y = 0;
  double value;

  for (gsize i = 0; i < G_N_ELEMENTS (skips); i++)
    {
      g_autoptr (LacunaSnapshot) snapshot = snapshot_of_many (n, skips[i], 0x2000);

      lacuna_region_pane_set_snapshot (fixture->pane, snapshot);
      wait_for_rows (fixture, n - skips[i]);
      if (i == 0)
        {
          lacuna_region_pane_select (fixture->pane, TRUE, address);
          run_for (150);
          value = get_scroll (fixture);
          gtk_adjustment_set_value (
              gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (fixture->view)), value + 37);
          run_for (150);
          y = get_y (fixture, address);
          g_test_message ("the row is at %.0f, scrolled to %.0f", y, get_scroll (fixture));
          g_assert_cmpfloat (get_scroll (fixture), >, 100000);
        }
      g_test_message ("without the first %u: at %.0f", skips[i], get_y (fixture, address));
      g_assert_cmpfloat_with_epsilon (get_y (fixture, address), y, 1);
      g_assert_cmphex (lacuna_row_get_range (gtk_single_selection_get_selected_item (
                                                 GTK_SINGLE_SELECTION (get_model (fixture))))
                           .start,
                       ==, address);
    }
}

/* Where nothing is selected, other rows begin with the first: those of a filter that comes and goes,
 * and those of another target. */
static void
test_other_rows_begin_at_the_top (Fixture      *fixture,
                                  gconstpointer data)
{
  static const guint counts[] = { 100, 100000 };

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autoptr (LacunaSnapshot) one = snapshot_of_many (counts[i], 0, 0x2000);
      g_autoptr (LacunaSnapshot) other = snapshot_of_many (counts[i], 1, 0x4000);
      GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (fixture->view));

      lacuna_region_pane_select (fixture->pane, FALSE, 0);
      lacuna_region_pane_set_snapshot (fixture->pane, one);
      wait_for_rows (fixture, counts[i]);
      run_for (150);
      gtk_adjustment_set_value (adjustment, 37);
      run_for (100);
      lacuna_region_pane_set_inks (fixture->pane, 1u << LACUNA_INK_READ_ONLY);
      run_for (300);
      lacuna_region_pane_set_inks (fixture->pane, LACUNA_ALL_INKS);
      wait_for_rows (fixture, counts[i]);
      run_for (150);
      g_assert_cmpfloat (get_scroll (fixture), ==, 0);

      gtk_adjustment_set_value (adjustment, 1000);
      run_for (100);
      g_assert_cmpfloat (get_scroll (fixture), >, 500);
      lacuna_region_pane_start_over (fixture->pane);
      lacuna_region_pane_set_snapshot (fixture->pane, other);
      wait_for_rows (fixture, counts[i] - 1);
      run_for (150);
      g_assert_cmpfloat (get_scroll (fixture), ==, 0);
    }
}

/* A screen reader is told the whole row, not what GTK calls its widget. */
static void
test_rows_have_names (Fixture      *fixture,
                      gconstpointer data)
{
  gtk_test_accessible_assert_property (row_widget_of (fixture, 0x7f0000000000),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "7f00 0000 0000, 1 MiB, code, r-xp, /usr/lib/libc.so.6");
  gtk_test_accessible_assert_property (row_widget_of (fixture, 0x7f0000200000),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "7f00 0020 0000, 1 MiB, anonymous, rw-p");
}

/* What the row of a gap says follows the match that is chosen, without new results. */
static void
test_candidate_is_followed (Fixture      *fixture,
                            gconstpointer data)
{
  g_autoptr (LacunaSnapshot) snapshot = snapshot_of_text (text);
  g_autoptr (LacunaGapResults) results = search (snapshot, 0x10000, LAC_HAZARD_ALL);
  const struct lac_gap *gaps[] = { lacuna_gap_results_peek (results, 1),
                                   lacuna_gap_results_peek (results, 2) };

  g_object_set (fixture->pane, "show", "gaps", NULL);
  lacuna_region_pane_set_snapshot (fixture->pane, snapshot);
  lacuna_region_pane_set_results (fixture->pane, results);
  run_for (150);
  for (gsize i = 0; i < G_N_ELEMENTS (gaps); i++)
    {
      lacuna_region_pane_set_candidate (fixture->pane, gaps[i]);
      for (gsize j = 0; j < G_N_ELEMENTS (gaps); j++)
        {
          GtkWidget *row = row_widget_of (fixture, gaps[j]->range.start);
          GtkWidget *cell = row != NULL ? gtk_widget_get_last_child (row) : NULL;
          GtkWidget *name = cell != NULL ? gtk_widget_get_first_child (cell) : NULL;
          const char *words;

          g_assert_true (LACUNA_IS_REGION_CELL (name));
          words = lacuna_region_cell_get_text (LACUNA_REGION_CELL (name));
          g_assert_cmpint (strstr (words, "the candidate is in it") != NULL, ==, i == j);
        }
    }
}

typedef struct
{
  guint n_hovered;
  guint n_menus;
  gboolean inside;
  guint64 address;
} Noted;

static void
note_hover_cb (Noted   *noted,
               gboolean inside,
               guint64  address)
{
  noted->n_hovered++;
  noted->inside = inside;
  noted->address = address;
}

static void
note_menu_cb (Noted *noted,
              double x,
              double y)
{
  noted->n_menus++;
}

static GtkEventController *
find_controller (GtkWidget  *widget,
                 const char *name)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (g_strcmp0 (gtk_event_controller_get_name (controller), name) == 0)
        return controller;
    }
  return NULL;
}

/* The pointer says which row it is over, once for each; the keys of the menu ask for it. */
static void
test_pointer_and_menu (Fixture      *fixture,
                       gconstpointer data)
{
  Noted noted = { 0 };
  graphene_rect_t bounds;
  GtkEventController *motion = find_controller (fixture->rows, "lacuna-hover");
  GtkEventController *key = find_controller (fixture->rows, "lacuna-menu-keys");
  gboolean used = FALSE;

  g_assert_nonnull (motion);
  g_assert_nonnull (key);
  g_signal_connect_swapped (fixture->pane, "hovered", G_CALLBACK (note_hover_cb), &noted);
  g_signal_connect_swapped (fixture->pane, "menu", G_CALLBACK (note_menu_cb), &noted);

  g_assert_true (
      gtk_widget_compute_bounds (row_widget_of (fixture, 0x600000), fixture->rows, &bounds));
  g_signal_emit_by_name (motion, "motion", 40.0, (double) bounds.origin.y + 4);
  g_assert_cmpuint (noted.n_hovered, ==, 1);
  g_assert_true (noted.inside);
  g_assert_cmphex (noted.address, ==, 0x600000);
  g_signal_emit_by_name (motion, "motion", 300.0, (double) bounds.origin.y + 9);
  g_assert_cmpuint (noted.n_hovered, ==, 1);
  g_signal_emit_by_name (motion, "leave");
  g_assert_cmpuint (noted.n_hovered, ==, 2);
  g_assert_false (noted.inside);

  /* With nothing selected there is nothing that a menu could be about. */
  g_signal_emit_by_name (key, "key-pressed", GDK_KEY_Menu, 0u, (GdkModifierType) 0, &used);
  g_assert_cmpuint (noted.n_menus, ==, 0);
  lacuna_region_pane_select (fixture->pane, TRUE, 0x600000);
  g_signal_emit_by_name (key, "key-pressed", GDK_KEY_Menu, 0u, (GdkModifierType) 0, &used);
  g_assert_true (used);
  g_assert_cmpuint (noted.n_menus, ==, 1);
  g_signal_emit_by_name (key, "key-pressed", GDK_KEY_F10, 0u, GDK_SHIFT_MASK, &used);
  g_assert_cmpuint (noted.n_menus, ==, 2);
}

static void
test_fits_a_phone (Fixture      *fixture,
                   gconstpointer data)
{
  int minimum;

  /* As the window says when it has little room. */
  gtk_widget_add_css_class (GTK_WIDGET (fixture->window), "narrow");
  run_for (100);
  gtk_widget_measure (GTK_WIDGET (fixture->pane), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL,
                      NULL, NULL);
  g_test_message ("at least %d pixels wide", minimum);
  g_assert_cmpint (minimum, <=, 360 - 2 * 8);
}

/* A million rows in a view on screen: sorted, filtered, refreshed, and the main loop goes on. */
static void
test_million (Fixture      *fixture,
              gconstpointer data)
{
  const guint n = 1000000;
  g_autoptr (LacunaSnapshot) snapshot = snapshot_of_many (n, 0, 0x2000);
  g_autoptr (LacunaSnapshot) next = snapshot_of_many (n, 3, 0x2000);
  static const char *const columns[] = { "size", "kind", "protection", "offset", "name", "start" };
  double longest = 0;
  double turn;

  lacuna_region_pane_set_snapshot (fixture->pane, snapshot);
  /* Until they are there, nothing is said about them. */
  g_assert_cmpstr (gtk_stack_get_visible_child_name (get_part (fixture, "stack")), ==, "rows");
  g_assert_cmpstr (gtk_label_get_label (get_part (fixture, "count_label")), ==, "7");
  longest = get_longest_turn (1500);
  g_test_message ("shown: longest turn %.1f ms", longest);
  wait_for_rows (fixture, n);
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      gtk_widget_activate_action (GTK_WIDGET (fixture->pane), "list.sort", "s", columns[i]);
      turn = get_longest_turn (600);
      g_test_message ("sorted by %s: longest turn %.1f ms", columns[i], turn);
      longest = MAX (longest, turn);
    }
  lacuna_region_pane_set_snapshot (fixture->pane, next);
  turn = get_longest_turn (700);
  g_test_message ("refreshed: longest turn %.1f ms", turn);
  longest = MAX (longest, turn);
  wait_for_rows (fixture, n - 3);
  gtk_editable_set_text (get_part (fixture, "filter_entry"), "rw-");
  turn = get_longest_turn (700);
  g_test_message ("filtered: longest turn %.1f ms", turn);
  longest = MAX (longest, turn);
  gtk_editable_set_text (get_part (fixture, "filter_entry"), "");
  turn = get_longest_turn (700);
  g_test_message ("unfiltered: longest turn %.1f ms", turn);
  longest = MAX (longest, turn);
  /* Far above what it takes, since sanitizers and busy machines are slow. */
  g_assert_cmpfloat (longest, <, 2000);
}

/* The name has to be there without scrolling, however narrow the table: the other columns give way
 * in the order of what they are worth. */
static void
test_columns_give_way (Fixture      *fixture,
                       gconstpointer data)
{
  static const LacunaColumn order[] = { LACUNA_COLUMN_END, LACUNA_COLUMN_OFFSET,
                                        LACUNA_COLUMN_PROTECTION, LACUNA_COLUMN_SIZE };
  GListModel *columns = gtk_column_view_get_columns (fixture->view);
  GtkAdjustment *adjustment = gtk_scrollable_get_hadjustment (GTK_SCROLLABLE (fixture->view));
  guint fewest = LACUNA_N_COLUMNS;

  for (int width = 1100; width >= 400; width -= 100)
    {
      guint n_visible = 0;
      guint n_hidden = 0;

      gtk_window_set_default_size (fixture->window, width, 400);
      run_for (150);
      for (guint i = 0; i < LACUNA_N_COLUMNS; i++)
        {
          g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);

          n_visible += gtk_column_view_column_get_visible (column);
        }
      while (n_hidden < G_N_ELEMENTS (order))
        {
          g_autoptr (GtkColumnViewColumn) column
              = g_list_model_get_item (columns, order[n_hidden]);

          if (gtk_column_view_column_get_visible (column))
            break;
          n_hidden++;
        }
      g_test_message ("%d pixels: %u columns", width, n_visible);
      g_assert_cmpuint (n_visible + n_hidden, ==, LACUNA_N_COLUMNS);
      g_assert_cmpuint (n_visible, <=, fewest);
      g_assert_cmpfloat (gtk_adjustment_get_upper (adjustment), <=,
                         gtk_adjustment_get_page_size (adjustment));
      fewest = n_visible;
    }
  g_assert_cmpuint (fewest, <, LACUNA_N_COLUMNS - 2);

  gtk_window_set_default_size (fixture->window, 1100, 400);
  run_for (150);
  for (guint i = 0; i < LACUNA_N_COLUMNS; i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);

      g_assert_true (gtk_column_view_column_get_visible (column));
    }
}

static void
bind_line_cb (GtkSignalListItemFactory *factory,
              GtkListItem              *item)
{
  GtkStringObject *line = gtk_list_item_get_item (item);

  gtk_list_item_set_child (item, gtk_label_new (gtk_string_object_get_string (line)));
}

/* Between a change and the layout GTK knows no row's place; the warning would be fatal here. */
static void
test_wheel_waits_for_layout (void)
{
  GtkStringList *lines = gtk_string_list_new (NULL);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkSelectionModel *selection
      = GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (lines)));
  GtkWidget *view = gtk_list_view_new (selection, factory);
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  g_autofree const char **many = g_new0 (const char *, 1001);
  GtkAdjustment *adjustment;
  double value;

  for (guint i = 0; i < 1000; i++)
    many[i] = "line";
  gtk_string_list_splice (lines, 0, 0, many);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_line_cb), NULL);
  lacuna_scroll_hold (GTK_SCROLLABLE (view), G_LIST_MODEL (selection));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  gtk_window_set_default_size (window, 300, 200);
  gtk_window_set_child (window, scroller);
  gtk_window_present (window);
  run_for (200);

  adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (view));
  gtk_adjustment_set_value (adjustment, 2000.3);
  run_for (100);
  value = gtk_adjustment_get_value (adjustment);
  g_assert_cmpfloat (value, >, 1000);
  gtk_string_list_splice (lines, 0, 1000, many);
  for (int step = -3; step <= 3; step++)
    gtk_adjustment_set_value (adjustment, value + 20 * step);
  g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), ==, value);

  /* And then it scrolls again. */
  run_for (200);
  g_assert_cmpfloat (gtk_adjustment_get_upper (adjustment), >, 2000);
  gtk_adjustment_set_value (adjustment, 1500);
  g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), ==, 1500);
  gtk_window_destroy (window);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GtkCssProvider) style = NULL;

  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP there is no display\n");
      return 0;
    }
  adw_init ();
  style = gtk_css_provider_new ();
  /* As the application loads it. */
  gtk_css_provider_load_from_resource (style, "/io/github/lacuna_project/Lacuna/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                              GTK_STYLE_PROVIDER (style),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/app/list/sorts-by-action", test_sort_by_action);
  ADD ("/app/list/sorts-by-header", test_sort_by_header);
  ADD ("/app/list/headers-explain-themselves", test_headers_explain);
  ADD ("/app/list/hover-marks-the-row", test_hover_marks_row);
  ADD ("/app/list/changes-glow-for-a-moment", test_changes_glow);
  ADD ("/app/list/shows-only-some-inks", test_inks_filter);
  ADD ("/app/list/empty-says-how-to-go-on", test_empty_can_be_cleared);
  ADD ("/app/list/refresh-keeps-the-scroll", test_refresh_keeps_scroll);
  ADD ("/app/list/other-rows-begin-at-the-top", test_other_rows_begin_at_the_top);
  ADD ("/app/list/refresh-keeps-the-focus", test_focus_stays);
  ADD ("/app/list/rows-have-names", test_rows_have_names);
  ADD ("/app/list/candidate-is-followed", test_candidate_is_followed);
  ADD ("/app/list/pointer-and-menu-keys", test_pointer_and_menu);
  ADD ("/app/list/fits-a-phone", test_fits_a_phone);
  ADD ("/app/list/columns-give-way-to-the-name", test_columns_give_way);
  ADD ("/app/list/million-rows", test_million);
#undef ADD

  g_test_add_func ("/app/list/wheel-waits-for-layout", test_wheel_waits_for_layout);
  return g_test_run ();
}
