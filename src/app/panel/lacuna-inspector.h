/* LacunaInspector: everything that is known about the region or gap that is selected, in words.
 *
 * A page of the side panel. Of a region: what its kind means, its range (half-open, which it
 * says), its size in IEC units and bytes, its protection in words, what backs it and where in it;
 * of a gap: its hazards and what they mean, and whether it fits the query or why not. Each value
 * can be copied.
 *
 * Signals:
 *   go-to-address (guint64 address)   the user wants to select what is there: a neighbour
 *   copied (string text)              @text is on the clipboard
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "app/lacuna-later.h"
#include "model/lacuna-gap-results.h"
#include "model/lacuna-target.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_INSPECTOR (lacuna_inspector_get_type ())
G_DECLARE_FINAL_TYPE (LacunaInspector, lacuna_inspector, LACUNA, INSPECTOR, LacunaLater)

void lacuna_inspector_set_snapshot  (LacunaInspector  *self,
                                     LacunaTarget     *target,
                                     LacunaSnapshot   *snapshot);
void lacuna_inspector_set_results   (LacunaInspector  *self,
                                     LacunaGapResults *results);
void lacuna_inspector_set_selection (LacunaInspector  *self,
                                     gboolean          any,
                                     guint64           address);

/* Another range that was dragged out on the strip; empty for none. */
void lacuna_inspector_set_measure   (LacunaInspector  *self,
                                     struct lac_range  range);

gboolean lacuna_inspector_focus     (LacunaInspector  *self);

G_END_DECLS
