/* See outside.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "outside.h"

#include "os/process.h"

#include <X11/XKBlib.h>
#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>
#include <string.h>

/* Between two looks at what is waited for. */
#define TURN_MICROSECONDS 20000

/* Waiting */

gint64
outside_deadline (void)
{
  return g_get_monotonic_time () + OUTSIDE_PATIENCE_SECONDS * G_TIME_SPAN_SECOND;
}

void
outside_wait_turn (Outside    *outside,
                   gint64      deadline,
                   const char *place,
                   const char *what)
{
  /* GLib forgets the number of a process that is no more. */
  if (outside->program != NULL && g_subprocess_get_identifier (outside->program) == NULL)
    g_error ("%s: the program ended while this was waited for: %s", place, what);
  if (g_get_monotonic_time () > deadline)
    g_error ("%s: this did not come true: %s", place, what);
  g_usleep (TURN_MICROSECONDS);
}

/* Processes */

gint32
outside_pid_of (GSubprocess *subprocess)
{
  return (gint32) g_ascii_strtoll (g_subprocess_get_identifier (subprocess), NULL, 10);
}

struct lac_map *
outside_read_map (gint32 pid)
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
GSubprocess *
outside_start_victim (struct lac_map **out_map)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *victim = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "sleep", "600", NULL);
  struct lac_map *before = NULL;

  g_assert_no_error (error);
  for (guint calm = 0; calm < 4;)
    {
      struct lac_map *map = NULL;

      g_usleep (50000);
      map = outside_read_map (outside_pid_of (victim));
      calm = before != NULL && maps_are_equal (before, map) ? calm + 1 : 0;
      lac_map_unref (before);
      before = map;
    }
  *out_map = before;
  return victim;
}

void
outside_end (GSubprocess *subprocess)
{
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

void
outside_init (void)
{
  g_log_set_handler ("dbind", G_LOG_LEVEL_WARNING | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION,
                     note_warning, NULL);
  if (atspi_init () > 1)
    g_error ("AT-SPI can't be reached");
}

static AtspiAccessible *
peek_application (gint32 pid)
{
  g_autoptr (AtspiAccessible) desktop = atspi_get_desktop (0);
  int n_children = 0;

  atspi_accessible_clear_cache (desktop);
  n_children = atspi_accessible_get_child_count (desktop, NULL);
  for (int i = 0; i < n_children; i++)
    {
      g_autoptr (AtspiAccessible) child = atspi_accessible_get_child_at_index (desktop, i, NULL);

      if (child != NULL && (gint32) atspi_accessible_get_process_id (child, NULL) == pid
          && atspi_accessible_get_child_count (child, NULL) > 0)
        return g_steal_pointer (&child);
    }
  return NULL;
}

void
outside_start (Outside           *outside,
               const char        *target,
               const char *const *environment)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GError) error = NULL;
  gint32 pid;

  g_test_log_set_fatal_handler (is_fatal, NULL);
  for (; environment != NULL && *environment != NULL; environment++)
    {
      g_auto (GStrv) parts = g_strsplit (*environment, "=", 2);

      g_subprocess_launcher_setenv (launcher, parts[0], parts[1], TRUE);
    }
  outside->program = g_subprocess_launcher_spawn (launcher, &error, LACUNA_PROGRAM, target, NULL);
  g_assert_no_error (error);
  pid = outside_pid_of (outside->program);
  OUTSIDE_WAIT (outside, (outside->application = peek_application (pid)) != NULL);
  outside_take_keyboard (outside);
}

static Window find_window (Display *display,
                           Window   root,
                           guint    depth);

