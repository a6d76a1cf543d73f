/* Bytes as people write them.
 *
 * What is understood is decided in one place for the library, the window and the command line
 * (buffers/bytes.h); here it gets its words.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-hex.h"

#include "lacuna-error.h"
#include "buffers/bytes.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/**
 * lacuna_hex_parse:
 * @text: pairs of hexadecimal digits; blanks, commas and 0x between them are passed over
 * @out_offset: (out) (optional): where the fault is, in bytes of @text; -1 when it has no place
 * @error: where to put what is wrong
 *
 * Returns: (transfer full) (nullable): the bytes, at least one
 */
GBytes *
lacuna_hex_parse (const char  *text,
                  gssize      *out_offset,
                  GError     **error)
{
  gsize length, n_bytes = 0, column = 0;
  guint8 *bytes;

  g_return_val_if_fail (text != NULL, NULL);

  length = strlen (text);
  if (lac_bytes_parse (text, length, NULL, 0, &n_bytes, &column) != LAC_OK)
    {
      if (out_offset != NULL)
        *out_offset = (gssize) column - 1;
      if (column > length)
        lacuna_error_set_message (error,
                                  LAC_E_SYNTAX,
                                  _ ("a byte has two digits, and the second is missing"));
      else
        lacuna_error_set_message (error,
                                  LAC_E_SYNTAX,
                                  _ ("that is no hexadecimal digit; bytes are written as in 00 ab "
                                     "f9 0x42"));
      return NULL;
    }
  if (n_bytes == 0)
    {
      if (out_offset != NULL)
        *out_offset = -1;
      lacuna_error_set_message (error, LAC_E_SYNTAX, _ ("there are no bytes in it"));
      return NULL;
    }

  bytes = g_malloc (n_bytes);
  lac_bytes_parse (text, length, bytes, n_bytes, &n_bytes, NULL);
  return g_bytes_new_take (bytes, n_bytes);
}
