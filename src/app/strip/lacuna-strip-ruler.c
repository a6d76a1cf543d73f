/* The ruler beside the band.
 *
 * Ticks stand at round addresses (multiples of a power of two), or, on the anchor scale, at round
 * distances from the anchor, as long as those differ in the three digits that a distance is told in: far
 * from the anchor and deep down they would all read the same. On the compact scale the line jumps at breaks, so that a stretch between
 * two of them may hold no multiple at all; it then gets the roundest address that it has, because what
 * comes after a break is exactly what one can't guess.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-strip-render.h"

#include "model/lacuna-format.h"

#include <math.h>

/* Logical pixels of the axis between ticks with a label, at least. An address in groups is about 100
 * wide, a distance 60; upright, only the height of a line counts. */
#define SPACING 128
#define DISTANCE_SPACING 84
#define UPRIGHT_SPACING 44

/* A stretch shorter than this gets no tick of its own. */
#define LEAST_STRETCH 48
#define LEAST_UPRIGHT_STRETCH 20

/* Between two labels. */
#define LABEL_DISTANCE 12
#define UPRIGHT_LABEL_DISTANCE 4

/* From the ends of the strip. */
#define EDGE_MARGIN 8

#define TICK_HEIGHT 6
#define MINOR_TICK_HEIGHT 3

/* Whether ticks are told by their distance from the anchor: the furthest in view is not so far that the
 * next one would read like it. */
static gboolean
tells_distances (const LacunaStripScene *scene)
{
  struct lac_range visible = lacuna_view_get_range (&scene->view, scene->scale, scene->columns);
  double least = scene->view.bytes_per_pixel * scene->scale_factor
                 * lacuna_strip_box_length (scene, DISTANCE_SPACING, UPRIGHT_SPACING);
  guint64 anchor;
  guint64 furthest;
  double unit = 1;

  if (lacuna_scale_get_kind (scene->scale) != LACUNA_SCALE_ANCHOR)
    return FALSE;

  anchor = lacuna_scale_get_anchor (scene->scale);
  furthest = MAX (lac_subtract_saturating (anchor, visible.start),
                  lac_subtract_saturating (visible.end, anchor));
  while ((double) furthest / unit >= 1024)
    unit *= 1024;
  /* A hundred of something is told to one of it, less of it to a tenth or a hundredth. */
  if ((double) furthest / unit < 10)
    unit /= 100;
  else if ((double) furthest / unit < 100)
    unit /= 10;
  return least >= unit;
}

static void
append_tick (const LacunaStripScene *scene,
             GtkSnapshot            *snapshot,
             double                  along,
             double                  height)
{
  lacuna_strip_append_rectangle (scene, snapshot, &scene->palette->tick, along,
                                 lacuna_strip_scene_band (scene).start - height,
                                 1.0 / scene->scale_factor, height);
}

/* What labels must not touch: what is taken, and the last label. */
typedef struct
{
  const LacunaStripSpan *taken;
  gsize n_taken;
  double distance;
  double end;
} Labels;

static gboolean
is_taken (const Labels *labels,
          double        start,
          double        end)
{
  for (gsize i = 0; i < labels->n_taken; i++)
    if (labels->taken[i].end > labels->taken[i].start
        && start < labels->taken[i].end + labels->distance
        && labels->taken[i].start < end + labels->distance)
      return TRUE;

  return start < labels->end + labels->distance;
}

/* A tick with its label, which is left out where there is no room for it. */
static void
append_labelled_tick (const LacunaStripScene *scene,
                      GtkSnapshot            *snapshot,
                      guint64                 address,
                      double                  along,
                      gboolean                is_distance,
                      Labels                 *labels)
{
  g_autofree char *text = NULL;
  LacunaLabelStyle style = LACUNA_LABEL_MONO;
  double margin = lacuna_strip_box_length (scene, EDGE_MARGIN, 0);
  double length;
  double start;
  graphene_rect_t box;

  append_tick (scene, snapshot, along, TICK_HEIGHT);
  if (scene->labels == NULL || along < labels->end + labels->distance)
    return;

  if (is_distance)
    {
      guint64 anchor = lacuna_scale_get_anchor (scene->scale);
      guint64 distance = address >= anchor ? address - anchor : anchor - address;

      /* The anchor itself is a mark of the overlay. */
      if (distance == 0 || distance > G_MAXINT64)
        return;
      text = lacuna_format_distance (address >= anchor ? (gint64) distance : -(gint64) distance);
      style = LACUNA_LABEL_PLAIN;
    }
  else
    {
      text = lacuna_format_address_grouped (address);
    }

  box = lacuna_strip_place_ruler_box (scene, along,
                                      lacuna_labels_width (scene->labels, style, text),
                                      lacuna_labels_height (scene->labels, style));
  length = lacuna_strip_box_length (scene, box.size.width, box.size.height);
  start = along - length / 2;
  if (is_taken (labels, start, start + length) || start < margin
      || start + length > lacuna_strip_scene_length (scene) - margin)
    return;

  lacuna_labels_append (scene->labels, snapshot, style, text, box.origin.x, box.origin.y,
                        &scene->palette->text_dim);
  labels->end = start + length;
}

