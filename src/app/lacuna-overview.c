/* LacunaOverview: the map of the map.
 *
 * It draws the same pieces as the strip, at the strip's scale, but always the whole line. The frame is
 * the strip's view; it is kept wide enough to be taken hold of, also when the view is a hair's breadth.
 * Whatever the pointer does here is a change of the strip's view and nothing else, so the two can't
 * disagree.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-overview.h"

#include "lacuna-strip-render.h"

#include "model/lacuna-format.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* From top to bottom, in logical pixels. */
#define FRAME_HEIGHT 28
#define BAND_INSET 3
#define PIECE_INSET 6
#define LABEL_GAP 3

#define FRAME_RADIUS 5
#define FRAME_THICKNESS 2
#define LEAST_FRAME 12

/* The handles at the frame's ends, and how near to them the pointer takes them. */
#define HANDLE_WIDTH 5
#define HANDLE_HEIGHT 10
#define HANDLE_REACH 6

/* Room for half a handle beyond the band. */
#define SIDE_MARGIN 3

typedef enum
{
  GRIP_NONE,
  GRIP_FRAME,
  GRIP_START,
  GRIP_END,
} Grip;

struct _LacunaOverview
{
  GtkWidget parent_instance;

  LacunaStrip *strip;
  const LacunaPalette *palette;
  LacunaLabels *labels;

  /* Kept until the scale, the snapshot, the size or the style change. */
  LacunaScale *scale;
  LacunaCensus *census;
  LacunaStripLayout *layout;
  GskRenderNode *base;

  Grip grip;
  double drag_start;
  double frame_start;
  double frame_end;
};

