/* LacunaRegionPane: the regions and gaps as a table, the strip's equivalent in words.
 *
 * The table itself is LacunaRegionTable's. Here is what stands above it: what is listed, in which
 * order, how much that is of how much, and what to do when it is nothing.
 *
 * The headers sort with a click, but GTK 4.8 gives them no focus; the menu beside the filter does
 * the same from the keyboard.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-region-pane.h"
#include "app/lacuna-menu.h"
#include "lacuna-region-table.h"
#include "app/lacuna-spare.h"
#include "app/lacuna-tooltip.h"
#include "model/lacuna-format.h"
#include "model/lacuna-ink.h"
#include "model/lacuna-row-filter.h"

#include <glib/gi18n.h>

struct _LacunaRegionPane
{
  LacunaLater parent_instance;

  GtkWidget *box;
  GtkOrientable *bar;
  GtkEditable *filter_entry;
  GtkToggleButton *show_regions;
  GtkToggleButton *show_gaps;
  GtkToggleButton *show_both;
  GtkMenuButton *sort_button;
  GMenuModel *sort_menu;
  GtkLabel *count_label;
  GtkWidget *bytes_box;
  GtkStack *stack;
  GtkLabel *empty_label;
  GtkWidget *clear_button;
  GtkColumnView *view;

  LacunaRegionList *list;
  LacunaRegionTable *table;
  LacunaSnapshot *snapshot;
  LacunaShow show;
  guint inks;
  gboolean narrow;
  LacunaColumn sort;
  gboolean descending;
};

enum
{
  PROP_0,
  PROP_SHOW,
  PROP_SORT,
  PROP_DESCENDING,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

enum
{
  SELECTED,
  ACTIVATED,
  HOVERED,
  MENU,
  CLEAR_INKS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaRegionPane, lacuna_region_pane, LACUNA_TYPE_LATER)

/* What the columns are called as the target of "list.sort". */
static const char *const sort_names[LACUNA_N_COLUMNS] = {
  [LACUNA_COLUMN_START] = "start",           [LACUNA_COLUMN_END] = "end",
  [LACUNA_COLUMN_SIZE] = "size",             [LACUNA_COLUMN_KIND] = "kind",
  [LACUNA_COLUMN_PROTECTION] = "protection", [LACUNA_COLUMN_OFFSET] = "offset",
  [LACUNA_COLUMN_NAME] = "name",
};

static GtkToggleButton *
get_toggle (LacunaRegionPane *self,
            LacunaShow        show)
{
  switch (show)
    {
    case LACUNA_SHOW_REGIONS:
      return self->show_regions;
    case LACUNA_SHOW_GAPS:
      return self->show_gaps;
    case LACUNA_SHOW_BOTH:
    default:
      return self->show_both;
    }
}

static gboolean
has_filter (LacunaRegionPane *self)
{
  return *gtk_editable_get_text (self->filter_entry) != '\0';
}

static gboolean
has_inks (LacunaRegionPane *self)
{
  return self->inks != LACUNA_ALL_INKS;
}

/* A size that is none matches nothing, and is said to be why. */
static void
update_empty (LacunaRegionPane *self)
{
  g_autofree char *fault
      = lacuna_row_filter_find_fault (gtk_editable_get_text (self->filter_entry));
  g_autofree char *text = NULL;

  if (fault != NULL)
    text = g_strdup_printf (_ ("“%s” is not a size. Write >1M, <64K or =4096."), fault);
  else if (has_inks (self) && self->show == LACUNA_SHOW_GAPS)
    text = g_strdup (_ ("Gaps have no colour, and only some colours are shown."));
  else if (has_filter (self) && has_inks (self))
    text = g_strdup (_ ("Nothing matches the filter in the colours that are shown."));
  else if (has_inks (self))
    text = g_strdup (_ ("Nothing has the colours that are shown."));
  else if (has_filter (self))
    text = g_strdup (_ ("Nothing matches the filter."));
  else if (self->show == LACUNA_SHOW_GAPS)
    text = g_strdup (_ ("There is no gap: everything is mapped."));
  else
    text = g_strdup (_ ("Nothing is mapped."));

  gtk_label_set_label (self->empty_label, text);
  gtk_widget_set_visible (self->clear_button, has_filter (self) || has_inks (self));
  if (fault != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->filter_entry), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->filter_entry), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->filter_entry), GTK_ACCESSIBLE_STATE_INVALID,
                               fault != NULL ? GTK_ACCESSIBLE_INVALID_TRUE
                                             : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
}

