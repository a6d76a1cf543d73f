/* The Buffers page: what it says of this process, and that all it offers is done.
 *
 * The allocator is the real one, and so is the memory: what a test makes stays until the program ends,
 * so each looks for what is its own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../left-behind.h"
#include "find-widget.h"
#include "main-loop.h"

#include "app/buffers/lacuna-buffers-cell.h"
#include "app/buffers/lacuna-buffers-panel.h"
#include "app/buffers/lacuna-buffers-words.h"
#include "app/lacuna-style.h"
#include "core/hazard.h"
#include "core/region.h"
#include "model/lacuna-error.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  GtkWidget *window;
  LacunaBuffersPanel *panel;
  LacunaTarget *target;
  LacunaAllocator *allocator;
  LacunaSnapshot *snapshot;
  LacunaOperation *performed; /* the last one */
  guint n_performed;
  guint n_chosen;
  guint64 chosen;
} Fixture;

static void
performed_cb (Fixture         *fixture,
              LacunaOperation *operation)
{
  g_set_object (&fixture->performed, operation);
  fixture->n_performed++;
}

static void
chosen_cb (Fixture *fixture,
           guint64  address)
{
  fixture->chosen = address;
  fixture->n_chosen++;
}

static const struct lac_space *
space (Fixture *fixture)
{
  return lac_map_space (lacuna_snapshot_get_map (fixture->snapshot));
}

/* The constraints of a form that nothing was typed into, for @size bytes. */
static void
plan (Fixture *fixture,
      guint64  size)
{
  struct lac_gap_query query;

  lac_gap_query_init (&query, lacuna_snapshot_get_map (fixture->snapshot));
  query.size = size;
  lacuna_buffers_panel_set_plan (fixture->panel, &query, TRUE, NULL, space (fixture));
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  fixture->target = lacuna_target_new_self ();
  fixture->snapshot = lacuna_target_load (fixture->target, LACUNA_LOAD_NONE, NULL, &error);
  g_assert_no_error (error);
  fixture->allocator = lacuna_allocator_for_target (fixture->target, &error);
  g_assert_no_error (error);
  fixture->panel = g_object_new (LACUNA_TYPE_BUFFERS_PANEL, NULL);
  g_signal_connect_swapped (fixture->panel, "performed", G_CALLBACK (performed_cb), fixture);
  g_signal_connect_swapped (fixture->panel, "chosen", G_CALLBACK (chosen_cb), fixture);
  fixture->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->panel));
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 320, 480);
  lacuna_buffers_panel_set_allocator (fixture->panel, fixture->allocator);
  plan (fixture, 0x10000);
  gtk_window_present (GTK_WINDOW (fixture->window));
  wait_until (gtk_widget_get_mapped (GTK_WIDGET (fixture->panel)));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_clear_object (&fixture->performed);
  g_object_unref (fixture->snapshot);
  g_object_unref (fixture->allocator);
  g_object_unref (fixture->target);
}

static LacunaOperation *
act (Fixture    *fixture,
     LacunaAct   act,
     const char *parameter)
{
  guint n_performed = fixture->n_performed;

  if (!lacuna_buffers_panel_can (fixture->panel, act))
    g_error ("act %d can not be done", act);
  lacuna_buffers_panel_act (fixture->panel, act, parameter);
  wait_until (fixture->n_performed > n_performed);
  return fixture->performed;
}

static LacunaOperation *
act_well (Fixture    *fixture,
          LacunaAct   what,
          const char *parameter)
{
  LacunaOperation *operation = act (fixture, what, parameter);
  const GError *error = lacuna_operation_get_error (operation);

  g_assert_no_error (error);
  return operation;
}

