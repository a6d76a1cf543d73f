/* LacunaBytesEditor: from changes to memory, by way of the questions in between.
 *
 * To apply is to ask the model, which writes nothing as long as there is something to ask, and to ask
 * again with what was answered. Whoever wishes to leave waits for the end of that, and stays where it
 * did not come to a good one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-bytes-editor.h"
#include "lacuna-bytes-questions.h"

#include <glib/gi18n.h>

struct _LacunaBytesEditor
{
  GtkWidget parent_instance;

  GtkOrientable *box;
  GtkLabel *heading_label;
  GtkLabel *count_label;
  GtkWidget *apply_button;
  GtkWidget *copy_button;

  LacunaBytes *view;
  LacunaByteEdits *edits; /* (nullable) */
  char *owner;            /* (nullable): Lacuna itself */
  gint32 pid;
  gboolean exited;
  gboolean gone;          /* all that was changed lies where nothing is mapped any more */
  gboolean read_only;     /* what is shown */
  gboolean redoing;       /* what runs, if it is no apply, does something again */
  gboolean waiting;       /* for an answer to confirm-change */
  LacunaByteApplyFlags flags;
  GtkWindow *question;    /* weak */

  LacunaBytesLeave leave; /* (nullable): what waits for the changes to be none */
  gpointer leave_data;
  GDestroyNotify leave_destroy;
};

enum
{
  TOLD,
  WRITTEN,
  CONFIRM_CHANGE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaBytesEditor, lacuna_bytes_editor, GTK_TYPE_WIDGET)

static guint64
count_changes (LacunaBytesEditor *self)
{
  return self->edits != NULL ? lacuna_byte_edits_get_n_bytes (self->edits) : 0;
}

static void
update (LacunaBytesEditor *self)
{
  gulong n = (gulong) count_changes (self);
  g_autofree char *heading = NULL;
  g_autofree char *count = NULL;

  if (self->heading_label == NULL)
    return;
  if (self->owner == NULL)
    heading = g_strdup (_ ("Editing Lacuna's own memory"));
  else
    /* Translators: a process, such as chromium 14231. */
    heading = g_strdup_printf (_ ("Editing the memory of %s"), self->owner);
  if (self->exited)
    count = g_strdup (_ ("The process has exited, so nothing can be written any more."));
  else if (n > 0 && self->gone)
    count = g_strdup (_ ("What was changed is not mapped any more, so it can't be written."));
  else if (n == 0 && self->read_only)
    count = g_strdup (_ ("This memory may only be read. To write into it has to be forced."));
  else if (n == 0)
    count = g_strdup (_ ("Type over bytes or text. Nothing is written before you apply it."));
  else
    count = g_strdup_printf (ngettext ("%lu byte changed, not written yet",
                                       "%lu bytes changed, not written yet", n),
                             n);
  gtk_label_set_label (self->heading_label, heading);
  gtk_label_set_label (self->count_label, count);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->count_label), count);
  gtk_widget_set_visible (self->apply_button, !self->exited && !self->gone);
  gtk_widget_set_visible (self->copy_button, (self->exited || self->gone) && n > 0);
}

static void
stay (LacunaBytesEditor *self)
{
  gpointer data = self->leave_data;
  GDestroyNotify destroy = self->leave_destroy;

  self->leave = NULL;
  self->leave_data = NULL;
  self->leave_destroy = NULL;
  if (destroy != NULL)
    destroy (data);
}

static void
go (LacunaBytesEditor *self)
{
  LacunaBytesLeave leave = self->leave;
  gpointer data = self->leave_data;
  GDestroyNotify destroy = self->leave_destroy;

  self->leave = NULL;
  self->leave_data = NULL;
  self->leave_destroy = NULL;
  if (leave != NULL)
    leave (data);
  if (destroy != NULL)
    destroy (data);
}

static void
tell (LacunaBytesEditor *self,
      const char        *text)
{
  g_signal_emit (self, signals[TOLD], 0, text);
}

static void
copy (LacunaBytesEditor *self)
{
  g_autofree char *text = lacuna_bytes_editor_to_commands (self);
  gulong n = self->edits != NULL ? (gulong) lacuna_byte_edits_get_n_runs (self->edits) : 0;
  g_autofree char *message
      = g_strdup_printf (ngettext ("Copied %lu command", "Copied %lu commands", n), n);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  tell (self, message);
}

