/* LacunaBuffersPanel: the page on which memory is made, filled and given back.
 *
 * The page asks and shows; the allocator does. Nothing is shown before it is so: a button starts
 * something on a worker, the operation that comes back says what became of it, and by then the lists
 * are up to date. So an operation that fails looks like what it is, and the page never has to take
 * anything back. Here is the widget; what it asks for is in lacuna-buffers-panel-acts.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-buffers-layout.h"
#include "lacuna-buffers-panel-private.h"
#include "lacuna-buffers-row.h"
#include "lacuna-buffers-words.h"

#include "app/lacuna-tooltip.h"

#include <glib/gi18n.h>

enum
{
  ACTS_CHANGED,
  PERFORMED,
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaBuffersPanel, lacuna_buffers_panel, LACUNA_TYPE_LATER)

void
lacuna_buffers_panel_emit_acts_changed (LacunaBuffersPanel *self)
{
  g_signal_emit (self, signals[ACTS_CHANGED], 0);
}

static struct lac_range
range_at (guint64 start,
          guint64 size)
{
  return (struct lac_range){ start, lac_add_saturating (start, size) };
}

/**
 * lacuna_buffers_panel_item_range:
 * @item: what a row is about
 *
 * Returns: where that lies; empty for what lies nowhere
 */
struct lac_range
lacuna_buffers_panel_item_range (gpointer item)
{
  if (LACUNA_IS_LOCATOR_BUFFER (item))
    return range_at (lacuna_locator_buffer_get_address (item),
                     lacuna_locator_buffer_get_size (item));
  if (LACUNA_IS_LOCATOR_TABLE (item))
    return range_at (lacuna_locator_table_get_address (item), 1);
  if (LACUNA_IS_ALLOCATION (item))
    return lacuna_allocation_get_range (item);
  if (LACUNA_IS_REFERENCE (item))
    return lacuna_reference_get_range (item);
  if (LACUNA_IS_OPERATION (item))
    return lacuna_operation_get_range (item);
  return (struct lac_range){ 0, 0 };
}

/**
 * lacuna_buffers_panel_finish:
 * @operation: what was done, or was tried
 *
 * Shows and tells what became of it.
 */
void
lacuna_buffers_panel_finish (LacunaBuffersPanel *self,
                             LacunaOperation    *operation)
{
  struct lac_range range = lacuna_operation_get_range (operation);

  /* The page may have gone while it was being done. */
  if (!lacuna_later_is_built (self) || self->allocator == NULL)
    return;
  g_set_object (&self->last, operation);
  self->shows_last = TRUE;
  if (lacuna_operation_get_error (operation) == NULL && lac_range_size (range) > 0)
    lacuna_buffers_panel_select_memory (self, range.start);
  lacuna_buffers_panel_update_empty (self);
  lacuna_buffers_panel_show_selected (self);
  lacuna_buffers_panel_show_outcome (self);
  lacuna_buffers_panel_reveal_outcome (self);
  lacuna_buffers_panel_emit_acts_changed (self);
  g_signal_emit (self, signals[PERFORMED], 0, operation);
}

/* What the user does */

static void
append_changed_cb (LacunaBuffersPanel *self)
{
  lacuna_buffers_panel_show_append (self);
  lacuna_buffers_panel_emit_acts_changed (self);
}

static void
append_activated_cb (LacunaBuffersPanel *self)
{
  lacuna_buffers_panel_act (self, LACUNA_ACT_APPEND, NULL);
}

static void
row_setup_cb (LacunaBuffersPanel *self,
              GtkListItem        *item)
{
  if (self->font == NULL)
    self->font = lacuna_buffers_font_new (GTK_WIDGET (self->tree_view));
  gtk_list_item_set_child (item, lacuna_buffers_row_new (self->font));
}

static void
row_bind_cb (LacunaBuffersPanel *self,
             GtkListItem        *item)
{
  lacuna_buffers_row_bind (gtk_list_item_get_child (item), gtk_list_item_get_item (item));
}

static void
row_unbind_cb (LacunaBuffersPanel *self,
               GtkListItem        *item)
{
  lacuna_buffers_row_unbind (gtk_list_item_get_child (item));
}

