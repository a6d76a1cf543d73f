/* Keeps a list where it is between a change of its rows and their layout.
 *
 * A list view of GTK 4.8 finds the row that it is scrolled to by the heights of all rows. From the
 * moment when rows go until it is laid out again, those that came in their place have no height;
 * whoever turns the wheel in that part of a frame asks for a place below all rows, which GTK can't
 * find, and complains about. For a process that maps and unmaps without end that happens all the
 * time. Nothing is lost when it is not asked: the layout puts the view back to where its rows are.
 *
 * So the adjustment is told that there is nothing to scroll. The layout tells it the truth again,
 * before anything is drawn.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-scroll-hold.h"

static void
items_changed_cb (GtkScrollable *view,
                  guint          position,
                  guint          removed,
                  guint          added)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (view);
  double value;

  /* Rows that come push none of the others out of the list. Who is not seen is not laid out. */
  if (removed == 0 || adjustment == NULL || !gtk_widget_get_mapped (GTK_WIDGET (view)))
    return;
  value = gtk_adjustment_get_value (adjustment);
  /* With the page added, the highest value might be a hair off, and another one. */
  gtk_adjustment_configure (adjustment, value, value, value,
                            gtk_adjustment_get_step_increment (adjustment),
                            gtk_adjustment_get_page_increment (adjustment),
                            gtk_adjustment_get_page_size (adjustment));
}

/**
 * lacuna_scroll_hold:
 * @view: (borrowed): a list view or column view
 * @model: whose rows it shows
 *
 * Has @view scroll nowhere from each change of @model until its rows are laid out.
 */
void
lacuna_scroll_hold (GtkScrollable *view,
                    GListModel    *model)
{
  g_return_if_fail (GTK_IS_SCROLLABLE (view));
  g_return_if_fail (G_IS_LIST_MODEL (model));

  g_signal_connect_object (model, "items-changed", G_CALLBACK (items_changed_cb), view,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}
