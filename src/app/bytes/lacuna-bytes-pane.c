/* LacunaBytesPane: who tells the view what to show, and what can be done with what it shows.
 *
 * What is copied is read anew, on a worker: what is selected may be far larger than what is kept.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-bytes-pane-private.h"

#include "app/lacuna-isolate.h"
#include "app/lacuna-menu.h"
#include "app/lacuna-settings.h"
#include "model/lacuna-byte-text.h"
#include "model/lacuna-format.h"

#include <glib/gi18n.h>

/* Nobody pastes more than that, and it is three to six times as much as text. */
#define MOST_COPIED ((guint64) 16 << 20)

/* Bytes in a line of what is copied, when the view has no rows. */
#define USUAL_COLUMNS 16

enum
{
  PROP_0,
  PROP_COLUMNS,
  PROP_EDITING,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

enum
{
  TOLD,
  ZOOM_TO,
  GO_TO,
  CONFIRM_CHANGE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaBytesPane, lacuna_bytes_pane, GTK_TYPE_WIDGET)

void
lacuna_bytes_pane_tell (LacunaBytesPane *self,
                        const char      *text)
{
  g_signal_emit (self, signals[TOLD], 0, text);
}

void
lacuna_bytes_pane_notify_editing (LacunaBytesPane *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EDITING]);
}

gboolean
lacuna_bytes_pane_confirm (LacunaBytesPane *self)
{
  gboolean waits = FALSE;

  g_signal_emit (self, signals[CONFIRM_CHANGE], 0, &waits);
  return waits;
}

static void
set_titles (LacunaBytesPane *self,
            const char      *title,
            const char      *shorter,
            const char      *shortest)
{
  gtk_label_set_label (self->title_label, title);
  gtk_label_set_label (self->shorter_label, shorter);
  gtk_label_set_label (self->shortest_label, shortest);
}

/* What can be done with bytes can't without any. */
static void
update_actions (LacunaBytesPane *self)
{
  static const char *const actions[]
      = { "bytes.find",       "bytes.find-next",    "bytes.find-previous", "bytes.select-all",
          "bytes.copy-hex",   "bytes.copy-c-array", "bytes.copy-text",     "bytes.copy-address",
          "bytes.show-on-strip" };
  gboolean any = lac_range_size (lacuna_bytes_get_range (self->view)) > 0 && self->pages != NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), actions[i], any);
  lacuna_bytes_pane_update_edit_actions (self);
}

static void
moved_cb (LacunaBytesPane *self)
{
  g_autofree char *text = lacuna_bytes_describe (self->view);

  gtk_label_set_label (self->state_label, text);
}

static void
adjustment_changed_cb (LacunaBytesPane *self)
{
  GtkAdjustment *rows = lacuna_bytes_get_adjustment (self->view, GTK_ORIENTATION_VERTICAL);
  GtkAdjustment *columns = lacuna_bytes_get_adjustment (self->view, GTK_ORIENTATION_HORIZONTAL);

  gtk_widget_set_child_visible (self->vertical_bar, gtk_adjustment_get_upper (rows)
                                                        > gtk_adjustment_get_page_size (rows));
  gtk_widget_set_visible (self->horizontal_bar, gtk_adjustment_get_upper (columns)
                                                    > gtk_adjustment_get_page_size (columns));
}

static gboolean
unparent_cb (gpointer user_data)
{
  GtkWidget *popover = user_data;

  if (gtk_widget_get_parent (popover) != NULL)
    gtk_widget_unparent (popover);
  return G_SOURCE_REMOVE;
}

/* What was chosen is carried out after the menu has closed. */
static void
menu_closed_cb (GtkWidget *popover)
{
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, unparent_cb, g_object_ref (popover), g_object_unref);
}

