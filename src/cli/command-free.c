/* lacuna-cli free: gives an allocation back.
 *
 * What is no allocation is somebody's code, stack or data, and freeing it ends the process sooner or
 * later; so that takes --force. What this program itself needs to free something and to end is not
 * freed at all.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "commands.h"
#include "deed.h"
#include "json-writer.h"
#include "load.h"
#include "values.h"

#include "model/lacuna-error.h"

#include <glib/gi18n.h>
#include <inttypes.h>

typedef struct
{
  CliOptions options;
  gboolean force;
} Freeing;

static void
print_json (LacunaOperation *operation,
            CliOutput       *output)
{
  struct lac_range range = lacuna_operation_get_range (operation);
  char protection[CLI_PROTECTION_SIZE];
  gboolean is_there = lacuna_operation_get_error (operation) == NULL;
  CliJson json;

  cli_format_protection (lacuna_operation_get_protection (operation), protection);
  cli_json_init (&json, output);
  cli_json_open_object (&json, NULL, CLI_JSON_LINES);
  if (is_there)
    {
      cli_json_address (&json, "start", range.start);
      cli_json_address (&json, "end", range.end);
      cli_json_number (&json, "size", lac_range_size (range));
      cli_json_string (&json, "protection", protection);
    }
  else
    {
      cli_json_null (&json, "start");
      cli_json_null (&json, "end");
      cli_json_number (&json, "size", 0);
      cli_json_null (&json, "protection");
    }
  cli_json_boolean (&json, "forced", lacuna_operation_get_forced (operation));
  cli_json_close_object (&json);
}

/* Complains about what could not be freed, and says what to exit with. */
static CliExitStatus
fail (Freeing         *freeing,
      LacunaOperation *operation,
      guint64          address)
{
  const GError *error = lacuna_operation_get_error (operation);

  if (g_error_matches (error, LACUNA_ERROR, LAC_E_NOT_OURS))
    {
      cli_complain (_ ("At 0x%" PRIx64 " begins no allocation: no private memory that is neither heap, "
                       "stack, guard nor a buffer of the locator. --force frees it all the same."),
                    address);
      return CLI_USAGE;
    }
  if (g_error_matches (error, LACUNA_ERROR, LAC_E_NOT_FOUND))
    {
      cli_fail (error, freeing->options.target_spelling);
      return CLI_NOTHING_FOUND;
    }
  return cli_fail_operation (operation, freeing->options.target_spelling);
}

/* What is private and of no file may well be what some library of this program works with: it is the last
 * thing that the program does, and the answer is out already. */
static CliExitStatus
free_and_exit (Freeing         *freeing,
               LacunaOperation *operation)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaAllocator) allocator = NULL;

  allocator = lacuna_allocator_for_target (freeing->options.target, &error);
  if (allocator != NULL)
    lacuna_allocator_free_and_exit (allocator, operation, CLI_DONE, &error);
  cli_complain (_ ("Nothing was freed, whatever was said before. %s"), error->message);
  return CLI_REFUSED;
}

static CliExitStatus
free_memory (Freeing        *freeing,
             LacunaSnapshot *snapshot)
{
  const gboolean is_self = lacuna_target_get_kind (freeing->options.target) == LACUNA_TARGET_SELF;
  LacunaRequest request = {
    .deed = LACUNA_DEED_FREE,
    .force = freeing->force,
    .dry_run = is_self,
  };
  g_autoptr (LacunaOperation) operation = NULL;
  uint64_t address = 0;
  CliExitStatus status = CLI_DONE;
  CliOutput output;

  if (!cli_read_address (freeing->options.target,
                         snapshot,
                         "ADDRESS",
                         freeing->options.parameters[0],
                         &address))
    return CLI_USAGE;
  request.address = address;
  operation = cli_try (&freeing->options, &request, &status);
  if (operation == NULL)
    return status;
  if (lacuna_operation_get_error (operation) != NULL)
    status = fail (freeing, operation, address);

  /* That nothing is there is an answer, too. */
  if (status != CLI_DONE && (status != CLI_NOTHING_FOUND || !freeing->options.json))
    return status;
  cli_output_init (&output, freeing->options.colour, FALSE);
  if (freeing->options.json)
    print_json (operation, &output);
  else
    cli_explain (operation, &output);
  status = cli_output_finish (&output, status);
  return is_self && status == CLI_DONE ? free_and_exit (freeing, operation) : status;
}

CliExitStatus
cli_command_free (char **arguments)
{
  Freeing freeing = { 0 };
  CliExitStatus status = CLI_USAGE;
  g_autoptr (LacunaSnapshot) snapshot = NULL;
  const GOptionEntry entries[] = {
    { "force", 0, 0, G_OPTION_ARG_NONE, &freeing.force,
      N_ ("Free the region at ADDRESS whatever it is"), NULL },
    { NULL },
  };
  const CliUsage usage = {
    .command = "free",
    .summary = _ ("Gives an allocation back."),
    .description = _ (
        "ADDRESS is hexadecimal or an expression, and must be where an allocation begins:\n"
        "private memory that is neither heap, stack, guard nor a buffer of the locator.\n"
        "Anything else takes --force. In self what lacuna-cli itself lives on is never\n"
        "freed, and freeing is the last thing that the command does.\n"
        "Exit status 1 means that nothing is mapped there. See lacuna-cli(1)."),
    .entries = entries,
    .parameters = _ ("ADDRESS"),
    .n_parameters = 1,
    .no_list = TRUE,
  };

  if (cli_options_read (&freeing.options, &usage, arguments, &status))
    {
      gboolean is_number;
      uint64_t address;

      status = CLI_USAGE;
      if (cli_check_address ("ADDRESS", freeing.options.parameters[0], &is_number, &address))
        snapshot = cli_load_live (&freeing.options, &status);
      if (snapshot != NULL)
        status = free_memory (&freeing, snapshot);
    }
  cli_options_clear (&freeing.options);
  return status;
}
