/* LacunaStripLayout: map + view + width → a sorted array of rectangles. Pure: no display, no style.
 *
 * At most one rectangle a column. What is narrower than a column is merged with its neighbours into
 * a density run, which keeps its dominant ink (by bytes) and how many regions it stands for.
 * The cost depends on the columns and on log(regions), never on the number of regions: sums over
 * many regions come from a census that is made once for each snapshot.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-ink.h"
#include "lacuna-scale.h"

G_BEGIN_DECLS

/* LacunaCensus: bytes of each ink in any range of regions, in O(log n). Immutable, reference-counted.
 * Making one is O(n): do it on the worker that made the map. At most 6 bytes a region. */
typedef struct _LacunaCensus LacunaCensus;

LacunaCensus *lacuna_census_new   (struct lac_map     *map);
LacunaCensus *lacuna_census_ref   (LacunaCensus       *self);
void          lacuna_census_unref (LacunaCensus       *self);

/* lacuna_scale_new() of its map, without looking at the regions again: O(breaks), at most a few hundred
 * microseconds. */
LacunaScale  *lacuna_census_new_scale (const LacunaCensus *self,
                                       LacunaScaleKind     kind,
                                       const guint64      *keep,
                                       gsize               n_keep);

/* The same for a map that has changed a little, and what was kept before: @scale itself, as long as it
 * serves, so that nothing on the line moves because a heap grows. Transfer full. */
LacunaScale  *lacuna_census_renew_scale (const LacunaCensus *self,
                                         LacunaScale        *scale,
                                         const guint64      *keep,
                                         gsize               n_keep);

/* Bytes of each ink in @range, which may cut regions, and how many regions touch it. */
void          lacuna_census_count (const LacunaCensus *self,
                                   struct lac_range    range,
                                   guint64             out_bytes[LACUNA_N_INKS],
                                   gsize              *out_n_regions);

/* The regions that share a label with @region: its neighbours of the same file or name that are at most
 * 64 KiB apart, as segments of an image may be. A region without a name is alone. O(log n). */
void          lacuna_census_get_run (const LacunaCensus *self,
                                     gsize               region,
                                     gsize              *out_first,
                                     gsize              *out_count);

/* A column that lies in one region or gap belongs to it. One in which two of them meet belongs to the
 * upper one. One that holds a whole region or gap is a density run of its own, so that nothing is ever
 * too small to be seen. */
typedef enum
{
  LACUNA_PIECE_REGION,  /* one region, at least a column wide; may be cut when it is a guard */
  LACUNA_PIECE_DENSITY, /* one column with at least one region in it, and perhaps gaps */
  LACUNA_PIECE_GAP,     /* one gap, at least a column wide */
  LACUNA_PIECE_BREAK,   /* a gap of which the middle is cut out, from its first to its last column */
} LacunaPieceKind;

/* LacunaPiece: a rectangle of the strip, in columns [start, end). */
typedef struct
{
  gint32 start;
  gint32 end;
  guint32 first;   /* the first region, or the gap (core/map.h numbers both) */
  guint32 count;   /* how many regions; 0 for a gap */
  guint8 kind;     /* LacunaPieceKind */
  guint8 ink;      /* LacunaInk; of a density run the dominant one; nothing for a gap */
  guint8 filled;   /* how much of it is mapped: of a density run 1 to 255, of a region 255 */
} LacunaPiece;

/* LacunaModule: neighbouring regions of one file (or of one name), which share a label. */
typedef struct
{
  gint32 start;
  gint32 end;
  guint32 first;
  guint32 count;
} LacunaModule;

/* The narrowest module that is worth a label, in columns. */
#define LACUNA_LABEL_WIDTH 28

typedef struct _LacunaStripLayout LacunaStripLayout;

LacunaStripLayout  *lacuna_strip_layout_new         (const LacunaCensus      *census,
                                                     const LacunaScale       *scale,
                                                     const LacunaView        *view,
                                                     int                      width);
void                lacuna_strip_layout_free        (LacunaStripLayout       *self);

/* Sorted by column, disjoint, and together all of [0, width) that lies in the extent. */
const LacunaPiece  *lacuna_strip_layout_get_pieces  (const LacunaStripLayout *self,
                                                     gsize                   *out_n_pieces);

/* What is wide enough for a label (at least LACUNA_LABEL_WIDTH columns), sorted, disjoint. */
const LacunaModule *lacuna_strip_layout_get_modules (const LacunaStripLayout *self,
                                                     gsize                   *out_n_modules);

/* The piece at @column, by binary search; NULL outside. */
const LacunaPiece  *lacuna_strip_layout_find        (const LacunaStripLayout *self,
                                                     int                      column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaStripLayout, lacuna_strip_layout_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaCensus, lacuna_census_unref)

G_END_DECLS
