/* The gap panel and the go-to entry by themselves, in a window of their own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "app/panel/lacuna-field.h"
#include "app/panel/lacuna-gap-copy.h"
#include "app/panel/lacuna-gap-panel.h"
#include "app/panel/lacuna-go-to.h"

#include <adwaita.h>
#include <string.h>
#include <time.h>

static const char maps[]
    = "00400000-00401000 r-xp 00000000 fe:00 11 /usr/bin/victim\n"
      "00600000-00620000 rw-p 00000000 00:00 0 [heap]\n"
      "7f0000000000-7f0000100000 r-xp 00000000 fe:00 12 /usr/lib/libc.so.6\n"
      "7f0000200000-7f0000300000 r-xp 00000000 fe:00 13 /usr/lib/libcap.so.2\n"
      "7ffff0000000-7ffff0021000 rw-p 00000000 00:00 0 [stack]\n";

typedef struct
{
  GtkWindow *window;
  LacunaGapPanel *panel;
  LacunaGoTo *go_to;
  LacunaTarget *target;
  LacunaSnapshot *snapshot;
  char *folder;
  char *path;
  guint64 address;
  guint n_signals;
  gboolean flag;
  char *text;
} Fixture;

static void
settle (Fixture *fixture)
{
  while (lacuna_gap_panel_is_searching (fixture->panel))
    g_main_context_iteration (NULL, TRUE);
  /* Advice and layout come after the results. */
  for (gint64 end = g_get_monotonic_time () + 150000; g_get_monotonic_time () < end;)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
}

static void
load (Fixture    *fixture,
      const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (fixture->path);

  g_file_set_contents (fixture->path, text, -1, &error);
  g_assert_no_error (error);
  g_clear_object (&fixture->target);
  g_clear_object (&fixture->snapshot);
  fixture->target = lacuna_target_new_for_file (file);
  fixture->snapshot = lacuna_target_load (fixture->target, LACUNA_LOAD_NONE, NULL, &error);
  g_assert_no_error (error);
  lacuna_gap_panel_set_snapshot (fixture->panel, fixture->target, fixture->snapshot);
  lacuna_go_to_set_snapshot (fixture->go_to, fixture->target, fixture->snapshot);
  settle (fixture);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  fixture->folder = g_dir_make_tmp ("lacuna-test-XXXXXX", &error);
  g_assert_no_error (error);
  /* A name that a shell would take apart. */
  fixture->path = g_build_filename (fixture->folder, "it's a $map", NULL);
  fixture->window = GTK_WINDOW (g_object_ref_sink (gtk_window_new ()));
  fixture->panel = g_object_new (LACUNA_TYPE_GAP_PANEL, "vexpand", TRUE, NULL);
  fixture->go_to = g_object_new (LACUNA_TYPE_GO_TO, NULL);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (fixture->go_to));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (fixture->panel));
  gtk_window_set_child (fixture->window, box);
  gtk_window_set_default_size (fixture->window, 340, 700);
  gtk_window_present (fixture->window);
  load (fixture, maps);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_path (fixture->path);
  g_autoptr (GFile) folder = g_file_new_for_path (fixture->folder);

  gtk_window_destroy (fixture->window);
  g_object_unref (fixture->window);
  g_file_delete (file, NULL, NULL);
  g_file_delete (folder, NULL, NULL);
  g_object_unref (fixture->snapshot);
  g_object_unref (fixture->target);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->text);
}

static gpointer
part (Fixture    *fixture,
      const char *name)
{
  return gtk_widget_get_template_child (GTK_WIDGET (fixture->panel), LACUNA_TYPE_GAP_PANEL, name);
}

static LacunaField *
anchor (Fixture *fixture)
{
  return LACUNA_FIELD (gtk_widget_get_first_child (part (fixture, "anchors_box")));
}

/* Many small gaps: @n_gaps of them, with room for 1 to 8 pages. */
static char *
many_gaps (guint n_gaps)
{
  GString *text = g_string_new (NULL);
  guint64 at = 0x10000000;

  for (guint i = 0; i <= n_gaps; i++)
    {
      g_string_append_printf (text,
                              "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER
                              "x rw-p 00000000 00:00 0\n",
                              at, at + 0x1000);
      at += 0x1000 + 0x1000 * (1 + i % 8);
    }
  return g_string_free (text, FALSE);
}

/* Nobody has said where: no match is the one that is meant, until somebody chooses it or asks for
 * something. That the form says "lowest first" by itself is no wish. */
