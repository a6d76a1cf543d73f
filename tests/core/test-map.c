/* Building maps region by region, looking points up, and repairing what a torn read gave.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include "core/expression.h"

static void
add (struct lac_map_builder *builder,
     uint64_t                start,
     uint64_t                end,
     const char             *name)
{
  struct lac_region_entry entry = {
    .start = start,
    .end = end,
    .protection = LAC_PROTECTION_READ,
    .kind = LAC_KIND_DECIDE,
    .inode = name ? 7 : 0,
    .name = name,
    .name_length = name ? strlen (name) : 0,
  };

  g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
}

static struct lac_map *
finish (struct lac_map_builder *builder)
{
  struct lac_map *map = NULL;

  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
  g_assert_true (lac_map_is_valid (map));
  return map;
}

static void
test_empty (void)
{
  struct lac_map *map = finish (lac_map_builder_new (&LAC_SPACE_UNKNOWN));

  g_assert_cmpuint (count_regions (map), ==, 0);
  g_assert_cmpuint (lac_map_search (map, 0), ==, 0);
  g_assert_cmpuint (lac_map_search (map, UINT64_MAX), ==, 0);
  g_assert_cmphex (lac_map_gap (map, 0).start, ==, 0x1000);
  g_assert_cmphex (lac_map_gap (map, 0).end, ==, UINT64_C (0x7ffffffff000));
  g_assert_cmpuint (lac_map_totals (map).n_gaps, ==, 1);
  lac_map_unref (map);
}

static void
test_rejects_what_is_no_region (void)
{
  struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
  struct lac_region_entry entry = { .start = 0x2000, .end = 0x2000 };

  g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_E_INVALID);
  entry.end = 0x1000;
  g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_E_INVALID);
  entry.end = 0x3000;
  entry.kind = LAC_KIND_DECIDE + 1;
  g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_E_INVALID);
  lac_map_builder_free (builder);
}

/* A struct lac_space that is all zero but for the bits: its end is found, and there are no pages. */
static void
test_empty_space (void)
{
  struct lac_map_builder *builder = lac_map_builder_new (&(struct lac_space){ .pointer_bits = 64 });
  struct lac_map *map = NULL;
  struct lac_gap_query query;
  struct lac_gap gap;

  add (builder, 0x10000, 0x11000, NULL);
  add (builder, 0x12345, 0x12346, NULL);
  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
  g_assert_cmpuint (lac_map_search (map, 0x10800), ==, 0);
  g_assert_cmpuint (lac_map_search (map, 0x11000), ==, 1);
  g_assert_cmpuint (lac_map_search (map, 0x12346), ==, 2);
  lac_gap_query_init (&query, map);
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_E_INVALID);
  query.size = query.alignment = 1;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  g_assert_cmphex (gap.candidate, ==, 0);
  lac_map_unref (map);
}

static void
test_search_agrees_with_a_scan (void)
{
  for (unsigned round = 0; round < 200; round++)
    {
      struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
      unsigned n = (unsigned) g_test_rand_int_range (0, round < 190 ? 700 : 20000);
      uint64_t at = (uint64_t) g_test_rand_int_range (0, 5) * 0x1000;
      struct lac_map *map;
      const struct lac_region *regions;
      size_t n_regions;

      for (unsigned i = 0; i < n; i++)
        {
          uint64_t size = (uint64_t) g_test_rand_int_range (1, 4) * 0x1000;

          at += (uint64_t) g_test_rand_int_range (0, 3) * 0x1000;
          add (builder, at, at + size, NULL);
          at += size;
        }
      map = finish (builder);
      regions = lac_map_regions (map, &n_regions);
      g_assert_cmpuint (n_regions, ==, n);
      for (unsigned i = 0; i < 200; i++)
        {
          uint64_t address = (uint64_t) g_test_rand_double_range (0, (double) at + 0x3000);
          size_t expected = 0;

          if (i == 0)
            address = UINT64_MAX;
          else if (i == 1)
            address = 0;
          while (expected < n_regions && regions[expected].end <= address)
            expected++;
          g_assert_cmpuint (lac_map_search (map, address), ==, expected);
        }
      lac_map_unref (map);
    }
}

