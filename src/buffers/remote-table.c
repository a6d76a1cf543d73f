/* Tables of another process, an item at a time. See remote-private.h.
 *
 * In the first table, which is mapped here, each change is one atomic operation, as the process's
 * own are. Between two of them that belong together nothing is asked of the system, so that there
 * is hardly a moment in which our end would leave a lock held. Other tables are changed in a run
 * (os/remote.h) with all threads stopped: the tracer does all of it or nothing, whatever becomes of
 * us.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-private.h"

#include "core/translatable.h"

#include <string.h>

#define READING N_ ("read the locator's tables")
#define CHANGING N_ ("change the locator's table")

void
lac_remote_table_first (struct lac_remote_locator *locator,
                        struct lac_remote_table   *out_table)
{
  out_table->address = locator->facts.address;
  out_table->shared = true;
  out_table->bytes = locator->bytes;
}

/* Whether a table may lie at @address: private memory that can be read and written, as
 * check_table() of locator-table.c has it. */
static enum lac_status
check_place (struct lac_remote_locator  *locator,
             uint64_t                    address,
             struct lac_process_failure *out_failure)
{
  const unsigned both = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE;
  uint64_t end = lac_add_saturating (address, LAC_TABLE_SIZE);

  if (address % locator->layout.pointer_size != 0 || address == locator->facts.address)
    return LAC_E_NOT_OURS;
  while (address < end)
    {
      struct lac_region region;
      enum lac_status status
          = lac_process_query (locator->process, address, false, &region, NULL, 0, out_failure);

      if (status == LAC_E_NOT_FOUND)
        return LAC_E_NOT_OURS;
      if (status != LAC_OK)
        return status;
      if ((region.flags & LAC_REGION_SHARED) != 0 || (region.protection & both) != both
          || (region.kind != LAC_KIND_ANONYMOUS && region.kind != LAC_KIND_HEAP))
        return LAC_E_NOT_OURS;
      address = region.end;
    }
  return LAC_OK;
}

enum lac_status
lac_remote_table_read (struct lac_remote_locator  *locator,
                       struct lac_remote_table    *table,
                       struct lac_process_failure *out_failure)
{
  struct lac_memory_outcome outcome;
  enum lac_status status;

  if (table->shared)
    return LAC_OK;
  status = lac_process_read_memory (locator->process, table->address, table->copy, sizeof table->copy, 0,
                                    NULL, NULL, NULL, &outcome, out_failure);
  if (status == LAC_OK && outcome.n_bytes != sizeof table->copy)
    status = lac_remote_fail (out_failure, LAC_E_NOT_FOUND, READING);
  table->bytes = table->copy;
  return status;
}

enum lac_status
lac_remote_table_next (struct lac_remote_locator  *locator,
                       struct lac_remote_table    *table,
                       unsigned                    n_before,
                       struct lac_process_failure *out_failure)
{
  uint64_t address = lac_remote_table_get_next (locator, table);
  enum lac_status status;

  if (address == 0)
    return LAC_E_NOT_FOUND;
  /* A chain without an end is one that leads back into itself, or is made to keep us here. */
  if (n_before >= LAC_REMOTE_TABLES_MAX)
    return lac_remote_fail (out_failure, LAC_E_NOT_OURS, READING);
  status = check_place (locator, address, out_failure);
  if (status == LAC_OK)
    {
      table->address = address;
      table->shared = false;
      status = lac_remote_table_read (locator, table, out_failure);
    }
  if (status == LAC_OK
      && (table->bytes[locator->layout.flags] & LAC_TABLE_VERSION_MASK) != LAC_TABLE_VERSION)
    status = LAC_E_NOT_OURS;
  return status == LAC_E_NOT_OURS ? lac_remote_fail (out_failure, status, READING) : status;
}

unsigned
lac_remote_table_count (const struct lac_remote_locator *locator,
                        const struct lac_remote_table   *table)
{
  unsigned count = __atomic_load_n (&table->bytes[locator->layout.item_count], __ATOMIC_ACQUIRE);

  return count < locator->layout.capacity ? count : locator->layout.capacity;
}

uint64_t
lac_remote_table_get_next (const struct lac_remote_locator *locator,
                           const struct lac_remote_table   *table)
{
  return lac_remote_pointer (&locator->layout, table->bytes, locator->layout.next_locator);
}

