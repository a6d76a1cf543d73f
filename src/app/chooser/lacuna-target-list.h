/* LacunaTargetList: the processes that there are, to choose one of.
 *
 * Signals:
 *   chosen (string spelling)   this target, spelled as on the command line
 *   closed ()                  the list is no longer wanted
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "app/lacuna-later.h"

G_BEGIN_DECLS

#define LACUNA_TYPE_TARGET_LIST (lacuna_target_list_get_type ())
G_DECLARE_FINAL_TYPE (LacunaTargetList, lacuna_target_list, LACUNA, TARGET_LIST, LacunaLater)

void lacuna_target_list_set_search (LacunaTargetList *self,
                                    const char       *search);

G_END_DECLS
