/* lacuna-cli gaps: where could a buffer go?
 *
 * For programs everything is listed. People read the best few, so they get those and a count of the
 * rest; and when nothing fits they are told what stood in the way, since that is the next question.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "commands.h"
#include "constraints.h"
#include "json-writer.h"
#include "load.h"

#include "core/hazard.h"
#include "model/lacuna-format.h"
#include "model/lacuna-gap-results.h"

#include <glib/gi18n.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What people are shown when they set no limit: about a screen. */
#define PEOPLE_LIMIT 50

/* How wide the columns for sizes are: "1023 KiB", and "-1023 KiB". */
#define SIZE_COLUMNS 8
#define DISTANCE_COLUMNS 9

typedef struct
{
  CliOptions options;
  CliConstraintTexts texts;
  char *limit_text;
  gboolean rejected;
  gboolean detail;
  guint64 limit; /* 0: as many as there are, for people PEOPLE_LIMIT */

  LacunaSnapshot *snapshot;
  const struct lac_map *map;
  struct lac_gap_query query;
  guint64 *anchors;
} Gaps;

static void
json_hazards (CliJson    *json,
              const char *key,
              unsigned    hazards)
{
  cli_json_open_array (json, key, CLI_JSON_INLINE);
  for (unsigned bit = 1; bit <= LAC_HAZARD_ALL; bit <<= 1)
    if ((hazards & bit) != 0)
      cli_json_string (json, NULL, lac_hazard_name (bit));
  cli_json_close_array (json);
}

static void
json_query (CliJson                    *json,
            const struct lac_gap_query *query)
{
  cli_json_open_object (json, "query", CLI_JSON_LINES);
  cli_json_address (json, "min", query->min);
  cli_json_address (json, "max", query->max);
  cli_json_open_array (json, "near", CLI_JSON_INLINE);
  for (size_t i = 0; i < query->n_anchors; i++)
    cli_json_address (json, NULL, query->anchors[i]);
  cli_json_close_array (json);
  cli_json_number (json, "within", query->within);
  cli_json_number (json, "size", query->size);
  cli_json_number (json, "align", query->alignment);
  json_hazards (json, "avoid", query->avoid);
  cli_json_string (json, "order", lac_order_name (query->order));
  cli_json_close_object (json);
}

static void
json_range (CliJson          *json,
            struct lac_range  range)
{
  cli_json_address (json, "start", range.start);
  cli_json_address (json, "end", range.end);
  cli_json_number (json, "size", lac_range_size (range));
}

static void
json_gap (CliJson                    *json,
          const struct lac_gap_query *query,
          const struct lac_gap       *gap)
{
  cli_json_open_object (json, NULL, CLI_JSON_INLINE);
  json_range (json, gap->range);
  cli_json_address (json, "candidate", gap->candidate);
  if (query->n_anchors > 0)
    cli_json_signed (json, "distance", gap->distance);
  else
    cli_json_null (json, "distance");
  json_hazards (json, "hazards", gap->hazards);
  cli_json_number (json, "capacity", gap->capacity);
  cli_json_close_object (json);
}

static void
json_rejection (CliJson                    *json,
                const struct lac_rejection *rejection)
{
  cli_json_open_object (json, NULL, CLI_JSON_INLINE);
  json_range (json, rejection->range);
  cli_json_string (json, "reason", lac_reason_name (rejection->reason));
  if (rejection->anchor >= 0)
    cli_json_signed (json, "anchor", rejection->anchor);
  else
    cli_json_null (json, "anchor");
  if (rejection->reason == LAC_REASON_HAZARD)
    json_hazards (json, "hazards", rejection->hazards);
  cli_json_close_object (json);
}

/* Steps to the next gap that is not empty and does not fit, in the order of addresses. */
static gboolean
next_rejection (const Gaps           *gaps,
                size_t               *index,
                struct lac_rejection *out_rejection)
{
  size_t n_regions;

  lac_map_regions (gaps->map, &n_regions);
  for (; *index <= n_regions; (*index)++)
    if (lac_range_size (lac_map_gap (gaps->map, *index)) > 0
        && lac_gap_check (gaps->map, &gaps->query, *index, NULL, out_rejection) == LAC_E_NO_GAP)
      {
        (*index)++;
        return TRUE;
      }
  return FALSE;
}

