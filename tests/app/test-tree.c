/* Everything that assistive technology is told, in every state of the window.
 *
 * The program runs in the language that nobody speaks (HACKING.md), in which each text that can be
 * translated is ⟦in brackets⟧. In each state the whole tree of accessibles is read, and two things are
 * held: whatever can have the keyboard focus has a name, and whatever has letters has brackets, or is
 * no language but something that was read or computed: an address, a size, a path, a protection. What
 * is not ours to name or to translate is listed below, one by one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "outside.h"

#include <string.h>

/* Of lists that go on alike, so many rows are looked at. */
#define N_ROWS 6

/* GTK names what has no name after its class. */
static gboolean
is_class_name (const char *name)
{
  return g_regex_match_simple ("^(Gtk|Adw|Lacuna)[A-Z][A-Za-z]*$", name, 0, 0);
}

/* Names */

/* What can have the focus and nobody can name with GTK 4.8: the role, the role of its parent, and what
 * GTK calls it. */
static const struct
{
  AtspiRole role;
  AtspiRole parent;
  const char *name;
  gboolean in_overlay; /* only in the window of the keys, which is GTK's */
} nameless[] = {
  /* The head of a table is a row that GtkColumnView makes and keeps to itself. */
  { ATSPI_ROLE_TABLE_ROW, ATSPI_ROLE_TREE_TABLE, "GtkListItemWidget", FALSE },
  /* GtkDropDown shows what is chosen in a list item of its own; its button, which is named, has the
   * focus instead. */
  { ATSPI_ROLE_FILLER, ATSPI_ROLE_PANEL, "GtkListItemWidget", FALSE },
  /* The contents of GTK's popovers and windows. */
  { ATSPI_ROLE_SCROLL_PANE, ATSPI_ROLE_FILLER, "", FALSE },
  { ATSPI_ROLE_SCROLL_PANE, ATSPI_ROLE_PANEL, "", TRUE },
  { ATSPI_ROLE_ENTRY, ATSPI_ROLE_PANEL, "GtkSearchEntry", TRUE },
  { ATSPI_ROLE_PUSH_BUTTON, ATSPI_ROLE_PANEL, "GtkImage", TRUE },
  { ATSPI_ROLE_PUSH_BUTTON, ATSPI_ROLE_PUSH_BUTTON, "GtkMenuButton", TRUE },
};

static gboolean
may_be_nameless (AtspiRole   role,
                 AtspiRole   parent,
                 const char *name,
                 gboolean    in_overlay)
{
  for (gsize i = 0; i < G_N_ELEMENTS (nameless); i++)
    if (nameless[i].role == role && nameless[i].parent == parent
        && g_str_equal (nameless[i].name, name) && (in_overlay || !nameless[i].in_overlay))
      return TRUE;
  return FALSE;
}

static gboolean
has_focusable_below (AtspiAccessible *root,
                     guint            depth)
{
  int n_children = atspi_accessible_get_child_count (root, NULL);

  for (int i = 0; i < MIN (n_children, N_ROWS); i++)
    {
      g_autoptr (AtspiAccessible) child = atspi_accessible_get_child_at_index (root, i, NULL);

      if (child != NULL
          && (outside_has_state (child, ATSPI_STATE_FOCUSABLE)
              || (depth > 0 && has_focusable_below (child, depth - 1))))
        return TRUE;
    }
  return FALSE;
}

/* What only scrolls gives the focus to what is in it; and where nothing there takes it, it is called as
 * what it is in itself. */
static gboolean
only_scrolls (AtspiRole        role,
              AtspiAccessible *accessible,
              AtspiAccessible *parent)
{
  g_autofree char *name = atspi_accessible_get_name (parent, NULL);

  return role == ATSPI_ROLE_SCROLL_PANE
         && ((name != NULL && *name != '\0' && !is_class_name (name))
             || has_focusable_below (accessible, 8));
}

/* Texts */

/* What GTK and libadwaita say: their own catalogues have no such language. */
static const char *const not_ours[] = {
  "(None)", "Minimize", "Minimize the window", "Maximize", "Maximize the window", "Close",
  "Close the window", "Expand", "Collapse", "Shortcuts", "Search Results", "No Results Found",
  "Try a different search", NULL,
};

