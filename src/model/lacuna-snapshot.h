/* LacunaSnapshot: one picture of an address space and what is known about where it came from.
 *
 * A snapshot never changes. It holds a struct lac_map and the facts that a map has no idea of:
 * whose it is, where it was read, and when.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_SNAPSHOT (lacuna_snapshot_get_type ())
G_DECLARE_FINAL_TYPE (LacunaSnapshot, lacuna_snapshot, LACUNA, SNAPSHOT, GObject)

typedef enum
{
  LACUNA_TARGET_SELF,
  LACUNA_TARGET_PROCESS,
  LACUNA_TARGET_FILE,
} LacunaTargetKind;

/* LacunaOrigin: where a snapshot came from. Strings are owned by whoever holds the struct. */
typedef struct
{
  LacunaTargetKind kind;
  gint32 pid;          /* 0 for a file */
  guint64 start_time;  /* clock ticks after boot; 0 for a file */
  guint32 user;        /* user number; meaningless for a file */
  char state;          /* one letter as in proc_pid_stat(5): R, S, D, T (stopped), t (traced), Z; 0 for a file */
  char *name;          /* UTF-8: the process's short name, or the file's */
  char *name_bytes;    /* the process's short name as the system has it, or NULL */
  char *command_line;  /* UTF-8 or NULL */
  char *source_path;   /* UTF-8: what was read, such as /proc/1234/maps */
  const char *source;  /* static: "proc-maps", "proc-smaps" or "maps-text" */
} LacunaOrigin;

LacunaSnapshot     *lacuna_snapshot_new         (struct lac_map     *map,
                                                 const LacunaOrigin *origin,
                                                 gint64              taken);
struct lac_map     *lacuna_snapshot_get_map     (LacunaSnapshot     *self);
const LacunaOrigin *lacuna_snapshot_get_origin  (LacunaSnapshot     *self);
gint64              lacuna_snapshot_get_taken   (LacunaSnapshot     *self);

G_END_DECLS
