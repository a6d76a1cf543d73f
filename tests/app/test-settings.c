/* The settings: found beside the program that was built, with the defaults that a first start
 * needs.
 *
 * SPDX-License-Identifier: MIT
 */
#include "app/lacuna-settings.h"

static void
test_found (void)
{
  GSettings *settings = lacuna_settings_get ();

  g_assert_nonnull (settings);
  g_assert_true (lacuna_settings_get () == settings);
}

static void
test_defaults (void)
{
  GSettings *settings = lacuna_settings_get ();
  g_autofree char *scale = g_settings_get_string (settings, "scale");
  g_autofree char *orientation = g_settings_get_string (settings, "orientation");

  g_assert_cmpstr (scale, ==, "compact");
  g_assert_cmpstr (orientation, ==, "horizontal");
  g_assert_true (g_settings_get_boolean (settings, "live"));
  g_assert_false (g_settings_get_boolean (settings, "hints-shown"));
  g_assert_false (g_settings_get_boolean (settings, "window-maximized"));
  g_assert_cmpuint (g_settings_get_uint (settings, "refresh-interval"), ==, 1000);
}

static gboolean
is_allowed (const char *key,
            GVariant   *value)
{
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autoptr (GSettingsSchemaKey) schema_key = NULL;
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);

  g_object_get (lacuna_settings_get (), "settings-schema", &schema, NULL);
  schema_key = g_settings_schema_get_key (schema, key);
  return g_settings_schema_key_range_check (schema_key, sunk);
}

/* A value that makes no sense is refused, so that no part of the window has to expect it. */
static void
test_ranges (void)
{
  g_assert_false (is_allowed ("scale", g_variant_new_string ("logarithmic")));
  g_assert_false (is_allowed ("orientation", g_variant_new_string ("diagonal")));
  g_assert_false (is_allowed ("show", g_variant_new_string ("nothing")));
  g_assert_false (is_allowed ("panel-page", g_variant_new_string ("lose")));
  g_assert_true (is_allowed ("panel-page", g_variant_new_string ("inspect")));
  g_assert_false (is_allowed ("refresh-interval", g_variant_new_uint32 (0)));
  g_assert_false (is_allowed ("window-width", g_variant_new_int32 (-2)));
  g_assert_true (is_allowed ("scale", g_variant_new_string ("anchor")));
  g_assert_true (is_allowed ("orientation", g_variant_new_string ("vertical")));
  g_assert_true (is_allowed ("window-width", g_variant_new_int32 (360)));
  /* GTK's own word for a window whose size nobody chose. */
  g_assert_true (is_allowed ("window-width", g_variant_new_int32 (-1)));
}

static void
test_bound (void)
{
  g_autoptr (GSimpleAction) action
      = g_simple_action_new_stateful ("test", NULL, g_variant_new_boolean (TRUE));
  GSettings *settings = lacuna_settings_get ();

  lacuna_settings_bind ("live", action, "enabled");
  g_assert_true (g_action_get_enabled (G_ACTION (action)));
  g_settings_set_boolean (settings, "live", FALSE);
  g_assert_false (g_action_get_enabled (G_ACTION (action)));
  g_simple_action_set_enabled (action, TRUE);
  g_assert_true (g_settings_get_boolean (settings, "live"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/settings/found-in-the-build-folder", test_found);
  g_test_add_func ("/app/settings/defaults", test_defaults);
  g_test_add_func ("/app/settings/refuse-nonsense", test_ranges);
  g_test_add_func ("/app/settings/bound-both-ways", test_bound);
  return g_test_run ();
}
