/* What this copy of the library knows of its process's locator.
 *
 * The tables are shared with code that we know nothing of, so nothing of ours is kept in them. Beside
 * each table that was met lies a struct lac_known with a record for each of its items: whether the item
 * was looked at and found to be memory, who of us has it, and which taking that is. A handle names a
 * record and a taking; a taking is never given twice, so what a handle says is checked by one
 * comparison.
 *
 * All of this lies in memory that a child made by fork(2) finds wiped: then there is no locator, no
 * record has a taking, and every handle of the parent is void, at no cost to anyone. Where the system
 * has no such memory the PID is compared.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "buffer.h"
#include "layout.h"
#include "locator.h"
#include "os/thread.h"

#include <stdatomic.h>

enum lac_trust
{
  /* Not looked at yet. */
  LAC_TRUST_NONE,
  LAC_TRUST_GOOD,
  /* What it claims is not memory that a buffer may lie in. */
  LAC_TRUST_BAD,
};

/* An item, as we know it: a cache line each, so that threads with different buffers don't meet. What is
 * not atomic is written by who has the item, and before it is trusted. */
struct lac_record
{
  /* The number of the taking that is on, which is odd; even after it was put back, and while somebody has
   * it who knows nothing of this. */
  _Alignas (64) _Atomic uint64_t taking;
  /* Set after all else that is looked at before it is taken; NULL where memory was wiped. */
  _Atomic (struct lac_item *) item;
  /* Where the bytes are written; the same as @base, but for write-xor-execute. */
  uint8_t *writable;
  /* What was looked at; what the item says later does not matter. */
  _Atomic uintptr_t base;
  _Atomic uint32_t size;
  _Atomic uint32_t trust;
  /* The thread that has it, or had it last. */
  _Atomic int32_t holder;
  uint32_t flags;
  /* Up to where its pages are known to be there; UINT32_MAX when they come as they are touched. */
  uint32_t ready;
};

_Static_assert (sizeof (struct lac_record) == 64, "a record is a cache line");

struct lac_known
{
  struct lac_table *table;
  /* The next table that we know. */
  _Atomic (struct lac_known *) next;
  /* How many items were looked at, above 32 bits of the most room in any of them. Positions only grow,
   * so while the number of items is the same, there is no more room than that. */
  _Atomic uint64_t room;
  /* What next_locator held when it was found to lead nowhere. */
  _Atomic uintptr_t bad_next;
  /* Where the chain before this table, which is ours alone, goes on: it could not be asked when the table was
   * added. 0 for nowhere. */
  _Atomic uintptr_t pending;
  /* The thread of ours that has the table's lock; 0 for none. */
  _Atomic int32_t lock_holder;
  struct lac_record records[lac_table_capacity];
};

struct lac_state
{
  /* Not 0 once there is a locator: which one, counted along the line of forks. */
  _Atomic uint64_t generation;
  uint64_t page_size;
  /* The locator's tables, and those of write-xor-execute buffers, which nobody else sees. */
  _Atomic (struct lac_known *) first;
  _Atomic (struct lac_known *) own;
  /* There is no memory that is wiped on fork: then this is compared. */
  bool compare_process;
  int32_t process;
  atomic_bool clean_soon;
  /* … and right after the first buffer was made. */
  bool clean_now;
  struct lac_lock opening;
  struct lac_lock growing;
  struct lac_locator_facts facts;
};

/* locator.c */

extern _Atomic (struct lac_state *) lac_the_state;

bool lac_state_is_of_parent (const struct lac_state *state);

/* The state when there is a locator; NULL when not, or when it is the parent's. */
static inline struct lac_state *
lac_state_ready (void)
{
  struct lac_state *state = atomic_load_explicit (&lac_the_state, memory_order_acquire);

  if (state == NULL || atomic_load_explicit (&state->generation, memory_order_acquire) == 0)
    return NULL;
  if (__builtin_expect (state->compare_process, 0) && lac_state_is_of_parent (state))
    return NULL;
  return state;
}

/* The same, and finds the locator, or with @make makes it, when there is none yet. LAC_E_NOT_FOUND
 * without one. */
enum lac_status lac_state_open (bool               make,
                                struct lac_state **out_state);

/* Removes what others left behind, if that is due: called when a buffer was looked for. When it is the @first
 * one, time matters, and seldom more is done than to see that there is nothing to do. */
void lac_state_clean (struct lac_state *state,
                      bool              first);

/* Memory for what must not outlive a fork: zeroed. */
enum lac_status lac_state_memory (size_t size,
                                  void **out_address,
                                  bool  *out_wiped);

/* For tests: does without memory that is wiped on fork. Before the first call. */
void lac_state_forbid_wiping (bool forbid);

/* How long a lock is waited for, in milliseconds. */
unsigned lac_locator_patience (void);

