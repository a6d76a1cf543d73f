/* LacunaAllocator: what puts memory into a target, and remembers what it did.
 *
 * Memory is of the process, so there is one allocator for all targets that are it, and it lives as long as
 * the program, or as that process. Deeds are done one after another on one worker; with each goes a reading
 * of the locator, made there as well. What is shown is brought up to date on the thread that the allocator
 * belongs to, before the operation is handed over.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-allocator.h"

#include "lacuna-allocation-private.h"
#include "lacuna-deeds-private.h"
#include "lacuna-deeds-remote-private.h"
#include "lacuna-error.h"
#include "lacuna-hold-private.h"
#include "lacuna-locator-private.h"
#include "lacuna-target-private.h"

#include "os/vital.h"

#include <glib/gi18n-lib.h>

struct _LacunaAllocator
{
  GObject parent_instance;

  LacunaSession *session; /* (nullable): of another process; NULL for this one */
  LacunaConsent agreed;
  GListStore *allocations;
  GListStore *operations;
  GListStore *references;
  LacunaLocator *locator;
  GThreadPool *worker;
  GMainContext *context;
  gint update_is_due;  /* atomic: the lists are not up to date, and that was said */
  gint release_is_due; /* atomic: a block was released, and nobody was told yet */
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* The one; it is never freed. */
static LacunaAllocator *of_this_process;

/* Those of other processes, as long as these live: what was made there is known as long as it may be
 * there. */
static GPtrArray *of_others;
static GMutex others_lock;

G_DEFINE_FINAL_TYPE (LacunaAllocator, lacuna_allocator, G_TYPE_OBJECT)

/* A request on its way. */
typedef struct
{
  LacunaRequest *request;
  LacunaOperation *operation;
  LacunaLocatorReading *reading; /* (nullable) */
} Errand;

static void
errand_free (gpointer data)
{
  Errand *errand = data;

  g_clear_pointer (&errand->request, lacuna_request_free);
  g_clear_object (&errand->operation);
  g_clear_pointer (&errand->reading, lacuna_locator_reading_free);
  g_free (errand);
}

/* On any thread. */
static void
errand_do (LacunaAllocator *self,
           Errand          *errand)
{
  if (self->session != NULL)
    {
      errand->operation = lacuna_deed_do_elsewhere (self->session, errand->request);
      if (lacuna_deed_is_of_buffers (errand->request->deed) && !errand->request->dry_run)
        errand->reading = lacuna_locator_read_elsewhere (self->session, NULL);
      return;
    }
  errand->operation = lacuna_deed_do (errand->request);
  if (lacuna_deed_is_of_buffers (errand->request->deed))
    errand->reading = lacuna_locator_read (NULL);
}

/* Shows which blocks there are. */
static void
update_allocations (LacunaAllocator *self)
{
  g_autoptr (GPtrArray) blocks = self->session != NULL ? lacuna_session_list_blocks (self->session)
                                                       : lacuna_block_list ();
  guint row = 0, block = 0;

  /* Both are sorted by address, and hold few. */
  for (;;)
    {
      g_autoptr (LacunaAllocation) allocation
          = g_list_model_get_item (G_LIST_MODEL (self->allocations), row);
      LacunaBlock *there = block < blocks->len ? g_ptr_array_index (blocks, block) : NULL;

      if (allocation == NULL && there == NULL)
        return;
      if (allocation != NULL && lacuna_allocation_get_block (allocation) == there)
        {
          lacuna_allocation_update (allocation);
          row++;
          block++;
        }
      else if (there != NULL
               && (allocation == NULL
                   || lacuna_block_range (there).start
                          < lacuna_allocation_get_range (allocation).start))
        {
          g_autoptr (LacunaAllocation) added = lacuna_allocation_new (there);

          g_list_store_insert (self->allocations, row, added);
          row++;
          block++;
        }
      else
        g_list_store_remove (self->allocations, row);
    }
}

