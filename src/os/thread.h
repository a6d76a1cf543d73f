/* What code that is shared by threads and survives fork(2) needs of an operating system.
 *
 * Not part of what liblacuna exports. Locks go through here, and not through the language's own, so
 * that they may lie in memory that is wiped on fork, and so that what happens to them then is decided in one
 * place.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** LAC_OF_FIRST_CALL: for the few variables that a first call writes to. They lie beside what the loader has
 * written to before, where that costs no page fault. */
#ifdef __ELF__
#define LAC_OF_FIRST_CALL __attribute__ ((section (".data")))
#else
#define LAC_OF_FIRST_CALL
#endif

/** lac_lock: a lock between threads; all zero is unlocked. Its inside is the system's. */
struct lac_lock
{
  _Atomic uint32_t word;
};

/** lac_lock_acquire: waits for @lock. Not recursive. */
void lac_lock_acquire (struct lac_lock *lock);

/** lac_lock_release: lets @lock go; the thread that acquired it does. */
void lac_lock_release (struct lac_lock *lock);

/**
 * lac_os_wiped_memory:
 * @size: bytes
 * @out_address: (out): zeroed memory, aligned to a cache line; for the life of the process as a rule, else
 *   lac_os_free_wiped_memory()
 *
 * Memory that a child made by fork(2) or clone(2) finds zeroed (MADV_WIPEONFORK, madvise(2), Linux
 * 4.14). A word in it that was set tells at no cost that this is still the process that set it. A
 * lock in it is unlocked in the child.
 *
 * Errors: %LAC_E_NO_MEMORY; %LAC_E_NOT_SUPPORTED where the system has nothing like it: then the PID
 *   must be compared.
 */
enum lac_status lac_os_wiped_memory (size_t size,
                                     void **out_address);

/** lac_os_free_wiped_memory: for who did not need it after all; not all of it comes back. */
void lac_os_free_wiped_memory (void  *address,
                               size_t size);

/**
 * lac_os_at_fork:
 * @before: called in the thread that forks, before
 * @after: called after, in the parent and in the child
 *
 * For what must be whole in the child: @before acquires its lock, @after releases it. Called for
 * fork(2) of the C library only. Registers once for each call.
 */
enum lac_status lac_os_at_fork (void (*before) (void),
                                void (*after) (void));

/** lac_thread_id: the calling thread's number, as the system lists it. About 1 ns, but for the first
 * time in a thread; true in a child after fork(2) too. */
int32_t lac_thread_id (void);

/**
 * lac_os_single_threaded:
 *
 * Points to a byte that is not 0 as long as the process has had one thread only: then what is atomic among
 * threads need not be. Always 0 where the C library does not tell (__libc_single_threaded, glibc 2.32).
 */
extern const char *const lac_os_single_threaded;

/** lac_thread_is_alive: whether this process has a thread of that number. */
bool lac_thread_is_alive (int32_t thread);

/** lac_clock_milliseconds: a clock that only goes forward. */
uint64_t lac_clock_milliseconds (void);

/** lac_clock_wall_microseconds: microseconds since 1970, UTC. */
int64_t lac_clock_wall_microseconds (void);

/** lac_thread_pause: sleeps for about as many microseconds; 0 lets others run. */
void lac_thread_pause (unsigned microseconds);
