/* The strip's fields, for the files that it is split into by concern.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-strip.h"

#include "lacuna-strip-render.h"

#include <adwaita.h>

G_BEGIN_DECLS

typedef struct _LacunaStripDigits LacunaStripDigits;
typedef struct _LacunaStripHistory LacunaStripHistory;

/* What the button or finger that is down does. */
typedef enum
{
  LACUNA_STRIP_DRAG_NONE,
  LACUNA_STRIP_DRAG_PAN,
  LACUNA_STRIP_DRAG_MEASURE,
} LacunaStripDrag;

struct _LacunaStrip
{
  GtkWidget parent_instance;

  LacunaSnapshot *snapshot;
  LacunaCensus *census;
  LacunaScaleKind scale_kind;
  LacunaScale *scale;
  GArray *kept; /* the places that it was told to keep */

  /* The view now, and where it is going. Both are meaningless before there are columns. */
  LacunaView view;
  LacunaView target;
  int columns;
  AdwAnimation *animation;
  LacunaView animation_from;
  /* The pixel that a zoom on the way is about; negative when it is no mere zoom. */
  double animation_pivot;
  LacunaStripHistory *history;
  /* There will be an anchor, and the anchor's scale is to show what is around it. */
  gboolean anchor_is_awaited;
  /* What to show at the first allocation; empty for everything. */
  struct lac_range pending;
  gboolean has_view;

  LacunaGapResults *results;
  struct lac_gap *matches;
  gsize n_matches;
  struct lac_gap candidate;
  gboolean candidate_is_set;
  GArray *anchors;
  GArray *fills; /* of LacunaStripFill */

  struct lac_range selection;
  /* The address of it that somebody went to. */
  gboolean has_place;
  guint64 place;
  /* What was dragged out to be measured; empty for none. */
  struct lac_range measure;
  gboolean picking;
  gboolean hover;
  guint64 hover_address;
  gboolean hover_is_told; /* it was last said that the pointer is in something */
  struct lac_range told; /* of which it was last said that the pointer is in it; empty for none */
  /* What the tooltip says of which range. It is asked at every motion, and would be laid out and drawn
   * anew each time if the text were not in a label that stays. */
  GtkWidget *tip_label;
  char *tip;
  struct lac_range tip_range;
  gboolean pointer_inside;
  double pointer; /* device pixels along the axis */

  GtkOrientation orientation;
  /* What is shown in full: a bit for each ink. */
  guint inks;
  /* What glows, since when (monotonic microseconds), and what makes it fade. */
  LacunaChanges *changes;
  gint64 changes_time;
  guint glow_source;

  /* Kept until view, size, style or map change. */
  LacunaStripLayout *layout;
  GskRenderNode *base;
  GskRenderNode *overlay;
  /* Both as one picture, once nothing has changed for a frame. */
  GskRenderNode *picture;
  gboolean is_settled;
  guint n_renders;
  LacunaLabels *labels;
  LacunaStripDigits *digits; /* of the labels; NULL until they are asked for */
  const LacunaPalette *palette;

  /* The view when a gesture began, and where on the axis. */
  LacunaView gesture_view;
  double gesture_start;
  GtkGesture *drag_gesture;
  LacunaStripDrag drag;
  gboolean dragging; /* further than a click may move */
  /* While the pointer is dragged past an end of the view, which then moves. */
  guint edge_tick;
  gint64 edge_time;
  double edge_x;
  double edge_y;

  /* The end of the measure that stays, and the one that moves. */
  guint64 measure_fixed;
  guint64 measure_moving;
  gboolean measuring; /* with the keyboard */

  /* What the window's keys are doing; a key that is held is told apart from one that is hit often. */
  GtkEventController *key_watch;
  guint held_keycode;
  gboolean key_is_repeated;
  gint64 key_time;
};

/* Something one can point at: a region, a gap, or what lies outside user space between regions. */
typedef struct
{
  struct lac_range range;
  gsize index; /* of the region or the gap; of what lies outside, the region after it */
  gboolean is_gap;
  gboolean is_outside;
} LacunaStripItem;

gboolean lacuna_strip_item_at        (LacunaStrip       *self,
                                      guint64            address,
                                      LacunaStripItem   *out_item);

