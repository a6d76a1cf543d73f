/* The locator: the table of this process's buffers, which everyone in the process finds.
 *
 * It lies in a file whose name holds the PID, mapped shared; so code that knows nothing of each other
 * but the name (copies of this library in several mods, Reloaded.Memory.Buffers) meets in one
 * table. The name is also what can go wrong: files of earlier processes with this PID, of other
 * users, put there to mislead. None of it is believed unless this process's own map shows that very
 * file where its header says that it is mapped. Where the shared place can't be used, the locator is
 * in a place of our own, or in no file at all, and says which and why.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

LAC_BEGIN_DECLS

/**
 * LAC_LOCATOR_PLACE_MAP:
 * @X: takes the enumerator, its name and a sentence
 */
#define LAC_LOCATOR_PLACE_MAP(X)                                                                  \
  X (LAC_LOCATOR_NONE, "none", "No buffer was asked for yet, so there is no locator.")            \
  X (LAC_LOCATOR_SHARED, "shared", "Everyone in the process finds it, Reloaded included.")        \
  X (LAC_LOCATOR_OWN, "own", "The shared place can't be used; only Lacuna finds it.")             \
  X (LAC_LOCATOR_PRIVATE, "private", "No file could be made; only this copy of the library "      \
                                     "finds it.")

enum lac_locator_place
{
#define LAC_LOCATOR_PLACE_ENUM(value, name, sentence) value,
  LAC_LOCATOR_PLACE_MAP (LAC_LOCATOR_PLACE_ENUM)
#undef LAC_LOCATOR_PLACE_ENUM
};

/**
 * lac_locator_facts:
 * @place: where it is
 * @reason: why it is not the shared place; %LAC_OK when it is
 * @system_error: the errno behind @reason, or 0
 * @adopted: somebody else in this process had made it before
 * @address: of the first table; 0 when there is none
 * @path: the file, terminated, cut when longer; "" for none
 * @what: (transfer none): what stood in the way, a static English phrase such as "the folder belongs
 *   to another user"; "" for nothing
 */
struct lac_locator_facts
{
  enum lac_locator_place place;
  enum lac_status reason;
  int system_error;
  bool adopted;
  uintptr_t address;
  const char *what;
  char path[256];
};

/** lac_locator_place_name: (transfer none): such as "shared"; never NULL. */
LAC_PUBLIC const char *lac_locator_place_name (enum lac_locator_place place);

/** lac_locator_place_sentence: (transfer none): what it means; never NULL. */
LAC_PUBLIC const char *lac_locator_place_sentence (enum lac_locator_place place);

/**
 * lac_locator_open:
 * @out_facts: (out) (optional): where it is
 *
 * Finds the locator of this process, or makes it. lac_buffers_get() does it when needed; call it to
 * know where it is. Once there is one it is O(1).
 *
 * Errors: %LAC_E_NO_MEMORY. A place that can't be used is no error: the next one is.
 * Threads: any; a child after fork(2) gets one of its own.
 */
LAC_PUBLIC enum lac_status lac_locator_open (struct lac_locator_facts *out_facts);

/**
 * lac_locator_get_facts:
 * @out_facts: (out): where it is; makes none
 *
 * One that somebody else in this process has made is found, even when this copy of the library has
 * not used it yet.
 *
 * Threads: any.
 */
LAC_PUBLIC void lac_locator_get_facts (struct lac_locator_facts *out_facts);

/**
 * lac_locator_item:
 * @table: the address of its table
 * @index: which item of that table
 * @address: the buffer's first byte
 * @size: its bytes
 * @position: how many are used
 * @taken: somebody has it
 * @holder: the thread that has it, when it was taken through this copy of the library; else 0
 * @write_xor_execute: it is one of those; @table is then this copy's own
 *
 * A buffer as the locator has it, at one moment.
 */
struct lac_locator_item
{
  uintptr_t table;
  unsigned index;
  uintptr_t address;
  uint32_t size;
  uint32_t position;
  int32_t holder;
  bool taken;
  bool write_xor_execute;
};

/** lac_locator_cursor: where a listing stands; private. */
struct lac_locator_cursor
{
  const void *table;
  unsigned index;
  unsigned n_tables;
};

/**
 * lac_locator_first:
 * @cursor: (out): a listing
 * @out_item: (out): the first buffer
 *
 * Lists the buffers, without a lock: what is shown may change while it is. Makes no locator. A
 * damaged chain ends the listing; it is never followed into what is not mapped.
 *
 * Errors: %LAC_E_NOT_FOUND when there is none.
 * Threads: any.
 */
LAC_PUBLIC enum lac_status lac_locator_first (struct lac_locator_cursor *cursor,
                                              struct lac_locator_item   *out_item);

/** lac_locator_next: the next one; %LAC_E_NOT_FOUND when there is none. */
LAC_PUBLIC enum lac_status lac_locator_next (struct lac_locator_cursor *cursor,
                                             struct lac_locator_item   *out_item);

/**
 * lac_locator_take:
 * @address: any address inside a buffer
 * @out_buffer: (out): the buffer, taken, as lac_buffers_get() would
 *
 * Takes one buffer by its address. Never waits.
 *
 * Errors: %LAC_E_NOT_FOUND, %LAC_E_BUSY when somebody has it.
 * Threads: any.
 */
struct lac_buffer;
LAC_PUBLIC enum lac_status lac_locator_take (uintptr_t          address,
                                             struct lac_buffer *out_buffer);

/**
 * lac_locator_get_holder:
 * @out_thread: (out): the thread that seems to hold the locator's lock; 0 when it is not one that
 *   took it through this copy of the library
 * @out_alive: (out): whether that thread still lives; true when it is not known
 *
 * Says who made a %LAC_E_BUSY.
 *
 * Returns: whether the lock is held at all
 * Threads: any.
 */
LAC_PUBLIC bool lac_locator_get_holder (int32_t *out_thread,
                                        bool    *out_alive);

/** lac_locator_set_patience: for how many milliseconds a lock is waited for; 1,000 at first. */
LAC_PUBLIC void lac_locator_set_patience (unsigned milliseconds);

LAC_END_DECLS
