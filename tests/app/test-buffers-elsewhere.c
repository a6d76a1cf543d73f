/* The Buffers page on processes that don't make it easy: one that has its buffers locked, one whose
 * buffers are another library's, one that filters its system calls, one that ends.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../left-behind.h"
#include "find-widget.h"
#include "main-loop.h"

#include "app/buffers/lacuna-buffers-panel.h"
#include "app/lacuna-style.h"
#include "core/status.h"
#include "model/lacuna-error.h"
#include "start.h"

#include <adwaita.h>

typedef struct
{
  struct started victim;
  GtkWidget *window;
  LacunaBuffersPanel *panel;
  LacunaTarget *target;
  LacunaAllocator *allocator;
  LacunaOperation *performed; /* the last one */
  guint n_performed;
} Fixture;

static void
performed_cb (Fixture         *fixture,
              LacunaOperation *operation)
{
  g_set_object (&fixture->performed, operation);
  fixture->n_performed++;
}

/* Looks for what is in the way, as the window does. */
static void
probe (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaReason) no_memory = NULL;
  g_autoptr (LacunaReason) no_calls = NULL;

  g_assert_true (lacuna_target_probe (fixture->target, NULL, &error));
  g_assert_no_error (error);
  no_memory = lacuna_target_get_reason (fixture->target, LACUNA_CAN_WRITE);
  no_calls = lacuna_target_get_reason (fixture->target, LACUNA_CAN_ALLOCATE);
  lacuna_buffers_panel_set_reasons (fixture->panel, no_memory, no_calls);
}

/* False, with the test skipped, where the victim can't be had. */
static gboolean
set_up (Fixture    *fixture,
        const char *program,
        const char *role)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaSnapshot) snapshot = NULL;
  struct lac_gap_query query;

  if (!start_victim (&fixture->victim, -1, program, role, NULL))
    return FALSE;
  fixture->target = lacuna_target_new_for_pid (fixture->victim.pid, &error);
  g_assert_no_error (error);
  snapshot = lacuna_target_load (fixture->target, LACUNA_LOAD_NONE, NULL, &error);
  g_assert_no_error (error);
  fixture->allocator = lacuna_allocator_for_target (fixture->target, &error);
  g_assert_no_error (error);
  fixture->panel = g_object_new (LACUNA_TYPE_BUFFERS_PANEL, NULL);
  g_signal_connect_swapped (fixture->panel, "performed", G_CALLBACK (performed_cb), fixture);
  fixture->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->panel));
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 320, 480);
  lacuna_buffers_panel_set_process (fixture->panel, lacuna_target_get_title (fixture->target),
                                    fixture->victim.pid, FALSE);
  lacuna_buffers_panel_set_allocator (fixture->panel, fixture->allocator);
  lac_gap_query_init (&query, lacuna_snapshot_get_map (snapshot));
  query.size = 0x1000;
  lacuna_buffers_panel_set_plan (fixture->panel, &query, TRUE, NULL,
                                 lac_map_space (lacuna_snapshot_get_map (snapshot)));
  gtk_window_present (GTK_WINDOW (fixture->window));
  wait_until (gtk_widget_get_mapped (GTK_WIDGET (fixture->panel)));
  probe (fixture);
  return TRUE;
}

static void
tear_down (Fixture *fixture)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  lacuna_allocator_rest (fixture->allocator);
  g_clear_object (&fixture->performed);
  g_object_unref (fixture->allocator);
  g_object_unref (fixture->target);
  remove_locator (fixture->victim.pid);
}

/* (transfer none) (nullable): what is asked. */
static AdwMessageDialog *
get_question (void)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (toplevels, i);

      if (ADW_IS_MESSAGE_DIALOG (window))
        return ADW_MESSAGE_DIALOG (window);
    }
  return NULL;
}

static void
answer (const char *response)
{
  AdwMessageDialog *question;

  wait_until (get_question () != NULL);
  question = get_question ();
  adw_message_dialog_response (question, response);
  /* As a button does that is pressed; who closes it after that says nothing more. */
  gtk_window_close (GTK_WINDOW (question));
  wait_until (get_question () == NULL);
}

