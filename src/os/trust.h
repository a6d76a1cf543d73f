/* Two things that the buffers need of this process's mappings: to know whether memory is what somebody
 * says it is, and memory that is written at one address and run at another.
 *
 * Not part of what liblacuna exports.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * lac_os_check_anonymous:
 * @address: the first byte
 * @size: bytes
 * @protection: enum lac_protection values
 *
 * Looks whether all of it is mapped, is private memory without a file and not the stack, and has at least
 * that protection. Reads all of the map where the kernel answers no point queries.
 *
 * Errors: %LAC_E_NOT_OURS when it is not; %LAC_E_SYSTEM when that can't be told now, which may pass.
 * Threads: any.
 */
enum lac_status lac_os_check_anonymous (uint64_t address,
                                        uint64_t size,
                                        unsigned protection);

/**
 * lac_os_map_twice:
 * @address: memory of our own that lac_os_allocate() made; replaced, zeroed
 * @size: its bytes
 * @out_writable: (out): the same bytes again, for reading and writing
 * @out_system_error: (out) (optional): the errno on %LAC_E_SYSTEM, else 0
 *
 * Makes memory that can be read and run at @address and read and written at @out_writable. A child
 * after fork(2) has only the first.
 *
 * Errors: %LAC_E_NO_MEMORY, %LAC_E_SYSTEM (a policy forbids it); what was at @address is as before.
 * Threads: any.
 */
enum lac_status lac_os_map_twice (void  *address,
                                  size_t size,
                                  void **out_writable,
                                  int   *out_system_error);

/** lac_os_unmap_twice: gives back what lac_os_map_twice() made, both addresses. */
void lac_os_unmap_twice (void  *address,
                         size_t size,
                         void  *writable);
