/* The takings, in arrays: there are as many as threads that hook at this moment, so few.
 *
 * Which array is decided by the item, and each has a lock of its own, so that threads with
 * different buffers hardly ever meet.
 *
 * SPDX-License-Identifier: MIT
 */
#include "held.h"

#include "os/os.h"
#include "os/thread.h"

#include <stdatomic.h>
#include <stdlib.h>

struct taking
{
  LocatorItem *item;
  /* Its own number is 0 when the item was taken directly. */
  struct lac_buffer buffer;
  uint64_t number;
  int32_t thread;
};

#define N_SHARDS 16

struct shard
{
  _Alignas (64) struct lac_lock lock;
  struct taking *takings;
  size_t n_takings;
  size_t n_room;
  uint64_t last_number;
};

static struct shard shards[N_SHARDS];
/* The process that they are of; 0 before the first taking. */
static _Atomic int32_t process;

static struct shard *
find_shard (const LocatorItem *item)
{
  return &shards[(uintptr_t) item / sizeof *item % N_SHARDS];
}

static void
before_fork (void)
{
  for (size_t i = 0; i < N_SHARDS; i++)
    lac_lock_acquire (&shards[i].lock);
}

/* What the parent took is the parent's, and its items are shared with it. */
static void
after_fork (void)
{
  bool is_child = lac_os_process_id () != atomic_load (&process);

  if (is_child)
    atomic_store (&process, lac_os_process_id ());
  for (size_t i = 0; i < N_SHARDS; i++)
    {
      if (is_child)
        shards[i].n_takings = 0;
      lac_lock_release (&shards[i].lock);
    }
}

/* When the library is unloaded, or the process ends while other threads may still be at it: what
 * they find then is that nothing is taken. */
static void __attribute__ ((destructor))
forget_all (void)
{
  for (size_t i = 0; i < N_SHARDS; i++)
    {
      struct shard *shard = &shards[i];

      lac_lock_acquire (&shard->lock);
      free (shard->takings);
      shard->takings = NULL;
      shard->n_takings = 0;
      shard->n_room = 0;
      lac_lock_release (&shard->lock);
    }
}

/* Before the first taking. */
static void
watch_forks (void)
{
  int32_t none = 0;

  if (atomic_load_explicit (&process, memory_order_relaxed) == 0
      && atomic_compare_exchange_strong (&process, &none, lac_os_process_id ()))
    lac_os_at_fork (before_fork, after_fork);
}

/* With the lock. */
static enum lac_status
make_room (struct shard *shard)
{
  size_t n = shard->n_room > 0 ? shard->n_room * 2 : 4;
  struct taking *larger;

  if (shard->n_takings < shard->n_room)
    return LAC_OK;
  larger = realloc (shard->takings, n * sizeof *larger);
  if (larger == NULL)
    return LAC_E_NO_MEMORY;
  shard->takings = larger;
  shard->n_room = n;
  return LAC_OK;
}

enum lac_status
held_add (LocatorItem             *item,
          const struct lac_buffer *buffer,
          uint64_t                *out_taking)
{
  struct shard *shard = find_shard (item);
  enum lac_status status;

  watch_forks ();
  lac_lock_acquire (&shard->lock);
  status = make_room (shard);
  if (status == LAC_OK)
    {
      struct taking *taking = &shard->takings[shard->n_takings++];

      *taking = (struct taking){ .item = item,
                                 .number = ++shard->last_number,
                                 .thread = lac_thread_id () };
      if (buffer != NULL)
        taking->buffer = *buffer;
      *out_taking = taking->number;
    }
  lac_lock_release (&shard->lock);
  return status;
}

/* With the lock. Others may have put back what was taken here, and it may have been taken here
 * again since: so only the last one counts. */
static struct taking *
find (struct shard      *shard,
      const LocatorItem *item)
{
  struct taking *last = NULL;

  for (size_t i = 0; i < shard->n_takings; i++)
    if (shard->takings[i].item == item && (last == NULL || shard->takings[i].number > last->number))
      last = &shard->takings[i];
  return last;
}

static void
forget (struct shard      *shard,
        const LocatorItem *item)
{
  for (size_t i = shard->n_takings; i-- > 0;)
    if (shard->takings[i].item == item)
      shard->takings[i] = shard->takings[--shard->n_takings];
}

static bool
is_meant (const struct taking *taking,
          enum held_which      which,
          uint64_t             number,
          uint64_t             known)
{
  if (which == HELD_ANY)
    return true;
  if (which == HELD_TAKING && number != 0)
    return (taking->number & known) == number;
  return taking->thread == lac_thread_id () || !lac_thread_is_alive (taking->thread);
}

static void
release (LocatorItem *item)
{
  int32_t taken = 1;

  __atomic_compare_exchange_n (&item->is_taken, &taken, 0, false, __ATOMIC_RELEASE,
                               __ATOMIC_RELAXED);
}

void
held_put (LocatorItem    *item,
          enum held_which which,
          uint64_t        number,
          uint64_t        known)
{
  struct shard *shard = find_shard (item);
  struct lac_buffer buffer = { 0 };
  struct taking *taking;
  bool puts;

  lac_lock_acquire (&shard->lock);
  taking = find (shard, item);
  puts = taking != NULL ? is_meant (taking, which, number, known) : which == HELD_ANY;
  if (taking != NULL && puts)
    {
      buffer = taking->buffer;
      forget (shard, item);
    }
  lac_lock_release (&shard->lock);
  /* It is still taken, so nobody else has come here with it since. */
  if (buffer.size != 0)
    lac_buffer_put (&buffer);
  else if (puts)
    release (item);
}

bool
item_try_take (LocatorItem *item)
{
  int32_t free_now = 0;

  return __atomic_compare_exchange_n (&item->is_taken, &free_now, 1, false, __ATOMIC_ACQUIRE,
                                      __ATOMIC_RELAXED);
}
