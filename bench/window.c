/* The real window in a real main loop, for benchmarks that drive it in their own process.
 *
 * SPDX-License-Identifier: MIT
 */
#include "window.h"

#include "app/lacuna-application.h"
#include "measure.h"

#include <fcntl.h>
#include <gdk/x11/gdkx.h>
#include <unistd.h>

/* What a loop that only waits may take of a processor. */
#define QUIET_SHARE 0.02

static Work idle;    /* spent waiting so far */
static Work left_at; /* when the loop last came back from waiting */
static Work longest;

/* Seconds that the main thread was ready to run and something else had the processor. */
static double
delay (void)
{
  static int file = -1;
  char text[96];
  char *end = NULL;
  ssize_t n;

  /* The benchmark's first thread is the one that runs the main loop. */
  if (file < 0)
    file = open ("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  n = pread (file, text, sizeof text - 1, 0);
  if (n <= 0)
    return 0;
  text[n] = '\0';
  strtoull (text, &end, 10);
  return (double) strtoull (end, NULL, 10) * 1e-9;
}

static Work
clocks (void)
{
  struct timespec cpu;
  double wall = now ();

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &cpu);
  return (Work){ wall, wall - delay (), (double) cpu.tv_sec + (double) cpu.tv_nsec * 1e-9 };
}

/* The default main context's poll; other threads' contexts have their own. */
static int
watched_poll (GPollFD *descriptors,
              guint    n_descriptors,
              int      timeout)
{
  Work entered = clocks ();
  int result;

  longest.wall = MAX (longest.wall, entered.wall - left_at.wall);
  longest.own = MAX (longest.own, entered.own - left_at.own);
  longest.cpu = MAX (longest.cpu, entered.cpu - left_at.cpu);
  result = g_poll (descriptors, n_descriptors, timeout);
  left_at = clocks ();
  idle.wall += left_at.wall - entered.wall;
  idle.own += left_at.own - entered.own;
  idle.cpu += left_at.cpu - entered.cpu;
  return result;
}

Work
bench_work (void)
{
  Work at = clocks ();

  return (Work){ at.wall - idle.wall, at.own - idle.own, at.cpu - idle.cpu };
}

Work
bench_longest (void)
{
  Work result = longest;

  longest = (Work){ 0, 0, 0 };
  return result;
}

static void
after_paint_cb (Bench *bench)
{
  bench->n_frames++;
}

/* Without a window manager there is nobody to ask for a size, and GTK leaves room for a border. */
static void
resize (Bench *bench)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (bench->window));
  Display *display = gdk_x11_display_get_xdisplay (gdk_surface_get_display (surface));
  int border_width
      = gdk_surface_get_width (surface) - gtk_widget_get_width (GTK_WIDGET (bench->window));
  int border_height
      = gdk_surface_get_height (surface) - gtk_widget_get_height (GTK_WIDGET (bench->window));

  XResizeWindow (display, gdk_x11_surface_get_xid (surface), (guint) (BENCH_WIDTH + border_width),
                 (guint) (BENCH_HEIGHT + border_height));
  XFlush (display);
}

static gboolean
is_painted (Bench   *bench,
            gpointer user_data)
{
  return bench->n_frames > 0;
}

static gboolean
is_sized (Bench   *bench,
          gpointer user_data)
{
  return gtk_widget_get_width (GTK_WIDGET (bench->window)) == BENCH_WIDTH
         && gtk_widget_get_height (GTK_WIDGET (bench->window)) == BENCH_HEIGHT;
}

void
bench_start (Bench *bench)
{
  g_autoptr (GError) error = NULL;

  *bench = (Bench){ 0 };
  bench->application = GTK_APPLICATION (lacuna_application_new ());
  if (!g_application_register (G_APPLICATION (bench->application), NULL, &error))
    g_error ("%s", error->message);
  left_at = clocks ();
  g_main_context_set_poll_func (NULL, watched_poll);

  bench->window = lacuna_window_new (bench->application);
  gtk_window_set_default_size (GTK_WINDOW (bench->window), BENCH_WIDTH, BENCH_HEIGHT);
  bench->strip = LACUNA_STRIP (
      bench_find (GTK_WIDGET (bench->window), LACUNA_TYPE_STRIP, NULL, NULL));
  gtk_window_present (GTK_WINDOW (bench->window));
  bench->frame_clock = gtk_widget_get_frame_clock (GTK_WIDGET (bench->window));
  g_signal_connect_swapped (bench->frame_clock, "after-paint", G_CALLBACK (after_paint_cb), bench);
  if (bench_run_until (bench, is_painted, NULL, 10))
    resize (bench);
  if (!bench_run_until (bench, is_sized, NULL, 10))
    g_error ("The window is %d × %d, not %d × %d",
             gtk_widget_get_width (GTK_WIDGET (bench->window)),
             gtk_widget_get_height (GTK_WIDGET (bench->window)), BENCH_WIDTH, BENCH_HEIGHT);
  bench_settle (bench, 5);
}

