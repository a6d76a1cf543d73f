/* LacunaRegionCounts: how many regions each process of a list has, found out when somebody looks.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-process-list.h"

G_BEGIN_DECLS

#define LACUNA_TYPE_REGION_COUNTS (lacuna_region_counts_get_type ())
G_DECLARE_FINAL_TYPE (LacunaRegionCounts, lacuna_region_counts, LACUNA, REGION_COUNTS, GObject)

/* Counting ends here: "more than 100,000" is all that a list has to tell. */
#define LACUNA_REGION_COUNT_LIMIT 100000

typedef enum
{
  LACUNA_COUNT_UNKNOWN, /* nobody asked, or the answer is not there yet */
  LACUNA_COUNT_KNOWN,
  LACUNA_COUNT_REFUSED, /* it may not be read, or is gone */
} LacunaCountState;

LacunaRegionCounts *lacuna_region_counts_new     (void);

/* What is known of @process now. @out_n_regions: at most LACUNA_REGION_COUNT_LIMIT; @out_refusal:
 * (transfer none): why it can't be read, a sentence for people. */
LacunaCountState    lacuna_region_counts_look_up (LacunaRegionCounts *self,
                                                  LacunaProcess      *process,
                                                  gsize              *out_n_regions,
                                                  const char        **out_refusal);

/* Has @process counted soon, on a worker, unless that was done a short while ago; "counted" tells
 * of it. */
void                lacuna_region_counts_ask     (LacunaRegionCounts *self,
                                                  LacunaProcess      *process);

/* Gives up what was asked for and did not begin yet. */
void                lacuna_region_counts_forget  (LacunaRegionCounts *self,
                                                  LacunaProcess      *process);

G_END_DECLS
