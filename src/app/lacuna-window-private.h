/* What the window's files share: its parts, and what its actions do to them.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-details.h"
#include "lacuna-gap-panel.h"
#include "lacuna-legend.h"
#include "lacuna-overview.h"
#include "lacuna-picture.h"
#include "lacuna-region-pane.h"
#include "lacuna-strip.h"
#include "lacuna-target-chooser.h"
#include "lacuna-window.h"

G_BEGIN_DECLS

struct _LacunaWindow
{
  AdwApplicationWindow parent_instance;

  LacunaTargetChooser *chooser;
  AdwWindowTitle *window_title;
  AdwToastOverlay *toast_overlay;
  GtkStack *stack;
  GtkSpinner *spinner;
  GtkLabel *loading_label;
  AdwStatusPage *failure_page;
  LacunaOverview *overview;
  LacunaLegend *legend;
  LacunaStrip *strip;
  LacunaDetails *details;
  GtkWidget *near_label;
  GtkLabel *note_label;
  AdwFlap *flap;
  LacunaRegionPane *region_pane;
  LacunaGapPanel *gap_panel;

  LacunaTarget *target;       /* what is shown, or being loaded; NULL after a spelling failed */
  char *spelling;             /* what was asked for when there is no target */
  LacunaSnapshot *snapshot;   /* what is shown */
  gboolean shows_target;      /* the snapshot is of the target, not of the one before */
  gboolean exited;            /* the target was found to have exited */
  LacunaScaleKind scale_kind;
  GCancellable *cancellable;  /* of the load that runs */
  guint spinner_source;       /* waits before the spinner shows */
  guint adapt_source;         /* waits for the layout to end, to adapt to its width */
  gboolean any_selected;
  struct lac_range selected;

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
    gint64 load_took;       /* of the last load; both in microseconds */
    guint n_failures;       /* refreshes in a row that failed */
    char *failure;          /* why the last refresh failed, NULL when it did not */
    GDateTime *closed;      /* when the process was found to have exited, local time */
    LacunaPicture *picture; /* what is shown; its snapshot is the window's */
  } live_state;
};

/* lacuna-window-actions.c */
void     lacuna_window_install_actions     (GtkWidgetClass   *widget_class);
void     lacuna_window_set_actions_enabled (LacunaWindow     *self);

/* lacuna-window-loading.c */
void     lacuna_window_refresh             (LacunaWindow     *self);

/* lacuna-window.c */
void     lacuna_window_select              (LacunaWindow     *self,
                                            guint64           address);
void     lacuna_window_show_selection      (LacunaWindow     *self);
gboolean lacuna_window_find_range          (LacunaWindow     *self,
                                            guint64           address,
                                            struct lac_range *out_range,
                                            gsize            *out_gap);

/* lacuna-window-live.c: how the picture stays true. lacuna_window_live_init() belongs at the end of
 * lacuna_window_init(), lacuna_window_live_clear() into dispose; whether the window is on a screen they
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
