/* LacunaBytesPane: a view of bytes with what belongs to it: what is shown, finding, copying, scrollbars,
 * and a line that says what is at the caret.
 *
 * Signals:
 *   told (const char *text)                  something to be told in passing: what was copied
 *   zoom-to (guint64 start, guint64 end)     the strip is to show these bytes
 *   go-to (guint64 start, guint64 end)       set the range to where these bytes are
 *   confirm-change () -> gboolean            changes are about to be written; TRUE: they wait for
 *                                            lacuna_bytes_pane_answer_change()
 *
 * Actions: bytes.find, bytes.find-next, bytes.find-previous, bytes.select-all, bytes.show-on-strip,
 * bytes.copy-hex, bytes.copy-c-array, bytes.copy-text, bytes.copy-address, bytes.columns (string:
 * auto, 8, 16, 32), bytes.edit (boolean state), bytes.paste, bytes.undo, bytes.redo, bytes.discard,
 * bytes.apply, bytes.copy-changes
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-bytes-editor.h"
#include "lacuna-bytes.h"

G_BEGIN_DECLS

#define LACUNA_TYPE_BYTES_PANE (lacuna_bytes_pane_get_type ())
G_DECLARE_FINAL_TYPE (LacunaBytesPane, lacuna_bytes_pane, LACUNA, BYTES_PANE, GtkWidget)

GtkWidget   *lacuna_bytes_pane_new         (void);

/* (nullable): whose bytes; NULL where there are none to be had. */
void         lacuna_bytes_pane_set_source  (LacunaBytesPane  *self,
                                            LacunaByteSource *source);

/* Whose they are, such as "chromium 14231"; NULL: Lacuna's own. @exited: that one is no more. */
void         lacuna_bytes_pane_set_owner   (LacunaBytesPane  *self,
                                            const char       *owner,
                                            gint32            pid,
                                            gboolean          exited);

/* The answer to "confirm-change". */
void         lacuna_bytes_pane_answer_change (LacunaBytesPane *self,
                                              gboolean         go_on);

/* Whether bytes were changed that are not written yet; and what would lose them, as
 * lacuna_bytes_editor_leave() has it. Another source loses them without a question. */
gboolean     lacuna_bytes_pane_has_changes (LacunaBytesPane  *self);
void         lacuna_bytes_pane_leave       (LacunaBytesPane  *self,
                                            LacunaBytesLeave  leave,
                                            gpointer          user_data,
                                            GDestroyNotify    destroy);

/* Which bytes, what they are called, and a sentence why some may not be readable (nullable). */
void         lacuna_bytes_pane_set_range   (LacunaBytesPane  *self,
                                            struct lac_range  range,
                                            const char       *title,
                                            const char       *reason);

/* (nullable): all memory, where bytes can be looked for as well. */
void         lacuna_bytes_pane_set_map     (LacunaBytesPane  *self,
                                            struct lac_map   *map);

/* For that range: whether it may only be read, which is said to whoever edits. */
void         lacuna_bytes_pane_set_read_only (LacunaBytesPane *self,
                                              gboolean         read_only);

/* For that range: whether what was never touched there is zero, as in private memory without a file; and
 * what it is called where there is less room, from longer to shorter. */
void         lacuna_bytes_pane_set_sparse  (LacunaBytesPane  *self,
                                            gboolean          sparse);
void         lacuna_bytes_pane_set_short_titles (LacunaBytesPane *self,
                                                 const char      *shorter,
                                                 const char      *shortest);

/* Shows a sentence instead of bytes. */
void         lacuna_bytes_pane_set_message (LacunaBytesPane  *self,
                                            const char       *message);

/* Below that, until there is another message or bytes: why that is so, and (nullable) what would help. */
void         lacuna_bytes_pane_set_reason  (LacunaBytesPane  *self,
                                            const char       *sentence,
                                            const char       *command);

/* What was read may have changed. */
void         lacuna_bytes_pane_refresh     (LacunaBytesPane  *self);
void         lacuna_bytes_pane_find        (LacunaBytesPane  *self);

/* The next match, when there is something to find; FALSE when there is not. */
gboolean     lacuna_bytes_pane_step        (LacunaBytesPane  *self,
                                            gboolean          backward);
/* @narrow: as on a telephone. @tight: finding has no room in one line. */
void         lacuna_bytes_pane_set_narrow  (LacunaBytesPane  *self,
                                            gboolean          narrow,
                                            gboolean          tight);
LacunaBytes *lacuna_bytes_pane_get_view    (LacunaBytesPane  *self);

/* (transfer none): the bar's end, for a switch that belongs to the window. */
GtkBox      *lacuna_bytes_pane_get_slot    (LacunaBytesPane  *self);

G_END_DECLS
