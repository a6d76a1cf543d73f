/* Where the window's parts lie, for the room that there is and the strip's direction.
 *
 * A strip that lies goes across the window, with everything else below it. One that stands takes a
 * column at the side where lines begin, as high as the window. Where there is little room the
 * header gives up words before it gives up buttons, and the panel lies over the table.
 *
 * Room is measured in text: what fits 1,280 pixels does not with letters twice as large. It is
 * known only while the window is laid out, when nothing may be moved; what has to change does so
 * right after.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-private.h"

/* Pixels at the usual size of text. */
#define NARROW_WIDTH 640
#define WIDE_WIDTH 1020
#define TITLE_WIDTH 520
#define LINE_WIDTH 900

/* Beside a strip that stands everything else has to be as wide as it is above one another, or the
 * window could not be made narrow enough to count as narrow. */
#define STANDING_NARROW_WIDTH 820

/* Below the first, six rows of the table are worth more than the strip's height and the overview;
 * with a strip that stands above them, more than sentences. */
#define LOW_HEIGHT 680
#define SIX_ROWS_HEIGHT 264
#define FOUR_ROWS_HEIGHT 216
#define THREE_ROWS_HEIGHT 168

/* Below this, rows are worth more than sentences. */
#define SQUAT_HEIGHT 640

/* Below this the header has room for no more buttons than it can't do without. */
#define SLIM_WIDTH 440

/* What everything fits into as it lies in the least of windows, without the frame that a window may
 * draw around itself. */
#define LEAST_WIDTH 350
#define LEAST_HEIGHT 490

/* What of the height a standing strip takes where it can't have a column of its own. */
#define SHORT_STRIP_HEIGHT 200
#define SQUAT_STRIP_HEIGHT 150
#define STANDING_STRIP_WIDTH 270

static double
text_scale (LacunaWindow *self)
{
  int dpi = 0;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-xft-dpi", &dpi, NULL);
  return dpi > 0 ? MAX (1, dpi / 1024.0 / 96.0) : 1;
}

static LacunaRoom
measure_room (LacunaWindow *self,
              int           width)
{
  double scale = text_scale (self);
  gboolean lies = self->orientation == GTK_ORIENTATION_HORIZONTAL;

  if (width < (lies ? NARROW_WIDTH : STANDING_NARROW_WIDTH) * scale)
    return LACUNA_ROOM_NARROW;
  return width < WIDE_WIDTH * scale ? LACUNA_ROOM_MEDIUM : LACUNA_ROOM_WIDE;
}

static gboolean
is_tight (LacunaWindow *self,
          int           width)
{
  return width < TITLE_WIDTH * text_scale (self);
}

static gboolean
is_low (LacunaWindow *self,
        int           height)
{
  return height < LOW_HEIGHT * text_scale (self);
}

static gboolean
is_squat (LacunaWindow *self,
          int           width,
          int           height)
{
  gboolean stacked = self->orientation == GTK_ORIENTATION_VERTICAL
                     && measure_room (self, width) == LACUNA_ROOM_NARROW;

  return height < (stacked ? LOW_HEIGHT : SQUAT_HEIGHT) * text_scale (self);
}

static gboolean
is_slim (LacunaWindow *self,
         int           width)
{
  return width < SLIM_WIDTH * text_scale (self);
}

static gboolean
is_in_line (LacunaWindow *self,
            int           width)
{
  return width >= LINE_WIDTH * text_scale (self);
}

static void
measure (LacunaWindow *self,
         int           width,
         int           height)
{
  self->room = measure_room (self, width);
  self->tight = is_tight (self, width);
  self->low = is_low (self, height);
  self->squat = is_squat (self, width, height);
  self->slim = is_slim (self, width);
  self->in_line = is_in_line (self, width);
}

/**
 * lacuna_window_get_least_size:
 * @orientation: of the size
 *
 * Returns: down to how many pixels the window may be made smaller, however its parts lie now
 */
int
lacuna_window_get_least_size (LacunaWindow  *self,
                              GtkOrientation orientation)
{
  gboolean least = orientation == GTK_ORIENTATION_HORIZONTAL
                       ? self->room == LACUNA_ROOM_NARROW && self->slim
                       : self->squat;

  /* Large letters may take more even then. */
  if (least)
    return G_MAXINT;
  return orientation == GTK_ORIENTATION_HORIZONTAL ? LEAST_WIDTH : LEAST_HEIGHT;
}

