/* Bytes as people write them.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/status.h"

#include <stddef.h>
#include <stdint.h>

LAC_BEGIN_DECLS

/**
 * lac_bytes_parse:
 * @text: (borrowed): pairs of hexadecimal digits, such as "00 ab f9 0x42" or "00abf9"; blanks,
 *   commas and "0x" before a byte are skipped
 * @length: its bytes
 * @out_bytes: (out caller-allocates) (nullable): room for @size bytes; NULL to count only
 * @size: the room
 * @out_n_bytes: (out): how many bytes the text stands for
 * @out_column: (out) (optional): on %LAC_E_SYNTAX, which character (from 1) is not understood; one
 *   past the last when a digit is missing
 *
 * Errors: %LAC_E_SYNTAX; %LAC_E_FULL when there is no room, with nothing written and @out_n_bytes
 *   set.
 * Threads: any.
 */
LAC_PUBLIC enum lac_status lac_bytes_parse (const char *text,
                                            size_t      length,
                                            uint8_t    *out_bytes,
                                            size_t      size,
                                            size_t     *out_n_bytes,
                                            size_t     *out_column);

LAC_END_DECLS
