/* The region list sorted and filtered by ink, against a list that is sorted anew each time; and a
 * million regions.
 *
 * SPDX-License-Identifier: MIT
 */
#include "list-watcher.h"
#include "model/lacuna-ink.h"
#include "random-map.h"

/* Lets the main loop run until the list has what was asked for last. Returns how long its longest
 * turn took, in milliseconds. */
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

/* What the list must show sorted, found the slow way: an array of facts, sorted by comparing them.
 * */
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

/* Sorted by anything, with any inks, over random refreshes, the list has what a slow one has, and
 * the watcher's copy is right after each change. */
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

/* A refresh that takes a few rows away here and there names those and no others, whatever the list
 * is sorted by; and the rows that stay are the same objects. */
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
  g_test_add_func ("/model/region-sort/sorts-as-a-slow-list-does", test_sorts_as_a_slow_list);
  g_test_add_func ("/model/region-sort/tells-only-what-differs", test_tells_only_what_differs);
  g_test_add_func ("/model/region-sort/million-regions", test_million);
  return g_test_run ();
}
