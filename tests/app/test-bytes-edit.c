/* Editing bytes: what typing changes, what is asked before it is written, and what is lost by no one.
 *
 * The memory is an array of this test, and so are its faults. What is drawn of changes is compared with
 * render nodes on disk, as in test-bytes.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../model/editable-fixture.h"
#include "find-widget.h"
#include "golden.h"
#include "main-loop.h"

#include "app/bytes/lacuna-bytes-pane.h"
#include "app/bytes/lacuna-bytes-render.h"

#include <adwaita.h>
#include <string.h>

#define START ((guint64) 0x7f9dc97c7000)
/* How much of the memory is shown. */
#define SIZE 0x2000

typedef struct
{
  EditableMemory memory;
  LacunaByteSource *source;
  GtkWidget *window;
  LacunaBytesPane *pane;
  LacunaBytes *view;
  char *told;
  int n_asked;
  gboolean waits;
  int n_left;
} Fixture;

static void
told_cb (LacunaBytesPane *pane,
         const char      *text,
         gpointer         data)
{
  Fixture *fixture = data;

  g_free (fixture->told);
  fixture->told = g_strdup (text);
}

static gboolean
confirm_cb (LacunaBytesPane *pane,
            gpointer         data)
{
  Fixture *fixture = data;

  fixture->n_asked++;
  return fixture->waits;
}

static void
wait_for_pages (Fixture *fixture)
{
  while (lacuna_byte_pages_is_busy (lacuna_bytes_get_pages (fixture->view)))
    g_main_context_iteration (NULL, TRUE);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->memory.start = START;
  strcpy ((char *) fixture->memory.bytes + 0x10, "Lacuna looks.");
  fixture->source = editable_source (&fixture->memory);
  fixture->window = gtk_window_new ();
  fixture->pane = LACUNA_BYTES_PANE (lacuna_bytes_pane_new ());
  fixture->view = lacuna_bytes_pane_get_view (fixture->pane);
  g_signal_connect (fixture->pane, "told", G_CALLBACK (told_cb), fixture);
  g_signal_connect (fixture->pane, "confirm-change", G_CALLBACK (confirm_cb), fixture);
  lacuna_bytes_pane_set_source (fixture->pane, fixture->source);
  lacuna_bytes_pane_set_owner (fixture->pane, "patient 4711", 4711, FALSE);
  lacuna_bytes_pane_set_range (fixture->pane, (struct lac_range){ START, START + SIZE }, "memory",
                               NULL);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->pane));
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 900, 500);
  gtk_window_present (GTK_WINDOW (fixture->window));
  gtk_widget_grab_focus (GTK_WIDGET (fixture->view));
  wait_until (lacuna_bytes_get_columns (fixture->view) == 16
              && lacuna_byte_pages_peek (lacuna_bytes_get_pages (fixture->view), START) != NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  run_for (50);
  lacuna_byte_source_unref (fixture->source);
  g_free (fixture->told);
}

static gboolean
press (Fixture        *fixture,
       guint           keyval,
       GdkModifierType state)
{
  g_autoptr (GListModel) controllers
      = gtk_widget_observe_controllers (GTK_WIDGET (fixture->view));
  gboolean handled = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", keyval, 0, state, &handled);
    }
  return handled;
}

static void
type (Fixture    *fixture,
      const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    g_assert_true (press (fixture, gdk_unicode_to_keyval (g_utf8_get_char (text)), 0));
}

static gboolean
is_editing (Fixture *fixture)
{
  gboolean editing;

  g_object_get (fixture->pane, "editing", &editing, NULL);
  return editing;
}

static void
begin (Fixture *fixture,
       guint64  address)
{
  g_assert_true (press (fixture, GDK_KEY_F2, 0));
  g_assert_true (is_editing (fixture));
  lacuna_bytes_go_to (fixture->view, address);
}

/* What is said of the byte at @address. */
#define SAYS(fixture, address, text)                                                              \
  G_STMT_START                                                                                    \
  {                                                                                               \
    g_autofree char *words = NULL;                                                                \
    lacuna_bytes_go_to ((fixture)->view, address);                                                \
    words = lacuna_bytes_describe ((fixture)->view);                                              \
    if (strstr (words, text) == NULL)                                                             \
      g_error ("%s is not in %s", text, words);                                                   \
  }                                                                                               \
  G_STMT_END

