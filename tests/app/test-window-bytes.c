/* The bytes in the window, from outside: whatever one goes to, one sees what is in memory there.
 *
 * The program looks at itself, and at its own C library, of which everybody knows how it begins. What
 * the view does by itself is in test-bytes.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "outside.h"

#include "model/lacuna-target-memory.h"

#include <string.h>

static void
go_to (Outside    *outside,
       const char *place)
{
  g_autoptr (AtspiAccessible) entry = outside_entry (outside, "Go to address or name");

  outside_press (outside, XK_g, XK_Control_L);
  outside_expect_state (outside, entry, ATSPI_STATE_FOCUSED, TRUE);
  outside_type (outside, place);
  outside_press (outside, XK_Return, NoSymbol);
  outside_expect_state (outside, entry, ATSPI_STATE_FOCUSED, FALSE);
}

static AtspiAccessible *
bytes (Outside *outside)
{
  return outside_find (outside, outside->application, ATSPI_ROLE_TABLE, "Bytes");
}

static void
test_follow (Outside      *outside,
             gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip = outside_strip (outside);
  g_autoptr (AtspiAccessible) view = NULL;
  g_autoptr (AtspiAccessible) table = NULL;
  g_autofree char *start = NULL;
  g_autofree char *next = NULL;

  go_to (outside, "libc.so.6");
  outside_press (outside, XK_b, XK_Control_L);
  view = bytes (outside);
  start = outside_expect_description (outside, view, "*000 · 0x7f · 127. Row: 7f 45 4c 46 02 *");

  /* Whoever asks for bytes goes on with them; the caret is told as it moves. */
  outside_expect_state (outside, view, ATSPI_STATE_FOCUSED, TRUE);
  outside_press (outside, XK_Right, NoSymbol);
  next = outside_expect_description (outside, view, "*001 · 0x45 · 69 · “E”. Row: 7f 45 4c 46 *");
  outside_press (outside, XK_Right, XK_Shift_L);
  g_free (outside_expect_description (outside, view, "2 bytes selected *"));
  outside_press (outside, XK_c, XK_Control_L);
  outside_expect_clipboard (outside, "45 4c");

  /* The same key leads back. */
  outside_press (outside, XK_b, XK_Control_L);
  table = outside_find (outside, outside->application, ATSPI_ROLE_TREE_TABLE, "Regions and gaps");
  outside_expect_state (outside, view, ATSPI_STATE_FOCUSED, FALSE);
}

static void
test_find (Outside      *outside,
           gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip = outside_strip (outside);
  g_autoptr (AtspiAccessible) view = NULL;
  g_autoptr (AtspiAccessible) entry = NULL;

  go_to (outside, "libc.so.6");
  outside_press (outside, XK_b, XK_Control_L);
  view = bytes (outside);
  g_free (outside_expect_description (outside, view, "*Row: 7f 45 4c 46 *"));
  outside_expect_state (outside, view, ATSPI_STATE_FOCUSED, TRUE);

  /* Ctrl+F finds in what is shown. */
  outside_press (outside, XK_f, XK_Control_L);
  entry = outside_find (outside, outside->application, ATSPI_ROLE_ENTRY, "Find in these bytes");
  outside_expect_state (outside, entry, ATSPI_STATE_FOCUSED, TRUE);
  outside_type (outside, "45 ?? 46");
  g_free (outside_expect_description (outside, view, "3 bytes selected *001 – *004*"));
  outside_press (outside, XK_Escape, NoSymbol);
  outside_expect_state (outside, view, ATSPI_STATE_FOCUSED, TRUE);
}

/* Who looks at memory is in the list of those who do, for as long as they look. */
static void
test_hold (Outside      *outside,
           gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip = outside_strip (outside);
  g_autoptr (AtspiAccessible) row = NULL;

  go_to (outside, "libc.so.6");
  outside_do (outside, outside->application, "Buffers");
  outside_press (outside, XK_b, XK_Control_L);
  row = outside_find (outside, outside->application, ATSPI_ROLE_LABEL, "bytes view");
  outside_press (outside, XK_b, XK_Control_L);
  outside_expect_none (outside, outside->application, ATSPI_ROLE_LABEL, "bytes view");
}

