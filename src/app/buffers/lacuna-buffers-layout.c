/* LacunaBuffersLayout: what is made, what there is, and what is said of the selected one.
 *
 * The last child is a scrolled window. It is as high as what is in it while there is room for that, and
 * gives way in a low window. A scrolled window says by itself how high it would like to be, but for the
 * least width of what is in it: texts that wrap make it too high by a third.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-buffers-layout.h"

/* How much the list keeps, however much there is to say below it, of the height that it shares with
 * that. */
#define LIST_SHARE 0.4

struct _LacunaBuffersLayout
{
  GtkLayoutManager parent_instance;
};

G_DEFINE_FINAL_TYPE (LacunaBuffersLayout, lacuna_buffers_layout, GTK_TYPE_LAYOUT_MANAGER)

static int
measure_child (GtkWidget     *child,
               GtkOrientation orientation,
               int            for_size,
               int           *out_natural)
{
  int minimum = 0;
  int natural = 0;

  if (child != NULL && gtk_widget_should_layout (child))
    gtk_widget_measure (child, orientation, for_size, &minimum, &natural, NULL, NULL);
  if (out_natural != NULL)
    *out_natural = natural;
  return minimum;
}

static void
lacuna_buffers_layout_measure (GtkLayoutManager *manager,
                               GtkWidget        *widget,
                               GtkOrientation    orientation,
                               int               for_size,
                               int              *minimum,
                               int              *natural,
                               int              *minimum_baseline,
                               int              *natural_baseline)
{
  *minimum = 0;
  *natural = 0;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int child_natural;
      int child_minimum = measure_child (child, orientation, for_size, &child_natural);

      if (orientation == GTK_ORIENTATION_VERTICAL)
        {
          *minimum += child_minimum;
          *natural += child_natural;
        }
      else
        {
          *minimum = MAX (*minimum, child_minimum);
          *natural = MAX (*natural, child_natural);
        }
    }
}

/* How high the last child is best, with what is in it at that width. */
static int
best_height (GtkWidget *last,
             int        width)
{
  GtkWidget *content
      = GTK_IS_SCROLLED_WINDOW (last) ? gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (last))
                                      : last;
  int natural;

  measure_child (content, GTK_ORIENTATION_VERTICAL, width, &natural);
  return natural;
}

static void
lacuna_buffers_layout_allocate (GtkLayoutManager *manager,
                                GtkWidget        *widget,
                                int               width,
                                int               height,
                                int               baseline)
{
  GtkWidget *first = gtk_widget_get_first_child (widget);
  GtkWidget *list = gtk_widget_get_next_sibling (first);
  GtkWidget *last = gtk_widget_get_last_child (widget);
  int list_minimum = measure_child (list, GTK_ORIENTATION_VERTICAL, width, NULL);
  int last_minimum = measure_child (last, GTK_ORIENTATION_VERTICAL, width, NULL);
  int first_natural;
  int first_height;
  int last_height;
  int rest;

  measure_child (first, GTK_ORIENTATION_VERTICAL, width, &first_natural);
  first_height = first_natural;
  rest = MAX (height - first_height, list_minimum + last_minimum);
  last_height = MIN (best_height (last, width),
                     MIN (rest - list_minimum, (int) (rest * (1 - LIST_SHARE))));
  last_height = MAX (last_height, last_minimum);

  gtk_widget_size_allocate (first, &(GtkAllocation){ 0, 0, width, first_height }, -1);
  gtk_widget_size_allocate (
      list, &(GtkAllocation){ 0, first_height, width, rest - last_height }, -1);
  gtk_widget_size_allocate (
      last,
      &(GtkAllocation){ 0, first_height + rest - last_height, width, last_height }, -1);
}

static GtkSizeRequestMode
lacuna_buffers_layout_get_request_mode (GtkLayoutManager *manager,
                                        GtkWidget        *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
lacuna_buffers_layout_class_init (LacunaBuffersLayoutClass *klass)
{
  GtkLayoutManagerClass *layout_class = GTK_LAYOUT_MANAGER_CLASS (klass);

  layout_class->measure = lacuna_buffers_layout_measure;
  layout_class->allocate = lacuna_buffers_layout_allocate;
  layout_class->get_request_mode = lacuna_buffers_layout_get_request_mode;
}

static void
lacuna_buffers_layout_init (LacunaBuffersLayout *self)
{
}
