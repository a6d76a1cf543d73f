/* The strip's anchors: a line through the band, a dot and a word on the ruler.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-strip-render.h"

#include <glib/gi18n-lib.h>

/* The dot lies between the ruler's text and the band, and the line begins in it. */
#define DOT 9
#define DOT_DISTANCE 2
#define LINE_START 4

/* From the ends of the axis, and between two labels. */
#define EDGE_MARGIN 4
#define LABEL_DISTANCE 6

static char *
anchor_text (const LacunaStripMarks *marks,
             gsize                   index)
{
  return marks->n_anchors == 1 ? g_strdup (_("anchor"))
                               : g_strdup_printf (_("anchor %u"), (guint) index + 1);
}

void
lacuna_strip_place_anchors (const LacunaStripScene *scene,
                            const LacunaStripMarks *marks,
                            LacunaStripSpan        *out_labels)
{
  double length = lacuna_strip_scene_length (scene);

  for (gsize i = 0; i < marks->n_anchors; i++)
    {
      double along = lacuna_strip_scene_to_axis (scene, marks->anchors[i]);
      gboolean overlaps = along < 0 || along >= length;
      double size;
      g_autofree char *text = NULL;

      out_labels[i] = (LacunaStripSpan){ 0, 0 };
      if (overlaps || scene->labels == NULL)
        continue;

      text = anchor_text (marks, i);
      size = lacuna_strip_box_length (scene,
                                      lacuna_labels_width (scene->labels, LACUNA_LABEL_BOLD, text),
                                      lacuna_labels_height (scene->labels, LACUNA_LABEL_BOLD));
      out_labels[i].start = CLAMP (along - size / 2, EDGE_MARGIN,
                                   MAX (EDGE_MARGIN, length - size - EDGE_MARGIN));
      out_labels[i].end = out_labels[i].start + size;
      for (gsize j = 0; j < i; j++)
        overlaps |= out_labels[i].start < out_labels[j].end + LABEL_DISTANCE
                    && out_labels[j].start < out_labels[i].end + LABEL_DISTANCE;
      if (overlaps)
        out_labels[i] = (LacunaStripSpan){ 0, 0 };
    }
}

void
lacuna_strip_append_anchors (const LacunaStripScene *scene,
                             GtkSnapshot            *snapshot,
                             const LacunaStripMarks *marks,
                             const LacunaStripSpan  *labels)
{
  const GdkRGBA *colour = &scene->palette->accent;
  LacunaStripSpan band = lacuna_strip_scene_band (scene);
  double length = lacuna_strip_scene_length (scene);

  for (gsize i = 0; i < marks->n_anchors; i++)
    {
      double along = lacuna_strip_scene_to_axis (scene, marks->anchors[i]);
      g_autofree char *text = NULL;
      graphene_rect_t box;

      if (along < 0 || along >= length)
        continue;

      lacuna_strip_append_rectangle (scene, snapshot, colour, along - 1, band.start - LINE_START, 2,
                                     lacuna_strip_span_size (band) + LINE_START);
      lacuna_strip_append_frame (scene, snapshot, colour, along - DOT / 2.0,
                                 band.start - DOT / 2.0 - DOT_DISTANCE, DOT, DOT, DOT / 2.0,
                                 DOT / 2.0);
      if (labels[i].end <= labels[i].start)
        continue;

      text = anchor_text (marks, i);
      box = lacuna_strip_place_ruler_box (
        scene, (labels[i].start + labels[i].end) / 2,
        lacuna_labels_width (scene->labels, LACUNA_LABEL_BOLD, text),
        lacuna_labels_height (scene->labels, LACUNA_LABEL_BOLD));
      lacuna_labels_append (scene->labels, snapshot, LACUNA_LABEL_BOLD, text, box.origin.x,
                            box.origin.y, colour);
    }
}
