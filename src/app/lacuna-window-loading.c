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
#include "lacuna-picture.h"
#include "core/status.h"
#include "model/lacuna-error.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>

/* How long a load may take before the window says that it is at it. */
#define SPINNER_MILLISECONDS 200

/* The title */

static char *
format_age (gint64 taken)
{
  gint64 seconds = (g_get_real_time () - taken) / G_USEC_PER_SEC;

  if (seconds < 1)
    return g_strdup (_ ("just now"));
  if (seconds < 60)
    return g_strdup_printf (_ ("%d s ago"), (int) seconds);
  if (seconds < 60 * 60)
    return g_strdup_printf (_ ("%d min ago"), (int) (seconds / 60));
  return g_strdup_printf (_ ("%d h ago"), (int) (seconds / (60 * 60)));
}

/* What people call it: "-" is only what they type. */
static const char *
name_source (const char *name)
{
  return g_strcmp0 (name, "-") == 0 ? _ ("standard input") : name;
}

static void
update_subtitle (LacunaWindow *self)
{
  const LacunaOrigin *origin = lacuna_snapshot_get_origin (self->snapshot);
  g_autofree char *age = format_age (lacuna_snapshot_get_taken (self->snapshot));
  g_autofree char *subtitle = g_strdup_printf ("%s, %s", name_source (origin->source_path), age);

  adw_window_title_set_subtitle (self->window_title, subtitle);
}

static void
update_note (LacunaWindow *self)
{
  size_t n_repairs = lac_map_repairs (lacuna_snapshot_get_map (self->snapshot));
  g_autofree char *torn = NULL;

  if (n_repairs > 0)
    torn = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                         "The process changed while it was read; %'" G_GSIZE_FORMAT
                                         " region was put right.",
                                         "The process changed while it was read; %'" G_GSIZE_FORMAT
                                         " regions were put right.",
                                         n_repairs),
                            n_repairs);
  if (self->exited)
    gtk_label_set_label (self->note_label,
                         _ ("The process has exited. This is what was read last."));
  else
    gtk_label_set_label (self->note_label, torn != NULL ? torn : "");
  gtk_widget_set_visible (GTK_WIDGET (self->note_label), self->exited || torn != NULL);
}

/**
 * lacuna_window_tick:
 * @window: a #LacunaWindow
 *
 * Keeps "3 s ago" true, and notices when the process has exited; a #GSourceFunc for once a second.
 */
gboolean
lacuna_window_tick (gpointer window)
{
  LacunaWindow *self = window;

  if (self->snapshot == NULL || !self->shows_target)
    return G_SOURCE_CONTINUE;
  update_subtitle (self);
  if (!self->exited && lacuna_target_has_exited (self->target))
    {
      self->exited = TRUE;
      update_note (self);
    }
  return G_SOURCE_CONTINUE;
}

static void
update_title (LacunaWindow *self)
{
  const struct lac_map *map = lacuna_snapshot_get_map (self->snapshot);
  struct lac_totals totals = lac_map_totals (map);
  size_t n_regions;
  g_autofree char *regions = NULL;
  g_autofree char *mapped = lacuna_format_size (totals.mapped);
  g_autofree char *largest = lacuna_format_size (totals.largest_gap);
  g_autofree char *title = NULL;

  lac_map_regions (map, &n_regions);
  regions = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%'" G_GSIZE_FORMAT " region",
                                          "%'" G_GSIZE_FORMAT " regions", n_regions),
                             n_regions);
  title = g_strdup_printf (_ ("%s · %s mapped · largest gap %s"), regions, mapped, largest);
  adw_window_title_set_title (self->window_title, title);
  update_subtitle (self);
}

static void
show_target_name (LacunaWindow *self,
                  const char   *name)
{
  g_autofree char *title = g_strdup_printf (_ ("%s – Lacuna"), name_source (name));

  lacuna_target_chooser_set_title (self->chooser, name_source (name));
  gtk_window_set_title (GTK_WINDOW (self), title);
}

/* Loading */

static void
show_page (LacunaWindow *self,
           const char   *name)
{
  gtk_stack_set_visible_child_name (self->stack, name);
  gtk_spinner_set_spinning (self->spinner, g_str_equal (name, "loading"));
  lacuna_window_set_actions_enabled (self);
}

