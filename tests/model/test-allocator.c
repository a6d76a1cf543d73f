/* What is done to the memory of this process, what is told of it, and what the lists show.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../left-behind.h"

#include "model/lacuna-allocator.h"
#include "model/lacuna-blocks-private.h"
#include "model/lacuna-error.h"
#include "model/lacuna-locator-private.h"
#include "os/process.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static LacunaTarget *target;
static LacunaAllocator *allocator;

typedef struct
{
  GMainLoop *loop;
  LacunaOperation *operation;
} Wait;

static void
performed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Wait *wait = user_data;

  wait->operation = lacuna_allocator_perform_finish (LACUNA_ALLOCATOR (source), result);
  g_main_loop_quit (wait->loop);
}

static LacunaOperation *
perform_on_worker (const LacunaRequest *request)
{
  Wait wait = { g_main_loop_new (NULL, FALSE), NULL };

  lacuna_allocator_perform_async (allocator, request, performed_cb, &wait);
  g_main_loop_run (wait.loop);
  g_main_loop_unref (wait.loop);
  return wait.operation;
}

static LacunaOperation *
undo (LacunaOperation *operation)
{
  Wait wait = { g_main_loop_new (NULL, FALSE), NULL };

  lacuna_allocator_undo_async (allocator, operation, performed_cb, &wait);
  g_main_loop_run (wait.loop);
  g_main_loop_unref (wait.loop);
  return wait.operation;
}

static void
assert_done (LacunaOperation *operation)
{
  const GError *error = lacuna_operation_get_error (operation);

  g_assert_no_error (error);
}

/* What a snapshot has at @address. */
static enum lac_kind
kind_at (guint64          address,
         struct lac_range *out_range,
         unsigned         *out_protection)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaSnapshot) snapshot = lacuna_target_load (target, 0, NULL, &error);
  struct lac_map *map;
  const struct lac_region *regions;
  size_t n_regions, index;

  g_assert_no_error (error);
  map = lacuna_snapshot_get_map (snapshot);
  regions = lac_map_regions (map, &n_regions);
  index = lac_map_search (map, address);
  if (index == n_regions || regions[index].start > address)
    return LAC_N_KINDS;
  *out_range = lac_region_range (&regions[index]);
  *out_protection = regions[index].protection;
  return regions[index].kind;
}

static LacunaRequest
make_request (LacunaDeed deed)
{
  g_autoptr (LacunaSnapshot) snapshot = lacuna_target_load (target, 0, NULL, NULL);
  LacunaRequest request = { .deed = deed };

  lac_gap_query_init (&request.query, lacuna_snapshot_get_map (snapshot));
  return request;
}

static void
test_allocate_and_undo (void)
{
  LacunaRequest request = make_request (LACUNA_DEED_ALLOCATE);
  g_autoptr (LacunaOperation) operation = NULL;
  g_autoptr (LacunaOperation) undone = NULL;
  g_autoptr (LacunaAllocation) row = NULL;
  g_autofree char *words = NULL;
  GListModel *allocations = lacuna_allocator_get_allocations (allocator);
  GListModel *operations = lacuna_allocator_get_operations (allocator);
  guint n_allocations = g_list_model_get_n_items (allocations);
  guint n_operations = g_list_model_get_n_items (operations);
  struct lac_range range, there;
  unsigned protection;
  guint n_attempts;
  uint64_t anchor = (guintptr) &test_allocate_and_undo;

  request.query.size = 64 * 1024;
  request.query.anchors = &anchor;
  request.query.n_anchors = 1;
  request.query.order = LAC_ORDER_NEAREST;
  operation = perform_on_worker (&request);
  assert_done (operation);
  range = lacuna_operation_get_range (operation);
  g_assert_cmpuint (lac_range_size (range), ==, 64 * 1024);
  g_assert_cmpuint (MAX (range.start, anchor) - MIN (range.end, anchor), <, 0x7fffffff);
  g_assert_cmphex (lacuna_operation_get_address (operation), ==, range.start);
  g_assert_cmpuint (lacuna_operation_get_protection (operation), ==,
                    LAC_PROTECTION_READ | LAC_PROTECTION_WRITE);
  g_assert_cmpint (lacuna_operation_get_attempts (operation, &n_attempts)[0].status, ==, LAC_OK);
  g_assert_cmpuint (n_attempts, ==, 1);
  g_assert_cmpint (kind_at (range.start, &there, &protection), ==, LAC_KIND_ANONYMOUS);
  memset ((void *) (guintptr) range.start, 'x', 64 * 1024);

  words = lacuna_operation_describe (operation);
  g_test_message ("%s", words);
  g_assert_nonnull (strstr (words, "Allocated 64 KiB at 0x"));
  g_assert_nonnull (strstr (words, "nearest free place"));
  g_assert_nonnull (strstr (words, "The first attempt succeeded."));

  g_assert_cmpuint (g_list_model_get_n_items (allocations), ==, n_allocations + 1);
  g_assert_cmpuint (g_list_model_get_n_items (operations), ==, n_operations + 1);
  g_assert_true (lacuna_allocator_can_undo (allocator, operation));
  undone = undo (operation);
  assert_done (undone);
  g_assert_cmpint (lacuna_operation_get_deed (undone), ==, LACUNA_DEED_FREE);
  g_assert_cmpint (kind_at (range.start, &there, &protection), ==, LAC_N_KINDS);
  g_assert_cmpuint (g_list_model_get_n_items (allocations), ==, n_allocations);
  g_assert_cmpuint (g_list_model_get_n_items (operations), ==, n_operations + 2);
  row = g_list_model_get_item (operations, 0);
  g_assert_true ((gpointer) row == (gpointer) undone);
  g_assert_false (lacuna_allocator_can_undo (allocator, operation));
  g_assert_false (lacuna_allocator_can_undo (allocator, undone));
}

