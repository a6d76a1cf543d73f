/* lacuna-cli alloc, free, append, locator, read and write in other processes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "elsewhere-fixture.h"
#include "interrupt.h"

static char *
hexadecimal (guint64 address)
{
  return g_strdup_printf ("0x%" G_GINT64_MODIFIER "x", address);
}

/* alloc and free */

static void
test_allocate_and_free (gconstpointer data)
{
  const char *const *line = data;
  Elsewhere elsewhere;

  if (!begin (&elsewhere, line[0], line[1]))
    return;
  {
    g_auto (Run) run = run_cli ("alloc", elsewhere.pid, "--size", "64K", "--json");
    g_autoptr (JsonParser) parser = NULL;
    g_autofree char *address = NULL;
    JsonObject *document, *attempt;
    JsonArray *attempts;
    guint64 start;

    assert_status (&run, 0);
    g_assert_cmpstr (run.error, ==, "");
    document = parse_json (&run, &parser);
    assert_keys (document, "start end size protection dry_run attempts");
    g_assert_cmpint (json_number (document, "size"), ==, 65536);
    g_assert_cmpstr (json_object_get_string_member (document, "protection"), ==, "rw-");
    g_assert_false (json_object_get_boolean_member (document, "dry_run"));
    attempts = json_object_get_array_member (document, "attempts");
    attempt = json_array_get_object_element (attempts, json_array_get_length (attempts) - 1);
    g_assert_cmpstr (json_object_get_string_member (attempt, "outcome"), ==, "ok");
    start = json_address (document, "start");
    g_assert_cmphex (json_address (attempt, "address"), ==, start);
    address = hexadecimal (start);
    assert_looks (&elsewhere, start, "rw-p anonymous");
    assert_looks (&elsewhere, start + 65535, "rw-p anonymous");
    {
      g_auto (Run) freed = run_cli ("free", elsewhere.pid, address, "--json");
      g_autoptr (JsonParser) answer = NULL;

      assert_status (&freed, 0);
      document = parse_json (&freed, &answer);
      assert_keys (document, "start end size protection forced");
      g_assert_cmphex (json_address (document, "start"), ==, start);
      g_assert_cmpint (json_number (document, "size"), ==, 65536);
      g_assert_false (json_object_get_boolean_member (document, "forced"));
    }
    {
      g_auto (Run) again = run_cli ("free", elsewhere.pid, address);

      assert_failed (&again, 1, "Nothing is mapped at");
    }
  }
  assert_untouched (&elsewhere);
  end (&elsewhere);
}

static void
test_obeys_constraints (void)
{
  Elsewhere elsewhere;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  {
    g_auto (Run) run = run_cli ("alloc", elsewhere.pid, "--min", "0x200000000000", "--max",
                                "0x200100000000", "--align", "2M", "--size", "5000", "--order",
                                "highest", "--protect", "r-x", "--json");
    g_auto (Run) none
        = run_cli ("alloc", elsewhere.pid, "--min", "10000", "--max", "11000", "--size", "1M");
    g_auto (Run) near = run_cli ("alloc", elsewhere.pid, "--near", "libc", "--json");
    g_autoptr (JsonParser) parser = NULL;
    JsonObject *document;

    assert_status (&run, 0);
    document = parse_json (&run, &parser);
    g_assert_cmphex (json_address (document, "start") % (2 << 20), ==, 0);
    g_assert_cmphex (json_address (document, "start"), >=, 0x200100000000 - (4 << 20));
    g_assert_cmpint (json_number (document, "size"), ==, 8192);
    assert_looks (&elsewhere, json_address (document, "start"), "r-xp anonymous");
    assert_failed (&none, 1, "No free gap");
    assert_status (&near, 0);
  }
  end (&elsewhere);
}

