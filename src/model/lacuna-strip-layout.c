/* LacunaStripLayout: which rectangle each column of the strip belongs to.
 *
 * The layout walks over columns, not over regions: it looks up what is at a column's first address,
 * and goes on where that ends. So a view of everything in a process of a million regions costs one
 * look-up for each column, and a view of one region costs one.
 *
 * Labels are found the same way. A run that is worth a label covers a column that is a multiple of
 * half the least width, so it is enough to ask there.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-census-private.h"
#include "lacuna-scale-private.h"

#include <string.h>

struct _LacunaStripLayout
{
  LacunaPiece *pieces;
  gsize n_pieces;
  LacunaModule *modules;
  gsize n_modules;
};

/* What is at an address: a region, or the hole before it. */
typedef struct
{
  gsize region;
  gboolean is_hole;
  struct lac_range range;
} Item;

/* The first address of a column, and the look-up of it. */
typedef struct
{
  guint64 address;
  gsize region;
} Edge;

#define MOST_EDGES 16

typedef struct
{
  const struct lac_map *map;
  const struct lac_region *regions;
  gsize n_regions;
  const LacunaCensus *census;
  const LacunaScale *scale;
  LacunaLens lens;
  struct lac_range extent;
  int width;
  /* Edges of the columns from first_edge on. */
  Edge edges[MOST_EDGES];
  gint32 first_edge;
  gint32 n_edges;
  gint32 batch;
} Plan;

/* The edge of @column. In a million regions a look-up mostly waits for memory. Where one column after
 * another is asked for, the next ones are looked up at once, so that they wait together. */
static Edge
edge_at (Plan  *plan,
         gint32 column)
{
  if (column >= plan->first_edge && column < plan->first_edge + plan->n_edges)
    return plan->edges[column - plan->first_edge];

  if (column == plan->first_edge + plan->n_edges)
    plan->batch = MIN (plan->batch * 2, MOST_EDGES);
  else
    plan->batch = 1;

  plan->first_edge = column;
  plan->n_edges = plan->batch;
  for (gint32 i = 0; i < plan->n_edges; i++)
    plan->edges[i].address = lacuna_lens_to_address (&plan->lens, column + i);
  for (gint32 i = 0; i < plan->n_edges; i++)
    {
      plan->edges[i].region = lac_map_search (plan->map, plan->edges[i].address);
      if (plan->n_edges > 1)
        lacuna_census_prefetch (plan->census, plan->edges[i].region);
    }

  return plan->edges[0];
}

static Item
item_at (const Plan *plan,
         gsize       region,
         guint64     address)
{
  Item item = { region, FALSE, { 0 } };

  if (region < plan->n_regions && plan->regions[region].start <= address)
    {
      item.range = lac_region_range (&plan->regions[region]);
    }
  else
    {
      item.is_hole = TRUE;
      item.range.start = region > 0 ? plan->regions[region - 1].end : plan->extent.start;
      item.range.end = region < plan->n_regions ? plan->regions[region].start : plan->extent.end;
      item.range = lac_range_intersect (item.range, plan->extent);
    }

  return item;
}

/* Whether @next begins where @item ends. */
static gboolean
item_meets (const Item *item,
            const Item *next)
{
  return item->range.end == next->range.start;
}

static gint32
end_column (Plan       *plan,
            const Item *item)
{
  gint64 column;

  if (item->range.end >= plan->extent.end)
    return plan->width;

  column = lacuna_lens_to_column (&plan->lens, item->range.end);
  return (gint32) MIN (column, plan->width);
}

/* Whether something is cut out of @hole. */
static gboolean
is_cut (const Plan      *plan,
        struct lac_range hole)
{
  gsize n_breaks;
  const LacunaBreak *breaks = lacuna_scale_get_breaks (plan->scale, &n_breaks);
  gsize low = 0;
  gsize high = n_breaks;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (breaks[middle].cut.start < hole.start)
        low = middle + 1;
      else
        high = middle;
    }

  return low < n_breaks && breaks[low].cut.start < hole.end;
}

