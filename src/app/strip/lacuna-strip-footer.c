/* What the strip says beside its axis: the ends of the view, and the candidate with its distance.
 *
 * A strip that lies has one line for it all, below the band: the candidate below its place, and the ends
 * as long as there is room. A strip that stands says the high end above the axis, and the low end and the
 * candidate below it, on a line each.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "app/panel/lacuna-gap-words.h"
#include "lacuna-strip-render.h"

#include "model/lacuna-format.h"

#include <glib/gi18n-lib.h>

#define EDGE_MARGIN 12
#define BOTTOM_MARGIN 8
#define LABEL_DISTANCE 14

/* Standing: between the axis and the first line, and between lines. */
#define LINE_START 6
#define LINE_DISTANCE 1

static char *
candidate_text (const LacunaStripMarks *marks)
{
  g_autofree char *address = lacuna_format_address_prefixed (marks->candidate->candidate);

  /* Translators: where a buffer would go, such as "candidate 0x7f3a 41c0 0000". */
  return g_strdup_printf (_("candidate %s"), address);
}

/* NULL when it is told from nothing. */
static char *
distance_text (const LacunaStripMarks *marks)
{
  gint64 bytes = marks->candidate->distance;
  g_autofree char *size = NULL;
  gboolean is_reached;

  if (marks->query == NULL || marks->query->n_anchors == 0)
    return NULL;

  size = lacuna_format_size (bytes < 0 ? -(guint64) bytes : (guint64) bytes);
  is_reached = lacuna_gap_jump_reaches (marks->query->anchors[0], marks->candidate->candidate);
  if (bytes < 0 && is_reached)
    /* Translators: how far a candidate is, such as "ends 11 MiB below the anchor", and the x86
     * instruction at the anchor that reaches it. What lies below is as far away as its last byte. */
    return g_strdup_printf (_("ends %s below the anchor · jmp rel32, 5 bytes"), size);
  if (bytes > 0 && is_reached)
    return g_strdup_printf (_("%s above the anchor · jmp rel32, 5 bytes"), size);
  if (bytes < 0)
    /* Translators: how far a candidate is, such as "ends 11 MiB below the anchor". */
    return g_strdup_printf (_("ends %s below the anchor"), size);
  if (bytes > 0)
    return g_strdup_printf (_("%s above the anchor"), size);
  return g_strdup (_("at the anchor"));
}

static const GdkRGBA *
candidate_colour (const LacunaStripScene *scene,
                  const LacunaStripMarks *marks)
{
  return lacuna_strip_candidate_is_risky (scene, marks) ? &scene->palette->risk_text
                                                        : &scene->palette->fit_text;
}

/* Whether the candidate's place is in view, and where. */
static gboolean
find_candidate (const LacunaStripScene *scene,
                const LacunaStripMarks *marks,
                double                 *out_along)
{
  if (marks->candidate == NULL)
    return FALSE;

  *out_along = lacuna_strip_scene_to_axis (scene, marks->candidate->candidate);
  return *out_along >= 0 && *out_along < lacuna_strip_scene_length (scene);
}

static double
lying_top (const LacunaStripScene *scene,
           LacunaLabelStyle        style)
{
  return scene->height - BOTTOM_MARGIN - lacuna_labels_height (scene->labels, style);
}

/* Says the candidate below its place: as much as there is room for. Gives the span that it took. */
static LacunaStripSpan
append_lying_candidate (const LacunaStripScene *scene,
                        GtkSnapshot            *snapshot,
                        const LacunaStripMarks *marks,
                        double                  along)
{
  g_autofree char *text = candidate_text (marks);
  g_autofree char *distance = distance_text (marks);
  double most = lacuna_strip_scene_length (scene) - 2 * EDGE_MARGIN;
  double text_width = lacuna_labels_width (scene->labels, LACUNA_LABEL_MONO_BOLD, text);
  double distance_width = 0;
  double left;

  if (distance)
    distance_width = LABEL_DISTANCE
                     + lacuna_labels_width (scene->labels, LACUNA_LABEL_PLAIN, distance);
  if (text_width + distance_width > most)
    distance_width = 0;
  if (text_width > most)
    {
      g_free (text);
      text = lacuna_format_address_prefixed (marks->candidate->candidate);
      text_width = lacuna_labels_width (scene->labels, LACUNA_LABEL_MONO_BOLD, text);
    }

  left = CLAMP (along - text_width / 2, EDGE_MARGIN,
                MAX (EDGE_MARGIN, EDGE_MARGIN + most - text_width - distance_width));
  lacuna_labels_append (scene->labels, snapshot, LACUNA_LABEL_MONO_BOLD, text, left,
                        lying_top (scene, LACUNA_LABEL_MONO_BOLD),
                        candidate_colour (scene, marks));
  if (distance_width > 0)
    lacuna_labels_append (scene->labels, snapshot, LACUNA_LABEL_PLAIN, distance,
                          left + text_width + LABEL_DISTANCE,
                          lying_top (scene, LACUNA_LABEL_PLAIN), &scene->palette->text_dim);

  return (LacunaStripSpan){ left, left + text_width + distance_width };
}

