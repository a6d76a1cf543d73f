/* The strip's input: wheel, pointer and touch.
 *
 * The wheel pans, and zooms with Control; the primary button measures, and selects when it does not
 * move; the middle button and a finger pan, two fingers zoom. All zooming keeps what is under the
 * pointer there. Wheels of a mouse jump, so their steps are animated; a touchpad and a drag are
 * followed at once. Everything here speaks of places on the axis; which way it lies is told in
 * lacuna-strip-axis.c alone.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-strip-private.h"

#include <math.h>

/* Logical pixels for one notch of a wheel. */
#define WHEEL_PIXELS 90.0

/* Doublings for one notch of a wheel: two notches double. */
#define WHEEL_ZOOM 0.5

/* Logical pixels, and doublings, for a pixel that a touchpad's fingers move. */
#define TOUCHPAD_PIXELS 2.5
#define TOUCHPAD_ZOOM 0.02

/* With Shift. */
#define FAR 4

/* Logical pixels from an end of the view where a drag begins to move it, and how many it moves in a
 * second for each pixel further out. */
#define EDGE_DISTANCE 14
#define EDGE_SPEED 60.0
#define MOST_EDGE_SPEED 3000.0

/* Microseconds; a frame that comes late does not make a leap. */
#define LONGEST_FRAME 50000

/* The pixel under the point. A vertical axis counts from below, so that the upper edge of a pixel is
 * where the next one begins. */
static double
pixel_at (LacunaStrip *self,
          double       x,
          double       y)
{
  double position = lacuna_strip_point_to_axis (self, x, y);

  return self->orientation == GTK_ORIENTATION_VERTICAL ? ceil (position) - 1 : position;
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller,
           double                    dx,
           double                    dy,
           LacunaStrip              *self)
{
  GtkEventController *event_controller = GTK_EVENT_CONTROLLER (controller);
  GdkModifierType state = gtk_event_controller_get_current_event_state (event_controller);
  gboolean notches = gtk_event_controller_scroll_get_unit (controller) == GDK_SCROLL_UNIT_WHEEL;
  GdkDevice *device = gtk_event_controller_get_current_event_device (event_controller);
  /* X11 tells a touchpad's movement in parts of a notch. */
  gboolean smooth = !notches
                    || (device && gdk_device_get_source (device) == GDK_SOURCE_TOUCHPAD);
  LacunaView view;
  double amount;

  if (self->scale == NULL || self->columns == 0)
    return GDK_EVENT_PROPAGATE;

  if (state & GDK_CONTROL_MASK)
    {
      lacuna_strip_zoom_about (self, lacuna_strip_get_pivot (self),
                               exp2 (-dy * (notches ? WHEEL_ZOOM : TOUCHPAD_ZOOM)), !smooth);
      return GDK_EVENT_STOP;
    }

  /* A vertical strip has its low end where the wheel turns to. */
  amount = dx + (self->orientation == GTK_ORIENTATION_VERTICAL ? -dy : dy);
  amount *= notches ? WHEEL_PIXELS : TOUCHPAD_PIXELS;
  if (state & GDK_SHIFT_MASK)
    amount *= FAR;
  amount *= gtk_widget_get_scale_factor (GTK_WIDGET (self));
  if (smooth)
    {
      view = lacuna_view_pan (&self->target, self->scale, self->columns, amount);
      lacuna_strip_go_to (self, &view, FALSE);
    }
  else
    {
      lacuna_strip_pan (self, amount / self->columns, TRUE);
    }
  return GDK_EVENT_STOP;
}

static void
set_pointer (LacunaStrip *self,
             double       x,
             double       y)
{
  self->pointer = pixel_at (self, x, y);
}

static void
motion_cb (GtkEventControllerMotion *controller,
           double                    x,
           double                    y,
           LacunaStrip              *self)
{
  /* One that has just opened makes the pointer come in again. */
  if (lacuna_strip_has_menu (self))
    return;
  self->pointer_inside = TRUE;
  set_pointer (self, x, y);
  lacuna_strip_update_hover (self);
}

static void
leave_cb (GtkEventControllerMotion *controller,
          LacunaStrip              *self)
{
  self->pointer_inside = FALSE;
  lacuna_strip_update_hover (self);
}

void
lacuna_strip_update_pointer (LacunaStrip *self)
{
  const char *name = NULL;

  if (self->dragging && self->drag == LACUNA_STRIP_DRAG_PAN)
    name = "grabbing";
  else if (self->picking)
    name = "crosshair";
  else if (self->dragging && self->drag == LACUNA_STRIP_DRAG_MEASURE)
    name = self->orientation == GTK_ORIENTATION_VERTICAL ? "row-resize" : "col-resize";
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), name);
}

static void
stop_edge (LacunaStrip *self)
{
  if (self->edge_tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->edge_tick);
  self->edge_tick = 0;
}

void
lacuna_strip_stop_input (LacunaStrip *self)
{
  stop_edge (self);
  self->drag = LACUNA_STRIP_DRAG_NONE;
  self->dragging = FALSE;
  lacuna_strip_update_pointer (self);
}