static gboolean
is_label_of (GtkWidget    *widget,
             gconstpointer text)
{
  return GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_label (GTK_LABEL (widget)), text);
}

static GtkWidget *
find_named (GtkWidget  *widget,
            const char *label)
{
  return find_matching (widget, is_label_of, label);
}

/* (nullable): the question that is asked now. */
static AdwMessageDialog *
question (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (ADW_IS_MESSAGE_DIALOG (window) && gtk_widget_get_visible (window))
        return ADW_MESSAGE_DIALOG (window);
    }
  return NULL;
}

static void
answer (const char *heading,
        const char *response)
{
  AdwMessageDialog *dialog;

  wait_until (question () != NULL);
  dialog = question ();
  g_assert_cmpstr (adw_message_dialog_get_heading (dialog), ==, heading);
  g_assert_true (adw_message_dialog_has_response (dialog, response));
  /* The button does both. */
  g_object_ref (dialog);
  adw_message_dialog_response (dialog, response);
  gtk_window_destroy (GTK_WINDOW (dialog));
  g_object_unref (dialog);
}

static void
expect_told (Fixture    *fixture,
             const char *text)
{
  wait_until (fixture->told != NULL);
  g_assert_cmpstr (fixture->told, ==, text);
  g_clear_pointer (&fixture->told, g_free);
}

static void
test_type (Fixture      *fixture,
           gconstpointer data)
{
  /* Nobody changes anything by chance. */
  lacuna_bytes_go_to (fixture->view, START + 0x10);
  g_assert_false (press (fixture, GDK_KEY_4, 0));
  g_assert_false (press (fixture, GDK_KEY_Tab, 0));
  g_assert_false (press (fixture, GDK_KEY_Delete, 0));
  g_assert_false (press (fixture, GDK_KEY_z, GDK_CONTROL_MASK));
  g_assert_false (lacuna_bytes_pane_has_changes (fixture->pane));

  /* Each digit counts at once. */
  begin (fixture, START + 0x10);
  g_assert_nonnull (find_named (GTK_WIDGET (fixture->pane), "Editing the memory of patient 4711"));
  type (fixture, "6");
  g_assert_cmphex (lacuna_bytes_get_caret (fixture->view), ==, START + 0x10);
  SAYS (fixture, START + 0x10, "0x6c · 108 · “l” · was 0x4c, not written yet");
  type (fixture, "61");
  SAYS (fixture, START + 0x10, "0x61 · 97");
  g_assert_nonnull (find_named (GTK_WIDGET (fixture->pane), "1 byte changed, not written yet"));

  /* What is no digit is no command either. */
  lacuna_bytes_go_to (fixture->view, START + 0x11);
  g_assert_true (press (fixture, GDK_KEY_n, 0));
  g_assert_true (press (fixture, GDK_KEY_space, 0));
  g_assert_cmphex (lacuna_bytes_get_caret (fixture->view), ==, START + 0x11);
  g_assert_false (press (fixture, GDK_KEY_g, GDK_CONTROL_MASK));

  /* Tab goes through the columns before it goes on. */
  g_assert_true (press (fixture, GDK_KEY_Tab, 0));
  g_assert_false (press (fixture, GDK_KEY_Tab, 0));
  type (fixture, "ünd n");
  g_assert_cmphex (lacuna_bytes_get_caret (fixture->view), ==, START + 0x17);
  SAYS (fixture, START + 0x11, "0xc3");
  SAYS (fixture, START + 0x12, "0xbc");
  SAYS (fixture, START + 0x16, "“n”");
  g_assert_true (press (fixture, GDK_KEY_ISO_Left_Tab, GDK_SHIFT_MASK));
  g_assert_false (press (fixture, GDK_KEY_ISO_Left_Tab, GDK_SHIFT_MASK));

  /* Typed as it was, it is no change; taken back, neither. */
  lacuna_bytes_go_to (fixture->view, START + 0x10);
  type (fixture, "4c");
  g_assert_nonnull (find_named (GTK_WIDGET (fixture->pane), "6 bytes changed, not written yet"));
  lacuna_bytes_go_to (fixture->view, START + 0x17);
  g_assert_true (press (fixture, GDK_KEY_BackSpace, 0));
  g_assert_cmphex (lacuna_bytes_get_caret (fixture->view), ==, START + 0x16);
  g_assert_nonnull (find_named (GTK_WIDGET (fixture->pane), "5 bytes changed, not written yet"));
  lacuna_bytes_select (fixture->view, (struct lac_range){ START + 0x10, START + 0x13 });
  g_assert_true (press (fixture, GDK_KEY_Delete, 0));
  g_assert_nonnull (find_named (GTK_WIDGET (fixture->pane), "3 bytes changed, not written yet"));
  g_assert_true (press (fixture, GDK_KEY_z, GDK_CONTROL_MASK));
  g_assert_nonnull (find_named (GTK_WIDGET (fixture->pane), "5 bytes changed, not written yet"));
  g_assert_true (press (fixture, GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK));
  g_assert_nonnull (find_named (GTK_WIDGET (fixture->pane), "3 bytes changed, not written yet"));

  /* At the very end it goes no further. */
  lacuna_bytes_go_to (fixture->view, START + SIZE - 1);
  type (fixture, "abcd");
  SAYS (fixture, START + SIZE - 1, "0xcd");
  g_assert_cmpint (fixture->memory.n_writes, ==, 0);
  assert_in_memory (&fixture->memory, START + 0x10, "Lacuna looks.");
}