/* Until something is selected, there is a word about how. */
static void
test_nothing_selected (Outside      *outside,
                       gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip = outside_strip (outside);
  g_autoptr (AtspiAccessible) message = NULL;

  outside_press (outside, XK_b, XK_Control_L);
  message = outside_find (outside, outside->application, ATSPI_ROLE_LABEL,
                          "Select a region on the strip or in the table to see its bytes.");
}

/* What is in the victim's memory now. */
static guint8
byte_of_victim (Outside *outside,
                guint64  address)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaTarget) target = lacuna_target_new_for_pid (outside->pid, &error);
  guint8 byte = 0;

  g_assert_no_error (error);
  lacuna_target_read_memory (target, (struct lac_range){ address, address + 1 }, &byte, NULL, NULL,
                             &error);
  g_assert_no_error (error);
  return byte;
}

static void
expect_question (Outside    *outside,
                 const char *heading)
{
  g_autoptr (AtspiAccessible) label
      = outside_find_matching (outside, outside->application, ATSPI_ROLE_LABEL, heading);
}

/* No window manager gives the keyboard back when a question is answered. */
static void
end_question (Outside    *outside,
              const char *heading)
{
  outside_expect_none (outside, outside->application, ATSPI_ROLE_LABEL, heading);
  outside_take_keyboard (outside);
}

/* By keys alone, in another process: the lowest bytes of its stack, which nobody has come to yet. */
static void
test_edit (Outside      *outside,
           gconstpointer target)
{
  g_autoptr (AtspiAccessible) strip = outside_strip (outside);
  g_autoptr (AtspiAccessible) view = NULL;
  g_autoptr (AtspiAccessible) told = NULL;
  guint64 start = outside_range_of (outside, "[stack]").start;
  g_autofree char *heading = g_strdup_printf ("Change the Memory of sleep %d?", outside->pid);

  go_to (outside, "[stack]");
  outside_press (outside, XK_b, XK_Control_L);
  view = bytes (outside);
  g_free (outside_expect_description (outside, view, "*000 · 0x00 · 0 · zero. Row: 00 *"));

  outside_press (outside, XK_F2, NoSymbol);
  expect_question (outside, "Editing the memory of sleep *");
  outside_type (outside, "c0de");
  g_free (outside_expect_description (outside, view, "*Row: c0 de 00 *"));
  g_assert_cmpuint (byte_of_victim (outside, start), ==, 0);

  /* The first change in a process asks. */
  outside_press (outside, XK_s, XK_Control_L);
  expect_question (outside, heading);
  outside_do (outside, outside->application, "C*hange Its Memory");
  OUTSIDE_WAIT (outside, byte_of_victim (outside, start) == 0xc0);
  g_assert_cmpuint (byte_of_victim (outside, start + 1), ==, 0xde);
  end_question (outside, heading);
  outside_expect_state (outside, view, ATSPI_STATE_FOCUSED, TRUE);
  outside_press (outside, XK_z, XK_Control_L);
  OUTSIDE_WAIT (outside, byte_of_victim (outside, start) == 0);

  /* Going back to the table with a change asks, too; the second change in the process does not. */
  outside_type (outside, "77");
  g_free (outside_expect_description (outside, view, "*Row: 00 00 77 *"));
  outside_press (outside, XK_b, XK_Control_L);
  expect_question (outside, "Apply the Changes?");
  outside_do (outside, outside->application, "*Keep Editing");
  end_question (outside, "Apply the Changes?");
  outside_expect_state (outside, view, ATSPI_STATE_FOCUSED, TRUE);
  outside_press (outside, XK_s, XK_Control_L);
  OUTSIDE_WAIT (outside, byte_of_victim (outside, start + 2) == 0x77);
  outside_press (outside, XK_b, XK_Control_L);
  told = outside_find (outside, outside->application, ATSPI_ROLE_TREE_TABLE, "Regions and gaps");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  outside_init ();

#define ADD(path, target, function)                                                                \
  g_test_add (path, Outside, target, outside_set_up, function, outside_tear_down)
  ADD ("/app/window-bytes/follow-the-selection", "self", test_follow);
  ADD ("/app/window-bytes/are-found-with-the-key-that-filters", "self", test_find);
  ADD ("/app/window-bytes/hold-what-they-show", "self", test_hold);
  ADD ("/app/window-bytes/say-how-to-see-any", "self", test_nothing_selected);
  ADD ("/app/window-bytes/of-another-process-are-edited-and-undone", NULL, test_edit);
#undef ADD

  return g_test_run ();
}
