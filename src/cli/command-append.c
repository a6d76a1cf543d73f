/* lacuna-cli append: bytes into a shared buffer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "bytes.h"
#include "commands.h"
#include "constraints.h"
#include "deed.h"
#include "json-writer.h"
#include "load.h"
#include "values.h"

#include "model/lacuna-file-bytes.h"

#include <glib/gi18n.h>

typedef struct
{
  CliOptions options;
  CliConstraintTexts texts;
  gboolean force;
} Appending;

static void
print_json (LacunaOperation *operation,
            CliOutput       *output)
{
  CliJson json;

  cli_json_init (&json, output);
  cli_json_open_object (&json, NULL, CLI_JSON_LINES);
  if (lacuna_operation_get_error (operation) == NULL)
    {
      cli_json_address (&json, "address", lacuna_operation_get_address (operation));
      cli_json_address (&json, "buffer", lacuna_operation_get_range (operation).start);
      cli_json_number (&json, "position", lacuna_operation_get_position (operation));
    }
  else
    {
      cli_json_null (&json, "address");
      cli_json_null (&json, "buffer");
      cli_json_null (&json, "position");
    }
  cli_json_boolean (&json, "created", lacuna_operation_get_created (operation));
  cli_json_close_object (&json);
}

static CliExitStatus
append (Appending      *appending,
        LacunaSnapshot *snapshot,
        GBytes         *bytes)
{
  LacunaRequest request
      = { .deed = LACUNA_DEED_APPEND, .bytes = bytes, .force = appending->force };
  g_autofree guint64 *anchors = NULL;
  g_autoptr (LacunaOperation) operation = NULL;
  CliExitStatus status = CLI_USAGE;
  CliOutput output;

  if (!cli_constraints_read (&appending->texts,
                             appending->options.target,
                             snapshot,
                             &request.query,
                             &anchors))
    return CLI_USAGE;

  /* Bytes need no more room than they take, and no alignment; a whole page for each append would use up
   * what buffers are shared for. */
  if (appending->texts.size == NULL)
    request.query.size = g_bytes_get_size (bytes);
  if (appending->texts.align == NULL)
    request.query.alignment = 1;
  operation = cli_perform (&appending->options, &request, &status);
  /* That no gap fits is an answer, too. */
  if (operation == NULL
      || (status != CLI_DONE && (status != CLI_NOTHING_FOUND || !appending->options.json)))
    return status;

  cli_output_init (&output, appending->options.colour, FALSE);
  if (appending->options.json)
    print_json (operation, &output);
  else
    {
      cli_output_address (&output, lacuna_operation_get_address (operation), 0);
      cli_output_end (&output);
    }
  return cli_output_finish (&output, status);
}

/* Reads what needs no target, so that what was mistyped is told whatever that is. FALSE when it has
 * complained. */
static gboolean
check (const Appending *appending)
{
  uint64_t size = 0;

  if (!cli_constraints_check (&appending->texts) || !cli_read_size ("--size", appending->texts.size, &size))
    return FALSE;
  if (size <= LACUNA_BUFFER_BYTES_MAX)
    return TRUE;
  cli_complain_about_text ("--size",
                           _ ("That is too large: a buffer has less than 4 GiB."),
                           appending->texts.size,
                           0);
  return FALSE;
}

CliExitStatus
cli_command_append (char **arguments)
{
  Appending appending = { 0 };
  CliExitStatus status = CLI_USAGE;
  g_autoptr (LacunaSnapshot) snapshot = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const GOptionEntry entries[] = {
    { "force", 0, 0, G_OPTION_ARG_NONE, &appending.force,
      N_ ("Go on although a filter, or a killed Lacuna, might end the process"), NULL },
    { NULL },
  };
  const CliUsage usage = {
    .command = "append",
    .summary = _ ("Appends bytes to a shared buffer that satisfies the constraints, and prints where "
                  "they lie."),
    .description = _ (
        "HEX is pairs of hexadecimal digits, with blanks, commas and 0x as you like, in\n"
        "quotes: \"00 ab f9 0x42\". @FILE stands for the bytes of a file. The room needed and\n"
        "the alignment are those of the bytes unless --size and --align say otherwise.\n"
        "Where no buffer fits, one is made; in self it goes when the command ends.\n"
        "Exit status 1 means that no gap fits. See lacuna-cli(1)."),
    .entries = entries,
    .group = cli_constraints_group (&appending.texts),
    .is_word = cli_is_hazard,
    .word_option = "--avoid",
    .parameters = _ ("HEX|@FILE"),
    .n_parameters = 1,
    .no_list = TRUE,
  };

  if (cli_options_read (&appending.options, &usage, arguments, &status))
    {
      status = CLI_USAGE;
      if (check (&appending))
        bytes = cli_read_bytes (appending.options.parameters[0],
                                LACUNA_BUFFER_BYTES_MAX,
                                &status);
      if (bytes != NULL)
        snapshot = cli_load_live (&appending.options, &status);
      if (snapshot != NULL)
        status = append (&appending, snapshot, bytes);
    }
  cli_constraints_clear (&appending.texts);
  cli_options_clear (&appending.options);
  return status;
}