/* A dry run says where, by which thread and through what, and leaves the process as it is. */
static void
test_dry_run (void)
{
  Elsewhere elsewhere;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  {
    g_auto (Run) run = run_cli ("alloc", elsewhere.pid, "--dry-run");
    g_auto (Run) json = run_cli ("alloc", elsewhere.pid, "--dry-run", "--json");
    g_autofree char *thread = g_strdup_printf ("Thread %s (sleeper) is stopped", elsewhere.pid);
    g_autoptr (JsonParser) parser = NULL;
    JsonObject *document;

    assert_status (&run, 0);
    g_assert_nonnull (strstr (run.output, "4 KiB would be allocated at 0x"));
    g_assert_nonnull (strstr (run.output, thread));
    g_assert_nonnull (strstr (run.output, "mmap (0x"));
    g_assert_nonnull (strstr (run.output, "PROT_READ | PROT_WRITE"));
    g_assert_nonnull (strstr (run.output, "goes on all the same"));
    assert_status (&json, 0);
    document = parse_json (&json, &parser);
    assert_keys (document, "start end size protection dry_run attempts");
    g_assert_true (json_object_get_boolean_member (document, "dry_run"));
    assert_looks (&elsewhere, json_address (document, "start"), "");
  }
  assert_untouched (&elsewhere);
  end (&elsewhere);
}

static void
test_words (void)
{
  Elsewhere elsewhere;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  {
    g_auto (Run) run = run_cli ("alloc", elsewhere.pid, "--min", "0x200000000000", "--size", "64K");

    assert_status (&run, 0);
    g_assert_nonnull (strstr (run.output, "Allocated 64 KiB at 0x"));
    g_assert_nonnull (strstr (run.output, "The map has 64 KiB more, in 1 place."));
    g_assert_nonnull (strstr (run.output, "A thread of the process was stopped for "));
  }
  end (&elsewhere);
}

/* The kernel makes one region of two that touch; what is freed is still what was allocated. */
static void
test_neighbours_stay (void)
{
  Elsewhere elsewhere;
  guint64 first, second;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  first = allocate (&elsewhere, "64K", "rw");
  second = allocate (&elsewhere, "64K", "rw");
  g_assert_cmphex (second, ==, first + 65536);
  {
    g_autofree char *address = hexadecimal (first);
    g_auto (Run) run = run_cli ("free", elsewhere.pid, address);

    assert_status (&run, 0);
    assert_looks (&elsewhere, first + 65535, "");
    assert_looks (&elsewhere, second, "rw-p anonymous");
  }
  {
    g_autofree char *address = hexadecimal (second);
    g_auto (Run) run = run_cli ("free", elsewhere.pid, address, "--json");
    g_autoptr (JsonParser) parser = NULL;

    assert_status (&run, 0);
    g_assert_cmpint (json_number (parse_json (&run, &parser), "size"), ==, 65536);
    assert_looks (&elsewhere, second, "");
  }
  end (&elsewhere);
}

/* What is no allocation is left alone, unless that is wished expressly. */
static void
test_free_refuses (void)
{
  Elsewhere elsewhere;
  guint64 place;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  place = allocate (&elsewhere, "64K", "none");
  note_looks (&elsewhere);
  {
    static const char *const names[] = { "[heap]", "[stack]", "[vdso]", "libc", "sleeper" };
    g_autofree char *inside = hexadecimal (place + 4096);
    g_auto (Run) middle = run_cli ("free", elsewhere.pid, inside);
    g_auto (Run) nothing = run_cli ("free", elsewhere.pid, "0");

    for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
      {
        g_auto (Run) run = run_cli ("free", elsewhere.pid, names[i]);

        g_test_message ("%s", names[i]);
        if (strstr (run.error, "nothing in the map has this name") == NULL)
          assert_failed (&run, 2, "--force");
      }
    assert_failed (&middle, 2, "--force");
    assert_failed (&nothing, 1, "Nothing is mapped at 0x0");
  }
  assert_untouched (&elsewhere);
  {
    g_autofree char *inside = hexadecimal (place + 4096);
    g_auto (Run) run = run_cli ("free", elsewhere.pid, inside, "--force", "--json");
    g_autoptr (JsonParser) parser = NULL;
    JsonObject *document;

    assert_status (&run, 0);
    document = parse_json (&run, &parser);
    g_assert_cmphex (json_address (document, "start"), ==, place);
    g_assert_true (json_object_get_boolean_member (document, "forced"));
    assert_looks (&elsewhere, place, "");
  }
  end (&elsewhere);
}

