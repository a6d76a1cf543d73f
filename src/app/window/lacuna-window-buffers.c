/* The window and its Buffers page: what is made in the target, and how the rest of the window shows it.
 *
 * The page does what can be done, wherever it is asked for; here each deed has a name. What was done
 * shows on the strip as every change does: the target is read again, and what is new glows. The strip
 * shows how full buffers are whether or not the page is open.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-private.h"

#include <glib/gi18n.h>

static const struct
{
  const char *action;
  LacunaAct act;
  const char *parameter_type;
} acts[] = {
  { "win.create-buffer", LACUNA_ACT_CREATE, NULL },
  { "win.create-buffer-here", LACUNA_ACT_CREATE_HERE, NULL },
  { "win.create-buffer-soon", LACUNA_ACT_CREATE_SOON, NULL },
  { "win.create-own-buffer", LACUNA_ACT_CREATE_OWN, NULL },
  { "win.allocate-private", LACUNA_ACT_ALLOCATE, "s" },
  { "win.allocate-here", LACUNA_ACT_ALLOCATE_HERE, "s" },
  { "win.take-buffer", LACUNA_ACT_TAKE, NULL },
  { "win.put-buffer", LACUNA_ACT_PUT, NULL },
  { "win.append-bytes", LACUNA_ACT_APPEND, NULL },
  { "win.append-file", LACUNA_ACT_APPEND_FILE, NULL },
  { "win.protect-allocation", LACUNA_ACT_PROTECT, "s" },
  { "win.free-allocation", LACUNA_ACT_FREE, NULL },
  { "win.undo", LACUNA_ACT_UNDO, NULL },
  { "win.stop-waiting", LACUNA_ACT_STOP, NULL },
};

static gboolean
page_is_shown (LacunaWindow *self)
{
  return gtk_widget_get_mapped (GTK_WIDGET (self->buffers_panel));
}

/* How full they are */

static int
compare_fills (gconstpointer a,
               gconstpointer b)
{
  const LacunaStripFill *first = a;
  const LacunaStripFill *second = b;

  return first->range.start < second->range.start   ? -1
         : first->range.start > second->range.start ? 1
                                                     : 0;
}

/* What lies over another, or nowhere, is damage; the page tells of it, and the strip leaves it out. */
static void
append_fill (GArray              *fills,
             LacunaLocatorBuffer *buffer)
{
  guint64 start = lacuna_locator_buffer_get_address (buffer);
  LacunaStripFill fill = { { start, lac_add_saturating (
                                        start, lacuna_locator_buffer_get_size (buffer)) },
                           lacuna_locator_buffer_get_position (buffer) };

  if (lac_range_size (fill.range) > 0
      && (lacuna_locator_buffer_get_findings (buffer) & LACUNA_FINDING_ORPHAN) == 0)
    g_array_append_val (fills, fill);
}

static void
drop_overlaps (GArray *fills)
{
  guint n_kept = 0;

  g_array_sort (fills, compare_fills);
  for (guint i = 0; i < fills->len; i++)
    {
      LacunaStripFill fill = g_array_index (fills, LacunaStripFill, i);

      if (n_kept > 0
          && fill.range.start < g_array_index (fills, LacunaStripFill, n_kept - 1).range.end)
        continue;
      g_array_index (fills, LacunaStripFill, n_kept++) = fill;
    }
  g_array_set_size (fills, n_kept);
}

static void
show_fills (LacunaWindow *self)
{
  g_autoptr (GArray) fills = g_array_new (FALSE, FALSE, sizeof (LacunaStripFill));
  GListModel *tables
      = lacuna_locator_get_tables (lacuna_allocator_get_locator (self->buffers.allocator));

  for (guint i = 0; i < g_list_model_get_n_items (tables); i++)
    {
      g_autoptr (LacunaLocatorTable) table = g_list_model_get_item (tables, i);
      GListModel *buffers = lacuna_locator_table_get_buffers (table);

      if ((lacuna_locator_table_get_findings (table) & LACUNA_FINDING_STALE) != 0)
        continue;
      for (guint j = 0; j < g_list_model_get_n_items (buffers); j++)
        {
          g_autoptr (LacunaLocatorBuffer) buffer = g_list_model_get_item (buffers, j);

          append_fill (fills, buffer);
        }
    }
  drop_overlaps (fills);
  lacuna_strip_set_fills (self->strip, (const LacunaStripFill *) fills->data, fills->len);
}

/* What the page is about */

static void
allocator_changed_cb (LacunaWindow *self)
{
  lacuna_window_refresh (self);
}

