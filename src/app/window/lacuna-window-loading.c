/* The window's loading: from what was asked for to a picture, a page that says why not, or
 * neither.
 *
 * Loading runs on a worker. Until the new picture comes the old one stays; a spinner shows only
 * when that takes longer than a glance. Only a load that was not overtaken by another may change
 * anything. A refresh that fails leaves what is there: it was true when it was read, and says when
 * that was.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-private.h"
#include "app/lacuna-isolate.h"
#include "lacuna-picture.h"
#include "core/status.h"
#include "model/lacuna-error.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>
#include <string.h>

/* How long a load may take before the window says that it is at it. */
#define SPINNER_MILLISECONDS 200

/* How long until it says what it waits for, and offers not to. */
#define PATIENCE_MILLISECONDS 2000

/* How long a window waits for something to show before it shows itself. */
#define PRESENT_MILLISECONDS 50

/* The title */

/* What people call it: "-" is only what they type. */
static const char *
name_source (const char *name)
{
  return g_strcmp0 (name, "-") == 0 ? _ ("standard input") : name;
}

static void
update_title (LacunaWindow *self)
{
  const struct lac_map *map = lacuna_snapshot_get_map (self->snapshot);
  struct lac_totals totals = lac_map_totals (map);
  size_t n_regions;
  g_autofree char *count = NULL;
  g_autofree char *regions = NULL;
  g_autofree char *mapped = lacuna_format_size (totals.mapped);
  g_autofree char *largest = lacuna_format_size (totals.largest_gap);
  g_autofree char *title = NULL;

  lac_map_regions (map, &n_regions);
  count = lacuna_format_count (n_regions);
  regions = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s region", "%s regions", n_regions),
                             count);
  title = g_strdup_printf (_ ("%s · %s mapped · largest gap %s"), regions, mapped, largest);
  adw_window_title_set_title (self->window_title, title);
}

static void
show_target_name (LacunaWindow *self,
                  const char   *name)
{
  g_autofree char *title = g_strdup_printf (_ ("%s – Lacuna"), name_source (name));

  lacuna_target_chooser_set_title (self->chooser, name_source (name));
  gtk_window_set_title (GTK_WINDOW (self), title);
}

/* A process that has become another program has another name. */
static void
show_snapshot_name (LacunaWindow *self)
{
  const LacunaOrigin *origin = lacuna_snapshot_get_origin (self->snapshot);
  g_autofree char *name = lacuna_target_make_title (origin->kind, origin->name, origin->pid);

  show_target_name (self, name);
}

/* Presenting */

/* There is something to see. */
static void
end_waiting (LacunaWindow *self)
{
  if (self->present_source == 0)
    return;
  g_clear_handle_id (&self->present_source, g_source_remove);
  gtk_window_present (GTK_WINDOW (self));
}

static gboolean
present_cb (gpointer user_data)
{
  LacunaWindow *self = user_data;

  self->present_source = 0;
  gtk_window_present (GTK_WINDOW (self));
  return G_SOURCE_REMOVE;
}

/**
 * lacuna_window_present_soon:
 * @self: a window that was told what to show
 *
 * Presents the window once it has something to show, and after a moment at the latest: a process is
 * read sooner than an empty window could be drawn, and each frame that shows nothing comes before
 * the one that shows it.
 */
void
lacuna_window_present_soon (LacunaWindow *self)
{
  g_return_if_fail (LACUNA_IS_WINDOW (self));

  if (self->cancellable == NULL)
    gtk_window_present (GTK_WINDOW (self));
  else if (self->present_source == 0)
    self->present_source = g_timeout_add (PRESENT_MILLISECONDS, present_cb, self);
}

/* Loading */

static void
show_page (LacunaWindow *self,
           const char   *name)
{
  gboolean view = g_str_equal (name, "view");

  /* The first frame of a fade shows only what was there before, which at a start is nothing; and on a
   * machine that is busy the second may be a long time coming. */
  gtk_stack_set_visible_child_full (self->stack, name,
                                    view ? GTK_STACK_TRANSITION_TYPE_NONE
                                         : GTK_STACK_TRANSITION_TYPE_CROSSFADE);
  gtk_spinner_set_spinning (self->spinner, g_str_equal (name, "loading"));
  lacuna_window_set_actions_enabled (self);
}

