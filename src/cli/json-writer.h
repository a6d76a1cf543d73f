/* One JSON document, written as it is made.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "output.h"

/* Deep enough for every document of this program. */
#define CLI_JSON_DEPTH 8

typedef struct
{
  CliOutput *output;
  guint depth;
  guint n_members[CLI_JSON_DEPTH]; /* written so far, at each depth */
  guint inline_depth;              /* from this depth on everything is on one line; 0: nowhere */
} CliJson;

typedef enum
{
  CLI_JSON_LINES,  /* each member on a line of its own */
  CLI_JSON_INLINE, /* all of it on one line */
} CliJsonLayout;

void cli_json_init         (CliJson       *json,
                            CliOutput     *output);

/* @key is NULL in an array and at the top; it needs no escaping. */
void cli_json_open_object  (CliJson       *json,
                            const char    *key,
                            CliJsonLayout  layout);
void cli_json_close_object (CliJson       *json);
void cli_json_open_array   (CliJson       *json,
                            const char    *key,
                            CliJsonLayout  layout);
void cli_json_close_array  (CliJson       *json);

/* @value must be UTF-8. */
void cli_json_string       (CliJson       *json,
                            const char    *key,
                            const char    *value);

/* A string that is made piece by piece: what is written to the output between the two calls must be
 * plain ASCII that needs no escaping. */
void cli_json_open_string  (CliJson       *json,
                            const char    *key);
void cli_json_close_string (CliJson       *json);

/* A string: a number would lose bits. */
void cli_json_address      (CliJson       *json,
                            const char    *key,
                            guint64        value);
void cli_json_number       (CliJson       *json,
                            const char    *key,
                            guint64        value);
void cli_json_signed       (CliJson       *json,
                            const char    *key,
                            gint64         value);
void cli_json_boolean      (CliJson       *json,
                            const char    *key,
                            gboolean       value);
void cli_json_null         (CliJson       *json,
                            const char    *key);

/* Bytes that are UTF-8 as a rule, such as a file's name: @key is the text, made valid where it
 * is not, and then KEY_bytes has the bytes as they are, in hexadecimal. */
void cli_json_bytes        (CliJson       *json,
                            const char    *key,
                            const char    *bytes,
                            gsize          length);
