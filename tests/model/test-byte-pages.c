/* Pages that are read on a worker: what is there, what changed, and what is no longer wished for.
 *
 * SPDX-License-Identifier: MIT
 */
#include "byte-fixture.h"

#include "model/lacuna-byte-pages.h"
#include "model/lacuna-byte-text.h"

#define PAGE LACUNA_BYTE_PAGE_SIZE
#define START ((guint64) 0x7f0000000000)

static void
count_cb (LacunaBytePages *pages,
          guint64          start,
          guint64          end,
          gpointer         data)
{
  g_assert_cmpuint (start, <, end);
  *(guint *) data += 1;
}

static void
wait_for (LacunaBytePages *pages)
{
  while (lacuna_byte_pages_is_busy (pages))
    g_main_context_iteration (NULL, TRUE);
}

static void
test_arrive (void)
{
  Memory memory = { { START, START + 64 * PAGE }, { START + PAGE + 8, START + PAGE + 24 } };
  g_autoptr (LacunaByteSource) source = memory_source (&memory);
  g_autoptr (LacunaBytePages) pages = lacuna_byte_pages_new (source);
  const LacunaBytePage *page;
  guint n_changed = 0;

  g_signal_connect (pages, "changed", G_CALLBACK (count_cb), &n_changed);
  g_assert_null (lacuna_byte_pages_peek (pages, START));
  lacuna_byte_pages_want (pages, (struct lac_range){ START + 100, START + PAGE + 1 });
  g_assert_null (lacuna_byte_pages_peek (pages, START));
  wait_for (pages);
  g_assert_cmpuint (n_changed, ==, 1);

  page = lacuna_byte_pages_peek (pages, START + 4095);
  g_assert_nonnull (page);
  g_assert_cmpuint (page->address, ==, START);
  for (guint i = 0; i < PAGE; i++)
    {
      g_assert_true (lacuna_byte_page_is_known (page, i));
      g_assert_false (lacuna_byte_page_is_changed (page, i));
      g_assert_cmpuint (page->bytes[i], ==, memory_byte (&memory, START + i));
    }
  page = lacuna_byte_pages_peek (pages, START + PAGE);
  for (guint i = 0; i < PAGE; i++)
    g_assert_cmpint (lacuna_byte_page_is_known (page, i), ==, i < 8 || i >= 24);
  g_assert_cmpstr (page->reason, ==, "The memory has no read permission.");
  g_assert_null (lacuna_byte_pages_peek (pages, START + 2 * PAGE));

  /* What is there is not read again. */
  lacuna_byte_pages_want (pages, (struct lac_range){ START, START + 10 });
  g_assert_false (lacuna_byte_pages_is_busy (pages));
}

static void
test_refuse (void)
{
  Memory memory = { { START, START + PAGE }, { 0, 0 } };
  g_autoptr (LacunaByteSource) source = memory_source (&memory);
  g_autoptr (LacunaBytePages) pages = lacuna_byte_pages_new (source);
  const LacunaBytePage *page;

  lacuna_byte_pages_want (pages, (struct lac_range){ 0x1000, 0x1010 });
  wait_for (pages);
  page = lacuna_byte_pages_peek (pages, 0x1008);
  g_assert_cmpstr (page->reason, ==, "Nothing is mapped there.");
  for (guint i = 0; i < PAGE; i++)
    g_assert_false (lacuna_byte_page_is_known (page, i));

  /* The very top, where the end of the last page is no number. */
  lacuna_byte_pages_want (pages, (struct lac_range){ G_MAXUINT64 - 10, G_MAXUINT64 });
  wait_for (pages);
  lacuna_byte_pages_want (pages, (struct lac_range){ 0, G_MAXUINT64 });
  wait_for (pages);
  g_assert_nonnull (lacuna_byte_pages_peek (pages, 0));
  g_assert_null (lacuna_byte_pages_peek (pages, PAGE * LACUNA_BYTE_PAGES_MOST_WANTED));
}

static void
test_refresh (void)
{
  Memory memory = { { START, START + 64 * PAGE }, { 0, 0 } };
  g_autoptr (LacunaByteSource) source = memory_source (&memory);
  g_autoptr (LacunaBytePages) pages = lacuna_byte_pages_new (source);
  const LacunaBytePage *page;
  guint8 before[PAGE];
  guint n_same = 0;

  lacuna_byte_pages_want (pages, (struct lac_range){ START, START + 2 * PAGE });
  wait_for (pages);
  lacuna_byte_pages_want (pages, (struct lac_range){ START, START + PAGE });
  memcpy (before, lacuna_byte_pages_peek (pages, START)->bytes, PAGE);

  g_atomic_int_set (&memory.salt, 1);
  lacuna_byte_pages_refresh (pages);
  /* The old bytes stay until the new ones are there. */
  g_assert_cmpmem (lacuna_byte_pages_peek (pages, START)->bytes, PAGE, before, PAGE);
  g_assert_null (lacuna_byte_pages_peek (pages, START + PAGE));
  wait_for (pages);
  page = lacuna_byte_pages_peek (pages, START);
  for (guint i = 0; i < PAGE; i++)
    {
      g_assert_cmpint (lacuna_byte_page_is_changed (page, i), ==, page->bytes[i] != before[i]);
      n_same += page->bytes[i] == before[i];
    }
  g_assert_cmpuint (n_same, >, 900);
  g_assert_cmpuint (n_same, <, PAGE);
  g_assert_cmpint (page->changed_time, >, 0);

  /* What can't be read for a while did not change meanwhile. */
  memory.hole = (struct lac_range){ START, START + PAGE };
  lacuna_byte_pages_refresh (pages);
  wait_for (pages);
  g_assert_false (lacuna_byte_page_is_known (lacuna_byte_pages_peek (pages, START), 0));
}

