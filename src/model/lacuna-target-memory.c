/* What is in a target's memory: reading and writing bytes.
 *
 * A view of memory reads often and little, and must not wait for a map of a million regions that is
 * being loaded; so it has a handle of its own, which is used by one thread at a time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-target-memory.h"

#include "lacuna-error.h"
#include "lacuna-target-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

/* With the lock. Takes hold of the process when memory is read or written for the first time. */
static gboolean
open_memory (LacunaTarget       *self,
             LacunaCapabilities  capability,
             GError            **error)
{
  struct lac_process_failure failure = { 0 };
  struct lac_process_facts facts;
  enum lac_status status;

  if ((lacuna_target_get_capabilities (self) & capability) == 0)
    {
      lacuna_error_set_message (error,
                                LAC_E_NOT_SUPPORTED,
                                _ ("%s: a file that lists regions does not hold their bytes"),
                                self->title);
      return FALSE;
    }
  if (self->memory != NULL)
    return TRUE;

  status = lac_process_open (NULL,
                             self->kind == LACUNA_TARGET_SELF ? LAC_PROCESS_SELF : self->pid,
                             &self->memory,
                             &failure);
  if (status == LAC_OK && self->kind != LACUNA_TARGET_SELF)
    {
      status = lac_process_get_facts (self->memory, &facts, &failure);
      if (status == LAC_OK && facts.start_time != self->start_time)
        {
          failure = (struct lac_process_failure){ .status = LAC_E_EXITED };
          status = LAC_E_EXITED;
        }
    }
  if (status == LAC_OK)
    return TRUE;

  g_clear_pointer (&self->memory, lac_process_close);
  failure.status = status;
  lacuna_target_set_process_error (error, self->pid, &failure);
  return FALSE;
}

static void
cancel_cb (GCancellable *cancellable,
           gpointer      user_data)
{
  atomic_store ((atomic_bool *) user_data, true);
}

static void
add_hole (struct lac_range hole,
          void            *user_data)
{
  g_array_append_val ((GArray *) user_data, hole);
}

/**
 * lacuna_target_has_memory:
 * @self: a target
 *
 * What is asked about a PID may be answered about another process that has the number by then; whoever
 * did that asks this afterwards.
 *
 * Returns: whether its memory can be read, and the process has not exited
 */
gboolean
lacuna_target_has_memory (LacunaTarget *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (LACUNA_IS_TARGET (self), FALSE);

  locker = g_mutex_locker_new (&self->memory_lock);
  return open_memory (self, LACUNA_CAN_READ, NULL) && !lac_process_has_exited (self->memory);
}

/**
 * lacuna_target_read_memory:
 * @self: a target
 * @range: what to read, half-open
 * @out_bytes: (out caller-allocates): room for all of @range
 * @out_holes: (nullable): gets a struct lac_range for each hole
 * @cancellable: (nullable): stops it soon, with %G_IO_ERROR_CANCELLED
 * @error: where to put what went wrong
 *
 * Reads what can be read. Blocks; for workers and the command line.
 *
 * Returns: whether @out_bytes and @out_holes say what is there
 */
gboolean
lacuna_target_read_memory (LacunaTarget     *self,
                           struct lac_range  range,
                           guint8           *out_bytes,
                           GArray           *out_holes,
                           GCancellable     *cancellable,
                           GError          **error)
{
  g_autoptr (GMutexLocker) locker = NULL;
  struct lac_process_failure failure = { 0 };
  atomic_bool cancel = false;
  guint n_holes = out_holes != NULL ? out_holes->len : 0;
  enum lac_status status;
  gulong handler;

  g_return_val_if_fail (LACUNA_IS_TARGET (self), FALSE);

  locker = g_mutex_locker_new (&self->memory_lock);
  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !open_memory (self, LACUNA_CAN_READ, error))
    return FALSE;

  handler = cancellable != NULL
                ? g_cancellable_connect (cancellable, G_CALLBACK (cancel_cb), &cancel, NULL)
                : 0;
  status = lac_process_read_memory (self->memory,
                                    range.start,
                                    out_bytes,
                                    lac_range_size (range),
                                    0,
                                    out_holes != NULL ? add_hole : NULL,
                                    out_holes,
                                    &cancel,
                                    NULL,
                                    &failure);
  /* The flag is on this stack: after this no handler runs any more. */
  g_cancellable_disconnect (cancellable, handler);
  if (status == LAC_OK || status == LAC_E_NOT_FOUND)
    return TRUE;

  if (out_holes != NULL)
    g_array_set_size (out_holes, n_holes);
  failure.status = status;
  lacuna_target_set_process_error (error, self->pid, &failure);
  return FALSE;
}

