/* LacunaBytes: what is selected, how it is laid out, and when it is drawn.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-bytes-private.h"

#include <glib/gi18n.h>

/* Milliseconds from one step of a glow that fades to the next. */
#define GLOW_STEP 250

#define LEAST_ROWS 2
#define LEAST_LETTERS 36

enum
{
  MOVED,
  MENU,
  TOLD,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaBytes, lacuna_bytes, GTK_TYPE_WIDGET)

void
lacuna_bytes_tell_moved (LacunaBytes *self)
{
  lacuna_bytes_update_words (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, signals[MOVED], 0);
}

/* Puts the caret at @address, or at the end that is nearer. */
void
lacuna_bytes_move (LacunaBytes *self,
                   guint64      address,
                   gboolean     extend)
{
  if (lac_range_size (self->range) == 0)
    return;
  self->caret = CLAMP (address, self->range.start, self->range.end - 1);
  if (!extend)
    self->anchor = self->caret;
  self->half = FALSE;
  lacuna_bytes_reveal (self, self->caret);
  lacuna_bytes_tell_moved (self);
}

static const LacunaPalette *
get_palette (void)
{
  return lacuna_palette_for (adw_style_manager_get_default ());
}

static gboolean
is_animated (LacunaBytes *self)
{
  gboolean animated = FALSE;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-enable-animations", &animated,
                NULL);
  return animated;
}

static gboolean
glow_cb (gpointer user_data)
{
  LacunaBytes *self = user_data;

  self->glow_source = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

static void
lacuna_bytes_snapshot (GtkWidget   *widget,
                       GtkSnapshot *snapshot)
{
  LacunaBytes *self = LACUNA_BYTES (widget);
  LacunaBytesScene scene = {
    .layout = &self->layout,
    .palette = get_palette (),
    .glyphs = self->glyphs[self->small],
    .pages = self->pages,
    .range = self->range,
    .y = self->layout.head - self->top_offset,
    .width = gtk_widget_get_width (widget),
    .height = gtk_widget_get_height (widget),
    .caret = self->caret,
    .has_caret = lac_range_size (self->range) > 0,
    .part = self->part,
    .focused = gtk_widget_has_focus (widget),
    .edits = self->edits,
    .editing = self->editing,
    .half = self->half,
    .now = g_get_monotonic_time (),
    .animated = is_animated (self),
  };

  if (!self->has_layout)
    return;
  scene.first = lacuna_bytes_address_of (self, self->top);
  if (self->anchor != self->caret)
    scene.selection = lacuna_bytes_get_selection (self);

  gtk_snapshot_push_clip (
      snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) scene.width, (float) scene.height));
  if (lacuna_bytes_append_marks (snapshot, &scene) && self->glow_source == 0)
    self->glow_source = g_timeout_add (GLOW_STEP, glow_cb, self);
  lacuna_bytes_append_letters (snapshot, &scene);
  lacuna_bytes_append_caret (snapshot, &scene);
  gtk_snapshot_pop (snapshot);
}

static LacunaBytesGlyphs *
ensure_glyphs (LacunaBytes *self,
               gboolean     small)
{
  LacunaBytesGlyphs **glyphs = &self->glyphs[small];

  if (*glyphs == NULL)
    {
      PangoContext *context = gtk_widget_create_pango_context (GTK_WIDGET (self));

      /* From right to left, brackets would be turned around. */
      pango_context_set_base_dir (context, PANGO_DIRECTION_LTR);
      *glyphs = lacuna_bytes_glyphs_new (context, small);
      g_object_unref (context);
    }
  return *glyphs;
}

static void
drop_glyphs (LacunaBytes *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->glyphs); i++)
    g_clear_pointer (&self->glyphs[i], lacuna_bytes_glyphs_free);
}

static int
row_height (LacunaBytesGlyphs *glyphs)
{
  return lacuna_bytes_glyphs_height (glyphs) + 4;
}