/* Shows who looks at what: old ones come first, so that what is new is at the end. */
static void
update_references (LacunaAllocator *self)
{
  g_autofree struct lac_memory_holding *holdings = NULL;
  gsize n_holdings, n_room = 0;
  guint row = 0;

  /* Looks are looks at the memory of this process. */
  if (self->session != NULL)
    return;
  /* Others may begin to look between the two calls. */
  while ((n_holdings = lac_memory_list_holdings (NULL, holdings, n_room)) > n_room)
    {
      n_room = n_holdings + 16;
      holdings = g_renew (struct lac_memory_holding, holdings, n_room);
    }

  for (gsize i = 0; i < n_holdings; i++)
    {
      for (;;)
        {
          g_autoptr (LacunaReference) reference
              = g_list_model_get_item (G_LIST_MODEL (self->references), row);

          if (reference == NULL)
            {
              g_autoptr (LacunaReference) added = lacuna_reference_new (&holdings[i]);

              g_list_store_append (self->references, added);
              break;
            }
          if (lacuna_reference_equals (reference, &holdings[i]))
            break;
          g_list_store_remove (self->references, row);
        }
      row++;
    }
  g_list_store_splice (self->references,
                       row,
                       g_list_model_get_n_items (G_LIST_MODEL (self->references)) - row,
                       NULL,
                       0);
}

static gboolean
update_cb (gpointer user_data)
{
  LacunaAllocator *self = user_data;

  g_atomic_int_set (&self->update_is_due, FALSE);
  update_allocations (self);
  update_references (self);
  /* Who begins or ends to look changes no memory. */
  if (g_atomic_int_compare_and_exchange (&self->release_is_due, TRUE, FALSE))
    g_signal_emit (self, signals[CHANGED], 0, NULL);
  return G_SOURCE_REMOVE;
}

/* A look has begun or ended, and maybe a block went with it; on any thread. */
static void
note_look (gboolean released)
{
  LacunaAllocator *self = of_this_process;

  if (released)
    g_atomic_int_set (&self->release_is_due, TRUE);
  if (g_atomic_int_compare_and_exchange (&self->update_is_due, FALSE, TRUE))
    {
      GSource *source = g_idle_source_new ();

      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, update_cb, self, NULL);
      g_source_attach (source, self->context);
      g_source_unref (source);
    }
}

/* Shows what an errand has done. */
static void
settle (LacunaAllocator *self,
        Errand          *errand)
{
  LacunaOperation *operation = errand->operation;

  if (!operation->dry_run)
    g_list_store_insert (self->operations, 0, operation);
  update_allocations (self);
  update_references (self);
  if (errand->reading != NULL)
    lacuna_locator_show (self->locator, errand->reading);
  if (operation->error == NULL && !operation->dry_run)
    g_signal_emit (self, signals[CHANGED], 0, operation);
}

static gboolean
settle_cb (gpointer user_data)
{
  GTask *task = user_data;
  Errand *errand = g_task_get_task_data (task);

  settle (g_task_get_source_object (task), errand);
  g_task_return_pointer (task, g_object_ref (errand->operation), g_object_unref);
  g_object_unref (task);
  return G_SOURCE_REMOVE;
}

static void
work (gpointer data,
      gpointer user_data)
{
  GTask *task = data;
  LacunaAllocator *self = user_data;
  GSource *source;

  errand_do (self, g_task_get_task_data (task));
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, settle_cb, task, NULL);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

static void
lacuna_allocator_finalize (GObject *object)
{
  LacunaAllocator *self = LACUNA_ALLOCATOR (object);

  /* What is under way has a reference, so there is nothing to wait for. */
  g_thread_pool_free (self->worker, FALSE, FALSE);
  g_clear_object (&self->allocations);
  g_clear_object (&self->operations);
  g_clear_object (&self->references);
  g_clear_object (&self->locator);
  lacuna_session_unref (self->session);
  g_main_context_unref (self->context);

  G_OBJECT_CLASS (lacuna_allocator_parent_class)->finalize (object);
}

