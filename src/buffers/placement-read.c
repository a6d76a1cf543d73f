/* Finding a place in a reading of everything, for orders that need it and systems without point queries.
 *
 * SPDX-License-Identifier: MIT
 */
#include "placement-private.h"

#include "os/process.h"

/* A gap has one hazard of each kind at most, and what is kept free below a stack. */
#define MAX_HAZARDS 4

/* What a stack needs below itself when it has grown to its limit. A query does not count it among the hazards,
 * and so what there is no other place for may lie there. */
static struct lac_range
below_grown_stack (const struct lac_map *map,
                   uint64_t              limit)
{
  return (struct lac_range){ lac_subtract_saturating (limit, lac_map_space (map)->stack_guard), limit };
}

static size_t
hazards_in (const struct lac_map *map,
            size_t                gap,
            unsigned              avoid,
            struct lac_range      out_hazards[MAX_HAZARDS])
{
  size_t n_hazards, n = 0;
  const struct lac_hazard_range *hazards = lac_map_hazards (map, &n_hazards);

  for (size_t i = 0; i < n_hazards && n < MAX_HAZARDS - 1; i++)
    if (hazards[i].gap == gap && (hazards[i].hazard & avoid) != 0)
      {
        out_hazards[n++] = hazards[i].range;
        if (hazards[i].hazard == LAC_HAZARD_STACK_GROWTH && (avoid & LAC_HAZARD_STACK_GUARD) != 0)
          out_hazards[n++] = below_grown_stack (map, hazards[i].range.start);
      }
  return n;
}

enum lac_status
lac_placement_choose (const struct lac_map     *map,
                      const struct lac_request *request,
                      uint64_t                 *out_start)
{
  struct lac_gap_search search;
  struct lac_gap gap;
  uint64_t first = 0;
  unsigned n_gaps = 0;
  enum lac_status status = lac_gap_search_init (&search, map, &request->query);

  if (status != LAC_OK)
    return status;
  while (n_gaps < LAC_PLACEMENT_PATIENCE && lac_gap_next (&search, &gap) == LAC_OK)
    {
      struct lac_range hazards[MAX_HAZARDS];
      size_t n_hazards = hazards_in (map, gap.index, request->query.avoid, hazards);

      if (n_gaps++ == 0)
        first = gap.candidate;
      if (lac_placement_settle (request, gap.range, hazards, n_hazards, gap.candidate, out_start))
        goto out;
    }
  if (n_gaps == 0)
    status = LAC_E_NO_GAP;
  else
    *out_start = first;

out:
  lac_gap_search_clear (&search);
  return status;
}

enum lac_status
lac_placement_read (const struct lac_request *request,
                    uint64_t                 *out_start)
{
  struct lac_process *process;
  struct lac_map *map = NULL;
  enum lac_status status = lac_process_open (NULL, LAC_PROCESS_SELF, &process, NULL);

  if (status == LAC_OK)
    {
      status = lac_process_read_map (process, LAC_READ_NO_FILES, NULL, &map, NULL);
      lac_process_close (process);
    }
  if (status == LAC_OK)
    status = lac_placement_choose (map, request, out_start);
  else if (status != LAC_E_NO_MEMORY)
    status = LAC_E_SYSTEM;
  lac_map_unref (map);
  return status;
}
