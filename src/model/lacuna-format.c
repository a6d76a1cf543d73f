/* How addresses and sizes are written for people.
 *
 * Sizes are computed in integers: a size is rounded once, to three significant digits, and never
 * passes through a floating-point number that could not hold it. What the rounding pushes over the
 * edge of a unit moves on to the next one, so that nothing reads "1024 KiB".
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-format.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

/* U+2212, as wide as a plus sign. */
#define MINUS "\xe2\x88\x92"

static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };

/**
 * lacuna_format_address:
 * @address: any address
 *
 * Returns: (transfer full): "0x7f3a41c00000", lower-case and without padding
 */
char *
lacuna_format_address (guint64 address)
{
  return g_strdup_printf ("0x%" G_GINT64_MODIFIER "x", address);
}

static char *
group (guint64     address,
       const char *prefix)
{
  char plain[17];
  GString *grouped = g_string_new (prefix);
  int length = g_snprintf (plain, sizeof plain, "%" G_GINT64_MODIFIER "x", address);

  for (int i = 0; i < length; i++)
    {
      if (i > 0 && (length - i) % 4 == 0)
        g_string_append_c (grouped, ' ');
      g_string_append_c (grouped, plain[i]);
    }
  return g_string_free (grouped, FALSE);
}

/**
 * lacuna_format_address_grouped:
 * @address: any address
 *
 * Returns: (transfer full): "7f3a 41c0 0000", in groups of four from the right; one group alone has 0x
 *   before it
 */
char *
lacuna_format_address_grouped (guint64 address)
{
  return group (address, address <= 0xffff ? "0x" : "");
}

/**
 * lacuna_format_address_prefixed:
 * @address: any address
 *
 * Returns: (transfer full): "0x7f3a 41c0 0000", in groups of four from the right
 */
char *
lacuna_format_address_prefixed (guint64 address)
{
  return group (address, "0x");
}

/* @bytes in units of 1 << @shift with @decimals digits after the point, rounded to the nearest,
 * as a whole number of the last digit. */
static guint64
scale_size (guint64 bytes,
            guint   shift,
            guint   decimals)
{
  guint64 whole = bytes >> shift;
  guint64 rest = bytes - (whole << shift);
  guint64 power = decimals == 2 ? 100 : decimals == 1 ? 10 : 1;

  /* The rest is below 2^60; what its lowest bits add is far below the last digit that is shown. */
  if (shift > 50)
    {
      rest >>= shift - 50;
      shift = 50;
    }
  return whole * power + ((rest * power + (G_GUINT64_CONSTANT (1) << (shift - 1))) >> shift);
}

/**
 * lacuna_format_size:
 * @bytes: a size
 *
 * Returns: (transfer full): "4 KiB", "1.5 MiB", "84 MiB": three significant digits, without zeros
 *   at the end
 */
char *
lacuna_format_size (guint64 bytes)
{
  guint unit = 0;
  guint64 scaled = 0;
  guint decimals = 0;

  if (bytes < 1024)
    {
      /* Translators: a number of bytes below 1024, the short form */
      return g_strdup_printf (g_dgettext (GETTEXT_PACKAGE, "%u B"), (guint) bytes);
    }

  while (unit + 1 < G_N_ELEMENTS (units) && bytes >> (10 * (unit + 2)) != 0)
    unit++;

  for (;;)
    {
      guint shift = 10 * (unit + 1);

      for (decimals = 2;; decimals--)
        {
          scaled = scale_size (bytes, shift, decimals);
          if (decimals == 0 || scaled < 1000)
            break;
        }
      if (scaled < 1024 || decimals > 0 || unit + 1 == G_N_ELEMENTS (units))
        break;
      unit++;
    }

  while (decimals > 0 && scaled % 10 == 0)
    {
      scaled /= 10;
      decimals--;
    }

  return g_strdup_printf ("%.*f %s",
                          (int) decimals,
                          (double) scaled / (decimals == 2 ? 100 : decimals == 1 ? 10 : 1),
                          units[unit]);
}

/**
 * lacuna_format_count:
 * @count: how many
 *
 * Nobody reads eleven digits in a row. The C locale groups none, nor do a few others; there, as in
 * a locale whose separator is no UTF-8, five digits and more get a comma each three.
 *
 * Returns: (transfer full): "22,947,593,008"
 */
char *
lacuna_format_count (guint64 count)
{
  g_autofree char *local = g_strdup_printf ("%'" PRIu64, count);
  char plain[24];
  int length = g_snprintf (plain, sizeof plain, "%" PRIu64, count);
  GString *grouped;

  if (strcmp (local, plain) != 0 && g_utf8_validate (local, -1, NULL))
    return g_steal_pointer (&local);
  if (length < 5)
    return g_strdup (plain);

  grouped = g_string_sized_new (32);
  for (int i = 0; i < length; i++)
    {
      if (i > 0 && (length - i) % 3 == 0)
        g_string_append_c (grouped, ',');
      g_string_append_c (grouped, plain[i]);
    }
  return g_string_free (grouped, FALSE);
}

