/* Bytes on the command line: in hexadecimal, or in a file.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "bytes.h"

#include "escape.h"
#include "options.h"
#include "wait.h"
#include "model/lacuna-file-bytes.h"
#include "model/lacuna-hex.h"

#include <glib/gi18n.h>

typedef struct
{
  CliWait wait;
  GBytes *bytes;
  GError *error;
} FileReading;

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  FileReading *reading = user_data;

  reading->bytes = lacuna_file_load_bytes_finish (G_FILE (source), result, &reading->error);
  cli_wait_done (&reading->wait);
}

static GBytes *
read_file (const char    *path,
           guint64        most,
           CliExitStatus *out_status)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  FileReading reading = { 0 };

  cli_wait_begin (&reading.wait, path);
  lacuna_file_load_bytes_async (file, most, reading.wait.cancellable, read_cb, &reading);
  cli_wait_run (&reading.wait);
  cli_wait_end (&reading.wait);
  bytes = reading.bytes;
  error = reading.error;

  if (bytes == NULL
      && (error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)))
    {
      cli_complain ("%s", _ ("Interrupted."));
      *out_status = CLI_INTERRUPTED;
      return NULL;
    }
  *out_status = CLI_USAGE;
  if (bytes == NULL)
    {
      cli_complain ("%s", error->message);
      return NULL;
    }
  if (g_bytes_get_size (bytes) > 0)
    return g_steal_pointer (&bytes);

  name = cli_quote (path);
  /* Translators: a file's name */
  cli_complain (_ ("%s is empty; there is nothing to write."), name);
  return NULL;
}

GBytes *
cli_read_bytes (const char    *text,
                guint64        most,
                CliExitStatus *out_status)
{
  g_autoptr (GError) error = NULL;
  gssize offset = -1;
  GBytes *bytes;

  if (text[0] == '@')
    return read_file (text + 1, most, out_status);

  bytes = lacuna_hex_parse (text, &offset, &error);
  if (bytes == NULL)
    {
      cli_complain_about_text ("HEX", error->message, text, offset);
      *out_status = CLI_USAGE;
    }
  return bytes;
}
