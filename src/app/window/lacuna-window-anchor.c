/* Places to be near: picked on the strip, taken from the selection, and the scale that is told from
 * one.
 *
 * The gap panel keeps the anchors, since they are constraints; the strip shows them and lets one be
 * picked. While it does, a line in place of the details says what to do, so that nothing moves
 * under the pointer.
 *
 * The anchor scale needs an anchor. Who chooses it without one gets the selection for an anchor, or
 * is asked for a place first. The panel answers on a worker, and not at all while something else in
 * it is wrong; until it does, the strip is told the anchor from here, as long as the panel's field
 * says the same.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-private.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>

/* What a jump of 32 bits reaches, which is what the scale shows, and a little more of each side. */
#define REACH (G_GUINT64_CONSTANT (2) << 30)
#define MARGIN (REACH / 16)

static gboolean
get_anchor (LacunaWindow *self,
            guint64      *out_anchor)
{
  LacunaGapResults *results = lacuna_gap_panel_get_results (self->gap_panel);
  const struct lac_gap_query *query
      = results != NULL ? lacuna_gap_results_get_query (results) : NULL;

  if (query != NULL && query->n_anchors > 0)
    *out_anchor = query->anchors[0];
  else if (self->anchor_is_coming)
    *out_anchor = self->coming_anchor;
  else
    return FALSE;
  return TRUE;
}

/* What the selection stands for as an anchor: the address that somebody went to, or where it begins. */
static guint64
selected_address (LacunaWindow *self)
{
  return self->has_place ? self->place : self->selected.start;
}

static gboolean
is_still_coming (LacunaWindow *self)
{
  g_autofree char *text = lacuna_format_address (self->coming_anchor);

  return lacuna_gap_panel_get_results (self->gap_panel) == NULL
         && lacuna_gap_panel_has_anchor (self->gap_panel, text);
}

/* The panel reads what it is given on a worker; the strip need not wait for that. */
static void
add_anchor (LacunaWindow *self,
            guint64       anchor)
{
  self->anchor_is_coming = TRUE;
  self->coming_anchor = anchor;
  lacuna_strip_set_anchors (self->strip, &anchor, 1);
}

static void
show_scale (LacunaWindow   *self,
            LacunaScaleKind kind)
{
  self->scale_kind = kind;
  lacuna_strip_set_scale_kind (self->strip, kind);
  lacuna_window_notify (self, LACUNA_WINDOW_SCALE);
}

static struct lac_range
reach (guint64 anchor,
       guint64 distance)
{
  return (struct lac_range){ lac_subtract_saturating (anchor, distance),
                             lac_add_saturating (anchor, distance) };
}

/* Around what the kernel lends every process at the top of the space there is nothing to show. */
static gboolean
reaches_user_space (LacunaWindow *self,
                    guint64       anchor)
{
  struct lac_range user = lac_map_space (lacuna_snapshot_get_map (self->snapshot))->user;
  struct lac_range range = reach (anchor, REACH);

  return range.start < user.end && user.start < range.end;
}

static void
refuse_to_look_from (LacunaWindow *self,
                     guint64       anchor)
{
  g_autofree char *address = lacuna_format_address (anchor);
  /* Translators: an address far outside user space, such as 0xffffffffff600000. */
  g_autofree char *message
      = g_strdup_printf (_ ("A program can't map anything within 2 GiB of %s."), address);

  lacuna_window_toast (self, message);
  /* Whoever asked shows that it is still the scale that it was. */
  lacuna_window_notify (self, LACUNA_WINDOW_SCALE);
}

static void
look_from (LacunaWindow *self,
           guint64       anchor)
{
  struct lac_range range = reach (anchor, REACH + MARGIN);
  LacunaScale *scale;

  show_scale (self, LACUNA_SCALE_ANCHOR);
  scale = lacuna_strip_get_scale (self->strip);
  if (scale != NULL && lacuna_strip_get_columns (self->strip) > 0)
    {
      LacunaView view = lacuna_view_fit (scale, range, lacuna_strip_get_columns (self->strip));

      lacuna_strip_set_view (self->strip, &view, TRUE);
    }
}

/**
 * lacuna_window_set_scale:
 * @kind: how addresses become places on the strip
 *
 * The anchor scale comes once there is an anchor.
 */
