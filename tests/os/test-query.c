/* Point queries against the text of the same process, and refreshing what is in view.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/map-private.h"
#include "os/linux/process-private.h"
#include "victim.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool
can_query (struct lac_process *process)
{
  if (lac_process_can_query (process))
    return true;
  g_test_skip ("this kernel has no PROCMAP_QUERY (Linux 6.11)");
  return false;
}

/* Every region and every gap of @map, asked for at its first and last byte. */
static void
check_all (struct lac_process   *process,
           const struct lac_map *map)
{
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  struct lac_region found;
  char name[8192];

  for (size_t i = 0; i < n_regions; i++)
    {
      const struct lac_region *region = &regions[i];
      const struct lac_backing *backing = lac_map_backing (map, region);
      const uint64_t places[] = { region->start, region->start + (region->end - region->start) / 2,
                                  region->end - 1 };
      uint64_t below = i > 0 ? regions[i - 1].end : 0;

      for (int k = 0; k < 6; k++)
        {
          g_assert_cmpint (lac_process_query (process, places[k / 2], k % 2, &found, name, sizeof name,
                                              NULL),
                           ==, LAC_OK);
          g_assert_cmphex (found.start, ==, region->start);
          g_assert_cmphex (found.end, ==, region->end);
          g_assert_cmphex (found.offset, ==, region->offset);
          g_assert_cmpuint (found.protection, ==, region->protection);
          g_assert_cmpuint (found.flags, ==, region->flags);
          g_assert_cmpstr (name, ==, backing->name);
          if (region->kind != LAC_KIND_IMAGE && region->kind != LAC_KIND_FILE)
            g_assert_cmpstr (lac_kind_name (found.kind), ==, lac_kind_name (region->kind));
        }
      if (below < region->start)
        {
          g_assert_cmpint (lac_process_query (process, region->start - 1, true, &found, name,
                                              sizeof name, NULL),
                           ==, LAC_OK);
          g_assert_cmphex (found.start, ==, region->start);
          g_assert_cmpint (lac_process_query (process, below, false, &found, name, sizeof name, NULL), ==,
                           LAC_E_NOT_FOUND);
        }
    }
  g_assert_cmpint (lac_process_query (process, regions[n_regions - 1].end, true, &found, NULL, 0, NULL),
                   ==, LAC_E_NOT_FOUND);
  g_assert_cmpint (lac_process_query (process, UINT64_MAX, true, &found, NULL, 0, NULL), ==,
                   LAC_E_NOT_FOUND);
}

static void
check_program (const char *program,
               const char *role,
               const char *argument,
               bool        forbidden)
{
  struct victim victim;
  struct lac_process *process;
  struct lac_map *map;

  if (!victim_start (&victim, program, role, argument, -1))
    return;
  process = open_process (victim.pid);
  if (forbidden)
    lac_process_forbid_point_queries (process);
  if (forbidden || can_query (process))
    {
      g_assert_true (lac_process_can_query (process) == !forbidden);
      map = read_map (process);
      check_all (process, map);
      lac_map_unref (map);
    }
  lac_process_close (process);
  victim_stop (&victim);
}

static void
test_equals_text (void)
{
  check_program ("victim", "still", NULL, false);
}

static void
test_equals_text_32 (void)
{
  check_program ("victim-32", "still", NULL, false);
}

static void
test_equals_text_static (void)
{
  check_program ("victim-static", "many", "300", false);
}

static void
test_fallback (void)
{
  check_program ("victim", "still", NULL, true);
}

static void
test_fallback_many (void)
{
  check_program ("victim", "many", "500", true);
}

static void
check_names (bool forbidden)
{
  g_autofree char *folder = g_dir_make_tmp ("lacuna-names-XXXXXX", NULL);
  g_autoptr (GDir) files = NULL;
  const char *name;

  g_assert_nonnull (folder);
  check_program ("victim", "namer", folder, forbidden);
  files = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (files)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

static void
test_odd_names (void)
{
  check_names (false);
}

static void
test_fallback_odd_names (void)
{
  check_names (true);
}

static void
test_name_is_cut (void)
{
  struct lac_process *process = open_process (LAC_PROCESS_SELF);
  struct lac_map *map = read_map (process);
  struct lac_region region;
  char name[4] = "zzz";
  size_t index, n_regions;

  g_assert_cmpint (lac_map_find_name (map, "[stack]", 7, &index), ==, LAC_OK);
  g_assert_cmpint (lac_process_query (process, lac_map_regions (map, &n_regions)[index].start, false,
                                      &region, name, sizeof name, NULL),
                   ==, LAC_OK);
  g_assert_cmpstr (name, ==, "[st");
  g_assert_cmpuint (region.kind, ==, LAC_KIND_STACK);
  lac_map_unref (map);
  lac_process_close (process);
}

/* What a kernel before 5.3 (no pidfd), 5.6 (no openat2) and 6.11 (no point queries) says. */
static bool
pretend_old_kernel (void)
{
  struct sock_filter instructions[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 4, 0),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 3, 0),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 3),
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, args[1])),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, 0xc0686611u, 2, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOTTY),
  };
  struct sock_fprog filter = { G_N_ELEMENTS (instructions), instructions };

  return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
         && prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

