/* What is kept between one deed in another process and the next.
 *
 * There are two locks. The one for deeds is held as long as a deed takes, which may be seconds where a lock
 * of the process is waited for. The other is for the lists alone, which the main thread shows.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-session-private.h"

#include <string.h>

/* Microseconds after which nobody seems to go on, and seconds between two looks whether that is so. */
#define IDLENESS (4 * G_USEC_PER_SEC)
#define LOOK_INTERVAL 2

struct _LacunaSession
{
  gatomicrefcount references;
  gint32 pid;
  guint64 start_time;
  GMainContext *context;

  GMutex lock; /* for deeds */
  struct lac_process *process;
  struct lac_remote *remote;
  unsigned remote_flags;
  struct lac_remote_locator *locator;
  gint64 used;      /* when it was last, by the monotonic clock */
  GSource *closing; /* (nullable): looks whether it is idle */

  guint64 program;  /* which one the process ran when it was last looked at */

  GMutex lists_lock;
  GPtrArray *blocks; /* of LacunaBlock, by address */
  GArray *taken;     /* of struct lac_remote_buffer */
};

LacunaSession *
lacuna_session_new (gint32        pid,
                    guint64       start_time,
                    GMainContext *context)
{
  LacunaSession *self = g_new0 (LacunaSession, 1);

  g_atomic_ref_count_init (&self->references);
  self->pid = pid;
  self->start_time = start_time;
  self->context = g_main_context_ref (context);
  self->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) lacuna_block_unref);
  self->taken = g_array_new (FALSE, FALSE, sizeof (struct lac_remote_buffer));
  g_mutex_init (&self->lock);
  g_mutex_init (&self->lists_lock);
  return self;
}

LacunaSession *
lacuna_session_ref (LacunaSession *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

/* With the lock, or when nobody else has it. */
static void
close_remote (LacunaSession *self)
{
  lac_remote_close (self->remote);
  self->remote = NULL;
  if (self->closing != NULL)
    {
      g_source_destroy (self->closing);
      g_clear_pointer (&self->closing, g_source_unref);
    }
}

void
lacuna_session_unref (LacunaSession *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;

  close_remote (self);
  /* What is held in the process stays held: whoever holds it says so by that. */
  lac_remote_locator_close (self->locator);
  lac_process_close (self->process);
  g_ptr_array_unref (self->blocks);
  g_array_unref (self->taken);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->lists_lock);
  g_free (self);
}

gint32
lacuna_session_get_pid (LacunaSession *self)
{
  return self->pid;
}

guint64
lacuna_session_get_start_time (LacunaSession *self)
{
  return self->start_time;
}

gboolean
lacuna_session_has_exited (LacunaSession *self)
{
  struct lac_process *process = NULL;
  struct lac_process_facts facts;
  gboolean has_exited;

  if (lac_process_open (NULL, self->pid, &process, NULL) != LAC_OK)
    return TRUE;
  has_exited = lac_process_get_facts (process, &facts, NULL) != LAC_OK
               || facts.start_time != self->start_time || lac_process_has_exited (process);
  lac_process_close (process);
  return has_exited;
}

gboolean
lacuna_session_is_tracer (const struct lac_process_failure *failure)
{
  /* Who has no name has gone already. */
  return failure->status == LAC_E_TRACED
         && (failure->other_name[0] == '\0' || strcmp (failure->other_name, "lacuna-tracer") == 0);
}

void
lacuna_session_lock (LacunaSession *self)
{
  g_mutex_lock (&self->lock);
}

void
lacuna_session_unlock (LacunaSession *self)
{
  g_mutex_unlock (&self->lock);
}

void
lacuna_session_rest (LacunaSession *self)
{
  g_mutex_lock (&self->lock);
  if (self->taken->len == 0)
    close_remote (self);
  g_mutex_unlock (&self->lock);
}

