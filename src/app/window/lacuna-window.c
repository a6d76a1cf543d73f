/* LacunaWindow: one target, its strip, its regions and the gaps in it.
 *
 * The window is where the parts meet: strip, table and gap panel do not know one another. Each
 * says what the user did, and the window tells the others. One thing is selected at a time, a
 * region or a gap, by its range; a refresh keeps it when something is still there.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-keys.h"
#include "app/lacuna-menu.h"
#include "app/table/lacuna-region-menu.h"
#include "lacuna-signs.h"
#include "lacuna-window-private.h"

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (LacunaWindow, lacuna_window, ADW_TYPE_APPLICATION_WINDOW)

#define PROPERTY_FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY)

/* How long a few words are there to be read. */
#define TOAST_MILLISECONDS 3000

static GParamSpec *properties[LACUNA_WINDOW_N_PROPERTIES];

static const char *const scale_names[] = {
  [LACUNA_SCALE_LINEAR] = "linear",
  [LACUNA_SCALE_COMPACT] = "compact",
  [LACUNA_SCALE_ANCHOR] = "anchor",
};

/**
 * lacuna_window_notify:
 * @property: what is another now
 */
void
lacuna_window_notify (LacunaWindow        *self,
                      LacunaWindowProperty property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

/**
 * lacuna_window_say:
 * @text: plain text
 *
 * Tells who can't see it, also when it is what was told last.
 */
void
lacuna_window_say (LacunaWindow *self,
                   const char   *text)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->status), GTK_ACCESSIBLE_PROPERTY_LABEL, "",
                                  -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->status), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text, -1);
}

/**
 * lacuna_window_show_toast:
 * @toast: (transfer full): a toast
 * @text: what it says, as plain text
 *
 * Shows @toast for a while, in place of one that shows: what was done last is what one wants to hear
 * of. Who can't see it is told at once.
 */
void
lacuna_window_show_toast (LacunaWindow *self,
                          AdwToast     *toast,
                          const char   *text)
{
  if (self->toast != NULL)
    adw_toast_dismiss (self->toast);
  if (self->other_toast != NULL)
    adw_toast_dismiss (self->other_toast);
  g_set_weak_pointer (&self->other_toast, toast);
  adw_toast_overlay_add_toast (self->toast_overlay, toast);
  lacuna_window_say (self, text);
}

static void
toast_dismissed_cb (LacunaWindow *self)
{
  g_clear_handle_id (&self->toast_source, g_source_remove);
  g_clear_weak_pointer (&self->toast);
}

static gboolean
toast_over_cb (gpointer user_data)
{
  LacunaWindow *self = user_data;

  self->toast_source = 0;
  adw_toast_dismiss (self->toast);
  return G_SOURCE_REMOVE;
}

/**
 * lacuna_window_toast:
 * @text: plain text
 *
 * Says @text for a few seconds. A toast that shows says it instead of what it said: another would
 * wait for it to go.
 */
void
lacuna_window_toast (LacunaWindow *self,
                     const char   *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);

  if (self->other_toast != NULL)
    adw_toast_dismiss (self->other_toast);
  if (self->toast != NULL)
    adw_toast_set_title (self->toast, markup);
  else
    {
      AdwToast *toast = adw_toast_new (markup);

      adw_toast_set_timeout (toast, 0);
      g_signal_connect_object (toast, "dismissed", G_CALLBACK (toast_dismissed_cb), self,
                               G_CONNECT_SWAPPED);
      g_set_weak_pointer (&self->toast, toast);
      adw_toast_overlay_add_toast (self->toast_overlay, toast);
    }
  g_clear_handle_id (&self->toast_source, g_source_remove);
  self->toast_source = g_timeout_add (TOAST_MILLISECONDS, toast_over_cb, self);
  lacuna_window_say (self, text);
}

/* Selection */

/**
 * lacuna_window_show_selection:
 *
 * Has the strip and the details show what is selected; the table is told by whoever selects.
 */