/* The first and the last address in view, where the candidate's text, @taken, leaves room. */
static void
append_lying_ends (const LacunaStripScene *scene,
                   GtkSnapshot            *snapshot,
                   const char             *first,
                   const char             *last,
                   LacunaStripSpan         taken)
{
  double top = lying_top (scene, LACUNA_LABEL_MONO);
  double first_width = lacuna_labels_width (scene->labels, LACUNA_LABEL_MONO, first);
  double last_left = lacuna_strip_scene_length (scene) - EDGE_MARGIN
                     - lacuna_labels_width (scene->labels, LACUNA_LABEL_MONO, last);

  if (EDGE_MARGIN + first_width + LABEL_DISTANCE < taken.start)
    lacuna_labels_append (scene->labels, snapshot, LACUNA_LABEL_MONO, first, EDGE_MARGIN, top,
                          &scene->palette->text_dim);
  if (last_left > taken.end + LABEL_DISTANCE
      && last_left > EDGE_MARGIN + first_width + LABEL_DISTANCE)
    lacuna_labels_append (scene->labels, snapshot, LACUNA_LABEL_MONO, last, last_left, top,
                          &scene->palette->text_dim);
}

/* A line of text beside a standing axis, from the edge where lines begin, or shortened. */
static void
append_standing_line (const LacunaStripScene *scene,
                      GtkSnapshot            *snapshot,
                      LacunaLabelStyle        style,
                      const char             *text,
                      double                  top,
                      const GdkRGBA          *colour)
{
  g_autofree char *fitting = lacuna_labels_shorten (scene->labels, style, text,
                                                    scene->height - 2 * EDGE_MARGIN);
  double left = EDGE_MARGIN;

  if (fitting == NULL)
    return;
  if (scene->mirrored)
    left = scene->height - EDGE_MARGIN - lacuna_labels_width (scene->labels, style, fitting);
  lacuna_labels_append (scene->labels, snapshot, style, fitting, left, top, colour);
}

static void
append_standing (const LacunaStripScene *scene,
                 GtkSnapshot            *snapshot,
                 const LacunaStripMarks *marks,
                 const char             *first,
                 const char             *last)
{
  double line = lacuna_labels_height (scene->labels, LACUNA_LABEL_MONO) + LINE_DISTANCE;
  double top = scene->low_end + LINE_START;
  g_autofree char *text = NULL;
  g_autofree char *distance = NULL;
  double along;

  append_standing_line (scene, snapshot, LACUNA_LABEL_MONO, last,
                        scene->low_end - lacuna_strip_scene_length (scene) - LINE_START - line
                          + LINE_DISTANCE,
                        &scene->palette->text_dim);
  append_standing_line (scene, snapshot, LACUNA_LABEL_MONO, first, top,
                        &scene->palette->text_dim);
  if (!find_candidate (scene, marks, &along))
    return;

  text = candidate_text (marks);
  distance = distance_text (marks);
  if (!lacuna_labels_fits (scene->labels, LACUNA_LABEL_MONO_BOLD, text,
                           scene->height - 2 * EDGE_MARGIN))
    {
      g_free (text);
      text = lacuna_format_address_prefixed (marks->candidate->candidate);
    }
  append_standing_line (scene, snapshot, LACUNA_LABEL_MONO_BOLD, text, top + line,
                        candidate_colour (scene, marks));
  if (distance)
    append_standing_line (scene, snapshot, LACUNA_LABEL_PLAIN, distance, top + 2 * line,
                          &scene->palette->text_dim);
}

void
lacuna_strip_append_footer (const LacunaStripScene *scene,
                            GtkSnapshot            *snapshot,
                            const LacunaStripMarks *marks)
{
  struct lac_range visible = lacuna_view_get_range (&scene->view, scene->scale, scene->columns);
  g_autofree char *first = lacuna_format_address_prefixed (visible.start);
  g_autofree char *last = lacuna_format_address_prefixed (visible.end - (visible.end > 0));
  LacunaStripSpan taken = { G_MAXDOUBLE, -G_MAXDOUBLE };
  double along;

  if (scene->orientation == GTK_ORIENTATION_VERTICAL)
    {
      append_standing (scene, snapshot, marks, first, last);
      return;
    }

  if (find_candidate (scene, marks, &along))
    taken = append_lying_candidate (scene, snapshot, marks, along);
  append_lying_ends (scene, snapshot, first, last, taken);
}
