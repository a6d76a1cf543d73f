/* What the strip's layers are drawn from, and the functions that draw them.
 *
 * A layer is a function from a scene to a render node. It needs no widget and no display, so that
 * benchmarks and goldens draw exactly what the window does. Coordinates are logical pixels along the
 * axis and across it, and fall on device pixels wherever a column is meant.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-labels.h"
#include "lacuna-palette.h"
#include "lacuna-strip-fill.h"
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
  /* The inks that are dimmed, a bit for each; and, needed only for them, what is in a column. */
  guint dimmed;
  const LacunaCensus *census;
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
  const LacunaStripFill *fills;        /* by address; none over another */
  gsize n_fills;
} LacunaStripMarks;

/* Along the axis or across it, in logical pixels. */
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

/* How much of the axis an upright box takes. */
double          lacuna_strip_box_length       (const LacunaStripScene *scene,
                                               double                  width,
                                               double                  height);

/* An upright box (a text) with its middle at @along, @across. */
graphene_rect_t lacuna_strip_place_box        (const LacunaStripScene *scene,
                                               double                  along,
                                               double                  across,
                                               double                  width,
                                               double                  height);

/* An upright box on the ruler, for what is at @along. */
graphene_rect_t lacuna_strip_place_ruler_box  (const LacunaStripScene *scene,
                                               double                  along,
                                               double                  width,
                                               double                  height);

/* The length of the axis in logical pixels. */
static inline double
lacuna_strip_scene_length (const LacunaStripScene *scene)
{
  return (double) scene->columns / scene->scale_factor;
}

/* Across the axis, in logical pixels: all of the band, or what regions take of it. */
static inline LacunaStripSpan
lacuna_strip_scene_band (const LacunaStripScene *scene)
{
  LacunaStripMargins margins = lacuna_strip_margins (scene->orientation, scene->labels);

  return (LacunaStripSpan){ margins.ruler,
                            MAX (scene->height - margins.footer, margins.ruler + 1) };
}

static inline LacunaStripSpan
lacuna_strip_span_inset (LacunaStripSpan span,
                         double          inset)
{
  return (LacunaStripSpan){ span.start + inset, span.end - inset };
}

static inline double
lacuna_strip_span_size (LacunaStripSpan span)
{
  return span.end - span.start;
}

/* Where @address is along the axis, in logical pixels, on the edge of a column; may be far outside. */
double         lacuna_strip_scene_to_axis     (const LacunaStripScene *scene,
                                               guint64                 address);

/* Where @range is along the axis; what is more than @beyond out of view is cut off. */
LacunaStripSpan lacuna_strip_scene_span       (const LacunaStripScene *scene,
                                               struct lac_range        range,
                                               double                  beyond);

/* Where user space is in view; all else can't be mapped. */
LacunaStripSpan lacuna_strip_user_span        (const LacunaStripScene *scene);

/* Free space, hazards, breaks, regions, and the labels on regions. */
GskRenderNode *lacuna_strip_render_base       (const LacunaStripScene *scene);

/* How full buffers are, the window, matching gaps, the candidate, anchors, the ruler, the labels on gaps, which keep clear
 * of all that, and the ends of the view. NULL when
 * there is nothing to draw. */
GskRenderNode *lacuna_strip_render_overlay    (const LacunaStripScene *scene,
                                               const LacunaStripMarks *marks);

/* The rectangles of the layout's regions, over @span across the axis. */
void           lacuna_strip_append_pieces     (const LacunaStripScene *scene,
                                               GtkSnapshot            *snapshot,
                                               LacunaStripSpan         span);

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
void           lacuna_strip_append_anchors    (const LacunaStripScene *scene,
                                               GtkSnapshot            *snapshot,
                                               const LacunaStripMarks *marks,
                                               const LacunaStripSpan  *labels);
void           lacuna_strip_append_footer     (const LacunaStripScene *scene,
                                               GtkSnapshot            *snapshot,
                                               const LacunaStripMarks *marks);

void           lacuna_strip_append_fills      (const LacunaStripScene *scene,
                                               GtkSnapshot            *snapshot,
                                               const LacunaStripMarks *marks);

