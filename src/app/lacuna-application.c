/* LacunaApplication: windows, and the ways in which they are asked for.
 *
 * One process holds all windows of a session, as the desktop expects; a second `lacuna 1234` asks
 * the first to open a window. Two spellings only make sense in the process that was started:
 * standard input is not passed on, and so `-` runs on its own. A file's name is made absolute
 * before it is passed on, since the first process may be in another folder.
 *
 * The desktop does not run a command at all: it asks over D-Bus, and the bus starts the program as
 * a service. Then nothing is known of a command line, and files come through the `open` function.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-about.h"
#include "lacuna-application.h"
#include "lacuna-style.h"
#include "app/window/lacuna-keys.h"
#include "app/window/lacuna-window-drop.h"

#include <glib/gi18n.h>
#include <pango/pangocairo.h>
#include <string.h>

#define APPLICATION_ID "io.github.lacuna_project.Lacuna"

struct _LacunaApplication
{
  AdwApplication parent_instance;
};

G_DEFINE_FINAL_TYPE (LacunaApplication, lacuna_application, ADW_TYPE_APPLICATION)

static LacunaWindow *
add_window (LacunaApplication *self,
            gboolean           maximized)
{
  LacunaWindow *window = lacuna_window_new (GTK_APPLICATION (self));

  lacuna_window_add_drop_target (window);
  if (maximized)
    gtk_window_maximize (GTK_WINDOW (window));
  return window;
}

static void
open_window (LacunaApplication *self,
             const char        *spelling,
             gboolean           maximized)
{
  LacunaWindow *window = add_window (self, maximized);

  lacuna_window_open_spelling (window, spelling);
  lacuna_window_present_soon (window);
}

/* Without a word about what to show: oneself, and a few words for who is here for the first time. */
static void
open_self (LacunaApplication *self,
           gboolean           maximized)
{
  LacunaWindow *window = add_window (self, maximized);

  lacuna_window_open_spelling (window, "self");
  lacuna_window_welcome (window);
  lacuna_window_present_soon (window);
}

static void
lacuna_application_activate (GApplication *application)
{
  open_self (LACUNA_APPLICATION (application), FALSE);
}

/* From the desktop, and from a drop of several files. */
static void
lacuna_application_open (GApplication *application,
                         GFile       **files,
                         int           n_files,
                         const char   *hint)
{
  for (int i = 0; i < n_files; i++)
    {
      g_autoptr (LacunaTarget) target = lacuna_target_new_for_file (files[i]);
      LacunaWindow *window = add_window (LACUNA_APPLICATION (application), FALSE);

      lacuna_window_open_target (window, target);
      lacuna_window_present_soon (window);
    }
}

static int
lacuna_application_command_line (GApplication            *application,
                                 GApplicationCommandLine *command_line)
{
  g_auto (GStrv) arguments = g_application_command_line_get_arguments (command_line, NULL);

  gboolean maximized
      = g_variant_dict_contains (g_application_command_line_get_options_dict (command_line),
                                 "maximized");

  if (arguments[0] == NULL || arguments[1] == NULL)
    open_self (LACUNA_APPLICATION (application), maximized);
  for (char **argument = arguments; *argument != NULL; argument++)
    if (argument != arguments)
      open_window (LACUNA_APPLICATION (application), *argument, maximized);
  return 0;
}

/* Whether a spelling names a file; the others mean the same in every folder. */
static gboolean
is_file (const char *spelling)
{
  return strcmp (spelling, "self") != 0 && !g_str_has_prefix (spelling, "pid:")
         && !g_str_has_prefix (spelling, "name:") && !g_str_has_prefix (spelling, "sandbox:")
         && spelling[strspn (spelling, "0123456789")] != '\0';
}

/* (transfer full): a file's name or URI as what means the same in every folder. */
static char *
make_absolute (const char *spelling)
{
  g_autoptr (GFile) file = g_str_has_prefix (spelling, "file://") ? g_file_new_for_uri (spelling)
                                                                  : g_file_new_for_path (spelling);

  return g_file_get_path (file);
}

