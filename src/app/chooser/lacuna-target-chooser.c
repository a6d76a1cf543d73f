/* LacunaTargetChooser: what is looked at now, and the way to something else.
 *
 * A button that says the first; the list that it opens is in lacuna-target-list.c, and is built when
 * it is opened.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-target-chooser.h"
#include "lacuna-target-list.h"

#include <glib/gi18n.h>
#include <string.h>

struct _LacunaTargetChooser
{
  GtkWidget parent_instance;

  GtkMenuButton *button;
  GtkWidget *line_box;   /* the title, the number and the state, where there is room for one line */
  GtkLabel *title_label;
  GtkLabel *number_label;
  GtkLabel *state_label;
  GtkLabel *badge;       /* a state that one should know of */
  GtkLabel *short_label; /* the title, with the number beside it and the state below both */
  GtkLabel *low_state_label;
  GtkPopover *popover;
  LacunaTargetList *list;

  gboolean narrow;
};

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaTargetChooser, lacuna_target_chooser, GTK_TYPE_WIDGET)

static void
build_list_cb (GtkMenuButton *button,
               gpointer       user_data)
{
  lacuna_later_build (LACUNA_TARGET_CHOOSER (user_data)->list);
}

static void
chosen_cb (LacunaTargetChooser *self,
           const char          *spelling)
{
  g_signal_emit (self, signals[CHOSEN], 0, spelling);
}

static void
lacuna_target_chooser_dispose (GObject *object)
{
  g_clear_pointer ((GtkWidget **) &LACUNA_TARGET_CHOOSER (object)->button, gtk_widget_unparent);

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
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetChooser, line_box);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetChooser, title_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetChooser, number_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetChooser, state_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetChooser, badge);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetChooser, short_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetChooser, low_state_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetChooser, popover);
  gtk_widget_class_bind_template_child (widget_class, LacunaTargetChooser, list);
  gtk_widget_class_bind_template_callback (widget_class, chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, gtk_popover_popdown);
}

static void
lacuna_target_chooser_init (LacunaTargetChooser *self)
{
  g_type_ensure (LACUNA_TYPE_TARGET_LIST);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_menu_button_set_create_popup_func (self->button, build_list_cb, self, NULL);
}

/* How little room the button can do with: it is the name that gives way. The PID tells processes of one
 * name apart, and the state why nothing happens; both are there however narrow the window is. */
static void
update_width (LacunaTargetChooser *self)
{
  glong length = g_utf8_strlen (gtk_label_get_label (self->title_label), -1);

  gtk_label_set_width_chars (self->title_label, (int) MIN (length, 10));
  /* What it does now and what it does next take the same room. */
  gtk_label_set_width_chars (self->state_label, (int) MAX (g_utf8_strlen (_ ("running"), -1),
                                                           g_utf8_strlen (_ ("sleeping"), -1)));
  gtk_label_set_width_chars (self->short_label, (int) MIN (length, self->narrow ? 4 : 10));
  gtk_widget_set_size_request (GTK_WIDGET (self->list), self->narrow ? 320 : 460, -1);
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

/* A text that is the same again is not laid out again. */
static void
set_label (GtkLabel   *label,
           const char *text)
{
  if (g_strcmp0 (gtk_label_get_label (label), text) != 0)
    gtk_label_set_label (label, text);
}

/**
 * lacuna_target_chooser_set_state:
 * @state: (nullable): what the process does, such as "sleeping"; %NULL for what has no state
 * @notable: whether that is something that one should know, such as that it is stopped
 * @reason: (nullable): a sentence on that
 *
 * Says it beside the name, or below it where there is little room.
 */
void
lacuna_target_chooser_set_state (LacunaTargetChooser *self,
                                 const char          *state,
                                 gboolean             notable,
                                 const char          *reason)
{
  const char *choose = _ ("Choose What to Look At");
  g_autofree char *tooltip = NULL;

  g_return_if_fail (LACUNA_IS_TARGET_CHOOSER (self));

  set_label (self->state_label, state != NULL && !notable ? state : "");
  gtk_widget_set_visible (GTK_WIDGET (self->state_label), state != NULL && !notable);
  set_label (self->badge, state != NULL && notable ? state : "");
  gtk_widget_set_visible (GTK_WIDGET (self->badge), state != NULL && notable);
  set_label (self->low_state_label, state != NULL ? state : "");
  gtk_widget_set_visible (GTK_WIDGET (self->low_state_label), state != NULL);
  if (notable)
    gtk_widget_add_css_class (GTK_WIDGET (self->low_state_label), "notable");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->low_state_label), "notable");
  if (state == NULL)
    tooltip = g_strdup (choose);
  else
    /* Translators: what the process does, such as "sleeping", or a sentence on that; below it what the
     * button is for. */
    tooltip = g_strdup_printf (_ ("State: %s\n%s"), reason != NULL ? reason : state, choose);
  if (g_strcmp0 (gtk_widget_get_tooltip_text (GTK_WIDGET (self->button)), tooltip) == 0)
    return;
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, tooltip, -1);
}

/**
 * lacuna_target_chooser_set_stacked:
 * @stacked: whether what the target does is said below its name, and not beside it
 */
void
lacuna_target_chooser_set_stacked (LacunaTargetChooser *self,
                                   gboolean             stacked)
{
  g_return_if_fail (LACUNA_IS_TARGET_CHOOSER (self));

  gtk_widget_set_visible (self->line_box, !stacked);
}

/**
 * lacuna_target_chooser_set_narrow:
 * @narrow: whether the name may shrink to its first letters
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

/**
 * lacuna_target_chooser_set_search:
 * @search: (nullable): what is searched for whenever the list is opened
 */
void
lacuna_target_chooser_set_search (LacunaTargetChooser *self,
                                  const char          *search)
{
  g_return_if_fail (LACUNA_IS_TARGET_CHOOSER (self));

  lacuna_target_list_set_search (self->list, search);
}
