/* LacunaRegionMarks: which rows on screen are pointed at, and which have just changed.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-changes.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _LacunaRegionMarks LacunaRegionMarks;

LacunaRegionMarks *lacuna_region_marks_new         (void);
void               lacuna_region_marks_free        (LacunaRegionMarks *self);

/* @item, of one column of each row, shows a row now, or shows none any more. */
void               lacuna_region_marks_bind        (LacunaRegionMarks *self,
                                                    GtkListItem       *item);
void               lacuna_region_marks_unbind      (LacunaRegionMarks *self,
                                                    GtkListItem       *item);

void               lacuna_region_marks_set_hover   (LacunaRegionMarks *self,
                                                    gboolean           inside,
                                                    guint64            address);
void               lacuna_region_marks_set_changes (LacunaRegionMarks *self,
                                                    LacunaChanges     *changes);

/* The widget of the whole row that @item is a cell of; NULL while it is none. */
GtkWidget         *lacuna_region_marks_get_row     (GtkListItem       *item);

/* The item of the row that holds @address, when it has a widget; NULL otherwise. */
GtkListItem       *lacuna_region_marks_find        (LacunaRegionMarks *self,
                                                    guint64            address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaRegionMarks, lacuna_region_marks_free)

G_END_DECLS
