/* What is done in other processes through the model: plans, deeds, what became of the map, undoing, and what
 * stands in the way.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../left-behind.h"

#include "model/lacuna-allocator.h"
#include "model/lacuna-error.h"
#include "model/lacuna-target-memory.h"
#include "start.h"
#include "victim.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define PAGE G_GUINT64_CONSTANT (4096)
#define PLACE G_GUINT64_CONSTANT (0x200000000000)

typedef struct
{
  struct started victim;
  LacunaTarget *target;
  LacunaAllocator *allocator;
  char *before; /* what could be seen of it when it began */
} Elsewhere;

static bool
begin (Elsewhere  *elsewhere,
       const char *program,
       const char *role)
{
  g_autoptr (GError) error = NULL;

  if (!start_victim (&elsewhere->victim, -1, program, role, NULL))
    return false;
  /* What it still does to begin is no difference that we make. */
  wait_for_rounds (&elsewhere->victim, 1);
  if (strcmp (program, "locator") != 0)
    remove_locator (elsewhere->victim.pid);
  elsewhere->target = lacuna_target_new_for_pid (elsewhere->victim.pid, &error);
  g_assert_no_error (error);
  elsewhere->allocator = lacuna_allocator_for_target (elsewhere->target, &error);
  g_assert_no_error (error);
  elsewhere->before = describe_process (elsewhere->victim.pid);
  return true;
}

static void
assert_untouched (const Elsewhere *elsewhere)
{
  g_autofree char *after = describe_process (elsewhere->victim.pid);

  assert_same_description (elsewhere->before, after);
}

static void
end_quietly (Elsewhere *elsewhere)
{
  lacuna_allocator_rest (elsewhere->allocator);
  kill_victim (&elsewhere->victim);
  remove_locator (elsewhere->victim.pid);
  g_clear_object (&elsewhere->allocator);
  g_clear_object (&elsewhere->target);
  g_clear_pointer (&elsewhere->before, g_free);
}

static void
end (Elsewhere *elsewhere)
{
  wait_for_rounds (&elsewhere->victim, 3);
  assert_unharmed (&elsewhere->victim, false);
  end_quietly (elsewhere);
}

static void
init_query (Elsewhere            *elsewhere,
            struct lac_gap_query *query)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaSnapshot) snapshot
      = lacuna_target_load (elsewhere->target, LACUNA_LOAD_NONE, NULL, &error);

  g_assert_no_error (error);
  lac_gap_query_init (query, lacuna_snapshot_get_map (snapshot));
  query->min = PLACE;
  query->order = LAC_ORDER_LOWEST;
}

/* (transfer full) */
static LacunaOperation *
perform (Elsewhere           *elsewhere,
         const LacunaRequest *request)
{
  LacunaOperation *operation = lacuna_allocator_perform (elsewhere->allocator, request);

  if (lacuna_operation_get_error (operation) != NULL)
    g_test_message ("%s", lacuna_operation_get_error (operation)->message);
  return operation;
}

static void
keep_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  *(LacunaOperation **) user_data
      = lacuna_allocator_perform_finish (LACUNA_ALLOCATOR (source), result);
}

