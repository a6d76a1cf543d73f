/* The locators of programs that know nothing of Lacuna but the format of the file, with pointers of
 * 64 and of 32 bits: each finding, and buffers filled from both sides at once.
 *
 * SPDX-License-Identifier: MIT
 */
#include "remote-fixture.h"

#include "locator-chunk.h"
#include "start.h"

static const char *const programs[] = { "locator", "locator-bare", "locator-32" };

/* A test is for one program and one role. */
struct row
{
  const char *program;
  const char *role;
  unsigned findings;
  size_t n_tables;
  /* 0 for as many as fit. */
  size_t n_buffers;
  bool writable;
};

static bool
begin (struct started *victim,
       const char     *program,
       const char     *role)
{
  fixture_begin_remote ();
  if (start_victim (victim, -1, program, role, fixture_root, NULL))
    return true;
  fixture_end_remote ();
  return false;
}

static void
end (struct started *victim)
{
  end_unharmed (victim);
  fixture_end_remote ();
}

static struct lac_locator_view
view_of (struct look *look)
{
  struct lac_locator_view view;
  struct lac_map *map;

  g_assert_cmpint (lac_process_read_map (look->process, 0, NULL, &map, NULL), ==, LAC_OK);
  assert_status (lac_remote_locator_read (look->locator, map, &view, NULL), LAC_OK);
  lac_map_unref (map);
  return view;
}

static void
test_finding (gconstpointer data)
{
  const struct row *row = data;
  size_t capacity = strcmp (row->program, "locator-32") == 0 ? 255 : 203;
  struct lac_locator_view view;
  struct started victim;
  struct look look;

  if (!begin (&victim, row->program, row->role))
    return;
  look_at (&look, victim.pid);
  g_assert_cmphex (look.facts.address, ==, victim.address);
  g_assert_cmpint (look.facts.stale, ==, strcmp (row->role, "stale") == 0);
  g_assert_cmpint (look.facts.writable, ==, row->writable);
  g_assert_cmpint (look.facts.layout == LAC_LOCATOR_LAYOUT_MANAGED, ==, strcmp (row->role, "managed") == 0);
  if (row->n_tables > 0)
    {
      view = view_of (&look);
      g_assert_cmpuint (view.n_tables, ==, row->n_tables);
      g_assert_cmpuint (view.n_buffers, ==, strcmp (row->role, "full") == 0 ? capacity : row->n_buffers);
      g_assert_cmpuint (view.findings, ==, row->findings);
      lac_locator_view_clear (&view);
    }
  look_away (&look);
  end (&victim);
}

/* Appends chunks as author 2. */
static void
append_chunks (struct look       *look,
               struct lac_remote *remote,
               unsigned           from,
               unsigned           n)
{
  for (unsigned i = from; i < from + n; i++)
    {
      struct locator_chunk chunk = locator_chunk_make (2, i + 1);
      struct lac_gap_query query = wish_for (look->process, sizeof chunk);
      struct lac_remote_buffer buffer;
      struct lac_process_failure failure = { .what = "" };
      enum lac_status status;

      query.alignment = 16;
      status = lac_remote_buffers_get (look->locator, remote, &query,
                                       remote != NULL ? 0 : LAC_BUFFER_EXISTING, 10000, NULL, &buffer,
                                       NULL, &failure);
      if (status != LAC_OK)
        g_error ("%s: %s (%d)", lac_status_name (status), failure.what, failure.system_error);
      assert_status (lac_remote_buffer_append (&buffer, &chunk, sizeof chunk, NULL, NULL), LAC_OK);
      assert_status (lac_remote_buffer_put (&buffer, NULL), LAC_OK);
    }
}

static void
test_appending (gconstpointer program)
{
  struct started victim;
  struct look look;
  gint64 until = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  if (!begin (&victim, program, "restless"))
    return;
  look_at (&look, victim.pid);
  /* It makes its first buffer when it is ready to. */
  wait_for_rounds (&victim, 2);
  append_chunks (&look, NULL, 0, 1000);
  while (__atomic_load_n (&victim.report->numbers[LOCATOR_NUMBER_OTHERS], __ATOMIC_ACQUIRE) != 1000
         && g_get_monotonic_time () < until)
    g_usleep (1000);
  g_assert_cmpuint (victim.report->numbers[LOCATOR_NUMBER_OTHERS], ==, 1000);
  look_away (&look);
  end (&victim);
}