static void
show_failure (LacunaWindow *self,
              const char   *title,
              const char   *message)
{
  gboolean is_process = self->target != NULL
                        && lacuna_target_get_kind (self->target) == LACUNA_TARGET_PROCESS;
  /* The title says which process it is. */
  g_autofree char *shown
      = is_process ? lacuna_reason_trim (message, lacuna_target_get_pid (self->target))
                   : lacuna_isolate_subject (message);
  g_autofree char *message_markup = g_markup_escape_text (shown, -1);

  adw_status_page_set_title (self->failure_page, title);
  adw_status_page_set_description (self->failure_page, message_markup);
  adw_window_title_set_title (self->window_title, "Lacuna");
  adw_window_title_set_subtitle (self->window_title, "");
  self->shows_target = FALSE;
  /* What came from standard input is gone. */
  gtk_widget_set_visible (self->try_again_button,
                          self->target == NULL
                              || (lacuna_target_get_capabilities (self->target)
                                  & LACUNA_CAN_REFRESH) != 0);
  lacuna_window_start_reasons (self);
  show_page (self, "failure");
  end_waiting (self);
}

/* Of a target that is shown already. View, selection, scrolling and focus stay. */
static void
show_refreshed (LacunaWindow  *self,
                LacunaPicture *picture)
{
  gsize gap;

  if (self->any_selected)
    self->any_selected
        = lacuna_window_find_range (self, self->selected.start, &self->selected, &gap);

  lacuna_window_show_parts (self, picture, TRUE);
  update_title (self);
}

static void
show_first (LacunaWindow  *self,
            LacunaPicture *picture)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  self->any_selected = FALSE;
  lacuna_window_show_parts (self, picture, FALSE);
  update_title (self);
  show_page (self, "view");

  /* Keys go to the strip, unless somebody is typing in the view already. */
  if (focus == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self->flap)))
    gtk_widget_grab_focus (GTK_WIDGET (self->strip));
}

/* Another program: nothing of what was looked at is there any more. */
static void
show_replaced (LacunaWindow  *self,
               LacunaPicture *picture)
{
  g_autofree char *message
      /* Translators: %s is a program's name. */
      = g_strdup_printf (_ ("The process now runs %s."),
                         lacuna_snapshot_get_origin (picture->snapshot)->name);

  self->any_selected = FALSE;
  lacuna_window_show_parts (self, picture, FALSE);
  update_title (self);
  lacuna_window_toast (self, message);
}

static void
show_picture (LacunaWindow  *self,
              LacunaPicture *picture) /* (transfer full) */
{
  g_autoptr (LacunaPicture) previous = g_steal_pointer (&self->live_state.picture);
  gboolean refreshed = self->shows_target;

  self->live_state.picture = picture;
  g_set_object (&self->snapshot, picture->snapshot);
  self->shows_target = TRUE;
  self->exited = FALSE;
  if (!refreshed)
    show_first (self, picture);
  else if (picture->replaced && !picture->unchanged)
    show_replaced (self, picture);
  else if (!picture->unchanged)
    show_refreshed (self, picture);
  /* Bytes and buffers change where no map does. */
  lacuna_window_refresh_bytes (self);
  lacuna_window_refresh_buffers (self, !picture->unchanged);
  show_snapshot_name (self);
  lacuna_window_show_state (self);
}

/* What a load that failed leaves: what was shown, with a word about it, or a page that says why. */
static void
show_fault (LacunaWindow *self,
            const GError *error)
{
  if (self->shows_target
      && (g_error_matches (error, LACUNA_ERROR, LAC_E_EXITED)
          || lacuna_target_has_exited (self->target)))
    lacuna_window_live_close (self);
  else if (self->shows_target)
    {
      if (!self->live_state.by_itself)
        lacuna_window_toast (self, error->message);
    }
  else
    {
      g_autofree char *title
          = g_strdup_printf (_ ("Can't Read %s"),
                             name_source (lacuna_target_get_title (self->target)));

      show_failure (self, title, error->message);
    }
}

/* A file can be empty where a process can't: `cat /proc/1234/maps` writes nothing and says nothing when
 * the process has just exited, or is the kernel's. To the command line that is an address space with
 * nothing in it; here somebody wanted to look at something. */
