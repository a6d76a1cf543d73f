/* Bytes on the command line: in hexadecimal, or in a file.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

/* (transfer full) (nullable): bytes in hexadecimal, or those of a file after an @; at least one. NULL
 * when it has complained. */
GBytes *cli_read_bytes (const char *text);
