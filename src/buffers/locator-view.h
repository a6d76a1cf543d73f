/* A locator seen from outside: what is in its tables, and what is wrong with it.
 *
 * A process's locator is untrusted bytes: the process may be changing it, or have damaged it. It is
 * read through a function that reads memory (one's own, another process's, a core file's), never
 * locked and never followed for longer than the address space could hold. Every buffer is compared
 * with the map of the process.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map.h"

LAC_BEGIN_DECLS

/**
 * LAC_FINDING_MAP:
 * @X: takes the enumerator, its bit, its name and a sentence
 */
#define LAC_FINDING_MAP(X)                                                                        \
  X (LAC_FINDING_ORPHAN, 1, "orphan", "The process has no memory there.")                         \
  X (LAC_FINDING_OVERLAP, 2, "overlap", "Another buffer claims some of the same bytes.")          \
  X (LAC_FINDING_POSITION_PAST_END, 4, "position-past-end", "More is used than there is.")        \
  X (LAC_FINDING_WRITABLE_AND_EXECUTABLE, 8, "writable-and-executable",                           \
     "Its bytes can be written and run at once, as the format has it; so could an attacker's.")   \
  X (LAC_FINDING_STALE, 16, "stale", "An earlier process with this PID left the file behind.")    \
  X (LAC_FINDING_UNKNOWN_VERSION, 32, "unknown-version", "A newer format; it is not read.")       \
  X (LAC_FINDING_CYCLE, 64, "cycle",                                                             \
     "The chain of tables leads back into itself, or to where no table can begin.")

enum lac_finding
{
#define LAC_FINDING_ENUM(value, bit, name, sentence) value = bit,
  LAC_FINDING_MAP (LAC_FINDING_ENUM)
#undef LAC_FINDING_ENUM
};

/** lac_finding_name: (transfer none): the name of one bit; "unknown" for others. */
LAC_PUBLIC const char *lac_finding_name (unsigned finding);

/** lac_finding_sentence: (transfer none): what it means; never NULL. */
LAC_PUBLIC const char *lac_finding_sentence (unsigned finding);

/** lac_view_buffer: a buffer; @findings are enum lac_finding values, or-ed. */
struct lac_view_buffer
{
  uint64_t address;
  uint32_t size;
  uint32_t position;
  bool taken;
  unsigned findings;
};

/**
 * lac_view_table:
 * @address: where it lies
 * @version: the low 3 bits of its flags
 * @locked: somebody is changing it
 * @buffers: (owned): the items
 * @n_buffers: how many
 * @findings: enum lac_finding values that concern the table
 */
struct lac_view_table
{
  uint64_t address;
  unsigned version;
  bool locked;
  struct lac_view_buffer *buffers;
  size_t n_buffers;
  unsigned findings;
};

enum lac_locator_layout
{
  LAC_LOCATOR_LAYOUT_STANDARD,
  /** The order of fields that Reloaded's library for .NET has: shown, never changed. */
  LAC_LOCATOR_LAYOUT_MANAGED,
};

/**
 * lac_locator_view:
 * @layout: the order of fields, as the contents tell it
 *
 * All tables, in the order of the chain.
 */
struct lac_locator_view
{
  struct lac_view_table *tables;
  size_t n_tables;
  size_t n_buffers;
  unsigned findings;
  enum lac_locator_layout layout;
};

/**
 * lac_read_function:
 * @address: where to read
 * @bytes: (out): room for @size bytes
 * @size: how many
 * @user_data: as given
 *
 * Returns: %LAC_OK only when all of it was read
 */
typedef enum lac_status (*lac_read_function) (uint64_t address,
                                              void    *bytes,
                                              size_t   size,
                                              void    *user_data);

/**
 * lac_locator_view_read:
 * @map: (borrowed): the process's map, for what is mapped and how wide pointers are
 * @address: where its first table is mapped
 * @read: reads the process's memory
 * @user_data: for @read
 * @out_view: (out): what was found; release with lac_locator_view_clear()
 *
 * Reads the whole chain, with findings. O(n log n) in the buffers; at most as many tables as the
 * map has room for.
 *
 * Errors: those of @read for the first table, %LAC_E_NO_MEMORY. A later table that can't be read is
 *   a finding (orphan), not an error.
 * Threads: any.
 */
LAC_PUBLIC enum lac_status lac_locator_view_read (const struct lac_map    *map,
                                                  uint64_t                 address,
                                                  lac_read_function        read,
                                                  void                    *user_data,
                                                  struct lac_locator_view *out_view);

/** lac_locator_view_clear: releases what @view holds. */
LAC_PUBLIC void lac_locator_view_clear (struct lac_locator_view *view);

LAC_END_DECLS
