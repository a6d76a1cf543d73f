/* LacunaLocator: the locator of a target as a tree of tables and buffers, refreshed on demand.
 *
 * A reading is made on a worker, by whichever way there is for the process (lacuna-locator-self.c,
 * lacuna-locator-remote.c); here it is shown, unless a later one is shown already.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-locator-private.h"

#include <glib/gi18n-lib.h>

G_STATIC_ASSERT ((int) LACUNA_FINDING_ORPHAN == LAC_FINDING_ORPHAN);
G_STATIC_ASSERT ((int) LACUNA_FINDING_STALE == LAC_FINDING_STALE);
G_STATIC_ASSERT (LACUNA_FINDINGS_END == LAC_FINDING_CYCLE << 1);

struct _LacunaLocator
{
  GObject parent_instance;

  LacunaTarget *target;
  LacunaSession *session; /* (nullable): of another process */
  struct lac_locator_facts facts;
  guint64 address;
  gboolean managed;
  const char *why_not; /* (nullable) */
  unsigned findings;
  GListStore *tables;
  guint n_buffers;
  guint64 size;
  guint64 used;
  guint shown; /* the number of the reading that is shown, if any is */
  gboolean is_shown;

  /* Those who wait for the reading that is under way, and for the one after it. */
  GPtrArray *waiting;
  GPtrArray *next;
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaLocator, lacuna_locator, G_TYPE_OBJECT)

const char *
lacuna_finding_name (unsigned finding)
{
  return lac_finding_name (finding);
}

const char *
lacuna_finding_sentence (unsigned finding)
{
  return g_dgettext (GETTEXT_PACKAGE, lac_finding_sentence (finding));
}

/* Showing */

static gboolean
facts_differ (const struct lac_locator_facts *a,
              const struct lac_locator_facts *b)
{
  return a->place != b->place || a->reason != b->reason || g_strcmp0 (a->path, b->path) != 0;
}

gboolean
lacuna_locator_show (LacunaLocator        *self,
                     LacunaLocatorReading *reading)
{
  gboolean changed = facts_differ (&self->facts, &reading->facts)
                     || self->address != reading->address || self->managed != reading->managed
                     || self->why_not != reading->why_not || self->findings != reading->findings;

  /* Readings are made on several threads, and what one shows that began earlier is over. */
  if (self->is_shown && (gint) (reading->number - self->shown) < 0)
    return FALSE;
  self->is_shown = TRUE;
  self->shown = reading->number;
  self->facts = reading->facts;
  self->address = reading->address;
  self->managed = reading->managed;
  self->why_not = reading->why_not;
  self->findings = reading->findings;
  self->n_buffers = 0;
  self->size = 0;
  self->used = 0;
  for (guint i = 0; i < reading->tables->len; i++)
    {
      GArray *buffers = g_array_index (reading->tables, LacunaTableFacts, i).buffers;

      for (guint j = 0; j < buffers->len; j++)
        {
          const LacunaBufferFacts *facts = &g_array_index (buffers, LacunaBufferFacts, j);

          self->n_buffers++;
          self->size += facts->size;
          self->used += MIN (facts->position, facts->size);
        }
    }
  if (lacuna_locator_rows_update (self->tables, reading->tables))
    changed = TRUE;
  if (changed)
    g_signal_emit (self, signals[CHANGED], 0);
  return changed;
}

static void
lacuna_locator_finalize (GObject *object)
{
  LacunaLocator *self = LACUNA_LOCATOR (object);

  g_clear_object (&self->target);
  g_clear_pointer (&self->session, lacuna_session_unref);
  g_clear_object (&self->tables);
  g_ptr_array_unref (self->waiting);
  g_ptr_array_unref (self->next);

  G_OBJECT_CLASS (lacuna_locator_parent_class)->finalize (object);
}

static void
lacuna_locator_class_init (LacunaLocatorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_locator_finalize;

  /**
   * LacunaLocator::changed:
   *
   * A refresh has found something new.
   */
  signals[CHANGED] = g_signal_new ("changed",
                                   LACUNA_TYPE_LOCATOR,
                                   G_SIGNAL_RUN_LAST,
                                   0,
                                   NULL,
                                   NULL,
                                   NULL,
                                   G_TYPE_NONE,
                                   0);
}