void
lacuna_window_show_selection (LacunaWindow *self)
{
  struct lac_range none = { 0, 0 };

  self->has_place = self->has_place && self->any_selected
                    && lac_range_contains (self->selected, self->place);
  lacuna_strip_set_selection (self->strip, self->any_selected ? self->selected : none);
  lacuna_strip_set_place (self->strip, self->has_place, self->place);
  lacuna_details_set_place (self->details, self->has_place, self->place);
  lacuna_details_set_selection (self->details, self->any_selected, self->selected.start);
  lacuna_inspector_set_selection (self->inspector, self->any_selected, self->selected.start);
  lacuna_window_show_bytes (self);
  lacuna_window_select_buffer (self);
  lacuna_window_set_actions_enabled (self);
}

/**
 * lacuna_window_show_candidate:
 *
 * Marks what the gap panel has selected as the candidate, on the strip and in the table.
 */
void
lacuna_window_show_candidate (LacunaWindow *self)
{
  LacunaGap *item = lacuna_gap_panel_get_selected (self->gap_panel);
  const struct lac_gap *gap = item != NULL ? lacuna_gap_get (item) : NULL;

  lacuna_strip_set_candidate (self->strip, gap);
  if (lacuna_later_is_built (self->region_pane))
    lacuna_region_pane_set_candidate (self->region_pane, gap);
  lacuna_window_plan_buffers (self);
}

/**
 * lacuna_window_find_range:
 * @address: any address
 * @out_range: (out): the region or gap that holds it
 * @out_gap: (out): which gap of the map, %G_MAXSIZE for a region
 *
 * Returns: FALSE when @address lies outside the space; @out_range is untouched then
 */
gboolean
lacuna_window_find_range (LacunaWindow     *self,
                          guint64           address,
                          struct lac_range *out_range,
                          gsize            *out_gap)
{
  const struct lac_map *map = lacuna_snapshot_get_map (self->snapshot);
  size_t n_regions;
  const struct lac_region *regions = lac_map_regions (map, &n_regions);
  size_t index = lac_map_search (map, address);

  *out_gap = G_MAXSIZE;
  if (index < n_regions && lac_range_contains (lac_region_range (&regions[index]), address))
    *out_range = lac_region_range (&regions[index]);
  else if (lac_range_contains (lac_map_gap (map, index), address))
    {
      *out_range = lac_map_gap (map, index);
      *out_gap = index;
    }
  else
    return FALSE;
  return TRUE;
}

static void
select_at (LacunaWindow *self,
           guint64       address,
           gboolean      is_place)
{
  gsize gap;

  if (self->snapshot == NULL || !lacuna_window_find_range (self, address, &self->selected, &gap))
    return;
  self->any_selected = TRUE;
  self->has_place = FALSE;
  /* The details tell of this one until the pointer moves again. */
  lacuna_details_set_hover (self->details, FALSE, 0);
  if (gap != G_MAXSIZE && lacuna_gap_panel_select_gap (self->gap_panel, gap))
    lacuna_window_show_candidate (self);
  lacuna_region_pane_select (self->region_pane, TRUE, self->selected.start);
  /* Where it begins is where what is selected begins, which is marked as it is. */
  self->has_place = is_place && address != self->selected.start;
  self->place = address;
  self->buffers.is_told = FALSE;
  lacuna_window_show_selection (self);
}

/**
 * lacuna_window_select:
 * @address: any address
 *
 * Selects the region or gap at @address everywhere; does nothing when there is none.
 */
void
lacuna_window_select (LacunaWindow *self,
                      guint64       address)
{
  select_at (self, address, FALSE);
}

/**
 * lacuna_window_select_place:
 * @address: any address
 *
 * Selects what is at @address, and marks the place in it. The system makes one region of neighbours that
 * are alike, so what one means may begin anywhere in what is selected.
 */
void
lacuna_window_select_place (LacunaWindow *self,
                            guint64       address)
{
  select_at (self, address, TRUE);
  lacuna_window_go_to_byte (self, address);
}

/**
 * lacuna_window_show_parts:
 * @picture: what was read; the window's snapshot is its
 * @refreshed: it is of the same target as the one before, so that views, scrolling and constraints
 * stay
 *
 * Gives the picture to every part that has been built; the others ask for it.
 */
