/* LacunaOverview: the whole space in a thin band, with the strip's view as a frame that can be
 * dragged by its middle and by its ends.
 *
 * It shows the strip's snapshot at the strip's scale, lies as the strip lies, and follows all three.
 * Clicking beside the frame brings the view there; with the focus, arrows move it, + and − zoom and
 * Home shows everything.
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
