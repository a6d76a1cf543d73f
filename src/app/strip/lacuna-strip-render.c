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

/* Pages or bytes closer than this are not drawn. */
#define LEAST_UNIT_SPACING 10
#define UPRIGHT_UNIT 6

/* Narrower than this, a hatch is only noise. */
#define LEAST_HATCH 2

/* How many shades a density run may have; so that neighbours that differ little are drawn as one. */
#define DENSITY_SHADES 8

/* What a column with hardly anything in it is mixed with: it has to be seen. */
#define DENSITY_LEAST_ALPHA 0.5f

LacunaStripSpan
lacuna_strip_user_span (const LacunaStripScene *scene)
{
  struct lac_range user = lac_map_space (scene->map)->user;
  gsize n_pieces;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (scene->layout, &n_pieces);
  double length = n_pieces > 0 ? (double) pieces[n_pieces - 1].end / scene->scale_factor : 0;
  LacunaStripSpan span = { CLAMP (lacuna_strip_scene_to_axis (scene, user.start), 0, length),
                           length };

  /* A last column that is user space in part is shown whole. */
  if (user.end < lacuna_scale_get_extent (scene->scale).end)
    span.end = CLAMP (lacuna_strip_scene_to_axis (scene, user.end), 0, length);
  return span;
}

