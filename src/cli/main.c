/* lacuna-cli: the command line.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "commands.h"
#include "escape.h"
#include "output.h"

#include "model/lacuna-places.h"
#include "model/lacuna-terminal.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  const char *name;
  const char *summary;
  CliExitStatus (*run) (char **arguments);
} Command;

static const Command commands[] = {
  { "map", N_ ("list the regions of an address space, or draw them"), cli_command_map },
  { "gaps", N_ ("find the free gaps that a buffer may go into"), cli_command_gaps },
  { "alloc", N_ ("allocate memory at a place of your choice"), cli_command_alloc },
  { "free", N_ ("give an allocation back"), cli_command_free },
  { "append", N_ ("put bytes into a shared buffer"), cli_command_append },
  { "locator", N_ ("list the buffers that a process shares"), cli_command_locator },
  { "read", N_ ("show what is in memory"), cli_command_read },
  { "write", N_ ("change what is in memory"), cli_command_write },
};

/* (transfer full) */
static char *
make_overview (void)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s\n", _ ("Usage:"));
  g_string_append_printf (text, "  %s\n\n", _ ("lacuna-cli COMMAND TARGET [OPTIONS]"));
  g_string_append_printf (text, "%s\n", _ ("Commands:"));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (text, "  %-15s %s\n", commands[i].name, _ (commands[i].summary));
  g_string_append_printf (
      text,
      "\n%s\n",
      _ ("Targets:\n"
         "  self            this process\n"
         "  1234, pid:1234  a live process\n"
         "  name:firefox    the one live process of that name\n"
         "  FILE            the text of a /proc/PID/maps or smaps\n"
         "  -               the same from standard input\n"
         "\n"
         "lacuna-cli COMMAND --help tells more, and lacuna-cli(1) everything."));
  return g_string_free (text, FALSE);
}

/* How many letters have to be typed differently to get from one word to the other (Levenshtein). */
static guint
edit_distance (const char *a,
               const char *b)
{
  gsize b_length = strlen (b);
  g_autofree guint *row = g_new (guint, b_length + 1);

  for (gsize j = 0; j <= b_length; j++)
    row[j] = (guint) j;
  for (gsize i = 0; a[i] != '\0'; i++)
    {
      guint diagonal = row[0];

      row[0] = (guint) i + 1;
      for (gsize j = 0; j < b_length; j++)
        {
          guint above = row[j + 1];
          guint best = MIN (row[j], above) + 1;

          row[j + 1] = MIN (best, diagonal + (a[i] != b[j] ? 1 : 0));
          diagonal = above;
        }
    }
  return row[b_length];
}

static CliExitStatus
complain_unknown (const char *word)
{
  g_autofree char *quoted = cli_quote (word);
  const Command *closest = NULL;
  guint shortest = 3;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      /* A word that was not typed to its end is the likeliest. */
      guint distance = g_str_has_prefix (commands[i].name, word)
                           ? 0
                           : edit_distance (word, commands[i].name);

      if (distance < shortest)
        {
          shortest = distance;
          closest = &commands[i];
        }
    }

  if (closest != NULL)
    cli_complain (_ ("There is no command %s. Did you mean %s?"), quoted, closest->name);
  else
    cli_complain (_ ("There is no command %s. lacuna-cli --help lists them."), quoted);
  return CLI_USAGE;
}

static const Command *
find_command (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

static CliExitStatus
run (char **arguments)
{
  const char *word = arguments[0];
  const Command *command;

  if (word == NULL)
    {
      g_autofree char *overview = make_overview ();

      cli_complain ("%s", _ ("Which command, and for which target?"));
      fprintf (stderr, "\n%s", overview);
      return CLI_USAGE;
    }
  if (strcmp (word, "--version") == 0)
    {
      static const char version[] = "lacuna-cli " LACUNA_VERSION "\n";

      return cli_output_write (version, strlen (version));
    }
  if (strcmp (word, "--help") == 0 || strcmp (word, "-h") == 0 || strcmp (word, "help") == 0)
    {
      char *help[] = { (char *) "--help", NULL };
      g_autofree char *overview = NULL;

      command = arguments[1] != NULL ? find_command (arguments[1]) : NULL;
      if (command != NULL)
        return command->run (help);
      if (arguments[1] != NULL)
        return complain_unknown (arguments[1]);
      overview = make_overview ();
      return cli_output_write (overview, strlen (overview));
    }
  if (word[0] == '-' && word[1] != '\0')
    {
      cli_complain (_ ("The command comes first: lacuna-cli COMMAND TARGET [OPTIONS]. lacuna-cli "
                       "--help lists the commands."));
      return CLI_USAGE;
    }

  command = find_command (word);
  return command != NULL ? command->run (arguments + 1) : complain_unknown (word);
}

int
main (int    argc,
      char **argv)
{
  lacuna_terminal_secure_files ();
  lacuna_places_set_language ();
  g_set_prgname ("lacuna-cli");

  /* Files are local. Without this GIO would load modules and start services to find that out. */
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  cli_watch_interrupt ();

  return (int) run (argc > 0 ? argv + 1 : argv);
}
