/* Getting a buffer: see buffer.h, and locator-private.h for what is kept of them.
 *
 * The usual case is a thread that takes the buffer that it had before: it remembers a few, and one
 * compare-and-swap on the buffer's item makes it the owner. Only when none of them will do are the tables
 * searched.
 *
 * Nobody waits for a buffer that is taken; another one is used, or made. A thread that met others at
 * its buffer prefers from then on buffers whose items lie on cache lines of their own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffer-private.h"
#include "os/os.h"
#include "os/trust.h"

#include <string.h>

/* How many buffers a thread remembers: as many windows as it is likely to go to and fro between. */
#define N_HINTS 4

/* Small requests are those of at most a page; a buffer that is made for them, when the one before is
 * full, is twice as large as that, up to this. */
#define GROWTH_MAX (UINT32_C (1) << 21)

/* The largest ones lie such that they can be one large page. */
#define LARGE_PAGE (UINT64_C (1) << 21)

/* Pages in front of a buffer that may become buffers of their own, see lac_locator_enter(). */
#define SPARE_PAGES 3

/* What somebody wants who has no wish. */
static const struct lac_gap_query anything = {
  .max = LAC_ADDRESS_END,
  .within = LAC_WITHIN_DEFAULT,
  .size = LAC_TABLE_SIZE,
  .alignment = 1,
  .avoid = LAC_HAZARD_ALL,
  .order = LAC_ORDER_NEAREST,
};

/* What a thread remembers, of one generation of the locator. Only hints: everything is checked. */
struct hints
{
  uint64_t generation;
  struct lac_record *records[N_HINTS];
  int32_t thread;
  bool crowded;
};

/* A record of nothing. */
static struct lac_record no_record;

static _Thread_local struct hints hints __attribute__ ((tls_model ("initial-exec")));

/* The buffer that the thread had last. In a child made by fork(2) its record was wiped; where it would not
 * have been, it is none. */
static _Thread_local struct lac_record *last_record __attribute__ ((tls_model ("initial-exec")))
= &no_record;

static void
put_first (const struct lac_state *state,
           struct lac_record      *record,
           unsigned                place)
{
  for (; place > 0; place--)
    hints.records[place] = hints.records[place - 1];
  hints.records[0] = record;
  last_record = state->compare_process ? &no_record : record;
}

static void
remember (const struct lac_state *state,
          struct lac_record      *record)
{
  unsigned place = 0;

  while (place < N_HINTS - 1 && hints.records[place] != NULL && hints.records[place] != record)
    place++;
  put_first (state, record, place);
}

/* Whether the system will most likely choose a place that will do: it keeps off heap and stack by itself. */
static bool
is_anywhere_good (const struct lac_gap_query *query,
                  uint64_t                    page_size)
{
  return query->n_anchors == 0 && query->order == LAC_ORDER_NEAREST && query->alignment <= page_size
         && query->min < LAC_OS_HIGH && query->max >= UINTPTR_MAX >> (sizeof (void *) == 8 ? 18 : 1);
}

/* A place is looked for only when there are wishes that the system does not know of. */
static enum lac_status
take_place (const struct lac_gap_query  *query,
            uint64_t                     page_size,
            unsigned                     protection,
            struct lac_range            *out_range,
            bool                        *out_placed,
            struct lac_placement_report *out_report)
{
  uint64_t address;

  *out_placed = false;
  if (is_anywhere_good (query, page_size)
      && lac_os_allocate_anywhere (query->size, protection, &address, NULL) == LAC_OK)
    {
      *out_range = (struct lac_range){ address, address + query->size };
      if (out_range->start >= query->min && out_range->end <= query->max)
        {
          if (out_report != NULL)
            *out_report = (struct lac_placement_report){ .n_attempts = 1, .attempts = { { address } } };
          return LAC_OK;
        }
      lac_os_free (address, query->size, NULL);
    }
  *out_placed = true;
  return lac_placement_take (query, protection, out_range, out_report);
}

static void
give_place_back (struct lac_range range,
                 bool             placed)
{
  if (placed)
    lac_placement_give_back (range, NULL);
  else
    lac_os_free (range.start, lac_range_size (range), NULL);
}

static enum lac_status
place_memory (const struct lac_gap_query  *query,
              uint64_t                     size,
              unsigned                     flags,
              struct lac_new_buffer       *out_buffer,
              struct lac_placement_report *out_report)
{
  struct lac_gap_query larger = *query;
  unsigned protection = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE;
  struct lac_range range;
  enum lac_status status;
  void *writable;

