/* The window's place to drop files on.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-window.h"

G_BEGIN_DECLS

void lacuna_window_add_drop_target (LacunaWindow *self);

G_END_DECLS
