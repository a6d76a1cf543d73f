/* How command lines are read.
 *
 * GOption does the reading, so that options may come before or after the target and be written with
 * a blank or an equals sign. Three things are ours: options that take several words (--kind heap
 * stack), which are joined to one with commas before; that a flag takes no value; and --help, which
 * says the same in one place for all commands. Values are read as bytes, whatever the locale.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "options.h"

#include "escape.h"
#include "output.h"
#include "model/lacuna-terminal.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

/* Columns of a text that is shown with a caret: a line of a terminal, less the margins. */
#define TEXT_COLUMNS 76

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

/* A text that is too long for a line is shown around the place. */
void
cli_complain_about_text (const char *option,
                         const char *message,
                         const char *text,
                         gssize      offset)
{
  gsize length = strlen (text);
  gsize place = offset >= 0 ? MIN ((gsize) offset, length) : 0;
  g_autofree char *before = cli_escape (text, (gssize) place);
  g_autofree char *after = cli_escape (text + place, -1);
  gsize room = TEXT_COLUMNS - MIN (cli_columns (before), TEXT_COLUMNS / 2);
  g_autofree char *shown_after = cli_keep_start (after, room);
  g_autofree char *shown_before = cli_keep_end (before, TEXT_COLUMNS - cli_columns (shown_after));

  cli_complain ("%s: %s", option, message);
  fprintf (stderr, "  %s%s\n", shown_before, shown_after);
  if (offset >= 0)
    fprintf (stderr, "  %*s^\n", (int) cli_columns (shown_before), "");
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
      g_autofree char *quoted = cli_quote (choice);

      cli_complain (_ ("--color is auto, always or never, not %s."), quoted);
      return FALSE;
    }
  return TRUE;
}

/* GOption calls the options that are in no group those of the application when there are groups,
 * but plain options when there are none. */
static char *
rename_heading (const char *help)
{
  g_autofree char *theirs = g_strconcat (g_dgettext ("glib20", "Application Options:"), "\n", NULL);
  g_autofree char *ours = g_strconcat (_ ("Options:"), "\n", NULL);
  const char *place = strstr (help, theirs);

  if (place == NULL)
    return g_strdup (help);
  return g_strdup_printf ("%.*s%s%s", (int) (place - help), help, ours, place + strlen (theirs));
}

static CliExitStatus
print_help (GOptionContext *context,
            const CliUsage *usage)
{
  g_autofree char *program = g_strdup_printf ("lacuna-cli %s", usage->command);
  g_autofree char *given = NULL;
  g_autofree char *help = NULL;

  g_set_prgname (program);
  given = g_option_context_get_help (context, FALSE, NULL);
  g_set_prgname ("lacuna-cli");
  help = rename_heading (given);
  return cli_output_write (help, strlen (help));
}

static GOptionContext *
make_context (const CliUsage     *usage,
              const GOptionEntry *common)
{
  g_autofree char *all = usage->parameters != NULL
                             ? g_strconcat (_ ("TARGET"), " ", usage->parameters, NULL)
                             : g_strdup (_ ("TARGET"));
  GOptionContext *context = g_option_context_new (all);

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
check_words (char          **words,
             const CliUsage *usage)
{
  guint n_words = words != NULL ? g_strv_length (words) : 0;

  if (n_words == 1 + usage->n_parameters)
    return TRUE;
  if (n_words == 0)
    cli_complain (_ ("Which target? Write lacuna-cli %s self, a PID, name:PROGRAM, a file or -."),
                  usage->command);
  else if (usage->n_parameters == 0)
    {
      g_autofree char *first = cli_quote (words[0]);
      g_autofree char *second = cli_quote (words[1]);

      cli_complain (_ ("One target at a time: %s and %s are two."), first, second);
    }
  else if (n_words > 1 + usage->n_parameters)
    {
      g_autofree char *first = cli_quote (words[1 + usage->n_parameters]);

      cli_complain (_ ("%s is too much. Write lacuna-cli %s TARGET %s; what holds blanks needs "
                       "quotes."),
                    first,
                    usage->command,
                    usage->parameters);
    }
  else
    cli_complain (_ ("Something is missing. Write lacuna-cli %s TARGET %s."),
                  usage->command,
                  usage->parameters);
  return FALSE;
}

/* GOption takes --json=no for --json. */
static gboolean
check_flag (const char         *argument,
            const GOptionEntry *entries)
{
  gsize length = strcspn (argument + 2, "=");

  for (; entries != NULL && entries->long_name != NULL; entries++)
    if (entries->arg == G_OPTION_ARG_NONE && strlen (entries->long_name) == length
        && strncmp (argument + 2, entries->long_name, length) == 0)
      {
        cli_complain (_ ("--%s takes no value."), entries->long_name);
        return FALSE;
      }
  return TRUE;
}

static gboolean
check_flags (char              **arguments,
             const CliUsage     *usage,
             const GOptionEntry *common)
{
  for (; *arguments != NULL && strcmp (*arguments, "--") != 0; arguments++)
    if (g_str_has_prefix (*arguments, "--") && strchr (*arguments, '=') != NULL
        && (!check_flag (*arguments, usage->entries) || !check_flag (*arguments, common)))
      return FALSE;
  return TRUE;
}

gboolean
cli_options_read (CliOptions     *options,
                  const CliUsage *usage,
                  char          **arguments,
                  CliExitStatus  *out_status)
{
  gboolean help = FALSE;
  g_autofree char *colour = NULL;
  g_auto (GStrv) words = NULL;
  g_auto (GStrv) joined = NULL;
  g_autoptr (GPtrArray) line = g_ptr_array_new ();
  g_autofree char **arguments_left = NULL;
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;
  /* An option that is hidden is no option: it is refused below. */
  const gint for_lists = usage->no_list ? G_OPTION_FLAG_HIDDEN : G_OPTION_FLAG_NONE;
  const GOptionEntry common[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, N_ ("Print one JSON document"), NULL },
    { "null", '0', for_lists, G_OPTION_ARG_NONE, &options->null,
      N_ ("For programs: end records with NUL, sizes in bytes"), NULL },
    { "color", 0, 0, G_OPTION_ARG_FILENAME, &colour,
      N_ ("auto (the default: on a terminal), always or never"), N_ ("WHEN") },
    { "help", 'h', 0, G_OPTION_ARG_NONE, &help, N_ ("Show this and exit"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &words, NULL, NULL },
    { NULL },
  };

  *options = (CliOptions){ 0 };
  *out_status = CLI_USAGE;
  context = make_context (usage, common);

  /* GOption takes the first for the program's name, and takes away pointers that it has read; the
   * strings stay ours. */
  joined = join_words (arguments, usage);
  if (!check_flags (joined, usage, common))
    return FALSE;
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
      *out_status = print_help (context, usage);
      return FALSE;
    }
  if (!decide_colour (colour, &options->colour))
    return FALSE;
  if (options->null && usage->no_list)
    {
      cli_complain (_ ("--null is for lists, and lacuna-cli %s prints none."), usage->command);
      return FALSE;
    }
  if (options->json && options->null)
    {
      cli_complain ("%s", _ ("--null is for lists, and --json prints none; choose one of them."));
      return FALSE;
    }
  if (!check_words (words, usage))
    return FALSE;

  options->target_spelling = g_strdup (words[0]);
  options->parameters = g_strdupv (words + 1);
  return TRUE;
}

void
cli_options_clear (CliOptions *options)
{
  g_clear_pointer (&options->target_spelling, g_free);
  g_clear_pointer (&options->parameters, g_strfreev);
  g_clear_object (&options->target);
}
