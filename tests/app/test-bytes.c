/* The view of bytes: what its layers draw, where it scrolls to, what keys and the pointer select, what
 * is found and copied, and how long a frame takes in a terabyte.
 *
 * What is drawn is compared with render nodes on disk, without letters, so that no font matters. To take
 * what is drawn now for right, after looking at it:
 *
 *   LACUNA_UPDATE_GOLDENS=1 meson test app-bytes
 *
 * SPDX-License-Identifier: MIT
 */
#include "../model/byte-fixture.h"
#include "find-widget.h"
#include "golden.h"
#include "main-loop.h"

#include "app/buffers/lacuna-reason-box.h"
#include "app/bytes/lacuna-bytes-find.h"
#include "app/bytes/lacuna-bytes-glyphs.h"
#include "app/bytes/lacuna-bytes-pane.h"
#include "app/bytes/lacuna-bytes-render.h"

#include <adwaita.h>
#include <math.h>
#include <string.h>

#define START ((guint64) 0x7f9dc97c7000)
#define TERABYTE ((guint64) 1 << 40)

/* Layers against goldens. */

typedef struct
{
  const char *name;
  guint n_columns;
  int width;
  gboolean dark;
  gboolean high_contrast;
} Golden;

static const Golden goldens[] = {
  { "bytes-light", 0, 760, FALSE, FALSE },
  { "bytes-dark", 32, 1300, TRUE, FALSE },
  { "bytes-high", 8, 330, FALSE, TRUE },
};

static void
wait_for_pages (LacunaBytePages *pages)
{
  while (lacuna_byte_pages_is_busy (pages))
    g_main_context_iteration (NULL, TRUE);
}

static void
test_golden (gconstpointer data)
{
  const Golden *golden = data;
  Memory memory = { { START, START + 0x2000 }, { START + 0x40, START + 0x47 } };
  g_autoptr (LacunaByteSource) source = memory_source (&memory);
  g_autoptr (LacunaBytePages) pages = lacuna_byte_pages_new (source);
  LacunaBytesLayout layout;
  LacunaBytesScene scene = {
    .layout = &layout,
    .palette = lacuna_palette_get (golden->dark, golden->high_contrast),
    .pages = pages,
    .range = { START + 3, START + 0x1234 },
    .first = START,
    .y = 17,
    .width = golden->width,
    .height = 200,
    .selection = { START + 5, START + 0x2b },
    .caret = START + 5,
    .has_caret = TRUE,
    .part = LACUNA_BYTES_HEX,
    .focused = TRUE,
    .animated = TRUE,
  };
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRenderNode *node;

  lacuna_bytes_layout_init (&layout, 8, 21, golden->n_columns, 14, 0, golden->width);
  lacuna_byte_pages_want (pages, scene.range);
  wait_for_pages (pages);
  g_atomic_int_set (&memory.salt, 7);
  lacuna_byte_pages_refresh (pages);
  wait_for_pages (pages);
  /* A third of the glow is over. */
  scene.now = lacuna_byte_pages_peek (pages, START)->changed_time + LACUNA_BYTES_GLOW / 3;

  g_assert_true (lacuna_bytes_append_marks (snapshot, &scene));
  lacuna_bytes_append_letters (snapshot, &scene);
  lacuna_bytes_append_caret (snapshot, &scene);
  node = gtk_snapshot_free_to_node (snapshot);
  compare_with_golden (node, golden->name);
  gsk_render_node_unref (node);

  snapshot = gtk_snapshot_new ();
  scene.now += LACUNA_BYTES_GLOW;
  g_assert_false (lacuna_bytes_append_marks (snapshot, &scene));
  node = gtk_snapshot_free_to_node (snapshot);
  g_clear_pointer (&node, gsk_render_node_unref);
}

