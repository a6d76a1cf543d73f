/* Private allocations: what is known of them, who may free them, what fork and other threads do to them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../os/room.h"
#include "buffers/private.h"
#include "os/os.h"

#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_WRITE (LAC_PROTECTION_READ | LAC_PROTECTION_WRITE)
#define READ_EXECUTE (LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE)

static uint64_t
page (void)
{
  return lac_os_get_space ()->page_size;
}

static void
test_allocate (void)
{
  struct lac_private memory;
  struct lac_placement_report report;
  uint64_t anchor = (uintptr_t) memcpy;
  struct lac_gap_query query;
  struct lac_private copy;

  lac_placement_init (&query);
  query.anchors = &anchor;
  query.n_anchors = 1;
  query.size = 5000;
  g_assert_cmpint (lac_private_allocate (&query, READ_WRITE, &memory, &report), ==, LAC_OK);
  g_assert_cmpuint (memory.size, ==, 2 * page ());
  g_assert_cmpuint (memory.protection, ==, READ_WRITE);
  g_assert_cmpuint (memory.serial, !=, 0);
  g_assert_cmpuint (report.n_attempts, >=, 1);
  g_assert_cmphex (report.attempts[report.n_attempts - 1].address, ==, (uintptr_t) memory.address);
  g_assert_cmpint (report.attempts[report.n_attempts - 1].status, ==, LAC_OK);
  g_assert_cmphex ((uintptr_t) memory.address, >=, anchor - LAC_WITHIN_DEFAULT);
  g_assert_cmphex ((uintptr_t) memory.address + memory.size, <=, anchor + LAC_WITHIN_DEFAULT);
  for (size_t i = 0; i < memory.size; i++)
    g_assert_cmpint (((unsigned char *) memory.address)[i], ==, 0);
  memset (memory.address, 1, memory.size);

  copy = memory;
  g_assert_cmpint (lac_private_free (&memory), ==, LAC_OK);
  g_assert_null (memory.address);
  g_assert_cmpuint (memory.serial, ==, 0);
  g_assert_cmpint (lac_private_free (&memory), ==, LAC_E_NOT_OURS);
  g_assert_cmpint (lac_private_free (&copy), ==, LAC_E_NOT_OURS);
  g_assert_cmpint (lac_private_protect (&copy, READ_WRITE), ==, LAC_E_NOT_OURS);

  g_assert_cmpint (lac_private_allocate (NULL, READ_WRITE, &memory, NULL), ==, LAC_OK);
  g_assert_cmpuint (memory.size, ==, page ());
  g_assert_cmpint (lac_private_free (&memory), ==, LAC_OK);
}

/* One page in the room, and always the same. */
static struct lac_gap_query
one_place (void)
{
  struct lac_gap_query query;

  lac_placement_init (&query);
  query.min = room_start () + 8 * page ();
  query.max = query.min + page ();
  return query;
}

static void
test_copies (void)
{
  struct lac_gap_query query = one_place ();
  struct lac_private first, copy, second, made_up;

  g_assert_cmpint (lac_private_allocate (&query, READ_WRITE, &first, NULL), ==, LAC_OK);
  copy = first;
  g_assert_cmpint (lac_private_free (&copy), ==, LAC_OK);
  /* The same place is given to somebody else; the old handle means nothing. */
  g_assert_cmpint (lac_private_allocate (&query, READ_WRITE, &second, NULL), ==, LAC_OK);
  g_assert_true (second.address == first.address);
  g_assert_cmpuint (second.serial, !=, first.serial);
  memset (second.address, 0x5a, page ());
  g_assert_cmpint (lac_private_free (&first), ==, LAC_E_NOT_OURS);
  g_assert_cmpint (lac_private_protect (&first, LAC_PROTECTION_NONE), ==, LAC_E_NOT_OURS);
  g_assert_cmpint (((unsigned char *) second.address)[page () - 1], ==, 0x5a);
  made_up = second;
  made_up.serial = 0;
  g_assert_cmpint (lac_private_free (&made_up), ==, LAC_E_NOT_OURS);
  /* What the handle says of its size is not believed. */
  made_up = second;
  made_up.size = 64 * page ();
  g_assert_cmpint (lac_private_free (&made_up), ==, LAC_OK);
  g_assert_cmpint (lac_private_free (&second), ==, LAC_E_NOT_OURS);
}

