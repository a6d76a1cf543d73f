/* Which pages of a process's memory have anything in them.
 *
 * Memory is promised long before there is any: of a tebibyte that was allocated, hardly a page exists until
 * it is touched. Whoever reads all of it has the system make the tables that say so, a two-hundred-and-
 * fifty-sixth of what is read, and keep them; so it is asked first.
 *
 * Not part of liblacuna: only who searches through memory asks.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/range.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * lac_os_touched:
 * @part: whole pages, half-open
 * @user_data: as given
 *
 * Is told of pages, in order and apart.
 */
typedef void (*lac_os_touched) (struct lac_range part,
                                void            *user_data);

/**
 * lac_os_find_touched:
 * @pid: whose memory; 0 for this process's
 * @range: half-open
 * @touched: called for each run of pages in @range that are in memory or were moved out of it
 * @user_data: for @touched
 *
 * What of @range is not told of was never touched since it was mapped. In private memory without a file it
 * reads as zeros; of anything else nothing is known. Two seconds for each tebibyte at worst, and no
 * memory of the system's. Of a PID that was used again the answer is about the new process: who asks
 * looks afterwards whether the one that was meant still lives.
 *
 * Returns: false when the system does not say; then some may have been told of
 * Threads: any.
 */
bool lac_os_find_touched (int32_t          pid,
                          struct lac_range range,
                          lac_os_touched   touched,
                          void            *user_data);
