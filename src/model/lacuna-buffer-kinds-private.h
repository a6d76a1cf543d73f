/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/map.h"

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): @map, a map of this process (transfer full), with the kind buffer for what lies in a
 * buffer that the locator knows; @map itself when there is none. */
struct lac_map *lacuna_buffer_kinds_mark (struct lac_map *map);

G_END_DECLS
