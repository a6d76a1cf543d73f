/* What of the selection can be put on the clipboard.
 *
 * Addresses are grouped for the eye and copied plain: what is copied can be pasted into a debugger,
 * a program's source, or Lacuna itself.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-private.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>

static void
copy (LacunaWindow *self,
      const char   *text)
{
  g_autofree char *shown = lacuna_format_name (text, -1);
  g_autofree char *message = g_strdup_printf (_ ("Copied %s"), shown);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  lacuna_window_toast (self, message);
}

static void
copy_address_action (GtkWidget  *widget,
                     const char *name,
                     GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);
  g_autofree char *address = lacuna_format_address (self->selected.start);

  copy (self, address);
}

/* What was measured goes before what is selected: it was made for this. */
static void
copy_range_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);
  struct lac_range measure = lacuna_strip_get_measure (self->strip);
  struct lac_range copied = lac_range_size (measure) == 0 ? self->selected : measure;
  g_autofree char *start = lacuna_format_address (copied.start);
  g_autofree char *end = lacuna_format_address (copied.end);
  g_autofree char *range = g_strdup_printf ("%s – %s", start, end);

  copy (self, range);
}

/* (nullable): the name of the region that is selected; none for a gap or memory without a name. */
static char *
selected_name (LacunaWindow *self)
{
  const struct lac_map *map;
  const struct lac_region *regions;
  const struct lac_backing *backing;
  struct lac_range range;
  size_t n_regions;
  size_t index;
  gsize gap;

  if (self->snapshot == NULL || !self->any_selected
      || !lacuna_window_find_range (self, self->selected.start, &range, &gap) || gap != G_MAXSIZE)
    return NULL;
  map = lacuna_snapshot_get_map (self->snapshot);
  regions = lac_map_regions (map, &n_regions);
  index = lac_map_search (map, self->selected.start);
  backing = lac_map_backing (map, &regions[index]);
  return backing->name_length > 0 ? g_utf8_make_valid (backing->name, (gssize) backing->name_length)
                                  : NULL;
}

/**
 * lacuna_window_update_copying:
 *
 * Enables what there is something to copy for.
 */
void
lacuna_window_update_copying (LacunaWindow *self)
{
  gboolean view = lacuna_window_shows_view (self);
  g_autofree char *name = view ? selected_name (self) : NULL;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.copy-name", name != NULL);
  gtk_widget_action_set_enabled (
      GTK_WIDGET (self), "win.copy-range",
      view
          && (self->any_selected
              || lac_range_size (lacuna_strip_get_measure (self->strip)) > 0));
}

static void
copy_name_action (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);
  g_autofree char *text = selected_name (self);

  if (text != NULL)
    copy (self, text);
}

static void
copy_match_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);
  LacunaCopyKind kind = LACUNA_COPY_ADDRESS;

  if (g_str_equal (name, "win.copy-match-command"))
    kind = LACUNA_COPY_COMMAND;
  else if (g_str_equal (name, "win.copy-match-call"))
    kind = LACUNA_COPY_CALL;
  lacuna_gap_panel_copy (self->gap_panel, kind);
  /* It is still worth something: whoever starts the program again puts the new number in. */
  if (kind == LACUNA_COPY_COMMAND && self->exited)
    lacuna_window_toast (self, _ ("Copied the command. Its process has exited, and another may have "
                                  "its number by now."));
}

/**
 * lacuna_window_add_copy_actions:
 * @widget_class: the window's class, while it is made
 */
void
lacuna_window_add_copy_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.copy-address", NULL, copy_address_action);
  gtk_widget_class_install_action (widget_class, "win.copy-range", NULL, copy_range_action);
  gtk_widget_class_install_action (widget_class, "win.copy-name", NULL, copy_name_action);
  gtk_widget_class_install_action (widget_class, "win.copy-match-address", NULL,
                                   copy_match_action);
  gtk_widget_class_install_action (widget_class, "win.copy-match-command", NULL,
                                   copy_match_action);
  gtk_widget_class_install_action (widget_class, "win.copy-match-call", NULL, copy_match_action);
}
