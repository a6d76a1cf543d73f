/* LacunaGapPanel: constraints in, gaps that satisfy them out, as one types.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-gap-results.h"
#include "model/lacuna-target.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_GAP_PANEL (lacuna_gap_panel_get_type ())
G_DECLARE_FINAL_TYPE (LacunaGapPanel, lacuna_gap_panel, LACUNA, GAP_PANEL, GtkWidget)

void              lacuna_gap_panel_set_snapshot (LacunaGapPanel *self,
                                                 LacunaTarget   *target,
                                                 LacunaSnapshot *snapshot);
LacunaGapResults *lacuna_gap_panel_get_results  (LacunaGapPanel *self);
LacunaGap        *lacuna_gap_panel_get_selected (LacunaGapPanel *self);
gboolean          lacuna_gap_panel_is_searching (LacunaGapPanel *self);
void              lacuna_gap_panel_focus_entry  (LacunaGapPanel *self);
void              lacuna_gap_panel_step         (LacunaGapPanel *self,
                                                 int             step);
void              lacuna_gap_panel_add_anchor   (LacunaGapPanel *self,
                                                 const char     *text);
gboolean          lacuna_gap_panel_select_gap   (LacunaGapPanel *self,
                                                 gsize           index);

G_END_DECLS