static void
lacuna_allocator_class_init (LacunaAllocatorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_allocator_finalize;

  /**
   * LacunaAllocator::changed:
   * @self: the allocator
   * @operation: (nullable): what was done; %NULL when memory went with the last look at it
   *
   * The address space or a buffer has changed.
   */
  signals[CHANGED] = g_signal_new ("changed",
                                   LACUNA_TYPE_ALLOCATOR,
                                   G_SIGNAL_RUN_LAST,
                                   0,
                                   NULL,
                                   NULL,
                                   NULL,
                                   G_TYPE_NONE,
                                   1,
                                   LACUNA_TYPE_OPERATION);
}

static void
lacuna_allocator_init (LacunaAllocator *self)
{
  self->allocations = g_list_store_new (LACUNA_TYPE_ALLOCATION);
  self->operations = g_list_store_new (LACUNA_TYPE_OPERATION);
  self->references = g_list_store_new (LACUNA_TYPE_REFERENCE);
  self->context = g_main_context_ref_thread_default ();
  self->worker = g_thread_pool_new (work, self, 1, FALSE, NULL);
}

/* With the lock: forgets those of processes that are gone, and those that nobody has and that know nothing. */
static void
prune_others (void)
{
  for (guint i = of_others->len; i > 0; i--)
    {
      LacunaAllocator *allocator = g_ptr_array_index (of_others, i - 1);
      gboolean is_idle = G_OBJECT (allocator)->ref_count == 1 && allocator->agreed == LACUNA_CONSENT_NONE
                         && g_list_model_get_n_items (G_LIST_MODEL (allocator->operations)) == 0;

      if (is_idle || lacuna_session_has_exited (allocator->session))
        g_ptr_array_remove_index (of_others, i - 1);
    }
}

/* (transfer full) */
static LacunaAllocator *
for_other (LacunaTarget *target)
{
  const gint32 pid = lacuna_target_get_pid (target);
  LacunaAllocator *found = NULL;

  g_mutex_lock (&others_lock);
  if (of_others == NULL)
    of_others = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; found == NULL && i < of_others->len; i++)
    {
      LacunaAllocator *allocator = g_ptr_array_index (of_others, i);

      if (lacuna_session_get_pid (allocator->session) == pid
          && lacuna_session_get_start_time (allocator->session) == target->start_time)
        found = g_object_ref (allocator);
    }
  if (found == NULL)
    {
      prune_others ();
      found = g_object_new (LACUNA_TYPE_ALLOCATOR, NULL);
      found->session = lacuna_session_new (pid, target->start_time, found->context);
      found->locator = lacuna_locator_new_elsewhere (target, found->session);
      g_ptr_array_add (of_others, g_object_ref (found));
    }
  g_mutex_unlock (&others_lock);
  return found;
}

/**
 * lacuna_allocator_count_left:
 *
 * Returns: how many allocations there are in other processes
 */
guint
lacuna_allocator_count_left (void)
{
  guint n_left = 0;

  g_mutex_lock (&others_lock);
  for (guint i = 0; of_others != NULL && i < of_others->len; i++)
    {
      LacunaAllocator *allocator = g_ptr_array_index (of_others, i);

      if (!lacuna_session_has_exited (allocator->session))
        n_left += g_list_model_get_n_items (G_LIST_MODEL (allocator->allocations));
    }
  g_mutex_unlock (&others_lock);
  return n_left;
}

/**
 * lacuna_allocator_for_target:
 * @target: a target
 * @error: where to put why it has none
 *
 * Call it first from the thread that shows the lists.
 *
 * Returns: (transfer full) (nullable): its allocator
 */
