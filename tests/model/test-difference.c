/* What became of a map: told by place, and apart from what was not asked for.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/maps-text.h"
#include "model/lacuna-difference.h"

#include <string.h>

static struct lac_map *
read_text (const char *text)
{
  struct lac_map *map = NULL;

  g_assert_cmpint (lac_map_parse (text, strlen (text), &LAC_SPACE_UNKNOWN, &map, NULL), ==, LAC_OK);
  return map;
}

static LacunaDifference *
compare (const char *before,
         const char *after,
         guint64     start,
         guint64     end)
{
  struct lac_map *old = read_text (before), *new = read_text (after);
  LacunaDifference *difference
      = lacuna_difference_new (old, new, (struct lac_range){ start, end });

  lac_map_unref (old);
  lac_map_unref (new);
  return difference;
}

static void
assert_sums (LacunaDifference *difference,
             guint64           added,
             guint64           removed,
             guint64           changed)
{
  g_assert_cmphex (lacuna_difference_get_bytes (difference, LACUNA_DIFFERENCE_ADDED), ==, added);
  g_assert_cmphex (lacuna_difference_get_bytes (difference, LACUNA_DIFFERENCE_REMOVED), ==, removed);
  g_assert_cmphex (lacuna_difference_get_bytes (difference, LACUNA_DIFFERENCE_CHANGED), ==, changed);
}

static void
test_nothing (void)
{
  static const char text[] = "1000-3000 rw-p 00000000 00:00 0\n"
                             "7000-8000 r--p 00001000 08:01 12 /lib/a\n";
  g_autoptr (LacunaDifference) difference = compare (text, text, 0, 0);
  g_autofree char *words = lacuna_difference_describe (difference);
  gsize n_pieces;

  lacuna_difference_get_pieces (difference, &n_pieces);
  g_assert_cmpuint (n_pieces, ==, 0);
  assert_sums (difference, 0, 0, 0);
  g_assert_cmpstr (words, ==, "The map is as it was before.");
}

/* A page that the kernel joins with its neighbour is a page more, and no other region. */
static void
test_joined (void)
{
  g_autoptr (LacunaDifference) difference
      = compare ("1000-3000 rw-p 00000000 00:00 0\n", "1000-5000 rw-p 00000000 00:00 0\n", 0x3000, 0x5000);
  g_autofree char *words = lacuna_difference_describe (difference);
  const LacunaDifferencePiece *pieces;
  gsize n_pieces;

  pieces = lacuna_difference_get_pieces (difference, &n_pieces);
  g_assert_cmpuint (n_pieces, ==, 1);
  g_assert_cmphex (pieces[0].range.start, ==, 0x3000);
  g_assert_cmphex (pieces[0].range.end, ==, 0x5000);
  g_assert_cmpint (pieces[0].kind, ==, LACUNA_DIFFERENCE_ADDED);
  g_assert_cmpuint (pieces[0].protection, ==, 3);
  g_assert_true (pieces[0].asked_for);
  assert_sums (difference, 0x2000, 0, 0);
  g_assert_cmpstr (words, ==, "The map has 8 KiB more, in 1 place.");
}

/* Two regions that look alike became one, or one two: no memory is otherwise. */
static void
test_edges (void)
{
  g_autoptr (LacunaDifference) difference
      = compare ("1000-2000 rw-p 00000000 00:00 0\n2000-3000 rw-p 00000000 00:00 0\n",
                 "1000-3000 rw-p 00000000 00:00 0\n", 0, 0);

  assert_sums (difference, 0, 0, 0);
}

/* What the process did itself meanwhile is told apart, also right beside what was asked for. */
static void
test_elsewhere (void)
{
  g_autoptr (LacunaDifference) difference
      = compare ("1000-3000 rw-p 00000000 00:00 0\n"
                 "9000-a000 r--p 00001000 08:01 12 /lib/a\n",
                 "1000-2000 r--p 00000000 00:00 0\n"
                 "2000-3000 rw-p 00000000 00:00 0\n"
                 "3000-6000 rw-p 00000000 00:00 0\n",
                 0x3000, 0x5000);
  g_autofree char *words = lacuna_difference_describe (difference);
  const LacunaDifferencePiece *pieces;
  gsize n_pieces;

  pieces = lacuna_difference_get_pieces (difference, &n_pieces);
  g_assert_cmpuint (n_pieces, ==, 4);
  g_assert_cmpint (pieces[0].kind, ==, LACUNA_DIFFERENCE_CHANGED);
  g_assert_cmpuint (pieces[0].old_protection, ==, 3);
  g_assert_cmpuint (pieces[0].protection, ==, 1);
  g_assert_true (pieces[1].asked_for);
  g_assert_cmphex (pieces[1].range.end, ==, 0x5000);
  g_assert_false (pieces[2].asked_for);
  g_assert_cmphex (pieces[2].range.end, ==, 0x6000);
  g_assert_cmpint (pieces[3].kind, ==, LACUNA_DIFFERENCE_REMOVED);
  assert_sums (difference, 0x3000, 0x1000, 0x1000);
  g_assert_nonnull (strstr (words, "The map has 12 KiB more, in 2 places."));
  g_assert_nonnull (strstr (words, "The map has 4 KiB less, in 1 place."));
  g_assert_nonnull (strstr (words, "3 of these places lie elsewhere"));
}

/* What had to be made for it is no surprise; what was there, or is gone, is none of that. */
static void
test_expected (void)
{
  g_autoptr (LacunaDifference) difference
      = compare ("1000-2000 rw-p 00000000 00:00 0\n"
                 "9000-a000 r--p 00001000 08:01 12 /lib/a\n",
                 "1000-2000 rw-p 00000000 00:00 0\n"
                 "3000-5000 rwxp 00000000 00:00 0\n"
                 "7000-8000 rw-s 00000000 00:01 13 /tmp/locator\n",
                 0x3000, 0x5000);
  g_autofree char *words = NULL;

  g_assert_cmpuint (lacuna_difference_get_n_elsewhere (difference), ==, 2);
  lacuna_difference_expect (difference, 0x1000);
  lacuna_difference_expect (difference, 0x8000);
  lacuna_difference_expect (difference, 0x9000);
  g_assert_cmpuint (lacuna_difference_get_n_elsewhere (difference), ==, 2);
  lacuna_difference_expect (difference, 0x7800);
  lacuna_difference_expect (difference, 0x7800);
  g_assert_cmpuint (lacuna_difference_get_n_elsewhere (difference), ==, 1);
  words = lacuna_difference_describe (difference);
  g_assert_nonnull (strstr (words, "1 of these places lies elsewhere"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/difference/nothing", test_nothing);
  g_test_add_func ("/model/difference/joined-with-a-neighbour", test_joined);
  g_test_add_func ("/model/difference/edges-are-none", test_edges);
  g_test_add_func ("/model/difference/elsewhere-is-told-apart", test_elsewhere);
  g_test_add_func ("/model/difference/tables-are-expected", test_expected);
  return g_test_run ();
}
