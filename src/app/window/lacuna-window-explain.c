/* What the part with the focus means, for somebody who has no pointer to wait with.
 *
 * The scales and the chips of the legend say in a tooltip what they do. Without a pointer nobody
 * meets a tooltip, so the line of details, which says what is pointed at, says it as well while one of
 * them has the focus and the focus is shown.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-window-private.h"

/* (nullable): what a button says, whatever it is made of. */
static const char *
find_text (GtkWidget *widget)
{
  const char *text = NULL;

  if (GTK_IS_LABEL (widget))
    return gtk_label_get_label (GTK_LABEL (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && text == NULL;
       child = gtk_widget_get_next_sibling (child))
    text = find_text (child);
  return text;
}

/**
 * lacuna_window_explain_focus:
 *
 * Has the details say what has the focus in the bar of scales and legend; to be called whenever the
 * focus moves, or becomes visible.
 */
void
lacuna_window_explain_focus (LacunaWindow *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  const char *title = NULL;
  g_autofree char *sentence = NULL;

  if (gtk_widget_in_destruction (GTK_WIDGET (self)))
    return;
  if (focus != NULL && gtk_window_get_focus_visible (GTK_WINDOW (self))
      && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->toolbar)))
    {
      title = find_text (focus);
      sentence = g_strdup (gtk_widget_get_tooltip_text (focus));
      /* A tooltip may have several lines; here is one. */
      if (sentence != NULL)
        g_strdelimit (sentence, "\n", ' ');
    }
  lacuna_details_set_about (self->details, title, sentence);
}
