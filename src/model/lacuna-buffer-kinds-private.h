/* SPDX-License-Identifier: MIT */
#pragma once

#include "os/process.h"

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): @map, a map of this process (transfer full), with the kind buffer for what lies in a
 * buffer that the locator knows; @map itself when there is none. */
struct lac_map *lacuna_buffer_kinds_mark           (struct lac_map     *map);

/* The same of a map of @process, as just read. */
struct lac_map *lacuna_buffer_kinds_mark_elsewhere (struct lac_map     *map,
                                                    struct lac_process *process);

G_END_DECLS
