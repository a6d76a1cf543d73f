/* The rows of the gap panel's results: where the buffer would go, how much room there is, and how
 * far from the first anchor that is. A place that is risky says so itself: someone who turned an
 * Avoid off is otherwise shown it as the best place there is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-gap-row.h"
#include "lacuna-gap-words.h"
#include "app/lacuna-isolate.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>

/**
 * lacuna_gap_row_new:
 *
 * Returns: (transfer floating): an empty row
 */
GtkWidget *
lacuna_gap_row_new (void)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1);
  GtkWidget *address = gtk_label_new (NULL);
  GtkWidget *room = gtk_label_new (NULL);
  GtkWidget *risk = gtk_label_new (NULL);
  GtkWidget *distance = gtk_label_new (NULL);

  gtk_widget_add_css_class (address, "address");
  gtk_widget_add_css_class (address, "heading");
  gtk_label_set_xalign (GTK_LABEL (address), 0);
  gtk_label_set_ellipsize (GTK_LABEL (address), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (room, "caption");
  gtk_widget_add_css_class (room, "dim-label");
  gtk_widget_add_css_class (room, "numeric");
  gtk_label_set_xalign (GTK_LABEL (room), 0);
  gtk_label_set_ellipsize (GTK_LABEL (room), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (risk, "caption");
  gtk_widget_add_css_class (risk, "risky");
  gtk_label_set_xalign (GTK_LABEL (risk), 0);
  gtk_label_set_wrap (GTK_LABEL (risk), TRUE);
  gtk_widget_add_css_class (distance, "distance");
  gtk_widget_add_css_class (distance, "numeric");
  gtk_widget_set_hexpand (lines, TRUE);
  gtk_box_append (GTK_BOX (lines), address);
  gtk_box_append (GTK_BOX (lines), room);
  gtk_box_append (GTK_BOX (lines), risk);
  gtk_box_append (GTK_BOX (row), lines);
  gtk_box_append (GTK_BOX (row), distance);
  return row;
}

/**
 * lacuna_gap_row_bind:
 * @row: made by lacuna_gap_row_new()
 * @gap: (borrowed): a gap that fits
 * @hazards: enum lac_hazard values of what the candidate itself would lie in
 * @has_anchor: whether its distance means anything
 *
 * Shows @gap in @row.
 */
void
lacuna_gap_row_bind (GtkWidget            *row,
                     const struct lac_gap *gap,
                     unsigned              hazards,
                     gboolean              has_anchor)
{
  GtkWidget *lines = gtk_widget_get_first_child (row);
  GtkLabel *address = GTK_LABEL (gtk_widget_get_first_child (lines));
  GtkLabel *room = GTK_LABEL (gtk_widget_get_next_sibling (GTK_WIDGET (address)));
  GtkLabel *risk = GTK_LABEL (gtk_widget_get_last_child (lines));
  GtkLabel *distance = GTK_LABEL (gtk_widget_get_last_child (row));
  g_autofree char *address_text
      = lacuna_isolate (lacuna_format_address_prefixed (gap->candidate));
  g_autofree char *size_text = lacuna_format_size (lac_range_size (gap->range));
  g_autofree char *capacity_text = lacuna_gap_capacity_words (gap->capacity, 0);
  g_autofree char *room_text
      /* Translators: of a gap: its size, and how many buffers it has room for: "2 MiB free, fits
       * 31 ×". */
      = g_strdup_printf (_ ("%s free, %s"), size_text, capacity_text);
  g_autofree char *distance_text
      = has_anchor ? lacuna_isolate (lacuna_format_distance (gap->distance)) : g_strdup ("");
  const char *risk_text = hazards != 0 ? lacuna_gap_risk_words (hazards) : "";
  GtkWidget *item = gtk_widget_get_parent (row);

  gtk_label_set_label (address, address_text);
  gtk_label_set_label (room, room_text);
  gtk_label_set_label (distance, distance_text);
  gtk_label_set_label (risk, risk_text);
  gtk_widget_set_visible (GTK_WIDGET (risk), hazards != 0);
  if (hazards != 0)
    gtk_widget_add_css_class (GTK_WIDGET (distance), "risky");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (distance), "risky");

  /* The list's item has the focus, and GTK 4.8 gives it no name. */
  if (item != NULL)
    {
      const char *words[5] = { address_text, room_text };
      g_autofree char *said = NULL;
      guint n_words = 2;

      if (hazards != 0)
        words[n_words++] = risk_text;
      if (has_anchor)
        words[n_words++] = distance_text;
      said = g_strjoinv (", ", (char **) words);
      gtk_accessible_update_property (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_PROPERTY_LABEL, said, -1);
    }
}
