/* LacunaBytesPane: editing what it shows.
 *
 * One edits because one said so: until then no key changes a byte. Who stops with changes that are not
 * written is asked what is to become of them, and so is who goes on to other memory or closes the window,
 * which the window asks for with lacuna_bytes_pane_leave().
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-bytes-pane-private.h"

#include <glib/gi18n.h>

static guint64
count_changes (LacunaBytesPane *self)
{
  return self->edits != NULL ? lacuna_byte_edits_get_n_bytes (self->edits) : 0;
}

void
lacuna_bytes_pane_update_edit_actions (LacunaBytesPane *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean any = lac_range_size (lacuna_bytes_get_range (self->view)) > 0;
  gboolean idle = self->edits != NULL && !lacuna_byte_edits_is_busy (self->edits);
  gboolean changes = count_changes (self) > 0;

  gtk_widget_action_set_enabled (widget, "bytes.edit",
                                 self->edits != NULL && (any || self->editing));
  gtk_widget_action_set_enabled (widget, "bytes.paste", self->editing && any);
  gtk_widget_action_set_enabled (widget, "bytes.apply", idle && changes);
  gtk_widget_action_set_enabled (widget, "bytes.discard", idle && changes);
  gtk_widget_action_set_enabled (widget, "bytes.copy-changes", changes);
  gtk_widget_action_set_enabled (widget, "bytes.undo",
                                 idle
                                     && lacuna_byte_edits_get_undo (self->edits)
                                            != LACUNA_BYTE_STEP_NONE);
  gtk_widget_action_set_enabled (widget, "bytes.redo",
                                 idle
                                     && lacuna_byte_edits_get_redo (self->edits)
                                            != LACUNA_BYTE_STEP_NONE);
}

static void
show_editing (LacunaBytesPane *self,
              gboolean         editing)
{
  if (self->editing == editing)
    return;
  self->editing = editing;
  if (self->edits != NULL)
    lacuna_bytes_set_editing (self->view, editing);
  gtk_revealer_set_reveal_child (self->editor_revealer, editing);
  lacuna_bytes_pane_update_edit_actions (self);
  lacuna_bytes_pane_notify_editing (self);
}

static void
stop_editing (gpointer user_data)
{
  show_editing (LACUNA_BYTES_PANE (user_data), FALSE);
}

/* Changes that lie where nothing is mapped any more can be copied, and not written. */
static gboolean
changes_are_gone (LacunaBytesPane *self)
{
  struct lac_range run = { 0, 0 };
  const struct lac_region *regions;
  size_t n_regions;

  if (self->map == NULL || count_changes (self) == 0)
    return FALSE;
  regions = lac_map_regions (self->map, &n_regions);
  while (lacuna_byte_edits_next_run (self->edits, run.end, &run))
    {
      size_t index = lac_map_search (self->map, run.start);

      if (index < n_regions && regions[index].start < run.end)
        return FALSE;
    }
  return TRUE;
}

/**
 * lacuna_bytes_pane_check_editing:
 *
 * Ends editing where there are no bytes to type over, and none that were typed.
 */
void
lacuna_bytes_pane_check_editing (LacunaBytesPane *self)
{
  lacuna_bytes_editor_set_gone (self->editor, changes_are_gone (self));
  if (!self->editing || count_changes (self) > 0 || lacuna_byte_edits_is_busy (self->edits)
      || lac_range_size (lacuna_bytes_get_range (self->view)) > 0)
    return;
  show_editing (self, FALSE);
  lacuna_bytes_pane_tell (self, _ ("Editing has ended: there are no bytes here any more."));
}

/* Also where a menu or a setting says so. */
void
lacuna_bytes_pane_set_editing (LacunaBytesPane *self,
                               gboolean         editing)
{
  if (editing == self->editing || (editing && self->edits == NULL))
    return;
  if (!editing)
    {
      lacuna_bytes_editor_leave (self->editor, stop_editing, g_object_ref (self), g_object_unref);
      return;
    }
  show_editing (self, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

/* What was redone is seen as a change, and so somebody edits. */
static void
edits_changed_cb (LacunaBytesPane *self)
{
  if (count_changes (self) > 0)
    show_editing (self, TRUE);
  lacuna_bytes_pane_check_editing (self);
  lacuna_bytes_pane_update_edit_actions (self);
}

void
lacuna_bytes_pane_renew_edits (LacunaBytesPane *self)
{
  if (self->edits != NULL)
    g_signal_handlers_disconnect_by_data (self->edits, self);
  g_clear_object (&self->edits);
  if (self->editor == NULL)
    return;
  show_editing (self, FALSE);
  if (self->source != NULL && lacuna_byte_source_can_write (self->source))
    {
      self->edits = lacuna_byte_edits_new (self->source);
      g_signal_connect_swapped (self->edits, "changed", G_CALLBACK (edits_changed_cb), self);
    }
  lacuna_bytes_set_edits (self->view, self->edits);
  lacuna_bytes_editor_set_edits (self->editor, self->edits);
}

/* A button that did its work is insensitive then, and would leave the focus with nobody: so whoever pressed
 * one goes on in the bytes. */
static void
go_on_in_view (LacunaBytesPane *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
apply_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  LacunaBytesPane *self = LACUNA_BYTES_PANE (widget);

  go_on_in_view (self);
  lacuna_bytes_editor_apply (self->editor);
}

static void
discard_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  LacunaBytesPane *self = LACUNA_BYTES_PANE (widget);

  go_on_in_view (self);
  lacuna_bytes_editor_discard (self->editor);
}

static void
undo_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  LacunaBytesPane *self = LACUNA_BYTES_PANE (widget);

  go_on_in_view (self);
  lacuna_bytes_editor_undo (self->editor, g_str_equal (name, "bytes.redo"));
}