static void
test_overlap_later_wins (void)
{
  struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
  struct lac_map *map;
  struct lac_region region;

  add (builder, 0x10000, 0x20000, "/a");
  add (builder, 0x18000, 0x30000, "/b");
  add (builder, 0x28000, 0x2a000, "/c");
  map = finish (builder);
  g_assert_cmpuint (count_regions (map), ==, 4);
  g_assert_cmpuint (lac_map_repairs (map), ==, 2);
  region = region_at (map, 0);
  g_assert_cmphex (region.end, ==, 0x18000);
  region = region_at (map, 1);
  g_assert_cmphex (region.start, ==, 0x18000);
  g_assert_cmphex (region.end, ==, 0x28000);
  region = region_at (map, 2);
  g_assert_cmphex (region.start, ==, 0x28000);
  g_assert_cmphex (region.end, ==, 0x2a000);
  /* The rest of /b is still mapped from the same place in its file. */
  region = region_at (map, 3);
  g_assert_cmphex (region.start, ==, 0x2a000);
  g_assert_cmphex (region.end, ==, 0x30000);
  g_assert_cmphex (region.offset, ==, 0x2a000 - 0x18000);
  lac_map_unref (map);
}

static void
test_backwards_is_sorted (void)
{
  struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
  struct lac_map *map;

  add (builder, 0x50000, 0x60000, "/a");
  add (builder, 0x10000, 0x20000, "/b");
  add (builder, 0x70000, 0x80000, "/c");
  map = finish (builder);
  g_assert_cmpuint (count_regions (map), ==, 3);
  g_assert_cmpuint (lac_map_repairs (map), ==, 1);
  g_assert_cmphex (region_at (map, 0).start, ==, 0x10000);
  lac_map_unref (map);
}

static void
test_repair_takes_details_along (void)
{
  struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
  const struct lac_region_detail detail = { .resident = 0x5000 };
  struct lac_map *map;

  /* Only the first of more regions than a detail was made room for has one. */
  add (builder, UINT64_C (0x100000000), UINT64_C (0x100010000), "/a");
  g_assert_cmpint (lac_map_builder_add_detail (builder, &detail, false), ==, LAC_OK);
  for (uint64_t i = 0; i < 1000; i++)
    add (builder, 0x10000 + i * 0x2000, 0x11000 + i * 0x2000, "/b");
  map = finish (builder);
  g_assert_cmpuint (count_regions (map), ==, 1001);
  g_assert_cmpuint (lac_map_detail (map, 1000)->resident, ==, 0x5000);
  for (size_t i = 0; i < 1000; i++)
    g_assert_cmpuint (lac_map_detail (map, i)->resident, ==, 0);
  lac_map_unref (map);
}

static void
test_repeated_region_counts_once (void)
{
  struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
  struct lac_map *map;

  add (builder, 0x10000, 0x20000, "/a");
  add (builder, 0x10000, 0x20000, "/a");
  map = finish (builder);
  g_assert_cmpuint (count_regions (map), ==, 1);
  g_assert_cmpuint (lac_map_repairs (map), ==, 1);
  lac_map_unref (map);
}

/* Whatever comes in, each page belongs to the region that covers it and was added last. */
static void
test_repair_agrees_with_painting (void)
{
  enum { N_PAGES = 64 };

  for (unsigned round = 0; round < 3000; round++)
    {
      struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
      int owners[N_PAGES];
      int n = g_test_rand_int_range (1, 12);
      struct lac_map *map;

      memset (owners, -1, sizeof owners);
      for (int i = 0; i < n; i++)
        {
          int start = g_test_rand_int_range (0, N_PAGES);
          int end = g_test_rand_int_range (start + 1, N_PAGES + 1);
          char name[] = { '/', (char) ('a' + i), '\0' };

          for (int page = start; page < end; page++)
            owners[page] = i;
          add (builder, (uint64_t) start * 0x1000, (uint64_t) end * 0x1000, name);
        }
      map = finish (builder);
      for (int page = 0; page < N_PAGES; page++)
        {
          uint64_t address = (uint64_t) page * 0x1000;
          size_t index = lac_map_search (map, address);
          int owner = -1;

          if (index < count_regions (map) && region_at (map, index).start <= address)
            {
              struct lac_region region = region_at (map, index);

              owner = lac_map_backing (map, &region)->name[1] - 'a';
            }
          g_assert_cmpint (owner, ==, owners[page]);
        }
      lac_map_unref (map);
    }
}

