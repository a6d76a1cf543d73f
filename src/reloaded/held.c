/* The takings, in an array: there are as many as threads that hook at this moment, so few.
 *
 * SPDX-License-Identifier: MIT
 */
#include "held.h"

#include "os/os.h"
#include "os/thread.h"

#include <stdlib.h>

struct taking
{
  LocatorItem *item;
  /* Its own number is 0 when the item was taken directly. */
  struct lac_buffer buffer;
  uint64_t number;
  int32_t thread;
};

static struct lac_lock lock;
static struct taking *takings;
static size_t n_takings;
static size_t n_room;
static uint64_t last_number;
static int32_t process;

static void
before_fork (void)
{
  lac_lock_acquire (&lock);
}

/* What the parent took is the parent's, and its items are shared with it. */
static void
after_fork (void)
{
  if (lac_os_process_id () != process)
    {
      n_takings = 0;
      process = lac_os_process_id ();
    }
  lac_lock_release (&lock);
}

/* With the lock. */
static enum lac_status
make_room (void)
{
  size_t n = n_room > 0 ? n_room * 2 : 16;
  struct taking *larger;

  if (n_takings < n_room)
    return LAC_OK;
  larger = realloc (takings, n * sizeof *larger);
  if (larger == NULL)
    return LAC_E_NO_MEMORY;
  takings = larger;
  n_room = n;
  return LAC_OK;
}

enum lac_status
held_add (LocatorItem             *item,
          const struct lac_buffer *buffer,
          uint64_t                *out_taking)
{
  enum lac_status status;
  bool is_first;

  lac_lock_acquire (&lock);
  is_first = process == 0;
  if (is_first)
    process = lac_os_process_id ();
  status = make_room ();
  if (status == LAC_OK)
    {
      struct taking *taking = &takings[n_takings++];

      *taking = (struct taking){ .item = item, .number = ++last_number, .thread = lac_thread_id () };
      if (buffer != NULL)
        taking->buffer = *buffer;
      *out_taking = taking->number;
    }
  lac_lock_release (&lock);
  if (is_first)
    lac_os_at_fork (before_fork, after_fork);
  return status;
}

/* With the lock. What others took elsewhere may have been put back by them, and the item be taken by
 * somebody whom we don't know: so only the last one here counts, and the older ones are forgotten. */
static struct taking *
find (LocatorItem *item)
{
  struct taking *last = NULL;

  for (size_t i = 0; i < n_takings; i++)
    if (takings[i].item == item && (last == NULL || takings[i].number > last->number))
      last = &takings[i];
  return last;
}

static void
forget (LocatorItem *item)
{
  for (size_t i = n_takings; i-- > 0;)
    if (takings[i].item == item)
      takings[i] = takings[--n_takings];
}

static bool
is_meant (const struct taking *taking,
          enum held_which      which,
          uint64_t             number)
{
  if (which == HELD_ANY)
    return true;
  if (which == HELD_TAKING && number != 0)
    return taking->number == number;
  return taking->thread == lac_thread_id () || !lac_thread_is_alive (taking->thread);
}

static void
release (LocatorItem *item)
{
  int32_t taken = 1;

  __atomic_compare_exchange_n (&item->is_taken, &taken, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

void
held_put (LocatorItem    *item,
          enum held_which which,
          uint64_t        number)
{
  struct lac_buffer buffer = { 0 };
  struct taking *taking;
  bool puts;

  lac_lock_acquire (&lock);
  taking = find (item);
  puts = taking != NULL ? is_meant (taking, which, number) : which == HELD_ANY;
  if (taking != NULL && puts)
    {
      buffer = taking->buffer;
      forget (item);
    }
  lac_lock_release (&lock);
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
