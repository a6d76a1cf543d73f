/* LacunaGapAdvice: what stands in the way of more gaps, and what would help.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-gap-results.h"

G_BEGIN_DECLS

typedef enum
{
  LACUNA_REMEDY_ALLOW,   /* no longer avoid the hazards in value */
  LACUNA_REMEDY_WIDEN,   /* within value bytes */
  LACUNA_REMEDY_SHRINK,  /* ask for value bytes */
  LACUNA_REMEDY_REALIGN, /* at multiples of value */
  LACUNA_REMEDY_UNBOUND, /* without minimum and maximum */
} LacunaRemedyKind;

/* LacunaRemedy: one change of a query, and how many more gaps fit then. */
typedef struct
{
  LacunaRemedyKind kind;
  guint64 value;
  guint64 n_more;
} LacunaRemedy;

#define LACUNA_MOST_REMEDIES 8

typedef struct
{
  /* Of the gaps that lie in the window at least in part, how many do not fit, and why. */
  guint64 n_rejected[LAC_N_REASONS];
  gboolean window_is_empty; /* the bounds exclude each other */
  guint64 largest;          /* the largest buffer that would fit there; 0 for none */
  LacunaRemedy remedies[LACUNA_MOST_REMEDIES]; /* those that help most with the least first */
  guint n_remedies;
} LacunaGapAdvice;

/* So many matches are enough: nobody asks then what is in the way of more. */
#define LACUNA_ENOUGH_MATCHES 100

/* Blocks: some passes over the gaps in the window. */
LacunaGapAdvice *lacuna_gap_advice_find        (LacunaGapResults    *results,
                                                GCancellable        *cancellable);

void             lacuna_gap_advice_find_async  (LacunaGapResults    *results,
                                                GCancellable        *cancellable,
                                                GAsyncReadyCallback  callback,
                                                gpointer             user_data);
LacunaGapAdvice *lacuna_gap_advice_find_finish (GAsyncResult        *result,
                                                GError             **error);

G_END_DECLS
