/* Buffers, spelled as users of Reloaded.Memory.Buffers know them.
 *
 * The functions and structures that a C program written for that library calls, over Lacuna's
 * buffers. Whoever links liblacuna-reloaded instead needs to change nothing, and shares buffers
 * with everybody in the process who uses either library. What the interface leaves open is said
 * here, function by function. New programs have more from lacuna.h: reasons, reports,
 * write-xor-execute.
 *
 *     BufferSearchSettings settings = buffersearchsettings_from_proximity (0x7fffffff, target, 64);
 *     GetBufferResult result = buffers_get_buffer (&settings);
 *
 *     if (result.is_ok)
 *       address = locatoritem_append_bytes (result.ok, code, sizeof code);
 *     free_get_buffer_result (result);
 *
 * No function here crashes on NULL. All may be called by any thread, but none in a signal handler.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * LocatorItem:
 * @base_address: the first byte of the buffer; 0 when there is none
 * @size: its bytes
 * @position: how many are used, from the front
 * @is_taken: 1 while somebody has it, else 0
 *
 * A buffer, as it stands in the table that all in the process share: 20 bytes (16 in a process of
 * 32 bits), at any multiple of 4. Buffers are readable, writable and executable, and last as long
 * as the process.
 */
#pragma pack(push, 4)
typedef struct LocatorItem
{
  uintptr_t base_address;
  uint32_t size;
  uint32_t position;
  int32_t is_taken;
} LocatorItem;
#pragma pack(pop)

/**
 * BufferSearchSettings:
 * @min_address: the buffer starts at or above it
 * @max_address: the buffer ends at or below it (start + size ≤ max_address)
 * @size: how many bytes must be free; 0 counts as 1
 */
typedef struct BufferSearchSettings
{
  size_t min_address;
  size_t max_address;
  uint32_t size;
} BufferSearchSettings;

/**
 * BufferAllocatorSettings:
 * @min_address: the allocation starts at or above it
 * @max_address: the allocation ends at or below it
 * @size: bytes, rounded up to the page; 0 counts as 1
 * @target_process_id: this process's; 0 means the same. Others can't be allocated in
 * @retry_count: how many more times to try when other threads take every place that is found first;
 *   below 0 counts as 0
 * @brute_force: when nothing else is left, take a place too that the heap or the stack may grow
 *   into
 *
 * buffersearchsettings_from_proximity() and its sibling fill these in; 8 retries and brute force
 * then.
 */
typedef struct BufferAllocatorSettings
{
  size_t min_address;
  size_t max_address;
  uint32_t size;
  uint32_t target_process_id;
  int32_t retry_count;
  bool brute_force;
} BufferAllocatorSettings;

/**
 * PrivateAllocation:
 * @base_address: the first byte
 * @size: bytes, a multiple of the page
 * @process_id: whose memory it is
 *
 * Memory for its owner alone: readable, writable and executable, zeroed.
 */
typedef struct PrivateAllocation
{
  uint8_t *base_address;
  size_t size;
  uint32_t process_id;
} PrivateAllocation;

/**
 * AllocationResult:
 * @is_ok: it worked
 * @ok: the allocation, when it did; else all zero
 * @err: why not, when it did not; else NULL
 */
typedef struct AllocationResult
{
  bool is_ok;
  PrivateAllocation ok;
  const char *err;
} AllocationResult;

/**
 * GetBufferResult:
 * @is_ok: it worked
 * @ok: the buffer, taken, when it did; else NULL
 * @err: why not, when it did not; else NULL
 *
 * Pass it on and copy it as a whole: then a result that is freed twice is known, even when the same
 * buffer was got again in between.
 */
typedef struct GetBufferResult
{
  bool is_ok;
  LocatorItem *ok;
  const char *err;
} GetBufferResult;

/**
 * buffers_get_buffer:
 * @settings: where it may lie, and how much must be free in it
 *
 * Takes the first buffer that is free and fits, or makes one. Nobody else appends to it before it
 * is put back, with free_get_buffer_result().
 *
 * Returns: a buffer, or a message
 */
GetBufferResult buffers_get_buffer (const BufferSearchSettings *settings);

/**
 * buffers_get_buffer_aligned:
 * @settings: as for buffers_get_buffer()
 * @alignment: a power of two; 0 counts as 1
 *
 * The same, where the next byte that is appended lies at a multiple of @alignment.
 *
 * Returns: a buffer, or a message
 */
GetBufferResult buffers_get_buffer_aligned (const BufferSearchSettings *settings,
                                            uint32_t                    alignment);

/**
 * buffers_allocate_private_memory:
 * @settings: where, and how much; only read
 *
 * Returns: an allocation, which free_allocation_result() or free_private_allocation() frees, or a
 * message
 */
AllocationResult buffers_allocate_private_memory (BufferAllocatorSettings *settings);

/**
 * buffersearchsettings_from_proximity:
 * @proximity: how far away the buffer may begin and end, in bytes
 * @target: from where
 * @size: how many bytes; what does not fit 32 bits is too much for any buffer, and stays so
 *
 * Returns: [@target - @proximity, @target + @proximity], cut at both ends of the address space
 */
