/* Where two orders of rows differ.
 *
 * Both are sorted by the same thing, so one pass over both, as in merging, finds what only one of
 * them has; nothing is looked up. That a refresh of a big process changes a row at each end, and
 * nothing in between, is usual: so the differences are told one by one, and not from the first to
 * the last of them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-row-order-private.h"

#include "core/hazard.h"
#include "lacuna-row-private.h"

#include <string.h>

/* Regions come in runs of the same backing, so what was found for the last pair is kept. */
typedef struct
{
  const LacunaRowOrder *orders[2];
  guint32 backings[2];
  gboolean backings_equal;
} Comparison;

static gboolean
backings_equal (Comparison              *comparison,
                const struct lac_region *old_region,
                const struct lac_region *new_region)
{
  if (comparison->backings[0] != old_region->backing
      || comparison->backings[1] != new_region->backing)
    {
      const struct lac_backing *a = lac_map_backing (comparison->orders[0]->map, old_region);
      const struct lac_backing *b = lac_map_backing (comparison->orders[1]->map, new_region);

      comparison->backings[0] = old_region->backing;
      comparison->backings[1] = new_region->backing;
      comparison->backings_equal
          = a->inode == b->inode && a->device_major == b->device_major
            && a->device_minor == b->device_minor && a->deleted == b->deleted
            && a->name_length == b->name_length
            && (a->name_length == 0 || memcmp (a->name, b->name, a->name_length) == 0);
    }
  return comparison->backings_equal;
}

static gboolean
rows_equal (Comparison *comparison,
            guint32     old_code,
            guint32     new_code)
{
  const LacunaRowOrder *before = comparison->orders[0];
  const LacunaRowOrder *after = comparison->orders[1];

  if ((old_code & 1) != (new_code & 1))
    return FALSE;
  if (before->map == after->map)
    return old_code == new_code;

  if ((old_code & 1) == 0)
    {
      struct lac_range a = lac_map_gap (before->map, old_code >> 1);
      struct lac_range b = lac_map_gap (after->map, new_code >> 1);

      return a.start == b.start && a.end == b.end
             && lac_map_hazards_in (before->map, a) == lac_map_hazards_in (after->map, b);
    }
  else
    {
      const struct lac_region *a = &before->regions[old_code >> 1];
      const struct lac_region *b = &after->regions[new_code >> 1];

      return a->start == b->start && a->end == b->end && a->offset == b->offset
             && a->kind == b->kind && a->protection == b->protection && a->flags == b->flags
             && backings_equal (comparison, a, b);
    }
}

/* Takes in that old rows up to @old_end give way to new rows up to @new_end. When there are too
 * many hunks already, the last one grows. */
static void
add_difference (GArray *hunks,
                guint   most,
                guint   old_position,
                guint   old_end,
                guint   new_position,
                guint   new_end)
{
  LacunaRowHunk *last
      = hunks->len > 0 ? &g_array_index (hunks, LacunaRowHunk, hunks->len - 1) : NULL;

  if (last != NULL
      && (hunks->len >= most
          || (last->old_position + last->n_removed == old_position
              && last->new_position + last->n_added == new_position)))
    {
      last->n_removed = old_end - last->old_position;
      last->n_added = new_end - last->new_position;
    }
  else
    {
      LacunaRowHunk hunk
          = { old_position, old_end - old_position, new_position, new_end - new_position };

      g_array_append_val (hunks, hunk);
    }
}

GArray *
lacuna_row_order_compare (const LacunaRowOrder *before,
                          const LacunaRowOrder *after,
                          guint                 most,
                          GCancellable         *cancellable)
{
  g_autoptr (GArray) hunks = g_array_new (FALSE, FALSE, sizeof (LacunaRowHunk));
  Comparison comparison = { { before, after }, { G_MAXUINT32, G_MAXUINT32 }, FALSE };
  guint i = 0;
  guint j = 0;

  if (before->snapshot == NULL || after->snapshot == NULL || before->column != after->column
      || before->descending != after->descending)
    {
      if (before->n_rows + after->n_rows > 0)
        add_difference (hunks, most, 0, before->n_rows, 0, after->n_rows);
      return g_steal_pointer (&hunks);
    }

  for (guint step = 0; i < before->n_rows && j < after->n_rows; step++)
    {
      guint32 old_code = lacuna_row_order_get_code (before, i);
      guint32 new_code = lacuna_row_order_get_code (after, j);
      int order;

      if (step % LACUNA_ROWS_A_LOOK == 0 && g_cancellable_is_cancelled (cancellable))
        return NULL;
      if (rows_equal (&comparison, old_code, new_code))
        {
          i++;
          j++;
          continue;
        }
      order = lacuna_row_order_compare_rows (before, old_code, after, new_code);
      add_difference (hunks, most, i, i + (order <= 0), j, j + (order >= 0));
      i += order <= 0;
      j += order >= 0;
    }
  if (i < before->n_rows || j < after->n_rows)
    add_difference (hunks, most, i, before->n_rows, j, after->n_rows);
  return g_steal_pointer (&hunks);
}
