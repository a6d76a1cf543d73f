/* The shapes that the strip's layers are made of, and how they lie in the widget.
 *
 * All that is drawn is computed along the axis (from low addresses to high ones) and across it (from the
 * ruler to the footer), in logical pixels, and becomes a rectangle of the widget here. So a vertical
 * strip is no other code, only another way to put the same rectangles. Texts are never turned; they lie
 * in boxes that are put by their middle.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-strip-render.h"

#include <math.h>

/* Vertical: between an address on the ruler and the edge, and between it and the band. */
#define RULER_START_MARGIN 8
#define RULER_END_MARGIN 13

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

double
lacuna_strip_box_length (const LacunaStripScene *scene,
                         double                  width,
                         double                  height)
{
  return scene->orientation == GTK_ORIENTATION_HORIZONTAL ? width : height;
}

graphene_rect_t
lacuna_strip_place_box (const LacunaStripScene *scene,
                        double                  along,
                        double                  across,
                        double                  width,
                        double                  height)
{
  double length = lacuna_strip_box_length (scene, width, height);
  double depth = lacuna_strip_box_length (scene, height, width);

  return lacuna_strip_place (scene, along - length / 2, across - depth / 2, length, depth);
}

graphene_rect_t
lacuna_strip_place_ruler_box (const LacunaStripScene *scene,
                              double                  along,
                              double                  width,
                              double                  height)
{
  double ruler = lacuna_strip_margins (scene->orientation, scene->labels).ruler;

  if (scene->orientation == GTK_ORIENTATION_HORIZONTAL)
    return lacuna_strip_place (scene, along - width / 2, LACUNA_STRIP_RULER_TEXT, width, height);
  return lacuna_strip_place (scene, along - height / 2, ruler - RULER_END_MARGIN - width, height,
                             width);
}

double
lacuna_strip_scene_to_axis (const LacunaStripScene *scene,
                            guint64                 address)
{
  return (double) lacuna_view_to_column (&scene->view, scene->scale, address)
         / scene->scale_factor;
}

LacunaStripSpan
lacuna_strip_scene_span (const LacunaStripScene *scene,
                         struct lac_range        range,
                         double                  beyond)
{
  double most = lacuna_strip_scene_length (scene) + beyond;

  return (LacunaStripSpan){ CLAMP (lacuna_strip_scene_to_axis (scene, range.start), -beyond, most),
                            CLAMP (lacuna_strip_scene_to_axis (scene, range.end), -beyond, most) };
}

void
lacuna_strip_append_rectangle (const LacunaStripScene *scene,
                               GtkSnapshot            *snapshot,
                               const GdkRGBA          *colour,
                               double                  along,
                               double                  across,
                               double                  length,
                               double                  depth)
{
  graphene_rect_t rectangle;

  if (length <= 0 || depth <= 0)
    return;

  rectangle = lacuna_strip_place (scene, along, across, length, depth);
  gtk_snapshot_append_color (snapshot, colour, &rectangle);
}

void
lacuna_strip_append_frame (const LacunaStripScene *scene,
                           GtkSnapshot            *snapshot,
                           const GdkRGBA          *colour,
                           double                  along,
                           double                  across,
                           double                  length,
                           double                  depth,
                           double                  radius,
                           double                  thickness)
{
  GskRoundedRect outline;
  graphene_rect_t rectangle;
  float side;
  float edge;

  if (length <= 0 || depth <= 0)
    return;

  rectangle = lacuna_strip_place (scene, along, across, length, depth);
  side = (float) MIN (thickness, rectangle.size.width / 2);
  edge = (float) MIN (thickness, rectangle.size.height / 2);
  gsk_rounded_rect_init_from_rect (&outline, &rectangle,
                                   (float) MIN (radius, MIN (length, depth) / 2));
  gtk_snapshot_append_border (snapshot, &outline, (float[4]){ edge, side, edge, side },
                              (GdkRGBA[4]){ *colour, *colour, *colour, *colour });
}

void
lacuna_strip_append_dashes (const LacunaStripScene *scene,
                            GtkSnapshot            *snapshot,
                            const GdkRGBA          *colour,
                            double                  along,
                            double                  across,
                            double                  depth)
{
  graphene_rect_t rectangle = lacuna_strip_place (scene, along - 0.5, across, 1.5, depth);
  graphene_rect_t start = lacuna_strip_place (scene, along, across, 0, 0);
  graphene_rect_t end = lacuna_strip_place (scene, along, across + 6, 0, 0);
  GdkRGBA none = *colour;
  GskColorStop stops[4];

  /* Only the way across counts; a gradient has no edges along its other way. */
  if (scene->orientation == GTK_ORIENTATION_HORIZONTAL)
    start.origin.x = end.origin.x = 0;
  else
    start.origin.y = end.origin.y = 0;
  none.alpha = 0;
  stops[0] = (GskColorStop){ 0, *colour };
  stops[1] = (GskColorStop){ 0.6f, *colour };
  stops[2] = (GskColorStop){ 0.6f, none };
  stops[3] = (GskColorStop){ 1, none };
  gtk_snapshot_append_repeating_linear_gradient (snapshot, &rectangle, &start.origin, &end.origin,
                                                 stops, G_N_ELEMENTS (stops));
}

void
lacuna_strip_append_plate (GtkSnapshot           *snapshot,
                           const GdkRGBA         *colour,
                           const graphene_rect_t *rectangle)
{
  GskRoundedRect plate;

  gsk_rounded_rect_init_from_rect (&plate, rectangle, 4);
  gtk_snapshot_push_rounded_clip (snapshot, &plate);
  gtk_snapshot_append_color (snapshot, colour, &plate.bounds);
  gtk_snapshot_pop (snapshot);
}

void
lacuna_strip_push_ends (const LacunaStripScene *scene,
                        GtkSnapshot            *snapshot)
{
  graphene_rect_t axis = lacuna_strip_place (scene, 0, 0, lacuna_strip_scene_length (scene),
                                             scene->height);

  if (scene->orientation == GTK_ORIENTATION_VERTICAL)
    gtk_snapshot_push_clip (snapshot, &axis);
}

void
lacuna_strip_pop_ends (const LacunaStripScene *scene,
                       GtkSnapshot            *snapshot)
{
  if (scene->orientation == GTK_ORIENTATION_VERTICAL)
    gtk_snapshot_pop (snapshot);
}

void
lacuna_strip_turn (const LacunaStripScene *scene,
                   GtkSnapshot            *snapshot,
                   double                  along)
{
  graphene_rect_t origin = lacuna_strip_place (scene, along, 0, 0, 0);

  gtk_snapshot_translate (snapshot, &origin.origin);
  if (scene->orientation == GTK_ORIENTATION_HORIZONTAL)
    return;

  if (scene->mirrored)
    gtk_snapshot_scale (snapshot, -1, 1);
  gtk_snapshot_rotate (snapshot, -90);
}
