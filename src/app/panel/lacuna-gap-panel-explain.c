/* What the fields of the gap panel mean, in words for someone who has never seen an address space.
 *
 * Each sentence is said to the pointer that rests on a field and to assistive technology, and in short
 * to whoever goes from field to field with the keyboard.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-gap-panel-private.h"

#include <glib/gi18n.h>

static const char hint_key[] = "lacuna-hint";

/* What a field or a chip wants, on a line or two. */
static const char *const hints[LACUNA_N_ENTRIES] = {
  [LACUNA_ENTRY_WITHIN] = N_ ("How far from each anchor; left empty, 2 GiB"),
  [LACUNA_ENTRY_SIZE] = N_ ("Bytes, such as 4096, 0x1000 or 64K; left empty, a page"),
  [LACUNA_ENTRY_ALIGNMENT] = N_ ("The buffer starts at a multiple of this power of two"),
  [LACUNA_ENTRY_MINIMUM] = N_ ("The buffer starts here or above"),
  [LACUNA_ENTRY_MAXIMUM] = N_ ("The buffer ends here or below"),
};

/* Tooltips are the pointer's. Whoever goes from field to field with the keyboard reads the same in
 * short below the results. */
static void
hint_entered_cb (GtkEventController *controller,
                 LacunaGapPanel     *self)
{
  GtkWidget *widget = gtk_event_controller_get_widget (controller);
  GtkRoot *root = gtk_widget_get_root (widget);
  const char *hint;

  if (!GTK_IS_WINDOW (root) || !gtk_window_get_focus_visible (GTK_WINDOW (root)))
    return;
  hint = g_object_get_data (G_OBJECT (widget), hint_key);
  if (widget == GTK_WIDGET (self->fields[LACUNA_ENTRY_WITHIN])
      && !lacuna_gap_panel_has_anchor (self, NULL))
    hint = N_ ("How far from each anchor; needs an address in Near");
  gtk_label_set_label (self->hint, hint != NULL ? _ (hint) : gtk_widget_get_tooltip_text (widget));
  gtk_widget_set_visible (GTK_WIDGET (self->hint), TRUE);
}

static void
hint_left_cb (LacunaGapPanel *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->hint), FALSE);
}

/* @hint: (nullable): what the tooltip says, short, since the results are what one types for, and are
 * to be seen meanwhile; NULL where that is short itself. */
static void
hint_at (LacunaGapPanel *self,
         GtkWidget      *widget,
         const char     *hint)
{
  GtkEventController *controller = gtk_event_controller_focus_new ();

  g_object_set_data (G_OBJECT (widget), hint_key, (gpointer) hint);
  g_signal_connect (controller, "enter", G_CALLBACK (hint_entered_cb), self);
  g_signal_connect_swapped (controller, "leave", G_CALLBACK (hint_left_cb), self);
  gtk_widget_add_controller (widget, controller);
}

/* What a field, a chip or an order means: to the pointer, and to assistive technology. */
static void
explain (GtkWidget  *widget,
         const char *sentence)
{
  gtk_widget_set_tooltip_text (widget, sentence);
  if (LACUNA_IS_FIELD (widget))
    lacuna_field_set_description (LACUNA_FIELD (widget), sentence);
  else
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                    sentence, -1);
}

/* Which of two orders one means is told by what comes first in each. */
static const char *
order_sentence (enum lac_order order)
{
  switch (order)
    {
    case LAC_ORDER_NEAREST:
      return _ ("The gap whose place for the buffer is nearest to the first anchor comes first.");
    case LAC_ORDER_LOWEST:
      return _ ("The gap with the lowest address comes first.");
    case LAC_ORDER_HIGHEST:
      return _ ("The gap with the highest address comes first.");
    case LAC_ORDER_TIGHTEST:
      return _ ("The smallest gap that has room comes first, so that large ones stay whole.");
    case LAC_ORDER_ROOMIEST:
    case LAC_N_ORDERS:
    default:
      return _ ("The largest gap comes first, so that more buffers can follow in it.");
    }
}

