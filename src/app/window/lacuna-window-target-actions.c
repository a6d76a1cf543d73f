/* The window's actions that choose what is looked at.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-private.h"

#include <glib/gi18n.h>

static void
refresh_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  lacuna_window_refresh (LACUNA_WINDOW (widget));
}

static void
choose_target_action (GtkWidget  *widget,
                      const char *name,
                      GVariant   *parameter)
{
  lacuna_target_chooser_popup (LACUNA_WINDOW (widget)->chooser);
}

static void
open_file (LacunaWindow *self,
           GFile        *file)
{
  g_autoptr (LacunaTarget) target = lacuna_target_new_for_file (file);

  lacuna_window_open_target (self, target);
}

static void
file_chosen_cb (LacunaWindow         *self,
                int                   response,
                GtkFileChooserNative *native)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));

      open_file (self, file);
    }
  gtk_native_dialog_destroy (GTK_NATIVE_DIALOG (native));
  g_object_unref (native);
}

static void
open_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  GtkFileChooserNative *native
      = gtk_file_chooser_native_new (_ ("Open a Maps File"), GTK_WINDOW (widget),
                                     GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), _ ("_Cancel"));

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  g_signal_connect_object (native, "response", G_CALLBACK (file_chosen_cb), widget,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

static void
close_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  gtk_window_close (GTK_WINDOW (widget));
}

/**
 * lacuna_window_add_target_actions:
 * @widget_class: the window's class, while it is made
 */
void
lacuna_window_add_target_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.refresh", NULL, refresh_action);
  gtk_widget_class_install_action (widget_class, "win.choose-target", NULL, choose_target_action);
  gtk_widget_class_install_action (widget_class, "win.open", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "win.close", NULL, close_action);
}
