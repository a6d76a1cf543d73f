/* The sums of a scale and a view for one who asks many times from left to right: what every call would
 * find out again is kept between calls.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-scale.h"

G_BEGIN_DECLS

/* As without "near". @hint is where the last call ended; 0 to begin with. */
guint64 lacuna_scale_to_line_near    (const LacunaScale *self,
                                      guint64            address,
                                      gsize             *hint);
guint64 lacuna_scale_to_address_near (const LacunaScale *self,
                                      guint64            line,
                                      gsize             *hint);

/* How many bytes of regions are cut out below @address. @hint as above. */
guint64 lacuna_scale_cut_in_regions  (const LacunaScale *self,
                                      guint64            address,
                                      gsize             *hint);

/* A view with the place of its left edge on the line. */
typedef struct
{
  const LacunaView *view;
  const LacunaScale *scale;
  guint64 origin;
  gsize hint;
} LacunaLens;

LacunaLens lacuna_lens_make       (const LacunaView  *view,
                                   const LacunaScale *scale);
gint64     lacuna_lens_to_column  (LacunaLens        *self,
                                   guint64            address);
guint64    lacuna_lens_to_address (LacunaLens        *self,
                                   gint64             column);

G_END_DECLS
