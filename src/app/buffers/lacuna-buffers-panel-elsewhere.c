/* The Buffers page in another process: what comes before a deed there, and what is in its way.
 *
 * A process is changed only after it was found out, without touching it, what would be called in
 * which thread; that is the plan. The first plan is shown before anything is done, and what may end
 * the process is asked about each time; the others are told with what came of them. All ways to
 * change a process that the page has go through here, one after another: so a question is about one
 * thing, and stopping stops all that waits behind it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-buffers-panel-private.h"
#include "lacuna-buffers-words.h"
#include "lacuna-change-question.h"

#include "model/lacuna-error.h"

#include <glib/gi18n.h>

/* How long something may take before the page says that it is at it, and how long a lock of the
 * process is waited for; both in milliseconds. Whoever waits can stop. */
#define SILENCE 300
#define MOST_PATIENCE 30000

/* A deed on its way. */
typedef struct
{
  LacunaBuffersPanel *panel;
  LacunaAllocator *allocator;
  LacunaRequest request;    /* owns what it points to */
  LacunaOperation *undone;  /* (nullable): what it undoes, which is spent meanwhile */
  LacunaOperation *planned; /* (nullable): the dry run */
  gboolean begun;
  gboolean settled;         /* something came of it, be it a refusal */
  gboolean done;            /* it came to what was wished */
  char *typed;              /* (nullable): what was typed for it */
  gboolean dropped;         /* nobody waits for it any more */
} Errand;

static void start (LacunaBuffersPanel *self);

static void
errand_free (Errand *errand)
{
  g_free ((gpointer) errand->request.query.anchors);
  g_clear_pointer (&errand->request.bytes, g_bytes_unref);
  g_clear_object (&errand->request.cancellable);
  g_clear_object (&errand->planned);
  /* What nobody agreed to, or waited for, can be undone another time. */
  if (errand->undone != NULL && !errand->settled)
    g_hash_table_remove (errand->panel->spent, errand->undone);
  g_clear_object (&errand->undone);
  g_object_unref (errand->allocator);
  g_object_unref (errand->panel);
  g_free (errand->typed);
  g_free (errand);
}

static void
hide_waiting (LacunaBuffersPanel *self)
{
  g_clear_handle_id (&self->waiting_source, g_source_remove);
  if (!lacuna_later_is_built (self) || !gtk_widget_get_visible (self->waiting_box))
    return;
  gtk_widget_set_visible (self->waiting_box, FALSE);
  gtk_spinner_set_spinning (self->waiting_spinner, FALSE);
  lacuna_buffers_panel_emit_acts_changed (self);
}

static gboolean
show_waiting_cb (gpointer user_data)
{
  LacunaBuffersPanel *self = user_data;
  Errand *errand = g_queue_peek_head (&self->errands);
  LacunaDeed deed = errand->request.deed;
  gboolean of_buffers = deed != LACUNA_DEED_ALLOCATE && deed != LACUNA_DEED_FREE
                        && deed != LACUNA_DEED_PROTECT;
  g_autofree char *title
      = lacuna_buffers_keep_whole (lacuna_operation_get_title (errand->planned));

  self->waiting_source = 0;
  gtk_label_set_label (self->waiting_title, title);
  gtk_label_set_label (self->waiting_note,
                       of_buffers ? _ ("Waiting for the process, which seems to have its buffers "
                                       "locked…")
                                  : _ ("Waiting for the process…"));
  gtk_spinner_set_spinning (self->waiting_spinner, TRUE);
  gtk_widget_set_visible (self->waiting_box, TRUE);
  lacuna_buffers_panel_emit_acts_changed (self);
  return G_SOURCE_REMOVE;
}

/* What became of it, or why it was not begun. */
static void
settle (Errand          *errand,
        LacunaOperation *operation)
{
  LacunaBuffersPanel *self = errand->panel;

  errand->settled = !g_error_matches (lacuna_operation_get_error (operation), G_IO_ERROR,
                                      G_IO_ERROR_CANCELLED);
  errand->done = lacuna_operation_get_error (operation) == NULL;
  /* What undid something is not to be undone, and nothing is undone twice. */
  if (errand->undone != NULL)
    g_hash_table_add (self->spent, g_object_ref (operation));
  hide_waiting (self);
  lacuna_buffers_panel_finish (self, operation);
}

