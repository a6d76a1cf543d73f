/* LacunaView: the part of a scale's line that is in view, and the sums between it and pixels.
 *
 * Everything rests on one function: the offset, from the line's point at the left edge, of the first
 * byte of a column. Address and column are both defined by it, so that they can't disagree. For that
 * offset to be computed exactly, views are kept on a grid: bytes per pixel has 32 significant bits,
 * and the fraction is a multiple of 2^-20. So the product with a column has at most 52 bits for any
 * screen, and nothing is rounded where a pixel more or less could be seen. The grid is far finer than
 * a pixel: 2^-20 bytes are 2^-14 pixels at the greatest depth.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-scale-private.h"

#include <math.h>

/* The greatest depth: a byte is 64 pixels wide. */
#define LEAST_BYTES_PER_PIXEL (1.0 / 64)

#define FRACTION_STEPS 1048576.0

#define TWO_TO_64 18446744073709551616.0

/* Past these columns nothing needs to be exact. */
#define FARTHEST_COLUMN (G_GINT64_CONSTANT (1) << 52)

/* Bytes per pixel with 32 significant bits. */
static double
round_depth (double   bytes_per_pixel,
             gboolean up)
{
  int exponent;
  double mantissa = frexp (bytes_per_pixel, &exponent);

  mantissa = ldexp (mantissa, 32);
  return ldexp (up ? ceil (mantissa) : rint (mantissa), exponent - 32);
}

static double
clamp_depth (const LacunaScale *scale,
             int                width,
             double             bytes_per_pixel,
             gboolean           up)
{
  double most = (double) lacuna_scale_get_length (scale) / MAX (width, 1);

  if (!(bytes_per_pixel < most))
    return MAX (round_depth (MAX (most, LEAST_BYTES_PER_PIXEL), TRUE), LEAST_BYTES_PER_PIXEL);
  if (!(bytes_per_pixel > LEAST_BYTES_PER_PIXEL))
    return LEAST_BYTES_PER_PIXEL;
  return round_depth (bytes_per_pixel, up);
}

/* The view whose left edge lies @offset bytes from the point @line, or as near as the line allows. */
static LacunaView
view_at (const LacunaScale *scale,
         int                width,
         guint64            line,
         double             offset,
         double             bytes_per_pixel)
{
  guint64 length = lacuna_scale_get_length (scale);
  double span = bytes_per_pixel * width;
  double whole = floor (offset);
  double fraction = floor ((offset - whole) * FRACTION_STEPS) / FRACTION_STEPS;
  guint64 edge;

  if (whole >= 0)
    edge = whole < TWO_TO_64 ? lac_add_saturating (line, (guint64) whole) : length;
  else if (-whole < TWO_TO_64 && (guint64) -whole <= line)
    edge = line - (guint64) -whole;
  else
    {
      edge = 0;
      fraction = 0;
    }

  if (span >= (double) length)
    {
      edge = 0;
      fraction = 0;
    }
  else
    {
      double whole_span = ceil (span);
      guint64 last = length - MIN ((guint64) whole_span, length);
      double last_fraction = floor ((whole_span - span) * FRACTION_STEPS) / FRACTION_STEPS;

      if (edge > last || (edge == last && fraction > last_fraction))
        {
          edge = last;
          fraction = last_fraction;
        }
    }

  return (LacunaView){ lacuna_scale_to_address (scale, edge), fraction, bytes_per_pixel };
}

/* How far, in bytes, the first byte of @column lies from the byte at the left edge; a whole number. */
static double
column_offset (const LacunaView *view,
               gint64            column)
{
  double offset = (double) column * view->bytes_per_pixel + view->fraction;

  return view->bytes_per_pixel >= 1 ? ceil (offset) : floor (offset);
}

/* The sign of (@line − @origin) − @offset, where @offset is a whole number. */
static int
compare_to_offset (guint64 line,
                   guint64 origin,
                   double  offset)
{
  guint64 distance = line >= origin ? line - origin : origin - line;
  guint64 magnitude;

  if (offset >= 0)
    {
      if (line < origin || offset >= TWO_TO_64)
        return -1;
      magnitude = (guint64) offset;
      return distance < magnitude ? -1 : distance > magnitude;
    }

  if (line >= origin || -offset >= TWO_TO_64)
    return 1;
  magnitude = (guint64) -offset;
  return distance > magnitude ? -1 : distance < magnitude;
}

static double
line_to_pixel (const LacunaView *view,
               guint64           origin,
               guint64           line)
{
  double distance = line >= origin ? (double) (line - origin) : -(double) (origin - line);

  return (distance - view->fraction) / view->bytes_per_pixel;
}

static guint64
line_at_offset (const LacunaScale *scale,
                guint64            origin,
                double             offset)
{
  guint64 length = lacuna_scale_get_length (scale);

  if (offset >= 0)
    {
      if (offset >= TWO_TO_64)
        return length;
      return MIN (lac_add_saturating (origin, (guint64) offset), length);
    }

  return -offset >= TWO_TO_64 ? 0 : lac_subtract_saturating (origin, (guint64) -offset);
}

LacunaLens
lacuna_lens_make (const LacunaView  *view,
                  const LacunaScale *scale)
{
  return (LacunaLens){ view, scale, lacuna_scale_to_line (scale, view->origin), G_MAXSIZE };
}

