/* LacunaStill: what has stood still in a window, as fewer things to draw.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _LacunaStill LacunaStill;

LacunaStill   *lacuna_still_new    (void);
void           lacuna_still_free   (LacunaStill   *self);
GskRenderNode *lacuna_still_reduce (LacunaStill   *self,
                                    GskRenderNode *node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaStill, lacuna_still_free)

G_END_DECLS
