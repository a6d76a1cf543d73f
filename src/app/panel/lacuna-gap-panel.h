/* LacunaGapPanel: constraints in, gaps that satisfy them out, as one types.
 *
 * Signals:
 *   results-changed ()
 *   selected (), chosen ()   a match was gone to, or activated
 *   copied (name)            something was put on the clipboard; what, in one line for a toast
 *   pick-anchor (gboolean)   an anchor is to be picked on the strip, or no longer
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "app/lacuna-later.h"
#include "lacuna-gap-copy.h"
#include "model/lacuna-gap-results.h"
#include "model/lacuna-target.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_GAP_PANEL (lacuna_gap_panel_get_type ())
G_DECLARE_FINAL_TYPE (LacunaGapPanel, lacuna_gap_panel, LACUNA, GAP_PANEL, LacunaLater)

void              lacuna_gap_panel_set_snapshot (LacunaGapPanel *self,
                                                 LacunaTarget   *target,
                                                 LacunaSnapshot *snapshot);
LacunaGapResults *lacuna_gap_panel_get_results  (LacunaGapPanel *self);
LacunaGap        *lacuna_gap_panel_get_selected (LacunaGapPanel *self);

/* Whether nobody has said where: there is neither an anchor nor a bound nor an order that was chosen. */
gboolean          lacuna_gap_panel_get_anywhere (LacunaGapPanel *self);
gboolean          lacuna_gap_panel_is_searching (LacunaGapPanel *self);
gboolean          lacuna_gap_panel_is_at_fault  (LacunaGapPanel *self);
void              lacuna_gap_panel_focus_entry  (LacunaGapPanel *self);
void              lacuna_gap_panel_step         (LacunaGapPanel *self,
                                                 int             step);
void              lacuna_gap_panel_add_anchor   (LacunaGapPanel *self,
                                                 const char     *text);

/* Whether a field for an anchor still says @text; with NULL, whether any says anything. */
gboolean          lacuna_gap_panel_has_anchor   (LacunaGapPanel *self,
                                                 const char     *text);

/* What lacuna_strip's "address-picked" gave: goes into the field that asked, else it is added. */
void              lacuna_gap_panel_take_anchor  (LacunaGapPanel *self,
                                                 guint64         address);

/* Whether the strip is picking, for the buttons to show. */
void              lacuna_gap_panel_set_picking  (LacunaGapPanel *self,
                                                 gboolean        picking);

/* Why no buffer can be made at the selected match; NULL where one can. */
void              lacuna_gap_panel_set_why_not  (LacunaGapPanel *self,
                                                 const char     *why_not,
                                                 const char     *why_not_allocate);

/* Puts the selected match on the clipboard, and says so with "copied". */
void              lacuna_gap_panel_copy         (LacunaGapPanel *self,
                                                 LacunaCopyKind  kind);
gboolean          lacuna_gap_panel_select_gap   (LacunaGapPanel *self,
                                                 gsize           index);

G_END_DECLS
