/* The settings, wherever the program runs from.
 *
 * GSettings ends a program whose schema it does not find, or whose schema lacks a key. So the
 * schema that belongs to this very program comes first, whatever else is installed: beside the
 * program, in any prefix; then the copy that is installed for prefixes that nobody compiled the
 * schemas of, such as a staged package; then the build folder. What the desktop knows comes last.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-settings.h"
#include "model/lacuna-places.h"

#define SCHEMA_ID "io.github.lacuna_project.Lacuna"

/* (transfer full) (nullable): the schema in the folder of a file that has compiled schemas. */
static GSettingsSchema *
look_in (const char *installed,
         const char *built)
{
  g_autofree char *compiled = lacuna_places_find (installed, built);
  g_autofree char *folder = compiled != NULL ? g_path_get_dirname (compiled) : NULL;
  g_autoptr (GSettingsSchemaSource) source = NULL;

  if (folder == NULL)
    return NULL;
  source = g_settings_schema_source_new_from_directory (
      folder, g_settings_schema_source_get_default (), FALSE, NULL);
  return source != NULL ? g_settings_schema_source_lookup (source, SCHEMA_ID, FALSE) : NULL;
}

static GSettings *
make_settings (void)
{
  g_autoptr (GSettingsSchema) schema
      = look_in (LACUNA_DATA_FOLDER "/glib-2.0/schemas/gschemas.compiled",
                 "data/gschemas.compiled");

  if (schema == NULL)
    schema = look_in (LACUNA_DATA_FOLDER "/lacuna/gschemas.compiled", "data/gschemas.compiled");
  if (schema == NULL && g_settings_schema_source_get_default () != NULL)
    schema = g_settings_schema_source_lookup (g_settings_schema_source_get_default (), SCHEMA_ID,
                                              TRUE);
  return schema != NULL ? g_settings_new_full (schema, NULL, NULL) : NULL;
}

/**
 * lacuna_settings_get:
 *
 * Returns: (transfer none) (nullable): the one settings object of the program; NULL when there is
 *   no schema anywhere
 */
GSettings *
lacuna_settings_get (void)
{
  static GSettings *settings;
  static gboolean looked;

  if (!looked)
    {
      looked = TRUE;
      settings = make_settings ();
    }
  return settings;
}

/**
 * lacuna_settings_bind:
 * @key: a key of the schema
 * @object: an object
 * @property: a property of it, of the key's type
 *
 * Gives the property the key's value, and each the other's whenever one changes. Does nothing
 * without a schema.
 */
void
lacuna_settings_bind (const char *key,
                      gpointer    object,
                      const char *property)
{
  GSettings *settings = lacuna_settings_get ();

  if (settings != NULL)
    g_settings_bind (settings, key, object, property, G_SETTINGS_BIND_DEFAULT);
}
