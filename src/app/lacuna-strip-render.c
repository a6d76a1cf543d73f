/* The strip's base layer: free space, hazards, breaks, regions.
 *
 * All free space is one repeated dot, drawn once under everything, so that a gap costs nothing.
 * Neighbouring columns of one colour are one rectangle. Nothing is clipped: pieces never leave the
 * view.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-strip-render.h"

#include "core/hazard.h"

#include <math.h>

#define DOT_SPACING 6

/* The zig-zag of a break: how wide it is, and how high one tooth. */
#define BREAK_WIDTH 6.0
#define BREAK_TOOTH 6.0

/* Narrower than this, a cut gap has no room for its mark. */
#define BREAK_ROOM 10

/* Pages closer than this are not drawn. */
#define LEAST_PAGE_SPACING 10

/* Narrower than this, a hatch is only noise. */
#define LEAST_HATCH 2

/* How many shades a density run may have; so that neighbours that differ little are drawn as one. */
#define DENSITY_SHADES 8

/* What a column with hardly anything in it is mixed with: it has to be seen. */
#define DENSITY_LEAST_ALPHA 0.5f

void
lacuna_strip_append_rectangle (GtkSnapshot   *snapshot,
                               const GdkRGBA *colour,
                               double         x,
                               double         y,
                               double         width,
                               double         height)
{
  if (width > 0 && height > 0)
    gtk_snapshot_append_color (snapshot, colour,
                               &GRAPHENE_RECT_INIT ((float) x, (float) y, (float) width,
                                                    (float) height));
}

void
lacuna_strip_append_frame (GtkSnapshot   *snapshot,
                           const GdkRGBA *colour,
                           double         x,
                           double         y,
                           double         width,
                           double         height,
                           double         radius,
                           double         thickness)
{
  GskRoundedRect outline;
  float side = (float) MIN (thickness, width / 2);
  float edge = (float) MIN (thickness, height / 2);

  if (width <= 0 || height <= 0)
    return;

  gsk_rounded_rect_init_from_rect (&outline,
                                   &GRAPHENE_RECT_INIT ((float) x, (float) y, (float) width,
                                                        (float) height),
                                   (float) MIN (radius, MIN (width, height) / 2));
  gtk_snapshot_append_border (snapshot, &outline, (float[4]){ edge, side, edge, side },
                              (GdkRGBA[4]){ *colour, *colour, *colour, *colour });
}

double
lacuna_strip_scene_to_x (const LacunaStripScene *scene,
                         guint64                 address)
{
  return (double) lacuna_view_to_column (&scene->view, scene->scale, address)
         / scene->scale_factor;
}

LacunaStripSpan
lacuna_strip_user_span (const LacunaStripScene *scene)
{
  struct lac_range user = lac_map_space (scene->map)->user;
  gsize n_pieces;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (scene->layout, &n_pieces);
  double width = n_pieces > 0 ? (double) pieces[n_pieces - 1].end / scene->scale_factor : 0;
  LacunaStripSpan span = { CLAMP (lacuna_strip_scene_to_x (scene, user.start), 0, width), width };

  /* A last column that is user space in part is shown whole. */
  if (user.end < lacuna_scale_get_extent (scene->scale).end)
    span.end = CLAMP (lacuna_strip_scene_to_x (scene, user.end), 0, width);
  return span;
}

