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

static void
write_out (CliOutput *output)
{
  if (!output->failed && output->length > 0
      && (fwrite (output->text, 1, output->length, stdout) != output->length
          || fflush (stdout) != 0))
    {
      output->failed = TRUE;
      output->status = errno == EPIPE ? CLI_PIPE_CLOSED : CLI_REFUSED;
      if (errno != EPIPE)
        cli_complain (_ ("standard output: %s"), g_strerror (errno));
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

static void
append_escaped (CliOutput *output,
                gunichar   character,
                guchar     byte)
{
  char escape[16];

  if (byte == '\n')
    g_snprintf (escape, sizeof escape, "\\n");
  else if (byte == '\t')
    g_snprintf (escape, sizeof escape, "\\t");
  else if (byte == '\r')
    g_snprintf (escape, sizeof escape, "\\r");
  else if (character >= 0x80)
    g_snprintf (escape, sizeof escape, "\\u{%x}", character);
  else
    g_snprintf (escape, sizeof escape, "\\x%02x", byte);
  cli_output_literal (output, escape);
}

void
cli_output_name (CliOutput  *output,
                 const char *name,
                 gsize       length)
{
  const char *end = name + length;

  if (output->null)
    {
      cli_output_bytes (output, name, length);
      return;
    }

  while (name < end)
    {
      gunichar character;

      if (*name >= ' ' && *name < 0x7f)
        {
          cli_output_bytes (output, name++, 1);
          continue;
        }

      character = g_utf8_get_char_validated (name, end - name);
      if (character == (gunichar) -1 || character == (gunichar) -2)
        append_escaped (output, 0, (guchar) *name++);
      else
        {
          const char *next = g_utf8_next_char (name);

          if (g_unichar_isprint (character))
            cli_output_bytes (output, name, (gsize) (next - name));
          else
            append_escaped (output, character, (guchar) *name);
          name = next;
        }
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
