/* LacunaRowOrder: which rows of a snapshot are listed, and in what order.
 *
 * An array of row codes, 4 bytes a row, made on a worker and never changed after that; where every
 * region is shown by address and no gap, a position is an index and there is no array. Rows that
 * are equal in the column that they are sorted by are in the order of addresses, whichever way the
 * column runs, so that no two rows are equal and a row is found by binary search without an array
 * the other way round. What has nothing in a column comes last, both ways: nobody sorts by name to
 * look at what has none.
 *
 * Keys are numbers (a name's is its rank), which are sorted byte by byte: that is stable, takes
 * the same time whatever the keys are, and passes over the bytes in which all are equal.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-row-order-private.h"

#include "lacuna-ink.h"
#include "lacuna-row-filter.h"
#include "lacuna-row-private.h"

#include <string.h>

/* The key of what has nothing in the column; every other is below it. */
#define KEY_NOTHING G_MAXUINT64

/* Ranks kinds by their names in the order of the alphabet, with gaps among them. */
static void
rank_kinds (LacunaRowOrder *self)
{
  for (guint kind = 0; kind <= LAC_N_KINDS; kind++)
    {
      const char *name = kind < LAC_N_KINDS ? lac_kind_name (kind) : "gap";

      for (guint other = 0; other < LAC_N_KINDS; other++)
        if (strcmp (lac_kind_name (other), name) < 0)
          self->kind_ranks[kind]++;
      /* A gap comes right before the kind that follows it. */
      self->kind_ranks[kind] = (guint8) (2 * self->kind_ranks[kind] + (kind < LAC_N_KINDS));
    }
}

/* A row's key in a column of numbers, as it is when the column ascends. */
static guint64
plain_key (const LacunaRowOrder *self,
           guint32               code,
           const guint32        *name_ranks)
{
  const struct lac_region *region = (code & 1) != 0 ? &self->regions[code >> 1] : NULL;

  switch (self->column)
    {
    case LACUNA_COLUMN_SIZE:
      return region != NULL ? region->end - region->start
                            : lac_range_size (lac_map_gap (self->map, code >> 1));
    case LACUNA_COLUMN_KIND:
      return self->kind_ranks[region != NULL ? region->kind : LAC_N_KINDS];
    case LACUNA_COLUMN_PROTECTION:
      if (region == NULL)
        return KEY_NOTHING;
      /* As the letters r, w, x and p or s are read. */
      return (region->protection & LAC_PROTECTION_READ ? 8u : 0)
             + (region->protection & LAC_PROTECTION_WRITE ? 4u : 0)
             + (region->protection & LAC_PROTECTION_EXECUTE ? 2u : 0)
             + (region->flags & LAC_REGION_SHARED ? 1u : 0);
    case LACUNA_COLUMN_OFFSET:
      if (region == NULL || lac_map_backing (self->map, region)->inode == 0)
        return KEY_NOTHING;
      return region->offset;
    case LACUNA_COLUMN_NAME:
      if (region == NULL || lac_map_backing (self->map, region)->name_length == 0)
        return KEY_NOTHING;
      return name_ranks != NULL ? name_ranks[region->backing] : 0;
    case LACUNA_COLUMN_START:
    case LACUNA_COLUMN_END:
    case LACUNA_N_COLUMNS:
    default:
      return 0;
    }
}

static guint64
key_of (const LacunaRowOrder *self,
        guint32               code,
        const guint32        *name_ranks)
{
  guint64 key = plain_key (self, code, name_ranks);

  return self->descending && key != KEY_NOTHING ? KEY_NOTHING - 1 - key : key;
}

static gboolean
is_by_address (const LacunaRowOrder *self)
{
  return self->column == LACUNA_COLUMN_START || self->column == LACUNA_COLUMN_END;
}

static guint64
start_of (const LacunaRowOrder *self,
          guint32               code)
{
  return (code & 1) != 0 ? self->regions[code >> 1].start
                         : lac_map_gap (self->map, code >> 1).start;
}

static int
compare_names (const struct lac_backing *a,
               const struct lac_backing *b)
{
  guint32 shorter = MIN (a->name_length, b->name_length);
  int order = shorter > 0 ? memcmp (a->name, b->name, shorter) : 0;

  return order != 0 ? order : (a->name_length > b->name_length) - (a->name_length < b->name_length);
}

