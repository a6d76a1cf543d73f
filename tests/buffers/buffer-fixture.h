/* Getting and putting back shared buffers of this process, for the tests of those and of their tables.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "locator-fixture.h"

static inline struct lac_gap_query
ask (uint64_t size,
     uint64_t alignment)
{
  struct lac_gap_query query;

  lac_placement_init (&query);
  query.size = size;
  query.alignment = alignment;
  return query;
}

static inline struct lac_buffer
get (uint64_t size)
{
  struct lac_gap_query query = ask (size, 1);
  struct lac_buffer buffer;

  g_assert_cmpint (lac_buffers_get (&query, 0, &buffer, NULL), ==, LAC_OK);
  return buffer;
}

static inline void
put (struct lac_buffer *buffer)
{
  g_assert_cmpint (lac_buffer_put (buffer), ==, LAC_OK);
}

static inline struct lac_table *
first_table (void)
{
  return (struct lac_table *) open_locator ().address;
}
