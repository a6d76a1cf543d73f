/* A reading of the locator, made on any thread, and shown on the one that the rows belong to.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-locator.h"

#include "lacuna-session-private.h"

#include "buffers/locator-view.h"
#include "buffers/locator.h"

G_BEGIN_DECLS

typedef struct
{
  guint number; /* when it began, among all readings */
  struct lac_locator_facts facts;
  guint64 address; /* of the first table; in another process it may be one that no pointer here holds */
  gboolean managed;
  const char *why_not; /* (nullable): why it can't be used, marked for translation */
  unsigned findings;
  GArray *tables; /* of LacunaTableFacts */
} LacunaLocatorReading;

/* lacuna-locator-self.c */

/* (transfer full): the file that everyone in a process looks for first; @pid as the process knows it. */
char                 *lacuna_locator_make_path    (gint32                pid);

/* (transfer full): an empty one. */
LacunaLocatorReading *lacuna_locator_reading_new  (void);

/* Adds the tables of @view. */
void                  lacuna_locator_reading_take (LacunaLocatorReading          *reading,
                                                   const struct lac_locator_view *view);

/* (transfer full) (nullable): blocks. Reads this process's locator, with findings. */
LacunaLocatorReading *lacuna_locator_read         (GError               **error);
void                  lacuna_locator_reading_free (LacunaLocatorReading  *reading);

/* lacuna-locator-remote.c */

/* The same of another process. With no lock of @session. */
LacunaLocatorReading *lacuna_locator_read_elsewhere (LacunaSession          *session,
                                                     GError                **error);

/* lacuna-locator.c */

/* (transfer full): the locator of another process. */
LacunaLocator        *lacuna_locator_new_elsewhere  (LacunaTarget           *target,
                                                     LacunaSession          *session);

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