/* Nobody types twice what was not appended; but what is typed since stays. */
static void
give_back_typed (Errand *errand)
{
  LacunaBuffersPanel *self = errand->panel;

  if (errand->typed != NULL && !errand->done && !errand->dropped && lacuna_later_is_built (self)
      && *gtk_editable_get_text (GTK_EDITABLE (self->append_entry)) == '\0')
    lacuna_buffers_panel_set_entry (self, errand->typed);
}

/* Whoever comes next begins. */
static void
end (Errand *errand)
{
  LacunaBuffersPanel *self = g_object_ref (errand->panel);
  gboolean given_back = errand->undone != NULL && !errand->settled;

  give_back_typed (errand);
  if (!errand->dropped)
    {
      g_queue_pop_head (&self->errands);
      hide_waiting (self);
    }
  errand_free (errand);
  if (given_back && lacuna_later_is_built (self) && self->allocator != NULL)
    {
      lacuna_buffers_panel_show_outcome (self);
      lacuna_buffers_panel_emit_acts_changed (self);
    }
  start (self);
  g_object_unref (self);
}

/* What would have to be agreed to so that @operation is done. */
static LacunaConfirm
missing_confirm (LacunaOperation *operation)
{
  const GError *error = lacuna_operation_get_error (operation);

  if (g_error_matches (error, LACUNA_ERROR, LAC_E_FILTERED))
    return LACUNA_CONFIRM_FILTERED;
  if (g_error_matches (error, LACUNA_ERROR, LAC_E_NO_NET))
    return LACUNA_CONFIRM_NO_NET;
  return LACUNA_CONFIRM_NOTHING;
}

static GQuark
plan_quark (void)
{
  return g_quark_from_static_string ("lacuna-buffers-plan");
}

/* What was done keeps the plan that it was done by. */
static void
note_plan (LacunaOperation *operation,
           LacunaPlan      *plan)
{
  if (plan != NULL)
    g_object_set_qdata_full (G_OBJECT (operation), plan_quark (), g_object_ref (plan),
                             g_object_unref);
}

/**
 * lacuna_buffers_panel_get_plan:
 * @operation: something that was done
 *
 * Returns: (transfer none) (nullable): the plan that it was done by
 */
LacunaPlan *
lacuna_buffers_panel_get_plan (LacunaOperation *operation)
{
  return g_object_get_qdata (G_OBJECT (operation), plan_quark ());
}

static void ask (Errand          *errand,
                 LacunaOperation *about,
                 LacunaConfirm    confirm);

static void
done_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Errand *errand = user_data;
  g_autoptr (LacunaOperation) operation
      = lacuna_allocator_perform_finish (LACUNA_ALLOCATOR (source), result);
  LacunaConfirm missing = missing_confirm (operation) & ~errand->request.confirmed;

  if (!errand->dropped && missing != LACUNA_CONFIRM_NOTHING)
    {
      /* It came to what no look from outside could foresee. */
      hide_waiting (errand->panel);
      ask (errand, operation, missing);
      return;
    }
  if (!errand->dropped)
    {
      note_plan (operation, lacuna_operation_get_plan (errand->planned));
      settle (errand, operation);
    }
  end (errand);
}

static void
go_on (Errand *errand)
{
  LacunaBuffersPanel *self = errand->panel;

  errand->request.dry_run = FALSE;
  self->waiting_source = g_timeout_add (SILENCE, show_waiting_cb, self);
  lacuna_allocator_perform_async (errand->allocator, &errand->request, done_cb, errand);
}

/* What has to be agreed to once. Who lets bytes be written has not let threads be stopped, and who has memory
 * made that goes again has not let something be made that stays. */
static LacunaConsent
needed_consent (const Errand *errand)
{
  LacunaPlan *plan = lacuna_operation_get_plan (errand->planned);

  if (plan == NULL || !lacuna_plan_stops_a_thread (plan))
    return LACUNA_CONSENT_OUTSIDE;
  if (lacuna_operation_get_deed (errand->planned) == LACUNA_DEED_CREATE_BUFFER
      || lacuna_operation_get_created (errand->planned))
    return LACUNA_CONSENT_LASTING;
  return LACUNA_CONSENT_CALLS;
}