static void
copy_changes_action (GtkWidget  *widget,
                     const char *name,
                     GVariant   *parameter)
{
  LacunaBytesPane *self = LACUNA_BYTES_PANE (widget);
  g_autofree char *text = lacuna_bytes_editor_to_commands (self->editor);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  lacuna_bytes_pane_tell (self, _ ("Copied the changes as commands"));
}

static void
pasted_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (LacunaBytesPane) self = user_data;
  g_autofree char *text
      = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);

  if (self->view == NULL || gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;
  if (text != NULL)
    lacuna_bytes_paste (self->view, text);
  else
    lacuna_bytes_pane_tell (self, _ ("There is no text on the clipboard."));
}

static void
paste_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (widget), NULL, pasted_cb,
                                 g_object_ref (widget));
}

void
lacuna_bytes_pane_add_edit_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "bytes.apply", NULL, apply_action);
  gtk_widget_class_install_action (widget_class, "bytes.discard", NULL, discard_action);
  gtk_widget_class_install_action (widget_class, "bytes.undo", NULL, undo_action);
  gtk_widget_class_install_action (widget_class, "bytes.redo", NULL, undo_action);
  gtk_widget_class_install_action (widget_class, "bytes.paste", NULL, paste_action);
  gtk_widget_class_install_action (widget_class, "bytes.copy-changes", NULL, copy_changes_action);
  gtk_widget_class_install_property_action (widget_class, "bytes.edit", "editing");
}

void
lacuna_bytes_pane_edit_init (LacunaBytesPane *self)
{
  lacuna_bytes_editor_set_view (self->editor, self->view);
  g_signal_connect_object (self->editor, "told", G_CALLBACK (lacuna_bytes_pane_tell), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->editor, "written", G_CALLBACK (lacuna_bytes_pane_refresh), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->editor, "confirm-change", G_CALLBACK (lacuna_bytes_pane_confirm),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "told", G_CALLBACK (lacuna_bytes_pane_tell), self,
                           G_CONNECT_SWAPPED);
}

/**
 * lacuna_bytes_pane_set_owner:
 * @owner: (nullable): whose memory it is; %NULL for Lacuna's own
 * @pid: of whom
 * @exited: whether it is no more
 */
void
lacuna_bytes_pane_set_owner (LacunaBytesPane *self,
                             const char      *owner,
                             gint32           pid,
                             gboolean         exited)
{
  g_return_if_fail (LACUNA_IS_BYTES_PANE (self));

  lacuna_bytes_editor_set_owner (self->editor, owner, pid, exited);
}

void
lacuna_bytes_pane_set_read_only (LacunaBytesPane *self,
                                 gboolean         read_only)
{
  g_return_if_fail (LACUNA_IS_BYTES_PANE (self));

  lacuna_bytes_editor_set_read_only (self->editor, read_only);
}

void
lacuna_bytes_pane_answer_change (LacunaBytesPane *self,
                                 gboolean         go_on)
{
  g_return_if_fail (LACUNA_IS_BYTES_PANE (self));

  lacuna_bytes_editor_answer (self->editor, go_on);
}

gboolean
lacuna_bytes_pane_has_changes (LacunaBytesPane *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTES_PANE (self), FALSE);

  return count_changes (self) > 0;
}

/**
 * lacuna_bytes_pane_leave:
 * @leave: what would lose changes that are not written
 * @user_data: (transfer full): for @leave
 * @destroy: (nullable): ends @user_data
 */
void
lacuna_bytes_pane_leave (LacunaBytesPane *self,
                         LacunaBytesLeave leave,
                         gpointer         user_data,
                         GDestroyNotify   destroy)
{
  g_return_if_fail (LACUNA_IS_BYTES_PANE (self));

  lacuna_bytes_editor_leave (self->editor, leave, user_data, destroy);
}
