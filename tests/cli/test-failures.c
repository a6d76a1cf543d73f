/* Everything that can go wrong, by the exit status and by what is said.
 *
 * SPDX-License-Identifier: MIT
 */
#include "run.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each fault is told on standard error, after the program's name, and nothing else is printed. */
static void
check_failure (const Run  *run,
               int         status,
               const char *says)
{
  g_test_message ("%s", run->error);
  g_assert_cmpint (run->status, ==, status);
  g_assert_cmpstr (run->output, ==, "");
  g_assert_true (g_str_has_prefix (run->error, "lacuna-cli: "));
  g_assert_true (g_str_has_suffix (run->error, "\n"));
  if (says != NULL)
    g_assert_nonnull (strstr (run->error, says));
}

#define assert_failure(status, says, ...)                                                         \
  G_STMT_START                                                                                    \
  {                                                                                               \
    g_auto (Run) failure = run_cli (__VA_ARGS__);                                                 \
    check_failure (&failure, status, says);                                                       \
  }                                                                                               \
  G_STMT_END

static void
test_usage (void)
{
  g_auto (Run) nothing = run_cli_with_input ("", NULL);

  g_assert_cmpint (nothing.status, ==, 2);
  g_assert_nonnull (strstr (nothing.error, "Commands:"));
  check_failure (&nothing, 2, "Which command");

  assert_failure (2, "Did you mean map?", "mpa", "self");
  assert_failure (2, "Did you mean gaps?", "gap", "self");
  assert_failure (2, "no command frobnicate", "frobnicate");
  assert_failure (2, "command comes first", "--json", "map", "self");
  assert_failure (2, "Which target?", "map");
  assert_failure (2, "Which target?", "gaps", "--json");
  assert_failure (2, "One target at a time", "map", "self", "self");
  assert_failure (2, "--frobnicate", "map", "self", "--frobnicate");
  assert_failure (2, "--kind", "map", "self", "--kind");
  assert_failure (2, "no kind nonsense", "map", "self", "--kind", "nonsense");
  assert_failure (2, "no kind nonsense", "map", "self", "--kind=heap,nonsense");
  assert_failure (2, "--width", "map", "self", "--strip", "--width", "wide");
  assert_failure (2, "--width", "map", "self", "--strip", "--width", "-5");
  assert_failure (2, "--width", "map", "self", "--strip", "--width", "0");
  assert_failure (2, "--width", "map", "self", "--width", "80");
  assert_failure (2, "picture", "map", "self", "--strip", "--json");
  assert_failure (2, "--null", "map", "self", "--null", "--json");
  assert_failure (2, "--color", "map", "self", "--color=pink");
  assert_failure (2, "--limit", "gaps", "self", "--limit", "0");
  assert_failure (2, "--limit", "gaps", "self", "--limit", "-3");
  assert_failure (2, "--limit", "gaps", "self", "--limit", "many");
  assert_failure (2, "no order sideways", "gaps", "self", "--order", "sideways");
  assert_failure (2, "no hazard rain", "gaps", "self", "--avoid", "rain");
  assert_failure (2, "pid:", "map", "pid:many");
  assert_failure (2, "no sandbox", "map", "sandbox:script");
}

static void
test_flags_take_no_value (void)
{
  static const char *const of_map[] = { "--json=no", "--strip=no", "--null=x", "--help=no",
                                        "--detail=" };

  for (gsize i = 0; i < G_N_ELEMENTS (of_map); i++)
    {
      g_autofree char *says = g_strdup_printf ("%.*s takes no value.",
                                               (int) strcspn (of_map[i], "="),
                                               of_map[i]);

      assert_failure (2, says, "map", "self", of_map[i]);
    }
  assert_failure (2, "--rejected takes no value.", "gaps", "--rejected=no", "self");
  assert_failure (3, "no such file", "map", "--", "--json=no");
}

