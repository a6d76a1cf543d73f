/* The keys: that every one means an action that exists, that none means two, and that the help
 * overlay says all of them and nothing else.
 *
 * SPDX-License-Identifier: MIT
 */
#include "app/bytes/lacuna-bytes-pane.h"
#include "app/lacuna-application.h"
#include "app/window/lacuna-keys.h"
#include "app/strip/lacuna-strip.h"
#include "app/window/lacuna-window.h"

#include <adwaita.h>
#include <string.h>

#define OVERLAY "/io/github/lacuna_project/Lacuna/ui/help-overlay.ui"

/* Other names of keys that are shown: the number pad's, and what a layout makes of Shift. */
static gboolean
is_another_name (const char *accelerator)
{
  static const char *const names[]
      = { "ISO_Enter", "Back", "Forward", "less", "greater", NULL };

  return strstr (accelerator, "KP_") != NULL || g_strv_contains (names, accelerator);
}

/* The strip has its own names for what the window can do as well; the overlay has the window's. */
static gboolean
is_the_windows (const char *action)
{
  return g_str_equal (action, "strip.back") || g_str_equal (action, "strip.forward");
}

static void
add (GHashTable        *keys,
     const char        *action,
     const char *const *accelerators)
{
  GHashTable *set = g_hash_table_lookup (keys, action);

  if (set == NULL)
    {
      set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_insert (keys, g_strdup (action), set);
    }
  for (; *accelerators != NULL; accelerators++)
    if (!is_another_name (*accelerators))
      g_hash_table_add (set, g_strdup (*accelerators));
}

/* (transfer full): a set of accelerators for each action of the tables. */
static GHashTable *
keys_of_tables (void)
{
  GHashTable *keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                            (GDestroyNotify) g_hash_table_unref);
  gsize n_keys;
  gsize n_strip_keys;
  gsize n_bytes_keys;
  const LacunaKey *table = lacuna_keys_get (&n_keys);
  const LacunaStripKey *strip_table = lacuna_strip_keys_get (&n_strip_keys);
  const LacunaBytesKey *bytes_table = lacuna_bytes_keys_get (&n_bytes_keys);

  for (gsize i = 0; i < n_keys; i++)
    add (keys, table[i].action, (const char *const *) table[i].accelerators);
  for (gsize i = 0; i < n_strip_keys; i++)
    if (!is_the_windows (strip_table[i].action))
      add (keys, strip_table[i].action, (const char *const *) strip_table[i].accelerators);
  for (gsize i = 0; i < n_bytes_keys; i++)
    add (keys, bytes_table[i].action, (const char *const *) bytes_table[i].accelerators);
  return keys;
}

/* The overlay */

typedef struct
{
  GHashTable *keys;
  char *action;
  gboolean in_accelerator;
} Overlay;

static void
start_element (GMarkupParseContext *context,
               const char          *element,
               const char         **names,
               const char         **values,
               gpointer             user_data,
               GError             **error)
{
  Overlay *overlay = user_data;
  const char *class_name = NULL;
  const char *name = NULL;

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (g_str_equal (names[i], "class"))
        class_name = values[i];
      else if (g_str_equal (names[i], "id") && g_strcmp0 (class_name, "GtkShortcutsShortcut") == 0)
        {
          g_free (overlay->action);
          overlay->action = g_strdup (values[i]);
        }
      else if (g_str_equal (names[i], "name"))
        name = values[i];
    }
  overlay->in_accelerator = g_strcmp0 (name, "accelerator") == 0;
}

static void
text (GMarkupParseContext *context,
      const char          *content,
      gsize                length,
      gpointer             user_data,
      GError             **error)
{
  Overlay *overlay = user_data;
  g_autofree char *accelerators = g_strndup (content, length);

  if (overlay->in_accelerator && *g_strstrip (accelerators) != '\0')
    {
      g_auto (GStrv) parts = g_strsplit (accelerators, " ", -1);

      add (overlay->keys, overlay->action, (const char *const *) parts);
    }
}

