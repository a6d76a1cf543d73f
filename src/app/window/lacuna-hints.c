/* LacunaHints: three things to know, one after the other, on a small card.
 *
 * They lie over a corner and stop nobody from doing something else. They take the focus only when
 * somebody goes there; who can't see them is told by the card's description, which changes with
 * them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-hints.h"

#include <glib/gi18n.h>

struct _LacunaHints
{
  GtkWidget parent_instance;

  GtkLabel *title_label;
  GtkLabel *text_label;
  GtkLabel *count_label;
  GtkWidget *skip_button;
  GtkButton *next_button;

  guint index;
  gboolean narrow;
};

G_DEFINE_FINAL_TYPE (LacunaHints, lacuna_hints, GTK_TYPE_WIDGET)

enum
{
  CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const struct
{
  const char *title;
  const char *text;
  const char *brief_text;
} hints[] = {
  { N_ ("This is an address space"),
    N_ ("Every byte that a program can use has an address; low ones come first. Colours are memory "
        "that is in use, dots are free. Ctrl and the wheel zoom in, the wheel alone moves along, 0 "
        "shows everything again."),
    N_ ("Colours are memory that is in use, dots are free. Ctrl and the wheel zoom in, 0 shows "
        "everything.") },
  { N_ ("Point at things"),
    N_ ("Whatever the pointer is on is told below the strip, and a click keeps it there and in the "
        "list. Point at a colour above the strip for what it means, press it to see only that."),
    N_ ("A click keeps what is pointed at. Press a colour above the strip to see only that.") },
  { N_ ("Find a gap"),
    N_ ("Say what a buffer has to be near and how large it is: gaps that fit turn green as you "
        "type. N and P step through them. Ctrl+? lists all keys."),
    N_ ("Say what a buffer has to be near: gaps that fit turn green. Ctrl+? lists all keys.") },
};

static void
show (LacunaHints *self)
{
  const char *title = _ (hints[self->index].title);
  const char *text = _ (self->narrow ? hints[self->index].brief_text : hints[self->index].text);
  gboolean last = self->index + 1 == G_N_ELEMENTS (hints);
  /* Translators: which hint of how many, such as "1 of 3" */
  g_autofree char *count = g_strdup_printf (_ ("%u of %u"), self->index + 1,
                                            (guint) G_N_ELEMENTS (hints));

  gtk_label_set_label (self->title_label, title);
  gtk_label_set_label (self->text_label, text);
  gtk_label_set_label (self->count_label, count);
  gtk_button_set_label (self->next_button, last ? _ ("Done") : _ ("Next"));
  gtk_widget_set_visible (self->skip_button, !last);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

static void
skip_cb (LacunaHints *self)
{
  g_signal_emit (self, signals[CLOSED], 0);
}

static void
next_cb (LacunaHints *self)
{
  if (self->index + 1 == G_N_ELEMENTS (hints))
    {
      skip_cb (self);
      return;
    }
  self->index++;
  show (self);
}

static gboolean
key_pressed_cb (LacunaHints    *self,
                guint           keyval,
                guint           keycode,
                GdkModifierType state)
{
  if (keyval != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  skip_cb (self);
  return GDK_EVENT_STOP;
}

static void
lacuna_hints_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (lacuna_hints_parent_class)->dispose (object);
}

static void
lacuna_hints_class_init (LacunaHintsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lacuna_hints_dispose;
  /* LacunaHints::closed: the last was read, or they were skipped. */
  signals[CLOSED] = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "hints");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lacuna_project/Lacuna/ui/hints.ui");
  gtk_widget_class_bind_template_child (widget_class, LacunaHints, title_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaHints, text_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaHints, count_label);
  gtk_widget_class_bind_template_child (widget_class, LacunaHints, skip_button);
  gtk_widget_class_bind_template_child (widget_class, LacunaHints, next_button);
  gtk_widget_class_bind_template_callback (widget_class, skip_cb);
  gtk_widget_class_bind_template_callback (widget_class, next_cb);
  gtk_widget_class_bind_template_callback (widget_class, key_pressed_cb);
}

static void
lacuna_hints_init (LacunaHints *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  show (self);
}

/**
 * lacuna_hints_start:
 *
 * Begins with the first hint again.
 */
void
lacuna_hints_start (LacunaHints *self)
{
  g_return_if_fail (LACUNA_IS_HINTS (self));

  self->index = 0;
  show (self);
}

/**
 * lacuna_hints_set_narrow:
 * @narrow: whether there is little room
 *
 * Says less where the card would otherwise cover what it is about.
 */
void
lacuna_hints_set_narrow (LacunaHints *self,
                         gboolean     narrow)
{
  g_return_if_fail (LACUNA_IS_HINTS (self));

  if (self->narrow == narrow)
    return;
  self->narrow = narrow;
  show (self);
}
