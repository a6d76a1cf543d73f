/* The region list, against a list that is made anew each time.
 *
 * A watcher keeps a copy of the list by what items-changed says, and nothing else; it must always
 * equal what the list has.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/hazard.h"
#include "core/maps-text.h"
#include "model/lacuna-ink.h"
#include "model/lacuna-region-list.h"
#include "model/lacuna-row-filter.h"
#include "random-map.h"

static LacunaSnapshot *
snapshot_of (struct lac_map *map) /* (transfer full) */
{
  LacunaOrigin    origin = { .kind = LACUNA_TARGET_FILE,
                             .name = (char *) "test",
                             .source = "maps-text" };
  LacunaSnapshot *snapshot = lacuna_snapshot_new (map, &origin, 0);

  lac_map_unref (map);
  return snapshot;
}

static struct lac_map *
map_of_text (const char *text)
{
  struct lac_map *map = NULL;

  g_assert_cmpint (lac_map_parse (text, strlen (text), &LAC_SPACE_UNKNOWN, &map, NULL), ==, LAC_OK);
  return map;
}

/* A copy that follows items-changed. */
typedef struct
{
  GPtrArray *rows;
  guint n_signals;
  guint n_removed;
  guint n_added;
} Watcher;

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  gpointer    user_data)
{
  Watcher *watcher = user_data;

  watcher->n_signals++;
  watcher->n_removed += removed;
  watcher->n_added += added;
  g_assert_cmpuint (position + removed, <=, watcher->rows->len);
  if (removed > 0)
    g_ptr_array_remove_range (watcher->rows, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (watcher->rows,
                        (int) (position + i),
                        g_list_model_get_item (model, position + i));
}

static void
watcher_init (Watcher    *watcher,
              GListModel *model)
{
  *watcher = (Watcher){ g_ptr_array_new_with_free_func (g_object_unref) };
  g_signal_connect (model, "items-changed", G_CALLBACK (items_changed_cb), watcher);
}

static void
watcher_check (Watcher    *watcher,
               GListModel *model)
{
  g_assert_cmpuint (watcher->rows->len, ==, g_list_model_get_n_items (model));
  for (guint i = 0; i < watcher->rows->len; i++)
    {
      g_autoptr (LacunaRow) row = g_list_model_get_item (model, i);

      g_assert_true (row == g_ptr_array_index (watcher->rows, i));
    }
}

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

/* Lets the main loop run until the list has what was asked for last. Returns how long its longest turn
 * took, in milliseconds. */
static double
wait_until_listed (LacunaRegionList *list)
{
  gint64 longest = 0;

  while (lacuna_region_list_is_busy (list))
    {
      gint64 begin;

      while (!g_main_context_pending (NULL))
        g_usleep (100);
      begin = g_get_monotonic_time ();
      g_main_context_iteration (NULL, TRUE);
      longest = MAX (longest, g_get_monotonic_time () - begin);
    }
  return (double) longest / 1e3;
}

/* What the list must show sorted, found the slow way: an array of facts, sorted by comparing them. */
typedef struct
{
  guint64 start;
  guint64 size;
  char kind[16];
  char protection[5];
  guint64 offset;
  gboolean has_offset;
  char *name;
} NaiveRow;

typedef struct
{
  LacunaColumn column;
  gboolean descending;
} NaiveSort;

static void
naive_row_clear (gpointer row)
{
  g_free (((NaiveRow *) row)->name);
}

/* Nothing comes last, both ways. */
static int
compare_texts (const char *a,
               const char *b,
               gboolean    descending)
{
  if (*a == '\0' || *b == '\0')
    return (*a == '\0') - (*b == '\0');
  return descending ? strcmp (b, a) : strcmp (a, b);
}

static int
compare_numbers (guint64  a,
                 guint64  b,
                 gboolean descending)
{
  int order = (a > b) - (a < b);

  return descending ? -order : order;
}

/* As the letters are read: what may be done comes after what may not. */
static int
compare_letters (const char *a,
                 const char *b,
                 gboolean    descending)
{
  if (*a == '\0' || *b == '\0')
    return (*a == '\0') - (*b == '\0');
  for (guint i = 0; i < 4; i++)
    {
      int order = (int) ((i < 3 ? a[i] != '-' : a[i] == 's'))
                  - (int) ((i < 3 ? b[i] != '-' : b[i] == 's'));

      if (order != 0)
        return descending ? -order : order;
    }
  return 0;
}

static int
compare_naive (gconstpointer a,
               gconstpointer b,
               gpointer      user_data)
{
  const NaiveRow *one = a;
  const NaiveRow *other = b;
  const NaiveSort *sort = user_data;
  int order = 0;

  switch (sort->column)
    {
    case LACUNA_COLUMN_START:
    case LACUNA_COLUMN_END:
      return compare_numbers (one->start, other->start, sort->descending);
    case LACUNA_COLUMN_SIZE:
      order = compare_numbers (one->size, other->size, sort->descending);
      break;
    case LACUNA_COLUMN_KIND:
      order = compare_texts (one->kind, other->kind, sort->descending);
      break;
    case LACUNA_COLUMN_PROTECTION:
      order = compare_letters (one->protection, other->protection, sort->descending);
      break;
    case LACUNA_COLUMN_OFFSET:
      if (one->has_offset && other->has_offset)
        order = compare_numbers (one->offset, other->offset, sort->descending);
      else
        order = (int) other->has_offset - (int) one->has_offset;
      break;
    case LACUNA_COLUMN_NAME:
      order = compare_texts (one->name, other->name, sort->descending);
      break;
    case LACUNA_N_COLUMNS:
    default:
      g_assert_not_reached ();
    }
  return order != 0 ? order : compare_numbers (one->start, other->start, FALSE);
}

static void
check_sorted (LacunaRegionList *list,
              LacunaSnapshot   *snapshot,
              LacunaShow        show,
              guint             inks,
              NaiveSort         sort)
{
  struct lac_map *map = lacuna_snapshot_get_map (snapshot);
  g_autoptr (GArray) rows = g_array_new (FALSE, TRUE, sizeof (NaiveRow));
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);

  g_array_set_clear_func (rows, naive_row_clear);
  for (size_t i = 0; i <= n_regions; i++)
    {
      struct lac_range gap = lac_map_gap (map, i);

      if ((show & LACUNA_SHOW_GAPS) && inks == LACUNA_ALL_INKS && lac_range_size (gap) > 0)
        {
          NaiveRow row = { .start = gap.start,
                           .size = gap.end - gap.start,
                           .kind = "gap",
                           .name = g_strdup ("") };

          g_array_append_val (rows, row);
        }
      if (i < n_regions && (show & LACUNA_SHOW_REGIONS)
          && (inks & (1u << lacuna_ink_for_region (&regions[i]))))
        {
          const struct lac_backing *backing = lac_map_backing (map, &regions[i]);
          NaiveRow row = { .start = regions[i].start,
                           .size = regions[i].end - regions[i].start,
                           .offset = regions[i].offset,
                           .has_offset = backing->inode != 0,
                           .name = g_strndup (backing->name, backing->name_length) };

          g_strlcpy (row.kind, lac_kind_name (regions[i].kind), sizeof row.kind);
          lac_protection_format (regions[i].protection, regions[i].flags, row.protection);
          g_array_append_val (rows, row);
        }
    }
  g_array_sort_with_data (rows, compare_naive, &sort);

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, rows->len);
  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (LacunaRow) row = g_list_model_get_item (G_LIST_MODEL (list), i);
      guint64 start = g_array_index (rows, NaiveRow, i).start;

      g_assert_cmphex (lacuna_row_get_range (row).start, ==, start);
      g_assert_cmpuint (lacuna_region_list_find (list, start), ==, i);
    }
}

