/* The cells of the region table: what a row's facts look like in each column.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-region-cell.h"
#include "model/lacuna-gap-results.h"
#include "model/lacuna-region-list.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *lacuna_region_cells_make (LacunaRegionFont *font,
                                     LacunaColumn      column);
int        lacuna_region_cells_room (LacunaRegionFont *font,
                                     LacunaColumn      column);
void       lacuna_region_cells_bind (LacunaRegionCell *cell,
                                     LacunaColumn      column,
                                     LacunaRow        *row,
                                     LacunaGapResults *results,
                                     guint64           candidate);

G_END_DECLS
