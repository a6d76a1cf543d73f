/* What the files of LacunaBytesPane share.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-bytes-editor.h"
#include "lacuna-bytes-find.h"
#include "lacuna-bytes-pane.h"
#include "app/buffers/lacuna-reason-box.h"

G_BEGIN_DECLS

struct _LacunaBytesPane
{
  GtkWidget parent_instance;

  GtkBox *bar;
  GtkLabel *title_label;
  GtkLabel *shorter_label; /* what of the title is left where there is less room */
  GtkLabel *shortest_label;
  GtkWidget *find_button;
  GtkWidget *edit_button;
  GtkMenuButton *menu_button;
  GMenuModel *menu;
  GMenuModel *context_menu;
  GtkBox *slot;
  GtkRevealer *find_revealer;
  LacunaBytesFind *find;
  GtkRevealer *editor_revealer;
  LacunaBytesEditor *editor;
  GtkStack *stack;
  LacunaBytes *view;
  GtkWidget *vertical_bar;
  GtkWidget *horizontal_bar;
  GtkLabel *message_label;
  LacunaReasonBox *reason_box; /* what would help, below the message */
  GtkLabel *state_label;

  LacunaBytePages *pages;
  LacunaByteSource *source;
  LacunaByteEdits *edits; /* (nullable): there where the source can be written */
  gboolean editing;
  struct lac_map *map;    /* (nullable) */
  char *columns;
  GCancellable *copying;
};

/* lacuna-bytes-pane.c */
void lacuna_bytes_pane_tell           (LacunaBytesPane *self,
                                       const char      *text);
void lacuna_bytes_pane_notify_editing (LacunaBytesPane *self);

/* Has its "confirm-change" asked. */
gboolean lacuna_bytes_pane_confirm    (LacunaBytesPane *self);

/* lacuna-bytes-pane-edit.c */
void lacuna_bytes_pane_add_edit_actions (GtkWidgetClass *widget_class);
void lacuna_bytes_pane_edit_init      (LacunaBytesPane *self);

/* The source is another, or none any more. */
void lacuna_bytes_pane_renew_edits    (LacunaBytesPane *self);
void lacuna_bytes_pane_update_edit_actions (LacunaBytesPane *self);

/* The map or the range is another. */
void lacuna_bytes_pane_check_editing  (LacunaBytesPane *self);
void lacuna_bytes_pane_set_editing    (LacunaBytesPane *self,
                                       gboolean         editing);

G_END_DECLS
