/* LacunaLine: one line of text that changes without asking for room.
 *
 * A label asks for as much room as its text takes. Another text has the whole window measured again,
 * which takes longer than all else that follows the pointer; and it would have things jump. This one
 * asks for the height of a line, and for no width: whoever places it knows how wide its text is. It
 * is shaped once for being measured and drawn.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "lacuna-line.h"

struct _LacunaLine
{
  GtkWidget parent_instance;

  PangoLayout *layout;
  PangoEllipsizeMode ellipsize;
  int height; /* of a line in this style; 0 until it is known */
  int width;  /* of the text; negative until it is known */
};

G_DEFINE_FINAL_TYPE (LacunaLine, lacuna_line, GTK_TYPE_WIDGET)

static int
get_height (LacunaLine *self)
{
  PangoContext *context = gtk_widget_get_pango_context (GTK_WIDGET (self));
  PangoFontMetrics *metrics;

  if (self->height == 0)
    {
      metrics = pango_context_get_metrics (context, NULL, NULL);
      self->height = PANGO_PIXELS_CEIL (pango_font_metrics_get_height (metrics));
      pango_font_metrics_unref (metrics);
    }
  return self->height;
}

static void
lacuna_line_measure (GtkWidget     *widget,
                     GtkOrientation orientation,
                     int            for_size,
                     int           *minimum,
                     int           *natural,
                     int           *minimum_baseline,
                     int           *natural_baseline)
{
  *minimum = *natural
      = orientation == GTK_ORIENTATION_VERTICAL ? get_height (LACUNA_LINE (widget)) : 0;
}

static void
lacuna_line_snapshot (GtkWidget   *widget,
                      GtkSnapshot *snapshot)
{
  LacunaLine *self = LACUNA_LINE (widget);
  int room = gtk_widget_get_width (widget);
  gboolean whole = lacuna_line_is_whole (self);
  int x = 0;
  int height;

  /* Only what is cut is laid out again. */
  if (!whole)
    {
      pango_layout_set_ellipsize (self->layout, self->ellipsize);
      pango_layout_set_width (self->layout, room * PANGO_SCALE);
    }
  else if (gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL)
    x = room - lacuna_line_get_width (self);
  pango_layout_get_pixel_size (self->layout, NULL, &height);
  gtk_snapshot_render_layout (snapshot, gtk_widget_get_style_context (widget), x,
                              (gtk_widget_get_height (widget) - height) / 2.0, self->layout);
  if (!whole)
    {
      pango_layout_set_ellipsize (self->layout, PANGO_ELLIPSIZE_NONE);
      pango_layout_set_width (self->layout, -1);
    }
}

/* A widget that leaves its window leaves its context behind. */
static void
context_changed (LacunaLine *self)
{
  g_autoptr (PangoLayout) before = g_steal_pointer (&self->layout);

  self->layout
      = gtk_widget_create_pango_layout (GTK_WIDGET (self), pango_layout_get_text (before));
  pango_layout_set_single_paragraph_mode (self->layout, TRUE);
  self->height = 0;
  self->width = -1;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
lacuna_line_css_changed (GtkWidget         *widget,
                         GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (lacuna_line_parent_class)->css_changed (widget, change);
  context_changed (LACUNA_LINE (widget));
}

static void
lacuna_line_direction_changed (GtkWidget       *widget,
                               GtkTextDirection previous)
{
  GTK_WIDGET_CLASS (lacuna_line_parent_class)->direction_changed (widget, previous);
  context_changed (LACUNA_LINE (widget));
}

static void
lacuna_line_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lacuna_line_parent_class)->root (widget);
  context_changed (LACUNA_LINE (widget));
}

static void
lacuna_line_finalize (GObject *object)
{
  g_clear_object (&LACUNA_LINE (object)->layout);

  G_OBJECT_CLASS (lacuna_line_parent_class)->finalize (object);
}

static void
lacuna_line_class_init (LacunaLineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = lacuna_line_finalize;
  widget_class->measure = lacuna_line_measure;
  widget_class->snapshot = lacuna_line_snapshot;
  widget_class->root = lacuna_line_root;
  widget_class->css_changed = lacuna_line_css_changed;
  widget_class->direction_changed = lacuna_line_direction_changed;

  gtk_widget_class_set_css_name (widget_class, "label");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
lacuna_line_init (LacunaLine *self)
{
  self->layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), "");
  pango_layout_set_single_paragraph_mode (self->layout, TRUE);
  self->ellipsize = PANGO_ELLIPSIZE_END;
  self->width = -1;
}

const char *
lacuna_line_get_text (LacunaLine *self)
{
  g_return_val_if_fail (LACUNA_IS_LINE (self), NULL);

  return pango_layout_get_text (self->layout);
}

void
lacuna_line_set_ellipsize (LacunaLine        *self,
                           PangoEllipsizeMode ellipsize)
{
  g_return_if_fail (LACUNA_IS_LINE (self));

  self->ellipsize = ellipsize;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

gboolean
lacuna_line_set_text (LacunaLine *self,
                      const char *text)
{
  g_return_val_if_fail (LACUNA_IS_LINE (self), FALSE);

  if (g_strcmp0 (text, pango_layout_get_text (self->layout)) == 0)
    return FALSE;

  pango_layout_set_text (self->layout, text, -1);
  self->width = -1;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return TRUE;
}

int
lacuna_line_get_width (LacunaLine *self)
{
  g_return_val_if_fail (LACUNA_IS_LINE (self), 0);

  if (self->width < 0)
    pango_layout_get_pixel_size (self->layout, &self->width, NULL);
  return self->width;
}

gboolean
lacuna_line_is_whole (LacunaLine *self)
{
  g_return_val_if_fail (LACUNA_IS_LINE (self), FALSE);

  return lacuna_line_get_width (self) <= gtk_widget_get_width (GTK_WIDGET (self));
}