static void
test_chooses_nothing_by_itself (Fixture      *fixture,
                                gconstpointer data)
{
  GtkDropDown *order = part (fixture, "order_drop_down");
  LacunaField *minimum = part (fixture, "minimum");
  LacunaGap *gap;

  g_assert_cmpuint (gtk_drop_down_get_selected (order), ==, LAC_ORDER_LOWEST);
  g_assert_true (lacuna_gap_panel_get_anywhere (fixture->panel));
  g_assert_null (lacuna_gap_panel_get_selected (fixture->panel));
  lacuna_field_set_text (part (fixture, "size"), "64K");
  settle (fixture);
  g_assert_true (lacuna_gap_panel_get_anywhere (fixture->panel));
  g_assert_null (lacuna_gap_panel_get_selected (fixture->panel));

  /* What was chosen stays chosen when the target is read again. */
  lacuna_gap_panel_step (fixture->panel, 1);
  gap = lacuna_gap_panel_get_selected (fixture->panel);
  g_assert_nonnull (gap);
  g_assert_cmphex (
      lacuna_gap_get (gap)->candidate, ==,
      lacuna_gap_results_peek (lacuna_gap_panel_get_results (fixture->panel), 0)->candidate);
  lacuna_gap_panel_set_snapshot (fixture->panel, fixture->target, fixture->snapshot);
  settle (fixture);
  g_assert_nonnull (lacuna_gap_panel_get_selected (fixture->panel));

  /* A bound is a wish, and when it is taken back there is none any more. */
  lacuna_field_set_text (minimum, "10000000");
  settle (fixture);
  g_assert_false (lacuna_gap_panel_get_anywhere (fixture->panel));
  g_assert_nonnull (lacuna_gap_panel_get_selected (fixture->panel));
  lacuna_field_set_text (minimum, "");
  settle (fixture);
  g_assert_true (lacuna_gap_panel_get_anywhere (fixture->panel));
  g_assert_null (lacuna_gap_panel_get_selected (fixture->panel));
  lacuna_field_set_text (anchor (fixture), "[stack]");
  settle (fixture);
  g_assert_false (lacuna_gap_panel_get_anywhere (fixture->panel));
  g_assert_nonnull (lacuna_gap_panel_get_selected (fixture->panel));
  lacuna_field_set_text (anchor (fixture), "");
  settle (fixture);
  g_assert_true (lacuna_gap_panel_get_anywhere (fixture->panel));
  g_assert_null (lacuna_gap_panel_get_selected (fixture->panel));

  /* An order that somebody chooses is one, "lowest first" included. */
  gtk_drop_down_set_selected (order, LAC_ORDER_HIGHEST);
  settle (fixture);
  g_assert_false (lacuna_gap_panel_get_anywhere (fixture->panel));
  g_assert_nonnull (lacuna_gap_panel_get_selected (fixture->panel));
  gtk_drop_down_set_selected (order, LAC_ORDER_LOWEST);
  settle (fixture);
  g_assert_false (lacuna_gap_panel_get_anywhere (fixture->panel));
  g_assert_nonnull (lacuna_gap_panel_get_selected (fixture->panel));
  gtk_drop_down_set_selected (order, LAC_ORDER_NEAREST);
  settle (fixture);
  g_assert_true (lacuna_gap_panel_get_anywhere (fixture->panel));
}

