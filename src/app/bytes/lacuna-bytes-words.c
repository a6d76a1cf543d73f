/* What a view of bytes says in words: of the byte at the caret, of what is selected, and why there is
 * nothing to see.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-bytes-private.h"
#include "app/lacuna-isolate.h"
#include "model/lacuna-byte-text.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>

/* (nullable): why the byte at @address can't be seen; NULL when it can, or is not read yet. */
static const char *
missing_reason (LacunaBytes *self,
                guint64      address)
{
  guint8 memory;
  guint8 shown;
  const LacunaBytePage *page
      = self->pages != NULL ? lacuna_byte_pages_peek (self->pages, address) : NULL;

  if (page == NULL || lacuna_bytes_peek (self, address, &memory, &shown))
    return NULL;
  if (page->reason != NULL && *page->reason != '\0')
    return page->reason;
  return self->reason != NULL ? self->reason : _ ("These bytes can't be read.");
}

/* (nullable): of a byte that is to be another, what it was seen as, and what it is by now. */
static char *
describe_change (LacunaBytes *self,
                 guint64      address)
{
  LacunaByteEdit edit;
  guint8 memory;
  guint8 shown;

  if (self->edits == NULL || !lacuna_byte_edits_lookup (self->edits, address, &edit))
    return NULL;
  lacuna_bytes_peek (self, address, &memory, &shown);
  if (memory == edit.was)
    /* Translators: of a byte that was changed and not written yet: what it was. */
    return g_strdup_printf (_ ("was 0x%02x, not written yet"), edit.was);
  /* Translators: of a byte that was changed and not written yet: what it was when it was changed, and
   * what is in memory there now. */
  return g_strdup_printf (_ ("was 0x%02x, now 0x%02x in memory, not written yet"), edit.was, memory);
}

/* (nullable): "48 · 72 · “H”". */
static char *
describe_value (LacunaBytes *self,
                guint64      address)
{
  g_autofree char *letter = NULL;
  guint8 memory;
  guint8 byte;

  if (!lacuna_bytes_peek (self, address, &memory, &byte))
    return NULL;
  letter = lacuna_byte_text_describe (byte);
  if (letter != NULL)
    /* Translators: a byte in hexadecimal, in decimal, and as a letter. */
    return g_strdup_printf (_ ("0x%02x · %u · %s"), byte, byte, letter);
  /* Translators: a byte in hexadecimal and in decimal. */
  return g_strdup_printf (_ ("0x%02x · %u"), byte, byte);
}

/**
 * lacuna_bytes_describe:
 *
 * Returns: (transfer full): what is selected, or the byte at the caret; empty for nothing
 */
char *
lacuna_bytes_describe (LacunaBytes *self)
{
  struct lac_range selection = lacuna_bytes_get_selection (self);
  g_autofree char *address = NULL;
  g_autofree char *value = NULL;
  g_autofree char *change = NULL;
  const char *reason;

  g_return_val_if_fail (LACUNA_IS_BYTES (self), NULL);

  if (lac_range_size (selection) == 0)
    return g_strdup ("");
  if (lacuna_bytes_has_selection (self))
    {
      g_autofree char *size = lacuna_format_bytes (lac_range_size (selection));
      g_autofree char *start = lacuna_format_address_prefixed (selection.start);
      g_autofree char *end = lacuna_format_address_prefixed (selection.end);
      g_autofree char *range = lacuna_isolate (g_strdup_printf ("%s – %s", start, end));

      /* Translators: how many bytes are selected, and from where to where. */
      return g_strdup_printf (_ ("%s selected · %s"), size, range);
    }
  address = lacuna_isolate (lacuna_format_address_prefixed (self->caret));
  reason = missing_reason (self, self->caret);
  if (reason != NULL)
    /* Translators: an address, and what there is to say of the byte there. */
    return g_strdup_printf (C_ ("byte", "%s · %s"), address, reason);
  value = describe_value (self, self->caret);
  if (value == NULL)
    return g_steal_pointer (&address);
  value = lacuna_isolate (g_steal_pointer (&value));
  change = describe_change (self, self->caret);
  if (change != NULL)
    /* Translators: an address, the byte there, and that it is changed. */
    return g_strdup_printf (C_ ("byte", "%s · %s · %s"), address, value, change);
  return g_strdup_printf (C_ ("byte", "%s · %s"), address, value);
}

/* The row of the caret, digit by digit, for who does not see it. */
static char *
describe_row (LacunaBytes *self)
{
  guint n = self->layout.n_columns;
  guint64 row = lac_align_down (self->caret, MAX (n, 1));
  GString *text = g_string_new (NULL);

  for (guint64 address = row; address - row < n; address++)
    {
      guint8 memory;
      guint8 byte;

      if (!lac_range_contains (self->range, address))
        continue;
      if (text->len > 0)
        g_string_append_c (text, ' ');
      if (lacuna_bytes_peek (self, address, &memory, &byte))
        g_string_append_printf (text, "%02x", byte);
      else
        g_string_append (text, "??");
    }
  return g_string_free (text, FALSE);
}

void
lacuna_bytes_update_words (LacunaBytes *self)
{
  g_autofree char *words = lacuna_bytes_describe (self);
  g_autofree char *plain = lacuna_isolate_strip (words);
  g_autofree char *row = describe_row (self);
  g_autofree char *text = NULL;

  if (*row == '\0')
    text = g_strdup (plain);
  else
    /* Translators: what is said of the byte at the caret, and all bytes of its row. */
    text = g_strdup_printf (_ ("%s. Row: %s"), plain, row);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
}

/* Only what can't be read, and what is to change, has to be explained. */
gboolean
lacuna_bytes_query_tooltip (GtkWidget  *widget,
                            int         x,
                            int         y,
                            gboolean    keyboard,
                            GtkTooltip *tooltip)
{
  LacunaBytes *self = LACUNA_BYTES (widget);
  guint64 address = self->caret;
  g_autofree char *change = NULL;
  const char *reason;

  if (!keyboard && !lacuna_bytes_pick (self, x, y, FALSE, &address, NULL))
    return FALSE;
  reason = missing_reason (self, address);
  change = describe_change (self, address);
  if (reason == NULL && change == NULL)
    return FALSE;
  gtk_tooltip_set_text (tooltip, reason != NULL ? reason : change);
  return TRUE;
}