static gboolean
is_agreed_to (const Errand *errand)
{
  return lacuna_allocator_get_agreed (errand->allocator) >= needed_consent (errand);
}

static void
answered_cb (gboolean agreed,
             gpointer user_data)
{
  Errand *errand = user_data;

  g_clear_weak_pointer (&errand->panel->question);
  if (errand->dropped || !agreed)
    {
      end (errand);
      return;
    }
  lacuna_allocator_set_agreed (errand->allocator, needed_consent (errand));
  go_on (errand);
}

static void
ask (Errand          *errand,
     LacunaOperation *about,
     LacunaConfirm    confirm)
{
  LacunaBuffersPanel *self = errand->panel;

  errand->request.confirmed |= confirm;
  g_set_weak_pointer (&self->question,
                      lacuna_change_question_ask (
                          GTK_WIDGET (self), self->process, about, confirm,
                          is_agreed_to (errand) ? LACUNA_CONSENT_NONE : needed_consent (errand),
                          answered_cb, errand));
}

/* Ctrl+Z is pressed in passing, and may be meant for something else; the process would go on to use what it
 * gives back. */
static gboolean
is_undone_by_freeing (const Errand *errand)
{
  return errand->undone != NULL && errand->request.deed == LACUNA_DEED_FREE;
}

static void
planned_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Errand *errand = user_data;
  LacunaPlan *plan;
  LacunaConfirm confirm;

  errand->planned = lacuna_allocator_perform_finish (LACUNA_ALLOCATOR (source), result);
  if (errand->dropped)
    {
      end (errand);
      return;
    }
  if (lacuna_operation_get_error (errand->planned) != NULL)
    {
      lacuna_allocator_add_refused (errand->allocator, errand->planned);
      settle (errand, errand->planned);
      end (errand);
      return;
    }
  plan = lacuna_operation_get_plan (errand->planned);
  confirm = plan != NULL ? lacuna_plan_get_confirm (plan) : LACUNA_CONFIRM_NOTHING;
  if (confirm != LACUNA_CONFIRM_NOTHING || !is_agreed_to (errand)
      || is_undone_by_freeing (errand))
    ask (errand, errand->planned, confirm);
  else
    go_on (errand);
}

/* Begins with the first of those that wait, unless it has begun. */
static void
start (LacunaBuffersPanel *self)
{
  Errand *errand = g_queue_peek_head (&self->errands);

  if (errand == NULL || errand->begun)
    return;
  errand->begun = TRUE;
  errand->request.dry_run = TRUE;
  lacuna_allocator_perform_async (errand->allocator, &errand->request, planned_cb, errand);
}

/**
 * lacuna_buffers_panel_perform_elsewhere:
 * @request: what is wished; copied
 * @undone: (nullable): what it undoes
 *
 * Does it, once it is known what it takes, and somebody has agreed to that.
 */
void
lacuna_buffers_panel_perform_elsewhere (LacunaBuffersPanel  *self,
                                        const LacunaRequest *request,
                                        LacunaOperation     *undone)
{
  Errand *errand = g_new0 (Errand, 1);

  errand->panel = g_object_ref (self);
  errand->allocator = g_object_ref (self->allocator);
  errand->request = *request;
  errand->request.query.anchors = g_memdup2 (
      request->query.anchors, request->query.n_anchors * sizeof *request->query.anchors);
  if (request->bytes != NULL)
    g_bytes_ref (errand->request.bytes);
  errand->request.cancellable = g_cancellable_new ();
  errand->request.patience = MOST_PATIENCE;
  if (undone != NULL)
    {
      errand->undone = g_object_ref (undone);
      g_hash_table_add (self->spent, g_object_ref (undone));
    }
  g_queue_push_tail (&self->errands, errand);
  start (self);
}

/**
 * lacuna_buffers_panel_note_typed:
 * @typed: what was typed for what was asked for last
 *
 * Has it come back when nothing comes of that.
 */
void
lacuna_buffers_panel_note_typed (LacunaBuffersPanel *self,
                                 const char         *typed)
{
  Errand *last = g_queue_peek_tail (&self->errands);

  if (last == NULL)
    return;
  g_free (last->typed);
  last->typed = g_strdup (typed);
}

/**
 * lacuna_buffers_panel_stop:
 *
 * Has what waits for the process wait no longer, and what would come after it not come.
 */