/* Where the stack pointer of a thread is that waits for something; 0 when it does not. */
static guint64
stack_pointer (const char *folder,
               const char *thread)
{
  g_autofree char *path = g_build_filename (folder, thread, "syscall", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;
  guint n_words;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  words = g_strsplit (text, " ", -1);
  n_words = g_strv_length (words);
  return n_words > 2 ? g_ascii_strtoull (words[n_words - 2], NULL, 16) : 0;
}

/* A thread's stack is private memory without a file, and no allocation. */
static void
test_free_refuses_stacks (void)
{
  Elsewhere elsewhere;
  g_autofree char *folder = NULL;
  g_autoptr (GDir) threads = NULL;
  const char *thread;
  guint n_refused = 0;

  if (!begin (&elsewhere, "throng", "8"))
    return;
  folder = g_strdup_printf ("/proc/%s/task", elsewhere.pid);
  threads = g_dir_open (folder, 0, NULL);
  while ((thread = g_dir_read_name (threads)) != NULL)
    {
      g_auto (Run) map = run_cli ("map", elsewhere.pid, "--json");
      g_autoptr (JsonParser) parser = NULL;
      JsonArray *regions = json_object_get_array_member (parse_json (&map, &parser), "regions");
      guint64 pointer = stack_pointer (folder, thread);

      for (guint i = 0; pointer != 0 && i < json_array_get_length (regions); i++)
        {
          JsonObject *region = json_array_get_object_element (regions, i);

          if (json_address (region, "start") <= pointer && pointer < json_address (region, "end"))
            {
              g_auto (Run) run
                  = run_cli ("free", elsewhere.pid, json_object_get_string_member (region, "start"));

              assert_failed (&run, 2, "--force");
              n_refused++;
            }
        }
    }
  g_assert_cmpuint (n_refused, >, 1);
  assert_untouched (&elsewhere);
  end (&elsewhere);
}

/* Several at once do not get in each other's way, although only one may trace a process at a time. */
static void
test_several_at_once (void)
{
  GSubprocess *processes[24];
  Elsewhere elsewhere;
  guint64 start;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  start = allocate (&elsewhere, "4K", "rw");
  for (gsize i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      const char *const line[] = { g_getenv ("LACUNA_CLI"), "alloc", elsewhere.pid, "--min",
                                   "0x200000000000",        "--json", NULL };
      g_autoptr (GError) error = NULL;

      processes[i] = g_subprocess_newv (line, G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error);
      g_assert_no_error (error);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      g_subprocess_wait (processes[i], NULL, NULL);
      g_assert_cmpint (g_subprocess_get_exit_status (processes[i]), ==, 0);
      g_object_unref (processes[i]);
    }
  for (gsize i = 0; i <= G_N_ELEMENTS (processes); i++)
    assert_looks (&elsewhere, start + i * 4096, "rw-p anonymous");
  assert_looks (&elsewhere, start + (G_N_ELEMENTS (processes) + 1) * 4096, "");
  end (&elsewhere);
}

/* Each frees what it has allocated and nothing else, though they lie side by side and each takes the place that
 * another one has just left. */
static void
test_several_free_at_once (void)
{
  GSubprocess *processes[4];
  Elsewhere elsewhere;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      const char *const line[]
          = { "sh", "-c",
              "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do "
              "a=$(\"$LACUNA_CLI\" alloc $0 | sed -n '1s/ .*//p') && \"$LACUNA_CLI\" free $0 $a || exit 1; "
              "done",
              elsewhere.pid, NULL };
      g_autoptr (GError) error = NULL;

      processes[i] = g_subprocess_newv (line, G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error);
      g_assert_no_error (error);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      g_subprocess_wait (processes[i], NULL, NULL);
      g_assert_cmpint (g_subprocess_get_exit_status (processes[i]), ==, 0);
      g_object_unref (processes[i]);
    }
  assert_untouched (&elsewhere);
  end (&elsewhere);
}