LacunaAllocator *
lacuna_allocator_for_target (LacunaTarget  *target,
                             GError       **error)
{
  g_return_val_if_fail (LACUNA_IS_TARGET (target), NULL);

  if ((lacuna_target_get_capabilities (target) & LACUNA_CAN_ALLOCATE) == 0)
    {
      lacuna_error_set_message (error,
                                LAC_E_NOT_SUPPORTED,
                                _ ("%s: a file that lists regions has no memory"),
                                lacuna_target_get_title (target));
      return NULL;
    }
  if (lacuna_target_get_kind (target) != LACUNA_TARGET_SELF)
    return for_other (target);

  if (of_this_process == NULL)
    {
      of_this_process = g_object_new (LACUNA_TYPE_ALLOCATOR, NULL);
      of_this_process->locator = lacuna_locator_new (target);
      lacuna_block_watch (note_look);
    }
  return g_object_ref (of_this_process);
}

/**
 * lacuna_allocator_perform:
 * @self: an allocator
 * @request: what is wished
 *
 * Does it here and now, on the thread that the allocator belongs to.
 *
 * Returns: (transfer full): what came of it; also when it failed
 */
LacunaOperation *
lacuna_allocator_perform (LacunaAllocator     *self,
                          const LacunaRequest *request)
{
  Errand errand = { 0 };

  g_return_val_if_fail (LACUNA_IS_ALLOCATOR (self), NULL);
  g_return_val_if_fail (request != NULL, NULL);

  errand.request = (LacunaRequest *) request;
  errand_do (self, &errand);
  settle (self, &errand);
  g_clear_pointer (&errand.reading, lacuna_locator_reading_free);
  return errand.operation;
}

/**
 * lacuna_allocator_free_and_exit:
 * @self: an allocator
 * @operation: a dry run of %LACUNA_DEED_FREE that did not fail
 * @exit_status: what to end with
 * @error: why nothing was freed
 */
void
lacuna_allocator_free_and_exit (LacunaAllocator  *self,
                                LacunaOperation  *operation,
                                int               exit_status,
                                GError          **error)
{
  struct lac_range range;
  enum lac_status status;
  int system_error = 0;

  g_return_if_fail (LACUNA_IS_ALLOCATOR (self));
  g_return_if_fail (lacuna_operation_get_deed (operation) == LACUNA_DEED_FREE);
  g_return_if_fail (self->session == NULL);

  range = lacuna_operation_get_range (operation);
  status = lac_vital_free_and_exit (range.start, lac_range_size (range), exit_status, &system_error);
  lacuna_error_set_message (error,
                            status,
                            /* Translators: the system's reason */
                            _ ("The operating system refused: %s."),
                            g_strerror (system_error));
}

/**
 * lacuna_allocator_perform_async:
 * @self: an allocator
 * @request: what is wished; copied
 * @callback: called in the main context of the thread that the allocator belongs to
 * @user_data: for @callback
 *
 * Does it on a worker, after what was wished before.
 */
void
lacuna_allocator_perform_async (LacunaAllocator     *self,
                                const LacunaRequest *request,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  GTask *task;
  Errand *errand;

  g_return_if_fail (LACUNA_IS_ALLOCATOR (self));
  g_return_if_fail (request != NULL);

  errand = g_new0 (Errand, 1);
  errand->request = lacuna_request_copy (request);
  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, lacuna_allocator_perform_async);
  g_task_set_task_data (task, errand, errand_free);
  g_thread_pool_push (self->worker, task, NULL);
}

LacunaOperation *
lacuna_allocator_perform_finish (LacunaAllocator *self,
                                 GAsyncResult    *result)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), NULL);
}

gboolean
lacuna_allocator_can_undo (LacunaAllocator *self,
                           LacunaOperation *operation)
{
  LacunaRequest contrary;

  return lacuna_allocator_find_contrary (self, operation, &contrary);
}

/**
 * lacuna_allocator_find_contrary:
 * @self: an allocator
 * @operation: what is to be undone
 * @out_request: (out): what would undo it; set only when something would
 *
 * Returns: whether it can be undone now
 */
gboolean
lacuna_allocator_find_contrary (LacunaAllocator *self,
                                LacunaOperation *operation,
                                LacunaRequest   *out_request)
{
  g_return_val_if_fail (LACUNA_IS_ALLOCATOR (self), FALSE);
  g_return_val_if_fail (LACUNA_IS_OPERATION (operation), FALSE);

  return self->session != NULL
             ? lacuna_deed_contrary_elsewhere (self->session, operation, out_request)
             : lacuna_deed_contrary (operation, out_request);
}