static void
add_item (LacunaStripLayout *self,
          const Plan        *plan,
          const Item        *item,
          gint32             start,
          gint32             end)
{
  LacunaPiece *piece = &self->pieces[self->n_pieces++];

  *piece = (LacunaPiece){ .start = start, .end = end, .first = (guint32) item->region };
  if (item->is_hole)
    {
      piece->kind = is_cut (plan, item->range) ? LACUNA_PIECE_BREAK : LACUNA_PIECE_GAP;
    }
  else
    {
      piece->kind = LACUNA_PIECE_REGION;
      piece->count = 1;
      piece->ink = (guint8) lacuna_ink_for_region (&plan->regions[item->region]);
      piece->filled = 255;
    }
}

/* The density run of one column, between two edges and the sums at them. */
static void
add_density (LacunaStripLayout *self,
             const Plan        *plan,
             gint32             column,
             Edge               start,
             Edge               end,
             const guint64      below[LACUNA_N_INKS],
             const guint64      above[LACUNA_N_INKS])
{
  LacunaPiece *piece = &self->pieces[self->n_pieces++];
  gsize hint = plan->lens.hint;
  guint64 span = lacuna_scale_to_line_near (plan->scale, end.address, &hint)
                 - lacuna_scale_to_line_near (plan->scale, start.address, &hint);
  guint64 most = 0;
  guint64 mapped = 0;

  *piece = (LacunaPiece){ .start = column,
                          .end = column + 1,
                          .first = (guint32) start.region,
                          .count = (guint32) (end.region - start.region),
                          .kind = LACUNA_PIECE_DENSITY };

  if (end.region < plan->n_regions && plan->regions[end.region].start < end.address)
    piece->count++;

  for (int ink = 0; ink < LACUNA_N_INKS; ink++)
    {
      guint64 bytes = above[ink] - below[ink];

      /* What is cut out takes no room on the strip. */
      if (ink == LACUNA_INK_GUARD)
        bytes -= lacuna_scale_cut_in_regions (plan->scale, end.address, &hint)
                 - lacuna_scale_cut_in_regions (plan->scale, start.address, &hint);
      mapped += bytes;
      if (bytes > most)
        {
          most = bytes;
          piece->ink = (guint8) ink;
        }
    }

  piece->filled = mapped >= span ? 255 : (guint8) MAX (1, (double) mapped / (double) span * 255);
}

static void
add_pieces (LacunaStripLayout *self,
            Plan              *plan)
{
  gint32 column = 0;
  Edge edge = edge_at (plan, 0);
  guint64 below[LACUNA_N_INKS];
  guint64 above[LACUNA_N_INKS];
  gboolean below_is_known = FALSE;

  while (column < plan->width && edge.address < plan->extent.end)
    {
      Item item = item_at (plan, edge.region, edge.address);
      gint32 end = end_column (plan, &item);

      if (end <= column)
        {
          Edge next_edge = edge_at (plan, column + 1);
          Edge inside = next_edge;
          Item next;

          /* The last byte of the extent stands for its end, which is no item's. */
          if (next_edge.address >= plan->extent.end)
            {
              inside.address = plan->extent.end - 1;
              inside.region = lac_map_search (plan->map, inside.address);
            }
          next = item_at (plan, inside.region, inside.address);

          if (item.range.start >= edge.address || !item_meets (&item, &next))
            {
              if (!below_is_known)
                lacuna_census_sum_below (plan->census, edge.region, edge.address, below);
              lacuna_census_sum_below (plan->census, next_edge.region, next_edge.address, above);
              add_density (self, plan, column, edge, next_edge, below, above);
              memcpy (below, above, sizeof below);
              below_is_known = TRUE;
              column++;
              edge = next_edge;
              continue;
            }

          item = next;
          end = end_column (plan, &item);
        }

      add_item (self, plan, &item, column, end);
      below_is_known = FALSE;
      column = end;
      if (column < plan->width)
        edge = edge_at (plan, column);
    }
}

