/* lacuna-cli write: bytes to a place in memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "bytes.h"
#include "commands.h"
#include "json-writer.h"
#include "load.h"
#include "values.h"

#include "model/lacuna-target-memory.h"

#include <glib/gi18n.h>
#include <inttypes.h>

/* More is hardly one thing that somebody wants to put somewhere. */
#define MOST_BYTES (G_GUINT64_CONSTANT (1) << 30)

typedef struct
{
  CliOptions options;
  gboolean force;
} Writing;

static void
print_json (CliOutput *output,
            guint64    address,
            gsize      size,
            gboolean   forced)
{
  CliJson json;

  cli_json_init (&json, output);
  cli_json_open_object (&json, NULL, CLI_JSON_LINES);
  cli_json_address (&json, "address", address);
  cli_json_number (&json, "size", size);
  cli_json_boolean (&json, "forced", forced);
  cli_json_close_object (&json);
}

static CliExitStatus
write_bytes (Writing        *writing,
             LacunaSnapshot *snapshot,
             GBytes         *bytes)
{
  g_autoptr (GError) error = NULL;
  gsize size = g_bytes_get_size (bytes);
  gboolean forced = FALSE;
  uint64_t address = 0;
  CliOutput output;

  if (!cli_read_address (writing->options.target,
                         snapshot,
                         "ADDRESS",
                         writing->options.parameters[0],
                         &address)
      || !cli_check_end (address, size, "ADDRESS", writing->options.parameters[0]))
    return CLI_USAGE;
  if (!lacuna_target_write_memory (writing->options.target,
                                   address,
                                   bytes,
                                   writing->force,
                                   &forced,
                                   &error))
    {
      CliExitStatus status = cli_fail (error, writing->options.target_spelling);

      /* The address was understood; what lies there is the matter. */
      return status == CLI_USAGE ? CLI_REFUSED : status;
    }

  cli_output_init (&output, writing->options.colour, FALSE);
  if (writing->options.json)
    print_json (&output, address, size, forced);
  else
    {
      g_autofree char *line
          = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                          /* Translators: how many bytes, and an address */
                                          "Wrote %lu byte at 0x%" PRIx64 ".",
                                          "Wrote %lu bytes at 0x%" PRIx64 ".",
                                          (gulong) size),
                             (gulong) size,
                             address);

      cli_output_text (&output, line, 0, CLI_PLAIN);
      cli_output_end (&output);
    }
  if (forced)
    cli_complain ("%s", _ ("Some of it was read-only, and was written because of --force."));
  return cli_output_finish (&output, CLI_DONE);
}

/* Whether ADDRESS is right as far as that needs no target. If not, it has complained. */
static gboolean
check_address (Writing *writing,
               GBytes  *bytes)
{
  const char *text = writing->options.parameters[0];
  uint64_t address = 0;
  gboolean is_number;

  return cli_check_address ("ADDRESS", text, &is_number, &address)
         && (!is_number || cli_check_end (address, g_bytes_get_size (bytes), "ADDRESS", text));
}

CliExitStatus
cli_command_write (char **arguments)
{
  Writing writing = { 0 };
  CliExitStatus status = CLI_USAGE;
  g_autoptr (LacunaSnapshot) snapshot = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const GOptionEntry entries[] = {
    { "force", 0, 0, G_OPTION_ARG_NONE, &writing.force,
      N_ ("Write also where it is read-only"), NULL },
    { NULL },
  };
  const CliUsage usage = {
    .command = "write",
    .summary = _ ("Writes bytes to a place in memory: all of them, or none."),
    .description = _ (
        "ADDRESS is hexadecimal or an expression\n"
        "(libc.so.6+0x40, libc!malloc, [heap], 0d4096). HEX is pairs of hexadecimal digits,\n"
        "with blanks, commas and 0x as you like, in quotes: \"00 ab f9 0x42\". @FILE stands for\n"
        "the bytes of a file. Exit status 5 means that it may not be written there.\n"
        "See lacuna-cli(1)."),
    .entries = entries,
    .parameters = _ ("ADDRESS HEX|@FILE"),
    .n_parameters = 2,
    .no_list = TRUE,
  };

  if (cli_options_read (&writing.options, &usage, arguments, &status))
    {
      status = CLI_USAGE;
      bytes = cli_read_bytes (writing.options.parameters[1], MOST_BYTES, &status);
      if (bytes != NULL && !check_address (&writing, bytes))
        status = CLI_USAGE;
      else if (bytes != NULL)
        snapshot = cli_load_live (&writing.options, &status);
      if (snapshot != NULL)
        status = write_bytes (&writing, snapshot, bytes);
    }
  cli_options_clear (&writing.options);
  return status;
}
