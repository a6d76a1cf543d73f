/* LacunaByteEdits: a patch, and the two stacks of what was done and undone.
 *
 * While something is written nobody may change anything: what the worker has in hand is what the
 * history will say. That is a moment, so whoever types just then is refused rather than made to wait.
 *
 * On the stack of what can be undone, what was typed lies above what was applied, always: to apply is
 * to make all that was typed into one step. What of it could not be written is typed still, in one step.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-byte-edits.h"

#include <inttypes.h>
#include <string.h>

/* One byte of what was typed: what it was shown as before and after. */
typedef struct
{
  guint64 address;
  guint8 was; /* in memory */
  guint8 before;
  guint8 after;
} Cell;

typedef struct
{
  GArray *cells;   /* (nullable): of Cell, in the order of typing */
  GPtrArray *runs; /* (nullable): of LacunaByteRun, from what was there to what was written */
  gboolean forced;
} Step;

struct _LacunaByteEdits
{
  GObject parent_instance;

  LacunaByteSource *source;
  LacunaBytePatch *patch;
  GPtrArray *undo; /* of Step, the newest last */
  GPtrArray *redo;
  gboolean busy;
  GPtrArray *found; /* (nullable): the runs of which other bytes were found, since the last apply */
};

/* What a worker is told to write, and what that is to the history. */
typedef struct
{
  LacunaByteSource *source;
  GPtrArray *runs;
  LacunaByteApplyFlags flags;
  GPtrArray *from; /* (nullable): the stack whose last step is undone or redone */
  GPtrArray *onto;
} Job;

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaByteEdits, lacuna_byte_edits, G_TYPE_OBJECT)

static void
tell_changed (LacunaByteEdits *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
step_free (gpointer data)
{
  Step *step = data;

  g_clear_pointer (&step->cells, g_array_unref);
  g_clear_pointer (&step->runs, g_ptr_array_unref);
  g_free (step);
}

static GPtrArray *
new_runs (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) lacuna_byte_run_free);
}

static Step *
last_step (GPtrArray *stack)
{
  return stack->len > 0 ? g_ptr_array_index (stack, stack->len - 1) : NULL;
}

static Step *
push_cells (GPtrArray *stack)
{
  Step *step = g_new0 (Step, 1);

  step->cells = g_array_new (FALSE, FALSE, sizeof (Cell));
  g_ptr_array_add (stack, step);
  return step;
}

/* What was typed can no longer be undone piece by piece. */
static void
forget_typed (LacunaByteEdits *self)
{
  Step *step;

  while ((step = last_step (self->undo)) != NULL && step->cells != NULL)
    g_ptr_array_set_size (self->undo, (int) self->undo->len - 1);
  g_ptr_array_set_size (self->redo, 0);
}

/* What is left of what was typed is one step, if anything is. */
static void
collapse (LacunaByteEdits *self)
{
  struct lac_range run = { 0, 0 };
  Step *step;

  if (lacuna_byte_patch_get_n_bytes (self->patch) == 0)
    return;
  step = push_cells (self->undo);
  while (lacuna_byte_patch_next_run (self->patch, run.end, &run))
    for (guint64 address = run.start; address < run.end; address++)
      {
        LacunaByteEdit edit;
        Cell cell;

        lacuna_byte_patch_lookup (self->patch, address, &edit);
        cell = (Cell){ address, edit.was, edit.was, edit.now };
        g_array_append_val (step->cells, cell);
      }
}

static void
lacuna_byte_edits_finalize (GObject *object)
{
  LacunaByteEdits *self = LACUNA_BYTE_EDITS (object);

  lacuna_byte_source_unref (self->source);
  lacuna_byte_patch_free (self->patch);
  g_ptr_array_unref (self->undo);
  g_ptr_array_unref (self->redo);
  g_clear_pointer (&self->found, g_ptr_array_unref);

  G_OBJECT_CLASS (lacuna_byte_edits_parent_class)->finalize (object);
}

static void
lacuna_byte_edits_class_init (LacunaByteEditsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_byte_edits_finalize;

  /* LacunaByteEdits::changed: the changes, the history, or whether something is written. */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lacuna_byte_edits_init (LacunaByteEdits *self)
{
  self->patch = lacuna_byte_patch_new ();
  self->undo = g_ptr_array_new_with_free_func (step_free);
  self->redo = g_ptr_array_new_with_free_func (step_free);
}

/**
 * lacuna_byte_edits_new:
 * @source: (transfer none): whose bytes are changed; it can write
 *
 * Returns: (transfer full): no changes yet
 */
LacunaByteEdits *
lacuna_byte_edits_new (LacunaByteSource *source)
{
  LacunaByteEdits *self = g_object_new (LACUNA_TYPE_BYTE_EDITS, NULL);

  self->source = lacuna_byte_source_ref (source);
  return self;
}

/**
 * lacuna_byte_edits_get_source:
 *
 * Returns: (transfer none): whose bytes are changed
 */
LacunaByteSource *
lacuna_byte_edits_get_source (LacunaByteEdits *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), NULL);

  return self->source;
}

