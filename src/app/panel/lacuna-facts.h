/* LacunaFacts: everything that is known about one region or gap, as texts.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "app/strip/lacuna-swatch.h"
#include "model/lacuna-gap-results.h"

G_BEGIN_DECLS

typedef enum
{
  LACUNA_FACT_MEASURE_START,
  LACUNA_FACT_MEASURE_END,
  LACUNA_FACT_MEASURE_SIZE,
  LACUNA_FACT_MEASURE_DISTANCE,
  LACUNA_FACT_START,
  LACUNA_FACT_END,
  LACUNA_FACT_SIZE,
  LACUNA_FACT_PROTECTION,
  LACUNA_FACT_NAME,
  LACUNA_FACT_OFFSET,
  LACUNA_FACT_DEVICE,
  LACUNA_FACT_INODE,
  LACUNA_FACT_VERDICT,
  LACUNA_FACT_CANDIDATE,
  LACUNA_FACT_CAPACITY,
  LACUNA_FACT_HAZARDS,
  LACUNA_FACT_RESIDENT,
  LACUNA_FACT_PROPORTIONAL,
  LACUNA_FACT_DIRTY,
  LACUNA_FACT_SWAPPED,
  LACUNA_FACT_HUGE,
  LACUNA_FACT_BEFORE,
  LACUNA_FACT_AFTER,
  LACUNA_N_FACTS
} LacunaFactKind;

typedef struct
{
  char *text;      /* for the eye; NULL: there is no such fact */
  char *copy;      /* plain, for the clipboard; NULL: as the text */
  guint64 address; /* what a neighbour is gone to by */
} LacunaFact;

typedef struct
{
  LacunaSwatchKind swatch;
  LacunaInk ink;
  char *title;
  char *sentence;
  gboolean region;        /* it is a region, not a gap */
  struct lac_range range;
  LacunaFact facts[LACUNA_N_FACTS];
} LacunaFacts;

void lacuna_facts_clear      (LacunaFacts                    *self);

/* About the region or gap that holds @address; @self must be all zero. FALSE when none does. */
gboolean lacuna_facts_find   (LacunaFacts                    *self,
                              const struct lac_map           *map,
                              LacunaGapResults               *results,
                              guint64                         address);

/* How the region's pages are used. */
void lacuna_facts_add_detail (LacunaFacts                    *self,
                              const struct lac_region_detail *detail);

/* A range that was measured; the first anchor of @results (nullable), if it has one, is what the
 * distance is from. */
void lacuna_facts_measure    (LacunaFacts                    *self,
                              LacunaGapResults               *results,
                              struct lac_range                range);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LacunaFacts, lacuna_facts_clear)

G_END_DECLS