/* Columns, and back from each pixel. */
static void
test_columns (void)
{
  const struct
  {
    guint wanted;
    guint n_needed;
    int width;
    guint n_columns;
    guint n_digits;
    gboolean has_text;
    gboolean fits;
  } cases[] = {
    { 0, 0, 2000, 32, 14, TRUE, TRUE }, { 0, 0, 900, 16, 14, TRUE, TRUE },
    { 0, 0, 500, 8, 14, TRUE, TRUE },   { 0, 0, 370, 8, 10, TRUE, TRUE },
    { 0, 0, 300, 8, 10, FALSE, TRUE },  { 8, 0, 2000, 8, 14, TRUE, TRUE },
    /* What is too much for the room becomes less, and is not cut. */
    { 32, 0, 850, 16, 14, TRUE, TRUE }, { 16, 0, 600, 8, 14, TRUE, TRUE },
    { 32, 0, 1400, 32, 14, TRUE, TRUE }, { 32, 0, 300, 8, 10, FALSE, TRUE },
    /* An address keeps the digits in which it differs from others. */
    { 0, 5, 370, 8, 10, TRUE, TRUE },   { 0, 13, 330, 8, 13, FALSE, TRUE },
    { 0, 20, 330, 8, 14, FALSE, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LacunaBytesLayout layout;

      lacuna_bytes_layout_init (&layout, 8, 20, cases[i].wanted, 14, cases[i].n_needed,
                                cases[i].width);
      g_assert_cmpuint (layout.n_columns, ==, cases[i].n_columns);
      g_assert_cmpuint (layout.n_digits, ==, cases[i].n_digits);
      g_assert_cmpint (layout.has_text, ==, cases[i].has_text);
      g_assert_cmpint (layout.width <= cases[i].width, ==, cases[i].fits);
      for (guint column = 0; column < layout.n_columns; column++)
        for (int part = LACUNA_BYTES_HEX; part <= (int) layout.has_text; part++)
          {
            int x = lacuna_bytes_layout_column_x (&layout, part, column);
            int end = x + lacuna_bytes_layout_cell (&layout, part);

            for (; x < end; x++)
              {
                LacunaBytesPart found;

                g_assert_cmpuint (lacuna_bytes_layout_column_at (&layout, x, &found), ==, column);
                g_assert_cmpint ((int) found, ==, part);
                g_assert_true (lacuna_bytes_layout_is_on_byte (&layout, x));
              }
          }
      g_assert_false (lacuna_bytes_layout_is_on_byte (&layout, 0));
    }
}

/* The pane in a window. */

typedef struct
{
  Memory memory;
  LacunaByteSource *source;
  GtkWidget *window;
  LacunaBytesPane *pane;
  LacunaBytes *view;
  char *told;
  struct lac_range zoomed;
  int n_menus;
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

static void
zoom_to_cb (LacunaBytesPane *pane,
            guint64          start,
            guint64          end,
            gpointer         data)
{
  ((Fixture *) data)->zoomed = (struct lac_range){ start, end };
}

static void
menu_cb (LacunaBytes *view,
         double       x,
         double       y,
         gpointer     data)
{
  ((Fixture *) data)->n_menus++;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->memory.range = (struct lac_range){ START, START + TERABYTE };
  fixture->memory.planted = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  fixture->source = memory_source (&fixture->memory);
  fixture->window = gtk_window_new ();
  fixture->pane = LACUNA_BYTES_PANE (lacuna_bytes_pane_new ());
  fixture->view = lacuna_bytes_pane_get_view (fixture->pane);
  g_signal_connect (fixture->pane, "told", G_CALLBACK (told_cb), fixture);
  g_signal_connect (fixture->pane, "zoom-to", G_CALLBACK (zoom_to_cb), fixture);
  g_signal_connect (fixture->view, "menu", G_CALLBACK (menu_cb), fixture);
  lacuna_bytes_pane_set_source (fixture->pane, fixture->source);
  lacuna_bytes_pane_set_range (fixture->pane, fixture->memory.range, "memory", NULL);
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
  g_hash_table_unref (fixture->memory.planted);
  g_free (fixture->told);
}

static void
plant (Fixture    *fixture,
       guint64     address,
       const char *text)
{
  for (gsize i = 0; text[i] != '\0'; i++)
    {
      guint64 at = address + i;

      g_hash_table_insert (fixture->memory.planted, g_memdup2 (&at, sizeof at),
                           GUINT_TO_POINTER ((guint) (guint8) text[i]));
    }
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
test_keys (Fixture      *fixture,
           gconstpointer data)
{
  LacunaBytes *view = fixture->view;
  const struct
  {
    guint keyval;
    GdkModifierType state;
    guint64 caret;
  } steps[] = {
    { GDK_KEY_Left, 0, START },
    { GDK_KEY_Up, 0, START },
    { GDK_KEY_Right, 0, START + 1 },
    { GDK_KEY_Down, 0, START + 17 },
    { GDK_KEY_End, 0, START + 31 },
    { GDK_KEY_Right, 0, START + 32 },
    { GDK_KEY_Left, GDK_CONTROL_MASK, START + 24 },
    { GDK_KEY_Home, 0, START + 16 },
    { GDK_KEY_End, GDK_CONTROL_MASK, START + TERABYTE - 1 },
    { GDK_KEY_Down, 0, START + TERABYTE - 1 },
    { GDK_KEY_Right, 0, START + TERABYTE - 1 },
    { GDK_KEY_Up, 0, START + TERABYTE - 17 },
    { GDK_KEY_Home, GDK_CONTROL_MASK, START },
  };
  guint64 after_page;

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_assert_true (press (fixture, steps[i].keyval, steps[i].state));
      g_assert_cmphex (lacuna_bytes_get_caret (view), ==, steps[i].caret);
      g_assert_false (lacuna_bytes_has_selection (view));
      g_assert_true (lac_range_contains (lacuna_bytes_get_visible (view), steps[i].caret));
    }
  g_assert_true (press (fixture, GDK_KEY_Page_Down, 0));
  after_page = lacuna_bytes_get_caret (view);
  g_assert_cmpuint (after_page - START, >, 16 * 8);
  g_assert_true (press (fixture, GDK_KEY_Page_Up, 0));
  g_assert_cmphex (lacuna_bytes_get_caret (view), ==, START);

  /* Shift selects, Escape no longer. */
  g_assert_true (press (fixture, GDK_KEY_Down, GDK_SHIFT_MASK));
  g_assert_true (press (fixture, GDK_KEY_Right, GDK_SHIFT_MASK));
  g_assert_cmphex (lacuna_bytes_get_selection (view).start, ==, START);
  g_assert_cmphex (lacuna_bytes_get_selection (view).end, ==, START + 18);
  g_assert_true (press (fixture, GDK_KEY_Escape, 0));
  g_assert_false (lacuna_bytes_has_selection (view));
  g_assert_false (press (fixture, GDK_KEY_Escape, 0));
  g_assert_true (press (fixture, GDK_KEY_a, GDK_CONTROL_MASK));
  g_assert_cmphex (lacuna_bytes_get_selection (view).end, ==, START + TERABYTE);

  /* What is not the view's is left to the window. */
  g_assert_false (press (fixture, GDK_KEY_g, GDK_CONTROL_MASK));
  g_assert_false (press (fixture, GDK_KEY_Left, GDK_ALT_MASK));
  g_assert_false (press (fixture, GDK_KEY_n, 0));

  g_assert_true (press (fixture, GDK_KEY_Return, 0));
  g_assert_cmphex (fixture->zoomed.start, ==, START);
  g_assert_true (press (fixture, GDK_KEY_Menu, 0));
  g_assert_cmpint (fixture->n_menus, ==, 1);
}

/* Down to the last byte of ranges of every size, by keys, by wheel, by the scrollbar. */
static void
test_far (Fixture      *fixture,
          gconstpointer data)
{
  const struct lac_range ranges[] = {
    { START + 5, START + 6 },
    { START + 5, START + 300 },
    { START + 3, START + TERABYTE - 2 },
    { 0x1000, (guint64) 1 << 47 },
    { 1, G_MAXUINT64 },
    { G_MAXUINT64 - 70, G_MAXUINT64 },
  };
  GtkAdjustment *adjustment = lacuna_bytes_get_adjustment (fixture->view, GTK_ORIENTATION_VERTICAL);

  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      struct lac_range visible;

      lacuna_bytes_pane_set_message (fixture->pane, "Nothing yet.");
      lacuna_bytes_pane_set_range (fixture->pane, ranges[i], "range", NULL);
      g_assert_cmphex (lacuna_bytes_get_visible (fixture->view).start, ==, ranges[i].start);
      lacuna_bytes_go_to (fixture->view, ranges[i].end - 1);
      g_assert_cmphex (lacuna_bytes_get_visible (fixture->view).end, ==, ranges[i].end);
      g_assert_cmphex (lacuna_bytes_get_caret (fixture->view), ==, ranges[i].end - 1);

      /* The scrollbar is at its end, too, and leads to both ends. */
      g_assert_cmpfloat_with_epsilon (gtk_adjustment_get_value (adjustment)
                                          + gtk_adjustment_get_page_size (adjustment),
                                      gtk_adjustment_get_upper (adjustment),
                                      MAX (0.01, gtk_adjustment_get_upper (adjustment) / 1e12));
      gtk_adjustment_set_value (adjustment, 0);
      g_assert_cmphex (lacuna_bytes_get_visible (fixture->view).start, ==, ranges[i].start);
      gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
      visible = lacuna_bytes_get_visible (fixture->view);
      g_assert_cmpuint (ranges[i].end - visible.end, <=, lac_range_size (ranges[i]) >> 40);
      gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment) / 2);
      visible = lacuna_bytes_get_visible (fixture->view);
      g_assert_cmpuint (visible.start, >=, ranges[i].start);
    }
}

