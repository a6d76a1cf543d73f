/* Where a table is scrolled to, in terms of what it shows.
 *
 * A view that gets a model forgets where it was. A number of pixels would not bring it back, since
 * rows may have come or gone above; the address of the row at its top does. GTK 4.8 has no call
 * that scrolls to a row, only an action of the list inside the column view, which brings it
 * somewhere into sight; the rest of the way is found once the rows have been laid out.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-region-place.h"
#include "lacuna-region-pointer.h"

/* Frames to wait for the layout: the first one's tick comes before it. */
#define PATIENCE_FRAMES 3

/* What is kept in sight below a row that is shown: as high as what says in passing that it is there. */
#define ROWS_BELOW 3

typedef struct
{
  gboolean known;
  guint64 address; /* of the row at the top */
  double y;        /* where that row is, from the top of the list; 0 or less */
  guint frames;
  guint tick;
  LacunaRegionMarks *marks;
} Place;

static Place *
get_place (GtkColumnView *view)
{
  Place *place = g_object_get_data (G_OBJECT (view), "lacuna-place");

  if (place == NULL)
    {
      place = g_new0 (Place, 1);
      g_object_set_data_full (G_OBJECT (view), "lacuna-place", place, g_free);
    }
  return place;
}

static gboolean
get_y (GtkWidget   *rows,
       GtkListItem *item,
       double      *out_y)
{
  GtkWidget *row = lacuna_region_marks_get_row (item);
  graphene_rect_t bounds;

  if (row == NULL || !gtk_widget_get_mapped (row)
      || !gtk_widget_compute_bounds (row, rows, &bounds))
    return FALSE;
  *out_y = bounds.origin.y;
  return TRUE;
}

void
lacuna_region_place_scroll_to (GtkColumnView *view,
                               guint          position)
{
  GtkWidget *rows = lacuna_region_pointer_get_rows (view);

  if (rows != NULL)
    gtk_widget_activate_action (rows, "list.scroll-to-item", "u", position);
}

void
lacuna_region_place_show (GtkColumnView *view,
                          guint          position)
{
  GtkWidget *rows = lacuna_region_pointer_get_rows (view);
  GtkListItem *top = rows != NULL ? lacuna_region_pointer_pick (rows, 20, 1) : NULL;
  GtkWidget *row = top != NULL ? lacuna_region_marks_get_row (top) : NULL;
  guint n_rows = g_list_model_get_n_items (G_LIST_MODEL (gtk_column_view_get_model (view)));

  /* A row comes into sight at the nearer edge: coming from above, one further down brings this one too. */
  if (row != NULL && gtk_widget_get_height (row) > 0 && gtk_list_item_get_position (top) < position
      && gtk_widget_get_height (rows) > gtk_widget_get_height (row) * (ROWS_BELOW + 2))
    position = MIN (position + ROWS_BELOW, n_rows - 1);
  lacuna_region_place_scroll_to (view, position);
}

void
lacuna_region_place_save (GtkColumnView *view)
{
  Place *place = get_place (view);
  GtkWidget *rows = lacuna_region_pointer_get_rows (view);
  GtkListItem *item = lacuna_region_pointer_pick (rows, 20, 1);

  /* One that has not been brought back yet is still the one. */
  if (place->tick != 0)
    return;
  place->known = item != NULL && get_y (rows, item, &place->y);
  if (place->known)
    place->address = lacuna_row_get_range (gtk_list_item_get_item (item)).start;
}

void
lacuna_region_place_go_to_top (GtkColumnView *view)
{
  Place *place = get_place (view);

  if (place->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (view), place->tick);
  place->tick = 0;
  place->known = FALSE;
  /* By the row: rows that come above those on screen would keep these where they are. */
  if (gtk_column_view_get_model (view) != NULL
      && g_list_model_get_n_items (G_LIST_MODEL (gtk_column_view_get_model (view))) > 0)
    lacuna_region_place_scroll_to (view, 0);
}

static gboolean
settle_cb (GtkWidget     *widget,
           GdkFrameClock *clock,
           gpointer       user_data)
{
  Place *place = get_place (GTK_COLUMN_VIEW (widget));
  GtkWidget *rows = lacuna_region_pointer_get_rows (GTK_COLUMN_VIEW (widget));
  GtkListItem *item = lacuna_region_marks_find (place->marks, place->address);
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (widget));
  double y;

  if (++place->frames == 1)
    return G_SOURCE_CONTINUE;
  if (item != NULL && get_y (rows, item, &y))
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + y - place->y);
  else if (place->frames < PATIENCE_FRAMES)
    return G_SOURCE_CONTINUE;
  place->tick = 0;
  return G_SOURCE_REMOVE;
}

guint
lacuna_region_place_find (GtkColumnView    *view,
                          LacunaRegionList *list)
{
  Place *place = get_place (view);

  return place->known ? lacuna_region_list_find (list, place->address) : G_MAXUINT;
}

void
lacuna_region_place_restore (GtkColumnView     *view,
                             guint              position,
                             LacunaRegionMarks *marks)
{
  Place *place = get_place (view);

  lacuna_region_place_scroll_to (view, position);
  place->marks = marks;
  place->frames = 0;
  if (place->tick == 0)
    place->tick = gtk_widget_add_tick_callback (GTK_WIDGET (view), settle_cb, NULL, NULL);
}