  if ((flags & LAC_BUFFER_WRITE_XOR_EXECUTE) != 0)
    protection = LAC_PROTECTION_NONE;
  larger.size = size;
  if (out_buffer->grown && size == LARGE_PAGE && larger.alignment < LARGE_PAGE
      && !is_anywhere_good (query, out_buffer->page_size))
    larger.alignment = LARGE_PAGE;
  status = take_place (&larger, out_buffer->page_size, protection, &range, &out_buffer->placed, out_report);
  if (status != LAC_OK)
    return status;
  out_buffer->base = (uintptr_t) range.start;
  out_buffer->size = (uint32_t) size;
  out_buffer->writable = (uint8_t *) out_buffer->base;
  out_buffer->flags = flags & LAC_BUFFER_WRITE_XOR_EXECUTE;
  if (out_buffer->flags == 0)
    return LAC_OK;
  status = lac_os_map_twice ((void *) out_buffer->base, (size_t) size, &writable, NULL);
  if (status != LAC_OK)
    give_place_back (range, out_buffer->placed);
  else
    out_buffer->writable = writable;
  return status;
}

static void
give_back (const struct lac_new_buffer *buffer)
{
  if (buffer->flags != 0)
    lac_os_unmap_twice ((void *) buffer->base, buffer->size, buffer->writable);
  else
    give_place_back ((struct lac_range){ buffer->base, (uint64_t) buffer->base + buffer->size },
                     buffer->placed);
}

/* Makes a buffer and takes it. @filled: the size of the one that is full, 0 for none. */
static enum lac_status
make_buffer (struct lac_state            *state,
             const struct lac_gap_query  *query,
             unsigned                     flags,
             const struct lac_request    *request,
             uint32_t                     filled,
             bool                         alone,
             struct lac_record          **out_record,
             struct lac_placement_report *out_report)
{
  uint64_t page_size = state->page_size;
  uint64_t needed = (request->size + page_size - 1) & ~(page_size - 1);
  uint64_t size = needed;
  struct lac_new_buffer buffer = { .page_size = (uint32_t) page_size };
  enum lac_status status;

  if (needed > UINT32_MAX)
    return LAC_E_INVALID;
  if (needed == page_size && filled != 0)
    {
      size = filled < GROWTH_MAX / 2 ? (uint64_t) filled * 2 : GROWTH_MAX;
      size &= ~(page_size - 1);
      if (size < needed)
        size = needed;
      buffer.grown = size > needed;
    }
  if (alone && size + SPARE_PAGES * page_size <= UINT32_MAX)
    {
      buffer.spare = (uint32_t) (SPARE_PAGES * page_size);
      size += buffer.spare;
    }
  status = place_memory (query, size, flags, &buffer, out_report);
  if (status != LAC_OK && size > needed)
    {
      buffer.spare = 0;
      buffer.grown = false;
      status = place_memory (query, needed, flags, &buffer, out_report);
    }
  if (status != LAC_OK)
    return status;

  status = lac_locator_enter (state, buffer.flags != 0 ? &state->own : &state->first, &buffer,
                              out_record);
  if (status != LAC_OK)
    give_back (&buffer);
  return status;
}

static void
take_made (struct lac_record        *record,
           const struct lac_request *request,
           int32_t                   thread,
           struct lac_buffer        *out_buffer)
{
  uint32_t position = lac_request_find_room (
      request, atomic_load_explicit (&record->base, memory_order_relaxed),
      atomic_load_explicit (&record->size, memory_order_relaxed), 0);

  /* Its start is aligned as was asked, so that this is 0; but for a spare page in front of it. */
  lac_record_begin_inline (record, 0, position == UINT32_MAX ? 0 : position, out_buffer);
  lac_record_set_holder (record, thread);
  out_buffer->created = true;
}

/* Whatever the hints did not find. */
static __attribute__ ((noinline)) enum lac_status
get_slowly (const struct lac_gap_query  *query,
            unsigned                     flags,
            const struct lac_request    *request,
            uint32_t                     filled,
            bool                         met_others,
            struct lac_buffer           *out_buffer,
            struct lac_placement_report *out_report)
{
  _Atomic (struct lac_known *) *list;
  struct lac_record *record = NULL;
  struct lac_state *state;
  struct lac_search_result found;
  int32_t thread = lac_thread_id ();
  bool may_make = (flags & LAC_BUFFER_EXISTING) == 0;
  bool must_make = (flags & LAC_BUFFER_NEW) != 0;
  bool alone, second;
  uint64_t generation;
  enum lac_status status = lac_state_open (may_make, &state);

