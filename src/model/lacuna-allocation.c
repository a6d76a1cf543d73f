/* LacunaAllocation: a private allocation that this program has made, as a row of a list.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-allocation-private.h"

struct _LacunaAllocation
{
  GObject parent_instance;

  LacunaBlock *block;
  /* As last shown. */
  unsigned protection;
  gboolean closing;
  guint n_references;
};

enum
{
  PROP_0,
  PROP_PROTECTION,
  PROP_CLOSING,
  PROP_N_REFERENCES,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (LacunaAllocation, lacuna_allocation, G_TYPE_OBJECT)

static void
lacuna_allocation_finalize (GObject *object)
{
  LacunaAllocation *self = LACUNA_ALLOCATION (object);

  g_clear_pointer (&self->block, lacuna_block_unref);

  G_OBJECT_CLASS (lacuna_allocation_parent_class)->finalize (object);
}

static void
lacuna_allocation_get_property (GObject    *object,
                                guint       property_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  LacunaAllocation *self = LACUNA_ALLOCATION (object);

  switch (property_id)
    {
    case PROP_PROTECTION:
      g_value_set_uint (value, self->protection);
      break;
    case PROP_CLOSING:
      g_value_set_boolean (value, self->closing);
      break;
    case PROP_N_REFERENCES:
      g_value_set_uint (value, self->n_references);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
lacuna_allocation_class_init (LacunaAllocationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = lacuna_allocation_finalize;
  object_class->get_property = lacuna_allocation_get_property;

  properties[PROP_PROTECTION]
      = g_param_spec_uint ("protection", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_CLOSING] = g_param_spec_boolean ("closing", NULL, NULL, FALSE, flags);
  properties[PROP_N_REFERENCES]
      = g_param_spec_uint ("n-references", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
lacuna_allocation_init (LacunaAllocation *self)
{
}

LacunaAllocation *
lacuna_allocation_new (LacunaBlock *block)
{
  LacunaAllocation *self = g_object_new (LACUNA_TYPE_ALLOCATION, NULL);

  self->block = lacuna_block_ref (block);
  self->protection = lacuna_block_protection (block);
  self->closing = lacuna_block_is_closed (block);
  self->n_references = lacuna_block_n_holders (block);
  return self;
}

LacunaBlock *
lacuna_allocation_get_block (LacunaAllocation *self)
{
  return self->block;
}

void
lacuna_allocation_update (LacunaAllocation *self)
{
  unsigned protection = lacuna_block_protection (self->block);
  gboolean closing = lacuna_block_is_closed (self->block);
  guint n_references = lacuna_block_n_holders (self->block);

  if (self->protection != protection)
    {
      self->protection = protection;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROTECTION]);
    }
  if (self->closing != closing)
    {
      self->closing = closing;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLOSING]);
    }
  if (self->n_references != n_references)
    {
      self->n_references = n_references;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_REFERENCES]);
    }
}

struct lac_range
lacuna_allocation_get_range (LacunaAllocation *self)
{
  g_return_val_if_fail (LACUNA_IS_ALLOCATION (self), ((struct lac_range){ 0, 0 }));

  return lacuna_block_range (self->block);
}

guint64
lacuna_allocation_get_serial (LacunaAllocation *self)
{
  g_return_val_if_fail (LACUNA_IS_ALLOCATION (self), 0);

  return self->block->serial;
}

unsigned
lacuna_allocation_get_protection (LacunaAllocation *self)
{
  g_return_val_if_fail (LACUNA_IS_ALLOCATION (self), LAC_PROTECTION_NONE);

  return self->protection;
}

gboolean
lacuna_allocation_get_closing (LacunaAllocation *self)
{
  g_return_val_if_fail (LACUNA_IS_ALLOCATION (self), FALSE);

  return self->closing;
}

guint
lacuna_allocation_get_n_references (LacunaAllocation *self)
{
  g_return_val_if_fail (LACUNA_IS_ALLOCATION (self), 0);

  return self->n_references;
}
