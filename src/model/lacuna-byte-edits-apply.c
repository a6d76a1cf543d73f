/* LacunaByteEdits: from changes to memory and back, and what the history says of it.
 *
 * While something is written nobody may change anything: what the worker has in hand is what the
 * history will say. That is a moment, so whoever types just then is refused rather than made to wait.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-byte-edits-private.h"

/* What a worker is told to write, and what that is to the history. */
typedef struct
{
  LacunaByteSource *source;
  GPtrArray *runs;
  LacunaByteApplyFlags flags;
  GPtrArray *from; /* (nullable): the stack whose last step is undone or redone */
  GPtrArray *onto;
} Job;

/* Of what was applied @n_written bytes are on one side now, and the rest on the other. */
static void
split (LacunaByteRun *run,
       guint64        n_written,
       gboolean       from_found,
       GPtrArray     *done,
       GPtrArray     *left)
{
  gsize size = g_bytes_get_size (run->wanted);

  if (n_written > 0)
    g_ptr_array_add (done, lacuna_byte_run_slice (run, 0, n_written, from_found));
  if (n_written < size && left != NULL)
    g_ptr_array_add (left, lacuna_byte_run_slice (run, n_written, size, from_found));
}

static void
push_runs (GPtrArray *stack,
           GPtrArray *runs,
           gboolean   forced)
{
  LacunaByteStepTaken *step = g_new0 (LacunaByteStepTaken, 1);

  step->runs = g_ptr_array_ref (runs);
  step->forced = forced;
  g_ptr_array_add (stack, step);
}

/* What was written is in the history; what was not is a change as before. */
static void
settle_apply (LacunaByteEdits         *self,
              Job                     *job,
              const LacunaByteOutcome *outcome)
{
  g_autoptr (GPtrArray) done = lacuna_byte_edits_new_runs ();

  if (outcome->verdict == LACUNA_BYTE_VERDICT_CHANGED)
    self->found = g_ptr_array_ref (job->runs);
  if (outcome->n_written == 0)
    return;
  for (guint i = 0; i < job->runs->len; i++)
    {
      LacunaByteRun *run = g_ptr_array_index (job->runs, i);

      split (run, run->n_written, TRUE, done, NULL);
      for (guint64 j = 0; j < run->n_written; j++)
        lacuna_byte_patch_remove (self->patch, run->address + j);
    }
  lacuna_byte_edits_forget_typed (self);
  push_runs (self->undo, done, outcome->forced);
  lacuna_byte_edits_collapse (self);
}

static void
settle_step (Job                     *job,
             const LacunaByteOutcome *outcome)
{
  g_autoptr (GPtrArray) done = lacuna_byte_edits_new_runs ();
  g_autoptr (GPtrArray) left = lacuna_byte_edits_new_runs ();
  LacunaByteStepTaken *step = lacuna_byte_edits_last_step (job->from);

  if (outcome->n_written == 0)
    return;
  for (guint i = 0; i < step->runs->len; i++)
    split (g_ptr_array_index (step->runs, i),
           ((LacunaByteRun *) g_ptr_array_index (job->runs, i))->n_written, FALSE, done, left);
  push_runs (job->onto, done, step->forced);
  if (left->len == 0)
    g_ptr_array_remove_index (job->from, job->from->len - 1);
  else
    {
      g_ptr_array_unref (step->runs);
      step->runs = g_steal_pointer (&left);
    }
}

static void
job_free (gpointer data)
{
  Job *job = data;

  lacuna_byte_source_unref (job->source);
  g_ptr_array_unref (job->runs);
  g_free (job);
}

static void
write_on_worker (GTask        *task,
                 gpointer      source_object,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  Job *job = task_data;

  g_task_return_pointer (task, lacuna_byte_write (job->source, job->runs, job->flags),
                         (GDestroyNotify) lacuna_byte_outcome_free);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  LacunaByteEdits *self = LACUNA_BYTE_EDITS (source);
  g_autoptr (GTask) task = user_data;
  Job *job = g_task_get_task_data (G_TASK (result));
  LacunaByteOutcome *outcome = g_task_propagate_pointer (G_TASK (result), NULL);

  self->busy = FALSE;
  if (job->from == NULL)
    settle_apply (self, job, outcome);
  else
    settle_step (job, outcome);
  lacuna_byte_edits_tell_changed (self);
  g_task_return_pointer (task, outcome, (GDestroyNotify) lacuna_byte_outcome_free);
}

