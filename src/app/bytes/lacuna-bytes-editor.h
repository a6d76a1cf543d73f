/* LacunaBytesEditor: the bar that says that bytes are edited, and whose; what becomes of the changes.
 *
 * It is the one place where changes are written from. Whatever has to be asked first it asks.
 *
 * Signals:
 *   told (const char *text)        something to be told in passing: how much was written
 *   written ()                     memory is another now
 *   confirm-change () -> gboolean  somebody wants to apply; TRUE: wait for lacuna_bytes_editor_answer()
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-bytes.h"

G_BEGIN_DECLS

#define LACUNA_TYPE_BYTES_EDITOR (lacuna_bytes_editor_get_type ())
G_DECLARE_FINAL_TYPE (LacunaBytesEditor, lacuna_bytes_editor, LACUNA, BYTES_EDITOR, GtkWidget)

/* (transfer none): where bytes are changed, alive as long as the bar. */
void     lacuna_bytes_editor_set_view   (LacunaBytesEditor *self,
                                         LacunaBytes       *view);

/* (nullable): the changes; those of before are forgotten, and whoever wanted to leave does not. */
void     lacuna_bytes_editor_set_edits  (LacunaBytesEditor *self,
                                         LacunaByteEdits   *edits);

/* Whose memory it is, such as "chromium 14231"; NULL: Lacuna's own. @exited: is no more. */
void     lacuna_bytes_editor_set_owner  (LacunaBytesEditor *self,
                                         const char        *owner,
                                         gint32             pid,
                                         gboolean           exited);

/* Whether what is shown may only be read, so that it would have to be forced. */
void     lacuna_bytes_editor_set_read_only (LacunaBytesEditor *self,
                                            gboolean           read_only);

/* Whether all that was changed lies where nothing is mapped any more, so that it can only be copied. */
void     lacuna_bytes_editor_set_gone   (LacunaBytesEditor *self,
                                         gboolean           gone);

/* Writes the changes, after having asked what there is to ask. */
void     lacuna_bytes_editor_apply      (LacunaBytesEditor *self);
void     lacuna_bytes_editor_answer     (LacunaBytesEditor *self,
                                         gboolean           go_on);

/* Gives all changes up, which can be undone. */
void     lacuna_bytes_editor_discard    (LacunaBytesEditor *self);

/* Undoes what was typed or applied last, or does it again. */
void     lacuna_bytes_editor_undo       (LacunaBytesEditor *self,
                                         gboolean           redo);

/* (transfer full): the changes as commands. */
char    *lacuna_bytes_editor_to_commands (LacunaBytesEditor *self);

typedef void (*LacunaBytesLeave) (gpointer user_data);

/* Calls @leave once nothing is lost by it: at once where there is no change, otherwise after having
 * asked what is to become of them; never, when somebody wishes to go on editing. @destroy: ends
 * @user_data in any case. */
void     lacuna_bytes_editor_leave      (LacunaBytesEditor *self,
                                         LacunaBytesLeave   leave,
                                         gpointer           user_data,
                                         GDestroyNotify     destroy);
void     lacuna_bytes_editor_set_narrow (LacunaBytesEditor *self,
                                         gboolean           narrow);

G_END_DECLS
