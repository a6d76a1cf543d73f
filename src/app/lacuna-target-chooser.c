/* LacunaTargetChooser: which process to look at, from a list that filters as one types.
 *
 * The list is a popover of the button that says what is shown now. The cursor stays in the search
 * entry: arrows move in the list from there, Return takes the row that is selected. What is typed
 * may also be anything that the command line takes for a target (a PID that the list leaves out, a
 * file's path), so Return with nothing in the list tries that. While it is open the list follows
 * the processes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-target-chooser.h"
#include "model/lacuna-process-list.h"

#include <glib/gi18n.h>
#include <string.h>

/* How often an open list is brought up to date. */
#define REFRESH_MILLISECONDS 2000

struct _LacunaTargetChooser
{
  GtkWidget parent_instance;

  GtkMenuButton *button;
  GtkLabel *title_label;
  GtkLabel *number_label;
  GtkPopover *popover;
  GtkEditable *search_entry;
  GtkStack *stack;
  GtkListView *view;

  LacunaProcessList *processes;
  GtkFilterListModel *filtered;
  GtkCustomFilter *filter;
  GtkCustomSorter *sorter;
  GtkSortListModel *sorted;
  GtkSingleSelection *selection;
  guint refresh_source;
  gboolean narrow;
};

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaTargetChooser, lacuna_target_chooser, GTK_TYPE_WIDGET)

static gboolean
match_process (gpointer item,
               gpointer user_data)
{
  LacunaTargetChooser *self = user_data;

  return lacuna_process_matches (item, gtk_editable_get_text (self->search_entry));
}

/* Whoever types "java" means the process of that name before those that mention it somewhere. */
static int
rank (LacunaProcess *process,
      const char    *search)
{
  const char *name = lacuna_process_get_name (process);

  if (*search == '\0' || g_ascii_strcasecmp (name, search) == 0)
    return 0;
  if (g_ascii_strncasecmp (name, search, strlen (search)) == 0)
    return 1;
  return strstr (name, search) != NULL ? 2 : 3;
}

static int
compare_processes (gconstpointer a,
                   gconstpointer b,
                   gpointer      user_data)
{
  LacunaTargetChooser *self = user_data;
  const char *search = gtk_editable_get_text (self->search_entry);
  int rank_a = rank ((LacunaProcess *) a, search);
  int rank_b = rank ((LacunaProcess *) b, search);
  gint32 pid_a = lacuna_process_get_pid ((LacunaProcess *) a);
  gint32 pid_b = lacuna_process_get_pid ((LacunaProcess *) b);

  if (rank_a != rank_b)
    return rank_a < rank_b ? GTK_ORDERING_SMALLER : GTK_ORDERING_LARGER;
  return gtk_ordering_from_cmpfunc ((pid_a > pid_b) - (pid_a < pid_b));
}

static void
setup_process_cb (LacunaTargetChooser *self,
                  GtkListItem         *item)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *name = gtk_label_new (NULL);
  GtkWidget *facts = gtk_label_new (NULL);
  GtkWidget *command = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (name, "heading");
  gtk_label_set_xalign (GTK_LABEL (facts), 1);
  gtk_widget_set_hexpand (facts, TRUE);
  gtk_widget_add_css_class (facts, "dim-label");
  gtk_widget_add_css_class (facts, "numeric");
  gtk_label_set_xalign (GTK_LABEL (command), 0);
  gtk_label_set_ellipsize (GTK_LABEL (command), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (command, "caption");
  gtk_widget_add_css_class (command, "dim-label");
  gtk_box_append (GTK_BOX (line), name);
  gtk_box_append (GTK_BOX (line), facts);
  gtk_box_append (GTK_BOX (row), line);
  gtk_box_append (GTK_BOX (row), command);
  gtk_list_item_set_child (item, row);
}

static void
bind_process_cb (LacunaTargetChooser *self,
                 GtkListItem         *item)
{
  LacunaProcess *process = gtk_list_item_get_item (item);
  GtkWidget *row = gtk_list_item_get_child (item);
  GtkWidget *line = gtk_widget_get_first_child (row);
  g_autofree char *facts = g_strdup_printf ("%s · %d", lacuna_process_get_user_name (process),
                                            lacuna_process_get_pid (process));
  g_autofree char *name
      = lacuna_process_is_self (process)
            ? g_strdup_printf (_ ("%s (this window)"), lacuna_process_get_name (process))
            : g_strdup (lacuna_process_get_name (process));

  gtk_label_set_label (GTK_LABEL (gtk_widget_get_first_child (line)), name);
  gtk_label_set_label (GTK_LABEL (gtk_widget_get_last_child (line)), facts);
  gtk_label_set_label (GTK_LABEL (gtk_widget_get_last_child (row)),
                       lacuna_process_get_command_line (process));
}

static void
update_stack (LacunaTargetChooser *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->filtered));

  gtk_stack_set_visible_child_name (self->stack, n_items > 0 ? "rows" : "empty");
}

static void
scroll_to (LacunaTargetChooser *self,
           guint                position)
{
  gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", position);
}

static void
search_changed_cb (LacunaTargetChooser *self)
{
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  gtk_sorter_changed (GTK_SORTER (self->sorter), GTK_SORTER_CHANGE_DIFFERENT);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) > 0)
    {
      gtk_single_selection_set_selected (self->selection, 0);
      scroll_to (self, 0);
    }
  update_stack (self);
}

