/* Memory and references: a block whose end is somebody's to decide, and those who still look at it.
 *
 * A block (an allocation, a mapped file, a buffer, memory that came from elsewhere) is reached only
 * through references, which give pointer and capacity without a copy. The block is released when
 * the memory and every reference are closed, whichever is last: so a viewer can go on reading what
 * its owner has already closed, and it can be listed who still holds what.
 *
 *     open memory, n references  --close memory-->  closed memory, n references: still there
 *                                --close the last reference-->  released
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "buffer.h"
#include "private.h"

LAC_BEGIN_DECLS

/** lac_memory: a block with its lifetime; opaque. */
struct lac_memory;

/** lac_memory_reference: one look at a block; opaque. */
struct lac_memory_reference;

/**
 * lac_memory_release:
 * @address: the block
 * @size: its bytes
 * @user_data: as given
 *
 * Ends a block's life. Called once, on the thread that closed last, with no lock held.
 */
typedef void (*lac_memory_release) (void  *address,
                                    size_t size,
                                    void  *user_data);

/**
 * lac_memory_new_foreign:
 * @address: (transfer full): the block; may be NULL when @size is 0
 * @size: its bytes
 * @release: (nullable): ends its life
 * @user_data: for @release
 * @out_memory: (out) (transfer full): the memory; end it with lac_memory_unref()
 *
 * Errors: %LAC_E_NO_MEMORY, %LAC_E_INVALID for no address with a size; the block is the caller's
 *   then.
 * Threads: any, here and below.
 */
LAC_PUBLIC enum lac_status lac_memory_new_foreign (void               *address,
                                                   size_t              size,
                                                   lac_memory_release  release,
                                                   void               *user_data,
                                                   struct lac_memory **out_memory);

/**
 * lac_memory_new_private:
 * @query: (borrowed) (nullable): as for lac_private_allocate()
 * @protection: enum lac_protection values
 * @out_memory: (out) (transfer full): memory that lac_private_free() ends
 *
 * Errors: those of lac_private_allocate().
 */
LAC_PUBLIC enum lac_status lac_memory_new_private (const struct lac_gap_query *query,
                                                   unsigned                    protection,
                                                   struct lac_memory         **out_memory);

/**
 * lac_memory_new_buffer:
 * @buffer: (inout) (transfer full): a taken buffer; zeroed on success
 * @out_memory: (out) (transfer full): memory that lac_buffer_put() ends; all of the buffer, which
 *   nobody else fills meanwhile. One that is write-xor-execute can only be read so
 *
 * Errors: %LAC_E_NOT_TAKEN, %LAC_E_NO_MEMORY.
 */
LAC_PUBLIC enum lac_status lac_memory_new_buffer (struct lac_buffer  *buffer,
                                                  struct lac_memory **out_memory);

/**
 * lac_memory_new_file:
 * @path: (borrowed): an ordinary file
 * @protection: enum lac_protection values; a private mapping, so writing changes no file. What
 *   others write to the file may show, and pages that they cut off its end can't be read any more
 *   (SIGBUS)
 * @out_memory: (out) (transfer full): memory that unmapping ends
 * @out_system_error: (out) (optional): the errno on %LAC_E_SYSTEM
 *
 * Errors: %LAC_E_NOT_FOUND, %LAC_E_NOT_SUPPORTED for what is no ordinary file, %LAC_E_SYSTEM,
 *   %LAC_E_NO_MEMORY. An empty file gives a capacity of 0.
 */
LAC_PUBLIC enum lac_status lac_memory_new_file (const char         *path,
                                                unsigned            protection,
                                                struct lac_memory **out_memory,
                                                int                *out_system_error);

/** lac_memory_ref: another share in the handle (not in the block); returns @memory. */
LAC_PUBLIC struct lac_memory *lac_memory_ref (struct lac_memory *memory);

/** lac_memory_unref: drops a share in the handle (nullable); dropping the last one closes it. */
LAC_PUBLIC void lac_memory_unref (struct lac_memory *memory);

/**
 * lac_memory_close:
 * @memory: a memory
 *
 * From here on new references are valid and empty; those that exist keep working. Releases the
 * block when there are none. Closing again is harmless.
 */