static void
menu_cb (LacunaBytesPane *self,
         double           x,
         double           y)
{
  GtkWidget *popover = gtk_popover_menu_new_from_model (self->context_menu);
  GdkRectangle place = { (int) x, (int) y, 1, 1 };

  gtk_popover_set_has_arrow (GTK_POPOVER (popover), FALSE);
  gtk_widget_set_halign (popover, GTK_ALIGN_START);
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), &place);
  gtk_accessible_update_property (GTK_ACCESSIBLE (popover), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Bytes menu"), -1);
  gtk_widget_set_parent (popover, GTK_WIDGET (self->view));
  g_signal_connect_object (self->view, "destroy", G_CALLBACK (gtk_widget_unparent), popover,
                           G_CONNECT_SWAPPED);
  g_signal_connect (popover, "closed", G_CALLBACK (menu_closed_cb), NULL);
  gtk_popover_popup (GTK_POPOVER (popover));
}

static void
show_find (LacunaBytesPane *self,
           gboolean         show)
{
  gboolean had_focus = gtk_widget_get_focus_child (GTK_WIDGET (self)) != NULL;

  gtk_revealer_set_reveal_child (self->find_revealer, show);
  if (show)
    lacuna_bytes_find_begin (self->find);
  else
    {
      lacuna_bytes_find_stop (self->find);
      if (had_focus)
        gtk_widget_grab_focus (GTK_WIDGET (self->view));
    }
}

static void
leave_find_cb (LacunaBytesPane *self)
{
  show_find (self, FALSE);
}

static void
go_to_cb (LacunaBytesPane *self,
          guint64          start,
          guint64          end)
{
  g_signal_emit (self, signals[GO_TO], 0, start, end);
}

static void
find_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  show_find (LACUNA_BYTES_PANE (widget), TRUE);
}

static void
find_next_action (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
{
  LacunaBytesPane *self = LACUNA_BYTES_PANE (widget);

  if (!lacuna_bytes_pane_step (self, g_str_equal (name, "bytes.find-previous")))
    show_find (self, TRUE);
}

static void
select_all_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  LacunaBytesPane *self = LACUNA_BYTES_PANE (widget);

  lacuna_bytes_select (self->view, lacuna_bytes_get_range (self->view));
}

static void
show_on_strip_action (GtkWidget  *widget,
                      const char *name,
                      GVariant   *parameter)
{
  LacunaBytesPane *self = LACUNA_BYTES_PANE (widget);
  struct lac_range range = lacuna_bytes_has_selection (self->view)
                               ? lacuna_bytes_get_selection (self->view)
                               : lacuna_bytes_get_visible (self->view);

  if (lac_range_size (range) > 0)
    g_signal_emit (self, signals[ZOOM_TO], 0, range.start, range.end);
}

static void
put_on_clipboard (LacunaBytesPane *self,
                  const char      *text)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
}

static void
copy_address_action (GtkWidget  *widget,
                     const char *name,
                     GVariant   *parameter)
{
  LacunaBytesPane *self = LACUNA_BYTES_PANE (widget);
  g_autofree char *address
      = lacuna_format_address (lacuna_bytes_get_selection (self->view).start);
  g_autofree char *message = g_strdup_printf (_ ("Copied %s"), address);

  put_on_clipboard (self, address);
  lacuna_bytes_pane_tell (self, message);
}

typedef struct
{
  LacunaBytesPane *pane;
  LacunaByteTextKind kind;
} Copy;

static void
copied_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autofree Copy *copy = user_data;
  g_autoptr (LacunaBytesPane) self = copy->pane;
  g_autoptr (LacunaByteRead) read = lacuna_byte_source_read_finish (result, NULL);
  guint n_columns = lacuna_bytes_get_columns (self->view);
  g_autofree char *text = NULL;
  g_autofree char *size = NULL;
  g_autofree char *message = NULL;

  if (read == NULL)
    return;
  g_clear_object (&self->copying);
  if (read->holes->len == 1
      && lac_range_size (g_array_index (read->holes, struct lac_range, 0))
             == lac_range_size (read->range))
    {
      lacuna_bytes_pane_tell (self, read->reason != NULL ? read->reason : _ ("These bytes can't be read."));
      return;
    }
  /* One copies what one sees. */
  if (self->edits != NULL)
    lacuna_byte_edits_overlay (self->edits, read->range, read->bytes);
  text = lacuna_byte_text_new (read, copy->kind, n_columns > 0 ? n_columns : USUAL_COLUMNS);
  put_on_clipboard (self, text);
  size = lacuna_format_bytes (lac_range_size (read->range));
  if (read->holes->len > 0)
    message = g_strdup_printf (_ ("Copied %s, of which some can't be read"), size);
  else
    message = g_strdup_printf (_ ("Copied %s"), size);
  lacuna_bytes_pane_tell (self, message);
}

