/* LacunaBuffersLayout: three children, one below another, of which the list in the middle has what the
 * others leave.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_BUFFERS_LAYOUT (lacuna_buffers_layout_get_type ())
G_DECLARE_FINAL_TYPE (LacunaBuffersLayout, lacuna_buffers_layout, LACUNA, BUFFERS_LAYOUT,
                      GtkLayoutManager)

G_END_DECLS
