/* Standard output: one buffer that everything is written to, columns, colours, and names that can
 * do no harm.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "exit-status.h"

#include <glib.h>
#include <string.h>

typedef struct
{
  char *text;
  gsize length;
  gsize size;
  gboolean colour;
  gboolean null; /* for programs: records end in NUL, sizes are in bytes, names are bare bytes */
  gboolean failed;
  CliExitStatus status;

  /* The last size in words, since most are like the one before. */
  guint64 last_size;
  char *last_size_text;
} CliOutput;

/* What is drawn in which colour; SGR parameters of ECMA-48. */
#define CLI_PLAIN NULL
#define CLI_HEADING "1"
#define CLI_FAINT "2"
#define CLI_FITS "32"
#define CLI_RISKY "33"

/* Writes a whole text at once, such as help. Complains when that fails, unless it is because nobody
 * reads. */
CliExitStatus cli_output_write  (const char *text,
                                 gsize       length);

void          cli_output_init   (CliOutput  *output,
                                 gboolean    colour,
                                 gboolean    null);

/* Writes out what there is when it is much. FALSE when there is no use going on: nobody reads,
 * or the user has pressed Ctrl+C. Call it once for each record. */
gboolean      cli_output_pump   (CliOutput  *output);

/* Writes out everything and lets go of the buffer. @status, or what went wrong with writing. */
CliExitStatus cli_output_finish (CliOutput     *output,
                                 CliExitStatus  status);

/* Makes room for @length more bytes. */
void          cli_output_grow   (CliOutput  *output,
                                 gsize       length);

/* Appends bytes as they are. In the header because a JSON document is made of a great many short
 * ones. */
static inline void
cli_output_bytes (CliOutput  *output,
                  const char *bytes,
                  gsize       length)
{
  if (output->size - output->length < length)
    cli_output_grow (output, length);
  memcpy (output->text + output->length, bytes, length);
  output->length += length;
}

/* A literal, or another short text. */
#define cli_output_literal(output, literal)                                                       \
  cli_output_bytes (output, literal, strlen (literal))

/* A number in decimal. */
void          cli_output_number (CliOutput  *output,
                                 guint64     number);

/* All of these append to the buffer. Widths are in columns; a negative one aligns to the left;
 * where records end in NUL there is no alignment, and sizes are exact. */
void          cli_output_text   (CliOutput  *output,
                                 const char *text,
                                 int         width,
                                 const char *colour);
void          cli_output_address (CliOutput *output,
                                  guint64    address,
                                  int        width);
void          cli_output_size   (CliOutput  *output,
                                 guint64     bytes,
                                 int         width);
void          cli_output_blanks (CliOutput  *output,
                                 int         n);

/* Between two columns. */
void          cli_output_separator (CliOutput *output);

/* A name as it is where records end in NUL; otherwise what is no printable Unicode is escaped, as
 * \n or \x1b, so that a name can neither break a line nor command the terminal. */
void          cli_output_name   (CliOutput  *output,
                                 const char *name,
                                 gsize       length);

/* Ends a record. */
void          cli_output_end    (CliOutput  *output);

/* How many columns the address takes, 0x included. */
int           cli_address_width (guint64     address);

/* Ctrl+C: from then on cli_interrupted() says so; a second one kills. */
void          cli_watch_interrupt (void);
gboolean      cli_interrupted     (void);
