/* The region list, against a list that is made anew each time.
 *
 * A watcher keeps a copy of the list by what items-changed says, and nothing else; it must always
 * equal what the list has.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/hazard.h"
#include "model/lacuna-row-filter.h"
#include "list-watcher.h"
#include "random-map.h"

/* What the list must show, found the slow way. */
static void
check_rows (LacunaRegionList *list,
            LacunaSnapshot   *snapshot,
            LacunaShow        show)
{
  struct lac_map *map = lacuna_snapshot_get_map (snapshot);
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  guint position = 0;

  for (size_t i = 0; i <= n_regions; i++)
    {
      struct lac_range gap = lac_map_gap (map, i);

      if (lac_range_size (gap) > 0)
        {
          if (show & LACUNA_SHOW_GAPS)
            {
              g_autoptr (LacunaRow) row = g_list_model_get_item (G_LIST_MODEL (list), position);

              g_assert_true (lacuna_row_is_gap (row));
              g_assert_cmpuint (lacuna_row_get_index (row), ==, i);
              g_assert_cmpuint (lacuna_row_get_range (row).start, ==, gap.start);
              g_assert_cmpuint (lacuna_row_get_range (row).end, ==, gap.end);
              g_assert_cmpuint (lacuna_row_get_hazards (row), ==, lac_map_hazards_in (map, gap));
              g_assert_null (lacuna_row_get_region (row));
              g_assert_null (lacuna_row_get_backing (row));
              g_assert_cmpstr (lacuna_row_get_name (row), ==, "");
              g_assert_cmpuint (lacuna_region_list_find (list, gap.start), ==, position);
              g_assert_cmpuint (lacuna_region_list_find (list, gap.end - 1), ==, position);
              position++;
            }
          else
            g_assert_cmpuint (lacuna_region_list_find (list, gap.start), ==, G_MAXUINT);
        }
      if (i == n_regions)
        break;
      if (show & LACUNA_SHOW_REGIONS)
        {
          g_autoptr (LacunaRow) row = g_list_model_get_item (G_LIST_MODEL (list), position);

          g_assert_false (lacuna_row_is_gap (row));
          g_assert_true (lacuna_row_get_region (row) == &regions[i]);
          g_assert_true (lacuna_row_get_backing (row) == lac_map_backing (map, &regions[i]));
          g_assert_cmpuint (lacuna_region_list_find (list, regions[i].end - 1), ==, position);
          position++;
        }
      else
        g_assert_cmpuint (lacuna_region_list_find (list, regions[i].start), ==, G_MAXUINT);
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, position);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (list), position));
}

static void
test_shows_what_is_asked (void)
{
  g_autoptr (LacunaRegionList) list = lacuna_region_list_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  Watcher watcher;

  watcher_init (&watcher, G_LIST_MODEL (list));
  g_assert_cmpuint (lacuna_region_list_find (list, 0x1000), ==, G_MAXUINT);
  for (int run = 0; run < 200; run++)
    {
      gsize n_regions = (gsize) g_rand_int_range (random, 0, 60);
      g_autoptr (LacunaSnapshot) snapshot = NULL;
      LacunaShow show = (LacunaShow) g_rand_int_range (random, 1, 4);

      snapshot = snapshot_of (random_map (random, n_regions, G_GUINT64_CONSTANT (0x7ffffffff000)));
      lacuna_region_list_set_show (list, show);
      watcher_check (&watcher, G_LIST_MODEL (list));
      lacuna_region_list_set_snapshot (list, snapshot);
      watcher_check (&watcher, G_LIST_MODEL (list));
      check_rows (list, snapshot, show);
    }
  lacuna_region_list_set_snapshot (list, NULL);
  g_assert_cmpuint (watcher.rows->len, ==, 0);
  g_ptr_array_unref (watcher.rows);
}

