/* Shared buffers: taking, filling, putting back; tables that grow, are locked, damaged or forged.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffers/private.h"
#include "locator-fixture.h"
#include "os/os.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/resource.h>

static struct lac_gap_query
ask (uint64_t size,
     uint64_t alignment)
{
  struct lac_gap_query query;

  lac_placement_init (&query);
  query.size = size;
  query.alignment = alignment;
  return query;
}

static struct lac_buffer
get (uint64_t size)
{
  struct lac_gap_query query = ask (size, 1);
  struct lac_buffer buffer;

  g_assert_cmpint (lac_buffers_get (&query, 0, &buffer, NULL), ==, LAC_OK);
  return buffer;
}

static void
put (struct lac_buffer *buffer)
{
  g_assert_cmpint (lac_buffer_put (buffer), ==, LAC_OK);
}

static struct lac_table *
first_table (void)
{
  return (struct lac_table *) open_locator ().address;
}

/* Taking and putting back */

static void
append_and_put (void)
{
  struct lac_buffer buffer = get (100);
  char *first, *second;

  g_assert_true (buffer.created);
  g_assert_cmpuint (buffer.size, ==, getpagesize ());
  g_assert_cmpuint (buffer.position, ==, 0);
  g_assert_cmpint (lac_buffer_append (&buffer, "one", 3, (void **) &first), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_append (&buffer, "two", 3, (void **) &second), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_append (&buffer, NULL, 0, NULL), ==, LAC_OK);
  g_assert_cmpuint ((uintptr_t) first, ==, buffer.address);
  g_assert_true (second == first + 3);
  g_assert_cmpuint (buffer.position, ==, 6);
  put (&buffer);
  g_assert_cmpmem (first, 6, "onetwo", 6);

  buffer = get (100);
  g_assert_false (buffer.created);
  g_assert_cmpuint (buffer.address, ==, (uintptr_t) first);
  g_assert_cmpuint (buffer.position, ==, 6);
  put (&buffer);
}

static void
new_though_one_would_do (void)
{
  struct lac_gap_query query = ask (100, 1);
  struct lac_buffer old = get (100), made, other;
  uintptr_t address = old.address;

  put (&old);
  for (unsigned i = 0; i < 3; i++)
    {
      g_assert_cmpint (lac_buffers_get (&query, LAC_BUFFER_NEW, &made, NULL), ==, LAC_OK);
      g_assert_true (made.created);
      g_assert_cmpuint (made.address, !=, address);
      g_assert_cmpuint (made.size, ==, getpagesize ());
      g_assert_cmpuint (made.position, ==, 0);
      put (&made);
      address = made.address;
    }
  g_assert_cmpint (lac_buffers_get (&query, LAC_BUFFER_NEW | LAC_BUFFER_WRITE_XOR_EXECUTE, &made, NULL),
                   ==, LAC_OK);
  g_assert_true (made.created);
  g_assert_cmpuint (made.flags, ==, LAC_BUFFER_WRITE_XOR_EXECUTE);
  put (&made);

  /* What was made serves others afterwards. */
  for (unsigned i = 0; i < 2; i++)
    {
      g_assert_cmpint (lac_buffers_get (&query, 0, &other, NULL), ==, LAC_OK);
      g_assert_false (other.created);
      put (&other);
    }
  g_assert_cmpint (lac_buffers_get (&query, LAC_BUFFER_NEW | LAC_BUFFER_EXISTING, &made, NULL), ==,
                   LAC_E_INVALID);
}