static void
ask (LacunaBytesEditor *self,
     GtkWindow         *question,
     GCallback          response_cb)
{
  if (self->question != NULL)
    gtk_window_destroy (self->question);
  g_set_weak_pointer (&self->question, question);
  g_signal_connect_object (question, "response", response_cb, self, G_CONNECT_SWAPPED);
}

static void write_changes (LacunaBytesEditor *self);

static void
changed_answered_cb (LacunaBytesEditor *self,
                     const char        *response)
{
  if (self->edits == NULL)
    return;
  if (g_str_equal (response, "apply"))
    {
      self->flags |= LACUNA_BYTE_APPLY_CHANGED;
      write_changes (self);
      return;
    }
  lacuna_byte_edits_look_again (self->edits);
  g_signal_emit (self, signals[WRITTEN], 0);
  stay (self);
}

static void
force_answered_cb (LacunaBytesEditor *self,
                   const char        *response)
{
  if (g_str_equal (response, "force"))
    {
      self->flags |= LACUNA_BYTE_APPLY_FORCE;
      write_changes (self);
    }
  else
    stay (self);
}

static void
failed_answered_cb (LacunaBytesEditor *self,
                    const char        *response)
{
  if (g_str_equal (response, "copy"))
    copy (self);
}

static void
tell_written (LacunaBytesEditor       *self,
              const LacunaByteOutcome *outcome)
{
  gulong n = (gulong) outcome->n_written;
  g_autofree char *message = NULL;

  if (outcome->forced)
    message = g_strdup_printf (ngettext ("Wrote %lu byte, by force into read-only memory.",
                                         "Wrote %lu bytes, by force into read-only memory.", n),
                               n);
  else
    message = g_strdup_printf (ngettext ("Wrote %lu byte.", "Wrote %lu bytes.", n), n);
  tell (self, message);
}

static void
applied_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (LacunaBytesEditor) self = user_data;
  LacunaByteEdits *edits = LACUNA_BYTE_EDITS (source);
  g_autoptr (LacunaByteOutcome) outcome = lacuna_byte_edits_finish (edits, result);

  g_signal_emit (self, signals[WRITTEN], 0);
  /* Somebody has gone on to another memory; what was written is written. */
  if (edits != self->edits || gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;
  switch (outcome->verdict)
    {
    case LACUNA_BYTE_VERDICT_DONE:
      tell_written (self, outcome);
      go (self);
      break;
    case LACUNA_BYTE_VERDICT_CHANGED:
      lacuna_bytes_go_to (self->view, outcome->place);
      ask (self, lacuna_bytes_ask_changed (GTK_WIDGET (self), outcome),
           G_CALLBACK (changed_answered_cb));
      break;
    case LACUNA_BYTE_VERDICT_READ_ONLY:
      ask (self, lacuna_bytes_ask_force (GTK_WIDGET (self), outcome),
           G_CALLBACK (force_answered_cb));
      break;
    case LACUNA_BYTE_VERDICT_FAILED:
    default:
      stay (self);
      if (outcome->exited)
        {
          self->exited = TRUE;
          update (self);
        }
      ask (self, lacuna_bytes_tell_failed (GTK_WIDGET (self), outcome),
           G_CALLBACK (failed_answered_cb));
    }
}

static void
write_changes (LacunaBytesEditor *self)
{
  if (self->edits != NULL && !lacuna_byte_edits_is_busy (self->edits))
    lacuna_byte_edits_apply_async (self->edits, self->flags, applied_cb, g_object_ref (self));
}

/* What lies there is another thing by now, or nothing: that step would be in the way of those before it, and
 * of what the window can undo. What is read-only may be writable another time. */
static void
forget_step (LacunaBytesEditor       *self,
             const LacunaByteOutcome *outcome)
{
  if (outcome->verdict != LACUNA_BYTE_VERDICT_READ_ONLY)
    lacuna_byte_edits_forget_step (self->edits, self->redoing);
}

static void
undone_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (LacunaBytesEditor) self = user_data;
  LacunaByteEdits *edits = LACUNA_BYTE_EDITS (source);
  g_autoptr (LacunaByteOutcome) outcome = lacuna_byte_edits_finish (edits, result);
  gulong n = (gulong) outcome->n_written;
  g_autofree char *message = NULL;

  g_signal_emit (self, signals[WRITTEN], 0);
  if (edits != self->edits || gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;
  if (outcome->verdict != LACUNA_BYTE_VERDICT_DONE)
    {
      forget_step (self, outcome);
      ask (self, lacuna_bytes_tell_not_undone (GTK_WIDGET (self), outcome, self->redoing),
           G_CALLBACK (failed_answered_cb));
      return;
    }
  if (self->redoing)
    {
      tell_written (self, outcome);
      return;
    }
  message = g_strdup_printf (ngettext ("Undone: %lu byte in memory is as it was before.",
                                       "Undone: %lu bytes in memory are as they were before.", n),
                             n);
  tell (self, message);
}

