/* Bytes on the command line: in hexadecimal, or in a file.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "exit-status.h"

/* (transfer full) (nullable): the bytes that @text stands for, at least one; "@FILE" is the bytes of a
 * file, which may be @most. If there are none, it has complained, and says what to exit with. */
GBytes *cli_read_bytes (const char    *text,
                        guint64        most,
                        CliExitStatus *out_status);