static void
lacuna_locator_init (LacunaLocator *self)
{
  self->tables = g_list_store_new (LACUNA_TYPE_LOCATOR_TABLE);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->next = g_ptr_array_new_with_free_func (g_object_unref);
  self->facts.what = "";
}

/**
 * lacuna_locator_new:
 * @target: this process
 *
 * Returns: (transfer full): its locator, not read yet
 */
LacunaLocator *
lacuna_locator_new (LacunaTarget *target)
{
  LacunaLocator *self;

  g_return_val_if_fail (LACUNA_IS_TARGET (target), NULL);
  g_return_val_if_fail (lacuna_target_get_kind (target) == LACUNA_TARGET_SELF, NULL);

  self = g_object_new (LACUNA_TYPE_LOCATOR, NULL);
  self->target = g_object_ref (target);
  return self;
}

LacunaLocator *
lacuna_locator_new_elsewhere (LacunaTarget  *target,
                              LacunaSession *session)
{
  LacunaLocator *self = g_object_new (LACUNA_TYPE_LOCATOR, NULL);

  self->target = g_object_ref (target);
  self->session = lacuna_session_ref (session);
  return self;
}

/* (transfer full) (nullable) */
static LacunaLocatorReading *
read_locator (LacunaLocator  *self,
              GError        **error)
{
  return self->session != NULL ? lacuna_locator_read_elsewhere (self->session, error)
                               : lacuna_locator_read (error);
}

/**
 * lacuna_locator_refresh:
 * @self: a locator
 * @error: where to put what went wrong
 *
 * Reads the locator as it is now. Blocks.
 *
 * Returns: whether it could be read; no locator is an answer, too
 */
gboolean
lacuna_locator_refresh (LacunaLocator  *self,
                        GError        **error)
{
  g_autoptr (LacunaLocatorReading) reading = NULL;

  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), FALSE);

  reading = read_locator (self, error);
  if (reading == NULL)
    return FALSE;
  lacuna_locator_show (self, reading);
  return TRUE;
}

static void
read_thread (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  GError *error = NULL;
  LacunaLocatorReading *reading = read_locator (LACUNA_LOCATOR (source), &error);

  if (reading != NULL)
    g_task_return_pointer (task, reading, (GDestroyNotify) lacuna_locator_reading_free);
  else
    g_task_return_error (task, error);
}

static void start_reading (LacunaLocator *self);

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  LacunaLocator *self = LACUNA_LOCATOR (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaLocatorReading) reading = NULL;
  g_autoptr (GPtrArray) served = g_steal_pointer (&self->waiting);

  reading = g_task_propagate_pointer (G_TASK (result), &error);
  self->waiting = g_steal_pointer (&self->next);
  self->next = g_ptr_array_new_with_free_func (g_object_unref);
  if (self->waiting->len > 0)
    start_reading (self);

  if (reading != NULL)
    lacuna_locator_show (self, reading);
  for (guint i = 0; i < served->len; i++)
    {
      GTask *task = g_ptr_array_index (served, i);

      if (reading != NULL)
        g_task_return_boolean (task, TRUE);
      else
        g_task_return_error (task, g_error_copy (error));
    }
}

static void
start_reading (LacunaLocator *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, read_cb, NULL);

  g_task_set_source_tag (task, start_reading);
  g_task_run_in_thread (task, read_thread);
}

/**
 * lacuna_locator_refresh_async:
 * @self: a locator
 * @cancellable: (nullable): @callback then gets %G_IO_ERROR_CANCELLED
 * @callback: called in this thread's main context
 * @user_data: for @callback
 *
 * Reads on a worker. Who asks while a reading is under way gets one that began after that.
 */
void
lacuna_locator_refresh_async (LacunaLocator       *self,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (LACUNA_IS_LOCATOR (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lacuna_locator_refresh_async);
  if (self->waiting->len > 0)
    g_ptr_array_add (self->next, task);
  else
    {
      g_ptr_array_add (self->waiting, task);
      start_reading (self);
    }
}

gboolean
lacuna_locator_refresh_finish (LacunaLocator  *self,
                               GAsyncResult   *result,
                               GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* What it is */

gboolean
lacuna_locator_exists (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), FALSE);

  return g_list_model_get_n_items (G_LIST_MODEL (self->tables)) > 0;
}

const char *
lacuna_locator_get_place (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), NULL);

  return lac_locator_place_name (self->facts.place);
}

