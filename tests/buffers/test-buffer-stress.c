/* Many threads in several processes append at once, and then every byte is looked at: nothing overlapped,
 * lost or torn.
 *
 * A record says who wrote it and as how many-th, how long it is, and is filled with bytes that follow
 * from that; so the contents alone tell whether all of them are there, once, and whole. With -m slow
 * it is a hundred million bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "locator-fixture.h"

#include <pthread.h>

#define N_PROCESSES 4
#define N_THREADS 8

#define MAGIC 0x4c61

struct record
{
  uint16_t magic;
  uint16_t thread;
  uint32_t number;
  uint32_t size;
};

static size_t bytes_for_each_thread;

static unsigned char
filling (const struct record *record,
         uint32_t             at)
{
  return (unsigned char) (record->thread * 31 + record->number * 7 + at);
}

struct writer
{
  pthread_t thread;
  uint16_t number;
  uint32_t n_records;
  size_t n_bytes;
};

static void *
write_records (void *user_data)
{
  struct writer *writer = user_data;
  uint32_t random = writer->number * 2654435769u + 1;
  unsigned char bytes[512];
  uint64_t anchor = (uintptr_t) &write_records;

  while (writer->n_bytes < bytes_for_each_thread)
    {
      struct record record = { MAGIC, writer->number, writer->n_records, 0 };
      struct lac_gap_query query;
      struct lac_buffer buffer;
      enum lac_status status;
      void *address;

      random = random * 1664525 + 1013904223;
      record.size = sizeof record + (random >> 8) % 400;
      memcpy (bytes, &record, sizeof record);
      for (uint32_t i = sizeof record; i < record.size; i++)
        bytes[i] = filling (&record, i);

      lac_placement_init (&query);
      query.size = record.size;
      query.alignment = 1;
      if (random >> 31)
        {
          query.anchors = &anchor;
          query.n_anchors = 1;
        }
      status = lac_buffers_get (&query, 0, &buffer, NULL);
      g_assert_cmpstr (lac_status_name (status), ==, "ok");
      if ((random >> 30 & 1) != 0)
        {
          g_assert_cmpint (lac_buffer_append (&buffer, bytes, record.size, &address), ==, LAC_OK);
        }
      else
        {
          g_assert_cmpint (lac_buffer_reserve (&buffer, record.size, 1, &address), ==, LAC_OK);
          g_assert_cmpint (lac_buffer_write (&buffer, address, bytes, record.size), ==, LAC_OK);
        }
      g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
      writer->n_records++;
      writer->n_bytes += record.size;
    }
  return NULL;
}

/* Follows the records of a buffer from its start to its position. */
static size_t
check_buffer (const struct lac_locator_item *item,
              unsigned char                **seen,
              const struct writer           *writers)
{
  const unsigned char *bytes = (const unsigned char *) item->address;
  uint32_t at = 0;

  g_assert_false (item->taken);
  while (at < item->position)
    {
      struct record record;

      g_assert_cmpuint (item->position - at, >=, sizeof record);
      memcpy (&record, bytes + at, sizeof record);
      g_assert_cmpuint (record.magic, ==, MAGIC);
      g_assert_cmpuint (record.thread, <, N_THREADS);
      g_assert_cmpuint (record.number, <, writers[record.thread].n_records);
      g_assert_cmpuint (record.size, <=, item->position - at);
      g_assert_cmpuint (seen[record.thread][record.number], ==, 0);
      seen[record.thread][record.number] = 1;
      for (uint32_t i = sizeof record; i < record.size; i++)
        if (bytes[at + i] != filling (&record, i))
          g_error ("byte %u of record %u of thread %u is torn", i, record.number, record.thread);
      at += record.size;
    }
  return at;
}

static void
run_process (void)
{
  struct writer writers[N_THREADS] = { { 0 } };
  unsigned char *seen[N_THREADS];
  struct lac_locator_cursor cursor;
  struct lac_locator_item item;
  size_t n_written = 0, n_found = 0;
  unsigned n_buffers = 0;

  for (uint16_t i = 0; i < N_THREADS; i++)
    {
      writers[i].number = i;
      g_assert_cmpint (pthread_create (&writers[i].thread, NULL, write_records, &writers[i]), ==, 0);
    }
  for (unsigned i = 0; i < N_THREADS; i++)
    {
      pthread_join (writers[i].thread, NULL);
      n_written += writers[i].n_bytes;
      seen[i] = g_malloc0 (writers[i].n_records);
    }
  for (enum lac_status status = lac_locator_first (&cursor, &item); status == LAC_OK;
       status = lac_locator_next (&cursor, &item))
    {
      n_found += check_buffer (&item, seen, writers);
      n_buffers++;
    }
  g_assert_cmpuint (n_found, ==, n_written);
  for (unsigned i = 0; i < N_THREADS; i++)
    {
      for (uint32_t j = 0; j < writers[i].n_records; j++)
        g_assert_cmpuint (seen[i][j], ==, 1);
      g_free (seen[i]);
    }
  printf ("# %zu bytes in %u buffers\n", n_written, n_buffers);
}

static void
test_stress (void)
{
  pid_t children[N_PROCESSES];
  struct lac_locator_facts facts;

  bytes_for_each_thread = (g_test_slow () ? 100000000u : 6000000u) / (N_PROCESSES * N_THREADS);
  fixture_begin ();
  /* The parent has one, too. */
  g_assert_cmpint (lac_locator_open (&facts), ==, LAC_OK);
  fflush (NULL);
  for (unsigned i = 0; i < N_PROCESSES; i++)
    {
      children[i] = fork ();
      g_assert_cmpint (children[i], >=, 0);
      if (children[i] == 0)
        {
          run_process ();
          fflush (NULL);
          _exit (0);
        }
    }
  for (unsigned i = 0; i < N_PROCESSES; i++)
    {
      int status;

      g_assert_cmpint (waitpid (children[i], &status, 0), ==, children[i]);
      g_assert_true (WIFEXITED (status));
      g_assert_cmpint (WEXITSTATUS (status), ==, 0);
    }
  g_assert_cmpuint (((struct lac_table *) facts.address)->item_count, ==, 0);
  fixture_end ();
}

/* Many threads make the locator at once, and there is one. */
static void *
open_at_once (void *unused)
{
  struct lac_buffer buffer;

  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
  return (void *) open_locator ().address;
}

static void
first_calls (void)
{
  pthread_t threads[N_THREADS];
  void *first = NULL;

  for (unsigned i = 0; i < N_THREADS; i++)
    pthread_create (&threads[i], NULL, open_at_once, NULL);
  for (unsigned i = 0; i < N_THREADS; i++)
    {
      void *address;

      pthread_join (threads[i], &address);
      if (i == 0)
        first = address;
      g_assert_true (address == first);
    }
}

static void
test_first_calls (void)
{
  for (unsigned i = 0; i < 20; i++)
    {
      fixture_begin ();
      in_child (first_calls);
      fixture_end ();
    }
}

int
main (int    argc,
      char **argv)
{
  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/buffers/stress/first-calls-at-once", test_first_calls);
  g_test_add_func ("/buffers/stress/every-byte-is-there-once", test_stress);
  return g_test_run ();
}
