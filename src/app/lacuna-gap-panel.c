/* LacunaGapPanel: constraints in, gaps that satisfy them out, as one types.
 *
 * Every change starts a search and cancels the one before, so that the strip follows the typing. A
 * search is two steps on workers: reading the form (a name may need a symbol table), then the
 * query. While an entry is at fault the results of the last good form stay on the panel, so that
 * nothing jumps at each half-typed word, but they are stale: dimmed, said to be of the input
 * before, and for nobody else to see. Whoever half types `libc!malloc` must not be given the
 * answer for `libc`.
 *
 * There is always one empty anchor entry at the end: typing into it adds the next one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-gap-panel.h"
#include "lacuna-field.h"
#include "lacuna-gap-copy.h"
#include "lacuna-gap-form.h"
#include "lacuna-gap-row.h"
#include "lacuna-gap-words.h"
#include "lacuna-tab.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>
#include <inttypes.h>

/* How many gaps are listed; the rest are counted. All of them have a row in the panel, which
 * scrolls as a whole: in a low window a form and a list that scroll by themselves would leave each
 * other no room. */
#define RESULTS_LIMIT 50

/* What is kept free above and below of what is scrolled to. */
#define REVEAL_MARGIN 8

struct _LacunaGapPanel
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkScrolledWindow *scroller;
  GtkWidget *content;
  GtkBox *anchors_box;
  LacunaField *fields[LACUNA_N_ENTRIES];
  GtkToggleButton *avoid_heap_growth;
  GtkToggleButton *avoid_stack_growth;
  GtkToggleButton *avoid_stack_guard;
  GtkDropDown *order_drop_down;
  GtkLabel *sizes_fault;
  GtkLabel *bounds_fault;
  GtkLabel *headline;
  GtkLabel *explanation;
  GtkListView *results_view;
  GtkWidget *copy_button;

  GPtrArray *anchors; /* of LacunaField, borrowed from anchors_box */
  LacunaField *picking_for; /* borrowed: which of them asked for a place on the strip */
  GtkSingleSelection *selection;
  LacunaTarget *target;
  LacunaSnapshot *snapshot;
  LacunaGapResults *results;
  GCancellable *cancellable;
  gboolean had_anchors;
  gboolean searching;
  gboolean stale; /* the results answer an earlier form, not what is typed now */
  guint reveal_source;
  guint updating; /* above 0 while the panel itself changes the selection */
};

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

G_DEFINE_FINAL_TYPE (LacunaGapPanel, lacuna_gap_panel, GTK_TYPE_WIDGET)

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
reveal_result (LacunaGapPanel *self,
               guint           position)
{
  GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self->results_view));

  while (row != NULL && position-- > 0)
    row = gtk_widget_get_next_sibling (row);
  if (row != NULL)
    reveal (self, row, row);
}

/* The label below the row that @field stands in, which says what is wrong with it; the field itself
 * when that does. */
static GtkWidget *
fault_place (LacunaGapPanel *self,
             LacunaField    *field)
{
  for (guint i = 0; i < LACUNA_N_ENTRIES; i++)
    if (self->fields[i] == field)
      return i == LACUNA_ENTRY_MINIMUM || i == LACUNA_ENTRY_MAXIMUM
                 ? GTK_WIDGET (self->bounds_fault)
                 : GTK_WIDGET (self->sizes_fault);
  return GTK_WIDGET (field);
}

/* Where one types is in view, and so is what is wrong with it. */
static gboolean
reveal_fault_cb (gpointer user_data)
{
  LacunaGapPanel *self = user_data;
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *field
      = focus != NULL ? gtk_widget_get_ancestor (focus, LACUNA_TYPE_FIELD) : NULL;

  self->reveal_source = 0;
  if (field != NULL && gtk_widget_is_ancestor (field, self->content)
      && lacuna_field_get_fault (LACUNA_FIELD (field)) != NULL)
    reveal (self, field, fault_place (self, LACUNA_FIELD (field)));
  return G_SOURCE_REMOVE;
}

