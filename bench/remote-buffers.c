/* What it costs to append to another process's buffer from outside: taking it, writing, and putting it back;
 * beside one process_vm_writev(2) of the same bytes to the same process.
 *
 * The other process is a child that sleeps. Its locator is its own, or one that was made in it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffers/buffer.h"
#include "buffers/remote-locator.h"
#include "buffers/remote-placement.h"
#include "measure.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 101
#define CALLS 200
#define SIZE 64

static void
must (enum lac_status status)
{
  if (status != LAC_OK)
    {
      fprintf (stderr, "remote-buffers: %s\n", lac_status_sentence (status));
      exit (1);
    }
}

/* A child with a free buffer of @size bytes, and nothing to do; the address of the buffer comes through
 * @ends. */
static pid_t
start_guest (size_t    size,
             uint64_t *out_address)
{
  int ends[2];
  pid_t child;

  if (pipe (ends) != 0)
    abort ();
  child = fork ();
  if (child < 0)
    abort ();
  if (child == 0)
    {
      struct lac_gap_query query;
      struct lac_buffer buffer;
      uint64_t address;

      prctl (PR_SET_PDEATHSIG, SIGKILL);
      lac_placement_init (&query);
      query.size = size;
      query.alignment = 1;
      must (lac_buffers_get (&query, 0, &buffer, NULL));
      address = buffer.address;
      memset ((void *) buffer.address, 0, size);
      must (lac_buffer_put (&buffer));
      if (write (ends[1], &address, sizeof address) != sizeof address)
        _exit (1);
      for (;;)
        pause ();
    }
  close (ends[1]);
  if (read (ends[0], out_address, sizeof *out_address) != sizeof *out_address)
    abort ();
  close (ends[0]);
  return child;
}

static double
time_floor (pid_t    guest,
            uint64_t address)
{
  char bytes[SIZE];
  struct iovec here = { bytes, SIZE };
  double start;

  memset (bytes, 0x42, sizeof bytes);
  start = now ();
  for (int i = 0; i < CALLS; i++)
    {
      struct iovec there = { (void *) (uintptr_t) (address + (uint64_t) i * SIZE), SIZE };

      if (process_vm_writev (guest, &here, 1, &there, 1, 0) != SIZE)
        abort ();
    }
  return (now () - start) / CALLS;
}

static double
time_appends (struct lac_remote_locator *locator,
              struct lac_gap_query      *query)
{
  char bytes[SIZE];
  double start;

  memset (bytes, 0x42, sizeof bytes);
  start = now ();
  for (int i = 0; i < CALLS; i++)
    {
      struct lac_remote_buffer buffer;

      if (lac_remote_buffers_get (locator, NULL, query, 0, 1000, NULL, &buffer, NULL, NULL) != LAC_OK
          || lac_remote_buffer_append (&buffer, bytes, sizeof bytes, NULL, NULL) != LAC_OK
          || lac_remote_buffer_put (&buffer, NULL) != LAC_OK)
        abort ();
    }
  return (now () - start) / CALLS;
}

int
main (void)
{
  const size_t size = (size_t) (ROUNDS + 1) * CALLS * SIZE;
  double ours[ROUNDS], floors[ROUNDS];
  struct lac_remote_locator *locator;
  struct lac_process *process;
  struct lac_gap_query query;
  uint64_t address;
  pid_t guest = start_guest (size, &address);

  must (lac_process_open (NULL, guest, &process, NULL));
  must (lac_remote_locator_open (process, NULL, &locator, NULL));
  must (lac_remote_placement_init (process, &query, NULL));
  query.size = SIZE;
  query.alignment = 1;
  time_appends (locator, &query);
  for (int i = 0; i < ROUNDS; i++)
    {
      floors[i] = time_floor (guest, address) * 1e6;
      ours[i] = time_appends (locator, &query) * 1e6;
    }
  printf ("%-44s %10.2f %-3s floor %10.2f %-3s ratio %5.2f  at most %.1f\n",
          "take, append 64 bytes, put, from outside", median (ours, ROUNDS), "us", median (floors, ROUNDS),
          "us", median (ours, ROUNDS) / median (floors, ROUNDS), 5.0);
  lac_remote_locator_close (locator);
  lac_process_close (process);
  kill (guest, SIGKILL);
  waitpid (guest, NULL, 0);
  return 0;
}
