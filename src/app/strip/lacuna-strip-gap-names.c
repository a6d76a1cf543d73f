/* The labels on gaps: how large each is, and below that for how many buffers it has room.
 *
 * They belong to the overlay, because they make way for what a query puts there: a number of which
 * the candidate's bar covers the first digit is a wrong number. So a label lies in the widest part of
 * its gap that is clear of the candidate, of the anchors and of the edges of what fits, or is left out.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-strip-render.h"
#include "app/panel/lacuna-gap-words.h"

#include "model/lacuna-format.h"

#include <glib/gi18n-lib.h>

/* Free on either side of a label. */
#define MARGIN 6

/* A capacity may come nearer to the ends of its gap. */
#define LEAST_MARGIN 4

/* A line of text takes more than this of a strip that stands. */
#define LEAST_UPRIGHT 12

/* Free above and below a label of a strip that stands: clear of the outline of what fits. */
#define UPRIGHT_MARGIN 3

/* Half of what an anchor's line takes. */
#define ANCHOR_REACH 1

/* A gap that is wide enough for a label, without what covers it. */
typedef struct
{
  guint64 bytes;
  LacunaStripSpan clear;
  gboolean fits;
  guint64 capacity;
  LacunaStripUsable usable;    /* the outlines of what fits */
  LacunaStripSpan match_clear; /* the most that is clear inside one of them */
  LacunaStripSpan capacity_clear;
} GapName;

static int
compare_spans (gconstpointer a,
               gconstpointer b)
{
  const LacunaStripSpan *span_a = a;
  const LacunaStripSpan *span_b = b;

  return span_a->start < span_b->start ? -1 : span_a->start > span_b->start;
}

/* What lies over gaps, from the low end on. */
static GArray *
find_obstacles (const LacunaStripScene *scene,
                const LacunaStripMarks *marks)
{
  GArray *obstacles = g_array_new (FALSE, FALSE, sizeof (LacunaStripSpan));
  LacunaStripSpan span;

  if (lacuna_strip_candidate_bar (scene, marks, &span))
    g_array_append_val (obstacles, span);
  for (gsize i = 0; i < marks->n_anchors; i++)
    {
      double along = lacuna_strip_scene_to_axis (scene, marks->anchors[i]);

      span = (LacunaStripSpan){ along - ANCHOR_REACH, along + ANCHOR_REACH };
      g_array_append_val (obstacles, span);
    }
  g_array_sort (obstacles, compare_spans);
  return obstacles;
}

/* The widest part of @span that no obstacle covers. */
static LacunaStripSpan
clear_part (const GArray   *obstacles,
            LacunaStripSpan span)
{
  LacunaStripSpan widest = { span.start, span.start };
  double start = span.start;

  for (guint i = 0; i <= obstacles->len; i++)
    {
      const LacunaStripSpan *obstacle = i < obstacles->len
                                          ? &g_array_index (obstacles, LacunaStripSpan, i)
                                          : NULL;
      double end = obstacle ? MIN (obstacle->start, span.end) : span.end;

      if (end - start > widest.end - widest.start)
        widest = (LacunaStripSpan){ start, end };
      if (obstacle)
        start = MAX (start, obstacle->end);
    }

  return widest;
}

/* @obstacles, and the edges of what fits: no text crosses them. */
static GArray *
add_edges (const GArray           *obstacles,
           const LacunaStripUsable *usable)
{
  GArray *all = g_array_sized_new (FALSE, FALSE, sizeof (LacunaStripSpan),
                                   obstacles->len + 2 * (guint) usable->n_spans);

  g_array_append_vals (all, obstacles->data, obstacles->len);
  for (gsize i = 0; i < usable->n_spans; i++)
    {
      LacunaStripSpan edges[] = {
        { usable->spans[i].start - 1, usable->spans[i].start + 1 },
        { usable->spans[i].end - 1, usable->spans[i].end + 1 },
      };

      g_array_append_vals (all, edges, G_N_ELEMENTS (edges));
    }
  g_array_sort (all, compare_spans);
  return all;
}

static GArray *
find_names (const LacunaStripScene *scene,
            const LacunaStripMarks *marks,
            struct lac_range        window)
{
  g_autoptr (GArray) obstacles = find_obstacles (scene, marks);
  GArray *names = g_array_new (FALSE, TRUE, sizeof (GapName));
  gsize n_pieces;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (scene->layout, &n_pieces);
  double least = lacuna_strip_box_length (scene, LACUNA_LABEL_WIDTH, LEAST_UPRIGHT);

