/* Who still holds what: the life of blocks, and of those who look at them.
 *
 * There are two lives. That of the block ends when the memory and every reference to it are closed.
 * That of the handle, a struct lac_memory, ends when nobody can ask about it any more: when the
 * last share in it is dropped, and every reference that holds the block has a share too.
 *
 * One lock serves all memories of the process. What it guards is short, lists go over all of them,
 * and with one lock there is no order of locks to get wrong. It is never held while anybody else's
 * code runs; and what a reference gives is read without it.
 *
 * A memory's events are told by one thread at a time, one after another: whoever finds somebody
 * telling leaves its own event to them. So nobody who listens is called twice at once, or learns of
 * the release before the closing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "memory.h"

#include "os/os.h"
#include "os/thread.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Somebody who listens. */
struct listener
{
  struct listener *next;
  uint64_t id;
  lac_memory_notify notify;
  void *user_data;
  /* Of the events, those that it was told. */
  unsigned told;
  /* Unlinked by the thread that is in its call. */
  bool removed;
};

struct lac_memory
{
  void *address;
  size_t size;
  lac_memory_release release;
  void *user_data;

  /* All below belongs to the lock. Handles that callers have; when there are none it is closed. */
  size_t n_handles;
  /* Handles, references that hold the block, and calls under way. */
  size_t n_shares;
  /* References that hold the block. */
  size_t n_holding;
  bool is_releasing;
  /* Of the events, those that happened. */
  unsigned happened;
  struct listener *listeners;
  /* Which of them is being called; and by which thread events are told, 0 for none. */
  struct listener *called;
  int32_t telling;
  struct lac_memory *next_telling;
};

struct lac_memory_reference
{
  /* NULL when it is empty or closed. Changes once, from the one to the other. */
  _Atomic (void *) address;
  size_t size;

  /* All below belongs to the lock. NULL when it does not hold the block (any more). */
  struct lac_memory *memory;
  /* In the list of those that are not empty, oldest first. */
  struct lac_memory_reference *previous;
  struct lac_memory_reference *next;
  int64_t since;
  char holder[sizeof ((struct lac_memory_holding *) NULL)->holder];
};

static struct lac_lock lock;
static struct lac_memory_reference *oldest;
static struct lac_memory_reference *newest;
static uint64_t last_id;
/* The memories whose events are being told. */
static struct lac_memory *tellings;
static bool knows_forks;
static int32_t forking_thread;
static int32_t forking_process;

static void
before_fork (void)
{
  lac_lock_acquire (&lock);
  forking_thread = lac_thread_id ();
  forking_process = lac_os_process_id ();
}

/* In a child only the thread that forked goes on; calls that other threads were in never return. */
static void
after_fork (void)
{
  if (lac_os_process_id () != forking_process)
    {
      struct lac_memory *memory = tellings;

      tellings = NULL;
      while (memory != NULL)
        {
          struct lac_memory *next = memory->next_telling;

          if (memory->telling == forking_thread)
            {
              memory->telling = lac_thread_id ();
              memory->next_telling = tellings;
              tellings = memory;
            }
          else
            {
              memory->telling = 0;
              memory->called = NULL;
            }
          memory = next;
        }
    }
  lac_lock_release (&lock);
}

static void
free_memory (struct lac_memory *memory)
{
  while (memory->listeners != NULL)
    {
      struct listener *next = memory->listeners->next;

      free (memory->listeners);
      memory->listeners = next;
    }
  free (memory);
}

/* With the lock, which it releases. */
static void
drop_share (struct lac_memory *memory)
{
  bool is_last = --memory->n_shares == 0;

  lac_lock_release (&lock);
  if (is_last)
    free_memory (memory);
}

static void
unlink_listener (struct lac_memory *memory,
                 struct listener   *listener)
{
  struct listener **link = &memory->listeners;

  while (*link != listener)
    link = &(*link)->next;
  *link = listener->next;
  free (listener);
}

/* The first from @from on who is to be told @event. Nobody hears of the release first, not even who
 * came while it was told. */
static struct listener *
find_untold (struct listener      *from,
             enum lac_memory_event event)
{
  unsigned before = event == LAC_MEMORY_RELEASED ? LAC_MEMORY_CLOSED : 0;

  while (from != NULL
         && ((from->told & event) != 0 || (from->told & before) != before || from->removed))
    from = from->next;
  return from;
}

/* Tells all listeners of @event, those too that come meanwhile. Returns whether there was one. */
static bool
tell_event (struct lac_memory    *memory,
            enum lac_memory_event event)
{
  struct listener *listener = find_untold (memory->listeners, event);
  bool was_any = listener != NULL;