void
bench_stop (Bench *bench)
{
  g_signal_handlers_disconnect_by_data (bench->frame_clock, bench);
  gtk_window_destroy (GTK_WINDOW (bench->window));
  bench_settle (bench, 5);
  g_clear_object (&bench->application);
}

static gboolean
shows_something (Bench   *bench,
                 gpointer before)
{
  LacunaSnapshot *snapshot = lacuna_strip_get_snapshot (bench->strip);

  return snapshot != NULL && snapshot != before && lacuna_strip_get_columns (bench->strip) > 0;
}

gboolean
bench_open (Bench      *bench,
            const char *spelling,
            double      seconds)
{
  LacunaSnapshot *before = lacuna_strip_get_snapshot (bench->strip);
  gboolean shown;

  if (before != NULL)
    g_object_ref (before);
  lacuna_window_open_spelling (bench->window, spelling);
  shown = bench_run_until (bench, shows_something, before, seconds);
  g_clear_object (&before);
  return shown;
}

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

gboolean
bench_run_until (Bench          *bench,
                 BenchCondition  condition,
                 gpointer        user_data,
                 double          seconds)
{
  double end = now () + seconds;
  guint source = g_timeout_add (20, wake_cb, NULL);
  gboolean met;

  while (!(met = condition (bench, user_data)) && now () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
  return met;
}

static gboolean
never (Bench   *bench,
       gpointer user_data)
{
  return FALSE;
}

void
bench_run (Bench *bench,
           double seconds)
{
  bench_run_until (bench, never, NULL, seconds);
}

gboolean
bench_settle (Bench *bench,
              double seconds)
{
  double end = now () + seconds;

  while (now () < end)
    {
      Work before = bench_work ();

      bench_run (bench, 0.5);
      if (bench_work ().cpu - before.cpu < 0.5 * QUIET_SHARE)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_live (Bench *bench)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_GET_CLASS (bench->window);
  const char *property = NULL;
  const char *name = NULL;
  const GVariantType *type = NULL;
  GType owner;
  gboolean live = FALSE;

  for (guint i = 0; g_strcmp0 (name, "win.live") != 0; i++)
    if (!gtk_widget_class_query_action (widget_class, i, &owner, &name, &type, &property))
      return FALSE;
  if (property != NULL)
    g_object_get (bench->window, property, &live, NULL);
  return live;
}

gboolean
bench_set_live (Bench   *bench,
                gboolean live)
{
  if (is_live (bench) != live)
    gtk_widget_activate_action (GTK_WIDGET (bench->window), "win.live", NULL);
  return is_live (bench) == live;
}

static gboolean
has_value (GtkWidget  *widget,
           const char *property,
           const char *value)
{
  g_autofree char *text = NULL;

  if (property == NULL)
    return TRUE;
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (widget), property) == NULL)
    return FALSE;
  g_object_get (widget, property, &text, NULL);
  return g_strcmp0 (text, value) == 0;
}

GtkWidget *
bench_find (GtkWidget  *root,
            GType       type,
            const char *property,
            const char *value)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (root, type) && has_value (root, property, value))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = bench_find (child, type, property, value);

      if (found != NULL)
        return found;
    }
  return NULL;
}

void
bench_type (Bench      *bench,
            GtkWidget  *editable,
            const char *text,
            double      seconds)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      int position = gtk_editable_get_position (GTK_EDITABLE (editable));

      gtk_editable_insert_text (GTK_EDITABLE (editable), at, (int) (g_utf8_next_char (at) - at),
                                &position);
      gtk_editable_set_position (GTK_EDITABLE (editable), position);
      bench_run (bench, seconds);
    }
}

double
bench_share (const double *values,
             gsize         n_values,
             double        limit)
{
  gsize n_inside = 0;

  while (n_inside < n_values && values[n_inside] <= limit)
    n_inside++;
  return (double) n_inside / (double) n_values;
}

double
bench_quantile (const double *values,
                gsize         n_values,
                double        part)
{
  return values[MIN ((gsize) (part * (double) n_values), n_values - 1)];
}
