/* lacuna-cli alloc, free, append, read and write, for itself; and what they say to other targets.
 *
 * SPDX-License-Identifier: MIT
 */
#include "run.h"

#include <glib/gstdio.h>
#include <unistd.h>

/* The line of @text that begins with two blanks and has a caret in it: where the caret is. */
static int
caret_column (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (strspn (lines[i], " ") + 1 == strlen (lines[i]) && g_str_has_suffix (lines[i], "^"))
      return (int) strlen (lines[i]) - 3;
  return -1;
}

/* alloc */

static void
test_alloc_json (void)
{
  g_auto (Run) run = run_cli ("alloc", "self", "--near", "libc", "--size", "64K", "--json");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document, *attempt;
  JsonArray *attempts;

  assert_status (&run, 0);
  g_assert_cmpstr (run.error, ==, "");
  document = parse_json (&run, &parser);
  assert_keys (document, "start end size protection dry_run attempts");
  g_assert_cmpint (json_number (document, "size"), ==, 65536);
  g_assert_cmphex (json_address (document, "end") - json_address (document, "start"), ==, 65536);
  g_assert_cmphex (json_address (document, "start") % 4096, ==, 0);
  g_assert_cmpstr (json_object_get_string_member (document, "protection"), ==, "rw-");
  g_assert_false (json_object_get_boolean_member (document, "dry_run"));
  attempts = json_object_get_array_member (document, "attempts");
  g_assert_cmpuint (json_array_get_length (attempts), >=, 1);
  attempt = json_array_get_object_element (attempts, json_array_get_length (attempts) - 1);
  assert_keys (attempt, "address outcome");
  g_assert_cmphex (json_address (attempt, "address"), ==, json_address (document, "start"));
  g_assert_cmpstr (json_object_get_string_member (attempt, "outcome"), ==, "ok");
}

static void
test_alloc_obeys_constraints (void)
{
  g_auto (Run) run = run_cli ("alloc", "self", "--min", "0x200000000000", "--max", "0x200100000000",
                              "--align", "2M", "--size", "5000", "--order", "highest",
                              "--protect", "r-x", "--json");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document;

  assert_status (&run, 0);
  document = parse_json (&run, &parser);
  g_assert_cmphex (json_address (document, "start") % (2 << 20), ==, 0);
  g_assert_cmphex (json_address (document, "start"), >=, 0x200000000000);
  g_assert_cmphex (json_address (document, "end"), <=, 0x200100000000);
  g_assert_cmphex (json_address (document, "start"), >=, 0x200100000000 - (4 << 20));
  g_assert_cmpint (json_number (document, "size"), ==, 8192);
  g_assert_cmpstr (json_object_get_string_member (document, "protection"), ==, "r-x");
}

static void
test_alloc_dry_run (void)
{
  g_auto (Run) run = run_cli ("alloc", "self", "--dry-run", "--json");
  g_auto (Run) words = run_cli ("alloc", "self", "--dry-run");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document;

  assert_status (&run, 0);
  document = parse_json (&run, &parser);
  assert_keys (document, "start end size protection dry_run attempts");
  g_assert_true (json_object_get_boolean_member (document, "dry_run"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (document, "attempts")), ==,
                    0);
  assert_status (&words, 0);
  g_assert_nonnull (strstr (words.output, "4 KiB would be allocated at 0x"));
}

static void
test_alloc_protections (void)
{
  static const char *const cases[][2] = {
    { "none", "---" }, { "r", "r--" },   { "-", "---" },   { "rx", "r-x" },
    { "--x", "--x" },  { "rwx", "rwx" }, { "r-x", "r-x" }, { "wx", "-wx" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Run) run = run_cli ("alloc", "self", "--protect", cases[i][0], "--json");
      g_autoptr (JsonParser) parser = NULL;

      assert_status (&run, 0);
      g_assert_cmpstr (json_object_get_string_member (parse_json (&run, &parser), "protection"), ==,
                       cases[i][1]);
    }
}

