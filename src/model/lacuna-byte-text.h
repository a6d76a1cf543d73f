/* How bytes are written for people and for programs: what can be copied of them.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-byte-source.h"

G_BEGIN_DECLS

typedef enum
{
  LACUNA_BYTE_TEXT_HEX,     /* "48 8b 05 ??", lines of @n_columns bytes */
  LACUNA_BYTE_TEXT_C_ARRAY, /* "0x48, 0x8b, 0x05, ", lines of @n_columns bytes, in braces */
  LACUNA_BYTE_TEXT_PLAIN,   /* UTF-8; what is no text is a full stop */
} LacunaByteTextKind;

/* (transfer full): @read as text. What could not be read is ?? in hexadecimal, zero with a comment in C,
 * and a full stop in plain text. Threads: any. */
char *lacuna_byte_text_new (const LacunaByteRead *read,
                            LacunaByteTextKind    kind,
                            guint                 n_columns);

/* "'H'" is said of a byte that is a letter; "line feed" of one that is none but has a name. */
char *lacuna_byte_text_describe (guint8 byte);

G_END_DECLS
