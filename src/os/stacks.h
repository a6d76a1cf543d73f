/* Whether some memory is a thread's stack.
 *
 * A thread's stack is private memory without a file, as an allocation is; only the thread itself tells
 * them apart.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "process.h"

/**
 * lac_process_find_stack:
 * @process: a process
 * @range: some of its memory
 * @out_thread: (out): a thread whose stack pointer lies there, as in the process's own folder under /proc; 0
 *   for none
 * @out_is_sure: (out): false when there is a thread whose stack pointer could not be seen, because it is running
 *   or may not be looked at
 *
 * Asks each thread where its stack pointer is. Nothing is stopped. O(threads), three system calls each.
 *
 * Threads: one at a time for each handle.
 */
void lac_process_find_stack (struct lac_process *process,
                             struct lac_range    range,
                             int32_t            *out_thread,
                             bool               *out_is_sure);
