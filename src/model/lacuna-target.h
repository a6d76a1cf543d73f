/* LacunaTarget: something that can be asked for a map — self, a process, a file.
 *
 * It says what it can do, and every view enables itself from that. Loading runs on a worker and
 * gives a LacunaSnapshot.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-reason.h"
#include "lacuna-snapshot.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_TARGET (lacuna_target_get_type ())
G_DECLARE_FINAL_TYPE (LacunaTarget, lacuna_target, LACUNA, TARGET, GObject)

typedef enum
{
  LACUNA_CAN_NOTHING = 0,
  LACUNA_CAN_REFRESH = 1 << 0, /* may differ when loaded again */
  LACUNA_CAN_DETAIL = 1 << 1,  /* can tell how pages are used */
  LACUNA_CAN_SYMBOLS = 1 << 2, /* its files lie on this system: module!symbol can be looked up */
  LACUNA_CAN_READ = 1 << 3,     /* lacuna-target-memory.h */
  LACUNA_CAN_WRITE = 1 << 4,    /* the same */
  LACUNA_CAN_ALLOCATE = 1 << 5, /* it has a LacunaAllocator: all processes have */
} LacunaCapabilities;

typedef enum
{
  LACUNA_LOAD_NONE = 0,
  LACUNA_LOAD_DETAIL = 1 << 0,
} LacunaLoadFlags;

LacunaTarget      *lacuna_target_new_self         (void);
LacunaTarget      *lacuna_target_new_for_pid      (gint32                pid,
                                                   GError              **error);
LacunaTarget      *lacuna_target_new_for_file     (GFile                *file);
LacunaTarget      *lacuna_target_new_for_stdin    (void);

/* Understands what cli.md calls a target: self, 1234, pid:1234, name:firefox, FILE, -. */
LacunaTarget      *lacuna_target_new_for_spelling (const char           *spelling,
                                                   GError              **error);

/* The same on a worker: for name:, which lists all processes. */
void               lacuna_target_new_for_spelling_async  (const char          *spelling,
                                                          GCancellable        *cancellable,
                                                          GAsyncReadyCallback  callback,
                                                          gpointer             user_data);
LacunaTarget      *lacuna_target_new_for_spelling_finish (GAsyncResult        *result,
                                                          GError             **error);

/* Whether it says that there are several processes of the name. */
gboolean           lacuna_target_error_is_ambiguous      (const GError        *error);

LacunaTargetKind   lacuna_target_get_kind         (LacunaTarget         *self);
LacunaCapabilities lacuna_target_get_capabilities (LacunaTarget         *self);

/* What may be asked of the process behind it; what it then grants is another thing. Looks at the process, and
 * touches nothing in it; blocks for some milliseconds. FALSE when it was cancelled. */
gboolean           lacuna_target_probe            (LacunaTarget         *self,
                                                   GCancellable         *cancellable,
                                                   GError              **error);
void               lacuna_target_probe_async      (LacunaTarget         *self,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
gboolean           lacuna_target_probe_finish     (LacunaTarget         *self,
                                                   GAsyncResult         *result,
                                                   GError              **error);

/* (transfer full) (nullable): why @capability (one of READ, WRITE, ALLOCATE) is of no use with the process as it is,
 * and what would help, as the last probe found it; NULL when nothing is known to be in the way. What has to be
 * confirmed before (LacunaConfirm) is not in the way. */
LacunaReason      *lacuna_target_get_reason       (LacunaTarget         *self,
                                                   LacunaCapabilities    capability);

gint32             lacuna_target_get_pid          (LacunaTarget         *self);
/* (nullable): NULL for a process and standard input. */
GFile             *lacuna_target_get_file         (LacunaTarget         *self);

/* UTF-8, for people: "self", "chromium 14231", "core.txt". */
const char        *lacuna_target_get_title        (LacunaTarget         *self);

/* (transfer full): the same of a target that has this name now, as its last snapshot's origin says. */
char              *lacuna_target_make_title       (LacunaTargetKind      kind,
                                                   const char           *name,
                                                   gint32                pid);

/* Whether the process behind it has exited; FALSE for a file. One system call. */
gboolean           lacuna_target_has_exited       (LacunaTarget         *self);

/* Blocks; for the command line and for workers. A target is loaded by one thread at a time; a
 * second call waits for the first. */
LacunaSnapshot    *lacuna_target_load             (LacunaTarget         *self,
                                                   LacunaLoadFlags       flags,
                                                   GCancellable         *cancellable,
                                                   GError              **error);

void               lacuna_target_load_async       (LacunaTarget         *self,
                                                   LacunaLoadFlags       flags,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
LacunaSnapshot    *lacuna_target_load_finish      (LacunaTarget         *self,
                                                   GAsyncResult         *result,
                                                   GError              **error);

/* Finds an address expression's value (core/expression.h) in a snapshot of this target, symbols
 * included where the target can. @out_offset: where the caret goes, in bytes, -1 when the fault has
 * no place. Blocks when a symbol table has to be read. */
gboolean           lacuna_target_parse_address    (LacunaTarget         *self,
                                                   LacunaSnapshot       *snapshot,
                                                   const char           *text,
                                                   guint64              *out_address,
                                                   gssize               *out_offset,
                                                   GError              **error);

G_END_DECLS