/* After the next layout: what has just appeared has no place before. */
static void
queue_reveal_fault (LacunaGapPanel *self)
{
  if (self->reveal_source == 0)
    self->reveal_source
        = g_idle_add_full (GDK_PRIORITY_REDRAW + 10, reveal_fault_cb, self, NULL);
}

static void
follow_focus (LacunaGapPanel *self,
              LacunaField    *field)
{
  GtkEventController *controller = gtk_event_controller_focus_new ();

  g_signal_connect_swapped (controller, "enter", G_CALLBACK (queue_reveal_fault), self);
  gtk_widget_add_controller (GTK_WIDGET (field), controller);
}

static void
show_headline (LacunaGapPanel *self)
{
  guint64 n_matches = lacuna_gap_results_get_n_matches (self->results);
  guint n_listed = g_list_model_get_n_items (G_LIST_MODEL (self->results));
  g_autofree char *headline = NULL;

  if (n_matches == 0)
    headline = g_strdup (self->stale ? _ ("No gap fit the input before") : _ ("No gap fits"));
  else if (self->stale)
    headline = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                             "%'" PRIu64 " gap fit the input before",
                                             "%'" PRIu64 " gaps fit the input before",
                                             (gulong) n_matches),
                                n_matches);
  else
    headline = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%'" PRIu64 " gap fits",
                                             "%'" PRIu64 " gaps fit",
                                             (gulong) n_matches),
                                n_matches);
  gtk_label_set_label (self->headline, headline);

  if (self->stale)
    gtk_label_set_label (self->explanation, _ ("Correct what is marked to search again."));
  else if (n_matches == 0)
    gtk_label_set_label (self->explanation, _ (lac_status_sentence (LAC_E_NO_GAP)));
  else if (n_listed < n_matches)
    {
      g_autofree char *text = g_strdup_printf (_ ("The first %'u are listed."), n_listed);

      gtk_label_set_label (self->explanation, text);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->explanation),
                          self->stale || n_matches == 0 || n_listed < n_matches);
  gtk_widget_set_visible (GTK_WIDGET (self->results_view), n_matches > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->order_drop_down), n_matches > 0 && !self->stale);
  gtk_widget_set_sensitive (GTK_WIDGET (self->results_view), !self->stale);
}

static void
update_copy_button (LacunaGapPanel *self)
{
  gtk_widget_set_sensitive (self->copy_button, lacuna_gap_panel_get_selected (self) != NULL);
}

/* Which of the new results stands for what was selected before. A candidate that is still there
 * stays selected, unless it was merely the first: then the new first one is. */
static guint
position_to_select (LacunaGapPanel   *self,
                    LacunaGapResults *results)
{
  LacunaGap *before = gtk_single_selection_get_selected_item (self->selection);
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (results));

  if (n_items == 0)
    return GTK_INVALID_LIST_POSITION;
  if (before != NULL && gtk_single_selection_get_selected (self->selection) > 0)
    {
      for (guint i = 0; i < n_items; i++)
        {
          g_autoptr (LacunaGap) gap = g_list_model_get_item (G_LIST_MODEL (results), i);

          if (lacuna_gap_get (gap)->candidate == lacuna_gap_get (before)->candidate)
            return i;
        }
    }
  return 0;
}

static void
set_results (LacunaGapPanel   *self,
             LacunaGapResults *results)
{
  guint position = position_to_select (self, results);

  self->updating++;
  g_set_object (&self->results, results);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (results));
  gtk_single_selection_set_selected (self->selection, position);
  self->updating--;
  self->stale = FALSE;

  show_headline (self);
  update_copy_button (self);
  g_signal_emit (self, signals[RESULTS_CHANGED], 0);
}

/* What is typed now has no answer: what is listed is kept for the eye alone. */
static void
set_stale (LacunaGapPanel *self)
{
  if (self->stale)
    return;
  self->stale = TRUE;
  if (self->results != NULL)
    show_headline (self);
  update_copy_button (self);
  g_signal_emit (self, signals[RESULTS_CHANGED], 0);
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
      set_stale (self);
      gtk_label_set_label (self->explanation, error->message);
      gtk_widget_set_visible (GTK_WIDGET (self->explanation), TRUE);
      return;
    }
  set_results (self, results);
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