static void
test_alloc_words (void)
{
  g_auto (Run) run = run_cli ("alloc", "self", "--near", "libc", "--protect", "rwx");
  g_auto (GStrv) lines = g_strsplit (run.output, "\n", -1);
  guint64 start, end;

  assert_status (&run, 0);
  g_assert_cmpint (sscanf (lines[0], "0x%" G_GINT64_MODIFIER "x  0x%" G_GINT64_MODIFIER
                                     "x  4 KiB  rwx", &start, &end),
                   ==, 2);
  g_assert_cmphex (end - start, ==, 4096);
  g_assert_true (g_str_has_prefix (lines[1], "Allocated 4 KiB at 0x"));
  g_assert_nonnull (strstr (lines[1], "nearest"));
  {
    g_autofree char *place = g_strdup_printf ("at 0x%" G_GINT64_MODIFIER "x. ", start);

    /* It can be read back. */
    g_assert_nonnull (strstr (lines[1], place));
  }
  g_assert_nonnull (strstr (lines[1], "attempt"));
}

static void
test_alloc_failures (void)
{
  static const struct
  {
    const char *option;
    const char *value;
    const char *message;
    int caret;
  } wrong[] = {
    { "--protect", "wr", "--protect", 1 },     { "--protect", "rwz", "--protect", 2 },
    { "--protect", "", "--protect", 0 },       { "--size", "0", "--size", 0 },
    { "--size", "12Q", "--size", 2 },          { "--align", "3", "--align", 0 },
    { "--near", "libc!nothing", "--near", 0 }, { "--order", "best", "--order", 0 },
  };
  g_auto (Run) none = run_cli ("alloc", "self", "--min", "10000", "--max", "11000", "--size", "1M");
  g_auto (Run) upside = run_cli ("alloc", "self", "--min", "2000", "--max", "1000");
  g_auto (Run) null = run_cli ("alloc", "self", "--null");
  g_auto (Run) extra = run_cli ("alloc", "self", "0x1000");

  assert_failed (&none, 1, "No free gap");
  assert_failed (&upside, 2, "--min 0x2000 lies above --max 0x1000");
  assert_failed (&null, 2, "--null");
  assert_failed (&extra, 2, "One target at a time");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_auto (Run) run = run_cli ("alloc", "self", wrong[i].option, wrong[i].value);

      assert_failed (&run, 2, wrong[i].message);
      g_assert_cmpint (caret_column (run.error), ==, wrong[i].caret);
    }
}

/* That no gap fits is an answer: there is a document, as there is of gaps. */
static void
test_nothing_fits_json (void)
{
  g_auto (Run) alloc = run_cli ("alloc", "self", "--max", "0x10000", "--size", "8T", "--json");
  g_auto (Run) append = run_cli ("append", "self", "--max", "0x1000", "--json", "00");
  g_auto (Run) free = run_cli ("free", "self", "0", "--json");
  g_autoptr (JsonParser) alloc_parser = NULL;
  g_autoptr (JsonParser) append_parser = NULL;
  g_autoptr (JsonParser) free_parser = NULL;
  JsonObject *document;

  assert_status (&alloc, 1);
  g_assert_nonnull (strstr (alloc.error, "No free gap"));
  document = parse_json (&alloc, &alloc_parser);
  assert_keys (document, "start end size protection dry_run attempts");
  g_assert_true (json_object_get_null_member (document, "start"));
  g_assert_true (json_object_get_null_member (document, "end"));
  g_assert_cmpint (json_number (document, "size"), ==, 0);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (document, "attempts")), ==,
                    0);

  assert_status (&append, 1);
  document = parse_json (&append, &append_parser);
  assert_keys (document, "address buffer position created");
  g_assert_true (json_object_get_null_member (document, "address"));
  g_assert_false (json_object_get_boolean_member (document, "created"));

  assert_status (&free, 1);
  document = parse_json (&free, &free_parser);
  assert_keys (document, "start end size protection forced");
  g_assert_true (json_object_get_null_member (document, "start"));
}

/* free */

static void
test_free (void)
{
  g_auto (Run) heap = run_cli ("free", "self", "[heap]");
  g_auto (Run) stack = run_cli ("free", "self", "[stack]");
  g_auto (Run) image = run_cli ("free", "self", "libc");
  g_auto (Run) nothing = run_cli ("free", "self", "0");
  g_auto (Run) missing = run_cli ("free", "self");
  g_auto (Run) forced = run_cli ("free", "self", "LC_PAPER", "--force", "--json");
  g_auto (Run) gio = run_cli ("free", "self", "libgio-2.0");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document;

  /* AddressSanitizer has a heap of its own. */
  if (strstr (heap.error, "nothing in the map has this name") == NULL)
    assert_failed (&heap, 2, "Lacuna itself lives on");
  assert_failed (&stack, 2, "Lacuna itself lives on");
  assert_failed (&image, 2, "Lacuna itself lives on");
  assert_failed (&gio, 2, "--force");
  assert_failed (&nothing, 1, "Nothing is mapped at 0x0");
  assert_failed (&missing, 2, "free TARGET ADDRESS");

  /* A part of the locale that nothing here asks for. */
  if (strstr (forced.error, "nothing in the map has this name") != NULL)
    {
      g_test_skip ("there is no locale C.UTF-8 that is mapped from files");
      return;
    }
  assert_status (&forced, 0);
  document = parse_json (&forced, &parser);
  assert_keys (document, "start end size protection forced");
  g_assert_true (json_object_get_boolean_member (document, "forced"));
  g_assert_cmphex (json_address (document, "end") - json_address (document, "start"), ==,
                   (guint64) json_number (document, "size"));
}

