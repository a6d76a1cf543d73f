/* Recorded processes: a folder laid out like /proc stands in for the live one. Made here, so that
 * each test shows what it is about.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/map-private.h"
#include "os/linux/process-private.h"
#include "victim.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define STAT_OF(state, flags, threads, start_time, start_break)                                   \
  "4242 (a) name (x) " state " 1 4242 4242 0 -1 " flags " 0 0 0 0 0 0 0 0 20 0 " threads " 0 "    \
  start_time " 0 0 18446744073709551615 1 1 1 1 1 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 "             \
  start_break " 0 0 0 0 0\n"

struct fixture
{
  char *root;
  GPtrArray *paths;
};

static void
fixture_write (struct fixture *fixture,
               const char     *name,
               const void     *contents,
               gssize          length)
{
  g_autofree char *path = g_build_filename (fixture->root, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, contents, length, NULL));
}

static void
fixture_set_up (struct fixture *fixture,
                gconstpointer   unused)
{
  fixture->root = g_dir_make_tmp ("lacuna-proc-XXXXXX", NULL);
  g_assert_nonnull (fixture->root);
  fixture_write (fixture, "4242/stat", STAT_OF ("S", "4194304", "1", "777", "93824992300000"), -1);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
fixture_tear_down (struct fixture *fixture,
                   gconstpointer   unused)
{
  remove_tree (fixture->root);
  g_free (fixture->root);
}

static struct lac_process *
fixture_open (struct fixture *fixture)
{
  struct lac_process_failure failure = { 0 };
  struct lac_process *process;

  g_assert_cmpstr (lac_status_name (lac_process_open (fixture->root, 4242, &process, &failure)), ==, "ok");
  g_assert_false (lac_process_is_self (process));
  return process;
}

static const char maps_64[] = "555555554000-555555556000 r-xp 00000000 fe:00 11                /opt/tool\n"
                              "7ffff7fc1000-7ffff7fc3000 rw-p 00000000 00:00 0 \n"
                              "7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0     [stack]\n";

static void
write_vector_64 (struct fixture *fixture,
                 uint64_t        page_size)
{
  const uint64_t vector[] = { 33, 0x7ffff7fc1000, 16, 0xbfebfbff, 6, page_size, 17, 100, 0, 0 };

  fixture_write (fixture, "4242/auxv", vector, sizeof vector);
}

static void
write_vector_32 (struct fixture *fixture)
{
  const uint32_t vector[] = { 32, 0xf7fc9000, 33, 0xf7fc8000, 16, 0xbfebfbff, 6, 4096, 0, 0 };

  fixture_write (fixture, "4242/auxv", vector, sizeof vector);
}

static void
test_facts (struct fixture *fixture,
            gconstpointer   unused)
{
  struct lac_process *process;
  struct lac_process_facts facts;
  const char arguments[] = "tool\0--name=\xc3\xa9\0two words\0\x01.\xff!";

  write_vector_64 (fixture, 16384);
  fixture_write (fixture, "4242/status", "Name:\tx\nTgid:\t4242\nPid:\t4242\nUid:\t1000\t1001\t1002\t1003\n", -1);
  fixture_write (fixture, "4242/limits",
                 "Limit                     Soft Limit           Hard Limit           Units     \n"
                 "Max cpu time              unlimited            unlimited            seconds   \n"
                 "Max data size             1048576              unlimited            bytes     \n"
                 "Max stack size            unlimited            unlimited            bytes     \n",
                 -1);
  fixture_write (fixture, "4242/cmdline", arguments, sizeof arguments);
  fixture_write (fixture, "sys/vm/mmap_min_addr", "65536\n", -1);
  fixture_write (fixture, "cmdline", "quiet stack_guard_gap=16 splash\n", -1);
  fixture_write (fixture, "cpuinfo", "processor\t: 0\nflags\t\t: fpu la57x vme\n", -1);
  process = fixture_open (fixture);
  g_assert_cmpint (lac_process_get_facts (process, &facts, NULL), ==, LAC_OK);
  g_assert_cmpint (facts.pid, ==, 4242);
  g_assert_cmpuint (facts.start_time, ==, 777);
  g_assert_cmpint (facts.state, ==, 'S');
  g_assert_cmpstr (facts.name, ==, "a) name (x");
  g_assert_cmpuint (facts.user, ==, 1001);
  g_assert_cmpstr (facts.command_line, ==, "tool --name=\xc3\xa9 two words ?.?!");
  g_assert_cmpuint (facts.space.pointer_bits, ==, 64);
  g_assert_cmpuint (facts.space.page_size, ==, 16384);
  g_assert_cmpuint (facts.space.granularity, ==, 16384);
  g_assert_cmpuint (facts.space.data_limit, ==, 1048576);
  g_assert_cmpuint (facts.space.stack_limit, ==, UINT64_MAX);
  g_assert_cmpuint (facts.space.stack_guard, ==, 16 * 16384);
  g_assert_cmpuint (facts.space.program_break, ==, UINT64_C (93824992300000));
  g_assert_cmpuint (facts.space.user.start, ==, 65536);
#ifdef __x86_64__
  g_assert_cmphex (facts.space.user.end, ==, UINT64_C (0x7ffffffff000));
#endif
  lac_process_close (process);
}

static void
test_five_levels (struct fixture *fixture,
                  gconstpointer   unused)
{
#ifdef __x86_64__
  struct lac_process *process;
  struct lac_map *map;

  write_vector_64 (fixture, 4096);
  fixture_write (fixture, "4242/maps", maps_64, -1);
  fixture_write (fixture, "cpuinfo", "processor\t: 0\nflags\t\t: fpu vme la57\nbugs\t\t:\n", -1);
  process = fixture_open (fixture);
  map = read_map (process);
  g_assert_cmphex (lac_map_space (map)->user.end, ==, UINT64_C (0xfffffffffff000));
  lac_map_unref (map);
  lac_process_close (process);
#else
  g_test_skip ("five levels of page tables are x86-64's");
#endif
}

static void
test_32_bits (struct fixture *fixture,
              gconstpointer   unused)
{
#ifdef __x86_64__
  struct lac_process *process;
  struct lac_map *map;

  write_vector_32 (fixture);
  fixture_write (fixture, "4242/maps", "08048000-08049000 r-xp 00000000 fe:00 11 /opt/tool\n", -1);
  process = fixture_open (fixture);
  map = read_map (process);
  g_assert_cmpuint (lac_map_space (map)->pointer_bits, ==, 32);
  g_assert_cmphex (lac_map_space (map)->user.end, ==, UINT64_C (0xffffe000));
  lac_map_unref (map);
  fixture_write (fixture, "4242/personality", "08000000\n", -1);
  map = read_map (process);
  g_assert_cmphex (lac_map_space (map)->user.end, ==, UINT64_C (0xc0000000));
  lac_map_unref (map);
  lac_process_close (process);
#else
  g_test_skip ("the ends are x86's");
#endif
}

static void
test_maps_alone (struct fixture *fixture,
                 gconstpointer   unused)
{
  struct lac_process *process;
  struct lac_process_facts facts;
  g_autofree char *stat = g_build_filename (fixture->root, "4242/stat", NULL);
  struct lac_region region;
  struct lac_map *map;
  size_t n_regions;
  char name[64];

  g_remove (stat);
  fixture_write (fixture, "4242/maps", maps_64, -1);
  process = fixture_open (fixture);
  map = read_map (process);
  lac_map_regions (map, &n_regions);
  g_assert_cmpuint (n_regions, ==, 3);
  g_assert_cmphex (lac_map_space (map)->user.start, ==, 0x1000);
  g_assert_cmphex (lac_map_space (map)->user.end, ==, UINT64_C (0x7ffffffff000));
  g_assert_cmpint (lac_process_get_facts (process, &facts, NULL), ==, LAC_OK);
  g_assert_cmpstr (facts.name, ==, "");
  g_assert_cmpint (facts.state, ==, '?');
  g_assert_false (lac_process_has_exited (process));
  g_assert_false (lac_process_can_query (process));
  g_assert_cmpint (lac_process_query (process, 0x555555555fff, false, &region, name, sizeof name, NULL),
                   ==, LAC_OK);
  g_assert_cmpstr (name, ==, "/opt/tool");
  g_assert_cmphex (region.end, ==, 0x555555556000);
  lac_map_unref (map);
  lac_process_close (process);
}

static void
test_empty_maps (struct fixture *fixture,
                 gconstpointer   unused)
{
  struct lac_process *process;
  struct lac_region region;
  struct lac_map *map;
  size_t n_regions;

  fixture_write (fixture, "4242/maps", "", -1);
  process = fixture_open (fixture);
  map = read_map (process);
  lac_map_regions (map, &n_regions);
  g_assert_cmpuint (n_regions, ==, 0);
  g_assert_cmpint (lac_process_query (process, 0, true, &region, NULL, 0, NULL), ==, LAC_E_NOT_FOUND);
  lac_map_unref (map);
  lac_process_close (process);
}

static void
test_no_maps (struct fixture *fixture,
              gconstpointer   unused)
{
  struct lac_process *process = fixture_open (fixture);
  struct lac_process_failure failure = { 0 };
  struct lac_map *map;

  g_assert_cmpint (lac_process_read_map (process, 0, NULL, &map, &failure), ==, LAC_E_SYSTEM);
  g_assert_cmpint (failure.system_error, ==, ENOENT);
  g_assert_nonnull (failure.what);
  lac_process_close (process);
}

static void
test_malformed (struct fixture *fixture,
                gconstpointer   unused)
{
  struct lac_process *process;
  struct lac_process_failure failure = { 0 };
  struct lac_region region;
  struct lac_map *map;

  fixture_write (fixture, "4242/maps",
                 "555555554000-555555556000 r-xp 00000000 fe:00 11 /opt/tool\n"
                 "7ffff7fc1000-7ffff7fc3000 rw?p 00000000 00:00 0 \n",
                 -1);
  process = fixture_open (fixture);
  g_assert_cmpint (lac_process_read_map (process, 0, NULL, &map, &failure), ==, LAC_E_MALFORMED);
  g_assert_cmpint (failure.status, ==, LAC_E_MALFORMED);
  g_assert_cmpuint (failure.text.line, ==, 2);
  g_assert_cmpuint (failure.text.column, ==, 27);
  g_assert_nonnull (failure.text.message);
  /* A query for a region before the fault does not see it. */
  g_assert_cmpint (lac_process_query (process, 0x555555554000, false, &region, NULL, 0, &failure), ==,
                   LAC_OK);
  memset (&failure, 0, sizeof failure);
  g_assert_cmpint (lac_process_query (process, 0x7ffff7fc1000, false, &region, NULL, 0, &failure), ==,
                   LAC_E_MALFORMED);
  g_assert_cmpuint (failure.text.line, ==, 2);

  fixture_write (fixture, "4242/maps", "555555554000-555555556000 r-xp 000", -1);
  g_assert_cmpint (lac_process_read_map (process, 0, NULL, &map, &failure), ==, LAC_E_MALFORMED);
  g_assert_cmpuint (failure.text.line, ==, 1);
  g_assert_cmpuint (failure.text.column, ==, 35);
  lac_process_close (process);
}

