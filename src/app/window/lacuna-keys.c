/* The table of keys, and the two ways in which it takes effect.
 *
 * Accelerators go to the application, which sees a key before anything in the window does. That
 * would take letters, the space bar and Ctrl+C away from whoever is typing, and so those wait until
 * the widget with the focus has had its turn: the window calls lacuna_keys_handle() for what comes
 * back up.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-keys.h"

static const LacunaKey keys[] = {
  { "app.new-window", { "<Control>n" }, FALSE },
  { "app.quit", { "<Control>q" }, FALSE },
  { "win.close", { "<Control>w" }, FALSE },
  { "win.show-help-overlay", { "<Control>question", "F1" }, FALSE },

  { "win.choose-target", { "<Control>t" }, FALSE },
  { "win.open", { "<Control>o" }, FALSE },
  { "win.refresh", { "F5", "<Control>r" }, FALSE },
  { "win.live", { "space" }, TRUE },

  { "win.go-to", { "<Control>g" }, FALSE },
  { "win.back", { "<Alt>Left", "Back" }, FALSE },
  { "win.forward", { "<Alt>Right", "Forward" }, FALSE },
  { "win.zoom-in", { "<Control>plus", "<Control>equal", "<Control>KP_Add" }, FALSE },
  { "win.zoom-out", { "<Control>minus", "<Control>KP_Subtract" }, FALSE },
  { "win.show-all", { "<Control>0", "<Control>KP_0" }, FALSE },
  { "win.show-selection", { "<Control>e" }, FALSE },

  { "win.scale::linear", { "<Alt>1" }, FALSE },
  { "win.scale::compact", { "<Alt>2" }, FALSE },
  { "win.scale::anchor", { "<Alt>3" }, FALSE },
  { "win.orientation::horizontal", { "<Alt>h" }, FALSE },
  { "win.orientation::vertical", { "<Alt>v" }, FALSE },
  { "win.panel", { "<Shift>F9" }, FALSE },
  { "win.bytes", { "<Control>b" }, FALSE },

  { "win.find-gap", { "F9" }, FALSE },
  { "win.next-match", { "n" }, TRUE },
  { "win.next-match", { "F3" }, FALSE },
  { "win.previous-match", { "p" }, TRUE },
  { "win.previous-match", { "<Shift>F3" }, FALSE },
  { "win.pick-anchor", { "<Control>p" }, FALSE },
  { "win.near-selection", { "<Control>m" }, FALSE },

  { "win.buffers", { "<Control><Shift>b" }, FALSE },
  { "win.create-buffer", { "<Control>Return" }, FALSE },
  { "win.create-buffer-soon", { "b" }, TRUE },
  { "win.allocate-private::rw-", { "<Control><Shift>p" }, FALSE },
  { "win.append", { "<Control><Shift>e" }, FALSE },
  { "win.undo", { "<Control>z" }, TRUE },

  { "win.filter", { "<Control>f" }, FALSE },
  { "win.show::regions", { "<Alt>r" }, FALSE },
  { "win.show::gaps", { "<Alt>g" }, FALSE },
  { "win.show::both", { "<Alt>b" }, FALSE },
  { "win.inspect", { "<Alt>Return", "<Alt>KP_Enter" }, FALSE },

  { "win.copy-address", { "<Control>c" }, TRUE },
  { "win.copy-range", { "<Control><Shift>c" }, TRUE },
};

/**
 * lacuna_keys_get:
 * @out_n_keys: (out): how many there are
 *
 * Returns: (transfer none): all keys of the application and of its windows; those of one action
 *   may be in two rows, one bare and one not
 */
const LacunaKey *
lacuna_keys_get (gsize *out_n_keys)
{
  *out_n_keys = G_N_ELEMENTS (keys);
  return keys;
}

/**
 * lacuna_keys_get_label:
 * @action: detailed, such as win.scale::linear
 *
 * Returns: (transfer full): the first key that does it, as people write it: "Ctrl+G"; empty for none
 */
char *
lacuna_keys_get_label (const char *action)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      guint key = 0;
      GdkModifierType modifiers = 0;

      if (g_str_equal (keys[i].action, action)
          && gtk_accelerator_parse (keys[i].accelerators[0], &key, &modifiers))
        return gtk_accelerator_get_label (key, modifiers);
    }
  return g_strdup ("");
}

/**
 * lacuna_keys_install:
 * @application: whose windows the accelerators are for
 */
void
lacuna_keys_install (GtkApplication *application)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (!keys[i].bare)
      gtk_application_set_accels_for_action (application, keys[i].action,
                                             (const char *const *) keys[i].accelerators);
}

/* Letters mean the same with and without Caps Lock; with Shift they are other keys. */
static gboolean
is_pressed (const char     *accelerator,
            guint           keyval,
            GdkModifierType state)
{
  guint accelerator_key = 0;
  GdkModifierType modifiers = 0;

  return gtk_accelerator_parse (accelerator, &accelerator_key, &modifiers)
         && gdk_keyval_to_lower (keyval) == accelerator_key
         && (state & gtk_accelerator_get_default_mod_mask ()) == modifiers;
}

/**
 * lacuna_keys_handle:
 * @window: whose actions the keys mean
 * @keyval: the key, as the layout has it
 * @state: which modifiers are held
 *
 * Does what a bare key means.
 *
 * Returns: whether it means anything
 */
gboolean
lacuna_keys_handle (GtkWidget      *window,
                    guint           keyval,
                    GdkModifierType state)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    for (guint j = 0; keys[i].bare && keys[i].accelerators[j] != NULL; j++)
      if (is_pressed (keys[i].accelerators[j], keyval, state))
        {
          g_autofree char *name = NULL;
          g_autoptr (GVariant) target = NULL;

          return g_action_parse_detailed_name (keys[i].action, &name, &target, NULL)
                 && gtk_widget_activate_action_variant (window, name, target);
        }
  return FALSE;
}