/* (transfer full) */
static LacunaOperation *
undo (Elsewhere       *elsewhere,
      LacunaOperation *operation)
{
  LacunaOperation *undone = NULL;

  g_assert_true (lacuna_allocator_can_undo (elsewhere->allocator, operation));
  lacuna_allocator_undo_async (elsewhere->allocator, operation, keep_cb, &undone);
  while (undone == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (lacuna_operation_get_error (undone));
  g_assert_false (lacuna_allocator_can_undo (elsewhere->allocator, operation));
  return undone;
}

/* The region at @address as the target has it now: its kind, or LAC_N_KINDS; its protection. */
static enum lac_kind
look_at (Elsewhere *elsewhere,
         guint64    address,
         unsigned  *out_protection)
{
  g_autoptr (LacunaSnapshot) snapshot
      = lacuna_target_load (elsewhere->target, LACUNA_LOAD_NONE, NULL, NULL);
  const struct lac_map *map = lacuna_snapshot_get_map (snapshot);
  size_t n_regions, index = lac_map_search (map, address);
  const struct lac_region *region = &lac_map_regions (map, &n_regions)[index];

  if (index == n_regions || region->start > address)
    return LAC_N_KINDS;
  *out_protection = region->protection;
  return region->kind;
}

static void
assert_sums (LacunaOperation *operation,
             guint64          added,
             guint64          removed,
             guint64          changed)
{
  LacunaDifference *difference = lacuna_operation_get_difference (operation);

  g_assert_nonnull (difference);
  g_assert_cmphex (lacuna_difference_get_bytes (difference, LACUNA_DIFFERENCE_ADDED), ==, added);
  g_assert_cmphex (lacuna_difference_get_bytes (difference, LACUNA_DIFFERENCE_REMOVED), ==, removed);
  g_assert_cmphex (lacuna_difference_get_bytes (difference, LACUNA_DIFFERENCE_CHANGED), ==, changed);
}

/* Memory */

static void
test_memory (void)
{
  LacunaRequest request = { .deed = LACUNA_DEED_ALLOCATE };
  Elsewhere elsewhere;
  g_autoptr (LacunaOperation) made = NULL;
  g_autoptr (LacunaOperation) protected = NULL;
  g_autoptr (LacunaOperation) back = NULL;
  g_autoptr (LacunaOperation) freed = NULL;
  struct lac_range range;
  GListModel *allocations;
  unsigned protection = 0;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  init_query (&elsewhere, &request.query);
  request.query.size = 3 * PAGE;
  made = perform (&elsewhere, &request);
  g_assert_no_error (lacuna_operation_get_error (made));
  range = lacuna_operation_get_range (made);
  g_assert_cmphex (lac_range_size (range), ==, 3 * PAGE);
  g_assert_cmpuint (lacuna_operation_get_stopped_for (made), >, 0);
  assert_sums (made, 3 * PAGE, 0, 0);
  g_assert_cmpint (look_at (&elsewhere, range.start, &protection), ==, LAC_KIND_ANONYMOUS);
  g_assert_cmpuint (protection, ==, LAC_PROTECTION_READ | LAC_PROTECTION_WRITE);
  allocations = lacuna_allocator_get_allocations (elsewhere.allocator);
  g_assert_cmpuint (g_list_model_get_n_items (allocations), ==, 1);

  request = (LacunaRequest){
    .deed = LACUNA_DEED_PROTECT,
    .address = range.start,
    .serial = lacuna_operation_get_serial (made),
    .protection = LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE,
  };
  protected = perform (&elsewhere, &request);
  g_assert_no_error (lacuna_operation_get_error (protected));
  assert_sums (protected, 0, 0, 3 * PAGE);
  look_at (&elsewhere, range.start, &protection);
  g_assert_cmpuint (protection, ==, LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE);
  back = undo (&elsewhere, protected);
  look_at (&elsewhere, range.start, &protection);
  g_assert_cmpuint (protection, ==, LAC_PROTECTION_READ | LAC_PROTECTION_WRITE);

  freed = undo (&elsewhere, made);
  g_assert_cmpint (lacuna_operation_get_deed (freed), ==, LACUNA_DEED_FREE);
  assert_sums (freed, 0, 3 * PAGE, 0);
  g_assert_cmpint (look_at (&elsewhere, range.start, &protection), ==, LAC_N_KINDS);
  g_assert_cmpuint (g_list_model_get_n_items (allocations), ==, 0);
  g_assert_cmpuint (
      g_list_model_get_n_items (lacuna_allocator_get_operations (elsewhere.allocator)), ==, 4);
  lacuna_allocator_rest (elsewhere.allocator);
  assert_untouched (&elsewhere);
  end (&elsewhere);
}

/* Without a wish for a place, near the program's own code. */
static void
test_anywhere (void)
{
  LacunaRequest request = { .deed = LACUNA_DEED_ALLOCATE, .anywhere = TRUE };
  Elsewhere elsewhere;
  g_autoptr (LacunaOperation) made = NULL;
  guint64 start;

  if (!begin (&elsewhere, "sleeper-static", "nanosleep"))
    return;
  init_query (&elsewhere, &request.query);
  request.query.min = 0;
  made = perform (&elsewhere, &request);
  g_assert_no_error (lacuna_operation_get_error (made));
  start = lacuna_operation_get_range (made).start;
  /* A program that is not moved lies at 0x400000. */
  g_assert_cmphex (start, >, 0x300000);
  g_assert_cmphex (start, <, 0x10000000);
  end (&elsewhere);
}

/* Plans */

static LacunaPlan *
plan_of (LacunaOperation *operation)
{
  g_assert_no_error (lacuna_operation_get_error (operation));
  g_assert_true (lacuna_operation_get_dry_run (operation));
  g_assert_null (lacuna_operation_get_difference (operation));
  g_assert_nonnull (lacuna_operation_get_plan (operation));
  return lacuna_operation_get_plan (operation);
}

/* A time-out that begins anew is told before the thread is stopped. */
static void
test_plan_tells_of_time_out (void)
{
  LacunaRequest request = { .deed = LACUNA_DEED_ALLOCATE, .dry_run = TRUE };
  Elsewhere elsewhere;
  gboolean told = FALSE;

  if (!begin (&elsewhere, "sleeper", "receive"))
    return;
  init_query (&elsewhere, &request.query);
  /* A moment may be met when it is in no call. */
  for (int i = 0; i < 10 && !told; i++)
    {
      g_autoptr (LacunaOperation) where = perform (&elsewhere, &request);
      const char *note = lacuna_plan_get_wait_note (plan_of (where));
      g_autofree char *words = lacuna_operation_describe_plain (where);

      told = note != NULL && strstr (words, note) != NULL;
    }
  g_assert_true (told);
  end (&elsewhere);
}

static void
test_plans (void)
{
  LacunaRequest request = { .deed = LACUNA_DEED_ALLOCATE, .dry_run = TRUE };
  Elsewhere elsewhere;
  g_autoptr (LacunaOperation) where = NULL;
  g_autoptr (LacunaOperation) made = NULL;
  g_autoptr (LacunaOperation) protection = NULL;
  g_autoptr (LacunaOperation) freeing = NULL;
  g_autoptr (LacunaOperation) buffer = NULL;
  g_autofree char *words = NULL;
  LacunaPlan *plan;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  init_query (&elsewhere, &request.query);
  where = perform (&elsewhere, &request);
  plan = plan_of (where);
  g_assert_true (lacuna_plan_stops_a_thread (plan));
  g_assert_cmpint (lacuna_plan_get_thread (plan), ==, elsewhere.victim.pid);
  g_assert_cmpstr (lacuna_plan_get_thread_name (plan), ==, "sleeper");
  g_assert_cmphex (lacuna_plan_get_instruction (plan), !=, 0);
  g_assert_nonnull (strchr (lacuna_plan_get_module (plan), '/'));
  g_assert_true (lacuna_plan_has_net (plan));
  g_assert_null (lacuna_plan_get_wait_note (plan));
  g_assert_false (lacuna_plan_get_filtered (plan));
  g_assert_cmpint (lacuna_plan_get_confirm (plan), ==, LACUNA_CONFIRM_NOTHING);
  g_assert_cmphex (lacuna_plan_get_range (plan).start, ==, PLACE);
  g_assert_cmpuint (g_strv_length ((char **) lacuna_plan_get_calls (plan)), ==, 1);
  g_assert_true (g_str_has_prefix (lacuna_plan_get_calls (plan)[0], "mmap (0x200000000000, 4096, "));
  words = lacuna_operation_describe_plain (where);
  g_assert_nonnull (strstr (words, lacuna_plan_get_calls (plan)[0]));
  assert_untouched (&elsewhere);

  request.deed = LACUNA_DEED_CREATE_BUFFER;
  buffer = perform (&elsewhere, &request);
  plan = plan_of (buffer);
  g_assert_cmpuint (g_strv_length ((char **) lacuna_plan_get_calls (plan)), >, 1);
  g_assert_cmpuint (lacuna_plan_get_protection (plan), ==, 7);
  assert_untouched (&elsewhere);

  request.deed = LACUNA_DEED_ALLOCATE;
  request.dry_run = FALSE;
  made = perform (&elsewhere, &request);
  g_assert_no_error (lacuna_operation_get_error (made));
  request = (LacunaRequest){
    .deed = LACUNA_DEED_PROTECT,
    .address = PLACE,
    .protection = LAC_PROTECTION_READ,
    .dry_run = TRUE,
  };
  protection = perform (&elsewhere, &request);
  g_assert_cmpstr (lacuna_plan_get_calls (plan_of (protection))[0], ==,
                   "mprotect (0x200000000000, 4096, PROT_READ)");
  request.deed = LACUNA_DEED_FREE;
  freeing = perform (&elsewhere, &request);
  g_assert_cmpstr (lacuna_plan_get_calls (plan_of (freeing))[0], ==,
                   "munmap (0x200000000000, 4096)");
  end (&elsewhere);
}

/* What has to be confirmed is in the plan, and nothing is done without it. */
static void
test_confirmed (void)
{
  LacunaRequest request = { .deed = LACUNA_DEED_ALLOCATE, .dry_run = TRUE };
  Elsewhere elsewhere;
  g_autoptr (LacunaOperation) where = NULL;
  g_autoptr (LacunaOperation) refused = NULL;
  g_autoptr (LacunaOperation) made = NULL;
  g_autoptr (LacunaOperation) freed = NULL;

  if (!begin (&elsewhere, "confined", "lenient"))
    return;
  init_query (&elsewhere, &request.query);
  where = perform (&elsewhere, &request);
  g_assert_true (lacuna_plan_get_filtered (plan_of (where)));
  g_assert_cmpint (lacuna_plan_get_confirm (plan_of (where)), ==, LACUNA_CONFIRM_FILTERED);

  request.dry_run = FALSE;
  request.confirmed = LACUNA_CONFIRM_NO_NET;
  refused = perform (&elsewhere, &request);
  g_assert_error (lacuna_operation_get_error (refused), LACUNA_ERROR, LAC_E_FILTERED);
  g_assert_nonnull (lacuna_operation_get_reason (refused));

  request.confirmed = lacuna_plan_get_confirm (plan_of (where));
  made = perform (&elsewhere, &request);
  g_assert_no_error (lacuna_operation_get_error (made));
  freed = undo (&elsewhere, made);
  end (&elsewhere);
}

/* Buffers */

static void
test_buffers (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("0123456789", 10);
  LacunaRequest request = { .deed = LACUNA_DEED_CREATE_BUFFER };
  Elsewhere elsewhere;
  g_autoptr (LacunaOperation) made = NULL;
  g_autoptr (LacunaOperation) planned = NULL;
  g_autoptr (LacunaOperation) appended = NULL;
  g_autoptr (LacunaOperation) taken = NULL;
  g_autoptr (LacunaOperation) more = NULL;
  g_autoptr (LacunaOperation) put = NULL;
  LacunaDifference *difference;
  LacunaLocator *locator;
  LacunaLocatorBuffer *row;
  struct lac_range range;
  unsigned protection;
  guint8 there[20];

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  locator = lacuna_allocator_get_locator (elsewhere.allocator);
  g_assert_true (lacuna_locator_refresh (locator, NULL));
  g_assert_false (lacuna_locator_exists (locator));

  init_query (&elsewhere, &request.query);
  request.query.size = 2 * PAGE;
  made = perform (&elsewhere, &request);
  g_assert_no_error (lacuna_operation_get_error (made));
  range = lacuna_operation_get_range (made);
  g_assert_true (lacuna_locator_exists (locator));
  difference = lacuna_operation_get_difference (made);
  g_assert_cmpuint (lacuna_difference_get_n (difference, LACUNA_DIFFERENCE_ADDED), ==, 2);
  g_assert_cmpuint (lacuna_difference_get_n_elsewhere (difference), ==, 0);
  g_assert_cmpstr (lacuna_locator_get_place (locator), ==, "shared");
  g_assert_null (lacuna_locator_get_why_not (locator));
  row = lacuna_locator_find (locator, range.start);
  g_assert_nonnull (row);
  g_assert_false (lacuna_locator_buffer_get_taken (row));
  g_assert_cmpint (look_at (&elsewhere, range.start, &protection), ==, LAC_KIND_BUFFER);
  g_assert_cmpuint (protection, ==, 7);
  g_assert_false (lacuna_allocator_can_undo (elsewhere.allocator, made));

  /* It goes into that one: no thread is stopped for it. */
  request.deed = LACUNA_DEED_APPEND;
  request.query.size = 1;
  request.query.alignment = 1;
  request.bytes = bytes;
  request.dry_run = TRUE;
  planned = perform (&elsewhere, &request);
  g_assert_false (lacuna_plan_stops_a_thread (plan_of (planned)));
  g_assert_cmphex (lacuna_operation_get_address (planned), ==, range.start);
  request.dry_run = FALSE;
  appended = perform (&elsewhere, &request);
  g_assert_no_error (lacuna_operation_get_error (appended));
  g_assert_cmphex (lacuna_operation_get_address (appended), ==, range.start);
  g_assert_cmpuint (lacuna_operation_get_stopped_for (appended), ==, 0);
  g_assert_null (lacuna_operation_get_difference (appended));

  request = (LacunaRequest){ .deed = LACUNA_DEED_TAKE, .address = range.start + 5 };
  taken = perform (&elsewhere, &request);
  g_assert_no_error (lacuna_operation_get_error (taken));
  g_assert_true (lacuna_locator_buffer_get_taken (row));
  g_assert_true (lacuna_locator_buffer_get_ours (row));
  request = (LacunaRequest){ .deed = LACUNA_DEED_APPEND_TO, .address = range.start, .bytes = bytes };
  more = perform (&elsewhere, &request);
  g_assert_no_error (lacuna_operation_get_error (more));
  g_assert_cmphex (lacuna_operation_get_address (more), ==, range.start + 10);
  put = undo (&elsewhere, taken);
  g_assert_false (lacuna_locator_buffer_get_taken (row));
  g_assert_cmpuint (lacuna_locator_buffer_get_position (row), ==, 20);

  g_assert_true (lacuna_target_read_memory (elsewhere.target,
                                            (struct lac_range){ range.start, range.start + 20 },
                                            there,
                                            NULL,
                                            NULL,
                                            NULL));
  g_assert_cmpmem (there, 20, "01234567890123456789", 20);
  end (&elsewhere);
}

/* A table that is full gets another behind it, in private memory. A buffer whose entry lies there is taken and
 * put back by a thread. */
static void
test_full_table (void)
{
  LacunaRequest request = { .deed = LACUNA_DEED_CREATE_BUFFER };
  Elsewhere elsewhere;
  g_autoptr (LacunaOperation) made = NULL;
  g_autoptr (LacunaOperation) taken = NULL;
  g_autoptr (LacunaOperation) put = NULL;
  LacunaDifference *difference;
  LacunaLocator *locator;
  LacunaLocatorBuffer *row;

  if (!begin (&elsewhere, "locator", "full"))
    return;
  locator = lacuna_allocator_get_locator (elsewhere.allocator);
  g_assert_true (lacuna_locator_refresh (locator, NULL));
  g_assert_cmpuint (g_list_model_get_n_items (lacuna_locator_get_tables (locator)), ==, 1);
  init_query (&elsewhere, &request.query);
  made = perform (&elsewhere, &request);
  g_assert_no_error (lacuna_operation_get_error (made));
  g_assert_cmpuint (g_list_model_get_n_items (lacuna_locator_get_tables (locator)), ==, 2);
  difference = lacuna_operation_get_difference (made);
  g_assert_cmpuint (lacuna_difference_get_n_elsewhere (difference), ==, 0);

  request = (LacunaRequest){
    .deed = LACUNA_DEED_TAKE,
    .address = lacuna_operation_get_address (made),
  };
  row = lacuna_locator_find (locator, request.address);
  g_assert_nonnull (row);
  taken = perform (&elsewhere, &request);
  g_assert_no_error (lacuna_operation_get_error (taken));
  g_assert_true (lacuna_locator_buffer_get_ours (row));
  put = undo (&elsewhere, taken);
  g_assert_false (lacuna_locator_buffer_get_taken (row));
  end (&elsewhere);
}

/* A plan says no where the deed would: nobody is asked about what can't be done. */
static void
test_unsound (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("0", 1);
  const LacunaDeed deeds[] = { LACUNA_DEED_APPEND_TO, LACUNA_DEED_TAKE };
  Elsewhere elsewhere;
  LacunaLocator *locator;

  /* Sound as a table, and not executable. */
  if (!begin (&elsewhere, "locator", "sound"))
    return;
  locator = lacuna_allocator_get_locator (elsewhere.allocator);
  g_assert_true (lacuna_locator_refresh (locator, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (deeds); i++)
    for (int dry = 1; dry >= 0; dry--)
      {
        g_autoptr (LacunaLocatorTable) table
            = g_list_model_get_item (lacuna_locator_get_tables (locator), 0);
        g_autoptr (LacunaLocatorBuffer) buffer
            = g_list_model_get_item (lacuna_locator_table_get_buffers (table), 0);
        LacunaRequest request = { .deed = deeds[i],
                                  .bytes = bytes,
                                  .address = lacuna_locator_buffer_get_address (buffer),
                                  .dry_run = dry };
        g_autoptr (LacunaOperation) operation = perform (&elsewhere, &request);

        g_assert_error (lacuna_operation_get_error (operation), LACUNA_ERROR, LAC_E_NOT_SUPPORTED);
      }
  assert_untouched (&elsewhere);
  end_quietly (&elsewhere);
}

static void
test_managed (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("0", 1);
  LacunaRequest request = { .deed = LACUNA_DEED_APPEND, .bytes = bytes };
  Elsewhere elsewhere;
  g_autoptr (LacunaOperation) refused = NULL;
  LacunaLocator *locator;

  if (!begin (&elsewhere, "locator", "managed"))
    return;
  locator = lacuna_allocator_get_locator (elsewhere.allocator);
  g_assert_true (lacuna_locator_refresh (locator, NULL));
  g_assert_true (lacuna_locator_get_managed (locator));
  g_assert_nonnull (lacuna_locator_get_why_not (locator));
  init_query (&elsewhere, &request.query);
  request.query.min = 0;
  refused = perform (&elsewhere, &request);
  g_assert_error (lacuna_operation_get_error (refused), LACUNA_ERROR, LAC_E_NOT_SUPPORTED);
  end (&elsewhere);
}

/* Waiting for a lock is ended by cancelling, and by patience. */
static void
test_held_lock (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  LacunaRequest request = { .deed = LACUNA_DEED_CREATE_BUFFER, .patience = 60000 };
  Elsewhere elsewhere;
  LacunaOperation *cancelled = NULL;
  g_autoptr (LacunaOperation) busy = NULL;
  gint64 start;

  if (!begin (&elsewhere, "locator", "hold-table"))
    return;
  init_query (&elsewhere, &request.query);
  request.cancellable = cancellable;
  start = g_get_monotonic_time ();
  lacuna_allocator_perform_async (elsewhere.allocator, &request, keep_cb, &cancelled);
  while (cancelled == NULL)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
      if (g_get_monotonic_time () - start > 200000)
        g_cancellable_cancel (cancellable);
    }
  g_assert_error (lacuna_operation_get_error (cancelled), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_object_unref (cancelled);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_USEC_PER_SEC);

  request.cancellable = NULL;
  request.patience = 50;
  busy = perform (&elsewhere, &request);
  g_assert_error (lacuna_operation_get_error (busy), LACUNA_ERROR, LAC_E_BUSY);
  end_quietly (&elsewhere);
}

/* How many tracers this program has. */
static guint
count_tracers (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/task", 0, NULL);
  const char *thread;
  guint n_tracers = 0;

  while ((thread = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", thread, "children", NULL);
      g_autofree char *text = NULL;
      g_auto (GStrv) children = NULL;

      if (!g_file_get_contents (path, &text, NULL, NULL))
        continue;
      children = g_strsplit (text, " ", -1);
      for (guint i = 0; children[i] != NULL; i++)
        {
          g_autofree char *comm = g_build_filename ("/proc", children[i], "comm", NULL);
          g_autofree char *name = NULL;

          n_tracers += g_file_get_contents (comm, &name, NULL, NULL)
                       && strcmp (name, "lacuna-tracer\n") == 0;
        }
    }
  return n_tracers;
}

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* What is kept for the next deed is kept for some seconds. */
static void
test_idleness (void)
{
  LacunaRequest request = { .deed = LACUNA_DEED_ALLOCATE };
  Elsewhere elsewhere;
  gint64 start;
  guint source;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  init_query (&elsewhere, &request.query);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (LacunaOperation) made = perform (&elsewhere, &request);

      g_assert_no_error (lacuna_operation_get_error (made));
      g_assert_cmpuint (count_tracers (), ==, 1);
    }
  start = g_get_monotonic_time ();
  source = g_timeout_add (100, wake_cb, NULL);
  while (count_tracers () > 0 && g_get_monotonic_time () - start < 20 * G_USEC_PER_SEC)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
  g_assert_cmpuint (count_tracers (), ==, 0);
  g_assert_cmpint (g_get_monotonic_time () - start, >, 2 * G_USEC_PER_SEC);
  end (&elsewhere);
}

/* Whose it is */

static void
test_one_for_each_process (void)
{
  Elsewhere one, two;
  g_autoptr (LacunaTarget) again = NULL;
  g_autoptr (LacunaAllocator) same = NULL;

  if (!begin (&one, "sleeper", "nanosleep"))
    return;
  g_assert_true (begin (&two, "sleeper", "nanosleep"));
  again = lacuna_target_new_for_pid (one.victim.pid, NULL);
  same = lacuna_allocator_for_target (again, NULL);
  g_assert_true (same == one.allocator);
  g_assert_true (two.allocator != one.allocator);
  g_assert_true (lacuna_allocator_is_elsewhere (one.allocator));
  g_assert_false (lacuna_allocator_get_agreed (one.allocator));
  lacuna_allocator_set_agreed (one.allocator, TRUE);
  g_assert_true (lacuna_allocator_get_agreed (same));
  g_assert_false (lacuna_allocator_get_agreed (two.allocator));
  g_clear_object (&same);
  g_clear_object (&again);
  end (&one);
  end (&two);
}

/* What was done in a process that has ended since is told as such. */
static void
test_exited (void)
{
  LacunaRequest request = { .deed = LACUNA_DEED_ALLOCATE };
  Elsewhere elsewhere;
  g_autoptr (LacunaOperation) made = NULL;
  g_autoptr (LacunaOperation) late = NULL;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  init_query (&elsewhere, &request.query);
  made = perform (&elsewhere, &request);
  g_assert_no_error (lacuna_operation_get_error (made));
  kill_victim (&elsewhere.victim);
  late = perform (&elsewhere, &request);
  g_assert_nonnull (lacuna_operation_get_error (late));
  g_assert_true (lacuna_operation_get_error (late)->code == LAC_E_EXITED
                 || lacuna_operation_get_error (late)->code == LAC_E_NO_PROCESS);
  g_object_unref (elsewhere.allocator);
  g_object_unref (elsewhere.target);
  g_free (elsewhere.before);
}

/* A process that has become another program has nothing of what was made in it, whatever lies at the same place
 * now. */
static void
test_another_program (void)
{
  LacunaRequest request = { .deed = LACUNA_DEED_ALLOCATE };
  struct victim victim;
  Elsewhere elsewhere = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaOperation) made = NULL;
  g_autoptr (LacunaOperation) by_serial = NULL;
  g_autoptr (LacunaOperation) by_address = NULL;
  struct lac_range range;

  if (!victim_start (&victim, "victim", "still", NULL, -1))
    return;
  elsewhere.target = lacuna_target_new_for_pid (victim.pid, &error);
  g_assert_no_error (error);
  elsewhere.allocator = lacuna_allocator_for_target (elsewhere.target, &error);
  g_assert_no_error (error);
  init_query (&elsewhere, &request.query);
  made = perform (&elsewhere, &request);
  g_assert_no_error (lacuna_operation_get_error (made));
  range = lacuna_operation_get_range (made);

  victim_command (&victim, "become", 0, 0);
  victim_command (&victim, "map", range.start, lac_range_size (range));
  request = (LacunaRequest){
    .deed = LACUNA_DEED_FREE,
    .address = range.start,
    .serial = lacuna_operation_get_serial (made),
  };
  by_serial = perform (&elsewhere, &request);
  g_assert_error (lacuna_operation_get_error (by_serial), LACUNA_ERROR, LAC_E_NOT_OURS);
  g_assert_false (lacuna_allocator_can_undo (elsewhere.allocator, made));
  g_assert_cmpuint (
      g_list_model_get_n_items (lacuna_allocator_get_allocations (elsewhere.allocator)), ==, 0);

  /* By its address alone it is what lies there now. */
  request.serial = 0;
  by_address = perform (&elsewhere, &request);
  g_assert_no_error (lacuna_operation_get_error (by_address));
  lacuna_allocator_rest (elsewhere.allocator);
  g_object_unref (elsewhere.allocator);
  g_object_unref (elsewhere.target);
  victim_stop (&victim);
}

