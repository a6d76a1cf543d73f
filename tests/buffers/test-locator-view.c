/* A locator seen from outside: every finding, on tables made by hand, of 64 and of 32 bits.
 *
 * SPDX-License-Identifier: MIT
 */
#include "buffers/layout.h"
#include "buffers/locator-view.h"
#include "core/maps-text.h"

#include <glib.h>
#include <string.h>

/* The memory of a process that is none: a few ranges, and what is in them. */
struct piece
{
  uint64_t address;
  unsigned char bytes[4096];
};

struct memory
{
  struct lac_table_layout layout;
  struct piece pieces[8];
  unsigned n_pieces;
};

static enum lac_status
read_memory (uint64_t address,
             void    *bytes,
             size_t   size,
             void    *user_data)
{
  struct memory *memory = user_data;

  for (unsigned i = 0; i < memory->n_pieces; i++)
    if (address >= memory->pieces[i].address
        && address + size <= memory->pieces[i].address + sizeof memory->pieces[i].bytes)
      {
        memcpy (bytes, memory->pieces[i].bytes + (address - memory->pieces[i].address), size);
        return LAC_OK;
      }
  return LAC_E_SYSTEM;
}

static void
set_pointer (struct memory *memory,
             unsigned char *bytes,
             uint64_t       value)
{
  uint32_t narrow = (uint32_t) value;

  if (memory->layout.pointer_size == 8)
    memcpy (bytes, &value, 8);
  else
    memcpy (bytes, &narrow, 4);
}

static unsigned char *
add_table (struct memory *memory,
           uint64_t       address,
           uint64_t       next)
{
  struct piece *piece = &memory->pieces[memory->n_pieces++];

  memset (piece, 0, sizeof *piece);
  piece->address = address;
  set_pointer (memory, piece->bytes + memory->layout.this_address, address);
  set_pointer (memory, piece->bytes + memory->layout.next_locator, next);
  return piece->bytes;
}

static void
add_item (struct memory *memory,
          unsigned char *table,
          uint64_t       base,
          uint32_t       size,
          uint32_t       position,
          int32_t        taken)
{
  const struct lac_table_layout *layout = &memory->layout;
  unsigned char *item
      = table + layout->header_size + (size_t) table[layout->item_count]++ * layout->item_size;

  set_pointer (memory, item + layout->base, base);
  memcpy (item + layout->size, &size, 4);
  memcpy (item + layout->position, &position, 4);
  memcpy (item + layout->is_taken, &taken, 4);
}

/* Three pages of tables, sixteen of buffers that can be written and run, two that can't. */
#define TABLE UINT64_C (0x10000000)
#define FILE_AGAIN UINT64_C (0x11000000)
#define BUFFERS UINT64_C (0x20000000)
#define SAFE UINT64_C (0x20010000)

static const char text_64[] = "10000000-10001000 rw-s 00000000 08:01 77 /tmp/locator\n"
                              "10001000-10008000 rw-p 00000000 00:00 0 \n"
                              "11000000-11001000 rw-s 00000000 08:01 77 /tmp/locator\n"
                              "20000000-20010000 rwxp 00000000 00:00 0 \n"
                              "20010000-20012000 r-xp 00000000 00:00 0 \n"
                              "7ffff0000000-7ffff0001000 rw-p 00000000 00:00 0 [stack]\n";
static const char text_32[] = "10000000-10001000 rw-s 00000000 08:01 77 /tmp/locator\n"
                              "10001000-10008000 rw-p 00000000 00:00 0 \n"
                              "11000000-11001000 rw-s 00000000 08:01 77 /tmp/locator\n"
                              "20000000-20010000 rwxp 00000000 00:00 0 \n"
                              "20010000-20012000 r-xp 00000000 00:00 0 \n"
                              "ffff0000-ffff1000 rw-p 00000000 00:00 0 [stack]\n";

struct fixture
{
  struct lac_map *map;
  struct memory memory;
  struct lac_locator_view view;
};

static void
set_up (struct fixture *fixture,
        const void     *bits)
{
  const char *text = GPOINTER_TO_INT (bits) == 32 ? text_32 : text_64;
  struct lac_text_error error;

  memset (fixture, 0, sizeof *fixture);
  fixture->memory.layout = GPOINTER_TO_INT (bits) == 32 ? LAC_TABLE_LAYOUT_32 : LAC_TABLE_LAYOUT_64;
  g_assert_cmpint (lac_map_parse (text, strlen (text), &LAC_SPACE_UNKNOWN, &fixture->map, &error), ==,
                   LAC_OK);
  g_assert_cmpuint (lac_map_space (fixture->map)->pointer_bits, ==, GPOINTER_TO_INT (bits));
}