static void
test_steps_through_all (Fixture      *fixture,
                        gconstpointer data)
{
  g_autofree char *text = many_gaps (12000);
  GtkWidget *view = part (fixture, "results_view");
  GtkLabel *explanation = part (fixture, "explanation");
  LacunaGapResults *results;
  guint n_rows = 0;
  guint64 last = 0;

  load (fixture, text);
  lacuna_field_set_text (part (fixture, "minimum"), "10000000");
  settle (fixture);
  results = lacuna_gap_panel_get_results (fixture->panel);
  g_assert_cmpuint (lacuna_gap_results_get_n_matches (results), >=, 12000);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (results)), ==, 10000);
  g_assert_nonnull (strstr (gtk_label_get_label (explanation), "more"));

  for (GtkWidget *row = gtk_widget_get_first_child (view); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    n_rows++;
  g_assert_cmpuint (n_rows, <=, 50);

  for (guint i = 0; i < 10000; i++)
    {
      LacunaGap *gap = lacuna_gap_panel_get_selected (fixture->panel);

      g_assert_nonnull (gap);
      g_assert_cmphex (lacuna_gap_get (gap)->candidate, ==,
                       lacuna_gap_results_peek (results, i)->candidate);
      g_assert_true (i == 0 || lacuna_gap_get (gap)->candidate > last);
      last = lacuna_gap_get (gap)->candidate;
      lacuna_gap_panel_step (fixture->panel, 1);
    }
  /* It stays at the end, and goes back from there. */
  g_assert_cmphex (lacuna_gap_get (lacuna_gap_panel_get_selected (fixture->panel))->candidate, ==,
                   last);
  lacuna_gap_panel_step (fixture->panel, -1);
  g_assert_cmphex (lacuna_gap_get (lacuna_gap_panel_get_selected (fixture->panel))->candidate, <,
                   last);

  /* Any of those kept is found by its gap, on whichever page. */
  g_assert_true (lacuna_gap_panel_select_gap (fixture->panel,
                                              lacuna_gap_results_peek (results, 777)->index));
  g_assert_cmphex (lacuna_gap_get (lacuna_gap_panel_get_selected (fixture->panel))->candidate, ==,
                   lacuna_gap_results_peek (results, 777)->candidate);
  settle (fixture);
  {
    GtkWidget *scroller = part (fixture, "scroller");
    GtkWidget *row = gtk_widget_get_first_child (view);
    graphene_rect_t bounds;

    for (guint i = 0; i < 777 % 50; i++)
      row = gtk_widget_get_next_sibling (row);
    g_assert_true (gtk_widget_compute_bounds (row, scroller, &bounds));
    g_assert_cmpfloat (bounds.origin.y, >=, 0);
    g_assert_cmpfloat (bounds.origin.y + bounds.size.height, <=,
                       gtk_widget_get_height (scroller));
  }
}

static void
click_remedy (Fixture    *fixture,
              const char *beginning)
{
  for (GtkWidget *button = gtk_widget_get_first_child (part (fixture, "remedies_box"));
       button != NULL; button = gtk_widget_get_next_sibling (button))
    if (g_str_has_prefix (
            gtk_label_get_label (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (button)))),
            beginning))
      {
        g_signal_emit_by_name (button, "clicked");
        settle (fixture);
        return;
      }
  g_error ("there is no remedy “%s…”", beginning);
}

static guint64
n_matches (Fixture *fixture)
{
  return lacuna_gap_results_get_n_matches (lacuna_gap_panel_get_results (fixture->panel));
}

static void
test_remedies_help (Fixture      *fixture,
                    gconstpointer data)
{
  GtkLabel *explanation = part (fixture, "explanation");
  LacunaField *within = part (fixture, "within");

  /* Between libc and libcap there is 1 MiB, and within 2 MiB nothing else that size. */
  lacuna_field_set_text (anchor (fixture), "libcap.so.2");
  lacuna_field_set_text (within, "1M");
  lacuna_field_set_text (part (fixture, "size"), "2M");
  lacuna_field_set_text (part (fixture, "maximum"), "7f0000300000");
  settle (fixture);
  g_assert_cmpuint (n_matches (fixture), ==, 0);
  g_test_message ("%s", gtk_label_get_label (explanation));
  g_assert_nonnull (strstr (gtk_label_get_label (explanation), "too small"));
  g_assert_nonnull (strstr (gtk_label_get_label (explanation), "1 MiB"));
  click_remedy (fixture, "Widen to");
  g_assert_cmpuint (n_matches (fixture), >, 0);

  lacuna_field_set_text (within, "1M");
  settle (fixture);
  click_remedy (fixture, "Ask for 1 MiB");
  g_assert_cmpuint (n_matches (fixture), ==, 1);

  lacuna_field_set_text (within, "");
  lacuna_field_set_text (part (fixture, "maximum"), "");
  lacuna_field_set_text (anchor (fixture), "0x620000");
  lacuna_field_set_text (within, "1M");
  lacuna_field_set_text (part (fixture, "minimum"), "0x620000");
  lacuna_field_set_text (part (fixture, "size"), "512K");
  settle (fixture);
  g_assert_cmpuint (n_matches (fixture), ==, 0);
  g_assert_nonnull (strstr (gtk_label_get_label (explanation), "risky"));
  click_remedy (fixture, "Allow heap growth: 1 more");
  g_assert_cmpuint (n_matches (fixture), ==, 1);
  g_assert_false (gtk_toggle_button_get_active (part (fixture, "avoid_heap_growth")));
}

static void
pick_cb (LacunaGapPanel *panel,
         gboolean        picking,
         gpointer        user_data)
{
  Fixture *fixture = user_data;

  fixture->n_signals++;
  fixture->flag = picking;
}

/* Whether a tooltip would show, if the pointer rested there. */
static gboolean
has_tooltip (GtkWidget *widget)
{
  g_autoptr (GtkTooltip) tooltip = g_object_new (GTK_TYPE_TOOLTIP, NULL);
  gboolean shows = FALSE;

  g_signal_emit_by_name (widget, "query-tooltip", 5, 5, FALSE, tooltip, &shows);
  return shows;
}