/* The byte is to be @now; @was was seen there, unless it was changed before. */
static void
put (LacunaByteEdits *self,
     guint64          address,
     guint8           was,
     guint8           now)
{
  LacunaByteEdit edit = { address, was, now };

  if (lacuna_byte_patch_lookup (self->patch, address, &edit))
    edit.now = now;
  lacuna_byte_patch_set (self->patch, edit);
}

/**
 * lacuna_byte_edits_change:
 * @address: of the first byte
 * @was: (array length=n_bytes): what was seen in memory
 * @now: (array length=n_bytes): what it is to be
 * @n_bytes: how many
 * @goes_on: whether this is of one step with the change before
 *
 * Returns: whether nothing is being written
 */
gboolean
lacuna_byte_edits_change (LacunaByteEdits *self,
                          guint64          address,
                          const guint8    *was,
                          const guint8    *now,
                          gsize            n_bytes,
                          gboolean         goes_on)
{
  Step *step;

  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), FALSE);

  if (self->busy)
    return FALSE;
  g_ptr_array_set_size (self->redo, 0);
  step = last_step (self->undo);
  if (!goes_on || step == NULL || step->cells == NULL)
    step = push_cells (self->undo);
  for (gsize i = 0; i < n_bytes; i++)
    {
      LacunaByteEdit edit = { address + i, was[i], was[i] };
      Cell cell;

      lacuna_byte_patch_lookup (self->patch, address + i, &edit);
      cell = (Cell){ address + i, edit.was, edit.now, now[i] };
      g_array_append_val (step->cells, cell);
      put (self, address + i, was[i], now[i]);
    }
  tell_changed (self);
  return TRUE;
}

gboolean
lacuna_byte_edits_lookup (LacunaByteEdits *self,
                          guint64          address,
                          LacunaByteEdit  *out_edit)
{
  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), FALSE);

  return lacuna_byte_patch_lookup (self->patch, address, out_edit);
}

guint64
lacuna_byte_edits_get_n_bytes (LacunaByteEdits *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), 0);

  return lacuna_byte_patch_get_n_bytes (self->patch);
}

guint64
lacuna_byte_edits_get_n_runs (LacunaByteEdits *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), 0);

  return lacuna_byte_patch_get_n_runs (self->patch);
}

/**
 * lacuna_byte_edits_next_run:
 * @from: an address
 * @out_run: (out): bytes side by side that change, at @from or above
 *
 * Returns: whether there are any
 */
gboolean
lacuna_byte_edits_next_run (LacunaByteEdits  *self,
                            guint64           from,
                            struct lac_range *out_run)
{
  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), FALSE);

  return lacuna_byte_patch_next_run (self->patch, from, out_run);
}

/**
 * lacuna_byte_edits_overlay:
 * @range: half-open
 * @bytes: (inout): those of @range
 *
 * Puts what bytes are to be where they are.
 */
void
lacuna_byte_edits_overlay (LacunaByteEdits *self,
                           struct lac_range range,
                           guint8          *bytes)
{
  struct lac_range run = { 0, range.start };

  g_return_if_fail (LACUNA_IS_BYTE_EDITS (self));

  while (lacuna_byte_patch_next_run (self->patch, run.end, &run) && run.start < range.end)
    for (guint64 address = run.start; address < MIN (run.end, range.end); address++)
      {
        LacunaByteEdit edit;

        if (lacuna_byte_patch_lookup (self->patch, address, &edit))
          bytes[address - range.start] = edit.now;
      }
}

/**
 * lacuna_byte_edits_revert:
 * @range: half-open
 *
 * Gives up the changes in @range, as a step that can be undone.
 *
 * Returns: whether there were any
 */
gboolean
lacuna_byte_edits_revert (LacunaByteEdits *self,
                          struct lac_range range)
{
  g_autoptr (GArray) cells = g_array_new (FALSE, FALSE, sizeof (Cell));
  struct lac_range run = { 0, range.start };

  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), FALSE);

  if (self->busy)
    return FALSE;
  while (lacuna_byte_patch_next_run (self->patch, run.end, &run) && run.start < range.end)
    for (guint64 address = run.start; address < MIN (run.end, range.end); address++)
      {
        LacunaByteEdit edit;
        Cell cell;

        lacuna_byte_patch_lookup (self->patch, address, &edit);
        cell = (Cell){ address, edit.was, edit.now, edit.was };
        g_array_append_val (cells, cell);
      }
  if (cells->len == 0)
    return FALSE;
  for (guint i = 0; i < cells->len; i++)
    lacuna_byte_patch_remove (self->patch, g_array_index (cells, Cell, i).address);
  g_ptr_array_set_size (self->redo, 0);
  g_array_append_vals (push_cells (self->undo)->cells, cells->data, cells->len);
  tell_changed (self);
  return TRUE;
}

