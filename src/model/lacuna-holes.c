/* LacunaHoles: what can be cut out of the line of the compact scale.
 *
 * To find the largest holes of a map one has to look at all of it, which a scale that keeps another
 * place need not do again: it only cuts the same holes elsewhere. So they are found once for each map,
 * with the census, on the worker that makes it.
 *
 * How much of a gap the compact scale keeps is found as one fills a vessel with water: there is one
 * margin for all gaps, so that every gap longer than twice the margin is cut to that length and the
 * shorter ones stay whole, and the margin is such that all gaps together take about a third of the
 * line (half of what can be accessed). The margin is a power of two, so that a heap that grows a little
 * does not move everything else.
 *
 * The holes of the line are the gaps of the map, the regions without access, and what lies outside
 * user space, where nothing can be mapped: below its start, and up to [vsyscall] where there is one.
 * Of the last kind hardly anything is kept.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-scale-private.h"

#include "lacuna-ink.h"

#include <string.h>

/* How many holes may be cut. */
#define MAX_CUT_HOLES 4096

struct _LacunaHoles
{
  gatomicrefcount ref_count;
  struct lac_range extent;
  guint64 page_size;
  guint64 margin;
  LacunaHole *holes;
  gsize n_holes;
};

/* The largest holes, as a heap with the smallest at the root; later by address when equally large. */
typedef struct
{
  LacunaHole *holes;
  gsize n_holes;
} LargestHoles;

static gboolean
hole_is_less (const LacunaHole *a,
              const LacunaHole *b)
{
  guint64 size_a = lac_range_size (a->range);
  guint64 size_b = lac_range_size (b->range);

  return size_a != size_b ? size_a < size_b : a->range.start > b->range.start;
}

/* Whether a hole of @size has any chance; most have none. */
static inline gboolean
largest_holes_take (const LargestHoles *largest,
                    guint64             size)
{
  return largest->n_holes < MAX_CUT_HOLES || size >= lac_range_size (largest->holes[0].range);
}

static void
largest_holes_sift_down (LargestHoles *largest,
                         gsize         position)
{
  for (;;)
    {
      gsize least = position;

      for (gsize child = 2 * position + 1; child <= 2 * position + 2; child++)
        if (child < largest->n_holes && hole_is_less (&largest->holes[child], &largest->holes[least]))
          least = child;

      if (least == position)
        return;

      LacunaHole moved = largest->holes[position];
      largest->holes[position] = largest->holes[least];
      largest->holes[least] = moved;
      position = least;
    }
}

static void
largest_holes_offer (LargestHoles *largest,
                     LacunaHole    hole)
{
  if (largest->n_holes < MAX_CUT_HOLES)
    {
      gsize position = largest->n_holes++;

      largest->holes[position] = hole;
      while (position > 0)
        {
          gsize parent = (position - 1) / 2;

          if (!hole_is_less (&largest->holes[position], &largest->holes[parent]))
            break;

          LacunaHole moved = largest->holes[position];
          largest->holes[position] = largest->holes[parent];
          largest->holes[parent] = moved;
          position = parent;
        }
    }
  else if (hole_is_less (&largest->holes[0], &hole))
    {
      largest->holes[0] = hole;
      largest_holes_sift_down (largest, 0);
    }
}

/* What is kept at each end of @hole. */
static guint64
hole_margin (const LacunaHole *hole,
             guint64           margin,
             guint64           page_size)
{
  return hole->is_outside ? MAX (lac_align_down (margin / 4, page_size), page_size) : margin;
}

/* The margin: the power of two that brings what the gaps take closest to @goal. @others is what the
 * holes take that are not among the largest. What lies outside user space takes next to nothing. */
static guint64
find_margin (const LargestHoles *largest,
             guint64             others,
             guint64             goal,
             guint64             page_size)
{
  guint64 best = page_size;
  guint64 best_distance = G_MAXUINT64;

  for (guint64 margin = page_size; margin <= G_GUINT64_CONSTANT (1) << 62; margin *= 2)
    {
      guint64 taken = others;
      guint64 distance;

      for (gsize i = 0; i < largest->n_holes; i++)
        if (!largest->holes[i].is_outside)
          taken = lac_add_saturating (taken,
                                      MIN (lac_range_size (largest->holes[i].range), 2 * margin));

      distance = taken > goal ? taken - goal : goal - taken;
      if (distance < best_distance)
        {
          best = margin;
          best_distance = distance;
        }
      if (taken > goal)
        break;
    }

  return best;
}

