/* LacunaHold: a look at some memory of this process, for as long as the look lasts.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-hold-private.h"

#include "lacuna-blocks-private.h"

#include <string.h>

struct _LacunaHold
{
  GPtrArray *references;     /* of struct lac_memory_reference */
  struct lac_memory *memory; /* (nullable): of what is not ours, and exists for the list only */
};

static void
add_reference (LacunaHold        *self,
               struct lac_memory *memory,
               const char        *holder)
{
  struct lac_memory_reference *reference;

  /* Without memory for the handle there is no look; the bytes may go, and are then shown as gone. */
  if (lac_memory_reference_new (memory, holder, &reference) == LAC_OK)
    g_ptr_array_add (self->references, reference);
}

/**
 * lacuna_hold_new:
 * @range: what is looked at
 * @holder: who looks, in a few words, UTF-8
 *
 * Keeps the allocations that share a byte with @range where they are. Of what else lies there only the
 * look itself is known.
 *
 * Returns: (transfer full): the look
 */
LacunaHold *
lacuna_hold_new (struct lac_range  range,
                 const char       *holder)
{
  LacunaHold *self = g_new0 (LacunaHold, 1);
  g_autoptr (GPtrArray) blocks = lacuna_block_list ();

  self->references = g_ptr_array_new_with_free_func ((GDestroyNotify) lac_memory_reference_drop);
  for (guint i = 0; i < blocks->len; i++)
    {
      LacunaBlock *block = g_ptr_array_index (blocks, i);

      if (lac_range_overlaps (lacuna_block_range (block), range)
          && !lacuna_block_is_closed (block))
        add_reference (self, block->memory, holder);
    }
  if (self->references->len == 0 && range.end <= UINTPTR_MAX
      && lac_memory_new_foreign ((void *) (guintptr) range.start,
                                 (gsize) lac_range_size (range),
                                 NULL,
                                 NULL,
                                 &self->memory)
             == LAC_OK)
    add_reference (self, self->memory, holder);
  lacuna_block_note_look ();
  return self;
}

/**
 * lacuna_hold_free:
 * @self: (nullable): a look
 *
 * Ends the look.
 */
void
lacuna_hold_free (LacunaHold *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->references);
  lac_memory_unref (self->memory);
  g_free (self);
  lacuna_block_note_look ();
}

static void
free_on_worker (GTask        *task,
                gpointer      source_object,
                gpointer      task_data,
                GCancellable *cancellable)
{
  lacuna_hold_free (task_data);
  g_task_return_boolean (task, TRUE);
}

/**
 * lacuna_hold_free_async:
 * @self: (transfer full) (nullable): a look
 * @callback: (nullable): called on this thread when it has ended
 * @user_data: for @callback
 *
 * Ends the look on a worker.
 */
void
lacuna_hold_free_async (LacunaHold          *self,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, lacuna_hold_free_async);
  /* Without a destroy notify: the worker ends it, and it always runs. */
  g_task_set_task_data (task, self, NULL);
  g_task_run_in_thread (task, free_on_worker);
}

struct _LacunaReference
{
  GObject parent_instance;

  struct lac_memory_holding holding;
};

G_DEFINE_FINAL_TYPE (LacunaReference, lacuna_reference, G_TYPE_OBJECT)

static void
lacuna_reference_class_init (LacunaReferenceClass *klass)
{
}

static void
lacuna_reference_init (LacunaReference *self)
{
}

LacunaReference *
lacuna_reference_new (const struct lac_memory_holding *holding)
{
  LacunaReference *self = g_object_new (LACUNA_TYPE_REFERENCE, NULL);

  self->holding = *holding;
  return self;
}

gboolean
lacuna_reference_equals (LacunaReference                 *self,
                         const struct lac_memory_holding *holding)
{
  return self->holding.address == holding->address && self->holding.size == holding->size
         && self->holding.since == holding->since
         && self->holding.memory_closed == holding->memory_closed
         && strcmp (self->holding.holder, holding->holder) == 0;
}

struct lac_range
lacuna_reference_get_range (LacunaReference *self)
{
  g_return_val_if_fail (LACUNA_IS_REFERENCE (self), ((struct lac_range){ 0, 0 }));

  return (struct lac_range){ self->holding.address,
                             lac_add_saturating (self->holding.address, self->holding.size) };
}

const char *
lacuna_reference_get_holder (LacunaReference *self)
{
  g_return_val_if_fail (LACUNA_IS_REFERENCE (self), NULL);

  return self->holding.holder;
}

gint64
lacuna_reference_get_since (LacunaReference *self)
{
  g_return_val_if_fail (LACUNA_IS_REFERENCE (self), 0);

  return self->holding.since;
}

gboolean
lacuna_reference_get_closed (LacunaReference *self)
{
  g_return_val_if_fail (LACUNA_IS_REFERENCE (self), FALSE);

  return self->holding.memory_closed;
}
