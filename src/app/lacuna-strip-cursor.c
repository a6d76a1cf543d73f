/* The strip's cursor: what the pointer is over, what is selected, and the layer that shows both.
 *
 * This layer is drawn on every frame, after the two that are kept; it is two or three rectangles,
 * and the address under the pointer, on a plate over the ruler.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lacuna-strip-private.h"

#include "model/lacuna-format.h"

#include <math.h>

/* The focus ring stands back from what lies beside the strip. */
#define RING_INSET 3

/* Around the text on the pointer's plate, and from the ends of the strip. */
#define PLATE_MARGIN 5
#define PLATE_DISTANCE 4

gboolean
lacuna_strip_item_at (LacunaStrip     *self,
                      guint64          address,
                      LacunaStripItem *out_item)
{
  const struct lac_map *map;
  const struct lac_region *regions;
  struct lac_range extent;
  struct lac_range user;
  gsize n_regions;
  gsize index;

  if (self->scale == NULL)
    return FALSE;

  map = lacuna_snapshot_get_map (self->snapshot);
  user = lac_map_space (map)->user;
  regions = lac_map_regions (map, &n_regions);
  extent = lacuna_scale_get_extent (self->scale);
  index = lac_map_search (map, address);

  *out_item = (LacunaStripItem){ .index = index };
  if (index < n_regions && regions[index].start <= address)
    {
      out_item->range = lac_region_range (&regions[index]);
      return TRUE;
    }

  out_item->is_gap = TRUE;
  out_item->range = lac_map_gap (map, index);
  if (lac_range_contains (out_item->range, address))
    return TRUE;

  /* User space begins above the address, or has ended below it. */
  out_item->is_gap = FALSE;
  out_item->is_outside = TRUE;
  out_item->range.start = index > 0 ? regions[index - 1].end : extent.start;
  out_item->range.end = index < n_regions ? regions[index].start : extent.end;
  if (address < user.start)
    out_item->range.end = MIN (out_item->range.end, user.start);
  else
    out_item->range.start = MAX (out_item->range.start, user.end);
  return address < out_item->range.end;
}

gboolean
lacuna_strip_address_at_x (LacunaStrip *self,
                           double       x,
                           guint64     *out_address)
{
  return lacuna_strip_address_at (self, x * gtk_widget_get_scale_factor (GTK_WIDGET (self)),
                                  out_address);
}

gboolean
lacuna_strip_address_at (LacunaStrip *self,
                         double       pixel,
                         guint64     *out_address)
{
  const LacunaStripLayout *layout = lacuna_strip_ensure_layout (self);
  const LacunaPiece *piece;

  if (layout == NULL)
    return FALSE;
  piece = lacuna_strip_layout_find (layout, (int) floor (pixel));
  if (piece == NULL)
    return FALSE;

  if (piece->kind == LACUNA_PIECE_REGION
      || (piece->kind == LACUNA_PIECE_DENSITY && piece->count == 1))
    {
      gsize n_regions;
      const struct lac_region *region
        = &lac_map_regions (lacuna_snapshot_get_map (self->snapshot), &n_regions)[piece->first];
      guint64 address = lacuna_view_to_address_at (&self->view, self->scale, pixel);

      /* The column's own byte may lie beside the region that the column is drawn for. */
      *out_address = CLAMP (address, region->start, region->end - 1);
      return TRUE;
    }

  *out_address = lacuna_view_to_address_at (&self->view, self->scale, pixel);
  return TRUE;
}

void
lacuna_strip_update_hover (LacunaStrip *self)
{
  guint64 address = 0;
  gboolean inside = self->pointer_inside && lacuna_strip_address_at_x (self, self->pointer_x, &address);

  if (!inside && !self->hover)
    return;
  if (inside == self->hover && address == self->hover_address)
    return;

  lacuna_strip_set_hover (self, inside, address);
  g_signal_emit_by_name (self, "hovered", inside, address);
}

void
lacuna_strip_pick (LacunaStrip *self,
                   guint64      address)
{
  LacunaStripItem item;

  if (!lacuna_strip_item_at (self, address, &item) || item.is_outside)
    return;

  lacuna_strip_set_selection (self, item.range);
  g_signal_emit_by_name (self, "selected", address);
}

