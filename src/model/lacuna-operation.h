/* LacunaOperation: something that was done to the memory of a target, and what came of it.
 *
 * It never changes, so it may be read by any thread; whether it can be undone is asked of the
 * allocator's state, and may change with everything that is done.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-difference.h"
#include "lacuna-plan.h"
#include "lacuna-reason.h"

#include "core/gap.h"
#include "core/status.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_OPERATION (lacuna_operation_get_type ())
G_DECLARE_FINAL_TYPE (LacunaOperation, lacuna_operation, LACUNA, OPERATION, GObject)

/* What can be done. */
typedef enum
{
  LACUNA_DEED_ALLOCATE,      /* a private allocation; query, protection */
  LACUNA_DEED_FREE,          /* gives one back; address, force */
  LACUNA_DEED_PROTECT,       /* changes the protection of one; address, protection */
  LACUNA_DEED_CREATE_BUFFER, /* a new shared buffer, left free; query */
  LACUNA_DEED_APPEND,        /* to a shared buffer that fits; query, bytes */
  LACUNA_DEED_APPEND_TO,     /* to the buffer at address, held by us or free; bytes */
  LACUNA_DEED_TAKE,          /* the buffer at address, until it is put back */
  LACUNA_DEED_PUT,           /* puts back what was taken; address */
} LacunaDeed;

/* No access, for an allocation. */
#define LACUNA_PROTECTION_NONE (1u << 31)

/* What is wished. Fields that the deed does not name are not looked at. */
typedef struct
{
  LacunaDeed deed;
  struct lac_gap_query query; /* with its anchors; size 0 for the least that serves. The alignment of an
                                 append is that of the bytes: mostly 1 */
  gboolean anywhere;          /* allocate, create, append: nobody has said where, and so as near to the
                                 program's own code as can be; the query's anchors and order are not
                                 looked at then */
  gboolean write_xor_execute; /* create: never writable and executable at one address; it is of this
                                 program alone then, and not in the shared locator */
  unsigned protection;        /* enum lac_protection; of an allocation 0 for reading and writing, and
                                 LACUNA_PROTECTION_NONE for no access */
  guint64 address;
  guint64 serial;             /* free, protect: which allocation is meant; 0 for whatever is there */
  GBytes *bytes;              /* (nullable) */
  gboolean force;             /* free what is no allocation of ours, too; in another process, also
                                 go on whatever would have to be confirmed */
  gboolean dry_run;           /* allocate: say where, and do nothing; free: say what, likewise; in another
                                 process, any deed: lacuna_operation_get_plan() */

  /* In another process only. */
  LacunaConfirm confirmed;    /* what was agreed to, see lacuna_plan_get_confirm() */
  guint patience;             /* milliseconds that a lock is waited for; 0 for some seconds */
  GCancellable *cancellable;  /* (nullable): stops waiting for a lock, or before anything is done */
} LacunaRequest;

/* A place that was tried. */
typedef struct
{
  guint64 address;
  enum lac_status status; /* LAC_OK for the one that served */
  int system_error;
} LacunaAttempt;

LacunaDeed           lacuna_operation_get_deed       (LacunaOperation *self);

/* Microseconds since 1970, UTC. */
gint64               lacuna_operation_get_when       (LacunaOperation *self);

/* (transfer none) (nullable): why it failed; NULL when it did not. */
const GError        *lacuna_operation_get_error      (LacunaOperation *self);

/* What was allocated, freed or protected; of deeds with buffers, the buffer. Empty when unknown. */
struct lac_range     lacuna_operation_get_range      (LacunaOperation *self);

/* enum lac_protection: what the range has now; of a free, what it had. */
unsigned             lacuna_operation_get_protection (LacunaOperation *self);

/* Of an allocation that was made, freed or protected: lacuna_allocation_get_serial(); else 0. */
guint64              lacuna_operation_get_serial     (LacunaOperation *self);

/* Where the appended bytes lie; otherwise the start of the range. */
guint64              lacuna_operation_get_address    (LacunaOperation *self);

/* Of an append: the offset in the buffer where the bytes begin, and how many. */
guint32              lacuna_operation_get_position   (LacunaOperation *self);
gsize                lacuna_operation_get_n_bytes    (LacunaOperation *self);

/* The buffer was made for it. */
gboolean             lacuna_operation_get_created    (LacunaOperation *self);

/* It was said where it would be done, and not done. */
gboolean             lacuna_operation_get_dry_run    (LacunaOperation *self);

/* Freed although it was no allocation of ours. */
gboolean             lacuna_operation_get_forced     (LacunaOperation *self);

/* (transfer none) (nullable): of a dry run in another process: what would be called, in which thread. */
LacunaPlan          *lacuna_operation_get_plan       (LacunaOperation *self);

/* (transfer none) (nullable): of a deed in another process that changed its map: what became of it. */
LacunaDifference    *lacuna_operation_get_difference (LacunaOperation *self);

/* (transfer none) (nullable): of one that failed in another process: why, and what would help. */
LacunaReason        *lacuna_operation_get_reason     (LacunaOperation *self);

/* Nanoseconds for which a thread of another process was stopped; 0 when none was. */
guint64              lacuna_operation_get_stopped_for (LacunaOperation *self);

/* (transfer none): the places that were tried, in order. */
const LacunaAttempt *lacuna_operation_get_attempts   (LacunaOperation *self,
                                                      guint           *out_n_attempts);

/* Translated, for people: what was done, in one line ("Allocated 64 KiB at 7f3a 41c0 0000"). */
const char          *lacuna_operation_get_title      (LacunaOperation *self);

/* (transfer full): translated sentences: where, why there, how many attempts; or why not. */
char                *lacuna_operation_describe       (LacunaOperation *self);

/* (transfer full): the same with addresses as they can be read back ("0x7f3a41c00000"). */
char                *lacuna_operation_describe_plain (LacunaOperation *self);

G_END_DECLS
