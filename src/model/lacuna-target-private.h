/* What a target is made of, and what its files offer one another and the rest of the model.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-symbols.h"
#include "lacuna-target.h"
#include "os/process.h"

G_BEGIN_DECLS

struct _LacunaTarget
{
  GObject parent_instance;

  LacunaTargetKind kind;
  char *title;

  /* Of a process. */
  gint32 pid;
  guint64 start_time;
  struct lac_process *process; /* only with the lock */
  struct lac_process *watch;   /* only from the thread that asks whether it has exited */
  LacunaSymbols *symbols;
  struct lac_process *memory;  /* only with the memory lock */
  GMutex memory_lock;
  LacunaReason *no_memory;  /* (nullable): why its memory can't be looked into; only with the reason lock */
  LacunaReason *no_calls;   /* (nullable): why nothing can be called in it; the same */
  GMutex reason_lock;

  /* Of a file; NULL for standard input, which can be read only once and so keeps its snapshot. */
  GFile *file;
  char *spelling; /* what the user called the file */
  LacunaSnapshot *from_stdin;

  GMutex lock;
};

/* lacuna-target-process.c */

/* A process that was seen in a list; fails when its PID has gone to another process since. */
LacunaTarget   *lacuna_target_new_for_identity   (gint32           pid,
                                                  guint64          start_time,
                                                  GError         **error);

/* Sets @error from what os says of the process @pid. */
void            lacuna_target_set_process_error  (GError         **error,
                                                  gint32           pid,
                                                  const struct lac_process_failure *failure);

/* With the lock. */
LacunaSnapshot *lacuna_target_load_process       (LacunaTarget    *self,
                                                  LacunaLoadFlags  flags,
                                                  GCancellable    *cancellable,
                                                  GError         **error);

/* lacuna-target-file.c */

/* A file by the name that the user gave it. */
LacunaTarget   *lacuna_target_new_for_named_file (GFile           *file,
                                                  const char      *spelling);

/* With the lock. */
LacunaSnapshot *lacuna_target_load_text          (LacunaTarget    *self,
                                                  GCancellable    *cancellable,
                                                  GError         **error);

/* lacuna-target-address.c */

/* (transfer none) (nullable): NULL when nothing is known of the symbols of its files. */
LacunaSymbols  *lacuna_target_get_symbols        (LacunaTarget    *self);

G_END_DECLS
