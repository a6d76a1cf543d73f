/* LacunaRegionPane: the regions and gaps as a table, the strip's equivalent in words.
 *
 * Signals:
 *   selected (guint64 address)    the user selected this row; not for
 *                                 lacuna_region_pane_select()
 *   activated (guint64 address)   double click or Return
 *   hovered (gboolean inside, guint64 address)   the pointer is over this row, or over none
 *   menu (double x, double y)     a context menu for the selected row is wanted there (of the pane)
 *   clear-inks ()                 the user wants all inks again (lacuna_legend_clear() does it)
 *
 * Actions: list.sort (string: start, end, size, kind, protection, offset, name), list.reverse
 * (boolean)
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "app/lacuna-later.h"
#include "model/lacuna-changes.h"
#include "model/lacuna-gap-results.h"
#include "model/lacuna-snapshot.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_REGION_PANE (lacuna_region_pane_get_type ())
G_DECLARE_FINAL_TYPE (LacunaRegionPane, lacuna_region_pane, LACUNA, REGION_PANE, LacunaLater)

void lacuna_region_pane_set_snapshot (LacunaRegionPane *self,
                                      LacunaSnapshot   *snapshot);
void lacuna_region_pane_set_results  (LacunaRegionPane *self,
                                      LacunaGapResults *results);
/* To be called before a snapshot of another target: nothing is selected, and the first row on top. */
void lacuna_region_pane_start_over    (LacunaRegionPane *self);
/* Which of the results is chosen; new results choose the first. */
void lacuna_region_pane_set_candidate
                                     (LacunaRegionPane     *self,
                                      const struct lac_gap *gap);
void lacuna_region_pane_select       (LacunaRegionPane *self,
                                      gboolean          any,
                                      guint64           address);
/* Which inks are listed; gaps are not told apart by ink, and are left out when it is not all. */
void lacuna_region_pane_set_inks     (LacunaRegionPane *self,
                                      guint             inks);

/* Rows of what changed glow for a moment. NULL for nothing. */
void lacuna_region_pane_set_changes  (LacunaRegionPane *self,
                                      LacunaChanges    *changes);

/* The strip's hover, for the row to show. */
void lacuna_region_pane_set_hover    (LacunaRegionPane *self,
                                      gboolean          inside,
                                      guint64           address);
void lacuna_region_pane_focus_filter (LacunaRegionPane *self);

/* Whether the filter has a line of its own. */
void lacuna_region_pane_set_narrow   (LacunaRegionPane *self,
                                      gboolean          narrow);

G_END_DECLS
