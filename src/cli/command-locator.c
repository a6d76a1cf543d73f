/* lacuna-cli locator: which buffers a process shares, how full they are, and what is wrong with them.
 *
 * It only looks: a process without a locator gets none by it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "commands.h"
#include "json-writer.h"
#include "load.h"

#include "model/lacuna-allocator.h"

#include <glib/gi18n.h>
#include <inttypes.h>

#define SIZE_COLUMNS 8

typedef struct
{
  CliOptions options;
  LacunaLocator *locator;
  CliOutput output;
} Looking;

static void
json_findings (CliJson *json,
               unsigned findings)
{
  cli_json_open_array (json, "findings", CLI_JSON_INLINE);
  for (unsigned bit = 1; bit < LACUNA_FINDINGS_END; bit <<= 1)
    if ((findings & bit) != 0)
      cli_json_string (json, NULL, lacuna_finding_name (bit));
  cli_json_close_array (json);
}

static void
json_buffer (CliJson             *json,
             LacunaLocatorBuffer *buffer)
{
  cli_json_open_object (json, NULL, CLI_JSON_INLINE);
  cli_json_address (json, "address", lacuna_locator_buffer_get_address (buffer));
  cli_json_number (json, "size", lacuna_locator_buffer_get_size (buffer));
  cli_json_number (json, "position", lacuna_locator_buffer_get_position (buffer));
  cli_json_number (json, "free", lacuna_locator_buffer_get_free (buffer));
  cli_json_boolean (json, "taken", lacuna_locator_buffer_get_taken (buffer));
  json_findings (json, lacuna_locator_buffer_get_findings (buffer));
  cli_json_close_object (json);
}

static void
json_table (CliJson            *json,
            LacunaLocatorTable *table,
            CliOutput          *output)
{
  GListModel *buffers = lacuna_locator_table_get_buffers (table);
  guint n_buffers = g_list_model_get_n_items (buffers);

  cli_json_open_object (json, NULL, CLI_JSON_LINES);
  cli_json_address (json, "address", lacuna_locator_table_get_address (table));
  cli_json_number (json, "version", lacuna_locator_table_get_version (table));
  cli_json_boolean (json, "locked", lacuna_locator_table_get_locked (table));
  cli_json_open_array (json, "buffers", CLI_JSON_LINES);
  for (guint i = 0; i < n_buffers && cli_output_pump (output); i++)
    {
      g_autoptr (LacunaLocatorBuffer) buffer = g_list_model_get_item (buffers, i);

      json_buffer (json, buffer);
    }
  cli_json_close_array (json);
  /* As a rule there is nothing wrong with a table itself. */
  if (lacuna_locator_table_get_findings (table) != 0)
    json_findings (json, lacuna_locator_table_get_findings (table));
  cli_json_close_object (json);
}

static void
print_json (Looking *looking)
{
  GListModel *tables = lacuna_locator_get_tables (looking->locator);
  const char *path = lacuna_locator_get_path (looking->locator);
  guint n_tables = g_list_model_get_n_items (tables);
  CliJson json;

  cli_json_init (&json, &looking->output);
  cli_json_open_object (&json, NULL, CLI_JSON_LINES);
  if (path[0] != '\0')
    cli_json_bytes (&json, "file", path, strlen (path));
  else
    cli_json_null (&json, "file");
  cli_json_open_array (&json, "tables", CLI_JSON_LINES);
  for (guint i = 0; i < n_tables; i++)
    {
      g_autoptr (LacunaLocatorTable) table = g_list_model_get_item (tables, i);

      json_table (&json, table, &looking->output);
    }
  cli_json_close_array (&json);
  /* Those of what is no table have no table to stand in. */
  if (n_tables == 0 && lacuna_locator_get_findings (looking->locator) != 0)
    json_findings (&json, lacuna_locator_get_findings (looking->locator));
  cli_json_close_object (&json);
}

