/* Tables of another process: further ones, their locks, and buffers that the process and who visits it both want.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-visit.h"

#include <pthread.h>

/* Whether the library of this process has a buffer at @address, with @text in it. */
static void
assert_has (uint64_t    address,
            const char *text)
{
  struct lac_buffer buffer;

  g_assert_cmpint (lac_locator_take (address, &buffer), ==, LAC_OK);
  g_assert_cmpuint (buffer.position, ==, strlen (text));
  g_assert_cmpmem ((char *) buffer.address, strlen (text), text, strlen (text));
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
}

static void
fill_table (struct lac_table *table)
{
  struct lac_buffer buffer;

  while (table->item_count < lac_table_capacity)
    {
      g_assert_cmpint (lac_buffers_get (NULL, LAC_BUFFER_NEW, &buffer, NULL), ==, LAC_OK);
      g_assert_cmpint (lac_buffer_reserve (&buffer, 4096, 1, &(void *){ NULL }), ==, LAC_OK);
      g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
    }
}

/* Fills its first table, and is told of buffers that then must be there, until one is nowhere. */
static void
have_full_table (struct guest *parent)
{
  struct lac_buffer buffer;
  uint64_t address;

  fill_table ((struct lac_table *) open_locator ().address);
  guest_go (parent);
  for (guest_hear (parent, &address, sizeof address); address != 0;
       guest_hear (parent, &address, sizeof address))
    {
      assert_has (address, "visitor");
      guest_go (parent);
    }
  /* And it adds to what was made. */
  g_assert_cmpint (lac_buffers_get (NULL, LAC_BUFFER_NEW, &buffer, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_append (&buffer, "host", 4, NULL), ==, LAC_OK);
  address = buffer.address;
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
  assert_has (address, "host");
  guest_tell (parent, &address, sizeof address);
  guest_wait (parent);
  assert_has (address, "host, and visitor");
}

static void
test_more_tables (void)
{
  struct visit visit;
  struct lac_remote_buffer buffer;
  struct lac_map *map;
  struct lac_locator_view view;
  uint64_t address = 0;

  if (!visit_start (&visit, have_full_table))
    return;
  for (unsigned i = 0; i < 4; i++)
    {
      assert_status (get (&visit, 16, LAC_BUFFER_NEW, 1000, &buffer), LAC_OK);
      g_assert_true (buffer.created);
      address = buffer.address;
      append_and_put (&buffer, "visitor");
      guest_tell (&visit.guest, &address, sizeof address);
      guest_wait (&visit.guest);
    }
  g_assert_cmpint (lac_process_read_map (visit.look.process, 0, NULL, &map, NULL), ==, LAC_OK);
  assert_status (lac_remote_locator_read (visit.look.locator, map, &view, NULL), LAC_OK);
  g_assert_cmpuint (view.n_tables, ==, 2);
  g_assert_cmpuint (view.tables[0].n_buffers, ==, lac_table_capacity);
  g_assert_cmpuint (view.tables[1].n_buffers, ==, 4);
  g_assert_cmpuint (view.findings, ==, LAC_FINDING_WRITABLE_AND_EXECUTABLE);
  lac_locator_view_clear (&view);
  lac_map_unref (map);
  address = 0;
  guest_tell (&visit.guest, &address, sizeof address);
  guest_hear (&visit.guest, &address, sizeof address);

  /* What lies in a further table can be reached with a remote only. */
  assert_status (lac_remote_locator_take (visit.look.locator, NULL, address, &buffer, NULL),
                 LAC_E_NOT_SUPPORTED);
  assert_status (lac_remote_locator_take (visit.look.locator, visit.remote, address, &buffer, NULL),
                 LAC_OK);
  g_assert_cmpuint (buffer.position, ==, 4);
  append_and_put (&buffer, ", and visitor");
  visit_go_and_leave (&visit);
}

/* Two tables, all of both taken, the second with its lock held for a while. */
static void
hold_second_lock (struct guest *parent)
{
  struct lac_table *first = (struct lac_table *) open_locator ().address;
  struct lac_table *second;
  struct lac_buffer buffer;

  fill_table (first);
  g_assert_cmpint (lac_buffers_get (NULL, LAC_BUFFER_NEW, &buffer, NULL), ==, LAC_OK);
  second = (struct lac_table *) first->next_locator;
  __atomic_store_n (&second->is_locked, 1, __ATOMIC_RELEASE);
  guest_go (parent);
  guest_wait (parent);
  g_usleep (50 * 1000);
  __atomic_store_n (&second->is_locked, 0, __ATOMIC_RELEASE);
  guest_wait (parent);
  g_assert_cmpuint (second->item_count, ==, 2);
}

/* The same with the first one. */
static void
hold_first_lock (struct guest *parent)
{
  struct lac_table *first = (struct lac_table *) open_locator ().address;

  __atomic_store_n (&first->is_locked, 1, __ATOMIC_RELEASE);
  guest_go (parent);
  guest_wait (parent);
  g_usleep (50 * 1000);
  __atomic_store_n (&first->is_locked, 0, __ATOMIC_RELEASE);
  guest_wait (parent);
  g_assert_cmpuint (first->item_count, ==, 1);
}

static void
test_locked (gconstpointer function)
{
  struct visit visit;
  struct lac_remote_buffer buffer;
  struct lac_gap_query query;
  atomic_bool cancel = false;
  char *before, *after;
  GThread *thread;
  gint64 start;

  if (!visit_start (&visit, (void (*) (struct guest *)) function))
    return;
  before = read_maps_of (visit.guest.pid);
  start = g_get_monotonic_time ();
  assert_status (get (&visit, 16, LAC_BUFFER_NEW, 40, &buffer), LAC_E_BUSY);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 40 * 1000);
  query = wish_for (visit.look.process, 16);
  thread = g_thread_new ("cancel", cancel_soon, &cancel);
  assert_status (lac_remote_buffers_get (visit.look.locator, visit.remote, &query, LAC_BUFFER_NEW, 60000,
                                         &cancel, &buffer, NULL, NULL),
                 LAC_E_CANCELLED);
  g_thread_join (thread);
  after = read_maps_of (visit.guest.pid);
  g_assert_cmpstr (before, ==, after);
  g_free (before);
  g_free (after);
  guest_go (&visit.guest);
  assert_status (get (&visit, 16, LAC_BUFFER_NEW, 60000, &buffer), LAC_OK);
  append_and_put (&buffer, "visitor");
  visit_go_and_leave (&visit);
}

