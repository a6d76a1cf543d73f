/* What lacuna-cli does not do in other processes, and how it says so: those that can't be stopped, those of
 * others, and what was mistyped.
 *
 * SPDX-License-Identifier: MIT
 */
#include "elsewhere-fixture.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

static void
assert_nothing_done (Elsewhere  *elsewhere,
                     int         status,
                     const char *part)
{
  note_looks (elsewhere);
  {
    g_auto (Run) run = run_cli ("alloc", elsewhere->pid);

    assert_failed (&run, status, part);
  }
  assert_untouched (elsewhere);
}

static void
test_filtered (void)
{
  Elsewhere elsewhere;

  if (!begin (&elsewhere, "confined", "lenient"))
    return;
  assert_nothing_done (&elsewhere, 4, "seccomp");
  {
    g_auto (Run) plan = run_cli ("alloc", elsewhere.pid, "--dry-run");
    g_auto (Run) run = run_cli ("alloc", elsewhere.pid, "--force", "--json");
    g_autoptr (JsonParser) parser = NULL;

    assert_status (&plan, 0);
    g_assert_nonnull (strstr (plan.output, "seccomp"));
    assert_status (&run, 0);
    assert_looks (&elsewhere, json_address (parse_json (&run, &parser), "start"), "rw-p anonymous");
  }
  end (&elsewhere);
}

static void
test_strict (void)
{
  Elsewhere elsewhere;

  if (!begin (&elsewhere, "confined", "strict"))
    return;
  assert_nothing_done (&elsewhere, 4, "strict");
  {
    g_auto (Run) run = run_cli ("alloc", elsewhere.pid, "--force");

    assert_failed (&run, 4, "strict");
  }
  end_at_once (&elsewhere);
}

static void
test_traced (void)
{
  Elsewhere elsewhere;
  struct started tracer;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  if (!begin_tracer (&elsewhere, &tracer))
    return;
  {
    g_autofree char *who = g_strdup_printf ("oddity (process %d)", (int) tracer.pid);

    assert_nothing_done (&elsewhere, 4, who);
  }
  kill_victim (&tracer);
  end_at_once (&elsewhere);
}

static void
test_stopped (void)
{
  Elsewhere elsewhere;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  kill (elsewhere.victim.pid, SIGSTOP);
  g_assert_true (wait_for_state (elsewhere.victim.pid, "T"));
  {
    g_autofree char *command = g_strdup_printf ("\n  kill -CONT %s\n", elsewhere.pid);
    gint64 started = g_get_monotonic_time ();

    assert_nothing_done (&elsewhere, 5, command);
    g_assert_cmpint (g_get_monotonic_time () - started, <, 3 * G_USEC_PER_SEC);
  }
  kill (elsewhere.victim.pid, SIGCONT);
  end_at_once (&elsewhere);
}

static void
test_no_process (void)
{
  pid_t child = fork ();
  g_autofree char *zombie = NULL;

  if (child == 0)
    _exit (0);
  zombie = g_strdup_printf ("%d", (int) child);
  g_assert_true (wait_for_state (child, "Z"));
  {
    g_auto (Run) dead = run_cli ("alloc", zombie);
    g_auto (Run) gone = run_cli ("alloc", "2147483647");
    g_autofree char *kernel = NULL;

    assert_failed (&dead, 5, "exited");
    assert_failed (&gone, 3, "no such process");
    if (g_file_get_contents ("/proc/2/comm", &kernel, NULL, NULL) && strcmp (kernel, "kthreadd\n") == 0)
      {
        g_auto (Run) thread = run_cli ("alloc", "2");

        assert_failed (&thread, 3, "kernel");
      }
  }
  waitpid (child, NULL, 0);
}

/* Whose memory it is that does not suffice is told. */
static void
test_limited (void)
{
  const struct rlimit limit = { 32 << 20, 32 << 20 };
  Elsewhere elsewhere;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  g_assert_cmpint (prlimit (elsewhere.victim.pid, RLIMIT_AS, &limit, NULL), ==, 0);
  {
    g_autofree char *subject = g_strdup_printf ("process %s: The system gives the process no more memory",
                                                elsewhere.pid);
    g_auto (Run) run = run_cli ("alloc", elsewhere.pid, "--size", "64M");

    assert_failed (&run, 5, subject);
    assert_untouched (&elsewhere);
  }
  end (&elsewhere);
}