enum
{
  PROP_0,
  PROP_STRIP,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (LacunaOverview, lacuna_overview, GTK_TYPE_WIDGET)

static void
drop_base (LacunaOverview *self)
{
  g_clear_pointer (&self->base, gsk_render_node_unref);
  g_clear_pointer (&self->layout, lacuna_strip_layout_free);
  g_clear_pointer (&self->scale, lacuna_scale_unref);
  g_clear_pointer (&self->census, lacuna_census_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static double
band_width (LacunaOverview *self)
{
  return MAX (gtk_widget_get_width (GTK_WIDGET (self)) - 2 * SIDE_MARGIN, 1);
}

/* The whole line in the width of the band. */
static LacunaView
whole_view (LacunaOverview *self)
{
  int columns = (int) band_width (self) * gtk_widget_get_scale_factor (GTK_WIDGET (self));

  return lacuna_view_fit (self->scale, lacuna_scale_get_extent (self->scale), columns);
}

/* Follows the strip's scale. FALSE when there is nothing to show. */
static gboolean
ensure_layout (LacunaOverview *self)
{
  LacunaScale *scale = self->strip ? lacuna_strip_get_scale (self->strip) : NULL;
  LacunaCensus *census = self->strip ? lacuna_strip_get_census (self->strip) : NULL;
  LacunaView view;

  if (scale != self->scale || census != self->census)
    drop_base (self);
  if (scale == NULL || census == NULL)
    return FALSE;
  if (self->layout)
    return TRUE;

  self->scale = lacuna_scale_ref (scale);
  self->census = lacuna_census_ref (census);
  view = whole_view (self);
  self->layout = lacuna_strip_layout_new (census, scale, &view,
                                          (int) band_width (self)
                                            * gtk_widget_get_scale_factor (GTK_WIDGET (self)));
  return TRUE;
}

/* Where the frame is, in logical pixels from the left edge of the widget. */
static gboolean
get_frame (LacunaOverview *self,
           double         *out_start,
           double         *out_end)
{
  struct lac_range visible;
  LacunaView view;
  double scale_factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double width = band_width (self);
  double start;
  double end;

  if (!ensure_layout (self))
    return FALSE;

  visible = lacuna_strip_get_visible (self->strip);
  if (lac_range_size (visible) == 0)
    return FALSE;

  view = whole_view (self);
  start = CLAMP (lacuna_view_to_pixel (&view, self->scale, visible.start) / scale_factor, 0, width);
  end = CLAMP (lacuna_view_to_pixel (&view, self->scale, visible.end) / scale_factor, 0, width);
  if (end - start < LEAST_FRAME)
    {
      start = CLAMP ((start + end - LEAST_FRAME) / 2, 0, MAX (width - LEAST_FRAME, 0));
      end = start + LEAST_FRAME;
    }

  *out_start = start + SIDE_MARGIN;
  *out_end = end + SIDE_MARGIN;
  return TRUE;
}

static GskRenderNode *
render_base (LacunaOverview *self)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  LacunaStripScene scene = {
    .map = lacuna_snapshot_get_map (lacuna_strip_get_snapshot (self->strip)),
    .view = whole_view (self),
    .scale = self->scale,
    .layout = self->layout,
    .columns = (int) band_width (self) * gtk_widget_get_scale_factor (GTK_WIDGET (self)),
    .scale_factor = gtk_widget_get_scale_factor (GTK_WIDGET (self)),
    .palette = self->palette,
  };
  LacunaStripSpan user = lacuna_strip_user_span (&scene);
  GskRoundedRect band;

  gsk_rounded_rect_init_from_rect (&band,
                                   &GRAPHENE_RECT_INIT (0, BAND_INSET, (float) band_width (self),
                                                        FRAME_HEIGHT - 2 * BAND_INSET),
                                   4);
  gtk_snapshot_push_rounded_clip (snapshot, &band);
  /* Free is only what can be mapped. */
  lacuna_strip_append_rectangle (snapshot, &self->palette->free, user.start, BAND_INSET,
                                 user.end - user.start, FRAME_HEIGHT - 2 * BAND_INSET);
  lacuna_strip_append_pieces (&scene, snapshot, PIECE_INSET, FRAME_HEIGHT - 2 * PIECE_INSET);
  gtk_snapshot_pop (snapshot);

  return gtk_snapshot_free_to_node (snapshot);
}

static void
append_labels (LacunaOverview *self,
               GtkSnapshot    *snapshot,
               double          frame_start,
               double          frame_end)
{
  struct lac_range extent = lacuna_scale_get_extent (self->scale);
  struct lac_range visible = lacuna_strip_get_visible (self->strip);
  g_autofree char *first_digits = lacuna_format_address_grouped (extent.start);
  g_autofree char *last_digits = lacuna_format_address_grouped (extent.end);
  g_autofree char *first = g_strconcat ("0x", first_digits, NULL);
  g_autofree char *last = g_strconcat ("0x", last_digits, NULL);
  g_autofree char *size = lacuna_format_size (lac_range_size (visible));
  gboolean all = visible.start <= extent.start && visible.end >= extent.end;
  /* Translators: how much address space is in view, such as "view: 6.4 GiB". */
  g_autofree char *view = all ? g_strdup (_("view: everything"))
                              : g_strdup_printf (_("view: %s"), size);
  double width = gtk_widget_get_width (GTK_WIDGET (self));
  double top = FRAME_HEIGHT + LABEL_GAP;
  double view_width = lacuna_labels_width (self->labels, LACUNA_LABEL_BOLD, view);
  double view_left = CLAMP ((frame_start + frame_end - view_width) / 2, SIDE_MARGIN,
                            MAX (width - view_width - SIDE_MARGIN, SIDE_MARGIN));
  double first_width = lacuna_labels_width (self->labels, LACUNA_LABEL_MONO, first);
  double last_width = lacuna_labels_width (self->labels, LACUNA_LABEL_MONO, last);

  lacuna_labels_append (self->labels, snapshot, LACUNA_LABEL_BOLD, view, view_left, top,
                        &self->palette->accent);
  if (SIDE_MARGIN + first_width + 12 < view_left)
    lacuna_labels_append (self->labels, snapshot, LACUNA_LABEL_MONO, first, SIDE_MARGIN, top,
                          &self->palette->text_dim);
  if (width - SIDE_MARGIN - last_width - 12 > view_left + view_width)
    lacuna_labels_append (self->labels, snapshot, LACUNA_LABEL_MONO, last,
                          width - SIDE_MARGIN - last_width, top, &self->palette->text_dim);
}

static void
append_handle (LacunaOverview *self,
               GtkSnapshot    *snapshot,
               double          x)
{
  lacuna_strip_append_frame (snapshot, &self->palette->accent, x - HANDLE_WIDTH / 2.0,
                             (FRAME_HEIGHT - HANDLE_HEIGHT) / 2.0, HANDLE_WIDTH, HANDLE_HEIGHT,
                             HANDLE_WIDTH / 2.0, HANDLE_WIDTH / 2.0);
}

static void
lacuna_overview_snapshot (GtkWidget   *widget,
                          GtkSnapshot *snapshot)
{
  LacunaOverview *self = LACUNA_OVERVIEW (widget);
  GdkRGBA tint = self->palette->accent;
  double start;
  double end;

  if (!ensure_layout (self))
    return;

  if (self->base == NULL)
    self->base = render_base (self);
  if (self->labels == NULL)
    self->labels = lacuna_labels_new (gtk_widget_get_pango_context (widget));

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (SIDE_MARGIN, 0));
  gtk_snapshot_append_node (snapshot, self->base);
  gtk_snapshot_restore (snapshot);

  if (!get_frame (self, &start, &end))
    return;

  tint.alpha = 0.16f;
  lacuna_strip_append_rectangle (snapshot, &tint, start + 1, 1, end - start - 2, FRAME_HEIGHT - 2);
  lacuna_strip_append_frame (snapshot, &self->palette->accent, start, 0, end - start, FRAME_HEIGHT,
                             FRAME_RADIUS, FRAME_THICKNESS);
  append_handle (self, snapshot, start + 1);
  append_handle (self, snapshot, end - 1);
  append_labels (self, snapshot, start, end);
}

static void
lacuna_overview_measure (GtkWidget     *widget,
                         GtkOrientation orientation,
                         int            for_size,
                         int           *minimum,
                         int           *natural,
                         int           *minimum_baseline,
                         int           *natural_baseline)
{
  LacunaOverview *self = LACUNA_OVERVIEW (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 120;
      *natural = 640;
      return;
    }

  if (self->labels == NULL)
    self->labels = lacuna_labels_new (gtk_widget_get_pango_context (widget));
  *minimum = *natural = FRAME_HEIGHT + LABEL_GAP
                        + lacuna_labels_height (self->labels, LACUNA_LABEL_MONO);
}

static void
lacuna_overview_size_allocate (GtkWidget *widget,
                               int        width,
                               int        height,
                               int        baseline)
{
  drop_base (LACUNA_OVERVIEW (widget));
}

static void
lacuna_overview_css_changed (GtkWidget         *widget,
                             GtkCssStyleChange *change)
{
  LacunaOverview *self = LACUNA_OVERVIEW (widget);

  GTK_WIDGET_CLASS (lacuna_overview_parent_class)->css_changed (widget, change);

  g_clear_pointer (&self->labels, lacuna_labels_free);
  drop_base (self);
}

/* Shows from @start to @end of the widget in the strip. */
static void
request (LacunaOverview *self,
         double          start,
         double          end,
         gboolean        animate)
{
  double scale_factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  LacunaView whole;
  struct lac_range range;
  LacunaView view;

  if (!ensure_layout (self))
    return;

  whole = whole_view (self);
  range.start = lacuna_view_to_address_at (&whole, self->scale,
                                           (start - SIDE_MARGIN) * scale_factor);
  range.end = lacuna_view_to_address_at (&whole, self->scale, (end - SIDE_MARGIN) * scale_factor);
  if (range.end <= range.start)
    return;

  view = lacuna_view_fit (self->scale, range, lacuna_strip_get_columns (self->strip));
  lacuna_strip_set_view (self->strip, &view, animate);
}

/* Moves the view's start to @x without changing how deep it is. */
static void
request_move (LacunaOverview *self,
              double          x,
              gboolean        animate)
{
  double scale_factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  LacunaView whole;
  LacunaView view;

  if (!ensure_layout (self))
    return;

  whole = whole_view (self);
  view = lacuna_strip_get_view (self->strip);
  view.origin = lacuna_view_to_address_at (&whole, self->scale, (x - SIDE_MARGIN) * scale_factor);
  view.fraction = 0;
  lacuna_strip_set_view (self->strip, &view, animate);
}

static Grip
grip_at (LacunaOverview *self,
         double          x)
{
  double start;
  double end;

  if (!get_frame (self, &start, &end))
    return GRIP_NONE;

  /* Half of a narrow frame is its middle, whatever the handles reach. */
  if (x > start + (end - start) / 4 && x < end - (end - start) / 4)
    return GRIP_FRAME;
  if (fabs (x - start) <= HANDLE_REACH)
    return GRIP_START;
  if (fabs (x - end) <= HANDLE_REACH)
    return GRIP_END;
  return x > start && x < end ? GRIP_FRAME : GRIP_NONE;
}

static void
motion_cb (GtkEventControllerMotion *controller,
           double                    x,
           double                    y,
           LacunaOverview           *self)
{
  static const char *const cursors[] = { NULL, "grab", "ew-resize", "ew-resize" };

  if (self->grip == GRIP_NONE)
    gtk_widget_set_cursor_from_name (GTK_WIDGET (self), cursors[grip_at (self, x)]);
}

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double          x,
               double          y,
               LacunaOverview *self)
{
  double width;

  if (!get_frame (self, &self->frame_start, &self->frame_end))
    return;

  self->drag_start = x;
  self->grip = grip_at (self, x);
  if (self->grip != GRIP_NONE)
    return;

  /* Beside the frame: bring it here, and go on as if its middle had been taken. The frame may be
   * drawn wider than the view is. */
  width = self->frame_end - self->frame_start;
  if (width <= LEAST_FRAME)
    request_move (self, x, TRUE);
  else
    request_move (self, x - width / 2, TRUE);
  self->frame_start = x - width / 2;
  self->frame_end = x + width / 2;
  self->grip = GRIP_FRAME;
}

