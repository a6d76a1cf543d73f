/* The strip's actions: everything that can be done with it, by name.
 *
 * Keys, menus, a window's shortcuts and tests use the same ones.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-strip-private.h"

#include <math.h>

/* Doublings, and parts of the view, for one press of a key; and for one with Shift. */
#define ZOOM_STEP 1.0
#define PAN_STEP 0.2
#define FAR 4

static void
zoom (GtkWidget *widget,
      double     doublings)
{
  LacunaStrip *self = LACUNA_STRIP (widget);

  lacuna_strip_zoom (self, exp2 (doublings * lacuna_strip_key_share (self)), TRUE);
}

static void
pan (GtkWidget *widget,
     double     fraction)
{
  LacunaStrip *self = LACUNA_STRIP (widget);

  lacuna_strip_pan (self, fraction * lacuna_strip_key_share (self), TRUE);
}

static void
zoom_in_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  zoom (widget, ZOOM_STEP);
}

static void
zoom_in_far_action (GtkWidget  *widget,
                    const char *name,
                    GVariant   *parameter)
{
  zoom (widget, FAR * ZOOM_STEP);
}

static void
zoom_out_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  zoom (widget, -ZOOM_STEP);
}

static void
zoom_out_far_action (GtkWidget  *widget,
                     const char *name,
                     GVariant   *parameter)
{
  zoom (widget, -FAR * ZOOM_STEP);
}

static void
pan_lower_action (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
{
  pan (widget, -PAN_STEP);
}

static void
pan_lower_far_action (GtkWidget  *widget,
                      const char *name,
                      GVariant   *parameter)
{
  pan (widget, -FAR * PAN_STEP);
}

static void
pan_higher_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  pan (widget, PAN_STEP);
}

static void
pan_higher_far_action (GtkWidget  *widget,
                       const char *name,
                       GVariant   *parameter)
{
  pan (widget, FAR * PAN_STEP);
}

static void
show_all_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  lacuna_strip_show_all (LACUNA_STRIP (widget), TRUE);
}

/* Brings the middle of the selection, or the address in it that somebody went to, to the middle, and when it is there, as far as the ends of the
 * line let it, shows all of the selection. */
static void
center_selection_action (GtkWidget  *widget,
                         const char *name,
                         GVariant   *parameter)
{
  LacunaStrip *self = LACUNA_STRIP (widget);
  LacunaView view;

  if (self->scale == NULL || self->columns == 0 || lac_range_size (self->selection) == 0)
    return;

  view = lacuna_view_pan (&self->target, self->scale, self->columns,
                          lacuna_view_to_pixel (&self->target, self->scale,
                                                lacuna_strip_get_place (self))
                            - self->columns / 2.0);
  if (fabs (lacuna_view_to_pixel (&self->target, self->scale, view.origin)) < 1)
    lacuna_strip_show_range (self, self->selection, TRUE);
  else
    lacuna_strip_go_to (self, &view, TRUE);
}

static void
zoom_to_selection_action (GtkWidget  *widget,
                          const char *name,
                          GVariant   *parameter)
{
  LacunaStrip *self = LACUNA_STRIP (widget);
  struct lac_range range = lac_range_size (self->measure) > 0 ? self->measure : self->selection;

  if (self->scale != NULL && lac_range_size (range) > 0)
    lacuna_strip_show_range (self, range, TRUE);
}

static void
activate_selection_action (GtkWidget  *widget,
                           const char *name,
                           GVariant   *parameter)
{
  LacunaStrip *self = LACUNA_STRIP (widget);

  if (self->scale == NULL || lac_range_size (self->selection) == 0)
    return;

  if (self->picking)
    {
      lacuna_strip_pick_selection (self);
      return;
    }
  lacuna_strip_show_range (self, self->selection, TRUE);
  g_signal_emit_by_name (self, "activate", self->selection.start);
}

