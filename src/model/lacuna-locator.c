/* LacunaLocator: the locator of a target as a tree of tables and buffers, refreshed on demand.
 *
 * The shared tables are read as those of a stranger would be: byte by byte, without a lock, compared with
 * the map. What only this program knows (which thread has a buffer, buffers that are never writable and
 * executable at once) is added to that.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-locator-private.h"

#include "lacuna-error.h"
#include "lacuna-target-private.h"

#include "buffers/layout.h"
#include "os/os.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Where everyone in a process looks for its locator, and what the file is called, the PID after it. */
#define LOCATOR_FOLDER "/tmp/.reloaded/memory.buffers"
#define LOCATOR_FILE "Reloaded.Memory.Buffers.MemoryBuffer, PID "

G_STATIC_ASSERT ((int) LACUNA_FINDING_ORPHAN == LAC_FINDING_ORPHAN);
G_STATIC_ASSERT ((int) LACUNA_FINDING_STALE == LAC_FINDING_STALE);
G_STATIC_ASSERT (LACUNA_FINDINGS_END == LAC_FINDING_CYCLE << 1);

struct _LacunaLocator
{
  GObject parent_instance;

  LacunaTarget *target;
  LacunaSession *session; /* (nullable): of another process */
  struct lac_locator_facts facts;
  guint64 address;
  gboolean managed;
  const char *why_not; /* (nullable) */
  unsigned findings;
  GListStore *tables;
  guint n_buffers;
  guint64 size;
  guint64 used;
  guint shown; /* the number of the reading that is shown, if any is */
  gboolean is_shown;

  /* Those who wait for the reading that is under way, and for the one after it. */
  GPtrArray *waiting;
  GPtrArray *next;
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaLocator, lacuna_locator, G_TYPE_OBJECT)

const char *
lacuna_finding_name (unsigned finding)
{
  return lac_finding_name (finding);
}

const char *
lacuna_finding_sentence (unsigned finding)
{
  return g_dgettext (GETTEXT_PACKAGE, lac_finding_sentence (finding));
}

/* Reading */

static void
table_facts_clear (gpointer facts)
{
  g_array_unref (((LacunaTableFacts *) facts)->buffers);
}

LacunaLocatorReading *
lacuna_locator_reading_new (void)
{
  static guint n_readings;
  LacunaLocatorReading *reading = g_new0 (LacunaLocatorReading, 1);

  reading->number = (guint) g_atomic_int_add (&n_readings, 1);
  reading->facts.what = "";
  reading->tables = g_array_new (FALSE, FALSE, sizeof (LacunaTableFacts));
  g_array_set_clear_func (reading->tables, table_facts_clear);
  return reading;
}

void
lacuna_locator_reading_free (LacunaLocatorReading *reading)
{
  g_array_unref (reading->tables);
  g_free (reading);
}

static enum lac_status
read_memory (uint64_t address,
             void    *bytes,
             size_t   size,
             void    *user_data)
{
  struct lac_memory_outcome outcome = { 0 };
  enum lac_status status = lac_process_read_memory (user_data, address, bytes, size, 0, NULL, NULL,
                                                    NULL, &outcome, NULL);

  if (status == LAC_OK && outcome.n_bytes < size)
    return LAC_E_NOT_FOUND;
  return status;
}

static LacunaTableFacts *
add_table (LacunaLocatorReading *reading,
           guint64               address)
{
  LacunaTableFacts facts = { .address = address };

  facts.buffers = g_array_new (FALSE, FALSE, sizeof (LacunaBufferFacts));
  g_array_append_val (reading->tables, facts);
  return &g_array_index (reading->tables, LacunaTableFacts, reading->tables->len - 1);
}

/* (nullable) */
static LacunaTableFacts *
find_table (LacunaLocatorReading *reading,
            guint64               address)
{
  for (guint i = 0; i < reading->tables->len; i++)
    if (g_array_index (reading->tables, LacunaTableFacts, i).address == address)
      return &g_array_index (reading->tables, LacunaTableFacts, i);
  return NULL;
}

