/* LacunaPicture: a snapshot, the census that the strip draws it from, and what is different in it,
 * made on one worker.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-changes.h"
#include "model/lacuna-strip-layout.h"
#include "model/lacuna-target.h"

G_BEGIN_DECLS

typedef struct
{
  LacunaSnapshot *snapshot;
  LacunaCensus *census;
  LacunaChanges *changes; /* since the picture before; NULL when no region differs, or it was the first */
  gboolean unchanged;     /* the snapshot shares the map of the one before, the census is that one's */
  gboolean replaced;      /* the process has become another program since the picture before */
  gint64 took;            /* how long making it took, in microseconds */
} LacunaPicture;

void           lacuna_picture_free        (LacunaPicture       *self);

/* @previous: (nullable) (borrowed for the call): the last picture of @target. */
void           lacuna_picture_load_async  (LacunaTarget        *target,
                                           const LacunaPicture *previous,
                                           GCancellable        *cancellable,
                                           GAsyncReadyCallback  callback,
                                           gpointer             user_data);
LacunaPicture *lacuna_picture_load_finish (GAsyncResult        *result,
                                           GError             **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaPicture, lacuna_picture_free)

G_END_DECLS