/* Steps to what lies before or after the selection; to the first thing in view when there is none. */
static void
step (LacunaStrip *self,
      gboolean     forward,
      gboolean     gaps)
{
  struct lac_range extent;
  struct lac_range visible;
  LacunaStripItem item;
  guint64 address;

  if (self->scale == NULL || self->columns == 0)
    return;

  extent = lacuna_scale_get_extent (self->scale);
  visible = lacuna_strip_get_visible (self);
  if (lac_range_size (self->selection) == 0)
    {
      address = visible.start;
      forward = TRUE;
    }
  else if (forward)
    address = self->selection.end;
  else if (self->selection.start > extent.start)
    address = self->selection.start - 1;
  else
    return;

  /* Nobody steps to where nothing can be. */
  do
    {
      if (address < extent.start || address >= extent.end
          || !lacuna_strip_item_at (self, address, &item))
        return;
      /* There is nothing below 0. */
      if (!forward && item.range.start == 0 && (item.is_outside || (item.is_gap && !gaps)))
        return;
      address = forward ? item.range.end : item.range.start - 1;
    }
  while (item.is_outside || (item.is_gap && !gaps));

  lacuna_strip_pick (self, item.range.start);
  lacuna_strip_reveal_range (self, item.range, TRUE);
}

static void
select_next_action (GtkWidget  *widget,
                    const char *name,
                    GVariant   *parameter)
{
  step (LACUNA_STRIP (widget), TRUE, FALSE);
}

static void
select_next_any_action (GtkWidget  *widget,
                        const char *name,
                        GVariant   *parameter)
{
  step (LACUNA_STRIP (widget), TRUE, TRUE);
}

static void
select_previous_action (GtkWidget  *widget,
                        const char *name,
                        GVariant   *parameter)
{
  step (LACUNA_STRIP (widget), FALSE, FALSE);
}

static void
select_previous_any_action (GtkWidget  *widget,
                            const char *name,
                            GVariant   *parameter)
{
  step (LACUNA_STRIP (widget), FALSE, TRUE);
}

static void
measure_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  lacuna_strip_toggle_measuring (LACUNA_STRIP (widget));
}

static void
measure_lower_action (GtkWidget  *widget,
                      const char *name,
                      GVariant   *parameter)
{
  lacuna_strip_extend_measure (LACUNA_STRIP (widget), FALSE);
}

static void
measure_higher_action (GtkWidget  *widget,
                       const char *name,
                       GVariant   *parameter)
{
  lacuna_strip_extend_measure (LACUNA_STRIP (widget), TRUE);
}

static void
cancel_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  lacuna_strip_cancel (LACUNA_STRIP (widget));
}

/* Where a menu belongs that no pointer has asked for: at what can be seen of the selection. */
static void
menu_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  LacunaStrip *self = LACUNA_STRIP (widget);
  double start;
  double end;
  double x;
  double y;

  if (self->scale == NULL || self->columns == 0 || lac_range_size (self->selection) == 0)
    return;

  start = lacuna_view_to_pixel (&self->view, self->scale, self->selection.start);
  end = lacuna_view_to_pixel (&self->view, self->scale, self->selection.end);
  lacuna_strip_axis_to_point (self,
                              (CLAMP (start, 0, self->columns) + CLAMP (end, 0, self->columns)) / 2,
                              &x, &y);
  g_signal_emit_by_name (self, "menu", x, y);
}

static void
back_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  lacuna_strip_go_back (LACUNA_STRIP (widget));
}

static void
forward_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  lacuna_strip_go_forward (LACUNA_STRIP (widget));
}

void
lacuna_strip_class_add_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    const char *name;
    GtkWidgetActionActivateFunc activate;
  } actions[] = {
    { "strip.zoom-in", zoom_in_action },
    { "strip.zoom-in-far", zoom_in_far_action },
    { "strip.zoom-out", zoom_out_action },
    { "strip.zoom-out-far", zoom_out_far_action },
    { "strip.pan-lower", pan_lower_action },
    { "strip.pan-lower-far", pan_lower_far_action },
    { "strip.pan-higher", pan_higher_action },
    { "strip.pan-higher-far", pan_higher_far_action },
    { "strip.show-all", show_all_action },
    { "strip.select-next", select_next_action },
    { "strip.select-next-any", select_next_any_action },
    { "strip.select-previous", select_previous_action },
    { "strip.select-previous-any", select_previous_any_action },
    { "strip.center-selection", center_selection_action },
    { "strip.zoom-to-selection", zoom_to_selection_action },
    { "strip.activate-selection", activate_selection_action },
    { "strip.measure", measure_action },
    { "strip.measure-lower", measure_lower_action },
    { "strip.measure-higher", measure_higher_action },
    { "strip.cancel", cancel_action },
    { "strip.menu", menu_action },
    { "strip.back", back_action },
    { "strip.forward", forward_action },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, NULL, actions[i].activate);
}