void
lacuna_buffers_panel_stop (LacunaBuffersPanel *self)
{
  Errand *first = g_queue_peek_head (&self->errands);

  if (first == NULL)
    return;
  while (g_queue_get_length (&self->errands) > 1)
    errand_free (g_queue_pop_tail (&self->errands));
  g_cancellable_cancel (first->request.cancellable);
}

/**
 * lacuna_buffers_panel_drop_errands:
 *
 * Forgets what was asked for: the page is about another process now, or goes.
 */
void
lacuna_buffers_panel_drop_errands (LacunaBuffersPanel *self)
{
  Errand *first;

  lacuna_buffers_panel_stop (self);
  first = g_queue_pop_head (&self->errands);
  hide_waiting (self);
  if (first == NULL)
    return;
  first->dropped = TRUE;
  /* Who is asked answers no by that. */
  if (self->question != NULL)
    gtk_window_close (self->question);
}

/* What is in the way */

/* (transfer full) (nullable) */
static char *
locator_words (LacunaBuffersPanel *self)
{
  const char *why_not = lacuna_locator_get_why_not (self->locator);

  if (why_not == NULL)
    return NULL;
  /* Translators: a phrase that says why */
  return g_strdup_printf (_ ("The process’s buffers can be looked at, and not used: %s."), why_not);
}

/* (transfer full) (nullable): why memory can't be made or freed in the process. */
static char *
calls_words (LacunaBuffersPanel *self)
{
  return self->no_calls != NULL ? lacuna_reason_words (self->no_calls, self->pid) : NULL;
}

/**
 * lacuna_buffers_panel_why_not:
 * @act: something that can be done
 *
 * Returns: (transfer full) (nullable): why the process does not allow it; %NULL when that is not what is in
 *   the way
 */
char *
lacuna_buffers_panel_why_not (LacunaBuffersPanel *self,
                              LacunaAct           act)
{
  char *words = NULL;

  if (self->allocator == NULL || !lacuna_allocator_is_elsewhere (self->allocator)
      || act == LACUNA_ACT_STOP)
    return NULL;
  if (self->exited)
    return g_strdup (_ ("The process has exited."));
  if (self->no_memory != NULL)
    return lacuna_reason_words (self->no_memory, self->pid);
  switch (act)
    {
    case LACUNA_ACT_CREATE_OWN:
      return g_strdup (_ ("A buffer that is never writable and executable at once is of one program "
                          "alone, and can’t be made in another process."));
    case LACUNA_ACT_CREATE:
    case LACUNA_ACT_CREATE_HERE:
    case LACUNA_ACT_CREATE_SOON:
      words = calls_words (self);
      return words != NULL ? words : locator_words (self);
    case LACUNA_ACT_ALLOCATE:
    case LACUNA_ACT_ALLOCATE_HERE:
    case LACUNA_ACT_PROTECT:
    case LACUNA_ACT_FREE:
      return calls_words (self);
    case LACUNA_ACT_APPEND:
    case LACUNA_ACT_APPEND_FILE:
      words = locator_words (self);
      /* One would have to be made. */
      if (words == NULL && lacuna_locator_get_n_buffers (self->locator) == 0)
        words = calls_words (self);
      return words;
    case LACUNA_ACT_TAKE:
    case LACUNA_ACT_PUT:
      return locator_words (self);
    case LACUNA_ACT_STOP:
    case LACUNA_ACT_UNDO:
    case LACUNA_N_ACTS:
    default:
      return NULL;
    }
}

/* What is said of a button that can't be pressed takes the place of what it does. */
static void
show_why_not (LacunaBuffersPanel *self,
              GtkWidget          *button,
              LacunaAct           act)
{
  static GQuark own_tooltip;
  g_autofree char *words = lacuna_buffers_panel_why_not (self, act);
  const char *own;

  if (own_tooltip == 0)
    own_tooltip = g_quark_from_static_string ("lacuna-own-tooltip");
  if (g_object_get_qdata (G_OBJECT (button), own_tooltip) == NULL)
    g_object_set_qdata_full (G_OBJECT (button), own_tooltip,
                             g_strdup (gtk_widget_get_tooltip_text (button)), g_free);
  own = g_object_get_qdata (G_OBJECT (button), own_tooltip);
  gtk_widget_set_tooltip_text (button, words != NULL ? words : own);
  if (words != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                    words, -1);
  else if (act != LACUNA_ACT_CREATE && act != LACUNA_ACT_ALLOCATE)
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                    own, -1);
}

