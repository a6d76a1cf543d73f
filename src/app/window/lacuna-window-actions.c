/* The window's actions: what menus, keys and buttons can ask of it, by name.
 *
 * Everything that the pointer can do has a name here or in the strip, so that keys, menus and tests
 * can do it as well. What an action does is in the file of its concern; here is when it makes
 * sense.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-private.h"

#include <glib/gi18n.h>

static void
match_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);
  gboolean next = g_str_equal (name, "win.next-match");

  /* Where bytes are looked at, it is bytes that are found. */
  if (!lacuna_window_step_bytes (self, !next))
    lacuna_gap_panel_step (self->gap_panel, next ? 1 : -1);
}

static void
find_gap_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);

  lacuna_window_show_panel_page (self, "find");
  lacuna_gap_panel_focus_entry (self->gap_panel);
}

static void
inspect_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);

  lacuna_window_show_panel_page (self, "inspect");
  lacuna_inspector_focus (self->inspector);
}

static void
filter_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);

  /* In either way it is what is listed there that is looked through. */
  if (self->bytes)
    lacuna_bytes_pane_find (self->bytes_pane);
  else
    lacuna_region_pane_focus_filter (self->region_pane);
}

/* Made when it is asked for: most people never do, and the window opens sooner. */
static void
help_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  g_autoptr (GtkBuilder) builder
      = gtk_builder_new_from_resource ("/io/github/lacuna_project/Lacuna/ui/help-overlay.ui");
  GtkWindow *overlay = GTK_WINDOW (gtk_builder_get_object (builder, "help_overlay"));

  gtk_window_set_transient_for (overlay, GTK_WINDOW (widget));
  gtk_window_present (overlay);
}

/**
 * lacuna_window_install_actions:
 * @widget_class: the window's class, while it is made
 */
void
lacuna_window_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_property_action (widget_class, "win.bytes", "bytes");
  gtk_widget_class_install_property_action (widget_class, "win.live", "live");
  gtk_widget_class_install_property_action (widget_class, "win.orientation", "orientation");
  gtk_widget_class_install_property_action (widget_class, "win.panel", "panel");
  gtk_widget_class_install_property_action (widget_class, "win.panel-page", "panel-page");
  gtk_widget_class_install_property_action (widget_class, "win.scale", "scale");
  gtk_widget_class_install_property_action (widget_class, "win.show", "show");

  lacuna_window_add_target_actions (widget_class);
  lacuna_window_add_view_actions (widget_class);
  lacuna_window_add_anchor_actions (widget_class);
  lacuna_window_add_buffer_actions (widget_class);
  lacuna_window_add_copy_actions (widget_class);
  lacuna_window_add_hint_actions (widget_class);
  gtk_widget_class_install_action (widget_class, "win.next-match", NULL, match_action);
  gtk_widget_class_install_action (widget_class, "win.previous-match", NULL, match_action);
  gtk_widget_class_install_action (widget_class, "win.find-gap", NULL, find_gap_action);
  gtk_widget_class_install_action (widget_class, "win.inspect", NULL, inspect_action);
  gtk_widget_class_install_action (widget_class, "win.filter", NULL, filter_action);
  gtk_widget_class_install_action (widget_class, "win.show-help-overlay", NULL, help_action);
}

/**
 * lacuna_window_shows_view:
 *
 * Returns: whether there is a picture to look at
 */
gboolean
lacuna_window_shows_view (LacunaWindow *self)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "view") == 0;
}

static void
enable (LacunaWindow      *self,
        gboolean           enabled,
        const char *const *names)
{
  for (; *names != NULL; names++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), *names, enabled);
}

/**
 * lacuna_window_update_live:
 *
 * Says whether the picture follows the target, and what can be done about that. A file is read again only
 * when somebody asks; a process that has exited has nothing more to tell.
 */
void
lacuna_window_update_live (LacunaWindow *self)
{
  gboolean view = lacuna_window_shows_view (self);
  gboolean can_differ
      = self->target != NULL
        && (lacuna_target_get_capabilities (self->target) & LACUNA_CAN_REFRESH) != 0;
  gboolean can_follow
      = can_differ && lacuna_target_get_kind (self->target) != LACUNA_TARGET_FILE;
  const char *word;
  const char *sentence;

  if (self->exited)
    {
      /* Translators: the process that is shown has exited. */
      word = C_ ("live", "Closed");
      sentence = _ ("The process has exited; this is what was read last.");
    }
  else if (lacuna_window_get_live (self))
    {
      /* Translators: the picture follows the process. */
      word = C_ ("live", "Live");
      sentence = _ ("The picture follows the process. The space bar pauses it.");
    }
  else
    {
      /* Translators: the picture does not follow the process. */
      word = C_ ("live", "Paused");
      sentence = _ ("The picture stays as it was read. The space bar lets it follow the process.");
    }
  /* Setting them costs a layout and a question to the display, and every refresh comes by here. */
  if (g_strcmp0 (gtk_widget_get_tooltip_text (self->live_button), sentence) != 0)
    {
      gtk_label_set_label (self->live_label, word);
      gtk_widget_set_tooltip_text (self->live_button, sentence);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->live_button),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, word,
                                      GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, sentence, -1);
    }
  if (self->exited)
    gtk_widget_add_css_class (self->live_button, "closed");
  else
    gtk_widget_remove_css_class (self->live_button, "closed");
  /* The narrowest header has both in its menu; that a process is no more is said nowhere else in it. */
  gtk_widget_set_visible (self->live_button,
                          view && can_follow && (!self->slim || self->exited));
  gtk_widget_set_visible (self->refresh_button,
                          view && can_differ && !self->exited && !self->slim
                              && !(can_follow && lacuna_window_get_live (self)));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.live",
                                 view && can_follow && !self->exited);
  /* What can't differ need not be read again; a failure can always be tried again. */
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.refresh",
                                 !view || self->target == NULL || can_differ);
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
      = { "win.zoom-in",  "win.zoom-out",   "win.show-all",    "win.scale", "win.orientation",
          "win.panel",    "win.panel-page", "win.find-gap",    "win.show",  "win.filter",
          "win.buffers",  "win.inspect",  "win.go-to",      "win.pick-anchor", "win.show-hints",
          "win.bytes",
          NULL };
  static const char *const selection_actions[]
      = { "win.show-selection", "win.near-selection", "win.copy-address", NULL };
  static const char *const match_actions[]
      = { "win.next-match", "win.previous-match", NULL };
  static const char *const candidate_actions[]
      = { "win.copy-match-address", "win.copy-match-command", "win.copy-match-call", NULL };
  gboolean view = lacuna_window_shows_view (self);
  LacunaGapResults *results = lacuna_gap_panel_get_results (self->gap_panel);
  gboolean matches = results != NULL && lacuna_gap_results_get_n_matches (results) > 0;

  enable (self, view, view_actions);
  enable (self, view && self->any_selected, selection_actions);
  enable (self, view && matches, match_actions);
  enable (self, view && lacuna_gap_panel_get_selected (self->gap_panel) != NULL, candidate_actions);
  gtk_widget_set_sensitive (GTK_WIDGET (self->go_to), view);
  lacuna_window_update_buffers (self);
  lacuna_window_update_copying (self);
  lacuna_window_update_history (self);
  lacuna_window_update_live (self);
}