void
lacuna_locator_reading_take (LacunaLocatorReading          *reading,
                             const struct lac_locator_view *view)
{
  reading->findings |= view->findings;
  for (gsize i = 0; i < view->n_tables; i++)
    {
      const struct lac_view_table *table = &view->tables[i];
      LacunaTableFacts *facts = add_table (reading, table->address);

      facts->version = table->version;
      facts->locked = table->locked;
      facts->findings = table->findings;
      for (gsize j = 0; j < table->n_buffers; j++)
        {
          const struct lac_view_buffer *buffer = &table->buffers[j];
          LacunaBufferFacts row = {
            .address = buffer->address,
            .size = buffer->size,
            .position = buffer->position,
            .taken = buffer->taken,
            .findings = buffer->findings,
          };

          g_array_append_val (facts->buffers, row);
        }
    }
}

/* Adds what only this copy of the library knows. */
static void
take_own (LacunaLocatorReading *reading)
{
  struct lac_locator_cursor cursor;
  struct lac_locator_item item;

  for (enum lac_status status = lac_locator_first (&cursor, &item); status == LAC_OK;
       status = lac_locator_next (&cursor, &item))
    {
      LacunaTableFacts *table = find_table (reading, item.table);

      if (item.write_xor_execute)
        {
          LacunaBufferFacts row = {
            .address = item.address,
            .size = item.size,
            .position = item.position,
            .taken = item.taken,
            .holder = item.holder,
            .write_xor_execute = TRUE,
          };

          if (table == NULL)
            table = add_table (reading, item.table);
          table->own = TRUE;
          g_array_append_val (table->buffers, row);
        }
      else if (table != NULL && item.index < table->buffers->len)
        {
          LacunaBufferFacts *row = &g_array_index (table->buffers, LacunaBufferFacts, item.index);

          if (row->address == item.address && row->taken)
            row->holder = item.holder;
        }
    }

  for (guint i = 0; i < reading->tables->len; i++)
    {
      GArray *buffers = g_array_index (reading->tables, LacunaTableFacts, i).buffers;

      for (guint j = 0; j < buffers->len; j++)
        {
          LacunaBufferFacts *row = &g_array_index (buffers, LacunaBufferFacts, j);

          row->ours = row->taken && lacuna_taken_has (row->address);
        }
    }
}

/* Reads the chain that begins at @address, unless it was read already. */
static enum lac_status
take_chain (LacunaLocatorReading *reading,
            struct lac_map       *map,
            guint64               address,
            lac_read_function     read,
            void                 *user_data)
{
  struct lac_locator_view view;
  enum lac_status status;

  if (find_table (reading, address) != NULL)
    return LAC_OK;
  status = lac_locator_view_read (map, address, read, user_data, &view);
  if (status != LAC_OK)
    return status;
  lacuna_locator_reading_take (reading, &view);
  lac_locator_view_clear (&view);
  return LAC_OK;
}

/* The shared file may be mapped and yet not be used by this copy of the library: because it is of a
 * format to come, say. That is shown, too. */
static void
take_mapped_file (LacunaLocatorReading *reading,
                  struct lac_map       *map,
                  const char           *name,
                  struct lac_process   *process)
{
  const struct lac_region *region;
  size_t index, n_regions;

  if (lac_map_find_name (map, name, strlen (name), &index) != LAC_OK)
    return;
  region = &lac_map_regions (map, &n_regions)[index];
  if (find_table (reading, region->start) != NULL
      || take_chain (reading, map, region->start, read_memory, process) != LAC_OK
      || reading->facts.address != 0)
    return;
  reading->facts.place = LAC_LOCATOR_SHARED;
  reading->facts.address = (uintptr_t) region->start;
  g_strlcpy (reading->facts.path,
             lac_map_backing (map, region)->name,
             sizeof reading->facts.path);
}