static gboolean
has_shift (GtkGesture *gesture)
{
  return (gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture))
          & GDK_SHIFT_MASK)
         != 0;
}

/* How far @position, in device pixels, lies in the zones at the ends of the view; negative at the low
 * end. */
static double
past_edge (LacunaStrip *self,
           double       position)
{
  double zone = MIN (EDGE_DISTANCE * gtk_widget_get_scale_factor (GTK_WIDGET (self)),
                     self->columns / 8.0);

  if (position < zone)
    return position - zone;
  return MAX (position - (self->columns - zone), 0);
}

static void
measure_to (LacunaStrip *self,
            double       x,
            double       y)
{
  lacuna_strip_measure_between (self, self->measure_fixed,
                                lacuna_strip_snap (self, lacuna_strip_point_to_axis (self, x, y),
                                                   !has_shift (self->drag_gesture)));
}

/* Moves the view while the pointer is held past an end of it. */
static gboolean
edge_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       data)
{
  LacunaStrip *self = LACUNA_STRIP (widget);
  gint64 now = gdk_frame_clock_get_frame_time (clock);
  int scale_factor = gtk_widget_get_scale_factor (widget);
  double past = past_edge (self, lacuna_strip_point_to_axis (self, self->edge_x, self->edge_y));
  double speed = CLAMP (past * EDGE_SPEED, -MOST_EDGE_SPEED * scale_factor,
                        MOST_EDGE_SPEED * scale_factor);
  double seconds = (double) CLAMP (now - self->edge_time, 0, LONGEST_FRAME) / G_USEC_PER_SEC;

  self->edge_time = now;
  if (self->scale == NULL || past == 0)
    {
      self->edge_tick = 0;
      return G_SOURCE_REMOVE;
    }

  lacuna_strip_pan (self, speed * seconds / self->columns, FALSE);
  measure_to (self, self->edge_x, self->edge_y);
  return G_SOURCE_CONTINUE;
}

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double          x,
               double          y,
               LacunaStrip    *self)
{
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));
  GdkEventSequence *sequence
    = gtk_gesture_single_get_current_sequence (GTK_GESTURE_SINGLE (gesture));

  lacuna_strip_stop_input (self);
  if (self->scale == NULL || self->columns == 0)
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }

  if (sequence != NULL || button == GDK_BUTTON_MIDDLE)
    self->drag = LACUNA_STRIP_DRAG_PAN;
  else if (button == GDK_BUTTON_PRIMARY && !self->picking)
    self->drag = LACUNA_STRIP_DRAG_MEASURE;
  else
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }

  /* Whatever was moving is held. */
  if (self->animation && adw_animation_get_state (self->animation) == ADW_ANIMATION_PLAYING)
    lacuna_strip_go_to (self, &self->view, FALSE);
  self->gesture_view = self->view;
  self->gesture_start = lacuna_strip_point_to_axis (self, x, y);
}

static void
begin_dragging (LacunaStrip *self)
{
  self->dragging = TRUE;
  gtk_gesture_set_state (self->drag_gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  lacuna_strip_update_pointer (self);
  if (self->drag == LACUNA_STRIP_DRAG_MEASURE)
    {
      guint64 fixed = lacuna_strip_snap (self, self->gesture_start,
                                         !has_shift (self->drag_gesture));

      self->measuring = FALSE;
      /* What is measured is told until something else is pointed at. */
      g_signal_emit_by_name (self, "hovered", FALSE, G_GUINT64_CONSTANT (0));
      lacuna_strip_measure_between (self, fixed, fixed);
    }
}

static void
drag_update_cb (GtkGestureDrag *gesture,
                double          dx,
                double          dy,
                LacunaStrip    *self)
{
  double position;
  LacunaView view;
  double x;
  double y;

  if (self->scale == NULL || self->columns == 0 || self->drag == LACUNA_STRIP_DRAG_NONE
      || !gtk_gesture_drag_get_start_point (gesture, &x, &y))
    return;

  if (!self->dragging)
    {
      if (!gtk_drag_check_threshold (GTK_WIDGET (self), 0, 0, (int) dx, (int) dy))
        return;
      begin_dragging (self);
    }

  position = lacuna_strip_point_to_axis (self, x + dx, y + dy);
  if (self->drag == LACUNA_STRIP_DRAG_PAN)
    {
      view = lacuna_view_pan (&self->gesture_view, self->scale, self->columns,
                              self->gesture_start - position);
      lacuna_strip_go_to (self, &view, FALSE);
      return;
    }

  self->edge_x = x + dx;
  self->edge_y = y + dy;
  measure_to (self, self->edge_x, self->edge_y);
  if (past_edge (self, position) == 0)
    {
      stop_edge (self);
    }
  else if (self->edge_tick == 0)
    {
      GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));

      self->edge_time = clock ? gdk_frame_clock_get_frame_time (clock) : 0;
      self->edge_tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), edge_cb, NULL, NULL);
    }
}

