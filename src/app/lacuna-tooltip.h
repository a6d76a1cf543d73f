/* Tooltips that know when to be silent.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @editable may be the widget itself, or in it. */
void lacuna_tooltip_yield_to_typing (GtkWidget     *widget,
                                     GtkEditable   *editable);
void lacuna_tooltip_yield_to_text   (GtkLabel      *label);
void lacuna_tooltip_yield_to_menu   (GtkMenuButton *button);

G_END_DECLS
