/* LacunaStrip: the widget that holds the layers together.
 *
 * The base layer is one render node, made again only when view, size, style or map change; the overlay
 * is another, which also changes with the query. Once they rest, they are one picture. What follows the
 * pointer is drawn after both on every frame, so that moving the pointer costs a few rectangles.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-strip-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Matches that are marked where they are too narrow to be outlined. */
#define MOST_MARKED_MATCHES 512

/* Along the axis, in logical pixels. */
#define LEAST_LENGTH 80
#define NATURAL_LENGTH 640

/* In a line of the tooltip. */
#define MOST_TIP_CHARACTERS 70

enum
{
  PROP_0,
  PROP_SCALE_KIND,
  PROP_PICKING,
  PROP_CAN_GO_BACK,
  PROP_CAN_GO_FORWARD,
  N_PROPERTIES,
  PROP_ORIENTATION = N_PROPERTIES /* the interface's */
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE_WITH_CODE (LacunaStrip, lacuna_strip, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_ORIENTABLE, NULL))

LacunaLabels *
lacuna_strip_ensure_labels (LacunaStrip *self)
{
  if (self->labels == NULL)
    self->labels = lacuna_labels_new (gtk_widget_get_pango_context (GTK_WIDGET (self)));
  return self->labels;
}

void
lacuna_strip_drop_overlay (LacunaStrip *self)
{
  self->is_settled = FALSE;
  g_clear_pointer (&self->tip, g_free);
  g_clear_pointer (&self->picture, gsk_render_node_unref);
  g_clear_pointer (&self->overlay, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
lacuna_strip_drop_nodes (LacunaStrip *self)
{
  g_clear_pointer (&self->base, gsk_render_node_unref);
  lacuna_strip_drop_overlay (self);
}

void
lacuna_strip_get_marks (LacunaStrip      *self,
                        LacunaStripMarks *out_marks)
{
  *out_marks = (LacunaStripMarks){ 0 };
  out_marks->anchors = (const guint64 *) self->anchors->data;
  out_marks->n_anchors = self->anchors->len;
  out_marks->matches = self->matches;
  out_marks->n_matches = self->n_matches;
  out_marks->fills = (const LacunaStripFill *) self->fills->data;
  out_marks->n_fills = self->fills->len;

  if (self->results)
    {
      out_marks->query = lacuna_gap_results_get_query (self->results);
      if (out_marks->query->n_anchors > 0)
        {
          out_marks->anchors = out_marks->query->anchors;
          out_marks->n_anchors = out_marks->query->n_anchors;
        }
    }
  if (self->candidate_is_set)
    out_marks->candidate = &self->candidate;
}

const LacunaStripLayout *
lacuna_strip_ensure_layout (LacunaStrip *self)
{
  if (self->layout == NULL && self->scale != NULL && self->columns > 0 && self->has_view)
    self->layout = lacuna_strip_layout_new (self->census, self->scale, &self->view, self->columns);
  return self->layout;
}

gboolean
lacuna_strip_get_scene (LacunaStrip      *self,
                        LacunaStripScene *out_scene)
{
  if (lacuna_strip_ensure_layout (self) == NULL)
    return FALSE;

  *out_scene = (LacunaStripScene){
    .map = lacuna_snapshot_get_map (self->snapshot),
    .scale = self->scale,
    .view = self->view,
    .layout = self->layout,
    .columns = self->columns,
    .scale_factor = gtk_widget_get_scale_factor (GTK_WIDGET (self)),
    .palette = self->palette,
    .labels = lacuna_strip_ensure_labels (self),
  };
  if (self->inks != 0)
    out_scene->dimmed = LACUNA_ALL_INKS & ~self->inks;
  out_scene->census = self->census;
  lacuna_strip_scene_set_axis (out_scene, self);
  return TRUE;
}

static void
palette_changed_cb (LacunaStrip *self)
{
  self->palette = lacuna_palette_for (adw_style_manager_get_default ());
  lacuna_strip_drop_nodes (self);
}

static void
scale_factor_changed_cb (LacunaStrip *self)
{
  lacuna_strip_drop_nodes (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

/* Where the view moves, the next frame has other nodes, and a picture of these would be for nothing. */
static void
append_kept (LacunaStrip *self,
             GtkSnapshot *snapshot,
             int          scale_factor)
{
  if (self->picture == NULL && self->is_settled)
    self->picture = lacuna_strip_flatten ((GskRenderNode *const[]){ self->base, self->overlay }, 2,
                                          scale_factor);
  self->is_settled = TRUE;

  if (self->picture)
    {
      gtk_snapshot_append_node (snapshot, self->picture);
      return;
    }
  if (self->base)
    gtk_snapshot_append_node (snapshot, self->base);
  if (self->overlay)
    gtk_snapshot_append_node (snapshot, self->overlay);
}

static void
lacuna_strip_snapshot (GtkWidget   *widget,
                       GtkSnapshot *snapshot)
{
  LacunaStrip *self = LACUNA_STRIP (widget);
  LacunaStripScene scene;

  if (!lacuna_strip_get_scene (self, &scene))
    return;

  if (self->base == NULL)
    {
      self->base = lacuna_strip_render_base (&scene);
      self->n_renders++;
    }
  if (self->overlay == NULL)
    {
      LacunaStripMarks marks;

      lacuna_strip_get_marks (self, &marks);
      self->overlay = lacuna_strip_render_overlay (&scene, &marks);
    }

  append_kept (self, snapshot, scene.scale_factor);
  lacuna_strip_append_glow (self, snapshot, &scene);
  lacuna_strip_append_cursor (self, snapshot, &scene);
}

static void
lacuna_strip_measure (GtkWidget     *widget,
                      GtkOrientation orientation,
                      int            for_size,
                      int           *minimum,
                      int           *natural,
                      int           *minimum_baseline,
                      int           *natural_baseline)
{
  LacunaStrip *self = LACUNA_STRIP (widget);
  LacunaStripMargins margins = lacuna_strip_margins (self->orientation,
                                                     lacuna_strip_ensure_labels (self));

  if (orientation == self->orientation)
    {
      *minimum = (int) ceil (margins.low + margins.high) + LEAST_LENGTH;
      *natural = NATURAL_LENGTH;
    }
  else
    {
      double beside = ceil (margins.ruler + margins.footer);

      *minimum = (int) beside + LACUNA_STRIP_LEAST_BAND;
      *natural = (int) beside + LACUNA_STRIP_NATURAL_BAND;
    }
}

static void
lacuna_strip_size_allocate (GtkWidget *widget,
                            int        width,
                            int        height,
                            int        baseline)
{
  LacunaStrip *self = LACUNA_STRIP (widget);

  lacuna_strip_drop_nodes (self);
  lacuna_strip_set_columns (self, lacuna_strip_columns_for (self, width, height));
  /* A menu on it may have become larger; nobody else places it. */
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_POPOVER (child))
      gtk_popover_present (GTK_POPOVER (child));
}

static void
lacuna_strip_css_changed (GtkWidget         *widget,
                          GtkCssStyleChange *change)
{
  LacunaStrip *self = LACUNA_STRIP (widget);
  PangoContext *context = gtk_widget_get_pango_context (widget);
  PangoFontDescription *before
    = pango_font_description_copy (pango_context_get_font_description (context));
  gboolean same;

  GTK_WIDGET_CLASS (lacuna_strip_parent_class)->css_changed (widget, change);

  /* Only the font matters here, and it mostly stays: the style also changes when the pointer comes in. */
  same = before != NULL
         && pango_font_description_equal (before, pango_context_get_font_description (context));
  g_clear_pointer (&before, pango_font_description_free);
  if (same)
    return;

  lacuna_strip_drop_digits (self);
  g_clear_pointer (&self->labels, lacuna_labels_free);
  lacuna_strip_drop_nodes (self);
}

static void
lacuna_strip_direction_changed (GtkWidget       *widget,
                                GtkTextDirection previous)
{
  GTK_WIDGET_CLASS (lacuna_strip_parent_class)->direction_changed (widget, previous);
  lacuna_strip_drop_nodes (LACUNA_STRIP (widget));
}

static void
lacuna_strip_state_flags_changed (GtkWidget    *widget,
                                  GtkStateFlags previous)
{
  GTK_WIDGET_CLASS (lacuna_strip_parent_class)->state_flags_changed (widget, previous);
  gtk_widget_queue_draw (widget);
}

static gboolean
ensure_tip (LacunaStrip *self,
            guint64      address)
{
  LacunaStripItem item;

  if (self->tip && lac_range_contains (self->tip_range, address))
    return TRUE;

  g_clear_pointer (&self->tip, g_free);
  if (!lacuna_strip_item_at (self, address, &item))
    return FALSE;
  self->tip = lacuna_strip_describe_briefly (self, address);
  self->tip_range = item.range;
  if (self->tip != NULL)
    gtk_label_set_text (GTK_LABEL (self->tip_label), self->tip);
  return self->tip != NULL;
}

gboolean
lacuna_strip_has_menu (LacunaStrip *self)
{
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_POPOVER (child) && gtk_widget_get_visible (child))
      return TRUE;

  return FALSE;
}

static gboolean
lacuna_strip_query_tooltip (GtkWidget  *widget,
                            int         x,
                            int         y,
                            gboolean    keyboard,
                            GtkTooltip *tooltip)
{
  LacunaStrip *self = LACUNA_STRIP (widget);
  GdkRectangle area;
  guint64 address;

  /* It would cover the menu. */
  if (lacuna_strip_has_menu (self))
    return FALSE;

  if (keyboard)
    {
      if (lac_range_size (self->selection) == 0)
        return FALSE;
      address = self->selection.start;
    }
  else if (!lacuna_strip_address_at (self, lacuna_strip_point_to_axis (self, x, y), &address))
    {
      return FALSE;
    }

  if (!ensure_tip (self, address))
    return FALSE;

  lacuna_strip_axis_rectangle (self,
                               (double) lacuna_view_to_column (&self->view, self->scale,
                                                               self->tip_range.start),
                               (double) lacuna_view_to_column (&self->view, self->scale,
                                                               self->tip_range.end),
                               &area);
  gtk_tooltip_set_custom (tooltip, self->tip_label);
  gtk_tooltip_set_tip_area (tooltip, &area);
  return TRUE;
}

static void
lacuna_strip_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  LacunaStrip *self = LACUNA_STRIP (object);

  switch (property_id)
    {
    case PROP_SCALE_KIND:
      g_value_set_int (value, self->scale_kind);
      break;

    case PROP_PICKING:
      g_value_set_boolean (value, self->picking);
      break;

    case PROP_CAN_GO_BACK:
      g_value_set_boolean (value, lacuna_strip_can_go_back (self));
      break;

    case PROP_CAN_GO_FORWARD:
      g_value_set_boolean (value, lacuna_strip_can_go_forward (self));
      break;

    case PROP_ORIENTATION:
      g_value_set_enum (value, self->orientation);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
set_orientation (LacunaStrip   *self,
                 GtkOrientation orientation)
{
  if (self->orientation == orientation)
    return;

  self->orientation = orientation;
  lacuna_strip_drop_nodes (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  g_object_notify (G_OBJECT (self), "orientation");
}

static void
lacuna_strip_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  LacunaStrip *self = LACUNA_STRIP (object);

  switch (property_id)
    {
    case PROP_SCALE_KIND:
      lacuna_strip_set_scale_kind (self, g_value_get_int (value));
      break;

    case PROP_PICKING:
      lacuna_strip_set_picking (self, g_value_get_boolean (value));
      break;

    case PROP_ORIENTATION:
      set_orientation (self, g_value_get_enum (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
lacuna_strip_dispose (GObject *object)
{
  LacunaStrip *self = LACUNA_STRIP (object);

  lacuna_strip_stop_animation (self);
  lacuna_strip_stop_glow (self);
  lacuna_strip_stop_input (self);
  g_clear_pointer (&self->history, lacuna_strip_history_free);
  g_clear_pointer (&self->base, gsk_render_node_unref);
  g_clear_pointer (&self->overlay, gsk_render_node_unref);
  g_clear_pointer (&self->picture, gsk_render_node_unref);
  g_clear_pointer (&self->layout, lacuna_strip_layout_free);
  lacuna_strip_drop_digits (self);
  g_clear_pointer (&self->labels, lacuna_labels_free);
  g_clear_pointer (&self->scale, lacuna_scale_unref);
  g_clear_pointer (&self->census, lacuna_census_unref);
  g_clear_object (&self->snapshot);
  g_clear_object (&self->results);
  g_clear_object (&self->tip_label);

  G_OBJECT_CLASS (lacuna_strip_parent_class)->dispose (object);
}

static void
lacuna_strip_finalize (GObject *object)
{
  LacunaStrip *self = LACUNA_STRIP (object);

  g_free (self->matches);
  g_free (self->tip);
  g_array_unref (self->anchors);
  g_array_unref (self->fills);
  g_array_unref (self->kept);

  G_OBJECT_CLASS (lacuna_strip_parent_class)->finalize (object);
}

static void
lacuna_strip_class_init (LacunaStripClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = lacuna_strip_get_property;
  object_class->set_property = lacuna_strip_set_property;
  object_class->dispose = lacuna_strip_dispose;
  object_class->finalize = lacuna_strip_finalize;
  widget_class->snapshot = lacuna_strip_snapshot;
  widget_class->measure = lacuna_strip_measure;
  widget_class->size_allocate = lacuna_strip_size_allocate;
  widget_class->css_changed = lacuna_strip_css_changed;
  widget_class->direction_changed = lacuna_strip_direction_changed;
  widget_class->state_flags_changed = lacuna_strip_state_flags_changed;
  widget_class->query_tooltip = lacuna_strip_query_tooltip;

  properties[PROP_SCALE_KIND]
    = g_param_spec_int ("scale-kind", NULL, NULL, LACUNA_SCALE_LINEAR, LACUNA_SCALE_ANCHOR,
                        LACUNA_SCALE_COMPACT,
                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_PICKING]
    = g_param_spec_boolean ("picking", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_CAN_GO_BACK]
    = g_param_spec_boolean ("can-go-back", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_CAN_GO_FORWARD]
    = g_param_spec_boolean ("can-go-forward", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  g_object_class_override_property (object_class, PROP_ORIENTATION, "orientation");

  g_signal_new ("view-changed", LACUNA_TYPE_STRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
  g_signal_new ("selected", LACUNA_TYPE_STRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_UINT64);
  g_signal_new ("hovered", LACUNA_TYPE_STRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, G_TYPE_BOOLEAN, G_TYPE_UINT64);
  g_signal_new ("activate", LACUNA_TYPE_STRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_UINT64);

  g_signal_new ("measured", LACUNA_TYPE_STRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
  g_signal_new ("address-picked", LACUNA_TYPE_STRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_UINT64);
  g_signal_new ("menu", LACUNA_TYPE_STRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);

  lacuna_strip_class_add_actions (widget_class);
  gtk_widget_class_set_css_name (widget_class, "lacuna-strip");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lacuna_strip_init (LacunaStrip *self)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  self->scale_kind = LACUNA_SCALE_COMPACT;
  self->orientation = GTK_ORIENTATION_HORIZONTAL;
  self->inks = LACUNA_ALL_INKS;
  self->anchors = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->fills = g_array_new (FALSE, FALSE, sizeof (LacunaStripFill));
  self->kept = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->history = lacuna_strip_history_new (self);
  self->palette = lacuna_palette_for (manager);
  self->tip_label = g_object_ref_sink (gtk_label_new (NULL));
  gtk_label_set_wrap (GTK_LABEL (self->tip_label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->tip_label), MOST_TIP_CHARACTERS);

  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Address space"), -1);

  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (palette_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::high-contrast", G_CALLBACK (palette_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (scale_factor_changed_cb), NULL);
  lacuna_strip_add_controllers (self);
}

GtkWidget *
lacuna_strip_new (void)
{
  return g_object_new (LACUNA_TYPE_STRIP, NULL);
}

void
lacuna_strip_set_snapshot (LacunaStrip    *self,
                           LacunaSnapshot *snapshot,
                           LacunaCensus   *census,
                           gboolean        keep_view)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));
  g_return_if_fail (snapshot == NULL || LACUNA_IS_SNAPSHOT (snapshot));
  g_return_if_fail ((snapshot == NULL) == (census == NULL));

  if (!keep_view || snapshot == NULL)
    {
      self->has_view = FALSE;
      self->selection = (struct lac_range){ 0, 0 };
      self->has_place = FALSE;
      self->hover = FALSE;
      g_clear_object (&self->results);
      g_clear_pointer (&self->matches, g_free);
      self->n_matches = 0;
      self->candidate_is_set = FALSE;
      g_array_set_size (self->anchors, 0);
      g_array_set_size (self->fills, 0);
      self->pending = (struct lac_range){ 0, 0 };
      lacuna_strip_forget_input (self);
    }

  lacuna_strip_forget_told (self);
  g_clear_pointer (&self->layout, lacuna_strip_layout_free);
  if (census)
    lacuna_census_ref (census);
  g_clear_pointer (&self->census, lacuna_census_unref);
  self->census = census;
  g_set_object (&self->snapshot, snapshot);

  lacuna_strip_update_scale (self);
  lacuna_strip_view_changed (self);
  lacuna_strip_update_accessible (self);
}

LacunaSnapshot *
lacuna_strip_get_snapshot (LacunaStrip *self)
{
  g_return_val_if_fail (LACUNA_IS_STRIP (self), NULL);

  return self->snapshot;
}

LacunaCensus *
lacuna_strip_get_census (LacunaStrip *self)
{
  g_return_val_if_fail (LACUNA_IS_STRIP (self), NULL);

  return self->census;
}

void
lacuna_strip_set_scale_kind (LacunaStrip    *self,
                             LacunaScaleKind kind)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));

  if (self->scale_kind == kind)
    return;

  self->scale_kind = kind;
  lacuna_strip_update_scale (self);
  if (kind == LACUNA_SCALE_ANCHOR)
    lacuna_strip_show_anchor (self, FALSE);
  lacuna_strip_history_note (self->history);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SCALE_KIND]);
}

LacunaScaleKind
lacuna_strip_get_scale_kind (LacunaStrip *self)
{
  g_return_val_if_fail (LACUNA_IS_STRIP (self), LACUNA_SCALE_LINEAR);

  return self->scale_kind;
}

LacunaScale *
lacuna_strip_get_scale (LacunaStrip *self)
{
  g_return_val_if_fail (LACUNA_IS_STRIP (self), NULL);

  return self->scale;
}

void
lacuna_strip_set_results (LacunaStrip      *self,
                          LacunaGapResults *results)
{
  guint n_items;

  g_return_if_fail (LACUNA_IS_STRIP (self));
  g_return_if_fail (results == NULL || LACUNA_IS_GAP_RESULTS (results));

  g_set_object (&self->results, results);
  g_clear_pointer (&self->matches, g_free);
  self->n_matches = 0;
  self->candidate_is_set = self->candidate_is_set && results != NULL;

  n_items = results ? g_list_model_get_n_items (G_LIST_MODEL (results)) : 0;
  n_items = MIN (n_items, MOST_MARKED_MATCHES);
  if (n_items > 0)
    {
      self->matches = g_new (struct lac_gap, n_items);
      for (; self->n_matches < n_items; self->n_matches++)
        {
          g_autoptr (LacunaGap) gap = g_list_model_get_item (G_LIST_MODEL (results),
                                                             (guint) self->n_matches);

          self->matches[self->n_matches] = *lacuna_gap_get (gap);
        }
    }

  lacuna_strip_update_kept_places (self);
  lacuna_strip_update_accessible (self);
}

LacunaGapResults *
lacuna_strip_get_results (LacunaStrip *self)
{
  g_return_val_if_fail (LACUNA_IS_STRIP (self), NULL);

  return self->results;
}

void
lacuna_strip_set_candidate (LacunaStrip          *self,
                            const struct lac_gap *candidate)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));

  self->candidate_is_set = candidate != NULL;
  if (candidate)
    self->candidate = *candidate;
  lacuna_strip_update_kept_places (self);
}

