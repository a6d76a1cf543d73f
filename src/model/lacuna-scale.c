/* LacunaScale: where on the line an address is, and what is cut out of it.
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
 * What is cut out depends on the map and on the places to keep, and on nothing else; a place that
 * would not be cut out anyway changes nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-scale-private.h"

#include "lacuna-ink.h"

#include <string.h>

/* How many holes may be cut. */
#define MAX_CUT_HOLES 4096

struct _LacunaScale
{
  gatomicrefcount ref_count;
  LacunaScaleKind kind;
  guint64 anchor;
  struct lac_range extent;
  guint64 length;
  LacunaBreak *breaks;
  gsize n_breaks;
  gboolean keeps_places;
  /* The bytes of regions in the first i cuts; one more than there are breaks. */
  guint64 *cut_in_regions;
};

G_DEFINE_BOXED_TYPE (LacunaScale, lacuna_scale, lacuna_scale_ref, lacuna_scale_unref)

typedef struct
{
  struct lac_range range;
  gboolean is_region;
  gboolean is_outside; /* of user space */
} Hole;

/* The largest holes, as a heap with the smallest at the root; later by address when equally large. */
typedef struct
{
  Hole *holes;
  gsize n_holes;
} LargestHoles;

static gboolean
hole_is_less (const Hole *a,
              const Hole *b)
{
  guint64 size_a = lac_range_size (a->range);
  guint64 size_b = lac_range_size (b->range);

  return size_a != size_b ? size_a < size_b : a->range.start > b->range.start;
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

      Hole moved = largest->holes[position];
      largest->holes[position] = largest->holes[least];
      largest->holes[least] = moved;
      position = least;
    }
}

static void
largest_holes_offer (LargestHoles *largest,
                     Hole          hole)
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

          Hole moved = largest->holes[position];
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
hole_margin (const Hole *hole,
             guint64     margin,
             guint64     page_size)
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
  const Hole *hole_a = a;
  const Hole *hole_b = b;

  return hole_a->range.start < hole_b->range.start ? -1 : hole_a->range.start > hole_b->range.start;
}

static int
compare_addresses (gconstpointer a,
                   gconstpointer b)
{
  guint64 address_a = *(const guint64 *) a;
  guint64 address_b = *(const guint64 *) b;

  return address_a < address_b ? -1 : address_a > address_b;
}

/* Adds the cuts of one hole: what lies further than @margin from its ends and from every address in
 * @keep, which is sorted. Says whether any of them made a difference. */
static gboolean
cut_hole (GArray        *breaks,
          const Hole    *hole,
          guint64        margin,
          guint64        page_size,
          const guint64 *keep,
          gsize          n_keep)
{
  guint64 end_margin = hole_margin (hole, margin, page_size);
  guint64 from = hole->range.start + end_margin;
  guint64 to = hole->range.end - end_margin;
  const guint64 first = from;
  gboolean keeps_any = FALSE;

  for (gsize i = 0; i <= n_keep; i++)
    {
      if (i < n_keep && (keep[i] < first || keep[i] >= to))
        continue;

      /* Everything in the hole below this is kept or has been cut. */
      guint64 next = i < n_keep ? lac_align_down (lac_subtract_saturating (keep[i], margin), page_size)
                                : to;

      if (next > to)
        next = to;
      /* A cut of less than a page is not worth a mark. */
      if (next > from && next - from >= page_size)
        {
          LacunaBreak cut = { { from, next }, 0, hole->is_region };
          g_array_append_val (breaks, cut);
        }
      if (i < n_keep)
        {
          guint64 end = lac_add_saturating (keep[i], margin);
          guint64 aligned;

          keeps_any = TRUE;
          if (!lac_align_up (end, page_size, &aligned))
            break;
          from = MAX (from, aligned);
        }
    }

  return keeps_any;
}

/* The hole before a region, or after the last one, in up to three parts: user space may begin or end
 * in it. */
static guint64
offer_hole (LargestHoles    *largest,
            struct lac_range range,
            struct lac_range user)
{
  const Hole parts[] = {
    { { range.start, MIN (range.end, user.start) }, FALSE, TRUE },
    { lac_range_intersect (range, user), FALSE, FALSE },
    { { MAX (range.start, user.end), range.end }, FALSE, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i].range.end > parts[i].range.start)
      largest_holes_offer (largest, parts[i]);
  return lac_range_size (range);
}

