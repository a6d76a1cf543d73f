/* The arena: pieces never overlap and stay inside, growing is not seen, and what fails changes nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffers/arena.h"

#include "os/os.h"

#include <glib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 0x1000
#define MIB ((size_t) 0x100000)

static struct lac_arena
make_arena (size_t size)
{
  struct lac_arena arena;

  g_assert_cmpint (lac_arena_create (size, 0, NULL, &arena), ==, LAC_OK);
  return arena;
}

static void
free_arena (struct lac_arena *arena)
{
  g_assert_cmpint (lac_arena_free (arena), ==, LAC_OK);
  g_assert_null (arena->base);
  g_assert_cmpuint (arena->size, ==, 0);
}

static void *
allocate (struct lac_arena *arena,
          size_t            size,
          size_t            alignment)
{
  void *address = NULL;

  g_assert_cmpint (lac_arena_allocate (arena, size, alignment, &address), ==, LAC_OK);
  return address;
}

static void
assert_unchanged (const struct lac_arena *arena,
                  const struct lac_arena *before)
{
  g_assert_true (arena->base == before->base);
  g_assert_cmpuint (arena->size, ==, before->size);
  g_assert_cmpuint (arena->position, ==, before->position);
  g_assert_cmpuint (arena->committed, ==, before->committed);
}

static void
test_defaults (void)
{
  struct lac_arena arena = make_arena (0);

  g_assert_cmpuint (arena.size, ==, lac_os_get_space ()->granularity);
  g_assert_cmpuint (arena.position, ==, 0);
  g_assert_cmpuint (arena.protection, ==, LAC_PROTECTION_READ | LAC_PROTECTION_WRITE);
  memset (allocate (&arena, arena.size, 1), 0xab, arena.size);
  free_arena (&arena);
  g_assert_cmpint (lac_arena_free (&arena), ==, LAC_OK);

  arena = make_arena (1);
  g_assert_cmpuint (arena.size, ==, lac_os_get_space ()->granularity);
  free_arena (&arena);
  arena = make_arena (PAGE + 1);
  g_assert_cmpuint (arena.size, ==, 2 * PAGE);
  free_arena (&arena);
}

static void
test_alignment (void)
{
  struct lac_arena arena = make_arena (MIB);

  g_assert_true (allocate (&arena, 3, 0) == arena.base);
  g_assert_true (allocate (&arena, 1, 1) == arena.base + 3);
  g_assert_true (allocate (&arena, 8, 8) == arena.base + 8);
  g_assert_true (allocate (&arena, 1, 2) == arena.base + 16);
  for (size_t alignment = 1; alignment <= 0x10000; alignment *= 2)
    g_assert_cmpuint ((uintptr_t) allocate (&arena, 1, alignment) % alignment, ==, 0);
  free_arena (&arena);
}

static void
test_bad_alignment (void)
{
  static const size_t bad[] = { 3, 5, 6, 7, 12, 24, 4095, 4097, SIZE_MAX, SIZE_MAX - 1 };
  struct lac_arena arena = make_arena (MIB);
  struct lac_arena before;
  void *address = &before;

  allocate (&arena, 5, 1);
  before = arena;
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_cmpint (lac_arena_allocate (&arena, 1, bad[i], &address), ==, LAC_E_INVALID);
      g_assert_true (address == &before);
      assert_unchanged (&arena, &before);
    }
  free_arena (&arena);
}

static void
test_full (void)
{
  static const size_t sizes[] = { PAGE - 15, PAGE, SIZE_MAX, SIZE_MAX - 16, SIZE_MAX / 2 + 1 };
  struct lac_arena arena = make_arena (PAGE);
  struct lac_arena before;
  void *address = &before;

  allocate (&arena, 16, 1);
  before = arena;
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (size_t alignment = 1; alignment <= 16; alignment *= 2)
      {
        g_assert_cmpint (lac_arena_allocate (&arena, sizes[i], alignment, &address), ==, LAC_E_FULL);
        g_assert_true (address == &before);
        assert_unchanged (&arena, &before);
      }
  g_assert_cmpint (lac_arena_allocate (&arena, 1, SIZE_MAX / 2 + 1, &address), ==, LAC_E_FULL);
  assert_unchanged (&arena, &before);

  /* The last byte is usable, and nothing but nothing fits after it. */
  memset (allocate (&arena, PAGE - 16, 1), 1, PAGE - 16);
  g_assert_cmpuint (arena.position, ==, arena.size);
  g_assert_cmpint (lac_arena_allocate (&arena, 1, 1, &address), ==, LAC_E_FULL);
  g_assert_true (allocate (&arena, 0, 1) == arena.base + PAGE);
  free_arena (&arena);

  /* What is skipped to align may be all that is left. */
  arena = make_arena (PAGE);
  allocate (&arena, PAGE - 8, 1);
  g_assert_cmpint (lac_arena_allocate (&arena, 1, PAGE, &address), ==, LAC_E_FULL);
  g_assert_cmpuint (arena.position, ==, PAGE - 8);
  g_assert_true (allocate (&arena, 0, PAGE) == arena.base + PAGE);
  free_arena (&arena);
}

