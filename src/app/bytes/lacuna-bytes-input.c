/* Keys, pointer, wheel and touch of a view of bytes.
 *
 * A drag with the pointer selects, and goes on scrolling while the pointer is held beyond the edge; a
 * drag with a finger moves the rows. What keys do that is not about the caret are actions of what the
 * view lies in, so that menus and tests have them, too.
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

/* What a key moves by, in bytes; FALSE for a key that does not move. */
static gboolean
key_target (LacunaBytes *self,
            guint        keyval,
            gboolean     far,
            guint64     *out_address)
{
  guint64 n = MAX (self->layout.n_columns, 1);
  guint64 row = lac_align_down (self->caret, n);
  guint64 n_rows = (guint64) MAX (1, lacuna_bytes_get_room (self) / self->layout.row - 1);

  switch (keyval)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      *out_address = lac_subtract_saturating (self->caret, far ? 8 : 1);
      return TRUE;
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      *out_address = lac_add_saturating (self->caret, far ? 8 : 1);
      return TRUE;
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      *out_address = self->caret - self->range.start < n ? self->caret : self->caret - n;
      return TRUE;
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      *out_address = self->range.end - 1 - self->caret < n ? self->caret : self->caret + n;
      return TRUE;
    case GDK_KEY_Page_Up:
    case GDK_KEY_KP_Page_Up:
      *out_address = lac_subtract_saturating (self->caret, n * n_rows);
      return TRUE;
    case GDK_KEY_Page_Down:
    case GDK_KEY_KP_Page_Down:
      *out_address = lac_add_saturating (self->caret, n * n_rows);
      return TRUE;
    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
      *out_address = far ? self->range.start : row;
      return TRUE;
    case GDK_KEY_End:
    case GDK_KEY_KP_End:
      *out_address = far ? self->range.end - 1 : lac_add_saturating (row, n - 1);
      return TRUE;
    default:
      return FALSE;
    }
}

/* (nullable): the action that a key with Ctrl means. */
static const char *
control_action (guint keyval)
{
  switch (gdk_keyval_to_lower (keyval))
    {
    case GDK_KEY_c:
    case GDK_KEY_Insert:
      return "bytes.copy-hex";
    case GDK_KEY_a:
      return "bytes.select-all";
    case GDK_KEY_f:
      return "bytes.find";
    default:
      return NULL;
    }
}

static gboolean
popup_menu (LacunaBytes *self)
{
  guint64 rows = lac_subtract_saturating (lac_align_down (self->caret, self->layout.n_columns),
                                          lacuna_bytes_get_visible (self).start)
                 / MAX (self->layout.n_columns, 1);
  guint column = (guint) (self->caret % MAX (self->layout.n_columns, 1));
  double x = lacuna_bytes_layout_column_x (&self->layout, LACUNA_BYTES_HEX, column);
  double y = self->layout.head + ((double) MIN (rows, 10000) + 1) * self->layout.row
             - self->top_offset;

  if (!self->has_layout || lac_range_size (self->range) == 0)
    return FALSE;
  g_signal_emit_by_name (self, "menu", CLAMP (x, 0, gtk_widget_get_width (GTK_WIDGET (self))),
                         CLAMP (y, 0, gtk_widget_get_height (GTK_WIDGET (self))));
  return TRUE;
}

static gboolean
key_pressed_cb (LacunaBytes    *self,
                guint           keyval,
                guint           keycode,
                GdkModifierType state)
{
  GdkModifierType modifiers = state & gtk_accelerator_get_default_mod_mask ();
  gboolean shift = (modifiers & GDK_SHIFT_MASK) != 0;
  gboolean control = (modifiers & GDK_CONTROL_MASK) != 0;
  guint64 address;

  if (modifiers & (GDK_ALT_MASK | GDK_SUPER_MASK | GDK_HYPER_MASK | GDK_META_MASK))
    return FALSE;
  if (keyval == GDK_KEY_Menu || (keyval == GDK_KEY_F10 && shift && !control))
    return popup_menu (self);
  if (lac_range_size (self->range) == 0 || !self->has_layout)
    return FALSE;
  if (key_target (self, keyval, control, &address))
    {
      lacuna_bytes_move (self, address, shift);
      return TRUE;
    }
  if (control && !shift && control_action (keyval) != NULL)
    return gtk_widget_activate_action (GTK_WIDGET (self), control_action (keyval), NULL);
  if (modifiers == 0 && (keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter))
    return gtk_widget_activate_action (GTK_WIDGET (self), "bytes.show-on-strip", NULL);
  if (modifiers == 0 && keyval == GDK_KEY_Escape && lacuna_bytes_has_selection (self))
    {
      lacuna_bytes_move (self, self->caret, FALSE);
      return TRUE;
    }
  return FALSE;
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
