/* LacunaGoTo: an entry for an address expression, which completes names of the map.
 *
 * What core/expression.h takes, symbols included where the target has them. Names of modules and of
 * regions complete as one types. Return goes there; Escape leaves. Parsing runs off the main
 * thread, and a fault is shown in the entry with its place.
 *
 * Signals:
 *   chosen (guint64 address)   go there
 *   closed ()                  Escape: give the focus back
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-target.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_GO_TO (lacuna_go_to_get_type ())
G_DECLARE_FINAL_TYPE (LacunaGoTo, lacuna_go_to, LACUNA, GO_TO, GtkWidget)

void lacuna_go_to_set_snapshot (LacunaGoTo     *self,
                                LacunaTarget   *target,
                                LacunaSnapshot *snapshot);

/* Shows a key, as people write it, at the end of the entry while that is empty. */
void lacuna_go_to_set_key      (LacunaGoTo     *self,
                                const char     *key);

/* Takes the focus and selects what is in it. */
void lacuna_go_to_start        (LacunaGoTo     *self);

/* Empties the entry. */
void lacuna_go_to_clear        (LacunaGoTo     *self);

G_END_DECLS