static void
print_findings (CliOutput *output,
                unsigned   findings)
{
  GString *names = g_string_new (NULL);

  for (unsigned bit = 1; bit < LACUNA_FINDINGS_END; bit <<= 1)
    if ((findings & bit) != 0)
      g_string_append_printf (names, "%s%s", names->len > 0 ? "," : "", lacuna_finding_name (bit));
  cli_output_text (output, names->str, 0, CLI_RISKY);
  g_string_free (names, TRUE);
}

/* For programs: address, size, position, free, 1 when it is taken, findings. */
static void
print_buffer (CliOutput           *output,
              LacunaLocatorBuffer *buffer,
              int                  width)
{
  gboolean taken = lacuna_locator_buffer_get_taken (buffer);

  cli_output_address (output, lacuna_locator_buffer_get_address (buffer), width);
  cli_output_separator (output);
  cli_output_size (output, lacuna_locator_buffer_get_size (buffer), SIZE_COLUMNS);
  cli_output_separator (output);
  cli_output_size (output, lacuna_locator_buffer_get_position (buffer), SIZE_COLUMNS);
  cli_output_separator (output);
  cli_output_size (output, lacuna_locator_buffer_get_free (buffer), SIZE_COLUMNS);
  cli_output_separator (output);
  if (output->null)
    cli_output_literal (output, taken ? "1" : "0");
  else
    cli_output_text (output, taken ? _ ("taken") : "-", -6, CLI_PLAIN);
  cli_output_separator (output);
  print_findings (output, lacuna_locator_buffer_get_findings (buffer));
  cli_output_end (output);
}

static void
print_heading (CliOutput *output,
               int        width)
{
  cli_output_text (output, _ ("BUFFER"), width, CLI_HEADING);
  cli_output_separator (output);
  cli_output_text (output, C_ ("heading", "SIZE"), SIZE_COLUMNS, CLI_HEADING);
  cli_output_separator (output);
  cli_output_text (output, C_ ("heading", "USED"), SIZE_COLUMNS, CLI_HEADING);
  cli_output_separator (output);
  cli_output_text (output, C_ ("heading", "FREE"), SIZE_COLUMNS, CLI_HEADING);
  cli_output_separator (output);
  cli_output_text (output, C_ ("heading", "TAKEN"), -6, CLI_HEADING);
  cli_output_separator (output);
  cli_output_text (output, _ ("FINDINGS"), 0, CLI_HEADING);
  cli_output_end (output);
}

static void
print_table_line (CliOutput          *output,
                  LacunaLocatorTable *table)
{
  g_autofree char *line = NULL;
  guint n_buffers = g_list_model_get_n_items (lacuna_locator_table_get_buffers (table));

  if (lacuna_locator_table_get_locked (table))
    line = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                         /* Translators: an address, a number, how many */
                                         "Table at 0x%" PRIx64 ", version %u, locked: %u buffer",
                                         "Table at 0x%" PRIx64 ", version %u, locked: %u buffers",
                                         n_buffers),
                            lacuna_locator_table_get_address (table),
                            lacuna_locator_table_get_version (table),
                            n_buffers);
  else
    line = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                         /* Translators: an address, a number, how many */
                                         "Table at 0x%" PRIx64 ", version %u: %u buffer",
                                         "Table at 0x%" PRIx64 ", version %u: %u buffers",
                                         n_buffers),
                            lacuna_locator_table_get_address (table),
                            lacuna_locator_table_get_version (table),
                            n_buffers);
  cli_output_text (output, line, 0, CLI_PLAIN);
  if (lacuna_locator_table_get_findings (table) != 0)
    {
      cli_output_separator (output);
      print_findings (output, lacuna_locator_table_get_findings (table));
    }
  cli_output_end (output);
}

