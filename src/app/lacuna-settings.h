/* The settings, wherever the program runs from.
 *
 * The schema is looked for in the share folder beside the program's own (any prefix), then in the
 * build folder that the program was built in, then where GSettings does, so that neither a prefix
 * that the desktop does not know nor a build folder needs an environment variable.
 *
 * Keys (data/io.github.lacuna_project.Lacuna.gschema.xml says what each means):
 *   window-width i, window-height i, window-maximized b, panel-visible b, panel-page s,
 *   scale s (linear, compact, anchor), orientation s (horizontal, vertical), show s (regions, gaps,
 *   both), live b, refresh-interval u (milliseconds), hints-shown b,
 *   bytes-per-row s (auto, 8, 16, 32)
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* (transfer none) (nullable): one for the program; NULL when there is no schema anywhere, and then
 * the program runs with its defaults and remembers nothing. Main thread. */
GSettings *lacuna_settings_get  (void);

/* Binds @key to @property of @object both ways; does nothing without a schema. */
void       lacuna_settings_bind (const char *key,
                                 gpointer    object,
                                 const char *property);

G_END_DECLS
