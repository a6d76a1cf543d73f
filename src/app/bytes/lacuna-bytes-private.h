/* What the files of LacunaBytes share.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-bytes-render.h"
#include "lacuna-bytes.h"

G_BEGIN_DECLS

struct _LacunaBytes
{
  GtkWidget parent_instance;

  LacunaBytePages *pages;
  struct lac_range range;
  char *reason;
  guint wanted_columns; /* 0: by width */

  LacunaBytesGlyphs *glyphs[2]; /* of the usual size, and small; NULL until they are needed */
  gboolean small;               /* which of them has room */
  LacunaBytesLayout layout;
  gboolean has_layout;

  /* Where it is scrolled to: a row, counted from the one that has the range's first byte, and how many
   * pixels of it are above the edge. */
  guint64 top;
  double top_offset;
  double aside; /* pixels that are beyond the start side */
  GtkAdjustment *vertical;
  GtkAdjustment *horizontal;
  gboolean adjusting; /* the adjustments follow, and do not lead */
  guint64 shown;      /* an address that was to be shown before there was a size */
  gboolean shows_later;

  guint64 caret;
  guint64 anchor; /* where the selection began; the caret when there is none */
  LacunaBytesPart part;

  LacunaByteEdits *edits; /* (nullable) */
  gboolean editing;
  gboolean half;          /* the first digit of the byte at the caret was typed */

  guint glow_source;
  GtkGesture *press;
  gboolean pressed;
  double press_x;
  double press_y;
  double pan_rest;
  guint drag_source; /* scrolls while the pointer is held outside */
  double drag_x;
  double drag_y;
};

/* lacuna-bytes.c */
void     lacuna_bytes_move        (LacunaBytes     *self,
                                   guint64          address,
                                   gboolean         extend);

/* What is drawn and said is another. */
void     lacuna_bytes_tell_moved  (LacunaBytes     *self);

/* lacuna-bytes-edit.c */

/* The byte in memory, and the one that is shown, which may be what it is to be; FALSE when it is not
 * known. */
gboolean lacuna_bytes_peek        (LacunaBytes     *self,
                                   guint64          address,
                                   guint8          *out_memory,
                                   guint8          *out_shown);
gboolean lacuna_bytes_type        (LacunaBytes     *self,
                                   guint            keyval,
                                   GdkModifierType  state);
void     lacuna_bytes_add_edit_actions (GtkWidgetClass *widget_class);

/* lacuna-bytes-scroll.c */
guint64  lacuna_bytes_n_rows      (LacunaBytes     *self);

/* The address at which the first row begins, which may be a little below the range. */
guint64  lacuna_bytes_base        (LacunaBytes     *self);
guint64  lacuna_bytes_row_of      (LacunaBytes     *self,
                                   guint64          address);
guint64  lacuna_bytes_address_of  (LacunaBytes     *self,
                                   guint64          row);

/* The height of what rows are in, in pixels. */
double   lacuna_bytes_get_room    (LacunaBytes     *self);
void     lacuna_bytes_scroll      (LacunaBytes     *self,
                                   double           pixels);
void     lacuna_bytes_scroll_aside (LacunaBytes    *self,
                                    double          pixels);
void     lacuna_bytes_reveal      (LacunaBytes     *self,
                                   guint64          address);

/* Brings everything to where it is scrolled to, inside of what there is. */
void     lacuna_bytes_scrolled    (LacunaBytes     *self);
void     lacuna_bytes_update_wanted (LacunaBytes   *self);
void     lacuna_bytes_follow_adjustments (LacunaBytes *self);

/* The byte at a point of the widget; FALSE when there is none near. @clamp: then the nearest one. */
gboolean lacuna_bytes_pick        (LacunaBytes     *self,
                                   double           x,
                                   double           y,
                                   gboolean         clamp,
                                   guint64         *out_address,
                                   LacunaBytesPart *out_part);

/* lacuna-bytes-input.c */
void    lacuna_bytes_add_input    (LacunaBytes   *self);
void    lacuna_bytes_end_input    (LacunaBytes   *self);

/* lacuna-bytes-keys.c */
void     lacuna_bytes_add_actions (GtkWidgetClass  *widget_class);
gboolean lacuna_bytes_handle_key  (LacunaBytes     *self,
                                   guint            keyval,
                                   GdkModifierType  state);

/* lacuna-bytes-words.c */
gboolean lacuna_bytes_query_tooltip (GtkWidget   *widget,
                                     int          x,
                                     int          y,
                                     gboolean     keyboard,
                                     GtkTooltip  *tooltip);
void    lacuna_bytes_update_words (LacunaBytes   *self);

G_END_DECLS
