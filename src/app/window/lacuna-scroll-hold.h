/* Keeps a list where it is between a change of its rows and their layout.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @view: (borrowed): a list view or column view; @model: whose rows it shows. */
void lacuna_scroll_hold (GtkScrollable *view,
                         GListModel    *model);

G_END_DECLS
