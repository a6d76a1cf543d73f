/* What would end lacuna-cli without a word: files without an end, and freeing what it lives on.
 *
 * SPDX-License-Identifier: MIT
 */
#include "interrupt.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes of files */

static void
test_too_large_files (void)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "lacuna-large-XXXXXX", NULL);
  int file = g_mkstemp (path);
  g_autofree char *at = g_strconcat ("@", path, NULL);

  if (ftruncate (file, (off_t) 5 << 30) == 0)
    {
      g_auto (Run) append = run_cli ("append", "self", at);
      g_auto (Run) write = run_cli ("write", "self", "[stack]", at);

      assert_failed (&append, 2, "There is more in it than 4 GiB");
      assert_failed (&write, 2, "There is more in it than 1 GiB");
    }
  else
    g_test_skip ("the folder for temporary files has no files of 5 GiB");
  close (file);
  g_unlink (path);
}

static void
test_endless_files (void)
{
  g_auto (Run) append = run_cli ("append", "self", "@/dev/zero");
  g_auto (Run) write = run_cli ("write", "self", "[stack]", "@/dev/zero");

  assert_failed (&append, 2, "/dev/zero: There is more in it than 1 GiB");
  assert_failed (&write, 2, "/dev/zero: There is more in it than 1 GiB");
}

static void
test_silent_pipe_is_interrupted (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lacuna-pipe-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "pipe", NULL);
  g_autofree char *at = g_strconcat ("@", path, NULL);
  const char *const lines[][6] = {
    { g_getenv ("LACUNA_CLI"), "append", "self", at, NULL },
    { g_getenv ("LACUNA_CLI"), "write", "self", "[stack]", at, NULL },
  };

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    assert_interrupted (lines[i]);
  g_unlink (path);
  g_rmdir (folder);
}

static gpointer
write_to_pipe (gpointer path)
{
  int file = g_open (path, O_WRONLY);

  g_assert_cmpint (write (file, "0123", 4), ==, 4);
  close (file);
  return NULL;
}

static void
test_pipe (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lacuna-pipe-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "pipe", NULL);
  g_autofree char *at = g_strconcat ("@", path, NULL);
  g_autoptr (JsonParser) parser = NULL;
  GThread *writer;

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  writer = g_thread_new ("writer", write_to_pipe, path);
  {
    g_auto (Run) run = run_cli ("write", "self", "[stack]", at, "--json");

    g_thread_join (writer);
    g_assert_cmpint (run.status, ==, 0);
    g_assert_cmpint (json_number (parse_json (&run, &parser), "size"), ==, 4);
  }
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_too_large_sizes (void)
{
  g_auto (Run) large = run_cli ("append", "self", "--size", "5G", "00");
  g_auto (Run) limit = run_cli ("append", "self", "--size", "0xffffffff", "00");

  assert_failed (&large, 2, "a buffer has less than 4 GiB");
  assert_failed (&limit, 2, "a buffer has less than 4 GiB");
}

/* free */

static void
test_what_it_lives_on (void)
{
  static const char *const names[]
      = { "[heap]", "[stack]", "[vdso]", "[vvar]", "libc.so.6", "ld-linux-x86-64.so.2", "lacuna-cli" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_auto (Run) run = run_cli ("free", "self", names[i]);
      g_auto (Run) forced = run_cli ("free", "self", names[i], "--force");

      g_test_message ("%s", names[i]);
      /* A sanitizer has a heap of its own, and another machine another loader. */
      if (strstr (run.error, "nothing in the map has this name") != NULL)
        continue;
      assert_failed (&run, 2, "Lacuna itself lives on what is at 0x");
      assert_failed (&forced, 2, "Lacuna itself lives on what is at 0x");
    }
}

static void
test_kernels_page (void)
{
  g_auto (Run) map = run_cli ("map", "self", "--kind", "vsyscall", "--json");
  g_auto (Run) run = run_cli ("free", "self", "0xffffffffff600000", "--force");

  if (strstr (map.output, "0xffffffffff600000") == NULL)
    {
      g_test_skip ("this kernel has no vsyscall page");
      return;
    }
  assert_failed (&run, 2, "no process can free it");
}

/* Without randomised addresses each run of the program has the same map; then whatever is in it is freed,
 * one after another, and each time there is an answer. */
static void
test_every_region (void)
{
  const char *const map[] = { "setarch", "-R", g_getenv ("LACUNA_CLI"), "map", "self", "--json", NULL };
  const char *const nothing[] = { "setarch", "-R", "true", NULL };
  g_autofree char *setarch = g_find_program_in_path ("setarch");
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *regions;
  guint n_freed = 0, n_refused = 0;

  if (setarch != NULL)
    {
      g_auto (Run) run = run_program ("", nothing);

      if (run.status != 0)
        g_clear_pointer (&setarch, g_free);
    }
  if (setarch == NULL)
    {
      g_test_skip ("addresses can't be had without randomisation here");
      return;
    }
  {
    g_auto (Run) run = run_program ("", map);

    regions = json_object_get_array_member (parse_json (&run, &parser), "regions");
  }

  for (guint i = 0; i < json_array_get_length (regions); i++)
    for (guint force = 0; force < 2; force++)
      {
        JsonObject *region = json_array_get_object_element (regions, i);
        const char *address = json_object_get_string_member (region, "start");
        const char *const line[] = { "setarch", "-R",      g_getenv ("LACUNA_CLI"), "free", "self",
                                     address,   "--json", force ? "--force" : NULL, NULL };
        /* That it exited and was not killed is asserted there. */
        g_auto (Run) run = run_program ("", line);
        g_autoptr (JsonParser) answer = NULL;

        if (run.status != 0 && run.status != 1)
          {
            assert_failed (&run, 2, "0x");
            n_refused++;
            continue;
          }
        assert_keys (parse_json (&run, &answer), "start end size protection forced");
        n_freed += run.status == 0;
      }
  g_assert_cmpuint (n_freed, >, 0);
  g_assert_cmpuint (n_refused, >, 0);
}

/* Who can't be told what was freed frees nothing. */
static void
test_free_without_an_answer (void)
{
  const char *const line[]
      = { "sh", "-c", "\"$LACUNA_CLI\" free self libgio-2.0 --force >/dev/full", NULL };
  g_auto (Run) run = run_program ("", line);

  assert_failed (&run, 5, "standard output");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/bytes/too-large-files", test_too_large_files);
  g_test_add_func ("/cli/bytes/endless-files", test_endless_files);
  g_test_add_func ("/cli/bytes/silent-pipe-is-interrupted", test_silent_pipe_is_interrupted);
  g_test_add_func ("/cli/bytes/pipe", test_pipe);
  g_test_add_func ("/cli/append/too-large-sizes", test_too_large_sizes);
  g_test_add_func ("/cli/free/what-it-lives-on-stays", test_what_it_lives_on);
  g_test_add_func ("/cli/free/kernels-page", test_kernels_page);
  g_test_add_func ("/cli/free/every-region-has-an-answer", test_every_region);
  g_test_add_func ("/cli/free/nothing-without-an-answer", test_free_without_an_answer);
  return g_test_run ();
}
