/* LacunaRegionList: the regions and gaps of a snapshot as a GListModel.
 *
 * What is listed is a LacunaRowOrder, which never changes; another one takes its place, and
 * items-changed tells row by row where they differ. While it does, the list is partly the one and
 * partly the other: what has been told of is new, what has not is old.
 *
 * Orders of many rows are made and compared on a worker, one at a time. Another wish cancels the
 * one that is being made; another snapshot does not, or a process that is read again and again
 * would never be shown.
 *
 * Row objects exist only while somebody holds them: a table of the living ones gives the same
 * object for the same row, and moves rows that did not change to the next snapshot.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-region-list.h"

#include "lacuna-ink.h"
#include "lacuna-row-order.h"
#include "lacuna-row-private.h"

/* Up to how many regions a map is listed at once: a few milliseconds' work. */
#define FEW_REGIONS 16384

/* The most differences that are told one by one, and the most rows in them. A view looks at each
 * row that is new, so more than that takes it too long. */
#define MOST_HUNKS 256
#define MANY_ROWS 4096

/* Where there was nothing, nobody has scrolled or gone anywhere that a view could lose. */
#define FEW_ROWS 18

struct _LacunaRegionList
{
  GObject parent_instance;

  LacunaRowOrder *order; /* what is listed */
  LacunaSnapshot *snapshot; /* what is asked for */
  LacunaRowWish wish;

  GHashTable *living; /* code → LacunaRow, no reference */

  /* While one order takes the other's place: the old one, where they differ, and how many of those
   * places have been told of. */
  LacunaRowOrder *old_order;
  GArray *hunks;
  guint n_told;

  GCancellable *cancellable; /* of the worker that runs */
  gboolean again;            /* something else was asked for since it began */
};

enum
{
  CHANGING,
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void lacuna_region_list_model_init (GListModelInterface *iface);
static void update (LacunaRegionList *self);

G_DEFINE_FINAL_TYPE_WITH_CODE (LacunaRegionList,
                               lacuna_region_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      lacuna_region_list_model_init))

/* The list model */

static const LacunaRowHunk *
get_hunk (LacunaRegionList *self,
          guint             index)
{
  return &g_array_index (self->hunks, LacunaRowHunk, index);
}

static GType
lacuna_region_list_get_item_type (GListModel *model)
{
  return LACUNA_TYPE_ROW;
}

static guint
lacuna_region_list_get_n_items (GListModel *model)
{
  LacunaRegionList *self = LACUNA_REGION_LIST (model);

  if (self->old_order == NULL)
    return lacuna_row_order_get_n_rows (self->order);
  if (self->n_told == 0)
    return lacuna_row_order_get_n_rows (self->old_order);

  const LacunaRowHunk *last = get_hunk (self, self->n_told - 1);

  return last->new_position + last->n_added + lacuna_row_order_get_n_rows (self->old_order)
         - last->old_position - last->n_removed;
}

static void
row_gone (LacunaRow *row,
          guint32    code,
          gpointer   user_data)
{
  LacunaRegionList *self = user_data;

  g_hash_table_remove (self->living, GUINT_TO_POINTER (code));
}

static LacunaRow *
get_row (LacunaRegionList *self,
         guint             position)
{
  guint32 code = lacuna_row_order_get_code (self->order, position);
  LacunaRow *row = g_hash_table_lookup (self->living, GUINT_TO_POINTER (code));

  if (row != NULL)
    return g_object_ref (row);

  row = lacuna_row_new (lacuna_row_order_get_snapshot (self->order), code, row_gone, self);
  g_hash_table_insert (self->living, GUINT_TO_POINTER (code), row);
  return row;
}