/* Who waits for a lock can stop; nothing was done then, and the lock is as it was. */
static void
test_locked (void)
{
  Fixture fixture = { 0 };

  if (!set_up (&fixture, "locator", "hold-table"))
    return;
  lacuna_allocator_set_agreed (fixture.allocator, LACUNA_CONSENT_LASTING);
  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_CREATE, NULL);
  wait_until (lacuna_buffers_panel_can (fixture.panel, LACUNA_ACT_STOP));
  g_assert_cmpuint (fixture.n_performed, ==, 0);
  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_STOP, NULL);
  wait_until (fixture.n_performed == 1);
  g_assert_true (g_error_matches (lacuna_operation_get_error (fixture.performed), G_IO_ERROR,
                                  G_IO_ERROR_CANCELLED));
  g_assert_false (lacuna_buffers_panel_can (fixture.panel, LACUNA_ACT_STOP));
  /* Another target ends the waiting as well. */
  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_CREATE, NULL);
  wait_until (lacuna_buffers_panel_can (fixture.panel, LACUNA_ACT_STOP));
  lacuna_buffers_panel_set_allocator (fixture.panel, NULL);
  g_assert_cmpuint (fixture.n_performed, ==, 1);
  tear_down (&fixture);
  kill_victim (&fixture.victim);
}

/* Another library's buffers are looked at, and memory of one's own is made beside them. */
static void
test_managed (void)
{
  Fixture fixture = { 0 };
  LacunaLocator *locator;

  if (!set_up (&fixture, "locator", "managed"))
    return;
  locator = lacuna_allocator_get_locator (fixture.allocator);
  wait_until (lacuna_locator_get_n_buffers (locator) > 0);
  g_assert_true (lacuna_locator_get_managed (locator));
  wait_until (!lacuna_buffers_panel_can (fixture.panel, LACUNA_ACT_CREATE));
  g_assert_false (lacuna_buffers_panel_can (fixture.panel, LACUNA_ACT_APPEND_FILE));
  g_assert_false (lacuna_buffers_panel_can (fixture.panel, LACUNA_ACT_TAKE));
  g_assert_false (lacuna_buffers_panel_can (fixture.panel, LACUNA_ACT_CREATE_OWN));
  g_assert_true (lacuna_buffers_panel_can (fixture.panel, LACUNA_ACT_ALLOCATE));
  tear_down (&fixture);
  kill_victim (&fixture.victim);
}

/* What a filter may kill is asked about each time, also when somebody has agreed to changes. */
static void
test_filtered (void)
{
  Fixture fixture = { 0 };

  if (!set_up (&fixture, "confined", "lenient"))
    return;
  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_ALLOCATE, "rw-");
  answer ("cancel");
  g_assert_cmpuint (fixture.n_performed, ==, 0);
  g_assert_false (lacuna_allocator_get_agreed (fixture.allocator));
  for (guint i = 1; i <= 2; i++)
    {
      lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_ALLOCATE, "rw-");
      answer ("change");
      wait_until (fixture.n_performed == i);
      g_assert_no_error (lacuna_operation_get_error (fixture.performed));
      g_assert_true (lacuna_allocator_get_agreed (fixture.allocator));
    }
  tear_down (&fixture);
  end_unharmed (&fixture.victim);
}

static guint
count_operations (Fixture *fixture)
{
  return g_list_model_get_n_items (lacuna_allocator_get_operations (fixture->allocator));
}

/* Whether a label of the page has @part in it. */
static gboolean
has_text (GtkWidget  *widget,
          const char *part)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget)
      && strstr (gtk_label_get_label (GTK_LABEL (widget)), part) != NULL)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (has_text (child, part))
      return TRUE;
  return FALSE;
}

/* Undoing is a change like any other: it is found out first what it takes, that may be asked about, and the
 * plan and the difference are told with it. Who says no can undo later, and nothing is undone twice. */