void
lacuna_strip_set_anchors (LacunaStrip   *self,
                          const guint64 *anchors,
                          gsize          n_anchors)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));
  g_return_if_fail (n_anchors == 0 || anchors != NULL);

  g_array_set_size (self->anchors, 0);
  g_array_append_vals (self->anchors, anchors, (guint) n_anchors);
  lacuna_strip_update_kept_places (self);
}

void
lacuna_strip_set_fills (LacunaStrip           *self,
                        const LacunaStripFill *fills,
                        gsize                  n_fills)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));
  g_return_if_fail (n_fills == 0 || fills != NULL);

  if (n_fills == self->fills->len
      && (n_fills == 0 || memcmp (self->fills->data, fills, n_fills * sizeof *fills) == 0))
    return;
  g_array_set_size (self->fills, 0);
  g_array_append_vals (self->fills, fills, (guint) n_fills);
  lacuna_strip_drop_overlay (self);
}

void
lacuna_strip_set_inks (LacunaStrip *self,
                       guint        inks)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));

  if (self->inks == inks)
    return;

  self->inks = inks;
  lacuna_strip_drop_nodes (self);
}

guint
lacuna_strip_get_n_renders (LacunaStrip *self)
{
  g_return_val_if_fail (LACUNA_IS_STRIP (self), 0);

  return self->n_renders;
}
