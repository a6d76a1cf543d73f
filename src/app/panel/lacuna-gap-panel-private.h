/* What the files of LacunaGapPanel share: the fields, the results, and what shows them.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-field.h"
#include "lacuna-gap-form.h"
#include "lacuna-gap-panel.h"
#include "model/lacuna-gap-advice.h"

G_BEGIN_DECLS

/* How many gaps are kept to be stepped through; the rest are counted. */
#define LACUNA_GAP_PANEL_KEPT 10000

/* How many of them have a row at a time. The panel scrolls as a whole, because a form and a list
 * that scroll by themselves would leave each other no room in a low window; so all rows are there,
 * and must be few. */
#define LACUNA_GAP_PANEL_PAGE 50

/* So many remedies are offered at a time. */
#define LACUNA_GAP_PANEL_REMEDIES 3

struct _LacunaGapPanel
{
  LacunaLater parent_instance;

  GtkWidget *box;
  GtkScrolledWindow *scroller;
  GtkWidget *content;
  GtkBox *anchors_box;
  LacunaField *fields[LACUNA_N_ENTRIES];
  GtkToggleButton *avoid_heap_growth;
  GtkToggleButton *avoid_stack_growth;
  GtkToggleButton *avoid_stack_guard;
  GtkDropDown *order_drop_down;
  GtkLabel *sizes_fault;
  GtkLabel *bounds_fault;
  GtkLabel *headline;
  GtkWidget *step_hint;
  gboolean another; /* another anchor was asked for, and has not been typed yet */
  GtkLabel *explanation;
  GtkBox *remedies_box;
  GtkListView *results_view;
  GtkWidget *page_bar;
  GtkLabel *page_label;
  GtkWidget *page_back_button;
  GtkWidget *page_forward_button;
  GtkLabel *hint; /* what the field that has the focus means, for whoever has no pointer */
  GtkWidget *create_here_button;
  GtkWidget *allocate_here_button;
  GtkWidget *copy_button;

  GPtrArray *anchors; /* of LacunaField, borrowed from anchors_box */
  LacunaField *picking_for; /* borrowed: which of them asked for a place on the strip */
  GtkSliceListModel *page;
  GtkSingleSelection *selection; /* over the page */
  LacunaTarget *target;
  LacunaSnapshot *snapshot;
  LacunaGapResults *results;
  GStrv names; /* of the results' anchors, as typed; "" for an address */
  GStrv coming_names; /* the same of the search that runs */
  LacunaGapAdvice *advice; /* NULL until there is one */
  gboolean advice_is_old;  /* it is for the results before */
  gboolean obstacle_shown;
  GArray *remedies; /* of LacunaRemedy: those that have a button */
  GCancellable *cancellable;
  gboolean had_anchors;
  gboolean follows_anchors; /* while the order changes by itself */
  gboolean order_is_chosen; /* somebody has chosen it, and it has not changed by itself since */
  gboolean anywhere;        /* no place was asked for, when the results were */
  gboolean match_is_chosen; /* the selected match is not merely the first */
  gboolean searching;
  gboolean form_is_empty; /* when the results were asked for */
  gboolean stale; /* the results answer an earlier form, not what is typed now */
  guint reveal_source;
  gboolean reveal_selected; /* else what is wrong where one types */
  guint updating; /* above 0 while the panel itself changes the selection */
  char *why_not;          /* (nullable): why no buffer can be made at the candidate */
  char *why_not_allocate; /* (nullable): why no private memory can be */
};

/* lacuna-gap-panel.c */
void           lacuna_gap_panel_search           (LacunaGapPanel         *self);
void           lacuna_gap_panel_queue_reveal     (LacunaGapPanel         *self,
                                                  gboolean                selected);
void           lacuna_gap_panel_emit_changed     (LacunaGapPanel         *self);
void           lacuna_gap_panel_emit_pick        (LacunaGapPanel         *self,
                                                  gboolean                picking);

/* lacuna-gap-panel-fields.c */
void           lacuna_gap_panel_start_fields     (LacunaGapPanel         *self);
void           lacuna_gap_panel_follow_snapshot  (LacunaGapPanel         *self);
LacunaGapForm *lacuna_gap_panel_make_form        (LacunaGapPanel         *self);
gboolean       lacuna_gap_panel_form_is_empty    (LacunaGapPanel         *self);
gboolean       lacuna_gap_panel_asks_no_place    (LacunaGapPanel         *self);
void           lacuna_gap_panel_show_faults      (LacunaGapPanel         *self,
                                                  const LacunaGapReading *reading);
GtkWidget     *lacuna_gap_panel_fault_place      (LacunaGapPanel         *self,
                                                  LacunaField            *field);
void           lacuna_gap_panel_apply            (LacunaGapPanel         *self,
                                                  const LacunaRemedy     *remedy);

/* lacuna-gap-panel-explain.c */
void           lacuna_gap_panel_explain_fields   (LacunaGapPanel         *self);
void           lacuna_gap_panel_explain_anchor   (LacunaGapPanel         *self,
                                                  LacunaField            *field);

/* lacuna-gap-panel-results.c */
void           lacuna_gap_panel_forget_first     (LacunaGapPanel         *self);
void           lacuna_gap_panel_start_results    (LacunaGapPanel         *self);
void           lacuna_gap_panel_set_results      (LacunaGapPanel         *self,
                                                  LacunaGapResults       *results);
void           lacuna_gap_panel_set_stale        (LacunaGapPanel         *self);
guint          lacuna_gap_panel_get_position     (LacunaGapPanel         *self);
void           lacuna_gap_panel_select_position  (LacunaGapPanel         *self,
                                                  guint                   position);
void           lacuna_gap_panel_turn_page        (LacunaGapPanel         *self,
                                                  int                     pages);
void           lacuna_gap_panel_setup_row        (LacunaGapPanel         *self,
                                                  GtkListItem            *item);
void           lacuna_gap_panel_bind_row         (LacunaGapPanel         *self,
                                                  GtkListItem            *item);

/* lacuna-gap-panel-headline.c */
void           lacuna_gap_panel_show_headline    (LacunaGapPanel         *self);
void           lacuna_gap_panel_show_error       (LacunaGapPanel         *self,
                                                  const char             *message);

G_END_DECLS
