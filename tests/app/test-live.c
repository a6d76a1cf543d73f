/* A process is watched in the window while it changes, stops, hides, becomes another program, grows,
 * and exits.
 *
 * SPDX-License-Identifier: MIT
 */
#include "app/lacuna-settings.h"
#include "app/panel/lacuna-field.h"
#include "app/window/lacuna-window-private.h"
#include "main-loop.h"
#include "victim.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE G_GUINT64_CONSTANT (0x1000)
#define INTERVAL 100

/* capset(2), capabilities(7) */
#define CAPABILITY_VERSION 0x20080522
#define CAPABILITY_PTRACE 19
#define CAPABILITY_ADMIN 21
#define CAPABILITY_PERFMON 38

typedef struct
{
  LacunaWindow *window;
  struct victim victim;
  gboolean started;
} Fixture;

/* Root may read what does not want to be read; the tests give that up, before there is any thread. So
 * do those whom they start, since nobody may look at a process that may do more. */
static void
give_up_tracing (void)
{
  struct
  {
    guint32 version;
    int pid;
  } header = { CAPABILITY_VERSION, 0 };
  struct
  {
    guint32 effective;
    guint32 permitted;
    guint32 inheritable;
  } sets[2];

  if (syscall (SYS_capget, &header, sets) != 0)
    return;
  prctl (PR_CAPBSET_DROP, CAPABILITY_PTRACE, 0, 0, 0);
  prctl (PR_CAPBSET_DROP, CAPABILITY_ADMIN, 0, 0, 0);
  prctl (PR_CAPBSET_DROP, CAPABILITY_PERFMON, 0, 0, 0);
  sets[0].effective &= ~(1u << CAPABILITY_PTRACE | 1u << CAPABILITY_ADMIN);
  sets[1].effective &= ~(1u << (CAPABILITY_PERFMON - 32));
  syscall (SYS_capset, &header, sets);
}

static gboolean
is_shown (Fixture *fixture)
{
  return fixture->window->shows_target && lacuna_strip_get_columns (fixture->window->strip) > 0
         && !lacuna_gap_panel_is_searching (fixture->window->gap_panel);
}

static gboolean
has_exited (Fixture *fixture)
{
  return fixture->window->exited;
}

static gboolean
is_unreadable (Fixture *fixture)
{
  return fixture->window->live_state.n_failures > 0;
}

static gboolean
is_readable (Fixture *fixture)
{
  return fixture->window->live_state.n_failures == 0;
}

static LacunaSnapshot *old_snapshot;
static struct lac_map *old_map;

static gboolean
has_other_snapshot (Fixture *fixture)
{
  return fixture->window->snapshot != old_snapshot;
}

static gboolean
has_other_map (Fixture *fixture)
{
  return lacuna_snapshot_get_map (fixture->window->snapshot) != old_map;
}

static void
note_picture (Fixture *fixture)
{
  g_set_object (&old_snapshot, fixture->window->snapshot);
  g_clear_pointer (&old_map, lac_map_unref);
  old_map = lac_map_ref (lacuna_snapshot_get_map (fixture->window->snapshot));
}

static size_t
count_regions (Fixture *fixture)
{
  size_t n_regions;

  lac_map_regions (lacuna_snapshot_get_map (fixture->window->snapshot), &n_regions);
  return n_regions;
}

static const struct lac_region *
region_at (Fixture *fixture,
           guint64  address)
{
  const struct lac_map *map = lacuna_snapshot_get_map (fixture->window->snapshot);
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  size_t index = lac_map_search (map, address);

  g_assert_cmpuint (index, <, n_regions);
  return &regions[index];
}

static void
assert_subtitle (Fixture    *fixture,
                 const char *pattern)
{
  const char *subtitle = adw_window_title_get_subtitle (fixture->window->window_title);

  if (!g_regex_match_simple (pattern, subtitle, 0, 0))
    g_error ("the subtitle is “%s”, not as %s", subtitle, pattern);
}

