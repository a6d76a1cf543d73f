/* LacunaByteSource: functions that read and write, and what they need for that.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-byte-source.h"

#include "lacuna-error.h"
#include "lacuna-target-memory.h"
#include "os/touched.h"

#include <string.h>

struct _LacunaByteSource
{
  gatomicrefcount ref_count;
  LacunaByteReader reader;
  LacunaByteSurveyor surveyor; /* (nullable) */
  LacunaByteWriter writer;     /* (nullable) */
  LacunaByteChecker checker;   /* there where the writer is */
  gpointer data;
  GDestroyNotify destroy;
};

typedef struct
{
  LacunaByteSource *source;
  struct lac_range range;
} Job;

/**
 * lacuna_byte_source_new:
 * @reader: reads on workers
 * @data: (transfer full): for @reader
 * @destroy: (nullable): ends @data
 *
 * Returns: (transfer full): a source
 */
LacunaByteSource *
lacuna_byte_source_new (LacunaByteReader reader,
                        gpointer         data,
                        GDestroyNotify   destroy)
{
  LacunaByteSource *self = g_new0 (LacunaByteSource, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->reader = reader;
  self->data = data;
  self->destroy = destroy;
  return self;
}

static gboolean
read_target (gpointer         data,
             struct lac_range range,
             guint8          *bytes,
             GArray          *holes,
             GError         **error)
{
  return lacuna_target_read_memory (data, range, bytes, holes, NULL, error);
}

static void
add_part (struct lac_range part,
          void            *user_data)
{
  g_array_append_val ((GArray *) user_data, part);
}

static gboolean
survey_target (gpointer         data,
               struct lac_range range,
               GArray          *parts)
{
  LacunaTarget *target = data;

  if (lacuna_target_get_kind (target) == LACUNA_TARGET_SELF)
    return lac_os_find_touched (0, range, add_part, parts);
  /* What was told may have been of another process that has the number now. */
  return lac_os_find_touched (lacuna_target_get_pid (target), range, add_part, parts)
         && lacuna_target_has_memory (target);
}

static gboolean
write_target (gpointer   data,
              guint64    address,
              GBytes    *bytes,
              gboolean   force,
              guint64   *out_n_bytes,
              gboolean  *out_forced,
              GError   **error)
{
  return lacuna_target_write_memory_counted (data, address, bytes, force, out_n_bytes, out_forced,
                                             error);
}

static gboolean
check_target (gpointer                data,
              const struct lac_range *ranges,
              gsize                   n_ranges,
              gboolean                force,
              guint64                *out_place,
              GError                **error)
{
  return lacuna_target_check_write (data, ranges, n_ranges, force, out_place, error);
}

/**
 * lacuna_byte_source_new_for_target:
 * @target: (transfer none): what can be read
 *
 * Returns: (transfer full): its memory
 */
LacunaByteSource *
lacuna_byte_source_new_for_target (LacunaTarget *target)
{
  LacunaByteSource *self
      = lacuna_byte_source_new (read_target, g_object_ref (target), g_object_unref);

  if (lacuna_target_get_kind (target) != LACUNA_TARGET_FILE)
    lacuna_byte_source_set_surveyor (self, survey_target);
  if (lacuna_target_get_capabilities (target) & LACUNA_CAN_WRITE)
    lacuna_byte_source_set_writer (self, write_target, check_target);
  return self;
}

void
lacuna_byte_source_set_surveyor (LacunaByteSource  *self,
                                 LacunaByteSurveyor surveyor)
{
  self->surveyor = surveyor;
}

/**
 * lacuna_byte_source_set_writer:
 * @writer: writes on workers
 * @checker: says whether @writer would
 */
void
lacuna_byte_source_set_writer (LacunaByteSource *self,
                               LacunaByteWriter  writer,
                               LacunaByteChecker checker)
{
  self->writer = writer;
  self->checker = checker;
}

gboolean
lacuna_byte_source_can_write (LacunaByteSource *self)
{
  return self->writer != NULL;
}

gboolean
lacuna_byte_source_error_is_exit (const GError *error)
{
  return g_error_matches (error, LACUNA_ERROR, LAC_E_EXITED)
         || g_error_matches (error, LACUNA_ERROR, LAC_E_NO_PROCESS)
         || g_error_matches (error, LACUNA_ERROR, LAC_E_ZOMBIE);
}

gboolean
lacuna_byte_source_write (LacunaByteSource *self,
                          guint64           address,
                          GBytes           *bytes,
                          gboolean          force,
                          guint64          *out_n_bytes,
                          gboolean         *out_forced,
                          GError          **error)
{
  return self->writer (self->data, address, bytes, force, out_n_bytes, out_forced, error);
}

gboolean
lacuna_byte_source_check_write (LacunaByteSource       *self,
                                const struct lac_range *ranges,
                                gsize                   n_ranges,
                                gboolean                force,
                                guint64                *out_place,
                                GError                **error)
{
  return self->checker (self->data, ranges, n_ranges, force, out_place, error);
}

/**
 * lacuna_byte_source_survey:
 * @range: half-open, in bytes
 *
 * Returns: (transfer full): the parts of @range that are to be read, in order and apart
 */
GArray *
lacuna_byte_source_survey (LacunaByteSource *self,
                           struct lac_range  range)
{
  GArray *parts = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  guint n_parts = 0;

  if (self->surveyor == NULL || !self->surveyor (self->data, range, parts))
    {
      g_array_set_size (parts, 0);
      g_array_append_val (parts, range);
    }
  /* Whole pages were asked about, and are more than the range. */
  for (guint i = 0; i < parts->len; i++)
    {
      struct lac_range part
          = lac_range_intersect (g_array_index (parts, struct lac_range, i), range);

      if (lac_range_size (part) > 0)
        g_array_index (parts, struct lac_range, n_parts++) = part;
    }
  g_array_set_size (parts, n_parts);
  return parts;
}

LacunaByteSource *
lacuna_byte_source_ref (LacunaByteSource *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
lacuna_byte_source_unref (LacunaByteSource *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (self->destroy != NULL)
    self->destroy (self->data);
  g_free (self);
}

/**
 * lacuna_byte_source_read:
 * @range: half-open, in bytes; not empty
 *
 * Reads, and waits for it. Threads: any.
 *
 * Returns: (transfer full): what was read
 */
LacunaByteRead *
lacuna_byte_source_read (LacunaByteSource *self,
                         struct lac_range  range)
{
  LacunaByteRead *read = g_new0 (LacunaByteRead, 1);
  g_autoptr (GError) error = NULL;

  read->range = range;
  read->bytes = g_malloc0 (lac_range_size (range));
  read->holes = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  if (!self->reader (self->data, range, read->bytes, read->holes, &error))
    {
      g_array_set_size (read->holes, 0);
      g_array_append_val (read->holes, range);
      memset (read->bytes, 0, lac_range_size (range));
    }
  if (error != NULL)
    {
      read->reason = g_strdup (error->message);
      read->exited = lacuna_byte_source_error_is_exit (error);
    }
  return read;
}

void
lacuna_byte_read_free (LacunaByteRead *read)
{
  if (read == NULL)
    return;
  g_free (read->bytes);
  g_array_unref (read->holes);
  g_free (read->reason);
  g_free (read);
}

static void
job_free (gpointer pointer)
{
  Job *job = pointer;

  lacuna_byte_source_unref (job->source);
  g_free (job);
}

static void
read_on_worker (GTask        *task,
                gpointer      source_object,
                gpointer      task_data,
                GCancellable *cancellable)
{
  Job *job = task_data;

  g_task_return_pointer (task, lacuna_byte_source_read (job->source, job->range),
                         (GDestroyNotify) lacuna_byte_read_free);
}

/**
 * lacuna_byte_source_read_async:
 * @range: half-open, in bytes; not empty
 * @cancellable: (nullable)
 * @callback: called on this thread
 * @user_data: for @callback
 */
void
lacuna_byte_source_read_async (LacunaByteSource   *self,
                               struct lac_range    range,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Job *job = g_new (Job, 1);

  *job = (Job){ lacuna_byte_source_ref (self), range };
  g_task_set_source_tag (task, lacuna_byte_source_read_async);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, read_on_worker);
}

LacunaByteRead *
lacuna_byte_source_read_finish (GAsyncResult *result,
                                GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
