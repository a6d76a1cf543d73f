/* The strip's overlay: what a gap query found, over the regions.
 *
 * Everything here has a second sign beside its colour: the window has dashed edges, matching gaps an
 * outline, the candidate a triangle, hazards a hatch, anchors a dot. The footer says the candidate's
 * address and distance; the ends of the view stand beside it as long as there is room.
 *
 * The query is asked again for each gap in view that is at least a column wide, because results are
 * limited in number and may be of an older snapshot. That is O(pixels).
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-strip-render.h"

#include "core/hazard.h"
#include "model/lacuna-format.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Matching gaps reach further than regions, by this much less than the band. */
#define MATCH_INSET 3

#define MATCH_RADIUS 4
#define MATCH_THICKNESS 2

/* The candidate's bar, at least. */
#define LEAST_BAR 3

#define TRIANGLE_WIDTH 13
#define TRIANGLE_HEIGHT 8

#define ANCHOR_DOT 9

/* Narrower than this, a hatch is only noise. */
#define LEAST_HATCH 2

#define EDGE_MARGIN 12
#define LABEL_DISTANCE 14

/* In logical pixels, not clipped to the view. */
typedef struct
{
  double start;
  double end;
} Span;

static Span
span_of (const LacunaStripScene *scene,
         struct lac_range        range)
{
  return (Span){ lacuna_strip_scene_to_x (scene, range.start),
                 lacuna_strip_scene_to_x (scene, range.end) };
}

static Span
span_clip (const LacunaStripScene *scene,
           Span                    span,
           double                  beyond)
{
  double width = lacuna_strip_scene_width (scene);

  return (Span){ CLAMP (span.start, -beyond, width + beyond),
                 CLAMP (span.end, -beyond, width + beyond) };
}

static Span
span_intersect (Span a,
                Span b)
{
  return (Span){ MAX (a.start, b.start), MIN (a.end, b.end) };
}

static Span
span_of_piece (const LacunaStripScene *scene,
               const LacunaPiece      *piece)
{
  return (Span){ (double) piece->start / scene->scale_factor,
                 (double) piece->end / scene->scale_factor };
}

static void
append_dashes (const LacunaStripScene *scene,
               GtkSnapshot            *snapshot,
               double                  x)
{
  GdkRGBA none = scene->palette->accent;
  GskColorStop stops[4];

  none.alpha = 0;
  stops[0] = (GskColorStop){ 0, scene->palette->accent };
  stops[1] = (GskColorStop){ 0.6f, scene->palette->accent };
  stops[2] = (GskColorStop){ 0.6f, none };
  stops[3] = (GskColorStop){ 1, none };
  gtk_snapshot_append_repeating_linear_gradient (
    snapshot,
    &GRAPHENE_RECT_INIT ((float) x - 0.5f, LACUNA_STRIP_RULER, 1.5f,
                         (float) lacuna_strip_scene_band_height (scene)),
    &GRAPHENE_POINT_INIT (0, LACUNA_STRIP_RULER), &GRAPHENE_POINT_INIT (0, LACUNA_STRIP_RULER + 6),
    stops, G_N_ELEMENTS (stops));
}

static void
append_window (const LacunaStripScene *scene,
               GtkSnapshot            *snapshot,
               struct lac_range        window)
{
  gsize n_pieces;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (scene->layout, &n_pieces);
  struct lac_range extent = lac_map_space (scene->map)->user;
  double width = lacuna_strip_scene_width (scene);
  Span span = span_of (scene, window);

  /* Only free space is tinted: the colours of regions keep their meaning. */
  for (gsize i = 0; i < n_pieces; i++)
    if (pieces[i].count == 0)
      {
        Span tinted = span_intersect (span_of_piece (scene, &pieces[i]), span);

        lacuna_strip_append_rectangle (snapshot, &scene->palette->window_tint, tinted.start,
                                       LACUNA_STRIP_RULER, tinted.end - tinted.start,
                                       lacuna_strip_scene_band_height (scene));
      }

  if (window.start > extent.start && span.start >= 0 && span.start < width)
    append_dashes (scene, snapshot, span.start);
  if (window.end < extent.end && span.end >= 0 && span.end < width)
    append_dashes (scene, snapshot, span.end);
}

