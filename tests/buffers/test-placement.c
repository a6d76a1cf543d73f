/* Finding places: against a naive model on a map that is read, at the ends of space, beside heap and stack,
 * and when somebody else is faster.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffers/placement-private.h"
#include "os/process.h"
#include "../os/room.h"

#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_WRITE (LAC_PROTECTION_READ | LAC_PROTECTION_WRITE)

/* A piece of the room, with some before it. */
#define AREA (room_start () + (UINT64_C (4) << 20))
#define AREA_PAGES 160

/* How many more times somebody maps what is about to be allocated. */
static int n_thieves;

static void *
map (void  *address,
     size_t size,
     int    protection,
     int    flags,
     int    file,
     off_t  offset)
{
#ifdef SYS_mmap2
  return (void *) syscall (SYS_mmap2, address, size, protection, flags, file, offset / 4096);
#else
  return (void *) syscall (SYS_mmap, address, size, protection, flags, file, offset);
#endif
}

void *
mmap (void  *address,
      size_t size,
      int    protection,
      int    flags,
      int    file,
      off_t  offset)
{
  if (n_thieves > 0 && (flags & 0x100000) != 0)
    {
      n_thieves--;
      map (address, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    }
  return map (address, size, protection, flags, file, offset);
}

static uint64_t
page (void)
{
  return lac_os_get_space ()->page_size;
}

/* As another part of the program would. */
static void
map_there (uint64_t address,
           uint64_t size,
           int      protection)
{
  g_assert_true (map ((void *) (uintptr_t) address, size, protection,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0)
                 == (void *) (uintptr_t) address);
}

static void
unmap_there (uint64_t address,
             uint64_t size)
{
  g_assert_cmpint (munmap ((void *) (uintptr_t) address, size), ==, 0);
}

static struct lac_map *
read_own_map (void)
{
  struct lac_process *process;
  struct lac_map *own;

  g_assert_cmpint (lac_process_open (NULL, LAC_PROCESS_SELF, &process, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_process_read_map (process, LAC_READ_NO_FILES, NULL, &own, NULL), ==, LAC_OK);
  lac_process_close (process);
  return own;
}

static uint64_t
round_up (uint64_t value,
          uint64_t multiple)
{
  return (value + multiple - 1) / multiple * multiple;
}

/* Whether an allocation at @start satisfies everything, hole included. */
static bool
is_good_place (const struct lac_map       *own,
               const struct lac_gap_query *query,
               const struct lac_gap       *gap,
               uint64_t                    start)
{
  struct lac_range window = lac_gap_query_window (query, own);
  uint64_t end = start + query->size;

  return start % query->alignment == 0 && start >= window.start && end <= window.end
         && start >= gap->range.start && end <= gap->range.end
         && (lac_map_hazards_in (own, (struct lac_range){ start, end }) & query->avoid) == 0
         && start != gap->range.start + page () && end != gap->range.end - page ();
}

/* The rule of placement.h, word for word. */
static enum lac_status
find_naively (const struct lac_map       *own,
              const struct lac_gap_query *asked,
              uint64_t                   *out_start)
{
  struct lac_gap_query query = *asked;
  struct lac_gap_search search;
  struct lac_gap gap, first;
  bool found = false;
  int n = 0;

  query.size = round_up (query.size, page ());
  query.alignment = MAX (query.alignment, lac_os_get_space ()->granularity);
  if (lac_gap_first (own, &query, &first) != LAC_OK)
    return LAC_E_NO_GAP;
  g_assert_cmpint (lac_gap_search_init (&search, own, &query), ==, LAC_OK);
  for (; !found && n < 8 && lac_gap_next (&search, &gap) == LAC_OK; n++)
    {
      int64_t into_hole
          = gap.candidate == gap.range.start + page () ? -(int64_t) page () : (int64_t) page ();
      const int64_t moves[]
          = { 0, into_hole, -into_hole, -(int64_t) query.alignment, (int64_t) query.alignment };

      for (size_t i = 0; !found && i < G_N_ELEMENTS (moves); i++)
        if (is_good_place (own, &query, &gap, gap.candidate + (uint64_t) moves[i]))
          {
            *out_start = gap.candidate + (uint64_t) moves[i];
            found = true;
          }
    }
  lac_gap_search_clear (&search);
  if (!found)
    *out_start = first.candidate;
  return LAC_OK;
}

static char *
describe (const struct lac_gap_query *query)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "min %" G_GINT64_MODIFIER "x max %" G_GINT64_MODIFIER "x size %"
                                G_GINT64_MODIFIER "x alignment %" G_GINT64_MODIFIER "x within %"
                                G_GINT64_MODIFIER "x avoid %u order %s anchors",
                          query->min, query->max, query->size, query->alignment, query->within,
                          query->avoid, lac_order_name (query->order));
  for (size_t i = 0; i < query->n_anchors; i++)
    g_string_append_printf (text, " %" G_GINT64_MODIFIER "x", query->anchors[i]);
  return g_string_free (text, FALSE);
}

