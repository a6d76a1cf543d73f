/* LacunaBytesLayout: columns in letters, from the start: margin, address, gap, bytes, gap, text, margin.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-bytes-layout.h"

/* Letters between two parts, where room is short, and after eight bytes. */
#define GAP 2
#define NARROW_GAP 1
#define GROUP_GAP 1
#define GROUP 8

/* Pixels at both ends. */
#define MARGIN 14
#define NARROW_MARGIN 6

/* What is left of an address at least where room is short: "…c97c 7000". */
#define SHORT_DIGITS 10

static int
margin (const LacunaBytesLayout *layout)
{
  return layout->is_short ? NARROW_MARGIN : MARGIN;
}

static int
gap (const LacunaBytesLayout *layout)
{
  return layout->is_short ? NARROW_GAP : GAP;
}

static int
hex_letters (guint column)
{
  return (int) (column * 3 + column / GROUP * GROUP_GAP);
}

int
lacuna_bytes_layout_address_x (const LacunaBytesLayout *layout)
{
  return layout->x + margin (layout);
}

int
lacuna_bytes_layout_cell (const LacunaBytesLayout *layout,
                          LacunaBytesPart          part)
{
  return part == LACUNA_BYTES_HEX ? 2 * layout->letter : layout->letter;
}

int
lacuna_bytes_layout_column_x (const LacunaBytesLayout *layout,
                              LacunaBytesPart          part,
                              guint                    column)
{
  int letters = (int) layout->n_digits + gap (layout);

  if (part == LACUNA_BYTES_HEX)
    letters += hex_letters (column);
  else
    letters += hex_letters (layout->n_columns - 1) + 2 + gap (layout) + (int) column;
  return lacuna_bytes_layout_address_x (layout) + letters * layout->letter;
}

static void
measure (LacunaBytesLayout *layout)
{
  LacunaBytesPart last = layout->has_text ? LACUNA_BYTES_TEXT : LACUNA_BYTES_HEX;

  layout->width = lacuna_bytes_layout_column_x (layout, last, layout->n_columns - 1)
                  + lacuna_bytes_layout_cell (layout, last) + margin (layout) - layout->x;
}

static gboolean
fits (LacunaBytesLayout *layout,
      guint              n_columns,
      guint              n_digits,
      gboolean           is_short,
      gboolean           has_text,
      int                width)
{
  layout->n_columns = n_columns;
  layout->n_digits = n_digits;
  layout->is_short = is_short;
  layout->has_text = has_text;
  measure (layout);
  return layout->width <= width;
}

/* Whole addresses and text first, and as many bytes as there is room for then. */
void
lacuna_bytes_layout_init (LacunaBytesLayout *layout,
                          int                letter,
                          int                row,
                          guint              n_columns,
                          guint              n_digits,
                          guint              n_needed,
                          int                width)
{
  guint most = n_columns > 0 ? n_columns : LACUNA_BYTES_MOST_COLUMNS;
  guint n_short = MIN (n_digits, MAX (n_needed, SHORT_DIGITS));

  *layout = (LacunaBytesLayout){ .letter = letter, .row = row, .head = row + 5 };
  for (guint n = most; n >= GROUP; n /= 2)
    if (fits (layout, n, n_digits, FALSE, TRUE, width))
      return;
  if (fits (layout, GROUP, n_short, TRUE, TRUE, width))
    return;
  /* What does not fit even so is scrolled sideways, and then everything is there. */
  if (!fits (layout, GROUP, n_short, TRUE, FALSE, width))
    fits (layout, GROUP, n_digits, FALSE, TRUE, width);
}

guint
lacuna_bytes_layout_column_at (const LacunaBytesLayout *layout,
                               double                   x,
                               LacunaBytesPart         *out_part)
{
  double half = gap (layout) * layout->letter / 2.0;
  LacunaBytesPart part = LACUNA_BYTES_HEX;
  guint best = 0;

  if (layout->has_text && x >= lacuna_bytes_layout_column_x (layout, LACUNA_BYTES_TEXT, 0) - half)
    part = LACUNA_BYTES_TEXT;
  for (guint i = 1; i < layout->n_columns; i++)
    {
      /* Between two bytes, the middle of the gap decides. */
      int end = lacuna_bytes_layout_column_x (layout, part, i - 1)
                + lacuna_bytes_layout_cell (layout, part);

      if (x >= (end + lacuna_bytes_layout_column_x (layout, part, i)) / 2.0)
        best = i;
    }
  if (out_part != NULL)
    *out_part = part;
  return best;
}

gboolean
lacuna_bytes_layout_is_on_byte (const LacunaBytesLayout *layout,
                                double                   x)
{
  double half = gap (layout) * layout->letter / 2.0;

  return x >= lacuna_bytes_layout_column_x (layout, LACUNA_BYTES_HEX, 0) - half
         && x < layout->x + layout->width - margin (layout) + half;
}