static void
copy_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  LacunaBytesPane *self = LACUNA_BYTES_PANE (widget);
  struct lac_range range = lacuna_bytes_get_selection (self->view);
  Copy *copy;

  if (lac_range_size (range) == 0 || self->source == NULL)
    return;
  if (lac_range_size (range) > MOST_COPIED)
    {
      g_autofree char *size = lacuna_format_size (MOST_COPIED);
      g_autofree char *message
          = g_strdup_printf (_ ("That is too much to copy. Select at most %s."), size);

      lacuna_bytes_pane_tell (self, message);
      return;
    }
  if (self->copying != NULL)
    g_cancellable_cancel (self->copying);
  g_clear_object (&self->copying);
  self->copying = g_cancellable_new ();
  copy = g_new (Copy, 1);
  copy->pane = g_object_ref (self);
  copy->kind = LACUNA_BYTE_TEXT_HEX;
  if (g_str_equal (name, "bytes.copy-c-array"))
    copy->kind = LACUNA_BYTE_TEXT_C_ARRAY;
  else if (g_str_equal (name, "bytes.copy-text"))
    copy->kind = LACUNA_BYTE_TEXT_PLAIN;
  lacuna_byte_source_read_async (self->source, range, self->copying, copied_cb, copy);
}

static void
set_columns (LacunaBytesPane *self,
             const char      *columns)
{
  static const char *const names[] = { "auto", "8", "16", "32" };
  static const guint counts[] = { 0, 8, 16, 32 };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (columns, names[i]) == 0 && g_strcmp0 (columns, self->columns) != 0)
      {
        g_free (self->columns);
        self->columns = g_strdup (columns);
        lacuna_bytes_set_columns (self->view, counts[i]);
        g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COLUMNS]);
      }
}