static void
drag_update_cb (GtkGestureDrag *gesture,
                double          dx,
                double          dy,
                LacunaOverview *self)
{
  double start = self->frame_start;
  double end = self->frame_end;

  if (dx == 0)
    return;

  switch (self->grip)
    {
    case GRIP_FRAME:
      request_move (self, end - start <= LEAST_FRAME ? (start + end) / 2 + dx : start + dx, FALSE);
      break;

    case GRIP_START:
      request (self, MIN (start + dx, end - 1), end, FALSE);
      break;

    case GRIP_END:
      request (self, start, MAX (end + dx, start + 1), FALSE);
      break;

    case GRIP_NONE:
      break;
    }
}

static void
drag_end_cb (GtkGestureDrag *gesture,
             double          dx,
             double          dy,
             LacunaOverview *self)
{
  self->grip = GRIP_NONE;
}

/* The wheel does what it does over the strip's middle. */
static gboolean
scroll_cb (GtkEventControllerScroll *controller,
           double                    dx,
           double                    dy,
           LacunaOverview           *self)
{
  GdkModifierType state
    = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));

  if (self->strip == NULL)
    return GDK_EVENT_PROPAGATE;

  if (state & GDK_CONTROL_MASK)
    lacuna_strip_zoom (self->strip, exp2 (-dy / 2), TRUE);
  else
    lacuna_strip_pan (self->strip, (dx + dy) / 10, TRUE);
  return GDK_EVENT_STOP;
}

