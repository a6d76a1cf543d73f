/* What outside.h has of the display: the window, the keyboard and the clipboard.
 *
 * SPDX-License-Identifier: MIT
 */
#include "outside.h"

#include <X11/XKBlib.h>
#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>

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

/* What is on the screen now, or None. */
Window
outside_peek_window (Outside *outside)
{
  return find_window (outside->display, DefaultRootWindow (outside->display), 2);
}

static Window
wait_for_window (Outside *outside)
{
  Window window = None;

  if (outside->display == NULL)
    outside->display = XOpenDisplay (NULL);
  g_assert_nonnull (outside->display);
  OUTSIDE_WAIT (outside, (window = outside_peek_window (outside)) != None);
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

static void
focused_cb (AtspiEvent *event,
            void       *user_data)
{
  char **focus = user_data;

  if (event->detail1 != 0)
    {
      g_free (*focus);
      *focus = g_strdup (ATSPI_OBJECT (event->source)->path);
    }
  g_boxed_free (ATSPI_TYPE_EVENT, event);
}

/* The focus says itself where it has come to, so that not a place is passed unseen. */
char *
outside_tab (Outside *outside)
{
  char *focus = NULL;
  AtspiEventListener *listener = atspi_event_listener_new (focused_cb, &focus, NULL);
  gint64 end = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;

  g_assert_true (atspi_event_listener_register (listener, "object:state-changed:focused", NULL));
  outside_press (outside, XK_Tab, NoSymbol);
  while (focus == NULL && g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (2000);
  atspi_event_listener_deregister (listener, "object:state-changed:focused", NULL);
  g_object_unref (listener);
  return focus;
}

/* A list of completions takes an Escape. */
void
outside_tab_to (Outside         *outside,
                AtspiAccessible *stop)
{
  g_autofree char *name = atspi_accessible_get_name (stop, NULL);

  outside_press (outside, XK_Escape, NoSymbol);
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *focus = outside_tab (outside);

      if (g_strcmp0 (focus, ATSPI_OBJECT (stop)->path) == 0)
        return;
    }
  g_error ("Tab does not lead to \"%s\"", name);
}

void
outside_choose (Outside    *outside,
                const char *name)
{
  g_autoptr (AtspiAccessible) item = NULL;
  gint64 deadline = outside_deadline ();

  outside_press (outside, XK_space, NoSymbol);
  item = outside_find (outside, outside->application, ATSPI_ROLE_MENU_ITEM, name);
  while (!outside_has_state (item, ATSPI_STATE_FOCUSED))
    {
      gint64 end = g_get_monotonic_time () + G_TIME_SPAN_SECOND / 4;

      outside_press (outside, XK_Down, NoSymbol);
      while (!outside_has_state (item, ATSPI_STATE_FOCUSED) && g_get_monotonic_time () < end)
        outside_wait_turn (outside, deadline, G_STRLOC, name);
    }
  outside_press (outside, XK_Return, NoSymbol);
  outside_expect_none (outside, outside->application, ATSPI_ROLE_MENU_ITEM, name);
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

void
outside_expect_clipboard (Outside    *outside,
                          const char *expected)
{
  gint64 deadline = outside_deadline ();

  for (;;)
    {
      g_autofree char *text = outside_clipboard (outside);
      g_autofree char *what = NULL;

      if (g_strcmp0 (text, expected) == 0)
        return;
      what = g_strdup_printf ("\"%s\" on the clipboard becomes \"%s\"", text, expected);
      outside_wait_turn (outside, deadline, G_STRLOC, what);
    }
}
