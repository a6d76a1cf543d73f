/* What the tests of the core share: maps from lines of text, and the recorded ones.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map-private.h"
#include "core/maps-text.h"

#include <glib.h>

#include <string.h>

/* A map of @text, which must parse. */
static inline struct lac_map *
map_of (const char *text)
{
  struct lac_text_error error = { 0 };
  struct lac_map *map = NULL;
  enum lac_status status = lac_map_parse (text, strlen (text), &LAC_SPACE_UNKNOWN, &map, &error);

  if (status != LAC_OK)
    g_error ("line %" G_GUINT64_FORMAT ", column %" G_GUINT64_FORMAT ": %s", error.line, error.column,
             error.message ? error.message : lac_status_name (status));
  g_assert_true (lac_map_is_valid (map));
  return map;
}

/* The recorded text @name, such as "chromium/maps". */
static inline char *
recorded (const char *name,
          gsize      *out_length)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "maps", name, NULL);
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, out_length, &error);
  g_assert_no_error (error);
  return text;
}

static inline struct lac_region
region_at (const struct lac_map *map,
           size_t                index)
{
  size_t n;
  const struct lac_region *regions = lac_map_regions (map, &n);

  g_assert_cmpuint (index, <, n);
  return regions[index];
}

static inline size_t
count_regions (const struct lac_map *map)
{
  size_t n;

  lac_map_regions (map, &n);
  return n;
}
