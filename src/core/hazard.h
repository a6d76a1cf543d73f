/* Hazards: why a free place is risky.
 *
 * Free is not the same as safe. The kernel extends the heap up and the stack down on its own, and
 * refuses to when something lies in the way; the program then fails, far from whoever put it there.
 * A map knows these places, and a gap query leaves them out unless told otherwise.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "map.h"

LAC_BEGIN_DECLS

/**
 * LAC_HAZARD_MAP:
 * @X: takes the enumerator, its bit, its name, and a sentence
 */
#define LAC_HAZARD_MAP(X)                                                                         \
  X (LAC_HAZARD_HEAP_GROWTH, 1, "heap-growth", "The heap may grow into it.")                      \
  X (LAC_HAZARD_STACK_GROWTH, 2, "stack-growth", "The stack may grow into it.")                   \
  X (LAC_HAZARD_STACK_GUARD, 4, "stack-guard", "The kernel keeps it free below a stack.")

enum lac_hazard
{
  LAC_HAZARD_NONE = 0,
#define LAC_HAZARD_ENUM(value, bit, name, sentence) value = bit,
  LAC_HAZARD_MAP (LAC_HAZARD_ENUM)
#undef LAC_HAZARD_ENUM
  LAC_HAZARD_ALL = 7,
};

/**
 * lac_hazard_range:
 * @range: what is at risk; lies inside one gap, never empty
 * @hazard: which; one bit
 * @gap: the index of the gap, for lac_map_gap()
 */
struct lac_hazard_range
{
  struct lac_range range;
  enum lac_hazard hazard;
  size_t gap;
};

/**
 * lac_map_hazards:
 * @map: a map
 * @out_n_hazards: (out): how many
 *
 * The hazards, sorted by gap, then by start. They may overlap one another.
 *
 * heap-growth: from the program break up to the next region, at most RLIMIT_DATA (brk(2)).
 * stack-growth: below `[stack]`, RLIMIT_STACK down (getrlimit(2)). The kernel counts the limit from
 * the stack's end, not its start; counting from the start leaves some of the room that the guard gap needs
 * when the stack has grown to its limit (all of it once the stack is as large as that gap), and who
 * allocates there had better leave the rest, too. stack-guard: below every region that grows down, 256 pages
 * (mm/mmap.c, stack_guard_gap). Each ends where a region is in its way.
 *
 * That `[stack]` grows down is known; that another region does (mmap(2), MAP_GROWSDOWN: rare) only smaps
 * says, in VmFlags. A map that was made without it has no guard there.
 *
 * Returns: (transfer none): the array; valid as long as the map
 * Threads: any.
 */
LAC_PUBLIC const struct lac_hazard_range *lac_map_hazards (const struct lac_map *map,
                                                           size_t               *out_n_hazards);

/**
 * lac_map_hazards_in:
 * @map: a map
 * @range: any range
 *
 * Which hazards touch @range. O(log n) and as many steps as there are hazards in its gaps.
 *
 * Returns: enum lac_hazard values, or-ed
 * Threads: any.
 */
LAC_PUBLIC unsigned lac_map_hazards_in (const struct lac_map *map,
                                        struct lac_range      range);

/** lac_hazard_name: (transfer none): the name of one bit, such as "heap-growth"; never NULL. */
LAC_PUBLIC const char *lac_hazard_name (enum lac_hazard hazard);

/** lac_hazard_sentence: (transfer none): what the hazard means for a buffer; never NULL. */
LAC_PUBLIC const char *lac_hazard_sentence (enum lac_hazard hazard);

/**
 * lac_hazard_from_name:
 * @name: a name as lac_hazard_name() gives it, or "all" or "none"
 * @out_hazards: (out): the bits
 *
 * Returns: false when there is no such hazard; @out_hazards is untouched then
 */
LAC_PUBLIC bool lac_hazard_from_name (const char *name,
                                      unsigned   *out_hazards);

LAC_END_DECLS