static gboolean
shows_text (GtkWidget  *root,
            const char *text)
{
  if (!gtk_widget_get_mapped (root))
    return FALSE;
  if (GTK_IS_LABEL (root))
    {
      /* Where an address may not be torn apart, it is shown with other spaces. */
      g_auto (GStrv) words = g_strsplit (gtk_label_get_text (GTK_LABEL (root)), "\302\240", -1);
      g_autofree char *shown = g_strjoinv (" ", words);

      if (strstr (shown, text) != NULL)
        return TRUE;
    }
  if (LACUNA_IS_BUFFERS_CELL (root))
    {
      const char *title = lacuna_buffers_cell_get_title (LACUNA_BUFFERS_CELL (root));
      const char *caption = lacuna_buffers_cell_get_caption (LACUNA_BUFFERS_CELL (root));

      if ((title != NULL && strstr (title, text) != NULL)
          || (caption != NULL && strstr (caption, text) != NULL))
        return TRUE;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (shows_text (child, text))
      return TRUE;
  return FALSE;
}

#define assert_shows(fixture, text) wait_until (shows_text (GTK_WIDGET ((fixture)->panel), text))

static void
type (Fixture    *fixture,
      guint       kind,
      const char *text)
{
  GtkWidget *entry = find_type (GTK_WIDGET (fixture->panel), GTK_TYPE_ENTRY);
  GtkWidget *drop_down = find_type (GTK_WIDGET (fixture->panel), GTK_TYPE_DROP_DOWN);

  gtk_drop_down_set_selected (GTK_DROP_DOWN (drop_down), kind);
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
}

static LacunaLocatorBuffer *
find_buffer (Fixture *fixture,
             guint64  address)
{
  LacunaLocatorBuffer *buffer
      = lacuna_locator_find (lacuna_allocator_get_locator (fixture->allocator), address);

  g_assert_nonnull (buffer);
  return buffer;
}

/* A buffer is made where the constraints say, is selected, is filled as text and as hex, and each time
 * it is said what came of it. */
static void
test_buffer (Fixture      *fixture,
             gconstpointer data)
{
  LacunaOperation *operation = act_well (fixture, LACUNA_ACT_CREATE, NULL);
  struct lac_range range = lacuna_operation_get_range (operation);
  LacunaLocatorBuffer *buffer = find_buffer (fixture, range.start);
  const char *place;

  g_assert_cmpuint (lac_range_size (range), >=, 0x10000);
  g_assert_cmpuint (lacuna_locator_buffer_get_position (buffer), ==, 0);
  assert_shows (fixture, lacuna_operation_get_title (operation));
  assert_shows (fixture, "The first attempt succeeded.");
  /* Others may have used it already. */
  g_assert_false (lacuna_allocator_can_undo (fixture->allocator, operation));

  g_assert_false (lacuna_buffers_panel_can (fixture->panel, LACUNA_ACT_APPEND));
  type (fixture, 0, "grüße");
  assert_shows (fixture, "7 bytes, to");
  operation = act_well (fixture, LACUNA_ACT_APPEND, NULL);
  g_assert_cmpint (lacuna_operation_get_deed (operation), ==, LACUNA_DEED_APPEND_TO);
  g_assert_cmphex (lacuna_operation_get_address (operation), ==, range.start);
  g_assert_cmpuint (lacuna_locator_buffer_get_position (buffer), ==, 7);
  type (fixture, 1, "00 ab f9 0x42");
  operation = act_well (fixture, LACUNA_ACT_APPEND, NULL);
  g_assert_cmphex (lacuna_operation_get_address (operation), ==, range.start + 7);
  g_assert_cmpuint (lacuna_locator_buffer_get_position (buffer), ==, 11);
  place = GSIZE_TO_POINTER ((gsize) range.start);
  g_assert_cmpint (memcmp (place, "gr\303\274\303\237e\0\253\371\102", 11), ==, 0);
  assert_shows (fixture, "11 B of 64 KiB used");

  /* What is no hex is said to be none, and can't be appended. */
  type (fixture, 1, "0g");
  assert_shows (fixture, "Column 2: “g” is no hexadecimal digit.");
  type (fixture, 1, "000");
  assert_shows (fixture, "the second is missing at the end.");
  g_assert_false (lacuna_buffers_panel_can (fixture->panel, LACUNA_ACT_APPEND));
  type (fixture, 1, "");
}

/* What is taken is ours until it is put back, and both can be undone, once. */
static void
test_taking (Fixture      *fixture,
             gconstpointer data)
{
  LacunaOperation *operation = act_well (fixture, LACUNA_ACT_CREATE, NULL);
  LacunaLocatorBuffer *buffer
      = find_buffer (fixture, lacuna_operation_get_range (operation).start);

  g_assert_false (lacuna_buffers_panel_can (fixture->panel, LACUNA_ACT_PUT));
  act_well (fixture, LACUNA_ACT_TAKE, NULL);
  g_assert_true (lacuna_locator_buffer_get_ours (buffer));
  g_assert_false (lacuna_buffers_panel_can (fixture->panel, LACUNA_ACT_TAKE));
  assert_shows (fixture, "You have it.");
  type (fixture, 0, "x");
  act_well (fixture, LACUNA_ACT_APPEND, NULL);
  g_assert_cmpuint (lacuna_locator_buffer_get_position (buffer), ==, 1);
  act_well (fixture, LACUNA_ACT_PUT, NULL);
  g_assert_false (lacuna_locator_buffer_get_taken (buffer));

  act_well (fixture, LACUNA_ACT_UNDO, NULL);
  g_assert_true (lacuna_locator_buffer_get_ours (buffer));
  act_well (fixture, LACUNA_ACT_PUT, NULL);
}

/* Memory of one's own: made, protected, undone, freed. */
static void
test_allocation (Fixture      *fixture,
                 gconstpointer data)
{
  GListModel *allocations = lacuna_allocator_get_allocations (fixture->allocator);
  guint n_before = g_list_model_get_n_items (allocations);
  LacunaOperation *operation = act_well (fixture, LACUNA_ACT_ALLOCATE, "rw-");
  struct lac_range range = lacuna_operation_get_range (operation);

  g_assert_cmpuint (g_list_model_get_n_items (allocations), ==, n_before + 1);
  memset (GSIZE_TO_POINTER ((gsize) range.start), 0xcc, lac_range_size (range));
  assert_shows (fixture, "Can be read and written.");
  act_well (fixture, LACUNA_ACT_PROTECT, "r-x");
  assert_shows (fixture, "Can be read and run.");
  operation = act_well (fixture, LACUNA_ACT_UNDO, NULL);
  g_assert_cmpint (lacuna_operation_get_deed (operation), ==, LACUNA_DEED_PROTECT);
  assert_shows (fixture, "Can be read and written.");

  /* What undid something is not undone: the allocation itself is next. */
  operation = act_well (fixture, LACUNA_ACT_UNDO, NULL);
  g_assert_cmpint (lacuna_operation_get_deed (operation), ==, LACUNA_DEED_FREE);
  g_assert_cmpuint (g_list_model_get_n_items (allocations), ==, n_before);

  act_well (fixture, LACUNA_ACT_ALLOCATE, "r-x");
  act_well (fixture, LACUNA_ACT_FREE, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (allocations), ==, n_before);
  g_assert_false (lacuna_buffers_panel_can (fixture->panel, LACUNA_ACT_FREE));
}

/* The candidate is where the buffer goes, to the byte, also when its size is no whole page. */
static void
test_here (Fixture      *fixture,
           gconstpointer data)
{
  struct lac_map *map = lacuna_snapshot_get_map (fixture->snapshot);
  struct lac_gap_query query;
  struct lac_gap gap;
  LacunaOperation *operation;

  lac_gap_query_init (&query, map);
  query.size = 100;
  query.order = LAC_ORDER_ROOMIEST;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  gap.candidate = (gap.range.start + lac_range_size (gap.range) / 2) & ~G_GUINT64_CONSTANT (0xfff);
  g_assert_false (lacuna_buffers_panel_can (fixture->panel, LACUNA_ACT_CREATE_HERE));
  lacuna_buffers_panel_set_plan (fixture->panel, &query, FALSE, &gap, space (fixture));
  operation = act_well (fixture, LACUNA_ACT_CREATE_HERE, NULL);
  g_assert_cmphex (lacuna_operation_get_range (operation).start, ==, gap.candidate);

  /* Now it is not free any more; what failed is said, and why. */
  operation = act (fixture, LACUNA_ACT_CREATE_HERE, NULL);
  g_assert_nonnull (lacuna_operation_get_error (operation));
  assert_shows (fixture, lacuna_operation_get_title (operation));
  assert_shows (fixture, lacuna_operation_get_error (operation)->message);
}

static gboolean
is_near_the_code (LacunaOperation *operation)
{
  guint64 code = (guintptr) lacuna_buffers_panel_act;
  guint64 start = lacuna_operation_get_range (operation).start;

  return MAX (start, code) - MIN (start, code) < LAC_WITHIN_DEFAULT;
}

/* Who says no place gets one near the code, by whichever way; the lowest is for whoever asks for it. */
static void
test_anywhere_is_near (Fixture      *fixture,
                       gconstpointer data)
{
  struct lac_map *map = lacuna_snapshot_get_map (fixture->snapshot);
  struct lac_gap_query query;
  struct lac_gap gap;
  LacunaOperation *operation;

  g_assert_false (lacuna_buffers_panel_can (fixture->panel, LACUNA_ACT_CREATE_HERE));
  assert_shows (fixture, "64 KiB near the program’s own code");
  g_assert_true (is_near_the_code (act_well (fixture, LACUNA_ACT_CREATE_SOON, NULL)));
  assert_shows (fixture, "No place was asked for, so it is near the program’s own code:");
  g_assert_true (is_near_the_code (act_well (fixture, LACUNA_ACT_CREATE, NULL)));
  g_assert_true (is_near_the_code (act_well (fixture, LACUNA_ACT_ALLOCATE, "rw-")));
  act_well (fixture, LACUNA_ACT_UNDO, NULL);

  /* A match that was chosen is a place. */
  lac_gap_query_init (&query, map);
  query.size = 0x10000;
  query.order = LAC_ORDER_HIGHEST;
  g_assert_cmpint (lac_gap_first (map, &query, &gap), ==, LAC_OK);
  query.order = LAC_ORDER_LOWEST;
  lacuna_buffers_panel_set_plan (fixture->panel, &query, TRUE, &gap, space (fixture));
  operation = act_well (fixture, LACUNA_ACT_CREATE_SOON, NULL);
  g_assert_cmphex (lacuna_operation_get_range (operation).start, ==, gap.candidate);

  lacuna_buffers_panel_set_plan (fixture->panel, &query, FALSE, NULL, space (fixture));
  assert_shows (fixture, "64 KiB at the lowest place");
  operation = act_well (fixture, LACUNA_ACT_CREATE_SOON, NULL);
  g_assert_cmphex (lacuna_operation_get_range (operation).start, <, 0x10000000);
  assert_shows (fixture, "It is the lowest free place that fits.");
}

/* Two clicks free once, also when something else lies there by the second. */
static void
test_frees_the_row (Fixture      *fixture,
                    gconstpointer data)
{
  LacunaOperation *operation = act_well (fixture, LACUNA_ACT_ALLOCATE, "rw-");
  struct lac_range range = lacuna_operation_get_range (operation);
  LacunaRequest request = { .deed = LACUNA_DEED_ALLOCATE };
  guint n_performed = fixture->n_performed;
  GListModel *allocations = lacuna_allocator_get_allocations (fixture->allocator);
  guint n_before = g_list_model_get_n_items (allocations);

  lac_gap_query_init (&request.query, lacuna_snapshot_get_map (fixture->snapshot));
  request.query.size = lac_range_size (range);
  request.query.min = range.start;
  request.query.max = range.end;
  lacuna_buffers_panel_act (fixture->panel, LACUNA_ACT_FREE, NULL);
  lacuna_allocator_perform_async (fixture->allocator, &request, NULL, NULL);
  lacuna_buffers_panel_act (fixture->panel, LACUNA_ACT_FREE, NULL);
  wait_until (fixture->n_performed == n_performed + 2);
  g_assert_error (lacuna_operation_get_error (fixture->performed), LACUNA_ERROR, LAC_E_NOT_OURS);
  assert_shows (fixture, "That allocation was freed before.");
  g_assert_cmpuint (g_list_model_get_n_items (allocations), ==, n_before);
  *(volatile char *) GSIZE_TO_POINTER ((gsize) range.start) = 'x';
}

/* A buffer of one's own is shown, taken, filled and put back as any other, and said to be what it is. */
static void
test_own (Fixture      *fixture,
          gconstpointer data)
{
  LacunaOperation *operation = act_well (fixture, LACUNA_ACT_CREATE_OWN, NULL);
  struct lac_range range = lacuna_operation_get_range (operation);
  LacunaLocatorBuffer *buffer = find_buffer (fixture, range.start);
  g_autoptr (LacunaSnapshot) snapshot = NULL;
  const struct lac_region *regions;
  size_t n_regions, index;

  g_assert_true (is_near_the_code (operation));
  assert_shows (fixture, "It is never writable and executable at once, and so not in the shared");
  assert_shows (fixture, "Never writable and executable at once, and for this program alone.");
  g_assert_true (lacuna_locator_buffer_get_write_xor_execute (buffer));
  act_well (fixture, LACUNA_ACT_TAKE, NULL);
  type (fixture, 0, "own");
  operation = act_well (fixture, LACUNA_ACT_APPEND, NULL);
  g_assert_cmphex (lacuna_operation_get_address (operation), ==, range.start);
  g_assert_cmpint (memcmp (GSIZE_TO_POINTER ((gsize) range.start), "own", 3), ==, 0);
  act_well (fixture, LACUNA_ACT_PUT, NULL);
  g_assert_cmpuint (lacuna_locator_buffer_get_position (buffer), ==, 3);

  snapshot = lacuna_target_load (fixture->target, LACUNA_LOAD_NONE, NULL, NULL);
  regions = lac_map_regions (lacuna_snapshot_get_map (snapshot), &n_regions);
  index = lac_map_search (lacuna_snapshot_get_map (snapshot), range.start);
  g_assert_cmpuint (index, <, n_regions);
  g_assert_cmphex (regions[index].start, ==, range.start);
  g_assert_cmpint (regions[index].kind, ==, LAC_KIND_BUFFER);
  g_assert_cmpuint (regions[index].protection, ==, LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE);

  /* Whoever asks for a shared one gets none of these. */
  operation = act_well (fixture, LACUNA_ACT_CREATE, NULL);
  buffer = find_buffer (fixture, lacuna_operation_get_range (operation).start);
  g_assert_false (lacuna_locator_buffer_get_write_xor_execute (buffer));
}

static void
test_file (Fixture      *fixture,
           gconstpointer data)
{
  LacunaOperation *operation = act_well (fixture, LACUNA_ACT_CREATE, NULL);
  LacunaLocatorBuffer *buffer
      = find_buffer (fixture, lacuna_operation_get_range (operation).start);
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "lacuna-append-XXXXXX", NULL);
  int descriptor = g_mkstemp (path);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) none = g_file_new_for_path ("/nowhere/at/all");
  g_autoptr (GFile) folder = g_file_new_for_path ("/");
  g_autoptr (GError) error = NULL;
  guint n_performed;

  g_assert_cmpint (descriptor, >=, 0);
  g_close (descriptor, NULL);
  g_file_set_contents (path, "\x90\x90\xc3", 3, &error);
  g_assert_no_error (error);
  n_performed = fixture->n_performed;
  lacuna_buffers_panel_append_file (fixture->panel, file);
  wait_until (fixture->n_performed > n_performed);
  g_assert_cmpuint (lacuna_locator_buffer_get_position (buffer), ==, 3);

  /* What can't be appended says why, and nothing is. */
  n_performed = fixture->n_performed;
  lacuna_buffers_panel_append_file (fixture->panel, none);
  assert_shows (fixture, "/nowhere/at/all");
  lacuna_buffers_panel_append_file (fixture->panel, folder);
  assert_shows (fixture, "not a file with contents");
  g_file_set_contents (path, "", 0, &error);
  g_assert_no_error (error);
  lacuna_buffers_panel_append_file (fixture->panel, file);
  assert_shows (fixture, "The file is empty");
  {
    g_autofree char *large = g_strnfill (1 << 20, 'x');

    g_file_set_contents (path, large, -1, &error);
    g_assert_no_error (error);
  }
  lacuna_buffers_panel_append_file (fixture->panel, file);
  assert_shows (fixture, "larger than what is free");
  g_assert_cmpuint (fixture->n_performed, ==, n_performed);
  g_unlink (path);
}

