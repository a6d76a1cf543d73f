/* lacuna-cli alloc: memory at a place of one's choice.
 *
 * What is allocated in another process is there until that one ends, or frees it. In the command's own
 * process it goes when the command ends; so for the target self this is a rehearsal, and it says whether the
 * very same wish would be granted.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "commands.h"
#include "constraints.h"
#include "deed.h"
#include "json-writer.h"
#include "load.h"

#include <glib/gi18n.h>
#include <inttypes.h>

typedef struct
{
  CliOptions options;
  CliConstraintTexts texts;
  char *protection_text;
  unsigned protection;
  gboolean dry_run;
  gboolean force;
} Allocation;

static void
print_json (LacunaOperation *operation,
            CliOutput       *output)
{
  struct lac_range range = lacuna_operation_get_range (operation);
  const LacunaAttempt *attempts;
  char protection[CLI_PROTECTION_SIZE];
  CliJson json;
  guint n_attempts;

  cli_format_protection (lacuna_operation_get_protection (operation), protection);
  attempts = lacuna_operation_get_attempts (operation, &n_attempts);
  cli_json_init (&json, output);
  cli_json_open_object (&json, NULL, CLI_JSON_LINES);
  if (lacuna_operation_get_error (operation) == NULL)
    {
      cli_json_address (&json, "start", range.start);
      cli_json_address (&json, "end", range.end);
    }
  else
    {
      cli_json_null (&json, "start");
      cli_json_null (&json, "end");
    }
  cli_json_number (&json, "size", lac_range_size (range));
  cli_json_string (&json, "protection", protection);
  cli_json_boolean (&json, "dry_run", lacuna_operation_get_dry_run (operation));
  cli_json_open_array (&json, "attempts", CLI_JSON_LINES);
  for (guint i = 0; i < n_attempts; i++)
    {
      cli_json_open_object (&json, NULL, CLI_JSON_INLINE);
      cli_json_address (&json, "address", attempts[i].address);
      cli_json_string (&json, "outcome", lac_status_name (attempts[i].status));
      cli_json_close_object (&json);
    }
  cli_json_close_array (&json);
  cli_json_close_object (&json);
}

static void
print_words (LacunaOperation *operation,
             CliOutput       *output)
{
  struct lac_range range = lacuna_operation_get_range (operation);
  const LacunaAttempt *attempts;
  char protection[CLI_PROTECTION_SIZE];
  guint n_attempts;

  cli_format_protection (lacuna_operation_get_protection (operation), protection);
  cli_output_address (output, range.start, 0);
  cli_output_separator (output);
  cli_output_address (output, range.end, 0);
  cli_output_separator (output);
  cli_output_size (output, lac_range_size (range), 0);
  cli_output_separator (output);
  cli_output_text (output, protection, 0, CLI_PLAIN);
  cli_output_end (output);

  attempts = lacuna_operation_get_attempts (operation, &n_attempts);
  for (guint i = 0; n_attempts > 1 && i < n_attempts; i++)
    {
      cli_output_blanks (output, 2);
      cli_output_address (output, attempts[i].address, 0);
      cli_output_separator (output);
      cli_output_literal (output, lac_status_name (attempts[i].status));
      cli_output_end (output);
    }
  cli_explain (operation, output);
}

/* Whether the target's map, as it is now, holds all of the range. If not, it has complained. */
static gboolean
verify (Allocation      *allocation,
        LacunaOperation *operation,
        CliExitStatus   *out_status)
{
  g_autoptr (LacunaSnapshot) snapshot = NULL;
  struct lac_range range = lacuna_operation_get_range (operation);
  const unsigned protection = lacuna_operation_get_protection (operation);
  const struct lac_region *regions;
  const struct lac_map *map;
  size_t n_regions;

  if (lacuna_operation_get_dry_run (operation))
    return TRUE;
  snapshot = cli_load (&allocation->options, LACUNA_LOAD_NONE, out_status);
  if (snapshot == NULL)
    return FALSE;

  map = lacuna_snapshot_get_map (snapshot);
  regions = lac_map_regions (map, &n_regions);
  for (size_t i = lac_map_search (map, range.start); range.start < range.end; i++)
    {
      if (i == n_regions || regions[i].start > range.start || regions[i].protection != protection)
        {
          cli_complain (_ ("The system says that it allocated, and the map does not hold it at "
                           "0x%" PRIx64 "."),
                        range.start);
          *out_status = CLI_REFUSED;
          return FALSE;
        }
      range.start = regions[i].end;
    }
  return TRUE;
}

