/* lacuna-cli locator and append, in a process where somebody else has made a locator before.
 *
 * SPDX-License-Identifier: MIT
 */
#include "run.h"

/* Runs lacuna-cli with a locator in the given state in it. */
static Run
run_with_locator (const char *state,
                  ...)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autofree char *preload = g_strconcat ("LD_PRELOAD=", g_getenv ("LACUNA_PRELOAD"), NULL);
  g_autofree char *role = g_strconcat ("LACUNA_TEST_LOCATOR=", state, NULL);
  const char *argument;
  va_list list;

  g_assert_nonnull (g_getenv ("LACUNA_PRELOAD"));
  g_ptr_array_add (arguments, (gpointer) "env");
  g_ptr_array_add (arguments, preload);
  g_ptr_array_add (arguments, role);
  /* It comes before AddressSanitizer's own library, which is of no consequence here. */
  g_ptr_array_add (arguments, (gpointer) "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0");
  g_ptr_array_add (arguments, (gpointer) g_getenv ("LACUNA_CLI"));
  va_start (list, state);
  while ((argument = va_arg (list, const char *)) != NULL)
    g_ptr_array_add (arguments, (gpointer) argument);
  va_end (list);
  g_ptr_array_add (arguments, NULL);
  return run_program ("", (const char *const *) arguments->pdata);
}

/* On a machine where many processes left files behind, one of them may have had this very PID; that is
 * shown, and another process has another PID. */
static Run
run_without_locator (const char *option)
{
  Run run = run_cli ("locator", "self", option);

  for (guint i = 0; i < 20 && strstr (run.output, "stale") != NULL; i++)
    {
      run_clear (&run);
      run = run_cli ("locator", "self", option);
    }
  return run;
}

static void
test_none (void)
{
  g_auto (Run) words = run_without_locator (NULL);
  g_auto (Run) json = run_without_locator ("--json");
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document;

  g_assert_cmpint (words.status, ==, 1);
  g_assert_cmpstr (words.output, ==, "");
  g_assert_nonnull (strstr (words.error, "Nothing found"));
  g_assert_cmpint (json.status, ==, 1);
  document = parse_json (&json, &parser);
  assert_keys (document, "file tables");
  g_assert_true (json_object_get_null_member (document, "file"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (document, "tables")), ==,
                    0);
}

/* (transfer none): the first table, after a look at what is around it. */
static JsonObject *
first_table (const Run   *run,
             JsonParser **out_parser)
{
  JsonObject *document;

  if (run->status != 0)
    g_test_message ("%d: %s", run->status, run->error);
  g_assert_cmpint (run->status, ==, 0);
  g_assert_cmpstr (run->error, ==, "");
  document = parse_json (run, out_parser);
  assert_keys (document, "file tables");
  g_assert_true (g_str_has_prefix (json_object_get_string_member (document, "file"), "/"));
  return json_array_get_object_element (json_object_get_array_member (document, "tables"), 0);
}

static gboolean
has_finding (JsonObject *object,
             const char *finding)
{
  JsonArray *findings = json_object_get_array_member (object, "findings");

  for (guint i = 0; i < json_array_get_length (findings); i++)
    if (strcmp (json_array_get_string_element (findings, i), finding) == 0)
      return TRUE;
  return FALSE;
}

