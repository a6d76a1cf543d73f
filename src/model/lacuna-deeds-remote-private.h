/* Doing what a request wishes in another process, on whatever thread.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-operation-private.h"
#include "lacuna-session-private.h"

G_BEGIN_DECLS

/* (transfer full): blocks; never NULL. */
LacunaOperation *lacuna_deed_do_elsewhere       (LacunaSession       *session,
                                                 const LacunaRequest *request);

/* What would undo @operation now; FALSE when nothing would. */
gboolean         lacuna_deed_contrary_elsewhere (LacunaSession       *session,
                                                 LacunaOperation     *operation,
                                                 LacunaRequest       *out_request);

/* A deed on its way, with the session's lock. */
typedef struct
{
  LacunaSession *session;
  const LacunaRequest *request;
  LacunaOperation *operation;
  struct lac_process *process; /* (transfer none) */
  struct lac_map *before;
  atomic_bool cancel;
  gboolean changes_map;
  gboolean is_begun; /* something is done that must not be done twice */
  struct lac_process_failure failure;
} LacunaElsewhere;

/* Notes what went wrong; %LAC_OK is nothing. */
void             lacuna_elsewhere_fail          (LacunaElsewhere     *deed,
                                                 enum lac_status      status);

/* (transfer none): for calls, with what was agreed to. */
enum lac_status  lacuna_elsewhere_open_remote   (LacunaElsewhere     *deed,
                                                 struct lac_remote  **out_remote);

/* (transfer full) (nullable): what a thread would do; the calls are added by the caller. NULL when it can't
 * be, which is noted. */
LacunaPlan      *lacuna_elsewhere_plan          (LacunaElsewhere     *deed,
                                                 struct lac_range     range,
                                                 unsigned             protection);

/* lacuna-deeds-remote-free.c */

void             lacuna_elsewhere_free          (LacunaElsewhere     *deed);

/* lacuna-deeds-remote-buffers.c */

void             lacuna_elsewhere_create_buffer (LacunaElsewhere     *deed);
void             lacuna_elsewhere_append        (LacunaElsewhere     *deed);
void             lacuna_elsewhere_append_to     (LacunaElsewhere     *deed);
void             lacuna_elsewhere_take_or_put   (LacunaElsewhere     *deed);

/* That a table of the locator was made for a buffer is no surprise. @after is the map now. */
void             lacuna_elsewhere_expect_tables (LacunaElsewhere      *deed,
                                                 LacunaDifference     *difference,
                                                 const struct lac_map *after);

G_END_DECLS