  for (gsize i = 0; i < n_pieces; i++)
    {
      struct lac_range range;
      struct lac_gap gap;
      GapName name = { 0 };

      if (pieces[i].count > 0
          || pieces[i].end - pieces[i].start < least * scene->scale_factor)
        continue;
      range = lac_map_gap (scene->map, pieces[i].first);
      name.bytes = lac_range_size (range);
      if (name.bytes == 0)
        continue;

      name.clear = clear_part (obstacles, lacuna_strip_scene_span (scene, range, 0));
      if (marks->query
          && lac_gap_check (scene->map, marks->query, pieces[i].first, &gap, NULL) == LAC_OK)
        {
          g_autoptr (GArray) all = NULL;

          name.fits = TRUE;
          name.capacity = gap.capacity;
          lacuna_strip_find_usable (scene, marks->query, window, pieces[i].first, 0, &name.usable);
          for (gsize part = 0; part < name.usable.n_spans; part++)
            {
              LacunaStripSpan clear = clear_part (obstacles, name.usable.spans[part]);

              if (lacuna_strip_span_size (clear) > lacuna_strip_span_size (name.match_clear))
                name.match_clear = clear;
            }
          all = add_edges (obstacles, &name.usable);
          name.clear = clear_part (all, lacuna_strip_scene_span (scene, range, 0));
        }
      g_array_append_val (names, name);
    }

  return names;
}

/* @colour over @ground as far as both go. */
static void
append_tint (const LacunaStripScene *scene,
             GtkSnapshot            *snapshot,
             const GdkRGBA          *colour,
             LacunaStripSpan         ground,
             LacunaStripSpan         tinted,
             LacunaStripSpan         across)
{
  double start = MAX (ground.start, tinted.start);

  lacuna_strip_append_rectangle (scene, snapshot, colour, start, across.start,
                                 MIN (ground.end, tinted.end) - start,
                                 lacuna_strip_span_size (across));
}

/* A text, where its middle is, and what else there is to know to draw the ground below it. */
typedef struct
{
  const LacunaStripScene *scene;
  GtkSnapshot *snapshot;
  const GapName *name;
  LacunaStripSpan window;
} Pen;

/* Draws @text around @along, @across. A hatch, or the mark of a break, stops before it and goes on after
 * it: so the ground is drawn again, with the tints that lie on it. */
static void
append_text (const Pen       *pen,
             double           along,
             double           across,
             LacunaLabelStyle style,
             const char      *text,
             const GdkRGBA   *colour)
{
  const LacunaStripScene *scene = pen->scene;
  double width = lacuna_labels_width (scene->labels, style, text);
  double height = lacuna_labels_height (scene->labels, style);
  double length = lacuna_strip_box_length (scene, width + 6, height);
  double depth = lacuna_strip_box_length (scene, height, width + 6);
  LacunaStripSpan ground = { along - length / 2, along + length / 2 };
  LacunaStripSpan sides = { across - depth / 2, across + depth / 2 };
  graphene_rect_t box = lacuna_strip_place_box (scene, along, across, width, height);

  lacuna_strip_append_rectangle (scene, pen->snapshot, &scene->palette->free, ground.start,
                                 sides.start, length, depth);
  append_tint (scene, pen->snapshot, &scene->palette->window_tint, ground, pen->window, sides);
  for (gsize i = 0; i < pen->name->usable.n_spans; i++)
    append_tint (scene, pen->snapshot, &scene->palette->fit_tint, ground,
                 pen->name->usable.spans[i], sides);
  lacuna_labels_append (scene->labels, pen->snapshot, style, text, box.origin.x, box.origin.y,
                        colour);
}

/* Whether @text fits into @length of the axis, and beside it into the band. */
static gboolean
fits (const LacunaStripScene *scene,
      LacunaLabelStyle        style,
      const char             *text,
      LacunaStripSpan         span,
      double                  margin)
{
  double length = lacuna_strip_span_size (span);
  double depth = lacuna_strip_span_size (lacuna_strip_scene_band (scene)) - 2 * LACUNA_STRIP_INSET;

  if (scene->orientation == GTK_ORIENTATION_HORIZONTAL)
    return lacuna_labels_fits (scene->labels, style, text, length - 2 * margin);
  return length >= lacuna_labels_height (scene->labels, style) + 2 * UPRIGHT_MARGIN
         && lacuna_labels_fits (scene->labels, style, text, depth);
}