void
lacuna_window_show_parts (LacunaWindow  *self,
                          LacunaPicture *picture,
                          gboolean       refreshed)
{
  LacunaSnapshot *snapshot = picture->snapshot;
  LacunaChanges *changes = refreshed ? picture->changes : NULL;

  lacuna_strip_set_snapshot (self->strip, snapshot, picture->census, refreshed);
  lacuna_strip_set_changes (self->strip, changes);
  lacuna_legend_set_census (self->legend, picture->census);
  lacuna_details_set_snapshot (self->details, snapshot);
  if (lacuna_later_is_built (self->region_pane))
    {
      if (!refreshed)
        lacuna_region_pane_start_over (self->region_pane);
      lacuna_region_pane_set_snapshot (self->region_pane, snapshot);
      lacuna_region_pane_set_changes (self->region_pane, changes);
      if (!self->any_selected)
        lacuna_region_pane_select (self->region_pane, FALSE, 0);
    }
  lacuna_inspector_set_snapshot (self->inspector, self->target, snapshot);
  lacuna_go_to_set_snapshot (self->go_to, self->target, snapshot);
  if (lacuna_later_is_built (self->gap_panel))
    lacuna_gap_panel_set_snapshot (self->gap_panel, self->target, snapshot);
  lacuna_window_show_selection (self);
  lacuna_window_show_buffers (self);
}

/* What the parts say */

static void
strip_hovered_cb (LacunaWindow *self,
                  gboolean      inside,
                  guint64       address)
{
  lacuna_details_set_hover (self->details, inside, address);
  lacuna_region_pane_set_hover (self->region_pane, inside, address);
}

static void
strip_menu_cb (LacunaWindow *self,
               double        x,
               double        y)
{
  lacuna_region_menu_popup (GTK_WIDGET (self->strip), x, y,
                            lacuna_window_has_selected_candidate (self));
}

/* Going back goes back to the scale, too. */
static void
strip_scale_cb (LacunaWindow *self)
{
  LacunaScaleKind kind = lacuna_strip_get_scale_kind (self->strip);

  if (kind == self->scale_kind)
    return;
  self->scale_kind = kind;
  lacuna_window_notify (self, LACUNA_WINDOW_SCALE);
}

static void
strip_measured_cb (LacunaWindow *self)
{
  struct lac_range measure = lacuna_strip_get_measure (self->strip);

  lacuna_details_set_measure (self->details, measure);
  lacuna_inspector_set_measure (self->inspector, measure);
  lacuna_window_update_copying (self);
}

static void
row_selected_cb (LacunaWindow *self,
                 guint64       address)
{
  lacuna_window_select (self, address);
  lacuna_strip_reveal_range (self->strip, self->selected, TRUE);
}

static void
row_activated_cb (LacunaWindow *self,
                  guint64       address)
{
  lacuna_window_select (self, address);
  lacuna_strip_show_range (self->strip, self->selected, TRUE);
}

static void
row_hovered_cb (LacunaWindow *self,
                gboolean      inside,
                guint64       address)
{
  lacuna_strip_set_hover (self->strip, inside, address);
}

static void
row_menu_cb (LacunaWindow *self,
             double        x,
             double        y)
{
  lacuna_region_menu_popup (GTK_WIDGET (self->region_pane), x, y,
                            lacuna_window_has_selected_candidate (self));
}

static void
inks_changed_cb (LacunaWindow *self)
{
  guint inks = lacuna_legend_get_inks (self->legend);

  lacuna_strip_set_inks (self->strip, inks);
  lacuna_region_pane_set_inks (self->region_pane, inks);
}

static void
pick_anchor_cb (LacunaWindow *self,
                gboolean      picking)
{
  lacuna_strip_set_picking (self->strip, picking);
}

static void
results_changed_cb (LacunaWindow *self)
{
  LacunaGapResults *results = lacuna_gap_panel_get_results (self->gap_panel);

  lacuna_strip_set_results (self->strip, results);
  lacuna_details_set_results (self->details, results);
  lacuna_inspector_set_results (self->inspector, results);
  if (lacuna_later_is_built (self->region_pane))
    lacuna_region_pane_set_results (self->region_pane, results);
  lacuna_window_show_candidate (self);
  lacuna_window_anchors_changed (self);
  lacuna_window_set_actions_enabled (self);
}

