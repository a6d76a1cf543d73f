/* LacunaRegionList: the regions and gaps of a snapshot as a GListModel.
 *
 * Positions are an array of row codes in the order of addresses, 4 bytes a row, built once for each
 * snapshot, filter and choice of rows; where every region is shown and no gap, a position is an
 * index and there is no array. Row objects exist only while somebody holds them: a table of the
 * living ones gives the same object for the same row, and moves rows whose range did not change to
 * the next snapshot.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-region-list.h"

#include "core/hazard.h"
#include "lacuna-row-filter.h"
#include "lacuna-row-private.h"

#include <string.h>

struct _LacunaRegionList
{
  GObject parent_instance;

  LacunaSnapshot *snapshot;
  LacunaShow show;
  char *filter;

  guint32 *codes; /* NULL: every region and no gap */
  guint n_codes;

  GHashTable *living; /* code → LacunaRow, no reference */
};

static void lacuna_region_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LacunaRegionList,
                               lacuna_region_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      lacuna_region_list_model_init))

static GType
lacuna_region_list_get_item_type (GListModel *model)
{
  return LACUNA_TYPE_ROW;
}

static guint
lacuna_region_list_get_n_items (GListModel *model)
{
  return LACUNA_REGION_LIST (model)->n_codes;
}

static void
row_gone (LacunaRow *row,
          guint32    code,
          gpointer   user_data)
{
  LacunaRegionList *self = user_data;

  g_hash_table_remove (self->living, GUINT_TO_POINTER (code));
}

static guint32
code_at (const guint32 *codes,
         guint          position)
{
  return codes != NULL ? codes[position] : LACUNA_ROW_CODE (position, TRUE);
}

static gpointer
lacuna_region_list_get_item (GListModel *model,
                             guint       position)
{
  LacunaRegionList *self = LACUNA_REGION_LIST (model);
  LacunaRow *row;
  guint32 code;

  if (position >= self->n_codes)
    return NULL;

  code = code_at (self->codes, position);
  row = g_hash_table_lookup (self->living, GUINT_TO_POINTER (code));
  if (row != NULL)
    return g_object_ref (row);

  row = lacuna_row_new (self->snapshot, code, row_gone, self);
  g_hash_table_insert (self->living, GUINT_TO_POINTER (code), row);
  return row;
}

static void
lacuna_region_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = lacuna_region_list_get_item_type;
  iface->get_n_items = lacuna_region_list_get_n_items;
  iface->get_item = lacuna_region_list_get_item;
}

static void
lacuna_region_list_finalize (GObject *object)
{
  LacunaRegionList *self = LACUNA_REGION_LIST (object);
  GHashTableIter iter;
  gpointer row;

  g_hash_table_iter_init (&iter, self->living);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    lacuna_row_detach (row);
  g_hash_table_unref (self->living);
  g_clear_object (&self->snapshot);
  g_free (self->filter);
  g_free (self->codes);

  G_OBJECT_CLASS (lacuna_region_list_parent_class)->finalize (object);
}

static void
lacuna_region_list_class_init (LacunaRegionListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_region_list_finalize;
}

static void
lacuna_region_list_init (LacunaRegionList *self)
{
  self->show = LACUNA_SHOW_REGIONS;
  self->living = g_hash_table_new (NULL, NULL);
}

/**
 * lacuna_region_list_new:
 *
 * Returns: (transfer full): an empty list that shows regions
 */
LacunaRegionList *
lacuna_region_list_new (void)
{
  return g_object_new (LACUNA_TYPE_REGION_LIST, NULL);
}

/* The codes of all rows that are to be shown; NULL with a count for every region and no gap.
 * O(n). */
static guint32 *
make_codes (LacunaRegionList *self,
            guint            *out_n_codes)
{
  struct lac_map *map;
  const struct lac_region *regions;
  g_autoptr (LacunaRowFilter) filter = NULL;
  size_t n_regions;
  guint32 *codes;
  gsize room = 0;
  guint n_codes = 0;

  *out_n_codes = 0;
  if (self->snapshot == NULL)
    return NULL;

  map = lacuna_snapshot_get_map (self->snapshot);
  regions = lac_map_regions (map, &n_regions);
  filter = lacuna_row_filter_new (self->filter, map);
  if (filter == NULL && self->show == LACUNA_SHOW_REGIONS)
    {
      *out_n_codes = (guint) n_regions;
      return NULL;
    }

  if (self->show & LACUNA_SHOW_REGIONS)
    room += n_regions;
  if (self->show & LACUNA_SHOW_GAPS)
    room += lac_map_totals (map).n_gaps;
  codes = g_new (guint32, MAX (room, 1));

  for (size_t i = 0; i <= n_regions; i++)
    {
      if (self->show & LACUNA_SHOW_GAPS)
        {
          struct lac_range gap = lac_map_gap (map, i);

          if (lac_range_size (gap) > 0
              && (filter == NULL || lacuna_row_filter_matches_gap (filter, gap)))
            codes[n_codes++] = LACUNA_ROW_CODE (i, FALSE);
        }
      if ((self->show & LACUNA_SHOW_REGIONS) && i < n_regions
          && (filter == NULL || lacuna_row_filter_matches_region (filter, &regions[i])))
        codes[n_codes++] = LACUNA_ROW_CODE (i, TRUE);
    }

  *out_n_codes = n_codes;
  return codes;
}

