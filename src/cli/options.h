/* The options that all commands share, and how command lines are read.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "exit-status.h"

#include "model/lacuna-target.h"

#include <gio/gio.h>

/* What every command that lists something for a target understands. */
typedef struct
{
  gboolean json;
  gboolean null;
  gboolean colour;      /* decided from --color, NO_COLOR and the terminal */
  char *target_spelling;
  char **parameters;    /* what follows the target, as many as CliUsage says */
  LacunaTarget *target;
} CliOptions;

/* A command line to be read: the command's own options are @entries and @group. */
typedef struct
{
  const char *command;      /* "map" */
  const char *summary;      /* for --help */
  const char *description;  /* for --help, below the options */
  const GOptionEntry *entries;
  GOptionGroup *group;      /* (nullable) (transfer full) */
  gboolean (*is_word) (const char *word); /* for options that take several words */
  const char *word_option;  /* such as "--kind" */
  const char *parameters;   /* (nullable): what follows the target: "ADDRESS SIZE" */
  guint n_parameters;
  gboolean no_list;         /* it prints no list, so there is no --null */
} CliUsage;

/* Reads @arguments (what follows the command), and takes hold of the target. FALSE when there is
 * nothing more to do; @out_status is what to exit with then. */
gboolean cli_options_read  (CliOptions     *options,
                            const CliUsage *usage,
                            char          **arguments,
                            CliExitStatus  *out_status);
void     cli_options_clear (CliOptions     *options);

/* Complains about the value of an option that is a text with a place in it: MESSAGE, the text,
 * and a caret under the byte at @offset (-1 for no caret). */
void     cli_complain_about_text (const char *option,
                                  const char *message,
                                  const char *text,
                                  gssize      offset);

/* Splits the values of an option at commas: each of them goes to @take, which says whether it
 * understood. */
gboolean cli_for_each_word (char        **values,
                            gboolean    (*take) (const char *word,
                                                 gpointer    user_data),
                            gpointer      user_data);