static void
test_constraints (void)
{
  assert_failure (2, "at least one byte", "gaps", "self", "--size", "0");
  assert_failure (2, "at least one byte", "gaps", "self", "--size=0K");
  assert_failure (2, "power of two", "gaps", "self", "--align", "3");
  assert_failure (2, "power of two", "gaps", "self", "--align", "0");
  assert_failure (2, "--min 0x2000 lies above --max 0x1000",
                  "gaps", "self", "--min", "2000", "--max", "1000");
  assert_failure (2, "--size", "gaps", "self", "--size", "-1");
  assert_failure (2, "--size", "gaps", "self", "--size", "99999999999999999999999");
  assert_failure (2, "--within", "gaps", "self", "--within", "far");

  /* What needs no map is told before anything is read. */
  assert_failure (2, "--size", "gaps", "/no/such/file", "--size", "0");
}

/* The text, and a caret under the place. */
static void
test_carets (void)
{
  assert_failure (2, "\n  0x12g4\n      ^\n", "gaps", "self", "--near", "0x12g4");
  assert_failure (2, "\n  64X\n    ^\n", "gaps", "self", "--size", "64X");
  assert_failure (2, "\n  nosuchlib+0x10\n  ^\n", "gaps", "self", "--near", "nosuchlib+0x10");
  assert_failure (2, "\n  \xc3\xa4\xc3\xa4+zz\n", "gaps", "self", "--min", "\xc3\xa4\xc3\xa4+zz");
  assert_failure (2, "libc!no_such_symbol", "gaps", "self", "--near", "libc!no_such_symbol");
  assert_failure (2, "--near", "gaps", "self", "--near", "");
}

/* Values are bytes, whatever the locale calls characters. */
static void
test_values_of_bytes (void)
{
  static const char *const options[] = { "--size", "--within", "--align", "--limit", "--order",
                                         "--avoid", "--near", "--min", "--max" };
  static const struct
  {
    const char *locale;
    const char *value;
    const char *shown;
  } cases[] = {
    { "LC_ALL=C", "\xc3\xa9", "\n  \xc3\xa9\n  ^\n" },
    { "LC_ALL=C", "z\xff", "\n  z\\xff\n  " },
    { "LC_ALL=C.UTF-8", "z\xff", "\n  z\\xff\n  " },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (cases); j++)
      {
        const char *arguments[] = { "env",  cases[j].locale, g_getenv ("LACUNA_CLI"),
                                    "gaps", "self",          options[i],
                                    NULL,   NULL };
        g_auto (Run) run = { 0 };

        arguments[6] = cases[j].value;
        run = run_program ("", arguments);
        check_failure (&run, 2, options[i]);
        g_assert_nonnull (strstr (run.error, cases[j].shown));
      }
}

/* What the user typed, and what files are called, can't command the terminal. */
static void
test_control_characters (void)
{
  static const char *const commands[][3] = {
    { "\x1b[2J\n", NULL, NULL },        { "help", "\x1b[2J\n", NULL },
    { "map", "/\x1b[2J\n", NULL },       { "map", "name:\x1b[2J\n", NULL },
    { "map", "pid:\x1b[2J\n", NULL },    { "map", "sandbox:\x1b[2J\n", NULL },
    { "map", "self", "\x1b[2J\n" },      { "map", "self", "--\x1b[2J\n" },
    { "map", "self", "--kind=\x1b[2J\n" }, { "map", "self", "--color=\x1b[2J\n" },
    { "gaps", "self", "--near=\x1b[2J\n" }, { "gaps", "self", "--order=\x1b[2J\n" },
    { "gaps", "self", "--avoid=\x1b[2J\n" }, { "gaps", "self", "--size=\x1b[2J\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_auto (Run) run = run_cli (commands[i][0], commands[i][1], commands[i][2]);

      g_test_message ("%s", run.error);
      g_assert_cmpint (run.status, >=, 2);
      g_assert_null (strchr (run.error, '\x1b'));
      g_assert_nonnull (strstr (run.error, "\\x1b[2J"));
      g_assert_null (strstr (run.error, "[2J\n\n"));
    }
}

/* An argument as long as a book is shown around the place. */
static void
test_long_arguments (void)
{
  g_autofree char *left = g_strnfill (50000, '4');
  g_autofree char *right = g_strnfill (50000, '5');
  g_autofree char *both = g_strconcat (left, "K", right, NULL);
  static const char *const commands[][2] = { { "gaps", "--size" }, { "gaps", "--near" },
                                             { "gaps", "--order" }, { "map", "--kind" },
                                             { "map", "--color" },  { "map", "--" } };

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_auto (Run) run = run_cli (commands[i][0], commands[i][1], both, "self");

      g_assert_cmpint (run.status, >=, 2);
      g_assert_cmpuint (strlen (run.error), <, 1200);
      g_assert_nonnull (strstr (run.error, "…"));
    }

  {
    g_auto (Run) run = run_cli ("gaps", "self", "--near", both);
    g_auto (GStrv) lines = g_strsplit (run.error, "\n", -1);

    g_assert_cmpint (g_utf8_strlen (lines[1], -1), <=, 80);
    g_assert_cmpuint (strlen (lines[2]), <=, 80);
    g_assert_true (g_str_has_suffix (lines[2], "^"));
  }
}

