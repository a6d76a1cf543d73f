/* Tables: what is believed of them, and how they grow. See locator-private.h.
 *
 * A table that somebody else made is believed to be one when it lies in mapped memory, is of a version
 * that we know and was not met before in the chain; an item, when the process has private memory there
 * that can be read, written and run, as every shared buffer can, and none of it is in another item that is
 * believed. Both are asked once, when a table or
 * an item is met for the first time: what we make ourselves is known to be right. A chain that leads
 * nowhere is left as it is, and what we add from then on is ours alone.
 *
 * SPDX-License-Identifier: MIT
 */
#include "locator-private.h"

#include "os/os.h"
#include "os/trust.h"

#include <stddef.h>

#define CACHE_LINE 64

/* How often a lock is tried before its holder is given the processor. */
#define SPINS 200

/* The layout promises a multiple of 4, but every table that is believed lies at one of a pointer. */
static uintptr_t *
next_of (struct lac_table *table)
{
  return (uintptr_t *) (void *) ((char *) table + offsetof (struct lac_table, next_locator));
}

static uintptr_t
read_next (struct lac_table *table)
{
  return __atomic_load_n (next_of (table), __ATOMIC_ACQUIRE);
}

/* Where the chain goes on after @known. */
static uintptr_t
read_address_after (struct lac_known *known)
{
  uintptr_t address = read_next (known->table);

  return address != 0 ? address : atomic_load_explicit (&known->pending, memory_order_relaxed);
}

void
lac_known_number (const struct lac_state *state,
                  struct lac_known       *known,
                  uint64_t                generation)
{
  if (state->compare_process)
    for (unsigned i = 0; i < lac_table_capacity; i++)
      atomic_store_explicit (&known->records[i].taking,
                             LAC_TAKING_COMPARE | generation << LAC_TAKING_GENERATION_SHIFT,
                             memory_order_relaxed);
}

static struct lac_known *
make_known (const struct lac_state *state,
            struct lac_table       *table)
{
  struct lac_known *known;
  void *memory;
  bool wiped;

  if (lac_state_memory (sizeof *known, &memory, &wiped) != LAC_OK)
    return NULL;
  known = memory;
  known->table = table;
  lac_known_number (state, known, atomic_load_explicit (&state->generation, memory_order_relaxed));
  return known;
}

static bool
is_known (struct lac_state *state,
          uintptr_t         address)
{
  for (struct lac_known *known = atomic_load_explicit (&state->first, memory_order_acquire);
       known != NULL; known = atomic_load_explicit (&known->next, memory_order_acquire))
    if ((uintptr_t) known->table == address)
      return true;
  return false;
}

/* Whether a table that the chain may go on with lies at @address: LAC_E_NOT_OURS when there is none, another
 * error when that can't be told now. */
static enum lac_status
check_table (struct lac_state *state,
             uintptr_t         address)
{
  enum lac_status status;

  if (address % sizeof (uintptr_t) != 0 || is_known (state, address))
    return LAC_E_NOT_OURS;
  status = lac_os_check_anonymous (address, LAC_TABLE_SIZE, LAC_PROTECTION_READ | LAC_PROTECTION_WRITE);
  if (status == LAC_OK
      && (((struct lac_table *) address)->flags & LAC_TABLE_VERSION_MASK) != LAC_TABLE_VERSION)
    return LAC_E_NOT_OURS;
  return status;
}

struct lac_known *
lac_known_next (struct lac_state *state,
                struct lac_known *known)
{
  struct lac_known *next = atomic_load_explicit (&known->next, memory_order_acquire);
  uintptr_t address;

  if (next != NULL)
    return next;
  address = read_address_after (known);
  if (address == 0 || address == atomic_load_explicit (&known->bad_next, memory_order_relaxed))
    return NULL;

  lac_lock_acquire (&state->growing);
  next = atomic_load_explicit (&known->next, memory_order_acquire);
  if (next == NULL)
    {
      enum lac_status status = check_table (state, address);

      if (status == LAC_OK)
        next = make_known (state, (struct lac_table *) address);
      if (next != NULL)
        atomic_store_explicit (&known->next, next, memory_order_release);
      else if (status == LAC_E_NOT_OURS)
        atomic_store_explicit (&known->bad_next, address, memory_order_relaxed);
    }
  lac_lock_release (&state->growing);
  return next;
}

/* Whether some of the bytes are in another item that is trusted: to give both away would give the same bytes
 * to two. */
