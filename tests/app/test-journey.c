/* A whole visit by keyboard alone, as assistive technology sees it.
 *
 * Each test starts the program on a process of its own, does with keys what people come to do, and
 * compares what the window says with what the library, lacuna-cli and the kernel say of the same
 * process. What the window says is read from what a screen reader would read.
 *
 * SPDX-License-Identifier: MIT
 */
#include "outside.h"

#include "core/gap.h"
#include "model/lacuna-format.h"

#include <string.h>

#define EXPECT(role, name)                                                                         \
  g_object_unref (outside_find_matching (outside, outside->application, ATSPI_ROLE_##role, name))

/* The keyboard is the strip's from the start. */
static void
set_up (Outside      *outside,
        gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip = NULL;

  outside_set_up (outside, target);
  strip = outside_strip (outside);
  outside_expect_state (outside, strip, ATSPI_STATE_FOCUSED, TRUE);
}

static void
type_into (Outside    *outside,
           const char *name,
           const char *text)
{
  g_autoptr (AtspiAccessible) entry = outside_entry (outside, name);

  outside_expect_state (outside, entry, ATSPI_STATE_FOCUSED, TRUE);
  outside_press (outside, XK_a, XK_Control_L);
  outside_type (outside, text);
  outside_expect_text (outside, entry, text);
}

/* Goes to @expression, and waits until the strip says that @range is selected. */
static void
go_to (Outside         *outside,
       const char      *expression,
       struct lac_range range)
{
  g_autoptr (AtspiAccessible) strip = outside_strip (outside);
  g_autofree char *start = lacuna_format_address_grouped (range.start);
  g_autofree char *end = lacuna_format_address_grouped (range.end);
  g_autofree char *pattern = g_strdup_printf ("*Selected: *%s – %s.*", start, end);

  outside_press (outside, XK_g, XK_Control_L);
  type_into (outside, "Go to address or name", expression);
  outside_press (outside, XK_Return, NoSymbol);
  g_free (outside_expect_description (outside, strip, pattern));
  outside_expect_state (outside, strip, ATSPI_STATE_FOCUSED, TRUE);
}

/* Ctrl+T, the number of a process, Return. */
static void
test_choose (Outside      *outside,
             gconstpointer target)
{
  g_autofree char *pid = g_strdup_printf ("%d", outside->pid);
  g_autofree char *button = g_strdup_printf ("Target: sleep %d", outside->pid);
  g_autofree char *pattern = g_strdup_printf ("sleep, * · %d, *", outside->pid);
  g_autoptr (AtspiAccessible) search = NULL;
  g_autoptr (AtspiAccessible) processes = NULL;
  g_autoptr (AtspiAccessible) row = NULL;

  outside_press (outside, XK_t, XK_Control_L);
  search = outside_find (outside, outside->application, ATSPI_ROLE_ENTRY, "Search for a process");
  outside_expect_state (outside, search, ATSPI_STATE_FOCUSED, TRUE);
  outside_type (outside, pid);
  processes = outside_find (outside, outside->application, ATSPI_ROLE_LIST, "Processes");
  row = outside_find_matching (outside, processes, ATSPI_ROLE_LIST_ITEM, pattern);
  outside_expect_n_children (outside, processes, 1);
  outside_press (outside, XK_Return, NoSymbol);
  g_object_unref (outside_button (outside, button));
  outside_expect_none (outside, outside->application, ATSPI_ROLE_LIST, "Processes");
}

/* Far enough for there to be more than one, wherever the kernel has put the heap. */
#define WITHIN "0x7fffffffffff"

/* The last candidate that lacuna-cli has for @arguments. */
static guint64
run_command_line (const char *const *arguments)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) command = NULL;
  g_autofree char *output = NULL;
  const char *candidate;

  g_strv_builder_add (words, LACUNA_CLI);
  g_strv_builder_addv (words, (const char **) arguments);
  g_strv_builder_add (words, "--json");
  argv = g_strv_builder_end (words);
  command = g_subprocess_newv ((const char *const *) argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (command, NULL, NULL, &output, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (command));
  candidate = g_strrstr (output, "\"candidate\"");
  g_assert_nonnull (candidate);
  candidate = strstr (candidate, "0x");
  g_assert_nonnull (candidate);
  return g_ascii_strtoull (candidate + 2, NULL, 16);
}

/* The candidate for the constraints that are typed below. */
static guint64
ask_command_line (Outside *outside)
{
  g_autofree char *pid = g_strdup_printf ("pid:%d", outside->pid);
  const char *const arguments[] = { "gaps",   pid,   "--near",  "[heap]", "--within", WITHIN,
                                    "--size", "64K", "--limit", "1",      NULL };

  return run_command_line (arguments);
}

static void
tab_into (Outside    *outside,
          const char *name,
          const char *text)
{
  g_autoptr (AtspiAccessible) entry = outside_entry (outside, name);

  outside_tab_to (outside, entry);
  type_into (outside, name, text);
}

/* What is copied of the first match finds it again. */
static void
copy_match (Outside *outside,
            guint64  candidate)
{
  g_autoptr (AtspiAccessible) button
      = outside_find_focusable (outside, outside->application, "Copy as");
  g_autofree char *address = lacuna_format_address (candidate);
  g_autofree char *command = NULL;
  g_autofree char *call = NULL;
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;

  outside_tab_to (outside, button);
  outside_choose (outside, "Address");
  outside_expect_clipboard (outside, address);
  outside_expect_state (outside, button, ATSPI_STATE_FOCUSED, TRUE);

  outside_choose (outside, "lacuna-cli Command");
  OUTSIDE_WAIT (outside, (g_free (command), command = outside_clipboard (outside), command != NULL)
                             && g_str_has_prefix (command, "lacuna-cli gaps "));
  g_assert_true (g_shell_parse_argv (command, NULL, &words, &error));
  g_assert_no_error (error);
  g_assert_cmphex (run_command_line ((const char *const *) words + 1), ==, candidate);

  outside_choose (outside, "C Call");
  OUTSIDE_WAIT (outside, (g_free (call), call = outside_clipboard (outside), call != NULL)
                             && strstr (call, "query.size = UINT64_C (0x10000);") != NULL);
}

/* F9, a name, a size; then N and P and F3 through what fits. */
static void
test_candidate (Outside      *outside,
                gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip = outside_strip (outside);
  struct lac_gap_query query;
  struct lac_gap_search search;
  struct lac_gap gaps[2];
  guint64 anchor = outside_range_of (outside, "[heap]").start;
  g_autofree char *first = NULL;
  g_autofree char *at_first = NULL;
  g_autofree char *at_second = NULL;

  lac_gap_query_init (&query, outside->map);
  query.anchors = &anchor;
  query.n_anchors = 1;
  query.within = G_GUINT64_CONSTANT (0x7fffffffffff);
  query.size = 64 << 10;
  query.order = LAC_ORDER_NEAREST;
  g_assert_cmpint (lac_gap_search_init (&search, outside->map, &query), ==, LAC_OK);
  for (guint i = 0; i < G_N_ELEMENTS (gaps); i++)
    g_assert_cmpint (lac_gap_next (&search, &gaps[i]), ==, LAC_OK);
  lac_gap_search_clear (&search);
  g_assert_cmphex (ask_command_line (outside), ==, gaps[0].candidate);

  outside_press (outside, XK_F9, NoSymbol);
  type_into (outside, "Near", "[heap]");
  tab_into (outside, "Within", WITHIN);
  tab_into (outside, "Size", "64K");

  first = lacuna_format_address_prefixed (gaps[0].candidate);
  {
    g_autofree char *pattern = g_strdup_printf ("%s, *", first);

    EXPECT (LIST_ITEM, pattern);
  }
  copy_match (outside, gaps[0].candidate);

  /* The first is where one begins, and a match is selected where it is, everywhere. */
  at_first = lacuna_format_address_grouped (gaps[0].range.end);
  at_second = lacuna_format_address_grouped (gaps[1].range.end);
  {
    g_autofree char *first_pattern = g_strdup_printf ("*Selected: * – %s.*", at_first);
    g_autofree char *second_pattern = g_strdup_printf ("*Selected: * – %s.*", at_second);

    outside_press (outside, XK_F3, NoSymbol);
    g_free (outside_expect_description (outside, strip, second_pattern));
    outside_press (outside, XK_F3, XK_Shift_L);
    g_free (outside_expect_description (outside, strip, first_pattern));
    go_to (outside, "[heap]", outside_range_of (outside, "[heap]"));
    outside_press (outside, XK_n, NoSymbol);
    g_free (outside_expect_description (outside, strip, second_pattern));
    outside_press (outside, XK_p, NoSymbol);
    g_free (outside_expect_description (outside, strip, first_pattern));
  }
}

/* Ctrl+G and Alt+Return: what the inspector says is what the kernel says. */
static void
test_inspect (Outside      *outside,
              gconstpointer target)
{
  struct lac_range stack = outside_range_of (outside, "[stack]");
  g_autofree char *path = g_strdup_printf ("/proc/%d/maps", outside->pid);
  g_autofree char *maps = NULL;
  g_autofree char *line = g_strdup_printf ("%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x rw-p",
                                           stack.start, stack.end);
  g_autofree char *start = lacuna_format_address_grouped (stack.start);
  g_autofree char *end = lacuna_format_address_grouped (stack.end);
  g_autofree char *size = lacuna_format_size (stack.end - stack.start);
  g_autofree char *size_pattern = g_strdup_printf ("%s*bytes", size);
  g_autofree char *plain_start = lacuna_format_address (stack.start);
  g_autofree char *plain_end = lacuna_format_address (stack.end);
  g_autofree char *plain_range = g_strdup_printf ("%s – %s", plain_start, plain_end);
  g_autoptr (AtspiAccessible) inspector = NULL;
  g_autoptr (AtspiAccessible) inspect = outside_button (outside, "Inspect");

  g_assert_true (g_file_get_contents (path, &maps, NULL, NULL));
  g_assert_nonnull (strstr (maps, line));
  go_to (outside, "[stack]+0x10", stack);
  outside_press (outside, XK_c, XK_Control_L);
  outside_expect_clipboard (outside, plain_start);
  outside_press (outside, XK_C, XK_Control_L);
  outside_expect_clipboard (outside, plain_range);

  outside_press (outside, XK_Return, XK_Alt_L);
  outside_expect_state (outside, inspect, ATSPI_STATE_PRESSED, TRUE);
  inspector = outside_find (outside, outside->application, ATSPI_ROLE_PANEL, "Inspector");
  g_object_unref (outside_find (outside, inspector, ATSPI_ROLE_LABEL, start));
  g_object_unref (outside_find (outside, inspector, ATSPI_ROLE_LABEL, end));
  g_object_unref (outside_find_matching (outside, inspector, ATSPI_ROLE_LABEL, size_pattern));
  g_object_unref (outside_find_matching (outside, inspector, ATSPI_ROLE_LABEL, "rw-p: *"));
  g_object_unref (outside_find (outside, inspector, ATSPI_ROLE_LABEL, "[stack]"));
}

/* Which way the strip lies is how it looks. */
static void
expect_to_stand (Outside         *outside,
                 AtspiAccessible *strip,
                 gboolean         stands)
{
  g_autoptr (AtspiComponent) component = atspi_accessible_get_component_iface (strip);
  gint64 deadline = outside_deadline ();

  g_assert_nonnull (component);
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      AtspiRect *extents = atspi_component_get_extents (component, ATSPI_COORD_TYPE_WINDOW, &error);
      gboolean is_tall;

      g_assert_no_error (error);
      g_assert_cmpint (extents->width, >, 0);
      is_tall = extents->height > extents->width;
      g_free (extents);
      if (is_tall == stands)
        return;
      outside_wait_turn (outside, deadline, G_STRLOC,
                         stands ? "the strip stands" : "the strip lies");
    }
}

