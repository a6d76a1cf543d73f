/* The program's style sheets.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void lacuna_style_load (GdkDisplay *display);

G_END_DECLS
