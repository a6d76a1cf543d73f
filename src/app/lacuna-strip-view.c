/* The strip's view: what of the line is shown, and how it moves.
 *
 * There are two views: the one that is shown, and the one that it is going to. All input changes the
 * second; with animations the first follows it, zooming evenly about the one point that both have in
 * common, so that what is under the pointer stays there on the way as well.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-strip-private.h"

#include <string.h>

/* How much of the width a range takes when it is shown. */
#define SHOW_PART 0.66

/* Milliseconds. */
#define ANIMATION_DURATION 180

void
lacuna_strip_view_changed (LacunaStrip *self)
{
  g_clear_pointer (&self->layout, lacuna_strip_layout_free);
  lacuna_strip_drop_nodes (self);
  lacuna_strip_update_hover (self);
  g_signal_emit_by_name (self, "view-changed");
}

void
lacuna_strip_stop_animation (LacunaStrip *self)
{
  if (self->animation == NULL)
    return;

  adw_animation_pause (self->animation);
  g_clear_object (&self->animation);
}

static void
animate_cb (double       progress,
            LacunaStrip *self)
{
  if (self->scale == NULL)
    return;

  self->view = lacuna_view_between (&self->animation_from, &self->target, self->scale,
                                    self->columns, progress);
  lacuna_strip_view_changed (self);
}

static void
animation_done_cb (AdwAnimation *animation,
                   LacunaStrip  *self)
{
  lacuna_strip_update_accessible (self);
}

void
lacuna_strip_go_to (LacunaStrip      *self,
                    const LacunaView *view,
                    gboolean          animate)
{
  AdwAnimationTarget *target;
  LacunaView goal = *view;

  if (self->scale == NULL || self->columns == 0)
    return;

  lacuna_strip_stop_animation (self);
  self->target = lacuna_view_clamp (&goal, self->scale, self->columns);
  self->has_view = TRUE;

  if (!animate || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      self->view = self->target;
      lacuna_strip_view_changed (self);
      lacuna_strip_update_accessible (self);
      return;
    }

  self->animation_from = self->view;
  target = adw_callback_animation_target_new ((AdwAnimationTargetFunc) animate_cb, self, NULL);
  self->animation = adw_timed_animation_new (GTK_WIDGET (self), 0, 1, ANIMATION_DURATION, target);
  adw_timed_animation_set_easing (ADW_TIMED_ANIMATION (self->animation), ADW_EASE_OUT_CUBIC);
  g_signal_connect (self->animation, "done", G_CALLBACK (animation_done_cb), self);
  adw_animation_play (self->animation);
}

/* Shows what was asked for before there was any width. */
static void
show_pending (LacunaStrip *self)
{
  if (self->scale == NULL || self->columns == 0)
    return;

  if (lac_range_size (self->pending) > 0)
    {
      lacuna_strip_show_range (self, self->pending, FALSE);
      self->pending = (struct lac_range){ 0, 0 };
    }
  else
    {
      lacuna_strip_show_all (self, FALSE);
    }
}

static gboolean
shows_all (LacunaStrip *self)
{
  return self->scale != NULL
         && self->target.bytes_per_pixel * self->columns
              >= (double) lacuna_scale_get_length (self->scale) * 0.999;
}

/* The places that the scale has to keep: the anchors, and on the compact scale the candidate. */
static void
append_kept_places (LacunaStrip *self,
                    GArray      *places)
{
  LacunaStripMarks marks;

  lacuna_strip_get_marks (self, &marks);
  if (marks.n_anchors > 0)
    g_array_append_vals (places, marks.anchors, (guint) marks.n_anchors);
  if (marks.candidate && self->scale_kind == LACUNA_SCALE_COMPACT)
    g_array_append_val (places, marks.candidate->candidate);
}

