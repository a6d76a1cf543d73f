/* Taking hold of the target and reading its map, with progress and Ctrl+C.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "options.h"

#include "model/lacuna-snapshot.h"

/* (transfer full) (nullable): what the options' target looks like now. Also makes
 * `options->target`. On failure it has complained, and @out_status is what to exit with. */
LacunaSnapshot *cli_load (CliOptions      *options,
                          LacunaLoadFlags  flags,
                          CliExitStatus   *out_status);
