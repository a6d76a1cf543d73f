/* What finding a buffer is made of, shared by the files that do it: what a request needs, whether a buffer has
 * it, and taking one.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "locator-private.h"

struct lac_request
{
  uintptr_t start;
  uintptr_t end;
  uint32_t size;
  uintptr_t mask;
};

/* Why a buffer was not taken. */
enum lac_outcome
{
  LAC_OUTCOME_TAKEN,
  LAC_OUTCOME_UNFIT,
  LAC_OUTCOME_TOO_SMALL,
  LAC_OUTCOME_OTHERS,
};

/* Where the next bytes would lie, as a position; UINT32_MAX when they have no room. */
static __attribute__ ((always_inline)) inline uint32_t
lac_request_find_room (const struct lac_request *request,
                       uintptr_t                 base,
                       uint32_t                  size,
                       uint32_t                  position)
{
  uint32_t room = size - position;
  uintptr_t skip = -(base + position) & request->mask;

  if (position > size || skip > room || request->size > room - (uint32_t) skip)
    return UINT32_MAX;
  return position + (uint32_t) skip;
}

static __attribute__ ((always_inline)) inline bool
lac_request_is_inside (const struct lac_request *request,
                       uintptr_t                 base,
                       uint32_t                  size)
{
  return base >= request->start && base <= request->end && size <= request->end - base;
}

/* Fills in the handle; who has the buffer is not noted yet. */
static __attribute__ ((always_inline)) inline void
lac_record_begin_inline (struct lac_record *record,
                         uint32_t           old_position,
                         uint32_t           position,
                         struct lac_buffer *out_buffer)
{
  struct lac_item *item = lac_record_item (record);
  /* Others may have put back what we had taken; then it is odd still. */
  uint64_t taking = (atomic_load_explicit (&record->taking, memory_order_relaxed) + 1) | 1;

  if (position != old_position)
    __atomic_store_n (&item->position, position, __ATOMIC_RELEASE);
  atomic_store_explicit (&record->taking, taking, memory_order_relaxed);
  /* One by one: a whole structure at once becomes a string instruction, which takes longer than all the
   * rest. */
  out_buffer->address = atomic_load_explicit (&record->base, memory_order_relaxed);
  out_buffer->size = atomic_load_explicit (&record->size, memory_order_relaxed);
  out_buffer->position = position;
  out_buffer->begun = position;
  out_buffer->flags = record->flags;
  out_buffer->created = false;
  out_buffer->item = item;
  /* Neither joined with its neighbour: half of a wide store is slow to read back, and lac_buffer_put()
   * may come next. */
  atomic_signal_fence (memory_order_seq_cst);
  out_buffer->state = record;
  atomic_signal_fence (memory_order_seq_cst);
  out_buffer->taking = taking;
}

static inline void
lac_record_set_holder (struct lac_record *record,
                       int32_t            thread)
{
  if (atomic_load_explicit (&record->holder, memory_order_relaxed) != thread)
    atomic_store_explicit (&record->holder, thread, memory_order_relaxed);
}

/* Takes a buffer that was trusted before, if it will do. */
static __attribute__ ((always_inline)) inline enum lac_outcome
lac_record_try (struct lac_record        *record,
                const struct lac_request *request,
                int32_t                   thread,
                struct lac_buffer        *out_buffer)
{
  struct lac_item *item = lac_record_item (record);
  uintptr_t base = atomic_load_explicit (&record->base, memory_order_relaxed);
  uint32_t size = atomic_load_explicit (&record->size, memory_order_relaxed);
  uint32_t old_position, position;

  if (!lac_request_is_inside (request, base, size))
    return LAC_OUTCOME_UNFIT;
  if (lac_request_find_room (request, base, size, lac_item_position (item)) == UINT32_MAX)
    return LAC_OUTCOME_TOO_SMALL;
  if (!lac_item_try_take (item))
    return LAC_OUTCOME_OTHERS;
  old_position = lac_item_position (item);
  position = lac_request_find_room (request, base, size, old_position);
  if (__builtin_expect (position == UINT32_MAX, 0))
    {
      lac_item_release (item);
      return LAC_OUTCOME_TOO_SMALL;
    }
  lac_record_begin_inline (record, old_position, position, out_buffer);
  lac_record_set_holder (record, thread);
  return LAC_OUTCOME_TAKEN;
}

/* buffer-search.c */

/* What a search of the tables found besides a buffer: how many would do but for being taken or beside
 * another thread's, and whose they are, a bit each. */
struct lac_search_result
{
  unsigned n_fit;
  uint64_t holders;
};

/* Takes the first buffer in @list that will do; with @alone, none that lies beside one of another thread's.
 * NULL when there is none. */
struct lac_record *lac_buffer_search (struct lac_state             *state,
                                      _Atomic (struct lac_known *) *list,
                                      const struct lac_request     *request,
                                      int32_t                       thread,
                                      bool                          alone,
                                      struct lac_search_result     *out_result,
                                      struct lac_buffer *out_buffer);
