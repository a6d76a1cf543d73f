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

/* Whether @text can be an address in any target. If not, it has complained. Where it is a number in all of
 * them, @out_is_number says so, and @out_address is that. */
gboolean cli_check_address (const char     *name,
                            const char     *text,
                            gboolean       *out_is_number,
                            uint64_t       *out_address);

/* Whether @size bytes at an address that is a number end where addresses do. If not, it has complained about
 * @culprit. */
gboolean cli_check_end     (uint64_t        address,
                            uint64_t        size,
                            const char     *culprit,
                            const char     *text);
