/* Which pages of a process's memory have anything in them, as /proc/PID/pagemap has it: eight bytes
 * for each page (Documentation/admin-guide/mm/pagemap.rst). Who may look into a process may read that, and
 * everybody his own; only where pages lie is kept from him.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/touched.h"

#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* Bits of an entry: the page is in memory; it is in the swap space, or on its way. */
#define PRESENT (UINT64_C (1) << 63)
#define SWAPPED (UINT64_C (1) << 62)

/* Read at once, 32 KiB of them. */
#define N_ENTRIES 4096

struct run
{
  struct lac_range range;
  lac_os_touched touched;
  void *user_data;
};

static void
end_run (struct run *run)
{
  if (run->range.end > run->range.start)
    run->touched (run->range, run->user_data);
  run->range = (struct lac_range){ 0, 0 };
}

static ssize_t
read_entries (int       file,
              uint64_t *entries,
              uint64_t  first,
              size_t    n)
{
  ssize_t got;

  do
    got = pread (file, entries, n * sizeof *entries, (off_t) (first * sizeof *entries));
  while (got < 0 && errno == EINTR);
  return got < 0 ? got : got / (ssize_t) sizeof *entries;
}

static int
open_pagemap (int32_t pid)
{
  char path[sizeof "/proc/-2147483648/pagemap"];

  if (pid == 0)
    return open ("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  snprintf (path, sizeof path, "/proc/%d/pagemap", (int) pid);
  return open (path, O_RDONLY | O_CLOEXEC);
}

bool
lac_os_find_touched (int32_t          pid,
                     struct lac_range range,
                     lac_os_touched   touched,
                     void            *user_data)
{
  uint64_t page = lac_os_page_size ();
  uint64_t next = range.start / page;
  uint64_t end;
  uint64_t entries[N_ENTRIES];
  struct run run = { { 0, 0 }, touched, user_data };
  int file;

  if (range.end <= range.start)
    return true;
  end = (range.end - 1) / page + 1;
  file = open_pagemap (pid);
  if (file < 0)
    return false;
  while (next < end)
    {
      ssize_t n = read_entries (file, entries, next, end - next < N_ENTRIES ? end - next : N_ENTRIES);

      if (n <= 0)
        break;
      for (ssize_t i = 0; i < n; i++, next++)
        if ((entries[i] & (PRESENT | SWAPPED)) == 0)
          end_run (&run);
        else
          {
            if (run.range.end == 0)
              run.range.start = next * page;
            run.range.end = (next + 1) * page;
          }
    }
  end_run (&run);
  close (file);
  return next == end;
}
