/* LacunaGapForm: what is typed into the gap panel, and what it comes to.
 *
 * The panel's widgets only hold text; what the text means is decided here, so that it can be
 * tested without a display. Looking up a name may have to read a symbol table, so the window reads
 * forms on a worker. Every entry is read even when an earlier one is at fault: each then shows its
 * own fault.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-gap-form.h"
#include "core/expression.h"
#include "model/lacuna-error.h"

#include <glib/gi18n.h>
#include <string.h>

LacunaGapForm *
lacuna_gap_form_new (void)
{
  LacunaGapForm *self = g_new0 (LacunaGapForm, 1);

  self->avoid = LAC_HAZARD_ALL;
  self->order = LAC_ORDER_NEAREST;
  return self;
}

void
lacuna_gap_form_free (LacunaGapForm *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < LACUNA_N_ENTRIES; i++)
    g_free (self->texts[i]);
  g_strfreev (self->anchors);
  g_free (self);
}

static void
fault_clear (gpointer fault)
{
  g_free (((LacunaGapFault *) fault)->message);
}

void
lacuna_gap_reading_free (LacunaGapReading *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->faults);
  g_free (self->anchors);
  g_free (self->anchor_of);
  g_free (self);
}

static void
add_fault (LacunaGapReading *reading,
           guint             entry,
           gssize            offset,
           const char       *message)
{
  LacunaGapFault fault = { entry, offset, g_strdup (message) };

  g_array_append_val (reading->faults, fault);
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || text[strspn (text, " \t\n")] == '\0';
}

/* What the core says of an expression is part of a sentence for the command line; below a field it
 * stands alone. */
static char *
make_sentence (const char *message)
{
  gsize length = *message != '\0' ? (gsize) (g_utf8_next_char (message) - message) : 0;
  g_autofree char *first = g_utf8_strup (message, (gssize) length);
  gboolean ends = g_str_has_suffix (message, ".") || g_str_has_suffix (message, "?");

  return g_strconcat (first, message + length, ends ? "" : ".", NULL);
}

static void
read_address (LacunaTarget     *target,
              LacunaSnapshot   *snapshot,
              guint             entry,
              const char       *text,
              LacunaGapReading *reading,
              uint64_t         *out_address)
{
  g_autoptr (GError) error = NULL;
  guint64 address = 0;
  gssize offset = -1;

  if (lacuna_target_parse_address (target, snapshot, text, &address, &offset, &error))
    *out_address = address;
  else
    {
      g_autofree char *sentence = make_sentence (error->message);

      add_fault (reading, entry, offset, sentence);
    }
}

/* Whether it is a number of a unit that no address space has as much as one of. */
static gboolean
is_astronomic (const char *text)
{
  gsize digits = strspn (text, "0123456789. ");

  return digits > 0 && g_ascii_isdigit (*text) && text[digits] != '\0'
         && strchr ("EeZzYy", text[digits]) != NULL
         && (text[digits + 1] == '\0' || g_ascii_strcasecmp (text + digits + 1, "iB") == 0);
}

static void
read_size (guint             entry,
           const char       *text,
           LacunaGapReading *reading,
           uint64_t         *out_size)
{
  struct lac_expression_error error = { 0, NULL };
  /* The distance is shown as ± 2 GiB; the sign may come back with it. */
  const char *bare = g_str_has_prefix (text, "±") ? text + strlen ("±") : text;
  uint64_t size = 0;
  enum lac_status status = lac_expression_parse_size (bare, strlen (bare), &size, &error);

  if (status == LAC_OK)
    *out_size = size;
  else
    {
      g_autofree char *message = NULL;

      if (status == LAC_E_OUT_OF_RANGE)
        message = g_strdup (_ (lac_status_sentence (status)));
      else if (is_astronomic (bare))
        message = g_strdup (_ ("That is more than there are addresses."));
      else
        message = g_strdup (_ ("That is not a size. Write 4096, 0x1000, 64K or 1.5M."));
      add_fault (reading, entry, (gssize) error.offset + (bare - text), message);
    }
}

/**
 * lacuna_gap_form_read:
 * @target: whose names may be used in addresses
 * @snapshot: a snapshot of @target
 *
 * Reads every entry, and checks what they ask for together. Blocks when a symbol table has to be
 * read. Threads: any.
 *
 * Returns: (transfer full): the query, or what is wrong
 */
