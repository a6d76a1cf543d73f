/* How many regions the processes of a list have: counted on a worker, for what is asked about.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model/lacuna-region-counts.h"

#include "core/map.h"
#include "os/process.h"

#include <string.h>

/* (transfer full): the row of a process. */
static LacunaProcess *
find (gint32 pid)
{
  g_autoptr (LacunaProcessList) list = lacuna_process_list_new ();

  lacuna_process_list_refresh_now (list);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (list)); i++)
    {
      g_autoptr (LacunaProcess) process = g_list_model_get_item (G_LIST_MODEL (list), i);

      if (pid == 0 ? lacuna_process_is_self (process) : lacuna_process_get_pid (process) == pid)
        return g_steal_pointer (&process);
    }
  g_assert_not_reached ();
}

static GSubprocess *
start_sleeper (void)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                          &error, "sleep", "1000", NULL);

  g_assert_no_error (error);
  return process;
}

static gint32
pid_of (GSubprocess *process)
{
  return (gint32) g_ascii_strtoll (g_subprocess_get_identifier (process), NULL, 10);
}

static void
counted_cb (LacunaRegionCounts *counts,
            LacunaProcess      *process,
            gpointer            user_data)
{
  ++*(guint *) user_data;
}

static gboolean
time_out_cb (gpointer user_data)
{
  g_error ("nobody answered");
  return G_SOURCE_REMOVE;
}

static void
wait_for (const guint *n_counted,
          guint        wanted)
{
  guint source = g_timeout_add_seconds (30, time_out_cb, NULL);

  while (*n_counted < wanted)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
}