static void
show_faults (LacunaGapPanel         *self,
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
    queue_reveal_fault (self);
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
        lacuna_field_set_note (field, address);
    }
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
  show_faults (self, reading);
  if (reading->faults->len > 0)
    {
      self->searching = FALSE;
      set_stale (self);
      return;
    }
  lacuna_gap_results_search_async (self->snapshot, &reading->query, RESULTS_LIMIT,
                                   self->cancellable, searched_cb, g_object_ref (self));
}

static LacunaGapForm *
make_form (LacunaGapPanel *self)
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

static void
search (LacunaGapPanel *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->snapshot == NULL)
    return;
  self->cancellable = g_cancellable_new ();
  self->searching = TRUE;
  lacuna_gap_form_read_async (make_form (self), self->target, self->snapshot, self->cancellable,
                              form_read_cb, g_object_ref (self));
}

static void
constraint_changed_cb (LacunaGapPanel *self)
{
  search (self);
}

/* Anchors */

static void append_anchor (LacunaGapPanel *self);

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
      /* The one that only waits for another anchor takes as little room as it can. */
      lacuna_field_set_slim (field, last && i > 0);
      lacuna_field_set_placeholder (field, i == 0 ? _ ("An address, [heap], libc.so.6+0x40")
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
  if (order == (has_anchors ? LAC_ORDER_LOWEST : LAC_ORDER_NEAREST))
    gtk_drop_down_set_selected (self->order_drop_down,
                                has_anchors ? LAC_ORDER_NEAREST : LAC_ORDER_LOWEST);
}

static void
anchor_changed_cb (LacunaGapPanel *self,
                   LacunaField    *field)
{
  if (field == g_ptr_array_index (self->anchors, self->anchors->len - 1)
      && *lacuna_field_get_text (field) != '\0')
    append_anchor (self);
  follow_anchors (self);
  search (self);
}

/* Picking ends from this side: the strip is told. */
static void
stop_picking (LacunaGapPanel *self)
{
  if (self->picking_for == NULL)
    return;
  lacuna_field_set_picking (self->picking_for, FALSE);
  self->picking_for = NULL;
  g_signal_emit (self, signals[PICK_ANCHOR], 0, FALSE);
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
  g_signal_emit (self, signals[PICK_ANCHOR], 0, TRUE);
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
  gtk_widget_grab_focus (g_ptr_array_index (self->anchors, index));
  follow_anchors (self);
  search (self);
}

static void
append_anchor (LacunaGapPanel *self)
{
  LacunaField *field = lacuna_field_new ();

  g_object_set (field, "address", TRUE, NULL);
  g_signal_connect_swapped (field, "changed", G_CALLBACK (anchor_changed_cb), self);
  g_signal_connect_swapped (field, "removed", G_CALLBACK (anchor_removed_cb), self);
  g_signal_connect_swapped (field, "pick-toggled", G_CALLBACK (pick_toggled_cb), self);
  lacuna_field_set_pickable (field, TRUE);
  if (self->snapshot != NULL)
    lacuna_field_set_snapshot (field, self->target, self->snapshot);
  g_ptr_array_add (self->anchors, field);
  gtk_box_append (self->anchors_box, GTK_WIDGET (field));
  follow_focus (self, field);
  number_anchors (self);
}

/* Results */

static void
setup_result_cb (LacunaGapPanel *self,
                 GtkListItem    *item)
{
  gtk_list_item_set_child (item, lacuna_gap_row_new ());
}

static void
bind_result_cb (LacunaGapPanel *self,
                GtkListItem    *item)
{
  const struct lac_gap_query *query = lacuna_gap_results_get_query (self->results);

  const struct lac_map *map
      = lacuna_snapshot_get_map (lacuna_gap_results_get_snapshot (self->results));
  const struct lac_gap *gap = lacuna_gap_get (gtk_list_item_get_item (item));

  lacuna_gap_row_bind (gtk_list_item_get_child (item), gap,
                       lacuna_gap_candidate_risk (map, query, gap->candidate),
                       query->n_anchors > 0);
}