/* A dry run, and the model on a map that was read at a moment when nothing changed. */
static void
check_find (const struct lac_gap_query *query)
{
  g_autofree char *text = describe (query);

  for (int attempt = 0;; attempt++)
    {
      struct lac_range found = { 0 }, again = { 0 };
      struct lac_placement_report report;
      enum lac_status status = lac_placement_find (query, &found, NULL);
      struct lac_map *own = read_own_map ();
      enum lac_status status_again = lac_placement_find (query, &again, &report);
      uint64_t expected = 0;
      enum lac_status expected_status = find_naively (own, query, &expected);

      lac_map_unref (own);
      if ((status != status_again || found.start != again.start) && attempt < 20)
        continue;
      if (status != expected_status || found.start != expected)
        {
          if (attempt < 20)
            continue;
          g_error ("%s: %s at %" G_GINT64_MODIFIER "x, but the model says %s at %" G_GINT64_MODIFIER "x",
                   text, lac_status_name (status), found.start, lac_status_name (expected_status),
                   expected);
        }
      if (status == LAC_OK)
        g_assert_cmpuint (found.end - found.start, ==, round_up (query->size, page ()));
      g_assert_cmpuint (report.n_attempts, ==, 0);
      return;
    }
}

static void
clear_area (void)
{
  unmap_there (AREA, AREA_PAGES * page ());
}

/* Some runs of pages are mapped, so that neighbours do not become one region. */
static void
make_layout (GRand *random)
{
  uint64_t at = 0;

  clear_area ();
  while (at < AREA_PAGES)
    {
      uint64_t n = (uint64_t) g_rand_int_range (random, 1, g_rand_boolean (random) ? 4 : 12);

      n = MIN (n, AREA_PAGES - at);
      if (g_rand_int_range (random, 0, 3) != 0)
        map_there (AREA + at * page (), n * page (), g_rand_boolean (random) ? PROT_READ : PROT_NONE);
      at += n;
    }
}

static uint64_t
random_address (GRand *random)
{
  uint64_t address
      = AREA + (uint64_t) g_rand_int_range (random, -4, AREA_PAGES + 4) * page ();

  return g_rand_boolean (random) ? address : address + (uint64_t) g_rand_int_range (random, -100, 4000);
}

static void
make_query (GRand                *random,
            struct lac_gap_query *query,
            uint64_t              anchors[3])
{
  lac_placement_init (query);
  query->min = AREA;
  query->max = AREA + AREA_PAGES * page ();
  if (g_rand_int_range (random, 0, 3) == 0)
    {
      uint64_t a = random_address (random), b = random_address (random);

      query->min = MAX (MIN (a, b), AREA);
      query->max = MAX (MIN (MAX (a, b), query->max), query->min);
    }
  query->n_anchors = (size_t) g_rand_int_range (random, 0, 4);
  query->anchors = anchors;
  for (size_t i = 0; i < query->n_anchors; i++)
    anchors[i] = random_address (random);
  if (g_rand_boolean (random))
    query->within = (uint64_t) g_rand_int_range (random, 1, (int) (AREA_PAGES * page ()));
  query->size = (uint64_t) g_rand_int_range (random, 1, (int) (6 * page ()));
  query->alignment = UINT64_C (1) << g_rand_int_range (random, 0, 17);
  query->order = (enum lac_order) g_rand_int_range (random, 0, LAC_N_ORDERS);
  if (g_rand_boolean (random))
    query->order = LAC_ORDER_NEAREST;
  query->avoid = g_rand_boolean (random) ? LAC_HAZARD_ALL : LAC_HAZARD_NONE;
}

static GRand *
new_random (void)
{
  return g_rand_new_with_seed ((guint32) g_test_rand_int ());
}

