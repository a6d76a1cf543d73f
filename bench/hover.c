/* The pointer moving over the strip, over an ordinary process and over a million regions.
 *
 * The X server is asked to move its pointer, so that real events come in; the main thread's work
 * from one motion to the next is timed, whole frames included. It is parted into what comes before
 * the frame (the event, finding what lies under it, telling the others) and the frame, in which
 * only what lies over the base may be drawn anew: how often the base was is counted. The limit is
 * for the median of both together, of what the main thread needed by itself (window.h); the wall
 * clock and the processor's are beside it.
 *
 * Two floors tell the toolkit's share. One is a window of the same size with nothing but a widget
 * in it that draws a line where the pointer is: no motion that shows anything is cheaper, and what a
 * view takes beyond it is Lacuna's own. The other
 * is the line of details in Lacuna's window, which says nothing of the pointer over itself: the cost
 * of an event that nobody heeds, without a frame.
 *
 *   bench-hover [TARGET]   only that one, spelled as on Lacuna's command line
 *
 * SPDX-License-Identifier: MIT
 */
#include "measure.h"
#include "target.h"
#include "window.h"

#include "app/window/lacuna-details.h"

#include <adwaita.h>
#include <gdk/x11/gdkx.h>
#include <math.h>
#include <stdio.h>

#define N_REGIONS 1000000
#define N_MOTIONS 600
#define LIMIT 0.0005

/* A widget that draws a line where the pointer is, and nothing else. */
typedef struct
{
  GtkWidget parent_instance;

  double pointer;
} Plain;

typedef GtkWidgetClass PlainClass;

GType plain_get_type (void);

G_DEFINE_TYPE (Plain, plain, GTK_TYPE_WIDGET)

static void
plain_snapshot (GtkWidget   *widget,
                GtkSnapshot *snapshot)
{
  Plain *self = (Plain *) widget;

  gtk_snapshot_append_color (snapshot, &(GdkRGBA){ 0, 0, 1, 1 },
                             &GRAPHENE_RECT_INIT ((float) floor (self->pointer), 0, 1,
                                                  (float) gtk_widget_get_height (widget)));
}