static void
open_victim (Fixture      *fixture,
             LacunaWindow *window)
{
  g_autofree char *spelling = g_strdup_printf ("%d", (int) fixture->victim.pid);

  lacuna_window_open_spelling (window, spelling);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->window = g_object_ref_sink (lacuna_window_new (NULL));
  lacuna_window_set_live (fixture->window, TRUE);
  gtk_window_present (GTK_WINDOW (fixture->window));
  fixture->started = victim_start (&fixture->victim, "victim", "still", NULL, -1);
  if (!fixture->started)
    return;
  open_victim (fixture, fixture->window);
  wait_until (is_shown (fixture));
  note_picture (fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  if (fixture->started)
    victim_stop (&fixture->victim);
  g_clear_object (&old_snapshot);
  g_clear_pointer (&old_map, lac_map_unref);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  /* A load that runs holds the window until it notices. */
  for (guint i = 0; i < 500 && G_OBJECT (fixture->window)->ref_count > 1; i++)
    run_for (10);
  g_assert_finalize_object (fixture->window);
}

static void
test_follows (Fixture      *fixture,
              gconstpointer data)
{
  guint64 place = fixture->victim.address + 8 * PAGE;
  struct lac_range view;

  if (!fixture->started)
    return;
  lacuna_window_select (fixture->window, fixture->victim.address);
  lacuna_strip_show_range (fixture->window->strip,
                           (struct lac_range){ place - 4 * PAGE, place + 4 * PAGE }, FALSE);
  view = lacuna_strip_get_visible (fixture->window->strip);
  assert_subtitle (fixture, "^/proc/\\d+/maps, \\d+[.,]\\d s ago, live$");

  victim_command (&fixture->victim, "map", place, PAGE);
  wait_until (has_other_map (fixture));
  g_assert_cmphex (region_at (fixture, place)->start, ==, place);
  g_assert_cmpuint (region_at (fixture, place)->protection, ==,
                    LAC_PROTECTION_READ | LAC_PROTECTION_WRITE);
  g_assert_nonnull (fixture->window->live_state.picture->changes);
  g_assert_true (lacuna_changes_touch (fixture->window->live_state.picture->changes,
                                       (struct lac_range){ place, place + PAGE }));
  g_assert_false (lacuna_changes_touch (fixture->window->live_state.picture->changes,
                                        (struct lac_range){ place - PAGE, place }));
  g_assert_true (fixture->window->any_selected);
  g_assert_cmphex (fixture->window->selected.start, ==, fixture->victim.address);
  g_assert_cmphex (lacuna_strip_get_visible (fixture->window->strip).start, ==, view.start);
  g_assert_cmphex (lacuna_strip_get_visible (fixture->window->strip).end, ==, view.end);

  /* A change that keeps all sizes is seen as well. */
  note_picture (fixture);
  victim_command (&fixture->victim, "protect", place, PAGE);
  wait_until (has_other_map (fixture));
  g_assert_cmpuint (region_at (fixture, place)->protection, ==, LAC_PROTECTION_READ);
}

static void
count_cb (guint *count)
{
  *count += 1;
}

static void
test_unchanged (Fixture      *fixture,
                gconstpointer data)
{
  LacunaCensus *census;
  guint n_results = 0;
  guint n_views = 0;

  if (!fixture->started)
    return;
  /* Until all is laid out. */
  run_for (5 * INTERVAL);
  census = fixture->window->live_state.picture->census;
  g_signal_connect_swapped (fixture->window->gap_panel, "results-changed", G_CALLBACK (count_cb),
                            &n_results);
  g_signal_connect_swapped (fixture->window->strip, "view-changed", G_CALLBACK (count_cb), &n_views);
  for (guint i = 0; i < 4; i++)
    {
      g_set_object (&old_snapshot, fixture->window->snapshot);
      wait_until (has_other_snapshot (fixture));
      g_assert_true (fixture->window->live_state.picture->unchanged);
      g_assert_null (fixture->window->live_state.picture->changes);
      g_assert_true (fixture->window->live_state.picture->census == census);
      g_assert_true (lacuna_snapshot_get_map (fixture->window->snapshot) == old_map);
      g_assert_cmpint (lacuna_snapshot_get_taken (fixture->window->snapshot), >,
                       lacuna_snapshot_get_taken (old_snapshot));
    }
  g_assert_cmpuint (n_results, ==, 0);
  g_assert_cmpuint (n_views, ==, 0);
}

static void
test_paused (Fixture      *fixture,
             gconstpointer data)
{
  guint64 place = fixture->victim.address + 8 * PAGE;

  if (!fixture->started)
    return;
  lacuna_window_set_live (fixture->window, FALSE);
  note_picture (fixture);
  assert_subtitle (fixture, ", paused$");
  victim_command (&fixture->victim, "map", place, PAGE);
  run_for (5 * INTERVAL);
  g_assert_true (fixture->window->snapshot == old_snapshot);

  lacuna_window_refresh (fixture->window);
  wait_until (has_other_map (fixture));
  g_assert_cmphex (region_at (fixture, place)->start, ==, place);
  assert_subtitle (fixture, ", paused$");

  note_picture (fixture);
  victim_command (&fixture->victim, "unmap", place, PAGE);
  /* Off and on, faster than anything is read. */
  for (guint i = 0; i < 10; i++)
    {
      lacuna_window_set_live (fixture->window, TRUE);
      g_assert_true (lacuna_window_get_live (fixture->window));
      lacuna_window_set_live (fixture->window, FALSE);
      g_main_context_iteration (NULL, FALSE);
    }
  lacuna_window_set_live (fixture->window, TRUE);
  wait_until (has_other_map (fixture));
  assert_subtitle (fixture, ", live$");
}

static void
test_exit (Fixture      *fixture,
           gconstpointer data)
{
  size_t n_regions;

  if (!fixture->started)
    return;
  n_regions = count_regions (fixture);
  kill (fixture->victim.pid, SIGKILL);
  wait_until (has_exited (fixture));
  assert_subtitle (fixture, "^/proc/\\d+/maps, closed at \\d\\d:\\d\\d:\\d\\d$");
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (fixture->window->note_label)));
  g_assert_cmpuint (count_regions (fixture), ==, n_regions);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (fixture->window->stack), ==, "view");

  /* It stays what it was, whatever is asked for. */
  note_picture (fixture);
  lacuna_window_refresh (fixture->window);
  run_for (3 * INTERVAL);
  lacuna_window_set_live (fixture->window, FALSE);
  lacuna_window_set_live (fixture->window, TRUE);
  run_for (3 * INTERVAL);
  g_assert_true (fixture->window->snapshot == old_snapshot);
  assert_subtitle (fixture, ", closed at \\d\\d:\\d\\d:\\d\\d$");

  /* Another target is as alive as ever. */
  lacuna_window_open_spelling (fixture->window, "self");
  wait_until (is_shown (fixture));
  g_assert_false (fixture->window->exited);
  assert_subtitle (fixture, ", live$");
}

