/* Reading processes that do not hold still: that map and unmap, become other programs, and die.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/map-private.h"
#include "os/linux/process-private.h"
#include "victim-layout.h"
#include "victim.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
check_slots (const struct lac_map *map,
             uint64_t              area)
{
  uint64_t page = (uint64_t) sysconf (_SC_PAGESIZE);
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);

  for (uint64_t i = 0; i < VICTIM_SLOTS; i++)
    {
      uint64_t address = area + i * VICTIM_SLOT_PAGES * page;
      size_t index = lac_map_search (map, address);

      g_assert_cmpuint (index, <, n_regions);
      g_assert_cmphex (regions[index].start, ==, address);
      g_assert_cmphex (regions[index].end, ==, address + page);
      g_assert_cmpuint (regions[index].protection, ==, LAC_PROTECTION_READ | LAC_PROTECTION_WRITE);
      /* The page after it is never mapped. */
      g_assert_cmphex (lac_map_gap (map, index + 1).start, ==, address + page);
      g_assert_cmphex (lac_map_gap (map, index + 1).end, >=, address + 2 * page);
    }
}

static bool
has_same_regions (const struct lac_map *a,
                  const struct lac_map *b)
{
  size_t n_a, n_b;
  const struct lac_region *regions_a = lac_map_regions (a, &n_a);
  const struct lac_region *regions_b = lac_map_regions (b, &n_b);

  return n_a == n_b && memcmp (regions_a, regions_b, n_a * sizeof *regions_a) == 0;
}

/* What stays is always there, whatever else happens, and the map is always a map. */
static void
test_restless (void)
{
  struct victim victim;
  struct lac_process *process;
  struct lac_map *last = NULL;
  unsigned n_changes = 0;

  if (!victim_start (&victim, "victim", "restless", NULL, -1))
    return;
  process = open_process (victim.pid);
  /* On a busy machine it does not run between any two readings. */
  for (int i = 0; i < 300 || (n_changes < 100 && i < 20000); i++)
    {
      struct lac_map *map = read_map (process);

      g_assert_true (lac_map_is_valid (map));
      check_slots (map, victim.address);
      n_changes += last != NULL && !has_same_regions (last, map);
      lac_map_unref (last);
      last = map;
    }
  g_assert_cmpuint (n_changes, >=, 100);
  lac_map_unref (last);
  lac_process_close (process);
  victim_stop (&victim);
}

static void
test_restless_in_view (void)
{
  uint64_t page = (uint64_t) sysconf (_SC_PAGESIZE);
  struct victim victim;
  struct lac_process *process;
  struct lac_map *map;

  if (!victim_start (&victim, "victim", "restless", NULL, -1))
    return;
  process = open_process (victim.pid);
  map = read_map (process);
  for (int i = 0; i < 300; i++)
    {
      uint64_t slot = (uint64_t) g_test_rand_int_range (0, VICTIM_SLOTS - 8);
      struct lac_range range = { victim.address + slot * VICTIM_SLOT_PAGES * page, 0 };
      struct lac_map *fresh;

      range.end = range.start + 8 * VICTIM_SLOT_PAGES * page;
      g_assert_cmpint (lac_process_refresh_range (process, map, range, NULL, &fresh, NULL), ==, LAC_OK);
      g_assert_true (lac_map_is_valid (fresh));
      check_slots (fresh, victim.address);
      lac_map_unref (map);
      map = fresh;
    }
  lac_map_unref (map);
  lac_process_close (process);
  victim_stop (&victim);
}