static void
full_changes_nothing (void)
{
  struct lac_buffer buffer = get (4096);
  char *bytes = g_malloc0 (buffer.size);
  void *address = &buffer;

  g_assert_cmpint (lac_buffer_append (&buffer, bytes, buffer.size + 1, &address), ==, LAC_E_FULL);
  g_assert_true (address == &buffer);
  g_assert_cmpuint (buffer.position, ==, 0);
  g_assert_cmpint (lac_buffer_append (&buffer, bytes, SIZE_MAX, NULL), ==, LAC_E_FULL);
  g_assert_cmpint (lac_buffer_append (&buffer, bytes, buffer.size, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_append (&buffer, bytes, 1, NULL), ==, LAC_E_FULL);
  g_assert_cmpint (lac_buffer_append (&buffer, bytes, 0, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_reserve (&buffer, 1, 1, &address), ==, LAC_E_FULL);
  g_assert_cmpint (lac_buffer_reserve (&buffer, 0, (size_t) 1 << 62, &address), ==, LAC_E_FULL);
  put (&buffer);
  g_free (bytes);
}

static void
put_once (void)
{
  struct lac_buffer buffer = get (64), copy = buffer, next;

  put (&buffer);
  g_assert_cmpuint (buffer.address, ==, 0);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_E_NOT_TAKEN);
  g_assert_cmpint (lac_buffer_put (&copy), ==, LAC_E_NOT_TAKEN);
  g_assert_cmpint (lac_buffer_append (&copy, "x", 1, NULL), ==, LAC_E_NOT_TAKEN);

  /* Whoever has it now keeps it. */
  next = get (64);
  g_assert_cmpuint (next.address, ==, copy.address);
  g_assert_cmpint (lac_buffer_put (&copy), ==, LAC_E_NOT_TAKEN);
  g_assert_cmpint (lac_buffer_append (&copy, "x", 1, NULL), ==, LAC_E_NOT_TAKEN);
  g_assert_cmpint (lac_buffer_append (&next, "y", 1, NULL), ==, LAC_OK);
  g_assert_cmpint (first_table ()->items[0].is_taken, ==, 1);
  put (&next);
}

/* Two threads with a copy of the same handles each, which they put back at the same moments. */
#define N_RACES 200000

struct race
{
  struct lac_buffer buffers[2];
  bool done[2];
  atomic_uint n_ready;
};

/* On a machine with one processor the other one does not come before this one has left. */
static void
meet (struct race *race,
      unsigned     n_ready)
{
  unsigned tries = 0;

  atomic_fetch_add (&race->n_ready, 1);
  while (atomic_load (&race->n_ready) < n_ready)
    if (++tries % 4096 == 0)
      sched_yield ();
}

static void
race_for_one (struct race *race,
              unsigned     racer,
              unsigned     number)
{
  meet (race, 4 * number + 2);
  /* Whoever came last goes on first: by a little more each time, for both to meet at some. */
  for (volatile unsigned wait = racer == 0 ? number % 256 : 64; wait > 0; wait--)
    ;
  race->done[racer] = lac_buffer_put (&race->buffers[racer]) == LAC_OK;
  meet (race, 4 * number + 4);
}

static void *
race_second (void *race)
{
  for (unsigned i = 0; i < N_RACES; i++)
    race_for_one (race, 1, i);
  return NULL;
}

static void
put_at_once (void)
{
  struct race race = { 0 };
  pthread_t thread;

  pthread_create (&thread, NULL, race_second, &race);
  for (unsigned i = 0; i < N_RACES; i++)
    {
      race.buffers[0] = race.buffers[1] = get (64);
      race_for_one (&race, 0, i);
      g_assert_cmpuint (race.done[0] + race.done[1], ==, 1);
    }
  pthread_join (thread, NULL);
}

static void
taken_is_passed_over (void)
{
  struct lac_buffer a = get (64), b = get (64);

  g_assert_cmpuint (a.address, !=, b.address);
  put (&a);
  put (&b);
}

static void
contradictions (void)
{
  struct lac_gap_query query = ask (0, 1);
  struct lac_buffer buffer;
  void *address;

  g_assert_cmpint (lac_buffers_get (&query, 0, &buffer, NULL), ==, LAC_E_INVALID);
  query = ask (64, 3);
  g_assert_cmpint (lac_buffers_get (&query, 0, &buffer, NULL), ==, LAC_E_INVALID);
  query = ask (64, 0);
  g_assert_cmpint (lac_buffers_get (&query, 0, &buffer, NULL), ==, LAC_E_INVALID);
  query = ask (UINT64_C (1) << 32, 1);
  g_assert_cmpint (lac_buffers_get (&query, 0, &buffer, NULL), ==, LAC_E_INVALID);
  query = ask (UINT32_MAX, 1);
  g_assert_cmpint (lac_buffers_get (&query, 0, &buffer, NULL), ==, LAC_E_INVALID);
  query = ask (64, 1);
  query.min = 2;
  query.max = 1;
  g_assert_cmpint (lac_buffers_get (&query, 0, &buffer, NULL), ==, LAC_E_INVALID);
  query = ask (64, 1);
  g_assert_cmpint (lac_buffers_get (&query, 1024, &buffer, NULL), ==, LAC_E_INVALID);
  buffer = get (64);
  g_assert_cmpint (lac_buffer_reserve (&buffer, 1, 0, &address), ==, LAC_E_INVALID);
  g_assert_cmpint (lac_buffer_reserve (&buffer, 1, 24, &address), ==, LAC_E_INVALID);
  put (&buffer);
}

static void
only_existing (void)
{
  struct lac_gap_query query = ask (64, 1);
  struct lac_locator_facts facts;
  struct lac_buffer buffer;

  g_assert_cmpint (lac_buffers_get (&query, LAC_BUFFER_EXISTING, &buffer, NULL), ==, LAC_E_NO_GAP);
  lac_locator_get_facts (&facts);
  g_assert_cmpint (facts.place, ==, LAC_LOCATOR_NONE);
  buffer = get (64);
  put (&buffer);
  g_assert_cmpint (lac_buffers_get (&query, LAC_BUFFER_EXISTING, &buffer, NULL), ==, LAC_OK);
  g_assert_false (buffer.created);
  put (&buffer);
  query.size = 5000;
  g_assert_cmpint (lac_buffers_get (&query, LAC_BUFFER_EXISTING, &buffer, NULL), ==, LAC_E_NO_GAP);
}

static void *
get_in_thread (void *buffer)
{
  *(struct lac_buffer *) buffer = get (64);
  return NULL;
}

/* Threads whose items share a cache line would wait for each other with buffers of their own. */
static void
threads_that_meet_part (void)
{
  struct lac_buffer first = get (64), theirs, ours;
  uintptr_t their_item;
  pthread_t thread;

  put (&first);
  pthread_create (&thread, NULL, get_in_thread, &theirs);
  pthread_join (thread, NULL);
  g_assert_false (theirs.created);
  ours = get (64);
  g_assert_true (ours.created);
  their_item = (uintptr_t) theirs.item;
  g_assert_cmpuint (((uintptr_t) ours.item) / 64, >,
                    (their_item + sizeof (struct lac_item) - 1) / 64);
  put (&ours);
  /* A handle may be put by another thread than the one that took it. */
  put (&theirs);

  /* What lies between is there for everybody, and each thread stays with its own. */
  g_assert_cmpuint (first_table ()->item_count, <=, 4);
  for (unsigned i = 0; i < first_table ()->item_count; i++)
    g_assert_cmpint (first_table ()->items[i].is_taken, ==, 0);
  theirs = get (64);
  g_assert_false (theirs.created);
  g_assert_cmpuint (((uintptr_t) theirs.item) / 64, >,
                    (their_item + sizeof (struct lac_item) - 1) / 64);
  put (&theirs);
}

/* Places */

static void
next_byte_is_aligned (void)
{
  struct lac_buffer buffer = get (64);
  void *address;

  g_assert_cmpint (lac_buffer_append (&buffer, "x", 1, NULL), ==, LAC_OK);
  put (&buffer);
  for (uint64_t alignment = 2; alignment <= 1024; alignment *= 2)
    {
      struct lac_gap_query query = ask (16, alignment);

      g_assert_cmpint (lac_buffers_get (&query, 0, &buffer, NULL), ==, LAC_OK);
      g_assert_false (buffer.created);
      g_assert_cmpuint ((buffer.address + buffer.position) % alignment, ==, 0);
      g_assert_cmpint (lac_buffer_append (&buffer, "xyz", 3, &address), ==, LAC_OK);
      g_assert_cmpuint ((uintptr_t) address % alignment, ==, 0);
      g_assert_cmpint (lac_buffer_reserve (&buffer, 1, alignment, &address), ==, LAC_OK);
      g_assert_cmpuint ((uintptr_t) address % alignment, ==, 0);
      put (&buffer);
    }
}

/* Room that is there, but not at a multiple, does not count. */
static void
alignment_leaves_no_room (void)
{
  struct lac_gap_query query;
  struct lac_buffer buffer = get (4096), other;
  char bytes[4096] = { 0 };

  g_assert_cmpint (lac_buffer_append (&buffer, bytes, 4033, NULL), ==, LAC_OK);
  put (&buffer);
  query = ask (32, 64);
  g_assert_cmpint (lac_buffers_get (&query, 0, &other, NULL), ==, LAC_OK);
  g_assert_true (other.created);
  put (&other);
  query = ask (63, 1);
  g_assert_cmpint (lac_buffers_get (&query, LAC_BUFFER_EXISTING, &other, NULL), ==, LAC_OK);
  put (&other);
}

static void
windows (void)
{
  struct lac_gap_query low = ask (64, 1), near = ask (64, 1);
  uint64_t anchor = (uintptr_t) &windows;
  struct lac_buffer b, c;
  struct lac_placement_report report;

  low.max = UINT64_C (1) << 31;
  near.anchors = &anchor;
  near.n_anchors = 1;
  g_assert_cmpint (lac_buffers_get (&low, 0, &b, &report), ==, LAC_OK);
  g_assert_true (b.created);
  g_assert_cmpuint (report.n_attempts, >, 0);
  g_assert_cmpuint (b.address + b.size, <=, UINT64_C (1) << 31);
  put (&b);
  g_assert_cmpint (lac_buffers_get (&near, 0, &c, NULL), ==, LAC_OK);
  g_assert_true (c.created);
  g_assert_cmpuint (c.address, >=, anchor - LAC_WITHIN_DEFAULT);
  g_assert_cmpuint (c.address + c.size, <=, anchor + LAC_WITHIN_DEFAULT);
  put (&c);
  /* To and fro makes no more. */
  for (unsigned i = 0; i < 10; i++)
    {
      g_assert_cmpint (lac_buffers_get (&low, 0, &b, &report), ==, LAC_OK);
      g_assert_false (b.created);
      g_assert_cmpuint (report.n_attempts, ==, 0);
      put (&b);
      g_assert_cmpint (lac_buffers_get (&near, 0, &c, NULL), ==, LAC_OK);
      g_assert_false (c.created);
      put (&c);
    }
}

static void
whole_buffer_inside (void)
{
  struct lac_gap_query query = ask (64, 1);
  struct lac_buffer buffer = get (64), other;

  query.min = buffer.address + 1;
  query.max = buffer.address + buffer.size;
  put (&buffer);
  g_assert_cmpint (lac_buffers_get (&query, LAC_BUFFER_EXISTING, &other, NULL), ==, LAC_E_NO_GAP);
  query.min--;
  g_assert_cmpint (lac_buffers_get (&query, LAC_BUFFER_EXISTING, &other, NULL), ==, LAC_OK);
  put (&other);
  query.max--;
  g_assert_cmpint (lac_buffers_get (&query, LAC_BUFFER_EXISTING, &other, NULL), ==, LAC_E_NO_GAP);
}

/* Reserving */

static void
reserve_and_write (void)
{
  struct lac_buffer buffer = get (256);
  char *before, *space;

  g_assert_cmpint (lac_buffer_append (&buffer, "before", 6, (void **) &before), ==, LAC_OK);
  put (&buffer);
  buffer = get (256);
  g_assert_cmpint (lac_buffer_reserve (&buffer, 16, 16, (void **) &space), ==, LAC_OK);
  g_assert_cmpuint ((uintptr_t) space % 16, ==, 0);
  g_assert_cmpint (lac_buffer_write (&buffer, space, "0123456789abcdef", 16), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_write (&buffer, space + 4, "xx", 2), ==, LAC_OK);
  g_assert_cmpmem (space, 16, "0123xx6789abcdef", 16);
  g_assert_cmpint (lac_buffer_write (&buffer, space + 16, "", 0), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_write (&buffer, space + 1, "0123456789abcdef", 16), ==, LAC_E_INVALID);
  g_assert_cmpint (lac_buffer_write (&buffer, space + 17, "", 0), ==, LAC_E_INVALID);
  /* Not what was there when it was taken. */
  g_assert_cmpint (lac_buffer_write (&buffer, before, "x", 1), ==, LAC_E_INVALID);
  g_assert_cmpint (lac_buffer_write (&buffer, &buffer, "x", 1), ==, LAC_E_INVALID);
  put (&buffer);
  g_assert_cmpint (lac_buffer_write (&buffer, space, "x", 1), ==, LAC_E_NOT_TAKEN);
  g_assert_cmpmem (before, 6, "before", 6);
}

/* Many */

static void
small_requests_share (void)
{
  char bytes[64];
  unsigned n_buffers = 0;
  uint64_t n_bytes = 0, n_used = 0;
  struct lac_locator_cursor cursor;
  struct lac_locator_item item;

  memset (bytes, 0x42, sizeof bytes);
  for (unsigned i = 0; i < 100000; i++)
    {
      struct lac_buffer buffer = get (64);

      g_assert_cmpint (lac_buffer_append (&buffer, bytes, 64, NULL), ==, LAC_OK);
      put (&buffer);
    }
  for (enum lac_status status = lac_locator_first (&cursor, &item); status == LAC_OK;
       status = lac_locator_next (&cursor, &item))
    {
      n_buffers++;
      n_bytes += item.size;
      n_used += item.position;
      g_assert_false (item.taken);
    }
  g_assert_cmpuint (n_used, ==, 6400000);
  g_assert_cmpuint (n_buffers, <, 20);
  g_assert_cmpuint (n_bytes, <, n_used * 2);
}

static void
tables_grow (void)
{
  enum { n = 3 * lac_table_capacity + 5 };
  struct lac_table *table = first_table ();
  struct lac_buffer *buffers = g_new0 (struct lac_buffer, n);
  struct lac_locator_cursor cursor;
  struct lac_locator_item item;
  GHashTable *seen = g_hash_table_new (NULL, NULL);
  unsigned n_tables = 1, n_items = 0;

  for (unsigned i = 0; i < n; i++)
    {
      buffers[i] = get (64);
      g_assert_true (g_hash_table_add (seen, (void *) buffers[i].address));
    }
  for (unsigned i = 0; i < n; i++)
    put (&buffers[i]);
  for (; table->next_locator != 0; table = (struct lac_table *) table->next_locator)
    {
      g_assert_cmpuint (table->item_count, ==, lac_table_capacity);
      g_assert_cmpuint (table->this_address, ==, (uintptr_t) table);
      g_assert_cmpint (table->is_locked, ==, 0);
      n_tables++;
    }
  g_assert_cmpuint (n_tables, ==, 4);
  g_assert_cmpuint (table->item_count, ==, 5);
  g_assert_cmpuint (table->flags, ==, 0);
  for (enum lac_status status = lac_locator_first (&cursor, &item); status == LAC_OK;
       status = lac_locator_next (&cursor, &item))
    {
      g_assert_true (g_hash_table_remove (seen, (void *) item.address));
      g_assert_cmpuint (item.index, ==, n_items % lac_table_capacity);
      n_items++;
    }
  g_assert_cmpuint (n_items, ==, n);
  g_assert_cmpuint (g_hash_table_size (seen), ==, 0);
  g_hash_table_unref (seen);
  g_free (buffers);
}

static void
take_by_address (void)
{
  struct lac_buffer buffer = get (64), taken;
  uintptr_t address = buffer.address;

  g_assert_cmpint (lac_locator_take (address + 100, &taken), ==, LAC_E_BUSY);
  put (&buffer);
  g_assert_cmpint (lac_locator_take (address + 100, &taken), ==, LAC_OK);
  g_assert_cmpuint (taken.address, ==, address);
  g_assert_cmpint (lac_buffer_append (&taken, "x", 1, NULL), ==, LAC_OK);
  put (&taken);
  g_assert_cmpint (lac_locator_take (address - 1, &taken), ==, LAC_E_NOT_FOUND);
  g_assert_cmpint (lac_locator_take (0, &taken), ==, LAC_E_NOT_FOUND);
}

static void
holder_is_listed (void)
{
  struct lac_buffer buffer = get (64);
  struct lac_locator_cursor cursor;
  struct lac_locator_item item;

  g_assert_cmpint (lac_locator_first (&cursor, &item), ==, LAC_OK);
  g_assert_true (item.taken);
  g_assert_cmpint (item.holder, ==, getpid ());
  put (&buffer);
  g_assert_cmpint (lac_locator_first (&cursor, &item), ==, LAC_OK);
  g_assert_false (item.taken);
  g_assert_cmpint (item.holder, ==, 0);
  g_assert_cmpint (lac_locator_next (&cursor, &item), ==, LAC_E_NOT_FOUND);
  g_assert_cmpint (lac_locator_next (&cursor, &item), ==, LAC_E_NOT_FOUND);
}

/* Locks that nobody releases */

static void
locked_table (void)
{
  struct lac_gap_query query = ask (64, 1);
  struct lac_table *table = first_table ();
  struct lac_buffer buffer;
  uint64_t before, after;
  int32_t thread;
  bool alive;
  gint64 start;

  g_assert_false (lac_locator_get_holder (&thread, &alive));
  lac_locator_set_patience (30);
  table->is_locked = 1;
  /* The first search for a place keeps something for the next. */
  g_assert_cmpint (lac_buffers_get (&query, 0, &buffer, NULL), ==, LAC_E_BUSY);
  g_assert_cmpint (lac_os_mapped_size (&before), ==, LAC_OK);
  start = g_get_monotonic_time ();
  g_assert_cmpint (lac_buffers_get (&query, 0, &buffer, NULL), ==, LAC_E_BUSY);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 25000);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5000000);
  g_assert_cmpint (lac_os_mapped_size (&after), ==, LAC_OK);
  g_assert_cmpuint (before, ==, after);
  g_assert_true (lac_locator_get_holder (&thread, &alive));
  g_assert_cmpint (thread, ==, 0);
  g_assert_true (alive);
  g_assert_cmpint (table->is_locked, ==, 1);
  g_assert_cmpuint (table->item_count, ==, 0);

  table->is_locked = 0;
  buffer = get (64);
  put (&buffer);
  /* What exists needs no lock. */
  table->is_locked = 1;
  g_assert_cmpint (lac_buffers_get (&query, 0, &buffer, NULL), ==, LAC_OK);
  put (&buffer);
}

