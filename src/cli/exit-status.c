/* Exit statuses: what scripts go by.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "exit-status.h"

#include "model/lacuna-error.h"

#include <gio/gio.h>
#include <stdio.h>

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

void
cli_complain (const char *format,
              ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fprintf (stderr, "lacuna-cli: %s\n", message);
}

CliExitStatus
cli_fail (const GError *error)
{
  cli_complain ("%s", error->message);
  return cli_exit_status_from_error (error);
}
