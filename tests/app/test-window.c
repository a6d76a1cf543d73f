/* The window from outside, as assistive technology sees it: what it shows, and where keys lead.
 *
 * The real program runs on a real process. This test finds what is on the screen by role and name,
 * types as people do, and compares what the window says with what the library says about the same
 * process. What finds gaps is in test-window-find.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "outside.h"

#include "model/lacuna-format.h"

static char *
expected_title (const struct lac_map *map)
{
  struct lac_totals totals = lac_map_totals (map);
  g_autofree char *mapped = lacuna_format_size (totals.mapped);
  g_autofree char *largest = lacuna_format_size (totals.largest_gap);
  size_t n_regions;

  lac_map_regions (map, &n_regions);
  return g_strdup_printf ("%" G_GSIZE_FORMAT " regions · %s mapped · largest gap %s", n_regions,
                          mapped, largest);
}

static void
test_title (Outside      *outside,
            gconstpointer target)
{
  g_autofree char *title = expected_title (outside->map);
  g_autofree char *button = g_strdup_printf ("Target: sleep %d", outside->pid);
  g_autoptr (AtspiAccessible) label
      = outside_find (outside, outside->application, ATSPI_ROLE_LABEL, title);
  g_autoptr (AtspiAccessible) chooser = outside_button (outside, button);
}

static void
test_rows (Outside      *outside,
           gconstpointer target)
{
  g_autofree char *title = expected_title (outside->map);
  g_autoptr (AtspiAccessible) label
      = outside_find (outside, outside->application, ATSPI_ROLE_LABEL, title);
  g_autoptr (AtspiAccessible) table
      = outside_find (outside, outside->application, ATSPI_ROLE_TREE_TABLE, "Regions and gaps");
  g_autoptr (AtspiAccessible) list = outside_descend (table, (const int[]){ 1 }, 1);
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (outside->map, &n_regions);

  outside_press (outside, XK_r, XK_Alt_L);
  outside_expect_n_children (outside, list, (int) n_regions);
  for (size_t i = 0; i < n_regions; i++)
    {
      g_autoptr (AtspiAccessible) start = outside_descend (list, (const int[]){ (int) i, 0, 0 }, 3);
      g_autoptr (AtspiAccessible) name = outside_descend (list, (const int[]){ (int) i, 6, 0 }, 3);
      g_autofree char *start_text = atspi_accessible_get_name (start, NULL);
      g_autofree char *name_text = atspi_accessible_get_name (name, NULL);
      g_autofree char *expected = lacuna_format_address_grouped (regions[i].start);

      g_assert_cmpstr (start_text, ==, expected);
      if (lac_map_backing (outside->map, &regions[i])->name_length > 0)
        g_assert_cmpstr (name_text, ==, lac_map_backing (outside->map, &regions[i])->name);
    }
}

static void
test_keyboard_chooser (Outside      *outside,
                       gconstpointer target)
{
  struct lac_map *other_map = NULL;
  g_autoptr (GSubprocess) other = outside_start_victim (&other_map);
  g_autofree char *pid = g_strdup (g_subprocess_get_identifier (other));
  g_autofree char *button = g_strdup_printf ("Target: sleep %s", pid);
  g_autofree char *before = expected_title (outside->map);
  g_autoptr (AtspiAccessible) title
      = outside_find (outside, outside->application, ATSPI_ROLE_LABEL, before);
  g_autoptr (AtspiAccessible) search = NULL;
  g_autoptr (AtspiAccessible) processes = NULL;
  g_autoptr (AtspiAccessible) chooser = NULL;

  outside_press (outside, XK_t, XK_Control_L);
  search = outside_find (outside, outside->application, ATSPI_ROLE_ENTRY, "Search for a process");
  processes = outside_find (outside, outside->application, ATSPI_ROLE_LIST, "Processes");
  outside_expect_state (outside, search, ATSPI_STATE_FOCUSED, TRUE);
  outside_type (outside, pid);
  /* The list follows the typing; Return takes what is at its top. */
  outside_expect_n_children (outside, processes, 1);
  outside_press (outside, XK_Return, NoSymbol);

  chooser = outside_button (outside, button);
  {
    g_autofree char *after = expected_title (other_map);

    outside_expect_name (outside, title, after);
  }
  outside_end (other);
  lac_map_unref (other_map);
}

