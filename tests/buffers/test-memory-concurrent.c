/* Memory with references from many threads at once, and across fork(2).
 *
 * Each block is ordinary memory that its release overwrites and frees: a reader that still had a pointer
 * then would see it, and so do the sanitizers.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffers/memory.h"

#include <glib.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_THREADS 8
#define BLOCK 64

struct counts
{
  atomic_uint n_released;
  atomic_uint n_closed;
  atomic_uint n_told_released;
};

static void
free_block (void  *address,
            size_t size,
            void  *user_data)
{
  struct counts *counts = user_data;

  atomic_fetch_add (&counts->n_released, 1);
  memset (address, 0xdd, size);
  g_free (address);
}

static void
count_events (struct lac_memory    *memory,
              enum lac_memory_event event,
              void                 *user_data)
{
  struct counts *counts = user_data;

  g_assert_cmpuint (atomic_load (&counts->n_told_released), ==, 0);
  atomic_fetch_add (event == LAC_MEMORY_CLOSED ? &counts->n_closed : &counts->n_told_released, 1);
  g_assert_cmpuint (atomic_load (&counts->n_closed), ==, 1);
}

struct round
{
  struct lac_memory *memory;
  struct counts counts;
  atomic_uint n_empty;
  atomic_uint n_full;
  atomic_uint arrived;
};

static gpointer
read_and_close (gpointer user_data)
{
  struct round *round = user_data;
  unsigned turn = atomic_fetch_add (&round->arrived, 1);

  /* All begin at once. */
  while (atomic_load (&round->arrived) < N_THREADS)
    g_thread_yield ();
  for (unsigned i = 0; i < 20; i++)
    {
      struct lac_memory_reference *reference = NULL;
      struct lac_memory_holding holdings[4];
      void *address;
      size_t size;

      g_assert_cmpint (lac_memory_reference_new (round->memory, "reader", &reference), ==, LAC_OK);
      if (turn == 0 && i == 5)
        lac_memory_close (round->memory);
      size = lac_memory_reference_get (reference, &address);
      if (size > 0)
        {
          g_assert_cmpuint (size, ==, BLOCK);
          for (size_t j = 0; j < size; j++)
            g_assert_cmpuint (((const unsigned char *) address)[j], ==, 0x42);
        }
      atomic_fetch_add (size > 0 ? &round->n_full : &round->n_empty, 1);
      if (i % 4 == 0)
        lac_memory_list_holdings (i % 8 == 0 ? round->memory : NULL, holdings, G_N_ELEMENTS (holdings));
      if (i % 2 == 0)
        lac_memory_reference_close (reference);
      lac_memory_reference_drop (reference);
    }
  lac_memory_unref (round->memory);
  return NULL;
}

static void
test_stress (void)
{
  unsigned n_rounds = g_test_slow () ? 3000 : 300;
  unsigned n_full = 0, n_empty = 0;

  for (unsigned i = 0; i < n_rounds; i++)
    {
      struct round round = { NULL };
      GThread *threads[N_THREADS];
      void *block = g_malloc (BLOCK);

      memset (block, 0x42, BLOCK);
      g_assert_cmpint (lac_memory_new_foreign (block, BLOCK, free_block, &round.counts, &round.memory), ==,
                       LAC_OK);
      g_assert_cmpint (lac_memory_add_notify (round.memory, count_events, &round.counts, NULL), ==, LAC_OK);
      for (unsigned j = 0; j < N_THREADS; j++)
        {
          if (j > 0)
            lac_memory_ref (round.memory);
          threads[j] = g_thread_new ("reader", read_and_close, &round);
        }
      for (unsigned j = 0; j < N_THREADS; j++)
        g_thread_join (threads[j]);
      g_assert_cmpuint (atomic_load (&round.counts.n_released), ==, 1);
      g_assert_cmpuint (atomic_load (&round.counts.n_closed), ==, 1);
      g_assert_cmpuint (atomic_load (&round.counts.n_told_released), ==, 1);
      n_full += atomic_load (&round.n_full);
      n_empty += atomic_load (&round.n_empty);
    }
  g_assert_cmpuint (n_full, >, 0);
  g_assert_cmpuint (n_empty, >, 0);
  g_assert_cmpuint (lac_memory_list_holdings (NULL, NULL, 0), ==, 0);
}

/* One reference, closed by one thread and asked by the others. */
static gpointer
ask_until_closed (gpointer user_data)
{
  void *address;

  while (lac_memory_reference_get (user_data, &address) > 0)
    g_assert_nonnull (address);
  g_assert_null (address);
  lac_memory_reference_close (user_data);
  return NULL;
}

