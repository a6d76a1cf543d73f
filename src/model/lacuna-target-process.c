/* A target that is a process: taking hold of it, reading its map, and noticing that it is gone.
 *
 * A process is held by a handle that names it for good (os/process.h), so a target never turns into
 * another process that got the same PID. That handle may be used by one thread at a time, which the
 * target's lock sees to. Whether the process has exited is asked from the main thread while a load may
 * be running elsewhere; it has a second handle for that, so it never waits.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-target-private.h"

#include "lacuna-buffer-kinds-private.h"
#include "lacuna-error.h"
#include "lacuna-reason-private.h"

#include <glib/gi18n-lib.h>

/* Sets @error from what os says; @pid is named in it. */
void
lacuna_target_set_process_error (GError                          **error,
                                 gint32                            pid,
                                 const struct lac_process_failure *failure)
{
  g_autofree char *sentence = NULL;

  if (failure->status == LAC_E_CANCELLED)
    {
      g_set_error_literal (error,
                           G_IO_ERROR,
                           G_IO_ERROR_CANCELLED,
                           g_dgettext (GETTEXT_PACKAGE, lac_status_sentence (LAC_E_CANCELLED)));
      return;
    }
  sentence = lacuna_reason_make_sentence (pid, failure);
  lacuna_error_set_message (error, failure->status, "%s", sentence);
}

static LacunaTarget *
new_for_process (gint32   pid,
                 GError **error)
{
  g_autoptr (LacunaTarget) self = NULL;
  struct lac_process *process = NULL;
  struct lac_process_failure failure = { 0 };
  struct lac_process_facts facts;
  g_autofree char *name = NULL;
  enum lac_status status;

  status = lac_process_open (NULL, pid, &process, &failure);
  if (status == LAC_OK)
    status = lac_process_get_facts (process, &facts, &failure);
  if (status != LAC_OK)
    {
      lac_process_close (process);
      failure.status = status;
      lacuna_target_set_process_error (error, pid, &failure);
      return NULL;
    }

  name = g_utf8_make_valid (facts.name, -1);
  self = g_object_new (LACUNA_TYPE_TARGET, NULL);
  self->process = process;
  self->pid = facts.pid;
  self->start_time = facts.start_time;
  self->symbols = lacuna_symbols_new (self->pid, self->start_time);
  self->kind = lac_process_is_self (process) ? LACUNA_TARGET_SELF : LACUNA_TARGET_PROCESS;
  self->title = lacuna_target_make_title (self->kind, name, self->pid);
  return g_steal_pointer (&self);
}

/**
 * lacuna_target_new_self:
 *
 * Returns: (transfer full): this process as a target
 */
LacunaTarget *
lacuna_target_new_self (void)
{
  g_autoptr (GError) error = NULL;
  LacunaTarget *self = new_for_process (LAC_PROCESS_SELF, &error);

  /* Only a system without a process file system can't show a process itself. */
  if (self == NULL)
    {
      self = g_object_new (LACUNA_TYPE_TARGET, NULL);
      self->kind = LACUNA_TARGET_SELF;
      self->title = g_strdup ("self");
    }
  return self;
}

/**
 * lacuna_target_new_for_pid:
 * @pid: a process
 * @error: where to put why it can't be one
 *
 * Takes hold of a process. Whether it may be read turns out when it is loaded.
 *
 * Returns: (transfer full) (nullable): the target
 */
LacunaTarget *
lacuna_target_new_for_pid (gint32   pid,
                           GError **error)
{
  if (pid <= 0)
    {
      lacuna_error_set (error, LAC_E_NO_PROCESS, _ ("process %d"), pid);
      return NULL;
    }
  return new_for_process (pid, error);
}

