/* LacunaField: an entry with its caption inside, a note at its end, and its fault below.
 *
 * The gap panel is a form that answers while one types. What is half typed is often wrong for a
 * moment, so a fault must neither move the cursor, nor open anything, nor throw away what was
 * found before: it is a sentence below the entry, and a wavy line under the place in the text.
 * Where several narrow fields stand in a row, they are terse, and whoever made the row shows the
 * sentence below it. What an expression such as libc.so.6+0x40 came to is the note at the entry's
 * end.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-completer.h"
#include "lacuna-field.h"
#include "app/lacuna-tooltip.h"

#include <string.h>

struct _LacunaField
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkWidget *frame;
  GtkLabel *caption_label;
  GtkEntry *text;
  GtkLabel *note_label;
  GtkToggleButton *pick_button;
  GtkWidget *add_button;
  GtkWidget *remove_button;
  GtkLabel *fault_label;

  LacunaCompleter *completer; /* NULL where no names are asked for */
  char *description;
  char *fault;
  gboolean terse;
  gboolean setting_picking; /* the button is set from outside, not pressed */
};

enum
{
  PROP_0,
  PROP_CAPTION,
  PROP_PLACEHOLDER,
  PROP_TEXT,
  PROP_ADDRESS,
  PROP_TERSE,
  N_PROPERTIES
};

enum
{
  CHANGED,
  ACTIVATED,
  ADD,
  REMOVED,
  PICK_TOGGLED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPERTIES];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LacunaField, lacuna_field, GTK_TYPE_WIDGET)

static void
text_changed_cb (LacunaField *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

static void
text_activated_cb (LacunaField *self)
{
  g_signal_emit (self, signals[ACTIVATED], 0);
}

static void
add_clicked_cb (LacunaField *self)
{
  g_signal_emit (self, signals[ADD], 0);
}

static void
remove_clicked_cb (LacunaField *self)
{
  g_signal_emit (self, signals[REMOVED], 0);
}

static void
pick_toggled_cb (LacunaField *self)
{
  if (!self->setting_picking)
    g_signal_emit (self, signals[PICK_TOGGLED], 0,
                   gtk_toggle_button_get_active (self->pick_button));
}

/* The caption and the padding belong to the entry as the eye sees it. */
static void
frame_pressed_cb (LacunaField *self)
{
  if (gtk_widget_get_focus_child (self->frame) == NULL)
    gtk_widget_grab_focus (GTK_WIDGET (self->text));
}

/* Addresses are set in monospace, and have room for what a 47-bit one takes in groups. */
static void
set_address (LacunaField *self,
             gboolean     address)
{
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self->text), address ? 15 : 8);
  if (address)
    gtk_widget_add_css_class (GTK_WIDGET (self->text), "address");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->text), "address");
}

/* GTK also calls this when Tab leaves by the start: then the focus is not to come back. */
static gboolean
lacuna_field_grab_focus (GtkWidget *widget)
{
  if (gtk_widget_get_focus_child (widget) != NULL)
    return FALSE;
  return gtk_widget_grab_focus (GTK_WIDGET (LACUNA_FIELD (widget)->text));
}

static void
lacuna_field_dispose (GObject *object)
{
  LacunaField *self = LACUNA_FIELD (object);

  if (self->completer != NULL)
    lacuna_completer_detach (self->completer);
  g_clear_object (&self->completer);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (lacuna_field_parent_class)->dispose (object);
}

static void
lacuna_field_finalize (GObject *object)
{
  g_free (LACUNA_FIELD (object)->description);
  g_free (LACUNA_FIELD (object)->fault);

  G_OBJECT_CLASS (lacuna_field_parent_class)->finalize (object);
}

