/* Whole frames of the window while it shows a process with thousands of buffers: itself.
 *
 * Every buffer is a level on the strip and a row of the Buffers page. Half of them lie one after
 * another, as those of one anchor do, and half a mebibyte apart, as they would in a process with as
 * many anchors. A frame is all that the main thread does from one frame's end to the next one's
 * (frames.c says more). Strip: the view jumps to a place among the buffers, from all of them in view
 * to one. Rows: the list jumps to a row, or moves by a few. The limit is 16.7 ms for what the main
 * thread needed by itself.
 *
 * A refresh that finds one buffer fuller than before is no frame: what counts is the longest
 * iteration of the main loop until it is shown, at most 50 ms.
 *
 * An argument is how many buffers there are.
 *
 * SPDX-License-Identifier: MIT
 */
#include "measure.h"
#include "window.h"

#include "app/buffers/lacuna-buffers-panel.h"
#include "buffers/buffer.h"

#include <math.h>
#include <stdio.h>

#define N_BUFFERS 4000
#define N_FRAMES 600
#define N_REFRESHES 10
#define LIMIT (1 / 60.0)
#define REFRESH_LIMIT 0.050
#define SHARE 0.99

/* Below where programs and libraries lie, and far above address 0. */
#define FIRST G_GUINT64_CONSTANT (0x100000000000)
#define APART G_GUINT64_CONSTANT (0x100000)

static guint64 random_state = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

/* xorshift64*, from 0 to 1: the same numbers on every run. */
static double
random_part (void)
{
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return (double) (random_state * G_GUINT64_CONSTANT (0x2545f4914f6cdd1d) >> 11) * 0x1p-53;
}

static gboolean
make_buffer (guint64 address)
{
  static const char bytes[4096];
  struct lac_gap_query query;
  struct lac_buffer buffer;

  lac_placement_init (&query);
  query.size = sizeof bytes;
  query.min = address;
  query.max = address + sizeof bytes;
  if (lac_buffers_get (&query, LAC_BUFFER_NEW, &buffer, NULL) != LAC_OK)
    return FALSE;
  lac_buffer_append (&buffer, bytes, (gsize) (random_part () * sizeof bytes), NULL);
  return lac_buffer_put (&buffer) == LAC_OK;
}

static gboolean
make_buffers (guint n_buffers)
{
  guint64 next = FIRST;

  for (guint i = 0; i < n_buffers; i++)
    {
      if (!make_buffer (next))
        return FALSE;
      next += i < n_buffers / 2 ? 4096 : APART;
    }
  return TRUE;
}

/* What moves for each frame. */
typedef void (*Move) (Bench    *bench,
                      gpointer  user_data);

/* So much in view that at least one buffer is, and at most all of one half. */
static void
move_strip (Bench    *bench,
            gpointer  n_buffers)
{
  LacunaScale *scale = lacuna_strip_get_scale (bench->strip);
  int columns = lacuna_strip_get_columns (bench->strip);
  guint half = GPOINTER_TO_UINT (n_buffers) / 2;
  gboolean packed = random_part () < 0.5;
  guint64 start = packed ? FIRST : FIRST + half * G_GUINT64_CONSTANT (4096);
  double length = half * (packed ? 4096.0 : (double) APART);
  double size = 8192 * pow (length / 8192, random_part ());
  double from = (double) random_part () * (length - size);
  LacunaView view
      = lacuna_view_fit (scale,
                         (struct lac_range){ start + (guint64) from,
                                             start + (guint64) (from + size) },
                         columns);

  lacuna_strip_set_view (bench->strip, &view, FALSE);
}

static void
move_rows (Bench    *bench,
           gpointer  adjustment)
{
  double upper = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);
  double value = random_part () < 0.25
                     ? random_part () * upper
                     : gtk_adjustment_get_value (adjustment) + 200 * (random_part () - 0.5);

  /* Where it stands already there would be no frame. */
  value = CLAMP (value, 0, upper);
  if (fabs (value - gtk_adjustment_get_value (adjustment)) < 1)
    value = value < upper / 2 ? value + 20 : value - 20;
  gtk_adjustment_set_value (adjustment, value);
}

static gboolean
frame_came (Bench   *bench,
            gpointer before)
{
  return bench->n_frames != GPOINTER_TO_UINT (before);
}

