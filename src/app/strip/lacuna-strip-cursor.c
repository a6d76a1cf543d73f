/* The strip's cursor: what the pointer is over, what is selected, and the layer that shows both.
 *
 * This layer is drawn on every frame, after the two that are kept; it is two or three rectangles, what is
 * measured, and the address under the pointer, on a plate over the ruler.
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

/* From the pointer's plate to the band. */
#define POINTER_TICK 10

/* Of the line at an address that somebody went to. */
#define PLACE_WIDTH 2

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
  out_item->range.end = index < n_regions ? regions[index].start : LAC_ADDRESS_END;
  if (address < user.start)
    out_item->range.end = MIN (out_item->range.end, user.start);
  else
    out_item->range.start = MAX (out_item->range.start, user.end);
  return address < out_item->range.end;
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

/* The address follows the pointer, but whoever listens is told of regions and gaps. */
void
lacuna_strip_update_hover (LacunaStrip *self)
{
  guint64 address = 0;
  gboolean inside = self->pointer_inside && lacuna_strip_address_at (self, self->pointer, &address);
  LacunaStripItem item;

  /* What the list points at is not for the pointer to end. */
  if (!inside && !self->hover_is_told)
    return;
  if (inside && self->hover_is_told && self->hover && address == self->hover_address)
    return;

  lacuna_strip_set_hover (self, inside, address);
  if (inside && self->hover_is_told && lac_range_contains (self->told, address))
    return;

  lacuna_strip_forget_told (self);
  if (inside && lacuna_strip_item_at (self, address, &item))
    self->told = item.range;
  self->hover_is_told = inside;
  /* What is being measured is told instead. */
  if (!self->dragging || self->drag != LACUNA_STRIP_DRAG_MEASURE)
    g_signal_emit_by_name (self, "hovered", inside, address);
}

void
lacuna_strip_drop_hover (LacunaStrip *self)
{
  self->pointer_inside = FALSE;
  lacuna_strip_update_hover (self);
}