static void
test_paste (Fixture      *fixture,
            gconstpointer data)
{
  lacuna_bytes_paste (fixture->view, "00");
  g_assert_false (lacuna_bytes_pane_has_changes (fixture->pane));
  begin (fixture, START + 0x20);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (fixture->window), "01 02 0x03,04");
  g_assert_true (press (fixture, GDK_KEY_v, GDK_CONTROL_MASK));
  wait_until (lacuna_bytes_pane_has_changes (fixture->pane));
  SAYS (fixture, START + 0x23, "0x04 · 4");
  SAYS (fixture, START + 0x24, "0x00");
  g_assert_null (fixture->told);

  /* Not more than is selected, and nothing that is none. */
  lacuna_bytes_select (fixture->view, (struct lac_range){ START + 0x30, START + 0x32 });
  lacuna_bytes_paste (fixture->view, "aa bb cc");
  expect_told (fixture, "Pasted the first 2 of 3 bytes, which are as many as are selected.");
  SAYS (fixture, START + 0x32, "0x00");
  lacuna_bytes_paste (fixture->view, "no bytes");
  g_assert_nonnull (strstr (fixture->told, "What is on the clipboard are no bytes:"));
  g_clear_pointer (&fixture->told, g_free);

  g_assert_true (press (fixture, GDK_KEY_Tab, 0));
  lacuna_bytes_go_to (fixture->view, START + 0x40);
  lacuna_bytes_paste (fixture->view, "no bytes");
  SAYS (fixture, START + 0x47, "“s”");

  /* Up to the hole, the end, and never beyond. */
  fixture->memory.hole = (struct lac_range){ START + 0x52, START + 0x60 };
  lacuna_bytes_pane_refresh (fixture->pane);
  wait_for_pages (fixture);
  lacuna_bytes_go_to (fixture->view, START + 0x50);
  lacuna_bytes_paste (fixture->view, "hole");
  expect_told (fixture, "Pasted the first 2 of 4 bytes, up to where none can be changed.");
  lacuna_bytes_go_to (fixture->view, START + 0x53);
  lacuna_bytes_paste (fixture->view, "hole");
  expect_told (fixture, "Bytes that can't be read can't be changed.");
  type (fixture, "x");
  expect_told (fixture, "Bytes that can't be read can't be changed.");
}

