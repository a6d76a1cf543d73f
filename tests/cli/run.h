/* Running lacuna-cli, for its tests.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "../left-behind.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  int status;
  char *output;
  gsize output_length;
  char *error;
} Run;

static inline void
run_clear (Run *run)
{
  g_free (run->output);
  g_free (run->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* (transfer full): a terminated copy; there may be NUL in it, too. */
static inline char *
bytes_text (GBytes *bytes, /* (nullable) */
            gsize  *out_length)
{
  gsize length = bytes != NULL ? g_bytes_get_size (bytes) : 0;
  char *text = g_malloc0 (length + 1);

  if (length > 0)
    memcpy (text, g_bytes_get_data (bytes, NULL), length);
  *out_length = length;
  return text;
}

/* Runs a program with @input as its standard input, in the C locale and without colours of the
 * environment. */
static inline Run
run_program (const char        *input,
             const char *const *arguments)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GBytes) given = g_bytes_new (input, strlen (input));
  g_autoptr (GBytes) output = NULL;
  g_autoptr (GBytes) error_output = NULL;
  g_autoptr (GError) error = NULL;
  gsize error_length;
  g_autofree char *pid = NULL;
  Run run = { 0 };

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE
                                        | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                                        | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  g_subprocess_launcher_unsetenv (launcher, "NO_COLOR");
  g_subprocess_launcher_unsetenv (launcher, "COLUMNS");
  process = g_subprocess_launcher_spawnv (launcher, arguments, &error);
  g_assert_no_error (error);
  pid = g_strdup (g_subprocess_get_identifier (process));
  g_subprocess_communicate (process, given, NULL, &output, &error_output, &error);

  /* A program that ends without reading its input closes the pipe, which is no fault. */
  if (error != NULL)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  g_subprocess_wait (process, NULL, NULL);
  g_assert_true (g_subprocess_get_if_exited (process));
  run.status = g_subprocess_get_exit_status (process);
  run.output = bytes_text (output, &run.output_length);
  run.error = bytes_text (error_output, &error_length);
  /* What it appended to itself is gone with it. It is told no more when it had ended before it was asked for. */
  if (pid != NULL)
    remove_locator ((pid_t) g_ascii_strtoll (pid, NULL, 10));
  return run;
}

/* Runs lacuna-cli with a list of arguments that ends in NULL. */
static inline Run
run_cli_with_input (const char *input,
                    ...)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  va_list list;
  const char *argument;

  g_assert_nonnull (g_getenv ("LACUNA_CLI"));
  g_ptr_array_add (arguments, (gpointer) g_getenv ("LACUNA_CLI"));
  va_start (list, input);
  while ((argument = va_arg (list, const char *)) != NULL)
    g_ptr_array_add (arguments, (gpointer) argument);
  va_end (list);
  g_ptr_array_add (arguments, NULL);
  return run_program (input, (const char *const *) arguments->pdata);
}

#define run_cli(...) run_cli_with_input ("", __VA_ARGS__, NULL)

static inline void
assert_status (const Run *run,
               int        status)
{
  if (run->status != status)
    g_test_message ("%s%s", run->output, run->error);
  g_assert_cmpint (run->status, ==, status);
}

/* An error is one line with the program's name, and nothing is on standard output. */
static inline void
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

/* The document on standard output, which must hold nothing else. */
static inline JsonObject *
parse_json (const Run   *run,
            JsonParser **out_parser)
{
  g_autoptr (GError) error = NULL;
  JsonParser *parser = json_parser_new ();

  g_assert_true (g_utf8_validate (run->output, (gssize) run->output_length, NULL));
  json_parser_load_from_data (parser, run->output, (gssize) run->output_length, &error);
  g_assert_no_error (error);
  *out_parser = parser;
  return json_node_get_object (json_parser_get_root (parser));
}

