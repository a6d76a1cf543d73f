/* The gap query on a million regions against the same on a thousand.
 *
 * Nearest, lowest and highest, with random anchor, window, size and alignment, on maps in which there
 * is a gap before every region. Each query is timed by itself and the clock's own cost taken off; the
 * two maps take turns, so that a change of the machine's speed hits both. The ratio of the medians is
 * what the index is judged by: a scan would make it a thousand.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/gap.h"

#include "measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define PAGE UINT64_C (0x1000)
#define N_ROUNDS 400
#define N_QUERIES 250

static uint64_t random_state = UINT64_C (0x9e3779b97f4a7c15);

/* xorshift64*: the same numbers on every run. */
static uint64_t
random_number (void)
{
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return random_state * UINT64_C (0x2545f4914f6cdd1d);
}

static uint64_t
random_below (uint64_t end)
{
  return random_number () % end;
}

/* Regions of 1 to 16 pages, gaps of 1 to 2^16 pages of which small ones are many. */
static struct lac_map *
make_map (size_t    n_regions,
          uint64_t *out_end)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map_builder *builder = lac_map_builder_new (&space);
  struct lac_map *map = NULL;
  uint64_t at = 0x10000;

  if (builder == NULL)
    abort ();
  for (size_t i = 0; i < n_regions; i++)
    {
      struct lac_region_entry entry = { .kind = LAC_KIND_DECIDE, .protection = 3 };

      at += (1 + random_below (UINT64_C (1) << random_below (17))) * PAGE;
      entry.start = at;
      at += (1 + random_below (16)) * PAGE;
      entry.end = at;
      if (lac_map_builder_add (builder, &entry) != LAC_OK)
        abort ();
    }
  if (lac_map_builder_finish (builder, &map) != LAC_OK)
    abort ();
  *out_end = at;
  return map;
}

struct side
{
  struct lac_map *map;
  uint64_t end;
  double *times;
  size_t n_times;
  size_t n_found;
};

/* One query; what it may find depends on the map's extent, so both maps get the same distribution. */
static void
time_query (struct side   *side,
            enum lac_order order,
            double         clock_cost)
{
  struct lac_gap_query query;
  struct lac_gap gap;
  uint64_t anchor = random_below (side->end);
  uint64_t pages = side->end / PAGE;
  double before, after;

  lac_gap_query_init (&query, side->map);
  query.anchors = &anchor;
  query.n_anchors = 1;
  query.within = (1 + random_below (UINT64_C (1) << (4 + random_below (30)))) * PAGE;
  if (query.within > pages * PAGE)
    query.within = pages * PAGE;
  query.size = 1 + random_below (PAGE << random_below (17));
  query.alignment = PAGE << random_below (10);
  query.order = order;

  before = now ();
  side->n_found += lac_gap_first (side->map, &query, &gap) == LAC_OK;
  after = now ();
  side->times[side->n_times++] = (after - before) * 1e9 - clock_cost;
}

int
main (void)
{
  static const enum lac_order orders[] = { LAC_ORDER_NEAREST, LAC_ORDER_LOWEST, LAC_ORDER_HIGHEST };
  struct side small, large;
  double costs[1001], clock_cost;

  for (size_t i = 0; i < 1001; i++)
    {
      double before = now ();

      costs[i] = (now () - before) * 1e9;
    }
  clock_cost = median (costs, 1001);

  small.map = make_map (1000, &small.end);
  large.map = make_map (1000000, &large.end);
  small.times = calloc (N_ROUNDS * N_QUERIES, sizeof *small.times);
  large.times = calloc (N_ROUNDS * N_QUERIES, sizeof *large.times);
  if (small.times == NULL || large.times == NULL)
    abort ();

  printf ("gap query, %d each, clock's cost of %.0f ns taken off\n", N_ROUNDS * N_QUERIES, clock_cost);
  printf ("%-10s %14s %16s %8s %12s %8s\n", "order", "1,000 regions", "1,000,000", "ratio", "99 % below",
          "found");
  for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
    {
      double small_median, large_median;

      small.n_times = large.n_times = 0;
      small.n_found = large.n_found = 0;
      for (size_t round = 0; round < N_ROUNDS; round++)
        {
          for (size_t j = 0; j < N_QUERIES; j++)
            time_query (&small, orders[i], clock_cost);
          for (size_t j = 0; j < N_QUERIES; j++)
            time_query (&large, orders[i], clock_cost);
        }
      small_median = median (small.times, small.n_times);
      large_median = median (large.times, large.n_times);
      printf ("%-10s %11.0f ns %13.0f ns %7.2fx %9.0f ns %5.0f/%.0f %%\n", lac_order_name (orders[i]),
              small_median, large_median, large_median / small_median,
              large.times[large.n_times * 99 / 100],
              100.0 * (double) small.n_found / (double) small.n_times,
              100.0 * (double) large.n_found / (double) large.n_times);
    }
  printf ("memory: %.1f bytes a region\n", (double) lac_map_memory (large.map) / 1e6);
  lac_map_unref (small.map);
  lac_map_unref (large.map);
  free (small.times);
  free (large.times);
  return 0;
}