static void
update_count (LacunaRegionPane *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->list));
  size_t n_regions = 0;
  size_t n_all = 0;
  g_autofree char *items = NULL;
  g_autofree char *all = NULL;
  g_autofree char *text = NULL;

  /* Until a worker is done the rows are those of before, and no rows are not yet nothing. */
  if (lacuna_region_list_is_busy (self->list))
    return;

  if (self->snapshot != NULL)
    {
      struct lac_map *map = lacuna_snapshot_get_map (self->snapshot);

      lac_map_regions (map, &n_regions);
      n_all = (self->show & LACUNA_SHOW_REGIONS ? n_regions : 0)
              + (self->show & LACUNA_SHOW_GAPS ? lac_map_totals (map).n_gaps : 0);
    }
  items = lacuna_format_count (n_items);
  all = lacuna_format_count (n_all);
  if (n_items < n_all)
    /* Translators: how many rows are listed of how many there are. */
    text = g_strdup_printf (_ ("%s of %s"), items, all);
  else
    text = g_steal_pointer (&items);
  gtk_label_set_label (self->count_label, text);
  update_empty (self);
  gtk_stack_set_visible_child_name (self->stack, n_items > 0 ? "rows" : "empty");
}

static void
list_changed_cb (LacunaRegionPane *self)
{
  update_count (self);
}

static void
filter_changed_cb (LacunaRegionPane *self)
{
  lacuna_region_table_reveal_next (self->table);
  lacuna_region_list_set_filter (self->list, gtk_editable_get_text (self->filter_entry));
  update_empty (self);
}

static void
set_show (LacunaRegionPane *self,
          LacunaShow        show)
{
  if (self->show == show)
    return;
  self->show = show;
  lacuna_region_list_set_show (self->list, show);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOW]);
}

static void
show_toggled_cb (LacunaRegionPane *self,
                 GtkToggleButton  *button)
{
  if (!gtk_toggle_button_get_active (button))
    return;
  lacuna_region_table_reveal_next (self->table);
  for (LacunaShow show = LACUNA_SHOW_REGIONS; show <= LACUNA_SHOW_BOTH; show++)
    if (get_toggle (self, show) == button)
      set_show (self, show);
  update_empty (self);
}

static const char *
show_name (LacunaRegionPane *self)
{
  switch (self->show)
    {
    case LACUNA_SHOW_REGIONS:
      return "regions";
    case LACUNA_SHOW_GAPS:
      return "gaps";
    default:
      return "both";
    }
}

/* A toggle that is there does the rest. */
static void
show_by_name (LacunaRegionPane *self,
              const char       *name)
{
  LacunaShow show = LACUNA_SHOW_BOTH;

  if (g_strcmp0 (name, "regions") == 0)
    show = LACUNA_SHOW_REGIONS;
  else if (g_strcmp0 (name, "gaps") == 0)
    show = LACUNA_SHOW_GAPS;
  if (lacuna_later_is_built (self))
    gtk_toggle_button_set_active (get_toggle (self, show), TRUE);
  else
    set_show (self, show);
}

static void
clear_clicked_cb (LacunaRegionPane *self)
{
  gtk_editable_set_text (self->filter_entry, "");
  gtk_widget_grab_focus (GTK_WIDGET (self->filter_entry));
  if (has_inks (self))
    g_signal_emit (self, signals[CLEAR_INKS], 0);
}

