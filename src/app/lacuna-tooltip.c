/* Tooltips that know when to be silent.
 *
 * GTK shows a tooltip wherever the pointer rests, also when that is where it was left by somebody who
 * types: then it covers what is typed, or what is proposed for it. Whoever types in a field has read
 * what it is for; whoever has a menu open reads that.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-tooltip.h"

static const char typing_key[] = "lacuna-is-typing";

static gboolean
query_typing_cb (GtkWidget *widget)
{
  if (g_object_get_data (G_OBJECT (widget), typing_key) != NULL)
    g_signal_stop_emission_by_name (widget, "query-tooltip");
  return FALSE;
}

static void
changed_cb (GtkWidget *widget)
{
  /* What the program puts in is not typed. */
  if ((gtk_widget_get_state_flags (widget) & GTK_STATE_FLAG_FOCUS_WITHIN) == 0)
    return;
  g_object_set_data (G_OBJECT (widget), typing_key, GINT_TO_POINTER (TRUE));
  gtk_widget_trigger_tooltip_query (widget);
}

static void
left_cb (GtkWidget *widget)
{
  g_object_set_data (G_OBJECT (widget), typing_key, NULL);
}

/**
 * lacuna_tooltip_yield_to_typing:
 * @widget: what has a tooltip
 * @editable: what is typed in
 *
 * Has the tooltip of @widget stay away from when something is typed until the focus leaves.
 */
void
lacuna_tooltip_yield_to_typing (GtkWidget   *widget,
                                GtkEditable *editable)
{
  GtkEventController *controller = gtk_event_controller_focus_new ();

  g_signal_connect (widget, "query-tooltip", G_CALLBACK (query_typing_cb), NULL);
  g_signal_connect_object (editable, "changed", G_CALLBACK (changed_cb), widget,
                           G_CONNECT_SWAPPED);
  g_signal_connect_swapped (controller, "leave", G_CALLBACK (left_cb), widget);
  gtk_widget_add_controller (widget, controller);
}

static gboolean
query_text_cb (GtkLabel *label)
{
  if (!pango_layout_is_ellipsized (gtk_label_get_layout (label)))
    g_signal_stop_emission_by_name (label, "query-tooltip");
  return FALSE;
}

/**
 * lacuna_tooltip_yield_to_text:
 * @label: a label whose tooltip says the same
 *
 * Has the tooltip of @label stay away while all of it can be read.
 */
void
lacuna_tooltip_yield_to_text (GtkLabel *label)
{
  g_signal_connect (label, "query-tooltip", G_CALLBACK (query_text_cb), NULL);
}

static gboolean
query_menu_cb (GtkMenuButton *button)
{
  GtkPopover *popover = gtk_menu_button_get_popover (button);

  if (popover != NULL && gtk_widget_get_visible (GTK_WIDGET (popover)))
    g_signal_stop_emission_by_name (button, "query-tooltip");
  return FALSE;
}

/**
 * lacuna_tooltip_yield_to_menu:
 * @button: a button with a tooltip
 *
 * Has the tooltip of @button stay away while its menu is open.
 */
void
lacuna_tooltip_yield_to_menu (GtkMenuButton *button)
{
  g_signal_connect (button, "query-tooltip", G_CALLBACK (query_menu_cb), NULL);
  g_signal_connect (button, "notify::active", G_CALLBACK (gtk_widget_trigger_tooltip_query), NULL);
}
