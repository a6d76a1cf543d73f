/* The fields of the gap panel: what is typed, picked and switched, and what is wrong with it.
 *
 * There is always one empty anchor entry at the end: typing into it adds the next one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-gap-panel-private.h"
#include "app/lacuna-isolate.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>

/* The label below the row that @field stands in, which says what is wrong with it; the field itself
 * when that does. */
GtkWidget *
lacuna_gap_panel_fault_place (LacunaGapPanel *self,
                              LacunaField    *field)
{
  for (guint i = 0; i < LACUNA_N_ENTRIES; i++)
    if (self->fields[i] == field)
      return i == LACUNA_ENTRY_MINIMUM || i == LACUNA_ENTRY_MAXIMUM
                 ? GTK_WIDGET (self->bounds_fault)
                 : GTK_WIDGET (self->sizes_fault);
  return GTK_WIDGET (field);
}

static void
focus_entered_cb (LacunaGapPanel *self)
{
  lacuna_gap_panel_queue_reveal (self, FALSE);
}

static void
follow_focus (LacunaGapPanel *self,
              LacunaField    *field)
{
  GtkEventController *controller = gtk_event_controller_focus_new ();

  g_signal_connect_swapped (controller, "enter", G_CALLBACK (focus_entered_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (field), controller);
}

/* The first fault of the entries from @first to @last, which stand in one row. */
static void
show_row_fault (GtkLabel               *label,
                const LacunaGapReading *reading,
                guint                   first,
                guint                   last)
{
  const LacunaGapFault *fault = NULL;

  for (guint i = first; i <= last && fault == NULL; i++)
    fault = lacuna_gap_reading_find (reading, i);
  gtk_label_set_label (label, fault != NULL ? fault->message : "");
  gtk_widget_set_visible (GTK_WIDGET (label), fault != NULL);
}

void
lacuna_gap_panel_show_faults (LacunaGapPanel         *self,
                              const LacunaGapReading *reading)
{
  for (guint i = 0; i < LACUNA_N_ENTRIES; i++)
    {
      const LacunaGapFault *fault = lacuna_gap_reading_find (reading, i);

      lacuna_field_set_fault (self->fields[i], fault != NULL ? fault->message : NULL,
                              fault != NULL ? fault->offset : -1);
    }
  show_row_fault (self->bounds_fault, reading, LACUNA_ENTRY_MINIMUM, LACUNA_ENTRY_MAXIMUM);
  show_row_fault (self->sizes_fault, reading, LACUNA_ENTRY_WITHIN, LACUNA_ENTRY_ALIGNMENT);
  for (guint i = 0; i < self->anchors->len; i++)
    {
      const LacunaGapFault *fault = lacuna_gap_reading_find (reading, LACUNA_ENTRY_ANCHOR + i);
      LacunaField *field = g_ptr_array_index (self->anchors, i);

      lacuna_field_set_fault (field, fault != NULL ? fault->message : NULL,
                              fault != NULL ? fault->offset : -1);
      lacuna_field_set_note (field, NULL);
    }
  if (reading->faults->len > 0)
    lacuna_gap_panel_queue_reveal (self, FALSE);
  for (gsize i = 0; i < reading->query.n_anchors; i++)
    {
      guint at = reading->anchor_of[i];
      LacunaField *field = g_ptr_array_index (self->anchors, at);
      g_autofree char *address = lacuna_format_address_grouped (reading->anchors[i]);
      g_autofree char *plain = lacuna_format_address (reading->anchors[i]);
      const char *typed = lacuna_field_get_text (field);

      /* An address that was typed as such need not be said again. */
      if (g_ascii_strcasecmp (typed, plain) != 0 && g_ascii_strcasecmp (typed, plain + 2) != 0
          && g_ascii_strcasecmp (typed, address) != 0)
        {
          g_autofree char *note = lacuna_isolate (g_steal_pointer (&address));

          lacuna_field_set_note (field, note);
        }
    }
}

LacunaGapForm *
lacuna_gap_panel_make_form (LacunaGapPanel *self)
{
  LacunaGapForm *form = lacuna_gap_form_new ();

  for (guint i = 0; i < LACUNA_N_ENTRIES; i++)
    form->texts[i] = g_strdup (lacuna_field_get_text (self->fields[i]));
  form->anchors = g_new0 (char *, self->anchors->len + 1);
  for (guint i = 0; i < self->anchors->len; i++)
    form->anchors[i] = g_strdup (lacuna_field_get_text (g_ptr_array_index (self->anchors, i)));
  form->avoid
      = (gtk_toggle_button_get_active (self->avoid_heap_growth) ? LAC_HAZARD_HEAP_GROWTH : 0)
        | (gtk_toggle_button_get_active (self->avoid_stack_growth) ? LAC_HAZARD_STACK_GROWTH : 0)
        | (gtk_toggle_button_get_active (self->avoid_stack_guard) ? LAC_HAZARD_STACK_GUARD : 0);
  form->order = (enum lac_order) gtk_drop_down_get_selected (self->order_drop_down);
  return form;
}

static void append_anchor (LacunaGapPanel *self);

/* The last field, which is empty, is there to be seen once somebody has asked for another anchor. */
static void
number_anchors (LacunaGapPanel *self)
{
  for (guint i = 0; i < self->anchors->len; i++)
    {
      LacunaField *field = g_ptr_array_index (self->anchors, i);
      gboolean last = i + 1 == self->anchors->len;
      g_autofree char *caption
          = i == 0 ? g_strdup (_ ("Near")) : g_strdup_printf (_ ("Near, anchor %u"), i + 1);

      lacuna_field_set_caption (field, caption);
      lacuna_field_set_removable (field, !last);
      lacuna_field_set_addable (field, i + 2 == self->anchors->len && !self->another);
      gtk_widget_set_visible (GTK_WIDGET (field), !last || i == 0 || self->another);
      /* The one that only waits for another anchor takes as little room as it can. */
      lacuna_field_set_slim (field, last && i > 0);
      lacuna_field_set_placeholder (field, i == 0 ? _ ("Address or name")
                                                  : _ ("and near…"));
    }
}

/* Nearest first means nothing without an anchor, and is what one wants with the first. Another
 * order that was chosen stays. */
static void
follow_anchors (LacunaGapPanel *self)
{
  gboolean has_anchors = FALSE;
  guint order = gtk_drop_down_get_selected (self->order_drop_down);

  for (guint i = 0; i < self->anchors->len; i++)
    has_anchors = has_anchors
                  || *lacuna_field_get_text (g_ptr_array_index (self->anchors, i)) != '\0';
  if (has_anchors == self->had_anchors)
    return;
  self->had_anchors = has_anchors;
  if (order != (has_anchors ? LAC_ORDER_LOWEST : LAC_ORDER_NEAREST))
    return;
  self->follows_anchors = TRUE;
  gtk_drop_down_set_selected (self->order_drop_down,
                              has_anchors ? LAC_ORDER_NEAREST : LAC_ORDER_LOWEST);
  self->follows_anchors = FALSE;
}

static void
anchor_changed_cb (LacunaGapPanel *self,
                   LacunaField    *field)
{
  if (field == g_ptr_array_index (self->anchors, self->anchors->len - 1)
      && *lacuna_field_get_text (field) != '\0')
    {
      self->another = FALSE;
      append_anchor (self);
    }
  follow_anchors (self);
  lacuna_gap_panel_forget_first (self);
  lacuna_gap_panel_search (self);
}

/* Picking ends from this side: the strip is told. */
static void
stop_picking (LacunaGapPanel *self)
{
  if (self->picking_for == NULL)
    return;
  lacuna_field_set_picking (self->picking_for, FALSE);
  self->picking_for = NULL;
  lacuna_gap_panel_emit_pick (self, FALSE);
}

static void
pick_toggled_cb (LacunaGapPanel *self,
                 gboolean        active,
                 LacunaField    *field)
{
  if (!active)
    {
      stop_picking (self);
      return;
    }
  if (self->picking_for != NULL)
    lacuna_field_set_picking (self->picking_for, FALSE);
  self->picking_for = field;
  lacuna_gap_panel_emit_pick (self, TRUE);
}

static void
anchor_wanted_cb (LacunaGapPanel *self)
{
  self->another = TRUE;
  number_anchors (self);
  gtk_widget_grab_focus (g_ptr_array_index (self->anchors, self->anchors->len - 1));
}

static void
anchor_removed_cb (LacunaGapPanel *self,
                   LacunaField    *field)
{
  guint index = 0;

  g_return_if_fail (g_ptr_array_find (self->anchors, field, &index));

  if (field == self->picking_for)
    stop_picking (self);
  g_ptr_array_remove_index (self->anchors, index);
  gtk_box_remove (self->anchors_box, GTK_WIDGET (field));
  number_anchors (self);
  if (!gtk_widget_get_visible (g_ptr_array_index (self->anchors, index)))
    index--;
  gtk_widget_grab_focus (g_ptr_array_index (self->anchors, index));
  follow_anchors (self);
  lacuna_gap_panel_forget_first (self);
  lacuna_gap_panel_search (self);
}

static void
append_anchor (LacunaGapPanel *self)
{
  LacunaField *field = lacuna_field_new ();

  g_object_set (field, "address", TRUE, NULL);
  g_signal_connect_swapped (field, "changed", G_CALLBACK (anchor_changed_cb), self);
  g_signal_connect_swapped (field, "add", G_CALLBACK (anchor_wanted_cb), self);
  g_signal_connect_swapped (field, "removed", G_CALLBACK (anchor_removed_cb), self);
  g_signal_connect_swapped (field, "pick-toggled", G_CALLBACK (pick_toggled_cb), self);
  lacuna_field_set_pickable (field, TRUE);
  if (self->snapshot != NULL)
    lacuna_field_set_snapshot (field, self->target, self->snapshot);
  g_ptr_array_add (self->anchors, field);
  gtk_box_append (self->anchors_box, GTK_WIDGET (field));
  follow_focus (self, field);
  number_anchors (self);
  lacuna_gap_panel_explain_anchor (self, field);
}

/**
 * lacuna_gap_panel_start_fields:
 *
 * Has the fields begin with one empty anchor.
 */
void
lacuna_gap_panel_start_fields (LacunaGapPanel *self)
{
  append_anchor (self);
  for (guint i = 0; i < LACUNA_N_ENTRIES; i++)
    follow_focus (self, self->fields[i]);
  lacuna_gap_panel_explain_fields (self);
}

/* What is left empty stands for something, which the map decides. */
void
lacuna_gap_panel_follow_snapshot (LacunaGapPanel *self)
{
  const struct lac_space *space = lac_map_space (lacuna_snapshot_get_map (self->snapshot));
  g_autofree char *lowest = lacuna_isolate (lacuna_format_address (space->user.start));
  g_autofree char *highest = lacuna_isolate (lacuna_format_address (space->user.end));
  g_autofree char *page = lacuna_format_size (space->page_size);
  g_autofree char *granularity = lacuna_format_size (space->granularity);

  lacuna_field_set_placeholder (self->fields[LACUNA_ENTRY_MINIMUM], lowest);
  lacuna_field_set_placeholder (self->fields[LACUNA_ENTRY_MAXIMUM], highest);
  lacuna_field_set_placeholder (self->fields[LACUNA_ENTRY_SIZE], page);
  lacuna_field_set_placeholder (self->fields[LACUNA_ENTRY_ALIGNMENT], granularity);
  for (guint i = 0; i < self->anchors->len; i++)
    lacuna_field_set_snapshot (g_ptr_array_index (self->anchors, i), self->target,
                               self->snapshot);
  lacuna_field_set_snapshot (self->fields[LACUNA_ENTRY_MINIMUM], self->target, self->snapshot);
  lacuna_field_set_snapshot (self->fields[LACUNA_ENTRY_MAXIMUM], self->target, self->snapshot);
}

/* Whether nothing has been asked for yet. */
gboolean
lacuna_gap_panel_form_is_empty (LacunaGapPanel *self)
{
  for (guint i = 0; i < LACUNA_N_ENTRIES; i++)
    if (*lacuna_field_get_text (self->fields[i]) != '\0')
      return FALSE;
  for (guint i = 0; i < self->anchors->len; i++)
    if (*lacuna_field_get_text (g_ptr_array_index (self->anchors, i)) != '\0')
      return FALSE;
  return TRUE;
}

/* Whether nobody has said where: there is nothing to be near to, no bound, and the order is the one that
 * the form has by itself, or nearest first with nothing to be near to. */
gboolean
lacuna_gap_panel_asks_no_place (LacunaGapPanel *self)
{
  guint order = gtk_drop_down_get_selected (self->order_drop_down);

  return *lacuna_field_get_text (self->fields[LACUNA_ENTRY_MINIMUM]) == '\0'
         && *lacuna_field_get_text (self->fields[LACUNA_ENTRY_MAXIMUM]) == '\0'
         && !lacuna_gap_panel_has_anchor (self, NULL)
         && (!self->order_is_chosen || order == LAC_ORDER_NEAREST);
}

/* As the fields take it back: a whole number of the largest unit that divides it. */
static char *
spell_size (guint64 bytes)
{
  static const char *const units[] = { "", " KiB", " MiB", " GiB", " TiB", " PiB" };
  guint unit = 0;

  while (unit + 1 < G_N_ELEMENTS (units) && bytes != 0 && bytes % 1024 == 0)
    {
      bytes /= 1024;
      unit++;
    }
  return g_strdup_printf ("%" G_GUINT64_FORMAT "%s", bytes, units[unit]);
}

/**
 * lacuna_gap_panel_apply:
 * @remedy: what would help
 *
 * Does it, in the fields, where it can be seen and taken back.
 */
void
lacuna_gap_panel_apply (LacunaGapPanel     *self,
                        const LacunaRemedy *remedy)
{
  g_autofree char *size = spell_size (remedy->value);

  switch (remedy->kind)
    {
    case LACUNA_REMEDY_ALLOW:
      if (remedy->value & LAC_HAZARD_HEAP_GROWTH)
        gtk_toggle_button_set_active (self->avoid_heap_growth, FALSE);
      if (remedy->value & LAC_HAZARD_STACK_GROWTH)
        gtk_toggle_button_set_active (self->avoid_stack_growth, FALSE);
      if (remedy->value & LAC_HAZARD_STACK_GUARD)
        gtk_toggle_button_set_active (self->avoid_stack_guard, FALSE);
      break;
    case LACUNA_REMEDY_WIDEN:
      lacuna_field_set_text (self->fields[LACUNA_ENTRY_WITHIN], size);
      break;
    case LACUNA_REMEDY_SHRINK:
      lacuna_field_set_text (self->fields[LACUNA_ENTRY_SIZE], size);
      break;
    case LACUNA_REMEDY_REALIGN:
      lacuna_field_set_text (self->fields[LACUNA_ENTRY_ALIGNMENT], size);
      break;
    case LACUNA_REMEDY_UNBOUND:
    default:
      lacuna_field_set_text (self->fields[LACUNA_ENTRY_MINIMUM], "");
      lacuna_field_set_text (self->fields[LACUNA_ENTRY_MAXIMUM], "");
      break;
    }
}

/**
 * lacuna_gap_panel_focus_entry:
 *
 * Puts the cursor into the first anchor's entry.
 */
void
lacuna_gap_panel_focus_entry (LacunaGapPanel *self)
{
  g_return_if_fail (LACUNA_IS_GAP_PANEL (self));

  lacuna_later_build (self);
  gtk_widget_grab_focus (g_ptr_array_index (self->anchors, 0));
}

/**
 * lacuna_gap_panel_add_anchor:
 * @text: an address expression
 *
 * Puts @text into the first empty anchor entry; there always is one at the end.
 */
void
lacuna_gap_panel_add_anchor (LacunaGapPanel *self,
                             const char     *text)
{
  LacunaField *field = NULL;

  g_return_if_fail (LACUNA_IS_GAP_PANEL (self));

  lacuna_later_build (self);
  for (guint i = 0; i < self->anchors->len; i++)
    {
      field = g_ptr_array_index (self->anchors, i);
      if (*lacuna_field_get_text (field) == '\0')
        break;
    }
  lacuna_field_set_text (field, text);
}

/**
 * lacuna_gap_panel_has_anchor:
 * @text: (nullable): what lacuna_gap_panel_add_anchor() was given
 *
 * Returns: whether a field for an anchor says @text; when that is %NULL, whether any says anything
 */
gboolean
lacuna_gap_panel_has_anchor (LacunaGapPanel *self,
                             const char     *text)
{
  g_return_val_if_fail (LACUNA_IS_GAP_PANEL (self), FALSE);

  for (guint i = 0; i < self->anchors->len; i++)
    {
      const char *typed = lacuna_field_get_text (g_ptr_array_index (self->anchors, i));

      if (text != NULL ? g_str_equal (typed, text) : *typed != '\0')
        return TRUE;
    }
  return FALSE;
}

/**
 * lacuna_gap_panel_take_anchor:
 * @address: what was picked on the strip
 *
 * Puts @address into the anchor entry whose button asked for it, or into the empty one when none
 * did. Picking is over then.
 */
void
lacuna_gap_panel_take_anchor (LacunaGapPanel *self,
                              guint64         address)
{
  g_autofree char *text = lacuna_format_address (address);
  LacunaField *field;

  g_return_if_fail (LACUNA_IS_GAP_PANEL (self));

  field = self->picking_for;
  lacuna_gap_panel_set_picking (self, FALSE);
  if (field != NULL)
    lacuna_field_set_text (field, text);
  else
    lacuna_gap_panel_add_anchor (self, text);
}

/**
 * lacuna_gap_panel_set_picking:
 * @picking: whether a click on the strip will give an anchor
 *
 * Has the buttons show it. When the strip began picking by itself, what it gives goes into the
 * empty entry.
 */
void
lacuna_gap_panel_set_picking (LacunaGapPanel *self,
                              gboolean        picking)
{
  g_return_if_fail (LACUNA_IS_GAP_PANEL (self));

  if (picking)
    lacuna_later_build (self);
  if (picking && self->picking_for == NULL)
    self->picking_for = g_ptr_array_index (self->anchors, self->anchors->len - 1);
  if (self->picking_for != NULL)
    lacuna_field_set_picking (self->picking_for, picking);
  if (!picking)
    self->picking_for = NULL;
}
