/* LacunaWindow: one target, its strip, its regions and the gaps in it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-target.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_WINDOW (lacuna_window_get_type ())
G_DECLARE_FINAL_TYPE (LacunaWindow, lacuna_window, LACUNA, WINDOW, AdwApplicationWindow)

LacunaWindow *lacuna_window_new           (GtkApplication *application);
void          lacuna_window_open_spelling (LacunaWindow   *self,
                                           const char     *spelling);
void          lacuna_window_open_target   (LacunaWindow   *self,
                                           LacunaTarget   *target);
void          lacuna_window_present_soon  (LacunaWindow   *self);

/* Whether somebody changed bytes in it that are not written; then closing it asks. */
gboolean      lacuna_window_has_changes   (LacunaWindow   *self);

/* To be called for a window that nobody told what to show. */
void          lacuna_window_welcome       (LacunaWindow   *self);

G_END_DECLS