static void
selection_changed_cb (LacunaGapPanel *self)
{
  update_copy_button (self);
  if (self->updating > 0)
    return;
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
copy_clicked_cb (LacunaGapPanel *self)
{
  lacuna_gap_panel_copy (self, LACUNA_COPY_ADDRESS);
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
  g_clear_object (&self->results);
  g_clear_object (&self->snapshot);
  g_clear_object (&self->target);

  G_OBJECT_CLASS (lacuna_gap_panel_parent_class)->dispose (object);
}

static void
lacuna_gap_panel_finalize (GObject *object)
{
  g_ptr_array_unref (LACUNA_GAP_PANEL (object)->anchors);

  G_OBJECT_CLASS (lacuna_gap_panel_parent_class)->finalize (object);
}

static void
lacuna_gap_panel_class_init (LacunaGapPanelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  static const char *const entries[LACUNA_N_ENTRIES] = {
    [LACUNA_ENTRY_MINIMUM] = "minimum", [LACUNA_ENTRY_MAXIMUM] = "maximum",
    [LACUNA_ENTRY_WITHIN] = "within",   [LACUNA_ENTRY_SIZE] = "size",
    [LACUNA_ENTRY_ALIGNMENT] = "alignment",
  };

  object_class->dispose = lacuna_gap_panel_dispose;
  object_class->finalize = lacuna_gap_panel_finalize;

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
  /* LacunaGapPanel::copied: an address is on the clipboard. */
  signals[COPIED] = g_signal_new ("copied", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /* LacunaGapPanel::pick-anchor: an anchor is to be picked on the strip, or no longer. */
  signals[PICK_ANCHOR] = g_signal_new ("pick-anchor", G_TYPE_FROM_CLASS (klass),
                                       G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                       G_TYPE_BOOLEAN);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
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
  gtk_widget_class_bind_template_child (widget_class, LacunaGapPanel, copy_button);
  gtk_widget_class_bind_template_callback (widget_class, constraint_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_result_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_result_cb);
  gtk_widget_class_bind_template_callback (widget_class, result_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, result_released_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_clicked_cb);
}

static void
lacuna_gap_panel_init (LacunaGapPanel *self)
{
  g_type_ensure (LACUNA_TYPE_FIELD);
  self->anchors = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));

  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  g_signal_connect_swapped (self->selection, "notify::selected",
                            G_CALLBACK (selection_changed_cb), self);
  gtk_list_view_set_model (self->results_view, GTK_SELECTION_MODEL (self->selection));
  lacuna_tab_passes (GTK_WIDGET (self->results_view));

  append_anchor (self);
  for (guint i = 0; i < LACUNA_N_ENTRIES; i++)
    follow_focus (self, self->fields[i]);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->avoid_heap_growth),
                               _ (lac_hazard_sentence (LAC_HAZARD_HEAP_GROWTH)));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->avoid_stack_growth),
                               _ (lac_hazard_sentence (LAC_HAZARD_STACK_GROWTH)));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->avoid_stack_guard),
                               _ (lac_hazard_sentence (LAC_HAZARD_STACK_GUARD)));
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
  const struct lac_space *space = lac_map_space (lacuna_snapshot_get_map (snapshot));
  g_autofree char *lowest = lacuna_format_address_grouped (space->user.start);
  g_autofree char *highest = lacuna_format_address_grouped (space->user.end);
  g_autofree char *page = lacuna_format_size (space->page_size);
  g_autofree char *granularity = lacuna_format_size (space->granularity);

  g_return_if_fail (LACUNA_IS_GAP_PANEL (self));

  g_set_object (&self->target, target);
  g_set_object (&self->snapshot, snapshot);
  lacuna_field_set_placeholder (self->fields[LACUNA_ENTRY_MINIMUM], lowest);
  lacuna_field_set_placeholder (self->fields[LACUNA_ENTRY_MAXIMUM], highest);
  lacuna_field_set_placeholder (self->fields[LACUNA_ENTRY_SIZE], page);
  lacuna_field_set_placeholder (self->fields[LACUNA_ENTRY_ALIGNMENT], granularity);
  for (guint i = 0; i < self->anchors->len; i++)
    lacuna_field_set_snapshot (g_ptr_array_index (self->anchors, i), target, snapshot);
  search (self);
}