/* Through a terabyte in a thousand steps, with a source that takes its time. */
static void
test_fly_over (void)
{
  Memory memory = { { START, START + ((guint64) 1 << 40) }, { 0, 0 }, .microseconds = 2000 };
  g_autoptr (LacunaByteSource) source = memory_source (&memory);
  g_autoptr (LacunaBytePages) pages = lacuna_byte_pages_new (source);
  guint64 last = 0;
  gint64 began = g_get_monotonic_time ();

  for (guint64 i = 0; i < 1000; i++)
    {
      last = START + (i << 30);
      lacuna_byte_pages_want (pages, (struct lac_range){ last, last + 1024 });
      g_main_context_iteration (NULL, FALSE);
    }
  g_test_message ("1000 wishes in %" G_GINT64_FORMAT " µs", g_get_monotonic_time () - began);
  wait_for (pages);
  g_assert_nonnull (lacuna_byte_pages_peek (pages, last));
  g_assert_cmpint (g_atomic_int_get (&memory.n_reads), <, 500);
}

/* However far one goes, what is kept is bounded, and what is shown is among it. */
static void
test_bounded (void)
{
  Memory memory = { { START, START + ((guint64) 1 << 40) }, { 0, 0 } };
  g_autoptr (LacunaByteSource) source = memory_source (&memory);
  g_autoptr (LacunaBytePages) pages = lacuna_byte_pages_new (source);
  guint n_kept = 0;

  for (guint64 i = 0; i < 3000; i++)
    {
      lacuna_byte_pages_want (pages, (struct lac_range){ START + i * PAGE, START + i * PAGE + 1 });
      wait_for (pages);
      g_assert_nonnull (lacuna_byte_pages_peek (pages, START + i * PAGE));
    }
  for (guint64 i = 0; i < 3000; i++)
    n_kept += lacuna_byte_pages_peek (pages, START + i * PAGE) != NULL;
  g_assert_cmpuint (n_kept, <, 1100);
}

static void
finalized_cb (gpointer data,
              GObject *object)
{
  *(gboolean *) data = TRUE;
}

static void
test_outlive (void)
{
  Memory memory = { { START, START + 64 * PAGE }, { 0, 0 }, .microseconds = 20000 };
  g_autoptr (LacunaByteSource) source = memory_source (&memory);
  LacunaBytePages *pages = lacuna_byte_pages_new (source);
  gboolean finalized = FALSE;

  g_object_weak_ref (G_OBJECT (pages), finalized_cb, &finalized);
  lacuna_byte_pages_want (pages, (struct lac_range){ START, START + 1 });
  g_object_unref (pages);
  while (!finalized)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_text (void)
{
  guint8 bytes[] = { 0x48, 0xc3, 0xa4, 0x00, 0x0a, 0xff };
  struct lac_range hole = { START + 3, START + 4 };
  g_autoptr (GArray) holes = g_array_new (FALSE, FALSE, sizeof hole);
  LacunaByteRead read = { { START, START + sizeof bytes }, bytes, holes, NULL };
  g_autofree char *hex = NULL;
  g_autofree char *array = NULL;
  g_autofree char *plain = NULL;

  g_array_append_val (holes, hole);
  hex = lacuna_byte_text_new (&read, LACUNA_BYTE_TEXT_HEX, 4);
  g_assert_cmpstr (hex, ==, "48 c3 a4 ??\n0a ff");
  array = lacuna_byte_text_new (&read, LACUNA_BYTE_TEXT_C_ARRAY, 4);
  g_assert_cmpstr (array, ==,
                   "/* 0x7f0000000000 */\n"
                   "static const unsigned char bytes[6] = {\n"
                   "  0x48, 0xc3, 0xa4, 0x00 /* ?? */,\n"
                   "  0x0a, 0xff,\n"
                   "};\n");
  plain = lacuna_byte_text_new (&read, LACUNA_BYTE_TEXT_PLAIN, 4);
  g_assert_cmpstr (plain, ==, "Hä.\n.");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/byte-pages/arrive-with-holes", test_arrive);
  g_test_add_func ("/model/byte-pages/say-why-nothing-can-be-read", test_refuse);
  g_test_add_func ("/model/byte-pages/refresh-marks-what-changed", test_refresh);
  g_test_add_func ("/model/byte-pages/skip-what-is-flown-over", test_fly_over);
  g_test_add_func ("/model/byte-pages/keep-a-bounded-number", test_bounded);
  g_test_add_func ("/model/byte-pages/may-be-dropped-while-reading", test_outlive);
  g_test_add_func ("/model/byte-text/hex-c-and-plain", test_text);

  return g_test_run ();
}
