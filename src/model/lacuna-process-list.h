/* LacunaProcessList: the live processes as a GListModel that can be brought up to date.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_PROCESS (lacuna_process_get_type ())
G_DECLARE_FINAL_TYPE (LacunaProcess, lacuna_process, LACUNA, PROCESS, GObject)

gint32      lacuna_process_get_pid          (LacunaProcess *self);
guint64     lacuna_process_get_start_time   (LacunaProcess *self);
const char *lacuna_process_get_name         (LacunaProcess *self); /* UTF-8, made valid */
const char *lacuna_process_get_command_line (LacunaProcess *self); /* UTF-8, made valid */
const char *lacuna_process_get_user_name    (LacunaProcess *self); /* the number when it has none */
gboolean    lacuna_process_is_self          (LacunaProcess *self);

/* Whether every word of @search occurs in PID, name, user or command line; case does not matter. */
gboolean    lacuna_process_matches          (LacunaProcess *self,
                                             const char    *search);

#define LACUNA_TYPE_PROCESS_LIST (lacuna_process_list_get_type ())
G_DECLARE_FINAL_TYPE (LacunaProcessList, lacuna_process_list, LACUNA, PROCESS_LIST, GObject)

LacunaProcessList *lacuna_process_list_new     (void);

/* Lists processes on a worker (kernel threads and zombies left out), then changes only the rows
 * that differ. Only one listing runs at a time. */
void               lacuna_process_list_refresh (LacunaProcessList *self);

/* The same, on this thread. */
void               lacuna_process_list_refresh_now (LacunaProcessList *self);

G_END_DECLS