static void
plain_motion_cb (Plain *self,
                 double x)
{
  self->pointer = x;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
plain_class_init (PlainClass *klass)
{
  klass->snapshot = plain_snapshot;
}

static void
plain_init (Plain *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();

  g_signal_connect_swapped (motion, "motion", G_CALLBACK (plain_motion_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
}

static double plain_median;

/* All work until the frame began, and until its layout was done. */
typedef struct
{
  Work began;
  Work laid_out;
} Phases;

/* What is moved over, and what has to happen until a motion has been dealt with. */
typedef struct
{
  GtkWidget *widget;
  GdkFrameClock *frame_clock;
  guint n_frames;
  guint n_events;
  gboolean is_drawn;
  Phases phases;
} Ground;

static void
flush_events_cb (Ground *ground)
{
  ground->phases.began = bench_work ();
}

static void
layout_cb (Ground *ground)
{
  ground->phases.laid_out = bench_work ();
}

static void
after_paint_cb (Ground *ground)
{
  ground->n_frames++;
}

static void
motion_cb (Ground *ground)
{
  ground->n_events++;
}

static gboolean
is_dealt_with (Bench   *bench,
               gpointer user_data)
{
  Ground *ground = user_data;

  return ground->is_drawn ? ground->n_frames > 0 : ground->n_events > 0;
}

static void
move_pointer (GtkWidget *widget,
              double     x,
              double     y)
{
  GtkNative *native = gtk_widget_get_native (widget);
  GdkSurface *surface = gtk_native_get_surface (native);
  Display *display = gdk_x11_display_get_xdisplay (gdk_surface_get_display (surface));
  double surface_x;
  double surface_y;
  graphene_point_t point;

  gtk_native_get_surface_transform (native, &surface_x, &surface_y);
  if (!gtk_widget_compute_point (widget, GTK_WIDGET (native),
                                 &GRAPHENE_POINT_INIT ((float) x, (float) y), &point))
    return;
  XWarpPointer (display, None, gdk_x11_surface_get_xid (surface), 0, 0, 0, 0,
                (int) (point.x + surface_x), (int) (point.y + surface_y));
  XFlush (display);
}

/* Moves the pointer to and fro over @widget, by steps that a hand makes, always to another pixel. Each
 * is over when a frame has followed, or when not @is_drawn, when the event is there. @strip may be
 * NULL. */
static void
measure (Bench       *bench,
         GtkWidget   *widget,
         LacunaStrip *strip,
         gboolean     is_drawn,
         const char  *name)
{
  static double whole[N_MOTIONS];
  static double event[N_MOTIONS];
  static double layout[N_MOTIONS];
  static double painting[N_MOTIONS];
  static double wall[N_MOTIONS];
  static double cpu[N_MOTIONS];
  Ground ground = { .widget = widget, .is_drawn = is_drawn };
  GtkEventController *motion = gtk_event_controller_motion_new ();
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  const char *verdict = "";
  guint renders;
  gsize n = 0;

  ground.frame_clock = gtk_widget_get_frame_clock (widget);
  g_signal_connect_swapped (ground.frame_clock, "flush-events", G_CALLBACK (flush_events_cb),
                            &ground);
  g_signal_connect_swapped (ground.frame_clock, "layout", G_CALLBACK (layout_cb), &ground);
  g_signal_connect_swapped (ground.frame_clock, "after-paint", G_CALLBACK (after_paint_cb),
                            &ground);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), &ground);
  gtk_widget_add_controller (widget, motion);
  move_pointer (widget, width / 2.0, height / 2.0);
  bench_settle (bench, 5);

  renders = strip != NULL ? lacuna_strip_get_n_renders (strip) : 0;
  for (guint i = 0; i < N_MOTIONS; i++)
    {
      Work before;
      Work after;

      ground.n_frames = 0;
      ground.n_events = 0;
      move_pointer (widget, width * (0.5 + 0.45 * sin (i * 0.031)) + (i % 2),
                    height * (0.5 + 0.2 * sin (i * 0.017)));
      before = bench_work ();
      if (!bench_run_until (bench, is_dealt_with, &ground, 0.2))
        continue;
      after = bench_work ();
      whole[n] = after.own - before.own;
      wall[n] = after.wall - before.wall;
      cpu[n] = after.cpu - before.cpu;
      /* Without a frame all of it is the event, and a frame without a layout has none of its own. */
      if (ground.phases.began.wall < before.wall)
        ground.phases.began = after;
      if (ground.phases.laid_out.wall < ground.phases.began.wall)
        ground.phases.laid_out = ground.phases.began;
      event[n] = ground.phases.began.own - before.own;
      layout[n] = ground.phases.laid_out.own - ground.phases.began.own;
      painting[n] = after.own - ground.phases.laid_out.own;
      n++;
    }
  renders = strip != NULL ? lacuna_strip_get_n_renders (strip) - renders : 0;
  g_signal_handlers_disconnect_by_data (ground.frame_clock, &ground);
  gtk_widget_remove_controller (widget, motion);
  if (n == 0)
    {
      printf ("%-28s nothing followed any motion\n", name);
      return;
    }

  qsort (whole, n, sizeof *whole, compare_doubles);
  if (strip == NULL && is_drawn)
    plain_median = bench_quantile (whole, n, 0.5);
  if (strip != NULL)
    verdict = bench_quantile (whole, n, 0.5) <= LIMIT && renders == 0 ? "ok" : "MISS";
  printf ("%-28s %5zu  %6.3f %6.3f  %-4s %6.3f  %6.3f  %6.3f   %6.3f   %6.3f   %6.3f   %u\n", name,
          n, bench_quantile (whole, n, 0.5) * 1e3, bench_quantile (whole, n, 0.99) * 1e3, verdict,
          strip != NULL ? (bench_quantile (whole, n, 0.5) - plain_median) * 1e3 : 0,
          median (wall, n) * 1e3, median (cpu, n) * 1e3, median (event, n) * 1e3,
          median (layout, n) * 1e3, median (painting, n) * 1e3, renders);
  fflush (stdout);
}

/* As large a window as Lacuna's, over that one. */
static void
measure_plain (Bench *bench)
{
  GtkWidget *window = adw_window_new ();
  GtkWidget *plain = g_object_new (plain_get_type (), NULL);

  gtk_window_set_default_size (GTK_WINDOW (window), BENCH_WIDTH, BENCH_HEIGHT);
  adw_window_set_content (ADW_WINDOW (window), plain);
  gtk_window_present (GTK_WINDOW (window));
  bench_settle (bench, 5);
  measure (bench, plain, NULL, TRUE, "floor: a plain widget");
  gtk_window_destroy (GTK_WINDOW (window));
  bench_settle (bench, 5);
}

static void
measure_strip (Bench      *bench,
               const char *target)
{
  static const char *const scales[] = { "linear", "compact" };

  for (gsize i = 0; i < G_N_ELEMENTS (scales); i++)
    {
      g_autofree char *everything = g_strdup_printf ("%s, %s, everything", target, scales[i]);
      g_autofree char *close = g_strdup_printf ("%s, %s, close", target, scales[i]);
      struct lac_map *map = lacuna_snapshot_get_map (lacuna_strip_get_snapshot (bench->strip));
      size_t n_regions;
      const struct lac_region *regions = lac_map_regions (map, &n_regions);
      size_t middle = n_regions / 2;

      gtk_widget_activate_action (GTK_WIDGET (bench->window), "win.scale", "s", scales[i]);
      lacuna_strip_show_all (bench->strip, FALSE);
      measure (bench, GTK_WIDGET (bench->strip), bench->strip, TRUE, everything);
      lacuna_strip_show_range (bench->strip,
                               (struct lac_range){ regions[middle].start,
                                                   regions[MIN (middle + 20, n_regions - 1)].end },
                               FALSE);
      measure (bench, GTK_WIDGET (bench->strip), bench->strip, TRUE, close);
    }
}

int
main (int   argc,
      char *argv[])
{
  struct target target = { 0 };
  g_autofree char *spelling = NULL;
  Bench bench;

  if (argc == 1 && !target_start (&target, N_REGIONS, TARGET_MIXED))
    return 0;
  bench_start (&bench);
  printf ("each motion of the pointer over the strip, main thread, ms; median of whole at most 0.5,\n"
          "and the base never drawn anew\n\n"
          "view                             n  median   99 %%       beyond    wall     cpu    event"
          "   layout painting   bases\n");
  measure_plain (&bench);

  /* This process is an ordinary one. */
  if (!bench_open (&bench, argc > 1 ? argv[1] : "self", 60))
    {
      printf ("the window did not show %s within a minute\n", argc > 1 ? argv[1] : "self");
      return 1;
    }
  bench_set_live (&bench, FALSE);
  measure (&bench, bench_find (GTK_WIDGET (bench.window), LACUNA_TYPE_DETAILS, NULL, NULL), NULL,
           FALSE, "floor: the details");
  measure_strip (&bench, argc > 1 ? argv[1] : "ordinary");

  if (argc == 1)
    {
      spelling = g_strdup_printf ("%d", (int) target.pid);
      if (!bench_open (&bench, spelling, 60))
        {
          printf ("the window did not show %s within a minute\n", spelling);
          return 1;
        }
      bench_set_live (&bench, FALSE);
      measure_strip (&bench, "million");
    }
  bench_stop (&bench);
  if (argc == 1)
    target_stop (&target);
  return 0;
}
