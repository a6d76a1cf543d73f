/* What the layout needs of a census beyond its interface: sums that share a search.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-strip-layout.h"

G_BEGIN_DECLS

struct lac_map *lacuna_census_get_map   (const LacunaCensus *self);

/* The bytes of each ink below @address; @region is lac_map_search() of it. */
void            lacuna_census_sum_below (const LacunaCensus *self,
                                         gsize               region,
                                         guint64             address,
                                         guint64             out_bytes[LACUNA_N_INKS]);

/* Lets what lacuna_census_sum_below() will read for @region arrive. */
void            lacuna_census_prefetch  (const LacunaCensus *self,
                                         gsize               region);

G_END_DECLS
