/* Doing what a request wishes, on whatever thread; one at a time.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-operation-private.h"

G_BEGIN_DECLS

/* (transfer full): a copy that owns what it points to. */
LacunaRequest   *lacuna_request_copy     (const LacunaRequest *request);
void             lacuna_request_free     (LacunaRequest       *request);

/* (transfer full): blocks; never NULL. */
LacunaOperation *lacuna_deed_do          (const LacunaRequest *request);

/* Whether the deed has to do with buffers. */
gboolean         lacuna_deed_is_of_buffers (LacunaDeed         deed);

/* What would undo @operation now; FALSE when nothing would. */
gboolean         lacuna_deed_contrary    (LacunaOperation     *operation,
                                          LacunaRequest       *out_request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaRequest, lacuna_request_free)

G_END_DECLS
