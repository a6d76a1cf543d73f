/* LacunaRegionCounts: how many regions each process of a list has, found out when somebody looks.
 *
 * A list shows some tens of hundreds of processes, and the number of regions takes the kernel
 * longer to tell than everything else together. So only what is on the screen is counted, one
 * process after another on one worker; what scrolls out of sight before its turn is dropped. What
 * was found is kept for a while under PID and start time, so that typing into the search, which
 * makes rows anew all the time, costs nothing. A process that may not be read is not asked again
 * for longer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-region-counts.h"
#include "os/count.h"

#include <glib/gi18n-lib.h>

/* For how long an answer is good, and a refusal. */
#define KNOWN_MICROSECONDS (10 * G_USEC_PER_SEC)
#define REFUSED_MICROSECONDS (60 * G_USEC_PER_SEC)

/* Beyond this many answers, those that are no longer good are dropped. */
#define KEPT 512

typedef struct
{
  gint32 pid;
  guint64 start_time;

  LacunaCountState state;
  gboolean asked;
  gsize n_regions;
  enum lac_status refusal;
  gint64 time; /* of the answer, monotonic */
} Answer;

struct _LacunaRegionCounts
{
  GObject parent_instance;

  GHashTable *answers; /* Answer, by PID and start time */
  GQueue waiting;      /* LacunaProcess, in the order in which they were asked for */
  GCancellable *cancellable;
  gboolean counting;
};

enum
{
  COUNTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaRegionCounts, lacuna_region_counts, G_TYPE_OBJECT)

static void count_next (LacunaRegionCounts *self);

static guint
answer_hash (gconstpointer key)
{
  const Answer *answer = key;

  return (guint) answer->pid * 31 + (guint) answer->start_time;
}

static gboolean
answer_equal (gconstpointer a,
              gconstpointer b)
{
  const Answer *first = a;
  const Answer *second = b;

  return first->pid == second->pid && first->start_time == second->start_time;
}

/* (nullable) */
static Answer *
find (LacunaRegionCounts *self,
      LacunaProcess      *process)
{
  Answer key = { .pid = lacuna_process_get_pid (process),
                 .start_time = lacuna_process_get_start_time (process) };

  return g_hash_table_lookup (self->answers, &key);
}

static gboolean
is_good (const Answer *answer)
{
  gint64 age = g_get_monotonic_time () - answer->time;

  switch (answer->state)
    {
    case LACUNA_COUNT_KNOWN:
      return age < KNOWN_MICROSECONDS;
    case LACUNA_COUNT_REFUSED:
      return age < REFUSED_MICROSECONDS;
    case LACUNA_COUNT_UNKNOWN:
    default:
      return FALSE;
    }
}

static gboolean
is_stale (gpointer key,
          gpointer value,
          gpointer user_data)
{
  const Answer *answer = value;

  return !answer->asked && !is_good (answer);
}

static void
lacuna_region_counts_dispose (GObject *object)
{
  LacunaRegionCounts *self = LACUNA_REGION_COUNTS (object);

  g_cancellable_cancel (self->cancellable);
  g_queue_clear_full (&self->waiting, g_object_unref);

  G_OBJECT_CLASS (lacuna_region_counts_parent_class)->dispose (object);
}

static void
lacuna_region_counts_finalize (GObject *object)
{
  LacunaRegionCounts *self = LACUNA_REGION_COUNTS (object);

  g_hash_table_unref (self->answers);
  g_object_unref (self->cancellable);

  G_OBJECT_CLASS (lacuna_region_counts_parent_class)->finalize (object);
}

static void
lacuna_region_counts_class_init (LacunaRegionCountsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = lacuna_region_counts_dispose;
  object_class->finalize = lacuna_region_counts_finalize;

  /* LacunaRegionCounts::counted: something new is known of this process. */
  signals[COUNTED] = g_signal_new ("counted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, LACUNA_TYPE_PROCESS);
}

static void
lacuna_region_counts_init (LacunaRegionCounts *self)
{
  self->answers = g_hash_table_new_full (answer_hash, answer_equal, NULL, g_free);
  g_queue_init (&self->waiting);
  self->cancellable = g_cancellable_new ();
}

/**
 * lacuna_region_counts_new:
 *
 * Returns: (transfer full): one that knows nothing yet
 */
LacunaRegionCounts *
lacuna_region_counts_new (void)
{
  return g_object_new (LACUNA_TYPE_REGION_COUNTS, NULL);
}

/* What the worker has to do, and what it found. */
typedef struct
{
  LacunaProcess *process;
  atomic_bool cancel;
  enum lac_status status;
  gsize n_regions;
} Counting;

static void
counting_free (gpointer data)
{
  Counting *counting = data;

  g_object_unref (counting->process);
  g_free (counting);
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  atomic_store ((atomic_bool *) user_data, true);
}

static void
count_thread (GTask        *task,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  Counting *counting = task_data;
  size_t n_regions = 0;
  gulong handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), &counting->cancel,
                                          NULL);

  counting->status
      = lac_process_count_regions (lacuna_process_get_pid (counting->process),
                                   lacuna_process_get_start_time (counting->process),
                                   LACUNA_REGION_COUNT_LIMIT, &counting->cancel, &n_regions, NULL);
  counting->n_regions = n_regions;
  g_cancellable_disconnect (cancellable, handler);
  g_task_return_boolean (task, TRUE);
}