/* The scales, the directions, and the way back and forth through what was in view. */
static void
test_view (Outside      *outside,
           gconstpointer target)
{
  static const struct
  {
    KeySym key;
    const char *name;
  } scales[] = {
    { XK_1, "Linear" },
    { XK_3, "Around Anchor" },
    { XK_2, "Compact" },
  };
  g_autoptr (AtspiAccessible) strip = outside_strip (outside);
  g_autofree char *whole = NULL;
  g_autofree char *close = NULL;

  go_to (outside, "[heap]", outside_range_of (outside, "[heap]"));
  for (guint i = 0; i < G_N_ELEMENTS (scales); i++)
    {
      g_autoptr (AtspiAccessible) button = outside_button (outside, scales[i].name);

      outside_press (outside, scales[i].key, XK_Alt_L);
      outside_expect_state (outside, button, ATSPI_STATE_PRESSED, TRUE);
    }

  outside_press (outside, XK_v, XK_Alt_L);
  expect_to_stand (outside, strip, TRUE);
  outside_press (outside, XK_h, XK_Alt_L);
  expect_to_stand (outside, strip, FALSE);

  /* Everything, then the heap alone; each is a view to come back to. */
  outside_press (outside, XK_0, NoSymbol);
  whole = outside_expect_description (outside, strip, "In view: 0x0 to *");
  outside_press (outside, XK_z, NoSymbol);
  OUTSIDE_WAIT (outside, (g_free (close), atspi_accessible_clear_cache (strip),
                          close = atspi_accessible_get_description (strip, NULL), close != NULL)
                             && !g_str_has_prefix (close, "In view: 0x0 to "));
  outside_press (outside, XK_Left, XK_Alt_L);
  g_free (outside_expect_description (outside, strip, whole));
  outside_press (outside, XK_Right, XK_Alt_L);
  g_free (outside_expect_description (outside, strip, close));
}

