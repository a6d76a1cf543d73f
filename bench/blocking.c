/* How long the main loop is blocked at most while one works on a process of a million regions.
 *
 * What counts is one iteration of the main loop, from the end of one wait to the begin of the
 * next: as long as that lasts, nothing that one does is answered. Everything that one does is done
 * in several rounds, and the longest of all counts. The limit, 50 ms, is for what the main thread
 * needed by itself (window.h); beside it are the wall clock, and the processor. An argument
 * chooses what is done, by a part of its name, for a profiler.
 *
 * SPDX-License-Identifier: MIT
 */
#include "measure.h"
#include "target.h"
#include "window.h"

#include "app/panel/lacuna-field.h"
#include "app/panel/lacuna-gap-panel.h"
#include "app/strip/lacuna-legend.h"
#include "app/table/lacuna-region-pane.h"

#include <stdio.h>
#include <string.h>

#define N_REGIONS 1000000
#define N_ROUNDS 3
#define LIMIT 0.050

typedef struct
{
  Bench bench;
  struct target target;
  char *spelling;
  double pause; /* seconds that a reading of the target takes, generously */
  GtkWidget *pane;
  GtkWidget *panel;
  int round;
} Desk;

/* What one does; FALSE when the window has nothing to do it with. */
typedef gboolean (*Deed) (Desk *desk);

static gboolean
open_target (Desk *desk)
{
  return bench_open (&desk->bench, desk->spelling, 60);
}

static gboolean
refresh_unchanged (Desk *desk)
{
  gtk_widget_activate_action (GTK_WIDGET (desk->bench.window), "win.refresh", NULL);
  bench_run (&desk->bench, desk->pause);
  return TRUE;
}

static gboolean
refresh_changed (Desk *desk)
{
  target_change (&desk->target);
  return refresh_unchanged (desk);
}

static GtkWidget *
find_text (GtkWidget  *root,
           const char *caption)
{
  GtkWidget *field = root;

  if (caption != NULL)
    field = bench_find (root, LACUNA_TYPE_FIELD, "caption", caption);
  return field != NULL ? bench_find (field, GTK_TYPE_TEXT, NULL, NULL) : NULL;
}

static gboolean
type_into (Desk       *desk,
           GtkWidget  *root,
           const char *caption,
           const char *text)
{
  GtkWidget *editable = find_text (root, caption);

  if (editable == NULL)
    return FALSE;
  bench_type (&desk->bench, editable, text, 0.15);
  bench_settle (&desk->bench, 10);
  gtk_editable_set_text (GTK_EDITABLE (editable), "");
  bench_settle (&desk->bench, 10);
  return TRUE;
}

static gboolean
type_anchor (Desk *desk)
{
  return type_into (desk, desk->panel, "Near", "0x100040000000");
}

static gboolean
type_size (Desk *desk)
{
  return type_into (desk, desk->panel, "Size", "64K");
}

static gboolean
type_maximum (Desk *desk)
{
  return type_into (desk, desk->panel, "Maximum", "0x100800000000");
}

static gboolean
step_matches (Desk *desk)
{
  for (guint i = 0; i < 20; i++)
    {
      gtk_widget_activate_action (GTK_WIDGET (desk->bench.window), "win.next-match", NULL);
      bench_run (&desk->bench, 0.05);
    }
  return lacuna_gap_panel_get_selected (LACUNA_GAP_PANEL (desk->panel)) != NULL;
}

static gboolean
type_filter (Desk *desk)
{
  return type_into (desk, desk->pane, NULL, "memfd");
}

/* As a click on the column's title would. */
static gboolean
sort_by (Desk       *desk,
         const char *title)
{
  GtkColumnView *view
      = GTK_COLUMN_VIEW (bench_find (desk->pane, GTK_TYPE_COLUMN_VIEW, NULL, NULL));
  GListModel *columns = gtk_column_view_get_columns (view);

  for (guint i = 0; i < g_list_model_get_n_items (columns); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);

      if (g_strcmp0 (gtk_column_view_column_get_title (column), title) != 0
          || gtk_column_view_column_get_sorter (column) == NULL)
        continue;
      gtk_column_view_sort_by_column (view, column, GTK_SORT_DESCENDING);
      bench_settle (&desk->bench, 10);
      gtk_column_view_sort_by_column (view, column, GTK_SORT_ASCENDING);
      bench_settle (&desk->bench, 10);
      gtk_column_view_sort_by_column (view, NULL, GTK_SORT_ASCENDING);
      bench_settle (&desk->bench, 10);
      return TRUE;
    }
  return FALSE;
}

static gboolean
sort_by_size (Desk *desk)
{
  return sort_by (desk, "Size");
}

static gboolean
sort_by_name (Desk *desk)
{
  return sort_by (desk, "Name");
}

static gboolean
switch_scales (Desk *desk)
{
  static const char *const scales[] = { "linear", "compact", "anchor", "linear", "compact" };

  for (gsize i = 0; i < G_N_ELEMENTS (scales); i++)
    {
      gtk_widget_activate_action (GTK_WIDGET (desk->bench.window), "win.scale", "s", scales[i]);
      bench_settle (&desk->bench, 3);
    }
  return TRUE;
}

