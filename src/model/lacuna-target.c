/* LacunaTarget: something that can be asked for a map.
 *
 * What it is (a process, or a text) is in files of its own; here is what they have in common. A target
 * is loaded by one thread at a time: whoever comes second waits, and gets a map that was read after it
 * asked.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-target-private.h"

G_DEFINE_FINAL_TYPE (LacunaTarget, lacuna_target, G_TYPE_OBJECT)

static void
lacuna_target_finalize (GObject *object)
{
  LacunaTarget *self = LACUNA_TARGET (object);

  lac_process_close (self->process);
  lac_process_close (self->watch);
  lac_process_close (self->memory);
  g_clear_pointer (&self->symbols, lacuna_symbols_free);
  g_clear_object (&self->file);
  g_clear_object (&self->from_stdin);
  g_free (self->title);
  g_free (self->spelling);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->memory_lock);
  g_clear_pointer (&self->no_memory, lacuna_reason_unref);
  g_clear_pointer (&self->no_calls, lacuna_reason_unref);
  g_mutex_clear (&self->reason_lock);

  G_OBJECT_CLASS (lacuna_target_parent_class)->finalize (object);
}

static void
lacuna_target_class_init (LacunaTargetClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_target_finalize;
}

static void
lacuna_target_init (LacunaTarget *self)
{
  g_mutex_init (&self->lock);
  g_mutex_init (&self->memory_lock);
  g_mutex_init (&self->reason_lock);
}

LacunaTargetKind
lacuna_target_get_kind (LacunaTarget *self)
{
  g_return_val_if_fail (LACUNA_IS_TARGET (self), LACUNA_TARGET_SELF);

  return self->kind;
}

/**
 * lacuna_target_get_capabilities:
 * @self: a target
 *
 * Returns: what may be asked of it; never changes
 */
LacunaCapabilities
lacuna_target_get_capabilities (LacunaTarget *self)
{
  g_return_val_if_fail (LACUNA_IS_TARGET (self), LACUNA_CAN_NOTHING);

  switch (self->kind)
    {
    case LACUNA_TARGET_FILE:
      return self->file != NULL ? LACUNA_CAN_REFRESH : LACUNA_CAN_NOTHING;
    case LACUNA_TARGET_SELF:
    case LACUNA_TARGET_PROCESS:
    default:
      return LACUNA_CAN_REFRESH | LACUNA_CAN_DETAIL | LACUNA_CAN_SYMBOLS | LACUNA_CAN_READ
             | LACUNA_CAN_WRITE | LACUNA_CAN_ALLOCATE;
    }
}

/**
 * lacuna_target_get_file:
 * @self: a target
 *
 * Returns: (transfer none) (nullable): the file; %NULL for a process and standard input
 */
GFile *
lacuna_target_get_file (LacunaTarget *self)
{
  g_return_val_if_fail (LACUNA_IS_TARGET (self), NULL);

  return self->file;
}

/**
 * lacuna_target_get_pid:
 * @self: a target
 *
 * Returns: the process's PID, 0 for a file
 */
gint32
lacuna_target_get_pid (LacunaTarget *self)
{
  g_return_val_if_fail (LACUNA_IS_TARGET (self), 0);

  return self->pid;
}

const char *
lacuna_target_get_title (LacunaTarget *self)
{
  g_return_val_if_fail (LACUNA_IS_TARGET (self), NULL);

  return self->title;
}

/**
 * lacuna_target_make_title:
 * @kind: what kind of target it is
 * @name: what the process or the file is called, UTF-8
 * @pid: the process's PID
 *
 * A process may become another program, and has another name from then on; a target's own title
 * stays the one of the beginning.
 *
 * Returns: (transfer full): what to call the target
 */
char *
lacuna_target_make_title (LacunaTargetKind  kind,
                          const char       *name,
                          gint32            pid)
{
  switch (kind)
    {
    case LACUNA_TARGET_SELF:
      return g_strdup ("self");
    case LACUNA_TARGET_PROCESS:
      return g_strdup_printf ("%s %d", name, pid);
    case LACUNA_TARGET_FILE:
    default:
      return g_strdup (name);
    }
}

/**
 * lacuna_target_load:
 * @self: a target
 * @flags: what to read beside the regions
 * @cancellable: (nullable): stops it soon, with %G_IO_ERROR_CANCELLED
 * @error: where to put what went wrong
 *
 * Reads the target's map as it is now. Blocks; a second call waits for the first.
 *
 * Returns: (transfer full) (nullable): a snapshot
 */
LacunaSnapshot *
lacuna_target_load (LacunaTarget    *self,
                    LacunaLoadFlags  flags,
                    GCancellable    *cancellable,
                    GError         **error)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (LACUNA_IS_TARGET (self), NULL);

  locker = g_mutex_locker_new (&self->lock);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  if (self->kind != LACUNA_TARGET_FILE)
    return lacuna_target_load_process (self, flags, cancellable, error);
  if (self->file != NULL)
    return lacuna_target_load_text (self, cancellable, error);

  if (self->from_stdin == NULL)
    self->from_stdin = lacuna_target_load_text (self, cancellable, error);
  return self->from_stdin != NULL ? g_object_ref (self->from_stdin) : NULL;
}

static void
load_thread (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  GError *error = NULL;
  LacunaSnapshot *snapshot;

  snapshot = lacuna_target_load (LACUNA_TARGET (source),
                                 GPOINTER_TO_UINT (task_data),
                                 cancellable,
                                 &error);
  if (snapshot != NULL)
    g_task_return_pointer (task, snapshot, g_object_unref);
  else
    g_task_return_error (task, error);
}

/**
 * lacuna_target_load_async:
 * @self: a target
 * @flags: as for lacuna_target_load()
 * @cancellable: (nullable): as for lacuna_target_load()
 * @callback: called in this thread's main context
 * @user_data: for @callback
 *
 * Loads on a worker.
 */
void
lacuna_target_load_async (LacunaTarget        *self,
                          LacunaLoadFlags      flags,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (LACUNA_IS_TARGET (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lacuna_target_load_async);
  g_task_set_task_data (task, GUINT_TO_POINTER (flags), NULL);
  g_task_run_in_thread (task, load_thread);
}

/**
 * lacuna_target_load_finish:
 * @self: a target
 * @result: what the callback got
 * @error: where to put what went wrong
 *
 * Returns: (transfer full) (nullable): the snapshot
 */
LacunaSnapshot *
lacuna_target_load_finish (LacunaTarget  *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