static bool
is_in_another (struct lac_state        *state,
               const struct lac_record *record,
               uintptr_t                base,
               uint32_t                 size)
{
  for (struct lac_known *known = atomic_load_explicit (&state->first, memory_order_acquire);
       known != NULL; known = atomic_load_explicit (&known->next, memory_order_acquire))
    for (unsigned i = 0; i < lac_table_capacity; i++)
      {
        const struct lac_record *other = &known->records[i];
        uintptr_t other_base;

        if (other == record
            || atomic_load_explicit (&other->trust, memory_order_acquire) != LAC_TRUST_GOOD)
          continue;
        other_base = atomic_load_explicit (&other->base, memory_order_relaxed);
        if (base < other_base + atomic_load_explicit (&other->size, memory_order_relaxed)
            && other_base < base + size)
          return true;
      }
  return false;
}

bool
lac_known_trust (struct lac_state *state,
                 struct lac_known *known,
                 unsigned          index)
{
  struct lac_record *record = &known->records[index];
  struct lac_item *item = &known->table->items[index];
  uintptr_t base = lac_item_base (item);
  uint32_t size = lac_item_size (item);
  enum lac_status status;

  if (atomic_load_explicit (&record->trust, memory_order_acquire) != LAC_TRUST_NONE
      && atomic_load_explicit (&record->base, memory_order_relaxed) == base
      && atomic_load_explicit (&record->size, memory_order_relaxed) == size)
    return atomic_load_explicit (&record->trust, memory_order_relaxed) == LAC_TRUST_GOOD;
  /* One of our own is what it was when it was made. */
  if ((record->flags & LAC_BUFFER_WRITE_XOR_EXECUTE) != 0)
    return false;

  status = LAC_E_NOT_OURS;
  if (size != 0 && size <= UINTPTR_MAX - base)
    status = lac_os_check_anonymous (base, size,
                                     LAC_PROTECTION_READ | LAC_PROTECTION_WRITE
                                         | LAC_PROTECTION_EXECUTE);
  /* What can't be told now is asked again. */
  if (status != LAC_OK && status != LAC_E_NOT_OURS)
    return false;
  /* One at a time, so that of two items over the same bytes one sees the other. */
  lac_lock_acquire (&state->growing);
  if (status == LAC_OK && is_in_another (state, record, base, size))
    status = LAC_E_NOT_OURS;
  if (record->writable != (uint8_t *) base)
    {
      record->writable = (uint8_t *) base;
      record->ready = UINT32_MAX;
    }
  atomic_store_explicit (&record->base, base, memory_order_relaxed);
  atomic_store_explicit (&record->size, size, memory_order_relaxed);
  if (lac_record_item (record) != item)
    atomic_store_explicit (&record->item, item, memory_order_release);
  atomic_store_explicit (&record->trust, status == LAC_OK ? LAC_TRUST_GOOD : LAC_TRUST_BAD,
                         memory_order_release);
  lac_lock_release (&state->growing);
  return status == LAC_OK;
}

bool
lac_known_is_crowded (const struct lac_known *known,
                      unsigned                index,
                      int32_t                 thread)
{
  const struct lac_item *items = known->table->items;
  uintptr_t first = (uintptr_t) &items[index] / CACHE_LINE;
  uintptr_t last = ((uintptr_t) &items[index] + sizeof *items - 1) / CACHE_LINE;
  unsigned reach = CACHE_LINE / sizeof *items + 1;
  unsigned from = index > reach ? index - reach : 0;

  for (unsigned i = from; i <= index + reach && i < lac_table_capacity; i++)
    {
      int32_t holder = atomic_load_explicit (&known->records[i].holder, memory_order_relaxed);

      if (holder != 0 && holder != thread
          && ((uintptr_t) &items[i] + sizeof *items - 1) / CACHE_LINE >= first
          && (uintptr_t) &items[i] / CACHE_LINE <= last)
        return true;
    }
  return false;
}

