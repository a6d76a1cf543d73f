/* The line of details under the strip: what it says, and what it leaves out where there is little
 * room.
 *
 * SPDX-License-Identifier: MIT
 */
#include "main-loop.h"

#include "app/window/lacuna-details.h"
#include "app/strip/lacuna-line.h"
#include "core/maps-text.h"

#include <adwaita.h>
#include <string.h>

static const char text[]
    = "00400000-00401000 r-xp 00012000 fe:00 11 /usr/bin/a-name-that-is-rather-long-for-a-program\n"
      "7f0000000000-7f0000100000 rw-p 00000000 00:00 0 \n"
      "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n";

static LacunaSnapshot *
make_snapshot_of (const char *maps)
{
  LacunaOrigin origin = { .kind = LACUNA_TARGET_FILE,
                          .name = (char *) "test",
                          .source = "maps-text" };
  struct lac_map *map = NULL;
  LacunaSnapshot *snapshot;

  g_assert_cmpint (lac_map_parse (maps, strlen (maps), &LAC_SPACE_UNKNOWN, &map, NULL), ==,
                   LAC_OK);
  snapshot = lacuna_snapshot_new (map, &origin, 0);
  lac_map_unref (map);
  return snapshot;
}

static LacunaSnapshot *
make_snapshot (void)
{
  return make_snapshot_of (text);
}

static GtkWidget *
get_part (LacunaDetails *details,
          const char    *name)
{
  return GTK_WIDGET (
      gtk_widget_get_template_child (GTK_WIDGET (details), LACUNA_TYPE_DETAILS, name));
}

static const char *
get_text (LacunaDetails *details,
          const char    *name)
{
  return lacuna_line_get_text (LACUNA_LINE (get_part (details, name)));
}

static gboolean
is_whole (GtkWidget *part)
{
  if (!gtk_widget_get_mapped (part))
    return FALSE;
  return GTK_IS_LABEL (part)
           ? !pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (part)))
           : lacuna_line_is_whole (LACUNA_LINE (part));
}

static void
test_says_what_is_there (void)
{
  LacunaDetails *details = g_object_ref_sink (g_object_new (LACUNA_TYPE_DETAILS, NULL));
  g_autoptr (LacunaSnapshot) snapshot = make_snapshot ();

  g_assert_cmpstr (get_text (details, "range"), ==, "");
  lacuna_details_set_snapshot (details, snapshot);
  lacuna_details_set_selection (details, TRUE, 0x7f0000000000);
  g_assert_cmpstr (get_text (details, "range"), ==, "7f00 0000 0000 – 7f00 0010 0000");
  lacuna_details_set_hover (details, TRUE, 0x400800);
  g_assert_nonnull (strstr (get_text (details, "facts"), "0x12000"));
  g_assert_cmpstr (get_text (details, "size"), ==, "4 KiB");
  lacuna_details_set_hover (details, TRUE, 0x500000);
  g_assert_cmpstr (get_text (details, "title"), ==, "Free");

  /* What no program may map is told apart from what is free. */
  lacuna_details_set_hover (details, TRUE, 0x10);
  g_assert_cmpstr (get_text (details, "title"), ==, "Outside");
  g_assert_cmpstr (get_text (details, "range"), ==, "0x0 – 0x1000");
  lacuna_details_set_hover (details, TRUE, G_GUINT64_CONSTANT (0x9000000000000000));
  g_assert_cmpstr (get_text (details, "title"), ==, "Outside");
  g_assert_cmpstr (get_text (details, "range"), ==, "7fff ffff f000 – ffff ffff ff60 0000");
  lacuna_details_set_hover (details, TRUE, G_GUINT64_CONSTANT (0xffffffffff600010));
  g_assert_cmpstr (get_text (details, "title"), ==, "[vsyscall]");
  g_assert_nonnull (strstr (get_text (details, "sentence"), "outside user space"));
  lacuna_details_set_hover (details, TRUE, G_MAXUINT64);
  g_assert_cmpstr (get_text (details, "title"), ==, "Outside");

  lacuna_details_set_hover (details, FALSE, 0);
  g_assert_cmpstr (get_text (details, "range"), ==, "7f00 0000 0000 – 7f00 0010 0000");
  g_assert_finalize_object (details);
}

/* A measure goes before the selection, and gives way to what is pointed at after it. */
/* An address that somebody went to is told with what it lies in, and as it may be typed again. */
static void
test_says_the_place (void)
{
  LacunaDetails *details = g_object_ref_sink (g_object_new (LACUNA_TYPE_DETAILS, NULL));
  g_autoptr (LacunaSnapshot) snapshot = make_snapshot ();

  lacuna_details_set_snapshot (details, snapshot);
  lacuna_details_set_selection (details, TRUE, 0x400000);
  lacuna_details_set_place (details, TRUE, 0x400123);
  g_assert_cmpstr (get_text (details, "title"), ==,
                   "a-name-that-is-rather-long-for-a-program + 0x123");
  g_assert_cmpstr (get_text (details, "range"), ==,
                   "40 0123 in 40 0000 – 40 1000");

  /* Without a name there is the address alone. */
  lacuna_details_set_selection (details, TRUE, G_GUINT64_CONSTANT (0x7f0000000000));
  lacuna_details_set_place (details, TRUE, G_GUINT64_CONSTANT (0x7f0000000042));
  g_assert_cmpstr (get_text (details, "title"), ==, "anonymous");
  g_assert_nonnull (strstr (get_text (details, "range"), "7f00 0000 0042 in "));

  /* What is pointed at meanwhile is told by itself. */
  lacuna_details_set_hover (details, TRUE, 0x400123);
  g_assert_null (strstr (get_text (details, "title"), "+"));
  lacuna_details_set_hover (details, FALSE, 0);
  lacuna_details_set_place (details, FALSE, 0);
  g_assert_null (strstr (get_text (details, "range"), " in "));
  g_assert_finalize_object (details);
}

