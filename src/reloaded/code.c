/* Overwriting code where it lies.
 *
 * What is to be overwritten may be anybody's: a buffer, a function of the program, read-only data.
 * Each piece of it has the protection that it has now, so that is asked first, changed where it has
 * to be, and put back. One call at a time does this: otherwise one would put back the protection of
 * a page that another is writing to.
 *
 * SPDX-License-Identifier: MIT
 */
#include "os/os.h"
#include "os/process.h"
#include "os/thread.h"
#include "reloaded/reloaded.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define WRITABLE (LAC_PROTECTION_READ | LAC_PROTECTION_WRITE)

/* A piece that has one protection. */
struct piece
{
  struct lac_range range;
  unsigned protection;
  bool changed;
};

struct pieces
{
  struct piece *array;
  size_t n;
  size_t n_room;
};

static struct lac_lock lock;
/* The thread that has it, which may come again, from the callback. */
static _Atomic int32_t lock_holder;
static bool knows_forks;
/* The lock was acquired for a fork. */
static bool is_for_fork;

/* Returns whether it was acquired: not when this thread has it. */
static bool
acquire (void)
{
  int32_t thread = lac_thread_id ();

  if (atomic_load_explicit (&lock_holder, memory_order_relaxed) == thread)
    return false;
  lac_lock_acquire (&lock);
  atomic_store_explicit (&lock_holder, thread, memory_order_relaxed);
  return true;
}

static void
release (void)
{
  atomic_store_explicit (&lock_holder, 0, memory_order_relaxed);
  lac_lock_release (&lock);
}

static void
before_fork (void)
{
  bool acquired = acquire ();

  is_for_fork = acquired;
}

static void
after_fork (void)
{
  if (is_for_fork)
    release ();
  else
    /* It was forked from a callback, which goes on in the child, on a thread of another number. */
    atomic_store_explicit (&lock_holder, lac_thread_id (), memory_order_relaxed);
}

static enum lac_status
add_piece (struct pieces *pieces,
           uint64_t       start,
           uint64_t       end,
           unsigned       protection)
{
  if (pieces->n == pieces->n_room)
    {
      size_t n = pieces->n_room > 0 ? pieces->n_room * 2 : 8;
      struct piece *larger = realloc (pieces->array, n * sizeof *larger);

      if (larger == NULL)
        return LAC_E_NO_MEMORY;
      pieces->array = larger;
      pieces->n_room = n;
    }
  pieces->array[pieces->n++]
      = (struct piece){ .range = { start, end }, .protection = protection };
  return LAC_OK;
}

/* What is mapped at @address; through @process where the system can't be asked for one region
 * alone. */
static enum lac_status
find_region (uint64_t             address,
             struct lac_process **process,
             struct lac_region   *out_region)
{
  enum lac_status status = lac_os_query (address, out_region);

  if (status == LAC_E_NOT_SUPPORTED)
    {
      status = *process != NULL ? LAC_OK : lac_process_open (NULL, LAC_PROCESS_SELF, process, NULL);
      if (status == LAC_OK)
        status = lac_process_query (*process, address, false, out_region, NULL, 0, NULL);
    }
  return status;
}

/* All pieces of [@start, @end); LAC_E_NOT_FOUND when something in between is not mapped. */
static enum lac_status
find_pieces (uint64_t       start,
             uint64_t       end,
             struct pieces *pieces)
{
  struct lac_process *process = NULL;
  enum lac_status status = LAC_OK;

  while (status == LAC_OK && start < end)
    {
      struct lac_region region;

      status = find_region (start, &process, &region);
      if (status == LAC_OK && region.start > start)
        status = LAC_E_NOT_FOUND;
      if (status == LAC_OK)
        {
          uint64_t piece_end = region.end < end ? region.end : end;

          status = add_piece (pieces, start, piece_end, region.protection);
          start = piece_end;
        }
    }
  lac_process_close (process);
  return status;
}

static enum lac_status
make_writable (struct pieces *pieces)
{
  for (size_t i = 0; i < pieces->n; i++)
    {
      struct piece *piece = &pieces->array[i];
      uint64_t size = piece->range.end - piece->range.start;
      enum lac_status status;

      if ((piece->protection & LAC_PROTECTION_WRITE) != 0)
        continue;
      /* Others may be running it, so it stays executable where a policy does not forbid that. */
      status = lac_os_protect (piece->range.start, size, piece->protection | WRITABLE, NULL);
      if (status != LAC_OK)
        status = lac_os_protect (piece->range.start, size, WRITABLE, NULL);
      if (status != LAC_OK)
        return status;
      piece->changed = true;
    }
  return LAC_OK;
}

static void
restore (struct pieces *pieces)
{
  for (size_t i = 0; i < pieces->n; i++)
    {
      struct piece *piece = &pieces->array[i];

      if (piece->changed)
        lac_os_protect (piece->range.start,
                        piece->range.end - piece->range.start,
                        piece->protection,
                        NULL);
    }
}

static void
copy (const uint8_t *source,
      uint8_t       *target,
      size_t         size)
{
  memcpy (target, source, size);
}

void
overwrite_allocated_code (const uint8_t *source,
                          uint8_t       *target,
                          size_t         size)
{
  if (source != NULL)
    overwrite_allocated_code_ex (source, target, size, copy);
}

void
overwrite_allocated_code_ex (const uint8_t *source,
                             uint8_t       *target,
                             size_t         size,
                             void (*callback) (const uint8_t *source,
                                               uint8_t       *target,
                                               size_t         size))
{
  uint64_t mask = lac_os_get_space ()->page_size - 1;
  uint64_t start = (uintptr_t) target;
  struct pieces pieces = { NULL };
  bool acquired;

  if (target == NULL || callback == NULL || size == 0
      || size > lac_os_get_space ()->user.end || start > lac_os_get_space ()->user.end - size)
    return;
  acquired = acquire ();
  if (!knows_forks)
    {
      knows_forks = true;
      lac_os_at_fork (before_fork, after_fork);
    }
  if (find_pieces (start & ~mask, (start + size + mask) & ~mask, &pieces) == LAC_OK)
    {
      if (make_writable (&pieces) == LAC_OK)
        {
          callback (source, target, size);
          lac_os_clear_instruction_cache (target, target + size);
        }
      restore (&pieces);
    }
  free (pieces.array);
  if (acquired)
    release ();
}

void
utilities_clear_instruction_cache (uint8_t *start,
                                   uint8_t *end)
{
  if (start != NULL && start < end)
    lac_os_clear_instruction_cache (start, end);
}