static void
test_dry_run (void)
{
  LacunaRequest request = make_request (LACUNA_DEED_ALLOCATE);
  g_autoptr (LacunaOperation) operation = NULL;
  guint n_operations
      = g_list_model_get_n_items (lacuna_allocator_get_operations (allocator));
  struct lac_range range, there;
  unsigned protection;

  request.dry_run = TRUE;
  operation = lacuna_allocator_perform (allocator, &request);
  assert_done (operation);
  range = lacuna_operation_get_range (operation);
  g_assert_cmpuint (lac_range_size (range), ==, 4096);
  g_assert_cmpint (kind_at (range.start, &there, &protection), ==, LAC_N_KINDS);
  g_assert_cmpuint (g_list_model_get_n_items (lacuna_allocator_get_operations (allocator)), ==,
                    n_operations);
}

static void
test_no_gap (void)
{
  LacunaRequest request = make_request (LACUNA_DEED_ALLOCATE);
  g_autoptr (LacunaOperation) operation = NULL;
  g_autofree char *words = NULL;

  request.query.min = 0x10000;
  request.query.max = 0x12000;
  request.query.size = 1 << 20;
  operation = lacuna_allocator_perform (allocator, &request);
  g_assert_error (lacuna_operation_get_error (operation), LACUNA_ERROR, LAC_E_NO_GAP);
  words = lacuna_operation_describe (operation);
  g_assert_nonnull (strstr (words, "Nothing was allocated."));
  g_assert_false (lacuna_allocator_can_undo (allocator, operation));
}

static void
test_protect (void)
{
  LacunaRequest request = make_request (LACUNA_DEED_ALLOCATE);
  g_autoptr (LacunaOperation) allocated = lacuna_allocator_perform (allocator, &request);
  g_autoptr (LacunaOperation) protected = NULL;
  g_autoptr (LacunaOperation) undone = NULL;
  g_autoptr (LacunaOperation) freed = NULL;
  g_autoptr (LacunaOperation) again = NULL;
  struct lac_range there;
  unsigned protection;

  assert_done (allocated);
  request.deed = LACUNA_DEED_PROTECT;
  request.address = lacuna_operation_get_address (allocated);
  request.protection = LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE;
  protected = lacuna_allocator_perform (allocator, &request);
  assert_done (protected);
  g_assert_cmpint (kind_at (request.address, &there, &protection), ==, LAC_KIND_ANONYMOUS);
  g_assert_cmpuint (protection, ==, LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE);
  g_assert_nonnull (strstr (lacuna_operation_get_title (protected), "r-x"));

  undone = undo (protected);
  assert_done (undone);
  kind_at (request.address, &there, &protection);
  g_assert_cmpuint (protection, ==, LAC_PROTECTION_READ | LAC_PROTECTION_WRITE);

  request.deed = LACUNA_DEED_FREE;
  freed = lacuna_allocator_perform (allocator, &request);
  assert_done (freed);
  g_assert_false (lacuna_operation_get_forced (freed));
  request.deed = LACUNA_DEED_PROTECT;
  again = lacuna_allocator_perform (allocator, &request);
  g_assert_error (lacuna_operation_get_error (again), LACUNA_ERROR, LAC_E_NOT_OURS);
}

