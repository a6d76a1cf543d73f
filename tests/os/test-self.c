/* Reading one's own map, which must not change it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/map-private.h"
#include "os/linux/process-private.h"
#include "victim.h"

#include <fcntl.h>
#include <malloc.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* AddressSanitizer's malloc hands out new memory rather than what was freed, so that each reading
 * finds another address space. */
#if defined(__SANITIZE_ADDRESS__)
#define MALLOC_GROWS_FOREVER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MALLOC_GROWS_FOREVER 1
#endif
#endif

/* Two readings in a row. The first readings of all make malloc grow and the text's buffer too; the
 * map of an earlier reading is let go before the next one, so that it finds the room that the
 * earlier one had. */
static void
check_two_agree (struct lac_process *process)
{
  struct lac_map *first, *second;
  g_autofree struct lac_region *copy = NULL;
  const struct lac_region *regions;
  size_t n_first, n_second;

#ifdef MALLOC_GROWS_FOREVER
  g_test_skip ("AddressSanitizer's malloc changes the address space with each reading");
  return;
#endif
  for (int i = 0; i < 3; i++)
    lac_map_unref (read_map (process));

  first = read_map (process);
  g_assert_true (lac_map_is_valid (first));
  g_assert_cmpuint (lac_map_repairs (first), ==, 0);
  regions = lac_map_regions (first, &n_first);
  /* Before anything else is allocated, the copy's room is: both readings see it. */
  copy = g_memdup2 (regions, n_first * sizeof *regions);
  lac_map_unref (first);
  second = read_map (process);
  lac_map_unref (second);

  first = read_map (process);
  regions = lac_map_regions (first, &n_first);
  memcpy (copy, regions, n_first * sizeof *regions);
  lac_map_unref (first);
  second = read_map (process);
  regions = lac_map_regions (second, &n_second);
  g_assert_cmpuint (n_first, ==, n_second);
  for (size_t i = 0; i < n_first; i++)
    {
      g_assert_cmphex (copy[i].start, ==, regions[i].start);
      g_assert_cmphex (copy[i].end, ==, regions[i].end);
      g_assert_cmphex (copy[i].offset, ==, regions[i].offset);
      g_assert_cmpuint (copy[i].protection, ==, regions[i].protection);
      g_assert_cmpuint (copy[i].kind, ==, regions[i].kind);
    }
  lac_map_unref (second);
}

/* The text as it is right before the reading, taken without allocating anything. The reader must
 * see the very same: whatever it allocates, it allocates afterwards. */
static void
check_equals_what_was (struct lac_process *process)
{
  static char text[16 << 20];
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map *map = NULL;
  struct lac_map *expected = NULL;
  const struct lac_region *regions, *expected_regions;
  enum lac_status status;
  size_t length = 0, n_regions, n_expected;
  ssize_t n;
  int file;

  /* The buffer of the library grows once. */
  lac_map_unref (read_map (process));

  file = open ("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  while ((n = read (file, text + length, sizeof text - length)) > 0)
    length += (size_t) n;
  status = lac_process_read_map (process, 0, NULL, &map, NULL);
  close (file);

  g_assert_cmpint (status, ==, LAC_OK);
  g_assert_cmpint (lac_map_parse (text, length, &space, &expected, NULL), ==, LAC_OK);
  regions = lac_map_regions (map, &n_regions);
  expected_regions = lac_map_regions (expected, &n_expected);
  g_assert_cmpuint (n_regions, ==, n_expected);
  for (size_t i = 0; i < n_regions; i++)
    {
      g_assert_cmphex (regions[i].start, ==, expected_regions[i].start);
      g_assert_cmphex (regions[i].end, ==, expected_regions[i].end);
      g_assert_cmphex (regions[i].offset, ==, expected_regions[i].offset);
      g_assert_cmpuint (regions[i].protection, ==, expected_regions[i].protection);
    }
  lac_map_unref (expected);
  lac_map_unref (map);
}

static void
test_equals_what_was (void)
{
  struct lac_process *process = open_process (LAC_PROCESS_SELF);

  for (int i = 0; i < 20; i++)
    check_equals_what_was (process);
  lac_process_close (process);
}

static void
test_two_agree (void)
{
  struct lac_process *process = open_process (LAC_PROCESS_SELF);

  check_two_agree (process);
  lac_process_close (process);
}

static char *
make_regions (size_t n_regions)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE);
  char *area = mmap (NULL, n_regions * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                     -1, 0);

  g_assert_true (area != MAP_FAILED);
  for (size_t i = 0; i < n_regions; i += 2)
    if (mprotect (area + i * page, page, PROT_READ) != 0)
      {
        munmap (area, n_regions * page);
        return NULL;
      }
  return area;
}