/* @runs: (transfer full). */
static void
start (LacunaByteEdits      *self,
       GPtrArray            *runs,
       LacunaByteApplyFlags  flags,
       GPtrArray            *from,
       GPtrArray            *onto,
       GAsyncReadyCallback   callback,
       gpointer              user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (GTask) worker = g_task_new (self, NULL, written_cb, task);
  Job *job = g_new0 (Job, 1);

  *job = (Job){ lacuna_byte_source_ref (self->source), runs, flags, from, onto };
  g_task_set_source_tag (task, start);
  g_task_set_task_data (worker, job, job_free);
  g_clear_pointer (&self->found, g_ptr_array_unref);
  self->busy = TRUE;
  lacuna_byte_edits_tell_changed (self);
  g_task_run_in_thread (worker, write_on_worker);
}

/**
 * lacuna_byte_edits_apply_async:
 * @flags: what was asked about and is wanted all the same
 * @callback: called on this thread
 * @user_data: for @callback
 *
 * Writes all changes. Not while something is being written.
 */
void
lacuna_byte_edits_apply_async (LacunaByteEdits     *self,
                               LacunaByteApplyFlags flags,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  GPtrArray *runs;
  struct lac_range run = { 0, 0 };

  g_return_if_fail (LACUNA_IS_BYTE_EDITS (self));
  g_return_if_fail (!self->busy);

  runs = lacuna_byte_edits_new_runs ();
  while (lacuna_byte_patch_next_run (self->patch, run.end, &run))
    {
      g_autoptr (GBytes) was = lacuna_byte_edits_get_bytes (self, run, FALSE);
      g_autoptr (GBytes) now = lacuna_byte_edits_get_bytes (self, run, TRUE);

      g_ptr_array_add (runs, lacuna_byte_run_new (run.start, was, now));
    }
  start (self, runs, flags, NULL, NULL, callback, user_data);
}

/**
 * lacuna_byte_edits_undo_applied_async:
 * @redo: whether to do again what was undone last
 * @callback: called on this thread
 * @user_data: for @callback
 *
 * Writes what was there before. Only when lacuna_byte_edits_get_undo() says so, or get_redo.
 */
void
lacuna_byte_edits_undo_applied_async (LacunaByteEdits    *self,
                                      gboolean            redo,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data)
{
  GPtrArray *from;
  GPtrArray *runs;
  LacunaByteStepTaken *step;

  g_return_if_fail (LACUNA_IS_BYTE_EDITS (self));
  from = redo ? self->redo : self->undo;
  step = lacuna_byte_edits_last_step (from);
  g_return_if_fail (!self->busy && step != NULL && step->runs != NULL);

  runs = lacuna_byte_edits_new_runs ();
  for (guint i = 0; i < step->runs->len; i++)
    {
      const LacunaByteRun *run = g_ptr_array_index (step->runs, i);

      g_ptr_array_add (runs, redo ? lacuna_byte_run_new (run->address, run->expected, run->wanted)
                                  : lacuna_byte_run_new (run->address, run->wanted, run->expected));
    }
  start (self, runs, step->forced ? LACUNA_BYTE_APPLY_FORCE : LACUNA_BYTE_APPLY_NONE, from,
         redo ? self->undo : self->redo, callback, user_data);
}

/**
 * lacuna_byte_edits_finish:
 * @result: what the callback got
 *
 * Returns: (transfer full): what came of it
 */
LacunaByteOutcome *
lacuna_byte_edits_finish (LacunaByteEdits *self,
                          GAsyncResult    *result)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), NULL);
}

/**
 * lacuna_byte_edits_look_again:
 *
 * Takes what was found in memory for what was seen there, once it has been seen.
 */
void
lacuna_byte_edits_look_again (LacunaByteEdits *self)
{
  g_return_if_fail (LACUNA_IS_BYTE_EDITS (self));

  if (self->busy || self->found == NULL)
    return;
  for (guint i = 0; i < self->found->len; i++)
    {
      const LacunaByteRun *run = g_ptr_array_index (self->found, i);
      gsize size;
      const guint8 *found = g_bytes_get_data (run->found, &size);

      for (gsize j = 0; j < size; j++)
        {
          LacunaByteEdit edit;

          if (!lacuna_byte_patch_lookup (self->patch, run->address + j, &edit))
            continue;
          edit.was = found[j];
          lacuna_byte_patch_set (self->patch, edit);
        }
    }
  g_clear_pointer (&self->found, g_ptr_array_unref);
  lacuna_byte_edits_forget_typed (self);
  lacuna_byte_edits_collapse (self);
  lacuna_byte_edits_tell_changed (self);
}
