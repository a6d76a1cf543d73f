/* The strip's keys: one table, and how a key is found in it.
 *
 * The table is what the help overlay shows. W A S D are a place for the left hand and no letters, so
 * that they are found by the hardware's code wherever there is one; all others are found by what they
 * type, and, on a layout that types something else there that means nothing here (a Cyrillic one, say),
 * by their place after all.
 *
 * A key that is held moves as fast however often the system repeats it: a repeated key takes the part
 * of a step that the time since the last one is worth. Only releases tell repeating from hitting a key
 * again and again, and they are seen by a controller on the window, wherever the focus is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-strip-private.h"

/* Microseconds in which a held key takes a whole step. */
#define STEP_TIME 100000.0

#define COMMAND_MODIFIERS                                                                         \
  (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK | GDK_HYPER_MASK | GDK_META_MASK)

static const LacunaStripKey keys[] = {
  { "strip.zoom-in", { "w", "plus", "equal", "KP_Add" } },
  { "strip.zoom-in-far", { "<Shift>w" } },
  { "strip.zoom-out", { "s", "minus", "KP_Subtract" } },
  { "strip.zoom-out-far", { "<Shift>s" } },
  { "strip.pan-lower", { "a", "Left", "KP_Left" } },
  { "strip.pan-lower-far", { "<Shift>a", "<Shift>Left", "<Shift>KP_Left" } },
  { "strip.pan-higher", { "d", "Right", "KP_Right" } },
  { "strip.pan-higher-far", { "<Shift>d", "<Shift>Right", "<Shift>KP_Right" } },
  { "strip.select-previous", { "comma" } },
  { "strip.select-previous-any", { "<Shift>comma", "less" } },
  { "strip.select-next", { "period" } },
  { "strip.select-next-any", { "<Shift>period", "greater" } },
  { "strip.center-selection", { "f" } },
  { "strip.zoom-to-selection", { "z" } },
  { "strip.activate-selection", { "Return", "KP_Enter", "ISO_Enter" } },
  { "strip.show-all", { "0", "Home", "KP_0", "KP_Home" } },
  { "strip.measure", { "m" } },
  { "strip.measure-lower", { "<Shift>Left", "<Shift>KP_Left" } },
  { "strip.measure-higher", { "<Shift>Right", "<Shift>KP_Right" } },
  { "strip.cancel", { "Escape" } },
  { "strip.menu", { "Menu", "<Shift>F10" } },
  { "strip.back", { "<Alt>Left" } },
  { "strip.forward", { "<Alt>Right" } },
};

/* Where a key is that has a place; evdev's number and eight, as X11 and Wayland count. */
static const struct
{
  guint keycode;
  guint keyval;
  gboolean place_only;
} places[] = {
  { 25, GDK_KEY_w, TRUE },      { 38, GDK_KEY_a, TRUE },       { 39, GDK_KEY_s, TRUE },
  { 40, GDK_KEY_d, TRUE },      { 41, GDK_KEY_f, FALSE },      { 52, GDK_KEY_z, FALSE },
  { 58, GDK_KEY_m, FALSE },     { 59, GDK_KEY_comma, FALSE },  { 60, GDK_KEY_period, FALSE },
};

/* What the arrows across the axis do: on a strip that stands they are along it, and the others pan too;
 * on one that lies they zoom. */
static const struct
{
  guint keyval;
  const char *vertical;
  const char *vertical_far;
  const char *horizontal;
  const char *horizontal_far;
} across[] = {
  { GDK_KEY_Up, "strip.pan-higher", "strip.pan-higher-far", "strip.zoom-in", "strip.zoom-in-far" },
  { GDK_KEY_Down, "strip.pan-lower", "strip.pan-lower-far", "strip.zoom-out", "strip.zoom-out-far" },
  { GDK_KEY_KP_Up, "strip.pan-higher", "strip.pan-higher-far", "strip.zoom-in",
    "strip.zoom-in-far" },
  { GDK_KEY_KP_Down, "strip.pan-lower", "strip.pan-lower-far", "strip.zoom-out",
    "strip.zoom-out-far" },
};

const LacunaStripKey *
lacuna_strip_keys_get (gsize *out_n_keys)
{
  *out_n_keys = G_N_ELEMENTS (keys);
  return keys;
}

/* What the key at the place of @keyval is called; the place itself when the hardware tells none. */
static guint
keyval_at (guint keycode)
{
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    if (places[i].keycode == keycode)
      return places[i].keyval;
  return 0;
}

static gboolean
is_place_only (guint keyval)
{
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    if (places[i].keyval == keyval)
      return places[i].place_only;
  return FALSE;
}

static const char *
find_action (guint           keyval,
             GdkModifierType modifiers)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (keys[i].accelerators) && keys[i].accelerators[j]; j++)
      {
        GdkModifierType wanted;
        guint key;

        if (gtk_accelerator_parse (keys[i].accelerators[j], &key, &wanted) && key == keyval
            && wanted == modifiers)
          return keys[i].action;
      }
  return NULL;
}

/* A sign that is typed with Shift on this layout is the same sign. */
static gboolean
is_sign (guint keyval)
{
  return keyval > GDK_KEY_space && keyval < GDK_KEY_asciitilde
         && gdk_keyval_to_lower (keyval) == gdk_keyval_to_upper (keyval);
}

