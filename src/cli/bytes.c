/* Bytes on the command line: in hexadecimal, or in a file.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "bytes.h"

#include "escape.h"
#include "options.h"
#include "model/lacuna-hex.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

static GBytes *
read_file (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  GBytes *bytes = g_file_load_bytes (file, NULL, NULL, &error);

  if (bytes == NULL)
    {
      cli_complain ("%s", error->message);
      return NULL;
    }
  if (g_bytes_get_size (bytes) > 0)
    return bytes;

  name = cli_quote (path);
  /* Translators: a file's name */
  cli_complain (_ ("%s is empty; there is nothing to write."), name);
  g_bytes_unref (bytes);
  return NULL;
}

GBytes *
cli_read_bytes (const char *text)
{
  g_autoptr (GError) error = NULL;
  gssize offset = -1;
  GBytes *bytes;

  if (text[0] == '@')
    return read_file (text + 1);

  bytes = lacuna_hex_parse (text, &offset, &error);
  if (bytes == NULL)
    cli_complain_about_text ("HEX", error->message, text, offset);
  return bytes;
}
