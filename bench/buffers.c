/* What a shared buffer costs: taking and putting back, small pieces in a row, the first one of a process,
 * and two threads at once. Each beside what it can't do without, measured in the same run.
 *
 * The first call is measured in processes of their own, begun anew, in a folder with and without files that
 * earlier processes left; they are young, as those of a busy day are, so that none is removed. They are names
 * of one file, and the folder is one that ext4 puts where it likes: it keeps for minutes off the numbers of
 * files that were removed, and looking for a number among thousands of these, which the run before has left or
 * somebody else nearby, would take longer than all that is measured.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffers/buffer.h"
#include "buffers/layout.h"
#include "buffers/locator.h"
#include "measure.h"
#include "os/shared-file.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 21
#define CALLS 1000000
#define PIECES 100000
#define PROCESSES 101
#define PAGE 4096

/* Seconds of the processor that this thread took: a machine that does other things as well would
 * otherwise be what is measured. */
static double
own_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec + (double) time.tv_nsec * 1e-9;
}

static void
row (const char *what,
     double      ours,
     double      floor_time,
     const char *unit,
     double      most)
{
  printf ("%-44s %10.2f %-3s floor %10.2f %-3s ratio %5.2f  at most %.1f\n", what, ours, unit,
          floor_time, unit, ours / floor_time, most);
}

static struct lac_gap_query
ask (uint64_t size)
{
  struct lac_gap_query query;

  lac_placement_init (&query);
  query.size = size;
  query.alignment = 1;
  return query;
}

static void
must (enum lac_status status)
{
  if (status != LAC_OK)
    {
      fprintf (stderr, "buffers: %s\n", lac_status_sentence (status));
      exit (1);
    }
}

/* Taking and putting back */

