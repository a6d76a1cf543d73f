/* LacunaLegend: what the strip's colours mean, for the colours that it shows, and a filter by them.
 *
 * A process without, say, shared memory has no word for it here, so that the row stays short; one
 * that is pressed stays, or nobody could let go of it. Each word explains itself in a sentence and
 * says how much there is. Where the row is too narrow it scrolls, to what has the focus too.
 *
 * With no chip pressed everything is shown, because a legend is read far more often than it is
 * used as a filter, and nine pressed buttons would look like a setting.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-legend.h"
#include "lacuna-swatch.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>

struct _LacunaLegend
{
  GtkWidget parent_instance;

  GtkWidget *scroller;
  GtkWidget *clear_button;
  GtkToggleButton *items[LACUNA_N_INKS];

  guint inks;        /* those that are pressed, as bits */
  gboolean updating; /* the legend itself lets go of chips */
};

enum
{
  INKS_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaLegend, lacuna_legend, GTK_TYPE_WIDGET)

static void
item_toggled_cb (LacunaLegend *self)
{
  guint inks = 0;

  if (self->updating)
    return;
  for (guint i = 0; i < LACUNA_N_INKS; i++)
    if (gtk_toggle_button_get_active (self->items[i]))
      inks |= 1u << i;
  if (inks == self->inks)
    return;

  self->inks = inks;
  /* The button goes when it is pressed; the focus may not go with it. */
  if (inks == 0 && gtk_widget_has_focus (self->clear_button))
    gtk_widget_child_focus (GTK_WIDGET (self), GTK_DIR_TAB_BACKWARD);
  gtk_widget_set_visible (self->clear_button, inks != 0);
  g_signal_emit (self, signals[INKS_CHANGED], 0);
}

static GtkToggleButton *
make_item (LacunaLegend *self,
           LacunaInk     ink)
{
  GtkWidget *item = gtk_toggle_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *swatch = lacuna_swatch_new ();
  GtkWidget *label = gtk_label_new (lacuna_ink_get_label (ink));

  lacuna_swatch_set (LACUNA_SWATCH (swatch), LACUNA_SWATCH_INK, ink);
  gtk_box_append (GTK_BOX (box), swatch);
  gtk_box_append (GTK_BOX (box), label);
  gtk_button_set_child (GTK_BUTTON (item), box);
  gtk_widget_add_css_class (item, "flat");
  gtk_widget_add_css_class (item, "legend-item");
  gtk_accessible_update_property (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  lacuna_ink_get_label (ink), -1);
  g_signal_connect_swapped (item, "toggled", G_CALLBACK (item_toggled_cb), self);
  return GTK_TOGGLE_BUTTON (item);
}

static void
lacuna_legend_dispose (GObject *object)
{
  LacunaLegend *self = LACUNA_LEGEND (object);

  g_clear_pointer (&self->scroller, gtk_widget_unparent);

  G_OBJECT_CLASS (lacuna_legend_parent_class)->dispose (object);
}

static void
lacuna_legend_class_init (LacunaLegendClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lacuna_legend_dispose;

  /* LacunaLegend::inks-changed: the user wants others, see lacuna_legend_get_inks(). */
  signals[INKS_CHANGED] = g_signal_new ("inks-changed", G_TYPE_FROM_CLASS (klass),
                                        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "legend");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
lacuna_legend_init (LacunaLegend *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);

  for (guint i = 0; i < LACUNA_N_INKS; i++)
    {
      self->items[i] = make_item (self, i);
      gtk_widget_set_visible (GTK_WIDGET (self->items[i]), FALSE);
      gtk_box_append (GTK_BOX (row), GTK_WIDGET (self->items[i]));
    }

  self->clear_button = gtk_button_new_from_icon_name ("edit-clear-symbolic");
  gtk_widget_add_css_class (self->clear_button, "flat");
  gtk_widget_add_css_class (self->clear_button, "legend-item");
  gtk_widget_set_tooltip_text (self->clear_button, _ ("Show All Colours"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->clear_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Show all colours"), -1);
  gtk_widget_set_visible (self->clear_button, FALSE);
  g_signal_connect_swapped (self->clear_button, "clicked", G_CALLBACK (lacuna_legend_clear),
                            self);
  gtk_box_append (GTK_BOX (row), self->clear_button);

  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_EXTERNAL,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (self->scroller), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), row);
  /* A scrolled window without anything in it takes the focus itself when Tab comes by. */
  gtk_widget_set_can_focus (self->scroller, FALSE);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->scroller), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Legend"), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Legend"), -1);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
      _ ("What the colours mean. Press some of them to show only those."), -1);
}

/**
 * lacuna_legend_set_census:
 * @census: (nullable): what the strip shows
 *
 * Shows the inks that occur in @census. O(log n).
 */
void
lacuna_legend_set_census (LacunaLegend *self,
                          LacunaCensus *census)
{
  guint64 bytes[LACUNA_N_INKS] = { 0 };
  gboolean any = FALSE;
  gsize n_regions;

  g_return_if_fail (LACUNA_IS_LEGEND (self));

  if (census != NULL)
    lacuna_census_count (census, (struct lac_range){ 0, LAC_ADDRESS_END }, bytes, &n_regions);
  for (guint i = 0; i < LACUNA_N_INKS; i++)
    {
      GtkWidget *item = GTK_WIDGET (self->items[i]);
      g_autofree char *size = lacuna_format_size (bytes[i]);
      g_autofree char *tooltip
          /* Translators: what a colour means, how much memory has it, and what the button does. */
          = g_strdup_printf (_ ("%s\n%s in all. Press to show only this."),
                             lacuna_ink_get_sentence (i), size);
      gboolean visible = bytes[i] > 0 || (self->inks & (1u << i)) != 0;

      any |= visible;
      gtk_widget_set_visible (item, visible);
      /* A tooltip that is set asks the display where the pointer is, whether or not it differs. */
      if (g_strcmp0 (gtk_widget_get_tooltip_text (item), tooltip) == 0)
        continue;
      gtk_widget_set_tooltip_text (item, tooltip);
      gtk_accessible_update_property (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                      tooltip, -1);
    }
  gtk_widget_set_can_focus (self->scroller, any);
}

/**
 * lacuna_legend_get_inks:
 *
 * Returns: a bit for each ink that is to be shown; %LACUNA_ALL_INKS when there is no filter
 */
guint
lacuna_legend_get_inks (LacunaLegend *self)
{
  g_return_val_if_fail (LACUNA_IS_LEGEND (self), LACUNA_ALL_INKS);

  return self->inks != 0 ? self->inks : LACUNA_ALL_INKS;
}

/**
 * lacuna_legend_clear:
 *
 * Shows everything again. Emits #LacunaLegend::inks-changed when that is a change.
 */
void
lacuna_legend_clear (LacunaLegend *self)
{
  g_return_if_fail (LACUNA_IS_LEGEND (self));

  self->updating = TRUE;
  for (guint i = 0; i < LACUNA_N_INKS; i++)
    gtk_toggle_button_set_active (self->items[i], FALSE);
  self->updating = FALSE;
  item_toggled_cb (self);
}