static void
test_protect (void)
{
  struct lac_private memory, found;

  g_assert_cmpint (lac_private_allocate (NULL, READ_WRITE, &memory, NULL), ==, LAC_OK);
#if defined(__x86_64__) || defined(__i386__)
  {
    static const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };

    memcpy (memory.address, code, sizeof code);
    g_assert_cmpint (lac_private_protect (&memory, READ_EXECUTE), ==, LAC_OK);
    g_assert_cmpint (((int (*) (void)) (uintptr_t) memory.address) (), ==, 42);
  }
#endif
  g_assert_cmpint (lac_private_protect (&memory, READ_EXECUTE), ==, LAC_OK);
  g_assert_cmpuint (memory.protection, ==, READ_EXECUTE);
  g_assert_cmpint (lac_private_find (memory.address, &found), ==, LAC_OK);
  g_assert_cmpuint (found.protection, ==, READ_EXECUTE);
  g_assert_cmpint (lac_private_protect (&memory, 8), ==, LAC_E_INVALID);
  g_assert_cmpuint (memory.protection, ==, READ_EXECUTE);
  g_assert_cmpint (lac_private_free (&memory), ==, LAC_OK);
}

static void
test_refused (void)
{
  struct lac_gap_query query = one_place ();
  struct lac_private memory = { .serial = 77 }, first;
  struct lac_placement_report report;

  g_assert_cmpint (lac_private_allocate (&query, READ_WRITE, &first, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_private_allocate (&query, READ_WRITE, &memory, &report), ==, LAC_E_NO_GAP);
  g_assert_cmpuint (report.n_attempts, ==, 0);
  g_assert_cmpint (lac_private_allocate (&query, 8, &memory, &report), ==, LAC_E_INVALID);
  query.size = 0;
  g_assert_cmpint (lac_private_allocate (&query, READ_WRITE, &memory, &report), ==, LAC_E_INVALID);
  query = one_place ();
  query.min = 0;
  query.max = page ();
  g_assert_cmpint (lac_private_allocate (&query, READ_WRITE, &memory, &report), ==, LAC_E_NO_GAP);
  g_assert_cmpuint (memory.serial, ==, 77);
  g_assert_cmpint (lac_private_free (&first), ==, LAC_OK);
  g_assert_cmpuint (lac_private_list (NULL, 0), ==, 0);
}

/* What is known, against an array. */
static void
test_registry (void)
{
  GArray *alive = g_array_new (FALSE, FALSE, sizeof (struct lac_private));
  struct lac_gap_query query;
  static struct lac_private listed[1000];
  size_t n;

  lac_placement_init (&query);
  query.min = room_start ();
  query.max = query.min + (UINT64_C (8) << 20);
  for (int step = 0; step < 3000; step++)
    {
      struct lac_private memory;

      if (alive->len > 0 && (alive->len == 400 || g_test_rand_int_range (0, 100) < 45))
        {
          guint i = (guint) g_test_rand_int_range (0, (gint32) alive->len);

          memory = g_array_index (alive, struct lac_private, i);
          g_assert_cmpint (lac_private_free (&memory), ==, LAC_OK);
          g_array_remove_index_fast (alive, i);
        }
      else
        {
          query.size = (uint64_t) g_test_rand_int_range (1, 5) * page ();
          query.order = g_test_rand_int_range (0, 2) ? LAC_ORDER_LOWEST : LAC_ORDER_HIGHEST;
          g_assert_cmpint (lac_private_allocate (&query, LAC_PROTECTION_READ, &memory, NULL), ==, LAC_OK);
          g_array_append_val (alive, memory);
        }
      if (step % 100 != 0)
        continue;
      n = lac_private_list (listed, G_N_ELEMENTS (listed));
      g_assert_cmpuint (n, ==, alive->len);
      g_assert_cmpuint (lac_private_list (listed, n / 2), ==, n);
      g_assert_cmpuint (lac_private_list (NULL, 0), ==, n);
      for (size_t i = 1; i < n; i++)
        g_assert_true ((char *) listed[i - 1].address + listed[i - 1].size <= (char *) listed[i].address);
      for (guint i = 0; i < alive->len; i++)
        {
          const struct lac_private *expected = &g_array_index (alive, struct lac_private, i);
          struct lac_private found;

          g_assert_cmpint (lac_private_find (expected->address, &found), ==, LAC_OK);
          g_assert_cmpuint (found.serial, ==, expected->serial);
          g_assert_cmpint (lac_private_find ((char *) expected->address + expected->size - 1, &found), ==,
                           LAC_OK);
          g_assert_cmpuint (found.serial, ==, expected->serial);
          if (lac_private_find ((char *) expected->address + expected->size, &found) == LAC_OK)
            g_assert_cmpuint (found.serial, !=, expected->serial);
        }
    }
  for (guint i = 0; i < alive->len; i++)
    g_assert_cmpint (lac_private_free (&g_array_index (alive, struct lac_private, i)), ==, LAC_OK);
  g_assert_cmpuint (lac_private_list (NULL, 0), ==, 0);
  g_array_unref (alive);
}

static void
test_find_nothing (void)
{
  struct lac_private found;

  g_assert_cmpint (lac_private_find (NULL, &found), ==, LAC_E_NOT_FOUND);
  g_assert_cmpint (lac_private_find ((void *) UINTPTR_MAX, &found), ==, LAC_E_NOT_FOUND);
  g_assert_cmpint (lac_private_find (&found, &found), ==, LAC_E_NOT_FOUND);
}

/* Somebody unmapped what is ours, and another put a file in its place. */
static void
test_stranger (void)
{
  struct lac_gap_query query = one_place ();
  struct lac_private memory, second;
  void *stranger;

  if (!lac_os_can_query ())
    {
      g_test_skip ("this kernel has no PROCMAP_QUERY (Linux 6.11)");
      return;
    }
  for (int i = 0; i < 2; i++)
    {
      g_assert_cmpint (lac_private_allocate (&query, READ_WRITE, &memory, NULL), ==, LAC_OK);
      second = memory;
      g_assert_cmpint (munmap (memory.address, memory.size), ==, 0);
      stranger = mmap (memory.address, memory.size, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
      g_assert_true (stranger == memory.address);
      memset (stranger, 0x5a, page ());
      if (i == 0)
        g_assert_cmpint (lac_private_protect (&memory, LAC_PROTECTION_NONE), ==, LAC_E_NOT_OURS);
      g_assert_cmpint (lac_private_free (&memory), ==, LAC_E_NOT_OURS);
      g_assert_cmpint (((unsigned char *) stranger)[page () - 1], ==, 0x5a);
      g_assert_cmpint (lac_private_free (&second), ==, LAC_E_NOT_OURS);
      g_assert_cmpint (lac_private_find (stranger, &second), ==, LAC_E_NOT_FOUND);
      g_assert_cmpint (munmap (stranger, page ()), ==, 0);
    }

  /* Unmapped, and nothing there: then it is free already. */
  g_assert_cmpint (lac_private_allocate (&query, READ_WRITE, &memory, NULL), ==, LAC_OK);
  g_assert_cmpint (munmap (memory.address, memory.size), ==, 0);
  g_assert_cmpint (lac_private_protect (&memory, READ_WRITE), ==, LAC_E_NOT_OURS);
  g_assert_cmpint (lac_private_free (&memory), ==, LAC_OK);

  /* Unmapped, and given by us again: the old one is gone from the list. */
  g_assert_cmpint (lac_private_allocate (&query, READ_WRITE, &memory, NULL), ==, LAC_OK);
  g_assert_cmpint (munmap (memory.address, memory.size), ==, 0);
  g_assert_cmpint (lac_private_allocate (&query, READ_WRITE, &second, NULL), ==, LAC_OK);
  g_assert_cmpuint (lac_private_list (NULL, 0), ==, 1);
  g_assert_cmpint (lac_private_free (&memory), ==, LAC_E_NOT_OURS);
  g_assert_cmpint (lac_private_free (&second), ==, LAC_OK);
}

static void
expect_child (pid_t child)
{
  int status;

  g_assert_cmpint (child, >, 0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

static void
test_fork (void)
{
  struct lac_gap_query query = one_place ();
  struct lac_private memory, another;
  pid_t child;

  g_assert_cmpint (lac_private_allocate (&query, READ_WRITE, &memory, NULL), ==, LAC_OK);
  memset (memory.address, 0x5a, page ());
  child = fork ();
  if (child == 0)
    {
      struct lac_private copy = memory;

      /* A child has its own copy, in memory and in the list. */
      g_assert_cmpint (lac_private_list (NULL, 0), ==, 1);
      g_assert_cmpint (lac_private_free (&copy), ==, LAC_OK);
      g_assert_cmpint (lac_private_free (&memory), ==, LAC_E_NOT_OURS);
      g_assert_cmpint (lac_private_allocate (&query, READ_WRITE, &another, NULL), ==, LAC_OK);
      g_assert_cmpint (((unsigned char *) another.address)[0], ==, 0);
      g_assert_cmpuint (another.serial, !=, memory.serial);
      _exit (0);
    }
  expect_child (child);
  g_assert_cmpint (((unsigned char *) memory.address)[page () - 1], ==, 0x5a);
  g_assert_cmpint (lac_private_free (&memory), ==, LAC_OK);
}

/* Threads. */

#define N_THREADS 8

static gint stop;

struct worker
{
  int number;
  uint64_t anchor;
  unsigned n_rounds;
  unsigned n_retried;
};

/* Writes its number into what it gets, and finds it there until it is freed. */
static gpointer
work (gpointer user_data)
{
  struct worker *worker = user_data;
  struct lac_private held[8] = { 0 };
  GRand *random = g_rand_new_with_seed ((guint32) worker->number);

  for (unsigned round = 0; round < worker->n_rounds; round++)
    {
      struct lac_private *memory = &held[g_rand_int_range (random, 0, G_N_ELEMENTS (held))];

      if (memory->address != NULL)
        {
          const uint64_t *words = memory->address;

          for (size_t i = 0; i < memory->size / sizeof *words; i += 64)
            g_assert_cmphex (words[i], ==, memory->serial);
          g_assert_cmpint (lac_private_free (memory), ==, LAC_OK);
        }
      else
        {
          struct lac_gap_query query;
          struct lac_placement_report report;
          struct lac_private found;
          enum lac_status status;

          lac_placement_init (&query);
          query.anchors = &worker->anchor;
          query.n_anchors = 1;
          query.size = (uint64_t) g_rand_int_range (random, 1, 4) * page ();
          status = lac_private_allocate (&query, READ_WRITE, memory, &report);
          /* So many thieves may win sixteen times; then nothing was taken. */
          if (status == LAC_E_OCCUPIED)
            {
              g_assert_cmpuint (report.n_attempts, ==, LAC_ATTEMPTS_MAX);
              continue;
            }
          g_assert_cmpint (status, ==, LAC_OK);
          for (unsigned i = 0; i + 1 < report.n_attempts; i++)
            g_assert_cmpint (report.attempts[i].status, ==, LAC_E_OCCUPIED);
          worker->n_retried += report.n_attempts > 1;
          for (size_t i = 0; i < memory->size / sizeof (uint64_t); i += 64)
            {
              g_assert_cmphex (((uint64_t *) memory->address)[i], ==, 0);
              ((uint64_t *) memory->address)[i] = memory->serial;
            }
          g_assert_cmpint (lac_private_find ((char *) memory->address + memory->size - 1, &found), ==,
                           LAC_OK);
          g_assert_cmpuint (found.serial, ==, memory->serial);
        }
    }
  for (size_t i = 0; i < G_N_ELEMENTS (held); i++)
    if (held[i].address != NULL)
      g_assert_cmpint (lac_private_free (&held[i]), ==, LAC_OK);
  g_rand_free (random);
  return NULL;
}

/* Maps and unmaps where the others look for places. */
static gpointer
steal (gpointer user_data)
{
  uint64_t start = *(const uint64_t *) user_data;
  GRand *random = g_rand_new_with_seed (1);

  while (!g_atomic_int_get (&stop))
    {
      uint64_t address = start + (uint64_t) g_rand_int_range (random, 0, 64) * page ();

      if (lac_os_allocate (address, page (), LAC_PROTECTION_NONE, NULL) == LAC_OK)
        g_assert_cmpint (lac_os_free (address, page (), NULL), ==, LAC_OK);
    }
  g_rand_free (random);
  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[N_THREADS];
  struct worker workers[N_THREADS];
  uint64_t start = room_start () + (UINT64_C (16) << 20);
  GThread *thief = g_thread_new ("steals", steal, &start);
  unsigned n_retried = 0;

  g_atomic_int_set (&stop, 0);
  for (int i = 0; i < N_THREADS; i++)
    {
      workers[i] = (struct worker){ .number = i, .anchor = start + 32 * page (), .n_rounds = 3000 };
      threads[i] = g_thread_new ("works", work, &workers[i]);
    }
  for (int i = 0; i < N_THREADS; i++)
    {
      g_thread_join (threads[i]);
      n_retried += workers[i].n_retried;
    }
  g_atomic_int_set (&stop, 1);
  g_thread_join (thief);
  g_test_message ("%u allocations were tried again", n_retried);
  g_assert_cmpuint (lac_private_list (NULL, 0), ==, 0);
}

/* Whoever frees first frees it; all others are told. */

static struct lac_private contested;
static gint n_freed;

static gpointer
free_contested (gpointer user_data)
{
  struct lac_private copy = contested;
  enum lac_status status = lac_private_free (&copy);

  if (status == LAC_OK)
    g_atomic_int_inc (&n_freed);
  else
    g_assert_cmpint (status, ==, LAC_E_NOT_OURS);
  return NULL;
}

static void
test_free_at_once (void)
{
  for (int round = 0; round < 200; round++)
    {
      GThread *threads[4];

      g_assert_cmpint (lac_private_allocate (NULL, READ_WRITE, &contested, NULL), ==, LAC_OK);
      g_atomic_int_set (&n_freed, 0);
      for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("frees", free_contested, NULL);
      for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
      g_assert_cmpint (g_atomic_int_get (&n_freed), ==, 1);
    }
}

/* A child made in the midst of it has a whole list and free locks. */
static void
test_fork_amid_threads (void)
{
  GThread *threads[3];
  struct worker workers[3];

  for (int i = 0; i < 3; i++)
    {
      workers[i] = (struct worker){ .number = i,
                                    .anchor = room_start () + (UINT64_C (32) << 20),
                                    .n_rounds = 4000 };
      threads[i] = g_thread_new ("works", work, &workers[i]);
    }
  for (int i = 0; i < 40; i++)
    {
      pid_t child = fork ();

      if (child == 0)
        {
          static struct lac_private listed[64];
          struct lac_private memory;
          size_t n = lac_private_list (listed, G_N_ELEMENTS (listed));

          alarm (30);
          for (size_t k = 0; k < n; k++)
            g_assert_cmpint (lac_private_free (&listed[k]), ==, LAC_OK);
          g_assert_cmpuint (lac_private_list (NULL, 0), ==, 0);
          g_assert_cmpint (lac_private_allocate (NULL, READ_WRITE, &memory, NULL), ==, LAC_OK);
          g_assert_cmpint (lac_private_free (&memory), ==, LAC_OK);
          /* ThreadSanitizer would miss the parent's threads in _exit(). */
          syscall (SYS_exit_group, 0);
        }
      expect_child (child);
    }
  for (int i = 0; i < 3; i++)
    g_thread_join (threads[i]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/buffers/private/allocate-and-free", test_allocate);
  g_test_add_func ("/buffers/private/copies-mean-the-same", test_copies);
  g_test_add_func ("/buffers/private/write-then-execute", test_protect);
  g_test_add_func ("/buffers/private/refused", test_refused);
  g_test_add_func ("/buffers/private/list-and-find", test_registry);
  g_test_add_func ("/buffers/private/find-nothing", test_find_nothing);
  g_test_add_func ("/buffers/private/stranger-in-its-place", test_stranger);
  g_test_add_func ("/buffers/private/fork", test_fork);
  g_test_add_func ("/buffers/private/threads-and-a-thief", test_threads);
  g_test_add_func ("/buffers/private/free-at-once", test_free_at_once);
  g_test_add_func ("/buffers/private/fork-amid-threads", test_fork_amid_threads);
  return g_test_run ();
}
