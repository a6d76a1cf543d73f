/* The pointer moving over the strip, over a million regions.
 *
 * The X server is asked to move its pointer, so that real events come in; the main thread's work
 * from one motion to the next is timed, whole frames included. It is parted into what comes before
 * the frame (the event, finding what lies under it, telling the others) and the frame, in which
 * only what lies over the base may be drawn anew: how often the base was is counted. The limit is
 * for the median of both together, of what the main thread needed by itself (window.h); the wall
 * clock is beside it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "measure.h"
#include "target.h"
#include "window.h"

#include <gdk/x11/gdkx.h>
#include <math.h>
#include <stdio.h>

#define N_REGIONS 1000000
#define N_MOTIONS 1000
#define LIMIT 0.0005

/* All work until the frame began, and until its layout was done. */
typedef struct
{
  Work began;
  Work laid_out;
} Phases;

static void
flush_events_cb (Phases *phases)
{
  phases->began = bench_work ();
}

static void
layout_cb (Phases *phases)
{
  phases->laid_out = bench_work ();
}

static gboolean
frame_came (Bench   *bench,
            gpointer before)
{
  return bench->n_frames != GPOINTER_TO_UINT (before);
}

static void
move_pointer (Bench *bench,
              double x,
              double y)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (bench->window));
  Display *display = gdk_x11_display_get_xdisplay (gdk_surface_get_display (surface));
  double surface_x;
  double surface_y;
  graphene_point_t point;

  gtk_native_get_surface_transform (GTK_NATIVE (bench->window), &surface_x, &surface_y);
  if (!gtk_widget_compute_point (GTK_WIDGET (bench->strip), GTK_WIDGET (bench->window),
                                 &GRAPHENE_POINT_INIT ((float) x, (float) y), &point))
    return;
  XWarpPointer (display, None, gdk_x11_surface_get_xid (surface), 0, 0, 0, 0,
                (int) (point.x + surface_x), (int) (point.y + surface_y));
  XFlush (display);
}

static void
measure (Bench      *bench,
         const char *name)
{
  static double whole[N_MOTIONS];
  static double event[N_MOTIONS];
  static double layout[N_MOTIONS];
  static double painting[N_MOTIONS];
  static double wall[N_MOTIONS];
  Phases phases = { { 0, 0, 0 }, { 0, 0, 0 } };
  int width = gtk_widget_get_width (GTK_WIDGET (bench->strip));
  int height = gtk_widget_get_height (GTK_WIDGET (bench->strip));
  guint renders;
  gsize n = 0;

  g_signal_connect_swapped (bench->frame_clock, "flush-events", G_CALLBACK (flush_events_cb),
                            &phases);
  g_signal_connect_swapped (bench->frame_clock, "layout", G_CALLBACK (layout_cb), &phases);
  move_pointer (bench, width / 2.0, height / 2.0);
  bench_settle (bench, 5);
  renders = lacuna_strip_get_n_renders (bench->strip);
  for (guint i = 0; i < N_MOTIONS; i++)
    {
      Work before;
      Work after;

      /* To and fro, by steps that a hand makes; always another pixel. */
      before = bench_work ();
      move_pointer (bench, width * (0.5 + 0.45 * sin (i * 0.031)) + (i % 2),
                    height * (0.5 + 0.2 * sin (i * 0.017)));
      if (!bench_run_until (bench, frame_came, GUINT_TO_POINTER (bench->n_frames), 0.2))
        continue;
      after = bench_work ();
      whole[n] = after.own - before.own;
      wall[n] = after.wall - before.wall;
      /* A frame without a layout has none of its own. */
      if (phases.laid_out.wall < phases.began.wall)
        phases.laid_out = phases.began;
      event[n] = phases.began.own - before.own;
      layout[n] = phases.laid_out.own - phases.began.own;
      painting[n] = after.own - phases.laid_out.own;
      n++;
    }
  renders = lacuna_strip_get_n_renders (bench->strip) - renders;
  g_signal_handlers_disconnect_by_data (bench->frame_clock, &phases);
  if (n == 0)
    {
      printf ("%-20s no frame followed any motion\n", name);
      return;
    }

  qsort (whole, n, sizeof *whole, compare_doubles);
  printf ("%-20s %5zu  %6.3f %6.3f  %-4s %6.3f   %6.3f   %6.3f   %6.3f   %u\n", name, n,
          bench_quantile (whole, n, 0.5) * 1e3, bench_quantile (whole, n, 0.99) * 1e3,
          bench_quantile (whole, n, 0.5) <= LIMIT && renders == 0 ? "ok" : "MISS",
          median (wall, n) * 1e3, median (event, n) * 1e3, median (layout, n) * 1e3,
          median (painting, n) * 1e3, renders);
  fflush (stdout);
}

int
main (int   argc,
      char *argv[])
{
  static const char *const scales[] = { "linear", "compact" };
  struct target target = { 0 };
  g_autofree char *spelling = NULL;
  Bench bench;

  if (!target_start (&target, N_REGIONS, TARGET_MIXED))
    return 0;
  spelling = g_strdup_printf ("%d", (int) target.pid);
  bench_start (&bench);
  if (!bench_open (&bench, spelling, 60))
    {
      printf ("the window did not show %s within a minute\n", spelling);
      return 1;
    }

  printf ("each motion of the pointer over the strip, main thread, ms; median of whole at most 0.5,\n"
          "and the base never drawn anew\n\n"
          "view                     n  median   99 %%         wall    event   layout painting   "
          "bases\n");
  for (gsize i = 0; i < G_N_ELEMENTS (scales); i++)
    {
      g_autofree char *everything = g_strdup_printf ("%s, everything", scales[i]);
      g_autofree char *close = g_strdup_printf ("%s, close", scales[i]);
      struct lac_map *map = lacuna_snapshot_get_map (lacuna_strip_get_snapshot (bench.strip));
      size_t n_regions;
      const struct lac_region *regions = lac_map_regions (map, &n_regions);

      gtk_widget_activate_action (GTK_WIDGET (bench.window), "win.scale", "s", scales[i]);
      lacuna_strip_show_all (bench.strip, FALSE);
      measure (&bench, everything);
      lacuna_strip_show_range (bench.strip,
                               (struct lac_range){ regions[n_regions / 2].start,
                                                   regions[n_regions / 2 + 20].end },
                               FALSE);
      measure (&bench, close);
    }
  bench_stop (&bench);
  target_stop (&target);
  return 0;
}
