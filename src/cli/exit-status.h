/* Exit statuses: the one table.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

typedef enum
{
  CLI_DONE = 0,
  CLI_NOTHING_FOUND = 1,
  CLI_USAGE = 2,
  CLI_NO_TARGET = 3,
  CLI_NOT_PERMITTED = 4,
  CLI_REFUSED = 5,       /* the operating system refused, or the target went away */
  CLI_MALFORMED = 6,
  CLI_INTERRUPTED = 130, /* as shells report SIGINT */
  CLI_PIPE_CLOSED = 141, /* as shells report SIGPIPE */
} CliExitStatus;

/* What @error means for whoever started the program. */
CliExitStatus cli_exit_status_from_error (const GError *error);

/* Prints "lacuna-cli: MESSAGE" on standard error, on one line whatever is in it. */
void          cli_complain               (const char   *format,
                                          ...) G_GNUC_PRINTF (1, 2);

/* Complains about the target that the user called @spelling, and says what to exit with. The
 * message may list processes on lines of their own. */
CliExitStatus cli_fail                   (const GError *error,
                                          const char   *spelling);
