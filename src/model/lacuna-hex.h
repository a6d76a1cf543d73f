/* Bytes as people write them, from text to GBytes.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full) (nullable): the bytes that @text ("00 ab f9 0x42", "00abf9") stands for; at least
 * one. @out_offset (optional): which byte of @text is not understood, -1 when there is no such place. */
GBytes *lacuna_hex_parse (const char  *text,
                          gssize      *out_offset,
                          GError     **error);

G_END_DECLS