/* Memory that somebody looks at stays until they look away. */
static void
test_hold_outlives_free (void)
{
  LacunaRequest request = make_request (LACUNA_DEED_ALLOCATE);
  g_autoptr (LacunaOperation) allocated = lacuna_allocator_perform (allocator, &request);
  g_autoptr (LacunaOperation) freed = NULL;
  g_autoptr (LacunaAllocation) row = NULL;
  g_autoptr (LacunaReference) reference = NULL;
  g_autofree char *words = NULL;
  GListModel *allocations = lacuna_allocator_get_allocations (allocator);
  GListModel *references = lacuna_allocator_get_references (allocator);
  struct lac_range range = lacuna_operation_get_range (allocated), there;
  unsigned protection;
  LacunaHold *hold;
  guint n_allocations = g_list_model_get_n_items (allocations);

  assert_done (allocated);
  hold = lacuna_hold_new ((struct lac_range){ range.start + 8, range.start + 16 }, "bytes view");
  lacuna_allocator_refresh_references (allocator);
  g_assert_cmpuint (g_list_model_get_n_items (references), ==, 1);
  reference = g_list_model_get_item (references, 0);
  g_assert_cmpstr (lacuna_reference_get_holder (reference), ==, "bytes view");
  g_assert_cmphex (lacuna_reference_get_range (reference).start, ==, range.start);
  g_assert_false (lacuna_reference_get_closed (reference));

  request.deed = LACUNA_DEED_FREE;
  request.address = range.start;
  freed = lacuna_allocator_perform (allocator, &request);
  assert_done (freed);
  words = lacuna_operation_describe (freed);
  g_test_message ("%s", words);
  g_assert_nonnull (strstr (words, "1 look still holds it"));
  g_assert_cmpint (kind_at (range.start, &there, &protection), ==, LAC_KIND_ANONYMOUS);
  g_assert_cmpuint (g_list_model_get_n_items (allocations), ==, n_allocations);
  for (guint i = 0; i < n_allocations; i++)
    {
      g_autoptr (LacunaAllocation) there_row = g_list_model_get_item (allocations, i);

      if (lacuna_allocation_get_range (there_row).start == range.start)
        row = g_object_ref (there_row);
    }
  g_assert_true (lacuna_allocation_get_closing (row));
  g_assert_cmpuint (lacuna_allocation_get_n_references (row), ==, 1);

  /* The release is told to the lists by itself. */
  lacuna_hold_free (hold);
  g_assert_cmpint (kind_at (range.start, &there, &protection), ==, LAC_N_KINDS);
  while (g_list_model_get_n_items (allocations) == n_allocations)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (g_list_model_get_n_items (references), ==, 0);
}

