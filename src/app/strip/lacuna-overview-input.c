/* The overview's input: the frame dragged by its middle and by its ends, a place clicked, the wheel, and
 * keys.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-overview-private.h"

#include <math.h>

/* How near to the frame's ends the pointer takes them, in logical pixels. */
#define HANDLE_REACH 6

/* Of the view, for a key and for a page key. */
#define PAN_STEP 0.2
#define PAN_PAGE 0.9

/* For a key. */
#define ZOOM_STEP 2.0

static double
along_at (LacunaOverview *self,
          double          x,
          double          y)
{
  if (self->orientation == GTK_ORIENTATION_HORIZONTAL)
    return x - LACUNA_OVERVIEW_MARGIN;
  return gtk_widget_get_height (GTK_WIDGET (self)) - LACUNA_OVERVIEW_MARGIN - y;
}

/* Shows @span of the band in the strip. */
static void
request (LacunaOverview *self,
         LacunaStripSpan span,
         gboolean        animate)
{
  double scale_factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  LacunaView whole;
  struct lac_range range;
  LacunaView view;

  if (!lacuna_overview_ensure_layout (self))
    return;

  whole = lacuna_overview_whole_view (self);
  range.start = lacuna_view_to_address_at (&whole, self->scale, span.start * scale_factor);
  range.end = lacuna_view_to_address_at (&whole, self->scale, span.end * scale_factor);
  if (range.end <= range.start)
    return;

  view = lacuna_view_fit (self->scale, range, lacuna_strip_get_columns (self->strip));
  lacuna_strip_set_view (self->strip, &view, animate);
}

/* Moves the view's low end to @along without changing how deep it is. */
static void
request_move (LacunaOverview *self,
              double          along,
              gboolean        animate)
{
  double scale_factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  LacunaView whole;
  LacunaView view;

  if (!lacuna_overview_ensure_layout (self))
    return;

  whole = lacuna_overview_whole_view (self);
  view = lacuna_strip_get_view (self->strip);
  view.origin = lacuna_view_to_address_at (&whole, self->scale, along * scale_factor);
  view.fraction = 0;
  lacuna_strip_set_view (self->strip, &view, animate);
}

static LacunaGrip
grip_at (LacunaOverview *self,
         double          along)
{
  LacunaStripSpan frame;
  double quarter;

  if (!lacuna_overview_get_frame (self, &frame))
    return LACUNA_GRIP_NONE;

  /* Half of a narrow frame is its middle, whatever the handles reach. */
  quarter = lacuna_strip_span_size (frame) / 4;
  if (along > frame.start + quarter && along < frame.end - quarter)
    return LACUNA_GRIP_FRAME;
  if (fabs (along - frame.start) <= HANDLE_REACH)
    return LACUNA_GRIP_LOW;
  if (fabs (along - frame.end) <= HANDLE_REACH)
    return LACUNA_GRIP_HIGH;
  return along > frame.start && along < frame.end ? LACUNA_GRIP_FRAME : LACUNA_GRIP_NONE;
}

static void
motion_cb (GtkEventControllerMotion *controller,
           double                    x,
           double                    y,
           LacunaOverview           *self)
{
  const char *cursor = NULL;

  if (self->grip != LACUNA_GRIP_NONE)
    return;

  switch (grip_at (self, along_at (self, x, y)))
    {
    case LACUNA_GRIP_FRAME:
      cursor = "grab";
      break;

    case LACUNA_GRIP_LOW:
    case LACUNA_GRIP_HIGH:
      cursor = self->orientation == GTK_ORIENTATION_HORIZONTAL ? "ew-resize" : "ns-resize";
      break;

    case LACUNA_GRIP_NONE:
      break;
    }
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), cursor);
}

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double          x,
               double          y,
               LacunaOverview *self)
{
  double along = along_at (self, x, y);
  double length;

  if (!lacuna_overview_get_frame (self, &self->drag_frame))
    return;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->drag_start = along;
  self->grip = grip_at (self, along);
  if (self->grip != LACUNA_GRIP_NONE)
    return;

  /* Beside the frame: bring it here, and go on as if its middle had been taken. The frame may be
   * drawn longer than the view is. */
  length = lacuna_strip_span_size (self->drag_frame);
  if (length <= LACUNA_OVERVIEW_LEAST_FRAME)
    request_move (self, along, TRUE);
  else
    request_move (self, along - length / 2, TRUE);
  self->drag_frame = (LacunaStripSpan){ along - length / 2, along + length / 2 };
  self->grip = LACUNA_GRIP_FRAME;
}

