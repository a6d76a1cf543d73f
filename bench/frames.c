/* Whole frames of the window while one pans and zooms over a million regions.
 *
 * A frame is all that the main thread does from one frame's end to the next one's: the call or
 * event that moved the view, update, layout, snapshot, rendering with cairo, handing over to the
 * display server, and whatever idles and timers ran meanwhile. Only waiting for events is left
 * out. The limit, 16.7 ms, is for what the main thread needed by itself (window.h); beside it are
 * the clock on the wall, the processor, which is left when even the display server has to stand in
 * line, and how long the display server was at the frame after it was handed over, which with a
 * graphics card nobody would wait for.
 *
 * Places: the view jumps; the depth is even on a log scale from everything to a byte a pixel, the
 * centre is even over the scale, so that nothing is left from the frame before. Dense places: the
 * depth stays where there is something in nearly every column. Steps: from such a place zooms by
 * up to eight times and pans by up to a width, at once. Moving: the same, but animated, as with a
 * wheel or a held key; every frame of the animation counts.
 *
 * SPDX-License-Identifier: MIT
 */
#include "measure.h"
#include "target.h"
#include "window.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define N_REGIONS 1000000
#define N_FRAMES 600
#define MAX_FRAMES (4 * N_FRAMES)
#define LIMIT (1 / 60.0)
#define SHARE 0.99

typedef enum
{
  PLACES,
  DENSE_PLACES,
  STEPS,
  MOVING,
  N_WAYS
} Way;

static const char *const way_names[N_WAYS] = { "places", "dense places", "steps", "moving" };

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

/* Each side's middle is some region's, since most of the linear scale is one wide gap. */
static void
go_to_place (Bench   *bench,
             gboolean dense)
{
  LacunaScale *scale = lacuna_strip_get_scale (bench->strip);
  struct lac_map *map = lacuna_snapshot_get_map (lacuna_strip_get_snapshot (bench->strip));
  int columns = lacuna_strip_get_columns (bench->strip);
  double length = (double) lacuna_scale_get_length (scale);
  double least = columns;
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  size_t middle = (size_t) (random_part () * (double) (n_regions - 1));
  guint64 centre = lacuna_scale_to_line (scale, regions[middle].start);
  double size;
  struct lac_range range;
  LacunaView view;

  if (dense)
    {
      /* From about one region a column up. */
      size_t first = middle > (size_t) columns / 2 ? middle - (size_t) columns / 2 : 0;
      size_t last = MIN (first + (size_t) columns, n_regions - 1);

      least = (double) (lacuna_scale_to_line (scale, regions[last].start)
                        - lacuna_scale_to_line (scale, regions[first].start));
      least = CLAMP (least, columns, length);
    }
  size = least * pow (length / least, random_part ());
  range.start = lacuna_scale_to_address (scale,
                                         lac_subtract_saturating (centre, (guint64) (size / 2)));
  range.end = lacuna_scale_to_address (
      scale, MIN (lac_add_saturating (centre, (guint64) (size / 2)), (guint64) length));
  view = lacuna_view_fit (scale, range, columns);
  lacuna_strip_set_view (bench->strip, &view, FALSE);
}

static void
step (Bench   *bench,
      gboolean animate)
{
  if (random_part () < 0.5)
    lacuna_strip_zoom (bench->strip, exp2 (6 * random_part () - 3), animate);
  else
    lacuna_strip_pan (bench->strip, 2 * random_part () - 1, animate);
}

static gboolean
frame_came (Bench   *bench,
            gpointer before)
{
  return bench->n_frames != GPOINTER_TO_UINT (before);
}

/* Frames that are due to one move, until nothing moves any more or @n_most are there. */
static gsize
time_frames (Bench  *bench,
             double *own,
             double *wall,
             double *cpu,
             double *server,
             Work   *at,
             gsize   n_most)
{
  gsize n = 0;

  while (n < n_most
         && bench_run_until (bench, frame_came, GUINT_TO_POINTER (bench->n_frames), 0.1))
    {
      Work after = bench_work ();

      own[n] = after.own - at->own;
      wall[n] = after.wall - at->wall;
      cpu[n] = after.cpu - at->cpu;
      gdk_display_sync (gtk_widget_get_display (GTK_WIDGET (bench->window)));
      *at = bench_work ();
      server[n] = at->wall - after.wall;
      n++;
    }
  return n;
}

