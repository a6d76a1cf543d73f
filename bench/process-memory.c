/* What it costs to read and write the memory of another process.
 *
 * The floor is the bare system call on the same bytes: process_vm_readv(2) in pieces of 1 MiB into one
 * buffer, and process_vm_writev(2) of 64 bytes. What is added to it is that the process is known to be
 * the right one, and holes: beside a whole range stands one in which every other page is missing, with
 * the time for each hole.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/process.h"

#include "measure.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEBIBYTE ((size_t) 1 << 20)
#define AREA (256 * MEBIBYTE)
#define READINGS 4 /* of the area: 1 GiB */
#define HOLED (16 * MEBIBYTE)
#define ROUNDS 9
#define SMALL_ROUNDS 20000

static char *area;
static char *holed;
static size_t page;

/* Has the memory to look at until it is killed. */
static pid_t
start_target (void)
{
  int ready[2];
  char byte;
  pid_t pid;

  area = mmap (NULL, AREA, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  holed = mmap (NULL, HOLED, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (area == MAP_FAILED || holed == MAP_FAILED || pipe (ready) != 0)
    exit (1);
  pid = fork ();
  if (pid == 0)
    {
      mprotect (area, AREA, PROT_READ | PROT_WRITE);
      memset (area, 'a', AREA);
      mprotect (holed, HOLED, PROT_READ | PROT_WRITE);
      memset (holed, 'h', HOLED);
      for (size_t at = page; at < HOLED; at += 2 * page)
        munmap (holed + at, page);
      if (write (ready[1], "r", 1) != 1)
        _exit (1);
      for (;;)
        pause ();
    }
  if (pid < 0 || read (ready[0], &byte, 1) != 1)
    exit (1);
  return pid;
}

static double
time_bare_reading (pid_t pid,
                   char *buffer)
{
  double start = now ();

  for (int i = 0; i < READINGS; i++)
    for (size_t at = 0; at < AREA; at += MEBIBYTE)
      {
        struct iovec here = { buffer, MEBIBYTE };
        struct iovec there = { area + at, MEBIBYTE };

        if (process_vm_readv (pid, &here, 1, &there, 1, 0) != (ssize_t) MEBIBYTE)
          exit (1);
      }
  return now () - start;
}

static double
time_reading (struct lac_process *process,
              char               *buffer)
{
  double start = now ();

  for (int i = 0; i < READINGS; i++)
    for (size_t at = 0; at < AREA; at += MEBIBYTE)
      {
        struct lac_memory_outcome outcome;

        if (lac_process_read_memory (process, (uintptr_t) area + at, buffer, MEBIBYTE, 0, NULL, NULL,
                                     NULL, &outcome, NULL)
                != LAC_OK
            || outcome.n_bytes != MEBIBYTE)
          exit (1);
      }
  return now () - start;
}

static void
count_hole (struct lac_range hole,
            void            *user_data)
{
  ++*(size_t *) user_data;
}

static double
time_holes (struct lac_process *process,
            char               *buffer,
            size_t             *out_n_holes)
{
  double start = now ();

  *out_n_holes = 0;
  for (size_t at = 0; at < HOLED; at += MEBIBYTE)
    if (lac_process_read_memory (process, (uintptr_t) holed + at, buffer, MEBIBYTE, 0, count_hole,
                                 out_n_holes, NULL, NULL, NULL)
        != LAC_OK)
      exit (1);
  return now () - start;
}

static double
time_bare_writing (pid_t pid,
                   char *buffer)
{
  double start = now ();

  for (int i = 0; i < SMALL_ROUNDS; i++)
    {
      struct iovec here = { buffer, 64 };
      struct iovec there = { area + 64, 64 };

      if (process_vm_writev (pid, &here, 1, &there, 1, 0) != 64)
        exit (1);
    }
  return now () - start;
}

static double
time_writing (struct lac_process *process,
              char               *buffer)
{
  double start = now ();

  for (int i = 0; i < SMALL_ROUNDS; i++)
    if (lac_process_write_memory (process, (uintptr_t) area + 64, buffer, 64, 0, NULL, NULL)
        != LAC_OK)
      exit (1);
  return now () - start;
}

int
main (void)
{
  double bare[ROUNDS], ours[ROUNDS], holes[ROUNDS], bare_writes[ROUNDS], writes[ROUNDS];
  char *buffer = malloc (MEBIBYTE);
  struct lac_process *process = NULL;
  size_t n_holes = 0;
  double floor, result;
  pid_t pid;

  page = (size_t) sysconf (_SC_PAGESIZE);
  pid = start_target ();
  if (buffer == NULL || lac_process_open (NULL, pid, &process, NULL) != LAC_OK)
    return 1;
  for (int i = 0; i < ROUNDS; i++)
    {
      bare[i] = time_bare_reading (pid, buffer);
      ours[i] = time_reading (process, buffer);
      holes[i] = time_holes (process, buffer, &n_holes);
      bare_writes[i] = time_bare_writing (pid, buffer);
      writes[i] = time_writing (process, buffer);
    }

  floor = median (bare, ROUNDS);
  result = median (ours, ROUNDS);
  printf ("reading 1 GiB in 1 MiB pieces: %6.1f ms, bare %6.1f ms, %.2f x (at most 1.1)\n",
          result * 1e3, floor * 1e3, result / floor);
  floor = median (bare_writes, ROUNDS) / SMALL_ROUNDS;
  result = median (writes, ROUNDS) / SMALL_ROUNDS;
  printf ("writing 64 bytes:              %6.2f us, bare %6.2f us, %.2f x\n", result * 1e6,
          floor * 1e6, result / floor);
  printf ("every other page missing:      %6.2f us a page and hole (%zu holes in %zu MiB)\n",
          median (holes, ROUNDS) / (double) n_holes * 1e6, n_holes, HOLED / MEBIBYTE);

  lac_process_close (process);
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  free (buffer);
  return 0;
}
