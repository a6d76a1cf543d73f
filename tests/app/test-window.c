/* The window from outside, as assistive technology sees it.
 *
 * The real program runs on a real process, on a display of its own (with-display.sh). This test
 * finds what is on the screen by role and name over AT-SPI, types as people do, and compares what
 * the window says with what the library says about the same process.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/gap.h"
#include "model/lacuna-format.h"
#include "os/process.h"

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>
#include <atspi/atspi.h>
#include <gio/gio.h>
#include <string.h>

/* libatspi 2.46 defines none of these. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiAccessible, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiAction, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiEditableText, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiSelection, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiStateSet, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AtspiText, g_object_unref)

/* How long the window may take to show what is expected. Sanitizers and busy machines are slow. */
#define PATIENCE_SECONDS 60

typedef struct
{
  GSubprocess *victim;
  GSubprocess *program;
  struct lac_map *map; /* of the victim */
  gint32 pid;          /* of the victim */
  AtspiAccessible *application;
} Fixture;

/* Processes */

static gint32
subprocess_pid (GSubprocess *subprocess)
{
  return (gint32) g_ascii_strtoll (g_subprocess_get_identifier (subprocess), NULL, 10);
}

static struct lac_map *
read_map (gint32 pid)
{
  struct lac_process *process = NULL;
  struct lac_process_failure failure = { 0 };
  struct lac_map *map = NULL;

  g_assert_cmpint (lac_process_open (NULL, pid, &process, &failure), ==, LAC_OK);
  g_assert_cmpint (lac_process_read_map (process, 0, NULL, &map, &failure), ==, LAC_OK);
  lac_process_close (process);
  return map;
}

static gboolean
maps_are_equal (const struct lac_map *a,
                const struct lac_map *b)
{
  size_t n_a;
  size_t n_b;
  const struct lac_region *regions_a = lac_map_regions (a, &n_a);
  const struct lac_region *regions_b = lac_map_regions (b, &n_b);

  if (n_a != n_b)
    return FALSE;
  for (size_t i = 0; i < n_a; i++)
    if (regions_a[i].start != regions_b[i].start || regions_a[i].end != regions_b[i].end)
      return FALSE;
  return TRUE;
}

/* A process that does nothing, past its start: its libraries are mapped and nothing changes. */
static GSubprocess *
start_victim (struct lac_map **out_map)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *victim
      = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "sleep", "600", NULL);
  struct lac_map *before = NULL;

  g_assert_no_error (error);
  for (guint calm = 0; calm < 4;)
    {
      struct lac_map *map = NULL;

      g_usleep (50000);
      map = read_map (subprocess_pid (victim));
      calm = before != NULL && maps_are_equal (before, map) ? calm + 1 : 0;
      lac_map_unref (before);
      before = map;
    }
  *out_map = before;
  return victim;
}

/* Accessibles */

/* Whatever a call of AT-SPI failed with, the next round of waiting asks again. */
static AtspiAccessible *
find_below (AtspiAccessible *root,
            AtspiRole        role,
            const char      *name,
            guint            depth)
{
  int n_children = atspi_accessible_get_child_count (root, NULL);

  /* No list or table has to be looked through further than this. */
  for (int i = 0; i < MIN (n_children, 40); i++)
    {
      g_autoptr (AtspiAccessible) child = atspi_accessible_get_child_at_index (root, i, NULL);
      AtspiAccessible *found = NULL;

      if (child == NULL)
        continue;
      if (role == ATSPI_ROLE_INVALID || atspi_accessible_get_role (child, NULL) == role)
        {
          g_autofree char *text = atspi_accessible_get_name (child, NULL);

          if (g_strcmp0 (text, name) == 0)
            return g_steal_pointer (&child);
        }
      found = depth > 0 ? find_below (child, role, name, depth - 1) : NULL;
      if (found != NULL)
        return found;
    }
  return NULL;
}

/* Waits until something of that role and name is there. */
static AtspiAccessible *
find (AtspiAccessible *root,
      AtspiRole        role,
      const char      *name)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_SECONDS * G_TIME_SPAN_SECOND;

  do
    {
      AtspiAccessible *found = NULL;

      atspi_accessible_clear_cache (root);
      found = find_below (root, role, name, 30);
      if (found != NULL)
        return found;
      g_usleep (50000);
    }
  while (g_get_monotonic_time () < end);
  g_error ("Nothing on the screen has the role %d and the name \"%s\"", role, name);
}

static gboolean
is_focused (AtspiAccessible *accessible)
{
  g_autoptr (AtspiStateSet) states = atspi_accessible_get_state_set (accessible);

  return states != NULL && atspi_state_set_contains (states, ATSPI_STATE_FOCUSED);
}

static void
expect_focus (AtspiAccessible *accessible)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_SECONDS * G_TIME_SPAN_SECOND;

  while (!is_focused (accessible) && g_get_monotonic_time () < end)
    {
      g_usleep (50000);
      atspi_accessible_clear_cache (accessible);
    }
  g_assert_true (is_focused (accessible));
}

