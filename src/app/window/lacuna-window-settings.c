/* What a window remembers for the next one.
 *
 * A window takes the settings when it opens, and writes what its user changes. It does not follow
 * them: what is changed in one window is for that one and for those that are opened after it, not
 * for the one beside it that shows something else.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "app/lacuna-settings.h"
#include "lacuna-window-private.h"

#define BIND_FLAGS (G_SETTINGS_BIND_DEFAULT | G_SETTINGS_BIND_GET_NO_CHANGES)

/* The anchor scale is told from a place in one process, which the next one does not have. */
static gboolean
read_scale (GValue   *value,
            GVariant *variant,
            gpointer  user_data)
{
  const char *name = g_variant_get_string (variant, NULL);

  g_value_set_string (value, g_str_equal (name, "anchor") ? "compact" : name);
  return TRUE;
}

static GVariant *
write_scale (const GValue       *value,
             const GVariantType *type,
             gpointer            user_data)
{
  return g_variant_new_string (g_value_get_string (value));
}

/**
 * lacuna_window_bind_settings:
 *
 * Makes the window as the last one was; without a schema, as the program comes.
 */
void
lacuna_window_bind_settings (LacunaWindow *self)
{
  GSettings *settings = lacuna_settings_get ();

  if (settings == NULL)
    return;
  self->panel = g_settings_get_boolean (settings, "panel-visible");
  g_settings_bind (settings, "window-width", self, "default-width", BIND_FLAGS);
  g_settings_bind (settings, "window-height", self, "default-height", BIND_FLAGS);
  g_settings_bind (settings, "window-maximized", self, "maximized", BIND_FLAGS);
  g_settings_bind (settings, "panel-page", self, "panel-page", BIND_FLAGS);
  g_settings_bind (settings, "orientation", self, "orientation", BIND_FLAGS);
  g_settings_bind (settings, "show", self, "show", BIND_FLAGS);
  g_settings_bind (settings, "live", self, "live", BIND_FLAGS);
  g_settings_bind_with_mapping (settings, "scale", self, "scale", BIND_FLAGS, read_scale,
                                write_scale, NULL, NULL);
}

/**
 * lacuna_window_remember_panel:
 *
 * Writes whether the side panel is wished for.
 */
void
lacuna_window_remember_panel (LacunaWindow *self)
{
  GSettings *settings = lacuna_settings_get ();

  if (settings != NULL)
    g_settings_set_boolean (settings, "panel-visible", self->panel);
}
