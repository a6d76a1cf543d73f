/* LacunaGoTo: an entry for an address expression.
 *
 * A name that is chosen from the list is gone to at once.
 *
 * Reading an expression may have to read a symbol table, so it happens on a worker. Whoever types
 * on meanwhile, or presses Return again, has changed their mind: what comes late is dropped. A
 * fault stays in the entry, with the caret at its place and the sentence below, until something is
 * typed; nothing jumps while one types, since half a name is always at fault.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-completer.h"
#include "lacuna-go-to.h"
#include "app/lacuna-tooltip.h"

#include <string.h>

/* What the entry has around its text, and what is to be between the text and the key, in pixels. */
#define FRAME_WIDTH 12

struct _LacunaGoTo
{
  GtkWidget parent_instance;

  GtkWidget *overlay;
  GtkWidget *entry;
  GtkLabel *key_hint;
  GtkWidget *fault_popover;
  GtkLabel *fault_label;

  LacunaCompleter *completer;
  LacunaTarget *target;
  LacunaSnapshot *snapshot;
  GCancellable *cancellable;
};

enum
{
  CHOSEN,
  CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaGoTo, lacuna_go_to, GTK_TYPE_WIDGET)

typedef struct
{
  LacunaTarget *target;
  LacunaSnapshot *snapshot;
  char *text;
  guint64 address;
  gssize offset;
} Reading;

static void
reading_free (gpointer user_data)
{
  Reading *reading = user_data;

  g_object_unref (reading->target);
  g_object_unref (reading->snapshot);
  g_free (reading->text);
  g_free (reading);
}

static void
read_thread (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Reading *reading = task_data;
  GError *error = NULL;

  if (lacuna_target_parse_address (reading->target, reading->snapshot, reading->text,
                                   &reading->address, &reading->offset, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
forget_reading (LacunaGoTo *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
clear_fault (LacunaGoTo *self)
{
  gtk_popover_popdown (GTK_POPOVER (self->fault_popover));
  gtk_entry_set_attributes (GTK_ENTRY (self->entry), NULL);
  gtk_widget_remove_css_class (self->entry, "error");
  gtk_accessible_reset_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  gtk_widget_get_tooltip_text (self->entry), -1);
}

/* @offset: in bytes, negative when the fault has no place. */
static void
show_fault (LacunaGoTo *self,
            const char *message,
            gssize      offset)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  gsize length = strlen (text);
  g_autofree char *first = g_utf8_strup (message, g_utf8_next_char (message) - message);
  g_autofree char *sentence
      = g_strconcat (first, g_utf8_next_char (message), g_str_has_suffix (message, ".") ? "" : ".",
                     NULL);

  if (offset >= 0 && (gsize) offset <= length)
    {
      PangoAttrList *attributes = pango_attr_list_new ();
      PangoAttribute *underline = pango_attr_underline_new (PANGO_UNDERLINE_ERROR);

      /* The end of the text can be at fault ("libc.so.6+"); then its last character is marked. */
      underline->start_index = (guint) MIN ((gsize) offset, length > 0 ? length - 1 : 0);
      pango_attr_list_insert (attributes, underline);
      gtk_entry_set_attributes (GTK_ENTRY (self->entry), attributes);
      pango_attr_list_unref (attributes);
      gtk_editable_set_position (GTK_EDITABLE (self->entry),
                                 (int) g_utf8_pointer_to_offset (text, text + offset));
    }
  gtk_widget_add_css_class (self->entry, "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               GTK_ACCESSIBLE_INVALID_TRUE, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, sentence, -1);
  gtk_label_set_label (self->fault_label, sentence);
  gtk_popover_popup (GTK_POPOVER (self->fault_popover));
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (LacunaGoTo) self = user_data;
  g_autoptr (GError) error = NULL;
  Reading *reading = g_task_get_task_data (G_TASK (result));

  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_clear_object (&self->cancellable);
      g_signal_emit (self, signals[CHOSEN], 0, reading->address);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_object (&self->cancellable);
      show_fault (self, error->message, reading->offset);
    }
}

static void
go (LacunaGoTo *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  g_autoptr (GTask) task = NULL;
  Reading *reading;

  forget_reading (self);
  lacuna_completer_close (self->completer);
  if (self->snapshot == NULL || text[strspn (text, " \t")] == '\0')
    return;

  reading = g_new0 (Reading, 1);
  reading->target = g_object_ref (self->target);
  reading->snapshot = g_object_ref (self->snapshot);
  reading->text = g_strdup (text);
  reading->offset = -1;
  self->cancellable = g_cancellable_new ();
  task = g_task_new (NULL, self->cancellable, read_cb, g_object_ref (self));
  g_task_set_source_tag (task, go);
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_thread);
}

/* The key that comes here is told where somebody would look for it, until something is typed. */
static void
show_key_hint (LacunaGoTo *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  gtk_widget_set_visible (GTK_WIDGET (self->key_hint),
                          *text == '\0' && *gtk_label_get_label (self->key_hint) != '\0');
}

static void
changed_cb (LacunaGoTo *self)
{
  show_key_hint (self);
  forget_reading (self);
  clear_fault (self);
}

static gboolean
key_pressed_cb (LacunaGoTo     *self,
                guint           keyval,
                guint           keycode,
                GdkModifierType state)
{
  if (keyval != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  forget_reading (self);
  clear_fault (self);
  g_signal_emit (self, signals[CLOSED], 0);
  return GDK_EVENT_STOP;
}

/* GTK also calls this when Tab leaves by the start: then the focus is not to come back. */
static gboolean
lacuna_go_to_grab_focus (GtkWidget *widget)
{
  if (gtk_widget_get_focus_child (widget) != NULL)
    return FALSE;
  return gtk_widget_grab_focus (LACUNA_GO_TO (widget)->entry);
}

/* The key gives way to what the entry is for. Where it lies is the overlay's to decide; but by then it is known
 * how wide the entry is. */
static gboolean
position_cb (LacunaGoTo   *self,
             GtkWidget    *hint,
             GdkRectangle *place)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (
      self->entry, gtk_entry_get_placeholder_text (GTK_ENTRY (self->entry)));
  int text_width;
  int hint_width;

  pango_layout_get_pixel_size (layout, &text_width, NULL);
  gtk_widget_measure (hint, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &hint_width, NULL, NULL);
  gtk_widget_set_opacity (hint, text_width + hint_width + FRAME_WIDTH
                                        <= gtk_widget_get_width (self->overlay)
                                    ? 1
                                    : 0);
  return FALSE;
}

static void
lacuna_go_to_dispose (GObject *object)
{
  LacunaGoTo *self = LACUNA_GO_TO (object);

  forget_reading (self);
  if (self->completer != NULL)
    lacuna_completer_detach (self->completer);
  g_clear_object (&self->completer);
  g_clear_pointer (&self->fault_popover, gtk_widget_unparent);
  g_clear_pointer (&self->overlay, gtk_widget_unparent);
  g_clear_object (&self->snapshot);
  g_clear_object (&self->target);

  G_OBJECT_CLASS (lacuna_go_to_parent_class)->dispose (object);
}

static void
lacuna_go_to_class_init (LacunaGoToClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lacuna_go_to_dispose;
  widget_class->grab_focus = lacuna_go_to_grab_focus;

  /* LacunaGoTo::chosen: the address of what was typed, after Return. */
  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);
  /* LacunaGoTo::closed: Escape was pressed; the focus is to go back where it was. */
  signals[CLOSED] = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "goto");
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/lacuna_project/Lacuna/ui/go-to.ui");
  gtk_widget_class_bind_template_child (widget_class, LacunaGoTo, overlay);
  gtk_widget_class_bind_template_child (widget_class, LacunaGoTo, entry);
  gtk_widget_class_bind_template_child (widget_class, LacunaGoTo, key_hint);
  gtk_widget_class_bind_template_child (widget_class, LacunaGoTo, fault_popover);
  gtk_widget_class_bind_template_child (widget_class, LacunaGoTo, fault_label);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, go);
  gtk_widget_class_bind_template_callback (widget_class, key_pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, position_cb);
}