static gboolean
is_empty_file (LacunaWindow  *self,
               LacunaPicture *picture)
{
  size_t n_regions;

  lac_map_regions (lacuna_snapshot_get_map (picture->snapshot), &n_regions);
  return n_regions == 0 && lacuna_target_get_kind (self->target) == LACUNA_TARGET_FILE;
}

static void
show_empty_file (LacunaWindow *self)
{
  if (self->shows_target)
    {
      lacuna_window_toast (self, _ ("The file has no regions now. This is what was read before."));
      return;
    }
  show_failure (self, _ ("This File Has No Regions"),
                _ ("A maps file is empty when its process had ended before it was written. Write it "
                   "again while the process runs: cat /proc/PID/maps > FILE"));
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (LacunaWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaPicture) picture = lacuna_picture_load_finish (result, &error);

  /* A load that was overtaken by another, or by the window's end, has nothing to say. */
  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->spinner_source, g_source_remove);

  if (picture != NULL && is_empty_file (self, picture))
    show_empty_file (self);
  else if (picture != NULL)
    show_picture (self, g_steal_pointer (&picture));
  else
    show_fault (self, error);
  lacuna_window_live_ended (self, error);
  end_waiting (self);
  if (self->live_state.again)
    lacuna_window_refresh (self);
}

static void
queried_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (LacunaWindow) self = user_data;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, NULL);
  g_autofree char *text = NULL;

  /* It may have come meanwhile, or something else may be waited for. */
  if (info == NULL || self->cancellable == NULL || self->target == NULL || self->shows_target
      || lacuna_target_get_file (self->target) != G_FILE (source)
      || g_file_info_get_file_type (info) != G_FILE_TYPE_SPECIAL)
    return;
  text = g_strdup_printf (_ ("Waiting for a program to write to %s…"),
                          lacuna_target_get_title (self->target));
  gtk_label_set_label (self->loading_label, text);
}

/* A pipe is read when somebody writes to it, which may be never. */
static gboolean
patience_cb (gpointer user_data)
{
  LacunaWindow *self = user_data;
  GFile *file = lacuna_target_get_file (self->target);

  self->spinner_source = 0;
  gtk_widget_set_visible (self->cancel_button, TRUE);
  if (file != NULL)
    g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE,
                             G_PRIORITY_DEFAULT, self->cancellable, queried_cb,
                             g_object_ref (self));
  else if (lacuna_target_get_kind (self->target) == LACUNA_TARGET_FILE)
    gtk_label_set_label (self->loading_label, _ ("Waiting for standard input to end…"));
  return G_SOURCE_REMOVE;
}

static gboolean
spinner_cb (gpointer user_data)
{
  LacunaWindow *self = user_data;
  g_autofree char *text = g_strdup_printf (
      _ ("Reading %s…"), name_source (lacuna_target_get_title (self->target)));

  gtk_label_set_label (self->loading_label, text);
  gtk_widget_set_visible (self->cancel_button, FALSE);
  self->spinner_source
      = g_timeout_add (PATIENCE_MILLISECONDS - SPINNER_MILLISECONDS, patience_cb, self);
  show_page (self, "loading");
  return G_SOURCE_REMOVE;
}

/**
 * lacuna_window_cancel_loading:
 *
 * Waits no longer for what is being loaded.
 */
void
lacuna_window_cancel_loading (LacunaWindow *self)
{
  g_autofree char *message = NULL;

  if (self->cancellable == NULL || self->shows_target || self->target == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->spinner_source, g_source_remove);
  message = g_strdup_printf (_ ("%s was not waited for."),
                             name_source (lacuna_target_get_title (self->target)));
  show_failure (self, _ ("Reading Cancelled"), message);
  gtk_widget_child_focus (GTK_WIDGET (self->failure_page), GTK_DIR_TAB_FORWARD);
}

static void
load (LacunaWindow *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  /* A refresh has something to show meanwhile. */
  g_clear_handle_id (&self->spinner_source, g_source_remove);
  if (!self->shows_target)
    self->spinner_source = g_timeout_add (SPINNER_MILLISECONDS, spinner_cb, self);
  lacuna_window_live_began (self);
  lacuna_picture_load_async (self->target,
                             self->shows_target ? self->live_state.picture : NULL,
                             self->cancellable,
                             loaded_cb,
                             g_object_ref (self));
}

/**
 * lacuna_window_refresh:
 *
 * Reads the target again, or tries again what failed. View, selection and scrolling stay.
 */