/* Makes the scale anew for another map, kind, anchor or candidate, and keeps the middle of the view. */
void
lacuna_strip_update_scale (LacunaStrip *self)
{
  gboolean all = shows_all (self);
  guint64 middle = 0;
  guint64 distance = 0;
  gboolean keeps_middle = self->scale != NULL && self->columns > 0 && self->has_view;

  if (keeps_middle)
    {
      middle = lacuna_view_to_address_at (&self->target, self->scale, self->columns / 2.0);
      distance = lacuna_scale_to_line (self->scale, middle)
                 - lacuna_scale_to_line (self->scale, self->target.origin);
    }

  lacuna_strip_stop_animation (self);
  g_clear_pointer (&self->scale, lacuna_scale_unref);
  if (self->snapshot == NULL)
    return;

  g_array_set_size (self->kept, 0);
  append_kept_places (self, self->kept);
  self->scale = lacuna_scale_new (self->scale_kind, lacuna_snapshot_get_map (self->snapshot),
                                  (const guint64 *) self->kept->data, self->kept->len);

  if (keeps_middle && !all)
    {
      LacunaView view = self->target;

      /* A refresh mostly changes nothing between the two, and then nothing may move at all. */
      if (lacuna_scale_to_line (self->scale, middle)
            - lacuna_scale_to_line (self->scale, view.origin)
          != distance)
        {
          view = (LacunaView){ middle, 0, view.bytes_per_pixel };
          view = lacuna_view_pan (&view, self->scale, self->columns, -self->columns / 2.0);
        }
      lacuna_strip_go_to (self, &view, FALSE);
    }
  else
    {
      show_pending (self);
    }
}

/* Whether the compact scale made now would be another. One that keeps nothing only changes for a
 * place that is cut out in it, so that typing mostly does not make the picture move; one that keeps
 * something is made anew, so that what was typed before leaves no trace. */
static gboolean
compact_scale_differs (LacunaStrip  *self,
                       const GArray *places)
{
  const guint64 *addresses = (const guint64 *) places->data;

  if (lacuna_scale_keeps_places (self->scale))
    return places->len != self->kept->len
           || (places->len > 0
               && memcmp (places->data, self->kept->data, places->len * sizeof (guint64)) != 0);

  for (guint i = 0; i < places->len; i++)
    if (addresses[i] < LAC_ADDRESS_END
        && lacuna_scale_is_cut (self->scale,
                                (struct lac_range){ addresses[i], addresses[i] + 1 }))
      return TRUE;
  return FALSE;
}

/* An anchor or candidate is another: the scale may have to keep other places. */
void
lacuna_strip_update_kept_places (LacunaStrip *self)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (guint64));
  gboolean needed = FALSE;

  lacuna_strip_drop_overlay (self);
  if (self->scale == NULL)
    return;

  append_kept_places (self, places);
  switch (self->scale_kind)
    {
    case LACUNA_SCALE_LINEAR:
      break;

    case LACUNA_SCALE_ANCHOR:
      needed = lacuna_scale_get_anchor (self->scale)
               != (places->len > 0 ? g_array_index (places, guint64, 0) : 0);
      break;

    case LACUNA_SCALE_COMPACT:
      needed = compact_scale_differs (self, places);
      break;

    default:
      g_assert_not_reached ();
    }

  if (needed)
    lacuna_strip_update_scale (self);
}

void
lacuna_strip_set_columns (LacunaStrip *self,
                          int          columns)
{
  int before = self->columns;

  if (columns == before)
    return;

  self->columns = columns;
  g_clear_pointer (&self->layout, lacuna_strip_layout_free);
  if (self->scale == NULL || columns == 0)
    return;

  if (before > 0 && self->has_view && !shows_all (self))
    {
      LacunaView view = self->target;

      view.bytes_per_pixel *= (double) before / columns;
      lacuna_strip_go_to (self, &view, FALSE);
    }
  else
    {
      show_pending (self);
    }
}

LacunaView
lacuna_strip_get_view (LacunaStrip *self)
{
  return self->target;
}