static void
test_random_layouts (gconstpointer forbidden)
{
  g_autoptr (GRand) random = new_random ();
  int n_layouts = GPOINTER_TO_INT (forbidden) ? 40 : 150;

  lac_placement_forbid_point_queries (GPOINTER_TO_INT (forbidden));
  for (int layout = 0; layout < n_layouts; layout++)
    {
      make_layout (random);
      for (int i = 0; i < 20; i++)
        {
          struct lac_gap_query query;
          uint64_t anchors[3];

          make_query (random, &query, anchors);
          check_find (&query);
        }
    }
  clear_area ();
  lac_placement_forbid_point_queries (false);
}

/* Has everything forgotten that is known of the area. Another layout may have just as much mapped, and what others map
 * and free in equal parts is not seen (placement-known.c): so a lot more is for a moment. */
static void
have_all_forgotten (void)
{
  const uint64_t size = UINT64_C (64) << 20;
  void *more = map (NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  struct lac_gap_query query;
  struct lac_range range;

  g_assert_true (more != MAP_FAILED);
  lac_placement_init (&query);
  query.min = AREA;
  query.max = AREA + AREA_PAGES * page ();
  query.size = page ();
  if (lac_placement_take (&query, LAC_PROTECTION_NONE, &range, NULL) == LAC_OK)
    g_assert_cmpint (lac_placement_give_back (range, NULL), ==, LAC_OK);
  g_assert_cmpint (munmap (more, size), ==, 0);
}

/* Allocations and frees, others' too: what is remembered must never make a difference. */
static void
test_remembered_equals_model (void)
{
  g_autoptr (GRand) random = new_random ();
  unsigned n_remembered = 0;

  for (int layout = 0; layout < 100; layout++)
    {
      struct lac_gap_query queries[3];
      uint64_t anchors[3][3];
      struct lac_range taken[12];
      size_t n_taken = 0;
      bool changed_by_others = false;

      make_layout (random);
      have_all_forgotten ();
      for (size_t i = 0; i < G_N_ELEMENTS (queries); i++)
        {
          make_query (random, &queries[i], anchors[i]);
          if (queries[i].order > LAC_ORDER_HIGHEST)
            queries[i].order = LAC_ORDER_NEAREST;
          /* Relatives: what is known of one says something of the other. */
          if (i > 0 && layout % 2 == 0)
            {
              queries[i] = queries[0];
              queries[i].size += (uint64_t) g_test_rand_int_range (0, 3) * page ();
              if (g_test_rand_int_range (0, 2))
                queries[i].alignment *= 4;
              if (g_test_rand_int_range (0, 3) == 0 && queries[i].max - queries[i].min > 40 * page ())
                queries[i].min += 7 * page () + 5;
              if (g_test_rand_int_range (0, 3) == 0)
                queries[i].avoid = LAC_HAZARD_ALL;
            }
        }
      for (int step = 0; step < 60; step++)
        {
          int what = g_rand_int_range (random, 0, 12);

          if (what == 0)
            {
              uint64_t address = AREA + (uint64_t) g_rand_int_range (random, 0, AREA_PAGES - 2) * page ();
              /* Two changes could make up for each other; see test_unseen_change(). */
              bool ours = changed_by_others;

              for (size_t i = 0; i < n_taken; i++)
                ours |= lac_range_overlaps (taken[i],
                                            (struct lac_range){ address, address + 2 * page () });
              if (ours)
                continue;
              changed_by_others = true;
              if (g_rand_boolean (random))
                unmap_there (address, 2 * page ());
              else
                map_there (address, 2 * page (), PROT_READ);
            }
          else if (n_taken == G_N_ELEMENTS (taken) || (what < 6 && n_taken > 0))
            {
              size_t i = (size_t) g_rand_int_range (random, 0, (int) n_taken);

              g_assert_cmpint (lac_placement_give_back (taken[i], NULL), ==, LAC_OK);
              taken[i] = taken[--n_taken];
            }
          else
            {
              const struct lac_gap_query *query
                  = &queries[g_rand_int_range (random, 0, G_N_ELEMENTS (queries))];
              struct lac_map *own = read_own_map ();
              uint64_t expected = 0;
              enum lac_status expected_status = find_naively (own, query, &expected);
              struct lac_placement_report report;
              struct lac_range range = { 0 };
              g_autofree char *text = describe (query);
              enum lac_status status;

              lac_map_unref (own);
              status = lac_placement_take (query, LAC_PROTECTION_NONE, &range, &report);
              if (status != expected_status || range.start != expected)
                g_error ("%s: %s at %" G_GINT64_MODIFIER "x, but the model says %s at %"
                         G_GINT64_MODIFIER "x; %u queries",
                         text, lac_status_name (status), range.start, lac_status_name (expected_status),
                         expected, report.n_queries);
              g_assert_false (report.read_all);
              changed_by_others = false;
              if (status == LAC_OK)
                {
                  g_assert_cmpuint (report.n_attempts, ==, 1);
                  g_assert_cmphex (report.attempts[0].address, ==, range.start);
                  g_assert_cmpint (report.attempts[0].status, ==, LAC_OK);
                  taken[n_taken++] = range;
                  n_remembered += report.n_queries == 0;
                }
            }
        }
      while (n_taken > 0)
        g_assert_cmpint (lac_placement_give_back (taken[--n_taken], NULL), ==, LAC_OK);
    }
  clear_area ();
  g_test_message ("%u places were remembered", n_remembered);
  g_assert_cmpuint (n_remembered, >, 20);
}

static void
test_ends_of_space (void)
{
  const struct lac_os_space *space = lac_os_get_space ();
  struct lac_gap_query query;
  uint64_t anchor;

  for (int order = 0; order <= LAC_ORDER_HIGHEST; order++)
    for (int size = 1; size < 4; size++)
      {
        lac_placement_init (&query);
        query.size = (uint64_t) size * page ();
        query.order = (enum lac_order) order;
        query.min = 0;
        query.max = UINT64_MAX;
        check_find (&query);
        query.max = space->user.start + 8 * page ();
        check_find (&query);
        query.min = space->user.end - 8 * page ();
        query.max = UINT64_MAX;
        check_find (&query);
        query.min = space->user.end - page ();
        check_find (&query);
        query.min = 0;
        query.anchors = &anchor;
        query.n_anchors = 1;
        for (int i = 0; i < 6; i++)
          {
            const uint64_t anchors[] = { 0, 1, space->user.start + page (), space->user.end - 1,
                                         space->user.end, UINT64_MAX };

            anchor = anchors[i];
            check_find (&query);
            query.alignment = 1 << 21;
            check_find (&query);
            query.alignment = 1;
          }
      }
}

/* Page 0 is free, and is not given; the pages at either end are. */
static void
test_ends_are_taken (void)
{
  const struct lac_os_space *space = lac_os_get_space ();
  struct lac_gap_query query;
  struct lac_range range;
  struct lac_region last;

  lac_placement_init (&query);
  query.min = 0;
  query.max = space->user.start;
  g_assert_cmpint (lac_placement_take (&query, READ_WRITE, &range, NULL), ==, LAC_E_NO_GAP);
  query.max = space->user.start + page ();
  if (space->user.start < 0x400000)
    {
      g_assert_cmpint (lac_placement_take (&query, READ_WRITE, &range, NULL), ==, LAC_OK);
      g_assert_cmphex (range.start, ==, space->user.start);
      g_assert_cmpint (lac_placement_give_back (range, NULL), ==, LAC_OK);
    }
  query.min = space->user.end - page ();
  query.max = UINT64_MAX;
  /* The stack may end with user space, where addresses are not random. */
  if (lac_os_query (query.min, &last) == LAC_OK)
    {
      g_assert_cmpint (lac_placement_take (&query, READ_WRITE, &range, NULL), ==, LAC_E_NO_GAP);
      return;
    }
  g_assert_cmpint (lac_placement_take (&query, READ_WRITE, &range, NULL), ==, LAC_OK);
  g_assert_cmphex (range.end, ==, space->user.end);
  memset ((void *) (uintptr_t) range.start, 1, page ());
  g_assert_cmpint (lac_placement_give_back (range, NULL), ==, LAC_OK);
}

static void
check_near (uint64_t anchor)
{
  for (unsigned avoid = 0; avoid <= LAC_HAZARD_ALL; avoid++)
    for (int size = 1; size < 300; size = size * 3 + 1)
      {
        struct lac_gap_query query;

        lac_placement_init (&query);
        query.anchors = &anchor;
        query.n_anchors = 1;
        query.avoid = avoid;
        query.size = (uint64_t) size * page ();
        check_find (&query);
        query.within = 64 * page ();
        check_find (&query);
        query.within = UINT64_C (64) << 20;
        query.order = LAC_ORDER_HIGHEST;
        check_find (&query);
        query.order = LAC_ORDER_LOWEST;
        check_find (&query);
      }
}

/* Bytes that count for RLIMIT_DATA: the sixth number of statm is the pages of them, more or less. */
static uint64_t
count_data (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) numbers = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  numbers = g_strsplit (text, " ", -1);
  return g_ascii_strtoull (numbers[5], NULL, 10) * page ();
}

