/* Freeing memory that the program may need itself.
 *
 * Not part of liblacuna: only the command line frees what it did not allocate.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

/* How many addresses there are at most. */
#define LAC_VITAL_MAX 8

/**
 * lac_vital_addresses:
 * @out_addresses: (out caller-allocates): room for LAC_VITAL_MAX
 *
 * Addresses in what this process can't do without, even for its last call: its program, the library with
 * this function, the C library, the loader, what the kernel gave it, this thread's stack and its data.
 * The whole of each belongs to it.
 *
 * Returns: how many
 * Threads: any.
 */
size_t lac_vital_addresses (uint64_t out_addresses[LAC_VITAL_MAX]);

/**
 * lac_vital_free_and_exit:
 * @address: a multiple of the page size
 * @size: bytes; a multiple of the page size
 * @exit_status: what to end with
 * @out_system_error: (out): the system's reason
 *
 * Gives memory back, whoever's it is, and ends the process at once: nothing runs in between that could
 * miss it, so what is to be said is said before. Returns only when nothing was freed.
 *
 * Errors: %LAC_E_SYSTEM.
 * Threads: any.
 */
enum lac_status lac_vital_free_and_exit (uint64_t address,
                                         uint64_t size,
                                         int      exit_status,
                                         int     *out_system_error);
