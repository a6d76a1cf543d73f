/* Entering a buffer into another process's tables. See remote-private.h.
 *
 * The first table with room is used; when the chain has none, a further table is made in the
 * process with the buffer in it already, and linked. All that needs the process's help is done
 * before its lock is taken, and what is done while it is held are a few stores to one page, which
 * the taking of the lock has touched.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"

#include "core/translatable.h"

#include <string.h>

#define ENTERING N_ ("enter the buffer into the locator")
#define LOCKED N_ ("wait for the lock of the locator's table")

/* The bytes of an item that is taken. */
static void
fill_item (const struct lac_table_layout *layout,
           uint64_t                       base,
           uint32_t                       size,
           unsigned char                  bytes[32])
{
  memset (bytes, 0, 32);
  memcpy (bytes + layout->base, &base, layout->pointer_size);
  memcpy (bytes + layout->size, &size, 4);
  bytes[layout->is_taken] = 1;
}

static bool
try_lock (uint32_t *word)
{
  uint32_t expected = 0;

  return __atomic_compare_exchange_n (word, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static enum lac_status
lock_shared (struct lac_remote_locator  *locator,
             struct lac_remote_wait     *wait,
             struct lac_process_failure *out_failure)
{
  uint32_t *word = lac_remote_word (locator->bytes, locator->layout.is_locked);

  while (!try_lock (word))
    {
      enum lac_status status = lac_remote_wait_on (wait, locator->process, LOCKED, out_failure);

      if (status != LAC_OK)
        return status;
    }
  return LAC_OK;
}

static void
unlock_shared (struct lac_remote_locator *locator)
{
  __atomic_store_n (lac_remote_word (locator->bytes, locator->layout.is_locked), 0, __ATOMIC_RELEASE);
}

/* Enters into the first table; LAC_E_FULL when it is. */
static enum lac_status
enter_shared (struct lac_remote_locator  *locator,
              uint64_t                    base,
              uint32_t                    size,
              struct lac_remote_wait     *wait,
              uint32_t                   *out_index,
              struct lac_process_failure *out_failure)
{
  const struct lac_table_layout *layout = &locator->layout;
  unsigned char *bytes = locator->bytes;
  enum lac_status status = lock_shared (locator, wait, out_failure);
  unsigned index, item;

  if (status != LAC_OK)
    return status;
  index = bytes[layout->item_count];
  item = lac_remote_item_offset (layout, index);
  if (index < layout->capacity)
    {
      lac_remote_set_pointer (layout, bytes, item + layout->base, base);
      __atomic_store_n (lac_remote_word (bytes, item + layout->size), size, __ATOMIC_RELAXED);
      __atomic_store_n (lac_remote_word (bytes, item + layout->position), 0, __ATOMIC_RELAXED);
      __atomic_store_n (lac_remote_word (bytes, item + layout->is_taken), 1, __ATOMIC_RELAXED);
      /* Whoever sees the number sees the item. */
      __atomic_store_n (&bytes[layout->item_count], (unsigned char) (index + 1), __ATOMIC_RELEASE);
    }
  unlock_shared (locator);
  *out_index = index;
  return index < layout->capacity ? LAC_OK : LAC_E_FULL;
}

/* What of a header says that nobody is changing the table: the lock, flags and the number of
 * items. */
#define STATE_SIZE 8

/* Enters into a table in private memory, as it was read; LAC_E_CHANGED when it is another one by
 * now. */
static enum lac_status
enter_private (struct lac_remote_locator     *locator,
               struct lac_remote             *remote,
               const struct lac_remote_table *table,
               uint64_t                       base,
               uint32_t                       size,
               uint32_t                      *out_index,
               struct lac_process_failure    *out_failure)
{
  const struct lac_table_layout *layout = &locator->layout;
  unsigned index = lac_remote_table_count (locator, table);
  unsigned char item[32], count = (unsigned char) (index + 1);
  struct lac_remote_step steps[3];

  fill_item (layout, base, size, item);
  steps[0] = (struct lac_remote_step){
    .kind = LAC_REMOTE_STEP_EXPECT,
    .arguments = { table->address + layout->is_locked },
    .bytes = table->bytes + layout->is_locked,
    .n_bytes = STATE_SIZE,
  };
  steps[1] = (struct lac_remote_step){
    .kind = LAC_REMOTE_STEP_WRITE,
    .arguments = { table->address + lac_remote_item_offset (layout, index) },
    .bytes = item,
    .n_bytes = layout->item_size,
  };
  steps[2] = (struct lac_remote_step){
    .kind = LAC_REMOTE_STEP_WRITE,
    .arguments = { table->address + layout->item_count },
    .bytes = &count,
    .n_bytes = 1,
  };
  *out_index = index;
  return lac_remote_run (remote, steps, 3, LAC_REMOTE_STOP_ALL, out_failure);
}

/* Makes a table in the process that has the buffer as its only item. */
static enum lac_status
make_table (struct lac_remote_locator  *locator,
            struct lac_remote          *remote,
            uint64_t                    base,
            uint32_t                    size,
            uint64_t                   *out_address,
            struct lac_process_failure *out_failure)
{
  const struct lac_table_layout *layout = &locator->layout;
  unsigned char bytes[64] = { 0 };
  enum lac_status status = lac_remote_allocate (remote, 0, LAC_TABLE_SIZE,
                                                LAC_PROTECTION_READ | LAC_PROTECTION_WRITE, out_address,
                                                out_failure);

  if (status != LAC_OK)
    return status;
  memcpy (bytes + layout->this_address, out_address, layout->pointer_size);
  bytes[layout->item_count] = 1;
  fill_item (layout, base, size, bytes + layout->header_size);
  status = lac_process_write_memory (locator->process, *out_address, bytes, sizeof bytes, 0, NULL,
                                     out_failure);
  if (status != LAC_OK)
    lac_remote_free (remote, *out_address, LAC_TABLE_SIZE, NULL);
  return status;
}

/* Links a table after the last one; LAC_E_CHANGED when that is not the last any more. */
static enum lac_status
link_table (struct lac_remote_locator     *locator,
            struct lac_remote             *remote,
            const struct lac_remote_table *last,
            uint64_t                       address,
            struct lac_remote_wait        *wait,
            struct lac_process_failure    *out_failure)
{
  const struct lac_table_layout *layout = &locator->layout;
  unsigned char nothing[8] = { 0 };
  struct lac_remote_step steps[3];
  enum lac_status status;

  if (last->shared)
    {
      bool linked = false;

      status = lock_shared (locator, wait, out_failure);
      if (status != LAC_OK)
        return status;
      if (lac_remote_table_get_next (locator, last) == 0)
        {
          lac_remote_set_pointer (layout, locator->bytes, layout->next_locator, address);
          linked = true;
        }
      unlock_shared (locator);
      return linked ? LAC_OK : lac_remote_fail (out_failure, LAC_E_CHANGED, ENTERING);
    }
  steps[0] = (struct lac_remote_step){
    .kind = LAC_REMOTE_STEP_EXPECT,
    .arguments = { last->address + layout->is_locked },
    .bytes = last->bytes + layout->is_locked,
    .n_bytes = STATE_SIZE,
  };
  steps[1] = (struct lac_remote_step){
    .kind = LAC_REMOTE_STEP_EXPECT,
    .arguments = { last->address + layout->next_locator },
    .bytes = nothing,
    .n_bytes = layout->pointer_size,
  };
  steps[2] = (struct lac_remote_step){
    .kind = LAC_REMOTE_STEP_WRITE,
    .arguments = { last->address + layout->next_locator },
    .bytes = &address,
    .n_bytes = layout->pointer_size,
  };
  return lac_remote_run (remote, steps, 3, LAC_REMOTE_STOP_ALL, out_failure);
}

/* Goes to the first table that has room, or to the last one. */
static enum lac_status
find_room (struct lac_remote_locator  *locator,
           struct lac_remote_table    *table,
           struct lac_process_failure *out_failure)
{
  lac_remote_table_first (locator, table);
  for (unsigned n = 1; lac_remote_table_count (locator, table) >= locator->layout.capacity; n++)
    {
      enum lac_status status = lac_remote_table_next (locator, table, n, out_failure);

      if (status == LAC_E_NOT_FOUND)
        return LAC_OK;
      /* It is not ours to lead the chain elsewhere: others may know what lies behind. */
      if (status == LAC_E_NOT_OURS)
        return lac_remote_locator_decline (locator,
                                           N_ ("the tables are full, and the chain leads to where no table "
                                               "can be"),
                                           out_failure);
      if (status != LAC_OK)
        return status;
    }
  return LAC_OK;
}

/* Whether the tables have the buffer after all. A run whose answer was lost may have been done, and what
 * others can see must not be taken back. */
static bool
is_entered (struct lac_remote_locator *locator,
            uint64_t                   base,
            uint32_t                   size,
            uint64_t                  *out_table,
            uint32_t                  *out_index)
{
  struct lac_remote_table table;
  unsigned n_tables = 0;

  lac_remote_table_first (locator, &table);
  do
    for (unsigned i = 0, n = lac_remote_table_count (locator, &table); i < n; i++)
      {
        struct lac_remote_item item = lac_remote_table_item (locator, &table, i);

        if (item.base == base && item.size == size && item.taken)
          {
            *out_table = table.address;
            *out_index = i;
            return true;
          }
      }
  while (lac_remote_table_next (locator, &table, ++n_tables, NULL) == LAC_OK);
  return false;
}

/* One attempt; LAC_E_CHANGED when the tables changed meanwhile, LAC_E_FULL when the one with room
 * has none any more. */
static enum lac_status
enter_once (struct lac_remote_locator  *locator,
            struct lac_remote          *remote,
            uint64_t                    base,
            uint32_t                    size,
            struct lac_remote_wait     *wait,
            struct lac_remote_table    *table,
            uint64_t                   *out_table,
            uint32_t                   *out_index,
            struct lac_process_failure *out_failure)
{
  uint32_t *lock;
  uint64_t address;
  enum lac_status status = find_room (locator, table, out_failure);

  if (status != LAC_OK)
    return status;
  lock = lac_remote_word (table->bytes, locator->layout.is_locked);
  if (!table->shared && *lock != 0)
    return lac_remote_fail (out_failure, LAC_E_CHANGED, LOCKED);
  *out_table = table->address;
  if (lac_remote_table_count (locator, table) < locator->layout.capacity)
    {
      if (table->shared)
        return enter_shared (locator, base, size, wait, out_index, out_failure);
      status = enter_private (locator, remote, table, base, size, out_index, out_failure);
      return status != LAC_OK && status != LAC_E_CHANGED
                     && is_entered (locator, base, size, out_table, out_index)
                 ? LAC_OK
                 : status;
    }

  status = make_table (locator, remote, base, size, &address, out_failure);
  if (status != LAC_OK)
    return status;
  *out_table = address;
  *out_index = 0;
  status = link_table (locator, remote, table, address, wait, out_failure);
  if (status != LAC_OK && is_entered (locator, base, size, out_table, out_index))
    return LAC_OK;
  if (status != LAC_OK)
    lac_remote_free (remote, address, LAC_TABLE_SIZE, NULL);
  return status;
}

enum lac_status
lac_remote_enter (struct lac_remote_locator  *locator,
                  struct lac_remote          *remote,
                  uint64_t                    base,
                  uint32_t                    size,
                  struct lac_remote_wait     *wait,
                  uint64_t                   *out_table,
                  uint32_t                   *out_index,
                  struct lac_process_failure *out_failure)
{
  struct lac_remote_table table;

  for (;;)
    {
      enum lac_status status = enter_once (locator, remote, base, size, wait, &table, out_table, out_index,
                                           out_failure);

      if (status != LAC_E_CHANGED && status != LAC_E_FULL)
        return status;
      status = lac_remote_wait_on (wait, locator->process, LOCKED, out_failure);
      if (status != LAC_OK)
        return status;
    }
}