/* Both at it */

#define PIECES 60

static const char zeros[16];

static atomic_bool host_ends;

/* Appends pieces until told to end. */
static void *
append_pieces (void *unused)
{
  while (!atomic_load (&host_ends))
    {
      struct lac_gap_query query;
      struct lac_buffer buffer;

      lac_placement_init (&query);
      query.size = 16;
      query.alignment = 1;
      g_assert_cmpint (lac_buffers_get (&query, 0, &buffer, NULL), ==, LAC_OK);
      g_assert_cmpint (lac_buffer_append (&buffer, "<host appended.>", 16, NULL), ==, LAC_OK);
      g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
    }
  return NULL;
}

/* Looks whether each byte in each buffer is part of a whole piece. */
static void
check_pieces (void)
{
  struct lac_locator_cursor cursor;
  struct lac_locator_item item;
  unsigned n_theirs = 0;

  for (enum lac_status status = lac_locator_first (&cursor, &item); status == LAC_OK;
       status = lac_locator_next (&cursor, &item))
    {
      g_assert_false (item.taken);
      g_assert_cmpuint (item.position % 16, ==, 0);
      for (uint32_t at = 0; at < item.position; at += 16)
        if (memcmp ((char *) item.address + at, "<visitor's own.>", 16) == 0)
          n_theirs++;
        else if (memcmp ((char *) item.address + at, zeros, 16) != 0)
          g_assert_cmpmem ((char *) item.address + at, 16, "<host appended.>", 16);
    }
  g_assert_cmpuint (n_theirs, ==, PIECES);
}

/* A thread appends all the time. */
static void
append_alone (struct guest *parent)
{
  pthread_t thread;

  open_locator ();
  g_assert_cmpint (pthread_create (&thread, NULL, append_pieces, NULL), ==, 0);
  guest_go (parent);
  guest_wait (parent);
  atomic_store (&host_ends, true);
  pthread_join (thread, NULL);
  check_pieces ();
}

/* Several do, and all that has room stands in a table of the process's private memory. */
static void
append_in_private (struct guest *parent)
{
  pthread_t threads[3];

  fill_table ((struct lac_table *) open_locator ().address);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, append_pieces, NULL), ==, 0);
  guest_go (parent);
  guest_wait (parent);
  atomic_store (&host_ends, true);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    pthread_join (threads[i], NULL);
  check_pieces ();
}

static void
test_both (gconstpointer function)
{
  struct visit visit;
  struct lac_remote_buffer buffer;

  if (!visit_start (&visit, (void (*) (struct guest *)) function))
    return;
  for (unsigned i = 0; i < PIECES; i++)
    {
      gint64 since = g_get_monotonic_time ();
      enum lac_status status;

      do
        status = get (&visit, 16, i % 20 == 7 ? LAC_BUFFER_NEW : 0, 30000, &buffer);
      while (is_busy (status, since));
      assert_status (status, LAC_OK);
      append_and_put (&buffer, "<visitor's own.>");
    }
  visit_go_and_leave (&visit);
}

