/* What is said of regions and gaps; and the inspector, the legend and the context menu, each by
 * itself in a window of its own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "app/panel/lacuna-facts.h"
#include "app/panel/lacuna-gap-words.h"
#include "app/panel/lacuna-inspector.h"
#include "app/strip/lacuna-legend.h"
#include "app/table/lacuna-region-menu.h"
#include "app/table/lacuna-region-words.h"
#include "list-fixture.h"

#include <adwaita.h>

#define PATIENCE (60 * G_TIME_SPAN_SECOND)

static void
count_cb (guint *count)
{
  ++*count;
}

/* A gap's row says why the buffer does not go there, with the figures, and in words what is risky.
 * */
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
/* Beyond what anybody asks for, a figure of eleven digits says nothing. */
static void
test_capacity (void)
{
  g_autofree char *few = lacuna_gap_capacity_words (31, 0);
  g_autofree char *sized = lacuna_gap_capacity_words (16, 0x10000);
  g_autofree char *most = lacuna_gap_capacity_words (1000000, 4096);
  g_autofree char *plenty = lacuna_gap_capacity_words (1000001, 0);
  g_autofree char *brief = lacuna_gap_capacity_brief (G_GUINT64_CONSTANT (23118282156));

  g_assert_cmpstr (few, ==, "fits 31 ×");
  g_assert_cmpstr (sized, ==, "16 × 64 KiB");
  g_assert_cmpstr (most, ==, "1,000,000 × 4 KiB");
  g_assert_cmpstr (plenty, ==, "plenty of room");
  g_assert_cmpstr (brief, ==, "plenty");
}

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

/* What is shown of a name that has no end is little of it; what is copied is all of it. */
static void
test_long_names_are_cut (void)
{
  g_autofree char *name = g_strnfill (100000, 'a');
  g_autofree char *maps = g_strdup_printf (
      "00400000-00401000 r-xp 00000000 fe:00 11 /usr/bin/%s\n"
      "00401000-00402000 rw-p 00000000 00:00 0 [heap]\n",
      name);
  g_autoptr (LacunaSnapshot) snapshot = snapshot_of_text (maps);
  g_autoptr (LacunaRegionList) list = lacuna_region_list_new ();
  g_autoptr (LacunaRow) row = NULL;
  g_autofree char *tooltip = NULL;
  g_autofree char *spoken = NULL;
  g_auto (LacunaFacts) facts = { 0 };
  g_auto (LacunaFacts) next = { 0 };

  g_assert_true (lacuna_facts_find (&facts, lacuna_snapshot_get_map (snapshot), NULL, 0x400000));
  g_assert_cmpuint (strlen (facts.title), <, 300);
  g_assert_cmpuint (strlen (facts.facts[LACUNA_FACT_NAME].text), <, 300);
  g_assert_cmpuint (strlen (facts.facts[LACUNA_FACT_NAME].copy), ==,
                    strlen ("/usr/bin/") + strlen (name));
  g_assert_true (lacuna_facts_find (&next, lacuna_snapshot_get_map (snapshot), NULL, 0x401000));
  g_assert_cmpuint (strlen (next.facts[LACUNA_FACT_BEFORE].text), <, 300);

  lacuna_region_list_set_snapshot (list, snapshot);
  row = g_list_model_get_item (G_LIST_MODEL (list), lacuna_region_list_find (list, 0x400000));
  g_assert_cmpuint (strlen (lacuna_row_get_name (row)), <, 300);
  tooltip = lacuna_region_explain (row, LACUNA_COLUMN_NAME, NULL, 0);
  g_assert_cmpuint (strlen (tooltip), <, 300);
  spoken = lacuna_region_describe (row, NULL, 0);
  g_assert_cmpuint (strlen (spoken), <, 400);
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

  lacuna_region_menu_popup (parent, 10, 10, FALSE);
  run_for (100);
  popover = gtk_widget_get_first_child (parent);
  g_assert_true (GTK_IS_POPOVER_MENU (popover));
  gtk_popover_popdown (GTK_POPOVER (popover));
  run_for (100);
  g_assert_null (gtk_widget_get_first_child (parent));

  lacuna_region_menu_popup (parent, 10, 10, FALSE);
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

  g_test_add_func ("/app/words/gaps-say-why-not", test_gaps_say_why);
  g_test_add_func ("/app/words/plenty-is-no-figure", test_capacity);
  g_test_add_func ("/app/words/stale-answers-say-nothing", test_stale_answers_say_nothing);
  g_test_add_func ("/app/inspector/facts-of-a-region", test_facts_of_a_region);
  g_test_add_func ("/app/inspector/long-names-are-cut", test_long_names_are_cut);
  g_test_add_func ("/app/inspector/facts-of-a-gap", test_facts_of_a_gap);
  g_test_add_func ("/app/inspector/copies-leads-on-and-reads-pages", test_inspector);
  g_test_add_func ("/app/legend/filters-by-ink", test_legend);
  g_test_add_func ("/app/region-menu/goes-with-its-parent", test_menu_goes_with_its_parent);
  return g_test_run ();
}
