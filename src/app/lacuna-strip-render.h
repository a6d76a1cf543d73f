/* What the strip's layers are drawn from, and the functions that draw them.
 *
 * A layer is a function from a scene to a render node. It needs no widget and no display, so that
 * benchmarks and goldens draw exactly what the window does. Coordinates are logical pixels, and fall
 * on device pixels wherever a column is meant.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-labels.h"
#include "lacuna-palette.h"
#include "model/lacuna-strip-layout.h"

#include "core/gap.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Across the axis, from the top or from where lines begin: the ruler, the band, the footer. Regions
 * stand back from the band's edges. */
#define LACUNA_STRIP_RULER 30
#define LACUNA_STRIP_FOOTER 42
#define LACUNA_STRIP_INSET 8

/* Where the ruler's texts begin. */
#define LACUNA_STRIP_RULER_TEXT 4
#define LACUNA_STRIP_LEAST_BAND 56
#define LACUNA_STRIP_NATURAL_BAND 108

typedef struct
{
  struct lac_map *map;
  LacunaScale *scale;
  LacunaView view;
  LacunaStripLayout *layout;
  int columns;      /* device pixels */
  int scale_factor; /* device pixels a logical one */
  double height;    /* logical pixels across the axis: the height of a strip that lies */
  const LacunaPalette *palette;
  LacunaLabels *labels; /* NULL to draw no text */
  /* How the axis lies in the widget; all zeros: from the left edge to the right. */
  GtkOrientation orientation;
  gboolean mirrored; /* vertical only: the ruler is at the right */
  double low_end;    /* where the axis begins: x, or, vertical, y; logical pixels */
} LacunaStripScene;

/* What lies over the regions. */
typedef struct
{
  const struct lac_gap_query *query;   /* NULL for none */
  const struct lac_gap *candidate;     /* NULL for none */
  const struct lac_gap *matches;       /* some of them, to mark those too narrow to be outlined */
  gsize n_matches;
  const guint64 *anchors;
  gsize n_anchors;
} LacunaStripMarks;

/* From left to right, in logical pixels. */
typedef struct
{
  double start;
  double end;
} LacunaStripSpan;

/* What lies beside the band, across the axis (the ruler, the footer), and beyond its ends, along it; in
 * logical pixels. It grows with the texts. */
typedef struct
{
  double ruler;
  double footer;
  double low;
  double high;
} LacunaStripMargins;

/* @labels: NULL when no text is drawn. */
LacunaStripMargins lacuna_strip_margins       (GtkOrientation          orientation,
                                               LacunaLabels           *labels);

/* The rectangle of the widget that lies from @along to @along + @length of the axis, and from @across to
 * @across + @depth from the ruler's outer edge; in logical pixels. */
graphene_rect_t lacuna_strip_place            (const LacunaStripScene *scene,
                                               double                  along,
                                               double                  across,
                                               double                  length,
                                               double                  depth);

static inline double
lacuna_strip_scene_width (const LacunaStripScene *scene)
{
  return (double) scene->columns / scene->scale_factor;
}

static inline double
lacuna_strip_scene_band_height (const LacunaStripScene *scene)
{
  return MAX (scene->height - LACUNA_STRIP_RULER - LACUNA_STRIP_FOOTER, 1);
}

/* Where @address is, in logical pixels, on the edge of a column; may be far outside. */
double         lacuna_strip_scene_to_x        (const LacunaStripScene *scene,
                                               guint64                 address);

/* Where user space is in view; all else can't be mapped. */
LacunaStripSpan lacuna_strip_user_span        (const LacunaStripScene *scene);

/* Free space, hazards, breaks, regions, and the labels on regions. */
GskRenderNode *lacuna_strip_render_base       (const LacunaStripScene *scene);

/* The window, matching gaps, the candidate, anchors, the ruler, the labels on gaps, which keep clear
 * of all that, and the ends of the view. NULL when
 * there is nothing to draw. */
GskRenderNode *lacuna_strip_render_overlay    (const LacunaStripScene *scene,
                                               const LacunaStripMarks *marks);

/* The rectangles of the layout's regions, from @top to @top + @height. */
void           lacuna_strip_append_pieces     (const LacunaStripScene *scene,
                                               GtkSnapshot            *snapshot,
                                               double                  top,
                                               double                  height);

/* For the two above. */
void           lacuna_strip_append_ruler      (const LacunaStripScene *scene,
                                               GtkSnapshot            *snapshot,
                                               const LacunaStripSpan  *taken,
                                               gsize                   n_taken);
void           lacuna_strip_append_names      (const LacunaStripScene *scene,
                                               GtkSnapshot            *snapshot);
void           lacuna_strip_append_gap_names  (const LacunaStripScene *scene,
                                               GtkSnapshot            *snapshot,
                                               const LacunaStripMarks *marks);

/* Whether a query's @window leaves out anything of user space; if not, it is not shown. */
gboolean       lacuna_strip_window_excludes   (const LacunaStripScene *scene,
                                               struct lac_range        window);

/* What the candidate's bar covers. FALSE when none is in view. */
gboolean       lacuna_strip_candidate_bar     (const LacunaStripScene *scene,
                                               const LacunaStripMarks *marks,
                                               LacunaStripSpan        *out_span);

/* Whether something may be cut out of @piece, and the first break at or after its left edge. */
gboolean       lacuna_strip_piece_may_be_cut  (const LacunaPiece      *piece);
gsize          lacuna_strip_first_break       (const LacunaStripScene *scene,
                                               const LacunaPiece      *piece);

/* A rectangle of one colour; nothing when it is empty. */
void           lacuna_strip_append_rectangle  (GtkSnapshot            *snapshot,
                                               const GdkRGBA          *colour,
                                               double                  x,
                                               double                  y,
                                               double                  width,
                                               double                  height);

/* A frame of @thickness inside the rectangle, with round corners. */
void           lacuna_strip_append_frame      (GtkSnapshot            *snapshot,
                                               const GdkRGBA          *colour,
                                               double                  x,
                                               double                  y,
                                               double                  width,
                                               double                  height,
                                               double                  radius,
                                               double                  thickness);

/* The name that fits on a strip: the last part of a path without its version, or a kernel's name in
 * brackets; for a region without a name what its ink is called. Transfer full, UTF-8. */
char          *lacuna_strip_short_name        (const struct lac_map    *map,
                                               const struct lac_region *region);

G_END_DECLS
