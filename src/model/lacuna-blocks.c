/* The blocks of memory that this program has made.
 *
 * The lock here is never held while anything of the library is called that may release a block, since
 * that comes back here.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-blocks-private.h"

static GMutex lock;
static GPtrArray *blocks; /* of LacunaBlock, with a reference each, by address */
static void (*watcher) (gboolean released);

static guint64
start_of (const LacunaBlock *block)
{
  return block->range.start;
}

/* With the lock: where a block that begins at @address is, or belongs. */
static guint
position_of (guint64 address)
{
  guint low = 0, high = blocks != NULL ? blocks->len : 0;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (start_of (g_ptr_array_index (blocks, middle)) < address)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Called once, by whoever let go last. */
static void
release_block (void  *address,
               size_t size,
               void  *user_data)
{
  LacunaBlock *block = user_data;
  struct lac_private allocation;
  void (*notify) (gboolean released);

  g_mutex_lock (&lock);
  allocation = block->allocation;
  block->released = TRUE;
  g_ptr_array_remove (blocks, block);
  notify = watcher;
  g_mutex_unlock (&lock);

  lac_private_free (&allocation);
  if (notify != NULL)
    notify (TRUE);
  lacuna_block_unref (block);
}

LacunaBlock *
lacuna_block_new (const struct lac_private *allocation)
{
  LacunaBlock *self = g_new0 (LacunaBlock, 1);

  g_atomic_ref_count_init (&self->references);
  self->allocation = *allocation;
  self->serial = allocation->serial;
  self->range.start = (guintptr) allocation->address;
  self->range.end = self->range.start + allocation->size;

  /* One reference is the memory's, until it is released. */
  lacuna_block_ref (self);
  if (lac_memory_new_foreign (allocation->address,
                              allocation->size,
                              release_block,
                              self,
                              &self->memory)
      != LAC_OK)
    {
      g_free (self);
      return NULL;
    }

  g_mutex_lock (&lock);
  if (blocks == NULL)
    blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) lacuna_block_unref);
  g_ptr_array_insert (blocks, (gint) position_of (start_of (self)), lacuna_block_ref (self));
  g_mutex_unlock (&lock);
  return self;
}

LacunaBlock *
lacuna_block_new_elsewhere (struct lac_range range,
                            unsigned         protection)
{
  static gsize n_elsewhere;
  LacunaBlock *self = g_new0 (LacunaBlock, 1);

  g_atomic_ref_count_init (&self->references);
  self->range = range;
  self->serial = g_atomic_pointer_add (&n_elsewhere, 1) + 1;
  self->allocation.protection = protection;
  return self;
}

void
lacuna_block_note_protection (LacunaBlock *self,
                              unsigned     protection)
{
  g_mutex_lock (&lock);
  self->allocation.protection = protection;
  g_mutex_unlock (&lock);
}

LacunaBlock *
lacuna_block_ref (LacunaBlock *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
lacuna_block_unref (LacunaBlock *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  lac_memory_unref (self->memory);
  g_free (self);
}

LacunaBlock *
lacuna_block_find (guint64 address)
{
  LacunaBlock *found = NULL;
  guint position;

  g_mutex_lock (&lock);
  position = position_of (address);
  if (blocks != NULL && position < blocks->len)
    {
      LacunaBlock *block = g_ptr_array_index (blocks, position);

      if (start_of (block) == address && !block->closed)
        found = lacuna_block_ref (block);
    }
  g_mutex_unlock (&lock);
  return found;
}

GPtrArray *
lacuna_block_list (void)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) lacuna_block_unref);

  g_mutex_lock (&lock);
  for (guint i = 0; blocks != NULL && i < blocks->len; i++)
    g_ptr_array_add (list, lacuna_block_ref (g_ptr_array_index (blocks, i)));
  g_mutex_unlock (&lock);
  return list;
}

struct lac_range
lacuna_block_range (LacunaBlock *self)
{
  return self->range;
}

unsigned
lacuna_block_protection (LacunaBlock *self)
{
  unsigned protection;

  g_mutex_lock (&lock);
  protection = self->allocation.protection;
  g_mutex_unlock (&lock);
  return protection;
}

gboolean
lacuna_block_is_closed (LacunaBlock *self)
{
  gboolean closed;

  g_mutex_lock (&lock);
  closed = self->closed;
  g_mutex_unlock (&lock);
  return closed;
}

guint
lacuna_block_n_holders (LacunaBlock *self)
{
  return self->memory != NULL ? (guint) lac_memory_list_holdings (self->memory, NULL, 0) : 0;
}

enum lac_status
lacuna_block_protect (LacunaBlock *self,
                      unsigned     protection)
{
  struct lac_private allocation;
  enum lac_status status;

  g_mutex_lock (&lock);
  allocation = self->allocation;
  status = self->closed ? LAC_E_NOT_OURS : LAC_OK;
  g_mutex_unlock (&lock);

  if (status == LAC_OK)
    status = lac_private_protect (&allocation, protection);
  if (status == LAC_OK)
    {
      g_mutex_lock (&lock);
      self->allocation.protection = allocation.protection;
      g_mutex_unlock (&lock);
    }
  return status;
}

enum lac_status
lacuna_block_close (LacunaBlock *self)
{
  gboolean was_closed;

  g_mutex_lock (&lock);
  was_closed = self->closed;
  self->closed = TRUE;
  g_mutex_unlock (&lock);
  if (was_closed)
    return LAC_E_NOT_OURS;
  lac_memory_close (self->memory);
  return LAC_OK;
}

void
lacuna_block_watch (void (*notify) (gboolean released))
{
  g_mutex_lock (&lock);
  watcher = notify;
  g_mutex_unlock (&lock);
}

void
lacuna_block_note_look (void)
{
  void (*notify) (gboolean released);

  g_mutex_lock (&lock);
  notify = watcher;
  g_mutex_unlock (&lock);
  if (notify != NULL)
    notify (FALSE);
}
