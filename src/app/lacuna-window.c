/* LacunaWindow: one target, its strip, its regions and the gaps in it.
 *
 * The window is where the parts meet: strip, table and gap panel do not know one another. Each
 * says what the user did, and the window tells the others. One thing is selected at a time, a
 * region or a gap, by its range; a refresh keeps it when something is still there.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-private.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (LacunaWindow, lacuna_window, ADW_TYPE_APPLICATION_WINDOW)

enum
{
  PROP_0,
  PROP_SCALE,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

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

  lacuna_strip_set_selection (self->strip, self->any_selected ? self->selected : none);
  lacuna_details_set_selection (self->details, self->any_selected, self->selected.start);
  lacuna_window_set_actions_enabled (self);
}

/* Marks what the gap panel has selected as the candidate. */
static void
show_candidate (LacunaWindow *self)
{
  LacunaGap *gap = lacuna_gap_panel_get_selected (self->gap_panel);

  lacuna_strip_set_candidate (self->strip, gap != NULL ? lacuna_gap_get (gap) : NULL);
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
  gsize gap;

  if (self->snapshot == NULL || !lacuna_window_find_range (self, address, &self->selected, &gap))
    return;
  self->any_selected = TRUE;
  if (gap != G_MAXSIZE && lacuna_gap_panel_select_gap (self->gap_panel, gap))
    show_candidate (self);
  lacuna_region_pane_select (self->region_pane, TRUE, self->selected.start);
  lacuna_window_show_selection (self);
}

static void
strip_selected_cb (LacunaWindow *self,
                   guint64       address)
{
  lacuna_window_select (self, address);
}

static void
strip_hovered_cb (LacunaWindow *self,
                  gboolean      inside,
                  guint64       address)
{
  lacuna_details_set_hover (self->details, inside, address);
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
results_changed_cb (LacunaWindow *self)
{
  LacunaGapResults *results = lacuna_gap_panel_get_results (self->gap_panel);

  lacuna_strip_set_results (self->strip, results);
  lacuna_details_set_results (self->details, results);
  lacuna_region_pane_set_results (self->region_pane, results);
  show_candidate (self);
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
  self->selected = gap->range;
  lacuna_region_pane_select (self->region_pane, TRUE, gap->range.start);
  show_candidate (self);
  lacuna_window_show_selection (self);
  lacuna_strip_reveal_range (self->strip, candidate, TRUE);
}

static gboolean
adapt_cb (gpointer user_data)
{
  LacunaWindow *self = user_data;
  gboolean narrow = adw_flap_get_folded (self->flap);

  self->adapt_source = 0;
  lacuna_details_set_narrow (self->details, narrow);
  lacuna_target_chooser_set_narrow (self->chooser, narrow);
  gtk_widget_set_visible (self->near_label, !narrow);
  return G_SOURCE_REMOVE;
}

/* The flap folds when there is no room for it beside the table; other parts go by that as well. It
 * does so in the middle of a layout, in which nothing else may change. */
static void
folded_cb (LacunaWindow *self)
{
  if (self->adapt_source == 0)
    self->adapt_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, adapt_cb, self, NULL);
}

static void
address_copied_cb (LacunaWindow *self,
                   const char   *address)
{
  g_autofree char *text = g_strdup_printf (_ ("Copied %s"), address);

  adw_toast_overlay_add_toast (self->toast_overlay, adw_toast_new (text));
}

static void
get_property (GObject    *object,
              guint       property_id,
              GValue     *value,
              GParamSpec *pspec)
{
  LacunaWindow *self = LACUNA_WINDOW (object);

  switch (property_id)
    {
    case PROP_SCALE:
      g_value_set_string (value, self->scale_kind == LACUNA_SCALE_LINEAR ? "linear" : "compact");
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
set_property (GObject      *object,
              guint         property_id,
              const GValue *value,
              GParamSpec   *pspec)
{
  LacunaWindow *self = LACUNA_WINDOW (object);

  switch (property_id)
    {
    case PROP_SCALE:
      self->scale_kind = g_strcmp0 (g_value_get_string (value), "linear") == 0
                             ? LACUNA_SCALE_LINEAR
                             : LACUNA_SCALE_COMPACT;
      lacuna_strip_set_scale_kind (self->strip, self->scale_kind);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
lacuna_window_dispose (GObject *object)
{
  LacunaWindow *self = LACUNA_WINDOW (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->spinner_source, g_source_remove);
  lacuna_window_live_clear (self);
  g_clear_handle_id (&self->adapt_source, g_source_remove);
  g_clear_object (&self->snapshot);
  g_clear_object (&self->target);
  g_clear_pointer (&self->spelling, g_free);

  G_OBJECT_CLASS (lacuna_window_parent_class)->dispose (object);
}

static void
lacuna_window_class_init (LacunaWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lacuna_window_dispose;
  object_class->get_property = get_property;
  object_class->set_property = set_property;

  properties[PROP_SCALE] = g_param_spec_string (
      "scale", NULL, NULL, "compact", G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  gtk_widget_class_install_property_action (widget_class, "win.scale", "scale");
  lacuna_window_install_actions (widget_class);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lacuna_project/Lacuna/ui/window.ui");
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, chooser);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, window_title);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, spinner);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, loading_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, failure_page);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, overview);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, legend);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, strip);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, details);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, near_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, note_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, flap);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, region_pane);
  gtk_widget_class_bind_template_child (widget_class, LacunaWindow, gap_panel);
  gtk_widget_class_bind_template_callback (widget_class, strip_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, strip_hovered_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, results_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, result_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, address_copied_cb);
  gtk_widget_class_bind_template_callback (widget_class, folded_cb);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_window_open_spelling);
}

static void
lacuna_window_init (LacunaWindow *self)
{
  g_type_ensure (LACUNA_TYPE_TARGET_CHOOSER);
  g_type_ensure (LACUNA_TYPE_OVERVIEW);
  g_type_ensure (LACUNA_TYPE_LEGEND);
  g_type_ensure (LACUNA_TYPE_STRIP);
  g_type_ensure (LACUNA_TYPE_DETAILS);
  g_type_ensure (LACUNA_TYPE_REGION_PANE);
  g_type_ensure (LACUNA_TYPE_GAP_PANEL);
  /* A process takes up next to nothing of the space that it could; to scale it is a few lines. */
  self->scale_kind = LACUNA_SCALE_COMPACT;
  gtk_widget_init_template (GTK_WIDGET (self));

  lacuna_strip_set_scale_kind (self->strip, self->scale_kind);
  lacuna_overview_set_strip (self->overview, self->strip);
  lacuna_window_set_actions_enabled (self);
  lacuna_window_live_init (self);
}

LacunaWindow *
lacuna_window_new (GtkApplication *application)
{
  return g_object_new (LACUNA_TYPE_WINDOW, "application", application, NULL);
}
