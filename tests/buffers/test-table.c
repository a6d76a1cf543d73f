/* Tables of shared buffers that are locked, damaged or forged.
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

int
main (int    argc,
      char **argv)
{
  static const struct case_row rows[] = {
    { "/buffers/buffer/dead-holder-stops-nobody", dead_holder_of_a_buffer },
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
  };

  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  add_cases (rows, G_N_ELEMENTS (rows));
  return g_test_run ();
}