/**
 * lacuna_gap_panel_get_results:
 *
 * Returns: (transfer none) (nullable): the newest results; NULL while what is typed has none,
 *   since something in it is wrong
 */
LacunaGapResults *
lacuna_gap_panel_get_results (LacunaGapPanel *self)
{
  g_return_val_if_fail (LACUNA_IS_GAP_PANEL (self), NULL);

  return self->stale ? NULL : self->results;
}

/**
 * lacuna_gap_panel_get_selected:
 *
 * Returns: (transfer none) (nullable): the result whose candidate is to be shown
 */
LacunaGap *
lacuna_gap_panel_get_selected (LacunaGapPanel *self)
{
  g_return_val_if_fail (LACUNA_IS_GAP_PANEL (self), NULL);

  return self->stale ? NULL : gtk_single_selection_get_selected_item (self->selection);
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
 * lacuna_gap_panel_step:
 * @step: 1 for the next result, -1 for the one before
 *
 * Goes to another result and shows it; stops at either end of the list.
 */
void
lacuna_gap_panel_step (LacunaGapPanel *self,
                       int             step)
{
  g_return_if_fail (LACUNA_IS_GAP_PANEL (self));

  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  guint position = gtk_single_selection_get_selected (self->selection);

  if (n_items == 0 || self->stale)
    return;
  if (position == GTK_INVALID_LIST_POSITION)
    position = 0;
  else if (step > 0 && position + 1 < n_items)
    position++;
  else if (step < 0 && position > 0)
    position--;

  self->updating++;
  gtk_single_selection_set_selected (self->selection, position);
  self->updating--;
  reveal_result (self, position);
  g_signal_emit (self, signals[CHOSEN], 0);
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

  gtk_widget_grab_focus (g_ptr_array_index (self->anchors, 0));
}

/**
 * lacuna_gap_panel_add_anchor:
 * @text: an address expression
 *
 * Puts @text into the empty anchor entry at the end.
 */
void
lacuna_gap_panel_add_anchor (LacunaGapPanel *self,
                             const char     *text)
{
  g_return_if_fail (LACUNA_IS_GAP_PANEL (self));

  lacuna_field_set_text (g_ptr_array_index (self->anchors, self->anchors->len - 1), text);
}

/**
 * lacuna_gap_panel_select_gap:
 * @index: which gap of the map
 *
 * Selects the result in that gap, without showing it.
 *
 * Returns: FALSE when no listed result lies in it; the selection stays then
 */
gboolean
lacuna_gap_panel_select_gap (LacunaGapPanel *self,
                             gsize           index)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->selection));

  g_return_val_if_fail (LACUNA_IS_GAP_PANEL (self), FALSE);

  if (self->stale)
    return FALSE;
  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (LacunaGap) gap = g_list_model_get_item (G_LIST_MODEL (self->selection), i);

      if (lacuna_gap_get (gap)->index != index)
        continue;
      self->updating++;
      gtk_single_selection_set_selected (self->selection, i);
      self->updating--;
      reveal_result (self, i);
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

  if (picking && self->picking_for == NULL)
    self->picking_for = g_ptr_array_index (self->anchors, self->anchors->len - 1);
  if (self->picking_for != NULL)
    lacuna_field_set_picking (self->picking_for, picking);
  if (!picking)
    self->picking_for = NULL;
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

  g_return_if_fail (LACUNA_IS_GAP_PANEL (self));

  gap = lacuna_gap_panel_get_selected (self);
  if (gap == NULL)
    return;
  text = lacuna_gap_copy_text (self->results, lacuna_gap_get (gap), kind);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  g_signal_emit (self, signals[COPIED], 0, text);
}