static void
append_hazards (const LacunaStripScene *scene,
                GtkSnapshot            *snapshot)
{
  gsize n_hazards;
  const struct lac_hazard_range *hazards = lac_map_hazards (scene->map, &n_hazards);
  struct lac_range visible = lacuna_view_get_range (&scene->view, scene->scale, scene->columns);
  gsize last_gap = lac_map_search (scene->map, visible.end);
  GdkRGBA none = scene->palette->risk;
  GskColorStop stops[4];
  double drawn = -1;
  gsize low = 0;
  gsize high = n_hazards;
  gsize first_gap = lac_map_search (scene->map, visible.start);

  none.alpha = 0;
  stops[0] = (GskColorStop){ 0, none };
  stops[1] = (GskColorStop){ 0.7f, none };
  stops[2] = (GskColorStop){ 0.7f, scene->palette->risk };
  stops[3] = (GskColorStop){ 1, scene->palette->risk };

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
      Span span = span_clip (scene, span_of (scene, hazards[low].range), 0);

      /* Hazards of one gap may overlap; what is hatched is not hatched again. */
      span.start = MAX (span.start, drawn);
      if (span.end - span.start < LEAST_HATCH)
        continue;

      gtk_snapshot_append_repeating_linear_gradient (
        snapshot,
        &GRAPHENE_RECT_INIT ((float) span.start, LACUNA_STRIP_RULER + LACUNA_STRIP_INSET,
                             (float) (span.end - span.start),
                             (float) lacuna_strip_scene_band_height (scene)
                               - 2 * LACUNA_STRIP_INSET),
        &GRAPHENE_POINT_INIT (0, 0), &GRAPHENE_POINT_INIT (5, 5), stops, G_N_ELEMENTS (stops));
      drawn = span.end;
    }
}

static void
append_capacity (const LacunaStripScene *scene,
                 GtkSnapshot            *snapshot,
                 guint64                 capacity,
                 Span                    visible)
{
  g_autofree char *number = g_strdup_printf ("%'" G_GUINT64_FORMAT, capacity);
  /* Translators: how many buffers a gap has room for, such as "fits 31 ×". */
  g_autofree char *text = g_strdup_printf (_("fits %s ×"), number);
  g_autofree char *brief = g_strdup_printf ("%s ×", number);
  double width = visible.end - visible.start;
  const char *fitting = NULL;

  if (lacuna_labels_fits (scene->labels, LACUNA_LABEL_BOLD, text, width - 12))
    fitting = text;
  else if (lacuna_labels_fits (scene->labels, LACUNA_LABEL_BOLD, brief, width - 8))
    fitting = brief;
  else
    return;

  lacuna_labels_append (scene->labels, snapshot, LACUNA_LABEL_BOLD, fitting,
                        visible.start
                          + (width - lacuna_labels_width (scene->labels, LACUNA_LABEL_BOLD, fitting))
                              / 2,
                        scene->height - LACUNA_STRIP_FOOTER - LACUNA_STRIP_INSET
                          - lacuna_labels_height (scene->labels, LACUNA_LABEL_BOLD) - 1,
                        &scene->palette->fit_text);
}

static void
append_matches (const LacunaStripScene     *scene,
                GtkSnapshot                *snapshot,
                const LacunaStripMarks     *marks,
                struct lac_range            window)
{
  gsize n_pieces;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (scene->layout, &n_pieces);
  double top = LACUNA_STRIP_RULER + MATCH_INSET;
  double height = lacuna_strip_scene_band_height (scene) - 2 * MATCH_INSET;
  int last_tick = -1;

  for (gsize i = 0; i < n_pieces; i++)
    {
      struct lac_gap gap;
      Span span;
      Span visible;

      if (pieces[i].count > 0
          || lac_gap_check (scene->map, marks->query, pieces[i].first, &gap, NULL) != LAC_OK)
        continue;

      /* An end out of view stays out of view, so that no outline is closed where nothing ends. */
      span = span_clip (scene, span_of (scene, lac_range_intersect (gap.range, window)),
                        2 * MATCH_RADIUS);
      visible = span_clip (scene, span, 0);
      if (span.end - span.start < 1.0 / scene->scale_factor)
        span.end = span.start + 1.0 / scene->scale_factor;

      lacuna_strip_append_rectangle (snapshot, &scene->palette->fit_tint, span.start, top,
                                     span.end - span.start, height);
      lacuna_strip_append_frame (snapshot, &scene->palette->fit, span.start, top,
                                 span.end - span.start, height, MATCH_RADIUS, MATCH_THICKNESS);
      if (scene->labels)
        append_capacity (scene, snapshot, gap.capacity, visible);
    }

  for (gsize i = 0; i < marks->n_matches; i++)
    {
      gint64 column = lacuna_view_to_column (&scene->view, scene->scale,
                                             marks->matches[i].candidate);
      const LacunaPiece *piece;

      if (column < 0 || column >= scene->columns || column == last_tick)
        continue;
      piece = lacuna_strip_layout_find (scene->layout, (int) column);
      if (piece == NULL || piece->kind != LACUNA_PIECE_DENSITY)
        continue;

      lacuna_strip_append_rectangle (snapshot, &scene->palette->fit,
                                     (double) column / scene->scale_factor - 0.5,
                                     LACUNA_STRIP_RULER + 1, 2, LACUNA_STRIP_INSET - 2);
      last_tick = (int) column;
    }
}

