/* LacunaBytePatch: changes of bytes by address, as many as there are and wherever they are.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/range.h"

#include <glib.h>

G_BEGIN_DECLS

/* LacunaByteEdit: one change. */
typedef struct
{
  guint64 address;
  guint8 was; /* what was seen there */
  guint8 now; /* what it is to be */
} LacunaByteEdit;

/* Main thread only. */
typedef struct _LacunaBytePatch LacunaBytePatch;

LacunaBytePatch *lacuna_byte_patch_new         (void);
void             lacuna_byte_patch_free        (LacunaBytePatch       *self);

/* A change to what was seen is none. */
void             lacuna_byte_patch_set         (LacunaBytePatch       *self,
                                                LacunaByteEdit         edit);
void             lacuna_byte_patch_remove      (LacunaBytePatch       *self,
                                                guint64                address);

/* @out_edit (optional). */
gboolean         lacuna_byte_patch_lookup      (const LacunaBytePatch *self,
                                                guint64                address,
                                                LacunaByteEdit        *out_edit);
guint64          lacuna_byte_patch_get_n_bytes (const LacunaBytePatch *self);

/* Changes side by side are one run. */
guint64          lacuna_byte_patch_get_n_runs  (const LacunaBytePatch *self);

/* The first run that has a byte at @from or above, from there on; FALSE when there is none. */
gboolean         lacuna_byte_patch_next_run    (const LacunaBytePatch *self,
                                                guint64                from,
                                                struct lac_range      *out_run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaBytePatch, lacuna_byte_patch_free)

G_END_DECLS
