/* What the Tab key does in a list: it leaves it.
 *
 * GTK's lists take Tab as another arrow key and go from row to row, so that someone without a
 * pointer never gets past a long one. GtkColumnView has a property for it, but only since 4.18.
 * Here a list that has the focus is passed over as a whole, as if it could not have it; the arrows
 * still go from row to row.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-tab.h"

static const char passes_key[] = "lacuna-tab-passes";

/**
 * lacuna_tab_move:
 * @root: a window
 * @forward: whether as Tab does, or as Shift+Tab
 *
 * Moves the focus on, out of the list that it may be in.
 *
 * Returns: whether there was somewhere to go
 */
gboolean
lacuna_tab_move (GtkWidget *root,
                 gboolean   forward)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (root));
  GtkWidget *list = focus;
  gboolean moved;

  while (list != NULL && g_object_get_data (G_OBJECT (list), passes_key) == NULL)
    list = gtk_widget_get_parent (list);

  if (list != NULL)
    gtk_widget_set_can_focus (list, FALSE);
  moved = gtk_widget_child_focus (root, forward ? GTK_DIR_TAB_FORWARD : GTK_DIR_TAB_BACKWARD);
  if (list != NULL)
    gtk_widget_set_can_focus (list, TRUE);
  return moved;
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                gpointer               user_data)
{
  GtkWidget *list = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (controller));
  gboolean forward = keyval == GDK_KEY_Tab || keyval == GDK_KEY_KP_Tab;

  if ((!forward && keyval != GDK_KEY_ISO_Left_Tab) || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)))
    return GDK_EVENT_PROPAGATE;
  if (state & GDK_SHIFT_MASK)
    forward = FALSE;
  gtk_window_set_focus_visible (GTK_WINDOW (gtk_widget_get_root (list)), TRUE);
  lacuna_tab_move (GTK_WIDGET (gtk_widget_get_root (list)), forward);
  return GDK_EVENT_STOP;
}

/**
 * lacuna_tab_passes:
 * @list: a widget whose rows can have the focus
 *
 * Has Tab leave @list instead of going to the next row.
 */
void
lacuna_tab_passes (GtkWidget *list)
{
  GtkEventController *controller = gtk_event_controller_key_new ();

  g_object_set_data (G_OBJECT (list), passes_key, GINT_TO_POINTER (TRUE));
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  g_signal_connect (controller, "key-pressed", G_CALLBACK (key_pressed_cb), NULL);
  gtk_widget_add_controller (list, controller);
}
