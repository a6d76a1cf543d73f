/* What the pointer does over a table's rows, and how to ask for their menu.
 *
 * GTK says which widget is under the pointer, but not which row that is; so each cell knows the
 * list item that it shows. The menu comes with the secondary button, with a long touch, and with
 * the keys that are made for it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-region-pointer.h"

typedef struct
{
  GtkColumnView *view; /* borrowed */
  GtkWidget *rows;     /* borrowed */
  GObject *owner;      /* borrowed; NULL once it is gone */
  LacunaRowHovered hovered;
  LacunaRowMenu menu;

  gboolean inside;
  guint64 address; /* where the row that the pointer is over starts */
} Watch;

static const char item_key[] = "lacuna-item";

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  g_clear_weak_pointer (&watch->owner);
  g_free (watch);
}

void
lacuna_region_pointer_set_item (GtkWidget   *cell,
                                GtkListItem *item)
{
  g_object_set_data (G_OBJECT (cell), item_key, item);
}

GtkListItem *
lacuna_region_pointer_get_item (GtkWidget *cell)
{
  return g_object_get_data (G_OBJECT (cell), item_key);
}

GtkWidget *
lacuna_region_pointer_get_rows (GtkColumnView *view)
{
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (view)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_LIST_VIEW (child))
      return child;
  return NULL;
}

/* The item of the row that @widget is part of, or is. */
static GtkListItem *
find_item (GtkWidget *rows,
           GtkWidget *widget)
{
  for (; widget != NULL && widget != rows; widget = gtk_widget_get_parent (widget))
    {
      GtkWidget *cell = widget;

      /* A row's first cell's child is two levels down. */
      for (guint depth = 0; depth < 3 && cell != NULL; depth++)
        {
          GtkListItem *item = lacuna_region_pointer_get_item (cell);

          if (item != NULL && gtk_list_item_get_item (item) != NULL)
            return item;
          cell = gtk_widget_get_first_child (cell);
        }
    }
  return NULL;
}

GtkListItem *
lacuna_region_pointer_pick (GtkWidget *rows,
                            double     x,
                            double     y)
{
  return find_item (rows, gtk_widget_pick (rows, x, y, GTK_PICK_DEFAULT));
}

static void
set_hover (Watch     *watch,
           LacunaRow *row)
{
  guint64 address = row != NULL ? lacuna_row_get_range (row).start : 0;

  if (watch->owner == NULL
      || (watch->inside == (row != NULL) && (row == NULL || watch->address == address)))
    return;
  watch->inside = row != NULL;
  watch->address = address;
  watch->hovered (watch->owner, row);
}

static void
motion_cb (Watch *watch,
           double x,
           double y)
{
  GtkListItem *item = lacuna_region_pointer_pick (watch->rows, x, y);

  set_hover (watch, item != NULL ? gtk_list_item_get_item (item) : NULL);
}

static void
leave_cb (Watch *watch)
{
  set_hover (watch, NULL);
}

static void
show_menu (Watch       *watch,
           GtkListItem *item,
           double       x,
           double       y)
{
  double view_x = x;
  double view_y = y;

  if (watch->owner == NULL)
    return;
  gtk_widget_translate_coordinates (watch->rows, GTK_WIDGET (watch->view), x, y, &view_x, &view_y);
  watch->menu (watch->owner, item, view_x, view_y);
}

static void
pressed_cb (Watch      *watch,
            int         n_presses,
            double      x,
            double      y,
            GtkGesture *gesture)
{
  GtkListItem *item = lacuna_region_pointer_pick (watch->rows, x, y);

  if (item == NULL || n_presses > 1)
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  show_menu (watch, item, x, y);
}

static void
long_pressed_cb (Watch      *watch,
                 double      x,
                 double      y,
                 GtkGesture *gesture)
{
  pressed_cb (watch, 1, x, y, gesture);
}

static gboolean
key_pressed_cb (Watch                 *watch,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                GtkEventControllerKey *controller)
{
  GdkModifierType modifiers = state & gtk_accelerator_get_default_mod_mask ();
  GtkRoot *root = gtk_widget_get_root (watch->rows);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *row = watch->rows;
  GtkListItem *item = NULL;
  graphene_rect_t bounds;

  if (!(keyval == GDK_KEY_Menu && modifiers == 0)
      && !(keyval == GDK_KEY_F10 && modifiers == GDK_SHIFT_MASK))
    return GDK_EVENT_PROPAGATE;

  if (focus != NULL && focus != watch->rows && gtk_widget_is_ancestor (focus, watch->rows))
    {
      row = focus;
      item = find_item (watch->rows, focus);
    }
  if (!gtk_widget_compute_bounds (row, watch->rows, &bounds))
    return GDK_EVENT_PROPAGATE;
  /* Under the row's first column, which is the end of it in languages that are read from there. */
  show_menu (watch, item,
             gtk_widget_get_direction (watch->rows) == GTK_TEXT_DIR_RTL
                 ? bounds.origin.x + bounds.size.width - 24
                 : bounds.origin.x + 24,
             bounds.origin.y + bounds.size.height);
  return GDK_EVENT_STOP;
}

/**
 * lacuna_region_pointer_watch:
 * @view: the table
 * @owner: what is told
 * @hovered: called when the pointer comes to another row
 * @menu: called when a menu is asked for
 *
 * Watches the pointer over @view's rows, and the keys pressed there, as long as @owner lives.
 */
void
lacuna_region_pointer_watch (GtkColumnView   *view,
                             GObject         *owner,
                             LacunaRowHovered hovered,
                             LacunaRowMenu    menu)
{
  Watch *watch = g_new0 (Watch, 1);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *long_press = gtk_gesture_long_press_new ();
  GtkEventController *key = gtk_event_controller_key_new ();

  watch->view = view;
  watch->rows = lacuna_region_pointer_get_rows (view);
  watch->hovered = hovered;
  watch->menu = menu;
  g_set_weak_pointer (&watch->owner, owner);
  g_object_set_data_full (G_OBJECT (watch->rows), "lacuna-watch", watch, watch_free);

  g_signal_connect_swapped (motion, "enter", G_CALLBACK (motion_cb), watch);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), watch);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), watch);
  gtk_event_controller_set_static_name (motion, "lacuna-hover");
  gtk_widget_add_controller (watch->rows, motion);

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), watch);
  gtk_widget_add_controller (watch->rows, GTK_EVENT_CONTROLLER (click));

  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (long_press), TRUE);
  g_signal_connect_swapped (long_press, "pressed", G_CALLBACK (long_pressed_cb), watch);
  gtk_widget_add_controller (watch->rows, GTK_EVENT_CONTROLLER (long_press));

  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_pressed_cb), watch);
  gtk_event_controller_set_static_name (key, "lacuna-menu-keys");
  gtk_widget_add_controller (watch->rows, key);
}
