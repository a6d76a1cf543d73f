/* LacunaTargetList: the processes that there are, to choose one of, in a list that filters as one
 * types.
 *
 * The cursor stays in the search entry: arrows move in the list from there, Return takes the row that
 * is selected. What is typed may also be anything that the command line takes for a target (a PID that
 * the list leaves out, a file's path), so Return with nothing in the list tries that. While it is on
 * the screen the list follows the processes. The rows themselves, and how many regions each process
 * has, are in lacuna-target-row.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-target-list.h"
#include "app/window/lacuna-scroll-hold.h"
#include "lacuna-target-row.h"
#include "model/lacuna-process-list.h"

#include <string.h>

/* How often an open list is brought up to date. */
#define REFRESH_MILLISECONDS 2000

struct _LacunaTargetList
{
  LacunaLater parent_instance;

  GtkWidget *content;
  GtkEditable *search_entry;
  GtkStack *stack;
  GtkListView *view;

  LacunaProcessList *processes;
  LacunaRegionCounts *counts;
  GPtrArray *shown_rows; /* LacunaTargetRow, those that show a process */
  GtkFilterListModel *filtered;
  GtkCustomFilter *filter;
  GtkCustomSorter *sorter;
  char *search;    /* what is searched for when the list is opened */
  char *sorted_by; /* what was typed when the rows were put in order */
  GtkSortListModel *sorted;
  GtkSingleSelection *selection;
  guint refresh_source;
};

enum
{
  CHOSEN,
  CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaTargetList, lacuna_target_list, LACUNA_TYPE_LATER)

static gboolean
match_process (gpointer item,
               gpointer user_data)
{
  LacunaTargetList *self = user_data;

  return lacuna_process_matches (item, gtk_editable_get_text (self->search_entry));
}

/* Whoever types "java" means the process of that name before those that mention it somewhere. Where
 * nothing is typed, oneself comes first, so that it is found. */
static int
rank (LacunaProcess *process,
      const char    *search)
{
  const char *name = lacuna_process_get_name (process);

  if (*search == '\0')
    return lacuna_process_is_self (process) ? 0 : 1;
  if (g_ascii_strcasecmp (name, search) == 0)
    return 0;
  if (g_ascii_strncasecmp (name, search, strlen (search)) == 0)
    return 1;
  return strstr (name, search) != NULL ? 2 : 3;
}

static gboolean
is_own (LacunaProcess *process)
{
  return g_str_equal (lacuna_process_get_user_name (process), g_get_user_name ());
}

/* Among equals one's own come first, which is what one may read, and of those the newest: what one
 * looks for has mostly been started just now. */
static int
compare_processes (gconstpointer a,
                   gconstpointer b,
                   gpointer      user_data)
{
  LacunaTargetList *self = user_data;
  LacunaProcess *first = (LacunaProcess *) a;
  LacunaProcess *second = (LacunaProcess *) b;
  int rank_a = 2 * rank (first, self->sorted_by) + (is_own (first) ? 0 : 1);
  int rank_b = 2 * rank (second, self->sorted_by) + (is_own (second) ? 0 : 1);
  guint64 start_a = lacuna_process_get_start_time (first);
  guint64 start_b = lacuna_process_get_start_time (second);
  gint32 pid_a = lacuna_process_get_pid (first);
  gint32 pid_b = lacuna_process_get_pid (second);

  if (rank_a != rank_b)
    return rank_a < rank_b ? GTK_ORDERING_SMALLER : GTK_ORDERING_LARGER;
  if (start_a != start_b)
    return start_a > start_b ? GTK_ORDERING_SMALLER : GTK_ORDERING_LARGER;
  return gtk_ordering_from_cmpfunc ((pid_a < pid_b) - (pid_a > pid_b));
}

static void
setup_process_cb (LacunaTargetList *self,
                  GtkListItem      *item)
{
  gtk_list_item_set_child (item, GTK_WIDGET (lacuna_target_row_new (self->counts)));
}

static void
bind_process_cb (LacunaTargetList *self,
                 GtkListItem      *item)
{
  LacunaTargetRow *row = LACUNA_TARGET_ROW (gtk_list_item_get_child (item));

  lacuna_target_row_set_process (row, gtk_list_item_get_item (item));
  g_ptr_array_add (self->shown_rows, row);
}

