/* The overview's fields, for the files that it is split into by concern.
 *
 * Places are along the axis, in logical pixels from the low end of the band, as in the strip.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "lacuna-overview.h"

#include "lacuna-strip-render.h"

G_BEGIN_DECLS

/* Across the axis, in logical pixels. */
#define LACUNA_OVERVIEW_FRAME 28

/* Room for half a handle beyond the band. */
#define LACUNA_OVERVIEW_MARGIN 3

/* The frame's length, at least. */
#define LACUNA_OVERVIEW_LEAST_FRAME 12

typedef enum
{
  LACUNA_GRIP_NONE,
  LACUNA_GRIP_FRAME,
  LACUNA_GRIP_LOW,
  LACUNA_GRIP_HIGH,
} LacunaGrip;

struct _LacunaOverview
{
  GtkWidget parent_instance;

  LacunaStrip *strip;
  GtkOrientation orientation; /* the strip's */
  const LacunaPalette *palette;
  LacunaLabels *labels;

  /* Kept until the scale, the snapshot, the size or the style change. */
  LacunaScale *scale;
  LacunaCensus *census;
  LacunaStripLayout *layout;
  GskRenderNode *base;
  gboolean is_flat; /* the base is one picture already, or can't be one */

  guint describe_source;

  LacunaGrip grip;
  double drag_start;
  LacunaStripSpan drag_frame;
};

/* Follows the strip's scale. FALSE when there is nothing to show. */
gboolean   lacuna_overview_ensure_layout (LacunaOverview  *self);

/* The whole line in the length of the band; needs a scale. */
LacunaView lacuna_overview_whole_view    (LacunaOverview  *self);

/* The length of the band, and where the frame is in it. */
double     lacuna_overview_band_length   (LacunaOverview  *self);
gboolean   lacuna_overview_get_frame     (LacunaOverview  *self,
                                          LacunaStripSpan *out_frame);

/* Forgets what was drawn. */
void       lacuna_overview_drop_base     (LacunaOverview  *self);

void       lacuna_overview_render        (LacunaOverview  *self,
                                          GtkSnapshot     *snapshot);

void       lacuna_overview_add_controllers (LacunaOverview *self);

G_END_DECLS
