/* LacunaBuffersPanel: the page on which memory is made, filled and given back.
 *
 * The page asks and shows; the allocator does. Nothing is shown before it is so: a button starts
 * something on a worker, the operation that comes back says what became of it, and by then the lists
 * are up to date. So an operation that fails looks like what it is, and the page never has to take
 * anything back.
 *
 * Undo is a stack without a way back up: what was undone, and what undid it, are spent. What may have
 * been used by others meanwhile (a buffer, bytes in it) can't be undone at all, and no button says that
 * it could.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-buffers-layout.h"
#include "lacuna-buffers-panel-private.h"
#include "lacuna-buffers-row.h"
#include "lacuna-buffers-words.h"

#include "app/lacuna-tooltip.h"
#include "model/lacuna-file-bytes.h"

#include <glib/gi18n.h>

enum
{
  ACTS_CHANGED,
  PERFORMED,
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaBuffersPanel, lacuna_buffers_panel, LACUNA_TYPE_LATER)

void
lacuna_buffers_panel_emit_acts_changed (LacunaBuffersPanel *self)
{
  g_signal_emit (self, signals[ACTS_CHANGED], 0);
}

/* What is done */

static struct lac_range
range_at (guint64 start,
          guint64 size)
{
  return (struct lac_range){ start, lac_add_saturating (start, size) };
}

/* Where what a row is about lies; empty for what lies nowhere. */
static struct lac_range
item_range (gpointer item)
{
  if (LACUNA_IS_LOCATOR_BUFFER (item))
    return range_at (lacuna_locator_buffer_get_address (item),
                     lacuna_locator_buffer_get_size (item));
  if (LACUNA_IS_LOCATOR_TABLE (item))
    return range_at (lacuna_locator_table_get_address (item), 1);
  if (LACUNA_IS_ALLOCATION (item))
    return lacuna_allocation_get_range (item);
  if (LACUNA_IS_REFERENCE (item))
    return lacuna_reference_get_range (item);
  if (LACUNA_IS_OPERATION (item))
    return lacuna_operation_get_range (item);
  return (struct lac_range){ 0, 0 };
}

/**
 * lacuna_buffers_panel_finish:
 * @operation: what was done, or was tried
 *
 * Shows and tells what became of it.
 */
void
lacuna_buffers_panel_finish (LacunaBuffersPanel *self,
                             LacunaOperation    *operation)
{
  struct lac_range range = lacuna_operation_get_range (operation);

  /* The page may have gone while it was being done. */
  if (!lacuna_later_is_built (self) || self->allocator == NULL)
    return;
  g_set_object (&self->last, operation);
  self->shows_last = TRUE;
  if (lacuna_operation_get_error (operation) == NULL && lac_range_size (range) > 0)
    lacuna_buffers_panel_select_memory (self, range.start);
  lacuna_buffers_panel_update_empty (self);
  lacuna_buffers_panel_show_selected (self);
  lacuna_buffers_panel_show_outcome (self);
  lacuna_buffers_panel_reveal_outcome (self);
  lacuna_buffers_panel_emit_acts_changed (self);
  g_signal_emit (self, signals[PERFORMED], 0, operation);
}

static void
performed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (LacunaBuffersPanel) self = user_data;
  g_autoptr (LacunaOperation) operation
      = lacuna_allocator_perform_finish (LACUNA_ALLOCATOR (source), result);

  /* What belongs to a target that is not shown any more is not told here. */
  if (LACUNA_ALLOCATOR (source) == self->allocator)
    lacuna_buffers_panel_finish (self, operation);
}

static void
perform (LacunaBuffersPanel  *self,
         const LacunaRequest *request)
{
  if (lacuna_allocator_is_elsewhere (self->allocator))
    lacuna_buffers_panel_perform_elsewhere (self, request, NULL);
  else
    lacuna_allocator_perform_async (self->allocator, request, performed_cb, g_object_ref (self));
}

