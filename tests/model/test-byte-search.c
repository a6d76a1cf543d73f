/* Finding bytes: against a search that looks at every place.
 *
 * SPDX-License-Identifier: MIT
 */
#include "byte-fixture.h"

#include "model/lacuna-byte-search.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

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

#define PAGE 0x1000

typedef struct
{
  Block block;
  guint64 n_read;
} Sparse;

static gboolean
sparse_read (gpointer         data,
             struct lac_range range,
             guint8          *bytes,
             GArray          *holes,
             GError         **error)
{
  Sparse *sparse = data;

  sparse->n_read += lac_range_size (range);
  return block_read (&sparse->block, range, bytes, holes, error);
}

static gboolean
is_touched (const Sparse *sparse,
            guint64       page)
{
  for (guint i = 0; i < PAGE; i++)
    if (sparse->block.bytes[page - START + i] != 0)
      return TRUE;
  return FALSE;
}

static gboolean
sparse_survey (gpointer         data,
               struct lac_range range,
               GArray          *parts)
{
  for (guint64 page = lac_align_down (range.start, PAGE); page < range.end; page += PAGE)
    if (is_touched (data, page))
      {
        struct lac_range part = { page, page + PAGE };

        g_array_append_val (parts, part);
      }
  return TRUE;
}

/* What was never touched is left out, and what is found stays the same. */
static void
test_sparse (void)
{
  Sparse sparse = { { g_malloc0 (SIZE), g_array_new (FALSE, FALSE, sizeof (struct lac_range)) }, 0 };
  g_autoptr (LacunaByteSource) source = lacuna_byte_source_new (sparse_read, &sparse, NULL);
  struct lac_range range = { START + 5, START + SIZE - 7 };
  guint n_found = 0;

  lacuna_byte_source_set_surveyor (source, sparse_survey);
  for (int i = 0; i < 40; i++)
    {
      int page = g_test_rand_int_range (1, SIZE / PAGE - 1) * PAGE;

      /* At the ends of pages, where a match begins or ends in one that was not touched. */
      for (int j = 0; j < 3; j++)
        sparse.block.bytes[page + g_test_rand_int_range (-3, 4)] = (guint8) (i % 3 + 1);
    }
  for (int round = 0; round < 80; round++)
    {
      static const char *const texts[] = { "00 00 01", "01 00 00", "?? 02", "02 ?? ??", "03",
                                           "00 ?? 01 00", "00 00", "07 07", "?? ?? 00 03" };
      const char *text = texts[round % (int) G_N_ELEMENTS (texts)];
      g_autoptr (LacunaBytePattern) pattern = lacuna_byte_pattern_new_for_bytes (text, NULL);
      gboolean backward = g_test_rand_bit ();
      guint64 from = START + (guint64) g_test_rand_int_range (0, SIZE);
      LacunaByteFind expected = find (source, pattern, &range, 1, from, backward);
      g_autoptr (LacunaByteSearch) search
          = lacuna_byte_search_new (source, pattern, &range, 1, from, backward);
      LacunaByteFind result;

      lacuna_byte_search_set_sparse (search, TRUE);
      sparse.n_read = 0;
      g_assert_true (lacuna_byte_search_run (search, NULL, &result, NULL));
      g_assert_cmpint (result.found, ==, expected.found);
      n_found += result.found;
      if (result.found)
        {
          g_assert_cmphex (result.range.start, ==, expected.range.start);
          g_assert_cmpint (result.wrapped, ==, expected.wrapped);
        }
      /* Everything was looked through, but of a thousandth of it and not of all. */
      else
        {
          g_assert_cmpuint (sparse.n_read, <, 100 * (PAGE + 8));
          g_assert_cmpfloat (lacuna_byte_search_get_progress (search), >, 0.9);
        }
    }
  g_assert_cmpuint (n_found, >, 10);
  g_array_unref (sparse.block.holes);
  g_free (sparse.block.bytes);
}

static struct lac_map *
build_map (const struct lac_region_entry *entries,
           gsize                          n_entries)
{
  struct lac_space space = LAC_SPACE_UNKNOWN;
  struct lac_map_builder *builder;
  struct lac_map *map = NULL;

  space.pointer_bits = 64;
  builder = lac_map_builder_new (&space);
  for (gsize i = 0; i < n_entries; i++)
    g_assert_cmpint (lac_map_builder_add (builder, &entries[i]), ==, LAC_OK);
  g_assert_cmpint (lac_map_builder_finish (builder, &map), ==, LAC_OK);
  return map;
}

