/* LacunaBytePages: the bytes around what somebody looks at, read on a worker and kept by the page.
 *
 * A view asks for what it shows and draws what is there; nothing waits. What is read arrives with
 *
 *   changed (guint64 start, guint64 end)   these pages are new, half-open
 *
 * The wish that counts is the last one: whoever drags a scrollbar through a terabyte reads the pages
 * where it comes to rest, not those that it flew over. Main thread only.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-byte-source.h"

G_BEGIN_DECLS

#define LACUNA_BYTE_PAGE_SIZE 4096

/* LacunaBytePage: a page as it was read last. */
typedef struct
{
  guint64 address;                           /* of the first byte */
  guint8 bytes[LACUNA_BYTE_PAGE_SIZE];
  guint8 known[LACUNA_BYTE_PAGE_SIZE / 8];   /* a bit for each byte that could be read */
  guint8 changed[LACUNA_BYTE_PAGE_SIZE / 8]; /* ... that was another at the reading before */
  gint64 changed_time;                       /* when that was seen, monotonic; 0 when none is set */
  const char *reason;                        /* (nullable): why bytes are missing */
} LacunaBytePage;

#define LACUNA_TYPE_BYTE_PAGES (lacuna_byte_pages_get_type ())
G_DECLARE_FINAL_TYPE (LacunaBytePages, lacuna_byte_pages, LACUNA, BYTE_PAGES, GObject)

LacunaBytePages      *lacuna_byte_pages_new        (LacunaByteSource *source);
LacunaByteSource     *lacuna_byte_pages_get_source (LacunaBytePages  *self);

/* Wishes for the pages that @range touches (at most LACUNA_BYTE_PAGES_MOST_WANTED of them), and for
 * no others from now on. */
#define LACUNA_BYTE_PAGES_MOST_WANTED 64

void                  lacuna_byte_pages_want       (LacunaBytePages  *self,
                                                    struct lac_range  range);

/* (transfer none) (nullable): the page that has @address, if it was read; until the main loop runs. */
const LacunaBytePage *lacuna_byte_pages_peek       (LacunaBytePages  *self,
                                                    guint64           address);

/* What is wished for is read again, and compared with what it was; what is not is forgotten. */
void                  lacuna_byte_pages_refresh    (LacunaBytePages  *self);

/* Whether there is something wished for that is being read. */
gboolean              lacuna_byte_pages_is_busy    (LacunaBytePages  *self);

static inline gboolean
lacuna_byte_page_is_known (const LacunaBytePage *page,
                           guint                 offset)
{
  return (page->known[offset / 8] >> (offset % 8) & 1) != 0;
}

static inline gboolean
lacuna_byte_page_is_changed (const LacunaBytePage *page,
                             guint                 offset)
{
  return (page->changed[offset / 8] >> (offset % 8) & 1) != 0;
}

G_END_DECLS
