/* The blocks of memory that this program has made, whoever looks for them: deeds on a worker, looks on
 * any thread, rows on the main one.
 *
 * A block is a private allocation behind a struct lac_memory: it is freed when it was closed and nobody
 * looks at it any more. From then on it is not found; a row may keep the block for what was known of it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "buffers/memory.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gatomicrefcount references;
  struct lac_range range;        /* never changes */
  guint64 serial;                /* the same */
  struct lac_memory *memory;     /* NULL when it lies in another process */
  struct lac_private allocation; /* with the lock; elsewhere only its protection */
  gboolean closed;               /* with the lock */
  gboolean released;             /* with the lock */
} LacunaBlock;

/* (transfer full) (nullable): takes over @allocation, and lists it. NULL when memory is short; the
 * allocation is still the caller's then. */
LacunaBlock *lacuna_block_new        (const struct lac_private *allocation);

/* (transfer full): one that lies in another process, for whoever lists those. */
LacunaBlock *lacuna_block_new_elsewhere (struct lac_range       range,
                                         unsigned               protection);

/* Notes what became of one that lies elsewhere. */
void         lacuna_block_note_protection (LacunaBlock         *self,
                                           unsigned             protection);

LacunaBlock *lacuna_block_ref        (LacunaBlock              *self);
void         lacuna_block_unref      (LacunaBlock              *self);

/* (transfer full) (nullable): the one that begins at @address and was not closed. */
LacunaBlock *lacuna_block_find       (guint64                   address);

/* (transfer full): an array of blocks that were not released, by address. */
GPtrArray   *lacuna_block_list       (void);

struct lac_range lacuna_block_range  (LacunaBlock              *self);
unsigned     lacuna_block_protection (LacunaBlock              *self);
gboolean     lacuna_block_is_closed  (LacunaBlock              *self);
guint        lacuna_block_n_holders  (LacunaBlock              *self);

/* Changes the protection; as lac_private_protect(). */
enum lac_status lacuna_block_protect (LacunaBlock              *self,
                                      unsigned                  protection);

/* Closes it: it goes now, or with the last look. LAC_E_NOT_OURS when it was closed before. */
enum lac_status lacuna_block_close   (LacunaBlock              *self);

/* @notify is called, on any thread and without a lock, whenever a look has begun or ended or a block was
 * released. */
void         lacuna_block_watch      (void                    (*notify) (gboolean released));

/* A look has begun or ended. */
void         lacuna_block_note_look  (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaBlock, lacuna_block_unref)

G_END_DECLS
