/* See outside.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "outside.h"

#include "../left-behind.h"

#include "os/process.h"

#include <string.h>

/* Between two looks at what is waited for. */
#define TURN_MICROSECONDS 20000

/* Waiting */

gint64
outside_deadline (void)
{
  return g_get_monotonic_time () + OUTSIDE_PATIENCE_SECONDS * G_TIME_SPAN_SECOND;
}

void
outside_wait_turn (Outside    *outside,
                   gint64      deadline,
                   const char *place,
                   const char *what)
{
  /* GLib forgets the number of a process that is no more. */
  if (outside->program != NULL && g_subprocess_get_identifier (outside->program) == NULL)
    g_error ("%s: the program ended while this was waited for: %s", place, what);
  if (g_get_monotonic_time () > deadline)
    g_error ("%s: this did not come true: %s", place, what);
  g_usleep (TURN_MICROSECONDS);
}

/* Processes */

gint32
outside_pid_of (GSubprocess *subprocess)
{
  return (gint32) g_ascii_strtoll (g_subprocess_get_identifier (subprocess), NULL, 10);
}

struct lac_map *
outside_read_map (gint32 pid)
{
  struct lac_process *process = NULL;
  struct lac_process_failure failure = { 0 };
  struct lac_map *map = NULL;

  g_assert_cmpint (lac_process_open (NULL, pid, &process, &failure), ==, LAC_OK);
  g_assert_cmpint (lac_process_read_map (process, 0, NULL, &map, &failure), ==, LAC_OK);
  lac_process_close (process);
  return map;
}

static gboolean
maps_are_equal (const struct lac_map *a,
                const struct lac_map *b)
{
  size_t n_a;
  size_t n_b;
  const struct lac_region *regions_a = lac_map_regions (a, &n_a);
  const struct lac_region *regions_b = lac_map_regions (b, &n_b);

  if (n_a != n_b)
    return FALSE;
  for (size_t i = 0; i < n_a; i++)
    if (regions_a[i].start != regions_b[i].start || regions_a[i].end != regions_b[i].end)
      return FALSE;
  return TRUE;
}

/* A process that does nothing, past its start: its libraries are mapped and nothing changes. */
GSubprocess *
outside_start_victim (struct lac_map **out_map)
{
  g_autoptr (GError) error = NULL;
  struct lac_map *before = NULL;
  GSubprocess *victim;

  /* When a test fails, what outlives it must not hold on to its output. */
  victim = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                             &error,
                             "sleep",
                             "600",
                             NULL);
  g_assert_no_error (error);
  for (guint calm = 0; calm < 4;)
    {
      struct lac_map *map = NULL;

      g_usleep (50000);
      map = outside_read_map (outside_pid_of (victim));
      calm = before != NULL && maps_are_equal (before, map) ? calm + 1 : 0;
      lac_map_unref (before);
      before = map;
    }
  *out_map = before;
  return victim;
}

void
outside_end (GSubprocess *subprocess)
{
  /* One that has ended by itself has no number any more. */
  gint32 pid = g_subprocess_get_identifier (subprocess) != NULL ? outside_pid_of (subprocess) : 0;

  g_subprocess_force_exit (subprocess);
  g_subprocess_wait (subprocess, NULL, NULL);
  if (pid != 0)
    remove_locator (pid);
}

/* libatspi warns when it asks a program for something in the moment that the program starts or
 * ends; that is no fault of either. */
static void
note_warning (const char    *domain,
              GLogLevelFlags level,
              const char    *message,
              gpointer       user_data)
{
  g_test_message ("%s", message);
}

static gboolean
is_fatal (const char    *domain,
          GLogLevelFlags level,
          const char    *message,
          gpointer       user_data)
{
  return g_strcmp0 (domain, "dbind") != 0;
}

