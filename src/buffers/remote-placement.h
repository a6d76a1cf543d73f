/* Placement in another process: from constraints to memory there.
 *
 * The constraints, the rule against one-page holes and the report are those of placement.h. What
 * differs is who is asked (the process's map) and who allocates (one of its threads, os/remote.h):
 * the place is looked at again right before, and when somebody was faster the next one is tried.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "os/remote.h"
#include "placement.h"

LAC_BEGIN_DECLS

/**
 * lac_remote_placement_init:
 * @process: a process
 * @query: (out): one page anywhere in it, as lac_placement_init()
 * @out_failure: (out) (optional): set on failure
 *
 * Errors: those of lac_process_get_facts().
 */
LAC_PUBLIC enum lac_status lac_remote_placement_init (struct lac_process         *process,
                                                      struct lac_gap_query       *query,
                                                      struct lac_process_failure *out_failure);

/**
 * lac_remote_placement_find:
 * @process: a process
 * @query: (borrowed): the constraints
 * @out_range: (out): where it would go now
 * @out_report: (out) (optional): filled in either case
 * @out_failure: (out) (optional): set on failure
 *
 * A dry run: reads the map, touches nothing. It needs no right to trace.
 *
 * Errors: %LAC_E_NO_GAP, %LAC_E_INVALID, %LAC_E_NO_MEMORY, those of lac_process_read_map().
 * Cost: a reading of the map; O(its text).
 */
LAC_PUBLIC enum lac_status lac_remote_placement_find (struct lac_process          *process,
                                                      const struct lac_gap_query  *query,
                                                      struct lac_range            *out_range,
                                                      struct lac_placement_report *out_report,
                                                      struct lac_process_failure  *out_failure);

/**
 * lac_remote_placement_take:
 * @remote: a handle
 * @query: (borrowed): the constraints
 * @protection: enum lac_protection values
 * @out_range: (out): what was allocated: private anonymous memory, verified
 * @out_report: (out) (optional): filled in either case
 * @out_failure: (out) (optional): set on failure
 *
 * Errors: as lac_remote_placement_find() and lac_remote_allocate(); %LAC_E_OCCUPIED after
 *   %LAC_ATTEMPTS_MAX attempts.
 */
LAC_PUBLIC enum lac_status lac_remote_placement_take (struct lac_remote           *remote,
                                                      const struct lac_gap_query  *query,
                                                      unsigned                     protection,
                                                      struct lac_range            *out_range,
                                                      struct lac_placement_report *out_report,
                                                      struct lac_process_failure  *out_failure);

LAC_END_DECLS
