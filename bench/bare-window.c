/* A bare AdwApplicationWindow that writes to file descriptor 3 when its first frame was painted,
 * and ends: the least that a program with libadwaita can take to start.
 *
 * SPDX-License-Identifier: MIT
 */
#include "measure.h"

#include <adwaita.h>
#include <locale.h>
#include <unistd.h>

static void
after_paint_cb (GtkWidget *window)
{
  double frames[2];

  frames[0] = frames[1] = now ();
  _exit (write (3, frames, sizeof frames) == sizeof frames ? 0 : 1);
}

static void
realized_cb (GtkWidget *window)
{
  g_signal_connect_object (gtk_widget_get_frame_clock (window), "after-paint",
                           G_CALLBACK (after_paint_cb), window, G_CONNECT_SWAPPED);
}

static void
activate_cb (GtkApplication *application)
{
  GtkWidget *window = adw_application_window_new (application);

  gtk_window_set_default_size (GTK_WINDOW (window), 1400, 900);
  g_signal_connect (window, "realize", G_CALLBACK (realized_cb), NULL);
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int   argc,
      char *argv[])
{
  AdwApplication *application = NULL;

  setlocale (LC_ALL, "");
  application
      = adw_application_new ("io.github.lacuna_project.BareWindow", G_APPLICATION_DEFAULT_FLAGS);
  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), NULL);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
