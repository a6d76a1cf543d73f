/* From a status to a GError. Every door of Lacuna shows the sentences of the status table,
 * translated here and nowhere else, so that the same fault reads the same in the window and on the
 * command line.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-error.h"

#include <glib/gi18n-lib.h>

G_DEFINE_QUARK (lacuna-error-quark, lacuna_error)

static const char *
translated_sentence (enum lac_status status)
{
  return g_dgettext (GETTEXT_PACKAGE, lac_status_sentence (status));
}

/**
 * lacuna_error_set:
 * @error: (nullable): where the error goes
 * @status: what went wrong; not %LAC_OK
 * @format: (nullable): what it went wrong with, as for printf(); NULL for nothing in particular
 *
 * Sets @error to "SUBJECT: SENTENCE", or to the sentence alone.
 */
void
lacuna_error_set (GError        **error,
                  enum lac_status status,
                  const char     *format,
                  ...)
{
  g_autofree char *subject = NULL;
  va_list arguments;

  if (format == NULL)
    {
      g_set_error_literal (error, LACUNA_ERROR, (int) status, translated_sentence (status));
      return;
    }

  va_start (arguments, format);
  subject = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error,
               LACUNA_ERROR,
               (int) status,
               "%s: %s",
               subject,
               translated_sentence (status));
}

/**
 * lacuna_error_set_message:
 * @error: (nullable): where the error goes
 * @status: what went wrong; not %LAC_OK
 * @format: the whole message, as for printf(), translated by the caller
 *
 * Sets @error where more is known than the status's sentence says, such as a place in a file.
 */
void
lacuna_error_set_message (GError        **error,
                          enum lac_status status,
                          const char     *format,
                          ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, LACUNA_ERROR, (int) status, message);
}
