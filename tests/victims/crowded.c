/* A process in which others' memory lies right below where a thread's stack seems to go on.
 *
 *   crowded alternate      is in a signal's handler whose stack is an array in one of its functions; below
 *                          that lie the variables of the function that was interrupted
 *   crowded side-by-side   has the stacks of two threads in one region; the upper one's is nearly used up,
 *                          and below it begins what the lower one has for its own
 *
 * Somebody counts in that memory all the time, so that a word which is written back is noticed as well as one
 * that is overwritten: in the first case another process that shares the memory, since a thread could be chosen
 * in place of the one that it is about.
 *
 * SPDX-License-Identifier: MIT
 */
#include "victim-common.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#define STACK_SIZE 32768
#define ALTERNATE_SIZE 16384
#define N_WORDS 400
/* What is left of a stack on which no frame has room. */
#define LEFT 900

static volatile long *volatile shared;
static volatile long n_counted;

/* Goes down until hardly anything is left above @low, and stays there for as long as the test wants. */
static int
use_up (const char *low)
{
  volatile char some[128];

  some[0] = 0;
  if ((const char *) some - low > LEFT)
    return use_up (low) + some[0];
  while (some[0] == 0)
    {
      victim_doze (2000);
      victim_round ();
    }
  return some[0];
}

static int
count_aside (void *nothing)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  for (;;)
    {
      __atomic_store_n (&n_counted, n_counted + 1, __ATOMIC_RELEASE);
      if (__atomic_add_fetch (shared, 1, __ATOMIC_ACQ_REL) != n_counted)
        {
          victim_wrong ("a count of somebody else's", *shared - n_counted);
          *shared = n_counted;
        }
    }
  return 0;
}

static const char *alternate;

static void
handle (int signal)
{
  victim_ready ((unsigned long) shared, 0);
  use_up (alternate);
}

static void
interrupt_myself (void)
{
  volatile long words[N_WORDS];
  char *stack = mmap (NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  words[N_WORDS - 4] = 0;
  shared = &words[N_WORDS - 4];
  if (stack == MAP_FAILED
      || clone (count_aside, stack + STACK_SIZE, CLONE_VM | CLONE_FILES | SIGCHLD, NULL) < 0)
    victim_skip ();
  raise (SIGUSR1);
}

static void
be_on_an_array (void)
{
  char array[ALTERNATE_SIZE];
  stack_t stack = { .ss_sp = array, .ss_size = sizeof array };
  struct sigaction action = { .sa_handler = handle, .sa_flags = SA_ONSTACK };

  alternate = array;
  if (sigaltstack (&stack, NULL) != 0 || sigaction (SIGUSR1, &action, NULL) != 0)
    victim_skip ();
  interrupt_myself ();
}

static char *stacks;
static __thread volatile long own;

static void *
count_below (void *nothing)
{
  for (long i = 1;; i++)
    if (++own != i)
      {
        victim_wrong ("a count of the thread below", own - i);
        own = i;
      }
  return NULL;
}

static void *
sleep_above (void *nothing)
{
  use_up (stacks + STACK_SIZE);
  return NULL;
}

static void
be_side_by_side (void)
{
  char *below = mmap (NULL, 4096 + 2 * STACK_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  void *(*const threads[2]) (void *) = { count_below, sleep_above };
  pthread_attr_t attributes;
  pthread_t thread;

  if (below == MAP_FAILED)
    victim_skip ();
  stacks = below + 4096;
  pthread_attr_init (&attributes);
  if (mprotect (stacks, 2 * STACK_SIZE, PROT_READ | PROT_WRITE) != 0)
    victim_skip ();
  for (int i = 0; i < 2; i++)
    if (pthread_attr_setstack (&attributes, stacks + i * STACK_SIZE, STACK_SIZE) != 0
        || pthread_create (&thread, &attributes, threads[i], NULL) != 0)
      victim_skip ();
  victim_ready ((unsigned long) stacks, 0);
  /* The first thread ends, so that it is no way out. */
  for (;;)
    CALL1 (60, 0);
}

int
main (int   argc,
      char *argv[])
{
  const char *role = argc > 1 ? argv[1] : "";

  victim_begin ();
  if (victim_equal (role, "alternate"))
    be_on_an_array ();
  else if (victim_equal (role, "side-by-side"))
    be_side_by_side ();
  victim_skip ();
}