/* What lies somewhere is gone to; the rest opens and closes. */
static void
row_activated_cb (LacunaBuffersPanel *self,
                  guint               position)
{
  g_autoptr (GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (self->tree), position);
  g_autoptr (GObject) item = gtk_tree_list_row_get_item (row);
  struct lac_range range = lacuna_buffers_panel_item_range (item);

  if (lac_range_size (range) > 0)
    g_signal_emit (self, signals[CHOSEN], 0, range.start);
  else if (gtk_tree_list_row_is_expandable (row))
    gtk_tree_list_row_set_expanded (row, !gtk_tree_list_row_get_expanded (row));
}

static void
selection_changed_cb (LacunaBuffersPanel *self)
{
  g_autoptr (GObject) item = NULL;
  GtkTreeListRow *row = gtk_single_selection_get_selected_item (self->selection);
  struct lac_range range = { 0, 0 };

  if (row != NULL)
    item = gtk_tree_list_row_get_item (row);
  if (self->followed != NULL)
    g_signal_handlers_disconnect_by_func (self->followed, lacuna_buffers_panel_show_selected, self);
  g_set_object (&self->followed, item);
  if (item != NULL)
    {
      g_signal_connect_swapped (item, "notify", G_CALLBACK (lacuna_buffers_panel_show_selected),
                                self);
      range = lacuna_buffers_panel_item_range (item);
    }
  lacuna_buffers_panel_show_selected (self);
  if (self->updating > 0)
    return;
  self->shows_last = FALSE;
  lacuna_buffers_panel_show_outcome (self);
  if (LACUNA_IS_OPERATION (item))
    lacuna_buffers_panel_reveal_outcome (self);
  lacuna_buffers_panel_emit_acts_changed (self);
  if (lac_range_size (range) > 0)
    g_signal_emit (self, signals[CHOSEN], 0, range.start);
}

/* The widget */

static void
lacuna_buffers_panel_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lacuna_buffers_panel_parent_class)->map (widget);
  lacuna_buffers_panel_refresh (LACUNA_BUFFERS_PANEL (widget));
}

/* Nobody is left who could be asked. */
static void
lacuna_buffers_panel_unroot (GtkWidget *widget)
{
  lacuna_buffers_panel_drop_errands (LACUNA_BUFFERS_PANEL (widget));

  GTK_WIDGET_CLASS (lacuna_buffers_panel_parent_class)->unroot (widget);
}

static void
lacuna_buffers_panel_dispose (GObject *object)
{
  LacunaBuffersPanel *self = LACUNA_BUFFERS_PANEL (object);

  g_clear_handle_id (&self->reveal_source, g_source_remove);
  if (self->followed != NULL)
    g_signal_handlers_disconnect_by_func (self->followed, lacuna_buffers_panel_show_selected, self);
  g_clear_object (&self->followed);
  if (self->locator != NULL)
    g_signal_handlers_disconnect_by_data (self->locator, self);
  self->locator = NULL;
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  if (self->tree_scroller != NULL)
    g_signal_handlers_disconnect_by_data (
        gtk_scrolled_window_get_vadjustment (self->tree_scroller), self);
  lacuna_buffers_panel_drop_tree (self);
  if (self->stack != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->stack));
  self->stack = NULL;
  g_clear_object (&self->selection);
  g_clear_object (&self->allocator);
  g_clear_object (&self->last);

  G_OBJECT_CLASS (lacuna_buffers_panel_parent_class)->dispose (object);
}

static void
lacuna_buffers_panel_finalize (GObject *object)
{
  LacunaBuffersPanel *self = LACUNA_BUFFERS_PANEL (object);

  g_hash_table_unref (self->spent);
  g_hash_table_unref (self->seen);
  g_clear_pointer (&self->font, lacuna_buffers_font_unref);
  g_free (self->locator_fault);
  g_free ((gpointer) self->query.anchors);
  g_free (self->process);
  lacuna_reason_unref (self->no_memory);
  lacuna_reason_unref (self->no_calls);
  g_clear_weak_pointer (&self->question);

  G_OBJECT_CLASS (lacuna_buffers_panel_parent_class)->finalize (object);
}

