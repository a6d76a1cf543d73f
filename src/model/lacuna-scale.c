/* LacunaScale: where on the line an address is, and what is cut out of it.
 *
 * What is cut out depends on the map and on the places to keep, and on nothing else; a place that
 * would not be cut out anyway changes nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-scale-private.h"

#include <string.h>

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
cut_hole (GArray           *breaks,
          const LacunaHole *hole,
          guint64           margin,
          guint64           page_size,
          const guint64    *keep,
          gsize             n_keep)
{
  guint64 from = hole->range.start + hole->margin;
  guint64 to = hole->range.end - hole->margin;
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

static void
cut_holes (LacunaScale       *self,
           const LacunaHoles *holes,
           const guint64     *keep,
           gsize              n_keep)
{
  gsize n_holes;
  const LacunaHole *hole = lacuna_holes_get (holes, &n_holes);
  g_autofree guint64 *sorted_keep = g_memdup2 (keep, n_keep * sizeof *keep);
  GArray *breaks = g_array_new (FALSE, FALSE, sizeof (LacunaBreak));

  if (n_keep > 1)
    qsort (sorted_keep, n_keep, sizeof *sorted_keep, compare_addresses);

  for (gsize i = 0; i < n_holes; i++)
    self->keeps_places |= cut_hole (breaks, &hole[i], lacuna_holes_get_margin (holes),
                                    lacuna_holes_get_page_size (holes), sorted_keep, n_keep);

  self->n_breaks = breaks->len;
  self->breaks = (LacunaBreak *) g_array_free (breaks, FALSE);
}

LacunaScale *
lacuna_scale_new (LacunaScaleKind       kind,
                  const struct lac_map *map,
                  const guint64        *keep,
                  gsize                 n_keep)
{
  LacunaHoles *holes = NULL;
  LacunaScale *self;

  g_return_val_if_fail (map != NULL, NULL);
  g_return_val_if_fail (n_keep == 0 || keep != NULL, NULL);

  if (kind == LACUNA_SCALE_COMPACT)
    holes = lacuna_holes_new (map);
  self = lacuna_scale_new_cutting (kind, map, holes, keep, n_keep);
  lacuna_holes_unref (holes);

  return self;
}

LacunaScale *
lacuna_scale_new_cutting (LacunaScaleKind       kind,
                          const struct lac_map *map,
                          const LacunaHoles    *holes,
                          const guint64        *keep,
                          gsize                 n_keep)
{
  LacunaScale *self;
  guint64 removed = 0;

  self = g_new0 (LacunaScale, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->kind = kind;
  self->anchor = n_keep > 0 ? keep[0] : 0;
  self->extent = (struct lac_range){ 0, lac_map_space (map)->user.end };

  if (kind == LACUNA_SCALE_COMPACT)
    {
      self->extent = lacuna_holes_get_extent (holes);
      cut_holes (self, holes, keep, n_keep);
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

static gboolean
is_within (guint64 address,
           guint64 fresh,
           guint64 inwards,
           guint64 outwards)
{
  return address >= fresh ? address - fresh <= inwards : fresh - address <= outwards;
}

gboolean
lacuna_scale_still_serves (const LacunaScale *self,
                           const LacunaScale *fresh,
                           struct lac_map    *map,
                           guint64            margin)
{
  /* What a cut leaves at the ends of a gap may shrink to an eighth, and grow to twice what it is. */
  guint64 least = margin - margin / 8;
  gsize n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);

  if (self->kind != LACUNA_SCALE_COMPACT || fresh->kind != LACUNA_SCALE_COMPACT
      || self->n_breaks != fresh->n_breaks || self->extent.start != fresh->extent.start
      || self->extent.end != fresh->extent.end)
    return FALSE;

  for (gsize i = 0; i < self->n_breaks; i++)
    {
      const LacunaBreak *old = &self->breaks[i];
      const LacunaBreak *now = &fresh->breaks[i];

      if (old->in_region != now->in_region)
        return FALSE;
      if (!is_within (old->cut.start, now->cut.start, margin, least)
          || !is_within (old->cut.end, now->cut.end, least, margin))
        return FALSE;

      gsize index = lac_map_search (map, old->cut.start);
      struct lac_range above = { LAC_ADDRESS_END, LAC_ADDRESS_END };

      /* It cuts out free space alone, or, since that is counted, one region alone. */
      if (index < n_regions)
        above = lac_region_range (&regions[index]);
      if (old->in_region ? above.start > old->cut.start || above.end < old->cut.end
                         : above.start < old->cut.end)
        return FALSE;
    }

  return TRUE;
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
