/* The list of processes, with processes that this test starts and ends.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model/lacuna-process-list.h"

#include <string.h>

static GSubprocess *
start_sleeper (const char *seconds)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  /* When this test fails it must not hold on to the output. */
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                              &error,
                              "sleep",
                              seconds,
                              NULL);

  g_assert_no_error (error);
  return process;
}

static gint32
pid_of (GSubprocess *process)
{
  return (gint32) g_ascii_strtoll (g_subprocess_get_identifier (process), NULL, 10);
}

static void
stop (GSubprocess *process)
{
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
}

/* (transfer full) (nullable) */
static LacunaProcess *
find (LacunaProcessList *list,
      gint32             pid)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (list)); i++)
    {
      g_autoptr (LacunaProcess) process = g_list_model_get_item (G_LIST_MODEL (list), i);

      if (lacuna_process_get_pid (process) == pid)
        return g_steal_pointer (&process);
    }
  return NULL;
}

static gboolean
is_sleep (LacunaProcess *process)
{
  return strcmp (lacuna_process_get_name (process), "sleep") == 0;
}

static void
test_self (void)
{
  g_autoptr (LacunaProcessList) list = lacuna_process_list_new ();
  guint n_selves = 0;
  gint32 previous = 0;

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 0);
  lacuna_process_list_refresh_now (list);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), >, 0);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (list)); i++)
    {
      g_autoptr (LacunaProcess) process = g_list_model_get_item (G_LIST_MODEL (list), i);

      g_assert_cmpint (lacuna_process_get_pid (process), >, previous);
      previous = lacuna_process_get_pid (process);
      g_assert_true (g_utf8_validate (lacuna_process_get_name (process), -1, NULL));
      g_assert_true (g_utf8_validate (lacuna_process_get_command_line (process), -1, NULL));
      if (lacuna_process_is_self (process))
        {
          n_selves++;
          g_assert_nonnull (strstr (lacuna_process_get_command_line (process), "process-list"));
          g_assert_cmpstr (lacuna_process_get_user_name (process), ==, g_get_user_name ());
        }
    }
  g_assert_cmpuint (n_selves, ==, 1);
}

/* A copy that follows items-changed. */
static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  gpointer    user_data)
{
  GPtrArray *copy = user_data;

  g_assert_cmpuint (position + removed, <=, copy->len);
  if (removed > 0)
    g_ptr_array_remove_range (copy, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (copy, (int) (position + i), g_list_model_get_item (model, position + i));
}

static void
test_comes_and_goes (void)
{
  g_autoptr (LacunaProcessList) list = lacuna_process_list_new ();
  g_autoptr (GPtrArray) copy = g_ptr_array_new_with_free_func (g_object_unref);
  GSubprocess *sleepers[8] = { NULL };

  g_signal_connect (list, "items-changed", G_CALLBACK (items_changed_cb), copy);
  for (int run = 0; run < 30; run++)
    {
      guint i = (guint) g_test_rand_int_range (0, G_N_ELEMENTS (sleepers));
      gint32 ended = 0;

      if (sleepers[i] != NULL)
        {
          ended = pid_of (sleepers[i]);
          stop (sleepers[i]);
          g_clear_object (&sleepers[i]);
        }
      else
        sleepers[i] = start_sleeper ("1000");

      lacuna_process_list_refresh_now (list);
      g_assert_cmpuint (copy->len, ==, g_list_model_get_n_items (G_LIST_MODEL (list)));
      for (guint j = 0; j < copy->len; j++)
        {
          g_autoptr (LacunaProcess) process = g_list_model_get_item (G_LIST_MODEL (list), j);

          g_assert_true (process == g_ptr_array_index (copy, j));
        }
      for (guint j = 0; j < G_N_ELEMENTS (sleepers); j++)
        if (sleepers[j] != NULL)
          {
            g_autoptr (LacunaProcess) process = find (list, pid_of (sleepers[j]));

            g_assert_nonnull (process);
          }
      if (ended != 0)
        g_assert_null (find (list, ended));
    }

  for (guint i = 0; i < G_N_ELEMENTS (sleepers); i++)
    if (sleepers[i] != NULL)
      {
        stop (sleepers[i]);
        g_object_unref (sleepers[i]);
      }
  g_signal_handlers_disconnect_by_func (list, items_changed_cb, copy);
}

static void
test_keeps_rows (void)
{
  g_autoptr (GSubprocess) sleeper = start_sleeper ("1000");
  g_autoptr (LacunaProcessList) list = lacuna_process_list_new ();
  g_autoptr (LacunaProcess) process = NULL;
  g_autoptr (LacunaProcess) again = NULL;
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  /* A child is called as its parent until it has become another program. */
  do
    {
      g_clear_object (&process);
      lacuna_process_list_refresh_now (list);
      process = find (list, pid_of (sleeper));
      g_assert_nonnull (process);
    }
  while (!is_sleep (process) && g_get_monotonic_time () < deadline);
  g_assert_true (is_sleep (process));

  lacuna_process_list_refresh_now (list);
  again = find (list, pid_of (sleeper));
  g_assert_true (process == again);
  stop (sleeper);
}

static gboolean
time_out_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
test_worker (void)
{
  g_autoptr (GSubprocess) sleeper = start_sleeper ("1000");
  g_autoptr (LacunaProcessList) list = lacuna_process_list_new ();
  g_autoptr (LacunaProcess) process = NULL;
  gboolean late = FALSE;
  guint source = g_timeout_add_seconds (20, time_out_cb, &late);

  /* Three at once are one. */
  lacuna_process_list_refresh (list);
  lacuna_process_list_refresh (list);
  lacuna_process_list_refresh (list);
  while (g_list_model_get_n_items (G_LIST_MODEL (list)) == 0 && !late)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (late);
  process = find (list, pid_of (sleeper));
  g_assert_nonnull (process);

  /* A refresh may outlive whoever asked for it. */
  lacuna_process_list_refresh (list);
  g_clear_object (&list);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_source_remove (source);
  stop (sleeper);
}

static void
test_search (void)
{
  g_autoptr (GSubprocess) sleeper = start_sleeper ("123456");
  g_autoptr (LacunaProcessList) list = lacuna_process_list_new ();
  g_autoptr (LacunaProcess) process = NULL;
  g_autofree char *pid = NULL;
  g_autofree char *both = NULL;
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  do
    {
      g_clear_object (&process);
      lacuna_process_list_refresh_now (list);
      process = find (list, pid_of (sleeper));
      g_assert_nonnull (process);
    }
  while (!is_sleep (process) && g_get_monotonic_time () < deadline);

  pid = g_strdup_printf ("%d", pid_of (sleeper));
  both = g_strdup_printf ("SLEEP  %s", pid);
  g_assert_true (lacuna_process_matches (process, NULL));
  g_assert_true (lacuna_process_matches (process, ""));
  g_assert_true (lacuna_process_matches (process, pid));
  g_assert_true (lacuna_process_matches (process, both));
  g_assert_true (lacuna_process_matches (process, "eep 23456"));
  g_assert_true (lacuna_process_matches (process, g_get_user_name ()));
  g_assert_false (lacuna_process_matches (process, "sleep firefox"));
  stop (sleeper);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/process-list/holds-this-process", test_self);
  g_test_add_func ("/model/process-list/follows-comings-and-goings", test_comes_and_goes);
  g_test_add_func ("/model/process-list/keeps-rows-that-did-not-change", test_keeps_rows);
  g_test_add_func ("/model/process-list/lists-on-a-worker", test_worker);
  g_test_add_func ("/model/process-list/search", test_search);
  return g_test_run ();
}
