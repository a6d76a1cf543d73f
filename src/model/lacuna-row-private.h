/* What a row and its list know of each other.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-region-list.h"

G_BEGIN_DECLS

/* A row's code is twice its index, and 1 more for a region. So codes are in the order of addresses,
 * since gap i lies before region i. */
#define LACUNA_ROW_CODE(index, is_region) ((guint32) (index) * 2 + ((is_region) ? 1 : 0))

/* Called when the last reference to the row is gone. */
typedef void (*LacunaRowGone) (LacunaRow *row,
                               guint32    code,
                               gpointer   user_data);

LacunaRow *lacuna_row_new    (LacunaSnapshot *snapshot,
                              guint32         code,
                              LacunaRowGone   gone,
                              gpointer        gone_data);

/* The same range in another snapshot. */
void       lacuna_row_move   (LacunaRow      *self,
                              LacunaSnapshot *snapshot,
                              guint32         code);

/* Nobody need be told when it goes. */
void       lacuna_row_detach (LacunaRow      *self);

G_END_DECLS