/* Free space, as far as user space is in view. Where nothing can be mapped, the band is bare. */
static void
append_free_space (const LacunaStripScene *scene,
                   GtkSnapshot            *snapshot)
{
  LacunaStripSpan user = lacuna_strip_user_span (scene);
  double width = user.end - user.start;
  double height = lacuna_strip_scene_band_height (scene);

  if (width <= 0)
    return;

  lacuna_strip_append_rectangle (snapshot, &scene->palette->free, user.start, LACUNA_STRIP_RULER,
                                 width, height);
  gtk_snapshot_push_repeat (snapshot,
                            &GRAPHENE_RECT_INIT ((float) user.start, LACUNA_STRIP_RULER,
                                                 (float) width, (float) height),
                            &GRAPHENE_RECT_INIT (0, LACUNA_STRIP_RULER, DOT_SPACING, DOT_SPACING));
  lacuna_strip_append_rectangle (snapshot, &scene->palette->free_dot, DOT_SPACING / 2,
                                 LACUNA_STRIP_RULER + DOT_SPACING / 2, 1, 1);
  gtk_snapshot_pop (snapshot);
}

/* How much of its ink a piece is drawn with, from 1 to DENSITY_SHADES. */
static int
piece_shade (const LacunaPiece *piece)
{
  if (piece->kind == LACUNA_PIECE_REGION)
    return DENSITY_SHADES;
  return 1 + piece->filled * (DENSITY_SHADES - 1) / 255;
}

void
lacuna_strip_append_pieces (const LacunaStripScene *scene,
                            GtkSnapshot            *snapshot,
                            double                  top,
                            double                  height)
{
  gsize n_pieces;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (scene->layout, &n_pieces);
  double pixel = 1.0 / scene->scale_factor;

  for (gsize i = 0; i < n_pieces;)
    {
      gsize first = i;
      int shade = piece_shade (&pieces[i]);
      GdkRGBA colour;

      if (pieces[i].count == 0)
        {
          i++;
          continue;
        }

      while (i < n_pieces && pieces[i].count > 0 && pieces[i].ink == pieces[first].ink
             && piece_shade (&pieces[i]) == shade)
        i++;

      colour = scene->palette->ink[pieces[first].ink];
      colour.alpha = DENSITY_LEAST_ALPHA
                     + (1 - DENSITY_LEAST_ALPHA) * (float) shade / DENSITY_SHADES;
      lacuna_strip_append_rectangle (snapshot, &colour, pieces[first].start * pixel, top,
                                     (pieces[i - 1].end - pieces[first].start) * pixel, height);
    }
}

/* Regions of one colour that touch are told apart by a line, where both have room for it. */
static void
append_separators (const LacunaStripScene *scene,
                   GtkSnapshot            *snapshot,
                   double                  top,
                   double                  height)
{
  gsize n_pieces;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (scene->layout, &n_pieces);
  double pixel = 1.0 / scene->scale_factor;

  for (gsize i = 1; i < n_pieces; i++)
    if (pieces[i].kind == LACUNA_PIECE_REGION && pieces[i - 1].kind == LACUNA_PIECE_REGION
        && pieces[i].ink == pieces[i - 1].ink && pieces[i].end - pieces[i].start >= 4
        && pieces[i - 1].end - pieces[i - 1].start >= 4)
      lacuna_strip_append_rectangle (snapshot, &scene->palette->separator,
                                     pieces[i].start * pixel, top, pixel, height);
}

/* The edges of pages inside regions, once they are far enough apart to mean something. */
static void
append_pages (const LacunaStripScene *scene,
              GtkSnapshot            *snapshot)
{
  gsize n_pieces;
  gsize n_regions;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (scene->layout, &n_pieces);
  const struct lac_region *regions = lac_map_regions (scene->map, &n_regions);
  guint64 page_size = lac_map_space (scene->map)->page_size;
  double spacing = (double) page_size / scene->view.bytes_per_pixel / scene->scale_factor;
  double top = LACUNA_STRIP_RULER + LACUNA_STRIP_INSET;
  double height = lacuna_strip_scene_band_height (scene) - 2 * LACUNA_STRIP_INSET;
  struct lac_range visible = lacuna_view_get_range (&scene->view, scene->scale, scene->columns);

  if (spacing < LEAST_PAGE_SPACING)
    return;

  for (gsize i = 0; i < n_pieces; i++)
    {
      struct lac_range shown;

      if (pieces[i].kind != LACUNA_PIECE_REGION)
        continue;

      shown = lac_range_intersect (lac_region_range (&regions[pieces[i].first]), visible);
      for (guint64 page = lac_align_down (shown.start, page_size) + page_size;
           page > shown.start && page < shown.end;
           page += page_size)
        lacuna_strip_append_rectangle (snapshot, &scene->palette->separator,
                                       lacuna_strip_scene_to_x (scene, page), top + height * 0.75,
                                       1.0 / scene->scale_factor, height * 0.25);
    }
}