/* A process that sees no folder in which a locator could be made. */
static void
test_no_folder (void)
{
  g_autofree char *root = g_dir_make_tmp ("lacuna-root-XXXXXX", NULL);
  g_autofree char *pid = NULL;
  int ready[2];
  pid_t child;
  char answer;

  g_assert_cmpint (pipe (ready), ==, 0);
  child = fork ();
  if (child == 0)
    {
      answer = chroot (root) == 0 ? 'y' : 'n';
      if (write (ready[1], &answer, 1) == 1)
        for (;;)
          pause ();
      _exit (1);
    }
  pid = g_strdup_printf ("%d", (int) child);
  g_assert_cmpint (read (ready[0], &answer, 1), ==, 1);
  if (answer == 'y')
    {
      g_auto (Run) allocated = run_cli ("alloc", pid);
      g_auto (Run) run = run_cli ("append", pid, "00");

      assert_status (&allocated, 0);
      assert_failed (&run, 5, "folder");
      g_assert_nonnull (strstr (run.error, g_strerror (ENOENT)));
    }
  else
    g_test_skip ("it takes root to enter a root folder of one's own");
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);
  close (ready[0]);
  close (ready[1]);
  g_rmdir (root);
}

/* Command lines that are wrong by themselves, without their target, and what is said of them. */
static const struct
{
  const char *command;
  const char *arguments[5];
  const char *part;
} mistyped[] = {
  { "map", { "--kind", "q" }, "no kind" },
  { "map", { "--width", "0", "--strip" }, "columns" },
  { "map", { "--width", "80" }, "--strip" },
  { "map", { "--strip", "--json" }, "picture" },
  { "map", { "--json", "--null" }, "--null" },
  { "map", { "--color", "q" }, "--color" },
  { "gaps", { "--limit", "0" }, "limit" },
  { "gaps", { "--order", "q" }, "no order" },
  { "gaps", { "--avoid", "q" }, "no hazard" },
  { "gaps", { "--near", "0xq" }, "--near" },
  { "gaps", { "--within", "q" }, "--within" },
  { "gaps", { "--min", "2000", "--max", "1000" }, "--min" },
  { "alloc", { "--min", "0x2000", "--max", "0d4096" }, "--min" },
  { "alloc", { "--min", "1000-8K" }, "address 0" },
  { "alloc", { "--max", "10000000000000000" }, "64 bits" },
  { "alloc", { "--near", "libc!" }, "symbol" },
  { "alloc", { "--size", "0" }, "one byte" },
  { "alloc", { "--size", "4Q" }, "--size" },
  { "alloc", { "--align", "3" }, "power of two" },
  { "alloc", { "--protect", "q" }, "--protect" },
  { "alloc", { "--null" }, "--null" },
  { "free", { "0xq" }, "ADDRESS" },
  { "free", { "" }, "ADDRESS" },
  { "free", { "10-20" }, "address 0" },
  { "free", { NULL }, "missing" },
  { "append", { "--align", "3", "00" }, "power of two" },
  { "append", { "--min", "2", "--max", "1", "00" }, "--min" },
  { "append", { "--size", "4G", "00" }, "4 GiB" },
  { "append", { "0" }, "HEX" },
  { "append", { "@/nowhere/at/all" }, "/nowhere/at/all" },
  { "locator", { "2" }, "two" },
  { "read", { "0x1000", "xyz" }, "SIZE" },
  { "read", { "0x1000", "0" }, "0 bytes" },
  { "read", { "0x10`zz", "16" }, "ADDRESS" },
  { "read", { "fffffffffffff000", "8K" }, "past the end" },
  { "read", { "0x1000", "16", "--raw", "--json" }, "--raw" },
  { "write", { "0x1000", "xy" }, "HEX" },
  { "write", { "0d12x", "00" }, "ADDRESS" },
  { "write", { "ffffffffffffffff", "00" }, "past the end" },
};

