/* Text from outside, made fit to be shown.
 *
 * A file may have a newline in its name, or what sets a terminal's colours, and an argument may be
 * as long as a book. Tables and messages show all of them the same way.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "escape.h"

#include <string.h>

#define ELLIPSIS "…"

/* Columns of a word in a sentence. */
#define QUOTED 60

static void
append_escape (GString *escaped,
               gunichar character,
               guchar   byte)
{
  if (byte == '\n')
    g_string_append (escaped, "\\n");
  else if (byte == '\t')
    g_string_append (escaped, "\\t");
  else if (byte == '\r')
    g_string_append (escaped, "\\r");
  else if (character >= 0x80)
    g_string_append_printf (escaped, "\\u{%x}", character);
  else
    g_string_append_printf (escaped, "\\x%02x", byte);
}

char *
cli_escape (const char *text,
            gssize      length)
{
  const char *end = text + (length >= 0 ? (gsize) length : strlen (text));
  GString *escaped = g_string_sized_new ((gsize) (end - text) + 1);

  while (text < end)
    {
      gunichar character = g_utf8_get_char_validated (text, end - text);
      const char *next;

      if (character == (gunichar) -1 || character == (gunichar) -2)
        {
          append_escape (escaped, 0, (guchar) *text++);
          continue;
        }
      next = g_utf8_next_char (text);
      if (g_unichar_isprint (character))
        g_string_append_len (escaped, text, next - text);
      else
        append_escape (escaped, character, (guchar) *text);
      text = next;
    }
  return g_string_free (escaped, FALSE);
}

static gsize
columns_of (gunichar character)
{
  return g_unichar_iszerowidth (character) ? 0 : g_unichar_iswide (character) ? 2 : 1;
}

gsize
cli_columns (const char *escaped)
{
  gsize columns = 0;

  for (; *escaped != '\0'; escaped = g_utf8_next_char (escaped))
    columns += columns_of (g_utf8_get_char (escaped));
  return columns;
}

char *
cli_keep_start (const char *escaped,
                gsize       columns)
{
  const char *place = escaped;
  gsize taken = 1;

  if (cli_columns (escaped) <= columns)
    return g_strdup (escaped);
  for (; *place != '\0'; place = g_utf8_next_char (place))
    {
      taken += columns_of (g_utf8_get_char (place));
      if (taken > columns)
        break;
    }
  return g_strdup_printf ("%.*s" ELLIPSIS, (int) (place - escaped), escaped);
}

char *
cli_keep_end (const char *escaped,
              gsize       columns)
{
  const char *place = escaped + strlen (escaped);
  gsize taken = 1;

  if (cli_columns (escaped) <= columns)
    return g_strdup (escaped);
  while (place > escaped)
    {
      const char *before = g_utf8_prev_char (place);

      taken += columns_of (g_utf8_get_char (before));
      if (taken > columns)
        break;
      place = before;
    }
  return g_strconcat (ELLIPSIS, place, NULL);
}

char *
cli_quote (const char *word)
{
  g_autofree char *escaped = cli_escape (word, -1);

  return cli_keep_start (escaped, QUOTED);
}
