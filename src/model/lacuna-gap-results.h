/* LacunaGapResults: a gap query carried out on a snapshot, off the main thread, as a GListModel of
 * what fits, best first.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-snapshot.h"
#include "core/gap.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_GAP (lacuna_gap_get_type ())
G_DECLARE_FINAL_TYPE (LacunaGap, lacuna_gap, LACUNA, GAP, GObject)

const struct lac_gap *lacuna_gap_get (LacunaGap *self);

#define LACUNA_TYPE_GAP_RESULTS (lacuna_gap_results_get_type ())
G_DECLARE_FINAL_TYPE (LacunaGapResults, lacuna_gap_results, LACUNA, GAP_RESULTS, GObject)

/* Searches; keeps the first @limit gaps and counts the rest. A query with no gap is an empty
 * list and no error. The anchors are copied. */
void lacuna_gap_results_search_async (LacunaSnapshot             *snapshot,
                                      const struct lac_gap_query *query,
                                      guint                       limit,
                                      GCancellable               *cancellable,
                                      GAsyncReadyCallback         callback,
                                      gpointer                    user_data);
LacunaGapResults *lacuna_gap_results_search_finish (GAsyncResult  *result,
                                                    GError       **error);

/* The same on this thread. */
LacunaGapResults *lacuna_gap_results_search (LacunaSnapshot             *snapshot,
                                             const struct lac_gap_query *query,
                                             guint                       limit,
                                             GCancellable               *cancellable,
                                             GError                    **error);

LacunaSnapshot             *lacuna_gap_results_get_snapshot  (LacunaGapResults           *self);
const struct lac_gap_query *lacuna_gap_results_get_query     (LacunaGapResults           *self);
struct lac_range            lacuna_gap_results_get_window    (LacunaGapResults           *self);

/* How many gaps fit in all, those past the limit included. */
guint64                     lacuna_gap_results_get_n_matches (LacunaGapResults           *self);

/* What is kept, without an object made for it; index as in the list model. */
const struct lac_gap       *lacuna_gap_results_peek          (LacunaGapResults           *self,
                                                              guint                       position);

/* Where gap @index of the map stands among those kept; O(log limit). FALSE when it is not kept. */
gboolean                    lacuna_gap_results_find          (LacunaGapResults           *self,
                                                              gsize                       index,
                                                              guint                      *out_position);

/* Whether gap @index of the map fits; O(log limit) for those kept, a gap check for others. */
gboolean                    lacuna_gap_results_matches       (LacunaGapResults           *self,
                                                              gsize                       index);

G_END_DECLS
