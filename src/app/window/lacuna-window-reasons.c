/* What is in the way of looking into the target, or of changing it.
 *
 * The kernel is asked when a process is chosen, whenever something was refused, and while the
 * window shows the process: who has followed the advice sees that it helped, and a process that was
 * stopped meanwhile is not offered what would fail. That takes a worker some milliseconds, so while
 * nothing is in the way it is done seldom.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-private.h"

#include <glib/gi18n.h>

/* Microseconds between two looks while nothing is known to be in the way. */
#define SELDOM (5 * G_USEC_PER_SEC)

static char
get_state (LacunaWindow *self)
{
  return self->snapshot != NULL && self->shows_target
             ? lacuna_snapshot_get_origin (self->snapshot)->state
             : '\0';
}

/* Where not even the map could be read, the sentence stands above. */
static void
show_failure_reason (LacunaWindow *self,
                     LacunaReason *reason)
{
  const char *command = reason != NULL ? lacuna_reason_get_command (reason) : NULL;

  lacuna_reason_box_show (self->failure_reason,
                          command != NULL ? _ ("This helps, typed into a terminal:") : NULL, command);
}

/* What can be read now, or can't any more, is another thing to see. */
static void
show_bytes_reason (LacunaWindow *self,
                   LacunaReason *no_memory)
{
  gboolean differs = g_strcmp0 (no_memory != NULL ? lacuna_reason_get_sentence (no_memory) : NULL,
                                self->reasons.no_memory != NULL
                                    ? lacuna_reason_get_sentence (self->reasons.no_memory)
                                    : NULL)
                     != 0;

  if (no_memory != NULL)
    lacuna_reason_ref (no_memory);
  g_clear_pointer (&self->reasons.no_memory, lacuna_reason_unref);
  self->reasons.no_memory = no_memory;
  if (differs && self->bytes && self->shows_target)
    lacuna_window_show_bytes (self);
}

static void
show_reasons (LacunaWindow *self)
{
  g_autoptr (LacunaReason) no_memory = NULL;
  g_autoptr (LacunaReason) no_calls = NULL;

  if (self->target != NULL)
    {
      no_memory = lacuna_target_get_reason (self->target, LACUNA_CAN_WRITE);
      no_calls = lacuna_target_get_reason (self->target, LACUNA_CAN_ALLOCATE);
    }
  self->reasons.any = no_memory != NULL || no_calls != NULL;
  lacuna_buffers_panel_set_reasons (self->buffers_panel, no_memory, no_calls);
  show_failure_reason (self, no_memory);
  show_bytes_reason (self, no_memory);
  lacuna_window_show_state (self);
}

static void
looked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (LacunaWindow) self = user_data;

  /* What was cancelled is not waited for any more. */
  if (!lacuna_target_probe_finish (LACUNA_TARGET (source), result, NULL)
      || LACUNA_TARGET (source) != self->reasons.target)
    return;
  g_clear_object (&self->reasons.cancellable);
  show_reasons (self);
}

/**
 * lacuna_window_look_for_reasons:
 * @now: whether something has happened, so that what was known is not any more
 *
 * Finds out what is in the way, and says it where it matters.
 */
void
lacuna_window_look_for_reasons (LacunaWindow *self,
                                gboolean      now)
{
  const gint64 time = g_get_monotonic_time ();

  if (self->target == NULL || self->exited
      || lacuna_target_get_kind (self->target) != LACUNA_TARGET_PROCESS
      || self->reasons.cancellable != NULL)
    return;
  /* Of a process that runs or sleeps the one letter says as much as the other. */
  if ((get_state (self) == 'T' || get_state (self) == 't')
      != (self->reasons.state == 'T' || self->reasons.state == 't'))
    now = TRUE;
  if (!now && !self->reasons.any && self->reasons.looked != 0
      && time - self->reasons.looked < SELDOM)
    return;
  self->reasons.looked = time;
  self->reasons.state = get_state (self);
  self->reasons.cancellable = g_cancellable_new ();
  lacuna_target_probe_async (self->target, self->reasons.cancellable, looked_cb,
                             g_object_ref (self));
}

/**
 * lacuna_window_start_reasons:
 *
 * To be called when another target is shown: what was known was of the one before.
 */
void
lacuna_window_start_reasons (LacunaWindow *self)
{
  if (self->reasons.cancellable != NULL)
    g_cancellable_cancel (self->reasons.cancellable);
  g_clear_object (&self->reasons.cancellable);
  g_set_object (&self->reasons.target, self->target);
  self->reasons.looked = 0;
  show_reasons (self);
  lacuna_window_look_for_reasons (self, TRUE);
}

/**
 * lacuna_window_clear_reasons:
 *
 * To be called when the window goes.
 */
void
lacuna_window_clear_reasons (LacunaWindow *self)
{
  if (self->reasons.cancellable != NULL)
    g_cancellable_cancel (self->reasons.cancellable);
  g_clear_object (&self->reasons.cancellable);
  g_clear_object (&self->reasons.target);
  g_clear_pointer (&self->reasons.no_memory, lacuna_reason_unref);
}
