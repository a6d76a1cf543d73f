/* A locator seen from outside: see locator-view.h.
 *
 * All that is read was written by somebody else, so nothing in it decides how long this takes: tables
 * that begin where another one lies end the chain, and whether a buffer is mapped is answered from sums
 * over the map's regions, however many of them it claims to span.
 *
 * SPDX-License-Identifier: MIT
 */
#include "locator-view.h"

#include "table-private.h"

#include <stdlib.h>
#include <string.h>

/* Where a run of regions that touch each other ends, and how many of the regions before this one can be
 * written and run; for each region, and one more. */
struct sums
{
  const struct lac_region *regions;
  size_t n_regions;
  uint64_t *run_ends;
  size_t *n_before;
};

/* The pages that tables begin in. No two tables can begin in one page and not lie over each other. */
struct page_set
{
  uint64_t *pages;
  size_t n_pages;
  size_t allocated;
};

struct reading
{
  const struct lac_map *map;
  struct lac_table_layout layout;
  struct sums sums;
  struct page_set seen;
  struct lac_locator_view view;
  size_t tables_allocated;
};

static uint64_t
read_pointer (const struct lac_table_layout *layout,
              const unsigned char           *bytes)
{
  uint64_t wide;
  uint32_t narrow;

  if (layout->pointer_size == 8)
    {
      memcpy (&wide, bytes, sizeof wide);
      return wide;
    }
  memcpy (&narrow, bytes, sizeof narrow);
  return narrow;
}

static uint32_t
read_word (const unsigned char *bytes)
{
  uint32_t word;

  memcpy (&word, bytes, sizeof word);
  return word;
}

/* Sums */

static bool
make_sums (struct sums          *sums,
           const struct lac_map *map)
{
  const unsigned both = LAC_PROTECTION_WRITE | LAC_PROTECTION_EXECUTE;
  size_t n;

  sums->regions = lac_map_regions (map, &n);
  sums->n_regions = n;
  sums->run_ends = calloc (n + 1, sizeof *sums->run_ends);
  sums->n_before = calloc (n + 1, sizeof *sums->n_before);
  if (sums->run_ends == NULL || sums->n_before == NULL)
    return false;
  for (size_t i = 0; i < n; i++)
    sums->n_before[i + 1]
        = sums->n_before[i] + ((sums->regions[i].protection & both) == both ? 1 : 0);
  for (size_t i = n; i-- > 0;)
    sums->run_ends[i] = i + 1 < n && sums->regions[i + 1].start == sums->regions[i].end
                            ? sums->run_ends[i + 1]
                            : sums->regions[i].end;
  return true;
}

static bool
is_mapped (const struct reading *reading,
           uint64_t              address,
           uint64_t              size)
{
  size_t index = lac_map_search (reading->map, address);

  return index < reading->sums.n_regions && reading->sums.regions[index].start <= address
         && reading->sums.run_ends[index] - address >= size;
}

static bool
is_writable_and_executable (const struct reading *reading,
                            uint64_t              address,
                            uint64_t              size)
{
  uint64_t last = lac_add_saturating (address, size > 0 ? size - 1 : 0);
  size_t from = lac_map_search (reading->map, address);
  size_t to = lac_map_search (reading->map, last);

  if (to < reading->sums.n_regions && reading->sums.regions[to].start <= last)
    to++;
  return to > from && reading->sums.n_before[to] > reading->sums.n_before[from];
}

/* Pages */

static size_t
find_page (const struct page_set *set,
           uint64_t               page)
{
  size_t at = (size_t) (page * UINT64_C (0x9e3779b97f4a7c15) >> 20) & (set->allocated - 1);

  while (set->pages[at] != 0 && set->pages[at] != page + 1)
    at = (at + 1) & (set->allocated - 1);
  return at;
}

static bool
has_page (const struct page_set *set,
          uint64_t               page)
{
  return set->allocated > 0 && set->pages[find_page (set, page)] != 0;
}

