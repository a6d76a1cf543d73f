/* Bytes as people write them: from a hex dump, a debugger, a signature in a forum.
 *
 * The text is read twice, first to see whether all of it is understood and how much room it takes,
 * so that a fault at its end leaves nothing half written.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bytes.h"

#include <stdbool.h>

/* Not those of ctype.h, which ask the locale. */
static int
digit_value (char character)
{
  if (character >= '0' && character <= '9')
    return character - '0';
  if (character >= 'a' && character <= 'f')
    return character - 'a' + 10;
  if (character >= 'A' && character <= 'F')
    return character - 'A' + 10;
  return -1;
}

static bool
is_separator (char character)
{
  return character == ' ' || (character >= '\t' && character <= '\r') || character == ',';
}

/* Reads the byte at @at, or passes over what stands between bytes. Returns where to go on, or
 * @length + 1 when it is not understood; then *@out_fault is where. Everything before a fault is
 * ASCII, so that bytes are characters. */
static size_t
read_one (const char *text,
          size_t      length,
          size_t      at,
          int        *out_byte,
          size_t     *out_fault)
{
  int high, low;

  *out_byte = -1;
  if (is_separator (text[at]))
    return at + 1;
  if (text[at] == '0' && at + 1 < length && (text[at + 1] == 'x' || text[at + 1] == 'X'))
    at += 2;
  high = at < length ? digit_value (text[at]) : -1;
  if (high >= 0)
    at++;
  low = high >= 0 && at < length ? digit_value (text[at]) : -1;
  if (low < 0)
    {
      *out_fault = at;
      return length + 1;
    }
  *out_byte = high << 4 | low;
  return at + 1;
}

enum lac_status
lac_bytes_parse (const char *text,
                 size_t      length,
                 uint8_t    *out_bytes,
                 size_t      size,
                 size_t     *out_n_bytes,
                 size_t     *out_column)
{
  size_t n_bytes = 0;
  size_t fault = 0;
  int byte;

  for (size_t at = 0; at < length;)
    {
      at = read_one (text, length, at, &byte, &fault);
      if (at > length)
        {
          if (out_column != NULL)
            *out_column = fault + 1;
          return LAC_E_SYNTAX;
        }
      n_bytes += byte >= 0;
    }
  *out_n_bytes = n_bytes;
  if (out_bytes == NULL)
    return LAC_OK;
  if (n_bytes > size)
    return LAC_E_FULL;
  for (size_t at = 0; at < length;)
    {
      at = read_one (text, length, at, &byte, &fault);
      if (byte >= 0)
        *out_bytes++ = (uint8_t) byte;
    }
  return LAC_OK;
}