/* A table that is only in a file. */
typedef struct
{
  guint64 address;
  const char *bytes;
} FileTable;

static enum lac_status
read_file_table (uint64_t address,
                 void    *bytes,
                 size_t   size,
                 void    *user_data)
{
  const FileTable *table = user_data;

  if (address < table->address || address - table->address > LAC_TABLE_SIZE
      || size > LAC_TABLE_SIZE - (address - table->address))
    return LAC_E_NOT_FOUND;
  memcpy (bytes, table->bytes + (address - table->address), size);
  return LAC_OK;
}

/* (transfer full) (nullable): @map with the page at @address, where a table once was. */
static struct lac_map *
add_page (struct lac_map *map,
          guint64         address)
{
  struct lac_map_builder *builder = lac_map_builder_new (lac_map_space (map));
  struct lac_map *with_page = NULL;
  struct lac_region_entry page = {
    .start = address,
    .end = lac_add_saturating (address, LAC_TABLE_SIZE),
    .protection = LAC_PROTECTION_READ,
    .kind = LAC_KIND_FILE,
  };
  const struct lac_region *regions;
  size_t n_regions;
  enum lac_status status = LAC_OK;

  if (builder == NULL)
    return NULL;
  regions = lac_map_regions (map, &n_regions);
  for (size_t i = 0; status == LAC_OK && i < n_regions; i++)
    {
      struct lac_region_entry entry = {
        .start = regions[i].start,
        .end = regions[i].end,
        .protection = regions[i].protection,
        .kind = regions[i].kind,
      };

      status = lac_map_builder_add (builder, &entry);
    }
  if (status == LAC_OK)
    status = lac_map_builder_add (builder, &page);
  if (status != LAC_OK)
    {
      lac_map_builder_free (builder);
      return NULL;
    }
  return lac_map_builder_finish (builder, &with_page) == LAC_OK ? with_page : NULL;
}

/* An earlier process with this PID may have left a file behind. What stands in it is true of that
 * process and of nobody else; it is shown as such, and when it is no table at all, as a file without. */