static void
lacuna_field_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  LacunaField *self = LACUNA_FIELD (object);

  switch (property_id)
    {
    case PROP_CAPTION:
      g_value_set_string (value, gtk_label_get_label (self->caption_label));
      break;
    case PROP_PLACEHOLDER:
      g_value_set_string (value, gtk_entry_get_placeholder_text (self->text));
      break;
    case PROP_TEXT:
      g_value_set_string (value, lacuna_field_get_text (self));
      break;
    case PROP_ADDRESS:
      g_value_set_boolean (value,
                           gtk_widget_has_css_class (GTK_WIDGET (self->text), "address"));
      break;
    case PROP_TERSE:
      g_value_set_boolean (value, self->terse);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
lacuna_field_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  LacunaField *self = LACUNA_FIELD (object);

  switch (property_id)
    {
    case PROP_CAPTION:
      lacuna_field_set_caption (self, g_value_get_string (value));
      break;
    case PROP_PLACEHOLDER:
      lacuna_field_set_placeholder (self, g_value_get_string (value));
      break;
    case PROP_TEXT:
      lacuna_field_set_text (self, g_value_get_string (value));
      break;
    case PROP_ADDRESS:
      set_address (self, g_value_get_boolean (value));
      break;
    case PROP_TERSE:
      self->terse = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
lacuna_field_class_init (LacunaFieldClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lacuna_field_dispose;
  object_class->finalize = lacuna_field_finalize;
  object_class->get_property = lacuna_field_get_property;
  object_class->set_property = lacuna_field_set_property;
  widget_class->grab_focus = lacuna_field_grab_focus;

  properties[PROP_CAPTION] = g_param_spec_string (
      "caption", NULL, NULL, "", G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_PLACEHOLDER] = g_param_spec_string (
      "placeholder", NULL, NULL, "", G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "",
                                               G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_ADDRESS] = g_param_spec_boolean (
      "address", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_TERSE] = g_param_spec_boolean (
      "terse", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ACTIVATED] = g_signal_new ("activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                     0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ADD] = g_signal_new ("add", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 0);
  signals[REMOVED] = g_signal_new ("removed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);

  /* LacunaField::pick-toggled: the button that picks on the strip was pressed, or released. */
  signals[PICK_TOGGLED] = g_signal_new ("pick-toggled", G_TYPE_FROM_CLASS (klass),
                                        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                        G_TYPE_BOOLEAN);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "field");
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/lacuna_project/Lacuna/ui/field.ui");
  gtk_widget_class_bind_template_child (widget_class, LacunaField, box);
  gtk_widget_class_bind_template_child (widget_class, LacunaField, frame);
  gtk_widget_class_bind_template_child (widget_class, LacunaField, caption_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaField, text);
  gtk_widget_class_bind_template_child (widget_class, LacunaField, note_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaField, pick_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaField, add_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaField, remove_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaField, fault_label);
  gtk_widget_class_bind_template_callback (widget_class, text_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, text_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, pick_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, frame_pressed_cb);
}

static void
lacuna_field_init (LacunaField *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  lacuna_tooltip_yield_to_typing (GTK_WIDGET (self), GTK_EDITABLE (self->text));
}

LacunaField *
lacuna_field_new (void)
{
  return g_object_new (LACUNA_TYPE_FIELD, NULL);
}

/**
 * lacuna_field_get_text:
 *
 * Returns: (transfer none): what is typed in it
 */
const char *
lacuna_field_get_text (LacunaField *self)
{
  g_return_val_if_fail (LACUNA_IS_FIELD (self), "");

  return gtk_editable_get_text (GTK_EDITABLE (self->text));
}

/**
 * lacuna_field_set_text:
 * @text: (nullable): the new text; NULL for none
 */
void
lacuna_field_set_text (LacunaField *self,
                       const char  *text)
{
  g_return_if_fail (LACUNA_IS_FIELD (self));

  if (g_strcmp0 (lacuna_field_get_text (self), text != NULL ? text : "") != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->text), text != NULL ? text : "");
}

/**
 * lacuna_field_set_caption:
 * @caption: what is asked for; also the entry's name for assistive technology
 */
void
lacuna_field_set_caption (LacunaField *self,
                          const char  *caption)
{
  g_return_if_fail (LACUNA_IS_FIELD (self));

  gtk_label_set_label (self->caption_label, caption != NULL ? caption : "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->text), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  caption != NULL ? caption : "", -1);
}

/**
 * lacuna_field_set_placeholder:
 * @placeholder: what an empty entry stands for
 */
void
lacuna_field_set_placeholder (LacunaField *self,
                              const char  *placeholder)
{
  g_return_if_fail (LACUNA_IS_FIELD (self));

  gtk_entry_set_placeholder_text (self->text, placeholder);
}

/**
 * lacuna_field_set_description:
 * @description: what is asked for in a sentence, for assistive technology
 */
void
lacuna_field_set_description (LacunaField *self,
                              const char  *description)
{
  g_return_if_fail (LACUNA_IS_FIELD (self));

  g_free (self->description);
  self->description = g_strdup (description);
  if (self->completer != NULL)
    lacuna_completer_set_description (self->completer, description);
  else
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->text),
                                    GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
}

/**
 * lacuna_field_set_note:
 * @note: (nullable): a fact at the end of the entry, such as the address that a name came to
 */
void
lacuna_field_set_note (LacunaField *self,
                       const char  *note)
{
  g_return_if_fail (LACUNA_IS_FIELD (self));

  gtk_label_set_label (self->note_label, note != NULL ? note : "");
  gtk_widget_set_visible (GTK_WIDGET (self->note_label), note != NULL && *note != '\0');
}

/**
 * lacuna_field_set_fault:
 * @fault: (nullable): what is wrong, in a sentence; NULL when nothing is
 * @offset: where it goes wrong, in bytes from the start of the text; -1 for the whole of it
 */
void
lacuna_field_set_fault (LacunaField *self,
                        const char  *fault,
                        gssize       offset)
{
  g_return_if_fail (LACUNA_IS_FIELD (self));

  g_free (self->fault);
  self->fault = g_strdup (fault);
  gtk_label_set_label (self->fault_label, fault != NULL ? fault : "");
  gtk_widget_set_visible (GTK_WIDGET (self->fault_label), fault != NULL && !self->terse);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->text), GTK_ACCESSIBLE_STATE_INVALID,
                               fault != NULL ? GTK_ACCESSIBLE_INVALID_TRUE
                                             : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
  if (fault == NULL)
    {
      gtk_widget_remove_css_class (self->frame, "fault");
      gtk_entry_set_attributes (self->text, NULL);
    }
  else
    {
      PangoAttrList *attributes = pango_attr_list_new ();
      PangoAttribute *underline = pango_attr_underline_new (PANGO_UNDERLINE_ERROR);

      /* The end of the text can be at fault ("libc.so.6+"); then its last character is marked. */
      gsize length = strlen (lacuna_field_get_text (self));
      gsize start = offset > 0 ? (gsize) offset : 0;
      if (start >= length)
        start = length > 0 ? length - 1 : 0;
      underline->start_index = (guint) start;
      pango_attr_list_insert (attributes, underline);
      gtk_entry_set_attributes (self->text, attributes);
      pango_attr_list_unref (attributes);
      gtk_widget_add_css_class (self->frame, "fault");
    }
}

/**
 * lacuna_field_get_fault:
 *
 * Returns: (transfer none) (nullable): the sentence that is shown, NULL for none
 */
const char *
lacuna_field_get_fault (LacunaField *self)
{
  g_return_val_if_fail (LACUNA_IS_FIELD (self), NULL);

  return self->fault;
}

/**
 * lacuna_field_set_slim:
 * @slim: whether the field takes as little room as it can, and shows no caption
 */
void
lacuna_field_set_slim (LacunaField *self,
                       gboolean     slim)
{
  g_return_if_fail (LACUNA_IS_FIELD (self));

  gtk_widget_set_visible (GTK_WIDGET (self->caption_label), !slim);
  if (slim)
    gtk_widget_add_css_class (GTK_WIDGET (self), "slim");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "slim");
}