/* A triangle of rows of device pixels, its tip at @x, @y. */
static void
append_triangle (const LacunaStripScene *scene,
                 GtkSnapshot            *snapshot,
                 double                  x,
                 double                  y)
{
  int rows = TRIANGLE_HEIGHT * scene->scale_factor;

  for (int row = 0; row < rows; row++)
    {
      double width = 1 + (TRIANGLE_WIDTH - 1) * (double) row / (rows - 1);

      lacuna_strip_append_rectangle (snapshot, &scene->palette->fit, x - width / 2,
                                     y + (double) row / scene->scale_factor, width,
                                     1.0 / scene->scale_factor);
    }
}

static double
footer_text_top (const LacunaStripScene *scene,
                 LacunaLabelStyle        style)
{
  return scene->height - 8 - lacuna_labels_height (scene->labels, style);
}

/* Says the candidate in the footer: as much as there is room for. Gives the span that it took. */
static Span
append_candidate_text (const LacunaStripScene *scene,
                       GtkSnapshot            *snapshot,
                       const LacunaStripMarks *marks,
                       double                  x)
{
  g_autofree char *address = lacuna_format_address_grouped (marks->candidate->candidate);
  /* Translators: where a buffer would go, such as "candidate 7f3a 41c0 0000". */
  g_autofree char *text = g_strdup_printf (_("candidate %s"), address);
  g_autofree char *distance = NULL;
  double most = lacuna_strip_scene_width (scene) - 2 * EDGE_MARGIN;
  double text_width = lacuna_labels_width (scene->labels, LACUNA_LABEL_MONO_BOLD, text);
  double distance_width = 0;
  double left;

  if (marks->query && marks->query->n_anchors > 0)
    {
      gint64 bytes = marks->candidate->distance;
      g_autofree char *size = lacuna_format_size (bytes < 0 ? -(guint64) bytes : (guint64) bytes);

      /* Translators: how far a candidate is, such as "11 MiB below the anchor". */
      if (bytes < 0)
        distance = g_strdup_printf (_("%s below the anchor"), size);
      else if (bytes > 0)
        distance = g_strdup_printf (_("%s above the anchor"), size);
      else
        distance = g_strdup (_("at the anchor"));
      distance_width = LABEL_DISTANCE
                       + lacuna_labels_width (scene->labels, LACUNA_LABEL_PLAIN, distance);
    }

  if (text_width + distance_width > most)
    distance_width = 0;
  if (text_width > most)
    {
      g_free (text);
      text = g_steal_pointer (&address);
      text_width = lacuna_labels_width (scene->labels, LACUNA_LABEL_MONO_BOLD, text);
    }

  left = CLAMP (x - text_width / 2, EDGE_MARGIN,
                MAX (EDGE_MARGIN, EDGE_MARGIN + most - text_width - distance_width));
  lacuna_labels_append (scene->labels, snapshot, LACUNA_LABEL_MONO_BOLD, text, left,
                        footer_text_top (scene, LACUNA_LABEL_MONO_BOLD),
                        &scene->palette->fit_text);
  if (distance_width > 0)
    lacuna_labels_append (scene->labels, snapshot, LACUNA_LABEL_PLAIN, distance,
                          left + text_width + LABEL_DISTANCE,
                          footer_text_top (scene, LACUNA_LABEL_PLAIN), &scene->palette->text_dim);

  return (Span){ left, left + text_width + distance_width };
}

static void
append_candidate (const LacunaStripScene *scene,
                  GtkSnapshot            *snapshot,
                  const LacunaStripMarks *marks)
{
  guint64 start = marks->candidate->candidate;
  guint64 size = marks->query ? marks->query->size : 1;
  Span span = span_of (scene, (struct lac_range){ start, lac_add_saturating (start, size) });
  double width = lacuna_strip_scene_width (scene);

  if (span.end < 0 || span.start >= width)
    return;

  span.end = MAX (span.end, span.start + LEAST_BAR);
  span = span_clip (scene, span, 2);
  lacuna_strip_append_rectangle (snapshot, &scene->palette->fit, span.start,
                                 LACUNA_STRIP_RULER + MATCH_INSET, span.end - span.start,
                                 lacuna_strip_scene_band_height (scene) - 2 * MATCH_INSET);
  append_triangle (scene, snapshot, CLAMP ((span.start + span.end) / 2, 0, width),
                   scene->height - LACUNA_STRIP_FOOTER + 2);
}