/* What of the selection, which is not empty, keys keep to. */
guint64  lacuna_strip_get_place      (LacunaStrip       *self);

/* The layout of the view now; NULL when there is nothing to show. */
const LacunaStripLayout *lacuna_strip_ensure_layout (LacunaStrip *self);

/* Where the point at @x, @y of the widget (logical pixels) lies along the axis: device pixels from the
 * low end, as views count them. May be outside. All input goes through this, so that nothing else knows
 * which way the strip lies. For a movement, take the difference of two points. */
double   lacuna_strip_point_to_axis  (LacunaStrip       *self,
                                      double             x,
                                      double             y);

/* The other way: the point (logical pixels) in the middle of the band at @position of the axis. */
void     lacuna_strip_axis_to_point  (LacunaStrip       *self,
                                      double             position,
                                      double            *out_x,
                                      double            *out_y);

/* The band's rectangle (logical pixels, at least one each way) from @start to @end of the axis, clipped
 * to the view. */
void     lacuna_strip_axis_rectangle (LacunaStrip       *self,
                                      double             start,
                                      double             end,
                                      GdkRectangle      *out_rectangle);

/* What a pointer at @position of the axis means: the address there, or the one region of a column that
 * holds no other. FALSE when there is nothing. */
gboolean lacuna_strip_address_at     (LacunaStrip       *self,
                                      double             position,
                                      guint64           *out_address);

/* Moves to @view, at once or smoothly, and has it remembered. */
void     lacuna_strip_go_to          (LacunaStrip       *self,
                                      const LacunaView  *view,
                                      gboolean           animate);

/* The same for a zoom of what is shown now about the pixel @pivot, which stays under it on the way;
 * a negative one for any other movement. Without a word to the history when not @is_noted. */
void     lacuna_strip_move           (LacunaStrip       *self,
                                      const LacunaView  *view,
                                      double             pivot,
                                      gboolean           animate,
                                      gboolean           is_noted);

/* The pixel that zooming without a pointer is about. */
double   lacuna_strip_get_pivot      (LacunaStrip       *self);

/* Zooms about @pivot. */
void     lacuna_strip_zoom_about     (LacunaStrip       *self,
                                      double             pivot,
                                      double             factor,
                                      gboolean           animate);

/* Shows 2 GiB to each side of the anchor; does nothing without one. */
void     lacuna_strip_show_anchor    (LacunaStrip       *self,
                                      gboolean           animate);

/* The view is another: everything is drawn anew, and who listens is told. */
void     lacuna_strip_view_changed   (LacunaStrip       *self);
void     lacuna_strip_stop_animation (LacunaStrip       *self);

/* Makes the scale anew for another map, kind, anchor or candidate, and keeps the middle of the view. */
void     lacuna_strip_update_scale   (LacunaStrip       *self);

/* An anchor or candidate is another: the scale may have to keep other places. */
void     lacuna_strip_update_kept_places (LacunaStrip   *self);

/* The width is another; what is in view stays in view. */
void     lacuna_strip_set_columns    (LacunaStrip       *self,
                                      int                columns);

/* Forgets what was drawn. */
void     lacuna_strip_drop_overlay   (LacunaStrip       *self);
void     lacuna_strip_drop_nodes     (LacunaStrip       *self);

/* Selects what is at @address, and says so. */
void     lacuna_strip_pick           (LacunaStrip       *self,
                                      guint64            address);

/* Hover, selection and focus. */
void     lacuna_strip_append_cursor  (LacunaStrip            *self,
                                      GtkSnapshot            *snapshot,
                                      const LacunaStripScene *scene);

/* An address in the style of the ruler, where it is another at every motion (lacuna-strip-digits.c). The
 * width is in logical pixels. */
int      lacuna_strip_address_width  (LacunaStrip            *self,
                                      const char             *text);
void     lacuna_strip_append_address (LacunaStrip            *self,
                                      GtkSnapshot            *snapshot,
                                      const char             *text,
                                      double                  x,
                                      double                  y,
                                      const GdkRGBA          *colour);

/* The font is another. */
void     lacuna_strip_drop_digits    (LacunaStrip            *self);

