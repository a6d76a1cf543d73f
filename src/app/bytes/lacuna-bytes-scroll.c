/* Where a view of bytes is scrolled to.
 *
 * A range may have 2^47 bytes and more. Pixels of that many rows would be numbers that no double and
 * no adjustment can tell apart, so the place is a row's number and the pixels of that row which are
 * out of sight; wheel, keys and pointer move it by what they mean. A scrollbar's adjustment counts
 * rows, which a double has all of up to 2^53, and thousands of rows as one where there are more.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-bytes-private.h"

#include <math.h>

/* Up to this many rows, the adjustment counts each. */
#define MOST_ROWS ((guint64) 1 << 52)

/* Bytes read beyond what is in sight, so that a little scrolling finds them there. */
#define AHEAD ((guint64) 4096)

guint64
lacuna_bytes_base (LacunaBytes *self)
{
  return lac_align_down (self->range.start, MAX (self->layout.n_columns, 1));
}

guint64
lacuna_bytes_n_rows (LacunaBytes *self)
{
  if (lac_range_size (self->range) == 0 || self->layout.n_columns == 0)
    return 0;
  return (self->range.end - 1 - lacuna_bytes_base (self)) / self->layout.n_columns + 1;
}

double
lacuna_bytes_get_room (LacunaBytes *self)
{
  return MAX (0, gtk_widget_get_height (GTK_WIDGET (self)) - self->layout.head);
}

guint64
lacuna_bytes_row_of (LacunaBytes *self,
        guint64      address)
{
  return (CLAMP (address, self->range.start, self->range.end - 1) - lacuna_bytes_base (self))
         / self->layout.n_columns;
}

guint64
lacuna_bytes_address_of (LacunaBytes *self,
            guint64      row)
{
  return lacuna_bytes_base (self) + row * self->layout.n_columns;
}

/* How many powers of two the adjustment's numbers leave out. */
static guint
adjustment_shift (LacunaBytes *self)
{
  guint64 n_rows = lacuna_bytes_n_rows (self);
  guint shift = 0;

  while (n_rows >> shift > MOST_ROWS)
    shift++;
  return shift;
}

static void
update_adjustments (LacunaBytes *self)
{
  guint shift = adjustment_shift (self);
  double n_rows = (double) (lacuna_bytes_n_rows (self) >> shift);
  double page = self->has_layout ? lacuna_bytes_get_room (self) / self->layout.row : 1;
  double value = (double) (self->top >> shift);
  int width = gtk_widget_get_width (GTK_WIDGET (self));

  if (shift == 0 && self->has_layout)
    value += self->top_offset / self->layout.row;
  self->adjusting = TRUE;
  gtk_adjustment_configure (self->vertical, value, 0, MAX (n_rows, page), 1, MAX (page - 1, 1),
                            page);
  gtk_adjustment_configure (self->horizontal, self->aside, 0, MAX (self->layout.width, width),
                            self->layout.letter * 3, MAX (width - 30, 1), width);
  self->adjusting = FALSE;
}

void
lacuna_bytes_update_wanted (LacunaBytes *self)
{
  struct lac_range visible = lacuna_bytes_get_visible (self);

  if (self->pages == NULL)
    return;
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    visible = (struct lac_range){ 0, 0 };
  else if (lac_range_size (visible) > 0)
    {
      visible.start = MAX (self->range.start, lac_subtract_saturating (visible.start, AHEAD));
      visible.end = MIN (self->range.end, lac_add_saturating (visible.end, AHEAD));
    }
  lacuna_byte_pages_want (self->pages, visible);
}

/* Not beyond either end. */
static void
clamp_top (LacunaBytes *self)
{
  guint64 n_rows = lacuna_bytes_n_rows (self);
  double room = lacuna_bytes_get_room (self);
  guint64 n_shown = (guint64) ceil (room / MAX (self->layout.row, 1));
  double rest = (double) n_shown * self->layout.row - room;

  if (n_rows <= n_shown && (double) n_rows * self->layout.row <= room)
    {
      self->top = 0;
      self->top_offset = 0;
    }
  else if (self->top > n_rows - n_shown
           || (self->top == n_rows - n_shown && self->top_offset > rest))
    {
      self->top = n_rows - n_shown;
      self->top_offset = rest;
    }
  self->aside = CLAMP (self->aside, 0,
                       MAX (0, self->layout.width - gtk_widget_get_width (GTK_WIDGET (self))));
}

static void
place_columns (LacunaBytes *self)
{
  int room = gtk_widget_get_width (GTK_WIDGET (self));

  if (self->layout.width <= room)
    self->layout.x = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL
                         ? room - self->layout.width
                         : 0;
  else
    self->layout.x = -(int) self->aside;
}

