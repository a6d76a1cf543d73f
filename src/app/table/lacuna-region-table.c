/* LacunaRegionTable: what makes a GtkColumnView the table of regions and gaps.
 *
 * To tell a selection that the user made here from one that the strip made, the table counts its
 * own changes; only the user's are passed on. What a gap's row says depends on the query, so the
 * cells that are on screen are known and are bound again when results come; no row is made anew for
 * it.
 *
 * The list sorts itself. The headers' arrows need sorters all the same, which never compare two
 * rows: they tell which column was clicked. GTK 4.8 does not say it; but asked to compare, the
 * view's sorter asks that of the first column, and turns the answer round when it descends.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-region-table.h"
#include "lacuna-region-columns.h"
#include "lacuna-region-marks.h"
#include "lacuna-region-place.h"
#include "lacuna-region-pointer.h"
#include "lacuna-region-words.h"
#include "app/window/lacuna-scroll-hold.h"
#include "app/window/lacuna-tab.h"
#include "model/lacuna-gradual-list.h"

#include <glib/gi18n.h>

/* No gap reaches up to it. */
#define NO_CANDIDATE G_MAXUINT64

struct _LacunaRegionTable
{
  GObject parent_instance;

  GtkColumnView *view; /* borrowed; NULL once it is gone */
  LacunaRegionFont *font;
  LacunaRegionList *list;
  LacunaGradualList *rows; /* of the list, those that the view knows of */
  guint growing;           /* the tick callback that shows more of them */
  guint frames_to_wait;    /* before it does */
  GtkSingleSelection *selection;
  LacunaGapResults *results;
  guint64 candidate;
  GHashTable *bound; /* the list items of kind and name that are bound, borrowed */
  LacunaRegionMarks *marks;
  GtkColumnViewColumn *columns[LACUNA_N_COLUMNS]; /* borrowed */

  LacunaColumn asked; /* the column whose sorter was asked to compare; all of them for none */
  gboolean any;       /* something is selected, here or elsewhere */
  guint64 address;    /* in what is selected */
  guint updating;     /* above 0 while the table itself changes selection or order */
  gboolean reveal;    /* the next change scrolls to what is selected */
  gboolean focused;   /* a row had the focus when the view let go of its rows */
  guint64 focus;      /* where that row starts */
  guint64 deputy;     /* where the one starts that has the focus until then */
};

enum
{
  SELECTED,
  ACTIVATED,
  HOVERED,
  MENU,
  SORTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaRegionTable, lacuna_region_table, G_TYPE_OBJECT)

/* Columns */

static const struct
{
  const char *title;
  const char *tooltip;
} headers[LACUNA_N_COLUMNS] = {
  [LACUNA_COLUMN_START] = { N_ ("Start"), N_ ("The first address of the region or gap") },
  [LACUNA_COLUMN_END] = { N_ ("End"), N_ ("The first address after it: ranges are half-open") },
  [LACUNA_COLUMN_SIZE] = { N_ ("Size"), N_ ("How many bytes it takes up, End less Start") },
  [LACUNA_COLUMN_KIND] = { N_ ("Kind"), N_ ("What the memory is for") },
  [LACUNA_COLUMN_PROTECTION]
  /* Translators: short for protection. */
  = { N_ ("Prot."), N_ ("Protection: r may be read, w written, x executed; s is shared with other "
                        "processes, p is private") },
  [LACUNA_COLUMN_OFFSET] = { N_ ("Offset"), N_ ("Where in the file the region begins") },
  [LACUNA_COLUMN_NAME]
  = { N_ ("Name"), N_ ("The file or what the kernel calls it; of a gap, whether the buffer fits") },
};

static LacunaColumn
factory_column (GtkListItemFactory *factory)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (factory), "lacuna-column"));
}

static gboolean
query_tooltip_cb (GtkWidget  *cell,
                  int         x,
                  int         y,
                  gboolean    keyboard,
                  GtkTooltip *tooltip,
                  gpointer    user_data)
{
  LacunaRegionTable *self = user_data;
  GtkListItem *item = lacuna_region_pointer_get_item (cell);
  LacunaColumn column = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (cell), "lacuna-column"));
  g_autofree char *text = NULL;

  if (item != NULL && gtk_list_item_get_item (item) != NULL)
    text = lacuna_region_explain (gtk_list_item_get_item (item), column, self->results,
                                  self->candidate);
  gtk_tooltip_set_text (tooltip, text);
  return text != NULL;
}

