/* LacunaTargetRow: a process in the list of those to look at.
 *
 * Two lines: what it is called and whose it is, then its command line and how many regions it has.
 * That number comes later than the rest, and only for rows that are on the screen. What may not be
 * read is dimmed, says so, and says why to whoever asks with the pointer or a screen reader; it
 * can be chosen all the same, because the window then tells the remedy.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-target-row.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>

/* As much of a command line as a tooltip can hold without covering the list. */
#define TOOLTIP_CHARACTERS 400

struct _LacunaTargetRow
{
  GtkWidget parent_instance;

  GtkLabel *name;
  GtkLabel *facts;
  GtkLabel *command;
  GtkLabel *regions;

  LacunaRegionCounts *counts;
  LacunaProcess *process;
};

G_DEFINE_FINAL_TYPE (LacunaTargetRow, lacuna_target_row, GTK_TYPE_WIDGET)

static GtkLabel *
add_label (LacunaTargetRow *self,
           int              line,
           int              column,
           const char      *css_class)
{
  GtkGridLayout *layout = GTK_GRID_LAYOUT (gtk_widget_get_layout_manager (GTK_WIDGET (self)));
  GtkWidget *label = gtk_label_new (NULL);
  GtkLayoutChild *child;

  gtk_label_set_xalign (GTK_LABEL (label), column == 0 ? 0 : 1);
  gtk_widget_set_hexpand (label, column == 0);
  gtk_widget_add_css_class (label, css_class);
  if (column == 0)
    {
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_label_set_width_chars (GTK_LABEL (label), 8);
    }
  else
    gtk_widget_add_css_class (label, "numeric");
  gtk_widget_set_parent (label, GTK_WIDGET (self));
  child = gtk_layout_manager_get_layout_child (GTK_LAYOUT_MANAGER (layout), label);
  gtk_grid_layout_child_set_row (GTK_GRID_LAYOUT_CHILD (child), line);
  gtk_grid_layout_child_set_column (GTK_GRID_LAYOUT_CHILD (child), column);
  return GTK_LABEL (label);
}

/* (transfer full): the command line, cut where it is very long, and why it can't be read. */
static char *
make_tooltip (LacunaTargetRow *self,
              const char      *refusal)
{
  const char *command = lacuna_process_get_command_line (self->process);
  g_autofree char *cut = NULL;

  if (g_utf8_strlen (command, -1) > TOOLTIP_CHARACTERS)
    {
      g_autofree char *start = g_utf8_substring (command, 0, TOOLTIP_CHARACTERS);

      cut = g_strconcat (start, "…", NULL);
      command = cut;
    }
  if (refusal == NULL)
    return g_strdup (command);
  return *command != '\0' ? g_strdup_printf ("%s\n\n%s", refusal, command) : g_strdup (refusal);
}

/* (transfer full) */
static char *
describe_count (gsize n_regions)
{
  g_autofree char *count = lacuna_format_count (MIN (n_regions, LACUNA_REGION_COUNT_LIMIT));

  if (n_regions >= LACUNA_REGION_COUNT_LIMIT)
    /* Translators: how many regions a process has */
    return g_strdup_printf (_ ("%s regions or more"), count);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s region", "%s regions", n_regions),
                          count);
}

static void
show_count (LacunaTargetRow *self)
{
  gsize n_regions = 0;
  const char *refusal = NULL;
  LacunaCountState state
      = lacuna_region_counts_look_up (self->counts, self->process, &n_regions, &refusal);
  g_autofree char *count = state == LACUNA_COUNT_KNOWN ? describe_count (n_regions) : NULL;
  const char *regions = state == LACUNA_COUNT_REFUSED ? _ ("can't be read") : count;
  g_autofree char *tooltip = make_tooltip (self, refusal);
  g_autofree char *said
      = g_strjoin (", ", gtk_label_get_label (self->name), gtk_label_get_label (self->facts),
                   regions != NULL ? regions : gtk_label_get_label (self->command), NULL);
  GtkWidget *item = gtk_widget_get_parent (GTK_WIDGET (self));

  gtk_label_set_label (self->regions, regions != NULL ? regions : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), tooltip);
  if (state == LACUNA_COUNT_REFUSED)
    gtk_widget_add_css_class (GTK_WIDGET (self), "refused");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "refused");

  /* The list's item has the focus, and so the name. */
  if (item != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_PROPERTY_LABEL, said,
                                    GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, tooltip, -1);
}

