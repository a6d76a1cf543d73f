/* LacunaReason: why something can't be done with a process, and what would help.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/status.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_REASON (lacuna_reason_get_type ())

/* Immutable, reference-counted; a boxed type. */
typedef struct _LacunaReason LacunaReason;

GType           lacuna_reason_get_type     (void);
LacunaReason   *lacuna_reason_ref          (LacunaReason *self);
void            lacuna_reason_unref        (LacunaReason *self); /* (nullable) */

enum lac_status lacuna_reason_get_status   (LacunaReason *self);

/* Translated: the cause and the remedy. */
const char     *lacuna_reason_get_sentence (LacunaReason *self);

/* (nullable): what to type into a terminal so that it can be done, exactly; NULL where no command would
 * help. */
const char     *lacuna_reason_get_command  (LacunaReason *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaReason, lacuna_reason_unref)

G_END_DECLS
