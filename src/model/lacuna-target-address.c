/* What people write for an address, looked up in a target.
 *
 * Names of files come from a snapshot; symbols, from the files themselves, where the target is a live
 * process whose files lie on this system.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-target-private.h"

#include "lacuna-error.h"
#include "core/expression.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  LacunaTarget *target;
  struct lac_map *map;
  const char *message; /* where more is known than a status says; translated */
} Resolution;

static enum lac_status
resolve_name (const char *module,
              size_t      module_length,
              const char *symbol,
              size_t      symbol_length,
              uint64_t   *out_address,
              void       *user_data)
{
  Resolution *resolution = user_data;
  LacunaTarget *self = resolution->target;
  uint64_t start;
  enum lac_status status;

  status = lac_map_resolve_name (module, module_length, NULL, 0, &start, resolution->map);
  if (status != LAC_OK || symbol == NULL)
    {
      if (status == LAC_OK)
        *out_address = start;
      return status;
    }
  if (self->symbols == NULL)
    {
      resolution->message = _ ("symbols can be looked up in a live process only");
      return LAC_E_NOT_SUPPORTED;
    }

  status = lacuna_symbols_find (self->symbols,
                                resolution->map,
                                start,
                                symbol,
                                symbol_length,
                                out_address);
  if (status == LAC_E_NOT_FOUND)
    resolution->message = _ ("this file has no such symbol with an address of its own");
  else if (status == LAC_E_NOT_SUPPORTED)
    resolution->message = _ ("there is no ELF file here whose symbols could be read");
  return status;
}

/**
 * lacuna_target_parse_address:
 * @self: a target
 * @snapshot: a snapshot of @self, for the names in it
 * @text: the expression, UTF-8
 * @out_address: (out): its value, set only on success
 * @out_offset: (out) (optional): where the fault is, in bytes of @text; -1 when it has no place
 * @error: where to put what is wrong
 *
 * Understands an address as people write it, see core/expression.h.
 *
 * Returns: whether it has a value
 */
gboolean
lacuna_target_parse_address (LacunaTarget   *self,
                             LacunaSnapshot *snapshot,
                             const char     *text,
                             guint64        *out_address,
                             gssize         *out_offset,
                             GError        **error)
{
  Resolution resolution;
  struct lac_expression_error place = { 0 };
  uint64_t address = 0;
  enum lac_status status;

  g_return_val_if_fail (LACUNA_IS_TARGET (self), FALSE);
  g_return_val_if_fail (LACUNA_IS_SNAPSHOT (snapshot), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  resolution = (Resolution){ self, lacuna_snapshot_get_map (snapshot), NULL };
  status = lac_expression_parse_address (text,
                                         strlen (text),
                                         resolve_name,
                                         &resolution,
                                         &address,
                                         &place);
  if (status == LAC_OK)
    {
      *out_address = address;
      return TRUE;
    }

  if (out_offset != NULL)
    *out_offset = place.message != NULL ? (gssize) place.offset : -1;
  if (resolution.message != NULL)
    lacuna_error_set_message (error, status, "%s", resolution.message);
  else if (place.message != NULL)
    lacuna_error_set_message (error,
                              status,
                              "%s",
                              g_dgettext (GETTEXT_PACKAGE, place.message));
  else
    lacuna_error_set (error, status, NULL);
  return FALSE;
}

LacunaSymbols *
lacuna_target_get_symbols (LacunaTarget *self)
{
  g_return_val_if_fail (LACUNA_IS_TARGET (self), NULL);

  return self->symbols;
}
