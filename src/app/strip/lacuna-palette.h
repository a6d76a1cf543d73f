/* LacunaPalette: every colour that the strip, the overview and the legend draw with.
 *
 * Light, dark, and high contrast of each. Ink colours are constants and not CSS, because the text on
 * each ink has to be legible (4.5 : 1 at least, which a test checks) and goldens have to be the same
 * on every machine.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/lacuna-ink.h"

#include <adwaita.h>

G_BEGIN_DECLS

typedef struct
{
  gboolean dark;
  gboolean high_contrast;
  GdkRGBA ink[LACUNA_N_INKS];      /* what a region is filled with */
  GdkRGBA ink_text[LACUNA_N_INKS]; /* text on it */
  GdkRGBA surface;                 /* what the strip lies on: the card */
  GdkRGBA free;                    /* free space */
  GdkRGBA free_dot;                /* its dots */
  GdkRGBA text;                    /* text on the surface */
  GdkRGBA text_dim;                /* less important text on the surface */
  GdkRGBA tick;                    /* ruler ticks, and edges of the band */
  GdkRGBA accent;                  /* anchors, selection, focus, the view's frame */
  GdkRGBA window_tint;             /* over free space inside the query's window */
  GdkRGBA fit;                     /* matching gaps and the candidate */
  GdkRGBA fit_tint;                /* fills a matching gap */
  GdkRGBA fit_text;                /* text on that */
  GdkRGBA risk;                    /* hazards */
  GdkRGBA risk_text;               /* what is said of them, on the surface */
  GdkRGBA risk_hatch;              /* their pattern, which may cover most of the strip */
  GdkRGBA plate;                   /* behind a label that lies on several inks */
  GdkRGBA separator;               /* between touching regions */
  GdkRGBA glow;                    /* what changed a moment ago */
  float dimmed_alpha;              /* how much is left of inks that the legend leaves out */
} LacunaPalette;

/* Static; never freed. */
const LacunaPalette *lacuna_palette_get      (gboolean         dark,
                                              gboolean         high_contrast);

/* What the style manager asks for now. */
const LacunaPalette *lacuna_palette_for      (AdwStyleManager *manager);

/* The contrast ratio of WCAG 2.1 of two opaque colours: 1 to 21. */
double               lacuna_palette_contrast (const GdkRGBA   *a,
                                              const GdkRGBA   *b);

G_END_DECLS