/**
 * lacuna_locator_describe:
 * @self: a locator
 *
 * Returns: (transfer full): where it is and what that means; and why, when it is not where everyone
 *   looks
 */
char *
lacuna_locator_describe (LacunaLocator *self)
{
  const char *meaning;
  g_autofree char *reason = NULL;

  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), NULL);

  if ((self->findings & LAC_FINDING_STALE) != 0 && self->why_not != NULL)
    /* Translators: a phrase that says why */
    return g_strdup_printf (_ ("The file is no locator: %s."), g_dgettext (GETTEXT_PACKAGE, self->why_not));
  if ((self->findings & LAC_FINDING_STALE) != 0)
    return g_strdup (lacuna_finding_sentence (LAC_FINDING_STALE));
  if (self->why_not != NULL)
    /* Translators: a phrase that says why */
    return g_strdup_printf (_ ("It can be looked at, and not used: %s."),
                            g_dgettext (GETTEXT_PACKAGE, self->why_not));
  meaning = g_dgettext (GETTEXT_PACKAGE, lac_locator_place_sentence (self->facts.place));
  if (self->facts.reason == LAC_OK || self->facts.place == LAC_LOCATOR_NONE)
    return g_strdup (meaning);

  if (self->facts.what[0] != '\0' && self->facts.system_error != 0)
    /* Translators: what stood in the way, and the system's reason */
    reason = g_strdup_printf (_ ("%s: %s"),
                              g_dgettext (GETTEXT_PACKAGE, self->facts.what),
                              g_strerror (self->facts.system_error));
  else if (self->facts.what[0] != '\0')
    reason = g_strdup (g_dgettext (GETTEXT_PACKAGE, self->facts.what));
  else
    reason = g_strdup (g_dgettext (GETTEXT_PACKAGE, lac_status_sentence (self->facts.reason)));
  /* Translators: a sentence, and what stood in the way */
  return g_strdup_printf (_ ("%s (%s)"), meaning, reason);
}

const char *
lacuna_locator_get_path (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), NULL);

  return self->facts.path;
}

guint64
lacuna_locator_get_address (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), 0);

  return self->address;
}

gboolean
lacuna_locator_get_managed (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), FALSE);

  return self->managed;
}

const char *
lacuna_locator_get_why_not (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), NULL);

  /* Of what is stale it says why it is no locator, and in its place one can be made. */
  return self->why_not != NULL && (self->findings & LAC_FINDING_STALE) == 0
             ? g_dgettext (GETTEXT_PACKAGE, self->why_not)
             : NULL;
}

unsigned
lacuna_locator_get_findings (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), 0);

  return self->findings;
}

GListModel *
lacuna_locator_get_tables (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), NULL);

  return G_LIST_MODEL (self->tables);
}

guint
lacuna_locator_get_n_buffers (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), 0);

  return self->n_buffers;
}

guint64
lacuna_locator_get_size (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), 0);

  return self->size;
}

guint64
lacuna_locator_get_used (LacunaLocator *self)
{
  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), 0);

  return self->used;
}

/**
 * lacuna_locator_find:
 * @self: a locator
 * @address: any address
 *
 * O(buffers).
 *
 * Returns: (transfer none) (nullable): the buffer that @address lies in
 */
LacunaLocatorBuffer *
lacuna_locator_find (LacunaLocator *self,
                     guint64        address)
{
  guint n_tables;

  g_return_val_if_fail (LACUNA_IS_LOCATOR (self), NULL);

  n_tables = g_list_model_get_n_items (G_LIST_MODEL (self->tables));
  for (guint i = 0; i < n_tables; i++)
    {
      g_autoptr (LacunaLocatorTable) table = g_list_model_get_item (G_LIST_MODEL (self->tables), i);
      GListModel *buffers = lacuna_locator_table_get_buffers (table);
      guint n_buffers = g_list_model_get_n_items (buffers);

      for (guint j = 0; j < n_buffers; j++)
        {
          g_autoptr (LacunaLocatorBuffer) buffer = g_list_model_get_item (buffers, j);
          guint64 start = lacuna_locator_buffer_get_address (buffer);

          /* Its list holds it. */
          if (address >= start && address - start < lacuna_locator_buffer_get_size (buffer))
            return buffer;
        }
    }
  return NULL;
}