static gboolean
look_cb (gpointer user_data)
{
  LacunaSession *self = user_data;
  gboolean is_over = FALSE;

  /* While something is being done there is no idleness, and nothing to wait for. */
  if (!g_mutex_trylock (&self->lock))
    return G_SOURCE_CONTINUE;
  if (g_get_monotonic_time () - self->used >= IDLENESS && self->taken->len == 0)
    {
      close_remote (self);
      is_over = TRUE;
    }
  g_mutex_unlock (&self->lock);
  return is_over ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
note_use (LacunaSession *self)
{
  self->used = g_get_monotonic_time ();
  if (self->closing != NULL)
    return;
  self->closing = g_timeout_source_new_seconds (LOOK_INTERVAL);
  g_source_set_callback (self->closing, look_cb, lacuna_session_ref (self),
                         (GDestroyNotify) lacuna_session_unref);
  g_source_attach (self->closing, self->context);
}

enum lac_status
lacuna_session_open_process (LacunaSession              *self,
                             struct lac_process        **out_process,
                             struct lac_process_failure *out_failure)
{
  struct lac_process_facts facts;
  enum lac_status status = LAC_OK;

  if (self->process == NULL)
    {
      status = lac_process_open (NULL, self->pid, &self->process, out_failure);
      if (status == LAC_OK)
        status = lac_process_get_facts (self->process, &facts, out_failure);
      if (status == LAC_OK && facts.start_time != self->start_time)
        status = LAC_E_EXITED;
      if (status != LAC_OK)
        g_clear_pointer (&self->process, lac_process_close);
    }
  *out_process = self->process;
  return status;
}

enum lac_status
lacuna_session_open_remote (LacunaSession              *self,
                            unsigned                    flags,
                            struct lac_remote         **out_remote,
                            struct lac_process_failure *out_failure)
{
  struct lac_process *process;
  enum lac_status status = lacuna_session_open_process (self, &process, out_failure);

  /* What was agreed to for one deed is not for the next; but a buffer that is held may be one that is put
   * back by way of the handle it was taken with. */
  if (self->remote != NULL && self->remote_flags != flags && self->taken->len == 0)
    close_remote (self);
  if (status == LAC_OK && self->remote == NULL)
    {
      status = lac_remote_open (process, flags, &self->remote, out_failure);
      self->remote_flags = flags;
    }
  if (status != LAC_OK)
    return status;
  note_use (self);
  *out_remote = self->remote;
  return LAC_OK;
}

enum lac_status
lacuna_session_find_plan (LacunaSession              *self,
                          struct lac_remote_plan     *out_plan,
                          struct lac_process_failure *out_failure)
{
  struct lac_process *process;
  struct lac_remote *remote = NULL;
  enum lac_status status = lacuna_session_open_process (self, &process, out_failure);

  /* A handle of its own: what is known for longer may not be true any more. It only reads. */
  if (status == LAC_OK)
    status = lac_remote_open (process, LAC_REMOTE_FORCE_FILTERED | LAC_REMOTE_FORCE_NO_NET, &remote,
                              out_failure);
  if (status == LAC_OK)
    lac_remote_get_plan (remote, out_plan);
  lac_remote_close (remote);
  return status;
}

enum lac_status
lacuna_session_open_locator (LacunaSession              *self,
                             const struct lac_map       *map,
                             struct lac_remote_locator **out_locator,
                             struct lac_process_failure *out_failure)
{
  struct lac_process *process;
  enum lac_status status = lacuna_session_open_process (self, &process, out_failure);

  /* The process may have made one since, or have become another program; but what is held is held in
   * the one that was found then. */
  if (self->locator != NULL && self->taken->len == 0)
    g_clear_pointer (&self->locator, lac_remote_locator_close);
  if (status == LAC_OK && self->locator == NULL)
    status = lac_remote_locator_open (process, map, &self->locator, out_failure);
  if (status == LAC_OK)
    *out_locator = self->locator;
  return status;
}

/* Lists */

GPtrArray *
lacuna_session_list_blocks (LacunaSession *self)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) lacuna_block_unref);

  g_mutex_lock (&self->lists_lock);
  for (guint i = 0; i < self->blocks->len; i++)
    g_ptr_array_add (list, lacuna_block_ref (g_ptr_array_index (self->blocks, i)));
  g_mutex_unlock (&self->lists_lock);
  return list;
}

LacunaBlock *
lacuna_session_find_block (LacunaSession *self,
                           guint64        address)
{
  LacunaBlock *found = NULL;

  g_mutex_lock (&self->lists_lock);
  for (guint i = 0; found == NULL && i < self->blocks->len; i++)
    if (lacuna_block_range (g_ptr_array_index (self->blocks, i)).start == address)
      found = lacuna_block_ref (g_ptr_array_index (self->blocks, i));
  g_mutex_unlock (&self->lists_lock);
  return found;
}

