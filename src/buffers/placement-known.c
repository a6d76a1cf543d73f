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

/* In memory that a child finds wiped: its parent's other threads may have been in the middle of
 * something, and what is known is worth little to it. */
struct knowledge
{
  struct lac_lock lock;
  /* Whether something was asked for before. */
  bool was_asked;
  unsigned next_entry;
  /* Up to here entries were used. */
  unsigned n_entries;
  /* Over what is allocated. */
  uint64_t sum;
  /* Counts allocations, frees, and each time that everything was forgotten. */
  uint64_t changes;
  /* What must be mapped in all if nobody else has mapped or freed anything; 0 when it is not known. */
  uint64_t mapped_size;
  struct entry entries[N_ENTRIES];
};

static _Atomic (struct knowledge *) the_knowledge LAC_OF_FIRST_CALL;

/* Where no memory is wiped, this serves, and is made whole before each fork. */
static struct knowledge lasting;

static void
acquire_lasting (void)
{
  lac_lock_acquire (&lasting.lock);
}

static void
release_lasting (void)
{
  lac_lock_release (&lasting.lock);
}

/* Called without a lock held: whoever forks holds the system's list of such functions while it waits for
 * ours. */
static struct knowledge *
make_knowledge (void)
{
  struct knowledge *expected = NULL;
  struct knowledge *made = &lasting;
  void *memory;

  if (lac_os_wiped_memory (sizeof *made, &memory) == LAC_OK)
    made = memory;
  if (atomic_compare_exchange_strong_explicit (&the_knowledge, &expected, made, memory_order_acq_rel,
                                               memory_order_acquire))
    {
      if (made == &lasting)
        lac_os_at_fork (acquire_lasting, release_lasting);
      return made;
    }
  if (made != &lasting)
    lac_os_free_wiped_memory (made, sizeof *made);
  return expected;
}

static struct knowledge *
acquire (void)
{
  struct knowledge *knowledge = atomic_load_explicit (&the_knowledge, memory_order_acquire);

  if (knowledge == NULL)
    knowledge = make_knowledge ();
  lac_lock_acquire (&knowledge->lock);
  return knowledge;
}

