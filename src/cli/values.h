/* What people write for an address or a size; a fault is told with a caret under it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-target.h"

/* @name: the option or the parameter that has @text, for messages. Where @text is NULL, nothing is
 * read, and that is right. FALSE when it has complained. */
gboolean cli_read_address (LacunaTarget   *target,
                           LacunaSnapshot *snapshot,
                           const char     *name,
                           const char     *text,
                           uint64_t       *out_address);
gboolean cli_read_size    (const char     *name,
                           const char     *text,
                           uint64_t       *out_size);
