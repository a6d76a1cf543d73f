/* How bytes are written.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-byte-text.h"
#include "lacuna-format.h"

#include <glib/gi18n-lib.h>

static const char digits[] = "0123456789abcdef";

/* Whether the byte at @address lies in the hole at @index, which is moved on. */
static gboolean
is_in_hole (const LacunaByteRead *read,
            guint64               address,
            guint                *index)
{
  for (; *index < read->holes->len; (*index)++)
    {
      struct lac_range hole = g_array_index (read->holes, struct lac_range, *index);

      if (address < hole.end)
        return address >= hole.start;
    }
  return FALSE;
}

static void
append_hex (GString              *text,
            const LacunaByteRead *read,
            guint                 n_columns)
{
  gsize size = lac_range_size (read->range);
  guint hole = 0;

  for (gsize i = 0; i < size; i++)
    {
      if (i > 0)
        g_string_append_c (text, i % n_columns == 0 ? '\n' : ' ');
      if (is_in_hole (read, read->range.start + i, &hole))
        g_string_append (text, "??");
      else
        {
          g_string_append_c (text, digits[read->bytes[i] >> 4]);
          g_string_append_c (text, digits[read->bytes[i] & 15]);
        }
    }
}

static void
append_c_array (GString              *text,
                const LacunaByteRead *read,
                guint                 n_columns)
{
  gsize size = lac_range_size (read->range);
  g_autofree char *start = lacuna_format_address (read->range.start);
  guint hole = 0;

  g_string_append_printf (text, "/* %s */\nstatic const unsigned char bytes[%" G_GSIZE_FORMAT
                                "] = {",
                          start, size);
  for (gsize i = 0; i < size; i++)
    {
      g_string_append (text, i % n_columns == 0 ? "\n  " : " ");
      if (is_in_hole (read, read->range.start + i, &hole))
        g_string_append (text, "0x00 /* ?? */,");
      else
        {
          g_string_append (text, "0x");
          g_string_append_c (text, digits[read->bytes[i] >> 4]);
          g_string_append_c (text, digits[read->bytes[i] & 15]);
          g_string_append_c (text, ',');
        }
    }
  g_string_append (text, "\n};\n");
}

static void
append_plain (GString              *text,
              const LacunaByteRead *read)
{
  const char *bytes = (const char *) read->bytes;
  gsize size = lac_range_size (read->range);

  for (gsize i = 0; i < size;)
    {
      gunichar c = g_utf8_get_char_validated (bytes + i, (gssize) (size - i));
      gboolean is_text = c != (gunichar) -1 && c != (gunichar) -2 && c != 0;

      if (is_text && (g_unichar_isprint (c) || c == '\n' || c == '\t'))
        {
          g_string_append_unichar (text, c);
          i += (gsize) (g_utf8_next_char (bytes + i) - (bytes + i));
        }
      else
        {
          g_string_append_c (text, '.');
          i++;
        }
    }
}

/**
 * lacuna_byte_text_new:
 * @read: what was read
 * @kind: what to make of it
 * @n_columns: bytes in a line, where there are lines; at least 1
 *
 * Returns: (transfer full): a text for the clipboard
 */
char *
lacuna_byte_text_new (const LacunaByteRead *read,
                      LacunaByteTextKind    kind,
                      guint                 n_columns)
{
  GString *text = g_string_sized_new (lac_range_size (read->range) * 3 + 64);

  switch (kind)
    {
    case LACUNA_BYTE_TEXT_C_ARRAY:
      append_c_array (text, read, n_columns);
      break;
    case LACUNA_BYTE_TEXT_PLAIN:
      append_plain (text, read);
      break;
    case LACUNA_BYTE_TEXT_HEX:
    default:
      append_hex (text, read, n_columns);
    }
  return g_string_free (text, FALSE);
}

/**
 * lacuna_byte_text_describe:
 * @byte: a byte
 *
 * Returns: (transfer full) (nullable): what it is as a character, or %NULL when that says nothing
 */
char *
lacuna_byte_text_describe (guint8 byte)
{
  switch (byte)
    {
    case 0:
      return g_strdup (_ ("zero"));
    case '\t':
      return g_strdup (_ ("tab"));
    case '\n':
      return g_strdup (_ ("line feed"));
    case '\r':
      return g_strdup (_ ("carriage return"));
    case ' ':
      return g_strdup (_ ("space"));
    default:
      /* Translators: a byte as the letter that it stands for. */
      return g_ascii_isgraph (byte) ? g_strdup_printf (_ ("“%c”"), byte) : NULL;
    }
}