static void
test_exec (Fixture      *fixture,
           gconstpointer data)
{
  g_autofree char *name = NULL;
  g_autofree char *title = NULL;

  if (!fixture->started)
    return;
  name = g_strdup (lacuna_snapshot_get_origin (fixture->window->snapshot)->name);
  lacuna_window_select (fixture->window, region_at (fixture, 0)->start);
  g_assert_true (fixture->window->any_selected);
  lacuna_strip_zoom (fixture->window->strip, 1024, FALSE);
  victim_command (&fixture->victim, "become", 0, 0);
  wait_until (has_other_map (fixture));
  /* It may have been read while it was being loaded. */
  run_for (3 * INTERVAL);
  g_assert_cmpstr (lacuna_snapshot_get_origin (fixture->window->snapshot)->name, !=, name);
  g_assert_cmpstr (lacuna_snapshot_get_origin (fixture->window->snapshot)->name, ==, "exe");
  title = g_strdup_printf ("exe %d – Lacuna", (int) fixture->victim.pid);
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (fixture->window)), ==, title);
  g_assert_false (fixture->window->exited);
  assert_subtitle (fixture, ", live$");

  /* That is said, and nothing of the program before is looked at. */
  g_assert_nonnull (fixture->window->toast);
  g_assert_cmpstr (adw_toast_get_title (fixture->window->toast), ==, "The process now runs exe.");
  g_assert_false (fixture->window->any_selected);
  g_assert_cmphex (lacuna_strip_get_visible (fixture->window->strip).end, ==,
                   lacuna_scale_get_extent (lacuna_strip_get_scale (fixture->window->strip)).end);

  g_set_object (&old_snapshot, fixture->window->snapshot);
  wait_until (has_other_snapshot (fixture));
}

static gboolean
has_grown (Fixture *fixture)
{
  return count_regions (fixture) > 30000;
}

