/* Filling a buffer that was taken, and putting it back: see buffer.h.
 *
 * A write-xor-execute buffer is one piece of memory at two addresses: at its place it can be read and
 * run, and this copy of the library writes it elsewhere. Changing the protection for each append would
 * be simpler, but meanwhile other threads could not run what was appended before.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffer.h"

#include "locator-private.h"
#include "os/os.h"

#include <string.h>

/* Without wiped memory a child finds its parent's records as they were. */
static __attribute__ ((noinline)) bool
is_taking_of_parent (uint64_t taking)
{
  struct lac_state *state = lac_state_ready ();

  return state == NULL
         || (taking & ~LAC_TAKING_COMPARE) >> LAC_TAKING_GENERATION_SHIFT
                != atomic_load_explicit (&state->generation, memory_order_relaxed);
}

/* The record of a handle that is still good; NULL when it was put back. */
static inline struct lac_record *
get_record (const struct lac_buffer *buffer)
{
  struct lac_record *record = buffer->state;

  if (record == NULL
      || atomic_load_explicit (&record->taking, memory_order_relaxed) != buffer->taking)
    return NULL;
  if (__builtin_expect ((buffer->taking & LAC_TAKING_COMPARE) != 0, 0)
      && is_taking_of_parent (buffer->taking))
    return NULL;
  return record;
}

/* Of a buffer that was made large since the one before was filled it is likely that it will be filled too:
 * then its pages are had many at once, which costs less than half of one after another. What of them is never
 * used is no more than what was used before, large pages included. */
#define READY_AHEAD (UINT32_C (1) << 17)

static __attribute__ ((noinline)) void
make_ready (struct lac_record *record,
            uint64_t           end)
{
  uint32_t size = atomic_load_explicit (&record->size, memory_order_relaxed);
  uint64_t mask = lac_os_page_size () - 1;
  uint64_t ahead = size / 4 < READY_AHEAD ? size / 4 : READY_AHEAD;
  uint64_t ready = (end + ahead + mask) & ~mask;

  if (ready > size)
    ready = size;
  if (record->ready == 0)
    lac_os_prefer_large_pages ((uintptr_t) record->writable, size);
  if (lac_os_touch ((uintptr_t) record->writable + record->ready, ready - record->ready))
    record->ready = ready < size ? (uint32_t) ready : UINT32_MAX;
  else
    record->ready = UINT32_MAX;
}

enum lac_status
lac_buffer_append (struct lac_buffer *buffer,
                   const void        *bytes,
                   size_t             size,
                   void             **out_address)
{
  struct lac_record *record = get_record (buffer);
  uint32_t position;

  if (record == NULL)
    return LAC_E_NOT_TAKEN;
  position = lac_item_position (lac_record_item (record));
  if (position > buffer->size || size > buffer->size - position)
    return LAC_E_FULL;
  if (__builtin_expect (position + size > record->ready, 0))
    make_ready (record, position + size);
  if (size > 0)
    memcpy (record->writable + position, bytes, size);
  __atomic_store_n (&lac_record_item (record)->position, position + (uint32_t) size, __ATOMIC_RELEASE);
  buffer->position = position + (uint32_t) size;
  if (out_address != NULL)
    *out_address = (void *) (buffer->address + position);
  return LAC_OK;
}

enum lac_status
lac_buffer_reserve (struct lac_buffer *buffer,
                    size_t             size,
                    size_t             alignment,
                    void             **out_address)
{
  struct lac_record *record = get_record (buffer);
  uint32_t position, room;
  uintptr_t skip;

  if (record == NULL)
    return LAC_E_NOT_TAKEN;
  if (!lac_is_power_of_two (alignment))
    return LAC_E_INVALID;
  position = lac_item_position (lac_record_item (record));
  if (position > buffer->size)
    return LAC_E_FULL;
  room = buffer->size - position;
  skip = -(buffer->address + position) & (alignment - 1);
  if (skip > room || size > room - skip)
    return LAC_E_FULL;
  position += (uint32_t) skip;
  __atomic_store_n (&lac_record_item (record)->position, position + (uint32_t) size, __ATOMIC_RELEASE);
  buffer->position = position + (uint32_t) size;
  *out_address = (void *) (buffer->address + position);
  return LAC_OK;
}

enum lac_status
lac_buffer_write (struct lac_buffer *buffer,
                  void              *address,
                  const void        *bytes,
                  size_t             size)
{
  struct lac_record *record = get_record (buffer);
  uintptr_t offset;
  uint32_t position;

  if (record == NULL)
    return LAC_E_NOT_TAKEN;
  position = lac_item_position (lac_record_item (record));
  offset = (uintptr_t) address - buffer->address;
  if (position > buffer->size
      || offset < buffer->begun || offset > position || size > position - offset)
    return LAC_E_INVALID;
  if (size > 0)
    memcpy (record->writable + offset, bytes, size);
  return LAC_OK;
}

/* Makes what was appended safe to run, where the processor does not see to that by itself. */
static inline void
end_writing (const struct lac_buffer *buffer,
             const struct lac_record *record)
{
#if !defined(__x86_64__) && !defined(__i386__)
  uint32_t position = lac_item_position (lac_record_item (record));

  if (position > buffer->begun && position <= buffer->size)
    lac_os_clear_instruction_cache ((void *) (buffer->address + buffer->begun),
                                    (void *) (buffer->address + position));
#endif
}

static inline void
release (struct lac_buffer       *buffer,
         const struct lac_record *record)
{
  end_writing (buffer, record);
  lac_item_release (buffer->item);
  *buffer = (struct lac_buffer){ 0 };
}

/* Of several who put back copies of a handle at once one succeeds, or else the others would unlock whoever
 * takes the buffer in between. */
static __attribute__ ((noinline)) enum lac_status
put_among_threads (struct lac_buffer *buffer,
                   struct lac_record *record,
                   uint64_t           taking)
{
  if ((taking & LAC_TAKING_COMPARE) != 0 && is_taking_of_parent (taking))
    return LAC_E_NOT_TAKEN;
  if (!atomic_compare_exchange_strong_explicit (&record->taking, &taking, taking + 1,
                                                memory_order_relaxed, memory_order_relaxed))
    return LAC_E_NOT_TAKEN;
  release (buffer, record);
  return LAC_OK;
}

enum lac_status
lac_buffer_put (struct lac_buffer *buffer)
{
  struct lac_record *record = buffer->state;
  uint64_t taking = buffer->taking;

  if (record == NULL || atomic_load_explicit (&record->taking, memory_order_relaxed) != taking)
    return LAC_E_NOT_TAKEN;
  /* A second compare-and-swap is as much as all the rest of putting back; who is alone does without. */
  if (__builtin_expect (*lac_os_single_threaded == 0 || (taking & LAC_TAKING_COMPARE) != 0, 0))
    return put_among_threads (buffer, record, taking);
  atomic_store_explicit (&record->taking, taking + 1, memory_order_relaxed);
  release (buffer, record);
  return LAC_OK;
}
