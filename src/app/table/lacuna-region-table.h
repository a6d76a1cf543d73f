/* LacunaRegionTable: what makes a GtkColumnView the table of regions and gaps.
 *
 * Signals:
 *   selected (guint64 address)    the user selected this row
 *   activated (guint64 address)   double click or Return
 *   hovered (gboolean inside, guint64 address)   the pointer is over this row, or over none
 *   menu (double x, double y)     a context menu for the selected row is wanted there (of the view)
 *   sorted ()                     the user clicked a header; see lacuna_region_table_get_sort()
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-region-cells.h"
#include "model/lacuna-changes.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_REGION_TABLE (lacuna_region_table_get_type ())
G_DECLARE_FINAL_TYPE (LacunaRegionTable, lacuna_region_table, LACUNA, REGION_TABLE, GObject)

/* @view must be empty, and outlive it. */
LacunaRegionTable *lacuna_region_table_new         (GtkColumnView     *view,
                                                    LacunaRegionList  *list);

void               lacuna_region_table_set_results (LacunaRegionTable *self,
                                                    LacunaGapResults  *results);
void               lacuna_region_table_set_candidate
                                                   (LacunaRegionTable    *self,
                                                    const struct lac_gap *gap);
void               lacuna_region_table_select      (LacunaRegionTable *self,
                                                    gboolean           any,
                                                    guint64            address);
void               lacuna_region_table_reveal_next (LacunaRegionTable *self);
void               lacuna_region_table_set_changes (LacunaRegionTable *self,
                                                    LacunaChanges     *changes);
void               lacuna_region_table_set_hover   (LacunaRegionTable *self,
                                                    gboolean           inside,
                                                    guint64            address);

/* What the headers' arrows say. */
void               lacuna_region_table_get_sort    (LacunaRegionTable *self,
                                                    LacunaColumn      *out_column,
                                                    gboolean          *out_descending);
void               lacuna_region_table_set_sort    (LacunaRegionTable *self,
                                                    LacunaColumn       column,
                                                    gboolean           descending);

G_END_DECLS