typedef struct
{
  struct lac_range range;
  guint8 *bytes;
  GArray *holes;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_free (reading->bytes);
  g_array_unref (reading->holes);
  g_free (reading);
}

static void
read_thread (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Reading *reading = task_data;
  guint64 size = lac_range_size (reading->range);
  GError *error = NULL;

  reading->bytes = g_try_malloc (MAX (size, 1));
  if (reading->bytes == NULL)
    lacuna_error_set (&error, LAC_E_NO_MEMORY, NULL);
  else
    lacuna_target_read_memory (LACUNA_TARGET (source),
                               reading->range,
                               reading->bytes,
                               reading->holes,
                               cancellable,
                               &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/**
 * lacuna_target_read_memory_async:
 * @self: a target
 * @range: what to read, half-open; all of it is held in memory
 * @cancellable: (nullable): as for lacuna_target_read_memory()
 * @callback: called in this thread's main context
 * @user_data: for @callback
 *
 * Reads on a worker.
 */
void
lacuna_target_read_memory_async (LacunaTarget        *self,
                                 struct lac_range     range,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  Reading *reading;

  g_return_if_fail (LACUNA_IS_TARGET (self));

  reading = g_new0 (Reading, 1);
  reading->range = range;
  reading->holes = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lacuna_target_read_memory_async);
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_thread);
}

/**
 * lacuna_target_read_memory_finish:
 * @self: a target
 * @result: what the callback got
 * @out_holes: (out) (optional) (transfer full): a struct lac_range for each hole, ascending
 * @error: where to put what went wrong
 *
 * Returns: (transfer full) (nullable): the bytes, 0 in holes
 */
GBytes *
lacuna_target_read_memory_finish (LacunaTarget  *self,
                                  GAsyncResult  *result,
                                  GArray       **out_holes,
                                  GError       **error)
{
  Reading *reading;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  reading = g_task_get_task_data (G_TASK (result));
  if (out_holes != NULL)
    *out_holes = g_array_ref (reading->holes);
  return g_bytes_new_take (g_steal_pointer (&reading->bytes), lac_range_size (reading->range));
}

/* What is known of the region at an address, and of those around it. */
typedef struct
{
  struct lac_process *process;
  struct lac_map *map; /* (nullable) */
  struct lac_region region;
  gboolean known;
} Regions;

static enum lac_status
find_region (Regions                    *regions,
             guint64                     address,
             struct lac_process_failure *failure)
{
  enum lac_status status;

  if (regions->known && lac_range_contains (lac_region_range (&regions->region), address))
    return LAC_OK;
  regions->known = FALSE;
  if (regions->map != NULL)
    {
      size_t n_regions;
      const struct lac_region *all = lac_map_regions (regions->map, &n_regions);
      size_t index = lac_map_search (regions->map, address);

      if (index >= n_regions || !lac_range_contains (lac_region_range (&all[index]), address))
        return LAC_E_NOT_FOUND;
      regions->region = all[index];
      regions->known = TRUE;
      return LAC_OK;
    }
  status = lac_process_query (regions->process, address, false, &regions->region, NULL, 0, failure);
  regions->known = status == LAC_OK;
  return status;
}