/**
 * lacuna_window_fits_layout:
 * @width: of the window, in pixels
 * @height: of the window, in pixels
 *
 * Returns: whether the parts lie as they have to in a window of that size
 */
gboolean
lacuna_window_fits_layout (LacunaWindow *self,
                           int           width,
                           int           height)
{
  return measure_room (self, width) == self->room
         && is_tight (self, width) == self->tight && is_slim (self, width) == self->slim
         && is_in_line (self, width) == self->in_line && is_low (self, height) == self->low
         && is_squat (self, width, height) == self->squat;
}

static void
place (LacunaWindow *self,
       gpointer      child,
       int           column,
       int           row,
       int           n_columns,
       int           n_rows)
{
  GtkLayoutManager *manager = gtk_widget_get_layout_manager (self->grid);

  g_object_set (gtk_layout_manager_get_layout_child (manager, child), "column", column, "row", row,
                "column-span", n_columns, "row-span", n_rows, NULL);
}

/* The line of details belongs to a strip that lies, and to the table beside one that stands. */
static void
move_details (LacunaWindow *self,
              gboolean      into_card)
{
  GtkWidget *parent = gtk_widget_get_parent (self->details_bar);

  if ((parent == GTK_WIDGET (self->strip_card)) == into_card)
    return;
  g_object_ref (self->details_bar);
  if (into_card)
    {
      gtk_grid_remove (GTK_GRID (self->grid), self->details_bar);
      gtk_box_append (self->strip_card, self->details_bar);
      gtk_widget_remove_css_class (self->details_bar, "card");
    }
  else
    {
      gtk_box_remove (self->strip_card, self->details_bar);
      gtk_grid_attach (GTK_GRID (self->grid), self->details_bar, 0, 0, 1, 1);
      gtk_widget_add_css_class (self->details_bar, "card");
    }
  g_object_unref (self->details_bar);
}

static void
arrange (LacunaWindow *self)
{
  gboolean lies = self->orientation == GTK_ORIENTATION_HORIZONTAL;
  gboolean narrow = self->room == LACUNA_ROOM_NARROW;

  move_details (self, lies);
  if (lies)
    {
      place (self, self->overview, 0, 0, 1, 1);
      place (self, self->toolbar, 0, 1, 1, 1);
      place (self, self->strip_card, 0, 2, 1, 1);
      place (self, self->lower, 0, 3, 1, 1);
    }
  else if (narrow)
    {
      place (self, self->toolbar, 0, 0, 2, 1);
      place (self, self->overview, 0, 1, 1, 1);
      place (self, self->strip_card, 1, 1, 1, 1);
      place (self, self->details_bar, 0, 2, 2, 1);
      place (self, self->lower, 0, 3, 2, 1);
    }
  else
    {
      place (self, self->overview, 0, 0, 1, 3);
      place (self, self->strip_card, 1, 0, 1, 3);
      place (self, self->toolbar, 2, 0, 1, 1);
      place (self, self->details_bar, 2, 1, 1, 1);
      place (self, self->lower, 2, 2, 1, 1);
    }
  gtk_widget_set_hexpand (GTK_WIDGET (self->strip_card), lies || narrow);
  gtk_widget_set_vexpand (GTK_WIDGET (self->strip), !lies);
  gtk_widget_set_size_request (GTK_WIDGET (self->strip), lies || narrow ? -1 : STANDING_STRIP_WIDTH,
                               !lies && narrow
                                   ? self->low ? SQUAT_STRIP_HEIGHT : SHORT_STRIP_HEIGHT
                                   : -1);
}

/* The panel is beside the table, or over it. In a low window that is too low for a form: there it
 * is beside everything, so that the flap has everything in it, not the table alone. */
