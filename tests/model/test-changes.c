/* Changes between two maps, against a model that looks at every page.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/maps-text.h"
#include "model/lacuna-changes.h"
#include "random-map.h"

#include <stdlib.h>

#define PAGE G_GUINT64_CONSTANT (0x1000)
#define N_PAGES 96

/* What lies in a page; a region is a run of pages of one number. */
typedef struct
{
  guint region; /* 0: nothing */
  guint name;
  guint protection;
  guint offset; /* in pages, of this page */
} Page;

typedef struct
{
  Page pages[N_PAGES + 1]; /* nothing lies in the last one */
  guint n_regions;
} Plan;

/* Puts a region into a plan, over what was there. */
static void
plan_map (Plan  *plan,
          guint  first,
          guint  n_pages,
          guint  name,
          guint  protection,
          guint  offset)
{
  guint region = ++plan->n_regions;

  for (guint i = first; i < MIN (first + n_pages, N_PAGES); i++)
    plan->pages[i] = (Page){ region, name, protection, name < 2 ? 0 : offset + i - first };
}

static void
plan_unmap (Plan  *plan,
            guint  first,
            guint  n_pages)
{
  for (guint i = first; i < MIN (first + n_pages, N_PAGES); i++)
    plan->pages[i] = (Page){ 0 };
}

static void
plan_protect (Plan  *plan,
              guint  first,
              guint  n_pages,
              guint  protection)
{
  guint cut = 0; /* the region that a piece is being cut out of */

  for (guint i = first; i < MIN (first + n_pages, N_PAGES); i++)
    {
      guint region = plan->pages[i].region;

      if (region != 0 && region != cut)
        plan->n_regions++;
      cut = region;
      if (region == 0)
        continue;
      plan->pages[i].region = plan->n_regions;
      plan->pages[i].protection = protection;
    }
}

static gboolean
has_edge (const Plan *plan,
          guint       page)
{
  return page == 0 || page >= N_PAGES
         || plan->pages[page].region != plan->pages[page - 1].region;
}

static struct lac_map *
plan_make (const Plan *plan)
{
  static const char *const names[] = { "", "[heap]", "/usr/lib/liba.so.1", "/usr/share/b" };
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map_builder *builder = lac_map_builder_new (&space);
  struct lac_map *map = NULL;

  for (guint i = 0; i < N_PAGES;)
    {
      const Page *page = &plan->pages[i];
      struct lac_region_entry entry = { .kind = LAC_KIND_DECIDE };
      guint first = i;

      do
        i++;
      while (!has_edge (plan, i));
      if (page->region == 0)
        continue;
      entry.start = (0x100 + first) * PAGE;
      entry.end = (0x100 + i) * PAGE;
      entry.offset = page->offset * PAGE;
      entry.protection = (guint8) page->protection;
      entry.inode = names[page->name][0] == '/' ? page->name : 0;
      entry.name = names[page->name];
      entry.name_length = strlen (entry.name);
      g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
    }
  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
  return map;
}

static void
plan_randomly (Plan  *plan,
               GRand *random)
{
  guint first = (guint) g_rand_int_range (random, 0, N_PAGES);
  guint n_pages = (guint) g_rand_int_range (random, 1, 12);
  guint protection = (guint) g_rand_int_range (random, 0, 3);

  switch (g_rand_int_range (random, 0, 4))
    {
    case 0:
      plan_unmap (plan, first, n_pages);
      break;
    case 1:
      plan_protect (plan, first, n_pages, protection);
      break;
    default:
      plan_map (plan, first, n_pages, (guint) g_rand_int_range (random, 0, 4), protection,
                (guint) g_rand_int_range (random, 0, 2));
    }
}

static gboolean
looks_same (const Page *a,
            const Page *b)
{
  return a->region != 0 && b->region != 0 && a->name == b->name && a->protection == b->protection
         && a->offset == b->offset;
}

static void
mark_region (const Plan *plan,
             guint       page,
             gboolean    changed[N_PAGES + 1])
{
  while (!has_edge (plan, page))
    page--;
  do
    changed[page++] = TRUE;
  while (!has_edge (plan, page));
}

/* Which pages changed, one by one. */
static void
find_changed (const Plan *before,
              const Plan *after,
              gboolean    changed[N_PAGES + 1])
{
  memset (changed, 0, sizeof (gboolean) * (N_PAGES + 1));
  for (guint i = 0; i < N_PAGES; i++)
    {
      const Page *a = &before->pages[i];
      const Page *b = &after->pages[i];

      if ((a->region != 0 || b->region != 0) && !looks_same (a, b))
        changed[i] = TRUE;
      if (i > 0 && looks_same (a, b) && looks_same (a - 1, b - 1)
          && has_edge (before, i) != has_edge (after, i))
        {
          mark_region (after, i - 1, changed);
          mark_region (after, i, changed);
        }
    }
}

