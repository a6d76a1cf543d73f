/* How long Lacuna takes from its start to its first frame on itself.
 *
 * The time is from before the program is executed until its window's frame with the strip on it
 * was painted: the end of the frame clock's cycle. The first frame of the window, which may still
 * be empty, is beside it, and so is the frame with which everything is there: all rows of the table
 * and the gaps that fit. What comes after the strip must not come later for that. The peer, measured in turns, is bare-window: a bare AdwApplicationWindow
 * of the same size, which no program with libadwaita gets below. A window with a header bar, an
 * icon and one line of text is beside it, which is what remains of the limit for whoever shows a
 * word. All are started on the same display and bus, with warm caches. The processor's time is of
 * all threads; it is what others that run at the same time change the least.
 *
 * Started with "child" as its argument this is Lacuna, linked as the program is; the application
 * is the same, and only the time of its frames is written to file descriptor 3.
 *
 * SPDX-License-Identifier: MIT
 */
#include "measure.h"
#include "window.h"

#include "app/lacuna-application.h"
#include "app/panel/lacuna-gap-panel.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_ROUNDS 25
#define LIMIT 1.5

/* What a child says: seconds on the clock that nobody sets. */
typedef struct
{
  double first;  /* frame of the window */
  double filled; /* frame with the strip on it; the same for the peer */
  double whole;  /* frame with everything on it; the same for the peer */
  double cpu;    /* seconds of the processor until then */
} Frames;

/* The child */

static Frames frames;
static GtkWidget *strip;

/* Whether the frame that was just painted had the table's rows and the gaps that fit on it. */
static gboolean
is_whole (GtkWidget *window)
{
  GtkWidget *panel = bench_find (window, LACUNA_TYPE_GAP_PANEL, NULL, NULL);
  GtkWidget *view = bench_find (window, GTK_TYPE_COLUMN_VIEW, NULL, NULL);
  GtkSelectionModel *rows
      = view != NULL ? gtk_column_view_get_model (GTK_COLUMN_VIEW (view)) : NULL;
  LacunaSnapshot *snapshot = lacuna_strip_get_snapshot (LACUNA_STRIP (strip));
  size_t n_regions;

  if (panel == NULL || rows == NULL || snapshot == NULL)
    return FALSE;
  lac_map_regions (lacuna_snapshot_get_map (snapshot), &n_regions);
  return g_list_model_get_n_items (G_LIST_MODEL (rows)) == n_regions
         && lacuna_gap_panel_get_results (LACUNA_GAP_PANEL (panel)) != NULL;
}

static void
after_paint_cb (GtkWidget *window)
{
  if (frames.first == 0)
    frames.first = now ();
  if (strip == NULL)
    strip = bench_find (window, LACUNA_TYPE_STRIP, NULL, NULL);
  if (!gtk_widget_get_mapped (strip) || lacuna_strip_get_n_renders (LACUNA_STRIP (strip)) == 0)
    return;
  if (frames.filled == 0)
    {
      frames.filled = now ();
      frames.cpu = cpu_seconds ();
    }
  if (!is_whole (window))
    return;
  frames.whole = now ();
  _exit (write (3, &frames, sizeof frames) == sizeof frames ? 0 : 1);
}

static void
realized_cb (GtkWidget *window)
{
  g_signal_connect_object (gtk_widget_get_frame_clock (window), "after-paint",
                           G_CALLBACK (after_paint_cb), window, G_CONNECT_SWAPPED);
}

static void
window_added_cb (GtkApplication *application,
                 GtkWindow      *window)
{
  gtk_window_set_default_size (window, BENCH_WIDTH, BENCH_HEIGHT);
  g_signal_connect (window, "realize", G_CALLBACK (realized_cb), NULL);
}

static int
be_lacuna (void)
{
  char program[] = "lacuna";
  char self[] = "self";
  char *arguments[] = { program, self, NULL };
  LacunaApplication *application;

  setlocale (LC_ALL, "");
  application = lacuna_application_new ();
  g_signal_connect (application, "window-added", G_CALLBACK (window_added_cb), NULL);
  return g_application_run (G_APPLICATION (application), 2, arguments);
}

/* The parent */

static Frames
time_start (const char *program,
            const char *argument)
{
  Frames result = { 0, 0, 0, 0 };
  int ends[2];
  double start;
  pid_t pid;

  if (pipe2 (ends, O_CLOEXEC) != 0)
    exit (1);
  start = now ();
  pid = vfork ();
  if (pid == 0)
    {
      dup2 (ends[1], 3);
      execl (program, program, argument, NULL);
      _exit (127);
    }
  close (ends[1]);
  if (read (ends[0], &result, sizeof result) != sizeof result)
    {
      fprintf (stderr, "start: %s ended before its first frame\n", program);
      exit (1);
    }
  close (ends[0]);
  waitpid (pid, NULL, 0);
  /* Its name on the bus and its window are gone a moment later. */
  g_usleep (50000);
  result.first -= start;
  result.filled -= start;
  result.whole -= start;
  return result;
}

int
main (int   argc,
      char *argv[])
{
  double first[N_ROUNDS];
  double filled[N_ROUNDS];
  double whole[N_ROUNDS];
  double bare[N_ROUNDS];
  double words[N_ROUNDS];
  double ratios[N_ROUNDS];
  double words_ratios[N_ROUNDS];
  double cpu[N_ROUNDS];
  double bare_cpu[N_ROUNDS];
  double words_cpu[N_ROUNDS];
  double ratio;

  if (argc == 2 && strcmp (argv[1], "child") == 0)
    return be_lacuna ();
  if (argc != 2)
    return 2;

  for (int round = -2; round < N_ROUNDS; round++)
    {
      Frames peer = time_start (argv[1], NULL);
      Frames talking = time_start (argv[1], "words");
      Frames ours = time_start ("/proc/self/exe", "child");

      if (round < 0)
        continue;
      first[round] = ours.first;
      filled[round] = ours.filled;
      whole[round] = ours.whole;
      bare[round] = peer.filled;
      words[round] = talking.filled;
      cpu[round] = ours.cpu;
      bare_cpu[round] = peer.cpu;
      words_cpu[round] = talking.cpu;
      ratios[round] = ours.filled / peer.filled;
      words_ratios[round] = ours.filled / talking.filled;
    }
  ratio = median (ratios, N_ROUNDS);
  printf ("from exec to a painted frame on itself, ms, medians of %d starts in turns\n\n"
          "                                     wall  processor\n"
          "a bare AdwApplicationWindow     %9.1f  %9.1f\n"
          "one with a line of text         %9.1f  %9.1f\n"
          "Lacuna, first frame             %9.1f\n"
          "Lacuna, frame with the strip    %9.1f  %9.1f\n"
          "Lacuna, everything              %9.1f\n\n"
          "ratio to the bare window        %9.2f x   (at most %.1f) %s\n"
          "ratio to the line of text       %9.2f x\n",
          N_ROUNDS, median (bare, N_ROUNDS) * 1e3, median (bare_cpu, N_ROUNDS) * 1e3,
          median (words, N_ROUNDS) * 1e3, median (words_cpu, N_ROUNDS) * 1e3,
          median (first, N_ROUNDS) * 1e3, median (filled, N_ROUNDS) * 1e3,
          median (cpu, N_ROUNDS) * 1e3, median (whole, N_ROUNDS) * 1e3, ratio, LIMIT, ratio <= LIMIT ? "ok" : "MISS",
          median (words_ratios, N_ROUNDS));
  return 0;
}