/* Without a selected buffer, what is appended finds one by itself. */
static void
test_anywhere (Fixture      *fixture,
               gconstpointer data)
{
  LacunaOperation *operation;

  type (fixture, 0, "somewhere");
  operation = act_well (fixture, LACUNA_ACT_APPEND, NULL);
  g_assert_cmpint (lacuna_operation_get_deed (operation), ==, LACUNA_DEED_APPEND);
  g_assert_cmpint (memcmp (GSIZE_TO_POINTER ((gsize) lacuna_operation_get_address (operation)),
                           "somewhere", 9),
                   ==, 0);
  find_buffer (fixture, lacuna_operation_get_address (operation));
}

/* Who looks at what is listed while the look lasts. */
static void
test_references (Fixture      *fixture,
                 gconstpointer data)
{
  LacunaOperation *operation = act_well (fixture, LACUNA_ACT_ALLOCATE, "rw-");
  struct lac_range range = lacuna_operation_get_range (operation);
  LacunaHold *hold = lacuna_hold_new (range, "a test of references");

  assert_shows (fixture, "a test of references");
  assert_shows (fixture, "64 KiB · 1 looks at it");
  lacuna_hold_free (hold);
  wait_until (!shows_text (GTK_WIDGET (fixture->panel), "looks at it"));
  assert_shows (fixture, "64 KiB");

  hold = lacuna_hold_new (range, "a test of references");
  assert_shows (fixture, "64 KiB · 1 looks at it");
  act_well (fixture, LACUNA_ACT_FREE, NULL);
  assert_shows (fixture, "freed, still looked at");
  /* It is still there. */
  g_assert_cmpint (*(volatile char *) GSIZE_TO_POINTER ((gsize) range.start), ==, 0);
  lacuna_hold_free (hold);
  wait_until (!shows_text (GTK_WIDGET (fixture->panel), "a test of references"));
}

