/* LacunaLine: one line of text that changes without asking for room.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_LINE (lacuna_line_get_type ())
G_DECLARE_FINAL_TYPE (LacunaLine, lacuna_line, LACUNA, LINE, GtkWidget)

const char *lacuna_line_get_text  (LacunaLine        *self);

/* What there is no room for is left out at @ellipsize; at the end unless told. */
void        lacuna_line_set_ellipsize (LacunaLine        *self,
                                       PangoEllipsizeMode ellipsize);

/* TRUE when it is another text: who places the line may place it anew. */
gboolean    lacuna_line_set_text  (LacunaLine        *self,
                                   const char        *text);

/* Logical pixels that all of the text takes. */
int         lacuna_line_get_width (LacunaLine        *self);

/* Whether the room that it has is enough. */
gboolean    lacuna_line_is_whole  (LacunaLine        *self);

G_END_DECLS
