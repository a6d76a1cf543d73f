/* LacunaLegend: what the strip's colours mean, for the colours that it shows.
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

G_END_DECLS