/* Compares rows of two maps. Regions come in runs of the same backing, so what was found for the
 * last pair of backings is kept. */
typedef struct
{
  const struct lac_map *maps[2];
  const struct lac_region *regions[2];
  guint32 backings[2];
  gboolean backings_equal;
} Comparison;

static void
comparison_init (Comparison           *comparison,
                 const struct lac_map *old_map,
                 const struct lac_map *new_map)
{
  size_t n_regions;

  comparison->maps[0] = old_map;
  comparison->maps[1] = new_map;
  comparison->regions[0] = lac_map_regions (old_map, &n_regions);
  comparison->regions[1] = lac_map_regions (new_map, &n_regions);
  comparison->backings[0] = comparison->backings[1] = G_MAXUINT32;
  comparison->backings_equal = FALSE;
}

static gboolean
backings_equal (Comparison              *comparison,
                const struct lac_region *old_region,
                const struct lac_region *new_region)
{
  if (comparison->backings[0] != old_region->backing
      || comparison->backings[1] != new_region->backing)
    {
      const struct lac_backing *a = lac_map_backing (comparison->maps[0], old_region);
      const struct lac_backing *b = lac_map_backing (comparison->maps[1], new_region);

      comparison->backings[0] = old_region->backing;
      comparison->backings[1] = new_region->backing;
      comparison->backings_equal = a->inode == b->inode && a->device_major == b->device_major
                                   && a->device_minor == b->device_minor
                                   && a->deleted == b->deleted
                                   && a->name_length == b->name_length
                                   && (a->name_length == 0
                                       || memcmp (a->name, b->name, a->name_length) == 0);
    }
  return comparison->backings_equal;
}

static gboolean
rows_equal (Comparison *comparison,
            guint32     old_code,
            guint32     new_code)
{
  if ((old_code & 1) != (new_code & 1))
    return FALSE;

  if ((old_code & 1) == 0)
    {
      struct lac_range a = lac_map_gap (comparison->maps[0], old_code >> 1);
      struct lac_range b = lac_map_gap (comparison->maps[1], new_code >> 1);

      return a.start == b.start && a.end == b.end
             && lac_map_hazards_in (comparison->maps[0], a)
                    == lac_map_hazards_in (comparison->maps[1], b);
    }
  else
    {
      const struct lac_region *a = comparison->regions[0] + (old_code >> 1);
      const struct lac_region *b = comparison->regions[1] + (new_code >> 1);

      return a->start == b->start && a->end == b->end && a->offset == b->offset
             && a->kind == b->kind && a->protection == b->protection && a->flags == b->flags
             && backings_equal (comparison, a, b);
    }
}

/* Living rows of ranges that are in the new snapshot too go on there; the others are let go of. */
static void
move_living_rows (LacunaRegionList *self,
                  LacunaSnapshot   *snapshot,
                  const guint32    *old_codes,
                  guint             n_old,
                  const guint32    *new_codes,
                  guint             n_new,
                  guint             prefix,
                  guint             suffix)
{
  g_autoptr (GHashTable) living = self->living;
  GHashTableIter iter;
  gpointer key;
  gpointer row;

  self->living = g_hash_table_new (NULL, NULL);
  g_hash_table_iter_init (&iter, living);
  while (g_hash_table_iter_next (&iter, &key, &row))
    {
      guint32 code = GPOINTER_TO_UINT (key);
      guint low = 0;
      guint high = n_old;

      while (low < high)
        {
          guint middle = low + (high - low) / 2;

          if (code_at (old_codes, middle) < code)
            low = middle + 1;
          else
            high = middle;
        }

      /* A row that was filtered out has no position, so nobody may expect it to stay. */
      if (low < n_old && code_at (old_codes, low) == code
          && (low < prefix || low >= n_old - suffix))
        {
          guint position = low < prefix ? low : low + n_new - n_old;
          guint32 new_code = code_at (new_codes, position);

          lacuna_row_move (row, snapshot, new_code);
          g_hash_table_insert (self->living, GUINT_TO_POINTER (new_code), row);
        }
      else
        lacuna_row_detach (row);
    }
}

/**
 * lacuna_region_list_set_snapshot:
 * @self: a list
 * @snapshot: (nullable): what to show
 *
 * Shows another snapshot. Rows at both ends that did not change keep their objects. O(n).
 */