static void
test_hazards (void)
{
  struct rlimit data, stack, less;

  g_assert_cmpint (getrlimit (RLIMIT_DATA, &data), ==, 0);
  g_assert_cmpint (getrlimit (RLIMIT_STACK, &stack), ==, 0);
  for (int round = 0; round < 3; round++)
    {
      uint64_t heap_end = round_up ((uintptr_t) sbrk (0), page ());

      /* Others may leave the break amid a page; what is called heap ends with the page. */
      if (round == 1)
        g_assert_true (sbrk (100) != (void *) -1);
      check_near (heap_end);
      check_near (heap_end + 5 * page ());
      check_near (heap_end + (UINT64_C (100) << 20) + 3);
      check_near ((uintptr_t) &data);
      check_near (lac_os_stack_address () - (UINT64_C (1) << 20));
      check_near (lac_os_stack_address () - (UINT64_C (7) << 20));
      check_near ((uintptr_t) memcpy);
      check_near ((uintptr_t) test_hazards);
      /* Some room above the heap, and a longer and a shorter way down. */
      less = data;
      less.rlim_cur = count_data () + (UINT64_C (64) << 20);
      g_assert_cmpint (setrlimit (RLIMIT_DATA, &less), ==, 0);
      less = stack;
      less.rlim_cur = round == 0 ? UINT64_C (512) << 10 : RLIM_INFINITY;
      if (less.rlim_cur > less.rlim_max)
        less.rlim_cur = less.rlim_max;
      g_assert_cmpint (setrlimit (RLIMIT_STACK, &less), ==, 0);
    }
  g_assert_cmpint (setrlimit (RLIMIT_DATA, &data), ==, 0);
  g_assert_cmpint (setrlimit (RLIMIT_STACK, &stack), ==, 0);
}

