/* This process's own memory, as an operating system gives and takes it.
 *
 * One of the two contracts with an operating system (the other, process.h, is any process). Nothing
 * here remembers anything: what is free may be taken by another thread before the answer has been
 * read, so whoever allocates names an address and is told when somebody else was faster.
 *
 * Nothing is ever put over a mapping: where the system can't promise that (Linux before 4.17 takes
 * MAP_FIXED_NOREPLACE for a hint, mmap(2)), the address that came back is compared, and what lies
 * elsewhere is given back.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/region.h"
#include "core/status.h"

LAC_BEGIN_DECLS

/**
 * lac_os_space:
 * @user: what may be mapped: from the lowest mappable address, which is above page 0 and above
 *   mmap_min_addr even for root, to the end of user space; half-open
 * @page_size: in bytes; a power of two
 * @granularity: what an allocation's address must be a multiple of; a power of two
 *
 * What does not change while the process lives.
 */
struct lac_os_space
{
  struct lac_range user;
  uint64_t page_size;
  uint64_t granularity;
};

/**
 * lac_os_get_space:
 *
 * Returns: (transfer none): the facts, found out once
 * Threads: any.
 */
const struct lac_os_space *lac_os_get_space (void);

/** LAC_OS_HIGH: from here on nobody forbids to map memory for being low. */
#define LAC_OS_HIGH (UINT64_C (1) << 32)

/**
 * lac_os_get_high_space:
 *
 * The same for who looks at nothing below %LAC_OS_HIGH, where `user` begins then, if there is anything
 * above. The lowest mappable address, which lies in a file, is not asked for.
 *
 * Returns: (transfer none): the facts, found out once
 * Threads: any.
 */
const struct lac_os_space *lac_os_get_high_space (void);

/** lac_os_page_size: the page size of lac_os_get_space(), without a system call. */
uint64_t lac_os_page_size (void);

/**
 * lac_os_allocate:
 * @address: the first byte; a multiple of the granularity, inside user space
 * @size: bytes; a multiple of the page size, above 0
 * @protection: enum lac_protection values
 * @out_system_error: (out) (optional): the errno on %LAC_E_SYSTEM, else 0
 *
 * Makes private anonymous memory at exactly @address, zeroed. One system call.
 *
 * Errors: %LAC_E_OCCUPIED when a byte of it is mapped already; %LAC_E_INVALID for what does not fit
 *   user space or its multiples; %LAC_E_NO_MEMORY; %LAC_E_SYSTEM (a policy forbids it).
 * Threads: any.
 */
enum lac_status lac_os_allocate (uint64_t address,
                                 uint64_t size,
                                 unsigned protection,
                                 int     *out_system_error);

/**
 * lac_os_allocate_anywhere:
 * @size: bytes; a multiple of the page size, above 0
 * @protection: enum lac_protection values
 * @out_address: (out): the first byte; set only on success
 * @out_system_error: (out) (optional): as for lac_os_allocate()
 *
 * The same where the system likes.
 *
 * Errors: as lac_os_allocate(), but for %LAC_E_OCCUPIED.
 * Threads: any.
 */
enum lac_status lac_os_allocate_anywhere (uint64_t  size,
                                          unsigned  protection,
                                          uint64_t *out_address,
                                          int      *out_system_error);

/**
 * lac_os_protect:
 * @address: a multiple of the page size
 * @size: bytes; a multiple of the page size
 * @protection: enum lac_protection values
 * @out_system_error: (out) (optional): as for lac_os_allocate()
 *
 * Errors: %LAC_E_NOT_FOUND when a page of it is not mapped (those before it may have changed),
 *   %LAC_E_INVALID, %LAC_E_NO_MEMORY, %LAC_E_SYSTEM (a policy forbids it).
 * Threads: any.
 */
enum lac_status lac_os_protect (uint64_t address,
                                uint64_t size,
                                unsigned protection,
                                int     *out_system_error);

/**
 * lac_os_touch:
 * @address: a multiple of the page size
 * @size: bytes; a multiple of the page size
 *
 * Has the system provide the pages of memory that is about to be written, as if each had been touched, in
 * one system call (MADV_POPULATE_WRITE, Linux 5.14).
 *
 * Returns: false when it can't; then they come as they are touched
 * Threads: any.
 */
bool lac_os_touch (uint64_t address,
                   uint64_t size);

/**
 * lac_os_prefer_large_pages:
 * @address: a multiple of the page size
 * @size: bytes; a multiple of the page size
 *
 * Lets the system use large pages where there is room for one in the range (MADV_HUGEPAGE): touching one is
 * as quick as touching some fifty small ones. No system call where there is none.
 *
 * Threads: any.
 */
void lac_os_prefer_large_pages (uint64_t address,
                                uint64_t size);

/**
 * lac_os_free:
 * @address: a multiple of the page size
 * @size: bytes; a multiple of the page size
 * @out_system_error: (out) (optional): as for lac_os_allocate()
 *
 * Gives memory back. The caller answers for its being its own.
 *
 * Errors: %LAC_E_INVALID, %LAC_E_NO_MEMORY when it would leave more regions than the system allows,
 *   %LAC_E_SYSTEM.
 * Threads: any.
 */