static void
append_size (const Pen *pen)
{
  const LacunaStripScene *scene = pen->scene;
  LacunaStripSpan band = lacuna_strip_scene_band (scene);
  g_autofree char *size = lacuna_format_size (pen->name->bytes);
  /* Translators: free memory between two regions, such as "84 MiB free". */
  g_autofree char *text = g_strdup_printf (_("%s free"), size);
  LacunaStripSpan clear = pen->name->clear;
  const char *fitting = NULL;

  if (fits (scene, LACUNA_LABEL_PLAIN, text, clear, MARGIN))
    fitting = text;
  else if (fits (scene, LACUNA_LABEL_PLAIN, size, clear, MARGIN))
    fitting = size;
  if (fitting)
    append_text (pen, (clear.start + clear.end) / 2, (band.start + band.end) / 2,
                 LACUNA_LABEL_PLAIN, fitting, &scene->palette->text_dim);
}

static char *
capacity_text (const GapName *name,
               gboolean       is_brief)
{
  return is_brief ? lacuna_gap_capacity_brief (name->capacity)
                  : lacuna_gap_capacity_words (name->capacity, 0);
}

static gboolean
capacity_fits (const LacunaStripScene *scene,
               const GapName          *name,
               gboolean                is_brief)
{
  g_autofree char *text = capacity_text (name, is_brief);

  return fits (scene, LACUNA_LABEL_BOLD, text, name->capacity_clear, LEAST_MARGIN);
}

static void
append_capacity (const Pen *pen,
                 gboolean   is_brief)
{
  const LacunaStripScene *scene = pen->scene;
  LacunaStripSpan band = lacuna_strip_scene_band (scene);
  LacunaStripSpan clear = pen->name->capacity_clear;
  g_autofree char *text = capacity_text (pen->name, is_brief);
  double across = (band.start + band.end) / 2;

  /* Below the size: in a strip that lies, that is at the far side of the band. */
  if (scene->orientation == GTK_ORIENTATION_HORIZONTAL)
    across = band.end - LACUNA_STRIP_INSET - 1
             - lacuna_labels_height (scene->labels, LACUNA_LABEL_BOLD) / 2.0;
  append_text (pen, (clear.start + clear.end) / 2, across, LACUNA_LABEL_BOLD, text,
               &scene->palette->fit_text);
}

/* Where a strip stands, size and capacity share the band's middle: the size goes above the capacity,
 * and where there is no room for both, only the capacity is said. */
static void
share_room (const LacunaStripScene *scene,
            GapName                *name)
{
  double line = lacuna_labels_height (scene->labels, LACUNA_LABEL_BOLD) + 2 * UPRIGHT_MARGIN;
  LacunaStripSpan match = name->match_clear;
  double middle = (match.start + match.end) / 2;

  name->capacity_clear = match;
  if (scene->orientation == GTK_ORIENTATION_HORIZONTAL || !name->fits
      || (!capacity_fits (scene, name, FALSE) && !capacity_fits (scene, name, TRUE))
      || name->clear.end <= match.start || name->clear.start >= match.end)
    return;

  if (lacuna_strip_span_size (match) >= 2 * line)
    {
      name->capacity_clear = (LacunaStripSpan){ middle - line, middle };
      name->clear = (LacunaStripSpan){ middle, middle + line };
    }
  else
    {
      name->clear = (LacunaStripSpan){ 0, 0 };
    }
}

void
lacuna_strip_append_gap_names (const LacunaStripScene *scene,
                               GtkSnapshot            *snapshot,
                               const LacunaStripMarks *marks)
{
  struct lac_range window = lac_map_space (scene->map)->user;
  Pen pen = { .scene = scene, .snapshot = snapshot };
  g_autoptr (GArray) names = NULL;
  gboolean is_brief = FALSE;

  if (marks->query)
    {
      window = lac_gap_query_window (marks->query, scene->map);
      if (lacuna_strip_window_excludes (scene, window))
        pen.window = lacuna_strip_scene_span (scene, window, 0);
    }

  names = find_names (scene, marks, window);
  for (guint i = 0; i < names->len; i++)
    {
      GapName *name = &g_array_index (names, GapName, i);

      share_room (scene, name);
      /* All say it in one way: in words only where none has room for figures alone. */
      is_brief |= name->fits && !capacity_fits (scene, name, FALSE)
                  && capacity_fits (scene, name, TRUE);
      pen.name = name;
      append_size (&pen);
    }

  for (guint i = 0; i < names->len; i++)
    {
      pen.name = &g_array_index (names, GapName, i);
      if (pen.name->fits && capacity_fits (scene, pen.name, is_brief))
        append_capacity (&pen, is_brief);
    }
}