static void
test_follow (Fixture      *fixture,
             gconstpointer data)
{
  LacunaBytes *view = fixture->view;
  struct lac_range visible;

  lacuna_bytes_go_to (view, START + 0x100000);
  visible = lacuna_bytes_get_visible (view);

  /* A region that grows at both ends stays where it is on the screen. */
  lacuna_bytes_pane_set_range (fixture->pane,
                               (struct lac_range){ START - 0x10000, START + TERABYTE + 0x1000 },
                               "grown", NULL);
  g_assert_cmphex (lacuna_bytes_get_visible (view).start, ==, visible.start);
  g_assert_cmphex (lacuna_bytes_get_caret (view), ==, START + 0x100000);

  /* So does what is at the top when the rows get longer. */
  g_object_set (fixture->pane, "columns", "8", NULL);
  g_assert_cmpuint (lacuna_bytes_get_columns (view), ==, 8);
  g_assert_cmphex (lacuna_bytes_get_visible (view).start, ==, visible.start);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (view), "bytes.columns", "s", "16"));
  g_assert_cmpuint (lacuna_bytes_get_columns (view), ==, 16);

  /* Another region begins at its start. */
  lacuna_bytes_pane_set_range (fixture->pane, (struct lac_range){ 0x1000, 0x2000 }, "other", NULL);
  g_assert_cmphex (lacuna_bytes_get_caret (view), ==, 0x1000);
  g_assert_cmphex (lacuna_bytes_get_visible (view).start, ==, 0x1000);
  lacuna_bytes_pane_set_message (fixture->pane, "Nothing is mapped here.");
  g_assert_cmpuint (lac_range_size (lacuna_bytes_get_selection (view)), ==, 0);
  g_assert_false (press (fixture, GDK_KEY_Down, 0));
  g_assert_false (press (fixture, GDK_KEY_Menu, 0));
}