/* A result was gone to: the strip shows its place, and the gap is selected. */
static void
result_chosen_cb (LacunaWindow *self)
{
  LacunaGap *item = lacuna_gap_panel_get_selected (self->gap_panel);

  if (item == NULL)
    return;

  const struct lac_gap *gap = lacuna_gap_get (item);
  LacunaGapResults *results = lacuna_gap_panel_get_results (self->gap_panel);
  struct lac_range candidate
      = { gap->candidate,
          lac_add_saturating (gap->candidate, lacuna_gap_results_get_query (results)->size) };

  self->any_selected = TRUE;
  self->has_place = FALSE;
  self->selected = gap->range;
  lacuna_region_pane_select (self->region_pane, TRUE, gap->range.start);
  lacuna_window_show_candidate (self);
  lacuna_window_show_selection (self);
  lacuna_strip_reveal_range (self->strip, candidate, TRUE);
}

/* The panel may also be swiped away, or clicked away where it lies over the table. */
static void
panel_revealed_cb (LacunaWindow *self)
{
  gboolean revealed = adw_flap_get_reveal_flap (self->flap);

  if (!adw_flap_get_folded (self->flap) && !self->folded && revealed != self->panel)
    {
      self->panel = revealed;
      lacuna_window_remember_panel (self);
    }
  lacuna_window_adapt_later (self);
  lacuna_window_notify (self, LACUNA_WINDOW_PANEL);
}

static void
show_changed_cb (LacunaWindow *self)
{
  lacuna_window_notify (self, LACUNA_WINDOW_SHOW);
}

static void
panel_page_changed_cb (LacunaWindow *self)
{
  lacuna_window_notify (self, LACUNA_WINDOW_PANEL_PAGE);
}

/* Whatever nobody else in the window had a use for. A list in a popover is not the window's. */
static gboolean
key_pressed_cb (LacunaWindow   *self,
                guint           keyval,
                guint           keycode,
                GdkModifierType state)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  if (!lacuna_window_shows_view (self))
    return GDK_EVENT_PROPAGATE;
  if (focus != NULL && gtk_widget_get_native (focus) != GTK_NATIVE (self))
    return GDK_EVENT_PROPAGATE;
  if ((focus == NULL || !GTK_IS_EDITABLE (focus))
      && (lacuna_window_handle_bytes_key (self, keyval, state)
          || lacuna_keys_handle (GTK_WIDGET (self), keyval, state)
          || lacuna_strip_handle_key (self->strip, keyval, keycode, state)))
    return GDK_EVENT_STOP;
  return keyval == GDK_KEY_Escape && lacuna_window_skip_hints (self);
}

static void
copied_cb (LacunaWindow *self,
           const char   *text)
{
  g_autofree char *message = g_strdup_printf (_ ("Copied %s"), text);

  lacuna_window_toast (self, message);
}