static void
test_exit (Outside      *outside,
           gconstpointer target)
{
  g_autofree char *title = expected_title (outside->map);
  g_autoptr (AtspiAccessible) label
      = outside_find (outside, outside->application, ATSPI_ROLE_LABEL, title);
  g_autoptr (AtspiAccessible) note = NULL;
  g_autoptr (AtspiAccessible) live = outside_button (outside, "Live");

  outside_end (outside->victim);
  g_clear_object (&outside->victim);
  note = outside_find (outside, outside->application, ATSPI_ROLE_LABEL,
                       "The process has exited. This is what was read last.");
  outside_expect_name (outside, live, "Closed");

  /* What was read stays, also when it is asked for again. */
  outside_press (outside, XK_F5, NoSymbol);
  outside_expect_name (outside, label, title);
}

static void
test_refusal (Outside      *outside,
              gconstpointer target)
{
  g_autoptr (AtspiAccessible) failure
      = outside_find (outside, outside->application, ATSPI_ROLE_LABEL, "Can't Open pid:2147483647");
  g_autoptr (AtspiAccessible) retry = outside_button (outside, "Try Again");
}

/* Ctrl+G, a name, Return: the region is selected, and the keyboard is the strip's again. */
static void
test_go_to (Outside      *outside,
            gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip = outside_strip (outside);
  g_autoptr (AtspiAccessible) entry = outside_entry (outside, "Go to address or name");
  g_autoptr (AtspiAccessible) details
      = outside_find (outside, outside->application, ATSPI_ROLE_PANEL, "Details");
  g_autoptr (AtspiAccessible) range = NULL;
  struct lac_range heap = outside_range_of (outside, "[heap]");
  g_autofree char *start = lacuna_format_address_grouped (heap.start);
  g_autofree char *end = lacuna_format_address_grouped (heap.end);
  g_autofree char *expected = g_strdup_printf ("%s – %s", start, end);

  outside_expect_state (outside, strip, ATSPI_STATE_FOCUSED, TRUE);
  outside_press (outside, XK_g, XK_Control_L);
  outside_expect_state (outside, entry, ATSPI_STATE_FOCUSED, TRUE);
  outside_type (outside, "[heap]");
  outside_press (outside, XK_Return, NoSymbol);
  range = outside_find (outside, details, ATSPI_ROLE_LABEL, expected);
  outside_expect_state (outside, strip, ATSPI_STATE_FOCUSED, TRUE);
}

/* Space pauses wherever nothing is being typed; then one can ask for a new picture. */
static void
test_live (Outside      *outside,
           gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip = outside_strip (outside);
  g_autoptr (AtspiAccessible) live = outside_button (outside, "Live");
  g_autoptr (AtspiAccessible) again = NULL;

  outside_expect_state (outside, strip, ATSPI_STATE_FOCUSED, TRUE);
  outside_press (outside, XK_space, NoSymbol);
  outside_expect_name (outside, live, "Paused");
  again = outside_button (outside, "Read again");
  outside_press (outside, XK_space, NoSymbol);
  outside_expect_name (outside, live, "Live");
  outside_expect_none (outside, outside->application, ATSPI_ROLE_PUSH_BUTTON, "Read again");
}