static void
note_releasing_thread (struct lac_memory    *memory,
                       enum lac_memory_event event,
                       void                 *user_data)
{
  if (event == LAC_MEMORY_RELEASED)
    g_atomic_pointer_set ((gpointer *) user_data, g_thread_self ());
}

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* Giving a tebibyte back takes the system seconds, in which a window has to go on. */
static void
test_hold_ends_on_a_worker (void)
{
  LacunaRequest request = make_request (LACUNA_DEED_ALLOCATE);
  g_autoptr (LacunaOperation) allocated = lacuna_allocator_perform (allocator, &request);
  g_autoptr (LacunaOperation) freed = NULL;
  g_autoptr (LacunaBlock) block = NULL;
  struct lac_range range = lacuna_operation_get_range (allocated);
  LacunaHold *hold = lacuna_hold_new (range, "a test");
  gpointer thread = NULL;
  gboolean ended = FALSE;

  assert_done (allocated);
  block = lacuna_block_find (range.start);
  g_assert_nonnull (block);
  g_assert_cmpint (lac_memory_add_notify (block->memory, note_releasing_thread, &thread, NULL), ==,
                   LAC_OK);
  request.deed = LACUNA_DEED_FREE;
  request.address = range.start;
  freed = lacuna_allocator_perform (allocator, &request);
  assert_done (freed);
  g_assert_null (g_atomic_pointer_get (&thread));

  lacuna_hold_free_async (hold, ended_cb, &ended);
  while (!ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (g_atomic_pointer_get (&thread));
  g_assert_true (g_atomic_pointer_get (&thread) != g_thread_self ());
  lacuna_hold_free_async (NULL, NULL, NULL);
}

/* A look at what is not ours is known, and keeps nothing. */
static void
test_hold_of_foreign_memory (void)
{
  static const char here[] = "a text of the program";
  GListModel *references = lacuna_allocator_get_references (allocator);
  guint64 start = (guintptr) here;
  LacunaHold *hold = lacuna_hold_new ((struct lac_range){ start, start + sizeof here }, "a test");

  lacuna_allocator_refresh_references (allocator);
  g_assert_cmpuint (g_list_model_get_n_items (references), ==, 1);
  lacuna_hold_free (hold);
  lacuna_allocator_refresh_references (allocator);
  g_assert_cmpuint (g_list_model_get_n_items (references), ==, 0);
}

static void
test_free_refuses_strangers (void)
{
  static char byte;
  LacunaRequest request = { .deed = LACUNA_DEED_FREE };
  g_autoptr (LacunaOperation) operation = NULL;
  g_autoptr (LacunaOperation) nothing = NULL;
  struct lac_range there;
  unsigned protection;

  /* Writable data of the program: it lives on that. */
  g_assert_cmpint (kind_at ((guintptr) &byte, &there, &protection), !=, LAC_N_KINDS);
  request.address = (guintptr) &byte;
  operation = lacuna_allocator_perform (allocator, &request);
  g_assert_error (lacuna_operation_get_error (operation), LACUNA_ERROR, LAC_E_INVALID);
  byte = 1;

  request.address = 0;
  nothing = lacuna_allocator_perform (allocator, &request);
  g_assert_error (lacuna_operation_get_error (nothing), LACUNA_ERROR, LAC_E_NOT_FOUND);
}

/* Private memory of somebody else that is neither heap, stack, guard nor a buffer can be freed; a buffer
 * can't, unless forced. */
static void
test_free_what_looks_like_an_allocation (void)
{
  gsize page = (gsize) getpagesize ();
  LacunaRequest request = { .deed = LACUNA_DEED_FREE };
  LacunaRequest append = make_request (LACUNA_DEED_APPEND);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("b", 1);
  g_autoptr (LacunaOperation) appended = NULL;
  g_autoptr (LacunaOperation) middle = NULL;
  g_autoptr (LacunaOperation) guarded = NULL;
  g_autoptr (LacunaOperation) freed = NULL;
  g_autoptr (LacunaOperation) refused = NULL;
  struct lac_range there;
  unsigned protection;
  /* Guards on both sides keep it apart from its neighbours. */
  char *area = mmap (NULL, 4 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  g_assert_true (area != MAP_FAILED);
  g_assert_cmpint (mprotect (area + page, 2 * page, PROT_READ | PROT_WRITE), ==, 0);
  request.address = (guintptr) area;
  guarded = lacuna_allocator_perform (allocator, &request);
  g_assert_error (lacuna_operation_get_error (guarded), LACUNA_ERROR, LAC_E_NOT_OURS);
  request.address = (guintptr) area + 2 * page;
  middle = lacuna_allocator_perform (allocator, &request);
  g_assert_error (lacuna_operation_get_error (middle), LACUNA_ERROR, LAC_E_NOT_OURS);
  area[page] = 'x';

  request.address = (guintptr) area + page;
  freed = lacuna_allocator_perform (allocator, &request);
  assert_done (freed);
  g_assert_false (lacuna_operation_get_forced (freed));
  g_assert_cmpuint (lac_range_size (lacuna_operation_get_range (freed)), ==, 2 * page);
  g_assert_cmpint (kind_at (request.address, &there, &protection), ==, LAC_N_KINDS);
  munmap (area, page);
  munmap (area + 3 * page, page);

  append.bytes = bytes;
  append.query.alignment = 1;
  appended = lacuna_allocator_perform (allocator, &append);
  assert_done (appended);
  request.address = lacuna_operation_get_range (appended).start;
  refused = lacuna_allocator_perform (allocator, &request);
  g_assert_error (lacuna_operation_get_error (refused), LACUNA_ERROR, LAC_E_NOT_OURS);
  g_assert_cmpint (kind_at (request.address, &there, &protection), ==, LAC_KIND_BUFFER);
}

static void
test_append (void)
{
  LacunaRequest request = make_request (LACUNA_DEED_APPEND);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\x0f\x0b\x90\x90", 4);
  g_autoptr (LacunaOperation) first = NULL;
  g_autoptr (LacunaOperation) second = NULL;
  g_autoptr (LacunaLocatorBuffer) row = NULL;
  g_autofree char *words = NULL;
  LacunaLocator *locator = lacuna_allocator_get_locator (allocator);
  struct lac_range buffer, there;
  unsigned protection;

  request.bytes = bytes;
  request.query.size = 1;
  request.query.alignment = 1;
  first = perform_on_worker (&request);
  assert_done (first);
  g_assert_true (lacuna_operation_get_created (first));
  buffer = lacuna_operation_get_range (first);
  g_assert_cmphex (lacuna_operation_get_address (first), ==,
                   buffer.start + lacuna_operation_get_position (first));
  g_assert_cmpmem ((void *) (guintptr) lacuna_operation_get_address (first), 4, "\x0f\x0b\x90\x90",
                   4);
  g_assert_true (lacuna_locator_exists (locator));
  row = lacuna_locator_find (locator, lacuna_operation_get_address (first));
  g_assert_nonnull (row);
  g_object_ref (row);
  g_assert_cmpuint (lacuna_locator_buffer_get_position (row), ==, 4);
  g_assert_false (lacuna_locator_buffer_get_taken (row));

  second = perform_on_worker (&request);
  assert_done (second);
  g_assert_false (lacuna_operation_get_created (second));
  g_assert_cmphex (lacuna_operation_get_address (second), ==,
                   lacuna_operation_get_address (first) + 4);
  words = lacuna_operation_describe (second);
  g_test_message ("%s", words);
  g_assert_nonnull (strstr (words, "Appended 4 bytes at 0x"));
  g_assert_nonnull (strstr (words, "was there already"));
  g_assert_true (lacuna_locator_find (locator, buffer.start) == row);
  g_assert_cmpuint (lacuna_locator_buffer_get_position (row), ==, 8);
  g_assert_false (lacuna_allocator_can_undo (allocator, second));

  /* The map shows buffers as what they are, and as large as they are. */
  g_assert_cmpint (kind_at (buffer.start, &there, &protection), ==, LAC_KIND_BUFFER);
  g_assert_cmphex (there.start, ==, buffer.start);
  g_assert_cmphex (there.end, ==, buffer.end);
}

/* Marking buffers makes the map again; what is no buffer is as it was, with and without detail. */
static void
test_marking_changes_nothing_else (void)
{
  struct lac_process *process = NULL;

  g_assert_cmpint (lac_process_open (NULL, LAC_PROCESS_SELF, &process, NULL), ==, LAC_OK);
  for (int detail = 0; detail < 2; detail++)
    {
      g_autoptr (LacunaSnapshot) snapshot = NULL;
      struct lac_map *plain = NULL, *marked;
      const struct lac_region *regions, *marked_regions;
      size_t n_regions, n_marked, n_same = 0, n_buffers = 0;

      g_assert_cmpint (lac_process_read_map (process, detail ? LAC_READ_DETAIL : 0, NULL, &plain,
                                             NULL),
                       ==, LAC_OK);
      snapshot = lacuna_target_load (target, detail ? LACUNA_LOAD_DETAIL : 0, NULL, NULL);
      marked = lacuna_snapshot_get_map (snapshot);
      regions = lac_map_regions (plain, &n_regions);
      marked_regions = lac_map_regions (marked, &n_marked);
      for (size_t i = 0; i < n_marked; i++)
        {
          const struct lac_region *region = &marked_regions[i];
          size_t index = lac_map_search (plain, region->start);
          const struct lac_region *other = index < n_regions ? &regions[index] : NULL;
          const struct lac_backing *backing = lac_map_backing (marked, region);
          const struct lac_backing *other_backing;

          if (region->kind == LAC_KIND_BUFFER)
            {
              n_buffers++;
              continue;
            }
          /* A map of oneself is another one each time. */
          if (other == NULL || other->start != region->start || other->end != region->end)
            continue;
          n_same++;
          other_backing = lac_map_backing (plain, other);
          g_assert_cmpint (region->kind, ==, other->kind);
          g_assert_cmpint (region->protection, ==, other->protection);
          g_assert_cmpint (region->flags, ==, other->flags);
          g_assert_cmphex (region->offset, ==, other->offset);
          g_assert_cmpuint (backing->inode, ==, other_backing->inode);
          g_assert_cmpint (backing->image, ==, other_backing->image);
          g_assert_cmpint (backing->deleted, ==, other_backing->deleted);
          g_assert_cmpstr (backing->name, ==, other_backing->name);
          g_assert_true ((lac_map_detail (marked, i) != NULL) == detail);
        }
      g_assert_cmpuint (n_buffers, >, 0);
      g_assert_cmpuint (n_same, >, n_regions / 2);
      lac_map_unref (plain);
    }
  lac_process_close (process);
}

static void
test_create_buffer (void)
{
  LacunaRequest request = make_request (LACUNA_DEED_CREATE_BUFFER);
  g_autoptr (LacunaOperation) first = NULL;
  g_autoptr (LacunaOperation) second = NULL;
  LacunaLocator *locator = lacuna_allocator_get_locator (allocator);
  guint n_buffers;

  request.query.size = 8192;
  first = perform_on_worker (&request);
  assert_done (first);
  n_buffers = lacuna_locator_get_n_buffers (locator);
  second = perform_on_worker (&request);
  assert_done (second);
  g_assert_true (lacuna_operation_get_created (first));
  g_assert_true (lacuna_operation_get_created (second));
  g_assert_cmphex (lacuna_operation_get_address (first), !=, lacuna_operation_get_address (second));
  g_assert_cmpuint (lacuna_locator_get_n_buffers (locator), >, n_buffers);

  /* It is left free, and so are all others. */
  for (guint i = 0; i < g_list_model_get_n_items (lacuna_locator_get_tables (locator)); i++)
    {
      g_autoptr (LacunaLocatorTable) table
          = g_list_model_get_item (lacuna_locator_get_tables (locator), i);
      GListModel *buffers = lacuna_locator_table_get_buffers (table);

      for (guint j = 0; j < g_list_model_get_n_items (buffers); j++)
        {
          g_autoptr (LacunaLocatorBuffer) buffer = g_list_model_get_item (buffers, j);

          g_assert_false (lacuna_locator_buffer_get_taken (buffer));
        }
    }
}

static void
count_notify (GObject    *object,
              GParamSpec *pspec,
              gpointer    user_data)
{
  (*(guint *) user_data)++;
}

static void
test_take_append_put (void)
{
  LacunaRequest request = make_request (LACUNA_DEED_CREATE_BUFFER);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("held", 4);
  g_autoptr (LacunaOperation) created = perform_on_worker (&request);
  g_autoptr (LacunaOperation) taken = NULL;
  g_autoptr (LacunaOperation) again = NULL;
  g_autoptr (LacunaOperation) appended = NULL;
  g_autoptr (LacunaOperation) put = NULL;
  g_autoptr (LacunaOperation) put_again = NULL;
  g_autoptr (LacunaOperation) full = NULL;
  g_autoptr (GBytes) many = g_bytes_new_take (g_malloc0 (1 << 20), 1 << 20);
  LacunaLocator *locator = lacuna_allocator_get_locator (allocator);
  LacunaLocatorBuffer *row;
  guint n_notified = 0;
  gulong handler;

  assert_done (created);
  request = (LacunaRequest){ .deed = LACUNA_DEED_TAKE,
                             .address = lacuna_operation_get_range (created).start + 5,
                             .bytes = bytes };
  row = lacuna_locator_find (locator, request.address);
  g_assert_nonnull (row);
  handler = g_signal_connect (row, "notify::taken", G_CALLBACK (count_notify), &n_notified);
  taken = perform_on_worker (&request);
  assert_done (taken);
  g_assert_true (lacuna_locator_buffer_get_taken (row));
  g_assert_true (lacuna_locator_buffer_get_ours (row));
  g_assert_cmpuint (n_notified, ==, 1);
  again = perform_on_worker (&request);
  g_assert_error (lacuna_operation_get_error (again), LACUNA_ERROR, LAC_E_BUSY);

  request.deed = LACUNA_DEED_APPEND_TO;
  appended = perform_on_worker (&request);
  assert_done (appended);
  g_assert_cmpmem ((void *) (guintptr) lacuna_operation_get_address (appended), 4, "held", 4);
  request.bytes = many;
  full = perform_on_worker (&request);
  g_assert_error (lacuna_operation_get_error (full), LACUNA_ERROR, LAC_E_FULL);
  g_assert_true (lacuna_locator_buffer_get_taken (row));

  put = undo (taken);
  assert_done (put);
  g_assert_cmpint (lacuna_operation_get_deed (put), ==, LACUNA_DEED_PUT);
  g_assert_false (lacuna_locator_buffer_get_taken (row));
  g_assert_cmpuint (n_notified, ==, 2);
  request.deed = LACUNA_DEED_PUT;
  put_again = perform_on_worker (&request);
  g_assert_error (lacuna_operation_get_error (put_again), LACUNA_ERROR, LAC_E_NOT_TAKEN);
  g_signal_handler_disconnect (row, handler);
}

/* (transfer full): the row of the allocation that begins at @address. */
static LacunaAllocation *
find_allocation (guint64 address)
{
  GListModel *allocations = lacuna_allocator_get_allocations (allocator);

  for (guint i = 0; i < g_list_model_get_n_items (allocations); i++)
    {
      g_autoptr (LacunaAllocation) row = g_list_model_get_item (allocations, i);

      if (lacuna_allocation_get_range (row).start == address)
        return g_steal_pointer (&row);
    }
  g_assert_not_reached ();
}

static void
count_changed_cb (LacunaAllocator *self,
                  LacunaOperation *operation,
                  gpointer         user_data)
{
  (*(guint *) user_data)++;
}

/* A row says who looks as long as they do, and nobody has to ask for that; no memory has changed. */
static void
test_looks_are_told (void)
{
  LacunaRequest request = make_request (LACUNA_DEED_ALLOCATE);
  g_autoptr (LacunaOperation) allocated = lacuna_allocator_perform (allocator, &request);
  g_autoptr (LacunaOperation) freed = NULL;
  g_autoptr (LacunaAllocation) row = NULL;
  struct lac_range range = lacuna_operation_get_range (allocated);
  guint n_notified = 0, n_changed = 0;
  LacunaHold *first, *second;
  gulong handler;

  assert_done (allocated);
  row = find_allocation (range.start);
  g_signal_connect (row, "notify::n-references", G_CALLBACK (count_notify), &n_notified);
  first = lacuna_hold_new (range, "a test");
  while (lacuna_allocation_get_n_references (row) != 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n_notified, ==, 1);
  second = lacuna_hold_new (range, "another");
  while (lacuna_allocation_get_n_references (row) != 2)
    g_main_context_iteration (NULL, TRUE);
  handler = g_signal_connect (allocator, "changed", G_CALLBACK (count_changed_cb), &n_changed);
  lacuna_hold_free (first);
  while (lacuna_allocation_get_n_references (row) != 1)
    g_main_context_iteration (NULL, TRUE);
  lacuna_hold_free_async (second, NULL, NULL);
  while (lacuna_allocation_get_n_references (row) != 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n_notified, ==, 4);
  g_assert_cmpuint (n_changed, ==, 0);
  g_signal_handler_disconnect (allocator, handler);

  request.deed = LACUNA_DEED_FREE;
  request.address = range.start;
  freed = lacuna_allocator_perform (allocator, &request);
  assert_done (freed);
}

/* Who frees twice, the second time when something else lies there, frees that not. */
static void
test_free_is_of_one (void)
{
  LacunaRequest allocate = make_request (LACUNA_DEED_ALLOCATE);
  LacunaRequest free = { .deed = LACUNA_DEED_FREE };
  LacunaRequest protect = { .deed = LACUNA_DEED_PROTECT, .protection = LAC_PROTECTION_READ };
  g_autoptr (LacunaOperation) first = lacuna_allocator_perform (allocator, &allocate);
  g_autoptr (LacunaOperation) freed = NULL;
  g_autoptr (LacunaOperation) second = NULL;
  g_autoptr (LacunaOperation) again = NULL;
  g_autoptr (LacunaOperation) protected = NULL;
  g_autoptr (LacunaOperation) rightly = NULL;
  g_autoptr (LacunaOperation) gone = NULL;
  g_autoptr (LacunaAllocation) row = NULL;
  struct lac_range range = lacuna_operation_get_range (first);

  assert_done (first);
  row = find_allocation (range.start);
  free.address = protect.address = range.start;
  free.serial = protect.serial = lacuna_allocation_get_serial (row);
  g_assert_cmpuint (free.serial, !=, 0);
  g_assert_cmpuint (lacuna_operation_get_serial (first), ==, free.serial);
  freed = lacuna_allocator_perform (allocator, &free);
  assert_done (freed);
  g_assert_cmpuint (lacuna_operation_get_serial (freed), ==, free.serial);

  allocate.query.min = range.start;
  allocate.query.max = range.end;
  second = lacuna_allocator_perform (allocator, &allocate);
  assert_done (second);
  g_assert_cmphex (lacuna_operation_get_range (second).start, ==, range.start);
  again = lacuna_allocator_perform (allocator, &free);
  g_assert_error (lacuna_operation_get_error (again), LACUNA_ERROR, LAC_E_NOT_OURS);
  protected = lacuna_allocator_perform (allocator, &protect);
  g_assert_error (lacuna_operation_get_error (protected), LACUNA_ERROR, LAC_E_NOT_OURS);
  *(volatile char *) (guintptr) range.start = 'x';

  free.serial = lacuna_operation_get_serial (second);
  rightly = lacuna_allocator_perform (allocator, &free);
  assert_done (rightly);
  gone = lacuna_allocator_perform (allocator, &free);
  g_assert_error (lacuna_operation_get_error (gone), LACUNA_ERROR, LAC_E_NOT_OURS);
}

/* Where nobody says a place it is near the program's code, and why there is said; what is typed counts. */
static void
test_anywhere (void)
{
  LacunaRequest request = make_request (LACUNA_DEED_ALLOCATE);
  const guint64 code = (guintptr) lacuna_allocator_perform;
  g_autoptr (LacunaOperation) near = NULL;
  g_autoptr (LacunaOperation) lowest = NULL;
  g_autofree char *story = NULL;
  g_autofree char *plain = NULL;
  g_autoptr (LacunaOperation) undone = NULL;
  struct lac_range range;

  request.query.order = LAC_ORDER_LOWEST;
  lowest = lacuna_allocator_perform (allocator, &request);
  assert_done (lowest);
  plain = lacuna_operation_describe (lowest);
  g_assert_nonnull (strstr (plain, "lowest free place"));
  g_assert_null (strstr (plain, "code"));
  request.anywhere = TRUE;
  near = lacuna_allocator_perform (allocator, &request);
  assert_done (near);
  range = lacuna_operation_get_range (near);
  g_assert_cmpuint (MAX (range.start, code) - MIN (range.start, code), <, 0x7fffffff);
  g_assert_cmphex (lacuna_operation_get_range (lowest).start, <, range.start);
  story = lacuna_operation_describe (near);
  g_test_message ("%s", story);
  g_assert_nonnull (strstr (story, "No place was asked for, so it is near the program’s own code: "));
  undone = undo (near);
  assert_done (undone);
}

static void
refreshed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_assert_true (lacuna_locator_refresh_finish (LACUNA_LOCATOR (source), result, NULL));
  (*(guint *) user_data)++;
}

/* What was read before a deed, and comes after it, takes nothing back. */
static void
test_late_reading (void)
{
  LacunaLocator *locator = lacuna_allocator_get_locator (allocator);
  LacunaRequest request = make_request (LACUNA_DEED_CREATE_BUFFER);
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaLocatorReading) late = lacuna_locator_read (&error);
  g_autoptr (LacunaLocatorReading) fresh = NULL;
  g_autoptr (LacunaOperation) operation = NULL;
  guint64 address;

  g_assert_no_error (error);
  operation = lacuna_allocator_perform (allocator, &request);
  assert_done (operation);
  address = lacuna_operation_get_range (operation).start;
  g_assert_nonnull (lacuna_locator_find (locator, address));
  g_assert_false (lacuna_locator_show (locator, late));
  g_assert_nonnull (lacuna_locator_find (locator, address));
  fresh = lacuna_locator_read (&error);
  g_assert_no_error (error);
  lacuna_locator_show (locator, fresh);
  g_assert_nonnull (lacuna_locator_find (locator, address));
}

