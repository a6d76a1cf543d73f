/* About Lacuna: who made it, on which terms, and what it runs on.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

void lacuna_about_show (GtkWindow *parent);

G_END_DECLS
