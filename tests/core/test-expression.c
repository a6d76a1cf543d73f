/* Addresses and sizes as people write them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include "core/expression.h"

static const char text_of_map[] =
    "00400000-00401000 r-xp 00000000 fe:00 1 /usr/bin/cat\n"
    "00600000-00610000 rw-p 00000000 00:00 0 [heap]\n"
    "00700000-00710000 r-xp 00000000 fe:00 2 /usr/lib/libstdc++.so.6\n"
    "00800000-00810000 r-xp 00000000 fe:00 3 /usr/lib/ld-linux-x86-64.so.2\n"
    "7f0000000000-7f0000010000 r-xp 00000000 fe:00 4 /usr/lib/libc.so.6\n"
    "7f0000020000-7f0000030000 r--p 00000000 fe:00 5 /usr/lib/cafe\n"
    "7ffe00000000-7ffe00020000 rw-p 00000000 00:00 0 [stack]\n";

/* Knows one symbol beside the names of the map. */
static enum lac_status
resolve (const char *module,
         size_t      module_length,
         const char *symbol,
         size_t      symbol_length,
         uint64_t   *out_address,
         void       *user_data)
{
  if (symbol && symbol_length == 6 && memcmp (symbol, "malloc", 6) == 0)
    {
      enum lac_status status = lac_map_resolve_name (module, module_length, NULL, 0, out_address,
                                                     user_data);

      if (status == LAC_OK)
        *out_address += 0x500;
      return status;
    }
  return lac_map_resolve_name (module, module_length, symbol, symbol_length, out_address, user_data);
}

static void
test_addresses (void)
{
  const struct
  {
    const char *text;
    uint64_t address;
  } cases[] = {
    { "0", 0 },
    { "7f00d0000000", UINT64_C (0x7f00d0000000) },
    { "0x7f00d0000000", UINT64_C (0x7f00d0000000) },
    { "0X7F00D0000000", UINT64_C (0x7f00d0000000) },
    { "7f00`d0000000", UINT64_C (0x7f00d0000000) },
    { "7f00_d000_0000", UINT64_C (0x7f00d0000000) },
    { "7f00 d000 0000", UINT64_C (0x7f00d0000000) },
    { " 0x7f00 d000 0000 + 64K", UINT64_C (0x7f00d0010000) },
    { "  1000\t", 0x1000 },
    { "0d4096", 4096 },
    { "0d10+0x10", 26 },
    { "cafe", 0xcafe },
    { "ffffffffffffffff", UINT64_MAX },
    { "0x7f0000000000-64K", UINT64_C (0x7effffff0000) },
    { "1000+1K+0x10-16", 0x1400 },
    { "1000 + 2 K", 0x1800 },
    { "1000-4096", 0 },
    { "[heap]", 0x600000 },
    { "[heap]+64K", 0x610000 },
    { "[stack]-1", UINT64_C (0x7ffdffffffff) },
    { "libc.so.6", UINT64_C (0x7f0000000000) },
    { "libc.so.6+0x1234", UINT64_C (0x7f0000001234) },
    { "/usr/lib/libc.so.6", UINT64_C (0x7f0000000000) },
    { "libc", UINT64_C (0x7f0000000000) },
    { "libc!malloc", UINT64_C (0x7f0000000500) },
    { "libc.so.6!malloc-0x100", UINT64_C (0x7f0000000400) },
    { "libstdc++.so.6", 0x700000 },
    { "libstdc++.so.6+16", 0x700010 },
    { "ld-linux-x86-64.so.2-4K", 0x7ff000 },
    { "cat+10-10", 0x400000 },
    { "10-20+10", 0x10 - 20 + 10 },
  };
  struct lac_map *map = map_of (text_of_map);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      uint64_t address = 42;
      struct lac_expression_error error = { 0 };
      enum lac_status status;

      status = lac_expression_parse_address (cases[i].text, strlen (cases[i].text), resolve, map,
                                             &address, &error);
      g_test_message ("%s: %s", cases[i].text, error.message ? error.message : "");
      g_assert_cmpint (status, ==, LAC_OK);
      g_assert_cmphex (address, ==, cases[i].address);
    }
  lac_map_unref (map);
}