/* Whoever types in a field does not want what it is for in front of it. */
static void
test_tooltip_yields (Fixture      *fixture,
                     gconstpointer data)
{
  GtkWidget *field = GTK_WIDGET (anchor (fixture));
  GtkWidget *size = part (fixture, "size");

  g_assert_true (has_tooltip (field));
  gtk_widget_grab_focus (field);
  g_assert_true (has_tooltip (field));
  lacuna_field_set_text (anchor (fixture), "0x1000");
  g_assert_false (has_tooltip (field));
  g_assert_true (has_tooltip (size));
  gtk_widget_grab_focus (size);
  g_assert_true (has_tooltip (field));

  /* What nobody typed. */
  lacuna_field_set_text (anchor (fixture), "0x2000");
  g_assert_true (has_tooltip (field));
}

/* Another anchor takes no room before somebody wants one. */
static void
test_adds_anchors (Fixture      *fixture,
                   gconstpointer data)
{
  GtkWidget *first = GTK_WIDGET (anchor (fixture));
  GtkWidget *add = GTK_WIDGET (
      gtk_widget_get_template_child (first, LACUNA_TYPE_FIELD, "add_button"));
  GtkWidget *second;

  g_assert_false (gtk_widget_get_visible (add));
  lacuna_field_set_text (anchor (fixture), "0x1000");
  g_assert_true (gtk_widget_get_visible (add));
  second = gtk_widget_get_next_sibling (first);
  g_assert_false (gtk_widget_get_visible (second));

  g_signal_emit_by_name (add, "clicked");
  g_assert_false (gtk_widget_get_visible (add));
  g_assert_true (gtk_widget_get_visible (second));
  g_assert_nonnull (gtk_widget_get_focus_child (second));

  lacuna_field_set_text (LACUNA_FIELD (second), "0x2000");
  add = GTK_WIDGET (gtk_widget_get_template_child (second, LACUNA_TYPE_FIELD, "add_button"));
  g_assert_true (gtk_widget_get_visible (add));
  g_assert_false (gtk_widget_get_visible (gtk_widget_get_next_sibling (second)));

  /* The focus goes to one that is there when the last is removed. */
  g_signal_emit_by_name (second, "removed");
  g_assert_nonnull (gtk_widget_get_focus_child (first));
  add = GTK_WIDGET (gtk_widget_get_template_child (first, LACUNA_TYPE_FIELD, "add_button"));
  g_assert_true (gtk_widget_get_visible (add));
}

static void
test_picks_anchors (Fixture      *fixture,
                    gconstpointer data)
{
  GtkToggleButton *button = GTK_TOGGLE_BUTTON (gtk_widget_get_template_child (
      GTK_WIDGET (anchor (fixture)), LACUNA_TYPE_FIELD, "pick_button"));
  LacunaField *second;

  g_signal_connect (fixture->panel, "pick-anchor", G_CALLBACK (pick_cb), fixture);
  gtk_toggle_button_set_active (button, TRUE);
  g_assert_cmpuint (fixture->n_signals, ==, 1);
  g_assert_true (fixture->flag);
  lacuna_gap_panel_take_anchor (fixture->panel, 0x7f0000012345);
  g_assert_false (gtk_toggle_button_get_active (button));
  g_assert_cmpstr (lacuna_field_get_text (anchor (fixture)), ==, "0x7f0000012345");

  /* It replaces what is in the field that asks, and otherwise goes into the empty one. */
  gtk_toggle_button_set_active (button, TRUE);
  lacuna_gap_panel_take_anchor (fixture->panel, 0x1000);
  g_assert_cmpstr (lacuna_field_get_text (anchor (fixture)), ==, "0x1000");
  lacuna_gap_panel_take_anchor (fixture->panel, 0x2000);
  second = LACUNA_FIELD (gtk_widget_get_next_sibling (GTK_WIDGET (anchor (fixture))));
  g_assert_cmpstr (lacuna_field_get_text (second), ==, "0x2000");

  /* The strip may begin and end picking by itself; that is not said back to it. */
  fixture->n_signals = 0;
  lacuna_gap_panel_set_picking (fixture->panel, TRUE);
  lacuna_gap_panel_set_picking (fixture->panel, FALSE);
  g_assert_cmpuint (fixture->n_signals, ==, 0);
  gtk_toggle_button_set_active (button, TRUE);
  gtk_toggle_button_set_active (button, FALSE);
  g_assert_cmpuint (fixture->n_signals, ==, 2);
  g_assert_false (fixture->flag);
}

