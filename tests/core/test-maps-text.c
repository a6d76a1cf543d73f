/* Every form that a maps text has, and those that it must not have.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

static const struct lac_backing *
backing_of (const struct lac_map *map,
            size_t                index)
{
  struct lac_region region = region_at (map, index);

  return lac_map_backing (map, &region);
}

static void
test_fields (void)
{
  struct lac_map *map = map_of ("7f8019dc7000-7f8019dcb000 r-xs 00026000 fe:0a 332835      "
                                "/usr/lib/libc.so.6\n");
  struct lac_region region = region_at (map, 0);
  const struct lac_backing *backing = backing_of (map, 0);

  g_assert_cmphex (region.start, ==, UINT64_C (0x7f8019dc7000));
  g_assert_cmphex (region.end, ==, UINT64_C (0x7f8019dcb000));
  g_assert_cmphex (region.offset, ==, 0x26000);
  g_assert_cmpuint (region.protection, ==, LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE);
  g_assert_cmpuint (region.flags, ==, LAC_REGION_SHARED);
  g_assert_cmphex (backing->device_major, ==, 0xfe);
  g_assert_cmphex (backing->device_minor, ==, 0x0a);
  g_assert_cmpuint (backing->inode, ==, 332835);
  g_assert_cmpstr (backing->name, ==, "/usr/lib/libc.so.6");
  g_assert_false (backing->deleted);
  lac_map_unref (map);
}

static void
test_deleted (void)
{
  struct lac_map *map = map_of ("1000-2000 r--p 00000000 fe:00 5 /tmp/gone (deleted)\n"
                                "2000-3000 rw-s 00000000 00:01 6 /memfd:x (deleted)\n"
                                "3000-4000 rw-p 00000000 00:00 0 [anon:x (deleted)]\n"
                                "4000-5000 r--p 00000000 fe:00 5 /tmp/gone\n");

  g_assert_true (backing_of (map, 0)->deleted);
  g_assert_cmpstr (backing_of (map, 0)->name, ==, "/tmp/gone");
  g_assert_cmpstr (backing_of (map, 1)->name, ==, "/memfd:x");
  g_assert_cmpstr (lac_kind_name (region_at (map, 1).kind), ==, "shared");
  g_assert_false (backing_of (map, 2)->deleted);
  g_assert_false (backing_of (map, 3)->deleted);
  lac_map_unref (map);
}

static void
test_names_are_bytes (void)
{
  struct lac_map *map = map_of ("1000-2000 r--p 00000000 fe:00 5 /tmp/caf\xe9 \xff\xfe\n"
                                "2000-3000 r--p 00000000 fe:00 6 /tmp/two\\012lines\n"
                                "3000-4000 r--p 00000000 fe:00 7 /tmp/back\\slash  and blanks \n"
                                "4000-5000 rw-p 00000000 fe:00 8 /tmp/[heap]\n");

  g_assert_cmpstr (backing_of (map, 0)->name, ==, "/tmp/caf\xe9 \xff\xfe");
  g_assert_cmpstr (backing_of (map, 1)->name, ==, "/tmp/two\nlines");
  g_assert_cmpstr (backing_of (map, 2)->name, ==, "/tmp/back\\slash  and blanks ");
  g_assert_cmpstr (lac_kind_name (region_at (map, 3).kind), ==, "file");
  lac_map_unref (map);
}

static void
test_widths (void)
{
  struct lac_map *map = map_of ("08048000-08049000 r-xp 00000000 08:01 5 /bin/a\n"
                                "7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n"
                                "ff00000000000-ff00000001000 rw-p 00000000 00:00 0\n"
                                "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]");

  g_assert_cmpuint (count_regions (map), ==, 4);
  g_assert_cmphex (region_at (map, 3).end, ==, UINT64_C (0xffffffffff601000));
  g_assert_cmphex (lac_map_gap (map, 3).end, ==, UINT64_C (0xfffffffffff000));
  g_assert_cmphex (lac_range_size (lac_map_gap (map, 4)), ==, 0);
  lac_map_unref (map);
}

static void
test_carriage_returns (void)
{
  struct lac_map *map = map_of ("1000-2000 r--p 00000000 fe:00 5 /a\r\n"
                                "2000-3000 r--p 00000000 00:00 0 \r\n\r\n");

  g_assert_cmpstr (backing_of (map, 0)->name, ==, "/a");
  g_assert_cmpuint (count_regions (map), ==, 2);
  lac_map_unref (map);

  /* In a text without them, a name may end in one. */
  map = map_of ("1000-2000 r--p 00000000 00:00 0\n2000-3000 r--p 00000000 fe:00 5 /a\r\n");
  g_assert_cmpstr (backing_of (map, 1)->name, ==, "/a\r");
  lac_map_unref (map);
}