/* The first hunk that ends after @old_position. */
static guint
find_hunk (LacunaRegionList *self,
           guint             old_position)
{
  guint low = 0;
  guint high = self->hunks->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (get_hunk (self, middle)->old_position + get_hunk (self, middle)->n_removed
          <= old_position)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Where the row at @old_position is in the new order; FALSE when it is gone. */
static gboolean
find_new_position (LacunaRegionList *self,
                   guint             old_position,
                   guint            *out_new_position)
{
  guint index = find_hunk (self, old_position);

  if (index < self->hunks->len && get_hunk (self, index)->old_position <= old_position)
    return FALSE;
  *out_new_position = old_position;
  if (index > 0)
    {
      const LacunaRowHunk *before = get_hunk (self, index - 1);

      *out_new_position += before->new_position + before->n_added - before->old_position
                           - before->n_removed;
    }
  return TRUE;
}

static gpointer
lacuna_region_list_get_item (GListModel *model,
                             guint       position)
{
  LacunaRegionList *self = LACUNA_REGION_LIST (model);
  guint told = 0;
  guint old_position = position;

  if (position >= lacuna_region_list_get_n_items (model))
    return NULL;
  if (self->old_order == NULL)
    return get_row (self, position);

  if (self->n_told > 0)
    {
      const LacunaRowHunk *last = get_hunk (self, self->n_told - 1);

      told = last->new_position + last->n_added;
      old_position = position - told + last->old_position + last->n_removed;
    }
  if (position < told)
    return get_row (self, position);
  if (find_new_position (self, old_position, &position))
    return get_row (self, position);
  /* It is about to go, so nobody will ask for it twice. */
  return lacuna_row_new (lacuna_row_order_get_snapshot (self->old_order),
                         lacuna_row_order_get_code (self->old_order, old_position), NULL, NULL);
}

static void
lacuna_region_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = lacuna_region_list_get_item_type;
  iface->get_n_items = lacuna_region_list_get_n_items;
  iface->get_item = lacuna_region_list_get_item;
}

/* Changing */

/* Living rows that did not change go on in the new order; the others are let go of. */
static void
move_living_rows (LacunaRegionList *self)
{
  g_autoptr (GHashTable) living = self->living;
  LacunaSnapshot *snapshot = lacuna_row_order_get_snapshot (self->order);
  LacunaSnapshot *old_snapshot = lacuna_row_order_get_snapshot (self->old_order);
  gboolean same_map = snapshot != NULL && old_snapshot != NULL
                      && lacuna_snapshot_get_map (snapshot)
                             == lacuna_snapshot_get_map (old_snapshot);
  GHashTableIter iter;
  gpointer key;
  gpointer row;

  self->living = g_hash_table_new (NULL, NULL);
  g_hash_table_iter_init (&iter, living);
  while (g_hash_table_iter_next (&iter, &key, &row))
    {
      guint32 code = GPOINTER_TO_UINT (key);
      guint position = same_map ? G_MAXUINT : lacuna_row_order_find (self->old_order, code);
      gboolean stays = same_map;

      /* A row that was filtered out has no position, so nobody may expect it to stay. */
      if (position != G_MAXUINT && find_new_position (self, position, &position))
        {
          code = lacuna_row_order_get_code (self->order, position);
          stays = TRUE;
        }
      if (stays)
        {
          lacuna_row_move (row, snapshot, code);
          g_hash_table_insert (self->living, GUINT_TO_POINTER (code), row);
        }
      else
        lacuna_row_detach (row);
    }
}

static void
apply (LacunaRegionList *self,
       LacunaRowOrder   *order,
       GArray           *hunks)
{
  gboolean was_empty = lacuna_region_list_get_n_items (G_LIST_MODEL (self)) == 0;
  guint64 n_changed = 0;

  for (guint i = 0; i < hunks->len; i++)
    n_changed += MAX (g_array_index (hunks, LacunaRowHunk, i).n_added,
                      g_array_index (hunks, LacunaRowHunk, i).n_removed);
  g_signal_emit (self, signals[CHANGING], 0,
                 n_changed > (was_empty ? FEW_ROWS : MANY_ROWS));

  self->old_order = self->order;
  self->order = lacuna_row_order_ref (order);
  self->hunks = hunks;
  move_living_rows (self);
  for (self->n_told = 0; self->n_told < hunks->len;)
    {
      const LacunaRowHunk *hunk = get_hunk (self, self->n_told++);

      g_list_model_items_changed (G_LIST_MODEL (self), hunk->new_position, hunk->n_removed,
                                  hunk->n_added);
    }
  g_clear_pointer (&self->old_order, lacuna_row_order_unref);
  self->hunks = NULL;
  self->n_told = 0;

  g_signal_emit (self, signals[CHANGED], 0);
}