/* Neighbours at both ends, @n_pages between them, and nothing else in the window. */
static struct lac_gap_query
make_gap (uint64_t n_pages,
          uint64_t size_in_pages)
{
  struct lac_gap_query query;

  clear_area ();
  map_there (AREA, 4 * page (), PROT_READ);
  map_there (AREA + (4 + n_pages) * page (), 4 * page (), PROT_READ);
  lac_placement_init (&query);
  query.min = AREA;
  query.max = AREA + (8 + n_pages) * page ();
  query.size = size_in_pages * page ();
  return query;
}

static uint64_t
take_page (const struct lac_gap_query *query)
{
  struct lac_range range = { 0 };

  if (lac_placement_take (query, READ_WRITE, &range, NULL) != LAC_OK)
    return UINT64_MAX;
  g_assert_cmpint (lac_placement_give_back (range, NULL), ==, LAC_OK);
  return (range.start - AREA) / page ();
}

static void
test_exact_fit (void)
{
  struct lac_gap_query query;

  for (uint64_t n = 1; n < 40; n++)
    {
      query = make_gap (n, n);
      g_assert_cmpuint (take_page (&query), ==, 4);
      query.order = LAC_ORDER_HIGHEST;
      g_assert_cmpuint (take_page (&query), ==, 4);
      query.size++;
      g_assert_cmpuint (take_page (&query), ==, UINT64_MAX);
    }
  clear_area ();
}

static void
test_no_hole (void)
{
  struct lac_gap_query query = make_gap (10, 3);
  uint64_t anchor;

  query.anchors = &anchor;
  query.n_anchors = 1;
  /* One page above the lower neighbour, and one below the upper. */
  anchor = AREA + 5 * page ();
  g_assert_cmpuint (take_page (&query), ==, 4);
  anchor = AREA + 10 * page ();
  g_assert_cmpuint (take_page (&query), ==, 11);
  anchor = AREA + 7 * page ();
  g_assert_cmpuint (take_page (&query), ==, 7);
  /* The constraints leave no choice. */
  query.min = AREA + 5 * page ();
  query.max = AREA + 8 * page ();
  g_assert_cmpuint (take_page (&query), ==, 5);

  /* A gap that is one page too large is passed over for one farther away. */
  query = make_gap (4, 3);
  query.max = AREA + 40 * page ();
  g_assert_cmpuint (take_page (&query), ==, 12);
  query.max = AREA + 12 * page ();
  g_assert_cmpuint (take_page (&query), ==, 4);
  clear_area ();
}