static void
test_refreshes_are_joined (void)
{
  LacunaLocator *locator = lacuna_allocator_get_locator (allocator);
  guint n_done = 0;

  for (int i = 0; i < 20; i++)
    lacuna_locator_refresh_async (locator, NULL, refreshed_cb, &n_done);
  while (n_done < 20)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (lacuna_locator_refresh (locator, NULL));
}

static void
test_others_have_none (void)
{
  g_autoptr (GFile) file = g_file_new_for_path ("/proc/self/maps");
  g_autoptr (LacunaTarget) other = lacuna_target_new_for_file (file);
  g_autoptr (LacunaTarget) again = lacuna_target_new_self ();
  g_autoptr (LacunaAllocator) same = lacuna_allocator_for_target (again, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (lacuna_allocator_for_target (other, &error));
  g_assert_error (error, LACUNA_ERROR, LAC_E_NOT_SUPPORTED);
  g_assert_true (same == allocator);
}

/* Many requests at once are done in their order, and the lists agree in the end. */
static void
count_performed_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (LacunaOperation) operation
      = lacuna_allocator_perform_finish (LACUNA_ALLOCATOR (source), result);
  GPtrArray *done = user_data;

  assert_done (operation);
  g_ptr_array_add (done, g_steal_pointer (&operation));
}