/* An outline around @range, at least a few pixels wide. */
static void
append_outline (LacunaStrip            *self,
                GtkSnapshot            *snapshot,
                const LacunaStripScene *scene,
                struct lac_range        range,
                const GdkRGBA          *colour,
                double                  outset,
                double                  thickness)
{
  double width = lacuna_strip_scene_width (scene);
  double start = CLAMP (lacuna_strip_scene_to_x (scene, range.start), -8, width + 8);
  double end = CLAMP (lacuna_strip_scene_to_x (scene, range.end), -8, width + 8);

  if (end < 0 || start > width || (start == end && (start < 0 || start >= width)))
    return;

  end = MAX (end, start + 1);
  lacuna_strip_append_frame (snapshot, colour, start - outset,
                             LACUNA_STRIP_RULER + LACUNA_STRIP_INSET - outset,
                             end - start + 2 * outset,
                             lacuna_strip_scene_band_height (scene) - 2 * LACUNA_STRIP_INSET
                               + 2 * outset,
                             outset + 1, thickness);
}

/* Says the address under the pointer, where the ruler would say it if it had a tick there. */
static void
append_pointer_address (LacunaStrip            *self,
                        GtkSnapshot            *snapshot,
                        const LacunaStripScene *scene)
{
  g_autofree char *text = lacuna_format_address_grouped (self->hover_address);
  double width = lacuna_labels_width (scene->labels, LACUNA_LABEL_MONO, text) + 2 * PLATE_MARGIN;
  double height = lacuna_labels_height (scene->labels, LACUNA_LABEL_MONO) + 2;
  double most = lacuna_strip_scene_width (scene) - width - PLATE_DISTANCE;
  double left = rint (CLAMP (self->pointer_x - width / 2, PLATE_DISTANCE,
                             MAX (most, PLATE_DISTANCE)));
  double top = LACUNA_STRIP_RULER_TEXT - 1;
  GskRoundedRect plate;

  gsk_rounded_rect_init_from_rect (&plate,
                                   &GRAPHENE_RECT_INIT ((float) left, (float) top, (float) width,
                                                        (float) height),
                                   4);
  gtk_snapshot_push_rounded_clip (snapshot, &plate);
  gtk_snapshot_append_color (snapshot, &scene->palette->text, &plate.bounds);
  gtk_snapshot_pop (snapshot);
  lacuna_labels_append (scene->labels, snapshot, LACUNA_LABEL_MONO, text, left + PLATE_MARGIN,
                        top + 1, &scene->palette->surface);
  lacuna_strip_append_rectangle (snapshot, &scene->palette->text,
                                 rint (CLAMP (self->pointer_x, left + 4, left + width - 5)),
                                 top + height, 1, LACUNA_STRIP_RULER - top - height);
}

void
lacuna_strip_append_cursor (LacunaStrip            *self,
                            GtkSnapshot            *snapshot,
                            const LacunaStripScene *scene)
{
  LacunaStripItem item;

  if (self->hover && lacuna_strip_item_at (self, self->hover_address, &item) && !item.is_outside)
    append_outline (self, snapshot, scene, item.range, &self->palette->text, 1, 1);

  /* Hover may also be told by the list, and then it is of no one address. */
  if (self->hover && self->pointer_inside && !self->dragging)
    append_pointer_address (self, snapshot, scene);

  if (lac_range_size (self->selection) > 0)
    {
      append_outline (self, snapshot, scene, self->selection, &self->palette->surface, 4, 4);
      append_outline (self, snapshot, scene, self->selection, &self->palette->accent, 4, 2.5);
    }

  if (gtk_widget_has_visible_focus (GTK_WIDGET (self)))
    {
      GdkRGBA ring = self->palette->accent;

      if (!self->palette->high_contrast)
        ring.alpha = 0.6f;
      lacuna_strip_append_frame (snapshot, &ring, RING_INSET, RING_INSET,
                                 lacuna_strip_scene_width (scene) - 2 * RING_INSET,
                                 scene->height - 2 * RING_INSET, 9, 2);
    }
}

void
lacuna_strip_set_selection (LacunaStrip     *self,
                            struct lac_range range)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));

  if (range.start == self->selection.start && range.end == self->selection.end)
    return;

  self->selection = range;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  lacuna_strip_update_accessible (self);
}

struct lac_range
lacuna_strip_get_selection (LacunaStrip *self)
{
  return self->selection;
}

void
lacuna_strip_set_hover (LacunaStrip *self,
                        gboolean     inside,
                        guint64      address)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));

  self->hover = inside;
  self->hover_address = address;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
