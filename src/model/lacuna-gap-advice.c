/* LacunaGapAdvice: what stands in the way of more gaps, and what would help.
 *
 * Whoever reads "no gap fits" asks why, and what to change. Both are for the core to say: each gap
 * in the window is asked for its reason, and a change is proposed only after the changed query was
 * counted and gave more. Sums and guesses would be quicker, and wrong where constraints meet.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-gap-advice.h"

/* Between two looks at the cancellable. */
#define STEPS_BETWEEN_LOOKS 4096

static guint64
count_matches (const struct lac_map       *map,
               const struct lac_gap_query *query,
               GCancellable               *cancellable)
{
  struct lac_range window = lac_gap_query_window (query, map);
  guint64 n_matches = 0;
  size_t n_regions;

  lac_map_regions (map, &n_regions);
  for (size_t i = lac_map_search (map, window.start); i <= n_regions; i++)
    {
      struct lac_range gap = lac_map_gap (map, i);

      if (gap.start >= window.end
          || (i % STEPS_BETWEEN_LOOKS == 0 && g_cancellable_is_cancelled (cancellable)))
        break;
      if (lac_range_size (gap) >= query->size
          && lac_gap_check (map, query, i, NULL, NULL) == LAC_OK)
        n_matches++;
    }
  return n_matches;
}

static gboolean
fits (const struct lac_map       *map,
      const struct lac_gap_query *query,
      size_t                      index,
      guint64                     size)
{
  struct lac_gap_query other = *query;

  other.size = size;
  return lac_gap_check (map, &other, index, NULL, NULL) == LAC_OK;
}

/* The largest buffer that fits into a gap, when that is more than @least. What fits still fits when
 * it is smaller, so the bound can be halved in on. */
static guint64
largest_in (const struct lac_map       *map,
            const struct lac_gap_query *query,
            size_t                      index,
            guint64                     most,
            guint64                     least)
{
  guint64 low = least;
  guint64 high = most;

  if (most <= least || !fits (map, query, index, least + 1))
    return least;
  while (low < high)
    {
      guint64 middle = low + (high - low) / 2 + 1;

      if (fits (map, query, index, middle))
        low = middle;
      else
        high = middle - 1;
    }
  return low;
}

static void
ask_gaps (LacunaGapAdvice            *advice,
          const struct lac_map       *map,
          const struct lac_gap_query *query,
          GCancellable               *cancellable)
{
  struct lac_range window = lac_gap_query_window (query, map);
  size_t n_regions;

  advice->window_is_empty = lac_range_size (window) == 0;
  lac_map_regions (map, &n_regions);
  for (size_t i = lac_map_search (map, window.start); i <= n_regions; i++)
    {
      struct lac_range gap = lac_map_gap (map, i);
      struct lac_rejection rejection;

      if (gap.start >= window.end
          || (i % STEPS_BETWEEN_LOOKS == 0 && g_cancellable_is_cancelled (cancellable)))
        break;
      if (lac_range_size (gap) == 0 || gap.end <= window.start
          || lac_gap_check (map, query, i, NULL, &rejection) != LAC_E_NO_GAP)
        continue;
      advice->n_rejected[rejection.reason]++;
      advice->largest
          = largest_in (map, query, i,
                        MIN (gap.end, window.end) - MAX (gap.start, window.start),
                        advice->largest);
    }
}

static void
propose (LacunaGapAdvice  *advice,
         LacunaRemedyKind  kind,
         guint64           value,
         guint64           n_more)
{
  if (n_more > 0 && advice->n_remedies < LACUNA_MOST_REMEDIES)
    advice->remedies[advice->n_remedies++] = (LacunaRemedy){ kind, value, n_more };
}

/* Each hazard by itself; when none helps alone, all together. */
static void
propose_hazards (LacunaGapAdvice            *advice,
                 const struct lac_map       *map,
                 const struct lac_gap_query *query,
                 guint64                     n_matches,
                 GCancellable               *cancellable)
{
  struct lac_gap_query other = *query;
  guint n_before = advice->n_remedies;

  for (unsigned bit = 1; bit <= LAC_HAZARD_ALL; bit <<= 1)
    if ((query->avoid & bit) != 0)
      {
        other.avoid = query->avoid & ~bit;
        propose (advice, LACUNA_REMEDY_ALLOW, bit,
                 count_matches (map, &other, cancellable) - n_matches);
      }
  if (advice->n_remedies == n_before && query->avoid != LAC_HAZARD_NONE)
    {
      other.avoid = LAC_HAZARD_NONE;
      propose (advice, LACUNA_REMEDY_ALLOW, query->avoid,
               count_matches (map, &other, cancellable) - n_matches);
    }
}

