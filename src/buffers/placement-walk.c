/* Finding a place without reading everything: outward from the anchor, one question a step.
 *
 * A question is answered with the region at an address or the next one above, so going up skips a
 * region at a time, and so does going down: asked is the highest place that is still possible, and what
 * is in the way of it says where the next one is. How many regions there are elsewhere does not matter.
 *
 * Both sides are walked at once, whichever may have the nearer place. What may not be used though it is
 * free, because heap or stack grow into it, is treated as a region would be. It is the same that
 * core/hazard.h finds in a map; that a hazard ends where a region is in its way need not be looked up,
 * since whether a place lies in the gap with the hazard follows from the answer that found the place.
 *
 * SPDX-License-Identifier: MIT
 */
#include "placement-private.h"

/* What was found on one side and not used yet. */
struct side
{
  uint64_t limit;
  bool ended;
  bool found;
  uint64_t start;
  /* Where the gap ends in which it lies, and where the gap begins if that is known, else 0. */
  uint64_t gap_start;
  uint64_t gap_end;
  /* The region that ends the gap is the main thread's stack. */
  bool below_stack;
};

struct walk
{
  const struct lac_request *request;
  struct lac_range user;
  uint64_t page_size;
  struct lac_os_view view;
  unsigned n_queries;
  bool stack_hazard_known;
  uint64_t stack_hazard;
  bool heap_known;
  struct lac_range heap;
  struct side up;
  struct side down;
};

/* The region at @address or the next above; one that is empty at the end of user space when there is
 * none. */
static enum lac_status
ask (struct walk      *walk,
     uint64_t          address,
     struct lac_range *out_region)
{
  enum lac_status status = lac_os_view_next (&walk->view, address, out_region);

  walk->n_queries++;
  /* The file that is asked may have been closed by the program meanwhile. */
  if (status == LAC_E_NOT_SUPPORTED && lac_os_view_open (&walk->view) == LAC_OK)
    status = lac_os_view_next (&walk->view, address, out_region);
  if (status == LAC_E_NOT_FOUND)
    {
      *out_region = (struct lac_range){ walk->user.end, walk->user.end };
      status = LAC_OK;
    }
  return status;
}

/* The bytes below the main thread's stack that must be left out. */
static uint64_t
stack_hazard (struct walk *walk)
{
  unsigned avoid = walk->request->query.avoid;

  if (!walk->stack_hazard_known)
    {
      uint64_t limit, guard;

      lac_os_get_stack_growth (&limit, &guard);
      walk->stack_hazard = avoid & LAC_HAZARD_STACK_GROWTH ? limit : 0;
      if ((avoid & LAC_HAZARD_STACK_GUARD) != 0 && guard > walk->stack_hazard)
        walk->stack_hazard = guard;
      walk->stack_hazard_known = true;
    }
  return walk->stack_hazard;
}

/* Whether @region is the main thread's stack, and that matters. */
static bool
is_stack (const struct walk *walk,
          struct lac_range   region)
{
  return (walk->request->query.avoid & (LAC_HAZARD_STACK_GROWTH | LAC_HAZARD_STACK_GUARD)) != 0
         && lac_range_contains (region, lac_os_stack_address ());
}

/* Where the heap may grow. What is called heap in a map ends with its region, wherever in that the
 * break is. */
static enum lac_status
find_heap (struct walk *walk)
{
  uint64_t program_break, limit;
  struct lac_range region;
  enum lac_status status = LAC_OK;

  lac_os_get_heap_growth (&program_break, &limit);
  walk->heap = (struct lac_range){ 0, 0 };
  if (program_break == 0)
    goto out;
  status = ask (walk, program_break - 1, &region);
  if (status != LAC_OK)
    return status;
  if (region.start < program_break)
    {
      program_break = region.end;
      status = ask (walk, program_break, &region);
      if (status != LAC_OK)
        return status;
    }
  if (region.start > program_break)
    {
      walk->heap.start = program_break;
      walk->heap.end = lac_add_saturating (program_break, limit);
      if (walk->heap.end > region.start)
        walk->heap.end = region.start;
    }
out:
  walk->heap_known = true;
  return status;
}

