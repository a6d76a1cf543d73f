/* LacunaBytePages: a table of pages, and one reading at a time.
 *
 * One reading at a time is enough, because a reading takes all that is missing of what is wished for,
 * and it keeps a slow process from filling the pool of workers. When it is back, what is then missing
 * is asked for. Pages have the generation in which they were read: a refresh begins a new one, and
 * what is older is shown until it has been read again, so that nothing flickers and what changed is
 * known.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-byte-pages.h"

#include <string.h>

/* Pages that are kept: some screens in each direction, 5 MiB. */
#define MOST_PAGES 1024

#define PAGE ((guint64) LACUNA_BYTE_PAGE_SIZE)

typedef struct
{
  LacunaBytePage page;
  guint generation;
} Entry;

struct _LacunaBytePages
{
  GObject parent_instance;

  LacunaByteSource *source;
  GHashTable *entries;     /* of Entry, by the page's address */
  struct lac_range wanted; /* whole pages */
  guint generation;
  guint reading_generation; /* of the reading that runs */
  gboolean reading;         /* whether one runs */
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaBytePages, lacuna_byte_pages, G_TYPE_OBJECT)

static void read_missing (LacunaBytePages *self);

static void
set_bits (guint8 *bits,
          guint   start,
          guint   end,
          gboolean value)
{
  for (guint i = start; i < end; i++)
    if (value)
      bits[i / 8] |= (guint8) (1u << i % 8);
    else
      bits[i / 8] &= (guint8) ~(1u << i % 8);
}

/* Marks what of @page is in no hole; @first: the first hole that may touch it. */
static guint
set_known (LacunaBytePage *page,
           const GArray   *holes,
           guint           first)
{
  struct lac_range range = { page->address, page->address + PAGE };

  memset (page->known, 0xff, sizeof page->known);
  for (; first < holes->len; first++)
    {
      struct lac_range hole = g_array_index (holes, struct lac_range, first);
      struct lac_range part = lac_range_intersect (hole, range);

      if (lac_range_size (part) > 0)
        set_bits (page->known, (guint) (part.start - range.start), (guint) (part.end - range.start),
                  FALSE);
      if (hole.end > range.end)
        break;
    }
  return first;
}

/* A byte that could not be read before has not changed: nobody knows. What changed stays marked until
 * something else does; for how long it shows is up to whoever shows it. */
static void
compare (Entry                *entry,
         const LacunaBytePage *page)
{
  guint8 changed[LACUNA_BYTE_PAGE_SIZE / 8] = { 0 };
  gboolean any = FALSE;

  if (memcmp (entry->page.bytes, page->bytes, sizeof page->bytes) == 0)
    return;
  for (guint i = 0; i < LACUNA_BYTE_PAGE_SIZE; i++)
    if (entry->page.bytes[i] != page->bytes[i] && lacuna_byte_page_is_known (&entry->page, i)
        && lacuna_byte_page_is_known (page, i))
      {
        set_bits (changed, i, i + 1, TRUE);
        any = TRUE;
      }
  if (!any)
    return;
  memcpy (entry->page.changed, changed, sizeof changed);
  entry->page.changed_time = g_get_monotonic_time ();
}

static void
take_page (LacunaBytePages      *self,
           const LacunaBytePage *page)
{
  Entry *entry = g_hash_table_lookup (self->entries, &page->address);

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->page.address = page->address;
      g_hash_table_insert (self->entries, &entry->page.address, entry);
    }
  else
    compare (entry, page);
  memcpy (entry->page.bytes, page->bytes, sizeof page->bytes);
  memcpy (entry->page.known, page->known, sizeof page->known);
  entry->page.reason = page->reason;
  entry->generation = self->reading_generation;
}

static gboolean
is_unwanted (gpointer key,
             gpointer value,
             gpointer user_data)
{
  LacunaBytePages *self = user_data;

  return !lac_range_contains (self->wanted, *(guint64 *) key);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (LacunaBytePages) self = user_data;
  g_autoptr (LacunaByteRead) read = lacuna_byte_source_read_finish (result, NULL);
  LacunaBytePage page;
  guint hole = 0;

  self->reading = FALSE;
  if (read == NULL)
    return;

  memset (&page, 0, sizeof page);
  page.reason = g_intern_string (read->reason);
  if (g_hash_table_size (self->entries) > MOST_PAGES)
    g_hash_table_foreach_remove (self->entries, is_unwanted, self);
  for (page.address = read->range.start; page.address < read->range.end; page.address += PAGE)
    {
      memcpy (page.bytes, read->bytes + (page.address - read->range.start), sizeof page.bytes);
      hole = set_known (&page, read->holes, hole);
      take_page (self, &page);
    }
  read_missing (self);
  g_signal_emit (self, signals[CHANGED], 0, read->range.start, read->range.end);
}