int
lacuna_row_order_compare_rows (const LacunaRowOrder *a,
                               guint32               code_a,
                               const LacunaRowOrder *b,
                               guint32               code_b)
{
  guint64 start_a;
  guint64 start_b;

  if (!is_by_address (a))
    {
      guint64 key_a = key_of (a, code_a, NULL);
      guint64 key_b = key_of (b, code_b, NULL);

      if (key_a != key_b)
        return key_a < key_b ? -1 : 1;
      if (a->column == LACUNA_COLUMN_NAME && key_a != KEY_NOTHING)
        {
          int order = compare_names (lac_map_backing (a->map, &a->regions[code_a >> 1]),
                                     lac_map_backing (b->map, &b->regions[code_b >> 1]));

          if (order != 0)
            return a->descending ? -order : order;
        }
    }

  start_a = start_of (a, code_a);
  start_b = start_of (b, code_b);
  if (start_a == start_b)
    return 0;
  return (start_a < start_b) != (is_by_address (a) && a->descending) ? -1 : 1;
}

/* Making one */

/* The codes of all rows that are to be shown, by address; NULL with a count for every region and no
 * gap. FALSE when it was cancelled. */
static gboolean
choose_rows (LacunaRowOrder      *self,
             const LacunaRowWish *wish,
             GCancellable        *cancellable)
{
  struct lac_map *map = lacuna_snapshot_get_map (self->snapshot);
  g_autoptr (LacunaRowFilter) filter = lacuna_row_filter_new (wish->filter, map);
  gboolean all_inks = (wish->inks & LACUNA_ALL_INKS) == LACUNA_ALL_INKS;
  gboolean regions = (wish->show & LACUNA_SHOW_REGIONS) != 0;
  /* A gap has no ink. */
  gboolean gaps = (wish->show & LACUNA_SHOW_GAPS) != 0 && all_inks;
  size_t n_regions;
  guint n = 0;

  lac_map_regions (map, &n_regions);
  if (filter == NULL && regions && !gaps && all_inks)
    {
      self->n_rows = (guint) n_regions;
      return TRUE;
    }

  self->codes = g_new (guint32, (regions ? n_regions : 0)
                                    + (gaps ? lac_map_totals (map).n_gaps : 0) + 1);
  for (size_t i = 0; i <= n_regions; i++)
    {
      if (i % LACUNA_ROWS_A_LOOK == 0 && g_cancellable_is_cancelled (cancellable))
        return FALSE;
      if (gaps)
        {
          struct lac_range gap = lac_map_gap (map, i);

          if (lac_range_size (gap) > 0
              && (filter == NULL || lacuna_row_filter_matches_gap (filter, gap)))
            self->codes[n++] = LACUNA_ROW_CODE (i, FALSE);
        }
      if (regions && i < n_regions
          && (all_inks || (wish->inks & (1u << lacuna_ink_for_region (&self->regions[i]))) != 0)
          && (filter == NULL || lacuna_row_filter_matches_region (filter, &self->regions[i])))
        self->codes[n++] = LACUNA_ROW_CODE (i, TRUE);
    }
  self->n_rows = n;
  /* What a filter leaves out costs no memory. */
  self->codes = g_renew (guint32, self->codes, MAX (n, 1));
  return TRUE;
}

static int
compare_regions_names (gconstpointer a,
                       gconstpointer b,
                       gpointer      user_data)
{
  const LacunaRowOrder *self = user_data;

  return compare_names (lac_map_backing (self->map, &self->regions[*(const guint32 *) a]),
                        lac_map_backing (self->map, &self->regions[*(const guint32 *) b]));
}

/* The rank of each backing by its name; equal names have equal ranks. Each name is compared once
 * for its backing, not for each of its regions. */
static guint32 *
rank_names (const LacunaRowOrder *self)
{
  size_t n_regions;
  guint32 n_backings = 0;
  g_autofree guint32 *examples = NULL; /* a region of each backing */
  guint32 *ranks;
  guint32 n = 0;
  guint32 rank = 0;

  lac_map_regions (self->map, &n_regions);
  for (size_t i = 0; i < n_regions; i++)
    n_backings = MAX (n_backings, self->regions[i].backing + 1);

  ranks = g_new (guint32, MAX (n_backings, 1));
  examples = g_new (guint32, MAX (n_backings, 1));
  memset (ranks, 0xff, n_backings * sizeof *ranks);
  for (size_t i = 0; i < n_regions; i++)
    if (ranks[self->regions[i].backing] == G_MAXUINT32)
      {
        ranks[self->regions[i].backing] = 0;
        examples[n++] = (guint32) i;
      }
  g_qsort_with_data (examples, (gint) n, sizeof *examples, compare_regions_names, (gpointer) self);
  for (guint32 i = 0; i < n; i++)
    {
      if (i > 0 && compare_regions_names (&examples[i - 1], &examples[i], (gpointer) self) != 0)
        rank++;
      ranks[self->regions[examples[i]].backing] = rank;
    }
  return ranks;
}