static void
order_changed_cb (LacunaGapPanel *self)
{
  explain (GTK_WIDGET (self->order_drop_down),
           order_sentence ((enum lac_order) gtk_drop_down_get_selected (self->order_drop_down)));
}

/**
 * lacuna_gap_panel_explain_anchor:
 * @field: an entry for an anchor
 */
void
lacuna_gap_panel_explain_anchor (LacunaGapPanel *self,
                                 LacunaField    *field)
{
  explain (GTK_WIDGET (field),
           _ ("Code at this address must be able to reach the buffer, or to be reached from it: an "
              "address, a name such as [heap], an offset such as libc+0x40, or a symbol such as "
              "libc!malloc. With several anchors, the buffer is near all of them."));
  hint_at (self, GTK_WIDGET (field), N_ ("An address, [heap], libc+0x40 or libc!malloc"));
}

/**
 * lacuna_gap_panel_explain_fields:
 *
 * Explains all that is not an anchor.
 */
void
lacuna_gap_panel_explain_fields (LacunaGapPanel *self)
{
  explain (GTK_WIDGET (self->fields[LACUNA_ENTRY_WITHIN]),
           _ ("How far the whole buffer may be from every anchor: as far as a jump between them can "
              "reach. Left empty, 2 GiB, which is as far as a 5-byte jmp on x86 goes. It needs an address "
              "in Near."));
  explain (GTK_WIDGET (self->fields[LACUNA_ENTRY_SIZE]),
           _ ("How many bytes the buffer needs, such as 4096, 0x1000, 64K or 1.5M. Left empty, one "
              "page, the smallest piece of memory that a process can ask for."));
  explain (GTK_WIDGET (self->fields[LACUNA_ENTRY_ALIGNMENT]),
           _ ("The buffer starts at a multiple of this, a power of two. Left empty, at any address "
              "where the system can place one."));
  explain (GTK_WIDGET (self->fields[LACUNA_ENTRY_MINIMUM]),
           _ ("The buffer starts at or above this address. Left empty, the lowest that can be "
              "used."));
  explain (GTK_WIDGET (self->fields[LACUNA_ENTRY_MAXIMUM]),
           _ ("The buffer ends at or below this address. Left empty, the end of the addresses "
              "that a program may use."));
  explain (GTK_WIDGET (self->avoid_heap_growth),
           _ ("Keep off the addresses right above the heap. The heap grows upwards as the program "
              "asks for memory, and would run into the buffer."));
  explain (GTK_WIDGET (self->avoid_stack_growth),
           _ ("Keep off the addresses below the stack. The stack grows downwards as functions call "
              "one another, and would run into the buffer."));
  explain (GTK_WIDGET (self->avoid_stack_guard),
           _ ("Keep off the strip of addresses that the kernel leaves free below a stack, so that "
              "a stack that grows too far stops there instead of overwriting something."));

  g_signal_connect_swapped (self->order_drop_down, "notify::selected",
                            G_CALLBACK (order_changed_cb), self);
  order_changed_cb (self);
  /* The button within it has the focus. */
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (gtk_widget_get_first_child (GTK_WIDGET (self->order_drop_down))),
      GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Order"), -1);
  for (guint i = 0; i < LACUNA_N_ENTRIES; i++)
    hint_at (self, GTK_WIDGET (self->fields[i]), hints[i]);
  hint_at (self, GTK_WIDGET (self->avoid_heap_growth),
           N_ ("Keep off what the heap may grow into"));
  hint_at (self, GTK_WIDGET (self->avoid_stack_growth),
           N_ ("Keep off what the stack may grow into"));
  hint_at (self, GTK_WIDGET (self->avoid_stack_guard),
           N_ ("Keep off what the kernel leaves free below a stack"));
  hint_at (self, GTK_WIDGET (self->order_drop_down), NULL);
}
