/* LacunaBytesGlyphs: a font and the glyph of each letter in it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-bytes-glyphs.h"

#include <math.h>

/* Small letters against the font of the context: what captions have. */
#define SMALL_SCALE 0.87

#define FIRST_LETTER 0x20
#define N_LETTERS 0x60

/* "…", in the place of the one ASCII letter that is none. */
#define ELLIPSIS "\342\200\246"

struct _LacunaBytesGlyphs
{
  PangoFont *font;
  PangoGlyph glyphs[N_LETTERS];
  int width;
  int height;
  int baseline;
};

static PangoFontDescription *
describe_font (PangoContext *context,
               gboolean      small)
{
  PangoFontDescription *font
      = pango_font_description_copy (pango_context_get_font_description (context));
  double size = pango_font_description_get_size (font) * (small ? SMALL_SCALE : 1);

  pango_font_description_set_family (font, "monospace");
  if (pango_font_description_get_size_is_absolute (font))
    pango_font_description_set_absolute_size (font, size);
  else
    pango_font_description_set_size (font, (int) size);
  return font;
}

/* The glyph of @text in @layout's font; 0 when another font has it. */
static PangoGlyph
shape (LacunaBytesGlyphs *self,
       PangoLayout       *layout,
       const char        *text)
{
  PangoLayoutLine *line;
  PangoGlyphItem *item;

  pango_layout_set_text (layout, text, -1);
  line = pango_layout_get_line_readonly (layout, 0);
  if (line == NULL || line->runs == NULL)
    return PANGO_GLYPH_EMPTY;
  item = line->runs->data;
  if (self->font == NULL)
    self->font = g_object_ref (item->item->analysis.font);
  if (item->item->analysis.font != self->font || item->glyphs->num_glyphs != 1)
    return PANGO_GLYPH_EMPTY;
  return item->glyphs->glyphs[0].glyph;
}

/**
 * lacuna_bytes_glyphs_new:
 * @context: a widget's
 * @small: whether there is little room
 *
 * Returns: (transfer full): the letters in the widget's style
 */
LacunaBytesGlyphs *
lacuna_bytes_glyphs_new (PangoContext *context,
                         gboolean      small)
{
  LacunaBytesGlyphs *self = g_new0 (LacunaBytesGlyphs, 1);
  g_autoptr (PangoLayout) layout = pango_layout_new (context);
  g_autoptr (PangoFontDescription) font = describe_font (context, small);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  PangoRectangle logical;
  char letter[2] = "0";

  /* Letters that stand alone are not joined into others. */
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("liga=0, calt=0, zero=0"));
  /* Digits belong to no script: they are set in the font of the language, which may be one for Hebrew, say,
   * and letters in one for Latin. What stands here is all of one font. */
  pango_attr_list_insert (attributes,
                          pango_attr_language_new (pango_language_from_string ("en")));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, letter, 1);
  pango_layout_get_extents (layout, NULL, &logical);
  self->width = MAX (1, (int) lround ((double) logical.width / PANGO_SCALE));
  self->height = (int) ceil ((double) logical.height / PANGO_SCALE);
  self->baseline = pango_layout_get_baseline (layout);

  shape (self, layout, letter);
  for (int i = 0; i < N_LETTERS - 1; i++)
    {
      letter[0] = (char) (FIRST_LETTER + i);
      self->glyphs[i] = shape (self, layout, letter);
    }
  self->glyphs[N_LETTERS - 1] = shape (self, layout, ELLIPSIS);
  if (self->glyphs[N_LETTERS - 1] == PANGO_GLYPH_EMPTY)
    self->glyphs[N_LETTERS - 1] = self->glyphs['.' - FIRST_LETTER];
  return self;
}

void
lacuna_bytes_glyphs_free (LacunaBytesGlyphs *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->font);
  g_free (self);
}

int
lacuna_bytes_glyphs_width (const LacunaBytesGlyphs *self)
{
  return self->width;
}

int
lacuna_bytes_glyphs_height (const LacunaBytesGlyphs *self)
{
  return self->height;
}

void
lacuna_bytes_line_init (LacunaBytesLine *line)
{
  line->glyphs = pango_glyph_string_new ();
  line->n_glyphs = 0;
}

void
lacuna_bytes_line_clear (LacunaBytesLine *line)
{
  g_clear_pointer (&line->glyphs, pango_glyph_string_free);
}

void
lacuna_bytes_line_add (LacunaBytesLine         *line,
                       const LacunaBytesGlyphs *glyphs,
                       char                     letter,
                       int                      x)
{
  int index = (guint8) letter - FIRST_LETTER;
  PangoGlyphInfo *info;

  if (index < 0 || index >= N_LETTERS)
    index = '.' - FIRST_LETTER;
  if (index == 0 || glyphs->glyphs[index] == PANGO_GLYPH_EMPTY)
    return;
  pango_glyph_string_set_size (line->glyphs, line->n_glyphs + 1);
  info = &line->glyphs->glyphs[line->n_glyphs];
  *info = (PangoGlyphInfo){ .glyph = glyphs->glyphs[index] };
  /* All begin at the same place, and each is moved to its own. */
  info->geometry.x_offset = x * PANGO_SCALE;
  info->attr.is_cluster_start = 1;
  line->glyphs->log_clusters[line->n_glyphs] = line->n_glyphs;
  line->n_glyphs++;
}

void
lacuna_bytes_line_draw (LacunaBytesLine         *line,
                        const LacunaBytesGlyphs *glyphs,
                        GtkSnapshot             *snapshot,
                        double                   y,
                        const GdkRGBA           *colour)
{
  graphene_point_t offset
      = GRAPHENE_POINT_INIT (0, (float) (y + (double) glyphs->baseline / PANGO_SCALE));
  GskRenderNode *node = NULL;

  if (line->n_glyphs > 0 && glyphs->font != NULL)
    {
      pango_glyph_string_set_size (line->glyphs, line->n_glyphs);
      node = gsk_text_node_new (glyphs->font, line->glyphs, colour, &offset);
    }
  if (node != NULL)
    {
      gtk_snapshot_append_node (snapshot, node);
      gsk_render_node_unref (node);
    }
  line->n_glyphs = 0;
}
