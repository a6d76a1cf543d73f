/* What the window's files share: its parts, and what its actions do to them.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "app/bytes/lacuna-bytes-pane.h"
#include "lacuna-details.h"
#include "app/buffers/lacuna-buffers-panel.h"
#include "app/buffers/lacuna-reason-box.h"
#include "app/panel/lacuna-gap-panel.h"
#include "app/panel/lacuna-go-to.h"
#include "lacuna-hints.h"
#include "app/panel/lacuna-inspector.h"
#include "app/strip/lacuna-legend.h"
#include "app/strip/lacuna-overview.h"
#include "lacuna-picture.h"
#include "app/table/lacuna-region-pane.h"
#include "app/lacuna-still.h"
#include "app/strip/lacuna-strip.h"
#include "app/chooser/lacuna-target-chooser.h"
#include "lacuna-window.h"
#include "model/lacuna-hold.h"

G_BEGIN_DECLS

/* How much room there is, in widths of text rather than in pixels. */
typedef enum
{
  LACUNA_ROOM_NARROW, /* a telephone, or a window beside another */
  LACUNA_ROOM_MEDIUM,
  LACUNA_ROOM_WIDE,
} LacunaRoom;

struct _LacunaWindow
{
  AdwApplicationWindow parent_instance;

  LacunaTargetChooser *chooser;
  GtkWidget *live_button;
  GtkLabel *live_label;
  GtkWidget *refresh_button;
  AdwSqueezer *title_squeezer;
  AdwWindowTitle *window_title;
  GtkMenuButton *menu_button;
  GMenuModel *main_menu;
  GtkBox *go_to_slot;
  LacunaGoTo *go_to;
  GtkWidget *go_to_button;
  GtkRevealer *go_to_bar;
  GtkBox *go_to_bar_box;
  GtkBox *view_box;
  GtkWidget *counts_label;
  GtkWidget *source_label;
  AdwToastOverlay *toast_overlay;
  AdwToast *toast;          /* borrowed: with words alone; NULL when it is gone */
  AdwToast *other_toast;    /* borrowed: with a button; NULL when it is gone */
  guint toast_source;       /* until the words go */
  GtkOverlay *drop_overlay; /* over everything */
  GtkWidget *drop_hint;     /* borrowed: on it; NULL until something was held over the window */
  GtkWidget *status;        /* nothing to see; its name is what was told last */
  GtkStack *stack;
  GtkSpinner *spinner;
  GtkLabel *loading_label;
  GtkWidget *cancel_button;
  AdwStatusPage *failure_page;
  LacunaReasonBox *failure_reason; /* what would help */
  GtkWidget *try_again_button;
  GtkWidget *grid;
  LacunaOverview *overview;
  GtkBox *toolbar;
  LacunaLegend *legend;
  GtkBox *strip_card;
  LacunaStrip *strip;
  GtkWidget *details_bar;
  GtkStack *details_stack;
  LacunaDetails *details;
  GtkWidget *near_label;
  GtkBox *lower;
  GtkLabel *note_label;
  GtkWidget *note_button; /* the way on from a process that has exited */
  AdwFlap *flap;
  GtkStack *table_stack;
  LacunaRegionPane *region_pane;
  LacunaBytesPane *bytes_pane; /* borrowed: in the stack, once it was asked for */
  AdwViewStack *panel_stack;
  LacunaGapPanel *gap_panel;
  LacunaBuffersPanel *buffers_panel;
  LacunaInspector *inspector;
  GtkRevealer *hints_revealer;
  LacunaHints *hints;
  LacunaStill *still;         /* makes its frames cheap */

