/* The rows of the inspector: what each fact is called, what explains it, and how it is laid out.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-facts.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  LACUNA_FACT_SECTION_MEASURE,
  LACUNA_FACT_SECTION_RANGE,
  LACUNA_FACT_SECTION_BACKING,
  LACUNA_FACT_SECTION_BUFFER,
  LACUNA_FACT_SECTION_PAGES,
  LACUNA_FACT_SECTION_NEIGHBOURS,
  LACUNA_N_FACT_SECTIONS
} LacunaFactSection;

LacunaFactSection lacuna_inspector_row_section (LacunaFactKind    kind);
const char       *lacuna_inspector_row_caption (LacunaFactKind    kind);

/* Whether its value is a button that leads there. */
gboolean          lacuna_inspector_row_is_link (LacunaFactKind    kind);

/* All (transfer floating). @out_value is a label, or a button; @out_copy NULL where there is none.
 * */
GtkWidget        *lacuna_inspector_row_new     (LacunaFactKind    kind,
                                                GtkWidget       **out_value,
                                                GtkWidget       **out_copy);
GtkWidget        *lacuna_inspector_section_new (LacunaFactSection section);
GtkWidget        *lacuna_inspector_label_new   (const char       *text,
                                                const char       *style);

G_END_DECLS
