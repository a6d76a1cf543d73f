/* LacunaLocator: the locator of a target as a tree of tables and buffers, refreshed on demand.
 *
 * A row stays the same object as long as its table or buffer is there, so that what is expanded or
 * selected stays so; what changes in it is notified.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-target.h"

G_BEGIN_DECLS

#define LACUNA_TYPE_LOCATOR (lacuna_locator_get_type ())
G_DECLARE_FINAL_TYPE (LacunaLocator, lacuna_locator, LACUNA, LOCATOR, GObject)

#define LACUNA_TYPE_LOCATOR_TABLE (lacuna_locator_table_get_type ())
G_DECLARE_FINAL_TYPE (LacunaLocatorTable, lacuna_locator_table, LACUNA, LOCATOR_TABLE, GObject)

#define LACUNA_TYPE_LOCATOR_BUFFER (lacuna_locator_buffer_get_type ())
G_DECLARE_FINAL_TYPE (LacunaLocatorBuffer, lacuna_locator_buffer, LACUNA, LOCATOR_BUFFER, GObject)

/* Findings are bits; the names and the translated sentences of those that are set are these. */
const char *lacuna_finding_name     (unsigned finding);
const char *lacuna_finding_sentence (unsigned finding);
#define LACUNA_FINDING_ORPHAN 1u /* there is no memory */
#define LACUNA_FINDING_STALE 16u /* of a table: an earlier process left it behind, and none of it is so */
#define LACUNA_FINDINGS_END 128u /* for (bit = 1; bit < LACUNA_FINDINGS_END; bit <<= 1) */

/* @target: this process; that of another is its allocator's. Empty until it is refreshed. */
LacunaLocator *lacuna_locator_new            (LacunaTarget         *target);

/* Blocks; from the thread that the locator belongs to. Makes no locator where there is none. */
gboolean       lacuna_locator_refresh        (LacunaLocator        *self,
                                              GError              **error);

/* Reads on a worker; calls while one is under way are joined to it, and read again after it. */
void           lacuna_locator_refresh_async  (LacunaLocator        *self,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
gboolean       lacuna_locator_refresh_finish (LacunaLocator        *self,
                                              GAsyncResult         *result,
                                              GError              **error);

/* The signal "changed" follows every refresh that found something new. */

/* Whether there is anything to show: a locator, or one that an earlier process with this PID has left
 * behind (the finding stale). */
gboolean       lacuna_locator_exists         (LacunaLocator        *self);

/* Where it is, in one word that never changes ("shared", "own", "private", "none"), and in translated
 * sentences: what that means and, where it is not the shared place, why. */
const char    *lacuna_locator_get_place      (LacunaLocator        *self);
char          *lacuna_locator_describe       (LacunaLocator        *self); /* (transfer full) */

/* The file, in the encoding of file names, or "" for none; and the address of the first table, or 0. */
const char    *lacuna_locator_get_path       (LacunaLocator        *self);
guint64        lacuna_locator_get_address    (LacunaLocator        *self);
unsigned       lacuna_locator_get_findings   (LacunaLocator        *self);

/* Its tables have the order of fields of Reloaded's library for C#. */
gboolean       lacuna_locator_get_managed    (LacunaLocator        *self);

/* (nullable): a translated phrase: why its buffers can be looked at, and not taken or filled from here; NULL
 * when they can. */
const char    *lacuna_locator_get_why_not    (LacunaLocator        *self);

/* (transfer none): a list of LacunaLocatorTable, in the order of the chain. */
GListModel    *lacuna_locator_get_tables     (LacunaLocator        *self);

/* Sums over all buffers. */
guint          lacuna_locator_get_n_buffers  (LacunaLocator        *self);
guint64        lacuna_locator_get_size       (LacunaLocator        *self);
guint64        lacuna_locator_get_used       (LacunaLocator        *self);

/* (transfer none) (nullable): the buffer that @address lies in. */
LacunaLocatorBuffer *lacuna_locator_find     (LacunaLocator        *self,
                                              guint64               address);

/* Properties: "version" (uint), "locked" (boolean), "findings" (uint). */
guint64        lacuna_locator_table_get_address  (LacunaLocatorTable  *self);
guint          lacuna_locator_table_get_version  (LacunaLocatorTable  *self);
gboolean       lacuna_locator_table_get_locked   (LacunaLocatorTable  *self);
/* It is no table of the shared locator: only this program knows of its buffers. */
gboolean       lacuna_locator_table_get_own      (LacunaLocatorTable  *self);
unsigned       lacuna_locator_table_get_findings (LacunaLocatorTable  *self);
/* (transfer none): a list of LacunaLocatorBuffer. */
GListModel    *lacuna_locator_table_get_buffers  (LacunaLocatorTable  *self);

/* Properties: "size", "position" (uint), "taken", "ours" (boolean), "findings" (uint). */
guint64        lacuna_locator_buffer_get_address  (LacunaLocatorBuffer *self);
guint32        lacuna_locator_buffer_get_size     (LacunaLocatorBuffer *self);
guint32        lacuna_locator_buffer_get_position (LacunaLocatorBuffer *self);
/* size - position, 0 when the position lies past the end. */
guint32        lacuna_locator_buffer_get_free     (LacunaLocatorBuffer *self);
gboolean       lacuna_locator_buffer_get_taken    (LacunaLocatorBuffer *self);
/* Taken through LACUNA_DEED_TAKE, so that LACUNA_DEED_PUT will do. */
gboolean       lacuna_locator_buffer_get_ours     (LacunaLocatorBuffer *self);
/* The thread that has it, when it was taken in this program; else 0. */
gint32         lacuna_locator_buffer_get_holder   (LacunaLocatorBuffer *self);
/* Never writable and executable at one address; it is of this program alone. */
gboolean       lacuna_locator_buffer_get_write_xor_execute (LacunaLocatorBuffer *self);
unsigned       lacuna_locator_buffer_get_findings (LacunaLocatorBuffer *self);

G_END_DECLS
