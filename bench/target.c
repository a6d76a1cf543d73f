/* Processes with many regions, for benchmarks to look at.
 *
 * A process is forked off before anything else is set up, so that it has nothing but its regions.
 * Its regions come from one sequence of numbers that is the same on every run; so do those of the
 * file that stands in for it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "target.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_MAP_COUNT "/proc/sys/vm/max_map_count"

/* The kernel gives about a page for each read(2), so that beyond a page the size is of no matter. */
#define REQUEST (16 * 1024)

/* Where the regions of a mixed process begin: above what a static program has, far below
 * libraries. */
#define MIXED_START UINT64_C (0x100000000000)

#define N_CHANGES 10

static long old_max_map_count;

static long
read_max_map_count (void)
{
  FILE *file = fopen (MAX_MAP_COUNT, "re");
  long count = 0;

  if (file == NULL)
    return 0;
  if (fscanf (file, "%ld", &count) != 1)
    count = 0;
  fclose (file);
  return count;
}

static bool
write_max_map_count (long count)
{
  FILE *file = fopen (MAX_MAP_COUNT, "we");
  bool written;

  if (file == NULL)
    return false;
  written = fprintf (file, "%ld\n", count) > 0;
  return fclose (file) == 0 && written;
}

static void
restore_max_map_count (void)
{
  if (old_max_map_count > 0)
    write_max_map_count (old_max_map_count);
  old_max_map_count = 0;
}

static void
restore_and_die (int number)
{
  restore_max_map_count ();
  signal (number, SIG_DFL);
  raise (number);
}

static bool
raise_max_map_count (size_t n_regions)
{
  static const int deaths[] = { SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGABRT, SIGSEGV, SIGTRAP };
  static bool prepared;
  long before = read_max_map_count ();

  if ((long) n_regions + 1000 <= before)
    return true;
  if (!prepared)
    {
      for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++)
        signal (deaths[i], restore_and_die);
      atexit (restore_max_map_count);
      prepared = true;
    }
  old_max_map_count = before;
  if (write_max_map_count ((long) n_regions + 1000))
    return true;
  old_max_map_count = 0;
  printf ("%zu regions need vm.max_map_count raised, which is %ld and may not be\n", n_regions,
          before);
  return false;
}

/* Mixed regions */

struct mixture
{
  uint64_t random;
  uint64_t at;
  int protection; /* of the region before */
};

struct mixed_region
{
  uint64_t start;
  uint64_t end;
  int protection;
  bool shared;
  int file; /* which of the files, -1 for none */
  uint64_t offset;
};

/* xorshift64*: the same numbers on every run. */
static uint64_t
random_below (struct mixture *mixture,
              uint64_t        end)
{
  mixture->random ^= mixture->random >> 12;
  mixture->random ^= mixture->random << 25;
  mixture->random ^= mixture->random >> 27;
  return (mixture->random * UINT64_C (0x2545f4914f6cdd1d) >> 11) % end;
}

/* Three of four have a gap before them: mostly pages, sometimes MiB, one in 5,000 GiB. */
static struct mixed_region
next_region (struct mixture *mixture)
{
  const uint64_t page = 4096;
  struct mixed_region region = { .file = -1 };
  bool gap = random_below (mixture, 4) != 0;

  if (gap)
    mixture->at += (1 + random_below (mixture, 16)) * page;
  if (random_below (mixture, 64) == 0)
    mixture->at += page << random_below (mixture, 12);
  if (random_below (mixture, 5000) == 0)
    mixture->at += page << (18 + random_below (mixture, 10));

  region.start = mixture->at;
  region.end = region.start + page * (random_below (mixture, 32) != 0
                                          ? 1 + random_below (mixture, 8)
                                          : UINT64_C (1) << random_below (mixture, 12));
  region.protection = (int) random_below (mixture, 8);
  /* Or the kernel would make one region of both. */
  if (!gap && region.protection == mixture->protection)
    region.protection ^= PROT_READ;
  if (random_below (mixture, 4) == 0)
    {
      region.file = (int) random_below (mixture, 4);
      region.offset = page * random_below (mixture, 64);
    }
  else
    region.shared = random_below (mixture, 16) == 0;
  mixture->at = region.end;
  mixture->protection = region.protection;
  return region;
}

static struct mixture
begin_mixture (void)
{
  return (struct mixture){ .random = UINT64_C (0x9e3779b97f4a7c15), .at = MIXED_START };
}

