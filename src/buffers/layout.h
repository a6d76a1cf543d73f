/* The locator's table, byte for byte.
 *
 * Shared with Reloaded.Memory.Buffers 4.1.0, in memory and on disk, so none of this is ours to
 * change. Facts from its published file format; all integers are in the processor's own order, and
 * nothing is aligned beyond what is written here: an item's words lie at any multiple of 4. A table itself
 * begins at a multiple of a pointer's size, as all who allocate have it, so that next_locator is read and
 * written at once; a chain is not followed to anything else.
 *
 * A table is 4,096 bytes: a header, then items without holes. The first lies in a shared file,
 * further ones in memory that the process allocates; `next_locator` leads from one to the next.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stdint.h>

#define LAC_TABLE_SIZE 4096
#define LAC_TABLE_VERSION 0
#define LAC_TABLE_VERSION_MASK 7

/**
 * lac_table_layout:
 * @header_size: bytes before the first item
 * @item_size: bytes from one item to the next
 * @capacity: how many items fit
 *
 * The numbers that differ between processes of 32 and of 64 bits: in a header the offsets of
 * this_address, next_locator (a pointer each), is_locked (i32), flags and item_count (u8 each), and
 * in an item those of base (a pointer), size, position (u32 each) and is_taken (i32).
 */
struct lac_table_layout
{
  uint8_t pointer_size;
  uint8_t header_size;
  uint8_t this_address;
  uint8_t next_locator;
  uint8_t is_locked;
  uint8_t flags;
  uint8_t item_count;
  uint8_t item_size;
  uint8_t base;
  uint8_t size;
  uint8_t position;
  uint8_t is_taken;
  uint16_t capacity;
};

#define LAC_TABLE_LAYOUT_64                                                                       \
  ((struct lac_table_layout){ 8, 24, 0, 8, 16, 20, 21, 20, 0, 8, 12, 16, 203 })
#define LAC_TABLE_LAYOUT_32                                                                       \
  ((struct lac_table_layout){ 4, 16, 0, 4, 8, 12, 13, 16, 0, 4, 8, 12, 255 })

/* The order of fields that Reloaded's library for .NET has in the same file: the number of items after the
 * reserved bytes, and is_taken before the size. It is known to tell them apart; such tables are never changed. */
#define LAC_TABLE_LAYOUT_MANAGED_64                                                               \
  ((struct lac_table_layout){ 8, 24, 0, 8, 16, 20, 23, 20, 0, 12, 16, 8, 203 })
#define LAC_TABLE_LAYOUT_MANAGED_32                                                               \
  ((struct lac_table_layout){ 4, 16, 0, 4, 8, 12, 15, 16, 0, 8, 12, 4, 255 })

/** lac_item: an item of this process's own tables. */
struct __attribute__ ((packed, aligned (4))) lac_item
{
  uintptr_t base;
  uint32_t size;
  uint32_t position;
  int32_t is_taken;
};

/** lac_table: a table of this process's own. */
struct __attribute__ ((packed, aligned (4))) lac_table
{
  uintptr_t this_address;
  uintptr_t next_locator;
  int32_t is_locked;
  uint8_t flags;
  uint8_t item_count;
  uint8_t reserved[2];
  struct lac_item items[];
};

/** lac_table_capacity: how many items a table of this process holds: 203, or 255 with 32 bits. */
enum
{
  lac_table_capacity = (LAC_TABLE_SIZE - sizeof (struct lac_table)) / sizeof (struct lac_item)
};

_Static_assert (sizeof (struct lac_item) == (sizeof (void *) == 8 ? 20 : 16), "an item");
_Static_assert (sizeof (struct lac_table) == (sizeof (void *) == 8 ? 24 : 16), "a header");
_Static_assert (lac_table_capacity == (sizeof (void *) == 8 ? 203 : 255), "items in a table");
