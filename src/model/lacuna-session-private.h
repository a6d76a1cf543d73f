/* What is kept between one deed in another process and the next.
 *
 * A process is held by handles that cost something to make (the system call instruction is looked for, a
 * tracer is started), so they are kept for some seconds after a deed, and let go of then. What lasts as
 * long as the process is which memory was made in it and which of its buffers are held.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-blocks-private.h"
#include "lacuna-reason-private.h"

#include "buffers/remote-locator.h"
#include "buffers/remote-placement.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _LacunaSession LacunaSession;

/* (transfer full): @context is where idleness is noticed. */
LacunaSession      *lacuna_session_new           (gint32                       pid,
                                                  guint64                      start_time,
                                                  GMainContext                *context);
LacunaSession      *lacuna_session_ref           (LacunaSession               *self);
void                lacuna_session_unref         (LacunaSession               *self);

gint32              lacuna_session_get_pid       (LacunaSession               *self);
guint64             lacuna_session_get_start_time (LacunaSession              *self);

/* Whether the process is gone. */
gboolean            lacuna_session_has_exited    (LacunaSession               *self);

/* Whether who traces the process already is a Lacuna, this one or another, and so gone in a moment. */
gboolean            lacuna_session_is_tracer     (const struct lac_process_failure *failure);

/* Lets go of what a next deed would make again; waits for one that is being done. */
void                lacuna_session_rest          (LacunaSession               *self);

/* A list of LacunaBlock by address; with no lock. (transfer full) */
GPtrArray          *lacuna_session_list_blocks   (LacunaSession               *self);

/* Whether a buffer that holds @address is held by us; with no lock. */
gboolean            lacuna_session_has_taken     (LacunaSession               *self,
                                                  guint64                      address);

/* (transfer full) (nullable): the block that begins at @address; with no lock. */
LacunaBlock        *lacuna_session_find_block    (LacunaSession               *self,
                                                  guint64                      address);

/* One deed, or one reading, at a time; all below is for whoever has the lock. */
void                lacuna_session_lock          (LacunaSession               *self);
void                lacuna_session_unlock        (LacunaSession               *self);

/* (transfer none): the process. */
enum lac_status     lacuna_session_open_process  (LacunaSession               *self,
                                                  struct lac_process         **out_process,
                                                  struct lac_process_failure  *out_failure);

/* (transfer none): for calls in the process; @flags of enum lac_remote_flags are all that may be forced. */
enum lac_status     lacuna_session_open_remote   (LacunaSession               *self,
                                                  unsigned                     flags,
                                                  struct lac_remote          **out_remote,
                                                  struct lac_process_failure  *out_failure);

/* What would be used now, whatever would have to be forced. */
enum lac_status     lacuna_session_find_plan     (LacunaSession               *self,
                                                  struct lac_remote_plan      *out_plan,
                                                  struct lac_process_failure  *out_failure);

/* (transfer none): its locator; looked for anew unless a buffer of it is held. */
enum lac_status     lacuna_session_open_locator  (LacunaSession               *self,
                                                  const struct lac_map        *map,
                                                  struct lac_remote_locator  **out_locator,
                                                  struct lac_process_failure  *out_failure);

/* (transfer full): memory was made. */
LacunaBlock        *lacuna_session_add_block     (LacunaSession               *self,
                                                  struct lac_range             range,
                                                  unsigned                     protection);
void                lacuna_session_remove_block  (LacunaSession               *self,
                                                  LacunaBlock                 *block);

/* Forgets all blocks when the process has become another program; @program: lacuna_record_program(). */
void                lacuna_session_note_program  (LacunaSession               *self,
                                                  guint64                      program);

/* Forgets blocks that the process has done away with. */
void                lacuna_session_prune_blocks  (LacunaSession               *self,
                                                  const struct lac_map        *map);

/* Buffers that are held. (transfer none) (nullable) */
struct lac_remote_buffer *lacuna_session_find_taken (LacunaSession            *self,
                                                     guint64                   address);
void                lacuna_session_add_taken     (LacunaSession               *self,
                                                  const struct lac_remote_buffer *buffer);
void                lacuna_session_remove_taken  (LacunaSession               *self,
                                                  struct lac_remote_buffer    *buffer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaSession, lacuna_session_unref)

G_END_DECLS
