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

  /* Gives the class its template, before the first part of its kind is built; reading one takes
   * time, too. NULL for none. */
  void (*set_template) (GtkWidgetClass *widget_class);

  /* Makes what is in the part and not in its template. Called once, when that is there. */
  void (*build) (LacunaLater *self);

  /* private */
  gboolean has_template;
};

void     lacuna_later_build    (gpointer self);
gboolean lacuna_later_is_built (gpointer self);

G_END_DECLS