static void
test_healthy (void)
{
  g_auto (Run) run = run_with_locator ("healthy", "locator", "self", "--json", NULL);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *table = first_table (&run, &parser);
  JsonArray *buffers = json_object_get_array_member (table, "buffers");
  guint n_taken = 0, n_filled = 0;

  assert_keys (table, "address version locked buffers");
  g_assert_cmpint (json_number (table, "version"), ==, 0);
  g_assert_false (json_object_get_boolean_member (table, "locked"));
  g_assert_cmphex (json_address (table, "address"), !=, 0);
  g_assert_cmpuint (json_array_get_length (buffers), >=, 2);
  for (guint i = 0; i < json_array_get_length (buffers); i++)
    {
      JsonObject *buffer = json_array_get_object_element (buffers, i);

      assert_keys (buffer, "address size position free taken findings");
      g_assert_cmpint (json_number (buffer, "free"), ==,
                       json_number (buffer, "size") - json_number (buffer, "position"));
      g_assert_cmphex (json_address (buffer, "address") % 4096, ==, 0);
      g_assert_true (has_finding (buffer, "writable-and-executable"));
      n_taken += json_object_get_boolean_member (buffer, "taken");
      n_filled += json_number (buffer, "position") == 10;
    }
  g_assert_cmpuint (n_taken, ==, 1);
  g_assert_cmpuint (n_filled, ==, 1);
}

static void
test_words (void)
{
  g_auto (Run) run = run_with_locator ("healthy", "locator", "self", NULL);
  g_auto (Run) null = run_with_locator ("healthy", "locator", "self", "--null", NULL);
  guint n_records = 0;

  g_assert_cmpint (run.status, ==, 0);
  g_assert_true (g_str_has_prefix (run.output, "/"));
  g_assert_nonnull (strstr (run.output, "Table at 0x"));
  g_assert_nonnull (strstr (run.output, "FINDINGS"));
  g_assert_nonnull (strstr (run.output, "taken"));
  g_assert_nonnull (strstr (run.output, "writable-and-executable: "));

  g_assert_cmpint (null.status, ==, 0);
  for (gsize at = 0; at < null.output_length; at += strlen (null.output + at) + 1)
    {
      g_auto (GStrv) fields = g_strsplit (null.output + at, " ", -1);

      g_assert_cmpuint (g_strv_length (fields), ==, 6);
      g_assert_true (g_str_has_prefix (fields[0], "0x"));
      g_assert_true (strcmp (fields[4], "0") == 0 || strcmp (fields[4], "1") == 0);
      n_records++;
    }
  g_assert_cmpuint (n_records, >=, 2);
}

static void
test_damaged (void)
{
  g_auto (Run) run = run_with_locator ("damaged", "locator", "self", "--json", NULL);
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *buffers = json_object_get_array_member (first_table (&run, &parser), "buffers");
  guint n_orphans = 0, n_overlaps = 0, n_past = 0;

  for (guint i = 0; i < json_array_get_length (buffers); i++)
    {
      JsonObject *buffer = json_array_get_object_element (buffers, i);

      if (has_finding (buffer, "orphan"))
        {
          g_assert_cmphex (json_address (buffer, "address"), ==, 0x10000);
          n_orphans++;
        }
      if (has_finding (buffer, "position-past-end"))
        {
          g_assert_cmpint (json_number (buffer, "free"), ==, 0);
          n_past++;
        }
      n_overlaps += has_finding (buffer, "overlap");
    }
  g_assert_cmpuint (n_orphans, ==, 1);
  g_assert_cmpuint (n_past, ==, 1);
  g_assert_cmpuint (n_overlaps, ==, 4);
}

static void
test_locked (void)
{
  g_auto (Run) run = run_with_locator ("locked", "locator", "self", "--json", NULL);
  g_autoptr (JsonParser) parser = NULL;

  g_assert_true (json_object_get_boolean_member (first_table (&run, &parser), "locked"));
}

static void
test_findings_of_a_table (gconstpointer finding)
{
  g_auto (Run) run = run_with_locator (finding, "locator", "self", "--json", NULL);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *table = first_table (&run, &parser);

  assert_keys (table, "address version locked buffers findings");
  g_assert_true (has_finding (table, finding));
}

