/* How full buffers are: a gauge along the edge of each, true to addresses, so that what is used ends
 * where the next byte goes.
 *
 * It is told by light and dark and by its length, not by a hue, and lies on a plate of its own, since
 * regions that touch are one region to the kernel, and one rectangle on the strip. Buffers too narrow
 * for that have a tick beside the band, which says that there is something to zoom to.
 *
 * O(log buffers) for each column at most: what lies in a column that has a tick is passed over.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-strip-render.h"

/* From the edge of the region, and how deep. */
#define GAUGE_INSET 3
#define GAUGE_DEPTH 6

/* Shorter ones are a tick. */
#define LEAST_GAUGE 8

#define TICK_LENGTH 2

/* The first fill from @low on that ends above @address. */
static gsize
find_above (const LacunaStripMarks *marks,
            gsize                   low,
            guint64                 address)
{
  gsize high = marks->n_fills;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (marks->fills[middle].range.end > address)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

static void
append_gauge (const LacunaStripScene *scene,
              GtkSnapshot            *snapshot,
              const LacunaStripFill  *fill,
              LacunaStripSpan         span)
{
  LacunaStripSpan band = lacuna_strip_span_inset (lacuna_strip_scene_band (scene),
                                                  LACUNA_STRIP_INSET);
  double across = band.end - GAUGE_INSET - GAUGE_DEPTH;
  double pixel = 1.0 / scene->scale_factor;
  struct lac_range used = fill->range;
  LacunaStripSpan inner = { span.start + 1, span.end - 1 };
  LacunaStripSpan level;

  used.end = MIN (lac_add_saturating (used.start, fill->used), used.end);
  level = lacuna_strip_scene_span (scene, used, LEAST_GAUGE);
  level.start = inner.start;
  level.end = CLAMP (level.end, level.start, inner.end);
  /* A single byte shows, and what is nearly full is not full. */
  if (fill->used > 0)
    level.end = MAX (level.end, level.start + pixel);
  if (lac_range_size (used) < lac_range_size (fill->range))
    level.end = MIN (level.end, inner.end - pixel);

  lacuna_strip_append_rectangle (scene, snapshot, &scene->palette->plate, inner.start, across,
                                 lacuna_strip_span_size (inner), GAUGE_DEPTH);
  lacuna_strip_append_rectangle (scene, snapshot, &scene->palette->text, level.start, across + 1,
                                 lacuna_strip_span_size (level), GAUGE_DEPTH - 2);
}

void
lacuna_strip_append_fills (const LacunaStripScene *scene,
                           GtkSnapshot            *snapshot,
                           const LacunaStripMarks *marks)
{
  LacunaStripSpan band = lacuna_strip_scene_band (scene);
  double length = lacuna_strip_scene_length (scene);
  gsize i = 0;

  if (marks->n_fills == 0)
    return;

  i = find_above (marks, 0, lacuna_view_to_address (&scene->view, scene->scale, 0));
  while (i < marks->n_fills)
    {
      const LacunaStripFill *fill = &marks->fills[i];
      LacunaStripSpan span = lacuna_strip_scene_span (scene, fill->range, LEAST_GAUGE);
      double tick;
      guint64 next;

      if (span.start >= length)
        return;
      if (lacuna_strip_span_size (span) >= LEAST_GAUGE)
        {
          append_gauge (scene, snapshot, fill, span);
          i++;
          continue;
        }

      tick = MAX (span.start, 0);
      lacuna_strip_append_rectangle (scene, snapshot, &scene->palette->ink[LACUNA_INK_BUFFER],
                                     tick, band.end - LACUNA_STRIP_INSET + 1, TICK_LENGTH,
                                     LACUNA_STRIP_INSET - 2);
      if (tick + TICK_LENGTH >= length)
        return;
      next = lacuna_view_to_address (&scene->view, scene->scale,
                                     (int) ((tick + TICK_LENGTH) * scene->scale_factor));
      i = find_above (marks, i + 1, next);
    }
}
