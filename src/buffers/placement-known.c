/* What is known of places, so that the next request near the same anchor need not ask again.
 *
 * A hook library allocates near a few anchors, again and again. Where the nearest place is follows from
 * what is mapped, and that changes in two ways. What is allocated and given back through here is known:
 * it goes into a sum over all of it (each range hashed, added and subtracted), so that one number says
 * which of them are there, in whatever order they came and went. What others map and free is seen in the
 * size of all that is mapped, which costs one system call; when that is not what it should be,
 * everything is forgotten. Others who free as much as they map in between are not seen, nor is a change of
 * how far heap and stack may grow; then a place is used that was the nearest before. Nothing worse can
 * happen, since nothing is ever put over a mapping.
 *
 * Two things are remembered of a request. The place that was the answer for a certain sum: so allocating
 * and freeing in turn finds it without a question. And how far out there is certainly no room, whatever
 * else was allocated since: so the second of many allocations goes on where the first has ended, and one
 * that asks for more where one that asked for less has. What is given back through here moves those
 * limits back.
 *
 * The lock is held while memory is mapped or freed, so that the size that was read is the one that goes
 * with the sum; but not while a walk asks its questions.
 *
 * SPDX-License-Identifier: MIT
 */
#include "placement-private.h"

#include "os/thread.h"

#include <stdatomic.h>
#include <string.h>

#define N_ENTRIES 32
#define N_PLACES 4

struct place
{
  uint64_t sum;
  /* 0 for none. */
  uint64_t start;
};

struct entry
{
  /* Its size is 0 where the entry is free. */
  struct lac_request request;
  struct lac_walk_limits limits;
  struct place places[N_PLACES];
  unsigned next_place;
};

struct lac_lock lac_private_lock;

static struct lac_lock lock;
static struct entry entries[N_ENTRIES];
static unsigned next_entry;
/* Over what is allocated. */
static uint64_t sum;
/* Counts allocations, frees, and each time that everything was forgotten. */
static uint64_t changes;
/* What must be mapped in all if nobody else has mapped or freed anything; 0 when it is not known. */
static uint64_t mapped_size;

static void
acquire (void)
{
  lac_lock_acquire (&lock);
}

static void
release (void)
{
  lac_lock_release (&lock);
}

static void
acquire_both (void)
{
  lac_lock_acquire (&lac_private_lock);
  acquire ();
}

static void
release_both (void)
{
  release ();
  lac_lock_release (&lac_private_lock);
}

/* Called without a lock held: whoever forks holds the system's list of such functions while it waits for
 * ours. */
static void
survive_fork (void)
{
  static atomic_bool registered;

  if (!atomic_load_explicit (&registered, memory_order_relaxed)
      && !atomic_exchange_explicit (&registered, true, memory_order_relaxed))
    lac_os_at_fork (acquire_both, release_both);
}

/* The last step of splitmix64 (Steele, Lea, Flood 2014), which mixes all bits. */
static uint64_t
mix (uint64_t value)
{
  value = (value ^ value >> 30) * UINT64_C (0xbf58476d1ce4e5b9);
  value = (value ^ value >> 27) * UINT64_C (0x94d049bb133111eb);
  return value ^ value >> 31;
}

static uint64_t
hash_range (struct lac_range range)
{
  return mix (mix (range.start) + range.end);
}

static bool
is_same_request (const struct lac_request *a,
                 const struct lac_request *b)
{
  return a->has_anchor == b->has_anchor && a->anchor == b->anchor
         && a->window.start == b->window.start && a->window.end == b->window.end
         && a->query.size == b->query.size && a->query.alignment == b->query.alignment
         && a->query.avoid == b->query.avoid && a->query.order == b->query.order;
}

static struct entry *
find_entry (const struct lac_request *request)
{
  for (unsigned i = 0; i < N_ENTRIES; i++)
    if (entries[i].request.query.size != 0 && is_same_request (&entries[i].request, request))
      return &entries[i];
  return NULL;
}

static struct entry *
make_entry (const struct lac_request *request)
{
  struct entry *entry = &entries[next_entry];

  next_entry = (next_entry + 1) % N_ENTRIES;
  *entry = (struct entry){ .request = *request };
  /* They belong to the caller, and are in the window and the anchor already. */
  entry->request.query.anchors = NULL;
  return entry;
}

static void
forget (void)
{
  for (unsigned i = 0; i < N_ENTRIES; i++)
    entries[i].request.query.size = 0;
  changes++;
}

/* Whether a place for @larger would be one for @smaller, but for where it ends. */
static bool
is_implied (const struct lac_request *smaller,
            const struct lac_request *larger)
{
  return smaller->has_anchor == larger->has_anchor && smaller->anchor == larger->anchor
         && smaller->query.order == larger->query.order && smaller->query.size <= larger->query.size
         && smaller->query.alignment <= larger->query.alignment
         && (smaller->query.avoid & ~larger->query.avoid) == 0
         && smaller->window.start <= larger->window.start && smaller->window.end >= larger->window.end;
}

