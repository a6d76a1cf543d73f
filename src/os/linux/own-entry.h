/* One entry of this process's own map, with the file behind it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map.h"

/* The region at @address or the next one above it; by a point query, or by reading the text where the
 * kernel answers none. The entry has no name. LAC_E_NOT_FOUND when it is certain that there is
 * none; any other error when that can't be told. */
enum lac_status lac_own_entry (uint64_t                 address,
                               struct lac_region_entry *out_entry);

/* The same of any process whose maps @file is. */
enum lac_status lac_own_entry_in (int                      file,
                                  uint64_t                 address,
                                  struct lac_region_entry *out_entry);

/* For tests: does without point queries. */
void lac_own_entry_forbid_queries (bool forbid);
