/* What Lacuna lives on itself, which is never freed.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map.h"

#include <glib.h>

G_BEGIN_DECLS

/* Whether the region @range of this process is of what the process runs on: its program, the C library
 * and the loader, with the memory that belongs to them, its stack, its heap, what the kernel put there.
 * Also when the map can't be read. */
gboolean lacuna_is_vital (struct lac_range range);

G_END_DECLS
