/* LacunaBuffersGroup: the head of a list in the tree of the Buffers page.
 *
 * A row of its own, so that one scrollable tree holds what would otherwise be four lists that leave one
 * another no room.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-buffers-group.h"

struct _LacunaBuffersGroup
{
  GObject parent_instance;

  const char *title;
  const char *sentence;
  GListModel *items;
};

enum
{
  PROP_0,
  PROP_N_ITEMS,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (LacunaBuffersGroup, lacuna_buffers_group, G_TYPE_OBJECT)

static void
items_changed_cb (LacunaBuffersGroup *self,
                  guint               position,
                  guint               n_removed,
                  guint               n_added)
{
  if (n_removed != n_added)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ITEMS]);
}

static void
lacuna_buffers_group_get_property (GObject    *object,
                                   guint       property_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  if (property_id == PROP_N_ITEMS)
    g_value_set_uint (value, lacuna_buffers_group_get_n_items (LACUNA_BUFFERS_GROUP (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
lacuna_buffers_group_finalize (GObject *object)
{
  LacunaBuffersGroup *self = LACUNA_BUFFERS_GROUP (object);

  g_object_unref (self->items);

  G_OBJECT_CLASS (lacuna_buffers_group_parent_class)->finalize (object);
}

static void
lacuna_buffers_group_class_init (LacunaBuffersGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = lacuna_buffers_group_get_property;
  object_class->finalize = lacuna_buffers_group_finalize;

  properties[PROP_N_ITEMS] = g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0,
                                                G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
lacuna_buffers_group_init (LacunaBuffersGroup *self)
{
}

/**
 * lacuna_buffers_group_new:
 * @title: (transfer none): static: a few words
 * @sentence: (transfer none): static: what is in it, for a newcomer
 * @items: (transfer none): what is in it
 *
 * Returns: (transfer full): a head for @items
 */
LacunaBuffersGroup *
lacuna_buffers_group_new (const char *title,
                          const char *sentence,
                          GListModel *items)
{
  LacunaBuffersGroup *self = g_object_new (LACUNA_TYPE_BUFFERS_GROUP, NULL);

  self->title = title;
  self->sentence = sentence;
  self->items = g_object_ref (items);
  g_signal_connect_object (items, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}

const char *
lacuna_buffers_group_get_title (LacunaBuffersGroup *self)
{
  return self->title;
}

const char *
lacuna_buffers_group_get_sentence (LacunaBuffersGroup *self)
{
  return self->sentence;
}

GListModel *
lacuna_buffers_group_get_items (LacunaBuffersGroup *self)
{
  return self->items;
}

guint
lacuna_buffers_group_get_n_items (LacunaBuffersGroup *self)
{
  return g_list_model_get_n_items (self->items);
}
