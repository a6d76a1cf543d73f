/* LacunaAllocation: a private allocation that this program has made, as a row of a list.
 *
 * The memory itself is a struct lac_memory, so that whoever looks at it (LacunaHold) keeps it there after
 * it was freed, until they look away.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/region.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_ALLOCATION (lacuna_allocation_get_type ())
G_DECLARE_FINAL_TYPE (LacunaAllocation, lacuna_allocation, LACUNA, ALLOCATION, GObject)

/* Properties, for bindings: "protection" (uint), "closing" (boolean), "n-references" (uint). */

struct lac_range lacuna_allocation_get_range        (LacunaAllocation *self);

/* Which allocation it is: no two of a process have the same, not even at one place one after another. */
guint64          lacuna_allocation_get_serial       (LacunaAllocation *self);

/* enum lac_protection; notified. */
unsigned         lacuna_allocation_get_protection   (LacunaAllocation *self);

/* It was freed and is only there because somebody still looks at it; notified. */
gboolean         lacuna_allocation_get_closing      (LacunaAllocation *self);

/* How many references hold it; notified. */
guint            lacuna_allocation_get_n_references (LacunaAllocation *self);

G_END_DECLS