/* What is no language, each with what must be around it, so that no sentence passes for one. */
static GRegex *
make_facts (void)
{
  g_autofree char *user = g_regex_escape_string (g_get_user_name (), -1);
  g_autofree char *pattern = g_strdup_printf (
      "(?<![[:alnum:]])(?:"
      "0x[0-9a-f]+"                                  /* an address as it is copied */
      "|[0-9a-f]{1,4}(?: [0-9a-f]{4})+"              /* an address as it is shown */
      "|[0-9]+(?:\\.[0-9]+)?[  ](?:B|[KMGTPE]iB)"    /* a size */
      "|[1-9][0-9]*[KMGT]"                           /* a size as it is typed */
      "|[0-9a-f]{2}:[0-9a-f]{2}"                     /* a device */
      "|[0-9]*[a-f][0-9a-f]*000"                     /* an offset in a file: whole pages */
      ")(?![[:alnum:]])"
      "|(?<![[:alnum:]-])[r-][w-][x-][sp-](?![[:alnum:]-])" /* a protection */
      "|(?<![[:alnum:]])/[^ ⟦⟧,]*(?: \\(deleted\\))?"       /* a path */
      "|\\[[a-z_]+\\](?:\\+0x[0-9a-f]+)?"                   /* a region that the kernel names */
      "|^(?:sleep(?: [0-9]+)?|self|pid:[0-9]+|lacuna|Lacuna)(?= |,|$)" /* who is looked at */
      "|(?<=^|, )%s(?= · [0-9]+)"                           /* whose it is */
      "|^(?:(?:Ctrl|Shift|Alt)\\+)*(?:F[0-9]+|[A-Z0-9?+-]|Return|Left|Right|Space)$", /* a key */
      user);
  g_autoptr (GError) error = NULL;
  GRegex *facts = g_regex_new (pattern, 0, 0, &error);

  g_assert_no_error (error);
  return facts;
}

/* (transfer full): what is outside of all brackets; they may hold others. */
static char *
outside_brackets (const char *text)
{
  GString *rest = g_string_new (NULL);
  guint depth = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar character = g_utf8_get_char (text);

      if (character == 0x27e6)
        depth++;
      else if (character == 0x27e7 && depth > 0)
        depth--;
      else if (depth == 0)
        g_string_append_unichar (rest, character);
    }
  return g_string_free (rest, FALSE);
}

static gboolean
has_letters (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (g_unichar_isalpha (g_utf8_get_char (text)))
      return TRUE;
  return FALSE;
}

/* Whether @text has something that a person would have to translate and can't. */
static gboolean
is_foreign (GRegex     *facts,
            const char *text)
{
  g_autofree char *rest = NULL;
  g_autofree char *words = NULL;

  if (text == NULL || is_class_name (text) || g_strv_contains (not_ours, text))
    return FALSE;
  rest = outside_brackets (text);
  words = g_regex_replace_literal (facts, rest, -1, 0, "", 0, NULL);
  return has_letters (words);
}