typedef struct
{
  LacunaBuffersPanel *self;
  LacunaOperation *undone;
} Undo;

static void
undone_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Undo *undo = user_data;
  g_autoptr (LacunaOperation) operation
      = lacuna_allocator_perform_finish (LACUNA_ALLOCATOR (source), result);

  /* What can't be undone now is not offered again and again. */
  g_hash_table_add (undo->self->spent, g_object_ref (operation));
  if (LACUNA_ALLOCATOR (source) == undo->self->allocator)
    lacuna_buffers_panel_finish (undo->self, operation);
  g_object_unref (undo->undone);
  g_object_unref (undo->self);
  g_free (undo);
}

/* Elsewhere it is a change like any other: it has a plan, and what may end the process is asked about. */
static void
undo_elsewhere (LacunaBuffersPanel *self,
                LacunaOperation    *operation)
{
  LacunaRequest contrary;

  if (!lacuna_allocator_find_contrary (self->allocator, operation, &contrary))
    return;
  contrary.confirmed = LACUNA_CONFIRM_NOTHING;
  lacuna_buffers_panel_perform_elsewhere (self, &contrary, operation);
}

static void
undo (LacunaBuffersPanel *self)
{
  LacunaOperation *operation = lacuna_buffers_panel_find_undo (self);
  Undo *data;

  if (operation == NULL)
    return;
  if (lacuna_allocator_is_elsewhere (self->allocator))
    {
      undo_elsewhere (self, operation);
      return;
    }
  data = g_new0 (Undo, 1);
  data->self = g_object_ref (self);
  data->undone = g_object_ref (operation);
  g_hash_table_add (self->spent, g_object_ref (operation));
  lacuna_allocator_undo_async (self->allocator, operation, undone_cb, data);
}

/* What is appended goes to the buffer that is selected, else to any that fits. */
static void
append (LacunaBuffersPanel *self,
        GBytes             *bytes)
{
  LacunaLocatorBuffer *buffer
      = lacuna_buffers_panel_get_selected (self, LACUNA_TYPE_LOCATOR_BUFFER);
  LacunaRequest request = { .bytes = bytes };

  if (buffer != NULL)
    {
      request.deed = LACUNA_DEED_APPEND_TO;
      request.address = lacuna_locator_buffer_get_address (buffer);
    }
  else
    {
      request.deed = LACUNA_DEED_APPEND;
      request.query = self->query;
      request.anywhere = self->anywhere;
      request.query.size = 0;
      request.query.alignment = 1; /* of the bytes; the buffer is what “Find a Gap” asks for */
    }
  perform (self, &request);
}

/**
 * lacuna_buffers_panel_set_entry:
 * @text: what is to be appended
 *
 * Puts it into the entry. Ctrl+Z is about what was done then, and not about what was typed for it.
 */
void
lacuna_buffers_panel_set_entry (LacunaBuffersPanel *self,
                                const char         *text)
{
  gtk_editable_set_enable_undo (GTK_EDITABLE (self->append_entry), FALSE);
  gtk_editable_set_text (GTK_EDITABLE (self->append_entry), text);
  gtk_editable_set_enable_undo (GTK_EDITABLE (self->append_entry), TRUE);
}

static void
append_entry (LacunaBuffersPanel *self)
{
  g_autoptr (GBytes) bytes = lacuna_buffers_panel_read_entry (self, NULL);

  if (bytes == NULL)
    return;
  append (self, bytes);
  if (lacuna_allocator_is_elsewhere (self->allocator))
    lacuna_buffers_panel_note_typed (self,
                                     gtk_editable_get_text (GTK_EDITABLE (self->append_entry)));
  lacuna_buffers_panel_set_entry (self, "");
}