static void
setup_cell_cb (LacunaRegionTable  *self,
               GtkListItem        *item,
               GtkListItemFactory *factory)
{
  LacunaColumn column = factory_column (factory);
  GtkWidget *cell = lacuna_region_cells_make (self->font, column);

  lacuna_region_pointer_set_item (cell, item);
  g_object_set_data (G_OBJECT (cell), "lacuna-column", GUINT_TO_POINTER (column));
  gtk_widget_set_has_tooltip (cell, TRUE);
  g_signal_connect_object (cell, "query-tooltip", G_CALLBACK (query_tooltip_cb), self, 0);
  gtk_list_item_set_child (item, cell);
}

static void
bind_item (LacunaRegionTable *self,
           GtkListItem       *item,
           LacunaColumn       column)
{
  lacuna_region_cells_bind (LACUNA_REGION_CELL (gtk_list_item_get_child (item)), column,
                            gtk_list_item_get_item (item), self->results, self->candidate);
}

/* GTK 4.8 has no name for a row but what its widget's class is called. */
static void
name_row (LacunaRegionTable *self,
          GtkListItem       *item)
{
  GtkWidget *row = lacuna_region_marks_get_row (item);
  g_autofree char *name = NULL;

  if (row == NULL)
    return;
  name = lacuna_region_describe (gtk_list_item_get_item (item), self->results, self->candidate);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
bind_cell_cb (LacunaRegionTable  *self,
              GtkListItem        *item,
              GtkListItemFactory *factory)
{
  LacunaColumn column = factory_column (factory);

  bind_item (self, item, column);
  if (column == LACUNA_COLUMN_KIND || column == LACUNA_COLUMN_NAME)
    g_hash_table_insert (self->bound, item, GUINT_TO_POINTER (column));
  if (column == LACUNA_COLUMN_NAME)
    {
      lacuna_region_marks_bind (self->marks, item);
      name_row (self, item);
    }
}

static void
unbind_cell_cb (LacunaRegionTable  *self,
                GtkListItem        *item,
                GtkListItemFactory *factory)
{
  g_hash_table_remove (self->bound, item);
  if (factory_column (factory) == LACUNA_COLUMN_NAME)
    lacuna_region_marks_unbind (self->marks, item);
}

static void
bind_again (LacunaRegionTable *self)
{
  GHashTableIter iter;
  gpointer item;
  gpointer column;

  g_hash_table_iter_init (&iter, self->bound);
  while (g_hash_table_iter_next (&iter, &item, &column))
    if (lacuna_row_is_gap (gtk_list_item_get_item (item)))
      {
        bind_item (self, item, GPOINTER_TO_UINT (column));
        if (GPOINTER_TO_UINT (column) == LACUNA_COLUMN_NAME)
          name_row (self, item);
      }
}

/* What each column's sorter asks of the list is known by now; see the top of this file. */
static int
compare_cb (gconstpointer a,
            gconstpointer b,
            gpointer      user_data)
{
  GtkListItemFactory *factory = user_data;
  LacunaRegionTable *self = g_object_get_data (G_OBJECT (factory), "lacuna-table");

  if (self->asked == LACUNA_N_COLUMNS)
    self->asked = factory_column (factory);
  return -1;
}

static void
sorter_changed_cb (LacunaRegionTable *self)
{
  if (self->updating == 0)
    g_signal_emit (self, signals[SORTED], 0);
}

static void
add_column (LacunaRegionTable *self,
            LacunaColumn       column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkSorter *sorter = GTK_SORTER (
      gtk_custom_sorter_new (compare_cb, g_object_ref (factory), g_object_unref));
  GtkColumnViewColumn *view_column = NULL;

  g_object_set_data (G_OBJECT (factory), "lacuna-column", GUINT_TO_POINTER (column));
  g_object_set_data (G_OBJECT (factory), "lacuna-table", self);
  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cell_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cell_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cell_cb), self,
                           G_CONNECT_SWAPPED);
  view_column = gtk_column_view_column_new (_ (headers[column].title), factory);
  gtk_column_view_column_set_resizable (view_column, TRUE);
  gtk_column_view_column_set_expand (view_column, column == LACUNA_COLUMN_NAME);
  gtk_column_view_column_set_sorter (view_column, sorter);
  gtk_column_view_append_column (self->view, view_column);
  self->columns[column] = view_column;
  g_object_unref (view_column);
  g_object_unref (sorter);
}

