/* What goes with the program: the man page and the completions say what it can do.
 *
 * SPDX-License-Identifier: MIT
 */
#include "run.h"

#include <glib/gstdio.h>

#define BASH_COMPLETION "/usr/share/bash-completion/bash_completion"

static char *
data_path (const char *folder,
           const char *name)
{
  return g_build_filename (g_getenv ("LACUNA_SOURCE_DIR"), "data", folder, name, NULL);
}

static void
test_man_page_lint (void)
{
  g_autofree char *page = data_path ("man", "lacuna-cli.1");
  g_autofree char *program = g_find_program_in_path ("mandoc");
  const char *arguments[] = { "mandoc", "-T", "lint", "-W", "warning", page, NULL };
  g_auto (Run) run = { 0 };

  if (program == NULL)
    {
      g_test_skip ("mandoc is not installed");
      return;
    }
  run = run_program ("", arguments);
  g_assert_cmpstr (run.output, ==, "");
  g_assert_cmpstr (run.error, ==, "");
  g_assert_cmpint (run.status, ==, 0);
}

/* Each option that --help lists is in the man page and is completed. */
static void
test_options_are_documented (void)
{
  static const char *const commands[]
      = { "map", "gaps", "alloc", "free", "append", "locator", "read", "write" };
  g_autofree char *page_path = data_path ("man", "lacuna-cli.1");
  g_autofree char *completion_path = data_path ("completions", "lacuna-cli");
  g_autofree char *page = NULL;
  g_autofree char *completion = NULL;
  g_autoptr (GRegex) option = g_regex_new ("--([a-z]+)[ =\n]", 0, 0, NULL);
  guint n_options = 0;

  g_assert_true (g_file_get_contents (page_path, &page, NULL, NULL));
  g_assert_true (g_file_get_contents (completion_path, &completion, NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_auto (Run) help = run_cli (commands[i], "--help");
      g_autoptr (GMatchInfo) match = NULL;

      for (g_regex_match (option, help.output, 0, &match); g_match_info_matches (match);
           g_match_info_next (match, NULL))
        {
          g_autofree char *name = g_match_info_fetch (match, 1);
          g_autofree char *in_page = g_strdup_printf ("Fl -%s", name);
          g_autofree char *in_completion = g_strdup_printf ("--%s", name);

          n_options++;
          g_test_message ("%s", name);
          if (strcmp (name, "help") != 0)
            g_assert_nonnull (strstr (page, in_page));
          g_assert_nonnull (strstr (completion, in_completion));
        }
    }
  g_assert_cmpuint (n_options, >=, 18);
}

/* (transfer full): what bash offers for @words, of which the last is begun; each on a line,
 * sorted. */
static char *
complete (const char *words)
{
  static const char script[] = "source " BASH_COMPLETION "\n"
                               "source \"$1\"\n"
                               "COMP_LINE=$2 COMP_POINT=${#2} COMP_TYPE=9 COMP_KEY=9\n"
                               /* Readline splits at these. */
                               "mapfile -t COMP_WORDS < <(sed -E 's/([=:]+)/\\n\\1\\n/g; s/ "
                               "+/\\n/g' <<< \"$2\" | sed '1!{/^$/d}')\n"
                               "[[ $2 == *[' =:'] ]] && [[ ${COMP_WORDS[-1]} != '' ]] && [[ $2 == "
                               "*' ' ]] && COMP_WORDS+=('')\n"
                               "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                               "_lacuna_cli\n"
                               "printf '%s\\n' \"${COMPREPLY[@]}\" | sort\n";
  g_autofree char *completion = data_path ("completions", "lacuna-cli");
  const char *arguments[] = { "bash", "--norc", "-c", script, "bash", completion, words, NULL };
  g_auto (Run) run = run_program ("", arguments);

  g_test_message ("%s -> %s%s", words, run.output, run.error);
  g_assert_cmpstr (run.error, ==, "");
  return g_steal_pointer (&run.output);
}

static gboolean
has_bash_completion (void)
{
  g_autofree char *bash = g_find_program_in_path ("bash");

  if (bash != NULL && g_file_test (BASH_COMPLETION, G_FILE_TEST_EXISTS))
    return TRUE;
  g_test_skip ("bash-completion is not installed");
  return FALSE;
}

static void
test_completions (void)
{
  static const struct
  {
    const char *words;
    const char *offers;
  } cases[] = {
    { "lacuna-cli ", "--help\n--version\nalloc\nappend\nfree\ngaps\nhelp\nlocator\nmap\nread\n"
                     "write\n" },
    { "lacuna-cli m", "map\n" },
    { "lacuna-cli help g", "gaps\n" },
    { "lacuna-cli map se", "self\n" },
    { "lacuna-cli map self --st", "--strip\n" },
    { "lacuna-cli map self --wi", "--width=\n" },
    { "lacuna-cli gaps self --r", "--rejected\n" },
    { "lacuna-cli gaps self --order ", "highest\nlowest\nnearest\nroomiest\ntightest\n" },
    { "lacuna-cli gaps self --order=h", "highest\n" },
    { "lacuna-cli gaps --avoid st", "stack-growth\nstack-guard\n" },
    { "lacuna-cli gaps --avoid=stack-growth,h", "stack-growth,heap-growth\n" },
    { "lacuna-cli map self --kind he", "heap\n" },
    { "lacuna-cli map self --kind heap,sta", "heap,stack\n" },
    { "lacuna-cli map --kind heap sta", "stack\n" },
    { "lacuna-cli map --kind heap stack gu", "guard\n" },
    { "lacuna-cli map self gua", "\n" },
    { "lacuna-cli map self --color n", "never\n" },
    { "lacuna-cli map self --color=al", "always\n" },
    { "lacuna-cli gaps self --near [h", "[heap]\n" },
    { "lacuna-cli nonsense s", "\n" },
    { "lacuna-cli al", "alloc\n" },
    { "lacuna-cli alloc se", "self\n" },
    { "lacuna-cli alloc self --pro", "--protect=\n" },
    { "lacuna-cli alloc self --protect r", "r\nrw\nrwx\nrx\n" },
    { "lacuna-cli append self --avoid st", "stack-growth\nstack-guard\n" },
    { "lacuna-cli locator self --n", "--null\n" },
    { "lacuna-cli read self --n", "\n" },
    { "lacuna-cli read self --r", "--raw\n" },
    { "lacuna-cli read self [h", "[heap]\n" },
    { "lacuna-cli read --raw self [heap] 4", "4K\n" },
    { "lacuna-cli write self libc @/etc/hostn", "@/etc/hostname\n" },
    { "lacuna-cli free self [st", "[stack]\n" },
    { "lacuna-cli append --near libc se", "self\n" },
  };

  if (!has_bash_completion ())
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *offers = complete (cases[i].words);

      g_assert_cmpstr (offers, ==, cases[i].offers);
    }
}

