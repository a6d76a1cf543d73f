/* The strip's input: pointer, touch, keys, and the actions behind them.
 *
 * The wheel pans, and zooms with Control; a drag pans with the primary or the middle button; a pinch
 * zooms. All zooming keeps what is under the pointer there. Wheels of a mouse jump, so their steps are
 * animated; a touchpad and a drag are followed at once.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-strip-private.h"

#include <math.h>

#define ZOOM_STEP 2.0

/* Of the width, for a key. */
#define PAN_STEP 0.2

/* Logical pixels for one notch of a wheel. */
#define WHEEL_PIXELS 90.0

/* Doublings for one notch of a wheel. */
#define WHEEL_ZOOM 0.6

/* A surface unit of a touchpad is about a pixel. */
#define TOUCHPAD_PIXELS 12.0
#define TOUCHPAD_ZOOM 0.12

static gboolean
scroll_cb (GtkEventControllerScroll *controller,
           double                    dx,
           double                    dy,
           LacunaStrip              *self)
{
  GtkEventController *event_controller = GTK_EVENT_CONTROLLER (controller);
  GdkModifierType state = gtk_event_controller_get_current_event_state (event_controller);
  GdkDevice *device = gtk_event_controller_get_current_event_device (event_controller);
  gboolean touchpad = device != NULL && gdk_device_get_source (device) == GDK_SOURCE_TOUCHPAD;
  int scale_factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  LacunaView view;

  if (self->scale == NULL || self->columns == 0)
    return GDK_EVENT_PROPAGATE;

  if (state & GDK_CONTROL_MASK)
    {
      double pixel = self->pointer_inside ? self->pointer_x * scale_factor : self->columns / 2.0;

      view = lacuna_view_zoom (&self->target, self->scale, self->columns, pixel,
                               exp2 (-dy * (touchpad ? TOUCHPAD_ZOOM : WHEEL_ZOOM)));
    }
  else
    {
      view = lacuna_view_pan (&self->target, self->scale, self->columns,
                              (dx + dy) * scale_factor
                                * (touchpad ? TOUCHPAD_PIXELS : WHEEL_PIXELS));
    }

  lacuna_strip_go_to (self, &view, !touchpad);
  return GDK_EVENT_STOP;
}

static void
motion_cb (GtkEventControllerMotion *controller,
           double                    x,
           double                    y,
           LacunaStrip              *self)
{
  self->pointer_inside = TRUE;
  self->pointer_x = x;
  lacuna_strip_update_hover (self);
}

static void
leave_cb (GtkEventControllerMotion *controller,
          LacunaStrip              *self)
{
  self->pointer_inside = FALSE;
  lacuna_strip_update_hover (self);
}

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double          x,
               double          y,
               LacunaStrip    *self)
{
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));

  if (self->scale == NULL || self->columns == 0
      || (button != GDK_BUTTON_PRIMARY && button != GDK_BUTTON_MIDDLE))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }

  /* Whatever was moving is held. */
  lacuna_strip_go_to (self, &self->view, FALSE);
  self->gesture_view = self->view;
  self->dragging = FALSE;
}

static void
drag_update_cb (GtkGestureDrag *gesture,
                double          dx,
                double          dy,
                LacunaStrip    *self)
{
  LacunaView view;

  if (self->scale == NULL)
    return;

  if (!self->dragging)
    {
      if (!gtk_drag_check_threshold (GTK_WIDGET (self), 0, 0, (int) dx, (int) dy))
        return;
      self->dragging = TRUE;
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
      gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grabbing");
    }

  view = lacuna_view_pan (&self->gesture_view, self->scale, self->columns,
                          -dx * gtk_widget_get_scale_factor (GTK_WIDGET (self)));
  lacuna_strip_go_to (self, &view, FALSE);
}

static void
drag_end_cb (GtkGestureDrag *gesture,
             double          dx,
             double          dy,
             LacunaStrip    *self)
{
  self->dragging = FALSE;
  gtk_widget_set_cursor (GTK_WIDGET (self), NULL);
}