static void
sort_list (LacunaRegionPane *self,
           LacunaColumn      column,
           gboolean          descending)
{
  if (self->sort == column && self->descending == descending)
    return;
  g_object_freeze_notify (G_OBJECT (self));
  if (self->sort != column)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SORT]);
  if (self->descending != descending)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESCENDING]);
  self->sort = column;
  self->descending = descending;
  lacuna_region_table_reveal_next (self->table);
  lacuna_region_list_set_sort (self->list, column, descending);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
table_sorted_cb (LacunaRegionPane *self)
{
  LacunaColumn column;
  gboolean descending;

  lacuna_region_table_get_sort (self->table, &column, &descending);
  sort_list (self, column, descending);
}

static void
table_selected_cb (LacunaRegionPane *self,
                   guint64           address)
{
  g_signal_emit (self, signals[SELECTED], 0, address);
}

static void
table_activated_cb (LacunaRegionPane *self,
                    guint64           address)
{
  g_signal_emit (self, signals[ACTIVATED], 0, address);
}

static void
table_hovered_cb (LacunaRegionPane *self,
                  gboolean          inside,
                  guint64           address)
{
  g_signal_emit (self, signals[HOVERED], 0, inside, address);
}

static void
table_menu_cb (LacunaRegionPane *self,
               double            x,
               double            y)
{
  double pane_x = x;
  double pane_y = y;

  gtk_widget_translate_coordinates (GTK_WIDGET (self->view), GTK_WIDGET (self), x, y, &pane_x,
                                    &pane_y);
  g_signal_emit (self, signals[MENU], 0, pane_x, pane_y);
}

static void
get_property (GObject    *object,
              guint       property_id,
              GValue     *value,
              GParamSpec *pspec)
{
  LacunaRegionPane *self = LACUNA_REGION_PANE (object);

  switch (property_id)
    {
    case PROP_SHOW:
      g_value_set_string (value, show_name (self));
      break;
    case PROP_SORT:
      g_value_set_string (value, sort_names[self->sort]);
      break;
    case PROP_DESCENDING:
      g_value_set_boolean (value, self->descending);
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
  LacunaRegionPane *self = LACUNA_REGION_PANE (object);
  LacunaColumn column = self->sort;
  gboolean descending = self->descending;

  switch (property_id)
    {
    case PROP_SHOW:
      show_by_name (self, g_value_get_string (value));
      return;
    case PROP_SORT:
      for (guint i = 0; i < LACUNA_N_COLUMNS; i++)
        if (g_strcmp0 (g_value_get_string (value), sort_names[i]) == 0)
          column = i;
      break;
    case PROP_DESCENDING:
      descending = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      return;
    }
  lacuna_later_build (self);
  lacuna_region_table_set_sort (self->table, column, descending);
  sort_list (self, column, descending);
}

static void
lacuna_region_pane_dispose (GObject *object)
{
  LacunaRegionPane *self = LACUNA_REGION_PANE (object);

  g_clear_object (&self->table);
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL;
       child = gtk_widget_get_first_child (GTK_WIDGET (self)))
    gtk_widget_unparent (child);
  g_clear_object (&self->list);
  g_clear_object (&self->snapshot);

  G_OBJECT_CLASS (lacuna_region_pane_parent_class)->dispose (object);
}

static void
adapt_bar (LacunaRegionPane *self)
{
  gtk_orientable_set_orientation (self->bar, self->narrow ? GTK_ORIENTATION_VERTICAL
                                                          : GTK_ORIENTATION_HORIZONTAL);
}

