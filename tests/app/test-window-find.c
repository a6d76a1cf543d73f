/* What finds gaps, from outside: the panel beside the strip, and the scale that is told from an
 * anchor.
 *
 * What the window says fits is compared with what the library says about the same process. See
 * test-window.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "outside.h"

#include "core/gap.h"
#include "model/lacuna-format.h"

/* The address that a row of the list of results shows. */
static char *
result_address (AtspiAccessible *results,
                int              row)
{
  g_autoptr (AtspiAccessible) label = NULL;

  atspi_accessible_clear_cache (results);
  label = outside_descend (results, (const int[]){ row, 0, 0, 0 }, 4);
  return label != NULL ? atspi_accessible_get_name (label, NULL) : NULL;
}

static void
expect_first_result (Outside         *outside,
                     AtspiAccessible *results,
                     guint64          candidate)
{
  g_autofree char *expected = lacuna_format_address_prefixed (candidate);
  gint64 deadline = outside_deadline ();

  for (;;)
    {
      g_autofree char *address = result_address (results, 0);
      g_autofree char *what = NULL;

      if (g_strcmp0 (address, expected) == 0)
        return;
      what = g_strdup_printf ("the first match, %s, becomes %s", address, expected);
      outside_wait_turn (outside, deadline, G_STRLOC, what);
    }
}

static guint64
n_gaps_that_fit (const struct lac_map       *map,
                 const struct lac_gap_query *query)
{
  size_t n_regions;
  guint64 n_gaps = 0;

  lac_map_regions (map, &n_regions);
  for (size_t i = 0; i <= n_regions; i++)
    n_gaps += lac_gap_check (map, query, i, NULL, NULL) == LAC_OK;
  return n_gaps;
}

static void
test_candidate (Outside      *outside,
                gconstpointer target)
{
  struct lac_gap_query query;
  struct lac_gap gap;
  uint64_t anchors[2];
  size_t heap;
  size_t stack;
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (outside->map, &n_regions);
  g_autoptr (AtspiAccessible) results
      = outside_find (outside, outside->application, ATSPI_ROLE_LIST, "Gaps that fit");
  g_autoptr (AtspiAccessible) headline = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpint (lac_map_find_name (outside->map, "[stack]", 7, &stack), ==, LAC_OK);
  g_assert_cmpint (lac_map_find_name (outside->map, "[heap]", 6, &heap), ==, LAC_OK);
  anchors[0] = regions[stack].start;
  anchors[1] = regions[heap].start;

  /* With nothing asked for, it is the lowest page. */
  lac_gap_query_init (&query, outside->map);
  query.order = LAC_ORDER_LOWEST;
  g_assert_cmpint (lac_gap_first (outside->map, &query, &gap), ==, LAC_OK);
  expect_first_result (outside, results, gap.candidate);

  /* Size and alignment. */
  outside_set_text (outside, outside->application, "Size", "1M");
  outside_set_text (outside, outside->application, "Align", "2M");
  query.size = 1 << 20;
  query.alignment = 2 << 20;
  g_assert_cmpint (lac_gap_first (outside->map, &query, &gap), ==, LAC_OK);
  expect_first_result (outside, results, gap.candidate);

  /* One anchor: nearest first. */
  outside_set_text (outside, outside->application, "Near", "[stack]");
  query.anchors = anchors;
  query.n_anchors = 1;
  query.order = LAC_ORDER_NEAREST;
  g_assert_cmpint (lac_gap_first (outside->map, &query, &gap), ==, LAC_OK);
  expect_first_result (outside, results, gap.candidate);
  text = g_strdup_printf ("%" G_GUINT64_FORMAT " gap%s fit%s",
                          n_gaps_that_fit (outside->map, &query),
                          n_gaps_that_fit (outside->map, &query) == 1 ? "" : "s",
                          n_gaps_that_fit (outside->map, &query) == 1 ? "s" : "");
  headline = outside_find (outside, outside->application, ATSPI_ROLE_LABEL, text);

  /* A second one that is too far away for both: nothing fits. Then a wide enough distance. */
  outside_do (outside, outside->application, "Near another address as well");
  outside_set_text (outside, outside->application, "Near, anchor 2", "[heap]");
  query.n_anchors = 2;
  g_assert_cmpint (lac_gap_first (outside->map, &query, &gap), ==, LAC_E_NO_GAP);
  outside_expect_name (outside, headline, "No gap fits");
  outside_set_text (outside, outside->application, "Within", "0x7fffffffffff");
  query.within = G_GUINT64_CONSTANT (0x7fffffffffff);
  g_assert_cmpint (lac_gap_first (outside->map, &query, &gap), ==, LAC_OK);
  expect_first_result (outside, results, gap.candidate);

  /* Bounds. */
  outside_set_text (outside, outside->application, "Maximum", "0x7f0000000000");
  outside_set_text (outside, outside->application, "Minimum", "0x10000000");
  query.max = G_GUINT64_CONSTANT (0x7f0000000000);
  query.min = 0x10000000;
  g_assert_cmpint (lac_gap_first (outside->map, &query, &gap), ==, LAC_OK);
  expect_first_result (outside, results, gap.candidate);
}