LacunaGapReading *
lacuna_gap_form_read (const LacunaGapForm *self,
                      LacunaTarget        *target,
                      LacunaSnapshot      *snapshot)
{
  LacunaGapReading *reading = g_new0 (LacunaGapReading, 1);
  struct lac_gap_query *query = &reading->query;
  gsize n_texts = self->anchors != NULL ? g_strv_length (self->anchors) : 0;

  reading->faults = g_array_new (FALSE, FALSE, sizeof (LacunaGapFault));
  g_array_set_clear_func (reading->faults, fault_clear);
  reading->anchors = g_new0 (guint64, n_texts + 1);
  reading->anchor_of = g_new0 (guint, n_texts + 1);

  lac_gap_query_init (query, lacuna_snapshot_get_map (snapshot));
  query->avoid = self->avoid;
  query->order = self->order;

  for (guint i = 0; i < n_texts; i++)
    {
      gsize n_faults = reading->faults->len;
      uint64_t anchor = 0;

      if (is_empty (self->anchors[i]))
        continue;
      read_address (target, snapshot, LACUNA_ENTRY_ANCHOR + i, self->anchors[i], reading,
                    &anchor);
      if (reading->faults->len == n_faults)
        {
          reading->anchors[query->n_anchors] = anchor;
          reading->anchor_of[query->n_anchors] = i;
          query->n_anchors++;
        }
    }
  query->anchors = (const uint64_t *) reading->anchors;

  if (!is_empty (self->texts[LACUNA_ENTRY_MINIMUM]))
    read_address (target, snapshot, LACUNA_ENTRY_MINIMUM, self->texts[LACUNA_ENTRY_MINIMUM],
                  reading, &query->min);
  if (!is_empty (self->texts[LACUNA_ENTRY_MAXIMUM]))
    read_address (target, snapshot, LACUNA_ENTRY_MAXIMUM, self->texts[LACUNA_ENTRY_MAXIMUM],
                  reading, &query->max);
  if (!is_empty (self->texts[LACUNA_ENTRY_WITHIN]))
    read_size (LACUNA_ENTRY_WITHIN, self->texts[LACUNA_ENTRY_WITHIN], reading, &query->within);
  if (!is_empty (self->texts[LACUNA_ENTRY_SIZE]))
    read_size (LACUNA_ENTRY_SIZE, self->texts[LACUNA_ENTRY_SIZE], reading, &query->size);
  if (!is_empty (self->texts[LACUNA_ENTRY_ALIGNMENT]))
    read_size (LACUNA_ENTRY_ALIGNMENT, self->texts[LACUNA_ENTRY_ALIGNMENT], reading,
               &query->alignment);

  /* What contradicts itself is named at the entry that most likely has to change. */
  if (lacuna_gap_reading_find (reading, LACUNA_ENTRY_SIZE) == NULL && query->size == 0)
    add_fault (reading, LACUNA_ENTRY_SIZE, -1, _ ("A buffer needs at least one byte."));
  if (lacuna_gap_reading_find (reading, LACUNA_ENTRY_ALIGNMENT) == NULL
      && !lac_is_power_of_two (query->alignment))
    add_fault (reading, LACUNA_ENTRY_ALIGNMENT, -1,
               _ ("An alignment is a power of two, such as 4K or 64K."));
  if (lacuna_gap_reading_find (reading, LACUNA_ENTRY_MINIMUM) == NULL
      && lacuna_gap_reading_find (reading, LACUNA_ENTRY_MAXIMUM) == NULL
      && query->min > query->max)
    add_fault (reading,
               is_empty (self->texts[LACUNA_ENTRY_MAXIMUM]) ? LACUNA_ENTRY_MINIMUM
                                                            : LACUNA_ENTRY_MAXIMUM,
               -1, _ ("The maximum lies below the minimum."));

  return reading;
}

/**
 * lacuna_gap_reading_find:
 * @entry: a #LacunaEntry, or an anchor's number from %LACUNA_ENTRY_ANCHOR on
 *
 * Returns: (transfer none) (nullable): the fault of that entry
 */
const LacunaGapFault *
lacuna_gap_reading_find (const LacunaGapReading *self,
                         guint                   entry)
{
  for (guint i = 0; i < self->faults->len; i++)
    {
      const LacunaGapFault *fault = &g_array_index (self->faults, LacunaGapFault, i);

      if (fault->entry == entry)
        return fault;
    }
  return NULL;
}

typedef struct
{
  LacunaGapForm *form;
  LacunaTarget *target;
  LacunaSnapshot *snapshot;
} ReadTask;

static void
read_task_free (gpointer user_data)
{
  ReadTask *work = user_data;

  lacuna_gap_form_free (work->form);
  g_object_unref (work->target);
  g_object_unref (work->snapshot);
  g_free (work);
}

static void
read_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  ReadTask *work = task_data;

  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, lacuna_gap_form_read (work->form, work->target, work->snapshot),
                           (GDestroyNotify) lacuna_gap_reading_free);
}

/**
 * lacuna_gap_form_read_async:
 * @self: (transfer full): the form
 *
 * lacuna_gap_form_read() on a worker.
 */
void
lacuna_gap_form_read_async (LacunaGapForm      *self,
                            LacunaTarget       *target,
                            LacunaSnapshot     *snapshot,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  ReadTask *work = g_new0 (ReadTask, 1);

  work->form = self;
  work->target = g_object_ref (target);
  work->snapshot = g_object_ref (snapshot);
  g_task_set_source_tag (task, lacuna_gap_form_read_async);
  g_task_set_task_data (task, work, read_task_free);
  g_task_run_in_thread (task, read_thread);
}

LacunaGapReading *
lacuna_gap_form_read_finish (GAsyncResult *result,
                             GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
