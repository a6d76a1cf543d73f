/* LacunaBytesLayout: where the columns of a view of bytes lie, and what lies where.
 *
 *     7f9d c97c 7010  48 8b 05 00 …  00 00 00 00 …  H…..  …
 *     address         bytes, in groups of eight    text
 *
 * Pure arithmetic, in logical pixels. It goes from left to right in every language, as numbers do.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/range.h"

#include <glib.h>

G_BEGIN_DECLS

#define LACUNA_BYTES_MOST_COLUMNS 32

/* LacunaBytesPart: which of the two columns. */
typedef enum
{
  LACUNA_BYTES_HEX,
  LACUNA_BYTES_TEXT,
} LacunaBytesPart;

typedef struct
{
  int letter;        /* the width of a digit */
  int row;           /* the height of a row */
  int head;          /* the height of what is above the rows */
  guint n_columns;   /* bytes in a row: 8, 16 or 32 */
  guint n_digits;    /* letters of the addresses, with blanks */
  gboolean is_short; /* whether addresses are cut at the front, and gaps are narrow */
  gboolean has_text; /* whether there is room for the bytes as text */
  int x;             /* where all of it begins */
  int width;         /* of all of it */
} LacunaBytesLayout;

/* Makes the best of @width pixels: @n_columns bytes in a row, or as many as fit when that is 0 or too
 * many, for addresses of up to @n_digits letters, which are cut at the front where there is no room for
 * eight bytes otherwise; @n_needed letters are left, in which they differ. */
void     lacuna_bytes_layout_init     (LacunaBytesLayout       *layout,
                                       int                      letter,
                                       int                      row,
                                       guint                    n_columns,
                                       guint                    n_digits,
                                       guint                    n_needed,
                                       int                      width);

int      lacuna_bytes_layout_address_x (const LacunaBytesLayout *layout);

/* Where the byte in a column begins; its width is two letters, or one. */
int      lacuna_bytes_layout_column_x (const LacunaBytesLayout *layout,
                                       LacunaBytesPart          part,
                                       guint                    column);
int      lacuna_bytes_layout_cell     (const LacunaBytesLayout *layout,
                                       LacunaBytesPart          part);

/* The column that is nearest to @x, and of which part. */
guint    lacuna_bytes_layout_column_at (const LacunaBytesLayout *layout,
                                        double                   x,
                                        LacunaBytesPart         *out_part);

/* Whether @x is on a byte, or nearer than half a gap. */
gboolean lacuna_bytes_layout_is_on_byte (const LacunaBytesLayout *layout,
                                         double                   x);

G_END_DECLS