static void
check_plans (const Plan *before,
             const Plan *after)
{
  g_autoptr (Map) a = plan_make (before);
  g_autoptr (Map) b = plan_make (after);
  g_autoptr (LacunaChanges) changes = lacuna_changes_new (a, b);
  const struct lac_range *ranges = NULL;
  gboolean changed[N_PAGES + 1];
  gsize n_ranges = 0;
  gsize n_found = 0;

  find_changed (before, after, changed);
  if (changes != NULL)
    {
      ranges = lacuna_changes_get_ranges (changes, &n_ranges);
      g_assert_cmpuint (n_ranges, >, 0);
    }
  for (guint i = 0; i < N_PAGES;)
    {
      guint first = i;

      if (!changed[i])
        {
          if (changes != NULL)
            g_assert_false (lacuna_changes_touch (
                changes, (struct lac_range){ (0x100 + i) * PAGE, (0x101 + i) * PAGE }));
          i++;
          continue;
        }
      while (changed[i])
        i++;
      g_assert_cmpuint (n_found, <, n_ranges);
      g_assert_cmpuint (ranges[n_found].start, ==, (0x100 + first) * PAGE);
      g_assert_cmpuint (ranges[n_found].end, ==, (0x100 + i) * PAGE);
      g_assert_true (lacuna_changes_touch (changes, ranges[n_found]));
      n_found++;
    }
  g_assert_cmpuint (n_found, ==, n_ranges);
}

static void
test_model (void)
{
  g_autoptr (GRand) random = new_random ();

  for (guint round = 0; round < 4000; round++)
    {
      Plan before = { 0 };
      Plan after;
      guint n = (guint) g_rand_int_range (random, 0, 40);

      for (guint i = 0; i < n; i++)
        plan_randomly (&before, random);
      after = before;
      n = (guint) g_rand_int_range (random, 0, 6);
      for (guint i = 0; i < n; i++)
        plan_randomly (&after, random);
      check_plans (&before, &after);
    }
}

static void
test_same (void)
{
  g_autoptr (GRand) random = new_random ();
  g_autoptr (Map) map = random_map (random, 5000, USER_47);
  g_autoptr (Map) top = map_with_vsyscall ();
  g_autoptr (Map) top_again = map_with_vsyscall ();

  g_assert_null (lacuna_changes_new (map, map));
  g_assert_null (lacuna_changes_new (top, top_again));
}

static struct lac_map *
map_of (const char *text)
{
  struct lac_map *map = NULL;

  g_assert_cmpint (lac_map_parse (text, strlen (text), &LAC_SPACE_UNKNOWN, &map, NULL), ==, LAC_OK);
  return map;
}

static void
check_one (const char *before,
           const char *after,
           guint64     start,
           guint64     end)
{
  g_autoptr (Map) a = map_of (before);
  g_autoptr (Map) b = map_of (after);
  g_autoptr (LacunaChanges) changes = lacuna_changes_new (a, b);
  const struct lac_range *ranges;
  gsize n_ranges;

  g_assert_nonnull (changes);
  ranges = lacuna_changes_get_ranges (changes, &n_ranges);
  g_assert_cmpuint (n_ranges, ==, 1);
  g_assert_cmphex (ranges[0].start, ==, start);
  g_assert_cmphex (ranges[0].end, ==, end);
  g_assert_false (lacuna_changes_touch (changes, (struct lac_range){ end, end + PAGE }));
  g_assert_false (lacuna_changes_touch (changes, (struct lac_range){ start, start }));
}

