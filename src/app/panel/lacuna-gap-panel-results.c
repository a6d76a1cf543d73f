/* The results of the gap panel: a page of rows over all the matches that are kept.
 *
 * Ten thousand matches can be stepped through, but only a page of them has rows. Going past an end
 * of the page turns it, so that whoever steps need not know.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-gap-panel-private.h"
#include "lacuna-gap-row.h"
#include "lacuna-gap-words.h"
#include "app/window/lacuna-tab.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>

/**
 * lacuna_gap_panel_get_position:
 *
 * Returns: which of all the matches is selected; %GTK_INVALID_LIST_POSITION for none
 */
guint
lacuna_gap_panel_get_position (LacunaGapPanel *self)
{
  guint selected = gtk_single_selection_get_selected (self->selection);

  return selected == GTK_INVALID_LIST_POSITION
             ? selected
             : gtk_slice_list_model_get_offset (self->page) + selected;
}

static void
show_page (LacunaGapPanel *self)
{
  guint n_kept
      = self->results != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->results)) : 0;
  guint offset = gtk_slice_list_model_get_offset (self->page);
  guint n_here = g_list_model_get_n_items (G_LIST_MODEL (self->page));
  g_autofree char *first = NULL;
  g_autofree char *last = NULL;
  g_autofree char *all = NULL;
  g_autofree char *text = NULL;

  gtk_widget_set_visible (self->page_bar, n_kept > LACUNA_GAP_PANEL_PAGE);
  if (n_kept <= LACUNA_GAP_PANEL_PAGE)
    return;
  first = lacuna_format_count (offset + 1);
  last = lacuna_format_count (offset + n_here);
  all = lacuna_format_count (n_kept);
  /* Translators: a part of the list of matches: 51 to 100, of 10,000 in all. */
  text = g_strdup_printf (_ ("%s–%s of %s"), first, last, all);
  gtk_label_set_label (self->page_label, text);
  gtk_widget_set_sensitive (self->page_back_button, !self->stale && offset > 0);
  gtk_widget_set_sensitive (self->page_forward_button, !self->stale && offset + n_here < n_kept);
}

/**
 * lacuna_gap_panel_select_position:
 * @position: which of all the matches; %GTK_INVALID_LIST_POSITION for none
 *
 * Selects it, on its page, without saying so.
 */
void
lacuna_gap_panel_select_position (LacunaGapPanel *self,
                                  guint           position)
{
  self->updating++;
  if (position == GTK_INVALID_LIST_POSITION)
    gtk_single_selection_set_selected (self->selection, position);
  else
    {
      guint offset = position - position % LACUNA_GAP_PANEL_PAGE;

      if (offset != gtk_slice_list_model_get_offset (self->page))
        gtk_slice_list_model_set_offset (self->page, offset);
      gtk_single_selection_set_selected (self->selection, position - offset);
      lacuna_gap_panel_queue_reveal (self, TRUE);
    }
  self->updating--;
  show_page (self);
  gtk_widget_set_sensitive (self->copy_button, lacuna_gap_panel_get_selected (self) != NULL);
}

/* Which of the new results stands for what was selected before. A candidate that is still there
 * stays selected, unless it was merely the first: then the new first one is. Where nobody has said where
 * there is no reason for the first, which would be the page above address 0: nothing is selected before
 * somebody chooses it. */
static guint
position_to_select (LacunaGapPanel   *self,
                    LacunaGapResults *results)
{
  guint position = lacuna_gap_panel_get_position (self);
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (results));

  if (n_items == 0)
    return GTK_INVALID_LIST_POSITION;
  if (self->results != NULL && position != GTK_INVALID_LIST_POSITION && position > 0)
    {
      guint64 candidate = lacuna_gap_results_peek (self->results, position)->candidate;

      for (guint i = 0; i < n_items; i++)
        if (lacuna_gap_results_peek (results, i)->candidate == candidate)
          return i;
    }
  if (self->anywhere && (!self->match_is_chosen || position != 0))
    return GTK_INVALID_LIST_POSITION;
  return 0;
}

/**
 * lacuna_gap_panel_forget_first:
 *
 * To be called when something else is asked for: the first match was the first of what was asked before.
 */
void
lacuna_gap_panel_forget_first (LacunaGapPanel *self)
{
  if (lacuna_gap_panel_get_position (self) == 0)
    self->match_is_chosen = FALSE;
}

/**
 * lacuna_gap_panel_set_results:
 * @results: the answer to what is typed
 */
void
lacuna_gap_panel_set_results (LacunaGapPanel   *self,
                              LacunaGapResults *results)
{
  guint position = position_to_select (self, results);

  self->updating++;
  g_set_object (&self->results, results);
  self->advice_is_old = TRUE;
  gtk_slice_list_model_set_model (self->page, G_LIST_MODEL (results));
  self->stale = FALSE;
  if (position == GTK_INVALID_LIST_POSITION)
    self->match_is_chosen = FALSE;
  lacuna_gap_panel_select_position (self, position);
  /* Results come while one types: nothing scrolls away from the entry. */
  self->reveal_selected = FALSE;
  self->updating--;

  lacuna_gap_panel_show_headline (self);
  lacuna_gap_panel_emit_changed (self);
}