/* It is closed by its own means, so that a leak or a fault at its end fails the test. */
void
outside_finish (Outside *outside)
{
  gint64 deadline = outside_deadline ();

  /* A popover that is being closed takes the key for itself, and so it is pressed until it is heard. */
  while (g_subprocess_get_identifier (outside->program) != NULL)
    {
      gint64 end = g_get_monotonic_time () + 3 * G_TIME_SPAN_SECOND;

      if (g_get_monotonic_time () > deadline)
        g_error ("The program does not quit");
      if (find_window (outside->display, DefaultRootWindow (outside->display), 2) != None)
        {
          outside_take_keyboard (outside);
          outside_press (outside, XK_Escape, NoSymbol);
          outside_press (outside, XK_q, XK_Control_L);
        }
      while (g_subprocess_get_identifier (outside->program) != NULL
             && g_get_monotonic_time () < end)
        g_usleep (TURN_MICROSECONDS);
    }
  g_subprocess_wait (outside->program, NULL, NULL);
  g_assert_true (g_subprocess_get_successful (outside->program));
  g_clear_object (&outside->application);
  g_clear_object (&outside->program);
  g_clear_pointer (&outside->display, XCloseDisplay);
  if (outside->victim != NULL)
    outside_end (outside->victim);
  g_clear_object (&outside->victim);
  g_clear_pointer (&outside->map, lac_map_unref);
}

/* Accessibles. Whatever a call of AT-SPI failed with, the next round of waiting asks again. */

typedef struct
{
  AtspiRole role;
  const char *name;
  gboolean is_pattern;
  gboolean has_action; /* whether only what can be pressed is looked for */
} Search;

static gboolean
is_found (AtspiAccessible *accessible,
          const Search    *search)
{
  g_autofree char *text = NULL;

  if (search->role != ATSPI_ROLE_INVALID
      && atspi_accessible_get_role (accessible, NULL) != search->role)
    return FALSE;
  text = atspi_accessible_get_name (accessible, NULL);
  if (text == NULL
      || !(search->is_pattern ? g_pattern_match_simple (search->name, text)
                              : g_str_equal (text, search->name)))
    return FALSE;
  /* A menu button is two, one in the other, and the inner one is pressed. */
  return !search->has_action || outside_has_state (accessible, ATSPI_STATE_FOCUSABLE);
}

static AtspiAccessible *
search_below (AtspiAccessible *root,
              const Search    *search,
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
      if (is_found (child, search))
        return g_steal_pointer (&child);
      found = depth > 0 ? search_below (child, search, depth - 1) : NULL;
      if (found != NULL)
        return found;
    }
  return NULL;
}

static AtspiAccessible *
peek (AtspiAccessible *root,
      AtspiRole        role,
      const char      *name,
      gboolean         is_pattern,
      gboolean         has_action)
{
  const Search search = { role, name, is_pattern, has_action };

  atspi_accessible_clear_cache (root);
  return search_below (root, &search, 30);
}

AtspiAccessible *
outside_peek (AtspiAccessible *root,
              AtspiRole        role,
              const char      *name)
{
  return peek (root, role, name, FALSE, FALSE);
}

static AtspiAccessible *
find (Outside         *outside,
      AtspiAccessible *root,
      AtspiRole        role,
      const char      *name,
      gboolean         is_pattern,
      gboolean         has_action)
{
  AtspiAccessible *found = NULL;
  g_autofree char *what = g_strdup_printf ("something of role %d is called \"%s\"", role, name);
  gint64 deadline = outside_deadline ();

  while ((found = peek (root, role, name, is_pattern, has_action)) == NULL)
    outside_wait_turn (outside, deadline, G_STRLOC, what);
  return found;
}

AtspiAccessible *
outside_find (Outside         *outside,
              AtspiAccessible *root,
              AtspiRole        role,
              const char      *name)
{
  return find (outside, root, role, name, FALSE, FALSE);
}

AtspiAccessible *
outside_find_matching (Outside         *outside,
                       AtspiAccessible *root,
                       AtspiRole        role,
                       const char      *pattern)
{
  return find (outside, root, role, pattern, TRUE, FALSE);
}

void
outside_expect_none (Outside         *outside,
                     AtspiAccessible *root,
                     AtspiRole        role,
                     const char      *name)
{
  g_autofree char *what = g_strdup_printf ("nothing of role %d is called \"%s\"", role, name);
  gint64 deadline = outside_deadline ();

  for (;;)
    {
      g_autoptr (AtspiAccessible) found = peek (root, role, name, FALSE, FALSE);

      if (found == NULL)
        return;
      outside_wait_turn (outside, deadline, G_STRLOC, what);
    }
}