static void
counted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (LacunaRegionCounts) self = g_object_ref (LACUNA_REGION_COUNTS (source));
  Counting *counting = g_task_get_task_data (G_TASK (result));
  Answer *answer = find (self, counting->process);

  self->counting = FALSE;
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (answer != NULL)
    {
      answer->asked = FALSE;
      answer->time = g_get_monotonic_time ();
      answer->n_regions = counting->n_regions;
      answer->refusal = counting->status;
      answer->state = counting->status == LAC_OK ? LACUNA_COUNT_KNOWN : LACUNA_COUNT_REFUSED;
      g_signal_emit (self, signals[COUNTED], 0, counting->process);
    }
  count_next (self);
}

static void
count_next (LacunaRegionCounts *self)
{
  g_autoptr (GTask) task = NULL;
  Counting *counting;

  if (self->counting || g_queue_is_empty (&self->waiting))
    return;
  self->counting = TRUE;
  counting = g_new0 (Counting, 1);
  counting->process = g_queue_pop_head (&self->waiting);

  task = g_task_new (self, self->cancellable, counted_cb, NULL);
  g_task_set_source_tag (task, count_next);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, counting, counting_free);
  g_task_run_in_thread (task, count_thread);
}

/**
 * lacuna_region_counts_look_up:
 * @process: a process
 * @out_n_regions: (out): how many regions it has; set when that is known
 * @out_refusal: (out) (transfer none): why it can't be read; set when it can't
 *
 * O(1); asks nobody.
 *
 * Returns: what is known
 */
LacunaCountState
lacuna_region_counts_look_up (LacunaRegionCounts *self,
                              LacunaProcess      *process,
                              gsize              *out_n_regions,
                              const char        **out_refusal)
{
  const Answer *answer;

  g_return_val_if_fail (LACUNA_IS_REGION_COUNTS (self), LACUNA_COUNT_UNKNOWN);
  g_return_val_if_fail (LACUNA_IS_PROCESS (process), LACUNA_COUNT_UNKNOWN);

  answer = find (self, process);
  if (answer == NULL)
    return LACUNA_COUNT_UNKNOWN;
  if (answer->state == LACUNA_COUNT_KNOWN)
    *out_n_regions = answer->n_regions;
  else if (answer->state == LACUNA_COUNT_REFUSED)
    *out_refusal = g_dgettext (GETTEXT_PACKAGE, lac_status_sentence (answer->refusal));
  return answer->state;
}

/**
 * lacuna_region_counts_ask:
 * @process: a process that somebody looks at
 *
 * Has it counted soon, unless what is known of it is new enough.
 */
void
lacuna_region_counts_ask (LacunaRegionCounts *self,
                          LacunaProcess      *process)
{
  Answer *answer;

  g_return_if_fail (LACUNA_IS_REGION_COUNTS (self));
  g_return_if_fail (LACUNA_IS_PROCESS (process));

  answer = find (self, process);
  if (answer != NULL && (answer->asked || is_good (answer)))
    return;
  if (answer == NULL)
    {
      if (g_hash_table_size (self->answers) >= KEPT)
        g_hash_table_foreach_remove (self->answers, is_stale, NULL);
      answer = g_new0 (Answer, 1);
      answer->pid = lacuna_process_get_pid (process);
      answer->start_time = lacuna_process_get_start_time (process);
      g_hash_table_add (self->answers, answer);
    }
  answer->asked = TRUE;
  g_queue_push_tail (&self->waiting, g_object_ref (process));
  count_next (self);
}

/**
 * lacuna_region_counts_forget:
 * @process: a process that nobody looks at any more
 *
 * Gives up what did not begin yet; what is known stays.
 */
void
lacuna_region_counts_forget (LacunaRegionCounts *self,
                             LacunaProcess      *process)
{
  GList *link;
  Answer *answer;

  g_return_if_fail (LACUNA_IS_REGION_COUNTS (self));
  g_return_if_fail (LACUNA_IS_PROCESS (process));

  link = g_queue_find (&self->waiting, process);
  if (link == NULL)
    return;
  answer = find (self, process);
  if (answer != NULL)
    answer->asked = FALSE;
  g_queue_delete_link (&self->waiting, link);
  g_object_unref (process);
}