static void
get_property (GObject    *object,
              guint       property_id,
              GValue     *value,
              GParamSpec *pspec)
{
  LacunaWindow *self = LACUNA_WINDOW (object);
  const char *page;

  /* Buttons ask for the state of their actions while the template is being made. */
  switch ((LacunaWindowProperty) property_id)
    {
    case LACUNA_WINDOW_BYTES:
      g_value_set_boolean (value, self->bytes);
      break;
    case LACUNA_WINDOW_LIVE:
      g_value_set_boolean (value, lacuna_window_get_live (self));
      break;
    case LACUNA_WINDOW_ORIENTATION:
      g_value_set_enum (value, self->orientation);
      break;
    case LACUNA_WINDOW_PANEL:
      g_value_set_boolean (value, self->flap != NULL && adw_flap_get_reveal_flap (self->flap));
      break;
    case LACUNA_WINDOW_PANEL_PAGE:
      page = self->panel_stack != NULL ? adw_view_stack_get_visible_child_name (self->panel_stack)
                                       : NULL;
      g_value_set_string (value, page != NULL ? page : "find");
      break;
    case LACUNA_WINDOW_PICKING:
      g_value_set_boolean (value, self->strip != NULL && lacuna_strip_get_picking (self->strip));
      break;
    case LACUNA_WINDOW_SCALE:
      g_value_set_string (value, scale_names[self->scale_kind]);
      break;
    case LACUNA_WINDOW_SHOW:
      if (self->region_pane != NULL)
        g_object_get_property (G_OBJECT (self->region_pane), "show", value);
      else
        g_value_set_string (value, "regions");
      break;
    case LACUNA_WINDOW_N_PROPERTIES:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
set_scale_by_name (LacunaWindow *self,
                   const char   *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (scale_names); i++)
    if (g_strcmp0 (name, scale_names[i]) == 0)
      lacuna_window_set_scale (self, (LacunaScaleKind) i);
}

static void
set_property (GObject      *object,
              guint         property_id,
              const GValue *value,
              GParamSpec   *pspec)
{
  LacunaWindow *self = LACUNA_WINDOW (object);

  switch ((LacunaWindowProperty) property_id)
    {
    case LACUNA_WINDOW_BYTES:
      lacuna_window_set_bytes (self, g_value_get_boolean (value));
      break;
    case LACUNA_WINDOW_LIVE:
      lacuna_window_set_live (self, g_value_get_boolean (value));
      lacuna_window_set_actions_enabled (self);
      lacuna_window_notify (self, LACUNA_WINDOW_LIVE);
      break;
    case LACUNA_WINDOW_ORIENTATION:
      lacuna_window_set_orientation (self, g_value_get_enum (value));
      break;
    case LACUNA_WINDOW_PANEL:
      lacuna_window_set_panel (self, g_value_get_boolean (value));
      break;
    case LACUNA_WINDOW_PANEL_PAGE:
      /* Actions and settings come from outside. */
      if (adw_view_stack_get_child_by_name (self->panel_stack, g_value_get_string (value)) != NULL)
        adw_view_stack_set_visible_child_name (self->panel_stack, g_value_get_string (value));
      break;
    case LACUNA_WINDOW_PICKING:
      lacuna_strip_set_picking (self->strip, g_value_get_boolean (value));
      break;
    case LACUNA_WINDOW_SCALE:
      set_scale_by_name (self, g_value_get_string (value));
      break;
    case LACUNA_WINDOW_SHOW:
      g_object_set_property (G_OBJECT (self->region_pane), "show", value);
      break;
    case LACUNA_WINDOW_N_PROPERTIES:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

/* What the parts take as they lie now. */
static int
measure_parts (GtkWidget     *widget,
               GtkOrientation orientation,
               int            for_size,
               int           *natural)
{
  int minimum;
  int any_natural;

  GTK_WIDGET_CLASS (lacuna_window_parent_class)
      ->measure (widget, orientation, for_size, &minimum, natural != NULL ? natural : &any_natural,
                 NULL, NULL);
  return minimum;
}

/* The parts are laid out for less room only once there is less, which has to be let happen: a small
 * screen is asked for what a window needs that is as large as the last one was. */
static void
lacuna_window_measure (GtkWidget     *widget,
                       GtkOrientation orientation,
                       int            for_size,
                       int           *minimum,
                       int           *natural,
                       int           *minimum_baseline,
                       int           *natural_baseline)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);
  GtkOrientation other = orientation == GTK_ORIENTATION_HORIZONTAL ? GTK_ORIENTATION_VERTICAL
                                                                   : GTK_ORIENTATION_HORIZONTAL;

  if (for_size >= 0)
    for_size = MAX (for_size, measure_parts (widget, other, -1, NULL));
  *minimum = measure_parts (widget, orientation, for_size, natural);
  *minimum = MIN (*minimum, lacuna_window_get_least_size (self, orientation));
}

/* For the moment until they lie as they have to, parts that have too little room lie over the
 * window's edge. */
static void
lacuna_window_size_allocate (GtkWidget *widget,
                             int        width,
                             int        height,
                             int        baseline)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);
  int least_width = MAX (width, measure_parts (widget, GTK_ORIENTATION_HORIZONTAL, -1, NULL));
  int least_height
      = MAX (height, measure_parts (widget, GTK_ORIENTATION_VERTICAL, least_width, NULL));

  GTK_WIDGET_CLASS (lacuna_window_parent_class)
      ->size_allocate (widget, least_width, least_height, baseline);
  if (!lacuna_window_fits_layout (self, width, height))
    lacuna_window_adapt_later (self);
}

/* Whoever loads for a window holds it, and may wait for ever. */
static gboolean
lacuna_window_close_request (GtkWindow *window)
{
  LacunaWindow *self = LACUNA_WINDOW (window);

  if (lacuna_window_keep_bytes (self) || lacuna_window_keep_allocations (self))
    return TRUE;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  return GTK_WINDOW_CLASS (lacuna_window_parent_class)->close_request (window);
}

