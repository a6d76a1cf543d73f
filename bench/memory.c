/* What a million regions take in memory: the window with the list, the strip and a search open on
 * them, over the same window before anything was opened.
 *
 * It is the resident memory of the process as the kernel counts it (Rss of
 * /proc/self/smaps_rollup), so whatever the allocator keeps to itself counts as well. The limit is
 * for the most of what is resident while the window rests, whatever was done before; the most at
 * any time (VmHWM), while a refresh has two maps at once, is beside it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "target.h"
#include "window.h"

#include "app/panel/lacuna-gap-panel.h"
#include "app/table/lacuna-region-pane.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#define N_REGIONS 1000000
#define LIMIT 160.0

/* MiB, of the line that begins with @key. */
static double
read_mebibytes (const char *path,
                const char *key)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  line = strstr (text, key);
  return line != NULL ? g_ascii_strtod (line + strlen (key), NULL) / 1024 : 0;
}

/* The most that was told so far. */
static double most;

static void
tell (Bench      *bench,
      const char *after,
      double      empty)
{
  double rss;

  bench_settle (bench, 20);
  rss = read_mebibytes ("/proc/self/smaps_rollup", "\nRss:");
  most = MAX (most, rss);
  printf ("%-34s %7.1f MiB  %+7.1f MiB\n", after, rss, rss - empty);
  fflush (stdout);
}

int
main (int   argc,
      char *argv[])
{
  struct target target = { 0 };
  g_autofree char *spelling = NULL;
  GtkWidget *pane;
  GtkWidget *maximum;
  GtkWidget *filter;
  GtkWidget *column_view;
  Bench bench;
  double empty;

  if (!target_start (&target, N_REGIONS, TARGET_MIXED))
    return 0;
  spelling = g_strdup_printf ("%d", (int) target.pid);
  bench_start (&bench);
  pane = bench_find (GTK_WIDGET (bench.window), LACUNA_TYPE_REGION_PANE, NULL, NULL);
  maximum = bench_find (GTK_WIDGET (bench.window), LACUNA_TYPE_GAP_PANEL, NULL, NULL);
  maximum = bench_find (maximum, GTK_TYPE_TEXT, NULL, NULL);
  filter = bench_find (pane, GTK_TYPE_TEXT, NULL, NULL);
  column_view = bench_find (pane, GTK_TYPE_COLUMN_VIEW, NULL, NULL);

  printf ("resident memory of the window on 1,000,000 regions, and over the empty window\n\n");
  empty = read_mebibytes ("/proc/self/smaps_rollup", "\nRss:");
  printf ("%-34s %7.1f MiB\n", "empty window", empty);
  if (!bench_open (&bench, spelling, 60))
    {
      printf ("the window did not show %s within a minute\n", spelling);
      return 1;
    }
  tell (&bench, "strip and list", empty);

  for (guint i = 0; i < 40; i++)
    {
      lacuna_strip_zoom (bench.strip, i % 8 < 6 ? 2 : 0.2, FALSE);
      lacuna_strip_pan (bench.strip, 0.3, FALSE);
      bench_run (&bench, 0.03);
    }
  tell (&bench, "after moving", empty);

  if (maximum != NULL)
    bench_type (&bench, maximum, "0x100040000000", 0.05);
  tell (&bench, "with a search", empty);

  if (filter != NULL)
    {
      bench_type (&bench, filter, "memfd", 0.05);
      tell (&bench, "with a filter", empty);
      gtk_editable_set_text (GTK_EDITABLE (filter), "");
    }

  if (column_view != NULL)
    {
      g_autoptr (GtkColumnViewColumn) size = g_list_model_get_item (
          gtk_column_view_get_columns (GTK_COLUMN_VIEW (column_view)), 2);

      if (gtk_column_view_column_get_sorter (size) != NULL)
        {
          gtk_column_view_sort_by_column (GTK_COLUMN_VIEW (column_view), size, GTK_SORT_DESCENDING);
          tell (&bench, "sorted by size", empty);
        }
      else
        printf ("the list can't be sorted\n");
    }

  gtk_widget_activate_action (GTK_WIDGET (bench.window), "win.refresh", NULL);
  bench_run (&bench, 3);
  tell (&bench, "after a refresh", empty);

  printf ("%-34s %7.1f MiB  %+7.1f MiB\n", "most at any time",
          read_mebibytes ("/proc/self/status", "\nVmHWM:"),
          read_mebibytes ("/proc/self/status", "\nVmHWM:") - empty);
  malloc_trim (0);
  tell (&bench, "once the allocator let go", empty);
  printf ("\nmost at rest, over the empty window %6.1f MiB  (at most %.0f) %s\n", most - empty,
          LIMIT, most - empty <= LIMIT ? "ok" : "MISS");
  bench_stop (&bench);
  target_stop (&target);
  return 0;
}