static GHashTable *
keys_of_overlay (void)
{
  static const GMarkupParser parser = { start_element, NULL, text, NULL, NULL };
  Overlay overlay = { g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                             (GDestroyNotify) g_hash_table_unref),
                      NULL, FALSE };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_resources_lookup_data (OVERLAY, 0, &error);
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &overlay, NULL);

  g_assert_no_error (error);
  g_assert_true (g_markup_parse_context_parse (context, g_bytes_get_data (bytes, NULL),
                                               (gssize) g_bytes_get_size (bytes), &error));
  g_assert_no_error (error);
  g_free (overlay.action);
  return overlay.keys;
}

static void
expect_all_in (GHashTable *these,
               GHashTable *those,
               const char *place)
{
  GHashTableIter actions;
  gpointer action;
  gpointer set;

  g_hash_table_iter_init (&actions, these);
  while (g_hash_table_iter_next (&actions, &action, &set))
    {
      GHashTable *other = g_hash_table_lookup (those, action);
      GHashTableIter accelerators;
      gpointer accelerator;

      if (other == NULL)
        g_error ("%s has no key for %s", place, (char *) action);
      g_hash_table_iter_init (&accelerators, set);
      while (g_hash_table_iter_next (&accelerators, &accelerator, NULL))
        if (!g_hash_table_contains (other, accelerator))
          g_error ("%s does not have %s for %s", place, (char *) accelerator, (char *) action);
    }
}

static void
test_overlay (void)
{
  g_autoptr (GHashTable) tables = keys_of_tables ();
  g_autoptr (GHashTable) overlay = keys_of_overlay ();

  g_assert_cmpuint (g_hash_table_size (tables), >, 40);
  expect_all_in (tables, overlay, "The help overlay");
  expect_all_in (overlay, tables, "The tables");
}

/* GTK makes of the overlay what it says. */
static void
test_overlay_builds (void)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource (OVERLAY);
  GtkWindow *window = GTK_WINDOW (gtk_builder_get_object (builder, "help_overlay"));

  g_assert_true (GTK_IS_SHORTCUTS_WINDOW (window));
  gtk_window_destroy (window);
}

/* Actions */

static gboolean
class_has_action (GType       type,
                  const char *name)
{
  GtkWidgetClass *widget_class = g_type_class_ref (type);
  GType owner;
  const char *action;
  const GVariantType *parameter;
  const char *property;
  gboolean found = FALSE;

  for (guint i = 0; !found
                    && gtk_widget_class_query_action (widget_class, i, &owner, &action, &parameter,
                                                      &property);
       i++)
    found = g_str_equal (action, name);
  g_type_class_unref (widget_class);
  return found;
}

/* An application can be registered once in a process. */
static LacunaApplication *application;

static GActionGroup *
application_actions (void)
{
  g_autoptr (GError) error = NULL;

  if (application == NULL)
    {
      application = lacuna_application_new ();
      g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
      g_application_register (G_APPLICATION (application), NULL, &error);
      g_assert_no_error (error);
    }
  return G_ACTION_GROUP (application);
}

static void
expect_action (GActionGroup *group,
               const char   *detailed)
{
  g_autoptr (GVariant) target = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  gboolean exists;

  g_action_parse_detailed_name (detailed, &name, &target, &error);
  g_assert_no_error (error);
  if (g_str_has_prefix (name, "app."))
    exists = g_action_group_has_action (group, name + strlen ("app."));
  else if (g_str_has_prefix (name, "strip."))
    exists = class_has_action (LACUNA_TYPE_STRIP, name);
  else if (g_str_has_prefix (name, "bytes."))
    exists = class_has_action (LACUNA_TYPE_BYTES, name)
             || class_has_action (LACUNA_TYPE_BYTES_PANE, name);
  else
    exists = class_has_action (LACUNA_TYPE_WINDOW, name);
  if (!exists)
    g_error ("There is no action %s", name);
}