/* (nullable): the name of a thread of the kernel, where they can be seen. */
static char *
find_kernel_thread (void)
{
  g_autofree char *name = NULL;

  /* The mother of all of them is the second process of a system. */
  if (!g_file_get_contents ("/proc/2/comm", &name, NULL, NULL)
      || strcmp (g_strchomp (name), "kthreadd") != 0)
    return NULL;
  return g_steal_pointer (&name);
}

static void
test_kernel_thread (void)
{
  g_autofree char *name = find_kernel_thread ();
  g_autofree char *spelling = g_strdup_printf ("name:%s", name != NULL ? name : "");

  if (name == NULL)
    {
      g_test_skip ("no threads of the kernel are to be seen");
      return;
    }
  assert_failure (3, "thread of the kernel", "map", spelling);
}

static void
test_no_target (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lacuna-cli-XXXXXX", NULL);
  g_autofree char *missing = g_build_filename (folder, "missing", NULL);
  g_autofree char *below = g_build_filename ("/dev/null", "x", NULL);

  assert_failure (3, "no such process", "map", "4194305");
  assert_failure (3, "no such process", "map", "pid:4194305");
  assert_failure (3, "process 0", "map", "0");
  assert_failure (3, "No process is called", "map", "name:no program is called so");
  assert_failure (3, "no such file", "map", missing);
  assert_failure (3, "no such file", "map", below);
  assert_failure (3, "name:nosuchthing", "map", "nosuchthing");
  assert_failure (3, "folder", "map", folder);
  assert_failure (3, NULL, "gaps", missing, "--json");
  rmdir (folder);
}