enum lac_status lac_os_free (uint64_t address,
                             uint64_t size,
                             int     *out_system_error);

/**
 * lac_os_query:
 * @address: any address
 * @out_region: (out): the region at @address, or, where nothing is mapped, the next one above;
 *   `backing` is 0 and means nothing
 *
 * What is mapped at @address, or next above it, in user space. Two system calls, without a lock and
 * without memory, where the kernel has PROCMAP_QUERY (Linux 6.11); so it may be asked in a signal
 * handler too. The kind is decided as lac_process_query() does.
 *
 * Errors: %LAC_E_NOT_FOUND when nothing is mapped there nor above; %LAC_E_NOT_SUPPORTED when the
 *   system can't say without a reading of everything, see lac_os_can_query(), or not now (no
 *   descriptor is free).
 * Threads: any, and a child after fork(2) asks about itself.
 */
enum lac_status lac_os_query (uint64_t           address,
                              struct lac_region *out_region);

/** lac_os_can_query: whether lac_os_query() works here. Found out once. */
bool lac_os_can_query (void);

/** lac_os_cannot_query: whether it is known that lac_os_query() does not work here; asks nothing. */
bool lac_os_cannot_query (void);

/**
 * lac_os_view:
 *
 * This process's own map, to be asked many times in a row. Private field; it holds nothing that must
 * be released, and is good for the asking of one question after another, not for keeping.
 */
struct lac_os_view
{
  int file;
};

/**
 * lac_os_view_open:
 * @out_view: (out): the view
 *
 * One system call as a rule.
 *
 * Errors: %LAC_E_NOT_SUPPORTED as for lac_os_query().
 * Threads: any.
 */
enum lac_status lac_os_view_open (struct lac_os_view *out_view);

/**
 * lac_os_view_next:
 * @view: just opened
 * @address: any address
 * @out_range: (out): the region at @address or next above it
 *
 * lac_os_query() at half its price: only where the region lies. One system call.
 *
 * Errors: as lac_os_query().
 * Threads: any.
 */
enum lac_status lac_os_view_next (const struct lac_os_view *view,
                                  uint64_t                  address,
                                  struct lac_range         *out_range);

/** lac_os_view_is_ready: whether lac_os_view_open() has opened what it needs before, in this process: for the
 * first time that takes as long as fifty questions. Threads: any. */
bool lac_os_view_is_ready (void);

/**
 * lac_os_is_mapped:
 * @address: a multiple of the page size
 * @size: bytes; a multiple of the page size, above 0
 *
 * Whether all of it is mapped, in whatever way. One system call, which looks at the regions in the range;
 * nothing is opened, and no /proc is needed.
 *
 * Threads: any.
 */
bool lac_os_is_mapped (uint64_t address,
                       uint64_t size);

/**
 * lac_os_get_heap_growth:
 * @out_program_break: (out): where the heap ends; 0 when it is not known
 * @out_limit: (out): how far it may grow above that, in bytes; UINT64_MAX for no limit
 *
 * How far the heap may grow, as it is now; core/hazard.h makes a hazard of it. Two system calls.
 *
 * Threads: any.
 */
void lac_os_get_heap_growth (uint64_t *out_program_break,
                             uint64_t *out_limit);

/** lac_os_stack_address: an address in the main thread's stack; 0 when it is not known. No system
 * call. Threads: any. */
uint64_t lac_os_stack_address (void);

/**
 * lac_os_get_stack_growth:
 * @out_limit: (out): how far the region of the main thread's stack may grow down, in bytes; UINT64_MAX
 *   for no limit
 * @out_guard: (out): bytes that are kept free below it
 *
 * How far that stack may grow, as it is now. One system call; some more the first time.
 *
 * Threads: any.
 */
void lac_os_get_stack_growth (uint64_t *out_limit,
                              uint64_t *out_guard);

/**
 * lac_os_check_private:
 * @address: a multiple of the page size
 * @size: bytes; a multiple of the page size
 *
 * Looks whether all that is mapped in a range could come from lac_os_allocate(): private, and of no
 * file. What else is private and of no file (another's allocation, a heap, a thread's stack) can't be
 * told from that. One system call for each region, which is one as a rule.
 *
 * Errors: %LAC_E_NOT_OURS when something else lies there, in part at least; otherwise %LAC_E_NOT_FOUND
 *   when a part of it is not mapped; %LAC_E_NOT_SUPPORTED as for lac_os_query().
 * Threads: any.
 */
enum lac_status lac_os_check_private (uint64_t address,
                                      uint64_t size);

/**
 * lac_os_mapped_size:
 * @out_size: (out): bytes that this process has mapped in all
 *
 * A cheap sign of change: while it stays the same, most likely nothing was mapped or freed. One
 * system call (statm, proc_pid_statm(5)).
 *
 * Errors: %LAC_E_NOT_SUPPORTED.
 * Threads: any.
 */
enum lac_status lac_os_mapped_size (uint64_t *out_size);

/** lac_os_process_id: this process's PID, as its own namespace has it; right after fork(2) too. */
int32_t lac_os_process_id (void);

/** lac_os_clear_instruction_cache: makes code just written in [@start, @end) safe to run here. */
void lac_os_clear_instruction_cache (void *start,
                                     void *end);

LAC_END_DECLS
