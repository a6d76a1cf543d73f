/* A process with a locator that it has through our own library.
 *
 *   locator-lacuna ROLE [ROOT]
 *
 *   idle       has one buffer with a chunk in it, and does nothing more
 *   append     appends chunks (locator-chunk.h) from two threads, and looks at its own all the time
 *
 * The shared place is under ROOT; without one it is the usual one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "locator-chunk.h"
#include "victim-common.h"

#include "buffers/buffer.h"
#include "buffers/locator.h"
#include "os/shared-file.h"

#include <pthread.h>
#include <stdio.h>

#define N_THREADS 2
#define N_EACH 4000

struct author
{
  uint32_t number;
  const struct locator_chunk *chunks[N_EACH];
  uint32_t n_chunks;
};

static struct author authors[N_THREADS];

static void
append_one (struct author *author)
{
  struct lac_gap_query query;
  struct lac_buffer buffer;
  struct locator_chunk chunk = locator_chunk_make (author->number, author->n_chunks + 1);
  void *address = NULL;
  enum lac_status status;

  lac_placement_init (&query);
  query.size = sizeof chunk;
  query.alignment = 4;
  status = lac_buffers_get (&query, 0, &buffer, NULL);
  /* Who is busy from outside has it for a moment. */
  if (status == LAC_E_BUSY)
    {
      victim_interrupted ();
      return;
    }
  if (status != LAC_OK)
    {
      victim_wrong ("lac_buffers_get", (long) status);
      return;
    }
  status = lac_buffer_append (&buffer, &chunk, sizeof chunk, &address);
  if (status != LAC_OK)
    victim_wrong ("lac_buffer_append", (long) status);
  else
    author->chunks[author->n_chunks++] = address;
  status = lac_buffer_put (&buffer);
  if (status != LAC_OK)
    victim_wrong ("lac_buffer_put", (long) status);
}

static void
look (const struct author *author)
{
  for (uint32_t i = 0; i < author->n_chunks; i++)
    if (!locator_chunk_is_whole (author->chunks[i]) || author->chunks[i]->number != i + 1
        || author->chunks[i]->author != author->number)
      victim_wrong ("a chunk changed, at", (long) author->chunks[i]);
}

static void *
append_on_and_on (void *user_data)
{
  struct author *author = user_data;

  for (;;)
    {
      if (author->n_chunks < N_EACH)
        append_one (author);
      victim_add (&report->numbers[LOCATOR_NUMBER_OWN]);
      if (author->n_chunks % 256 == 0)
        look (author);
      bare_sleep (300);
    }
  return NULL;
}

int
main (int   argc,
      char *argv[])
{
  struct lac_locator_facts facts;
  int appends = argc > 1 && victim_equal (argv[1], "append");

  victim_begin ();
  if (argc > 2)
    {
      static char own[512];

      snprintf (own, sizeof own, "%s/own", argv[2]);
      lac_shared_file_set_roots (argv[2], own);
    }
  for (uint32_t i = 0; i < N_THREADS; i++)
    /* The second number is the tests'. */
    authors[i].number = i == 0 ? 1 : 3;
  append_one (&authors[0]);
  lac_locator_get_facts (&facts);
  for (int i = 0; appends && i < N_THREADS; i++)
    {
      pthread_t thread;

      if (pthread_create (&thread, NULL, append_on_and_on, &authors[i]) != 0)
        victim_skip ();
    }
  victim_ready (facts.address, facts.place);
  for (;;)
    {
      bare_sleep (2000);
      victim_round ();
    }
}