/* Sorted by anything, with any inks, over random refreshes, the list has what a slow one has, and the
 * watcher's copy is right after each change. */
static void
test_sorts_as_a_slow_list (void)
{
  g_autoptr (LacunaRegionList) list = lacuna_region_list_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  g_autoptr (LacunaSnapshot) snapshot = NULL;
  NaiveSort sort = { LACUNA_COLUMN_START, FALSE };
  LacunaShow show = LACUNA_SHOW_REGIONS;
  guint inks = LACUNA_ALL_INKS;
  Watcher watcher;

  watcher_init (&watcher, G_LIST_MODEL (list));
  for (int run = 0; run < 1000; run++)
    {
      switch (g_rand_int_range (random, 0, 5))
        {
        case 0:
          sort.column = (LacunaColumn) g_rand_int_range (random, 0, LACUNA_N_COLUMNS);
          lacuna_region_list_set_sort (list, sort.column, sort.descending);
          break;
        case 1:
          sort.descending = !sort.descending;
          lacuna_region_list_set_sort (list, sort.column, sort.descending);
          break;
        case 2:
          show = (LacunaShow) g_rand_int_range (random, 1, 4);
          lacuna_region_list_set_show (list, show);
          break;
        case 3:
          inks = g_rand_boolean (random) ? LACUNA_ALL_INKS
                                         : g_rand_int (random) & LACUNA_ALL_INKS;
          lacuna_region_list_set_inks (list, inks);
          break;
        default:
          g_clear_object (&snapshot);
          snapshot = snapshot_of (
              random_map (random, (gsize) g_rand_int_range (random, 0, 40), 0xffffe000));
          lacuna_region_list_set_snapshot (list, snapshot);
        }
      watcher_check (&watcher, G_LIST_MODEL (list));
      if (snapshot != NULL)
        check_sorted (list, snapshot, show, inks, sort);
    }
  g_ptr_array_unref (watcher.rows);
}