static void
test_close_while_asked (void)
{
  for (unsigned i = 0; i < 200; i++)
    {
      struct counts counts = { 0 };
      struct lac_memory *memory = NULL;
      struct lac_memory_reference *reference = NULL;
      GThread *threads[3];

      g_assert_cmpint (lac_memory_new_foreign (g_malloc0 (BLOCK), BLOCK, free_block, &counts, &memory), ==,
                       LAC_OK);
      g_assert_cmpint (lac_memory_reference_new (memory, "shared", &reference), ==, LAC_OK);
      lac_memory_unref (memory);
      for (unsigned j = 0; j < G_N_ELEMENTS (threads); j++)
        threads[j] = g_thread_new ("asks", ask_until_closed, reference);
      lac_memory_reference_close (reference);
      for (unsigned j = 0; j < G_N_ELEMENTS (threads); j++)
        g_thread_join (threads[j]);
      g_assert_cmpuint (atomic_load (&counts.n_released), ==, 1);
      lac_memory_reference_drop (reference);
    }
}

struct slow
{
  atomic_bool began;
  atomic_bool may_end;
  atomic_bool ended;
  atomic_uint n_calls;
};

static void
be_slow (struct lac_memory    *memory,
         enum lac_memory_event event,
         void                 *user_data)
{
  struct slow *slow = user_data;

  atomic_fetch_add (&slow->n_calls, 1);
  atomic_store (&slow->began, true);
  while (!atomic_load (&slow->may_end))
    g_usleep (100);
  atomic_store (&slow->ended, true);
}

static gpointer
close_memory (gpointer memory)
{
  lac_memory_close (memory);
  return NULL;
}

static gpointer
let_end (gpointer user_data)
{
  struct slow *slow = user_data;

  g_usleep (20000);
  atomic_store (&slow->may_end, true);
  return NULL;
}

static void
test_remove_waits (void)
{
  struct slow slow = { 0 };
  struct lac_memory *memory = NULL;
  struct lac_memory_reference *reference = NULL;
  GThread *closes, *lets;
  uint64_t id;

  g_assert_cmpint (lac_memory_new_foreign (&slow, sizeof slow, NULL, NULL, &memory), ==, LAC_OK);
  g_assert_cmpint (lac_memory_reference_new (memory, "open", &reference), ==, LAC_OK);
  g_assert_cmpint (lac_memory_add_notify (memory, be_slow, &slow, &id), ==, LAC_OK);
  closes = g_thread_new ("closes", close_memory, memory);
  while (!atomic_load (&slow.began))
    g_thread_yield ();
  /* While it is called nothing is locked. */
  g_assert_cmpuint (lac_memory_list_holdings (NULL, NULL, 0), ==, 1);
  g_assert_true (lac_memory_is_closed (memory));
  g_assert_false (atomic_load (&slow.ended));
  lets = g_thread_new ("lets", let_end, &slow);
  lac_memory_remove_notify (memory, id);
  g_assert_true (atomic_load (&slow.ended));
  g_thread_join (closes);
  g_thread_join (lets);
  /* The release is not told to who is gone. */
  lac_memory_reference_drop (reference);
  lac_memory_unref (memory);
  g_assert_cmpuint (atomic_load (&slow.n_calls), ==, 1);
}

/* What happens while somebody is told is told by the same thread, after it. */
static void
test_left_to_who_tells (void)
{
  struct slow slow = { 0 };
  struct lac_memory *memory = NULL;
  struct lac_memory_reference *reference = NULL;
  GThread *closes;

  g_assert_cmpint (lac_memory_new_foreign (&slow, sizeof slow, NULL, NULL, &memory), ==, LAC_OK);
  g_assert_cmpint (lac_memory_reference_new (memory, "open", &reference), ==, LAC_OK);
  g_assert_cmpint (lac_memory_add_notify (memory, be_slow, &slow, NULL), ==, LAC_OK);
  closes = g_thread_new ("closes", close_memory, memory);
  while (!atomic_load (&slow.began))
    g_thread_yield ();
  lac_memory_reference_close (reference);
  g_assert_true (lac_memory_is_released (memory));
  g_assert_cmpuint (atomic_load (&slow.n_calls), ==, 1);
  atomic_store (&slow.may_end, true);
  g_thread_join (closes);
  g_assert_cmpuint (atomic_load (&slow.n_calls), ==, 2);
  lac_memory_reference_drop (reference);
  lac_memory_unref (memory);
}

/* Listeners come and go while events happen. */
static gpointer
listen_and_leave (gpointer memory)
{
  for (unsigned i = 0; i < 50; i++)
    {
      struct counts *counts = g_new0 (struct counts, 1);
      uint64_t id = 0;

      g_assert_cmpint (lac_memory_add_notify (memory, count_events, counts, &id), ==, LAC_OK);
      lac_memory_remove_notify (memory, id);
      /* Nobody calls with it any more. */
      g_free (counts);
    }
  return NULL;
}

