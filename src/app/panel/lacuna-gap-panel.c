/* LacunaGapPanel: constraints in, gaps that satisfy them out, as one types.
 *
 * Every change starts a search and cancels the one before, so that the strip follows the typing. A
 * search is two steps on workers: reading the form (a name may need a symbol table), then the
 * query. While an entry is at fault the results of the last good form stay on the panel, so that
 * nothing jumps at each half-typed word, but they are stale: dimmed, said to be of the input
 * before, and for nobody else to see. Whoever half types `libc!malloc` must not be given the
 * answer for `libc`.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-gap-panel-private.h"
#include "app/lacuna-spare.h"
#include "app/lacuna-tooltip.h"

#include <glib/gi18n.h>

/* What is kept free above and below of what is scrolled to. */
#define REVEAL_MARGIN 8

enum
{
  RESULTS_CHANGED,
  SELECTED,
  CHOSEN,
  COPIED,
  PICK_ANCHOR,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaGapPanel, lacuna_gap_panel, LACUNA_TYPE_LATER)

void
lacuna_gap_panel_emit_changed (LacunaGapPanel *self)
{
  g_signal_emit (self, signals[RESULTS_CHANGED], 0);
}

void
lacuna_gap_panel_emit_pick (LacunaGapPanel *self,
                            gboolean        picking)
{
  g_signal_emit (self, signals[PICK_ANCHOR], 0, picking);
}

/* What is in view */

/* Scrolls as little as need be to have all of @first to @last in view, of which @first matters more
 * when there is not room for both. */
static void
reveal (LacunaGapPanel *self,
        GtkWidget      *first,
        GtkWidget      *last)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  graphene_rect_t top;
  graphene_rect_t bottom;
  double lower;
  double upper;

  if (!gtk_widget_compute_bounds (first, self->content, &top)
      || !gtk_widget_compute_bounds (last, self->content, &bottom))
    return;
  lower = top.origin.y - REVEAL_MARGIN;
  upper = bottom.origin.y + bottom.size.height + REVEAL_MARGIN;
  gtk_adjustment_clamp_page (adjustment, lower,
                             MIN (upper, lower + gtk_adjustment_get_page_size (adjustment)));
}

static void
reveal_match (LacunaGapPanel *self)
{
  GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self->results_view));
  guint position = gtk_single_selection_get_selected (self->selection);

  if (position == GTK_INVALID_LIST_POSITION)
    return;
  while (row != NULL && position-- > 0)
    row = gtk_widget_get_next_sibling (row);
  if (row != NULL)
    reveal (self, row, row);
}

/* Where one types is in view, and so is what is wrong with it. */
static void
reveal_fault (LacunaGapPanel *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *field
      = focus != NULL ? gtk_widget_get_ancestor (focus, LACUNA_TYPE_FIELD) : NULL;

  if (field != NULL && gtk_widget_is_ancestor (field, self->content)
      && lacuna_field_get_fault (LACUNA_FIELD (field)) != NULL)
    reveal (self, field, lacuna_gap_panel_fault_place (self, LACUNA_FIELD (field)));
}

static gboolean
reveal_cb (gpointer user_data)
{
  LacunaGapPanel *self = user_data;

  self->reveal_source = 0;
  if (self->reveal_selected)
    reveal_match (self);
  else
    reveal_fault (self);
  return G_SOURCE_REMOVE;
}

/**
 * lacuna_gap_panel_queue_reveal:
 * @selected: the selected match; otherwise the field that has the focus, when it is at fault
 *
 * Scrolls to it after the next layout: what has just appeared has no place before.
 */
void
lacuna_gap_panel_queue_reveal (LacunaGapPanel *self,
                               gboolean        selected)
{
  self->reveal_selected = selected;
  if (self->reveal_source == 0)
    self->reveal_source = g_idle_add_full (GDK_PRIORITY_REDRAW + 10, reveal_cb, self, NULL);
}

/* Searching */

static void
advised_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (LacunaGapPanel) self = user_data;
  LacunaGapAdvice *advice = lacuna_gap_advice_find_finish (result, NULL);

  if (advice == NULL)
    return;
  g_free (self->advice);
  self->advice = advice;
  self->advice_is_old = FALSE;
  lacuna_gap_panel_show_headline (self);
}

static void
searched_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (LacunaGapPanel) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaGapResults) results = lacuna_gap_results_search_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->searching = FALSE;
  if (results == NULL)
    {
      lacuna_gap_panel_set_stale (self);
      lacuna_gap_panel_show_error (self, error->message);
      return;
    }
  g_strfreev (self->names);
  self->names = g_steal_pointer (&self->coming_names);
  lacuna_gap_panel_set_results (self, results);
  lacuna_gap_advice_find_async (results, self->cancellable, advised_cb, g_object_ref (self));
}

