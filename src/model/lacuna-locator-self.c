/* Reading the locator of this process.
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

#include "buffers/layout.h"
#include "os/os.h"

#include <gio/gio.h>
#include <string.h>

/* Where everyone in a process looks for its locator, and what the file is called, the PID after it. */
#define LOCATOR_FOLDER "/tmp/.reloaded/memory.buffers"
#define LOCATOR_FILE "Reloaded.Memory.Buffers.MemoryBuffer, PID "

char *
lacuna_locator_make_path (gint32 pid)
{
  return g_strdup_printf (LOCATOR_FOLDER "/" LOCATOR_FILE "%d", pid);
}

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