/* How many letters @number takes. */
static guint
count_digits (guint64 number)
{
  guint n_digits = 4;

  while (n_digits < 16 && number >> (n_digits * 4) != 0)
    n_digits++;
  return n_digits + (n_digits - 1) / 4;
}

static guint64
last_of (LacunaBytes *self)
{
  return lac_range_size (self->range) > 0 ? self->range.end - 1 : 0;
}

/* Whether all of it has room, in letters of one of the two sizes. */
static gboolean
try_layout (LacunaBytes *self,
            gboolean     small,
            int          width)
{
  LacunaBytesGlyphs *glyphs = ensure_glyphs (self, small);
  guint64 last = last_of (self);

  self->small = small;
  /* Addresses differ in some digits, and those are needed, after an ellipsis. */
  lacuna_bytes_layout_init (&self->layout, lacuna_bytes_glyphs_width (glyphs), row_height (glyphs),
                            self->wanted_columns, count_digits (last),
                            count_digits (self->range.start ^ last) + 1, width);
  return self->layout.has_text && self->layout.width <= width;
}

/* Smaller letters where text, or a part of the bytes, would have no room otherwise. */
static void
choose_layout (LacunaBytes *self,
               int          width)
{
  if (self->wanted_columns > 0)
    for (int small = FALSE; small <= TRUE; small++)
      if (try_layout (self, small, width) && !self->layout.is_short
          && self->layout.n_columns == self->wanted_columns)
        return;
  if (!try_layout (self, FALSE, width))
    try_layout (self, TRUE, width);
}

/* Keeps what is at the top there, however many bytes a row has. */
static void
lay_out (LacunaBytes *self)
{
  gboolean had_rows = self->has_layout && lac_range_size (self->range) > 0;
  guint64 top = had_rows ? lacuna_bytes_address_of (self, self->top) : self->range.start;
  guint n_columns = self->layout.n_columns;

  choose_layout (self, gtk_widget_get_width (GTK_WIDGET (self)));
  self->has_layout = TRUE;
  if (lac_range_size (self->range) > 0 && n_columns != self->layout.n_columns)
    {
      self->top = lacuna_bytes_row_of (self, top);
      self->top_offset = 0;
    }
  if (self->shows_later && lacuna_bytes_get_room (self) >= self->layout.row)
    {
      self->shows_later = FALSE;
      self->top = 0;
      self->top_offset = 0;
      lacuna_bytes_reveal (self, self->shown);
    }
  lacuna_bytes_scrolled (self);
}

static void
lacuna_bytes_size_allocate (GtkWidget *widget,
                            int        width,
                            int        height,
                            int        baseline)
{
  LacunaBytes *self = LACUNA_BYTES (widget);

  if (width > 0 && height > 0)
    lay_out (self);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_POPOVER (child))
      gtk_popover_present (GTK_POPOVER (child));
}

static void
lacuna_bytes_measure (GtkWidget     *widget,
                      GtkOrientation orientation,
                      int            for_size,
                      int           *minimum,
                      int           *natural,
                      int           *minimum_baseline,
                      int           *natural_baseline)
{
  LacunaBytes *self = LACUNA_BYTES (widget);
  LacunaBytesGlyphs *glyphs = ensure_glyphs (self, FALSE);
  LacunaBytesLayout layout;

  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = (LEAST_ROWS + 1) * row_height (glyphs);
      *natural = 4 * *minimum;
      return;
    }
  /* It makes do with what there is, and can be scrolled. */
  lacuna_bytes_layout_init (&layout, lacuna_bytes_glyphs_width (glyphs), row_height (glyphs), 16,
                            count_digits (last_of (self)), 0, G_MAXINT);
  *minimum = LEAST_LETTERS * layout.letter;
  *natural = layout.width;
}

static void
lacuna_bytes_css_changed (GtkWidget         *widget,
                          GtkCssStyleChange *change)
{
  LacunaBytes *self = LACUNA_BYTES (widget);
  PangoContext *context = gtk_widget_get_pango_context (widget);
  g_autoptr (PangoFontDescription) before
      = pango_font_description_copy (pango_context_get_font_description (context));

  GTK_WIDGET_CLASS (lacuna_bytes_parent_class)->css_changed (widget, change);

  /* The style also changes when the pointer comes in; only the font matters here. */
  if (before != NULL
      && pango_font_description_equal (before, pango_context_get_font_description (context)))
    return;
  drop_glyphs (self);
  gtk_widget_queue_resize (widget);
}

