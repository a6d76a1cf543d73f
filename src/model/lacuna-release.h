/* Letting go of what is large, where nobody waits for it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map.h"

#include <glib.h>

G_BEGIN_DECLS

/* Has @release called with @object on a worker. Threads: any. */
void lacuna_release_on_worker   (gpointer        object,
                                 GDestroyNotify  release);

/* (transfer full): drops a reference to @map, on a worker when it is large. Threads: any. */
void lacuna_release_map         (struct lac_map *map);

/* Whether what was made of that many regions takes so long to free that it belongs on a worker. */
gboolean lacuna_release_is_long (gsize           n_regions);

/* Has the heap of this process give back what is large as soon as it is freed; for programs that look
 * at one process after another. */
void lacuna_release_for_good    (void);

G_END_DECLS