/* The headers' buttons, which GTK has no call for, are the children of the view's first child. */
static void
explain_headers (LacunaRegionTable *self)
{
  GtkWidget *header = gtk_widget_get_first_child (GTK_WIDGET (self->view));
  GtkWidget *title = header != NULL ? gtk_widget_get_first_child (header) : NULL;

  for (guint i = 0; i < LACUNA_N_COLUMNS && title != NULL; i++)
    {
      gtk_widget_set_tooltip_text (title, _ (headers[i].tooltip));
      title = gtk_widget_get_next_sibling (title);
    }
}

/* Selection */

static void
show_selection (LacunaRegionTable *self,
                gboolean           scroll)
{
  guint position = GTK_INVALID_LIST_POSITION;

  if (self->any)
    position = lacuna_region_list_find (self->list, self->address);
  self->updating++;
  if (position != GTK_INVALID_LIST_POSITION)
    {
      /* Whoever wants to see a row that is not shown yet does not wait for it. */
      if (scroll && lacuna_gradual_list_locate (self->rows, position) == G_MAXUINT)
        lacuna_gradual_list_finish (self->rows);
      position = lacuna_gradual_list_locate (self->rows, position);
    }
  gtk_single_selection_set_selected (self->selection, position);
  self->updating--;
  if (scroll && position != GTK_INVALID_LIST_POSITION)
    lacuna_region_place_show (self->view, position);
}

static void
selection_changed_cb (LacunaRegionTable *self)
{
  LacunaRow *row = gtk_single_selection_get_selected_item (self->selection);

  if (self->updating > 0 || row == NULL)
    return;
  self->any = TRUE;
  self->address = lacuna_row_get_range (row).start;
  g_signal_emit (self, signals[SELECTED], 0, self->address);
}

static void
row_activated_cb (LacunaRegionTable *self,
                  guint              position)
{
  g_autoptr (LacunaRow) row = g_list_model_get_item (G_LIST_MODEL (self->rows), position);

  if (row != NULL)
    g_signal_emit (self, signals[ACTIVATED], 0, lacuna_row_get_range (row).start);
}

/* The pointer */

static void
hovered_cb (LacunaRegionTable *self,
            LacunaRow         *row)
{
  g_signal_emit (self, signals[HOVERED], 0, row != NULL,
                 row != NULL ? lacuna_row_get_range (row).start : G_GUINT64_CONSTANT (0));
}

static void
menu_cb (LacunaRegionTable *self,
         GtkListItem       *item,
         double             x,
         double             y)
{
  if (item != NULL)
    gtk_single_selection_set_selected (self->selection, gtk_list_item_get_position (item));
  if (gtk_single_selection_get_selected (self->selection) == GTK_INVALID_LIST_POSITION)
    return;
  g_signal_emit (self, signals[MENU], 0, x, y);
}

/* Changes of the list */

static void
stop_growing (LacunaRegionTable *self)
{
  if (self->growing != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self->view), self->growing);
  self->growing = 0;
}

/* Where the row that has the focus starts. */
static gboolean
get_focus (LacunaRegionTable *self,
           guint64           *out_address)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self->view));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GHashTableIter iter;
  gpointer item;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self->view)))
    return FALSE;
  g_hash_table_iter_init (&iter, self->bound);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    if (lacuna_region_marks_get_row (item) == focus)
      {
        *out_address = lacuna_row_get_range (gtk_list_item_get_item (item)).start;
        return TRUE;
      }
  return FALSE;
}