static void
lacuna_bytes_direction_changed (GtkWidget       *widget,
                                GtkTextDirection previous)
{
  GTK_WIDGET_CLASS (lacuna_bytes_parent_class)->direction_changed (widget, previous);
  gtk_widget_queue_allocate (widget);
}

static void
lacuna_bytes_state_flags_changed (GtkWidget    *widget,
                                  GtkStateFlags previous)
{
  GTK_WIDGET_CLASS (lacuna_bytes_parent_class)->state_flags_changed (widget, previous);
  gtk_widget_queue_draw (widget);
}

static void
lacuna_bytes_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lacuna_bytes_parent_class)->map (widget);
  lacuna_bytes_update_wanted (LACUNA_BYTES (widget));
}

static void
lacuna_bytes_unmap (GtkWidget *widget)
{
  LacunaBytes *self = LACUNA_BYTES (widget);

  GTK_WIDGET_CLASS (lacuna_bytes_parent_class)->unmap (widget);
  lacuna_bytes_update_wanted (self);
  lacuna_bytes_end_input (self);
  g_clear_handle_id (&self->glow_source, g_source_remove);
}

static void
pages_changed_cb (LacunaBytes *self,
                  guint64      start,
                  guint64      end)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (self->caret >= start && self->caret < end)
    lacuna_bytes_tell_moved (self);
}

static void
lacuna_bytes_dispose (GObject *object)
{
  LacunaBytes *self = LACUNA_BYTES (object);

  lacuna_bytes_end_input (self);
  g_clear_handle_id (&self->glow_source, g_source_remove);
  if (self->pages != NULL)
    g_signal_handlers_disconnect_by_data (self->pages, self);
  g_clear_object (&self->pages);
  if (self->edits != NULL)
    g_signal_handlers_disconnect_by_data (self->edits, self);
  g_clear_object (&self->edits);
  if (self->vertical != NULL)
    g_signal_handlers_disconnect_by_data (self->vertical, self);
  if (self->horizontal != NULL)
    g_signal_handlers_disconnect_by_data (self->horizontal, self);
  g_clear_object (&self->vertical);
  g_clear_object (&self->horizontal);

  G_OBJECT_CLASS (lacuna_bytes_parent_class)->dispose (object);
}

static void
lacuna_bytes_finalize (GObject *object)
{
  LacunaBytes *self = LACUNA_BYTES (object);

  drop_glyphs (self);
  g_free (self->reason);

  G_OBJECT_CLASS (lacuna_bytes_parent_class)->finalize (object);
}

