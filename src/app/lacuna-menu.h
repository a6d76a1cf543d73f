/* Menus that are made when they are opened.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void lacuna_menu_make_later (GtkMenuButton *button,
                             GMenuModel    *model);

G_END_DECLS
