/* The Buffers page's list: one tree of all there is.
 *
 * The tables of the locator come first, each with its buffers; after them the heads of what else there
 * is: allocations, who looks at what, and what was done. What is empty is not there. Tables, allocations
 * and looks begin open, since they are what one comes to see; what was done is looked up, and so is what
 * an earlier process left behind.
 *
 * The models keep their rows over a refresh, so what is open, selected and scrolled to stays so by
 * itself.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-buffers-group.h"
#include "lacuna-buffers-panel-private.h"
#include "app/window/lacuna-tab.h"

#include <glib/gi18n.h>

static GListModel *
make_children (gpointer item,
               gpointer user_data)
{
  if (LACUNA_IS_LOCATOR_TABLE (item))
    return g_object_ref (lacuna_locator_table_get_buffers (item));
  if (LACUNA_IS_BUFFERS_GROUP (item))
    return g_object_ref (lacuna_buffers_group_get_items (item));
  return NULL;
}

/* Shows the heads of those lists that have something in them. */
static void
update_groups (LacunaBuffersPanel *self)
{
  guint position = 0;

  for (guint i = 0; i < G_N_ELEMENTS (self->groups); i++)
    {
      LacunaBuffersGroup *group = self->groups[i];
      g_autoptr (LacunaBuffersGroup) shown
          = g_list_model_get_item (G_LIST_MODEL (self->shown_groups), position);
      gboolean any = lacuna_buffers_group_get_n_items (group) > 0;

      if (any && shown != group)
        g_list_store_insert (self->shown_groups, position, group);
      else if (!any && shown == group)
        {
          g_list_store_remove (self->shown_groups, position);
          /* When it comes again, it begins open again. */
          g_hash_table_remove (self->seen, group);
        }
      position += any;
    }
}

static void
add_group (LacunaBuffersPanel *self,
           guint               i,
           const char         *title,
           const char         *sentence,
           GListModel         *items)
{
  self->groups[i] = lacuna_buffers_group_new (title, sentence, items);
  g_signal_connect_swapped (self->groups[i], "notify::n-items", G_CALLBACK (update_groups), self);
}

static void
make_groups (LacunaBuffersPanel *self)
{
  self->shown_groups = g_list_store_new (LACUNA_TYPE_BUFFERS_GROUP);
  add_group (self, 0, _ ("Private allocations"),
             _ ("Memory that was allocated here, that nobody else knows of, and that can be freed."),
             lacuna_allocator_get_allocations (self->allocator));
  add_group (self, 1, _ ("References"),
             _ ("Who looks at which memory. What is freed stays until the last look ends."),
             lacuna_allocator_get_references (self->allocator));
  add_group (self, 2, _ ("History"), _ ("What was done here, the newest first."),
             lacuna_allocator_get_operations (self->allocator));
  update_groups (self);
  /* What was freed goes with the last look at it, and the outcome tells of that. */
  g_signal_connect_swapped (self->groups[0], "notify::n-items",
                            G_CALLBACK (lacuna_buffers_panel_show_outcome), self);
}

/**
 * lacuna_buffers_panel_drop_tree:
 *
 * Lets go of what the list shows.
 */
void
lacuna_buffers_panel_drop_tree (LacunaBuffersPanel *self)
{
  g_clear_handle_id (&self->open_source, g_source_remove);
  if (self->tree != NULL)
    g_signal_handlers_disconnect_by_data (self->tree, self);
  if (self->selection != NULL)
    gtk_single_selection_set_model (self->selection, NULL);
  g_clear_object (&self->tree);
  for (guint i = 0; i < G_N_ELEMENTS (self->groups); i++)
    {
      if (self->groups[i] != NULL)
        g_signal_handlers_disconnect_by_data (self->groups[i], self);
      g_clear_object (&self->groups[i]);
    }
  g_clear_object (&self->shown_groups);
  g_hash_table_remove_all (self->seen);
}

static gboolean
begins_open (LacunaBuffersPanel *self,
             gpointer            item)
{
  if (LACUNA_IS_LOCATOR_TABLE (item))
    return (lacuna_locator_table_get_findings (item) & LACUNA_FINDING_STALE) == 0;
  return item != (gpointer) self->groups[2];
}

