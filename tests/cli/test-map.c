/* lacuna-cli map.
 *
 * SPDX-License-Identifier: MIT
 */
#include "run.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#define REGION_KEYS "start end size protection kind offset device inode name deleted"
#define DETAIL_KEYS REGION_KEYS " resident proportional dirty swapped huge"

static GArray *
read_fixture (const char *path)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return plain_regions (text);
}

static void
check_kind (JsonObject        *object,
            const PlainRegion *region)
{
  const char *kind = json_object_get_string_member (object, "kind");

  if (strcmp (region->name, "[heap]") == 0)
    g_assert_cmpstr (kind, ==, "heap");
  else if (strcmp (region->name, "[stack]") == 0)
    g_assert_cmpstr (kind, ==, "stack");
  else if (strcmp (region->name, "[vsyscall]") == 0)
    g_assert_cmpstr (kind, ==, "vsyscall");
  else if (g_str_has_prefix (region->name, "[v"))
    g_assert_cmpstr (kind, ==, "vdso");
  else if (strncmp (region->protection, "---", 3) == 0)
    g_assert_cmpstr (kind, ==, "guard");
  else if (region->name[0] == '\0')
    g_assert_cmpstr (kind, ==, region->protection[3] == 's' ? "shared" : "anonymous");
  else if (g_str_has_suffix (region->name, ".so") || strstr (region->name, ".so.") != NULL)
    g_assert_cmpstr (kind, ==, "image");
  else if (g_str_has_prefix (region->name, "/memfd:"))
    g_assert_cmpstr (kind, ==, region->protection[3] == 's' ? "shared" : kind);
}

/* Every key and every value of the document, against the text. */
static void
check_document (JsonObject *document,
                GArray     *regions)
{
  JsonArray *array = json_object_get_array_member (document, "regions");
  JsonObject *totals = json_object_get_object_member (document, "totals");
  JsonObject *space = json_object_get_object_member (document, "user_space");
  guint64 user_end = plain_user_end (regions);
  guint64 position = 0x1000;
  guint64 mapped = 0;
  guint64 free_bytes = 0;
  guint64 largest = 0;

  assert_keys (document, "target source taken user_space regions totals");
  assert_keys (space, "start end");
  g_assert_cmphex (json_address (space, "end"), ==, user_end);
  g_assert_cmpuint (json_array_get_length (array), ==, regions->len);

  for (guint i = 0; i < regions->len; i++)
    {
      const PlainRegion *region = &g_array_index (regions, PlainRegion, i);
      JsonObject *object = json_array_get_object_element (array, i);

      assert_keys (object, REGION_KEYS);
      g_assert_cmphex (json_address (object, "start"), ==, region->start);
      g_assert_cmphex (json_address (object, "end"), ==, region->end);
      g_assert_cmpint (json_number (object, "size"), ==, (gint64) (region->end - region->start));
      g_assert_cmpstr (json_object_get_string_member (object, "protection"), ==,
                       region->protection);
      g_assert_cmpint (json_number (object, "offset"), ==, (gint64) region->offset);
      g_assert_cmpstr (json_object_get_string_member (object, "device"), ==, region->device);
      g_assert_cmpint (json_number (object, "inode"), ==, (gint64) region->inode);
      g_assert_cmpstr (json_object_get_string_member (object, "name"), ==, region->name);
      g_assert_cmpint (json_object_get_boolean_member (object, "deleted"), ==, region->deleted);
      check_kind (object, region);

      mapped += region->end - region->start;
      if (region->start < user_end)
        {
          free_bytes += region->start - position;
          largest = MAX (largest, region->start - position);
          position = region->end;
        }
    }
  free_bytes += user_end - position;
  largest = MAX (largest, user_end - position);

  assert_keys (totals, "regions mapped free largest_gap");
  g_assert_cmpint (json_number (totals, "regions"), ==, (gint64) regions->len);
  g_assert_cmpint (json_number (totals, "mapped"), ==, (gint64) mapped);
  g_assert_cmpint (json_number (totals, "free"), ==, (gint64) free_bytes);
  g_assert_cmpint (json_number (totals, "largest_gap"), ==, (gint64) largest);
}