static void
show_failure (LacunaWindow *self,
              const char   *title,
              const char   *message)
{
  g_autofree char *message_markup = g_markup_escape_text (message, -1);

  adw_status_page_set_title (self->failure_page, title);
  adw_status_page_set_description (self->failure_page, message_markup);
  adw_window_title_set_title (self->window_title, "Lacuna");
  adw_window_title_set_subtitle (self->window_title, "");
  self->shows_target = FALSE;
  show_page (self, "failure");
}

static void
show_picture (LacunaWindow  *self,
              LacunaPicture *picture)
{
  gboolean refreshed = self->shows_target;
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  gsize gap;

  g_set_object (&self->snapshot, picture->snapshot);
  self->shows_target = TRUE;
  self->exited = FALSE;
  if (refreshed && self->any_selected)
    self->any_selected
        = lacuna_window_find_range (self, self->selected.start, &self->selected, &gap);
  else
    self->any_selected = FALSE;

  lacuna_strip_set_snapshot (self->strip, picture->snapshot, picture->census, refreshed);
  lacuna_legend_set_census (self->legend, picture->census);
  lacuna_details_set_snapshot (self->details, picture->snapshot);
  lacuna_region_pane_set_snapshot (self->region_pane, picture->snapshot);
  if (!self->any_selected)
    lacuna_region_pane_select (self->region_pane, FALSE, 0);
  lacuna_gap_panel_set_snapshot (self->gap_panel, self->target, picture->snapshot);
  show_target_name (self, lacuna_target_get_title (self->target));
  lacuna_window_show_selection (self);
  update_title (self);
  update_note (self);
  show_page (self, "view");

  /* Keys go to the strip, unless somebody is typing in the view already. */
  if (!refreshed && (focus == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self->flap))))
    gtk_widget_grab_focus (GTK_WIDGET (self->strip));
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

  if (picture != NULL)
    show_picture (self, picture);
  else if (self->shows_target && g_error_matches (error, LACUNA_ERROR, LAC_E_EXITED))
    {
      self->exited = TRUE;
      update_note (self);
      show_page (self, "view");
    }
  else if (self->shows_target)
    {
      g_autofree char *markup = g_markup_escape_text (error->message, -1);

      adw_toast_overlay_add_toast (self->toast_overlay, adw_toast_new (markup));
      show_page (self, "view");
    }
  else
    {
      g_autofree char *title
          = g_strdup_printf (_ ("Can't Read %s"), lacuna_target_get_title (self->target));

      show_failure (self, title, error->message);
    }
}

static gboolean
spinner_cb (gpointer user_data)
{
  LacunaWindow *self = user_data;
  g_autofree char *text
      = g_strdup_printf (_ ("Reading %s…"), lacuna_target_get_title (self->target));

  self->spinner_source = 0;
  gtk_label_set_label (self->loading_label, text);
  show_page (self, "loading");
  return G_SOURCE_REMOVE;
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
  lacuna_picture_load_async (self->target, self->cancellable, loaded_cb, g_object_ref (self));
}

/**
 * lacuna_window_refresh:
 *
 * Reads the target again, or tries again what failed. View, selection and scrolling stay.
 */
void
lacuna_window_refresh (LacunaWindow *self)
{
  if (self->target != NULL)
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

  g_set_object (&self->target, target);
  g_clear_pointer (&self->spelling, g_free);
  self->shows_target = FALSE;
  show_target_name (self, lacuna_target_get_title (target));
  load (self);
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
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaTarget) target = NULL;

  g_return_if_fail (LACUNA_IS_WINDOW (self));

  target = lacuna_target_new_for_spelling (spelling, &error);
  if (target != NULL)
    {
      lacuna_window_open_target (self, target);
      return;
    }

  g_autofree char *title = g_strdup_printf (_ ("Can't Open %s"), spelling);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->spinner_source, g_source_remove);
  g_clear_object (&self->target);
  g_free (self->spelling);
  self->spelling = g_strdup (spelling);
  show_target_name (self, spelling);
  show_failure (self, title, error->message);
}