static void
test_grows (Fixture      *fixture,
            gconstpointer data)
{
  g_autofree char *text = NULL;
  guint64 most = 65530;
  guint64 n_regions;

  if (!fixture->started)
    return;
  if (g_file_get_contents ("/proc/sys/vm/max_map_count", &text, NULL, NULL))
    most = g_ascii_strtoull (text, NULL, 10);
  n_regions = MIN (1000000, most - 1000);
  g_test_message ("%" G_GUINT64_FORMAT " regions", n_regions);

  victim_command (&fixture->victim, "grow", n_regions, 0);
  wait_until (has_grown (fixture));
  wait_until (is_shown (fixture));
  g_assert_cmpuint (count_regions (fixture), >=, n_regions);
  g_assert_nonnull (fixture->window->live_state.picture->changes);
  assert_subtitle (fixture, ", live$");

  /* And is as small as before. */
  victim_command (&fixture->victim, "become", 0, 0);
  note_picture (fixture);
  wait_until (has_other_map (fixture));
  run_for (3 * INTERVAL);
  g_assert_cmpuint (count_regions (fixture), <, 1000);
}

static void
test_stopped (Fixture      *fixture,
              gconstpointer data)
{
  guint64 place = fixture->victim.address + 8 * PAGE;

  if (!fixture->started)
    return;
  kill (fixture->victim.pid, SIGSTOP);
  for (guint i = 0; i < 3; i++)
    {
      g_set_object (&old_snapshot, fixture->window->snapshot);
      wait_until (has_other_snapshot (fixture));
    }
  g_assert_false (has_exited (fixture));
  g_assert_true (is_readable (fixture));
  assert_subtitle (fixture, ", live$");
  kill (fixture->victim.pid, SIGCONT);
  note_picture (fixture);
  victim_command (&fixture->victim, "map", place, PAGE);
  wait_until (has_other_map (fixture));
}

static void
test_hidden (Fixture      *fixture,
             gconstpointer data)
{
  guint64 place = fixture->victim.address + 8 * PAGE;

  if (!fixture->started)
    return;
  victim_command (&fixture->victim, "hide", 0, 0);
  wait_until (is_unreadable (fixture));
  note_picture (fixture);
  assert_subtitle (fixture, ", not readable now$");
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (fixture->window->note_label)));
  g_assert_cmpstr (gtk_stack_get_visible_child_name (fixture->window->stack), ==, "view");
  g_assert_false (has_exited (fixture));

  victim_command (&fixture->victim, "map", place, PAGE);
  victim_command (&fixture->victim, "show", 0, 0);
  wait_until (is_readable (fixture));
  wait_until (has_other_map (fixture));
  g_assert_cmphex (region_at (fixture, place)->start, ==, place);
  assert_subtitle (fixture, ", live$");
}

/* The reading took no time; what this thread did meanwhile did. */
static void
test_busy (Fixture      *fixture,
           gconstpointer data)
{
  if (!fixture->started)
    return;
  run_for (5 * INTERVAL);
  lacuna_window_refresh (fixture->window);
  note_picture (fixture);
  g_usleep (4 * G_USEC_PER_SEC);
  lacuna_window_live_show (fixture->window);
  assert_subtitle (fixture, "s ago, reading…$");
  wait_until (has_other_snapshot (fixture));
  /* That one waited to be shown. */
  note_picture (fixture);
  wait_until (has_other_snapshot (fixture));
  g_assert_cmpint (fixture->window->live_state.load_took, <, G_USEC_PER_SEC);
  assert_subtitle (fixture, ", live$");
}

static void
test_unseen (Fixture      *fixture,
             gconstpointer data)
{
  if (!fixture->started)
    return;
  gtk_widget_hide (GTK_WIDGET (fixture->window));
  /* What had begun before may still end. */
  run_for (3 * INTERVAL);
  note_picture (fixture);
  run_for (5 * INTERVAL);
  g_assert_true (fixture->window->snapshot == old_snapshot);
  gtk_window_present (GTK_WINDOW (fixture->window));
  wait_until (has_other_snapshot (fixture));
}

static void
test_overtaken (Fixture      *fixture,
                gconstpointer data)
{
  if (!fixture->started)
    return;
  for (guint i = 0; i < 20; i++)
    {
      lacuna_window_refresh (fixture->window);
      lacuna_window_open_spelling (fixture->window, "self");
      lacuna_window_refresh (fixture->window);
      open_victim (fixture, fixture->window);
      if (i % 4 == 0)
        run_for (INTERVAL);
    }
  wait_until (is_shown (fixture));
  g_assert_cmpint (lacuna_snapshot_get_origin (fixture->window->snapshot)->pid, ==,
                   (int) fixture->victim.pid);
  note_picture (fixture);
  wait_until (has_other_snapshot (fixture));
}