/* Below a message stands what would help, until there is another message, or bytes. */
static void
test_reason (Fixture      *fixture,
             gconstpointer data)
{
  GtkWidget *box = find_type (GTK_WIDGET (fixture->pane), LACUNA_TYPE_REASON_BOX);
  GtkWidget *copy = find_type (box, GTK_TYPE_BUTTON);

  lacuna_bytes_pane_set_message (fixture->pane, "They can't be read.");
  g_assert_false (gtk_widget_get_visible (box));
  lacuna_bytes_pane_set_reason (fixture->pane, "The kernel lets only parents trace.", "sudo sysctl x=0");
  g_assert_true (gtk_widget_get_visible (box));
  g_assert_true (gtk_widget_get_visible (gtk_widget_get_parent (copy)));
  g_assert_cmpstr (gtk_actionable_get_action_name (GTK_ACTIONABLE (copy)), ==, "win.copy-remedy");
  g_assert_cmpstr (
      g_variant_get_string (gtk_actionable_get_action_target_value (GTK_ACTIONABLE (copy)), NULL), ==,
      "sudo sysctl x=0");
  /* Where no command helps, none is offered. */
  lacuna_bytes_pane_set_reason (fixture->pane, "The process has exited.", NULL);
  g_assert_true (gtk_widget_get_visible (box));
  g_assert_false (gtk_widget_get_visible (gtk_widget_get_parent (copy)));
  lacuna_bytes_pane_set_message (fixture->pane, "Nothing is mapped here.");
  g_assert_false (gtk_widget_get_visible (box));
}

