/* Data in text from right to left, and what gives way where there is little room.
 *
 * SPDX-License-Identifier: MIT
 */
#include "main-loop.h"

#include "app/panel/lacuna-facts.h"
#include "app/panel/lacuna-inspector-rows.h"
#include "app/lacuna-isolate.h"
#include "app/lacuna-spare.h"

#include <gtk/gtk.h>

#define RIGHT_TO_LEFT_MARK "\xe2\x80\x8f"
#define LEFT_TO_RIGHT_ISOLATE "\xe2\x81\xa6"
#define FIRST_STRONG_ISOLATE "\xe2\x81\xa8"
#define POP_ISOLATE "\xe2\x81\xa9"

static void
test_data_is_isolated (void)
{
  g_autofree char *plain = lacuna_isolate (g_strdup ("1000 5558 5555"));
  g_autofree char *sentence = lacuna_isolate_subject ("/tmp/x: No such file.");
  g_autofree char *isolated = NULL;
  g_autofree char *nothing = NULL;
  g_autofree char *subject = NULL;
  g_autofree char *alone = NULL;
  g_autofree char *stripped = NULL;

  g_assert_cmpstr (plain, ==, "1000 5558 5555");
  g_assert_cmpstr (sentence, ==, "/tmp/x: No such file.");

  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  isolated = lacuna_isolate (g_strdup ("1000 5558 5555"));
  nothing = lacuna_isolate (g_strdup (""));
  subject = lacuna_isolate_subject ("/tmp/x: No such file.");
  alone = lacuna_isolate_subject ("No such file.");
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
  g_assert_cmpstr (isolated, ==, LEFT_TO_RIGHT_ISOLATE "1000 5558 5555" POP_ISOLATE);
  g_assert_cmpstr (nothing, ==, "");
  g_assert_cmpstr (subject, ==,
                   RIGHT_TO_LEFT_MARK FIRST_STRONG_ISOLATE "/tmp/x" POP_ISOLATE ": No such file.");
  g_assert_cmpstr (alone, ==, RIGHT_TO_LEFT_MARK "No such file.");

  stripped = lacuna_isolate_strip (subject);
  g_assert_cmpstr (stripped, ==, "/tmp/x: No such file.");
}

static void
read_cb (GObject      *clipboard,
         GAsyncResult *result,
         gpointer      user_data)
{
  char **out_text = user_data;

  *out_text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (clipboard), result, NULL);
}

/* Of a message that has marks of direction, what is selected is copied without them. */
static void
test_what_is_copied_has_no_marks (void)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *value = NULL;
  GtkWidget *copy = NULL;
  GtkWidget *row = lacuna_inspector_row_new (LACUNA_FACT_VERDICT, &value, &copy);
  GdkClipboard *clipboard;
  g_autofree char *text = NULL;

  gtk_window_set_child (GTK_WINDOW (window), row);
  gtk_label_set_label (GTK_LABEL (value), RIGHT_TO_LEFT_MARK LEFT_TO_RIGHT_ISOLATE
                                              "84 MiB" POP_ISOLATE " \xd7\x9b\xd7\x9f");
  gtk_window_present (GTK_WINDOW (window));
  run_for (50);
  gtk_label_select_region (GTK_LABEL (value), 0, -1);
  g_signal_emit_by_name (value, "copy-clipboard");
  clipboard = gtk_widget_get_clipboard (value);
  gdk_clipboard_read_text_async (clipboard, NULL, read_cb, &text);
  for (guint i = 0; i < 100 && text == NULL; i++)
    run_for (10);
  g_assert_cmpstr (text, ==, "84 MiB \xd7\x9b\xd7\x9f");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* An address begins where captions end, and its groups stay in order. */
static void
test_addresses_go_from_left_to_right (void)
{
  for (int direction = 0; direction < 2; direction++)
    {
      GtkWidget *value = NULL;
      GtkWidget *copy = NULL;
      GtkWidget *row;

      gtk_widget_set_default_direction (direction == 0 ? GTK_TEXT_DIR_LTR : GTK_TEXT_DIR_RTL);
      row = g_object_ref_sink (lacuna_inspector_row_new (LACUNA_FACT_START, &value, &copy));
      g_assert_cmpint (gtk_widget_get_direction (value), ==, GTK_TEXT_DIR_LTR);
      g_assert_cmpfloat (gtk_label_get_xalign (GTK_LABEL (value)), ==, direction);
      g_object_unref (row);
    }
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

/* A hint takes no letter from the headline beside it: it is there whole, or not at all. */
static void
test_spare_gives_way_first (void)
{
  static const int widths[] = { 120, 160, 200, 240, 280, 320, 360, 400 };
  guint n_shown = 0;

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      GtkWidget *window = gtk_window_new ();
      GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
      GtkWidget *headline = gtk_label_new ("Zehn Lücken passen");
      GtkWidget *spare = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
      GtkWidget *hint = gtk_label_new ("N P blättern");
      int natural;
      gboolean shown;

      gtk_label_set_ellipsize (GTK_LABEL (headline), PANGO_ELLIPSIZE_END);
      gtk_widget_set_hexpand (spare, TRUE);
      lacuna_spare_make (spare);
      gtk_box_append (GTK_BOX (spare), hint);
      gtk_box_append (GTK_BOX (line), headline);
      gtk_box_append (GTK_BOX (line), spare);
      gtk_widget_set_size_request (line, widths[i], -1);
      gtk_widget_set_halign (line, GTK_ALIGN_START);
      gtk_window_set_child (GTK_WINDOW (window), line);
      gtk_window_present (GTK_WINDOW (window));
      run_for (50);

      gtk_widget_measure (headline, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
      shown = gtk_widget_get_mapped (hint);
      g_test_message ("%d wide: headline %d of %d, hint %d", gtk_widget_get_width (line),
                      gtk_widget_get_width (headline), natural, shown);
      n_shown += shown;
      if (gtk_widget_get_width (line) >= natural + 4)
        g_assert_cmpint (gtk_widget_get_width (headline), >=, natural);
      if (shown)
        {
          int wanted;

          gtk_widget_measure (hint, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &wanted, NULL, NULL);
          g_assert_cmpint (gtk_widget_get_width (hint), >=, wanted);
        }
      gtk_window_destroy (GTK_WINDOW (window));
      run_for (10);
    }
  g_assert_cmpuint (n_shown, >, 0);
  g_assert_cmpuint (n_shown, <, G_N_ELEMENTS (widths));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP there is no display\n");
      return 0;
    }

  g_test_add_func ("/app/direction/data-is-isolated", test_data_is_isolated);
  g_test_add_func ("/app/direction/what-is-copied-has-no-marks", test_what_is_copied_has_no_marks);
  g_test_add_func ("/app/direction/addresses-go-from-left-to-right",
                   test_addresses_go_from_left_to_right);
  g_test_add_func ("/app/direction/spare-gives-way-first", test_spare_gives_way_first);
  return g_test_run ();
}