static void
test_two_windows (Fixture      *fixture,
                  gconstpointer data)
{
  guint64 place = fixture->victim.address + 8 * PAGE;
  g_autoptr (LacunaSnapshot) kept = NULL;
  Fixture other = { 0 };

  if (!fixture->started)
    return;
  other.window = g_object_ref_sink (lacuna_window_new (NULL));
  gtk_window_present (GTK_WINDOW (other.window));
  open_victim (fixture, other.window);
  wait_until (is_shown (&other));
  lacuna_window_set_live (other.window, FALSE);
  kept = g_object_ref (other.window->snapshot);

  note_picture (fixture);
  victim_command (&fixture->victim, "map", place, PAGE);
  wait_until (has_other_map (fixture));
  g_assert_cmphex (region_at (fixture, place)->start, ==, place);
  run_for (3 * INTERVAL);
  g_assert_true (other.window->snapshot == kept);

  gtk_window_destroy (GTK_WINDOW (other.window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (other.window);
}

static GtkWidget *
gap_part (LacunaWindow *window,
          const char   *name)
{
  return GTK_WIDGET (
      gtk_widget_get_template_child (GTK_WIDGET (window->gap_panel), LACUNA_TYPE_GAP_PANEL, name));
}

/* What the button that makes a buffer at the candidate says why it does not. */
static const char *
why_not_here (LacunaWindow *window)
{
  if (!lacuna_later_is_built (window->gap_panel))
    return NULL;
  return gtk_widget_get_tooltip_text (gap_part (window, "create_here_button"));
}

/* Who has not typed anything yet has nothing to correct. */
static void
test_first_search (Fixture      *fixture,
                   gconstpointer data)
{
  g_autoptr (LacunaWindow) window = NULL;
  gboolean was_running = FALSE;

  if (!fixture->started)
    return;
  window = g_object_ref_sink (lacuna_window_new (NULL));
  lacuna_window_set_live (window, FALSE);
  gtk_window_present (GTK_WINDOW (window));
  open_victim (fixture, window);
  while (!lacuna_later_is_built (window->gap_panel)
         || lacuna_gap_panel_get_results (window->gap_panel) == NULL)
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_cmpstr (why_not_here (window), !=, "First correct what is marked.");
      was_running |= g_strcmp0 (why_not_here (window), "The search is still running.") == 0;
    }
  g_assert_true (was_running);
  g_assert_cmpstr (why_not_here (window), !=, "The search is still running.");

  lacuna_field_set_text (LACUNA_FIELD (gap_part (window, "minimum")), "?");
  wait_until (!lacuna_gap_panel_is_searching (window->gap_panel));
  g_assert_true (lacuna_gap_panel_is_at_fault (window->gap_panel));
  wait_until (g_strcmp0 (why_not_here (window), "First correct what is marked.") == 0);
  lacuna_field_set_text (LACUNA_FIELD (gap_part (window, "minimum")), "");
  g_assert_false (lacuna_gap_panel_is_at_fault (window->gap_panel));
  wait_until (lacuna_gap_panel_get_results (window->gap_panel) != NULL);
  g_assert_cmpstr (why_not_here (window), !=, "First correct what is marked.");

  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int   argc,
      char *argv[])
{
  GSettings *settings;

  give_up_tracing ();
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP there is no display\n");
      return 0;
    }
  adw_init ();
  settings = lacuna_settings_get ();
  if (settings != NULL)
    g_settings_set_uint (settings, "refresh-interval", INTERVAL);

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/app/live/follows-what-changes", test_follows);
  ADD ("/app/live/unchanged-touches-nothing", test_unchanged);
  ADD ("/app/live/paused-stays-and-still-refreshes", test_paused);
  ADD ("/app/live/exit-is-marked-and-the-picture-stays", test_exit);
  ADD ("/app/live/exec-gives-another-map-and-name", test_exec);
  ADD ("/app/live/grows-to-a-million", test_grows);
  ADD ("/app/live/stopped-is-still-live", test_stopped);
  ADD ("/app/live/unreadable-for-a-while", test_hidden);
  ADD ("/app/live/a-busy-window-reads-no-less", test_busy);
  ADD ("/app/live/nobody-looks", test_unseen);
  ADD ("/app/live/overtaken-by-another-target", test_overtaken);
  ADD ("/app/live/two-windows", test_two_windows);
  ADD ("/app/live/first-search-has-nothing-to-correct", test_first_search);
#undef ADD

  return g_test_run ();
}
