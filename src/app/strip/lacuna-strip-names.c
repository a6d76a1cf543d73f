/* The labels on regions.
 *
 * What a label says depends on the room: first that there is a module, then which region of it and how
 * large, in one line or in two; a name that is too long is shortened where that leaves enough of it. A
 * label lies in the middle of its piece, or, when a module's regions are too narrow one by one, on a
 * plate across them; so labels never overlap, because pieces do not. All this asks is what room there is,
 * upright, so that it is the same whichever way the strip lies.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-strip-render.h"

#include "model/lacuna-format.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Free on either side of a label. */
#define MARGIN 6

/* Free above and below. */
#define LINE_MARGIN 1

/* Narrower than this, the start of a name is not worth reading. */
#define LEAST_SHORTENED 64

/* Around the text on a plate. */
#define PLATE_MARGIN 5

/* "libfoo-1.so.0.1" is libfoo-1. */
static void
cut_version (char *name)
{
  char *suffix = strstr (name, ".so");

  while (suffix != NULL && suffix[3] != '\0' && suffix[3] != '.' && suffix[3] != ' ')
    suffix = strstr (suffix + 3, ".so");
  if (suffix != NULL && suffix != name)
    *suffix = '\0';
}

char *
lacuna_strip_short_name (const struct lac_map    *map,
                         const struct lac_region *region)
{
  const struct lac_backing *backing = lac_map_backing (map, region);
  const char *slash;
  char *name;

  if (backing->name_length == 0)
    return g_strdup (lacuna_ink_get_label (lacuna_ink_for_region (region)));

  slash = backing->name[0] == '/' ? strrchr (backing->name, '/') : NULL;
  name = lacuna_format_name (slash && slash[1] != '\0' ? slash + 1 : backing->name, -1);
  g_strdelimit (name, "\t", ' ');
  if (slash)
    cut_version (name);
  return name;
}

/* The rectangle of regions from column @start to @end. */
static graphene_rect_t
place_columns (const LacunaStripScene *scene,
               gint32                  start,
               gint32                  end)
{
  LacunaStripSpan span = lacuna_strip_span_inset (lacuna_strip_scene_band (scene),
                                                  LACUNA_STRIP_INSET);

  return lacuna_strip_place (scene, (double) start / scene->scale_factor, span.start,
                             (double) (end - start) / scene->scale_factor,
                             lacuna_strip_span_size (span));
}

/* One or two lines of text in the middle of @room. */
typedef struct
{
  const LacunaStripScene *scene;
  GtkSnapshot *snapshot;
  graphene_rect_t room;
  LacunaLabelStyle style;
  const GdkRGBA *colour;
  const GdkRGBA *ground; /* what to paint behind it; NULL for nothing */
} Label;

static gboolean
append_lines_if_fit (const Label       *label,
                     const char *const *lines,
                     gsize              n_lines)
{
  LacunaLabels *labels = label->scene->labels;
  double height = lacuna_labels_height (labels, label->style);
  double width = label->room.size.width - 2 * MARGIN;
  double top = label->room.origin.y
               + (label->room.size.height - (double) n_lines * height) / 2;

  if ((double) n_lines * height > label->room.size.height - 2 * LINE_MARGIN)
    return FALSE;
  for (gsize i = 0; i < n_lines; i++)
    if (!lacuna_labels_fits (labels, label->style, lines[i], width))
      return FALSE;

  for (gsize i = 0; i < n_lines; i++)
    {
      double text_width = lacuna_labels_width (labels, label->style, lines[i]);
      double left = label->room.origin.x + (label->room.size.width - text_width) / 2;

      /* A hatch, or the mark of a break, stops before the text and goes on after it. */
      if (label->ground)
        gtk_snapshot_append_color (label->snapshot, label->ground,
                                   &GRAPHENE_RECT_INIT ((float) left - 3, (float) top - 1,
                                                        (float) text_width + 6,
                                                        (float) height + 2));
      lacuna_labels_append (labels, label->snapshot, label->style, lines[i], left, top,
                            label->colour);
      top += height;
    }
  return TRUE;
}

static gboolean
append_if_fits (const Label *label,
                const char  *text)
{
  return append_lines_if_fit (label, &text, 1);
}

/* As much of @text as there is room for, if that is worth reading. */
static gboolean
append_shortened (const Label *label,
                  const char  *text)
{
  g_autofree char *start = NULL;

  if (label->room.size.width < LEAST_SHORTENED)
    return FALSE;
  start = lacuna_labels_shorten (label->scene->labels, label->style, text,
                                 label->room.size.width - 2 * MARGIN);
  return start != NULL && append_if_fits (label, start);
}