static void
lacuna_bytes_class_init (LacunaBytesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = lacuna_bytes_dispose;
  object_class->finalize = lacuna_bytes_finalize;
  widget_class->snapshot = lacuna_bytes_snapshot;
  widget_class->measure = lacuna_bytes_measure;
  widget_class->size_allocate = lacuna_bytes_size_allocate;
  widget_class->css_changed = lacuna_bytes_css_changed;
  widget_class->direction_changed = lacuna_bytes_direction_changed;
  widget_class->state_flags_changed = lacuna_bytes_state_flags_changed;
  widget_class->map = lacuna_bytes_map;
  widget_class->unmap = lacuna_bytes_unmap;
  widget_class->query_tooltip = lacuna_bytes_query_tooltip;

  /* LacunaBytes::moved: the caret or the selection moved, or the byte at the caret became known. */
  signals[MOVED] = g_signal_new ("moved", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
  /* LacunaBytes::menu: a context menu is wanted at this point of the widget. */
  signals[MENU] = g_signal_new ("menu", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  /* LacunaBytes::told: a sentence to be told in passing. */
  signals[TOLD] = g_signal_new ("told", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                1, G_TYPE_STRING);

  lacuna_bytes_add_actions (widget_class);
  lacuna_bytes_add_edit_actions (widget_class);
  gtk_widget_class_set_css_name (widget_class, "lacuna-bytes");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GRID);
}

static void
lacuna_bytes_init (LacunaBytes *self)
{
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Bytes"), GTK_ACCESSIBLE_PROPERTY_READ_ONLY, TRUE, -1);

  self->vertical = g_object_ref_sink (gtk_adjustment_new (0, 0, 0, 0, 0, 0));
  self->horizontal = g_object_ref_sink (gtk_adjustment_new (0, 0, 0, 0, 0, 0));
  g_signal_connect_swapped (self->vertical, "value-changed", G_CALLBACK (lacuna_bytes_follow_adjustments),
                            self);
  g_signal_connect_swapped (self->horizontal, "value-changed", G_CALLBACK (lacuna_bytes_follow_adjustments),
                            self);
  g_signal_connect_object (adw_style_manager_get_default (), "notify",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  lacuna_bytes_add_input (self);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "bytes.revert", FALSE);
}

/**
 * lacuna_bytes_new:
 *
 * Returns: (transfer floating): a view of nothing
 */
GtkWidget *
lacuna_bytes_new (void)
{
  return g_object_new (LACUNA_TYPE_BYTES, NULL);
}

/**
 * lacuna_bytes_set_pages:
 * @pages: (nullable): whose bytes to show
 */
void
lacuna_bytes_set_pages (LacunaBytes     *self,
                        LacunaBytePages *pages)
{
  g_return_if_fail (LACUNA_IS_BYTES (self));

  if (self->pages == pages)
    return;
  if (self->pages != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->pages, self);
      lacuna_byte_pages_want (self->pages, (struct lac_range){ 0, 0 });
    }
  g_set_object (&self->pages, pages);
  if (pages != NULL)
    g_signal_connect_swapped (pages, "changed", G_CALLBACK (pages_changed_cb), self);
  lacuna_bytes_update_wanted (self);
  lacuna_bytes_tell_moved (self);
}

/**
 * lacuna_bytes_get_pages:
 *
 * Returns: (transfer none) (nullable): whose bytes are shown
 */
LacunaBytePages *
lacuna_bytes_get_pages (LacunaBytes *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTES (self), NULL);

  return self->pages;
}

/**
 * lacuna_bytes_set_range:
 * @range: half-open, in bytes; empty for nothing
 */
void
lacuna_bytes_set_range (LacunaBytes     *self,
                        struct lac_range range)
{
  gboolean had_rows;
  guint64 top;

  g_return_if_fail (LACUNA_IS_BYTES (self));

  if (self->range.start == range.start && self->range.end == range.end)
    return;
  had_rows = self->has_layout && lac_range_size (self->range) > 0;
  top = had_rows ? lacuna_bytes_address_of (self, self->top) : 0;
  self->range = range;
  if (lac_range_size (range) == 0)
    self->caret = self->anchor = self->top = 0;
  else
    {
      gboolean stays = had_rows && lac_range_contains (range, self->caret);

      self->caret = stays ? self->caret : range.start;
      self->anchor = stays && lac_range_contains (range, self->anchor) ? self->anchor : self->caret;
      if (self->has_layout)
        {
          if (stays && top <= range.end - 1)
            self->top = lacuna_bytes_row_of (self, top);
          else
            self->top = 0;
          if (!stays)
            self->top_offset = 0;
          lay_out (self);
        }
    }
  lacuna_bytes_scrolled (self);
  lacuna_bytes_tell_moved (self);
}

/**
 * lacuna_bytes_set_edits:
 * @edits: (nullable): changes of the bytes that are shown
 */
