/* LacunaBytePatch: pages in a tree, with a bit for each byte that changes.
 *
 * What is typed is a few bytes here and there; what is pasted may be a million side by side. A page is
 * right for both: to look at a byte is to find its page, and a run is found by its bits.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-byte-patch.h"

#include <string.h>

#define PAGE 4096u

typedef struct
{
  guint64 address;
  guint n_bytes;
  guint8 is_set[PAGE / 8];
  guint8 was[PAGE];
  guint8 now[PAGE];
} Page;

struct _LacunaBytePatch
{
  GTree *pages; /* of Page, by the pointer to its address */
  guint64 n_bytes;
  guint64 n_runs;
};

static int
compare_addresses (gconstpointer a,
                   gconstpointer b,
                   gpointer      user_data)
{
  guint64 first = *(const guint64 *) a;
  guint64 second = *(const guint64 *) b;

  return first < second ? -1 : first > second;
}

LacunaBytePatch *
lacuna_byte_patch_new (void)
{
  LacunaBytePatch *self = g_new0 (LacunaBytePatch, 1);

  self->pages = g_tree_new_full (compare_addresses, NULL, NULL, g_free);
  return self;
}

void
lacuna_byte_patch_free (LacunaBytePatch *self)
{
  if (self == NULL)
    return;
  g_tree_unref (self->pages);
  g_free (self);
}

static Page *
find_page (const LacunaBytePatch *self,
           guint64                address)
{
  guint64 start = lac_align_down (address, PAGE);

  return g_tree_lookup (self->pages, &start);
}

static gboolean
is_set (const Page *page,
        guint       offset)
{
  return (page->is_set[offset / 8] >> (offset % 8) & 1) != 0;
}

/* How many of the two bytes beside @address change. */
static guint
count_neighbours (const LacunaBytePatch *self,
                  guint64                address)
{
  guint n = 0;

  if (address > 0)
    n += lacuna_byte_patch_lookup (self, address - 1, NULL);
  if (address < G_MAXUINT64)
    n += lacuna_byte_patch_lookup (self, address + 1, NULL);
  return n;
}

void
lacuna_byte_patch_remove (LacunaBytePatch *self,
                          guint64          address)
{
  Page *page = find_page (self, address);
  guint offset = (guint) (address % PAGE);

  if (page == NULL || !is_set (page, offset))
    return;
  page->is_set[offset / 8] &= (guint8) ~(1u << offset % 8);
  /* Between two others it held them together; alone it was a run. */
  self->n_runs += count_neighbours (self, address);
  self->n_runs--;
  self->n_bytes--;
  if (--page->n_bytes == 0)
    {
      guint64 start = page->address;

      g_tree_remove (self->pages, &start);
    }
}

void
lacuna_byte_patch_set (LacunaBytePatch *self,
                       LacunaByteEdit   edit)
{
  guint offset = (guint) (edit.address % PAGE);
  Page *page;

  if (edit.was == edit.now)
    {
      lacuna_byte_patch_remove (self, edit.address);
      return;
    }
  page = find_page (self, edit.address);
  if (page == NULL)
    {
      page = g_new0 (Page, 1);
      page->address = lac_align_down (edit.address, PAGE);
      g_tree_insert (self->pages, &page->address, page);
    }
  if (!is_set (page, offset))
    {
      self->n_runs -= count_neighbours (self, edit.address);
      self->n_runs++;
      self->n_bytes++;
      page->n_bytes++;
      page->is_set[offset / 8] |= (guint8) (1u << offset % 8);
    }
  page->was[offset] = edit.was;
  page->now[offset] = edit.now;
}

gboolean
lacuna_byte_patch_lookup (const LacunaBytePatch *self,
                          guint64                address,
                          LacunaByteEdit        *out_edit)
{
  const Page *page = self->n_bytes > 0 ? find_page (self, address) : NULL;
  guint offset = (guint) (address % PAGE);

  if (page == NULL || !is_set (page, offset))
    return FALSE;
  if (out_edit != NULL)
    *out_edit = (LacunaByteEdit){ address, page->was[offset], page->now[offset] };
  return TRUE;
}

guint64
lacuna_byte_patch_get_n_bytes (const LacunaBytePatch *self)
{
  return self->n_bytes;
}

guint64
lacuna_byte_patch_get_n_runs (const LacunaBytePatch *self)
{
  return self->n_runs;
}

/* The first byte of @page from @offset on that is set, or not, as @set says; PAGE when there is none. */
static guint
find_byte (const Page *page,
           guint       offset,
           gboolean    set)
{
  guint8 skipped = set ? 0 : 0xff;

  while (offset < PAGE && is_set (page, offset) != set)
    offset += offset % 8 == 0 && page->is_set[offset / 8] == skipped ? 8 : 1;
  return offset;
}

gboolean
lacuna_byte_patch_next_run (const LacunaBytePatch *self,
                            guint64                from,
                            struct lac_range      *out_run)
{
  guint64 start = lac_align_down (from, PAGE);
  guint offset = (guint) (from % PAGE);
  guint first = PAGE;
  const Page *page = NULL;
  GTreeNode *node;

  for (node = g_tree_lower_bound (self->pages, &start); node != NULL;
       node = g_tree_node_next (node))
    {
      page = g_tree_node_value (node);
      first = find_byte (page, page->address == start ? offset : 0, TRUE);
      if (first < PAGE)
        break;
    }
  if (node == NULL)
    return FALSE;

  out_run->start = page->address + first;
  out_run->end = page->address + find_byte (page, first, FALSE);
  while (out_run->end % PAGE == 0 && (page = find_page (self, out_run->end)) != NULL
         && is_set (page, 0))
    out_run->end = page->address + find_byte (page, 0, FALSE);
  return TRUE;
}
