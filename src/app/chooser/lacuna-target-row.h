/* LacunaTargetRow: a process in the list of those to look at.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-region-counts.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_TARGET_ROW (lacuna_target_row_get_type ())
G_DECLARE_FINAL_TYPE (LacunaTargetRow, lacuna_target_row, LACUNA, TARGET_ROW, GtkWidget)

LacunaTargetRow *lacuna_target_row_new         (LacunaRegionCounts *counts);

/* NULL: it shows none, and need not know how many regions there are. */
void             lacuna_target_row_set_process (LacunaTargetRow    *self,
                                                LacunaProcess      *process);

/* Has the regions counted again where that was long ago. */
void             lacuna_target_row_update      (LacunaTargetRow    *self);

G_END_DECLS