static void
test_say (Fixture      *fixture,
          gconstpointer data)
{
  g_autofree char *known = NULL;
  g_autofree char *hole = NULL;
  g_autofree char *selected = NULL;

  plant (fixture, START + 0x20, "H");
  fixture->memory.hole = (struct lac_range){ START + 0x21, START + 0x22 };
  lacuna_bytes_pane_refresh (fixture->pane);
  wait_for_pages (lacuna_bytes_get_pages (fixture->view));
  lacuna_bytes_go_to (fixture->view, START + 0x20);
  known = lacuna_bytes_describe (fixture->view);
  g_assert_nonnull (strstr (known, "0x7f9d c97c 7020"));
  g_assert_nonnull (strstr (known, "0x48 · 72 · “H”"));
  gtk_test_accessible_assert_role (fixture->view, GTK_ACCESSIBLE_ROLE_GRID);
  gtk_test_accessible_assert_property (fixture->view, GTK_ACCESSIBLE_PROPERTY_LABEL, "Bytes");

  lacuna_bytes_go_to (fixture->view, START + 0x21);
  hole = lacuna_bytes_describe (fixture->view);
  g_assert_nonnull (strstr (hole, "The memory has no read permission."));
  lacuna_bytes_select (fixture->view, (struct lac_range){ START, START + 100 });
  selected = lacuna_bytes_describe (fixture->view);
  g_assert_nonnull (strstr (selected, "100 bytes selected"));
}

static GtkWidget *
find_named (GtkWidget  *bar,
            const char *name)
{
  return GTK_WIDGET (gtk_widget_get_template_child (bar, LACUNA_TYPE_BYTES_FIND, name));
}