  LacunaTarget *target;       /* what is shown, or being loaded; NULL after a spelling failed */
  char *spelling;             /* what was asked for when there is no target */
  LacunaSnapshot *snapshot;   /* what is shown */
  gboolean shows_target;      /* the snapshot is of the target, not of the one before */
  gboolean exited;            /* the target was found to have exited */
  LacunaScaleKind scale_kind;
  GtkOrientation orientation; /* of the strip */
  gboolean panel;             /* whether the side panel is wished for where there is room */
  GCancellable *cancellable;  /* of the load that runs */
  guint spinner_source;       /* waits before the spinner shows */
  guint present_source;       /* waits before the window shows, for something to show */
  guint later_source;         /* builds what the first frame did without */
  guint adapt_source;         /* waits for the layout to end, to adapt to its width */
  LacunaRoom room;
  gboolean tight;             /* so little width that the header's title has no room at all */
  gboolean low;               /* so little height that the strip has to give way to the table */
  gboolean squat;             /* so little height that words have to give way to the table */
  gboolean in_line;           /* so much width that a low window has its tools in one line */
  gboolean slim;              /* so little width that the header has no room for another button */
  gboolean folded;            /* the panel lies over the table, as of when it was adapted to */
  gboolean any_selected;
  struct lac_range selected;
  gboolean has_place;         /* somebody went to an address in what is selected */
  guint64 place;
  gboolean anchor_is_coming;  /* the panel was given an anchor that its results do not have yet */
  guint64 coming_anchor;
  gboolean picks_for_scale;   /* the place that is being picked is to look from */

  /* What can be made in the target; lacuna-window-buffers.c only. */
  struct
  {
    LacunaAllocator *allocator; /* NULL when nothing can be */
    struct lac_range made;      /* is gone to once it is in the picture; empty for nothing */
    gboolean is_told;           /* the page knows what is selected */
    guint64 told;
    gboolean leaves;            /* somebody has agreed to leave allocations behind */
  } buffers;

  /* What is in the way of changing the target; lacuna-window-reasons.c only. */
  struct
  {
    LacunaTarget *target;      /* whose */
    GCancellable *cancellable; /* of the look that is under way */
    gint64 looked;             /* when it was last, monotonic; 0 for never */
    LacunaReason *no_memory;   /* (nullable): why its bytes can't be read */
    gboolean any;              /* something is in the way */
    char state;                /* of the process then */
  } reasons;

  gboolean bytes;             /* bytes are shown in the place of the table */
  LacunaTarget *bytes_target; /* whose */
  LacunaHold *hold;           /* of the memory that they are in, while that is Lacuna's own */
  struct lac_range held;      /* which */

  /* How the picture stays true; lacuna-window-live.c and lacuna-window-loading.c only. */
  struct
  {
    gboolean wished;        /* what lacuna_window_set_live() was told */
    gboolean visible;       /* the window is on a screen and not minimized */
    gboolean by_itself;     /* the load that runs is a refresh that nobody asked for */
    gboolean again;         /* another refresh was asked for while one ran */
    guint refresh_source;   /* waits until the next refresh is due */
    guint clock_source;     /* keeps "3 s ago" true */
    gint64 load_started;    /* monotonic, of the last load */
    gint64 load_took;       /* by the worker of the last one; both in microseconds */
    gboolean late;          /* the subtitle says that the picture should be newer */
    guint n_failures;       /* refreshes in a row that failed */
    char *failure;          /* why the last refresh failed, NULL when it did not */
    GDateTime *closed;      /* when the process was found to have exited, local time */
    LacunaPicture *picture; /* what is shown; its snapshot is the window's */
  } live_state;
};

/* Its properties, of which most are stateful actions. */
typedef enum
{
  LACUNA_WINDOW_BYTES = 1,
  LACUNA_WINDOW_LIVE,
  LACUNA_WINDOW_ORIENTATION,
  LACUNA_WINDOW_PANEL,
  LACUNA_WINDOW_PANEL_PAGE,
  LACUNA_WINDOW_PICKING,
  LACUNA_WINDOW_SCALE,
  LACUNA_WINDOW_SHOW,
  LACUNA_WINDOW_N_PROPERTIES
} LacunaWindowProperty;

void     lacuna_window_notify              (LacunaWindow        *self,
                                            LacunaWindowProperty property);

/* lacuna-window.c */
void     lacuna_window_select_place        (LacunaWindow     *self,
                                            guint64           address);
