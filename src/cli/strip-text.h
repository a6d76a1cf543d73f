/* The strip, drawn with characters.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "output.h"

#include "model/lacuna-snapshot.h"

/* Appends the strip of @snapshot on the compact scale, @width columns wide, with addresses above
 * it, names below it, and a legend of what occurs. Regions of kinds that are not in @kinds are all
 * drawn alike. */
void cli_strip_print (CliOutput      *output,
                      LacunaSnapshot *snapshot,
                      const gboolean  kinds[LAC_N_KINDS],
                      int             width);