/* Reads what needs no target, so that what was mistyped is told whatever that is. */
static gboolean
read_plain (Allocation *allocation)
{
  allocation->protection = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE;
  return cli_constraints_check (&allocation->texts)
         && (allocation->protection_text == NULL
             || cli_read_protection ("--protect", allocation->protection_text, &allocation->protection));
}

static CliExitStatus
allocate (Allocation     *allocation,
          LacunaSnapshot *snapshot)
{
  LacunaRequest request = {
    .deed = LACUNA_DEED_ALLOCATE,
    .protection = allocation->protection,
    .dry_run = allocation->dry_run,
    .force = allocation->force,
  };
  g_autofree guint64 *anchors = NULL;
  g_autoptr (LacunaOperation) operation = NULL;
  CliExitStatus status = CLI_USAGE;
  CliOutput output;

  request.protection |= request.protection == LAC_PROTECTION_NONE ? LACUNA_PROTECTION_NONE : 0;
  if (!cli_constraints_read (&allocation->texts,
                             allocation->options.target,
                             snapshot,
                             &request.query,
                             &anchors))
    return CLI_USAGE;

  operation = cli_perform (&allocation->options, &request, &status);
  if (operation != NULL && status == CLI_DONE && !verify (allocation, operation, &status))
    return status;

  /* That no gap fits is an answer, too. */
  if (operation == NULL
      || (status != CLI_DONE && (status != CLI_NOTHING_FOUND || !allocation->options.json)))
    return status;
  cli_output_init (&output, allocation->options.colour, FALSE);
  if (allocation->options.json)
    print_json (operation, &output);
  else
    print_words (operation, &output);
  return cli_output_finish (&output, status);
}

CliExitStatus
cli_command_alloc (char **arguments)
{
  Allocation allocation = { 0 };
  CliExitStatus status = CLI_USAGE;
  g_autoptr (LacunaSnapshot) snapshot = NULL;
  const GOptionEntry entries[] = {
    { "protect", 0, 0, G_OPTION_ARG_FILENAME, &allocation.protection_text,
      N_ ("What may be done with it: some of r, w and x (rw)"), N_ ("RWX") },
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &allocation.dry_run,
      N_ ("Say what would be done, and do nothing"), NULL },
    { "force", 0, 0, G_OPTION_ARG_NONE, &allocation.force,
      N_ ("Go on although a filter, or a killed Lacuna, might end the process"), NULL },
    { NULL },
  };
  const CliUsage usage = {
    .command = "alloc",
    .summary = _ ("Allocates memory at a place that satisfies the constraints."),
    .description = _ (
        "Another process has the memory until it ends or free gives it back; one of its\n"
        "threads is stopped for a moment. That of self goes when the command ends.\n"
        "Addresses are hexadecimal or expressions (libc.so.6+0x40, libc!malloc, [heap],\n"
        "0d4096); sizes are bytes, 0x-hexadecimal, or like 64K and 1.5M, and rounded up to\n"
        "the page. Exit status 1 means that no gap fits. See lacuna-cli(1)."),
    .entries = entries,
    .group = cli_constraints_group (&allocation.texts),
    .is_word = cli_is_hazard,
    .word_option = "--avoid",
    .no_list = TRUE,
  };

  if (cli_options_read (&allocation.options, &usage, arguments, &status))
    {
      status = CLI_USAGE;
      if (read_plain (&allocation))
        snapshot = cli_load_live (&allocation.options, &status);
      if (snapshot != NULL)
        status = allocate (&allocation, snapshot);
    }
  g_free (allocation.protection_text);
  cli_constraints_clear (&allocation.texts);
  cli_options_clear (&allocation.options);
  return status;
}
