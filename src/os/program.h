/* Which program a process runs.
 *
 * A process that calls execve(2) keeps its PID and its start time, and has another address space from then
 * on: what was known of its memory is void.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "process.h"

/**
 * lac_process_read_seed:
 * @process: a process
 * @out_seed: (out): a number that is another one for each program that it becomes
 *
 * Reads the random bytes that the kernel gives every program when it begins (AT_RANDOM, getauxval(3)). They
 * are random also where addresses are not (personality(2), ADDR_NO_RANDOMIZE). A program may overwrite
 * them; hardly any does. Three system calls.
 *
 * Returns: false when they can't be read
 * Threads: one at a time for each handle.
 */
bool lac_process_read_seed (struct lac_process *process,
                            uint64_t           *out_seed);
