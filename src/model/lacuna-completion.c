/* LacunaCompletion: which names begin like what was typed, or have it in them; best first.
 *
 * A map of a million regions may have a hundred thousand names, and each key press asks anew. All
 * are looked at each time, on a worker, and only the few best are kept: that takes some
 * milliseconds and no memory, while an index of all names would take longer to make than most
 * people type, and be thrown away with the next snapshot.
 *
 * What is proposed has to mean what it says once it is in the entry. A file name that another file
 * has too, or that reads as a number, would lead elsewhere; then the whole path is proposed, and
 * what no spelling leads to is not.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-completion.h"

#include "lacuna-target-private.h"
#include "core/expression.h"

#include <string.h>

/* Between two looks at the cancellable. */
#define REGIONS_BETWEEN_LOOKS 65536

typedef struct
{
  char *name;
  gsize length;
  LacunaRank rank;
  guint64 address;
} Entry;

struct _LacunaCompletion
{
  char *typed;
  gsize typed_length;
  guint limit;
  gboolean cut;
  GArray *entries; /* of Entry, best first, at most as many as the limit */
};

static gboolean
equal_ignoring_case (const char *a,
                     const char *b,
                     gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if (g_ascii_tolower (a[i]) != g_ascii_tolower (b[i]))
      return FALSE;
  return TRUE;
}

static gboolean
contains (const char *name,
          gsize       length,
          const char *typed,
          gsize       typed_length)
{
  char first;

  if (typed_length == 0)
    return TRUE;
  first = g_ascii_tolower (typed[0]);
  for (gsize at = 0; at + typed_length <= length; at++)
    if (g_ascii_tolower (name[at]) == first
        && equal_ignoring_case (name + at, typed, typed_length))
      return TRUE;
  return FALSE;
}

/* Where a path's last part begins. */
static gsize
file_name_start (const char *name,
                 gsize       length)
{
  while (length > 0 && name[length - 1] != '/')
    length--;
  return length;
}

/**
 * lacuna_completion_rank:
 * @name: a name, @length bytes of it
 * @typed: what was typed, @typed_length bytes of it
 *
 * How well @name answers, in ASCII without regard to case. A bracket before a name need not be
 * typed: `heap` begins [heap].
 */
LacunaRank
lacuna_completion_rank (const char *name,
                        gsize       length,
                        const char *typed,
                        gsize       typed_length)
{
  gsize starts[3] = { 0, file_name_start (name, length), 0 };

  starts[2] = length > 0 && name[0] == '[' ? 1 : 0;
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    if (length - starts[i] == typed_length
        && equal_ignoring_case (name + starts[i], typed, typed_length))
      return LACUNA_RANK_EXACT;
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    if (length - starts[i] > typed_length
        && equal_ignoring_case (name + starts[i], typed, typed_length))
      return LACUNA_RANK_PREFIX;
  /* What begins with an operator is an expression that is wrong, and not the middle of a name. */
  if (typed_length > 0 && (*typed == '-' || *typed == '+'))
    return LACUNA_RANK_NONE;
  return contains (name, length, typed, typed_length) ? LACUNA_RANK_INSIDE : LACUNA_RANK_NONE;
}

static void
entry_clear (gpointer entry)
{
  g_free (((Entry *) entry)->name);
}

/**
 * lacuna_completion_new:
 * @typed: what was typed; copied
 * @limit: how many names are kept
 */
LacunaCompletion *
lacuna_completion_new (const char *typed,
                       gsize       typed_length,
                       guint       limit)
{
  LacunaCompletion *self = g_new0 (LacunaCompletion, 1);

  self->typed = g_strndup (typed, typed_length);
  self->typed_length = typed_length;
  self->limit = limit;
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->entries, entry_clear);
  return self;
}

void
lacuna_completion_free (LacunaCompletion *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->entries);
  g_free (self->typed);
  g_free (self);
}

/* Better ones first: by rank, then the shorter, then by their bytes. */
static int
compare (const Entry *a,
         const Entry *b)
{
  if (a->rank != b->rank)
    return a->rank < b->rank ? -1 : 1;
  if (a->length != b->length)
    return a->length < b->length ? -1 : 1;
  return memcmp (a->name, b->name, a->length);
}