static void
test_endless_line (struct fixture *fixture,
                   gconstpointer   unused)
{
  struct lac_process *process;
  struct lac_process_failure failure = { 0 };
  g_autoptr (GString) text = g_string_new ("555555554000-555555556000 r-xp 00000000 fe:00 11 /");
  struct lac_map *map;
  size_t n_regions;

  for (int i = 0; i < 200000; i++)
    g_string_append_c (text, 'n');
  fixture_write (fixture, "4242/maps", text->str, -1);
  process = fixture_open (fixture);
  map = read_map (process);
  g_assert_cmpuint (lac_map_backing (map, lac_map_regions (map, &n_regions))->name_length, ==, 200001);
  lac_map_unref (map);

  for (int i = 0; i < 3000000; i++)
    g_string_append_c (text, 'n');
  fixture_write (fixture, "4242/maps", text->str, -1);
  g_assert_cmpint (lac_process_read_map (process, 0, NULL, &map, &failure), ==, LAC_E_MALFORMED);
  lac_process_close (process);
}

/* The same number, another start: a reused PID. */
static void
test_another_start (struct fixture *fixture,
                    gconstpointer   unused)
{
  struct lac_process *process;
  struct lac_process_facts facts;
  struct lac_process_failure failure = { 0 };
  struct lac_map *map;

  fixture_write (fixture, "4242/maps", maps_64, -1);
  process = fixture_open (fixture);
  lac_map_unref (read_map (process));
  fixture_write (fixture, "4242/stat", STAT_OF ("S", "4194304", "1", "888", "0"), -1);
  g_assert_cmpint (lac_process_read_map (process, 0, NULL, &map, &failure), ==, LAC_E_EXITED);
  g_assert_cmpint (lac_process_get_facts (process, &facts, &failure), ==, LAC_E_EXITED);
  g_assert_true (lac_process_has_exited (process));
  lac_process_close (process);
}

