/* LacunaGradualList: a long list that shows a few rows first and the rest a few at a time.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_GRADUAL_LIST (lacuna_gradual_list_get_type ())
G_DECLARE_FINAL_TYPE (LacunaGradualList, lacuna_gradual_list, LACUNA, GRADUAL_LIST, GObject)

/* @model (transfer none) is shown whole until lacuna_gradual_list_begin() is called. */
LacunaGradualList *lacuna_gradual_list_new     (GListModel        *model);

/* Shows a few rows around a position only; for the moment before a view gets the list. */
void               lacuna_gradual_list_begin   (LacunaGradualList *self,
                                                guint              around);

/* Shows a few rows more. Returns whether that was not all of them yet. */
gboolean           lacuna_gradual_list_grow    (LacunaGradualList *self);

/* Shows all rows at once. */
void               lacuna_gradual_list_finish  (LacunaGradualList *self);

/* Where a position of the whole list is in what is shown; G_MAXUINT: not shown. */
guint              lacuna_gradual_list_locate  (LacunaGradualList *self,
                                                guint              position);

G_END_DECLS
