/* Data that is read from left to right, in a language that is read from right to left.
 *
 * Digits have no direction of their own. In a Hebrew line the groups of 1000 5558 5555 are put in
 * order from right to left, and so are a number and its unit, and the two ends of a range: what is read
 * is another address. What is put between an isolate's two marks keeps its order, whatever is around
 * it. The translator of a message puts the marks into the message; here they are put around what is
 * shown by itself.
 *
 * Where everything goes from left to right nothing is added: texts stay what they are to those who
 * read them aloud.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-isolate.h"

#include <string.h>

/* U+2066, U+2068, U+2069. */
#define LEFT_TO_RIGHT_ISOLATE "\xe2\x81\xa6"
#define FIRST_STRONG_ISOLATE "\xe2\x81\xa8"
#define POP_ISOLATE "\xe2\x81\xa9"

/* U+200F: a line that begins with it goes from right to left. */
#define RIGHT_TO_LEFT_MARK "\xe2\x80\x8f"

/**
 * lacuna_isolate:
 * @text: (transfer full): an address, a range, a size, a path
 *
 * Returns: (transfer full): @text, which the text around it does not reorder
 */
char *
lacuna_isolate (char *text)
{
  g_autofree char *taken = text;

  if (gtk_widget_get_default_direction () != GTK_TEXT_DIR_RTL || *text == '\0')
    return g_steal_pointer (&taken);
  return g_strconcat (LEFT_TO_RIGHT_ISOLATE, text, POP_ISOLATE, NULL);
}

/**
 * lacuna_isolate_subject:
 * @message: what went wrong, and maybe what with, before a colon
 *
 * A sentence takes its direction from its first letter. That of a path would put the full stop of a
 * Hebrew sentence before it. The path itself goes the way of its own first letter.
 *
 * Returns: (transfer full): @message in the direction of its language
 */
char *
lacuna_isolate_subject (const char *message)
{
  const char *colon = strstr (message, ": ");
  g_autofree char *subject = NULL;

  if (gtk_widget_get_default_direction () != GTK_TEXT_DIR_RTL)
    return g_strdup (message);
  if (colon == NULL)
    return g_strconcat (RIGHT_TO_LEFT_MARK, message, NULL);
  subject = g_strndup (message, (gsize) (colon - message));
  return g_strconcat (RIGHT_TO_LEFT_MARK FIRST_STRONG_ISOLATE, subject, POP_ISOLATE, colon, NULL);
}

/* Marks of direction and isolates: U+200E, U+200F, U+2066 to U+2069. */
static gboolean
is_mark (gunichar character)
{
  return character == 0x200e || character == 0x200f
         || (character >= 0x2066 && character <= 0x2069);
}

/**
 * lacuna_isolate_strip:
 * @text: UTF-8, as it is shown
 *
 * Returns: (transfer full): @text without marks of direction
 */
char *
lacuna_isolate_strip (const char *text)
{
  GString *plain = g_string_new (NULL);

  for (const char *place = text; *place != '\0'; place = g_utf8_next_char (place))
    if (!is_mark (g_utf8_get_char (place)))
      g_string_append_unichar (plain, g_utf8_get_char (place));
  return g_string_free (plain, FALSE);
}

static void
copy_clipboard_cb (GtkLabel *label)
{
  g_autofree char *selected = NULL;
  g_autofree char *plain = NULL;
  const char *text = gtk_label_get_text (label);
  int start;
  int end;

  g_signal_stop_emission_by_name (label, "copy-clipboard");
  if (!gtk_label_get_selection_bounds (label, &start, &end))
    return;
  selected = g_utf8_substring (text, start, end);
  plain = lacuna_isolate_strip (selected);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (label)), plain);
}

/**
 * lacuna_isolate_copy_plain:
 * @label: one in which text can be selected
 */
void
lacuna_isolate_copy_plain (GtkLabel *label)
{
  g_signal_connect (label, "copy-clipboard", G_CALLBACK (copy_clipboard_cb), NULL);
}
