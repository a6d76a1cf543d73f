/* The strip's overlay: what a gap query found, over the regions.
 *
 * Everything here has a second sign beside its colour: the window has dashed edges, matching gaps an
 * outline, the candidate a triangle, anchors a dot. The footer says the candidate's address and
 * distance; the ends of the view stand beside it as long as there is room. The ruler is drawn here and
 * not with the base, because it makes way for the anchors' labels.
 *
 * The query is asked again for each gap in view that is at least a column wide, because results are
 * limited in number and may be of an older snapshot. That is O(pixels).
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-strip-render.h"

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

#define EDGE_MARGIN 12
#define LABEL_DISTANCE 14

static LacunaStripSpan
span_of (const LacunaStripScene *scene,
         struct lac_range        range)
{
  return (LacunaStripSpan){ lacuna_strip_scene_to_x (scene, range.start),
                 lacuna_strip_scene_to_x (scene, range.end) };
}

static LacunaStripSpan
span_clip (const LacunaStripScene *scene,
           LacunaStripSpan         span,
           double                  beyond)
{
  double width = lacuna_strip_scene_width (scene);

  return (LacunaStripSpan){ CLAMP (span.start, -beyond, width + beyond),
                 CLAMP (span.end, -beyond, width + beyond) };
}

static LacunaStripSpan
span_intersect (LacunaStripSpan a,
                LacunaStripSpan b)
{
  return (LacunaStripSpan){ MAX (a.start, b.start), MIN (a.end, b.end) };
}

static LacunaStripSpan
span_of_piece (const LacunaStripScene *scene,
               const LacunaPiece      *piece)
{
  return (LacunaStripSpan){ (double) piece->start / scene->scale_factor,
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

gboolean
lacuna_strip_window_excludes (const LacunaStripScene *scene,
                              struct lac_range        window)
{
  struct lac_range user = lac_map_space (scene->map)->user;

  return window.start > user.start || window.end < user.end;
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
  LacunaStripSpan span = span_of (scene, window);

  /* A window that excludes nothing says nothing. */
  if (!lacuna_strip_window_excludes (scene, window))
    return;

  /* Only free space is tinted: the colours of regions keep their meaning. */
  for (gsize i = 0; i < n_pieces; i++)
    if (pieces[i].count == 0)
      {
        LacunaStripSpan tinted = span_intersect (span_of_piece (scene, &pieces[i]), span);

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
      LacunaStripSpan span;

      if (pieces[i].count > 0
          || lac_gap_check (scene->map, marks->query, pieces[i].first, &gap, NULL) != LAC_OK)
        continue;

      /* An end out of view stays out of view, so that no outline is closed where nothing ends. */
      span = span_clip (scene, span_of (scene, lac_range_intersect (gap.range, window)),
                        2 * MATCH_RADIUS);
      if (span.end - span.start < 1.0 / scene->scale_factor)
        span.end = span.start + 1.0 / scene->scale_factor;

      lacuna_strip_append_rectangle (snapshot, &scene->palette->fit_tint, span.start, top,
                                     span.end - span.start, height);
      lacuna_strip_append_frame (snapshot, &scene->palette->fit, span.start, top,
                                 span.end - span.start, height, MATCH_RADIUS, MATCH_THICKNESS);
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
static LacunaStripSpan
append_candidate_text (const LacunaStripScene *scene,
                       GtkSnapshot            *snapshot,
                       const LacunaStripMarks *marks,
                       double                  x)
{
  g_autofree char *address = lacuna_format_address_grouped (marks->candidate->candidate);
  /* Translators: where a buffer would go, such as "candidate 0x7f3a 41c0 0000". */
  g_autofree char *text = g_strdup_printf (_("candidate 0x%s"), address);
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
      text = g_strconcat ("0x", address, NULL);
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

  return (LacunaStripSpan){ left, left + text_width + distance_width };
}

gboolean
lacuna_strip_candidate_bar (const LacunaStripScene *scene,
                            const LacunaStripMarks *marks,
                            LacunaStripSpan        *out_span)
{
  LacunaStripSpan span;
  guint64 start;

  if (marks->candidate == NULL)
    return FALSE;

  start = marks->candidate->candidate;
  span = span_of (scene,
                  (struct lac_range){ start, lac_add_saturating (
                                               start, marks->query ? marks->query->size : 1) });
  if (span.end < 0 || span.start >= lacuna_strip_scene_width (scene))
    return FALSE;

  span.end = MAX (span.end, span.start + LEAST_BAR);
  *out_span = span_clip (scene, span, 2);
  return TRUE;
}

static void
append_candidate (const LacunaStripScene *scene,
                  GtkSnapshot            *snapshot,
                  const LacunaStripMarks *marks)
{
  LacunaStripSpan span;

  if (!lacuna_strip_candidate_bar (scene, marks, &span))
    return;

  lacuna_strip_append_rectangle (snapshot, &scene->palette->fit, span.start,
                                 LACUNA_STRIP_RULER + MATCH_INSET, span.end - span.start,
                                 lacuna_strip_scene_band_height (scene) - 2 * MATCH_INSET);
  append_triangle (scene, snapshot,
                   CLAMP ((span.start + span.end) / 2, 0, lacuna_strip_scene_width (scene)),
                   scene->height - LACUNA_STRIP_FOOTER + 2);
}

static char *
anchor_text (const LacunaStripMarks *marks,
             gsize                   index)
{
  return marks->n_anchors == 1 ? g_strdup (_("anchor"))
                               : g_strdup_printf (_("anchor %u"), (guint) index + 1);
}

/* Where the labels of anchors go; labels that would overlap are left out (empty spans). */
static void
place_anchor_labels (const LacunaStripScene *scene,
                     const LacunaStripMarks *marks,
                     LacunaStripSpan        *out_labels)
{
  double width = lacuna_strip_scene_width (scene);

  for (gsize i = 0; i < marks->n_anchors; i++)
    {
      double x = lacuna_strip_scene_to_x (scene, marks->anchors[i]);
      g_autofree char *text = anchor_text (marks, i);
      double text_width;
      gboolean overlaps = x < 0 || x >= width;

      out_labels[i] = (LacunaStripSpan){ 0, 0 };
      if (overlaps || scene->labels == NULL)
        continue;

      text_width = lacuna_labels_width (scene->labels, LACUNA_LABEL_BOLD, text);
      out_labels[i].start = CLAMP (x - text_width / 2, 4, MAX (4, width - text_width - 4));
      out_labels[i].end = out_labels[i].start + text_width;
      for (gsize j = 0; j < i; j++)
        overlaps |= out_labels[i].start < out_labels[j].end + 6
                    && out_labels[j].start < out_labels[i].end + 6;
      if (overlaps)
        out_labels[i] = (LacunaStripSpan){ 0, 0 };
    }
}

static void
append_anchors (const LacunaStripScene *scene,
                GtkSnapshot            *snapshot,
                const LacunaStripMarks *marks,
                const LacunaStripSpan  *labels)
{
  double width = lacuna_strip_scene_width (scene);
  double bottom = LACUNA_STRIP_RULER + lacuna_strip_scene_band_height (scene);

  for (gsize i = 0; i < marks->n_anchors; i++)
    {
      double x = lacuna_strip_scene_to_x (scene, marks->anchors[i]);
      g_autofree char *text = NULL;

      if (x < 0 || x >= width)
        continue;

      lacuna_strip_append_rectangle (snapshot, &scene->palette->accent, x - 1,
                                     LACUNA_STRIP_RULER - 4, 2, bottom - LACUNA_STRIP_RULER + 4);
      lacuna_strip_append_frame (snapshot, &scene->palette->accent, x - ANCHOR_DOT / 2.0,
                                 LACUNA_STRIP_RULER - ANCHOR_DOT / 2.0 - 2, ANCHOR_DOT, ANCHOR_DOT,
                                 ANCHOR_DOT / 2.0, ANCHOR_DOT / 2.0);
      if (labels[i].end <= labels[i].start)
        continue;

      text = anchor_text (marks, i);
      lacuna_labels_append (scene->labels, snapshot, LACUNA_LABEL_BOLD, text, labels[i].start,
                            LACUNA_STRIP_RULER_TEXT, &scene->palette->accent);
    }
}

/* The first and the last address in view, where the candidate's text, @taken, leaves room. */
static void
append_ends (const LacunaStripScene *scene,
             GtkSnapshot            *snapshot,
             LacunaStripSpan         taken)
{
  struct lac_range visible = lacuna_view_get_range (&scene->view, scene->scale, scene->columns);
  g_autofree char *first_digits = lacuna_format_address_grouped (visible.start);
  g_autofree char *last_digits = lacuna_format_address_grouped (visible.end - (visible.end > 0));
  g_autofree char *first = g_strconcat ("0x", first_digits, NULL);
  g_autofree char *last = g_strconcat ("0x", last_digits, NULL);
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
  LacunaStripSpan taken = { G_MAXDOUBLE, -G_MAXDOUBLE };
  g_autofree LacunaStripSpan *anchor_labels = g_new (LacunaStripSpan, marks->n_anchors);

  place_anchor_labels (scene, marks, anchor_labels);
  if (marks->query)
    {
      struct lac_range window = lac_gap_query_window (marks->query, scene->map);

      append_window (scene, snapshot, window);
      append_matches (scene, snapshot, marks, window);
    }
  lacuna_strip_append_ruler (scene, snapshot, anchor_labels, marks->n_anchors);
  append_anchors (scene, snapshot, marks, anchor_labels);
  if (marks->candidate)
    append_candidate (scene, snapshot, marks);

  if (scene->labels)
    {
      lacuna_strip_append_gap_names (scene, snapshot, marks);
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