/* How the anchors were typed, for whoever copies what finds a match. */
static GStrv
anchor_names (LacunaGapPanel         *self,
              const LacunaGapReading *reading)
{
  GStrv names = g_new0 (char *, reading->query.n_anchors + 1);

  for (gsize i = 0; i < reading->query.n_anchors; i++)
    {
      LacunaField *field = g_ptr_array_index (self->anchors, reading->anchor_of[i]);

      names[i] = g_strstrip (g_strdup (lacuna_field_get_text (field)));
      if (!lacuna_gap_copy_has_name (names[i]))
        *names[i] = '\0';
    }
  return names;
}

static void
form_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (LacunaGapPanel) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaGapReading) reading = lacuna_gap_form_read_finish (result, &error);

  if (reading == NULL)
    return;
  lacuna_gap_panel_show_faults (self, reading);
  if (reading->faults->len > 0)
    {
      self->searching = FALSE;
      /* That there is no answer may be known; that something else is asked is not. */
      if (self->stale)
        lacuna_gap_panel_emit_changed (self);
      else
        lacuna_gap_panel_set_stale (self);
      return;
    }
  g_strfreev (self->coming_names);
  self->coming_names = anchor_names (self, reading);
  lacuna_gap_results_search_async (self->snapshot, &reading->query, LACUNA_GAP_PANEL_KEPT,
                                   self->cancellable, searched_cb, g_object_ref (self));
}

/**
 * lacuna_gap_panel_search:
 *
 * Answers what is typed now; the search before it is dropped.
 */
void
lacuna_gap_panel_search (LacunaGapPanel *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->snapshot == NULL)
    return;
  self->cancellable = g_cancellable_new ();
  self->searching = TRUE;
  self->form_is_empty = lacuna_gap_panel_form_is_empty (self);
  self->anywhere = lacuna_gap_panel_asks_no_place (self);
  lacuna_gap_form_read_async (lacuna_gap_panel_make_form (self), self->target, self->snapshot,
                              self->cancellable, form_read_cb, g_object_ref (self));
}

static void
constraint_changed_cb (LacunaGapPanel *self)
{
  lacuna_gap_panel_forget_first (self);
  lacuna_gap_panel_search (self);
}

static void
order_changed_cb (LacunaGapPanel *self)
{
  self->order_is_chosen = !self->follows_anchors;
  constraint_changed_cb (self);
}

/* Results */

static void
selection_changed_cb (LacunaGapPanel *self)
{
  /* While results are exchanged nothing is selected for a moment, and an insensitive button would
   * close its menu. */
  if (self->updating > 0)
    return;
  self->match_is_chosen = lacuna_gap_panel_get_selected (self) != NULL;
  gtk_widget_set_sensitive (self->copy_button, lacuna_gap_panel_get_selected (self) != NULL);
  g_signal_emit (self, signals[SELECTED], 0);
}

/* A click on the row that is selected already (the first is, from the start) also moves the
 * strip. */
static void
result_activated_cb (LacunaGapPanel *self,
                     guint           position)
{
  g_signal_emit (self, signals[CHOSEN], 0);
}

static void
result_released_cb (LacunaGapPanel  *self,
                    int              n_press,
                    double           x,
                    double           y,
                    GtkGestureClick *gesture)
{
  if (lacuna_gap_panel_get_selected (self) != NULL)
    g_signal_emit (self, signals[CHOSEN], 0);
}

static void
page_back_cb (LacunaGapPanel *self)
{
  lacuna_gap_panel_turn_page (self, -1);
}

static void
page_forward_cb (LacunaGapPanel *self)
{
  lacuna_gap_panel_turn_page (self, 1);
}

static void
lacuna_gap_panel_dispose (GObject *object)
{
  LacunaGapPanel *self = LACUNA_GAP_PANEL (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->reveal_source, g_source_remove);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->page);
  g_clear_object (&self->results);
  g_clear_object (&self->snapshot);
  g_clear_object (&self->target);

  G_OBJECT_CLASS (lacuna_gap_panel_parent_class)->dispose (object);
}

static void
lacuna_gap_panel_finalize (GObject *object)
{
  g_ptr_array_unref (LACUNA_GAP_PANEL (object)->anchors);
  g_free (LACUNA_GAP_PANEL (object)->advice);
  g_strfreev (LACUNA_GAP_PANEL (object)->names);
  g_strfreev (LACUNA_GAP_PANEL (object)->coming_names);
  g_array_unref (LACUNA_GAP_PANEL (object)->remedies);
  g_free (LACUNA_GAP_PANEL (object)->why_not);
  g_free (LACUNA_GAP_PANEL (object)->why_not_allocate);

  G_OBJECT_CLASS (lacuna_gap_panel_parent_class)->finalize (object);
}

