/* The labels on regions.
 *
 * What a label says depends on the room: first that there is a module, then which region of it and how
 * large. A label lies in the middle of its piece, or, when a module's regions are too narrow one by
 * one, on a plate across them; so labels never overlap, because pieces do not.
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
  name = g_utf8_make_valid (slash && slash[1] != '\0' ? slash + 1 : backing->name, -1);
  g_strdelimit (name, "\n\r\t", ' ');
  if (slash)
    cut_version (name);
  return name;
}

static double
middle_of_band (const LacunaStripScene *scene)
{
  return LACUNA_STRIP_RULER
         + (lacuna_strip_scene_band_height (scene)
            - lacuna_labels_height (scene->labels, LACUNA_LABEL_BOLD))
             / 2;
}

/* @ground: what to paint behind it; NULL for nothing. */
static gboolean
append_if_fits (const LacunaStripScene *scene,
                GtkSnapshot            *snapshot,
                LacunaLabelStyle        style,
                const char             *text,
                gint32                  start,
                gint32                  end,
                const GdkRGBA          *colour,
                const GdkRGBA          *ground)
{
  double left = (double) start / scene->scale_factor;
  double width = (double) (end - start) / scene->scale_factor;
  double text_width;

  if (!lacuna_labels_fits (scene->labels, style, text, width - 2 * MARGIN))
    return FALSE;

  text_width = lacuna_labels_width (scene->labels, style, text);
  left += (width - text_width) / 2;
  /* A hatch, or the mark of a break, stops above the text and goes on below it. */
  if (ground)
    lacuna_strip_append_rectangle (snapshot, ground, left - 3, middle_of_band (scene) - 1,
                                   text_width + 6,
                                   lacuna_labels_height (scene->labels, style) + 2);
  lacuna_labels_append (scene->labels, snapshot, style, text, left, middle_of_band (scene), colour);
  return TRUE;
}

static gboolean
append_region_name (const LacunaStripScene  *scene,
                    GtkSnapshot             *snapshot,
                    const LacunaPiece       *piece,
                    const struct lac_region *region,
                    const char              *name,
                    gboolean                 is_widest)
{
  const GdkRGBA *colour = &scene->palette->ink_text[piece->ink];
  const GdkRGBA *ground = lacuna_strip_piece_may_be_cut (piece)
                            ? &scene->palette->ink[piece->ink]
                            : NULL;
  g_autofree char *size = lacuna_format_size (region->end - region->start);
  g_autofree char *full = NULL;
  char protection[5];

  lac_protection_format (region->protection, region->flags, protection);
  full = g_strdup_printf ("%s %s %s", name, protection, size);
  if (append_if_fits (scene, snapshot, LACUNA_LABEL_BOLD, full, piece->start, piece->end, colour,
                      ground))
    return TRUE;
  if (!is_widest)
    {
      /* The name stands on the widest one. */
      g_autofree char *brief = g_strdup_printf ("%s %s", protection, size);

      return append_if_fits (scene, snapshot, LACUNA_LABEL_BOLD, brief, piece->start, piece->end,
                             colour, ground);
    }
  if (append_if_fits (scene, snapshot, LACUNA_LABEL_BOLD, name, piece->start, piece->end, colour,
                      ground))
    return TRUE;

  /* The colour already says what memory without a name is. */
  return lac_map_backing (scene->map, region)->name_length == 0
         && append_if_fits (scene, snapshot, LACUNA_LABEL_BOLD, size, piece->start, piece->end,
                            colour, ground);
}

static void
append_plate (const LacunaStripScene *scene,
              GtkSnapshot            *snapshot,
              const LacunaModule     *module,
              const char             *name)
{
  double left = (double) module->start / scene->scale_factor;
  double width = (double) (module->end - module->start) / scene->scale_factor;
  double text_height = lacuna_labels_height (scene->labels, LACUNA_LABEL_PLAIN);
  double text_width;
  GskRoundedRect plate;

  if (!lacuna_labels_fits (scene->labels, LACUNA_LABEL_PLAIN, name,
                           width - 2 * (PLATE_MARGIN + 1)))
    return;

  text_width = lacuna_labels_width (scene->labels, LACUNA_LABEL_PLAIN, name);
  left += (width - text_width) / 2;
  gsk_rounded_rect_init_from_rect (&plate,
                                   &GRAPHENE_RECT_INIT ((float) left - PLATE_MARGIN,
                                                        (float) middle_of_band (scene) - 2,
                                                        (float) text_width + 2 * PLATE_MARGIN,
                                                        (float) text_height + 4),
                                   4);
  gtk_snapshot_push_rounded_clip (snapshot, &plate);
  gtk_snapshot_append_color (snapshot, &scene->palette->plate, &plate.bounds);
  gtk_snapshot_pop (snapshot);
  lacuna_labels_append (scene->labels, snapshot, LACUNA_LABEL_PLAIN, name, left,
                        middle_of_band (scene), &scene->palette->text);
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

  if (!any && module->count > 1)
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
