/* What the target does: a word beside its name.
 *
 * It is the state of the process as it was read last, so it is as old as the picture. That it is
 * stopped, or somebody's to trace, is why it does nothing, and why nothing can be done to it; such
 * a state has a colour.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-private.h"

#include <glib/gi18n.h>

/* (nullable): one letter as in proc_pid_stat(5) in a word. */
static const char *
state_word (char      state,
            gboolean *out_notable)
{
  *out_notable = TRUE;
  switch (state)
    {
    case 'R':
      *out_notable = FALSE;
      return _ ("running");
    case 'S':
    case 'I':
      *out_notable = FALSE;
      return _ ("sleeping");
    case 'D':
      *out_notable = FALSE;
      /* Translators: of a process that waits for a disk and can't be interrupted. */
      return _ ("disk");
    case 'T':
      return _ ("stopped");
    case 't':
      return _ ("traced");
    case 'Z':
      return _ ("zombie");
    default:
      return NULL;
    }
}

/**
 * lacuna_window_show_state:
 *
 * Says what the target does.
 */
void
lacuna_window_show_state (LacunaWindow *self)
{
  g_autoptr (LacunaReason) reason = NULL;
  g_autofree char *words = NULL;
  const LacunaOrigin *origin;
  const char *word = NULL;
  gboolean notable = FALSE;
  enum lac_status status = LAC_OK;

  if (self->snapshot != NULL && self->shows_target && !self->exited && self->target != NULL
      && lacuna_target_get_kind (self->target) == LACUNA_TARGET_PROCESS)
    {
      origin = lacuna_snapshot_get_origin (self->snapshot);
      word = state_word (origin->state, &notable);
      reason = lacuna_target_get_reason (self->target, LACUNA_CAN_ALLOCATE);
      status = reason != NULL ? lacuna_reason_get_status (reason) : LAC_OK;
      /* Neither is a state that the letter tells of. */
      if (status == LAC_E_FROZEN)
        word = _ ("frozen");
      else if (status == LAC_E_TRACED)
        word = _ ("traced");
      notable |= status == LAC_E_FROZEN || status == LAC_E_TRACED;
      if (status == LAC_E_TRACED || status == LAC_E_FROZEN || status == LAC_E_STOPPED)
        words = lacuna_reason_words (reason, origin->pid);
      else if (origin->state == 'D')
        words = g_strdup (_ ("waiting for a disk, and can't be interrupted"));
    }
  lacuna_target_chooser_set_state (self->chooser, word, notable, words);
}
