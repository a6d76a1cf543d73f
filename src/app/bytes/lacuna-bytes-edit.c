/* Typing into a view of bytes.
 *
 * In the column of digits a byte is two of them, and each counts at once: the first one typed is the
 * high one, as one writes it. In the column of text a letter is the bytes that it is in UTF-8. Nothing is
 * inserted and nothing removed, as memory does not move; so Delete gives changes up.
 *
 * While bytes are edited no letter is a command, also where it stands for nothing: whoever types a
 * little beside the mark gets a sound, and not the next match of a search.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-bytes-private.h"
#include "model/lacuna-format.h"
#include "model/lacuna-hex.h"

#include <glib/gi18n.h>
#include <string.h>

/* More is hardly typed by anybody, and is changed in a moment without a worker. */
#define MOST_PASTED ((gsize) 256 << 10)

gboolean
lacuna_bytes_peek (LacunaBytes *self,
                   guint64      address,
                   guint8      *out_memory,
                   guint8      *out_shown)
{
  const LacunaBytePage *page
      = self->pages != NULL ? lacuna_byte_pages_peek (self->pages, address) : NULL;
  LacunaByteEdit edit;
  gboolean known
      = page != NULL && lacuna_byte_page_is_known (page, (guint) (address - page->address));

  *out_memory = known ? page->bytes[address - page->address] : 0;
  *out_shown = *out_memory;
  /* What it is to be is known, also where what it is can't be read any more. */
  if (self->edits != NULL && lacuna_byte_edits_lookup (self->edits, address, &edit))
    {
      *out_memory = known ? *out_memory : edit.was;
      *out_shown = edit.now;
      return TRUE;
    }
  return known;
}

static void
refuse (LacunaBytes *self,
        const char  *why)
{
  gtk_widget_error_bell (GTK_WIDGET (self));
  if (why != NULL)
    g_signal_emit_by_name (self, "told", why);
}

/* What was selected is changed from its start. */
static void
drop_selection (LacunaBytes *self)
{
  if (lacuna_bytes_has_selection (self))
    lacuna_bytes_move (self, lacuna_bytes_get_selection (self).start, FALSE);
}

/* How many of the @n bytes from @address on can be changed; what they are in memory goes to @was. */
static gsize
get_memory (LacunaBytes *self,
            guint64      address,
            gsize        n,
            guint8      *was)
{
  gsize i;

  n = (gsize) MIN (n, self->range.end - address);
  for (i = 0; i < n; i++)
    {
      guint8 shown;

      if (!lacuna_bytes_peek (self, address + i, &was[i], &shown))
        break;
    }
  return i;
}

static gboolean
change (LacunaBytes  *self,
        guint64       address,
        const guint8 *now,
        gsize         n,
        gboolean      goes_on)
{
  g_autofree guint8 *was = g_malloc (n);

  if (get_memory (self, address, n, was) < n)
    {
      refuse (self, _ ("Bytes that can't be read can't be changed."));
      return FALSE;
    }
  if (lacuna_byte_edits_change (self->edits, address, was, now, n, goes_on))
    return TRUE;
  refuse (self, NULL);
  return FALSE;
}

/* After the last byte there is none to go on with. */
static void
go_on (LacunaBytes *self,
       guint64      address)
{
  lacuna_bytes_move (self, MIN (address, self->range.end - 1), FALSE);
}

static void
type_digit (LacunaBytes *self,
            guint8       digit)
{
  gboolean half = self->half && !lacuna_bytes_has_selection (self);
  guint8 memory;
  guint8 byte = 0;

  drop_selection (self);
  lacuna_bytes_peek (self, self->caret, &memory, &byte);
  byte = (guint8) (half ? (byte & 0xf0) | digit : (byte & 15) | digit << 4);
  if (!change (self, self->caret, &byte, 1, half))
    return;
  if (half)
    go_on (self, self->caret + 1);
  else
    {
      lacuna_bytes_reveal (self, self->caret);
      self->half = TRUE;
      lacuna_bytes_tell_moved (self);
    }
}

static void
type_letter (LacunaBytes *self,
             gunichar     letter)
{
  char text[6];
  gsize n = (gsize) g_unichar_to_utf8 (letter, text);

  drop_selection (self);
  if (n > self->range.end - self->caret)
    refuse (self, _ ("There is no room for this letter up to the end of the memory."));
  else if (change (self, self->caret, (const guint8 *) text, n, FALSE))
    go_on (self, self->caret + n);
}

/**
 * lacuna_bytes_type:
 * @keyval: a key that is no command of the view
 * @state: with which modifiers
 *
 * Returns: whether it is for whoever edits, which every letter is
 */