/* A process and files that surely exist. */
static void
test_target_completions (void)
{
  g_autofree char *name = g_strdup_printf ("lac%x", (guint) g_test_rand_int ());
  g_autofree char *folder = g_dir_make_tmp ("lacuna-cli-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *program = g_find_program_in_path ("sleep");
  g_autoptr (GFile) source = g_file_new_for_path (program);
  g_autoptr (GFile) destination = g_file_new_for_path (path);
  g_autofree char *by_name = g_strdup_printf ("lacuna-cli map name:%.8s", name);
  g_autofree char *named = g_strconcat (name, "\n", NULL);
  g_autofree char *by_pid = NULL;
  g_autofree char *by_number = NULL;
  g_autofree char *by_path = g_strdup_printf ("lacuna-cli gaps %.*s",
                                              (int) strlen (path) - 2,
                                              path);
  g_autofree char *path_line = g_strconcat (path, "\n", NULL);
  g_autofree char *pid_line = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *offers = NULL;
  gint64 deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  if (!has_bash_completion ())
    {
      g_rmdir (folder);
      return;
    }
  g_assert_true (g_file_copy (source, destination, G_FILE_COPY_NONE, NULL, NULL, NULL, NULL));
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                              NULL,
                              path,
                              "1000",
                              NULL);
  g_assert_nonnull (process);
  by_pid = g_strconcat ("lacuna-cli map pid:", g_subprocess_get_identifier (process), NULL);
  by_number = g_strconcat ("lacuna-cli map ", g_subprocess_get_identifier (process), NULL);
  pid_line = g_strconcat (g_subprocess_get_identifier (process), "\n", NULL);

  /* What stands before the colon is not repeated, since readline keeps it. */
  do
    {
      g_free (offers);
      offers = complete (by_name);
    }
  while (strcmp (offers, named) != 0 && g_get_monotonic_time () < deadline);
  g_assert_cmpstr (offers, ==, named);
  g_free (offers);
  offers = complete (by_pid);
  g_assert_true (g_str_has_prefix (offers, pid_line));
  g_free (offers);
  offers = complete (by_number);
  g_assert_true (g_str_has_prefix (offers, pid_line));
  g_free (offers);
  offers = complete (by_path);
  g_assert_cmpstr (offers, ==, path_line);

  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_file_delete (destination, NULL, NULL);
  g_rmdir (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/documents/man-page-has-no-fault", test_man_page_lint);
  g_test_add_func ("/cli/documents/options-are-documented", test_options_are_documented);
  g_test_add_func ("/cli/documents/completions", test_completions);
  g_test_add_func ("/cli/documents/completions-of-targets", test_target_completions);
  return g_test_run ();
}
