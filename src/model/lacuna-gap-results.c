/* LacunaGapResults: a gap query carried out on a snapshot.
 *
 * The best gaps are walked in order and kept; once there are enough, the others need no order any
 * more, only a count, which is cheaper to get by asking each gap once. The search runs on a worker
 * and looks up now and then whether anybody still wants it: who types a size throws away a search
 * with each digit.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-gap-results.h"

#include "lacuna-error.h"

#include <string.h>

/* Between two looks at the cancellable. A gap takes about a tenth of a microsecond to check. */
#define STEPS_BETWEEN_LOOKS 4096

struct _LacunaGap
{
  GObject parent_instance;

  struct lac_gap gap;
};

G_DEFINE_FINAL_TYPE (LacunaGap, lacuna_gap, G_TYPE_OBJECT)

static void
lacuna_gap_class_init (LacunaGapClass *klass)
{
}

static void
lacuna_gap_init (LacunaGap *self)
{
}

/**
 * lacuna_gap_get:
 * @self: a gap of the results
 *
 * Returns: (transfer none): its facts; live as long as @self
 */
const struct lac_gap *
lacuna_gap_get (LacunaGap *self)
{
  g_return_val_if_fail (LACUNA_IS_GAP (self), NULL);

  return &self->gap;
}

typedef struct
{
  guint64 index;
  guint position;
} Place;

struct _LacunaGapResults
{
  GObject parent_instance;

  LacunaSnapshot *snapshot;
  struct lac_gap_query query;
  guint64 *anchors;
  struct lac_range window;
  guint64 n_matches;

  GArray *gaps;      /* struct lac_gap, best first */
  GArray *places;    /* Place: where each of the map's gaps stands in it, sorted */
  GPtrArray *items;  /* LacunaGap or NULL, made on demand */
};

static void lacuna_gap_results_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LacunaGapResults,
                               lacuna_gap_results,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      lacuna_gap_results_model_init))

static GType
lacuna_gap_results_get_item_type (GListModel *model)
{
  return LACUNA_TYPE_GAP;
}

static guint
lacuna_gap_results_get_n_items (GListModel *model)
{
  return LACUNA_GAP_RESULTS (model)->gaps->len;
}

static gpointer
lacuna_gap_results_get_item (GListModel *model,
                             guint       position)
{
  LacunaGapResults *self = LACUNA_GAP_RESULTS (model);
  LacunaGap *item;

  if (position >= self->gaps->len)
    return NULL;

  if (self->items->len < self->gaps->len)
    g_ptr_array_set_size (self->items, (int) self->gaps->len);
  item = g_ptr_array_index (self->items, position);
  if (item == NULL)
    {
      item = g_object_new (LACUNA_TYPE_GAP, NULL);
      item->gap = g_array_index (self->gaps, struct lac_gap, position);
      g_ptr_array_index (self->items, position) = item;
    }
  return g_object_ref (item);
}

static void
lacuna_gap_results_model_init (GListModelInterface *iface)
{
  iface->get_item_type = lacuna_gap_results_get_item_type;
  iface->get_n_items = lacuna_gap_results_get_n_items;
  iface->get_item = lacuna_gap_results_get_item;
}

static void
release_item (gpointer item)
{
  if (item != NULL)
    g_object_unref (item);
}

static void
lacuna_gap_results_finalize (GObject *object)
{
  LacunaGapResults *self = LACUNA_GAP_RESULTS (object);

  g_clear_object (&self->snapshot);
  g_free (self->anchors);
  g_array_unref (self->gaps);
  g_array_unref (self->places);
  g_ptr_array_unref (self->items);

  G_OBJECT_CLASS (lacuna_gap_results_parent_class)->finalize (object);
}

static void
lacuna_gap_results_class_init (LacunaGapResultsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_gap_results_finalize;
}

static void
lacuna_gap_results_init (LacunaGapResults *self)
{
  self->gaps = g_array_new (FALSE, FALSE, sizeof (struct lac_gap));
  self->places = g_array_new (FALSE, FALSE, sizeof (Place));
  self->items = g_ptr_array_new_with_free_func (release_item);
}

static int
compare_places (gconstpointer a,
                gconstpointer b)
{
  guint64 left = ((const Place *) a)->index;
  guint64 right = ((const Place *) b)->index;

  return left < right ? -1 : left > right;
}

