/* The labels on gaps: how large each is, and below that for how many buffers it has room.
 *
 * They belong to the overlay, because they make way for what a query puts there: a number of which
 * the candidate's bar covers the first digit is a wrong number. So a label lies in the widest part of
 * its gap that is clear of the candidate and of the anchors, or is left out.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-strip-render.h"

#include "model/lacuna-format.h"

#include <glib/gi18n-lib.h>

/* Free on either side of a label. */
#define MARGIN 6

/* A capacity may come nearer to the ends of its gap. */
#define LEAST_MARGIN 4

/* Half of what an anchor's line takes. */
#define ANCHOR_REACH 1

/* A gap that is wide enough for a label, without what covers it. */
typedef struct
{
  guint64 bytes;
  LacunaStripSpan clear;
  gboolean fits;
  guint64 capacity;
  LacunaStripSpan match;       /* the outline of what fits */
  LacunaStripSpan match_clear;
} GapName;

static LacunaStripSpan
span_of (const LacunaStripScene *scene,
         struct lac_range        range)
{
  double width = lacuna_strip_scene_width (scene);

  return (LacunaStripSpan){ CLAMP (lacuna_strip_scene_to_x (scene, range.start), 0, width),
                            CLAMP (lacuna_strip_scene_to_x (scene, range.end), 0, width) };
}

static int
compare_spans (gconstpointer a,
               gconstpointer b)
{
  const LacunaStripSpan *span_a = a;
  const LacunaStripSpan *span_b = b;

  return span_a->start < span_b->start ? -1 : span_a->start > span_b->start;
}

/* What lies over gaps, from left to right. */
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
      double x = lacuna_strip_scene_to_x (scene, marks->anchors[i]);

      span = (LacunaStripSpan){ x - ANCHOR_REACH, x + ANCHOR_REACH };
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

static GArray *
find_names (const LacunaStripScene *scene,
            const LacunaStripMarks *marks,
            struct lac_range        window)
{
  g_autoptr (GArray) obstacles = find_obstacles (scene, marks);
  GArray *names = g_array_new (FALSE, TRUE, sizeof (GapName));
  gsize n_pieces;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (scene->layout, &n_pieces);

  for (gsize i = 0; i < n_pieces; i++)
    {
      struct lac_range range;
      struct lac_gap gap;
      GapName name = { 0 };

      if (pieces[i].count > 0
          || pieces[i].end - pieces[i].start < LACUNA_LABEL_WIDTH * scene->scale_factor)
        continue;
      range = lac_map_gap (scene->map, pieces[i].first);
      name.bytes = lac_range_size (range);
      if (name.bytes == 0)
        continue;

      name.clear = clear_part (obstacles, span_of (scene, range));
      if (marks->query
          && lac_gap_check (scene->map, marks->query, pieces[i].first, &gap, NULL) == LAC_OK)
        {
          name.fits = TRUE;
          name.capacity = gap.capacity;
          name.match = span_of (scene, lac_range_intersect (gap.range, window));
          name.match_clear = clear_part (obstacles, name.match);
        }
      g_array_append_val (names, name);
    }

  return names;
}

/* @colour over @ground as far as both go. */
static void
append_tint (GtkSnapshot    *snapshot,
             const GdkRGBA  *colour,
             LacunaStripSpan ground,
             LacunaStripSpan tinted,
             double          top,
             double          height)
{
  double start = MAX (ground.start, tinted.start);

  lacuna_strip_append_rectangle (snapshot, colour, start, top, MIN (ground.end, tinted.end) - start,
                                 height);
}

/* Draws @text in the middle of @span. A hatch, or the mark of a break, stops above it and goes on
 * below it: so the ground is drawn again, with the tints that lie on it. */
static void
append_text (const LacunaStripScene *scene,
             GtkSnapshot            *snapshot,
             const GapName          *name,
             LacunaStripSpan         window,
             LacunaStripSpan         span,
             LacunaLabelStyle        style,
             const char             *text,
             const GdkRGBA          *colour,
             double                  top)
{
  double width = lacuna_labels_width (scene->labels, style, text);
  double height = lacuna_labels_height (scene->labels, style);
  double left = (span.start + span.end - width) / 2;
  LacunaStripSpan ground = { left - 3, left + width + 3 };

  lacuna_strip_append_rectangle (snapshot, &scene->palette->free, ground.start, top,
                                 ground.end - ground.start, height);
  append_tint (snapshot, &scene->palette->window_tint, ground, window, top, height);
  if (name->fits)
    append_tint (snapshot, &scene->palette->fit_tint, ground, name->match, top, height);
  lacuna_labels_append (scene->labels, snapshot, style, text, left, top, colour);
}

