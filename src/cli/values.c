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

/* No target is known, and so no name. */
static enum lac_status
know_nothing (const char *module,
              size_t      module_length,
              const char *symbol,
              size_t      symbol_length,
              uint64_t   *out_address,
              void       *user_data)
{
  return LAC_E_NOT_FOUND;
}

/* Whatever it is, it has a place, in the middle of all: sizes can be added and taken away. What begins like a
 * number is hardly one of a file, unless it looks like one. */
static enum lac_status
know_everything (const char *module,
                 size_t      module_length,
                 const char *symbol,
                 size_t      symbol_length,
                 uint64_t   *out_address,
                 void       *user_data)
{
  if (memchr (module, '.', module_length) == NULL && g_ascii_isdigit (module[0]))
    return LAC_E_NOT_FOUND;
  *out_address = G_GUINT64_CONSTANT (1) << 63;
  return LAC_OK;
}

gboolean
cli_check_address (const char *name,
                   const char *text,
                   gboolean   *out_is_number,
                   uint64_t   *out_address)
{
  struct lac_expression_error error = { 0 };
  uint64_t address = 0;
  enum lac_status status;

  *out_is_number = FALSE;
  if (text == NULL)
    return TRUE;
  status = lac_expression_parse_address (text, strlen (text), know_nothing, NULL, &address, &error);
  if (status == LAC_OK)
    {
      *out_is_number = TRUE;
      *out_address = address;
      return TRUE;
    }
  if (status == LAC_E_NOT_FOUND
      || lac_expression_parse_address (text, strlen (text), know_everything, NULL, &address, NULL) == LAC_OK)
    return TRUE;
  cli_complain_about_text (name,
                           g_dgettext (GETTEXT_PACKAGE,
                                       error.message != NULL ? error.message
                                                             : lac_status_sentence (status)),
                           text,
                           (gssize) error.offset);
  return FALSE;
}

gboolean
cli_check_end (uint64_t    address,
               uint64_t    size,
               const char *culprit,
               const char *text)
{
  /* The byte at 2^64 - 1 is nobody's, and no range holds it. */
  if (size <= LAC_ADDRESS_END - address)
    return TRUE;
  cli_complain_about_text (culprit,
                           _ ("That many bytes go past the end of the address space."),
                           text,
                           0);
  return FALSE;
}
