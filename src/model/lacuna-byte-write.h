/* LacunaByteWrite: runs of bytes that are written together, on a worker, once all of them were checked.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-byte-source.h"

G_BEGIN_DECLS

/* LacunaByteApplyFlags: what was asked about and is wanted all the same. */
typedef enum
{
  LACUNA_BYTE_APPLY_NONE = 0,
  LACUNA_BYTE_APPLY_CHANGED = 1 << 0, /* also where other bytes lie by now than were seen */
  LACUNA_BYTE_APPLY_FORCE = 1 << 1,   /* also where the memory is read-only */
} LacunaByteApplyFlags;

typedef enum
{
  LACUNA_BYTE_VERDICT_DONE,      /* all of it was written */
  LACUNA_BYTE_VERDICT_CHANGED,   /* nothing was written: other bytes lie there than were seen */
  LACUNA_BYTE_VERDICT_READ_ONLY, /* nothing was written: force is needed */
  LACUNA_BYTE_VERDICT_FAILED,    /* for another reason; what was written first is in n_written */
} LacunaByteVerdict;

/* LacunaByteOutcome: what came of it. */
typedef struct
{
  LacunaByteVerdict verdict;
  guint64 n_written;
  guint64 n_left;    /* bytes that were to be written and were not */
  guint64 n_changed; /* bytes that are others than they should be */
  guint64 place;     /* the first byte of those that changed, that are read-only, or that failed */
  gboolean forced;   /* some of it was read-only */
  gboolean exited;   /* whose bytes they are is no more, so they will never be written */
  char *reason;      /* (nullable): a sentence, where it failed */
} LacunaByteOutcome;

/* LacunaByteRun: bytes side by side. */
typedef struct
{
  guint64 address;
  GBytes *expected; /* what should lie there */
  GBytes *wanted;   /* what shall, as long as that */
  GBytes *found;    /* (nullable): what did, once it was read */
  guint64 n_written;
} LacunaByteRun;

LacunaByteRun *lacuna_byte_run_new   (guint64        address,
                                      GBytes        *expected,
                                      GBytes        *wanted);
void           lacuna_byte_run_free  (LacunaByteRun *run);

/* A part of @run, with what was found there as what is expected, or what was. (transfer full). */
LacunaByteRun *lacuna_byte_run_slice (LacunaByteRun *run,
                                      guint64        start,
                                      guint64        end,
                                      gboolean       from_found);

/* @runs: (transfer none): in ascending order; what was found and written is put in. Blocks; for workers.
 * (transfer full). */
LacunaByteOutcome *lacuna_byte_write (LacunaByteSource    *source,
                                      GPtrArray           *runs,
                                      LacunaByteApplyFlags flags);
void           lacuna_byte_outcome_free (LacunaByteOutcome *outcome);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaByteOutcome, lacuna_byte_outcome_free)

G_END_DECLS