static void
test_listeners_come_and_go (void)
{
  for (unsigned i = 0; i < 50; i++)
    {
      struct counts counts = { 0 };
      struct lac_memory *memory = NULL;
      struct lac_memory_reference *reference = NULL;
      GThread *threads[4];

      g_assert_cmpint (lac_memory_new_foreign (g_malloc0 (BLOCK), BLOCK, free_block, &counts, &memory), ==,
                       LAC_OK);
      g_assert_cmpint (lac_memory_reference_new (memory, "open", &reference), ==, LAC_OK);
      for (unsigned j = 0; j < G_N_ELEMENTS (threads); j++)
        threads[j] = g_thread_new ("listens", listen_and_leave, memory);
      lac_memory_close (memory);
      lac_memory_reference_drop (reference);
      for (unsigned j = 0; j < G_N_ELEMENTS (threads); j++)
        g_thread_join (threads[j]);
      lac_memory_unref (memory);
      g_assert_cmpuint (atomic_load (&counts.n_released), ==, 1);
    }
}

/* A child has a copy of everything but the threads: nothing is locked there, nobody is waited for who
 * is not there, and what it closes is released once. */
static void
test_fork (void)
{
  struct slow slow = { 0 };
  struct lac_memory *memory = NULL;
  struct lac_memory_reference *reference = NULL;
  struct counts *counts = g_new0 (struct counts, 1);
  GThread *closes;
  uint64_t id, second;
  pid_t child;
  int status;

  g_assert_cmpint (lac_memory_new_foreign (g_malloc0 (BLOCK), BLOCK, free_block, counts, &memory), ==, LAC_OK);
  g_assert_cmpint (lac_memory_reference_new (memory, "open", &reference), ==, LAC_OK);
  g_assert_cmpint (lac_memory_add_notify (memory, be_slow, &slow, &id), ==, LAC_OK);
  g_assert_cmpint (lac_memory_add_notify (memory, count_events, counts, &second), ==, LAC_OK);
  closes = g_thread_new ("closes", close_memory, memory);
  while (!atomic_load (&slow.began))
    g_thread_yield ();

  child = fork ();
  if (child == 0)
    {
      alarm (20);
      lac_memory_remove_notify (memory, id);
      /* The first event too, which the lost thread would have told. */
      lac_memory_reference_drop (reference);
      _exit (atomic_load (&counts->n_released) == 1 && atomic_load (&counts->n_closed) == 1
                     && atomic_load (&counts->n_told_released) == 1
                     && lac_memory_list_holdings (NULL, NULL, 0) == 0
                 ? 0
                 : 1);
    }
  g_assert_cmpint (child, >, 0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);

  atomic_store (&slow.may_end, true);
  g_thread_join (closes);
  g_assert_cmpuint (atomic_load (&counts->n_released), ==, 0);
  lac_memory_reference_drop (reference);
  g_assert_cmpuint (atomic_load (&counts->n_released), ==, 1);
  lac_memory_unref (memory);
  g_free (counts);
}

static void
fork_in_call (struct lac_memory    *memory,
              enum lac_memory_event event,
              void                 *user_data)
{
  if (event == LAC_MEMORY_CLOSED)
    *(pid_t *) user_data = fork ();
}

/* A child that was made inside a call goes on there, and tells the rest. */
static void
test_fork_in_call (void)
{
  struct counts counts = { 0 };
  struct lac_memory *memory = NULL;
  pid_t child = -1;
  int status;

  g_assert_cmpint (lac_memory_new_foreign (g_malloc0 (BLOCK), BLOCK, free_block, &counts, &memory), ==, LAC_OK);
  g_assert_cmpint (lac_memory_add_notify (memory, fork_in_call, &child, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_memory_add_notify (memory, count_events, &counts, NULL), ==, LAC_OK);
  lac_memory_unref (memory);
  if (child == 0)
    _exit (atomic_load (&counts.n_told_released) == 1 && atomic_load (&counts.n_released) == 1 ? 0 : 1);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpuint (atomic_load (&counts.n_told_released), ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/buffers/memory/threads/no-reader-sees-a-released-block", test_stress);
  g_test_add_func ("/buffers/memory/threads/a-reference-closes-while-asked", test_close_while_asked);
  g_test_add_func ("/buffers/memory/threads/removing-waits-for-the-call", test_remove_waits);
  g_test_add_func ("/buffers/memory/threads/one-thread-tells-at-a-time", test_left_to_who_tells);
  g_test_add_func ("/buffers/memory/threads/listeners-come-and-go", test_listeners_come_and_go);
  g_test_add_func ("/buffers/memory/fork/a-child-waits-for-nobody", test_fork);
  g_test_add_func ("/buffers/memory/fork/inside-a-call", test_fork_in_call);
  return g_test_run ();
}