/* What is said of a button that can't be pressed takes the place of what it does. */
static void
explain (GtkWidget  *button,
         const char *words)
{
  if (g_strcmp0 (gtk_widget_get_tooltip_text (button), words) == 0)
    return;
  gtk_widget_set_tooltip_text (button, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words,
                                  -1);
}

static void
show_why_not (LacunaGapPanel *self)
{
  explain (self->create_here_button,
           self->why_not != NULL
               ? self->why_not
               : _ ("Make a shared buffer at the candidate: everybody in the process may fill it, and it "
                    "is never freed"));
  explain (self->allocate_here_button,
           self->why_not_allocate != NULL
               ? self->why_not_allocate
               : _ ("Allocate at the candidate, with a protection of your choice: memory that only Lacuna "
                    "knows of, and that can be freed"));
  gtk_widget_set_sensitive (self->allocate_here_button, self->why_not_allocate == NULL);
}

static void
lacuna_gap_panel_build (LacunaLater *later)
{
  LacunaGapPanel *self = LACUNA_GAP_PANEL (later);

  lacuna_spare_make (gtk_widget_get_parent (self->step_hint));
  lacuna_tooltip_yield_to_menu (GTK_MENU_BUTTON (self->allocate_here_button));
  /* The button in it is what has the focus, and would be called as the one on the page of buffers. */
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (gtk_widget_get_first_child (self->allocate_here_button)),
      GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Allocate Here"), -1);
  lacuna_tooltip_yield_to_menu (GTK_MENU_BUTTON (self->copy_button));
  lacuna_gap_panel_start_results (self);
  g_signal_connect_swapped (self->selection, "notify::selected",
                            G_CALLBACK (selection_changed_cb), self);
  lacuna_gap_panel_start_fields (self);
  lacuna_gap_panel_show_headline (self);
  show_why_not (self);
}

static void
lacuna_gap_panel_set_template (GtkWidgetClass *widget_class)
{
  static const char *const entries[LACUNA_N_ENTRIES] = {
    [LACUNA_ENTRY_MINIMUM] = "minimum", [LACUNA_ENTRY_MAXIMUM] = "maximum",
    [LACUNA_ENTRY_WITHIN] = "within",   [LACUNA_ENTRY_SIZE] = "size",
    [LACUNA_ENTRY_ALIGNMENT] = "alignment",
  };

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/lacuna_project/Lacuna/ui/gap-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, box);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, scroller);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, content);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, anchors_box);
  for (guint i = 0; i < LACUNA_N_ENTRIES; i++)
    gtk_widget_class_bind_template_child_full (
        widget_class, entries[i], FALSE,
        G_STRUCT_OFFSET (LacunaGapPanel, fields) + (gssize) (i * sizeof (LacunaField *)));
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, avoid_heap_growth);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, avoid_stack_growth);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, avoid_stack_guard);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, order_drop_down);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, headline);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, sizes_fault);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, bounds_fault);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, explanation);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, results_view);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, step_hint);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, remedies_box);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, page_bar);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, page_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, page_back_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, page_forward_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, hint);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, create_here_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, allocate_here_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, copy_button);
  gtk_widget_class_bind_template_callback (widget_class, constraint_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, order_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_gap_panel_setup_row);
  gtk_widget_class_bind_template_callback (widget_class, lacuna_gap_panel_bind_row);
  gtk_widget_class_bind_template_callback (widget_class, result_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, result_released_cb);
  gtk_widget_class_bind_template_callback (widget_class, page_back_cb);
  gtk_widget_class_bind_template_callback (widget_class, page_forward_cb);
}