/* Waits until @get says something that matches @pattern; (transfer full) what it says. */
static char *
expect_words (Outside         *outside,
              AtspiAccessible *accessible,
              char *(*get) (AtspiAccessible *accessible, GError **error),
              const char      *pattern)
{
  gint64 deadline = outside_deadline ();

  for (;;)
    {
      g_autofree char *words = NULL;
      g_autofree char *what = NULL;

      atspi_accessible_clear_cache (accessible);
      words = get (accessible, NULL);
      if (words != NULL && g_pattern_match_simple (pattern, words))
        return g_steal_pointer (&words);
      what = g_strdup_printf ("\"%s\" becomes \"%s\"", words, pattern);
      outside_wait_turn (outside, deadline, G_STRLOC, what);
    }
}

void
outside_expect_name (Outside         *outside,
                     AtspiAccessible *accessible,
                     const char      *pattern)
{
  g_free (expect_words (outside, accessible, atspi_accessible_get_name, pattern));
}

char *
outside_expect_description (Outside         *outside,
                            AtspiAccessible *accessible,
                            const char      *pattern)
{
  return expect_words (outside, accessible, atspi_accessible_get_description, pattern);
}

gboolean
outside_has_state (AtspiAccessible *accessible,
                   AtspiStateType   state)
{
  g_autoptr (AtspiStateSet) states = NULL;

  atspi_accessible_clear_cache (accessible);
  states = atspi_accessible_get_state_set (accessible);
  return states != NULL && atspi_state_set_contains (states, state);
}

void
outside_expect_state (Outside         *outside,
                      AtspiAccessible *accessible,
                      AtspiStateType   state,
                      gboolean         expected)
{
  g_autofree char *name = atspi_accessible_get_name (accessible, NULL);
  g_autofree char *what = g_strdup_printf ("\"%s\" has the state %d: %d", name, state, expected);
  gint64 deadline = outside_deadline ();

  while (outside_has_state (accessible, state) != expected)
    outside_wait_turn (outside, deadline, G_STRLOC, what);
}

void
outside_expect_n_children (Outside         *outside,
                           AtspiAccessible *accessible,
                           int              n_expected)
{
  g_autofree char *what = g_strdup_printf ("there are %d children", n_expected);
  gint64 deadline = outside_deadline ();

  for (;;)
    {
      atspi_accessible_clear_cache (accessible);
      if (atspi_accessible_get_child_count (accessible, NULL) == n_expected)
        return;
      outside_wait_turn (outside, deadline, G_STRLOC, what);
    }
}

/* GTK's entries take an end of -1 for an empty range. */
static char *
get_text (AtspiAccessible *accessible,
          GError         **error)
{
  g_autoptr (AtspiText) text = atspi_accessible_get_text_iface (accessible);

  return text != NULL
             ? atspi_text_get_text (text, 0, atspi_text_get_character_count (text, NULL), NULL)
             : NULL;
}

char *
outside_text (AtspiAccessible *accessible)
{
  return get_text (accessible, NULL);
}

void
outside_expect_text (Outside         *outside,
                     AtspiAccessible *entry,
                     const char      *text)
{
  g_free (expect_words (outside, entry, get_text, text));
}

void
outside_do (Outside         *outside,
            AtspiAccessible *root,
            const char      *pattern)
{
  g_autoptr (AtspiAccessible) found
      = find (outside, root, ATSPI_ROLE_PUSH_BUTTON, pattern, TRUE, TRUE);
  g_autoptr (AtspiAction) action = atspi_accessible_get_action_iface (found);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (action);
  atspi_action_do_action (action, 0, &error);
  g_assert_no_error (error);
}

void
outside_set_text (Outside         *outside,
                  AtspiAccessible *root,
                  const char      *entry,
                  const char      *text)
{
  g_autoptr (AtspiAccessible) found = find (outside, root, ATSPI_ROLE_TEXT, entry, FALSE, FALSE);
  g_autoptr (AtspiEditableText) editable = atspi_accessible_get_editable_text_iface (found);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (editable);
  atspi_editable_text_set_text_contents (editable, text, &error);
  g_assert_no_error (error);
}

/* A child, a child's child, and so on. */
AtspiAccessible *
outside_descend (AtspiAccessible *from,
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

/* The window that lies on top of the others: X lists the lowest first. */
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
      for (unsigned int i = n_children; i > 0 && found == None; i--)
        found = find_window (display, children[i - 1], depth - 1);
      if (children != NULL)
        XFree (children);
    }
  return found;
}

