/* Buffers of another process: taking one, or making one there. See remote-locator.h.
 *
 * An item is believed when the process has private memory there that can be read, written and run,
 * and no other item claims any of it: written to the wrong place, bytes would damage the process.
 * For the first table that is asked once for each item, as the process itself does; it holds as
 * long as it is the same program, which one question to the system tells each time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffer.h"
#include "core/translatable.h"
#include "os/os.h"
#include "remote-placement.h"
#include "remote-private.h"

#define GETTING N_ ("get a buffer of the process")

/* How many free items that are not what they claim a search looks into: each look goes through all tables,
 * and whoever made them may have made very many. */
#define DISTRUSTED_MAX 64

/* What a buffer must have. */
struct wish
{
  struct lac_range window;
  uint32_t size;
  uint64_t alignment;
};

static enum lac_status
make_wish (const struct lac_gap_query *query,
           struct wish                *out_wish)
{
  struct wish wish = { { query->min, query->max }, (uint32_t) query->size, query->alignment };

  if (lac_gap_query_check (query) != LAC_OK || query->size > UINT32_MAX)
    return LAC_E_INVALID;
  for (size_t i = 0; i < query->n_anchors; i++)
    wish.window
        = lac_range_intersect (wish.window,
                               (struct lac_range){
                                   lac_subtract_saturating (query->anchors[i], query->within),
                                   lac_add_saturating (query->anchors[i], query->within) });
  *out_wish = wish;
  return LAC_OK;
}

/* Where the next bytes would lie, as a position; false when the buffer will not do. */
static bool
fits (const struct wish            *wish,
      const struct lac_remote_item *item,
      uint32_t                     *out_position)
{
  uint64_t skip = -(item->base + item->position) & (wish->alignment - 1);
  uint32_t room = item->size - item->position;

  if (item->position > item->size || item->base < wish->window.start || item->base > wish->window.end
      || item->size > wish->window.end - item->base || skip > room || wish->size > room - skip)
    return false;
  *out_position = item->position + (uint32_t) skip;
  return true;
}

/* Trust */

static bool
is_buffer_memory (struct lac_remote_locator    *locator,
                  const struct lac_remote_item *item)
{
  const unsigned all = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE;
  uint64_t address = item->base, end = item->base + item->size;

  if (item->size == 0 || end < item->base)
    return false;
  while (address < end)
    {
      struct lac_region region;

      if (lac_process_query (locator->process, address, false, &region, NULL, 0, NULL) != LAC_OK
          || (region.flags & LAC_REGION_SHARED) != 0 || (region.protection & all) != all
          || (region.kind != LAC_KIND_ANONYMOUS && region.kind != LAC_KIND_HEAP))
        return false;
      address = region.end;
    }
  return true;
}

/* Whether another item claims some of the same bytes. */
static bool
is_in_another (struct lac_remote_locator    *locator,
               uint64_t                      table_address,
               unsigned                      index,
               const struct lac_remote_item *item)
{
  struct lac_remote_table table;
  unsigned n_tables = 0;

  lac_remote_table_first (locator, &table);
  do
    {
      unsigned count = lac_remote_table_count (locator, &table);

      for (unsigned i = 0; i < count; i++)
        {
          struct lac_remote_item other = lac_remote_table_item (locator, &table, i);

          if ((table.address != table_address || i != index) && other.size != 0
              && other.base < item->base + item->size
              && item->base < lac_add_saturating (other.base, other.size))
            return true;
        }
    }
  while (lac_remote_table_next (locator, &table, ++n_tables, NULL) == LAC_OK);
  return false;
}

static bool
is_trusted (struct lac_remote_locator     *locator,
            const struct lac_remote_table *table,
            unsigned                       index,
            const struct lac_remote_item  *item)
{
  struct lac_remote_trust *trust = &locator->trusted[index];

  if (table->shared && trust->base == item->base && trust->size == item->size && item->size != 0)
    return true;
  if (!is_buffer_memory (locator, item) || is_in_another (locator, table->address, index, item))
    return false;
  if (table->shared)
    *trust = (struct lac_remote_trust){ item->base, item->size };
  return true;
}