/* A change is seen whatever is read; that it was read is said. */
static void
test_refresh (Fixture      *fixture,
              gconstpointer data)
{
  begin (fixture, START + 0x10);
  type (fixture, "61");
  fixture->memory.bytes[0x10] = 'X';
  lacuna_bytes_pane_refresh (fixture->pane);
  wait_for_pages (fixture);
  SAYS (fixture, START + 0x10, "0x61 · 97 · “a” · was 0x4c, now 0x58 in memory, not written yet");

  /* One copies what one sees. */
  lacuna_bytes_select (fixture->view, (struct lac_range){ START + 0x10, START + 0x13 });
  g_assert_true (press (fixture, GDK_KEY_c, GDK_CONTROL_MASK));
  expect_told (fixture, "Copied 3 bytes");
}

static void
test_apply (Fixture      *fixture,
            gconstpointer data)
{
  begin (fixture, START + 0x10);
  gtk_widget_activate_action (GTK_WIDGET (fixture->view), "bytes.apply", NULL);
  g_assert_cmpint (fixture->n_asked, ==, 0);
  press (fixture, GDK_KEY_Tab, 0);
  type (fixture, "Gul");

  /* Whoever is asked may say no. */
  fixture->waits = TRUE;
  g_assert_true (press (fixture, GDK_KEY_s, GDK_CONTROL_MASK));
  g_assert_true (press (fixture, GDK_KEY_s, GDK_CONTROL_MASK));
  g_assert_cmpint (fixture->n_asked, ==, 1);
  lacuna_bytes_pane_answer_change (fixture->pane, FALSE);
  run_for (100);
  g_assert_cmpint (fixture->memory.n_writes, ==, 0);
  assert_in_memory (&fixture->memory, START + 0x10, "Lacuna");

  g_assert_true (press (fixture, GDK_KEY_s, GDK_CONTROL_MASK));
  lacuna_bytes_pane_answer_change (fixture->pane, TRUE);
  expect_told (fixture, "Wrote 3 bytes.");
  assert_in_memory (&fixture->memory, START + 0x10, "Guluna");
  g_assert_false (lacuna_bytes_pane_has_changes (fixture->pane));
  wait_for_pages (fixture);
  SAYS (fixture, START + 0x10, "0x47 · 71 · “G”");

  g_assert_true (press (fixture, GDK_KEY_z, GDK_CONTROL_MASK));
  expect_told (fixture, "Undone: 3 bytes in memory are as they were before.");
  assert_in_memory (&fixture->memory, START + 0x10, "Lacuna");
  g_assert_true (press (fixture, GDK_KEY_y, GDK_CONTROL_MASK));
  expect_told (fixture, "Wrote 3 bytes.");
  assert_in_memory (&fixture->memory, START + 0x10, "Guluna");

  /* Not over what somebody else wrote since. */
  fixture->memory.bytes[0x11] = '!';
  g_assert_true (press (fixture, GDK_KEY_z, GDK_CONTROL_MASK));
  answer ("Can't Undo", "close");
  assert_in_memory (&fixture->memory, START + 0x10, "G!luna");
}

/* Presses the button with @label as the pointer does: it has the focus then. */
static void
click (Fixture    *fixture,
       const char *label)
{
  GtkWidget *button = gtk_widget_get_ancestor (find_named (GTK_WIDGET (fixture->pane), label),
                                               GTK_TYPE_BUTTON);

  g_assert_true (gtk_widget_grab_focus (button));
  g_signal_emit_by_name (button, "clicked");
}

/* Whoever pressed a button that can't be pressed again is in the bytes, and the keys of editing are about
 * them also beside the view; one that finds nothing to do is nobody else's. */
static void
test_focus (Fixture      *fixture,
            gconstpointer data)
{
  g_assert_false (lacuna_bytes_handle_edit_key (fixture->view, GDK_KEY_z, GDK_CONTROL_MASK));
  begin (fixture, START + 0x10);
  type (fixture, "61");
  click (fixture, "_Discard");
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (fixture->window)) == GTK_WIDGET (fixture->view));
  type (fixture, "62");
  click (fixture, "_Apply");
  expect_told (fixture, "Wrote 1 byte.");
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (fixture->window)) == GTK_WIDGET (fixture->view));

  gtk_window_set_focus (GTK_WINDOW (fixture->window), NULL);
  g_assert_true (lacuna_bytes_handle_edit_key (fixture->view, GDK_KEY_z, GDK_CONTROL_MASK));
  expect_told (fixture, "Undone: 1 byte in memory is as it was before.");
  assert_in_memory (&fixture->memory, START + 0x10, "Lacuna");
  g_assert_true (lacuna_bytes_handle_edit_key (fixture->view, GDK_KEY_z, GDK_CONTROL_MASK));
  g_assert_false (lacuna_bytes_handle_edit_key (fixture->view, GDK_KEY_g, GDK_CONTROL_MASK));
}