/* From where on a walk must look: where there was no room for less, there is none for more. */
static struct lac_walk_limits
find_limits (const struct lac_request *request)
{
  struct lac_walk_limits limits = lac_walk_limits_of (request);

  for (unsigned i = 0; i < N_ENTRIES; i++)
    {
      const struct entry *entry = &entries[i];

      if (entry->request.query.size != 0 && is_implied (&entry->request, request))
        {
          /* Where it would end at most is counted in its own size. */
          uint64_t down
              = lac_add_saturating (entry->limits.down, request->query.size - entry->request.query.size);

          if (entry->limits.up > limits.up)
            limits.up = entry->limits.up;
          if (down < limits.down)
            limits.down = down;
        }
    }
  return limits;
}

/* Compares what is mapped with what should be. */
static void
look_for_changes (void)
{
  static bool was_asked;
  uint64_t size;

  /* Many a process asks once only; there is nothing to compare yet, and the first question costs ten
   * times what later ones do. */
  if (!was_asked)
    {
      was_asked = true;
      return;
    }
  if (lac_os_mapped_size (&size) != LAC_OK)
    size = 0;
  if (size == 0 || size != mapped_size)
    forget ();
  mapped_size = size;
}

static enum lac_status
allocate (struct lac_range range,
          unsigned         protection,
          int             *out_system_error)
{
  enum lac_status status
      = lac_os_allocate (range.start, range.end - range.start, protection, out_system_error);

  if (status == LAC_OK)
    {
      sum += hash_range (range);
      mapped_size += mapped_size != 0 ? range.end - range.start : 0;
      changes++;
    }
  return status;
}

bool
lac_known_take (const struct lac_request *request,
                unsigned                  protection,
                struct lac_known         *out_known,
                struct lac_attempt       *out_attempt)
{
  const struct entry *entry;
  uint64_t start = 0;

  survive_fork ();
  acquire ();
  look_for_changes ();
  entry = find_entry (request);
  for (unsigned i = 0; entry != NULL && i < N_PLACES; i++)
    if (entry->places[i].start != 0 && entry->places[i].sum == sum)
      start = entry->places[i].start;
  if (start != 0)
    {
      out_attempt->address = start;
      out_attempt->status
          = allocate ((struct lac_range){ start, start + request->query.size }, protection,
                      &out_attempt->system_error);
      /* Somebody mapped what is there, and so much else has changed. */
      if (out_attempt->status == LAC_E_OCCUPIED)
        forget ();
    }
  out_known->limits = find_limits (request);
  out_known->changes = changes;
  release ();
  return start != 0;
}

/* Where the limits of @request are kept. */
static struct entry *
keep_limits (const struct lac_request *request,
             const struct lac_known   *known)
{
  struct entry *entry = find_entry (request);

  if (entry == NULL)
    entry = make_entry (request);
  entry->limits = known->limits;
  return entry;
}

void
lac_known_keep (const struct lac_request *request,
                const struct lac_known   *known)
{
  acquire ();
  if (known->changes == changes && mapped_size != 0)
    keep_limits (request, known);
  release ();
}

enum lac_status
lac_known_allocate (const struct lac_request *request,
                    const struct lac_known   *known,
                    uint64_t                  start,
                    unsigned                  protection,
                    int                      *out_system_error)
{
  struct lac_range range = { start, start + request->query.size };
  enum lac_status status;
  uint64_t sum_before;
  bool is_unchanged;

  survive_fork ();
  acquire ();
  sum_before = sum;
  is_unchanged = known != NULL && known->changes == changes && mapped_size != 0;
  status = allocate (range, protection, out_system_error);
  if (status == LAC_OK && is_unchanged)
    {
      struct entry *entry = keep_limits (request, known);

      entry->places[entry->next_place] = (struct place){ sum_before, start };
      entry->next_place = (entry->next_place + 1) % N_PLACES;
    }
  release ();
  return status;
}

/* There may be room now for starts within a size below @range, and in it. */
static void
move_limits_back (struct entry    *entry,
                  struct lac_range range)
{
  const struct lac_request *request = &entry->request;
  struct lac_walk_limits first = lac_walk_limits_of (request);
  uint64_t size = request->query.size;
  uint64_t lowest = lac_subtract_saturating (range.start, size - 1);
  uint64_t highest_end = lac_add_saturating (range.end, size - 1);

  if (lowest < first.up)
    lowest = first.up;
  if (lowest < range.end && lowest < entry->limits.up)
    entry->limits.up = lowest;
  if (highest_end > first.down)
    highest_end = first.down;
  if (highest_end > range.start && highest_end > entry->limits.down)
    entry->limits.down = highest_end;
}

enum lac_status
lac_known_free (struct lac_range range,
                int             *out_system_error)
{
  enum lac_status status;

  acquire ();
  status = lac_os_free (range.start, range.end - range.start, out_system_error);
  if (status == LAC_OK)
    {
      sum -= hash_range (range);
      mapped_size = lac_subtract_saturating (mapped_size, range.end - range.start);
      changes++;
      for (unsigned i = 0; i < N_ENTRIES; i++)
        if (entries[i].request.query.size != 0)
          move_limits_back (&entries[i], range);
    }
  release ();
  return status;
}
