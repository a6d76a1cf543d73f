/* What takes the room that nothing else wants.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Has @box show its only child whole or not at all. */
void lacuna_spare_make        (GtkWidget *box);

/* The same where there is room beyond what others need, not only beyond what they like to have. */
void lacuna_spare_make_wanted (GtkWidget *box);

G_END_DECLS