void     lacuna_window_select              (LacunaWindow     *self,
                                            guint64           address);
void     lacuna_window_show_selection      (LacunaWindow     *self);
void     lacuna_window_show_candidate      (LacunaWindow     *self);
gboolean lacuna_window_find_range          (LacunaWindow     *self,
                                            guint64           address,
                                            struct lac_range *out_range,
                                            gsize            *out_gap);
void     lacuna_window_show_parts          (LacunaWindow     *self,
                                            LacunaPicture    *picture,
                                            gboolean          refreshed);
void     lacuna_window_toast               (LacunaWindow     *self,
                                            const char       *text);
void     lacuna_window_say                 (LacunaWindow     *self,
                                            const char       *text);
void     lacuna_window_show_toast          (LacunaWindow     *self,
                                            AdwToast         *toast,
                                            const char       *text);

/* lacuna-window-actions.c: what has a name, and when it makes sense */
void     lacuna_window_install_actions     (GtkWidgetClass   *widget_class);
void     lacuna_window_set_actions_enabled (LacunaWindow     *self);
void     lacuna_window_update_live         (LacunaWindow     *self);
gboolean lacuna_window_shows_view          (LacunaWindow     *self);

/* lacuna-window-anchor.c: places to be near, and the scale that is told from one */
void     lacuna_window_set_scale           (LacunaWindow     *self,
                                            LacunaScaleKind   kind);
void     lacuna_window_anchors_changed     (LacunaWindow     *self);
void     lacuna_window_anchor_picked       (LacunaWindow     *self,
                                            guint64           address);
void     lacuna_window_picking_changed     (LacunaWindow     *self);
void     lacuna_window_add_anchor_actions  (GtkWidgetClass   *widget_class);

/* lacuna-window-buffers.c: what is made, filled and freed */
void     lacuna_window_show_buffers        (LacunaWindow     *self);
void     lacuna_window_show_buffers_owner  (LacunaWindow     *self);
void     lacuna_window_refresh_buffers     (LacunaWindow     *self,
                                            gboolean          changed);
void     lacuna_window_plan_buffers        (LacunaWindow     *self);
void     lacuna_window_update_buffers      (LacunaWindow     *self);
gboolean lacuna_window_has_selected_candidate (LacunaWindow *self);
gboolean lacuna_window_keep_allocations    (LacunaWindow     *self);
void     lacuna_window_clear_buffers       (LacunaWindow     *self);
void     lacuna_window_select_buffer       (LacunaWindow     *self);
void     lacuna_window_buffers_performed   (LacunaWindow     *self,
                                            LacunaOperation  *operation);
void     lacuna_window_buffers_chosen      (LacunaWindow     *self,
                                            guint64           address);
void     lacuna_window_add_buffer_actions  (GtkWidgetClass   *widget_class);

/* lacuna-window-bytes.c: what is in the memory that is selected */
void     lacuna_window_set_bytes           (LacunaWindow     *self,
                                            gboolean          bytes);
void     lacuna_window_show_bytes          (LacunaWindow     *self);
void     lacuna_window_refresh_bytes       (LacunaWindow     *self);
void     lacuna_window_bytes_exited        (LacunaWindow     *self);
gboolean lacuna_window_keep_bytes          (LacunaWindow     *self);
gboolean lacuna_window_leave_bytes         (LacunaWindow     *self,
                                            LacunaTarget     *target,
                                            const char       *spelling);
void     lacuna_window_go_to_byte          (LacunaWindow     *self,
                                            guint64           address);
gboolean lacuna_window_step_bytes          (LacunaWindow     *self,
                                            gboolean          backward);
gboolean lacuna_window_handle_bytes_key    (LacunaWindow     *self,
                                            guint             keyval,
                                            GdkModifierType   state);
void     lacuna_window_adapt_bytes         (LacunaWindow     *self);
void     lacuna_window_clear_bytes         (LacunaWindow     *self);

