/* LacunaPicture: a snapshot, the census that the strip draws it from, and what is different in it,
 * made on one worker.
 *
 * Each of them costs O(n), and a window needs all before it can draw; the main thread only ever gets
 * them finished. Most of the time a process that is watched has not changed. Then the new snapshot
 * takes over the map that is shown, and what was made of that map stays what it is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-picture.h"
#include "model/lacuna-release.h"

#include <string.h>

void
lacuna_picture_free (LacunaPicture *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->snapshot);
  g_clear_pointer (&self->census, lacuna_census_unref);
  g_clear_pointer (&self->changes, lacuna_changes_unref);
  g_free (self);
}

/* Whether everything but the regions is the same: what decides over gaps and hazards, and what the
 * window says of the reading itself. */
static gboolean
surroundings_equal (const struct lac_map *a,
                    const struct lac_map *b)
{
  const struct lac_space *x = lac_map_space (a);
  const struct lac_space *y = lac_map_space (b);

  return x->user.start == y->user.start && x->user.end == y->user.end
         && x->granularity == y->granularity && x->program_break == y->program_break
         && x->data_limit == y->data_limit && x->stack_limit == y->stack_limit
         && x->stack_guard == y->stack_guard && x->page_size == y->page_size
         && x->pointer_bits == y->pointer_bits && lac_map_repairs (a) == lac_map_repairs (b);
}

/* The end of the first stack, which lies where it is as long as a program runs; 0 for none. */
static guint64
stack_end (const struct lac_map *map)
{
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  size_t index;

  return lac_map_find_name (map, "[stack]", strlen ("[stack]"), &index) == LAC_OK
           ? regions[index].end
           : 0;
}

/* Whether the process has begun another program. That gives it a stack in another place, mostly; with
 * addresses that are not random, what it is called and how it was called both differ. A process that
 * gives itself a name does not put its stack elsewhere. */
static gboolean
is_replaced (LacunaSnapshot *before,
             LacunaSnapshot *after)
{
  const LacunaOrigin *was = lacuna_snapshot_get_origin (before);
  const LacunaOrigin *is = lacuna_snapshot_get_origin (after);

  if (is->kind == LACUNA_TARGET_FILE)
    return FALSE;
  return stack_end (lacuna_snapshot_get_map (before)) != stack_end (lacuna_snapshot_get_map (after))
         || (g_strcmp0 (was->name, is->name) != 0
             && g_strcmp0 (was->command_line, is->command_line) != 0);
}

/* Makes the rest of @picture, of which there is only the snapshot. */
static void
complete (LacunaPicture       *picture,
          const LacunaPicture *previous)
{
  struct lac_map *map = lacuna_snapshot_get_map (picture->snapshot);

  if (previous != NULL)
    {
      struct lac_map *before = lacuna_snapshot_get_map (previous->snapshot);

      picture->replaced = is_replaced (previous->snapshot, picture->snapshot);
      picture->changes = lacuna_changes_new (before, map);
      picture->unchanged = picture->changes == NULL && surroundings_equal (before, map);
      if (picture->unchanged && map != before)
        {
          LacunaSnapshot *shared
              = lacuna_snapshot_new (before,
                                     lacuna_snapshot_get_origin (picture->snapshot),
                                     lacuna_snapshot_get_taken (picture->snapshot));

          g_object_unref (picture->snapshot);
          picture->snapshot = shared;
        }
    }
  picture->census = picture->unchanged ? lacuna_census_ref (previous->census)
                                       : lacuna_census_new (map);
}

static void
load_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  const LacunaPicture *previous = task_data;
  gint64 start = g_get_monotonic_time ();
  GError *error = NULL;
  LacunaSnapshot *snapshot
      = lacuna_target_load (LACUNA_TARGET (source_object), LACUNA_LOAD_NONE, cancellable, &error);
  LacunaPicture *picture;

  if (snapshot == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  picture = g_new0 (LacunaPicture, 1);
  picture->snapshot = snapshot;
  complete (picture, previous);
  picture->took = g_get_monotonic_time () - start;
  /* Whoever is told that the load is over may let go of the last picture; here, that costs nobody. */
  g_task_set_task_data (task, NULL, NULL);
  g_task_return_pointer (task, picture, (GDestroyNotify) lacuna_picture_free);
}

/**
 * lacuna_picture_load_async:
 * @target: what to load
 * @previous: (nullable): the last picture of @target, to compare with
 * @cancellable: (nullable): stops it soon
 * @callback: called in this thread's main context
 * @user_data: for @callback
 *
 * Makes a picture of @target as it is now.
 */
void
lacuna_picture_load_async (LacunaTarget        *target,
                           const LacunaPicture *previous,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  static gsize prepared;
  g_autoptr (GTask) task = g_task_new (target, cancellable, callback, user_data);

  if (g_once_init_enter (&prepared))
    {
      lacuna_release_for_good ();
      g_once_init_leave (&prepared, 1);
    }
  if (previous != NULL)
    {
      LacunaPicture *kept = g_new0 (LacunaPicture, 1);

      kept->snapshot = g_object_ref (previous->snapshot);
      kept->census = lacuna_census_ref (previous->census);
      g_task_set_task_data (task, kept, (GDestroyNotify) lacuna_picture_free);
    }
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
