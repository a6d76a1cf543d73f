/* What a target offers to the rest of the model.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-symbols.h"
#include "lacuna-target.h"

G_BEGIN_DECLS

/* A process that was seen in a list; fails when its PID has gone to another process since. */
LacunaTarget *lacuna_target_new_for_identity (gint32   pid,
                                              guint64  start_time,
                                              GError **error);

/* A file by the name that the user gave it. */
LacunaTarget *lacuna_target_new_for_named_file (GFile      *file,
                                                const char *spelling);

/* (transfer none) (nullable): NULL when nothing is known of the symbols of its files. */
LacunaSymbols *lacuna_target_get_symbols (LacunaTarget *self);

G_END_DECLS