static void
set_allocator (LacunaWindow    *self,
               LacunaAllocator *allocator)
{
  LacunaAllocator *before = self->buffers.allocator;

  if (before == allocator)
    return;
  if (before != NULL)
    {
      g_signal_handlers_disconnect_by_data (lacuna_allocator_get_locator (before), self);
      g_signal_handlers_disconnect_by_data (before, self);
    }
  g_set_object (&self->buffers.allocator, allocator);
  if (allocator != NULL)
    {
      g_signal_connect_swapped (lacuna_allocator_get_locator (allocator), "changed",
                                G_CALLBACK (show_fills), self);
      g_signal_connect_swapped (allocator, "changed", G_CALLBACK (allocator_changed_cb), self);
    }
  else
    lacuna_strip_set_fills (self->strip, NULL, 0);
  lacuna_buffers_panel_set_allocator (self->buffers_panel, allocator);
}

/**
 * lacuna_window_show_buffers_owner:
 *
 * Has the page know whose memory it is, and whether that is no more.
 */
void
lacuna_window_show_buffers_owner (LacunaWindow *self)
{
  if (self->target != NULL)
    lacuna_buffers_panel_set_process (self->buffers_panel, lacuna_target_get_title (self->target),
                                      lacuna_target_get_pid (self->target), self->exited);
}

/* What was made is gone to once it is in the picture. */
static void
show_made (LacunaWindow *self)
{
  struct lac_range made = self->buffers.made;
  struct lac_range found;
  gsize gap;

  if (lac_range_size (made) == 0
      || !lacuna_window_find_range (self, made.start, &found, &gap) || gap != G_MAXSIZE)
    return;
  self->buffers.made = (struct lac_range){ 0, 0 };
  lacuna_window_select_place (self, made.start);
  lacuna_strip_reveal_range (self->strip, made, TRUE);
}

/**
 * lacuna_window_show_buffers:
 *
 * To be called when another picture is shown: the page is for its target.
 */
void
lacuna_window_show_buffers (LacunaWindow *self)
{
  g_autoptr (LacunaAllocator) allocator = NULL;

  if (self->target != NULL)
    allocator = lacuna_allocator_for_target (self->target, NULL);
  set_allocator (self, allocator);
  if (self->reasons.target != self->target)
    lacuna_window_start_reasons (self);
  lacuna_window_show_buffers_owner (self);
  lacuna_window_plan_buffers (self);
  if (allocator == NULL)
    return;
  show_fills (self);
  show_made (self);
}

/**
 * lacuna_window_refresh_buffers:
 *
 * @changed: whether its map is another than before
 *
 * To be called whenever the target was read: others in the process may have made or filled some.
 */
void
lacuna_window_refresh_buffers (LacunaWindow *self,
                               gboolean      changed)
{
  if (self->buffers.allocator == NULL)
    return;
  lacuna_window_look_for_reasons (self, FALSE);
  if (page_is_shown (self))
    lacuna_buffers_panel_refresh (self->buffers_panel);
  /* To look for one in another process is as much work as to read its map. */
  else if (changed || !lacuna_allocator_is_elsewhere (self->buffers.allocator)
           || lacuna_locator_exists (lacuna_allocator_get_locator (self->buffers.allocator)))
    lacuna_locator_refresh_async (lacuna_allocator_get_locator (self->buffers.allocator), NULL,
                                  NULL, NULL);
}

/**
 * lacuna_window_select_buffer:
 *
 * Has the page select what lies where something is selected. It is told once: what is selected stays so
 * when the target is read again, and on the page something else may be by then.
 */
void
lacuna_window_select_buffer (LacunaWindow *self)
{
  guint64 place = self->has_place ? self->place : self->selected.start;

  if (self->any_selected && (!self->buffers.is_told || self->buffers.told != place))
    lacuna_buffers_panel_select (self->buffers_panel, place);
  self->buffers.is_told = self->any_selected;
  self->buffers.told = place;
}

/**
 * lacuna_window_plan_buffers:
 *
 * To be called when the constraints or the chosen match are others.
 */
void
lacuna_window_plan_buffers (LacunaWindow *self)
{
  LacunaGapResults *results;
  LacunaGap *gap;

  if (self->snapshot == NULL || self->buffers.allocator == NULL)
    return;
  results = lacuna_gap_panel_get_results (self->gap_panel);
  gap = results != NULL ? lacuna_gap_panel_get_selected (self->gap_panel) : NULL;
  lacuna_buffers_panel_set_plan (self->buffers_panel,
                                 results != NULL ? lacuna_gap_results_get_query (results) : NULL,
                                 lacuna_gap_panel_get_anywhere (self->gap_panel),
                                 gap != NULL ? lacuna_gap_get (gap) : NULL,
                                 lac_map_space (lacuna_snapshot_get_map (self->snapshot)));
}