static void
measure (Bench      *bench,
         const char *what,
         Move        move,
         gpointer    user_data)
{
  double own[N_FRAMES];
  double wall[N_FRAMES];
  double share;
  gsize n = 0;

  bench_settle (bench, 5);
  for (guint i = 0; i < N_FRAMES; i++)
    {
      Work before = bench_work ();
      guint n_frames = bench->n_frames;
      Work after;

      move (bench, user_data);
      if (!bench_run_until (bench, frame_came, GUINT_TO_POINTER (n_frames), 0.1))
        continue;
      after = bench_work ();
      own[n] = after.own - before.own;
      wall[n] = after.wall - before.wall;
      n++;
      gdk_display_sync (gtk_widget_get_display (GTK_WIDGET (bench->window)));
    }
  if (n == 0)
    {
      printf ("%-8s no move was followed by a frame\n", what);
      return;
    }
  qsort (own, n, sizeof *own, compare_doubles);
  qsort (wall, n, sizeof *wall, compare_doubles);
  share = bench_share (own, n, LIMIT);
  printf ("%-8s %6zu  %6.2f %6.2f %6.2f %6.2f  %6.2f %% %-4s   %6.2f %6.2f\n",
          what, n, bench_quantile (own, n, 0.5) * 1e3, bench_quantile (own, n, 0.95) * 1e3,
          bench_quantile (own, n, 0.99) * 1e3, own[n - 1] * 1e3, share * 100,
          share >= SHARE ? "ok" : "MISS", bench_quantile (wall, n, 0.5) * 1e3,
          bench_quantile (wall, n, 0.99) * 1e3);
  fflush (stdout);
}

static void
measure_refresh (Bench      *bench,
                 const char *what)
{
  double longest = 0;
  double own;

  bench_settle (bench, 5);
  for (guint i = 0; i < N_REFRESHES; i++)
    {
      make_buffer (FIRST - (i + 1) * APART);
      bench_longest ();
      gtk_widget_activate_action (GTK_WIDGET (bench->window), "win.refresh", NULL);
      bench_run (bench, 1);
      own = bench_longest ().own;
      longest = MAX (longest, own);
    }
  printf ("%-8s %6d  longest iteration %.2f ms, at most 50: %s\n", what, N_REFRESHES,
          longest * 1e3, longest <= REFRESH_LIMIT ? "ok" : "MISS");
  fflush (stdout);
}

static GtkAdjustment *
find_rows (Bench *bench)
{
  GtkWidget *page = bench_find (GTK_WIDGET (bench->window), LACUNA_TYPE_BUFFERS_PANEL, NULL, NULL);
  GtkWidget *list = page != NULL ? bench_find (page, GTK_TYPE_LIST_VIEW, NULL, NULL) : NULL;

  return list != NULL ? gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list)) : NULL;
}

int
main (int   argc,
      char *argv[])
{
  guint n_buffers = argc > 1 ? (guint) g_ascii_strtoull (argv[1], NULL, 10) : N_BUFFERS;
  GtkAdjustment *rows;
  Bench bench;

  if (n_buffers < 4 || !make_buffers (n_buffers))
    {
      printf ("%u buffers could not be made\n", n_buffers);
      return 1;
    }
  bench_start (&bench);
  if (!bench_open (&bench, "self", 60))
    {
      printf ("the window did not show itself within a minute\n");
      return 1;
    }
  bench_set_live (&bench, FALSE);
  gtk_widget_activate_action (GTK_WIDGET (bench.window), "win.scale", "s", "linear");
  printf ("%u buffers, window of %d × %d, whole frames on the main thread, ms; at least 99 %% inside "
          "16.7 ms\n\n"
          "                          by itself                          wall clock\n"
          "what     frames  median   95 %%   99 %%   most    inside        median   99 %%\n",
          n_buffers, gtk_widget_get_width (GTK_WIDGET (bench.window)),
          gtk_widget_get_height (GTK_WIDGET (bench.window)));
  measure (&bench, "strip", move_strip, GUINT_TO_POINTER (n_buffers));
  measure_refresh (&bench, "refresh");

  gtk_widget_activate_action (GTK_WIDGET (bench.window), "win.buffers", NULL);
  bench_settle (&bench, 5);
  rows = find_rows (&bench);
  if (rows == NULL)
    {
      printf ("the Buffers page has no list\n");
      return 1;
    }
  measure (&bench, "rows", move_rows, rows);
  measure_refresh (&bench, "with it");
  bench_stop (&bench);
  return 0;
}
