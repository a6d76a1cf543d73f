/* The terminal that the command line writes to. The command line makes no system call; it asks
 * here.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-terminal.h"

#include "os/terminal.h"

void
lacuna_terminal_secure_files (void)
{
  lac_standard_files_secure ();
}

gboolean
lacuna_terminal_is_output (void)
{
  return lac_terminal_is_output () != 0;
}

gboolean
lacuna_terminal_is_error (void)
{
  return lac_terminal_is_error () != 0;
}

/**
 * lacuna_terminal_get_width:
 *
 * Returns: how many columns a line may have; at least 1
 */
int
lacuna_terminal_get_width (void)
{
  const char *columns = g_getenv ("COLUMNS");
  guint64 width;

  if (columns != NULL && g_ascii_string_to_unsigned (columns, 10, 1, 10000, &width, NULL))
    return (int) width;

  width = (guint64) lac_terminal_width ();
  return width > 0 ? (int) width : 80;
}

gboolean
lacuna_terminal_has_unicode (void)
{
  return g_get_charset (NULL);
}