/* Reasons */

static void
assert_reason (Elsewhere          *elsewhere,
               LacunaCapabilities  capability,
               enum lac_status     status,
               const char         *command)
{
  g_autoptr (LacunaReason) reason = NULL;

  g_assert_true (lacuna_target_probe (elsewhere->target, NULL, NULL));
  reason = lacuna_target_get_reason (elsewhere->target, capability);
  g_assert_nonnull (reason);
  g_assert_cmpint (lacuna_reason_get_status (reason), ==, status);
  g_assert_cmpstr (lacuna_reason_get_command (reason), ==, command);
}

static void
assert_no_reason (Elsewhere          *elsewhere,
                  LacunaCapabilities  capability)
{
  g_assert_true (lacuna_target_probe (elsewhere->target, NULL, NULL));
  g_assert_null (lacuna_target_get_reason (elsewhere->target, capability));
}

static void
test_reasons (void)
{
  Elsewhere elsewhere;
  g_autofree char *command = NULL;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  assert_no_reason (&elsewhere, LACUNA_CAN_READ);
  assert_no_reason (&elsewhere, LACUNA_CAN_WRITE);
  assert_no_reason (&elsewhere, LACUNA_CAN_ALLOCATE);
  assert_untouched (&elsewhere);

  command = g_strdup_printf ("kill -CONT %d", (int) elsewhere.victim.pid);
  kill (elsewhere.victim.pid, SIGSTOP);
  g_assert_true (wait_for_state (elsewhere.victim.pid, "T"));
  assert_reason (&elsewhere, LACUNA_CAN_ALLOCATE, LAC_E_STOPPED, command);
  assert_no_reason (&elsewhere, LACUNA_CAN_READ);
  {
    g_autoptr (LacunaSnapshot) snapshot
        = lacuna_target_load (elsewhere.target, LACUNA_LOAD_NONE, NULL, NULL);

    g_assert_cmpint (lacuna_snapshot_get_origin (snapshot)->state, ==, 'T');
  }
  kill (elsewhere.victim.pid, SIGCONT);
  g_assert_true (wait_for_state (elsewhere.victim.pid, "SR"));
  assert_no_reason (&elsewhere, LACUNA_CAN_ALLOCATE);
  end_quietly (&elsewhere);
}

