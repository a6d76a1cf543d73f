/* What the gap panel says above its results: how many gaps fit, or what is in the way, and what
 * would help.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-gap-panel-private.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>
#include <string.h>

static char *
headline_text (guint64  n_matches,
               gboolean stale)
{
  g_autofree char *count = lacuna_format_count (n_matches);

  if (n_matches == 0)
    return g_strdup (stale ? _ ("No gap fit the input before") : _ ("No gap fits"));
  if (stale)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                         "%s gap fit the input before",
                                         "%s gaps fit the input before",
                                         (gulong) n_matches),
                            count);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s gap fits", "%s gaps fit",
                                       (gulong) n_matches),
                          count);
}

/* What most of the gaps in reach have against them. */
static char *
obstacle_text (const LacunaGapAdvice      *advice,
               const struct lac_gap_query *query)
{
  enum lac_reason most = LAC_REASON_TOO_SMALL;
  guint64 n_gaps;
  g_autofree char *count = NULL;
  g_autofree char *size = NULL;

  if (advice->window_is_empty)
    return g_strdup (query->n_anchors > 1
                         ? _ ("No address is near enough to all anchors and between the bounds.")
                         : _ ("No address is both near enough to the anchor and between the "
                              "bounds."));
  for (guint i = 0; i < LAC_N_REASONS; i++)
    if (advice->n_rejected[i] > advice->n_rejected[most])
      most = (enum lac_reason) i;
  n_gaps = advice->n_rejected[most];
  if (n_gaps == 0)
    return g_strdup (_ ("Everything in reach is taken: there is no gap at all."));

  count = lacuna_format_count (n_gaps);
  switch (most)
    {
    case LAC_REASON_TOO_SMALL:
      size = lacuna_format_size (advice->largest);
      if (advice->largest == 0)
        return g_strdup_printf (
            g_dngettext (GETTEXT_PACKAGE, "%s gap in reach is too small.",
                         "%s gaps in reach are too small.", (gulong) n_gaps),
            count);
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE,
                       "%s gap is too small; the largest place in reach has %s.",
                       "%s gaps are too small; the largest place in reach has %s.",
                       (gulong) n_gaps),
          count, size);
    case LAC_REASON_HAZARD:
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE,
                       "%s gap has room only where it is risky.",
                       "%s gaps have room only where it is risky.",
                       (gulong) n_gaps),
          count);
    case LAC_REASON_MISALIGNED:
      size = lacuna_format_size (query->alignment);
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE,
                       "%s gap has room, but not at a multiple of %s.",
                       "%s gaps have room, but not at a multiple of %s.",
                       (gulong) n_gaps),
          count, size);
    case LAC_REASON_TOO_FAR:
      size = lacuna_format_size (query->within);
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE,
                       "%s gap has too little of it within %s.",
                       "%s gaps have too little of them within %s.",
                       (gulong) n_gaps),
          count, size);
    case LAC_REASON_BELOW_MIN:
    case LAC_REASON_ABOVE_MAX:
    case LAC_N_REASONS:
    default:
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE,
                       "%s gap has too little of it between the bounds.",
                       "%s gaps have too little of them between the bounds.",
                       (gulong) n_gaps),
          count);
    }
}

/* What a button that does it says. */
static char *
remedy_text (const LacunaRemedy *remedy)
{
  g_autofree char *size = lacuna_format_size (remedy->value);
  g_autofree char *more = lacuna_format_count (remedy->n_more);

  switch (remedy->kind)
    {
    case LACUNA_REMEDY_ALLOW:
      if (remedy->value == LAC_HAZARD_HEAP_GROWTH)
        return g_strdup_printf (
            g_dngettext (GETTEXT_PACKAGE, "Allow heap growth: %s more",
                         "Allow heap growth: %s more",
                         (gulong) remedy->n_more),
            more);
      if (remedy->value == LAC_HAZARD_STACK_GROWTH)
        return g_strdup_printf (
            g_dngettext (GETTEXT_PACKAGE, "Allow stack growth: %s more",
                         "Allow stack growth: %s more",
                         (gulong) remedy->n_more),
            more);
      if (remedy->value == LAC_HAZARD_STACK_GUARD)
        return g_strdup_printf (
            g_dngettext (GETTEXT_PACKAGE, "Allow the stack guard: %s more",
                         "Allow the stack guard: %s more",
                         (gulong) remedy->n_more),
            more);
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE, "Allow all risks: %s more",
                       "Allow all risks: %s more", (gulong) remedy->n_more),
          more);
    case LACUNA_REMEDY_WIDEN:
      return g_strdup_printf (_ ("Widen to ± %s"), size);
    case LACUNA_REMEDY_SHRINK:
      return g_strdup_printf (_ ("Ask for %s"), size);
    case LACUNA_REMEDY_REALIGN:
      return g_strdup_printf (_ ("Align to %s"), size);
    case LACUNA_REMEDY_UNBOUND:
    default:
      return g_strdup (_ ("Leave out minimum and maximum"));
    }
}