static void
test_self_of_another_root (struct fixture *fixture,
                           gconstpointer   unused)
{
  struct lac_process *process;
  struct lac_process_facts facts;
  g_autofree char *link = g_build_filename (fixture->root, "self", NULL);

  g_assert_cmpint (symlink ("4242", link), ==, 0);
  g_assert_cmpint (lac_process_open (fixture->root, LAC_PROCESS_SELF, &process, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_process_get_facts (process, &facts, NULL), ==, LAC_OK);
  g_assert_cmpint (facts.pid, ==, 4242);
  /* A recording is nobody's self. */
  g_assert_false (lac_process_is_self (process));
  lac_process_close (process);
  g_assert_cmpint (unlink (link), ==, 0);
}

static void
test_no_folder (struct fixture *fixture,
                gconstpointer   unused)
{
  struct lac_process *process;
  struct lac_process_failure failure = { 0 };

  g_assert_cmpint (lac_process_open (fixture->root, 4243, &process, &failure), ==, LAC_E_NO_PROCESS);
  /* A PID of the real system has nothing to do with it. */
  g_assert_cmpint (lac_process_open (fixture->root, getpid (), &process, &failure), ==, LAC_E_NO_PROCESS);
}

static bool
collect (const struct lac_process_row *row,
         void                         *user_data)
{
  g_string_append_printf (user_data, "%d %s %u %c%s [%s]\n", row->pid, row->name, row->user, row->state,
                          row->kernel_thread ? " kernel" : "", row->command_line);
  return true;
}

static void
test_list (struct fixture *fixture,
           gconstpointer   unused)
{
  g_autoptr (GString) text = g_string_new (NULL);
  struct lac_process_failure failure = { 0 };

  fixture_write (fixture, "4242/status", "Name:\tx\nUid:\t5\t6\t7\t8\n", -1);
  fixture_write (fixture, "4242/cmdline", "a\0b\0", 4);
  fixture_write (fixture, "999/stat", "999 (early) Z 1 1 1 0 -1 4 0\n", -1);
  fixture_write (fixture, "999/status", "Uid:\t0\t0\t0\t0\n", -1);
  fixture_write (fixture, "30000/stat", "30000 (kworker/0:1) I 2 0 0 0 -1 69238880 0\n", -1);
  fixture_write (fixture, "31000/stat", "no stat at all", -1);
  fixture_write (fixture, "12x/stat", "12 (no) S 1\n", -1);
  fixture_write (fixture, "self/stat", "12 (no) S 1\n", -1);
  g_assert_cmpint (lac_process_list (fixture->root, collect, text, &failure), ==, LAC_OK);
  g_assert_cmpstr (text->str, ==,
                   "999 early 0 Z []\n"
                   "4242 a) name (x 6 S [a b]\n"
                   "30000 kworker/0:1 0 I kernel []\n");
  g_assert_cmpint (lac_process_list ("/nowhere/at/all", collect, text, &failure), ==, LAC_E_SYSTEM);
  g_assert_cmpint (failure.system_error, ==, ENOENT);
}

static void
test_detail (struct fixture *fixture,
             gconstpointer   unused)
{
  struct lac_process *process;
  struct lac_map *map;

  fixture_write (fixture, "4242/smaps",
                 "555555554000-555555556000 r-xp 00000000 fe:00 11 /opt/tool\n"
                 "Size:                  8 kB\nRss:                   4 kB\nPss:                   2 kB\n"
                 "VmFlags: rd ex mr mw me\n",
                 -1);
  process = fixture_open (fixture);
  g_assert_cmpint (lac_process_read_map (process, LAC_READ_DETAIL, NULL, &map, NULL), ==, LAC_OK);
  g_assert_cmpuint (lac_map_detail (map, 0)->resident, ==, 4096);
  g_assert_cmpuint (lac_map_detail (map, 0)->proportional, ==, 2048);
  lac_map_unref (map);
  lac_process_close (process);
}

static void
test_refresh (struct fixture *fixture,
              gconstpointer   unused)
{
  struct lac_process *process;
  struct lac_map *map, *fresh;
  struct lac_range all = { 0, UINT64_MAX };

  fixture_write (fixture, "4242/maps", maps_64, -1);
  process = fixture_open (fixture);
  map = read_map (process);
  g_assert_cmpint (lac_process_refresh_range (process, map, all, NULL, &fresh, NULL), ==, LAC_OK);
  g_assert_true (fresh == map);
  lac_map_unref (fresh);
  fixture_write (fixture, "4242/maps", strchr (maps_64, '\n') + 1, -1);
  g_assert_cmpint (lac_process_refresh_range (process, map, all, NULL, &fresh, NULL), ==, LAC_OK);
  g_assert_true (fresh != map);
  lac_map_unref (fresh);
  lac_map_unref (map);
  lac_process_close (process);
}

#define ADD(path, function)                                                                       \
  g_test_add (path, struct fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/os/fixture/facts", test_facts);
  ADD ("/os/fixture/five-levels", test_five_levels);
  ADD ("/os/fixture/32-bits", test_32_bits);
  ADD ("/os/fixture/maps-alone", test_maps_alone);
  ADD ("/os/fixture/empty-maps", test_empty_maps);
  ADD ("/os/fixture/no-maps", test_no_maps);
  ADD ("/os/fixture/malformed-says-where", test_malformed);
  ADD ("/os/fixture/endless-line-is-refused", test_endless_line);
  ADD ("/os/fixture/another-start-is-another-process", test_another_start);
  ADD ("/os/fixture/self-of-another-root", test_self_of_another_root);
  ADD ("/os/fixture/no-folder-no-process", test_no_folder);
  ADD ("/os/fixture/list", test_list);
  ADD ("/os/fixture/detail", test_detail);
  ADD ("/os/fixture/refresh", test_refresh);
  return g_test_run ();
}