/* That it could not be freed does not make anybody forget how large it is. */
static void
test_freed_later (void)
{
  Elsewhere elsewhere;
  struct started tracer;
  guint64 first, second;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  first = allocate (&elsewhere, "64K", "rw");
  second = allocate (&elsewhere, "64K", "rw");
  g_assert_cmphex (second, ==, first + 65536);
  if (!begin_tracer (&elsewhere, &tracer))
    return;
  {
    g_autofree char *address = hexadecimal (first);
    g_auto (Run) refused = run_cli ("free", elsewhere.pid, address);

    assert_failed (&refused, 4, "oddity");
    kill_victim (&tracer);
    {
      g_auto (Run) run = run_cli ("free", elsewhere.pid, address);

      assert_status (&run, 0);
      assert_looks (&elsewhere, first, "");
      assert_looks (&elsewhere, second, "rw-p anonymous");
    }
  }
  end_at_once (&elsewhere);
}

/* read and write */

static void
test_read_and_write (void)
{
  Elsewhere elsewhere;
  g_autofree char *place = NULL;
  g_autofree char *locked = NULL;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  place = hexadecimal (allocate (&elsewhere, "4K", "rw"));
  locked = hexadecimal (allocate (&elsewhere, "4K", "r"));
  {
    g_auto (Run) wrote = run_cli ("write", elsewhere.pid, place, "de ad 0xbe,ef", "--json");
    g_auto (Run) read = run_cli ("read", elsewhere.pid, place, "6", "--json");
    g_auto (Run) refused = run_cli ("write", elsewhere.pid, locked, "01");
    g_auto (Run) forced = run_cli ("write", elsewhere.pid, locked, "01", "--force", "--json");
    g_auto (Run) elf = run_cli ("read", elsewhere.pid, "libc", "4");
    g_auto (Run) hole = run_cli ("read", elsewhere.pid, "0", "16");
    g_auto (Run) nowhere = run_cli ("write", elsewhere.pid, "0", "00");
    g_autoptr (JsonParser) wrote_parser = NULL;
    g_autoptr (JsonParser) read_parser = NULL;
    g_autoptr (JsonParser) forced_parser = NULL;

    assert_status (&wrote, 0);
    g_assert_false (
        json_object_get_boolean_member (parse_json (&wrote, &wrote_parser), "forced"));
    assert_status (&read, 0);
    g_assert_cmpstr (json_object_get_string_member (parse_json (&read, &read_parser), "bytes"), ==,
                     "deadbeef0000");
    assert_failed (&refused, 5, "Force it");
    assert_status (&forced, 0);
    g_assert_nonnull (strstr (forced.error, "--force"));
    g_assert_true (
        json_object_get_boolean_member (parse_json (&forced, &forced_parser), "forced"));
    assert_status (&elf, 0);
    g_assert_nonnull (strstr (elf.output, "|.ELF|"));
    assert_status (&hole, 5);
    assert_failed (&nowhere, 5, "nothing was written");
  }
  end (&elsewhere);
}

/* append and locator */

