/* Targets that are looked for on a worker.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model/lacuna-error.h"
#include "model/lacuna-target.h"

#include <string.h>

static void
done_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* (transfer full) (nullable) */
static LacunaTarget *
look_for (const char *spelling,
          GError    **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  lacuna_target_new_for_spelling_async (spelling, NULL, done_cb, &result);
  g_assert_null (result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return lacuna_target_new_for_spelling_finish (result, error);
}

static void
test_finds (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaTarget) target = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *folder = g_dir_make_tmp ("lacuna-test-XXXXXX", &error);
  g_autofree char *name = g_strdup_printf ("lacuna-%x", g_random_int ());
  g_autofree char *program = g_build_filename (folder, name, NULL);
  g_autofree char *sleep = g_find_program_in_path ("sleep");
  g_autoptr (GFile) link = g_file_new_for_path (program);
  g_autofree char *spelling = g_strconcat ("name:", name, NULL);

  g_assert_no_error (error);
  g_file_make_symbolic_link (link, sleep, NULL, &error);
  g_assert_no_error (error);
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                              &error, program, "1000", NULL);
  g_assert_no_error (error);

  /* Until it has become the program it is called as this one. */
  for (int i = 0; i < 100 && target == NULL; i++)
    {
      g_clear_error (&error);
      target = look_for (spelling, &error);
      if (target == NULL)
        g_usleep (50000);
    }
  g_assert_no_error (error);
  g_assert_cmpstr (lacuna_target_get_title (target), !=, "");
  g_assert_cmpint (lacuna_target_get_pid (target), ==,
                   g_ascii_strtoll (g_subprocess_get_identifier (process), NULL, 10));
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_file_delete (link, NULL, NULL);
  g_autoptr (GFile) above = g_file_new_for_path (folder);
  g_file_delete (above, NULL, NULL);
}

static void
test_fails (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaTarget) target = look_for ("name:no such program anywhere", &error);

  g_assert_null (target);
  g_assert_error (error, LACUNA_ERROR, LAC_E_NO_PROCESS);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/spelling/finds-a-name-on-a-worker", test_finds);
  g_test_add_func ("/model/spelling/says-when-there-is-none", test_fails);
  return g_test_run ();
}