static void
leave_answered_cb (LacunaBytesEditor *self,
                   const char        *response)
{
  if (g_str_equal (response, "apply"))
    {
      /* They may have been written while this was asked. */
      if (count_changes (self) > 0)
        lacuna_bytes_editor_apply (self);
      else
        go (self);
      return;
    }
  if (g_str_equal (response, "keep"))
    {
      stay (self);
      return;
    }
  if (g_str_equal (response, "copy"))
    copy (self);
  lacuna_bytes_editor_discard (self);
  go (self);
}

static void
lacuna_bytes_editor_dispose (GObject *object)
{
  LacunaBytesEditor *self = LACUNA_BYTES_EDITOR (object);

  lacuna_bytes_editor_set_edits (self, NULL);
  if (self->view != NULL)
    g_object_remove_weak_pointer (G_OBJECT (self->view), (gpointer *) &self->view);
  self->view = NULL;
  self->heading_label = NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL;
       child = gtk_widget_get_first_child (GTK_WIDGET (self)))
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (lacuna_bytes_editor_parent_class)->dispose (object);
}

static void
lacuna_bytes_editor_finalize (GObject *object)
{
  g_free (LACUNA_BYTES_EDITOR (object)->owner);

  G_OBJECT_CLASS (lacuna_bytes_editor_parent_class)->finalize (object);
}

