/* The address under the pointer, put together from digits.
 *
 * It is another at every motion, and to have a new text shaped takes longer than to draw all else that
 * follows the pointer. The digits of an address are always the same few; they are shaped once, as the
 * labels have them, and then only set side by side, which in a font of one width is all there is to
 * it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-strip-private.h"

#include <math.h>

static const char digits[] = "0123456789abcdef ";

#define N_DIGITS (sizeof digits - 1)

/* Longer than any address with its spaces. */
#define MOST_GLYPHS 32

struct _LacunaStripDigits
{
  PangoFont *font; /* NULL when they are of several */
  PangoGlyphInfo glyphs[N_DIGITS];
  graphene_point_t offset;
};

static const GskRenderNode *
find_text (const GskRenderNode *node)
{
  while (node != NULL)
    switch (gsk_render_node_get_node_type (node))
      {
      case GSK_TEXT_NODE:
        return node;
      case GSK_TRANSFORM_NODE:
        node = gsk_transform_node_get_child (node);
        break;
      case GSK_CONTAINER_NODE:
        if (gsk_container_node_get_n_children (node) != 1)
          return NULL;
        node = gsk_container_node_get_child (node, 0);
        break;
      default:
        return NULL;
      }
  return NULL;
}

static LacunaStripDigits *
digits_new (LacunaLabels *labels)
{
  LacunaStripDigits *self = g_new0 (LacunaStripDigits, 1);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  const GskRenderNode *text;
  GskRenderNode *node;

  lacuna_labels_append (labels, snapshot, LACUNA_LABEL_MONO, digits, 0, 0,
                        &(GdkRGBA){ 0, 0, 0, 1 });
  node = gtk_snapshot_free_to_node (snapshot);
  text = find_text (node);
  if (text != NULL)
    {
      /* GTK 4.8 says of this that it writes nothing, so it can't be asked for their number as well. */
      const PangoGlyphInfo *glyphs = gsk_text_node_get_glyphs (text, NULL);

      /* One each, or a font that joins them or has not all of them. */
      if (gsk_text_node_get_num_glyphs (text) == N_DIGITS)
        {
          self->font = g_object_ref (gsk_text_node_get_font (text));
          self->offset = *gsk_text_node_get_offset (text);
          memcpy (self->glyphs, glyphs, sizeof self->glyphs);
        }
    }
  g_clear_pointer (&node, gsk_render_node_unref);
  return self;
}

void
lacuna_strip_drop_digits (LacunaStrip *self)
{
  if (self->digits)
    g_clear_object (&self->digits->font);
  g_clear_pointer (&self->digits, g_free);
}

static gboolean
ensure_digits (LacunaStrip *self)
{
  if (self->digits == NULL)
    self->digits = digits_new (lacuna_strip_ensure_labels (self));
  return self->digits->font != NULL;
}

/* The place of each letter of @text among the digits. 0 when there is another letter. */
static int
find_digits (const char *text,
             gsize       places[MOST_GLYPHS])
{
  int n = 0;

  for (; text[n] != '\0'; n++)
    {
      const char *place = strchr (digits, text[n]);

      if (place == NULL || n == MOST_GLYPHS)
        return 0;
      places[n] = (gsize) (place - digits);
    }
  return n;
}

int
lacuna_strip_address_width (LacunaStrip *self,
                            const char  *text)
{
  gsize places[MOST_GLYPHS];
  int n = find_digits (text, places);
  int width = 0;

  if (n == 0 || !ensure_digits (self))
    return lacuna_labels_width (lacuna_strip_ensure_labels (self), LACUNA_LABEL_MONO, text);

  for (int i = 0; i < n; i++)
    width += self->digits->glyphs[places[i]].geometry.width;
  return PANGO_PIXELS_CEIL (width);
}

void
lacuna_strip_append_address (LacunaStrip   *self,
                             GtkSnapshot   *snapshot,
                             const char    *text,
                             double         x,
                             double         y,
                             const GdkRGBA *colour)
{
  gsize places[MOST_GLYPHS];
  PangoGlyphInfo glyphs[MOST_GLYPHS];
  int n = find_digits (text, places);
  PangoGlyphString string = { .num_glyphs = n, .glyphs = glyphs };
  GskRenderNode *node;

  if (n == 0 || !ensure_digits (self))
    {
      lacuna_labels_append (lacuna_strip_ensure_labels (self), snapshot, LACUNA_LABEL_MONO, text, x,
                            y, colour);
      return;
    }

  for (int i = 0; i < n; i++)
    glyphs[i] = self->digits->glyphs[places[i]];
  node = gsk_text_node_new (self->digits->font, &string, colour,
                            &GRAPHENE_POINT_INIT ((float) rint (x) + self->digits->offset.x,
                                                  (float) rint (y) + self->digits->offset.y));
  if (node == NULL)
    return;
  gtk_snapshot_append_node (snapshot, node);
  gsk_render_node_unref (node);
}