/* Waits until the accessible's name, which is a label's text, is what is expected. */
static void
expect_name (AtspiAccessible *accessible,
             const char      *expected)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_SECONDS * G_TIME_SPAN_SECOND;
  g_autofree char *name = NULL;

  do
    {
      atspi_accessible_clear_cache (accessible);
      g_free (name);
      name = atspi_accessible_get_name (accessible, NULL);
      if (g_strcmp0 (name, expected) == 0)
        return;
      g_usleep (50000);
    }
  while (g_get_monotonic_time () < end);
  g_assert_cmpstr (name, ==, expected);
}

/* A child, a child's child, and so on. */
static AtspiAccessible *
descend (AtspiAccessible *from,
         const int       *path,
         guint            n_steps)
{
  AtspiAccessible *at = g_object_ref (from);

  for (guint i = 0; i < n_steps && at != NULL; i++)
    {
      AtspiAccessible *child = atspi_accessible_get_child_at_index (at, path[i], NULL);

      g_object_unref (at);
      at = child;
    }
  return at;
}

/* The address that a row of the list of results shows. */
static char *
result_address (AtspiAccessible *results,
                int              row)
{
  g_autoptr (AtspiAccessible) label = NULL;

  atspi_accessible_clear_cache (results);
  label = descend (results, (const int[]){ row, 0, 0, 0 }, 4);
  return label != NULL ? atspi_accessible_get_name (label, NULL) : NULL;
}

static void
expect_first_result (AtspiAccessible *results,
                     guint64          candidate)
{
  g_autofree char *expected = lacuna_format_address_grouped (candidate);
  gint64 end = g_get_monotonic_time () + PATIENCE_SECONDS * G_TIME_SPAN_SECOND;
  g_autofree char *address = NULL;

  do
    {
      g_free (address);
      address = result_address (results, 0);
      if (g_strcmp0 (address, expected) == 0)
        return;
      g_usleep (50000);
    }
  while (g_get_monotonic_time () < end);
  g_assert_cmpstr (address, ==, expected);
}

static void
type_into (AtspiAccessible *application,
           const char      *name,
           const char      *text)
{
  g_autoptr (AtspiAccessible) entry = find (application, ATSPI_ROLE_TEXT, name);
  g_autoptr (AtspiEditableText) editable = atspi_accessible_get_editable_text_iface (entry);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (editable);
  atspi_editable_text_set_text_contents (editable, text, &error);
  g_assert_no_error (error);
}

static void
press_button (AtspiAccessible *application,
              const char      *name)
{
  g_autoptr (AtspiAccessible) button = find (application, ATSPI_ROLE_PUSH_BUTTON, name);
  g_autoptr (AtspiAction) action = atspi_accessible_get_action_iface (button);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (action);
  atspi_action_do_action (action, 0, &error);
  g_assert_no_error (error);
}

/* The keyboard */

static Window
find_window (Display *display,
             Window   root,
             guint    depth)
{
  Window parent;
  Window *children = NULL;
  unsigned int n_children = 0;
  Window found = None;
  XClassHint hint = { NULL, NULL };
  XWindowAttributes attributes;

  if (XGetClassHint (display, root, &hint) != 0)
    {
      if (XGetWindowAttributes (display, root, &attributes) != 0
          && attributes.map_state == IsViewable && attributes.override_redirect == False
          && attributes.width > 100)
        found = root;
      XFree (hint.res_name);
      XFree (hint.res_class);
    }
  if (found == None && depth > 0
      && XQueryTree (display, root, &root, &parent, &children, &n_children) != 0)
    {
      for (unsigned int i = 0; i < n_children && found == None; i++)
        found = find_window (display, children[i], depth - 1);
      if (children != NULL)
        XFree (children);
    }
  return found;
}

/* There is no window manager here that would give the window the keyboard. */
static Display *
take_keyboard (void)
{
  Display *display = XOpenDisplay (NULL);
  Window window = None;

  g_assert_nonnull (display);
  for (guint i = 0; i < PATIENCE_SECONDS * 20 && window == None; i++)
    {
      window = find_window (display, DefaultRootWindow (display), 2);
      if (window == None)
        g_usleep (50000);
    }
  g_assert_cmpuint (window, !=, None);
  XSetInputFocus (display, window, RevertToParent, CurrentTime);
  XSync (display, False);
  return display;
}

static void
press_key (Display *display,
           KeySym   key,
           KeySym   modifier)
{
  KeyCode code = XKeysymToKeycode (display, key);
  KeyCode modifier_code = modifier != NoSymbol ? XKeysymToKeycode (display, modifier) : 0;

  g_assert_cmpuint (code, !=, 0);
  if (modifier_code != 0)
    XTestFakeKeyEvent (display, modifier_code, True, CurrentTime);
  XTestFakeKeyEvent (display, code, True, CurrentTime);
  XTestFakeKeyEvent (display, code, False, CurrentTime);
  if (modifier_code != 0)
    XTestFakeKeyEvent (display, modifier_code, False, CurrentTime);
  XSync (display, False);
}

/* The program */