static void
lacuna_gap_panel_class_init (LacunaGapPanelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lacuna_gap_panel_dispose;
  object_class->finalize = lacuna_gap_panel_finalize;
  LACUNA_LATER_CLASS (klass)->set_template = lacuna_gap_panel_set_template;
  LACUNA_LATER_CLASS (klass)->build = lacuna_gap_panel_build;

  /* LacunaGapPanel::results-changed: there are new results, or other ones. */
  signals[RESULTS_CHANGED]
      = g_signal_new ("results-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                      NULL, NULL, G_TYPE_NONE, 0);
  /* LacunaGapPanel::selected: the user went to another result. */
  signals[SELECTED] = g_signal_new ("selected", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 0);
  /* LacunaGapPanel::chosen: the user clicked or activated the selected result: show it. */
  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
  /* LacunaGapPanel::copied: something is on the clipboard; what, in a few words. */
  signals[COPIED] = g_signal_new ("copied", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /* LacunaGapPanel::pick-anchor: an anchor is to be picked on the strip, or no longer. */
  signals[PICK_ANCHOR] = g_signal_new ("pick-anchor", G_TYPE_FROM_CLASS (klass),
                                       G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                       G_TYPE_BOOLEAN);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
lacuna_gap_panel_init (LacunaGapPanel *self)
{
  g_type_ensure (LACUNA_TYPE_FIELD);
  self->anchors = g_ptr_array_new ();
  self->remedies = g_array_new (FALSE, FALSE, sizeof (LacunaRemedy));
}

/**
 * lacuna_gap_panel_set_snapshot:
 * @target: whose names may be used in addresses
 * @snapshot: a snapshot of @target, to be searched
 *
 * Searches @snapshot for what is typed in the panel. The old results stay until the new ones come.
 */
void
lacuna_gap_panel_set_snapshot (LacunaGapPanel *self,
                               LacunaTarget   *target,
                               LacunaSnapshot *snapshot)
{
  g_return_if_fail (LACUNA_IS_GAP_PANEL (self));

  lacuna_later_build (self);
  g_set_object (&self->target, target);
  g_set_object (&self->snapshot, snapshot);
  lacuna_gap_panel_follow_snapshot (self);
  lacuna_gap_panel_search (self);
}

/**
 * lacuna_gap_panel_get_results:
 *
 * Returns: (transfer none) (nullable): the newest results; NULL while what is typed has none,
 *   since something in it is wrong, and before the first search is done
 */
LacunaGapResults *
lacuna_gap_panel_get_results (LacunaGapPanel *self)
{
  g_return_val_if_fail (LACUNA_IS_GAP_PANEL (self), NULL);

  return self->stale ? NULL : self->results;
}

/**
 * lacuna_gap_panel_get_anywhere:
 *
 * Returns: whether nobody has said where: neither an anchor nor a bound, nor an order that somebody chose
 */
gboolean
lacuna_gap_panel_get_anywhere (LacunaGapPanel *self)
{
  g_return_val_if_fail (LACUNA_IS_GAP_PANEL (self), FALSE);

  return self->anywhere;
}

/**
 * lacuna_gap_panel_is_searching:
 *
 * Returns: whether what is typed has not been answered yet
 */
gboolean
lacuna_gap_panel_is_searching (LacunaGapPanel *self)
{
  g_return_val_if_fail (LACUNA_IS_GAP_PANEL (self), FALSE);

  return self->searching;
}

/**
 * lacuna_gap_panel_is_at_fault:
 *
 * Returns: whether what is typed has no answer because something in it is wrong, which is marked
 */
gboolean
lacuna_gap_panel_is_at_fault (LacunaGapPanel *self)
{
  g_return_val_if_fail (LACUNA_IS_GAP_PANEL (self), FALSE);

  return self->stale && !self->searching;
}

/**
 * lacuna_gap_panel_set_why_not:
 * @why_not: (nullable): why no buffer can be made at the selected match
 * @why_not_allocate: (nullable): why no private memory can be
 *
 * Says it on the buttons that would make one.
 */
void
lacuna_gap_panel_set_why_not (LacunaGapPanel *self,
                              const char     *why_not,
                              const char     *why_not_allocate)
{
  g_return_if_fail (LACUNA_IS_GAP_PANEL (self));

  if (g_strcmp0 (self->why_not, why_not) == 0
      && g_strcmp0 (self->why_not_allocate, why_not_allocate) == 0)
    return;
  g_free (self->why_not);
  g_free (self->why_not_allocate);
  self->why_not = g_strdup (why_not);
  self->why_not_allocate = g_strdup (why_not_allocate);
  if (lacuna_later_is_built (self))
    show_why_not (self);
}

/**
 * lacuna_gap_panel_copy:
 * @kind: in which form
 *
 * Puts the selected match on the clipboard, and says so with #LacunaGapPanel::copied. Does nothing
 * while nothing is selected.
 */
void
lacuna_gap_panel_copy (LacunaGapPanel *self,
                       LacunaCopyKind  kind)
{
  LacunaGap *gap;
  g_autofree char *text = NULL;
  g_autofree char *name = NULL;

  g_return_if_fail (LACUNA_IS_GAP_PANEL (self));

  gap = lacuna_gap_panel_get_selected (self);
  if (gap == NULL)
    return;
  text = lacuna_gap_copy_text (self->results, lacuna_gap_get (gap),
                               (const char *const *) self->names, kind);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  name = lacuna_gap_copy_name (text, kind);
  g_signal_emit (self, signals[COPIED], 0, name);
}
