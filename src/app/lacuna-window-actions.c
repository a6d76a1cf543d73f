/* The window's actions: what menus, keys and buttons can ask of it, by name.
 *
 * Everything that the pointer can do has a name here or in the strip, so that keys, menus and tests
 * can do it as well.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-private.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>

#define ZOOM_STEP 2.0

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
file_chosen_cb (LacunaWindow         *self,
                int                   response,
                GtkFileChooserNative *native)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
      g_autoptr (LacunaTarget) target = lacuna_target_new_for_file (file);

      lacuna_window_open_target (self, target);
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
zoom_in_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  lacuna_strip_zoom (LACUNA_WINDOW (widget)->strip, ZOOM_STEP, TRUE);
}

static void
zoom_out_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  lacuna_strip_zoom (LACUNA_WINDOW (widget)->strip, 1 / ZOOM_STEP, TRUE);
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
match_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  lacuna_gap_panel_step (LACUNA_WINDOW (widget)->gap_panel,
                         g_str_equal (name, "win.next-match") ? 1 : -1);
}

static void
near_selection_action (GtkWidget  *widget,
                       const char *name,
                       GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);

  if (self->any_selected)
    {
      g_autofree char *address = lacuna_format_address (self->selected.start);

      lacuna_gap_panel_add_anchor (self->gap_panel, address);
      adw_flap_set_reveal_flap (self->flap, TRUE);
    }
}

static void
find_gap_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);

  adw_flap_set_reveal_flap (self->flap, TRUE);
  lacuna_gap_panel_focus_entry (self->gap_panel);
}

static void
filter_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  lacuna_region_pane_focus_filter (LACUNA_WINDOW (widget)->region_pane);
}

static void
close_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  gtk_window_close (GTK_WINDOW (widget));
}

/**
 * lacuna_window_install_actions:
 * @widget_class: the window's class, while it is made
 */
void
lacuna_window_install_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    const char *name;
    GtkWidgetActionActivateFunc activate;
  } actions[] = {
    { "win.refresh", refresh_action },
    { "win.choose-target", choose_target_action },
    { "win.open", open_action },
    { "win.zoom-in", zoom_in_action },
    { "win.zoom-out", zoom_out_action },
    { "win.show-all", show_all_action },
    { "win.show-selection", show_selection_action },
    { "win.next-match", match_action },
    { "win.previous-match", match_action },
    { "win.near-selection", near_selection_action },
    { "win.find-gap", find_gap_action },
    { "win.filter", filter_action },
    { "win.close", close_action },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, NULL, actions[i].activate);
}

/**
 * lacuna_window_set_actions_enabled:
 *
 * Enables what makes sense for what the window shows.
 */
void
lacuna_window_set_actions_enabled (LacunaWindow *self)
{
  static const char *const view_actions[]
      = { "win.zoom-in", "win.zoom-out", "win.show-all", "win.find-gap", "win.filter" };
  static const char *const selection_actions[] = { "win.show-selection", "win.near-selection" };
  static const char *const match_actions[] = { "win.next-match", "win.previous-match" };
  const char *page = gtk_stack_get_visible_child_name (self->stack);
  gboolean view = g_strcmp0 (page, "view") == 0;
  gboolean matches = lacuna_gap_panel_get_selected (self->gap_panel) != NULL;
  GtkWidget *widget = GTK_WIDGET (self);

  for (gsize i = 0; i < G_N_ELEMENTS (view_actions); i++)
    gtk_widget_action_set_enabled (widget, view_actions[i], view);
  for (gsize i = 0; i < G_N_ELEMENTS (selection_actions); i++)
    gtk_widget_action_set_enabled (widget, selection_actions[i], view && self->any_selected);
  for (gsize i = 0; i < G_N_ELEMENTS (match_actions); i++)
    gtk_widget_action_set_enabled (widget, match_actions[i], view && matches);
  /* What can't differ need not be read again; a failure can always be tried again. */
  gtk_widget_action_set_enabled (
      widget, "win.refresh",
      !view || self->target == NULL
          || (lacuna_target_get_capabilities (self->target) & LACUNA_CAN_REFRESH) != 0);
}