gboolean
lacuna_bytes_type (LacunaBytes    *self,
                   guint           keyval,
                   GdkModifierType state)
{
  gunichar letter = gdk_keyval_to_unicode (keyval);

  if (!self->editing || state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK) || letter < ' '
      || letter == 0x7f)
    return FALSE;
  if (self->part == LACUNA_BYTES_TEXT)
    type_letter (self, letter);
  else if (letter < 0x80 && g_ascii_isxdigit ((char) letter))
    type_digit (self, (guint8) g_ascii_xdigit_value ((char) letter));
  else
    refuse (self, NULL);
  return TRUE;
}

static void
tell_cut (LacunaBytes *self,
          gsize        n_changed,
          gsize        n_pasted)
{
  g_autofree char *pasted = lacuna_format_bytes (n_pasted);
  g_autofree char *message = NULL;

  if (lacuna_bytes_has_selection (self))
    /* Translators: a number, and "nine bytes"; as many as were selected. */
    message = g_strdup_printf (_ ("Pasted the first %zu of %s, which are as many as are selected."),
                               n_changed, pasted);
  else
    /* Translators: a number, and "nine bytes". */
    message = g_strdup_printf (_ ("Pasted the first %zu of %s, up to where none can be changed."),
                               n_changed, pasted);
  g_signal_emit_by_name (self, "told", message);
}

static void
paste_bytes (LacunaBytes  *self,
             const guint8 *bytes,
             gsize         size)
{
  struct lac_range selection = lacuna_bytes_get_selection (self);
  gboolean selected = lacuna_bytes_has_selection (self);
  gsize n = selected ? (gsize) MIN (size, lac_range_size (selection)) : size;
  g_autofree guint8 *was = NULL;

  if (n > MOST_PASTED)
    {
      g_autofree char *most = lacuna_format_size (MOST_PASTED);
      g_autofree char *message = g_strdup_printf (_ ("That is too much to paste: at most %s."), most);

      refuse (self, message);
      return;
    }
  was = g_malloc (n);
  n = get_memory (self, selection.start, n, was);
  if (n == 0)
    {
      refuse (self, _ ("Bytes that can't be read can't be changed."));
      return;
    }
  if (!lacuna_byte_edits_change (self->edits, selection.start, was, bytes, n, FALSE))
    {
      refuse (self, NULL);
      return;
    }
  if (n < size)
    tell_cut (self, n, size);
  go_on (self, selection.start + n);
}

/**
 * lacuna_bytes_paste:
 * @text: digits where the caret is in that column, text otherwise
 */
void
lacuna_bytes_paste (LacunaBytes *self,
                    const char  *text)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  g_return_if_fail (LACUNA_IS_BYTES (self));

  if (!self->editing || lac_range_size (self->range) == 0)
    return;
  if (self->part == LACUNA_BYTES_TEXT)
    bytes = g_bytes_new (text, strlen (text));
  else
    bytes = lacuna_hex_parse (text, NULL, &error);
  if (error != NULL)
    {
      g_autofree char *message
          = g_strdup_printf (_ ("What is on the clipboard are no bytes: %s. In the column of text it "
                                "can be pasted as a text."),
                             error->message);

      refuse (self, message);
    }
  else if (g_bytes_get_size (bytes) > 0)
    {
      const guint8 *data = g_bytes_get_data (bytes, &size);

      paste_bytes (self, data, size);
    }
}

static void
column_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  LacunaBytes *self = LACUNA_BYTES (widget);

  self->part = g_str_equal (name, "bytes.to-text") ? LACUNA_BYTES_TEXT : LACUNA_BYTES_HEX;
  self->half = FALSE;
  lacuna_bytes_tell_moved (self);
}

/* What is selected is again what it is in memory. */
static void
revert_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  LacunaBytes *self = LACUNA_BYTES (widget);

  self->half = FALSE;
  if (self->edits == NULL
      || !lacuna_byte_edits_revert (self->edits, lacuna_bytes_get_selection (self)))
    refuse (self, NULL);
}

/* One step back, as one goes on from byte to byte; a byte that is half typed is the one to take back. */
static void
revert_before_action (GtkWidget  *widget,
                      const char *name,
                      GVariant   *parameter)
{
  LacunaBytes *self = LACUNA_BYTES (widget);

  if (!lacuna_bytes_has_selection (self) && !self->half)
    {
      if (self->caret == self->range.start)
        {
          refuse (self, NULL);
          return;
        }
      lacuna_bytes_move (self, self->caret - 1, FALSE);
    }
  self->half = FALSE;
  if (self->edits != NULL)
    lacuna_byte_edits_revert (self->edits, lacuna_bytes_get_selection (self));
}

void
lacuna_bytes_add_edit_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "bytes.to-text", NULL, column_action);
  gtk_widget_class_install_action (widget_class, "bytes.to-digits", NULL, column_action);
  gtk_widget_class_install_action (widget_class, "bytes.revert", NULL, revert_action);
  gtk_widget_class_install_action (widget_class, "bytes.revert-before", NULL, revert_before_action);
}
