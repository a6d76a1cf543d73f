/* LacunaSnapshot: one picture of an address space and what is known about where it came from.
 *
 * Made on a worker, handed to the main thread, and never changed after that; so any thread may read
 * it and no lock is needed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-snapshot.h"

#include "lacuna-release.h"

struct _LacunaSnapshot
{
  GObject parent_instance;

  struct lac_map *map;
  LacunaOrigin origin;
  gint64 taken;
};

G_DEFINE_FINAL_TYPE (LacunaSnapshot, lacuna_snapshot, G_TYPE_OBJECT)

static void
lacuna_snapshot_finalize (GObject *object)
{
  LacunaSnapshot *self = LACUNA_SNAPSHOT (object);

  lacuna_release_map (self->map);
  g_free (self->origin.name);
  g_free (self->origin.name_bytes);
  g_free (self->origin.command_line);
  g_free (self->origin.source_path);

  G_OBJECT_CLASS (lacuna_snapshot_parent_class)->finalize (object);
}

static void
lacuna_snapshot_class_init (LacunaSnapshotClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_snapshot_finalize;
}

static void
lacuna_snapshot_init (LacunaSnapshot *self)
{
}

/**
 * lacuna_snapshot_new:
 * @map: (transfer none): the regions
 * @origin: (transfer none): where they come from; copied
 * @taken: when reading ended, in microseconds since 1970
 *
 * Returns: (transfer full): a snapshot
 */
LacunaSnapshot *
lacuna_snapshot_new (struct lac_map     *map,
                     const LacunaOrigin *origin,
                     gint64              taken)
{
  LacunaSnapshot *self = g_object_new (LACUNA_TYPE_SNAPSHOT, NULL);

  self->map = lac_map_ref (map);
  self->origin = *origin;
  self->origin.name = g_strdup (origin->name);
  self->origin.name_bytes = g_strdup (origin->name_bytes);
  self->origin.command_line = g_strdup (origin->command_line);
  self->origin.source_path = g_strdup (origin->source_path);
  self->taken = taken;
  return self;
}

/**
 * lacuna_snapshot_get_map:
 * @self: a snapshot
 *
 * Returns: (transfer none): the map; lives as long as @self, or longer with lac_map_ref()
 */
struct lac_map *
lacuna_snapshot_get_map (LacunaSnapshot *self)
{
  g_return_val_if_fail (LACUNA_IS_SNAPSHOT (self), NULL);

  return self->map;
}

/**
 * lacuna_snapshot_get_origin:
 * @self: a snapshot
 *
 * Returns: (transfer none): where the map comes from; lives as long as @self
 */
const LacunaOrigin *
lacuna_snapshot_get_origin (LacunaSnapshot *self)
{
  g_return_val_if_fail (LACUNA_IS_SNAPSHOT (self), NULL);

  return &self->origin;
}

/**
 * lacuna_snapshot_get_taken:
 * @self: a snapshot
 *
 * Returns: when reading ended, in microseconds since 1970, UTC
 */
gint64
lacuna_snapshot_get_taken (LacunaSnapshot *self)
{
  g_return_val_if_fail (LACUNA_IS_SNAPSHOT (self), 0);

  return self->taken;
}