/* What stands still is not drawn piece by piece; a graphics card has no trouble with pieces. */
static void
lacuna_window_snapshot (GtkWidget   *widget,
                        GtkSnapshot *snapshot)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);
  GtkSnapshot *content;
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GskRenderNode) reduced = NULL;

  if (!GSK_IS_CAIRO_RENDERER (gtk_native_get_renderer (GTK_NATIVE (self))))
    {
      GTK_WIDGET_CLASS (lacuna_window_parent_class)->snapshot (widget, snapshot);
      return;
    }

  content = gtk_snapshot_new ();
  GTK_WIDGET_CLASS (lacuna_window_parent_class)->snapshot (widget, content);
  node = gtk_snapshot_free_to_node (content);
  if (node != NULL)
    reduced = lacuna_still_reduce (self->still, node);
  if (reduced != NULL)
    gtk_snapshot_append_node (snapshot, reduced);
}

static void
lacuna_window_dispose (GObject *object)
{
  LacunaWindow *self = LACUNA_WINDOW (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->spinner_source, g_source_remove);
  g_clear_handle_id (&self->present_source, g_source_remove);
  g_clear_handle_id (&self->toast_source, g_source_remove);
  g_clear_weak_pointer (&self->toast);
  g_clear_weak_pointer (&self->other_toast);
  lacuna_window_live_clear (self);
  lacuna_window_later_clear (self);
  lacuna_window_clear_buffers (self);
  lacuna_window_clear_bytes (self);
  g_clear_handle_id (&self->adapt_source, g_source_remove);
  g_clear_object (&self->snapshot);
  g_clear_object (&self->target);
  g_clear_pointer (&self->spelling, g_free);

  G_OBJECT_CLASS (lacuna_window_parent_class)->dispose (object);
}

static void
lacuna_window_finalize (GObject *object)
{
  lacuna_still_free (LACUNA_WINDOW (object)->still);

  G_OBJECT_CLASS (lacuna_window_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  properties[LACUNA_WINDOW_BYTES] = g_param_spec_boolean (
      "bytes", NULL, NULL, FALSE, PROPERTY_FLAGS);
  properties[LACUNA_WINDOW_LIVE] = g_param_spec_boolean (
      "live", NULL, NULL, TRUE, PROPERTY_FLAGS);
  properties[LACUNA_WINDOW_ORIENTATION] = g_param_spec_enum (
      "orientation", NULL, NULL, GTK_TYPE_ORIENTATION, GTK_ORIENTATION_HORIZONTAL, PROPERTY_FLAGS);
  properties[LACUNA_WINDOW_PANEL] = g_param_spec_boolean (
      "panel", NULL, NULL, TRUE, PROPERTY_FLAGS);
  properties[LACUNA_WINDOW_PANEL_PAGE] = g_param_spec_string (
      "panel-page", NULL, NULL, "find", PROPERTY_FLAGS);
  properties[LACUNA_WINDOW_PICKING] = g_param_spec_boolean (
      "picking", NULL, NULL, FALSE, PROPERTY_FLAGS);
  properties[LACUNA_WINDOW_SCALE] = g_param_spec_string (
      "scale", NULL, NULL, "compact", PROPERTY_FLAGS);
  properties[LACUNA_WINDOW_SHOW] = g_param_spec_string (
      "show", NULL, NULL, "regions", PROPERTY_FLAGS);
  g_object_class_install_properties (object_class, LACUNA_WINDOW_N_PROPERTIES, properties);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, chooser);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, live_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, live_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, refresh_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, title_squeezer);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, window_title);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, main_menu);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, go_to_slot);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, go_to);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, go_to_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, go_to_bar);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, go_to_bar_box);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, view_box);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, counts_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, source_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, drop_overlay);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, status);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, spinner);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, loading_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, failure_page);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, failure_reason);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, try_again_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, grid);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, overview);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, toolbar);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, legend);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, strip_card);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, strip);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, details_bar);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, details_stack);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, details);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, near_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, lower);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, note_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, note_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, flap);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, table_stack);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, region_pane);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, panel_stack);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, gap_panel);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, buffers_panel);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, inspector);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, hints_revealer);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, hints);
}