/* Free space, as far as user space is in view. Where nothing can be mapped, the band is bare. */
static void
append_free_space (const LacunaStripScene *scene,
                   GtkSnapshot            *snapshot)
{
  LacunaStripSpan user = lacuna_strip_user_span (scene);
  LacunaStripSpan band = lacuna_strip_scene_band (scene);
  double length = lacuna_strip_span_size (user);
  double depth = lacuna_strip_span_size (band);
  graphene_rect_t all;
  graphene_rect_t one;

  if (length <= 0)
    return;

  all = lacuna_strip_place (scene, user.start, band.start, length, depth);
  one = lacuna_strip_place (scene, 0, band.start, DOT_SPACING, DOT_SPACING);
  gtk_snapshot_append_color (snapshot, &scene->palette->free, &all);
  gtk_snapshot_push_repeat (snapshot, &all, &one);
  lacuna_strip_append_rectangle (scene, snapshot, &scene->palette->free_dot, DOT_SPACING / 2,
                                 band.start + DOT_SPACING / 2, 1, 1);
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

/* What a piece is drawn with: an ink, and whether it is dimmed. Where many regions share a column, one
 * that is not dimmed is never hidden by those that are. */
static LacunaInk
piece_ink (const LacunaStripScene *scene,
           const LacunaPiece      *piece,
           gboolean               *out_dimmed)
{
  guint64 bytes[LACUNA_N_INKS];
  LacunaInk best = piece->ink;
  struct lac_range range;
  gsize n_regions;

  *out_dimmed = (scene->dimmed & 1u << piece->ink) != 0;
  if (!*out_dimmed || piece->count < 2 || scene->census == NULL)
    return best;

  range.start = lacuna_view_to_address (&scene->view, scene->scale, piece->start);
  range.end = lacuna_view_to_address (&scene->view, scene->scale, piece->end);
  if (range.end <= range.start)
    return best;

  lacuna_census_count (scene->census, range, bytes, &n_regions);
  for (int ink = 0; ink < LACUNA_N_INKS; ink++)
    if (!(scene->dimmed & 1u << ink) && bytes[ink] > 0
        && (*out_dimmed || bytes[ink] > bytes[best]))
      {
        best = (LacunaInk) ink;
        *out_dimmed = FALSE;
      }
  return best;
}

void
lacuna_strip_append_pieces (const LacunaStripScene *scene,
                            GtkSnapshot            *snapshot,
                            LacunaStripSpan         span)
{
  gsize n_pieces;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (scene->layout, &n_pieces);
  double pixel = 1.0 / scene->scale_factor;
  double depth = lacuna_strip_span_size (span);
  /* Of the run that is open, if any: where it began, and how it is drawn. */
  gsize first = n_pieces;
  LacunaInk ink = 0;
  gboolean dimmed = FALSE;
  int shade = 0;

  for (gsize i = 0; i <= n_pieces; i++)
    {
      gboolean is_mapped = i < n_pieces && pieces[i].count > 0;
      gboolean next_dimmed = FALSE;
      LacunaInk next_ink = is_mapped ? piece_ink (scene, &pieces[i], &next_dimmed) : 0;
      int next_shade = is_mapped ? piece_shade (&pieces[i]) : 0;

      if (first < n_pieces
          && (!is_mapped || next_ink != ink || next_shade != shade || next_dimmed != dimmed))
        {
          GdkRGBA colour = scene->palette->ink[ink];

          colour.alpha = DENSITY_LEAST_ALPHA
                         + (1 - DENSITY_LEAST_ALPHA) * (float) shade / DENSITY_SHADES;
          if (dimmed)
            colour.alpha *= scene->palette->dimmed_alpha;
          lacuna_strip_append_rectangle (scene, snapshot, &colour, pieces[first].start * pixel,
                                         span.start,
                                         (pieces[i - 1].end - pieces[first].start) * pixel, depth);
          first = n_pieces;
        }
      if (is_mapped && first == n_pieces)
        {
          first = i;
          ink = next_ink;
          shade = next_shade;
          dimmed = next_dimmed;
        }
    }
}

/* Regions of one colour that touch are told apart by a line, where both have room for it. */
static void
append_separators (const LacunaStripScene *scene,
                   GtkSnapshot            *snapshot,
                   LacunaStripSpan         span)
{
  gsize n_pieces;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (scene->layout, &n_pieces);
  double pixel = 1.0 / scene->scale_factor;

  for (gsize i = 1; i < n_pieces; i++)
    if (pieces[i].kind == LACUNA_PIECE_REGION && pieces[i - 1].kind == LACUNA_PIECE_REGION
        && pieces[i].ink == pieces[i - 1].ink && pieces[i].end - pieces[i].start >= 4
        && pieces[i - 1].end - pieces[i - 1].start >= 4)
      lacuna_strip_append_rectangle (scene, snapshot, &scene->palette->separator,
                                     pieces[i].start * pixel, span.start, pixel,
                                     lacuna_strip_span_size (span));
}

/* The edges of pages inside regions, or of bytes when one looks that close, once they are far enough
 * apart to mean something. */
static void
append_units (const LacunaStripScene *scene,
              GtkSnapshot            *snapshot,
              LacunaStripSpan         span)
{
  gsize n_pieces;
  gsize n_regions;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (scene->layout, &n_pieces);
  const struct lac_region *regions = lac_map_regions (scene->map, &n_regions);
  double byte = 1 / scene->view.bytes_per_pixel / scene->scale_factor;
  guint64 unit = byte >= LEAST_UNIT_SPACING ? 1 : lac_map_space (scene->map)->page_size;
  /* Upright, names reach nearly as far as the band does. */
  double depth = lacuna_strip_box_length (scene, lacuna_strip_span_size (span) * 0.25, UPRIGHT_UNIT);
  struct lac_range visible;

  if ((double) unit * byte < LEAST_UNIT_SPACING)
    return;

  visible = lacuna_view_get_range (&scene->view, scene->scale, scene->columns);
  for (gsize i = 0; i < n_pieces; i++)
    {
      struct lac_range shown;

      if (pieces[i].kind != LACUNA_PIECE_REGION)
        continue;

      shown = lac_range_intersect (lac_region_range (&regions[pieces[i].first]), visible);
      for (guint64 edge = lac_align_down (shown.start, unit) + unit;
           edge > shown.start && edge < shown.end;
           edge += unit)
        lacuna_strip_append_rectangle (scene, snapshot, &scene->palette->separator,
                                       lacuna_strip_scene_to_axis (scene, edge),
                                       span.end - depth, 1.0 / scene->scale_factor, depth);
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

/* A line that goes to and fro, as wide as BREAK_WIDTH, around 0 of an axis from left to right. Through
 * free space it is a tear, through a region only a mark on it. */
static GskRenderNode *
make_zigzag (const LacunaStripScene *scene,
             gboolean                in_region)
{
  LacunaStripScene upright = *scene;
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  LacunaStripSpan span = lacuna_strip_span_inset (lacuna_strip_scene_band (scene),
                                                  in_region ? LACUNA_STRIP_INSET : 0);
  double depth = lacuna_strip_span_size (span);
  double length = hypot (BREAK_WIDTH, BREAK_TOOTH);
  double angle = atan2 (BREAK_TOOTH, BREAK_WIDTH) * 180 / G_PI;
  int n_teeth = (int) floor (depth / BREAK_TOOTH);
  double top = span.start + (depth - n_teeth * BREAK_TOOTH) / 2;
  GdkRGBA colour = in_region ? scene->palette->ink_text[LACUNA_INK_GUARD] : scene->palette->tick;

  upright.orientation = GTK_ORIENTATION_HORIZONTAL;
  upright.low_end = 0;
  if (in_region && !scene->palette->high_contrast)
    colour.alpha = 0.45f;

  /* Free space ends here: nothing of it is left between the teeth. */
  if (!in_region)
    lacuna_strip_append_rectangle (&upright, snapshot, &scene->palette->surface,
                                   -BREAK_WIDTH / 2 - 1, span.start, BREAK_WIDTH + 2, depth);
  for (int i = 0; i < n_teeth; i++)
    {
      gboolean back = i % 2 == 1;

      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot,
                              &GRAPHENE_POINT_INIT ((float) (back ? BREAK_WIDTH / 2 : -BREAK_WIDTH / 2),
                                                    (float) (top + i * BREAK_TOOTH)));
      gtk_snapshot_rotate (snapshot, (float) (back ? 180 - angle : angle));
      lacuna_strip_append_rectangle (&upright, snapshot, &colour, -0.5, -0.75, length + 1, 1.5);
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
          double along = lacuna_strip_scene_to_axis (scene, breaks[j].cut.end);

          if (along * scene->scale_factor > piece->end)
            break;
          if (along - last < BREAK_ROOM)
            continue;

          if (zigzags[in_region] == NULL)
            zigzags[in_region] = make_zigzag (scene, in_region);
          gtk_snapshot_save (snapshot);
          lacuna_strip_turn (scene, snapshot, along);
          gtk_snapshot_append_node (snapshot, zigzags[in_region]);
          gtk_snapshot_restore (snapshot);
          last = along;
        }
    }

  g_clear_pointer (&zigzags[0], gsk_render_node_unref);
  g_clear_pointer (&zigzags[1], gsk_render_node_unref);
}

/* What is free but risky: hatched. */
static void
append_hazards (const LacunaStripScene *scene,
                GtkSnapshot            *snapshot,
                LacunaStripSpan         across)
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
      LacunaStripSpan span = lacuna_strip_scene_span (scene, hazards[low].range, 0);
      graphene_rect_t rectangle;

      /* Hazards of one gap may overlap; what is hatched is not hatched again. */
      span.start = MAX (span.start, drawn);
      if (lacuna_strip_span_size (span) < LEAST_HATCH)
        continue;

      rectangle = lacuna_strip_place (scene, span.start, across.start,
                                      lacuna_strip_span_size (span),
                                      lacuna_strip_span_size (across));
      gtk_snapshot_append_repeating_linear_gradient (snapshot, &rectangle,
                                                     &GRAPHENE_POINT_INIT (0, 0),
                                                     &GRAPHENE_POINT_INIT (5, 5), stops,
                                                     G_N_ELEMENTS (stops));
      drawn = span.end;
    }
}

GskRenderNode *
lacuna_strip_render_base (const LacunaStripScene *scene)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  LacunaStripSpan span = lacuna_strip_span_inset (lacuna_strip_scene_band (scene),
                                                  LACUNA_STRIP_INSET);

  append_free_space (scene, snapshot);
  append_hazards (scene, snapshot, span);
  lacuna_strip_append_pieces (scene, snapshot, span);
  append_separators (scene, snapshot, span);
  append_units (scene, snapshot, span);
  append_breaks (scene, snapshot);
  if (scene->labels)
    lacuna_strip_append_names (scene, snapshot);

  return gtk_snapshot_free_to_node (snapshot);
}