static enum lac_status
check_range (Regions                    *regions,
             struct lac_range            range,
             gboolean                    force,
             guint64                    *out_place,
             gboolean                   *out_shared,
             struct lac_process_failure *failure)
{
  for (guint64 address = range.start; address < range.end; address = regions->region.end)
    {
      enum lac_status status = find_region (regions, address, failure);
      gboolean is_shared;

      *out_place = address;
      if (status != LAC_OK)
        return status;
      is_shared = (regions->region.flags & LAC_REGION_SHARED) != 0;
      if ((regions->region.protection & LAC_PROTECTION_WRITE) == 0 && (!force || is_shared))
        {
          *out_shared = is_shared;
          return LAC_E_READ_ONLY;
        }
    }
  return LAC_OK;
}

static void
set_missing (GError **error,
             guint64  address)
{
  lacuna_error_set_message (error,
                            LAC_E_NOT_FOUND,
                            _ ("Not all of the bytes have memory at 0x%" PRIx64 "; nothing was "
                               "written."),
                            address);
}

/**
 * lacuna_target_check_write:
 * @self: a target
 * @ranges: what is to be written, in ascending order
 * @n_ranges: how many there are
 * @force: whether it would be written also where it is read-only
 * @out_place: (out) (optional): the first byte that may not be written
 * @error: where to put why
 *
 * Asks whether all of @ranges may be written, and writes nothing. Blocks; for workers.
 *
 * Returns: whether they may
 */
gboolean
lacuna_target_check_write (LacunaTarget           *self,
                           const struct lac_range *ranges,
                           gsize                   n_ranges,
                           gboolean                force,
                           guint64                *out_place,
                           GError                **error)
{
  g_autoptr (GMutexLocker) locker = NULL;
  struct lac_process_failure failure = { 0 };
  enum lac_status status = LAC_OK;
  gboolean is_shared = FALSE;
  guint64 place = 0;
  Regions regions = { 0 };

  g_return_val_if_fail (LACUNA_IS_TARGET (self), FALSE);

  locker = g_mutex_locker_new (&self->memory_lock);
  if (!open_memory (self, LACUNA_CAN_WRITE, error))
    return FALSE;
  regions.process = self->memory;
  /* A question without a system call for it reads half of the map on average. */
  if (n_ranges > 4 && !lac_process_can_query (self->memory))
    status = lac_process_read_map (self->memory, LAC_READ_NO_FILES, NULL, &regions.map, &failure);
  for (gsize i = 0; status == LAC_OK && i < n_ranges; i++)
    status = check_range (&regions, ranges[i], force, &place, &is_shared, &failure);
  lac_map_unref (regions.map);
  if (out_place != NULL)
    *out_place = place;
  if (status == LAC_OK)
    return TRUE;

  if (status == LAC_E_NOT_FOUND)
    set_missing (error, place);
  else if (status == LAC_E_READ_ONLY && force && is_shared)
    lacuna_error_set_message (error,
                              LAC_E_NOT_SUPPORTED,
                              _ ("The memory at 0x%" PRIx64 " is shared with others and may only be "
                                 "read. It is never written, not even by force."),
                              place);
  else
    {
      failure.status = status;
      lacuna_target_set_process_error (error, self->pid, &failure);
    }
  return FALSE;
}

/**
 * lacuna_target_write_memory_counted:
 * @self: a target
 * @address: the first byte
 * @bytes: what to write
 * @force: write also where it is read-only
 * @out_n_bytes: (out): how many were written, from the first on
 * @out_forced: (out) (optional): whether force was needed
 * @error: where to put what went wrong
 *
 * Writes all of @bytes; when the process changes in that very moment, perhaps only a part. Blocks.
 *
 * Returns: whether all was written
 */
