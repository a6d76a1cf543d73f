/* Random maps for the tests of what is drawn from maps.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map.h"

#include <glib.h>
#include <string.h>

typedef struct lac_map Map;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Map, lac_map_unref)

#define USER_47 G_GUINT64_CONSTANT (0x7ffffffff000)

static inline GRand *
new_random (void)
{
  guint32 seed = g_test_rand_int ();

  g_test_message ("seed %u", seed);
  return g_rand_new_with_seed (seed);
}

static inline guint64
random_64 (GRand *random)
{
  return (guint64) g_rand_int (random) << 32 | g_rand_int (random);
}

/* A map of @n_regions regions in [@user_start, @user_end), of sizes from one page to gibibytes, some
 * touching, some in runs of one name. */
static inline struct lac_map *
random_map (GRand  *random,
            gsize   n_regions,
            guint64 user_end)
{
  static const char *const names[] = { "",        "",       "/usr/lib/liba.so.1", "/usr/lib/libb.so.2",
                                       "[heap]",  "[stack]", "/usr/share/fonts/c.ttf",
                                       "/dev/shm/d" };
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map_builder *builder;
  struct lac_map *map = NULL;

  guint64 position = 0x1000;
  guint64 room = user_end / (n_regions + 1);

  space.user.end = user_end;
  space.pointer_bits = 64;
  builder = lac_map_builder_new (&space);
  g_assert_nonnull (builder);

  for (gsize i = 0; i < n_regions; i++)
    {
      struct lac_region_entry entry = { .kind = LAC_KIND_DECIDE };
      guint64 limit = (i + 1) * room;
      guint64 start = position;
      guint64 size;
      guint name = g_rand_int_range (random, 0, G_N_ELEMENTS (names));

      if (g_rand_int_range (random, 0, 3) != 0)
        {
          int bits = g_rand_int_range (random, 0, 48);
          guint64 skip = (((guint64) g_rand_int (random) << 32 | g_rand_int (random)) >> (63 - bits))
                         & ~G_GUINT64_CONSTANT (0xfff);

          start += MIN (skip, room);
        }
      size = (((guint64) g_rand_int (random) << 32 | g_rand_int (random))
              >> g_rand_int_range (random, 16, 52))
             & ~G_GUINT64_CONSTANT (0xfff);
      size = MAX (size, 0x1000);
      if (start >= limit || start >= user_end - 0x1000)
        continue;
      size = MIN (size, user_end - start);

      entry.start = start;
      entry.end = start + size;
      entry.protection = (guint8) g_rand_int_range (random, 0, 8);
      entry.inode = names[name][0] == '/' ? name : 0;
      entry.name = names[name];
      entry.name_length = strlen (names[name]);
      g_assert_cmpint (lac_map_builder_add (builder, &entry), ==, LAC_OK);
      position = entry.end;
    }

  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
  return map;
}

/* The same with [vsyscall] at the very top. */
static inline struct lac_map *
map_with_vsyscall (void)
{
  static const struct lac_region_entry entries[] = {
    { 0x400000, 0x401000, 0, 1, 0, 0, LAC_PROTECTION_READ, LAC_KIND_IMAGE, 0, false, "/bin/a", 6 },
    { 0x401000, 0x500000, 0x1000, 1, 0, 0, LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE,
      LAC_KIND_IMAGE, 0, false, "/bin/a", 6 },
    { 0x7ffc00000000, 0x7ffc00021000, 0, 0, 0, 0, LAC_PROTECTION_READ | LAC_PROTECTION_WRITE,
      LAC_KIND_STACK, 0, false, "[stack]", 7 },
    { 0xffffffffff600000, 0xffffffffff601000, 0, 0, 0, 0, LAC_PROTECTION_EXECUTE,
      LAC_KIND_VSYSCALL, 0, false, "[vsyscall]", 10 },
  };
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map_builder *builder = lac_map_builder_new (&space);
  struct lac_map *map = NULL;

  g_assert_nonnull (builder);
  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    g_assert_cmpint (lac_map_builder_add (builder, &entries[i]), ==, LAC_OK);
  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
  return map;
}