static void
unbind_process_cb (LacunaTargetList *self,
                   GtkListItem      *item)
{
  LacunaTargetRow *row = LACUNA_TARGET_ROW (gtk_list_item_get_child (item));

  g_ptr_array_remove_fast (self->shown_rows, row);
  lacuna_target_row_set_process (row, NULL);
}

static void
update_stack (LacunaTargetList *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->filtered));
  guint n_processes = g_list_model_get_n_items (G_LIST_MODEL (self->processes));

  /* Before the first listing has come nothing can be said to be missing. */
  gtk_stack_set_visible_child_name (self->stack,
                                    n_items > 0 || n_processes == 0 ? "rows" : "empty");
}

static void
scroll_to (LacunaTargetList *self,
           guint             position)
{
  gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", position);
}

static void
search_changed_cb (LacunaTargetList *self)
{
  /* What comes and goes by the filter is put in its place by the order that the others are still
   * in. */
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  g_free (self->sorted_by);
  self->sorted_by = g_strdup (gtk_editable_get_text (self->search_entry));
  gtk_sorter_changed (GTK_SORTER (self->sorter), GTK_SORTER_CHANGE_DIFFERENT);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) > 0)
    {
      gtk_single_selection_set_selected (self->selection, 0);
      scroll_to (self, 0);
    }
  update_stack (self);
}

static void
choose (LacunaTargetList *self,
        const char       *spelling)
{
  g_signal_emit (self, signals[CLOSED], 0);
  g_signal_emit (self, signals[CHOSEN], 0, spelling);
}

static void
choose_process (LacunaTargetList *self,
                LacunaProcess    *process)
{
  if (lacuna_process_is_self (process))
    choose (self, "self");
  else
    {
      g_autofree char *spelling = g_strdup_printf ("pid:%d", lacuna_process_get_pid (process));

      choose (self, spelling);
    }
}

static void
search_activated_cb (LacunaTargetList *self)
{
  LacunaProcess *process = gtk_single_selection_get_selected_item (self->selection);
  const char *text = gtk_editable_get_text (self->search_entry);

  if (process != NULL)
    choose_process (self, process);
  else if (*text != '\0')
    {
      g_autofree char *spelling = g_strdup (text);

      choose (self, g_strstrip (spelling));
    }
}

static void
row_activated_cb (LacunaTargetList *self,
                  guint             position)
{
  g_autoptr (LacunaProcess) process
      = g_list_model_get_item (G_LIST_MODEL (self->sorted), position);

  if (process != NULL)
    choose_process (self, process);
}

static void
stop_search_cb (LacunaTargetList *self)
{
  g_signal_emit (self, signals[CLOSED], 0);
}

static gboolean
key_pressed_cb (LacunaTargetList *self,
                guint             keyval)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->filtered));
  guint position = gtk_single_selection_get_selected (self->selection);
  int step = 0;

  switch (keyval)
    {
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      step = 1;
      break;
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      step = -1;
      break;
    case GDK_KEY_Page_Down:
      step = 6;
      break;
    case GDK_KEY_Page_Up:
      step = -6;
      break;
    default:
      return GDK_EVENT_PROPAGATE;
    }
  if (n_items > 0)
    {
      gint64 wanted = position == GTK_INVALID_LIST_POSITION ? 0 : (gint64) position + step;

      position = (guint) CLAMP (wanted, 0, (gint64) n_items - 1);
      gtk_single_selection_set_selected (self->selection, position);
      scroll_to (self, position);
    }
  return GDK_EVENT_STOP;
}

/* Brings the list up to date, and what the rows on the screen say of their regions. */
static gboolean
refresh_cb (gpointer user_data)
{
  LacunaTargetList *self = user_data;

  lacuna_process_list_refresh (self->processes);
  for (guint i = 0; i < self->shown_rows->len; i++)
    lacuna_target_row_update (g_ptr_array_index (self->shown_rows, i));
  return G_SOURCE_CONTINUE;
}

