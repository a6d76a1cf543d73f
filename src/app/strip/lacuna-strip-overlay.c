/* The strip's overlay: how full buffers are, and what a gap query found, over the regions.
 *
 * Everything here has a second sign beside its colour: the window has dashed edges, what fits an outline
 * (of what the window and the hazards to avoid leave of a gap), the candidate a triangle, anchors a
 * dot. The ruler is drawn here and not with the base, because it makes way for the anchors' labels.
 *
 * The query is asked again for each gap in view that is at least a column wide, because results are
 * limited in number and may be of an older snapshot. That is O(pixels).
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-strip-render.h"

#include "core/hazard.h"

/* Matching gaps reach further than regions, by this much less than the band. */
#define MATCH_INSET 3

#define MATCH_RADIUS 4
#define MATCH_THICKNESS 2

/* The candidate's bar, at least. */
#define LEAST_BAR 3

#define TRIANGLE_WIDTH 13
#define TRIANGLE_HEIGHT 8

static LacunaStripSpan
span_intersect (LacunaStripSpan a,
                LacunaStripSpan b)
{
  return (LacunaStripSpan){ MAX (a.start, b.start), MIN (a.end, b.end) };
}

static gboolean
is_in_view (const LacunaStripScene *scene,
            double                  along)
{
  return along >= 0 && along < lacuna_strip_scene_length (scene);
}

gboolean
lacuna_strip_window_excludes (const LacunaStripScene *scene,
                              struct lac_range        window)
{
  struct lac_range user = lac_map_space (scene->map)->user;

  return window.start > user.start || window.end < user.end;
}

/* A dashed line at @address, where something ends that is not told by colours alone. */
static void
append_edge (const LacunaStripScene *scene,
             GtkSnapshot            *snapshot,
             guint64                 address)
{
  LacunaStripSpan band = lacuna_strip_scene_band (scene);
  double along = lacuna_strip_scene_to_axis (scene, address);

  if (is_in_view (scene, along))
    lacuna_strip_append_dashes (scene, snapshot, &scene->palette->accent, along, band.start,
                                lacuna_strip_span_size (band));
}

static void
append_window (const LacunaStripScene *scene,
               GtkSnapshot            *snapshot,
               struct lac_range        window)
{
  gsize n_pieces;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (scene->layout, &n_pieces);
  struct lac_range user = lac_map_space (scene->map)->user;
  LacunaStripSpan band = lacuna_strip_scene_band (scene);
  LacunaStripSpan span;

  /* A window that excludes nothing says nothing. */
  if (!lacuna_strip_window_excludes (scene, window))
    return;

  /* Only free space is tinted: the colours of regions keep their meaning. */
  span = lacuna_strip_scene_span (scene, window, 8);
  for (gsize i = 0; i < n_pieces; i++)
    if (pieces[i].count == 0)
      {
        LacunaStripSpan piece = { (double) pieces[i].start / scene->scale_factor,
                                  (double) pieces[i].end / scene->scale_factor };
        LacunaStripSpan tinted = span_intersect (piece, span);

        lacuna_strip_append_rectangle (scene, snapshot, &scene->palette->window_tint,
                                       tinted.start, band.start,
                                       lacuna_strip_span_size (tinted),
                                       lacuna_strip_span_size (band));
      }

  if (window.start > user.start)
    append_edge (scene, snapshot, window.start);
  if (window.end < user.end)
    append_edge (scene, snapshot, window.end);
}

/* On the anchor scale, how far a near jump reaches; what the window's edges say already is not said
 * again. */
static void
append_reach (const LacunaStripScene *scene,
              GtkSnapshot            *snapshot,
              const LacunaStripMarks *marks,
              struct lac_range        window)
{
  guint64 anchor = lacuna_scale_get_anchor (scene->scale);
  guint64 low = lac_subtract_saturating (anchor, LAC_WITHIN_DEFAULT);
  guint64 high = lac_add_saturating (anchor, LAC_WITHIN_DEFAULT);