static void
get_property (GObject    *object,
              guint       property_id,
              GValue     *value,
              GParamSpec *pspec)
{
  if (property_id == PROP_COLUMNS)
    g_value_set_string (value, LACUNA_BYTES_PANE (object)->columns);
  else if (property_id == PROP_EDITING)
    g_value_set_boolean (value, LACUNA_BYTES_PANE (object)->editing);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
set_property (GObject      *object,
              guint         property_id,
              const GValue *value,
              GParamSpec   *pspec)
{
  if (property_id == PROP_COLUMNS)
    set_columns (LACUNA_BYTES_PANE (object), g_value_get_string (value));
  else if (property_id == PROP_EDITING)
    lacuna_bytes_pane_set_editing (LACUNA_BYTES_PANE (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
lacuna_bytes_pane_dispose (GObject *object)
{
  LacunaBytesPane *self = LACUNA_BYTES_PANE (object);

  if (self->copying != NULL)
    g_cancellable_cancel (self->copying);
  g_clear_object (&self->copying);
  self->editor = NULL;
  lacuna_bytes_pane_renew_edits (self);
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL;
       child = gtk_widget_get_first_child (GTK_WIDGET (self)))
    gtk_widget_unparent (child);
  g_clear_object (&self->pages);
  g_clear_pointer (&self->source, lacuna_byte_source_unref);
  g_clear_pointer (&self->map, lac_map_unref);

  G_OBJECT_CLASS (lacuna_bytes_pane_parent_class)->dispose (object);
}

static void
lacuna_bytes_pane_finalize (GObject *object)
{
  g_free (LACUNA_BYTES_PANE (object)->columns);

  G_OBJECT_CLASS (lacuna_bytes_pane_parent_class)->finalize (object);
}

static gboolean
lacuna_bytes_pane_grab_focus (GtkWidget *widget)
{
  LacunaBytesPane *self = LACUNA_BYTES_PANE (widget);

  /* A sentence that says why there are no bytes takes no keys. */
  return lac_range_size (lacuna_bytes_get_range (self->view)) > 0
         && gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
lacuna_bytes_pane_class_init (LacunaBytesPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  g_type_ensure (LACUNA_TYPE_BYTES);
  g_type_ensure (LACUNA_TYPE_BYTES_EDITOR);
  g_type_ensure (LACUNA_TYPE_BYTES_FIND);
  g_type_ensure (LACUNA_TYPE_REASON_BOX);

  object_class->dispose = lacuna_bytes_pane_dispose;
  object_class->finalize = lacuna_bytes_pane_finalize;
  object_class->get_property = get_property;
  object_class->set_property = set_property;
  widget_class->grab_focus = lacuna_bytes_pane_grab_focus;

  /* Bytes in a row: "8", "16", "32", or "auto" for as many as there is room for. */
  properties[PROP_COLUMNS]
      = g_param_spec_string ("columns", NULL, NULL, "auto",
                             G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /* Whether what is typed changes bytes. Set to FALSE it stays TRUE until it is clear what becomes of
   * the changes. */
  properties[PROP_EDITING]
      = g_param_spec_boolean ("editing", NULL, NULL, FALSE,
                              G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  /* LacunaBytesPane::told: a sentence to be told in passing. */
  signals[TOLD] = g_signal_new ("told", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                1, G_TYPE_STRING);
  /* LacunaBytesPane::zoom-to: the strip is to show the bytes from here to there. */
  signals[ZOOM_TO] = g_signal_new ("zoom-to", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_UINT64, G_TYPE_UINT64);

  /* LacunaBytesPane::go-to: the pane is to be given the range that these bytes lie in. */
  signals[GO_TO] = g_signal_new ("go-to", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 2, G_TYPE_UINT64, G_TYPE_UINT64);
  /* LacunaBytesPane::confirm-change: bytes are about to be written; TRUE to wait for
   * lacuna_bytes_pane_answer_change(). */
  signals[CONFIRM_CHANGE]
      = g_signal_new ("confirm-change", type, G_SIGNAL_RUN_LAST, 0,
                      g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 0);

  lacuna_bytes_pane_add_edit_actions (widget_class);
  gtk_widget_class_install_action (widget_class, "bytes.find", NULL, find_action);
  gtk_widget_class_install_action (widget_class, "bytes.find-next", NULL, find_next_action);
  gtk_widget_class_install_action (widget_class, "bytes.find-previous", NULL, find_next_action);
  gtk_widget_class_install_action (widget_class, "bytes.select-all", NULL, select_all_action);
  gtk_widget_class_install_action (widget_class, "bytes.show-on-strip", NULL,
                                   show_on_strip_action);
  gtk_widget_class_install_action (widget_class, "bytes.copy-hex", NULL, copy_action);
  gtk_widget_class_install_action (widget_class, "bytes.copy-c-array", NULL, copy_action);
  gtk_widget_class_install_action (widget_class, "bytes.copy-text", NULL, copy_action);
  gtk_widget_class_install_action (widget_class, "bytes.copy-address", NULL, copy_address_action);
  gtk_widget_class_install_property_action (widget_class, "bytes.columns", "columns");

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_css_name (widget_class, "bytes-pane");
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/lacuna_project/Lacuna/ui/bytes-pane.ui");
#define BIND(name) gtk_widget_class_bind_template_child (widget_class, LacunaBytesPane, name)
  BIND (bar);
  BIND (title_label);
  BIND (shorter_label);
  BIND (shortest_label);
  BIND (find_button);
  BIND (edit_button);
  BIND (menu_button);
  BIND (menu);
  BIND (context_menu);
  BIND (slot);
  BIND (find_revealer);
  BIND (find);
  BIND (editor_revealer);
  BIND (editor);
  BIND (stack);
  BIND (view);
  BIND (vertical_bar);
  BIND (horizontal_bar);
  BIND (message_label);
  BIND (reason_box);
  BIND (state_label);
#undef BIND
  gtk_widget_class_bind_template_callback (widget_class, moved_cb);
  gtk_widget_class_bind_template_callback (widget_class, menu_cb);
  gtk_widget_class_bind_template_callback (widget_class, leave_find_cb);
}

static void
lacuna_bytes_pane_init (LacunaBytesPane *self)
{
  GtkAdjustment *rows;
  GtkAdjustment *columns;

  self->columns = g_strdup ("auto");
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("What is in memory"), -1);
  lacuna_menu_make_later (self->menu_button, self->menu);
  lacuna_isolate_copy_plain (self->state_label);
  lacuna_bytes_find_set_view (self->find, self->view);
  g_signal_connect_object (self->find, "go-to", G_CALLBACK (go_to_cb), self, G_CONNECT_SWAPPED);
  lacuna_bytes_pane_edit_init (self);

  rows = lacuna_bytes_get_adjustment (self->view, GTK_ORIENTATION_VERTICAL);
  columns = lacuna_bytes_get_adjustment (self->view, GTK_ORIENTATION_HORIZONTAL);
  gtk_scrollbar_set_adjustment (GTK_SCROLLBAR (self->vertical_bar), rows);
  gtk_scrollbar_set_adjustment (GTK_SCROLLBAR (self->horizontal_bar), columns);
  g_signal_connect_object (rows, "changed", G_CALLBACK (adjustment_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (columns, "changed", G_CALLBACK (adjustment_changed_cb), self,
                           G_CONNECT_SWAPPED);
  lacuna_settings_bind ("bytes-per-row", self, "columns");
  adjustment_changed_cb (self);
  update_actions (self);
}

/**
 * lacuna_bytes_pane_new:
 *
 * Returns: (transfer floating): a pane that shows nothing
 */
GtkWidget *
lacuna_bytes_pane_new (void)
{
  return g_object_new (LACUNA_TYPE_BYTES_PANE, NULL);
}

/**
 * lacuna_bytes_pane_set_source:
 * @source: (transfer none) (nullable): whose bytes
 */
void
lacuna_bytes_pane_set_source (LacunaBytesPane  *self,
                              LacunaByteSource *source)
{
  g_return_if_fail (LACUNA_IS_BYTES_PANE (self));

  if (self->source == source)
    return;
  lacuna_bytes_find_stop (self->find);
  lacuna_bytes_find_set_map (self->find, NULL);
  g_clear_pointer (&self->map, lac_map_unref);
  if (self->copying != NULL)
    g_cancellable_cancel (self->copying);
  g_clear_object (&self->copying);
  g_clear_pointer (&self->source, lacuna_byte_source_unref);
  g_clear_object (&self->pages);
  if (source != NULL)
    {
      self->source = lacuna_byte_source_ref (source);
      self->pages = lacuna_byte_pages_new (source);
    }
  lacuna_bytes_set_pages (self->view, self->pages);
  lacuna_bytes_pane_renew_edits (self);
  update_actions (self);
}

/**
 * lacuna_bytes_pane_set_range:
 * @range: half-open, in bytes
 * @title: what it is, for people
 * @reason: (nullable): a sentence that says why bytes of it can't be read
 */
void
lacuna_bytes_pane_set_range (LacunaBytesPane *self,
                             struct lac_range range,
                             const char      *title,
                             const char      *reason)
{
  struct lac_range before;

  g_return_if_fail (LACUNA_IS_BYTES_PANE (self));

  before = lacuna_bytes_get_range (self->view);
  if (before.start != range.start || before.end != range.end)
    lacuna_bytes_find_stop (self->find);
  set_titles (self, title, title, title);
  lacuna_bytes_find_set_place (self->find, title, FALSE);
  lacuna_bytes_editor_set_read_only (self->editor, FALSE);
  lacuna_bytes_set_reason (self->view, reason);
  lacuna_bytes_set_range (self->view, range);
  gtk_stack_set_visible_child_name (self->stack, "bytes");
  gtk_widget_set_visible (GTK_WIDGET (self->state_label), TRUE);
  update_actions (self);
}

void
lacuna_bytes_pane_set_sparse (LacunaBytesPane *self,
                              gboolean         sparse)
{
  g_return_if_fail (LACUNA_IS_BYTES_PANE (self));

  lacuna_bytes_find_set_place (self->find, gtk_label_get_label (self->title_label), sparse);
}

/**
 * lacuna_bytes_pane_set_short_titles:
 * @shorter: the title without its least part
 * @shortest: what can't be left out
 */
void
lacuna_bytes_pane_set_short_titles (LacunaBytesPane *self,
                                    const char      *shorter,
                                    const char      *shortest)
{
  g_return_if_fail (LACUNA_IS_BYTES_PANE (self));

  set_titles (self, gtk_label_get_label (self->title_label), shorter, shortest);
}

/**
 * lacuna_bytes_pane_set_message:
 * @message: a sentence that says why there are no bytes
 */
void
lacuna_bytes_pane_set_message (LacunaBytesPane *self,
                               const char      *message)
{
  g_return_if_fail (LACUNA_IS_BYTES_PANE (self));

  lacuna_bytes_find_stop (self->find);
  set_titles (self, "", "", "");
  gtk_label_set_label (self->message_label, message);
  lacuna_reason_box_show (self->reason_box, NULL, NULL);
  gtk_stack_set_visible_child_name (self->stack, "message");
  gtk_widget_set_visible (GTK_WIDGET (self->state_label), FALSE);
  gtk_revealer_set_reveal_child (self->find_revealer, FALSE);
  lacuna_bytes_set_range (self->view, (struct lac_range){ 0, 0 });
  lacuna_bytes_pane_check_editing (self);
  update_actions (self);
}

/**
 * lacuna_bytes_pane_set_reason:
 * @sentence: why the bytes can't be read
 * @command: (nullable): what would help
 *
 * Says that below the message.
 */
void
lacuna_bytes_pane_set_reason (LacunaBytesPane *self,
                              const char      *sentence,
                              const char      *command)
{
  g_return_if_fail (LACUNA_IS_BYTES_PANE (self));

  lacuna_reason_box_show (self->reason_box, sentence, command);
}

void
lacuna_bytes_pane_set_map (LacunaBytesPane *self,
                           struct lac_map  *map)
{
  g_return_if_fail (LACUNA_IS_BYTES_PANE (self));

  lacuna_bytes_find_set_map (self->find, map);
  if (self->map != map)
    {
      g_clear_pointer (&self->map, lac_map_unref);
      self->map = map != NULL ? lac_map_ref (map) : NULL;
    }
  lacuna_bytes_pane_check_editing (self);
}

void
lacuna_bytes_pane_refresh (LacunaBytesPane *self)
{
  g_return_if_fail (LACUNA_IS_BYTES_PANE (self));

  if (self->pages != NULL)
    lacuna_byte_pages_refresh (self->pages);
}

void
lacuna_bytes_pane_find (LacunaBytesPane *self)
{
  g_return_if_fail (LACUNA_IS_BYTES_PANE (self));

  gtk_widget_activate_action (GTK_WIDGET (self), "bytes.find", NULL);
}

gboolean
lacuna_bytes_pane_step (LacunaBytesPane *self,
                        gboolean         backward)
{
  g_return_val_if_fail (LACUNA_IS_BYTES_PANE (self), FALSE);

  if (!lacuna_bytes_find_has_text (self->find) || self->pages == NULL)
    return FALSE;
  lacuna_bytes_find_step (self->find, backward);
  return TRUE;
}

void
lacuna_bytes_pane_set_narrow (LacunaBytesPane *self,
                              gboolean         narrow,
                              gboolean         tight)
{
  g_return_if_fail (LACUNA_IS_BYTES_PANE (self));

  lacuna_bytes_find_set_narrow (self->find, narrow || tight);
  lacuna_bytes_editor_set_narrow (self->editor, narrow);
}

LacunaBytes *
lacuna_bytes_pane_get_view (LacunaBytesPane *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTES_PANE (self), NULL);

  return self->view;
}

GtkBox *
lacuna_bytes_pane_get_slot (LacunaBytesPane *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTES_PANE (self), NULL);

  return self->slot;
}
