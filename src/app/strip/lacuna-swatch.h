/* LacunaSwatch: a small square of one colour of the strip.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-palette.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  LACUNA_SWATCH_NONE,
  LACUNA_SWATCH_INK,
  LACUNA_SWATCH_FREE,
  LACUNA_SWATCH_FIT,
  LACUNA_SWATCH_RISK,
} LacunaSwatchKind;

/* How wide and high it is. */
#define LACUNA_SWATCH_SIZE 10

#define LACUNA_TYPE_SWATCH (lacuna_swatch_get_type ())
G_DECLARE_FINAL_TYPE (LacunaSwatch, lacuna_swatch, LACUNA, SWATCH, GtkWidget)

GtkWidget *lacuna_swatch_new    (void);
void       lacuna_swatch_set    (LacunaSwatch    *self,
                                 LacunaSwatchKind kind,
                                 LacunaInk        ink);
void       lacuna_swatch_append (GtkSnapshot     *snapshot,
                                 LacunaSwatchKind kind,
                                 LacunaInk        ink,
                                 float            x,
                                 float            y);

G_END_DECLS