/* What a worker is given, and what it makes of it. */
typedef struct
{
  LacunaRowOrder *before;
  LacunaSnapshot *snapshot;
  LacunaRowWish wish;

  LacunaRowOrder *after;
  GArray *hunks;
} Job;

static Job *
job_new (LacunaRegionList *self)
{
  Job *job = g_new0 (Job, 1);

  job->before = lacuna_row_order_ref (self->order);
  job->snapshot = self->snapshot != NULL ? g_object_ref (self->snapshot) : NULL;
  job->wish = self->wish;
  job->wish.filter = g_strdup (self->wish.filter);
  return job;
}

static void
job_free (gpointer data)
{
  Job *job = data;

  lacuna_row_order_unref (job->before);
  g_clear_object (&job->snapshot);
  g_free (job->wish.filter);
  g_clear_pointer (&job->after, lacuna_row_order_unref);
  g_clear_pointer (&job->hunks, g_array_unref);
  g_free (job);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

static gboolean
job_run (Job          *job,
         GCancellable *cancellable)
{
  job->after = lacuna_row_order_new (job->snapshot, &job->wish, cancellable);
  if (job->after != NULL)
    job->hunks = lacuna_row_order_compare (job->before, job->after, MOST_HUNKS, cancellable);
  return job->hunks != NULL;
}

static void
work (GTask        *task,
      gpointer      source,
      gpointer      task_data,
      GCancellable *cancellable)
{
  g_task_return_boolean (task, job_run (task_data, cancellable));
}

static void
worked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  LacunaRegionList *self = LACUNA_REGION_LIST (source);
  Job *job = g_task_get_task_data (G_TASK (result));
  gboolean again = self->again;

  g_clear_object (&self->cancellable);
  self->again = FALSE;
  if (g_task_propagate_boolean (G_TASK (result), NULL))
    apply (self, job->after, job->hunks);
  if (again)
    update (self);
}

static gsize
count_regions (LacunaSnapshot *snapshot)
{
  size_t n_regions = 0;

  if (snapshot != NULL)
    lac_map_regions (lacuna_snapshot_get_map (snapshot), &n_regions);
  return n_regions;
}

/* Lists what is asked for, at once or when a worker has found it. */
static void
update (LacunaRegionList *self)
{
  if (self->cancellable != NULL)
    {
      self->again = TRUE;
      return;
    }

  g_autoptr (Job) job = job_new (self);

  if (count_regions (self->snapshot)
          + count_regions (lacuna_row_order_get_snapshot (self->order))
      <= FEW_REGIONS)
    {
      job_run (job, NULL);
      apply (self, job->after, job->hunks);
    }
  else
    {
      g_autoptr (GTask) task = NULL;

      self->cancellable = g_cancellable_new ();
      task = g_task_new (self, self->cancellable, worked_cb, NULL);
      g_task_set_name (task, "lacuna-row-order");
      g_task_set_task_data (task, g_steal_pointer (&job), job_free);
      g_task_run_in_thread (task, work);
    }
}

static void
wish_changed (LacunaRegionList *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  update (self);
}

/* The object */

static void
lacuna_region_list_finalize (GObject *object)
{
  LacunaRegionList *self = LACUNA_REGION_LIST (object);
  GHashTableIter iter;
  gpointer row;

  g_hash_table_iter_init (&iter, self->living);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    lacuna_row_detach (row);
  g_hash_table_unref (self->living);
  g_clear_object (&self->snapshot);
  g_free (self->wish.filter);
  lacuna_row_order_unref (self->order);

  G_OBJECT_CLASS (lacuna_region_list_parent_class)->finalize (object);
}

