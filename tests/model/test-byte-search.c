/* Finding bytes: against a search that looks at every place.
 *
 * SPDX-License-Identifier: MIT
 */
#include "byte-fixture.h"

#include "model/lacuna-byte-search.h"

#define START ((guint64) 0x500000)
#define SIZE 0x300000

typedef struct
{
  guint8 *bytes;
  GArray *holes;
} Block;

static gboolean
block_read (gpointer         data,
            struct lac_range range,
            guint8          *bytes,
            GArray          *holes,
            GError         **error)
{
  Block *block = data;

  g_assert_cmpuint (range.start, >=, START);
  g_assert_cmpuint (range.end, <=, START + SIZE);
  memcpy (bytes, block->bytes + (range.start - START), lac_range_size (range));
  for (guint i = 0; i < block->holes->len; i++)
    {
      struct lac_range part
          = lac_range_intersect (g_array_index (block->holes, struct lac_range, i), range);

      if (lac_range_size (part) > 0)
        {
          g_array_append_val (holes, part);
          memset (bytes + (part.start - range.start), 0, lac_range_size (part));
        }
    }
  return TRUE;
}

static LacunaByteFind
find (LacunaByteSource       *source,
      LacunaBytePattern      *pattern,
      const struct lac_range *ranges,
      gsize                   n_ranges,
      guint64                 from,
      gboolean                backward)
{
  g_autoptr (LacunaByteSearch) search
      = lacuna_byte_search_new (source, pattern, ranges, n_ranges, from, backward);
  g_autoptr (GError) error = NULL;
  LacunaByteFind result = { 0 };

  g_assert_true (lacuna_byte_search_run (search, NULL, &result, &error));
  g_assert_no_error (error);
  return result;
}

static gboolean
is_in (const struct lac_range *ranges,
       gsize                   n_ranges,
       guint64                 address)
{
  for (gsize i = 0; i < n_ranges; i++)
    if (lac_range_contains (ranges[i], address))
      return TRUE;
  return FALSE;
}

/* Whether bytes of the values 0 to 3 match at @address, -1 for any, and all of them can be read. */
static gboolean
matches_at (const Block            *block,
            const struct lac_range *ranges,
            gsize                   n_ranges,
            const int              *wanted,
            guint                   n_wanted,
            guint64                 address)
{
  for (guint i = 0; i < n_wanted; i++)
    if (!is_in (ranges, n_ranges, address + i)
        || is_in ((const struct lac_range *) (gpointer) block->holes->data, block->holes->len,
                  address + i)
        || (wanted[i] >= 0 && block->bytes[address + i - START] != wanted[i]))
      return FALSE;
  return TRUE;
}

static void
test_random (void)
{
  Block block = { g_malloc (SIZE), g_array_new (FALSE, FALSE, sizeof (struct lac_range)) };
  g_autoptr (LacunaByteSource) source = lacuna_byte_source_new (block_read, &block, NULL);
  /* Two that touch, then one apart; pieces of a mebibyte end inside of them. */
  const struct lac_range ranges[] = { { START + 10, START + 0x80000 },
                                      { START + 0x80000, START + 0x180123 },
                                      { START + 0x190000, START + SIZE } };
  guint n_found = 0;

  memset (block.bytes, 9, SIZE);
  for (int i = 0; i < 400; i++)
    {
      int near = (g_test_rand_int_range (0, 4) << 20) + g_test_rand_int_range (-30, 40);
      int at = i % 2 == 0 ? CLAMP (near, 0, SIZE - 4) : g_test_rand_int_range (0, SIZE - 4);

      for (int j = 0; j < 4; j++)
        block.bytes[at + j] = (guint8) g_test_rand_int_range (0, 3);
    }
  for (guint64 at = START + 0x1000; at < START + SIZE - 0x20000;
       at += (guint64) g_test_rand_int_range (0x1000, 0x20000))
    {
      struct lac_range hole = { at, at + (guint64) g_test_rand_int_range (1, 0x1000) };

      g_array_append_val (block.holes, hole);
      at = hole.end;
    }

  for (int round = 0; round < 60; round++)
    {
      int wanted[4] = { -1, -1, -1, -1 };
      guint n_wanted = (guint) g_test_rand_int_range (1, 5);
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (LacunaBytePattern) pattern = NULL;
      gboolean backward = round % 2 == 1;
      guint64 from = START + (guint64) g_test_rand_int_range (0, SIZE);
      LacunaByteFind result;
      guint64 expected = 0;
      gboolean found = FALSE;

      wanted[g_test_rand_int_range (0, (int) n_wanted)] = g_test_rand_int_range (0, 3);
      for (guint i = 0; i < n_wanted; i++)
        {
          if (wanted[i] < 0 && g_test_rand_bit ())
            wanted[i] = g_test_rand_int_range (0, 3);
          if (wanted[i] < 0)
            g_string_append (text, "?? ");
          else
            g_string_append_printf (text, "%02x ", (guint) wanted[i]);
        }
      pattern = lacuna_byte_pattern_new_for_bytes (text->str, NULL);
      g_assert_nonnull (pattern);
      result = find (source, pattern, ranges, G_N_ELEMENTS (ranges), from, backward);

      for (guint i = 0; i < SIZE && !found; i++)
        {
          guint64 offset = backward ? from - START + SIZE - i : from - START + i;

          expected = START + offset % SIZE;
          found = expected + n_wanted <= START + SIZE
                  && matches_at (&block, ranges, G_N_ELEMENTS (ranges), wanted, n_wanted, expected);
        }
      g_assert_cmpint (result.found, ==, found);
      if (found)
        {
          g_assert_cmphex (result.range.start, ==, expected);
          g_assert_cmpuint (lac_range_size (result.range), ==, n_wanted);
          g_assert_cmpint (result.wrapped, ==, backward ? expected > from : expected < from);
          n_found++;
        }
    }
  g_assert_cmpuint (n_found, >, 10);
  g_array_unref (block.holes);
  g_free (block.bytes);
}

