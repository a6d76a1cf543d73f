/* lacuna-cli read: what is in memory?
 *
 * Memory is read and written out piece by piece, so that a range may be as large as one likes. Rows
 * begin at the address that was asked for, sixteen bytes each.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "commands.h"
#include "json-writer.h"
#include "load.h"
#include "values.h"

#include "model/lacuna-target-memory.h"

#include <glib/gi18n.h>
#include <inttypes.h>

/* A multiple of a row. */
#define PIECE ((guint64) 1 << 20)
#define ROW 16

typedef struct
{
  CliOptions options;
  gboolean raw;

  struct lac_range range;
  CliOutput output;
  CliJson json;
  GArray *holes;     /* of the piece, struct lac_range */
  GArray *all_holes; /* for JSON: no two of them touch */
  guint64 n_unread;
  int width; /* of an address */
} Reading;

/* Whether the byte at @address, in the piece, was read. Addresses come in ascending order; @next_hole is
 * where the search stands. */
static gboolean
is_known (const Reading *reading,
          guint64        address,
          guint         *next_hole)
{
  const struct lac_range *holes = (const struct lac_range *) (void *) reading->holes->data;

  while (*next_hole < reading->holes->len && holes[*next_hole].end <= address)
    (*next_hole)++;
  return *next_hole == reading->holes->len || address < holes[*next_hole].start;
}

static void
write_byte (CliOutput *output,
            guint8     byte)
{
  static const char digits[] = "0123456789abcdef";
  char pair[2] = { digits[byte >> 4], digits[byte & 15] };

  cli_output_bytes (output, pair, 2);
}

/* "7ffc1230  7f 45 4c 46 ?? ?? …  |.ELF  |": what is no printable ASCII shows as a dot, what could not be
 * read as a blank. */
static void
write_row (Reading      *reading,
           guint64       address,
           const guint8 *bytes,
           guint         n_bytes,
           guint        *next_hole)
{
  CliOutput *output = &reading->output;
  char number[24];
  char text[ROW];

  g_snprintf (number, sizeof number, "%0*" PRIx64, reading->width, address);
  cli_output_text (output, number, 0, CLI_FAINT);
  for (guint i = 0; i < ROW; i++)
    {
      cli_output_literal (output, i % 8 == 0 ? "  " : " ");
      if (i >= n_bytes)
        cli_output_literal (output, "  ");
      else if (is_known (reading, address + i, next_hole))
        {
          write_byte (output, bytes[i]);
          text[i] = bytes[i] >= ' ' && bytes[i] < 0x7f ? (char) bytes[i] : '.';
        }
      else
        {
          cli_output_text (output, "??", 0, CLI_RISKY);
          text[i] = ' ';
        }
    }
  cli_output_literal (output, "  |");
  cli_output_bytes (output, text, n_bytes);
  cli_output_literal (output, "|\n");
}

static void
write_rows (Reading         *reading,
            struct lac_range piece,
            const guint8    *bytes)
{
  guint64 size = lac_range_size (piece);
  guint next_hole = 0;

  for (guint64 i = 0; i < size && cli_output_pump (&reading->output); i += ROW)
    write_row (reading, piece.start + i, bytes + i, (guint) MIN (ROW, size - i), &next_hole);
}

static void
write_digits (Reading         *reading,
              struct lac_range piece,
              const guint8    *bytes)
{
  guint64 size = lac_range_size (piece);
  guint next_hole = 0;

  for (guint64 i = 0; i < size && (i % 4096 != 0 || cli_output_pump (&reading->output)); i++)
    if (is_known (reading, piece.start + i, &next_hole))
      write_byte (&reading->output, bytes[i]);
    else
      cli_output_literal (&reading->output, "??");
}

/* Keeps the holes of a piece for later; one that begins where the last one ends goes on. */
static void
note_holes (Reading *reading)
{
  for (guint i = 0; i < reading->holes->len; i++)
    {
      struct lac_range hole = g_array_index (reading->holes, struct lac_range, i);
      struct lac_range *last;

      reading->n_unread += lac_range_size (hole);
      if (!reading->options.json)
        continue;
      last = reading->all_holes->len > 0 ? &g_array_index (reading->all_holes, struct lac_range,
                                                           reading->all_holes->len - 1)
                                         : NULL;
      if (last != NULL && last->end == hole.start)
        last->end = hole.end;
      else
        g_array_append_val (reading->all_holes, hole);
    }
}

/* FALSE when it has complained. */
static gboolean
copy_memory (Reading       *reading,
             CliExitStatus *out_status)
{
  guint64 size = lac_range_size (reading->range);
  g_autofree guint8 *bytes = g_malloc (MIN (size, PIECE));
  struct lac_range piece = { reading->range.start, reading->range.start };

  while (piece.start < reading->range.end && cli_output_pump (&reading->output))
    {
      g_autoptr (GError) error = NULL;

      piece.end = piece.start + MIN (PIECE, reading->range.end - piece.start);
      g_array_set_size (reading->holes, 0);
      if (!lacuna_target_read_memory (reading->options.target,
                                      piece,
                                      bytes,
                                      reading->holes,
                                      NULL,
                                      &error))
        {
          *out_status = cli_fail (error, reading->options.target_spelling);
          return FALSE;
        }
      note_holes (reading);
      if (reading->raw)
        cli_output_bytes (&reading->output, (const char *) bytes, lac_range_size (piece));
      else if (reading->options.json)
        write_digits (reading, piece, bytes);
      else
        write_rows (reading, piece, bytes);
      piece.start = piece.end;
    }
  return TRUE;
}