static void
check_taken (JsonObject *document)
{
  const char *taken = json_object_get_string_member (document, "taken");
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (taken, NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  g_assert_nonnull (time);
  g_assert_true (g_regex_match_simple ("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z$",
                                       taken,
                                       0,
                                       0));
  g_assert_cmpint (ABS (g_date_time_difference (now, time)), <, 60 * G_TIME_SPAN_SECOND);
}

static void
test_json_of_files (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      g_autofree char *path = fixture_path (fixtures[i]);
      g_autoptr (GArray) regions = read_fixture (path);
      g_auto (Run) run = run_cli ("map", path, "--json");
      g_autoptr (JsonParser) parser = NULL;
      JsonObject *document = parse_json (&run, &parser);
      JsonObject *target = json_object_get_object_member (document, "target");

      g_test_message ("%s", fixtures[i]);
      g_assert_cmpint (run.status, ==, 0);
      g_assert_cmpstr (run.error, ==, "");
      check_document (document, regions);
      check_taken (document);
      g_assert_cmpstr (json_object_get_string_member (document, "source"), ==, "maps-text");
      assert_keys (target, "kind path name pointer_bits page_size");
      g_assert_cmpstr (json_object_get_string_member (target, "kind"), ==, "file");
      g_assert_cmpstr (json_object_get_string_member (target, "path"), ==, path);
      g_assert_cmpstr (json_object_get_string_member (target, "name"), ==, "maps");
      g_assert_cmpint (json_number (target, "page_size"), ==, 4096);
      g_assert_cmpint (json_number (target, "pointer_bits"),
                       ==,
                       g_str_has_prefix (fixtures[i], "x86-32") ? 32 : 64);
    }
}

static void
test_json_of_process (void)
{
  g_autofree char *number = g_strdup_printf ("%d", (int) getpid ());
  g_autofree char *spelling = g_strdup_printf ("pid:%d", (int) getpid ());
  const char *spellings[] = { number, spelling };

  for (gsize i = 0; i < G_N_ELEMENTS (spellings); i++)
    {
      g_auto (Run) run = run_cli ("map", "--json", spellings[i]);
      g_autoptr (JsonParser) parser = NULL;
      JsonObject *document = parse_json (&run, &parser);
      JsonObject *target = json_object_get_object_member (document, "target");
      JsonArray *regions = json_object_get_array_member (document, "regions");
      guint64 here = (gsize) &spellings;
      gboolean found = FALSE;

      g_assert_cmpint (run.status, ==, 0);
      assert_keys (target, "kind pid start_time name pointer_bits page_size");
      g_assert_cmpstr (json_object_get_string_member (target, "kind"), ==, "process");
      g_assert_cmpint (json_number (target, "pid"), ==, (int) getpid ());
      g_assert_cmpint (json_number (target, "start_time"), >, 0);
      g_assert_true (
          g_str_has_prefix ("test-cli-map", json_object_get_string_member (target, "name")));
      g_assert_cmpint (json_number (target, "pointer_bits"), ==, 8 * sizeof (void *));
      g_assert_cmpint (json_number (target, "page_size"), ==, sysconf (_SC_PAGESIZE));
      g_assert_cmpstr (json_object_get_string_member (document, "source"), ==, "proc-maps");
      check_taken (document);
      for (guint j = 0; j < json_array_get_length (regions); j++)
        {
          JsonObject *region = json_array_get_object_element (regions, j);

          if (here >= json_address (region, "start") && here < json_address (region, "end"))
            {
              g_assert_cmpstr (json_object_get_string_member (region, "kind"), ==, "stack");
              found = TRUE;
            }
        }
      g_assert_true (found);
    }
}

static void
test_json_of_self (void)
{
  g_auto (Run) run = run_cli ("map", "self", "--json");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document = parse_json (&run, &parser);
  JsonObject *target = json_object_get_object_member (document, "target");

  g_assert_cmpint (run.status, ==, 0);
  g_assert_cmpstr (json_object_get_string_member (target, "name"), ==, "lacuna-cli");
  g_assert_cmpint (json_number (target, "pid"), !=, (int) getpid ());
}

static void
test_standard_input (void)
{
  g_autofree char *path = fixture_path ("python/maps");
  g_autofree char *text = NULL;
  g_autoptr (GArray) regions = read_fixture (path);
  g_auto (Run) run = { 0 };
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  run = run_cli_with_input (text, "map", "-", "--json", NULL);
  document = parse_json (&run, &parser);
  g_assert_cmpint (run.status, ==, 0);
  check_document (document, regions);
  g_assert_cmpstr (
      json_object_get_string_member (json_object_get_object_member (document, "target"), "path"),
      ==,
      "-");
}