/* The check is worth as much as what it lets through. */
static void
test_facts (void)
{
  static const char *const facts_of_a_map[] = {
    "0x7f3a41c00000", "7f3a 41c0 0000 – 7f3a 41c2 1000", "1.5 MiB", "r--p", "rwxs", "1f000",
    "/usr/lib/x86_64-linux-gnu/libc.so.6", "/memfd:x (deleted)", "[heap]", "[heap]+0x10", "sleep 600",
    "⟦Selected:⟧ [heap] ⟦heap⟧ · rw-p · 132 KiB", "Ctrl+C", "Shift+F10", "64K", "⟦⟦a⟧ b⟧ · 3", "",
  };
  static const char *const sentences[] = {
    "Regions", "fits", "3 regions", "132 KiB free", "⟦a⟧ and ⟦b⟧", "[Heap]", "add", "dead beef is food",
    "no /path", "at 0x1000", "sleeper", "Copy Ctrl+C", "rw-permission", "a",
  };
  g_autoptr (GRegex) facts = make_facts ();

  for (gsize i = 0; i < G_N_ELEMENTS (facts_of_a_map); i++)
    if (is_foreign (facts, facts_of_a_map[i]))
      g_error ("\"%s\" is taken for a sentence", facts_of_a_map[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    if (!is_foreign (facts, sentences[i]))
      g_error ("\"%s\" is not taken for a sentence", sentences[i]);
}

/* The tree */

typedef struct
{
  const char *state;
  GRegex *facts;
  GHashTable *faults; /* each once, however many states have it */
  gboolean rows;      /* whether to look into long lists */
  gboolean in_overlay;
  guint n_seen;
} Reading;

static void
add_fault (Reading         *reading,
           AtspiAccessible *accessible,
           AtspiAccessible *parent,
           const char      *fault,
           const char      *text)
{
  g_autofree char *role = atspi_accessible_get_role_name (accessible, NULL);
  g_autofree char *name = atspi_accessible_get_name (accessible, NULL);
  g_autofree char *parent_role = atspi_accessible_get_role_name (parent, NULL);
  g_autofree char *parent_name = atspi_accessible_get_name (parent, NULL);
  char *message = g_strdup_printf ("%s: \"%s\", a %s called \"%s\" in a %s called \"%s\"", fault, text,
                                   role, name, parent_role, parent_name);

  if (g_hash_table_add (reading->faults, message))
    g_printerr ("%s: %s\n", reading->state, message);
}

static gboolean
has_long_rows (AtspiRole role)
{
  return role == ATSPI_ROLE_LIST || role == ATSPI_ROLE_TREE_TABLE;
}

static gboolean
read_one (AtspiAccessible *accessible,
          AtspiAccessible *parent,
          gpointer         user_data)
{
  Reading *reading = user_data;
  AtspiRole role = atspi_accessible_get_role (accessible, NULL);
  g_autofree char *name = atspi_accessible_get_name (accessible, NULL);
  g_autofree char *description = NULL;

  /* It went while it was asked. */
  if (name == NULL)
    return FALSE;

  reading->n_seen++;
  if (role == ATSPI_ROLE_FRAME)
    reading->in_overlay = g_str_equal (name, "GtkShortcutsWindow");
  /* Key names; GTK makes them. */
  if (g_str_equal (name, "GtkShortcutLabel"))
    return FALSE;
  if (is_foreign (reading->facts, name))
    add_fault (reading, accessible, parent, "This can't be translated", name);
  description = atspi_accessible_get_description (accessible, NULL);
  if (is_foreign (reading->facts, description))
    add_fault (reading, accessible, parent, "This description can't be translated", description);
  if (role == ATSPI_ROLE_TEXT || role == ATSPI_ROLE_ENTRY)
    {
      g_autofree char *text = outside_text (accessible);

      if (is_foreign (reading->facts, text))
        add_fault (reading, accessible, parent, "This text can't be translated", text);
    }
  if ((*name == '\0' || is_class_name (name))
      && outside_has_state (accessible, ATSPI_STATE_FOCUSABLE)
      && !may_be_nameless (role, atspi_accessible_get_role (parent, NULL), name,
                           reading->in_overlay)
      && !only_scrolls (role, accessible, parent))
    add_fault (reading, accessible, parent, "This has the focus and no name", name);

  return reading->rows || !has_long_rows (role);
}

/* The first rows of a long list are enough: the others are made by the same code. */
static void
read_below (AtspiAccessible *root,
            Reading         *reading)
{
  AtspiRole role = atspi_accessible_get_role (root, NULL);
  int n_children = atspi_accessible_get_child_count (root, NULL);

  if (role == ATSPI_ROLE_LIST)
    n_children = MIN (n_children, N_ROWS);
  for (int i = 0; i < n_children; i++)
    {
      g_autoptr (AtspiAccessible) child = atspi_accessible_get_child_at_index (root, i, NULL);

      if (child != NULL && read_one (child, root, reading))
        read_below (child, reading);
    }
}

static void
read_state (Outside    *outside,
            Reading    *reading,
            const char *state,
            gboolean    rows)
{
  gint64 begin = g_get_monotonic_time ();

  reading->state = state;
  reading->rows = rows;
  reading->n_seen = 0;
  atspi_accessible_clear_cache (outside->application);
  read_below (outside->application, reading);
  g_test_message ("%s: %u accessibles in %.1f s", state, reading->n_seen,
                  (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC);
  g_assert_cmpuint (reading->n_seen, >, 50);
}

static void
reading_init (Reading *reading)
{
  *reading = (Reading){ .facts = make_facts (),
                        .faults = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
}

static void
reading_finish (Reading *reading)
{
  guint n_faults = g_hash_table_size (reading->faults);

  g_regex_unref (reading->facts);
  g_hash_table_unref (reading->faults);
  /* Each has been said. */
  if (n_faults > 0)
    g_test_fail ();
}

static const char *const pseudo[] = { "LANGUAGE=pseudo", "LC_ALL=C.UTF-8", NULL };

/* For a program that gets to know more than 2,048 quarks, as one with all of its windows open does:
 * GLib then leaves the first table of their names behind, so that others can read it without a lock
 * (gquark.c), and LeakSanitizer is told no more of that block than that it came from g_malloc(). */
static const char *const pseudo_with_many_quarks[]
    = { "LANGUAGE=pseudo", "LC_ALL=C.UTF-8", "ASAN_OPTIONS=detect_leaks=0", NULL };

/* Each in brackets. */
static AtspiAccessible *
find_ours (Outside    *outside,
           AtspiRole   role,
           const char *name)
{
  g_autofree char *bracketed = g_strdup_printf ("⟦%s⟧", name);

  return outside_find_matching (outside, outside->application, role, bracketed);
}

static void
expect_ours (Outside    *outside,
             AtspiRole   role,
             const char *name)
{
  g_autoptr (AtspiAccessible) found = find_ours (outside, role, name);
}

static void
do_ours (Outside    *outside,
         const char *name)
{
  g_autofree char *bracketed = g_strdup_printf ("⟦%s⟧", name);

  outside_do (outside, outside->application, bracketed);
}

static void
start_with (Outside           *outside,
            const char *const *environment)
{
  g_autofree char *target = NULL;

  outside->victim = outside_start_victim (&outside->map);
  outside->pid = outside_pid_of (outside->victim);
  target = g_strdup_printf ("pid:%d", outside->pid);
  outside_start (outside, target, environment);
  expect_ours (outside, ATSPI_ROLE_IMAGE, "Address space");
}

static void
start_on_victim (Outside *outside)
{
  start_with (outside, pseudo);
}

static void
test_first_start (void)
{
  Outside outside = { 0 };
  Reading reading;

  reading_init (&reading);
  outside_start (&outside, NULL, pseudo);
  expect_ours (&outside, ATSPI_ROLE_PANEL, "This is an address space");
  read_state (&outside, &reading, "first start", TRUE);
  for (guint i = 0; i < 2; i++)
    do_ours (&outside, "Next");
  expect_ours (&outside, ATSPI_ROLE_PANEL, "Find a gap");
  read_state (&outside, &reading, "last hint", FALSE);
  outside_finish (&outside);
  reading_finish (&reading);
}

static void
test_failure (void)
{
  Outside outside = { 0 };
  Reading reading;

  reading_init (&reading);
  outside_start (&outside, "pid:2147483647", pseudo);
  expect_ours (&outside, ATSPI_ROLE_LABEL, "Can't Open pid:2147483647");
  read_state (&outside, &reading, "failure", FALSE);
  outside_finish (&outside);
  reading_finish (&reading);
}

static void
type_after (Outside    *outside,
            KeySym      key,
            KeySym      modifier,
            const char *entry_name,
            AtspiRole   role,
            const char *text)
{
  g_autoptr (AtspiAccessible) entry = NULL;

  outside_press (outside, key, modifier);
  entry = find_ours (outside, role, entry_name);
  outside_expect_state (outside, entry, ATSPI_STATE_FOCUSED, TRUE);
  if (*text == '\0')
    return;
  outside_type (outside, text);
  outside_expect_text (outside, entry, text);
}

/* What is read, selected, searched, and how it is shown. */
static void
test_view (void)
{
  Outside outside = { 0 };
  Reading reading;
  g_autoptr (AtspiAccessible) strip = NULL;
  g_autoptr (AtspiAccessible) live = NULL;

  reading_init (&reading);
  start_on_victim (&outside);
  strip = find_ours (&outside, ATSPI_ROLE_IMAGE, "Address space");
  expect_ours (&outside, ATSPI_ROLE_LABEL, "* gaps fit");
  read_state (&outside, &reading, "view", TRUE);

  type_after (&outside, XK_g, XK_Control_L, "Go to address or name", ATSPI_ROLE_TEXT, "[heap]");
  read_state (&outside, &reading, "going to", FALSE);
  outside_press (&outside, XK_Return, NoSymbol);
  g_free (outside_expect_description (&outside, strip, "*⟦Selected:⟧ *heap*"));
  outside_press (&outside, XK_Return, XK_Alt_L);
  expect_ours (&outside, ATSPI_ROLE_PUSH_BUTTON, "Copy start");
  read_state (&outside, &reading, "inspecting a region", FALSE);

  /* A gap, and then the scale that looks from it. */
  outside_press (&outside, XK_greater, NoSymbol);
  g_free (outside_expect_description (&outside, strip, "*⟦Selected:⟧ *may grow*"));
  read_state (&outside, &reading, "inspecting a gap", FALSE);
  outside_press (&outside, XK_m, XK_Control_L);
  do_ours (&outside, "Near another address as well");
  expect_ours (&outside, ATSPI_ROLE_TEXT, "Near, anchor 2");
  outside_press (&outside, XK_3, XK_Alt_L);
  outside_press (&outside, XK_F3, NoSymbol);
  read_state (&outside, &reading, "around an anchor", TRUE);

  /* What can't be, and what is not understood. */
  type_after (&outside, XK_F9, NoSymbol, "Near", ATSPI_ROLE_TEXT, "");
  do_ours (&outside, "Pick on the strip");
  read_state (&outside, &reading, "picking", FALSE);
  outside_press (&outside, XK_Escape, NoSymbol);
  outside_set_text (&outside, outside.application, "⟦Size⟧", "1.2.3");
  expect_ours (&outside, ATSPI_ROLE_LABEL, "That is not a size*");
  read_state (&outside, &reading, "fault", FALSE);
  outside_set_text (&outside, outside.application, "⟦Size⟧", "120T");
  expect_ours (&outside, ATSPI_ROLE_LABEL, "No gap fits");
  read_state (&outside, &reading, "no gap fits", TRUE);

  /* A filter that leaves nothing. */
  type_after (&outside, XK_f, XK_Control_L, "Filter", ATSPI_ROLE_ENTRY, "0");
  outside_type (&outside, "0000000");
  read_state (&outside, &reading, "nothing passes", TRUE);

  live = find_ours (&outside, ATSPI_ROLE_PUSH_BUTTON, "Live");
  outside_end (outside.victim);
  outside_expect_name (&outside, live, "⟦Closed⟧");
  g_clear_object (&outside.victim);
  read_state (&outside, &reading, "closed", FALSE);
  outside_finish (&outside);
  reading_finish (&reading);
}

/* An item of a menu that is open. */
static void
do_item (Outside    *outside,
         const char *name)
{
  g_autoptr (AtspiAccessible) item = find_ours (outside, ATSPI_ROLE_MENU_ITEM, name);
  g_autoptr (AtspiAction) action = atspi_accessible_get_action_iface (item);

  g_assert_nonnull (action);
  g_assert_true (atspi_action_do_action (action, 0, NULL));
}

/* What opens over the window. */
static void
test_popups (void)
{
  Outside outside = { 0 };
  Reading reading;
  g_autoptr (AtspiAccessible) search = NULL;
  g_autoptr (AtspiAccessible) processes = NULL;
  g_autoptr (AtspiAccessible) row = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *pattern = NULL;

  reading_init (&reading);
  start_on_victim (&outside);
  pid = g_strdup_printf ("%d", outside.pid);
  type_after (&outside, XK_t, XK_Control_L, "Search for a process", ATSPI_ROLE_ENTRY, pid);
  processes = find_ours (&outside, ATSPI_ROLE_LIST, "Processes");
  pattern = g_strdup_printf ("sleep, * · %d, *", outside.pid);
  row = outside_find_matching (&outside, processes, ATSPI_ROLE_LIST_ITEM, pattern);
  read_state (&outside, &reading, "chooser", FALSE);
  read_one (row, processes, &reading);
  read_below (row, &reading);
  outside_type (&outside, "000000");
  outside_expect_n_children (&outside, processes, 0);
  read_state (&outside, &reading, "chooser without a process", TRUE);
  outside_press (&outside, XK_Escape, NoSymbol);
  outside_press (&outside, XK_Escape, NoSymbol);
  outside_expect_none (&outside, outside.application, ATSPI_ROLE_LIST, "⟦Processes⟧");

  do_ours (&outside, "Sort by");
  read_state (&outside, &reading, "sorting", FALSE);
  outside_press (&outside, XK_Escape, NoSymbol);
  do_ours (&outside, "What the signs mean");
  read_state (&outside, &reading, "signs", FALSE);
  outside_press (&outside, XK_Escape, NoSymbol);
  do_ours (&outside, "*Copy as");
  read_state (&outside, &reading, "copying a match", FALSE);
  outside_press (&outside, XK_Escape, NoSymbol);
  outside_finish (&outside);
  reading_finish (&reading);
}

/* The help overlay, the main menu and the window about the program. */
static void
test_windows (void)
{
  Outside outside = { 0 };
  Reading reading;

  reading_init (&reading);
  start_with (&outside, pseudo_with_many_quarks);
  outside_press (&outside, XK_F1, NoSymbol);
  expect_ours (&outside, ATSPI_ROLE_LABEL, "Next gap that fits");
  read_state (&outside, &reading, "help overlay", FALSE);
  outside_take_keyboard (&outside);
  outside_press (&outside, XK_Escape, NoSymbol);
  outside_expect_none (&outside, outside.application, ATSPI_ROLE_LABEL, "⟦Next gap that fits⟧");
  outside_take_keyboard (&outside);

  outside_press (&outside, XK_F10, NoSymbol);
  expect_ours (&outside, ATSPI_ROLE_MENU_ITEM, "Keyboard Shortcuts");
  read_state (&outside, &reading, "main menu", FALSE);
  do_item (&outside, "About Lacuna");
  /* The window is libadwaita's; what it says of Lacuna is ours. */
  expect_ours (&outside, ATSPI_ROLE_LABEL, "Shows where everything*");
  outside_take_keyboard (&outside);
  outside_press (&outside, XK_Escape, NoSymbol);
  outside_expect_n_children (&outside, outside.application, 1);
  outside_finish (&outside);
  reading_finish (&reading);
}

/* Other shapes of the window. */
static void
test_shapes (void)
{
  Outside outside = { 0 };
  Reading reading;
  g_autoptr (AtspiAccessible) strip = NULL;
  g_autoptr (AtspiAccessible) live = NULL;

  reading_init (&reading);
  start_on_victim (&outside);
  strip = find_ours (&outside, ATSPI_ROLE_IMAGE, "Address space");
  live = find_ours (&outside, ATSPI_ROLE_PUSH_BUTTON, "Live");
  outside_press (&outside, XK_v, XK_Alt_L);
  outside_press (&outside, XK_1, XK_Alt_L);
  outside_press (&outside, XK_space, NoSymbol);
  outside_expect_name (&outside, live, "⟦Paused⟧");
  read_state (&outside, &reading, "vertical, linear, paused", FALSE);
  outside_press (&outside, XK_period, NoSymbol);
  g_free (outside_expect_description (&outside, strip, "*⟦Selected:⟧*"));
  outside_press (&outside, XK_Menu, NoSymbol);
  expect_ours (&outside, ATSPI_ROLE_MENU_ITEM, "*Copy*");
  read_state (&outside, &reading, "menu of a region", FALSE);
  outside_press (&outside, XK_Escape, NoSymbol);
  outside_resize (&outside, 360, 640);
  read_state (&outside, &reading, "narrow and vertical", TRUE);
  outside_press (&outside, XK_h, XK_Alt_L);
  outside_press (&outside, XK_F9, NoSymbol);
  read_state (&outside, &reading, "narrow, with the panel", TRUE);
  outside_finish (&outside);
  reading_finish (&reading);
}

/* Tab */

/* From the strip through everything and back to the strip: nothing keeps the focus, and nothing is
 * come to twice. */
static void
test_tab (void)
{
  Outside outside = { 0 };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (AtspiAccessible) strip = NULL;
  g_autofree char *home = NULL;

  start_on_victim (&outside);
  strip = find_ours (&outside, ATSPI_ROLE_IMAGE, "Address space");
  outside_expect_state (&outside, strip, ATSPI_STATE_FOCUSED, TRUE);
  home = g_strdup (ATSPI_OBJECT (strip)->path);
  for (;;)
    {
      char *place = outside_tab (&outside);

      if (place == NULL)
        g_error ("Tab leads nowhere after %u places", g_hash_table_size (seen));
      if (g_str_equal (place, home))
        {
          g_free (place);
          break;
        }
      if (!g_hash_table_add (seen, place))
        g_error ("Tab goes round after %u places and leaves the strip out",
                 g_hash_table_size (seen));
    }
  g_test_message ("Tab goes to %u places", g_hash_table_size (seen) + 1);
  /* The header's buttons, the scales, the legend, the table and its filter, the panel's entries. */
  g_assert_cmpuint (g_hash_table_size (seen), >, 25);

  outside_finish (&outside);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  outside_init ();

  g_test_add_func ("/app/tree/facts-are-no-sentences", test_facts);
  g_test_add_func ("/app/tree/first-start", test_first_start);
  g_test_add_func ("/app/tree/failure", test_failure);
  g_test_add_func ("/app/tree/view", test_view);
  g_test_add_func ("/app/tree/popups", test_popups);
  g_test_add_func ("/app/tree/windows", test_windows);
  g_test_add_func ("/app/tree/shapes", test_shapes);
  g_test_add_func ("/app/tree/tab-goes-round", test_tab);

  return g_test_run ();
}