static void
lacuna_target_list_map (GtkWidget *widget)
{
  LacunaTargetList *self = LACUNA_TARGET_LIST (widget);

  GTK_WIDGET_CLASS (lacuna_target_list_parent_class)->map (widget);

  gtk_editable_set_text (self->search_entry, self->search != NULL ? self->search : "");
  refresh_cb (self);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->sorted)) > 0)
    {
      gtk_single_selection_set_selected (self->selection, 0);
      scroll_to (self, 0);
    }
  g_clear_handle_id (&self->refresh_source, g_source_remove);
  self->refresh_source = g_timeout_add (REFRESH_MILLISECONDS, refresh_cb, self);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
  gtk_editable_select_region (self->search_entry, 0, -1);
}

static void
lacuna_target_list_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&LACUNA_TARGET_LIST (widget)->refresh_source, g_source_remove);

  GTK_WIDGET_CLASS (lacuna_target_list_parent_class)->unmap (widget);
}

static void
lacuna_target_list_dispose (GObject *object)
{
  LacunaTargetList *self = LACUNA_TARGET_LIST (object);

  g_clear_handle_id (&self->refresh_source, g_source_remove);
  if (self->filtered != NULL)
    g_signal_handlers_disconnect_by_data (self->filtered, self);
  /* Rows are let go of while what they were counted in is still there. */
  if (self->content != NULL)
    gtk_list_view_set_model (self->view, NULL);
  g_clear_pointer (&self->content, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->sorted);
  g_clear_object (&self->sorter);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  g_clear_object (&self->processes);
  g_clear_object (&self->counts);
  g_clear_pointer (&self->shown_rows, g_ptr_array_unref);

  G_OBJECT_CLASS (lacuna_target_list_parent_class)->dispose (object);
}

static void
lacuna_target_list_finalize (GObject *object)
{
  g_free (LACUNA_TARGET_LIST (object)->search);
  g_free (LACUNA_TARGET_LIST (object)->sorted_by);

  G_OBJECT_CLASS (lacuna_target_list_parent_class)->finalize (object);
}

static void
lacuna_target_list_build (LacunaLater *later)
{
  LacunaTargetList *self = LACUNA_TARGET_LIST (later);

  self->shown_rows = g_ptr_array_new ();
  self->sorted_by = g_strdup ("");
  self->counts = lacuna_region_counts_new ();
  self->processes = lacuna_process_list_new ();
  self->filter = gtk_custom_filter_new (match_process, self, NULL);
  self->filtered
      = gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (self->processes)),
                                   GTK_FILTER (g_object_ref (self->filter)));
  g_signal_connect_swapped (self->filtered, "items-changed", G_CALLBACK (update_stack), self);
  self->sorter = gtk_custom_sorter_new (compare_processes, self, NULL);
  self->sorted = gtk_sort_list_model_new (G_LIST_MODEL (g_object_ref (self->filtered)),
                                          GTK_SORTER (g_object_ref (self->sorter)));
  self->selection = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (self->sorted)));
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  lacuna_scroll_hold (GTK_SCROLLABLE (self->view), G_LIST_MODEL (self->selection));
  update_stack (self);
}

static void
lacuna_target_list_set_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/lacuna_project/Lacuna/ui/target-list.ui");
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetList, content);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetList, search_entry);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetList, stack);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetList, view);
  gtk_widget_class_bind_template_callback (widget_class, setup_process_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_process_cb);
  gtk_widget_class_bind_template_callback (widget_class, unbind_process_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, key_pressed_cb);
}

static void
lacuna_target_list_class_init (LacunaTargetListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lacuna_target_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = lacuna_target_list_finalize;
  LACUNA_LATER_CLASS (klass)->set_template = lacuna_target_list_set_template;
  LACUNA_LATER_CLASS (klass)->build = lacuna_target_list_build;
  widget_class->map = lacuna_target_list_map;
  widget_class->unmap = lacuna_target_list_unmap;

  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[CLOSED] = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
lacuna_target_list_init (LacunaTargetList *self)
{
}

/**
 * lacuna_target_list_set_search:
 * @search: (nullable): what to search for from when the list is opened the next time
 */
void
lacuna_target_list_set_search (LacunaTargetList *self,
                               const char       *search)
{
  g_return_if_fail (LACUNA_IS_TARGET_LIST (self));

  g_free (self->search);
  self->search = g_strdup (search);
}