/* Whether an allocation at @start would be in the way of the heap. */
static enum lac_status
check_heap (struct walk *walk,
            uint64_t     start,
            bool        *out_in_way)
{
  struct lac_range range = { start, start + walk->request->query.size };
  enum lac_status status = LAC_OK;

  *out_in_way = false;
  if ((walk->request->query.avoid & LAC_HAZARD_HEAP_GROWTH) == 0)
    return LAC_OK;
  if (!walk->heap_known)
    status = find_heap (walk);
  *out_in_way = lac_range_overlaps (walk->heap, range);
  return status;
}

/* Where the gap begins that holds @start. First farther and farther down, then halving. */
static enum lac_status
find_gap_start (struct walk *walk,
                uint64_t     start,
                uint64_t    *out_gap_start)
{
  uint64_t lowest = walk->user.start;
  /* From here up to @start nothing is mapped; below @below something is, or nothing may be. */
  uint64_t clear = start;
  uint64_t below = lowest;
  struct lac_range region;
  enum lac_status status;

  for (uint64_t step = walk->page_size; clear > lowest; step *= 2)
    {
      uint64_t place = clear - lowest < step ? lowest : clear - step;

      status = ask (walk, place, &region);
      if (status != LAC_OK)
        return status;
      if (region.start < start)
        {
          below = region.end;
          break;
        }
      clear = place;
    }
  while (below < clear)
    {
      uint64_t middle;

      status = ask (walk, below, &region);
      if (status != LAC_OK)
        return status;
      if (region.start >= start)
        break;
      below = region.end;
      if (below >= clear)
        break;
      middle = lac_align_down (below + (clear - below) / 2, walk->page_size);
      if (middle <= below)
        continue;
      status = ask (walk, middle, &region);
      if (status != LAC_OK)
        return status;
      if (region.start >= start)
        clear = middle;
      else
        below = region.end;
    }
  /* Only another thread can have made it more. */
  *out_gap_start = below < start ? below : start;
  return LAC_OK;
}

/* The next start that may be possible; false when there is none. */
static bool
next_up (const struct walk *walk,
         uint64_t          *out_start)
{
  const struct lac_request *request = walk->request;

  return lac_align_up (walk->up.limit, request->query.alignment, out_start)
         && *out_start <= request->window.end
         && request->query.size <= request->window.end - *out_start;
}

static bool
next_down (const struct walk *walk,
           uint64_t          *out_start)
{
  const struct lac_request *request = walk->request;

  if (walk->down.limit < request->query.size)
    return false;
  *out_start = lac_align_down (walk->down.limit - request->query.size, request->query.alignment);
  return *out_start >= request->window.start;
}

/* One step of either side: with a place, or with a limit that is one region (or hazard) farther. */
static enum lac_status
step_up (struct walk *walk)
{
  struct side *side = &walk->up;
  uint64_t size = walk->request->query.size;
  struct lac_range region;
  uint64_t start, room_end;
  bool in_way, below_stack;
  enum lac_status status;

  if (!next_up (walk, &start))
    {
      side->ended = true;
      return LAC_OK;
    }
  status = ask (walk, start, &region);
  if (status != LAC_OK)
    return status;
  if (region.start <= start)
    {
      side->limit = region.end;
      side->gap_start = region.end;
      side->ended = region.end <= start;
      return LAC_OK;
    }
  room_end = region.start < walk->user.end ? region.start : walk->user.end;
  below_stack = is_stack (walk, region);
  if (below_stack)
    room_end = lac_subtract_saturating (region.start, stack_hazard (walk));
  if (room_end < start || room_end - start < size)
    {
      side->limit = region.end;
      side->gap_start = region.end;
      side->ended = region.end <= start;
      return LAC_OK;
    }
  status = check_heap (walk, start, &in_way);
  if (status != LAC_OK)
    return status;
  if (in_way)
    {
      side->limit = walk->heap.end;
      return LAC_OK;
    }
  side->found = true;
  side->start = start;
  if (side->gap_start != start)
    side->gap_start = 0;
  side->gap_end = region.start < walk->user.end ? region.start : walk->user.end;
  side->below_stack = below_stack;
  return LAC_OK;
}