/* In a process that can't be told otherwise from its ancestors takings have this bit, and here the
 * generation. */
#define LAC_TAKING_COMPARE (UINT64_C (1) << 63)
#define LAC_TAKING_GENERATION_SHIFT 40

/* locator-table.c */

/* The table after @known, which may have been added by others since; NULL when there is none. */
struct lac_known *lac_known_next (struct lac_state *state,
                                  struct lac_known *known);

/* Makes the takings of its records such that they tell this process from its ancestors, where nothing
 * else does. */
void lac_known_number (const struct lac_state *state,
                       struct lac_known       *known,
                       uint64_t                generation);

/* How many items it has. */
static inline unsigned
lac_known_count (const struct lac_known *known)
{
  unsigned count = __atomic_load_n (&known->table->item_count, __ATOMIC_ACQUIRE);

  return count < lac_table_capacity ? count : lac_table_capacity;
}

static inline struct lac_item *
lac_record_item (const struct lac_record *record)
{
  return atomic_load_explicit (&record->item, memory_order_relaxed);
}

/* An item's numbers as they are now: others may change them at any time. */
static inline uintptr_t
lac_item_base (const struct lac_item *item)
{
  uint32_t halves[sizeof (uintptr_t) / 4];
  uintptr_t base;

  for (unsigned i = 0; i < sizeof (uintptr_t) / 4; i++)
    halves[i] = __atomic_load_n ((const uint32_t *) (const void *) item + i, __ATOMIC_RELAXED);
  __builtin_memcpy (&base, halves, sizeof base);
  return base;
}

static inline uint32_t
lac_item_size (const struct lac_item *item)
{
  return __atomic_load_n (&item->size, __ATOMIC_RELAXED);
}

static inline uint32_t
lac_item_position (const struct lac_item *item)
{
  return __atomic_load_n (&item->position, __ATOMIC_ACQUIRE);
}

static inline bool
lac_item_is_taken (const struct lac_item *item)
{
  return __atomic_load_n (&item->is_taken, __ATOMIC_RELAXED) != 0;
}

static inline bool
lac_item_try_take (struct lac_item *item)
{
  int32_t expected = 0;

  return __atomic_compare_exchange_n (&item->is_taken, &expected, 1, false, __ATOMIC_ACQUIRE,
                                      __ATOMIC_RELAXED);
}

static inline void
lac_item_release (struct lac_item *item)
{
  __atomic_store_n (&item->is_taken, 0, __ATOMIC_RELEASE);
}

/* Whether the item @index, which is taken by the caller, is memory as it says, and no other's that is
 * trusted; its record is right then. O(buffers) when it is looked at for the first time. */
bool lac_known_trust (struct lac_state *state,
                      struct lac_known *known,
                      unsigned          index);

/* Whether the item was looked at before and is as bad as then. */
static inline bool
lac_known_is_bad (const struct lac_known *known,
                  unsigned                index)
{
  const struct lac_record *record = &known->records[index];
  const struct lac_item *item = &known->table->items[index];

  return atomic_load_explicit (&record->trust, memory_order_acquire) == LAC_TRUST_BAD
         && atomic_load_explicit (&record->base, memory_order_relaxed) == lac_item_base (item)
         && atomic_load_explicit (&record->size, memory_order_relaxed) == lac_item_size (item);
}

/* Whether another thread of ours had an item on the same cache lines, or this very one, last. */
bool lac_known_is_crowded (const struct lac_known *known,
                           unsigned                index,
                           int32_t                 thread);

/**
 * lac_new_buffer:
 * @base: the memory
 * @size: its bytes
 * @writable: where it is written
 * @flags: enum lac_buffer_flags values
 * @spare: bytes at its front that may become buffers of their own, to keep the rest off a cache line of
 *   the table that other threads use; a multiple of @page_size
 * @page_size: bytes of such a buffer
 * @placed: placement knows of the memory
 * @grown: it is larger than asked for, because the one before was filled
 *
 * A buffer that is to be entered.
 */
struct lac_new_buffer
{
  uintptr_t base;
  uint32_t size;
  uint8_t *writable;
  uint32_t flags;
  uint32_t spare;
  uint32_t page_size;
  bool placed;
  bool grown;
};

/* Enters a buffer, taken, into the last table of @list (&state->first or &state->own), which grows when
 * that is full. LAC_E_BUSY when the table stays locked, LAC_E_NO_MEMORY. */
enum lac_status lac_locator_enter (struct lac_state             *state,
                                   _Atomic (struct lac_known *) *list,
                                   const struct lac_new_buffer  *buffer,
                                   struct lac_record           **out_record);

/* buffer.c */

/* Fills in the handle of a buffer that was just taken, whose position is to be @position. */
void lac_record_begin (struct lac_record *record,
                       uint32_t           position,
                       struct lac_buffer *out_buffer);