static double
time_floor_of_taking (int32_t *word)
{
  double start = own_time ();

  for (int i = 0; i < CALLS; i++)
    {
      int32_t expected = 0;

      if (!__atomic_compare_exchange_n (word, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        abort ();
      __atomic_store_n (word, 0, __ATOMIC_RELEASE);
    }
  return (own_time () - start) / CALLS;
}

static double
time_taking (const struct lac_gap_query *query)
{
  double start = own_time ();

  for (int i = 0; i < CALLS; i++)
    {
      struct lac_buffer buffer;

      if (lac_buffers_get (query, 0, &buffer, NULL) != LAC_OK || lac_buffer_put (&buffer) != LAC_OK)
        abort ();
    }
  return (own_time () - start) / CALLS;
}

/* Where there are threads, whoever puts back has to make sure that nobody else does at that moment. */
static void
bench_taking (const char *name)
{
  static struct lac_table *table;
  struct lac_gap_query query = ask (4096);
  double ours[ROUNDS], floors[ROUNDS];

  /* A word where an item has it, in a page like a table's. */
  table = mmap (NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < ROUNDS; i++)
    {
      floors[i] = time_floor_of_taking (&table->items[0].is_taken) * 1e9;
      ours[i] = time_taking (&query) * 1e9;
    }
  row (name, median (ours, ROUNDS), median (floors, ROUNDS), "ns", 3.0);
}

/* Small pieces */

static double
time_pieces (void)
{
  struct lac_gap_query query = ask (64);
  char bytes[64];
  double start = own_time ();

  memset (bytes, 0x42, sizeof bytes);
  for (int i = 0; i < PIECES; i++)
    {
      struct lac_buffer buffer;

      if (lac_buffers_get (&query, 0, &buffer, NULL) != LAC_OK
          || lac_buffer_append (&buffer, bytes, sizeof bytes, NULL) != LAC_OK
          || lac_buffer_put (&buffer) != LAC_OK)
        abort ();
    }
  return own_time () - start;
}

static double
time_pages (bool touch)
{
  static char *pages[PIECES * 64 / PAGE + 1];
  double start = own_time (), time;

  for (int i = 0; i < PIECES * 64 / PAGE + 1; i++)
    {
      pages[i] = mmap (NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                       0);
      if (pages[i] == MAP_FAILED)
        abort ();
      if (touch)
        *pages[i] = 1;
    }
  time = own_time () - start;
  for (int i = 0; i < PIECES * 64 / PAGE + 1; i++)
    munmap (pages[i], PAGE);
  return time;
}

/* In a process of its own each time, so that no buffer is there before. */
static double
time_in_child (double (*function) (void))
{
  int ends[2];
  double result = 0;
  pid_t child;

  if (pipe (ends) != 0)
    abort ();
  child = fork ();
  if (child == 0)
    {
      result = function ();
      if (write (ends[1], &result, sizeof result) != sizeof result)
        _exit (1);
      _exit (0);
    }
  close (ends[1]);
  if (read (ends[0], &result, sizeof result) != sizeof result)
    abort ();
  close (ends[0]);
  waitpid (child, NULL, 0);
  return result;
}

static double
time_pages_untouched (void)
{
  return time_pages (false);
}

static double
time_pages_touched (void)
{
  return time_pages (true);
}

static void
bench_pieces (void)
{
  double ours[ROUNDS], floors[ROUNDS], touched[ROUNDS];

  for (int i = 0; i < ROUNDS; i++)
    {
      floors[i] = time_in_child (time_pages_untouched) * 1e3;
      touched[i] = time_in_child (time_pages_touched) * 1e3;
      ours[i] = time_in_child (time_pieces) * 1e3;
    }
  row ("get 64, append 64, put, 100,000 in a row", median (ours, ROUNDS), median (floors, ROUNDS), "ms",
       1.5);
  printf ("  (each of the floor's pages also touched once: %.2f ms)\n", median (touched, ROUNDS));
}

/* The first one */

static double
time_first (void)
{
  double start = own_time ();
  struct lac_buffer buffer;

  must (lac_buffers_get (NULL, 0, &buffer, NULL));
  return own_time () - start;
}

/* Near this very code. */
static double
time_first_near (void)
{
  double start = own_time ();
  struct lac_gap_query query = ask (4096);
  uint64_t anchor = (uintptr_t) time_first_near;
  struct lac_buffer buffer;

  query.anchors = &anchor;
  query.n_anchors = 1;
  must (lac_buffers_get (&query, 0, &buffer, NULL));
  return own_time () - start;
}

static double
time_file (const char *folder)
{
  char path[4096];
  double start, time;
  void *file_memory, *memory;
  int file;

  if ((size_t) snprintf (path, sizeof path, "%s/floor of %d", folder, (int) getpid ()) >= sizeof path)
    abort ();
  start = own_time ();
  file = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 || ftruncate (file, PAGE) != 0)
    abort ();
  file_memory = mmap (NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  memory = mmap (NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  time = own_time () - start;
  if (file_memory == MAP_FAILED || memory == MAP_FAILED)
    abort ();
  return time;
}

/* Begins this program anew to measure one thing; what it says is its time. */
static double
time_in_new_process (const char *program,
                     const char *what,
                     const char *root)
{
  int ends[2];
  double result = 0;
  pid_t child;

  if (pipe (ends) != 0)
    abort ();
  child = fork ();
  if (child == 0)
    {
      dup2 (ends[1], 3);
      execl (program, program, what, root, NULL);
      _exit (1);
    }
  close (ends[1]);
  if (read (ends[0], &result, sizeof result) != sizeof result)
    abort ();
  close (ends[0]);
  waitpid (child, NULL, 0);
  return result;
}

static int
run_one (const char *what,
         const char *root)
{
  char folder[4096];
  double time;

  snprintf (folder, sizeof folder, "%s/.reloaded/memory.buffers", root);
  lac_shared_file_set_roots (root, root);
  if (strcmp (what, "--first") == 0)
    time = time_first ();
  else if (strcmp (what, "--near") == 0)
    time = time_first_near ();
  else
    time = time_file (folder);
  return write (3, &time, sizeof time) != sizeof time;
}

static void
bench_first (const char *program,
             const char *root,
             int         n_leftover)
{
  char folder[4000], path[4096], first[4096], what[64];
  double ours[PROCESSES], near[PROCESSES], floors[PROCESSES], floor_time;

  snprintf (folder, sizeof folder, "%s/.reloaded/memory.buffers", root);
  for (int i = 0; i < n_leftover; i++)
    {
      int file;

      snprintf (path, sizeof path, "%s/Reloaded.Memory.Buffers.MemoryBuffer, PID %d", folder, 5000000 + i);
      if (i > 0 && link (first, path) == 0)
        continue;
      strcpy (first, path);
      file = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
      if (file < 0 || ftruncate (file, PAGE) != 0)
        abort ();
      close (file);
    }
  for (int i = 0; i < PROCESSES; i++)
    {
      floors[i] = time_in_new_process (program, "--file", root) * 1e6;
      ours[i] = time_in_new_process (program, "--first", root) * 1e6;
      near[i] = time_in_new_process (program, "--near", root) * 1e6;
    }
  floor_time = median (floors, PROCESSES);
  snprintf (what, sizeof what, "first buffer, %d leftover files", n_leftover);
  row (what, median (ours, PROCESSES), floor_time, "us", 2.0);
  snprintf (what, sizeof what, "first buffer near code, %d leftover files", n_leftover);
  row (what, median (near, PROCESSES), floor_time, "us", 2.0);
}

/* Threads: many short rounds, in which both begin at once, each on a processor of its own. Only rounds count
 * in which they really ran beside each other all the time, and of these the quickest, since whatever else
 * the machine does makes them longer. */

#define THREAD_ROUNDS 3000
#define THREAD_CALLS 20000

static atomic_int begun_round;
static atomic_int finished_round;
static double spans[2][2];

static void
stay_on (int processor)
{
  cpu_set_t set;

  CPU_ZERO (&set);
  CPU_SET (processor, &set);
  sched_setaffinity (0, sizeof set, &set);
}

static void
append_often (void)
{
  struct lac_gap_query query = ask (8);

  for (int i = 0; i < THREAD_CALLS; i++)
    {
      struct lac_buffer buffer;

      if (lac_buffers_get (&query, 0, &buffer, NULL) != LAC_OK
          || lac_buffer_append (&buffer, "12345678", 8, NULL) != LAC_OK
          || lac_buffer_put (&buffer) != LAC_OK)
        abort ();
    }
}

/* The same without anything that threads share: what two at once cost on this machine anyway. */
static void
swap_often (void)
{
  _Alignas (64) int32_t word = 0;

  for (int i = 0; i < THREAD_CALLS * 4; i++)
    {
      int32_t expected = 0;

      __atomic_compare_exchange_n (&word, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
      __atomic_store_n (&word, 0, __ATOMIC_RELEASE);
    }
}

static void
run_span (void (*function) (void),
          int thread)
{
  spans[thread][0] = now ();
  function ();
  spans[thread][1] = now ();
}

static void *
run_beside (void *user_data)
{
  void (*function) (void) = *(void (**) (void)) user_data;

  stay_on (1);
  for (int i = 1; i <= THREAD_ROUNDS; i++)
    {
      while (atomic_load (&begun_round) != i)
        ;
      run_span (function, 1);
      atomic_store (&finished_round, i);
    }
  return NULL;
}

static void
time_threads (void (*function) (void),
              double *out_one,
              double *out_two)
{
  pthread_t thread;

  *out_one = *out_two = 1;
  atomic_store (&begun_round, 0);
  atomic_store (&finished_round, 0);
  stay_on (0);
  pthread_create (&thread, NULL, run_beside, &function);
  for (int i = 1; i <= THREAD_ROUNDS; i++)
    {
      double longer, shared;

      run_span (function, 0);
      if (spans[0][1] - spans[0][0] < *out_one)
        *out_one = spans[0][1] - spans[0][0];

      atomic_store (&begun_round, i);
      run_span (function, 0);
      while (atomic_load (&finished_round) != i)
        ;
      longer = spans[0][1] - spans[0][0];
      if (spans[1][1] - spans[1][0] > longer)
        longer = spans[1][1] - spans[1][0];
      shared = (spans[0][1] < spans[1][1] ? spans[0][1] : spans[1][1])
               - (spans[0][0] > spans[1][0] ? spans[0][0] : spans[1][0]);
      if (shared > 0.9 * longer && longer < *out_two)
        *out_two = longer;
    }
  pthread_join (thread, NULL);
}

static void
bench_threads (void)
{
  double one, two, apart_one, apart_two;

  time_threads (append_often, &one, &two);
  time_threads (swap_often, &apart_one, &apart_two);
  if (two >= 1 || apart_two >= 1)
    {
      printf ("2 threads: they never ran beside each other; there must be two processors\n");
      return;
    }
  row ("2 threads, get, append 8, put", two / THREAD_CALLS * 1e9, one / THREAD_CALLS * 1e9, "ns", 1.2);
  printf ("  (two threads that share nothing, on this machine now: %.2f)\n", apart_two / apart_one);
}

/* Has the file system place what is made in @path anywhere, and not beside it. */
static void
scatter (const char *path)
{
  int folder = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int flags = 0;

  if (folder >= 0 && ioctl (folder, FS_IOC_GETFLAGS, &flags) == 0)
    {
      flags |= FS_TOPDIR_FL;
      ioctl (folder, FS_IOC_SETFLAGS, &flags);
    }
  if (folder >= 0)
    close (folder);
}

static void
remove_all (const char *path)
{
  DIR *folder = opendir (path);
  struct dirent *entry;
  char inside[4096];

  while (folder != NULL && (entry = readdir (folder)) != NULL)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      {
        snprintf (inside, sizeof inside, "%s/%s", path, entry->d_name);
        if (unlink (inside) != 0)
          remove_all (inside);
      }
  if (folder != NULL)
    closedir (folder);
  rmdir (path);
}

int
main (int    argc,
      char **argv)
{
  char root[] = "/tmp/lacuna-bench-XXXXXX";
  struct lac_locator_facts facts;

  if (argc == 3)
    return run_one (argv[1], argv[2]);
  if (mkdtemp (root) == NULL)
    return 1;
  scatter (root);
  lac_shared_file_set_roots (root, root);
  must (lac_locator_open (&facts));
  bench_first ("/proc/self/exe", root, 0);
  bench_first ("/proc/self/exe", root, 10000);
  bench_taking ("get 4096 and put");
  bench_pieces ();
  bench_threads ();
  bench_taking ("get 4096 and put, after there were threads");
  remove_all (root);
  return 0;
}
