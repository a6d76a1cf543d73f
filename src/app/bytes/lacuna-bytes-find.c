/* LacunaBytesFind: what is typed is looked for at once, from where the selection begins, on a worker.
 *
 * Typing on gives up the search before, and so does Escape. How far it is shows when it takes longer
 * than one would wait without a thought.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-bytes-find.h"

#include "app/lacuna-tooltip.h"
#include "model/lacuna-byte-search.h"

#include <glib/gi18n.h>
#include <string.h>

/* Milliseconds between two looks at how far it is, of which the first is the patience. */
#define PROGRESS_STEP 250

struct _LacunaBytesFind
{
  GtkWidget parent_instance;

  GtkOrientable *box;
  GtkEditable *entry;
  GtkToggleButton *bytes_button;
  GtkToggleButton *text_button;
  GtkToggleButton *everywhere_button;
  GtkLabel *label;
  GtkWidget *as_text_button;
  GtkWidget *stop_button;

  LacunaBytes *view;
  char *place; /* (nullable) */
  gboolean sparse;
  struct lac_map *map; /* (nullable) */
  LacunaByteSearch *search;  /* that runs */
  GCancellable *cancellable; /* of it */
  guint progress_source;
};

enum
{
  LEAVE,
  GO_TO,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaBytesFind, lacuna_bytes_find, GTK_TYPE_WIDGET)

static void
say (LacunaBytesFind *self,
     const char      *text,
     gboolean         fault)
{
  gtk_label_set_label (self->label, text);
  /* Where room is short, it is cut. */
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->label), *text != '\0' ? text : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->label), *text != '\0');
  if (fault)
    gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               fault ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

static gboolean
progress_cb (gpointer user_data)
{
  LacunaBytesFind *self = user_data;
  double progress = lacuna_byte_search_get_progress (self->search);
  /* Translators: how much of the memory was looked through, as a percentage. */
  g_autofree char *text = g_strdup_printf (_ ("Looking: %.0f %%"), progress * 100);

  say (self, text, FALSE);
  gtk_widget_set_visible (self->stop_button, TRUE);
  return G_SOURCE_CONTINUE;
}

static void
end_search (LacunaBytesFind *self)
{
  g_clear_handle_id (&self->progress_source, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->search, lacuna_byte_search_unref);
  if (self->stop_button != NULL)
    gtk_widget_set_visible (self->stop_button, FALSE);
}

static gboolean
is_everywhere (LacunaBytesFind *self)
{
  return self->map != NULL && gtk_toggle_button_get_active (self->everywhere_button);
}

static void
found_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (LacunaBytesFind) self = user_data;
  LacunaByteFind find;

  /* Whoever cancelled has gone on to something else. */
  if (!lacuna_byte_search_run_finish (result, &find, NULL))
    return;
  end_search (self);
  if (!find.found)
    {
      /* Translators: of a region: its name, its protection such as r-xp, its size. */
      g_autofree char *text = g_strdup_printf (_ ("Not found in %s"),
                                               self->place != NULL ? self->place : "");

      if (is_everywhere (self))
        say (self, _ ("Not found in any memory that can be read"), TRUE);
      else
        say (self, self->place != NULL ? text : _ ("Not found"), TRUE);
    }
  else
    {
      if (!lac_range_contains (lacuna_bytes_get_range (self->view), find.range.start))
        g_signal_emit (self, signals[GO_TO], 0, find.range.start, find.range.end);
      lacuna_bytes_select (self->view, find.range);
      say (self, find.wrapped ? _ ("From the other end again") : "", FALSE);
    }
}

/* Whether what is typed can't become bytes by typing on. */
static gboolean
is_no_bytes (const char *text)
{
  return text[strspn (text, "0123456789abcdefABCDEFxX?,; \t")] != '\0';
}

static LacunaBytePattern *
make_pattern (LacunaBytesFind *self,
              GError         **error)
{
  const char *text = gtk_editable_get_text (self->entry);

  return gtk_toggle_button_get_active (self->bytes_button)
             ? lacuna_byte_pattern_new_for_bytes (text, error)
             : lacuna_byte_pattern_new_for_text (text, error);
}