static void
pressed_cb (GtkGestureClick *gesture,
            int              n_press,
            double           x,
            double           y,
            LacunaStrip     *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
released_cb (GtkGestureClick *gesture,
             int              n_press,
             double           x,
             double           y,
             LacunaStrip     *self)
{
  guint64 address;

  if (self->dragging || !gtk_widget_contains (GTK_WIDGET (self), x, y)
      || !lacuna_strip_address_at_x (self, x, &address))
    return;

  if (n_press == 1)
    lacuna_strip_pick (self, address);
  else if (n_press == 2)
    gtk_widget_activate_action (GTK_WIDGET (self), "strip.show-selection", NULL);
}

static void
pinch_begin_cb (GtkGesture       *gesture,
                GdkEventSequence *sequence,
                LacunaStrip      *self)
{
  self->gesture_view = self->view;
}

static void
pinch_cb (GtkGestureZoom *gesture,
          double          scale,
          LacunaStrip    *self)
{
  int scale_factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double x;
  double y;
  LacunaView view;

  if (self->scale == NULL || self->columns == 0 || scale <= 0)
    return;

  if (!gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    x = (double) self->columns / scale_factor / 2;
  view = lacuna_view_zoom (&self->gesture_view, self->scale, self->columns, x * scale_factor,
                           scale);
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

  controller = gtk_event_controller_motion_new ();
  g_signal_connect (controller, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect (controller, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (controller, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (widget, controller);

  gesture = gtk_gesture_click_new ();
  g_signal_connect (gesture, "pressed", G_CALLBACK (pressed_cb), self);
  g_signal_connect (gesture, "released", G_CALLBACK (released_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (gesture));

  gesture = gtk_gesture_drag_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (gesture), 0);
  g_signal_connect (gesture, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (gesture, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (gesture, "drag-end", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (gesture));

  gesture = gtk_gesture_zoom_new ();
  g_signal_connect (gesture, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (gesture, "scale-changed", G_CALLBACK (pinch_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (gesture));
}

static void
zoom_in_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  lacuna_strip_zoom (LACUNA_STRIP (widget), ZOOM_STEP, TRUE);
}

static void
zoom_out_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  lacuna_strip_zoom (LACUNA_STRIP (widget), 1 / ZOOM_STEP, TRUE);
}

static void
pan_left_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  lacuna_strip_pan (LACUNA_STRIP (widget), -PAN_STEP, TRUE);
}

static void
pan_right_action (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
{
  lacuna_strip_pan (LACUNA_STRIP (widget), PAN_STEP, TRUE);
}

static void
show_all_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  lacuna_strip_show_all (LACUNA_STRIP (widget), TRUE);
}

static void
show_selection_action (GtkWidget  *widget,
                       const char *name,
                       GVariant   *parameter)
{
  LacunaStrip *self = LACUNA_STRIP (widget);

  if (self->scale == NULL || lac_range_size (self->selection) == 0)
    return;

  lacuna_strip_show_range (self, self->selection, TRUE);
  g_signal_emit_by_name (self, "activate", self->selection.start);
}

/* Steps to what lies before or after the selection; to the first thing in view when there is none. */
static void
step (LacunaStrip *self,
      gboolean     forward)
{
  struct lac_range extent;
  struct lac_range visible;
  LacunaStripItem item;
  guint64 address;

  if (self->scale == NULL || self->columns == 0)
    return;

  extent = lacuna_scale_get_extent (self->scale);
  visible = lacuna_strip_get_visible (self);
  if (lac_range_size (self->selection) == 0)
    {
      address = visible.start;
      forward = TRUE;
    }
  else if (forward)
    address = self->selection.end;
  else if (self->selection.start > extent.start)
    address = self->selection.start - 1;
  else
    return;

  /* Nobody steps to where nothing can be. */
  do
    {
      if (address < extent.start || address >= extent.end
          || !lacuna_strip_item_at (self, address, &item))
        return;
      address = forward ? item.range.end : item.range.start - 1;
    }
  while (item.is_outside);

  lacuna_strip_pick (self, item.range.start);
  lacuna_strip_reveal_range (self, item.range, TRUE);
}

static void
select_next_action (GtkWidget  *widget,
                    const char *name,
                    GVariant   *parameter)
{
  step (LACUNA_STRIP (widget), TRUE);
}

static void
select_previous_action (GtkWidget  *widget,
                        const char *name,
                        GVariant   *parameter)
{
  step (LACUNA_STRIP (widget), FALSE);
}

void
lacuna_strip_class_add_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    const char *name;
    GtkWidgetActionActivateFunc activate;
    guint keys[4];
  } actions[] = {
    { "strip.zoom-in", zoom_in_action, { GDK_KEY_plus, GDK_KEY_equal, GDK_KEY_KP_Add, GDK_KEY_w } },
    { "strip.zoom-out", zoom_out_action, { GDK_KEY_minus, GDK_KEY_KP_Subtract, GDK_KEY_s } },
    { "strip.pan-left", pan_left_action, { GDK_KEY_Left, GDK_KEY_KP_Left, GDK_KEY_a } },
    { "strip.pan-right", pan_right_action, { GDK_KEY_Right, GDK_KEY_KP_Right, GDK_KEY_d } },
    { "strip.show-all", show_all_action, { GDK_KEY_Home, GDK_KEY_0, GDK_KEY_KP_0 } },
    { "strip.select-next", select_next_action, { GDK_KEY_period } },
    { "strip.select-previous", select_previous_action, { GDK_KEY_comma } },
    { "strip.show-selection", show_selection_action, { GDK_KEY_Return, GDK_KEY_KP_Enter } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      gtk_widget_class_install_action (widget_class, actions[i].name, NULL, actions[i].activate);
      for (gsize key = 0; key < G_N_ELEMENTS (actions[i].keys); key++)
        if (actions[i].keys[key] != 0)
          gtk_widget_class_add_binding_action (widget_class, actions[i].keys[key], 0,
                                               actions[i].name, NULL);
    }

  /* Up and down zoom as well, as W and S do. */
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Up, 0, "strip.zoom-in", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Down, 0, "strip.zoom-out", NULL);
}
