/* Another process's locator, as the files that use it share it.
 *
 * A table is either mapped here, which only the first one can be, or read from the process's
 * private memory. What is seen in either may be another thing a moment later; so whoever changes
 * something says what he has seen, and the change is made only if it is still so: by
 * compare-and-swap in the first table, by an expectation while the whole process is stopped in the
 * others.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "os/remote-file.h"
#include "remote-locator.h"
#include "table-private.h"

/* How many tables are followed at most: more than any process has had, and not for ever. */
#define LAC_REMOTE_TABLES_MAX 256

/* As many items as a table can have with any layout. */
#define LAC_REMOTE_ITEMS_MAX 255

/* A buffer that was taken through a locator. */
struct lac_remote_holding
{
  uint64_t taking;
  uint64_t table;
  uint32_t index;
  uint64_t base;
  uint32_t size;
  uint32_t position;
  /* For tables in private memory. */
  struct lac_remote *remote;
};

/* What was found to be memory of the process, and no other item's: an item of the first table. */
struct lac_remote_trust
{
  uint64_t base;
  uint32_t size;
};

struct lac_remote_locator
{
  struct lac_process *process;
  unsigned pointer_bits;
  struct lac_table_layout layout;
  struct lac_remote_locator_facts facts;
  /* NULL when there is no locator; and where it is mapped here. */
  struct lac_remote_file *file;
  unsigned char *bytes;
  struct lac_remote_trust trusted[LAC_REMOTE_ITEMS_MAX];
  struct lac_remote_holding *holdings;
  size_t n_holdings;
  size_t allocated;
  uint64_t last_taking;
};

/* An item as it was seen. */
struct lac_remote_item
{
  uint64_t base;
  uint32_t size;
  uint32_t position;
  bool taken;
};

/* A table as it was seen: the first one where it is, others as a copy. */
struct lac_remote_table
{
  uint64_t address;
  /* It is mapped here. */
  bool shared;
  unsigned char *bytes;
  unsigned char copy[LAC_TABLE_SIZE];
};

/* How long is waited for a lock, and who may end that. */
struct lac_remote_wait
{
  unsigned patience;
  const atomic_bool *cancel;
  uint64_t start;
  unsigned n_rounds;
};

/* remote-locator.c */

/* Fills in a failure, and returns its status. */
enum lac_status lac_remote_fail (struct lac_process_failure *out_failure,
                                 enum lac_status             status,
                                 const char                 *what);

/* LAC_E_NOT_SUPPORTED, and notes why: @why_not is an English phrase marked for translation. */
enum lac_status lac_remote_locator_decline (struct lac_remote_locator  *locator,
                                            const char                 *why_not,
                                            struct lac_process_failure *out_failure);

/* Looks for the locator anew. Whatever was held is void when it is another one. */
enum lac_status lac_remote_locator_search (struct lac_remote_locator  *locator,
                                           struct lac_process_failure *out_failure);

/* Makes sure that what was found is still the process's locator, or looks for it anew.
 * LAC_E_NOT_FOUND when there is none. */
enum lac_status lac_remote_locator_check (struct lac_remote_locator  *locator,
                                          struct lac_process_failure *out_failure);

/* Waits a moment: LAC_OK to try again, LAC_E_BUSY, LAC_E_CANCELLED or LAC_E_EXITED. */
enum lac_status lac_remote_wait_on (struct lac_remote_wait     *wait,
                                    struct lac_process         *process,
                                    const char                 *what,
                                    struct lac_process_failure *out_failure);

/* remote-locator-make.c */

/* Makes a locator in the process, and looks for it. */
enum lac_status lac_remote_locator_make (struct lac_remote_locator  *locator,
                                         struct lac_remote          *remote,
                                         struct lac_process_failure *out_failure);

/* remote-table.c: items, and the chain */

void lac_remote_table_first (struct lac_remote_locator *locator,
                             struct lac_remote_table   *out_table);

/* Goes on to the next table: LAC_E_NOT_FOUND when there is none, LAC_E_NOT_OURS when the chain
 * leads nowhere. @n_before: how many were seen. */
enum lac_status lac_remote_table_next (struct lac_remote_locator  *locator,
                                       struct lac_remote_table    *table,
                                       unsigned                    n_before,
                                       struct lac_process_failure *out_failure);