/**
 * lacuna_format_bytes:
 * @bytes: a size
 *
 * Returns: (transfer full): "4,096 bytes", grouped as a count is
 */
char *
lacuna_format_bytes (guint64 bytes)
{
  g_autofree char *count = lacuna_format_count (bytes);

  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s byte", "%s bytes",
                                       (gulong) MIN (bytes, G_MAXULONG)),
                          count);
}

/* UTF-8 has no characters longer than this. */
#define LONGEST_CHARACTER 4

#define ELLIPSIS "\xe2\x80\xa6"

static gboolean
goes_on (char byte)
{
  return ((guchar) byte & 0xc0) == 0x80;
}

/* What has no end within a character's length begins nowhere: it is no UTF-8 anyway. */
static gsize
character_start (const char *text,
                 gsize       place)
{
  for (gsize back = 0; back < LONGEST_CHARACTER && back < place; back++)
    if (!goes_on (text[place - back]))
      return place - back;
  return place;
}

/**
 * lacuna_format_name:
 * @name: any bytes; may be %NULL when @length is 0
 * @length: how many of them; negative for all up to the NUL
 *
 * Nothing bounds a name in a file that somebody wrote, and to lay out 100 kB of text as one
 * paragraph takes seconds. A long name loses its middle: where it lies is told by its start, what it
 * is by its end.
 *
 * Returns: (transfer full): @name as UTF-8 of at most %LACUNA_FORMAT_LONGEST_NAME characters
 */
char *
lacuna_format_name (const char *name,
                    gssize      length)
{
  const glong half = LACUNA_FORMAT_LONGEST_NAME / 2;
  gsize size = length < 0 ? strlen (name) : (gsize) length;
  gsize most = LACUNA_FORMAT_LONGEST_NAME * LONGEST_CHARACTER;
  g_autofree char *start = NULL;
  g_autofree char *end = NULL;
  glong n_start;
  glong n_end;

  if (size == 0)
    return g_strdup ("");
  if (size <= most)
    {
      start = g_utf8_make_valid (name, (gssize) size);
      n_start = g_utf8_strlen (start, -1);
      if (n_start <= LACUNA_FORMAT_LONGEST_NAME)
        return g_strdelimit (g_steal_pointer (&start), "\n\r", ' ');
      end = g_strdup (start);
    }
  else
    {
      gsize end_start = character_start (name, size - most);

      start = g_utf8_make_valid (name, (gssize) character_start (name, most));
      end = g_utf8_make_valid (name + end_start, (gssize) (size - end_start));
    }

  n_end = g_utf8_strlen (end, -1);
  *g_utf8_offset_to_pointer (start, half) = '\0';
  return g_strdelimit (
      g_strconcat (start, ELLIPSIS, g_utf8_offset_to_pointer (end, n_end - (half - 1)), NULL),
      "\n\r", ' ');
}

/**
 * lacuna_format_distance:
 * @bytes: a distance; negative below
 *
 * Returns: (transfer full): "+63 MiB", "−11 MiB", "0"
 */
char *
lacuna_format_distance (gint64 bytes)
{
  g_autofree char *size = NULL;

  if (bytes == 0)
    return g_strdup ("0");

  size = lacuna_format_size (bytes > 0 ? (guint64) bytes : -(guint64) bytes);
  return g_strconcat (bytes > 0 ? "+" : MINUS, size, NULL);
}

/**
 * lacuna_format_place:
 * @range: a range that is not empty
 * @anchor: an address
 *
 * Where @range lies from @anchor, told from its closest byte, as the distance of a candidate is.
 *
 * Returns: (transfer full): "63 MiB above the anchor", "just below the anchor", "around the anchor"
 */
char *
lacuna_format_place (struct lac_range range,
                     guint64          anchor)
{
  g_autofree char *size = NULL;

  if (lac_range_contains (range, anchor))
    return g_strdup (_ ("around the anchor"));
  if (range.start > anchor)
    {
      size = lacuna_format_size (range.start - anchor);
      return g_strdup_printf (_ ("%s above the anchor"), size);
    }
  /* The end is not of the range, so an anchor there is next to it. */
  if (anchor == range.end)
    return g_strdup (_ ("just below the anchor"));
  size = lacuna_format_size (anchor - range.end);
  return g_strdup_printf (_ ("%s below the anchor"), size);
}
