/* Text from outside, made fit to be shown: names of files, and what the user typed.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

/* (transfer full): @text (@length bytes, -1: up to its NUL) as UTF-8 in which nothing can command
 * the terminal or break a line: what is no printable Unicode is written as \n or \x1b. */
char *cli_escape     (const char *text,
                      gssize      length);

/* How many columns a text takes that cli_escape() has made. */
gsize cli_columns    (const char *escaped);

/* (transfer full): the @columns first or last columns of @escaped at most, with an ellipsis for
 * what is left out. */
char *cli_keep_start (const char *escaped,
                      gsize       columns);
char *cli_keep_end   (const char *escaped,
                      gsize       columns);

/* (transfer full): a word that the user typed, for a message: escaped, and shortened when it is
 * long. */
char *cli_quote      (const char *word);
