/* How the strip's axis lies in the widget: the one place that knows.
 *
 * All that is drawn is computed along the axis (from low addresses to high ones) and across it (from the
 * ruler to the footer), in logical pixels, and becomes a rectangle of the widget here; all that the
 * pointer does is turned into a place on the axis here. So a vertical strip is no other code, only
 * another way to put the same rectangles.
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

/* Vertical: between an address on the ruler and the edge, and between it and the band. */
#define RULER_START_MARGIN 8
#define RULER_END_MARGIN 12

/* Vertical, without any text. */
#define VERTICAL_RULER 104
#define VERTICAL_FOOTER 16
#define VERTICAL_LINE 15

/* Above and below the lines of text at the ends of a vertical axis. */
#define END_MARGIN 6

LacunaStripMargins
lacuna_strip_margins (GtkOrientation orientation,
                      LacunaLabels  *labels)
{
  double line = labels ? lacuna_labels_height (labels, LACUNA_LABEL_MONO) : VERTICAL_LINE;

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    return (LacunaStripMargins){
      .ruler = MAX (LACUNA_STRIP_RULER, LACUNA_STRIP_RULER_TEXT + line + 9),
      .footer = MAX (LACUNA_STRIP_FOOTER, line + 24),
    };

  return (LacunaStripMargins){
    .ruler = labels ? RULER_START_MARGIN + RULER_END_MARGIN
                        + lacuna_labels_width (labels, LACUNA_LABEL_MONO, "0000 0000 0000")
                    : VERTICAL_RULER,
    .footer = VERTICAL_FOOTER,
    .high = END_MARGIN + line + END_MARGIN,
    /* The low end, then the candidate and its distance. */
    .low = END_MARGIN + 3 * (line + 1) + END_MARGIN,
  };
}

graphene_rect_t
lacuna_strip_place (const LacunaStripScene *scene,
                    double                  along,
                    double                  across,
                    double                  length,
                    double                  depth)
{
  if (scene->orientation == GTK_ORIENTATION_HORIZONTAL)
    return GRAPHENE_RECT_INIT ((float) (scene->low_end + along), (float) across, (float) length,
                               (float) depth);

  return GRAPHENE_RECT_INIT (
    (float) (scene->mirrored ? scene->height - across - depth : across),
    (float) (scene->low_end - along - length), (float) depth, (float) length);
}

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
