/* What the tests of the table and the inspector share: maps, searches, and a main loop that runs
 * for a while.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/hazard.h"
#include "core/maps-text.h"
#include "main-loop.h"
#include "model/lacuna-gap-results.h"

#include <string.h>
#include <time.h>

G_GNUC_UNUSED static const char text[]
    = "00400000-00401000 r-xp 00000000 fe:00 11 /usr/bin/victim\n"
      "00401000-00402000 rw-p 00001000 fe:00 11 /usr/bin/victim\n"
      "00600000-00620000 rw-p 00000000 00:00 0 [heap]\n"
      "7f0000000000-7f0000100000 r-xp 00000000 fe:00 12 /usr/lib/libc.so.6\n"
      "7f0000200000-7f0000300000 rw-p 00000000 00:00 0 \n"
      "7f000030c000-7f0000310000 rw-s 00000000 00:01 9 /memfd:x (deleted)\n"
      "7ffff0000000-7ffff0021000 rw-p 00000000 00:00 0 [stack]\n";

G_GNUC_UNUSED static LacunaSnapshot *
snapshot_of_map (struct lac_map *map) /* (transfer full) */
{
  LacunaOrigin origin = { .kind = LACUNA_TARGET_FILE,
                          .name = (char *) "test",
                          .source = "maps-text" };
  LacunaSnapshot *snapshot = lacuna_snapshot_new (map, &origin, 0);

  lac_map_unref (map);
  return snapshot;
}

G_GNUC_UNUSED static LacunaSnapshot *
snapshot_of_text (const char *maps)
{
  struct lac_map *map = NULL;

  g_assert_cmpint (lac_map_parse (maps, strlen (maps), &LAC_SPACE_UNKNOWN, &map, NULL), ==,
                   LAC_OK);
  return snapshot_of_map (map);
}

/* @n regions of a page, each @stride after the one before; @skip of them left out at the start. */
G_GNUC_UNUSED static LacunaSnapshot *
snapshot_of_many (guint   n,
                  guint   skip,
                  guint64 stride)
{
  struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
  struct lac_map *map = NULL;

  for (guint i = skip; i < n; i++)
    {
      struct lac_region_entry entry
          = { .start = 0x10000 + i * stride,
              .end = 0x11000 + i * stride,
              .protection = i % 3 == 0 ? LAC_PROTECTION_READ
                                       : LAC_PROTECTION_READ | LAC_PROTECTION_WRITE,
              .kind = LAC_KIND_DECIDE };

      g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
    }
  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
  return snapshot_of_map (map);
}

G_GNUC_UNUSED static LacunaGapResults *
search (LacunaSnapshot *snapshot,
        guint64         size,
        unsigned        avoid)
{
  struct lac_gap_query query;
  g_autoptr (GError) error = NULL;
  LacunaGapResults *results;

  lac_gap_query_init (&query, lacuna_snapshot_get_map (snapshot));
  query.size = size;
  query.avoid = avoid;
  results = lacuna_gap_results_search (snapshot, &query, 100, NULL, &error);
  g_assert_no_error (error);
  return results;
}

/* What this thread has worked so far: unlike the clock on the wall, no matter what else a machine
 * does. */
static inline gint64
get_thread_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* Lets the main loop run for a while; returns the work of its longest turn in milliseconds. */
G_GNUC_UNUSED static double
get_longest_turn (guint milliseconds)
{
  gint64 end = g_get_monotonic_time () + milliseconds * (gint64) 1000;
  guint wake = g_timeout_add (5, wake_cb, NULL);
  gint64 longest = 0;

  while (g_get_monotonic_time () < end)
    {
      gint64 begin;

      while (!g_main_context_pending (NULL))
        g_usleep (500);
      begin = get_thread_time ();
      g_main_context_iteration (NULL, TRUE);
      longest = MAX (longest, get_thread_time () - begin);
    }
  g_source_remove (wake);
  return (double) longest / 1e3;
}
