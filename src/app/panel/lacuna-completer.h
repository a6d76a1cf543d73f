/* LacunaCompleter: a list of names below an entry for an address, as one types.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-target.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_COMPLETER (lacuna_completer_get_type ())
G_DECLARE_FINAL_TYPE (LacunaCompleter, lacuna_completer, LACUNA, COMPLETER, GObject)

/* @owner has the list as a child, and has a layout manager; @entry is in it. Both outlive it. */
LacunaCompleter *lacuna_completer_new          (GtkWidget       *owner,
                                                GtkEntry        *entry);

/* Before @owner is disposed of. */
void             lacuna_completer_detach       (LacunaCompleter *self);

void             lacuna_completer_set_snapshot (LacunaCompleter *self,
                                                LacunaTarget    *target,
                                                LacunaSnapshot  *snapshot);
void             lacuna_completer_set_description (LacunaCompleter *self,
                                                   const char      *description);
gboolean         lacuna_completer_is_open      (LacunaCompleter *self);
gboolean         lacuna_completer_is_searching (LacunaCompleter *self);
guint            lacuna_completer_get_n_names  (LacunaCompleter *self);
void             lacuna_completer_close        (LacunaCompleter *self);

G_END_DECLS