static void
say_failure (LacunaBuffersPanel *self,
             const char         *message)
{
  gtk_label_set_label (self->append_note, message);
  gtk_widget_set_visible (GTK_WIDGET (self->append_note), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->append_note), "error");
  gtk_widget_remove_css_class (GTK_WIDGET (self->append_note), "dim-label");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->append_file_button),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, message, -1);
}

static void
file_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (LacunaBuffersPanel) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = lacuna_file_load_bytes_finish (G_FILE (source), result, &error);

  if (bytes == NULL)
    say_failure (self, error->message);
  else if (g_bytes_get_size (bytes) == 0)
    say_failure (self, _ ("The file is empty: there is nothing to append."));
  else if (lacuna_buffers_panel_can (self, LACUNA_ACT_APPEND_FILE))
    append (self, bytes);
}

/* How much a buffer can take at all: nothing is read that could not be appended. */
#define MOST_BYTES G_MAXINT32

static void
file_known_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (LacunaBuffersPanel) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);
  LacunaLocatorBuffer *buffer
      = lacuna_buffers_panel_get_selected (self, LACUNA_TYPE_LOCATOR_BUFFER);
  goffset most = buffer != NULL ? lacuna_locator_buffer_get_free (buffer) : MOST_BYTES;

  if (info == NULL)
    say_failure (self, error->message);
  else if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    say_failure (self, _ ("That is not a file with contents."));
  else if (g_file_info_get_size (info) > most)
    say_failure (self, _ ("The file is larger than what is free in the buffer."));
  else
    /* It may have grown meanwhile. */
    lacuna_file_load_bytes_async (G_FILE (source), (guint64) most, NULL, file_read_cb,
                                  g_object_ref (self));
}

static void
file_chosen_cb (LacunaBuffersPanel   *self,
                int                   response,
                GtkFileChooserNative *native)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));

      lacuna_buffers_panel_append_file (self, file);
    }
  gtk_native_dialog_destroy (GTK_NATIVE_DIALOG (native));
  g_object_unref (native);
}

