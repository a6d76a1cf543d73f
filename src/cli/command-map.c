/* lacuna-cli map: the regions of an address space, from low to high.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "commands.h"
#include "escape.h"
#include "json-writer.h"
#include "load.h"
#include "options.h"
#include "strip-text.h"

#include "model/lacuna-format.h"
#include "model/lacuna-ink.h"
#include "model/lacuna-terminal.h"

#include <glib/gi18n.h>
#include <string.h>

/* "1023 KiB". */
#define SIZE_COLUMNS 8

typedef struct
{
  CliOptions options;
  gboolean strip;
  gboolean detail;
  char *width_text;
  char **kind_texts;
  guint64 width;
  gboolean kinds[LAC_N_KINDS];

  LacunaSnapshot *snapshot;
  const struct lac_map *map;
  const struct lac_region *regions;
  size_t n_regions;
} Map;

/* How pages are used: the columns and keys of --detail. */
typedef struct
{
  const char *key;
  const char *heading;
  size_t offset;
} DetailField;

static const DetailField detail_fields[] = {
  { "resident", N_ ("RESIDENT"), G_STRUCT_OFFSET (struct lac_region_detail, resident) },
  { "proportional", N_ ("PROPORT."), G_STRUCT_OFFSET (struct lac_region_detail, proportional) },
  { "dirty", N_ ("DIRTY"), G_STRUCT_OFFSET (struct lac_region_detail, dirty) },
  { "swapped", N_ ("SWAPPED"), G_STRUCT_OFFSET (struct lac_region_detail, swapped) },
  { "huge", N_ ("HUGE"), G_STRUCT_OFFSET (struct lac_region_detail, huge) },
};

static const char *
ink_colour (const struct lac_region *region)
{
  switch (lacuna_ink_for_region (region))
    {
    case LACUNA_INK_CODE:
      return "31";
    case LACUNA_INK_READ_ONLY:
      return "33";
    case LACUNA_INK_DATA:
      return "35";
    case LACUNA_INK_HEAP:
      return "94";
    case LACUNA_INK_ANONYMOUS:
      return "36";
    case LACUNA_INK_SHARED:
      return "91";
    case LACUNA_INK_STACK:
      return "93";
    case LACUNA_INK_GUARD:
      return "90";
    case LACUNA_INK_SYSTEM:
      return "32";
    case LACUNA_INK_BUFFER:
      return "92";
    case LACUNA_INK_FILE:
    case LACUNA_N_INKS:
    default:
      return CLI_PLAIN;
    }
}

static guint64
detail_value (const struct lac_region_detail *detail,
              const DetailField              *field)
{
  return *(const uint64_t *) ((const char *) detail + field->offset);
}

/* Bytes in the file system's encoding: the whole path, and its last part. */
static void
json_file (CliJson   *json,
           const Map *map)
{
  const LacunaOrigin *origin = lacuna_snapshot_get_origin (map->snapshot);
  const char *spelling = map->options.target_spelling;
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;
  g_autofree char *name = NULL;

  if (strcmp (spelling, "-") != 0)
    {
      file = g_str_has_prefix (spelling, "file://") ? g_file_new_for_uri (spelling)
                                                    : g_file_new_for_path (spelling);
      path = g_file_get_path (file);
      name = path != NULL ? g_path_get_basename (path) : NULL;
    }
  if (name == NULL)
    {
      g_free (path);
      path = g_strdup (origin->source_path);
      name = g_strdup (origin->name);
    }

  cli_json_string (json, "kind", "file");
  cli_json_bytes (json, "path", path, strlen (path));
  cli_json_bytes (json, "name", name, strlen (name));
}

