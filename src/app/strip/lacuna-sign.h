/* LacunaSign: one of the strip's signs, drawn small, for where they are explained.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  LACUNA_SIGN_FREE,      /* dots */
  LACUNA_SIGN_CUT,       /* a torn edge */
  LACUNA_SIGN_RISK,      /* hatched */
  LACUNA_SIGN_FIT,       /* outlined */
  LACUNA_SIGN_CANDIDATE, /* a triangle */
  LACUNA_SIGN_WINDOW,    /* dashed edges, tinted between them */
  LACUNA_SIGN_ANCHOR,    /* a pin */
  LACUNA_SIGN_FILL,      /* a gauge */
  LACUNA_N_SIGNS
} LacunaSignKind;

#define LACUNA_TYPE_SIGN (lacuna_sign_get_type ())
G_DECLARE_FINAL_TYPE (LacunaSign, lacuna_sign, LACUNA, SIGN, GtkWidget)

GtkWidget *lacuna_sign_new (LacunaSignKind kind);

G_END_DECLS