gint64
lacuna_lens_to_column (LacunaLens *self,
                       guint64     address)
{
  const LacunaView *view = self->view;
  guint64 line = lacuna_scale_to_line_near (self->scale, address, &self->hint);
  double pixel = line_to_pixel (view, self->origin, line);
  gint64 column;

  if (pixel >= (double) FARTHEST_COLUMN)
    return FARTHEST_COLUMN;
  if (pixel <= -(double) FARTHEST_COLUMN)
    return -FARTHEST_COLUMN;

  /* The division may be off by one; the offset, which defines columns, is not. */
  if (view->bytes_per_pixel >= 1)
    {
      column = (gint64) floor (pixel);
      if (compare_to_offset (line, self->origin, column_offset (view, column)) < 0)
        column--;
      else if (compare_to_offset (line, self->origin, column_offset (view, column + 1)) >= 0)
        column++;
    }
  else
    {
      column = (gint64) ceil (pixel);
      if (compare_to_offset (line, self->origin, column_offset (view, column)) > 0)
        column++;
      else if (compare_to_offset (line, self->origin, column_offset (view, column - 1)) <= 0)
        column--;
    }

  return column;
}

guint64
lacuna_lens_to_address (LacunaLens *self,
                        gint64      column)
{
  return lacuna_scale_to_address_near (self->scale,
                                       line_at_offset (self->scale, self->origin,
                                                       column_offset (self->view, column)),
                                       &self->hint);
}

double
lacuna_view_to_pixel (const LacunaView  *view,
                      const LacunaScale *scale,
                      guint64            address)
{
  return line_to_pixel (view,
                        lacuna_scale_to_line (scale, view->origin),
                        lacuna_scale_to_line (scale, address));
}

gint64
lacuna_view_to_column (const LacunaView  *view,
                       const LacunaScale *scale,
                       guint64            address)
{
  LacunaLens lens = lacuna_lens_make (view, scale);

  return lacuna_lens_to_column (&lens, address);
}

guint64
lacuna_view_to_address (const LacunaView  *view,
                        const LacunaScale *scale,
                        gint64             column)
{
  LacunaLens lens = lacuna_lens_make (view, scale);

  return lacuna_lens_to_address (&lens, column);
}

guint64
lacuna_view_to_address_at (const LacunaView  *view,
                           const LacunaScale *scale,
                           double             pixel)
{
  guint64 origin = lacuna_scale_to_line (scale, view->origin);
  double offset = floor (pixel * view->bytes_per_pixel + view->fraction);

  return lacuna_scale_to_address (scale, line_at_offset (scale, origin, offset));
}

LacunaView
lacuna_view_fit (const LacunaScale *scale,
                 struct lac_range   range,
                 int                width)
{
  guint64 start = lacuna_scale_to_line (scale, range.start);
  guint64 end = lacuna_scale_to_line (scale, range.end);
  double bytes_per_pixel;

  bytes_per_pixel = clamp_depth (scale,
                                 width,
                                 (double) lac_subtract_saturating (end, start) / MAX (width, 1),
                                 TRUE);
  return view_at (scale, width, start, 0, bytes_per_pixel);
}

LacunaView
lacuna_view_zoom (const LacunaView  *view,
                  const LacunaScale *scale,
                  int                width,
                  double             pixel,
                  double             factor)
{
  double bytes_per_pixel = clamp_depth (scale, width, view->bytes_per_pixel / factor, FALSE);

  return view_at (scale,
                  width,
                  lacuna_scale_to_line (scale, view->origin),
                  view->fraction + pixel * (view->bytes_per_pixel - bytes_per_pixel),
                  bytes_per_pixel);
}

LacunaView
lacuna_view_pan (const LacunaView  *view,
                 const LacunaScale *scale,
                 int                width,
                 double             pixels)
{
  return view_at (scale,
                  width,
                  lacuna_scale_to_line (scale, view->origin),
                  view->fraction + pixels * view->bytes_per_pixel,
                  view->bytes_per_pixel);
}

LacunaView
lacuna_view_clamp (const LacunaView  *view,
                   const LacunaScale *scale,
                   int                width)
{
  return view_at (scale,
                  width,
                  lacuna_scale_to_line (scale, view->origin),
                  view->fraction,
                  clamp_depth (scale, width, view->bytes_per_pixel, FALSE));
}

LacunaView
lacuna_view_between (const LacunaView  *from,
                     const LacunaView  *to,
                     const LacunaScale *scale,
                     int                width,
                     double             progress)
{
  guint64 from_line = lacuna_scale_to_line (scale, from->origin);
  guint64 to_line = lacuna_scale_to_line (scale, to->origin);
  double difference = from->bytes_per_pixel - to->bytes_per_pixel;
  double bytes_per_pixel;
  double distance;
  double share = progress;

  if (progress <= 0)
    return *from;
  if (progress >= 1)
    return *to;

  distance = to_line >= from_line ? (double) (to_line - from_line) : -(double) (from_line - to_line);
  distance += to->fraction - from->fraction;

  bytes_per_pixel = from->bytes_per_pixel
                    * pow (to->bytes_per_pixel / from->bytes_per_pixel, progress);
  if (fabs (difference) > 1e-6 * from->bytes_per_pixel)
    share = (from->bytes_per_pixel - bytes_per_pixel) / difference;

  return view_at (scale,
                  width,
                  from_line,
                  from->fraction + share * distance,
                  clamp_depth (scale, width, bytes_per_pixel, FALSE));
}

struct lac_range
lacuna_view_get_range (const LacunaView  *view,
                       const LacunaScale *scale,
                       int                width)
{
  guint64 origin = lacuna_scale_to_line (scale, view->origin);
  double offset = ceil (width * view->bytes_per_pixel + view->fraction);
  guint64 end = lacuna_scale_to_address (scale, line_at_offset (scale, origin, offset));

  return (struct lac_range){ view->origin, MAX (end, view->origin) };
}
