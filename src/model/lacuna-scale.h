/* LacunaScale and LacunaView: from addresses to pixels and back, exactly.
 *
 * A scale lays the address space out on a line, a uint64_t coordinate in bytes that starts at 0. On
 * the linear scale that is the address less the start of the space. On the compact scale the middle
 * of each big gap is cut out: a gap keeps as many bytes at each end as its margin says, in true
 * proportion, so that the places next to regions (where candidates mostly lie) look as they are; the
 * rest of the gap is one point, the break, drawn as a mark. So the line is piecewise linear with
 * slope 1, and an address outside a cut has exactly one place on it. Addresses inside a cut lie at the
 * break.
 *
 * Regions without access are cut like gaps: a browser or a JVM reserves hundreds of GiB that way, next
 * to which nothing else could be seen.
 *
 * A view is the address at the low edge (the origin), how far into that byte the edge lies (the
 * fraction, which is seen at depths at which a byte is wider than a pixel), and bytes per pixel.
 * Addresses are subtracted as integers first; only a difference becomes floating point.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map.h"

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  LACUNA_SCALE_LINEAR,  /* every byte the same width */
  LACUNA_SCALE_COMPACT, /* big gaps and reservations shrink to a marked break */
  LACUNA_SCALE_ANCHOR,  /* linear, told from an anchor: −2 GiB, 0, +2 GiB */
} LacunaScaleKind;

/* What is left out of the line between two points of it. */
typedef struct
{
  struct lac_range cut; /* addresses */
  guint64 line;         /* where the break is */
  gboolean in_region;   /* in a region without access, and not in a gap */
} LacunaBreak;

#define LACUNA_TYPE_SCALE (lacuna_scale_get_type ())

/* Immutable, reference-counted, a boxed type. */
typedef struct _LacunaScale LacunaScale;

GType              lacuna_scale_get_type    (void);

/* @keep: addresses whose neighbourhood is never cut out on the compact scale (anchors, a candidate);
 * the first of them is the anchor of the anchor scale. At most 4,096 gaps and regions are cut, the
 * largest. O(n) on the compact scale; whoever has a census has lacuna_census_new_scale(). */
LacunaScale       *lacuna_scale_new         (LacunaScaleKind       kind,
                                             const struct lac_map *map,
                                             const guint64        *keep,
                                             gsize                 n_keep);
LacunaScale       *lacuna_scale_ref         (LacunaScale          *self);
void               lacuna_scale_unref       (LacunaScale          *self);

LacunaScaleKind    lacuna_scale_get_kind    (const LacunaScale    *self);
guint64            lacuna_scale_get_anchor  (const LacunaScale    *self);

/* The addresses that the line shows: user space from 0, and on the compact scale up to the end of the
 * last region ([vsyscall] lies outside user space). */
struct lac_range   lacuna_scale_get_extent  (const LacunaScale    *self);

/* Whether the line differs from the one that it would be with nothing to keep. */
gboolean           lacuna_scale_keeps_places (const LacunaScale   *self);

/* Whether this line, of an older map, can go on being that of @map: @fresh, which is made for it, cuts the
 * same gaps at about the same places, and nothing that is mapped now is cut out. @margin: what @fresh
 * leaves of a gap at each end. O(breaks log regions). */
gboolean           lacuna_scale_still_serves (const LacunaScale   *self,
                                              const LacunaScale   *fresh,
                                              struct lac_map      *map,
                                              guint64              margin);

/* Whether anything of @range is cut out. O(log breaks). */
gboolean           lacuna_scale_is_cut      (const LacunaScale    *self,
                                             struct lac_range      range);

/* The line's length in bytes. */
guint64            lacuna_scale_get_length  (const LacunaScale    *self);
const LacunaBreak *lacuna_scale_get_breaks  (const LacunaScale    *self,
                                             gsize                *out_n_breaks);

/* O(log breaks). Clamped to the extent and to the length. The first address of the bytes after a
 * break is what its place on the line means. */
guint64            lacuna_scale_to_line     (const LacunaScale    *self,
                                             guint64               address);
guint64            lacuna_scale_to_address  (const LacunaScale    *self,
                                             guint64               line);

typedef struct
{
  guint64 origin;         /* the address at the left edge */
  double fraction;        /* 0 ≤ fraction < 1: how far into that byte */
  double bytes_per_pixel; /* above 0 */
} LacunaView;

/* Where the left edge of the byte at @address is, in pixels from the left edge of the view; may be
 * negative or past the width. */
double             lacuna_view_to_pixel     (const LacunaView     *view,
                                             const LacunaScale    *scale,
                                             guint64               address);

/* Column and address, exact inverses of each other.
 *
 * Where a pixel is at least a byte, the column of an address is the pixel that its first part lies in,
 * and the address of a column is the first whose column is that one: column (address (x)) = x. Where a
 * byte is wider than a pixel, the address of a column is the byte that covers the column's left edge,
 * and the column of an address is the first with that address: address (column (a)) = a. Both hold for
 * what lies in the extent, and outside cuts. Columns far outside the view are clamped to ±2^52. */
gint64             lacuna_view_to_column    (const LacunaView     *view,
                                             const LacunaScale    *scale,
                                             guint64               address);
guint64            lacuna_view_to_address   (const LacunaView     *view,
                                             const LacunaScale    *scale,
                                             gint64                column);

/* The byte that covers a point, which need not be the edge of a column; where several bytes share a
 * column, one whose column is the point's. */
guint64            lacuna_view_to_address_at (const LacunaView    *view,
                                              const LacunaScale   *scale,
                                              double               pixel);

/* Shows @range in @width pixels, with no margin. */
LacunaView         lacuna_view_fit          (const LacunaScale    *scale,
                                             struct lac_range      range,
                                             int                   width);

/* Zooms by @factor (2: things get twice as wide) and keeps the byte at @pixel there, exactly, except
 * where the ends of the line or the depth (64 pixels a byte) stop it: lacuna_view_to_address_at() of
 * @pixel is the same before and after. So any number of zooms about one pixel that lead to the same
 * depth lead to the same view. */
LacunaView         lacuna_view_zoom         (const LacunaView     *view,
                                             const LacunaScale    *scale,
                                             int                   width,
                                             double                pixel,
                                             double                factor);

/* The same, to a depth; for the steps of an animation. */
LacunaView         lacuna_view_zoom_to      (const LacunaView     *view,
                                             const LacunaScale    *scale,
                                             int                   width,
                                             double                pixel,
                                             double                bytes_per_pixel);

/* Moves by @pixels towards the high end along the line; stops at its ends. */
LacunaView         lacuna_view_pan          (const LacunaView     *view,
                                             const LacunaScale    *scale,
                                             int                   width,
                                             double                pixels);

/* @view made to lie on the line, after the scale or the width has changed. */
LacunaView         lacuna_view_clamp        (const LacunaView     *view,
                                             const LacunaScale    *scale,
                                             int                   width);

/* A view on the way from one to another, @progress from 0 to 1. Zooms evenly about the one point that
 * both show at the same pixel, so that it stays there all the way. */
LacunaView         lacuna_view_between      (const LacunaView     *from,
                                             const LacunaView     *to,
                                             const LacunaScale    *scale,
                                             int                   width,
                                             double                progress);

/* The addresses in view. */
struct lac_range   lacuna_view_get_range    (const LacunaView     *view,
                                             const LacunaScale    *scale,
                                             int                   width);

G_END_DECLS