static void
test_waiting (gconstpointer program)
{
  struct started victim;
  struct look look;
  struct lac_remote_buffer buffer;
  struct lac_gap_query query;

  if (!begin (&victim, program, "hold-buffer"))
    return;
  look_at (&look, victim.pid);
  query = wish_for (look.process, 16);
  /* It can't be run, and so is no buffer as the format has them. */
  assert_status (lac_remote_buffers_get (look.locator, NULL, &query, 0, 20, NULL, &buffer, NULL, NULL),
                 LAC_E_NO_GAP);
  victim.report->numbers[LOCATOR_NUMBER_LET_GO] = 1;
  look_away (&look);
  end (&victim);
}

/* Opens @remote where that is permitted; else skips the test. */
static bool
reach (struct look        *look,
       struct lac_remote **out_remote)
{
  uint64_t address = 0;
  enum lac_status status = lac_remote_open (look->process, 0, out_remote, NULL);

  if (status == LAC_OK)
    {
      status = lac_remote_allocate (*out_remote, 0, 4096, LAC_PROTECTION_READ, &address, NULL);
      if (status == LAC_OK)
        {
          /* Somebody in there may have mapped something in its place by now. */
          status = lac_remote_free (*out_remote, address, 4096, NULL);
          g_assert_true (status == LAC_OK || status == LAC_E_UNVERIFIED);
          return true;
        }
      lac_remote_close (*out_remote);
    }
  g_assert_true (status == LAC_E_NOT_SUPPORTED || status == LAC_E_PTRACE_SCOPE
                 || status == LAC_E_OTHER_USER || status == LAC_E_NOT_DUMPABLE
                 || status == LAC_E_MORE_CAPABLE || status == LAC_E_TRACED);
  g_test_skip (lac_status_sentence (status));
  return false;
}

static bool
is_taken (const struct lac_locator_view *view,
          uint64_t                       address)
{
  for (size_t i = 0; i < view->n_tables; i++)
    for (size_t j = 0; j < view->tables[i].n_buffers; j++)
      if (view->tables[i].buffers[j].address == address)
        return view->tables[i].buffers[j].taken;
  g_assert_not_reached ();
}

/* Adds buffers, and looks at what the tables then have. */
static void
test_adding (gconstpointer data)
{
  const struct row *row = data;
  size_t capacity = strcmp (row->program, "locator-32") == 0 ? 255 : 203;
  struct lac_locator_view view;
  struct lac_remote_buffer buffer;
  const struct lac_view_buffer *last;
  struct lac_gap_query query;
  uint64_t address;
  struct lac_remote *remote;
  struct started victim;
  struct look look;

  if (!begin (&victim, row->program, row->role))
    return;
  look_at (&look, victim.pid);
  if (reach (&look, &remote))
    {
      for (unsigned i = 0; i < 3; i++)
        {
          query = wish_for (look.process, 5000);
          assert_status (lac_remote_buffers_get (look.locator, remote, &query, LAC_BUFFER_NEW, 1000, NULL,
                                                 &buffer, NULL, NULL),
                         LAC_OK);
          assert_status (lac_remote_buffer_append (&buffer, "visitor", 7, NULL, NULL), LAC_OK);
          view = view_of (&look);
          g_assert_cmpuint (view.n_tables, ==, row->n_tables);
          last = &view.tables[row->n_tables - 1].buffers[view.tables[row->n_tables - 1].n_buffers - 1];
          if (strcmp (row->role, "chain") == 0)
            last = &view.tables[0].buffers[view.tables[0].n_buffers - 1];
          g_assert_cmphex (last->address, ==, buffer.address);
          g_assert_cmpuint (last->size, ==, 8192);
          g_assert_cmpuint (last->position, ==, 7);
          g_assert_true (last->taken);
          g_assert_cmpuint (view.n_buffers, ==,
                            i + 1 + (strcmp (row->role, "full") == 0 ? capacity : row->n_buffers));
          g_assert_cmpuint (view.findings, ==, LAC_FINDING_WRITABLE_AND_EXECUTABLE);
          lac_locator_view_clear (&view);
          address = buffer.address;
          assert_status (lac_remote_buffer_put (&buffer, NULL), LAC_OK);
          view = view_of (&look);
          g_assert_false (is_taken (&view, address));
          lac_locator_view_clear (&view);
        }
      lac_remote_close (remote);
    }
  look_away (&look);
  end (&victim);
}