static void
json_target (CliJson *json,
             const Map *map)
{
  const LacunaOrigin *origin = lacuna_snapshot_get_origin (map->snapshot);
  const struct lac_space *space = lac_map_space (map->map);
  const char *name;

  cli_json_open_object (json, "target", CLI_JSON_LINES);
  if (origin->kind == LACUNA_TARGET_FILE)
    json_file (json, map);
  else
    {
      cli_json_string (json, "kind", "process");
      cli_json_number (json, "pid", (guint64) origin->pid);
      cli_json_number (json, "start_time", origin->start_time);
      name = origin->name_bytes != NULL ? origin->name_bytes : origin->name;
      cli_json_bytes (json, "name", name, strlen (name));
    }
  cli_json_number (json, "pointer_bits", space->pointer_bits);
  cli_json_number (json, "page_size", space->page_size);
  cli_json_close_object (json);
}

static char *
format_taken (gint64 taken)
{
  g_autoptr (GDateTime) seconds = g_date_time_new_from_unix_utc (taken / G_USEC_PER_SEC);
  g_autofree char *text = g_date_time_format (seconds, "%Y-%m-%dT%H:%M:%S");

  return g_strdup_printf ("%s.%06dZ", text, (int) (taken % G_USEC_PER_SEC));
}

static void
json_region (CliJson   *json,
             const Map *map,
             size_t     index)
{
  const struct lac_region *region = &map->regions[index];
  const struct lac_backing *backing = lac_map_backing (map->map, region);
  const struct lac_region_detail *detail;
  char protection[5];
  char device[24];

  lac_protection_format (region->protection, region->flags, protection);
  g_snprintf (device, sizeof device, "%02x:%02x", backing->device_major, backing->device_minor);

  cli_json_open_object (json, NULL, CLI_JSON_INLINE);
  cli_json_address (json, "start", region->start);
  cli_json_address (json, "end", region->end);
  cli_json_number (json, "size", region->end - region->start);
  cli_json_string (json, "protection", protection);
  cli_json_string (json, "kind", lac_kind_name (region->kind));
  cli_json_number (json, "offset", region->offset);
  cli_json_string (json, "device", device);
  cli_json_number (json, "inode", backing->inode);
  cli_json_bytes (json,
                  "name",
                  backing->name_length > 0 ? backing->name : "",
                  backing->name_length);
  cli_json_boolean (json, "deleted", backing->deleted);

  if (map->detail)
    {
      detail = lac_map_detail (map->map, index);
      for (guint i = 0; i < G_N_ELEMENTS (detail_fields); i++)
        if (detail != NULL)
          cli_json_number (json,
                           detail_fields[i].key,
                           detail_value (detail, &detail_fields[i]));
        else
          cli_json_null (json, detail_fields[i].key);
    }
  cli_json_close_object (json);
}

static void
print_json (const Map *map,
            CliOutput *output)
{
  struct lac_totals totals = lac_map_totals (map->map);
  struct lac_range user = lac_map_space (map->map)->user;
  g_autofree char *taken = format_taken (lacuna_snapshot_get_taken (map->snapshot));
  CliJson json;

  cli_json_init (&json, output);
  cli_json_open_object (&json, NULL, CLI_JSON_LINES);
  json_target (&json, map);
  cli_json_string (&json, "source", lacuna_snapshot_get_origin (map->snapshot)->source);
  cli_json_string (&json, "taken", taken);
  if (lac_map_repairs (map->map) > 0)
    cli_json_number (&json, "repaired", lac_map_repairs (map->map));
  cli_json_open_object (&json, "user_space", CLI_JSON_INLINE);
  cli_json_address (&json, "start", user.start);
  cli_json_address (&json, "end", user.end);
  cli_json_close_object (&json);

  cli_json_open_array (&json, "regions", CLI_JSON_LINES);
  for (size_t i = 0; i < map->n_regions && cli_output_pump (output); i++)
    if (map->kinds[map->regions[i].kind])
      json_region (&json, map, i);
  cli_json_close_array (&json);

  cli_json_open_object (&json, "totals", CLI_JSON_INLINE);
  cli_json_number (&json, "regions", map->n_regions);
  cli_json_number (&json, "mapped", totals.mapped);
  cli_json_number (&json, "free", totals.free);
  cli_json_number (&json, "largest_gap", totals.largest_gap);
  cli_json_close_object (&json);
  cli_json_close_object (&json);
}

/* How wide the columns have to be for what is shown. */
typedef struct
{
  int address;
  int kind;
  int offset;
} Widths;

