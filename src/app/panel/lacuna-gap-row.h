/* The rows of the gap panel's results.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/gap.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *lacuna_gap_row_new  (void);
void       lacuna_gap_row_bind (GtkWidget            *row,
                                const struct lac_gap *gap,
                                unsigned              hazards,
                                gboolean              has_anchor);

G_END_DECLS