static void
lacuna_region_pane_build (LacunaLater *later)
{
  LacunaRegionPane *self = LACUNA_REGION_PANE (later);

  lacuna_spare_make (gtk_widget_get_parent (GTK_WIDGET (self->count_label)));
  /* Where there is no room for the switch there is still its key. */
  lacuna_spare_make_wanted (self->bytes_box);
  lacuna_menu_make_later (self->sort_button, self->sort_menu);
  lacuna_tooltip_yield_to_menu (self->sort_button);
  lacuna_tooltip_yield_to_typing (GTK_WIDGET (self->filter_entry), self->filter_entry);

  self->table = lacuna_region_table_new (self->view, self->list);
#define CONNECT(object, signal, callback)                                                         \
  g_signal_connect_object (object, signal, G_CALLBACK (callback), self, G_CONNECT_SWAPPED)
  CONNECT (self->list, "changed", list_changed_cb);
  CONNECT (self->table, "selected", table_selected_cb);
  CONNECT (self->table, "activated", table_activated_cb);
  CONNECT (self->table, "hovered", table_hovered_cb);
  CONNECT (self->table, "menu", table_menu_cb);
  CONNECT (self->table, "sorted", table_sorted_cb);
#undef CONNECT
  gtk_toggle_button_set_active (get_toggle (self, self->show), TRUE);
  adapt_bar (self);
  update_count (self);
}

static void
lacuna_region_pane_set_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/lacuna_project/Lacuna/ui/region-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, box);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, bar);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, filter_entry);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, show_regions);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, show_gaps);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, show_both);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, count_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, bytes_box);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, sort_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, sort_menu);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, stack);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, empty_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, clear_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, view);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, clear_clicked_cb);
}

