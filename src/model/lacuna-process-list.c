/* LacunaProcessList: the live processes as a GListModel that can be brought up to date.
 *
 * Processes are listed on a worker, in the order of their PIDs. What is shown is then merged with
 * what was found, and only the runs that differ are named to whoever watches the list, so that a
 * selection stays where it is while processes come and go around it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-process-private.h"
#include "os/user.h"

struct _LacunaProcessList
{
  GObject parent_instance;

  GPtrArray *processes; /* LacunaProcess, by PID */
  GHashTable *users;    /* number → name; handed to the worker and back */
  gboolean refreshing;
};

static void lacuna_process_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LacunaProcessList,
                               lacuna_process_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      lacuna_process_list_model_init))

static GType
lacuna_process_list_get_item_type (GListModel *model)
{
  return LACUNA_TYPE_PROCESS;
}

static guint
lacuna_process_list_get_n_items (GListModel *model)
{
  return LACUNA_PROCESS_LIST (model)->processes->len;
}

static gpointer
lacuna_process_list_get_item (GListModel *model,
                              guint       position)
{
  LacunaProcessList *self = LACUNA_PROCESS_LIST (model);

  if (position >= self->processes->len)
    return NULL;
  return g_object_ref (g_ptr_array_index (self->processes, position));
}

static void
lacuna_process_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = lacuna_process_list_get_item_type;
  iface->get_n_items = lacuna_process_list_get_n_items;
  iface->get_item = lacuna_process_list_get_item;
}

static void
lacuna_process_list_finalize (GObject *object)
{
  LacunaProcessList *self = LACUNA_PROCESS_LIST (object);

  g_ptr_array_unref (self->processes);
  g_hash_table_unref (self->users);

  G_OBJECT_CLASS (lacuna_process_list_parent_class)->finalize (object);
}

static void
lacuna_process_list_class_init (LacunaProcessListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_process_list_finalize;
}

static void
lacuna_process_list_init (LacunaProcessList *self)
{
  self->processes = g_ptr_array_new_with_free_func (g_object_unref);
  self->users = g_hash_table_new_full (NULL, NULL, NULL, g_free);
}

/**
 * lacuna_process_list_new:
 *
 * Returns: (transfer full): a list that is empty until it is refreshed
 */
LacunaProcessList *
lacuna_process_list_new (void)
{
  return g_object_new (LACUNA_TYPE_PROCESS_LIST, NULL);
}

typedef struct
{
  GPtrArray *processes;
  GHashTable *users;
  gint32 self_pid;
} Listing;

/* Asked once for each user: names can come from a server. */
static const char *
user_name (GHashTable *users,
           guint32     user)
{
  char *name = g_hash_table_lookup (users, GUINT_TO_POINTER (user));

  if (name == NULL)
    {
      char found[256];

      lac_user_name (user, found, sizeof found);
      name = g_strdup (found);
      g_hash_table_insert (users, GUINT_TO_POINTER (user), name);
    }
  return name;
}

static bool
add_row (const struct lac_process_row *row,
         void                         *user_data)
{
  Listing *listing = user_data;

  if (lacuna_process_row_is_live (row))
    g_ptr_array_add (listing->processes,
                     lacuna_process_new (row,
                                         user_name (listing->users, row->user),
                                         row->pid == listing->self_pid));
  return true;
}

static gint32
find_self_pid (void)
{
  struct lac_process *process;
  struct lac_process_facts facts;
  gint32 pid = 0;

  if (lac_process_open (NULL, LAC_PROCESS_SELF, &process, NULL) != LAC_OK)
    return 0;
  if (lac_process_get_facts (process, &facts, NULL) == LAC_OK)
    pid = facts.pid;
  lac_process_close (process);
  return pid;
}

/* (transfer full): all processes by PID; NULL when the system has no list. */
static GPtrArray *
list_processes (GHashTable *users)
{
  Listing listing = { g_ptr_array_new_with_free_func (g_object_unref), users, find_self_pid () };

  if (lac_process_list (NULL, add_row, &listing, NULL) != LAC_OK)
    g_clear_pointer (&listing.processes, g_ptr_array_unref);
  return listing.processes;
}

/* Replaces the @n_removed rows from @position on by those of @found from @first to @end. */
static void
replace_run (LacunaProcessList *self,
             guint              position,
             guint              n_removed,
             GPtrArray         *found,
             guint              first,
             guint              end)
{
  if (n_removed > 0)
    g_ptr_array_remove_range (self->processes, position, n_removed);
  for (guint i = first; i < end; i++)
    g_ptr_array_insert (self->processes,
                        (int) (position + i - first),
                        g_object_ref (g_ptr_array_index (found, i)));
  g_list_model_items_changed (G_LIST_MODEL (self), position, n_removed, end - first);
}

/* Both are in the order of PIDs. */
static void
merge (LacunaProcessList *self,
       GPtrArray         *found)
{
  guint position = 0;
  guint next = 0;

  while (position < self->processes->len || next < found->len)
    {
      guint n_removed = 0;
      guint end = next;

      /* The longest run without a row that stays. */
      for (;;)
        {
          LacunaProcess *old = position + n_removed < self->processes->len
                                   ? g_ptr_array_index (self->processes, position + n_removed)
                                   : NULL;
          LacunaProcess *new = end < found->len ? g_ptr_array_index (found, end) : NULL;

          if (old == NULL && new == NULL)
            break;
          if (old != NULL && new != NULL && lacuna_process_equal (old, new))
            break;
          if (new == NULL
              || (old != NULL && lacuna_process_get_pid (old) <= lacuna_process_get_pid (new)))
            n_removed++;
          if (old == NULL
              || (new != NULL && lacuna_process_get_pid (new) <= lacuna_process_get_pid (old)))
            end++;
        }

      if (n_removed > 0 || end > next)
        replace_run (self, position, n_removed, found, next, end);
      position += end - next;
      next = end;

      /* The row that stays, if there is one. */
      if (next < found->len)
        {
          position++;
          next++;
        }
    }
}

static void
list_thread (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  g_task_return_pointer (task,
                         list_processes (task_data),
                         (GDestroyNotify) g_ptr_array_unref);
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  LacunaProcessList *self = LACUNA_PROCESS_LIST (source);
  g_autoptr (GPtrArray) found = g_task_propagate_pointer (G_TASK (result), NULL);

  self->refreshing = FALSE;
  if (found != NULL)
    merge (self, found);
}

/**
 * lacuna_process_list_refresh:
 * @self: a list
 *
 * Brings the list up to date soon. A refresh that is under way serves for this one too.
 */
void
lacuna_process_list_refresh (LacunaProcessList *self)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (LACUNA_IS_PROCESS_LIST (self));

  if (self->refreshing)
    return;
  self->refreshing = TRUE;

  task = g_task_new (self, NULL, listed_cb, NULL);
  g_task_set_source_tag (task, lacuna_process_list_refresh);
  g_task_set_task_data (task,
                        g_hash_table_ref (self->users),
                        (GDestroyNotify) g_hash_table_unref);
  g_task_run_in_thread (task, list_thread);
}

/**
 * lacuna_process_list_refresh_now:
 * @self: a list
 *
 * Brings the list up to date on this thread, for the first look. Does nothing while a refresh is
 * under way, whose worker has the names of users.
 */
void
lacuna_process_list_refresh_now (LacunaProcessList *self)
{
  g_autoptr (GPtrArray) found = NULL;

  g_return_if_fail (LACUNA_IS_PROCESS_LIST (self));

  if (self->refreshing)
    return;
  found = list_processes (self->users);
  if (found != NULL)
    merge (self, found);
}