static enum lac_status
lock_table (struct lac_known *known)
{
  uint64_t start = 0;

  for (unsigned i = 0;; i++)
    {
      int32_t expected = 0;

      if (__atomic_compare_exchange_n (&known->table->is_locked, &expected, 1, false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        {
          atomic_store_explicit (&known->lock_holder, lac_thread_id (), memory_order_relaxed);
          return LAC_OK;
        }
      if (i < SPINS)
        continue;
      if (start == 0)
        start = lac_clock_milliseconds () + 1;
      else if (lac_clock_milliseconds () + 1 - start > lac_locator_patience ())
        return LAC_E_BUSY;
      lac_thread_pause (i < 2 * SPINS ? 0 : 200);
    }
}

static void
unlock_table (struct lac_known *known)
{
  atomic_store_explicit (&known->lock_holder, 0, memory_order_relaxed);
  __atomic_store_n (&known->table->is_locked, 0, __ATOMIC_RELEASE);
}

/* Adds a table after @known, which is locked and the last one. */
static enum lac_status
add_table (struct lac_state             *state,
           _Atomic (struct lac_known *) *list,
           struct lac_known             *known,
           struct lac_known            **out_known)
{
  uint64_t page_size = state->page_size;
  uint64_t size = (LAC_TABLE_SIZE + page_size - 1) & ~(page_size - 1);
  uint64_t address;
  struct lac_table *table;
  struct lac_known *next;
  enum lac_status status;

  status = lac_os_allocate_anywhere (size, LAC_PROTECTION_READ | LAC_PROTECTION_WRITE, &address, NULL);
  if (status != LAC_OK)
    return LAC_E_NO_MEMORY;
  table = (struct lac_table *) (uintptr_t) address;
  table->this_address = (uintptr_t) address;
  next = make_known (state, table);
  if (next == NULL)
    {
      lac_os_free (address, size, NULL);
      return LAC_E_NO_MEMORY;
    }

  lac_lock_acquire (&state->growing);
  if (known == NULL)
    atomic_store_explicit (list, next, memory_order_release);
  else
    {
      uintptr_t after = read_address_after (known);

      /* What can't be asked now is behind the new table. */
      if (after != atomic_load_explicit (&known->bad_next, memory_order_relaxed))
        atomic_store_explicit (&next->pending, after, memory_order_relaxed);
      atomic_store_explicit (&known->next, next, memory_order_release);
      /* A chain that leads nowhere stays so. */
      if (read_next (known->table) == 0)
        __atomic_store_n (next_of (known->table), (uintptr_t) table, __ATOMIC_RELEASE);
    }
  lac_lock_release (&state->growing);
  *out_known = next;
  return LAC_OK;
}

static struct lac_record *
enter_item (struct lac_known *known,
            unsigned          index,
            uintptr_t         base,
            uint32_t          size,
            uint8_t          *writable,
            uint32_t          flags,
            bool              taken,
            bool              grown)
{
  struct lac_item *item = &known->table->items[index];
  struct lac_record *record = &known->records[index];

  item->base = base;
  item->size = size;
  __atomic_store_n (&item->position, 0, __ATOMIC_RELAXED);
  __atomic_store_n (&item->is_taken, taken, __ATOMIC_RELAXED);
  record->writable = writable;
  record->flags = flags;
  record->ready = grown ? 0 : UINT32_MAX;
  atomic_store_explicit (&record->base, base, memory_order_relaxed);
  atomic_store_explicit (&record->size, size, memory_order_relaxed);
  atomic_store_explicit (&record->holder, taken ? lac_thread_id () : 0, memory_order_relaxed);
  atomic_store_explicit (&record->item, item, memory_order_release);
  atomic_store_explicit (&record->trust, LAC_TRUST_GOOD, memory_order_release);
  /* Whoever sees the number sees the item. */
  __atomic_store_n (&known->table->item_count, (uint8_t) (index + 1), __ATOMIC_RELEASE);
  return record;
}

static struct lac_record *
enter_items (struct lac_known            *known,
             unsigned                     index,
             const struct lac_new_buffer *buffer)
{
  int32_t thread = lac_thread_id ();
  uint32_t used = 0;

  while (used < buffer->spare && index + 1 < lac_table_capacity
         && lac_known_is_crowded (known, index, thread))
    {
      enter_item (known, index, buffer->base + used, buffer->page_size, buffer->writable + used,
                  buffer->flags, false, false);
      used += buffer->page_size;
      index++;
    }
  return enter_item (known, index, buffer->base + used, buffer->size - used, buffer->writable + used,
                     buffer->flags, true, buffer->grown);
}

enum lac_status
lac_locator_enter (struct lac_state             *state,
                   _Atomic (struct lac_known *) *list,
                   const struct lac_new_buffer  *buffer,
                   struct lac_record           **out_record)
{
  struct lac_known *known = atomic_load_explicit (list, memory_order_acquire);
  enum lac_status status;

  for (;;)
    {
      struct lac_known *next = NULL;
      unsigned count;

      while (known != NULL && (next = lac_known_next (state, known)) != NULL)
        known = next;
      if (known == NULL)
        {
          /* Only the list that is ours alone begins empty. */
          lac_lock_acquire (&state->opening);
          known = atomic_load_explicit (list, memory_order_acquire);
          status = known != NULL ? LAC_OK : add_table (state, list, NULL, &known);
          lac_lock_release (&state->opening);
          if (status != LAC_OK)
            return status;
        }

      status = lock_table (known);
      if (status != LAC_OK)
        return status;
      count = lac_known_count (known);
      if (count < lac_table_capacity)
        {
          *out_record = enter_items (known, count, buffer);
          unlock_table (known);
          return LAC_OK;
        }
      /* Others may have added one while the lock was waited for. */
      next = lac_known_next (state, known);
      if (next == NULL)
        status = add_table (state, list, known, &next);
      unlock_table (known);
      if (status != LAC_OK)
        return status;
      known = next;
    }
}