static void
test_empty (void)
{
  g_auto (Run) run = run_cli ("map", "-", "--json");
  g_auto (Run) table = run_cli ("map", "-");
  g_auto (Run) strip = run_cli ("map", "-", "--strip");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document = parse_json (&run, &parser);

  g_assert_cmpint (run.status, ==, 0);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (document, "regions")), ==,
                    0);
  g_assert_cmpint (table.status, ==, 0);
  g_assert_cmpstr (table.output, ==,
                   "-: 0 regions, 0 B mapped, 128 TiB free, largest gap 128 TiB\n");
  g_assert_cmpint (strip.status, ==, 0);
}

/* Names that no program should have. */
static void
test_odd_names (void)
{
  static const char text[] = "10000-11000 r--p 00000000 fe:00 7  /a\\012b\n"
                             "20000-21000 r--p 00000000 fe:00 8  /bad\xff\xc3\n"
                             "30000-31000 r--p 00000000 fe:00 9  /q\"\\t\x1b[31m (deleted)\n"
                             "40000-41000 r--p 00000000 fe:00 10 [heap]\n"
                             "50000-51000 r--p 00000000 fe:00 11 /\xc3\xa4\n";
  g_auto (Run) run = run_cli_with_input (text, "map", "-", "--json", NULL);
  g_auto (Run) table = run_cli_with_input (text, "map", "-", NULL);
  g_auto (Run) list = run_cli_with_input (text, "map", "-", "--null", NULL);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document = parse_json (&run, &parser);
  JsonArray *regions = json_object_get_array_member (document, "regions");
  JsonObject *object;
  const char *record;
  static const char *const records[] = {
    "0x10000 0x11000 4096 r--p file 0x0 /a\nb",
    "0x20000 0x21000 4096 r--p file 0x0 /bad\xff\xc3",
    "0x30000 0x31000 4096 r--p file 0x0 /q\"\\t\x1b[31m (deleted)",
    "0x40000 0x41000 4096 r--p file 0x0 [heap]",
    "0x50000 0x51000 4096 r--p file 0x0 /\xc3\xa4",
  };

  object = json_array_get_object_element (regions, 0);
  g_assert_cmpstr (json_object_get_string_member (object, "name"), ==, "/a\nb");
  g_assert_false (json_object_has_member (object, "name_bytes"));
  object = json_array_get_object_element (regions, 1);
  g_assert_cmpstr (json_object_get_string_member (object, "name"),
                   ==,
                   "/bad\xef\xbf\xbd\xef\xbf\xbd");
  g_assert_cmpstr (json_object_get_string_member (object, "name_bytes"), ==, "2f626164ffc3");
  object = json_array_get_object_element (regions, 2);
  g_assert_cmpstr (json_object_get_string_member (object, "name"), ==, "/q\"\\t\x1b[31m");
  g_assert_true (json_object_get_boolean_member (object, "deleted"));
  object = json_array_get_object_element (regions, 3);
  g_assert_cmpstr (json_object_get_string_member (object, "kind"), ==, "file");
  object = json_array_get_object_element (regions, 4);
  g_assert_cmpstr (json_object_get_string_member (object, "name"), ==, "/\xc3\xa4");

  g_assert_null (strchr (table.output, '\x1b'));
  g_assert_nonnull (strstr (table.output, "  /a\\nb\n"));
  g_assert_nonnull (strstr (table.output, "  /bad\\xff\\xc3\n"));
  g_assert_nonnull (strstr (table.output, "\\x1b[31m (deleted)\n"));
  g_assert_true (g_utf8_validate (table.output, -1, NULL));

  record = list.output;
  for (gsize i = 0; i < G_N_ELEMENTS (records); i++)
    {
      g_assert_cmpstr (record, ==, records[i]);
      record += strlen (record) + 1;
    }
  g_assert_true (record == list.output + list.output_length);
}

