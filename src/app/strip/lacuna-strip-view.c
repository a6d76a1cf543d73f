/* The strip's view: what of the line is shown, and how it moves.
 *
 * There are two views: the one that is shown, and the one that it is going to. All input changes the
 * second; with animations the first follows it as if on a spring that does not swing, so that a goal
 * that moves on (a wheel that is turned, a key that is held) is followed without a jerk.
 *
 * A zoom begins with what is shown, and not with the goal of a movement before it: the byte that one
 * sees under the pointer is the one that stays there, in every frame on the way.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-strip-private.h"

#include <math.h>
#include <string.h>

/* How much of the width a range takes when it is shown. */
#define SHOW_PART 0.66

/* The spring swings that many radians a second, or would if it were not damped: it gets half the way in
 * 37 ms, and all of it in about 200. */
#define SPRING_SPEED 45.0
#define SPRING_NEAR 0.0005

/* On the anchor's scale, what is shown to each side of it: 2 GiB, and some. */
#define ANCHOR_REACH (G_GUINT64_CONSTANT (1) << 31)
#define ANCHOR_MARGIN (ANCHOR_REACH / 16)

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

  if (progress >= 1)
    self->view = self->target;
  else if (self->animation_pivot >= 0)
    self->view = lacuna_view_zoom_to (
      &self->animation_from, self->scale, self->columns, self->animation_pivot,
      self->animation_from.bytes_per_pixel
        * pow (self->target.bytes_per_pixel / self->animation_from.bytes_per_pixel, progress));
  else
    self->view = lacuna_view_between (&self->animation_from, &self->target, self->scale,
                                      self->columns, progress);
  lacuna_strip_view_changed (self);
}

static void
animation_done_cb (AdwAnimation *animation,
                   LacunaStrip  *self)
{
  /* It is only near until the last step. */
  if (memcmp (&self->view, &self->target, sizeof self->view) != 0)
    animate_cb (1, self);
  lacuna_strip_update_accessible (self);
}

/* How far an animation from @from to the target goes: doublings for a zoom, pixels for a pan; 0 for
 * what is neither. */
static double
animation_length (LacunaStrip      *self,
                  const LacunaView *from,
                  double            pivot)
{
  guint64 start;
  guint64 end;

  if (pivot >= 0)
    return log2 (from->bytes_per_pixel / self->target.bytes_per_pixel);
  if (from->bytes_per_pixel != self->target.bytes_per_pixel)
    return 0;

  start = lacuna_scale_to_line (self->scale, from->origin);
  end = lacuna_scale_to_line (self->scale, self->target.origin);
  return (end >= start ? (double) (end - start) : -(double) (start - end)) / from->bytes_per_pixel;
}

/* Goes to the target as fast as the view is moving already, when it moves the same way. */
static void
animate (LacunaStrip *self,
         double       pivot,
         gboolean     was_zoom,
         double       speed)
{
  AdwAnimationTarget *target;
  AdwSpringParams *spring;
  AdwAnimation *animation;
  double length = animation_length (self, &self->view, pivot);
  double velocity = 0;

  if (length != 0 && was_zoom == (pivot >= 0))
    velocity = CLAMP (speed / length, 0, SPRING_SPEED);

  self->animation_from = self->view;
  self->animation_pivot = pivot;
  target = adw_callback_animation_target_new ((AdwAnimationTargetFunc) animate_cb, self, NULL);
  spring = adw_spring_params_new (1, 1, SPRING_SPEED * SPRING_SPEED);
  animation = adw_spring_animation_new (GTK_WIDGET (self), 0, 1, spring, target);
  adw_spring_animation_set_epsilon (ADW_SPRING_ANIMATION (animation), SPRING_NEAR);
  adw_spring_animation_set_clamp (ADW_SPRING_ANIMATION (animation), TRUE);
  adw_spring_animation_set_initial_velocity (ADW_SPRING_ANIMATION (animation), velocity);
  g_signal_connect (animation, "done", G_CALLBACK (animation_done_cb), self);
  self->animation = animation;
  adw_animation_play (animation);
}

void
lacuna_strip_move (LacunaStrip      *self,
                   const LacunaView *view,
                   double            pivot,
                   gboolean          animated,
                   gboolean          is_noted)
{
  LacunaView goal = *view;
  gboolean was_zoom = FALSE;
  double speed = 0;

  if (self->scale == NULL || self->columns == 0)
    return;

  if (self->animation && adw_animation_get_state (self->animation) == ADW_ANIMATION_PLAYING)
    {
      was_zoom = self->animation_pivot >= 0;
      speed = adw_spring_animation_get_velocity (ADW_SPRING_ANIMATION (self->animation))
              * animation_length (self, &self->animation_from, self->animation_pivot);
    }
  lacuna_strip_stop_animation (self);
  self->target = lacuna_view_clamp (&goal, self->scale, self->columns);
  self->has_view = TRUE;
  if (is_noted)
    lacuna_strip_history_note (self->history);

  if (animated && gtk_widget_get_mapped (GTK_WIDGET (self))
      && memcmp (&self->view, &self->target, sizeof self->view) != 0)
    {
      animate (self, pivot, was_zoom, speed);
      return;
    }

  self->view = self->target;
  lacuna_strip_view_changed (self);
  lacuna_strip_update_accessible (self);
}

void
lacuna_strip_go_to (LacunaStrip      *self,
                    const LacunaView *view,
                    gboolean          animate)
{
  lacuna_strip_move (self, view, -1, animate, TRUE);
}