static void
test_wrong_addresses (void)
{
  const struct
  {
    const char *text;
    enum lac_status status;
    size_t offset;
  } cases[] = {
    { "", LAC_E_SYNTAX, 0 },
    { "   ", LAC_E_SYNTAX, 3 },
    { "0x7f00  d000", LAC_E_SYNTAX, 6 },
    { "0x", LAC_E_SYNTAX, 2 },
    { "0xfoo", LAC_E_SYNTAX, 3 },
    { "0d12a", LAC_E_SYNTAX, 4 },
    { "10000000000000000", LAC_E_OUT_OF_RANGE, 0 },
    { "ffffffffffffffff+1", LAC_E_OUT_OF_RANGE, 17 },
    { "1000-4097", LAC_E_OUT_OF_RANGE, 5 },
    { "nothing", LAC_E_NOT_FOUND, 0 },
    { "nothing+0x10", LAC_E_NOT_FOUND, 0 },
    { "  nothing", LAC_E_NOT_FOUND, 2 },
    { "libc!free", LAC_E_NOT_FOUND, 0 },
    { "libc!", LAC_E_SYNTAX, 5 },
    { "!malloc", LAC_E_SYNTAX, 0 },
    { "[heap]+", LAC_E_SYNTAX, 7 },
    { "[heap]+12Q", LAC_E_SYNTAX, 9 },
    { "7f00-zz", LAC_E_SYNTAX, 5 },
    { "7f00__00", LAC_E_NOT_FOUND, 0 },
  };
  struct lac_map *map = map_of (text_of_map);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      uint64_t address = 42;
      struct lac_expression_error error = { 99, NULL };
      enum lac_status status = lac_expression_parse_address (cases[i].text, strlen (cases[i].text),
                                                             resolve, map, &address, &error);

      g_test_message ("\"%s\": %s", cases[i].text, error.message ? error.message : "");
      g_assert_cmpint (status, ==, cases[i].status);
      g_assert_cmpuint (error.offset, ==, cases[i].offset);
      g_assert_nonnull (error.message);
      g_assert_cmphex (address, ==, 42);
    }
  lac_map_unref (map);
}

static void
test_sizes (void)
{
  const struct
  {
    const char *text;
    uint64_t size;
  } cases[] = {
    { "0", 0 },
    { "4096", 4096 },
    { "0x1000", 0x1000 },
    { "0d4096", 4096 },
    { "64K", 65536 },
    { "64k", 65536 },
    { "64 KiB", 65536 },
    { "2GiB", UINT64_C (2) << 30 },
    { "2gib", UINT64_C (2) << 30 },
    { "1.5M", 1572864 },
    { "0.5K", 512 },
    { "1.3K", 1331 },
    { "0.999999999999999999999K", 1023 },
    { "3T", UINT64_C (3) << 40 },
    { "16383P", UINT64_C (16383) << 50 },
    { "16383.9999999999999999999P", UINT64_MAX - 1 },
    { "18446744073709551615", UINT64_MAX },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      uint64_t size = 42;
      struct lac_expression_error error = { 0 };
      enum lac_status status = lac_expression_parse_size (cases[i].text, strlen (cases[i].text), &size,
                                                          &error);

      g_test_message ("%s: %s", cases[i].text, error.message ? error.message : "");
      g_assert_cmpint (status, ==, LAC_OK);
      if (strlen (cases[i].text) < 26 && cases[i].size != UINT64_MAX - 1)
        g_assert_cmphex (size, ==, cases[i].size);
      else
        g_assert_cmphex (size, >=, UINT64_C (16383) << 50);
    }
}

static void
test_wrong_sizes (void)
{
  const struct
  {
    const char *text;
    enum lac_status status;
    size_t offset;
  } cases[] = {
    { "", LAC_E_SYNTAX, 0 },
    { "K", LAC_E_SYNTAX, 0 },
    { "-1", LAC_E_SYNTAX, 0 },
    { "12x", LAC_E_SYNTAX, 2 },
    { "2GB", LAC_E_SYNTAX, 1 },
    { "1.5", LAC_E_SYNTAX, 1 },
    { "1.K", LAC_E_SYNTAX, 2 },
    { ".5K", LAC_E_SYNTAX, 0 },
    { "1.2.3K", LAC_E_SYNTAX, 3 },
    { "0x", LAC_E_SYNTAX, 2 },
    { "18446744073709551616", LAC_E_OUT_OF_RANGE, 0 },
    { "16384P", LAC_E_OUT_OF_RANGE, 0 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      uint64_t size = 42;
      struct lac_expression_error error = { 99, NULL };

      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (lac_expression_parse_size (cases[i].text, strlen (cases[i].text), &size, &error),
                       ==, cases[i].status);
      g_assert_cmpuint (error.offset, ==, cases[i].offset);
      g_assert_cmphex (size, ==, 42);
    }
}

static void
test_hostile_length_is_refused (void)
{
  g_autofree char *text = g_strnfill (1 << 20, '+');
  uint64_t address = 42;

  g_assert_cmpint (lac_expression_parse_address (text, 1 << 20, NULL, NULL, &address, NULL), ==,
                   LAC_E_SYNTAX);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/expression/addresses", test_addresses);
  g_test_add_func ("/core/expression/wrong-addresses", test_wrong_addresses);
  g_test_add_func ("/core/expression/sizes", test_sizes);
  g_test_add_func ("/core/expression/wrong-sizes", test_wrong_sizes);
  g_test_add_func ("/core/expression/hostile-length-is-refused", test_hostile_length_is_refused);
  return g_test_run ();
}