/* In all of a map: what may be read, whatever it is, and what was touched of what is sparse. */
static void
test_map (void)
{
  Sparse sparse = { { g_malloc0 (SIZE), g_array_new (FALSE, FALSE, sizeof (struct lac_range)) }, 0 };
  g_autoptr (LacunaByteSource) source = lacuna_byte_source_new (sparse_read, &sparse, NULL);
  const guint quarter = SIZE / 4;
  const struct lac_region_entry entries[] = {
    { .start = START,
      .end = START + quarter,
      .protection = LAC_PROTECTION_READ,
      .kind = LAC_KIND_DECIDE },
    { .start = START + quarter,
      .end = START + 2 * quarter,
      .protection = LAC_PROTECTION_READ,
      .name = "/usr/lib/file",
      .name_length = 13,
      .inode = 7,
      .kind = LAC_KIND_DECIDE },
    { .start = START + 2 * quarter, .end = START + 3 * quarter, .kind = LAC_KIND_DECIDE },
    { .start = START + 3 * quarter,
      .end = START + SIZE,
      .protection = LAC_PROTECTION_READ,
      .name = "/dev/dri/card0",
      .name_length = 14,
      .inode = 8,
      .kind = LAC_KIND_DECIDE },
  };
  const struct
  {
    guint at;
    gboolean found;
  } cases[] = { { 5, TRUE },
                { quarter - 1, TRUE },
                { quarter + 7, TRUE },
                { 2 * quarter - 2, TRUE },
                { 2 * quarter - 1, FALSE },
                { 2 * quarter + 100, FALSE },
                { 3 * quarter + 100, FALSE } };
  g_autoptr (LacunaBytePattern) pattern = lacuna_byte_pattern_new_for_bytes ("a1 b2", NULL);
  struct lac_map *map = build_map (entries, G_N_ELEMENTS (entries));

  lacuna_byte_source_set_surveyor (source, sparse_survey);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int backward = FALSE; backward <= TRUE; backward++)
      {
        g_autoptr (LacunaByteSearch) search = lacuna_byte_search_new_for_map (
            source, pattern, map, START + (guint64) g_test_rand_int_range (0, SIZE), backward);
        LacunaByteFind result;

        memset (sparse.block.bytes, 0, SIZE);
        memcpy (sparse.block.bytes + cases[i].at, "\xa1\xb2", 2);
        sparse.n_read = 0;
        g_assert_true (lacuna_byte_search_run (search, NULL, &result, NULL));
        g_assert_cmpint (result.found, ==, cases[i].found);
        if (result.found)
          g_assert_cmphex (result.range.start, ==, START + cases[i].at);
        /* The file was read, and of the rest only the page that has something. */
        g_assert_cmpuint (sparse.n_read, <=, quarter + 4 * PAGE);
      }
  lac_map_unref (map);
  g_array_unref (sparse.block.holes);
  g_free (sparse.block.bytes);
}

/* KiB of the system's memory that is spent on a process's page tables, as @status has it. */
static guint64
table_size_in (const char *status)
{
  const char *at = status != NULL ? strstr (status, "VmPTE:") : NULL;

  return at != NULL ? g_ascii_strtoull (at + strlen ("VmPTE:"), NULL, 10) : 0;
}

/* Of this process. */
static guint64
page_table_size (void)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  return table_size_in (text);
}