/* What has the focus is the button in it, and GTK 4.8 gives that no name. */
static void
name_inner (GtkWidget  *widget,
            const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_first_child (widget)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
lacuna_buffers_panel_build (LacunaLater *later)
{
  LacunaBuffersPanel *self = LACUNA_BUFFERS_PANEL (later);

  name_inner (GTK_WIDGET (self->append_kind), _ ("How it is written"));
  name_inner (GTK_WIDGET (self->protect_button), _ ("Protect"));
  lacuna_tooltip_yield_to_text (self->selected_remarks);
  lacuna_tooltip_yield_to_menu (GTK_MENU_BUTTON (self->create_menu_button));
  lacuna_tooltip_yield_to_menu (GTK_MENU_BUTTON (self->allocate_menu_button));
  lacuna_buffers_panel_start_tree (self);
  g_signal_connect_swapped (self->selection, "notify::selected-item",
                            G_CALLBACK (selection_changed_cb), self);
  lacuna_buffers_panel_follow_tree (self);
  lacuna_buffers_panel_show_plan (self);
  lacuna_buffers_panel_show_selected (self);
  lacuna_buffers_panel_show_outcome (self);
  lacuna_buffers_panel_emit_acts_changed (self);
}

static void
lacuna_buffers_panel_set_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/lacuna_project/Lacuna/ui/buffers-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, stack);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, create_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, create_menu_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, allocate_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, allocate_menu_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, plan_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, reason_box);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, tree_stack);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, empty_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, tree_scroller);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, tree_view);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, selected_box);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, selected_title);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, selected_note);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, selected_findings);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, selected_remarks);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, take_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, put_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, protect_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, free_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, append_box);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, append_entry);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, append_kind);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, append_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, append_file_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, append_note);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, waiting_box);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, waiting_spinner);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, waiting_title);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, waiting_note);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, outcome_box);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, outcome_icon);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, outcome_title);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, outcome_story);
  gtk_widget_class_bind_template_child (widget_class, LacunaBuffersPanel, undo_button);
  gtk_widget_class_bind_template_callback (widget_class, append_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, append_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_unbind_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
}