/* Where nothing can be made, that is said, and nothing is offered. */
static void
test_elsewhere (Fixture      *fixture,
                gconstpointer data)
{
  lacuna_buffers_panel_set_allocator (fixture->panel, NULL);
  assert_shows (fixture, "A file has no memory");
  for (LacunaAct i = 0; i < LACUNA_N_ACTS; i++)
    g_assert_false (lacuna_buffers_panel_can (fixture->panel, i));
  lacuna_buffers_panel_act (fixture->panel, LACUNA_ACT_CREATE, NULL);
  g_assert_cmpuint (fixture->n_performed, ==, 0);
  lacuna_buffers_panel_set_allocator (fixture->panel, fixture->allocator);
  g_assert_true (lacuna_buffers_panel_can (fixture->panel, LACUNA_ACT_CREATE));
}

/* While the constraints are at fault, nothing is made by those before. */
static void
test_faulty_plan (Fixture      *fixture,
                  gconstpointer data)
{
  lacuna_buffers_panel_set_plan (fixture->panel, NULL, FALSE, NULL, space (fixture));
  g_assert_false (lacuna_buffers_panel_can (fixture->panel, LACUNA_ACT_CREATE));
  g_assert_false (lacuna_buffers_panel_can (fixture->panel, LACUNA_ACT_ALLOCATE));
  assert_shows (fixture, "has a mistake in it");
}