void
lacuna_bytes_scrolled (LacunaBytes *self)
{
  clamp_top (self);
  place_columns (self);
  update_adjustments (self);
  lacuna_bytes_update_wanted (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
lacuna_bytes_scroll (LacunaBytes *self,
                     double       pixels)
{
  double total = self->top_offset + pixels;
  double n_rows;

  if (!self->has_layout)
    return;
  n_rows = floor (total / self->layout.row);
  self->top_offset = total - n_rows * self->layout.row;
  if (n_rows >= 0)
    self->top = lac_add_saturating (self->top, (guint64) n_rows);
  else if (self->top >= (guint64) -n_rows)
    self->top -= (guint64) -n_rows;
  else
    {
      self->top = 0;
      self->top_offset = 0;
    }
  lacuna_bytes_scrolled (self);
}

void
lacuna_bytes_scroll_aside (LacunaBytes *self,
                           double       pixels)
{
  self->aside += pixels;
  lacuna_bytes_scrolled (self);
}

void
lacuna_bytes_follow_adjustments (LacunaBytes *self)
{
  guint shift = adjustment_shift (self);
  double value = MAX (0, gtk_adjustment_get_value (self->vertical));

  if (self->adjusting || !self->has_layout)
    return;
  self->top = (guint64) value << shift;
  self->top_offset = shift == 0 ? (value - floor (value)) * self->layout.row : 0;
  self->aside = gtk_adjustment_get_value (self->horizontal);
  lacuna_bytes_scrolled (self);
}

/* As little as has to be, from near; a third down from the top, from afar. */
void
lacuna_bytes_reveal (LacunaBytes *self,
                     guint64      address)
{
  double room = lacuna_bytes_get_room (self);
  guint64 n_shown;
  guint64 row;

  if (lac_range_size (self->range) == 0)
    return;
  if (!self->has_layout || room < self->layout.row)
    {
      self->shown = address;
      self->shows_later = TRUE;
      return;
    }
  row = lacuna_bytes_row_of (self, address);
  n_shown = (guint64) (room / self->layout.row);
  if (row < self->top || (row == self->top && self->top_offset > 0))
    {
      self->top_offset = 0;
      self->top = self->top - row > n_shown ? lac_subtract_saturating (row, n_shown / 3) : row;
    }
  else if (row - self->top >= 2 * n_shown)
    {
      self->top_offset = 0;
      self->top = lac_subtract_saturating (row, n_shown / 3);
    }
  else
    {
      double below = (double) (row - self->top + 1) * self->layout.row - self->top_offset - room;

      if (below > 0)
        {
          lacuna_bytes_scroll (self, below);
          return;
        }
    }
  lacuna_bytes_scrolled (self);
}

gboolean
lacuna_bytes_pick (LacunaBytes     *self,
                   double           x,
                   double           y,
                   gboolean         clamp,
                   guint64         *out_address,
                   LacunaBytesPart *out_part)
{
  double rows;
  guint64 row;
  guint64 address;
  guint column;

  if (!self->has_layout || lac_range_size (self->range) == 0)
    return FALSE;
  if (!clamp && (y < self->layout.head || !lacuna_bytes_layout_is_on_byte (&self->layout, x)))
    return FALSE;
  rows = floor ((y - self->layout.head + self->top_offset) / self->layout.row);
  row = rows < 0 ? lac_subtract_saturating (self->top, (guint64) -rows)
                 : lac_add_saturating (self->top, (guint64) rows);
  if (row >= lacuna_bytes_n_rows (self))
    {
      if (!clamp)
        return FALSE;
      row = lacuna_bytes_n_rows (self) - 1;
    }
  column = lacuna_bytes_layout_column_at (&self->layout, x, out_part);
  address = lacuna_bytes_address_of (self, row) + column;
  if (!clamp && !lac_range_contains (self->range, address))
    return FALSE;
  *out_address = CLAMP (address, self->range.start, self->range.end - 1);
  return TRUE;
}

struct lac_range
lacuna_bytes_get_visible (LacunaBytes *self)
{
  struct lac_range visible;
  guint64 n_shown;

  g_return_val_if_fail (LACUNA_IS_BYTES (self), ((struct lac_range){ 0, 0 }));

  if (!self->has_layout || lac_range_size (self->range) == 0)
    return (struct lac_range){ 0, 0 };
  n_shown = (guint64) ceil ((lacuna_bytes_get_room (self) + self->top_offset) / self->layout.row);
  visible.start = lacuna_bytes_address_of (self, self->top);
  visible.end = lac_add_saturating (visible.start, n_shown * self->layout.n_columns);
  return lac_range_intersect (visible, self->range);
}
