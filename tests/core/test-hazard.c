/* Where the heap and the stacks may grow.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#define HEAP "00600000-00610000 rw-p 00000000 00:00 0 [heap]\n"
#define LIBRARY "7f0000000000-7f0000010000 r-xp 00000000 fe:00 9 /lib/liba.so\n"
#define STACK "7ffe00000000-7ffe00020000 rw-p 00000000 00:00 0 [stack]\n"

static struct lac_map *
map_in (const char             *text,
        const struct lac_space *space)
{
  struct lac_map *map = NULL;

  g_assert_cmpint (lac_map_parse (text, strlen (text), space, &map, NULL), ==, LAC_OK);
  g_assert_true (lac_map_is_valid (map));
  return map;
}

static struct lac_range
only_hazard (const struct lac_map *map,
             enum lac_hazard       hazard)
{
  size_t n;
  const struct lac_hazard_range *hazards = lac_map_hazards (map, &n);
  struct lac_range found = { 0, 0 };

  for (size_t i = 0; i < n; i++)
    if (hazards[i].hazard == hazard)
      {
        g_assert_cmphex (found.end, ==, 0);
        found = hazards[i].range;
      }
  return found;
}

static void
assert_range (struct lac_range range,
              uint64_t         start,
              uint64_t         end)
{
  g_assert_cmphex (range.start, ==, start);
  g_assert_cmphex (range.end, ==, end);
}

static void
test_heap_grows_to_the_next_region (void)
{
  struct lac_map *map = map_of (HEAP LIBRARY);

  assert_range (only_hazard (map, LAC_HAZARD_HEAP_GROWTH), 0x610000, UINT64_C (0x7f0000000000));
  lac_map_unref (map);
}

static void
test_heap_grows_as_far_as_its_limit (void)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map *map;

  space.data_limit = 0x100000;
  map = map_in (HEAP LIBRARY, &space);
  assert_range (only_hazard (map, LAC_HAZARD_HEAP_GROWTH), 0x610000, 0x710000);
  lac_map_unref (map);
}

static void
test_break_without_a_heap (void)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map *map;

  /* The kernel starts the break at a random distance above the program: what lies between is safe. */
  space.program_break = 0x680000;
  map = map_in ("00400000-00500000 rw-p 00000000 fe:00 1 /bin/a\n" LIBRARY, &space);
  assert_range (only_hazard (map, LAC_HAZARD_HEAP_GROWTH), 0x680000, UINT64_C (0x7f0000000000));
  g_assert_cmpuint (lac_map_hazards_in (map, (struct lac_range){ 0x500000, 0x680000 }), ==, 0);
  g_assert_cmpuint (lac_map_hazards_in (map, (struct lac_range){ 0x500000, 0x680001 }), ==,
                    LAC_HAZARD_HEAP_GROWTH);
  lac_map_unref (map);
}

static void
test_heap_with_no_room_has_no_hazard (void)
{
  struct lac_map *map = map_of (HEAP "00610000-00620000 rw-p 00000000 00:00 0\n");
  size_t n;

  lac_map_hazards (map, &n);
  g_assert_cmpuint (n, ==, 0);
  lac_map_unref (map);
}

static void
test_split_heap_grows_from_its_end (void)
{
  struct lac_map *map = map_of ("00600000-00610000 rw-p 00000000 00:00 0 [heap]\n"
                                "00610000-00618000 r--p 00000000 00:00 0 [heap]\n"
                                "00618000-00620000 rw-p 00000000 00:00 0 [heap]\n" LIBRARY);

  assert_range (only_hazard (map, LAC_HAZARD_HEAP_GROWTH), 0x620000, UINT64_C (0x7f0000000000));
  lac_map_unref (map);
}

static void
test_stack_grows_by_its_limit (void)
{
  struct lac_map *map = map_of (LIBRARY STACK);

  assert_range (only_hazard (map, LAC_HAZARD_STACK_GROWTH), UINT64_C (0x7ffe00000000) - (8 << 20),
                UINT64_C (0x7ffe00000000));
  assert_range (only_hazard (map, LAC_HAZARD_STACK_GUARD), UINT64_C (0x7ffe00000000) - (1 << 20),
                UINT64_C (0x7ffe00000000));
  lac_map_unref (map);
}