static Widths
measure (const Map *map,
         size_t    *out_n_shown)
{
  Widths widths = { (int) strlen ("START"), (int) strlen ("KIND"), (int) strlen ("OFFSET") };
  uint64_t largest_offset = 0;
  uint64_t last_end = 0;
  size_t n_shown = 0;

  for (size_t i = 0; i < map->n_regions; i++)
    {
      const struct lac_region *region = &map->regions[i];

      if (!map->kinds[region->kind])
        continue;
      n_shown++;
      last_end = region->end;
      largest_offset = MAX (largest_offset, region->offset);
      widths.kind = MAX (widths.kind, (int) strlen (lac_kind_name (region->kind)));
    }
  widths.address = MAX (widths.address, cli_address_width (last_end));
  widths.offset = MAX (widths.offset, cli_address_width (largest_offset));
  *out_n_shown = n_shown;
  return widths;
}

static void
print_heading (const Map    *map,
               const Widths *widths,
               CliOutput    *output)
{
  cli_output_text (output, _ ("START"), widths->address, CLI_HEADING);
  cli_output_separator (output);
  cli_output_text (output, _ ("END"), widths->address, CLI_HEADING);
  cli_output_separator (output);
  cli_output_text (output, C_ ("heading", "SIZE"), SIZE_COLUMNS, CLI_HEADING);
  cli_output_separator (output);
  cli_output_text (output, _ ("PROT"), -4, CLI_HEADING);
  cli_output_separator (output);
  cli_output_text (output, _ ("KIND"), -widths->kind, CLI_HEADING);
  cli_output_separator (output);
  cli_output_text (output, _ ("OFFSET"), widths->offset, CLI_HEADING);
  cli_output_separator (output);
  if (map->detail)
    for (guint i = 0; i < G_N_ELEMENTS (detail_fields); i++)
      {
        cli_output_text (output, _ (detail_fields[i].heading), SIZE_COLUMNS, CLI_HEADING);
        cli_output_separator (output);
      }
  cli_output_text (output, _ ("NAME"), 0, CLI_HEADING);
  cli_output_end (output);
}

static void
print_region (const Map    *map,
              size_t        index,
              const Widths *widths,
              CliOutput    *output)
{
  const struct lac_region *region = &map->regions[index];
  const struct lac_backing *backing = lac_map_backing (map->map, region);
  const struct lac_region_detail *detail;
  char protection[5];

  lac_protection_format (region->protection, region->flags, protection);
  cli_output_address (output, region->start, widths->address);
  cli_output_separator (output);
  cli_output_address (output, region->end, widths->address);
  cli_output_separator (output);
  cli_output_size (output, region->end - region->start, SIZE_COLUMNS);
  cli_output_separator (output);
  cli_output_text (output, protection, -4, CLI_PLAIN);
  cli_output_separator (output);
  cli_output_text (output, lac_kind_name (region->kind), -widths->kind, ink_colour (region));
  cli_output_separator (output);
  if (backing->inode != 0 || output->null)
    cli_output_address (output, region->offset, widths->offset);
  else
    cli_output_blanks (output, widths->offset);
  cli_output_separator (output);

  if (map->detail)
    {
      detail = lac_map_detail (map->map, index);
      for (guint i = 0; i < G_N_ELEMENTS (detail_fields); i++)
        {
          if (detail != NULL)
            cli_output_size (output, detail_value (detail, &detail_fields[i]), SIZE_COLUMNS);
          else
            cli_output_text (output, "?", SIZE_COLUMNS, CLI_PLAIN);
          cli_output_separator (output);
        }
    }

  if (backing->name_length > 0)
    cli_output_name (output, backing->name, backing->name_length);
  if (backing->deleted)
    cli_output_text (output, " (deleted)", 0, CLI_FAINT);
  cli_output_end (output);
}

static void
print_sentence (CliOutput *output,
                char      *sentence) /* (transfer full) */
{
  cli_output_text (output, sentence, 0, CLI_PLAIN);
  cli_output_end (output);
  g_free (sentence);
}

