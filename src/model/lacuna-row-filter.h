/* LacunaRowFilter: which regions and gaps a text asks for.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LacunaRowFilter LacunaRowFilter;

/* Words that must all match: part of a name (case does not matter), a kind, a protection such as
 * r-x, a size such as ">1M", an address in it such as 0x7f694a84f000 or 7f69 4a84 f000. A gap is
 * found by "gap" and "free", by its hazards' names, by size, and by an address in it. A size that is none, such as ">banana", matches nothing; a sign alone, to which somebody is
 * about to add a size, is no word yet. NULL when @text asks for nothing. Works on @map only, which
 * must outlive it. */
LacunaRowFilter *lacuna_row_filter_new            (const char           *text,
                                                   const struct lac_map *map);
void             lacuna_row_filter_free           (LacunaRowFilter      *self);

/* (transfer full) (nullable): the first word that was meant as a size and is none. */
char            *lacuna_row_filter_find_fault     (const char           *text);

/* O(words) for each, since a name that many regions have is looked at once. */
gboolean         lacuna_row_filter_matches_region (LacunaRowFilter      *self,
                                                   const struct lac_region *region);
gboolean         lacuna_row_filter_matches_gap    (LacunaRowFilter      *self,
                                                   struct lac_range      gap);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaRowFilter, lacuna_row_filter_free)

G_END_DECLS