static void
test_dense (void)
{
  struct lac_gap_query query;
  struct lac_placement_report report;
  struct lac_range range;
  uint64_t anchor = AREA + 80 * page ();

  for (uint64_t i = 0; i < AREA_PAGES; i++)
    map_there (AREA + i * page (), page (), i % 2 ? PROT_READ : PROT_NONE);
  lac_placement_init (&query);
  query.min = AREA;
  query.max = AREA + AREA_PAGES * page ();
  g_assert_cmpint (lac_placement_take (&query, READ_WRITE, &range, &report), ==, LAC_E_NO_GAP);
  g_assert_cmpuint (report.n_attempts, ==, 0);
  query.anchors = &anchor;
  query.n_anchors = 1;
  g_assert_cmpint (lac_placement_take (&query, READ_WRITE, &range, &report), ==, LAC_E_NO_GAP);
  /* Where there is room, far from here, is not asked. */
  unmap_there (AREA + 90 * page (), page ());
  g_assert_cmpint (lac_placement_take (&query, READ_WRITE, &range, &report), ==, LAC_OK);
  g_assert_cmphex (range.start, ==, AREA + 90 * page ());
  g_assert_cmpuint (report.n_queries, <, 40);
  g_assert_cmpint (lac_placement_give_back (range, NULL), ==, LAC_OK);
  clear_area ();
}

static void
test_refused (void)
{
  struct lac_gap_query query;
  struct lac_placement_report report;
  struct lac_range range = { 1, 2 };

  for (int i = 0; i < 6; i++)
    {
      unsigned protection = READ_WRITE;

      lac_placement_init (&query);
      if (i == 0)
        query.size = 0;
      else if (i == 1)
        query.alignment = 3;
      else if (i == 2)
        query.min = query.max + 1;
      else if (i == 3)
        query.n_anchors = 1;
      else if (i == 4)
        query.order = LAC_N_ORDERS;
      else
        protection = 8;
      memset (&report, 0xff, sizeof report);
      g_assert_cmpint (lac_placement_take (&query, protection, &range, &report), ==, LAC_E_INVALID);
      g_assert_cmpuint (report.n_attempts, ==, 0);
      if (i < 5)
        g_assert_cmpint (lac_placement_find (&query, &range, NULL), ==, LAC_E_INVALID);
    }
  for (int i = 0; i < 5; i++)
    {
      const uint64_t sizes[] = { UINT64_MAX, UINT64_MAX - 4095, UINT64_C (1) << 63, UINT64_C (1) << 48,
                                 lac_os_get_space ()->user.end };

      lac_placement_init (&query);
      query.size = sizes[i];
      query.order = i % 2 ? LAC_ORDER_HIGHEST : LAC_ORDER_LOWEST;
      g_assert_cmpint (lac_placement_take (&query, READ_WRITE, &range, &report), ==, LAC_E_NO_GAP);
    }
  lac_placement_init (&query);
  query.alignment = UINT64_C (1) << 63;
  g_assert_cmpint (lac_placement_take (&query, READ_WRITE, &range, &report), ==, LAC_E_NO_GAP);
  g_assert_cmphex (range.start, ==, 1);
}

static void
check_faster (int                      n,
              const struct lac_gap_query *query)
{
  struct lac_placement_report report;
  struct lac_range range = { 0 };
  enum lac_status status;

  n_thieves = n;
  status = lac_placement_take (query, READ_WRITE, &range, &report);
  n_thieves = 0;
  for (unsigned i = 0; i < report.n_attempts; i++)
    {
      bool is_last = i + 1 == report.n_attempts;

      g_assert_cmpint (report.attempts[i].status, ==, is_last ? status : LAC_E_OCCUPIED);
      if (report.attempts[i].status == LAC_E_OCCUPIED)
        unmap_there (report.attempts[i].address, query->size);
      for (unsigned k = 0; k < i; k++)
        g_assert_cmphex (report.attempts[i].address, !=, report.attempts[k].address);
    }
  if (n < LAC_ATTEMPTS_MAX)
    {
      g_assert_cmpint (status, ==, LAC_OK);
      g_assert_cmpuint (report.n_attempts, ==, (unsigned) n + 1);
      g_assert_cmphex (report.attempts[n].address, ==, range.start);
      g_assert_cmpint (lac_placement_give_back (range, NULL), ==, LAC_OK);
    }
  else
    {
      g_assert_cmpint (status, ==, LAC_E_OCCUPIED);
      g_assert_cmpuint (report.n_attempts, ==, LAC_ATTEMPTS_MAX);
    }
}