static void
test_actions (void)
{
  GActionGroup *group = application_actions ();
  gsize n_keys;
  gsize n_strip_keys;
  gsize n_bytes_keys;
  const LacunaKey *table = lacuna_keys_get (&n_keys);
  const LacunaStripKey *strip_table = lacuna_strip_keys_get (&n_strip_keys);
  const LacunaBytesKey *bytes_table = lacuna_bytes_keys_get (&n_bytes_keys);

  for (gsize i = 0; i < n_keys; i++)
    expect_action (group, table[i].action);
  for (gsize i = 0; i < n_strip_keys; i++)
    expect_action (group, strip_table[i].action);
  for (gsize i = 0; i < n_bytes_keys; i++)
    expect_action (group, bytes_table[i].action);
}

/* The same key twice would do whatever comes first. */
static void
test_no_key_twice (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  gsize n_keys;
  const LacunaKey *table = lacuna_keys_get (&n_keys);

  for (gsize i = 0; i < n_keys; i++)
    for (guint j = 0; table[i].accelerators[j] != NULL; j++)
      {
        guint key = 0;
        GdkModifierType modifiers = 0;

        g_assert_true (gtk_accelerator_parse (table[i].accelerators[j], &key, &modifiers));
        g_assert_cmpuint (key, !=, 0);
        if (!g_hash_table_add (seen, (gpointer) table[i].accelerators[j]))
          g_error ("%s has two meanings", table[i].accelerators[j]);
      }
}

/* What is typed in an entry must reach it: no accelerator may be a letter or an editing key. */
static void
test_accelerators_leave_typing_alone (void)
{
  gsize n_keys;
  const LacunaKey *table = lacuna_keys_get (&n_keys);

  for (gsize i = 0; i < n_keys; i++)
    for (guint j = 0; !table[i].bare && table[i].accelerators[j] != NULL; j++)
      {
        guint key = 0;
        GdkModifierType modifiers = 0;
        gboolean command;

        gtk_accelerator_parse (table[i].accelerators[j], &key, &modifiers);
        command = (modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0;
        g_assert_true (command || gdk_keyval_to_unicode (key) == 0);
        if (modifiers == GDK_CONTROL_MASK)
          g_assert_null (strchr ("acvxz", (int) gdk_keyval_to_unicode (key)));
      }
}

/* Reaching */

/* Notes what a template or a menu does, in whichever way it says so. */
static void
start_reaching (GMarkupParseContext *context,
                const char          *element,
                const char         **names,
                const char         **values,
                gpointer             user_data,
                GError             **error)
{
  gboolean *names_action = user_data;

  *names_action = FALSE;
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], "name")
        && (g_str_equal (values[i], "action") || g_str_equal (values[i], "action-name")))
      *names_action = TRUE;
}

static GHashTable *reached;

static void
text_reaching (GMarkupParseContext *context,
               const char          *content,
               gsize                length,
               gpointer             user_data,
               GError             **error)
{
  const gboolean *names_action = user_data;

  if (*names_action && length > 0 && !g_ascii_isspace (*content))
    g_hash_table_add (reached, g_strndup (content, length));
}

static void
end_reaching (GMarkupParseContext *context,
              const char          *element,
              gpointer             user_data,
              GError             **error)
{
  *(gboolean *) user_data = FALSE;
}

static void
add_template (const char *name)
{
  static const GMarkupParser parser
      = { start_reaching, end_reaching, text_reaching, NULL, NULL };
  gboolean names_action = FALSE;
  g_autofree char *path = g_strconcat ("/io/github/lacuna_project/Lacuna/ui/", name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, 0, &error);
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &names_action, NULL);

  g_assert_no_error (error);
  g_assert_true (g_markup_parse_context_parse (context, g_bytes_get_data (bytes, NULL),
                                               (gssize) g_bytes_get_size (bytes), &error));
  g_assert_no_error (error);
}

