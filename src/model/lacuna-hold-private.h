/* SPDX-License-Identifier: MIT */
#pragma once

#include "lacuna-hold.h"

#include "buffers/memory.h"

G_BEGIN_DECLS

LacunaReference *lacuna_reference_new    (const struct lac_memory_holding *holding);
gboolean         lacuna_reference_equals (LacunaReference                 *self,
                                          const struct lac_memory_holding *holding);

G_END_DECLS