  if (status != LAC_OK)
    return status == LAC_E_NOT_FOUND ? LAC_E_NO_GAP : status;
  generation = atomic_load_explicit (&state->generation, memory_order_relaxed);
  if (hints.generation != generation)
    hints = (struct hints){ .generation = generation, .thread = thread };
  if (met_others)
    hints.crowded = true;
  alone = hints.crowded && !must_make;
  list = (flags & LAC_BUFFER_WRITE_XOR_EXECUTE) != 0 ? &state->own : &state->first;
  second = lac_known_count (atomic_load_explicit (&state->first, memory_order_acquire)) > 0;

  if (!must_make)
    record = lac_buffer_search (state, list, request, thread, alone, &found, out_buffer);
  /* As long as there are few for those who meet here, one more is worth it. */
  if (record == NULL && alone
      && (!may_make
          || found.n_fit
                 >= (SPARE_PAGES + 1) * (1 + (unsigned) __builtin_popcountll (found.holders))))
    {
      record = lac_buffer_search (state, list, request, thread, false, &found, out_buffer);
      alone = false;
    }
  if (record == NULL && may_make)
    {
      status = make_buffer (state, query, flags, request, filled, alone, &record, out_report);
      if (status == LAC_OK)
        take_made (record, request, thread, out_buffer);
      else if (alone)
        {
          struct lac_record *other = lac_buffer_search (state, list, request, thread, false, &found,
                                                        out_buffer);

          if (other != NULL)
            {
              record = other;
              status = LAC_OK;
            }
        }
      if (status != LAC_OK)
        return status;
    }
  if (record == NULL)
    return LAC_E_NO_GAP;
  remember (state, record);
  lac_state_clean (state, !second);
  return LAC_OK;
}

/* As lac_gap_query_check(), without a call, but for the bounds; and that the buffer can be told in 32
 * bits. */
static inline bool
is_sound (const struct lac_gap_query *query,
          unsigned                    flags)
{
  return query->size - 1 < UINT32_MAX - 1 && lac_is_power_of_two (query->alignment)
         && (query->n_anchors == 0 || query->anchors != NULL)
         && (query->avoid & ~(unsigned) LAC_HAZARD_ALL) == 0
         && (unsigned) query->order < LAC_N_ORDERS
         && (flags & ~(unsigned) (LAC_BUFFER_WRITE_XOR_EXECUTE | LAC_BUFFER_EXISTING | LAC_BUFFER_NEW)) == 0
         && (flags & (LAC_BUFFER_EXISTING | LAC_BUFFER_NEW)) != (LAC_BUFFER_EXISTING | LAC_BUFFER_NEW);
}

static bool
understand (const struct lac_gap_query *query,
            unsigned                    flags,
            struct lac_request         *out_request)
{
  struct lac_range window = { query->min, query->max };

  if (!is_sound (query, flags) || query->min > query->max)
    return false;
  for (size_t i = 0; i < query->n_anchors; i++)
    window = lac_range_intersect (
        window, (struct lac_range){ lac_subtract_saturating (query->anchors[i], query->within),
                                    lac_add_saturating (query->anchors[i], query->within) });
  /* What is a buffer lies in user space, so that its bounds need not be asked for. */
  *out_request = (struct lac_request){
    .start = window.start < UINTPTR_MAX ? (uintptr_t) window.start : UINTPTR_MAX,
    .end = window.end < UINTPTR_MAX ? (uintptr_t) window.end : UINTPTR_MAX,
    .size = (uint32_t) query->size,
    .mask = (uintptr_t) query->alignment - 1,
  };
  return true;
}

/* Takes one of the buffers that this thread had before; what stood in the way is for get_slowly(). */
static bool
get_remembered (const struct lac_state   *state,
                const struct lac_request *request,
                unsigned                  flags,
                struct lac_buffer        *out_buffer,
                uint32_t                 *out_filled,
                bool                     *out_met_others)
{
  int32_t thread = hints.thread;

  if (hints.generation != atomic_load_explicit (&state->generation, memory_order_relaxed))
    return false;
  for (unsigned i = 0; i < N_HINTS && hints.records[i] != NULL; i++)
    {
      struct lac_record *record = hints.records[i];

      if (((record->flags ^ flags) & LAC_BUFFER_WRITE_XOR_EXECUTE) != 0)
        continue;
      switch (lac_record_try (record, request, thread, out_buffer))
        {
        case LAC_OUTCOME_TAKEN:
          put_first (state, record, i);
          return true;
        case LAC_OUTCOME_TOO_SMALL:
          if (*out_filled == 0)
            *out_filled = atomic_load_explicit (&record->size, memory_order_relaxed);
          break;
        case LAC_OUTCOME_OTHERS:
          /* The thread itself may have it. */
          if (atomic_load_explicit (&record->holder, memory_order_relaxed) != thread)
            *out_met_others = true;
          break;
        case LAC_OUTCOME_UNFIT:
          break;
        }
    }
  return false;
}