static AtspiAccessible *
find_application (GSubprocess *program)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_SECONDS * G_TIME_SPAN_SECOND;

  do
    {
      g_autoptr (AtspiAccessible) desktop = atspi_get_desktop (0);
      int n_children = 0;

      atspi_accessible_clear_cache (desktop);
      n_children = atspi_accessible_get_child_count (desktop, NULL);
      for (int i = 0; i < n_children; i++)
        {
          AtspiAccessible *child = atspi_accessible_get_child_at_index (desktop, i, NULL);

          if (child != NULL
              && (gint32) atspi_accessible_get_process_id (child, NULL)
                     == subprocess_pid (program)
              && atspi_accessible_get_child_count (child, NULL) > 0)
            return child;
          g_clear_object (&child);
        }
      g_usleep (50000);
    }
  while (g_get_monotonic_time () < end);
  g_error ("The window did not appear");
}

static void
start_program (Fixture    *fixture,
               const char *target)
{
  g_autoptr (GError) error = NULL;

  /* Without a word on the command line, when it is an empty one. */
  fixture->program = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, LACUNA_PROGRAM,
                                       *target != '\0' ? target : NULL, NULL);
  g_assert_no_error (error);
  fixture->application = find_application (fixture->program);
}

static void
stop (GSubprocess *subprocess,
      gboolean     gently)
{
  if (gently)
    g_subprocess_send_signal (subprocess, 15);
  else
    g_subprocess_force_exit (subprocess);
  g_subprocess_wait (subprocess, NULL, NULL);
}

/* libatspi warns when it asks a program for something in the moment that the program starts or
 * ends; that is no fault of either. */
static void
note_warning (const char    *domain,
              GLogLevelFlags level,
              const char    *message,
              gpointer       user_data)
{
  g_test_message ("%s", message);
}

static gboolean
is_fatal (const char    *domain,
          GLogLevelFlags level,
          const char    *message,
          gpointer       user_data)
{
  return g_strcmp0 (domain, "dbind") != 0;
}

static void
set_up (Fixture      *fixture,
        gconstpointer target)
{
  g_autofree char *spelling = NULL;

  g_test_log_set_fatal_handler (is_fatal, NULL);
  fixture->victim = start_victim (&fixture->map);
  fixture->pid = subprocess_pid (fixture->victim);
  spelling = target != NULL ? g_strdup (target) : g_strdup_printf ("pid:%d", fixture->pid);
  start_program (fixture, spelling);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer target)
{
  gboolean failed;

  /* It is closed by its own means, so that a leak or a fault at its end fails the test. */
  {
    Display *display = take_keyboard ();

    press_key (display, XK_q, XK_Control_L);
    g_subprocess_wait (fixture->program, NULL, NULL);
    XCloseDisplay (display);
  }
  failed = !g_subprocess_get_successful (fixture->program);
  g_assert_false (failed);
  stop (fixture->victim, FALSE);
  g_clear_object (&fixture->application);
  g_clear_object (&fixture->program);
  g_clear_object (&fixture->victim);
  lac_map_unref (fixture->map);
}

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
test_title (Fixture      *fixture,
            gconstpointer target)
{
  g_autofree char *title = expected_title (fixture->map);
  g_autofree char *button = g_strdup_printf ("Target: sleep %d", fixture->pid);
  g_autoptr (AtspiAccessible) label = find (fixture->application, ATSPI_ROLE_LABEL, title);
  g_autoptr (AtspiAccessible) chooser
      = find (fixture->application, ATSPI_ROLE_PUSH_BUTTON, button);

}

/* Waits until nothing of that role and name is there any more. */
static void
expect_none (AtspiAccessible *root,
             AtspiRole        role,
             const char      *name)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_SECONDS * G_TIME_SPAN_SECOND;

  do
    {
      g_autoptr (AtspiAccessible) found = NULL;

      atspi_accessible_clear_cache (root);
      found = find_below (root, role, name, 30);
      if (found == NULL)
        return;
      g_usleep (50000);
    }
  while (g_get_monotonic_time () < end);
  g_error ("Something on the screen still has the role %d and the name \"%s\"", role, name);
}

static void
expect_n_children (AtspiAccessible *accessible,
                   int              n_expected)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_SECONDS * G_TIME_SPAN_SECOND;
  int n_children;

  do
    {
      atspi_accessible_clear_cache (accessible);
      n_children = atspi_accessible_get_child_count (accessible, NULL);
      if (n_children == n_expected)
        return;
      g_usleep (50000);
    }
  while (g_get_monotonic_time () < end);
  g_assert_cmpint (n_children, ==, n_expected);
}