static Window
wait_for_window (Outside *outside)
{
  Window window = None;

  if (outside->display == NULL)
    outside->display = XOpenDisplay (NULL);
  g_assert_nonnull (outside->display);
  OUTSIDE_WAIT (outside, (window = find_window (outside->display,
                                                DefaultRootWindow (outside->display), 2)) != None);
  return window;
}

/* A window that goes while it is asked about is no fault. */
static int
ignore_error (Display     *display,
              XErrorEvent *event)
{
  return 0;
}

/* There is no window manager here that would give the keyboard to the window on top. */
void
outside_take_keyboard (Outside *outside)
{
  Window window;

  XSetErrorHandler (ignore_error);
  window = wait_for_window (outside);
  XSetInputFocus (outside->display, window, RevertToParent, CurrentTime);
  XSync (outside->display, False);
}

void
outside_press (Outside *outside,
               KeySym   key,
               KeySym   modifier)
{
  Display *display = outside->display;
  KeyCode code = XKeysymToKeycode (display, key);
  KeyCode modifier_code = modifier != NoSymbol ? XKeysymToKeycode (display, modifier) : 0;
  KeyCode shift_code = 0;

  g_assert_cmpuint (code, !=, 0);
  if (XkbKeycodeToKeysym (display, code, 0, 0) != key
      && XkbKeycodeToKeysym (display, code, 0, 1) == key)
    shift_code = XKeysymToKeycode (display, XK_Shift_L);
  if (modifier_code != 0)
    XTestFakeKeyEvent (display, modifier_code, True, CurrentTime);
  if (shift_code != 0)
    XTestFakeKeyEvent (display, shift_code, True, CurrentTime);
  XTestFakeKeyEvent (display, code, True, CurrentTime);
  XTestFakeKeyEvent (display, code, False, CurrentTime);
  if (shift_code != 0)
    XTestFakeKeyEvent (display, shift_code, False, CurrentTime);
  if (modifier_code != 0)
    XTestFakeKeyEvent (display, modifier_code, False, CurrentTime);
  XSync (display, False);
}

/* For characters of ASCII a key's symbol is the character. */
void
outside_type (Outside    *outside,
              const char *text)
{
  for (; *text != '\0'; text++)
    outside_press (outside, (KeySym) (guchar) *text, NoSymbol);
}

void
outside_resize (Outside *outside,
                guint    width,
                guint    height)
{
  Window window = wait_for_window (outside);
  XWindowAttributes before = { 0 };
  XWindowAttributes after = { 0 };

  XGetWindowAttributes (outside->display, window, &before);
  XResizeWindow (outside->display, window, width, height);
  OUTSIDE_WAIT (outside, XGetWindowAttributes (outside->display, window, &after) != 0
                             && (after.width != before.width || after.height != before.height));
}

/* (transfer full): the text on the clipboard, or NULL. The owner answers by an event. */
char *
outside_clipboard (Outside *outside)
{
  Display *display = outside->display;
  Window window = XCreateSimpleWindow (display, DefaultRootWindow (display), 0, 0, 1, 1, 0, 0, 0);
  Atom clipboard = XInternAtom (display, "CLIPBOARD", False);
  Atom utf8 = XInternAtom (display, "UTF8_STRING", False);
  XEvent event;
  char *text = NULL;

  XConvertSelection (display, clipboard, utf8, clipboard, window, CurrentTime);
  XFlush (display);
  OUTSIDE_WAIT (outside, XCheckTypedWindowEvent (display, window, SelectionNotify, &event));
  if (event.xselection.property != None)
    {
      Atom type;
      int format;
      unsigned long n_bytes;
      unsigned long n_left;
      unsigned char *bytes = NULL;

      if (XGetWindowProperty (display, window, clipboard, 0, 1 << 16, True, AnyPropertyType, &type,
                              &format, &n_bytes, &n_left, &bytes)
              == Success
          && type == utf8 && format == 8)
        text = g_strndup ((const char *) bytes, n_bytes);
      if (bytes != NULL)
        XFree (bytes);
    }
  XDestroyWindow (display, window);
  return text;
}