  while (listener != NULL)
    {
      struct listener *next;

      listener->told |= event;
      memory->called = listener;
      lac_lock_release (&lock);
      listener->notify (memory, event, listener->user_data);
      lac_lock_acquire (&lock);
      memory->called = NULL;
      /* It was in the list all the time, since nobody else unlinks the one that is called. */
      next = find_untold (listener->next, event);
      if (listener->removed)
        unlink_listener (memory, listener);
      listener = next;
    }
  return was_any;
}

/* With the lock, and a share; lets the lock go meanwhile. */
static void
tell (struct lac_memory *memory)
{
  struct lac_memory **link = &tellings;
  bool was_any;

  /* Whoever is at it looks again before it ends. */
  if (memory->telling != 0)
    return;
  memory->telling = lac_thread_id ();
  memory->next_telling = tellings;
  tellings = memory;
  do
    {
      was_any = false;
      if ((memory->happened & LAC_MEMORY_CLOSED) != 0)
        was_any |= tell_event (memory, LAC_MEMORY_CLOSED);
      if ((memory->happened & LAC_MEMORY_RELEASED) != 0)
        was_any |= tell_event (memory, LAC_MEMORY_RELEASED);
    }
  while (was_any);
  while (*link != memory)
    link = &(*link)->next_telling;
  *link = memory->next_telling;
  memory->telling = 0;
}

/* Does what is due after a change: tells of it, and ends the block's life when nobody holds it.
 * With the lock, and a share; lets the lock go meanwhile. */
static void
settle (struct lac_memory *memory)
{
  tell (memory);
  if ((memory->happened & LAC_MEMORY_CLOSED) == 0 || memory->n_holding > 0 || memory->is_releasing)
    return;
  memory->is_releasing = true;
  lac_lock_release (&lock);
  if (memory->release != NULL)
    memory->release (memory->address, memory->size, memory->user_data);
  lac_lock_acquire (&lock);
  memory->happened |= LAC_MEMORY_RELEASED;
  tell (memory);
}

/* A memory whose block is not known yet. Made before the block, so that nothing can go wrong once
 * there is one. */
static struct lac_memory *
memory_new (void)
{
  struct lac_memory *memory = calloc (1, sizeof *memory);
  bool knows;

  if (memory == NULL)
    return NULL;
  memory->n_handles = 1;
  memory->n_shares = 1;

  lac_lock_acquire (&lock);
  knows = knows_forks;
  knows_forks = true;
  lac_lock_release (&lock);
  if (!knows)
    lac_os_at_fork (before_fork, after_fork);
  return memory;
}

enum lac_status
lac_memory_new_foreign (void               *address,
                        size_t              size,
                        lac_memory_release  release,
                        void               *user_data,
                        struct lac_memory **out_memory)
{
  struct lac_memory *memory;

  if (address == NULL && size != 0)
    return LAC_E_INVALID;
  memory = memory_new ();
  if (memory == NULL)
    return LAC_E_NO_MEMORY;
  memory->address = address;
  memory->size = size;
  memory->release = release;
  memory->user_data = user_data;
  *out_memory = memory;
  return LAC_OK;
}

struct lac_memory *
lac_memory_ref (struct lac_memory *memory)
{
  lac_lock_acquire (&lock);
  memory->n_handles++;
  memory->n_shares++;
  lac_lock_release (&lock);
  return memory;
}

void
lac_memory_unref (struct lac_memory *memory)
{
  if (memory == NULL)
    return;
  lac_lock_acquire (&lock);
  if (--memory->n_handles == 0)
    {
      memory->happened |= LAC_MEMORY_CLOSED;
      settle (memory);
    }
  drop_share (memory);
}

void
lac_memory_close (struct lac_memory *memory)
{
  lac_lock_acquire (&lock);
  memory->n_shares++;
  memory->happened |= LAC_MEMORY_CLOSED;
  settle (memory);
  drop_share (memory);
}

static bool
has_happened (struct lac_memory    *memory,
              enum lac_memory_event event)
{
  bool has;

  lac_lock_acquire (&lock);
  has = (memory->happened & event) != 0;
  lac_lock_release (&lock);
  return has;
}

bool
lac_memory_is_closed (struct lac_memory *memory)
{
  return has_happened (memory, LAC_MEMORY_CLOSED);
}

bool
lac_memory_is_released (struct lac_memory *memory)
{
  return has_happened (memory, LAC_MEMORY_RELEASED);
}

enum lac_status
lac_memory_add_notify (struct lac_memory *memory,
                       lac_memory_notify  notify,
                       void              *user_data,
                       uint64_t          *out_id)
{
  struct listener *listener = calloc (1, sizeof *listener);
  struct listener **link = &memory->listeners;

  if (listener == NULL)
    return LAC_E_NO_MEMORY;
  listener->notify = notify;
  listener->user_data = user_data;
  lac_lock_acquire (&lock);
  listener->id = ++last_id;
  /* Before the first call, in which it may be wanted. */
  if (out_id != NULL)
    *out_id = listener->id;
  while (*link != NULL)
    link = &(*link)->next;
  *link = listener;
  memory->n_shares++;
  tell (memory);
  drop_share (memory);
  return LAC_OK;
}