static void
drag_update_cb (GtkGestureDrag *gesture,
                double          dx,
                double          dy,
                LacunaOverview *self)
{
  double x;
  double y;
  double moved;
  LacunaStripSpan frame = self->drag_frame;

  if (!gtk_gesture_drag_get_start_point (gesture, &x, &y))
    return;
  moved = along_at (self, x + dx, y + dy) - self->drag_start;
  if (moved == 0)
    return;

  switch (self->grip)
    {
    case LACUNA_GRIP_FRAME:
      if (lacuna_strip_span_size (frame) <= LACUNA_OVERVIEW_LEAST_FRAME)
        request_move (self, (frame.start + frame.end) / 2 + moved, FALSE);
      else
        request_move (self, frame.start + moved, FALSE);
      break;

    case LACUNA_GRIP_LOW:
      frame.start = MIN (frame.start + moved, frame.end - 1);
      request (self, frame, FALSE);
      break;

    case LACUNA_GRIP_HIGH:
      frame.end = MAX (frame.end + moved, frame.start + 1);
      request (self, frame, FALSE);
      break;

    case LACUNA_GRIP_NONE:
      break;
    }
}

static void
drag_end_cb (GtkGestureDrag *gesture,
             double          dx,
             double          dy,
             LacunaOverview *self)
{
  self->grip = LACUNA_GRIP_NONE;
}

/* The wheel does what it does over the strip's middle. */
static gboolean
scroll_cb (GtkEventControllerScroll *controller,
           double                    dx,
           double                    dy,
           LacunaOverview           *self)
{
  GdkModifierType state
    = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));

  if (self->strip == NULL)
    return GDK_EVENT_PROPAGATE;

  /* Rolling down goes right, or down, whichever way the axis lies. */
  if (state & GDK_CONTROL_MASK)
    lacuna_strip_zoom (self->strip, exp2 (-dy / 2), TRUE);
  else if (self->orientation == GTK_ORIENTATION_HORIZONTAL)
    lacuna_strip_pan (self->strip, (dx + dy) / 10, TRUE);
  else
    lacuna_strip_pan (self->strip, (dx - dy) / 10, TRUE);
  return GDK_EVENT_STOP;
}

/* What has a modifier is the window's. */
static gboolean
key_pressed_cb (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                LacunaOverview        *self)
{
  if (self->strip == NULL || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;

  switch (keyval)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      lacuna_strip_pan (self->strip, -PAN_STEP, TRUE);
      return GDK_EVENT_STOP;

    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      lacuna_strip_pan (self->strip, PAN_STEP, TRUE);
      return GDK_EVENT_STOP;

    case GDK_KEY_Page_Down:
    case GDK_KEY_KP_Page_Down:
      lacuna_strip_pan (self->strip, -PAN_PAGE, TRUE);
      return GDK_EVENT_STOP;

    case GDK_KEY_Page_Up:
    case GDK_KEY_KP_Page_Up:
      lacuna_strip_pan (self->strip, PAN_PAGE, TRUE);
      return GDK_EVENT_STOP;

    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
      lacuna_strip_zoom (self->strip, ZOOM_STEP, TRUE);
      return GDK_EVENT_STOP;

    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      lacuna_strip_zoom (self->strip, 1 / ZOOM_STEP, TRUE);
      return GDK_EVENT_STOP;

    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
    case GDK_KEY_0:
    case GDK_KEY_KP_0:
      lacuna_strip_show_all (self->strip, TRUE);
      return GDK_EVENT_STOP;

    default:
      return GDK_EVENT_PROPAGATE;
    }
}

void
lacuna_overview_add_controllers (LacunaOverview *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *controller;
  GtkGesture *gesture;

  controller = gtk_event_controller_motion_new ();
  g_signal_connect (controller, "motion", G_CALLBACK (motion_cb), self);
  gtk_widget_add_controller (widget, controller);

  controller = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  g_signal_connect (controller, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (widget, controller);

  controller = gtk_event_controller_key_new ();
  g_signal_connect (controller, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (widget, controller);

  gesture = gtk_gesture_drag_new ();
  g_signal_connect (gesture, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (gesture, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (gesture, "drag-end", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (gesture));
}