static void
test_malformed (void)
{
  const struct
  {
    const char *text;
    uint64_t line;
    uint64_t column;
  } cases[] = {
    { "hello\n", 1, 1 },
    { "1000-2000 r-xp 00000000 fe:00 5\nxyz\n", 2, 1 },
    { "1000+2000 r-xp 00000000 fe:00 5\n", 1, 5 },
    { "1000-2000\n", 1, 10 },
    { "2000-1000 r-xp 00000000 fe:00 5\n", 1, 6 },
    { "1000-1000 r-xp 00000000 fe:00 5\n", 1, 6 },
    { "1000-2000 r?xp 00000000 fe:00 5\n", 1, 11 },
    { "1000-2000 r-xq 00000000 fe:00 5\n", 1, 11 },
    { "1000-2000 r-xp zero fe:00 5\n", 1, 16 },
    { "1000-2000 r-xp 00000000 fe00 5\n", 1, 25 },
    { "1000-2000 r-xp 00000000 fe:00 five\n", 1, 31 },
    { "1000-2000 r-xp 00000000 fe:00 5x\n", 1, 32 },
    { "1000-2000 r-xp 00000000 fe:00 99999999999999999999\n", 1, 31 },
    { "11112222333344445-2000 r-xp 00000000 fe:00 5\n", 1, 1 },
    { "1000-2000 r-xp 00000000 fe:00 5\n\n2000-3000 r-xp 00000000 fe:00 5\n", 2, 1 },
    { "Rss: 4 kB\n", 1, 1 },
    { "1000-2000 r-xp 00000000 fe:00 5\nRss: four kB\n", 2, 6 },
    { "1000-2000 r-xp 00000000 fe:00 5\nNonsense\n", 2, 1 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      struct lac_text_error error = { 0 };
      struct lac_map *map = NULL;

      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (lac_map_parse (cases[i].text, strlen (cases[i].text), &LAC_SPACE_UNKNOWN, &map,
                                      &error),
                       ==, LAC_E_MALFORMED);
      g_assert_null (map);
      g_assert_cmpuint (error.line, ==, cases[i].line);
      g_assert_cmpuint (error.column, ==, cases[i].column);
      g_assert_nonnull (error.message);
    }
}

static void
test_a_zero_byte_is_malformed (void)
{
  static const char text[] = "1000-2000 r-xp 00000000 fe:00 5 /a\0b\n";
  struct lac_text_error error = { 0 };
  struct lac_map *map = NULL;

  g_assert_cmpint (lac_map_parse (text, sizeof text - 1, &LAC_SPACE_UNKNOWN, &map, &error), ==,
                   LAC_E_MALFORMED);
  g_assert_cmpuint (error.column, ==, 35);
}

static void
test_smaps (void)
{
  gsize length;
  g_autofree char *smaps_text = recorded ("python/smaps", &length);
  g_autofree char *maps_text = recorded ("python/maps", NULL);
  struct lac_map *smaps = map_of (smaps_text);
  struct lac_map *maps = map_of (maps_text);
  uint64_t resident = 0;
  g_auto (GStrv) lines = g_strsplit (smaps_text, "\n", -1);

  g_assert_cmpuint (count_regions (smaps), ==, count_regions (maps));
  for (size_t i = 0; i < count_regions (maps); i++)
    {
      g_assert_cmphex (region_at (smaps, i).start, ==, region_at (maps, i).start);
      g_assert_null (lac_map_detail (maps, i));
      resident += lac_map_detail (smaps, i)->resident;
    }
  for (guint i = 0; lines[i]; i++)
    if (g_str_has_prefix (lines[i], "Rss:"))
      resident -= 1024 * g_ascii_strtoull (lines[i] + 4, NULL, 10);
  g_assert_cmpuint (resident, ==, 0);
  lac_map_unref (smaps);
  lac_map_unref (maps);
}

/* However a text is cut into pieces, the map is the same. */
static void
test_pieces (void)
{
  gsize length;
  g_autofree char *text = recorded ("chromium/maps", &length);
  struct lac_map *whole = map_of (text);

  for (unsigned round = 0; round < 50; round++)
    {
      struct lac_map_builder *builder = lac_map_builder_new (&LAC_SPACE_UNKNOWN);
      struct lac_maps_parser parser;
      struct lac_map *map = NULL;
      gsize from = 0, to = 0;

      lac_maps_parser_init (&parser, builder);
      while (from < length)
        {
          size_t consumed;
          gsize piece = (gsize) g_test_rand_int_range (1, 300);

          to = MIN (length, to + piece);
          g_assert_cmpint (lac_maps_parser_push (&parser, text + from, to - from, to == length,
                                                 &consumed),
                           ==, LAC_OK);
          from += consumed;
        }
      g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
      g_assert_cmpuint (count_regions (map), ==, count_regions (whole));
      for (size_t i = 0; i < count_regions (map); i++)
        {
          struct lac_region a = region_at (map, i), b = region_at (whole, i);

          g_assert_cmpmem (&a, sizeof a, &b, sizeof b);
          g_assert_cmpstr (backing_of (map, i)->name, ==, backing_of (whole, i)->name);
        }
      lac_map_unref (map);
    }
  lac_map_unref (whole);
}

static void
test_recorded (gconstpointer user_data)
{
  gsize length;
  g_autofree char *text = recorded (user_data, &length);
  struct lac_map *map = map_of (text);
  size_t lines = 0;

  for (gsize i = 0; i < length; i++)
    lines += text[i] == '\n';
  g_assert_cmpuint (count_regions (map), ==, lines);
  g_assert_cmpuint (lac_map_repairs (map), ==, 0);
  lac_map_unref (map);
}

int
main (int   argc,
      char *argv[])
{
  static const char *const names[] = { "chromium", "gtk",  "java-zgc", "no-pie",
                                       "python",   "static", "x86-32" };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/maps-text/fields", test_fields);
  g_test_add_func ("/core/maps-text/deleted", test_deleted);
  g_test_add_func ("/core/maps-text/names-are-bytes", test_names_are_bytes);
  g_test_add_func ("/core/maps-text/widths", test_widths);
  g_test_add_func ("/core/maps-text/carriage-returns", test_carriage_returns);
  g_test_add_func ("/core/maps-text/malformed", test_malformed);
  g_test_add_func ("/core/maps-text/a-zero-byte-is-malformed", test_a_zero_byte_is_malformed);
  g_test_add_func ("/core/maps-text/smaps", test_smaps);
  g_test_add_func ("/core/maps-text/pieces", test_pieces);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_strconcat ("/core/maps-text/recorded/", names[i], NULL);
      g_autofree char *file = g_strconcat (names[i], "/maps", NULL);

      g_test_add_data_func_full (path, g_steal_pointer (&file), test_recorded, g_free);
    }
  return g_test_run ();
}