static void
copied_cb (LacunaGapPanel *panel,
           const char     *name,
           gpointer        user_data)
{
  Fixture *fixture = user_data;

  g_assert_null (strchr (name, '\n'));
  fixture->n_signals++;
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Fixture *fixture = user_data;

  fixture->text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
  fixture->flag = TRUE;
}

/* What is on the clipboard after copying the selected match. */
static const char *
copy (Fixture        *fixture,
      LacunaCopyKind  kind)
{
  guint n_signals = fixture->n_signals;

  lacuna_gap_panel_copy (fixture->panel, kind);
  g_assert_cmpuint (fixture->n_signals, ==, n_signals + 1);
  g_clear_pointer (&fixture->text, g_free);
  fixture->flag = FALSE;
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (fixture->panel)), NULL,
                                 read_cb, fixture);
  while (!fixture->flag)
    g_main_context_iteration (NULL, TRUE);
  return fixture->text;
}

/* Constraints of every sort; each is asked for the match at the given position too. */
typedef struct
{
  const char *anchors[2];
  const char *within;
  const char *size;
  const char *alignment;
  const char *minimum;
  const char *maximum;
  gboolean risky;
  enum lac_order order;
  guint position;
} Case;

static const Case cases[] = {
  { { NULL }, "", "", "", "", "", FALSE, LAC_ORDER_LOWEST, 0 },
  { { "libc!" }, "", "", "", "", "", FALSE, LAC_ORDER_NEAREST, 0 },
  { { "libc+0x40" }, "", "64K", "64K", "", "", FALSE, LAC_ORDER_NEAREST, 1 },
  { { "libc", "libcap.so.2" }, "1G", "0x1234", "2M", "10000", "7f8000000000", TRUE,
    LAC_ORDER_HIGHEST, 1 },
  { { "[heap]" }, "1T", "1", "1", "", "", TRUE, LAC_ORDER_ROOMIEST, 1 },
  { { NULL }, "", "3K", "", "", "7fff00000000", FALSE, LAC_ORDER_TIGHTEST, 2 },
};

static gboolean
fill_in (Fixture    *fixture,
         const Case *one)
{
  LacunaGapResults *results;

  /* A fault leaves no results, and nothing to copy. */
  lacuna_field_set_text (anchor (fixture), one->anchors[0] != NULL ? one->anchors[0] : "");
  if (one->anchors[1] != NULL)
    lacuna_gap_panel_add_anchor (fixture->panel, one->anchors[1]);
  lacuna_field_set_text (part (fixture, "within"), one->within);
  lacuna_field_set_text (part (fixture, "size"), one->size);
  lacuna_field_set_text (part (fixture, "alignment"), one->alignment);
  lacuna_field_set_text (part (fixture, "minimum"), one->minimum);
  lacuna_field_set_text (part (fixture, "maximum"), one->maximum);
  gtk_toggle_button_set_active (part (fixture, "avoid_heap_growth"), !one->risky);
  gtk_toggle_button_set_active (part (fixture, "avoid_stack_guard"), !one->risky);
  gtk_drop_down_set_selected (part (fixture, "order_drop_down"), one->order);
  settle (fixture);
  results = lacuna_gap_panel_get_results (fixture->panel);
  if (results == NULL)
    {
      lacuna_gap_panel_copy (fixture->panel, LACUNA_COPY_COMMAND);
      g_assert_cmpuint (fixture->n_signals, ==, 0);
      return FALSE;
    }
  g_assert_cmpint (lacuna_gap_results_get_query (results)->order, ==, one->order);
  /* Where no place is asked for, the first match is not meant before one goes to it. */
  if (lacuna_gap_panel_get_selected (fixture->panel) == NULL)
    lacuna_gap_panel_step (fixture->panel, 1);
  for (guint i = 0; i < one->position; i++)
    lacuna_gap_panel_step (fixture->panel, 1);
  g_assert_nonnull (lacuna_gap_panel_get_selected (fixture->panel));
  return TRUE;
}

