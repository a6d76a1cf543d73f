/* The sums of a scale and a view for one who asks many times from left to right: what every call would
 * find out again is kept between calls.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-scale.h"

G_BEGIN_DECLS

/* As without "near". @hint is where the last call ended; 0 to begin with. */
guint64 lacuna_scale_to_line_near    (const LacunaScale *self,
                                      guint64            address,
                                      gsize             *hint);
guint64 lacuna_scale_to_address_near (const LacunaScale *self,
                                      guint64            line,
                                      gsize             *hint);

/* How many bytes of regions are cut out below @address. @hint as above. */
guint64 lacuna_scale_cut_in_regions  (const LacunaScale *self,
                                      guint64            address,
                                      gsize             *hint);

/* A stretch of a map that has little to show: it may be cut, except for @margin bytes at each end. */
typedef struct
{
  struct lac_range range;
  guint64 margin;
  gboolean is_region;  /* without access; else a gap */
  gboolean is_outside; /* of user space */
} LacunaHole;

/* The holes of a map that the compact scale cuts (lacuna-holes.c). Immutable, reference-counted. */
typedef struct _LacunaHoles LacunaHoles;

/* O(n) in the map's regions. */
LacunaHoles      *lacuna_holes_new           (const struct lac_map *map);
LacunaHoles      *lacuna_holes_ref           (LacunaHoles          *self);
void              lacuna_holes_unref         (LacunaHoles          *self);

/* Sorted by address; each longer than its margins. At most 4,096. */
const LacunaHole *lacuna_holes_get           (const LacunaHoles    *self,
                                              gsize                *out_n_holes);
struct lac_range  lacuna_holes_get_extent    (const LacunaHoles    *self);

/* What is kept around a place that is kept. */
guint64           lacuna_holes_get_margin    (const LacunaHoles    *self);
guint64           lacuna_holes_get_page_size (const LacunaHoles    *self);

/* lacuna_scale_new() with @holes of @map; O(breaks). They may be NULL for other kinds than compact. */
LacunaScale      *lacuna_scale_new_cutting   (LacunaScaleKind       kind,
                                              const struct lac_map *map,
                                              const LacunaHoles    *holes,
                                              const guint64        *keep,
                                              gsize                 n_keep);

/* A view with the place of its low edge on the line. */
typedef struct
{
  const LacunaView *view;
  const LacunaScale *scale;
  guint64 origin;
  gsize hint;
} LacunaLens;

LacunaLens lacuna_lens_make       (const LacunaView  *view,
                                   const LacunaScale *scale);
gint64     lacuna_lens_to_column  (LacunaLens        *self,
                                   guint64            address);
guint64    lacuna_lens_to_address (LacunaLens        *self,
                                   gint64             column);

G_END_DECLS
