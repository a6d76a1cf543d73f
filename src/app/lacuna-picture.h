/* LacunaPicture: a snapshot and the census that the strip draws it from, made on one worker.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-strip-layout.h"
#include "model/lacuna-target.h"

G_BEGIN_DECLS

typedef struct
{
  LacunaSnapshot *snapshot;
  LacunaCensus *census;
} LacunaPicture;

void           lacuna_picture_free        (LacunaPicture      *self);
void           lacuna_picture_load_async  (LacunaTarget       *target,
                                           GCancellable       *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer            user_data);
LacunaPicture *lacuna_picture_load_finish (GAsyncResult       *result,
                                           GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaPicture, lacuna_picture_free)

G_END_DECLS
