/* LacunaByteEdits: a patch, and the two stacks of what was done and undone.
 *
 * On the stack of what can be undone, what was typed lies above what was applied, always: to apply is
 * to make all that was typed into one step. What of it could not be written is typed still, in one step.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-byte-edits-private.h"

#include <inttypes.h>

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaByteEdits, lacuna_byte_edits, G_TYPE_OBJECT)

void
lacuna_byte_edits_tell_changed (LacunaByteEdits *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
step_free (gpointer data)
{
  LacunaByteStepTaken *step = data;

  g_clear_pointer (&step->cells, g_array_unref);
  g_clear_pointer (&step->runs, g_ptr_array_unref);
  g_free (step);
}

GPtrArray *
lacuna_byte_edits_new_runs (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) lacuna_byte_run_free);
}

LacunaByteStepTaken *
lacuna_byte_edits_last_step (GPtrArray *stack)
{
  return stack->len > 0 ? g_ptr_array_index (stack, stack->len - 1) : NULL;
}

static LacunaByteStepTaken *
push_cells (GPtrArray *stack)
{
  LacunaByteStepTaken *step = g_new0 (LacunaByteStepTaken, 1);

  step->cells = g_array_new (FALSE, FALSE, sizeof (LacunaByteCell));
  g_ptr_array_add (stack, step);
  return step;
}

/* What was typed can no longer be undone piece by piece. */
void
lacuna_byte_edits_forget_typed (LacunaByteEdits *self)
{
  LacunaByteStepTaken *step;

  while ((step = lacuna_byte_edits_last_step (self->undo)) != NULL && step->cells != NULL)
    g_ptr_array_set_size (self->undo, (int) self->undo->len - 1);
  g_ptr_array_set_size (self->redo, 0);
}

/* What is left of what was typed is one step, if anything is. */
void
lacuna_byte_edits_collapse (LacunaByteEdits *self)
{
  struct lac_range run = { 0, 0 };
  LacunaByteStepTaken *step;

  if (lacuna_byte_patch_get_n_bytes (self->patch) == 0)
    return;
  step = push_cells (self->undo);
  while (lacuna_byte_patch_next_run (self->patch, run.end, &run))
    for (guint64 address = run.start; address < run.end; address++)
      {
        LacunaByteEdit edit;
        LacunaByteCell cell;

        lacuna_byte_patch_lookup (self->patch, address, &edit);
        cell = (LacunaByteCell){ address, edit.was, edit.was, edit.now };
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
  LacunaByteStepTaken *step;

  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), FALSE);

  if (self->busy)
    return FALSE;
  g_ptr_array_set_size (self->redo, 0);
  step = lacuna_byte_edits_last_step (self->undo);
  if (!goes_on || step == NULL || step->cells == NULL)
    step = push_cells (self->undo);
  for (gsize i = 0; i < n_bytes; i++)
    {
      LacunaByteEdit edit = { address + i, was[i], was[i] };
      LacunaByteCell cell;

      lacuna_byte_patch_lookup (self->patch, address + i, &edit);
      cell = (LacunaByteCell){ address + i, edit.was, edit.now, now[i] };
      g_array_append_val (step->cells, cell);
      put (self, address + i, was[i], now[i]);
    }
  lacuna_byte_edits_tell_changed (self);
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
  g_autoptr (GArray) cells = g_array_new (FALSE, FALSE, sizeof (LacunaByteCell));
  struct lac_range run = { 0, range.start };

  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), FALSE);

  if (self->busy)
    return FALSE;
  while (lacuna_byte_patch_next_run (self->patch, run.end, &run) && run.start < range.end)
    for (guint64 address = run.start; address < MIN (run.end, range.end); address++)
      {
        LacunaByteEdit edit;
        LacunaByteCell cell;

        lacuna_byte_patch_lookup (self->patch, address, &edit);
        cell = (LacunaByteCell){ address, edit.was, edit.now, edit.was };
        g_array_append_val (cells, cell);
      }
  if (cells->len == 0)
    return FALSE;
  for (guint i = 0; i < cells->len; i++)
    lacuna_byte_patch_remove (self->patch, g_array_index (cells, LacunaByteCell, i).address);
  g_ptr_array_set_size (self->redo, 0);
  g_array_append_vals (push_cells (self->undo)->cells, cells->data, cells->len);
  lacuna_byte_edits_tell_changed (self);
  return TRUE;
}

/* @run: of bytes that change; what was seen there, or what it is to be. */
GBytes *
lacuna_byte_edits_get_bytes (LacunaByteEdits *self,
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
      g_autoptr (GBytes) bytes = lacuna_byte_edits_get_bytes (self, run, TRUE);
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
  LacunaByteStepTaken *step = lacuna_byte_edits_last_step (stack);

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
  LacunaByteStepTaken *step;

  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), FALSE);

  from = redo ? self->redo : self->undo;
  step = lacuna_byte_edits_last_step (from);
  if (self->busy || step == NULL || step->cells == NULL)
    return FALSE;
  for (guint i = 0; i < step->cells->len; i++)
    {
      const LacunaByteCell *cell
          = &g_array_index (step->cells, LacunaByteCell, redo ? i : step->cells->len - 1 - i);
      guint8 byte = redo ? cell->after : cell->before;

      /* What it was in memory may have been looked at again since. */
      if (byte == cell->was)
        lacuna_byte_patch_remove (self->patch, cell->address);
      else
        put (self, cell->address, cell->was, byte);
    }
  if (out_place != NULL)
    *out_place = g_array_index (step->cells, LacunaByteCell, 0).address;
  g_ptr_array_add (redo ? self->undo : self->redo,
                   g_ptr_array_steal_index (from, from->len - 1));
  lacuna_byte_edits_tell_changed (self);
  return TRUE;
}

/**
 * lacuna_byte_edits_forget_step:
 * @redo: of what can be redone
 *
 * Forgets the step that would come next, and makes nothing of it.
 *
 * Returns: whether there was one, and nothing is being written
 */
gboolean
lacuna_byte_edits_forget_step (LacunaByteEdits *self,
                               gboolean         redo)
{
  GPtrArray *from;

  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), FALSE);

  from = redo ? self->redo : self->undo;
  if (self->busy || from->len == 0)
    return FALSE;
  g_ptr_array_set_size (from, (int) from->len - 1);
  lacuna_byte_edits_tell_changed (self);
  return TRUE;
}

gboolean
lacuna_byte_edits_is_busy (LacunaByteEdits *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTE_EDITS (self), FALSE);

  return self->busy;
}