/* What is typed now has no answer: what is listed is kept for the eye alone. */
void
lacuna_gap_panel_set_stale (LacunaGapPanel *self)
{
  if (self->stale)
    return;
  self->stale = TRUE;
  show_page (self);
  lacuna_gap_panel_show_headline (self);
  gtk_widget_set_sensitive (self->copy_button, FALSE);
  lacuna_gap_panel_emit_changed (self);
}

/**
 * lacuna_gap_panel_turn_page:
 * @pages: how many pages on, negative for back
 *
 * Selects the first match of another page.
 */
void
lacuna_gap_panel_turn_page (LacunaGapPanel *self,
                            int             pages)
{
  gint64 position = (gint64) gtk_slice_list_model_get_offset (self->page)
                    + (gint64) pages * LACUNA_GAP_PANEL_PAGE;

  if (self->stale || self->results == NULL || position < 0
      || position >= g_list_model_get_n_items (G_LIST_MODEL (self->results)))
    return;
  self->match_is_chosen = TRUE;
  lacuna_gap_panel_select_position (self, (guint) position);
}

void
lacuna_gap_panel_setup_row (LacunaGapPanel *self,
                            GtkListItem    *item)
{
  gtk_list_item_set_child (item, lacuna_gap_row_new ());
}

void
lacuna_gap_panel_bind_row (LacunaGapPanel *self,
                           GtkListItem    *item)
{
  const struct lac_gap_query *query = lacuna_gap_results_get_query (self->results);
  const struct lac_map *map
      = lacuna_snapshot_get_map (lacuna_gap_results_get_snapshot (self->results));
  const struct lac_gap *gap = lacuna_gap_get (gtk_list_item_get_item (item));
  g_autofree char *sentence = lacuna_gap_candidate_sentence (gap, query);

  lacuna_gap_row_bind (gtk_list_item_get_child (item), gap,
                       lacuna_gap_candidate_risk (map, query, gap->candidate),
                       query->n_anchors > 0);
  gtk_widget_set_tooltip_text (gtk_list_item_get_child (item), sentence);
}

void
lacuna_gap_panel_start_results (LacunaGapPanel *self)
{
  self->page = gtk_slice_list_model_new (NULL, 0, LACUNA_GAP_PANEL_PAGE);
  self->selection = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (self->page)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_list_view_set_model (self->results_view, GTK_SELECTION_MODEL (self->selection));
  lacuna_tab_passes (GTK_WIDGET (self->results_view));
}

/**
 * lacuna_gap_panel_step:
 * @step: 1 for the next match, -1 for the one before
 *
 * Goes to another match and shows it; stops at either end of those kept.
 */
void
lacuna_gap_panel_step (LacunaGapPanel *self,
                       int             step)
{
  guint n_items;
  guint position;

  g_return_if_fail (LACUNA_IS_GAP_PANEL (self));

  if (self->results == NULL || self->stale)
    return;
  n_items = g_list_model_get_n_items (G_LIST_MODEL (self->results));
  position = lacuna_gap_panel_get_position (self);
  if (n_items == 0)
    return;
  if (position == GTK_INVALID_LIST_POSITION)
    position = 0;
  else if (step > 0 && position + 1 < n_items)
    position++;
  else if (step < 0 && position > 0)
    position--;

  self->match_is_chosen = TRUE;
  lacuna_gap_panel_select_position (self, position);
  g_signal_emit_by_name (self, "chosen");
}

/**
 * lacuna_gap_panel_select_gap:
 * @index: which gap of the map
 *
 * Selects the match in that gap, without showing it on the strip.
 *
 * Returns: FALSE when no match that is kept lies in it; the selection stays then
 */
gboolean
lacuna_gap_panel_select_gap (LacunaGapPanel *self,
                             gsize           index)
{
  guint position;

  g_return_val_if_fail (LACUNA_IS_GAP_PANEL (self), FALSE);

  if (self->stale || self->results == NULL
      || !lacuna_gap_results_find (self->results, index, &position))
    return FALSE;
  self->match_is_chosen = TRUE;
  lacuna_gap_panel_select_position (self, position);
  return TRUE;
}

/**
 * lacuna_gap_panel_get_selected:
 *
 * Returns: (transfer none) (nullable): the match whose candidate is to be shown
 */
LacunaGap *
lacuna_gap_panel_get_selected (LacunaGapPanel *self)
{
  g_return_val_if_fail (LACUNA_IS_GAP_PANEL (self), NULL);

  if (self->stale || self->results == NULL)
    return NULL;
  return gtk_single_selection_get_selected_item (self->selection);
}
