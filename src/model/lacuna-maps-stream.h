/* A map from a stream of text: a file, a pipe, standard input.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads the text of a maps or smaps file to its end. @name is the text's, for messages. Blocks;
 * memory beside the map is bounded. NULL with @error set on failure; of malformed text the error
 * is %LAC_E_MALFORMED and says line and column. */
struct lac_map *lacuna_maps_stream_read (GInputStream  *stream,
                                         const char    *name,
                                         GCancellable  *cancellable,
                                         GError       **error);

G_END_DECLS