  if (lacuna_scale_get_kind (scene->scale) != LACUNA_SCALE_ANCHOR || marks->n_anchors == 0)
    return;

  if (anchor >= LAC_WITHIN_DEFAULT && (marks->query == NULL || window.start != low))
    append_edge (scene, snapshot, low);
  if (marks->query == NULL || window.end != high)
    append_edge (scene, snapshot, high);
}

void
lacuna_strip_find_usable (const LacunaStripScene     *scene,
                          const struct lac_gap_query *query,
                          struct lac_range            window,
                          gsize                       index,
                          double                      beyond,
                          LacunaStripUsable          *out_usable)
{
  gsize n_hazards;
  const struct lac_hazard_range *hazards = lac_map_hazards (scene->map, &n_hazards);
  struct lac_range left = lac_range_intersect (lac_map_gap (scene->map, index), window);
  gsize low = 0;
  gsize high = n_hazards;

  out_usable->n_spans = 0;
  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (hazards[middle].gap < index)
        low = middle + 1;
      else
        high = middle;
    }

  /* Sorted by start; what one of them leaves before it is usable. */
  for (;; low++)
    {
      gboolean is_last = low >= n_hazards || hazards[low].gap != index;
      struct lac_range part = left;

      if (!is_last && !(hazards[low].hazard & query->avoid))
        continue;
      if (!is_last)
        part.end = CLAMP (hazards[low].range.start, left.start, left.end);
      if (lac_range_size (part) >= MAX (query->size, 1)
          && out_usable->n_spans < G_N_ELEMENTS (out_usable->spans))
        out_usable->spans[out_usable->n_spans++] = lacuna_strip_scene_span (scene, part, beyond);
      if (is_last)
        return;
      left.start = MIN (MAX (left.start, hazards[low].range.end), left.end);
    }
}

static void
append_matches (const LacunaStripScene     *scene,
                GtkSnapshot                *snapshot,
                const LacunaStripMarks     *marks,
                struct lac_range            window)
{
  gsize n_pieces;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (scene->layout, &n_pieces);
  LacunaStripSpan band = lacuna_strip_scene_band (scene);
  LacunaStripSpan across = lacuna_strip_span_inset (band, MATCH_INSET);
  double depth = lacuna_strip_span_size (across);
  int last_tick = -1;

  for (gsize i = 0; i < n_pieces; i++)
    {
      LacunaStripUsable usable;

      if (pieces[i].count > 0
          || lac_gap_check (scene->map, marks->query, pieces[i].first, NULL, NULL) != LAC_OK)
        continue;

      /* An end out of view stays out of view, so that no outline is closed where nothing ends. */
      lacuna_strip_find_usable (scene, marks->query, window, pieces[i].first, 2 * MATCH_RADIUS,
                                &usable);
      for (gsize part = 0; part < usable.n_spans; part++)
        {
          LacunaStripSpan span = usable.spans[part];
          double length = MAX (lacuna_strip_span_size (span), 1.0 / scene->scale_factor);

          lacuna_strip_append_rectangle (scene, snapshot, &scene->palette->fit_tint, span.start,
                                         across.start, length, depth);
          lacuna_strip_append_frame (scene, snapshot, &scene->palette->fit, span.start,
                                     across.start, length, depth, MATCH_RADIUS, MATCH_THICKNESS);
        }
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

      lacuna_strip_append_rectangle (scene, snapshot, &scene->palette->fit,
                                     (double) column / scene->scale_factor - 0.5, band.start + 1, 2,
                                     LACUNA_STRIP_INSET - 2);
      last_tick = (int) column;
    }
}

