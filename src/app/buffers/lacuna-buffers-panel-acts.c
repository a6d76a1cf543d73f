/* What the Buffers page can do, and does.
 *
 * Whatever a button, a key or a menu asks for goes through lacuna_buffers_panel_act(), and whether it can
 * be done now is asked of lacuna_buffers_panel_can(): so both agree, wherever it is asked for.
 *
 * Undo is a stack without a way back up: what was undone, and what undid it, are spent. What may have
 * been used by others meanwhile (a buffer, bytes in it) can't be undone at all, and no button says that
 * it could.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-buffers-panel-private.h"
#include "lacuna-buffers-words.h"
#include "model/lacuna-file-bytes.h"

#include <glib/gi18n.h>

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
    case LACUNA_ACT_ALLOCATE_HERE:
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
  LacunaRequest request = { .deed = deed, .address = lacuna_buffers_panel_item_range (item).start };

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
    case LACUNA_ACT_ALLOCATE_HERE:
      perform_made (self, LACUNA_DEED_ALLOCATE, TRUE, FALSE, parameter);
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
