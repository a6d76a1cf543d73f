/* The gap query: where could a buffer go, and why not elsewhere.
 *
 * This is what Lacuna is for. A query says what a buffer needs; the search yields the gaps that
 * have room for it, in an order, each with the candidate: the very best place in that gap, not just
 * one of its ends. For the others there is a reason.
 *
 * All bounds come down to one window, the intersection of [min, max) and of [anchor − within,
 * anchor + within) for each anchor, clamped to the user address space. In a gap the places that may
 * be used are what is left after the window and without the hazards to avoid: its pieces. A
 * candidate is an aligned range inside one piece.
 *
 * A gap in the result is the whole gap, as the words define it (a maximal free range between
 * regions); candidate and capacity say what of it may be used.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "hazard.h"
#include "map.h"

LAC_BEGIN_DECLS

/** LAC_WITHIN_DEFAULT: how far a 32-bit relative jump reaches, 2 GiB less 1 byte. */
#define LAC_WITHIN_DEFAULT UINT64_C (0x7fffffff)

/**
 * LAC_ORDER_MAP:
 * @X: takes the enumerator and its name
 *
 * nearest: by the distance from the first anchor to the closest byte of the buffer, and among equals
 * the lower address; without an anchor, the same as lowest. lowest and highest: by the candidate's
 * address. tightest and roomiest: by the size of the gap, and among equals the lower address; the
 * candidate in each is the nearest to the first anchor, or the lowest without one.
 */
#define LAC_ORDER_MAP(X)                                                                          \
  X (LAC_ORDER_NEAREST, "nearest")                                                                \
  X (LAC_ORDER_LOWEST, "lowest")                                                                  \
  X (LAC_ORDER_HIGHEST, "highest")                                                                \
  X (LAC_ORDER_TIGHTEST, "tightest")                                                              \
  X (LAC_ORDER_ROOMIEST, "roomiest")

enum lac_order
{
#define LAC_ORDER_ENUM(value, name) value,
  LAC_ORDER_MAP (LAC_ORDER_ENUM)
#undef LAC_ORDER_ENUM
  LAC_N_ORDERS
};

/**
 * lac_gap_query:
 * @min: the buffer starts at or above it
 * @max: the buffer ends at or below it (start + size ≤ max)
 * @anchors: (borrowed) (nullable): addresses that the whole buffer must be near
 * @n_anchors: how many
 * @within: the distance for every anchor, in bytes: anchor − within ≤ start, and start + size ≤
 *   anchor + within, both clamped to the address space
 * @size: bytes needed; not rounded here
 * @alignment: the start is a multiple of it; a power of two
 * @avoid: enum lac_hazard values to leave out
 * @order: which gap comes first
 */
struct lac_gap_query
{
  uint64_t min;
  uint64_t max;
  const uint64_t *anchors;
  size_t n_anchors;
  uint64_t within;
  uint64_t size;
  uint64_t alignment;
  unsigned avoid;
  enum lac_order order;
};

/**
 * lac_gap:
 * @index: which gap, for lac_map_gap()
 * @range: the whole gap
 * @candidate: where the buffer would start
 * @distance: from the first anchor to the closest byte of the candidate, negative when that lies
 *   below the anchor, 0 when the anchor lies inside it or there is none; a distance past INT64_MAX
 *   is given as INT64_MAX (or its negative)
 * @hazards: enum lac_hazard values of all hazards in the gap, avoided or not
 * @capacity: how many such buffers fit, each aligned, none over another, in the gap's pieces
 */
struct lac_gap
{
  size_t index;
  struct lac_range range;
  uint64_t candidate;
  int64_t distance;
  unsigned hazards;
  uint64_t capacity;
};

/**
 * LAC_REASON_MAP:
 * @X: takes the enumerator, its name, and a sentence
 *
 * Why a gap was rejected. The constraints are applied in this order, each to what the ones before
 * left over, and the first that leaves no room for the buffer is the reason: the gap's own size,
 * min, max, each anchor in turn, alignment, hazards.
 */
#define LAC_REASON_MAP(X)                                                                         \
  X (LAC_REASON_TOO_SMALL, "too-small", "The gap is smaller than the buffer.")                    \
  X (LAC_REASON_BELOW_MIN, "below-min", "Too little of the gap lies at or above the minimum.")    \
  X (LAC_REASON_ABOVE_MAX, "above-max", "Too little of the gap lies below the maximum.")          \
  X (LAC_REASON_TOO_FAR, "too-far", "Too little of the gap lies within reach of the anchor.")     \
  X (LAC_REASON_MISALIGNED, "misaligned", "There is room, but not at a multiple of the "          \
                                          "alignment.")                                           \
  X (LAC_REASON_HAZARD, "hazard", "There is room, but only where it is risky.")

enum lac_reason
{
#define LAC_REASON_ENUM(value, name, sentence) value,
  LAC_REASON_MAP (LAC_REASON_ENUM)
#undef LAC_REASON_ENUM
  LAC_N_REASONS
};

/**
 * lac_rejection:
 * @range: the whole gap
 * @reason: why the buffer can't go there
 * @anchor: for %LAC_REASON_TOO_FAR, the index of the anchor; otherwise -1
 * @hazards: for %LAC_REASON_HAZARD, the hazards in the way, or-ed; otherwise 0
 */
struct lac_rejection
{
  struct lac_range range;
  enum lac_reason reason;
  int anchor;
  unsigned hazards;
};

