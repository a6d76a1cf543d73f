/* LacunaHints: three things to know, one after the other, on a small card.
 *
 * Signal: closed ()   the last was read, or they were skipped
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_HINTS (lacuna_hints_get_type ())
G_DECLARE_FINAL_TYPE (LacunaHints, lacuna_hints, LACUNA, HINTS, GtkWidget)

/* Begins with the first again. */
void lacuna_hints_start      (LacunaHints *self);

/* In a narrow window the card would lie over half the list: it says less there, and is smaller. */
void lacuna_hints_set_narrow (LacunaHints *self,
                              gboolean     narrow);

G_END_DECLS
