/* The commands. Each takes what follows its name, and returns what to exit with.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "exit-status.h"

CliExitStatus cli_command_alloc   (char **arguments);
CliExitStatus cli_command_append  (char **arguments);
CliExitStatus cli_command_free    (char **arguments);
CliExitStatus cli_command_gaps    (char **arguments);
CliExitStatus cli_command_locator (char **arguments);
CliExitStatus cli_command_map     (char **arguments);
CliExitStatus cli_command_read    (char **arguments);
CliExitStatus cli_command_write   (char **arguments);