/**
 * lac_gap_query_init:
 * @query: (out): a query for one page anywhere: no anchor, the defaults of the command line
 * @map: (borrowed): for the bounds of user space and the granularity
 */
LAC_PUBLIC void lac_gap_query_init (struct lac_gap_query *query,
                                    const struct lac_map *map);

/**
 * lac_gap_query_check:
 * @query: a query
 *
 * Errors: %LAC_E_INVALID when the size is 0, the alignment no power of two, min above max, or an
 *   order or hazard unknown.
 */
LAC_PUBLIC enum lac_status lac_gap_query_check (const struct lac_gap_query *query);

/**
 * lac_gap_query_window:
 * @query: a valid query
 * @map: (borrowed): for the bounds of user space
 *
 * Returns: the intersection of all bounds; empty when they exclude each other
 */
LAC_PUBLIC struct lac_range lac_gap_query_window (const struct lac_gap_query *query,
                                                  const struct lac_map       *map);

/**
 * lac_gap_first:
 * @map: (borrowed): the address space to search
 * @query: (borrowed): the constraints, in bytes
 * @out_gap: (out): the best gap in the query's order, with its candidate; set only on %LAC_OK
 *
 * Finds the best place. O(log n) in the map's regions for nearest, lowest and highest; O(n) for
 * tightest and roomiest.
 *
 * Alignments above the granularity are what the index was not made for: a gap may be large enough
 * and yet hold no aligned start. At most 32 such gaps are looked at in a query; then an index for
 * that alignment is made (once for each map, O(n); at most 16 are kept), and from then on the bound
 * holds again. Up to two more gaps are looked at because the window cuts them.
 *
 * Errors: %LAC_E_NO_GAP when no gap fits, %LAC_E_INVALID when the query contradicts itself.
 * Threads: any; a map never changes for those who read it.
 */
LAC_PUBLIC enum lac_status lac_gap_first (const struct lac_map       *map,
                                          const struct lac_gap_query *query,
                                          struct lac_gap             *out_gap);

/**
 * lac_gap_check:
 * @map: (borrowed): the address space
 * @query: (borrowed): the constraints
 * @index: which gap, 0 to the number of regions, inclusive
 * @out_gap: (out) (optional): set when the buffer fits
 * @out_rejection: (out) (optional): set on %LAC_E_NO_GAP: why it does not
 *
 * Asks one gap. An empty gap is too small. O(anchors + hazards in the gap).
 *
 * Errors: %LAC_E_NO_GAP when it does not fit, %LAC_E_INVALID when the query contradicts itself or
 *   there is no such gap.
 * Threads: any.
 */
LAC_PUBLIC enum lac_status lac_gap_check (const struct lac_map       *map,
                                          const struct lac_gap_query *query,
                                          size_t                      index,
                                          struct lac_gap             *out_gap,
                                          struct lac_rejection       *out_rejection);

/**
 * lac_gap_place:
 *
 * Where a walk stands on one side of the anchor. Private.
 */
struct lac_gap_place
{
  size_t index;
  uint64_t candidate;
  uint64_t distance;
  bool found;
};

/**
 * lac_gap_search:
 *
 * A walk over the gaps that fit, best first. Private fields; lives where the caller likes.
 */
struct lac_gap_search
{
  const struct lac_map *map;
  struct lac_gap_query query;
  struct lac_range window;
  struct lac_gap_place center;
  struct lac_gap_place up;
  struct lac_gap_place down;
  struct lac_gap *sorted;
  size_t n_sorted;
  size_t position;
};

/**
 * lac_gap_search_init:
 * @search: (out): a walk that stands before the first gap; release with lac_gap_search_clear()
 * @map: (borrowed): must outlive the walk
 * @query: (borrowed): copied, but for the anchors, which must outlive the walk
 *
 * O(log n) for nearest, lowest and highest; O(n log n) and 56 bytes a match for the other two.
 *
 * Errors: %LAC_E_INVALID, %LAC_E_NO_MEMORY. Nothing need be cleared then.
 */
LAC_PUBLIC enum lac_status lac_gap_search_init (struct lac_gap_search      *search,
                                                const struct lac_map       *map,
                                                const struct lac_gap_query *query);

/**
 * lac_gap_next:
 * @search: a walk
 * @out_gap: (out): the next gap in the query's order; set only on %LAC_OK
 *
 * O(log n), as lac_gap_first().
 *
 * Errors: %LAC_E_NO_GAP when there are no more.
 * Threads: a walk belongs to one thread at a time.
 */
LAC_PUBLIC enum lac_status lac_gap_next (struct lac_gap_search *search,
                                         struct lac_gap        *out_gap);

/** lac_gap_search_clear: releases what @search holds. */
LAC_PUBLIC void lac_gap_search_clear (struct lac_gap_search *search);

/** lac_order_name: (transfer none): such as "nearest"; "unknown" outside the enum. */
LAC_PUBLIC const char *lac_order_name (enum lac_order order);

/** lac_order_from_name: false, with @out_order untouched, when there is no such order. */
LAC_PUBLIC bool lac_order_from_name (const char     *name,
                                     enum lac_order *out_order);

/** lac_reason_name: (transfer none): such as "too-far"; "unknown" outside the enum. */
LAC_PUBLIC const char *lac_reason_name (enum lac_reason reason);

/** lac_reason_sentence: (transfer none): the reason in a sentence; never NULL. */
LAC_PUBLIC const char *lac_reason_sentence (enum lac_reason reason);

LAC_END_DECLS