static void
bind_callbacks (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_callback (widget_class, strip_hovered_cb);
  gtk_widget_class_bind_template_callback (widget_class, strip_menu_cb);
  gtk_widget_class_bind_template_callback (widget_class, strip_measured_cb);
  gtk_widget_class_bind_template_callback (widget_class, strip_scale_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_hovered_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_menu_cb);
  gtk_widget_class_bind_template_callback (widget_class, inks_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, pick_anchor_cb);
  gtk_widget_class_bind_template_callback (widget_class, results_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, result_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, copied_cb);
  gtk_widget_class_bind_template_callback (widget_class, panel_revealed_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, panel_page_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, key_pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_legend_clear);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_adapt_later);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_anchor_picked);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_buffers_chosen);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_buffers_performed);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_cancel_loading);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_gap_panel_built);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_go_to);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_leave_go_to);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_open_spelling);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_picking_changed);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_select);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_table_built);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_update_buffers);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_update_history);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_hints_closed);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_hints_revealed);
}

static void
lacuna_window_class_init (LacunaWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lacuna_window_dispose;
  object_class->finalize = lacuna_window_finalize;
  object_class->get_property = get_property;
  object_class->set_property = set_property;

  widget_class->measure = lacuna_window_measure;
  widget_class->size_allocate = lacuna_window_size_allocate;
  widget_class->snapshot = lacuna_window_snapshot;
  GTK_WINDOW_CLASS (klass)->close_request = lacuna_window_close_request;

  install_properties (object_class);
  lacuna_window_install_actions (widget_class);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lacuna_project/Lacuna/ui/window.ui");
  bind_children (widget_class);
  bind_callbacks (widget_class);
}

static void
lacuna_window_init (LacunaWindow *self)
{
  g_type_ensure (LACUNA_TYPE_TARGET_CHOOSER);
  g_type_ensure (LACUNA_TYPE_OVERVIEW);
  g_type_ensure (LACUNA_TYPE_LEGEND);
  g_type_ensure (LACUNA_TYPE_SIGNS);
  g_type_ensure (LACUNA_TYPE_STRIP);
  g_type_ensure (LACUNA_TYPE_DETAILS);
  g_type_ensure (LACUNA_TYPE_REGION_PANE);
  g_type_ensure (LACUNA_TYPE_GAP_PANEL);
  g_type_ensure (LACUNA_TYPE_GO_TO);
  g_type_ensure (LACUNA_TYPE_HINTS);
  g_type_ensure (LACUNA_TYPE_BUFFERS_PANEL);
  g_type_ensure (LACUNA_TYPE_INSPECTOR);
  g_type_ensure (LACUNA_TYPE_REASON_BOX);
  /* A process takes up next to nothing of the space that it could; to scale it is a few lines. */
  self->scale_kind = LACUNA_SCALE_COMPACT;
  self->panel = TRUE;
  self->still = lacuna_still_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  lacuna_menu_make_later (self->menu_button, self->main_menu);

  g_autofree char *go_to_key = lacuna_keys_get_label ("win.go-to");

  lacuna_go_to_set_key (self->go_to, go_to_key);
  g_signal_connect (self, "notify::focus-widget", G_CALLBACK (lacuna_window_explain_focus), NULL);
  g_signal_connect (self, "notify::focus-visible", G_CALLBACK (lacuna_window_explain_focus), NULL);

  lacuna_strip_set_scale_kind (self->strip, self->scale_kind);
  lacuna_overview_set_strip (self->overview, self->strip);
  lacuna_window_live_init (self);
  lacuna_window_later_init (self);
  /* What buttons were told while the template was being made may not be so any more. */
  for (guint i = 1; i < LACUNA_WINDOW_N_PROPERTIES; i++)
    lacuna_window_notify (self, (LacunaWindowProperty) i);
  lacuna_window_set_actions_enabled (self);
}

LacunaWindow *
lacuna_window_new (GtkApplication *application)
{
  LacunaWindow *self = g_object_new (LACUNA_TYPE_WINDOW, "application", application, NULL);

  /* Not while it is being made: all that is said meanwhile is said at its end, and would be taken
   * for changes that the user made. */
  lacuna_window_bind_settings (self);
  lacuna_window_start_layout (self);
  return self;
}
