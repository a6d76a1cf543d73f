/* LacunaRowOrder: which rows of a snapshot are listed, and in what order.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-region-list.h"

G_BEGIN_DECLS

/* LacunaRowWish: what somebody wants to see of a map. */
typedef struct
{
  LacunaShow show;
  char *filter; /* (nullable): words, see lacuna_row_filter_new() */
  guint inks;
  LacunaColumn column; /* what the rows are sorted by */
  gboolean descending;
} LacunaRowWish;

/* Immutable, reference-counted. Threads: any. */
typedef struct _LacunaRowOrder LacunaRowOrder;

/* (transfer full) (nullable): NULL when it was cancelled. @snapshot may be NULL, for no rows.
 * O(n). */
LacunaRowOrder *lacuna_row_order_new          (LacunaSnapshot       *snapshot,
                                               const LacunaRowWish  *wish,
                                               GCancellable         *cancellable);
LacunaRowOrder *lacuna_row_order_ref          (LacunaRowOrder       *self);
void            lacuna_row_order_unref        (LacunaRowOrder       *self);

LacunaSnapshot *lacuna_row_order_get_snapshot (const LacunaRowOrder *self);
guint           lacuna_row_order_get_n_rows   (const LacunaRowOrder *self);

/* The code (lacuna-row-private.h) of the row at @position, which must be one. O(1). */
guint32         lacuna_row_order_get_code     (const LacunaRowOrder *self,
                                               guint                 position);

/* The position of the row with @code, G_MAXUINT when it is not listed. O(log n). */
guint           lacuna_row_order_find         (const LacunaRowOrder *self,
                                               guint32               code);

/* LacunaRowHunk: rows that give way to others, where two orders differ. */
typedef struct
{
  guint old_position;
  guint n_removed;
  guint new_position;
  guint n_added;
} LacunaRowHunk;

/* (transfer full) (element-type LacunaRowHunk) (nullable): where @before and @after differ, from
 * start to end, at most @most hunks; NULL when it was cancelled. What lies between hunks are rows
 * of the same range with the same facts. Two orders that are sorted differently differ as a whole.
 * O(n). */
GArray         *lacuna_row_order_compare      (const LacunaRowOrder *before,
                                               const LacunaRowOrder *after,
                                               guint                 most,
                                               GCancellable         *cancellable);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaRowOrder, lacuna_row_order_unref)

G_END_DECLS