static const char *
find_action_for_key (guint           keyval,
                     guint           keycode,
                     GdkModifierType modifiers)
{
  guint at_place = keyval_at (keycode);
  const char *action = NULL;

  keyval = gdk_keyval_to_lower (keyval);
  if (at_place != 0 && is_place_only (at_place))
    return find_action (at_place, modifiers);

  /* A comma or full stop that is somewhere else may need Shift for itself. */
  if ((keyval == GDK_KEY_comma || keyval == GDK_KEY_period) && keycode != 0 && at_place != keyval)
    modifiers &= ~GDK_SHIFT_MASK;

  /* One of W A S D that is somewhere else is no such key. */
  if (keycode == 0 || !is_place_only (keyval))
    {
      action = find_action (keyval, modifiers);
      if (action == NULL && is_sign (keyval))
        action = find_action (keyval, modifiers & ~GDK_SHIFT_MASK);
    }
  if (action == NULL && at_place != 0 && (is_place_only (keyval) || !g_ascii_isalnum ((char) keyval)
                                          || keyval > 0x7f))
    action = find_action (at_place, modifiers);
  return action;
}

gboolean
lacuna_strip_handle_key (LacunaStrip    *self,
                         guint           keyval,
                         guint           keycode,
                         GdkModifierType state)
{
  GdkModifierType modifiers = state & (COMMAND_MODIFIERS | GDK_SHIFT_MASK);
  const char *action = NULL;

  g_return_val_if_fail (LACUNA_IS_STRIP (self), FALSE);

  if (self->scale == NULL)
    return GDK_EVENT_PROPAGATE;

  for (gsize i = 0; i < G_N_ELEMENTS (across); i++)
    if (across[i].keyval == keyval && (modifiers & COMMAND_MODIFIERS) == 0)
      {
        gboolean far = (modifiers & GDK_SHIFT_MASK) != 0;

        if (self->orientation == GTK_ORIENTATION_VERTICAL)
          action = far ? across[i].vertical_far : across[i].vertical;
        else
          action = far ? across[i].horizontal_far : across[i].horizontal;
      }
  if (action == NULL)
    action = find_action_for_key (keyval, keycode, modifiers);
  if (action == NULL)
    return GDK_EVENT_PROPAGATE;

  /* Shift and an arrow extend what is measured. */
  if (self->measuring && keyval_at (keycode) == 0 && (modifiers & GDK_SHIFT_MASK) != 0)
    {
      if (g_str_equal (action, "strip.pan-lower-far"))
        action = "strip.measure-lower";
      else if (g_str_equal (action, "strip.pan-higher-far"))
        action = "strip.measure-higher";
    }

  /* Escape is somebody else's when there is nothing to end, and so on. */
  if (g_str_equal (action, "strip.cancel"))
    return lacuna_strip_cancel (self);
  if ((g_str_equal (action, "strip.back") && !lacuna_strip_can_go_back (self))
      || (g_str_equal (action, "strip.forward") && !lacuna_strip_can_go_forward (self)))
    return GDK_EVENT_PROPAGATE;

  return gtk_widget_activate_action (GTK_WIDGET (self), action, NULL);
}

double
lacuna_strip_key_share (LacunaStrip *self)
{
  gint64 now = g_get_monotonic_time ();
  double share = 1;

  if (self->key_is_repeated)
    share = CLAMP ((double) (now - self->key_time) / STEP_TIME, 0, 1);
  self->key_time = now;
  return share;
}

static gboolean
pressed_cb (GtkEventControllerKey *controller,
            guint                  keyval,
            guint                  keycode,
            GdkModifierType        state,
            LacunaStrip           *self)
{
  return lacuna_strip_handle_key (self, keyval, keycode, state);
}

static gboolean
watched_press_cb (GtkEventControllerKey *controller,
                  guint                  keyval,
                  guint                  keycode,
                  GdkModifierType        state,
                  LacunaStrip           *self)
{
  self->key_is_repeated = keycode != 0 && keycode == self->held_keycode;
  self->held_keycode = keycode;
  return GDK_EVENT_PROPAGATE;
}

static void
watched_release_cb (GtkEventControllerKey *controller,
                    guint                  keyval,
                    guint                  keycode,
                    GdkModifierType        state,
                    LacunaStrip           *self)
{
  if (keycode == self->held_keycode)
    {
      self->held_keycode = 0;
      self->key_is_repeated = FALSE;
    }
}

static void
root_changed_cb (LacunaStrip *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkEventController *watch = self->key_watch;
  GtkWidget *before = watch ? gtk_event_controller_get_widget (watch) : NULL;

  if (before == GTK_WIDGET (root))
    return;

  g_clear_weak_pointer (&self->key_watch);
  if (before)
    gtk_widget_remove_controller (before, watch);
  self->held_keycode = 0;
  self->key_is_repeated = FALSE;
  if (root == NULL)
    return;

  g_set_weak_pointer (&self->key_watch, gtk_event_controller_key_new ());
  gtk_event_controller_set_propagation_phase (self->key_watch, GTK_PHASE_CAPTURE);
  g_signal_connect_object (self->key_watch, "key-pressed", G_CALLBACK (watched_press_cb), self, 0);
  g_signal_connect_object (self->key_watch, "key-released", G_CALLBACK (watched_release_cb), self,
                           0);
  gtk_widget_add_controller (GTK_WIDGET (root), self->key_watch);
}

void
lacuna_strip_add_keys (LacunaStrip *self)
{
  GtkEventController *controller = gtk_event_controller_key_new ();

  g_signal_connect (controller, "key-pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
  g_signal_connect (self, "notify::root", G_CALLBACK (root_changed_cb), NULL);
}