/* All but the quickest case. */
static __attribute__ ((noinline)) enum lac_status
get (const struct lac_gap_query  *query,
     unsigned                     flags,
     struct lac_buffer           *out_buffer,
     struct lac_placement_report *out_report)
{
  struct lac_state *state = lac_state_ready ();
  struct lac_request request;
  uint32_t filled = 0;
  bool met_others = false;

  if (out_report != NULL)
    memset (out_report, 0, sizeof *out_report);
  if (!understand (query, flags, &request))
    return LAC_E_INVALID;
  if (state != NULL && (flags & LAC_BUFFER_NEW) == 0
      && get_remembered (state, &request, flags, out_buffer, &filled, &met_others))
    return LAC_OK;
  return get_slowly (query, flags, &request, filled, met_others, out_buffer, out_report);
}

static inline bool
is_near_all (const struct lac_gap_query *query,
             uint64_t                    base,
             uint64_t                    end)
{
  for (size_t i = 0; i < query->n_anchors; i++)
    {
      uint64_t anchor = query->anchors[i];

      /* The farther end is what counts; on one side of the anchor the other is nearer. */
      if ((base < anchor && anchor - base > query->within)
          || (end > anchor && end - anchor > query->within))
        return false;
    }
  return true;
}

/* Another thread had it last, or this one is not what it was before a fork. */
static __attribute__ ((noinline)) enum lac_status
note_holder (struct lac_record *record)
{
  hints.thread = lac_thread_id ();
  lac_record_set_holder (record, hints.thread);
  return LAC_OK;
}

/* What this costs is for the most part the compare-and-swap, which waits for all that came before, and lets
 * little of what comes after begin: so as little as possible is done, and the buffer that the thread had last
 * is tried right here, in two versions, since few registers are left where there are anchors. What is not
 * usual goes the longer way, where it is looked at properly. */
static __attribute__ ((always_inline)) inline enum lac_status
get_quickly (const struct lac_gap_query  *query,
             unsigned                     flags,
             struct lac_buffer           *out_buffer,
             struct lac_placement_report *out_report,
             bool                         has_anchors)
{
  struct lac_record *record = last_record;
  struct lac_item *item = atomic_load_explicit (&record->item, memory_order_acquire);
  uint64_t mask = query->alignment - 1;
  uint64_t base, position;
  uint32_t size, old_position;

  if (item == NULL || out_report != NULL || flags != record->flags || query->size == 0
      || (query->alignment & mask) != 0
      || ((uint64_t) query->order << 32 | query->avoid) > LAC_HAZARD_ALL)
    return get (query, flags, out_buffer, out_report);

  base = atomic_load_explicit (&record->base, memory_order_relaxed);
  size = atomic_load_explicit (&record->size, memory_order_relaxed);
  if (base < query->min || base + size > query->max
      || (has_anchors && !is_near_all (query, base, base + size)) || !lac_item_try_take (item))
    return get (query, flags, out_buffer, out_report);

  /* Asked when it is ours, and not before as well: what is looked at before the compare-and-swap makes it
   * wait. Nothing can be aligned to 0, which ends here too. */
  old_position = lac_item_position (item);
  position = ((base + old_position + mask) & ~mask) - base;
  if (position > size || query->size > size - position)
    {
      lac_item_release (item);
      return get (query, flags, out_buffer, out_report);
    }
  lac_record_begin_inline (record, old_position, (uint32_t) position, out_buffer);
  if (atomic_load_explicit (&record->holder, memory_order_relaxed) == hints.thread)
    return LAC_OK;
  return note_holder (record);
}

static __attribute__ ((noinline)) enum lac_status
get_near (const struct lac_gap_query  *query,
          unsigned                     flags,
          struct lac_buffer           *out_buffer,
          struct lac_placement_report *out_report)
{
  return get_quickly (query, flags, out_buffer, out_report, true);
}

enum lac_status
lac_buffers_get (const struct lac_gap_query  *query,
                 unsigned                     flags,
                 struct lac_buffer           *out_buffer,
                 struct lac_placement_report *out_report)
{
  if (query == NULL)
    query = &anything;
  if (query->n_anchors != 0)
    return get_near (query, flags, out_buffer, out_report);
  return get_quickly (query, flags, out_buffer, out_report, false);
}

void
lac_record_begin (struct lac_record *record,
                  uint32_t           position,
                  struct lac_buffer *out_buffer)
{
  lac_record_begin_inline (record, position, position, out_buffer);
  lac_record_set_holder (record, lac_thread_id ());
}