/* lacuna-window-copy.c: the clipboard */
void     lacuna_window_update_copying      (LacunaWindow     *self);
void     lacuna_window_add_copy_actions    (GtkWidgetClass   *widget_class);

/* lacuna-window-explain.c: what has the focus */
void     lacuna_window_explain_focus       (LacunaWindow     *self);

/* lacuna-window-hints.c: the first words to somebody new */
void     lacuna_window_add_hint_actions    (GtkWidgetClass   *widget_class);
void     lacuna_window_hints_closed        (LacunaWindow     *self);
void     lacuna_window_hints_revealed      (LacunaWindow     *self);
gboolean lacuna_window_skip_hints          (LacunaWindow     *self);

/* lacuna-window-later.c: what the first frame does without */
void     lacuna_window_later_init          (LacunaWindow     *self);
void     lacuna_window_later_clear         (LacunaWindow     *self);
void     lacuna_window_table_built         (LacunaWindow     *self);
void     lacuna_window_gap_panel_built     (LacunaWindow     *self);

/* lacuna-window-layout.c: where the parts lie */
void     lacuna_window_adapt_later         (LacunaWindow     *self);
void     lacuna_window_set_orientation     (LacunaWindow     *self,
                                            GtkOrientation    orientation);
void     lacuna_window_set_panel           (LacunaWindow     *self,
                                            gboolean          panel);
void     lacuna_window_show_panel_page     (LacunaWindow     *self,
                                            const char       *page);
void     lacuna_window_start_layout        (LacunaWindow     *self);
int      lacuna_window_get_least_size      (LacunaWindow     *self,
                                            GtkOrientation    orientation);
gboolean lacuna_window_fits_layout         (LacunaWindow     *self,
                                            int               width,
                                            int               height);

/* lacuna-window-loading.c: from a target to a picture */
void     lacuna_window_refresh             (LacunaWindow     *self);
void     lacuna_window_cancel_loading      (LacunaWindow     *self);

/* lacuna-window-reasons.c: what is in the way of changing the target */
void     lacuna_window_start_reasons       (LacunaWindow     *self);
void     lacuna_window_look_for_reasons    (LacunaWindow     *self,
                                            gboolean          now);
void     lacuna_window_clear_reasons       (LacunaWindow     *self);

/* lacuna-window-settings.c: what is remembered */
void     lacuna_window_bind_settings       (LacunaWindow     *self);
void     lacuna_window_remember_panel      (LacunaWindow     *self);

/* lacuna-window-state.c: what the target does */
void     lacuna_window_show_state          (LacunaWindow     *self);

/* lacuna-window-target-actions.c: what is looked at */
void     lacuna_window_add_target_actions  (GtkWidgetClass   *widget_class);

/* lacuna-window-view-actions.c: where the strip looks */
void     lacuna_window_update_history      (LacunaWindow     *self);
void     lacuna_window_leave_go_to         (LacunaWindow     *self);
void     lacuna_window_go_to               (LacunaWindow     *self,
                                            guint64           address);
void     lacuna_window_add_view_actions    (GtkWidgetClass   *widget_class);

/* lacuna-window-live.c: how the picture stays true. lacuna_window_live_init() belongs at the end of
 * lacuna_window_init(), lacuna_window_live_clear() into dispose; whether the window is on a screen
 * they
 * find out for themselves. */
void     lacuna_window_live_init           (LacunaWindow     *self);
void     lacuna_window_live_clear          (LacunaWindow     *self);
void     lacuna_window_set_live            (LacunaWindow     *self,
                                            gboolean          live);
gboolean lacuna_window_get_live            (LacunaWindow     *self);

/* For the loading: that one begins, is over, or found the process gone; what the subtitle says. */
void     lacuna_window_live_began          (LacunaWindow     *self);
void     lacuna_window_live_ended          (LacunaWindow     *self,
                                            const GError     *error);
void     lacuna_window_live_close          (LacunaWindow     *self);
void     lacuna_window_live_show           (LacunaWindow     *self);

G_END_DECLS