void
lacuna_region_list_set_snapshot (LacunaRegionList *self,
                                 LacunaSnapshot   *snapshot)
{
  g_autoptr (LacunaSnapshot) old_snapshot = NULL;
  g_autofree guint32 *old_codes = NULL;
  Comparison comparison;
  guint n_old;
  guint n_new;
  guint prefix = 0;
  guint suffix = 0;

  g_return_if_fail (LACUNA_IS_REGION_LIST (self));
  g_return_if_fail (snapshot == NULL || LACUNA_IS_SNAPSHOT (snapshot));

  if (self->snapshot == snapshot)
    return;

  old_snapshot = g_steal_pointer (&self->snapshot);
  old_codes = g_steal_pointer (&self->codes);
  n_old = self->n_codes;
  self->snapshot = snapshot != NULL ? g_object_ref (snapshot) : NULL;
  self->codes = make_codes (self, &self->n_codes);
  n_new = self->n_codes;

  if (old_snapshot != NULL && snapshot != NULL)
    {
      guint shorter = MIN (n_old, n_new);

      comparison_init (&comparison,
                       lacuna_snapshot_get_map (old_snapshot),
                       lacuna_snapshot_get_map (snapshot));
      while (prefix < shorter
             && rows_equal (&comparison,
                            code_at (old_codes, prefix),
                            code_at (self->codes, prefix)))
        prefix++;
      while (suffix < shorter - prefix
             && rows_equal (&comparison,
                            code_at (old_codes, n_old - 1 - suffix),
                            code_at (self->codes, n_new - 1 - suffix)))
        suffix++;
    }
  move_living_rows (self,
                    snapshot,
                    old_codes,
                    n_old,
                    self->codes,
                    n_new,
                    prefix,
                    suffix);

  if (prefix < n_old || prefix < n_new)
    g_list_model_items_changed (G_LIST_MODEL (self),
                                prefix,
                                n_old - prefix - suffix,
                                n_new - prefix - suffix);
}

/* Builds the positions again after show or filter changed. */
static void
rebuild (LacunaRegionList *self)
{
  g_autofree guint32 *old_codes = g_steal_pointer (&self->codes);
  guint n_old = self->n_codes;
  guint n_new;
  guint prefix = 0;
  guint suffix = 0;

  self->codes = make_codes (self, &self->n_codes);
  n_new = self->n_codes;
  while (prefix < MIN (n_old, n_new)
         && code_at (old_codes, prefix) == code_at (self->codes, prefix))
    prefix++;
  while (suffix < MIN (n_old, n_new) - prefix
         && code_at (old_codes, n_old - 1 - suffix) == code_at (self->codes, n_new - 1 - suffix))
    suffix++;
  if (prefix + suffix < n_old || prefix + suffix < n_new)
    g_list_model_items_changed (G_LIST_MODEL (self),
                                prefix,
                                n_old - prefix - suffix,
                                n_new - prefix - suffix);
}

/**
 * lacuna_region_list_set_show:
 * @self: a list
 * @show: regions, gaps, or both
 */
void
lacuna_region_list_set_show (LacunaRegionList *self,
                             LacunaShow        show)
{
  g_return_if_fail (LACUNA_IS_REGION_LIST (self));

  if (self->show == show)
    return;
  self->show = show;
  rebuild (self);
}

/**
 * lacuna_region_list_set_filter:
 * @self: a list
 * @filter: (nullable): words that must all match, see lacuna_row_filter_new()
 */
void
lacuna_region_list_set_filter (LacunaRegionList *self,
                               const char       *filter)
{
  g_return_if_fail (LACUNA_IS_REGION_LIST (self));

  if (g_strcmp0 (self->filter, filter) == 0)
    return;
  g_free (self->filter);
  self->filter = g_strdup (filter);
  rebuild (self);
}

/**
 * lacuna_region_list_find:
 * @self: a list
 * @address: any address
 *
 * Returns: the position of the row that holds @address; %G_MAXUINT when none that is shown does
 */
guint
lacuna_region_list_find (LacunaRegionList *self,
                         guint64           address)
{
  struct lac_map *map;
  const struct lac_region *regions;
  size_t n_regions;
  size_t index;
  guint32 code;
  guint low = 0;
  guint high;

  g_return_val_if_fail (LACUNA_IS_REGION_LIST (self), G_MAXUINT);

  if (self->snapshot == NULL)
    return G_MAXUINT;

  map = lacuna_snapshot_get_map (self->snapshot);
  regions = lac_map_regions (map, &n_regions);
  index = lac_map_search (map, address);
  if (index < n_regions && lac_range_contains (lac_region_range (&regions[index]), address))
    code = LACUNA_ROW_CODE (index, TRUE);
  else if (lac_range_contains (lac_map_gap (map, index), address))
    code = LACUNA_ROW_CODE (index, FALSE);
  else
    return G_MAXUINT;

  high = self->n_codes;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (code_at (self->codes, middle) < code)
        low = middle + 1;
      else
        high = middle;
    }
  return low < self->n_codes && code_at (self->codes, low) == code ? low : G_MAXUINT;
}