/* What was mistyped is told whatever the target is. @prefix: what to start lacuna-cli with, up to NULL. */
static void
assert_mistyped (const char *const *prefix,
                 const char        *target)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mistyped); i++)
    {
      g_autoptr (GPtrArray) line = g_ptr_array_new ();

      for (guint j = 0; prefix[j] != NULL; j++)
        g_ptr_array_add (line, (gpointer) prefix[j]);
      g_ptr_array_add (line, (gpointer) g_getenv ("LACUNA_CLI"));
      g_ptr_array_add (line, (gpointer) mistyped[i].command);
      g_ptr_array_add (line, (gpointer) target);
      for (guint j = 0; j < G_N_ELEMENTS (mistyped[i].arguments) && mistyped[i].arguments[j] != NULL; j++)
        g_ptr_array_add (line, (gpointer) mistyped[i].arguments[j]);
      g_ptr_array_add (line, NULL);
      {
        g_auto (Run) run = run_program ("", (const char *const *) line->pdata);

        g_test_message ("%s %s %s", mistyped[i].command, target, mistyped[i].arguments[0]);
        assert_failed (&run, 2, mistyped[i].part);
      }
    }
}

static void
test_mistyped (void)
{
  const char *const nothing[] = { NULL };

  assert_mistyped (nothing, "2147483647");
  assert_mistyped (nothing, "name:such a program does not exist");
}

/* Names are the map's to know, however odd they are. */
static void
test_names_are_no_mistake (void)
{
  static const char *const names[]
      = { "[heap]", "libc+0x10", "libstdc++.so.6", "ld-linux-x86-64.so.2-4K", "libc!malloc", "0x.so", "q" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_auto (Run) run = run_cli ("free", "2147483647", names[i]);
      g_auto (Run) near = run_cli ("gaps", "2147483647", "--near", names[i], "--min", "libc", "--max", "1");

      assert_failed (&run, 3, "no such process");
      assert_failed (&near, 3, "no such process");
    }
}

/* Another user may neither look nor change, and is told what would help. */
static void
test_other_user (void)
{
  const char *cli = g_getenv ("LACUNA_CLI");
  Elsewhere elsewhere;
  g_autofree char *setpriv = g_find_program_in_path ("setpriv");

  if (getuid () != 0 || setpriv == NULL)
    {
      g_test_skip ("it takes root, and setpriv(1), to be another user");
      return;
    }
  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  {
    const char *const start[] = { setpriv, "--reuid=65534", "--clear-groups", cli, "--version", NULL };
    g_auto (Run) can = run_program ("", start);
    static const char *const lines[][3] = {
      { "alloc", NULL, NULL },       { "free", "0x1000", NULL },        { "append", "00", NULL },
      { "locator", NULL, NULL },     { "read", "0x1000", "16" },        { "write", "0x1000", "00" },
    };

    const char *const prefix[] = { setpriv, "--reuid=65534", "--clear-groups", NULL };

    for (gsize i = 0; can.status == 0 && i < G_N_ELEMENTS (lines); i++)
      {
        const char *const line[] = { setpriv,       "--reuid=65534", "--clear-groups", cli, lines[i][0],
                                     elsewhere.pid, lines[i][1],     lines[i][2],      NULL };
        g_auto (Run) run = run_program ("", line);

        g_test_message ("%s", lines[i][0]);
        assert_failed (&run, 4, "another user");
      }
    if (can.status == 0)
      assert_mistyped (prefix, elsewhere.pid);
    else
      g_test_skip ("another user may not run the program that was built");
  }
  end (&elsewhere);
}

/* With CAP_SYS_PTRACE alone another user's process can be worked in, and its files can't be opened: no locator is
 * made that could not be used, and that there is one is not denied. */