static gboolean
append_region_name (const LacunaStripScene  *scene,
                    GtkSnapshot             *snapshot,
                    const LacunaPiece       *piece,
                    const struct lac_region *region,
                    const char              *name,
                    gboolean                 is_widest)
{
  Label label = { .scene = scene,
                  .snapshot = snapshot,
                  .room = place_columns (scene, piece->start, piece->end),
                  .style = LACUNA_LABEL_BOLD,
                  .colour = &scene->palette->ink_text[piece->ink] };
  g_autofree char *size = lacuna_format_size (region->end - region->start);
  g_autofree char *full = NULL;
  g_autofree char *brief = NULL;
  char protection[5];

  /* What the legend leaves out has its names left out, too. */
  if (scene->dimmed & 1u << piece->ink)
    return FALSE;

  if (lacuna_strip_piece_may_be_cut (piece))
    label.ground = &scene->palette->ink[piece->ink];
  lac_protection_format (region->protection, region->flags, protection);
  full = g_strdup_printf ("%s %s %s", name, protection, size);
  if (append_if_fits (&label, full))
    return TRUE;

  /* The name stands on the widest one. */
  brief = g_strdup_printf ("%s %s", protection, size);
  if (!is_widest)
    return append_if_fits (&label, brief);
  if (append_lines_if_fit (&label, (const char *const[]){ name, brief }, 2)
      || append_if_fits (&label, name))
    return TRUE;

  /* The colour already says what memory without a name is. */
  if (lac_map_backing (scene->map, region)->name_length == 0)
    return append_if_fits (&label, size);
  return append_shortened (&label, name);
}

static void
append_plate (const LacunaStripScene *scene,
              GtkSnapshot            *snapshot,
              const LacunaModule     *module,
              const char             *name)
{
  graphene_rect_t room = place_columns (scene, module->start, module->end);
  double height = lacuna_labels_height (scene->labels, LACUNA_LABEL_PLAIN);
  g_autofree char *text = NULL;
  graphene_rect_t plate;
  double width = room.size.width - 2 * (PLATE_MARGIN + 1);

  if (room.size.height < height + 2)
    return;
  if (lacuna_labels_fits (scene->labels, LACUNA_LABEL_PLAIN, name, width))
    text = g_strdup (name);
  else if (room.size.width >= LEAST_SHORTENED)
    text = lacuna_labels_shorten (scene->labels, LACUNA_LABEL_PLAIN, name, width);
  if (text == NULL)
    return;

  width = lacuna_labels_width (scene->labels, LACUNA_LABEL_PLAIN, text);
  height = MIN (height + 4, room.size.height);
  plate = GRAPHENE_RECT_INIT (
    room.origin.x + (room.size.width - (float) width) / 2 - PLATE_MARGIN,
    room.origin.y + (room.size.height - (float) height) / 2, (float) width + 2 * PLATE_MARGIN,
    (float) height);
  lacuna_strip_append_plate (snapshot, &scene->palette->plate, &plate);
  lacuna_labels_append (scene->labels, snapshot, LACUNA_LABEL_PLAIN, text,
                        plate.origin.x + PLATE_MARGIN,
                        plate.origin.y
                          + (height - lacuna_labels_height (scene->labels, LACUNA_LABEL_PLAIN)) / 2,
                        &scene->palette->text);
}

/* Whether a legend that dims leaves out every region of @module in view. */
static gboolean
is_dimmed (const LacunaStripScene *scene,
           const LacunaModule     *module,
           const LacunaPiece      *pieces,
           gsize                   n_pieces,
           gsize                   first)
{
  if (scene->dimmed == 0)
    return FALSE;
  for (gsize i = first; i < n_pieces && pieces[i].start < module->end; i++)
    if (pieces[i].count > 0 && !(scene->dimmed & 1u << pieces[i].ink))
      return FALSE;
  return TRUE;
}

/* The labels of a module, whose pieces begin at @piece. */
static void
append_module_names (const LacunaStripScene *scene,
                     GtkSnapshot            *snapshot,
                     const LacunaModule     *module,
                     const LacunaPiece      *pieces,
                     gsize                   n_pieces,
                     gsize                   first)
{
  gsize n_regions;
  const struct lac_region *regions = lac_map_regions (scene->map, &n_regions);
  g_autofree char *name = lacuna_strip_short_name (scene->map, &regions[module->first]);
  gsize widest = n_pieces;
  gboolean any = FALSE;

  for (gsize i = first; i < n_pieces && pieces[i].start < module->end; i++)
    if (pieces[i].kind == LACUNA_PIECE_REGION
        && (widest == n_pieces
            || pieces[i].end - pieces[i].start > pieces[widest].end - pieces[widest].start))
      widest = i;

  /* A gap between segments has a label of its own. */
  for (gsize i = first; i < n_pieces && pieces[i].start < module->end; i++)
    any |= pieces[i].count == 0 && pieces[i].end - pieces[i].start >= LACUNA_LABEL_WIDTH;

  for (gsize i = first; i < n_pieces && pieces[i].start < module->end; i++)
    if (pieces[i].kind == LACUNA_PIECE_REGION
        && pieces[i].end - pieces[i].start >= LACUNA_LABEL_WIDTH)
      any |= append_region_name (scene, snapshot, &pieces[i], &regions[pieces[i].first], name,
                                 i == widest);

  if (!any && module->count > 1 && !is_dimmed (scene, module, pieces, n_pieces, first))
    append_plate (scene, snapshot, module, name);
}

void
lacuna_strip_append_names (const LacunaStripScene *scene,
                           GtkSnapshot            *snapshot)
{
  gsize n_pieces;
  gsize n_modules;
  const LacunaPiece *pieces = lacuna_strip_layout_get_pieces (scene->layout, &n_pieces);
  const LacunaModule *modules = lacuna_strip_layout_get_modules (scene->layout, &n_modules);
  gsize piece = 0;

  for (gsize i = 0; i < n_modules; i++)
    {
      while (piece < n_pieces && pieces[piece].end <= modules[i].start)
        piece++;
      append_module_names (scene, snapshot, &modules[i], pieces, n_pieces, piece);
    }
}
