/* Private allocations: memory at a place of one's choice, for oneself alone.
 *
 * What a hook needs that shares with nobody: its own pages, with its own protection, that it can
 * free. Memory that many hooks share, a few bytes each, is a buffer (buffer.h).
 *
 * All that are alive are known here, so that a second free, or the free of a copied handle, is an
 * error and never the end of somebody else's memory.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "placement.h"

LAC_BEGIN_DECLS

/**
 * lac_private:
 * @address: the first byte
 * @size: bytes, a multiple of the page
 * @protection: enum lac_protection values, as last set through lac_private_protect()
 * @serial: which allocation this is; no two in a process have the same, 0 is none
 *
 * A private allocation. Copies name the same one.
 */
struct lac_private
{
  void *address;
  size_t size;
  unsigned protection;
  uint64_t serial;
};

/**
 * lac_private_allocate:
 * @query: (borrowed) (nullable): the constraints; NULL for those of lac_placement_init()
 * @protection: enum lac_protection values; most want %LAC_PROTECTION_READ | %LAC_PROTECTION_WRITE,
 *   and lac_private_protect() when the code is written
 * @out_private: (out): the allocation; free it with lac_private_free()
 * @out_report: (out) (optional): what was tried, filled in either case
 *
 * Allocates near, between, below: wherever @query says. The memory is zeroed and takes no physical
 * page before it is touched. Page 0 and what lies below mmap_min_addr is never taken, even by root.
 *
 * Errors: %LAC_E_NO_GAP, %LAC_E_INVALID, %LAC_E_OCCUPIED when other threads were faster each time,
 *   %LAC_E_NO_MEMORY, %LAC_E_SYSTEM.
 * Threads: any.
 */
LAC_PUBLIC enum lac_status lac_private_allocate (const struct lac_gap_query  *query,
                                                 unsigned                     protection,
                                                 struct lac_private          *out_private,
                                                 struct lac_placement_report *out_report);

/**
 * lac_private_protect:
 * @allocation: (inout): an allocation; its protection is set on success
 * @protection: enum lac_protection values
 *
 * Changes the protection of the whole allocation. Code that was written there is safe to run
 * afterwards (the instruction cache is cleared where the processor needs that).
 *
 * Errors: %LAC_E_NOT_OURS when it was freed, or somebody else has unmapped it; %LAC_E_INVALID for what is
 *   no protection; %LAC_E_NO_MEMORY; %LAC_E_SYSTEM.
 * Threads: any.
 */
LAC_PUBLIC enum lac_status lac_private_protect (struct lac_private *allocation,
                                                unsigned            protection);

/**
 * lac_private_free:
 * @allocation: (inout): an allocation; zeroed on success
 *
 * Somebody else may have unmapped it meanwhile. Where nothing has come in its place, freeing it is no
 * fault. Where another's file or shared memory lies, in part at least, nothing of it is touched and the
 * allocation is forgotten. What can't be told from it is another's memory that is private too and of
 * no file: that is freed. Where the system has no point queries (Linux before 6.11) nothing is told.
 *
 * Errors: %LAC_E_NOT_OURS when it was freed before, also through a copy, or a stranger's memory lies
 *   there; %LAC_E_NO_MEMORY when it would leave more regions than the system allows; %LAC_E_SYSTEM.
 * Threads: any.
 */
LAC_PUBLIC enum lac_status lac_private_free (struct lac_private *allocation);

/**
 * lac_private_find:
 * @address: any address
 * @out_private: (out): the allocation that holds it
 *
 * Errors: %LAC_E_NOT_FOUND.
 * Threads: any.
 */
LAC_PUBLIC enum lac_status lac_private_find (const void         *address,
                                             struct lac_private *out_private);

/**
 * lac_private_list:
 * @out_privates: (out caller-allocates) (nullable): room for @n_privates
 * @n_privates: how many there is room for
 *
 * Lists the allocations that are alive, by address.
 *
 * Returns: how many there are, which may be more than were written
 * Threads: any.
 */
LAC_PUBLIC size_t lac_private_list (struct lac_private *out_privates,
                                    size_t              n_privates);

LAC_END_DECLS