static void
tear_down (struct fixture *fixture,
           const void     *bits)
{
  lac_locator_view_clear (&fixture->view);
  lac_map_unref (fixture->map);
}

static void
view (struct fixture *fixture)
{
  g_assert_cmpint (lac_locator_view_read (fixture->map, TABLE, read_memory, &fixture->memory,
                                          &fixture->view),
                   ==, LAC_OK);
}

static void
test_sound (struct fixture *fixture,
            const void     *bits)
{
  struct memory *memory = &fixture->memory;
  unsigned char *first = add_table (memory, TABLE, TABLE + 0x1000);
  unsigned char *second = add_table (memory, TABLE + 0x1000, 0);
  const struct lac_view_buffer *buffers;
  int32_t locked = 1;

  add_item (memory, first, SAFE, 4096, 128, 0);
  add_item (memory, first, SAFE + 4096, 4096, 4096, 1);
  add_item (memory, second, BUFFERS, 0x10000, 0, 0);
  memcpy (second + memory->layout.is_locked, &locked, 4);
  view (fixture);
  g_assert_cmpuint (fixture->view.n_tables, ==, 2);
  g_assert_cmpuint (fixture->view.n_buffers, ==, 3);
  g_assert_cmpuint (fixture->view.tables[0].address, ==, TABLE);
  g_assert_cmpuint (fixture->view.tables[0].findings, ==, 0);
  g_assert_false (fixture->view.tables[0].locked);
  g_assert_true (fixture->view.tables[1].locked);
  buffers = fixture->view.tables[0].buffers;
  g_assert_cmpuint (fixture->view.tables[0].n_buffers, ==, 2);
  g_assert_cmpuint (buffers[0].address, ==, SAFE);
  g_assert_cmpuint (buffers[0].size, ==, 4096);
  g_assert_cmpuint (buffers[0].position, ==, 128);
  g_assert_false (buffers[0].taken);
  g_assert_true (buffers[1].taken);
  g_assert_cmpuint (buffers[0].findings, ==, 0);
  g_assert_cmpuint (buffers[1].findings, ==, 0);
  g_assert_cmpuint (fixture->view.tables[1].buffers[0].findings, ==,
                    LAC_FINDING_WRITABLE_AND_EXECUTABLE);
  g_assert_cmpuint (fixture->view.findings, ==, LAC_FINDING_WRITABLE_AND_EXECUTABLE);
}

static void
test_full (struct fixture *fixture,
           const void     *bits)
{
  struct memory *memory = &fixture->memory;
  unsigned char *first = add_table (memory, TABLE, 0);

  for (unsigned i = 0; i < memory->layout.capacity; i++)
    add_item (memory, first, SAFE + i, 1, i & 1, 0);
  view (fixture);
  g_assert_cmpuint (fixture->view.n_buffers, ==, GPOINTER_TO_INT (bits) == 32 ? 255 : 203);
  g_assert_cmpuint (fixture->view.tables[0].buffers[202].address, ==, SAFE + 202);
  g_assert_cmpuint (fixture->view.findings, ==, 0);
}

static void
test_count_past_end (struct fixture *fixture,
                     const void     *bits)
{
  struct memory *memory = &fixture->memory;
  unsigned char *first = add_table (memory, TABLE, 0);

  first[memory->layout.item_count] = 255;
  view (fixture);
  g_assert_cmpuint (fixture->view.n_buffers, ==, memory->layout.capacity);
}

static void
test_orphan (struct fixture *fixture,
             const void     *bits)
{
  struct memory *memory = &fixture->memory;
  unsigned char *first = add_table (memory, TABLE, 0);

  add_item (memory, first, 0x30000000, 4096, 0, 0);
  add_item (memory, first, SAFE + 4096, 4097, 0, 0);
  add_item (memory, first, SAFE - 1, 2, 0, 0);
  add_item (memory, first, 0, 0, 0, 0);
  add_item (memory, first, 0xfffffff0, 0xffffffff, 0, 0);
  view (fixture);
  g_assert_cmpuint (fixture->view.tables[0].buffers[0].findings, ==, LAC_FINDING_ORPHAN);
  g_assert_cmpuint (fixture->view.tables[0].buffers[1].findings, ==,
                    LAC_FINDING_ORPHAN);
  /* Over two regions that touch each other, one of which is both. */
  g_assert_cmpuint (fixture->view.tables[0].buffers[2].findings, ==,
                    LAC_FINDING_WRITABLE_AND_EXECUTABLE);
  g_assert_cmpuint (fixture->view.tables[0].buffers[3].findings, ==, LAC_FINDING_ORPHAN);
  g_assert_cmpuint (fixture->view.tables[0].buffers[4].findings, ==, LAC_FINDING_ORPHAN);
}