static void
test_append (void)
{
  Elsewhere elsewhere;
  guint64 address;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  {
    g_auto (Run) none = run_cli ("locator", elsewhere.pid, "--json");
    g_autoptr (JsonParser) parser = NULL;
    JsonObject *document;

    assert_status (&none, 1);
    document = parse_json (&none, &parser);
    assert_keys (document, "file tables");
    g_assert_true (json_object_get_null_member (document, "file"));
  }
  {
    g_auto (Run) run = run_cli ("append", elsewhere.pid, "--json", "11 22 33 44 55");
    g_autoptr (JsonParser) parser = NULL;
    g_autofree char *place = NULL;
    JsonObject *document;

    assert_status (&run, 0);
    document = parse_json (&run, &parser);
    assert_keys (document, "address buffer position created");
    g_assert_true (json_object_get_boolean_member (document, "created"));
    address = json_address (document, "address");
    g_assert_cmphex (address, ==,
                     json_address (document, "buffer") + (guint64) json_number (document, "position"));
    assert_looks (&elsewhere, address, "rwxp buffer");
    place = hexadecimal (address);
    {
      g_auto (Run) read = run_cli ("read", elsewhere.pid, place, "5", "--json");
      g_auto (Run) freed = run_cli ("free", elsewhere.pid, place);
      g_autoptr (JsonParser) bytes = NULL;

      assert_status (&read, 0);
      g_assert_cmpstr (json_object_get_string_member (parse_json (&read, &bytes), "bytes"), ==,
                       "1122334455");
      /* It is a buffer, and no allocation. */
      assert_failed (&freed, 2, "--force");
    }
  }
  {
    g_auto (Run) run = run_cli ("append", elsewhere.pid, "--json", "66");
    g_autoptr (JsonParser) parser = NULL;
    JsonObject *document;

    assert_status (&run, 0);
    document = parse_json (&run, &parser);
    g_assert_false (json_object_get_boolean_member (document, "created"));
    g_assert_cmphex (json_address (document, "address"), ==, address + 5);
  }
  {
    g_auto (Run) run = run_cli ("locator", elsewhere.pid, "--json");
    g_autoptr (JsonParser) parser = NULL;
    JsonObject *document, *table, *buffer;

    assert_status (&run, 0);
    document = parse_json (&run, &parser);
    table = json_array_get_object_element (json_object_get_array_member (document, "tables"), 0);
    buffer = json_array_get_object_element (json_object_get_array_member (table, "buffers"), 0);
    assert_keys (buffer, "address size position free taken findings");
    g_assert_cmpint (json_number (buffer, "position"), ==, 6);
    g_assert_false (json_object_get_boolean_member (buffer, "taken"));
    g_assert_true (
        g_str_has_prefix (json_object_get_string_member (document, "file"), "/tmp/.reloaded/"));
  }
  end (&elsewhere);
}

static gboolean
has_finding (JsonObject *object,
             const char *name)
{
  JsonArray *findings = json_object_has_member (object, "findings")
                            ? json_object_get_array_member (object, "findings")
                            : NULL;

  for (guint i = 0; findings != NULL && i < json_array_get_length (findings); i++)
    if (strcmp (json_array_get_string_element (findings, i), name) == 0)
      return TRUE;
  return FALSE;
}

/* Each finding is told of, of the document, of a table or of a buffer. */
static void
test_finding (gconstpointer name)
{
  Elsewhere elsewhere;
  gboolean found;

  if (!begin (&elsewhere, "locator", name))
    return;
  {
    g_auto (Run) run = run_cli ("locator", elsewhere.pid, "--json");
    g_auto (Run) words = run_cli ("locator", elsewhere.pid);
    g_autoptr (JsonParser) parser = NULL;
    JsonObject *document = parse_json (&run, &parser);
    JsonArray *tables = json_object_get_array_member (document, "tables");
    g_autofree char *meaning = g_strdup_printf ("%s: ", (const char *) name);

    found = has_finding (document, name);
    for (guint i = 0; i < json_array_get_length (tables); i++)
      {
        JsonObject *table = json_array_get_object_element (tables, i);
        JsonArray *buffers = json_object_get_array_member (table, "buffers");

        found |= has_finding (table, name);
        for (guint j = 0; j < json_array_get_length (buffers); j++)
          found |= has_finding (json_array_get_object_element (buffers, j), name);
      }
    g_assert_true (found);
    g_assert_nonnull (strstr (words.output, meaning));
    assert_status (&run, strcmp (name, "stale") == 0 ? 1 : 0);
  }
  end (&elsewhere);
}

