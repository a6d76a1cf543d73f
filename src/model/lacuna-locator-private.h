/* A reading of the locator, made on any thread, and shown on the one that the rows belong to.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-locator.h"

#include "buffers/locator-view.h"
#include "buffers/locator.h"

G_BEGIN_DECLS

typedef struct _LacunaLocatorReading LacunaLocatorReading;

/* (transfer full) (nullable): blocks. Reads this process's locator, with findings. */
LacunaLocatorReading *lacuna_locator_read         (GError               **error);
void                  lacuna_locator_reading_free (LacunaLocatorReading  *reading);

/* Shows @reading, of which it takes what it needs. Returns whether anything was new. */
gboolean              lacuna_locator_show         (LacunaLocator         *self,
                                                   LacunaLocatorReading  *reading);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaLocatorReading, lacuna_locator_reading_free)

/* lacuna-locator-rows.c */

/* What a row shows. */
typedef struct
{
  guint64 address;
  guint32 size;
  guint32 position;
  gboolean taken;
  gboolean ours;
  gint32 holder;
  gboolean write_xor_execute;
  unsigned findings;
} LacunaBufferFacts;

typedef struct
{
  guint64 address;
  guint version;
  gboolean locked;
  gboolean own; /* of this program alone */
  unsigned findings;
  GArray *buffers; /* of LacunaBufferFacts */
} LacunaTableFacts;

/* Makes the rows of @store those of @tables (an array of LacunaTableFacts); a row whose table or buffer
 * has the address of one before stays. Returns whether anything was new. */
gboolean lacuna_locator_rows_update (GListStore *store,
                                     GArray     *tables);

/* lacuna-taken.c: the buffers that this program holds by LACUNA_DEED_TAKE. Threads: any. */

gboolean        lacuna_taken_has    (guint64            address);

/* As lac_locator_take(), lac_buffer_put() and lac_buffer_append(). @address lies in the buffer. The
 * buffer as it is afterwards (of a put: as it was before) goes to @out_buffer. */
enum lac_status lacuna_taken_take   (guint64            address,
                                     struct lac_buffer *out_buffer);
enum lac_status lacuna_taken_put    (guint64            address,
                                     struct lac_buffer *out_buffer);

/* Appends to a buffer that is held, or takes one for as long as it needs. */
enum lac_status lacuna_taken_append (guint64            address,
                                     GBytes            *bytes,
                                     struct lac_buffer *out_buffer,
                                     guint64           *out_address);

G_END_DECLS
