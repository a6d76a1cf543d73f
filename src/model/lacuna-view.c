/* LacunaView: the part of a scale's line that is in view, and the sums between it and pixels.
 *
 * Everything rests on one function: the offset, from the line's point at the low edge, of the first
 * byte of a column. Address and column are both defined by it, so that they can't disagree. Where a
 * column is at least a byte, columns begin with whole bytes, and how far the edge lies into its byte is
 * not seen: it is only carried along, so that many small movements add up, and so that zooming in again
 * finds the same place in the byte. So the byte under a pixel is a whole number in every depth, and
 * zooming about the pixel keeps that number: the new origin follows from it, never from the old origin.
 *
 * For all of that to be computed exactly, views are kept on a grid: bytes per pixel has 32 significant
 * bits, a point is a multiple of 1/64 pixel, and the fraction is one of 2^-44. The
 * product of the first two has at most 53 bits for any screen, and its part below one byte is a
 * multiple of 2^-44 at the greatest depth. So nothing is ever rounded between one view and the next.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-scale-private.h"

#include <math.h>

/* The greatest depth: a byte is 64 pixels wide. */
#define LEAST_BYTES_PER_PIXEL (1.0 / 64)

#define FRACTION_STEPS 17592186044416.0 /* 2^44 */

/* The parts of a pixel that points are told apart by. */
#define PIXEL_STEPS 64.0

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

/* The view whose low edge lies @whole bytes (a whole number) and @fraction of one (from 0 up to 1) from
 * the point @line, or as near as the line allows. */
static LacunaView
view_at (const LacunaScale *scale,
         int                width,
         guint64            line,
         double             whole,
         double             fraction,
         double             bytes_per_pixel)
{
  guint64 length = lacuna_scale_get_length (scale);
  double span = bytes_per_pixel * width;
  guint64 edge;

  fraction = floor (fraction * FRACTION_STEPS) / FRACTION_STEPS;

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
      /* A fraction that is not seen does not make room for itself. */
      double last_fraction = bytes_per_pixel < 1 ? whole_span - span : 0;

      if (edge > last || (edge == last && fraction > last_fraction))
        {
          edge = last;
          fraction = last_fraction;
        }
    }

  return (LacunaView){ lacuna_scale_to_address (scale, edge), fraction, bytes_per_pixel };
}

/* The same, where the offset may be any number. */
static LacunaView
view_near (const LacunaScale *scale,
           int                width,
           guint64            line,
           double             offset,
           double             fraction,
           double             bytes_per_pixel)
{
  double whole = floor (offset);
  double part = offset - whole + fraction;
  double carry = floor (part);

  return view_at (scale, width, line, whole + carry, part - carry, bytes_per_pixel);
}

/* How far, in bytes, the first byte of @column lies from the byte at the low edge; a whole number. */
static double
column_offset (const LacunaView *view,
               gint64            column)
{
  double product = (double) column * view->bytes_per_pixel;
  double whole;

  if (view->bytes_per_pixel >= 1)
    return ceil (product);

  /* In two parts, since the sum would need more bits than the product. */
  whole = floor (product);
  return whole + floor (product - whole + view->fraction);
}

/* How far the byte that covers the point @pixel lies from the byte at the low edge; a whole number. It
 * is a byte of the pixel's column, so that the last part of one that begins in the column below does
 * not count where several bytes share a column. @out_part: how far into the byte the point lies; the
 * view's own fraction where that is not seen. */
static double
point_offset (const LacunaView *view,
              double            pixel,
              double           *out_part)
{
  double product;
  double whole;
  double part;

  pixel = floor (pixel * PIXEL_STEPS) / PIXEL_STEPS;
  product = pixel * view->bytes_per_pixel;
  whole = floor (product);
  if (view->bytes_per_pixel >= 1)
    {
      *out_part = view->fraction;
      return MAX (whole, ceil (floor (pixel) * view->bytes_per_pixel));
    }

  part = product - whole + view->fraction;
  *out_part = part - floor (part);
  return whole + floor (part);
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

  if (view->bytes_per_pixel < 1)
    distance -= view->fraction;
  return distance / view->bytes_per_pixel;
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
  double part;
  double offset = point_offset (view, pixel, &part);

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
  return view_at (scale, width, start, 0, 0, bytes_per_pixel);
}

LacunaView
lacuna_view_zoom (const LacunaView  *view,
                  const LacunaScale *scale,
                  int                width,
                  double             pixel,
                  double             factor)
{
  return lacuna_view_zoom_to (view, scale, width, pixel, view->bytes_per_pixel / factor);
}

LacunaView
lacuna_view_zoom_to (const LacunaView  *view,
                     const LacunaScale *scale,
                     int                width,
                     double             pixel,
                     double             bytes_per_pixel)
{
  LacunaView zoomed = { view->origin, 0, clamp_depth (scale, width, bytes_per_pixel, FALSE) };
  guint64 line;
  double offset;
  double part;

  if (zoomed.bytes_per_pixel == view->bytes_per_pixel)
    return lacuna_view_clamp (view, scale, width);

  pixel = CLAMP (floor (pixel * PIXEL_STEPS) / PIXEL_STEPS, 0, width);

  /* The byte at the pixel, and from it the new edge. */
  line = line_at_offset (scale, lacuna_scale_to_line (scale, view->origin),
                         point_offset (view, pixel, &part));
  if (zoomed.bytes_per_pixel >= 1)
    {
      double ignored;

      offset = -point_offset (&zoomed, pixel, &ignored);
    }
  else
    {
      double product = pixel * zoomed.bytes_per_pixel;

      offset = -ceil (product);
      part += ceil (product) - product;
      offset += floor (part);
      part -= floor (part);
    }

  return view_at (scale, width, line, offset, part, zoomed.bytes_per_pixel);
}

LacunaView
lacuna_view_pan (const LacunaView  *view,
                 const LacunaScale *scale,
                 int                width,
                 double             pixels)
{
  return view_near (scale,
                    width,
                    lacuna_scale_to_line (scale, view->origin),
                    pixels * view->bytes_per_pixel,
                    view->fraction,
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
                  0,
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

  return view_near (scale,
                    width,
                    from_line,
                    share * distance,
                    from->fraction,
                    clamp_depth (scale, width, bytes_per_pixel, FALSE));
}

struct lac_range
lacuna_view_get_range (const LacunaView  *view,
                       const LacunaScale *scale,
                       int                width)
{
  guint64 origin = lacuna_scale_to_line (scale, view->origin);
  double product = width * view->bytes_per_pixel;
  double offset = ceil (product);

  if (view->bytes_per_pixel < 1)
    offset = floor (product) + ceil (product - floor (product) + view->fraction);

  guint64 end;

  end = lacuna_scale_to_address (scale, line_at_offset (scale, origin, offset));
  return (struct lac_range){ view->origin, MAX (end, view->origin) };
}