static void *
unlock_later (void *table)
{
  g_usleep (20000);
  __atomic_store_n (&((struct lac_table *) table)->is_locked, 0, __ATOMIC_RELEASE);
  return NULL;
}

static void
lock_is_waited_for (void)
{
  struct lac_table *table = first_table ();
  struct lac_buffer buffer;
  pthread_t thread;

  table->is_locked = 1;
  pthread_create (&thread, NULL, unlock_later, table);
  buffer = get (64);
  pthread_join (thread, NULL);
  put (&buffer);
}

/* A buffer whose holder is gone stays taken, and nobody waits for it. */
static void
dead_holder_of_a_buffer (void)
{
  struct lac_buffer a, b;

  a = get (64);
  put (&a);
  first_table ()->items[0].is_taken = 1;
  b = get (64);
  g_assert_cmpuint (a.address, !=, b.address);
  put (&b);
}

/* Damage */

static void
add_item (uintptr_t base,
          uint32_t  size,
          uint32_t  position)
{
  struct lac_table *table = first_table ();

  table->items[table->item_count] = (struct lac_item){ base, size, position, 0 };
  table->item_count++;
}

static void
forged_items (void)
{
  static char writable[8192];
  struct lac_gap_query query = ask (64, 1);
  struct lac_buffer buffer;
  void *no_access = mmap (NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  void *half = mmap (NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  munmap ((char *) half + 4096, 4096);
  add_item (0, 4096, 0);
  add_item (0x10000, 4096, 0);
  add_item (UINTPTR_MAX - 100, 4096, 0);
  add_item ((uintptr_t) 0x7ffffffff000, UINT32_MAX, 0);
  add_item ((uintptr_t) writable, sizeof writable, 0);
  add_item ((uintptr_t) &buffer, 4096, 0);
  add_item ((uintptr_t) no_access, 4096, 0);
  add_item ((uintptr_t) half, 8192, 0);
  add_item ((uintptr_t) half, 0, 0);
  add_item ((uintptr_t) half, 4096, 5000);
  add_item ((uintptr_t) half, 4096, UINT32_MAX);
  for (unsigned i = 0; i < 3; i++)
    {
      g_assert_cmpint (lac_buffers_get (&query, LAC_BUFFER_EXISTING, &buffer, NULL), ==, LAC_E_NO_GAP);
      g_assert_cmpint (lac_locator_take ((uintptr_t) writable, &buffer), ==, LAC_E_NOT_FOUND);
    }
  buffer = get (64);
  g_assert_true (buffer.created);
  g_assert_cmpint (lac_buffer_append (&buffer, "x", 1, NULL), ==, LAC_OK);
  put (&buffer);
  for (unsigned i = 0; i < 11; i++)
    g_assert_cmpint (first_table ()->items[i].is_taken, ==, 0);

  /* An item that becomes right is looked at again. */
  first_table ()->items[7].size = 4096;
  query.min = (uintptr_t) half;
  query.max = query.min + 4096;
  g_assert_cmpint (lac_buffers_get (&query, LAC_BUFFER_EXISTING, &buffer, NULL), ==, LAC_OK);
  g_assert_cmpuint (buffer.address, ==, (uintptr_t) half);
  put (&buffer);
}

/* One of ours whose item somebody scribbles over, while it is remembered. */
/* Bytes that two items claim go to one taker. */
static void
overlapping_items (void)
{
  char *memory = mmap (NULL, 16384, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                       0);
  struct lac_buffer buffers[5];

  add_item ((uintptr_t) memory, 4096, 0);
  add_item ((uintptr_t) memory, 8192, 0);
  add_item ((uintptr_t) memory + 4095, 4096, 0);
  add_item ((uintptr_t) memory + 8192, 4096, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (buffers); i++)
    {
      buffers[i] = get (64);
      for (size_t j = 0; j < i; j++)
        g_assert_true (buffers[i].address >= buffers[j].address + buffers[j].size
                       || buffers[j].address >= buffers[i].address + buffers[i].size);
    }
  g_assert_cmphex (buffers[0].address, ==, (uintptr_t) memory);
  g_assert_cmphex (buffers[1].address, ==, (uintptr_t) memory + 8192);
  g_assert_true (buffers[2].created);

  /* Over one of ours. */
  add_item (buffers[2].address, buffers[2].size, 0);
  g_assert_cmpint (lac_locator_take (buffers[2].address, &buffers[0]), ==, LAC_E_BUSY);
  buffers[0] = get (64);
  g_assert_cmphex (buffers[0].address, !=, buffers[2].address);
}

static void *
take_overlapping (void *unused)
{
  struct lac_gap_query query = ask (64, 1);
  struct lac_buffer *buffer = g_new0 (struct lac_buffer, 1);

  g_assert_cmpint (lac_buffers_get (&query, 0, buffer, NULL), ==, LAC_OK);
  return buffer;
}

static void
overlapping_items_at_once (void)
{
  for (unsigned i = 0; i < 40; i++)
    {
      char *memory = mmap (NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                           -1, 0);
      pthread_t threads[4];
      unsigned n = 0;

      for (unsigned j = 0; j < G_N_ELEMENTS (threads); j++)
        add_item ((uintptr_t) memory, 4096, 0);
      for (unsigned j = 0; j < G_N_ELEMENTS (threads); j++)
        pthread_create (&threads[j], NULL, take_overlapping, NULL);
      for (unsigned j = 0; j < G_N_ELEMENTS (threads); j++)
        {
          void *buffer;

          pthread_join (threads[j], &buffer);
          n += ((struct lac_buffer *) buffer)->address == (uintptr_t) memory;
          g_free (buffer);
        }
      g_assert_cmpuint (n, <=, 1);
    }
}

/* What could not be asked when it was met is asked again. */
static void
questions_fail_for_a_while (void)
{
  struct lac_gap_query query = ask (64, 1);
  struct lac_buffer buffer;
  struct lac_table *table = first_table (), *next;
  struct rlimit before, none = { 0 };
  struct lac_private private;
  char *memory;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  none.rlim_max = before.rlim_max;
  memory = mmap (NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  add_item ((uintptr_t) memory, 4096, 0);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  g_assert_cmpint (lac_buffers_get (&query, LAC_BUFFER_EXISTING, &buffer, NULL), ==, LAC_E_NO_GAP);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  g_assert_cmpint (lac_buffers_get (&query, LAC_BUFFER_EXISTING, &buffer, NULL), ==, LAC_OK);
  g_assert_cmphex (buffer.address, ==, (uintptr_t) memory);

  /* A table, too, though others were added meanwhile. */
  while (table->item_count < lac_table_capacity)
    add_item (0x10000, 0, 0);
  next = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memory = mmap (NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  next->this_address = (uintptr_t) next;
  next->items[0] = (struct lac_item){ (uintptr_t) memory, 8192, 0, 0 };
  next->item_count = 1;
  table->next_locator = (uintptr_t) next;
  /* What placement asks is open before. */
  g_assert_cmpint (lac_private_allocate (NULL, LAC_PROTECTION_READ, &private, NULL), ==, LAC_OK);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  for (unsigned i = 0; i < lac_table_capacity + 1; i++)
    {
      buffer = get (4096);
      g_assert_true (buffer.created);
    }
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  query = ask (8192, 1);
  g_assert_cmpint (lac_buffers_get (&query, LAC_BUFFER_EXISTING, &buffer, NULL), ==, LAC_OK);
  g_assert_cmphex (buffer.address, ==, (uintptr_t) memory);
  g_assert_cmphex (table->next_locator, ==, (uintptr_t) next);
}

/* Whoever takes any place has one, though nothing can be asked. */
static void
take_any_place (void)
{
  struct lac_private private;
  struct lac_gap_query query;
  struct lac_buffer buffer;

  g_assert_cmpint (lac_buffers_get (NULL, 0, &buffer, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_append (&buffer, "x", 1, NULL), ==, LAC_OK);
  put (&buffer);
  for (unsigned i = 0; i < 3; i++)
    {
      buffer = get (3000);
      g_assert_cmpint (lac_buffer_append (&buffer, "x", 1, NULL), ==, LAC_OK);
    }
  lac_placement_init (&query);
  g_assert_cmpint (lac_private_allocate (&query, LAC_PROTECTION_READ, &private, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_private_allocate (NULL, LAC_PROTECTION_READ, &private, NULL), ==, LAC_OK);
}

static void
any_place_without_descriptors (void)
{
  struct rlimit none = { 0 };

  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  take_any_place ();
}

static void
any_place_without_proc (void)
{
  if (chroot (fixture_root) != 0)
    _exit (CHILD_SKIPPED);
  take_any_place ();
}

static void
damaged_position (void)
{
  struct lac_buffer buffer = get (64), copy;

  first_table ()->items[0].position = UINT32_MAX;
  g_assert_cmpint (lac_buffer_append (&buffer, "x", 1, NULL), ==, LAC_E_FULL);
  copy = buffer;
  g_assert_cmpint (lac_buffer_reserve (&copy, 1, 1, (void **) &copy.item), ==, LAC_E_FULL);
  g_assert_cmpint (lac_buffer_write (&buffer, (void *) buffer.address, "x", 1), ==, LAC_E_INVALID);
  put (&buffer);
  buffer = get (64);
  g_assert_true (buffer.created);
  put (&buffer);
}

static void
fill_table (void)
{
  struct lac_table *table = first_table ();

  while (table->item_count < lac_table_capacity)
    add_item (0x10000, 0, 0);
}

static void
chain_is_damaged (uintptr_t next)
{
  struct lac_table *table = first_table ();
  struct lac_buffer a, b;

  fill_table ();
  table->next_locator = next;
  a = get (64);
  b = get (64);
  g_assert_true (a.created && b.created);
  put (&a);
  put (&b);
  a = get (64);
  g_assert_false (a.created);
  put (&a);
  g_assert_cmpuint (table->next_locator, ==, next);
}

static void
chain_to_nowhere (void)
{
  chain_is_damaged (0x10000);
}

static void
chain_to_itself (void)
{
  chain_is_damaged ((uintptr_t) first_table ());
}

static void
chain_to_no_multiple (void)
{
  chain_is_damaged ((uintptr_t) first_table () + 1);
}

static void
chain_to_newer_version (void)
{
  struct lac_table *next = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  next->flags = 3;
  next->item_count = 7;
  chain_is_damaged ((uintptr_t) next);
  g_assert_cmpuint (next->item_count, ==, 7);
}

static void
count_past_end (void)
{
  struct lac_buffer buffer;

  fill_table ();
  first_table ()->item_count = 255;
  buffer = get (64);
  put (&buffer);
  g_assert_cmpuint (first_table ()->item_count, ==, 255);
}

static void
chain_of_others_is_used (void)
{
  struct lac_table *next = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct lac_buffer buffer;

  next->this_address = (uintptr_t) next;
  fill_table ();
  first_table ()->next_locator = (uintptr_t) next;
  buffer = get (64);
  g_assert_cmpuint (next->item_count, ==, 1);
  g_assert_cmpuint (next->items[0].base, ==, buffer.address);
  put (&buffer);
}

/* Write-xor-execute */

/* The letters of the mapping that holds @address, as in /proc/self/maps. */
static void
get_letters (uintptr_t address,
             char      letters[5])
{
  FILE *maps = fopen ("/proc/self/maps", "r");
  char line[512];

  letters[0] = '\0';
  while (fgets (line, sizeof line, maps) != NULL)
    {
      unsigned long start, end;
      char found[5];

      if (sscanf (line, "%lx-%lx %4s", &start, &end, found) == 3 && address >= start && address < end)
        strcpy (letters, found);
    }
  fclose (maps);
}

static bool
any_writable_and_executable (void)
{
  FILE *maps = fopen ("/proc/self/maps", "r");
  char line[512];
  bool any = false;

  while (fgets (line, sizeof line, maps) != NULL)
    any = any || strstr (line, " rwx") != NULL;
  fclose (maps);
  return any;
}

static void
write_xor_execute (void)
{
  /* mov eax, 42; ret */
  static const unsigned char code[] = { 0xb8, 0x2a, 0, 0, 0, 0xc3 };
  struct lac_gap_query query = ask (64, 16);
  struct lac_buffer buffer, shared;
  struct lac_locator_cursor cursor;
  struct lac_locator_item item;
  bool any = any_writable_and_executable ();
  void *appended, *reserved;
  char letters[5];
  enum lac_status status = lac_buffers_get (&query, LAC_BUFFER_WRITE_XOR_EXECUTE, &buffer, NULL);

  if (status == LAC_E_SYSTEM)
    _exit (CHILD_SKIPPED);
  g_assert_cmpint (status, ==, LAC_OK);
  g_assert_true (buffer.created);
  g_assert_cmpuint (buffer.flags, ==, LAC_BUFFER_WRITE_XOR_EXECUTE);
  get_letters (buffer.address, letters);
  g_assert_cmpstr (letters, ==, "r-xs");
  g_assert_cmpint (lac_buffer_append (&buffer, code, sizeof code, &appended), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_reserve (&buffer, sizeof code, 16, &reserved), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_write (&buffer, reserved, code, sizeof code), ==, LAC_OK);
  g_assert_cmpint (any_writable_and_executable (), ==, any);
  g_assert_cmpint (first_table ()->item_count, ==, 0);
  put (&buffer);
#if defined(__x86_64__) || defined(__i386__)
  g_assert_cmpint (((int (*) (void)) appended) (), ==, 42);
  g_assert_cmpint (((int (*) (void)) reserved) (), ==, 42);
#endif

  /* It is found again, by those who ask for it, and by no others. */
  g_assert_cmpint (lac_buffers_get (&query, LAC_BUFFER_WRITE_XOR_EXECUTE, &buffer, NULL), ==, LAC_OK);
  g_assert_false (buffer.created);
  g_assert_cmpint (lac_buffers_get (&query, 0, &shared, NULL), ==, LAC_OK);
  g_assert_true (shared.created);
  get_letters (shared.address, letters);
  g_assert_cmpstr (letters, ==, "rwxp");
  put (&shared);
  g_assert_cmpint (lac_locator_first (&cursor, &item), ==, LAC_OK);
  g_assert_false (item.write_xor_execute);
  g_assert_cmpint (lac_locator_next (&cursor, &item), ==, LAC_OK);
  g_assert_true (item.write_xor_execute);
  g_assert_cmpuint (item.address, ==, buffer.address);
  g_assert_true (item.taken);
  g_assert_cmpint (lac_locator_next (&cursor, &item), ==, LAC_E_NOT_FOUND);
  put (&buffer);
  g_assert_cmpint (lac_locator_take (item.address, &buffer), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_append (&buffer, code, sizeof code, NULL), ==, LAC_OK);
  put (&buffer);
}

struct case_row
{
  const char *path;
  void (*function) (void);
};

static void
test_case (const void *row)
{
  bool ran;

  fixture_begin ();
  ran = in_child (((const struct case_row *) row)->function);
  fixture_end ();
  if (!ran)
    g_test_skip ("a policy forbids it");
}

int
main (int    argc,
      char **argv)
{
  static const struct case_row rows[] = {
    { "/buffers/buffer/appends-and-puts-back", append_and_put },
    { "/buffers/get/new-though-one-would-do", new_though_one_would_do },
    { "/buffers/buffer/full-changes-nothing", full_changes_nothing },
    { "/buffers/buffer/is-put-back-once", put_once },
    { "/buffers/buffer/is-put-back-once-by-many-at-once", put_at_once },
    { "/buffers/buffer/taken-is-passed-over", taken_is_passed_over },
    { "/buffers/buffer/threads-that-meet-part", threads_that_meet_part },
    { "/buffers/buffer/contradictions-are-refused", contradictions },
    { "/buffers/buffer/only-existing-makes-none", only_existing },
    { "/buffers/buffer/next-byte-is-aligned", next_byte_is_aligned },
    { "/buffers/buffer/alignment-leaves-no-room", alignment_leaves_no_room },
    { "/buffers/buffer/windows-to-and-fro", windows },
    { "/buffers/buffer/whole-buffer-lies-inside", whole_buffer_inside },
    { "/buffers/buffer/reserves-and-writes", reserve_and_write },
    { "/buffers/buffer/small-requests-share", small_requests_share },
    { "/buffers/buffer/is-taken-by-address", take_by_address },
    { "/buffers/buffer/holder-is-listed", holder_is_listed },
    { "/buffers/buffer/dead-holder-stops-nobody", dead_holder_of_a_buffer },
    { "/buffers/table/grows", tables_grow },
    { "/buffers/table/locked-for-good-is-busy-in-time", locked_table },
    { "/buffers/table/lock-is-waited-for", lock_is_waited_for },
    { "/buffers/table/forged-items-are-passed-over", forged_items },
    { "/buffers/table/overlapping-items-have-one-taker", overlapping_items },
    { "/buffers/table/overlapping-items-have-one-taker-of-many", overlapping_items_at_once },
    { "/buffers/table/failed-questions-are-asked-again", questions_fail_for_a_while },
    { "/buffers/table/damaged-position", damaged_position },
    { "/buffers/table/chain-to-nowhere", chain_to_nowhere },
    { "/buffers/table/chain-to-itself", chain_to_itself },
    { "/buffers/table/chain-to-no-multiple", chain_to_no_multiple },
    { "/buffers/table/chain-to-newer-version", chain_to_newer_version },
    { "/buffers/table/chain-of-others-is-used", chain_of_others_is_used },
    { "/buffers/table/count-past-its-end", count_past_end },
    { "/buffers/buffer/any-place-without-descriptors", any_place_without_descriptors },
    { "/buffers/buffer/any-place-without-proc", any_place_without_proc },
    { "/buffers/buffer/write-xor-execute", write_xor_execute },
  };

  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    g_test_add_data_func (rows[i].path, &rows[i], test_case);
  return g_test_run ();
}
