/* Pointer, wheel and touch of a view of bytes.
 *
 * A drag with the pointer selects, and goes on scrolling while the pointer is held beyond the edge; a
 * drag with a finger moves the rows.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-bytes-private.h"

#include <math.h>

/* Rows in one click of a wheel. */
#define WHEEL_ROWS 3

/* Milliseconds between two steps of a selection that is dragged beyond the edge. */
#define DRAG_STEP 30

static gboolean
key_pressed_cb (LacunaBytes    *self,
                guint           keyval,
                guint           keycode,
                GdkModifierType state)
{
  return lacuna_bytes_handle_key (self, keyval, state);
}

static gboolean
is_touch (GtkGesture *gesture)
{
  GdkDevice *device = gtk_gesture_get_device (gesture);

  return device != NULL && gdk_device_get_source (device) == GDK_SOURCE_TOUCHSCREEN;
}

static gboolean
is_extending (GtkGesture *gesture)
{
  GdkModifierType state
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));

  return (state & GDK_SHIFT_MASK) != 0;
}

static void
begin_cb (LacunaBytes *self,
          double       x,
          double       y,
          GtkGesture  *gesture)
{
  guint64 address;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->press_x = x;
  self->press_y = y;
  self->pan_rest = 0;
  self->pressed = !is_touch (gesture)
                  && lacuna_bytes_pick (self, x, y, FALSE, &address, &self->part);
  if (self->pressed)
    lacuna_bytes_move (self, address, is_extending (gesture));
}

static void
extend_to_pointer (LacunaBytes *self)
{
  guint64 address;

  if (lacuna_bytes_pick (self, self->drag_x, self->drag_y, TRUE, &address, NULL)
      && address != self->caret)
    {
      /* The pointer is where it is, and tells how far to scroll; the caret does not. */
      self->caret = address;
      lacuna_bytes_update_words (self);
      gtk_widget_queue_draw (GTK_WIDGET (self));
      g_signal_emit_by_name (self, "moved");
    }
}

static gboolean
drag_step_cb (gpointer user_data)
{
  LacunaBytes *self = user_data;
  double above = self->layout.head - self->drag_y;
  double below = self->drag_y - gtk_widget_get_height (GTK_WIDGET (self));

  if (above > 0)
    lacuna_bytes_scroll (self, -MAX (2, above / 3));
  else if (below > 0)
    lacuna_bytes_scroll (self, MAX (2, below / 3));
  extend_to_pointer (self);
  return G_SOURCE_CONTINUE;
}

static void
update_cb (LacunaBytes *self,
           double       dx,
           double       dy,
           GtkGesture  *gesture)
{
  gboolean outside;

  if (is_touch (gesture))
    {
      lacuna_bytes_scroll (self, self->pan_rest - dy);
      self->pan_rest = dy;
      return;
    }
  if (!self->pressed)
    return;
  self->drag_x = self->press_x + dx;
  self->drag_y = self->press_y + dy;
  outside = self->drag_y < self->layout.head
            || self->drag_y > gtk_widget_get_height (GTK_WIDGET (self));
  if (outside && self->drag_source == 0)
    self->drag_source = g_timeout_add (DRAG_STEP, drag_step_cb, self);
  else if (!outside)
    g_clear_handle_id (&self->drag_source, g_source_remove);
  extend_to_pointer (self);
}

void
lacuna_bytes_end_input (LacunaBytes *self)
{
  g_clear_handle_id (&self->drag_source, g_source_remove);
  self->pressed = FALSE;
}

static void
end_cb (LacunaBytes *self,
        double       dx,
        double       dy,
        GtkGesture  *gesture)
{
  guint64 address;

  /* A finger that did not move chose a byte. */
  if (is_touch (gesture) && fabs (dx) < 8 && fabs (dy) < 8
      && lacuna_bytes_pick (self, self->press_x, self->press_y, FALSE, &address, &self->part))
    lacuna_bytes_move (self, address, FALSE);
  lacuna_bytes_end_input (self);
}

static void
cancel_cb (LacunaBytes *self)
{
  lacuna_bytes_end_input (self);
}

/* A double click selects eight bytes, which is what most things in memory are. */
static void
pressed_cb (LacunaBytes *self,
            int          n_press,
            double       x,
            double       y,
            GtkGesture  *gesture)
{
  guint64 address;

  if (n_press == 2 && lacuna_bytes_pick (self, x, y, FALSE, &address, NULL))
    {
      guint64 start = lac_align_down (address, 8);

      lacuna_bytes_end_input (self);
      lacuna_bytes_select (self,
                           (struct lac_range){ start, lac_add_saturating (start, 8) });
    }
}

/* What a menu is opened on is chosen, unless it is inside of what is selected. */
static void
open_menu (LacunaBytes *self,
           double       x,
           double       y)
{
  LacunaBytesPart part = self->part;
  guint64 address;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (lacuna_bytes_pick (self, x, y, FALSE, &address, &part)
      && !(lacuna_bytes_has_selection (self)
           && lac_range_contains (lacuna_bytes_get_selection (self), address)))
    {
      self->part = part;
      lacuna_bytes_move (self, address, FALSE);
    }
  if (lac_range_size (self->range) > 0)
    g_signal_emit_by_name (self, "menu", x, y);
}

static void
secondary_cb (LacunaBytes *self,
              int          n_press,
              double       x,
              double       y,
              GtkGesture  *gesture)
{
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  open_menu (self, x, y);
}

static void
long_press_cb (LacunaBytes *self,
               double       x,
               double       y)
{
  open_menu (self, x, y);
}

static gboolean
scroll_cb (LacunaBytes              *self,
           double                    dx,
           double                    dy,
           GtkEventControllerScroll *controller)
{
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (controller));
  GdkModifierType state
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  gboolean smooth = event != NULL && gdk_event_get_event_type (event) == GDK_SCROLL
                    && gdk_scroll_event_get_direction (event) == GDK_SCROLL_SMOOTH;
  double factor = self->layout.row * (smooth ? 1.0 : WHEEL_ROWS);

  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK))
    return GDK_EVENT_PROPAGATE;
  if (state & GDK_SHIFT_MASK && dx == 0)
    {
      dx = dy;
      dy = 0;
    }
  if (dy != 0)
    lacuna_bytes_scroll (self, dy * factor);
  if (dx != 0)
    lacuna_bytes_scroll_aside (self, dx * factor);
  return GDK_EVENT_STOP;
}

static void
decelerate_cb (LacunaBytes *self,
               double       velocity_x,
               double       velocity_y)
{
  /* A flick on a touchpad goes on for a moment; one step stands for it, since rows are read and not
   * watched. */
  lacuna_bytes_scroll (self, velocity_y / 8);
}

void
lacuna_bytes_add_input (LacunaBytes *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (
      GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES | GTK_EVENT_CONTROLLER_SCROLL_KINETIC);
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *secondary = gtk_gesture_click_new ();
  GtkGesture *long_press = gtk_gesture_long_press_new ();

  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect_swapped (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect_swapped (scroll, "decelerate", G_CALLBACK (decelerate_cb), self);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (begin_cb), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (update_cb), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (end_cb), self);
  g_signal_connect_swapped (drag, "cancel", G_CALLBACK (cancel_cb), self);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_gesture_group (drag, click);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (secondary), GDK_BUTTON_SECONDARY);
  g_signal_connect_swapped (secondary, "pressed", G_CALLBACK (secondary_cb), self);
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (long_press), TRUE);
  g_signal_connect_swapped (long_press, "pressed", G_CALLBACK (long_press_cb), self);

  gtk_widget_add_controller (widget, key);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (secondary));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (long_press));
}