static void
test_hazards (Outside      *outside,
              gconstpointer target)
{
  struct lac_gap_query query;
  struct lac_gap gap;
  uint64_t anchor;
  size_t heap;
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (outside->map, &n_regions);
  g_autoptr (AtspiAccessible) results
      = outside_find (outside, outside->application, ATSPI_ROLE_LIST, "Gaps that fit");

  g_assert_cmpint (lac_map_find_name (outside->map, "[heap]", 6, &heap), ==, LAC_OK);
  anchor = regions[heap].end;
  lac_gap_query_init (&query, outside->map);
  query.anchors = &anchor;
  query.n_anchors = 1;
  query.order = LAC_ORDER_NEAREST;

  g_autofree char *text = lacuna_format_address (anchor);

  outside_set_text (outside, outside->application, "Near", text);
  g_assert_cmpint (lac_gap_first (outside->map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, !=, anchor);
  expect_first_result (outside, results, gap.candidate);

  outside_do (outside, outside->application, "heap growth");
  query.avoid &= ~(unsigned) LAC_HAZARD_HEAP_GROWTH;
  g_assert_cmpint (lac_gap_first (outside->map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, anchor);
  expect_first_result (outside, results, gap.candidate);
}

static void
test_fault (Outside      *outside,
            gconstpointer target)
{
  g_autoptr (AtspiAccessible) results
      = outside_find (outside, outside->application, ATSPI_ROLE_LIST, "Gaps that fit");
  g_autoptr (AtspiAccessible) fault = NULL;
  g_autoptr (AtspiAccessible) headline = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  struct lac_gap_query query;
  struct lac_gap gap;

  lac_gap_query_init (&query, outside->map);
  query.order = LAC_ORDER_LOWEST;
  g_assert_cmpint (lac_gap_first (outside->map, &query, &gap), ==, LAC_OK);
  expect_first_result (outside, results, gap.candidate);
  before = result_address (results, 0);

  outside_set_text (outside, outside->application, "Size", "64Q");
  fault = outside_find (outside, outside->application, ATSPI_ROLE_LABEL,
                "That is not a size. Write 4096, 0x1000, 64K or 1.5M.");
  after = result_address (results, 0);
  g_assert_cmpstr (before, ==, after);

  outside_set_text (outside, outside->application, "Size", "64K");
  outside_expect_name (outside, fault, "");
}

static void
test_selection (Outside      *outside,
                gconstpointer target)
{
  struct lac_gap_query query;
  struct lac_gap_search search;
  struct lac_gap gap;
  g_autoptr (AtspiAccessible) results
      = outside_find (outside, outside->application, ATSPI_ROLE_LIST, "Gaps that fit");
  g_autoptr (AtspiAccessible) details
      = outside_find (outside, outside->application, ATSPI_ROLE_PANEL, "Details");
  g_autoptr (AtspiAccessible) title = NULL;
  g_autoptr (AtspiAccessible) range = NULL;
  g_autoptr (AtspiSelection) selection = NULL;
  g_autoptr (GError) error = NULL;

  lac_gap_query_init (&query, outside->map);
  query.order = LAC_ORDER_LOWEST;
  g_assert_cmpint (lac_gap_first (outside->map, &query, &gap), ==, LAC_OK);
  expect_first_result (outside, results, gap.candidate);

  /* A result: the details tell of its gap. */
  selection = atspi_accessible_get_selection_iface (results);
  g_assert_nonnull (selection);
  g_assert_true (atspi_selection_select_child (selection, 1, &error));
  g_assert_no_error (error);
  title = outside_find (outside, details, ATSPI_ROLE_LABEL, "Free, fits");

  g_assert_cmpint (lac_gap_search_init (&search, outside->map, &query), ==, LAC_OK);
  g_assert_cmpint (lac_gap_next (&search, &gap), ==, LAC_OK);
  g_assert_cmpint (lac_gap_next (&search, &gap), ==, LAC_OK);
  lac_gap_search_clear (&search);
  {
    g_autofree char *start = lacuna_format_address_grouped (gap.range.start);
    g_autofree char *end = lacuna_format_address_grouped (gap.range.end);
    g_autofree char *expected = g_strdup_printf ("%s – %s", start, end);

    range = outside_find (outside, details, ATSPI_ROLE_LABEL, expected);
  }

  /* A row of the table: the details tell of its region. */
  {
    g_autoptr (AtspiAccessible) table
        = outside_find (outside, outside->application, ATSPI_ROLE_TREE_TABLE, "Regions and gaps");
    g_autoptr (AtspiAccessible) list = outside_descend (table, (const int[]){ 1 }, 1);
    g_autoptr (AtspiSelection) rows = atspi_accessible_get_selection_iface (list);
    size_t n_regions;

    lac_map_regions (outside->map, &n_regions);
    outside_press (outside, XK_r, XK_Alt_L);
    outside_expect_n_children (outside, list, (int) n_regions);
    g_assert_nonnull (rows);
    g_assert_true (atspi_selection_select_child (rows, 0, &error));
    g_assert_no_error (error);
    outside_expect_name (outside, title, "sleep");
  }
}

/* Alt+Left until it is heard and @scale is back. */
static void
go_back (Outside         *outside,
         AtspiAccessible *scale)
{
  gint64 deadline = outside_deadline ();

  while (!outside_has_state (scale, ATSPI_STATE_PRESSED))
    {
      gint64 end = g_get_monotonic_time () + G_TIME_SPAN_SECOND / 2;

      outside_press (outside, XK_Left, XK_Alt_L);
      while (!outside_has_state (scale, ATSPI_STATE_PRESSED) && g_get_monotonic_time () < end)
        outside_wait_turn (outside, deadline, G_STRLOC, "the scale before is back");
    }
}

/* The anchor scale takes what is selected for its anchor, and the view before comes back. */
static void
test_anchor_scale (Outside      *outside,
                   gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip = outside_strip (outside);
  g_autoptr (AtspiAccessible) compact = outside_button (outside, "Compact");
  g_autoptr (AtspiAccessible) around = outside_button (outside, "Around Anchor");
  g_autoptr (AtspiAccessible) anchor = NULL;

  outside_expect_state (outside, strip, ATSPI_STATE_FOCUSED, TRUE);
  outside_expect_state (outside, compact, ATSPI_STATE_PRESSED, TRUE);
  g_free (outside_expect_description (outside, strip, "In view: 0x0 to *"));
  outside_press (outside, XK_period, NoSymbol);
  g_free (outside_expect_description (outside, strip, "*Selected: *"));
  outside_press (outside, XK_3, XK_Alt_L);
  outside_expect_state (outside, around, ATSPI_STATE_PRESSED, TRUE);
  outside_expect_state (outside, compact, ATSPI_STATE_PRESSED, FALSE);

  /* The panel has it. */
  anchor = outside_entry (outside, "Near");
  outside_expect_text (outside, anchor, "?*");

  /* A view is remembered once it has rested, and there is no way back before. */
  go_back (outside, compact);
  outside_expect_state (outside, compact, ATSPI_STATE_PRESSED, TRUE);
  g_free (outside_expect_description (outside, strip, "In view: 0x0 to *"));
}

/* An anchor that the panel has not answered for goes when its field is cleared, whatever else is
 * wrong
 * there. */
static void
test_anchor_goes (Outside      *outside,
                  gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip = outside_strip (outside);
  g_autoptr (AtspiAccessible) compact = outside_button (outside, "Compact");
  g_autoptr (AtspiAccessible) around = outside_button (outside, "Around Anchor");
  g_autoptr (AtspiAccessible) fault = NULL;
  g_autoptr (AtspiAccessible) near = NULL;

  outside_expect_state (outside, strip, ATSPI_STATE_FOCUSED, TRUE);
  outside_press (outside, XK_period, NoSymbol);
  g_free (outside_expect_description (outside, strip, "*Selected: *"));
  outside_set_text (outside, outside->application, "Minimum", "zz");
  fault = outside_find_matching (outside, outside->application, ATSPI_ROLE_LABEL,
                                 "Nothing in the map has this name*");
  outside_press (outside, XK_3, XK_Alt_L);
  outside_expect_state (outside, around, ATSPI_STATE_PRESSED, TRUE);
  near = outside_entry (outside, "Near");
  outside_expect_text (outside, near, "?*");
  outside_expect_state (outside, around, ATSPI_STATE_PRESSED, TRUE);
  outside_set_text (outside, outside->application, "Near", "");
  outside_expect_state (outside, compact, ATSPI_STATE_PRESSED, TRUE);
  outside_expect_state (outside, around, ATSPI_STATE_PRESSED, FALSE);

  /* And when it is only found then. */
  outside_press (outside, XK_3, XK_Alt_L);
  outside_expect_state (outside, around, ATSPI_STATE_PRESSED, TRUE);
  outside_set_text (outside, outside->application, "Minimum", "");
  outside_set_text (outside, outside->application, "Near", "");
  outside_expect_state (outside, compact, ATSPI_STATE_PRESSED, TRUE);
}

/* The anchor scale with nothing to look from: the window asks for a place; Escape lets it be. */
static void
test_picking (Outside      *outside,
              gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip = outside_strip (outside);
  g_autoptr (AtspiAccessible) compact = outside_button (outside, "Compact");
  g_autoptr (AtspiAccessible) pick = outside_button (outside, "Pick on the strip");
  g_autoptr (AtspiAccessible) line = NULL;

  outside_expect_state (outside, strip, ATSPI_STATE_FOCUSED, TRUE);
  outside_press (outside, XK_3, XK_Alt_L);
  line = outside_find (outside, outside->application, ATSPI_ROLE_LABEL,
                       "Click the place to be near, or press Return for what is selected. "
                       "Escape cancels.");
  outside_expect_state (outside, compact, ATSPI_STATE_PRESSED, TRUE);
  outside_expect_state (outside, pick, ATSPI_STATE_PRESSED, TRUE);
  outside_press (outside, XK_Escape, NoSymbol);
  outside_expect_state (outside, pick, ATSPI_STATE_PRESSED, FALSE);
  outside_expect_state (outside, compact, ATSPI_STATE_PRESSED, TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  outside_init ();

#define ADD(path, target, function)                                                                \
  g_test_add (path, Outside, target, outside_set_up, function, outside_tear_down)
  ADD ("/app/window/candidate-is-the-first-gap", NULL, test_candidate);
  ADD ("/app/window/hazards-can-be-allowed", NULL, test_hazards);
  ADD ("/app/window/fault-keeps-the-results", NULL, test_fault);
  ADD ("/app/window/selection-is-one-everywhere", NULL, test_selection);
  ADD ("/app/window/anchor-scale-and-back", NULL, test_anchor_scale);
  ADD ("/app/window/anchor-goes-with-its-field", NULL, test_anchor_goes);
  ADD ("/app/window/picking-can-be-left", NULL, test_picking);
#undef ADD

  return g_test_run ();
}
