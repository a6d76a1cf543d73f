/* What can be asked of an item and done with it.
 *
 * An item is twenty bytes that anybody in the process may have written, so nothing here trusts that
 * its numbers fit together.
 *
 * SPDX-License-Identifier: MIT
 */
#include "held.h"
#include "os/thread.h"

#include <string.h>

uint32_t
locatoritem_bytes_left (const LocatorItem *item)
{
  uint32_t size, position;

  if (item == NULL)
    return 0;
  size = item_size (item);
  position = item_position (item);
  return position < size ? size - position : 0;
}

size_t
locatoritem_min_address (const LocatorItem *item)
{
  return item != NULL ? item_base (item) : 0;
}

size_t
locatoritem_max_address (const LocatorItem *item)
{
  uintptr_t base;
  uint32_t size;

  if (item == NULL)
    return 0;
  base = item_base (item);
  size = item_size (item);
  return size <= SIZE_MAX - base ? base + size : SIZE_MAX;
}

bool
locatoritem_is_allocated (const LocatorItem *item)
{
  return item != NULL && item_base (item) != 0;
}

bool
locatoritem_is_taken (const LocatorItem *item)
{
  return item != NULL && item_is_taken (item);
}

bool
locatoritem_try_lock (LocatorItem *item)
{
  uint64_t taking;

  if (item == NULL || !item_try_take (item))
    return false;
  if (held_add (item, NULL, &taking) == LAC_OK)
    return true;
  held_put (item, HELD_ANY, 0, 0);
  return false;
}

void
locatoritem_lock (LocatorItem *item)
{
  if (item == NULL)
    return;
  /* At first it is a matter of moments; who has it for longer is not asked all the time. */
  for (unsigned n_pauses = 0; !locatoritem_try_lock (item); n_pauses++)
    lac_thread_pause (n_pauses < 64 ? 0 : 50);
}

void
locatoritem_unlock (LocatorItem *item)
{
  if (item != NULL)
    held_put (item, HELD_ANY, 0, 0);
}

void
free_locator_item (LocatorItem *item)
{
  if (item != NULL)
    held_put (item, HELD_MINE, 0, 0);
}

bool
locatoritem_can_use (const LocatorItem *item,
                     uint32_t           size,
                     size_t             min_address,
                     size_t             max_address)
{
  uintptr_t base;
  uint32_t position;

  if (!locatoritem_is_allocated (item) || locatoritem_bytes_left (item) < size)
    return false;
  base = item_base (item);
  position = item_position (item);
  return position <= item_size (item) && position <= SIZE_MAX - base && base + position >= min_address
         && locatoritem_max_address (item) <= max_address;
}

size_t
locatoritem_append_bytes (LocatorItem   *item,
                          const uint8_t *data,
                          size_t         data_len)
{
  uintptr_t base;
  uint32_t size, position;

  if (!locatoritem_is_allocated (item) || (data == NULL && data_len > 0))
    return 0;
  base = item_base (item);
  size = item_size (item);
  position = item_position (item);
  if (position > size || data_len > size - position || size > SIZE_MAX - base)
    return 0;
  if (data_len > 0)
    memcpy ((void *) (base + position), data, data_len);
  /* The bytes are there before it says so. */
  __atomic_store_n (&item->position, position + (uint32_t) data_len, __ATOMIC_RELEASE);
  return base + position;
}