void
lacuna_window_refresh (LacunaWindow *self)
{
  if (self->target != NULL && self->shows_target && self->cancellable != NULL)
    {
      /* What runs may have passed by what has changed since; but to begin again and again while a
       * key is held would never come to an end. */
      self->live_state.again = TRUE;
      self->live_state.by_itself = FALSE;
    }
  else if (self->target != NULL)
    load (self);
  else if (self->spelling != NULL)
    {
      g_autofree char *spelling = g_strdup (self->spelling);

      lacuna_window_open_spelling (self, spelling);
    }
}

/**
 * lacuna_window_open_target:
 * @target: what to show
 *
 * Loads @target and shows it. A load that runs is given up.
 */
void
lacuna_window_open_target (LacunaWindow *self,
                           LacunaTarget *target)
{
  g_return_if_fail (LACUNA_IS_WINDOW (self));
  g_return_if_fail (LACUNA_IS_TARGET (target));

  if (lacuna_window_leave_bytes (self, target, NULL))
    return;
  g_set_object (&self->target, target);
  g_clear_pointer (&self->spelling, g_free);
  lacuna_target_chooser_set_search (self->chooser, NULL);
  self->shows_target = FALSE;
  self->exited = FALSE;
  self->live_state.by_itself = FALSE;
  show_target_name (self, lacuna_target_get_title (target));
  load (self);
}

/* Once the window is there to be pointed at. */
static gboolean
popup_cb (GtkWidget     *chooser,
          GdkFrameClock *clock,
          gpointer       user_data)
{
  lacuna_target_chooser_popup (LACUNA_TARGET_CHOOSER (chooser));
  return G_SOURCE_REMOVE;
}

/* Several processes have the name. The command line lists them; here the list is one to choose from. */
static void
show_ambiguous (LacunaWindow *self,
                const char   *spelling,
                const char   *name)
{
  g_autofree char *title = g_strdup_printf (_ ("Several Processes Are Called %s"), name);

  show_target_name (self, spelling);
  show_failure (self, title, _ ("Choose one of them from the list."));
  lacuna_target_chooser_set_search (self->chooser, name);
  gtk_widget_add_tick_callback (GTK_WIDGET (self->chooser), popup_cb, NULL, NULL);
}

static void
begin_target (LacunaWindow *self,
              const char   *spelling,
              LacunaTarget *target,
              const GError *error)
{
  if (target != NULL)
    {
      lacuna_window_open_target (self, target);
      return;
    }

  if (g_str_has_prefix (spelling, "name:") && lacuna_target_error_is_ambiguous (error))
    {
      show_ambiguous (self, spelling, spelling + strlen ("name:"));
      return;
    }

  g_autofree char *title = g_strdup_printf (_ ("Can't Open %s"), spelling);

  show_target_name (self, spelling);
  show_failure (self, title, error->message);
}

static void
found_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (LacunaWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaTarget) target = lacuna_target_new_for_spelling_finish (result, &error);

  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  g_clear_object (&self->cancellable);

  g_autofree char *spelling = g_strdup (self->spelling);

  begin_target (self, spelling, target, error);
}

/**
 * lacuna_window_open_spelling:
 * @spelling: a target as the command line has it: self, 1234, pid:1234, name:firefox, FILE, -
 *
 * Loads that target and shows it, or says why there is none.
 */
void
lacuna_window_open_spelling (LacunaWindow *self,
                             const char   *spelling)
{
  g_autofree char *kept = NULL;

  g_return_if_fail (LACUNA_IS_WINDOW (self));

  if (lacuna_window_leave_bytes (self, NULL, spelling))
    return;
  /* It may be what the window itself kept. */
  kept = g_strdup (spelling);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->spinner_source, g_source_remove);
  g_clear_object (&self->target);
  lacuna_target_chooser_set_search (self->chooser, NULL);
  self->shows_target = FALSE;
  g_free (self->spelling);
  self->spelling = g_strdup (kept);

  /* A name is looked for in all processes there are; everything else is at hand at once. */
  if (g_str_has_prefix (kept, "name:"))
    {
      self->cancellable = g_cancellable_new ();
      lacuna_target_new_for_spelling_async (kept, self->cancellable, found_cb, g_object_ref (self));
    }
  else
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LacunaTarget) target = lacuna_target_new_for_spelling (kept, &error);

      begin_target (self, kept, target, error);
    }
}