static gboolean
print_json (const Gaps            *gaps,
            struct lac_gap_search *search,
            CliOutput             *output)
{
  CliJson json;
  struct lac_gap gap;
  struct lac_rejection rejection;
  guint64 n_gaps = 0;
  size_t index = 0;

  cli_json_init (&json, output);
  cli_json_open_object (&json, NULL, CLI_JSON_LINES);
  json_query (&json, &gaps->query);

  cli_json_open_array (&json, "gaps", CLI_JSON_LINES);
  while ((gaps->limit == 0 || n_gaps < gaps->limit) && cli_output_pump (output)
         && lac_gap_next (search, &gap) == LAC_OK)
    {
      json_gap (&json, &gaps->query, &gap);
      n_gaps++;
    }
  cli_json_close_array (&json);

  /* The key is there in any case, so that readers need not ask for it. */
  cli_json_open_array (&json, "rejected", CLI_JSON_LINES);
  while (gaps->rejected && cli_output_pump (output) && next_rejection (gaps, &index, &rejection))
    json_rejection (&json, &rejection);
  cli_json_close_array (&json);
  cli_json_close_object (&json);
  return n_gaps > 0;
}

static int
address_width (const Gaps *gaps)
{
  return cli_address_width (lac_map_space (gaps->map)->user.end);
}

static void
print_range (CliOutput        *output,
             struct lac_range  range,
             int               width)
{
  cli_output_address (output, range.start, width);
  cli_output_separator (output);
  cli_output_address (output, range.end, width);
  cli_output_separator (output);
  cli_output_size (output, lac_range_size (range), SIZE_COLUMNS);
}

/* (transfer full): "stack-growth,stack-guard". */
static char *
join_hazards (unsigned    hazards,
              const char *separator)
{
  GString *names = g_string_new (NULL);

  for (unsigned bit = 1; bit <= LAC_HAZARD_ALL; bit <<= 1)
    if ((hazards & bit) != 0)
      g_string_append_printf (names,
                              "%s%s",
                              names->len > 0 ? separator : "",
                              lac_hazard_name (bit));
  return g_string_free (names, FALSE);
}

static void
print_distance (CliOutput *output,
                gint64     distance)
{
  g_autofree char *text = NULL;

  if (output->null || distance == 0)
    text = g_strdup_printf ("%" G_GINT64_FORMAT, distance);
  else
    {
      guint64 bytes = distance > 0 ? (guint64) distance : -(guint64) distance;
      g_autofree char *size = lacuna_format_size (bytes);

      text = g_strconcat (distance > 0 ? "+" : "-", size, NULL);
    }
  cli_output_text (output, text, DISTANCE_COLUMNS, CLI_PLAIN);
}

static void
print_gap (const Gaps           *gaps,
           const struct lac_gap *gap,
           CliOutput            *output)
{
  g_autofree char *candidate = lacuna_format_address (gap->candidate);
  g_autofree char *hazards = join_hazards (gap->hazards, ",");
  char capacity[24];

  cli_output_text (output, candidate, address_width (gaps), CLI_FITS);
  cli_output_separator (output);
  print_range (output, gap->range, address_width (gaps));
  cli_output_separator (output);
  if (gaps->query.n_anchors > 0)
    {
      print_distance (output, gap->distance);
      cli_output_separator (output);
    }
  g_snprintf (capacity, sizeof capacity, "%" PRIu64, (guint64) gap->capacity);
  cli_output_text (output, capacity, 12, CLI_PLAIN);
  if (gap->hazards != LAC_HAZARD_NONE)
    {
      cli_output_separator (output);
      cli_output_text (output, hazards, 0, CLI_RISKY);
    }
  cli_output_end (output);
}

static void
print_gap_heading (const Gaps *gaps,
                   CliOutput  *output)
{
  int width = address_width (gaps);

  cli_output_text (output, _ ("CANDIDATE"), width, CLI_HEADING);
  cli_output_separator (output);
  cli_output_text (output, _ ("GAP START"), width, CLI_HEADING);
  cli_output_separator (output);
  cli_output_text (output, _ ("GAP END"), width, CLI_HEADING);
  cli_output_separator (output);
  cli_output_text (output, C_ ("heading", "SIZE"), SIZE_COLUMNS, CLI_HEADING);
  cli_output_separator (output);
  if (gaps->query.n_anchors > 0)
    {
      cli_output_text (output, _ ("DISTANCE"), DISTANCE_COLUMNS, CLI_HEADING);
      cli_output_separator (output);
    }
  cli_output_text (output, _ ("FITS"), 12, CLI_HEADING);
  cli_output_separator (output);
  cli_output_text (output, _ ("HAZARDS"), 0, CLI_HEADING);
  cli_output_end (output);
}

