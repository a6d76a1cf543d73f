/* LacunaSigns: a button that explains what the strip draws beside its colours.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "app/strip/lacuna-sign.h"
#include "lacuna-signs.h"

#include <glib/gi18n.h>

struct _LacunaSigns
{
  GtkWidget parent_instance;

  GtkWidget *button;
};

G_DEFINE_FINAL_TYPE (LacunaSigns, lacuna_signs, GTK_TYPE_WIDGET)

static const struct
{
  LacunaSignKind kind;
  const char *name;
  const char *sentence;
} signs[] = {
  { LACUNA_SIGN_FREE, N_ ("Free"),
    N_ ("Nothing is there. A program that touches it crashes, until something is put there.") },
  { LACUNA_SIGN_CUT, N_ ("Cut short"),
    N_ ("Much free space is left out here, or much that is only reserved. Linear shows all of "
        "it.") },
  { LACUNA_SIGN_FIT, N_ ("Fits"),
    N_ ("What “Find a gap” asks for has room here.") },
  { LACUNA_SIGN_CANDIDATE, N_ ("Candidate"),
    N_ ("Where the buffer would go in the gap that is chosen.") },
  { LACUNA_SIGN_RISK, N_ ("Risky"),
    N_ ("Free now, but the heap or a stack may grow into it, or the kernel keeps it free.") },
  { LACUNA_SIGN_ANCHOR, N_ ("Anchor"),
    N_ ("A place that the buffer has to be near, such as the function that is hooked.") },
  { LACUNA_SIGN_WINDOW, N_ ("Window"),
    N_ ("Everything that is near enough to all anchors lies between the dashed lines.") },
  { LACUNA_SIGN_FILL, N_ ("Buffer"),
    N_ ("How full it is: the dark part is used, and the next byte goes where it ends.") },
};

static GtkWidget *
make_label (const char *text,
            const char *style_class)
{
  return g_object_new (GTK_TYPE_LABEL, "label", text, "xalign", 0.0f, "wrap", TRUE,
                       "max-width-chars", 38, "css-classes",
                       (const char *[]){ style_class, NULL }, NULL);
}

static GtkWidget *
make_row (guint i)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (words), make_label (_ (signs[i].name), "sign-name"));
  gtk_box_append (GTK_BOX (words), make_label (_ (signs[i].sentence), "sign-sentence"));
  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (row), lacuna_sign_new (signs[i].kind));
  gtk_box_append (GTK_BOX (row), words);
  return row;
}

/* Made when it is opened: most of the time nobody asks. */
static void
make_popover_cb (GtkMenuButton *button,
                 gpointer       user_data)
{
  GtkWidget *popover;
  GtkWidget *box;
  GtkWidget *scroller;

  if (gtk_menu_button_get_popover (button) != NULL)
    return;
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_add_css_class (box, "signs");
  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    gtk_box_append (GTK_BOX (box), make_row (i));
  gtk_box_append (GTK_BOX (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (
      GTK_BOX (box),
      make_label (_ ("A range is written “start – end”. The start is the first byte of it; the end "
                     "is the first byte after it. Addresses are hexadecimal."),
                  "sign-sentence"));

  scroller = g_object_new (GTK_TYPE_SCROLLED_WINDOW, "hscrollbar-policy", GTK_POLICY_NEVER,
                           "propagate-natural-height", TRUE, "max-content-height", 600,
                           "width-request", 320, "child", box, NULL);
  popover = g_object_new (GTK_TYPE_POPOVER, "child", scroller, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (popover), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("What the signs mean"), -1);
  gtk_menu_button_set_popover (button, popover);
}

static void
lacuna_signs_dispose (GObject *object)
{
  g_clear_pointer (&LACUNA_SIGNS (object)->button, gtk_widget_unparent);
  G_OBJECT_CLASS (lacuna_signs_parent_class)->dispose (object);
}

static void
lacuna_signs_class_init (LacunaSignsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lacuna_signs_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
lacuna_signs_init (LacunaSigns *self)
{
  self->button = g_object_new (GTK_TYPE_MENU_BUTTON, "icon-name", "help-about-symbolic",
                               "tooltip-text", _ ("What the Signs Mean"), "has-frame", FALSE, NULL);
  gtk_widget_set_parent (self->button, GTK_WIDGET (self));
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (self->button), make_popover_cb, NULL,
                                         NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("What the signs mean"), -1);
}