static void
start_search (LacunaBytesFind *self,
              guint64          from,
              gboolean         backward)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LacunaBytePattern) pattern = NULL;
  LacunaBytePages *pages = self->view != NULL ? lacuna_bytes_get_pages (self->view) : NULL;
  struct lac_range range;

  end_search (self);
  gtk_widget_set_visible (self->as_text_button, FALSE);
  if (pages == NULL || !lacuna_bytes_find_has_text (self))
    {
      say (self, "", FALSE);
      return;
    }
  pattern = make_pattern (self, &error);
  if (pattern == NULL)
    {
      say (self, error->message, TRUE);
      gtk_widget_set_visible (self->as_text_button,
                              gtk_toggle_button_get_active (self->bytes_button)
                                  && is_no_bytes (gtk_editable_get_text (self->entry)));
      /* Where room is short the offer says it all. */
      if (gtk_widget_get_visible (self->as_text_button)
          && gtk_orientable_get_orientation (self->box) == GTK_ORIENTATION_VERTICAL)
        gtk_widget_set_visible (GTK_WIDGET (self->label), FALSE);
      return;
    }
  range = lacuna_bytes_get_range (self->view);
  if (is_everywhere (self))
    self->search = lacuna_byte_search_new_for_map (lacuna_byte_pages_get_source (pages), pattern,
                                                   self->map, from, backward);
  else
    {
      self->search = lacuna_byte_search_new (lacuna_byte_pages_get_source (pages), pattern, &range,
                                             1, from, backward);
      lacuna_byte_search_set_sparse (self->search, self->sparse);
    }
  self->cancellable = g_cancellable_new ();
  self->progress_source = g_timeout_add (PROGRESS_STEP, progress_cb, self);
  say (self, "", FALSE);
  lacuna_byte_search_run_async (self->search, self->cancellable, found_cb, g_object_ref (self));
}

static void
changed_cb (LacunaBytesFind *self)
{
  if (self->view != NULL)
    start_search (self, lacuna_bytes_get_selection (self->view).start, FALSE);
}

/* From where one is, in more or in less. */
static void
scope_toggled_cb (LacunaBytesFind *self)
{
  changed_cb (self);
}

static void
kind_toggled_cb (LacunaBytesFind *self,
                 GtkToggleButton *button)
{
  if (!gtk_toggle_button_get_active (button))
    return;
  g_object_set (self->entry, "placeholder-text",
                button == self->text_button ? _ ("Text such as /usr/lib")
                                            : _ ("Bytes such as 48 8b ?? 05"),
                NULL);
  changed_cb (self);
}

static void
as_text_cb (LacunaBytesFind *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  gtk_editable_set_position (self->entry, -1);
  gtk_toggle_button_set_active (self->text_button, TRUE);
}

static void
next_cb (LacunaBytesFind *self)
{
  lacuna_bytes_find_step (self, FALSE);
}

static void
previous_cb (LacunaBytesFind *self)
{
  lacuna_bytes_find_step (self, TRUE);
}

static void
stop_cb (LacunaBytesFind *self)
{
  lacuna_bytes_find_stop (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}

static void
leave_cb (LacunaBytesFind *self)
{
  lacuna_bytes_find_stop (self);
  g_signal_emit (self, signals[LEAVE], 0);
}

/* Shift goes back where Return goes on. */
static gboolean
key_pressed_cb (LacunaBytesFind *self,
                guint            keyval,
                guint            keycode,
                GdkModifierType  state)
{
  if ((keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter) && state & GDK_SHIFT_MASK)
    {
      lacuna_bytes_find_step (self, TRUE);
      return TRUE;
    }
  return FALSE;
}

static void
lacuna_bytes_find_dispose (GObject *object)
{
  LacunaBytesFind *self = LACUNA_BYTES_FIND (object);

  end_search (self);
  if (self->view != NULL)
    g_object_remove_weak_pointer (G_OBJECT (self->view), (gpointer *) &self->view);
  self->view = NULL;
  self->stop_button = NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL;
       child = gtk_widget_get_first_child (GTK_WIDGET (self)))
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (lacuna_bytes_find_parent_class)->dispose (object);
}

static void
lacuna_bytes_find_finalize (GObject *object)
{
  g_free (LACUNA_BYTES_FIND (object)->place);
  lac_map_unref (LACUNA_BYTES_FIND (object)->map);

  G_OBJECT_CLASS (lacuna_bytes_find_parent_class)->finalize (object);
}

