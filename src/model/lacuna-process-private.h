/* How the list of processes makes and compares its rows.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-process-list.h"
#include "os/process.h"

G_BEGIN_DECLS

LacunaProcess *lacuna_process_new   (const struct lac_process_row *row,
                                     const char                   *user_name,
                                     gboolean                      is_self);
gboolean       lacuna_process_equal (LacunaProcess                *a,
                                     LacunaProcess                *b);

G_END_DECLS