static bool
make_mixed (size_t n_regions)
{
  struct mixture mixture = begin_mixture ();
  int files[4];

  for (int i = 0; i < 4; i++)
    {
      char name[32];

      snprintf (name, sizeof name, "lacuna-bench-%d", i);
      files[i] = memfd_create (name, MFD_CLOEXEC);
      if (files[i] < 0)
        return false;
    }
  for (size_t i = 0; i < n_regions; i++)
    {
      struct mixed_region region = next_region (&mixture);
      int flags = MAP_NORESERVE | MAP_FIXED_NOREPLACE | (region.shared ? MAP_SHARED : MAP_PRIVATE)
                  | (region.file < 0 ? MAP_ANONYMOUS : 0);

      if (mmap ((void *) (uintptr_t) region.start, (size_t) (region.end - region.start),
                region.protection, flags, region.file < 0 ? -1 : files[region.file],
                (off_t) region.offset)
          == MAP_FAILED)
        return false;
    }
  return true;
}

bool
target_write (const char *path,
              size_t      n_regions)
{
  struct mixture mixture = begin_mixture ();
  FILE *file = fopen (path, "we");

  if (file == NULL)
    return false;
  for (size_t i = 0; i < n_regions; i++)
    {
      struct mixed_region region = next_region (&mixture);

      fprintf (file, "%llx-%llx %c%c%c%c %08llx ", (unsigned long long) region.start,
               (unsigned long long) region.end, region.protection & PROT_READ ? 'r' : '-',
               region.protection & PROT_WRITE ? 'w' : '-',
               region.protection & PROT_EXEC ? 'x' : '-', region.shared ? 's' : 'p',
               (unsigned long long) region.offset);
      if (region.file >= 0)
        fprintf (file, "00:01 %d /memfd:lacuna-bench-%d (deleted)\n", 100 + region.file,
                 region.file);
      else if (region.shared)
        fprintf (file, "00:01 %zu /dev/zero (deleted)\n", 1000 + i);
      else
        fprintf (file, "00:00 0\n");
    }
  return fclose (file) == 0;
}

/* Pages */

static char *
make_pages (size_t n_regions)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE);
  char *pages = mmap (NULL, n_regions * page, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (pages == MAP_FAILED)
    return NULL;
  for (size_t i = 0; i < n_regions; i += 2)
    if (mprotect (pages + i * page, page, PROT_READ) != 0)
      return NULL;
  return pages;
}

/* Regions of a page each get another protection, so that none is split or joined. */
static void
change_pages (char  *pages,
              size_t n_regions,
              int    protection)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE);
  size_t first = n_regions / 2 & ~(size_t) 1;

  for (size_t i = 0; i < N_CHANGES; i++)
    mprotect (pages + (first + 2 * i) * page, page, protection);
}

static _Noreturn void
be_target (size_t            n_regions,
           enum target_shape shape,
           int               commands,
           int               answers)
{
  char *pages = NULL;
  int protection = PROT_READ;
  char byte = 'r';

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (shape == TARGET_MIXED ? !make_mixed (n_regions) : (pages = make_pages (n_regions)) == NULL)
    _exit (1);
  do
    {
      if (write (answers, &byte, 1) != 1 || read (commands, &byte, 1) != 1)
        _exit (0);
      protection ^= PROT_WRITE;
      if (pages != NULL)
        change_pages (pages, n_regions, protection);
    }
  while (true);
}

bool
target_start (struct target    *target,
              size_t            n_regions,
              enum target_shape shape)
{
  int commands[2];
  int answers[2];
  char byte = 0;
  bool started;

  if (!raise_max_map_count (n_regions) || pipe2 (commands, O_CLOEXEC) != 0)
    return false;
  if (pipe2 (answers, O_CLOEXEC) != 0)
    {
      close (commands[0]);
      close (commands[1]);
      return false;
    }
  fflush (NULL);
  target->pid = fork ();
  if (target->pid == 0)
    {
      old_max_map_count = 0;
      close (commands[1]);
      close (answers[0]);
      be_target (n_regions, shape, commands[0], answers[1]);
    }
  close (commands[0]);
  close (answers[1]);
  target->commands = commands[1];
  target->answers = answers[0];
  started = target->pid > 0 && read (target->answers, &byte, 1) == 1;
  restore_max_map_count ();
  if (!started)
    {
      printf ("no process with %zu regions could be made\n", n_regions);
      if (target->pid > 0)
        waitpid (target->pid, NULL, 0);
      close (target->commands);
      close (target->answers);
    }
  return started;
}

void
target_change (struct target *target)
{
  char byte = 'c';

  if (write (target->commands, &byte, 1) != 1 || read (target->answers, &byte, 1) != 1)
    exit (1);
}

void
target_stop (struct target *target)
{
  kill (target->pid, SIGKILL);
  waitpid (target->pid, NULL, 0);
  close (target->commands);
  close (target->answers);
}

size_t
target_read_bare (pid_t pid)
{
  static char buffer[REQUEST];
  char path[64];
  size_t bytes = 0;
  ssize_t n;
  int file;

  snprintf (path, sizeof path, "/proc/%d/maps", (int) pid);
  file = open (path, O_RDONLY | O_CLOEXEC);
  while ((n = read (file, buffer, sizeof buffer)) > 0)
    bytes += (size_t) n;
  close (file);
  return bytes;
}
