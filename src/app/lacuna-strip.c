/* LacunaStrip: the widget that holds the layers together.
 *
 * The base layer is one render node, made again only when view, size, style or map change; the overlay
 * is another, which also changes with the query. What follows the pointer is drawn after both on every
 * frame, so that moving the pointer costs two rectangles.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-strip-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* How much of the width a range takes when it is shown. */
#define SHOW_PART 0.66

/* Milliseconds. */
#define ANIMATION_DURATION 180

/* Matches that are marked where they are too narrow to be outlined. */
#define MOST_MARKED_MATCHES 512

enum
{
  PROP_0,
  PROP_SCALE_KIND,
  N_PROPERTIES
};

enum
{
  VIEW_CHANGED,
  SELECTED,
  HOVERED,
  ACTIVATE,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPERTIES];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaStrip, lacuna_strip, GTK_TYPE_WIDGET)

static void
drop_overlay (LacunaStrip *self)
{
  g_clear_pointer (&self->overlay, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drop_nodes (LacunaStrip *self)
{
  g_clear_pointer (&self->base, gsk_render_node_unref);
  drop_overlay (self);
}

static void
view_changed (LacunaStrip *self)
{
  g_clear_pointer (&self->layout, lacuna_strip_layout_free);
  drop_nodes (self);
  lacuna_strip_update_hover (self);
  g_signal_emit (self, signals[VIEW_CHANGED], 0);
}

static void
stop_animation (LacunaStrip *self)
{
  if (self->animation == NULL)
    return;

  adw_animation_pause (self->animation);
  g_clear_object (&self->animation);
}

static void
animate_cb (double       progress,
            LacunaStrip *self)
{
  if (self->scale == NULL)
    return;

  self->view = lacuna_view_between (&self->animation_from, &self->target, self->scale,
                                    self->columns, progress);
  view_changed (self);
}

static void
animation_done_cb (AdwAnimation *animation,
                   LacunaStrip  *self)
{
  lacuna_strip_update_accessible (self);
}

void
lacuna_strip_go_to (LacunaStrip      *self,
                    const LacunaView *view,
                    gboolean          animate)
{
  AdwAnimationTarget *target;
  LacunaView goal = *view;

  if (self->scale == NULL || self->columns == 0)
    return;

  stop_animation (self);
  self->target = lacuna_view_clamp (&goal, self->scale, self->columns);
  self->has_view = TRUE;

  if (!animate || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      self->view = self->target;
      view_changed (self);
      lacuna_strip_update_accessible (self);
      return;
    }

  self->animation_from = self->view;
  target = adw_callback_animation_target_new ((AdwAnimationTargetFunc) animate_cb, self, NULL);
  self->animation = adw_timed_animation_new (GTK_WIDGET (self), 0, 1, ANIMATION_DURATION, target);
  adw_timed_animation_set_easing (ADW_TIMED_ANIMATION (self->animation), ADW_EASE_OUT_CUBIC);
  g_signal_connect (self->animation, "done", G_CALLBACK (animation_done_cb), self);
  adw_animation_play (self->animation);
}

/* Shows what was asked for before there was any width. */
static void
show_pending (LacunaStrip *self)
{
  if (self->scale == NULL || self->columns == 0)
    return;

  if (lac_range_size (self->pending) > 0)
    {
      lacuna_strip_show_range (self, self->pending, FALSE);
      self->pending = (struct lac_range){ 0, 0 };
    }
  else
    {
      lacuna_strip_show_all (self, FALSE);
    }
}

static gboolean
shows_all (LacunaStrip *self)
{
  return self->scale != NULL
         && self->target.bytes_per_pixel * self->columns
              >= (double) lacuna_scale_get_length (self->scale) * 0.999;
}

/* Makes the scale anew for another map, kind, anchor or candidate, and keeps the middle of the view. */
static void
update_scale (LacunaStrip *self)
{
  g_autoptr (GArray) keep = g_array_new (FALSE, FALSE, sizeof (guint64));
  LacunaStripMarks marks;
  gboolean all = shows_all (self);
  guint64 middle = 0;
  guint64 distance = 0;
  gboolean keeps_middle = self->scale != NULL && self->columns > 0 && self->has_view;

  if (keeps_middle)
    {
      middle = lacuna_view_to_address_at (&self->target, self->scale, self->columns / 2.0);
      distance = lacuna_scale_to_line (self->scale, middle)
                 - lacuna_scale_to_line (self->scale, self->target.origin);
    }

  stop_animation (self);
  g_clear_pointer (&self->scale, lacuna_scale_unref);
  if (self->snapshot == NULL)
    return;

  lacuna_strip_get_marks (self, &marks);
  g_array_append_vals (keep, marks.anchors, marks.n_anchors);
  if (marks.candidate)
    g_array_append_val (keep, marks.candidate->candidate);

  self->scale = lacuna_scale_new (self->scale_kind, lacuna_snapshot_get_map (self->snapshot),
                                  (const guint64 *) keep->data, keep->len);

  if (keeps_middle && !all)
    {
      LacunaView view = self->target;

      /* A refresh mostly changes nothing between the two, and then nothing may move at all. */
      if (lacuna_scale_to_line (self->scale, middle)
            - lacuna_scale_to_line (self->scale, view.origin)
          != distance)
        {
          view = (LacunaView){ middle, 0, view.bytes_per_pixel };
          view = lacuna_view_pan (&view, self->scale, self->columns, -self->columns / 2.0);
        }
      lacuna_strip_go_to (self, &view, FALSE);
    }
  else
    {
      show_pending (self);
    }
}

/* An anchor or candidate is another: the scale may have to keep other places. */
static void
update_kept_places (LacunaStrip *self)
{
  LacunaStripMarks marks;
  gboolean needed = FALSE;

  drop_overlay (self);
  if (self->scale == NULL)
    return;

  lacuna_strip_get_marks (self, &marks);
  switch (self->scale_kind)
    {
    case LACUNA_SCALE_LINEAR:
      break;

    case LACUNA_SCALE_ANCHOR:
      needed = marks.n_anchors > 0
               && marks.anchors[0] != lacuna_scale_get_anchor (self->scale);
      break;

    case LACUNA_SCALE_COMPACT:
      /* Only a place that is cut out now moves anything, so that typing does not make the picture
       * jump. */
      for (gsize i = 0; i < marks.n_anchors && !needed; i++)
        needed = lacuna_scale_to_address (self->scale,
                                          lacuna_scale_to_line (self->scale, marks.anchors[i]))
                 != MIN (marks.anchors[i], lacuna_scale_get_extent (self->scale).end);
      if (marks.candidate && !needed)
        needed = lacuna_scale_to_address (
                   self->scale, lacuna_scale_to_line (self->scale, marks.candidate->candidate))
                 != marks.candidate->candidate;
      break;

    default:
      g_assert_not_reached ();
    }

  if (needed)
    update_scale (self);
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
  else if (self->n_matches > 0)
    out_marks->candidate = &self->matches[0];
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

  if (self->labels == NULL)
    self->labels = lacuna_labels_new (gtk_widget_get_pango_context (GTK_WIDGET (self)));

  *out_scene = (LacunaStripScene){
    .map = lacuna_snapshot_get_map (self->snapshot),
    .scale = self->scale,
    .view = self->view,
    .layout = self->layout,
    .columns = self->columns,
    .scale_factor = gtk_widget_get_scale_factor (GTK_WIDGET (self)),
    .height = gtk_widget_get_height (GTK_WIDGET (self)),
    .palette = self->palette,
    .labels = self->labels,
  };
  return TRUE;
}

gboolean
lacuna_strip_item_at (LacunaStrip     *self,
                      guint64          address,
                      LacunaStripItem *out_item)
{
  const struct lac_map *map;
  const struct lac_region *regions;
  struct lac_range extent;
  gsize n_regions;
  gsize index;

  if (self->scale == NULL)
    return FALSE;

  map = lacuna_snapshot_get_map (self->snapshot);
  regions = lac_map_regions (map, &n_regions);
  extent = lacuna_scale_get_extent (self->scale);
  index = lac_map_search (map, address);

  if (index < n_regions && regions[index].start <= address)
    {
      *out_item = (LacunaStripItem){ lac_region_range (&regions[index]), index, FALSE };
      return TRUE;
    }

  out_item->index = index;
  out_item->is_gap = TRUE;
  out_item->range.start = index > 0 ? regions[index - 1].end : extent.start;
  out_item->range.end = index < n_regions ? regions[index].start : extent.end;
  return address < out_item->range.end;
}

gboolean
lacuna_strip_address_at_x (LacunaStrip *self,
                           double       x,
                           guint64     *out_address)
{
  const LacunaStripLayout *layout = lacuna_strip_ensure_layout (self);
  double pixel = x * gtk_widget_get_scale_factor (GTK_WIDGET (self));
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
  g_signal_emit (self, signals[HOVERED], 0, inside, address);
}

void
lacuna_strip_pick (LacunaStrip *self,
                   guint64      address)
{
  LacunaStripItem item;

  if (!lacuna_strip_item_at (self, address, &item))
    return;

  lacuna_strip_set_selection (self, item.range);
  g_signal_emit (self, signals[SELECTED], 0, address);
}

static void
palette_changed_cb (LacunaStrip *self)
{
  self->palette = lacuna_palette_for (adw_style_manager_get_default ());
  drop_nodes (self);
}

static void
scale_factor_changed_cb (LacunaStrip *self)
{
  drop_nodes (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
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

static void
append_cursor (LacunaStrip            *self,
               GtkSnapshot            *snapshot,
               const LacunaStripScene *scene)
{
  LacunaStripItem item;

  if (self->hover && lacuna_strip_item_at (self, self->hover_address, &item))
    append_outline (self, snapshot, scene, item.range, &self->palette->text, 1, 1);

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
      lacuna_strip_append_frame (snapshot, &ring, 1, 1, lacuna_strip_scene_width (scene) - 2,
                                 scene->height - 2, 11, 2);
    }
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

  if (self->base)
    gtk_snapshot_append_node (snapshot, self->base);
  if (self->overlay)
    gtk_snapshot_append_node (snapshot, self->overlay);
  append_cursor (self, snapshot, &scene);
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
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 160;
      *natural = 640;
    }
  else
    {
      *minimum = LACUNA_STRIP_RULER + LACUNA_STRIP_LEAST_BAND + LACUNA_STRIP_FOOTER;
      *natural = LACUNA_STRIP_RULER + LACUNA_STRIP_NATURAL_BAND + LACUNA_STRIP_FOOTER;
    }
}

static void
lacuna_strip_size_allocate (GtkWidget *widget,
                            int        width,
                            int        height,
                            int        baseline)
{
  LacunaStrip *self = LACUNA_STRIP (widget);
  int columns = MAX (width, 0) * gtk_widget_get_scale_factor (widget);
  int before = self->columns;

  drop_nodes (self);
  if (columns == before)
    return;

  self->columns = columns;
  g_clear_pointer (&self->layout, lacuna_strip_layout_free);
  if (self->scale == NULL || columns == 0)
    return;

  if (before > 0 && self->has_view && !shows_all (self))
    {
      LacunaView view = self->target;

      view.bytes_per_pixel *= (double) before / columns;
      lacuna_strip_go_to (self, &view, FALSE);
    }
  else
    {
      show_pending (self);
    }
}

static void
lacuna_strip_css_changed (GtkWidget         *widget,
                          GtkCssStyleChange *change)
{
  LacunaStrip *self = LACUNA_STRIP (widget);

  GTK_WIDGET_CLASS (lacuna_strip_parent_class)->css_changed (widget, change);

  /* The font may be another. */
  g_clear_pointer (&self->labels, lacuna_labels_free);
  drop_nodes (self);
}

static void
lacuna_strip_state_flags_changed (GtkWidget    *widget,
                                  GtkStateFlags previous)
{
  GTK_WIDGET_CLASS (lacuna_strip_parent_class)->state_flags_changed (widget, previous);
  gtk_widget_queue_draw (widget);
}

static gboolean
lacuna_strip_query_tooltip (GtkWidget  *widget,
                            int         x,
                            int         y,
                            gboolean    keyboard,
                            GtkTooltip *tooltip)
{
  LacunaStrip *self = LACUNA_STRIP (widget);
  LacunaStripItem item;
  LacunaStripScene scene;
  g_autofree char *text = NULL;
  guint64 address;
  double start;
  double end;

  if (keyboard)
    {
      if (lac_range_size (self->selection) == 0)
        return FALSE;
      address = self->selection.start;
    }
  else if (!lacuna_strip_address_at_x (self, x, &address))
    {
      return FALSE;
    }

  text = lacuna_strip_describe (self, address);
  if (text == NULL || !lacuna_strip_item_at (self, address, &item)
      || !lacuna_strip_get_scene (self, &scene))
    return FALSE;

  start = CLAMP (lacuna_strip_scene_to_x (&scene, item.range.start), 0,
                 lacuna_strip_scene_width (&scene));
  end = CLAMP (lacuna_strip_scene_to_x (&scene, item.range.end), 0,
               lacuna_strip_scene_width (&scene));
  gtk_tooltip_set_text (tooltip, text);
  gtk_tooltip_set_tip_area (tooltip,
                            &(GdkRectangle){ (int) start, LACUNA_STRIP_RULER,
                                             MAX ((int) (end - start), 1),
                                             (int) lacuna_strip_scene_band_height (&scene) });
  return TRUE;
}

static void
lacuna_strip_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  if (property_id == PROP_SCALE_KIND)
    g_value_set_int (value, lacuna_strip_get_scale_kind (LACUNA_STRIP (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
lacuna_strip_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  if (property_id == PROP_SCALE_KIND)
    lacuna_strip_set_scale_kind (LACUNA_STRIP (object), g_value_get_int (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
lacuna_strip_dispose (GObject *object)
{
  LacunaStrip *self = LACUNA_STRIP (object);

  stop_animation (self);
  g_clear_pointer (&self->base, gsk_render_node_unref);
  g_clear_pointer (&self->overlay, gsk_render_node_unref);
  g_clear_pointer (&self->layout, lacuna_strip_layout_free);
  g_clear_pointer (&self->labels, lacuna_labels_free);
  g_clear_pointer (&self->scale, lacuna_scale_unref);
  g_clear_pointer (&self->census, lacuna_census_unref);
  g_clear_object (&self->snapshot);
  g_clear_object (&self->results);

  G_OBJECT_CLASS (lacuna_strip_parent_class)->dispose (object);
}

static void
lacuna_strip_finalize (GObject *object)
{
  LacunaStrip *self = LACUNA_STRIP (object);

  g_free (self->matches);
  g_array_unref (self->anchors);

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
  widget_class->state_flags_changed = lacuna_strip_state_flags_changed;
  widget_class->query_tooltip = lacuna_strip_query_tooltip;

  properties[PROP_SCALE_KIND]
    = g_param_spec_int ("scale-kind", NULL, NULL, LACUNA_SCALE_LINEAR, LACUNA_SCALE_ANCHOR,
                        LACUNA_SCALE_COMPACT,
                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  signals[VIEW_CHANGED] = g_signal_new ("view-changed", LACUNA_TYPE_STRIP, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SELECTED] = g_signal_new ("selected", LACUNA_TYPE_STRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);
  signals[HOVERED] = g_signal_new ("hovered", LACUNA_TYPE_STRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 2, G_TYPE_BOOLEAN, G_TYPE_UINT64);
  signals[ACTIVATE] = g_signal_new ("activate", LACUNA_TYPE_STRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);

  lacuna_strip_class_add_actions (widget_class);
  gtk_widget_class_set_css_name (widget_class, "lacuna-strip");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lacuna_strip_init (LacunaStrip *self)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  self->scale_kind = LACUNA_SCALE_COMPACT;
  self->anchors = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->palette = lacuna_palette_for (manager);

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
      self->hover = FALSE;
      g_clear_object (&self->results);
      g_clear_pointer (&self->matches, g_free);
      self->n_matches = 0;
      self->candidate_is_set = FALSE;
      g_array_set_size (self->anchors, 0);
      self->pending = (struct lac_range){ 0, 0 };
    }

  g_clear_pointer (&self->layout, lacuna_strip_layout_free);
  if (census)
    lacuna_census_ref (census);
  g_clear_pointer (&self->census, lacuna_census_unref);
  self->census = census;
  g_set_object (&self->snapshot, snapshot);

  update_scale (self);
  view_changed (self);
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
  update_scale (self);
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

LacunaView
lacuna_strip_get_view (LacunaStrip *self)
{
  return self->target;
}

void
lacuna_strip_set_view (LacunaStrip      *self,
                       const LacunaView *view,
                       gboolean          animate)
{
  g_return_if_fail (LACUNA_IS_STRIP (self));
  g_return_if_fail (view != NULL && view->bytes_per_pixel > 0);

  lacuna_strip_go_to (self, view, animate);
}

int
lacuna_strip_get_columns (LacunaStrip *self)
{
  g_return_val_if_fail (LACUNA_IS_STRIP (self), 0);

  return self->columns;
}

struct lac_range
lacuna_strip_get_visible (LacunaStrip *self)
{
  if (self->scale == NULL || self->columns == 0 || !self->has_view)
    return (struct lac_range){ 0, 0 };

  return lacuna_view_get_range (&self->view, self->scale, self->columns);
}

void
lacuna_strip_show_range (LacunaStrip     *self,
                         struct lac_range range,
                         gboolean         animate)
{
  LacunaView view;

  g_return_if_fail (LACUNA_IS_STRIP (self));

  if (self->scale == NULL || self->columns == 0)
    {
      self->pending = range;
      return;
    }

  view = lacuna_view_fit (self->scale, range, MAX ((int) (self->columns * SHOW_PART), 1));
  view = lacuna_view_pan (&view, self->scale, self->columns,
                          -self->columns * (1 - SHOW_PART) / 2);
  lacuna_strip_go_to (self, &view, animate);
}

void
lacuna_strip_reveal_range (LacunaStrip     *self,
                           struct lac_range range,
                           gboolean         animate)
{
  LacunaView view = self->target;
  double margin = self->columns * 0.1;
  double start;
  double end;

  g_return_if_fail (LACUNA_IS_STRIP (self));

  if (self->scale == NULL || self->columns == 0)
    {
      self->pending = range;
      return;
    }

  start = lacuna_view_to_pixel (&view, self->scale, range.start);
  end = lacuna_view_to_pixel (&view, self->scale, range.end);

  if (end - start > self->columns)
    {
      /* It can't be seen whole without zooming out; any of it in view is enough. */
      if (end > margin && start < self->columns - margin)
        return;
      lacuna_strip_show_range (self, range, animate);
      return;
    }
  if (start >= 0 && end <= self->columns)
    return;

  view = lacuna_view_pan (&view, self->scale, self->columns,
                          (start + end) / 2 - self->columns / 2.0);
  lacuna_strip_go_to (self, &view, animate);
}

void
lacuna_strip_show_all (LacunaStrip *self,
                       gboolean     animate)
{
  LacunaView view;

  g_return_if_fail (LACUNA_IS_STRIP (self));

  self->pending = (struct lac_range){ 0, 0 };
  if (self->scale == NULL || self->columns == 0)
    return;

  view = lacuna_view_fit (self->scale, lacuna_scale_get_extent (self->scale), self->columns);
  lacuna_strip_go_to (self, &view, animate && self->has_view);
}

void
lacuna_strip_zoom (LacunaStrip *self,
                   double       factor,
                   gboolean     animate)
{
  double pixel = self->columns / 2.0;
  LacunaView view;

  g_return_if_fail (LACUNA_IS_STRIP (self));
  g_return_if_fail (factor > 0);

  if (self->scale == NULL || self->columns == 0)
    return;

  if (self->pointer_inside)
    pixel = self->pointer_x * gtk_widget_get_scale_factor (GTK_WIDGET (self));
  view = lacuna_view_zoom (&self->target, self->scale, self->columns, pixel, factor);
  lacuna_strip_go_to (self, &view, animate);
}

void
lacuna_strip_pan (LacunaStrip *self,
                  double       fraction,
                  gboolean     animate)
{
  LacunaView view;

  g_return_if_fail (LACUNA_IS_STRIP (self));

  if (self->scale == NULL || self->columns == 0)
    return;

  view = lacuna_view_pan (&self->target, self->scale, self->columns, fraction * self->columns);
  lacuna_strip_go_to (self, &view, animate);
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
  self->candidate_is_set = FALSE;

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

  update_kept_places (self);
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
  update_kept_places (self);
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
  update_kept_places (self);
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

guint
lacuna_strip_get_n_renders (LacunaStrip *self)
{
  g_return_val_if_fail (LACUNA_IS_STRIP (self), 0);

  return self->n_renders;
}
