/* How a place is found; shared by the files of placement and their tests.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "placement.h"

#include "os/os.h"
#include "os/thread.h"

/* How many gaps are looked at for one that is left without a hole of a page, see placement.h. */
#define LAC_PLACEMENT_PATIENCE 8

/**
 * lac_request:
 * @query: the constraints, size and alignment rounded
 * @user: user space, as far as it matters
 * @window: what the constraints leave of it
 * @has_anchor: there is an anchor, and the order is nearest
 * @anchor: then, the one to be near
 *
 * A query made ready. Two requests that are equal, but for `query.anchors`, want the same place.
 */
struct lac_request
{
  struct lac_gap_query query;
  struct lac_range user;
  struct lac_range window;
  bool has_anchor;
  uint64_t anchor;
};

/* Where a walk begins or stands: allocations that start above the anchor (or in order) start at or above
 * @up, those that start at or below it end at or below @down. What lies between was looked at, and has no
 * room. */
struct lac_walk_limits
{
  uint64_t up;
  uint64_t down;
};

/* placement.c */

/* Errors: %LAC_E_INVALID. A request that can't be satisfied has an empty window. */
enum lac_status lac_request_prepare (const struct lac_gap_query *query,
                                     struct lac_request         *out_request);

/* The same in an address space that need not be this process's. */
enum lac_status lac_request_prepare_in (const struct lac_gap_query *query,
                                        const struct lac_os_space  *space,
                                        struct lac_request         *out_request);

/* For tests: makes everything here do without point queries. */
void lac_placement_forbid_point_queries (bool forbid);

/* placement-settle.c */

/* Moves @start, which fits into @gap, so that no hole of one page is left in the gap; false when there is no
 * place for it in reach. @hazards: what in the gap must be left out. */
bool lac_placement_settle (const struct lac_request *request,
                           struct lac_range          gap,
                           const struct lac_range   *hazards,
                           size_t                    n_hazards,
                           uint64_t                  start,
                           uint64_t                 *out_start);

/* placement-walk.c */

/* Finds a place by point queries. @limits: (inout): where to begin; then, up to where there is certainly
 * no room (which lies before the place). Errors: %LAC_E_NO_GAP, %LAC_E_NOT_SUPPORTED. */
enum lac_status lac_placement_walk (const struct lac_request *request,
                                    struct lac_walk_limits   *limits,
                                    uint64_t                 *out_start,
                                    unsigned                 *n_queries);

/* Where a walk begins of which nothing is known. */
struct lac_walk_limits lac_walk_limits_of (const struct lac_request *request);

/* placement-probe.c */

/* Finds the place that lac_placement_walk() would, in the usual case and without a map. Errors:
 * %LAC_E_NOT_SUPPORTED when that can't be told so. */
enum lac_status lac_placement_probe (const struct lac_request *request,
                                     uint64_t                 *out_start,
                                     unsigned                 *n_queries);

/* placement-read.c */

/* Finds a place in a reading of everything. Errors: %LAC_E_NO_GAP, %LAC_E_NO_MEMORY, %LAC_E_SYSTEM. */
enum lac_status lac_placement_read (const struct lac_request *request,
                                    uint64_t                 *out_start);

/* The same in a map that was read. */
enum lac_status lac_placement_choose (const struct lac_map     *map,
                                      const struct lac_request *request,
                                      uint64_t                 *out_start);

/* placement-known.c */

/**
 * lac_known:
 * @limits: where a walk may begin
 * @changes: private
 *
 * What was known when a request came.
 */
struct lac_known
{
  struct lac_walk_limits limits;
  uint64_t changes;
};

/* Takes what is known of @request: true when a place is remembered, and was tried; @out_attempt then says
 * how that went. In either case @out_known has what a walk needs. */
bool lac_known_take (const struct lac_request *request,
                     unsigned                  protection,
                     struct lac_known         *out_known,
                     struct lac_attempt       *out_attempt);

/* Allocates at a place that was found; when it succeeds the place is remembered, and @known->limits, which
 * the walk has moved. @known: (nullable): NULL to remember nothing. */
enum lac_status lac_known_allocate (const struct lac_request *request,
                                    const struct lac_known   *known,
                                    uint64_t                  start,
                                    unsigned                  protection,
                                    int                      *out_system_error);

/* Remembers that a walk which began with @known found no room, and how far it came. */
void lac_known_keep (const struct lac_request *request,
                     const struct lac_known   *known);

/* Gives memory back. */
enum lac_status lac_known_free (struct lac_range range,
                                int             *out_system_error);