static int
look_with_old_kernel (void *user_data)
{
  const struct victim *victim = user_data;
  struct lac_process *process;
  struct lac_map *map, *same;
  const struct lac_region *regions;
  size_t n_regions;
  bool has_program = false, has_library = false;

  if (!pretend_old_kernel ())
    return 77;
  process = open_process (victim->pid);
  g_assert_false (lac_process_has_exited (process));
  map = read_map (process);
  g_assert_false (lac_process_can_query (process));
  check_all (process, map);
  g_assert_cmpint (lac_process_refresh_range (process, map, lac_map_space (map)->user, NULL, &same, NULL),
                   ==, LAC_OK);
  g_assert_true (same == map);
  lac_map_unref (same);
  regions = lac_map_regions (map, &n_regions);
  for (size_t i = 0; i < n_regions; i++)
    {
      const struct lac_backing *backing = lac_map_backing (map, &regions[i]);

      has_program |= backing->image && g_str_has_suffix (backing->name, "/victim");
      has_library |= backing->image && strstr (backing->name, "libc") != NULL;
    }
  g_assert_true (has_program && has_library);
  lac_map_unref (map);

  kill (victim->pid, SIGKILL);
  while (!lac_process_has_exited (process))
    g_usleep (1000);
  lac_process_close (process);
  return 0;
}

static void
test_old_kernel (void)
{
  struct victim victim;
  int result;

  if (!victim_start (&victim, "victim", "still", NULL, -1))
    return;
  result = run_as (-1, look_with_old_kernel, &victim);
  if (result == 77)
    g_test_skip ("system calls can't be filtered here");
  else
    g_assert_cmpint (result, ==, 0);
  victim_stop (&victim);
}

/* The victim's area of 64 pages without access; what changes in it and beside it must be seen, or
 * not, as the range says. */
static void
check_refresh (bool forbidden)
{
  const uint64_t page = (uint64_t) sysconf (_SC_PAGESIZE);
  struct victim victim;
  struct lac_process *process;
  struct lac_map *map, *same, *fresh, *whole;
  struct lac_range view;
  uint64_t address;

  if (!victim_start (&victim, "victim", "many", "400", -1))
    return;
  process = open_process (victim.pid);
  if (forbidden)
    lac_process_forbid_point_queries (process);
  else if (!can_query (process))
    {
      lac_process_close (process);
      victim_stop (&victim);
      return;
    }
  map = read_map (process);
  address = victim.address + 100 * page;
  view = (struct lac_range){ address, address + 20 * page };

  /* Nothing changed. */
  g_assert_cmpint (lac_process_refresh_range (process, map, view, NULL, &same, NULL), ==, LAC_OK);
  g_assert_true (same == map);
  lac_map_unref (same);

  /* Something far from the view did. */
  victim_command (&victim, "unmap", victim.address, page);
  g_assert_cmpint (lac_process_refresh_range (process, map, view, NULL, &same, NULL), ==, LAC_OK);
  g_assert_true (same == map);
  lac_map_unref (same);

  /* A hole in the view; a new region; one that reaches over its end; one over its start. */
  victim_command (&victim, "unmap", address + 4 * page, page);
  victim_command (&victim, "map", address + 6 * page, 3 * page);
  victim_command (&victim, "map", address + 18 * page, 5 * page);
  victim_command (&victim, "map", address - 3 * page, 5 * page);
  g_assert_cmpint (lac_process_refresh_range (process, map, view, NULL, &fresh, NULL), ==, LAC_OK);
  g_assert_true (fresh != map);
  g_assert_true (lac_map_is_valid (fresh));
  whole = read_map (process);
  if (!forbidden)
    {
      size_t index = lac_map_search (fresh, victim.address);

      /* The far change is not in it, and is all that differs. */
      g_assert_cmphex (lac_map_regions (fresh, &(size_t){ 0 })[index].start, ==, victim.address);
      g_assert_false (maps_agree (fresh, whole));
      g_assert_cmpint (lac_process_refresh_range (process, fresh,
                                                  (struct lac_range){ victim.address,
                                                                      victim.address + page },
                                                  NULL, &same, NULL),
                       ==, LAC_OK);
      lac_map_unref (fresh);
      fresh = same;
    }
  g_assert_true (maps_agree (fresh, whole));
  g_assert_cmpint (lac_process_refresh_range (process, fresh, view, NULL, &same, NULL), ==, LAC_OK);
  g_assert_true (same == fresh);
  lac_map_unref (same);

  /* A view that cuts through regions, one that holds nothing, and everything. */
  g_assert_cmpint (lac_process_refresh_range (process, fresh,
                                              (struct lac_range){ address + 7 * page,
                                                                  address + 7 * page + 1 },
                                              NULL, &same, NULL),
                   ==, LAC_OK);
  g_assert_true (same == fresh);
  lac_map_unref (same);
  g_assert_cmpint (lac_process_refresh_range (process, fresh, (struct lac_range){ 0, 1 }, NULL, &same,
                                              NULL),
                   ==, LAC_OK);
  g_assert_true (same == fresh);
  lac_map_unref (same);
  g_assert_cmpint (lac_process_refresh_range (process, map, (struct lac_range){ 0, UINT64_MAX }, NULL,
                                              &same, NULL),
                   ==, LAC_OK);
  g_assert_true (maps_agree (same, whole));
  lac_map_unref (same);

  lac_map_unref (whole);
  lac_map_unref (fresh);
  lac_map_unref (map);
  lac_process_close (process);
  victim_stop (&victim);
}

