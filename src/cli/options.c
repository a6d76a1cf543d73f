/* How command lines are read.
 *
 * GOption does the reading, so that options may come before or after the target and be written with
 * a blank or an equals sign. Two things are ours: options that take several words (--kind heap
 * stack), which are joined to one with commas before, and --help, which says the same in one place
 * for all commands.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "options.h"

#include "model/lacuna-terminal.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

/* Joins "--kind heap stack" to "--kind heap,stack", as long as the words are ones that the option
 * knows. The first word belongs to the option whatever it is. */
static char **
join_words (char          **arguments,
            const CliUsage *usage)
{
  g_autoptr (GPtrArray) joined = g_ptr_array_new ();
  gsize length = usage->word_option != NULL ? strlen (usage->word_option) : 0;
  guint i = 0;

  for (; arguments[i] != NULL; i++)
    {
      const char *argument = arguments[i];
      GString *value;

      if (strcmp (argument, "--") == 0)
        break;
      if (length == 0 || strncmp (argument, usage->word_option, length) != 0
          || (argument[length] != '\0' && argument[length] != '='))
        {
          g_ptr_array_add (joined, g_strdup (argument));
          continue;
        }

      value = g_string_new (argument);
      if (argument[length] == '\0')
        {
          if (arguments[i + 1] == NULL)
            {
              g_ptr_array_add (joined, g_string_free (value, FALSE));
              continue;
            }
          g_string_append_printf (value, "=%s", arguments[++i]);
        }
      while (arguments[i + 1] != NULL && usage->is_word (arguments[i + 1]))
        g_string_append_printf (value, ",%s", arguments[++i]);
      g_ptr_array_add (joined, g_string_free (value, FALSE));
    }

  for (; arguments[i] != NULL; i++)
    g_ptr_array_add (joined, g_strdup (arguments[i]));
  g_ptr_array_add (joined, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&joined), FALSE);
}

gboolean
cli_for_each_word (char    **values,
                   gboolean (*take) (const char *word,
                                     gpointer    user_data),
                   gpointer  user_data)
{
  for (guint i = 0; values != NULL && values[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (values[i], ",", -1);

      for (guint j = 0; words[j] != NULL; j++)
        if (!take (g_strstrip (words[j]), user_data))
          return FALSE;
    }
  return TRUE;
}

void
cli_complain_about_text (const char *option,
                         const char *message,
                         const char *text,
                         gssize      offset)
{
  g_autofree char *shown = g_utf8_make_valid (text, -1);

  cli_complain ("%s: %s", option, message);
  fprintf (stderr, "  %s\n", shown);
  if (offset >= 0)
    {
      gsize before = MIN ((gsize) offset, strlen (text));
      g_autofree char *valid = g_utf8_make_valid (text, (gssize) before);

      fprintf (stderr, "  %*s^\n", (int) g_utf8_strlen (valid, -1), "");
    }
}

/* https://no-color.org: the variable counts when it is set and not empty. */
static gboolean
decide_colour (const char *choice,
               gboolean   *out_colour)
{
  const char *no_color = g_getenv ("NO_COLOR");

  if (choice == NULL || strcmp (choice, "auto") == 0)
    *out_colour = lacuna_terminal_is_output () && (no_color == NULL || no_color[0] == '\0')
                  && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
  else if (strcmp (choice, "always") == 0)
    *out_colour = TRUE;
  else if (strcmp (choice, "never") == 0)
    *out_colour = FALSE;
  else
    {
      cli_complain (_ ("--color is auto, always or never, not %s."), choice);
      return FALSE;
    }
  return TRUE;
}

static void
print_help (GOptionContext *context,
            const CliUsage *usage)
{
  g_autofree char *program = g_strdup_printf ("lacuna-cli %s", usage->command);
  g_autofree char *help = NULL;

  g_set_prgname (program);
  help = g_option_context_get_help (context, FALSE, NULL);
  fputs (help, stdout);
  g_set_prgname ("lacuna-cli");
}

static GOptionContext *
make_context (const CliUsage     *usage,
              const GOptionEntry *common)
{
  GOptionContext *context = g_option_context_new (_ ("TARGET"));

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, usage->summary);
  g_option_context_set_description (context, usage->description);
  if (usage->entries != NULL)
    g_option_context_add_main_entries (context, usage->entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, common, GETTEXT_PACKAGE);
  if (usage->group != NULL)
    g_option_context_add_group (context, usage->group);
  return context;
}

static gboolean
check_targets (char          **targets,
               const CliUsage *usage)
{
  guint n_targets = targets != NULL ? g_strv_length (targets) : 0;

  if (n_targets == 1)
    return TRUE;
  if (n_targets == 0)
    cli_complain (_ ("Which target? Write lacuna-cli %s self, a PID, name:PROGRAM, a file or -."),
                  usage->command);
  else
    cli_complain (_ ("One target at a time: %s and %s are two."), targets[0], targets[1]);
  return FALSE;
}

gboolean
cli_options_read (CliOptions     *options,
                  const CliUsage *usage,
                  char          **arguments,
                  CliExitStatus  *out_status)
{
  gboolean help = FALSE;
  g_autofree char *colour = NULL;
  g_auto (GStrv) targets = NULL;
  g_auto (GStrv) joined = NULL;
  g_autoptr (GPtrArray) line = g_ptr_array_new ();
  g_autofree char **arguments_left = NULL;
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;
  const GOptionEntry common[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, N_ ("Print one JSON document"), NULL },
    { "null", '0', 0, G_OPTION_ARG_NONE, &options->null,
      N_ ("For programs: end records with NUL, sizes in bytes, names as they are"), NULL },
    { "color", 0, 0, G_OPTION_ARG_STRING, &colour,
      N_ ("Use colours: auto (the default: on a terminal), always, never"), N_ ("WHEN") },
    { "help", 'h', 0, G_OPTION_ARG_NONE, &help, N_ ("Show this and exit"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &targets, NULL, NULL },
    { NULL },
  };

  *options = (CliOptions){ 0 };
  *out_status = CLI_USAGE;
  context = make_context (usage, common);

  /* GOption takes the first for the program's name, and takes away pointers that it has read; the
   * strings stay ours. */
  joined = join_words (arguments, usage);
  g_ptr_array_add (line, (gpointer) "lacuna-cli");
  for (guint i = 0; joined[i] != NULL; i++)
    g_ptr_array_add (line, joined[i]);
  g_ptr_array_add (line, NULL);
  {
    int n_arguments = (int) line->len - 1;

    arguments_left = (char **) g_ptr_array_free (g_steal_pointer (&line), FALSE);
    if (!g_option_context_parse (context, &n_arguments, &arguments_left, &error))
      {
        cli_complain (_ ("%s. Try lacuna-cli %s --help."), error->message, usage->command);
        return FALSE;
      }
  }

  if (help)
    {
      print_help (context, usage);
      *out_status = CLI_DONE;
      return FALSE;
    }
  if (!decide_colour (colour, &options->colour))
    return FALSE;
  if (options->json && options->null)
    {
      cli_complain ("%s", _ ("--null is for lists, and --json prints none; choose one of them."));
      return FALSE;
    }
  if (!check_targets (targets, usage))
    return FALSE;

  options->target_spelling = g_strdup (targets[0]);
  return TRUE;
}

void
cli_options_clear (CliOptions *options)
{
  g_clear_pointer (&options->target_spelling, g_free);
  g_clear_object (&options->target);
}