/* append */

static void
test_append (void)
{
  g_auto (Run) words = run_cli ("append", "self", "00 ab f9 0x42");
  g_auto (Run) run = run_cli ("append", "self", "--near", "libc", "--json", "0x00,ab,F9 42");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document;
  guint64 address;

  assert_status (&words, 0);
  g_assert_cmpint (sscanf (words.output, "0x%" G_GINT64_MODIFIER "x\n", &address), ==, 1);
  g_assert_cmpstr (words.error, ==, "");

  assert_status (&run, 0);
  document = parse_json (&run, &parser);
  assert_keys (document, "address buffer position created");
  g_assert_true (json_object_get_boolean_member (document, "created"));
  g_assert_cmphex (json_address (document, "address"), ==,
                   json_address (document, "buffer") + (guint64) json_number (document, "position"));
}

static void
test_append_a_file (void)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "lacuna-append-XXXXXX", NULL);
  int file = g_mkstemp (path);
  g_autofree char *at = g_strconcat ("@", path, NULL);
  g_autofree char *missing_at = g_strconcat (at, ".not", NULL);
  g_autofree char *bytes = g_malloc0 (100000);

  g_assert_cmpint (file, >=, 0);
  {
    g_auto (Run) empty = run_cli ("append", "self", at);
    g_auto (Run) missing = run_cli ("append", "self", missing_at);

    assert_failed (&empty, 2, "empty");
    assert_failed (&missing, 2, "No such file");
  }
  g_assert_true (g_file_set_contents (path, bytes, 100000, NULL));
  {
    g_auto (Run) run = run_cli ("append", "self", at, "--json");
    g_autoptr (JsonParser) parser = NULL;

    assert_status (&run, 0);
    g_assert_true (json_object_get_boolean_member (parse_json (&run, &parser), "created"));
  }
  close (file);
  g_unlink (path);
}

static void
test_bytes_with_faults (void)
{
  static const struct
  {
    const char *text;
    int caret;
  } cases[] = {
    { "00 ab f", 7 }, { "00 zz", 3 }, { "0x", 2 }, { "", -1 }, { "  ", -1 }, { "1 2", 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Run) appended = run_cli ("append", "self", cases[i].text);
      g_auto (Run) written = run_cli ("write", "self", "[heap]", cases[i].text);

      g_test_message ("“%s”", cases[i].text);
      assert_failed (&appended, 2, "HEX: ");
      assert_failed (&written, 2, "HEX: ");
      g_assert_cmpint (caret_column (appended.error), ==, cases[i].caret);
    }
}

/* read */

static void
test_read_dump (void)
{
  g_auto (Run) run = run_cli ("read", "self", "libc", "20");
  g_auto (GStrv) lines = g_strsplit (run.output, "\n", -1);
  guint64 first, second;
  int first_end = 0, second_end = 0;

  assert_status (&run, 0);
  g_assert_cmpstr (run.error, ==, "");
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  g_assert_cmpint (sscanf (lines[0], "%" G_GINT64_MODIFIER "x%n", &first, &first_end), ==, 1);
  g_assert_cmpint (sscanf (lines[1], "%" G_GINT64_MODIFIER "x%n", &second, &second_end), ==, 1);
  g_assert_cmphex (second - first, ==, 16);
  g_assert_cmpint (first_end, ==, second_end);
  g_assert_true (g_str_has_prefix (lines[0] + first_end, "  7f 45 4c 46 02 01 01 0"));
  g_assert_nonnull (strstr (lines[0], "  |.ELF..."));
  g_assert_true (g_str_has_suffix (lines[1], "|"));
  /* The text stands in the same column, in a row that is not full, too. */
  g_assert_cmpint (strchr (lines[0], '|') - lines[0], ==, strchr (lines[1], '|') - lines[1]);
}