void
lacuna_strip_set_view (LacunaStrip      *self,
                       const LacunaView *view,
                       gboolean          animate)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));
  g_return_if_fail (view != NULL && view->bytes_per_pixel > 0);

  lacuna_strip_go_to (self, view, animate);
}

int
lacuna_strip_get_columns (LacunaStrip *self)
{
  g_return_val_if_fail (LACUNA_IS_STRIP (self), 0);

  return self->columns;
}

struct lac_range
lacuna_strip_get_visible (LacunaStrip *self)
{
  if (self->scale == NULL || self->columns == 0 || !self->has_view)
    return (struct lac_range){ 0, 0 };

  return lacuna_view_get_range (&self->view, self->scale, self->columns);
}

void
lacuna_strip_show_range (LacunaStrip     *self,
                         struct lac_range range,
                         gboolean         animate)
{
  LacunaView view;

  g_return_if_fail (LACUNA_IS_STRIP (self));

  if (self->scale == NULL || self->columns == 0)
    {
      self->pending = range;
      return;
    }

  view = lacuna_view_fit (self->scale, range, MAX ((int) (self->columns * SHOW_PART), 1));
  view = lacuna_view_pan (&view, self->scale, self->columns,
                          -self->columns * (1 - SHOW_PART) / 2);
  lacuna_strip_go_to (self, &view, animate);
}

void
lacuna_strip_reveal_range (LacunaStrip     *self,
                           struct lac_range range,
                           gboolean         animate)
{
  LacunaView view = self->target;
  double margin = self->columns * 0.1;
  double start;
  double end;

  g_return_if_fail (LACUNA_IS_STRIP (self));

  if (self->scale == NULL || self->columns == 0)
    {
      self->pending = range;
      return;
    }

  start = lacuna_view_to_pixel (&view, self->scale, range.start);
  end = lacuna_view_to_pixel (&view, self->scale, range.end);

  if (end - start > self->columns)
    {
      /* It can't be seen whole without zooming out; any of it in view is enough. */
      if (end > margin && start < self->columns - margin)
        return;
      lacuna_strip_show_range (self, range, animate);
      return;
    }
  if (start >= 0 && end <= self->columns)
    return;

  view = lacuna_view_pan (&view, self->scale, self->columns,
                          (start + end) / 2 - self->columns / 2.0);
  lacuna_strip_go_to (self, &view, animate);
}

void
lacuna_strip_show_all (LacunaStrip *self,
                       gboolean     animate)
{
  LacunaView view;

  g_return_if_fail (LACUNA_IS_STRIP (self));

  self->pending = (struct lac_range){ 0, 0 };
  if (self->scale == NULL || self->columns == 0)
    return;

  view = lacuna_view_fit (self->scale, lacuna_scale_get_extent (self->scale), self->columns);
  lacuna_strip_go_to (self, &view, animate && self->has_view);
}

void
lacuna_strip_zoom (LacunaStrip *self,
                   double       factor,
                   gboolean     animate)
{
  double pixel = self->columns / 2.0;
  LacunaView view;

  g_return_if_fail (LACUNA_IS_STRIP (self));
  g_return_if_fail (factor > 0);

  if (self->scale == NULL || self->columns == 0)
    return;

  if (self->pointer_inside)
    pixel = self->pointer_x * gtk_widget_get_scale_factor (GTK_WIDGET (self));
  view = lacuna_view_zoom (&self->target, self->scale, self->columns, pixel, factor);
  lacuna_strip_go_to (self, &view, animate);
}

void
lacuna_strip_pan (LacunaStrip *self,
                  double       fraction,
                  gboolean     animate)
{
  LacunaView view;

  g_return_if_fail (LACUNA_IS_STRIP (self));

  if (self->scale == NULL || self->columns == 0)
    return;

  view = lacuna_view_pan (&self->target, self->scale, self->columns, fraction * self->columns);
  lacuna_strip_go_to (self, &view, animate);
}
