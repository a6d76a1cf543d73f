/* What people write for an address or a size.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "values.h"

#include "options.h"
#include "core/expression.h"

#include <glib/gi18n.h>
#include <string.h>

gboolean
cli_read_address (LacunaTarget   *target,
                  LacunaSnapshot *snapshot,
                  const char     *name,
                  const char     *text,
                  uint64_t       *out_address)
{
  g_autoptr (GError) error = NULL;
  guint64 address;
  gssize offset = -1;

  if (text == NULL)
    return TRUE;
  if (!lacuna_target_parse_address (target, snapshot, text, &address, &offset, &error))
    {
      cli_complain_about_text (name, error->message, text, offset);
      return FALSE;
    }
  *out_address = address;
  return TRUE;
}

gboolean
cli_read_size (const char *name,
               const char *text,
               uint64_t   *out_size)
{
  struct lac_expression_error error = { 0 };
  uint64_t size;
  enum lac_status status;

  if (text == NULL)
    return TRUE;
  status = lac_expression_parse_size (text, strlen (text), &size, &error);
  if (status != LAC_OK)
    {
      const char *message = error.message != NULL ? error.message : lac_status_sentence (status);

      cli_complain_about_text (name,
                               g_dgettext (GETTEXT_PACKAGE, message),
                               text,
                               (gssize) error.offset);
      return FALSE;
    }
  *out_size = size;
  return TRUE;
}