/* A triangle of rows of device pixels, its tip at @along, @across. */
static void
append_triangle (const LacunaStripScene *scene,
                 GtkSnapshot            *snapshot,
                 const GdkRGBA          *colour,
                 double                  along,
                 double                  across)
{
  int rows = TRIANGLE_HEIGHT * scene->scale_factor;

  for (int row = 0; row < rows; row++)
    {
      double length = 1 + (TRIANGLE_WIDTH - 1) * (double) row / (rows - 1);

      lacuna_strip_append_rectangle (scene, snapshot, colour, along - length / 2,
                                     across + (double) row / scene->scale_factor, length,
                                     1.0 / scene->scale_factor);
    }
}

static struct lac_range
candidate_range (const LacunaStripMarks *marks)
{
  guint64 start = marks->candidate->candidate;

  return (struct lac_range){ start,
                             lac_add_saturating (start, marks->query ? marks->query->size : 1) };
}

gboolean
lacuna_strip_candidate_is_risky (const LacunaStripScene *scene,
                                 const LacunaStripMarks *marks)
{
  return marks->candidate != NULL
         && lac_map_hazards_in (scene->map, candidate_range (marks)) != 0;
}

gboolean
lacuna_strip_candidate_bar (const LacunaStripScene *scene,
                            const LacunaStripMarks *marks,
                            LacunaStripSpan        *out_span)
{
  double length = lacuna_strip_scene_length (scene);
  struct lac_range range;
  double start;
  double end;

  if (marks->candidate == NULL)
    return FALSE;

  range = candidate_range (marks);
  start = lacuna_strip_scene_to_axis (scene, range.start);
  end = lacuna_strip_scene_to_axis (scene, range.end);
  if (end < 0 || start >= length)
    return FALSE;

  end = MAX (end, start + LEAST_BAR);
  *out_span = (LacunaStripSpan){ CLAMP (start, -2, length + 2), CLAMP (end, -2, length + 2) };
  return TRUE;
}

static void
append_candidate (const LacunaStripScene *scene,
                  GtkSnapshot            *snapshot,
                  const LacunaStripMarks *marks)
{
  const GdkRGBA *colour = lacuna_strip_candidate_is_risky (scene, marks) ? &scene->palette->risk
                                                                         : &scene->palette->fit;
  LacunaStripSpan band = lacuna_strip_scene_band (scene);
  LacunaStripSpan across = lacuna_strip_span_inset (band, MATCH_INSET);
  LacunaStripSpan span;

  if (!lacuna_strip_candidate_bar (scene, marks, &span))
    return;

  lacuna_strip_append_rectangle (scene, snapshot, colour, span.start, across.start,
                                 lacuna_strip_span_size (span), lacuna_strip_span_size (across));
  append_triangle (scene, snapshot, colour,
                   CLAMP ((span.start + span.end) / 2, 0, lacuna_strip_scene_length (scene)),
                   band.end + 2);
}

GskRenderNode *
lacuna_strip_render_overlay (const LacunaStripScene *scene,
                             const LacunaStripMarks *marks)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autofree LacunaStripSpan *anchor_labels = g_new (LacunaStripSpan, marks->n_anchors);
  struct lac_range window = { 0, 0 };

  lacuna_strip_place_anchors (scene, marks, anchor_labels);
  lacuna_strip_push_ends (scene, snapshot);
  lacuna_strip_append_fills (scene, snapshot, marks);
  if (marks->query)
    {
      window = lac_gap_query_window (marks->query, scene->map);
      append_window (scene, snapshot, window);
      append_matches (scene, snapshot, marks, window);
    }
  append_reach (scene, snapshot, marks, window);
  lacuna_strip_append_ruler (scene, snapshot, anchor_labels, marks->n_anchors);
  lacuna_strip_append_anchors (scene, snapshot, marks, anchor_labels);
  if (marks->candidate)
    append_candidate (scene, snapshot, marks);

  if (scene->labels)
    lacuna_strip_append_gap_names (scene, snapshot, marks);
  lacuna_strip_pop_ends (scene, snapshot);
  if (scene->labels)
    lacuna_strip_append_footer (scene, snapshot, marks);

  return gtk_snapshot_free_to_node (snapshot);
}