/* Taking */

/* What a search has found when it took nothing. */
struct search_result
{
  /* One would do, but somebody has it. */
  bool is_taken;
  /* How many free ones would do, were they what they claim to be. */
  unsigned n_distrusted;
};

/* Takes an item if it will do: LAC_OK, LAC_E_NOT_FOUND to go on, or what ends the search. */
static enum lac_status
try_item (struct lac_remote_locator     *locator,
          struct lac_remote             *remote,
          const struct lac_remote_table *table,
          unsigned                       index,
          const struct wish             *wish,
          struct search_result          *result,
          struct lac_remote_buffer      *out_buffer,
          struct lac_process_failure    *out_failure)
{
  struct lac_remote_item item = lac_remote_table_item (locator, table, index);
  enum lac_status status;
  uint32_t position;

  if (!fits (wish, &item, &position) || (!table->shared && remote == NULL))
    return LAC_E_NOT_FOUND;
  if (item.taken)
    {
      result->is_taken = result->is_taken || is_buffer_memory (locator, &item);
      return LAC_E_NOT_FOUND;
    }
  if (result->n_distrusted >= DISTRUSTED_MAX || !is_trusted (locator, table, index, &item))
    {
      result->n_distrusted++;
      return LAC_E_NOT_FOUND;
    }
  status = lac_remote_table_take (locator, table, index, &item, position, remote, out_failure);
  if (status == LAC_E_BUSY)
    {
      result->is_taken = true;
      return LAC_E_NOT_FOUND;
    }
  if (status == LAC_OK)
    lac_remote_hold (locator, remote, table->address, index, item.base, item.size, position, false,
                     out_buffer);
  return status;
}

/* Takes the first one that will do. LAC_E_NOT_FOUND when there is none. */
static enum lac_status
search (struct lac_remote_locator  *locator,
        struct lac_remote          *remote,
        const struct wish          *wish,
        const atomic_bool          *cancel,
        struct search_result       *result,
        struct lac_remote_buffer   *out_buffer,
        struct lac_process_failure *out_failure)
{
  struct lac_remote_table table;
  enum lac_status status;
  unsigned n_tables = 0;

  *result = (struct search_result){ false };
  lac_remote_table_first (locator, &table);
  do
    {
      unsigned count = lac_remote_table_count (locator, &table);

      if (cancel != NULL && atomic_load_explicit (cancel, memory_order_relaxed))
        return lac_remote_fail (out_failure, LAC_E_CANCELLED, GETTING);
      for (unsigned i = 0; i < count; i++)
        {
          status = try_item (locator, remote, &table, i, wish, result, out_buffer, out_failure);
          if (status != LAC_E_NOT_FOUND)
            return status;
        }
      status = lac_remote_table_next (locator, &table, ++n_tables, out_failure);
    }
  while (status == LAC_OK);
  /* What lies behind a chain's wrong turn is nobody's. */
  return status == LAC_E_NOT_OURS ? LAC_E_NOT_FOUND : status;
}

/* Making */

/* Whether the system will most likely choose a place that will do, and keep off heap and stack by
 * itself. */
static bool
is_anywhere_good (const struct lac_gap_query *query,
                  const struct lac_space     *space)
{
  return query->n_anchors == 0 && query->order == LAC_ORDER_NEAREST
         && query->alignment <= space->granularity && query->min < LAC_OS_HIGH
         && query->max >= space->user.end / 2;
}

static enum lac_status
take_place (struct lac_remote_locator   *locator,
            struct lac_remote           *remote,
            const struct lac_gap_query  *query,
            struct lac_range            *out_range,
            struct lac_placement_report *report,
            struct lac_process_failure  *out_failure)
{
  const unsigned all = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE;
  struct lac_process_facts facts;
  enum lac_status status = lac_process_get_facts (locator->process, &facts, out_failure);
  uint64_t address;