/* Sixteen gibibytes of which one page exists, in this very process. */
static void
test_untouched (void)
{
  gsize size = (gsize) 16 << 30;
  guint8 *memory;
  g_autoptr (LacunaTarget) self = lacuna_target_new_self ();
  g_autoptr (LacunaByteSource) source = lacuna_byte_source_new_for_target (self);
  g_autoptr (LacunaBytePattern) pattern = lacuna_byte_pattern_new_for_bytes ("00 77 66", NULL);
  g_autoptr (LacunaByteSearch) search = NULL;
  g_autoptr (GArray) parts = NULL;
  struct lac_range range;
  LacunaByteFind result;
  guint64 before;

  memory = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                 0);
  if (memory == MAP_FAILED)
    {
      g_test_skip ("the system does not give 16 GiB of addresses");
      return;
    }
  madvise (memory, size, MADV_NOHUGEPAGE);
  range = (struct lac_range){ (guintptr) memory, (guintptr) memory + size };
  memory[size / 2] = 0x77;
  memory[size / 2 + 1] = 0x66;

  parts = lacuna_byte_source_survey (source, range);
  if (parts->len == 1 && lac_range_size (g_array_index (parts, struct lac_range, 0)) == size)
    {
      g_test_skip ("the system does not say which pages were touched");
      munmap (memory, size);
      return;
    }
  g_assert_cmpuint (parts->len, ==, 1);
  g_assert_cmphex (g_array_index (parts, struct lac_range, 0).start, ==, range.start + size / 2);

  search = lacuna_byte_search_new (source, pattern, &range, 1, range.start, FALSE);
  lacuna_byte_search_set_sparse (search, TRUE);
  before = page_table_size ();
  g_assert_true (lacuna_byte_search_run (search, NULL, &result, NULL));
  g_assert_true (result.found);
  g_assert_cmphex (result.range.start, ==, range.start + size / 2 - 1);
  g_assert_cmpuint (page_table_size (), <, before + 1024);
  munmap (memory, size);
}

/* (transfer full) (nullable): what @file of process @pid says. */
static char *
read_proc (pid_t       pid,
           const char *file)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/%s", (int) pid, file);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : NULL;
}

/* The same in another process: its tables are its own memory, which looking is not to take. */
static void
test_untouched_elsewhere (void)
{
  gsize size = (gsize) 16 << 30;
  int ready[2];
  guint8 *memory;
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaTarget) target = NULL;
  g_autoptr (LacunaByteSource) source = NULL;
  g_autoptr (LacunaBytePattern) pattern = lacuna_byte_pattern_new_for_bytes ("00 77 66", NULL);
  g_autoptr (LacunaByteSearch) search = NULL;
  g_autoptr (GArray) parts = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  struct lac_range range;
  LacunaByteFind result;
  gboolean is_known;
  char byte;
  pid_t pid;

  g_assert_cmpint (pipe (ready), ==, 0);
  memory = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                 0);
  if (memory == MAP_FAILED)
    {
      g_test_skip ("the system does not give 16 GiB of addresses");
      return;
    }
  madvise (memory, size, MADV_NOHUGEPAGE);
  range = (struct lac_range){ (guintptr) memory, (guintptr) memory + size };
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      /* It does not outlive a test that fails. */
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      memory[size / 2] = 0x77;
      memory[size / 2 + 1] = 0x66;
      if (write (ready[1], "", 1) == 1)
        pause ();
      _exit (0);
    }
  munmap (memory, size);
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  target = lacuna_target_new_for_pid (pid, &error);
  g_assert_no_error (error);
  source = lacuna_byte_source_new_for_target (target);
  parts = lacuna_byte_source_survey (source, range);
  is_known = parts->len != 1
             || lac_range_size (g_array_index (parts, struct lac_range, 0)) != size;
  if (is_known)
    {
      g_assert_cmpuint (parts->len, ==, 1);
      g_assert_cmphex (g_array_index (parts, struct lac_range, 0).start, ==,
                       range.start + size / 2);
      search = lacuna_byte_search_new (source, pattern, &range, 1, range.start, FALSE);
      lacuna_byte_search_set_sparse (search, TRUE);
      before = read_proc (pid, "status");
      g_assert_true (lacuna_byte_search_run (search, NULL, &result, NULL));
      after = read_proc (pid, "status");
      g_assert_true (result.found);
      g_assert_cmphex (result.range.start, ==, range.start + size / 2 - 1);
      g_assert_cmpuint (table_size_in (after), <, table_size_in (before) + 1024);
    }
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  close (ready[0]);
  close (ready[1]);
  if (!is_known)
    g_test_skip ("the system does not say which pages were touched");
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
  g_test_add_func ("/model/byte-search/leaves-out-what-was-never-touched", test_sparse);
  g_test_add_func ("/model/byte-search/in-all-that-may-be-read", test_map);
  g_test_add_func ("/model/byte-search/builds-no-page-tables", test_untouched);
  g_test_add_func ("/model/byte-search/builds-none-elsewhere", test_untouched_elsewhere);
  g_test_add_func ("/model/byte-search/ends-when-cancelled", test_cancel);

  return g_test_run ();
}