static void
test_stack_without_limit_takes_the_whole_gap (void)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map *map;

  space.stack_limit = UINT64_MAX;
  map = map_in (LIBRARY STACK, &space);
  assert_range (only_hazard (map, LAC_HAZARD_STACK_GROWTH), UINT64_C (0x7f0000010000),
                UINT64_C (0x7ffe00000000));
  lac_map_unref (map);
}

static void
test_thread_stacks_have_no_growth (void)
{
  struct lac_map *map = map_of ("7f1000000000-7f1000800000 rw-p 00000000 00:00 0 [stack:12]\n");
  size_t n;

  lac_map_hazards (map, &n);
  g_assert_cmpuint (n, ==, 0);
  lac_map_unref (map);
}

static void
test_whatever_grows_down_has_a_guard (void)
{
  struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
  struct lac_region_entry entry = {
    .start = 0x10000000,
    .end = 0x10010000,
    .protection = 3,
    .kind = LAC_KIND_DECIDE,
    .flags = LAC_REGION_GROWS_DOWN,
  };
  struct lac_map *map;

  g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
  assert_range (only_hazard (map, LAC_HAZARD_STACK_GUARD), 0x10000000 - 0x100000, 0x10000000);
  assert_range (only_hazard (map, LAC_HAZARD_STACK_GROWTH), 0, 0);
  lac_map_unref (map);
}

static void
test_smaps_says_what_grows_down (void)
{
  struct lac_map *map = map_of ("10000000-10010000 rw-p 00000000 00:00 0\n"
                                "Size:                 64 kB\n"
                                "Rss:                   8 kB\n"
                                "VmFlags: rd wr mr mw me gd ac\n");

  assert_range (only_hazard (map, LAC_HAZARD_STACK_GUARD), 0x10000000 - 0x100000, 0x10000000);
  g_assert_cmpuint (lac_map_detail (map, 0)->resident, ==, 8192);
  lac_map_unref (map);
}

static void
test_hazards_clip_at_the_start_of_the_space (void)
{
  struct lac_map *map = map_of ("00002000-00003000 rw-p 00000000 00:00 0 [stack]\n");

  assert_range (only_hazard (map, LAC_HAZARD_STACK_GROWTH), 0x1000, 0x2000);
  assert_range (only_hazard (map, LAC_HAZARD_STACK_GUARD), 0x1000, 0x2000);
  lac_map_unref (map);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/hazard/heap-grows-to-the-next-region", test_heap_grows_to_the_next_region);
  g_test_add_func ("/core/hazard/heap-grows-as-far-as-its-limit",
                   test_heap_grows_as_far_as_its_limit);
  g_test_add_func ("/core/hazard/break-without-a-heap", test_break_without_a_heap);
  g_test_add_func ("/core/hazard/heap-with-no-room-has-no-hazard",
                   test_heap_with_no_room_has_no_hazard);
  g_test_add_func ("/core/hazard/split-heap-grows-from-its-end", test_split_heap_grows_from_its_end);
  g_test_add_func ("/core/hazard/stack-grows-by-its-limit", test_stack_grows_by_its_limit);
  g_test_add_func ("/core/hazard/stack-without-limit-takes-the-whole-gap",
                   test_stack_without_limit_takes_the_whole_gap);
  g_test_add_func ("/core/hazard/thread-stacks-have-no-growth", test_thread_stacks_have_no_growth);
  g_test_add_func ("/core/hazard/whatever-grows-down-has-a-guard",
                   test_whatever_grows_down_has_a_guard);
  g_test_add_func ("/core/hazard/smaps-says-what-grows-down", test_smaps_says_what_grows_down);
  g_test_add_func ("/core/hazard/hazards-clip-at-the-start-of-the-space",
                   test_hazards_clip_at_the_start_of_the_space);
  return g_test_run ();
}
