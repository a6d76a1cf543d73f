/* LacunaBytes: memory byte by byte, as hexadecimal digits and as text, with a caret and a selection.
 *
 * One widget draws all of it. It shows a range of any size: where it is scrolled to is a row's number
 * and a part of a row, and the adjustment is only for a scrollbar.
 *
 * Signals:
 *   moved ()                   the caret, the selection, or what is known of the byte there changed
 *   menu (double x, double y)  a context menu is wanted there
 *   told (const char *text)    something to be told in passing: why what was typed has no effect
 *
 * Its keys are actions: of its own, and of whatever it lies in (lacuna_bytes_keys_get()).
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-byte-edits.h"
#include "model/lacuna-byte-pages.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_BYTES (lacuna_bytes_get_type ())
G_DECLARE_FINAL_TYPE (LacunaBytes, lacuna_bytes, LACUNA, BYTES, GtkWidget)

GtkWidget       *lacuna_bytes_new            (void);

/* (nullable): whose bytes; the caret stays. */
void             lacuna_bytes_set_pages      (LacunaBytes     *self,
                                              LacunaBytePages *pages);
LacunaBytePages *lacuna_bytes_get_pages      (LacunaBytes     *self);

/* (nullable): the changes of these bytes, which are shown in the place of what is in memory. */
void             lacuna_bytes_set_edits      (LacunaBytes     *self,
                                              LacunaByteEdits *edits);

/* Whether what is typed changes bytes; only with edits. */
void             lacuna_bytes_set_editing    (LacunaBytes     *self,
                                              gboolean         editing);

/* Changes bytes to what @text stands for: digits in the column of digits, itself in the column of
 * text. What is selected is changed, or as much as it is from the caret on. */
void             lacuna_bytes_paste          (LacunaBytes     *self,
                                              const char      *text);

/* Half-open. What is in both this range and the one before stays where it is on the screen. */
void             lacuna_bytes_set_range      (LacunaBytes     *self,
                                              struct lac_range range);
struct lac_range lacuna_bytes_get_range      (LacunaBytes     *self);

/* (nullable): why bytes can't be read of which their source says nothing. */
void             lacuna_bytes_set_reason     (LacunaBytes     *self,
                                              const char      *reason);

/* 8, 16 or 32 bytes in a row; 0 for as many as there is room for. */
void             lacuna_bytes_set_columns    (LacunaBytes     *self,
                                              guint            n_columns);

/* How many there are now. */
guint            lacuna_bytes_get_columns    (LacunaBytes     *self);

/* Puts the caret there, and shows it. */
void             lacuna_bytes_go_to          (LacunaBytes     *self,
                                              guint64          address);
guint64          lacuna_bytes_get_caret      (LacunaBytes     *self);

/* Selects the bytes of @range, caret at its first one, and shows them. */
void             lacuna_bytes_select         (LacunaBytes     *self,
                                              struct lac_range range);

/* At least the byte at the caret, unless there is no byte at all. */
struct lac_range lacuna_bytes_get_selection  (LacunaBytes     *self);

/* Whether there is more than the caret. */
gboolean         lacuna_bytes_has_selection  (LacunaBytes     *self);

/* The bytes that are in sight. */
struct lac_range lacuna_bytes_get_visible    (LacunaBytes     *self);

/* For scrollbars; (transfer none). */
GtkAdjustment   *lacuna_bytes_get_adjustment (LacunaBytes     *self,
                                              GtkOrientation   orientation);

/* (transfer full): what is known of the byte at the caret, in words, for a line below. */
char            *lacuna_bytes_describe       (LacunaBytes     *self);

/* Its keys, in the order of the help overlay. */
typedef struct
{
  const char *action;          /* such as bytes.row-start */
  const char *accelerators[4]; /* as gtk_accelerator_parse() reads them; NULL-terminated */
  gboolean moves;              /* takes whether to select on the way, which is what Shift means */
} LacunaBytesKey;

const LacunaBytesKey *lacuna_bytes_keys_get  (gsize           *out_n_keys);

/* A key beside the view: whether it is about what is edited in it, and was done. */
gboolean         lacuna_bytes_handle_edit_key (LacunaBytes    *self,
                                               guint           keyval,
                                               GdkModifierType state);

G_END_DECLS