  if (status != LAC_OK)
    return status;
  if (is_anywhere_good (query, &facts.space))
    {
      status = lac_remote_allocate (remote, 0, query->size, all, &address, out_failure);
      if (status != LAC_OK)
        return status;
      *out_range = (struct lac_range){ address, address + query->size };
      if (out_range->start >= query->min && out_range->end <= query->max)
        {
          *report = (struct lac_placement_report){ .n_attempts = 1, .attempts = { { address } } };
          return LAC_OK;
        }
      lac_remote_free (remote, address, query->size, NULL);
    }
  return lac_remote_placement_take (remote, query, all, out_range, report, out_failure);
}

/* A buffer has whole pages, and less than 4 GiB. */
static bool
take_whole_pages (const struct lac_gap_query *query,
                  struct lac_gap_query       *out_whole)
{
  *out_whole = *query;
  return lac_align_up (query->size, LAC_TABLE_SIZE, &out_whole->size) && out_whole->size <= UINT32_MAX;
}

static enum lac_status
make_buffer (struct lac_remote_locator   *locator,
             struct lac_remote           *remote,
             const struct lac_gap_query  *query,
             struct lac_remote_wait      *wait,
             struct lac_remote_buffer    *out_buffer,
             struct lac_placement_report *report,
             struct lac_process_failure  *out_failure)
{
  struct lac_gap_query whole;
  struct lac_range range;
  uint64_t table;
  uint32_t index;
  enum lac_status status;

  if (!take_whole_pages (query, &whole))
    return lac_remote_fail (out_failure, LAC_E_INVALID, GETTING);
  status = take_place (locator, remote, &whole, &range, report, out_failure);
  if (status != LAC_OK)
    return status;
  status = lac_remote_enter (locator, remote, range.start, (uint32_t) whole.size, wait, &table, &index,
                             out_failure);
  if (status != LAC_OK)
    {
      lac_remote_free (remote, range.start, lac_range_size (range), NULL);
      return status;
    }
  lac_remote_hold (locator, remote, table, index, range.start, (uint32_t) whole.size, 0, true,
                   out_buffer);
  return LAC_OK;
}

/* Whether a buffer for @query could be had now. */
static enum lac_status
check_room (struct lac_remote_locator  *locator,
            const struct lac_gap_query *query,
            struct lac_process_failure *out_failure)
{
  struct lac_gap_query whole;
  struct lac_range range;

  if (!take_whole_pages (query, &whole))
    return lac_remote_fail (out_failure, LAC_E_INVALID, GETTING);
  return lac_remote_placement_find (locator->process, &whole, &range, NULL, out_failure);
}

/* Makes sure that there is a locator that may be changed; with @make it is made, unless a buffer for that would find
 * no place: a file and a page that nobody needs would stay behind. */
static enum lac_status
begin (struct lac_remote_locator  *locator,
       struct lac_remote          *remote,
       const struct lac_gap_query *make,
       struct lac_process_failure *out_failure)
{
  enum lac_status status;

  if (remote != NULL && lac_remote_get_process (remote) != locator->process)
    return lac_remote_fail (out_failure, LAC_E_INVALID, GETTING);
  status = lac_remote_locator_check (locator, out_failure);
  if (status == LAC_E_NOT_FOUND && make != NULL)
    {
      status = check_room (locator, make, out_failure);
      if (status == LAC_OK)
        status = lac_remote_locator_make (locator, remote, out_failure);
    }
  if (locator->facts.writable)
    locator->facts.why_not = NULL;
  else if (status == LAC_OK)
    status = lac_remote_fail (out_failure, LAC_E_NOT_SUPPORTED, locator->facts.why_not);
  if (status == LAC_OK && !lac_remote_hold_prepare (locator))
    status = lac_remote_fail (out_failure, LAC_E_NO_MEMORY, GETTING);
  return status;
}