/* (transfer full) (nullable): why @act, which makes something at the candidate, can't be done; NULL when it
 * can. */
static char *
explain_here (LacunaWindow *self,
              LacunaAct     act)
{
  LacunaGapResults *results;
  char *words;

  if (lacuna_buffers_panel_can (self->buffers_panel, act))
    return NULL;
  if (self->buffers.allocator == NULL)
    return g_strdup (_ ("A file that lists regions has no memory in which a buffer could be made."));
  words = lacuna_buffers_panel_why_not (self->buffers_panel, act);
  if (words != NULL)
    return words;
  results = lacuna_gap_panel_get_results (self->gap_panel);
  if (results == NULL)
    return g_strdup (lacuna_gap_panel_is_at_fault (self->gap_panel) ? _ ("First correct what is marked.")
                                                                    : _ ("The search is still running."));
  if (lacuna_gap_results_get_n_matches (results) == 0)
    return g_strdup (_ ("No gap fits, so there is no place for a buffer."));
  return g_strdup (_ ("First choose one of the gaps: the buffer is made in it."));
}

/**
 * lacuna_window_update_buffers:
 *
 * Enables what can be done with buffers now.
 */
void
lacuna_window_update_buffers (LacunaWindow *self)
{
  gboolean view = lacuna_window_shows_view (self) && self->shows_target;
  g_autofree char *why_not_create = view ? explain_here (self, LACUNA_ACT_CREATE_HERE) : NULL;
  g_autofree char *why_not_allocate = view ? explain_here (self, LACUNA_ACT_ALLOCATE_HERE) : NULL;

  lacuna_gap_panel_set_why_not (self->gap_panel, why_not_create, why_not_allocate);
  for (guint i = 0; i < G_N_ELEMENTS (acts); i++)
    gtk_widget_action_set_enabled (
        GTK_WIDGET (self), acts[i].action,
        view && lacuna_buffers_panel_can (self->buffers_panel, acts[i].act));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.append",
                                 view && self->buffers.allocator != NULL);
}

/**
 * lacuna_window_has_selected_candidate:
 *
 * Returns: whether what is selected is the gap with the candidate; the menu of anything else is not to
 *   have what makes a buffer there
 */
gboolean
lacuna_window_has_selected_candidate (LacunaWindow *self)
{
  LacunaGap *gap = lacuna_gap_panel_get_selected (self->gap_panel);

  return gap != NULL && self->any_selected
         && lac_range_contains (self->selected, lacuna_gap_get (gap)->candidate);
}

/**
 * lacuna_window_clear_buffers:
 *
 * To be called when the window goes.
 */
void
lacuna_window_clear_buffers (LacunaWindow *self)
{
  if (self->buffers.allocator != NULL)
    {
      g_signal_handlers_disconnect_by_data (lacuna_allocator_get_locator (self->buffers.allocator),
                                            self);
      g_signal_handlers_disconnect_by_data (self->buffers.allocator, self);
    }
  g_clear_object (&self->buffers.allocator);
  lacuna_window_clear_reasons (self);
}

/* What the page says */

/**
 * lacuna_window_buffers_performed:
 * @operation: what was done, or was tried
 *
 * Says what became of it, where the page does not, and has the strip show it.
 */
void
lacuna_window_buffers_performed (LacunaWindow    *self,
                                 LacunaOperation *operation)
{
  LacunaDeed deed = lacuna_operation_get_deed (operation);
  const char *title = lacuna_operation_get_title (operation);

  if (lacuna_operation_get_error (operation) == NULL
      && (deed == LACUNA_DEED_CREATE_BUFFER || deed == LACUNA_DEED_ALLOCATE
          || (deed == LACUNA_DEED_APPEND && lacuna_operation_get_created (operation))))
    {
      self->buffers.made = lacuna_operation_get_range (operation);
      /* The picture may have it already, and then no other comes for it. */
      show_made (self);
    }
  if (lacuna_operation_get_reason (operation) != NULL)
    {
      /* It may have ended meanwhile, or not allow any more what it did. */
      if (lacuna_target_has_exited (self->target))
        lacuna_window_live_close (self);
      lacuna_window_look_for_reasons (self, TRUE);
    }
  if (page_is_shown (self))
    lacuna_window_say (self, title);
  else
    {
      g_autofree char *markup = g_markup_escape_text (title, -1);
      AdwToast *toast = adw_toast_new (markup);

      /* Translators: a button: how it went, where and why there. */
      adw_toast_set_button_label (toast, _ ("_Details"));
      adw_toast_set_action_name (toast, "win.buffers");
      /* There is little beside it there. */
      adw_toast_set_timeout (toast, self->room == LACUNA_ROOM_NARROW ? 4 : 8);
      lacuna_window_show_toast (self, toast, title);
    }
}