static void
lacuna_region_list_class_init (LacunaRegionListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_region_list_finalize;

  signals[CHANGING] = g_signal_new ("changing", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lacuna_region_list_init (LacunaRegionList *self)
{
  self->wish.show = LACUNA_SHOW_REGIONS;
  self->wish.inks = LACUNA_ALL_INKS;
  self->order = lacuna_row_order_new (NULL, &self->wish, NULL);
  self->living = g_hash_table_new (NULL, NULL);
}

/**
 * lacuna_region_list_new:
 *
 * Returns: (transfer full): an empty list that shows regions
 */
LacunaRegionList *
lacuna_region_list_new (void)
{
  return g_object_new (LACUNA_TYPE_REGION_LIST, NULL);
}

/**
 * lacuna_region_list_set_snapshot:
 * @self: a list
 * @snapshot: (nullable): what to show
 *
 * Shows another snapshot. Rows that did not change keep their objects.
 */
void
lacuna_region_list_set_snapshot (LacunaRegionList *self,
                                 LacunaSnapshot   *snapshot)
{
  g_return_if_fail (LACUNA_IS_REGION_LIST (self));
  g_return_if_fail (snapshot == NULL || LACUNA_IS_SNAPSHOT (snapshot));

  if (g_set_object (&self->snapshot, snapshot))
    update (self);
}

/**
 * lacuna_region_list_set_show:
 * @self: a list
 * @show: regions, gaps, or both
 */
void
lacuna_region_list_set_show (LacunaRegionList *self,
                             LacunaShow        show)
{
  g_return_if_fail (LACUNA_IS_REGION_LIST (self));

  if (self->wish.show == show)
    return;
  self->wish.show = show;
  wish_changed (self);
}

/**
 * lacuna_region_list_set_filter:
 * @self: a list
 * @filter: (nullable): words that must all match, see lacuna_row_filter_new()
 */
void
lacuna_region_list_set_filter (LacunaRegionList *self,
                               const char       *filter)
{
  g_return_if_fail (LACUNA_IS_REGION_LIST (self));

  if (g_strcmp0 (self->wish.filter, filter) == 0)
    return;
  g_free (self->wish.filter);
  self->wish.filter = g_strdup (filter);
  wish_changed (self);
}

/**
 * lacuna_region_list_set_inks:
 * @self: a list
 * @inks: a bit for each #LacunaInk whose regions are listed
 */
void
lacuna_region_list_set_inks (LacunaRegionList *self,
                             guint             inks)
{
  g_return_if_fail (LACUNA_IS_REGION_LIST (self));

  inks &= LACUNA_ALL_INKS;
  if (self->wish.inks == inks)
    return;
  self->wish.inks = inks;
  wish_changed (self);
}

/**
 * lacuna_region_list_set_sort:
 * @self: a list
 * @column: what to sort by
 * @descending: whether the greatest comes first
 */
void
lacuna_region_list_set_sort (LacunaRegionList *self,
                             LacunaColumn      column,
                             gboolean          descending)
{
  g_return_if_fail (LACUNA_IS_REGION_LIST (self));
  g_return_if_fail (column < LACUNA_N_COLUMNS);

  descending = !!descending;
  if (self->wish.column == column && self->wish.descending == descending)
    return;
  self->wish.column = column;
  self->wish.descending = descending;
  wish_changed (self);
}

/**
 * lacuna_region_list_is_busy:
 * @self: a list
 *
 * Returns: whether a worker is still at what was asked for
 */
gboolean
lacuna_region_list_is_busy (LacunaRegionList *self)
{
  g_return_val_if_fail (LACUNA_IS_REGION_LIST (self), FALSE);

  return self->cancellable != NULL;
}

/**
 * lacuna_region_list_find:
 * @self: a list
 * @address: any address
 *
 * Returns: the position of the row that holds @address; %G_MAXUINT when none that is shown does
 */
guint
lacuna_region_list_find (LacunaRegionList *self,
                         guint64           address)
{
  LacunaSnapshot *snapshot;
  struct lac_map *map;
  const struct lac_region *regions;
  size_t n_regions;
  size_t index;

  g_return_val_if_fail (LACUNA_IS_REGION_LIST (self), G_MAXUINT);

  snapshot = lacuna_row_order_get_snapshot (self->order);
  if (snapshot == NULL)
    return G_MAXUINT;

  map = lacuna_snapshot_get_map (snapshot);
  regions = lac_map_regions (map, &n_regions);
  index = lac_map_search (map, address);
  if (index < n_regions && lac_range_contains (lac_region_range (&regions[index]), address))
    return lacuna_row_order_find (self->order, LACUNA_ROW_CODE (index, TRUE));
  if (lac_range_contains (lac_map_gap (map, index), address))
    return lacuna_row_order_find (self->order, LACUNA_ROW_CODE (index, FALSE));
  return G_MAXUINT;
}