static void
test_rows (Fixture      *fixture,
           gconstpointer target)
{
  g_autofree char *title = expected_title (fixture->map);
  g_autoptr (AtspiAccessible) label = find (fixture->application, ATSPI_ROLE_LABEL, title);
  g_autoptr (AtspiAccessible) table
      = find (fixture->application, ATSPI_ROLE_TREE_TABLE, "Regions and gaps");
  g_autoptr (AtspiAccessible) list = descend (table, (const int[]){ 1 }, 1);
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (fixture->map, &n_regions);
  Display *display = take_keyboard ();

  press_key (display, XK_r, XK_Alt_L);
  expect_n_children (list, (int) n_regions);
  XCloseDisplay (display);
  for (size_t i = 0; i < n_regions; i++)
    {
      g_autoptr (AtspiAccessible) start = descend (list, (const int[]){ (int) i, 0, 0 }, 3);
      g_autoptr (AtspiAccessible) name = descend (list, (const int[]){ (int) i, 6, 0 }, 3);
      g_autofree char *start_text = atspi_accessible_get_name (start, NULL);
      g_autofree char *name_text = atspi_accessible_get_name (name, NULL);
      g_autofree char *expected = lacuna_format_address_grouped (regions[i].start);

      g_assert_cmpstr (start_text, ==, expected);
      if (lac_map_backing (fixture->map, &regions[i])->name_length > 0)
        g_assert_cmpstr (name_text, ==, lac_map_backing (fixture->map, &regions[i])->name);
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
test_candidate (Fixture      *fixture,
                gconstpointer target)
{
  struct lac_gap_query query;
  struct lac_gap gap;
  uint64_t anchors[2];
  size_t heap;
  size_t stack;
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (fixture->map, &n_regions);
  g_autoptr (AtspiAccessible) results
      = find (fixture->application, ATSPI_ROLE_LIST, "Gaps that fit");
  g_autoptr (AtspiAccessible) headline = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpint (lac_map_find_name (fixture->map, "[stack]", 7, &stack), ==, LAC_OK);
  g_assert_cmpint (lac_map_find_name (fixture->map, "[heap]", 6, &heap), ==, LAC_OK);
  anchors[0] = regions[stack].start;
  anchors[1] = regions[heap].start;

  /* With nothing asked for, it is the lowest page. */
  lac_gap_query_init (&query, fixture->map);
  query.order = LAC_ORDER_LOWEST;
  g_assert_cmpint (lac_gap_first (fixture->map, &query, &gap), ==, LAC_OK);
  expect_first_result (results, gap.candidate);

  /* Size and alignment. */
  type_into (fixture->application, "Size", "1M");
  type_into (fixture->application, "Align", "2M");
  query.size = 1 << 20;
  query.alignment = 2 << 20;
  g_assert_cmpint (lac_gap_first (fixture->map, &query, &gap), ==, LAC_OK);
  expect_first_result (results, gap.candidate);

  /* One anchor: nearest first. */
  type_into (fixture->application, "Near", "[stack]");
  query.anchors = anchors;
  query.n_anchors = 1;
  query.order = LAC_ORDER_NEAREST;
  g_assert_cmpint (lac_gap_first (fixture->map, &query, &gap), ==, LAC_OK);
  expect_first_result (results, gap.candidate);
  text = g_strdup_printf ("%" G_GUINT64_FORMAT " gap%s fit%s",
                          n_gaps_that_fit (fixture->map, &query),
                          n_gaps_that_fit (fixture->map, &query) == 1 ? "" : "s",
                          n_gaps_that_fit (fixture->map, &query) == 1 ? "s" : "");
  headline = find (fixture->application, ATSPI_ROLE_LABEL, text);

  /* A second one that is too far away for both: nothing fits. Then a wide enough distance. */
  type_into (fixture->application, "Near, anchor 2", "[heap]");
  query.n_anchors = 2;
  g_assert_cmpint (lac_gap_first (fixture->map, &query, &gap), ==, LAC_E_NO_GAP);
  expect_name (headline, "No gap fits");
  type_into (fixture->application, "Within", "0x7fffffffffff");
  query.within = G_GUINT64_CONSTANT (0x7fffffffffff);
  g_assert_cmpint (lac_gap_first (fixture->map, &query, &gap), ==, LAC_OK);
  expect_first_result (results, gap.candidate);

  /* Bounds. */
  type_into (fixture->application, "Maximum", "0x7f0000000000");
  type_into (fixture->application, "Minimum", "0x10000000");
  query.max = G_GUINT64_CONSTANT (0x7f0000000000);
  query.min = 0x10000000;
  g_assert_cmpint (lac_gap_first (fixture->map, &query, &gap), ==, LAC_OK);
  expect_first_result (results, gap.candidate);
}

static void
test_hazards (Fixture      *fixture,
              gconstpointer target)
{
  struct lac_gap_query query;
  struct lac_gap gap;
  uint64_t anchor;
  size_t heap;
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (fixture->map, &n_regions);
  g_autoptr (AtspiAccessible) results
      = find (fixture->application, ATSPI_ROLE_LIST, "Gaps that fit");

  g_assert_cmpint (lac_map_find_name (fixture->map, "[heap]", 6, &heap), ==, LAC_OK);
  anchor = regions[heap].end;
  lac_gap_query_init (&query, fixture->map);
  query.anchors = &anchor;
  query.n_anchors = 1;
  query.order = LAC_ORDER_NEAREST;

  g_autofree char *text = lacuna_format_address (anchor);

  type_into (fixture->application, "Near", text);
  g_assert_cmpint (lac_gap_first (fixture->map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, !=, anchor);
  expect_first_result (results, gap.candidate);

  press_button (fixture->application, "heap growth");
  query.avoid &= ~(unsigned) LAC_HAZARD_HEAP_GROWTH;
  g_assert_cmpint (lac_gap_first (fixture->map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, anchor);
  expect_first_result (results, gap.candidate);
}

static void
test_fault (Fixture      *fixture,
            gconstpointer target)
{
  g_autoptr (AtspiAccessible) results
      = find (fixture->application, ATSPI_ROLE_LIST, "Gaps that fit");
  g_autoptr (AtspiAccessible) fault = NULL;
  g_autoptr (AtspiAccessible) headline = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  struct lac_gap_query query;
  struct lac_gap gap;

  lac_gap_query_init (&query, fixture->map);
  query.order = LAC_ORDER_LOWEST;
  g_assert_cmpint (lac_gap_first (fixture->map, &query, &gap), ==, LAC_OK);
  expect_first_result (results, gap.candidate);
  before = result_address (results, 0);

  type_into (fixture->application, "Size", "64Q");
  fault = find (fixture->application, ATSPI_ROLE_LABEL,
                "That is not a size. Write 4096, 0x1000, 64K or 1.5M.");
  after = result_address (results, 0);
  g_assert_cmpstr (before, ==, after);

  type_into (fixture->application, "Size", "64K");
  expect_name (fault, "");
}

static void
test_selection (Fixture      *fixture,
                gconstpointer target)
{
  struct lac_gap_query query;
  struct lac_gap_search search;
  struct lac_gap gap;
  g_autoptr (AtspiAccessible) results
      = find (fixture->application, ATSPI_ROLE_LIST, "Gaps that fit");
  g_autoptr (AtspiAccessible) details
      = find (fixture->application, ATSPI_ROLE_PANEL, "Details");
  g_autoptr (AtspiAccessible) title = NULL;
  g_autoptr (AtspiAccessible) range = NULL;
  g_autoptr (AtspiSelection) selection = NULL;
  g_autoptr (GError) error = NULL;

  lac_gap_query_init (&query, fixture->map);
  query.order = LAC_ORDER_LOWEST;
  g_assert_cmpint (lac_gap_first (fixture->map, &query, &gap), ==, LAC_OK);
  expect_first_result (results, gap.candidate);

  /* A result: the details tell of its gap. */
  selection = atspi_accessible_get_selection_iface (results);
  g_assert_nonnull (selection);
  g_assert_true (atspi_selection_select_child (selection, 1, &error));
  g_assert_no_error (error);
  title = find (details, ATSPI_ROLE_LABEL, "Free, fits");

  g_assert_cmpint (lac_gap_search_init (&search, fixture->map, &query), ==, LAC_OK);
  g_assert_cmpint (lac_gap_next (&search, &gap), ==, LAC_OK);
  g_assert_cmpint (lac_gap_next (&search, &gap), ==, LAC_OK);
  lac_gap_search_clear (&search);
  {
    g_autofree char *start = lacuna_format_address_grouped (gap.range.start);
    g_autofree char *end = lacuna_format_address_grouped (gap.range.end);
    g_autofree char *expected = g_strdup_printf ("%s – %s", start, end);

    range = find (details, ATSPI_ROLE_LABEL, expected);
  }

  /* A row of the table: the details tell of its region. */
  {
    g_autoptr (AtspiAccessible) table
        = find (fixture->application, ATSPI_ROLE_TREE_TABLE, "Regions and gaps");
    g_autoptr (AtspiAccessible) list = descend (table, (const int[]){ 1 }, 1);
    g_autoptr (AtspiSelection) rows = atspi_accessible_get_selection_iface (list);
    Display *display = take_keyboard ();
    size_t n_regions;

    lac_map_regions (fixture->map, &n_regions);
    press_key (display, XK_r, XK_Alt_L);
    expect_n_children (list, (int) n_regions);
    XCloseDisplay (display);
    g_assert_nonnull (rows);
    g_assert_true (atspi_selection_select_child (rows, 0, &error));
    g_assert_no_error (error);
    expect_name (title, "sleep");
  }
}

static void
test_keyboard_chooser (Fixture      *fixture,
                       gconstpointer target)
{
  struct lac_map *other_map = NULL;
  g_autoptr (GSubprocess) other = start_victim (&other_map);
  g_autofree char *pid = g_strdup (g_subprocess_get_identifier (other));
  g_autofree char *button = g_strdup_printf ("Target: sleep %s", pid);
  g_autofree char *before = expected_title (fixture->map);
  g_autoptr (AtspiAccessible) title = find (fixture->application, ATSPI_ROLE_LABEL, before);
  g_autoptr (AtspiAccessible) search = NULL;
  g_autoptr (AtspiAccessible) processes = NULL;
  g_autoptr (AtspiAccessible) chooser = NULL;
  Display *display = take_keyboard ();

  press_key (display, XK_t, XK_Control_L);
  search = find (fixture->application, ATSPI_ROLE_ENTRY, "Search for a process");
  processes = find (fixture->application, ATSPI_ROLE_LIST, "Processes");
  expect_focus (search);
  for (const char *digit = pid; *digit != '\0'; digit++)
    press_key (display, (KeySym) (XK_0 + (*digit - '0')), NoSymbol);
  /* The list follows the typing; Return takes what is at its top. */
  for (int i = 0; i < PATIENCE_SECONDS * 20; i++)
    {
      atspi_accessible_clear_cache (processes);
      if (atspi_accessible_get_child_count (processes, NULL) == 1)
        break;
      g_usleep (50000);
    }
  g_assert_cmpint (atspi_accessible_get_child_count (processes, NULL), ==, 1);
  press_key (display, XK_Return, NoSymbol);

  chooser = find (fixture->application, ATSPI_ROLE_PUSH_BUTTON, button);
  {
    g_autofree char *after = expected_title (other_map);

    expect_name (title, after);
  }
  XCloseDisplay (display);
  stop (other, FALSE);
  lac_map_unref (other_map);
}

static void
test_exit (Fixture      *fixture,
           gconstpointer target)
{
  g_autofree char *title = expected_title (fixture->map);
  g_autoptr (AtspiAccessible) label = find (fixture->application, ATSPI_ROLE_LABEL, title);
  g_autoptr (AtspiAccessible) note = NULL;

  Display *display = take_keyboard ();
  g_autoptr (AtspiAccessible) live
      = find (fixture->application, ATSPI_ROLE_PUSH_BUTTON, "Live");

  stop (fixture->victim, FALSE);
  note = find (fixture->application, ATSPI_ROLE_LABEL,
               "The process has exited. This is what was read last.");
  expect_name (live, "Closed");

  /* What was read stays, also when it is asked for again. */
  press_key (display, XK_F5, NoSymbol);
  expect_name (label, title);
  XCloseDisplay (display);
}

static void
test_refusal (Fixture      *fixture,
              gconstpointer target)
{
  g_autofree char *title = expected_title (fixture->map);
  g_autofree char *target_title = g_strdup_printf ("sleep %d", fixture->pid);
  g_autoptr (AtspiAccessible) failure
      = find (fixture->application, ATSPI_ROLE_LABEL, "Can't Open pid:2147483647");
  g_autoptr (AtspiAccessible) retry = NULL;

  retry = find (fixture->application, ATSPI_ROLE_PUSH_BUTTON, "Try Again");
}

/* A description is told after the name, and is the strip's way of saying what is selected. */
static void
expect_description (AtspiAccessible *accessible,
                    const char      *part)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_SECONDS * G_TIME_SPAN_SECOND;
  g_autofree char *description = NULL;

  do
    {
      atspi_accessible_clear_cache (accessible);
      g_free (description);
      description = atspi_accessible_get_description (accessible, NULL);
      if (description != NULL && strstr (description, part) != NULL)
        return;
      g_usleep (50000);
    }
  while (g_get_monotonic_time () < end);
  g_error ("\"%s\" does not say \"%s\"", description, part);
}

static void
type_keys (Display    *display,
           const char *text)
{
  /* The symbols of X11 are those of Latin-1. */
  for (; *text != '\0'; text++)
    press_key (display, (KeySym) *text, NoSymbol);
}

static void
expect_pressed (AtspiAccessible *button,
                gboolean         pressed)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_SECONDS * G_TIME_SPAN_SECOND;
  gboolean is = !pressed;

  while (is != pressed && g_get_monotonic_time () < end)
    {
      g_autoptr (AtspiStateSet) states = NULL;

      atspi_accessible_clear_cache (button);
      states = atspi_accessible_get_state_set (button);
      is = states != NULL && atspi_state_set_contains (states, ATSPI_STATE_PRESSED);
      if (is != pressed)
        g_usleep (50000);
    }
  g_assert_true (is == pressed);
}

static struct lac_range
heap_range (const struct lac_map *map)
{
  size_t heap;
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);

  g_assert_cmpint (lac_map_find_name (map, "[heap]", 6, &heap), ==, LAC_OK);
  return lac_region_range (&regions[heap]);
}

/* Ctrl+G, a name, Return: the region is selected, and the keyboard is the strip's again. */
static void
test_go_to (Fixture      *fixture,
            gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip
      = find (fixture->application, ATSPI_ROLE_IMAGE, "Address space");
  g_autoptr (AtspiAccessible) entry
      = find (fixture->application, ATSPI_ROLE_TEXT, "Go to address or name");
  g_autoptr (AtspiAccessible) details
      = find (fixture->application, ATSPI_ROLE_PANEL, "Details");
  g_autoptr (AtspiAccessible) range = NULL;
  struct lac_range heap = heap_range (fixture->map);
  g_autofree char *start = lacuna_format_address_grouped (heap.start);
  g_autofree char *end = lacuna_format_address_grouped (heap.end);
  g_autofree char *expected = g_strdup_printf ("%s – %s", start, end);
  Display *display = take_keyboard ();

  expect_focus (strip);
  press_key (display, XK_g, XK_Control_L);
  expect_focus (entry);
  type_keys (display, "[heap]");
  press_key (display, XK_Return, NoSymbol);
  range = find (details, ATSPI_ROLE_LABEL, expected);
  expect_focus (strip);
  XCloseDisplay (display);
}

/* The anchor scale takes what is selected for its anchor, and the view before comes back. */
static void
test_anchor_scale (Fixture      *fixture,
                   gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip
      = find (fixture->application, ATSPI_ROLE_IMAGE, "Address space");
  g_autoptr (AtspiAccessible) compact
      = find (fixture->application, ATSPI_ROLE_PUSH_BUTTON, "Compact");
  g_autoptr (AtspiAccessible) around
      = find (fixture->application, ATSPI_ROLE_PUSH_BUTTON, "Around Anchor");
  g_autoptr (AtspiAccessible) anchor = NULL;
  g_autoptr (AtspiText) text = NULL;
  g_autofree char *before = NULL;
  Display *display = take_keyboard ();

  expect_focus (strip);
  expect_pressed (compact, TRUE);
  expect_description (strip, "In view: 0x0 to");
  before = atspi_accessible_get_description (strip, NULL);
  press_key (display, XK_period, NoSymbol);
  g_usleep (G_USEC_PER_SEC);
  press_key (display, XK_3, XK_Alt_L);
  expect_pressed (around, TRUE);
  expect_pressed (compact, FALSE);

  /* The panel has it. */
  anchor = find (fixture->application, ATSPI_ROLE_TEXT, "Near");
  for (guint i = 0; i < PATIENCE_SECONDS * 20; i++)
    {
      g_autofree char *content = NULL;

      g_clear_object (&text);
      text = atspi_accessible_get_text_iface (anchor);
      content = atspi_text_get_text (text, 0, -1, NULL);
      if (content != NULL && *content != '\0')
        break;
      g_usleep (50000);
    }
  g_assert_cmpint (atspi_text_get_character_count (text, NULL), >, 2);

  /* A view is remembered once it has rested. */
  g_usleep (2 * G_USEC_PER_SEC);
  press_key (display, XK_Left, XK_Alt_L);
  expect_pressed (compact, TRUE);
  expect_description (strip, "In view: 0x0 to");
  XCloseDisplay (display);
}

/* An anchor that the panel has not answered for goes when its field is cleared, whatever else is wrong
 * there. */
static void
test_anchor_goes (Fixture      *fixture,
                  gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip
      = find (fixture->application, ATSPI_ROLE_IMAGE, "Address space");
  g_autoptr (AtspiAccessible) compact
      = find (fixture->application, ATSPI_ROLE_PUSH_BUTTON, "Compact");
  g_autoptr (AtspiAccessible) around
      = find (fixture->application, ATSPI_ROLE_PUSH_BUTTON, "Around Anchor");
  Display *display = take_keyboard ();

  expect_focus (strip);
  press_key (display, XK_period, NoSymbol);
  g_usleep (G_USEC_PER_SEC);
  type_into (fixture->application, "Minimum", "zz");
  g_usleep (G_USEC_PER_SEC);
  press_key (display, XK_3, XK_Alt_L);
  expect_pressed (around, TRUE);
  g_usleep (G_USEC_PER_SEC);
  expect_pressed (around, TRUE);
  type_into (fixture->application, "Near", "");
  expect_pressed (compact, TRUE);
  expect_pressed (around, FALSE);

  /* And when it is only found then. */
  press_key (display, XK_3, XK_Alt_L);
  expect_pressed (around, TRUE);
  type_into (fixture->application, "Minimum", "");
  type_into (fixture->application, "Near", "");
  expect_pressed (compact, TRUE);
  XCloseDisplay (display);
}

/* The anchor scale with nothing to look from: the window asks for a place; Escape lets it be. */
static void
test_picking (Fixture      *fixture,
              gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip
      = find (fixture->application, ATSPI_ROLE_IMAGE, "Address space");
  g_autoptr (AtspiAccessible) compact
      = find (fixture->application, ATSPI_ROLE_PUSH_BUTTON, "Compact");
  g_autoptr (AtspiAccessible) pick
      = find (fixture->application, ATSPI_ROLE_PUSH_BUTTON, "Pick on the strip");
  g_autoptr (AtspiAccessible) toast = NULL;
  Display *display = take_keyboard ();

  expect_focus (strip);
  press_key (display, XK_3, XK_Alt_L);
  toast = find (fixture->application, ATSPI_ROLE_LABEL, "Click the place to look from.");
  expect_pressed (compact, TRUE);
  expect_pressed (pick, TRUE);
  press_key (display, XK_Escape, NoSymbol);
  expect_pressed (pick, FALSE);
  expect_pressed (compact, TRUE);
  XCloseDisplay (display);
}

/* Space pauses wherever nothing is being typed; then one can ask for a new picture. */
static void
test_live (Fixture      *fixture,
           gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip
      = find (fixture->application, ATSPI_ROLE_IMAGE, "Address space");
  g_autoptr (AtspiAccessible) live = find (fixture->application, ATSPI_ROLE_PUSH_BUTTON, "Live");
  g_autoptr (AtspiAccessible) again = NULL;
  Display *display = take_keyboard ();

  expect_focus (strip);
  press_key (display, XK_space, NoSymbol);
  expect_name (live, "Paused");
  again = find (fixture->application, ATSPI_ROLE_PUSH_BUTTON, "Read again");
  press_key (display, XK_space, NoSymbol);
  expect_name (live, "Live");
  expect_none (fixture->application, ATSPI_ROLE_PUSH_BUTTON, "Read again");
  XCloseDisplay (display);
}

/* What is selected is inspected, in a page of the panel that a key opens. */
static void
test_panel (Fixture      *fixture,
            gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip
      = find (fixture->application, ATSPI_ROLE_IMAGE, "Address space");
  g_autoptr (AtspiAccessible) find_tab
      = find (fixture->application, ATSPI_ROLE_PUSH_BUTTON, "Find a Gap");
  g_autoptr (AtspiAccessible) inspect_tab
      = find (fixture->application, ATSPI_ROLE_PUSH_BUTTON, "Inspect");
  g_autoptr (AtspiAccessible) near = NULL;
  Display *display = take_keyboard ();

  expect_focus (strip);
  press_key (display, XK_period, NoSymbol);
  press_key (display, XK_Return, XK_Alt_L);
  expect_pressed (inspect_tab, TRUE);
  expect_pressed (find_tab, FALSE);
  press_key (display, XK_F9, NoSymbol);
  expect_pressed (find_tab, TRUE);
  near = find (fixture->application, ATSPI_ROLE_TEXT, "Near");
  expect_focus (near);
  XCloseDisplay (display);
}

/* Who comes for the first time is told three things, and can say when it is enough. */
static void
test_hints (Fixture      *fixture,
            gconstpointer target)
{
  g_autoptr (AtspiAccessible) hints
      = find (fixture->application, ATSPI_ROLE_PANEL, "This is an address space");
  g_autoptr (AtspiAccessible) count = find (hints, ATSPI_ROLE_LABEL, "1 of 3");

  press_button (hints, "Next");
  expect_name (hints, "Point at things");
  expect_name (count, "2 of 3");
  press_button (hints, "Next");
  expect_name (hints, "Find a gap");
  press_button (hints, "Done");
  expect_none (fixture->application, ATSPI_ROLE_LABEL, "3 of 3");
}

/* Escape is enough, wherever the focus is: nobody has put it on the card. */
static void
test_hints_escape (Fixture      *fixture,
                   gconstpointer target)
{
  Display *display = take_keyboard ();
  g_autoptr (AtspiAccessible) hints
      = find (fixture->application, ATSPI_ROLE_PANEL, "This is an address space");
  g_autoptr (AtspiAccessible) near = NULL;

  press_key (display, XK_F9, NoSymbol);
  near = find (fixture->application, ATSPI_ROLE_TEXT, "Near");
  expect_focus (near);
  press_key (display, XK_Escape, NoSymbol);
  expect_none (fixture->application, ATSPI_ROLE_LABEL, "1 of 3");
  XCloseDisplay (display);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_handler ("dbind", G_LOG_LEVEL_WARNING | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION,
                     note_warning, NULL);
  if (atspi_init () > 1)
    {
      g_test_message ("AT-SPI can't be reached");
      return 1;
    }

#define ADD(path, target, function) g_test_add (path, Fixture, target, set_up, function, tear_down)
  ADD ("/app/window/title-tells-what-the-map-holds", NULL, test_title);
  ADD ("/app/window/rows-are-the-regions", NULL, test_rows);
  ADD ("/app/window/candidate-is-the-first-gap", NULL, test_candidate);
  ADD ("/app/window/hazards-can-be-allowed", NULL, test_hazards);
  ADD ("/app/window/fault-keeps-the-results", NULL, test_fault);
  ADD ("/app/window/selection-is-one-everywhere", NULL, test_selection);
  ADD ("/app/window/keyboard-chooses-another-process", NULL, test_keyboard_chooser);
  ADD ("/app/window/exit-is-told-and-keeps-the-map", NULL, test_exit);
  ADD ("/app/window/go-to-selects-and-returns", NULL, test_go_to);
  ADD ("/app/window/anchor-scale-and-back", NULL, test_anchor_scale);
  ADD ("/app/window/anchor-goes-with-its-field", NULL, test_anchor_goes);
  ADD ("/app/window/picking-can-be-left", NULL, test_picking);
  ADD ("/app/window/space-pauses", NULL, test_live);
  ADD ("/app/window/panel-has-pages", NULL, test_panel);
  ADD ("/app/window/first-start-has-hints", "", test_hints);
  ADD ("/app/window/escape-skips-the-hints", "", test_hints_escape);
  ADD ("/app/window/refusal-can-be-tried-again", "pid:2147483647", test_refusal);
#undef ADD

  return g_test_run ();
}
