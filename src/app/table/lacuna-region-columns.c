/* Which columns of the region table there is room for.
 *
 * A row is told from others by its name, and the name stands last. Where not all columns fit beside
 * one another, those that are missed least go before anyone has to scroll for it: the end, which
 * start and size tell as well, the offset, the protection, then the size. The details, the inspector
 * and the names of the rows still tell all of it.
 *
 * How wide a column has to be is computed from the number of its characters, as its cells do: a
 * column that is hidden has nothing that could be measured. The width of the view is known only while
 * it is laid out, when no column may come or go; they do so right after.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-region-columns.h"

#include <string.h>

/* As in the style sheet. */
#define CELL_PADDING 8

typedef struct
{
  GtkColumnView *view; /* borrowed, owns this */
  GtkColumnViewColumn *columns[LACUNA_N_COLUMNS]; /* borrowed */
  LacunaRegionFont *font;
  GtkAdjustment *adjustment; /* of what is scrolled sideways */
  guint source;
  gboolean scrolled; /* somebody scrolled away from the side where rows begin */
} Room;

/* What goes first comes first. */
static const LacunaColumn spare[] = { LACUNA_COLUMN_END, LACUNA_COLUMN_OFFSET,
                                      LACUNA_COLUMN_PROTECTION, LACUNA_COLUMN_SIZE };

static void
room_free (gpointer user_data)
{
  Room *room = user_data;

  g_clear_handle_id (&room->source, g_source_remove);
  g_signal_handlers_disconnect_by_data (room->adjustment, room);
  g_object_unref (room->adjustment);
  lacuna_region_font_unref (room->font);
  g_free (room);
}

/* A header has to fit as well; the space at the sides is the same. */
static int
measure_column (Room        *room,
                LacunaColumn column)
{
  g_autoptr (PangoLayout) title = gtk_widget_create_pango_layout (
      GTK_WIDGET (room->view), gtk_column_view_column_get_title (room->columns[column]));
  int width;

  pango_layout_get_pixel_size (title, &width, NULL);
  return MAX (width, lacuna_region_cells_room (room->font, column)) + 2 * CELL_PADDING;
}

static gboolean
is_rtl (Room *room)
{
  return gtk_widget_get_direction (GTK_WIDGET (room->view)) == GTK_TEXT_DIR_RTL;
}

/* Where rows begin: at the left, or at the right where one reads from there. */
static double
beginning (Room *room)
{
  return is_rtl (room) ? gtk_adjustment_get_upper (room->adjustment)
                             - gtk_adjustment_get_page_size (room->adjustment)
                       : 0;
}

static gboolean
fit_cb (gpointer user_data)
{
  Room *room = user_data;
  int available = (int) gtk_adjustment_get_page_size (room->adjustment);
  gboolean wanted[LACUNA_N_COLUMNS];
  int needed = 0;

  room->source = 0;
  /* A view that is being taken apart may have no columns any more. */
  if (gtk_widget_get_root (GTK_WIDGET (room->view)) == NULL)
    return G_SOURCE_REMOVE;
  for (LacunaColumn column = 0; column < LACUNA_N_COLUMNS; column++)
    {
      wanted[column] = TRUE;
      needed += measure_column (room, column);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (spare) && needed > available; i++)
    {
      wanted[spare[i]] = FALSE;
      needed -= measure_column (room, spare[i]);
    }
  for (LacunaColumn column = 0; column < LACUNA_N_COLUMNS; column++)
    if (gtk_column_view_column_get_visible (room->columns[column]) != wanted[column])
      gtk_column_view_column_set_visible (room->columns[column], wanted[column]);

  if (!room->scrolled)
    gtk_adjustment_set_value (room->adjustment, beginning (room));
  return G_SOURCE_REMOVE;
}

static void
room_changed_cb (Room *room)
{
  if (gtk_adjustment_get_page_size (room->adjustment) > 0 && room->source == 0)
    room->source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, fit_cb, room, NULL);
}

/* A new width moves the value of itself, until the rows are put at their beginning again. */
static void
scrolled_cb (Room *room)
{
  if (room->source == 0)
    room->scrolled
        = ABS (gtk_adjustment_get_value (room->adjustment) - beginning (room)) >= 1;
}

/**
 * lacuna_region_columns_watch:
 * @view: a view in something that scrolls
 * @columns: (borrowed): its columns, in the order of #LacunaColumn
 * @font: of their cells
 *
 * Shows as many of @columns as @view has room for, as long as it lives.
 */
void
lacuna_region_columns_watch (GtkColumnView              *view,
                             GtkColumnViewColumn *const *columns,
                             LacunaRegionFont           *font)
{
  Room *room = g_new0 (Room, 1);

  room->view = view;
  memcpy (room->columns, columns, sizeof room->columns);
  room->font = lacuna_region_font_ref (font);
  room->adjustment = g_object_ref (gtk_scrollable_get_hadjustment (GTK_SCROLLABLE (view)));
  g_object_set_data_full (G_OBJECT (view), "lacuna-room", room, room_free);
  g_signal_connect_swapped (room->adjustment, "changed", G_CALLBACK (room_changed_cb), room);
  g_signal_connect_swapped (room->adjustment, "value-changed", G_CALLBACK (scrolled_cb), room);
}
