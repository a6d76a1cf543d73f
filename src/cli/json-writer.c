/* One JSON document, written as it is made.
 *
 * A document can hold a million regions, so no tree of it is ever built: braces, commas and numbers
 * go straight to the output. Strings that are not plain ASCII are json-glib's to escape.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "json-writer.h"

#include <json-glib/json-glib.h>
#include <string.h>

void
cli_json_init (CliJson   *json,
               CliOutput *output)
{
  *json = (CliJson){ .output = output };
}

/* A macro, so that the lengths of literals are known when this is compiled. */
#define append(json, text) cli_output_literal ((json)->output, text)

static gboolean
is_inline (const CliJson *json)
{
  return json->inline_depth > 0 && json->depth >= json->inline_depth;
}

static void
append_line_break (CliJson *json)
{
  if (is_inline (json))
    {
      append (json, " ");
      return;
    }
  append (json, "\n");
  cli_output_blanks (json->output, 2 * (int) json->depth);
}

/* What comes before a value. */
static void
begin_member (CliJson    *json,
              const char *key)
{
  if (json->n_members[json->depth]++ > 0)
    append (json, ",");
  if (json->depth > 0)
    append_line_break (json);
  if (key != NULL)
    {
      append (json, "\"");
      append (json, key);
      append (json, "\": ");
    }
}

static void
open_value (CliJson       *json,
            const char    *key,
            CliJsonLayout  layout,
            const char    *bracket)
{
  begin_member (json, key);
  append (json, bracket);
  g_assert (json->depth + 1 < CLI_JSON_DEPTH);
  json->depth++;
  json->n_members[json->depth] = 0;
  if (layout == CLI_JSON_INLINE && json->inline_depth == 0)
    json->inline_depth = json->depth;
}

static void
close_value (CliJson    *json,
             const char *bracket)
{
  gboolean on_one_line = is_inline (json);
  gboolean empty = json->n_members[json->depth] == 0;

  if (json->inline_depth == json->depth)
    json->inline_depth = 0;
  json->depth--;
  if (!empty)
    {
      if (on_one_line)
        append (json, " ");
      else
        append_line_break (json);
    }
  append (json, bracket);
  if (json->depth == 0)
    append (json, "\n");
}

void
cli_json_open_object (CliJson       *json,
                      const char    *key,
                      CliJsonLayout  layout)
{
  open_value (json, key, layout, "{");
}

void
cli_json_close_object (CliJson *json)
{
  close_value (json, "}");
}

void
cli_json_open_array (CliJson       *json,
                     const char    *key,
                     CliJsonLayout  layout)
{
  open_value (json, key, layout, "[");
}

void
cli_json_close_array (CliJson *json)
{
  close_value (json, "]");
}

static gboolean
is_plain (const char *value)
{
  for (; *value != '\0'; value++)
    if (*value < ' ' || *value >= 0x7f || *value == '"' || *value == '\\')
      return FALSE;
  return TRUE;
}

void
cli_json_string (CliJson    *json,
                 const char *key,
                 const char *value)
{
  begin_member (json, key);
  if (is_plain (value))
    {
      append (json, "\"");
      append (json, value);
      append (json, "\"");
    }
  else
    {
      g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), value);
      g_autofree char *escaped = json_to_string (node, FALSE);

      append (json, escaped);
    }
}

void
cli_json_open_string (CliJson    *json,
                      const char *key)
{
  begin_member (json, key);
  append (json, "\"");
}

void
cli_json_close_string (CliJson *json)
{
  append (json, "\"");
}

void
cli_json_address (CliJson    *json,
                  const char *key,
                  guint64     value)
{
  begin_member (json, key);
  append (json, "\"");
  cli_output_address (json->output, value, 0);
  append (json, "\"");
}

void
cli_json_number (CliJson    *json,
                 const char *key,
                 guint64     value)
{
  begin_member (json, key);
  cli_output_number (json->output, value);
}

void
cli_json_signed (CliJson    *json,
                 const char *key,
                 gint64      value)
{
  begin_member (json, key);
  if (value < 0)
    append (json, "-");
  cli_output_number (json->output, value < 0 ? -(guint64) value : (guint64) value);
}

void
cli_json_boolean (CliJson    *json,
                  const char *key,
                  gboolean    value)
{
  begin_member (json, key);
  if (value)
    append (json, "true");
  else
    append (json, "false");
}

void
cli_json_null (CliJson    *json,
               const char *key)
{
  begin_member (json, key);
  append (json, "null");
}

void
cli_json_bytes (CliJson    *json,
                const char *key,
                const char *bytes,
                gsize       length)
{
  g_autofree char *valid = g_utf8_make_valid (bytes, (gssize) length);
  g_autofree char *bytes_key = NULL;

  cli_json_string (json, key, valid);
  if (g_utf8_validate_len (bytes, length, NULL))
    return;

  bytes_key = g_strconcat (key, "_bytes", NULL);
  begin_member (json, bytes_key);
  append (json, "\"");
  for (gsize i = 0; i < length; i++)
    {
      char digits[3];

      g_snprintf (digits, sizeof digits, "%02x", (guchar) bytes[i]);
      append (json, digits);
    }
  append (json, "\"");
}
