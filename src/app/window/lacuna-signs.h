/* LacunaSigns: a button that explains what the strip draws beside its colours.
 *
 * The legend has the colours, since they filter as well. What is not a colour (dots, torn edges,
 * hatching, outlines, pins) is told here, each with a sentence, and so is how ranges and addresses
 * are written.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_SIGNS (lacuna_signs_get_type ())
G_DECLARE_FINAL_TYPE (LacunaSigns, lacuna_signs, LACUNA, SIGNS, GtkWidget)

G_END_DECLS
