/* LacunaBytesFind: the bar that finds bytes or text in a view of bytes.
 *
 * Signals:
 *   leave ()                             the bar is done with: Escape, or its button
 *   go-to (guint64 start, guint64 end)   what was found lies outside of what is shown
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "core/map.h"
#include "lacuna-bytes.h"

G_BEGIN_DECLS

#define LACUNA_TYPE_BYTES_FIND (lacuna_bytes_find_get_type ())
G_DECLARE_FINAL_TYPE (LacunaBytesFind, lacuna_bytes_find, LACUNA, BYTES_FIND, GtkWidget)

/* (transfer none): where to find, alive as long as the bar. */
void     lacuna_bytes_find_set_view (LacunaBytesFind *self,
                                     LacunaBytes     *view);

/* Where that is, for people, such as "libc.so.6 · r-xp · 1.34 MiB"; and whether what was never touched
 * there is zero. */
void     lacuna_bytes_find_set_place (LacunaBytesFind *self,
                                      const char      *place,
                                      gboolean         sparse);

/* (nullable): all memory that there is, for whoever wants to look everywhere; NULL: there is only what is
 * shown. */
void     lacuna_bytes_find_set_map   (LacunaBytesFind *self,
                                      struct lac_map  *map);

/* Takes the focus, with what was looked for before selected. */
void     lacuna_bytes_find_begin    (LacunaBytesFind *self);

/* The next match, or the previous one. */
void     lacuna_bytes_find_step     (LacunaBytesFind *self,
                                     gboolean         backward);

/* Whether there is something to look for. */
gboolean lacuna_bytes_find_has_text (LacunaBytesFind *self);

/* No longer looks; what is shown is another memory, or nobody asks any more. */
void     lacuna_bytes_find_stop     (LacunaBytesFind *self);
void     lacuna_bytes_find_set_narrow (LacunaBytesFind *self,
                                       gboolean         narrow);

G_END_DECLS