static gboolean
is_missing (LacunaBytePages *self,
            guint64          address)
{
  const Entry *entry = g_hash_table_lookup (self->entries, &address);

  return entry == NULL || entry->generation != self->generation;
}

/* From the first page that is missing to the last: what lies between is at most a few pages. */
static void
read_missing (LacunaBytePages *self)
{
  struct lac_range missing = { G_MAXUINT64, 0 };

  if (self->reading)
    return;
  for (guint64 address = self->wanted.start; address < self->wanted.end; address += PAGE)
    if (is_missing (self, address))
      {
        missing.start = MIN (missing.start, address);
        missing.end = address + PAGE;
      }
  if (lac_range_size (missing) == 0)
    return;

  self->reading = TRUE;
  self->reading_generation = self->generation;
  lacuna_byte_source_read_async (self->source, missing, NULL, read_cb, g_object_ref (self));
}

static void
lacuna_byte_pages_finalize (GObject *object)
{
  LacunaBytePages *self = LACUNA_BYTE_PAGES (object);

  lacuna_byte_source_unref (self->source);
  g_hash_table_unref (self->entries);

  G_OBJECT_CLASS (lacuna_byte_pages_parent_class)->finalize (object);
}

static void
lacuna_byte_pages_class_init (LacunaBytePagesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lacuna_byte_pages_finalize;

  /* LacunaBytePages::changed: these pages were read, from the first byte to after the last. */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT64,
                                   G_TYPE_UINT64);
}

static void
lacuna_byte_pages_init (LacunaBytePages *self)
{
  self->entries = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
}

/**
 * lacuna_byte_pages_new:
 * @source: (transfer none): where the bytes come from
 *
 * Returns: (transfer full): pages of which none was read yet
 */
LacunaBytePages *
lacuna_byte_pages_new (LacunaByteSource *source)
{
  LacunaBytePages *self = g_object_new (LACUNA_TYPE_BYTE_PAGES, NULL);

  self->source = lacuna_byte_source_ref (source);
  return self;
}

/**
 * lacuna_byte_pages_get_source:
 *
 * Returns: (transfer none): where the bytes come from, for whoever reads more than pages
 */
LacunaByteSource *
lacuna_byte_pages_get_source (LacunaBytePages *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTE_PAGES (self), NULL);

  return self->source;
}

/**
 * lacuna_byte_pages_want:
 * @range: half-open, in bytes; what is shown now, and a little around it
 */
void
lacuna_byte_pages_want (LacunaBytePages *self,
                        struct lac_range range)
{
  g_return_if_fail (LACUNA_IS_BYTE_PAGES (self));

  self->wanted = (struct lac_range){ 0, 0 };
  if (lac_range_size (range) > 0)
    {
      guint64 start = lac_align_down (range.start, PAGE);
      guint64 last = lac_align_down (range.end - 1, PAGE);

      /* The page at the very top would end where no number is. */
      last = MIN (last, G_MAXUINT64 - 2 * PAGE + 1);
      last = MIN (last, start + (LACUNA_BYTE_PAGES_MOST_WANTED - 1) * PAGE);
      if (start <= last)
        self->wanted = (struct lac_range){ start, last + PAGE };
    }
  read_missing (self);
}

/**
 * lacuna_byte_pages_peek:
 * @address: of a byte
 *
 * Returns: (transfer none) (nullable): the page that has it, %NULL when it was not read yet
 */
const LacunaBytePage *
lacuna_byte_pages_peek (LacunaBytePages *self,
                        guint64          address)
{
  const Entry *entry;

  g_return_val_if_fail (LACUNA_IS_BYTE_PAGES (self), NULL);

  address = lac_align_down (address, PAGE);
  entry = g_hash_table_lookup (self->entries, &address);
  return entry != NULL ? &entry->page : NULL;
}

/**
 * lacuna_byte_pages_refresh:
 *
 * Says that what was read may no longer be so.
 */
void
lacuna_byte_pages_refresh (LacunaBytePages *self)
{
  g_return_if_fail (LACUNA_IS_BYTE_PAGES (self));

  self->generation++;
  g_hash_table_foreach_remove (self->entries, is_unwanted, self);
  read_missing (self);
}

/**
 * lacuna_byte_pages_is_busy:
 *
 * Returns: whether a reading runs
 */
gboolean
lacuna_byte_pages_is_busy (LacunaBytePages *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTE_PAGES (self), FALSE);

  return self->reading;
}