static void
test_command_finds_the_same (Fixture      *fixture,
                             gconstpointer data)
{
  const Case *one = data;
  g_autofree char *folder = g_path_get_dirname (LACUNA_CLI);
  g_autofree char *command = NULL;
  g_autofree char *output = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;
  const char *shell[] = { "/bin/sh", "-c", NULL, NULL };
  guint n_lines;
  int status;

  if (*LACUNA_CLI == '\0')
    {
      g_test_skip ("lacuna-cli is not built");
      return;
    }
  g_signal_connect (fixture->panel, "copied", G_CALLBACK (copied_cb), fixture);
  if (!fill_in (fixture, one))
    return;
  expected = g_strdup (copy (fixture, LACUNA_COPY_ADDRESS));
  copy (fixture, LACUNA_COPY_COMMAND);
  g_test_message ("%s", fixture->text);
  /* The name finds it in the next run too. */
  for (guint i = 0; i < G_N_ELEMENTS (one->anchors) && one->anchors[i] != NULL; i++)
    {
      g_autofree char *name = g_shell_quote (one->anchors[i]);

      g_assert_nonnull (strstr (fixture->text, name));
    }

  command = g_strdup_printf ("PATH='%s':\"$PATH\" %s --null | tr '\\0' '\\n'", folder,
                             fixture->text);
  shell[2] = command;
  g_spawn_sync (NULL, (char **) shell, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, &status,
                &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  /* The match is the last that is listed, and its candidate comes first. */
  g_strchomp (output);
  lines = g_strsplit (output, "\n", -1);
  n_lines = g_strv_length (lines);
  g_assert_cmpuint (n_lines, ==, one->position + 1);
  g_assert_true (g_str_has_prefix (lines[one->position], expected));
}

/* The call is compiled, linked and run: it has to give the very address. */
static void
test_call_finds_the_same (Fixture      *fixture,
                          gconstpointer data)
{
  const Case *one = data;
  g_autofree char *compiler = g_find_program_in_path ("cc");
  g_autofree char *source = g_build_filename (fixture->folder, "call.c", NULL);
  g_autofree char *program = g_build_filename (fixture->folder, "call", NULL);
  g_autofree char *include = g_strdup_printf ("-I%s/src", g_getenv ("LACUNA_SOURCE_DIR"));
  g_autoptr (GError) error = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *code = NULL;
  g_autofree char *output = NULL;
  const char *compile[] = { compiler, "-std=gnu11", "-Wall",  "-Wextra", "-Werror", include,
                            "-o",     program,      source,   LACUNA_LIBRARY, NULL };
  const char *run[] = { program, fixture->path, NULL };
  int status;

  if (compiler == NULL || g_getenv ("LACUNA_SOURCE_DIR") == NULL
      || strcmp (LACUNA_SANITIZERS, "none") != 0)
    {
      g_test_skip ("no compiler, or a library that needs a sanitizer's");
      return;
    }
  g_signal_connect (fixture->panel, "copied", G_CALLBACK (copied_cb), fixture);
  if (!fill_in (fixture, data))
    return;
  expected = g_strdup_printf ("%s\n", copy (fixture, LACUNA_COPY_ADDRESS));
  copy (fixture, LACUNA_COPY_CALL);
  for (guint i = 0; i < G_N_ELEMENTS (one->anchors) && one->anchors[i] != NULL; i++)
    g_assert_nonnull (strstr (fixture->text, one->anchors[i]));
  code = g_strdup_printf (
      "#include \"lacuna.h\"\n#include <inttypes.h>\n#include <stdio.h>\n\n"
      "int\nmain (int argc, char *argv[])\n{\n"
      "  static char text[1 << 16];\n"
      "  struct lac_space space = LAC_SPACE_UNKNOWN;\n"
      "  struct lac_map *map;\n"
      "  FILE *file = fopen (argv[argc - 1], \"r\");\n"
      "  size_t length = fread (text, 1, sizeof text, file);\n\n"
      "  fclose (file);\n"
      "  if (lac_map_parse (text, length, &space, &map, NULL) != LAC_OK)\n    return 1;\n"
      "%s"
      "  if (status == LAC_OK)\n"
      "    printf (\"0x%%\" PRIx64 \"\\n\", gap.candidate);\n"
      "  lac_map_unref (map);\n  return 0;\n}\n",
      fixture->text);
  g_file_set_contents (source, code, -1, &error);
  g_assert_no_error (error);
  g_spawn_sync (NULL, (char **) compile, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status,
                &error);
  g_assert_no_error (error);
  if (status != 0)
    g_error ("This does not compile:\n%s", code);
  g_spawn_sync (NULL, (char **) run, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, &status,
                &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpstr (output, ==, expected);
  {
    g_autoptr (GFile) source_file = g_file_new_for_path (source);
    g_autoptr (GFile) program_file = g_file_new_for_path (program);

    g_file_delete (source_file, NULL, NULL);
    g_file_delete (program_file, NULL, NULL);
  }
}

/* Narrow windows and large letters: the panel never needs more than a phone has. */
static void
test_minimum_width (Fixture      *fixture,
                    gconstpointer data)
{
  GtkSettings *settings = gtk_settings_get_default ();
  int before;
  int minimum;

  lacuna_gap_panel_add_anchor (fixture->panel, "libcap.so.2");
  lacuna_field_set_text (part (fixture, "size"), "1T");
  settle (fixture);
  gtk_widget_measure (GTK_WIDGET (fixture->panel), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL,
                      NULL, NULL);
  g_test_message ("minimum width %d", minimum);
  g_assert_cmpint (minimum, <=, 330);

  g_object_get (settings, "gtk-xft-dpi", &before, NULL);
  g_object_set (settings, "gtk-xft-dpi", 2 * 96 * 1024, NULL);
  settle (fixture);
  gtk_widget_measure (GTK_WIDGET (fixture->panel), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL,
                      NULL, NULL);
  g_test_message ("minimum width with large letters %d", minimum);
  g_assert_cmpint (minimum, <=, 360);
  g_object_set (settings, "gtk-xft-dpi", before, NULL);
}

/* The go-to entry */

static GtkWidget *
entry_of (Fixture *fixture)
{
  return GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (fixture->go_to),
                                                    LACUNA_TYPE_GO_TO, "entry"));
}

