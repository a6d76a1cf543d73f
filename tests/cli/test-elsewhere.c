/* lacuna-cli alloc, free, append, locator, read and write in other processes.
 *
 * The processes are victims (tests/victims), which check all the time whether anything is wrong with them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "run.h"
#include "start.h"

#include <glib/gstdio.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  struct started victim;
  char pid[16];
} Elsewhere;

static bool
begin (Elsewhere  *elsewhere,
       const char *program,
       const char *role)
{
  if (!start_victim (&elsewhere->victim, -1, program, role, NULL))
    return false;
  g_snprintf (elsewhere->pid, sizeof elsewhere->pid, "%d", (int) elsewhere->victim.pid);
  /* What it still does to begin is no difference that we make. */
  wait_for_rounds (&elsewhere->victim, 1);
  return true;
}

/* A process with this number may have left one behind, or has now. */
static void
remove_locator (const Elsewhere *elsewhere)
{
  g_autofree char *path = g_strconcat ("/tmp/.reloaded/memory.buffers/"
                                       "Reloaded.Memory.Buffers.MemoryBuffer, PID ",
                                       elsewhere->pid, NULL);

  g_unlink (path);
}

/* Lets it check itself some more times, and ends it; nothing may be wrong. */
static void
end (Elsewhere *elsewhere)
{
  wait_for_rounds (&elsewhere->victim, 3);
  assert_unharmed (&elsewhere->victim, false);
  end_unharmed (&elsewhere->victim);
  remove_locator (elsewhere);
}

static void
end_at_once (Elsewhere *elsewhere)
{
  kill_victim (&elsewhere->victim);
  remove_locator (elsewhere);
}

static void
assert_status (const Run *run,
               int        status)
{
  if (run->status != status)
    g_test_message ("%s%s", run->output, run->error);
  g_assert_cmpint (run->status, ==, status);
}

static void
assert_failed (const Run  *run,
               int         status,
               const char *part)
{
  assert_status (run, status);
  g_assert_cmpstr (run->output, ==, "");
  g_assert_true (g_str_has_prefix (run->error, "lacuna-cli: "));
  if (strstr (run->error, part) == NULL)
    g_test_message ("%s", run->error);
  g_assert_nonnull (strstr (run->error, part));
}

/* What the map has at @address: protection and kind joined, or "" for nothing. (transfer full) */
static char *
look_at (const Elsewhere *elsewhere,
         guint64          address)
{
  g_auto (Run) run = run_cli ("map", elsewhere->pid, "--json");
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *regions;

  assert_status (&run, 0);
  regions = json_object_get_array_member (parse_json (&run, &parser), "regions");
  for (guint i = 0; i < json_array_get_length (regions); i++)
    {
      JsonObject *region = json_array_get_object_element (regions, i);

      if (json_address (region, "start") <= address && address < json_address (region, "end"))
        return g_strdup_printf ("%s %s",
                                json_object_get_string_member (region, "protection"),
                                json_object_get_string_member (region, "kind"));
    }
  return g_strdup ("");
}

static void
assert_looks (const Elsewhere *elsewhere,
              guint64          address,
              const char      *expected)
{
  g_autofree char *found = look_at (elsewhere, address);

  g_assert_cmpstr (found, ==, expected);
}

/* Allocates, and returns where. */
static guint64
allocate (const Elsewhere *elsewhere,
          const char      *size,
          const char      *protection)
{
  g_auto (Run) run = run_cli ("alloc", elsewhere->pid, "--min", "0x200000000000", "--size", size,
                              "--protect", protection, "--json");
  g_autoptr (JsonParser) parser = NULL;

  assert_status (&run, 0);
  return json_address (parse_json (&run, &parser), "start");
}

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
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  if (!begin (&elsewhere, line[0], line[1]))
    return;
  before = describe_process (elsewhere.victim.pid);
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
  after = describe_process (elsewhere.victim.pid);
  assert_same_description (before, after);
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
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  before = describe_process (elsewhere.victim.pid);
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
  after = describe_process (elsewhere.victim.pid);
  assert_same_description (before, after);
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
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  guint64 place;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  place = allocate (&elsewhere, "64K", "none");
  before = describe_process (elsewhere.victim.pid);
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
  after = describe_process (elsewhere.victim.pid);
  assert_same_description (before, after);
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
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (GDir) threads = NULL;
  const char *thread;
  guint n_refused = 0;

  if (!begin (&elsewhere, "throng", "8"))
    return;
  before = describe_process (elsewhere.victim.pid);
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
  after = describe_process (elsewhere.victim.pid);
  assert_same_description (before, after);
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
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  before = describe_process (elsewhere.victim.pid);
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
  after = describe_process (elsewhere.victim.pid);
  assert_same_description (before, after);
  end (&elsewhere);
}