/* A map of @text without the lines that @random leaves out. */
static LacunaSnapshot *
thin_out (GRand      *random,
          const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) thin = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    if (g_rand_int_range (random, 0, 8) != 0)
      g_string_append_printf (thin, "%s\n", lines[i]);
  return snapshot_of (map_of_text (thin->str));
}

/* A refresh that takes a few rows away here and there names those and no others, whatever the list is
 * sorted by; and the rows that stay are the same objects. */
static void
test_tells_only_what_differs (void)
{
  g_autoptr (LacunaRegionList) list = lacuna_region_list_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  g_autoptr (GString) text = g_string_new (NULL);
  Watcher watcher;

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (text, "%x-%x %s 00000000 fe:00 %u /lib/%c.so\n", 0x10000 + i * 0x10000,
                            0x10000 + i * 0x10000 + 0x1000 * (1 + i * 7 % 11),
                            i % 2 ? "r-xp" : "rw-p", i % 5 + 1, 'a' + (int) (i % 5));

  watcher_init (&watcher, G_LIST_MODEL (list));
  for (int run = 0; run < 200; run++)
    {
      g_autoptr (LacunaSnapshot) snapshot = thin_out (random, text->str);
      g_autoptr (GHashTable) old_starts = g_hash_table_new (NULL, NULL);
      guint n_kept = 0;
      guint n_before = watcher.rows->len;
      guint n_after;

      for (guint i = 0; i < n_before; i++)
        g_hash_table_insert (
            old_starts,
            GSIZE_TO_POINTER (
                (gsize) lacuna_row_get_range (g_ptr_array_index (watcher.rows, i)).start),
            g_ptr_array_index (watcher.rows, i));
      watcher.n_removed = watcher.n_added = 0;
      lacuna_region_list_set_snapshot (list, snapshot);
      n_after = g_list_model_get_n_items (G_LIST_MODEL (list));
      for (guint i = 0; i < n_after; i++)
        {
          g_autoptr (LacunaRow) row = g_list_model_get_item (G_LIST_MODEL (list), i);
          gpointer old = g_hash_table_lookup (
              old_starts, GSIZE_TO_POINTER ((gsize) lacuna_row_get_range (row).start));

          if (old != NULL)
            {
              g_assert_true (old == row);
              n_kept++;
            }
        }
      g_assert_cmpuint (watcher.n_removed, ==, n_before - n_kept);
      g_assert_cmpuint (watcher.n_added, ==, n_after - n_kept);
      watcher_check (&watcher, G_LIST_MODEL (list));
      if (run % 10 == 9)
        lacuna_region_list_set_sort (list,
                                     (LacunaColumn) g_rand_int_range (random, 0, LACUNA_N_COLUMNS),
                                     g_rand_boolean (random));
    }
  g_ptr_array_unref (watcher.rows);
}