/* A filter leaves what passes, and so does the legend. */
static void
test_list (Outside      *outside,
           gconstpointer target)
{
  struct lac_range heap = outside_range_of (outside, "[heap]");
  g_autofree char *start = lacuna_format_address_grouped (heap.start);
  g_autofree char *row = g_strdup_printf ("%s, *[heap]", start);
  g_autoptr (AtspiAccessible) list
      = outside_find (outside, outside->application, ATSPI_ROLE_LIST, "Regions and gaps");
  g_autoptr (AtspiAccessible) entry
      = outside_find (outside, outside->application, ATSPI_ROLE_ENTRY, "Filter");
  g_autoptr (AtspiAccessible) legend = NULL;
  size_t n_regions;

  outside_press (outside, XK_r, XK_Alt_L);
  outside_press (outside, XK_f, XK_Control_L);
  outside_expect_state (outside, entry, ATSPI_STATE_FOCUSED, TRUE);
  outside_type (outside, "[heap]");
  outside_expect_n_children (outside, list, 1);
  EXPECT (TABLE_ROW, row);
  outside_press (outside, XK_a, XK_Control_L);
  outside_press (outside, XK_BackSpace, NoSymbol);
  lac_map_regions (outside->map, &n_regions);
  outside_expect_n_children (outside, list, (int) n_regions);

  /* The legend: only the stack. */
  legend = outside_button (outside, "stack");
  outside_do (outside, outside->application, "stack");
  outside_expect_state (outside, legend, ATSPI_STATE_PRESSED, TRUE);
  outside_expect_n_children (outside, list, 1);
  EXPECT (TABLE_ROW, "*[stack]");
}