static void
test_orphan_table (struct fixture *fixture,
                   const void     *bits)
{
  add_table (&fixture->memory, TABLE, 0x30000000);
  view (fixture);
  g_assert_cmpuint (fixture->view.n_tables, ==, 2);
  g_assert_cmpuint (fixture->view.tables[1].address, ==, 0x30000000);
  g_assert_cmpuint (fixture->view.tables[1].findings, ==, LAC_FINDING_ORPHAN);
  g_assert_cmpuint (fixture->view.tables[0].findings, ==, 0);
}

static void
test_unreadable_table (struct fixture *fixture,
                       const void     *bits)
{
  add_table (&fixture->memory, TABLE, TABLE + 0x2000);
  view (fixture);
  g_assert_cmpuint (fixture->view.n_tables, ==, 2);
  g_assert_cmpuint (fixture->view.tables[1].findings, ==, LAC_FINDING_ORPHAN);
}

static void
test_overlap (struct fixture *fixture,
              const void     *bits)
{
  static const bool expected[] = { true, true, true, false, false, true, true };
  struct memory *memory = &fixture->memory;
  unsigned char *first = add_table (memory, TABLE, TABLE + 0x1000);
  unsigned char *second = add_table (memory, TABLE + 0x1000, 0);
  unsigned at = 0;

  add_item (memory, first, SAFE, 1000, 0, 0);
  add_item (memory, first, SAFE + 100, 10, 0, 0);
  add_item (memory, first, SAFE + 999, 1, 0, 0);
  add_item (memory, first, SAFE + 1000, 100, 0, 0);
  add_item (memory, second, SAFE + 50, 0, 0, 0);
  add_item (memory, second, SAFE + 2000, 10, 0, 0);
  add_item (memory, second, SAFE + 2000, 10, 0, 0);
  view (fixture);
  for (size_t i = 0; i < fixture->view.n_tables; i++)
    for (size_t j = 0; j < fixture->view.tables[i].n_buffers; j++, at++)
      g_assert_cmpint ((fixture->view.tables[i].buffers[j].findings & LAC_FINDING_OVERLAP) != 0, ==,
                       expected[at]);
  g_assert_cmpuint (at, ==, G_N_ELEMENTS (expected));
}

static void
test_position_past_end (struct fixture *fixture,
                        const void     *bits)
{
  struct memory *memory = &fixture->memory;
  unsigned char *first = add_table (memory, TABLE, 0);

  add_item (memory, first, SAFE, 4096, 4096, 0);
  add_item (memory, first, SAFE + 4096, 4096, 4097, 0);
  view (fixture);
  g_assert_cmpuint (fixture->view.tables[0].buffers[0].findings, ==, 0);
  g_assert_cmpuint (fixture->view.tables[0].buffers[1].findings, ==, LAC_FINDING_POSITION_PAST_END);
}

static void
test_stale (struct fixture *fixture,
            const void     *bits)
{
  unsigned char *first = add_table (&fixture->memory, TABLE, 0);

  set_pointer (&fixture->memory, first, 0x50000000);
  view (fixture);
  g_assert_cmpuint (fixture->view.tables[0].findings, ==, LAC_FINDING_STALE);
  lac_locator_view_clear (&fixture->view);
  /* Mapped twice: another mapping of the same file is as good. */
  set_pointer (&fixture->memory, first, FILE_AGAIN);
  view (fixture);
  g_assert_cmpuint (fixture->view.findings, ==, 0);
  lac_locator_view_clear (&fixture->view);
  set_pointer (&fixture->memory, first, BUFFERS);
  view (fixture);
  g_assert_cmpuint (fixture->view.findings, ==, LAC_FINDING_STALE);
}