static void
test_not_permitted (void)
{
  const char *program = g_getenv ("LACUNA_CLI");
  const char *arguments[] = { "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                              program, "map", NULL, NULL };
  g_autofree char *self = g_strdup_printf ("%d", (int) getpid ());
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  g_auto (Run) probe = { 0 };
  g_auto (Run) process = { 0 };
  g_auto (Run) file = { 0 };
  g_autofree char *setpriv = g_find_program_in_path ("setpriv");

  if (geteuid () != 0 || setpriv == NULL)
    {
      g_test_skip ("only root can become another user");
      return;
    }
  arguments[8] = "self";
  probe = run_program ("", arguments);
  if (probe.status != 0)
    {
      g_test_skip ("another user can't reach the build folder");
      return;
    }

  arguments[8] = self;
  process = run_program ("", arguments);
  check_failure (&process, 4, "belongs to another user");

  folder = g_dir_make_tmp ("lacuna-cli-XXXXXX", NULL);
  path = g_build_filename (folder, "secret", NULL);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_cmpint (chmod (folder, 0755), ==, 0);
  g_assert_cmpint (chmod (path, 0600), ==, 0);
  arguments[8] = path;
  file = run_program ("", arguments);
  check_failure (&file, 4, "permissions");
  unlink (path);
  rmdir (folder);
}

static void
test_refused (void)
{
  g_autofree char *path = fixture_path ("static/maps");

  assert_failure (5, "smaps", "map", path, "--detail");
}

/* A process that has ended and waits for its parent. */
static void
test_zombie (void)
{
  g_autofree char *number = NULL;
  pid_t child = fork ();

  if (child == 0)
    _exit (0);
  g_assert_cmpint (child, >, 0);
  number = g_strdup_printf ("%d", (int) child);
  for (int i = 0; i < 500; i++)
    {
      g_autofree char *stat_path = g_strdup_printf ("/proc/%d/stat", (int) child);
      g_autofree char *text = NULL;

      if (g_file_get_contents (stat_path, &text, NULL, NULL) && strstr (text, ") Z ") != NULL)
        break;
      g_usleep (10000);
    }
  assert_failure (5, "exited", "map", number);
}

static void
test_malformed (void)
{
  static const struct
  {
    const char *text;
    const char *says;
  } cases[] = {
    { "nonsense\n", "line 1, column 1" },
    { "10000-20000 r-xp 00000000 fe:00 7 /a\n30000-40000 rqxp 0 fe:00 7\n", "line 2, column 13" },
    { "10000-20000 r-xp 00000000 fe:00 7 /a\n30000\n", "line 2, column 6" },
    { "20000-10000 r-xp 00000000 fe:00 7 /a\n", "line 1, column 7" },
    { "{ \"capture\": 1 }\n", "line 1, column 1" },
    { "\x7f" "ELF\x02\x01\x01", "ELF" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Run) run = run_cli_with_input (cases[i].text, "map", "-", NULL);
      g_auto (Run) json = run_cli_with_input (cases[i].text, "gaps", "-", "--json", NULL);

      check_failure (&run, 6, cases[i].says);
      check_failure (&json, 6, cases[i].says);
    }
  assert_failure (6, "ELF", "map", g_getenv ("LACUNA_CLI"));
}

/* A terminal has 80 columns. */
static void
check_width (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_cmpint (g_utf8_strlen (lines[i], -1), <=, 80);
}

static void
test_help (void)
{
  static const char *const commands[] = { "map", "gaps" };
  g_auto (Run) overview = run_cli ("--help");
  g_auto (Run) version = run_cli ("--version");
  g_auto (Run) wrong = run_cli ("help", "nonsense");

  g_assert_cmpint (overview.status, ==, 0);
  check_width (overview.output);
  g_assert_true (g_str_has_prefix (version.output, "lacuna-cli "));
  g_assert_cmpint (version.status, ==, 0);
  g_assert_cmpint (wrong.status, ==, 2);
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_auto (Run) help = run_cli (commands[i], "--help");
      g_auto (Run) also = run_cli ("help", commands[i]);

      g_assert_cmpint (help.status, ==, 0);
      g_assert_cmpstr (help.error, ==, "");
      g_assert_cmpstr (help.output, ==, also.output);
      check_width (help.output);
      g_assert_nonnull (strstr (help.output, "\nOptions:\n"));
      g_assert_null (strstr (help.output, "Application"));
      g_assert_nonnull (strstr (help.output, "--json"));
      g_assert_nonnull (strstr (overview.output, commands[i]));
    }
}

/* Whoever reads only the beginning gets it, and nothing is said on standard error. */
static void
test_closed_pipe (void)
{
  g_autofree char *path = fixture_path ("chromium/maps");
  g_autofree char *command = NULL;
  const char *arguments[] = { "sh", "-c", NULL, NULL };
  g_auto (Run) run = { 0 };
  g_auto (Run) ignored = { 0 };

  command = g_strdup_printf ("'%s' map '%s' --json | head -n 1", g_getenv ("LACUNA_CLI"), path);
  arguments[2] = command;
  run = run_program ("", arguments);
  g_assert_cmpstr (run.output, ==, "{\n");
  g_assert_cmpstr (run.error, ==, "");

  g_free (command);
  command = g_strdup_printf ("trap '' PIPE; '%s' map '%s' --json | true", g_getenv ("LACUNA_CLI"),
                             path);
  arguments[2] = command;
  ignored = run_program ("", arguments);
  g_assert_cmpstr (ignored.error, ==, "");
}