static void
append_anchors (const LacunaStripScene *scene,
                GtkSnapshot            *snapshot,
                const LacunaStripMarks *marks)
{
  double width = lacuna_strip_scene_width (scene);
  double label_end = -G_MAXDOUBLE;

  for (gsize i = 0; i < marks->n_anchors; i++)
    {
      double x = lacuna_strip_scene_to_x (scene, marks->anchors[i]);
      double bottom = LACUNA_STRIP_RULER + lacuna_strip_scene_band_height (scene);
      g_autofree char *text = NULL;
      double text_width;
      double left;
      double top;

      if (x < 0 || x >= width)
        continue;

      lacuna_strip_append_rectangle (snapshot, &scene->palette->accent, x - 1,
                                     LACUNA_STRIP_RULER - 4, 2, bottom - LACUNA_STRIP_RULER + 4);
      lacuna_strip_append_frame (snapshot, &scene->palette->accent, x - ANCHOR_DOT / 2.0,
                                 LACUNA_STRIP_RULER - ANCHOR_DOT / 2.0 - 2, ANCHOR_DOT, ANCHOR_DOT,
                                 ANCHOR_DOT / 2.0, ANCHOR_DOT / 2.0);
      if (scene->labels == NULL)
        continue;

      text = marks->n_anchors == 1 ? g_strdup (_("anchor"))
                                   : g_strdup_printf (_("anchor %u"), (guint) i + 1);
      text_width = lacuna_labels_width (scene->labels, LACUNA_LABEL_BOLD, text);
      left = CLAMP (x - text_width / 2, 4, MAX (4, width - text_width - 4));
      if (left < label_end + 6)
        continue;

      /* The ruler's own label may lie below. */
      top = (LACUNA_STRIP_RULER - ANCHOR_DOT
             - lacuna_labels_height (scene->labels, LACUNA_LABEL_BOLD))
            / 2.0;
      lacuna_strip_append_rectangle (snapshot, &scene->palette->surface, left - 6, 2,
                                     text_width + 12,
                                     LACUNA_STRIP_RULER - ANCHOR_DOT / 2.0 - 4);
      lacuna_labels_append (scene->labels, snapshot, LACUNA_LABEL_BOLD, text, left, MAX (top, 2),
                            &scene->palette->accent);
      label_end = left + text_width;
    }
}

/* The first and the last address in view, where the candidate's text, @taken, leaves room. */
static void
append_ends (const LacunaStripScene *scene,
             GtkSnapshot            *snapshot,
             Span                    taken)
{
  struct lac_range visible = lacuna_view_get_range (&scene->view, scene->scale, scene->columns);
  g_autofree char *first = lacuna_format_address_grouped (visible.start);
  g_autofree char *last = lacuna_format_address_grouped (visible.end - (visible.end > 0));
  double width = lacuna_strip_scene_width (scene);
  double top = footer_text_top (scene, LACUNA_LABEL_MONO);
  double first_width = lacuna_labels_width (scene->labels, LACUNA_LABEL_MONO, first);
  double last_left = width - EDGE_MARGIN
                     - lacuna_labels_width (scene->labels, LACUNA_LABEL_MONO, last);

  if (EDGE_MARGIN + first_width + LABEL_DISTANCE < taken.start)
    lacuna_labels_append (scene->labels, snapshot, LACUNA_LABEL_MONO, first, EDGE_MARGIN, top,
                          &scene->palette->text_dim);
  if (last_left > taken.end + LABEL_DISTANCE
      && last_left > EDGE_MARGIN + first_width + LABEL_DISTANCE)
    lacuna_labels_append (scene->labels, snapshot, LACUNA_LABEL_MONO, last, last_left, top,
                          &scene->palette->text_dim);
}

GskRenderNode *
lacuna_strip_render_overlay (const LacunaStripScene *scene,
                             const LacunaStripMarks *marks)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  Span taken = { G_MAXDOUBLE, -G_MAXDOUBLE };

  if (marks->query)
    {
      struct lac_range window = lac_gap_query_window (marks->query, scene->map);

      append_window (scene, snapshot, window);
      append_matches (scene, snapshot, marks, window);
    }
  append_hazards (scene, snapshot);
  append_anchors (scene, snapshot, marks);
  if (marks->candidate)
    append_candidate (scene, snapshot, marks);

  if (scene->labels)
    {
      if (marks->candidate)
        {
          double x = lacuna_strip_scene_to_x (scene, marks->candidate->candidate);

          if (x >= 0 && x < lacuna_strip_scene_width (scene))
            taken = append_candidate_text (scene, snapshot, marks, x);
        }
      append_ends (scene, snapshot, taken);
    }

  return gtk_snapshot_free_to_node (snapshot);
}