static const char before[] = "10000-20000 r-xp 00000000 fe:00 7 /bin/a\n"
                             "30000-31000 rw-p 00000000 00:00 0\n"
                             "40000-50000 rw-p 00000000 00:00 0 [heap]\n"
                             "7ffff000-80000000 rw-p 00000000 00:00 0\n";
static const char after[] = "10000-20000 r-xp 00000000 fe:00 7 /bin/a\n"
                            "30000-31000 rw-p 00000000 00:00 0\n"
                            "32000-33000 r--p 00000000 fe:00 9 /new\n"
                            "40000-60000 rw-p 00000000 00:00 0 [heap]\n"
                            "7ffff000-80000000 rw-p 00000000 00:00 0\n";

static void
test_keeps_rows (void)
{
  g_autoptr (LacunaRegionList) list = lacuna_region_list_new ();
  g_autoptr (LacunaSnapshot) old_snapshot = snapshot_of (map_of_text (before));
  g_autoptr (LacunaSnapshot) new_snapshot = snapshot_of (map_of_text (after));
  g_autoptr (LacunaSnapshot) same = snapshot_of (map_of_text (after));
  g_autoptr (LacunaRow) first = NULL;
  g_autoptr (LacunaRow) heap = NULL;
  g_autoptr (LacunaRow) last = NULL;
  Watcher watcher;

  lacuna_region_list_set_snapshot (list, old_snapshot);
  first = g_list_model_get_item (G_LIST_MODEL (list), 0);
  heap = g_list_model_get_item (G_LIST_MODEL (list), 2);
  last = g_list_model_get_item (G_LIST_MODEL (list), 3);

  watcher_init (&watcher, G_LIST_MODEL (list));
  for (guint i = 0; i < 4; i++)
    g_ptr_array_add (watcher.rows, g_list_model_get_item (G_LIST_MODEL (list), i));
  lacuna_region_list_set_snapshot (list, new_snapshot);
  watcher_check (&watcher, G_LIST_MODEL (list));
  g_assert_cmpuint (watcher.n_signals, ==, 1);
  g_assert_cmpuint (watcher.n_removed, ==, 1);
  g_assert_cmpuint (watcher.n_added, ==, 2);

  /* The same objects, with the new snapshot's numbers. */
  g_assert_true (first == g_ptr_array_index (watcher.rows, 0));
  g_assert_true (last == g_ptr_array_index (watcher.rows, 4));
  g_assert_cmpuint (lacuna_row_get_index (last), ==, 4);
  g_assert_cmpuint (lacuna_row_get_range (last).start, ==, 0x7ffff000);

  /* One that is gone still says what it was. */
  g_assert_cmpuint (lacuna_row_get_range (heap).end, ==, 0x50000);
  g_assert_cmpstr (lacuna_row_get_name (heap), ==, "[heap]");

  lacuna_region_list_set_snapshot (list, same);
  g_assert_cmpuint (watcher.n_signals, ==, 1);
  watcher_check (&watcher, G_LIST_MODEL (list));
  g_ptr_array_unref (watcher.rows);
}

static void
test_rows_outlive_list (void)
{
  LacunaRegionList *list = lacuna_region_list_new ();
  g_autoptr (LacunaSnapshot) snapshot = snapshot_of (map_of_text (before));
  LacunaRow *row;

  lacuna_region_list_set_snapshot (list, snapshot);
  row = g_list_model_get_item (G_LIST_MODEL (list), 1);
  g_object_unref (list);
  g_assert_cmpuint (lacuna_row_get_range (row).start, ==, 0x30000);
  g_object_unref (row);
}

/* The starts of all rows, joined. */
static char *
rows_text (LacunaRegionList *list)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (list)); i++)
    {
      g_autoptr (LacunaRow) row = g_list_model_get_item (G_LIST_MODEL (list), i);

      g_string_append_printf (text,
                              "%s%s%" G_GINT64_MODIFIER "x",
                              i > 0 ? " " : "",
                              lacuna_row_is_gap (row) ? "-" : "",
                              (guint64) lacuna_row_get_range (row).start);
    }
  return g_string_free (text, FALSE);
}

