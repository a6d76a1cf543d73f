/* LacunaTargetChooser: which process to look at, from a list that filters as one types.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_TARGET_CHOOSER (lacuna_target_chooser_get_type ())
G_DECLARE_FINAL_TYPE (LacunaTargetChooser, lacuna_target_chooser, LACUNA, TARGET_CHOOSER, GtkWidget)

void lacuna_target_chooser_set_title  (LacunaTargetChooser *self,
                                       const char          *title);

/* @state (nullable): what the process does, in a word; @notable: that is not what processes mostly do; @reason
 * (nullable): more about it. */
void lacuna_target_chooser_set_state  (LacunaTargetChooser *self,
                                       const char          *state,
                                       gboolean             notable,
                                       const char          *reason);

void lacuna_target_chooser_set_stacked (LacunaTargetChooser *self,
                                        gboolean             stacked);
void lacuna_target_chooser_set_narrow (LacunaTargetChooser *self,
                                       gboolean             narrow);
void lacuna_target_chooser_popup      (LacunaTargetChooser *self);

/* What is searched for whenever the list is opened; NULL for nothing. */
void lacuna_target_chooser_set_search (LacunaTargetChooser *self,
                                       const char          *search);

G_END_DECLS