/* Opens what begins open and was not seen before. Only heads can be opened, and there are few. */
static void
open_new (LacunaBuffersPanel *self)
{
  for (guint i = 0; self->tree != NULL; i++)
    {
      g_autoptr (GtkTreeListRow) row = gtk_tree_list_model_get_child_row (self->tree, i);
      g_autoptr (GObject) item = row != NULL ? gtk_tree_list_row_get_item (row) : NULL;

      if (row == NULL)
        return;
      if (g_hash_table_contains (self->seen, item))
        continue;
      g_hash_table_add (self->seen, g_object_ref (item));
      if (begins_open (self, item))
        gtk_tree_list_row_set_expanded (row, TRUE);
    }
}

static gboolean
open_cb (gpointer user_data)
{
  LacunaBuffersPanel *self = user_data;

  self->open_source = 0;
  open_new (self);
  return G_SOURCE_REMOVE;
}

/* A row may not be opened while the model that it is in says that it has come. */
static void
items_changed_cb (LacunaBuffersPanel *self,
                  guint               position,
                  guint               n_removed,
                  guint               n_added)
{
  if (n_added > 0 && self->open_source == 0)
    self->open_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, open_cb, self, NULL);
  if (n_added != n_removed)
    lacuna_buffers_panel_update_empty (self);
}

/* The keyboard enters a list where it was in it last, and that is not where something was selected by
 * others. */
static void
begin_at_selected (LacunaBuffersPanel *self)
{
  GtkWidget *list = GTK_WIDGET (self->tree_view);
  GtkTreeListRow *selected = gtk_single_selection_get_selected_item (self->selection);

  if (selected == NULL || (gtk_widget_get_state_flags (list) & GTK_STATE_FLAG_FOCUS_WITHIN) != 0)
    return;
  for (GtkWidget *item = gtk_widget_get_first_child (list); item != NULL;
       item = gtk_widget_get_next_sibling (item))
    {
      GtkWidget *row = gtk_widget_get_first_child (item);

      if (GTK_IS_TREE_EXPANDER (row)
          && gtk_tree_expander_get_list_row (GTK_TREE_EXPANDER (row)) == selected)
        {
          gtk_widget_set_focus_child (list, item);
          return;
        }
    }
}

static gboolean
reveal_cb (gpointer user_data)
{
  LacunaBuffersPanel *self = user_data;

  self->reveal_source = 0;
  gtk_widget_activate_action (GTK_WIDGET (self->tree_view), "list.scroll-to-item", "u",
                              self->reveal_position);
  begin_at_selected (self);
  return G_SOURCE_REMOVE;
}

static void
queue_reveal (LacunaBuffersPanel *self)
{
  self->reveal_position = gtk_single_selection_get_selected (self->selection);
  if (self->reveal_position != GTK_INVALID_LIST_POSITION && self->reveal_source == 0)
    self->reveal_source = g_idle_add_full (GDK_PRIORITY_REDRAW + 10, reveal_cb, self, NULL);
}

/**
 * lacuna_buffers_panel_start_tree:
 *
 * Makes what the list shows.
 */
void
lacuna_buffers_panel_start_tree (LacunaBuffersPanel *self)
{
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_list_view_set_model (self->tree_view, GTK_SELECTION_MODEL (self->selection));
  lacuna_tab_passes (GTK_WIDGET (self->tree_view));
  /* What is said of the selected row takes its height from the list, which the row must not leave. */
  g_signal_connect_swapped (gtk_scrolled_window_get_vadjustment (self->tree_scroller),
                            "notify::page-size", G_CALLBACK (queue_reveal), self);
}

/**
 * lacuna_buffers_panel_follow_tree:
 *
 * Shows what is of the allocator now; nothing when there is none.
 */
void
lacuna_buffers_panel_follow_tree (LacunaBuffersPanel *self)
{
  g_autoptr (GListStore) parts = g_list_store_new (G_TYPE_LIST_MODEL);

  self->updating++;
  lacuna_buffers_panel_drop_tree (self);
  if (self->allocator != NULL)
    {
      make_groups (self);
      g_list_store_append (parts, lacuna_locator_get_tables (self->locator));
      g_list_store_append (parts, self->shown_groups);
      self->tree = gtk_tree_list_model_new (
          G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (g_steal_pointer (&parts)))),
          FALSE, FALSE, make_children, NULL, NULL);
      g_signal_connect_swapped (self->tree, "items-changed", G_CALLBACK (items_changed_cb), self);
      open_new (self);
      gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->tree));
    }
  self->updating--;
  gtk_stack_set_visible_child_name (self->stack, self->allocator != NULL ? "process" : "file");
  lacuna_buffers_panel_update_empty (self);
}