static void
test_find (Fixture      *fixture,
           gconstpointer data)
{
  GtkWidget *bar = find_type (GTK_WIDGET (fixture->pane), LACUNA_TYPE_BYTES_FIND);
  GtkWidget *entry = find_type (bar, GTK_TYPE_SEARCH_ENTRY);
  struct lac_range first = { START + 0x100ffa, START + 0x101000 };
  struct lac_range second = { START + 0x240000, START + 0x240006 };
  GtkWidget *label;
  GtkWidget *offer;

  lacuna_bytes_pane_set_range (fixture->pane, (struct lac_range){ START, START + 0x300000 },
                               "memory", NULL);
  plant (fixture, first.start, "lacuna");
  plant (fixture, second.start, "lacuna");

  g_assert_false (lacuna_bytes_pane_step (fixture->pane, FALSE));
  g_assert_true (press (fixture, GDK_KEY_f, GDK_CONTROL_MASK));
  wait_until (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (fixture->window)), entry));

  /* Typing finds; Next and Previous go around. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "6c 61 63 ?? 6e 61");
#define IS_AT(range)                                                                              \
  (lacuna_bytes_get_selection (fixture->view).start == (range).start                              \
   && lacuna_bytes_get_selection (fixture->view).end == (range).end)
  wait_until (IS_AT (first));
  g_assert_true (lac_range_contains (lacuna_bytes_get_visible (fixture->view), first.start));
  g_assert_true (gtk_widget_activate_action (bar, "bytes.find-next", NULL));
  wait_until (IS_AT (second));
  g_assert_true (lacuna_bytes_pane_step (fixture->pane, FALSE));
  wait_until (IS_AT (first));
  g_assert_true (gtk_widget_activate_action (bar, "bytes.find-previous", NULL));
  wait_until (IS_AT (second));

  /* What is not there says where it was looked for. */
  label = find_named (bar, "label");
  offer = find_named (bar, "as_text_button");
  gtk_editable_set_text (GTK_EDITABLE (entry), "01 02 03 04 05 06 07 08 09 0a");
  wait_until (g_str_equal (gtk_label_get_label (GTK_LABEL (label)), "Not found in memory"));

  /* What is not finished is no text yet; what can't be bytes can be looked for as one. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "4");
  wait_until (gtk_widget_has_css_class (entry, "error"));
  g_assert_false (gtk_widget_get_visible (offer));
  gtk_editable_set_text (GTK_EDITABLE (entry), "lacuna");
  wait_until (gtk_widget_get_visible (offer));
  g_assert_true (gtk_widget_has_css_class (entry, "error"));
  lacuna_bytes_go_to (fixture->view, START);
  g_signal_emit_by_name (offer, "clicked");
  wait_until (IS_AT (first));
  g_assert_false (gtk_widget_has_css_class (entry, "error"));
  g_assert_false (gtk_widget_get_visible (offer));
#undef IS_AT

  /* Escape gives the focus back. */
  g_signal_emit_by_name (entry, "stop-search");
  wait_until (gtk_widget_has_focus (GTK_WIDGET (fixture->view)));
}

/* Who is told to go there gives the pane what is there. */
static void
go_to_cb (LacunaBytesPane *pane,
          guint64          start,
          guint64          end,
          gpointer         data)
{
  guint64 region = START + lac_align_down (start - START, 0x100000);

  lacuna_bytes_pane_set_range (pane, (struct lac_range){ region, region + 0x100000 }, "there", NULL);
}

static struct lac_map *
map_of_three (void)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map_builder *builder;
  struct lac_map *map = NULL;

  space.pointer_bits = 64;
  builder = lac_map_builder_new (&space);
  for (guint64 i = 0; i < 6; i += 2)
    {
      struct lac_region_entry entry = { .start = START + i * 0x100000,
                                        .end = START + (i + 1) * 0x100000,
                                        .protection = LAC_PROTECTION_READ,
                                        .kind = LAC_KIND_DECIDE };

      g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
    }
  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
  return map;
}