static void
take_stale_file (LacunaLocatorReading *reading,
                 struct lac_map       *map,
                 const char           *name)
{
  g_autofree char *path = g_strconcat (LOCATOR_FOLDER "/", name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = NULL;
  char bytes[LAC_TABLE_SIZE];
  gsize length = 0;
  struct lac_map *with_page;
  FileTable table = { 0 };
  uintptr_t address = 0;

  /* Whatever else lies there, a pipe say, is not opened. */
  if (g_file_query_file_type (file, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL)
      != G_FILE_TYPE_REGULAR)
    return;
  reading->findings |= LAC_FINDING_STALE;
  g_strlcpy (reading->facts.path, path, sizeof reading->facts.path);
  stream = g_file_read (file, NULL, NULL);
  if (stream == NULL
      || !g_input_stream_read_all (G_INPUT_STREAM (stream), bytes, sizeof bytes, &length, NULL, NULL)
      || length < sizeof bytes)
    return;

  memcpy (&address, bytes, sizeof address);
  table = (FileTable){ address, bytes };
  if (address == 0 || address % LAC_TABLE_SIZE != 0)
    return;
  with_page = add_page (map, address);
  if (with_page == NULL)
    return;
  if (take_chain (reading, with_page, address, read_file_table, &table) == LAC_OK)
    g_array_index (reading->tables, LacunaTableFacts, 0).findings |= LAC_FINDING_STALE;
  lac_map_unref (with_page);
}

LacunaLocatorReading *
lacuna_locator_read (GError **error)
{
  g_autoptr (LacunaLocatorReading) reading = lacuna_locator_reading_new ();
  g_autofree char *name = g_strdup_printf (LOCATOR_FILE "%d", (int) lac_os_process_id ());
  struct lac_process_failure failure = { 0 };
  struct lac_process *process = NULL;
  struct lac_map *map = NULL;
  enum lac_status status;

  lac_locator_get_facts (&reading->facts);
  status = lac_process_open (NULL, LAC_PROCESS_SELF, &process, &failure);
  if (status == LAC_OK)
    status = lac_process_read_map (process, LAC_READ_NO_FILES, NULL, &map, &failure);
  if (status == LAC_OK && reading->facts.address != 0)
    status = take_chain (reading, map, reading->facts.address, read_memory, process);
  if (status == LAC_OK)
    {
      take_mapped_file (reading, map, name, process);
      if (reading->tables->len == 0)
        take_stale_file (reading, map, name);
      take_own (reading);
      reading->address = reading->facts.address;
    }
  lac_map_unref (map);
  lac_process_close (process);
  if (status == LAC_OK)
    return g_steal_pointer (&reading);

  lacuna_error_set (error, status, NULL);
  return NULL;
}

/* Showing */

static gboolean
facts_differ (const struct lac_locator_facts *a,
              const struct lac_locator_facts *b)
{
  return a->place != b->place || a->reason != b->reason || g_strcmp0 (a->path, b->path) != 0;
}

gboolean
lacuna_locator_show (LacunaLocator        *self,
                     LacunaLocatorReading *reading)
{
  gboolean changed = facts_differ (&self->facts, &reading->facts)
                     || self->address != reading->address || self->managed != reading->managed
                     || self->why_not != reading->why_not || self->findings != reading->findings;

  /* Readings are made on several threads, and what one shows that began earlier is over. */
  if (self->is_shown && (gint) (reading->number - self->shown) < 0)
    return FALSE;
  self->is_shown = TRUE;
  self->shown = reading->number;
  self->facts = reading->facts;
  self->address = reading->address;
  self->managed = reading->managed;
  self->why_not = reading->why_not;
  self->findings = reading->findings;
  self->n_buffers = 0;
  self->size = 0;
  self->used = 0;
  for (guint i = 0; i < reading->tables->len; i++)
    {
      GArray *buffers = g_array_index (reading->tables, LacunaTableFacts, i).buffers;

      for (guint j = 0; j < buffers->len; j++)
        {
          const LacunaBufferFacts *facts = &g_array_index (buffers, LacunaBufferFacts, j);

          self->n_buffers++;
          self->size += facts->size;
          self->used += MIN (facts->position, facts->size);
        }
    }
  if (lacuna_locator_rows_update (self->tables, reading->tables))
    changed = TRUE;
  if (changed)
    g_signal_emit (self, signals[CHANGED], 0);
  return changed;
}

static void
lacuna_locator_finalize (GObject *object)
{
  LacunaLocator *self = LACUNA_LOCATOR (object);

  g_clear_object (&self->target);
  g_clear_pointer (&self->session, lacuna_session_unref);
  g_clear_object (&self->tables);
  g_ptr_array_unref (self->waiting);
  g_ptr_array_unref (self->next);

  G_OBJECT_CLASS (lacuna_locator_parent_class)->finalize (object);
}

static void
lacuna_locator_class_init (LacunaLocatorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_locator_finalize;

  /**
   * LacunaLocator::changed:
   *
   * A refresh has found something new.
   */
  signals[CHANGED] = g_signal_new ("changed",
                                   LACUNA_TYPE_LOCATOR,
                                   G_SIGNAL_RUN_LAST,
                                   0,
                                   NULL,
                                   NULL,
                                   NULL,
                                   G_TYPE_NONE,
                                   0);
}

static void
lacuna_locator_init (LacunaLocator *self)
{
  self->tables = g_list_store_new (LACUNA_TYPE_LOCATOR_TABLE);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->next = g_ptr_array_new_with_free_func (g_object_unref);
  self->facts.what = "";
}

/**
 * lacuna_locator_new:
 * @target: this process
 *
 * Returns: (transfer full): its locator, not read yet
 */
LacunaLocator *
lacuna_locator_new (LacunaTarget *target)
{
  LacunaLocator *self;

  g_return_val_if_fail (LACUNA_IS_TARGET (target), NULL);
  g_return_val_if_fail (lacuna_target_get_kind (target) == LACUNA_TARGET_SELF, NULL);

  self = g_object_new (LACUNA_TYPE_LOCATOR, NULL);
  self->target = g_object_ref (target);
  return self;
}

LacunaLocator *
lacuna_locator_new_elsewhere (LacunaTarget  *target,
                              LacunaSession *session)
{
  LacunaLocator *self = g_object_new (LACUNA_TYPE_LOCATOR, NULL);

  self->target = g_object_ref (target);
  self->session = lacuna_session_ref (session);
  return self;
}

/* (transfer full) (nullable) */
static LacunaLocatorReading *
read_locator (LacunaLocator  *self,
              GError        **error)
{
  return self->session != NULL ? lacuna_locator_read_elsewhere (self->session, error)
                               : lacuna_locator_read (error);
}

/**
 * lacuna_locator_refresh:
 * @self: a locator
 * @error: where to put what went wrong
 *
 * Reads the locator as it is now. Blocks.
 *
 * Returns: whether it could be read; no locator is an answer, too
 */
gboolean
lacuna_locator_refresh (LacunaLocator  *self,
                        GError        **error)
{
  g_autoptr (LacunaLocatorReading) reading = NULL;

  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), FALSE);

  reading = read_locator (self, error);
  if (reading == NULL)
    return FALSE;
  lacuna_locator_show (self, reading);
  return TRUE;
}

