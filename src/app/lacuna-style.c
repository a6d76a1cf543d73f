/* The program's style sheets: one for all, one for dark windows, one for high contrast.
 *
 * AdwApplication would load them by itself, from the application's resources. But of an application
 * with resources GTK also takes icons to be among them, and to look there it throws away the icon
 * theme that it has just read on a thread, and reads it again while everything waits: a quarter of
 * the time that an empty window takes to start. The one icon that is a resource is only shown
 * in “About Lacuna”, which sees to that.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-style.h"

#include <adwaita.h>

#define FOLDER "/io/github/lacuna_project/Lacuna/"

static GtkStyleProvider *
load (const char *resource)
{
  GtkCssProvider *provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, resource);
  return GTK_STYLE_PROVIDER (provider);
}

/* What is shown last has the last word. */
static void
show (GtkStyleProvider **provider,
      const char        *resource,
      GdkDisplay        *display,
      gboolean           wanted)
{
  if (*provider != NULL)
    gtk_style_context_remove_provider_for_display (display, *provider);
  if (!wanted)
    return;
  if (*provider == NULL)
    *provider = load (resource);
  gtk_style_context_add_provider_for_display (display, *provider,
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
follow (AdwStyleManager *manager)
{
  static GtkStyleProvider *dark = NULL;
  static GtkStyleProvider *high_contrast = NULL;
  GdkDisplay *display = adw_style_manager_get_display (manager);

  show (&dark, FOLDER "style-dark.css", display, adw_style_manager_get_dark (manager));
  show (&high_contrast, FOLDER "style-hc.css", display,
        adw_style_manager_get_high_contrast (manager));
}

/**
 * lacuna_style_load:
 * @display: the display that windows are shown on
 *
 * Has the windows on @display look as Lacuna's do.
 */
void
lacuna_style_load (GdkDisplay *display)
{
  AdwStyleManager *manager = adw_style_manager_get_for_display (display);
  static GtkStyleProvider *always = NULL;

  show (&always, FOLDER "style.css", display, TRUE);
  follow (manager);
  g_signal_connect (manager, "notify::dark", G_CALLBACK (follow), NULL);
  g_signal_connect (manager, "notify::high-contrast", G_CALLBACK (follow), NULL);
}
