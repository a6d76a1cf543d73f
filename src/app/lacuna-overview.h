/* LacunaOverview: the whole space in a thin band, with the strip's view as a frame that can be
 * dragged by its middle and by its ends.
 *
 * It shows the strip's snapshot at the strip's scale, and follows both. Clicking beside the frame
 * brings the view there.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-strip.h"

G_BEGIN_DECLS

#define LACUNA_TYPE_OVERVIEW (lacuna_overview_get_type ())
G_DECLARE_FINAL_TYPE (LacunaOverview, lacuna_overview, LACUNA, OVERVIEW, GtkWidget)

GtkWidget *lacuna_overview_new       (void);

/* The property "strip": whose view to show and move. Takes a reference. */
void       lacuna_overview_set_strip (LacunaOverview *self,
                                      LacunaStrip    *strip);

G_END_DECLS