static void
read_thread (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  GError *error = NULL;
  LacunaLocatorReading *reading = read_locator (LACUNA_LOCATOR (source), &error);

  if (reading != NULL)
    g_task_return_pointer (task, reading, (GDestroyNotify) lacuna_locator_reading_free);
  else
    g_task_return_error (task, error);
}

static void start_reading (LacunaLocator *self);

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  LacunaLocator *self = LACUNA_LOCATOR (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaLocatorReading) reading = NULL;
  g_autoptr (GPtrArray) served = g_steal_pointer (&self->waiting);

  reading = g_task_propagate_pointer (G_TASK (result), &error);
  self->waiting = g_steal_pointer (&self->next);
  self->next = g_ptr_array_new_with_free_func (g_object_unref);
  if (self->waiting->len > 0)
    start_reading (self);

  if (reading != NULL)
    lacuna_locator_show (self, reading);
  for (guint i = 0; i < served->len; i++)
    {
      GTask *task = g_ptr_array_index (served, i);

      if (reading != NULL)
        g_task_return_boolean (task, TRUE);
      else
        g_task_return_error (task, g_error_copy (error));
    }
}

static void
start_reading (LacunaLocator *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, read_cb, NULL);

  g_task_set_source_tag (task, start_reading);
  g_task_run_in_thread (task, read_thread);
}

/**
 * lacuna_locator_refresh_async:
 * @self: a locator
 * @cancellable: (nullable): @callback then gets %G_IO_ERROR_CANCELLED
 * @callback: called in this thread's main context
 * @user_data: for @callback
 *
 * Reads on a worker. Who asks while a reading is under way gets one that began after that.
 */
void
lacuna_locator_refresh_async (LacunaLocator       *self,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (LACUNA_IS_LOCATOR (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lacuna_locator_refresh_async);
  if (self->waiting->len > 0)
    g_ptr_array_add (self->next, task);
  else
    {
      g_ptr_array_add (self->waiting, task);
      start_reading (self);
    }
}

gboolean
lacuna_locator_refresh_finish (LacunaLocator  *self,
                               GAsyncResult   *result,
                               GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* What it is */

gboolean
lacuna_locator_exists (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), FALSE);

  return g_list_model_get_n_items (G_LIST_MODEL (self->tables)) > 0;
}

