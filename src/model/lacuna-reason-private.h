/* SPDX-License-Identifier: MIT */
#pragma once

#include "lacuna-reason.h"

#include "os/process.h"

G_BEGIN_DECLS

/* (transfer full): why process @pid can't be read or changed. */
LacunaReason *lacuna_reason_new         (gint32                            pid,
                                         const struct lac_process_failure *failure);

/* (transfer full): the cause and the remedy, as `process PID: …`. */
char         *lacuna_reason_make_sentence (gint32                            pid,
                                           const struct lac_process_failure *failure);

G_END_DECLS
