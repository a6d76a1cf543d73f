/* Which memory Lacuna has made in which process, beyond the life of one program.
 *
 * The kernel joins neighbours that look alike, so that what was allocated is no region of its own in the
 * map any more, and who gave back the whole region would take the neighbour from the process as well.
 * A command that frees what another run has allocated finds the extent here.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "os/process.h"

#include <glib.h>

G_BEGIN_DECLS

/* Any thread. What can't be written down is no error: it is then freed by what the map shows. @program is
 * lacuna_record_program(): a process that has become another program has nothing of what it had. */
void     lacuna_record_add     (gint32                pid,
                                guint64               start_time,
                                guint64               program,
                                struct lac_range      range);
void     lacuna_record_remove  (gint32                pid,
                                guint64               start_time,
                                guint64               program,
                                struct lac_range      range);

/* The allocation that begins at @address. */
gboolean lacuna_record_find    (gint32                pid,
                                guint64               start_time,
                                guint64               program,
                                guint64               address,
                                struct lac_range     *out_range);

/* A number for the program that a process runs, which is another one after execve(2): of the random bytes that
 * the kernel gave it, and of where it has put its own code. */
guint64  lacuna_record_program (struct lac_process   *process,
                                const struct lac_map *map);

G_END_DECLS