/* Walks the best gaps, up to @limit. Returns whether there may be more. */
static gboolean
keep_best (LacunaGapResults      *self,
           struct lac_gap_search *search,
           guint                  limit,
           GCancellable          *cancellable)
{
  struct lac_gap gap;

  while (self->gaps->len < limit)
    {
      Place place;

      if (lac_gap_next (search, &gap) != LAC_OK)
        return FALSE;
      place = (Place){ gap.index, self->gaps->len };
      g_array_append_val (self->gaps, gap);
      g_array_append_val (self->places, place);
      if (self->gaps->len % STEPS_BETWEEN_LOOKS == 0 && g_cancellable_is_cancelled (cancellable))
        return FALSE;
    }
  return TRUE;
}

/* Counts all gaps that fit. Only those that the window touches can. */
static guint64
count_matches (LacunaGapResults *self,
               GCancellable     *cancellable)
{
  const struct lac_map *map = lacuna_snapshot_get_map (self->snapshot);
  guint64 n_matches = 0;
  size_t n_regions;
  size_t first = lac_map_search (map, self->window.start);

  lac_map_regions (map, &n_regions);
  for (size_t i = first; i <= n_regions; i++)
    {
      struct lac_range gap = lac_map_gap (map, i);

      if (gap.start >= self->window.end)
        break;
      if (lac_range_size (gap) >= self->query.size
          && lac_gap_check (map, &self->query, i, NULL, NULL) == LAC_OK)
        n_matches++;
      if (i % STEPS_BETWEEN_LOOKS == 0 && g_cancellable_is_cancelled (cancellable))
        break;
    }
  return n_matches;
}

/**
 * lacuna_gap_results_search:
 * @snapshot: where to search
 * @query: the constraints; copied, its anchors too
 * @limit: how many gaps to keep
 * @cancellable: (nullable): stops it soon, with %G_IO_ERROR_CANCELLED
 * @error: where to put what went wrong: %LAC_E_INVALID when the query contradicts itself
 *
 * Searches on this thread.
 *
 * Returns: (transfer full) (nullable): the results; empty when no gap fits
 */
LacunaGapResults *
lacuna_gap_results_search (LacunaSnapshot             *snapshot,
                           const struct lac_gap_query *query,
                           guint                       limit,
                           GCancellable               *cancellable,
                           GError                    **error)
{
  g_autoptr (LacunaGapResults) self = NULL;
  struct lac_gap_search search;
  struct lac_map *map;
  enum lac_status status;

  g_return_val_if_fail (LACUNA_IS_SNAPSHOT (snapshot), NULL);

  map = lacuna_snapshot_get_map (snapshot);
  self = g_object_new (LACUNA_TYPE_GAP_RESULTS, NULL);
  self->snapshot = g_object_ref (snapshot);
  self->query = *query;
  self->anchors = g_memdup2 (query->anchors, query->n_anchors * sizeof *query->anchors);
  self->query.anchors = self->anchors;

  status = lac_gap_query_check (&self->query);
  if (status == LAC_OK)
    status = lac_gap_search_init (&search, map, &self->query);
  if (status != LAC_OK)
    {
      lacuna_error_set (error, status, NULL);
      return NULL;
    }

  self->window = lac_gap_query_window (&self->query, map);
  if (keep_best (self, &search, limit, cancellable))
    self->n_matches = count_matches (self, cancellable);
  else
    self->n_matches = self->gaps->len;
  lac_gap_search_clear (&search);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  g_array_sort (self->places, compare_places);
  return g_steal_pointer (&self);
}

typedef struct
{
  LacunaSnapshot *snapshot;
  struct lac_gap_query query;
  guint64 *anchors;
  guint limit;
} SearchTask;

static void
search_task_free (gpointer user_data)
{
  SearchTask *search = user_data;

  g_object_unref (search->snapshot);
  g_free (search->anchors);
  g_free (search);
}

static void
search_thread (GTask        *task,
               gpointer      source,
               gpointer      task_data,
               GCancellable *cancellable)
{
  SearchTask *search = task_data;
  GError *error = NULL;
  LacunaGapResults *results;

  results = lacuna_gap_results_search (search->snapshot,
                                       &search->query,
                                       search->limit,
                                       cancellable,
                                       &error);
  if (results != NULL)
    g_task_return_pointer (task, results, g_object_unref);
  else
    g_task_return_error (task, error);
}