void
lacuna_window_set_scale (LacunaWindow   *self,
                         LacunaScaleKind kind)
{
  guint64 anchor;

  self->picks_for_scale = FALSE;
  if (kind != LACUNA_SCALE_ANCHOR)
    show_scale (self, kind);
  else if (self->snapshot == NULL)
    return;
  else if (get_anchor (self, &anchor))
    {
      if (reaches_user_space (self, anchor))
        look_from (self, anchor);
      else
        refuse_to_look_from (self, anchor);
    }
  else if (self->any_selected && !reaches_user_space (self, selected_address (self)))
    refuse_to_look_from (self, selected_address (self));
  else if (self->any_selected)
    {
      g_autofree char *text = lacuna_format_address (selected_address (self));

      add_anchor (self, selected_address (self));
      lacuna_gap_panel_add_anchor (self->gap_panel, text);
      look_from (self, selected_address (self));
    }
  else
    {
      lacuna_strip_set_picking (self->strip, TRUE);
      self->picks_for_scale = TRUE;
      /* Whoever asked shows that it is still the scale that it was. */
      lacuna_window_notify (self, LACUNA_WINDOW_SCALE);
    }
}

/**
 * lacuna_window_anchors_changed:
 *
 * To be called when the gap panel has other results, and with them other anchors.
 */
void
lacuna_window_anchors_changed (LacunaWindow *self)
{
  LacunaGapResults *results = lacuna_gap_panel_get_results (self->gap_panel);
  gsize n_anchors = results != NULL ? lacuna_gap_results_get_query (results)->n_anchors : 0;

  if (self->anchor_is_coming && !is_still_coming (self))
    {
      self->anchor_is_coming = FALSE;
      lacuna_strip_set_anchors (self->strip, NULL, 0);
    }
  /* There is nothing left to be told from. What is typed and not understood may become something. */
  if (n_anchors == 0 && !self->anchor_is_coming && self->scale_kind == LACUNA_SCALE_ANCHOR
      && (results != NULL || !lacuna_gap_panel_has_anchor (self->gap_panel, NULL)))
    show_scale (self, LACUNA_SCALE_COMPACT);
}

/* Picking */

/**
 * lacuna_window_anchor_picked:
 * @address: the place on the strip
 *
 * Gives the place to the gap panel.
 */
void
lacuna_window_anchor_picked (LacunaWindow *self,
                             guint64       address)
{
  gboolean for_scale = self->picks_for_scale;

  self->picks_for_scale = FALSE;
  if (for_scale && !reaches_user_space (self, address))
    {
      lacuna_gap_panel_set_picking (self->gap_panel, FALSE);
      refuse_to_look_from (self, address);
      return;
    }
  if (for_scale)
    add_anchor (self, address);
  lacuna_gap_panel_take_anchor (self->gap_panel, address);
  if (for_scale)
    look_from (self, address);
  else
    lacuna_window_show_panel_page (self, "find");
}

/**
 * lacuna_window_picking_changed:
 *
 * To be called when the strip begins or ends to let a place be picked.
 */
void
lacuna_window_picking_changed (LacunaWindow *self)
{
  gboolean picking = lacuna_strip_get_picking (self->strip);

  lacuna_gap_panel_set_picking (self->gap_panel, picking);
  gtk_stack_set_visible_child_name (self->details_stack, picking ? "picking" : "details");
  if (picking)
    {
      /* The panel may lie over the strip's side of a small window. */
      if (adw_flap_get_folded (self->flap))
        adw_flap_set_reveal_flap (self->flap, FALSE);
      gtk_widget_grab_focus (GTK_WIDGET (self->strip));
    }
  lacuna_window_notify (self, LACUNA_WINDOW_PICKING);
}

static void
near_selection_action (GtkWidget  *widget,
                       const char *name,
                       GVariant   *parameter)
{
  LacunaWindow *self = LACUNA_WINDOW (widget);
  g_autofree char *address = NULL;

  if (!self->any_selected)
    return;
  address = lacuna_format_address (selected_address (self));
  lacuna_gap_panel_add_anchor (self->gap_panel, address);
  lacuna_window_show_panel_page (self, "find");
}

/**
 * lacuna_window_add_anchor_actions:
 * @widget_class: the window's class, while it is made
 */
void
lacuna_window_add_anchor_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_property_action (widget_class, "win.pick-anchor", "picking");
  gtk_widget_class_install_action (widget_class, "win.near-selection", NULL,
                                   near_selection_action);
}
