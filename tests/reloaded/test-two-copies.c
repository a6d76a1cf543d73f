/* Two copies of Lacuna in one process, one inside liblacuna-reloaded: they have one locator.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../left-behind.h"

#include "buffers/buffer.h"
#include "buffers/locator.h"
#include "reloaded/reloaded.h"

#include <glib.h>

/* The locator's own word on the buffer at @address. */
static struct lac_locator_item
look_up (uintptr_t address)
{
  struct lac_locator_cursor cursor;
  struct lac_locator_item item;
  enum lac_status status = lac_locator_first (&cursor, &item);

  while (status == LAC_OK && item.address != address)
    status = lac_locator_next (&cursor, &item);
  g_assert_cmpint (status, ==, LAC_OK);
  return item;
}

static void
test_shared (void)
{
  BufferSearchSettings settings = { 0, 0x7fffffff, 100 };
  GetBufferResult theirs = buffers_get_buffer (&settings);
  struct lac_locator_facts facts;
  struct lac_locator_item item;
  struct lac_gap_query query;
  struct lac_buffer ours;
  uintptr_t base;

  g_assert_true (theirs.is_ok);
  g_assert_cmpint (lac_locator_open (&facts), ==, LAC_OK);
  if (facts.place == LAC_LOCATOR_PRIVATE)
    {
      free_get_buffer_result (theirs);
      g_test_skip (facts.what);
      return;
    }
  g_assert_true (facts.adopted);
  base = locatoritem_min_address (theirs.ok);
  item = look_up (base);
  g_assert_true (item.taken);
  g_assert_cmpint (item.holder, ==, 0);
  g_assert_cmpuint (locatoritem_append_bytes (theirs.ok, (const uint8_t *) "theirs", 6), ==, base);
  g_assert_cmpuint (look_up (base).position, ==, 6);

  /* It is taken, so we get another; and then the same. */
  lac_placement_init (&query);
  query.max = settings.max_address;
  query.size = 100;
  query.alignment = 1;
  g_assert_cmpint (lac_locator_take (base, &ours), ==, LAC_E_BUSY);
  free_get_buffer_result (theirs);
  g_assert_false (look_up (base).taken);
  g_assert_cmpint (lac_buffers_get (&query, 0, &ours, NULL), ==, LAC_OK);
  g_assert_false (ours.created);
  g_assert_cmpuint (ours.address, ==, base);
  g_assert_cmpint (lac_buffer_append (&ours, "ours", 4, NULL), ==, LAC_OK);
  g_assert_true (locatoritem_is_taken (theirs.ok));
  g_assert_false (locatoritem_try_lock (theirs.ok));
  /* What was put back there is ours now, and stays so. */
  free_get_buffer_result (theirs);
  free_locator_item (theirs.ok);
  g_assert_cmpint (lac_buffer_put (&ours), ==, LAC_OK);
  g_assert_cmpmem ((const void *) base, 10, "theirsours", 10);
  g_assert_cmpuint (locatoritem_bytes_left (theirs.ok), ==, theirs.ok->size - 10);

  g_assert_true (locatoritem_try_lock (theirs.ok));
  g_assert_cmpint (lac_locator_take (base, &ours), ==, LAC_E_BUSY);
  locatoritem_unlock (theirs.ok);
  g_assert_cmpint (lac_locator_take (base, &ours), ==, LAC_OK);
  g_assert_cmpint (lac_buffer_put (&ours), ==, LAC_OK);
}

int
main (int   argc,
      char *argv[])
{
  leave_nothing_behind ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reloaded/two-copies-share-a-locator", test_shared);
  return g_test_run ();
}
