/* The window's actions that move the strip's view.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-private.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>

#define ZOOM_STEP 2.0

/* What is narrower than so many pixels can't be made out. */
#define SMALLEST_SEEN 8

static void
zoom_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  lacuna_strip_zoom (LACUNA_WINDOW (widget)->strip,
                     g_str_equal (name, "win.zoom-in") ? ZOOM_STEP : 1 / ZOOM_STEP, TRUE);
}

static void
show_all_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  lacuna_strip_show_all (LACUNA_WINDOW (widget)->strip, TRUE);
}

static void
show_selection_action (GtkWidget  *widget,
                       const char *name,
                       GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);

  if (self->any_selected)
    lacuna_strip_show_range (self->strip, self->selected, TRUE);
}

static void
history_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);

  if (g_str_equal (name, "win.back"))
    lacuna_strip_go_back (self->strip);
  else
    lacuna_strip_go_forward (self->strip);
}

/**
 * lacuna_window_update_history:
 *
 * Enables what the strip can go back and forward to.
 */
void
lacuna_window_update_history (LacunaWindow *self)
{
  gboolean view = lacuna_window_shows_view (self);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.back",
                                 view && lacuna_strip_can_go_back (self->strip));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.forward",
                                 view && lacuna_strip_can_go_forward (self->strip));
}

/* Going to an address */

static void
go_to_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);

  if (self->room != LACUNA_ROOM_WIDE)
    gtk_revealer_set_reveal_child (self->go_to_bar, TRUE);
  lacuna_go_to_start (self->go_to);
}

/**
 * lacuna_window_leave_go_to:
 *
 * Gives the keyboard back to the strip.
 */
void
lacuna_window_leave_go_to (LacunaWindow *self)
{
  gtk_revealer_set_reveal_child (self->go_to_bar, FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->strip));
  lacuna_go_to_clear (self->go_to);
}

/* Whether what is selected can be made out at the scale of the view. */
static gboolean
can_be_seen (LacunaWindow *self)
{
  LacunaScale *scale = lacuna_strip_get_scale (self->strip);
  LacunaView view = lacuna_strip_get_view (self->strip);
  int factor = gtk_widget_get_scale_factor (GTK_WIDGET (self->strip));

  return scale != NULL
         && lacuna_view_to_pixel (&view, scale, self->selected.end - 1)
                    - lacuna_view_to_pixel (&view, scale, self->selected.start)
                >= SMALLEST_SEEN * factor;
}

/**
 * lacuna_window_go_to:
 * @address: any address
 *
 * Selects what is at @address and brings it into view. What can be made out as things are is only
 * moved there; anything else is shown large.
 */
void
lacuna_window_go_to (LacunaWindow *self,
                     guint64       address)
{
  struct lac_range place = { address, lac_add_saturating (address, 1) };
  struct lac_range range;
  gsize gap;

  if (self->snapshot == NULL)
    return;
  if (!lacuna_window_find_range (self, address, &range, &gap))
    {
      g_autofree char *text = lacuna_format_address (address);
      g_autofree char *message
          /* Translators: %s is an address. */
          = g_strdup_printf (_ ("%s lies outside of what a process can use."), text);

      lacuna_window_toast (self, message);
      return;
    }
  lacuna_window_select_place (self, address);
  if (can_be_seen (self))
    lacuna_strip_reveal_range (self->strip, place, TRUE);
  else
    lacuna_strip_show_range (self->strip, self->selected, TRUE);
  lacuna_window_leave_go_to (self);
}

/**
 * lacuna_window_add_view_actions:
 * @widget_class: the window's class, while it is made
 */
void
lacuna_window_add_view_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.zoom-in", NULL, zoom_action);
  gtk_widget_class_install_action (widget_class, "win.zoom-out", NULL, zoom_action);
  gtk_widget_class_install_action (widget_class, "win.back", NULL, history_action);
  gtk_widget_class_install_action (widget_class, "win.forward", NULL, history_action);
  gtk_widget_class_install_action (widget_class, "win.go-to", NULL, go_to_action);
  gtk_widget_class_install_action (widget_class, "win.show-all", NULL, show_all_action);
  gtk_widget_class_install_action (widget_class, "win.show-selection", NULL,
                                   show_selection_action);
}