/* A distance that people would write: two or three leading bits, rounded up. */
static guint64
round_up (guint64 distance)
{
  guint64 unit = 1;
  guint64 rounded = distance;

  while (distance / unit >= 8)
    unit *= 2;
  return lac_align_up (distance, unit, &rounded) ? rounded : G_MAXUINT64;
}

static void
propose_distance (LacunaGapAdvice            *advice,
                  const struct lac_map       *map,
                  const struct lac_gap_query *query,
                  GCancellable               *cancellable)
{
  struct lac_gap_query other = *query;
  struct lac_gap gap;
  guint64 needed = 0;

  if (query->n_anchors == 0)
    return;
  other.within = G_MAXUINT64;
  other.order = LAC_ORDER_NEAREST;
  if (lac_gap_first (map, &other, &gap) != LAC_OK)
    return;
  for (size_t i = 0; i < query->n_anchors; i++)
    {
      guint64 anchor = query->anchors[i];
      guint64 end = lac_add_saturating (gap.candidate, query->size);

      if (anchor > gap.candidate)
        needed = MAX (needed, anchor - gap.candidate);
      if (end > anchor)
        needed = MAX (needed, end - anchor);
    }
  other.within = round_up (needed);
  if (other.within > query->within)
    propose (advice, LACUNA_REMEDY_WIDEN, other.within,
             count_matches (map, &other, cancellable));
}

static void
propose_others (LacunaGapAdvice            *advice,
                const struct lac_map       *map,
                const struct lac_gap_query *query,
                GCancellable               *cancellable)
{
  guint64 page = lac_map_space (map)->page_size;
  struct lac_gap_query usual;
  struct lac_gap_query other = *query;

  lac_gap_query_init (&usual, map);
  if (query->alignment > usual.alignment)
    {
      other.alignment = usual.alignment;
      propose (advice, LACUNA_REMEDY_REALIGN, other.alignment,
               count_matches (map, &other, cancellable));
    }
  propose_distance (advice, map, query, cancellable);
  if (query->min != usual.min || query->max != usual.max)
    {
      other = *query;
      other.min = usual.min;
      other.max = usual.max;
      propose (advice, LACUNA_REMEDY_UNBOUND, 0, count_matches (map, &other, cancellable));
    }
  if (advice->largest > 0)
    {
      other = *query;
      other.size = page > 0 && advice->largest >= page ? lac_align_down (advice->largest, page)
                                                       : advice->largest;
      propose (advice, LACUNA_REMEDY_SHRINK, other.size,
               count_matches (map, &other, cancellable));
    }
}

/**
 * lacuna_gap_advice_find:
 * @results: a query and what it gave
 * @cancellable: (nullable): stops it soon; what is returned then is not whole
 *
 * Finds out what is in the way. With some matches only hazards are thought about: who found a place
 * has no need of another distance or size.
 *
 * Returns: (transfer full): the advice, for g_free()
 */
LacunaGapAdvice *
lacuna_gap_advice_find (LacunaGapResults *results,
                        GCancellable     *cancellable)
{
  const struct lac_gap_query *query = lacuna_gap_results_get_query (results);
  const struct lac_map *map
      = lacuna_snapshot_get_map (lacuna_gap_results_get_snapshot (results));
  guint64 n_matches = lacuna_gap_results_get_n_matches (results);
  LacunaGapAdvice *advice = g_new0 (LacunaGapAdvice, 1);

  if (n_matches > LACUNA_ENOUGH_MATCHES)
    return advice;
  propose_hazards (advice, map, query, n_matches, cancellable);
  if (n_matches == 0)
    {
      ask_gaps (advice, map, query, cancellable);
      propose_others (advice, map, query, cancellable);
    }
  return advice;
}

static void
find_thread (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  LacunaGapAdvice *advice = lacuna_gap_advice_find (task_data, cancellable);

  if (g_task_return_error_if_cancelled (task))
    g_free (advice);
  else
    g_task_return_pointer (task, advice, g_free);
}

/**
 * lacuna_gap_advice_find_async:
 *
 * lacuna_gap_advice_find() on a worker.
 */
void
lacuna_gap_advice_find_async (LacunaGapResults   *results,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, lacuna_gap_advice_find_async);
  g_task_set_task_data (task, g_object_ref (results), g_object_unref);
  g_task_run_in_thread (task, find_thread);
}

LacunaGapAdvice *
lacuna_gap_advice_find_finish (GAsyncResult *result,
                               GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