static void
place_flap (LacunaWindow *self)
{
  gboolean around = gtk_widget_get_parent (GTK_WIDGET (self->flap)) == GTK_WIDGET (self->view_box);
  GtkWidget *table = GTK_WIDGET (self->table_stack);
  g_autoptr (GtkWidget) focus = NULL;

  if (around == self->low)
    return;
  g_set_object (&focus, gtk_window_get_focus (GTK_WINDOW (self)));
  g_object_ref (self->flap);
  g_object_ref (self->grid);
  g_object_ref (table);
  adw_flap_set_content (self->flap, NULL);
  if (self->low)
    {
      gtk_box_remove (self->lower, GTK_WIDGET (self->flap));
      gtk_box_remove (self->view_box, self->grid);
      gtk_box_append (self->lower, table);
      adw_flap_set_content (self->flap, self->grid);
      gtk_box_append (self->view_box, GTK_WIDGET (self->flap));
    }
  else
    {
      gtk_box_remove (self->view_box, GTK_WIDGET (self->flap));
      gtk_box_remove (self->lower, table);
      adw_flap_set_content (self->flap, table);
      gtk_box_append (self->lower, GTK_WIDGET (self->flap));
      gtk_box_append (self->view_box, self->grid);
    }
  /* A strip is not what one swipes a panel away on. */
  adw_flap_set_swipe_to_open (self->flap, !self->low);
  adw_flap_set_swipe_to_close (self->flap, !self->low);
  g_object_unref (table);
  g_object_unref (self->grid);
  g_object_unref (self->flap);
  if (focus != NULL && gtk_widget_get_root (focus) == GTK_ROOT (self))
    gtk_widget_grab_focus (focus);
}

/* An entry where there is room for one, else below the header while it is wanted. */
static void
place_go_to (LacunaWindow *self)
{
  gboolean wide = self->room == LACUNA_ROOM_WIDE;
  GtkBox *there = wide ? self->go_to_slot : self->go_to_bar_box;
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self->go_to));

  /* The narrowest header has it in its menu. */
  gtk_widget_set_visible (self->go_to_button, !wide && !self->slim);
  gtk_widget_set_visible (GTK_WIDGET (self->go_to_slot), wide);
  if (parent == GTK_WIDGET (there))
    return;
  g_object_ref (self->go_to);
  gtk_box_remove (GTK_BOX (parent), GTK_WIDGET (self->go_to));
  gtk_box_append (there, GTK_WIDGET (self->go_to));
  g_object_unref (self->go_to);
  gtk_revealer_set_reveal_child (self->go_to_bar, FALSE);
}

static void
adapt_panel (LacunaWindow *self)
{
  gboolean folded = adw_flap_get_folded (self->flap);

  if (folded == self->folded)
    return;
  self->folded = folded;
  adw_flap_set_reveal_flap (self->flap, !folded && self->panel);
}

/* The panel over the table of a small window takes the room of what one can do without
 * meanwhile. */
static void
make_room_for_panel (LacunaWindow *self)
{
  gboolean covered = self->room == LACUNA_ROOM_NARROW && self->folded && !self->low
                     && adw_flap_get_reveal_flap (self->flap);
  gboolean titled
      = !self->tight && adw_squeezer_get_visible_child (self->title_squeezer) != NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->overview),
                          self->orientation == GTK_ORIENTATION_VERTICAL
                              || (!covered
                                  && (!self->low
                                      || (self->room == LACUNA_ROOM_NARROW && !self->squat))));
  gtk_widget_set_visible (GTK_WIDGET (self->toolbar), !covered);
  /* The table has the colours' names, too. */
  gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (self->legend)),
                          !(self->squat && self->room == LACUNA_ROOM_NARROW
                            && self->orientation == GTK_ORIENTATION_VERTICAL));
  gtk_widget_set_visible (self->counts_label, !covered && !titled);
  gtk_widget_set_visible (self->source_label, !covered && !titled && !self->squat);
}

/* Rows before a high strip, where there can be as many. Large letters in the least window leave
 * room for what fits. */
static int
least_rows_height (LacunaWindow *self)
{
  double scale = text_scale (self);

  if (!self->low || self->orientation == GTK_ORIENTATION_VERTICAL)
    return -1;
  if (self->squat && scale > 1)
    return -1;
  if (self->room == LACUNA_ROOM_NARROW)
    return self->squat ? THREE_ROWS_HEIGHT : -1;
  if (self->squat)
    return FOUR_ROWS_HEIGHT;
  return (int) (SIX_ROWS_HEIGHT * scale);
}

