/* What the overview draws: the pieces of the whole line, and the strip's view as a frame over them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-overview-private.h"

#include "model/lacuna-format.h"

#include <glib/gi18n-lib.h>

/* Across the axis, in logical pixels: free space, and what is mapped. */
#define BAND_INSET 3
#define PIECE_INSET 6
#define BAND_RADIUS 4

/* Between the frame and the texts below it, and between texts. */
#define LABEL_GAP 3
#define LABEL_DISTANCE 12

#define FRAME_RADIUS 5
#define FRAME_THICKNESS 2

/* The handles at the frame's ends. */
#define HANDLE_LENGTH 5
#define HANDLE_DEPTH 10

static void
get_scene (LacunaOverview   *self,
           LacunaStripScene *out_scene)
{
  GtkWidget *widget = GTK_WIDGET (self);
  int scale_factor = gtk_widget_get_scale_factor (widget);

  *out_scene = (LacunaStripScene){
    .map = lacuna_snapshot_get_map (lacuna_strip_get_snapshot (self->strip)),
    .view = lacuna_overview_whole_view (self),
    .scale = self->scale,
    .layout = self->layout,
    .columns = (int) lacuna_overview_band_length (self) * scale_factor,
    .scale_factor = scale_factor,
    .palette = self->palette,
    .orientation = self->orientation,
    .height = LACUNA_OVERVIEW_FRAME,
    .low_end = self->orientation == GTK_ORIENTATION_HORIZONTAL
                 ? LACUNA_OVERVIEW_MARGIN
                 : gtk_widget_get_height (widget) - LACUNA_OVERVIEW_MARGIN,
  };
}

static GskRenderNode *
render_base (const LacunaStripScene *scene)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  LacunaStripSpan all = { 0, LACUNA_OVERVIEW_FRAME };
  LacunaStripSpan across = lacuna_strip_span_inset (all, BAND_INSET);
  LacunaStripSpan user = lacuna_strip_user_span (scene);
  double depth = lacuna_strip_span_size (across);
  graphene_rect_t bounds = lacuna_strip_place (scene, 0, across.start,
                                               lacuna_strip_scene_length (scene), depth);
  GskRoundedRect band;

  gsk_rounded_rect_init_from_rect (&band, &bounds, BAND_RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &band);
  /* Free is only what can be mapped. */
  lacuna_strip_append_rectangle (scene, snapshot, &scene->palette->free, user.start, across.start,
                                 lacuna_strip_span_size (user), depth);
  lacuna_strip_append_pieces (scene, snapshot, lacuna_strip_span_inset (all, PIECE_INSET));
  gtk_snapshot_pop (snapshot);

  return gtk_snapshot_free_to_node (snapshot);
}

/* The ends of the line, and how much of it is in view; a band that stands has no room beside it, and the
 * strip says them. */
static void
append_labels (LacunaOverview *self,
               GtkSnapshot    *snapshot,
               LacunaStripSpan frame)
{
  struct lac_range extent = lacuna_scale_get_extent (self->scale);
  struct lac_range visible = lacuna_strip_get_visible (self->strip);
  g_autofree char *first = lacuna_format_address_prefixed (extent.start);
  g_autofree char *last = lacuna_format_address_prefixed (extent.end);
  g_autofree char *size = lacuna_format_size (lac_range_size (visible));
  gboolean all = visible.start <= extent.start && visible.end >= extent.end;
  /* Translators: how much address space is in view, such as "view: 6.4 GiB". */
  g_autofree char *view = all ? g_strdup (_("view: everything"))
                              : g_strdup_printf (_("view: %s"), size);
  double margin = LACUNA_OVERVIEW_MARGIN;
  double width = gtk_widget_get_width (GTK_WIDGET (self));
  double top = LACUNA_OVERVIEW_FRAME + LABEL_GAP;
  double view_width = lacuna_labels_width (self->labels, LACUNA_LABEL_BOLD, view);
  double view_left = CLAMP ((frame.start + frame.end - view_width) / 2 + margin, margin,
                            MAX (width - view_width - margin, margin));
  double first_width = lacuna_labels_width (self->labels, LACUNA_LABEL_MONO, first);
  double last_width = lacuna_labels_width (self->labels, LACUNA_LABEL_MONO, last);

  lacuna_labels_append (self->labels, snapshot, LACUNA_LABEL_BOLD, view, view_left, top,
                        &self->palette->accent);
  if (margin + first_width + LABEL_DISTANCE < view_left)
    lacuna_labels_append (self->labels, snapshot, LACUNA_LABEL_MONO, first, margin, top,
                          &self->palette->text_dim);
  if (width - margin - last_width - LABEL_DISTANCE > view_left + view_width)
    lacuna_labels_append (self->labels, snapshot, LACUNA_LABEL_MONO, last,
                          width - margin - last_width, top, &self->palette->text_dim);
}

static void
append_handle (const LacunaStripScene *scene,
               GtkSnapshot            *snapshot,
               double                  along)
{
  lacuna_strip_append_frame (scene, snapshot, &scene->palette->accent, along - HANDLE_LENGTH / 2.0,
                             (LACUNA_OVERVIEW_FRAME - HANDLE_DEPTH) / 2.0, HANDLE_LENGTH,
                             HANDLE_DEPTH, HANDLE_LENGTH / 2.0, HANDLE_LENGTH / 2.0);
}

void
lacuna_overview_render (LacunaOverview *self,
                        GtkSnapshot    *snapshot)
{
  GdkRGBA tint = self->palette->accent;
  LacunaStripScene scene;
  LacunaStripSpan frame;
  double length;

  if (!lacuna_overview_ensure_layout (self))
    return;

  get_scene (self, &scene);
  if (self->base == NULL)
    {
      self->base = render_base (&scene);
      self->is_flat = FALSE;
    }
  else if (!self->is_flat)
    {
      GskRenderNode *picture = lacuna_strip_flatten (&self->base, 1, scene.scale_factor);

      /* It is drawn in every frame of the strip's, so it is made cheap once it has lasted one. */
      self->is_flat = TRUE;
      if (picture)
        {
          gsk_render_node_unref (self->base);
          self->base = picture;
        }
    }
  gtk_snapshot_append_node (snapshot, self->base);

  if (!lacuna_overview_get_frame (self, &frame))
    return;

  length = lacuna_strip_span_size (frame);
  tint.alpha = 0.16f;
  lacuna_strip_append_rectangle (&scene, snapshot, &tint, frame.start + 1, 1, length - 2,
                                 LACUNA_OVERVIEW_FRAME - 2);
  /* The frame is what keys move, so it shows the focus: in the text's colour around the accent. */
  if (gtk_widget_has_visible_focus (GTK_WIDGET (self)))
    lacuna_strip_append_frame (&scene, snapshot, &self->palette->text, frame.start - 3, 0, length + 6,
                               LACUNA_OVERVIEW_FRAME, FRAME_RADIUS + 2, 2);
  lacuna_strip_append_frame (&scene, snapshot, &self->palette->accent, frame.start, 0, length,
                             LACUNA_OVERVIEW_FRAME, FRAME_RADIUS, FRAME_THICKNESS);
  append_handle (&scene, snapshot, frame.start + 1);
  append_handle (&scene, snapshot, frame.end - 1);
  if (self->orientation == GTK_ORIENTATION_HORIZONTAL)
    append_labels (self, snapshot, frame);
}
