/* Measuring and picking: addresses that one points at.
 *
 * A measure is two addresses that have nothing to do with regions, except that they like their edges:
 * an end that comes near one lies on it. Else an end is a whole page, as hardly anything else means
 * something in an address space, until one is so deep that pages are wide, where it is a whole byte.
 * One of the two ends stays and the other moves, whether the pointer drags it or the keys push it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-strip-private.h"

#include <math.h>

/* Logical pixels. */
#define SNAP_DISTANCE 6

/* Where a page is wider than that, in device pixels, bytes are measured. */
#define WIDEST_PAGE 64

/* Of the view, for a key. */
#define MEASURE_STEP 0.05

static guint64
page_size_of (LacunaStrip *self)
{
  return MAX (lac_map_space (lacuna_snapshot_get_map (self->snapshot))->page_size, 1);
}

/* The nearer end of what lies at @position, when it is near enough. */
static gboolean
find_edge (LacunaStrip *self,
           double       position,
           guint64     *out_edge)
{
  double distance = SNAP_DISTANCE * gtk_widget_get_scale_factor (GTK_WIDGET (self));
  gboolean found = FALSE;
  LacunaStripItem item;
  guint64 address;

  if (!lacuna_strip_address_at (self, position, &address)
      || !lacuna_strip_item_at (self, address, &item))
    return FALSE;

  for (int i = 0; i < 2; i++)
    {
      guint64 edge = i == 0 ? item.range.start : item.range.end;
      double away = fabs (lacuna_view_to_pixel (&self->view, self->scale, edge) - position);

      if (away > distance)
        continue;
      distance = away;
      *out_edge = edge;
      found = TRUE;
    }

  return found;
}

guint64
lacuna_strip_snap (LacunaStrip *self,
                   double       position,
                   gboolean     to_edges)
{
  struct lac_range extent = lacuna_scale_get_extent (self->scale);
  guint64 page_size = page_size_of (self);
  guint64 address;
  double pixel;

  position = CLAMP (position, 0, self->columns);
  if (to_edges && find_edge (self, position, &address))
    return CLAMP (address, extent.start, extent.end);

  address = lacuna_view_to_address_at (&self->view, self->scale, position);
  pixel = self->view.bytes_per_pixel;
  if (pixel * WIDEST_PAGE >= page_size)
    {
      /* The nearer beginning of a page. */
      guint64 low = lac_align_down (address, page_size);
      guint64 half = low + page_size / 2;

      address = address >= half && (double) page_size >= pixel
                  ? lac_add_saturating (low, page_size)
                  : low;
    }
  else if (pixel < 1)
    {
      double within = position - lacuna_view_to_pixel (&self->view, self->scale, address);

      if (within * pixel >= 0.5)
        address = lac_add_saturating (address, 1);
    }

  return CLAMP (address, extent.start, extent.end);
}

void
lacuna_strip_set_measure (LacunaStrip     *self,
                          struct lac_range range)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));

  if (lac_range_size (range) == 0)
    range = (struct lac_range){ 0, 0 };
  if (range.start == self->measure.start && range.end == self->measure.end)
    return;

  self->measure = range;
  self->measure_fixed = range.start;
  self->measure_moving = range.end;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit_by_name (self, "measured");
}

struct lac_range
lacuna_strip_get_measure (LacunaStrip *self)
{
  g_return_val_if_fail (LACUNA_IS_STRIP (self), ((struct lac_range){ 0, 0 }));

  return self->measure;
}

void
lacuna_strip_measure_between (LacunaStrip *self,
                              guint64      fixed,
                              guint64      moving)
{
  lacuna_strip_set_measure (self, (struct lac_range){ MIN (fixed, moving), MAX (fixed, moving) });
  self->measure_fixed = fixed;
  self->measure_moving = moving;
}

/* From the keyboard a measure begins with the selection, when that can be seen, or in the middle. */
void
lacuna_strip_toggle_measuring (LacunaStrip *self)
{
  struct lac_range visible = lacuna_strip_get_visible (self);

  if (self->scale == NULL || self->columns == 0)
    return;

  self->measuring = !self->measuring;
  /* One that can be seen is gone on with. */
  if (!self->measuring || lac_range_overlaps (self->measure, visible))
    return;

  if (lac_range_size (self->selection) > 0 && lac_range_overlaps (self->selection, visible))
    {
      lacuna_strip_measure_between (self, self->selection.start, self->selection.end);
    }
  else
    {
      double middle = floor (self->columns / 2.0);
      guint64 fixed = lacuna_strip_snap (self, middle, TRUE);

      lacuna_strip_measure_between (self, fixed,
                                    lacuna_strip_snap (self, middle + self->columns * MEASURE_STEP,
                                                       FALSE));
    }
}