static void
cut_holes (LacunaScale          *self,
           const struct lac_map *map,
           const guint64        *keep,
           gsize                 n_keep)
{
  gsize n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  guint64 page_size = MAX (lac_map_space (map)->page_size, 1);
  LargestHoles largest = { g_new (Hole, MAX_CUT_HOLES), 0 };
  guint64 accessible = 0;
  guint64 holes = 0;
  guint64 others;
  guint64 margin;
  guint64 position = self->extent.start;
  g_autofree guint64 *sorted_keep = NULL;
  GArray *breaks;

  for (gsize i = 0; i <= n_regions; i++)
    {
      struct lac_range before = { position,
                                  i < n_regions ? regions[i].start : self->extent.end };
      Hole hole;

      if (before.end > before.start)
        holes += offer_hole (&largest, before, lac_map_space (map)->user);
      if (i == n_regions)
        break;

      position = regions[i].end;
      if (lacuna_ink_for_region (&regions[i]) != LACUNA_INK_GUARD)
        {
          accessible += regions[i].end - regions[i].start;
          continue;
        }
      hole = (Hole){ lac_region_range (&regions[i]), TRUE, FALSE };
      holes += hole.range.end - hole.range.start;
      largest_holes_offer (&largest, hole);
    }

  others = holes;
  for (gsize i = 0; i < largest.n_holes; i++)
    others -= lac_range_size (largest.holes[i].range);

  margin = find_margin (&largest, others, accessible / 2, page_size);

  qsort (largest.holes, largest.n_holes, sizeof *largest.holes, compare_holes);
  sorted_keep = g_memdup2 (keep, n_keep * sizeof *keep);
  if (n_keep > 1)
    qsort (sorted_keep, n_keep, sizeof *sorted_keep, compare_addresses);

  breaks = g_array_new (FALSE, FALSE, sizeof (LacunaBreak));
  for (gsize i = 0; i < largest.n_holes; i++)
    if (lac_range_size (largest.holes[i].range)
        > 2 * hole_margin (&largest.holes[i], margin, page_size))
      self->keeps_places |= cut_hole (breaks, &largest.holes[i], margin, page_size, sorted_keep,
                                      n_keep);

  g_free (largest.holes);
  self->n_breaks = breaks->len;
  self->breaks = (LacunaBreak *) g_array_free (breaks, FALSE);
}

LacunaScale *
lacuna_scale_new (LacunaScaleKind       kind,
                  const struct lac_map *map,
                  const guint64        *keep,
                  gsize                 n_keep)
{
  LacunaScale *self;
  guint64 removed = 0;

  g_return_val_if_fail (map != NULL, NULL);
  g_return_val_if_fail (n_keep == 0 || keep != NULL, NULL);

  self = g_new0 (LacunaScale, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->kind = kind;
  self->anchor = n_keep > 0 ? keep[0] : 0;
  self->extent = (struct lac_range){ 0, lac_map_space (map)->user.end };

  if (kind == LACUNA_SCALE_COMPACT)
    {
      gsize n_regions;
      const struct lac_region *regions = lac_map_regions (map, &n_regions);

      if (n_regions > 0)
        self->extent.end = MAX (self->extent.end, regions[n_regions - 1].end);
      cut_holes (self, map, keep, n_keep);
    }

  self->cut_in_regions = g_new0 (guint64, self->n_breaks + 1);
  for (gsize i = 0; i < self->n_breaks; i++)
    {
      LacunaBreak *cut = &self->breaks[i];

      self->cut_in_regions[i + 1] = self->cut_in_regions[i]
                                    + (cut->in_region ? lac_range_size (cut->cut) : 0);
      cut->line = cut->cut.start - self->extent.start - removed;
      removed += lac_range_size (cut->cut);
    }
  self->length = lac_range_size (self->extent) - removed;

  return self;
}

LacunaScale *
lacuna_scale_ref (LacunaScale *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
lacuna_scale_unref (LacunaScale *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->breaks);
  g_free (self->cut_in_regions);
  g_free (self);
}

LacunaScaleKind
lacuna_scale_get_kind (const LacunaScale *self)
{
  return self->kind;
}

guint64
lacuna_scale_get_anchor (const LacunaScale *self)
{
  return self->anchor;
}

gboolean
lacuna_scale_keeps_places (const LacunaScale *self)
{
  return self->keeps_places;
}

gboolean
lacuna_scale_is_cut (const LacunaScale *self,
                     struct lac_range   range)
{
  gsize low = 0;
  gsize high = self->n_breaks;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (self->breaks[middle].cut.end <= range.start)
        low = middle + 1;
      else
        high = middle;
    }

  return low < self->n_breaks && self->breaks[low].cut.start < range.end;
}

