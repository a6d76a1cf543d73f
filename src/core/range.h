/* Ranges of addresses, and the only sums that the core does with them.
 *
 * A range is half-open, [start, end), in bytes. Addresses are 64 bits wide in every build. Every
 * addition, subtraction and rounding goes through a helper below that saturates or says that it
 * can't, because addresses at either end of the space are ordinary input: `[vsyscall]` lies
 * 10 MiB below 2^64, and a window of ±2 GiB around it must not wrap round to 0.
 *
 * The end of the 64-bit space, 2^64, is written %LAC_ADDRESS_END, which is 2^64 − 1. So the last
 * byte of all can't be part of a range. Nothing is lost by that: no system maps the last page,
 * and Linux keeps it for error pointers (include/linux/err.h, MAX_ERRNO).
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** LAC_ADDRESS_END: the end of the 64-bit address space; see above. */
#define LAC_ADDRESS_END UINT64_MAX

/**
 * lac_range:
 * @start: the first byte
 * @end: the first byte after it; equal to @start when the range is empty, never below
 */
struct lac_range
{
  uint64_t start;
  uint64_t end;
};

/** lac_range_size: the bytes in @range; 0 also when its end lies below its start. */
static inline uint64_t
lac_range_size (struct lac_range range)
{
  return range.end > range.start ? range.end - range.start : 0;
}

/** lac_range_contains: whether @address lies in @range. */
static inline bool
lac_range_contains (struct lac_range range,
                    uint64_t         address)
{
  return address >= range.start && address < range.end;
}

/** lac_range_overlaps: whether the two share at least one byte. */
static inline bool
lac_range_overlaps (struct lac_range a,
                    struct lac_range b)
{
  return a.start < b.end && b.start < a.end;
}

/** lac_range_intersect: what the two share; an empty range (end = start) when that is nothing. */
static inline struct lac_range
lac_range_intersect (struct lac_range a,
                     struct lac_range b)
{
  struct lac_range shared = { a.start > b.start ? a.start : b.start,
                              a.end < b.end ? a.end : b.end };

  if (shared.end < shared.start)
    shared.end = shared.start;
  return shared;
}

/** lac_add_saturating: @a + @b, or %LAC_ADDRESS_END where that passes the end of the space. */
static inline uint64_t
lac_add_saturating (uint64_t a,
                    uint64_t b)
{
  return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/** lac_subtract_saturating: @a − @b, or 0 where that passes the start of the space. */
static inline uint64_t
lac_subtract_saturating (uint64_t a,
                         uint64_t b)
{
  return a < b ? 0 : a - b;
}

/** lac_is_power_of_two: whether @value is 1, 2, 4, 8 …; 0 is none. */
static inline bool
lac_is_power_of_two (uint64_t value)
{
  return value != 0 && (value & (value - 1)) == 0;
}

/** lac_align_down: the last multiple of @alignment (a power of two) at or below @address. */
static inline uint64_t
lac_align_down (uint64_t address,
                uint64_t alignment)
{
  return address & ~(alignment - 1);
}

/**
 * lac_align_up:
 * @address: any address
 * @alignment: a power of two
 * @out_aligned: (out): the first multiple of @alignment at or above @address
 *
 * Returns: false, with @out_aligned untouched, when that multiple is 2^64
 */
static inline bool
lac_align_up (uint64_t  address,
              uint64_t  alignment,
              uint64_t *out_aligned)
{
  uint64_t mask = alignment - 1;

  if (address > UINT64_MAX - mask)
    return false;
  *out_aligned = (address + mask) & ~mask;
  return true;
}