LacunaBlock *
lacuna_session_add_block (LacunaSession    *self,
                          struct lac_range  range,
                          unsigned          protection)
{
  LacunaBlock *block = lacuna_block_new_elsewhere (range, protection);
  guint index = 0;

  g_mutex_lock (&self->lists_lock);
  while (index < self->blocks->len
         && lacuna_block_range (g_ptr_array_index (self->blocks, index)).start < range.start)
    index++;
  g_ptr_array_insert (self->blocks, (gint) index, lacuna_block_ref (block));
  g_mutex_unlock (&self->lists_lock);
  return block;
}

void
lacuna_session_remove_block (LacunaSession *self,
                             LacunaBlock   *block)
{
  g_mutex_lock (&self->lists_lock);
  g_ptr_array_remove (self->blocks, block);
  g_mutex_unlock (&self->lists_lock);
}

/* Whether all of @range is still private memory of no file. */
static gboolean
is_there (const struct lac_map *map,
          struct lac_range      range)
{
  size_t n_regions, index = lac_map_search (map, range.start);
  const struct lac_region *regions = lac_map_regions (map, &n_regions);

  for (; index < n_regions && range.start < range.end; index++)
    {
      const struct lac_region *region = &regions[index];

      if (region->start > range.start || (region->flags & LAC_REGION_SHARED) != 0
          || lac_map_backing (map, region)->inode != 0)
        return FALSE;
      range.start = region->end;
    }
  return range.start >= range.end;
}

void
lacuna_session_note_program (LacunaSession *self,
                             guint64        program)
{
  if (self->program == program)
    return;
  self->program = program;
  g_mutex_lock (&self->lists_lock);
  g_ptr_array_set_size (self->blocks, 0);
  g_mutex_unlock (&self->lists_lock);
}

void
lacuna_session_prune_blocks (LacunaSession        *self,
                             const struct lac_map *map)
{
  g_mutex_lock (&self->lists_lock);
  for (guint i = self->blocks->len; i > 0; i--)
    if (!is_there (map, lacuna_block_range (g_ptr_array_index (self->blocks, i - 1))))
      g_ptr_array_remove_index (self->blocks, i - 1);
  g_mutex_unlock (&self->lists_lock);
}

/* With the lock of the lists. */
static gboolean
find_taken (LacunaSession *self,
            guint64        address,
            guint         *out_index)
{
  for (guint i = 0; i < self->taken->len; i++)
    {
      const struct lac_remote_buffer *buffer
          = &g_array_index (self->taken, struct lac_remote_buffer, i);

      if (address >= buffer->address && address - buffer->address < buffer->size)
        {
          *out_index = i;
          return TRUE;
        }
    }
  return FALSE;
}

gboolean
lacuna_session_has_taken (LacunaSession *self,
                          guint64        address)
{
  gboolean has;
  guint index;

  g_mutex_lock (&self->lists_lock);
  has = find_taken (self, address, &index);
  g_mutex_unlock (&self->lists_lock);
  return has;
}

struct lac_remote_buffer *
lacuna_session_find_taken (LacunaSession *self,
                           guint64        address)
{
  guint index;

  /* Only who has the lock for deeds adds to it, or takes from it. */
  return find_taken (self, address, &index)
             ? &g_array_index (self->taken, struct lac_remote_buffer, index)
             : NULL;
}

void
lacuna_session_add_taken (LacunaSession                  *self,
                          const struct lac_remote_buffer *buffer)
{
  g_mutex_lock (&self->lists_lock);
  g_array_append_vals (self->taken, buffer, 1);
  g_mutex_unlock (&self->lists_lock);
}

void
lacuna_session_remove_taken (LacunaSession            *self,
                             struct lac_remote_buffer *buffer)
{
  g_mutex_lock (&self->lists_lock);
  g_array_remove_index (self->taken,
                        (guint) (buffer - (struct lac_remote_buffer *) (gpointer) self->taken->data));
  g_mutex_unlock (&self->lists_lock);
}
