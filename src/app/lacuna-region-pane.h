/* LacunaRegionPane: the regions and gaps as a table, the strip's equivalent in words.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-gap-results.h"
#include "model/lacuna-snapshot.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_REGION_PANE (lacuna_region_pane_get_type ())
G_DECLARE_FINAL_TYPE (LacunaRegionPane, lacuna_region_pane, LACUNA, REGION_PANE, GtkWidget)

void lacuna_region_pane_set_snapshot (LacunaRegionPane *self,
                                      LacunaSnapshot   *snapshot);
void lacuna_region_pane_set_results  (LacunaRegionPane *self,
                                      LacunaGapResults *results);
void lacuna_region_pane_select       (LacunaRegionPane *self,
                                      gboolean          any,
                                      guint64           address);
void lacuna_region_pane_focus_filter (LacunaRegionPane *self);

G_END_DECLS
