/* How addresses and sizes are written for people: one place, for the window and the command line.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/range.h"

#include <glib.h>

G_BEGIN_DECLS

/* "0x7f3a41c00000": plain, for copying and for JSON. */
char *lacuna_format_address         (guint64 address);

/* "7f3a 41c0 0000": lower-case, in groups of four from the right, for the eye. One group alone could
 * be read as a decimal number: "0x1000". */
char *lacuna_format_address_grouped (guint64 address);

/* "0x7f3a 41c0 0000", "0x1000": where nothing around it says that it is an address. */
char *lacuna_format_address_prefixed (guint64 address);

/* "4 KiB", "1.5 MiB", "84 MiB", "78.2 TiB": IEC, three significant digits, exact where it can
 * be. */
char *lacuna_format_size            (guint64 bytes);

/* "22,947,593,008" in the locale's grouping, or by commas in a locale that has none. */
char *lacuna_format_count           (guint64 count);

/* "4,096 bytes", grouped as a count is. */
char *lacuna_format_bytes           (guint64 bytes);

/* A name of @length bytes (negative: up to its NUL) as it is shown: UTF-8, on one line, of at most
 * LACUNA_FORMAT_LONGEST_NAME characters. What is copied is the name itself. */
#define LACUNA_FORMAT_LONGEST_NAME 256

char *lacuna_format_name            (const char *name,
                                     gssize      length);

/* "+63 MiB", "−11 MiB" (a real minus sign), "0". */
char *lacuna_format_distance        (gint64  bytes);

/* Where a range lies from an anchor, from its closest byte: "63 MiB above the anchor". */
char *lacuna_format_place           (struct lac_range range,
                                     guint64          anchor);

G_END_DECLS