LAC_PUBLIC void lac_memory_close (struct lac_memory *memory);

/** lac_memory_is_closed: whether lac_memory_close() was called. */
LAC_PUBLIC bool lac_memory_is_closed (struct lac_memory *memory);

/** lac_memory_is_released: whether the block is gone. */
LAC_PUBLIC bool lac_memory_is_released (struct lac_memory *memory);

/**
 * lac_memory_event:
 *
 * What a memory tells: it was closed; its block was released.
 */
enum lac_memory_event
{
  LAC_MEMORY_CLOSED = 1,
  LAC_MEMORY_RELEASED = 2,
};

/**
 * lac_memory_notify:
 * @memory: the memory, alive for the call
 * @event: what happened
 * @user_data: as given
 *
 * Called with no lock held, on the thread that did it; or, when a call for the same memory is under
 * way, by the thread that is in it, right after. So calls for one memory come one after another,
 * and each who listens hears of the closing before the release. It may call anything here.
 */
typedef void (*lac_memory_notify) (struct lac_memory    *memory,
                                   enum lac_memory_event event,
                                   void                 *user_data);

/**
 * lac_memory_add_notify:
 * @memory: a memory
 * @notify: called for each event, once; for those that happened before, from within this call
 * @user_data: for @notify
 * @out_id: (out) (optional): for lac_memory_remove_notify()
 *
 * Errors: %LAC_E_NO_MEMORY.
 */
LAC_PUBLIC enum lac_status lac_memory_add_notify (struct lac_memory *memory,
                                                  lac_memory_notify  notify,
                                                  void              *user_data,
                                                  uint64_t          *out_id);

/** lac_memory_remove_notify: no call begins after it returns; one that runs on another thread is
 * waited for, so don't hold a lock that it takes. Harmless for an @id that was removed before. */
LAC_PUBLIC void lac_memory_remove_notify (struct lac_memory *memory,
                                          uint64_t           id);

/**
 * lac_memory_reference_new:
 * @memory: a memory
 * @holder: (borrowed) (nullable): who looks, in a few words for a list; cut after 63 bytes, never
 *   inside a UTF-8 character
 * @out_reference: (out) (transfer full): the reference; end it with lac_memory_reference_drop()
 *
 * Errors: %LAC_E_NO_MEMORY. A closed memory is no error: the reference is empty.
 */
LAC_PUBLIC enum lac_status lac_memory_reference_new (struct lac_memory            *memory,
                                                     const char                   *holder,
                                                     struct lac_memory_reference **out_reference);

/**
 * lac_memory_reference_get:
 * @reference: a reference
 * @out_address: (out): the first byte; NULL when the reference is empty or closed
 *
 * The pointer is good until this reference is closed.
 *
 * Returns: the capacity in bytes; 0 when the reference is empty or closed
 */
LAC_PUBLIC size_t lac_memory_reference_get (struct lac_memory_reference *reference,
                                            void                       **out_address);

/** lac_memory_reference_close: ends the look, not the handle. Closing again is harmless. */
LAC_PUBLIC void lac_memory_reference_close (struct lac_memory_reference *reference);

/** lac_memory_reference_drop: closes @reference (nullable) and frees the handle. */
LAC_PUBLIC void lac_memory_reference_drop (struct lac_memory_reference *reference);

/**
 * lac_memory_holding:
 * @address: the block
 * @size: its bytes
 * @holder: who looks, terminated
 * @since: when the reference was made, microseconds since 1970
 * @memory_closed: the memory itself is closed
 *
 * One open reference.
 */
struct lac_memory_holding
{
  uintptr_t address;
  size_t size;
  char holder[64];
  int64_t since;
  bool memory_closed;
};

/**
 * lac_memory_list_holdings:
 * @memory: (nullable): a memory; NULL for all in this process
 * @out_holdings: (out caller-allocates) (nullable): room for @n_holdings
 * @n_holdings: how many there is room for
 *
 * Lists the open references that are not empty, oldest first. O(open references of the process).
 *
 * Returns: how many there are, which may be more than were written
 */
LAC_PUBLIC size_t lac_memory_list_holdings (struct lac_memory         *memory,
                                            struct lac_memory_holding *out_holdings,
                                            size_t                     n_holdings);

LAC_END_DECLS