/* "chromium 14231: 909 regions, 1.3 TiB mapped, 126 TiB free, largest gap 78.2 TiB". */
static void
print_totals (const Map *map,
              size_t     n_shown,
              CliOutput *output)
{
  struct lac_totals totals = lac_map_totals (map->map);
  g_autofree char *mapped = lacuna_format_size (totals.mapped);
  g_autofree char *free = lacuna_format_size (totals.free);
  g_autofree char *largest = lacuna_format_size (totals.largest_gap);
  g_autofree char *title = cli_escape (lacuna_target_get_title (map->options.target), -1);

  if (n_shown < map->n_regions)
    print_sentence (
        output, g_strdup_printf (_ ("%s: %zu of %zu regions; in all %s mapped, %s free, largest "
                                    "gap %s"),
                                 title, n_shown, map->n_regions, mapped, free, largest));
  else
    print_sentence (output,
                    g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                                  "%s: %zu region, %s mapped, %s free, largest gap "
                                                  "%s",
                                                  "%s: %zu regions, %s mapped, %s free, largest "
                                                  "gap %s",
                                                  (gulong) map->n_regions),
                                     title,
                                     map->n_regions,
                                     mapped,
                                     free,
                                     largest));
}

/* "of those shown 12 MiB resident, 4 MiB proportional, …". */
static void
print_detail_totals (const Map *map,
                     CliOutput *output)
{
  guint64 sums[G_N_ELEMENTS (detail_fields)] = { 0 };
  char *texts[G_N_ELEMENTS (detail_fields)];

  for (size_t i = 0; i < map->n_regions; i++)
    {
      const struct lac_region_detail *detail = lac_map_detail (map->map, i);

      if (detail == NULL || !map->kinds[map->regions[i].kind])
        continue;
      for (guint j = 0; j < G_N_ELEMENTS (detail_fields); j++)
        sums[j] += detail_value (detail, &detail_fields[j]);
    }
  for (guint j = 0; j < G_N_ELEMENTS (detail_fields); j++)
    texts[j] = lacuna_format_size (sums[j]);
  print_sentence (
      output, g_strdup_printf (_ ("of these %s resident, %s proportional, %s dirty, %s swapped, "
                                  "%s in huge pages"),
                               texts[0], texts[1], texts[2], texts[3], texts[4]));
  for (guint j = 0; j < G_N_ELEMENTS (detail_fields); j++)
    g_free (texts[j]);
}

static void
print_table (const Map *map,
             CliOutput *output)
{
  size_t n_shown;
  Widths widths = measure (map, &n_shown);

  if (!output->null && n_shown > 0)
    print_heading (map, &widths, output);
  for (size_t i = 0; i < map->n_regions && cli_output_pump (output); i++)
    if (map->kinds[map->regions[i].kind])
      print_region (map, i, &widths, output);
  if (output->null)
    return;

  if (n_shown > 0)
    cli_output_end (output);
  print_totals (map, n_shown, output);
  if (map->detail && n_shown > 0)
    print_detail_totals (map, output);
}

static void
print_strip (const Map *map,
             CliOutput *output)
{
  int width = map->width > 0 ? (int) map->width : lacuna_terminal_get_width ();
  size_t n_shown = 0;

  for (size_t i = 0; i < map->n_regions; i++)
    n_shown += map->kinds[map->regions[i].kind];
  cli_strip_print (output, map->snapshot, map->kinds, width);
  print_totals (map, n_shown, output);
}

static gboolean
is_kind (const char *word)
{
  enum lac_kind kind;

  return lac_kind_from_name (word, &kind);
}

