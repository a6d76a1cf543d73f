/* What the two halves of LacunaRowOrder share: how it is made, and how two of them are compared.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-row-order.h"

G_BEGIN_DECLS

struct _LacunaRowOrder
{
  gatomicrefcount references;

  LacunaSnapshot *snapshot; /* NULL: no rows */
  const struct lac_map *map;
  const struct lac_region *regions;
  LacunaColumn column;
  gboolean descending;
  guint8 kind_ranks[LAC_N_KINDS + 1]; /* the last is a gap's */

  guint32 *codes; /* NULL: every region and no gap, by address */
  guint n_rows;
};

/* How many rows are gone through between two looks at a cancellable. */
#define LACUNA_ROWS_A_LOOK 8192

/* Which of two rows comes first, perhaps of two maps, by the column that both orders are sorted by:
 * below, at or above 0. Rows of one order are never equal. */
int lacuna_row_order_compare_rows (const LacunaRowOrder *a,
                                   guint32               code_a,
                                   const LacunaRowOrder *b,
                                   guint32               code_b);

G_END_DECLS
