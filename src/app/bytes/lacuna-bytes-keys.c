/* The keys of a view of bytes: one table, and the actions that they are.
 *
 * While bytes are edited, what is no key of this table and would write a letter is typed.
 *
 * The table is what the help overlay shows. Whatever moves the caret does so with Shift as well, and
 * selects on the way; so moves are actions that are told whether to. What is not about the caret are
 * actions of what the view lies in.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-bytes-private.h"

/* What most things in memory are, and how far Ctrl goes. */
#define WORD 8

static const LacunaBytesKey keys[] = {
  { "bytes.lower", { "Left", "KP_Left" }, TRUE },
  { "bytes.higher", { "Right", "KP_Right" }, TRUE },
  { "bytes.row-lower", { "Up", "KP_Up" }, TRUE },
  { "bytes.row-higher", { "Down", "KP_Down" }, TRUE },
  { "bytes.word-lower", { "<Control>Left", "<Control>KP_Left" }, TRUE },
  { "bytes.word-higher", { "<Control>Right", "<Control>KP_Right" }, TRUE },
  { "bytes.page-lower", { "Page_Up", "KP_Page_Up" }, TRUE },
  { "bytes.page-higher", { "Page_Down", "KP_Page_Down" }, TRUE },
  { "bytes.row-start", { "Home", "KP_Home" }, TRUE },
  { "bytes.row-end", { "End", "KP_End" }, TRUE },
  { "bytes.start", { "<Control>Home", "<Control>KP_Home" }, TRUE },
  { "bytes.end", { "<Control>End", "<Control>KP_End" }, TRUE },
  { "bytes.cancel", { "Escape" }, FALSE },
  { "bytes.menu", { "Menu", "<Shift>F10" }, FALSE },
  { "bytes.select-all", { "<Control>a" }, FALSE },
  { "bytes.copy-hex", { "<Control>c", "<Control>Insert" }, FALSE },
  { "bytes.find", { "<Control>f" }, FALSE },
  { "bytes.find-next", { "F3" }, FALSE },
  { "bytes.find-previous", { "<Shift>F3" }, FALSE },
  { "bytes.show-on-strip", { "Return", "KP_Enter", "ISO_Enter" }, FALSE },
  { "bytes.edit", { "F2" }, FALSE },
  { "bytes.to-text", { "Tab" }, FALSE },
  { "bytes.to-digits", { "<Shift>Tab" }, FALSE },
  { "bytes.paste", { "<Control>v", "<Shift>Insert" }, FALSE },
  { "bytes.revert", { "Delete", "KP_Delete" }, FALSE },
  { "bytes.revert-before", { "BackSpace" }, FALSE },
  { "bytes.apply", { "<Control>s" }, FALSE },
  { "bytes.undo", { "<Control>z" }, FALSE },
  { "bytes.redo", { "<Control><Shift>z", "<Control>y" }, FALSE },
};

/**
 * lacuna_bytes_keys_get:
 * @out_n_keys: (out): how many there are
 *
 * Returns: (transfer none): all keys of a view of bytes
 */
const LacunaBytesKey *
lacuna_bytes_keys_get (gsize *out_n_keys)
{
  *out_n_keys = G_N_ELEMENTS (keys);
  return keys;
}

/* Where a move leads to; the ends of the range are kept to by who moves. */
static guint64
target_of (LacunaBytes *self,
           const char  *action)
{
  guint64 n = MAX (self->layout.n_columns, 1);
  guint64 row = lac_align_down (self->caret, n);
  guint64 n_rows = (guint64) MAX (1, lacuna_bytes_get_room (self) / MAX (self->layout.row, 1) - 1);

  if (g_str_equal (action, "bytes.lower"))
    return lac_subtract_saturating (self->caret, 1);
  if (g_str_equal (action, "bytes.higher"))
    return lac_add_saturating (self->caret, 1);
  if (g_str_equal (action, "bytes.word-lower"))
    return lac_subtract_saturating (self->caret, WORD);
  if (g_str_equal (action, "bytes.word-higher"))
    return lac_add_saturating (self->caret, WORD);
  /* In the first and the last row there is none to go to. */
  if (g_str_equal (action, "bytes.row-lower"))
    return self->caret - self->range.start < n ? self->caret : self->caret - n;
  if (g_str_equal (action, "bytes.row-higher"))
    return self->range.end - 1 - self->caret < n ? self->caret : self->caret + n;
  if (g_str_equal (action, "bytes.page-lower"))
    return lac_subtract_saturating (self->caret, n * n_rows);
  if (g_str_equal (action, "bytes.page-higher"))
    return lac_add_saturating (self->caret, n * n_rows);
  if (g_str_equal (action, "bytes.row-start"))
    return row;
  if (g_str_equal (action, "bytes.row-end"))
    return lac_add_saturating (row, n - 1);
  return g_str_equal (action, "bytes.start") ? self->range.start : self->range.end - 1;
}

static gboolean
has_bytes (LacunaBytes *self)
{
  return self->has_layout && lac_range_size (self->range) > 0;
}

static void
move_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  LacunaBytes *self = LACUNA_BYTES (widget);

  if (has_bytes (self))
    lacuna_bytes_move (self, target_of (self, name), g_variant_get_boolean (parameter));
}

static void
cancel_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  LacunaBytes *self = LACUNA_BYTES (widget);

  lacuna_bytes_move (self, self->caret, FALSE);
}

