/* The commands. Each takes what follows its name, and returns what to exit with.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "exit-status.h"

CliExitStatus cli_command_gaps (char **arguments);
CliExitStatus cli_command_map  (char **arguments);
CliExitStatus cli_command_read (char **arguments);