/* @run: of bytes that change; what was seen there, or what it is to be. */
static GBytes *
get_bytes (LacunaByteEdits *self,
           struct lac_range run,
           gboolean         now)
{
  guint8 *bytes = g_malloc (lac_range_size (run));

  for (guint64 address = run.start; address < run.end; address++)
    {
      LacunaByteEdit edit;

      lacuna_byte_patch_lookup (self->patch, address, &edit);
      bytes[address - run.start] = now ? edit.now : edit.was;
    }
  return g_bytes_new_take (bytes, lac_range_size (run));
}

/**
 * lacuna_byte_edits_to_commands:
 * @pid: of whose bytes they are
 *
 * Returns: (transfer full): the changes as commands, one a line
 */
char *
lacuna_byte_edits_to_commands (LacunaByteEdits *self,
                               gint32           pid)
{
  GString *text = g_string_new (NULL);
  struct lac_range run = { 0, 0 };

  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), NULL);

  while (lacuna_byte_patch_next_run (self->patch, run.end, &run))
    {
      g_autoptr (GBytes) bytes = get_bytes (self, run, TRUE);
      const guint8 *data = g_bytes_get_data (bytes, NULL);

      g_string_append_printf (text, "lacuna-cli write %d %" PRIx64 " ", pid, run.start);
      for (gsize i = 0; i < g_bytes_get_size (bytes); i++)
        g_string_append_printf (text, "%02x", data[i]);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

static LacunaByteStep
kind_of_last (GPtrArray *stack)
{
  Step *step = last_step (stack);

  if (step == NULL)
    return LACUNA_BYTE_STEP_NONE;
  return step->cells != NULL ? LACUNA_BYTE_STEP_TYPED : LACUNA_BYTE_STEP_APPLIED;
}

LacunaByteStep
lacuna_byte_edits_get_undo (LacunaByteEdits *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), LACUNA_BYTE_STEP_NONE);

  return kind_of_last (self->undo);
}

LacunaByteStep
lacuna_byte_edits_get_redo (LacunaByteEdits *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), LACUNA_BYTE_STEP_NONE);

  return kind_of_last (self->redo);
}

/**
 * lacuna_byte_edits_undo_typed:
 * @redo: whether to do again what was undone last
 * @out_place: (out) (optional): the first byte of it
 *
 * Returns: whether what comes next was typed, and nothing is being written
 */
gboolean
lacuna_byte_edits_undo_typed (LacunaByteEdits *self,
                              gboolean         redo,
                              guint64         *out_place)
{
  GPtrArray *from;
  Step *step;

  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), FALSE);

  from = redo ? self->redo : self->undo;
  step = last_step (from);
  if (self->busy || step == NULL || step->cells == NULL)
    return FALSE;
  for (guint i = 0; i < step->cells->len; i++)
    {
      const Cell *cell
          = &g_array_index (step->cells, Cell, redo ? i : step->cells->len - 1 - i);
      guint8 byte = redo ? cell->after : cell->before;

      /* What it was in memory may have been looked at again since. */
      if (byte == cell->was)
        lacuna_byte_patch_remove (self->patch, cell->address);
      else
        put (self, cell->address, cell->was, byte);
    }
  if (out_place != NULL)
    *out_place = g_array_index (step->cells, Cell, 0).address;
  g_ptr_array_add (redo ? self->undo : self->redo,
                   g_ptr_array_steal_index (from, from->len - 1));
  tell_changed (self);
  return TRUE;
}

gboolean
lacuna_byte_edits_is_busy (LacunaByteEdits *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), FALSE);

  return self->busy;
}

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
  Step *step = g_new0 (Step, 1);

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
  g_autoptr (GPtrArray) done = new_runs ();

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
  forget_typed (self);
  push_runs (self->undo, done, outcome->forced);
  collapse (self);
}

static void
settle_step (Job                     *job,
             const LacunaByteOutcome *outcome)
{
  g_autoptr (GPtrArray) done = new_runs ();
  g_autoptr (GPtrArray) left = new_runs ();
  Step *step = last_step (job->from);

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
  tell_changed (self);
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
  tell_changed (self);
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

  runs = new_runs ();
  while (lacuna_byte_patch_next_run (self->patch, run.end, &run))
    {
      g_autoptr (GBytes) was = get_bytes (self, run, FALSE);
      g_autoptr (GBytes) now = get_bytes (self, run, TRUE);

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
  Step *step;

  g_return_if_fail (LACUNA_IS_BYTE_EDITS (self));
  from = redo ? self->redo : self->undo;
  step = last_step (from);
  g_return_if_fail (!self->busy && step != NULL && step->runs != NULL);

  runs = new_runs ();
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
  forget_typed (self);
  collapse (self);
  tell_changed (self);
}
