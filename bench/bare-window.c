/* A bare AdwApplicationWindow that writes to file descriptor 3 when its first frame was painted,
 * and ends: the least that a program with libadwaita can take to start.
 *
 * A bare window has no word in it. With "words" as its argument there are a header bar with its
 * title, an icon and one line of text: the least that a program can take to start and say anything,
 * since that needs a font, and one needs an icon theme.
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
  double frames[4];

  frames[0] = frames[1] = frames[2] = now ();
  frames[3] = cpu_seconds ();
  _exit (write (3, frames, sizeof frames) == sizeof frames ? 0 : 1);
}

static void
realized_cb (GtkWidget *window)
{
  g_signal_connect_object (gtk_widget_get_frame_clock (window), "after-paint",
                           G_CALLBACK (after_paint_cb), window, G_CONNECT_SWAPPED);
}

static GtkWidget *
make_words (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header_bar = adw_header_bar_new ();
  GtkWidget *label = gtk_label_new ("A line of text");

  adw_header_bar_pack_start (ADW_HEADER_BAR (header_bar),
                             gtk_button_new_from_icon_name ("view-refresh-symbolic"));
  gtk_widget_set_vexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), header_bar);
  gtk_box_append (GTK_BOX (box), label);
  return box;
}

static void
activate_cb (GtkApplication *application,
             gpointer        words)
{
  GtkWidget *window = adw_application_window_new (application);

  gtk_window_set_title (GTK_WINDOW (window), "Peer");
  if (words != NULL)
    adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), make_words ());
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
  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), argc > 1 ? argv[1] : NULL);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
