/* The questions and the bad news of whoever writes into memory, as dialogs.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-byte-edits.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* All are shown over @parent's window, and answer with "response". */

/* Responses: look, apply. */
GtkWindow *lacuna_bytes_ask_changed   (GtkWidget              *parent,
                                       const LacunaByteOutcome *outcome);

/* Responses: cancel, force. */
GtkWindow *lacuna_bytes_ask_force     (GtkWidget              *parent,
                                       const LacunaByteOutcome *outcome);

/* Responses: keep, discard, and apply; or copy in the place of that, when @exited. @owner (nullable): NULL
 * for Lacuna itself. */
GtkWindow *lacuna_bytes_ask_leave     (GtkWidget              *parent,
                                       const char             *owner,
                                       guint64                 n_bytes,
                                       gboolean                exited);

/* Responses: close; and copy, when the process has exited. */
GtkWindow *lacuna_bytes_tell_failed   (GtkWidget              *parent,
                                       const LacunaByteOutcome *outcome);

/* Responses: close. */
GtkWindow *lacuna_bytes_tell_not_undone (GtkWidget              *parent,
                                         const LacunaByteOutcome *outcome,
                                         gboolean                 redo);

G_END_DECLS
