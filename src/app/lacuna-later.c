/* LacunaLater: a part of a window that the first frame can do without.
 *
 * What one comes to see is the strip. The table and the side panel have ten times as many widgets,
 * and while these are made, styled and measured nobody sees anything. So these parts begin as empty
 * cards, which take their place in the window from the start, and are built right after its first
 * frame. A part that is asked for something earlier builds itself at once, so that whoever uses it
 * need not know; only what would be shown in it is told by LacunaLater::built.
 *
 * A part that nobody asked to wait is whole from the start.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-later.h"

typedef struct
{
  gboolean later;
  gboolean built;
} LacunaLaterPrivate;

enum
{
  PROP_0,
  PROP_LATER,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

enum
{
  BUILT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (LacunaLater, lacuna_later, GTK_TYPE_WIDGET)

static void
lacuna_later_constructed (GObject *object)
{
  LacunaLaterPrivate *private = lacuna_later_get_instance_private (LACUNA_LATER (object));

  G_OBJECT_CLASS (lacuna_later_parent_class)->constructed (object);
  if (!private->later && LACUNA_LATER_GET_CLASS (object)->build != NULL)
    lacuna_later_build (object);
}

static void
lacuna_later_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  LacunaLaterPrivate *private = lacuna_later_get_instance_private (LACUNA_LATER (object));

  if (property_id == PROP_LATER)
    g_value_set_boolean (value, private->later);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
lacuna_later_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  LacunaLaterPrivate *private = lacuna_later_get_instance_private (LACUNA_LATER (object));

  if (property_id == PROP_LATER)
    private->later = g_value_get_boolean (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
lacuna_later_class_init (LacunaLaterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = lacuna_later_constructed;
  object_class->get_property = lacuna_later_get_property;
  object_class->set_property = lacuna_later_set_property;

  /* Whether the part waits for lacuna_later_build(). */
  properties[PROP_LATER] = g_param_spec_boolean (
      "later", NULL, NULL, FALSE,
      G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  /* LacunaLater::built: from now on the part can show what it is told. */
  signals[BUILT] = g_signal_new ("built", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
lacuna_later_init (LacunaLater *self)
{
}

/**
 * lacuna_later_build:
 * @self: a #LacunaLater
 *
 * Builds the part, unless it has been built.
 */
void
lacuna_later_build (gpointer self)
{
  LacunaLaterPrivate *private = NULL;
  LacunaLaterClass *klass = NULL;

  g_return_if_fail (LACUNA_IS_LATER (self));

  private = lacuna_later_get_instance_private (self);
  klass = LACUNA_LATER_GET_CLASS (self);
  if (private->built)
    return;
  private->built = TRUE;
  if (klass->set_template != NULL)
    {
      if (!klass->has_template)
        klass->set_template (GTK_WIDGET_CLASS (klass));
      klass->has_template = TRUE;
      gtk_widget_init_template (self);
    }
  klass->build (self);
  g_signal_emit (self, signals[BUILT], 0);
}

/**
 * lacuna_later_is_built:
 * @self: a #LacunaLater
 *
 * Returns: whether the part has been built
 */
gboolean
lacuna_later_is_built (gpointer self)
{
  g_return_val_if_fail (LACUNA_IS_LATER (self), FALSE);

  return ((LacunaLaterPrivate *) lacuna_later_get_instance_private (self))->built;
}