/* How many bytes the first row's region has. */
static guint64
first_size (Outside         *outside,
            AtspiAccessible *list)
{
  g_autoptr (AtspiAccessible) cell = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GString) digits = g_string_new (NULL);
  const struct lac_region *regions;
  size_t n_regions;
  size_t index;

  atspi_accessible_clear_cache (list);
  cell = outside_descend (list, (const int[]){ 0, 0, 0 }, 3);
  text = cell != NULL ? atspi_accessible_get_name (cell, NULL) : NULL;
  if (text == NULL)
    return 0;
  for (const char *next = text; *next != '\0'; next++)
    if (g_ascii_isxdigit (*next) && !g_str_has_prefix (next, "0x"))
      g_string_append_c (digits, *next);
  regions = lac_map_regions (outside->map, &n_regions);
  index = lac_map_search (outside->map, g_ascii_strtoull (digits->str, NULL, 16));
  return index < n_regions ? lac_range_size (lac_region_range (&regions[index])) : 0;
}

/* The menu sorts as the headers do, which can't have the focus. */
static void
test_sort (Outside      *outside,
           gconstpointer target)
{
  g_autoptr (AtspiAccessible) list
      = outside_find (outside, outside->application, ATSPI_ROLE_LIST, "Regions and gaps");
  g_autoptr (AtspiAccessible) filter
      = outside_find (outside, outside->application, ATSPI_ROLE_ENTRY, "Filter");
  g_autoptr (AtspiAccessible) button
      = outside_find_focusable (outside, outside->application, "Sort by");
  guint64 smallest = G_MAXUINT64;
  guint64 largest = 0;
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (outside->map, &n_regions);

  for (size_t i = 0; i < n_regions; i++)
    {
      guint64 size = lac_range_size (lac_region_range (&regions[i]));

      smallest = MIN (smallest, size);
      largest = MAX (largest, size);
    }
  outside_press (outside, XK_r, XK_Alt_L);
  outside_expect_n_children (outside, list, (int) n_regions);
  outside_press (outside, XK_f, XK_Control_L);
  outside_expect_state (outside, filter, ATSPI_STATE_FOCUSED, TRUE);
  outside_tab_to (outside, button);
  outside_choose (outside, "Size");
  OUTSIDE_WAIT (outside, first_size (outside, list) == smallest);
  outside_expect_state (outside, button, ATSPI_STATE_FOCUSED, TRUE);
  outside_choose (outside, "Descending");
  OUTSIDE_WAIT (outside, first_size (outside, list) == largest);
}