static void
test_full_disk (void)
{
  g_autofree char *path = fixture_path ("chromium/maps");
  g_autofree char *map = g_strdup_printf ("map '%s'", path);
  const char *lines[] = { map, "--help", "--version", "help", "help gaps", "map --help" };

  if (!g_file_test ("/dev/full", G_FILE_TEST_EXISTS))
    {
      g_test_skip ("there is no /dev/full");
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *command = NULL;
      const char *arguments[] = { "sh", "-c", NULL, NULL };
      g_auto (Run) run = { 0 };

      command = g_strdup_printf ("'%s' %s > /dev/full", g_getenv ("LACUNA_CLI"), lines[i]);
      arguments[2] = command;
      run = run_program ("", arguments);
      check_failure (&run, 5, "standard output");
    }
}

/* Standard files that the caller closed are not taken for others that get their numbers. */
static void
test_closed_files (void)
{
  g_autofree char *path = fixture_path ("chromium/maps");
  g_autofree char *no_input = g_strdup_printf ("'%s' map - <&-", g_getenv ("LACUNA_CLI"));
  g_autofree char *no_output = g_strdup_printf ("'%s' map '%s' >&-", g_getenv ("LACUNA_CLI"), path);
  g_autofree char *no_error = g_strdup_printf ("'%s' map /nonsense 2>&-", g_getenv ("LACUNA_CLI"));
  const char *arguments[] = { "sh", "-c", no_input, NULL };
  g_auto (Run) input = run_program ("", arguments);
  g_auto (Run) output = { 0 };
  g_auto (Run) error = { 0 };

  check_failure (&input, 5, "standard input");
  arguments[2] = no_output;
  output = run_program ("", arguments);
  check_failure (&output, 5, "standard output");
  arguments[2] = no_error;
  error = run_program ("", arguments);
  g_assert_cmpint (error.status, ==, 3);
  g_assert_cmpstr (error.output, ==, "");
}

/* Ctrl+C while the other end of the pipe is silent. */
static void
test_interrupt (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GBytes) output = NULL;
  g_autoptr (GBytes) error_output = NULL;
  gint64 begin;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                              &error,
                              g_getenv ("LACUNA_CLI"),
                              "map",
                              "-",
                              NULL);
  g_assert_no_error (error);
  g_usleep (300000);
  begin = g_get_monotonic_time ();
  g_subprocess_send_signal (process, SIGINT);
  g_subprocess_wait (process, NULL, NULL);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 5 * G_USEC_PER_SEC);
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 130);
  error_output = g_input_stream_read_bytes (g_subprocess_get_stderr_pipe (process), 1000, NULL,
                                            NULL);
  g_assert_nonnull (
      g_strstr_len (g_bytes_get_data (error_output, NULL),
                    (gssize) g_bytes_get_size (error_output),
                    "Interrupted"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/failures/usage-exits-2", test_usage);
  g_test_add_func ("/cli/failures/contradicting-constraints-exit-2", test_constraints);
  g_test_add_func ("/cli/failures/caret-under-the-place", test_carets);
  g_test_add_func ("/cli/failures/flags-take-no-value", test_flags_take_no_value);
  g_test_add_func ("/cli/failures/values-are-bytes", test_values_of_bytes);
  g_test_add_func ("/cli/failures/control-characters-are-escaped", test_control_characters);
  g_test_add_func ("/cli/failures/long-arguments-are-shortened", test_long_arguments);
  g_test_add_func ("/cli/failures/name-of-a-kernel-thread", test_kernel_thread);
  g_test_add_func ("/cli/failures/no-target-exits-3", test_no_target);
  g_test_add_func ("/cli/failures/not-permitted-exits-4", test_not_permitted);
  g_test_add_func ("/cli/failures/refused-exits-5", test_refused);
  g_test_add_func ("/cli/failures/zombie-exits-5", test_zombie);
  g_test_add_func ("/cli/failures/malformed-exits-6-with-the-place", test_malformed);
  g_test_add_func ("/cli/failures/help-and-version", test_help);
  g_test_add_func ("/cli/failures/closed-pipe-is-quiet", test_closed_pipe);
  g_test_add_func ("/cli/failures/full-disk-is-told", test_full_disk);
  g_test_add_func ("/cli/failures/closed-files-are-told", test_closed_files);
  g_test_add_func ("/cli/failures/interrupt-exits-130", test_interrupt);
  return g_test_run ();
}
