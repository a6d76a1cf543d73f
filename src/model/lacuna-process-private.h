/* How the list of processes makes and compares its rows.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-process-list.h"
#include "os/process.h"

G_BEGIN_DECLS

/* Whether it is a process that still has an address space: no thread of the kernel, and not ended.
 * The first thread may have ended before the others. */
static inline gboolean
lacuna_process_row_is_live (const struct lac_process_row *row)
{
  if (row->kernel_thread || row->state == 'X')
    return FALSE;
  return row->state != 'Z' || row->n_threads > 1;
}

LacunaProcess *lacuna_process_new   (const struct lac_process_row *row,
                                     const char                   *user_name,
                                     gboolean                      is_self);
gboolean       lacuna_process_equal (LacunaProcess                *a,
                                     LacunaProcess                *b);

G_END_DECLS