static void
end_json (Reading *reading)
{
  CliJson *json = &reading->json;

  cli_json_close_string (json);
  cli_json_open_array (json, "unreadable", CLI_JSON_LINES);
  for (guint i = 0; i < reading->all_holes->len; i++)
    {
      struct lac_range hole = g_array_index (reading->all_holes, struct lac_range, i);

      cli_json_open_object (json, NULL, CLI_JSON_INLINE);
      cli_json_address (json, "start", hole.start);
      cli_json_address (json, "end", hole.end);
      cli_json_number (json, "size", lac_range_size (hole));
      cli_json_close_object (json);
    }
  cli_json_close_array (json);
  cli_json_close_object (json);
}

static CliExitStatus
read_and_print (Reading *reading)
{
  guint64 size = lac_range_size (reading->range);
  CliExitStatus status = CLI_DONE;
  gboolean complete;

  reading->holes = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  reading->all_holes = g_array_new (FALSE, FALSE, sizeof (struct lac_range));
  reading->width = MAX (cli_address_width (reading->range.end - 1) - (int) strlen ("0x"), 8);
  cli_output_init (&reading->output, reading->options.colour, FALSE);
  if (reading->options.json)
    {
      cli_json_init (&reading->json, &reading->output);
      cli_json_open_object (&reading->json, NULL, CLI_JSON_LINES);
      cli_json_address (&reading->json, "address", reading->range.start);
      cli_json_number (&reading->json, "size", size);
      cli_json_open_string (&reading->json, "bytes");
    }
  complete = copy_memory (reading, &status);
  if (complete && reading->options.json)
    end_json (reading);
  if (complete && reading->n_unread == size)
    status = CLI_REFUSED;
  complete = cli_output_finish (&reading->output, CLI_DONE) == CLI_DONE && complete;
  if (reading->output.failed)
    status = reading->output.status;

  if (complete && reading->n_unread == size)
    cli_complain (_ ("Nothing of that can be read: no memory is mapped there, or it may not be read."));
  else if (complete && reading->n_unread > 0)
    cli_complain (g_dngettext (GETTEXT_PACKAGE,
                               "%" PRIu64 " byte of %" PRIu64 " could not be read.",
                               "%" PRIu64 " bytes of %" PRIu64 " could not be read.",
                               (gulong) reading->n_unread),
                  reading->n_unread,
                  size);
  g_array_unref (reading->holes);
  g_array_unref (reading->all_holes);
  return status;
}

/* Reads what needs no target, so that what was mistyped is told whatever that is. FALSE when it has
 * complained. */
static gboolean
read_plain (Reading  *reading,
            uint64_t *out_size)
{
  const char *size_text = reading->options.parameters[1];
  uint64_t address = 0;
  gboolean is_number;

  if (!cli_read_size ("SIZE", size_text, out_size))
    return FALSE;
  if (*out_size == 0)
    {
      cli_complain_about_text ("SIZE", _ ("There is nothing to read in 0 bytes."), size_text, 0);
      return FALSE;
    }
  return cli_check_address ("ADDRESS", reading->options.parameters[0], &is_number, &address)
         && (!is_number || cli_check_end (address, *out_size, "SIZE", size_text));
}

/* Reads ADDRESS. FALSE when it has complained. */
static gboolean
read_range (Reading        *reading,
            LacunaSnapshot *snapshot,
            uint64_t        size)
{
  const char *size_text = reading->options.parameters[1];
  uint64_t start = 0;

  if (!cli_read_address (reading->options.target,
                         snapshot,
                         "ADDRESS",
                         reading->options.parameters[0],
                         &start)
      || !cli_check_end (start, size, "SIZE", size_text))
    return FALSE;
  reading->range = (struct lac_range){ start, start + size };
  return TRUE;
}

CliExitStatus
cli_command_read (char **arguments)
{
  Reading reading = { 0 };
  CliExitStatus status = CLI_USAGE;
  uint64_t size = 0;
  g_autoptr (LacunaSnapshot) snapshot = NULL;
  const GOptionEntry entries[] = {
    { "raw", 0, 0, G_OPTION_ARG_NONE, &reading.raw,
      N_ ("Write the bytes themselves, 0 for those that can't be read"), NULL },
    { NULL },
  };
  const CliUsage usage = {
    .command = "read",
    .summary = _ ("Shows what is in memory."),
    .description = _ (
        "ADDRESS is hexadecimal or an expression (libc.so.6+0x40, libc!malloc, [heap],\n"
        "0d4096); SIZE is bytes, 0x-hexadecimal, or like 64K and 1.5M.\n"
        "What can't be read is shown as ?? and counted on standard error; when that is all\n"
        "of it, the exit status is 5. See lacuna-cli(1)."),
    .entries = entries,
    .parameters = _ ("ADDRESS SIZE"),
    .n_parameters = 2,
    .no_list = TRUE,
  };

  if (cli_options_read (&reading.options, &usage, arguments, &status))
    {
      if (reading.raw && reading.options.json)
        {
          cli_complain ("%s", _ ("--raw and --json are two ways to print; choose one of them."));
          status = CLI_USAGE;
        }
      else if (!read_plain (&reading, &size))
        status = CLI_USAGE;
      else
        {
          snapshot = cli_load_live (&reading.options, &status);
          if (snapshot != NULL)
            status = read_range (&reading, snapshot, size) ? read_and_print (&reading) : CLI_USAGE;
        }
    }
  cli_options_clear (&reading.options);
  return status;
}
