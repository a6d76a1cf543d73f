/* Fuzzes the maps parser: any bytes give a map that keeps its promises, or a fault with a place; and
 * the same result however the bytes are cut into pieces.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/map-private.h"
#include "core/maps-text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         length);

static enum lac_status
parse_in_pieces (const char      *text,
                 size_t           length,
                 size_t           piece,
                 struct lac_map **out_map)
{
  struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
  struct lac_maps_parser parser;
  size_t from = 0, to = 0;
  enum lac_status status = LAC_OK;

  if (builder == NULL)
    return LAC_E_NO_MEMORY;
  lac_maps_parser_init (&parser, builder);
  do
    {
      size_t consumed;

      to = length - to < piece ? length : to + piece;
      status = lac_maps_parser_push (&parser, text + from, to - from, to == length, &consumed);
      from += consumed;
    }
  while (status == LAC_OK && to < length);
  if (status != LAC_OK)
    {
      lac_map_builder_free (builder);
      return status;
    }
  return lac_map_builder_finish (builder, out_map);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  /* A copy that ends where the text does, so that reading past it is seen. */
  char *text = malloc (length ? length : 1);
  struct lac_text_error error = { 0 };
  struct lac_map *map = NULL, *pieces = NULL;
  enum lac_status status;

  if (text == NULL)
    return 0;
  memcpy (text, bytes, length);
  status = lac_map_parse (text, length, &LAC_SPACE_UNKNOWN, &map, &error);
  if (status == LAC_E_MALFORMED)
    {
      if (error.line == 0 || error.column == 0 || error.message == NULL)
        abort ();
    }
  else if (status == LAC_OK && !lac_map_is_valid (map))
    abort ();
  if (parse_in_pieces (text, length, 1 + length % 37, &pieces) != status)
    abort ();
  if (status == LAC_OK)
    {
      size_t n, m;
      const struct lac_region *a = lac_map_regions (map, &n), *b = lac_map_regions (pieces, &m);

      if (n != m || (n > 0 && memcmp (a, b, n * sizeof *a) != 0))
        abort ();
    }
  lac_map_unref (map);
  lac_map_unref (pieces);
  free (text);
  return 0;
}