static void
test_reason_of_a_tracer (void)
{
  Elsewhere elsewhere;
  struct started tracer;
  g_autofree char *pid = NULL;

  if (!begin (&elsewhere, "sleeper", "nanosleep"))
    return;
  pid = g_strdup_printf ("%d", (int) elsewhere.victim.pid);
  if (start_victim (&tracer, -1, "oddity", "tracer", pid, NULL))
    {
      g_autofree char *who = g_strdup_printf ("oddity (process %d)", (int) tracer.pid);
      g_autoptr (LacunaReason) reason = NULL;

      assert_reason (&elsewhere, LACUNA_CAN_ALLOCATE, LAC_E_TRACED, NULL);
      reason = lacuna_target_get_reason (elsewhere.target, LACUNA_CAN_ALLOCATE);
      g_assert_nonnull (strstr (lacuna_reason_get_sentence (reason), who));
      kill_victim (&tracer);
    }
  end_quietly (&elsewhere);
}

static void
test_reason_of_strictness (void)
{
  Elsewhere elsewhere;

  if (!begin (&elsewhere, "confined", "strict"))
    return;
  assert_reason (&elsewhere, LACUNA_CAN_ALLOCATE, LAC_E_STRICT, NULL);
  assert_no_reason (&elsewhere, LACUNA_CAN_READ);
  end_quietly (&elsewhere);
}