/* (transfer full): why, in a sentence. */
static char *
explain_rejection (const Gaps                 *gaps,
                   const struct lac_rejection *rejection)
{
  g_autofree char *hazards = NULL;

  if (rejection->anchor >= 0)
    return g_strdup_printf (_ ("Too little of the gap lies within reach of the anchor "
                               "0x%" PRIx64 "."),
                            gaps->anchors[rejection->anchor]);
  if (rejection->hazards != LAC_HAZARD_NONE)
    {
      hazards = join_hazards (rejection->hazards, ", ");
      return g_strdup_printf (_ ("There is room, but only where it is risky: %s."), hazards);
    }
  return g_strdup (g_dgettext (GETTEXT_PACKAGE, lac_reason_sentence (rejection->reason)));
}

/* For programs: the reason, the anchor and the hazards, of which either may be empty. */
static void
print_rejection_fields (const Gaps                 *gaps,
                        const struct lac_rejection *rejection,
                        CliOutput                  *output)
{
  g_autofree char *hazards = join_hazards (rejection->hazards, ",");

  cli_output_literal (output, lac_reason_name (rejection->reason));
  cli_output_separator (output);
  if (rejection->anchor >= 0)
    cli_output_address (output, gaps->anchors[rejection->anchor], 0);
  cli_output_separator (output);
  cli_output_literal (output, hazards);
}

static void
print_rejections (const Gaps *gaps,
                  CliOutput  *output)
{
  struct lac_rejection rejection;
  int width = address_width (gaps);
  size_t index = 0;

  if (!output->null)
    {
      cli_output_end (output);
      cli_output_text (output, _ ("GAP START"), width, CLI_HEADING);
      cli_output_separator (output);
      cli_output_text (output, _ ("GAP END"), width, CLI_HEADING);
      cli_output_separator (output);
      cli_output_text (output, C_ ("heading", "SIZE"), SIZE_COLUMNS, CLI_HEADING);
      cli_output_separator (output);
      cli_output_text (output, _ ("REJECTED"), -10, CLI_HEADING);
      cli_output_separator (output);
      cli_output_text (output, _ ("BECAUSE"), 0, CLI_HEADING);
      cli_output_end (output);
    }

  while (cli_output_pump (output) && next_rejection (gaps, &index, &rejection))
    {
      print_range (output, rejection.range, width);
      cli_output_separator (output);
      if (output->null)
        print_rejection_fields (gaps, &rejection, output);
      else
        {
          g_autofree char *sentence = explain_rejection (gaps, &rejection);

          cli_output_text (output, lac_reason_name (rejection.reason), -10, CLI_RISKY);
          cli_output_separator (output);
          cli_output_text (output, sentence, 0, CLI_PLAIN);
        }
      cli_output_end (output);
    }
}

/* How many gaps fit, without walking them in order. */
static guint64
count_gaps (const Gaps *gaps)
{
  g_autoptr (LacunaGapResults) results = NULL;

  results = lacuna_gap_results_search (gaps->snapshot, &gaps->query, 0, NULL, NULL);
  return results != NULL ? lacuna_gap_results_get_n_matches (results) : 0;
}

static gboolean
print_table (const Gaps            *gaps,
             struct lac_gap_search *search,
             CliOutput             *output)
{
  guint64 limit = gaps->limit > 0 ? gaps->limit : output->null ? G_MAXUINT64 : PEOPLE_LIMIT;
  guint64 n_gaps = 0;
  struct lac_gap gap;
  gboolean more = FALSE;

  while (cli_output_pump (output) && lac_gap_next (search, &gap) == LAC_OK)
    {
      if (n_gaps == limit)
        {
          more = TRUE;
          break;
        }
      if (n_gaps++ == 0 && !output->null)
        print_gap_heading (gaps, output);
      print_gap (gaps, &gap, output);
    }

  if (more && !output->null)
    {
      guint64 n_all = count_gaps (gaps);
      g_autofree char *line = NULL;

      line = g_strdup_printf (_ ("%" PRIu64 " of %" PRIu64
                                 " gaps that fit; --limit %" PRIu64 " shows all"),
                              n_gaps,
                              n_all,
                              n_all);
      cli_output_text (output, line, 0, CLI_FAINT);
      cli_output_end (output);
    }
  if (gaps->rejected)
    print_rejections (gaps, output);
  return n_gaps > 0;
}

