/* LacunaReasonBox: why something can't be done, and what would help, with a button that copies it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-reason.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_REASON_BOX (lacuna_reason_box_get_type ())
G_DECLARE_FINAL_TYPE (LacunaReasonBox, lacuna_reason_box, LACUNA, REASON_BOX, GtkWidget)

GtkWidget *lacuna_reason_box_new  (void);

/* @sentence (nullable): NULL for nothing to say; then it is not there. @command (nullable): what
 * would help, to be typed into a terminal. */
void       lacuna_reason_box_show (LacunaReasonBox *self,
                                   const char      *sentence,
                                   const char      *command);

/* (transfer full): what a reason says, where it is plain which process it is about. */
char      *lacuna_reason_words    (LacunaReason    *reason,
                                   gint32           pid);

/* (transfer full): the same of a sentence. */
char      *lacuna_reason_trim     (const char      *sentence,
                                   gint32           pid);

/* (transfer full): the same for a box that shows the reason's command as well: it is said once. */
char      *lacuna_reason_words_in_box
                                  (LacunaReason    *reason,
                                   gint32           pid);

G_END_DECLS
