/* The table, the legend and the inspector, each by itself in a window of its own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "app/lacuna-facts.h"
#include "app/lacuna-inspector.h"
#include "app/lacuna-legend.h"
#include "app/lacuna-region-menu.h"
#include "app/lacuna-region-pane.h"
#include "app/lacuna-region-pointer.h"
#include "app/lacuna-region-table.h"
#include "app/lacuna-region-words.h"
#include "core/hazard.h"
#include "core/maps-text.h"

#include <adwaita.h>
#include <string.h>

#define PATIENCE (60 * G_TIME_SPAN_SECOND)

static const char text[] = "00400000-00401000 r-xp 00000000 fe:00 11 /usr/bin/victim\n"
                           "00401000-00402000 rw-p 00001000 fe:00 11 /usr/bin/victim\n"
                           "00600000-00620000 rw-p 00000000 00:00 0 [heap]\n"
                           "7f0000000000-7f0000100000 r-xp 00000000 fe:00 12 /usr/lib/libc.so.6\n"
                           "7f0000200000-7f0000300000 rw-p 00000000 00:00 0 \n"
                           "7f000030c000-7f0000310000 rw-s 00000000 00:01 9 /memfd:x (deleted)\n"
                           "7ffff0000000-7ffff0021000 rw-p 00000000 00:00 0 [stack]\n";

static LacunaSnapshot *
snapshot_of_map (struct lac_map *map) /* (transfer full) */
{
  LacunaOrigin origin = { .kind = LACUNA_TARGET_FILE,
                          .name = (char *) "test",
                          .source = "maps-text" };
  LacunaSnapshot *snapshot = lacuna_snapshot_new (map, &origin, 0);

  lac_map_unref (map);
  return snapshot;
}

static LacunaSnapshot *
snapshot_of_text (const char *maps)
{
  struct lac_map *map = NULL;

  g_assert_cmpint (lac_map_parse (maps, strlen (maps), &LAC_SPACE_UNKNOWN, &map, NULL), ==,
                   LAC_OK);
  return snapshot_of_map (map);
}

/* @n regions of a page, each @stride after the one before; @skip of them left out at the start. */
static LacunaSnapshot *
snapshot_of_many (guint   n,
                  guint   skip,
                  guint64 stride)
{
  struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
  struct lac_map *map = NULL;

  for (guint i = skip; i < n; i++)
    {
      struct lac_region_entry entry
          = { .start = 0x10000 + i * stride,
              .end = 0x11000 + i * stride,
              .protection = i % 3 == 0 ? LAC_PROTECTION_READ
                                       : LAC_PROTECTION_READ | LAC_PROTECTION_WRITE,
              .kind = LAC_KIND_DECIDE };

      g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
    }
  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
  return snapshot_of_map (map);
}

static LacunaGapResults *
search (LacunaSnapshot *snapshot,
        guint64         size,
        unsigned        avoid)
{
  struct lac_gap_query query;
  g_autoptr (GError) error = NULL;
  LacunaGapResults *results;

  lac_gap_query_init (&query, lacuna_snapshot_get_map (snapshot));
  query.size = size;
  query.avoid = avoid;
  results = lacuna_gap_results_search (snapshot, &query, 100, NULL, &error);
  g_assert_no_error (error);
  return results;
}

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Lets the main loop run for a while; returns its longest turn in milliseconds. */
static double
run_for (guint milliseconds)
{
  gint64 end = g_get_monotonic_time () + milliseconds * (gint64) 1000;
  guint wake = g_timeout_add (5, wake_cb, NULL);
  gint64 longest = 0;

  while (g_get_monotonic_time () < end)
    {
      gint64 begin;

      while (!g_main_context_pending (NULL))
        g_usleep (500);
      begin = g_get_monotonic_time ();
      g_main_context_iteration (NULL, TRUE);
      longest = MAX (longest, g_get_monotonic_time () - begin);
    }
  g_source_remove (wake);
  return (double) longest / 1e3;
}

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

static void
wait_for_rows (Fixture *fixture,
               guint    n_rows)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  while (g_list_model_get_n_items (get_model (fixture)) != n_rows && g_get_monotonic_time () < end)
    run_for (20);
  g_assert_cmpuint (g_list_model_get_n_items (get_model (fixture)), ==, n_rows);
  run_for (150);
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