static void
test_find_everywhere (Fixture      *fixture,
                      gconstpointer data)
{
  GtkWidget *bar = find_type (GTK_WIDGET (fixture->pane), LACUNA_TYPE_BYTES_FIND);
  GtkWidget *entry = find_type (bar, GTK_TYPE_SEARCH_ENTRY);
  GtkWidget *label = find_named (bar, "label");
  struct lac_map *map = map_of_three ();
  guint64 there = START + 0x400000 + 0x123;

  g_signal_connect (fixture->pane, "go-to", G_CALLBACK (go_to_cb), fixture);
  plant (fixture, there, "lacuna");
  plant (fixture, START + 0x300000, "LACUNA");
  lacuna_bytes_pane_set_range (fixture->pane, (struct lac_range){ START, START + 0x100000 }, "here",
                               NULL);
  lacuna_bytes_pane_find (fixture->pane);
  g_assert_false (gtk_widget_get_visible (find_named (bar, "everywhere_button")));
  lacuna_bytes_pane_set_map (fixture->pane, map);
  lac_map_unref (map);
  g_assert_true (gtk_widget_get_visible (find_named (bar, "everywhere_button")));

  gtk_editable_set_text (GTK_EDITABLE (entry), "6c 61 63 75 6e 61");
  wait_until (g_str_equal (gtk_label_get_label (GTK_LABEL (label)), "Not found in here"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (find_named (bar, "everywhere_button")), TRUE);
  wait_until (lacuna_bytes_get_selection (fixture->view).start == there);
  g_assert_cmphex (lacuna_bytes_get_selection (fixture->view).end, ==, there + 6);
  g_assert_cmphex (lacuna_bytes_get_range (fixture->view).start, ==, START + 0x400000);

  /* What is not mapped is not looked at. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "4c 41 43 55 4e 41");
  wait_until (g_str_equal (gtk_label_get_label (GTK_LABEL (label)),
                           "Not found in any memory that can be read"));
}

/* The main loop goes on while a terabyte is looked through, which Escape ends. */
static void
test_find_far (Fixture      *fixture,
               gconstpointer data)
{
  GtkWidget *bar = find_type (GTK_WIDGET (fixture->pane), LACUNA_TYPE_BYTES_FIND);
  GtkWidget *entry = find_type (bar, GTK_TYPE_SEARCH_ENTRY);
  gint64 longest = 0;
  gint64 before;
  int n_reads;

  lacuna_bytes_pane_find (fixture->pane);
  gtk_editable_set_text (GTK_EDITABLE (entry), "01 02 03 04 05 06 07 08 09 0a");
  n_reads = g_atomic_int_get (&fixture->memory.n_reads);
  wait_until (g_atomic_int_get (&fixture->memory.n_reads) > n_reads + 3);
  before = g_get_monotonic_time ();
  for (int i = 0; i < 50; i++)
    {
      gint64 now;

      run_for (10);
      now = g_get_monotonic_time ();
      longest = MAX (longest, now - before);
      before = now;
    }
  g_test_message ("longest round of the main loop while searching: %" G_GINT64_FORMAT " µs",
                  longest);
  g_signal_emit_by_name (entry, "stop-search");
  run_for (200);
  n_reads = g_atomic_int_get (&fixture->memory.n_reads);
  run_for (200);
  g_assert_cmpint (g_atomic_int_get (&fixture->memory.n_reads), ==, n_reads);
}

static void
text_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  *(char **) data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static void
expect_clipboard (Fixture    *fixture,
                  const char *action,
                  const char *expected)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (fixture->window);
  g_autofree char *text = NULL;

  g_clear_pointer (&fixture->told, g_free);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->view), action, NULL));
  wait_until (fixture->told != NULL);
  gdk_clipboard_read_text_async (clipboard, NULL, text_read_cb, &text);
  wait_until (text != NULL);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_copy (Fixture      *fixture,
           gconstpointer data)
{
  plant (fixture, START + 0x10, "Gap.");
  fixture->memory.hole = (struct lac_range){ START + 0x12, START + 0x13 };
  lacuna_bytes_select (fixture->view, (struct lac_range){ START + 0x10, START + 0x14 });
  expect_clipboard (fixture, "bytes.copy-hex", "47 61 ?? 2e");
  g_assert_cmpstr (fixture->told, ==, "Copied 4 bytes, of which some can't be read");
  expect_clipboard (fixture, "bytes.copy-text", "Ga..");
  expect_clipboard (fixture, "bytes.copy-c-array",
                    "/* 0x7f9dc97c7010 */\n"
                    "static const unsigned char bytes[4] = {\n"
                    "  0x47, 0x61, 0x00 /* ?? */, 0x2e,\n"
                    "};\n");
  expect_clipboard (fixture, "bytes.copy-address", "0x7f9dc97c7010");
  g_clear_pointer (&fixture->told, g_free);
  g_assert_true (press (fixture, GDK_KEY_c, GDK_CONTROL_MASK));
  wait_until (fixture->told != NULL);

  /* Too much is not even read. */
  lacuna_bytes_select (fixture->view, fixture->memory.range);
  g_clear_pointer (&fixture->told, g_free);
  gtk_widget_activate_action (GTK_WIDGET (fixture->view), "bytes.copy-hex", NULL);
  g_assert_cmpstr (fixture->told, ==, "That is too much to copy. Select at most 16 MiB.");
}

