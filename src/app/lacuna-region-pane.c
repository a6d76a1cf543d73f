/* LacunaRegionPane: the regions and gaps as a table, the strip's equivalent in words.
 *
 * Table and strip select the same thing. To tell a selection that the user made here from one that
 * the strip made, the pane counts its own changes; only the user's are passed on. What a gap's row
 * says depends on the query, so the cells that are on screen are known and are bound again when
 * results come; no row is made anew for it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-region-pane.h"
#include "lacuna-region-cells.h"
#include "lacuna-tab.h"
#include "model/lacuna-region-list.h"
#include "model/lacuna-row-filter.h"

#include <glib/gi18n.h>

/* From how many rows on a change of all of them is kept from the view. */
#define MANY_ROWS 20000

struct _LacunaRegionPane
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkEditable *filter_entry;
  GtkToggleButton *show_regions;
  GtkToggleButton *show_gaps;
  GtkToggleButton *show_both;
  GtkLabel *count_label;
  GtkStack *stack;
  GtkLabel *empty_label;
  GtkColumnView *view;

  LacunaRegionList *list;
  GtkSingleSelection *selection;
  LacunaSnapshot *snapshot;
  LacunaGapResults *results;
  guint64 candidate;
  GHashTable *bound; /* the list items of kind and name that are bound, borrowed */
  gboolean any;      /* something is selected, here or elsewhere */
  guint64 address;   /* in what is selected */
  guint updating;    /* above 0 while the pane itself changes the selection */
};

enum
{
  SELECTED,
  ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaRegionPane, lacuna_region_pane, GTK_TYPE_WIDGET)

static LacunaColumn
factory_column (GtkListItemFactory *factory)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (factory), "lacuna-column"));
}

static void
setup_cell_cb (LacunaRegionPane   *self,
               GtkListItem        *item,
               GtkListItemFactory *factory)
{
  gtk_list_item_set_child (item, lacuna_region_cell_new (factory_column (factory)));
}

static void
bind_item (LacunaRegionPane *self,
           GtkListItem      *item,
           LacunaColumn      column)
{
  lacuna_region_cell_bind (gtk_list_item_get_child (item), column,
                           gtk_list_item_get_item (item), self->results, self->candidate);
}

static void
bind_cell_cb (LacunaRegionPane   *self,
              GtkListItem        *item,
              GtkListItemFactory *factory)
{
  LacunaColumn column = factory_column (factory);

  bind_item (self, item, column);
  if (column == LACUNA_COLUMN_KIND || column == LACUNA_COLUMN_NAME)
    g_hash_table_insert (self->bound, item, GUINT_TO_POINTER (column));
}

static void
unbind_cell_cb (LacunaRegionPane   *self,
                GtkListItem        *item,
                GtkListItemFactory *factory)
{
  g_hash_table_remove (self->bound, item);
}

static void
bind_again (LacunaRegionPane *self)
{
  GHashTableIter iter;
  gpointer item;
  gpointer column;

  g_hash_table_iter_init (&iter, self->bound);
  while (g_hash_table_iter_next (&iter, &item, &column))
    if (lacuna_row_is_gap (gtk_list_item_get_item (item)))
      bind_item (self, item, GPOINTER_TO_UINT (column));
}

static void
add_column (LacunaRegionPane *self,
            LacunaColumn      column,
            const char       *title)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *view_column = NULL;

  g_object_set_data (G_OBJECT (factory), "lacuna-column", GUINT_TO_POINTER (column));
  g_signal_connect_swapped (factory, "setup", G_CALLBACK (setup_cell_cb), self);
  g_signal_connect_swapped (factory, "bind", G_CALLBACK (bind_cell_cb), self);
  g_signal_connect_swapped (factory, "unbind", G_CALLBACK (unbind_cell_cb), self);
  view_column = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_resizable (view_column, TRUE);
  gtk_column_view_column_set_expand (view_column, column == LACUNA_COLUMN_NAME);
  gtk_column_view_append_column (self->view, view_column);
  g_object_unref (view_column);
}

static LacunaShow
shown (LacunaRegionPane *self)
{
  if (gtk_toggle_button_get_active (self->show_gaps))
    return LACUNA_SHOW_GAPS;
  if (gtk_toggle_button_get_active (self->show_both))
    return LACUNA_SHOW_BOTH;
  return LACUNA_SHOW_REGIONS;
}