void
lacuna_strip_forget_told (LacunaStrip *self)
{
  self->told = (struct lac_range){ 0, 0 };
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

/* The sides of a rectangle, one by one. A frame in one node would have all that lies inside of it drawn
 * again whenever it moves, and most that is outlined is as large as the band. */
static void
append_sides (GtkSnapshot            *snapshot,
              const LacunaStripScene *scene,
              const GdkRGBA          *colour,
              LacunaStripSpan         along,
              LacunaStripSpan         across,
              double                  thickness)
{
  double length = lacuna_strip_span_size (along);
  double depth = lacuna_strip_span_size (across);

  thickness = MIN (thickness, MIN (length, depth) / 2);
  lacuna_strip_append_rectangle (scene, snapshot, colour, along.start, across.start, length,
                                 thickness);
  lacuna_strip_append_rectangle (scene, snapshot, colour, along.start, across.end - thickness,
                                 length, thickness);
  lacuna_strip_append_rectangle (scene, snapshot, colour, along.start, across.start + thickness,
                                 thickness, depth - 2 * thickness);
  lacuna_strip_append_rectangle (scene, snapshot, colour, along.end - thickness,
                                 across.start + thickness, thickness, depth - 2 * thickness);
}

/* An outline around @range, at least a few pixels long. */
static void
append_outline (GtkSnapshot            *snapshot,
                const LacunaStripScene *scene,
                struct lac_range        range,
                const GdkRGBA          *colour,
                double                  outset,
                double                  thickness)
{
  double length = lacuna_strip_scene_length (scene);
  LacunaStripSpan span = lacuna_strip_scene_span (scene, range, 8);
  LacunaStripSpan across = lacuna_strip_span_inset (lacuna_strip_scene_band (scene),
                                                    LACUNA_STRIP_INSET - outset);

  if (span.end < 0 || span.start > length
      || (span.start == span.end && (span.start < 0 || span.start >= length)))
    return;

  span.end = MAX (span.end, span.start + 1);
  span = lacuna_strip_span_inset (span, -outset);
  append_sides (snapshot, scene, colour, span, across, thickness);
}

/* A plate for a text of that width, whose middle is @along, or as near to it as the ends of the strip
 * allow. @across: its middle; below 0 for the ruler. Returns where the text belongs. */
static graphene_point_t
append_plate (GtkSnapshot            *snapshot,
              const LacunaStripScene *scene,
              LacunaLabelStyle        style,
              double                  text_width,
              double                  along,
              double                  across,
              const GdkRGBA          *ground)
{
  double width = text_width + 2 * PLATE_MARGIN;
  double height = lacuna_labels_height (scene->labels, style) + 2;
  double half = lacuna_strip_box_length (scene, width, height) / 2 + PLATE_DISTANCE;
  double middle = CLAMP (along, half, MAX (lacuna_strip_scene_length (scene) - half, half));
  graphene_rect_t plate = across < 0
                            ? lacuna_strip_place_ruler_box (scene, middle, text_width, height)
                            : lacuna_strip_place_box (scene, middle, across, text_width, height);

  /* A long text may be wider than the band. */
  if (scene->orientation == GTK_ORIENTATION_VERTICAL && across >= 0)
    plate.origin.x = CLAMP (plate.origin.x, PLATE_DISTANCE + PLATE_MARGIN,
                            (float) MAX (scene->height - width - PLATE_DISTANCE + PLATE_MARGIN,
                                         PLATE_DISTANCE + PLATE_MARGIN));
  plate.origin.x = rintf (plate.origin.x) - PLATE_MARGIN;
  plate.origin.y = rintf (plate.origin.y) - (across < 0 ? 1 : 0);
  plate.size.width = (float) width;
  lacuna_strip_append_plate (snapshot, ground, &plate);
  return GRAPHENE_POINT_INIT (plate.origin.x + PLATE_MARGIN, plate.origin.y + 1);
}

static void
append_plate_text (GtkSnapshot            *snapshot,
                   const LacunaStripScene *scene,
                   LacunaLabelStyle        style,
                   const char             *text,
                   double                  along,
                   double                  across,
                   const GdkRGBA          *ground,
                   const GdkRGBA          *colour)
{
  graphene_point_t place = append_plate (snapshot, scene, style,
                                         lacuna_labels_width (scene->labels, style, text), along,
                                         across, ground);

  lacuna_labels_append (scene->labels, snapshot, style, text, place.x, place.y, colour);
}

/* Where along the axis the middle of a plate that long goes: at the pointer, but beside the label of an
 * anchor that it would cover. */
static double
keep_clear_of_anchors (LacunaStrip            *self,
                       const LacunaStripScene *scene,
                       double                  along,
                       double                  size)
{
  double length = lacuna_strip_scene_length (scene);
  LacunaStripMarks marks;
  LacunaStripSpan *labels;

  lacuna_strip_get_marks (self, &marks);
  if (marks.n_anchors == 0)
    return along;

  labels = g_newa (LacunaStripSpan, marks.n_anchors);
  lacuna_strip_place_anchors (scene, &marks, labels);
  for (gsize i = 0; i < marks.n_anchors; i++)
    {
      double low = labels[i].start - PLATE_DISTANCE - size / 2;
      double high = labels[i].end + PLATE_DISTANCE + size / 2;
      gboolean is_lower = along < (labels[i].start + labels[i].end) / 2;

      if (labels[i].end <= labels[i].start || along <= low || along >= high)
        continue;
      if (low - size / 2 < PLATE_DISTANCE)
        is_lower = FALSE;
      else if (high + size / 2 > length - PLATE_DISTANCE)
        is_lower = TRUE;
      return is_lower ? low : high;
    }

  return along;
}

/* Says the address under the pointer, where the ruler would say it if it had a tick there. While an
 * address is picked, a line shows its place in the band as well. */
static void
append_pointer_address (LacunaStrip            *self,
                        GtkSnapshot            *snapshot,
                        const LacunaStripScene *scene)
{
  const GdkRGBA *colour = self->picking ? &self->palette->accent : &self->palette->text;
  LacunaStripSpan band = lacuna_strip_scene_band (scene);
  double along = floor (self->pointer) / scene->scale_factor;
  double tick = 1.0 / scene->scale_factor;
  g_autofree char *text = lacuna_format_address_grouped (self->hover_address);
  graphene_point_t place;
  double width;
  double size;

  if (self->picking)
    lacuna_strip_append_rectangle (scene, snapshot, colour, along, band.start, tick,
                                   lacuna_strip_span_size (band));
  lacuna_strip_append_rectangle (scene, snapshot, colour, along, band.start - POINTER_TICK, tick,
                                 POINTER_TICK);
  width = lacuna_strip_address_width (self, text);
  size = lacuna_strip_box_length (scene, width + 2 * PLATE_MARGIN,
                                  lacuna_labels_height (scene->labels, LACUNA_LABEL_MONO) + 2);
  place = append_plate (snapshot, scene, LACUNA_LABEL_MONO, width,
                        keep_clear_of_anchors (self, scene, along, size), -1, colour);
  lacuna_strip_append_address (self, snapshot, text, place.x, place.y, &self->palette->surface);
}

/* The address that somebody went to: a line across the band, and what it is where the ruler would say
 * it. */
static void
append_place (LacunaStrip            *self,
              GtkSnapshot            *snapshot,
              const LacunaStripScene *scene)
{
  LacunaStripSpan band = lacuna_strip_scene_band (scene);
  double along = lacuna_strip_scene_to_axis (scene, self->place);
  double depth = lacuna_strip_span_size (band) + POINTER_TICK;
  g_autofree char *text = lacuna_format_address_grouped (self->place);
  double size;

  if (along < 0 || along >= lacuna_strip_scene_length (scene))
    return;

  lacuna_strip_append_rectangle (scene, snapshot, &self->palette->surface, along - PLACE_WIDTH,
                                 band.start - POINTER_TICK, 2 * PLACE_WIDTH, depth);
  lacuna_strip_append_rectangle (scene, snapshot, &self->palette->accent, along - PLACE_WIDTH / 2.0,
                                 band.start - POINTER_TICK, PLACE_WIDTH, depth);
  size = lacuna_strip_box_length (
    scene, lacuna_labels_width (scene->labels, LACUNA_LABEL_MONO, text) + 2 * PLATE_MARGIN,
    lacuna_labels_height (scene->labels, LACUNA_LABEL_MONO) + 2);
  append_plate_text (snapshot, scene, LACUNA_LABEL_MONO, text,
                     keep_clear_of_anchors (self, scene, along, size), -1, &self->palette->accent,
                     &self->palette->surface);
}

/* What was dragged out: a tint with edges over everything, and its size on a plate, with how far it is
 * from the anchor below that. */
static void
append_measure (LacunaStrip            *self,
                GtkSnapshot            *snapshot,
                const LacunaStripScene *scene)
{
  LacunaStripSpan band = lacuna_strip_scene_band (scene);
  LacunaStripSpan span = lacuna_strip_scene_span (scene, self->measure, 8);
  double length = lacuna_strip_scene_length (scene);
  double depth = lacuna_strip_span_size (band);
  double line = lacuna_labels_height (scene->labels, LACUNA_LABEL_BOLD) + 4;
  double middle = (MAX (span.start, 0) + MIN (span.end, length)) / 2;
  double across = (band.start + band.end) / 2;
  GdkRGBA tint = self->palette->accent;
  g_autofree char *size = lacuna_format_size (lac_range_size (self->measure));
  g_autofree char *distance = lacuna_strip_measure_distance (self);

  if (span.end < 0 || span.start > length)
    return;

  tint.alpha = 0.28f;
  lacuna_strip_append_rectangle (scene, snapshot, &tint, span.start, band.start,
                                 lacuna_strip_span_size (span), depth);
  lacuna_strip_append_rectangle (scene, snapshot, &self->palette->accent, span.start - 0.5,
                                 band.start - POINTER_TICK, 1.5, depth + POINTER_TICK);
  lacuna_strip_append_rectangle (scene, snapshot, &self->palette->accent, span.end - 1,
                                 band.start - POINTER_TICK, 1.5, depth + POINTER_TICK);

  /* The first line is the upper one, which upright is the one at higher addresses. */
  if (scene->orientation == GTK_ORIENTATION_HORIZONTAL)
    append_plate_text (snapshot, scene, LACUNA_LABEL_BOLD, size, middle,
                       across - (distance ? line / 2 : 0), &self->palette->accent,
                       &self->palette->surface);
  else
    append_plate_text (snapshot, scene, LACUNA_LABEL_BOLD, size,
                       middle + (distance ? line / 2 : 0), across, &self->palette->accent,
                       &self->palette->surface);
  if (distance == NULL)
    return;
  if (scene->orientation == GTK_ORIENTATION_HORIZONTAL)
    append_plate_text (snapshot, scene, LACUNA_LABEL_PLAIN, distance, middle, across + line / 2,
                       &self->palette->accent, &self->palette->surface);
  else
    append_plate_text (snapshot, scene, LACUNA_LABEL_PLAIN, distance, middle - line / 2, across,
                       &self->palette->accent, &self->palette->surface);
}

void
lacuna_strip_append_cursor (LacunaStrip            *self,
                            GtkSnapshot            *snapshot,
                            const LacunaStripScene *scene)
{
  LacunaStripItem item;

  lacuna_strip_push_ends (scene, snapshot);
  if (self->hover && lacuna_strip_item_at (self, self->hover_address, &item) && !item.is_outside)
    append_outline (snapshot, scene, item.range, &self->palette->text, 1, 1);

  if (lac_range_size (self->selection) > 0)
    {
      append_outline (snapshot, scene, self->selection, &self->palette->surface, 4, 4);
      append_outline (snapshot, scene, self->selection, &self->palette->accent, 4, 2.5);
    }

  if (lac_range_size (self->measure) > 0)
    append_measure (self, snapshot, scene);
  lacuna_strip_pop_ends (scene, snapshot);
  if (self->has_place)
    append_place (self, snapshot, scene);

  /* Hover may also be told by the list, and then it is of no one address. */
  if (self->hover && self->pointer_inside)
    append_pointer_address (self, snapshot, scene);

  if (gtk_widget_has_visible_focus (GTK_WIDGET (self)))
    {
      float width = (float) gtk_widget_get_width (GTK_WIDGET (self)) - 2 * RING_INSET;
      float height = (float) gtk_widget_get_height (GTK_WIDGET (self)) - 2 * RING_INSET;
      GdkRGBA ring = self->palette->accent;
      GskRoundedRect outline;

      if (!self->palette->high_contrast)
        ring.alpha = 0.6f;
      gsk_rounded_rect_init_from_rect (&outline,
                                       &GRAPHENE_RECT_INIT (RING_INSET, RING_INSET, width, height),
                                       9);
      gtk_snapshot_append_border (snapshot, &outline, (float[4]){ 2, 2, 2, 2 },
                                  (GdkRGBA[4]){ ring, ring, ring, ring });
    }
}

void
lacuna_strip_set_selection (LacunaStrip     *self,
                            struct lac_range range)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));

  /* Whoever selects may have told the details of it; the pointer's next movement is told again. */
  lacuna_strip_forget_told (self);
  if (range.start == self->selection.start && range.end == self->selection.end)
    return;

  self->selection = range;
  self->has_place = self->has_place && lac_range_contains (range, self->place);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  lacuna_strip_update_accessible (self);
}

void
lacuna_strip_set_place (LacunaStrip *self,
                        gboolean     any,
                        guint64      address)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));

  any = any && lac_range_contains (self->selection, address);
  if (self->has_place == any && (!any || self->place == address))
    return;

  self->has_place = any;
  self->place = address;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  lacuna_strip_update_accessible (self);
}

guint64
lacuna_strip_get_place (LacunaStrip *self)
{
  if (self->has_place)
    return self->place;
  return self->selection.start + lac_range_size (self->selection) / 2;
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