static void
lacuna_go_to_init (LacunaGoTo *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_parent (self->fault_popover, GTK_WIDGET (self));
  lacuna_tooltip_yield_to_typing (self->entry, GTK_EDITABLE (self->entry));
  self->completer = lacuna_completer_new (GTK_WIDGET (self), GTK_ENTRY (self->entry));
  lacuna_completer_set_description (self->completer, gtk_widget_get_tooltip_text (self->entry));
  g_signal_connect_object (self->completer, "chosen", G_CALLBACK (go), self, G_CONNECT_SWAPPED);
}

/**
 * lacuna_go_to_set_snapshot:
 * @target: (nullable): whose names may be used
 * @snapshot: (nullable): a snapshot of @target
 */
void
lacuna_go_to_set_snapshot (LacunaGoTo     *self,
                           LacunaTarget   *target,
                           LacunaSnapshot *snapshot)
{
  g_return_if_fail (LACUNA_IS_GO_TO (self));

  g_set_object (&self->target, target);
  g_set_object (&self->snapshot, snapshot);
  lacuna_completer_set_snapshot (self->completer, target, snapshot);
}

/**
 * lacuna_go_to_start:
 *
 * Takes the focus and selects what is in it, so that the next key begins anew.
 */
void
lacuna_go_to_start (LacunaGoTo *self)
{
  g_return_if_fail (LACUNA_IS_GO_TO (self));

  gtk_widget_grab_focus (self->entry);
  gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
}

/**
 * lacuna_go_to_clear:
 *
 * Empties the entry, for when one has gone there or has let go of it.
 */
void
lacuna_go_to_clear (LacunaGoTo *self)
{
  g_return_if_fail (LACUNA_IS_GO_TO (self));

  lacuna_completer_close (self->completer);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
}

/**
 * lacuna_go_to_set_key:
 * @key: the key that puts the focus here, as people write it; empty for none
 *
 * Shows @key at the end of the entry while that is empty.
 */
void
lacuna_go_to_set_key (LacunaGoTo *self,
                      const char *key)
{
  g_return_if_fail (LACUNA_IS_GO_TO (self));

  gtk_label_set_label (self->key_hint, key);
  show_key_hint (self);
}