/* What can't be undone any more is not in the way of what was done before it. */
static void
test_stale (Fixture      *fixture,
            gconstpointer data)
{
  begin (fixture, START + 0x10);
  type (fixture, "61");
  press (fixture, GDK_KEY_s, GDK_CONTROL_MASK);
  expect_told (fixture, "Wrote 1 byte.");
  lacuna_bytes_go_to (fixture->view, START + 0x20);
  type (fixture, "62");
  press (fixture, GDK_KEY_s, GDK_CONTROL_MASK);
  expect_told (fixture, "Wrote 1 byte.");
  fixture->memory.hole = (struct lac_range){ START + 0x20, START + 0x21 };
  g_assert_true (press (fixture, GDK_KEY_z, GDK_CONTROL_MASK));
  answer ("Can't Undo", "close");
  g_assert_true (press (fixture, GDK_KEY_z, GDK_CONTROL_MASK));
  expect_told (fixture, "Undone: 1 byte in memory is as it was before.");
  assert_in_memory (&fixture->memory, START + 0x10, "Lacuna");
}

/* Where there are no bytes nobody edits; but changes that were not written are not lost by that. */
static void
test_gap (Fixture      *fixture,
          gconstpointer data)
{
  begin (fixture, START + 0x10);
  lacuna_bytes_pane_set_message (fixture->pane, "This is a gap.");
  expect_told (fixture, "Editing has ended: there are no bytes here any more.");
  g_assert_false (is_editing (fixture));

  lacuna_bytes_pane_set_range (fixture->pane, (struct lac_range){ START, START + SIZE }, "memory",
                               NULL);
  begin (fixture, START + 0x10);
  type (fixture, "61");
  lacuna_bytes_pane_set_message (fixture->pane, "This is a gap.");
  g_assert_true (is_editing (fixture));
  g_assert_true (lacuna_bytes_pane_has_changes (fixture->pane));
  click (fixture, "_Discard");
  expect_told (fixture, "Editing has ended: there are no bytes here any more.");
  g_assert_false (is_editing (fixture));
  g_assert_cmpint (fixture->memory.n_writes, ==, 0);
}

static void
test_changed (Fixture      *fixture,
              gconstpointer data)
{
  begin (fixture, START + 0x10);
  press (fixture, GDK_KEY_Tab, 0);
  type (fixture, "Gaps");
  fixture->memory.bytes[0x12] = '?';
  fixture->memory.bytes[0x13] = '?';
  press (fixture, GDK_KEY_s, GDK_CONTROL_MASK);
  answer ("2 Bytes Changed Meanwhile", "look");
  g_assert_cmpint (fixture->memory.n_writes, ==, 0);
  g_assert_cmphex (lacuna_bytes_get_caret (fixture->view), ==, START + 0x12);
  wait_for_pages (fixture);
  SAYS (fixture, START + 0x12, "was 0x3f, not written yet");

  fixture->memory.bytes[0x13] = '!';
  press (fixture, GDK_KEY_s, GDK_CONTROL_MASK);
  answer ("1 Byte Changed Meanwhile", "apply");
  /* One of the four was typed as it was. */
  expect_told (fixture, "Wrote 3 bytes.");
  assert_in_memory (&fixture->memory, START + 0x10, "Gapsna");
}

static void
test_force (Fixture      *fixture,
            gconstpointer data)
{
  fixture->memory.read_only = (struct lac_range){ START + 0x1000, START + 0x2000 };
  begin (fixture, START + 0xfff);
  type (fixture, "aabb");
  press (fixture, GDK_KEY_s, GDK_CONTROL_MASK);
  answer ("Write into Read-Only Memory?", "cancel");
  run_for (50);
  g_assert_cmpint (fixture->memory.n_writes, ==, 0);
  g_assert_true (lacuna_bytes_pane_has_changes (fixture->pane));

  /* It is asked each time. */
  press (fixture, GDK_KEY_s, GDK_CONTROL_MASK);
  answer ("Write into Read-Only Memory?", "force");
  expect_told (fixture, "Wrote 2 bytes, by force into read-only memory.");
  g_assert_cmpuint (fixture->memory.bytes[0x1000], ==, 0xbb);
}

