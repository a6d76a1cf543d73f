/* Placement in another process: see remote-placement.h.
 *
 * A place is chosen in a map that was just read, as it is in this process where nothing can be
 * asked point by point. What was free may be taken by the process before the memory is made; then
 * the map is read again, and shows it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-placement.h"

#include "core/translatable.h"
#include "placement-private.h"
#include "remote-private.h"

enum lac_status
lac_remote_placement_init (struct lac_process         *process,
                           struct lac_gap_query       *query,
                           struct lac_process_failure *out_failure)
{
  struct lac_process_facts facts;
  enum lac_status status = lac_process_get_facts (process, &facts, out_failure);

  if (status != LAC_OK)
    return status;
  /* Where user space ends may be unknown before the map is read; it is heeded when a place is
   * looked for. */
  *query = (struct lac_gap_query){
    .max = facts.space.user.end != 0 ? facts.space.user.end : LAC_ADDRESS_END,
    .within = LAC_WITHIN_DEFAULT,
    .size = facts.space.page_size,
    .alignment = facts.space.granularity,
    .avoid = LAC_HAZARD_ALL,
    .order = LAC_ORDER_NEAREST,
  };
  return LAC_OK;
}

/* Reads the map, and chooses a place in it. */
static enum lac_status
choose (struct lac_process          *process,
        const struct lac_gap_query  *query,
        struct lac_range            *out_range,
        struct lac_placement_report *report,
        struct lac_process_failure  *out_failure)
{
  const char *what = N_ ("look for a place in the process");
  const struct lac_space *space;
  struct lac_os_space bounds;
  struct lac_request request;
  struct lac_map *map;
  uint64_t start;
  enum lac_status status = lac_process_read_map (process, LAC_READ_NO_FILES, NULL, &map, out_failure);

  if (status != LAC_OK)
    return status;
  report->read_all = true;
  space = lac_map_space (map);
  bounds = (struct lac_os_space){ space->user, space->page_size, space->granularity };
  status = lac_request_prepare_in (query, &bounds, &request);
  if (status == LAC_OK && lac_range_size (request.window) < request.query.size)
    status = LAC_E_NO_GAP;
  if (status == LAC_OK)
    status = lac_placement_choose (map, &request, &start);
  if (status == LAC_OK)
    *out_range = (struct lac_range){ start, start + request.query.size };
  lac_map_unref (map);
  return status == LAC_OK ? LAC_OK : lac_remote_fail (out_failure, status, what);
}

enum lac_status
lac_remote_placement_find (struct lac_process          *process,
                           const struct lac_gap_query  *query,
                           struct lac_range            *out_range,
                           struct lac_placement_report *out_report,
                           struct lac_process_failure  *out_failure)
{
  struct lac_placement_report report = { 0 };
  enum lac_status status = choose (process, query, out_range, &report, out_failure);

  if (out_report != NULL)
    *out_report = report;
  return status;
}

enum lac_status
lac_remote_placement_take (struct lac_remote           *remote,
                           const struct lac_gap_query  *query,
                           unsigned                     protection,
                           struct lac_range            *out_range,
                           struct lac_placement_report *out_report,
                           struct lac_process_failure  *out_failure)
{
  const unsigned all = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE;
  struct lac_placement_report report = { 0 };
  struct lac_process *process = lac_remote_get_process (remote);
  enum lac_status status;

  if ((protection & ~all) != 0)
    {
      status = lac_remote_fail (out_failure, LAC_E_INVALID, N_ ("allocate in the process"));
      goto out;
    }
  do
    {
      struct lac_attempt *attempt = &report.attempts[report.n_attempts];
      struct lac_process_failure failure = { .what = "" };
      struct lac_range range;
      uint64_t address;

      status = choose (process, query, &range, &report, out_failure);
      if (status != LAC_OK)
        break;
      status = lac_remote_allocate (remote, range.start, lac_range_size (range), protection, &address,
                                    &failure);
      attempt->address = range.start;
      attempt->status = status;
      attempt->system_error = failure.system_error;
      report.n_attempts++;
      if (status == LAC_OK)
        *out_range = range;
      else if (out_failure != NULL)
        *out_failure = failure;
    }
  while (status == LAC_E_OCCUPIED && report.n_attempts < LAC_ATTEMPTS_MAX);

out:
  if (out_report != NULL)
    *out_report = report;
  return status;
}
