/* LacunaHold: a look at some memory of this process, for as long as the look lasts.
 *
 * Memory that is held through one is not released under the eyes of whoever looks: an allocation that
 * is freed meanwhile stays until the last look ends. Of memory that is not Lacuna's own (a library's, say)
 * only the look itself is known. All looks are listed: lacuna_allocator_get_references().
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/range.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _LacunaHold LacunaHold;

/* Begins a look at what lies in @range, on behalf of @holder: a few words for a list, such as "bytes
 * view". For the target self; threads: any. */
LacunaHold *lacuna_hold_new  (struct lac_range  range,
                              const char       *holder);

/* Ends it (nullable). What was freed meanwhile goes now, and that takes seconds for a tebibyte whose
 * pages were looked at. Threads: any. */
void        lacuna_hold_free (LacunaHold       *self);

/* The same on a worker, for who may not wait: (transfer full) (nullable). @callback (nullable) is called
 * on this thread when the look has ended, with no source. */
void        lacuna_hold_free_async (LacunaHold          *self,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaHold, lacuna_hold_free)

/* A row of the list of looks; it never changes. */
#define LACUNA_TYPE_REFERENCE (lacuna_reference_get_type ())
G_DECLARE_FINAL_TYPE (LacunaReference, lacuna_reference, LACUNA, REFERENCE, GObject)

struct lac_range lacuna_reference_get_range  (LacunaReference *self);

/* UTF-8: who looks. */
const char      *lacuna_reference_get_holder (LacunaReference *self);

/* Microseconds since 1970, UTC. */
gint64           lacuna_reference_get_since  (LacunaReference *self);

/* The memory was freed, and this look is what keeps it. */
gboolean         lacuna_reference_get_closed (LacunaReference *self);

G_END_DECLS