static void
choose_file (LacunaBuffersPanel *self)
{
  GtkFileChooserNative *native = gtk_file_chooser_native_new (
      _ ("Append a File’s Contents"), GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
      GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Append"), _ ("_Cancel"));

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  g_signal_connect_object (native, "response", G_CALLBACK (file_chosen_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

/**
 * lacuna_buffers_panel_append_file:
 * @file: what to append
 *
 * Appends the contents of @file as %LACUNA_ACT_APPEND would.
 */
void
lacuna_buffers_panel_append_file (LacunaBuffersPanel *self,
                                  GFile              *file)
{
  g_return_if_fail (LACUNA_IS_BUFFERS_PANEL (self));

  if (lacuna_buffers_panel_can (self, LACUNA_ACT_APPEND_FILE))
    g_file_query_info_async (
        file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE,
        G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, NULL, file_known_cb, g_object_ref (self));
}

/* What can be done */

/* A buffer that somebody else has would only make one wait. */
static gboolean
can_append (LacunaBuffersPanel *self)
{
  LacunaLocatorBuffer *buffer
      = lacuna_buffers_panel_get_selected (self, LACUNA_TYPE_LOCATOR_BUFFER);

  if (buffer != NULL)
    return !lacuna_locator_buffer_get_taken (buffer) || lacuna_locator_buffer_get_ours (buffer);
  return self->has_query && gtk_widget_get_visible (self->append_box);
}

/**
 * lacuna_buffers_panel_can:
 * @act: something that can be done
 *
 * Returns: whether it can be done now
 */
gboolean
lacuna_buffers_panel_can (LacunaBuffersPanel *self,
                          LacunaAct           act)
{
  LacunaLocatorBuffer *buffer;
  LacunaAllocation *allocation;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *why_not = NULL;

  g_return_val_if_fail (LACUNA_IS_BUFFERS_PANEL (self), FALSE);

  if (self->allocator == NULL || !lacuna_later_is_built (self))
    return FALSE;
  why_not = lacuna_buffers_panel_why_not (self, act);
  if (why_not != NULL)
    return FALSE;
  buffer = lacuna_buffers_panel_get_selected (self, LACUNA_TYPE_LOCATOR_BUFFER);
  allocation = lacuna_buffers_panel_get_selected (self, LACUNA_TYPE_ALLOCATION);
  switch (act)
    {
    case LACUNA_ACT_CREATE:
    case LACUNA_ACT_CREATE_SOON:
    case LACUNA_ACT_CREATE_OWN:
    case LACUNA_ACT_ALLOCATE:
      return self->has_query;
    case LACUNA_ACT_CREATE_HERE:
      return self->has_query && self->has_candidate;
    case LACUNA_ACT_TAKE:
      return buffer != NULL && !lacuna_locator_buffer_get_taken (buffer);
    case LACUNA_ACT_PUT:
      return buffer != NULL && lacuna_locator_buffer_get_ours (buffer);
    case LACUNA_ACT_APPEND:
      bytes = lacuna_buffers_panel_read_entry (self, NULL);
      return bytes != NULL && can_append (self);
    case LACUNA_ACT_APPEND_FILE:
      return can_append (self);
    case LACUNA_ACT_PROTECT:
    case LACUNA_ACT_FREE:
      return allocation != NULL && !lacuna_allocation_get_closing (allocation);
    case LACUNA_ACT_UNDO:
      return lacuna_buffers_panel_find_undo (self) != NULL;
    case LACUNA_ACT_STOP:
      return gtk_widget_get_visible (self->waiting_box);
    case LACUNA_N_ACTS:
    default:
      return FALSE;
    }
}

static void
perform_made (LacunaBuffersPanel *self,
              LacunaDeed          deed,
              gboolean            here,
              gboolean            own,
              const char         *protection)
{
  LacunaRequest request = { .deed = deed, .query = self->query, .write_xor_execute = own };

  if (here)
    {
      /* Whole pages, which is what is allocated; the other constraints still hold. */
      guint64 page = MAX (self->page_size, 1);

      request.query.min = self->candidate - self->candidate % page;
      request.query.max = lac_add_saturating (self->candidate, self->query.size);
      request.query.max = lac_add_saturating (request.query.max, page - 1);
      request.query.max -= request.query.max % page;
    }
  else
    request.anywhere = self->anywhere;
  if (protection == NULL || lacuna_buffers_read_access (protection, &request.protection))
    perform (self, &request);
}

static void
perform_at (LacunaBuffersPanel *self,
            LacunaDeed          deed,
            const char         *protection)
{
  GtkTreeListRow *row = gtk_single_selection_get_selected_item (self->selection);
  g_autoptr (GObject) item = gtk_tree_list_row_get_item (row);
  LacunaRequest request = { .deed = deed, .address = item_range (item).start };

  /* By the time that it is done, something else may lie there. */
  if (LACUNA_IS_ALLOCATION (item))
    request.serial = lacuna_allocation_get_serial (LACUNA_ALLOCATION (item));
  if (protection == NULL || lacuna_buffers_read_access (protection, &request.protection))
    perform (self, &request);
}

/**
 * lacuna_buffers_panel_act:
 * @act: what to do
 * @parameter: (nullable): see #LacunaAct
 *
 * Does it; #LacunaBuffersPanel::performed says what became of it.
 */
void
lacuna_buffers_panel_act (LacunaBuffersPanel *self,
                          LacunaAct           act,
                          const char         *parameter)
{
  g_return_if_fail (LACUNA_IS_BUFFERS_PANEL (self));

  if (!lacuna_buffers_panel_can (self, act))
    return;
  switch (act)
    {
    case LACUNA_ACT_CREATE:
      perform_made (self, LACUNA_DEED_CREATE_BUFFER, FALSE, FALSE, NULL);
      break;
    case LACUNA_ACT_CREATE_HERE:
      perform_made (self, LACUNA_DEED_CREATE_BUFFER, TRUE, FALSE, NULL);
      break;
    case LACUNA_ACT_CREATE_SOON:
      perform_made (self, LACUNA_DEED_CREATE_BUFFER, self->has_candidate, FALSE, NULL);
      break;
    case LACUNA_ACT_CREATE_OWN:
      perform_made (self, LACUNA_DEED_CREATE_BUFFER, FALSE, TRUE, NULL);
      break;
    case LACUNA_ACT_ALLOCATE:
      perform_made (self, LACUNA_DEED_ALLOCATE, FALSE, FALSE, parameter);
      break;
    case LACUNA_ACT_TAKE:
      perform_at (self, LACUNA_DEED_TAKE, NULL);
      break;
    case LACUNA_ACT_PUT:
      perform_at (self, LACUNA_DEED_PUT, NULL);
      break;
    case LACUNA_ACT_APPEND:
      append_entry (self);
      break;
    case LACUNA_ACT_APPEND_FILE:
      choose_file (self);
      break;
    case LACUNA_ACT_PROTECT:
      perform_at (self, LACUNA_DEED_PROTECT, parameter);
      break;
    case LACUNA_ACT_FREE:
      perform_at (self, LACUNA_DEED_FREE, NULL);
      break;
    case LACUNA_ACT_UNDO:
      undo (self);
      break;
    case LACUNA_ACT_STOP:
      lacuna_buffers_panel_stop (self);
      break;
    case LACUNA_N_ACTS:
    default:
      break;
    }
}

/* What the user does */

static void
append_changed_cb (LacunaBuffersPanel *self)
{
  lacuna_buffers_panel_show_append (self);
  lacuna_buffers_panel_emit_acts_changed (self);
}

static void
append_activated_cb (LacunaBuffersPanel *self)
{
  lacuna_buffers_panel_act (self, LACUNA_ACT_APPEND, NULL);
}

static void
row_setup_cb (LacunaBuffersPanel *self,
              GtkListItem        *item)
{
  if (self->font == NULL)
    self->font = lacuna_buffers_font_new (GTK_WIDGET (self->tree_view));
  gtk_list_item_set_child (item, lacuna_buffers_row_new (self->font));
}

static void
row_bind_cb (LacunaBuffersPanel *self,
             GtkListItem        *item)
{
  lacuna_buffers_row_bind (gtk_list_item_get_child (item), gtk_list_item_get_item (item));
}

static void
row_unbind_cb (LacunaBuffersPanel *self,
               GtkListItem        *item)
{
  lacuna_buffers_row_unbind (gtk_list_item_get_child (item));
}

/* What lies somewhere is gone to; the rest opens and closes. */
static void
row_activated_cb (LacunaBuffersPanel *self,
                  guint               position)
{
  g_autoptr (GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (self->tree), position);
  g_autoptr (GObject) item = gtk_tree_list_row_get_item (row);
  struct lac_range range = item_range (item);

  if (lac_range_size (range) > 0)
    g_signal_emit (self, signals[CHOSEN], 0, range.start);
  else if (gtk_tree_list_row_is_expandable (row))
    gtk_tree_list_row_set_expanded (row, !gtk_tree_list_row_get_expanded (row));
}

static void
selection_changed_cb (LacunaBuffersPanel *self)
{
  g_autoptr (GObject) item = NULL;
  GtkTreeListRow *row = gtk_single_selection_get_selected_item (self->selection);
  struct lac_range range = { 0, 0 };

  if (row != NULL)
    item = gtk_tree_list_row_get_item (row);
  if (self->followed != NULL)
    g_signal_handlers_disconnect_by_func (self->followed, lacuna_buffers_panel_show_selected, self);
  g_set_object (&self->followed, item);
  if (item != NULL)
    {
      g_signal_connect_swapped (item, "notify", G_CALLBACK (lacuna_buffers_panel_show_selected),
                                self);
      range = item_range (item);
    }
  lacuna_buffers_panel_show_selected (self);
  if (self->updating > 0)
    return;
  self->shows_last = FALSE;
  lacuna_buffers_panel_show_outcome (self);
  if (LACUNA_IS_OPERATION (item))
    lacuna_buffers_panel_reveal_outcome (self);
  lacuna_buffers_panel_emit_acts_changed (self);
  if (lac_range_size (range) > 0)
    g_signal_emit (self, signals[CHOSEN], 0, range.start);
}

/* The widget */

static void
lacuna_buffers_panel_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lacuna_buffers_panel_parent_class)->map (widget);
  lacuna_buffers_panel_refresh (LACUNA_BUFFERS_PANEL (widget));
}

/* Nobody is left who could be asked. */
static void
lacuna_buffers_panel_unroot (GtkWidget *widget)
{
  lacuna_buffers_panel_drop_errands (LACUNA_BUFFERS_PANEL (widget));

  GTK_WIDGET_CLASS (lacuna_buffers_panel_parent_class)->unroot (widget);
}

static void
lacuna_buffers_panel_dispose (GObject *object)
{
  LacunaBuffersPanel *self = LACUNA_BUFFERS_PANEL (object);

  g_clear_handle_id (&self->reveal_source, g_source_remove);
  if (self->followed != NULL)
    g_signal_handlers_disconnect_by_func (self->followed, lacuna_buffers_panel_show_selected, self);
  g_clear_object (&self->followed);
  if (self->locator != NULL)
    g_signal_handlers_disconnect_by_data (self->locator, self);
  self->locator = NULL;
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  if (self->tree_scroller != NULL)
    g_signal_handlers_disconnect_by_data (
        gtk_scrolled_window_get_vadjustment (self->tree_scroller), self);
  lacuna_buffers_panel_drop_tree (self);
  if (self->stack != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->stack));
  self->stack = NULL;
  g_clear_object (&self->selection);
  g_clear_object (&self->allocator);
  g_clear_object (&self->last);

  G_OBJECT_CLASS (lacuna_buffers_panel_parent_class)->dispose (object);
}

static void
lacuna_buffers_panel_finalize (GObject *object)
{
  LacunaBuffersPanel *self = LACUNA_BUFFERS_PANEL (object);

  g_hash_table_unref (self->spent);
  g_hash_table_unref (self->seen);
  g_clear_pointer (&self->font, lacuna_buffers_font_unref);
  g_free (self->locator_fault);
  g_free ((gpointer) self->query.anchors);
  g_free (self->process);
  lacuna_reason_unref (self->no_memory);
  lacuna_reason_unref (self->no_calls);
  g_clear_weak_pointer (&self->question);

  G_OBJECT_CLASS (lacuna_buffers_panel_parent_class)->finalize (object);
}

/* What has the focus is the button in it, and GTK 4.8 gives that no name. */
static void
name_inner (GtkWidget  *widget,
            const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_first_child (widget)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
lacuna_buffers_panel_build (LacunaLater *later)
{
  LacunaBuffersPanel *self = LACUNA_BUFFERS_PANEL (later);

  name_inner (GTK_WIDGET (self->append_kind), _ ("How it is written"));
  name_inner (GTK_WIDGET (self->protect_button), _ ("Protect"));
  lacuna_tooltip_yield_to_text (self->selected_remarks);
  lacuna_tooltip_yield_to_menu (GTK_MENU_BUTTON (self->create_menu_button));
  lacuna_tooltip_yield_to_menu (GTK_MENU_BUTTON (self->allocate_menu_button));
  lacuna_buffers_panel_start_tree (self);
  g_signal_connect_swapped (self->selection, "notify::selected-item",
                            G_CALLBACK (selection_changed_cb), self);
  lacuna_buffers_panel_follow_tree (self);
  lacuna_buffers_panel_show_plan (self);
  lacuna_buffers_panel_show_selected (self);
  lacuna_buffers_panel_show_outcome (self);
  lacuna_buffers_panel_emit_acts_changed (self);
}

static void
lacuna_buffers_panel_set_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/lacuna_project/Lacuna/ui/buffers-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, stack);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, create_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, create_menu_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, allocate_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, allocate_menu_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, plan_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, reason_box);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, tree_stack);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, empty_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, tree_scroller);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, tree_view);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, selected_box);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, selected_title);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, selected_note);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, selected_findings);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, selected_remarks);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, take_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, put_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, protect_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, free_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, append_box);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, append_entry);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, append_kind);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, append_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, append_file_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, append_note);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, waiting_box);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, waiting_spinner);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, waiting_title);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, waiting_note);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, outcome_box);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, outcome_icon);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, outcome_title);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, outcome_story);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, undo_button);
  gtk_widget_class_bind_template_callback (widget_class, append_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, append_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_unbind_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
}