static void
test_one_capability (void)
{
  const char *const check[] = { "setpriv", "--reuid=65534", "--inh-caps=+sys_ptrace",
                                "--ambient-caps=+sys_ptrace", g_getenv ("LACUNA_CLI"), "--version", NULL };
  static const struct
  {
    const char *arguments[3];
    int status;
  } lines[] = {
    { { "map" }, 0 },
    { { "alloc" }, 0 },
    { { "locator" }, 1 },
    { { "append", "00" }, 4 },
    { { "locator" }, 1 },
    { { "read", "[stack]", "16" }, 0 },
    { { "free", "[stack]" }, 2 },
  };
  g_autofree char *setpriv = g_find_program_in_path ("setpriv");
  Elsewhere elsewhere;

  if (getuid () != 0 || setpriv == NULL)
    {
      g_test_skip ("it takes root, and setpriv(1), to be another user");
      return;
    }
  {
    g_auto (Run) can = run_program ("", check);

    if (can.status != 0)
      {
        g_test_skip ("another user may not run the program that was built");
        return;
      }
  }
  if (!begin_as (&elsewhere, 65533, "sleeper", "poll"))
    return;
  for (gsize i = 0; i <= G_N_ELEMENTS (lines); i++)
    {
      const bool again = i == G_N_ELEMENTS (lines);
      const char *const *arguments = lines[again ? 2 : i].arguments;
      const char *const line[] = { check[0],     check[1],      check[2],     check[3],     check[4],
                                   arguments[0], elsewhere.pid, arguments[1], arguments[2], NULL };

      /* In the end there is one, made by who may. */
      if (again)
        {
          g_auto (Run) root = run_cli ("append", elsewhere.pid, "00");

          assert_status (&root, 0);
        }
      {
        g_auto (Run) run = run_program ("", line);

        g_test_message ("%s", arguments[0]);
        assert_status (&run, again ? 4 : lines[i].status);
        if (run.status == 4)
          assert_failed (&run, 4, "CAP_DAC_OVERRIDE");
      }
    }
  end (&elsewhere);
}

/* Who is root in a user namespace of his own is nobody outside of it. */
static void
test_user_namespace (void)
{
  const char *const check[] = { "unshare", "--map-root-user", "true", NULL };
  static const char *const commands[][3]
      = { { "map" }, { "alloc" }, { "append", "00" }, { "locator" }, { "read", "[stack]", "4" } };
  g_autofree char *unshare = g_find_program_in_path ("unshare");
  Elsewhere elsewhere;

  if (unshare != NULL)
    {
      g_auto (Run) can = run_program ("", check);

      if (can.status != 0)
        g_clear_pointer (&unshare, g_free);
    }
  if (unshare == NULL)
    {
      g_test_skip ("no user namespace can be made here");
      return;
    }
  if (!begin (&elsewhere, "sleeper", "poll"))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      const char *const line[] = { unshare,        "--map-root-user", g_getenv ("LACUNA_CLI"), commands[i][0],
                                   elsewhere.pid, commands[i][1],    commands[i][2],          NULL };
      g_auto (Run) run = run_program ("", line);

      assert_failed (&run, 4, "user namespace");
    }
  end (&elsewhere);
}

int
main (int    argc,
      char **argv)
{
  init_elsewhere (&argc, &argv);
  g_test_add_func ("/cli/elsewhere/refuses/filtered-unless-forced", test_filtered);
  g_test_add_func ("/cli/elsewhere/refuses/strict", test_strict);
  g_test_add_func ("/cli/elsewhere/refuses/traced", test_traced);
  g_test_add_func ("/cli/elsewhere/refuses/stopped", test_stopped);
  g_test_add_func ("/cli/elsewhere/refuses/no-process", test_no_process);
  g_test_add_func ("/cli/elsewhere/refuses/mistyped", test_mistyped);
  g_test_add_func ("/cli/elsewhere/names-are-no-mistake", test_names_are_no_mistake);
  g_test_add_func ("/cli/elsewhere/refuses/limited", test_limited);
  g_test_add_func ("/cli/elsewhere/refuses/no-folder", test_no_folder);
  g_test_add_func ("/cli/elsewhere/refuses/other-user", test_other_user);
  g_test_add_func ("/cli/elsewhere/refuses/user-namespace", test_user_namespace);
  g_test_add_func ("/cli/elsewhere/one-capability", test_one_capability);
  return g_test_run ();
}