static void
test_full_from_everything_else (void)
{
  struct lac_arena arena = make_arena (PAGE);
  struct lac_arena before;
  void *address = &before;
  size_t size = 77;
  size_t column = 77;

  allocate (&arena, PAGE - 7, 1);
  before = arena;
  g_assert_cmpint (lac_arena_allocate_bytes (&arena, "12345678", 8, 1, &address), ==, LAC_E_FULL);
  g_assert_cmpint (lac_arena_allocate_string (&arena, "1234567", 1, &address, &size), ==, LAC_E_FULL);
  g_assert_cmpint (lac_arena_allocate_string (&arena, "123", 2, &address, &size), ==, LAC_E_FULL);
  g_assert_cmpint (lac_arena_allocate_string (&arena, "1", 4, &address, &size), ==, LAC_E_FULL);
  g_assert_cmpint (lac_arena_allocate_hex (&arena, "0102030405060708", 1, &address, &size, &column), ==,
                   LAC_E_FULL);
  g_assert_cmpuint (size, ==, 77);
  g_assert_cmpuint (column, ==, 77);
  g_assert_true (address == &before);
  assert_unchanged (&arena, &before);
  g_assert_cmpint (lac_arena_allocate_string (&arena, "123456", 1, &address, &size), ==, LAC_OK);
  g_assert_cmpuint (size, ==, 7);
  free_arena (&arena);
}

static unsigned
protection_at (const void *address)
{
  struct lac_region region;

  if (!lac_os_can_query ())
    return 99;
  g_assert_cmpint (lac_os_query ((uintptr_t) address, &region), ==, LAC_OK);
  return region.start <= (uintptr_t) address ? region.protection : 99;
}

static void
test_commits_as_it_grows (void)
{
  struct lac_arena arena = make_arena (64 * MIB);
  unsigned n_commits = 0;
  size_t last = arena.committed;

  g_assert_cmpuint (arena.committed, <, arena.size);
  if (lac_os_can_query ())
    g_assert_cmpuint (protection_at (arena.base + arena.size - 1), ==, LAC_PROTECTION_NONE);
  while (arena.position < arena.size)
    {
      *(uint8_t *) allocate (&arena, PAGE, 1) = 1;
      g_assert_cmpuint (arena.committed, >=, arena.position);
      g_assert_cmpuint (arena.committed, <=, arena.size);
      n_commits += arena.committed != last;
      last = arena.committed;
    }
  g_assert_cmpuint (n_commits, <=, 16);
  free_arena (&arena);

  /* What lies behind much that is skipped. */
  arena = make_arena (8 * MIB);
  allocate (&arena, 1, 1);
  memset (allocate (&arena, 16, 4 * MIB), 1, 16);
  g_assert_cmpuint (arena.committed, >=, arena.position);
  free_arena (&arena);

  /* A small one at once. */
  arena = make_arena (0x10000);
  g_assert_cmpuint (arena.committed, ==, arena.size);
  free_arena (&arena);

  /* One piece far larger than a step, up to the last byte. */
  arena = make_arena (10 * MIB + PAGE);
  memset (allocate (&arena, 10 * MIB + 1, 1), 1, 10 * MIB + 1);
  memset (allocate (&arena, PAGE - 1, 1), 1, PAGE - 1);
  free_arena (&arena);
}