static void
test_undo (void)
{
  Fixture fixture = { 0 };
  LacunaDifference *difference;
  gsize n_pieces = 0;

  if (!set_up (&fixture, "confined", "lenient"))
    return;
  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_ALLOCATE, "rw-");
  answer ("change");
  wait_until (fixture.n_performed == 1);
  g_assert_no_error (lacuna_operation_get_error (fixture.performed));

  g_assert_true (lacuna_buffers_panel_can (fixture.panel, LACUNA_ACT_UNDO));
  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_UNDO, NULL);
  answer ("cancel");
  wait_until (lacuna_buffers_panel_can (fixture.panel, LACUNA_ACT_UNDO));
  g_assert_cmpuint (fixture.n_performed, ==, 1);
  g_assert_cmpuint (count_operations (&fixture), ==, 1);

  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_UNDO, NULL);
  answer ("change");
  wait_until (fixture.n_performed == 2);
  g_assert_no_error (lacuna_operation_get_error (fixture.performed));
  g_assert_cmpint (lacuna_operation_get_deed (fixture.performed), ==, LACUNA_DEED_FREE);
  difference = lacuna_operation_get_difference (fixture.performed);
  g_assert_nonnull (difference);
  g_assert_nonnull (lacuna_difference_get_pieces (difference, &n_pieces));
  g_assert_cmpuint (n_pieces, >, 0);
  wait_until (has_text (GTK_WIDGET (fixture.panel), "munmap"));
  g_assert_false (lacuna_buffers_panel_can (fixture.panel, LACUNA_ACT_UNDO));
  g_assert_cmpuint (
      g_list_model_get_n_items (lacuna_allocator_get_allocations (fixture.allocator)), ==, 0);
  tear_down (&fixture);
  end_unharmed (&fixture.victim);
}

/* Who lets memory be made that goes again has not let it be freed in passing, nor something be made that
 * stays; and is asked about each of them. */
static void
test_consent (void)
{
  Fixture fixture = { 0 };
  GListModel *allocations;

  if (!set_up (&fixture, "sleeper", "nanosleep"))
    return;
  allocations = lacuna_allocator_get_allocations (fixture.allocator);
  lacuna_allocator_set_agreed (fixture.allocator, LACUNA_CONSENT_OUTSIDE);
  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_ALLOCATE, "rwx");
  answer ("change");
  wait_until (fixture.n_performed == 1);
  g_assert_no_error (lacuna_operation_get_error (fixture.performed));
  g_assert_cmpint (lacuna_allocator_get_agreed (fixture.allocator), ==, LACUNA_CONSENT_CALLS);

  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_UNDO, NULL);
  wait_until (get_question () != NULL);
  g_assert_true (g_str_has_prefix (adw_message_dialog_get_heading (get_question ()), "Free This Memory of"));
  answer ("cancel");
  g_assert_cmpuint (g_list_model_get_n_items (allocations), ==, 1);
  g_assert_cmpuint (lacuna_allocator_count_left (), ==, 1);

  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_CREATE, NULL);
  wait_until (get_question () != NULL);
  /* Which file comes of it, and that nothing of it goes again. */
  g_assert_true (has_text (GTK_WIDGET (get_question ()), "openat (\"/tmp/.reloaded/memory.buffers/"));
  g_assert_true (has_text (GTK_WIDGET (get_question ()),
                           "Neither the file and the page nor the buffer are ever freed"));
  answer ("cancel");

  wait_until (lacuna_buffers_panel_can (fixture.panel, LACUNA_ACT_UNDO));
  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_UNDO, NULL);
  answer ("change");
  wait_until (fixture.n_performed == 2);
  g_assert_no_error (lacuna_operation_get_error (fixture.performed));
  g_assert_cmpuint (g_list_model_get_n_items (allocations), ==, 0);
  g_assert_cmpuint (lacuna_allocator_count_left (), ==, 0);
  tear_down (&fixture);
  end_unharmed (&fixture.victim);
}

/* What is refused when it is found out what it would take was asked for all the same: it is told, and
 * listed with what was done. */
static void
test_refused (void)
{
  Fixture fixture = { 0 };
  struct lac_space space = { .user = { 0x10000, UINT64_C (0x7ffffffff000) }, .page_size = 4096 };
  struct lac_gap_query query = { .size = UINT64_C (1) << 47, .max = UINT64_MAX, .alignment = 1 };
  g_autoptr (LacunaOperation) listed = NULL;

  if (!set_up (&fixture, "sleeper", "nanosleep"))
    return;
  lacuna_buffers_panel_set_plan (fixture.panel, &query, TRUE, NULL, &space);
  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_ALLOCATE, "rw-");
  wait_until (fixture.n_performed == 1);
  g_assert_null (get_question ());
  g_assert_true (g_error_matches (lacuna_operation_get_error (fixture.performed), LACUNA_ERROR,
                                  LAC_E_NO_GAP));
  g_assert_cmpuint (count_operations (&fixture), ==, 1);
  listed = g_list_model_get_item (lacuna_allocator_get_operations (fixture.allocator), 0);
  g_assert_true (listed == fixture.performed);
  wait_until (has_text (GTK_WIDGET (fixture.panel),
                        lacuna_operation_get_error (fixture.performed)->message));
  g_assert_false (lacuna_buffers_panel_can (fixture.panel, LACUNA_ACT_UNDO));
  tear_down (&fixture);
  end_unharmed (&fixture.victim);
}

