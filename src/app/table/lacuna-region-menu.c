/* The context menu of a region or gap: what can be done with the one that is selected.
 *
 * Strip and table pop up the same menu, so it is made here, anew each time: a menu that is kept
 * would have to be taken apart by whoever it hangs on. It goes once it has closed, a moment later,
 * because what was chosen in it is carried out after it has closed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-region-menu.h"

#include <glib/gi18n.h>

typedef struct
{
  const char *label;
  const char *action;
} Item;

static const Item copy_items[] = {
  { N_ ("Copy _Address"), "win.copy-address" },
  { N_ ("Copy _Range"), "win.copy-range" },
  { N_ ("Copy _Name"), "win.copy-name" },
};

static const Item place_items[] = {
  { N_ ("Set as A_nchor"), "win.near-selection" },
  { N_ ("_Zoom To"), "win.show-selection" },
  { N_ ("_Inspect"), "win.inspect" },
  { N_ ("_Bytes"), "win.bytes" },
};

static const Item make_items[] = {
  { N_ ("Create Bu_ffer Here"), "win.create-buffer-here" },
  { N_ ("A_llocate Here"), "win.allocate-here::rw-" },
};

static void
append_section (GMenu      *menu,
                const Item *items,
                gsize       n_items)
{
  g_autoptr (GMenu) section = g_menu_new ();

  for (gsize i = 0; i < n_items; i++)
    g_menu_append (section, _ (items[i].label), items[i].action);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
}

static gboolean
unparent_cb (gpointer user_data)
{
  GtkWidget *popover = user_data;

  if (gtk_widget_get_parent (popover) != NULL)
    gtk_widget_unparent (popover);
  return G_SOURCE_REMOVE;
}

static void
closed_cb (GtkWidget *popover)
{
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, unparent_cb, g_object_ref (popover), g_object_unref);
}

/**
 * lacuna_region_menu_popup:
 * @parent: where it belongs
 * @x: where it points to, in @parent
 * @y: where it points to, in @parent
 * @holds_candidate: what it is about is a gap in which a buffer would be made, at the candidate
 *
 * Pops the menu up at @x, @y of @parent, which keeps it until it closes.
 *
 * When that place is on no monitor, since the window is half off the screen, GTK 4.8 says so with a
 * critical message about gdk_monitor_get_geometry() and pops up all the same. There is nothing to ask
 * before: GTK 4 tells nobody where a window is. It is the same for what completes names.
 */
void
lacuna_region_menu_popup (GtkWidget *parent,
                          double     x,
                          double     y,
                          gboolean   holds_candidate)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  GdkRectangle place = { (int) x, (int) y, 1, 1 };
  GtkWidget *popover;

  g_return_if_fail (GTK_IS_WIDGET (parent));

  append_section (menu, place_items, G_N_ELEMENTS (place_items));
  if (holds_candidate)
    append_section (menu, make_items, G_N_ELEMENTS (make_items));
  append_section (menu, copy_items, G_N_ELEMENTS (copy_items));
  popover = gtk_popover_menu_new_from_model (G_MENU_MODEL (menu));
  gtk_popover_set_has_arrow (GTK_POPOVER (popover), FALSE);
  gtk_widget_set_halign (popover, GTK_ALIGN_START);
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), &place);
  gtk_accessible_update_property (GTK_ACCESSIBLE (popover), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Region menu"), -1);
  gtk_widget_set_parent (popover, parent);
  g_signal_connect_object (parent, "destroy", G_CALLBACK (gtk_widget_unparent), popover,
                           G_CONNECT_SWAPPED);
  g_signal_connect (popover, "closed", G_CALLBACK (closed_cb), NULL);
  gtk_popover_popup (GTK_POPOVER (popover));
}
