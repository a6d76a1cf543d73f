/* A tree of render nodes made into one picture.
 *
 * A node that is kept need not be made again, but it is still drawn again, rectangle by rectangle, in
 * every frame that anything in the window changes: the renderers of GTK 4.8 pass nothing over, even
 * where all of it is clipped away. As long as the view moves there is nothing to be done about that.
 * Once it rests, what is left of hundreds of rectangles and texts is one picture; a frame that only
 * follows the pointer then costs a copy of what lies below it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-strip-render.h"

#include <math.h>

/* Wider or higher than this in device pixels, nothing is made into a picture. */
#define MOST_PIXELS 16384

GskRenderNode *
lacuna_strip_flatten (GskRenderNode *const *nodes,
                      gsize                 n_nodes,
                      int                   scale_factor)
{
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, 0, 0);
  gboolean is_empty = TRUE;
  cairo_surface_t *surface;
  GskRenderNode *picture = NULL;
  cairo_t *cr;
  int width;
  int height;

  for (gsize i = 0; i < n_nodes; i++)
    {
      graphene_rect_t node_bounds;

      if (nodes[i] == NULL)
        continue;
      gsk_render_node_get_bounds (nodes[i], &node_bounds);
      if (is_empty)
        bounds = node_bounds;
      else
        graphene_rect_union (&bounds, &node_bounds, &bounds);
      is_empty = FALSE;
    }
  if (is_empty)
    return NULL;

  graphene_rect_round_extents (&bounds, &bounds);
  width = (int) bounds.size.width * scale_factor;
  height = (int) bounds.size.height * scale_factor;
  if (width <= 0 || height <= 0 || width > MOST_PIXELS || height > MOST_PIXELS)
    return NULL;

  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cairo_surface_set_device_scale (surface, scale_factor, scale_factor);
  cairo_surface_set_device_offset (surface, -bounds.origin.x * (double) scale_factor,
                                   -bounds.origin.y * (double) scale_factor);
  cr = cairo_create (surface);
  for (gsize i = 0; i < n_nodes; i++)
    if (nodes[i])
      gsk_render_node_draw (nodes[i], cr);

  if (cairo_status (cr) == CAIRO_STATUS_SUCCESS)
    {
      cairo_t *picture_cr;

      /* A texture would be copied in every frame by the renderer that has no graphics card; what cairo
       * itself has is not. */
      picture = gsk_cairo_node_new (&bounds);
      picture_cr = gsk_cairo_node_get_draw_context (picture);
      cairo_set_source_surface (picture_cr, surface, 0, 0);
      cairo_pattern_set_filter (cairo_get_source (picture_cr), CAIRO_FILTER_NEAREST);
      cairo_paint (picture_cr);
      cairo_destroy (picture_cr);
    }

  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return picture;
}