static void
add_key (const char *detailed)
{
  g_autoptr (GVariant) target = NULL;
  g_autoptr (GError) error = NULL;
  char *name = NULL;

  g_action_parse_detailed_name (detailed, &name, &target, &error);
  g_assert_no_error (error);
  g_hash_table_add (reached, name);
}

static guint
expect_reached (GType       type,
                const char *prefix)
{
  GtkWidgetClass *widget_class = g_type_class_ref (type);
  GType owner;
  const char *action;
  const GVariantType *parameter;
  const char *property;
  guint n_actions = 0;

  for (guint i = 0;
       gtk_widget_class_query_action (widget_class, i, &owner, &action, &parameter, &property); i++)
    if (g_str_has_prefix (action, prefix))
      {
        n_actions++;
        if (!g_hash_table_contains (reached, action))
          {
            g_printerr ("%s is on no key, in no menu and on no button\n", action);
            g_test_fail ();
          }
      }
  g_type_class_unref (widget_class);
  return n_actions;
}

/* What can be done and has neither a key nor a place in a menu nor a button can't be done. */
static void
test_reachable (void)
{
  g_auto (GStrv) templates
      = g_resources_enumerate_children ("/io/github/lacuna_project/Lacuna/ui/", 0, NULL);
  g_auto (GStrv) actions = NULL;
  gsize n_keys;
  gsize n_strip_keys;
  gsize n_bytes_keys;
  const LacunaKey *table = lacuna_keys_get (&n_keys);
  const LacunaStripKey *strip_table = lacuna_strip_keys_get (&n_strip_keys);
  const LacunaBytesKey *bytes_table = lacuna_bytes_keys_get (&n_bytes_keys);

  reached = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_assert_nonnull (templates);
  for (guint i = 0; templates[i] != NULL; i++)
    if (g_str_has_suffix (templates[i], ".ui") && !g_str_has_prefix (templates[i], "help-overlay"))
      add_template (templates[i]);
  for (gsize i = 0; i < n_keys; i++)
    add_key (table[i].action);
  for (gsize i = 0; i < n_strip_keys; i++)
    add_key (strip_table[i].action);
  for (gsize i = 0; i < n_bytes_keys; i++)
    add_key (bytes_table[i].action);

  g_assert_cmpuint (expect_reached (LACUNA_TYPE_WINDOW, "win."), >, 25);
  g_assert_cmpuint (expect_reached (LACUNA_TYPE_STRIP, "strip."), >, 20);
  g_assert_cmpuint (expect_reached (LACUNA_TYPE_BYTES, "bytes."), >, 10);
  g_assert_cmpuint (expect_reached (LACUNA_TYPE_BYTES_PANE, "bytes."), >, 8);
  actions = g_action_group_list_actions (application_actions ());
  g_assert_cmpuint (g_strv_length (actions), >, 2);
  for (guint i = 0; actions[i] != NULL; i++)
    {
      g_autofree char *name = g_strconcat ("app.", actions[i], NULL);

      if (!g_hash_table_contains (reached, name))
        {
          g_printerr ("%s is on no key, in no menu and on no button\n", name);
          g_test_fail ();
        }
    }
  g_clear_pointer (&reached, g_hash_table_unref);
}

int
main (int    argc,
      char **argv)
{
  int status;

  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add_func ("/app/keys/overlay-says-all-and-nothing-else", test_overlay);
  g_test_add_func ("/app/keys/overlay-can-be-shown", test_overlay_builds);
  g_test_add_func ("/app/keys/every-action-exists", test_actions);
  g_test_add_func ("/app/keys/every-action-can-be-reached", test_reachable);
  g_test_add_func ("/app/keys/no-key-means-two-things", test_no_key_twice);
  g_test_add_func ("/app/keys/accelerators-leave-typing-alone",
                   test_accelerators_leave_typing_alone);

  status = g_test_run ();

  g_clear_object (&application);
  return status;
}