static void
test_plan_words (void)
{
  static const struct lac_range user = { 0x1000, 0x7ffffffff000 };
  const guint64 anchors[] = { 0x7f0012340000, 0x7f0012350000 };
  struct lac_gap_query query = { .min = user.start,
                                 .max = user.end,
                                 .anchors = anchors,
                                 .within = LAC_WITHIN_DEFAULT,
                                 .size = 0x10000 };
  g_autofree char *anywhere = lacuna_buffers_plan_words (&query, TRUE, user);
  g_autofree char *lowest = NULL;
  g_autofree char *highest = NULL;
  g_autofree char *below = NULL;
  g_autofree char *near = NULL;
  g_autofree char *both = NULL;

  g_assert_true (g_str_has_prefix (anywhere, "64 KiB near the program’s own code"));
  query.order = LAC_ORDER_LOWEST;
  lowest = lacuna_buffers_plan_words (&query, FALSE, user);
  g_assert_cmpstr (lowest, ==, "64 KiB at the lowest place");
  query.order = LAC_ORDER_HIGHEST;
  highest = lacuna_buffers_plan_words (&query, FALSE, user);
  g_assert_cmpstr (highest, ==, "64 KiB at the highest place");
  query.max = 0x80000000;
  below = lacuna_buffers_plan_words (&query, FALSE, user);
  g_assert_cmpstr (below, ==, "64 KiB below 0x8000\302\2400000");
  query.max = user.end;
  query.n_anchors = 1;
  near = lacuna_buffers_plan_words (&query, FALSE, user);
  g_assert_cmpstr (near, ==, "64 KiB within 2 GiB of 0x7f00\302\2401234\302\2400000");
  query.n_anchors = 2;
  query.min = 0x7f0000000000;
  both = lacuna_buffers_plan_words (&query, FALSE, user);
  g_assert_cmpstr (both, ==, "64 KiB within 2 GiB of all 2 anchors\n"
                             "at or above 0x7f00\302\2400000\302\2400000");
}