static void
test_two_agree_with_many_regions (void)
{
  const size_t n_regions = 60000;
  size_t page = (size_t) sysconf (_SC_PAGESIZE);
  char *area = make_regions (n_regions);
  struct lac_process *process;
  struct lac_map *map;
  size_t index;

  if (area == NULL)
    {
      g_test_skip ("vm.max_map_count is below 60,000");
      return;
    }
  process = open_process (LAC_PROCESS_SELF);
  map = read_map (process);
  index = lac_map_search (map, (uintptr_t) area);
  for (size_t i = 0; i < n_regions; i++)
    {
      const struct lac_region *region = &lac_map_regions (map, &(size_t){ 0 })[index + i];

      g_assert_cmphex (region->start, ==, (uintptr_t) area + i * page);
      g_assert_cmphex (region->end, ==, (uintptr_t) area + (i + 1) * page);
      g_assert_cmpuint (region->protection, ==, i % 2 ? LAC_PROTECTION_NONE : LAC_PROTECTION_READ);
    }
  lac_map_unref (map);
  check_equals_what_was (process);

  /* The text with details is 40 MB, more than what is kept of the buffer. */
  g_assert_cmpint (lac_process_read_map (process, LAC_READ_DETAIL, NULL, &map, NULL), ==, LAC_OK);
  index = lac_map_search (map, (uintptr_t) area);
  g_assert_cmphex (lac_map_regions (map, &(size_t){ 0 })[index].start, ==, (uintptr_t) area);
  g_assert_nonnull (lac_map_detail (map, index));
  lac_map_unref (map);
  check_equals_what_was (process);
  check_two_agree (process);
  lac_process_close (process);
  munmap (area, n_regions * page);
}

static atomic_bool stop;

static void *
spin (void *user_data)
{
  atomic_uint *count = user_data;

  while (!atomic_load_explicit (&stop, memory_order_relaxed))
    atomic_fetch_add_explicit (count, 1, memory_order_relaxed);
  return NULL;
}

static void
test_two_agree_beside_threads (void)
{
  struct lac_process *process = open_process (LAC_PROCESS_SELF);
  atomic_uint counts[2] = { 0 };
  GThread *threads[2];

  atomic_store (&stop, false);
  for (int i = 0; i < 2; i++)
    threads[i] = g_thread_new ("spin", spin, &counts[i]);
  /* A thread that begins makes itself a stack and more. */
  for (int i = 0; i < 2; i++)
    while (atomic_load_explicit (&counts[i], memory_order_relaxed) == 0)
      g_usleep (100);
  for (int i = 0; i < 5; i++)
    {
      check_equals_what_was (process);
      check_two_agree (process);
    }
  atomic_store (&stop, true);
  for (int i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  lac_process_close (process);
}

static void *
read_often (void *user_data)
{
  struct lac_process *process = open_process (LAC_PROCESS_SELF);

  for (int i = 0; i < 40; i++)
    {
      struct lac_map *map = read_map (process);
      size_t n_regions;
      const struct lac_region *regions = lac_map_regions (map, &n_regions);
      size_t index = lac_map_search (map, (uintptr_t) &process);

      g_assert_true (lac_map_is_valid (map));
      g_assert_true (lac_range_contains (lac_region_range (&regions[index]), (uintptr_t) &process));
      lac_map_unref (map);
    }
  lac_process_close (process);
  return NULL;
}

/* All of them share one buffer for the text. */
static void
test_many_readers (void)
{
  GThread *threads[4];

  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new ("read", read_often, NULL);
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);
}

struct cancelled
{
  atomic_bool cancel;
  enum lac_status status;
};

static void *
read_until_cancelled (void *user_data)
{
  struct cancelled *cancelled = user_data;
  struct lac_process *process = open_process (LAC_PROCESS_SELF);
  struct lac_map *map;

  do
    {
      cancelled->status = lac_process_read_map (process, 0, &cancelled->cancel, &map, NULL);
      if (cancelled->status == LAC_OK)
        lac_map_unref (map);
    }
  while (cancelled->status == LAC_OK);
  lac_process_close (process);
  return NULL;
}

static void
test_cancelled (void)
{
  struct cancelled cancelled = { .status = LAC_OK };
  struct lac_process *process = open_process (LAC_PROCESS_SELF);
  struct lac_process_failure failure = { 0 };
  struct lac_map *map = NULL;
  GThread *thread;

  atomic_init (&cancelled.cancel, true);
  g_assert_cmpint (lac_process_read_map (process, 0, &cancelled.cancel, &map, &failure), ==,
                   LAC_E_CANCELLED);
  g_assert_cmpint (failure.status, ==, LAC_E_CANCELLED);
  g_assert_null (map);
  /* The buffer for the text is free again. */
  lac_map_unref (read_map (process));
  lac_process_close (process);

  for (int i = 0; i < 20; i++)
    {
      atomic_store (&cancelled.cancel, false);
      thread = g_thread_new ("read", read_until_cancelled, &cancelled);
      g_usleep ((gulong) g_test_rand_int_range (0, 3000));
      atomic_store (&cancelled.cancel, true);
      g_thread_join (thread);
      g_assert_cmpint (cancelled.status, ==, LAC_E_CANCELLED);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  /* glibc moves its thresholds while a program runs, and then gives a block's memory back after one
   * reading and keeps it after the next. Set by hand they stay (mallopt(3)), and what is compared is
   * what the reader does. */
  mallopt (M_MMAP_THRESHOLD, 128 * 1024);
  mallopt (M_TRIM_THRESHOLD, 128 * 1024);
  g_test_add_func ("/os/self/equals-what-was-before", test_equals_what_was);
  g_test_add_func ("/os/self/two-readings-agree", test_two_agree);
  g_test_add_func ("/os/self/two-readings-agree-beside-threads", test_two_agree_beside_threads);
  g_test_add_func ("/os/self/many-readers", test_many_readers);
  g_test_add_func ("/os/self/cancelled", test_cancelled);
  g_test_add_func ("/os/self/two-readings-agree-with-many-regions", test_two_agree_with_many_regions);
  return g_test_run ();
}