static void
test_many_at_once (void)
{
  LacunaRequest request = make_request (LACUNA_DEED_ALLOCATE);
  g_autoptr (GPtrArray) done = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *allocations = lacuna_allocator_get_allocations (allocator);
  guint n_before = g_list_model_get_n_items (allocations);
  guint64 last = 0;

  for (int i = 0; i < 50; i++)
    lacuna_allocator_perform_async (allocator, &request, count_performed_cb, done);
  while (done->len < 50)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (g_list_model_get_n_items (allocations), ==, n_before + 50);
  for (guint i = 0; i < g_list_model_get_n_items (allocations); i++)
    {
      g_autoptr (LacunaAllocation) row = g_list_model_get_item (allocations, i);

      g_assert_cmphex (lacuna_allocation_get_range (row).start, >=, last);
      last = lacuna_allocation_get_range (row).end;
    }

  for (guint i = 0; i < 50; i++)
    lacuna_allocator_undo_async (allocator, done->pdata[i], count_performed_cb, done);
  while (done->len < 100)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (g_list_model_get_n_items (allocations), ==, n_before);
}

int
main (int    argc,
      char **argv)
{
  int result;

  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  target = lacuna_target_new_self ();
  allocator = lacuna_allocator_for_target (target, NULL);
  g_assert_nonnull (allocator);
  g_test_add_func ("/model/allocator/allocate-and-undo", test_allocate_and_undo);
  g_test_add_func ("/model/allocator/dry-run", test_dry_run);
  g_test_add_func ("/model/allocator/no-gap", test_no_gap);
  g_test_add_func ("/model/allocator/protect", test_protect);
  g_test_add_func ("/model/allocator/hold-outlives-free", test_hold_outlives_free);
  g_test_add_func ("/model/allocator/hold-ends-on-a-worker", test_hold_ends_on_a_worker);
  g_test_add_func ("/model/allocator/looks-are-told", test_looks_are_told);
  g_test_add_func ("/model/allocator/free-is-of-one", test_free_is_of_one);
  g_test_add_func ("/model/allocator/anywhere-is-near-the-code", test_anywhere);
  g_test_add_func ("/model/allocator/hold-of-foreign-memory", test_hold_of_foreign_memory);
  g_test_add_func ("/model/allocator/free-refuses-strangers", test_free_refuses_strangers);
  g_test_add_func ("/model/allocator/append", test_append);
  g_test_add_func ("/model/allocator/marking-changes-nothing-else",
                   test_marking_changes_nothing_else);
  g_test_add_func ("/model/allocator/free-what-looks-like-an-allocation",
                   test_free_what_looks_like_an_allocation);
  g_test_add_func ("/model/allocator/create-buffer", test_create_buffer);
  g_test_add_func ("/model/allocator/take-append-put", test_take_append_put);
  g_test_add_func ("/model/allocator/late-reading-takes-nothing-back", test_late_reading);
  g_test_add_func ("/model/allocator/refreshes-are-joined", test_refreshes_are_joined);
  g_test_add_func ("/model/allocator/others-have-none", test_others_have_none);
  g_test_add_func ("/model/allocator/many-at-once", test_many_at_once);
  result = g_test_run ();
  g_object_unref (allocator);
  g_object_unref (target);
  return result;
}
