/* LacunaBytePattern: the longest run of certain bytes is looked for with the C library's own search,
 * which is many times faster than looking at each place; the rest is compared where that run is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-byte-pattern.h"
#include "lacuna-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _LacunaBytePattern
{
  gatomicrefcount ref_count;
  guint8 *bytes;
  guint8 *masks; /* 0xff for a byte that is certain, 0 for any */
  gsize length;
  gsize run_start; /* the longest run of certain bytes */
  gsize run_length;
};

static LacunaBytePattern *
pattern_new (GByteArray *bytes,
             GByteArray *masks)
{
  LacunaBytePattern *self = g_new0 (LacunaBytePattern, 1);
  gsize start = 0;

  g_atomic_ref_count_init (&self->ref_count);
  self->length = bytes->len;
  self->bytes = g_memdup2 (bytes->data, bytes->len);
  self->masks = g_memdup2 (masks->data, masks->len);
  for (gsize i = 0; i <= self->length; i++)
    if (i == self->length || self->masks[i] == 0)
      {
        if (i - start > self->run_length)
          {
            self->run_start = start;
            self->run_length = i - start;
          }
        start = i + 1;
      }
  return self;
}

static gboolean
is_between (char c)
{
  return g_ascii_isspace (c) || c == ',' || c == ';';
}

/* One byte at @at: two digits, or two question marks. */
static gboolean
take_byte (const char *at,
           GByteArray *bytes,
           GByteArray *masks)
{
  guint8 byte = 0;
  guint8 mask = 0xff;

  if (at[0] == '?' && at[1] == '?')
    mask = 0;
  else if (g_ascii_isxdigit (at[0]) && g_ascii_isxdigit (at[1]))
    byte = (guint8) (g_ascii_xdigit_value (at[0]) << 4 | g_ascii_xdigit_value (at[1]));
  else
    return FALSE;
  g_byte_array_append (bytes, &byte, 1);
  g_byte_array_append (masks, &mask, 1);
  return TRUE;
}

static gboolean
check_length (gsize    length,
              GError **error)
{
  if (length > 0 && length <= LACUNA_BYTE_PATTERN_LONGEST)
    return TRUE;
  if (length == 0)
    lacuna_error_set_message (error, LAC_E_SYNTAX, "%s", _ ("There is nothing to look for."));
  else
    lacuna_error_set_message (error, LAC_E_SYNTAX, "%s", _ ("That is too long to look for."));
  return FALSE;
}

/**
 * lacuna_byte_pattern_new_for_bytes:
 * @text: as people write bytes
 *
 * Returns: (transfer full) (nullable): what it stands for
 */
LacunaBytePattern *
lacuna_byte_pattern_new_for_bytes (const char *text,
                                   GError    **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GByteArray) masks = g_byte_array_new ();
  LacunaBytePattern *self;

  for (const char *at = text; *at != '\0';)
    {
      if (is_between (*at))
        at++;
      else if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X'))
        at += 2;
      else if (take_byte (at, bytes, masks))
        at += 2;
      else
        {
          lacuna_error_set_message (error, LAC_E_SYNTAX,
                                    _ ("“%s” is no byte. Write two digits for each, such as "
                                       "48 8b 05, and ?? for any."),
                                    at);
          return NULL;
        }
    }
  if (!check_length (bytes->len, error))
    return NULL;
  self = pattern_new (bytes, masks);
  if (self->run_length == 0)
    {
      lacuna_byte_pattern_unref (self);
      lacuna_error_set_message (error, LAC_E_SYNTAX, "%s",
                                _ ("One byte at least has to be certain."));
      return NULL;
    }
  return self;
}

/**
 * lacuna_byte_pattern_new_for_text:
 * @text: UTF-8
 *
 * Returns: (transfer full) (nullable): its bytes
 */
LacunaBytePattern *
lacuna_byte_pattern_new_for_text (const char *text,
                                  GError    **error)
{
  gsize length = strlen (text);
  g_autoptr (GByteArray) bytes = NULL;
  g_autoptr (GByteArray) masks = NULL;

  if (!check_length (length, error))
    return NULL;
  bytes = g_byte_array_new ();
  masks = g_byte_array_new ();
  g_byte_array_append (bytes, (const guint8 *) text, (guint) length);
  g_byte_array_set_size (masks, (guint) length);
  memset (masks->data, 0xff, length);
  return pattern_new (bytes, masks);
}

LacunaBytePattern *
lacuna_byte_pattern_ref (LacunaBytePattern *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
lacuna_byte_pattern_unref (LacunaBytePattern *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->bytes);
  g_free (self->masks);
  g_free (self);
}

gsize
lacuna_byte_pattern_get_length (const LacunaBytePattern *self)
{
  return self->length;
}

gboolean
lacuna_byte_pattern_is_zero (const LacunaBytePattern *self)
{
  for (gsize i = 0; i < self->length; i++)
    if (self->bytes[i] != 0)
      return FALSE;
  return TRUE;
}

static gboolean
matches (const LacunaBytePattern *self,
         const guint8            *bytes)
{
  for (gsize i = 0; i < self->length; i++)
    if ((bytes[i] & self->masks[i]) != self->bytes[i])
      return FALSE;
  return TRUE;
}

gssize
lacuna_byte_pattern_find_first (const LacunaBytePattern *self,
                                const guint8            *bytes,
                                gsize                    n_bytes)
{
  const guint8 *run = self->bytes + self->run_start;
  const guint8 *at = bytes + self->run_start;
  const guint8 *end;

  if (n_bytes < self->length)
    return -1;
  /* Where the last run that fits ends. */
  end = bytes + (n_bytes - self->length) + self->run_start + self->run_length;
  while ((at = memmem (at, (gsize) (end - at), run, self->run_length)) != NULL)
    {
      const guint8 *start = at - self->run_start;

      if (matches (self, start))
        return start - bytes;
      at++;
    }
  return -1;
}

gssize
lacuna_byte_pattern_find_last (const LacunaBytePattern *self,
                               const guint8            *bytes,
                               gsize                    n_bytes)
{
  const guint8 first = self->bytes[self->run_start];
  gsize n_places;

  if (n_bytes < self->length)
    return -1;
  for (n_places = n_bytes - self->length + 1; n_places > 0;)
    {
      const guint8 *at = memrchr (bytes + self->run_start, first, n_places);
      gsize place;

      if (at == NULL)
        return -1;
      place = (gsize) (at - bytes) - self->run_start;
      if (matches (self, bytes + place))
        return (gssize) place;
      n_places = place;
    }
  return -1;
}