static void
test_places (void)
{
  /* A heap that grew; it changed only where it is new. */
  check_one ("10000-20000 rw-p 00000000 00:00 0 [heap]\n",
             "10000-21000 rw-p 00000000 00:00 0 [heap]\n", 0x20000, 0x21000);
  /* What is free now. */
  check_one ("10000-20000 rw-p 00000000 00:00 0 \n30000-40000 rw-p 00000000 00:00 0 \n",
             "30000-40000 rw-p 00000000 00:00 0 \n", 0x10000, 0x20000);
  /* A page in the middle of a file. */
  check_one ("10000-20000 r--p 00000000 fe:00 7 /bin/a\n",
             "10000-14000 r--p 00000000 fe:00 7 /bin/a\n14000-15000 rw-p 00004000 fe:00 7 /bin/a\n"
             "15000-20000 r--p 00005000 fe:00 7 /bin/a\n",
             0x14000, 0x15000);
  /* The same sizes, another file of the same name. */
  check_one ("10000-20000 r--p 00000000 fe:00 7 /bin/a\n",
             "10000-20000 r--p 00000000 fe:00 8 /bin/a\n", 0x10000, 0x20000);
  check_one ("10000-20000 r--p 00000000 fe:00 7 /bin/a\n",
             "10000-20000 r--p 00000000 fe:00 7 /bin/a (deleted)\n", 0x10000, 0x20000);
  /* Another part of the file. */
  check_one ("10000-20000 r--p 00000000 fe:00 7 /bin/a\n",
             "10000-20000 r--p 00001000 fe:00 7 /bin/a\n", 0x10000, 0x20000);
  /* Only an edge. */
  check_one ("10000-20000 rw-p 00000000 00:00 0 \n20000-30000 rw-p 00000000 00:00 0 \n",
             "10000-30000 rw-p 00000000 00:00 0 \n", 0x10000, 0x30000);
  /* At the very top, and from nothing at all. */
  check_one ("", "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n",
             G_GUINT64_CONSTANT (0xffffffffff600000), G_GUINT64_CONSTANT (0xffffffffff601000));
}

static int
compare_numbers (gconstpointer a,
                 gconstpointer b)
{
  guint64 x = *(const guint64 *) a;
  guint64 y = *(const guint64 *) b;

  return x < y ? -1 : x > y;
}

/* More places than are told: none is lost, and what is told too much is as little as can be. */
static void
test_many (void)
{
  g_autoptr (GRand) random = new_random ();
  g_autofree guint64 *distances = g_new (guint64, 5000);

  for (guint n = LACUNA_MOST_CHANGES; n <= 5000; n += 1988)
    {
      struct lac_space space = LAC_SPACE_UNKNOWN;
      struct lac_map_builder *builder = lac_map_builder_new (&space);
      g_autoptr (Map) before = map_of ("1000-2000 rw-p 00000000 00:00 0 \n");
      g_autoptr (Map) after = NULL;
      g_autoptr (LacunaChanges) changes = NULL;
      struct lac_region_entry first = { 0x1000, 0x2000, .kind = LAC_KIND_DECIDE, .protection = 3 };
      const struct lac_region *regions;
      const struct lac_range *ranges;
      guint64 told = 0;
      guint64 wanted = n * PAGE;
      guint64 at = 0x10000;
      gsize n_regions;
      gsize n_ranges;

      g_assert_cmpint (lac_map_builder_add (builder, &first), ==, LAC_OK);
      for (guint i = 0; i < n; i++)
        {
          struct lac_region_entry entry = { at, at + PAGE, .kind = LAC_KIND_DECIDE, .protection = 1 };

          g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
          distances[i] = (guint64) g_rand_int_range (random, 1, 50) * PAGE;
          at += PAGE + distances[i];
        }
      g_assert_cmpint (lac_map_builder_finish (builder, &after), ==, LAC_OK);
      changes = lacuna_changes_new (before, after);
      ranges = lacuna_changes_get_ranges (changes, &n_ranges);
      g_assert_cmpuint (n_ranges, ==, LACUNA_MOST_CHANGES);

      qsort (distances, n - 1, sizeof *distances, compare_numbers);
      for (guint i = 0; i < n - LACUNA_MOST_CHANGES; i++)
        wanted += distances[i];
      for (gsize i = 0; i < n_ranges; i++)
        {
          told += ranges[i].end - ranges[i].start;
          if (i > 0)
            g_assert_cmpuint (ranges[i].start, >, ranges[i - 1].end);
        }
      g_assert_cmpuint (told, ==, wanted);
      regions = lac_map_regions (after, &n_regions);
      for (gsize i = 1; i < n_regions; i++)
        g_assert_true (lacuna_changes_touch (changes, lac_region_range (&regions[i])));
      g_assert_false (lacuna_changes_touch (changes, lac_region_range (&regions[0])));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/changes/same-maps-have-none", test_same);
  g_test_add_func ("/model/changes/places-that-differ", test_places);
  g_test_add_func ("/model/changes/as-a-page-by-page-model", test_model);
  g_test_add_func ("/model/changes/many-merge-and-none-is-lost", test_many);

  return g_test_run ();
}
