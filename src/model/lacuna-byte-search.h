/* LacunaByteSearch: looks for a pattern through memory, on a worker, a piece at a time.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-byte-pattern.h"
#include "lacuna-byte-source.h"
#include "core/map.h"

G_BEGIN_DECLS

/* LacunaByteFind: what a search found. */
typedef struct
{
  gboolean found;
  struct lac_range range; /* of the bytes that match */
  gboolean wrapped;       /* past the end, and on from the other one */
} LacunaByteFind;

/* Reference-counted; threads: any. */
typedef struct _LacunaByteSearch LacunaByteSearch;

/* @ranges: where to look, sorted and disjoint; what touches is looked at as one. @from: a match starts
 * there or above, or below when @backward; those on the other side come after all of these. */
LacunaByteSearch *lacuna_byte_search_new          (LacunaByteSource        *source,
                                                   LacunaBytePattern       *pattern,
                                                   const struct lac_range  *ranges,
                                                   gsize                    n_ranges,
                                                   guint64                  from,
                                                   gboolean                 backward);

/* The same in all memory of @map that may be read, device memory apart: reading that may do something. */
LacunaByteSearch *lacuna_byte_search_new_for_map  (LacunaByteSource        *source,
                                                   LacunaBytePattern       *pattern,
                                                   struct lac_map          *map,
                                                   guint64                  from,
                                                   gboolean                 backward);

/* Whether @region, one of @map, reads as zeros where it was never touched: the heap, stacks, any memory
 * without a file. */
gboolean          lacuna_byte_search_is_sparse    (const struct lac_map    *map,
                                                   const struct lac_region *region);

/* Before it runs: whether what was never touched there is zero, as in private memory without a file. Then
 * it is not read, but for what a match may share with what was: the system would have to make tables
 * for all of it. */
void              lacuna_byte_search_set_sparse   (LacunaByteSearch        *self,
                                                   gboolean                 sparse);
LacunaByteSearch *lacuna_byte_search_ref          (LacunaByteSearch        *self);
void              lacuna_byte_search_unref        (LacunaByteSearch        *self);

/* How much of what there is was looked at, 0 to 1; while it runs. */
double            lacuna_byte_search_get_progress (LacunaByteSearch        *self);

/* Once. FALSE when cancelled. */
void              lacuna_byte_search_run_async    (LacunaByteSearch        *self,
                                                   GCancellable            *cancellable,
                                                   GAsyncReadyCallback      callback,
                                                   gpointer                 user_data);
gboolean          lacuna_byte_search_run_finish   (GAsyncResult            *result,
                                                   LacunaByteFind          *out_find,
                                                   GError                 **error);

/* The same on this thread. */
gboolean          lacuna_byte_search_run          (LacunaByteSearch        *self,
                                                   GCancellable            *cancellable,
                                                   LacunaByteFind          *out_find,
                                                   GError                 **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaByteSearch, lacuna_byte_search_unref)

G_END_DECLS