static gboolean
take_kind (const char *word,
           gpointer    user_data)
{
  gboolean *kinds = user_data;
  enum lac_kind kind;
  GString *names;
  g_autofree char *quoted = NULL;
  g_autofree char *message = NULL;

  if (lac_kind_from_name (word, &kind))
    {
      kinds[kind] = TRUE;
      return TRUE;
    }

  names = g_string_new (NULL);
  for (guint i = 0; i < LAC_N_KINDS; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", lac_kind_name (i));
  quoted = cli_quote (word);
  message = g_strdup_printf (_ ("There is no kind %s; there are %s."), quoted, names->str);
  cli_complain_about_text ("--kind", message, word, 0);
  g_string_free (names, TRUE);
  return FALSE;
}

static gboolean
check_options (Map *map)
{
  for (guint i = 0; i < LAC_N_KINDS; i++)
    map->kinds[i] = map->kind_texts == NULL;
  if (!cli_for_each_word (map->kind_texts, take_kind, map->kinds))
    return FALSE;

  if (map->width_text != NULL
      && !g_ascii_string_to_unsigned (map->width_text,
                                      10,
                                      1,
                                      10000,
                                      &map->width,
                                      NULL))
    {
      cli_complain_about_text ("--width",
                               _ ("A width is a number of columns from 1 to 10000."),
                               map->width_text,
                               0);
      return FALSE;
    }
  if (map->width_text != NULL && !map->strip)
    {
      cli_complain ("%s", _ ("--width is how wide --strip draws; the table is as wide as it is."));
      return FALSE;
    }
  if (map->strip && (map->options.json || map->options.null))
    {
      cli_complain ("%s",
                    _ ("--strip is a picture, which --json and --null can't hold; choose one."));
      return FALSE;
    }
  return TRUE;
}

/* A text without page use is no fault of the text, but nothing can be said about it either. */
static gboolean
check_detail (const Map *map)
{
  if (!map->detail || map->n_regions == 0 || lac_map_detail (map->map, 0) != NULL)
    return TRUE;
  cli_complain (
      _ ("%s: This is the text of a maps file, which does not say how pages are used. Give "
         "--detail a process, or the text of its smaps."),
      map->options.target_spelling);
  return FALSE;
}

static CliExitStatus
print_map (Map *map)
{
  CliOutput output;

  map->map = lacuna_snapshot_get_map (map->snapshot);
  map->regions = lac_map_regions (map->map, &map->n_regions);
  if (!check_detail (map))
    return CLI_REFUSED;

  cli_output_init (&output, map->options.colour, map->options.null);
  if (map->options.json)
    print_json (map, &output);
  else if (map->strip)
    print_strip (map, &output);
  else
    print_table (map, &output);
  return cli_output_finish (&output, CLI_DONE);
}

CliExitStatus
cli_command_map (char **arguments)
{
  Map map = { 0 };
  CliExitStatus status = CLI_USAGE;
  const GOptionEntry entries[] = {
    { "kind", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &map.kind_texts,
      N_ ("Only regions of these kinds (all)"), N_ ("KIND…") },
    { "detail", 0, 0, G_OPTION_ARG_NONE, &map.detail,
      N_ ("Tell also how pages are used (slower)"), NULL },
    { "strip", 0, 0, G_OPTION_ARG_NONE, &map.strip, N_ ("Draw the strip"), NULL },
    { "width", 0, 0, G_OPTION_ARG_FILENAME, &map.width_text,
      N_ ("Draw it N columns wide (the terminal's width, or 80)"), N_ ("N") },
    { NULL },
  };
  const CliUsage usage = {
    .command = "map",
    .summary = _ ("Lists the regions of an address space, from low to high."),
    .description = _ (
        "Kinds are image, file, heap, stack, anonymous, shared, guard, vdso, vsyscall,\n"
        "and others that lacuna-cli(1) lists.\n"
        "The totals are those of the whole map, also with --kind."),
    .entries = entries,
    .is_word = is_kind,
    .word_option = "--kind",
  };

  if (cli_options_read (&map.options, &usage, arguments, &status))
    {
      status = CLI_USAGE;
      if (check_options (&map))
        map.snapshot = cli_load (&map.options,
                                 map.detail ? LACUNA_LOAD_DETAIL : LACUNA_LOAD_NONE,
                                 &status);
      if (map.snapshot != NULL)
        status = print_map (&map);
    }

  g_clear_object (&map.snapshot);
  g_free (map.width_text);
  g_strfreev (map.kind_texts);
  cli_options_clear (&map.options);
  return status;
}