struct lac_range
lacuna_scale_get_extent (const LacunaScale *self)
{
  return self->extent;
}

guint64
lacuna_scale_get_length (const LacunaScale *self)
{
  return self->length;
}

const LacunaBreak *
lacuna_scale_get_breaks (const LacunaScale *self,
                         gsize             *out_n_breaks)
{
  if (out_n_breaks)
    *out_n_breaks = self->n_breaks;
  return self->breaks;
}

/* How many breaks begin at or below @address; @hint is what the last call gave, and mostly right or one
 * less. */
static gsize
breaks_below_address (const LacunaScale *self,
                      guint64            address,
                      gsize              hint)
{
  const LacunaBreak *breaks = self->breaks;
  gsize low = 0;
  gsize high = self->n_breaks;

  if (hint <= high && (hint == 0 || breaks[hint - 1].cut.start <= address))
    {
      if (hint == high || breaks[hint].cut.start > address)
        return hint;
      if (hint + 1 == high || breaks[hint + 1].cut.start > address)
        return hint + 1;
      low = hint + 1;
    }

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (breaks[middle].cut.start <= address)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

/* The same for the line. */
static gsize
breaks_below_line (const LacunaScale *self,
                   guint64            line,
                   gsize              hint)
{
  const LacunaBreak *breaks = self->breaks;
  gsize low = 0;
  gsize high = self->n_breaks;

  if (hint <= high && (hint == 0 || breaks[hint - 1].line <= line))
    {
      if (hint == high || breaks[hint].line > line)
        return hint;
      if (hint + 1 == high || breaks[hint + 1].line > line)
        return hint + 1;
      low = hint + 1;
    }

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (breaks[middle].line <= line)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

guint64
lacuna_scale_to_line_near (const LacunaScale *self,
                           guint64            address,
                           gsize             *hint)
{
  if (address <= self->extent.start)
    return 0;
  if (address >= self->extent.end)
    return self->length;

  *hint = breaks_below_address (self, address, *hint);
  if (*hint == 0)
    return address - self->extent.start;

  const LacunaBreak *before = &self->breaks[*hint - 1];
  return before->line + lac_subtract_saturating (address, before->cut.end);
}

guint64
lacuna_scale_cut_in_regions (const LacunaScale *self,
                             guint64            address,
                             gsize             *hint)
{
  guint64 below;

  *hint = breaks_below_address (self, address, *hint);
  below = self->cut_in_regions[*hint];
  /* The last of them may go on above the address. */
  if (*hint > 0 && self->breaks[*hint - 1].in_region)
    below -= lac_subtract_saturating (self->breaks[*hint - 1].cut.end, address);
  return below;
}

guint64
lacuna_scale_to_address_near (const LacunaScale *self,
                              guint64            line,
                              gsize             *hint)
{
  if (line >= self->length)
    return self->extent.end;

  *hint = breaks_below_line (self, line, *hint);
  if (*hint == 0)
    return self->extent.start + line;

  const LacunaBreak *before = &self->breaks[*hint - 1];
  return before->cut.end + (line - before->line);
}

guint64
lacuna_scale_to_line (const LacunaScale *self,
                      guint64            address)
{
  gsize hint = G_MAXSIZE;

  return lacuna_scale_to_line_near (self, address, &hint);
}

guint64
lacuna_scale_to_address (const LacunaScale *self,
                         guint64            line)
{
  gsize hint = G_MAXSIZE;

  return lacuna_scale_to_address_near (self, line, &hint);
}