/* A file that is called in another encoding still has a path. */
static void
test_odd_file_name (void)
{
  static const char text[] = "10000-11000 r--p 00000000 00:00 0\n";
  g_autofree char *folder = g_dir_make_tmp ("lacuna-cli-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "m\xe4p", NULL);
  g_autofree char *valid = g_build_filename (folder, "m\xef\xbf\xbdp", NULL);
  g_autoptr (GString) bytes = g_string_new (NULL);
  g_auto (Run) run = { 0 };
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *target;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  run = run_cli ("map", path, "--json");
  unlink (path);
  rmdir (folder);

  for (const char *place = path; *place != '\0'; place++)
    g_string_append_printf (bytes, "%02x", (guchar) *place);
  target = json_object_get_object_member (parse_json (&run, &parser), "target");
  assert_keys (target, "kind path path_bytes name name_bytes pointer_bits page_size");
  g_assert_cmpstr (json_object_get_string_member (target, "path"), ==, valid);
  g_assert_cmpstr (json_object_get_string_member (target, "path_bytes"), ==, bytes->str);
  g_assert_cmpstr (json_object_get_string_member (target, "name"), ==, "m\xef\xbf\xbdp");
  g_assert_cmpstr (json_object_get_string_member (target, "name_bytes"), ==, "6de470");
}

/* The title above the totals is a file's name, too. */
static void
test_control_characters (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lacuna-cli-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a\x1b[2J\nb", NULL);
  g_auto (Run) run = { 0 };

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  run = run_cli ("map", path);
  unlink (path);
  rmdir (folder);
  g_assert_cmpint (run.status, ==, 0);
  g_assert_true (g_str_has_prefix (run.output, "a\\x1b[2J\\nb: 0 regions"));
}

/* The first thread has ended, and the process goes on in another. It tells of itself on standard
 * output, and ends with standard input. */
static gpointer
go_on (gpointer first_thread)
{
  char byte;

  pthread_join (*(pthread_t *) first_thread, NULL);
  puts ("ready");
  fflush (stdout);
  while (read (STDIN_FILENO, &byte, 1) > 0)
    ;
  exit (0);
}

static void
be_headless (const char *name)
{
  static pthread_t first_thread;
  pthread_t other;

  prctl (PR_SET_NAME, name);
  first_thread = pthread_self ();
  if (pthread_create (&other, NULL, go_on, &first_thread) != 0)
    exit (1);
  pthread_exit (NULL);
}

/* Asks for a process that is called @name and has ended its first thread. */
static Run
map_headless (const char *name)
{
  g_autofree char *spelling = g_strdup_printf ("name:%s", name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;
  char ready[6] = "";
  Run run;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                              &error,
                              "/proc/self/exe",
                              "--headless",
                              name,
                              NULL);
  g_assert_no_error (error);
  g_input_stream_read_all (g_subprocess_get_stdout_pipe (process), ready, 5, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ready, ==, "ready");

  run = run_cli ("map", spelling, "--json");
  g_output_stream_close (g_subprocess_get_stdin_pipe (process), NULL, NULL);
  g_subprocess_wait (process, NULL, NULL);
  g_test_message ("%s", run.error);
  g_assert_cmpint (run.status, ==, 0);
  return run;
}

static void
test_headless (void)
{
  g_autofree char *name = g_strdup_printf ("headless%d", (int) getpid ());
  g_auto (Run) run = map_headless (name);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *target = json_object_get_object_member (parse_json (&run, &parser), "target");

  g_assert_cmpstr (json_object_get_string_member (target, "name"), ==, name);
  g_assert_false (json_object_has_member (target, "name_bytes"));
}

/* The system cuts a short name anywhere, also in the middle of a character. */
static void
test_odd_process_name (void)
{
  g_autofree char *name = g_strdup_printf ("%d\xc3", (int) getpid ());
  g_autofree char *valid = g_strdup_printf ("%d\xef\xbf\xbd", (int) getpid ());
  g_auto (Run) run = map_headless (name);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *target = json_object_get_object_member (parse_json (&run, &parser), "target");

  assert_keys (target, "kind pid start_time name name_bytes pointer_bits page_size");
  g_assert_cmpstr (json_object_get_string_member (target, "name"), ==, valid);
  g_assert_true (
      g_str_has_suffix (json_object_get_string_member (target, "name_bytes"), "c3"));
}

static void
test_vsyscall (void)
{
  static const char text[] = "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n";
  g_auto (Run) run = run_cli_with_input (text, "map", "-", "--json", NULL);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document = parse_json (&run, &parser);
  JsonObject *region;

  region = json_array_get_object_element (json_object_get_array_member (document, "regions"), 0);
  g_assert_cmphex (json_address (region, "start"), ==, G_GUINT64_CONSTANT (0xffffffffff600000));
  g_assert_cmpint (json_number (json_object_get_object_member (document, "totals"), "mapped"),
                   ==,
                   4096);
}

/* A text that no kernel writes in one go: repaired, and said so. */
static void
test_repaired (void)
{
  static const char text[] = "10000-30000 r--p 00000000 00:00 0\n"
                             "20000-40000 rw-p 00000000 00:00 0\n";
  g_auto (Run) run = run_cli_with_input (text, "map", "-", "--json", NULL);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document = parse_json (&run, &parser);

  g_assert_cmpint (run.status, ==, 0);
  g_assert_cmpint (json_number (document, "repaired"), ==, 1);
  g_assert_nonnull (strstr (run.error, "1 region"));
}

static void
test_kinds (void)
{
  g_autofree char *path = fixture_path ("chromium/maps");
  g_auto (Run) all = run_cli ("map", path, "--json");
  g_auto (Run) expected = run_cli ("map", path, "--json", "--kind", "stack", "--kind", "shared");
  g_auto (Run) commas = run_cli ("map", path, "--json", "--kind", "stack,shared");
  g_auto (Run) words = run_cli ("map", "--kind", "stack", "shared", path, "--json");
  g_auto (Run) equals = run_cli ("map", "--json", "--kind=stack", "shared", path);
  g_auto (Run) none = run_cli ("map", path, "--json", "--kind", "mmio");
  const Run *runs[] = { &expected, &commas, &words, &equals };
  g_autoptr (JsonParser) all_parser = NULL;
  g_autoptr (JsonParser) none_parser = NULL;
  JsonObject *all_document = parse_json (&all, &all_parser);
  JsonObject *none_document = parse_json (&none, &none_parser);
  gint64      n_regions = json_number (json_object_get_object_member (all_document, "totals"),
                                       "regions");
  guint n_expected = 0;

  for (guint i = 0; i < n_regions; i++)
    {
      const char *kind = json_object_get_string_member (
          json_array_get_object_element (json_object_get_array_member (all_document, "regions"), i),
          "kind");

      n_expected += strcmp (kind, "stack") == 0 || strcmp (kind, "shared") == 0;
    }
  g_assert_cmpuint (n_expected, >, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_autoptr (JsonParser) parser = NULL;
      JsonObject *document = parse_json (runs[i], &parser);
      JsonArray *regions = json_object_get_array_member (document, "regions");

      g_assert_cmpint (runs[i]->status, ==, 0);
      g_assert_cmpuint (json_array_get_length (regions), ==, n_expected);
      for (guint j = 0; j < n_expected; j++)
        {
          const char *kind = json_object_get_string_member (
              json_array_get_object_element (regions, j), "kind");

          g_assert_true (strcmp (kind, "stack") == 0 || strcmp (kind, "shared") == 0);
        }

      /* The totals are the whole map's. */
      g_assert_cmpint (json_number (json_object_get_object_member (document, "totals"), "regions"),
                       ==,
                       n_regions);
    }
  g_assert_cmpint (none.status, ==, 0);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (none_document, "regions")),
                    ==,
                    0);
}