/**
 * lacuna_gap_results_search_async:
 * @snapshot: where to search
 * @query: the constraints; copied, its anchors too
 * @limit: how many gaps to keep
 * @cancellable: (nullable): stops it soon
 * @callback: called in this thread's main context
 * @user_data: for @callback
 *
 * Searches on a worker.
 */
void
lacuna_gap_results_search_async (LacunaSnapshot             *snapshot,
                                 const struct lac_gap_query *query,
                                 guint                       limit,
                                 GCancellable               *cancellable,
                                 GAsyncReadyCallback         callback,
                                 gpointer                    user_data)
{
  g_autoptr (GTask) task = NULL;
  SearchTask *search;

  g_return_if_fail (LACUNA_IS_SNAPSHOT (snapshot));

  search = g_new0 (SearchTask, 1);
  search->snapshot = g_object_ref (snapshot);
  search->query = *query;
  search->anchors = g_memdup2 (query->anchors, query->n_anchors * sizeof *query->anchors);
  search->query.anchors = search->anchors;
  search->limit = limit;

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, lacuna_gap_results_search_async);
  g_task_set_task_data (task, search, search_task_free);
  g_task_run_in_thread (task, search_thread);
}

/**
 * lacuna_gap_results_search_finish:
 * @result: what the callback got
 * @error: where to put what went wrong
 *
 * Returns: (transfer full) (nullable): the results
 */
LacunaGapResults *
lacuna_gap_results_search_finish (GAsyncResult  *result,
                                  GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

LacunaSnapshot *
lacuna_gap_results_get_snapshot (LacunaGapResults *self)
{
  g_return_val_if_fail (LACUNA_IS_GAP_RESULTS (self), NULL);

  return self->snapshot;
}

/**
 * lacuna_gap_results_get_query:
 * @self: results
 *
 * Returns: (transfer none): the query, with anchors that live as long as @self
 */
const struct lac_gap_query *
lacuna_gap_results_get_query (LacunaGapResults *self)
{
  g_return_val_if_fail (LACUNA_IS_GAP_RESULTS (self), NULL);

  return &self->query;
}

struct lac_range
lacuna_gap_results_get_window (LacunaGapResults *self)
{
  g_return_val_if_fail (LACUNA_IS_GAP_RESULTS (self), ((struct lac_range){ 0, 0 }));

  return self->window;
}

guint64
lacuna_gap_results_get_n_matches (LacunaGapResults *self)
{
  g_return_val_if_fail (LACUNA_IS_GAP_RESULTS (self), 0);

  return self->n_matches;
}

/**
 * lacuna_gap_results_peek:
 * @self: results
 * @position: which of those kept
 *
 * Returns: (transfer none): its facts; live as long as @self
 */
const struct lac_gap *
lacuna_gap_results_peek (LacunaGapResults *self,
                         guint             position)
{
  g_return_val_if_fail (LACUNA_IS_GAP_RESULTS (self), NULL);
  g_return_val_if_fail (position < self->gaps->len, NULL);

  return &g_array_index (self->gaps, struct lac_gap, position);
}

/**
 * lacuna_gap_results_find:
 * @self: results
 * @index: a gap of the map
 * @out_position: (out) (optional): where it stands in the list
 *
 * Returns: whether it is one of those kept
 */
gboolean
lacuna_gap_results_find (LacunaGapResults *self,
                         gsize             index,
                         guint            *out_position)
{
  Place key = { index, 0 };
  guint found;

  g_return_val_if_fail (LACUNA_IS_GAP_RESULTS (self), FALSE);

  if (!g_array_binary_search (self->places, &key, compare_places, &found))
    return FALSE;
  if (out_position != NULL)
    *out_position = g_array_index (self->places, Place, found).position;
  return TRUE;
}

/**
 * lacuna_gap_results_matches:
 * @self: results
 * @index: a gap of the map
 *
 * Returns: whether the buffer fits there, kept or not
 */
gboolean
lacuna_gap_results_matches (LacunaGapResults *self,
                            gsize             index)
{
  g_return_val_if_fail (LACUNA_IS_GAP_RESULTS (self), FALSE);

  if (lacuna_gap_results_find (self, index, NULL))
    return TRUE;
  if (self->n_matches == self->gaps->len)
    return FALSE;
  return lac_gap_check (lacuna_snapshot_get_map (self->snapshot), &self->query, index, NULL, NULL)
         == LAC_OK;
}
