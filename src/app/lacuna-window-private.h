/* What the window's files share: its parts, and what its actions do to them.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-details.h"
#include "lacuna-gap-panel.h"
#include "lacuna-legend.h"
#include "lacuna-overview.h"
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
  guint clock_source;         /* keeps "3 s ago" true */
  guint adapt_source;         /* waits for the layout to end, to adapt to its width */
  gboolean any_selected;
  struct lac_range selected;
};

/* lacuna-window-actions.c */
void     lacuna_window_install_actions     (GtkWidgetClass   *widget_class);
void     lacuna_window_set_actions_enabled (LacunaWindow     *self);

/* lacuna-window-loading.c */
void     lacuna_window_refresh             (LacunaWindow     *self);
gboolean lacuna_window_tick                (gpointer          window);

/* lacuna-window.c */
void     lacuna_window_select              (LacunaWindow     *self,
                                            guint64           address);
void     lacuna_window_show_selection      (LacunaWindow     *self);
gboolean lacuna_window_find_range          (LacunaWindow     *self,
                                            guint64           address,
                                            struct lac_range *out_range,
                                            gsize            *out_gap);

G_END_DECLS
