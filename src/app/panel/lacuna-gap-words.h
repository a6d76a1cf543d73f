/* What is said of a gap: in a few words where there is no room for more, and in sentences.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/gap.h"

#include <glib.h>

G_BEGIN_DECLS

const char *lacuna_gap_risk_words      (unsigned                    hazards);
char       *lacuna_gap_rejection_words (const struct lac_rejection *rejection,
                                        const struct lac_gap_query *query);
/* (transfer full): the same in a whole sentence with its figures. */
char       *lacuna_gap_rejection_sentence (const struct lac_rejection *rejection,
                                           const struct lac_gap_query *query);

/* Whether the five bytes of jmp rel32 at @site reach @target. */
gboolean    lacuna_gap_jump_reaches    (guint64                     site,
                                        guint64                     target);

/* (transfer full): where the candidate lies from the first anchor, and how a jump gets there. */
char       *lacuna_gap_candidate_sentence (const struct lac_gap       *gap,
                                           const struct lac_gap_query *query);

/* (transfer full): how many buffers there is room for, of @size each or (0) of what is asked for. */
char       *lacuna_gap_capacity_words  (guint64                     capacity,
                                        guint64                     size);
/* (transfer full): the same where there is no room for more than a figure. */
char       *lacuna_gap_capacity_brief  (guint64                     capacity);

unsigned    lacuna_gap_candidate_risk  (const struct lac_map       *map,
                                        const struct lac_gap_query *query,
                                        guint64                     candidate);

G_END_DECLS