/**
 * lacuna_window_buffers_chosen:
 * @address: where a row of the page is about
 *
 * Shows it.
 */
void
lacuna_window_buffers_chosen (LacunaWindow *self,
                              guint64       address)
{
  struct lac_range range;
  gsize gap;

  if (self->snapshot == NULL || !lacuna_window_find_range (self, address, &range, &gap))
    return;
  lacuna_window_select_place (self, address);
  lacuna_strip_reveal_range (self->strip, self->selected, TRUE);
}

/* What would be left behind */

/* Of all windows: who closes one of several goes on with another, and can free it from there. */
static gboolean
is_last (LacunaWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  GList *windows = application != NULL ? gtk_application_get_windows (application) : NULL;

  for (GList *item = windows; item != NULL; item = item->next)
    if (LACUNA_IS_WINDOW (item->data) && item->data != self)
      return FALSE;
  return TRUE;
}

static gboolean
close_cb (gpointer user_data)
{
  gtk_window_close (GTK_WINDOW (user_data));
  return G_SOURCE_REMOVE;
}

static void
left_cb (LacunaWindow *self,
         const char   *response)
{
  if (g_str_equal (response, "close"))
    {
      self->buffers.leaves = TRUE;
      /* Not while the question that lies over it is about to close itself. */
      g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, close_cb, g_object_ref (self), g_object_unref);
    }
  else
    lacuna_window_show_panel_page (self, "buffers");
}

/**
 * lacuna_window_keep_allocations:
 *
 * For a window that is to be closed.
 *
 * Returns: whether it stays for now, because somebody is asked whether memory is left in other processes
 */
gboolean
lacuna_window_keep_allocations (LacunaWindow *self)
{
  gulong n = lacuna_allocator_count_left ();
  g_autofree char *body = NULL;
  AdwMessageDialog *dialog;

  if (n == 0 || self->buffers.leaves || !is_last (self))
    return FALSE;
  body = g_strdup_printf (ngettext ("%lu allocation in another process was not freed. It stays until that process "
                                    "ends, or until lacuna-cli frees it.",
                                    "%lu allocations in other processes were not freed. They stay until those "
                                    "processes end, or until lacuna-cli frees them.",
                                    n),
                          n);
  dialog = ADW_MESSAGE_DIALOG (
      adw_message_dialog_new (GTK_WINDOW (self), _ ("Leave Memory Behind?"), body));
  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "close", _ ("_Leave Memory and Close"),
                                    NULL);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (left_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
  return TRUE;
}

/* Actions */

static void
act_action (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);

  for (guint i = 0; i < G_N_ELEMENTS (acts); i++)
    if (g_str_equal (acts[i].action, name))
      lacuna_buffers_panel_act (self->buffers_panel, acts[i].act,
                                parameter != NULL ? g_variant_get_string (parameter, NULL) : NULL);
}

static void
buffers_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);

  /* The page says it itself, and at length. */
  if (self->other_toast != NULL)
    adw_toast_dismiss (self->other_toast);
  lacuna_window_show_panel_page (self, "buffers");
  lacuna_buffers_panel_focus (self->buffers_panel);
}

static void
append_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);

  lacuna_window_show_panel_page (self, "buffers");
  lacuna_buffers_panel_focus_append (self->buffers_panel);
}

static void
copy_remedy_action (GtkWidget  *widget,
                    const char *name,
                    GVariant   *parameter)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), g_variant_get_string (parameter, NULL));
  lacuna_window_toast (LACUNA_WINDOW (widget), _ ("Copied the command: type it into a terminal."));
}

static void
open_self_action (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
{
  g_autoptr (LacunaTarget) target = lacuna_target_new_self ();

  lacuna_window_open_target (LACUNA_WINDOW (widget), target);
}

/**
 * lacuna_window_add_buffer_actions:
 * @widget_class: the window's class, while it is made
 */
void
lacuna_window_add_buffer_actions (GtkWidgetClass *widget_class)
{
  for (guint i = 0; i < G_N_ELEMENTS (acts); i++)
    gtk_widget_class_install_action (widget_class, acts[i].action, acts[i].parameter_type,
                                     act_action);
  gtk_widget_class_install_action (widget_class, "win.buffers", NULL, buffers_action);
  gtk_widget_class_install_action (widget_class, "win.append", NULL, append_action);
  gtk_widget_class_install_action (widget_class, "win.copy-remedy", "s", copy_remedy_action);
  gtk_widget_class_install_action (widget_class, "win.open-self", NULL, open_self_action);
}