gboolean
lacuna_strip_piece_may_be_cut (const LacunaPiece *piece)
{
  return piece->kind == LACUNA_PIECE_BREAK
         || (piece->kind == LACUNA_PIECE_REGION && piece->ink == LACUNA_INK_GUARD);
}

gsize
lacuna_strip_first_break (const LacunaStripScene *scene,
                          const LacunaPiece      *piece)
{
  gsize n_breaks;
  const LacunaBreak *breaks = lacuna_scale_get_breaks (scene->scale, &n_breaks);
  guint64 line = lacuna_scale_to_line (scene->scale,
                                       lacuna_view_to_address (&scene->view, scene->scale,
                                                               piece->start));
  gsize low = 0;
  gsize high = n_breaks;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (breaks[middle].line < line)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

/* A line that goes to and fro, as wide as BREAK_WIDTH, around x = 0. Through free space it is a tear,
 * through a region only a mark on it. */
static GskRenderNode *
make_zigzag (const LacunaStripScene *scene,
             gboolean                in_region)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  double inset = in_region ? LACUNA_STRIP_INSET : 0;
  double height = lacuna_strip_scene_band_height (scene) - 2 * inset;
  double length = hypot (BREAK_WIDTH, BREAK_TOOTH);
  double angle = atan2 (BREAK_TOOTH, BREAK_WIDTH) * 180 / G_PI;
  int n_teeth = (int) floor (height / BREAK_TOOTH);
  double top = LACUNA_STRIP_RULER + inset + (height - n_teeth * BREAK_TOOTH) / 2;
  GdkRGBA colour = in_region ? scene->palette->ink_text[LACUNA_INK_GUARD] : scene->palette->tick;

  if (in_region && !scene->palette->high_contrast)
    colour.alpha = 0.45f;

  /* Free space ends here: nothing of it is left between the teeth. */
  if (!in_region)
    lacuna_strip_append_rectangle (snapshot, &scene->palette->surface, -BREAK_WIDTH / 2 - 1,
                                   LACUNA_STRIP_RULER, BREAK_WIDTH + 2, height);
  for (int i = 0; i < n_teeth; i++)
    {
      gboolean back = i % 2 == 1;

      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot,
                              &GRAPHENE_POINT_INIT ((float) (back ? BREAK_WIDTH / 2 : -BREAK_WIDTH / 2),
                                                    (float) (top + i * BREAK_TOOTH)));
      gtk_snapshot_rotate (snapshot, (float) (back ? 180 - angle : angle));
      lacuna_strip_append_rectangle (snapshot, &colour, -0.5, -0.75, length + 1, 1.5);
      gtk_snapshot_restore (snapshot);
    }

  return gtk_snapshot_free_to_node (snapshot);
}

