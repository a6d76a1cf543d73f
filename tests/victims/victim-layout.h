/* What the restless victim and those who look at it agree on.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

/* The first page of each slot stays; pages 2 to VICTIM_SLOT_PAGES - 2 come and go. */
#define VICTIM_SLOTS 512
#define VICTIM_SLOT_PAGES 8