/* That it could not be freed does not make anybody forget how large it is. */
static void
test_freed_later (void)
{
  Elsewhere elsewhere, tracer;
  guint64 first, second;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  first = allocate (&elsewhere, "64K", "rw");
  second = allocate (&elsewhere, "64K", "rw");
  g_assert_cmphex (second, ==, first + 65536);
  if (!start_victim (&tracer.victim, -1, "oddity", "tracer", elsewhere.pid, NULL))
    {
      end_at_once (&elsewhere);
      return;
    }
  {
    g_autofree char *address = hexadecimal (first);
    g_auto (Run) refused = run_cli ("free", elsewhere.pid, address);

    assert_failed (&refused, 4, "oddity");
    kill_victim (&tracer.victim);
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
  remove_locator (&elsewhere);
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
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  if (!begin (&elsewhere, "locator", "managed"))
    return;
  before = describe_process (elsewhere.victim.pid);
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
  after = describe_process (elsewhere.victim.pid);
  assert_same_description (before, after);
  end (&elsewhere);
}

static gboolean
catches_interrupt (const char *pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/status", pid);
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  line = strstr (text, "SigCgt:");
  return line != NULL && (g_ascii_strtoull (line + 7, NULL, 16) & (1u << (SIGINT - 1))) != 0;
}

/* A lock that the process holds is waited for, not for ever, and Ctrl+C ends that; it is never broken. */
static void
test_held_lock (void)
{
  Elsewhere elsewhere;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *message = NULL;
  gint64 started;

  if (!begin (&elsewhere, "locator", "hold-table"))
    return;
  {
    const char *line[] = { g_getenv ("LACUNA_CLI"), "append", elsewhere.pid, "--size", "1M", "00", NULL };

    process = g_subprocess_newv (line, G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
    g_assert_no_error (error);
    while (!catches_interrupt (g_subprocess_get_identifier (process)))
      g_usleep (5000);
    g_usleep (500000);
    started = g_get_monotonic_time ();
    g_subprocess_send_signal (process, SIGINT);
    g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &message, &error);
    g_assert_no_error (error);
    g_assert_true (g_subprocess_get_if_exited (process));
    g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 130);
    g_assert_nonnull (strstr (message, "Interrupted."));
    g_assert_cmpint (g_get_monotonic_time () - started, <, 4 * G_USEC_PER_SEC);
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

/* Refusals */

static void
assert_nothing_done (Elsewhere  *elsewhere,
                     int         status,
                     const char *part)
{
  g_autofree char *before = describe_process (elsewhere->victim.pid);
  g_auto (Run) run = run_cli ("alloc", elsewhere->pid);
  g_autofree char *after = describe_process (elsewhere->victim.pid);

  assert_failed (&run, status, part);
  assert_same_description (before, after);
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
  Elsewhere elsewhere, tracer;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  if (!start_victim (&tracer.victim, -1, "oddity", "tracer", elsewhere.pid, NULL))
    {
      end_at_once (&elsewhere);
      return;
    }
  {
    g_autofree char *who = g_strdup_printf ("oddity (process %d)", (int) tracer.victim.pid);

    assert_nothing_done (&elsewhere, 4, who);
  }
  kill_victim (&tracer.victim);
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
    g_autofree char *before = describe_process (elsewhere.victim.pid);
    g_autofree char *subject = g_strdup_printf ("process %s: The system gives the process no more memory",
                                                elsewhere.pid);
    g_auto (Run) run = run_cli ("alloc", elsewhere.pid, "--size", "64M");
    g_autofree char *after = describe_process (elsewhere.victim.pid);

    assert_failed (&run, 5, subject);
    assert_same_description (before, after);
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
  if (!start_victim (&elsewhere.victim, 65533, "sleeper", "poll", NULL))
    return;
  wait_for_rounds (&elsewhere.victim, 1);
  g_snprintf (elsewhere.pid, sizeof elsewhere.pid, "%d", (int) elsewhere.victim.pid);
  remove_locator (&elsewhere);
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
  static const char *const processes[][2] = {
    { "sleeper", "nanosleep" },    { "sleeper", "poll" },   { "sleeper-static", "nanosleep" },
    { "sleeper-bare", "nanosleep" }, { "sleeper-32", "nanosleep" }, { "throng", "4" },
  };
  static const char *const findings[] = { "orphan", "overlap", "position-past-end", "stale",
                                          "writable-and-executable", "unknown-version", "cycle" };
  g_autofree char *runtime = g_dir_make_tmp ("lacuna-elsewhere-XXXXXX", NULL);
  int status;

  /* What is written down of allocations is for these tests alone. */
  g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
  g_test_init (&argc, &argv, NULL);
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
  status = g_test_run ();
  {
    const char *const remove[] = { "rm", "-r", runtime, NULL };
    g_auto (Run) run = run_program ("", remove);
  }
  return status;
}