/* The table's lock is waited for, with a limit, in both widths. */
static void
test_held_table (gconstpointer program)
{
  struct lac_remote_buffer buffer;
  struct lac_gap_query query;
  struct lac_remote *remote;
  struct started victim;
  struct look look;

  if (!begin (&victim, program, "hold-table"))
    return;
  look_at (&look, victim.pid);
  if (reach (&look, &remote))
    {
      query = wish_for (look.process, 16);
      assert_status (lac_remote_buffers_get (look.locator, remote, &query, 0, 20, NULL, &buffer, NULL, NULL),
                     LAC_E_BUSY);
      __atomic_store_n (&victim.report->numbers[LOCATOR_NUMBER_LET_GO], 1, __ATOMIC_RELEASE);
      assert_status (lac_remote_buffers_get (look.locator, remote, &query, 0, 20000, NULL, &buffer, NULL,
                                             NULL),
                     LAC_OK);
      assert_status (lac_remote_buffer_put (&buffer, NULL), LAC_OK);
      lac_remote_close (remote);
    }
  victim.report->numbers[LOCATOR_NUMBER_LET_GO] = 1;
  look_away (&look);
  end (&victim);
}

int
main (int    argc,
      char **argv)
{
  static const struct row findings[] = {
    { NULL, "none", 0, 0, 0, true },
    { NULL, "sound", 0, 1, 2, true },
    { NULL, "chain", 0, 3, 3, true },
    { NULL, "full", 0, 1, 0, true },
    { NULL, "orphan", LAC_FINDING_ORPHAN, 1, 2, true },
    { NULL, "overlap", LAC_FINDING_OVERLAP, 1, 2, true },
    { NULL, "position-past-end", LAC_FINDING_POSITION_PAST_END, 1, 1, true },
    { NULL, "writable-and-executable", LAC_FINDING_WRITABLE_AND_EXECUTABLE, 1, 1, true },
    { NULL, "stale", 0, 0, 0, true },
    { NULL, "unknown-version", LAC_FINDING_UNKNOWN_VERSION, 1, 0, false },
    { NULL, "cycle", LAC_FINDING_CYCLE, 3, 0, true },
    { NULL, "managed", 0, 1, 3, false },
  };
  static const struct row adding[] = {
    { NULL, "none", 0, 1, 0, true },
    { NULL, "stale", 0, 1, 0, true },
    { NULL, "sound", 0, 1, 2, true },
    { NULL, "chain", 0, 3, 3, true },
    { NULL, "full", 0, 2, 0, true },
  };
  static struct row rows[G_N_ELEMENTS (programs) * (G_N_ELEMENTS (findings) + G_N_ELEMENTS (adding))];
  unsigned n = 0;

  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  for (unsigned i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      char *path;

      for (unsigned j = 0; j < G_N_ELEMENTS (findings); j++)
        {
          rows[n] = findings[j];
          rows[n].program = programs[i];
          path = g_strdup_printf ("/buffers/remote-victims/%s/%s", programs[i], findings[j].role);
          g_test_add_data_func (path, &rows[n++], test_finding);
          g_free (path);
        }
      for (unsigned j = 0; j < G_N_ELEMENTS (adding); j++)
        {
          rows[n] = adding[j];
          rows[n].program = programs[i];
          path = g_strdup_printf ("/buffers/remote-victims/%s/add-to-%s", programs[i], adding[j].role);
          g_test_add_data_func (path, &rows[n++], test_adding);
          g_free (path);
        }
      path = g_strdup_printf ("/buffers/remote-victims/%s/append-together", programs[i]);
      g_test_add_data_func (path, programs[i], test_appending);
      g_free (path);
      path = g_strdup_printf ("/buffers/remote-victims/%s/unsound-is-not-taken", programs[i]);
      g_test_add_data_func (path, programs[i], test_waiting);
      g_free (path);
      path = g_strdup_printf ("/buffers/remote-victims/%s/table-is-held", programs[i]);
      g_test_add_data_func (path, programs[i], test_held_table);
      g_free (path);
    }
  return g_test_run ();
}