/* A reading that begins in one program and ends in the next must not be half of a map. */
static void
test_changeling (void)
{
  struct victim victim;
  struct lac_process *process;
  unsigned n_read = 0;
  bool is_still = false;

  if (!victim_start (&victim, "victim", "changeling", "1500", -1))
    return;
  process = open_process (victim.pid);
  for (int i = 0; i < 100000 && !is_still; i++)
    {
      struct lac_process_failure failure = { 0 };
      struct lac_map *map;
      enum lac_status status = lac_process_read_map (process, 0, NULL, &map, &failure);
      size_t index;

      if (status == LAC_E_SYSTEM)
        {
          /* It changed on each of several tries. */
          g_assert_cmpint (failure.system_error, ==, EAGAIN);
          continue;
        }
      g_assert_cmpstr (lac_status_name (status), ==, "ok");
      n_read++;
      g_assert_true (lac_map_is_valid (map));
      /* The stack is in the last lines of each text, the program in the first. */
      g_assert_cmpint (lac_map_find_name (map, "[stack]", 7, &index), ==, LAC_OK);
      lac_map_unref (map);
      if (i % 50 == 49)
        {
          struct lac_process_facts facts;

          g_assert_cmpint (lac_process_get_facts (process, &facts, NULL), ==, LAC_OK);
          is_still = g_str_has_suffix (facts.command_line, " 0") && facts.state == 'S';
        }
    }
  g_assert_true (is_still);
  g_assert_cmpuint (n_read, >, 10);
  g_test_message ("%u maps read meanwhile", n_read);
  lac_process_close (process);
  victim_stop (&victim);
}

static void
test_query_follows_a_changeling (void)
{
  struct victim victim;
  struct lac_process *process;
  unsigned n_found = 0;

  if (!victim_start (&victim, "victim", "changeling", "500", -1))
    return;
  process = open_process (victim.pid);
  for (int i = 0; i < 3000; i++)
    {
      struct lac_process_failure failure = { 0 };
      struct lac_region region;
      enum lac_status status = lac_process_query (process, 0, true, &region, NULL, 0, &failure);

      if (status == LAC_E_SYSTEM)
        g_assert_cmpint (failure.system_error, ==, EAGAIN);
      else
        {
          g_assert_cmpstr (lac_status_name (status), ==, "ok");
          n_found++;
        }
    }
  g_assert_cmpuint (n_found, >, 100);
  lac_process_close (process);
  victim_stop (&victim);
}

static void *
kill_soon (void *user_data)
{
  const struct victim *victim = user_data;

  g_usleep ((gulong) g_random_int_range (0, 25000));
  kill (victim->pid, SIGKILL);
  return NULL;
}

/* A map is whole or there is none. */
static void
test_dies_while_read (void)
{
  unsigned n_whole = 0, n_gone = 0;

  for (int i = 0; i < 30; i++)
    {
      struct victim victim;
      struct lac_process *process;
      enum lac_status status;
      GThread *thread;

      if (!victim_start (&victim, "victim", "many", "20000", -1))
        return;
      process = open_process (victim.pid);
      thread = g_thread_new ("kill", kill_soon, &victim);
      do
        {
          struct lac_map *map;
          size_t n_regions;

          status = lac_process_read_map (process, 0, NULL, &map, NULL);
          if (status == LAC_OK)
            {
              lac_map_regions (map, &n_regions);
              g_assert_cmpuint (n_regions, >, 20000);
              lac_map_unref (map);
              n_whole++;
            }
        }
      while (status == LAC_OK);
      g_assert_true (status == LAC_E_EXITED || status == LAC_E_ZOMBIE);
      n_gone++;
      g_thread_join (thread);
      victim_stop (&victim);
      lac_process_close (process);
    }
  g_test_message ("%u whole maps, %u deaths", n_whole, n_gone);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  g_test_add_func ("/os/live/restless-process-is-always-a-map", test_restless);
  g_test_add_func ("/os/live/restless-process-in-view", test_restless_in_view);
  g_test_add_func ("/os/live/becomes-another-program", test_changeling);
  g_test_add_func ("/os/live/query-follows-another-program", test_query_follows_a_changeling);
  g_test_add_func ("/os/live/dies-while-it-is-read", test_dies_while_read);
  return g_test_run ();
}
