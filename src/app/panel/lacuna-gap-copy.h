/* What a match is copied as.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-gap-results.h"

G_BEGIN_DECLS

typedef enum
{
  LACUNA_COPY_ADDRESS, /* 0x7f3a41c00000 */
  LACUNA_COPY_COMMAND, /* the lacuna-cli command that finds the same */
  LACUNA_COPY_CALL,    /* the call of liblacuna that finds the same, in C */
} LacunaCopyKind;

/* (nullable) @names: of the query's anchors, how they were typed; "" for one that is only a number. */
char *lacuna_gap_copy_text (LacunaGapResults     *results,
                            const struct lac_gap *gap,
                            const char *const    *names,
                            LacunaCopyKind        kind);

/* Whether @text, which was read as an address, has a name in it: then it stays true in another run. */
gboolean lacuna_gap_copy_has_name (const char *text);

/* (transfer full): what was copied in a few words, for a toast. */
char *lacuna_gap_copy_name (const char     *text,
                            LacunaCopyKind  kind);

G_END_DECLS
