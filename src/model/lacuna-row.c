/* LacunaRow: a region or a gap, as a row of the region list.
 *
 * A row is made when somebody looks and lives as long as they do. It knows its list only so that
 * the list can give the same object for the same row, and bring it up to date when the snapshot
 * changes but the row's range does not.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-row-private.h"
#include "lacuna-format.h"

#include "core/hazard.h"

struct _LacunaRow
{
  GObject parent_instance;

  LacunaSnapshot *snapshot;
  guint32 code;
  char *name;

  LacunaRowGone gone;
  gpointer gone_data;
};

G_DEFINE_FINAL_TYPE (LacunaRow, lacuna_row, G_TYPE_OBJECT)

static void
lacuna_row_finalize (GObject *object)
{
  LacunaRow *self = LACUNA_ROW (object);

  if (self->gone != NULL)
    self->gone (self, self->code, self->gone_data);
  g_clear_object (&self->snapshot);
  g_free (self->name);

  G_OBJECT_CLASS (lacuna_row_parent_class)->finalize (object);
}

static void
lacuna_row_class_init (LacunaRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_row_finalize;
}

static void
lacuna_row_init (LacunaRow *self)
{
}

LacunaRow *
lacuna_row_new (LacunaSnapshot *snapshot,
                guint32         code,
                LacunaRowGone   gone,
                gpointer        gone_data)
{
  LacunaRow *self = g_object_new (LACUNA_TYPE_ROW, NULL);

  self->snapshot = g_object_ref (snapshot);
  self->code = code;
  self->gone = gone;
  self->gone_data = gone_data;
  return self;
}

void
lacuna_row_move (LacunaRow      *self,
                 LacunaSnapshot *snapshot,
                 guint32         code)
{
  g_set_object (&self->snapshot, snapshot);
  self->code = code;
}

void
lacuna_row_detach (LacunaRow *self)
{
  self->gone = NULL;
}

static struct lac_map *
row_map (LacunaRow *self)
{
  return lacuna_snapshot_get_map (self->snapshot);
}

/**
 * lacuna_row_get_map:
 * @self: a row
 *
 * Returns: (transfer none): the map that its index is of
 */
struct lac_map *
lacuna_row_get_map (LacunaRow *self)
{
  g_return_val_if_fail (LACUNA_IS_ROW (self), NULL);

  return row_map (self);
}

/**
 * lacuna_row_is_gap:
 * @self: a row
 *
 * Returns: whether it is a gap; otherwise it is a region
 */
gboolean
lacuna_row_is_gap (LacunaRow *self)
{
  g_return_val_if_fail (LACUNA_IS_ROW (self), FALSE);

  return (self->code & 1) == 0;
}

/**
 * lacuna_row_get_index:
 * @self: a row
 *
 * Returns: the number of its region or gap in the map, see core/map.h
 */
guint
lacuna_row_get_index (LacunaRow *self)
{
  g_return_val_if_fail (LACUNA_IS_ROW (self), 0);

  return self->code >> 1;
}

struct lac_range
lacuna_row_get_range (LacunaRow *self)
{
  g_return_val_if_fail (LACUNA_IS_ROW (self), ((struct lac_range){ 0, 0 }));

  if (lacuna_row_is_gap (self))
    return lac_map_gap (row_map (self), self->code >> 1);
  return lac_region_range (lacuna_row_get_region (self));
}

const struct lac_region *
lacuna_row_get_region (LacunaRow *self)
{
  size_t n_regions;

  g_return_val_if_fail (LACUNA_IS_ROW (self), NULL);

  if (lacuna_row_is_gap (self))
    return NULL;
  return lac_map_regions (row_map (self), &n_regions) + (self->code >> 1);
}

const struct lac_backing *
lacuna_row_get_backing (LacunaRow *self)
{
  const struct lac_region *region = lacuna_row_get_region (self);

  return region != NULL ? lac_map_backing (row_map (self), region) : NULL;
}

unsigned
lacuna_row_get_hazards (LacunaRow *self)
{
  g_return_val_if_fail (LACUNA_IS_ROW (self), LAC_HAZARD_NONE);

  if (!lacuna_row_is_gap (self))
    return LAC_HAZARD_NONE;
  return lac_map_hazards_in (row_map (self), lacuna_row_get_range (self));
}

/**
 * lacuna_row_get_name:
 * @self: a row
 *
 * Returns: the region's name as it is shown, "" when it has none and for a gap; UTF-8, in which bytes
 *   that are not are U+FFFD, and bounded
 */
const char *
lacuna_row_get_name (LacunaRow *self)
{
  const struct lac_backing *backing = lacuna_row_get_backing (self);

  if (backing == NULL || backing->name_length == 0)
    return "";
  if (self->name == NULL)
    self->name = lacuna_format_name (backing->name, backing->name_length);
  return self->name;
}