/* A screen of rows at random places of a terabyte, drawn again and again. */
static void
test_speed (Fixture      *fixture,
            gconstpointer data)
{
  GtkAdjustment *adjustment = lacuna_bytes_get_adjustment (fixture->view, GTK_ORIENTATION_VERTICAL);
  const int n_frames = 300;
  gint64 scrolling = 0;
  gint64 drawing = 0;

  for (int i = 0; i < n_frames; i++)
    {
      GtkSnapshot *snapshot = gtk_snapshot_new ();
      GskRenderNode *node;
      gint64 began = g_get_monotonic_time ();
      gint64 scrolled;

      gtk_adjustment_set_value (adjustment,
                                floor (g_test_rand_double_range (
                                    0, gtk_adjustment_get_upper (adjustment))));
      scrolled = g_get_monotonic_time ();
      if (i % 2 == 0)
        wait_for_pages (lacuna_bytes_get_pages (fixture->view));
      scrolling += scrolled - began;
      began = g_get_monotonic_time ();
      GTK_WIDGET_GET_CLASS (fixture->view)->snapshot (GTK_WIDGET (fixture->view), snapshot);
      node = gtk_snapshot_free_to_node (snapshot);
      drawing += g_get_monotonic_time () - began;
      g_assert_nonnull (node);
      gsk_render_node_unref (node);
    }
  g_test_message ("a jump in a terabyte: %.3f ms, making the nodes of a screen: %.3f ms",
                  (double) scrolling / n_frames / 1000, (double) drawing / n_frames / 1000);
  /* A tenth of what keeps a frame late, as builds with sanitizers are slow. */
  g_assert_cmpint (scrolling / n_frames, <, 8000);
  g_assert_cmpint (drawing / n_frames, <, 16000);
}

/* Whatever language somebody reads, all that a row is made of has a glyph, in one font. */
static void
test_languages (void)
{
  const char *const languages[] = { "en", "de", "he", "ar", "hi", "ja", "th" };
  GtkWidget *label = g_object_ref_sink (gtk_label_new (NULL));
  PangoContext *context = gtk_widget_get_pango_context (label);

  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    {
      LacunaBytesGlyphs *glyphs;
      LacunaBytesLine line;

      pango_context_set_language (context, pango_language_from_string (languages[i]));
      glyphs = lacuna_bytes_glyphs_new (context, FALSE);
      lacuna_bytes_line_init (&line);
      for (char letter = '!'; letter <= '~'; letter++)
        lacuna_bytes_line_add (&line, glyphs, letter, 0);
      g_assert_cmpint (line.n_glyphs, ==, '~' - '!' + 1);
      lacuna_bytes_line_clear (&line);
      lacuna_bytes_glyphs_free (glyphs);
    }
  g_object_unref (label);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();

  for (gsize i = 0; i < G_N_ELEMENTS (goldens); i++)
    {
      g_autofree char *path = g_strconcat ("/app/bytes/golden/", goldens[i].name, NULL);

      g_test_add_data_func (path, &goldens[i], test_golden);
    }
  g_test_add_func ("/app/bytes/columns-and-back", test_columns);
  g_test_add_func ("/app/bytes/letters-of-one-font-in-every-language", test_languages);
#define ADD(path, test)                                                                           \
  g_test_add ("/app/bytes/" path, Fixture, NULL, set_up, test, tear_down)
  ADD ("keys-move-and-select", test_keys);
  ADD ("reaches-both-ends-of-any-range", test_far);
  ADD ("stays-where-it-is-when-the-range-grows", test_follow);
  ADD ("says-what-would-help", test_reason);
  ADD ("says-what-is-at-the-caret", test_say);
  ADD ("finds-next-and-previous", test_find);
  ADD ("finds-everywhere-and-goes-there", test_find_everywhere);
  ADD ("finding-can-be-given-up", test_find_far);
  ADD ("copies-as-hex-c-text-and-address", test_copy);
  ADD ("a-terabyte-scrolls-as-fast-as-a-page", test_speed);
#undef ADD

  return g_test_run ();
}