static void
test_names_are_interned (void)
{
  struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
  struct lac_map *map;
  struct lac_region first, third;
  size_t index = 99;

  add (builder, 0x10000, 0x11000, "/lib/liba.so.1");
  add (builder, 0x12000, 0x13000, "/lib/libb.so.1");
  add (builder, 0x14000, 0x15000, "/lib/liba.so.1");
  add (builder, 0x16000, 0x17000, NULL);
  map = finish (builder);
  first = region_at (map, 0);
  third = region_at (map, 2);
  g_assert_cmpuint (first.backing, ==, third.backing);
  g_assert_cmpstr (lac_map_backing (map, &third)->name, ==, "/lib/liba.so.1");
  g_assert_cmpint (lac_map_find_name (map, "libb.so.1", 9, &index), ==, LAC_OK);
  g_assert_cmpuint (index, ==, 1);
  g_assert_cmpint (lac_map_find_name (map, "/lib/liba.so.1", 14, &index), ==, LAC_OK);
  g_assert_cmpuint (index, ==, 0);
  g_assert_cmpint (lac_map_find_name (map, "lib", 3, &index), ==, LAC_E_NOT_FOUND);
  lac_map_unref (map);
}

static void
test_stem_resolves (void)
{
  struct lac_map *map = map_of ("8000-9000 r--p 00000000 fe:00 4 /share/de/libc.mo\n"
                                "10000-11000 r-xp 00000000 fe:00 1 /lib/libc.so.6\n"
                                "12000-13000 r-xp 00000000 fe:00 2 /lib/libpython3.11.so.1.0\n"
                                "14000-15000 r-xp 00000000 fe:00 3 /lib/libdl-2.31.so\n"
                                "20000-21000 rw-p 00000000 00:00 0 [heap]\n");
  uint64_t address = 0;

  g_assert_cmpint (lac_map_resolve_name ("libc", 4, NULL, 0, &address, map), ==, LAC_OK);
  g_assert_cmphex (address, ==, 0x10000);
  g_assert_cmpint (lac_map_resolve_name ("[heap]", 6, NULL, 0, &address, map), ==, LAC_OK);
  g_assert_cmphex (address, ==, 0x20000);
  g_assert_cmpint (lac_map_resolve_name ("libpython3.11", 13, NULL, 0, &address, map), ==, LAC_OK);
  g_assert_cmphex (address, ==, 0x12000);
  g_assert_cmpint (lac_map_resolve_name ("libpython3", 10, NULL, 0, &address, map), ==, LAC_OK);
  g_assert_cmphex (address, ==, 0x12000);
  g_assert_cmpint (lac_map_resolve_name ("libdl-2.31", 10, NULL, 0, &address, map), ==, LAC_OK);
  g_assert_cmphex (address, ==, 0x14000);
  g_assert_cmpint (lac_map_resolve_name ("libpython3.1", 12, NULL, 0, &address, map), ==,
                   LAC_E_NOT_FOUND);
  g_assert_cmpint (lac_map_resolve_name ("libm", 4, NULL, 0, &address, map), ==, LAC_E_NOT_FOUND);
  g_assert_cmpint (lac_map_resolve_name ("libc.mo", 7, NULL, 0, &address, map), ==, LAC_OK);
  g_assert_cmphex (address, ==, 0x8000);
  lac_map_unref (map);
}

static int
say_no (const struct lac_backing      *backing,
        const struct lac_region_entry *first,
        void                          *user_data)
{
  g_assert_cmphex (first->start, ==, 0x10000);
  g_assert_cmpstr (backing->name, ==, "/a");
  ++*(int *) user_data;
  return 0;
}

static void
test_image_is_decided_once (void)
{
  struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
  struct lac_map *map;
  int calls = 0;

  lac_map_builder_set_image_test (builder, say_no, &calls);
  add (builder, 0x10000, 0x11000, "/a");
  add (builder, 0x12000, 0x13000, NULL);
  add (builder, 0x14000, 0x15000, "/a");
  map = finish (builder);
  g_assert_cmpint (calls, ==, 1);
  g_assert_cmpstr (lac_kind_name (region_at (map, 2).kind), ==, "file");
  lac_map_unref (map);
}

