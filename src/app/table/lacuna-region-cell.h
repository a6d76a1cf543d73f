/* LacunaRegionCell: a line of text, and perhaps a swatch before it, in the table of regions.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "app/strip/lacuna-swatch.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The letters of all cells of a table. */
typedef struct LacunaRegionFont LacunaRegionFont;

LacunaRegionFont *lacuna_region_font_new   (GtkWidget        *widget);
LacunaRegionFont *lacuna_region_font_ref   (LacunaRegionFont *self);
void              lacuna_region_font_unref (LacunaRegionFont *self);

typedef struct
{
  guint minimum;    /* characters that are shown at least */
  guint natural;    /* characters that there is room for, if there is room */
  gboolean address; /* set in monospace */
  gboolean swatch;  /* a swatch comes first */
} LacunaRegionCellShape;

int lacuna_region_font_measure (LacunaRegionFont            *self,
                                const LacunaRegionCellShape *shape,
                                guint                        n_characters);

#define LACUNA_TYPE_REGION_CELL (lacuna_region_cell_get_type ())
G_DECLARE_FINAL_TYPE (LacunaRegionCell, lacuna_region_cell, LACUNA, REGION_CELL, GtkWidget)

GtkWidget  *lacuna_region_cell_new        (LacunaRegionFont            *font,
                                           const LacunaRegionCellShape *shape);
void        lacuna_region_cell_set_text   (LacunaRegionCell            *self,
                                           const char                  *text,
                                           PangoEllipsizeMode           ellipsize);
const char *lacuna_region_cell_get_text   (LacunaRegionCell            *self);
void        lacuna_region_cell_set_swatch (LacunaRegionCell            *self,
                                           LacunaSwatchKind             kind,
                                           LacunaInk                    ink);

G_END_DECLS