static void
test_says_what_is_measured (void)
{
  LacunaDetails *details = g_object_ref_sink (g_object_new (LACUNA_TYPE_DETAILS, NULL));
  g_autoptr (LacunaSnapshot) snapshot = make_snapshot ();
  struct lac_range measure = { 0x500000, 0x503000 };

  lacuna_details_set_snapshot (details, snapshot);
  lacuna_details_set_selection (details, TRUE, 0x7f0000000000);
  lacuna_details_set_hover (details, TRUE, 0x400800);
  lacuna_details_set_measure (details, measure);
  g_assert_cmpstr (get_text (details, "title"), ==, "Measured");
  g_assert_cmpstr (get_text (details, "range"), ==, "50 0000 – 50 3000");
  g_assert_cmpstr (get_text (details, "facts"), ==, "12 KiB");

  lacuna_details_set_hover (details, TRUE, 0x10);
  g_assert_cmpstr (get_text (details, "title"), ==, "Outside");
  lacuna_details_set_hover (details, FALSE, 0);
  g_assert_cmpstr (get_text (details, "title"), ==, "Measured");

  lacuna_details_set_measure (details, (struct lac_range){ 0, 0 });
  g_assert_cmpstr (get_text (details, "range"), ==, "7f00 0000 0000 – 7f00 0010 0000");
  g_assert_finalize_object (details);
}

/* A line of 100 kB takes seconds to lay out. */
static void
test_long_names_are_cut (void)
{
  LacunaDetails *details = g_object_ref_sink (g_object_new (LACUNA_TYPE_DETAILS, NULL));
  g_autofree char *name = g_strnfill (100000, 'a');
  g_autofree char *maps
      = g_strdup_printf ("00400000-00401000 r-xp 00000000 fe:00 11 /usr/bin/%s\n", name);
  g_autoptr (LacunaSnapshot) snapshot = make_snapshot_of (maps);

  lacuna_details_set_snapshot (details, snapshot);
  lacuna_details_set_selection (details, TRUE, 0x400000);
  g_assert_nonnull (strstr (get_text (details, "sentence"), "/usr/bin/a"));
  g_assert_cmpuint (strlen (get_text (details, "title")), <, 300);
  g_assert_cmpuint (strlen (get_text (details, "sentence")), <, 600);
  g_assert_finalize_object (details);
}

static void
test_range_is_never_cut (void)
{
  static const struct
  {
    int width;
    gboolean narrow;
  } cases[] = { { 1200, FALSE }, { 760, FALSE }, { 560, FALSE }, { 420, FALSE }, { 336, TRUE } };
  g_autoptr (LacunaSnapshot) snapshot = make_snapshot ();

  for (int direction = 0; direction < 2; direction++)
    for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        LacunaDetails *details = g_object_new (LACUNA_TYPE_DETAILS, NULL);
        GtkWindow *window = GTK_WINDOW (gtk_window_new ());

        gtk_widget_set_default_direction (direction == 0 ? GTK_TEXT_DIR_LTR : GTK_TEXT_DIR_RTL);
        gtk_window_set_decorated (window, FALSE);
        gtk_window_set_default_size (window, cases[i].width, 100);
        gtk_window_set_child (window, GTK_WIDGET (details));
        lacuna_details_set_narrow (details, cases[i].narrow);
        lacuna_details_set_snapshot (details, snapshot);
        lacuna_details_set_selection (details, TRUE, 0x400000);
        gtk_window_present (window);
        /* Under load it takes a while until all is laid out. */
        for (int round = 0; round < 50; round++)
          {
            run_for (100);
            if (round > 0
                && is_whole (get_part (details, cases[i].narrow ? "long_range" : "range"))
                && (cases[i].width <= 1000 || is_whole (get_part (details, "facts"))))
              break;
          }
        g_test_message ("%d wide, really %d", cases[i].width,
                        gtk_widget_get_width (GTK_WIDGET (details)));
        g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (details)), <=, cases[i].width + 4);
        g_assert_true (is_whole (get_part (details, cases[i].narrow ? "long_range" : "range")));
        /* The facts are there as a whole, or not at all, or only the size. */
        if (cases[i].width > 1000)
          g_assert_true (is_whole (get_part (details, "facts")));
        if (cases[i].width == 420)
          g_assert_false (gtk_widget_get_mapped (get_part (details, "facts")));
        g_assert_false (gtk_widget_get_mapped (get_part (details, "facts"))
                        && gtk_widget_get_mapped (get_part (details, "size")));
        gtk_window_destroy (window);
        run_for (20);
      }
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
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
  adw_init ();

  g_test_add_func ("/app/details/says-what-is-there", test_says_what_is_there);
  g_test_add_func ("/app/details/says-the-place", test_says_the_place);
  g_test_add_func ("/app/details/says-what-is-measured", test_says_what_is_measured);
  g_test_add_func ("/app/details/long-names-are-cut", test_long_names_are_cut);
  g_test_add_func ("/app/details/range-is-never-cut", test_range_is_never_cut);
  return g_test_run ();
}