/**
 * lacuna_completion_add:
 * @name: a name that may be meant
 * @address: where it lies
 *
 * Keeps @name when it is among the best so far. A name that is there already is not added again.
 * O(log limit) comparisons.
 */
void
lacuna_completion_add (LacunaCompletion *self,
                       const char       *name,
                       gsize             length,
                       guint64           address)
{
  Entry entry = { (char *) name, length, LACUNA_RANK_NONE, address };
  guint low = 0;
  guint high = self->entries->len;

  entry.rank = lacuna_completion_rank (name, length, self->typed, self->typed_length);
  if (entry.rank == LACUNA_RANK_NONE)
    return;
  while (low < high)
    {
      guint middle = (low + high) / 2;
      int order = compare (&entry, &g_array_index (self->entries, Entry, middle));

      if (order == 0)
        return;
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  if (low >= self->limit)
    {
      self->cut = TRUE;
      return;
    }
  if (self->entries->len >= self->limit)
    {
      g_array_set_size (self->entries, self->limit - 1);
      self->cut = TRUE;
    }
  entry.name = g_strndup (name, length);
  g_array_insert_val (self->entries, low, entry);
}

guint
lacuna_completion_get_length (LacunaCompletion *self)
{
  return self->entries->len;
}

const char *
lacuna_completion_get_name (LacunaCompletion *self,
                            guint             position,
                            guint64          *out_address)
{
  const Entry *entry = &g_array_index (self->entries, Entry, position);

  if (out_address != NULL)
    *out_address = entry->address;
  return entry->name;
}

gboolean
lacuna_completion_is_cut (LacunaCompletion *self)
{
  return self->cut;
}

static void
proposal_free (gpointer user_data)
{
  LacunaProposal *proposal = user_data;

  g_free (proposal->text);
  g_free (proposal->place);
  g_free (proposal);
}

static LacunaProposal *
proposal_new (const char *text,
              const char *place,
              guint64     address)
{
  LacunaProposal *proposal = g_new0 (LacunaProposal, 1);

  proposal->text = g_strdup (text);
  proposal->place = g_strdup (place);
  proposal->address = address;
  return proposal;
}

static gboolean
leads_to (struct lac_map *map,
          const char     *text,
          guint64         address)
{
  uint64_t found;

  return g_utf8_validate (text, -1, NULL)
         && lac_expression_parse_address (text, strlen (text), lac_map_resolve_name, map, &found,
                                          NULL)
                == LAC_OK
         && found == address;
}

/* Adds the first region of each name. Regions of one file follow one another as a rule, so most are
 * passed over with a look at the last one. */
static void
add_names (LacunaCompletion *completion,
           struct lac_map   *map,
           GCancellable     *cancellable)
{
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  g_autoptr (GByteArray) seen = g_byte_array_new ();
  guint32 last = G_MAXUINT32;

  for (size_t i = 0; i < n_regions; i++)
    {
      guint32 number = regions[i].backing;
      const struct lac_backing *backing;
      guint8 bit = (guint8) (1 << (number % 8));

      if (i % REGIONS_BETWEEN_LOOKS == 0 && g_cancellable_is_cancelled (cancellable))
        return;
      if (number == last)
        continue;
      last = number;
      if (number / 8 >= seen->len)
        {
          guint before = seen->len;

          g_byte_array_set_size (seen, number / 8 + 1 + before);
          memset (seen->data + before, 0, seen->len - before);
        }
      if (seen->data[number / 8] & bit)
        continue;
      seen->data[number / 8] |= bit;
      backing = lac_map_backing (map, &regions[i]);
      if (backing->name_length > 0)
        lacuna_completion_add (completion, backing->name, backing->name_length,
                               regions[i].start);
    }
}

/**
 * lacuna_completion_find_names:
 * @typed: what was typed
 * @limit: how many proposals at most
 * @cancellable: (nullable): stops it soon
 * @out_cut: (out): whether there are more than that
 *
 * Finds the names of regions that @typed may mean.
 *
 * Returns: (transfer full): of #LacunaProposal, best first
 */
GPtrArray *
lacuna_completion_find_names (struct lac_map *map,
                              const char     *typed,
                              guint           limit,
                              GCancellable   *cancellable,
                              gboolean       *out_cut)
{
  g_autoptr (LacunaCompletion) completion = lacuna_completion_new (typed, strlen (typed), limit);
  GPtrArray *proposals = g_ptr_array_new_with_free_func (proposal_free);

  add_names (completion, map, cancellable);
  for (guint i = 0; i < completion->entries->len; i++)
    {
      const Entry *entry = &g_array_index (completion->entries, Entry, i);
      const char *file_name = entry->name + file_name_start (entry->name, entry->length);

      if (g_cancellable_is_cancelled (cancellable))
        break;
      if (*file_name != '\0' && leads_to (map, file_name, entry->address))
        g_ptr_array_add (proposals, proposal_new (file_name,
                                                  file_name != entry->name ? entry->name : NULL,
                                                  entry->address));
      else if (leads_to (map, entry->name, entry->address))
        g_ptr_array_add (proposals, proposal_new (entry->name, NULL, entry->address));
    }
  *out_cut = completion->cut;
  return proposals;
}

typedef struct
{
  LacunaTarget *target;
  LacunaSnapshot *snapshot;
  char *typed;
  guint limit;
  gboolean cut;
} Work;

static void
work_free (gpointer user_data)
{
  Work *work = user_data;

  g_object_unref (work->target);
  g_object_unref (work->snapshot);
  g_free (work->typed);
  g_free (work);
}

static GPtrArray *
find_symbols (Work       *work,
              const char *mark)
{
  struct lac_map *map = lacuna_snapshot_get_map (work->snapshot);
  LacunaSymbols *symbols = lacuna_target_get_symbols (work->target);
  g_autoptr (LacunaCompletion) completion
      = lacuna_completion_new (mark + 1, strlen (mark + 1), work->limit);
  GPtrArray *proposals = g_ptr_array_new_with_free_func (proposal_free);
  uint64_t start;

  if (symbols == NULL
      || lac_map_resolve_name (work->typed, (size_t) (mark - work->typed), NULL, 0, &start, map)
             != LAC_OK
      || lacuna_symbols_list (symbols, map, start, completion) != LAC_OK)
    return proposals;
  for (guint i = 0; i < completion->entries->len; i++)
    {
      const char *name = lacuna_completion_get_name (completion, i, NULL);
      g_autofree char *text
          = g_strdup_printf ("%.*s!%s", (int) (mark - work->typed), work->typed, name);

      if (g_utf8_validate (text, -1, NULL))
        g_ptr_array_add (proposals, proposal_new (text, NULL, 0));
    }
  work->cut = completion->cut;
  return proposals;
}

static void
find_thread (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Work *work = task_data;
  const char *mark = strchr (work->typed, '!');
  GPtrArray *proposals;

  if (g_task_return_error_if_cancelled (task))
    return;
  proposals = mark != NULL
                  ? find_symbols (work, mark)
                  : lacuna_completion_find_names (lacuna_snapshot_get_map (work->snapshot),
                                                  work->typed, work->limit, cancellable,
                                                  &work->cut);
  g_task_return_pointer (task, proposals, (GDestroyNotify) g_ptr_array_unref);
}

/**
 * lacuna_completion_find_async:
 * @target: whose symbols may be meant
 * @snapshot: whose names may be meant
 * @typed: what was typed
 * @limit: how many proposals at most
 *
 * Finds what @typed may mean, on a worker; a symbol table may have to be read.
 */
void
lacuna_completion_find_async (LacunaTarget       *target,
                              LacunaSnapshot     *snapshot,
                              const char         *typed,
                              guint               limit,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Work *work = g_new0 (Work, 1);

  work->target = g_object_ref (target);
  work->snapshot = g_object_ref (snapshot);
  work->typed = g_strstrip (g_strdup (typed));
  work->limit = limit;
  g_task_set_source_tag (task, lacuna_completion_find_async);
  g_task_set_task_data (task, work, work_free);
  g_task_run_in_thread (task, find_thread);
}

/**
 * lacuna_completion_find_finish:
 * @out_cut: (out): whether there are more
 *
 * Returns: (transfer full) (nullable): of #LacunaProposal, best first
 */
GPtrArray *
lacuna_completion_find_finish (GAsyncResult *result,
                               gboolean     *out_cut,
                               GError      **error)
{
  *out_cut = ((Work *) g_task_get_task_data (G_TASK (result)))->cut;
  return g_task_propagate_pointer (G_TASK (result), error);
}