/* It is shown as what it is, and nothing of it is believed. */
static void
test_stale (void)
{
  g_auto (Run) run = run_with_locator ("stale", "locator", "self", "--json", NULL);
  g_auto (Run) append = run_with_locator ("stale", "append", "self", "--json", "00", NULL);
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (JsonParser) append_parser = NULL;
  JsonObject *table = first_table (&run, &parser);
  JsonObject *buffer
      = json_array_get_object_element (json_object_get_array_member (table, "buffers"), 0);

  assert_keys (table, "address version locked buffers findings");
  g_assert_true (has_finding (table, "stale"));
  g_assert_cmphex (json_address (table, "address"), ==, 0x7e0000000000);
  g_assert_cmphex (json_address (buffer, "address"), ==, 0x7e0000010000);
  g_assert_cmpint (json_number (buffer, "position"), ==, 128);
  g_assert_true (has_finding (buffer, "orphan"));

  g_assert_cmpint (append.status, ==, 0);
  g_assert_true (json_object_get_boolean_member (parse_json (&append, &append_parser), "created"));
}

/* What is no table is named, too; there is no locator in it. */
static void
test_stale_garbage (void)
{
  g_auto (Run) run = run_with_locator ("stale-garbage", "locator", "self", "--json", NULL);
  g_auto (Run) words = run_with_locator ("stale-garbage", "locator", "self", NULL);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document;

  g_assert_cmpint (run.status, ==, 1);
  g_assert_nonnull (strstr (run.error, "Nothing found"));
  document = parse_json (&run, &parser);
  assert_keys (document, "file tables findings");
  g_assert_true (g_str_has_prefix (json_object_get_string_member (document, "file"), "/tmp/"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (document, "tables")), ==,
                    0);
  g_assert_true (has_finding (document, "stale"));

  g_assert_cmpint (words.status, ==, 1);
  g_assert_true (g_str_has_prefix (words.output, "/tmp/"));
  g_assert_nonnull (strstr (words.output, "stale: "));
}

/* A buffer that somebody else has made is used. */
static void
test_append_to_what_is_there (void)
{
  g_auto (Run) run = run_with_locator ("healthy", "append", "self", "--json", "11 22", NULL);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *document;

  if (run.status != 0)
    g_test_message ("%s", run.error);
  g_assert_cmpint (run.status, ==, 0);
  document = parse_json (&run, &parser);
  g_assert_false (json_object_get_boolean_member (document, "created"));
  g_assert_cmpint (json_number (document, "position"), ==, 10);
}

/* The map calls buffers by their kind. */
static void
test_map_shows_buffers (void)
{
  g_auto (Run) run
      = run_with_locator ("healthy", "map", "self", "--kind", "buffer", "--json", NULL);
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *regions;

  g_assert_cmpint (run.status, ==, 0);
  regions = json_object_get_array_member (parse_json (&run, &parser), "regions");
  g_assert_cmpuint (json_array_get_length (regions), >=, 1);
  for (guint i = 0; i < json_array_get_length (regions); i++)
    {
      JsonObject *region = json_array_get_object_element (regions, i);

      g_assert_cmpstr (json_object_get_string_member (region, "kind"), ==, "buffer");
      g_assert_cmpstr (json_object_get_string_member (region, "protection"), ==, "rwxp");
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/locator/none", test_none);
  g_test_add_func ("/cli/locator/healthy", test_healthy);
  g_test_add_func ("/cli/locator/words", test_words);
  g_test_add_func ("/cli/locator/damaged", test_damaged);
  g_test_add_func ("/cli/locator/locked", test_locked);
  g_test_add_data_func ("/cli/locator/unknown-version", "unknown-version",
                        test_findings_of_a_table);
  g_test_add_data_func ("/cli/locator/cycle", "cycle", test_findings_of_a_table);
  g_test_add_func ("/cli/locator/stale", test_stale);
  g_test_add_func ("/cli/locator/stale-garbage", test_stale_garbage);
  g_test_add_func ("/cli/append/to-what-is-there", test_append_to_what_is_there);
  g_test_add_func ("/cli/map/shows-buffers", test_map_shows_buffers);
  return g_test_run ();
}