/* @n regions, each of a file of its own when @named. */
static LacunaSnapshot *
snapshot_of_many (gsize    n,
                  gsize    skip,
                  gboolean named)
{
  struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
  struct lac_map *map = NULL;

  for (gsize i = skip; i < n; i++)
    {
      char name[32];
      struct lac_region_entry entry = { .start = 0x10000 + i * 0x4000,
                                        .end = 0x11000 + i * 0x4000 + i * 7919 % 3 * 0x1000,
                                        .protection = LAC_PROTECTION_READ,
                                        .kind = LAC_KIND_DECIDE };

      if (named)
        {
          entry.name = name;
          entry.name_length = (size_t) g_snprintf (name, sizeof name, "/memfd:%" G_GSIZE_FORMAT,
                                                   i * 7919 % n);
          entry.inode = i + 1;
          entry.offset = i * 104729 % n * 0x1000;
        }
      g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
    }
  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
  return snapshot_of (map);
}

static double
milliseconds_since (gint64 begin)
{
  return (double) (g_get_monotonic_time () - begin) / 1e3;
}

/* A million regions: rows exist only while they are looked at, and whatever is asked for, a worker
 * finds it. */
static void
test_million (void)
{
  const gsize n_regions = 1000000;
  static const char *const names[] = { "start", "end",    "size", "kind",
                                       "protection", "offset", "name" };
  g_autoptr (LacunaRegionList) list = lacuna_region_list_new ();
  g_autoptr (LacunaSnapshot) snapshot = snapshot_of_many (n_regions, 0, TRUE);
  g_autoptr (LacunaSnapshot) next = snapshot_of_many (n_regions, 10, TRUE);
  double longest = 0;
  gint64 begin;

  begin = g_get_monotonic_time ();
  lacuna_region_list_set_show (list, LACUNA_SHOW_BOTH);
  lacuna_region_list_set_snapshot (list, snapshot);
  g_assert_true (lacuna_region_list_is_busy (list));
  longest = wait_until_listed (list);
  g_test_message ("showing 2,000,000 rows: %.1f ms, of which in one turn at most %.1f ms",
                  milliseconds_since (begin), longest);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 2 * n_regions + 1);

  begin = g_get_monotonic_time ();
  for (guint i = 0; i < 100000; i++)
    {
      guint position = (guint) g_test_rand_int_range (0, (gint32) (2 * n_regions));
      g_autoptr (LacunaRow) row = g_list_model_get_item (G_LIST_MODEL (list), position);

      g_assert_cmpuint (lacuna_region_list_find (list, lacuna_row_get_range (row).start), ==,
                        position);
    }
  g_test_message ("a row and its place: %.3f us", milliseconds_since (begin) / 100);

  lacuna_region_list_set_show (list, LACUNA_SHOW_REGIONS);
  wait_until_listed (list);
  for (LacunaColumn column = LACUNA_COLUMN_SIZE; column < LACUNA_N_COLUMNS; column++)
    {
      double turn;

      begin = g_get_monotonic_time ();
      lacuna_region_list_set_sort (list, column, TRUE);
      turn = wait_until_listed (list);
      longest = MAX (longest, turn);
      g_test_message ("sorting by %s: %.1f ms, of which in one turn at most %.1f ms",
                      names[column], milliseconds_since (begin), turn);
    }

  begin = g_get_monotonic_time ();
  lacuna_region_list_set_snapshot (list, next);
  longest = MAX (longest, wait_until_listed (list));
  g_test_message ("a refresh while sorted by name: %.1f ms", milliseconds_since (begin));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, n_regions - 10);

  begin = g_get_monotonic_time ();
  lacuna_region_list_set_filter (list, "r-- >2K");
  longest = MAX (longest, wait_until_listed (list));
  g_test_message ("filtering: %.1f ms", milliseconds_since (begin));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, n_regions - 10);

  /* Asking again and again leaves nothing behind but what was asked for last. */
  for (guint i = 0; i < 20; i++)
    lacuna_region_list_set_filter (list, i % 2 == 0 ? "memfd:1" : ">4K");
  lacuna_region_list_set_filter (list, "memfd:999999");
  longest = MAX (longest, wait_until_listed (list));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 1);

  g_test_message ("the longest turn of the main loop: %.1f ms", longest);
  /* Far above what it takes, since sanitizers and busy machines are slow. */
  g_assert_cmpfloat (longest, <, 500);
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
  g_test_add_func ("/model/region-list/sorts-as-a-slow-list-does", test_sorts_as_a_slow_list);
  g_test_add_func ("/model/region-list/tells-only-what-differs", test_tells_only_what_differs);
  g_test_add_func ("/model/region-list/million-regions", test_million);
  return g_test_run ();
}
