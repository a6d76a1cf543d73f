/* LacunaBytePattern: what is looked for among bytes — some bytes, of which parts may be anything, or
 * the bytes of a text.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LACUNA_BYTE_PATTERN_LONGEST 4096

/* Immutable, reference-counted. */
typedef struct _LacunaBytePattern LacunaBytePattern;

/* "48 8b ?? 05", "488b05", "0x48, 0x8b": pairs of digits, ?? for any byte. (transfer full)
 * (nullable): NULL with @error for what is no pattern, and for nothing but ??. */
LacunaBytePattern *lacuna_byte_pattern_new_for_bytes (const char              *text,
                                                      GError                 **error);

/* The UTF-8 bytes of @text as they are. */
LacunaBytePattern *lacuna_byte_pattern_new_for_text  (const char              *text,
                                                      GError                 **error);
LacunaBytePattern *lacuna_byte_pattern_ref           (LacunaBytePattern       *self);
void               lacuna_byte_pattern_unref         (LacunaBytePattern       *self);

gsize              lacuna_byte_pattern_get_length    (const LacunaBytePattern *self);

/* Whether nothing but zeros matches, or anything: it is found in memory that was never written. */
gboolean           lacuna_byte_pattern_is_zero       (const LacunaBytePattern *self);

/* Where it occurs first, or last, in @n_bytes bytes; -1 where it does not. Threads: any. */
gssize             lacuna_byte_pattern_find_first    (const LacunaBytePattern *self,
                                                      const guint8            *bytes,
                                                      gsize                    n_bytes);
gssize             lacuna_byte_pattern_find_last     (const LacunaBytePattern *self,
                                                      const guint8            *bytes,
                                                      gsize                    n_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaBytePattern, lacuna_byte_pattern_unref)

G_END_DECLS
