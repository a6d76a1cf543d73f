/* What the files of LacunaByteEdits share.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-byte-edits.h"

G_BEGIN_DECLS

/* One byte of what was typed: what it was shown as before and after. */
typedef struct
{
  guint64 address;
  guint8 was; /* in memory */
  guint8 before;
  guint8 after;
} LacunaByteCell;

typedef struct
{
  GArray *cells;   /* (nullable): of LacunaByteCell, in the order of typing */
  GPtrArray *runs; /* (nullable): of LacunaByteRun, from what was there to what was written */
  gboolean forced;
} LacunaByteStepTaken;

struct _LacunaByteEdits
{
  GObject parent_instance;

  LacunaByteSource *source;
  LacunaBytePatch *patch;
  GPtrArray *undo; /* of LacunaByteStepTaken, the newest last */
  GPtrArray *redo;
  gboolean busy;
  GPtrArray *found; /* (nullable): the runs of which other bytes were found, since the last apply */
};

void       lacuna_byte_edits_tell_changed (LacunaByteEdits *self);

/* (transfer full): an empty array of LacunaByteRun. */
GPtrArray *lacuna_byte_edits_new_runs     (void);

/* (transfer none) (nullable): the newest one. */
LacunaByteStepTaken *lacuna_byte_edits_last_step (GPtrArray *stack);

/* What was typed can no longer be undone piece by piece; what is left of it is one step. */
void       lacuna_byte_edits_forget_typed (LacunaByteEdits *self);
void       lacuna_byte_edits_collapse     (LacunaByteEdits *self);

/* (transfer full): of the bytes of @run, which all change, what was seen there, or what they are to
 * be. */
GBytes    *lacuna_byte_edits_get_bytes    (LacunaByteEdits *self,
                                           struct lac_range run,
                                           gboolean         now);

G_END_DECLS
