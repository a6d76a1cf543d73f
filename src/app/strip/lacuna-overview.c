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

#include "lacuna-overview-private.h"

#include "model/lacuna-format.h"

#include <glib/gi18n-lib.h>

/* After the view has come to rest, in milliseconds, it is said to assistive technology. */
#define DESCRIBE_DELAY 300

/* Below the frame of a band that lies. */
#define LABEL_GAP 3

enum
{
  PROP_0,
  PROP_STRIP,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (LacunaOverview, lacuna_overview, GTK_TYPE_WIDGET)

void
lacuna_overview_drop_base (LacunaOverview *self)
{
  g_clear_pointer (&self->base, gsk_render_node_unref);
  g_clear_pointer (&self->layout, lacuna_strip_layout_free);
  g_clear_pointer (&self->scale, lacuna_scale_unref);
  g_clear_pointer (&self->census, lacuna_census_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

double
lacuna_overview_band_length (LacunaOverview *self)
{
  int length = self->orientation == GTK_ORIENTATION_HORIZONTAL
                 ? gtk_widget_get_width (GTK_WIDGET (self))
                 : gtk_widget_get_height (GTK_WIDGET (self));

  return MAX (length - 2 * LACUNA_OVERVIEW_MARGIN, 1);
}

static int
get_columns (LacunaOverview *self)
{
  return (int) lacuna_overview_band_length (self) * gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

LacunaView
lacuna_overview_whole_view (LacunaOverview *self)
{
  return lacuna_view_fit (self->scale, lacuna_scale_get_extent (self->scale), get_columns (self));
}

gboolean
lacuna_overview_ensure_layout (LacunaOverview *self)
{
  LacunaScale *scale = self->strip ? lacuna_strip_get_scale (self->strip) : NULL;
  LacunaCensus *census = self->strip ? lacuna_strip_get_census (self->strip) : NULL;
  LacunaView view;

  if (scale != self->scale || census != self->census)
    lacuna_overview_drop_base (self);
  if (scale == NULL || census == NULL)
    return FALSE;
  if (self->layout)
    return TRUE;

  self->scale = lacuna_scale_ref (scale);
  self->census = lacuna_census_ref (census);
  view = lacuna_overview_whole_view (self);
  self->layout = lacuna_strip_layout_new (census, scale, &view, get_columns (self));
  return TRUE;
}

gboolean
lacuna_overview_get_frame (LacunaOverview  *self,
                           LacunaStripSpan *out_frame)
{
  struct lac_range visible;
  LacunaView view;
  double scale_factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double length = lacuna_overview_band_length (self);
  double start;
  double end;

  if (!lacuna_overview_ensure_layout (self))
    return FALSE;

  visible = lacuna_strip_get_visible (self->strip);
  if (lac_range_size (visible) == 0)
    return FALSE;

  view = lacuna_overview_whole_view (self);
  start = lacuna_view_to_pixel (&view, self->scale, visible.start) / scale_factor;
  end = lacuna_view_to_pixel (&view, self->scale, visible.end) / scale_factor;
  start = CLAMP (start, 0, length);
  end = CLAMP (end, 0, length);
  if (end - start < LACUNA_OVERVIEW_LEAST_FRAME)
    {
      start = CLAMP ((start + end - LACUNA_OVERVIEW_LEAST_FRAME) / 2, 0,
                     MAX (length - LACUNA_OVERVIEW_LEAST_FRAME, 0));
      end = start + LACUNA_OVERVIEW_LEAST_FRAME;
    }

  *out_frame = (LacunaStripSpan){ start, end };
  return TRUE;
}

static void
lacuna_overview_snapshot (GtkWidget   *widget,
                          GtkSnapshot *snapshot)
{
  LacunaOverview *self = LACUNA_OVERVIEW (widget);

  if (self->labels == NULL)
    self->labels = lacuna_labels_new (gtk_widget_get_pango_context (widget));
  lacuna_overview_render (self, snapshot);
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

  if (orientation == self->orientation)
    {
      *minimum = 120;
      *natural = 640;
      return;
    }

  *minimum = *natural = LACUNA_OVERVIEW_FRAME;
  if (self->orientation == GTK_ORIENTATION_VERTICAL)
    return;
  if (self->labels == NULL)
    self->labels = lacuna_labels_new (gtk_widget_get_pango_context (widget));
  *minimum = *natural += LABEL_GAP + lacuna_labels_height (self->labels, LACUNA_LABEL_MONO);
}

static void
lacuna_overview_size_allocate (GtkWidget *widget,
                               int        width,
                               int        height,
                               int        baseline)
{
  lacuna_overview_drop_base (LACUNA_OVERVIEW (widget));
}

static void
lacuna_overview_css_changed (GtkWidget         *widget,
                             GtkCssStyleChange *change)
{
  LacunaOverview *self = LACUNA_OVERVIEW (widget);

  GTK_WIDGET_CLASS (lacuna_overview_parent_class)->css_changed (widget, change);

  g_clear_pointer (&self->labels, lacuna_labels_free);
  lacuna_overview_drop_base (self);
}

static void
lacuna_overview_state_flags_changed (GtkWidget    *widget,
                                     GtkStateFlags previous)
{
  GTK_WIDGET_CLASS (lacuna_overview_parent_class)->state_flags_changed (widget, previous);
  gtk_widget_queue_draw (widget);
}

static void
palette_changed_cb (LacunaOverview *self)
{
  self->palette = lacuna_palette_for (adw_style_manager_get_default ());
  lacuna_overview_drop_base (self);
}

static gboolean
describe_cb (gpointer user_data)
{
  LacunaOverview *self = user_data;
  struct lac_range visible = { 0, 0 };
  g_autofree char *text = NULL;

  self->describe_source = 0;
  if (self->strip)
    visible = lacuna_strip_get_visible (self->strip);
  if (lac_range_size (visible) > 0)
    {
      g_autofree char *start = lacuna_format_address (visible.start);
      g_autofree char *end = lacuna_format_address (visible.end);
      g_autofree char *size = lacuna_format_size (lac_range_size (visible));

      /* Translators: the part of an address space that is in view, its size and its two ends. */
      text = g_strdup_printf (_("%s in view, from %s to %s"), size, start, end);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  text ? text : "", GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                  text ? text : "", -1);
  return G_SOURCE_REMOVE;
}

static void
view_changed_cb (LacunaOverview *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_clear_handle_id (&self->describe_source, g_source_remove);
  self->describe_source = g_timeout_add (DESCRIBE_DELAY, describe_cb, self);
}

static void
follow_orientation (LacunaOverview *self)
{
  GtkOrientation orientation = GTK_ORIENTATION_HORIZONTAL;

  if (self->strip)
    orientation = gtk_orientable_get_orientation (GTK_ORIENTABLE (self->strip));
  if (orientation == self->orientation)
    return;

  self->orientation = orientation;
  lacuna_overview_drop_base (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/* Letting go of a strip, or of the overview itself. */
static void
forget_strip (LacunaOverview *self)
{
  g_clear_handle_id (&self->describe_source, g_source_remove);
  if (self->strip)
    {
      g_signal_handlers_disconnect_by_func (self->strip, view_changed_cb, self);
      g_signal_handlers_disconnect_by_func (self->strip, follow_orientation, self);
    }
  g_clear_object (&self->strip);
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

  forget_strip (self);
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
  widget_class->state_flags_changed = lacuna_overview_state_flags_changed;

  properties[PROP_STRIP] = g_param_spec_object ("strip", NULL, NULL, LACUNA_TYPE_STRIP,
                                                G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
                                                  | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  gtk_widget_class_set_css_name (widget_class, "lacuna-overview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SCROLLBAR);
}

static void
lacuna_overview_init (LacunaOverview *self)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  self->palette = lacuna_palette_for (manager);
  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (palette_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::high-contrast", G_CALLBACK (palette_changed_cb), self,
                           G_CONNECT_SWAPPED);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Overview of the address space"), -1);

  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self),
                               _("The whole address space. Drag the frame to move the view, and its "
                                 "ends to zoom."));
  lacuna_overview_add_controllers (self);
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

  forget_strip (self);
  g_set_object (&self->strip, strip);
  if (strip)
    {
      g_signal_connect_object (strip, "view-changed", G_CALLBACK (view_changed_cb), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (strip, "notify::orientation", G_CALLBACK (follow_orientation), self,
                               G_CONNECT_SWAPPED);
      view_changed_cb (self);
    }

  follow_orientation (self);
  lacuna_overview_drop_base (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STRIP]);
}
