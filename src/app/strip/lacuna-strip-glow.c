/* The glow of what changed since the last refresh.
 *
 * It is drawn on top of the kept layers, like the cursor, so that a fade costs a few rectangles a step
 * and neither of them is made again. A step every quarter of a second is even enough for a colour that
 * goes away, and leaves the processor alone in between. Where the system asks for no animation nothing
 * fades: the mark stays as it is for that long, and is gone.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-strip-private.h"

/* Milliseconds: how long all of it takes, and one step. */
#define GLOW_DURATION 1500
#define GLOW_STEP 250

/* What is drawn over a region, against the caps at its sides, which lie on the bare band. */
#define FILL_ALPHA 0.45f

/* Logical pixels. */
#define LEAST_LENGTH 2
#define CAP 4
#define CAP_DISTANCE 2

static gboolean
is_animated (LacunaStrip *self)
{
  gboolean animated;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-enable-animations", &animated,
                NULL);
  return animated;
}

static double
age (LacunaStrip *self)
{
  return (double) (g_get_monotonic_time () - self->changes_time) / 1000 / GLOW_DURATION;
}

void
lacuna_strip_stop_glow (LacunaStrip *self)
{
  g_clear_handle_id (&self->glow_source, g_source_remove);
  g_clear_pointer (&self->changes, lacuna_changes_unref);
}

static gboolean
glow_cb (gpointer user_data)
{
  LacunaStrip *self = user_data;

  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (age (self) < 1)
    return G_SOURCE_CONTINUE;

  self->glow_source = 0;
  lacuna_strip_stop_glow (self);
  return G_SOURCE_REMOVE;
}

void
lacuna_strip_set_changes (LacunaStrip   *self,
                          LacunaChanges *changes)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));

  if (changes)
    lacuna_changes_ref (changes);
  if (self->changes)
    gtk_widget_queue_draw (GTK_WIDGET (self));
  lacuna_strip_stop_glow (self);
  if (changes == NULL)
    return;

  self->changes = changes;
  self->changes_time = g_get_monotonic_time ();
  self->glow_source = g_timeout_add (is_animated (self) ? GLOW_STEP : GLOW_DURATION, glow_cb, self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* The first of @ranges that ends above @address. */
static gsize
find_range (const struct lac_range *ranges,
            gsize                   n_ranges,
            guint64                 address)
{
  gsize low = 0;
  gsize high = n_ranges;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (ranges[middle].end <= address)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

void
lacuna_strip_append_glow (LacunaStrip            *self,
                          GtkSnapshot            *snapshot,
                          const LacunaStripScene *scene)
{
  struct lac_range visible = lacuna_strip_get_visible (self);
  LacunaStripSpan band = lacuna_strip_scene_band (scene);
  LacunaStripSpan regions = lacuna_strip_span_inset (band, LACUNA_STRIP_INSET);
  GdkRGBA fill = self->palette->glow;
  GdkRGBA cap = fill;
  const struct lac_range *ranges;
  LacunaStripSpan glow = { 0, -G_MAXDOUBLE };
  gsize n_ranges;
  double fade;

  if (self->changes == NULL)
    return;

  fade = is_animated (self) ? CLAMP (1 - age (self), 0, 1) : 1;
  cap.alpha = (float) fade;
  fill.alpha = (float) fade * FILL_ALPHA;

  ranges = lacuna_changes_get_ranges (self->changes, &n_ranges);
  for (gsize i = find_range (ranges, n_ranges, visible.start);
       i <= n_ranges;
       i++)
    {
      gboolean is_last = i == n_ranges || ranges[i].start >= visible.end;
      LacunaStripSpan span = { 0, 0 };

      if (!is_last)
        {
          span = lacuna_strip_scene_span (scene, ranges[i], 0);
          span.end = MAX (span.end, span.start + LEAST_LENGTH);
          /* What touches glows as one, so that nothing is lit twice. */
          if (span.start <= glow.end)
            {
              glow.end = MAX (glow.end, span.end);
              continue;
            }
        }

      if (glow.end > glow.start)
        {
          double length = lacuna_strip_span_size (glow);

          lacuna_strip_append_rectangle (scene, snapshot, &fill, glow.start, regions.start, length,
                                         lacuna_strip_span_size (regions));
          lacuna_strip_append_rectangle (scene, snapshot, &cap, glow.start,
                                         regions.start - CAP - CAP_DISTANCE, length, CAP);
          lacuna_strip_append_rectangle (scene, snapshot, &cap, glow.start,
                                         regions.end + CAP_DISTANCE, length, CAP);
        }
      if (is_last)
        return;
      glow = span;
    }
}