static void
show_box (LacunaBuffersPanel *self)
{
  gboolean elsewhere = lacuna_allocator_is_elsewhere (self->allocator);
  LacunaReason *reason = self->no_memory != NULL ? self->no_memory : self->no_calls;
  g_autofree char *words = NULL;

  if (!elsewhere || self->exited)
    reason = NULL;
  if (elsewhere && self->exited)
    words = g_strdup (_ ("The process has exited. What it had is shown as it was last."));
  else if (reason != NULL)
    words = lacuna_reason_words_in_box (reason, self->pid);
  else if (elsewhere)
    words = locator_words (self);
  lacuna_reason_box_show (self->reason_box, words,
                          reason != NULL ? lacuna_reason_get_command (reason) : NULL);
}

/**
 * lacuna_buffers_panel_show_reasons:
 *
 * Says what is in the way of changing the process, and on each button why it can't be pressed.
 */
void
lacuna_buffers_panel_show_reasons (LacunaBuffersPanel *self)
{
  g_autofree char *allocate = NULL;

  if (!lacuna_later_is_built (self) || self->allocator == NULL)
    return;
  allocate = lacuna_buffers_panel_why_not (self, LACUNA_ACT_ALLOCATE);
  show_box (self);
  show_why_not (self, self->create_button, LACUNA_ACT_CREATE);
  show_why_not (self, self->allocate_button, LACUNA_ACT_ALLOCATE);
  show_why_not (self, self->allocate_menu_button, LACUNA_ACT_ALLOCATE);
  show_why_not (self, self->take_button, LACUNA_ACT_TAKE);
  show_why_not (self, self->put_button, LACUNA_ACT_PUT);
  show_why_not (self, GTK_WIDGET (self->protect_button), LACUNA_ACT_PROTECT);
  show_why_not (self, self->free_button, LACUNA_ACT_FREE);
  show_why_not (self, self->append_button, LACUNA_ACT_APPEND);
  show_why_not (self, self->append_file_button, LACUNA_ACT_APPEND_FILE);
  /* Elsewhere there is one kind of buffer. */
  gtk_widget_set_visible (self->create_menu_button,
                          !lacuna_allocator_is_elsewhere (self->allocator));
  gtk_widget_set_sensitive (self->allocate_menu_button, self->has_query && allocate == NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->protect_button), allocate == NULL);
}

static void
reasons_changed (LacunaBuffersPanel *self)
{
  lacuna_buffers_panel_show_reasons (self);
  lacuna_buffers_panel_emit_acts_changed (self);
}

/**
 * lacuna_buffers_panel_set_process:
 * @process: (nullable): what people call the process, such as "chromium 14231"
 * @pid: which it is
 * @exited: whether it is no more
 *
 * Says whose memory it is; for what is asked before that is changed.
 */
void
lacuna_buffers_panel_set_process (LacunaBuffersPanel *self,
                                  const char         *process,
                                  gint32              pid,
                                  gboolean            exited)
{
  g_return_if_fail (LACUNA_IS_BUFFERS_PANEL (self));

  g_free (self->process);
  self->process = g_strdup (process);
  self->pid = pid;
  if (self->exited == exited)
    return;
  self->exited = exited;
  reasons_changed (self);
}

/**
 * lacuna_buffers_panel_set_reasons:
 * @no_memory: (nullable): why its memory can't be written
 * @no_calls: (nullable): why nothing can be called in it
 *
 * Says what is in the way of changing the process.
 */
void
lacuna_buffers_panel_set_reasons (LacunaBuffersPanel *self,
                                  LacunaReason       *no_memory,
                                  LacunaReason       *no_calls)
{
  g_return_if_fail (LACUNA_IS_BUFFERS_PANEL (self));

  g_clear_pointer (&self->no_memory, lacuna_reason_unref);
  g_clear_pointer (&self->no_calls, lacuna_reason_unref);
  self->no_memory = no_memory != NULL ? lacuna_reason_ref (no_memory) : NULL;
  self->no_calls = no_calls != NULL ? lacuna_reason_ref (no_calls) : NULL;
  reasons_changed (self);
}