static void
lacuna_buffers_panel_class_init (LacunaBuffersPanelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = lacuna_buffers_panel_dispose;
  object_class->finalize = lacuna_buffers_panel_finalize;
  widget_class->map = lacuna_buffers_panel_map;
  widget_class->unroot = lacuna_buffers_panel_unroot;
  LACUNA_LATER_CLASS (klass)->set_template = lacuna_buffers_panel_set_template;
  LACUNA_LATER_CLASS (klass)->build = lacuna_buffers_panel_build;

  signals[ACTS_CHANGED] = g_signal_new ("acts-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 0);
  signals[PERFORMED] = g_signal_new ("performed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, LACUNA_TYPE_OPERATION);
  signals[CHOSEN] = g_signal_new ("chosen", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_UINT64);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "buffers-panel");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
lacuna_buffers_panel_init (LacunaBuffersPanel *self)
{
  g_type_ensure (LACUNA_TYPE_BUFFERS_LAYOUT);
  g_type_ensure (LACUNA_TYPE_REASON_BOX);
  g_queue_init (&self->errands);
  self->spent = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->seen = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->shows_last = TRUE;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Buffers"), -1);
}

static void
locator_changed_cb (LacunaBuffersPanel *self)
{
  lacuna_buffers_panel_update_empty (self);
  lacuna_buffers_panel_show_reasons (self);
}

/**
 * lacuna_buffers_panel_set_allocator:
 * @allocator: (nullable): what does it; NULL for a target in which nothing can be done
 */
void
lacuna_buffers_panel_set_allocator (LacunaBuffersPanel *self,
                                    LacunaAllocator    *allocator)
{
  g_return_if_fail (LACUNA_IS_BUFFERS_PANEL (self));

  if (self->allocator == allocator)
    return;
  lacuna_buffers_panel_drop_errands (self);
  if (self->locator != NULL)
    g_signal_handlers_disconnect_by_data (self->locator, self);
  g_set_object (&self->allocator, allocator);
  self->locator = allocator != NULL ? lacuna_allocator_get_locator (allocator) : NULL;
  if (self->locator != NULL)
    g_signal_connect_swapped (self->locator, "changed", G_CALLBACK (locator_changed_cb), self);
  g_clear_object (&self->last);
  if (!lacuna_later_is_built (self))
    return;
  lacuna_buffers_panel_follow_tree (self);
  lacuna_buffers_panel_show_plan (self);
  lacuna_buffers_panel_show_selected (self);
  lacuna_buffers_panel_show_outcome (self);
  lacuna_buffers_panel_refresh (self);
  lacuna_buffers_panel_emit_acts_changed (self);
}

/**
 * lacuna_buffers_panel_set_plan:
 * @query: (nullable): the constraints; NULL while they are at fault
 * @anywhere: whether they say no place: it is near the program's own code then
 * @candidate: (nullable): the place that is chosen
 * @space: what the address space is like
 */
void
lacuna_buffers_panel_set_plan (LacunaBuffersPanel         *self,
                               const struct lac_gap_query *query,
                               gboolean                    anywhere,
                               const struct lac_gap       *candidate,
                               const struct lac_space     *space)
{
  g_return_if_fail (LACUNA_IS_BUFFERS_PANEL (self));

  g_free ((gpointer) self->query.anchors);
  self->query = (struct lac_gap_query){ 0 };
  self->has_query = query != NULL;
  self->anywhere = anywhere;
  if (query != NULL)
    {
      self->query = *query;
      self->query.anchors
          = g_memdup2 (query->anchors, query->n_anchors * sizeof query->anchors[0]);
    }
  self->has_candidate = candidate != NULL;
  self->candidate = candidate != NULL ? candidate->candidate : 0;
  self->user = space->user;
  self->page_size = space->page_size;
  if (!lacuna_later_is_built (self))
    return;
  lacuna_buffers_panel_show_plan (self);
  lacuna_buffers_panel_show_append (self);
  lacuna_buffers_panel_emit_acts_changed (self);
}

static void
refreshed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (LacunaBuffersPanel) self = user_data;
  g_autoptr (GError) error = NULL;

  lacuna_locator_refresh_finish (LACUNA_LOCATOR (source), result, &error);
  if (LACUNA_LOCATOR (source) != self->locator || !lacuna_later_is_built (self))
    return;
  g_free (self->locator_fault);
  self->locator_fault = error != NULL ? g_strdup (error->message) : NULL;
  lacuna_buffers_panel_update_empty (self);
  lacuna_buffers_panel_show_selected (self);
  lacuna_buffers_panel_emit_acts_changed (self);
}

/**
 * lacuna_buffers_panel_refresh:
 *
 * Reads again what others may have changed: the locator, and who looks at what.
 */
void
lacuna_buffers_panel_refresh (LacunaBuffersPanel *self)
{
  g_return_if_fail (LACUNA_IS_BUFFERS_PANEL (self));

  if (self->allocator == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  lacuna_allocator_refresh_references (self->allocator);
  lacuna_locator_refresh_async (self->locator, NULL, refreshed_cb, g_object_ref (self));
}

/**
 * lacuna_buffers_panel_get_shown:
 *
 * Returns: (transfer none) (nullable): what the outcome is of
 */
LacunaOperation *
lacuna_buffers_panel_get_shown (LacunaBuffersPanel *self)
{
  LacunaOperation *selected;

  g_return_val_if_fail (LACUNA_IS_BUFFERS_PANEL (self), NULL);

  selected = self->shows_last
                 ? NULL
                 : lacuna_buffers_panel_get_selected (self, LACUNA_TYPE_OPERATION);
  return selected != NULL ? selected : self->last;
}

/**
 * lacuna_buffers_panel_focus:
 *
 * Puts the keyboard where one begins.
 */
void
lacuna_buffers_panel_focus (LacunaBuffersPanel *self)
{
  g_return_if_fail (LACUNA_IS_BUFFERS_PANEL (self));

  lacuna_later_build (self);
  if (!gtk_widget_grab_focus (GTK_WIDGET (self->create_button)))
    gtk_widget_child_focus (GTK_WIDGET (self), GTK_DIR_TAB_FORWARD);
}

/**
 * lacuna_buffers_panel_focus_append:
 *
 * Puts the keyboard into the entry for what to append.
 */
void
lacuna_buffers_panel_focus_append (LacunaBuffersPanel *self)
{
  g_return_if_fail (LACUNA_IS_BUFFERS_PANEL (self));

  lacuna_later_build (self);
  /* To an allocation nothing is appended. */
  if (!gtk_widget_get_visible (self->append_box))
    gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  gtk_widget_grab_focus (GTK_WIDGET (self->append_entry));
}