/* Presses a key as the entry's controllers see it, in the order of their phases. */
static gboolean
press (GtkWidget *entry,
       guint      keyval)
{
  static const GtkPropagationPhase phases[] = { GTK_PHASE_CAPTURE, GTK_PHASE_BUBBLE };
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (entry);

  for (guint phase = 0; phase < G_N_ELEMENTS (phases); phase++)
    for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
      {
        g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
        gboolean handled = FALSE;

        if (!GTK_IS_EVENT_CONTROLLER_KEY (controller)
            || gtk_event_controller_get_propagation_phase (controller) != phases[phase])
          continue;
        g_signal_emit_by_name (controller, "key-pressed", keyval, 0, 0, &handled);
        if (handled)
          return TRUE;
      }
  if (keyval == GDK_KEY_Return)
    g_signal_emit_by_name (entry, "activate");
  return FALSE;
}

static void
chosen_cb (LacunaGoTo *go_to,
           guint64     address,
           gpointer    user_data)
{
  Fixture *fixture = user_data;

  fixture->address = address;
  fixture->n_signals++;
}

static void
closed_cb (LacunaGoTo *go_to,
           gpointer    user_data)
{
  ((Fixture *) user_data)->flag = TRUE;
}

static void
type (Fixture    *fixture,
      const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (entry_of (fixture)), text);
  settle (fixture);
}

static const char *
typed (Fixture *fixture)
{
  return gtk_editable_get_text (GTK_EDITABLE (entry_of (fixture)));
}

static void
test_go_to_completes (Fixture      *fixture,
                      gconstpointer data)
{
  GtkWidget *entry = entry_of (fixture);

  g_signal_connect (fixture->go_to, "chosen", G_CALLBACK (chosen_cb), fixture);
  g_signal_connect (fixture->go_to, "closed", G_CALLBACK (closed_cb), fixture);
  lacuna_go_to_start (fixture->go_to);
  settle (fixture);

  /* Nothing is highlighted at first, the arrows go through the names and back to what was typed. What is
   * chosen among them is gone to at once. */
  type (fixture, "lib");
  g_assert_true (press (entry, GDK_KEY_Down));
  g_assert_true (press (entry, GDK_KEY_Down));
  g_assert_true (press (entry, GDK_KEY_Return));
  g_assert_cmpstr (typed (fixture), ==, "libcap.so.2");
  settle (fixture);
  g_assert_cmpuint (fixture->n_signals, ==, 1);
  g_assert_cmphex (fixture->address, ==, 0x7f0000200000);

  /* Tab takes the first that begins so, and only leaves when there is nothing to take. */
  type (fixture, "hea");
  g_assert_true (press (entry, GDK_KEY_Tab));
  g_assert_cmpstr (typed (fixture), ==, "[heap]");
  g_assert_false (press (entry, GDK_KEY_Tab));

  /* What may be a number is never replaced, and Return means what was typed. */
  type (fixture, "ca");
  g_assert_false (press (entry, GDK_KEY_Tab));
  g_assert_cmpstr (typed (fixture), ==, "ca");
  press (entry, GDK_KEY_Return);
  settle (fixture);
  g_assert_cmphex (fixture->address, ==, 0xca);

  /* As the window writes it. */
  type (fixture, "7f00 0020 0000");
  press (entry, GDK_KEY_Return);
  settle (fixture);
  g_assert_cmphex (fixture->address, ==, 0x7f0000200000);

  /* Escape closes the list first, then leaves. */
  type (fixture, "lib");
  g_assert_true (press (entry, GDK_KEY_Escape));
  g_assert_false (fixture->flag);
  g_assert_true (press (entry, GDK_KEY_Escape));
  g_assert_true (fixture->flag);

  lacuna_go_to_clear (fixture->go_to);
  g_assert_cmpstr (typed (fixture), ==, "");
}

