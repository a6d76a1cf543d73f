/* Nodes that GTK 4.8 draws by a detour without a graphics card, and others that look the same.
 *
 * A dim text is drawn elsewhere and then laid over the rest; an icon is coloured pixel by pixel;
 * and whatever is drawn inside of round corners is drawn with a mask, though only the corners need
 * one. All of that for every frame.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-still-nodes.h"

/* Of more children than this it is not asked which of them reach into a corner. */
#define MOST_CHILDREN 32

/* A symbolic icon, which GTK colours anew whenever it is drawn; it may be a dim one. */
static GskRenderNode *
get_icon_texture (GskRenderNode *node)
{
  if (gsk_render_node_get_node_type (node) == GSK_OPACITY_NODE)
    node = gsk_opacity_node_get_child (node);
  if (gsk_render_node_get_node_type (node) != GSK_COLOR_MATRIX_NODE)
    return NULL;
  node = gsk_color_matrix_node_get_child (node);
  return gsk_render_node_get_node_type (node) == GSK_TEXTURE_NODE ? node : NULL;
}

static gboolean
is_text (GskRenderNode *node)
{
  return gsk_render_node_get_node_type (node) == GSK_TEXT_NODE
         && !gsk_text_node_has_color_glyphs (node);
}

/* Dim lines of text, which GTK draws elsewhere first. */
gboolean
lacuna_still_is_dim_text (GskRenderNode *node)
{
  if (gsk_render_node_get_node_type (node) != GSK_OPACITY_NODE)
    return FALSE;
  node = gsk_opacity_node_get_child (node);
  if (gsk_render_node_get_node_type (node) != GSK_CONTAINER_NODE)
    return is_text (node);
  for (guint i = 0; i < gsk_container_node_get_n_children (node); i++)
    if (!is_text (gsk_container_node_get_child (node, i)))
      return FALSE;
  return TRUE;
}

/* @text in a colour that is as dim. */
static GskRenderNode *
dim_line (GskRenderNode *text,
          float          opacity)
{
  GdkRGBA colour = *gsk_text_node_get_color (text);
  PangoGlyphString glyphs = { 0 };

  colour.alpha *= opacity;
  glyphs.glyphs = (PangoGlyphInfo *) gsk_text_node_get_glyphs (text, NULL);
  glyphs.num_glyphs = (int) gsk_text_node_get_num_glyphs (text);
  return gsk_text_node_new (gsk_text_node_get_font (text), &glyphs, &colour,
                            gsk_text_node_get_offset (text));
}

GskRenderNode *
lacuna_still_dim_text (GskRenderNode *node)
{
  GskRenderNode *child = gsk_opacity_node_get_child (node);
  float opacity = gsk_opacity_node_get_opacity (node);
  g_autoptr (GPtrArray) lines = NULL;

  if (gsk_render_node_get_node_type (child) == GSK_TEXT_NODE)
    return dim_line (child, opacity);

  lines = g_ptr_array_new_with_free_func ((GDestroyNotify) gsk_render_node_unref);
  for (guint i = 0; i < gsk_container_node_get_n_children (child); i++)
    g_ptr_array_add (lines, dim_line (gsk_container_node_get_child (child, i), opacity));
  return gsk_container_node_new ((GskRenderNode **) lines->pdata, lines->len);
}

gboolean
lacuna_still_is_icon (GskRenderNode *node)
{
  return get_icon_texture (node) != NULL;
}

/* Has an icon coloured once, in just the pixels that it has. */
GskRenderNode *
lacuna_still_colour_icon (GskRenderNode *node)
{
  GdkTexture *texture = gsk_texture_node_get_texture (get_icon_texture (node));
  int width = gdk_texture_get_width (texture);
  int height = gdk_texture_get_height (texture);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  GskRenderNode *icon;
  graphene_rect_t bounds;
  cairo_t *cr;

  gsk_render_node_get_bounds (node, &bounds);
  cairo_surface_set_device_scale (surface, width / (double) bounds.size.width,
                                  height / (double) bounds.size.height);
  cr = cairo_create (surface);
  cairo_translate (cr, -(double) bounds.origin.x, -(double) bounds.origin.y);
  gsk_render_node_draw (node, cr);
  cairo_destroy (cr);

  icon = gsk_cairo_node_new (&bounds);
  cr = gsk_cairo_node_get_draw_context (icon);
  cairo_set_source_surface (cr, surface, (double) bounds.origin.x, (double) bounds.origin.y);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return icon;
}

static GskRenderNode *
clip_children (GskRenderNode        *node,
               const GskRoundedRect *clip)
{
  guint n_children = gsk_container_node_get_n_children (node);
  g_autoptr (GPtrArray) children
      = g_ptr_array_new_full (n_children, (GDestroyNotify) gsk_render_node_unref);

  for (guint i = 0; i < n_children; i++)
    g_ptr_array_add (children, lacuna_still_clip (gsk_container_node_get_child (node, i), clip));
  return gsk_container_node_new ((GskRenderNode **) children->pdata, children->len);
}

static GskRenderNode *
clip_moved (GskRenderNode        *node,
            const GskRoundedRect *clip)
{
  GskTransform *transform = gsk_transform_node_get_transform (node);
  GskRoundedRect moved = *clip;
  g_autoptr (GskRenderNode) child = NULL;
  float dx;
  float dy;

  if (gsk_transform_get_category (transform) < GSK_TRANSFORM_CATEGORY_2D_TRANSLATE)
    return gsk_rounded_clip_node_new (node, clip);
  gsk_transform_to_translate (transform, &dx, &dy);
  gsk_rounded_rect_offset (&moved, -dx, -dy);
  child = lacuna_still_clip (gsk_transform_node_get_child (node), &moved);
  return gsk_transform_node_new (child, transform);
}

GskRenderNode *
lacuna_still_clip (GskRenderNode        *node,
                   const GskRoundedRect *clip)
{
  g_autoptr (GskRenderNode) child = NULL;
  graphene_rect_t bounds;

  gsk_render_node_get_bounds (node, &bounds);
  if (gsk_rounded_rect_contains_rect (clip, &bounds))
    return gsk_render_node_ref (node);

  switch (gsk_render_node_get_node_type (node))
    {
    case GSK_CONTAINER_NODE:
      if (gsk_container_node_get_n_children (node) > MOST_CHILDREN)
        return gsk_rounded_clip_node_new (node, clip);
      return clip_children (node, clip);
    case GSK_TRANSFORM_NODE:
      return clip_moved (node, clip);
    case GSK_CLIP_NODE:
      child = lacuna_still_clip (gsk_clip_node_get_child (node), clip);
      return gsk_clip_node_new (child, gsk_clip_node_get_clip (node));
    default:
      return gsk_rounded_clip_node_new (node, clip);
    }
}