void
lacuna_bytes_set_edits (LacunaBytes     *self,
                        LacunaByteEdits *edits)
{
  g_return_if_fail (LACUNA_IS_BYTES (self));

  if (self->edits == edits)
    return;
  if (self->edits != NULL)
    g_signal_handlers_disconnect_by_data (self->edits, self);
  g_set_object (&self->edits, edits);
  if (edits != NULL)
    g_signal_connect_swapped (edits, "changed", G_CALLBACK (lacuna_bytes_tell_moved), self);
  else
    lacuna_bytes_set_editing (self, FALSE);
  lacuna_bytes_tell_moved (self);
}

/**
 * lacuna_bytes_set_editing:
 * @editing: whether what is typed changes bytes
 */
void
lacuna_bytes_set_editing (LacunaBytes *self,
                          gboolean     editing)
{
  g_return_if_fail (LACUNA_IS_BYTES (self));
  g_return_if_fail (!editing || self->edits != NULL);

  self->editing = editing;
  self->half = FALSE;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_READ_ONLY,
                                  !editing, -1);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "bytes.revert", editing);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

struct lac_range
lacuna_bytes_get_range (LacunaBytes *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTES (self), ((struct lac_range){ 0, 0 }));

  return self->range;
}

/**
 * lacuna_bytes_set_reason:
 * @reason: (nullable): a sentence; %NULL for the usual one
 */
void
lacuna_bytes_set_reason (LacunaBytes *self,
                         const char  *reason)
{
  g_return_if_fail (LACUNA_IS_BYTES (self));

  if (g_strcmp0 (self->reason, reason) == 0)
    return;
  g_free (self->reason);
  self->reason = g_strdup (reason);
  lacuna_bytes_tell_moved (self);
}

/**
 * lacuna_bytes_set_columns:
 * @n_columns: 8, 16 or 32 bytes in a row; 0 for as many as fit
 */
void
lacuna_bytes_set_columns (LacunaBytes *self,
                          guint        n_columns)
{
  g_return_if_fail (LACUNA_IS_BYTES (self));
  g_return_if_fail (n_columns == 0 || n_columns == 8 || n_columns == 16 || n_columns == 32);

  if (self->wanted_columns == n_columns)
    return;
  self->wanted_columns = n_columns;
  if (self->has_layout)
    lay_out (self);
}

guint
lacuna_bytes_get_columns (LacunaBytes *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTES (self), 0);

  return self->layout.n_columns;
}

void
lacuna_bytes_go_to (LacunaBytes *self,
                    guint64      address)
{
  g_return_if_fail (LACUNA_IS_BYTES (self));

  lacuna_bytes_move (self, address, FALSE);
}

guint64
lacuna_bytes_get_caret (LacunaBytes *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTES (self), 0);

  return self->caret;
}

/**
 * lacuna_bytes_select:
 * @range: half-open; what of it is shown
 */
void
lacuna_bytes_select (LacunaBytes     *self,
                     struct lac_range range)
{
  g_return_if_fail (LACUNA_IS_BYTES (self));

  range = lac_range_intersect (range, self->range);
  if (lac_range_size (range) == 0)
    return;
  self->anchor = range.end - 1;
  lacuna_bytes_reveal (self, self->anchor);
  lacuna_bytes_move (self, range.start, TRUE);
}

struct lac_range
lacuna_bytes_get_selection (LacunaBytes *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTES (self), ((struct lac_range){ 0, 0 }));

  if (lac_range_size (self->range) == 0)
    return (struct lac_range){ 0, 0 };
  return (struct lac_range){ MIN (self->caret, self->anchor),
                             MAX (self->caret, self->anchor) + 1 };
}

gboolean
lacuna_bytes_has_selection (LacunaBytes *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTES (self), FALSE);

  return self->caret != self->anchor;
}

/**
 * lacuna_bytes_get_adjustment:
 * @orientation: vertical for rows, horizontal for columns that there is no room for
 *
 * Returns: (transfer none): what a scrollbar goes by
 */
GtkAdjustment *
lacuna_bytes_get_adjustment (LacunaBytes   *self,
                             GtkOrientation orientation)
{
  g_return_val_if_fail (LACUNA_IS_BYTES (self), NULL);

  return orientation == GTK_ORIENTATION_VERTICAL ? self->vertical : self->horizontal;
}
