/* Leaving no hole of a single page, and a stack its guard: see placement.h for the rules.
 *
 * SPDX-License-Identifier: MIT
 */
#include "placement-private.h"

static bool
is_good (const struct lac_request *request,
         struct lac_range          gap,
         const struct lac_range   *hazards,
         size_t                    n_hazards,
         uint64_t                  start)
{
  uint64_t page = lac_os_page_size ();
  struct lac_range allowed = lac_range_intersect (gap, request->window);
  struct lac_range range = { start, start + request->query.size };

  if ((start & (request->query.alignment - 1)) != 0 || start < allowed.start || range.end < start
      || range.end > allowed.end || start - gap.start == page || gap.end - range.end == page)
    return false;
  for (size_t i = 0; i < n_hazards; i++)
    if (lac_range_overlaps (hazards[i], range))
      return false;
  return true;
}

bool
lac_placement_settle (const struct lac_request *request,
                      struct lac_range          gap,
                      const struct lac_range   *hazards,
                      size_t                    n_hazards,
                      uint64_t                  start,
                      uint64_t                 *out_start)
{
  uint64_t page = lac_os_page_size ();
  uint64_t alignment = request->query.alignment;
  bool is_hole_above = start - gap.start != page;
  uint64_t below = lac_subtract_saturating (start, page);
  uint64_t above = lac_add_saturating (start, page);
  const uint64_t places[] = {
    start,
    is_hole_above ? above : below,
    is_hole_above ? below : above,
    lac_subtract_saturating (start, alignment),
    lac_add_saturating (start, alignment),
  };

  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    if (is_good (request, gap, hazards, n_hazards, places[i]))
      {
        *out_start = places[i];
        return true;
      }
  for (size_t i = 0; i < n_hazards; i++)
    {
      uint64_t under = lac_align_down (lac_subtract_saturating (hazards[i].start, request->query.size), alignment);

      if (lac_range_overlaps (hazards[i], (struct lac_range){ start, start + request->query.size })
          && is_good (request, gap, hazards, n_hazards, under))
        {
          *out_start = under;
          return true;
        }
    }
  return false;
}