static enum lac_status
step_down (struct walk *walk)
{
  struct side *side = &walk->down;
  uint64_t size = walk->request->query.size;
  struct lac_range region;
  uint64_t start;
  bool in_way;
  enum lac_status status;

  if (!next_down (walk, &start))
    {
      side->ended = true;
      return LAC_OK;
    }
  status = ask (walk, start, &region);
  if (status != LAC_OK)
    return status;
  if (region.start < start + size)
    {
      side->limit = region.start;
      return LAC_OK;
    }
  side->below_stack = is_stack (walk, region);
  if (side->below_stack)
    {
      uint64_t room_end = lac_subtract_saturating (region.start, stack_hazard (walk));

      if (start + size > room_end)
        {
          uint64_t gap_start = 0;

          /* It may reach past the gap, but is no hazard to others. */
          if (room_end < start)
            status = find_gap_start (walk, start, &gap_start);
          side->limit = gap_start > room_end ? gap_start : room_end;
          return status;
        }
    }
  status = check_heap (walk, start, &in_way);
  if (status != LAC_OK)
    return status;
  if (in_way)
    {
      side->limit = walk->heap.start;
      return LAC_OK;
    }
  side->found = true;
  side->start = start;
  side->gap_start = 0;
  side->gap_end = region.start < walk->user.end ? region.start : walk->user.end;
  return LAC_OK;
}

/* From the anchor to the closest byte of an allocation at @start. */
static uint64_t
distance_to (const struct walk *walk,
             uint64_t           start)
{
  uint64_t anchor = walk->request->anchor;
  uint64_t size = walk->request->query.size;

  if (anchor < start)
    return start - anchor;
  return anchor - start < size ? 0 : anchor - start - (size - 1);
}

/* Finds the next place in order: NULL when there is none. */
static enum lac_status
find_next (struct walk  *walk,
           struct side **out_side)
{
  enum lac_status status = LAC_OK;

  *out_side = NULL;
  while (status == LAC_OK && !(walk->up.ended && walk->down.ended))
    {
      uint64_t start, up_distance = UINT64_MAX, down_distance = UINT64_MAX;
      bool has_up = !walk->up.ended && (walk->up.found || next_up (walk, &start));
      bool has_down;

      if (has_up)
        up_distance = distance_to (walk, walk->up.found ? walk->up.start : start);
      has_down = !walk->down.ended && (walk->down.found || next_down (walk, &start));
      if (has_down)
        down_distance = distance_to (walk, walk->down.found ? walk->down.start : start);
      if (!has_up)
        walk->up.ended = true;
      if (!has_down)
        walk->down.ended = true;

      /* As near, the lower one is taken. */
      if (has_down && (!has_up || down_distance <= up_distance))
        {
          if (walk->down.found)
            {
              *out_side = &walk->down;
              return LAC_OK;
            }
          status = step_down (walk);
        }
      else if (has_up)
        {
          if (walk->up.found)
            {
              *out_side = &walk->up;
              return LAC_OK;
            }
          status = step_up (walk);
        }
    }
  return status;
}

/* Whether there may be a hole of one page below @side's place, or above. */
static enum lac_status
suspect_hole (struct walk       *walk,
              const struct side *side,
              bool              *out_suspect)
{
  uint64_t page = walk->page_size;
  struct lac_range region;
  enum lac_status status;

  *out_suspect = side->gap_end - (side->start + walk->request->query.size) == page;
  if (*out_suspect || side->gap_start == side->start || side->start == walk->user.start)
    return LAC_OK;
  if (side->start - walk->user.start <= 2 * page)
    {
      *out_suspect = true;
      return LAC_OK;
    }
  status = ask (walk, side->start - 2 * page, &region);
  *out_suspect = status == LAC_OK && region.end == side->start - page;
  return status;
}