static void
add_modules (LacunaStripLayout *self,
             Plan              *plan)
{
  gsize piece = 0;

  for (gint32 column = LACUNA_LABEL_WIDTH / 2 - 1; column < plan->width;
       column += LACUNA_LABEL_WIDTH / 2)
    {
      gsize region;
      gsize first;
      gsize count;
      gint64 start;
      gint64 end;

      if (self->n_modules > 0 && column < self->modules[self->n_modules - 1].end)
        continue;

      while (piece < self->n_pieces && self->pieces[piece].end <= column)
        piece++;
      if (piece == self->n_pieces)
        return;

      /* A gap may lie inside a run: then the region after it, which has its number, is of that run. */
      region = self->pieces[piece].first;
      if (region == plan->n_regions)
        continue;
      lacuna_census_get_run (plan->census, region, &first, &count);
      start = lacuna_lens_to_column (&plan->lens, plan->regions[first].start);
      end = lacuna_lens_to_column (&plan->lens, plan->regions[first + count - 1].end);
      start = CLAMP (start, 0, plan->width);
      end = CLAMP (end, 0, plan->width);
      if (end - start < LACUNA_LABEL_WIDTH || column < start || column >= end)
        continue;

      self->modules[self->n_modules++] = (LacunaModule){ .start = (gint32) start,
                                                         .end = (gint32) end,
                                                         .first = (guint32) first,
                                                         .count = (guint32) count };
    }
}

LacunaStripLayout *
lacuna_strip_layout_new (const LacunaCensus *census,
                         const LacunaScale  *scale,
                         const LacunaView   *view,
                         int                 width)
{
  LacunaStripLayout *self;
  Plan plan = { 0 };

  g_return_val_if_fail (census != NULL, NULL);
  g_return_val_if_fail (scale != NULL, NULL);
  g_return_val_if_fail (view != NULL && view->bytes_per_pixel > 0, NULL);

  width = MAX (width, 0);
  plan.map = lacuna_census_get_map (census);
  plan.regions = lac_map_regions (plan.map, &plan.n_regions);
  plan.census = census;
  plan.scale = scale;
  plan.lens = lacuna_lens_make (view, scale);
  plan.first_edge = -1;
  plan.batch = 1;
  plan.extent = lacuna_scale_get_extent (scale);
  plan.width = width;

  self = g_new0 (LacunaStripLayout, 1);
  self->pieces = g_new (LacunaPiece, width);
  self->modules = g_new (LacunaModule, width / LACUNA_LABEL_WIDTH + 1);
  add_pieces (self, &plan);
  add_modules (self, &plan);

  return self;
}

void
lacuna_strip_layout_free (LacunaStripLayout *self)
{
  if (self == NULL)
    return;

  g_free (self->pieces);
  g_free (self->modules);
  g_free (self);
}

const LacunaPiece *
lacuna_strip_layout_get_pieces (const LacunaStripLayout *self,
                                gsize                   *out_n_pieces)
{
  *out_n_pieces = self->n_pieces;
  return self->pieces;
}

const LacunaModule *
lacuna_strip_layout_get_modules (const LacunaStripLayout *self,
                                 gsize                   *out_n_modules)
{
  *out_n_modules = self->n_modules;
  return self->modules;
}

const LacunaPiece *
lacuna_strip_layout_find (const LacunaStripLayout *self,
                          int                      column)
{
  gsize low = 0;
  gsize high = self->n_pieces;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (self->pieces[middle].end <= column)
        low = middle + 1;
      else
        high = middle;
    }

  return low < self->n_pieces && self->pieces[low].start <= column ? &self->pieces[low] : NULL;
}