/**
 * lacuna_buffers_panel_update_empty:
 *
 * Shows the list, or what to do when there is nothing in it.
 */
void
lacuna_buffers_panel_update_empty (LacunaBuffersPanel *self)
{
  g_autofree char *place = NULL;
  g_autofree char *text = NULL;
  guint n_rows;

  if (!lacuna_later_is_built (self) || self->locator == NULL)
    return;
  n_rows = self->tree != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->tree)) : 0;
  place = lacuna_locator_describe (self->locator);
  gtk_stack_set_visible_child_name (self->tree_stack, n_rows > 0 ? "tree" : "empty");
  if (self->locator_fault != NULL)
    text = g_strdup (self->locator_fault);
  else if (lacuna_allocator_is_elsewhere (self->allocator) && !lacuna_locator_exists (self->locator))
    text = g_strdup (_ ("The process has no buffer locator.\n\nThe first buffer that is created gives it "
                        "one, by calls that a thread of the process makes. A library that is loaded "
                        "there later finds it."));
  else
    /* Translators: a sentence or two on where the list of buffers is, and what to do. */
    text = g_strdup_printf (_ ("%s\n\nCreate one above: it appears here and on the strip, and code "
                               "or data can be appended to it."),
                            place);
  gtk_label_set_label (self->empty_label, text);
}

/**
 * lacuna_buffers_panel_get_selected:
 * @type: of the item
 *
 * Returns: (transfer none) (nullable): what is selected, if it is of @type
 */
gpointer
lacuna_buffers_panel_get_selected (LacunaBuffersPanel *self,
                                   GType               type)
{
  return self->followed != NULL && G_TYPE_CHECK_INSTANCE_TYPE (self->followed, type)
             ? self->followed
             : NULL;
}

static gboolean
holds (gpointer item,
       guint64  address)
{
  if (LACUNA_IS_LOCATOR_BUFFER (item))
    return address >= lacuna_locator_buffer_get_address (item)
           && address - lacuna_locator_buffer_get_address (item)
                  < lacuna_locator_buffer_get_size (item);
  return LACUNA_IS_ALLOCATION (item)
         && lac_range_contains (lacuna_allocation_get_range (item), address);
}

/* The row of the buffer or allocation that holds @address, without a row object for each that there is;
 * GTK_INVALID_LIST_POSITION when it is not shown. */
static guint
find_row (LacunaBuffersPanel *self,
          guint64             address)
{
  for (guint i = 0;; i++)
    {
      g_autoptr (GtkTreeListRow) row = gtk_tree_list_model_get_child_row (self->tree, i);
      GListModel *children = row != NULL ? gtk_tree_list_row_get_children (row) : NULL;
      guint n_children = children != NULL ? g_list_model_get_n_items (children) : 0;

      if (row == NULL)
        return GTK_INVALID_LIST_POSITION;
      for (guint j = 0; j < n_children; j++)
        {
          g_autoptr (GObject) item = g_list_model_get_item (children, j);

          if (holds (item, address))
            return gtk_tree_list_row_get_position (row) + 1 + j;
        }
    }
}

/* What somebody looks up stays selected while the window shows where it was. */
static gboolean
is_about (gpointer item,
          guint64  address)
{
  if (LACUNA_IS_OPERATION (item))
    return lac_range_contains (lacuna_operation_get_range (item), address);
  if (LACUNA_IS_REFERENCE (item))
    return lac_range_contains (lacuna_reference_get_range (item), address);
  return FALSE;
}

/**
 * lacuna_buffers_panel_select:
 * @address: any address
 *
 * Selects the buffer or allocation that holds @address, and scrolls to it; when none does, or what is
 * selected tells of it, that stays.
 */
void
lacuna_buffers_panel_select (LacunaBuffersPanel *self,
                             guint64             address)
{
  g_return_if_fail (LACUNA_IS_BUFFERS_PANEL (self));

  if (self->followed == NULL || !is_about (self->followed, address))
    lacuna_buffers_panel_select_memory (self, address);
}

void
lacuna_buffers_panel_select_memory (LacunaBuffersPanel *self,
                                    guint64             address)
{
  guint position;

  if (self->tree == NULL)
    return;
  /* What has just come may not be open yet. */
  open_new (self);
  if (self->followed != NULL && holds (self->followed, address))
    return;
  position = find_row (self, address);
  if (position == GTK_INVALID_LIST_POSITION)
    return;
  self->updating++;
  gtk_single_selection_set_selected (self->selection, position);
  self->updating--;
  queue_reveal (self);
}