static int
compare_holes (gconstpointer a,
               gconstpointer b)
{
  const LacunaHole *hole_a = a;
  const LacunaHole *hole_b = b;

  return hole_a->range.start < hole_b->range.start ? -1 : hole_a->range.start > hole_b->range.start;
}

/* The hole before a region, or after the last one, in up to three parts: user space may begin or end
 * in it. */
static void
offer_hole (LargestHoles    *largest,
            struct lac_range range,
            struct lac_range user)
{
  const LacunaHole parts[] = {
    { { range.start, MIN (range.end, user.start) }, 0, FALSE, TRUE },
    { lac_range_intersect (range, user), 0, FALSE, FALSE },
    { { MAX (range.start, user.end), range.end }, 0, FALSE, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i].range.end > parts[i].range.start)
      largest_holes_offer (largest, parts[i]);
}

LacunaHoles *
lacuna_holes_new (const struct lac_map *map)
{
  LacunaHoles *self;
  gsize n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  struct lac_range user = lac_map_space (map)->user;
  LargestHoles largest = { g_new (LacunaHole, MAX_CUT_HOLES), 0 };
  guint64 accessible = 0;
  guint64 holes = 0;
  guint64 others;
  guint64 position;
  gsize n_kept = 0;

  self = g_new0 (LacunaHoles, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->page_size = MAX (lac_map_space (map)->page_size, 1);
  self->extent = (struct lac_range){ 0, user.end };
  if (n_regions > 0)
    self->extent.end = MAX (self->extent.end, regions[n_regions - 1].end);

  position = self->extent.start;
  for (gsize i = 0; i <= n_regions; i++)
    {
      struct lac_range before = { position,
                                  i < n_regions ? regions[i].start : self->extent.end };
      LacunaHole hole;

      holes += lac_range_size (before);
      if (before.end > before.start && largest_holes_take (&largest, lac_range_size (before)))
        offer_hole (&largest, before, user);
      if (i == n_regions)
        break;

      position = regions[i].end;
      if (lacuna_ink_for_region (&regions[i]) != LACUNA_INK_GUARD)
        {
          accessible += regions[i].end - regions[i].start;
          continue;
        }
      hole = (LacunaHole){ lac_region_range (&regions[i]), 0, TRUE, FALSE };
      holes += lac_range_size (hole.range);
      if (largest_holes_take (&largest, lac_range_size (hole.range)))
        largest_holes_offer (&largest, hole);
    }

  others = holes;
  for (gsize i = 0; i < largest.n_holes; i++)
    others -= lac_range_size (largest.holes[i].range);
  self->margin = find_margin (&largest, others, accessible / 2, self->page_size);

  /* Only those that are long enough to lose anything. */
  for (gsize i = 0; i < largest.n_holes; i++)
    {
      LacunaHole hole = largest.holes[i];

      hole.margin = hole_margin (&hole, self->margin, self->page_size);
      if (lac_range_size (hole.range) > 2 * hole.margin)
        largest.holes[n_kept++] = hole;
    }
  qsort (largest.holes, n_kept, sizeof *largest.holes, compare_holes);

  self->n_holes = n_kept;
  self->holes = g_memdup2 (largest.holes, n_kept * sizeof *largest.holes);
  g_free (largest.holes);

  return self;
}

LacunaHoles *
lacuna_holes_ref (LacunaHoles *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
lacuna_holes_unref (LacunaHoles *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->holes);
  g_free (self);
}

const LacunaHole *
lacuna_holes_get (const LacunaHoles *self,
                  gsize             *out_n_holes)
{
  *out_n_holes = self->n_holes;
  return self->holes;
}

struct lac_range
lacuna_holes_get_extent (const LacunaHoles *self)
{
  return self->extent;
}

guint64
lacuna_holes_get_margin (const LacunaHoles *self)
{
  return self->margin;
}

guint64
lacuna_holes_get_page_size (const LacunaHoles *self)
{
  return self->page_size;
}
