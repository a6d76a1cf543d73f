/* Where a table is scrolled to, in terms of what it shows.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-region-marks.h"
#include "model/lacuna-region-list.h"

G_BEGIN_DECLS

/* Scrolls until the row at @position is seen. */
void lacuna_region_place_scroll_to (GtkColumnView     *view,
                                    guint              position);

/* The same, and some rows below it, as far as there are any and there is room. */
void lacuna_region_place_show      (GtkColumnView     *view,
                                    guint              position);

/* Notes the row at the top, for lacuna_region_place_restore() after @view got its model anew. */
void lacuna_region_place_save      (GtkColumnView     *view);

/* Where that row is now; G_MAXUINT when it is not listed, or there was none. */
guint lacuna_region_place_find     (GtkColumnView     *view,
                                    LacunaRegionList  *list);

/* Brings the row that is at @position of the view's model to where it was. @marks is borrowed, and
 * lives as long as the view's rows. */
void lacuna_region_place_restore   (GtkColumnView     *view,
                                    guint              position,
                                    LacunaRegionMarks *marks);

/* Shows the first row, and forgets what was noted. */
void lacuna_region_place_go_to_top (GtkColumnView     *view);

G_END_DECLS
