/* LacunaDetails: one line about the region or gap that is pointed at, or selected.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-gap-results.h"
#include "model/lacuna-snapshot.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_DETAILS (lacuna_details_get_type ())
G_DECLARE_FINAL_TYPE (LacunaDetails, lacuna_details, LACUNA, DETAILS, GtkWidget)

void lacuna_details_set_snapshot  (LacunaDetails    *self,
                                   LacunaSnapshot   *snapshot);
/* An address in what is selected, which is told as well. */
void lacuna_details_set_place     (LacunaDetails    *self,
                                   gboolean          any,
                                   guint64           address);
void lacuna_details_set_results   (LacunaDetails    *self,
                                   LacunaGapResults *results);
void lacuna_details_set_selection (LacunaDetails    *self,
                                   gboolean          any,
                                   guint64           address);
void lacuna_details_set_measure   (LacunaDetails    *self,
                                   struct lac_range  range);
void lacuna_details_set_about     (LacunaDetails    *self,
                                   const char       *title,
                                   const char       *sentence);
void lacuna_details_set_narrow    (LacunaDetails    *self,
                                   gboolean          narrow);
void lacuna_details_set_low       (LacunaDetails    *self,
                                   gboolean          low);
void lacuna_details_set_hover     (LacunaDetails    *self,
                                   gboolean          inside,
                                   guint64           address);

G_END_DECLS