/* Who says no, or is refused, has not typed in vain; what was appended is gone from the entry. */
static void
test_typed (void)
{
  Fixture fixture = { 0 };
  GtkEditable *entry;

  if (!set_up (&fixture, "locator", "writable-and-executable"))
    return;
  wait_until (lacuna_locator_get_n_buffers (lacuna_allocator_get_locator (fixture.allocator)) > 0);
  entry = GTK_EDITABLE (find_type (GTK_WIDGET (fixture.panel), GTK_TYPE_ENTRY));
  gtk_editable_set_text (entry, "hook");
  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_APPEND, NULL);
  g_assert_cmpstr (gtk_editable_get_text (entry), ==, "");
  answer ("cancel");
  g_assert_cmpstr (gtk_editable_get_text (entry), ==, "hook");
  g_assert_cmpuint (fixture.n_performed, ==, 0);
  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_APPEND, NULL);
  answer ("change");
  wait_until (fixture.n_performed == 1);
  g_assert_no_error (lacuna_operation_get_error (fixture.performed));
  g_assert_cmpstr (gtk_editable_get_text (entry), ==, "");
  tear_down (&fixture);
  kill_victim (&fixture.victim);
}

/* Several are asked about and done one after another; and one agrees once. */
static void
test_several (void)
{
  Fixture fixture = { 0 };

  if (!set_up (&fixture, "sleeper", "nanosleep"))
    return;
  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_ALLOCATE, "rw-");
  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_ALLOCATE, "r--");
  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_ALLOCATE, "r-x");
  answer ("change");
  wait_until (fixture.n_performed == 3);
  g_assert_no_error (lacuna_operation_get_error (fixture.performed));
  g_assert_null (get_question ());
  g_assert_cmpuint (
      g_list_model_get_n_items (lacuna_allocator_get_allocations (fixture.allocator)), ==, 3);
  tear_down (&fixture);
  end_unharmed (&fixture.victim);
}

/* A window that is closed while it asks has changed nothing. What it asks fits where the window does: a
 * screen of 360 pixels. */
static void
test_closed (void)
{
  Fixture fixture = { 0 };
  int width;
  int height;

  if (!set_up (&fixture, "sleeper", "nanosleep"))
    return;
  lacuna_buffers_panel_act (fixture.panel, LACUNA_ACT_CREATE, NULL);
  wait_until (get_question () != NULL);
  gtk_widget_measure (GTK_WIDGET (get_question ()), GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL,
                      NULL);
  g_assert_cmpint (width, <=, 360);
  /* And its answers are seen: what it says is scrolled. */
  gtk_widget_measure (GTK_WIDGET (get_question ()), GTK_ORIENTATION_VERTICAL, width, &height, NULL, NULL,
                      NULL);
  g_assert_cmpint (height, <=, 480);
  tear_down (&fixture);
  wait_until (get_question () == NULL);
  g_assert_cmpuint (fixture.n_performed, ==, 0);
  end_unharmed (&fixture.victim);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  lacuna_style_load (gdk_display_get_default ());

  g_test_add_func ("/app/buffers/elsewhere/waiting-can-be-stopped", test_locked);
  g_test_add_func ("/app/buffers/elsewhere/another-librarys-are-looked-at", test_managed);
  g_test_add_func ("/app/buffers/elsewhere/a-filter-is-asked-about-each-time", test_filtered);
  g_test_add_func ("/app/buffers/elsewhere/undoing-is-planned-and-asked-about", test_undo);
  g_test_add_func ("/app/buffers/elsewhere/consent-is-to-what-was-asked", test_consent);
  g_test_add_func ("/app/buffers/elsewhere/what-is-refused-is-listed", test_refused);
  g_test_add_func ("/app/buffers/elsewhere/what-was-typed-comes-back", test_typed);
  g_test_add_func ("/app/buffers/elsewhere/one-agrees-once", test_several);
  g_test_add_func ("/app/buffers/elsewhere/closing-is-no-consent", test_closed);

  return g_test_run ();
}
