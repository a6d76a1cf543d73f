/* Placement: see placement.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "placement-private.h"

#include <stdatomic.h>

static atomic_bool point_queries_are_forbidden;

void
lac_placement_forbid_point_queries (bool forbid)
{
  atomic_store_explicit (&point_queries_are_forbidden, forbid, memory_order_relaxed);
}

void
lac_placement_init (struct lac_gap_query *query)
{
  const struct lac_os_space *space = lac_os_get_high_space ();

  /* What may not be mapped at the low end is left out when a place is looked for. */
  *query = (struct lac_gap_query){
    .max = space->user.end,
    .within = LAC_WITHIN_DEFAULT,
    .size = space->page_size,
    .alignment = space->granularity,
    .avoid = LAC_HAZARD_ALL,
    .order = LAC_ORDER_NEAREST,
  };
}

/* What the constraints leave of all addresses. */
static struct lac_range
window_of (const struct lac_gap_query *query)
{
  struct lac_range window = { query->min, query->max };

  for (size_t i = 0; i < query->n_anchors; i++)
    {
      struct lac_range reach = { lac_subtract_saturating (query->anchors[i], query->within),
                                 lac_add_saturating (query->anchors[i], query->within) };

      window = lac_range_intersect (window, reach);
    }
  return window;
}

enum lac_status
lac_request_prepare_in (const struct lac_gap_query *query,
                        const struct lac_os_space  *space,
                        struct lac_request         *out_request)
{
  struct lac_request request = { .query = *query };
  struct lac_range window;

  if (lac_gap_query_check (query) != LAC_OK)
    return LAC_E_INVALID;
  window = lac_range_intersect (window_of (query), space->user);
  request.user = space->user;
  if (request.query.alignment < space->granularity)
    request.query.alignment = space->granularity;
  /* More than there are addresses, once it is rounded: no window has the room. */
  if (!lac_align_up (query->size, space->page_size, &request.query.size))
    {
      request.query.size = query->size;
      window.end = window.start;
    }
  /* Without an anchor the nearest is the lowest. */
  if (query->order == LAC_ORDER_NEAREST && query->n_anchors == 0)
    request.query.order = LAC_ORDER_LOWEST;
  request.has_anchor = request.query.order == LAC_ORDER_NEAREST;
  request.anchor = request.has_anchor ? query->anchors[0] : 0;
  request.window = window;
  *out_request = request;
  return LAC_OK;
}

enum lac_status
lac_request_prepare (const struct lac_gap_query *query,
                     struct lac_request         *out_request)
{
  /* Where everything is high, the lowest address that may be mapped does not matter. */
  bool high = lac_gap_query_check (query) == LAC_OK && window_of (query).start >= LAC_OS_HIGH;

  return lac_request_prepare_in (query, high ? lac_os_get_high_space () : lac_os_get_space (),
                                 out_request);
}

static bool
must_read_all (const struct lac_request *request)
{
  return request->query.order == LAC_ORDER_TIGHTEST || request->query.order == LAC_ORDER_ROOMIEST
         || atomic_load_explicit (&point_queries_are_forbidden, memory_order_relaxed)
         || lac_os_cannot_query ();
}

/* Finds a place in one way or another; without a map only where nothing is known that moves the limits. */
static enum lac_status
find (const struct lac_request    *request,
      bool                         may_probe,
      struct lac_walk_limits      *limits,
      uint64_t                    *out_start,
      struct lac_placement_report *report)
{
  if (lac_range_size (request->window) < request->query.size)
    return LAC_E_NO_GAP;
  if (!must_read_all (request))
    {
      enum lac_status status = LAC_E_NOT_SUPPORTED;

      if (may_probe && !lac_os_view_is_ready ())
        status = lac_placement_probe (request, out_start, &report->n_queries);
      if (status == LAC_OK)
        return status;
      status = lac_placement_walk (request, limits, out_start, &report->n_queries);

      if (status != LAC_E_NOT_SUPPORTED)
        return status;
    }
  report->read_all = true;
  return lac_placement_read (request, out_start);
}

enum lac_status
lac_placement_find (const struct lac_gap_query  *query,
                    struct lac_range            *out_range,
                    struct lac_placement_report *out_report)
{
  struct lac_placement_report report = { 0 };
  struct lac_request request;
  enum lac_status status = lac_request_prepare (query, &request);
  uint64_t start;

