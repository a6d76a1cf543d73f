/* Finding a place without a map.
 *
 * The first question to the map of a process costs fifty times what the others do, since there is a file
 * to be opened, and most processes ask one. So for the first request near an anchor it is tried to do
 * without. What the system tells at little cost, and without /proc, is whether all of a range is mapped
 * (lac_os_is_mapped()). Around an anchor that is mapped, as code is, this finds where the mapped block
 * ends on either side. The nearer end is the nearest place, unless it is too small, or in the way of heap
 * or stack. What can't be told for certain is left to the walk (placement-walk.c), which finds the same
 * place.
 *
 * SPDX-License-Identifier: MIT
 */
#include "placement-private.h"

/* How far the block is followed downward, in pages; no farther upward. A range of so many may have as many
 * regions. */
#define MAX_PAGES UINT64_C (1024)

/* For how large a place each page is asked for. */
#define MAX_PLACE_PAGES 16

struct probe
{
  uint64_t page;
  unsigned n_queries;
};

static bool
is_mapped (struct probe *probe,
           uint64_t      start,
           uint64_t      end)
{
  probe->n_queries++;
  return lac_os_is_mapped (start, end - start);
}

/* How many pages are mapped without a gap from @address on, upward or downward; @most when it is that many or
 * more. The page at @address is mapped if it goes up, and the one before it if it goes down. */
static uint64_t
count_pages (struct probe *probe,
             uint64_t      address,
             bool          up,
             uint64_t      most)
{
  uint64_t mapped = 1, unmapped = most + 1;

  while (mapped < most && unmapped - mapped > 1)
    {
      /* Farther and farther, then halving. */
      uint64_t n = unmapped > most ? mapped * 2 : mapped + (unmapped - mapped) / 2;
      uint64_t size;

      if (n > most)
        n = most;
      size = n * probe->page;
      if (up ? is_mapped (probe, address, address + size) : is_mapped (probe, address - size, address))
        mapped = n;
      else
        unmapped = n;
    }
  return mapped;
}

/* Whether exactly one page is free next to @address, upward or downward. */
static bool
is_hole (struct probe *probe,
         uint64_t      address,
         bool          up)
{
  uint64_t first = up ? address : address - probe->page;
  uint64_t second = up ? address + probe->page : first - probe->page;

  return !is_mapped (probe, first, first + probe->page)
         && is_mapped (probe, second, second + probe->page);
}

/* Whether nothing is mapped in a range; false for one that has too many pages to ask for each. */
static bool
is_free (struct probe *probe,
         uint64_t      start,
         uint64_t      end)
{
  if ((end - start) / probe->page > MAX_PLACE_PAGES)
    return false;
  for (; start < end; start += probe->page)
    if (is_mapped (probe, start, start + probe->page))
      return false;
  return true;
}

/* Whether a place beside the block of an @anchor, which ends at @end, is certainly in the way of neither
 * heap nor stack. Where all of it is below the break the heap does not come. The stack is above the
 * break, so that it can't be what ends a gap below the block; it is not what ends a gap above it when the
 * heap is there before. */
static bool
is_out_of_the_way (struct probe *probe,
                   uint64_t      anchor,
                   uint64_t      end,
                   bool          up)
{
  uint64_t program_break, limit, last;

  lac_os_get_heap_growth (&program_break, &limit);
  if (program_break < anchor || program_break < end)
    return false;
  last = lac_align_down (program_break - 1, probe->page);
  return !up || (last >= end && is_mapped (probe, last, last + probe->page));
}

enum lac_status
lac_placement_probe (const struct lac_request *request,
                     uint64_t                 *out_start,
                     unsigned                 *n_queries)
{
  struct probe probe = { .page = lac_os_page_size () };
  uint64_t size = request->query.size;
  uint64_t reach = (MAX_PAGES + 4) * probe.page;
  uint64_t anchor = request->anchor, at = lac_align_down (anchor, probe.page);
  enum lac_status status = LAC_E_NOT_SUPPORTED;
  uint64_t below, above, start;
  bool up;

  if (!request->has_anchor || request->query.alignment > probe.page || at < LAC_OS_HIGH + reach + size
      || at > UINT64_MAX - reach - size)
    return status;
  if (!is_mapped (&probe, at, at + probe.page))
    goto out;
  below = count_pages (&probe, at + probe.page, false, MAX_PAGES);
  if (below == MAX_PAGES)
    goto out;
  start = at - (below - 1) * probe.page;
  /* The block may end as near upward; then the lower place is taken. */
  above = (lac_align_down (anchor + (anchor - start), probe.page) - at) / probe.page + 1;
  up = !is_mapped (&probe, at, at + above * probe.page);
  if (up)
    start = at + count_pages (&probe, at, true, above) * probe.page;
  else
    start -= size;
  if (start < request->window.start || start + size > request->window.end
      || !is_free (&probe, start, start + size) || is_hole (&probe, up ? start + size : start, up)
      || !is_out_of_the_way (&probe, anchor, start + size, up))
    goto out;
  *out_start = start;
  status = LAC_OK;

out:
  *n_queries += probe.n_queries;
  return status;
}