/* Whether going to @view changes nothing, since the line ends here; then nothing is drawn anew. */
static gboolean
is_there (LacunaStrip      *self,
          const LacunaView *view)
{
  return self->has_view && memcmp (view, &self->target, sizeof *view) == 0
         && memcmp (view, &self->view, sizeof *view) == 0;
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
      if (self->anchor_is_awaited)
        lacuna_strip_show_anchor (self, FALSE);
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
  /* A refresh does not stop a movement. */
  gboolean moving = keeps_middle && self->snapshot != NULL && self->animation
                    && adw_animation_get_state (self->animation) == ADW_ANIMATION_PLAYING
                    && lacuna_scale_get_kind (self->scale) == self->scale_kind;
  double pivot = self->animation_pivot;
  LacunaScale *before;
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (guint64));
  gboolean is_refresh;

  if (keeps_middle)
    {
      middle = lacuna_view_to_address_at (&self->target, self->scale, self->columns / 2.0);
      distance = lacuna_scale_to_line (self->scale, middle)
                 - lacuna_scale_to_line (self->scale, self->target.origin);
    }

  if (!moving)
    lacuna_strip_stop_animation (self);
  before = g_steal_pointer (&self->scale);
  if (self->snapshot == NULL)
    {
      lacuna_scale_unref (before);
      return;
    }

  append_kept_places (self, kept);
  is_refresh = keeps_middle && lacuna_scale_get_kind (before) == self->scale_kind
               && kept->len == self->kept->len
               && (kept->len == 0
                   || memcmp (kept->data, self->kept->data, kept->len * sizeof (guint64)) == 0);
  g_array_unref (self->kept);
  self->kept = g_steal_pointer (&kept);
  /* A process that allocates a little must not make the whole picture fidget. */
  if (is_refresh)
    self->scale = lacuna_census_renew_scale (self->census, before,
                                             (const guint64 *) self->kept->data, self->kept->len);
  else
    self->scale = lacuna_census_new_scale (self->census, self->scale_kind,
                                           (const guint64 *) self->kept->data, self->kept->len);
  lacuna_scale_unref (before);

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
      lacuna_strip_move (self, &view, pivot, moving, FALSE);
    }
  else if (moving)
    {
      lacuna_strip_show_all (self, TRUE);
    }
  else if (is_refresh && lac_range_size (self->pending) == 0)
    {
      /* On a way there not all of it would be in view. */
      LacunaView view
        = lacuna_view_fit (self->scale, lacuna_scale_get_extent (self->scale), self->columns);

      if (!is_there (self, &view))
        lacuna_strip_move (self, &view, -1, FALSE, FALSE);
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
                 != (places->len > 0 ? g_array_index (places, guint64, 0) : 0)
               /* One at 0 is another than none. */
               || (places->len > 0) != (self->kept->len > 0);
      break;

    case LACUNA_SCALE_COMPACT:
      needed = compact_scale_differs (self, places);
      break;

    default:
      g_assert_not_reached ();
    }

  if (needed)
    lacuna_strip_update_scale (self);
  if (self->anchor_is_awaited && places->len > 0)
    lacuna_strip_show_anchor (self, TRUE);
}

void
lacuna_strip_show_anchor (LacunaStrip *self,
                          gboolean     animate)
{
  struct lac_range range;
  guint64 anchor;
  LacunaView view;

  /* There will be one, or a width, later. */
  self->anchor_is_awaited = self->scale_kind == LACUNA_SCALE_ANCHOR;
  if (!self->anchor_is_awaited || self->scale == NULL || self->columns == 0 || self->kept->len == 0)
    return;

  self->anchor_is_awaited = FALSE;
  anchor = g_array_index (self->kept, guint64, 0);
  range = (struct lac_range){ lac_subtract_saturating (anchor, ANCHOR_REACH + ANCHOR_MARGIN),
                              lac_add_saturating (anchor, ANCHOR_REACH + ANCHOR_MARGIN) };
  view = lacuna_view_fit (self->scale, range, self->columns);
  lacuna_strip_go_to (self, &view, animate);
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
      lacuna_strip_move (self, &view, -1, FALSE, FALSE);
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

double
lacuna_strip_get_pivot (LacunaStrip *self)
{
  if (self->pointer_inside && self->pointer >= 0 && self->pointer < self->columns)
    return self->pointer;

  if (lac_range_size (self->selection) > 0)
    {
      double pixel = lacuna_view_to_pixel (&self->view, self->scale,
                                           lacuna_strip_get_place (self));

      if (pixel >= 0 && pixel < self->columns)
        return floor (pixel);
    }

  return floor (self->columns / 2.0);
}

void
lacuna_strip_zoom_about (LacunaStrip *self,
                         double       pivot,
                         double       factor,
                         gboolean     animate)
{
  LacunaView view;

  if (self->scale == NULL || self->columns == 0)
    return;

  pivot = CLAMP (pivot, 0, self->columns);
  view = lacuna_view_zoom_to (&self->view, self->scale, self->columns, pivot,
                              self->target.bytes_per_pixel / factor);
  if (!is_there (self, &view))
    lacuna_strip_move (self, &view, pivot, animate, TRUE);
}

void
lacuna_strip_zoom (LacunaStrip *self,
                   double       factor,
                   gboolean     animate)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));
  g_return_if_fail (factor > 0);

  if (self->scale == NULL || self->columns == 0)
    return;

  lacuna_strip_zoom_about (self, lacuna_strip_get_pivot (self), factor, animate);
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
  if (!is_there (self, &view))
    lacuna_strip_go_to (self, &view, animate);
}