static void
test_a_million_regions_fit_in_64_bytes_each (void)
{
  const unsigned n = 1000000;
  struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
  struct lac_map *map;

  for (unsigned i = 0; i < n; i++)
    add (builder, (uint64_t) i * 0x2000 + 0x10000, (uint64_t) i * 0x2000 + 0x11000, NULL);
  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);

  /* With every index that searches may add. */
  for (unsigned i = 0; i < 40; i++)
    lac_index_aligned (map, 0, UINT64_C (1) << (i + 1));
  g_test_message ("%.1f bytes a region", (double) lac_map_memory (map) / n);
  g_assert_cmpuint (lac_map_memory (map), <=, 64 * (size_t) n);
  lac_map_unref (map);
}

static void
test_space_is_guessed_from_the_regions (void)
{
  const struct
  {
    const char *text;
    uint32_t bits;
    uint64_t end;
  } cases[] = {
    { "", 64, UINT64_C (0x7ffffffff000) },
    { "ffb99000-ffbba000 rw-p 00000000 00:00 0 [stack]\n", 32, 0xffffe000 },
    { "bffdf000-c0000000 rw-p 00000000 00:00 0 [stack]\n", 32, 0xc0000000 },
    { "7ffe65359000-7ffe6537a000 rw-p 00000000 00:00 0 [stack]\n", 64, UINT64_C (0x7ffffffff000) },
    { "7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 [stack]\n", 64, UINT64_C (0x7ffffffff000) },
    { "ff00000000000-ff00000001000 rw-p 00000000 00:00 0\n", 64, UINT64_C (0xfffffffffff000) },
    { "00400000-00401000 r-xp 00000000 00:00 0\n"
      "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n",
      64, UINT64_C (0x7ffffffff000) },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      struct lac_map *map = map_of (cases[i].text);

      g_assert_cmpuint (lac_map_space (map)->pointer_bits, ==, cases[i].bits);
      g_assert_cmphex (lac_map_space (map)->user.end, ==, cases[i].end);
      lac_map_unref (map);
    }
}

static void
test_totals (void)
{
  struct lac_map *map = map_of ("00400000-00401000 r-xp 00000000 00:00 0\n"
                                "00402000-00403000 r-xp 00000000 00:00 0\n"
                                "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n");
  struct lac_totals totals = lac_map_totals (map);

  g_assert_cmpuint (totals.mapped, ==, 0x3000);
  g_assert_cmpuint (totals.free, ==, UINT64_C (0x7ffffffff000) - 0x1000 - 0x2000);
  g_assert_cmpuint (totals.largest_gap, ==, UINT64_C (0x7ffffffff000) - 0x403000);
  g_assert_cmpuint (totals.n_gaps, ==, 3);
  lac_map_unref (map);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/map/empty", test_empty);
  g_test_add_func ("/core/map/rejects-what-is-no-region", test_rejects_what_is_no_region);
  g_test_add_func ("/core/map/empty-space", test_empty_space);
  g_test_add_func ("/core/map/search-agrees-with-a-scan", test_search_agrees_with_a_scan);
  g_test_add_func ("/core/map/overlap-later-wins", test_overlap_later_wins);
  g_test_add_func ("/core/map/backwards-is-sorted", test_backwards_is_sorted);
  g_test_add_func ("/core/map/repair-takes-details-along", test_repair_takes_details_along);
  g_test_add_func ("/core/map/repeated-region-counts-once", test_repeated_region_counts_once);
  g_test_add_func ("/core/map/repair-agrees-with-painting", test_repair_agrees_with_painting);
  g_test_add_func ("/core/map/names-are-interned", test_names_are_interned);
  g_test_add_func ("/core/map/stem-resolves", test_stem_resolves);
  g_test_add_func ("/core/map/image-is-decided-once", test_image_is_decided_once);
  g_test_add_func ("/core/map/a-million-regions-fit-in-64-bytes-each",
                   test_a_million_regions_fit_in_64_bytes_each);
  g_test_add_func ("/core/map/space-is-guessed-from-the-regions",
                   test_space_is_guessed_from_the_regions);
  g_test_add_func ("/core/map/totals", test_totals);
  return g_test_run ();
}