static bool
add_page (struct page_set *set,
          uint64_t         page)
{
  if (set->n_pages * 2 >= set->allocated)
    {
      struct page_set larger = { .allocated = set->allocated != 0 ? set->allocated * 2 : 16 };

      larger.pages = calloc (larger.allocated, sizeof *larger.pages);
      if (larger.pages == NULL)
        return false;
      for (size_t i = 0; i < set->allocated; i++)
        if (set->pages[i] != 0)
          larger.pages[find_page (&larger, set->pages[i] - 1)] = set->pages[i];
      larger.n_pages = set->n_pages;
      free (set->pages);
      *set = larger;
    }
  set->pages[find_page (set, page)] = page + 1;
  set->n_pages++;
  return true;
}

/* Whether a table at @address would lie over one that was read. The set holds the page of a table's
 * first byte; whether the neighbours' really reach here is asked of the tables, since each page has at
 * most one. */
static bool
is_seen (const struct reading *reading,
         uint64_t              address)
{
  uint64_t page = address / LAC_TABLE_SIZE;

  if (has_page (&reading->seen, page))
    return true;
  if (address % LAC_TABLE_SIZE == 0 && !has_page (&reading->seen, page - 1))
    return false;
  /* Rare: only tables that are not at a page's start, or have such a neighbour, come here. */
  if (!has_page (&reading->seen, page - 1) && !has_page (&reading->seen, page + 1))
    return false;
  for (size_t i = 0; i < reading->view.n_tables; i++)
    {
      uint64_t other = reading->view.tables[i].address;

      if (reading->view.tables[i].findings & LAC_FINDING_ORPHAN)
        continue;
      if ((other >= address ? other - address : address - other) < LAC_TABLE_SIZE)
        return true;
    }
  return false;
}

/* Tables */

static struct lac_view_table *
add_table (struct reading *reading,
           uint64_t        address)
{
  struct lac_locator_view *view = &reading->view;
  struct lac_view_table *table;

  if (view->n_tables == reading->tables_allocated)
    {
      size_t wanted = reading->tables_allocated != 0 ? reading->tables_allocated * 2 : 4;
      struct lac_view_table *moved = realloc (view->tables, wanted * sizeof *moved);

      if (moved == NULL)
        return NULL;
      view->tables = moved;
      reading->tables_allocated = wanted;
    }
  table = &view->tables[view->n_tables++];
  *table = (struct lac_view_table){ .address = address };
  return table;
}

/* Whether a table's bytes are those of a table with the other order of fields. Its number of items lies where
 * this order has reserved bytes, which are 0, and the other way round; so only a table without any looks the
 * same in both. The items are looked at as well: a taken flag is 0 or 1, and each item has memory. */
static bool
is_managed (const struct lac_table_layout *standard,
            const struct lac_table_layout *managed,
            const unsigned char           *bytes)
{
  size_t n = bytes[managed->item_count];

  if (bytes[standard->item_count] != 0 || n == 0 || n > managed->capacity)
    return false;
  for (size_t i = 0; i < n; i++)
    {
      const unsigned char *item = bytes + managed->header_size + i * managed->item_size;

      if (read_pointer (managed, item + managed->base) == 0
          || read_word (item + managed->is_taken) > 1)
        return false;
    }
  return true;
}

struct lac_table_layout
lac_table_layout_of (unsigned                 pointer_bits,
                     enum lac_locator_layout  order)
{
  if (order == LAC_LOCATOR_LAYOUT_MANAGED)
    return pointer_bits == 32 ? LAC_TABLE_LAYOUT_MANAGED_32 : LAC_TABLE_LAYOUT_MANAGED_64;
  return pointer_bits == 32 ? LAC_TABLE_LAYOUT_32 : LAC_TABLE_LAYOUT_64;
}

enum lac_locator_layout
lac_table_recognise (unsigned             pointer_bits,
                     const unsigned char *bytes)
{
  struct lac_table_layout standard = lac_table_layout_of (pointer_bits, LAC_LOCATOR_LAYOUT_STANDARD);
  struct lac_table_layout managed = lac_table_layout_of (pointer_bits, LAC_LOCATOR_LAYOUT_MANAGED);

  return is_managed (&standard, &managed, bytes) ? LAC_LOCATOR_LAYOUT_MANAGED
                                                 : LAC_LOCATOR_LAYOUT_STANDARD;
}

/* Whether the first table is mapped where it says that it is: at @address, or by another mapping of the
 * same file. */
