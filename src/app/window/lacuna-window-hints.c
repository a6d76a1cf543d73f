/* The window's first words to somebody new.
 *
 * They come once, when Lacuna is started for the first time and not told what to show; who asks for
 * a process knows what it is about. Where nothing can be remembered they would come every time, and
 * so they don't come at all unless somebody asks.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "app/lacuna-settings.h"
#include "lacuna-window-private.h"

#include <glib/gi18n.h>

static void
show_hints (LacunaWindow *self)
{
  lacuna_hints_start (self->hints);
  gtk_widget_set_visible (GTK_WIDGET (self->hints_revealer), TRUE);
  gtk_revealer_set_reveal_child (self->hints_revealer, TRUE);
}

static void
show_hints_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);

  show_hints (self);
  gtk_widget_child_focus (GTK_WIDGET (self->hints), GTK_DIR_TAB_FORWARD);
}

/**
 * lacuna_window_hints_closed:
 *
 * Takes the hints away, for good.
 */
void
lacuna_window_hints_closed (LacunaWindow *self)
{
  GSettings *settings = lacuna_settings_get ();
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  gboolean had_focus = focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->hints));

  gtk_revealer_set_reveal_child (self->hints_revealer, FALSE);
  if (settings != NULL)
    g_settings_set_boolean (settings, "hints-shown", TRUE);
  if (had_focus)
    gtk_widget_grab_focus (GTK_WIDGET (self->strip));
}

/**
 * lacuna_window_hints_revealed:
 *
 * What has slid away is not there for a screen reader either.
 */
void
lacuna_window_hints_revealed (LacunaWindow *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->hints_revealer),
                          gtk_revealer_get_reveal_child (self->hints_revealer)
                              || gtk_revealer_get_child_revealed (self->hints_revealer));
}

/**
 * lacuna_window_skip_hints:
 *
 * For a key that nothing else wanted, wherever the focus is: hints that lie over something have to go
 * as easily as they came.
 *
 * Returns: whether there were hints to take away
 */
gboolean
lacuna_window_skip_hints (LacunaWindow *self)
{
  if (!gtk_revealer_get_reveal_child (self->hints_revealer))
    return FALSE;
  lacuna_window_hints_closed (self);
  return TRUE;
}

/**
 * lacuna_window_welcome:
 * @self: a window that opens without having been told what to show
 *
 * Shows the hints, when they have never been shown to the end.
 */
void
lacuna_window_welcome (LacunaWindow *self)
{
  GSettings *settings = lacuna_settings_get ();

  g_return_if_fail (LACUNA_IS_WINDOW (self));

  if (settings != NULL && !g_settings_get_boolean (settings, "hints-shown"))
    show_hints (self);
}

/**
 * lacuna_window_add_hint_actions:
 * @widget_class: the window's class, while it is made
 */
void
lacuna_window_add_hint_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.show-hints", NULL, show_hints_action);
}
