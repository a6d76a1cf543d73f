/* About Lacuna: who made it, on which terms, and what it runs on.
 *
 * What it runs on is what somebody who reports a fault is asked for first, so it is there to copy.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-about.h"

#include <glib/gi18n.h>

#define APPLICATION_ID "io.github.lacuna_project.Lacuna"

/* (transfer full): in English, since it is for those who work on Lacuna. */
static char *
describe_system (void)
{
  g_autofree char *system = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);

  return g_strdup_printf ("Lacuna %s\n"
                          "GTK %u.%u.%u\n"
                          "libadwaita %u.%u.%u\n"
                          "GLib %u.%u.%u\n"
                          "Display: %s\n"
                          "System: %s\n",
                          LACUNA_VERSION, gtk_get_major_version (), gtk_get_minor_version (),
                          gtk_get_micro_version (), adw_get_major_version (),
                          adw_get_minor_version (), adw_get_micro_version (), glib_major_version,
                          glib_minor_version, glib_micro_version,
                          G_OBJECT_TYPE_NAME (gdk_display_get_default ()),
                          system != NULL ? system : "unknown");
}

/* An icon theme only has the program's icon where the program is installed. */
static void
add_icon (void)
{
  GtkIconTheme *theme = gtk_icon_theme_get_for_display (gdk_display_get_default ());

  if (!gtk_icon_theme_has_icon (theme, APPLICATION_ID))
    gtk_icon_theme_add_resource_path (theme, "/io/github/lacuna_project/Lacuna/icons");
}

/**
 * lacuna_about_show:
 * @parent: (nullable): the window that it is shown over
 */
void
lacuna_about_show (GtkWindow *parent)
{
  g_autofree char *system = describe_system ();

  add_icon ();
  adw_show_about_window (
      parent, "application-name", "Lacuna", "application-icon", APPLICATION_ID, "version",
      LACUNA_VERSION, "developer-name", _ ("The Lacuna project"), "copyright",
      _ ("© 2026 The Lacuna project"), "comments",
      _ ("Shows where everything in a process's address space lives, finds the free gaps that a buffer "
         "may go into, and makes buffers there. Looking at a process never stops, signals or changes it."),
      "license-type", GTK_LICENSE_MIT_X11, "debug-info", system, "debug-info-filename",
      "lacuna.txt", "translator-credits",
      /* Translators: your name, one translator a line; it is shown in “About Lacuna”. */
      _ ("translator-credits"), NULL);
}