/* A gap's row says why the buffer does not go there, with the figures, and in words what is risky. */
static void
test_gaps_say_why (void)
{
  g_autoptr (LacunaSnapshot) snapshot = snapshot_of_text (text);
  g_autoptr (LacunaRegionList) list = lacuna_region_list_new ();
  g_autoptr (LacunaGapResults) results = search (snapshot, 64 << 10, LAC_HAZARD_ALL);
  g_autoptr (LacunaRow) small = NULL;
  g_autoptr (LacunaRow) heap = NULL;
  g_autoptr (LacunaRow) libc = NULL;
  g_autofree char *why = NULL;
  g_autofree char *spoken = NULL;
  g_autofree char *risk = NULL;
  g_autofree char *region = NULL;

  lacuna_region_list_set_show (list, LACUNA_SHOW_BOTH);
  lacuna_region_list_set_snapshot (list, snapshot);
  small = g_list_model_get_item (G_LIST_MODEL (list),
                                 lacuna_region_list_find (list, 0x7f0000300000));
  heap = g_list_model_get_item (G_LIST_MODEL (list), lacuna_region_list_find (list, 0x620000));
  libc = g_list_model_get_item (G_LIST_MODEL (list),
                                lacuna_region_list_find (list, 0x7f0000000000));

  why = lacuna_region_explain (small, LACUNA_COLUMN_NAME, results, 0);
  g_assert_nonnull (strstr (why, "48 KiB"));
  g_assert_nonnull (strstr (why, "64 KiB"));
  spoken = lacuna_region_describe (small, results, 0);
  g_assert_nonnull (strstr (spoken, "7f00 0030 0000, 48 KiB, gap"));
  g_assert_nonnull (strstr (spoken, why));
  risk = lacuna_region_explain (heap, LACUNA_COLUMN_KIND, results, 0);
  g_assert_nonnull (strstr (risk, "heap may grow"));
  region = lacuna_region_describe (libc, results, 0);
  g_assert_cmpstr (region, ==, "7f00 0000 0000, 1 MiB, code, r-xp, /usr/lib/libc.so.6");
}

/* An answer about another map says nothing about this one. */
static void
test_stale_answers_say_nothing (void)
{
  g_autoptr (LacunaSnapshot) snapshot = snapshot_of_text (text);
  g_autoptr (LacunaSnapshot) other = snapshot_of_text (text);
  g_autoptr (LacunaGapResults) results = search (other, 64 << 10, LAC_HAZARD_ALL);
  g_autofree char *words = NULL;
  g_autofree char *sentences = NULL;

  g_assert_cmpint (lacuna_region_judge_gap (lacuna_snapshot_get_map (snapshot), 5, results, 0,
                                            &words, &sentences),
                   ==, LACUNA_VERDICT_FREE);
  g_assert_cmpstr (words, ==, "");
}

static void
test_facts_of_a_region (void)
{
  g_autoptr (LacunaSnapshot) snapshot = snapshot_of_text (text);
  g_auto (LacunaFacts) facts = { 0 };
  g_auto (LacunaFacts) top = { 0 };

  g_assert_true (lacuna_facts_find (&facts, lacuna_snapshot_get_map (snapshot), NULL, 0x401800));
  g_assert_true (facts.region);
  g_assert_cmpstr (facts.title, ==, "victim");
  g_assert_cmpstr (facts.facts[LACUNA_FACT_START].text, ==, "40 1000");
  g_assert_cmpstr (facts.facts[LACUNA_FACT_START].copy, ==, "0x401000");
  g_assert_cmpstr (facts.facts[LACUNA_FACT_END].copy, ==, "0x402000");
  g_assert_cmpstr (facts.facts[LACUNA_FACT_SIZE].copy, ==, "4096");
  g_assert_cmpstr (facts.facts[LACUNA_FACT_OFFSET].copy, ==, "0x1000");
  g_assert_cmpstr (facts.facts[LACUNA_FACT_DEVICE].text, ==, "fe:00");
  g_assert_cmpstr (facts.facts[LACUNA_FACT_INODE].text, ==, "11");
  g_assert_cmpstr (facts.facts[LACUNA_FACT_PROTECTION].copy, ==, "rw-p");
  g_assert_nonnull (strstr (facts.facts[LACUNA_FACT_PROTECTION].text, "read and written"));
  g_assert_cmphex (facts.facts[LACUNA_FACT_BEFORE].address, ==, 0x400000);
  g_assert_cmphex (facts.facts[LACUNA_FACT_AFTER].address, ==, 0x402000);
  g_assert_null (facts.facts[LACUNA_FACT_VERDICT].text);
  g_assert_null (facts.facts[LACUNA_FACT_RESIDENT].text);

  /* Nothing lies after the end of the space. */
  g_assert_true (lacuna_facts_find (&top, lacuna_snapshot_get_map (snapshot), NULL,
                                    0x7fffffffe000));
  g_assert_false (top.region);
  g_assert_null (top.facts[LACUNA_FACT_AFTER].text);
  g_assert_nonnull (top.facts[LACUNA_FACT_BEFORE].text);
}