/**
 * lacuna_field_set_addable:
 * @addable: whether there is a button that emits #LacunaField::add
 */
void
lacuna_field_set_addable (LacunaField *self,
                          gboolean     addable)
{
  g_return_if_fail (LACUNA_IS_FIELD (self));

  gtk_widget_set_visible (self->add_button, addable);
}

/**
 * lacuna_field_set_removable:
 * @removable: whether there is a button that emits #LacunaField::removed
 */
void
lacuna_field_set_removable (LacunaField *self,
                            gboolean     removable)
{
  g_return_if_fail (LACUNA_IS_FIELD (self));

  gtk_widget_set_visible (self->remove_button, removable);
}

/**
 * lacuna_field_set_snapshot:
 * @target: (nullable): whose symbols may be typed
 * @snapshot: (nullable): whose names may be typed
 *
 * Has the field complete names.
 */
void
lacuna_field_set_snapshot (LacunaField    *self,
                           LacunaTarget   *target,
                           LacunaSnapshot *snapshot)
{
  g_return_if_fail (LACUNA_IS_FIELD (self));

  if (self->completer == NULL)
    {
      self->completer = lacuna_completer_new (GTK_WIDGET (self), self->text);
      lacuna_completer_set_description (self->completer, self->description);
    }
  lacuna_completer_set_snapshot (self->completer, target, snapshot);
}

/**
 * lacuna_field_set_pickable:
 * @pickable: whether there is a button that emits #LacunaField::pick-toggled
 */
void
lacuna_field_set_pickable (LacunaField *self,
                           gboolean     pickable)
{
  g_return_if_fail (LACUNA_IS_FIELD (self));

  gtk_widget_set_visible (GTK_WIDGET (self->pick_button), pickable);
}

/**
 * lacuna_field_set_picking:
 * @picking: whether that button looks pressed
 */
void
lacuna_field_set_picking (LacunaField *self,
                          gboolean     picking)
{
  g_return_if_fail (LACUNA_IS_FIELD (self));

  self->setting_picking = TRUE;
  gtk_toggle_button_set_active (self->pick_button, picking);
  self->setting_picking = FALSE;
}