static void
measure (Bench      *bench,
         const char *scale,
         Way         way)
{
  static double own[MAX_FRAMES];
  static double wall[MAX_FRAMES];
  static double cpu[MAX_FRAMES];
  static double server[MAX_FRAMES];
  gsize n = 0;
  double share;
  Work at;

  bench_settle (bench, 5);
  go_to_place (bench, FALSE);
  bench_settle (bench, 5);
  at = bench_work ();
  for (guint move = 0; n < N_FRAMES && move < 2 * N_FRAMES; move++)
    {
      if (way == PLACES || way == DENSE_PLACES)
        {
          go_to_place (bench, way == DENSE_PLACES);
          n += time_frames (bench, own + n, wall + n, cpu + n, server + n, &at, 1);
        }
      else if (move % 20 == 0)
        {
          go_to_place (bench, move % 40 == 0);
          time_frames (bench, own + n, wall + n, cpu + n, server + n, &at, 1);
        }
      else if (way == STEPS)
        {
          step (bench, FALSE);
          n += time_frames (bench, own + n, wall + n, cpu + n, server + n, &at, 1);
        }
      else
        {
          step (bench, TRUE);
          n += time_frames (bench, own + n, wall + n, cpu + n, server + n, &at, 12);
        }
    }
  if (n == 0)
    {
      printf ("%-8s %-12s no move was followed by a frame\n", scale, way_names[way]);
      return;
    }
  qsort (own, n, sizeof *own, compare_doubles);
  qsort (wall, n, sizeof *wall, compare_doubles);
  qsort (cpu, n, sizeof *cpu, compare_doubles);
  qsort (server, n, sizeof *server, compare_doubles);
  share = bench_share (own, n, LIMIT);
  printf ("%-8s %-12s %6zu  %6.2f %6.2f %6.2f %6.2f  %6.2f %% %-4s   %6.2f %6.2f  %6.2f %%   "
          "%6.2f  %6.2f %%   %6.2f %6.2f\n",
          scale, way_names[way], n, bench_quantile (own, n, 0.5) * 1e3,
          bench_quantile (own, n, 0.95) * 1e3, bench_quantile (own, n, 0.99) * 1e3,
          bench_quantile (own, n, 0.999) * 1e3, share * 100, share >= SHARE ? "ok" : "MISS",
          bench_quantile (wall, n, 0.5) * 1e3, bench_quantile (wall, n, 0.99) * 1e3,
          bench_share (wall, n, LIMIT) * 100, bench_quantile (cpu, n, 0.99) * 1e3,
          bench_share (cpu, n, LIMIT) * 100, bench_quantile (server, n, 0.5) * 1e3,
          bench_quantile (server, n, 0.99) * 1e3);
  fflush (stdout);
}

int
main (int   argc,
      char *argv[])
{
  static const char *const scales[] = { "linear", "compact" };
  struct target target = { 0 };
  g_autofree char *spelling = NULL;
  g_autofree char *file = NULL;
  gboolean is_process = target_start (&target, N_REGIONS, TARGET_MIXED);
  size_t n_regions;
  Bench bench;

  if (is_process)
    spelling = g_strdup_printf ("%d", (int) target.pid);
  else
    {
      file = g_strdup_printf ("%s/lacuna-bench-%d.maps", g_get_tmp_dir (), (int) getpid ());
      if (!target_write (file, N_REGIONS))
        return 1;
      spelling = g_strdup (file);
      printf ("a file with the text of such a process's maps stands in for it\n");
    }

  bench_start (&bench);
  if (!bench_open (&bench, spelling, 60))
    {
      printf ("the window did not show %s within a minute\n", spelling);
      return 1;
    }
  lac_map_regions (lacuna_snapshot_get_map (lacuna_strip_get_snapshot (bench.strip)), &n_regions);
  printf ("%zu regions of a %s, window of %d × %d, whole frames on the main thread, ms;\n"
          "at least 99 %% inside 16.7 ms\n\n"
          "                               by itself                                "
          "wall clock              processor           display server\n"
          "scale    way          frames  median   95 %%   99 %% 99.9 %%    inside        "
          "median   99 %%    inside     99 %%    inside   median   99 %%\n",
          n_regions, is_process ? "process" : "file",
          gtk_widget_get_width (GTK_WIDGET (bench.window)),
          gtk_widget_get_height (GTK_WIDGET (bench.window)));
  for (gsize i = 0; i < G_N_ELEMENTS (scales); i++)
    {
      gtk_widget_activate_action (GTK_WIDGET (bench.window), "win.scale", "s", scales[i]);
      for (Way way = 0; way < N_WAYS; way++)
        measure (&bench, scales[i], way);
    }
  bench_stop (&bench);
  if (is_process)
    target_stop (&target);
  else
    g_remove (file);
  return 0;
}