/* Leaves @gap out on both sides. */
static void
leave_gap (struct walk     *walk,
           struct lac_range gap)
{
  if ((walk->up.found && walk->up.gap_end == gap.end)
      || (walk->up.limit >= gap.start && walk->up.limit < gap.end))
    {
      walk->up.found = false;
      walk->up.limit = gap.end;
      walk->up.gap_start = 0;
    }
  if ((walk->down.found && walk->down.gap_end == gap.end)
      || (walk->down.limit > gap.start && walk->down.limit <= gap.end))
    {
      walk->down.found = false;
      walk->down.limit = gap.start;
    }
}

/* Makes of @side's place one without a hole of one page; otherwise *@out_start is as it was, and the gap is
 * left. */
static enum lac_status
settle (struct walk *walk,
        struct side *side,
        bool        *out_settled,
        uint64_t    *out_start)
{
  struct lac_range gap = { side->gap_start, side->gap_end };
  struct lac_range hazards[2];
  size_t n_hazards = 0;
  bool suspect;
  enum lac_status status = suspect_hole (walk, side, &suspect);

  if (status != LAC_OK)
    return status;
  if (!suspect)
    {
      *out_settled = true;
      *out_start = side->start;
      return LAC_OK;
    }
  if (gap.start == 0)
    status = find_gap_start (walk, side->start, &gap.start);
  if (status != LAC_OK)
    return status;
  if (walk->heap_known && lac_range_overlaps (walk->heap, gap))
    hazards[n_hazards++] = walk->heap;
  if (side->below_stack)
    hazards[n_hazards++]
        = (struct lac_range){ lac_subtract_saturating (gap.end, stack_hazard (walk)), gap.end };
  *out_settled = lac_placement_settle (walk->request, gap, hazards, n_hazards, side->start, out_start);
  if (!*out_settled)
    leave_gap (walk, gap);
  return LAC_OK;
}

struct lac_walk_limits
lac_walk_limits_of (const struct lac_request *request)
{
  struct lac_walk_limits limits = { request->window.start, request->window.end };

  if (request->has_anchor)
    {
      /* A start at the anchor itself belongs to the lower side. */
      uint64_t above = lac_add_saturating (request->anchor, 1);
      uint64_t below = lac_add_saturating (request->anchor, request->query.size);

      if (above > limits.up)
        limits.up = above;
      if (below < limits.down)
        limits.down = below;
    }
  return limits;
}

enum lac_status
lac_placement_walk (const struct lac_request *request,
                    struct lac_walk_limits   *limits,
                    uint64_t                 *out_start,
                    unsigned                 *n_queries)
{
  struct walk walk = {
    .request = request,
    .user = request->user,
    .page_size = lac_os_page_size (),
    .up = { .limit = limits->up },
    .down = { .limit = limits->down },
  };
  uint64_t first = 0;
  unsigned n_gaps = 0;
  enum lac_status status = lac_os_view_open (&walk.view);

  walk.up.ended = request->query.order == LAC_ORDER_HIGHEST;
  walk.down.ended = !request->has_anchor && !walk.up.ended;
  while (status == LAC_OK && n_gaps < LAC_PLACEMENT_PATIENCE)
    {
      struct side *side;
      bool settled;

      status = find_next (&walk, &side);
      /* What the first place was found after has no room for certain. */
      if (n_gaps == 0 && status == LAC_OK)
        *limits = (struct lac_walk_limits){ walk.up.limit, walk.down.limit };
      if (status != LAC_OK || side == NULL)
        break;
      if (n_gaps++ == 0)
        first = side->start;
      status = settle (&walk, side, &settled, out_start);
      if (status == LAC_OK && settled)
        goto out;
    }
  if (status == LAC_OK)
    {
      if (n_gaps == 0)
        status = LAC_E_NO_GAP;
      else
        *out_start = first;
    }

out:
  *n_queries += walk.n_queries;
  return status;
}