static void
test_pattern (void)
{
  g_autoptr (LacunaBytePattern) bytes
      = lacuna_byte_pattern_new_for_bytes (" 0x48,8B ??05", NULL);
  g_autoptr (LacunaBytePattern) text = lacuna_byte_pattern_new_for_text ("ä!", NULL);
  const guint8 memory[] = { 0x48, 0x8b, 0x01, 0x06, 0x48, 0x8b, 0x02, 0x05, 0xc3, 0xa4, '!' };
  const char *const faults[] = { "", "   ", "4", "48 8", "xy", "?? ??", "48 ?", "48 8b g0" };

  g_assert_cmpint (lacuna_byte_pattern_find_first (bytes, memory, sizeof memory), ==, 4);
  g_assert_cmpint (lacuna_byte_pattern_find_last (bytes, memory, sizeof memory), ==, 4);
  g_assert_cmpint (lacuna_byte_pattern_find_first (text, memory, sizeof memory), ==, 8);
  g_assert_cmpint (lacuna_byte_pattern_find_first (text, memory, sizeof memory - 1), ==, -1);
  g_assert_cmpint (lacuna_byte_pattern_find_last (text, memory, 1), ==, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (lacuna_byte_pattern_new_for_bytes (faults[i], &error));
      g_assert_nonnull (error);
    }
}

static void
found_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

/* A terabyte takes minutes; whoever does not want to know any more does not wait for them. */
static void
test_cancel (void)
{
  struct lac_range range = { (guint64) 1 << 40, (guint64) 1 << 41 };
  Memory memory = { range, { 0, 0 } };
  g_autoptr (LacunaByteSource) source = memory_source (&memory);
  g_autoptr (LacunaBytePattern) pattern
      = lacuna_byte_pattern_new_for_text ("this is nowhere in there", NULL);
  g_autoptr (LacunaByteSearch) search
      = lacuna_byte_search_new (source, pattern, &range, 1, range.start, FALSE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  LacunaByteFind find;
  gint64 began;

  lacuna_byte_search_run_async (search, cancellable, found_cb, &result);
  while (lacuna_byte_search_get_progress (search) == 0)
    g_usleep (1000);
  g_assert_cmpfloat (lacuna_byte_search_get_progress (search), <, 0.5);
  began = g_get_monotonic_time ();
  g_cancellable_cancel (cancellable);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_test_message ("cancelled within %" G_GINT64_FORMAT " µs", g_get_monotonic_time () - began);
  g_assert_false (lacuna_byte_search_run_finish (result, &find, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/byte-pattern/bytes-any-and-text", test_pattern);
  g_test_add_func ("/model/byte-search/agrees-with-looking-everywhere", test_random);
  g_test_add_func ("/model/byte-search/ends-when-cancelled", test_cancel);

  return g_test_run ();
}
