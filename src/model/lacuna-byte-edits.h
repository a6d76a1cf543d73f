/* LacunaByteEdits: what somebody changed in the bytes that a source has, before and after it is written.
 *
 * A change is an address, the byte that was seen there when it was changed, and the byte that it is to
 * be. Changes wait here until they are applied; nothing is written before. What was typed can be undone
 * step by step. What was applied is one step, too: to undo it writes the bytes of before, and only
 * while what lies there is what was written. Both kinds of steps are one history, newest first, which is
 * gone with this object. Main thread only; reading and writing happen on a worker.
 *
 *   changed ()   the changes, the history, or whether something is being written, are others
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-byte-patch.h"
#include "lacuna-byte-write.h"

G_BEGIN_DECLS

#define LACUNA_TYPE_BYTE_EDITS (lacuna_byte_edits_get_type ())
G_DECLARE_FINAL_TYPE (LacunaByteEdits, lacuna_byte_edits, LACUNA, BYTE_EDITS, GObject)

LacunaByteEdits  *lacuna_byte_edits_new        (LacunaByteSource   *source);
LacunaByteSource *lacuna_byte_edits_get_source (LacunaByteEdits    *self);

/* Adds a step: the @n_bytes from @address on, of which @was was seen, are to be @now. A byte that is to
 * be what was seen is no change. @goes_on: it belongs to the step before, as the second digit of a
 * byte does. FALSE, and nothing happens, while something is being written. */
gboolean          lacuna_byte_edits_change     (LacunaByteEdits    *self,
                                                guint64             address,
                                                const guint8       *was,
                                                const guint8       *now,
                                                gsize               n_bytes,
                                                gboolean            goes_on);

/* Whether the byte there is to become another; @out_edit (optional). */
gboolean          lacuna_byte_edits_lookup     (LacunaByteEdits    *self,
                                                guint64             address,
                                                LacunaByteEdit     *out_edit);
guint64           lacuna_byte_edits_get_n_bytes (LacunaByteEdits   *self);

/* Bytes side by side that change; how many such runs there are. */
guint64           lacuna_byte_edits_get_n_runs (LacunaByteEdits    *self);

/* The first run that has a byte at @from or above; FALSE when there is none. */
gboolean          lacuna_byte_edits_next_run   (LacunaByteEdits    *self,
                                                guint64             from,
                                                struct lac_range   *out_run);

/* Puts the changes over @bytes, which are those of @range. */
void              lacuna_byte_edits_overlay    (LacunaByteEdits    *self,
                                                struct lac_range    range,
                                                guint8             *bytes);

/* The changes in @range are none any more, which is a step that can be undone; whether there were any. */
gboolean          lacuna_byte_edits_revert     (LacunaByteEdits    *self,
                                                struct lac_range    range);

/* (transfer full): a line "lacuna-cli write PID ADDRESS HEX" for each run. */
char             *lacuna_byte_edits_to_commands (LacunaByteEdits   *self,
                                                 gint32             pid);

/* What undoing, or redoing, would do. */
typedef enum
{
  LACUNA_BYTE_STEP_NONE,
  LACUNA_BYTE_STEP_TYPED,   /* lacuna_byte_edits_undo_typed(): at once */
  LACUNA_BYTE_STEP_APPLIED, /* lacuna_byte_edits_undo_applied_async(): writes */
} LacunaByteStep;

LacunaByteStep    lacuna_byte_edits_get_undo   (LacunaByteEdits    *self);
LacunaByteStep    lacuna_byte_edits_get_redo   (LacunaByteEdits    *self);

/* Takes back, or does again, what was typed last; @out_place (optional): where that begins. */
gboolean          lacuna_byte_edits_undo_typed (LacunaByteEdits    *self,
                                                gboolean            redo,
                                                guint64            *out_place);

/* Whether something is being read or written. Nothing else can be begun meanwhile. */
gboolean          lacuna_byte_edits_is_busy    (LacunaByteEdits    *self);

/* Writes all changes, in ascending order, each run in one go. Before the first byte is written, all
 * are read again and compared with what was seen, and whether they may be written is asked. What was
 * written is a step of the history; what was not remains a change. */
void              lacuna_byte_edits_apply_async (LacunaByteEdits     *self,
                                                 LacunaByteApplyFlags flags,
                                                 GAsyncReadyCallback  callback,
                                                 gpointer             user_data);

/* Undoes, or redoes, what was applied last. It is forced where it had to be the first time. */
void              lacuna_byte_edits_undo_applied_async (LacunaByteEdits    *self,
                                                        gboolean            redo,
                                                        GAsyncReadyCallback callback,
                                                        gpointer            user_data);

/* Forgets what would be undone, or redone, next, since it never can be; whether there is any, and nothing is
 * being written. */
gboolean          lacuna_byte_edits_forget_step (LacunaByteEdits   *self,
                                                 gboolean           redo);

/* (transfer full): of either; never NULL. */
LacunaByteOutcome *lacuna_byte_edits_finish    (LacunaByteEdits    *self,
                                                GAsyncResult       *result);

/* After LACUNA_BYTE_VERDICT_CHANGED: the changes are from what was read then, which somebody has seen
 * now. */
void              lacuna_byte_edits_look_again (LacunaByteEdits    *self);

G_END_DECLS
