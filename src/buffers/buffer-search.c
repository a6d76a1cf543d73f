/* Searching the tables for a buffer. See buffer-private.h.
 *
 * A table is passed over without a look at its items while none of them can have the room: what was seen in
 * a search that went through all of them holds as long as there are no more, since positions only grow.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffer-private.h"

/* Takes a buffer of @known. With @alone, none that lies beside one of another thread's. */
static struct lac_record *
search_table (struct lac_state         *state,
              struct lac_known         *known,
              const struct lac_request *request,
              int32_t                   thread,
              bool                      alone,
              struct lac_search_result *found,
              struct lac_buffer        *out_buffer)
{
  uint64_t before = atomic_load_explicit (&known->room, memory_order_acquire);
  unsigned count = lac_known_count (known);
  uint32_t most = 0;

  if (before >> 32 == count && (uint32_t) before < request->size)
    return NULL;
  for (unsigned i = 0; i < count; i++)
    {
      struct lac_item *item = &known->table->items[i];
      struct lac_record *record = &known->records[i];
      uint32_t size = lac_item_size (item);
      uint32_t position = lac_item_position (item);
      uintptr_t base;
      int32_t holder;

      if (position >= size)
        continue;
      if (size - position > most)
        most = size - position;
      base = lac_item_base (item);
      if (size - position < request->size || !lac_request_is_inside (request, base, size)
          || lac_known_is_bad (known, i)
          || lac_request_find_room (request, base, size, position) == UINT32_MAX)
        continue;

      holder = atomic_load_explicit (&record->holder, memory_order_relaxed);
      found->n_fit++;
      found->holders |= UINT64_C (1) << ((uint32_t) holder * UINT32_C (2654435769) >> 26);
      if (lac_item_is_taken (item) || (alone && lac_known_is_crowded (known, i, thread)))
        continue;
      if (atomic_load_explicit (&record->trust, memory_order_acquire) != LAC_TRUST_GOOD
          || atomic_load_explicit (&record->base, memory_order_relaxed) != base
          || atomic_load_explicit (&record->size, memory_order_relaxed) != size)
        {
          bool good;

          if (!lac_item_try_take (item))
            continue;
          good = lac_known_trust (state, known, i);
          lac_item_release (item);
          if (!good)
            continue;
        }
      if (lac_record_try (record, request, thread, out_buffer) == LAC_OUTCOME_TAKEN)
        return record;
    }
  /* When more were entered meanwhile, the number tells. */
  atomic_compare_exchange_strong_explicit (&known->room, &before, (uint64_t) count << 32 | most,
                                           memory_order_release, memory_order_relaxed);
  return NULL;
}

struct lac_record *
lac_buffer_search (struct lac_state             *state,
                   _Atomic (struct lac_known *) *list,
                   const struct lac_request     *request,
                   int32_t                       thread,
                   bool                          alone,
                   struct lac_search_result     *out_result,
                   struct lac_buffer            *out_buffer)
{
  *out_result = (struct lac_search_result){ 0 };
  for (struct lac_known *known = atomic_load_explicit (list, memory_order_acquire); known != NULL;
       known = lac_known_next (state, known))
    {
      struct lac_record *record = search_table (state, known, request, thread, alone,
                                                out_result, out_buffer);

      if (record != NULL)
        return record;
    }
  return NULL;
}
