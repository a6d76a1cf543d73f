/* LacunaPicture: a snapshot and the census that the strip draws it from, made on one worker.
 *
 * Both cost O(n), and a window needs both before it can draw; the main thread only ever gets them
 * finished.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-picture.h"

void
lacuna_picture_free (LacunaPicture *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->snapshot);
  g_clear_pointer (&self->census, lacuna_census_unref);
  g_free (self);
}

static void
load_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  GError *error = NULL;
  LacunaSnapshot *snapshot
      = lacuna_target_load (LACUNA_TARGET (source_object), LACUNA_LOAD_NONE, cancellable, &error);

  if (snapshot == NULL)
    g_task_return_error (task, error);
  else
    {
      LacunaPicture *picture = g_new0 (LacunaPicture, 1);

      picture->snapshot = snapshot;
      picture->census = lacuna_census_new (lacuna_snapshot_get_map (snapshot));
      g_task_return_pointer (task, picture, (GDestroyNotify) lacuna_picture_free);
    }
}

/**
 * lacuna_picture_load_async:
 * @target: what to load
 */
void
lacuna_picture_load_async (LacunaTarget       *target,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (target, cancellable, callback, user_data);

  g_task_set_source_tag (task, lacuna_picture_load_async);
  g_task_run_in_thread (task, load_thread);
}

/**
 * lacuna_picture_load_finish:
 *
 * Returns: (transfer full) (nullable): the picture; NULL with @error set
 */
LacunaPicture *
lacuna_picture_load_finish (GAsyncResult *result,
                            GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