/* The first word of the only free buffer, which stands in private memory, says whether somebody has it. All
 * threads take it as often as they can, and so does who is outside. */
static uint64_t contended;

static void *
take_and_put (void *unused)
{
  unsigned n = 0;

  while (!atomic_load (&host_ends))
    {
      struct lac_buffer buffer;
      uint32_t *word = (uint32_t *) (uintptr_t) contended;
      uint32_t nobody = 0;

      if (lac_locator_take (contended, &buffer) != LAC_OK)
        continue;
      g_assert_true (__atomic_compare_exchange_n (word, &nobody, 1, false, __ATOMIC_SEQ_CST,
                                                  __ATOMIC_SEQ_CST));
      for (volatile int i = 0; i < 200; i++)
        ;
      g_assert_cmpuint (__atomic_exchange_n (word, 0, __ATOMIC_SEQ_CST), ==, 1);
      g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
      /* Others are to have a chance. */
      for (volatile int i = 0; i < 1000; i++)
        ;
      if (++n % 64 == 0)
        g_usleep (100);
    }
  return NULL;
}

static void
contend (struct guest *parent)
{
  pthread_t threads[3];
  struct lac_buffer buffer;

  fill_table ((struct lac_table *) open_locator ().address);
  g_assert_cmpint (lac_buffers_get (NULL, LAC_BUFFER_NEW, &buffer, NULL), ==, LAC_OK);
  contended = buffer.address;
  g_assert_cmpint (lac_buffer_reserve (&buffer, 16, 1, &(void *){ NULL }), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_put (&buffer), ==, LAC_OK);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, take_and_put, NULL), ==, 0);
  guest_tell (parent, &contended, sizeof contended);
  guest_wait (parent);
  atomic_store (&host_ends, true);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    pthread_join (threads[i], NULL);
  g_assert_cmpuint (*(uint32_t *) (uintptr_t) contended, ==, 0);
}

static void
test_contended (void)
{
  const uint32_t ours = 2, nobodys = 0;
  struct visit visit;
  unsigned n_taken = 0, n_refused = 0;
  gint64 start = g_get_monotonic_time ();
  uint64_t address;

  fixture_begin_remote ();
  guest_start (&visit.guest, contend);
  guest_hear (&visit.guest, &address, sizeof address);
  if (!visit_begin (&visit, visit.guest.pid))
    return;
  while (n_taken < 100
         && g_get_monotonic_time () - start < (n_taken > 0 ? 5 : 60) * G_USEC_PER_SEC)
    {
      struct lac_remote_buffer buffer;
      gint64 since = g_get_monotonic_time ();
      uint32_t word;
      enum lac_status status = lac_remote_locator_take (visit.look.locator, visit.remote, address,
                                                        &buffer, NULL);

      if (status == LAC_E_BUSY || is_busy (status, since))
        {
          n_refused++;
          continue;
        }
      assert_status (status, LAC_OK);
      n_taken++;
      assert_status (lac_process_read_memory (visit.look.process, address, &word, sizeof word, 0, NULL,
                                              NULL, NULL, NULL, NULL),
                     LAC_OK);
      g_assert_cmpuint (word, ==, 0);
      assert_status (lac_process_write_memory (visit.look.process, address, &ours, sizeof ours, 0, NULL,
                                               NULL),
                     LAC_OK);
      assert_status (lac_process_write_memory (visit.look.process, address, &nobodys, sizeof nobodys, 0,
                                               NULL, NULL),
                     LAC_OK);
      append_and_put (&buffer, "");
    }
  g_test_message ("taken %u times, refused %u times", n_taken, n_refused);
  g_assert_cmpuint (n_taken, >, 0);
  visit_go_and_leave (&visit);
}

int
main (int    argc,
      char **argv)
{
  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/buffers/remote/more-tables", test_more_tables);
  g_test_add_data_func ("/buffers/remote/lock-is-waited-for/first", (gconstpointer) hold_first_lock,
                        test_locked);
  g_test_add_data_func ("/buffers/remote/lock-is-waited-for/second", (gconstpointer) hold_second_lock,
                        test_locked);
  g_test_add_data_func ("/buffers/remote/both-append/shared", (gconstpointer) append_alone, test_both);
  g_test_add_data_func ("/buffers/remote/both-append/private", (gconstpointer) append_in_private, test_both);
  g_test_add_func ("/buffers/remote/private-table-is-contended", test_contended);
  return g_test_run ();
}
