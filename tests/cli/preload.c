/* Stands in for a mod in the same process: made with a copy of the library of its own, it gives the process
 * a locator before main() begins. What the environment says in LACUNA_TEST_LOCATOR decides its state:
 *
 *   healthy           a buffer with some bytes, and one that is taken
 *   damaged           as well items that lead nowhere, overlap, and claim more than there is
 *   unknown-version   a table of a format to come
 *   cycle             a chain that leads back into itself
 *   locked            a table that is locked
 *   stale             none, and a file that an earlier process with this PID has left behind
 *   stale-garbage     the same, and what is in it is no table
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffers/buffer.h"
#include "buffers/layout.h"
#include "buffers/locator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/tmp/.reloaded/memory.buffers"

static void
add_item (struct lac_table *table,
          uintptr_t         base,
          uint32_t          size,
          uint32_t          position)
{
  struct lac_item *item = &table->items[table->item_count++];

  item->base = base;
  item->size = size;
  item->position = position;
  item->is_taken = 0;
}

static char stale_path[128];

static void
leave_file (bool garbage)
{
  static char bytes[LAC_TABLE_SIZE];
  struct lac_table *table = (struct lac_table *) (void *) bytes;
  FILE *file;

  table->this_address = (uintptr_t) 0x7e0000000000;
  add_item (table, (uintptr_t) 0x7e0000010000, 65536, 128);
  if (garbage)
    memset (bytes, 0xa5, sizeof bytes);
  mkdir ("/tmp/.reloaded", 01777);
  mkdir (FOLDER, 01777);
  snprintf (stale_path, sizeof stale_path,
            FOLDER "/Reloaded.Memory.Buffers.MemoryBuffer, PID %d", (int) getpid ());
  unlink (stale_path);
  file = fopen (stale_path, "w");
  if (file == NULL || fwrite (bytes, sizeof bytes, 1, file) != 1 || fclose (file) != 0)
    abort ();
}

__attribute__ ((destructor)) static void
remove_file (void)
{
  if (stale_path[0] != '\0')
    unlink (stale_path);
}

__attribute__ ((constructor)) static void
make_locator (void)
{
  const char *state = getenv ("LACUNA_TEST_LOCATOR");
  struct lac_locator_facts facts;
  struct lac_gap_query query;
  struct lac_buffer filled, taken;
  struct lac_table *table;

  if (state == NULL)
    return;
  if (strcmp (state, "stale") == 0 || strcmp (state, "stale-garbage") == 0)
    {
      leave_file (state[strlen ("stale")] != '\0');
      return;
    }
  lac_placement_init (&query);
  query.size = 16384;
  query.alignment = 1;
  if (lac_buffers_get (&query, 0, &filled, NULL) != LAC_OK
      || lac_buffer_append (&filled, "0123456789", 10, NULL) != LAC_OK
      || lac_buffers_get (&query, 0, &taken, NULL) != LAC_OK)
    abort ();
  lac_locator_get_facts (&facts);
  table = (struct lac_table *) facts.address;
  if (strcmp (state, "damaged") == 0)
    {
      add_item (table, 0x10000, 4096, 0);
      add_item (table, filled.address + 4096, 4096, 0);
      add_item (table, taken.address, 4096, 5000);
    }
  else if (strcmp (state, "unknown-version") == 0)
    table->flags = 3;
  else if (strcmp (state, "cycle") == 0)
    table->next_locator = facts.address;
  else if (strcmp (state, "locked") == 0)
    table->is_locked = 1;
  lac_buffer_put (&filled);
}
