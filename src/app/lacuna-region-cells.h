/* The cells of the region table: what a row's facts look like in each column.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-gap-results.h"
#include "model/lacuna-region-list.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  LACUNA_COLUMN_START,
  LACUNA_COLUMN_END,
  LACUNA_COLUMN_SIZE,
  LACUNA_COLUMN_KIND,
  LACUNA_COLUMN_PROTECTION,
  LACUNA_COLUMN_OFFSET,
  LACUNA_COLUMN_NAME,
  LACUNA_N_COLUMNS
} LacunaColumn;

GtkWidget *lacuna_region_cell_new  (LacunaColumn      column);
void       lacuna_region_cell_bind (GtkWidget        *cell,
                                    LacunaColumn      column,
                                    LacunaRow        *row,
                                    LacunaGapResults *results,
                                    guint64           candidate);

G_END_DECLS