static gint64
sum_of (const char *text,
        const char *label)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gint64 sum = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], label))
      sum += g_ascii_strtoll (lines[i] + strlen (label), NULL, 10) * 1024;
  return sum;
}

static void
test_detail (void)
{
  g_autofree char *path = fixture_path ("python/smaps");
  g_autofree char *text = NULL;
  g_auto (Run) run = run_cli ("map", path, "--json", "--detail");
  g_auto (Run) plain = run_cli ("map", path, "--json");
  g_auto (Run) table = run_cli ("map", path, "--detail");
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (JsonParser) plain_parser = NULL;
  JsonObject *document = parse_json (&run, &parser);
  JsonObject *plain_document = parse_json (&plain, &plain_parser);
  JsonArray *regions = json_object_get_array_member (document, "regions");
  gint64 resident = 0;
  gint64 proportional = 0;
  gint64 swapped = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpint (run.status, ==, 0);
  for (guint i = 0; i < json_array_get_length (regions); i++)
    {
      JsonObject *region = json_array_get_object_element (regions, i);

      assert_keys (region, DETAIL_KEYS);
      resident += json_number (region, "resident");
      proportional += json_number (region, "proportional");
      swapped += json_number (region, "swapped");
      g_assert_cmpint (json_number (region, "dirty"), <=, json_number (region, "resident"));
      g_assert_cmpint (json_number (region, "huge"), <=, json_number (region, "size"));
    }
  g_assert_cmpint (resident, ==, sum_of (text, "Rss:"));
  g_assert_cmpint (proportional, ==, sum_of (text, "Pss:"));
  g_assert_cmpint (swapped, ==, sum_of (text, "Swap:"));

  assert_keys (
      json_array_get_object_element (json_object_get_array_member (plain_document, "regions"), 0),
      REGION_KEYS);
  g_assert_nonnull (strstr (table.output, "RESIDENT"));
  g_assert_nonnull (strstr (table.output, " resident, "));
}