/* What no machine could commit can be reserved, and costs what is used of it. */
static void
test_reserves_more_than_there_is (void)
{
  size_t size = SIZE_MAX >> 20;
  void *probe = mmap (NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  struct lac_arena arena;

  if (sizeof (void *) < 8 || probe == MAP_FAILED)
    {
      g_test_skip ("there is not that much address space, as beside a sanitizer's");
      return;
    }
  munmap (probe, size);
  arena = make_arena (size);
  memset (allocate (&arena, MIB, PAGE), 1, MIB);
  g_assert_cmpuint (arena.committed, <=, 4 * MIB);
  free_arena (&arena);
}

static void
test_too_much (void)
{
  struct lac_arena arena = { NULL };

  g_assert_cmpint (lac_arena_create (SIZE_MAX, 0, NULL, &arena), ==, LAC_E_NO_MEMORY);
  g_assert_cmpint (lac_arena_create (SIZE_MAX - 5000, 0, NULL, &arena), ==, LAC_E_NO_MEMORY);
  g_assert_null (arena.base);
}

static void
test_protection (void)
{
  struct lac_arena arena = { NULL };
  unsigned all = LAC_PROTECTION_READ | LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE;

  g_assert_cmpint (lac_arena_create (0, LAC_PROTECTION_READ, NULL, &arena), ==, LAC_E_INVALID);
  g_assert_cmpint (lac_arena_create (0, LAC_PROTECTION_READ | LAC_PROTECTION_EXECUTE, NULL, &arena), ==,
                   LAC_E_INVALID);
  g_assert_cmpint (lac_arena_create (0, 8 | LAC_PROTECTION_WRITE, NULL, &arena), ==, LAC_E_INVALID);
  g_assert_null (arena.base);
  for (unsigned i = 0; i < 2; i++)
    {
      g_assert_cmpint (lac_arena_create (i * 4 * MIB, all, NULL, &arena), ==, LAC_OK);
      *(uint8_t *) allocate (&arena, 1, 1) = 1;
      if (lac_os_can_query ())
        g_assert_cmpuint (protection_at (arena.base), ==, all);
      free_arena (&arena);
    }
}

static void
test_constraints (void)
{
  struct lac_gap_query query;
  struct lac_arena arena;

  lac_placement_init (&query);
  query.max = UINT64_C (0x80000000);
  query.alignment = 0x100000;
  query.size = 1;
  g_assert_cmpint (lac_arena_create (3 * MIB, 0, &query, &arena), ==, LAC_OK);
  g_assert_cmpuint (arena.size, ==, 3 * MIB);
  g_assert_cmpuint ((uintptr_t) arena.base + arena.size, <=, query.max);
  g_assert_cmpuint ((uintptr_t) arena.base % query.alignment, ==, 0);
  memset (allocate (&arena, arena.size, 1), 1, arena.size);
  free_arena (&arena);

  query.max = query.min + PAGE;
  g_assert_cmpint (lac_arena_create (3 * MIB, 0, &query, &arena), ==, LAC_E_NO_GAP);
}

static void
test_is_zeroed_and_reset (void)
{
  struct lac_arena arena = make_arena (MIB);
  const uint8_t *bytes = allocate (&arena, MIB, 1);
  size_t committed = arena.committed;

  for (size_t i = 0; i < MIB; i++)
    g_assert_cmpuint (bytes[i], ==, 0);
  memset (arena.base, 0x55, MIB);
  lac_arena_reset (&arena);
  g_assert_cmpuint (arena.position, ==, 0);
  g_assert_cmpuint (arena.committed, ==, committed);
  g_assert_true (allocate (&arena, 1, 1) == arena.base);
  g_assert_cmpuint (arena.base[0], ==, 0x55);
  free_arena (&arena);
}

static void
test_free_gives_back (void)
{
  struct lac_arena arena = make_arena (16 * MIB);
  uint8_t *base = arena.base;
  struct lac_region region;

  allocate (&arena, 16, 1);
  free_arena (&arena);
  if (!lac_os_can_query ())
    g_test_skip ("this kernel has no point queries");
  else if (lac_os_query ((uintptr_t) base, &region) == LAC_OK)
    g_assert_cmpuint (region.start, >=, (uintptr_t) base + 16 * MIB);
}

static void
test_bytes (void)
{
  struct lac_arena arena = make_arena (PAGE);
  void *first, *second;

  g_assert_cmpint (lac_arena_allocate_bytes (&arena, "abc", 3, 1, &first), ==, LAC_OK);
  g_assert_cmpint (lac_arena_allocate_bytes (&arena, "defg", 4, 16, &second), ==, LAC_OK);
  g_assert_cmpmem (first, 3, "abc", 3);
  g_assert_cmpmem (second, 4, "defg", 4);
  g_assert_cmpuint ((uintptr_t) second % 16, ==, 0);
  /* A copy of what is in the arena, and of nothing. */
  g_assert_cmpint (lac_arena_allocate_bytes (&arena, second, 4, 1, &first), ==, LAC_OK);
  g_assert_cmpmem (first, 4, "defg", 4);
  g_assert_cmpint (lac_arena_allocate_bytes (&arena, NULL, 0, 1, &first), ==, LAC_OK);
  free_arena (&arena);
}

static void
test_strings (void)
{
  static const char text[] = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\xef\xbf\xbf";
  static const uint16_t wide[] = { 'a', 0xe4, 0x20ac, 0xd83d, 0xde00, 0xdbff, 0xdfff, 0xffff, 0 };
  static const uint32_t wider[] = { 'a', 0xe4, 0x20ac, 0x1f600, 0x10ffff, 0xffff, 0 };
  struct lac_arena arena = make_arena (PAGE);
  void *address;
  size_t size;

  allocate (&arena, 1, 1);
  g_assert_cmpint (lac_arena_allocate_string (&arena, text, 1, &address, &size), ==, LAC_OK);
  g_assert_true (address == arena.base + 1);
  g_assert_cmpmem (address, size, text, sizeof text);
  g_assert_cmpint (lac_arena_allocate_string (&arena, text, 2, &address, &size), ==, LAC_OK);
  g_assert_cmpuint ((uintptr_t) address % 2, ==, 0);
  g_assert_cmpmem (address, size, wide, sizeof wide);
  allocate (&arena, 1, 1);
  g_assert_cmpint (lac_arena_allocate_string (&arena, text, 4, &address, &size), ==, LAC_OK);
  g_assert_cmpuint ((uintptr_t) address % 4, ==, 0);
  g_assert_cmpmem (address, size, wider, sizeof wider);
  for (unsigned width = 1; width <= 4; width *= 2)
    {
      g_assert_cmpint (lac_arena_allocate_string (&arena, "", width, &address, &size), ==, LAC_OK);
      g_assert_cmpmem (address, size, "\0\0\0", width);
    }
  g_assert_cmpint (lac_arena_allocate_string (&arena, "no size", 1, &address, NULL), ==, LAC_OK);
  g_assert_cmpstr (address, ==, "no size");
  free_arena (&arena);
}

static void
test_bad_strings (void)
{
  static const char *const bad[] = {
    "\x80",             "a\xbf",            "\xc0\x80",         "\xc1\xbf", /* overlong */
    "\xe0\x80\x80",     "\xe0\x9f\xbf",     "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
    "\xed\xa0\x80",     "\xed\xbf\xbf",     /* surrogates */
    "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",             "\xfe", /* too high */
    "\xc3",             "\xe2\x82",         "\xf0\x9f\x98",     "\xc3(", "\xe2\x28\xa1", /* cut */
  };
  static const unsigned widths[] = { 0, 3, 5, 8, UINT32_MAX };
  struct lac_arena arena = make_arena (PAGE);
  struct lac_arena before = arena;
  void *address = &before;
  size_t size = 77;

  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    for (unsigned width = 1; width <= 4; width *= 2)
      g_assert_cmpint (lac_arena_allocate_string (&arena, bad[i], width, &address, &size), ==,
                       LAC_E_SYNTAX);
  for (size_t i = 0; i < G_N_ELEMENTS (widths); i++)
    g_assert_cmpint (lac_arena_allocate_string (&arena, "a", widths[i], &address, &size), ==,
                     LAC_E_INVALID);
  g_assert_true (address == &before);
  g_assert_cmpuint (size, ==, 77);
  assert_unchanged (&arena, &before);
  free_arena (&arena);
}

/* Every character there is, against GLib's conversions. */
static void
test_every_character (void)
{
  struct lac_arena arena = make_arena (PAGE);

  for (gunichar character = 1; character <= 0x10ffff; character++)
    {
      char text[8] = { 0 };
      void *address;
      size_t size;
      glong n_units;
      g_autofree gunichar2 *units = NULL;

      if (character >= 0xd800 && character <= 0xdfff)
        continue;
      g_unichar_to_utf8 (character, text);
      units = g_utf8_to_utf16 (text, -1, NULL, &n_units, NULL);
      lac_arena_reset (&arena);
      g_assert_cmpint (lac_arena_allocate_string (&arena, text, 2, &address, &size), ==, LAC_OK);
      g_assert_cmpmem (address, size, units, (size_t) (n_units + 1) * 2);
      g_assert_cmpint (lac_arena_allocate_string (&arena, text, 4, &address, &size), ==, LAC_OK);
      g_assert_cmpuint (size, ==, 8);
      g_assert_cmphex (*(uint32_t *) address, ==, character);
    }
  free_arena (&arena);
}

/* Random bytes: what GLib takes for UTF-8 is taken, and nothing else. */
static void
test_utf8_against_glib (void)
{
  static const uint8_t likely[]
      = { 0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf4, 0xf5 };
  struct lac_arena arena = make_arena (PAGE);

  for (unsigned round = 0; round < 300000; round++)
    {
      char text[8] = { 0 };
      void *address;

      for (int i = g_test_rand_int_range (0, sizeof text); i-- > 0;)
        text[i] = (char) likely[g_test_rand_int_range (0, sizeof likely)];
      lac_arena_reset (&arena);
      g_assert_cmpint (lac_arena_allocate_string (&arena, text, 4, &address, NULL) == LAC_OK, ==,
                       g_utf8_validate (text, -1, NULL));
    }
  free_arena (&arena);
}

static void
test_hex (void)
{
  struct lac_arena arena = make_arena (PAGE);
  struct lac_arena before;
  void *address;
  size_t size;
  size_t column = 77;

  allocate (&arena, 1, 1);
  g_assert_cmpint (lac_arena_allocate_hex (&arena, "00 ab f9 0x42", 16, &address, &size, &column), ==,
                   LAC_OK);
  g_assert_cmpuint ((uintptr_t) address % 16, ==, 0);
  g_assert_cmpmem (address, size, "\x00\xab\xf9\x42", 4);
  g_assert_cmpuint (column, ==, 77);

  before = arena;
  address = &before;
  g_assert_cmpint (lac_arena_allocate_hex (&arena, "00 ab f9 0x4", 1, &address, &size, &column), ==,
                   LAC_E_SYNTAX);
  g_assert_cmpuint (column, ==, 13);
  g_assert_cmpint (lac_arena_allocate_hex (&arena, "00 zz", 1, &address, &size, &column), ==, LAC_E_SYNTAX);
  g_assert_cmpuint (column, ==, 4);
  g_assert_cmpint (lac_arena_allocate_hex (&arena, "zz", 1, &address, NULL, NULL), ==, LAC_E_SYNTAX);
  g_assert_cmpint (lac_arena_allocate_hex (&arena, "00", 3, &address, &size, &column), ==, LAC_E_INVALID);
  g_assert_true (address == &before);
  g_assert_cmpuint (size, ==, 4);
  assert_unchanged (&arena, &before);
  free_arena (&arena);
}

/* Random pieces, each filled with a byte of its own: none overlaps another or lies outside. */
static void
test_pieces_never_overlap (void)
{
  for (unsigned round = 0; round < 50; round++)
    {
      struct lac_arena arena = make_arena ((size_t) g_test_rand_int_range (1, 600000));
      g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (struct lac_range));

      for (;;)
        {
          size_t size = (size_t) g_test_rand_int_range (0, 1 << g_test_rand_int_range (0, 15));
          size_t alignment = (size_t) 1 << g_test_rand_int_range (0, 13);
          size_t left = arena.size - arena.position;
          void *address = NULL;
          struct lac_range piece;

          if (lac_arena_allocate (&arena, size, alignment, &address) != LAC_OK)
            {
              g_assert_cmpuint (left, <, size + alignment);
              break;
            }
          piece = (struct lac_range){ (uintptr_t) address, (uintptr_t) address + size };
          g_assert_cmpuint (piece.start % alignment, ==, 0);
          g_assert_cmpuint (piece.start, >=, (uintptr_t) arena.base);
          g_assert_cmpuint (piece.end, <=, (uintptr_t) arena.base + arena.size);
          memset (address, (int) pieces->len, size);
          g_array_append_val (pieces, piece);
        }
      for (guint i = 0; i < pieces->len; i++)
        {
          struct lac_range piece = g_array_index (pieces, struct lac_range, i);

          for (uint64_t at = piece.start; at < piece.end; at++)
            g_assert_cmpuint (*(uint8_t *) (uintptr_t) at, ==, (uint8_t) i);
        }
      free_arena (&arena);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/buffers/arena/has-defaults", test_defaults);
  g_test_add_func ("/buffers/arena/aligns", test_alignment);
  g_test_add_func ("/buffers/arena/bad-alignment-changes-nothing", test_bad_alignment);
  g_test_add_func ("/buffers/arena/full-changes-nothing", test_full);
  g_test_add_func ("/buffers/arena/full-from-every-allocation", test_full_from_everything_else);
  g_test_add_func ("/buffers/arena/commits-as-it-grows", test_commits_as_it_grows);
  g_test_add_func ("/buffers/arena/reserves-more-than-there-is", test_reserves_more_than_there_is);
  g_test_add_func ("/buffers/arena/too-much-is-refused", test_too_much);
  g_test_add_func ("/buffers/arena/protection-is-heeded", test_protection);
  g_test_add_func ("/buffers/arena/constraints-are-heeded", test_constraints);
  g_test_add_func ("/buffers/arena/is-zeroed-and-can-be-reset", test_is_zeroed_and_reset);
  g_test_add_func ("/buffers/arena/free-gives-all-back", test_free_gives_back);
  g_test_add_func ("/buffers/arena/bytes-are-copied", test_bytes);
  g_test_add_func ("/buffers/arena/strings-in-three-widths", test_strings);
  g_test_add_func ("/buffers/arena/bad-strings-change-nothing", test_bad_strings);
  g_test_add_func ("/buffers/arena/every-character", test_every_character);
  g_test_add_func ("/buffers/arena/only-utf8-is-taken", test_utf8_against_glib);
  g_test_add_func ("/buffers/arena/hex-with-the-column-of-a-fault", test_hex);
  g_test_add_func ("/buffers/arena/pieces-never-overlap", test_pieces_never_overlap);
  return g_test_run ();
}
