/* Which columns of the region table there is room for.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-region-cells.h"

G_BEGIN_DECLS

/* Shows as many of the columns of @view as its width has room for. @columns: (borrowed), in the order
 * of #LacunaColumn; @font: of their cells. */
void lacuna_region_columns_watch (GtkColumnView              *view,
                                  GtkColumnViewColumn *const *columns,
                                  LacunaRegionFont           *font);

G_END_DECLS