static bool
is_where_it_says (const struct reading *reading,
                  uint64_t              address,
                  uint64_t              says)
{
  size_t here = lac_map_search (reading->map, address);
  size_t there = lac_map_search (reading->map, says);
  const struct lac_region *regions = reading->sums.regions;
  const struct lac_backing *a, *b;

  if (says == address)
    return true;
  if (here >= reading->sums.n_regions || there >= reading->sums.n_regions
      || regions[here].start > address || regions[there].start != says)
    return false;
  a = lac_map_backing (reading->map, &regions[here]);
  b = lac_map_backing (reading->map, &regions[there]);
  return a->inode != 0 && a->inode == b->inode && a->device_major == b->device_major
         && a->device_minor == b->device_minor && regions[there].offset == 0;
}

static bool
read_items (struct reading        *reading,
            struct lac_view_table *table,
            const unsigned char   *bytes)
{
  const struct lac_table_layout *layout = &reading->layout;
  size_t n = bytes[layout->item_count];

  if (n > layout->capacity)
    n = layout->capacity;
  if (n == 0)
    return true;
  table->buffers = calloc (n, sizeof *table->buffers);
  if (table->buffers == NULL)
    return false;
  table->n_buffers = n;
  reading->view.n_buffers += n;
  for (size_t i = 0; i < n; i++)
    {
      const unsigned char *item = bytes + layout->header_size + i * layout->item_size;
      struct lac_view_buffer *buffer = &table->buffers[i];

      buffer->address = read_pointer (layout, item + layout->base);
      buffer->size = read_word (item + layout->size);
      buffer->position = read_word (item + layout->position);
      buffer->taken = read_word (item + layout->is_taken) != 0;
      if (!is_mapped (reading, buffer->address, buffer->size))
        buffer->findings |= LAC_FINDING_ORPHAN;
      if (buffer->position > buffer->size)
        buffer->findings |= LAC_FINDING_POSITION_PAST_END;
      if (is_writable_and_executable (reading, buffer->address, buffer->size))
        buffer->findings |= LAC_FINDING_WRITABLE_AND_EXECUTABLE;
    }
  return true;
}

static enum lac_status
read_chain (struct reading   *reading,
            uint64_t          address,
            lac_read_function read,
            void             *user_data)
{
  const struct lac_table_layout *layout = &reading->layout;
  unsigned pointer_bits = layout->pointer_size * 8;
  unsigned char bytes[LAC_TABLE_SIZE];

  while (address != 0)
    {
      struct lac_view_table *table;
      enum lac_status status;
      uint64_t says;

      if (reading->view.n_tables > 0
          && (address % layout->pointer_size != 0 || is_seen (reading, address)))
        {
          reading->view.tables[reading->view.n_tables - 1].findings |= LAC_FINDING_CYCLE;
          return LAC_OK;
        }
      table = add_table (reading, address);
      if (table == NULL)
        return LAC_E_NO_MEMORY;
      status = is_mapped (reading, address, LAC_TABLE_SIZE)
                   ? read (address, bytes, sizeof bytes, user_data)
                   : LAC_E_NOT_FOUND;
      if (status != LAC_OK)
        {
          table->findings |= LAC_FINDING_ORPHAN;
          return reading->view.n_tables == 1 ? status : LAC_OK;
        }
      if (!add_page (&reading->seen, address / LAC_TABLE_SIZE))
        return LAC_E_NO_MEMORY;

      table->version = bytes[layout->flags] & LAC_TABLE_VERSION_MASK;
      table->locked = read_word (bytes + layout->is_locked) != 0;
      says = read_pointer (layout, bytes + layout->this_address);
      if (reading->view.n_tables == 1 && !is_where_it_says (reading, address, says))
        table->findings |= LAC_FINDING_STALE;
      if (table->version != LAC_TABLE_VERSION)
        {
          table->findings |= LAC_FINDING_UNKNOWN_VERSION;
          return LAC_OK;
        }
      /* Those who made the first table make the others too. */
      if (reading->view.n_tables == 1)
        {
          reading->view.layout = lac_table_recognise (pointer_bits, bytes);
          reading->layout = lac_table_layout_of (pointer_bits, reading->view.layout);
        }
      if (!read_items (reading, table, bytes))
        return LAC_E_NO_MEMORY;
      address = read_pointer (layout, bytes + layout->next_locator);
    }
  return LAC_OK;
}