static void
update_count (LacunaRegionPane *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->list));
  size_t n_regions = 0;
  gsize n_all = 0;
  g_autofree char *text = NULL;

  if (self->snapshot != NULL)
    {
      struct lac_map *map = lacuna_snapshot_get_map (self->snapshot);

      lac_map_regions (map, &n_regions);
      n_all = (shown (self) & LACUNA_SHOW_REGIONS ? n_regions : 0)
              + (shown (self) & LACUNA_SHOW_GAPS ? lac_map_totals (map).n_gaps : 0);
    }
  if (n_items < n_all)
    text = g_strdup_printf (_ ("%'u of %'" G_GSIZE_FORMAT), n_items, n_all);
  else
    text = g_strdup_printf ("%'u", n_items);
  gtk_label_set_label (self->count_label, text);
  gtk_stack_set_visible_child_name (self->stack, n_items > 0 ? "rows" : "empty");
}

/* A size that is none matches nothing, and is said to be why. */
static void
show_filter_fault (LacunaRegionPane *self)
{
  g_autofree char *fault
      = lacuna_row_filter_find_fault (gtk_editable_get_text (self->filter_entry));

  if (fault != NULL)
    {
      g_autofree char *text
          = g_strdup_printf (_ ("“%s” is not a size. Write >1M, <64K or =4096."), fault);

      gtk_label_set_label (self->empty_label, text);
      gtk_widget_add_css_class (GTK_WIDGET (self->filter_entry), "error");
    }
  else
    {
      gtk_label_set_label (self->empty_label, _ ("Nothing matches the filter."));
      gtk_widget_remove_css_class (GTK_WIDGET (self->filter_entry), "error");
    }
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->filter_entry), GTK_ACCESSIBLE_STATE_INVALID,
                               fault != NULL ? GTK_ACCESSIBLE_INVALID_TRUE
                                             : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
}

/* GTK 4.8 has no call for it, only an action on the list inside the column view. */
static void
scroll_to (LacunaRegionPane *self,
           guint             position)
{
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->view)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_LIST_VIEW (child))
      gtk_widget_activate_action (child, "list.scroll-to-item", "u", position);
}

static void
show_selection (LacunaRegionPane *self,
                gboolean          scroll)
{
  guint position = GTK_INVALID_LIST_POSITION;

  if (self->any)
    position = lacuna_region_list_find (self->list, self->address);
  self->updating++;
  gtk_single_selection_set_selected (self->selection, position);
  self->updating--;
  if (scroll && position != GTK_INVALID_LIST_POSITION)
    scroll_to (self, position);
}

/* When many rows change at once, GTK 4.8 asks for each of them, to find those that it has a widget
 * for; a view that gets a new model does not. What it costs is the place that one had scrolled to,
 * so this is for changes that leave little of that. */
static void
begin_change (LacunaRegionPane *self,
              gboolean          many)
{
  self->updating++;
  if (many)
    {
      gtk_column_view_set_model (self->view, NULL);
      gtk_single_selection_set_model (self->selection, NULL);
    }
}

static void
end_change (LacunaRegionPane *self)
{
  if (gtk_column_view_get_model (self->view) == NULL)
    {
      gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->list));
      gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
    }
  self->updating--;
}

static gboolean
has_many_rows (LacunaRegionPane *self)
{
  size_t n_regions = 0;

  if (self->snapshot != NULL)
    lac_map_regions (lacuna_snapshot_get_map (self->snapshot), &n_regions);
  return n_regions > MANY_ROWS;
}

static void
filter_changed_cb (LacunaRegionPane *self)
{
  begin_change (self, has_many_rows (self));
  lacuna_region_list_set_filter (self->list, gtk_editable_get_text (self->filter_entry));
  end_change (self);
  show_filter_fault (self);
  show_selection (self, TRUE);
  update_count (self);
}

static void
show_toggled_cb (LacunaRegionPane *self,
                 GtkToggleButton  *button)
{
  if (!gtk_toggle_button_get_active (button))
    return;
  begin_change (self, has_many_rows (self));
  lacuna_region_list_set_show (self->list, shown (self));
  end_change (self);
  show_selection (self, TRUE);
  update_count (self);
}

static void
selection_changed_cb (LacunaRegionPane *self)
{
  LacunaRow *row = gtk_single_selection_get_selected_item (self->selection);

  if (self->updating > 0 || row == NULL)
    return;
  self->any = TRUE;
  self->address = lacuna_row_get_range (row).start;
  g_signal_emit (self, signals[SELECTED], 0, self->address);
}

