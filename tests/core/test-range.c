/* Ranges and sums at either end of the address space.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/range.h"

#include <glib.h>

static void
test_sums_saturate (void)
{
  g_assert_cmphex (lac_add_saturating (UINT64_MAX - 1, 1), ==, UINT64_MAX);
  g_assert_cmphex (lac_add_saturating (UINT64_MAX, 1), ==, UINT64_MAX);
  g_assert_cmphex (lac_add_saturating (1, UINT64_MAX), ==, UINT64_MAX);
  g_assert_cmphex (lac_add_saturating (5, 7), ==, 12);
  g_assert_cmphex (lac_subtract_saturating (5, 7), ==, 0);
  g_assert_cmphex (lac_subtract_saturating (7, 5), ==, 2);
}

static void
test_align_up_at_the_end (void)
{
  uint64_t aligned = 42;

  g_assert_true (lac_align_up (1, 4096, &aligned));
  g_assert_cmphex (aligned, ==, 4096);
  g_assert_true (lac_align_up (4096, 4096, &aligned));
  g_assert_cmphex (aligned, ==, 4096);
  g_assert_true (lac_align_up (UINT64_MAX - 4095, 4096, &aligned));
  g_assert_cmphex (aligned, ==, UINT64_MAX - 4095);
  g_assert_false (lac_align_up (UINT64_MAX - 4094, 4096, &aligned));
  g_assert_cmphex (aligned, ==, UINT64_MAX - 4095);
  g_assert_false (lac_align_up (1 + (UINT64_C (1) << 63), UINT64_C (1) << 63, &aligned));
}

static void
test_intersection_of_strangers_is_empty (void)
{
  struct lac_range shared = lac_range_intersect ((struct lac_range){ 10, 20 },
                                                 (struct lac_range){ 30, 40 });

  g_assert_cmphex (lac_range_size (shared), ==, 0);
  g_assert_cmphex (shared.start, ==, shared.end);
  shared = lac_range_intersect ((struct lac_range){ 0, UINT64_MAX }, (struct lac_range){ 5, 9 });
  g_assert_cmphex (shared.start, ==, 5);
  g_assert_cmphex (shared.end, ==, 9);
}

static void
test_half_open (void)
{
  struct lac_range range = { 10, 20 };

  g_assert_true (lac_range_contains (range, 10));
  g_assert_false (lac_range_contains (range, 20));
  g_assert_false (lac_range_overlaps (range, (struct lac_range){ 20, 30 }));
  g_assert_true (lac_range_overlaps (range, (struct lac_range){ 19, 30 }));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/range/sums-saturate", test_sums_saturate);
  g_test_add_func ("/core/range/align-up-at-the-end", test_align_up_at_the_end);
  g_test_add_func ("/core/range/intersection-of-strangers-is-empty",
                   test_intersection_of_strangers_is_empty);
  g_test_add_func ("/core/range/half-open", test_half_open);
  return g_test_run ();
}