static gboolean
lacuna_application_local_command_line (GApplication *application,
                                       char       ***arguments,
                                       int          *exit_status)
{
  gboolean only_targets = FALSE;

  for (char **argument = *arguments; *argument != NULL; argument++)
    {
      if (argument == *arguments)
        continue;
      if (!only_targets && strcmp (*argument, "--") == 0)
        only_targets = TRUE;
      else if (strcmp (*argument, "-") == 0)
        g_application_set_flags (application, g_application_get_flags (application)
                                                  | G_APPLICATION_NON_UNIQUE);
      else if ((only_targets || **argument != '-') && is_file (*argument))
        {
          char *absolute = make_absolute (*argument);

          if (absolute != NULL)
            {
              g_free (*argument);
              *argument = absolute;
            }
        }
    }
  return G_APPLICATION_CLASS (lacuna_application_parent_class)
      ->local_command_line (application, arguments, exit_status);
}

static int
lacuna_application_handle_local_options (GApplication *application,
                                         GVariantDict *options)
{
  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("lacuna %s\n", LACUNA_VERSION);
      return 0;
    }
  return -1;
}

static void
new_window_action (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  open_window (user_data, "self", FALSE);
}

static void
about_action (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  lacuna_about_show (gtk_application_get_active_window (GTK_APPLICATION (user_data)));
}

static void
quit_action (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (user_data));
  gboolean asks = FALSE;

  for (GList *item = windows; item != NULL; item = item->next)
    if (LACUNA_IS_WINDOW (item->data) && lacuna_window_has_changes (item->data))
      {
        asks = TRUE;
        gtk_window_present (item->data);
      }
  if (!asks)
    {
      g_application_quit (G_APPLICATION (user_data));
      return;
    }

  /* Windows that would lose something ask; with the last one the program ends. */
  windows = g_list_copy (windows);
  for (GList *item = windows; item != NULL; item = item->next)
    if (LACUNA_IS_WINDOW (item->data))
      gtk_window_close (item->data);
  g_list_free (windows);
}

static void
lacuna_application_startup (GApplication *application)
{
  static const GActionEntry actions[] = {
    { "new-window", new_window_action, NULL, NULL, NULL, { 0 } },
    { "about", about_action, NULL, NULL, NULL, { 0 } },
    { "quit", quit_action, NULL, NULL, NULL, { 0 } },
  };

  /* The first who asks for a font has Pango read what fonts there are, on a thread of its own, and
   * then waits for it. Asked for now, they are read while GTK starts. */
  pango_cairo_font_map_get_default ();
  G_APPLICATION_CLASS (lacuna_application_parent_class)->startup (application);
  lacuna_style_load (gdk_display_get_default ());

  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions),
                                   application);
  lacuna_keys_install (GTK_APPLICATION (application));
  gtk_window_set_default_icon_name (APPLICATION_ID);
}

static void
lacuna_application_class_init (LacunaApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->activate = lacuna_application_activate;
  application_class->command_line = lacuna_application_command_line;
  application_class->handle_local_options = lacuna_application_handle_local_options;
  application_class->local_command_line = lacuna_application_local_command_line;
  application_class->open = lacuna_application_open;
  application_class->startup = lacuna_application_startup;
}

static void
lacuna_application_init (LacunaApplication *self)
{
  /* GApplication only reads options, --help among them, where there are some of one's own. */
  static const GOptionEntry options[] = {
    { "maximized", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL,
      N_ ("Fill the screen, or the browser's page"), NULL },
    { "version", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL, N_ ("Print the version"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _ ("[TARGET…]"));
  g_application_set_option_context_summary (
      G_APPLICATION (self),
      _ ("TARGET is self, a PID, name:NAME, a file with the text of a /proc/PID/maps, or - for "
         "the same from standard input. Without it, Lacuna shows itself."));
}

LacunaApplication *
lacuna_application_new (void)
{
  LacunaApplication *self
      = g_object_new (LACUNA_TYPE_APPLICATION, "application-id", APPLICATION_ID, "flags",
                      G_APPLICATION_HANDLES_COMMAND_LINE | G_APPLICATION_HANDLES_OPEN, NULL);

  /* Only lacuna-style.c looks for resources; its comment says why. */
  g_application_set_resource_base_path (G_APPLICATION (self), NULL);
  return self;
}
