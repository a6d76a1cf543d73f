/* Exit statuses: what scripts go by.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "exit-status.h"

#include "escape.h"
#include "model/lacuna-error.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

/* Columns of the beginning and of the end of a message: room for the names of files, not for an
 * argument as long as a book. */
#define LONGEST_START 800
#define LONGEST_END 200

static CliExitStatus
from_status (enum lac_status status)
{
  switch (status)
    {
    case LAC_OK:
      return CLI_DONE;

    case LAC_E_NO_GAP:
      return CLI_NOTHING_FOUND;

    case LAC_E_INVALID:
    case LAC_E_NOT_FOUND:
    case LAC_E_NOT_OURS:
    case LAC_E_OUT_OF_RANGE:
    case LAC_E_SYNTAX:
      return CLI_USAGE;

    case LAC_E_NO_PROCESS:
    case LAC_E_KERNEL_THREAD:
      return CLI_NO_TARGET;

    case LAC_E_OTHER_USER:
    case LAC_E_NOT_DUMPABLE:
    case LAC_E_HIDDEN:
    case LAC_E_MORE_CAPABLE:
    case LAC_E_PTRACE_SCOPE:
    case LAC_E_TRACED:
    case LAC_E_STRICT:
    case LAC_E_FILTERED:
    case LAC_E_NO_NET:
    case LAC_E_USER_NAMESPACE:
    case LAC_E_OTHER_FILES:
      return CLI_NOT_PERMITTED;

    case LAC_E_MALFORMED:
      return CLI_MALFORMED;

    case LAC_E_CANCELLED:
      return CLI_INTERRUPTED;

    case LAC_E_EXITED:
    case LAC_E_ZOMBIE:
    case LAC_E_NO_MEMORY:
    case LAC_E_NOT_SUPPORTED:
    case LAC_E_SYSTEM:
    case LAC_E_OCCUPIED:
    case LAC_E_BUSY:
    case LAC_E_FULL:
    case LAC_E_NOT_TAKEN:
    case LAC_E_CLOSED:
    case LAC_E_READ_ONLY:
    case LAC_E_STOPPED:
    case LAC_E_FROZEN:
    case LAC_E_UNRESPONSIVE:
    case LAC_E_WAITS_FOR_CHILD:
    case LAC_E_NO_ENTRY:
    case LAC_E_UNVERIFIED:
    case LAC_E_CHANGED:
    default:
      return CLI_REFUSED;
    }
}

CliExitStatus
cli_exit_status_from_error (const GError *error)
{
  if (error->domain == LACUNA_ERROR)
    return from_status ((enum lac_status) error->code);
  if (error->domain == G_OPTION_ERROR)
    return CLI_USAGE;

  if (error->domain == G_IO_ERROR)
    switch (error->code)
      {
      case G_IO_ERROR_NOT_FOUND:
      case G_IO_ERROR_NOT_DIRECTORY:
      case G_IO_ERROR_IS_DIRECTORY:
      case G_IO_ERROR_FILENAME_TOO_LONG:
      case G_IO_ERROR_INVALID_FILENAME:
        return CLI_NO_TARGET;

      case G_IO_ERROR_PERMISSION_DENIED:
        return CLI_NOT_PERMITTED;

      case G_IO_ERROR_CANCELLED:
        return CLI_INTERRUPTED;

      default:
        break;
      }
  return CLI_REFUSED;
}

/* Says what is wrong. No line of it comes from outside but those that @keep_lines says are the
 * program's own. */
static void
complain (const char *message,
          gboolean    keep_lines)
{
  g_auto (GStrv) lines = g_strsplit (message, "\n", keep_lines ? -1 : 1);

  fputs ("lacuna-cli: ", stderr);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *escaped = cli_escape (lines[i], -1);

      if (cli_columns (escaped) <= LONGEST_START + LONGEST_END)
        fprintf (stderr, "%s\n", escaped);
      else
        {
          g_autofree char *start = cli_keep_start (escaped, LONGEST_START);
          g_autofree char *end = cli_keep_end (escaped, LONGEST_END);

          fprintf (stderr, "%s%s\n", start, end + strlen ("…"));
        }
    }
}

void
cli_complain (const char *format,
              ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  complain (message, FALSE);
}

CliExitStatus
cli_fail (const GError *error,
          const char   *spelling)
{
  complain (error->message, strchr (spelling, '\n') == NULL);
  return cli_exit_status_from_error (error);
}