static void
lacuna_bytes_find_class_init (LacunaBytesFindClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lacuna_bytes_find_dispose;
  G_OBJECT_CLASS (klass)->finalize = lacuna_bytes_find_finalize;

  /* LacunaBytesFind::leave: the bar is no longer wanted. */
  signals[LEAVE] = g_signal_new ("leave", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);

  /* LacunaBytesFind::go-to: these bytes are to be shown, so that they can be selected. */
  signals[GO_TO] = g_signal_new ("go-to", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT64, G_TYPE_UINT64);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SEARCH);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lacuna_project/Lacuna/ui/"
                                               "bytes-find.ui");
#define BIND(name) gtk_widget_class_bind_template_child (widget_class, LacunaBytesFind, name)
  BIND (box);
  BIND (entry);
  BIND (bytes_button);
  BIND (text_button);
  BIND (everywhere_button);
  BIND (label);
  BIND (as_text_button);
  BIND (stop_button);
#undef BIND
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, scope_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, kind_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, as_text_cb);
  gtk_widget_class_bind_template_callback (widget_class, next_cb);
  gtk_widget_class_bind_template_callback (widget_class, previous_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, leave_cb);
  gtk_widget_class_bind_template_callback (widget_class, key_pressed_cb);
}

static void
lacuna_bytes_find_init (LacunaBytesFind *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  lacuna_tooltip_yield_to_typing (GTK_WIDGET (self->entry), self->entry);
}

void
lacuna_bytes_find_set_view (LacunaBytesFind *self,
                            LacunaBytes     *view)
{
  g_return_if_fail (LACUNA_IS_BYTES_FIND (self));
  g_return_if_fail (self->view == NULL);

  self->view = view;
  g_object_add_weak_pointer (G_OBJECT (view), (gpointer *) &self->view);
}

/**
 * lacuna_bytes_find_set_place:
 * @place: what is looked through, for people
 * @sparse: whether what was never touched there is zero
 */
void
lacuna_bytes_find_set_place (LacunaBytesFind *self,
                             const char      *place,
                             gboolean         sparse)
{
  g_return_if_fail (LACUNA_IS_BYTES_FIND (self));

  g_free (self->place);
  self->place = g_strdup (place);
  self->sparse = sparse;
}

/**
 * lacuna_bytes_find_set_map:
 * @map: (nullable) (transfer none): all memory that there is
 */
void
lacuna_bytes_find_set_map (LacunaBytesFind *self,
                           struct lac_map  *map)
{
  g_return_if_fail (LACUNA_IS_BYTES_FIND (self));

  if (map == self->map)
    return;
  lac_map_unref (self->map);
  self->map = map != NULL ? lac_map_ref (map) : NULL;
  gtk_widget_set_visible (GTK_WIDGET (self->everywhere_button), map != NULL);
}

void
lacuna_bytes_find_begin (LacunaBytesFind *self)
{
  g_return_if_fail (LACUNA_IS_BYTES_FIND (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  gtk_editable_select_region (self->entry, 0, -1);
}

/**
 * lacuna_bytes_find_step:
 * @backward: whether to go to lower addresses
 *
 * Goes to the match after what is selected, or before it.
 */
void
lacuna_bytes_find_step (LacunaBytesFind *self,
                        gboolean         backward)
{
  struct lac_range range;
  guint64 from;

  g_return_if_fail (LACUNA_IS_BYTES_FIND (self));

  if (self->view == NULL)
    return;
  range = lacuna_bytes_get_range (self->view);
  from = lacuna_bytes_get_selection (self->view).start;
  if (backward)
    from = from > (is_everywhere (self) ? 0 : range.start) ? from - 1 : range.end;
  else
    from = lac_add_saturating (from, 1);
  start_search (self, from, backward);
}

gboolean
lacuna_bytes_find_has_text (LacunaBytesFind *self)
{
  g_return_val_if_fail (LACUNA_IS_BYTES_FIND (self), FALSE);

  return *gtk_editable_get_text (self->entry) != '\0';
}

void
lacuna_bytes_find_stop (LacunaBytesFind *self)
{
  g_return_if_fail (LACUNA_IS_BYTES_FIND (self));

  end_search (self);
  say (self, "", FALSE);
}

/**
 * lacuna_bytes_find_set_narrow:
 * @narrow: whether the buttons have a line of their own
 */
void
lacuna_bytes_find_set_narrow (LacunaBytesFind *self,
                              gboolean         narrow)
{
  g_return_if_fail (LACUNA_IS_BYTES_FIND (self));

  gtk_orientable_set_orientation (self->box, narrow ? GTK_ORIENTATION_VERTICAL
                                                    : GTK_ORIENTATION_HORIZONTAL);
}
