/* The context menu of a region or gap: what can be done with the one that is selected.
 *
 * Its items are actions of the window (win.copy-address, win.copy-range, win.copy-name,
 * win.near-selection, win.show-selection, win.inspect), so whoever pops it up selects first.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Pops the menu up at @x, @y of @parent, which keeps it until it closes. */
void lacuna_region_menu_popup (GtkWidget *parent,
                               double     x,
                               double     y,
                               gboolean   holds_candidate);

G_END_DECLS
