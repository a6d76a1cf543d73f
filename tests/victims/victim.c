/* A process to look at. It takes a role, says "ready" with an address or two, and then does what
 * the role says until its standard input ends, so that it never outlives the test.
 *
 *   still          obeys commands on standard input, each answered by a line:
 *                    map ADDRESS SIZE     unmap ADDRESS SIZE     protect ADDRESS SIZE
 *                    grow COUNT 0         has so many more regions
 *                    become 0 0           becomes the same program again, as "successor"
 *                    hide 0 0             is not dumpable        show 0 0     is so again
 *   many N         has N more regions; then as still
 *   restless       maps and unmaps as fast as it can between pages that stay
 *   changeling N   becomes the same program again and again, N times, and is still then
 *   headless       its first thread ends, another one goes on
 *   shy            is not dumpable; then as still
 *   namer          has regions with odd names
 *
 * SPDX-License-Identifier: MIT
 */
#include "victim-layout.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

static void
say_ready (const void *address)
{
  printf ("ready %llx\n", (unsigned long long) (uintptr_t) address);
  fflush (stdout);
}

static char *
reserve (size_t size)
{
  char *area = mmap (NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (area == MAP_FAILED)
    {
      perror ("mmap");
      exit (1);
    }
  return area;
}

/* Has @n_regions more regions; returns where they begin. */
static char *
multiply (long n_regions)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE);
  char *area = reserve ((size_t) n_regions * page);

  for (long i = 0; i < n_regions; i += 2)
    if (mprotect (area + (size_t) i * page, page, PROT_READ) != 0)
      {
        perror ("mprotect");
        exit (1);
      }
  return area;
}

static void
obey (void)
{
  char line[256];

  while (fgets (line, sizeof line, stdin))
    {
      unsigned long long address, size;
      char command[16];
      int failed = 1;
      void *place;

      if (sscanf (line, "%15s %llx %llx", command, &address, &size) != 3)
        address = size = 0;
      place = (void *) (uintptr_t) address;
      if (strcmp (command, "map") == 0)
        failed = mmap (place, (size_t) size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
                 == MAP_FAILED;
      else if (strcmp (command, "unmap") == 0)
        failed = munmap (place, (size_t) size) != 0;
      else if (strcmp (command, "protect") == 0)
        failed = mprotect (place, (size_t) size, PROT_READ) != 0;
      else if (strcmp (command, "grow") == 0)
        failed = multiply ((long) address) == NULL;
      else if (strcmp (command, "hide") == 0)
        failed = prctl (PR_SET_DUMPABLE, 0) != 0;
      else if (strcmp (command, "show") == 0)
        failed = prctl (PR_SET_DUMPABLE, 1) != 0;
      else if (strcmp (command, "become") == 0)
        failed = execl ("/proc/self/exe", "victim", "successor", (char *) NULL);
      printf ("%s\n", failed ? "failed" : "done");
      fflush (stdout);
    }
}

static void
be_many (long n_regions)
{
  say_ready (multiply (n_regions));
  obey ();
}

static void
be_restless (void)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE);
  char *area = reserve (VICTIM_SLOTS * VICTIM_SLOT_PAGES * page);
  struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
  uint32_t random = 1;

  munmap (area, VICTIM_SLOTS * VICTIM_SLOT_PAGES * page);
  for (size_t i = 0; i < VICTIM_SLOTS; i++)
    if (mmap (area + i * VICTIM_SLOT_PAGES * page, page, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
        == MAP_FAILED)
      exit (1);
  say_ready (area);
  while (poll (&input, 1, 0) == 0)
    for (int i = 0; i < 1000; i++)
      {
        char *slot;

        random = random * 1664525u + 1013904223u;
        slot = area + (random >> 8) % VICTIM_SLOTS * VICTIM_SLOT_PAGES * page;
        /* Never next to a page that stays, or the kernel would make one region of both. */
        if (random & 0x80)
          mmap (slot + (2 + (random >> 30)) * page, (1 + (random >> 29 & 1)) * page,
                random & 0x40 ? PROT_READ : PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        else
          munmap (slot + 2 * page, (VICTIM_SLOT_PAGES - 3) * page);
      }
}

static void
be_changeling (char *argv[],
               long  n_times)
{
  char number[32];
  char *arguments[] = { argv[0], argv[1], number, NULL };

  /* Said once, by the first of them. */
  if (getenv ("VICTIM_CHANGED") == NULL)
    {
      setenv ("VICTIM_CHANGED", "1", 1);
      say_ready (NULL);
    }
  snprintf (number, sizeof number, "%ld", n_times - 1);
  if (n_times > 0)
    {
      execv ("/proc/self/exe", arguments);
      exit (1);
    }
  obey ();
}

static void *
go_on (void *first_thread)
{
  pthread_join (*(pthread_t *) first_thread, NULL);
  say_ready (NULL);
  obey ();
  exit (0);
}

static void
be_headless (void)
{
  static pthread_t first_thread;
  pthread_t other;

  first_thread = pthread_self ();
  if (pthread_create (&other, NULL, go_on, &first_thread) != 0)
    exit (1);
  pthread_exit (NULL);
}

/* A file that is gone, one with a newline and one with a backslash in its name, shared memory,
 * memory from a memfd, memory with a name. */
static void
be_namer (const char *folder)
{
  static const char *const names[] = { "gone", "new\nline", "back\\slash", "tail (deleted)", "\xff\xfe" };
  size_t page = (size_t) sysconf (_SC_PAGESIZE);
  int memory;
  char *named;

  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    {
      char path[4096];
      int file;

      snprintf (path, sizeof path, "%s/%s", folder, names[i]);
      file = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
      if (file < 0 || ftruncate (file, (off_t) (2 * page)) != 0
          || mmap (NULL, page, PROT_READ, MAP_SHARED, file, (off_t) page) == MAP_FAILED)
        exit (1);
      close (file);
      if (i == 0)
        unlink (path);
    }
  memory = (int) syscall (SYS_memfd_create, "buffers", 1u);
  if (memory >= 0 && ftruncate (memory, (off_t) page) == 0)
    mmap (NULL, page, PROT_READ | PROT_EXEC, MAP_SHARED, memory, 0);
  mmap (NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  named = mmap (NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  prctl (PR_SET_VMA, PR_SET_VMA_ANON_NAME, (unsigned long) named, page, "a name");
  say_ready (named);
  obey ();
}

int
main (int   argc,
      char *argv[])
{
  const char *role = argc > 1 ? argv[1] : "still";

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (strcmp (role, "many") == 0 && argc > 2)
    be_many (atol (argv[2]));
  else if (strcmp (role, "restless") == 0)
    be_restless ();
  else if (strcmp (role, "changeling") == 0 && argc > 2)
    be_changeling (argv, atol (argv[2]));
  else if (strcmp (role, "headless") == 0)
    be_headless ();
  else if (strcmp (role, "successor") == 0)
    {
      /* The answer to the command that made it. */
      puts ("done");
      fflush (stdout);
      obey ();
    }
  else if (strcmp (role, "namer") == 0 && argc > 2)
    be_namer (argv[2]);
  else
    {
      if (strcmp (role, "shy") == 0)
        prctl (PR_SET_DUMPABLE, 0);
      say_ready (reserve (64 * (size_t) sysconf (_SC_PAGESIZE)));
      obey ();
    }
  return 0;
}