static void
row_activated_cb (LacunaRegionPane *self,
                  guint             position)
{
  g_autoptr (LacunaRow) row = g_list_model_get_item (G_LIST_MODEL (self->list), position);

  if (row != NULL)
    g_signal_emit (self, signals[ACTIVATED], 0, lacuna_row_get_range (row).start);
}

static void
lacuna_region_pane_dispose (GObject *object)
{
  LacunaRegionPane *self = LACUNA_REGION_PANE (object);

  self->updating++;
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->list);
  g_clear_object (&self->snapshot);
  g_clear_object (&self->results);

  G_OBJECT_CLASS (lacuna_region_pane_parent_class)->dispose (object);
}

static void
lacuna_region_pane_finalize (GObject *object)
{
  g_hash_table_unref (LACUNA_REGION_PANE (object)->bound);

  G_OBJECT_CLASS (lacuna_region_pane_parent_class)->finalize (object);
}

static void
lacuna_region_pane_class_init (LacunaRegionPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lacuna_region_pane_dispose;
  object_class->finalize = lacuna_region_pane_finalize;

  /* LacunaRegionPane::selected: the user went to the row that starts at this address. */
  signals[SELECTED] = g_signal_new ("selected", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);
  /* LacunaRegionPane::activated: a double click or Return on the row that starts there. */
  signals[ACTIVATED] = g_signal_new ("activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/lacuna_project/Lacuna/ui/region-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, box);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, filter_entry);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, show_regions);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, show_gaps);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, show_both);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, count_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, stack);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, empty_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaRegionPane, view);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
}

static void
lacuna_region_pane_init (LacunaRegionPane *self)
{
  self->bound = g_hash_table_new (NULL, NULL);
  self->list = lacuna_region_list_new ();
  gtk_widget_init_template (GTK_WIDGET (self));

  add_column (self, LACUNA_COLUMN_START, _ ("Start"));
  add_column (self, LACUNA_COLUMN_END, _ ("End"));
  add_column (self, LACUNA_COLUMN_SIZE, _ ("Size"));
  add_column (self, LACUNA_COLUMN_KIND, _ ("Kind"));
  add_column (self, LACUNA_COLUMN_PROTECTION, _ ("Prot."));
  add_column (self, LACUNA_COLUMN_OFFSET, _ ("Offset"));
  add_column (self, LACUNA_COLUMN_NAME, _ ("Name"));

  self->selection
      = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (self->list)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  g_signal_connect_swapped (self->selection, "notify::selected",
                            G_CALLBACK (selection_changed_cb), self);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  lacuna_tab_passes (GTK_WIDGET (self->view));
  show_filter_fault (self);
  update_count (self);
}

/**
 * lacuna_region_pane_set_snapshot:
 * @snapshot: what to list
 *
 * Lists @snapshot. Rows that did not change stay where they are on screen; what is selected stays
 * selected when something is still there. The results go, they were of an older snapshot.
 */
void
lacuna_region_pane_set_snapshot (LacunaRegionPane *self,
                                 LacunaSnapshot   *snapshot)
{
  size_t n_before = 0;
  size_t n_after = 0;

  g_return_if_fail (LACUNA_IS_REGION_PANE (self));

  if (self->snapshot != NULL)
    lac_map_regions (lacuna_snapshot_get_map (self->snapshot), &n_before);
  if (snapshot != NULL)
    lac_map_regions (lacuna_snapshot_get_map (snapshot), &n_after);

  g_set_object (&self->snapshot, snapshot);
  g_clear_object (&self->results);
  begin_change (self, MAX (n_before, n_after) - MIN (n_before, n_after) > MANY_ROWS);
  lacuna_region_list_set_snapshot (self->list, snapshot);
  end_change (self);
  bind_again (self);
  show_selection (self, FALSE);
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

  g_set_object (&self->results, results);
  self->candidate = 0;
  if (results != NULL && g_list_model_get_n_items (G_LIST_MODEL (results)) > 0)
    {
      g_autoptr (LacunaGap) first = g_list_model_get_item (G_LIST_MODEL (results), 0);

      self->candidate = lacuna_gap_get (first)->candidate;
    }
  bind_again (self);
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

  self->any = any;
  self->address = address;
  show_selection (self, TRUE);
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

  gtk_widget_grab_focus (GTK_WIDGET (self->filter_entry));
}
