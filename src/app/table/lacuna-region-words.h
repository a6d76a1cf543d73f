/* What is said of a region or gap in words: in the table, its tooltips, the line under the strip,
 * the inspector, and to a screen reader.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-gap-results.h"
#include "model/lacuna-region-list.h"

G_BEGIN_DECLS

/* What a gap comes to under a query. */
typedef enum
{
  LACUNA_VERDICT_FREE, /* nothing is asked for, or it does not fit */
  LACUNA_VERDICT_FITS,
  LACUNA_VERDICT_FITS_RISKY, /* it fits where something may grow into it */
  LACUNA_VERDICT_RISKY,      /* it does not fit, or nothing is asked for, and all of it is risky */
} LacunaVerdict;

/* Judges gap @index of @map; @results (nullable) of another map say nothing about it. The words are
 * (transfer full), "" for none: few enough for a cell of a table, and as sentences. */
LacunaVerdict lacuna_region_judge_gap        (const struct lac_map    *map,
                                              gsize                    index,
                                              LacunaGapResults        *results,
                                              guint64                  candidate,
                                              char                   **out_words,
                                              char                   **out_sentences);

/* (transfer none): "gap", "gap · fits", …, as the table has it where a region has its kind. */
const char   *lacuna_region_verdict_words    (LacunaVerdict            verdict);

/* (transfer full): what the hazards are, in sentences; "" for none. */
char         *lacuna_region_hazard_sentences (unsigned                 hazards);

/* (transfer none): "May be read and executed.", and whether others share it. */
const char   *lacuna_region_access_sentence  (const struct lac_region *region);
const char   *lacuna_region_sharing_sentence (const struct lac_region *region);

/* (transfer full): "r-xp". */
char         *lacuna_region_protection       (const struct lac_region *region);

/* (transfer full) UTF-8: the name as it is shown, which is bounded, with what is to be said of it when its file is gone; "" for
 * none. */
char         *lacuna_region_name             (const struct lac_backing *backing);

/* (transfer full) (nullable): what explains @row's cell in @column. */
char         *lacuna_region_explain          (LacunaRow               *row,
                                              LacunaColumn             column,
                                              LacunaGapResults        *results,
                                              guint64                  candidate);

/* (transfer full): a whole row as it is read aloud. */
char         *lacuna_region_describe         (LacunaRow               *row,
                                              LacunaGapResults        *results,
                                              guint64                  candidate);

G_END_DECLS
