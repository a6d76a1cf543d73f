/* LacunaByteSearch: two sweeps, from where one is to the end, and from the other end to there.
 *
 * A sweep reads pieces that overlap by the pattern's length less one, so that a match across two of
 * them is found in the first. Holes cut a piece into runs: a match has no byte that can't be read.
 * Where all of a map is looked through, the worker makes the list of what that is: there may be a
 * million regions. Between pieces it is looked whether anybody still wants to know. Memory that was never touched is left
 * out where it is nothing but zeros, unless zeros are what is looked for.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-byte-search.h"

/* Large enough that a system call counts for nothing, small enough to stop at once. */
#define PIECE ((guint64) 1 << 20)

/* What was never touched is asked for this far ahead: some milliseconds. */
#define REACH ((guint64) 1 << 30)

struct _LacunaByteSearch
{
  gatomicrefcount ref_count;
  LacunaByteSource *source;
  LacunaBytePattern *pattern;
  struct lac_map *map; /* (nullable): all of it, until the ranges were made of it */
  GArray *ranges;      /* of struct lac_range: sorted, apart */
  GArray *dense;       /* (nullable): the same, of what is read also where it was never touched */
  guint64 from;
  gboolean backward;
  gboolean sparse;
  gsize n_kibibytes;      /* atomic: of all ranges */
  gsize n_done_kibibytes; /* atomic */
};

static void
add_range (GArray          *ranges,
           struct lac_range range)
{
  struct lac_range *last
      = ranges->len > 0 ? &g_array_index (ranges, struct lac_range, ranges->len - 1) : NULL;

  if (last != NULL && last->end == range.start)
    last->end = range.end;
  else if (lac_range_size (range) > 0)
    g_array_append_val (ranges, range);
}

/**
 * lacuna_byte_search_new:
 * @source: (transfer none): whose bytes
 * @pattern: (transfer none): what to look for
 * @ranges: (array length=n_ranges): where, sorted and disjoint
 * @from: where to start
 * @backward: whether to go to lower addresses
 *
 * Returns: (transfer full): a search that was not begun
 */
