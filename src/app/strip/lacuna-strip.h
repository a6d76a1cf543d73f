/* LacunaStrip: an address space as a strip that one zooms and pans.
 *
 * The strip shows a snapshot at a scale and a view; over it what a gap query found; over that the
 * pointer and the selection. It asks nobody anything: a window gives it what there is to show, and
 * listens.
 *
 *   lacuna_strip_set_snapshot (strip, snapshot, census);
 *   lacuna_strip_set_results (strip, results);
 *
 * It lies along one axis, the address axis: horizontal (low addresses at the left in every language, as
 * numbers are written) or vertical (high addresses up, as textbooks draw it; the ruler on the side where
 * lines begin). It is a GtkOrientable.
 *
 * Everything that the pointer can do is also an action, so that keys, menus and tests can do it:
 * strip.zoom-in, strip.zoom-out, strip.pan-lower, strip.pan-higher (and -far of all four),
 * strip.show-all, strip.select-next, strip.select-previous (and -any of both, which do not skip gaps),
 * strip.center-selection (which shows all of it when it is there), strip.zoom-to-selection (or the
 * measure), strip.activate-selection (what Return does: pick it while picking, else zoom to it),
 * strip.measure, strip.measure-lower, strip.measure-higher, strip.cancel, strip.menu,
 * strip.back, strip.forward. Keys are in lacuna-strip-keys.c; the window passes on keys that nobody
 * else wants, so that they work wherever nothing is being typed.
 *
 * Views are in device pixels, so that a column is a pixel of the screen whatever its scale factor.
 *
 * Signals:
 *   view-changed ()               the view or the scale is another; on every step of an animation
 *   selected (guint64 address)    somebody picked the region or gap at this address
 *   hovered (gboolean inside, guint64 address)   the pointer came to the region or gap at this address,
 *                                 or to none; also when it moves after a selection or another picture
 *   activate (guint64 address)    double click or Return, after the strip zoomed to it
 *   measured ()                   another range was dragged out, or none is any more
 *   address-picked (guint64 address)   what was asked for with lacuna_strip_set_picking()
 *   menu (double x, double y)     a context menu for the selection is wanted there
 *
 * Properties beside the orientation: scale-kind, picking, can-go-back, can-go-forward.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-strip-fill.h"
#include "model/lacuna-changes.h"
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

/* What a query found: the window, matching gaps, anchors. NULL for no query. Results of an older
 * snapshot of the same target are fine. The candidate stays as it is until another one is set. */
void              lacuna_strip_set_results      (LacunaStrip          *self,
                                                 LacunaGapResults     *results);
LacunaGapResults *lacuna_strip_get_results      (LacunaStrip          *self);

/* Marks the match that is meant; copied. NULL for none. */
void              lacuna_strip_set_candidate    (LacunaStrip          *self,
                                                 const struct lac_gap *candidate);

/* Anchors to show even when there is no query yet. Those of results go first. Copied. The first one
 * is what the anchor scale is told from. */
void              lacuna_strip_set_anchors      (LacunaStrip          *self,
                                                 const guint64        *anchors,
                                                 gsize                 n_anchors);

/* How full buffers are; sorted by address, none over another; copied. Those of the snapshot before are
 * kept at a refresh. */
void              lacuna_strip_set_fills        (LacunaStrip           *self,
                                                 const LacunaStripFill *fills,
                                                 gsize                  n_fills);

/* Outlines @range (a region or gap); an empty range for none. Emits nothing. */
void              lacuna_strip_set_selection    (LacunaStrip          *self,
                                                 struct lac_range      range);
struct lac_range  lacuna_strip_get_selection    (LacunaStrip          *self);

/* Marks one address of the selection, and says it; keys that zoom and centre keep to it rather than to
 * the selection's middle. A selection without it ends it. Emits nothing. */
void              lacuna_strip_set_place        (LacunaStrip          *self,
                                                 gboolean              any,
                                                 guint64               address);

/* Outlines what is at @address as the pointer would; for the list's hover. */
void              lacuna_strip_set_hover        (LacunaStrip          *self,
                                                 gboolean              inside,
                                                 guint64               address);

/* What lies at @address, in a few words and figures for people, one line each, the name first; with
 * a query, also whether a gap fits, or why not. Transfer full; NULL outside the space. */
char             *lacuna_strip_describe         (LacunaStrip          *self,
                                                 guint64               address);

/* Whatever the pointer or the keyboard dragged out to measure, half-open; empty for none. It has
 * nothing to do with regions. Setting it emits "measured". */
void              lacuna_strip_set_measure      (LacunaStrip          *self,
                                                 struct lac_range      range);
struct lac_range  lacuna_strip_get_measure      (LacunaStrip          *self);

/* Whether the next click (or Return, for the selection) picks an address instead of selecting. The
 * property "picking"; Escape and "address-picked" end it. */
void              lacuna_strip_set_picking      (LacunaStrip          *self,
                                                 gboolean              picking);
gboolean          lacuna_strip_get_picking      (LacunaStrip          *self);

/* Which inks are shown in full, a bit for each LacunaInk; the others are dimmed. All by default. */
void              lacuna_strip_set_inks         (LacunaStrip          *self,
                                                 guint                 inks);

/* What changed since the last refresh: glows and fades within about a second and a half; where the
 * system asks for no animation it is marked that long and then not. NULL for nothing. Set it after the
 * snapshot. Rendering the fade never rebuilds the base. */
void              lacuna_strip_set_changes      (LacunaStrip          *self,
                                                 LacunaChanges        *changes);

/* The views of the past. A view is remembered once it has rested for half a second. */
gboolean          lacuna_strip_can_go_back      (LacunaStrip          *self);
gboolean          lacuna_strip_can_go_forward   (LacunaStrip          *self);
void              lacuna_strip_go_back          (LacunaStrip          *self);
void              lacuna_strip_go_forward       (LacunaStrip          *self);

/* The keys of the strip, each with the action that it does. */
typedef struct
{
  const char *action;          /* such as strip.zoom-in */
  const char *accelerators[6]; /* as gtk_accelerator_parse() reads them; NULL-terminated */
} LacunaStripKey;

const LacunaStripKey *lacuna_strip_keys_get     (gsize                *out_n_keys);

/* What the strip does with a key, by itself or on behalf of the window; FALSE when it has no use for
 * it. @keycode is the hardware's, so that W A S D are where they are on every layout. */
gboolean          lacuna_strip_handle_key       (LacunaStrip          *self,
                                                 guint                 keyval,
                                                 guint                 keycode,
                                                 GdkModifierType       state);

/* How often the base layer was drawn anew, for tests: moving the pointer must not raise it. */
guint             lacuna_strip_get_n_renders    (LacunaStrip          *self);

G_END_DECLS
