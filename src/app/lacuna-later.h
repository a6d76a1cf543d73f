/* LacunaLater: a part of a window that the first frame can do without.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_LATER (lacuna_later_get_type ())

G_DECLARE_DERIVABLE_TYPE (LacunaLater, lacuna_later, LACUNA, LATER, GtkWidget)

struct _LacunaLaterClass
{
  GtkWidgetClass parent_class;

  /* Makes what is in the part: its template, and whatever else takes time. Called once. */
  void (*build) (LacunaLater *self);
};

void     lacuna_later_build    (gpointer self);
gboolean lacuna_later_is_built (gpointer self);

G_END_DECLS
