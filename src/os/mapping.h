/* Files as memory.
 *
 * Not part of what liblacuna exports.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/status.h"

#include <stddef.h>

/**
 * lac_os_map_file:
 * @path: an ordinary file
 * @protection: enum lac_protection values
 * @out_address: (out): its first byte; NULL when the file is empty
 * @out_size: (out): its bytes
 * @out_system_error: (out) (optional): the errno on %LAC_E_SYSTEM, else 0
 *
 * Maps a whole file, privately: what is written there stays in this process.
 *
 * Errors: %LAC_E_NOT_FOUND, %LAC_E_NOT_SUPPORTED when it is no ordinary file, %LAC_E_NO_MEMORY,
 *   %LAC_E_SYSTEM.
 * Threads: any.
 */
enum lac_status lac_os_map_file (const char *path,
                                 unsigned    protection,
                                 void      **out_address,
                                 size_t     *out_size,
                                 int        *out_system_error);

/** lac_os_unmap_file: gives back what lac_os_map_file() mapped; nothing when @size is 0. */
void lac_os_unmap_file (void  *address,
                        size_t size);