static void
lacuna_bytes_editor_class_init (LacunaBytesEditorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lacuna_bytes_editor_dispose;
  G_OBJECT_CLASS (klass)->finalize = lacuna_bytes_editor_finalize;

  /* LacunaBytesEditor::told: a sentence to be told in passing. */
  signals[TOLD] = g_signal_new ("told", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                1, G_TYPE_STRING);
  /* LacunaBytesEditor::written: what is in memory is to be read again. */
  signals[WRITTEN] = g_signal_new ("written", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
  /* LacunaBytesEditor::confirm-change: whether to wait for an answer before anything is written. */
  signals[CONFIRM_CHANGE]
      = g_signal_new ("confirm-change", type, G_SIGNAL_RUN_LAST, 0,
                      g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 0);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/lacuna_project/Lacuna/ui/bytes-editor.ui");
#define BIND(name) gtk_widget_class_bind_template_child (widget_class, LacunaBytesEditor, name)
  BIND (box);
  BIND (heading_label);
  BIND (count_label);
  BIND (apply_button);
  BIND (copy_button);
#undef BIND
}

static void
lacuna_bytes_editor_init (LacunaBytesEditor *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Editing"), -1);
  update (self);
}

void
lacuna_bytes_editor_set_view (LacunaBytesEditor *self,
                              LacunaBytes       *view)
{
  g_return_if_fail (LACUNA_IS_BYTES_EDITOR (self));

  g_set_weak_pointer (&self->view, view);
}

/**
 * lacuna_bytes_editor_set_edits:
 * @edits: (nullable) (transfer none): the changes that are written from here
 */
void
lacuna_bytes_editor_set_edits (LacunaBytesEditor *self,
                               LacunaByteEdits   *edits)
{
  g_return_if_fail (LACUNA_IS_BYTES_EDITOR (self));

  if (self->edits != NULL)
    g_signal_handlers_disconnect_by_data (self->edits, self);
  if (self->question != NULL)
    gtk_window_destroy (self->question);
  g_clear_weak_pointer (&self->question);
  self->waiting = FALSE;
  stay (self);
  g_set_object (&self->edits, edits);
  if (edits != NULL)
    g_signal_connect_swapped (edits, "changed", G_CALLBACK (update), self);
  update (self);
}

void
lacuna_bytes_editor_set_owner (LacunaBytesEditor *self,
                               const char        *owner,
                               gint32             pid,
                               gboolean           exited)
{
  char *copy;

  g_return_if_fail (LACUNA_IS_BYTES_EDITOR (self));

  copy = g_strdup (owner);
  g_free (self->owner);
  self->owner = copy;
  self->pid = pid;
  self->exited = exited;
  update (self);
}

/**
 * lacuna_bytes_editor_set_gone:
 * @gone: whether all that was changed lies where nothing is mapped any more
 */
void
lacuna_bytes_editor_set_gone (LacunaBytesEditor *self,
                              gboolean           gone)
{
  g_return_if_fail (LACUNA_IS_BYTES_EDITOR (self));

  if (self->gone == gone)
    return;
  self->gone = gone;
  update (self);
}

void
lacuna_bytes_editor_set_read_only (LacunaBytesEditor *self,
                                   gboolean           read_only)
{
  g_return_if_fail (LACUNA_IS_BYTES_EDITOR (self));

  self->read_only = read_only;
  update (self);
}

/**
 * lacuna_bytes_editor_apply:
 *
 * Writes the changes, once nothing is left to be asked.
 */
void
lacuna_bytes_editor_apply (LacunaBytesEditor *self)
{
  gboolean waits = FALSE;

  g_return_if_fail (LACUNA_IS_BYTES_EDITOR (self));

  if (self->waiting || count_changes (self) == 0 || lacuna_byte_edits_is_busy (self->edits))
    return;
  self->flags = LACUNA_BYTE_APPLY_NONE;
  self->waiting = TRUE;
  g_signal_emit (self, signals[CONFIRM_CHANGE], 0, &waits);
  if (!waits)
    lacuna_bytes_editor_answer (self, TRUE);
}

/**
 * lacuna_bytes_editor_answer:
 * @go_on: whether what was asked about with "confirm-change" is done
 */
void
lacuna_bytes_editor_answer (LacunaBytesEditor *self,
                            gboolean           go_on)
{
  g_return_if_fail (LACUNA_IS_BYTES_EDITOR (self));

  if (!self->waiting)
    return;
  self->waiting = FALSE;
  if (go_on)
    write_changes (self);
  else
    stay (self);
}

void
lacuna_bytes_editor_discard (LacunaBytesEditor *self)
{
  g_return_if_fail (LACUNA_IS_BYTES_EDITOR (self));

  if (self->edits != NULL)
    lacuna_byte_edits_revert (self->edits, (struct lac_range){ 0, G_MAXUINT64 });
}

/**
 * lacuna_bytes_editor_undo:
 * @redo: whether to do again what was undone
 */
void
lacuna_bytes_editor_undo (LacunaBytesEditor *self,
                          gboolean           redo)
{
  LacunaByteStep step;
  guint64 place;

  g_return_if_fail (LACUNA_IS_BYTES_EDITOR (self));

  if (self->edits == NULL || lacuna_byte_edits_is_busy (self->edits))
    return;
  step = redo ? lacuna_byte_edits_get_redo (self->edits) : lacuna_byte_edits_get_undo (self->edits);
  if (step == LACUNA_BYTE_STEP_TYPED && lacuna_byte_edits_undo_typed (self->edits, redo, &place))
    {
      if (lac_range_contains (lacuna_bytes_get_range (self->view), place))
        lacuna_bytes_go_to (self->view, place);
    }
  else if (step == LACUNA_BYTE_STEP_APPLIED)
    {
      self->redoing = redo;
      lacuna_byte_edits_undo_applied_async (self->edits, redo, undone_cb, g_object_ref (self));
    }
}

char *
lacuna_bytes_editor_to_commands (LacunaBytesEditor *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTES_EDITOR (self), NULL);

  return self->edits != NULL ? lacuna_byte_edits_to_commands (self->edits, self->pid) : g_strdup ("");
}

/**
 * lacuna_bytes_editor_leave:
 * @leave: what would lose the changes
 * @user_data: (transfer full): for @leave
 * @destroy: (nullable): ends @user_data
 */
void
lacuna_bytes_editor_leave (LacunaBytesEditor *self,
                           LacunaBytesLeave   leave,
                           gpointer           user_data,
                           GDestroyNotify     destroy)
{
  g_return_if_fail (LACUNA_IS_BYTES_EDITOR (self));

  stay (self);
  self->leave = leave;
  self->leave_data = user_data;
  self->leave_destroy = destroy;
  if (count_changes (self) == 0)
    go (self);
  else
    ask (self,
         lacuna_bytes_ask_leave (GTK_WIDGET (self), self->owner, count_changes (self),
                                 self->exited),
         G_CALLBACK (leave_answered_cb));
}

void
lacuna_bytes_editor_set_narrow (LacunaBytesEditor *self,
                                gboolean           narrow)
{
  g_return_if_fail (LACUNA_IS_BYTES_EDITOR (self));

  gtk_orientable_set_orientation (self->box, narrow ? GTK_ORIENTATION_VERTICAL
                                                    : GTK_ORIENTATION_HORIZONTAL);
}
