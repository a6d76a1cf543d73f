/* Fuzzes the address-expression and size parsers: any bytes give a value, or a fault whose place lies
 * inside the text.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/expression.h"
#include "core/maps-text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         length);

static const char maps[] = "00400000-00401000 r-xp 00000000 fe:00 1 /usr/bin/cat\n"
                           "00600000-00610000 rw-p 00000000 00:00 0 [heap]\n"
                           "00700000-00710000 r-xp 00000000 fe:00 2 /usr/lib/libstdc++.so.6\n"
                           "7f0000000000-7f0000010000 r-xp 00000000 fe:00 4 /usr/lib/libc.so.6\n";

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  static struct lac_map *map;
  char *text = malloc (length ? length : 1);
  struct lac_expression_error error = { SIZE_MAX, NULL };
  uint64_t value = 42;
  enum lac_status status;

  if (text == NULL
      || (map == NULL
          && lac_map_parse (maps, sizeof maps - 1, &LAC_SPACE_UNKNOWN, &map, NULL) != LAC_OK))
    abort ();
  memcpy (text, bytes, length);

  status = lac_expression_parse_address (text, length, lac_map_resolve_name, map, &value, &error);
  if (status != LAC_OK && (value != 42 || error.offset > length || error.message == NULL))
    abort ();

  error = (struct lac_expression_error){ SIZE_MAX, NULL };
  value = 42;
  status = lac_expression_parse_size (text, length, &value, &error);
  if (status != LAC_OK && (value != 42 || error.offset > length || error.message == NULL))
    abort ();
  free (text);
  return 0;
}