/* Where the labels of anchors go along the axis, one for each; an empty span for what would overlap. */
void           lacuna_strip_place_anchors     (const LacunaStripScene *scene,
                                               const LacunaStripMarks *marks,
                                               LacunaStripSpan        *out_labels);

/* Whether a query's @window leaves out anything of user space; if not, it is not shown. */
gboolean       lacuna_strip_window_excludes   (const LacunaStripScene *scene,
                                               struct lac_range        window);

/* What of a gap that fits may be used: what the query's @window and the hazards to avoid leave of it, as
 * far as a buffer has room there. Gaps with more such parts than this are unheard of. */
typedef struct
{
  LacunaStripSpan spans[4];
  gsize n_spans;
} LacunaStripUsable;

void           lacuna_strip_find_usable       (const LacunaStripScene     *scene,
                                               const struct lac_gap_query *query,
                                               struct lac_range            window,
                                               gsize                       index,
                                               double                      beyond,
                                               LacunaStripUsable          *out_usable);

/* What the candidate's bar covers. FALSE when none is in view. */
gboolean       lacuna_strip_candidate_bar     (const LacunaStripScene *scene,
                                               const LacunaStripMarks *marks,
                                               LacunaStripSpan        *out_span);

/* Whether a buffer at the candidate would lie where it is risky: no green then. */
gboolean       lacuna_strip_candidate_is_risky (const LacunaStripScene *scene,
                                                const LacunaStripMarks *marks);

/* Whether something may be cut out of @piece, and the first break at or after its low edge. */
gboolean       lacuna_strip_piece_may_be_cut  (const LacunaPiece      *piece);
gsize          lacuna_strip_first_break       (const LacunaStripScene *scene,
                                               const LacunaPiece      *piece);

/* A rectangle of one colour; nothing when it is empty. */
void           lacuna_strip_append_rectangle  (const LacunaStripScene *scene,
                                               GtkSnapshot            *snapshot,
                                               const GdkRGBA          *colour,
                                               double                  along,
                                               double                  across,
                                               double                  length,
                                               double                  depth);

/* A frame of @thickness inside the rectangle, with round corners. */
void           lacuna_strip_append_frame      (const LacunaStripScene *scene,
                                               GtkSnapshot            *snapshot,
                                               const GdkRGBA          *colour,
                                               double                  along,
                                               double                  across,
                                               double                  length,
                                               double                  depth,
                                               double                  radius,
                                               double                  thickness);

/* A dashed line across the axis. */
void           lacuna_strip_append_dashes     (const LacunaStripScene *scene,
                                               GtkSnapshot            *snapshot,
                                               const GdkRGBA          *colour,
                                               double                  along,
                                               double                  across,
                                               double                  depth);

/* What a text lies on, where it can't lie on what is there; in the widget's coordinates. */
void           lacuna_strip_append_plate      (GtkSnapshot            *snapshot,
                                               const GdkRGBA          *colour,
                                               const graphene_rect_t  *rectangle);

/* Cuts off what follows at the ends of the axis, up to the other of the two. Where the strip lies, those
 * are the widget's edges, which cut it off anyway. */
void           lacuna_strip_push_ends         (const LacunaStripScene *scene,
                                               GtkSnapshot            *snapshot);
void           lacuna_strip_pop_ends          (const LacunaStripScene *scene,
                                               GtkSnapshot            *snapshot);

/* Turns what follows, up to gtk_snapshot_restore(), so that x is along the axis from @along and y is
 * across it. For what is no rectangle. */
void           lacuna_strip_turn              (const LacunaStripScene *scene,
                                               GtkSnapshot            *snapshot,
                                               double                  along);

/* One picture of @nodes, any of which may be NULL, as they lie over one another; NULL when that is
 * impossible. */
GskRenderNode *lacuna_strip_flatten           (GskRenderNode *const   *nodes,
                                               gsize                   n_nodes,
                                               int                     scale_factor);

/* The name that fits on a strip: the last part of a path without its version, or a kernel's name in
 * brackets; for a region without a name what its ink is called. Transfer full, UTF-8. */
char          *lacuna_strip_short_name        (const struct lac_map    *map,
                                               const struct lac_region *region);

G_END_DECLS
