/* LacunaChanges: where two maps of one address space differ.
 *
 * Made on the worker that made the newer map, by one pass over both. What changed is told as ranges of
 * the newer picture: regions that are new, that changed their protection, backing or name, and places
 * that were mapped before and are free now. Neighbours are merged. Where more than
 * LACUNA_MOST_CHANGES ranges differ, close ones are merged until they fit, so that what is drawn is
 * bounded and nothing that changed is left out.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map.h"

#include <glib.h>

G_BEGIN_DECLS

#define LACUNA_MOST_CHANGES 1024

/* Immutable, reference-counted. */
typedef struct _LacunaChanges LacunaChanges;

/* (transfer full) (nullable): NULL when nothing differs. O(regions of both). Threads: any. */
LacunaChanges          *lacuna_changes_new        (const struct lac_map *before,
                                                   const struct lac_map *after);
LacunaChanges          *lacuna_changes_ref        (LacunaChanges        *self);
void                    lacuna_changes_unref      (LacunaChanges        *self);

/* Half-open, sorted, disjoint, at least one. */
const struct lac_range *lacuna_changes_get_ranges (const LacunaChanges  *self,
                                                   gsize                *out_n_ranges);

/* Whether anything in @range changed. O(log ranges). */
gboolean                lacuna_changes_touch      (const LacunaChanges  *self,
                                                   struct lac_range      range);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaChanges, lacuna_changes_unref)

G_END_DECLS
