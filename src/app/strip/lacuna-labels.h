/* LacunaLabels: the layouts of short texts, kept, because shaping a text costs more than drawing it a
 * hundred times.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  LACUNA_LABEL_PLAIN,
  LACUNA_LABEL_BOLD,
  LACUNA_LABEL_MONO, /* for addresses */
  LACUNA_LABEL_MONO_BOLD,
  LACUNA_N_LABEL_STYLES
} LacunaLabelStyle;

typedef struct _LacunaLabels LacunaLabels;

/* Texts are a little smaller than @context's font. Takes a reference to it. */
LacunaLabels *lacuna_labels_new    (PangoContext    *context);
void          lacuna_labels_free   (LacunaLabels    *self);

/* Forgets everything: the font or the theme has changed. */
void          lacuna_labels_clear  (LacunaLabels    *self);

/* The width in whole pixels; the height is the style's. */
int           lacuna_labels_width  (LacunaLabels    *self,
                                    LacunaLabelStyle style,
                                    const char      *text);
int           lacuna_labels_height (LacunaLabels    *self,
                                    LacunaLabelStyle style);

/* Whether @text can be at most @width wide; most texts that are far too long are told without being
 * shaped. */
gboolean      lacuna_labels_fits   (LacunaLabels    *self,
                                    LacunaLabelStyle style,
                                    const char      *text,
                                    double           width);

/* Draws @text with its top left corner at @x, @y. */
void          lacuna_labels_append (LacunaLabels    *self,
                                    GtkSnapshot     *snapshot,
                                    LacunaLabelStyle style,
                                    const char      *text,
                                    double           x,
                                    double           y,
                                    const GdkRGBA   *colour);

/* @text, or as much of its start as is at most @width wide, with an ellipsis. Transfer full; NULL when
 * not even a few letters fit. */
char         *lacuna_labels_shorten (LacunaLabels    *self,
                                     LacunaLabelStyle style,
                                     const char      *text,
                                     double           width);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LacunaLabels, lacuna_labels_free)

G_END_DECLS
