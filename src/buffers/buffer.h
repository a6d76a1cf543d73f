/* Shared buffers: memory at a place of one's choice, filled by all who need a little of it.
 *
 * A hook needs a few bytes within reach of what it hooks; a page for each would soon use up what is
 * within reach. So those who hook share buffers: one takes a buffer, appends to it, and puts it
 * back. What was appended stays where it is for the life of the process; nothing is ever moved or
 * freed. The buffers of a process stand in its locator (locator.h), which everyone in the process
 * finds, other copies of this library and Reloaded.Memory.Buffers included.
 *
 * Buffers are readable, writable and executable at once, because that is what all who share them
 * expect. Those who only use Lacuna may ask for %LAC_BUFFER_WRITE_XOR_EXECUTE.
 *
 * A child made by fork(2) begins with a locator of its own: what its parent appended is there, copied
 * as all memory is, but no buffer of the parent is taken or filled by the child. A child made by vfork(2) has
 * no memory of its own, so that what it does it does as its parent: it had better do none of this. Where the
 * system can't wipe memory on fork(2) (Linux before 4.14), it may even replace its parent's locator by one of
 * its own.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "placement.h"

LAC_BEGIN_DECLS

enum lac_buffer_flags
{
  /** Never writable and executable at one address. Such buffers are not in the shared locator, since
   * others would write to them as to any: other copies of this library don't see them either. Fill them
   * with lac_buffer_append() or lac_buffer_write(), not through the pointer.
   *
   * The memory is a memfd_create(2) file mapped twice: at the buffer's place to be read and run, and at
   * another, which nobody is told, to be read and written. What was appended can so be run while more is
   * appended beside it. A child after fork(2) has the first mapping only. Where a policy lets no such file
   * be run (vm.memfd_noexec, SELinux) the answer is %LAC_E_SYSTEM. */
  LAC_BUFFER_WRITE_XOR_EXECUTE = 1,
  /** Only a buffer that exists: %LAC_E_NO_GAP rather than a new one. */
  LAC_BUFFER_EXISTING = 2,
  /** Only a new buffer, even where one that exists would do: as large as asked for and not more. Not with
   * %LAC_BUFFER_EXISTING. */
  LAC_BUFFER_NEW = 4,
};

/**
 * lac_buffer:
 * @address: the first byte of the buffer
 * @size: its bytes
 * @position: how many are used; the next byte is at @address + @position
 * @flags: enum lac_buffer_flags values
 * @created: it was made by this lac_buffers_get()
 *
 * A buffer that is taken. The other fields are private. Copies name the same taking: after one was
 * put back the others are worthless, and known to be.
 */
struct lac_buffer
{
  uintptr_t address;
  uint32_t size;
  uint32_t position;
  uint32_t flags;
  uint32_t begun;
  bool created;
  void *item;
  void *state;
  uint64_t taking;
};

/**
 * lac_buffers_get:
 * @query: (borrowed) (nullable): the constraints. `size` is how many bytes must be free (4,096 by
 *   default, less than 4 GiB), the whole buffer lies in the window, and `alignment` is that of the next
 *   byte; `order` and `avoid` are used when a buffer must be made. NULL for 4,096 bytes anywhere
 * @flags: enum lac_buffer_flags values
 * @out_buffer: (out): the buffer, taken; put it back with lac_buffer_put()
 * @out_report: (out) (optional): how a place was found, when a buffer was made; else zeroed
 *
 * Takes the first buffer that is free, inside the window and roomy enough, or makes one. The position
 * is already aligned. lac_placement_init() asks for a page at a multiple of the granularity: who needs a
 * few bytes sets `size` and `alignment`, to 1 if any address will do, or else has a page to himself.
 *
 * Small requests share buffers. A buffer that is made is as large as asked for, rounded up to the page;
 * when a request of at most a page finds the buffer that its thread used last full, the next is twice as
 * large, up to 2 MiB where there is room for it.
 *
 * Nobody waits for a buffer that is taken: another serves. A thread that met others at its buffer is
 * given one whose entry in the table lies on another cache line.
 *
 * O(1) while one of the four buffers that the thread used last has room, otherwise O(buffers) in tables
 * that may have room, and O(1) for each of the others.
 *
 * Errors: %LAC_E_NO_GAP, %LAC_E_INVALID, %LAC_E_BUSY when the locator stays locked (see
 *   lac_locator_get_holder()), %LAC_E_OCCUPIED, %LAC_E_NO_MEMORY, %LAC_E_SYSTEM.
 * Threads: any. Not in a signal handler.
 */
LAC_PUBLIC enum lac_status lac_buffers_get (const struct lac_gap_query  *query,
                                            unsigned                     flags,
                                            struct lac_buffer           *out_buffer,
                                            struct lac_placement_report *out_report);

/**
 * lac_buffer_append:
 * @buffer: (inout): a taken buffer
 * @bytes: (borrowed): what to append
 * @size: how many bytes; 0 is allowed
 * @out_address: (out) (optional): where they lie
 *
 * Copies the bytes to the end. They are there before the position moves, so that whoever looks sees
 * whole appends.
 *
 * Errors: %LAC_E_FULL with nothing written, %LAC_E_NOT_TAKEN, %LAC_E_SYSTEM (write-xor-execute only).
 * Threads: one at a time for each buffer; the taking sees to that among takers.
 */
LAC_PUBLIC enum lac_status lac_buffer_append (struct lac_buffer *buffer,
                                              const void        *bytes,
                                              size_t             size,
                                              void             **out_address);

/**
 * lac_buffer_reserve:
 * @buffer: (inout): a taken buffer
 * @size: how many bytes
 * @alignment: a power of two that the address is a multiple of; 1 for any
 * @out_address: (out): where they lie
 *
 * Space without bytes, for code that is assembled in place. What is skipped to align stays unused.
 *
 * Errors: %LAC_E_FULL, %LAC_E_NOT_TAKEN, %LAC_E_INVALID.
 * Threads: as lac_buffer_append().
 */
LAC_PUBLIC enum lac_status lac_buffer_reserve (struct lac_buffer *buffer,
                                               size_t             size,
                                               size_t             alignment,
                                               void             **out_address);

/**
 * lac_buffer_write:
 * @buffer: a taken buffer
 * @address: where to; inside what was reserved in it since it was taken
 * @bytes: (borrowed): what to write
 * @size: how many bytes
 *
 * Fills reserved space, which for a write-xor-execute buffer can't be done through the pointer.
 *
 * Errors: %LAC_E_INVALID outside of what was reserved, %LAC_E_NOT_TAKEN, %LAC_E_SYSTEM.
 * Threads: as lac_buffer_append().
 */
LAC_PUBLIC enum lac_status lac_buffer_write (struct lac_buffer *buffer,
                                             void              *address,
                                             const void        *bytes,
                                             size_t             size);

/**
 * lac_buffer_put:
 * @buffer: (inout): a taken buffer; zeroed on success
 *
 * Puts it back, once. What was appended may be run from here on.
 *
 * Errors: %LAC_E_NOT_TAKEN when it was put back before, also through a copy; somebody else who has it
 *   now keeps it.
 * Threads: any; of several who put back copies at the same moment one succeeds.
 */
LAC_PUBLIC enum lac_status lac_buffer_put (struct lac_buffer *buffer);

LAC_END_DECLS
