/* Many threads, each of which is at something else and checks that it goes right.
 *
 *   throng [COUNT]
 *
 * Some compute, some sleep with a time-out, some hand a number to one another through a mutex and a
 * condition, some through a pipe. So does the first thread: it waits for a futex with a time-out.
 *
 * SPDX-License-Identifier: MIT
 */
#include "victim-common.h"

#include <pthread.h>
#include <stdlib.h>

struct pair
{
  pthread_mutex_t mutex;
  pthread_cond_t turned;
  unsigned turn;
  unsigned long value;
  int pipes[2][2];
};

/* Place among the report's numbers, after those of what the threads did: how many have begun. */
#define N_BEGUN 4

struct worker
{
  void *(*function) (void *user_data);
  struct pair *pair;
  unsigned side;
};

static void *
compute (void *nothing)
{
  for (;;)
    {
      double sum = 0;
      uint32_t state = 7;
      unsigned long whole = 0;

      for (int i = 1; i <= 100000; i++)
        {
          sum += 1.0 / i / i;
          whole += victim_random (&state);
        }
      if (sum < 1.644924 || sum > 1.644925)
        victim_wrong ("the sum of inverse squares, in millionths", (long) (sum * 1e6));
      state = 7;
      for (int i = 1; i <= 100000; i++)
        whole -= victim_random (&state);
      if (whole != 0)
        victim_wrong ("a sum that is nothing", (long) whole);
      victim_add (&report->numbers[0]);
      bare_sleep (1000);
    }
  return NULL;
}

static void *
doze (void *nothing)
{
  uint32_t random = bare_now ();

  for (;;)
    {
      victim_doze (2000 + victim_random (&random) % 8000);
      victim_add (&report->numbers[1]);
    }
  return NULL;
}

static void *
hand_over (void *user_data)
{
  const struct worker *worker = user_data;
  struct pair *pair = worker->pair;
  unsigned long expected = worker->side;

  for (;;)
    {
      pthread_mutex_lock (&pair->mutex);
      while (pair->turn != worker->side)
        pthread_cond_wait (&pair->turned, &pair->mutex);
      if (pair->value != expected)
        victim_wrong ("another value was handed over", (long) pair->value);
      pair->value = expected + 1;
      pair->turn = !pair->turn;
      pthread_cond_broadcast (&pair->turned);
      pthread_mutex_unlock (&pair->mutex);
      expected += 2;
      victim_add (&report->numbers[2]);
      bare_sleep (500);
    }
  return NULL;
}

static void *
pass_through (void *user_data)
{
  const struct worker *worker = user_data;
  unsigned long expected = 1;

  for (;;)
    {
      unsigned long number = 0;
      ssize_t size;

      if (worker->side == 0)
        {
          CALL3 (BARE_WRITE, worker->pair->pipes[0][1], &expected, sizeof expected);
          size = CALL3 (BARE_READ, worker->pair->pipes[1][0], &number, sizeof number);
        }
      else
        size = CALL3 (BARE_READ, worker->pair->pipes[0][0], &number, sizeof number);
      if (size == -BARE_EINTR)
        {
          victim_interrupted ();
          size = CALL3 (BARE_READ, worker->pair->pipes[!worker->side][0], &number, sizeof number);
        }
      if (size != sizeof number || number != expected)
        victim_wrong ("another number was passed", (long) number);
      if (worker->side == 1)
        CALL3 (BARE_WRITE, worker->pair->pipes[1][1], &number, sizeof number);
      else
        bare_sleep (500);
      expected++;
      victim_add (&report->numbers[3]);
    }
  return NULL;
}

static void *
begin_worker (void *user_data)
{
  const struct worker *worker = user_data;

  victim_add (&report->numbers[N_BEGUN]);
  return worker->function (user_data);
}

static void
begin_thread (void *(*function) (void *user_data),
              struct pair *pair,
              unsigned     side)
{
  struct worker *worker = calloc (1, sizeof *worker);
  pthread_attr_t attributes;
  pthread_t thread;

  pthread_attr_init (&attributes);
  pthread_attr_setstacksize (&attributes, 65536);
  worker->function = function;
  worker->pair = pair;
  worker->side = side;
  if (pthread_create (&thread, &attributes, begin_worker, worker) != 0)
    victim_skip ();
}

int
main (int   argc,
      char *argv[])
{
  unsigned n_wanted = argc > 1 ? (unsigned) atoi (argv[1]) : 32;
  unsigned n_threads;
  uint32_t nobody = 0;

  victim_begin ();
  for (n_threads = 0; n_threads < n_wanted; n_threads += 8)
    {
      struct pair *pair = calloc (1, sizeof *pair);

      pthread_mutex_init (&pair->mutex, NULL);
      pthread_cond_init (&pair->turned, NULL);
      if (CALL1 (BARE_PIPE, pair->pipes[0]) != 0 || CALL1 (BARE_PIPE, pair->pipes[1]) != 0)
        victim_skip ();
      begin_thread (hand_over, pair, 0);
      begin_thread (hand_over, pair, 1);
      begin_thread (pass_through, pair, 0);
      begin_thread (pass_through, pair, 1);
      begin_thread (n_threads == 0 ? compute : doze, NULL, 0);
      for (int j = 0; j < 3; j++)
        begin_thread (doze, NULL, 0);
    }
  /* A thread blocks all signals until it is there. */
  while (victim_get (&report->numbers[N_BEGUN]) < n_threads)
    bare_sleep (100);
  victim_ready (0, n_threads);
  for (;;)
    {
      struct bare_time time = { 0, 50000000 };
      uint32_t begun = bare_now ();
      long answer = CALL6 (BARE_FUTEX, &nobody, 0x80, 0, &time, 0, 0);

      if (answer == -BARE_EINTR)
        victim_interrupted ();
      else if (answer != -BARE_ETIMEDOUT)
        victim_wrong ("futex", answer);
      else
        victim_slept (bare_now () - begun, 50000, 0);
      victim_round ();
    }
}