  if (status == LAC_OK)
    {
      struct lac_walk_limits limits = lac_walk_limits_of (&request);

      status = find (&request, true, &limits, &start, &report);
    }
  if (status == LAC_OK)
    *out_range = (struct lac_range){ start, start + request.query.size };
  if (out_report != NULL)
    *out_report = report;
  return status;
}

/* After somebody else was faster: goes past the place, on the side that it lies on. */
static void
pass (const struct lac_request *request,
      struct lac_walk_limits   *limits,
      uint64_t                  start)
{
  bool is_above = request->has_anchor ? start > request->anchor
                                      : request->query.order != LAC_ORDER_HIGHEST;

  if (is_above && start >= limits->up)
    limits->up = lac_add_saturating (start, 1);
  else if (!is_above && start + request->query.size <= limits->down)
    limits->down = start + request->query.size - 1;
}

/* Where nothing can be asked (no /proc, no descriptor is free), what satisfies the constraints can still be
 * known: the system's own choice may. Those who name an anchor or an order want more than that. */
static enum lac_status
take_unasked (const struct lac_gap_query *query,
              const struct lac_request   *request,
              unsigned                    protection,
              uint64_t                   *out_start)
{
  uint64_t start;

  if (query->n_anchors != 0 || query->order != LAC_ORDER_NEAREST
      || lac_os_allocate_anywhere (request->query.size, protection, &start, NULL) != LAC_OK)
    return LAC_E_SYSTEM;
  if (start >= request->window.start && start + request->query.size <= request->window.end
      && (start & (request->query.alignment - 1)) == 0)
    {
      *out_start = start;
      return LAC_OK;
    }
  lac_os_free (start, request->query.size, NULL);
  return LAC_E_SYSTEM;
}

enum lac_status
lac_placement_take (const struct lac_gap_query  *query,
                    unsigned                     protection,
                    struct lac_range            *out_range,
                    struct lac_placement_report *out_report)
{
  struct lac_placement_report report = { 0 };
  struct lac_request request;
  struct lac_known known = { 0 };
  bool reads_all, moved = false;
  enum lac_status status = lac_request_prepare (query, &request);
  uint64_t start = 0;

  if (status != LAC_OK)
    goto out;
  if ((protection
       & ~(unsigned) (LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE))
      != 0)
    {
      status = LAC_E_INVALID;
      goto out;
    }
  reads_all = must_read_all (&request);
  known.limits = lac_walk_limits_of (&request);
  if (!reads_all && lac_known_take (&request, protection, &known, &report.attempts[0]))
    {
      report.n_attempts = 1;
      start = report.attempts[0].address;
      status = report.attempts[0].status;
      if (status != LAC_E_OCCUPIED)
        goto out;
    }

  while (report.n_attempts < LAC_ATTEMPTS_MAX)
    {
      struct lac_attempt *attempt = &report.attempts[report.n_attempts];

      status = find (&request, report.n_attempts == 0, &known.limits, &start, &report);
      if (status == LAC_E_NO_GAP && !reads_all && !moved)
        lac_known_keep (&request, &known);
      if (status != LAC_OK)
        break;
      attempt->address = start;
      attempt->status = lac_known_allocate (&request, reads_all || moved ? NULL : &known, start,
                                            protection, &attempt->system_error);
      report.n_attempts++;
      status = attempt->status;
      if (status != LAC_E_OCCUPIED)
        break;
      /* Limits that were moved past a place say nothing of what is free. */
      pass (&request, &known.limits, start);
      moved = true;
    }
  if (status == LAC_E_SYSTEM && report.n_attempts == 0
      && take_unasked (query, &request, protection, &start) == LAC_OK)
    {
      status = LAC_OK;
      report.attempts[report.n_attempts++] = (struct lac_attempt){ .address = start };
    }

out:
  if (status == LAC_OK)
    *out_range = (struct lac_range){ start, start + request.query.size };
  if (out_report != NULL)
    *out_report = report;
  return status;
}

enum lac_status
lac_placement_give_back (struct lac_range range,
                         int             *out_system_error)
{
  return lac_known_free (range, out_system_error);
}