static void
test_read_json (void)
{
  g_auto (Run) run = run_cli ("read", "self", "libc+1", "3", "--json");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document;

  assert_status (&run, 0);
  document = parse_json (&run, &parser);
  assert_keys (document, "address size bytes unreadable");
  g_assert_cmphex (json_address (document, "address") % 4096, ==, 1);
  g_assert_cmpint (json_number (document, "size"), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (document, "bytes"), ==, "454c46");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (document, "unreadable")),
                    ==, 0);
}

static void
test_read_raw (void)
{
  g_auto (Run) run = run_cli ("read", "self", "libc", "3M", "--raw");
  g_auto (Run) both = run_cli ("read", "self", "libc", "4", "--raw", "--json");

  assert_status (&run, 0);
  g_assert_cmpuint (run.output_length, ==, 3 << 20);
  g_assert_cmpmem (run.output, 4, "\177ELF", 4);
  assert_failed (&both, 2, "--raw and --json");
}

/* Across the end of the stack: below it lies a hole. */
static void
test_read_with_a_hole (void)
{
  g_auto (Run) run = run_cli ("read", "self", "[stack]-24", "40");
  g_auto (Run) json = run_cli ("read", "self", "[stack]-24", "40", "--json");
  g_auto (Run) raw = run_cli ("read", "self", "[stack]-24", "40", "--raw");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document, *hole;
  JsonArray *holes;

  assert_status (&run, 0);
  g_assert_nonnull (strstr (run.output, "  ?? ?? ?? ?? ?? ?? ?? ??  ?? ?? ?? ?? ?? ?? ?? ??  |"));
  g_assert_nonnull (strstr (run.output, "  ?? ?? ?? ?? ?? ?? ?? ??  0"));
  g_assert_cmpstr (run.error, ==, "lacuna-cli: 24 bytes of 40 could not be read.\n");

  assert_status (&json, 0);
  g_assert_cmpstr (json.error, ==, "lacuna-cli: 24 bytes of 40 could not be read.\n");
  document = parse_json (&json, &parser);
  g_assert_true (g_str_has_prefix (json_object_get_string_member (document, "bytes"), "????"));
  g_assert_cmpuint (strlen (json_object_get_string_member (document, "bytes")), ==, 80);
  holes = json_object_get_array_member (document, "unreadable");
  g_assert_cmpuint (json_array_get_length (holes), ==, 1);
  hole = json_array_get_object_element (holes, 0);
  assert_keys (hole, "start end size");
  g_assert_cmpint (json_number (hole, "size"), ==, 24);
  g_assert_cmphex (json_address (hole, "start"), ==, json_address (document, "address"));

  assert_status (&raw, 0);
  g_assert_cmpuint (raw.output_length, ==, 40);
  g_assert_cmpmem (raw.output, 24, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24);
}

static void
test_read_nothing (void)
{
  g_auto (Run) run = run_cli ("read", "self", "0", "17");
  g_auto (Run) json = run_cli ("read", "self", "0", "17", "--json");
  g_auto (Run) large = run_cli ("read", "self", "0", "0x10001", "--raw");

  assert_status (&run, 5);
  g_assert_cmpstr (run.output, ==,
                   "00000000  ?? ?? ?? ?? ?? ?? ?? ??  ?? ?? ?? ?? ?? ?? ?? ??  |                |\n"
                   "00000010  ??                                                | |\n");
  g_assert_nonnull (strstr (run.error, "Nothing of that can be read"));
  assert_status (&json, 5);
  assert_status (&large, large.output_length == 0x10001 ? 5 : -1);
}

static void
test_read_failures (void)
{
  g_auto (Run) zero = run_cli ("read", "self", "libc", "0");
  g_auto (Run) past = run_cli ("read", "self", "fffffffffffff000", "4K");
  g_auto (Run) last = run_cli ("read", "self", "fffffffffffff000", "4095");
  g_auto (Run) name = run_cli ("read", "self", "libc+zz", "1");
  g_auto (Run) size = run_cli ("read", "self", "libc", "1Z");
  g_auto (Run) missing = run_cli ("read", "self", "libc");
  g_auto (Run) extra = run_cli ("read", "self", "libc", "1", "2");

  assert_failed (&zero, 2, "SIZE: ");
  assert_failed (&past, 2, "past the end of the address space");
  assert_status (&last, 5);
  assert_failed (&name, 2, "ADDRESS: ");
  g_assert_cmpint (caret_column (name.error), ==, 5);
  assert_failed (&size, 2, "SIZE: ");
  g_assert_cmpint (caret_column (size.error), ==, 1);
  assert_failed (&missing, 2, "read TARGET ADDRESS SIZE");
  assert_failed (&extra, 2, "2 is too much");
}