/* Lines break between words, and an address is one. */
static void
test_addresses_stay_whole (void)
{
  static const struct
  {
    const char *text;
    const char *whole;
  } cases[] = {
    { "at 0x7f00 1234 0000. It", "at 0x7f00\302\2401234\302\2400000. It" },
    { "0x1000", "0x1000" },
    { "at 0x1000 and 0x2000 abcd", "at 0x1000 and 0x2000\302\240abcd" },
    { "0x2000 12345 0x", "0x2000 12345 0x" },
    { "0x2000 fade\303\274 0x20 4 KiB", "0x2000 fade\303\274 0x20 4 KiB" },
    { "0x2000 1000\342\201\251", "0x2000\302\2401000\342\201\251" },
    { "0x2000 beds", "0x2000 beds" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *whole = lacuna_buffers_keep_whole (cases[i].text);

      g_assert_cmpstr (whole, ==, cases[i].whole);
    }
}

static void
test_access_letters (void)
{
  for (unsigned protection = 0; protection < 8; protection++)
    {
      g_autofree char *letters = lacuna_buffers_access_letters (protection);
      unsigned read = 8;

      g_assert_true (lacuna_buffers_read_access (letters, &read));
      g_assert_cmpuint (read, ==, protection);
    }
  g_assert_false (lacuna_buffers_read_access ("rwxp", &(unsigned){ 0 }));
  g_assert_false (lacuna_buffers_read_access (NULL, &(unsigned){ 0 }));
}

int
main (int   argc,
      char *argv[])
{
  leave_nothing_behind ();
  g_setenv ("GTK_A11Y", "none", TRUE);
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  adw_init ();

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/app/buffers/appends-without-a-buffer", test_anywhere);
  ADD ("/app/buffers/creates-and-appends", test_buffer);
  ADD ("/app/buffers/takes-and-puts-back", test_taking);
  ADD ("/app/buffers/allocates-protects-frees-and-undoes", test_allocation);
  ADD ("/app/buffers/creates-at-the-candidate", test_here);
  ADD ("/app/buffers/anywhere-is-near-the-code", test_anywhere_is_near);
  ADD ("/app/buffers/frees-the-row-and-not-the-address", test_frees_the_row);
  ADD ("/app/buffers/makes-some-of-its-own", test_own);
  ADD ("/app/buffers/appends-files", test_file);
  ADD ("/app/buffers/lists-who-looks", test_references);
  ADD ("/app/buffers/elsewhere-offers-nothing", test_elsewhere);
  ADD ("/app/buffers/faulty-constraints-make-nothing", test_faulty_plan);
#undef ADD
  g_test_add_func ("/app/buffers/says-the-plan", test_plan_words);
  g_test_add_func ("/app/buffers/addresses-stay-whole", test_addresses_stay_whole);
  g_test_add_func ("/app/buffers/access-is-spelt-in-letters", test_access_letters);
  return g_test_run ();
}