/* An address member: a string, lower-case hexadecimal with 0x and without padding. */
static inline guint64
json_address (JsonObject *object,
              const char *key)
{
  JsonNode *node = json_object_get_member (object, key);
  const char *text;
  guint64 address;
  g_autofree char *expected = NULL;

  g_assert_nonnull (node);
  g_assert_true (json_node_get_value_type (node) == G_TYPE_STRING);
  text = json_node_get_string (node);
  g_assert_true (g_str_has_prefix (text, "0x"));
  g_assert_true (g_ascii_string_to_unsigned (text + 2, 16, 0, G_MAXUINT64, &address, NULL));
  expected = g_strdup_printf ("0x%" G_GINT64_MODIFIER "x", address);
  g_assert_cmpstr (text, ==, expected);
  return address;
}

/* A number member, which is a whole one. */
static inline gint64
json_number (JsonObject *object,
             const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  g_assert_nonnull (node);
  g_assert_true (json_node_get_value_type (node) == G_TYPE_INT64);
  return json_node_get_int (node);
}

/* The keys of @object are exactly @keys (joined with blanks), in that order. */
static inline void
assert_keys (JsonObject *object,
             const char *keys)
{
  g_autoptr (GList) members = json_object_get_members (object);
  g_autoptr (GString) joined = g_string_new (NULL);

  for (GList *member = members; member != NULL; member = member->next)
    g_string_append_printf (joined, "%s%s", joined->len > 0 ? " " : "", (char *) member->data);
  g_assert_cmpstr (joined->str, ==, keys);
}

/* (transfer full): the path of a recorded text, such as "chromium/maps". */
static inline char *
fixture_path (const char *name)
{
  return g_build_filename (g_getenv ("G_TEST_SRCDIR"), "fixtures", "maps", name, NULL);
}

/* A region as the text has it, read by the simplest means there are. */
typedef struct
{
  guint64 start;
  guint64 end;
  guint64 offset;
  guint64 inode;
  char protection[5];
  char device[16];
  char *name;
  gboolean deleted;
} PlainRegion;

static inline void
plain_region_clear (gpointer region)
{
  g_free (((PlainRegion *) region)->name);
}

/* (transfer full): the regions of a maps text that has no strange names in it. */
static inline GArray *
plain_regions (const char *text)
{
  GArray *regions = g_array_new (FALSE, TRUE, sizeof (PlainRegion));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  g_array_set_clear_func (regions, plain_region_clear);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      PlainRegion region = { 0 };
      char shared;
      int name_at = 0;

      if (sscanf (lines[i],
                  "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x %3s%c %" G_GINT64_MODIFIER
                  "x %15s %" G_GINT64_MODIFIER "u %n",
                  &region.start,
                  &region.end,
                  region.protection,
                  &shared,
                  &region.offset,
                  region.device,
                  &region.inode,
                  &name_at)
          < 7)
        continue;
      region.protection[3] = shared;
      region.name = g_strdup (lines[i] + name_at);
      region.deleted = region.inode != 0 && g_str_has_suffix (region.name, " (deleted)");
      if (region.deleted)
        region.name[strlen (region.name) - strlen (" (deleted)")] = '\0';
      g_array_append_val (regions, region);
    }
  return regions;
}

/* Where user space ends, by the kernel's numbers, and where regions lie. */
static inline guint64
plain_user_end (GArray *regions)
{
  guint64 highest = 0;

  for (guint i = 0; i < regions->len; i++)
    {
      const PlainRegion *region = &g_array_index (regions, PlainRegion, i);

      if (region->start < G_GUINT64_CONSTANT (1) << 63)
        highest = MAX (highest, region->end);
    }
  return highest != 0 && highest <= G_GUINT64_CONSTANT (0x100000000)
             ? G_GUINT64_CONSTANT (0xffffe000)
             : G_GUINT64_CONSTANT (0x7ffffffff000);
}

static const char *const fixtures[] = { "chromium/maps", "gtk/maps",    "java-zgc/maps",
                                        "no-pie/maps",   "python/maps", "static/maps",
                                        "x86-32/maps" };
