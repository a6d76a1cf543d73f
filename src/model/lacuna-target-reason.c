/* What stands in the way of looking into a process, or of changing it.
 *
 * The kernel decides when it is asked, so it is asked: a byte is read, which needs what writing does, and
 * calls are prepared as far as that goes without touching anything. Whether it would then let the process be
 * traced is the same decision but for who traces it already.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-reason-private.h"
#include "lacuna-session-private.h"
#include "lacuna-target-private.h"

#include "os/remote.h"

#include <glib/gi18n-lib.h>

/* How many regions are passed over before it is given up to find one that can be read. */
#define MOST_REGIONS 64

/* How often it is tried when another Lacuna is at it. */
#define MOST_ATTEMPTS 100

/* Reads a byte of the first region that may be read. */
static enum lac_status
try_to_read (struct lac_process         *process,
             struct lac_process_failure *failure)
{
  struct lac_region region = { 0 };
  enum lac_status status = LAC_OK;

  for (guint i = 0; status == LAC_OK && i < MOST_REGIONS; i++)
    {
      char byte;

      status = lac_process_query (process, region.end, true, &region, NULL, 0, failure);
      /* The page of the kernel's above user space is no memory of the process. */
      if (status != LAC_OK || region.kind == LAC_KIND_VSYSCALL)
        break;
      if ((region.protection & LAC_PROTECTION_READ) == 0)
        continue;
      status = lac_process_read_memory (process, region.start, &byte, 1, 0, NULL, NULL, NULL, NULL,
                                        failure);
      if (status == LAC_OK)
        return LAC_OK;
      if (status == LAC_E_NOT_FOUND)
        status = LAC_OK;
    }
  return status == LAC_E_NOT_FOUND ? LAC_OK : status;
}

/* Prepares calls, and touches nothing. Another Lacuna, or this one, may just be at it, and is gone in a
 * moment. */
static enum lac_status
prepare (struct lac_process         *process,
         struct lac_remote         **out_remote,
         struct lac_process_failure *failure)
{
  enum lac_status status = LAC_E_TRACED;

  for (guint i = 0; i < MOST_ATTEMPTS && status == LAC_E_TRACED; i++)
    {
      status = lac_remote_open (process, LAC_REMOTE_FORCE_FILTERED | LAC_REMOTE_FORCE_NO_NET, out_remote,
                                failure);
      failure->status = status;
      if (!lacuna_session_is_tracer (failure))
        break;
      g_usleep (1000);
    }
  return status;
}

/* (transfer full) (nullable) */
static LacunaReason *
make_reason (LacunaTarget               *self,
             enum lac_status             status,
             struct lac_process_failure *failure)
{
  failure->status = status;
  return status != LAC_OK ? lacuna_reason_new (self->pid, failure) : NULL;
}

/**
 * lacuna_target_probe:
 * @self: a target
 * @cancellable: (nullable): heeded before it begins
 * @error: where to put that it was cancelled
 *
 * Finds out what is in the way of looking into the process, or of changing it.
 *
 * Returns: whether it was found out
 */
gboolean
lacuna_target_probe (LacunaTarget  *self,
                     GCancellable  *cancellable,
                     GError       **error)
{
  LacunaReason *no_memory = NULL, *no_calls = NULL;
  struct lac_process *process = NULL;
  struct lac_remote *remote = NULL;
  struct lac_process_failure failure = { 0 };
  struct lac_process_facts facts;
  enum lac_status status;

  g_return_val_if_fail (LACUNA_IS_TARGET (self), FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (self->kind != LACUNA_TARGET_PROCESS)
    return TRUE;

  /* A handle of its own: the others may be busy for long. */
  status = lac_process_open (NULL, self->pid, &process, &failure);
  if (status == LAC_OK)
    status = lac_process_get_facts (process, &facts, &failure);
  if (status == LAC_OK && facts.start_time != self->start_time)
    status = LAC_E_EXITED;
  if (status == LAC_OK)
    status = try_to_read (process, &failure);
  no_memory = make_reason (self, status, &failure);
  if (status == LAC_OK)
    {
      status = prepare (process, &remote, &failure);
      no_calls = make_reason (self, status, &failure);
    }
  else
    no_calls = lacuna_reason_ref (no_memory);
  lac_remote_close (remote);
  lac_process_close (process);

  g_mutex_lock (&self->reason_lock);
  lacuna_reason_unref (self->no_memory);
  lacuna_reason_unref (self->no_calls);
  self->no_memory = no_memory;
  self->no_calls = no_calls;
  g_mutex_unlock (&self->reason_lock);
  return TRUE;
}

static void
probe_thread (GTask        *task,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  GError *error = NULL;

  if (lacuna_target_probe (LACUNA_TARGET (source), cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * lacuna_target_probe_async:
 * @self: a target
 * @cancellable: (nullable): as for lacuna_target_probe()
 * @callback: called in this thread's main context
 * @user_data: for @callback
 *
 * Finds it out on a worker.
 */
void
lacuna_target_probe_async (LacunaTarget        *self,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (LACUNA_IS_TARGET (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lacuna_target_probe_async);
  g_task_run_in_thread (task, probe_thread);
}

gboolean
lacuna_target_probe_finish (LacunaTarget  *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * lacuna_target_get_reason:
 * @self: a target
 * @capability: one of %LACUNA_CAN_READ, %LACUNA_CAN_WRITE, %LACUNA_CAN_ALLOCATE
 *
 * Returns: (transfer full) (nullable): why that is of no use, as the last probe found it
 */
LacunaReason *
lacuna_target_get_reason (LacunaTarget       *self,
                          LacunaCapabilities  capability)
{
  LacunaReason *reason;

  g_return_val_if_fail (LACUNA_IS_TARGET (self), NULL);

  g_mutex_lock (&self->reason_lock);
  reason = (capability & LACUNA_CAN_ALLOCATE) != 0 ? self->no_calls : self->no_memory;
  if (reason != NULL)
    lacuna_reason_ref (reason);
  g_mutex_unlock (&self->reason_lock);
  return reason;
}