static void
test_others_are_faster (gconstpointer forbidden)
{
  struct lac_gap_query query = make_gap (100, 2);
  uint64_t anchor = AREA + 50 * page ();

  lac_placement_forbid_point_queries (GPOINTER_TO_INT (forbidden));
  for (int order = 0; order < LAC_N_ORDERS; order++)
    for (int n = 0; n <= LAC_ATTEMPTS_MAX + 1; n += n < 3 ? 1 : 5)
      {
        query.order = (enum lac_order) order;
        query.anchors = &anchor;
        query.n_anchors = n % 2;
        check_faster (n, &query);
        /* The remembered place is taken. */
        check_faster (n, &query);
      }
  lac_placement_forbid_point_queries (false);
  clear_area ();
}

/* Somebody maps what is remembered, and unmaps as much elsewhere: then the size says nothing. */
static void
test_unseen_change (void)
{
  struct lac_gap_query query = make_gap (40, 2);
  struct lac_placement_report report;
  struct lac_range first, second;

  /* What a process does first is not remembered. */
  take_page (&query);
  g_assert_cmpint (lac_placement_take (&query, READ_WRITE, &first, NULL), ==, LAC_OK);
  g_assert_cmpint (lac_placement_give_back (first, NULL), ==, LAC_OK);
  map_there (first.start, 2 * page (), PROT_READ);
  unmap_there (AREA, 2 * page ());
  g_assert_cmpint (lac_placement_take (&query, READ_WRITE, &second, &report), ==, LAC_OK);
  g_assert_cmpuint (report.n_attempts, ==, 2);
  g_assert_cmphex (report.attempts[0].address, ==, first.start);
  g_assert_cmpint (report.attempts[0].status, ==, LAC_E_OCCUPIED);
  g_assert_cmphex (second.start, ==, AREA);
  g_assert_cmpint (lac_placement_give_back (second, NULL), ==, LAC_OK);
  clear_area ();
}

static void
test_no_memory (void)
{
  struct lac_gap_query query = make_gap (100, 64);
  struct lac_placement_report report;
  struct lac_range range;
  struct rlimit before, less;
  uint64_t mapped;

  g_assert_cmpint (lac_os_mapped_size (&mapped), ==, LAC_OK);
  g_assert_cmpint (getrlimit (RLIMIT_AS, &before), ==, 0);
  less = before;
  less.rlim_cur = mapped + page ();
  g_assert_cmpint (setrlimit (RLIMIT_AS, &less), ==, 0);
  g_assert_cmpint (lac_placement_take (&query, READ_WRITE, &range, &report), ==, LAC_E_NO_MEMORY);
  g_assert_cmpint (setrlimit (RLIMIT_AS, &before), ==, 0);
  g_assert_cmpuint (report.n_attempts, ==, 1);
  g_assert_cmpint (report.attempts[0].status, ==, LAC_E_NO_MEMORY);
  clear_area ();
}