static void
release (struct knowledge *knowledge)
{
  lac_lock_release (&knowledge->lock);
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
find_entry (struct knowledge         *knowledge,
            const struct lac_request *request)
{
  for (unsigned i = 0; i < knowledge->n_entries; i++)
    {
      struct entry *entry = &knowledge->entries[i];

      if (entry->request.query.size != 0 && is_same_request (&entry->request, request))
        return entry;
    }
  return NULL;
}

static struct entry *
make_entry (struct knowledge         *knowledge,
            const struct lac_request *request)
{
  struct entry *entry = &knowledge->entries[knowledge->next_entry];

  if (knowledge->n_entries == knowledge->next_entry)
    knowledge->n_entries++;
  knowledge->next_entry = (knowledge->next_entry + 1) % N_ENTRIES;
  *entry = (struct entry){ .request = *request };
  /* They belong to the caller, and are in the window and the anchor already. */
  entry->request.query.anchors = NULL;
  return entry;
}

static void
forget (struct knowledge *knowledge)
{
  for (unsigned i = 0; i < knowledge->n_entries; i++)
    knowledge->entries[i].request.query.size = 0;
  knowledge->changes++;
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
find_limits (const struct knowledge   *knowledge,
             const struct lac_request *request)
{
  struct lac_walk_limits limits = lac_walk_limits_of (request);

  for (unsigned i = 0; i < knowledge->n_entries; i++)
    {
      const struct entry *entry = &knowledge->entries[i];

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
look_for_changes (struct knowledge *knowledge)
{
  uint64_t size;

  /* Many a process asks once only; there is nothing to compare yet, and the first question costs ten
   * times what later ones do. */
  if (!knowledge->was_asked)
    {
      knowledge->was_asked = true;
      return;
    }
  if (lac_os_mapped_size (&size) != LAC_OK)
    size = 0;
  if (size == 0 || size != knowledge->mapped_size)
    forget (knowledge);
  knowledge->mapped_size = size;
}

static enum lac_status
allocate (struct knowledge *knowledge,
          struct lac_range  range,
          unsigned          protection,
          int              *out_system_error)
{
  enum lac_status status
      = lac_os_allocate (range.start, range.end - range.start, protection, out_system_error);

  if (status == LAC_OK)
    {
      knowledge->sum += hash_range (range);
      knowledge->mapped_size += knowledge->mapped_size != 0 ? range.end - range.start : 0;
      knowledge->changes++;
    }
  return status;
}

bool
lac_known_take (const struct lac_request *request,
                unsigned                  protection,
                struct lac_known         *out_known,
                struct lac_attempt       *out_attempt)
{
  struct knowledge *knowledge = acquire ();
  const struct entry *entry;
  uint64_t start = 0;

  look_for_changes (knowledge);
  entry = find_entry (knowledge, request);
  for (unsigned i = 0; entry != NULL && i < N_PLACES; i++)
    if (entry->places[i].start != 0 && entry->places[i].sum == knowledge->sum)
      start = entry->places[i].start;
  if (start != 0)
    {
      out_attempt->address = start;
      out_attempt->status
          = allocate (knowledge, (struct lac_range){ start, start + request->query.size }, protection,
                      &out_attempt->system_error);
      /* Somebody mapped what is there, and so much else has changed. */
      if (out_attempt->status == LAC_E_OCCUPIED)
        forget (knowledge);
    }
  out_known->limits = find_limits (knowledge, request);
  out_known->changes = knowledge->changes;
  release (knowledge);
  return start != 0;
}

/* Where the limits of @request are kept. */
static struct entry *
keep_limits (struct knowledge         *knowledge,
             const struct lac_request *request,
             const struct lac_known   *known)
{
  struct entry *entry = find_entry (knowledge, request);

  if (entry == NULL)
    entry = make_entry (knowledge, request);
  entry->limits = known->limits;
  return entry;
}

void
lac_known_keep (const struct lac_request *request,
                const struct lac_known   *known)
{
  struct knowledge *knowledge = acquire ();

  if (known->changes == knowledge->changes && knowledge->mapped_size != 0)
    keep_limits (knowledge, request, known);
  release (knowledge);
}

enum lac_status
lac_known_allocate (const struct lac_request *request,
                    const struct lac_known   *known,
                    uint64_t                  start,
                    unsigned                  protection,
                    int                      *out_system_error)
{
  struct lac_range range = { start, start + request->query.size };
  struct knowledge *knowledge = acquire ();
  uint64_t sum_before = knowledge->sum;
  bool is_unchanged
      = known != NULL && known->changes == knowledge->changes && knowledge->mapped_size != 0;
  enum lac_status status = allocate (knowledge, range, protection, out_system_error);
  if (status == LAC_OK && is_unchanged)
    {
      struct entry *entry = keep_limits (knowledge, request, known);

      entry->places[entry->next_place] = (struct place){ sum_before, start };
      entry->next_place = (entry->next_place + 1) % N_PLACES;
    }
  release (knowledge);
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
  struct knowledge *knowledge = acquire ();
  enum lac_status status = lac_os_free (range.start, range.end - range.start, out_system_error);

  if (status == LAC_OK)
    {
      knowledge->sum -= hash_range (range);
      knowledge->mapped_size
          = lac_subtract_saturating (knowledge->mapped_size, range.end - range.start);
      knowledge->changes++;
      for (unsigned i = 0; i < knowledge->n_entries; i++)
        if (knowledge->entries[i].request.query.size != 0)
          move_limits_back (&knowledge->entries[i], range);
    }
  release (knowledge);
  return status;
}