static void
palette_changed_cb (LacunaOverview *self)
{
  self->palette = lacuna_palette_for (adw_style_manager_get_default ());
  drop_base (self);
}

static void
view_changed_cb (LacunaOverview *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
lacuna_overview_get_property (GObject    *object,
                              guint       property_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  if (property_id == PROP_STRIP)
    g_value_set_object (value, LACUNA_OVERVIEW (object)->strip);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
lacuna_overview_set_property (GObject      *object,
                              guint         property_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  if (property_id == PROP_STRIP)
    lacuna_overview_set_strip (LACUNA_OVERVIEW (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
lacuna_overview_dispose (GObject *object)
{
  LacunaOverview *self = LACUNA_OVERVIEW (object);

  if (self->strip)
    g_signal_handlers_disconnect_by_func (self->strip, view_changed_cb, self);
  g_clear_object (&self->strip);
  g_clear_pointer (&self->labels, lacuna_labels_free);
  g_clear_pointer (&self->base, gsk_render_node_unref);
  g_clear_pointer (&self->layout, lacuna_strip_layout_free);
  g_clear_pointer (&self->scale, lacuna_scale_unref);
  g_clear_pointer (&self->census, lacuna_census_unref);

  G_OBJECT_CLASS (lacuna_overview_parent_class)->dispose (object);
}

static void
lacuna_overview_class_init (LacunaOverviewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = lacuna_overview_get_property;
  object_class->set_property = lacuna_overview_set_property;
  object_class->dispose = lacuna_overview_dispose;
  widget_class->snapshot = lacuna_overview_snapshot;
  widget_class->measure = lacuna_overview_measure;
  widget_class->size_allocate = lacuna_overview_size_allocate;
  widget_class->css_changed = lacuna_overview_css_changed;

  properties[PROP_STRIP] = g_param_spec_object ("strip", NULL, NULL, LACUNA_TYPE_STRIP,
                                                G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
                                                  | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  gtk_widget_class_set_css_name (widget_class, "lacuna-overview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lacuna_overview_init (LacunaOverview *self)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *controller;
  GtkGesture *gesture;

  self->palette = lacuna_palette_for (manager);
  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (palette_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::high-contrast", G_CALLBACK (palette_changed_cb), self,
                           G_CONNECT_SWAPPED);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Overview of the address space"), -1);

  controller = gtk_event_controller_motion_new ();
  g_signal_connect (controller, "motion", G_CALLBACK (motion_cb), self);
  gtk_widget_add_controller (widget, controller);

  controller = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  g_signal_connect (controller, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (widget, controller);

  gesture = gtk_gesture_drag_new ();
  g_signal_connect (gesture, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (gesture, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (gesture, "drag-end", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (gesture));
}

GtkWidget *
lacuna_overview_new (void)
{
  return g_object_new (LACUNA_TYPE_OVERVIEW, NULL);
}

void
lacuna_overview_set_strip (LacunaOverview *self,
                           LacunaStrip    *strip)
{
  g_return_if_fail (LACUNA_IS_OVERVIEW (self));
  g_return_if_fail (strip == NULL || LACUNA_IS_STRIP (strip));

  if (self->strip == strip)
    return;

  if (self->strip)
    g_signal_handlers_disconnect_by_func (self->strip, view_changed_cb, self);
  g_set_object (&self->strip, strip);
  if (strip)
    g_signal_connect_object (strip, "view-changed", G_CALLBACK (view_changed_cb), self,
                             G_CONNECT_SWAPPED);

  drop_base (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STRIP]);
}