/**
 * lacuna_allocator_undo_async:
 * @self: an allocator
 * @operation: what is to be undone
 * @callback: as for lacuna_allocator_perform_async(); the same finish
 * @user_data: for @callback
 *
 * Does the contrary deed. Where nothing can be undone, what is yielded is an operation that failed.
 */
void
lacuna_allocator_undo_async (LacunaAllocator     *self,
                             LacunaOperation     *operation,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  LacunaRequest contrary = { .deed = LACUNA_DEED_PUT };

  g_return_if_fail (LACUNA_IS_ALLOCATOR (self));
  g_return_if_fail (LACUNA_IS_OPERATION (operation));

  /* No buffer lies at address 0, so that fails, and says that it is not ours. */
  lacuna_allocator_find_contrary (self, operation, &contrary);
  lacuna_allocator_perform_async (self, &contrary, callback, user_data);
}

GListModel *
lacuna_allocator_get_allocations (LacunaAllocator *self)
{
  g_return_val_if_fail (LACUNA_IS_ALLOCATOR (self), NULL);

  return G_LIST_MODEL (self->allocations);
}

GListModel *
lacuna_allocator_get_operations (LacunaAllocator *self)
{
  g_return_val_if_fail (LACUNA_IS_ALLOCATOR (self), NULL);

  return G_LIST_MODEL (self->operations);
}

GListModel *
lacuna_allocator_get_references (LacunaAllocator *self)
{
  g_return_val_if_fail (LACUNA_IS_ALLOCATOR (self), NULL);

  return G_LIST_MODEL (self->references);
}

/**
 * lacuna_allocator_add_refused:
 * @self: an allocator
 * @operation: a dry run that failed
 *
 * Adds it to what was done, for whoever goes no further with it.
 */
void
lacuna_allocator_add_refused (LacunaAllocator *self,
                              LacunaOperation *operation)
{
  g_return_if_fail (LACUNA_IS_ALLOCATOR (self));
  g_return_if_fail (LACUNA_IS_OPERATION (operation));
  g_return_if_fail (operation->dry_run && operation->error != NULL);

  g_list_store_insert (self->operations, 0, operation);
}

void
lacuna_allocator_refresh_references (LacunaAllocator *self)
{
  g_return_if_fail (LACUNA_IS_ALLOCATOR (self));

  update_allocations (self);
  update_references (self);
}

LacunaLocator *
lacuna_allocator_get_locator (LacunaAllocator *self)
{
  g_return_val_if_fail (LACUNA_IS_ALLOCATOR (self), NULL);

  return self->locator;
}

gboolean
lacuna_allocator_is_elsewhere (LacunaAllocator *self)
{
  g_return_val_if_fail (LACUNA_IS_ALLOCATOR (self), FALSE);

  return self->session != NULL;
}

LacunaConsent
lacuna_allocator_get_agreed (LacunaAllocator *self)
{
  g_return_val_if_fail (LACUNA_IS_ALLOCATOR (self), LACUNA_CONSENT_NONE);

  return self->session == NULL ? LACUNA_CONSENT_LASTING : self->agreed;
}

void
lacuna_allocator_set_agreed (LacunaAllocator *self,
                             LacunaConsent    agreed)
{
  g_return_if_fail (LACUNA_IS_ALLOCATOR (self));

  self->agreed = MAX (self->agreed, agreed);
}

/**
 * lacuna_allocator_rest:
 * @self: an allocator
 *
 * Lets go at once of what would be kept for some seconds for a next deed. Waits for one that is being
 * done.
 */
void
lacuna_allocator_rest (LacunaAllocator *self)
{
  g_return_if_fail (LACUNA_IS_ALLOCATOR (self));

  if (self->session != NULL)
    lacuna_session_rest (self->session);
}