const char *
lacuna_locator_get_place (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), NULL);

  return lac_locator_place_name (self->facts.place);
}

/**
 * lacuna_locator_describe:
 * @self: a locator
 *
 * Returns: (transfer full): where it is and what that means; and why, when it is not where everyone
 *   looks
 */
char *
lacuna_locator_describe (LacunaLocator *self)
{
  const char *meaning;
  g_autofree char *reason = NULL;

  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), NULL);

  if ((self->findings & LAC_FINDING_STALE) != 0)
    return g_strdup (lacuna_finding_sentence (LAC_FINDING_STALE));
  if (self->why_not != NULL)
    /* Translators: a phrase that says why */
    return g_strdup_printf (_ ("It can be looked at, and not used: %s."),
                            g_dgettext (GETTEXT_PACKAGE, self->why_not));
  meaning = g_dgettext (GETTEXT_PACKAGE, lac_locator_place_sentence (self->facts.place));
  if (self->facts.reason == LAC_OK || self->facts.place == LAC_LOCATOR_NONE)
    return g_strdup (meaning);

  if (self->facts.what[0] != '\0' && self->facts.system_error != 0)
    /* Translators: what stood in the way, and the system's reason */
    reason = g_strdup_printf (_ ("%s: %s"),
                              g_dgettext (GETTEXT_PACKAGE, self->facts.what),
                              g_strerror (self->facts.system_error));
  else if (self->facts.what[0] != '\0')
    reason = g_strdup (g_dgettext (GETTEXT_PACKAGE, self->facts.what));
  else
    reason = g_strdup (g_dgettext (GETTEXT_PACKAGE, lac_status_sentence (self->facts.reason)));
  /* Translators: a sentence, and what stood in the way */
  return g_strdup_printf (_ ("%s (%s)"), meaning, reason);
}

const char *
lacuna_locator_get_path (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), NULL);

  return self->facts.path;
}

guint64
lacuna_locator_get_address (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), 0);

  return self->address;
}

gboolean
lacuna_locator_get_managed (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), FALSE);

  return self->managed;
}

const char *
lacuna_locator_get_why_not (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), NULL);

  return self->why_not != NULL ? g_dgettext (GETTEXT_PACKAGE, self->why_not) : NULL;
}

unsigned
lacuna_locator_get_findings (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), 0);

  return self->findings;
}

GListModel *
lacuna_locator_get_tables (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), NULL);

  return G_LIST_MODEL (self->tables);
}

guint
lacuna_locator_get_n_buffers (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), 0);

  return self->n_buffers;
}

guint64
lacuna_locator_get_size (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), 0);

  return self->size;
}

guint64
lacuna_locator_get_used (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), 0);

  return self->used;
}

/**
 * lacuna_locator_find:
 * @self: a locator
 * @address: any address
 *
 * O(buffers).
 *
 * Returns: (transfer none) (nullable): the buffer that @address lies in
 */
LacunaLocatorBuffer *
lacuna_locator_find (LacunaLocator *self,
                     guint64        address)
{
  guint n_tables;

  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), NULL);

  n_tables = g_list_model_get_n_items (G_LIST_MODEL (self->tables));
  for (guint i = 0; i < n_tables; i++)
    {
      g_autoptr (LacunaLocatorTable) table = g_list_model_get_item (G_LIST_MODEL (self->tables), i);
      GListModel *buffers = lacuna_locator_table_get_buffers (table);
      guint n_buffers = g_list_model_get_n_items (buffers);

      for (guint j = 0; j < n_buffers; j++)
        {
          g_autoptr (LacunaLocatorBuffer) buffer = g_list_model_get_item (buffers, j);
          guint64 start = lacuna_locator_buffer_get_address (buffer);

          /* Its list holds it. */
          if (address >= start && address - start < lacuna_locator_buffer_get_size (buffer))
            return buffer;
        }
    }
  return NULL;
}