static void
test_refresh (void)
{
  check_refresh (false);
}

static void
test_refresh_fallback (void)
{
  check_refresh (true);
}

/* Random changes anywhere in the area, random views; each is compared with the text. */
static void
test_refresh_random (void)
{
  const uint64_t page = (uint64_t) sysconf (_SC_PAGESIZE);
  const char *const commands[] = { "map", "unmap", "protect" };
  struct victim victim;
  struct lac_process *process;
  struct lac_map *map;

  if (!victim_start (&victim, "victim", "many", "1000", -1))
    return;
  process = open_process (victim.pid);
  map = read_map (process);
  for (int round = 0; round < 150; round++)
    {
      uint64_t first = (uint64_t) g_test_rand_int_range (0, 900);
      uint64_t n_pages = (uint64_t) g_test_rand_int_range (1, 100);
      struct lac_range view = { victim.address + first * page,
                                victim.address + (first + n_pages) * page };
      struct lac_map *fresh, *whole;
      size_t n_regions, n_whole, i, j;
      const struct lac_region *regions, *truth;

      for (int change = g_test_rand_int_range (0, 4); change > 0; change--)
        {
          const char *command = commands[g_test_rand_int_range (0, 2)];

          victim_command (&victim, command,
                          victim.address + (uint64_t) g_test_rand_int_range (0, 990) * page,
                          (uint64_t) g_test_rand_int_range (1, 9) * page);
        }
      g_assert_cmpint (lac_process_refresh_range (process, map, view, NULL, &fresh, NULL), ==, LAC_OK);
      g_assert_true (lac_map_is_valid (fresh));
      whole = read_map (process);
      regions = lac_map_regions (fresh, &n_regions);
      truth = lac_map_regions (whole, &n_whole);
      i = lac_map_search (fresh, view.start);
      j = lac_map_search (whole, view.start);
      while (j < n_whole && truth[j].start < view.end)
        {
          g_assert_cmpuint (i, <, n_regions);
          g_assert_cmphex (regions[i].start, ==, truth[j].start);
          g_assert_cmphex (regions[i].end, ==, truth[j].end);
          g_assert_cmpuint (regions[i].protection, ==, truth[j].protection);
          i++;
          j++;
        }
      g_assert_true (i >= n_regions || regions[i].start >= view.end);
      lac_map_unref (whole);
      lac_map_unref (map);
      map = fresh;
    }
  /* Everything in view at last. */
  {
    struct lac_map *whole = read_map (process);
    struct lac_map *fresh;

    g_assert_cmpint (lac_process_refresh_range (process, map,
                                                (struct lac_range){ victim.address - page,
                                                                    victim.address + 1010 * page },
                                                NULL, &fresh, NULL),
                     ==, LAC_OK);
    g_assert_true (maps_agree (fresh, whole));
    lac_map_unref (fresh);
    lac_map_unref (whole);
  }
  lac_map_unref (map);
  lac_process_close (process);
  victim_stop (&victim);
}

static void
test_refresh_cancelled (void)
{
  struct lac_process *process = open_process (LAC_PROCESS_SELF);
  struct lac_map *map = read_map (process);
  struct lac_map *fresh = NULL;
  atomic_bool cancel;

  atomic_init (&cancel, true);
  g_assert_cmpint (lac_process_refresh_range (process, map, lac_map_space (map)->user, &cancel, &fresh,
                                              NULL),
                   ==, LAC_E_CANCELLED);
  g_assert_null (fresh);
  lac_map_unref (map);
  lac_process_close (process);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  g_test_add_func ("/os/query/equals-the-text", test_equals_text);
  g_test_add_func ("/os/query/equals-the-text-32-bit", test_equals_text_32);
  g_test_add_func ("/os/query/equals-the-text-static", test_equals_text_static);
  g_test_add_func ("/os/query/odd-names", test_odd_names);
  g_test_add_func ("/os/query/fallback-equals-the-text", test_fallback);
  g_test_add_func ("/os/query/fallback-with-many-regions", test_fallback_many);
  g_test_add_func ("/os/query/fallback-with-odd-names", test_fallback_odd_names);
  g_test_add_func ("/os/query/old-kernel", test_old_kernel);
  g_test_add_func ("/os/query/name-is-cut", test_name_is_cut);
  g_test_add_func ("/os/refresh/sees-the-range-alone", test_refresh);
  g_test_add_func ("/os/refresh/fallback", test_refresh_fallback);
  g_test_add_func ("/os/refresh/random-changes", test_refresh_random);
  g_test_add_func ("/os/refresh/cancelled", test_refresh_cancelled);
  return g_test_run ();
}