static void
lacuna_buffers_panel_class_init (LacunaBuffersPanelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = lacuna_buffers_panel_dispose;
  object_class->finalize = lacuna_buffers_panel_finalize;
  widget_class->map = lacuna_buffers_panel_map;
  widget_class->unroot = lacuna_buffers_panel_unroot;
  LACUNA_LATER_CLASS (klass)->set_template = lacuna_buffers_panel_set_template;
  LACUNA_LATER_CLASS (klass)->build = lacuna_buffers_panel_build;

  signals[ACTS_CHANGED] = g_signal_new ("acts-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 0);
  signals[PERFORMED] = g_signal_new ("performed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, LACUNA_TYPE_OPERATION);
  signals[CHOSEN] = g_signal_new ("chosen", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_UINT64);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "buffers-panel");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
lacuna_buffers_panel_init (LacunaBuffersPanel *self)
{
  g_type_ensure (LACUNA_TYPE_BUFFERS_LAYOUT);
  g_type_ensure (LACUNA_TYPE_REASON_BOX);
  g_queue_init (&self->errands);
  self->spent = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->seen = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->shows_last = TRUE;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Buffers"), -1);
}

static void
locator_changed_cb (LacunaBuffersPanel *self)
{
  lacuna_buffers_panel_update_empty (self);
  lacuna_buffers_panel_show_reasons (self);
}

/**
 * lacuna_buffers_panel_set_allocator:
 * @allocator: (nullable): what does it; NULL for a target in which nothing can be done
 */
void
lacuna_buffers_panel_set_allocator (LacunaBuffersPanel *self,
                                    LacunaAllocator    *allocator)
{
  g_return_if_fail (LACUNA_IS_BUFFERS_PANEL (self));

  if (self->allocator == allocator)
    return;
  lacuna_buffers_panel_drop_errands (self);
  if (self->locator != NULL)
    g_signal_handlers_disconnect_by_data (self->locator, self);
  g_set_object (&self->allocator, allocator);
  self->locator = allocator != NULL ? lacuna_allocator_get_locator (allocator) : NULL;
  if (self->locator != NULL)
    g_signal_connect_swapped (self->locator, "changed", G_CALLBACK (locator_changed_cb), self);
  g_clear_object (&self->last);
  if (!lacuna_later_is_built (self))
    return;
  lacuna_buffers_panel_follow_tree (self);
  lacuna_buffers_panel_show_plan (self);
  lacuna_buffers_panel_show_selected (self);
  lacuna_buffers_panel_show_outcome (self);
  lacuna_buffers_panel_refresh (self);
  lacuna_buffers_panel_emit_acts_changed (self);
}

/**
 * lacuna_buffers_panel_set_plan:
 * @query: (nullable): the constraints; NULL while they are at fault
 * @anywhere: whether they say no place: it is near the program's own code then
 * @candidate: (nullable): the place that is chosen
 * @space: what the address space is like
 */
void
lacuna_buffers_panel_set_plan (LacunaBuffersPanel         *self,
                               const struct lac_gap_query *query,
                               gboolean                    anywhere,
                               const struct lac_gap       *candidate,
                               const struct lac_space     *space)
{
  g_return_if_fail (LACUNA_IS_BUFFERS_PANEL (self));

  g_free ((gpointer) self->query.anchors);
  self->query = (struct lac_gap_query){ 0 };
  self->has_query = query != NULL;
  self->anywhere = anywhere;
  if (query != NULL)
    {
      self->query = *query;
      self->query.anchors
          = g_memdup2 (query->anchors, query->n_anchors * sizeof query->anchors[0]);
    }
  self->has_candidate = candidate != NULL;
  self->candidate = candidate != NULL ? candidate->candidate : 0;
  self->user = space->user;
  self->page_size = space->page_size;
  if (!lacuna_later_is_built (self))
    return;
  lacuna_buffers_panel_show_plan (self);
  lacuna_buffers_panel_show_append (self);
  lacuna_buffers_panel_emit_acts_changed (self);
}

static void
refreshed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (LacunaBuffersPanel) self = user_data;
  g_autoptr (GError) error = NULL;

  lacuna_locator_refresh_finish (LACUNA_LOCATOR (source), result, &error);
  if (LACUNA_LOCATOR (source) != self->locator || !lacuna_later_is_built (self))
    return;
  g_free (self->locator_fault);
  self->locator_fault = error != NULL ? g_strdup (error->message) : NULL;
  lacuna_buffers_panel_update_empty (self);
  lacuna_buffers_panel_show_selected (self);
  lacuna_buffers_panel_emit_acts_changed (self);
}

/**
 * lacuna_buffers_panel_refresh:
 *
 * Reads again what others may have changed: the locator, and who looks at what.
 */
void
lacuna_buffers_panel_refresh (LacunaBuffersPanel *self)
{
  g_return_if_fail (LACUNA_IS_BUFFERS_PANEL (self));

  if (self->allocator == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  lacuna_allocator_refresh_references (self->allocator);
  lacuna_locator_refresh_async (self->locator, NULL, refreshed_cb, g_object_ref (self));
}

/**
 * lacuna_buffers_panel_get_shown:
 *
 * Returns: (transfer none) (nullable): what the outcome is of
 */
LacunaOperation *
lacuna_buffers_panel_get_shown (LacunaBuffersPanel *self)
{
  LacunaOperation *selected;

  g_return_val_if_fail (LACUNA_IS_BUFFERS_PANEL (self), NULL);

  selected = self->shows_last
                 ? NULL
                 : lacuna_buffers_panel_get_selected (self, LACUNA_TYPE_OPERATION);
  return selected != NULL ? selected : self->last;
}

/**
 * lacuna_buffers_panel_focus:
 *
 * Puts the keyboard where one begins.
 */
void
lacuna_buffers_panel_focus (LacunaBuffersPanel *self)
{
  g_return_if_fail (LACUNA_IS_BUFFERS_PANEL (self));

  lacuna_later_build (self);
  if (!gtk_widget_grab_focus (GTK_WIDGET (self->create_button)))
    gtk_widget_child_focus (GTK_WIDGET (self), GTK_DIR_TAB_FORWARD);
}

/**
 * lacuna_buffers_panel_focus_append:
 *
 * Puts the keyboard into the entry for what to append.
 */
void
lacuna_buffers_panel_focus_append (LacunaBuffersPanel *self)
{
  g_return_if_fail (LACUNA_IS_BUFFERS_PANEL (self));

  lacuna_later_build (self);
  /* To an allocation nothing is appended. */
  if (!gtk_widget_get_visible (self->append_box))
    gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  gtk_widget_grab_focus (GTK_WIDGET (self->append_entry));
}