/* Reads a table in private memory again. */
enum lac_status lac_remote_table_read (struct lac_remote_locator  *locator,
                                       struct lac_remote_table    *table,
                                       struct lac_process_failure *out_failure);

unsigned lac_remote_table_count (const struct lac_remote_locator *locator,
                                 const struct lac_remote_table   *table);

uint64_t lac_remote_table_get_next (const struct lac_remote_locator *locator,
                                    const struct lac_remote_table   *table);

struct lac_remote_item lac_remote_table_item (const struct lac_remote_locator *locator,
                                              const struct lac_remote_table   *table,
                                              unsigned                         index);

/* Takes an item that was seen free, if it is as it was seen; its position becomes @position, which
 * is not below the one seen. LAC_E_BUSY when it is not. */
enum lac_status lac_remote_table_take (struct lac_remote_locator    *locator,
                                       const struct lac_remote_table *table,
                                       unsigned                       index,
                                       const struct lac_remote_item  *seen,
                                       uint32_t                       position,
                                       struct lac_remote             *remote,
                                       struct lac_process_failure    *out_failure);

/* Sets the position of an item that is held, or (@release) puts it back. @seen: as it must be
 * now. */
enum lac_status lac_remote_table_move (struct lac_remote_locator    *locator,
                                       const struct lac_remote_table *table,
                                       unsigned                       index,
                                       const struct lac_remote_item  *seen,
                                       uint32_t                       position,
                                       bool                           release,
                                       struct lac_remote             *remote,
                                       struct lac_process_failure    *out_failure);

/* remote-holding.c */

/* Makes room for one more, before anything is taken; false when there is no memory. */
bool lac_remote_hold_prepare (struct lac_remote_locator *locator);

/* Notes that an item was taken, and fills in the handle. */
void lac_remote_hold (struct lac_remote_locator *locator,
                      struct lac_remote         *remote,
                      uint64_t                   table,
                      uint32_t                   index,
                      uint64_t                   base,
                      uint32_t                   size,
                      uint32_t                   position,
                      bool                       created,
                      struct lac_remote_buffer  *out_buffer);

/* remote-enter.c */

/* Enters a buffer, taken; the chain grows when it is full. */
enum lac_status lac_remote_enter (struct lac_remote_locator  *locator,
                                  struct lac_remote          *remote,
                                  uint64_t                    base,
                                  uint32_t                    size,
                                  struct lac_remote_wait     *wait,
                                  uint64_t                   *out_table,
                                  uint32_t                   *out_index,
                                  struct lac_process_failure *out_failure);

/* Words of a table by their offsets; all lie at multiples of 4. */

static inline uint32_t *
lac_remote_word (unsigned char *bytes,
                 unsigned       offset)
{
  return (uint32_t *) (void *) (bytes + offset);
}

static inline unsigned
lac_remote_item_offset (const struct lac_table_layout *layout,
                        unsigned                       index)
{
  return layout->header_size + index * layout->item_size;
}

/* A pointer, in one piece or as its halves as they are now. */
static inline uint64_t
lac_remote_pointer (const struct lac_table_layout *layout,
                    unsigned char                 *bytes,
                    unsigned                       offset)
{
  uint64_t low = __atomic_load_n (lac_remote_word (bytes, offset), __ATOMIC_ACQUIRE);

  if (layout->pointer_size == 4)
    return low;
  if (offset % 8 == 0)
    return __atomic_load_n ((uint64_t *) (void *) (bytes + offset), __ATOMIC_ACQUIRE);
  return low | (uint64_t) __atomic_load_n (lac_remote_word (bytes, offset + 4), __ATOMIC_RELAXED) << 32;
}

static inline void
lac_remote_set_pointer (const struct lac_table_layout *layout,
                        unsigned char                 *bytes,
                        unsigned                       offset,
                        uint64_t                       value)
{
  if (layout->pointer_size == 4)
    __atomic_store_n (lac_remote_word (bytes, offset), (uint32_t) value, __ATOMIC_RELEASE);
  else if (offset % 8 == 0)
    __atomic_store_n ((uint64_t *) (void *) (bytes + offset), value, __ATOMIC_RELEASE);
  else
    {
      __atomic_store_n (lac_remote_word (bytes, offset), (uint32_t) value, __ATOMIC_RELAXED);
      __atomic_store_n (lac_remote_word (bytes, offset + 4), (uint32_t) (value >> 32), __ATOMIC_RELEASE);
    }
}