BufferSearchSettings buffersearchsettings_from_proximity (size_t proximity,
                                                          size_t target,
                                                          size_t size);

/** bufferallocatorsettings_from_proximity: the same for this process's private memory. */
BufferAllocatorSettings bufferallocatorsettings_from_proximity (size_t proximity,
                                                                size_t target,
                                                                size_t size);

/**
 * free_get_buffer_result:
 * @result: what buffers_get_buffer() or its sibling returned
 *
 * Puts the buffer back, or frees the message. A second time nothing happens: whoever has the buffer
 * by then keeps it. Any thread may do it.
 */
void free_get_buffer_result (GetBufferResult result);

/**
 * free_allocation_result:
 * @result: what buffers_allocate_private_memory() returned
 *
 * Frees the allocation, or the message. A second time nothing happens for the allocation; a message
 * is freed once.
 */
void free_allocation_result (AllocationResult result);

/**
 * free_locator_item:
 * @item: a buffer that this thread took here, in whichever way
 *
 * Puts it back. Does nothing when it is not taken, or not by this thread (unless that has ended),
 * or not through this library: so a second time can't take it from somebody else. Who got a buffer
 * from another thread puts it back with free_get_buffer_result(), or with locatoritem_unlock().
 */
void free_locator_item (LocatorItem *item);

/**
 * free_private_allocation:
 * @allocation: what a result had
 *
 * Gives the memory back. Does nothing when that was done before, or when it was not allocated here,
 * in this process. In 32 bits the structure has no room for a number: there, who frees twice frees
 * an allocation of the same size that was made at the same place in between.
 */
void free_private_allocation (PrivateAllocation allocation);

/** free_string: frees a message; it is one that a result had. */
void free_string (const char *string);

/** locatoritem_bytes_left: how many bytes are free; 0 when more is used than there is. */
uint32_t locatoritem_bytes_left (const LocatorItem *item);

/** locatoritem_min_address: the address of the first byte. */
size_t locatoritem_min_address (const LocatorItem *item);

/** locatoritem_max_address: the first address after the last byte. */
size_t locatoritem_max_address (const LocatorItem *item);

/** locatoritem_is_allocated: whether there is memory behind it. */
bool locatoritem_is_allocated (const LocatorItem *item);

/** locatoritem_is_taken: whether somebody has it at this moment. */
bool locatoritem_is_taken (const LocatorItem *item);

/** locatoritem_try_lock: takes the buffer if it is free, and says whether it did. Never waits. */
bool locatoritem_try_lock (LocatorItem *item);

/**
 * locatoritem_lock:
 * @item: any item
 *
 * Takes the buffer, and waits for as long as somebody else has it: for ever, when they died with
 * it. To give up after a while, use locatoritem_try_lock(). Returns at once for NULL.
 */
void locatoritem_lock (LocatorItem *item);

/** locatoritem_unlock: puts the buffer back, whoever took it. For those who know that they have it.
 * */
void locatoritem_unlock (LocatorItem *item);

/**
 * locatoritem_can_use:
 * @item: any item
 * @size: how many bytes must be free
 * @min_address: the next byte lies at or above it
 * @max_address: the buffer ends at or below it
 *
 * Returns: whether the buffer is allocated and all that holds; it may be taken
 */
bool locatoritem_can_use (const LocatorItem *item,
                          uint32_t           size,
                          size_t             min_address,
                          size_t             max_address);

/**
 * locatoritem_append_bytes:
 * @item: a buffer that the caller has taken
 * @data: what to append; may be NULL when @data_len is 0
 * @data_len: how many bytes
 *
 * Copies the bytes to the end of what is used. Nothing is ever written past the end of the buffer:
 * what does not fit is not appended at all.
 *
 * Returns: the address of the copy; 0 when there is no room for it
 */
size_t locatoritem_append_bytes (LocatorItem   *item,
                                 const uint8_t *data,
                                 size_t         data_len);

/**
 * overwrite_allocated_code:
 * @source: the new bytes
 * @target: where they go: memory of this process, in a buffer or anywhere else
 * @size: how many
 *
 * Copies the bytes to memory that may be read-only or executable, and makes them safe to run. The
 * pages have their protection back afterwards. When a page can't be made writable nothing is
 * written.
 *
 * Other threads may run what is overwritten meanwhile; where that must not be seen half done, write
 * one aligned word from a callback of overwrite_allocated_code_ex().
 */
void overwrite_allocated_code (const uint8_t *source,
                               uint8_t       *target,
                               size_t         size);

/**
 * overwrite_allocated_code_ex:
 * @source: for @callback
 * @target: what will be writable
 * @size: how many bytes of it
 * @callback: writes, once; it is not called when the memory can't be made writable
 *
 * The same with one's own way of writing. @callback may call this again.
 */
void overwrite_allocated_code_ex (const uint8_t *source,
                                  uint8_t       *target,
                                  size_t         size,
                                  void (*callback) (const uint8_t *source,
                                                    uint8_t       *target,
                                                    size_t         size));

/** utilities_clear_instruction_cache: makes code just written in [@start, @end) safe to run. */
void utilities_clear_instruction_cache (uint8_t *start,
                                        uint8_t *end);

#ifdef __cplusplus
}
#endif