void
lacuna_strip_extend_measure (LacunaStrip *self,
                             gboolean     higher)
{
  double step = MAX (self->columns * MEASURE_STEP * lacuna_strip_key_share (self), 1);
  double position;
  LacunaView view;
  guint64 moving;

  if (self->scale == NULL || self->columns == 0)
    return;
  if (lac_range_size (self->measure) == 0)
    {
      self->measuring = FALSE;
      lacuna_strip_toggle_measuring (self);
      return;
    }

  /* The view follows the end that moves. */
  position = lacuna_view_to_pixel (&self->target, self->scale, self->measure_moving);
  position += higher ? step : -step;
  if (position < 0 || position > self->columns)
    {
      double past = position < 0 ? position : position - self->columns;

      view = lacuna_view_pan (&self->target, self->scale, self->columns, past);
      lacuna_strip_go_to (self, &view, FALSE);
      position = lacuna_view_to_pixel (&self->target, self->scale, self->measure_moving);
      position += higher ? step : -step;
    }
  else
    {
      lacuna_strip_go_to (self, &self->target, FALSE);
    }

  moving = lacuna_strip_snap (self, position, FALSE);
  /* A step that is rounded away is one page or byte. */
  if (moving == self->measure_moving)
    {
      guint64 least = self->view.bytes_per_pixel * WIDEST_PAGE >= page_size_of (self)
                        ? page_size_of (self)
                        : 1;

      moving = higher ? lac_add_saturating (moving, least) : lac_subtract_saturating (moving, least);
      moving = MIN (moving, lacuna_scale_get_extent (self->scale).end);
    }
  lacuna_strip_measure_between (self, self->measure_fixed, moving);
}

void
lacuna_strip_set_picking (LacunaStrip *self,
                          gboolean     picking)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));

  picking = picking != FALSE;
  if (self->picking == picking)
    return;

  self->picking = picking;
  lacuna_strip_update_pointer (self);
  g_object_notify (G_OBJECT (self), "picking");
}

gboolean
lacuna_strip_get_picking (LacunaStrip *self)
{
  g_return_val_if_fail (LACUNA_IS_STRIP (self), FALSE);

  return self->picking;
}

static void
pick_address (LacunaStrip *self,
              guint64      address)
{
  /* Who listens may ask for another. */
  lacuna_strip_set_picking (self, FALSE);
  g_signal_emit_by_name (self, "address-picked", address);
}

void
lacuna_strip_pick_address_at (LacunaStrip *self,
                              double       position)
{
  double distance = SNAP_DISTANCE * gtk_widget_get_scale_factor (GTK_WIDGET (self));
  LacunaStripItem item;
  guint64 address;

  if (self->scale == NULL || !lacuna_strip_address_at (self, position, &address))
    return;

  if (lacuna_strip_item_at (self, address, &item)
      && position - lacuna_view_to_pixel (&self->view, self->scale, item.range.start) <= distance)
    address = item.range.start;
  pick_address (self, address);
}

void
lacuna_strip_pick_selection (LacunaStrip *self)
{
  if (self->picking && lac_range_size (self->selection) > 0)
    pick_address (self, self->selection.start);
}

gboolean
lacuna_strip_cancel (LacunaStrip *self)
{
  if (self->picking)
    {
      lacuna_strip_set_picking (self, FALSE);
      return TRUE;
    }
  if (self->measuring || lac_range_size (self->measure) > 0)
    {
      self->measuring = FALSE;
      lacuna_strip_set_measure (self, (struct lac_range){ 0, 0 });
      return TRUE;
    }
  return FALSE;
}

void
lacuna_strip_forget_input (LacunaStrip *self)
{
  lacuna_strip_stop_input (self);
  self->measuring = FALSE;
  lacuna_strip_set_measure (self, (struct lac_range){ 0, 0 });
  lacuna_strip_set_picking (self, FALSE);
  lacuna_strip_history_clear (self->history);
}
