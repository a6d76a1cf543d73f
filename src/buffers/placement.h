/* Placement: from constraints to memory, in this process.
 *
 * The core knows where a buffer could go in a map; a map is old as soon as it is read, and reading
 * all of it for one page would cost more than the page. Here the address space is asked piece by
 * piece, outward from the anchor, and the first place that satisfies the query is tried. What was
 * free may be taken by another thread in between; then the next place is, a bounded number of times,
 * and each attempt is told.
 *
 * Constraints are a struct lac_gap_query, as everywhere. Of its orders, nearest, lowest and highest
 * are found by asking outward; tightest and roomiest need one reading of everything.
 *
 * A place is chosen so that no hole of a single page is left beside a neighbour, where the
 * constraints leave the choice: only what needs no more than a page could ever fill it. The rule: each
 * gap, in the query's order, has the candidate that lac_gap_next() gives. If that leaves free, at
 * either side, exactly one page between itself and the end of the gap, then four other places are
 * looked at, and the first that satisfies all constraints and leaves no such hole is taken: a page into
 * the hole (the lower one, if there are two), a page away from it, then an alignment below, an
 * alignment above. A gap that has none is passed over for the next, but only eight gaps are looked at:
 * if it is the same in all of them, then the first one's candidate is taken as it is. An exact fit
 * leaves no hole, and is used.
 *
 * In the same way, where all of a map is read, as it is for other processes, a place right below what a
 * stack may grow into is moved down: the kernel stops a stack 256 pages above whatever is mapped
 * (mm/mmap.c, acct_stack_growth), and counts its limit from its end.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/gap.h"

LAC_BEGIN_DECLS

/** LAC_ATTEMPTS_MAX: how many places are tried at most before %LAC_E_OCCUPIED is the answer. */
#define LAC_ATTEMPTS_MAX 16

/**
 * lac_attempt:
 * @address: where it was tried
 * @status: %LAC_OK, %LAC_E_OCCUPIED (another thread was faster), or why the system refused
 * @system_error: the errno on %LAC_E_SYSTEM, else 0
 */
struct lac_attempt
{
  uint64_t address;
  enum lac_status status;
  int system_error;
};

/**
 * lac_placement_report:
 * @n_attempts: how many of @attempts are set
 * @attempts: the places tried, in order; the last one has the outcome
 * @n_queries: how many questions the system was asked about what is mapped
 * @read_all: the whole map had to be read (no point queries here, or an order that needs it)
 *
 * How a place was found, or was not.
 */
struct lac_placement_report
{
  unsigned n_attempts;
  struct lac_attempt attempts[LAC_ATTEMPTS_MAX];
  unsigned n_queries;
  bool read_all;
};

/**
 * lac_placement_init:
 * @query: (out): one page anywhere in this process: no anchor, %LAC_WITHIN_DEFAULT, all hazards
 *   avoided, nearest first
 *
 * As lac_gap_query_init(), without a map. O(1).
 *
 * Threads: any.
 */
LAC_PUBLIC void lac_placement_init (struct lac_gap_query *query);

/**
 * lac_placement_find:
 * @query: (borrowed): the constraints; the size is rounded up to the page, the alignment up to the
 *   granularity
 * @out_range: (out): where it would go now
 * @out_report: (out) (optional): filled in either case
 *
 * Finds a place and takes nothing: a dry run.
 *
 * Errors: %LAC_E_NO_GAP, %LAC_E_INVALID, %LAC_E_NO_MEMORY, %LAC_E_SYSTEM.
 * Threads: any.
 */
LAC_PUBLIC enum lac_status lac_placement_find (const struct lac_gap_query  *query,
                                               struct lac_range            *out_range,
                                               struct lac_placement_report *out_report);

/**
 * lac_placement_take:
 * @query: (borrowed): as for lac_placement_find()
 * @protection: enum lac_protection values
 * @out_range: (out): what was allocated
 * @out_report: (out) (optional): filled in either case
 *
 * Finds a place and allocates it: private anonymous memory, zeroed. Private to liblacuna: what is
 * made is given to private.h or the locator, which know who frees it.
 *
 * A place near one anchor is remembered, and tried again without asking while the size of all that
 * is mapped says that nothing has changed; so "nearest" may miss a place that was freed and, at
 * the same time, made up for elsewhere.
 *
 * Errors: as lac_placement_find(), and %LAC_E_OCCUPIED after %LAC_ATTEMPTS_MAX attempts.
 * Threads: any.
 */
enum lac_status lac_placement_take (const struct lac_gap_query  *query,
                                    unsigned                     protection,
                                    struct lac_range            *out_range,
                                    struct lac_placement_report *out_report);

/** lac_placement_give_back: frees what lac_placement_take() made; private to liblacuna. */
enum lac_status lac_placement_give_back (struct lac_range range,
                                         int             *out_system_error);

LAC_END_DECLS