static void
test_go_to_says_where (Fixture      *fixture,
                       gconstpointer data)
{
  GtkWidget *entry = entry_of (fixture);
  GtkLabel *fault = GTK_LABEL (gtk_widget_get_template_child (
      GTK_WIDGET (fixture->go_to), LACUNA_TYPE_GO_TO, "fault_label"));

  g_signal_connect (fixture->go_to, "chosen", G_CALLBACK (chosen_cb), fixture);
  lacuna_go_to_start (fixture->go_to);
  type (fixture, "0x7f00zz");
  press (entry, GDK_KEY_Return);
  settle (fixture);
  g_assert_cmpuint (fixture->n_signals, ==, 0);
  g_assert_cmpint (gtk_editable_get_position (GTK_EDITABLE (entry)), ==, 6);
  g_assert_true (gtk_widget_has_css_class (entry, "error"));
  g_assert_cmpstr (gtk_label_get_label (fault), ==, "This is not a hexadecimal digit.");

  type (fixture, "0x7f00");
  g_assert_false (gtk_widget_has_css_class (entry, "error"));
  press (entry, GDK_KEY_Return);
  settle (fixture);
  g_assert_cmphex (fixture->address, ==, 0x7f00);
}

/* What this thread has worked, in microseconds: a busy machine does not count. */
static gint64
own_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* A million regions and more matches than are kept: what each key press costs the main thread. */
static void
test_large (Fixture      *fixture,
            gconstpointer data)
{
  static const char *const sizes[] = { "1", "10", "100", "1000", "4096", "8K", "16K", "4K" };
  g_autofree char *text = NULL;
  gint64 longest = 0;
  gint64 longest_work = 0;

  if (!g_test_slow ())
    {
      g_test_skip ("only with -m slow: it reads a map of a million regions");
      return;
    }
  text = many_gaps (1000000);
  load (fixture, text);
  settle (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      lacuna_field_set_text (part (fixture, "size"), sizes[i]);
      for (gint64 end = g_get_monotonic_time () + 1500000; g_get_monotonic_time () < end;)
        {
          gint64 started = g_get_monotonic_time ();
          gint64 work_started = own_time ();

          if (!g_main_context_iteration (NULL, FALSE))
            g_usleep (500);
          else
            {
              longest = MAX (longest, g_get_monotonic_time () - started);
              longest_work = MAX (longest_work, own_time () - work_started);
            }
        }
      g_assert_false (lacuna_gap_panel_is_searching (fixture->panel));
      g_assert_cmpuint (n_matches (fixture), >, 65000);
    }
  g_test_message ("longest turn of the main loop %.1f ms, of which work %.1f ms",
                  (double) longest / 1000, (double) longest_work / 1000);
  g_assert_cmpint (longest_work, <, 50000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP there is no display\n");
      return 0;
    }
  adw_init ();

#define ADD(path, function)                                                                       \
  g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/app/gap-panel/chooses-nothing-by-itself", test_chooses_nothing_by_itself);
  ADD ("/app/gap-panel/steps-through-all", test_steps_through_all);
  ADD ("/app/gap-panel/remedies-help", test_remedies_help);
  ADD ("/app/gap-panel/another-anchor-is-asked-for", test_adds_anchors);
  ADD ("/app/gap-panel/tooltip-yields-to-typing", test_tooltip_yields);
  ADD ("/app/gap-panel/picks-anchors", test_picks_anchors);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *command = g_strdup_printf ("/app/gap-panel/command-finds-the-same/%u", i);
      g_autofree char *call = g_strdup_printf ("/app/gap-panel/call-finds-the-same/%u", i);

      g_test_add (command, Fixture, &cases[i], set_up, test_command_finds_the_same, tear_down);
      g_test_add (call, Fixture, &cases[i], set_up, test_call_finds_the_same, tear_down);
    }
  ADD ("/app/gap-panel/minimum-width", test_minimum_width);
  ADD ("/app/gap-panel/large", test_large);
  ADD ("/app/go-to/completes", test_go_to_completes);
  ADD ("/app/go-to/says-where", test_go_to_says_where);
#undef ADD

  return g_test_run ();
}
