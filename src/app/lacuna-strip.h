/* LacunaStrip: an address space as a strip that one zooms and pans.
 *
 * The strip shows a snapshot at a scale and a view; over it what a gap query found; over that the
 * pointer and the selection. It asks nobody anything: a window gives it what there is to show, and
 * listens.
 *
 *   lacuna_strip_set_snapshot (strip, snapshot, census);
 *   lacuna_strip_set_results (strip, results);
 *
 * Everything that the pointer can do is also an action, so that keys, menus and tests can do it:
 * strip.zoom-in, strip.zoom-out, strip.pan-left, strip.pan-right, strip.show-all,
 * strip.select-next, strip.select-previous, strip.show-selection. They are bound to keys while the
 * strip has the focus: + − W S, A D and the arrows, Home and 0, full stop and comma, Return.
 *
 * Views are in device pixels, so that a column is a pixel of the screen whatever its scale factor.
 *
 * Signals:
 *   view-changed ()               the view or the scale is another; on every step of an animation
 *   selected (guint64 address)    somebody picked the region or gap at this address
 *   hovered (gboolean inside, guint64 address)   the pointer is over this address, or over none
 *   activate (guint64 address)    double click or Return, after the strip zoomed to it
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-gap-results.h"
#include "model/lacuna-scale.h"
#include "model/lacuna-snapshot.h"
#include "model/lacuna-strip-layout.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_STRIP (lacuna_strip_get_type ())
G_DECLARE_FINAL_TYPE (LacunaStrip, lacuna_strip, LACUNA, STRIP, GtkWidget)

GtkWidget        *lacuna_strip_new              (void);

/* @census is of @snapshot's map; make it on the worker that made the map. Both NULL for nothing. The
 * addresses in view stay where they are when @keep_view is TRUE (a refresh); otherwise everything is
 * shown, and selection, results and anchors are dropped. */
void              lacuna_strip_set_snapshot     (LacunaStrip          *self,
                                                 LacunaSnapshot       *snapshot,
                                                 LacunaCensus         *census,
                                                 gboolean              keep_view);
LacunaSnapshot   *lacuna_strip_get_snapshot     (LacunaStrip          *self);
LacunaCensus     *lacuna_strip_get_census       (LacunaStrip          *self);

/* The property "scale-kind", an int. The middle of the view stays where it is. */
void              lacuna_strip_set_scale_kind   (LacunaStrip          *self,
                                                 LacunaScaleKind       kind);
LacunaScaleKind   lacuna_strip_get_scale_kind   (LacunaStrip          *self);

/* Borrowed, valid until the next "view-changed"; NULL when there is no snapshot. */
LacunaScale      *lacuna_strip_get_scale        (LacunaStrip          *self);

/* Where the view is, or is going when it is moving. */
LacunaView        lacuna_strip_get_view         (LacunaStrip          *self);
void              lacuna_strip_set_view         (LacunaStrip          *self,
                                                 const LacunaView     *view,
                                                 gboolean              animate);

/* The columns of the view: the width inside the strip in device pixels; 0 before the first
 * allocation. */
int               lacuna_strip_get_columns      (LacunaStrip          *self);

/* The addresses in view now. */
struct lac_range  lacuna_strip_get_visible      (LacunaStrip          *self);

/* Zooms so that @range takes about two thirds of the width. */
void              lacuna_strip_show_range       (LacunaStrip          *self,
                                                 struct lac_range      range,
                                                 gboolean              animate);

/* Brings @range into view without zooming in; does nothing when it is in view. */
void              lacuna_strip_reveal_range     (LacunaStrip          *self,
                                                 struct lac_range      range,
                                                 gboolean              animate);
void              lacuna_strip_show_all         (LacunaStrip          *self,
                                                 gboolean              animate);

/* Zooms by @factor (2: things get twice as wide) about the pointer when it is over the strip, else
 * about the middle. */
void              lacuna_strip_zoom             (LacunaStrip          *self,
                                                 double                factor,
                                                 gboolean              animate);

/* Moves the view by @fraction of its width; negative to lower addresses. */
void              lacuna_strip_pan              (LacunaStrip          *self,
                                                 double                fraction,
                                                 gboolean              animate);

/* What a query found: the window, matching gaps, anchors, and as candidate the first match. NULL for
 * no query. Results of an older snapshot of the same target are fine. */
void              lacuna_strip_set_results      (LacunaStrip          *self,
                                                 LacunaGapResults     *results);
LacunaGapResults *lacuna_strip_get_results      (LacunaStrip          *self);

/* Marks another match than the first; copied. NULL for the first again. */
void              lacuna_strip_set_candidate    (LacunaStrip          *self,
                                                 const struct lac_gap *candidate);

/* Anchors to show even when there is no query yet. Those of results go first. Copied. The first one
 * is what the anchor scale is told from. */
void              lacuna_strip_set_anchors      (LacunaStrip          *self,
                                                 const guint64        *anchors,
                                                 gsize                 n_anchors);

/* Outlines @range (a region or gap); an empty range for none. Emits nothing. */
void              lacuna_strip_set_selection    (LacunaStrip          *self,
                                                 struct lac_range      range);
struct lac_range  lacuna_strip_get_selection    (LacunaStrip          *self);

/* Outlines what is at @address as the pointer would; for the list's hover. */
void              lacuna_strip_set_hover        (LacunaStrip          *self,
                                                 gboolean              inside,
                                                 guint64               address);

/* What lies at @address, in a few words and figures for people, one line each, the name first; with
 * a query, also whether a gap fits, or why not. Transfer full; NULL outside the space. */
char             *lacuna_strip_describe         (LacunaStrip          *self,
                                                 guint64               address);

/* How often the base layer was drawn anew, for tests: moving the pointer must not raise it. */
guint             lacuna_strip_get_n_renders    (LacunaStrip          *self);

G_END_DECLS