static void
test_detail_of_process (void)
{
  g_auto (Run) run = run_cli ("map", "self", "--json", "--detail");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document = parse_json (&run, &parser);

  g_assert_cmpint (run.status, ==, 0);
  g_assert_cmpstr (json_object_get_string_member (document, "source"), ==, "proc-smaps");
  assert_keys (
      json_array_get_object_element (json_object_get_array_member (document, "regions"), 0),
      DETAIL_KEYS);
}

/* Columns: each line has as many fields before the name, and numbers end below each other. */
static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      g_autofree char *path = fixture_path (fixtures[i]);
      g_autoptr (GArray) regions = read_fixture (path);
      g_auto (Run) run = run_cli ("map", path);
      g_auto (GStrv) lines = g_strsplit (run.output, "\n", -1);
      gsize end_of_start = (gsize) (strstr (lines[0], "START") - lines[0]) + strlen ("START");
      gsize name = (gsize) (strstr (lines[0], "NAME") - lines[0]);

      g_assert_cmpint (run.status, ==, 0);
      for (guint j = 0; j < regions->len; j++)
        {
          const PlainRegion *region = &g_array_index (regions, PlainRegion, j);
          const char *line = lines[j + 1];
          g_autofree char *start = g_strdup_printf ("0x%" G_GINT64_MODIFIER "x", region->start);
          g_autofree char *end = g_strdup_printf ("  0x%" G_GINT64_MODIFIER "x  ", region->end);
          const char *found = strstr (line, start);

          g_assert_nonnull (found);
          g_assert_cmpuint ((gsize) (found - line) + strlen (start), ==, end_of_start);
          g_assert_nonnull (strstr (line, end));
          if (region->name[0] != '\0')
            g_assert_true (g_str_has_prefix (line + name, region->name));
          else
            g_assert_cmpuint (strlen (line), <, name);
          g_assert_false (g_str_has_suffix (line, " "));
        }
      g_assert_cmpstr (lines[regions->len + 1], ==, "");
      g_assert_true (g_str_has_prefix (lines[regions->len + 2], "maps: "));
    }
}

static void
test_colour (void)
{
  g_autofree char *path = fixture_path ("static/maps");
  g_auto (Run) automatic = run_cli ("map", path);
  g_auto (Run) always = run_cli ("map", path, "--color=always");
  g_auto (Run) never = run_cli ("map", path, "--color", "never");
  g_autoptr (GString) plain = g_string_new (NULL);

  g_assert_null (strchr (automatic.output, '\x1b'));
  g_assert_nonnull (strchr (always.output, '\x1b'));
  g_assert_cmpstr (automatic.output, ==, never.output);

  /* Without the colours it is the same text. */
  for (const char *place = always.output; *place != '\0'; place++)
    if (*place == '\x1b')
      place += strcspn (place, "m");
    else
      g_string_append_c (plain, *place);
  g_assert_cmpstr (plain->str, ==, never.output);
}

int
main (int    argc,
      char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--headless") == 0)
    be_headless (argv[2]);

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/map/json-of-recorded-maps", test_json_of_files);
  g_test_add_func ("/cli/map/json-of-process", test_json_of_process);
  g_test_add_func ("/cli/map/json-of-self", test_json_of_self);
  g_test_add_func ("/cli/map/standard-input", test_standard_input);
  g_test_add_func ("/cli/map/empty-text", test_empty);
  g_test_add_func ("/cli/map/odd-names", test_odd_names);
  g_test_add_func ("/cli/map/odd-name-of-the-file", test_odd_file_name);
  g_test_add_func ("/cli/map/control-characters-in-the-title", test_control_characters);
  g_test_add_func ("/cli/map/process-whose-first-thread-ended", test_headless);
  g_test_add_func ("/cli/map/odd-name-of-the-process", test_odd_process_name);
  g_test_add_func ("/cli/map/vsyscall-at-the-top", test_vsyscall);
  g_test_add_func ("/cli/map/repaired-text-is-told", test_repaired);
  g_test_add_func ("/cli/map/kinds", test_kinds);
  g_test_add_func ("/cli/map/detail-of-smaps-text", test_detail);
  g_test_add_func ("/cli/map/detail-of-process", test_detail_of_process);
  g_test_add_func ("/cli/map/aligned-columns", test_table);
  g_test_add_func ("/cli/map/colour-when-asked", test_colour);
  return g_test_run ();
}
