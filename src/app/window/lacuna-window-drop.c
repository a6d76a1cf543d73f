/* The window's place to drop files on: all of it.
 *
 * While files are held over the window, a page over everything says what letting go will do. The
 * first file is shown in this window, and every other in a window of its own, as on the command
 * line.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-drop.h"
#include "lacuna-window-private.h"

#include <glib/gi18n.h>

/* (transfer full): the files dropped, of either type that carries them. */
static GPtrArray *
files_of (const GValue *value)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_object_unref);

  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    {
      g_autoptr (GSList) list = gdk_file_list_get_files (g_value_get_boxed (value));

      for (GSList *link = list; link != NULL; link = link->next)
        g_ptr_array_add (files, g_object_ref (link->data));
    }
  else if (G_VALUE_HOLDS (value, G_TYPE_FILE) && g_value_get_object (value) != NULL)
    g_ptr_array_add (files, g_value_dup_object (value));
  return files;
}

static gboolean
drop_cb (LacunaWindow *self,
         const GValue *value)
{
  g_autoptr (GPtrArray) files = files_of (value);
  g_autoptr (LacunaTarget) target = NULL;
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  if (files->len == 0)
    return FALSE;
  target = lacuna_target_new_for_file (g_ptr_array_index (files, 0));
  lacuna_window_open_target (self, target);
  if (files->len > 1 && application != NULL)
    g_application_open (G_APPLICATION (application), (GFile **) files->pdata + 1,
                        (int) files->len - 1, "");
  return TRUE;
}

static GtkWidget *
make_hint (void)
{
  GtkWidget *page = adw_status_page_new ();

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), "document-open-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (page), _ ("Drop to Open"));
  adw_status_page_set_description (
      ADW_STATUS_PAGE (page),
      _ ("A file with the text of a /proc/PID/maps is shown like the process that it was taken "
         "from."));
  gtk_widget_add_css_class (page, "drop-hint");
  /* It only shows what will happen; what is dropped on it is dropped on the window. */
  gtk_widget_set_can_target (page, FALSE);
  return page;
}

/* Made when it is needed: most windows never are dropped on, and all of them open sooner. */
static GdkDragAction
enter_cb (LacunaWindow *self)
{
  if (self->drop_hint == NULL)
    {
      self->drop_hint = make_hint ();
      gtk_overlay_add_overlay (self->drop_overlay, self->drop_hint);
    }
  gtk_widget_set_visible (self->drop_hint, TRUE);
  return GDK_ACTION_COPY;
}

static void
leave_cb (LacunaWindow *self)
{
  if (self->drop_hint != NULL)
    gtk_widget_set_visible (self->drop_hint, FALSE);
}

/**
 * lacuna_window_add_drop_target:
 *
 * Lets files be dropped on the window; call it once.
 */
void
lacuna_window_add_drop_target (LacunaWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);
  GType types[] = { GDK_TYPE_FILE_LIST, G_TYPE_FILE };

  gtk_drop_target_set_gtypes (target, types, G_N_ELEMENTS (types));
  g_signal_connect_swapped (target, "drop", G_CALLBACK (drop_cb), self);
  g_signal_connect_swapped (target, "enter", G_CALLBACK (enter_cb), self);
  g_signal_connect_swapped (target, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