int
main (int    argc,
      char **argv)
{
  /* What is written down of allocations is for these tests alone. */
  g_setenv ("XDG_RUNTIME_DIR", leave_nothing_behind (), TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/elsewhere/memory-is-made-protected-and-undone", test_memory);
  g_test_add_func ("/model/elsewhere/anywhere-is-near-the-code", test_anywhere);
  g_test_add_func ("/model/elsewhere/plans-touch-nothing", test_plans);
  g_test_add_func ("/model/elsewhere/plan-tells-of-time-out", test_plan_tells_of_time_out);
  g_test_add_func ("/model/elsewhere/confirmed", test_confirmed);
  g_test_add_func ("/model/elsewhere/buffers", test_buffers);
  g_test_add_func ("/model/elsewhere/full-table", test_full_table);
  g_test_add_func ("/model/elsewhere/plans-refuse-as-deeds-do", test_unsound);
  g_test_add_func ("/model/elsewhere/managed-is-read-only", test_managed);
  g_test_add_func ("/model/elsewhere/held-lock", test_held_lock);
  g_test_add_func ("/model/elsewhere/rests-when-idle", test_idleness);
  g_test_add_func ("/model/elsewhere/one-for-each-process", test_one_for_each_process);
  g_test_add_func ("/model/elsewhere/exited", test_exited);
  g_test_add_func ("/model/elsewhere/another-program", test_another_program);
  g_test_add_func ("/model/elsewhere/reasons", test_reasons);
  g_test_add_func ("/model/elsewhere/reason-of-a-tracer", test_reason_of_a_tracer);
  g_test_add_func ("/model/elsewhere/reason-of-strictness", test_reason_of_strictness);
  return g_test_run ();
}