static void
counted_cb (LacunaTargetRow *self,
            LacunaProcess   *process)
{
  /* A row may have been made anew for the same process. */
  if (self->process != NULL
      && lacuna_process_get_pid (self->process) == lacuna_process_get_pid (process))
    show_count (self);
}

static void
lacuna_target_row_dispose (GObject *object)
{
  LacunaTargetRow *self = LACUNA_TARGET_ROW (object);
  GtkWidget *child;

  lacuna_target_row_set_process (self, NULL);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->counts);

  G_OBJECT_CLASS (lacuna_target_row_parent_class)->dispose (object);
}

static void
lacuna_target_row_class_init (LacunaTargetRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lacuna_target_row_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_GRID_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "target-row");
}

static void
lacuna_target_row_init (LacunaTargetRow *self)
{
  GtkGridLayout *layout = GTK_GRID_LAYOUT (gtk_widget_get_layout_manager (GTK_WIDGET (self)));

  gtk_grid_layout_set_column_spacing (layout, 10);
  gtk_grid_layout_set_row_spacing (layout, 1);
  self->name = add_label (self, 0, 0, "heading");
  self->facts = add_label (self, 0, 1, "facts");
  self->command = add_label (self, 1, 0, "caption");
  self->regions = add_label (self, 1, 1, "caption");
}

/**
 * lacuna_target_row_new:
 * @counts: what counts regions
 *
 * Returns: (transfer floating): a row that shows nothing
 */
LacunaTargetRow *
lacuna_target_row_new (LacunaRegionCounts *counts)
{
  LacunaTargetRow *self = g_object_new (LACUNA_TYPE_TARGET_ROW, NULL);

  self->counts = g_object_ref (counts);
  return self;
}

/**
 * lacuna_target_row_set_process:
 * @process: (nullable): what it shows
 */
void
lacuna_target_row_set_process (LacunaTargetRow *self,
                               LacunaProcess   *process)
{
  g_return_if_fail (LACUNA_IS_TARGET_ROW (self));

  if (self->process != NULL)
    {
      g_signal_handlers_disconnect_by_func (self->counts, counted_cb, self);
      lacuna_region_counts_forget (self->counts, self->process);
      g_clear_object (&self->process);
    }
  if (process == NULL)
    return;

  g_autofree char *name
      = lacuna_process_is_self (process)
            ? g_strdup_printf (_ ("%s (this window)"), lacuna_process_get_name (process))
            : g_strdup (lacuna_process_get_name (process));
  g_autofree char *facts = g_strdup_printf ("%s · %d", lacuna_process_get_user_name (process),
                                            lacuna_process_get_pid (process));

  self->process = g_object_ref (process);
  gtk_label_set_label (self->name, name);
  gtk_label_set_label (self->facts, facts);
  gtk_label_set_label (self->command, lacuna_process_get_command_line (process));
  g_signal_connect_swapped (self->counts, "counted", G_CALLBACK (counted_cb), self);
  lacuna_region_counts_ask (self->counts, process);
  show_count (self);
}

/**
 * lacuna_target_row_update:
 *
 * Asks again how many regions the process has; what was said a short while ago still holds.
 */
void
lacuna_target_row_update (LacunaTargetRow *self)
{
  g_return_if_fail (LACUNA_IS_TARGET_ROW (self));

  if (self->process != NULL)
    lacuna_region_counts_ask (self->counts, self->process);
}
