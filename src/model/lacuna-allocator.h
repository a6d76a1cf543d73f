/* LacunaAllocator: what puts memory into a target, and remembers what it did.
 *
 * Everything that it does is a LacunaRequest that yields a LacunaOperation, also when it fails. The lists
 * belong to the thread that made the allocator (the main one), and are up to date when the operation is
 * handed over.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-allocation.h"
#include "lacuna-hold.h"
#include "lacuna-locator.h"
#include "lacuna-operation.h"
#include "lacuna-target.h"

G_BEGIN_DECLS

/* How far somebody lets a process be changed; who agrees to one of them agrees to those before it. */
typedef enum
{
  LACUNA_CONSENT_NONE,
  LACUNA_CONSENT_OUTSIDE, /* bytes are written, and no thread notices */
  LACUNA_CONSENT_CALLS,   /* a thread is stopped and makes calls, which can be undone */
  LACUNA_CONSENT_LASTING, /* and it makes what is never freed: shared buffers, and their list */
} LacunaConsent;

#define LACUNA_TYPE_ALLOCATOR (lacuna_allocator_get_type ())
G_DECLARE_FINAL_TYPE (LacunaAllocator, lacuna_allocator, LACUNA, ALLOCATOR, GObject)

/* (transfer full) (nullable): the allocator of @target: one for all targets that are the same process. NULL
 * with LAC_E_NOT_SUPPORTED for files, see LACUNA_CAN_ALLOCATE. Whether the process lets itself be changed
 * shows when it is asked to, and before that in lacuna_target_get_reason(). */
LacunaAllocator *lacuna_allocator_for_target     (LacunaTarget         *target,
                                                  GError              **error);

/* Whether it is of another process: what is done there has a plan, stops a thread, and is not undone by ending
 * this program. */
gboolean         lacuna_allocator_is_elsewhere   (LacunaAllocator      *self);

/* What somebody has agreed to, once and for all, to be done to the process; the last one for this process.
 * It is for whoever asks to remember it here, which makes it no less than it was. */
LacunaConsent    lacuna_allocator_get_agreed     (LacunaAllocator      *self);
void             lacuna_allocator_set_agreed     (LacunaAllocator      *self,
                                                  LacunaConsent         agreed);

/* How many allocations there are in other processes, as long as those live: nobody could free them once this
 * program has ended. For the thread that shows the lists. */
guint            lacuna_allocator_count_left     (void);

/* Lets go at once of what is kept between two deeds in another process. For the command line; elsewhere it
 * happens after some seconds. */
void             lacuna_allocator_rest           (LacunaAllocator      *self);

/* (transfer full): never NULL; lacuna_operation_get_error() says whether it was done. Blocks: for the
 * command line. */
LacunaOperation *lacuna_allocator_perform        (LacunaAllocator      *self,
                                                  const LacunaRequest  *request);

/* The same on a worker; requests are done one after another. @request is copied. */
void             lacuna_allocator_perform_async  (LacunaAllocator      *self,
                                                  const LacunaRequest  *request,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
LacunaOperation *lacuna_allocator_perform_finish (LacunaAllocator      *self,
                                                  GAsyncResult         *result);

/* Frees what a dry run of LACUNA_DEED_FREE has named, and ends the program at once with @exit_status, since
 * something in it may have needed that; what is to be said is said, and written, before. Returns only
 * when nothing was freed. For the command line, and this process. */
void             lacuna_allocator_free_and_exit  (LacunaAllocator      *self,
                                                  LacunaOperation      *operation,
                                                  int                   exit_status,
                                                  GError              **error);

/* Whether @operation can be undone now: an allocation that is alive, a protection that was changed, a
 * buffer that was taken or put back. What was appended stays, and so does a buffer, since others may
 * have used it already. */
gboolean         lacuna_allocator_can_undo       (LacunaAllocator      *self,
                                                  LacunaOperation      *operation);

/* What would undo @operation, for whoever has something to ask before that; FALSE where nothing can. */
gboolean         lacuna_allocator_find_contrary  (LacunaAllocator      *self,
                                                  LacunaOperation      *operation,
                                                  LacunaRequest        *out_request);

/* Does what undoes @operation, as lacuna_allocator_perform_async(); the operation that is yielded is the
 * contrary deed. */
void             lacuna_allocator_undo_async     (LacunaAllocator      *self,
                                                  LacunaOperation      *operation,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);

/* The signal "changed" (LacunaOperation, nullable) follows every operation that has changed the address
 * space or a buffer: load the target again. It comes without an operation when memory that was freed
 * before has gone with the last look at it. */

/* (transfer none): a list of LacunaAllocation, by address: those that are alive, and those that are only
 * there for somebody's look. */
GListModel      *lacuna_allocator_get_allocations (LacunaAllocator     *self);

/* (transfer none): a list of LacunaOperation, newest first; dry runs are not among them, but for those that
 * somebody has added. */
GListModel      *lacuna_allocator_get_operations (LacunaAllocator      *self);

/* Adds a dry run that failed: what was refused before it was begun was asked for as well. */
void             lacuna_allocator_add_refused    (LacunaAllocator      *self,
                                                  LacunaOperation      *operation);

/* (transfer none): a list of LacunaReference, oldest first; as of the last operation or refresh. */
GListModel      *lacuna_allocator_get_references (LacunaAllocator      *self);

/* Looks again who looks at what; also at allocations that have gone with a look. */
void             lacuna_allocator_refresh_references (LacunaAllocator  *self);

/* (transfer none): the locator, refreshed after every operation with buffers. */
LacunaLocator   *lacuna_allocator_get_locator    (LacunaAllocator      *self);

G_END_DECLS
