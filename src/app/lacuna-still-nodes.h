/* Nodes that GTK 4.8 draws by a detour without a graphics card, and others that look the same.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Lines of text that are dim as a whole; and those in a colour that is as dim. */
gboolean       lacuna_still_is_dim_text (GskRenderNode        *node);
GskRenderNode *lacuna_still_dim_text    (GskRenderNode        *node);

/* A symbolic icon; and a picture of it, in just the pixels that it has. */
gboolean       lacuna_still_is_icon     (GskRenderNode        *node);
GskRenderNode *lacuna_still_colour_icon (GskRenderNode        *node);

/* What of @node is inside of @clip, of which only what reaches out of it is clipped. */
GskRenderNode *lacuna_still_clip        (GskRenderNode        *node,
                                         const GskRoundedRect *clip);

G_END_DECLS
