/* What the files of LacunaBuffersPanel share.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-buffers-cell.h"
#include "lacuna-buffers-group.h"
#include "lacuna-buffers-panel.h"
#include "lacuna-reason-box.h"

G_BEGIN_DECLS

struct _LacunaBuffersPanel
{
  LacunaLater parent_instance;

  GtkStack *stack; /* "process" or "file" */
  GtkWidget *create_button;
  GtkWidget *create_menu_button;
  GtkWidget *allocate_button;
  GtkWidget *allocate_menu_button;
  GtkLabel *plan_label;
  LacunaReasonBox *reason_box; /* what is in the way */
  GtkStack *tree_stack; /* "tree" or "empty" */
  GtkLabel *empty_label;
  GtkScrolledWindow *tree_scroller;
  GtkListView *tree_view;
  LacunaBuffersFont *font; /* of its rows */
  GtkWidget *selected_box;
  GtkLabel *selected_title;
  GtkLabel *selected_note;
  GtkLabel *selected_findings;
  GtkLabel *selected_remarks;
  GtkWidget *take_button;
  GtkWidget *put_button;
  GtkMenuButton *protect_button;
  GtkWidget *free_button;
  GtkWidget *append_box;
  GtkEntry *append_entry;
  GtkDropDown *append_kind;
  GtkWidget *append_button;
  GtkWidget *append_file_button;
  GtkLabel *append_note;
  GtkWidget *waiting_box; /* what is being done, once that takes long */
  GtkSpinner *waiting_spinner;
  GtkLabel *waiting_title;
  GtkLabel *waiting_note;
  GtkWidget *outcome_box;
  GtkImage *outcome_icon;
  GtkLabel *outcome_title;
  GtkLabel *outcome_story;
  GtkWidget *undo_button;

  LacunaAllocator *allocator;
  LacunaLocator *locator;        /* borrowed from the allocator */
  LacunaBuffersGroup *groups[3]; /* allocations, looks, what was done */
  GListStore *shown_groups;      /* those that are not empty */
  GtkTreeListModel *tree;
  GHashTable *seen;              /* of items that can be opened: those that were */
  guint open_source;
  GtkSingleSelection *selection; /* over the tree */
  GObject *followed;             /* the selected item, whose changes are shown */
  GHashTable *spent;             /* of LacunaOperation: undone, or what undid one */
  LacunaOperation *last;         /* what was done last */
  gboolean shows_last;           /* the outcome is of the last one, not of a selected one */
  char *locator_fault;           /* why it could not be read; NULL when it could */
  guint updating;                /* above 0 while the panel itself changes the selection */
  guint reveal_source;
  guint reveal_position;

  /* In another process; lacuna-buffers-panel-elsewhere.c only. */
  char *process;                 /* (nullable): what people call it */
  gint32 pid;
  gboolean exited;
  LacunaReason *no_memory;       /* (nullable): why its memory can't be written */
  LacunaReason *no_calls;        /* (nullable): why nothing can be called in it */
  GQueue errands;                /* what was asked for, the first of which is being done */
  GtkWindow *question;           /* weak: what is asked about that */
  guint waiting_source;

  gboolean reveals_outcome;      /* once it lies where it will */
  guint outcome_frames;          /* drawn since that was asked for */

  struct lac_gap_query query;    /* its anchors are owned */
  gboolean has_query;
  gboolean anywhere;             /* it says no place */
  gboolean has_candidate;
  guint64 candidate;
  struct lac_range user;
  guint64 page_size;
};

/* lacuna-buffers-panel.c */
void lacuna_buffers_panel_emit_acts_changed (LacunaBuffersPanel *self);

/* Something was done, or was tried, and is told. */
void lacuna_buffers_panel_finish            (LacunaBuffersPanel *self,
                                             LacunaOperation    *operation);

/* Where what a row is about lies; empty for what lies nowhere. */
struct lac_range lacuna_buffers_panel_item_range (gpointer      item);

/* lacuna-buffers-panel-acts.c */
void lacuna_buffers_panel_set_entry         (LacunaBuffersPanel *self,
                                             const char         *text);

/* lacuna-buffers-panel-elsewhere.c: what comes before a deed in another process */
void        lacuna_buffers_panel_perform_elsewhere (LacunaBuffersPanel  *self,
                                                    const LacunaRequest *request,
                                                    LacunaOperation     *undone);
void        lacuna_buffers_panel_note_typed        (LacunaBuffersPanel  *self,
                                                    const char          *typed);
void        lacuna_buffers_panel_stop              (LacunaBuffersPanel  *self);
void        lacuna_buffers_panel_drop_errands      (LacunaBuffersPanel  *self);
void        lacuna_buffers_panel_show_reasons      (LacunaBuffersPanel  *self);
LacunaPlan *lacuna_buffers_panel_get_plan          (LacunaOperation     *operation);

/* lacuna-buffers-panel-tree.c: the list, and what is selected in it */
void     lacuna_buffers_panel_start_tree    (LacunaBuffersPanel *self);
void     lacuna_buffers_panel_follow_tree   (LacunaBuffersPanel *self); /* of another allocator */
void     lacuna_buffers_panel_drop_tree     (LacunaBuffersPanel *self);
gpointer lacuna_buffers_panel_get_selected  (LacunaBuffersPanel *self,
                                             GType               type);
void     lacuna_buffers_panel_update_empty  (LacunaBuffersPanel *self);

/* As lacuna_buffers_panel_select(), whatever is selected. */
void     lacuna_buffers_panel_select_memory (LacunaBuffersPanel *self,
                                             guint64             address);

/* lacuna-buffers-panel-selected.c: what is shown of the selected row, of the plan and the outcome */
void     lacuna_buffers_panel_show_plan     (LacunaBuffersPanel *self);
void     lacuna_buffers_panel_show_selected (LacunaBuffersPanel *self);
void     lacuna_buffers_panel_show_append   (LacunaBuffersPanel *self);
void     lacuna_buffers_panel_show_outcome  (LacunaBuffersPanel *self);
void     lacuna_buffers_panel_reveal_outcome (LacunaBuffersPanel *self);

/* What the entry says; NULL, with @error when that is not since it is empty. */
GBytes  *lacuna_buffers_panel_read_entry    (LacunaBuffersPanel *self,
                                             GError            **error);

/* The operation that lacuna_buffers_panel_act() would undo; NULL for none. */
LacunaOperation *lacuna_buffers_panel_find_undo (LacunaBuffersPanel *self);

G_END_DECLS