static gsize
regions_of (gint32 pid)
{
  struct lac_process *process = NULL;
  struct lac_map *map = NULL;
  size_t n_regions;

  g_assert_cmpint (lac_process_open (NULL, pid, &process, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_process_read_map (process, 0, NULL, &map, NULL), ==, LAC_OK);
  lac_map_regions (map, &n_regions);
  lac_map_unref (map);
  lac_process_close (process);
  return n_regions;
}

static void
test_counts (void)
{
  g_autoptr (GSubprocess) sleeper = start_sleeper ();
  g_autoptr (LacunaRegionCounts) counts = lacuna_region_counts_new ();
  g_autoptr (LacunaProcess) process = NULL;
  const char *refusal = NULL;
  gsize n_regions = 0;
  guint n_counted = 0;

  /* Until it has become another program it changes from moment to moment. */
  for (;;)
    {
      process = find (pid_of (sleeper));
      if (strcmp (lacuna_process_get_name (process), "sleep") == 0)
        break;
      g_clear_object (&process);
    }
  g_usleep (300000);
  g_signal_connect (counts, "counted", G_CALLBACK (counted_cb), &n_counted);

  g_assert_cmpint (lacuna_region_counts_look_up (counts, process, &n_regions, &refusal), ==,
                   LACUNA_COUNT_UNKNOWN);
  lacuna_region_counts_ask (counts, process);
  lacuna_region_counts_ask (counts, process);
  wait_for (&n_counted, 1);
  g_assert_cmpint (lacuna_region_counts_look_up (counts, process, &n_regions, &refusal), ==,
                   LACUNA_COUNT_KNOWN);
  g_assert_cmpuint (n_regions, ==, regions_of (pid_of (sleeper)));

  /* A second question within a short while has its answer, for another row of the process too. */
  g_autoptr (LacunaProcess) again = find (pid_of (sleeper));
  lacuna_region_counts_ask (counts, again);
  for (int i = 0; i < 20; i++)
    {
      g_usleep (5000);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_cmpuint (n_counted, ==, 1);
  n_regions = 0;
  g_assert_cmpint (lacuna_region_counts_look_up (counts, again, &n_regions, &refusal), ==,
                   LACUNA_COUNT_KNOWN);
  g_assert_cmpuint (n_regions, >, 0);

  g_subprocess_force_exit (sleeper);
  g_subprocess_wait (sleeper, NULL, NULL);
}

static void
test_refuses (void)
{
  g_autoptr (GSubprocess) sleeper = start_sleeper ();
  g_autoptr (LacunaRegionCounts) counts = lacuna_region_counts_new ();
  g_autoptr (LacunaProcess) process = find (pid_of (sleeper));
  const char *refusal = NULL;
  gsize n_regions = 0;
  guint n_counted = 0;

  g_subprocess_force_exit (sleeper);
  g_subprocess_wait (sleeper, NULL, NULL);
  g_signal_connect (counts, "counted", G_CALLBACK (counted_cb), &n_counted);
  lacuna_region_counts_ask (counts, process);
  wait_for (&n_counted, 1);
  g_assert_cmpint (lacuna_region_counts_look_up (counts, process, &n_regions, &refusal), ==,
                   LACUNA_COUNT_REFUSED);
  g_assert_nonnull (refusal);
  g_assert_cmpuint (strlen (refusal), >, 10);
}

/* What scrolled out of sight before its turn is not counted. */
static void
test_forgets (void)
{
  g_autoptr (LacunaRegionCounts) counts = lacuna_region_counts_new ();
  g_autoptr (LacunaProcess) self = find (0);
  GSubprocess *sleepers[4];
  LacunaProcess *processes[4];
  const char *refusal = NULL;
  gsize n_regions = 0;
  guint n_counted = 0;

  g_signal_connect (counts, "counted", G_CALLBACK (counted_cb), &n_counted);
  for (guint i = 0; i < G_N_ELEMENTS (sleepers); i++)
    {
      sleepers[i] = start_sleeper ();
      processes[i] = find (pid_of (sleepers[i]));
    }
  /* The first begins at once, and no main loop runs that could begin another. */
  lacuna_region_counts_ask (counts, self);
  for (guint i = 0; i < G_N_ELEMENTS (sleepers); i++)
    lacuna_region_counts_ask (counts, processes[i]);
  for (guint i = 0; i + 1 < G_N_ELEMENTS (sleepers); i++)
    lacuna_region_counts_forget (counts, processes[i]);
  wait_for (&n_counted, 2);
  for (int i = 0; i < 20; i++)
    {
      g_usleep (5000);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_cmpuint (n_counted, ==, 2);
  g_assert_cmpint (lacuna_region_counts_look_up (counts, processes[0], &n_regions, &refusal), ==,
                   LACUNA_COUNT_UNKNOWN);
  g_assert_cmpint (lacuna_region_counts_look_up (counts, processes[3], &n_regions, &refusal), !=,
                   LACUNA_COUNT_UNKNOWN);

  /* It can be asked for again. */
  lacuna_region_counts_ask (counts, processes[0]);
  wait_for (&n_counted, 3);
  for (guint i = 0; i < G_N_ELEMENTS (sleepers); i++)
    {
      g_subprocess_force_exit (sleepers[i]);
      g_subprocess_wait (sleepers[i], NULL, NULL);
      g_object_unref (sleepers[i]);
      g_object_unref (processes[i]);
    }
}

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Whoever asked may be gone before the answer comes. The worker may be the last to hold on to it,
 * and wakes nobody when it lets go. */
static void
test_goes_away (void)
{
  g_autoptr (LacunaProcess) self = find (0);
  LacunaRegionCounts *counts = lacuna_region_counts_new ();
  guint source = g_timeout_add (10, wake_cb, NULL);
  guint n_counted = 0;

  g_signal_connect (counts, "counted", G_CALLBACK (counted_cb), &n_counted);
  lacuna_region_counts_ask (counts, self);
  g_object_run_dispose (G_OBJECT (counts));
  g_object_add_weak_pointer (G_OBJECT (counts), (gpointer *) &counts);
  g_object_unref (counts);
  while (counts != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
  g_assert_cmpuint (n_counted, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/region-counts/counts-on-a-worker-and-remembers", test_counts);
  g_test_add_func ("/model/region-counts/says-why-not", test_refuses);
  g_test_add_func ("/model/region-counts/drops-what-nobody-looks-at", test_forgets);
  g_test_add_func ("/model/region-counts/outlives-whoever-asked", test_goes_away);
  return g_test_run ();
}