static void
lacuna_region_pane_class_init (LacunaRegionPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = lacuna_region_pane_dispose;
  object_class->get_property = get_property;
  object_class->set_property = set_property;
  LACUNA_LATER_CLASS (klass)->set_template = lacuna_region_pane_set_template;
  LACUNA_LATER_CLASS (klass)->build = lacuna_region_pane_build;

  /* What is listed: "regions", "gaps" or "both". */
  properties[PROP_SHOW]
      = g_param_spec_string ("show", NULL, NULL, "regions",
                             G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /* What the rows are sorted by: the name of a column, in lower case. */
  properties[PROP_SORT]
      = g_param_spec_string ("sort", NULL, NULL, "start",
                             G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_DESCENDING]
      = g_param_spec_boolean ("descending", NULL, NULL, FALSE,
                              G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY
                                  | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  gtk_widget_class_install_property_action (widget_class, "list.sort", "sort");
  gtk_widget_class_install_property_action (widget_class, "list.reverse", "descending");

  /* LacunaRegionPane::selected: the user went to the row that starts at this address. */
  signals[SELECTED] = g_signal_new ("selected", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_UINT64);
  /* LacunaRegionPane::activated: a double click or Return on the row that starts there. */
  signals[ACTIVATED] = g_signal_new ("activated", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_UINT64);
  /* LacunaRegionPane::hovered: the pointer came to the row that starts there, or to none. */
  signals[HOVERED] = g_signal_new ("hovered", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_BOOLEAN, G_TYPE_UINT64);
  /* LacunaRegionPane::menu: the menu of the selected row is wanted at this point of the pane. */
  signals[MENU] = g_signal_new ("menu", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  /* LacunaRegionPane::clear-inks: the user wants to see everything again. */
  signals[CLEAR_INKS] = g_signal_new ("clear-inks", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 0);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
lacuna_region_pane_init (LacunaRegionPane *self)
{
  self->show = LACUNA_SHOW_REGIONS;
  self->inks = LACUNA_ALL_INKS;
  self->list = lacuna_region_list_new ();
}

/**
 * lacuna_region_pane_set_snapshot:
 * @snapshot: what to list
 *
 * Lists @snapshot, at once or when a worker has sorted it. Rows that did not change stay where they
 * are on screen; what is selected stays selected when something is still there. The results go,
 * they were of an older snapshot.
 */
void
lacuna_region_pane_set_snapshot (LacunaRegionPane *self,
                                 LacunaSnapshot   *snapshot)
{
  g_return_if_fail (LACUNA_IS_REGION_PANE (self));

  lacuna_later_build (self);
  g_set_object (&self->snapshot, snapshot);
  lacuna_region_table_set_results (self->table, NULL);
  lacuna_region_list_set_snapshot (self->list, snapshot);
  update_count (self);
}

/**
 * lacuna_region_pane_set_results:
 * @results: (nullable): what decides which gaps fit
 */
void
lacuna_region_pane_set_results (LacunaRegionPane *self,
                                LacunaGapResults *results)
{
  g_return_if_fail (LACUNA_IS_REGION_PANE (self));

  lacuna_later_build (self);
  lacuna_region_table_set_results (self->table, results);
}

/**
 * lacuna_region_pane_start_over:
 *
 * Forgets what is selected and where one has scrolled to, which mean nothing in another target.
 */
void
lacuna_region_pane_start_over (LacunaRegionPane *self)
{
  g_return_if_fail (LACUNA_IS_REGION_PANE (self));

  lacuna_later_build (self);
  lacuna_region_table_select (self->table, FALSE, 0);
  lacuna_region_table_reveal_next (self->table);
}

/**
 * lacuna_region_pane_set_candidate:
 * @gap: (nullable): the match of the results that is chosen
 */
void
lacuna_region_pane_set_candidate (LacunaRegionPane     *self,
                                  const struct lac_gap *gap)
{
  g_return_if_fail (LACUNA_IS_REGION_PANE (self));

  lacuna_later_build (self);
  lacuna_region_table_set_candidate (self->table, gap);
}

/**
 * lacuna_region_pane_select:
 * @any: whether something is selected
 * @address: an address in it
 *
 * Selects the row that holds @address, and scrolls to it; none when it is not listed.
 */
void
lacuna_region_pane_select (LacunaRegionPane *self,
                           gboolean          any,
                           guint64           address)
{
  g_return_if_fail (LACUNA_IS_REGION_PANE (self));

  lacuna_later_build (self);
  lacuna_region_table_select (self->table, any, address);
}

/**
 * lacuna_region_pane_set_inks:
 * @inks: a bit for each #LacunaInk that is listed
 *
 * Leaves the others out, and gaps as well unless it is all of them.
 */
void
lacuna_region_pane_set_inks (LacunaRegionPane *self,
                             guint             inks)
{
  g_return_if_fail (LACUNA_IS_REGION_PANE (self));

  lacuna_later_build (self);
  self->inks = inks & LACUNA_ALL_INKS;
  lacuna_region_table_reveal_next (self->table);
  lacuna_region_list_set_inks (self->list, self->inks);
  update_empty (self);
}

/**
 * lacuna_region_pane_set_changes:
 * @changes: (nullable): what changed just now
 *
 * Has the rows of what changed glow for a moment.
 */
void
lacuna_region_pane_set_changes (LacunaRegionPane *self,
                                LacunaChanges    *changes)
{
  g_return_if_fail (LACUNA_IS_REGION_PANE (self));

  lacuna_later_build (self);
  lacuna_region_table_set_changes (self->table, changes);
}

/**
 * lacuna_region_pane_set_hover:
 * @inside: whether anything is pointed at
 * @address: an address in it
 *
 * Marks the row of what is pointed at elsewhere, when it is on screen.
 */
void
lacuna_region_pane_set_hover (LacunaRegionPane *self,
                              gboolean          inside,
                              guint64           address)
{
  g_return_if_fail (LACUNA_IS_REGION_PANE (self));

  if (!lacuna_later_is_built (self))
    return;
  lacuna_region_table_set_hover (self->table, inside, address);
}

/**
 * lacuna_region_pane_focus_filter:
 *
 * Puts the cursor into the filter entry.
 */
void
lacuna_region_pane_focus_filter (LacunaRegionPane *self)
{
  g_return_if_fail (LACUNA_IS_REGION_PANE (self));

  lacuna_later_build (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->filter_entry));
}

/**
 * lacuna_region_pane_set_narrow:
 * @narrow: whether there is no room for the filter and the switches in one line
 */
void
lacuna_region_pane_set_narrow (LacunaRegionPane *self,
                               gboolean          narrow)
{
  g_return_if_fail (LACUNA_IS_REGION_PANE (self));

  self->narrow = narrow;
  if (lacuna_later_is_built (self))
    adapt_bar (self);
}
