/* LacunaBytesGlyphs: the hundred letters that a view of bytes is made of, shaped once.
 *
 * A screen has some thousand letters, which are others whenever one scrolls. To shape each row anew
 * would cost more than everything else; but a letter in a font of even width always looks the same, so
 * that a row is a list of known glyphs at known places.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _LacunaBytesGlyphs LacunaBytesGlyphs;

/* A monospace font of @context's size, or a little smaller. The context's direction is that of the letters. */
LacunaBytesGlyphs *lacuna_bytes_glyphs_new      (PangoContext            *context,
                                                 gboolean                 small);
void               lacuna_bytes_glyphs_free     (LacunaBytesGlyphs       *self);

/* In whole pixels. */
int                lacuna_bytes_glyphs_width    (const LacunaBytesGlyphs *self);
int                lacuna_bytes_glyphs_height   (const LacunaBytesGlyphs *self);

/* LacunaBytesLine: letters of one colour in one row. */
typedef struct
{
  PangoGlyphString *glyphs;
  int n_glyphs;
} LacunaBytesLine;

void               lacuna_bytes_line_init       (LacunaBytesLine         *line);
void               lacuna_bytes_line_clear      (LacunaBytesLine         *line);

/* Adds an ASCII letter (others are a full stop) or an ellipsis (LACUNA_BYTES_ELLIPSIS) at @x. */
#define LACUNA_BYTES_ELLIPSIS 0x7f
void               lacuna_bytes_line_add        (LacunaBytesLine         *line,
                                                 const LacunaBytesGlyphs *glyphs,
                                                 char                     letter,
                                                 int                      x);

/* Draws the letters, with the top of the row at @y, and forgets them. */
void               lacuna_bytes_line_draw       (LacunaBytesLine         *line,
                                                 const LacunaBytesGlyphs *glyphs,
                                                 GtkSnapshot             *snapshot,
                                                 double                   y,
                                                 const GdkRGBA           *colour);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaBytesGlyphs, lacuna_bytes_glyphs_free)

G_END_DECLS