static void
remedy_clicked_cb (GtkButton      *button,
                   LacunaGapPanel *self)
{
  /* The buttons go as soon as something changes. */
  LacunaRemedy remedy
      = *(const LacunaRemedy *) g_object_get_data (G_OBJECT (button), "lacuna-remedy");

  /* The focus would be lost with the button. */
  if (gtk_widget_has_focus (GTK_WIDGET (button)))
    gtk_widget_grab_focus (g_ptr_array_index (self->anchors, 0));
  lacuna_gap_panel_apply (self, &remedy);
}

static GtkWidget *
make_remedy_button (LacunaGapPanel     *self,
                    const LacunaRemedy *remedy)
{
  g_autofree char *text = remedy_text (remedy);
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *button = gtk_button_new ();

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_button_set_child (GTK_BUTTON (button), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, text,
                                  -1);
  gtk_widget_add_css_class (button, "remedy");
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  g_object_set_data_full (G_OBJECT (button), "lacuna-remedy", g_memdup2 (remedy, sizeof *remedy),
                          g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (remedy_clicked_cb), self);
  return button;
}

/* A live process is searched anew each second. Buttons that stay the same stay where they are, with
 * the focus that may be on one of them; until there is new advice, the old one's stay. */
static void
show_remedies (LacunaGapPanel *self)
{
  guint n_remedies = 0;
  GtkWidget *child;

  if (self->advice != NULL && !self->stale && !self->form_is_empty)
    {
      if (self->advice_is_old)
        return;
      n_remedies = MIN (self->advice->n_remedies, LACUNA_GAP_PANEL_REMEDIES);
    }
  if (n_remedies == self->remedies->len
      && (n_remedies == 0
          || memcmp (self->remedies->data, self->advice->remedies,
                     n_remedies * sizeof (LacunaRemedy))
                 == 0))
    return;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->remedies_box))) != NULL)
    gtk_box_remove (self->remedies_box, child);
  g_array_set_size (self->remedies, 0);
  for (guint i = 0; i < n_remedies; i++)
    {
      g_array_append_val (self->remedies, self->advice->remedies[i]);
      gtk_box_append (self->remedies_box, make_remedy_button (self, &self->advice->remedies[i]));
    }
  gtk_widget_set_visible (GTK_WIDGET (self->remedies_box), n_remedies > 0);
}

/* (transfer full) (nullable): the sentence below the headline. */
static char *
explanation_text (LacunaGapPanel *self)
{
  guint64 n_matches = lacuna_gap_results_get_n_matches (self->results);
  guint n_kept = g_list_model_get_n_items (G_LIST_MODEL (self->results));

  if (self->stale)
    return g_strdup (_ ("Correct what is marked to search again."));
  if (n_matches == 0)
    {
      if (self->advice == NULL || self->advice_is_old)
        return self->obstacle_shown ? g_strdup (gtk_label_get_label (self->explanation)) : NULL;
      return obstacle_text (self->advice, lacuna_gap_results_get_query (self->results));
    }
  if (self->form_is_empty)
    return g_strdup (
        g_dngettext (GETTEXT_PACKAGE,
                     "It has room for a page. Type what the buffer must be near, or pick it on the strip.",
                     "They have room for a page. Type what the buffer must be near, or pick it on the "
                     "strip.",
                     n_matches));
  if (n_kept < n_matches)
    {
      g_autofree char *kept = lacuna_format_count (n_kept);
      g_autofree char *more = lacuna_format_count (n_matches - n_kept);

      return g_strdup_printf (_ ("The first %s can be stepped through; %s more are on the strip "
                                 "and in the list of gaps."),
                              kept, more);
    }
  return NULL;
}

/**
 * lacuna_gap_panel_show_headline:
 *
 * Says what the results come to, after any of them, the advice or the form has changed.
 */
void
lacuna_gap_panel_show_headline (LacunaGapPanel *self)
{
  g_autofree char *headline = NULL;
  g_autofree char *explanation = NULL;
  guint64 n_matches = 0;

  if (self->results == NULL)
    {
      gtk_label_set_label (self->headline, "");
      gtk_label_set_label (self->explanation, "");
    }
  else
    {
      n_matches = lacuna_gap_results_get_n_matches (self->results);
      headline = headline_text (n_matches, self->stale);
      explanation = explanation_text (self);
      gtk_label_set_label (self->headline, headline);
      gtk_label_set_label (self->explanation, explanation != NULL ? explanation : "");
    }
  self->obstacle_shown
      = explanation != NULL && !self->stale && self->results != NULL && n_matches == 0;
  gtk_widget_set_visible (GTK_WIDGET (self->explanation), explanation != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->results_view), n_matches > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->order_drop_down), n_matches > 0 && !self->stale);
  gtk_widget_set_visible (self->step_hint, n_matches > 1 && !self->stale);
  gtk_widget_set_sensitive (GTK_WIDGET (self->results_view), !self->stale);
  show_remedies (self);
}

/**
 * lacuna_gap_panel_show_error:
 * @message: what kept the search from an answer
 */
void
lacuna_gap_panel_show_error (LacunaGapPanel *self,
                             const char     *message)
{
  gtk_label_set_label (self->explanation, message);
  gtk_widget_set_visible (GTK_WIDGET (self->explanation), TRUE);
}