static void
choose (LacunaTargetChooser *self,
        const char          *spelling)
{
  gtk_popover_popdown (self->popover);
  g_signal_emit (self, signals[CHOSEN], 0, spelling);
}

static void
choose_process (LacunaTargetChooser *self,
                LacunaProcess       *process)
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
search_activated_cb (LacunaTargetChooser *self)
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
row_activated_cb (LacunaTargetChooser *self,
                  guint                position)
{
  g_autoptr (LacunaProcess) process
      = g_list_model_get_item (G_LIST_MODEL (self->sorted), position);

  if (process != NULL)
    choose_process (self, process);
}

static void
stop_search_cb (LacunaTargetChooser *self)
{
  gtk_popover_popdown (self->popover);
}

static gboolean
key_pressed_cb (LacunaTargetChooser *self,
                guint                keyval)
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

static gboolean
refresh_cb (gpointer user_data)
{
  lacuna_process_list_refresh (LACUNA_TARGET_CHOOSER (user_data)->processes);
  return G_SOURCE_CONTINUE;
}

static void
popover_mapped_cb (LacunaTargetChooser *self)
{
  gtk_editable_set_text (self->search_entry, "");
  lacuna_process_list_refresh (self->processes);
  g_clear_handle_id (&self->refresh_source, g_source_remove);
  self->refresh_source = g_timeout_add (REFRESH_MILLISECONDS, refresh_cb, self);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

static void
popover_unmapped_cb (LacunaTargetChooser *self)
{
  g_clear_handle_id (&self->refresh_source, g_source_remove);
}

static void
lacuna_target_chooser_dispose (GObject *object)
{
  LacunaTargetChooser *self = LACUNA_TARGET_CHOOSER (object);

  g_clear_handle_id (&self->refresh_source, g_source_remove);
  if (self->filtered != NULL)
    g_signal_handlers_disconnect_by_data (self->filtered, self);
  g_clear_pointer ((GtkWidget **) &self->button, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->sorted);
  g_clear_object (&self->sorter);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  g_clear_object (&self->processes);

  G_OBJECT_CLASS (lacuna_target_chooser_parent_class)->dispose (object);
}

static void
lacuna_target_chooser_class_init (LacunaTargetChooserClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lacuna_target_chooser_dispose;

  /* LacunaTargetChooser::chosen: the user chose this target, spelled as on the command line. */
  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/lacuna_project/Lacuna/ui/target-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetChooser, button);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetChooser, title_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetChooser, number_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetChooser, popover);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetChooser, search_entry);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetChooser, stack);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetChooser, view);
  gtk_widget_class_bind_template_callback (widget_class, setup_process_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_process_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, key_pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, popover_mapped_cb);
  gtk_widget_class_bind_template_callback (widget_class, popover_unmapped_cb);
}

static void
lacuna_target_chooser_init (LacunaTargetChooser *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

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
  update_stack (self);
}

/* How little room the button can do with: most of the name, or next to nothing of it. */
static void
update_width (LacunaTargetChooser *self)
{
  glong length = g_utf8_strlen (gtk_label_get_label (self->title_label), -1);

  gtk_label_set_width_chars (self->title_label, self->narrow ? 1 : (int) MIN (length, 10));
  gtk_menu_button_set_always_show_arrow (self->button, !self->narrow);
  gtk_box_set_spacing (GTK_BOX (gtk_widget_get_parent (GTK_WIDGET (self->title_label))),
                       self->narrow ? 0 : 5);
}

/**
 * lacuna_target_chooser_set_title:
 * @title: what is shown now, such as "chromium 14231"
 */
void
lacuna_target_chooser_set_title (LacunaTargetChooser *self,
                                 const char          *title)
{
  g_autofree char *description = g_strdup_printf (_ ("Target: %s"), title);
  const char *number = strrchr (title, ' ');
  g_autofree char *name = NULL;

  g_return_if_fail (LACUNA_IS_TARGET_CHOOSER (self));

  /* Where there is little room, a PID tells more than the name that many have. */
  if (number != NULL && number[1] != '\0'
      && strspn (number + 1, "0123456789") == strlen (number + 1))
    name = g_strndup (title, (gsize) (number - title));
  else
    number = NULL;
  gtk_label_set_label (self->title_label, name != NULL ? name : title);
  gtk_label_set_label (self->number_label, number != NULL ? number + 1 : "");
  gtk_widget_set_visible (GTK_WIDGET (self->number_label), number != NULL);
  update_width (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  description, -1);
}

/**
 * lacuna_target_chooser_set_narrow:
 * @narrow: whether the name may shrink to next to nothing; the PID never does
 */
void
lacuna_target_chooser_set_narrow (LacunaTargetChooser *self,
                                  gboolean             narrow)
{
  g_return_if_fail (LACUNA_IS_TARGET_CHOOSER (self));

  self->narrow = narrow;
  update_width (self);
}

/**
 * lacuna_target_chooser_popup:
 *
 * Opens the list.
 */
void
lacuna_target_chooser_popup (LacunaTargetChooser *self)
{
  g_return_if_fail (LACUNA_IS_TARGET_CHOOSER (self));

  gtk_menu_button_popup (self->button);
}