gboolean
lacuna_target_write_memory_counted (LacunaTarget  *self,
                                    guint64        address,
                                    GBytes        *bytes,
                                    gboolean       force,
                                    guint64       *out_n_bytes,
                                    gboolean      *out_forced,
                                    GError       **error)
{
  g_autoptr (GMutexLocker) locker = NULL;
  struct lac_process_failure failure = { 0 };
  struct lac_memory_outcome outcome = { 0 };
  enum lac_status status;
  gsize size;
  gconstpointer data;

  g_return_val_if_fail (LACUNA_IS_TARGET (self), FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);

  *out_n_bytes = 0;
  locker = g_mutex_locker_new (&self->memory_lock);
  if (!open_memory (self, LACUNA_CAN_WRITE, error))
    return FALSE;

  data = g_bytes_get_data (bytes, &size);
  status = lac_process_write_memory (self->memory,
                                     address,
                                     data,
                                     size,
                                     force ? LAC_MEMORY_FORCE : 0,
                                     &outcome,
                                     &failure);
  *out_n_bytes = outcome.n_bytes;
  if (out_forced != NULL)
    *out_forced = outcome.forced;
  if (status == LAC_OK)
    return TRUE;

  if (status == LAC_E_NOT_FOUND && outcome.n_bytes == 0)
    set_missing (error, address);
  else if (status == LAC_E_NOT_FOUND)
    lacuna_error_set_message (error,
                              LAC_E_NOT_FOUND,
                              _ ("The memory at 0x%" PRIx64 " went away meanwhile."),
                              address + outcome.n_bytes);
  else
    {
      failure.status = status;
      lacuna_target_set_process_error (error, self->pid, &failure);
    }
  return FALSE;
}

/**
 * lacuna_target_write_memory:
 * @self: a target
 * @address: the first byte
 * @bytes: what to write
 * @force: write also where it is read-only
 * @out_forced: (out) (optional): whether that was needed
 * @error: where to put what went wrong
 *
 * Writes all of @bytes, or nothing. Blocks; for workers and the command line.
 *
 * Returns: whether it was written
 */
gboolean
lacuna_target_write_memory (LacunaTarget  *self,
                            guint64        address,
                            GBytes        *bytes,
                            gboolean       force,
                            gboolean      *out_forced,
                            GError       **error)
{
  guint64 n_bytes;

  return lacuna_target_write_memory_counted (self, address, bytes, force, &n_bytes, out_forced,
                                             error);
}

typedef struct
{
  guint64 address;
  GBytes *bytes;
  gboolean force;
  gboolean forced;
} Writing;

static void
writing_free (gpointer data)
{
  Writing *writing = data;

  g_bytes_unref (writing->bytes);
  g_free (writing);
}

static void
write_thread (GTask        *task,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  Writing *writing = task_data;
  GError *error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (lacuna_target_write_memory (LACUNA_TARGET (source),
                                  writing->address,
                                  writing->bytes,
                                  writing->force,
                                  &writing->forced,
                                  &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * lacuna_target_write_memory_async:
 * @self: a target
 * @address: the first byte
 * @bytes: what to write
 * @force: write also where it is read-only
 * @cancellable: (nullable): heeded until writing begins
 * @callback: called in this thread's main context
 * @user_data: for @callback
 *
 * Writes on a worker.
 */
void
lacuna_target_write_memory_async (LacunaTarget        *self,
                                  guint64              address,
                                  GBytes              *bytes,
                                  gboolean             force,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  Writing *writing;

  g_return_if_fail (LACUNA_IS_TARGET (self));
  g_return_if_fail (bytes != NULL);

  writing = g_new0 (Writing, 1);
  writing->address = address;
  writing->bytes = g_bytes_ref (bytes);
  writing->force = force;
  task = g_task_new (self, cancellable, callback, user_data);
  /* It was written, whatever was cancelled afterwards. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_source_tag (task, lacuna_target_write_memory_async);
  g_task_set_task_data (task, writing, writing_free);
  g_task_run_in_thread (task, write_thread);
}

/**
 * lacuna_target_write_memory_finish:
 * @self: a target
 * @result: what the callback got
 * @out_forced: (out) (optional): whether it was read-only in part
 * @error: where to put what went wrong
 *
 * Returns: whether it was written
 */
gboolean
lacuna_target_write_memory_finish (LacunaTarget  *self,
                                   GAsyncResult  *result,
                                   gboolean      *out_forced,
                                   GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  if (out_forced != NULL)
    *out_forced = ((Writing *) g_task_get_task_data (G_TASK (result)))->forced;
  return TRUE;
}