LacunaByteSearch *
lacuna_byte_search_new (LacunaByteSource       *source,
                        LacunaBytePattern      *pattern,
                        const struct lac_range *ranges,
                        gsize                   n_ranges,
                        guint64                 from,
                        gboolean                backward)
{
  LacunaByteSearch *self = g_new0 (LacunaByteSearch, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->source = lacuna_byte_source_ref (source);
  self->pattern = lacuna_byte_pattern_ref (pattern);
  self->ranges = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  self->from = from;
  self->backward = backward;
  for (gsize i = 0; i < n_ranges; i++)
    {
      self->n_kibibytes += (gsize) (lac_range_size (ranges[i]) / 1024);
      add_range (self->ranges, ranges[i]);
    }
  return self;
}

/**
 * lacuna_byte_search_new_for_map:
 * @source: (transfer none): whose bytes
 * @pattern: (transfer none): what to look for
 * @map: (transfer none): where; all that may be read
 * @from: where to start
 * @backward: whether to go to lower addresses
 *
 * Returns: (transfer full): a search that was not begun
 */
LacunaByteSearch *
lacuna_byte_search_new_for_map (LacunaByteSource  *source,
                                LacunaBytePattern *pattern,
                                struct lac_map    *map,
                                guint64            from,
                                gboolean           backward)
{
  LacunaByteSearch *self = lacuna_byte_search_new (source, pattern, NULL, 0, from, backward);

  self->map = lac_map_ref (map);
  self->dense = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  self->sparse = TRUE;
  return self;
}

gboolean
lacuna_byte_search_is_sparse (const struct lac_map    *map,
                              const struct lac_region *region)
{
  return lac_map_backing (map, region)->inode == 0
         && (region->kind == LAC_KIND_ANONYMOUS || region->kind == LAC_KIND_HEAP
             || region->kind == LAC_KIND_STACK || region->kind == LAC_KIND_BUFFER);
}

/* What is mapped of a device may be its registers. */
static gboolean
is_device (const struct lac_backing *backing)
{
  const char *name = backing->name != NULL ? backing->name : "";

  return g_str_has_prefix (name, "/dev/") && !g_str_has_prefix (name, "/dev/shm/")
         && !g_str_has_prefix (name, "/dev/zero") && !g_str_has_prefix (name, "/dev/hugepages/");
}

/* On the worker. */
static void
make_ranges (LacunaByteSearch *self)
{
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (self->map, &n_regions);
  gsize n_kibibytes = 0;

  for (size_t i = 0; i < n_regions; i++)
    {
      struct lac_range range = lac_region_range (&regions[i]);

      if ((regions[i].protection & LAC_PROTECTION_READ) == 0
          || is_device (lac_map_backing (self->map, &regions[i])))
        continue;
      n_kibibytes += (gsize) (lac_range_size (range) / 1024);
      add_range (self->ranges, range);
      if (!lacuna_byte_search_is_sparse (self->map, &regions[i]))
        add_range (self->dense, range);
    }
  g_atomic_pointer_set (&self->n_kibibytes, n_kibibytes);
  g_clear_pointer (&self->map, lac_map_unref);
}

void
lacuna_byte_search_set_sparse (LacunaByteSearch *self,
                               gboolean          sparse)
{
  self->sparse = sparse;
}

LacunaByteSearch *
lacuna_byte_search_ref (LacunaByteSearch *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
lacuna_byte_search_unref (LacunaByteSearch *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  lacuna_byte_source_unref (self->source);
  lacuna_byte_pattern_unref (self->pattern);
  g_array_unref (self->ranges);
  g_clear_pointer (&self->dense, g_array_unref);
  lac_map_unref (self->map);
  g_free (self);
}

double
lacuna_byte_search_get_progress (LacunaByteSearch *self)
{
  double done = (double) g_atomic_pointer_get (&self->n_done_kibibytes);
  double all = (double) g_atomic_pointer_get (&self->n_kibibytes);

  return all > 0 ? MIN (1, done / all) : 0;
}

static void
add_progress (LacunaByteSearch *self,
              guint64           n_bytes)
{
  g_atomic_pointer_add (&self->n_done_kibibytes, (gssize) (n_bytes / 1024));
}

/* The first or last match in a run of @n_bytes known bytes that starts at @address, of those that
 * start inside @starts. */
static gboolean
find_in_run (LacunaByteSearch *self,
             const guint8     *bytes,
             struct lac_range  run,
             struct lac_range  starts,
             guint64          *out_address)
{
  gsize length = lacuna_byte_pattern_get_length (self->pattern);
  guint64 reach = lac_add_saturating (starts.end, length - 1);
  struct lac_range part
      = lac_range_intersect (run, (struct lac_range){ starts.start, reach });
  gsize size = lac_range_size (part);
  gssize at;

  if (size == 0)
    return FALSE;
  bytes += part.start - run.start;
  at = self->backward ? lacuna_byte_pattern_find_last (self->pattern, bytes, size)
                      : lacuna_byte_pattern_find_first (self->pattern, bytes, size);
  if (at < 0)
    return FALSE;
  *out_address = part.start + (guint64) at;
  return TRUE;
}

/* The best match that starts inside @starts, in what was read. */
static gboolean
find_in_piece (LacunaByteSearch     *self,
               const LacunaByteRead *read,
               struct lac_range      starts,
               guint64              *out_address)
{
  guint64 run_start = read->range.start;
  gboolean found = FALSE;

  for (guint i = 0; i <= read->holes->len; i++)
    {
      gboolean is_last = i == read->holes->len;
      struct lac_range hole = is_last ? (struct lac_range){ read->range.end, read->range.end }
                                      : g_array_index (read->holes, struct lac_range, i);
      struct lac_range run = { run_start, hole.start };

      if (find_in_run (self, read->bytes + (run_start - read->range.start), run, starts,
                       out_address))
        {
          found = TRUE;
          if (!self->backward)
            return TRUE;
        }
      run_start = hole.end;
    }
  return found;
}

/* Looks at one piece: matches that start inside @starts, in memory that goes on until @end. */
static gboolean
look_at (LacunaByteSearch *self,
         struct lac_range  starts,
         guint64           end,
         guint64          *out_address)
{
  gsize length = lacuna_byte_pattern_get_length (self->pattern);
  struct lac_range range
      = { starts.start, MIN (end, lac_add_saturating (starts.end, length - 1)) };
  g_autoptr (LacunaByteRead) read = lacuna_byte_source_read (self->source, range);

  add_progress (self, lac_range_size (starts));
  return find_in_piece (self, read, starts, out_address);
}

/* Matches that start inside @starts, which is a part of @range. */
static gboolean
sweep_range (LacunaByteSearch *self,
             struct lac_range  range,
             struct lac_range  starts,
             GCancellable     *cancellable,
             guint64          *out_address)
{
  while (lac_range_size (starts) > 0 && !g_cancellable_is_cancelled (cancellable))
    {
      guint64 size = MIN (PIECE, lac_range_size (starts));
      struct lac_range piece = self->backward
                                   ? (struct lac_range){ starts.end - size, starts.end }
                                   : (struct lac_range){ starts.start, starts.start + size };

      if (look_at (self, piece, range.end, out_address))
        return TRUE;
      if (self->backward)
        starts.end = piece.start;
      else
        starts.start = piece.end;
    }
  return FALSE;
}

/* The first of @ranges that ends above @address. */
static guint
find_above (const GArray *ranges,
            guint64       address)
{
  guint low = 0;
  guint high = ranges->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (ranges, struct lac_range, middle).end > address)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

/* (transfer full): what is to be read in @reach: what was touched, and what is dense. */
static GArray *
find_parts (LacunaByteSearch *self,
            struct lac_range  reach)
{
  GArray *touched = lacuna_byte_source_survey (self->source, reach);
  GArray *parts;
  guint j;

  if (self->dense == NULL)
    return touched;
  parts = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  j = find_above (self->dense, reach.start);
  for (guint i = 0; i < touched->len || j < self->dense->len;)
    {
      struct lac_range next = { G_MAXUINT64, G_MAXUINT64 };
      struct lac_range *last
          = parts->len > 0 ? &g_array_index (parts, struct lac_range, parts->len - 1) : NULL;

      if (i < touched->len)
        next = g_array_index (touched, struct lac_range, i);
      if (j < self->dense->len
          && g_array_index (self->dense, struct lac_range, j).start < next.start)
        next = g_array_index (self->dense, struct lac_range, j++);
      else
        i++;
      if (next.start >= reach.end)
        break;
      next = lac_range_intersect (next, reach);
      if (last != NULL && last->end >= next.start)
        last->end = MAX (last->end, next.end);
      else
        g_array_append_val (parts, next);
    }
  g_array_unref (touched);
  return parts;
}

/* The same without what was never touched. A match has a byte that is not zero, so it shares one with a
 * part that was, and starts less than its length before that. */
static gboolean
sweep_parts (LacunaByteSearch *self,
             struct lac_range  range,
             struct lac_range  starts,
             GCancellable     *cancellable,
             guint64          *out_address)
{
  guint64 before = lacuna_byte_pattern_get_length (self->pattern) - 1;
  struct lac_range reach
      = { starts.start, MIN (range.end, lac_add_saturating (starts.end, before)) };
  g_autoptr (GArray) parts = find_parts (self, reach);
  struct lac_range rest = starts;

  for (guint i = 0; i < parts->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      guint index = self->backward ? parts->len - 1 - i : i;
      struct lac_range part = g_array_index (parts, struct lac_range, index);
      struct lac_range here
          = lac_range_intersect (rest, (struct lac_range){ lac_subtract_saturating (part.start, before),
                                                           part.end });

      if (lac_range_size (here) == 0)
        continue;
      add_progress (self, self->backward ? rest.end - here.end : here.start - rest.start);
      if (sweep_range (self, range, here, cancellable, out_address))
        return TRUE;
      if (self->backward)
        rest.end = here.start;
      else
        rest.start = here.end;
    }
  add_progress (self, lac_range_size (rest));
  return FALSE;
}

static gboolean
sweep_sparse (LacunaByteSearch *self,
              struct lac_range  range,
              struct lac_range  starts,
              GCancellable     *cancellable,
              guint64          *out_address)
{
  while (lac_range_size (starts) > 0 && !g_cancellable_is_cancelled (cancellable))
    {
      guint64 size = MIN (REACH, lac_range_size (starts));
      struct lac_range near = starts;

      if (self->backward)
        near.start = starts.end = near.end - size;
      else
        near.end = starts.start = near.start + size;
      if (sweep_parts (self, range, near, cancellable, out_address))
        return TRUE;
    }
  return FALSE;
}

static gboolean
sweep (LacunaByteSearch *self,
       struct lac_range  starts,
       GCancellable     *cancellable,
       guint64          *out_address)
{
  gboolean is_sparse = self->sparse && !lacuna_byte_pattern_is_zero (self->pattern);

  for (guint i = 0; i < self->ranges->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      guint index = self->backward ? self->ranges->len - 1 - i : i;
      struct lac_range range = g_array_index (self->ranges, struct lac_range, index);

      if ((is_sparse ? sweep_sparse : sweep_range) (self, range, lac_range_intersect (range, starts),
                                                    cancellable, out_address))
        return TRUE;
    }
  return FALSE;
}

/**
 * lacuna_byte_search_run:
 * @cancellable: (nullable)
 * @out_find: (out): what was found
 *
 * Searches, and waits for it.
 *
 * Returns: whether it was not cancelled
 */
gboolean
lacuna_byte_search_run (LacunaByteSearch *self,
                        GCancellable     *cancellable,
                        LacunaByteFind   *out_find,
                        GError          **error)
{
  struct lac_range below = { 0, self->from };
  struct lac_range above = { self->from, G_MAXUINT64 };
  LacunaByteFind find = { FALSE, { 0, 0 }, FALSE };
  guint64 address = 0;

  if (self->map != NULL)
    make_ranges (self);
  if (self->backward)
    {
      below.end = lac_add_saturating (self->from, 1);
      above.start = below.end;
    }
  find.found = sweep (self, self->backward ? below : above, cancellable, &address);
  if (!find.found)
    {
      find.wrapped = TRUE;
      find.found = sweep (self, self->backward ? above : below, cancellable, &address);
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (find.found)
    find.range
        = (struct lac_range){ address, address + lacuna_byte_pattern_get_length (self->pattern) };
  *out_find = find;
  return TRUE;
}

static void
run_on_worker (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  g_autofree LacunaByteFind *find = g_new0 (LacunaByteFind, 1);
  GError *error = NULL;

  if (lacuna_byte_search_run (task_data, cancellable, find, &error))
    g_task_return_pointer (task, g_steal_pointer (&find), g_free);
  else
    g_task_return_error (task, error);
}

/**
 * lacuna_byte_search_run_async:
 * @cancellable: (nullable)
 * @callback: called on this thread
 * @user_data: for @callback
 */
void
lacuna_byte_search_run_async (LacunaByteSearch   *self,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, lacuna_byte_search_run_async);
  g_task_set_task_data (task, lacuna_byte_search_ref (self),
                        (GDestroyNotify) lacuna_byte_search_unref);
  g_task_run_in_thread (task, run_on_worker);
}

gboolean
lacuna_byte_search_run_finish (GAsyncResult   *result,
                               LacunaByteFind *out_find,
                               GError        **error)
{
  g_autofree LacunaByteFind *find = g_task_propagate_pointer (G_TASK (result), error);

  if (find == NULL)
    return FALSE;
  *out_find = *find;
  return TRUE;
}