/* The tables of the C# library are shown, and nothing is put into them. */
static void
test_managed (void)
{
  Elsewhere elsewhere;

  if (!begin (&elsewhere, "locator", "managed"))
    return;
  {
    g_auto (Run) run = run_cli ("locator", elsewhere.pid, "--json");
    g_auto (Run) words = run_cli ("locator", elsewhere.pid);
    g_auto (Run) append = run_cli ("append", elsewhere.pid, "00");
    g_autoptr (JsonParser) parser = NULL;
    JsonObject *document;

    assert_status (&run, 0);
    document = parse_json (&run, &parser);
    g_assert_cmpuint (json_array_get_length (json_object_get_array_member (document, "tables")), >=,
                      1);
    assert_status (&words, 0);
    g_assert_nonnull (strstr (words.output, ".NET"));
    assert_failed (&append, 5, ".NET");
  }
  assert_untouched (&elsewhere);
  end (&elsewhere);
}

/* A lock that the process holds is waited for, not for ever, and Ctrl+C ends that; it is never broken. */
static void
test_held_lock (void)
{
  Elsewhere elsewhere;

  if (!begin (&elsewhere, "locator", "hold-table"))
    return;
  {
    const char *line[] = { g_getenv ("LACUNA_CLI"), "append", elsewhere.pid, "--size", "1M", "00", NULL };

    assert_interrupted (line);
  }
  {
    g_auto (Run) run = run_cli ("append", elsewhere.pid, "--size", "1M", "00");
    g_auto (Run) locator = run_cli ("locator", elsewhere.pid, "--json");
    g_autoptr (JsonParser) parser = NULL;
    JsonArray *tables;

    assert_failed (&run, 5, "holds the lock");
    tables = json_object_get_array_member (parse_json (&locator, &parser), "tables");
    g_assert_true (
        json_object_get_boolean_member (json_array_get_object_element (tables, 0), "locked"));
  }
  end_at_once (&elsewhere);
}

int
main (int    argc,
      char **argv)
{
  static const char *const processes[][2] = {
    { "sleeper", "nanosleep" },    { "sleeper", "poll" },   { "sleeper-static", "nanosleep" },
    { "sleeper-bare", "nanosleep" }, { "sleeper-32", "nanosleep" }, { "throng", "4" },
  };
  static const char *const findings[] = { "orphan", "overlap", "position-past-end", "stale",
                                          "writable-and-executable", "unknown-version", "cycle" };

  init_elsewhere (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/cli/elsewhere/alloc-and-free/%s-%s", processes[i][0], processes[i][1]);

      g_test_add_data_func (path, processes[i], test_allocate_and_free);
    }
  g_test_add_func ("/cli/elsewhere/alloc-obeys-constraints", test_obeys_constraints);
  g_test_add_func ("/cli/elsewhere/alloc-dry-run", test_dry_run);
  g_test_add_func ("/cli/elsewhere/alloc-words", test_words);
  g_test_add_func ("/cli/elsewhere/free-leaves-neighbours", test_neighbours_stay);
  g_test_add_func ("/cli/elsewhere/free-refuses", test_free_refuses);
  g_test_add_func ("/cli/elsewhere/free-refuses-stacks", test_free_refuses_stacks);
  g_test_add_func ("/cli/elsewhere/several-at-once", test_several_at_once);
  g_test_add_func ("/cli/elsewhere/several-free-at-once", test_several_free_at_once);
  g_test_add_func ("/cli/elsewhere/freed-later", test_freed_later);
  g_test_add_func ("/cli/elsewhere/read-and-write", test_read_and_write);
  g_test_add_func ("/cli/elsewhere/append", test_append);
  for (gsize i = 0; i < G_N_ELEMENTS (findings); i++)
    {
      g_autofree char *path = g_strdup_printf ("/cli/elsewhere/locator/%s", findings[i]);

      g_test_add_data_func (path, findings[i], test_finding);
    }
  g_test_add_func ("/cli/elsewhere/locator/managed-is-read-only", test_managed);
  g_test_add_func ("/cli/elsewhere/append-waits-for-a-lock", test_held_lock);
  return g_test_run ();
}