/* A row that has the focus goes with all others, and the next key would go nowhere. Until it is
 * there again, or for good when it is no longer listed, the first row has it. */
static void
begin_focus (LacunaRegionTable *self)
{
  g_autoptr (LacunaRow) first = g_list_model_get_item (G_LIST_MODEL (self->rows), 0);
  GtkListItem *item = NULL;

  if (first != NULL)
    {
      self->deputy = lacuna_row_get_range (first).start;
      item = lacuna_region_marks_find (self->marks, self->deputy);
    }
  if (item != NULL)
    gtk_widget_grab_focus (lacuna_region_marks_get_row (item));
}

static void
follow_focus (LacunaRegionTable *self)
{
  guint64 address;
  GtkListItem *item;

  if (!self->focused)
    return;
  item = lacuna_region_marks_find (self->marks, self->focus);
  /* Whoever has gone on meanwhile stays there. */
  self->focused = item == NULL && get_focus (self, &address) && address == self->deputy;
  if (item != NULL && get_focus (self, &address) && address == self->deputy)
    gtk_widget_grab_focus (lacuna_region_marks_get_row (item));
}

/* Gives the view its model, of which it gets to know a few rows in every frame: first those that it
 * will show. */
static void
show_anew (LacunaRegionTable *self,
           gboolean           reveal)
{
  guint place;
  guint around;

  /* Whoever asked for other rows wants to see what is selected among them, or where they begin. */
  if (reveal && !self->any)
    lacuna_region_place_go_to_top (self->view);
  place = lacuna_region_place_find (self->view, self->list);
  around = place;

  /* Nobody had scrolled anywhere: the frame that comes next may show the first rows alone. */
  self->frames_to_wait = place == G_MAXUINT ? 1 : 0;

  if (reveal && self->any)
    around = lacuna_region_list_find (self->list, self->address);
  self->updating++;
  lacuna_gradual_list_begin (self->rows, around != G_MAXUINT ? around : 0);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->rows));
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  self->updating--;
  if (!reveal && place != G_MAXUINT)
    lacuna_region_place_restore (self->view,
                                 lacuna_gradual_list_locate (self->rows, place),
                                 self->marks);
  show_selection (self, reveal);
  if (reveal && !self->any)
    lacuna_region_place_go_to_top (self->view);
  if (self->focused)
    begin_focus (self);
  follow_focus (self);
}

static gboolean
grow_cb (GtkWidget     *view,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  LacunaRegionTable *self = user_data;
  gboolean more;

  if (self->frames_to_wait > 0)
    {
      self->frames_to_wait--;
      return G_SOURCE_CONTINUE;
    }

  /* Rows that come above what is selected move it, which is nobody's doing. */
  self->updating++;
  more = lacuna_gradual_list_grow (self->rows);
  follow_focus (self);
  self->updating--;
  if (more)
    return G_SOURCE_CONTINUE;

  self->growing = 0;
  self->focused = FALSE;
  show_selection (self, FALSE);
  return G_SOURCE_REMOVE;
}

/* When many rows change at once, GTK 4.8 asks for each of them, to find those that it has a widget
 * for; a view that gets a new model does not. What it costs is the place that one had scrolled to,
 * which is found again by the address of the first row on screen. */
static void
list_changing_cb (LacunaRegionTable *self,
                  gboolean           much)
{
  self->updating++;
  if (!much || self->view == NULL)
    return;

  stop_growing (self);
  lacuna_region_place_save (self->view);
  self->focused = self->focused || get_focus (self, &self->focus);
  gtk_column_view_set_model (self->view, NULL);
  gtk_single_selection_set_model (self->selection, NULL);
}

static void
list_changed_cb (LacunaRegionTable *self)
{
  gboolean anew = self->view != NULL && gtk_column_view_get_model (self->view) == NULL;

  self->updating--;
  if (self->view == NULL)
    return;
  if (anew)
    {
      show_anew (self, self->reveal);
      stop_growing (self);
      self->growing = gtk_widget_add_tick_callback (GTK_WIDGET (self->view), grow_cb, self, NULL);
    }
  else
    {
      show_selection (self, self->reveal);
      if (self->reveal && !self->any)
        lacuna_region_place_go_to_top (self->view);
    }
  self->reveal = self->reveal && lacuna_region_list_is_busy (self->list);
}