static void
drag_end_cb (GtkGestureDrag *gesture,
             double          dx,
             double          dy,
             LacunaStrip    *self)
{
  lacuna_strip_stop_input (self);
}

static void
cancel_cb (GtkGesture       *gesture,
           GdkEventSequence *sequence,
           LacunaStrip      *self)
{
  lacuna_strip_stop_input (self);
}

static void
open_menu (LacunaStrip *self,
           double       x,
           double       y)
{
  guint64 address;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (!lacuna_strip_address_at (self, pixel_at (self, x, y), &address))
    return;

  lacuna_strip_pick (self, address);
  g_signal_emit_by_name (self, "menu", x, y);
  /* The pointer is the menu's now, and may leave it for anywhere. */
  lacuna_strip_drop_hover (self);
  gtk_widget_trigger_tooltip_query (GTK_WIDGET (self));
}

static void
pressed_cb (GtkGestureClick *gesture,
            int              n_press,
            double           x,
            double           y,
            LacunaStrip     *self)
{
  if (gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture))
      == GDK_BUTTON_SECONDARY)
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
      open_menu (self, x, y);
    }
  else
    {
      gtk_widget_grab_focus (GTK_WIDGET (self));
    }
}

static void
released_cb (GtkGestureClick *gesture,
             int              n_press,
             double           x,
             double           y,
             LacunaStrip     *self)
{
  double pixel = pixel_at (self, x, y);
  guint64 address;

  if (gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture)) != GDK_BUTTON_PRIMARY
      || self->dragging || !gtk_widget_contains (GTK_WIDGET (self), x, y)
      || !lacuna_strip_address_at (self, pixel, &address))
    return;

  if (self->picking)
    {
      lacuna_strip_pick_address_at (self, pixel);
      return;
    }
  if (n_press == 1)
    {
      self->measuring = FALSE;
      lacuna_strip_set_measure (self, (struct lac_range){ 0, 0 });
      lacuna_strip_pick (self, address);
    }
  else if (n_press == 2)
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "strip.activate-selection", NULL);
    }
}

static void
long_press_cb (GtkGestureLongPress *gesture,
               double               x,
               double               y,
               LacunaStrip         *self)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  open_menu (self, x, y);
}

/* Where the middle of the fingers is on the axis. */
static double
middle_of_fingers (LacunaStrip *self,
                   GtkGesture  *gesture)
{
  double x;
  double y;

  if (!gtk_gesture_get_bounding_box_center (gesture, &x, &y))
    return lacuna_strip_get_pivot (self);
  return lacuna_strip_point_to_axis (self, x, y);
}

static void
pinch_begin_cb (GtkGesture       *gesture,
                GdkEventSequence *sequence,
                LacunaStrip      *self)
{
  /* The first finger has begun to pan. */
  gtk_gesture_set_state (self->drag_gesture, GTK_EVENT_SEQUENCE_DENIED);
  lacuna_strip_stop_input (self);
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  self->gesture_view = self->view;
  self->gesture_start = middle_of_fingers (self, gesture);
}

/* What lay between the fingers stays between them, wherever they go. */
static void
pinch_update_cb (GtkGesture       *gesture,
                 GdkEventSequence *sequence,
                 LacunaStrip      *self)
{
  double scale = gtk_gesture_zoom_get_scale_delta (GTK_GESTURE_ZOOM (gesture));
  LacunaView view;

  if (self->scale == NULL || self->columns == 0 || !(scale > 0)
      || !gtk_gesture_is_recognized (gesture))
    return;

  view = lacuna_view_zoom (&self->gesture_view, self->scale, self->columns, self->gesture_start,
                           scale);
  view = lacuna_view_pan (&view, self->scale, self->columns,
                          self->gesture_start - middle_of_fingers (self, gesture));
  lacuna_strip_go_to (self, &view, FALSE);
}

void
lacuna_strip_add_controllers (LacunaStrip *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *controller;
  GtkGesture *gesture;

  controller = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  g_signal_connect (controller, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (widget, controller);

  /* A menu that closes makes the pointer come in where it is, and GTK may not say when it goes from
   * there; so it is in when it moves. */
  controller = gtk_event_controller_motion_new ();
  g_signal_connect (controller, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (controller, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (widget, controller);

  gesture = gtk_gesture_click_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (gesture), 0);
  g_signal_connect (gesture, "pressed", G_CALLBACK (pressed_cb), self);
  g_signal_connect (gesture, "released", G_CALLBACK (released_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (gesture));

  gesture = gtk_gesture_long_press_new ();
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (gesture), TRUE);
  g_signal_connect (gesture, "pressed", G_CALLBACK (long_press_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (gesture));

  gesture = gtk_gesture_drag_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (gesture), 0);
  g_signal_connect (gesture, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (gesture, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (gesture, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (gesture, "cancel", G_CALLBACK (cancel_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (gesture));
  self->drag_gesture = gesture;

  gesture = gtk_gesture_zoom_new ();
  g_signal_connect (gesture, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (gesture, "update", G_CALLBACK (pinch_update_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (gesture));

  lacuna_strip_add_keys (self);
}
