/* The terminal that the command line writes to.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Keeps the numbers of standard input, output and error from going to other files when the caller
 * closed them; the first thing that a program does. */
void     lacuna_terminal_secure_files (void);

gboolean lacuna_terminal_is_output (void);
gboolean lacuna_terminal_is_error  (void);

/* Columns: what COLUMNS says, or else the terminal itself, or else 80. */
int      lacuna_terminal_get_width (void);

/* What standard output can show: FALSE when the locale's characters are not Unicode's. */
gboolean lacuna_terminal_has_unicode (void);

G_END_DECLS
