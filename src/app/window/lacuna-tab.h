/* What the Tab key does in a list: it leaves it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void     lacuna_tab_passes (GtkWidget *list);
gboolean lacuna_tab_move   (GtkWidget *root,
                            gboolean   forward);

G_END_DECLS
