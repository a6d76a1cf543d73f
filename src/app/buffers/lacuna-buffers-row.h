/* A row of the Buffers page's tree: a table, a buffer, an allocation, a look, something that was done, or
 * the head of a list.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-buffers-cell.h"

G_BEGIN_DECLS

/* (transfer floating): an empty row, a GtkTreeExpander, with the letters of its list. */
GtkWidget *lacuna_buffers_row_new    (LacunaBuffersFont *font);

/* Shows the item of @tree_row, and follows it until unbound. */
void       lacuna_buffers_row_bind   (GtkWidget         *row,
                                      GtkTreeListRow    *tree_row);
void       lacuna_buffers_row_unbind (GtkWidget         *row);

G_END_DECLS