/* Space pauses and goes on; then the process exits, and what was read stays. */
static void
test_exit (Outside      *outside,
           gconstpointer target)
{
  g_autoptr (AtspiAccessible) live = outside_button (outside, "Live");
  struct lac_range heap = outside_range_of (outside, "[heap]");
  g_autofree char *start = lacuna_format_address_grouped (heap.start);
  g_autofree char *row = g_strdup_printf ("%s, *", start);

  outside_press (outside, XK_space, NoSymbol);
  outside_expect_name (outside, live, "Paused");
  EXPECT (LABEL, "/proc/*paused");
  outside_press (outside, XK_space, NoSymbol);
  outside_expect_name (outside, live, "Live");
  outside_end (outside->victim);
  g_clear_object (&outside->victim);
  outside_expect_name (outside, live, "Closed");
  EXPECT (LABEL, "/proc/*closed at *");
  EXPECT (TABLE_ROW, row);
}

/* The list of keys opens and closes, and the keyboard is the strip's again. */
static void
test_help (Outside      *outside,
           gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip = outside_strip (outside);

  outside_press (outside, XK_question, XK_Control_L);
  EXPECT (LABEL, "Next gap that fits");
  outside_take_keyboard (outside);
  outside_press (outside, XK_Escape, NoSymbol);
  outside_expect_none (outside, outside->application, ATSPI_ROLE_LABEL, "Next gap that fits");
  outside_take_keyboard (outside);
  outside_expect_state (outside, strip, ATSPI_STATE_FOCUSED, TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  outside_init ();

#define ADD(path, target, function)                                                                \
  g_test_add (path, Outside, target, set_up, function, outside_tear_down)
  ADD ("/app/journey/chooses-by-typing", "self", test_choose);
  ADD ("/app/journey/candidate-is-the-command-lines", NULL, test_candidate);
  ADD ("/app/journey/inspector-says-what-the-kernel-says", NULL, test_inspect);
  ADD ("/app/journey/view-changes-and-comes-back", NULL, test_view);
  ADD ("/app/journey/list-is-filtered", NULL, test_list);
  ADD ("/app/journey/list-is-sorted", NULL, test_sort);
  ADD ("/app/journey/pauses-and-outlives-the-process", NULL, test_exit);
  ADD ("/app/journey/help-opens-and-closes", NULL, test_help);
#undef ADD

  return g_test_run ();
}
