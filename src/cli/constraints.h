/* The constraints on a buffer, as options that several commands share.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "options.h"

#include "core/gap.h"
#include "model/lacuna-snapshot.h"

/* As written. */
typedef struct
{
  char *min;
  char *max;
  char **near;
  char *within;
  char *size;
  char *align;
  char **avoid;
  char *order;
} CliConstraintTexts;

/* (transfer full): a group of options that fill in @texts. */
GOptionGroup *cli_constraints_group  (CliConstraintTexts *texts);
void          cli_constraints_clear  (CliConstraintTexts *texts);

/* Whether @word is what --avoid takes. */
gboolean      cli_is_hazard          (const char         *word);

/* Whether what needs no target is right: sizes, order, hazards, addresses that are numbers. If not, it has
 * complained. */
gboolean      cli_constraints_check  (const CliConstraintTexts *texts);

/* Reads @texts for a snapshot: names in addresses are looked up in it. On failure it has
 * complained. @out_anchors owns the query's anchors. */
gboolean      cli_constraints_read   (const CliConstraintTexts *texts,
                                      LacunaTarget             *target,
                                      LacunaSnapshot           *snapshot,
                                      struct lac_gap_query     *out_query,
                                      guint64                 **out_anchors);
