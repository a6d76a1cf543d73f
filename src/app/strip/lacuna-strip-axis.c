/* How the strip's axis lies in the widget, for who speaks of points: input, tooltips, menus.
 *
 * All that the pointer does is turned into a place on the axis here, as all that is drawn along the axis
 * becomes rectangles of the widget in lacuna-strip-shapes.c; nothing else knows which way it lies.
 *
 * Horizontal, low addresses are at the left in every language, as numbers are written. Vertical, they
 * are at the bottom, and the ruler is on the side where lines begin. Texts are never turned, so that
 * what holds them differs: a vertical strip has a ruler as wide as an address, and says what a
 * horizontal one says in its footer above and below the axis.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-strip-private.h"

#include <math.h>

static LacunaStripMargins
margins_of (LacunaStrip *self)
{
  return lacuna_strip_margins (self->orientation, lacuna_strip_ensure_labels (self));
}

/* Where the axis begins, in logical pixels. */
static double
low_end_of (LacunaStrip *self)
{
  if (self->orientation == GTK_ORIENTATION_HORIZONTAL)
    return 0;
  return gtk_widget_get_height (GTK_WIDGET (self)) - margins_of (self).low;
}

void
lacuna_strip_scene_set_axis (LacunaStripScene *scene,
                             LacunaStrip      *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  scene->orientation = self->orientation;
  scene->mirrored = self->orientation == GTK_ORIENTATION_VERTICAL
                    && gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  scene->low_end = low_end_of (self);
  scene->height = self->orientation == GTK_ORIENTATION_HORIZONTAL ? gtk_widget_get_height (widget)
                                                                  : gtk_widget_get_width (widget);
}

int
lacuna_strip_columns_for (LacunaStrip *self,
                          int          width,
                          int          height)
{
  LacunaStripMargins margins = margins_of (self);
  double length = self->orientation == GTK_ORIENTATION_HORIZONTAL ? width : height;

  return (int) MAX (length - margins.low - margins.high, 0)
         * gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

double
lacuna_strip_point_to_axis (LacunaStrip *self,
                            double       x,
                            double       y)
{
  double along = self->orientation == GTK_ORIENTATION_HORIZONTAL ? x - low_end_of (self)
                                                                  : low_end_of (self) - y;

  return along * gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

void
lacuna_strip_axis_to_point (LacunaStrip *self,
                            double       position,
                            double      *out_x,
                            double      *out_y)
{
  GdkRectangle band;
  double along = position / gtk_widget_get_scale_factor (GTK_WIDGET (self));

  lacuna_strip_axis_rectangle (self, 0, self->columns, &band);
  if (self->orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *out_x = low_end_of (self) + along;
      *out_y = band.y + band.height / 2.0;
    }
  else
    {
      *out_x = band.x + band.width / 2.0;
      *out_y = low_end_of (self) - along;
    }
}

void
lacuna_strip_axis_rectangle (LacunaStrip  *self,
                             double        start,
                             double        end,
                             GdkRectangle *out_rectangle)
{
  double scale_factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  LacunaStripMargins margins = margins_of (self);
  LacunaStripScene scene = { 0 };
  graphene_rect_t rectangle;
  double from = CLAMP (start, 0, self->columns) / scale_factor;
  double to = CLAMP (end, 0, self->columns) / scale_factor;

  lacuna_strip_scene_set_axis (&scene, self);
  rectangle = lacuna_strip_place (&scene, from, margins.ruler, MAX (to - from, 0),
                                  MAX (scene.height - margins.ruler - margins.footer, 1));
  *out_rectangle = (GdkRectangle){ (int) floorf (rectangle.origin.x),
                                   (int) floorf (rectangle.origin.y),
                                   MAX ((int) rectangle.size.width, 1),
                                   MAX ((int) rectangle.size.height, 1) };
}