static void
test_unknown_version (struct fixture *fixture,
                      const void     *bits)
{
  struct memory *memory = &fixture->memory;
  unsigned char *first = add_table (memory, TABLE, TABLE + 0x1000);

  first[memory->layout.flags] = 0xf8 | 5;
  add_item (memory, first, SAFE, 4096, 0, 0);
  view (fixture);
  g_assert_cmpuint (fixture->view.n_tables, ==, 1);
  g_assert_cmpuint (fixture->view.n_buffers, ==, 0);
  g_assert_cmpuint (fixture->view.tables[0].version, ==, 5);
  g_assert_cmpuint (fixture->view.findings, ==, LAC_FINDING_UNKNOWN_VERSION);
}

static void
test_cycle (struct fixture *fixture,
            const void     *bits)
{
  add_table (&fixture->memory, TABLE, TABLE + 0x1000);
  add_table (&fixture->memory, TABLE + 0x1000, TABLE + 0x2000);
  add_table (&fixture->memory, TABLE + 0x2000, TABLE + 0x1000);
  view (fixture);
  g_assert_cmpuint (fixture->view.n_tables, ==, 3);
  g_assert_cmpuint (fixture->view.tables[0].findings, ==, 0);
  g_assert_cmpuint (fixture->view.tables[2].findings, ==, LAC_FINDING_CYCLE);
  g_assert_cmpuint (fixture->view.findings, ==, LAC_FINDING_CYCLE);
}

static void
test_cycle_of_one (struct fixture *fixture,
                   const void     *bits)
{
  add_table (&fixture->memory, TABLE, TABLE);
  view (fixture);
  g_assert_cmpuint (fixture->view.n_tables, ==, 1);
  g_assert_cmpuint (fixture->view.tables[0].findings, ==, LAC_FINDING_CYCLE);
}

/* No table begins at such an address, and what lies there is not read as one. */
static void
test_misaligned (struct fixture *fixture,
                 const void     *bits)
{
  add_table (&fixture->memory, TABLE, TABLE + 0x2002);
  add_table (&fixture->memory, TABLE + 0x2000, 0);
  view (fixture);
  g_assert_cmpuint (fixture->view.n_tables, ==, 1);
  g_assert_cmpuint (fixture->view.tables[0].findings, ==, LAC_FINDING_CYCLE);
}

/* A chain that steps through memory eight bytes at a time would be followed for very long. */
static void
test_tables_over_each_other (struct fixture *fixture,
                             const void     *bits)
{
  unsigned char *first = add_table (&fixture->memory, TABLE, TABLE + 0x1000 - 8);

  view (fixture);
  g_assert_cmpuint (fixture->view.n_tables, ==, 1);
  g_assert_cmpuint (fixture->view.tables[0].findings, ==, LAC_FINDING_CYCLE);
  lac_locator_view_clear (&fixture->view);

  set_pointer (&fixture->memory, first + fixture->memory.layout.next_locator, TABLE + 0x1008);
  add_table (&fixture->memory, TABLE + 0x1008, TABLE + 0x2000);
  view (fixture);
  g_assert_cmpuint (fixture->view.n_tables, ==, 2);
  g_assert_cmpuint (fixture->view.tables[1].findings, ==, LAC_FINDING_CYCLE);
}

static void
test_first_unreadable (struct fixture *fixture,
                       const void     *bits)
{
  g_assert_cmpint (lac_locator_view_read (fixture->map, TABLE, read_memory, &fixture->memory,
                                          &fixture->view),
                   ==, LAC_E_SYSTEM);
  g_assert_cmpint (lac_locator_view_read (fixture->map, 0x50000000, read_memory, &fixture->memory,
                                          &fixture->view),
                   ==, LAC_E_NOT_FOUND);
  g_assert_cmpint (lac_locator_view_read (fixture->map, 0, read_memory, &fixture->memory,
                                          &fixture->view),
                   ==, LAC_E_NOT_FOUND);
}

