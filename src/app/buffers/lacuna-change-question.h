/* The question that comes before another process is changed.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-allocator.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Called once, also when the window goes. */
typedef void (*LacunaChangeAnswer) (gboolean go_on,
                                    gpointer user_data);

/* (transfer none): the question, on the screen. @process: such as "chromium 14231". @planned
 * (nullable): a dry run of what is asked about, or a deed that failed because @confirm was not
 * agreed to; NULL for bytes that are written. @consent: what of the process's other changes
 * the answer will do for; LACUNA_CONSENT_NONE for none. */
GtkWindow *lacuna_change_question_ask (GtkWidget         *parent,
                                       const char        *process,
                                       LacunaOperation   *planned,
                                       LacunaConfirm      confirm,
                                       LacunaConsent      consent,
                                       LacunaChangeAnswer answer,
                                       gpointer           user_data);

G_END_DECLS
