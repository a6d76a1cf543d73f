/* LacunaField: an entry with its caption inside, a note at its end, and its fault below.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-target.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LACUNA_TYPE_FIELD (lacuna_field_get_type ())
G_DECLARE_FINAL_TYPE (LacunaField, lacuna_field, LACUNA, FIELD, GtkWidget)

LacunaField *lacuna_field_new             (void);

const char  *lacuna_field_get_text        (LacunaField *self);
void         lacuna_field_set_text        (LacunaField *self,
                                           const char  *text);
void         lacuna_field_set_caption     (LacunaField *self,
                                           const char  *caption);
void         lacuna_field_set_placeholder (LacunaField *self,
                                           const char  *placeholder);
void         lacuna_field_set_description (LacunaField *self,
                                           const char  *description);
void         lacuna_field_set_note        (LacunaField *self,
                                           const char  *note);
void         lacuna_field_set_fault       (LacunaField *self,
                                           const char  *fault,
                                           gssize       offset);
const char  *lacuna_field_get_fault       (LacunaField *self);
void         lacuna_field_set_slim        (LacunaField *self,
                                           gboolean     slim);
void         lacuna_field_set_addable     (LacunaField *self,
                                           gboolean     addable);
void         lacuna_field_set_removable   (LacunaField *self,
                                           gboolean     removable);
void         lacuna_field_set_snapshot    (LacunaField    *self,
                                           LacunaTarget   *target,
                                           LacunaSnapshot *snapshot);
void         lacuna_field_set_pickable    (LacunaField *self,
                                           gboolean     pickable);
void         lacuna_field_set_picking     (LacunaField *self,
                                           gboolean     picking);

G_END_DECLS