/* What the findings that occur mean, once each. Of a file that is stale the locator knows more. */
static void
print_meanings (CliOutput  *output,
                unsigned    findings,
                const char *stale)
{
  for (unsigned bit = 1; bit < LACUNA_FINDINGS_END; bit <<= 1)
    if ((findings & bit) != 0)
      {
        g_autofree char *line
            /* Translators: a finding's name, and what it means */
            = g_strdup_printf (_ ("%s: %s"), lacuna_finding_name (bit),
                               bit == LACUNA_FINDING_STALE ? stale : lacuna_finding_sentence (bit));

        cli_output_text (output, line, 0, CLI_FAINT);
        cli_output_end (output);
      }
}

static void
print_words (Looking *looking)
{
  GListModel *tables = lacuna_locator_get_tables (looking->locator);
  CliOutput *output = &looking->output;
  const char *path = lacuna_locator_get_path (looking->locator);
  g_autofree char *meaning = lacuna_locator_describe (looking->locator);
  guint n_tables = g_list_model_get_n_items (tables);
  unsigned findings = lacuna_locator_get_findings (looking->locator);
  const int width = cli_address_width (G_GUINT64_CONSTANT (0x7fffffffffff));

  if (!output->null)
    {
      if (path[0] != '\0')
        {
          cli_output_name (output, path, strlen (path));
          cli_output_end (output);
        }
      cli_output_text (output, meaning, 0, CLI_FAINT);
      cli_output_end (output);
    }
  for (guint i = 0; i < n_tables; i++)
    {
      g_autoptr (LacunaLocatorTable) table = g_list_model_get_item (tables, i);
      GListModel *buffers = lacuna_locator_table_get_buffers (table);
      guint n_buffers = g_list_model_get_n_items (buffers);

      findings |= lacuna_locator_table_get_findings (table);
      if (!output->null)
        {
          print_table_line (output, table);
          if (n_buffers > 0)
            print_heading (output, width);
        }
      for (guint j = 0; j < n_buffers && cli_output_pump (output); j++)
        {
          g_autoptr (LacunaLocatorBuffer) buffer = g_list_model_get_item (buffers, j);

          findings |= lacuna_locator_buffer_get_findings (buffer);
          print_buffer (output, buffer, width);
        }
    }
  if (!output->null)
    print_meanings (output, findings, meaning);
}

static CliExitStatus
look (Looking *looking)
{
  g_autoptr (LacunaAllocator) allocator = NULL;
  g_autoptr (GError) error = NULL;
  gboolean exists, has_file;
  CliExitStatus status;

  allocator = lacuna_allocator_for_target (looking->options.target, &error);
  if (allocator == NULL)
    return cli_fail (error, looking->options.target_spelling);
  looking->locator = lacuna_allocator_get_locator (allocator);
  if (!lacuna_locator_refresh (looking->locator, &error))
    return cli_fail (error, looking->options.target_spelling);

  exists = lacuna_locator_exists (looking->locator);
  has_file = lacuna_locator_get_path (looking->locator)[0] != '\0';
  cli_output_init (&looking->output, looking->options.colour, looking->options.null);
  if (looking->options.json)
    print_json (looking);
  else if (exists || has_file)
    print_words (looking);
  status = cli_output_finish (&looking->output, exists ? CLI_DONE : CLI_NOTHING_FOUND);
  if (status == CLI_NOTHING_FOUND)
    cli_complain ("%s", _ ("Nothing found: the process has no buffer locator. The first buffer makes "
                           "one."));
  return status;
}

CliExitStatus
cli_command_locator (char **arguments)
{
  Looking looking = { 0 };
  CliExitStatus status = CLI_USAGE;
  g_autoptr (LacunaSnapshot) snapshot = NULL;
  const CliUsage usage = {
    .command = "locator",
    .summary = _ ("Lists the buffers that a process shares, and what is wrong with them."),
    .description = _ (
        "Nothing is locked or changed by looking.\n"
        "Exit status 1 means that there is no locator. See lacuna-cli(1)."),
  };

  if (cli_options_read (&looking.options, &usage, arguments, &status))
    {
      snapshot = cli_load_live (&looking.options, &status);
      if (snapshot != NULL)
        status = look (&looking);
    }
  cli_options_clear (&looking.options);
  return status;
}