/* The object */

static void
lacuna_region_table_dispose (GObject *object)
{
  LacunaRegionTable *self = LACUNA_REGION_TABLE (object);

  self->updating++;
  if (self->view != NULL)
    stop_growing (self);
  if (self->view != NULL)
    g_object_remove_weak_pointer (G_OBJECT (self->view), (gpointer *) &self->view);
  self->view = NULL;
  g_clear_object (&self->selection);
  g_clear_object (&self->rows);
  g_clear_object (&self->list);
  g_clear_object (&self->results);

  G_OBJECT_CLASS (lacuna_region_table_parent_class)->dispose (object);
}

static void
lacuna_region_table_finalize (GObject *object)
{
  LacunaRegionTable *self = LACUNA_REGION_TABLE (object);

  lacuna_region_marks_free (self->marks);
  g_clear_pointer (&self->font, lacuna_region_font_unref);
  g_hash_table_unref (self->bound);

  G_OBJECT_CLASS (lacuna_region_table_parent_class)->finalize (object);
}

static void
lacuna_region_table_class_init (LacunaRegionTableClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = lacuna_region_table_dispose;
  object_class->finalize = lacuna_region_table_finalize;

  signals[SELECTED] = g_signal_new ("selected", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_UINT64);
  signals[ACTIVATED] = g_signal_new ("activated", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_UINT64);
  signals[HOVERED] = g_signal_new ("hovered", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_BOOLEAN, G_TYPE_UINT64);
  signals[MENU] = g_signal_new ("menu", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[SORTED] = g_signal_new ("sorted", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
}

static void
lacuna_region_table_init (LacunaRegionTable *self)
{
  self->candidate = NO_CANDIDATE;
  self->bound = g_hash_table_new (NULL, NULL);
  self->marks = lacuna_region_marks_new ();
}

/**
 * lacuna_region_table_new:
 * @view: (borrowed): an empty view
 * @list: what it is to show
 *
 * Returns: (transfer full): what keeps the two together
 */
LacunaRegionTable *
lacuna_region_table_new (GtkColumnView    *view,
                         LacunaRegionList *list)
{
  LacunaRegionTable *self = g_object_new (LACUNA_TYPE_REGION_TABLE, NULL);

  g_set_weak_pointer (&self->view, view);
  self->list = g_object_ref (list);
  self->font = lacuna_region_font_new (lacuna_region_pointer_get_rows (view));
  for (LacunaColumn column = 0; column < LACUNA_N_COLUMNS; column++)
    add_column (self, column);
  explain_headers (self);
  lacuna_region_columns_watch (view, self->columns, self->font);
  /* The rows are in a list within the view, and it is the list that has the focus. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_last_child (GTK_WIDGET (view))),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Regions and gaps"), -1);
  lacuna_region_table_set_sort (self, LACUNA_COLUMN_START, FALSE);

  self->rows = lacuna_gradual_list_new (G_LIST_MODEL (list));
  self->selection = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (self->rows)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  gtk_column_view_set_model (view, GTK_SELECTION_MODEL (self->selection));

#define CONNECT(object, signal, callback)                                                         \
  g_signal_connect_object (object, signal, G_CALLBACK (callback), self, G_CONNECT_SWAPPED)
  CONNECT (self->selection, "notify::selected", selection_changed_cb);
  CONNECT (list, "changing", list_changing_cb);
  CONNECT (list, "changed", list_changed_cb);
  CONNECT (gtk_column_view_get_sorter (view), "changed", sorter_changed_cb);
  CONNECT (view, "activate", row_activated_cb);
#undef CONNECT
  lacuna_region_pointer_watch (view, G_OBJECT (self), (LacunaRowHovered) hovered_cb,
                               (LacunaRowMenu) menu_cb);
  lacuna_tab_passes (GTK_WIDGET (view));
  lacuna_scroll_hold (GTK_SCROLLABLE (view), G_LIST_MODEL (self->selection));
  return self;
}

/**
 * lacuna_region_table_set_results:
 * @results: (nullable): what decides which gaps fit
 */
void
lacuna_region_table_set_results (LacunaRegionTable *self,
                                 LacunaGapResults  *results)
{
  g_return_if_fail (LACUNA_IS_REGION_TABLE (self));

  g_set_object (&self->results, results);
  self->candidate = NO_CANDIDATE;
  if (results != NULL && g_list_model_get_n_items (G_LIST_MODEL (results)) > 0)
    self->candidate = lacuna_gap_results_peek (results, 0)->candidate;
  bind_again (self);
}

/**
 * lacuna_region_table_set_candidate:
 * @gap: (nullable): the match of the results that is chosen
 *
 * Has the row of its gap say that the candidate is in it, and no other. New results choose the first.
 */
void
lacuna_region_table_set_candidate (LacunaRegionTable    *self,
                                   const struct lac_gap *gap)
{
  guint64 candidate = gap != NULL ? gap->candidate : NO_CANDIDATE;

  g_return_if_fail (LACUNA_IS_REGION_TABLE (self));

  if (self->candidate == candidate)
    return;
  self->candidate = candidate;
  bind_again (self);
}

/**
 * lacuna_region_table_select:
 * @any: whether something is selected
 * @address: an address in it
 *
 * Selects the row that holds @address, and scrolls to it; none when it is not listed.
 */
void
lacuna_region_table_select (LacunaRegionTable *self,
                            gboolean           any,
                            guint64            address)
{
  g_return_if_fail (LACUNA_IS_REGION_TABLE (self));

  self->any = any;
  self->address = address;
  show_selection (self, TRUE);
}

/**
 * lacuna_region_table_reveal_next:
 *
 * Has the table scroll to what is selected when the list changes next, which somebody is about to
 * ask it to.
 */
void
lacuna_region_table_reveal_next (LacunaRegionTable *self)
{
  g_return_if_fail (LACUNA_IS_REGION_TABLE (self));

  self->reveal = TRUE;
}

void
lacuna_region_table_set_changes (LacunaRegionTable *self,
                                 LacunaChanges     *changes)
{
  g_return_if_fail (LACUNA_IS_REGION_TABLE (self));

  lacuna_region_marks_set_changes (self->marks, changes);
}

void
lacuna_region_table_set_hover (LacunaRegionTable *self,
                               gboolean           inside,
                               guint64            address)
{
  g_return_if_fail (LACUNA_IS_REGION_TABLE (self));

  lacuna_region_marks_set_hover (self->marks, inside, address);
}

/**
 * lacuna_region_table_get_sort:
 * @out_column: (out): the column that was clicked last
 * @out_descending: (out): which way its arrow points
 *
 * Says what the headers say; the list is told by whoever listens to #LacunaRegionTable::sorted.
 */
void
lacuna_region_table_get_sort (LacunaRegionTable *self,
                              LacunaColumn      *out_column,
                              gboolean          *out_descending)
{
  GtkOrdering order;

  g_return_if_fail (LACUNA_IS_REGION_TABLE (self));

  self->asked = LACUNA_N_COLUMNS;
  order = gtk_sorter_compare (gtk_column_view_get_sorter (self->view), self->list, self->selection);
  *out_column = self->asked != LACUNA_N_COLUMNS ? self->asked : LACUNA_COLUMN_START;
  *out_descending = self->asked != LACUNA_N_COLUMNS && order == GTK_ORDERING_LARGER;
}

void
lacuna_region_table_set_sort (LacunaRegionTable *self,
                              LacunaColumn       column,
                              gboolean           descending)
{
  g_return_if_fail (LACUNA_IS_REGION_TABLE (self));

  self->updating++;
  /* Without this a click on another column would have the last one decide between equals, which the
   * address does here. */
  gtk_column_view_sort_by_column (self->view, NULL, GTK_SORT_ASCENDING);
  gtk_column_view_sort_by_column (self->view, self->columns[column],
                                  descending ? GTK_SORT_DESCENDING : GTK_SORT_ASCENDING);
  self->updating--;
}