static void
left_cb (gpointer data)
{
  ((Fixture *) data)->n_left++;
}

static void
test_leave (Fixture      *fixture,
            gconstpointer data)
{
  lacuna_bytes_pane_leave (fixture->pane, left_cb, fixture, NULL);
  g_assert_cmpint (fixture->n_left, ==, 1);

  begin (fixture, START + 0x10);
  type (fixture, "61");
  lacuna_bytes_pane_leave (fixture->pane, left_cb, fixture, NULL);
  answer ("Apply the Changes?", "keep");
  g_assert_cmpint (fixture->n_left, ==, 1);
  g_assert_true (lacuna_bytes_pane_has_changes (fixture->pane));

  /* Escape is one way out. */
  g_assert_true (press (fixture, GDK_KEY_Escape, 0));
  g_assert_true (is_editing (fixture));
  answer ("Apply the Changes?", "discard");
  g_assert_false (is_editing (fixture));
  g_assert_false (lacuna_bytes_pane_has_changes (fixture->pane));
  g_assert_cmpint (fixture->memory.n_writes, ==, 0);

  /* What was discarded comes back as what it was: a change. */
  g_assert_true (press (fixture, GDK_KEY_z, GDK_CONTROL_MASK));
  g_assert_true (is_editing (fixture));
  g_assert_true (lacuna_bytes_pane_has_changes (fixture->pane));
  lacuna_bytes_pane_leave (fixture->pane, left_cb, fixture, NULL);
  answer ("Apply the Changes?", "apply");
  wait_until (fixture->n_left == 2);
  g_assert_cmpuint (fixture->memory.bytes[0x10], ==, 0x61);

  /* Where it could not be written, nobody goes. */
  lacuna_bytes_go_to (fixture->view, START + 0x10);
  type (fixture, "62");
  fixture->memory.hole = (struct lac_range){ START + 0x10, START + 0x11 };
  lacuna_bytes_pane_leave (fixture->pane, left_cb, fixture, NULL);
  answer ("Apply the Changes?", "apply");
  answer ("The Changes Can't Be Written", "close");
  g_assert_cmpint (fixture->n_left, ==, 2);
  g_assert_true (lacuna_bytes_pane_has_changes (fixture->pane));
}

static void
text_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  *(char **) data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static void
test_exit (Fixture      *fixture,
           gconstpointer data)
{
  g_autofree char *text = NULL;

  begin (fixture, START + 0x10);
  type (fixture, "6162");
  fixture->memory.exited = TRUE;
  press (fixture, GDK_KEY_s, GDK_CONTROL_MASK);
  answer ("The Changes Can't Be Written", "copy");
  expect_told (fixture, "Copied 1 command");
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (fixture->window), NULL, text_read_cb,
                                 &text);
  wait_until (text != NULL);
  g_assert_cmpstr (text, ==, "lacuna-cli write 4711 7f9dc97c7010 6162\n");
  g_assert_nonnull (find_named (GTK_WIDGET (fixture->pane),
                                "The process has exited, so nothing can be written any more."));
  press (fixture, GDK_KEY_F2, 0);
  answer ("Discard the Changes?", "copy");
  g_assert_false (is_editing (fixture));
}

