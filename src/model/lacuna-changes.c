/* LacunaChanges: where two maps of one address space differ.
 *
 * Places are compared, not regions: a heap that grew by a page changed in that page, and a page in
 * the middle of a region whose protection changed is one page, although the kernel now has three
 * regions there. So both maps are swept at once, from edge to edge of either. What a process changes
 * between two looks is little as a rule, so regions that are the same in both are passed over in pairs.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-changes.h"

#include <stdlib.h>
#include <string.h>

struct _LacunaChanges
{
  gatomicrefcount ref_count;
  struct lac_range *ranges;
  gsize n_ranges;
};

typedef struct
{
  struct lac_map *map;
  const struct lac_region *regions;
  gsize n_regions;
  gsize index; /* the first region that ends above the place that the sweep has come to */
} Side;

typedef struct
{
  Side before;
  Side after;
  GArray *ranges; /* of struct lac_range; NULL as long as nothing differs */

  /* Regions come in runs of one backing, so what was found for the last pair is kept. */
  guint32 backing_before;
  guint32 backing_after;
  gboolean backings_equal;
} Sweep;

static void
side_init (Side                 *side,
           const struct lac_map *map)
{
  side->map = (struct lac_map *) map;
  side->regions = lac_map_regions (map, &side->n_regions);
  side->index = 0;
}

static const struct lac_region *
side_region (const Side *side)
{
  return side->index < side->n_regions ? &side->regions[side->index] : NULL;
}

static gboolean
backings_equal (Sweep                   *sweep,
                const struct lac_region *a,
                const struct lac_region *b)
{
  const struct lac_backing *before;
  const struct lac_backing *after;

  if (a->backing == sweep->backing_before && b->backing == sweep->backing_after)
    return sweep->backings_equal;

  before = lac_map_backing (sweep->before.map, a);
  after = lac_map_backing (sweep->after.map, b);
  sweep->backing_before = a->backing;
  sweep->backing_after = b->backing;
  sweep->backings_equal
      = before->inode == after->inode && before->device_major == after->device_major
        && before->device_minor == after->device_minor && before->deleted == after->deleted
        && before->name_length == after->name_length
        && (before->name_length == 0
            || memcmp (before->name, after->name, before->name_length) == 0);
  return sweep->backings_equal;
}

/* Whether a place that lies in @a before and in @b after looks the same. The offset of a file is that
 * of the place, not of the region. */
static gboolean
same_contents (Sweep                   *sweep,
               const struct lac_region *a,
               const struct lac_region *b)
{
  if (a->kind != b->kind || a->protection != b->protection || a->flags != b->flags
      || !backings_equal (sweep, a, b))
    return FALSE;
  if (lac_map_backing (sweep->before.map, a)->inode == 0)
    return a->offset == b->offset;
  return a->offset - a->start == b->offset - b->start;
}

/* Adds @range, which may reach back over what was added before, but not before all of it. */
static void
add_range (Sweep            *sweep,
           struct lac_range  range)
{
  if (sweep->ranges == NULL)
    sweep->ranges = g_array_new (FALSE, FALSE, sizeof (struct lac_range));

  while (sweep->ranges->len > 0)
    {
      struct lac_range *last
          = &g_array_index (sweep->ranges, struct lac_range, sweep->ranges->len - 1);

      if (last->end < range.start)
        break;
      range.start = MIN (range.start, last->start);
      range.end = MAX (range.end, last->end);
      g_array_set_size (sweep->ranges, sweep->ranges->len - 1);
    }
  g_array_append_val (sweep->ranges, range);
}

/* Passes over regions that are the same in both; returns where the last of them ends, or @place. */
static guint64
pass_same (Sweep   *sweep,
           guint64  place)
{
  Side *before = &sweep->before;
  Side *after = &sweep->after;

  while (before->index < before->n_regions && after->index < after->n_regions)
    {
      const struct lac_region *a = &before->regions[before->index];
      const struct lac_region *b = &after->regions[after->index];

      if (a->start < place || a->start != b->start || a->end != b->end
          || !same_contents (sweep, a, b))
        break;
      place = a->end;
      before->index++;
      after->index++;
    }
  return place;
}

/* Two regions that lie side by side and look the same are told apart by the edge between them, and
 * the list shows it: where only one map has it, the newer regions there are other ones. */
static void
add_edge (Sweep    *sweep,
          gboolean  edge_after)
{
  const struct lac_region *region = side_region (&sweep->after);
  struct lac_range range = lac_region_range (region);

  if (edge_after)
    range.start = region[-1].start;
  add_range (sweep, range);
}