struct lac_remote_item
lac_remote_table_item (const struct lac_remote_locator *locator,
                       const struct lac_remote_table   *table,
                       unsigned                         index)
{
  const struct lac_table_layout *layout = &locator->layout;
  unsigned item = lac_remote_item_offset (layout, index);
  unsigned char *bytes = table->bytes;

  return (struct lac_remote_item){
    .base = lac_remote_pointer (layout, bytes, item + layout->base),
    .size = __atomic_load_n (lac_remote_word (bytes, item + layout->size), __ATOMIC_RELAXED),
    .position = __atomic_load_n (lac_remote_word (bytes, item + layout->position), __ATOMIC_ACQUIRE),
    .taken = __atomic_load_n (lac_remote_word (bytes, item + layout->is_taken), __ATOMIC_RELAXED) != 0,
  };
}

/* Items in private memory */

/* Makes the item at @address what @now says, if it is what @seen says; both have the same base and
 * size. */
static enum lac_status
exchange (struct lac_remote_locator    *locator,
          uint64_t                      address,
          const struct lac_remote_item *seen,
          const struct lac_remote_item *now,
          struct lac_remote            *remote,
          struct lac_process_failure   *out_failure)
{
  const struct lac_table_layout *layout = &locator->layout;
  unsigned char before[32] = { 0 }, after[32] = { 0 };
  struct lac_remote_step steps[2];

  if (remote == NULL)
    return lac_remote_fail (out_failure, LAC_E_NOT_SUPPORTED, CHANGING);
  memcpy (before + layout->base, &seen->base, layout->pointer_size);
  memcpy (before + layout->size, &seen->size, 4);
  memcpy (after, before, sizeof after);
  memcpy (before + layout->position, &seen->position, 4);
  memcpy (after + layout->position, &now->position, 4);
  before[layout->is_taken] = seen->taken;
  after[layout->is_taken] = now->taken;
  steps[0] = (struct lac_remote_step){
    .kind = LAC_REMOTE_STEP_EXPECT,
    .arguments = { address },
    .bytes = before,
    .n_bytes = layout->item_size,
  };
  steps[1] = (struct lac_remote_step){
    .kind = LAC_REMOTE_STEP_WRITE,
    .arguments = { address },
    .bytes = after,
    .n_bytes = layout->item_size,
  };
  return lac_remote_run (remote, steps, 2, LAC_REMOTE_STOP_ALL, out_failure);
}

/* Taking, moving, putting back */

enum lac_status
lac_remote_table_take (struct lac_remote_locator     *locator,
                       const struct lac_remote_table *table,
                       unsigned                       index,
                       const struct lac_remote_item  *seen,
                       uint32_t                       position,
                       struct lac_remote             *remote,
                       struct lac_process_failure    *out_failure)
{
  const struct lac_table_layout *layout = &locator->layout;
  unsigned item = lac_remote_item_offset (layout, index);
  uint32_t *taken = lac_remote_word (table->bytes, item + layout->is_taken);
  struct lac_remote_item now;
  uint32_t expected = 0;
  enum lac_status status;

  if (!table->shared)
    {
      now = *seen;
      now.position = position;
      now.taken = true;
      status = exchange (locator, table->address + item, seen, &now, remote, out_failure);
      return status == LAC_E_CHANGED ? LAC_E_BUSY : status;
    }
  if (!__atomic_compare_exchange_n (taken, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
    return LAC_E_BUSY;
  now = lac_remote_table_item (locator, table, index);
  if (now.base != seen->base || now.size != seen->size || now.position != seen->position)
    {
      __atomic_store_n (taken, 0, __ATOMIC_RELEASE);
      return LAC_E_BUSY;
    }
  if (position != seen->position)
    __atomic_store_n (lac_remote_word (table->bytes, item + layout->position), position, __ATOMIC_RELEASE);
  return LAC_OK;
}

enum lac_status
lac_remote_table_move (struct lac_remote_locator     *locator,
                       const struct lac_remote_table *table,
                       unsigned                       index,
                       const struct lac_remote_item  *seen,
                       uint32_t                       position,
                       bool                           release,
                       struct lac_remote             *remote,
                       struct lac_process_failure    *out_failure)
{
  const struct lac_table_layout *layout = &locator->layout;
  unsigned item = lac_remote_item_offset (layout, index);
  struct lac_remote_item now = *seen;

  if (!table->shared)
    {
      now.position = position;
      now.taken = !release;
      return exchange (locator, table->address + item, seen, &now, remote, out_failure);
    }
  now = lac_remote_table_item (locator, table, index);
  if (now.base != seen->base || now.size != seen->size || now.position != seen->position || !now.taken)
    return lac_remote_fail (out_failure, LAC_E_CHANGED, CHANGING);
  if (position != seen->position)
    __atomic_store_n (lac_remote_word (table->bytes, item + layout->position), position, __ATOMIC_RELEASE);
  if (release)
    __atomic_store_n (lac_remote_word (table->bytes, item + layout->is_taken), 0, __ATOMIC_RELEASE);
  return LAC_OK;
}