/* write */

static void
test_write (void)
{
  g_auto (Run) stack = run_cli ("write", "self", "[stack]", "00 01");
  g_auto (Run) read_only = run_cli ("write", "self", "libc", "7f");
  g_auto (Run) forced = run_cli ("write", "self", "libc", "7f 45", "--force", "--json");
  g_auto (Run) forced_words = run_cli ("write", "self", "libc", "7f", "--force");
  g_auto (Run) nothing = run_cli ("write", "self", "0", "00");
  g_auto (Run) past = run_cli ("write", "self", "ffffffffffffffff", "00 00");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document;

  assert_status (&stack, 0);
  g_assert_true (g_str_has_prefix (stack.output, "Wrote 2 bytes at 0x"));
  g_assert_cmpstr (stack.error, ==, "");
  assert_failed (&read_only, 5, "Force it");

  assert_status (&forced, 0);
  g_assert_nonnull (strstr (forced.error, "--force"));
  document = parse_json (&forced, &parser);
  assert_keys (document, "address size forced");
  g_assert_cmpint (json_number (document, "size"), ==, 2);
  g_assert_true (json_object_get_boolean_member (document, "forced"));
  assert_status (&forced_words, 0);
  g_assert_nonnull (strstr (forced_words.error, "read-only"));

  assert_failed (&nothing, 5, "nothing was written");
  assert_failed (&past, 2, "past the end of the address space");
}

/* Other targets: no process, and files. Live processes are in test-elsewhere.c. */

static void
test_other_targets (void)
{
  static const char *const lines[][4] = {
    { "alloc", NULL },
    { "free", "0x1000", NULL },
    { "append", "00", NULL },
    { "locator", NULL },
    { "read", "0x1000", "16", NULL },
    { "write", "0x1000", "00", NULL },
  };
  g_autofree char *file = fixture_path ("static/maps");
  static const struct
  {
    const char *target;
    int status;
  } fixed[] = {
    { "/nonexistent", 3 },
    { "pid:2147483647", 3 },
    { "name:no program has this name", 3 },
    { "-", 6 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (Run) text
          = run_cli (lines[i][0], file, lines[i][1], lines[i][1] ? lines[i][2] : NULL);

      g_test_message ("%s", lines[i][0]);
      assert_failed (&text, 4, "Choose a live process");
      for (gsize j = 0; j < G_N_ELEMENTS (fixed); j++)
        {
          /* Who is given something to read reads it. */
          const char *input = strcmp (fixed[j].target, "-") == 0 ? "this is no map\n" : "";
          g_auto (Run) run = run_cli_with_input (input, lines[i][0], fixed[j].target, lines[i][1],
                                                 lines[i][1] ? lines[i][2] : NULL, NULL);

          assert_failed (&run, fixed[j].status, "");
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/alloc/json", test_alloc_json);
  g_test_add_func ("/cli/alloc/obeys-constraints", test_alloc_obeys_constraints);
  g_test_add_func ("/cli/alloc/dry-run", test_alloc_dry_run);
  g_test_add_func ("/cli/alloc/protections", test_alloc_protections);
  g_test_add_func ("/cli/alloc/words", test_alloc_words);
  g_test_add_func ("/cli/alloc/nothing-fits-json", test_nothing_fits_json);
  g_test_add_func ("/cli/alloc/failures", test_alloc_failures);
  g_test_add_func ("/cli/free/what-is-no-allocation-takes-force", test_free);
  g_test_add_func ("/cli/append/address", test_append);
  g_test_add_func ("/cli/append/a-file", test_append_a_file);
  g_test_add_func ("/cli/append/bytes-with-faults", test_bytes_with_faults);
  g_test_add_func ("/cli/read/dump", test_read_dump);
  g_test_add_func ("/cli/read/json", test_read_json);
  g_test_add_func ("/cli/read/raw", test_read_raw);
  g_test_add_func ("/cli/read/with-a-hole", test_read_with_a_hole);
  g_test_add_func ("/cli/read/nothing", test_read_nothing);
  g_test_add_func ("/cli/read/failures", test_read_failures);
  g_test_add_func ("/cli/write/heeds-protections", test_write);
  g_test_add_func ("/cli/memory/other-targets", test_other_targets);
  return g_test_run ();
}