/* The address in [@start, @end) with the most zero bits at its end. */
static guint64
roundest_address (guint64 start,
                  guint64 end)
{
  guint64 best = start;

  for (int bit = 0; bit < 64; bit++)
    {
      guint64 aligned;

      if (!lac_align_up (start, G_GUINT64_CONSTANT (1) << bit, &aligned) || aligned >= end)
        break;
      best = aligned;
    }

  return best;
}

static void
append_minor_ticks (const LacunaStripScene *scene,
                    GtkSnapshot            *snapshot,
                    guint64                 base,
                    guint64                 step)
{
  struct lac_range visible = lacuna_view_get_range (&scene->view, scene->scale, scene->columns);
  guint64 minor = MAX (step / 4, 1);
  guint64 address = visible.start + ((base - visible.start) & (minor - 1));

  while (address >= visible.start && address < visible.end)
    {
      if (((address - base) & (step - 1)) != 0)
        append_tick (scene, snapshot, lacuna_strip_scene_to_axis (scene, address), MINOR_TICK_HEIGHT);
      if (address > G_MAXUINT64 - minor)
        return;
      address += minor;
    }
}

void
lacuna_strip_append_ruler (const LacunaStripScene *scene,
                           GtkSnapshot            *snapshot,
                           const LacunaStripSpan  *taken,
                           gsize                   n_taken)
{
  gboolean is_distance = tells_distances (scene);
  guint64 base = is_distance ? lacuna_scale_get_anchor (scene->scale) : 0;
  struct lac_range extent = lacuna_scale_get_extent (scene->scale);
  double spacing = lacuna_strip_box_length (scene, is_distance ? DISTANCE_SPACING : SPACING,
                                            UPRIGHT_SPACING);
  double least_stretch = lacuna_strip_box_length (scene, LEAST_STRETCH, LEAST_UPRIGHT_STRETCH);
  double least = scene->view.bytes_per_pixel * scene->scale_factor * spacing;
  guint64 length = lacuna_scale_get_length (scene->scale);
  gsize n_breaks;
  const LacunaBreak *breaks = lacuna_scale_get_breaks (scene->scale, &n_breaks);
  guint64 line = lacuna_scale_to_line (scene->scale, scene->view.origin);
  guint64 end = lacuna_scale_to_line (scene->scale,
                                      lacuna_view_to_address (&scene->view, scene->scale,
                                                              scene->columns));
  Labels labels = { taken, n_taken,
                    lacuna_strip_box_length (scene, LABEL_DISTANCE, UPRIGHT_LABEL_DISTANCE),
                    -G_MAXDOUBLE };
  guint64 step = 1;
  gsize next = 0;

  while ((double) step < least && step < G_GUINT64_CONSTANT (1) << 62)
    step *= 2;

  if (n_breaks == 0 && step >= 2)
    append_minor_ticks (scene, snapshot, base, step);

  while (next < n_breaks && breaks[next].line <= line)
    next++;

  /* One stretch of the line after another, each up to the next break. Breaks that lie within one column
   * are passed over, so that this takes as many steps as there are pixels at most. */
  while (line < end && line < length)
    {
      guint64 stretch_end = next < n_breaks ? MIN (breaks[next].line, end) : end;
      guint64 start_address = lacuna_scale_to_address (scene->scale, line);
      guint64 end_address = lac_add_saturating (start_address, stretch_end - line);
      double width = (double) (stretch_end - line) / scene->view.bytes_per_pixel
                     / scene->scale_factor;
      guint64 address = start_address + ((base - start_address) & (step - 1));

      end_address = MIN (end_address, extent.end);
      if (width >= least_stretch && (address < start_address || address >= end_address))
        {
          address = roundest_address (start_address, end_address);
          append_labelled_tick (scene, snapshot, address, lacuna_strip_scene_to_axis (scene, address),
                                is_distance, &labels);
        }
      else
        {
          for (; address >= start_address && address < end_address; address += step)
            {
              append_labelled_tick (scene, snapshot, address,
                                    lacuna_strip_scene_to_axis (scene, address), is_distance,
                                    &labels);
              if (address > G_MAXUINT64 - step)
                break;
            }
        }

      line = MAX (stretch_end, lac_add_saturating (line, (guint64) scene->view.bytes_per_pixel));
      while (next < n_breaks && breaks[next].line <= line)
        next++;
    }
}