/* The same for a process that was seen in a list: fails when the PID has gone to another since. */
LacunaTarget *
lacuna_target_new_for_identity (gint32   pid,
                                guint64  start_time,
                                GError **error)
{
  g_autoptr (LacunaTarget) self = lacuna_target_new_for_pid (pid, error);

  if (self != NULL && self->start_time != start_time)
    {
      lacuna_error_set (error, LAC_E_NO_PROCESS, _ ("process %d"), pid);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * lacuna_target_has_exited:
 * @self: a target
 *
 * Asks whether the process is gone. Never waits for a load. Call it from one thread only.
 *
 * Returns: %TRUE when it has exited; %FALSE for a file
 */
gboolean
lacuna_target_has_exited (LacunaTarget *self)
{
  g_return_val_if_fail (LACUNA_IS_TARGET (self), FALSE);

  if (self->kind != LACUNA_TARGET_PROCESS)
    return FALSE;

  if (self->watch == NULL)
    {
      struct lac_process *watch = NULL;
      struct lac_process_facts facts;
      enum lac_status status = lac_process_open (NULL, self->pid, &watch, NULL);

      if (status == LAC_OK)
        status = lac_process_get_facts (watch, &facts, NULL);
      if (status != LAC_OK || facts.start_time != self->start_time)
        {
          lac_process_close (watch);
          return status != LAC_E_SYSTEM && status != LAC_E_NO_MEMORY;
        }
      self->watch = watch;
    }
  return lac_process_has_exited (self->watch);
}

static void
cancel_cb (GCancellable *cancellable,
           gpointer      user_data)
{
  atomic_store ((atomic_bool *) user_data, true);
}

LacunaSnapshot *
lacuna_target_load_process (LacunaTarget    *self,
                            LacunaLoadFlags  flags,
                            GCancellable    *cancellable,
                            GError         **error)
{
  gboolean detail = (flags & LACUNA_LOAD_DETAIL) != 0;
  struct lac_process_failure failure = { 0 };
  struct lac_process_facts facts;
  struct lac_map *map = NULL;
  g_autofree char *name = NULL;
  g_autofree char *command_line = NULL;
  g_autofree char *source_path = NULL;
  LacunaOrigin origin;
  LacunaSnapshot *snapshot;
  enum lac_status status;
  atomic_bool cancel = false;
  gulong handler;

  if (self->process == NULL)
    {
      lacuna_error_set (error, LAC_E_NOT_SUPPORTED, NULL);
      return NULL;
    }

  handler = cancellable != NULL
                ? g_cancellable_connect (cancellable, G_CALLBACK (cancel_cb), &cancel, NULL)
                : 0;
  status = lac_process_get_facts (self->process, &facts, &failure);
  if (status == LAC_OK)
    {
      /* The command line lives until the process is asked again. */
      name = g_utf8_make_valid (facts.name, -1);
      command_line = g_utf8_make_valid (facts.command_line, -1);
      status = lac_process_read_map (self->process,
                                     detail ? LAC_READ_DETAIL : 0,
                                     &cancel,
                                     &map,
                                     &failure);
    }
  /* The flag is on this stack: after this no handler runs any more. */
  g_cancellable_disconnect (cancellable, handler);

  if (status != LAC_OK)
    {
      failure.status = status;
      lacuna_target_set_process_error (error, self->pid, &failure);
      return NULL;
    }

  if (self->kind == LACUNA_TARGET_SELF)
    map = lacuna_buffer_kinds_mark (map);
  else
    map = lacuna_buffer_kinds_mark_elsewhere (map, self->process);
  source_path = g_strdup_printf ("/proc/%d/%s", self->pid, detail ? "smaps" : "maps");
  origin = (LacunaOrigin){
    .kind = self->kind,
    .pid = self->pid,
    .start_time = facts.start_time,
    .user = facts.user,
    .state = facts.state,
    .name = name,
    .name_bytes = facts.name,
    .command_line = command_line,
    .source_path = source_path,
    .source = detail ? "proc-smaps" : "proc-maps",
  };
  snapshot = lacuna_snapshot_new (map, &origin, g_get_real_time ());
  lac_map_unref (map);
  return snapshot;
}