static void
test_facts_of_a_gap (void)
{
  g_autoptr (LacunaSnapshot) snapshot = snapshot_of_text (text);
  g_autoptr (LacunaGapResults) results = search (snapshot, 64 << 10, LAC_HAZARD_ALL);
  g_auto (LacunaFacts) small = { 0 };
  g_auto (LacunaFacts) fits = { 0 };
  const struct lac_map *map = lacuna_snapshot_get_map (snapshot);

  g_assert_true (lacuna_facts_find (&small, map, results, 0x7f0000300000));
  g_assert_nonnull (strstr (small.facts[LACUNA_FACT_VERDICT].text, "48 KiB"));
  g_assert_null (small.facts[LACUNA_FACT_CANDIDATE].text);

  g_assert_true (lacuna_facts_find (&fits, map, results, 0x7f0000100000));
  g_assert_cmpint (fits.swatch, ==, LACUNA_SWATCH_FIT);
  g_assert_cmphex (fits.facts[LACUNA_FACT_CANDIDATE].address, ==, 0x7f0000100000);
  g_assert_cmpstr (fits.facts[LACUNA_FACT_CAPACITY].text, ==, "16 × 64 KiB");
  lacuna_facts_measure (&fits, results, (struct lac_range){ 0x1000, 0x3000 });
  g_assert_cmpstr (fits.facts[LACUNA_FACT_MEASURE_SIZE].copy, ==, "8192");
  g_assert_null (fits.facts[LACUNA_FACT_MEASURE_DISTANCE].text);
}

static void
find_buttons (GtkWidget *widget,
              GPtrArray *buttons)
{
  if (GTK_IS_BUTTON (widget) && gtk_widget_get_mapped (widget))
    g_ptr_array_add (buttons, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    find_buttons (child, buttons);
}

static void
note_text_cb (char      **noted,
              const char *what)
{
  g_free (*noted);
  *noted = g_strdup (what);
}

static void
note_address_cb (guint64 *noted,
                 guint64  address)
{
  *noted = address;
}

/* Self can tell how its pages are used, when it is asked to. */
static void
test_inspector (void)
{
  LacunaInspector *inspector = g_object_new (LACUNA_TYPE_INSPECTOR, NULL);
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  g_autoptr (LacunaTarget) target = lacuna_target_new_self ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaSnapshot) snapshot = lacuna_target_load (target, LACUNA_LOAD_NONE, NULL, &error);
  g_autoptr (GPtrArray) buttons = g_ptr_array_new ();
  g_autofree char *copied = NULL;
  guint64 gone_to = 0;
  const struct lac_region *regions;
  size_t n_regions;
  gboolean read = FALSE;

  g_assert_no_error (error);
  gtk_window_set_child (window, GTK_WIDGET (inspector));
  gtk_window_set_default_size (window, 340, 700);
  gtk_window_present (window);
  run_for (100);
  find_buttons (GTK_WIDGET (inspector), buttons);
  g_assert_cmpuint (buttons->len, ==, 0);

  regions = lac_map_regions (lacuna_snapshot_get_map (snapshot), &n_regions);
  lacuna_inspector_set_snapshot (inspector, target, snapshot);
  lacuna_inspector_set_selection (inspector, TRUE, regions[1].start);
  g_signal_connect_swapped (inspector, "copied", G_CALLBACK (note_text_cb), &copied);
  g_signal_connect_swapped (inspector, "go-to-address", G_CALLBACK (note_address_cb), &gone_to);
  run_for (100);
  find_buttons (GTK_WIDGET (inspector), buttons);
  g_assert_cmpuint (buttons->len, >=, 6);

  /* The first copies the start. */
  g_signal_emit_by_name (buttons->pdata[0], "clicked");
  g_assert_nonnull (copied);
  g_assert_cmphex (g_ascii_strtoull (copied, NULL, 16), ==, regions[1].start);
  /* The last but one is the neighbour before. */
  g_signal_emit_by_name (buttons->pdata[buttons->len - 2], "clicked");
  g_assert_cmphex (gone_to, ==, regions[0].start);

  for (guint i = 0; i < buttons->len; i++)
    if (g_strcmp0 (gtk_button_get_label (buttons->pdata[i]), "Read Page Usage") == 0)
      {
        guint n_before = buttons->len;
        gint64 end = g_get_monotonic_time () + PATIENCE;

        g_signal_emit_by_name (buttons->pdata[i], "clicked");
        do
          {
            run_for (50);
            g_ptr_array_set_size (buttons, 0);
            find_buttons (GTK_WIDGET (inspector), buttons);
          }
        while (buttons->len == n_before && g_get_monotonic_time () < end);
        /* Each of the five facts has a button that copies it. */
        g_assert_cmpuint (buttons->len, ==, n_before + 5);
        read = TRUE;
      }
  g_assert_true (read);

  g_object_ref (inspector);
  gtk_window_destroy (window);
  run_for (50);
  g_assert_finalize_object (inspector);
}