/* Other memory has other changes, or can have none. */
static void
test_source (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (LacunaByteSource) other
      = lacuna_byte_source_new (editable_read, &fixture->memory, NULL);

  begin (fixture, START + 0x10);
  type (fixture, "61");
  lacuna_bytes_pane_set_source (fixture->pane, other);
  g_assert_false (is_editing (fixture));
  g_assert_false (lacuna_bytes_pane_has_changes (fixture->pane));
  press (fixture, GDK_KEY_F2, 0);
  g_assert_false (is_editing (fixture));
  lacuna_bytes_pane_set_source (fixture->pane, fixture->source);
  wait_for_pages (fixture);
  begin (fixture, START + 0x10);

  /* In a gap there is nothing to edit, and the changes elsewhere stay. */
  type (fixture, "61");
  lacuna_bytes_pane_set_message (fixture->pane, "Nothing is mapped here.");
  g_assert_true (lacuna_bytes_pane_has_changes (fixture->pane));
  g_assert_false (press (fixture, GDK_KEY_4, 0));
  gtk_widget_activate_action (GTK_WIDGET (fixture->view), "bytes.apply", NULL);
  expect_told (fixture, "Wrote 1 byte.");
}

typedef struct
{
  const char *name;
  gboolean dark;
  gboolean half;
  LacunaBytesPart part;
} Golden;

static const Golden goldens[] = {
  { "bytes-edited-light", FALSE, TRUE, LACUNA_BYTES_HEX },
  { "bytes-edited-dark", TRUE, FALSE, LACUNA_BYTES_TEXT },
};

static void
test_golden (gconstpointer data)
{
  const Golden *golden = data;
  EditableMemory memory = { .start = START };
  g_autoptr (LacunaByteSource) source = editable_source (&memory);
  g_autoptr (LacunaBytePages) pages = lacuna_byte_pages_new (source);
  g_autoptr (LacunaByteEdits) edits = lacuna_byte_edits_new (source);
  LacunaBytesLayout layout;
  LacunaBytesScene scene = {
    .layout = &layout,
    .palette = lacuna_palette_get (golden->dark, FALSE),
    .pages = pages,
    .edits = edits,
    .range = { START, START + SIZE },
    .first = START,
    .y = 17,
    .width = 760,
    .height = 120,
    .caret = START + 0x21,
    .has_caret = TRUE,
    .part = golden->part,
    .focused = TRUE,
    .editing = TRUE,
    .half = golden->half,
  };
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRenderNode *node;

  /* A run over the end of a row, and a byte alone. */
  lacuna_byte_edits_change (edits, START + 0x0e, memory.bytes + 0x0e, (const guint8 *) "lacuna",
                            6, FALSE);
  lacuna_byte_edits_change (edits, START + 0x21, memory.bytes + 0x21, (const guint8 *) "!", 1,
                            FALSE);
  lacuna_bytes_layout_init (&layout, 8, 21, 16, 14, 0, scene.width);
  lacuna_byte_pages_want (pages, scene.range);
  while (lacuna_byte_pages_is_busy (pages))
    g_main_context_iteration (NULL, TRUE);

  lacuna_bytes_append_marks (snapshot, &scene);
  lacuna_bytes_append_letters (snapshot, &scene);
  lacuna_bytes_append_caret (snapshot, &scene);
  node = gtk_snapshot_free_to_node (snapshot);
  compare_with_golden (node, golden->name);
  gsk_render_node_unref (node);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();

  for (gsize i = 0; i < G_N_ELEMENTS (goldens); i++)
    {
      g_autofree char *path = g_strconcat ("/app/bytes-edit/golden/", goldens[i].name, NULL);

      g_test_add_data_func (path, &goldens[i], test_golden);
    }
#define ADD(path, test)                                                                           \
  g_test_add ("/app/bytes-edit/" path, Fixture, NULL, set_up, test, tear_down)
  ADD ("typing-changes-once-one-edits", test_type);
  ADD ("pasting-stays-inside", test_paste);
  ADD ("changes-outlive-a-refresh", test_refresh);
  ADD ("applied-when-confirmed-and-undone", test_apply);
  ADD ("keys-stay-with-the-bytes", test_focus);
  ADD ("what-is-gone-is-not-in-the-way", test_stale);
  ADD ("ends-where-there-are-no-bytes", test_gap);
  ADD ("changed-meanwhile-is-asked-about", test_changed);
  ADD ("read-only-is-asked-about-each-time", test_force);
  ADD ("leaving-loses-nothing-unasked", test_leave);
  ADD ("after-the-exit-changes-are-commands", test_exit);
  ADD ("belongs-to-its-memory", test_source);
#undef ADD

  return g_test_run ();
}