static void
sweep_maps (Sweep *sweep)
{
  guint64 place = 0;
  gboolean same_below = FALSE; /* mapped in both just below the place, and the same */

  for (;;)
    {
      guint64 passed = pass_same (sweep, place);
      const struct lac_region *a = side_region (&sweep->before);
      const struct lac_region *b = side_region (&sweep->after);
      guint64 next = LAC_ADDRESS_END;
      gboolean in_before;
      gboolean in_after;
      gboolean same;

      if (passed > place)
        same_below = TRUE;
      place = passed;
      if (a == NULL && b == NULL)
        break;

      in_before = a != NULL && a->start <= place;
      in_after = b != NULL && b->start <= place;
      if (a != NULL)
        next = MIN (next, in_before ? a->end : a->start);
      if (b != NULL)
        next = MIN (next, in_after ? b->end : b->start);

      same = in_before && in_after && same_contents (sweep, a, b);
      if ((in_before || in_after) && !same)
        add_range (sweep, (struct lac_range){ place, next });
      else if (same && same_below && (a->start == place) != (b->start == place))
        add_edge (sweep, b->start == place);

      same_below = same;
      place = next;
      if (in_before && a->end == place)
        sweep->before.index++;
      if (in_after && b->end == place)
        sweep->after.index++;
    }
}

static int
compare_sizes (gconstpointer a,
               gconstpointer b)
{
  guint64 x = *(const guint64 *) a;
  guint64 y = *(const guint64 *) b;

  return x < y ? -1 : x > y;
}

/* Merges the ranges that lie closest together until there are few enough. */
static void
merge_close (GArray *ranges)
{
  struct lac_range *all = (struct lac_range *) (gpointer) ranges->data;
  gsize n = ranges->len;
  gsize n_merged;
  gsize n_at_limit = 0;
  gsize last = 0;
  guint64 limit;
  g_autofree guint64 *distances = NULL;

  if (n <= LACUNA_MOST_CHANGES)
    return;

  n_merged = n - LACUNA_MOST_CHANGES;
  distances = g_new (guint64, n - 1);
  for (gsize i = 0; i + 1 < n; i++)
    distances[i] = all[i + 1].start - all[i].end;
  qsort (distances, n - 1, sizeof *distances, compare_sizes);
  limit = distances[n_merged - 1];
  /* Of those that are exactly that far apart only some have to go. */
  for (gsize i = n_merged; i > 0 && distances[i - 1] == limit; i--)
    n_at_limit++;

  for (gsize i = 1; i < n; i++)
    {
      guint64 distance = all[i].start - all[last].end;

      if (distance < limit || (distance == limit && n_at_limit > 0))
        {
          n_at_limit -= distance == limit;
          all[last].end = all[i].end;
        }
      else
        all[++last] = all[i];
    }
  g_array_set_size (ranges, (guint) (last + 1));
}

/**
 * lacuna_changes_new:
 * @before: the older map
 * @after: the newer map
 *
 * Compares two maps. O(regions of both). Threads: any.
 *
 * Returns: (transfer full) (nullable): where they differ; %NULL when every region of one is in the
 *   other
 */
LacunaChanges *
lacuna_changes_new (const struct lac_map *before,
                    const struct lac_map *after)
{
  LacunaChanges *self;
  Sweep sweep = { .backing_before = G_MAXUINT32, .backing_after = G_MAXUINT32 };

  g_return_val_if_fail (before != NULL, NULL);
  g_return_val_if_fail (after != NULL, NULL);

  side_init (&sweep.before, before);
  side_init (&sweep.after, after);
  sweep_maps (&sweep);
  if (sweep.ranges == NULL)
    return NULL;

  merge_close (sweep.ranges);
  self = g_new0 (LacunaChanges, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->n_ranges = sweep.ranges->len;
  self->ranges = g_memdup2 (sweep.ranges->data, self->n_ranges * sizeof *self->ranges);
  g_array_unref (sweep.ranges);
  return self;
}

LacunaChanges *
lacuna_changes_ref (LacunaChanges *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
lacuna_changes_unref (LacunaChanges *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->ranges);
  g_free (self);
}

/**
 * lacuna_changes_get_ranges:
 * @self: changes
 * @out_n_ranges: (out): how many there are, at least one
 *
 * Returns: (transfer none): what changed, half-open, sorted, disjoint
 */
const struct lac_range *
lacuna_changes_get_ranges (const LacunaChanges *self,
                           gsize               *out_n_ranges)
{
  g_return_val_if_fail (self != NULL, NULL);

  *out_n_ranges = self->n_ranges;
  return self->ranges;
}

/**
 * lacuna_changes_touch:
 * @self: changes
 * @range: half-open
 *
 * Returns: whether anything in @range changed. O(log ranges)
 */
gboolean
lacuna_changes_touch (const LacunaChanges *self,
                      struct lac_range     range)
{
  gsize low = 0;
  gsize high;

  g_return_val_if_fail (self != NULL, FALSE);

  high = self->n_ranges;
  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (self->ranges[middle].end <= range.start)
        low = middle + 1;
      else
        high = middle;
    }
  return low < self->n_ranges && range.start < range.end
         && lac_range_overlaps (self->ranges[low], range);
}
