/* How full a buffer is, for the strip to show.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/range.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  struct lac_range range;
  guint64 used; /* bytes, from its start; may be more than there are */
} LacunaStripFill;

G_END_DECLS
