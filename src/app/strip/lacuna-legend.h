/* LacunaLegend: what the strip's colours mean, for the colours that it shows, and a filter by them.
 *
 * Each colour is a toggle button. With none pressed everything is shown; with some pressed only
 * those inks are: the strip dims the others, the table leaves them out.
 *
 * Signal: inks-changed ()
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-strip-layout.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_LEGEND (lacuna_legend_get_type ())
G_DECLARE_FINAL_TYPE (LacunaLegend, lacuna_legend, LACUNA, LEGEND, GtkWidget)

void lacuna_legend_set_census (LacunaLegend *self,
                               LacunaCensus *census);

/* A bit for each ink that is shown; all of them when there is no filter. */
guint lacuna_legend_get_inks  (LacunaLegend *self);

/* Shows everything again. */
void lacuna_legend_clear      (LacunaLegend *self);

G_END_DECLS