void
lac_memory_remove_notify (struct lac_memory *memory,
                          uint64_t           id)
{
  for (unsigned n_pauses = 0;; n_pauses++)
    {
      struct listener *listener;
      bool is_running;

      lac_lock_acquire (&lock);
      listener = memory->listeners;
      while (listener != NULL && listener->id != id)
        listener = listener->next;
      if (listener != NULL && listener != memory->called)
        {
          unlink_listener (memory, listener);
          listener = NULL;
        }
      if (listener != NULL)
        listener->removed = true;
      is_running = listener != NULL && memory->telling != lac_thread_id ();
      lac_lock_release (&lock);
      if (!is_running)
        return;
      lac_thread_pause (n_pauses < 16 ? 0 : 100);
    }
}

/* Copies what fits of @holder, whole characters only. */
static void
copy_holder (struct lac_memory_reference *reference,
             const char                  *holder)
{
  size_t length = 0;

  if (holder == NULL)
    return;
  while (length < sizeof reference->holder && holder[length] != '\0')
    length++;
  if (length == sizeof reference->holder)
    {
      length--;
      /* Back from the inside of a character to its start: bytes that go on with one are 10xxxxxx,
       * and there are three at most. */
      for (unsigned i = 0; i < 3 && ((unsigned char) holder[length] & 0xc0) == 0x80; i++)
        length--;
    }
  memcpy (reference->holder, holder, length);
}

enum lac_status
lac_memory_reference_new (struct lac_memory            *memory,
                          const char                   *holder,
                          struct lac_memory_reference **out_reference)
{
  struct lac_memory_reference *reference = calloc (1, sizeof *reference);

  if (reference == NULL)
    return LAC_E_NO_MEMORY;
  copy_holder (reference, holder);

  lac_lock_acquire (&lock);
  if ((memory->happened & LAC_MEMORY_CLOSED) == 0)
    {
      reference->memory = memory;
      memory->n_shares++;
      memory->n_holding++;
      if (memory->size > 0)
        {
          reference->size = memory->size;
          reference->since = lac_clock_wall_microseconds ();
          reference->previous = newest;
          *(newest != NULL ? &newest->next : &oldest) = reference;
          newest = reference;
          atomic_store_explicit (&reference->address, memory->address, memory_order_release);
        }
    }
  lac_lock_release (&lock);
  *out_reference = reference;
  return LAC_OK;
}

size_t
lac_memory_reference_get (struct lac_memory_reference *reference,
                          void                       **out_address)
{
  void *address = atomic_load_explicit (&reference->address, memory_order_acquire);

  *out_address = address;
  return address != NULL ? reference->size : 0;
}

void
lac_memory_reference_close (struct lac_memory_reference *reference)
{
  struct lac_memory *memory;

  lac_lock_acquire (&lock);
  memory = reference->memory;
  reference->memory = NULL;
  if (memory == NULL)
    {
      lac_lock_release (&lock);
      return;
    }
  if (reference->size > 0)
    {
      atomic_store_explicit (&reference->address, NULL, memory_order_release);
      *(reference->previous != NULL ? &reference->previous->next : &oldest) = reference->next;
      *(reference->next != NULL ? &reference->next->previous : &newest) = reference->previous;
    }
  memory->n_holding--;
  settle (memory);
  drop_share (memory);
}

void
lac_memory_reference_drop (struct lac_memory_reference *reference)
{
  if (reference == NULL)
    return;
  lac_memory_reference_close (reference);
  free (reference);
}

size_t
lac_memory_list_holdings (struct lac_memory         *memory,
                          struct lac_memory_holding *out_holdings,
                          size_t                     n_holdings)
{
  size_t n_found = 0;

  if (out_holdings == NULL)
    n_holdings = 0;
  lac_lock_acquire (&lock);
  for (struct lac_memory_reference *reference = oldest; reference != NULL;
       reference = reference->next)
    {
      if (memory != NULL && reference->memory != memory)
        continue;
      if (n_found < n_holdings)
        {
          struct lac_memory_holding *holding = &out_holdings[n_found];

          holding->address = (uintptr_t) reference->memory->address;
          holding->size = reference->size;
          memcpy (holding->holder, reference->holder, sizeof holding->holder);
          holding->since = reference->since;
          holding->memory_closed = (reference->memory->happened & LAC_MEMORY_CLOSED) != 0;
        }
      n_found++;
    }
  lac_lock_release (&lock);
  return n_found;
}