static void
adapt (LacunaWindow *self)
{
  gboolean narrow = self->room == LACUNA_ROOM_NARROW;
  gboolean stands = self->orientation == GTK_ORIENTATION_VERTICAL;
  gboolean cramped = narrow || (stands && self->room == LACUNA_ROOM_MEDIUM);

  if (narrow)
    gtk_widget_add_css_class (GTK_WIDGET (self), "narrow");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "narrow");
  if (self->low)
    gtk_widget_add_css_class (GTK_WIDGET (self), "low");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "low");
  arrange (self);
  place_flap (self);
  gtk_widget_set_size_request (GTK_WIDGET (self->lower), -1, least_rows_height (self));
  place_go_to (self);
  adapt_panel (self);
  lacuna_details_set_narrow (self->details, cramped);
  lacuna_details_set_low (self->details, self->squat);
  /* Where there is no line to spare, one that is needed while picking may move what is below. */
  gtk_stack_set_vhomogeneous (self->details_stack, !self->low);
  lacuna_region_pane_set_narrow (self->region_pane, narrow && !self->squat);
  lacuna_window_adapt_bytes (self);
  lacuna_target_chooser_set_stacked (self->chooser, self->room != LACUNA_ROOM_WIDE);
  lacuna_target_chooser_set_narrow (self->chooser, self->slim);
  lacuna_hints_set_narrow (self->hints, narrow);
  /* It would take the room of the target's name even where it does not show. */
  gtk_widget_set_visible (GTK_WIDGET (self->title_squeezer), !self->tight);
  gtk_widget_set_visible (self->near_label, self->room == LACUNA_ROOM_WIDE);
  gtk_widget_set_visible (GTK_WIDGET (self->live_label), !narrow);
  lacuna_window_update_live (self);
  make_room_for_panel (self);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->toolbar),
                                  !stands
                                          && (self->room == LACUNA_ROOM_WIDE
                                              || (self->squat && self->in_line))
                                      ? GTK_ORIENTATION_HORIZONTAL
                                      : GTK_ORIENTATION_VERTICAL);
}

static gboolean
adapt_cb (gpointer user_data)
{
  LacunaWindow *self = user_data;

  self->adapt_source = 0;
  measure (self, gtk_widget_get_width (GTK_WIDGET (self)),
           gtk_widget_get_height (GTK_WIDGET (self)));
  adapt (self);
  return G_SOURCE_REMOVE;
}

/**
 * lacuna_window_adapt_later:
 *
 * Adapts to the width once the layout that runs has ended.
 */
void
lacuna_window_adapt_later (LacunaWindow *self)
{
  if (self->adapt_source == 0)
    self->adapt_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, adapt_cb, self, NULL);
}

/**
 * lacuna_window_start_layout:
 *
 * Lays everything out for the width that the window is going to have.
 */
void
lacuna_window_start_layout (LacunaWindow *self)
{
  int width;
  int height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  measure (self, width, height);
  /* The panel would only lie over what one came to see. */
  self->folded = self->room == LACUNA_ROOM_NARROW;
  adw_flap_set_reveal_flap (self->flap, self->panel && !self->folded);
  adapt (self);
}

/**
 * lacuna_window_set_orientation:
 * @orientation: which way the strip goes; high addresses are up where it stands
 */
void
lacuna_window_set_orientation (LacunaWindow  *self,
                               GtkOrientation orientation)
{
  if (self->orientation == orientation)
    return;
  self->orientation = orientation;
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->strip), orientation);
  if (gtk_widget_get_width (GTK_WIDGET (self)) > 0)
    measure (self, gtk_widget_get_width (GTK_WIDGET (self)),
             gtk_widget_get_height (GTK_WIDGET (self)));
  adapt (self);
  lacuna_window_notify (self, LACUNA_WINDOW_ORIENTATION);
}

/**
 * lacuna_window_set_panel:
 * @panel: whether the side panel is there
 */
void
lacuna_window_set_panel (LacunaWindow *self,
                         gboolean      panel)
{
  adw_flap_set_reveal_flap (self->flap, panel);
}

/**
 * lacuna_window_show_panel_page:
 * @page: "find", "buffers" or "inspect"
 *
 * Shows that page of the side panel.
 */
void
lacuna_window_show_panel_page (LacunaWindow *self,
                               const char   *page)
{
  adw_view_stack_set_visible_child_name (self->panel_stack, page);
  lacuna_window_set_panel (self, TRUE);
}