static void
test_filter (void)
{
  static const char text[] = "10000-20000 r-xp 00000000 fe:00 7 /usr/lib/libGTK.so\n"
                             "20000-21000 rw-p 00010000 fe:00 7 /usr/lib/libGTK.so\n"
                             "40000-50000 rw-p 00000000 00:00 0 [heap]\n"
                             "60000-61000 ---p 00000000 00:00 0\n"
                             "70000-72000 rw-s 00000000 00:01 8 /memfd:\xc3\x84hre (deleted)\n";
  static const struct
  {
    const char *filter;
    LacunaShow show;
    const char *rows;
  } cases[] = {
    { NULL, LACUNA_SHOW_REGIONS, "10000 20000 40000 60000 70000" },
    { "", LACUNA_SHOW_REGIONS, "10000 20000 40000 60000 70000" },
    { "  ", LACUNA_SHOW_REGIONS, "10000 20000 40000 60000 70000" },
    { "gtk", LACUNA_SHOW_REGIONS, "10000 20000" },
    { "LIBgtk r-x", LACUNA_SHOW_REGIONS, "10000" },
    { "rw-", LACUNA_SHOW_REGIONS, "20000 40000 70000" },
    { "rw-p", LACUNA_SHOW_REGIONS, "20000 40000" },
    { "rw-s", LACUNA_SHOW_REGIONS, "70000" },
    { "heap", LACUNA_SHOW_REGIONS, "40000" },
    { "guard", LACUNA_SHOW_REGIONS, "60000" },
    { "\xc3\xa4hre", LACUNA_SHOW_REGIONS, "70000" },
    { "image >4K", LACUNA_SHOW_REGIONS, "10000" },
    { "> 4K", LACUNA_SHOW_REGIONS, "10000 40000 70000" },
    { "<8K", LACUNA_SHOW_REGIONS, "20000 60000" },
    { "=8K", LACUNA_SHOW_REGIONS, "70000" },
    { "<64K >4K", LACUNA_SHOW_REGIONS, "70000" },
    { ">", LACUNA_SHOW_REGIONS, "10000 20000 40000 60000 70000" },
    { ">nonsense", LACUNA_SHOW_BOTH, "" },
    { "gtk <1Q", LACUNA_SHOW_BOTH, "" },
    { "nothing-like-it", LACUNA_SHOW_BOTH, "" },
    { "=64K", LACUNA_SHOW_BOTH, "10000 40000 -50000" },
    { "gap", LACUNA_SHOW_BOTH, "-1000 -21000 -50000 -61000 -72000" },
    { "free <1M", LACUNA_SHOW_GAPS, "-1000 -21000 -50000 -61000" },
    { "heap-growth", LACUNA_SHOW_BOTH, "-50000" },
    { "gtk", LACUNA_SHOW_GAPS, "" },
    /* An address finds what it lies in, however it is written. */
    { "0x4fff8", LACUNA_SHOW_BOTH, "40000" },
    { "0X50000", LACUNA_SHOW_BOTH, "-50000" },
    { "10000", LACUNA_SHOW_BOTH, "10000" },
    { "1`ffff", LACUNA_SHOW_BOTH, "10000" },
    { "1 f000", LACUNA_SHOW_BOTH, "10000" },
    { "0x4 1000 rw-", LACUNA_SHOW_BOTH, "40000" },
    { "gtk 2 0fff", LACUNA_SHOW_BOTH, "20000" },
    { "0007 3000", LACUNA_SHOW_BOTH, "-72000" },
    { "7f694a84f000", LACUNA_SHOW_REGIONS, "" },
    { "0x10000 heap", LACUNA_SHOW_BOTH, "" },
    { "1000", LACUNA_SHOW_BOTH, "" },
  };
  g_autoptr (LacunaRegionList) list = lacuna_region_list_new ();
  g_autoptr (LacunaSnapshot) snapshot = snapshot_of (map_of_text (text));

  lacuna_region_list_set_snapshot (list, snapshot);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *rows = NULL;

      g_test_message ("%s", cases[i].filter != NULL ? cases[i].filter : "(none)");
      lacuna_region_list_set_show (list, cases[i].show);
      lacuna_region_list_set_filter (list, cases[i].filter);
      rows = rows_text (list);
      g_assert_cmpstr (rows, ==, cases[i].rows);
    }
}

