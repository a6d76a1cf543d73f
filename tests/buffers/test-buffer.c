/* Shared buffers: taking, filling, putting back; and tables that grow with them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffer-fixture.h"
#include "buffers/private.h"
#include "os/os.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/resource.h>

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
    { "/buffers/table/grows", tables_grow },
    { "/buffers/buffer/write-xor-execute", write_xor_execute },
  };

  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  add_cases (rows, G_N_ELEMENTS (rows));
  return g_test_run ();
}
