/* Keys: which key does which action, in one table.
 *
 * Accelerators (with Control or Alt, or function keys) work everywhere. Bare keys (N, P, Space, …)
 * work wherever nothing is being typed; those of the strip are in lacuna-strip-keys.c. The help
 * overlay (ui/help-overlay.ui) shows both, and a test compares it with both tables.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct
{
  const char *action;          /* detailed, such as win.scale::linear */
  const char *accelerators[4]; /* as gtk_accelerator_parse() reads them; NULL-terminated */
  gboolean bare;               /* not while something is being typed */
} LacunaKey;

const LacunaKey *lacuna_keys_get     (gsize          *out_n_keys);
/* (transfer full): "Ctrl+G", the first key of @action; empty when it has none. */
char            *lacuna_keys_get_label (const char   *action);
void             lacuna_keys_install (GtkApplication *application);

/* Does what @keyval means as a bare key; for a window's bubbling key controller. */
gboolean         lacuna_keys_handle  (GtkWidget      *window,
                                      guint           keyval,
                                      GdkModifierType state);

G_END_DECLS
