/* Where a program's own files lie, wherever the program was put.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full) (nullable): the path of what lies at @installed below the prefix that this
 * program runs from, or at @built below the build folder that it was built in; NULL when there is
 * neither. */
char *lacuna_places_find         (const char *installed,
                                  const char *built);

/* Makes the environment's language that of the program: call it first in main(). */
void  lacuna_places_set_language (void);

G_END_DECLS