/* Says what stood in the way: so many gaps for each reason, the most frequent first. */
static void
complain_nothing_fits (const Gaps *gaps)
{
  guint64 counts[LAC_N_REASONS] = { 0 };
  struct lac_rejection rejection;
  guint64 n_gaps = 0;
  size_t index = 0;

  while (next_rejection (gaps, &index, &rejection))
    {
      counts[rejection.reason]++;
      n_gaps++;
    }

  cli_complain ("%s", g_dgettext (GETTEXT_PACKAGE, lac_status_sentence (LAC_E_NO_GAP)));
  for (;;)
    {
      guint most = 0;

      for (guint i = 1; i < LAC_N_REASONS; i++)
        if (counts[i] > counts[most])
          most = i;
      if (counts[most] == 0)
        break;
      fprintf (stderr,
               /* Translators: so many of so many gaps, the reason's name and sentence */
               _ ("  %" PRIu64 " of %" PRIu64 " %s: %s\n"),
               counts[most],
               n_gaps,
               lac_reason_name (most),
               g_dgettext (GETTEXT_PACKAGE, lac_reason_sentence (most)));
      counts[most] = 0;
    }
}

static gboolean
read_limit (Gaps *gaps)
{
  if (gaps->limit_text == NULL)
    return TRUE;
  if (g_ascii_string_to_unsigned (gaps->limit_text, 10, 1, G_MAXUINT64, &gaps->limit, NULL))
    return TRUE;
  cli_complain_about_text ("--limit", _ ("A limit is a number from 1 up."), gaps->limit_text, 0);
  return FALSE;
}

static CliExitStatus
search_and_print (Gaps *gaps)
{
  struct lac_gap_search search;
  CliOutput output;
  gboolean found;
  enum lac_status status;
  CliExitStatus exit_status;

  status = lac_gap_search_init (&search, gaps->map, &gaps->query);
  if (status != LAC_OK)
    {
      cli_complain ("%s", g_dgettext (GETTEXT_PACKAGE, lac_status_sentence (status)));
      return status == LAC_E_INVALID ? CLI_USAGE : CLI_REFUSED;
    }

  cli_output_init (&output, gaps->options.colour, gaps->options.null);
  if (gaps->options.json)
    found = print_json (gaps, &search, &output);
  else
    found = print_table (gaps, &search, &output);
  lac_gap_search_clear (&search);

  exit_status = cli_output_finish (&output, found ? CLI_DONE : CLI_NOTHING_FOUND);
  if (exit_status == CLI_NOTHING_FOUND && !gaps->options.json)
    complain_nothing_fits (gaps);
  return exit_status;
}

CliExitStatus
cli_command_gaps (char **arguments)
{
  Gaps gaps = { 0 };
  CliExitStatus status = CLI_USAGE;
  const GOptionEntry entries[] = {
    { "limit", 0, 0, G_OPTION_ARG_FILENAME, &gaps.limit_text,
      N_ ("List N gaps at most (people: 50, programs: all)"), N_ ("N") },
    { "rejected", 0, 0, G_OPTION_ARG_NONE, &gaps.rejected,
      N_ ("List also the gaps that do not fit, and why"), NULL },
    { "detail", 0, 0, G_OPTION_ARG_NONE, &gaps.detail,
      N_ ("Know the guard of every stack in a process (slower)"), NULL },
    { NULL },
  };
  const CliUsage usage = {
    .command = "gaps",
    .summary = _ ("Finds the free gaps that a buffer may go into."),
    .description = _ (
        "Addresses are hexadecimal or expressions (libc.so.6+0x40, libc!malloc, [heap],\n"
        "0d4096); sizes are bytes, 0x-hexadecimal, or like 64K and 1.5M.\n"
        "Hazards are heap-growth, stack-growth, stack-guard, all and none.\n"
        "Orders are nearest, lowest, highest, tightest and roomiest.\n"
        "Exit status 1 means that no gap fits. See lacuna-cli(1)."),
    .entries = entries,
    .group = cli_constraints_group (&gaps.texts),
    .is_word = cli_is_hazard,
    .word_option = "--avoid",
  };

  if (cli_options_read (&gaps.options, &usage, arguments, &status))
    {
      status = CLI_USAGE;
      if (read_limit (&gaps) && cli_constraints_check (&gaps.texts))
        gaps.snapshot = cli_load (&gaps.options,
                                  gaps.detail ? LACUNA_LOAD_DETAIL : LACUNA_LOAD_NONE,
                                  &status);
      if (gaps.snapshot != NULL)
        {
          gaps.map = lacuna_snapshot_get_map (gaps.snapshot);
          if (cli_constraints_read (&gaps.texts,
                                    gaps.options.target,
                                    gaps.snapshot,
                                    &gaps.query,
                                    &gaps.anchors))
            status = search_and_print (&gaps);
          else
            status = CLI_USAGE;
        }
    }

  g_clear_object (&gaps.snapshot);
  g_free (gaps.anchors);
  g_free (gaps.limit_text);
  cli_constraints_clear (&gaps.texts);
  cli_options_clear (&gaps.options);
  return status;
}
