/* What kinds of regions are called by people.
 *
 * The core's names (lac_kind_name) are for scripts, and the same in every language; these are not.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/region.h"

#include <glib.h>

G_BEGIN_DECLS

/* (transfer none): the kind in the user's language, in lower case, as a table shows it. */
const char *lacuna_kind_get_label (enum lac_kind kind);

G_END_DECLS