enum lac_status
lac_remote_buffers_get (struct lac_remote_locator   *locator,
                        struct lac_remote           *remote,
                        const struct lac_gap_query  *query,
                        unsigned                     flags,
                        unsigned                     patience,
                        const atomic_bool           *cancel,
                        struct lac_remote_buffer    *out_buffer,
                        struct lac_placement_report *out_report,
                        struct lac_process_failure  *out_failure)
{
  const unsigned both = LAC_BUFFER_EXISTING | LAC_BUFFER_NEW;
  struct lac_remote_wait wait = { .patience = patience, .cancel = cancel };
  struct lac_placement_report report = { 0 };
  struct search_result result = { false };
  struct wish wish;
  bool may_make = remote != NULL && (flags & LAC_BUFFER_EXISTING) == 0;
  enum lac_status status = make_wish (query, &wish);

  if ((flags & ~both) != 0 || (flags & both) == both || ((flags & LAC_BUFFER_NEW) != 0 && remote == NULL))
    status = LAC_E_INVALID;
  if (status != LAC_OK)
    {
      lac_remote_fail (out_failure, status, GETTING);
      goto out;
    }
  status = begin (locator, remote, may_make ? query : NULL, out_failure);
  if (status == LAC_E_NOT_FOUND)
    status = lac_remote_fail (out_failure, LAC_E_NO_GAP, GETTING);
  if (status != LAC_OK)
    goto out;

  while ((flags & LAC_BUFFER_NEW) == 0)
    {
      status = search (locator, remote, &wish, cancel, &result, out_buffer, out_failure);
      if (status != LAC_E_NOT_FOUND)
        goto out;
      /* Whoever can have another one does not wait. */
      if (may_make || !result.is_taken)
        break;
      status = lac_remote_wait_on (&wait, locator->process, N_ ("wait for a buffer that is taken"),
                                   out_failure);
      if (status != LAC_OK)
        goto out;
    }
  status = may_make ? make_buffer (locator, remote, query, &wait, out_buffer, &report, out_failure)
                    : lac_remote_fail (out_failure, LAC_E_NO_GAP, GETTING);

out:
  if (out_report != NULL)
    *out_report = report;
  return status;
}

enum lac_status
lac_remote_locator_take (struct lac_remote_locator  *locator,
                         struct lac_remote          *remote,
                         uint64_t                    address,
                         struct lac_remote_buffer   *out_buffer,
                         struct lac_process_failure *out_failure)
{
  struct lac_remote_table table;
  unsigned n_tables = 0, n_distrusted = 0;
  enum lac_status status = begin (locator, remote, NULL, out_failure);

  if (status != LAC_OK)
    return status;
  lac_remote_table_first (locator, &table);
  do
    {
      unsigned count = lac_remote_table_count (locator, &table);

      for (unsigned i = 0; i < count; i++)
        {
          struct lac_remote_item item = lac_remote_table_item (locator, &table, i);

          if (address < item.base || address - item.base >= item.size)
            continue;
          if (item.position > item.size || n_distrusted >= DISTRUSTED_MAX
              || !is_trusted (locator, &table, i, &item))
            {
              n_distrusted++;
              continue;
            }
          status = item.taken ? LAC_E_BUSY
                              : lac_remote_table_take (locator, &table, i, &item, item.position, remote,
                                                       out_failure);
          if (status == LAC_E_BUSY)
            return lac_remote_fail (out_failure, status, GETTING);
          if (status == LAC_OK)
            lac_remote_hold (locator, remote, table.address, i, item.base, item.size, item.position,
                             false, out_buffer);
          return status;
        }
      status = lac_remote_table_next (locator, &table, ++n_tables, out_failure);
    }
  while (status == LAC_OK);
  if (status != LAC_E_NOT_FOUND && status != LAC_E_NOT_OURS)
    return lac_remote_fail (out_failure, status, GETTING);
  if (n_distrusted > 0)
    return lac_remote_locator_decline (locator,
                                       N_ ("what lies there is not private memory that can be read, written "
                                           "and run, or another buffer claims some of it"),
                                       out_failure);
  return lac_remote_fail (out_failure, LAC_E_NOT_FOUND, GETTING);
}