/* What is no size is named, so that somebody who mistyped learns why nothing is shown. */
static void
test_filter_fault (void)
{
  static const struct
  {
    const char *filter;
    const char *fault;
  } cases[] = {
    { NULL, NULL },          { "", NULL },
    { "gtk rw-", NULL },     { ">4K <1M", NULL },
    { ">", NULL },           { "gtk > ", NULL },
    { ">banana", ">banana" }, { "gtk > banana", ">banana" },
    { ">4K <1Q =x", "<1Q" }, { "banana", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *fault = lacuna_row_filter_find_fault (cases[i].filter);

      g_assert_cmpstr (fault, ==, cases[i].fault);
    }
}

static void
test_find_respects_filter (void)
{
  g_autoptr (LacunaRegionList) list = lacuna_region_list_new ();
  g_autoptr (LacunaSnapshot) snapshot = snapshot_of (map_of_text (before));

  lacuna_region_list_set_snapshot (list, snapshot);
  lacuna_region_list_set_filter (list, "heap");
  g_assert_cmpuint (lacuna_region_list_find (list, 0x40000), ==, 0);
  g_assert_cmpuint (lacuna_region_list_find (list, 0x10000), ==, G_MAXUINT);
  g_assert_cmpuint (lacuna_region_list_find (list, G_MAXUINT64), ==, G_MAXUINT);
}

/* Filtering a filtered list, and changing the snapshot meanwhile, keeps the watcher's copy
 * right. */
static void
test_random_changes (void)
{
  static const char *const filters[] = {
    NULL, "lib", "rw-", ">64K", "gap", "heap", "anonymous >1M"
  };
  g_autoptr (LacunaRegionList) list = lacuna_region_list_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  Watcher watcher;

  watcher_init (&watcher, G_LIST_MODEL (list));
  for (int run = 0; run < 500; run++)
    {
      switch (g_rand_int_range (random, 0, 3))
        {
        case 0:
          lacuna_region_list_set_filter (
              list,
              filters[g_rand_int_range (random, 0, G_N_ELEMENTS (filters))]);
          break;
        case 1:
          lacuna_region_list_set_show (list, (LacunaShow) g_rand_int_range (random, 1, 4));
          break;
        default:
          {
            gsize n_regions = (gsize) g_rand_int_range (random, 0, 40);
            g_autoptr (LacunaSnapshot) snapshot = NULL;

            snapshot = snapshot_of (random_map (random, n_regions, 0xffffe000));
            lacuna_region_list_set_snapshot (list, snapshot);
          }
        }
      watcher_check (&watcher, G_LIST_MODEL (list));
    }
  g_ptr_array_unref (watcher.rows);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/region-list/shows-what-is-asked", test_shows_what_is_asked);
  g_test_add_func ("/model/region-list/keeps-rows-that-did-not-change", test_keeps_rows);
  g_test_add_func ("/model/region-list/rows-outlive-the-list", test_rows_outlive_list);
  g_test_add_func ("/model/region-list/filters-by-words", test_filter);
  g_test_add_func ("/model/region-list/names-what-is-no-size", test_filter_fault);
  g_test_add_func ("/model/region-list/finds-only-what-is-shown", test_find_respects_filter);
  g_test_add_func ("/model/region-list/tells-each-change", test_random_changes);
  return g_test_run ();
}