static void
test_legend (void)
{
  LacunaLegend *legend = g_object_new (LACUNA_TYPE_LEGEND, NULL);
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  g_autoptr (LacunaSnapshot) snapshot = snapshot_of_text (text);
  g_autoptr (LacunaCensus) census = lacuna_census_new (lacuna_snapshot_get_map (snapshot));
  g_autoptr (GPtrArray) chips = g_ptr_array_new ();
  guint n_changes = 0;

  gtk_window_set_child (window, GTK_WIDGET (legend));
  gtk_window_present (window);
  lacuna_legend_set_census (legend, census);
  g_signal_connect_swapped (legend, "inks-changed", G_CALLBACK (count_cb), &n_changes);
  run_for (100);
  find_buttons (GTK_WIDGET (legend), chips);
  /* code, data, heap, anonymous, shared, stack */
  g_assert_cmpuint (chips->len, ==, 6);
  g_assert_cmpuint (lacuna_legend_get_inks (legend), ==, LACUNA_ALL_INKS);

  for (guint i = 0; i < chips->len; i++)
    {
      g_assert_true (gtk_widget_get_focusable (chips->pdata[i]));
      g_assert_nonnull (gtk_widget_get_tooltip_text (chips->pdata[i]));
    }
  gtk_toggle_button_set_active (chips->pdata[0], TRUE);
  g_assert_cmpuint (n_changes, ==, 1);
  g_assert_cmpuint (lacuna_legend_get_inks (legend), ==, 1u << LACUNA_INK_CODE);
  gtk_toggle_button_set_active (chips->pdata[2], TRUE);
  g_assert_cmpuint (lacuna_legend_get_inks (legend), ==,
                    1u << LACUNA_INK_CODE | 1u << LACUNA_INK_HEAP);

  /* What is pressed stays, though there is none of it any more. */
  lacuna_legend_set_census (legend, NULL);
  run_for (50);
  g_assert_true (gtk_widget_get_mapped (chips->pdata[2]));
  g_assert_false (gtk_widget_get_mapped (chips->pdata[3]));

  lacuna_legend_clear (legend);
  g_assert_cmpuint (n_changes, ==, 3);
  g_assert_cmpuint (lacuna_legend_get_inks (legend), ==, LACUNA_ALL_INKS);
  lacuna_legend_clear (legend);
  g_assert_cmpuint (n_changes, ==, 3);
  gtk_window_destroy (window);
}

static void
test_menu_goes_with_its_parent (void)
{
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  GtkWidget *parent = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *popover;

  gtk_window_set_child (window, parent);
  gtk_window_present (window);
  run_for (50);

  lacuna_region_menu_popup (parent, 10, 10);
  run_for (100);
  popover = gtk_widget_get_first_child (parent);
  g_assert_true (GTK_IS_POPOVER_MENU (popover));
  gtk_popover_popdown (GTK_POPOVER (popover));
  run_for (100);
  g_assert_null (gtk_widget_get_first_child (parent));

  lacuna_region_menu_popup (parent, 10, 10);
  run_for (50);
  gtk_window_destroy (window);
  run_for (50);
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
  ADD ("/app/list/sorts-by-action", test_sort_by_action);
  ADD ("/app/list/sorts-by-header", test_sort_by_header);
  ADD ("/app/list/headers-explain-themselves", test_headers_explain);
  ADD ("/app/list/hover-marks-the-row", test_hover_marks_row);
  ADD ("/app/list/changes-glow-for-a-moment", test_changes_glow);
  ADD ("/app/list/shows-only-some-inks", test_inks_filter);
  ADD ("/app/list/empty-says-how-to-go-on", test_empty_can_be_cleared);
  ADD ("/app/list/refresh-keeps-the-scroll", test_refresh_keeps_scroll);
#undef ADD
  g_test_add_func ("/app/list/gaps-say-why-not", test_gaps_say_why);
  g_test_add_func ("/app/list/stale-answers-say-nothing", test_stale_answers_say_nothing);
  g_test_add_func ("/app/inspector/facts-of-a-region", test_facts_of_a_region);
  g_test_add_func ("/app/inspector/facts-of-a-gap", test_facts_of_a_gap);
  g_test_add_func ("/app/inspector/copies-leads-on-and-reads-pages", test_inspector);
  g_test_add_func ("/app/legend/filters-by-ink", test_legend);
  g_test_add_func ("/app/region-menu/goes-with-its-parent", test_menu_goes_with_its_parent);

  return g_test_run ();
}
