/* Many threads search one map, and make the indexes that it makes late.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#define N_THREADS 8

static gpointer
search (gpointer user_data)
{
  struct lac_map *map = user_data;
  guint64 sum = 0;

  for (unsigned round = 0; round < 300; round++)
    {
      struct lac_gap_query query;
      struct lac_gap gap;

      lac_gap_query_init (&query, map);
      query.size = 0x8000;
      query.alignment = UINT64_C (0x1000) << (round % 20);
      query.max = UINT64_C (0x800000000);
      query.avoid = round % 8;
      if (lac_gap_first (map, &query, &gap) == LAC_OK)
        sum += gap.candidate;
    }
  lac_map_unref (map);
  return g_memdup2 (&sum, sizeof sum);
}

static void
test_late_indexes (void)
{
  struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
  struct lac_map *map = NULL;
  GThread *threads[N_THREADS];
  guint64 first = 0;

  for (uint64_t i = 1; i <= 4000; i++)
    {
      struct lac_region_entry entry = { .start = i * 0x20000 - 0x3000, .end = i * 0x20000 + 0x1000,
                                        .kind = LAC_KIND_DECIDE };

      g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
    }
  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
  for (unsigned i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("search", search, lac_map_ref (map));
  for (unsigned i = 0; i < N_THREADS; i++)
    {
      g_autofree guint64 *sum = g_thread_join (threads[i]);

      if (i == 0)
        first = *sum;
      g_assert_cmpuint (*sum, ==, first);
    }
  g_assert_cmpuint (atomic_load (&map->index.n_aligned), <=, LAC_MAX_ALIGNED);
  lac_map_unref (map);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/gap/late-indexes-are-safe", test_late_indexes);
  return g_test_run ();
}