/* What is selected is inspected, in a page of the panel that a key opens. */
static void
test_panel (Outside      *outside,
            gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip = outside_strip (outside);
  g_autoptr (AtspiAccessible) find_tab = outside_button (outside, "Find a Gap");
  g_autoptr (AtspiAccessible) inspect_tab = outside_button (outside, "Inspect");
  g_autoptr (AtspiAccessible) copy = NULL;
  g_autoptr (AtspiAccessible) told = NULL;
  g_autoptr (AtspiAccessible) near = NULL;

  outside_expect_state (outside, strip, ATSPI_STATE_FOCUSED, TRUE);
  outside_press (outside, XK_period, NoSymbol);
  outside_press (outside, XK_Return, XK_Alt_L);
  outside_expect_state (outside, inspect_tab, ATSPI_STATE_PRESSED, TRUE);
  outside_expect_state (outside, find_tab, ATSPI_STATE_PRESSED, FALSE);

  /* The focus goes there too, and what is done there is told. */
  copy = outside_find_focusable (outside, outside->application, "Copy start");
  outside_expect_state (outside, copy, ATSPI_STATE_FOCUSED, TRUE);
  outside_press (outside, XK_space, NoSymbol);
  told = outside_find_matching (outside, outside->application, ATSPI_ROLE_STATUS_BAR, "Copied 0x*");
  outside_press (outside, XK_F9, NoSymbol);
  outside_expect_state (outside, find_tab, ATSPI_STATE_PRESSED, TRUE);
  near = outside_entry (outside, "Near");
  outside_expect_state (outside, near, ATSPI_STATE_FOCUSED, TRUE);
}

/* Who comes for the first time is told three things, and can say when it is enough. */
static void
test_hints (Outside      *outside,
            gconstpointer target)
{
  g_autoptr (AtspiAccessible) hints
      = outside_find (outside, outside->application, ATSPI_ROLE_PANEL, "This is an address space");
  g_autoptr (AtspiAccessible) count = outside_find (outside, hints, ATSPI_ROLE_LABEL, "1 of 3");

  outside_do (outside, hints, "Next");
  outside_expect_name (outside, hints, "Point at things");
  outside_expect_name (outside, count, "2 of 3");
  outside_do (outside, hints, "Next");
  outside_expect_name (outside, hints, "Find a gap");
  outside_do (outside, hints, "Done");
  outside_expect_none (outside, outside->application, ATSPI_ROLE_LABEL, "3 of 3");
}

/* Escape is enough, wherever the focus is: nobody has put it on the card. */
static void
test_hints_escape (Outside      *outside,
                   gconstpointer target)
{
  g_autoptr (AtspiAccessible) hints
      = outside_find (outside, outside->application, ATSPI_ROLE_PANEL, "This is an address space");
  g_autoptr (AtspiAccessible) near = NULL;

  outside_press (outside, XK_F9, NoSymbol);
  near = outside_entry (outside, "Near");
  outside_expect_state (outside, near, ATSPI_STATE_FOCUSED, TRUE);
  outside_press (outside, XK_Escape, NoSymbol);
  outside_expect_none (outside, outside->application, ATSPI_ROLE_LABEL, "1 of 3");
}

/* An address space with nothing in it is no answer to somebody who opens a file. */
static void
test_empty_file (Outside      *outside,
                 gconstpointer target)
{
  g_autoptr (AtspiAccessible) title
      = outside_find (outside, outside->application, ATSPI_ROLE_LABEL, "This File Has No Regions");
  g_autoptr (AtspiAccessible) other = outside_button (outside, "Choose Another…");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  outside_init ();

#define ADD(path, target, function)                                                                \
  g_test_add (path, Outside, target, outside_set_up, function, outside_tear_down)
  ADD ("/app/window/title-tells-what-the-map-holds", NULL, test_title);
  ADD ("/app/window/rows-are-the-regions", NULL, test_rows);
  ADD ("/app/window/keyboard-chooses-another-process", NULL, test_keyboard_chooser);
  ADD ("/app/window/exit-is-told-and-keeps-the-map", NULL, test_exit);
  ADD ("/app/window/go-to-selects-and-returns", NULL, test_go_to);
  ADD ("/app/window/space-pauses", NULL, test_live);
  ADD ("/app/window/panel-has-pages", NULL, test_panel);
  ADD ("/app/window/first-start-has-hints", "", test_hints);
  ADD ("/app/window/escape-skips-the-hints", "", test_hints_escape);
  ADD ("/app/window/empty-file-is-refused", "/dev/null", test_empty_file);
  ADD ("/app/window/refusal-can-be-tried-again", "pid:2147483647", test_refusal);
#undef ADD

  return g_test_run ();
}