/* The order of fields of Reloaded's library for .NET. */
static void
test_managed (struct fixture *fixture,
              const void     *bits)
{
  struct memory *memory = &fixture->memory;
  unsigned char *first, *second;
  const struct lac_view_buffer *buffers;

  memory->layout = GPOINTER_TO_INT (bits) == 32 ? LAC_TABLE_LAYOUT_MANAGED_32
                                                : LAC_TABLE_LAYOUT_MANAGED_64;
  first = add_table (memory, TABLE, TABLE + 0x1000);
  second = add_table (memory, TABLE + 0x1000, 0);
  add_item (memory, first, SAFE, 4096, 128, 0);
  add_item (memory, first, SAFE + 4096, 4096, 4097, 1);
  add_item (memory, second, BUFFERS, 0x10000, 16, 1);
  add_item (memory, second, 0x30000000, 4096, 0, 0);
  view (fixture);
  g_assert_cmpint (fixture->view.layout, ==, LAC_LOCATOR_LAYOUT_MANAGED);
  g_assert_cmpuint (fixture->view.n_buffers, ==, 4);
  buffers = fixture->view.tables[0].buffers;
  g_assert_cmpuint (buffers[0].address, ==, SAFE);
  g_assert_cmpuint (buffers[0].size, ==, 4096);
  g_assert_cmpuint (buffers[0].position, ==, 128);
  g_assert_false (buffers[0].taken);
  g_assert_cmpuint (buffers[0].findings, ==, 0);
  g_assert_true (buffers[1].taken);
  g_assert_cmpuint (buffers[1].findings, ==, LAC_FINDING_POSITION_PAST_END);
  buffers = fixture->view.tables[1].buffers;
  g_assert_cmpuint (buffers[0].position, ==, 16);
  g_assert_true (buffers[0].taken);
  g_assert_cmpuint (buffers[0].findings, ==, LAC_FINDING_WRITABLE_AND_EXECUTABLE);
  g_assert_cmpuint (buffers[1].findings, ==, LAC_FINDING_ORPHAN);
}

/* What could be either, or has bytes that neither would have, is taken for the usual order. */
static void
test_not_managed (struct fixture *fixture,
                  const void     *bits)
{
  struct memory *memory = &fixture->memory;
  unsigned char *first = add_table (memory, TABLE, 0);
  unsigned reserved = memory->layout.header_size - 1u;

  view (fixture);
  g_assert_cmpint (fixture->view.layout, ==, LAC_LOCATOR_LAYOUT_STANDARD);
  lac_locator_view_clear (&fixture->view);

  /* Items that would have no memory. */
  first[reserved] = 2;
  view (fixture);
  g_assert_cmpint (fixture->view.layout, ==, LAC_LOCATOR_LAYOUT_STANDARD);
  g_assert_cmpuint (fixture->view.n_buffers, ==, 0);
  lac_locator_view_clear (&fixture->view);

  add_item (memory, first, SAFE, 4096, 128, 1);
  view (fixture);
  g_assert_cmpint (fixture->view.layout, ==, LAC_LOCATOR_LAYOUT_STANDARD);
  g_assert_cmpuint (fixture->view.tables[0].buffers[0].position, ==, 128);
  lac_locator_view_clear (&fixture->view);

  /* A size where the other order has a flag. */
  first[memory->layout.item_count] = 0;
  first[reserved] = 1;
  view (fixture);
  g_assert_cmpint (fixture->view.layout, ==, LAC_LOCATOR_LAYOUT_STANDARD);
  g_assert_cmpuint (fixture->view.n_buffers, ==, 0);
}

static void
test_names (void)
{
  g_assert_cmpstr (lac_finding_name (LAC_FINDING_POSITION_PAST_END), ==, "position-past-end");
  g_assert_cmpstr (lac_finding_name (3), ==, "unknown");
  g_assert_cmpstr (lac_finding_name (0), ==, "unknown");
  g_assert_cmpstr (lac_finding_sentence (LAC_FINDING_ORPHAN), ==, "The process has no memory there.");
  g_assert_nonnull (lac_finding_sentence (1234));
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    void (*function) (struct fixture *fixture, const void *bits);
  } rows[] = {
    { "sound", test_sound },
    { "full-table", test_full },
    { "count-past-its-end", test_count_past_end },
    { "orphan", test_orphan },
    { "orphan-table", test_orphan_table },
    { "unreadable-table", test_unreadable_table },
    { "overlap", test_overlap },
    { "position-past-end", test_position_past_end },
    { "stale", test_stale },
    { "unknown-version", test_unknown_version },
    { "cycle", test_cycle },
    { "cycle-of-one", test_cycle_of_one },
    { "tables-over-each-other", test_tables_over_each_other },
    { "misaligned-table", test_misaligned },
    { "first-table-unreadable", test_first_unreadable },
    { "managed-order", test_managed },
    { "not-managed-order", test_not_managed },
  };

  g_test_init (&argc, &argv, NULL);
  for (int bits = 32; bits <= 64; bits += 32)
    for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        char *path = g_strdup_printf ("/buffers/view/%d/%s", bits, rows[i].name);

        g_test_add (path, struct fixture, GINT_TO_POINTER (bits), set_up, rows[i].function, tear_down);
        g_free (path);
      }
  g_test_add_func ("/buffers/view/names", test_names);
  return g_test_run ();
}