static void
append_breaks (const LacunaStripScene *scene,
               GtkSnapshot            *snapshot)
{
  gsize n_pieces;
  gsize n_breaks;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (scene->layout, &n_pieces);
  const LacunaBreak *breaks = lacuna_scale_get_breaks (scene->scale, &n_breaks);
  GskRenderNode *zigzags[2] = { NULL, NULL };

  if (n_breaks == 0)
    return;

  for (gsize i = 0; i < n_pieces; i++)
    {
      const LacunaPiece *piece = &pieces[i];
      gboolean in_region = piece->kind == LACUNA_PIECE_REGION ? 1 : 0;
      double last = -BREAK_ROOM;

      if (piece->end - piece->start < BREAK_ROOM * scene->scale_factor
          || !lacuna_strip_piece_may_be_cut (piece))
        continue;

      for (gsize j = lacuna_strip_first_break (scene, piece); j < n_breaks; j++)
        {
          double x = lacuna_strip_scene_to_x (scene, breaks[j].cut.end);

          if (x * scene->scale_factor > piece->end)
            break;
          if (x - last < BREAK_ROOM)
            continue;

          if (zigzags[in_region] == NULL)
            zigzags[in_region] = make_zigzag (scene, in_region);
          gtk_snapshot_save (snapshot);
          gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, 0));
          gtk_snapshot_append_node (snapshot, zigzags[in_region]);
          gtk_snapshot_restore (snapshot);
          last = x;
        }
    }

  g_clear_pointer (&zigzags[0], gsk_render_node_unref);
  g_clear_pointer (&zigzags[1], gsk_render_node_unref);
}

/* What is free but risky: hatched. */
static void
append_hazards (const LacunaStripScene *scene,
                GtkSnapshot            *snapshot)
{
  gsize n_hazards;
  const struct lac_hazard_range *hazards = lac_map_hazards (scene->map, &n_hazards);
  struct lac_range visible = lacuna_view_get_range (&scene->view, scene->scale, scene->columns);
  gsize last_gap = lac_map_search (scene->map, visible.end);
  GdkRGBA none = scene->palette->risk_hatch;
  GskColorStop stops[4];
  double drawn = -1;
  gsize low = 0;
  gsize high = n_hazards;
  gsize first_gap = lac_map_search (scene->map, visible.start);

  none.alpha = 0;
  stops[0] = (GskColorStop){ 0, none };
  stops[1] = (GskColorStop){ 0.75f, none };
  stops[2] = (GskColorStop){ 0.75f, scene->palette->risk_hatch };
  stops[3] = (GskColorStop){ 1, scene->palette->risk_hatch };

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (hazards[middle].gap < first_gap)
        low = middle + 1;
      else
        high = middle;
    }

  for (; low < n_hazards && hazards[low].gap <= last_gap; low++)
    {
      double width = lacuna_strip_scene_width (scene);
      double start = CLAMP (lacuna_strip_scene_to_x (scene, hazards[low].range.start), 0, width);
      double end = CLAMP (lacuna_strip_scene_to_x (scene, hazards[low].range.end), 0, width);

      /* Hazards of one gap may overlap; what is hatched is not hatched again. */
      start = MAX (start, drawn);
      if (end - start < LEAST_HATCH)
        continue;

      gtk_snapshot_append_repeating_linear_gradient (
        snapshot,
        &GRAPHENE_RECT_INIT ((float) start, LACUNA_STRIP_RULER + LACUNA_STRIP_INSET,
                             (float) (end - start),
                             (float) lacuna_strip_scene_band_height (scene)
                               - 2 * LACUNA_STRIP_INSET),
        &GRAPHENE_POINT_INIT (0, 0), &GRAPHENE_POINT_INIT (5, 5), stops, G_N_ELEMENTS (stops));
      drawn = end;
    }
}

GskRenderNode *
lacuna_strip_render_base (const LacunaStripScene *scene)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  double top = LACUNA_STRIP_RULER + LACUNA_STRIP_INSET;
  double height = lacuna_strip_scene_band_height (scene) - 2 * LACUNA_STRIP_INSET;

  append_free_space (scene, snapshot);
  append_hazards (scene, snapshot);
  lacuna_strip_append_pieces (scene, snapshot, top, height);
  append_separators (scene, snapshot, top, height);
  append_pages (scene, snapshot);
  append_breaks (scene, snapshot);
  if (scene->labels)
    lacuna_strip_append_names (scene, snapshot);

  return gtk_snapshot_free_to_node (snapshot);
}
