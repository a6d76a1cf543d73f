/* What an operation is made of; the allocator fills it in on its worker, before anyone else sees it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-operation.h"

#include "buffers/placement.h"

G_BEGIN_DECLS

struct _LacunaOperation
{
  GObject parent_instance;

  LacunaDeed deed;
  gint64 when;
  GError *error;
  struct lac_range range;
  unsigned protection;
  unsigned old_protection; /* of a change of protection */
  guint64 address;
  guint32 position;
  gsize n_bytes;
  gboolean created;
  gboolean dry_run;
  gboolean forced;
  gboolean undoing;
  guint n_holders; /* of a free: looks that keep the memory there */
  guint64 serial;  /* of an allocation: which one it is */

  /* Why there. */
  enum lac_order order;
  gboolean anywhere; /* nobody had said where; the anchor is the program's own code */
  gboolean has_anchor;
  guint64 anchor;
  struct lac_placement_report report;
  LacunaAttempt attempts[LAC_ATTEMPTS_MAX];

  /* In another process. */
  LacunaPlan *plan;             /* (nullable) */
  LacunaDifference *difference; /* (nullable) */
  LacunaReason *reason;         /* (nullable) */
  guint64 stopped_for;
  LacunaConfirm confirmed;

  char *title;
};

LacunaOperation *lacuna_operation_new  (LacunaDeed       deed);

/* Ends making it: the title is put into words, and the attempts are taken over. */
void             lacuna_operation_seal (LacunaOperation *self);

G_END_DECLS
