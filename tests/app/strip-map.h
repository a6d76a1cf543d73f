/* What all tests of the strip share: maps of real processes.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/maps-text.h"
#include "model/lacuna-scale.h"

#include <string.h>

typedef struct lac_map Map;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Map, lac_map_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaScale, lacuna_scale_unref)

G_GNUC_UNUSED static Map *
parse_map (const char *text)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  Map *map = NULL;

  g_assert_cmpint (lac_map_parse (text, strlen (text), &space, &map, NULL), ==, LAC_OK);
  return map;
}

/* The text of a recorded process's maps. */
G_GNUC_UNUSED static char *
read_text (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("LACUNA_SOURCE_DIR"), "tests", "fixtures",
                                            "maps", name, "maps", NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

G_GNUC_UNUSED static Map *
read_map (const char *name)
{
  g_autofree char *text = read_text (name);

  return parse_map (text);
}