/* Overlaps */

static int
compare_buffers (const void *a,
                 const void *b)
{
  const struct lac_view_buffer *x = *(struct lac_view_buffer *const *) a;
  const struct lac_view_buffer *y = *(struct lac_view_buffer *const *) b;

  return x->address < y->address ? -1 : x->address > y->address;
}

/* From low to high, every buffer is compared with the one that reaches farthest so far. One that lies over
 * any other lies over that one, or was found when it was that one itself. */
static enum lac_status
find_overlaps (struct lac_locator_view *view)
{
  struct lac_view_buffer **sorted = NULL, *farthest = NULL;
  uint64_t end = 0;
  size_t n = 0;

  if (view->n_buffers == 0)
    return LAC_OK;
  sorted = calloc (view->n_buffers, sizeof *sorted);
  if (sorted == NULL)
    return LAC_E_NO_MEMORY;
  for (size_t i = 0; i < view->n_tables; i++)
    for (size_t j = 0; j < view->tables[i].n_buffers; j++)
      if (view->tables[i].buffers[j].size > 0)
        sorted[n++] = &view->tables[i].buffers[j];
  if (n > 0)
    qsort (sorted, n, sizeof *sorted, compare_buffers);
  for (size_t i = 0; i < n; i++)
    {
      uint64_t this_end = lac_add_saturating (sorted[i]->address, sorted[i]->size);

      if (farthest != NULL && sorted[i]->address < end)
        {
          farthest->findings |= LAC_FINDING_OVERLAP;
          sorted[i]->findings |= LAC_FINDING_OVERLAP;
        }
      if (farthest == NULL || this_end > end)
        {
          farthest = sorted[i];
          end = this_end;
        }
    }
  free (sorted);
  return LAC_OK;
}

enum lac_status
lac_locator_view_read (const struct lac_map    *map,
                       uint64_t                 address,
                       lac_read_function        read,
                       void                    *user_data,
                       struct lac_locator_view *out_view)
{
  struct reading reading = { .map = map };
  enum lac_status status = LAC_E_NO_MEMORY;

  reading.layout = lac_table_layout_of (lac_map_space (map)->pointer_bits, LAC_LOCATOR_LAYOUT_STANDARD);
  if (make_sums (&reading.sums, map))
    status = address != 0 ? read_chain (&reading, address, read, user_data) : LAC_E_NOT_FOUND;
  if (status == LAC_OK)
    status = find_overlaps (&reading.view);
  free (reading.sums.run_ends);
  free (reading.sums.n_before);
  free (reading.seen.pages);
  if (status != LAC_OK)
    {
      lac_locator_view_clear (&reading.view);
      return status;
    }
  for (size_t i = 0; i < reading.view.n_tables; i++)
    {
      const struct lac_view_table *table = &reading.view.tables[i];

      reading.view.findings |= table->findings;
      for (size_t j = 0; j < table->n_buffers; j++)
        reading.view.findings |= table->buffers[j].findings;
    }
  *out_view = reading.view;
  return LAC_OK;
}

void
lac_locator_view_clear (struct lac_locator_view *view)
{
  for (size_t i = 0; i < view->n_tables; i++)
    free (view->tables[i].buffers);
  free (view->tables);
  *view = (struct lac_locator_view){ 0 };
}

/* Names */

const char *
lac_finding_name (unsigned finding)
{
  switch (finding)
    {
#define FINDING_NAME(value, bit, name, sentence)                                                  \
  case bit:                                                                                       \
    return name;
      LAC_FINDING_MAP (FINDING_NAME)
#undef FINDING_NAME
    default:
      return "unknown";
    }
}

const char *
lac_finding_sentence (unsigned finding)
{
  switch (finding)
    {
#define FINDING_SENTENCE(value, bit, name, sentence)                                              \
  case bit:                                                                                       \
    return sentence;
      LAC_FINDING_MAP (FINDING_SENTENCE)
#undef FINDING_SENTENCE
    default:
      return "unknown";
    }
}
