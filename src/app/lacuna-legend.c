/* LacunaLegend: what the strip's colours mean, for the colours that it shows.
 *
 * A process without, say, shared memory has no word for it here, so that the row stays short. Each
 * word explains itself in a sentence and says how much there is, when the pointer rests on it.
 * Where the row is too narrow it scrolls.
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
  GtkWidget *items[LACUNA_N_INKS];
};

G_DEFINE_FINAL_TYPE (LacunaLegend, lacuna_legend, GTK_TYPE_WIDGET)

static GtkWidget *
make_item (LacunaInk ink)
{
  GtkWidget *item = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *swatch = lacuna_swatch_new ();
  GtkWidget *label = gtk_label_new (lacuna_ink_get_label (ink));

  lacuna_swatch_set (LACUNA_SWATCH (swatch), LACUNA_SWATCH_INK, ink);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (item, "legend-item");
  gtk_box_append (GTK_BOX (item), swatch);
  gtk_box_append (GTK_BOX (item), label);
  return item;
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
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "legend");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
lacuna_legend_init (LacunaLegend *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  for (guint i = 0; i < LACUNA_N_INKS; i++)
    {
      self->items[i] = make_item (i);
      gtk_box_append (GTK_BOX (row), self->items[i]);
    }

  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_EXTERNAL,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (self->scroller), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), row);
  /* A scrolled window takes the focus itself when Tab comes by, focusable or not; there is nothing
   * in this one that a key could do. */
  gtk_widget_set_can_focus (self->scroller, FALSE);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Legend"), -1);
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
  gsize n_regions;

  g_return_if_fail (LACUNA_IS_LEGEND (self));

  if (census != NULL)
    lacuna_census_count (census, (struct lac_range){ 0, LAC_ADDRESS_END }, bytes, &n_regions);
  for (guint i = 0; i < LACUNA_N_INKS; i++)
    {
      g_autofree char *size = lacuna_format_size (bytes[i]);
      /* Translators: what a colour means, and how much memory has it. */
      g_autofree char *tooltip
          = g_strdup_printf (_ ("%s\n%s in all."), lacuna_ink_get_sentence (i), size);

      gtk_widget_set_visible (self->items[i], bytes[i] > 0);
      gtk_widget_set_tooltip_text (self->items[i], tooltip);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->items[i]),
                                      GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, tooltip, -1);
    }
}
