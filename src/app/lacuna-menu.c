/* Menus that are made when they are opened.
 *
 * A button that is given a menu makes a popover of it at once, with a widget for each item and each
 * submenu. The window's menu alone takes some milliseconds of a start in which nobody opens it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-menu.h"

static void
make_popover_cb (GtkMenuButton *button,
                 gpointer       user_data)
{
  /* The button forgets this function, and what it was given, when it gets its menu. */
  g_autoptr (GMenuModel) model = g_object_ref (user_data);

  if (gtk_menu_button_get_menu_model (button) == NULL)
    gtk_menu_button_set_menu_model (button, model);
}

/**
 * lacuna_menu_make_later:
 * @button: a button without a menu
 * @model: what it is to show
 *
 * Has @button make its menu when it is opened first.
 */
void
lacuna_menu_make_later (GtkMenuButton *button,
                        GMenuModel    *model)
{
  gtk_menu_button_set_create_popup_func (button, make_popover_cb, g_object_ref (model),
                                         g_object_unref);
}
