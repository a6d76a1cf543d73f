/* SPDX-License-Identifier: MIT */
#pragma once

#include "lacuna-allocation.h"
#include "lacuna-blocks-private.h"

G_BEGIN_DECLS

LacunaAllocation *lacuna_allocation_new       (LacunaBlock      *block);
LacunaBlock      *lacuna_allocation_get_block (LacunaAllocation *self);

/* Looks again; notifies what has changed. */
void              lacuna_allocation_update    (LacunaAllocation *self);

G_END_DECLS