/* Where the caret is, or at the edge that is nearer to it. */
static void
menu_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  LacunaBytes *self = LACUNA_BYTES (widget);
  guint64 row;
  guint column;
  double rows;
  double x;
  double y;

  if (!has_bytes (self))
    return;
  row = lacuna_bytes_row_of (self, self->caret);
  column = (guint) (self->caret - lacuna_bytes_address_of (self, row));
  rows = row < self->top ? 0 : (double) (row - self->top) + 1;
  x = lacuna_bytes_layout_column_x (&self->layout, LACUNA_BYTES_HEX, column);
  y = self->layout.head + rows * self->layout.row - self->top_offset;
  g_signal_emit_by_name (self, "menu", CLAMP (x, 0, gtk_widget_get_width (widget)),
                         CLAMP (y, 0, gtk_widget_get_height (widget)));
}

static gboolean
is_pressed (const LacunaBytesKey *key,
            const char           *accelerator,
            guint                 keyval,
            GdkModifierType       state)
{
  guint wanted = 0;
  GdkModifierType modifiers = 0;

  if (key->moves)
    state &= ~(guint) GDK_SHIFT_MASK;
  return gtk_accelerator_parse (accelerator, &wanted, &modifiers)
         && gdk_keyval_to_lower (keyval) == wanted && state == modifiers;
}

static const LacunaBytesKey *
find_key (guint           keyval,
          GdkModifierType state)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    for (guint j = 0; keys[i].accelerators[j] != NULL; j++)
      if (is_pressed (&keys[i], keys[i].accelerators[j], keyval, state))
        return &keys[i];
  return NULL;
}

/* Whether a key means its action now. What does not is left to whoever else has a meaning for it: Tab goes
 * on to the next widget from the column at the end, and Ctrl+Z undoes what the window did. */
static gboolean
is_meant (LacunaBytes *self,
          const char  *action)
{
  LacunaByteStep step = LACUNA_BYTE_STEP_NONE;

  if (g_str_equal (action, "bytes.cancel"))
    return lacuna_bytes_has_selection (self);
  if (g_str_equal (action, "bytes.to-text"))
    return self->editing && self->part == LACUNA_BYTES_HEX && self->layout.has_text;
  if (g_str_equal (action, "bytes.to-digits"))
    return self->editing && self->part == LACUNA_BYTES_TEXT;
  if (self->edits != NULL && g_str_equal (action, "bytes.undo"))
    step = lacuna_byte_edits_get_undo (self->edits);
  else if (self->edits != NULL && g_str_equal (action, "bytes.redo"))
    step = lacuna_byte_edits_get_redo (self->edits);
  else if (g_str_equal (action, "bytes.apply"))
    return self->editing
           || (self->edits != NULL && lacuna_byte_edits_get_n_bytes (self->edits) > 0);
  else if (g_str_equal (action, "bytes.edit"))
    return self->edits != NULL;
  else if (!g_str_equal (action, "bytes.paste") && !g_str_has_prefix (action, "bytes.revert"))
    return TRUE;
  return self->editing || step != LACUNA_BYTE_STEP_NONE;
}

gboolean
lacuna_bytes_handle_key (LacunaBytes    *self,
                         guint           keyval,
                         GdkModifierType state)
{
  GdkModifierType modifiers = state & gtk_accelerator_get_default_mod_mask ();
  /* With Shift, Tab is a key of another name. */
  const LacunaBytesKey *key
      = find_key (keyval == GDK_KEY_ISO_Left_Tab ? GDK_KEY_Tab : keyval, modifiers);

  if (!has_bytes (self))
    return FALSE;
  if (key == NULL)
    return lacuna_bytes_type (self, keyval, modifiers);
  if (key->moves)
    return gtk_widget_activate_action (GTK_WIDGET (self), key->action, "b",
                                       (modifiers & GDK_SHIFT_MASK) != 0);
  if (is_meant (self, key->action))
    return gtk_widget_activate_action (GTK_WIDGET (self), key->action, NULL);
  /* With nothing selected, Escape ends what one is at, or is somebody else's. */
  return g_str_equal (key->action, "bytes.cancel") && self->editing
         && gtk_widget_activate_action (GTK_WIDGET (self), "bytes.edit", NULL);
}

/**
 * lacuna_bytes_handle_edit_key:
 * @keyval: a key that was pressed beside the view, in what the view lies in
 * @state: with which modifiers
 *
 * While somebody edits, to write, to undo and to redo are about bytes there, too: a button that was pressed
 * may have the focus, or have lost it to nobody.
 *
 * Returns: whether it was meant for the bytes
 */
gboolean
lacuna_bytes_handle_edit_key (LacunaBytes    *self,
                              guint           keyval,
                              GdkModifierType state)
{
  static const char *const actions[] = { "bytes.apply", "bytes.undo", "bytes.redo", NULL };
  const LacunaBytesKey *key;

  g_return_val_if_fail (LACUNA_IS_BYTES (self), FALSE);

  key = find_key (keyval, state & gtk_accelerator_get_default_mod_mask ());
  return self->editing && key != NULL && g_strv_contains (actions, key->action)
         && gtk_widget_activate_action (GTK_WIDGET (self), key->action, NULL);
}

void
lacuna_bytes_add_actions (GtkWidgetClass *widget_class)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].moves)
      gtk_widget_class_install_action (widget_class, keys[i].action, "b", move_action);
  gtk_widget_class_install_action (widget_class, "bytes.cancel", NULL, cancel_action);
  gtk_widget_class_install_action (widget_class, "bytes.menu", NULL, menu_action);
}
