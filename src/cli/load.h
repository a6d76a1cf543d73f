/* Taking hold of the target and reading its map, with progress and Ctrl+C.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "options.h"

#include "model/lacuna-snapshot.h"

/* Takes hold of the target, as `options->target`. On failure it has complained, and @out_status is what
 * to exit with. */
gboolean        cli_open (CliOptions    *options,
                          CliExitStatus *out_status);

/* cli_load() for commands that need memory and no list of regions: what is no process is refused, with a
 * message that says so. */
LacunaSnapshot *cli_load_live (CliOptions    *options,
                               CliExitStatus *out_status);

/* (transfer full) (nullable): what the options' target looks like now. Opens it
 * unless that was done. On failure it has complained, and @out_status is what to exit with. */
LacunaSnapshot *cli_load (CliOptions      *options,
                          LacunaLoadFlags  flags,
                          CliExitStatus   *out_status);