static void
append_size (const LacunaStripScene *scene,
             GtkSnapshot            *snapshot,
             const GapName          *name,
             LacunaStripSpan         window)
{
  g_autofree char *size = lacuna_format_size (name->bytes);
  /* Translators: free memory between two regions, such as "84 MiB free". */
  g_autofree char *text = g_strdup_printf (_("%s free"), size);
  double room = name->clear.end - name->clear.start - 2 * MARGIN;
  double top = LACUNA_STRIP_RULER
               + (lacuna_strip_scene_band_height (scene)
                  - lacuna_labels_height (scene->labels, LACUNA_LABEL_PLAIN))
                   / 2;
  const char *fitting = NULL;

  if (lacuna_labels_fits (scene->labels, LACUNA_LABEL_PLAIN, text, room))
    fitting = text;
  else if (lacuna_labels_fits (scene->labels, LACUNA_LABEL_PLAIN, size, room))
    fitting = size;
  if (fitting)
    append_text (scene, snapshot, name, window, name->clear, LACUNA_LABEL_PLAIN, fitting,
                 &scene->palette->text_dim, top);
}

static char *
capacity_text (const GapName *name,
               gboolean       is_brief)
{
  g_autofree char *number = g_strdup_printf ("%'" G_GUINT64_FORMAT, name->capacity);

  /* Translators: how many buffers a gap has room for, such as "fits 31 ×". */
  return is_brief ? g_strdup_printf ("%s ×", number) : g_strdup_printf (_("fits %s ×"), number);
}

static gboolean
capacity_fits (const LacunaStripScene *scene,
               const GapName          *name,
               gboolean                is_brief)
{
  g_autofree char *text = capacity_text (name, is_brief);

  return lacuna_labels_fits (scene->labels, LACUNA_LABEL_BOLD, text,
                             name->match_clear.end - name->match_clear.start - 2 * LEAST_MARGIN);
}

static void
append_capacities (const LacunaStripScene *scene,
                   GtkSnapshot            *snapshot,
                   const GArray           *names,
                   LacunaStripSpan         window)
{
  double height = lacuna_labels_height (scene->labels, LACUNA_LABEL_BOLD);
  double top = scene->height - LACUNA_STRIP_FOOTER - LACUNA_STRIP_INSET - height - 1;
  gboolean is_brief = FALSE;

  /* All say it in one way: in words only where none has room for figures alone. */
  for (guint i = 0; i < names->len && !is_brief; i++)
    {
      const GapName *name = &g_array_index (names, GapName, i);

      is_brief = name->fits && !capacity_fits (scene, name, FALSE)
                 && capacity_fits (scene, name, TRUE);
    }

  for (guint i = 0; i < names->len; i++)
    {
      const GapName *name = &g_array_index (names, GapName, i);
      g_autofree char *text = NULL;

      if (!name->fits || !capacity_fits (scene, name, is_brief))
        continue;
      text = capacity_text (name, is_brief);
      append_text (scene, snapshot, name, window, name->match_clear, LACUNA_LABEL_BOLD, text,
                   &scene->palette->fit_text, top);
    }
}

void
lacuna_strip_append_gap_names (const LacunaStripScene *scene,
                               GtkSnapshot            *snapshot,
                               const LacunaStripMarks *marks)
{
  struct lac_range window = lac_map_space (scene->map)->user;
  LacunaStripSpan tinted = { 0, 0 };
  g_autoptr (GArray) names = NULL;

  if (marks->query)
    {
      window = lac_gap_query_window (marks->query, scene->map);
      if (lacuna_strip_window_excludes (scene, window))
        tinted = span_of (scene, window);
    }

  names = find_names (scene, marks, window);
  for (guint i = 0; i < names->len; i++)
    append_size (scene, snapshot, &g_array_index (names, GapName, i), tinted);
  append_capacities (scene, snapshot, names, tinted);
}