/* What changed a moment ago, over the kept layers and below the cursor. */
void     lacuna_strip_append_glow    (LacunaStrip            *self,
                                      GtkSnapshot            *snapshot,
                                      const LacunaStripScene *scene);
void     lacuna_strip_stop_glow      (LacunaStrip       *self);

/* Draws the hover again after the pointer or the view has moved. */
void     lacuna_strip_update_hover   (LacunaStrip       *self);

/* What the pointer is over is said again at its next movement, even if it is the same. */
void     lacuna_strip_forget_told    (LacunaStrip       *self);

/* Whether a menu that belongs to the strip is open. */
gboolean lacuna_strip_has_menu       (LacunaStrip       *self);

/* As if the pointer had left, until it moves again. */
void     lacuna_strip_drop_hover     (LacunaStrip       *self);

/* One line for a tooltip; the rest is left to the details. NULL outside the space. */
char    *lacuna_strip_describe_briefly (LacunaStrip     *self,
                                        guint64          address);

/* How far what is measured is from the first anchor; NULL without one. */
char    *lacuna_strip_measure_distance (LacunaStrip     *self);

/* Tells assistive technology what is shown and selected. */
void     lacuna_strip_update_accessible (LacunaStrip    *self);

/* What a scene needs to know of the widget's place and direction; and how many columns it has room for
 * at a size. */
void     lacuna_strip_scene_set_axis (LacunaStripScene  *scene,
                                      LacunaStrip       *self);
int      lacuna_strip_columns_for    (LacunaStrip       *self,
                                      int                width,
                                      int                height);
LacunaLabels *lacuna_strip_ensure_labels (LacunaStrip   *self);

/* The fields of a scene for the view now. */
gboolean lacuna_strip_get_scene      (LacunaStrip       *self,
                                      LacunaStripScene  *out_scene);
void     lacuna_strip_get_marks      (LacunaStrip       *self,
                                      LacunaStripMarks  *out_marks);

/* Called by the class: actions and keys; and by each instance: gestures. */
void     lacuna_strip_class_add_actions (GtkWidgetClass *widget_class);
void     lacuna_strip_add_controllers   (LacunaStrip    *self);

/* The views of the past (lacuna-strip-history.c). */
LacunaStripHistory *lacuna_strip_history_new   (LacunaStrip        *strip);
void                lacuna_strip_history_free  (LacunaStripHistory *self);
void                lacuna_strip_history_clear (LacunaStripHistory *self);

/* The view or the scale was changed on purpose; it is remembered when it has rested. */
void                lacuna_strip_history_note  (LacunaStripHistory *self);

/* Measuring (lacuna-strip-measure.c). */

/* The address at @position of the axis as one end of a measure: the edge of a region that is near, else
 * the beginning of a page or of a byte. */
guint64  lacuna_strip_snap           (LacunaStrip       *self,
                                      double             position,
                                      gboolean           to_edges);
void     lacuna_strip_measure_between (LacunaStrip      *self,
                                       guint64           fixed,
                                       guint64           moving);
void     lacuna_strip_toggle_measuring (LacunaStrip     *self);
void     lacuna_strip_extend_measure (LacunaStrip       *self,
                                      gboolean           higher);

/* What a click at @position picks: the start of the region there when that is near, else what is
 * there; ends picking and says so. */
void     lacuna_strip_pick_address_at (LacunaStrip      *self,
                                       double            position);
void     lacuna_strip_pick_selection (LacunaStrip       *self);

/* Escape: ends picking, then the measure. FALSE when there was neither. */
gboolean lacuna_strip_cancel         (LacunaStrip       *self);

/* Nothing is pressed any more; and nothing is measured or picked, and no view is remembered either. */
void     lacuna_strip_stop_input     (LacunaStrip       *self);
void     lacuna_strip_forget_input   (LacunaStrip       *self);
void     lacuna_strip_update_pointer (LacunaStrip       *self);

/* The keys (lacuna-strip-keys.c). */
void     lacuna_strip_add_keys       (LacunaStrip       *self);

/* How much of a step a key is to take: all of it, or as much as the time since the last one is worth
 * when it is held. */
double   lacuna_strip_key_share      (LacunaStrip       *self);

G_END_DECLS
