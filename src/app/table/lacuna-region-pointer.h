/* What the pointer does over a table's rows, and how to ask for their menu.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-region-list.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The pointer came to @row; NULL: it is over none. */
typedef void (*LacunaRowHovered) (gpointer     owner,
                                  LacunaRow   *row);

/* A menu is wanted at @x, @y of the view, for @item's row; NULL: for what is selected. */
typedef void (*LacunaRowMenu)    (gpointer     owner,
                                  GtkListItem *item,
                                  double       x,
                                  double       y);

/* As long as @owner lives. */
void         lacuna_region_pointer_watch    (GtkColumnView    *view,
                                             GObject          *owner,
                                             LacunaRowHovered  hovered,
                                             LacunaRowMenu     menu);

/* Which list item @cell is the child of. */
void         lacuna_region_pointer_set_item (GtkWidget        *cell,
                                             GtkListItem      *item);
GtkListItem *lacuna_region_pointer_get_item (GtkWidget        *cell);

/* The item of the row at @x, @y of the list inside the view; NULL where there is none. */
GtkListItem *lacuna_region_pointer_pick     (GtkWidget        *rows,
                                             double            x,
                                             double            y);

/* The list inside the view. */
GtkWidget   *lacuna_region_pointer_get_rows (GtkColumnView    *view);

G_END_DECLS