static gboolean
switch_shown (Desk *desk)
{
  static const char *const shown[] = { "gaps", "both", "regions" };
  static const char *const labels[] = { "Gaps", "Both", "Regions" };

  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++)
    {
      GtkWidget *button = bench_find (desk->pane, GTK_TYPE_TOGGLE_BUTTON, "label", labels[i]);

      if (!gtk_widget_activate_action (GTK_WIDGET (desk->bench.window), "win.show", "s", shown[i]))
        {
          if (button == NULL)
            return FALSE;
          gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
        }
      bench_settle (&desk->bench, 3);
    }
  return TRUE;
}

static gboolean
toggle_legend (Desk *desk)
{
  GtkWidget *legend = bench_find (GTK_WIDGET (desk->bench.window), LACUNA_TYPE_LEGEND, NULL, NULL);
  GtkWidget *button
      = legend != NULL ? bench_find (legend, GTK_TYPE_TOGGLE_BUTTON, NULL, NULL) : NULL;

  if (button == NULL)
    return FALSE;
  for (int i = 0; i < 2; i++)
    {
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), i == 0);
      bench_settle (&desk->bench, 5);
    }
  return TRUE;
}

static gboolean
select_everywhere (Desk *desk)
{
  struct lac_map *map = lacuna_snapshot_get_map (lacuna_strip_get_snapshot (desk->bench.strip));
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);

  for (guint i = 0; i < 10; i++)
    {
      guint64 address = regions[(i * 7 + 3) % 10 * (n_regions / 10)].start;

      g_signal_emit_by_name (desk->bench.strip, "selected", address);
      bench_run (&desk->bench, 0.1);
    }
  return TRUE;
}

/* Four seconds in which nothing changes, four in which something does. */
static gboolean
be_live (Desk *desk)
{
  if (!bench_set_live (&desk->bench, TRUE))
    return FALSE;
  for (guint i = 0; i < 8; i++)
    {
      if (i >= 4)
        target_change (&desk->target);
      bench_run (&desk->bench, 1);
    }
  return TRUE;
}

static const struct
{
  const char *name;
  Deed deed;
} deeds[] = {
  { "open", open_target },
  { "refresh, nothing changed", refresh_unchanged },
  { "refresh, ten regions changed", refresh_changed },
  { "select", select_everywhere },
  { "switch scales", switch_scales },
  { "type an anchor", type_anchor },
  { "step through matches", step_matches },
  { "type a size", type_size },
  { "type a maximum", type_maximum },
  { "type a filter", type_filter },
  { "sort by size", sort_by_size },
  { "sort by name", sort_by_name },
  { "list gaps, both, regions", switch_shown },
  { "filter with the legend", toggle_legend },
  { "live, then with changes", be_live },
};

int
main (int   argc,
      char *argv[])
{
  static Desk desk;
  static Work longest[G_N_ELEMENTS (deeds)][N_ROUNDS];
  static gboolean done[G_N_ELEMENTS (deeds)];
  double opened;

  if (!target_start (&desk.target, N_REGIONS, TARGET_PAGES))
    return 0;
  desk.spelling = g_strdup_printf ("%d", (int) desk.target.pid);
  bench_start (&desk.bench);
  desk.pane = bench_find (GTK_WIDGET (desk.bench.window), LACUNA_TYPE_REGION_PANE, NULL, NULL);
  desk.panel = bench_find (GTK_WIDGET (desk.bench.window), LACUNA_TYPE_GAP_PANEL, NULL, NULL);

  opened = now ();
  if (!open_target (&desk))
    {
      printf ("the window did not show %s within a minute\n", desk.spelling);
      return 1;
    }
  desk.pause = 3 * (now () - opened);
  bench_settle (&desk.bench, 10);

  for (desk.round = 0; desk.round < N_ROUNDS; desk.round++)
    for (gsize i = 0; i < G_N_ELEMENTS (deeds); i++)
      {
        if (argc > 1 && strstr (deeds[i].name, argv[1]) == NULL)
          continue;
        bench_longest ();
        done[i] = deeds[i].deed (&desk);
        bench_settle (&desk.bench, 10);
        longest[i][desk.round] = bench_longest ();
      }

  printf ("the longest that the main loop was blocked, 1,000,000 regions, ms; the worst of %d rounds,\n"
          "at most 50 by itself\n\n"
          "                               by itself       wall  processor\n",
          N_ROUNDS);
  for (gsize i = 0; i < G_N_ELEMENTS (deeds); i++)
    {
      Work worst = { 0, 0, 0 };

      if (argc > 1 && strstr (deeds[i].name, argv[1]) == NULL)
        continue;
      if (!done[i])
        {
          printf ("%-30s not in this window\n", deeds[i].name);
          continue;
        }
      for (int round = 0; round < N_ROUNDS; round++)
        {
          worst.own = MAX (worst.own, longest[i][round].own);
          worst.wall = MAX (worst.wall, longest[i][round].wall);
          worst.cpu = MAX (worst.cpu, longest[i][round].cpu);
        }
      printf ("%-30s %9.1f  %9.1f  %9.1f  %s\n", deeds[i].name, worst.own * 1e3, worst.wall * 1e3,
              worst.cpu * 1e3, worst.own <= LIMIT ? "ok" : "MISS");
    }
  bench_stop (&desk.bench);
  target_stop (&desk.target);
  g_free (desk.spelling);
  return 0;
}
