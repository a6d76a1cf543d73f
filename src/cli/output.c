/* Standard output.
 *
 * A map has up to a million lines, so lines are put together in one buffer by hand, and written
 * when it is full. That is also where the program notices that nobody reads any more (SIGPIPE ends
 * it quietly by default; where the parent has it ignored, a failed write does) and that the user
 * wants it to stop.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "output.h"

#include "escape.h"
#include "model/lacuna-format.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>

#define FULL (64 * 1024)

static volatile sig_atomic_t interrupted;

static void
note_interrupt (int number)
{
  interrupted = 1;
  signal (SIGINT, SIG_DFL);
}

void
cli_watch_interrupt (void)
{
  signal (SIGINT, note_interrupt);
}

gboolean
cli_interrupted (void)
{
  return interrupted != 0;
}

void
cli_output_init (CliOutput *output,
                 gboolean   colour,
                 gboolean   null)
{
  *output = (CliOutput){ .size = FULL + 4096, .colour = colour, .null = null };
  output->text = g_malloc (output->size);
}

CliExitStatus
cli_output_write (const char *text,
                  gsize       length)
{
  if (fwrite (text, 1, length, stdout) == length && fflush (stdout) == 0)
    return CLI_DONE;
  if (errno == EPIPE)
    return CLI_PIPE_CLOSED;
  cli_complain (_ ("standard output: %s"), g_strerror (errno));
  return CLI_REFUSED;
}

static void
write_out (CliOutput *output)
{
  if (!output->failed && output->length > 0)
    {
      output->status = cli_output_write (output->text, output->length);
      output->failed = output->status != CLI_DONE;
    }
  output->length = 0;

  if (!output->failed && cli_interrupted ())
    {
      output->failed = TRUE;
      output->status = CLI_INTERRUPTED;
      cli_complain ("%s", _ ("Interrupted."));
    }
}

gboolean
cli_output_pump (CliOutput *output)
{
  if (output->length >= FULL)
    write_out (output);
  return !output->failed;
}

CliExitStatus
cli_output_finish (CliOutput     *output,
                   CliExitStatus  status)
{
  write_out (output);
  g_clear_pointer (&output->text, g_free);
  g_clear_pointer (&output->last_size_text, g_free);
  return output->failed ? output->status : status;
}

void
cli_output_grow (CliOutput *output,
                 gsize      length)
{
  output->size = MAX (output->size * 2, output->length + length);
  output->text = g_realloc (output->text, output->size);
}

void
cli_output_blanks (CliOutput *output,
                   int        n)
{
  while (n-- > 0)
    cli_output_bytes (output, " ", 1);
}

void
cli_output_number (CliOutput *output,
                   guint64    number)
{
  char digits[20];
  char *place = digits + sizeof digits;

  do
    *--place = (char) ('0' + number % 10);
  while ((number /= 10) != 0);
  cli_output_bytes (output, place, (gsize) (digits + sizeof digits - place));
}

static void
append_padded (CliOutput  *output,
               const char *text,
               gsize       length,
               int         text_width,
               int         width,
               const char *colour)
{
  if (output->null)
    width = 0;
  if (width > text_width)
    cli_output_blanks (output, width - text_width);
  if (output->colour && colour != NULL && length > 0)
    {
      cli_output_literal (output, "\033[");
      cli_output_literal (output, colour);
      cli_output_literal (output, "m");
      cli_output_bytes (output, text, length);
      cli_output_literal (output, "\033[0m");
    }
  else
    cli_output_bytes (output, text, length);
  if (-width > text_width)
    cli_output_blanks (output, -width - text_width);
}

void
cli_output_text (CliOutput  *output,
                 const char *text,
                 int         width,
                 const char *colour)
{
  append_padded (output, text, strlen (text), (int) g_utf8_strlen (text, -1), width, colour);
}

/* Writes @address to the end of @buffer, which has 18 bytes, and returns where it begins. */
static char *
format_address (guint64 address,
                char   *buffer)
{
  char *place = buffer + 18;

  do
    {
      *--place = "0123456789abcdef"[address & 15];
      address >>= 4;
    }
  while (address != 0);
  *--place = 'x';
  *--place = '0';
  return place;
}

void
cli_output_address (CliOutput *output,
                    guint64    address,
                    int        width)
{
  char buffer[18];
  char *place = format_address (address, buffer);
  int length = (int) (buffer + 18 - place);

  append_padded (output, place, length, length, width, CLI_PLAIN);
}

int
cli_address_width (guint64 address)
{
  char buffer[18];

  return (int) (buffer + 18 - format_address (address, buffer));
}

void
cli_output_size (CliOutput *output,
                 guint64    bytes,
                 int        width)
{
  if (output->null || bytes == 0)
    {
      char digits[24];

      g_snprintf (digits, sizeof digits, "%" G_GUINT64_FORMAT, bytes);
      cli_output_text (output, digits, width, CLI_PLAIN);
      return;
    }

  if (output->last_size_text == NULL || output->last_size != bytes)
    {
      g_free (output->last_size_text);
      output->last_size_text = lacuna_format_size (bytes);
      output->last_size = bytes;
    }
  cli_output_text (output, output->last_size_text, width, CLI_PLAIN);
}

void
cli_output_separator (CliOutput *output)
{
  cli_output_blanks (output, output->null ? 1 : 2);
}

void
cli_output_name (CliOutput  *output,
                 const char *name,
                 gsize       length)
{
  gsize n_plain = 0;

  /* Most names are plain, and there may be a million. */
  while (n_plain < length && (output->null || (name[n_plain] >= ' ' && name[n_plain] < 0x7f)))
    n_plain++;
  cli_output_bytes (output, name, n_plain);

  if (n_plain < length)
    {
      g_autofree char *escaped = cli_escape (name + n_plain, (gssize) (length - n_plain));

      cli_output_literal (output, escaped);
    }
}

void
cli_output_end (CliOutput *output)
{
  /* Blanks at the end of a line are of no use to anyone. */
  if (!output->null)
    while (output->length > 0 && output->text[output->length - 1] == ' ')
      output->length--;
  cli_output_bytes (output, output->null ? "\0" : "\n", 1);
}