static guint32 *
address_codes (const LacunaRowOrder *self)
{
  guint32 *codes = g_new (guint32, MAX (self->n_rows, 1));

  for (guint i = 0; i < self->n_rows; i++)
    codes[i] = LACUNA_ROW_CODE (i, TRUE);
  return codes;
}

/* Sorts positions by their keys, byte by byte from the lowest. */
static guint32 *
sort_keys (const guint64 *keys,
           guint          n,
           GCancellable  *cancellable)
{
  g_autofree guint32 *from = g_new (guint32, MAX (n, 1));
  g_autofree guint32 *to = g_new (guint32, MAX (n, 1));
  guint64 common = G_MAXUINT64; /* the bits that all keys share */

  for (guint i = 0; i < n; i++)
    {
      from[i] = i;
      common &= ~(keys[i] ^ keys[0]);
    }
  for (guint shift = 0; shift < 64; shift += 8)
    {
      guint places[257] = { 0 };
      guint32 *swap;

      if (((common >> shift) & 0xff) == 0xff)
        continue;
      if (g_cancellable_is_cancelled (cancellable))
        return NULL;
      for (guint i = 0; i < n; i++)
        places[((keys[i] >> shift) & 0xff) + 1]++;
      for (guint byte = 1; byte < 257; byte++)
        places[byte] += places[byte - 1];
      for (guint i = 0; i < n; i++)
        to[places[(keys[from[i]] >> shift) & 0xff]++] = from[i];
      swap = from;
      from = to;
      to = swap;
    }
  return g_steal_pointer (&from);
}

static gboolean
sort_rows (LacunaRowOrder *self,
           GCancellable   *cancellable)
{
  g_autofree guint32 *names = NULL;
  g_autofree guint64 *keys = NULL;
  g_autofree guint32 *order = NULL;

  if (is_by_address (self))
    {
      if (!self->descending)
        return TRUE;
      if (self->codes == NULL)
        self->codes = address_codes (self);
      for (guint i = 0; i < self->n_rows / 2; i++)
        {
          guint32 code = self->codes[i];

          self->codes[i] = self->codes[self->n_rows - 1 - i];
          self->codes[self->n_rows - 1 - i] = code;
        }
      return TRUE;
    }

  if (self->column == LACUNA_COLUMN_NAME)
    names = rank_names (self);
  keys = g_new (guint64, MAX (self->n_rows, 1));
  for (guint i = 0; i < self->n_rows; i++)
    keys[i] = key_of (self, lacuna_row_order_get_code (self, i), names);
  order = sort_keys (keys, self->n_rows, cancellable);
  if (order == NULL)
    return FALSE;
  for (guint i = 0; i < self->n_rows; i++)
    order[i] = lacuna_row_order_get_code (self, order[i]);
  g_free (self->codes);
  self->codes = g_steal_pointer (&order);
  return TRUE;
}

LacunaRowOrder *
lacuna_row_order_new (LacunaSnapshot      *snapshot,
                      const LacunaRowWish *wish,
                      GCancellable        *cancellable)
{
  g_autoptr (LacunaRowOrder) self = g_new0 (LacunaRowOrder, 1);
  size_t n_regions;

  g_atomic_ref_count_init (&self->references);
  self->column = wish->column;
  self->descending = wish->descending;
  rank_kinds (self);
  if (snapshot != NULL)
    {
      self->snapshot = g_object_ref (snapshot);
      self->map = lacuna_snapshot_get_map (snapshot);
      self->regions = lac_map_regions (self->map, &n_regions);
      if (!choose_rows (self, wish, cancellable) || !sort_rows (self, cancellable))
        return NULL;
    }
  return g_steal_pointer (&self);
}

LacunaRowOrder *
lacuna_row_order_ref (LacunaRowOrder *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
lacuna_row_order_unref (LacunaRowOrder *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_object (&self->snapshot);
  g_free (self->codes);
  g_free (self);
}

LacunaSnapshot *
lacuna_row_order_get_snapshot (const LacunaRowOrder *self)
{
  return self->snapshot;
}

guint
lacuna_row_order_get_n_rows (const LacunaRowOrder *self)
{
  return self->n_rows;
}

guint32
lacuna_row_order_get_code (const LacunaRowOrder *self,
                           guint                 position)
{
  return self->codes != NULL ? self->codes[position] : LACUNA_ROW_CODE (position, TRUE);
}

guint
lacuna_row_order_find (const LacunaRowOrder *self,
                       guint32               code)
{
  guint low = 0;
  guint high = self->n_rows;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (lacuna_row_order_compare_rows (self, lacuna_row_order_get_code (self, middle), self,
                                         code) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low < self->n_rows && lacuna_row_order_get_code (self, low) == code ? low : G_MAXUINT;
}
