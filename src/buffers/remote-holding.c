/* A buffer of another process that is taken: appending to it, and putting it back. See remote-locator.h.
 *
 * A handle names a taking, and the locator knows which item that is and where its next byte goes; so handles
 * may be copied, and a second put is known to be one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/translatable.h"
#include "os/thread.h"
#include "remote-private.h"

#include <stdlib.h>

#define APPENDING N_ ("append to a buffer of the process")
#define PUTTING N_ ("put back a buffer of the process")

/* How often putting back is tried while the process can't be stopped, and how long is waited between. */
#define PUT_ATTEMPTS 4
#define PUT_PAUSE_MICROSECONDS 20000

static struct lac_remote_holding *
find_holding (const struct lac_remote_buffer *buffer)
{
  struct lac_remote_locator *locator = buffer->locator;

  for (size_t i = 0; locator != NULL && i < locator->n_holdings; i++)
    if (locator->holdings[i].taking == buffer->taking)
      return &locator->holdings[i];
  return NULL;
}

bool
lac_remote_hold_prepare (struct lac_remote_locator *locator)
{
  size_t wanted = locator->allocated != 0 ? locator->allocated * 2 : 4;
  struct lac_remote_holding *moved;

  if (locator->n_holdings < locator->allocated)
    return true;
  moved = realloc (locator->holdings, wanted * sizeof *moved);
  if (moved == NULL)
    return false;
  locator->holdings = moved;
  locator->allocated = wanted;
  return true;
}

void
lac_remote_hold (struct lac_remote_locator *locator,
                 struct lac_remote         *remote,
                 uint64_t                   table,
                 uint32_t                   index,
                 uint64_t                   base,
                 uint32_t                   size,
                 uint32_t                   position,
                 bool                       created,
                 struct lac_remote_buffer  *out_buffer)
{
  uint64_t taking = ++locator->last_taking;

  locator->holdings[locator->n_holdings++] = (struct lac_remote_holding){
    .taking = taking,
    .table = table,
    .index = index,
    .base = base,
    .size = size,
    .position = position,
    .remote = remote,
  };
  *out_buffer = (struct lac_remote_buffer){
    .address = base,
    .size = size,
    .position = position,
    .created = created,
    .locator = locator,
    .taking = taking,
  };
}

static void
let_go (struct lac_remote_locator *locator,
        struct lac_remote_holding *holding)
{
  *holding = locator->holdings[--locator->n_holdings];
}

/* Appending and putting back */

/* The table that a holding is in, as far as it is needed to change the item. */
static void
table_of (struct lac_remote_locator       *locator,
          const struct lac_remote_holding *holding,
          struct lac_remote_table         *out_table)
{
  lac_remote_table_first (locator, out_table);
  out_table->shared = holding->table == locator->facts.address;
  out_table->address = holding->table;
}

/* The item as we left it. */
static struct lac_remote_item
item_of (const struct lac_remote_holding *holding)
{
  return (struct lac_remote_item){ holding->base, holding->size, holding->position, true };
}

enum lac_status
lac_remote_buffer_append (struct lac_remote_buffer   *buffer,
                          const void                 *bytes,
                          size_t                      size,
                          uint64_t                   *out_address,
                          struct lac_process_failure *out_failure)
{
  struct lac_remote_holding *holding = find_holding (buffer);
  struct lac_remote_locator *locator = buffer->locator;
  struct lac_remote_table table;
  struct lac_remote_item item;
  uint64_t address;
  enum lac_status status;

  if (holding == NULL)
    return lac_remote_fail (out_failure, LAC_E_NOT_TAKEN, APPENDING);
  address = holding->base + holding->position;
  if (size > holding->size - holding->position)
    return lac_remote_fail (out_failure, LAC_E_FULL, APPENDING);
  /* Another program would have other things there. */
  if (!lac_remote_file_is_there (locator->file))
    return lac_remote_fail (out_failure,
                            lac_process_has_exited (locator->process) ? LAC_E_EXITED : LAC_E_CHANGED,
                            APPENDING);
  if (size > 0)
    {
      status = lac_process_write_memory (locator->process, address, bytes, size, 0, NULL, out_failure);
      if (status != LAC_OK)
        return status;
      table_of (locator, holding, &table);
      item = item_of (holding);
      status = lac_remote_table_move (locator, &table, holding->index, &item,
                                      holding->position + (uint32_t) size, false, holding->remote,
                                      out_failure);
      if (status != LAC_OK)
        return status;
      holding->position += (uint32_t) size;
    }
  buffer->position = holding->position;
  if (out_address != NULL)
    *out_address = address;
  return LAC_OK;
}

enum lac_status
lac_remote_buffer_put (struct lac_remote_buffer   *buffer,
                       struct lac_process_failure *out_failure)
{
  struct lac_remote_holding *holding = find_holding (buffer);
  struct lac_remote_locator *locator = buffer->locator;
  struct lac_remote_table table;
  struct lac_remote_item item;
  enum lac_status status = LAC_OK;

  if (holding == NULL)
    return lac_remote_fail (out_failure, LAC_E_NOT_TAKEN, PUTTING);
  table_of (locator, holding, &table);
  item = item_of (holding);
  /* Most callers would not try again, and it would stay taken. */
  for (unsigned i = 0; i < PUT_ATTEMPTS; i++)
    {
      status = lac_remote_table_move (locator, &table, holding->index, &item, holding->position, true,
                                      holding->remote, out_failure);
      if (status != LAC_E_UNRESPONSIVE && status != LAC_E_TRACED)
        break;
      lac_thread_pause (PUT_PAUSE_MICROSECONDS);
    }
  /* It is not ours any more in any case: what is not as we left it was taken from us. */
  if (status == LAC_OK || status == LAC_E_CHANGED || status == LAC_E_EXITED)
    {
      let_go (locator, holding);
      *buffer = (struct lac_remote_buffer){ 0 };
    }
  return status;
}
