/* What takes the room that nothing else wants.
 *
 * A box gives each of its children a part of the room that they all want, so that a hint takes letters
 * from the headline beside it. What is spare asks for no width; it is shown whole where the others
 * have left enough, and not at all otherwise: a hint or a number of which the end is cut off says
 * nothing, or something else.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-spare.h"

static void
measure (GtkWidget     *box,
         GtkOrientation orientation,
         int            for_size,
         int           *minimum,
         int           *natural,
         int           *minimum_baseline,
         int           *natural_baseline)
{
  GtkWidget *child = gtk_widget_get_first_child (box);

  *minimum = 0;
  *natural = 0;
  if (orientation == GTK_ORIENTATION_VERTICAL && gtk_widget_should_layout (child))
    gtk_widget_measure (child, orientation, -1, minimum, natural, minimum_baseline,
                        natural_baseline);
}

/* The same of what would like to have its room before others get more than they need. */
static void
measure_wanted (GtkWidget     *box,
                GtkOrientation orientation,
                int            for_size,
                int           *minimum,
                int           *natural,
                int           *minimum_baseline,
                int           *natural_baseline)
{
  GtkWidget *child = gtk_widget_get_first_child (box);

  measure (box, orientation, for_size, minimum, natural, minimum_baseline, natural_baseline);
  if (orientation == GTK_ORIENTATION_HORIZONTAL && gtk_widget_should_layout (child))
    gtk_widget_measure (child, orientation, -1, NULL, natural, NULL, NULL);
}

/* At the end of the room that there is. */
static void
allocate (GtkWidget *box,
          int        width,
          int        height,
          int        baseline)
{
  GtkWidget *child = gtk_widget_get_first_child (box);
  GtkAllocation place = { 0, 0, 0, height };
  int natural;

  if (!gtk_widget_should_layout (child))
    return;
  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
  gtk_widget_set_child_visible (child, natural <= width);
  if (natural > width)
    return;
  place.width = natural;
  if (gtk_widget_get_direction (box) != GTK_TEXT_DIR_RTL)
    place.x = width - natural;
  gtk_widget_size_allocate (child, &place, baseline);
}

/**
 * lacuna_spare_make:
 * @box: what has one child
 *
 * Has @box ask for no width, and show its child at its end where there is room for all of it.
 */
void
lacuna_spare_make (GtkWidget *box)
{
  gtk_widget_set_layout_manager (box, gtk_custom_layout_new (NULL, measure, allocate));
}

/**
 * lacuna_spare_make_wanted:
 * @box: what has one child
 *
 * The same, but @box would like to be as wide as its child: it takes the room that others like to have,
 * and only leaves them what they need.
 */
void
lacuna_spare_make_wanted (GtkWidget *box)
{
  gtk_widget_set_layout_manager (box, gtk_custom_layout_new (NULL, measure_wanted, allocate));
}
