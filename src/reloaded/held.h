/* Which items were taken through this library, and by whom.
 *
 * The interface names a buffer by its item alone, and an item is the same whoever has it. So that
 * what is put back twice does not put back somebody else's buffer, each taking is remembered here
 * until it ends, with its number.
 *
 * A child made by fork(2) has taken nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "buffers/buffer.h"
#include "reloaded/reloaded.h"

/* Remembers that the calling thread took @item, through @buffer, or directly when that is NULL. The
 * taking's number is never that of another one of this item. LAC_E_NO_MEMORY. */
enum lac_status held_add (LocatorItem             *item,
                          const struct lac_buffer *buffer,
                          uint64_t                *out_taking);

/* Which taking of @item is to end. */
enum held_which
{
  /* The one of that number; where there is no number, as HELD_MINE. */
  HELD_TAKING,
  /* The calling thread's, or that of a thread that has ended. */
  HELD_MINE,
  /* Whoever's it is, those too who took it elsewhere. */
  HELD_ANY,
};

/* Puts @item back, if it is taken in that way. @known: which bits of @taking's number are. */
void held_put (LocatorItem    *item,
               enum held_which which,
               uint64_t        taking,
               uint64_t        known);

/* Takes @item if it is free. */
bool item_try_take (LocatorItem *item);

/* The words of an item, which others may be changing. */

static inline uintptr_t
item_base (const LocatorItem *item)
{
  /* It need not lie at a multiple of its size, so it is read in halves; it is written once. */
  uint32_t halves[sizeof (uintptr_t) / sizeof (uint32_t)];
  const uint32_t *words = (const uint32_t *) (const void *) item;
  uintptr_t base;

  for (size_t i = 0; i < sizeof halves / sizeof *halves; i++)
    halves[i] = __atomic_load_n (&words[i], __ATOMIC_RELAXED);
  __builtin_memcpy (&base, halves, sizeof base);
  return base;
}

static inline uint32_t
item_size (const LocatorItem *item)
{
  return __atomic_load_n (&item->size, __ATOMIC_RELAXED);
}

static inline uint32_t
item_position (const LocatorItem *item)
{
  return __atomic_load_n (&item->position, __ATOMIC_ACQUIRE);
}

static inline bool
item_is_taken (const LocatorItem *item)
{
  return __atomic_load_n (&item->is_taken, __ATOMIC_ACQUIRE) != 0;
}