/* What is found without a map is what is found with one. Below the heap, where the program lies. */
static void
test_probe (void)
{
  const unsigned n_pages = 48;
  uint64_t area = (uint64_t) (uintptr_t) test_probe / page () * page () - (UINT64_C (256) << 20);
  unsigned n_found = 0, n_left = 0;

  for (int round = 0; round < 300; round++)
    {
      struct lac_gap_query query;
      struct lac_request request;
      uint64_t anchor = area + (uint64_t) g_test_rand_int_range (0, (gint32) (n_pages * page ()));
      uint64_t start, expected;
      unsigned n_queries = 0;
      bool mapped[48] = { false };
      struct lac_map *own;
      enum lac_status status;

      for (unsigned i = 0, density = (unsigned) g_test_rand_int_range (1, 10); i < n_pages; i++)
        {
          mapped[i] = (unsigned) g_test_rand_int_range (0, 10) < density;
          if (mapped[i])
            map_there (area + i * page (), page (), i % 3 == 0 ? PROT_NONE : PROT_READ);
        }
      lac_placement_init (&query);
      query.anchors = &anchor;
      query.n_anchors = 1;
      query.size = (uint64_t) g_test_rand_int_range (1, 5) * page ();
      if (round % 3 == 0)
        query.within = (uint64_t) g_test_rand_int_range (1, 20) * page ();
      if (round % 5 == 0)
        query.min = anchor - (uint64_t) g_test_rand_int_range (0, (gint32) (8 * page ()));
      g_assert_cmpint (lac_request_prepare (&query, &request), ==, LAC_OK);
      own = read_own_map ();
      status = lac_placement_probe (&request, &start, &n_queries);
      if (status == LAC_OK)
        {
          n_found++;
          g_assert_cmpint (find_naively (own, &query, &expected), ==, LAC_OK);
          g_assert_cmphex (start, ==, expected);
        }
      else
        {
          n_left++;
          g_assert_cmpint (status, ==, LAC_E_NOT_SUPPORTED);
        }
      g_assert_cmpuint (n_queries, <, 64);
      lac_map_unref (own);
      for (unsigned i = 0; i < n_pages; i++)
        if (mapped[i])
          unmap_there (area + i * page (), page ());
    }
  g_assert_cmpuint (n_left, >, 0);
  if (n_found == 0)
    g_test_skip ("the program does not lie below its heap");
  g_test_message ("%u found, %u left to the walk", n_found, n_left);
}

/* A first request opens nothing; whether /proc is there does not matter. */
static void
test_first_request (void)
{
  pid_t child = fork ();
  int status;

  if (child == 0)
    {
      struct lac_placement_report report;
      struct lac_gap_query query;
      struct lac_range range;
      uint64_t anchor = (uintptr_t) test_first_request;

      lac_placement_init (&query);
      query.anchors = &anchor;
      query.n_anchors = 1;
      g_assert_false (lac_os_view_is_ready ());
      g_assert_cmpint (lac_placement_take (&query, READ_WRITE, &range, &report), ==, LAC_OK);
      g_assert_false (report.read_all);
      g_assert_cmpuint (report.n_attempts, ==, 1);
      g_assert_cmpint (lac_placement_give_back (range, NULL), ==, LAC_OK);
      _exit (lac_os_view_is_ready () ? 77 : 0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  if (WEXITSTATUS (status) == 77)
    g_test_skip ("the place beside the program has to be looked for");
  else
    g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!lac_os_can_query ())
    g_test_message ("this kernel has no PROCMAP_QUERY (Linux 6.11): everything is read");
  g_test_add_data_func ("/buffers/placement/random-layouts", GINT_TO_POINTER (0), test_random_layouts);
  g_test_add_data_func ("/buffers/placement/random-layouts-read", GINT_TO_POINTER (1),
                        test_random_layouts);
  if (lac_os_can_query ())
    g_test_add_func ("/buffers/placement/first-request-opens-nothing", test_first_request);
  g_test_add_func ("/buffers/placement/found-without-a-map-equals-model", test_probe);
  g_test_add_func ("/buffers/placement/remembered-equals-model", test_remembered_equals_model);
  g_test_add_func ("/buffers/placement/ends-of-space", test_ends_of_space);
  g_test_add_func ("/buffers/placement/ends-are-taken", test_ends_are_taken);
  g_test_add_func ("/buffers/placement/hazards", test_hazards);
  g_test_add_func ("/buffers/placement/exact-fit", test_exact_fit);
  g_test_add_func ("/buffers/placement/no-hole-of-a-page", test_no_hole);
  if (lac_os_can_query ())
    g_test_add_func ("/buffers/placement/dense", test_dense);
  g_test_add_func ("/buffers/placement/refused", test_refused);
  g_test_add_data_func ("/buffers/placement/others-are-faster", GINT_TO_POINTER (0),
                        test_others_are_faster);
  g_test_add_data_func ("/buffers/placement/others-are-faster-read", GINT_TO_POINTER (1),
                        test_others_are_faster);
  if (lac_os_can_query ())
    g_test_add_func ("/buffers/placement/unseen-change", test_unseen_change);
  g_test_add_func ("/buffers/placement/no-memory", test_no_memory);
  return g_test_run ();
}
