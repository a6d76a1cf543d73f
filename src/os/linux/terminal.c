/* What a program may know of the terminal that it writes to, see tty_ioctl(4).
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

int
lac_terminal_width (void)
{
  struct winsize size;

  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 0;
}

int
lac_terminal_is_output (void)
{
  return isatty (STDOUT_FILENO) == 1;
}

int
lac_terminal_is_error (void)
{
  return isatty (STDERR_FILENO) == 1;
}

void
lac_standard_files_secure (void)
{
  /* A new file gets the lowest number that is free, so one of the three while any is closed. Each is
   * opened the wrong way round: input can't be read, output can't be written. */
  for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++)
    if (fcntl (file, F_GETFD) < 0)
      (void) !open ("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}