void
outside_init (void)
{
  g_log_set_handler ("dbind", G_LOG_LEVEL_WARNING | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION,
                     note_warning, NULL);
  if (atspi_init () > 1)
    g_error ("AT-SPI can't be reached");
}

static AtspiAccessible *
peek_application (gint32 pid)
{
  g_autoptr (AtspiAccessible) desktop = atspi_get_desktop (0);
  int n_children = 0;

  atspi_accessible_clear_cache (desktop);
  n_children = atspi_accessible_get_child_count (desktop, NULL);
  for (int i = 0; i < n_children; i++)
    {
      g_autoptr (AtspiAccessible) child = atspi_accessible_get_child_at_index (desktop, i, NULL);

      if (child != NULL && (gint32) atspi_accessible_get_process_id (child, NULL) == pid
          && atspi_accessible_get_child_count (child, NULL) > 0)
        return g_steal_pointer (&child);
    }
  return NULL;
}

void
outside_start (Outside           *outside,
               const char        *target,
               const char *const *environment)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GError) error = NULL;
  gint32 pid;

  g_test_log_set_fatal_handler (is_fatal, NULL);
  for (; environment != NULL && *environment != NULL; environment++)
    {
      g_auto (GStrv) parts = g_strsplit (*environment, "=", 2);

      g_subprocess_launcher_setenv (launcher, parts[0], parts[1], TRUE);
    }
  outside->program = g_subprocess_launcher_spawn (launcher, &error, LACUNA_PROGRAM, target, NULL);
  g_assert_no_error (error);
  pid = outside_pid_of (outside->program);
  OUTSIDE_WAIT (outside, (outside->application = peek_application (pid)) != NULL);
  outside_take_keyboard (outside);
}

/* It is closed by its own means, so that a leak or a fault at its end fails the test. */
void
outside_finish (Outside *outside)
{
  gint64 deadline = outside_deadline ();

  /* A popover that is being closed takes the key for itself, and so it is pressed until it is
   * heard. */
  while (g_subprocess_get_identifier (outside->program) != NULL)
    {
      gint64 end = g_get_monotonic_time () + 3 * G_TIME_SPAN_SECOND;

      if (g_get_monotonic_time () > deadline)
        g_error ("The program does not quit");
      if (outside_peek_window (outside) != None)
        {
          outside_take_keyboard (outside);
          outside_press (outside, XK_Escape, NoSymbol);
          outside_press (outside, XK_q, XK_Control_L);
        }
      while (g_subprocess_get_identifier (outside->program) != NULL
             && g_get_monotonic_time () < end)
        g_usleep (TURN_MICROSECONDS);
    }
  g_subprocess_wait (outside->program, NULL, NULL);
  g_assert_true (g_subprocess_get_successful (outside->program));
  g_clear_object (&outside->application);
  g_clear_object (&outside->program);
  g_clear_pointer (&outside->display, XCloseDisplay);
  if (outside->victim != NULL)
    outside_end (outside->victim);
  g_clear_object (&outside->victim);
  g_clear_pointer (&outside->map, lac_map_unref);
}

/* For g_test_add(): @target is looked at, and without one the victim; "" is no target at all. */
void
outside_set_up (Outside      *outside,
                gconstpointer target)
{
  g_autofree char *spelling = NULL;

  outside->victim = outside_start_victim (&outside->map);
  outside->pid = outside_pid_of (outside->victim);
  spelling = target != NULL ? g_strdup (target) : g_strdup_printf ("pid:%d", outside->pid);
  outside_start (outside, *spelling != '\0' ? spelling : NULL, NULL);
}

void
outside_tear_down (Outside      *outside,
                   gconstpointer target)
{
  outside_finish (outside);
}

struct lac_range
outside_range_of (Outside    *outside,
                  const char *name)
{
  size_t index;
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (outside->map, &n_regions);

  g_assert_cmpint (lac_map_find_name (outside->map, name, strlen (name), &index), ==, LAC_OK);
  return lac_region_range (&regions[index]);
}
